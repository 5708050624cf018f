/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap-pages.c - a heap's segments, the spans of pages in them, and blocks
 * that are spans of their own.
 *
 * Free spans merge with their neighbours and are found by the power of two
 * below their length.  Memory that stays free goes back to the system once
 * there is much of it.
 */
#include "heap.h"

/* Pages: so many stay, and shorter spans are not worth a call. */
enum { KEEP_FREE = sizeof(void *) == 8 ? 1024 : 256, RELEASE_FROM = 16 };

static ULONG log2_of(ULONG n)
{
	ULONG log = 31 - __builtin_clz(n);

	return log < BINS ? log : BINS - 1;
}

/* Both ends of the span of n pages at p. */
static void mark(struct segment *seg, struct page *p, ULONG n,
		 enum page_kind kind)
{
	p->len = n;
	p->kind = kind;
	if (p + n < seg->page + seg->pages) {
		p[n - 1].len = n;
		p[n - 1].kind = kind;
	}
}

static void free_link(struct segment *seg, ULONG at, ULONG n)
{
	struct page *p = &seg->page[at];
	ULONG bin = log2_of(n);

	mark(seg, p, n, PAGE_FREE);
	p->prev = NULL;
	p->next = seg->bins[bin];
	if (p->next)
		p->next->prev = p;
	seg->bins[bin] = p;
	seg->bins_used |= 1u << bin;
}

static void free_unlink(struct segment *seg, struct page *p)
{
	ULONG bin = log2_of(p->len);

	if (p->prev)
		p->prev->next = p->next;
	else
		seg->bins[bin] = p->next;
	if (p->next)
		p->next->prev = p->prev;
	if (!seg->bins[bin])
		seg->bins_used &= ~(1u << bin);
	mark(seg, p, p->len, PAGE_INNER);
}

void segment_init(struct segment *seg, struct heap *heap, char *base,
		  SIZE_T bytes)
{
	seg->heap = heap;
	seg->base = base;
	seg->pages = (ULONG)(bytes / PAGE);
	seg->first =
		(ULONG)(((char *)&seg->page[seg->pages] - base + PAGE - 1) /
			PAGE);
	seg->next = heap->segments;
	heap->segments = seg;
	free_link(seg, seg->first, seg->pages - seg->first);
}

struct segment *segment_add(struct heap *heap, SIZE_T bytes)
{
	SIZE_T size = heap->next_segment;
	PVOID base = NULL;
	NTSTATUS status;

	if (!(heap->flags & HEAP_GROWABLE))
		return NULL;
	/* The page table is under 1/64 of what it describes. */
	bytes += bytes / 64 + 4 * PAGE;
	if (size < bytes)
		size = bytes;
	size = (size + 0xffff) & ~(SIZE_T)0xffff;
	status = NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size,
					 MEM_RESERVE | MEM_COMMIT,
					 heap->protect);
	if (!NT_SUCCESS(status) && size > bytes + 65536) {
		base = NULL;
		size = (bytes + 0xffff) & ~(SIZE_T)0xffff;
		status = NtAllocateVirtualMemory(
			NtCurrentProcess(), &base, 0, &size,
			MEM_RESERVE | MEM_COMMIT, heap->protect);
	}
	if (!NT_SUCCESS(status))
		return NULL;
	if (heap->next_segment < SEGMENT_MAX)
		heap->next_segment *= 2;
	segment_init(base, heap, base, size);
	return base;
}

static struct page *find_free(struct segment *seg, ULONG n)
{
	ULONG bin = log2_of(n);
	ULONG above = bin + 1 < BINS ? seg->bins_used >> (bin + 1) : 0;

	for (struct page *p = seg->bins[bin]; p; p = p->next)
		if (p->len >= n)
			return p;
	return above ? seg->bins[bin + 1 + __builtin_ctz(above)] : NULL;
}

/* Commit what of [at, at + n) is not.  FALSE: no memory. */
static BOOL recommit(struct segment *seg, ULONG at, ULONG n)
{
	PVOID base = seg->base + (SIZE_T)at * PAGE;
	SIZE_T size = (SIZE_T)n * PAGE;
	ULONG i, dirty = 0, released = 0;

	for (i = at; i < at + n; i++) {
		dirty += seg->page[i].state == PAGE_DIRTY;
		released += seg->page[i].state == PAGE_RELEASED;
	}
	if (released && !NT_SUCCESS(NtAllocateVirtualMemory(
				NtCurrentProcess(), &base, 0, &size, MEM_COMMIT,
				seg->heap->protect)))
		return FALSE;
	for (i = at; dirty < n && i < at + n; i++)
		seg->page[i].state = PAGE_DIRTY;
	seg->heap->free_pages -= dirty;
	return TRUE;
}

static struct span *take(struct segment *seg, struct page *p, ULONG n)
{
	ULONG at = (ULONG)(p - seg->page), len = p->len;
	struct span *span = (struct span *)(seg->base + (SIZE_T)at * PAGE);

	if (!recommit(seg, at, n))
		return NULL;
	free_unlink(seg, p);
	if (len > n)
		free_link(seg, at + n, len - n);
	p->len = n;
	p->kind = PAGE_USED;
	p[n - 1].len = n;
	span->segment = seg;
	return span;
}

struct span *pages_alloc(struct heap *heap, ULONG n)
{
	struct segment *seg;
	struct page *p;

	for (seg = heap->segments; seg; seg = seg->next) {
		p = find_free(seg, n);
		if (p)
			return take(seg, p, n);
	}
	seg = segment_add(heap, (SIZE_T)n * PAGE);
	return seg ? take(seg, &seg->page[seg->first], n) : NULL;
}

/* Give the free span at back to the system. */
static void release(struct segment *seg, ULONG at, ULONG n)
{
	PVOID base = seg->base + (SIZE_T)at * PAGE;
	SIZE_T size = (SIZE_T)n * PAGE;
	ULONG i, dirty = 0;

	for (i = at; i < at + n; i++)
		dirty += seg->page[i].state == PAGE_DIRTY;
	if (!dirty || !NT_SUCCESS(NtFreeVirtualMemory(NtCurrentProcess(), &base,
						      &size, MEM_DECOMMIT)))
		return;
	for (i = at; i < at + n; i++)
		seg->page[i].state = PAGE_RELEASED;
	seg->heap->free_pages -= dirty;
}

/* All at once and then nothing for a while, rather than a little each time. */
static void release_spans(struct heap *heap)
{
	for (struct segment *seg = heap->segments; seg; seg = seg->next)
		for (ULONG i = log2_of(RELEASE_FROM); i < BINS; i++)
			for (struct page *p = seg->bins[i]; p; p = p->next)
				release(seg, (ULONG)(p - seg->page), p->len);
}

static void free_range(struct segment *seg, ULONG at, ULONG n)
{
	struct heap *heap = seg->heap;
	ULONG from = at, len = n;

	heap->free_pages += n;
	seg->page[at].kind = PAGE_INNER;
	if (at + n < seg->pages && seg->page[at + n].kind == PAGE_FREE) {
		len += seg->page[at + n].len;
		free_unlink(seg, &seg->page[at + n]);
	}
	if (at > seg->first && seg->page[at - 1].kind == PAGE_FREE) {
		from -= seg->page[at - 1].len;
		len += seg->page[at - 1].len;
		free_unlink(seg, &seg->page[from]);
	}
	free_link(seg, from, len);
	if (heap->free_pages > KEEP_FREE && len >= RELEASE_FROM)
		release_spans(heap);
}

void pages_free(struct heap *heap, struct span *span, ULONG n)
{
	struct segment *seg = span->segment;

	free_range(seg, (ULONG)(((char *)span - seg->base) / PAGE), n);
}

BOOL pages_resize(struct heap *heap, struct span *span, ULONG old, ULONG n)
{
	struct segment *seg = span->segment;
	ULONG at = (ULONG)(((char *)span - seg->base) / PAGE);
	struct page *behind = &seg->page[at + old];
	ULONG len;

	if (n < old) {
		seg->page[at].len = n;
		seg->page[at + n - 1].len = n;
		free_range(seg, at + n, old - n);
		return TRUE;
	}
	if (n == old)
		return TRUE;
	if (at + old >= seg->pages || behind->kind != PAGE_FREE ||
	    behind->len < n - old || !recommit(seg, at + old, n - old))
		return FALSE;
	len = behind->len;
	free_unlink(seg, behind);
	if (len > n - old)
		free_link(seg, at + n, len - (n - old));
	seg->page[at].len = n;
	seg->page[at + n - 1].len = n;
	return TRUE;
}

/* ---- big blocks ---- */

static void *make_big(struct heap *heap, struct span *span, ULONG class,
		      SIZE_T size)
{
	char *p = (char *)span + FIRST + sizeof(header_t);

	span->size = size;
	*header(p) = heap->cookie ^ ((header_t)MAGIC_BUSY << MAGIC_SHIFT |
				     (header_t) class << 40 | (ULONG)size);
	return p;
}

static SIZE_T whole_pages(SIZE_T size)
{
	return (size + FIRST + sizeof(header_t) + PAGE - 1) &
	       ~(SIZE_T)(PAGE - 1);
}

static void *alone_alloc(struct heap *heap, SIZE_T size, SIZE_T reserve)
{
	SIZE_T commit = whole_pages(size);
	ULONG type = MEM_RESERVE | MEM_COMMIT;
	struct span *span;
	PVOID base = NULL;
	SIZE_T n = commit;
	void *p;

	if (reserve) {
		n = whole_pages(reserve);
		type = MEM_RESERVE;
	}
	if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0,
						&n, type, heap->protect)))
		return reserve ? alone_alloc(heap, size, 0) : NULL;
	if (reserve && !NT_SUCCESS(NtAllocateVirtualMemory(
			       NtCurrentProcess(), &base, 0, &commit,
			       MEM_COMMIT, heap->protect))) {
		n = 0;
		NtFreeVirtualMemory(NtCurrentProcess(), &base, &n, MEM_RELEASE);
		return NULL;
	}
	span = base;
	span->committed = commit;
	span->reserved = n;
	span->class = CLASS_ALONE;
	p = make_big(heap, span, CLASS_ALONE, size);
	RtlAcquireSRWLockExclusive(&heap->page_lock);
	span->prev = NULL;
	span->next = heap->lone;
	if (heap->lone)
		heap->lone->prev = span;
	heap->lone = span;
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	return p;
}

/*
 * Big blocks freed a moment ago, one per slot, still as they were: programs
 * that need such a block in a loop get the same one each time, untouched by
 * the system.  Freed in the eyes of everybody else.
 */
static struct span **slot_of(struct heap *heap, ULONG class, SIZE_T bytes)
{
	if (class == CLASS_ALONE)
		return &heap->kept[KEPT_SPANS];
	return &heap->kept[bytes / PAGE % KEPT_SPANS];
}

static SIZE_T span_bytes(const struct span *span)
{
	return span->class == CLASS_ALONE ? span->committed
					  : whole_pages(span->size);
}

static void release_big(struct heap *heap, struct span *span)
{
	PVOID base = span;
	SIZE_T zero = 0;

	RtlAcquireSRWLockExclusive(&heap->page_lock);
	if (span->class == CLASS_SPAN) {
		pages_free(heap, span, (ULONG)(whole_pages(span->size) / PAGE));
		RtlReleaseSRWLockExclusive(&heap->page_lock);
		return;
	}
	if (span->prev)
		span->prev->next = span->next;
	else
		heap->lone = span->next;
	if (span->next)
		span->next->prev = span->prev;
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE);
}

static struct span *reuse(struct heap *heap, ULONG class, SIZE_T size)
{
	SIZE_T need = whole_pages(size), have;
	struct span **slot = slot_of(heap, class, need), *span;

	if (!*slot)
		return NULL;
	span = InterlockedExchangePointer((PVOID *)slot, NULL);
	if (!span)
		return NULL;
	have = span_bytes(span);
	if (have == need ||
	    (class == CLASS_ALONE && have > need && have - need <= need / 4))
		return span;
	span = InterlockedExchangePointer((PVOID *)slot, span);
	if (span)
		release_big(heap, span);
	return NULL;
}

/* *zeroed: nobody has had this memory. */
void *big_alloc(struct heap *heap, SIZE_T size, SIZE_T reserve, BOOL *zeroed)
{
	BOOL fixed = !(heap->flags & HEAP_GROWABLE);
	ULONG class = (size >= ALONE_FROM && !fixed) || reserve ? CLASS_ALONE
								: CLASS_SPAN;
	struct span *span;
	void *p = NULL;

	*zeroed = FALSE;
	if (fixed && (size > FIXED_HEAP_MAX || reserve))
		return NULL;
	span = reserve ? NULL : reuse(heap, class, size);
	if (span)
		return make_big(heap, span, class, size);
	if (class == CLASS_ALONE) {
		*zeroed = TRUE;
		return alone_alloc(heap, size, reserve);
	}
	RtlAcquireSRWLockExclusive(&heap->page_lock);
	span = pages_alloc(heap, (ULONG)(whole_pages(size) / PAGE));
	if (span) {
		span->class = CLASS_SPAN;
		p = make_big(heap, span, CLASS_SPAN, size);
	}
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	return p;
}

void big_free(struct heap *heap, void *p, header_t h)
{
	struct span *span = span_of(p, h);
	SIZE_T bytes = span_bytes(span);

	*header(p) = heap->cookie ^
		     ((h & PLACE_MASK) | (header_t)MAGIC_FREE << MAGIC_SHIFT);
	if (bytes <= KEPT_MAX)
		span = InterlockedExchangePointer(
			(PVOID *)slot_of(heap, CLASS_OF(h), bytes), span);
	if (span)
		release_big(heap, span);
}

/* Commits ahead, so that steady growth does not ask for every page. */
static BOOL alone_resize(struct heap *heap, struct span *span, SIZE_T size)
{
	SIZE_T need = whole_pages(size), n;
	PVOID base = (char *)span + span->committed;

	if (need <= span->committed) {
		/* Giving back less than half of it is not worth the call. */
		if (need < span->committed / 2) {
			base = (char *)span + need;
			n = span->committed - need;
			if (NT_SUCCESS(NtFreeVirtualMemory(NtCurrentProcess(),
							   &base, &n,
							   MEM_DECOMMIT)))
				span->committed = need;
		}
		return TRUE;
	}
	if (need > span->reserved)
		return FALSE;
	n = need + need / 8;
	n = n > span->reserved ? span->reserved : n & ~(SIZE_T)(PAGE - 1);
	n -= span->committed;
	if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0,
						&n, MEM_COMMIT, heap->protect)))
		return FALSE;
	span->committed += n;
	return TRUE;
}

BOOL big_resize(struct heap *heap, void *p, header_t h, SIZE_T size)
{
	struct span *span = span_of(p, h);
	BOOL done;

	if (CLASS_OF(h) == CLASS_ALONE) {
		done = alone_resize(heap, span, size);
	} else if (!(heap->flags & HEAP_GROWABLE) && size > FIXED_HEAP_MAX) {
		return FALSE;
	} else {
		RtlAcquireSRWLockExclusive(&heap->page_lock);
		done = size < ALONE_FROM * 4 &&
		       pages_resize(heap, span,
				    (ULONG)(whole_pages(span->size) / PAGE),
				    (ULONG)(whole_pages(size) / PAGE));
		RtlReleaseSRWLockExclusive(&heap->page_lock);
	}
	if (done) {
		span->size = size;
		*header(p) = heap->cookie ^
			     ((h & ~(header_t)0xffffffff) | (ULONG)size);
	}
	return done;
}
