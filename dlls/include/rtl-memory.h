/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-memory.h - heap and blocks of memory.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_MEMORY_H
#define RF_DLL_RTL_MEMORY_H

/* ---- heap ------------------------------------------------------------- */

NTSYSAPI PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve,
				   SIZE_T commit, PVOID lock, PVOID parameters);
NTSYSAPI PVOID NTAPI RtlDestroyHeap(PVOID heap); /* NULL: done */
NTSYSAPI BOOLEAN NTAPI RtlLockHeap(PVOID heap);
NTSYSAPI BOOLEAN NTAPI RtlUnlockHeap(PVOID heap);
NTSYSAPI BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, const void *p);
NTSYSAPI BOOLEAN NTAPI RtlValidateProcessHeaps(void);
NTSYSAPI SIZE_T NTAPI RtlCompactHeap(PVOID heap, ULONG flags);
NTSYSAPI ULONG NTAPI RtlGetProcessHeaps(ULONG count, PVOID *heaps);
NTSYSAPI NTSTATUS NTAPI RtlWalkHeap(PVOID heap, PVOID entry);
NTSYSAPI BOOLEAN NTAPI RtlSetUserValueHeap(PVOID heap, ULONG flags, PVOID p,
					   PVOID value);
NTSYSAPI BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID heap, ULONG flags, PVOID p,
					  PVOID *value, ULONG *user_flags);
NTSYSAPI BOOLEAN NTAPI RtlZeroHeap(PVOID heap, ULONG flags);

/* What RtlWalkHeap() fills in; start with DataAddress = NULL. */
typedef struct _RTL_HEAP_WALK_ENTRY {
	PVOID DataAddress;
	SIZE_T DataSize;
	UCHAR OverheadBytes;
	UCHAR SegmentIndex;
	USHORT Flags; /* RTL_HEAP_* below */
	union {
		struct {
			SIZE_T Settable;
			USHORT TagIndex;
			USHORT AllocatorBackTraceIndex;
			ULONG Reserved[2];
		} Block;
		struct {
			ULONG CommittedSize;
			ULONG UnCommittedSize;
			PVOID FirstEntry;
			PVOID LastEntry;
		} Segment;
	};
} RTL_HEAP_WALK_ENTRY, *PRTL_HEAP_WALK_ENTRY;
#define RTL_HEAP_BUSY 0x0001
#define RTL_HEAP_SEGMENT 0x0002
#define RTL_HEAP_UNCOMMITTED_RANGE 0x0100

/* ---- memory ---------------------------------------------------------------- */

NTSYSAPI void NTAPI RtlFillMemoryUlong(ULONG *to, SIZE_T n, ULONG v);
NTSYSAPI void NTAPI RtlFillMemoryUlonglong(ULONGLONG *to, SIZE_T n,
					   ULONGLONG v);
NTSYSAPI SIZE_T NTAPI RtlCompareMemoryUlong(const ULONG *p, SIZE_T n, ULONG v);

#endif
