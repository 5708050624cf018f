/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-table.h - TLS, bitmaps, generic tables, atoms, handle tables, checksums,
 * compression.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_TABLE_H
#define RF_DLL_RTL_TABLE_H

/* ---- thread-local storage, bitmaps ---------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION fn, ULONG *index);
NTSYSAPI NTSTATUS NTAPI RtlFlsFree(ULONG index);
NTSYSAPI NTSTATUS NTAPI RtlFlsSetValue(ULONG index, PVOID value);
NTSYSAPI NTSTATUS NTAPI RtlFlsGetValue(ULONG index, PVOID *value);
/* LdrShutdownThread calls both; callbacks run in the first. */
void NTAPI rf_fls_thread_detach(void);
void NTAPI heap_thread_detach(void);
/* kernel32's TlsAlloc family: slots in the TEB, then the expansion slots. */
NTSTATUS NTAPI rf_tls_alloc(ULONG *index);
NTSTATUS NTAPI rf_tls_free(ULONG index);
NTSTATUS NTAPI rf_tls_set(ULONG index, PVOID value);
NTSTATUS NTAPI rf_tls_get(ULONG index, PVOID *value);

typedef struct _RTL_BITMAP {
	ULONG SizeOfBitMap;
	PULONG Buffer;
} RTL_BITMAP, *PRTL_BITMAP;
typedef struct _RTL_BITMAP_RUN {
	ULONG StartingIndex;
	ULONG NumberOfBits;
} RTL_BITMAP_RUN, *PRTL_BITMAP_RUN;
NTSYSAPI void NTAPI RtlInitializeBitMap(PRTL_BITMAP b, PULONG bits, ULONG n);
NTSYSAPI void NTAPI RtlClearBit(PRTL_BITMAP b, ULONG n);
NTSYSAPI void NTAPI RtlSetBit(PRTL_BITMAP b, ULONG n);
NTSYSAPI BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP b, ULONG n);
NTSYSAPI void NTAPI RtlClearAllBits(PRTL_BITMAP b);
NTSYSAPI void NTAPI RtlSetAllBits(PRTL_BITMAP b);
NTSYSAPI void NTAPI RtlClearBits(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI void NTAPI RtlSetBits(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP b, ULONG at, ULONG n);
NTSYSAPI ULONG NTAPI RtlFindClearBits(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindSetBits(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP b, ULONG n, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP b, ULONG from,
						PULONG at);
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunSet(PRTL_BITMAP b, ULONG from,
					      PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLastBackwardRunClear(PRTL_BITMAP b, ULONG from,
						 PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLastBackwardRunSet(PRTL_BITMAP b, ULONG from,
					       PULONG at);
NTSYSAPI ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindFirstRunSet(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindLongestRunSet(PRTL_BITMAP b, PULONG at);
NTSYSAPI ULONG NTAPI RtlFindClearRuns(PRTL_BITMAP b, PRTL_BITMAP_RUN runs,
				      ULONG n, BOOLEAN longest);
NTSYSAPI ULONG NTAPI RtlFindSetRuns(PRTL_BITMAP b, PRTL_BITMAP_RUN runs,
				    ULONG n, BOOLEAN longest);
NTSYSAPI ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP b);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP b);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR n);
NTSYSAPI CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG n);
NTSYSAPI CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG n);

/* ---- tables, atoms ---- */

typedef enum _TABLE_SEARCH_RESULT {
	TableEmptyTree,
	TableFoundNode,
	TableInsertAsLeft,
	TableInsertAsRight
} TABLE_SEARCH_RESULT;
typedef enum _RTL_GENERIC_COMPARE_RESULTS {
	GenericLessThan,
	GenericGreaterThan,
	GenericEqual
} RTL_GENERIC_COMPARE_RESULTS;

typedef struct _RTL_BALANCED_LINKS {
	struct _RTL_BALANCED_LINKS *Parent;
	struct _RTL_BALANCED_LINKS *LeftChild;
	struct _RTL_BALANCED_LINKS *RightChild;
	CHAR Balance;
	UCHAR Reserved[3];
} RTL_BALANCED_LINKS, *PRTL_BALANCED_LINKS;
struct _RTL_AVL_TABLE;
typedef RTL_GENERIC_COMPARE_RESULTS(NTAPI *PRTL_AVL_COMPARE_ROUTINE)(
	struct _RTL_AVL_TABLE *t, PVOID a, PVOID b);
typedef PVOID(NTAPI *PRTL_AVL_ALLOCATE_ROUTINE)(struct _RTL_AVL_TABLE *t,
						LONG size);
typedef void(NTAPI *PRTL_AVL_FREE_ROUTINE)(struct _RTL_AVL_TABLE *t, PVOID p);
typedef NTSTATUS(NTAPI *PRTL_AVL_MATCH_FUNCTION)(struct _RTL_AVL_TABLE *t,
						 PVOID user, PVOID data);
typedef struct _RTL_AVL_TABLE {
	RTL_BALANCED_LINKS BalancedRoot; /* the root is its right child */
	PVOID OrderedPointer;
	ULONG WhichOrderedElement;
	ULONG NumberGenericTableElements;
	ULONG DepthOfTree;
	PRTL_BALANCED_LINKS RestartKey;
	ULONG DeleteCount;
	PRTL_AVL_COMPARE_ROUTINE CompareRoutine;
	PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine;
	PRTL_AVL_FREE_ROUTINE FreeRoutine;
	PVOID TableContext;
} RTL_AVL_TABLE, *PRTL_AVL_TABLE;
NTSYSAPI void NTAPI
RtlInitializeGenericTableAvl(PRTL_AVL_TABLE t, PRTL_AVL_COMPARE_ROUTINE compare,
			     PRTL_AVL_ALLOCATE_ROUTINE alloc,
			     PRTL_AVL_FREE_ROUTINE free, PVOID context);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p,
						     ULONG n, BOOLEAN *new);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableFullAvl(
	PRTL_AVL_TABLE t, PVOID p, ULONG n, BOOLEAN *new, PVOID parent,
	TABLE_SEARCH_RESULT how);
NTSYSAPI BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE t,
						       PVOID p);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableFullAvl(
	PRTL_AVL_TABLE t, PVOID p, PVOID *node, TABLE_SEARCH_RESULT *how);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE t,
						 BOOLEAN restart);
NTSYSAPI PVOID NTAPI
RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE t, PVOID *restart);
NTSYSAPI PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE t, ULONG i);
NTSYSAPI ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE t);
NTSYSAPI BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE t);

typedef struct _RTL_SPLAY_LINKS {
	struct _RTL_SPLAY_LINKS *Parent; /* itself: the root */
	struct _RTL_SPLAY_LINKS *LeftChild;
	struct _RTL_SPLAY_LINKS *RightChild;
} RTL_SPLAY_LINKS, *PRTL_SPLAY_LINKS;
struct _RTL_GENERIC_TABLE;
typedef RTL_GENERIC_COMPARE_RESULTS(NTAPI *PRTL_GENERIC_COMPARE_ROUTINE)(
	struct _RTL_GENERIC_TABLE *t, PVOID a, PVOID b);
typedef PVOID(NTAPI *PRTL_GENERIC_ALLOCATE_ROUTINE)(
	struct _RTL_GENERIC_TABLE *t, LONG size);
typedef void(NTAPI *PRTL_GENERIC_FREE_ROUTINE)(struct _RTL_GENERIC_TABLE *t,
					       PVOID p);
typedef struct _RTL_GENERIC_TABLE {
	PRTL_SPLAY_LINKS TableRoot;
	LIST_ENTRY InsertOrderList;
	PLIST_ENTRY OrderedPointer;
	ULONG WhichOrderedElement;
	ULONG NumberGenericTableElements;
	PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine;
	PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine;
	PRTL_GENERIC_FREE_ROUTINE FreeRoutine;
	PVOID TableContext;
} RTL_GENERIC_TABLE, *PRTL_GENERIC_TABLE;
NTSYSAPI void NTAPI RtlInitializeGenericTable(
	PRTL_GENERIC_TABLE t, PRTL_GENERIC_COMPARE_ROUTINE compare,
	PRTL_GENERIC_ALLOCATE_ROUTINE alloc, PRTL_GENERIC_FREE_ROUTINE free,
	PVOID context);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE t, PVOID p,
						  ULONG n, BOOLEAN *new);
NTSYSAPI BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE t,
						    PVOID p);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE t,
						  PVOID p);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE t,
					      BOOLEAN restart);
NTSYSAPI PVOID NTAPI
RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE t, PVOID *restart);
NTSYSAPI PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE t, ULONG i);
NTSYSAPI ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE t);
NTSYSAPI BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE t);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS n);
NTSYSAPI void NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS n,
				     PRTL_SPLAY_LINKS *root);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS n);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS n);

typedef struct _RTL_ATOM_TABLE *PRTL_ATOM_TABLE;
typedef USHORT RTL_ATOM, *PRTL_ATOM;
NTSYSAPI NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PRTL_ATOM_TABLE *t);
NTSYSAPI NTSTATUS NTAPI RtlDestroyAtomTable(PRTL_ATOM_TABLE t);
NTSYSAPI NTSTATUS NTAPI RtlEmptyAtomTable(PRTL_ATOM_TABLE t, BOOLEAN pinned);
NTSYSAPI NTSTATUS NTAPI RtlAddAtomToAtomTable(PRTL_ATOM_TABLE t, PCWSTR name,
					      PRTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlLookupAtomInAtomTable(PRTL_ATOM_TABLE t, PCWSTR name,
						 PRTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PRTL_ATOM_TABLE t,
						   RTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlPinAtomInAtomTable(PRTL_ATOM_TABLE t, RTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlQueryAtomInAtomTable(PRTL_ATOM_TABLE t,
						RTL_ATOM atom, ULONG *refs,
						ULONG *pins, PWSTR name,
						ULONG *size);
NTSYSAPI BOOLEAN NTAPI RtlGetIntegerAtom(PCWSTR name, USHORT *atom);

/* ---- handle tables (HANDLE-like small objects, LocalAlloc-style) ---- */

typedef struct _RTL_HANDLE_TABLE_ENTRY {
	union {
		ULONG Flags; /* bit 0: allocated */
		struct _RTL_HANDLE_TABLE_ENTRY *NextFree;
	};
} RTL_HANDLE_TABLE_ENTRY, *PRTL_HANDLE_TABLE_ENTRY;
typedef struct _RTL_HANDLE_TABLE {
	ULONG MaximumNumberOfHandles;
	ULONG SizeOfHandleTableEntry;
	ULONG Reserved[2];
	PRTL_HANDLE_TABLE_ENTRY FreeHandles;
	PRTL_HANDLE_TABLE_ENTRY CommittedHandles;
	PRTL_HANDLE_TABLE_ENTRY UnCommittedHandles;
	PRTL_HANDLE_TABLE_ENTRY MaxReservedHandles;
} RTL_HANDLE_TABLE, *PRTL_HANDLE_TABLE;
NTSYSAPI void NTAPI RtlInitializeHandleTable(ULONG max, ULONG entry_size,
					     PRTL_HANDLE_TABLE t);
NTSYSAPI NTSTATUS NTAPI RtlDestroyHandleTable(PRTL_HANDLE_TABLE t);
NTSYSAPI PRTL_HANDLE_TABLE_ENTRY NTAPI RtlAllocateHandle(PRTL_HANDLE_TABLE t,
							 ULONG *index);
NTSYSAPI BOOLEAN NTAPI RtlFreeHandle(PRTL_HANDLE_TABLE t,
				     PRTL_HANDLE_TABLE_ENTRY e);
NTSYSAPI BOOLEAN NTAPI RtlIsValidHandle(PRTL_HANDLE_TABLE t,
					PRTL_HANDLE_TABLE_ENTRY e);
NTSYSAPI BOOLEAN NTAPI RtlIsValidIndexHandle(PRTL_HANDLE_TABLE t, ULONG index,
					     PRTL_HANDLE_TABLE_ENTRY *e);

/* ---- random, checksums, compression ---- */

NTSYSAPI ULONG NTAPI RtlRandom(ULONG *seed);
NTSYSAPI ULONG NTAPI RtlRandomEx(ULONG *seed);
NTSYSAPI ULONG NTAPI RtlUniform(ULONG *seed);
/* advapi32's SystemFunction036 and bcryptprimitives' ProcessPrng. */
BOOLEAN NTAPI rf_gen_random(PVOID buffer, SIZE_T n);
/* A control of the device that they come from. */
NTSTATUS NTAPI rf_random_control(ULONG code, const void *in, ULONG n, void *out,
				 ULONG room);
NTSYSAPI ULONG NTAPI RtlComputeCrc32(ULONG crc, const void *p, INT n);
NTSYSAPI NTSTATUS NTAPI RtlGetCompressionWorkSpaceSize(USHORT format,
						       ULONG *workspace,
						       ULONG *fragment);
NTSYSAPI NTSTATUS NTAPI RtlCompressBuffer(USHORT format, PUCHAR from,
					  ULONG from_size, PUCHAR to,
					  ULONG to_size, ULONG chunk,
					  ULONG *size, PVOID workspace);
NTSYSAPI NTSTATUS NTAPI RtlDecompressBuffer(USHORT format, PUCHAR to,
					    ULONG to_size, PUCHAR from,
					    ULONG from_size, ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlDecompressBufferEx(USHORT format, PUCHAR to,
					      ULONG to_size, PUCHAR from,
					      ULONG from_size, ULONG *size,
					      PVOID workspace);
NTSYSAPI NTSTATUS NTAPI RtlDecompressFragment(USHORT format, PUCHAR to,
					      ULONG to_size, PUCHAR from,
					      ULONG from_size, ULONG offset,
					      ULONG *size, PVOID workspace);

#endif
