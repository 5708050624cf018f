/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap.c - RtlAllocateHeap and its kin: small blocks.
 *
 * A pair of allocate and free in the thread's cache takes no lock and no
 * atomic operation.  Caches are filled and emptied in batches that grow with
 * use, so that a program which allocates little touches little.
 */
#include "heap.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* ---- blocks between runs and caches ---- */

static void run_list(struct class *c, struct span *run)
{
	run->prev = NULL;
	run->next = c->runs;
	if (c->runs)
		c->runs->prev = run;
	c->runs = run;
	run->listed = TRUE;
}

static void run_unlist(struct class *c, struct span *run)
{
	if (run->prev)
		run->prev->next = run->next;
	else
		c->runs = run->next;
	if (run->next)
		run->next->prev = run->prev;
	run->listed = FALSE;
}

static ULONG run_pages(ULONG stride)
{
	ULONG n;

	if (stride <= 256)
		return 4;
	if (stride <= 1024)
		return 8;
	n = (8 * stride + FIRST + PAGE - 1) / PAGE;
	return n > 48 ? 48 : n;
}

/*
 * Where a run's blocks begin.  Were it the same offset everywhere, the first
 * blocks of all classes, which programs use most, would fight for one set of
 * the processor's cache.  What no block fits into is free to take; beyond that
 * 256 bytes are.
 */
static ULONG run_first(ULONG class, ULONG stride, ULONG pages)
{
	ULONG spare = (pages * PAGE - FIRST) % stride;
	ULONG shift = class * 64 % (spare > 256 ? spare : 256) & ~63u;

	return FIRST + shift + stride > pages * PAGE ? FIRST : FIRST + shift;
}

static struct span *run_new(struct heap *heap, ULONG class)
{
	ULONG stride = stride_of(class);
	ULONG pages = run_pages(stride);
	ULONG least = (stride + FIRST + PAGE - 1) / PAGE;
	struct span *run;

	/* Whoever walks the heap has this lock: let it see a whole run. */
	RtlAcquireSRWLockExclusive(&heap->page_lock);
	run = pages_alloc(heap, pages);
	if (!run && least < pages) { /* a heap of fixed size is nearly full */
		pages = least;
		run = pages_alloc(heap, pages);
	}
	if (run) {
		run->free = NULL;
		run->stride = stride;
		run->used = 0;
		run->first = run_first(class, stride, pages);
		run->bump = run->first;
		run->pages = (USHORT)pages;
		run->class = (UCHAR) class;
	}
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	return run;
}

/* A block nobody ever had, or NULL. */
static void *span_bump(struct heap *heap, struct span *span, ULONG class,
		       ULONG stride)
{
	ULONG at = span->bump;
	char *p = (char *)span + at + sizeof(header_t);

	if (at + stride > span->pages * PAGE)
		return NULL;
	span->bump = at + stride;
	*header(p) = heap->cookie ^
		     ((header_t)MAGIC_FREE << MAGIC_SHIFT |
		      (header_t)class << 40 | (header_t)(at / PAGE) << 32);
	return p;
}

/*
 * A class's first blocks lie in one span with those of all the others: a
 * program that has a few blocks of every size would touch as many pages.
 */
enum { MIXED_PAGES = 6, MIXED_BLOCKS = 4, MIXED_STRIDE = 2048 };

static void *mixed_new(struct heap *heap, ULONG class)
{
	ULONG stride = stride_of(class);
	struct span *span;
	void *p = NULL;

	if (heap->in_mixed[class] == MIXED_BLOCKS || stride > MIXED_STRIDE)
		return NULL;
	heap->in_mixed[class]++;
	RtlAcquireSRWLockExclusive(&heap->page_lock);
	span = heap->mixed;
	if (!span && (span = pages_alloc(heap, MIXED_PAGES))) {
		span->bump = FIRST;
		span->pages = MIXED_PAGES;
		span->class = CLASS_MIXED;
		heap->mixed = span;
	}
	if (span)
		p = span_bump(heap, span, class, stride);
	RtlReleaseSRWLockExclusive(&heap->page_lock);
	return p;
}

static void *list_take(struct heap *heap, void **list)
{
	void *p = *list;

	if ((*header(p) ^ heap->cookie) >> MAGIC_SHIFT != MAGIC_FREE)
		heap_damaged(heap, p);
	*list = *(void **)p;
	return p;
}

static void *run_take(struct heap *heap, ULONG class)
{
	struct class *c = &heap->class[class];

	for (;;) {
		struct span *run = c->runs;
		void *p;

		if (!run) {
			run = run_new(heap, class);
			if (!run)
				return NULL;
			run_list(c, run);
		}
		p = run->free ? list_take(heap, &run->free)
			      : span_bump(heap, run, class, run->stride);
		if (p) {
			run->used++;
			return p;
		}
		run_unlist(c, run);
	}
}

/* Up to n blocks as a list; returns how many. */
static ULONG class_take(struct heap *heap, ULONG class, ULONG n, void **list)
{
	struct class *c = &heap->class[class];
	void *head = NULL, **last = &head;
	ULONG got = 0;

	RtlAcquireSRWLockExclusive(&c->lock);
	while (got < n) {
		void *p = NULL;

		if (c->loose)
			p = list_take(heap, &c->loose);
		else if (!c->runs)
			p = mixed_new(heap, class);
		if (!p)
			p = run_take(heap, class);
		if (!p)
			break;
		*last = p;
		last = (void **)p;
		got++;
	}
	*last = NULL;
	RtlReleaseSRWLockExclusive(&c->lock);
	*list = head;
	return got;
}

static void class_give(struct heap *heap, ULONG class, void *list)
{
	struct class *c = &heap->class[class];
	void *next;

	RtlAcquireSRWLockExclusive(&c->lock);
	for (void *p = list; p; p = next) {
		header_t h = *header(p) ^ heap->cookie;
		struct span *run = span_of(p, h);

		next = *(void **)p;
		if (h >> MAGIC_SHIFT != MAGIC_FREE || CLASS_OF(h) != class)
			heap_damaged(heap, p);
		if (run->class == CLASS_MIXED) {
			*(void **)p = c->loose;
			c->loose = p;
			continue;
		}
		*(void **)p = run->free;
		run->free = p;
		if (!run->listed)
			run_list(c, run);
		/* Empty: back to the pages, unless it is the only one. */
		if (!--run->used && (run->next || run->prev)) {
			run_unlist(c, run);
			RtlAcquireSRWLockExclusive(&heap->page_lock);
			pages_free(heap, run, run->pages);
			RtlReleaseSRWLockExclusive(&heap->page_lock);
		}
	}
	RtlReleaseSRWLockExclusive(&c->lock);
}

/* ---- caches ---- */

static ULONG cap_limit(ULONG class)
{
	ULONG n = 32768 / stride_of(class);

	return n > 128 ? 128 : n < 4 ? 4 : n;
}

/* A busy block for the heap's own use, past every cache. */
static void *own_alloc(struct heap *heap, SIZE_T size)
{
	void *p;

	if (!class_take(heap, class_of(size), 1, &p))
		return NULL;
	*header(p) =
		heap->cookie ^ (((*header(p) ^ heap->cookie) & PLACE_MASK) |
				(header_t)MAGIC_BUSY << MAGIC_SHIFT | size);
	return memset(p, 0, size);
}

static void own_free(struct heap *heap, void *p)
{
	header_t h = *header(p) ^ heap->cookie;

	*header(p) = heap->cookie ^
		     ((h & PLACE_MASK) | (header_t)MAGIC_FREE << MAGIC_SHIFT);
	*(void **)p = NULL;
	class_give(heap, CLASS_OF(h), p);
}

static struct cache *cache_new(struct heap *heap)
{
	struct thread_caches *tc = TEB_PTR(TEB_CACHES);
	struct cache *c;

	if (heap->index == CACHED_HEAPS - 1)
		return NULL;
	if (!tc) {
		tc = own_alloc(rf_peb()->ProcessHeap, sizeof *tc);
		if (!tc)
			return NULL;
		TEB_SET_PTR(TEB_CACHES, tc);
	}
	c = own_alloc(heap, sizeof *c);
	if (!c)
		return NULL;
	c->heap = heap;
	c->slot = &tc->by_index[heap->index];
	RtlAcquireSRWLockExclusive(&heaps_lock);
	c->next = heap->caches;
	if (c->next)
		c->next->prev = c;
	heap->caches = c;
	*c->slot = c;
	RtlReleaseSRWLockExclusive(&heaps_lock);
	return c;
}

static inline struct cache *cache_of(struct heap *heap)
{
	struct thread_caches *tc = TEB_PTR(TEB_CACHES);

	return tc ? tc->by_index[heap->index] : NULL;
}

/* The list may hold cap more blocks than before. */
static void bin_grow(struct bin *b, ULONG class)
{
	ULONG limit = cap_limit(class);
	ULONG cap = b->cap ? b->cap * 2 : 4;

	if (cap > limit)
		cap = limit;
	b->room += cap - b->cap;
	b->cap = cap;
}

static void *cache_fill(struct heap *heap, struct cache *c, ULONG class)
{
	struct bin *b = &c->bin[class];
	ULONG got;
	void *p;

	bin_grow(b, class);
	got = class_take(heap, class, b->cap / 2, &p);
	if (!got)
		return NULL;
	/* One goes to the caller, so it needs no room. */
	b->head = *(void **)p;
	b->room -= got - 1;
	return p;
}

/* Half of the list goes back: the older half, which is further from the CPU. */
static void cache_drain(struct heap *heap, struct bin *b, ULONG class)
{
	ULONG keep = (b->cap - b->room) / 2, n = 0;
	void **at = &b->head, *rest;

	while (*at && n < keep) {
		at = *at;
		n++;
	}
	rest = *at;
	*at = NULL;
	b->room = b->cap - n;
	if (rest)
		class_give(heap, class, rest);
}

/* With heaps_lock held. */
static void cache_free(struct cache *c)
{
	struct heap *heap = c->heap;

	for (ULONG i = 1; i < CLASSES; i++) {
		if (c->bin[i].head)
			class_give(heap, i, c->bin[i].head);
		c->bin[i].head = NULL;
	}
	*c->slot = NULL;
	if (c->prev)
		c->prev->next = c->next;
	else
		heap->caches = c->next;
	if (c->next)
		c->next->prev = c->prev;
	own_free(heap, c);
}

void NTAPI heap_thread_detach(void)
{
	struct thread_caches *tc = TEB_PTR(TEB_CACHES);
	PVOID slots = TEB_PTR(TlsExpansionSlots);

	if (slots) {
		TEB_SET_PTR(TlsExpansionSlots, NULL);
		RtlFreeHeap(rf_heap(), 0, slots);
	}
	if (!tc)
		return;
	RtlAcquireSRWLockExclusive(&heaps_lock);
	for (ULONG i = 0; i < CACHED_HEAPS; i++)
		if (tc->by_index[i])
			cache_free(tc->by_index[i]);
	TEB_SET_PTR(TEB_CACHES, NULL);
	RtlReleaseSRWLockExclusive(&heaps_lock);
	own_free(rf_peb()->ProcessHeap, tc);
}

/* ---- allocate ---- */

void heap_damaged(struct heap *heap, const void *p)
{
	header_t h = *header(p) ^ heap->cookie;

	if (h >> MAGIC_SHIFT == MAGIC_FREE)
		rf_fatal(STATUS_HEAP_CORRUPTION,
			 "heap %p: block %p was freed already", heap, p);
	rf_fatal(STATUS_HEAP_CORRUPTION,
		 "heap %p: what stands before %p is no block's header: the "
		 "block before it was overrun, or it is not of this heap",
		 heap, p);
}

static void *take_small(struct heap *heap, SIZE_T size)
{
	ULONG class = class_of(size);
	struct cache *c = cache_of(heap);
	header_t h;
	void *p;

	if (!c)
		c = cache_new(heap);
	if (!c) {
		if (!class_take(heap, class, 1, &p))
			return NULL;
	} else if (c->bin[class].head) {
		p = c->bin[class].head;
		c->bin[class].head = *(void **)p;
		c->bin[class].room++;
	} else {
		p = cache_fill(heap, c, class);
		if (!p)
			return NULL;
	}
	h = *header(p) ^ heap->cookie;
	if (h >> MAGIC_SHIFT != MAGIC_FREE)
		heap_damaged(heap, p);
	*header(p) = heap->cookie ^ ((h & PLACE_MASK) | size |
				     (header_t)MAGIC_BUSY << MAGIC_SHIFT);
	return p;
}

void *heap_alloc(struct heap *heap, ULONG flags, SIZE_T size)
{
	BOOL checked = heap->special & HEAP_IS_CHECKED;
	SIZE_T whole = checked ? size + TAIL : size;
	BOOL zeroed = FALSE;
	void *p;

	if (size > SIZE_LIMIT)
		p = NULL;
	else if (whole <= SMALL_MAX)
		p = take_small(heap, whole);
	else
		p = big_alloc(heap, whole, 0, &zeroed);
	if (!p) {
		if (flags & HEAP_GENERATE_EXCEPTIONS)
			RtlRaiseStatus(STATUS_NO_MEMORY);
		NtCurrentTeb()->LastStatusValue = STATUS_NO_MEMORY;
		return NULL;
	}
	if (checked)
		fill_new(p, size, !!(flags & HEAP_ZERO_MEMORY));
	else if (flags & HEAP_ZERO_MEMORY && !zeroed)
		memset(p, 0, size);
	return p;
}

static void *__attribute__((noinline))
alloc_slow(struct heap *heap, ULONG flags, SIZE_T size)
{
	void *p;

	if (!is_heap(heap))
		return NULL;
	flags |= heap->flags;
	if (!(heap->special & HEAP_IS_LOCKED))
		return heap_alloc(heap, flags, size);
	RtlEnterCriticalSection(&heap->user_lock);
	p = heap_alloc(heap, flags, size);
	RtlLeaveCriticalSection(&heap->user_lock);
	return p;
}

PVOID NTAPI RtlAllocateHeap(PVOID handle, ULONG flags, SIZE_T size)
{
	struct thread_caches *tc = TEB_PTR(TEB_CACHES);
	struct heap *heap = handle;
	struct cache *c;
	struct bin *b;
	header_t h;
	void *p;

	if (unlikely(size > DIRECT_CLASSES * 16 - sizeof h || !tc ||
		     heap->special))
		return alloc_slow(heap, flags, size);
	c = tc->by_index[heap->index];
	if (unlikely(!c))
		return alloc_slow(heap, flags, size);
	b = &c->bin[(size + sizeof h + 15) / 16];
	p = b->head;
	if (unlikely(!p))
		return alloc_slow(heap, flags, size);
	h = *header(p) ^ heap->cookie;
	if (unlikely(h >> MAGIC_SHIFT != MAGIC_FREE))
		heap_damaged(heap, p);
	b->head = *(void **)p;
	b->room++;
	*header(p) = heap->cookie ^ ((h & PLACE_MASK) | size |
				     (header_t)MAGIC_BUSY << MAGIC_SHIFT);
	if (flags & HEAP_ZERO_MEMORY)
		return memset(p, 0, size);
	return p;
}

/* ---- free ---- */

BOOL heap_free(struct heap *heap, void *p, header_t h)
{
	ULONG class = CLASS_OF(h);
	struct cache *c;
	struct bin *b;

	if (h >> MAGIC_SHIFT != MAGIC_BUSY)
		heap_damaged(heap, p);
	if (heap->special & HEAP_IS_CHECKED) {
		SIZE_T size =
			class >= CLASS_SPAN ? span_of(p, h)->size : SIZE_OF(h);

		check_tail(heap, p, size - TAIL);
		fill_freed(p, size);
	}
	if (class >= CLASS_SPAN) {
		big_free(heap, p, h);
		return TRUE;
	}
	*header(p) = heap->cookie ^
		     ((h & PLACE_MASK) | (header_t)MAGIC_FREE << MAGIC_SHIFT);
	c = cache_of(heap);
	if (!c)
		c = cache_new(heap);
	if (!c) {
		*(void **)p = NULL;
		class_give(heap, class, p);
		return TRUE;
	}
	b = &c->bin[class];
	if (!b->room && b->cap < cap_limit(class))
		bin_grow(b, class);
	else if (!b->room)
		cache_drain(heap, b, class);
	b->room--;
	*(void **)p = b->head;
	b->head = p;
	return TRUE;
}

static BOOLEAN __attribute__((noinline)) free_slow(struct heap *heap, void *p)
{
	if (!p)
		return TRUE;
	if (!is_heap(heap))
		return FALSE;
	if ((ULONG_PTR)p & 15)
		rf_fatal(STATUS_HEAP_CORRUPTION,
			 "heap %p: %p, to be freed, is no block", heap, p);
	if (!(heap->special & HEAP_IS_LOCKED))
		return heap_free(heap, p, *header(p) ^ heap->cookie);
	RtlEnterCriticalSection(&heap->user_lock);
	heap_free(heap, p, *header(p) ^ heap->cookie);
	RtlLeaveCriticalSection(&heap->user_lock);
	return TRUE;
}

BOOL NTAPI RtlFreeHeap(PVOID handle, ULONG flags, PVOID p)
{
	struct thread_caches *tc = TEB_PTR(TEB_CACHES);
	struct heap *heap = handle;
	struct cache *c;
	struct bin *b;
	header_t h;

	if (unlikely(!p || (ULONG_PTR)p & 15 || !tc || heap->special))
		return free_slow(heap, p);
	h = *header(p) ^ heap->cookie;
	c = tc->by_index[heap->index];
	if (unlikely(h >> MAGIC_SHIFT != MAGIC_BUSY || CLASS_OF(h) >= CLASSES ||
		     !c))
		return free_slow(heap, p);
	b = &c->bin[CLASS_OF(h)];
	if (unlikely(!b->room))
		return free_slow(heap, p);
	b->room--;
	*header(p) = heap->cookie ^
		     ((h & PLACE_MASK) | (header_t)MAGIC_FREE << MAGIC_SHIFT);
	*(void **)p = b->head;
	b->head = p;
	return TRUE;
}

/* ---- size, reallocation ---- */

SIZE_T NTAPI RtlSizeHeap(PVOID handle, ULONG flags, const void *p)
{
	struct heap *heap = handle;
	header_t h;
	SIZE_T size;

	if (!p || (ULONG_PTR)p & 15)
		return (SIZE_T)-1;
	h = *header(p) ^ heap->cookie;
	if (h >> MAGIC_SHIFT != MAGIC_BUSY) {
		NtCurrentTeb()->LastStatusValue = STATUS_INVALID_PARAMETER;
		return (SIZE_T)-1;
	}
	size = CLASS_OF(h) >= CLASS_SPAN ? span_of(p, h)->size : SIZE_OF(h);
	return heap->special & HEAP_IS_CHECKED ? size - TAIL : size;
}

/* FALSE: it must move, or may as well to give memory back. */
static BOOL resize(struct heap *heap, void *p, header_t h, SIZE_T size,
		   BOOL in_place_only)
{
	ULONG class = CLASS_OF(h);

	if (class >= CLASS_SPAN) {
		if (size <= SMALL_MAX && !in_place_only)
			return FALSE;
		return big_resize(heap, p, h, size);
	}
	if (size + sizeof h > stride_of(class))
		return FALSE;
	if (!in_place_only && size + sizeof h < stride_of(class) / 2)
		return FALSE;
	*header(p) = heap->cookie ^ ((h & ~(header_t)0xffffffff) | size);
	return TRUE;
}

static void *move(struct heap *heap, ULONG flags, void *p, header_t h,
		  SIZE_T old, SIZE_T size)
{
	BOOL checked = heap->special & HEAP_IS_CHECKED;
	SIZE_T whole = checked ? size + TAIL : size;
	BOOL zeroed;
	void *to;

	/*
	 * What grows once grows again.  Addresses cost nothing on x86_64: so
	 * many that it hardly ever moves a second time.
	 */
	if (size > old && size >= GROWING_FROM && size <= SIZE_LIMIT / 32 &&
	    heap->flags & HEAP_GROWABLE)
		to = big_alloc(heap, whole, GROWN(whole), &zeroed);
	else
		to = heap_alloc(heap, flags & ~HEAP_ZERO_MEMORY, size);
	if (!to) {
		if (flags & HEAP_GENERATE_EXCEPTIONS)
			RtlRaiseStatus(STATUS_NO_MEMORY);
		NtCurrentTeb()->LastStatusValue = STATUS_NO_MEMORY;
		return NULL;
	}
	memcpy(to, p, old < size ? old : size);
	if (checked)
		fill_new((char *)to + size, 0, FALSE);
	heap_free(heap, p, h);
	return to;
}

static void *realloc_block(struct heap *heap, ULONG flags, void *p, SIZE_T size)
{
	header_t h = *header(p) ^ heap->cookie;
	BOOL in_place = !!(flags & HEAP_REALLOC_IN_PLACE_ONLY);
	BOOL checked = heap->special & HEAP_IS_CHECKED;
	SIZE_T old = RtlSizeHeap(heap, 0, p);
	void *to = p;

	if (h >> MAGIC_SHIFT != MAGIC_BUSY)
		heap_damaged(heap, p);
	if (checked)
		check_tail(heap, p, old);
	if (size > SIZE_LIMIT ||
	    !resize(heap, p, h, checked ? size + TAIL : size, in_place)) {
		if (in_place || size > SIZE_LIMIT) {
			NtCurrentTeb()->LastStatusValue = STATUS_NO_MEMORY;
			if (flags & HEAP_GENERATE_EXCEPTIONS)
				RtlRaiseStatus(STATUS_NO_MEMORY);
			return NULL;
		}
		to = move(heap, flags, p, h, old, size);
		if (!to)
			return NULL;
	} else if (checked) {
		fill_new((char *)p + size, 0, FALSE);
	}
	if (flags & HEAP_ZERO_MEMORY && size > old)
		memset((char *)to + old, 0, size - old);
	return to;
}

PVOID NTAPI RtlReAllocateHeap(PVOID handle, ULONG flags, PVOID p, SIZE_T size)
{
	struct heap *heap = handle;
	void *to;

	if (!p || !is_heap(heap) || (ULONG_PTR)p & 15) {
		NtCurrentTeb()->LastStatusValue = STATUS_INVALID_PARAMETER;
		return NULL;
	}
	flags |= heap->flags;
	if (!(heap->special & HEAP_IS_LOCKED))
		return realloc_block(heap, flags, p, size);
	RtlEnterCriticalSection(&heap->user_lock);
	to = realloc_block(heap, flags, p, size);
	RtlLeaveCriticalSection(&heap->user_lock);
	return to;
}
