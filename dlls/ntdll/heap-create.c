/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap-create.c - making and ending heaps, and the list of them.
 *
 * The first heap is the first thing that a process does: one call to the
 * kernel, and nothing is written that is zero already.
 */
#include "heap.h"
#include <x86intrin.h>

RTL_SRWLOCK heaps_lock;
struct heap *heaps;
static ULONG index_used;     /* bit n: index n; with heaps_lock */
static PVOID heap_array[64]; /* PEB.ProcessHeaps */

enum { TAIL_CHECK = 0x10, FREE_CHECK = 0x20 }; /* PEB.NtGlobalFlag */

/* With heaps_lock held. */
static void heap_list(struct heap *heap)
{
	PPEB peb = rf_peb();
	ULONG index;

	heap->next = heaps;
	if (heaps)
		heaps->prev = heap;
	heaps = heap;
	/* When all indices are taken, a heap goes without caches. */
	index = __builtin_ctz(~index_used);
	heap->index = index;
	if (heap->index < CACHED_HEAPS - 1)
		index_used |= 1u << heap->index;
	peb->ProcessHeaps = heap_array;
	peb->MaximumNumberOfHeaps = ARRAY_SIZE(heap_array);
	if (peb->NumberOfHeaps < ARRAY_SIZE(heap_array))
		heap_array[peb->NumberOfHeaps++] = heap;
}

static void heap_unlist(struct heap *heap)
{
	PPEB peb = rf_peb();

	if (heap->prev)
		heap->prev->next = heap->next;
	else
		heaps = heap->next;
	if (heap->next)
		heap->next->prev = heap->prev;
	if (heap->index < CACHED_HEAPS - 1)
		index_used &= ~(1u << heap->index);
	for (ULONG i = 0; i < peb->NumberOfHeaps; i++)
		if (heap_array[i] == heap) {
			heap_array[i] = heap_array[--peb->NumberOfHeaps];
			break;
		}
	while (heap->caches) {
		*heap->caches->slot = NULL;
		heap->caches = heap->caches->next;
	}
}

static struct heap *heap_new(ULONG flags, SIZE_T bytes)
{
	ULONG protect = flags & HEAP_CREATE_ENABLE_EXECUTE
				? PAGE_EXECUTE_READWRITE
				: PAGE_READWRITE;
	struct heap *heap;
	PVOID base = NULL;
	ULONG check;

	bytes = (bytes + 0xffff) & ~(SIZE_T)0xffff;
	if (!NT_SUCCESS(NtAllocateVirtualMemory(
		    NtCurrentProcess(), &base, 0, &bytes,
		    MEM_RESERVE | MEM_COMMIT, protect)))
		return NULL;
	/* Fresh memory is zero: only what is not zero is written. */
	heap = base;
	heap->cookie = (__rdtsc() ^ (ULONG_PTR)base) * 0x9e3779b97f4a7c15ull;
	heap->signature = 0xffeeffee;
	heap->magic = HEAP_MAGIC;
	heap->flags = flags;
	heap->protect = protect;
	heap->next_segment = 4u << 20;
	check = rf_peb()->NtGlobalFlag & (TAIL_CHECK | FREE_CHECK);
	if (check)
		heap->special = HEAP_IS_CHECKED;
	RtlInitializeCriticalSection(&heap->user_lock);
	segment_init((struct segment *)(heap + 1), heap, base, bytes);
	RtlAcquireSRWLockExclusive(&heaps_lock);
	heap_list(heap);
	RtlReleaseSRWLockExclusive(&heaps_lock);
	return heap;
}

PVOID heap_create_process_heap(void)
{
	rf_peb()->ProcessHeap = heap_new(HEAP_GROWABLE, 1 << 20);
	return rf_peb()->ProcessHeap;
}

PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve,
			  SIZE_T commit, PVOID lock, PVOID parameters)
{
	SIZE_T bytes = 256 << 10;

	/* Memory of the caller's own: needs commit callbacks that we lack. */
	if (base)
		return NULL;
	flags &= HEAP_NO_SERIALIZE | HEAP_GROWABLE | HEAP_GENERATE_EXCEPTIONS |
		 HEAP_CREATE_ENABLE_EXECUTE;
	if (reserve > SIZE_LIMIT / 2)
		return NULL;
	if (!(flags & HEAP_GROWABLE)) /* our own structures come on top */
		bytes = (reserve > commit ? reserve : commit) + 65536 +
			reserve / 64;
	else if (commit > bytes || reserve > bytes)
		bytes = (commit > reserve ? commit : reserve) + 65536;
	return heap_new(flags, bytes);
}

PVOID NTAPI RtlDestroyHeap(PVOID handle)
{
	struct heap *heap = handle;
	struct segment *seg, *next;
	struct span *lone;
	PVOID base;
	SIZE_T zero;

	if (!is_heap(heap) || heap == rf_peb()->ProcessHeap)
		return heap;
	RtlAcquireSRWLockExclusive(&heaps_lock);
	heap_unlist(heap);
	RtlReleaseSRWLockExclusive(&heaps_lock);
	heap->magic = 0;
	while ((lone = heap->lone)) {
		heap->lone = lone->next;
		base = lone;
		zero = 0;
		NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero,
				    MEM_RELEASE);
	}
	for (seg = heap->segments; seg; seg = next) {
		next = seg->next; /* the last holds the heap itself */
		base = seg->base;
		zero = 0;
		NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero,
				    MEM_RELEASE);
	}
	return NULL;
}
