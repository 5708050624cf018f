/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap-debug.c - looking into heaps: validate, walk, compact, information, and
 * the patterns of checked heaps (NtGlobalFlag's tail and free check).
 *
 * Whoever looks holds the heap still with RtlLockHeap; blocks in another
 * thread's cache count as free, which is what they are.
 */
#include "heap.h"

/* What Windows' debug heap writes, and debuggers know. */
enum { FILL_NEW = 0xbaadf00d, FILL_FREED = 0xfeeefeee, FILL_TAIL = 0xab };

void check_tail(struct heap *heap, const void *p, SIZE_T size)
{
	const UCHAR *tail = (const UCHAR *)p + size;

	for (ULONG i = 0; i < TAIL; i++)
		if (tail[i] != FILL_TAIL)
			rf_fatal(STATUS_HEAP_CORRUPTION,
				 "heap %p: block %p of %Iu bytes was overrun, "
				 "%lu bytes behind its end",
				 heap, p, size, i);
}

void fill_new(void *p, SIZE_T size, BOOL zero)
{
	if (zero)
		memset(p, 0, size);
	else
		RtlFillMemoryUlong(p, size, (ULONG)FILL_NEW);
	memset((char *)p + size, FILL_TAIL, TAIL);
}

void fill_freed(void *p, SIZE_T size)
{
	RtlFillMemoryUlong(p, size, (ULONG)FILL_FREED);
}

/* ---- walking ---- */

static ULONG run_count(const struct span *run)
{
	return (run->bump - run->first) / run->stride;
}

static char *run_block(struct span *run, ULONG i)
{
	return (char *)run + run->first + sizeof(header_t) +
	       (SIZE_T)i * run->stride;
}

static BOOL is_run(const struct span *span)
{
	return span->class < CLASSES;
}

/* Of a big block's span the only one, of the mixed span the first. */
static char *first_block(struct span *span)
{
	return (char *)span + FIRST + sizeof(header_t);
}

/*
 * The block behind p in the mixed span; NULL: p's header is damaged.  Behind
 * the last: mixed_end().
 */
static char *mixed_next(char *p, header_t h)
{
	ULONG class = CLASS_OF(h);

	return class && class < CLASSES ? p + stride_of(class) : NULL;
}

static char *mixed_end(struct span *span)
{
	return (char *)span + span->bump + sizeof(header_t);
}

/*
 * Calls fn for every block until it returns FALSE.  A page table entry or
 * header that makes no sense ends it with FALSE as well.
 */
static BOOL walk_span(struct heap *heap, struct span *span, SIZE_T bytes,
		      BOOL (*fn)(void *arg, char *p, header_t h, SIZE_T room),
		      void *arg)
{
	char *p = first_block(span), *next;
	header_t h;

	if (span->class == CLASS_MIXED) {
		for (; p < mixed_end(span); p = next) {
			h = *header(p) ^ heap->cookie;
			next = mixed_next(p, h);
			if (!next || next > mixed_end(span) ||
			    !fn(arg, p, h, (SIZE_T)(next - p)))
				return FALSE;
		}
		return TRUE;
	}
	if (!is_run(span))
		return fn(arg, p, *header(p) ^ heap->cookie, bytes);
	for (ULONG i = 0; i < run_count(span); i++) {
		p = run_block(span, i);
		if (!fn(arg, p, *header(p) ^ heap->cookie, span->stride))
			return FALSE;
	}
	return TRUE;
}

static BOOL
walk_segment(struct heap *heap, struct segment *seg,
	     BOOL (*fn)(void *arg, char *p, header_t h, SIZE_T room), void *arg)
{
	for (ULONG at = seg->first; at < seg->pages;) {
		struct page *page = &seg->page[at];
		struct span *span =
			(struct span *)(seg->base + (SIZE_T)at * PAGE);

		if (!page->len || page->len > seg->pages - at)
			return FALSE;
		if (page->kind == PAGE_USED &&
		    !walk_span(heap, span, (SIZE_T)page->len * PAGE, fn, arg))
			return FALSE;
		at += page->len;
	}
	return TRUE;
}

static BOOL walk(struct heap *heap,
		 BOOL (*fn)(void *arg, char *p, header_t h, SIZE_T room),
		 void *arg)
{
	struct segment *seg;
	struct span *lone;

	for (seg = heap->segments; seg; seg = seg->next)
		if (!walk_segment(heap, seg, fn, arg))
			return FALSE;
	for (lone = heap->lone; lone; lone = lone->next)
		if (!walk_span(heap, lone, lone->committed, fn, arg))
			return FALSE;
	return TRUE;
}

static void hold(struct heap *heap)
{
	RtlEnterCriticalSection(&heap->user_lock);
	RtlAcquireSRWLockExclusive(&heap->page_lock);
}

static void let_go(struct heap *heap)
{
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	RtlLeaveCriticalSection(&heap->user_lock);
}

/* ---- validate ---- */

struct validation {
	struct heap *heap;
};

static BOOL tail_is_whole(struct heap *heap, const char *p, header_t h)
{
	SIZE_T size =
		CLASS_OF(h) >= CLASS_SPAN ? span_of(p, h)->size : SIZE_OF(h);

	if (!(heap->special & HEAP_IS_CHECKED))
		return TRUE;
	for (ULONG i = 1; i <= TAIL; i++)
		if ((UCHAR)p[size - i] != FILL_TAIL)
			return FALSE;
	return TRUE;
}

static BOOL valid_block(void *arg, char *p, header_t h, SIZE_T room)
{
	struct validation *v = arg;
	ULONG magic = (ULONG)(h >> MAGIC_SHIFT);

	if (magic != MAGIC_BUSY && magic != MAGIC_FREE)
		return FALSE;
	if (magic == MAGIC_BUSY && CLASS_OF(h) < CLASSES &&
	    SIZE_OF(h) > room - sizeof h)
		return FALSE;
	if (magic == MAGIC_FREE)
		return TRUE;
	return tail_is_whole(v->heap, p, h);
}

static struct segment *segment_of(struct heap *heap, const char *p)
{
	struct segment *seg;

	for (seg = heap->segments; seg; seg = seg->next)
		if (p >= seg->base + (SIZE_T)seg->first * PAGE &&
		    p < seg->base + (SIZE_T)seg->pages * PAGE)
			break;
	return seg;
}

/* The span that a block's header names, if there can be one; else NULL. */
static struct span *check_place(struct heap *heap, struct segment *seg,
				const char *p, header_t h)
{
	struct span *span = span_of(p, h);
	SIZE_T at = (SIZE_T)((char *)span - seg->base) / PAGE;
	char *block;
	SIZE_T offset;

	if ((char *)span < seg->base || at < seg->first || at >= seg->pages ||
	    seg->page[at].kind != PAGE_USED)
		return NULL;
	if (span->class == CLASS_MIXED) {
		block = first_block(span);
		while (block && block < mixed_end(span) && block != p)
			block = mixed_next(block,
					   *header(block) ^ heap->cookie);
		return block == p && p < mixed_end(span) ? span : NULL;
	}
	if (span->class != CLASS_OF(h))
		return NULL;
	if (!is_run(span))
		return p == first_block(span) ? span : NULL;
	offset = (SIZE_T)(p - run_block(span, 0));
	return !(offset % span->stride) &&
			       offset / span->stride < run_count(span)
		       ? span
		       : NULL;
}

/* One block: without a look at the others. */
static BOOL valid_one(struct heap *heap, const char *p)
{
	struct segment *seg = segment_of(heap, p);
	struct span *span;
	header_t h;

	if ((ULONG_PTR)p & 15)
		return FALSE;
	for (span = heap->lone; !seg && span; span = span->next)
		if (p == first_block(span))
			break;
	if (!seg && !span)
		return FALSE;
	h = *header(p) ^ heap->cookie;
	if (h >> MAGIC_SHIFT != MAGIC_BUSY)
		return FALSE;
	return (!seg || check_place(heap, seg, p, h)) &&
	       tail_is_whole(heap, p, h);
}

BOOLEAN NTAPI RtlValidateHeap(PVOID handle, ULONG flags, const void *p)
{
	struct heap *heap = handle;
	struct validation v = { heap };
	BOOL whole;

	if (!is_heap(heap))
		return FALSE;
	hold(heap);
	whole = p ? valid_one(heap, p) : walk(heap, valid_block, &v);
	let_go(heap);
	return (BOOLEAN)whole;
}

/* Without heaps_lock: who has a heap's user_lock may be waiting for it. */
BOOLEAN NTAPI RtlValidateProcessHeaps(void)
{
	BOOLEAN whole = TRUE;
	PVOID list[64];
	ULONG n = RtlGetProcessHeaps(ARRAY_SIZE(list), list);

	for (ULONG i = 0; i < n && i < ARRAY_SIZE(list); i++)
		whole = RtlValidateHeap(list[i], 0, NULL) && whole;
	return whole;
}

/* ---- walk ---- */

struct found {
	char *p;     /* NULL: no more */
	SIZE_T room; /* with header */
	struct segment *region; /* told before its blocks; then p is NULL */
};

static BOOL take_first(void *arg, char *p, header_t h, SIZE_T room)
{
	*(struct found *)arg = (struct found){ p, room, NULL };
	return FALSE;
}

/* The first block of the spans from page at on. */
static BOOL first_from(struct heap *heap, struct segment *seg, ULONG at,
		       struct found *f)
{
	while (at < seg->pages && seg->page[at].len) {
		struct page *page = &seg->page[at];

		if (page->kind == PAGE_USED)
			walk_span(
				heap,
				(struct span *)(seg->base + (SIZE_T)at * PAGE),
				(SIZE_T)page->len * PAGE, take_first, f);
		if (f->p)
			return TRUE;
		at += page->len;
	}
	return FALSE;
}

static void first_lone(struct heap *heap, struct span *lone, struct found *f)
{
	if (lone)
		walk_span(heap, lone, lone->committed, take_first, f);
}

/*
 * The order does not change while the heap is locked: after, a block or (where
 * region is set) a segment's base, says it all.
 */
static void find_next(struct heap *heap, char *after, BOOL region,
		      struct found *f)
{
	struct segment *seg = heap->segments;
	struct span *span;
	ULONG at;

	if (!after) {
		f->region = seg;
		return;
	}
	if (region) {
		while (seg && seg->base != after)
			seg = seg->next;
		if (!seg)
			return;
		at = seg->first;
	} else {
		header_t h;

		seg = segment_of(heap, after);
		for (span = heap->lone; !seg && span; span = span->next)
			if (after == first_block(span)) {
				first_lone(heap, span->next, f);
				return;
			}
		if (!seg)
			return;
		h = *header(after) ^ heap->cookie;
		span = check_place(heap, seg, after, h);
		if (!span)
			return;
		if (span->class == CLASS_MIXED) {
			char *next = mixed_next(after, h), *end = NULL;

			if (next && next < mixed_end(span))
				end = mixed_next(next, *header(next) ^
							       heap->cookie);
			if (end) {
				*f = (struct found){
					next, (SIZE_T)(end - next), NULL
				};
				return;
			}
		}
		if (is_run(span) &&
		    after + span->stride < run_block(span, run_count(span))) {
			*f = (struct found){ after + span->stride,
					     span->stride, NULL };
			return;
		}
		at = (ULONG)(((char *)span - seg->base) / PAGE);
		at += seg->page[at].len;
	}
	if (first_from(heap, seg, at, f))
		return;
	f->region = seg->next;
	if (!f->region)
		first_lone(heap, heap->lone, f);
}

/* What threads' caches lie in is nobody's block.  With heaps_lock held. */
static BOOL is_own(struct heap *heap, const char *p)
{
	for (const struct cache *c = heap->caches; c; c = c->next)
		if (p == (const char *)c)
			return TRUE;
	if (heap != rf_peb()->ProcessHeap)
		return FALSE;
	for (struct heap *h = heaps; h; h = h->next)
		for (const struct cache *c = h->caches; c; c = c->next)
			if (p == (const char *)(c->slot - h->index))
				return TRUE;
	return FALSE;
}

static void tell_region(const struct segment *seg, PRTL_HEAP_WALK_ENTRY e)
{
	char *blocks = seg->base + (SIZE_T)seg->first * PAGE;

	e->Flags = RTL_HEAP_SEGMENT;
	e->DataAddress = seg->base;
	e->DataSize = (SIZE_T)(blocks - seg->base);
	e->Segment.CommittedSize = seg->pages * PAGE;
	e->Segment.FirstEntry = blocks;
	e->Segment.LastEntry = seg->base + (SIZE_T)seg->pages * PAGE;
}

NTSTATUS NTAPI RtlWalkHeap(PVOID handle, PVOID out)
{
	PRTL_HEAP_WALK_ENTRY e = out;
	struct heap *heap = handle;
	struct found f = { .p = e->DataAddress };
	BOOL region = !!(e->Flags & RTL_HEAP_SEGMENT);
	header_t h;

	if (!is_heap(heap))
		return STATUS_INVALID_HANDLE;
	RtlEnterCriticalSection(&heap->user_lock); /* before heaps_lock */
	RtlAcquireSRWLockShared(&heaps_lock);
	hold(heap);
	do {
		char *after = f.p;

		f = (struct found){ 0 };
		find_next(heap, after, region, &f);
		region = FALSE;
	} while (f.p && is_own(heap, f.p));
	memset(e, 0, sizeof *e);
	for (struct segment *s = heap->segments;
	     s && s != f.region && s != segment_of(heap, f.p); s = s->next)
		e->SegmentIndex++;
	let_go(heap);
	RtlReleaseSRWLockShared(&heaps_lock);
	RtlLeaveCriticalSection(&heap->user_lock);
	if (f.region) {
		tell_region(f.region, e);
		return STATUS_SUCCESS;
	}
	if (!f.p)
		return STATUS_NO_MORE_ENTRIES;
	h = *header(f.p) ^ heap->cookie;
	e->DataAddress = f.p;
	e->OverheadBytes = sizeof h;
	if (h >> MAGIC_SHIFT == MAGIC_BUSY) {
		e->Flags = RTL_HEAP_BUSY;
		e->DataSize = RtlSizeHeap(heap, 0, f.p);
		if (f.room - e->DataSize < 255)
			e->OverheadBytes = (UCHAR)(f.room - e->DataSize);
	} else {
		e->DataSize = f.room - sizeof h;
	}
	return STATUS_SUCCESS;
}

/* ---- the rest ---- */

BOOLEAN NTAPI RtlLockHeap(PVOID handle)
{
	struct heap *heap = handle;

	if (!is_heap(heap) || heap->flags & HEAP_NO_SERIALIZE)
		return FALSE;
	RtlEnterCriticalSection(&heap->user_lock);
	InterlockedOr(&heap->special, HEAP_IS_LOCKED);
	return TRUE;
}

BOOLEAN NTAPI RtlUnlockHeap(PVOID handle)
{
	struct heap *heap = handle;

	if (!is_heap(heap) || heap->flags & HEAP_NO_SERIALIZE ||
	    !RtlIsCriticalSectionLockedByThread(&heap->user_lock))
		return FALSE;
	if (heap->user_lock.RecursionCount == 1)
		InterlockedAnd(&heap->special, ~(LONG)HEAP_IS_LOCKED);
	RtlLeaveCriticalSection(&heap->user_lock);
	return TRUE;
}

/* The largest free block.  What is free has merged already. */
SIZE_T NTAPI RtlCompactHeap(PVOID handle, ULONG flags)
{
	struct heap *heap = handle;
	ULONG most = 0;

	if (!is_heap(heap))
		return 0;
	RtlAcquireSRWLockExclusive(&heap->page_lock);
	for (struct segment *seg = heap->segments; seg; seg = seg->next)
		for (ULONG i = 0; i < BINS; i++)
			for (struct page *p = seg->bins[i]; p; p = p->next)
				most = p->len > most ? p->len : most;
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	return most ? (SIZE_T)most * PAGE - FIRST - sizeof(header_t) : 0;
}

ULONG NTAPI RtlGetProcessHeaps(ULONG count, PVOID *to)
{
	ULONG n = 0;

	RtlAcquireSRWLockShared(&heaps_lock);
	for (struct heap *heap = heaps; heap; heap = heap->next, n++)
		if (n < count)
			to[n] = heap;
	RtlReleaseSRWLockShared(&heaps_lock);
	return n;
}

enum { COMPATIBILITY = 0, TERMINATION = 1, OPTIMIZE = 3 };

DWORD NTAPI RtlQueryHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS class,
				    PVOID info, SIZE_T size, PSIZE_T needed)
{
	if (class != (HEAP_INFORMATION_CLASS)COMPATIBILITY)
		return STATUS_INVALID_INFO_CLASS;
	if (needed)
		*needed = sizeof(ULONG);
	if (size < sizeof(ULONG))
		return STATUS_BUFFER_TOO_SMALL;
	*(ULONG *)info = 2; /* the low-fragmentation heap */
	return STATUS_SUCCESS;
}

/* Every heap has low fragmentation and ends the process when damaged. */
DWORD NTAPI RtlSetHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS class,
				  PVOID info, SIZE_T size)
{
	switch ((int)class) {
	case COMPATIBILITY:
		if (size < sizeof(ULONG))
			return STATUS_BUFFER_TOO_SMALL;
		return *(ULONG *)info <= 2 ? STATUS_SUCCESS
					   : STATUS_UNSUCCESSFUL;
	case TERMINATION:
	case OPTIMIZE:
		return STATUS_SUCCESS;
	default:
		return STATUS_INVALID_INFO_CLASS;
	}
}

/* Values that belong to blocks are kept by GlobalAlloc, not here. */
BOOLEAN NTAPI RtlSetUserValueHeap(PVOID handle, ULONG flags, PVOID p,
				  PVOID value)
{
	return FALSE;
}

BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID handle, ULONG flags, PVOID p,
				 PVOID *value, ULONG *user_flags)
{
	if (RtlSizeHeap(handle, flags, p) == (SIZE_T)-1)
		return FALSE;
	if (value)
		*value = NULL;
	if (user_flags)
		*user_flags = 0;
	return TRUE;
}

static BOOL zero_free(void *arg, char *p, header_t h, SIZE_T room)
{
	/* The first word links free blocks. */
	if (h >> MAGIC_SHIFT == MAGIC_FREE)
		memset(p + sizeof(void *), 0, room - sizeof h - sizeof(void *));
	return TRUE;
}

BOOLEAN NTAPI RtlZeroHeap(PVOID handle, ULONG flags)
{
	struct heap *heap = handle;

	if (!is_heap(heap))
		return FALSE;
	hold(heap);
	walk(heap, zero_free, heap);
	let_go(heap);
	return TRUE;
}

DWORD NTAPI RtlMultipleAllocateHeap(PVOID handle, ULONG flags, SIZE_T size,
				    ULONG count, PVOID *array)
{
	ULONG n;

	for (n = 0; n < count; n++) {
		array[n] = RtlAllocateHeap(handle, flags, size);
		if (!array[n])
			break;
	}
	return n;
}

DWORD NTAPI RtlMultipleFreeHeap(PVOID handle, ULONG flags, ULONG count,
				PVOID *array)
{
	ULONG n;

	for (n = 0; n < count && RtlFreeHeap(handle, flags, array[n]); n++)
		;
	return n;
}
