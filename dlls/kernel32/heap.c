/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap.c - the Heap functions that are not simply ntdll's.
 *
 * HeapAlloc, HeapFree, HeapReAlloc and HeapSize are forwarded; Global and
 * Local memory is in global.c.
 */
#include "kernel32-private.h"

HANDLE WINAPI GetProcessHeap(void)
{
	return rf_heap();
}

HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T initial, SIZE_T maximum)
{
	HANDLE heap;

	flags &= HEAP_NO_SERIALIZE | HEAP_GENERATE_EXCEPTIONS |
		 HEAP_CREATE_ENABLE_EXECUTE | HEAP_CREATE_ALIGN_16;
	if (maximum && initial > maximum)
		maximum = initial;
	heap = RtlCreateHeap(flags | (maximum ? 0 : HEAP_GROWABLE), NULL,
			     maximum, initial, NULL, NULL);
	if (!heap)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return heap;
}

BOOL WINAPI HeapDestroy(HANDLE heap)
{
	if (!RtlDestroyHeap(heap))
		return TRUE;
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, LPCVOID p)
{
	return RtlValidateHeap(heap, flags, p);
}

SIZE_T WINAPI HeapCompact(HANDLE heap, DWORD flags)
{
	return RtlCompactHeap(heap, flags);
}

BOOL WINAPI HeapLock(HANDLE heap)
{
	return RtlLockHeap(heap);
}

BOOL WINAPI HeapUnlock(HANDLE heap)
{
	return RtlUnlockHeap(heap);
}

DWORD WINAPI GetProcessHeaps(DWORD n, PHANDLE heaps)
{
	return RtlGetProcessHeaps(n, heaps);
}

BOOL WINAPI HeapWalk(HANDLE heap, LPPROCESS_HEAP_ENTRY e)
{
	RTL_HEAP_WALK_ENTRY w = {
		.DataAddress = e->lpData,
		.DataSize = e->cbData,
		.OverheadBytes = e->cbOverhead,
		.SegmentIndex = e->iRegionIndex,
	};
	NTSTATUS status;

	if (e->wFlags & PROCESS_HEAP_REGION)
		w.Flags = RTL_HEAP_SEGMENT;
	else if (e->wFlags & PROCESS_HEAP_UNCOMMITTED_RANGE)
		w.Flags = RTL_HEAP_UNCOMMITTED_RANGE;
	else if (e->wFlags & PROCESS_HEAP_ENTRY_BUSY)
		w.Flags = RTL_HEAP_BUSY;
	status = RtlWalkHeap(heap, &w);
	if (status == STATUS_NO_MORE_ENTRIES) {
		SetLastError(ERROR_NO_MORE_ITEMS);
		return FALSE;
	}
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	memset(e, 0, sizeof *e);
	e->lpData = w.DataAddress;
	e->cbData = w.DataSize;
	e->cbOverhead = w.OverheadBytes;
	e->iRegionIndex = w.SegmentIndex;
	if (w.Flags & RTL_HEAP_SEGMENT) {
		e->wFlags = PROCESS_HEAP_REGION;
		e->Region.dwCommittedSize = w.Segment.CommittedSize;
		e->Region.dwUnCommittedSize = w.Segment.UnCommittedSize;
		e->Region.lpFirstBlock = w.Segment.FirstEntry;
		e->Region.lpLastBlock = w.Segment.LastEntry;
	} else if (w.Flags & RTL_HEAP_UNCOMMITTED_RANGE) {
		e->wFlags = PROCESS_HEAP_UNCOMMITTED_RANGE;
	} else if (w.Flags & RTL_HEAP_BUSY) {
		e->wFlags = PROCESS_HEAP_ENTRY_BUSY;
	}
	return TRUE;
}

/* Every heap of ours is what "low fragmentation" asks for, and ends on damage.
 */
BOOL WINAPI HeapSetInformation(HANDLE heap, HEAP_INFORMATION_CLASS class,
			       PVOID info, SIZE_T size)
{
	ULONG value;

	switch ((int)class) {
	case HeapCompatibilityInformation:
		if (size < sizeof value) {
			SetLastError(ERROR_INSUFFICIENT_BUFFER);
			return FALSE;
		}
		value = *(ULONG *)info;
		if (value == 0 || value == 2)
			return TRUE;
		SetLastError(ERROR_GEN_FAILURE);
		return FALSE;
	case 1: /* HeapEnableTerminationOnCorruption */
	case 3: /* HeapOptimizeResources */
		return TRUE;
	}
	SetLastError(ERROR_INVALID_PARAMETER);
	return FALSE;
}

BOOL WINAPI HeapQueryInformation(HANDLE heap, HEAP_INFORMATION_CLASS class,
				 PVOID info, SIZE_T size, PSIZE_T needed)
{
	if (class != HeapCompatibilityInformation) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (needed)
		*needed = sizeof(ULONG);
	if (size < sizeof(ULONG)) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	*(ULONG *)info = 2;
	return TRUE;
}

BOOL WINAPI HeapSummary(HANDLE heap, DWORD flags, LPHEAP_SUMMARY s)
{
	RTL_HEAP_WALK_ENTRY w = { .DataAddress = NULL };

	if (s->cb != sizeof *s) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	s->cbAllocated = s->cbCommitted = s->cbReserved = s->cbMaxReserve = 0;
	RtlLockHeap(heap);
	while (NT_SUCCESS(RtlWalkHeap(heap, &w))) {
		if (w.Flags & RTL_HEAP_BUSY)
			s->cbAllocated += w.DataSize;
		if (w.Flags & RTL_HEAP_SEGMENT) {
			s->cbCommitted += w.Segment.CommittedSize;
			s->cbReserved += w.Segment.CommittedSize +
					 w.Segment.UnCommittedSize;
		}
	}
	RtlUnlockHeap(heap);
	s->cbMaxReserve = s->cbReserved;
	return TRUE;
}
