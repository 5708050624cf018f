/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap.h - how a heap lies in memory; shared by heap*.c.
 *
 *   segment   one reservation: [heap] segment, page table, then spans
 *   span      whole pages: a run of equal small blocks, one big block, or
 *             the first blocks of many classes
 *   block     8 bytes of header, then what the caller sees, 16-aligned
 *
 * Small blocks travel  run <-> class (under its lock) <-> thread's cache.
 * A block's header is XORed with the heap's cookie, so that anything written
 * over it, and any pointer that is no block of this heap, shows.
 */
#ifndef RF_HEAP_H
#define RF_HEAP_H

#include "ntdll-private.h"

enum {
	PAGE = 4096,
	FIRST = 56,          /* offset of the first header in a span */
	DIRECT_CLASSES = 64, /* strides of 16 to 1024 bytes */
	CLASSES = DIRECT_CLASSES + 1 + 20, /* then 4 per doubling to 32 KB */
	CLASS_MIXED = 253, /* a span: blocks of many classes */
	CLASS_SPAN = 254,  /* a big block of a segment */
	CLASS_ALONE = 255, /* a big block with a reservation of its own */
	SMALL_MAX = 32768 - 8,
	CACHED_HEAPS = 32, /* the last index never has a cache */
	BINS = 20,
	KEPT_SPANS = 8,
};

#ifdef _WIN64
#define ALONE_FROM     ((SIZE_T)1 << 20)
#define SEGMENT_MAX    ((SIZE_T)64 << 20)
#define FIXED_HEAP_MAX 0xff000
#define SIZE_LIMIT     ((SIZE_T)1 << 46)
#define KEPT_MAX       ((SIZE_T)32 << 20)
#define GROWING_FROM   ((SIZE_T)128 << 10)
#define GROWN(n)       ((n)*16)
#else
#define ALONE_FROM     ((SIZE_T)1 << 19)
#define SEGMENT_MAX    ((SIZE_T)16 << 20)
#define FIXED_HEAP_MAX 0x7f000
#define SIZE_LIMIT     ((SIZE_T)0x7fff0000)
#define KEPT_MAX       ((SIZE_T)2 << 20)
#define GROWING_FROM   ALONE_FROM
#define GROWN(n)       ((n) + (n) / 4)
#endif

/*
 *   63      48 47    40 39    32 31             0
 *   | magic   | class  | page   | size asked for |
 *
 * page: pages between the span's start and this header.  Of a big block the
 * size stands in struct span.
 */
typedef ULONGLONG header_t;
#define MAGIC_BUSY  0xb10cu
#define MAGIC_FREE  0xf4eeu
#define MAGIC_SHIFT 48
#define CLASS_OF(h) ((ULONG)((h) >> 40) & 0xff)
#define PAGE_OF(h)  ((ULONG)((h) >> 32) & 0xff)
#define SIZE_OF(h)  ((ULONG)(h))
#define PLACE_MASK  0x0000ffff00000000ull /* class and page */

static inline header_t *header(const void *p)
{
	return (header_t *)p - 1;
}

struct span {
	struct segment *segment;
	union {
		void *free;  /* run: list of blocks */
		SIZE_T size; /* big block: as asked for */
	};
	struct span *next, *prev; /* class's runs with room; or lone blocks */
	union {
		struct {
			ULONG stride;
			ULONG used; /* blocks that are out */
			ULONG bump; /* offset of the first header not yet made
				     */
			ULONG first; /* offset of the first header */
		};
		struct {
			SIZE_T committed; /* lone block: bytes */
			SIZE_T reserved;
		};
	};
	USHORT pages;
	UCHAR class;
	UCHAR listed; /* in its class's list */
};
_Static_assert(sizeof(struct span) <= FIRST, "the first header overlaps");

enum page_kind { PAGE_INNER, PAGE_FREE, PAGE_USED };
/* Fresh memory is zero, and so is this. */
enum page_state { PAGE_FRESH, PAGE_DIRTY, PAGE_RELEASED };

/*
 * A span says its length and kind at both ends, for the neighbour behind it.
 * The last of a segment has none: the table's end is not touched for it.
 */
struct page {
	struct page *next, *prev; /* of a free span's first page */
	ULONG len;                /* in pages */
	UCHAR kind;               /* PAGE_INNER between the ends */
	UCHAR state; /* enum page_state */
};

struct segment {
	struct segment *next;
	struct heap *heap;
	char *base;
	ULONG pages;             /* with those of this header */
	ULONG first;             /* page after the header */
	ULONG bins_used;         /* bit n: bins[n] is not empty */
	struct page *bins[BINS]; /* free spans of 2^n to 2^(n+1)-1 pages */
	struct page page[];
};

struct class
{
	RTL_SRWLOCK lock;
	struct span *runs; /* with room */
	void *loose;       /* free blocks of the mixed span */
};

struct bin {
	void *head;
	ULONG room; /* blocks that may still be put here */
	ULONG cap;
};

struct cache {
	struct heap *heap;
	struct cache *next, *prev; /* of the heap */
	struct cache **slot;       /* where its thread has it */
	struct bin bin[CLASSES];
};

/*
 * What a thread has: TEB.ReservedForCodeCoverage points to it.  (Microsoft's
 * coverage tool has that field; nothing else touches it.)
 */
struct thread_caches {
	struct cache *by_index[CACHED_HEAPS];
};
#define TEB_CACHES ReservedForCodeCoverage

/* heap.special: whoever sees one of them takes the slow way. */
enum { HEAP_IS_LOCKED = 1, HEAP_IS_CHECKED = 2 };

#define HEAP_MAGIC 0xeeffeeffu

struct heap {
	header_t cookie;
	ULONG index; /* of thread_caches.by_index */
	volatile LONG special;
	ULONG signature; /* 0xffeeffee, where Windows has it */
	ULONG magic;
	struct heap *next, *prev; /* of the process */
	struct segment *segments; /* newest first */
	struct span *lone;        /* blocks with their own reservations */
	struct cache *caches;
	RTL_SRWLOCK page_lock; /* segments, lone, pages */
#ifdef _WIN64
	char pad[0x70 - 0x48];
#else
	char pad[0x40 - 0x30];
#endif
	ULONG flags; /* Flags and ForceFlags: some programs look */
	ULONG force_flags;
	ULONG protect;
	ULONG free_pages;                  /* free and dirty */
	SIZE_T next_segment;               /* bytes */
	struct span *kept[KEPT_SPANS + 1]; /* the last: a lone block */
	struct span *mixed;                /* or NULL: not made yet */
	RTL_CRITICAL_SECTION user_lock;    /* RtlLockHeap */
	UCHAR in_mixed[CLASSES]; /* blocks of the class there; its lock */
	struct class class[CLASSES];
};
RF_AT(struct heap, flags, 0x70, 0x40);
RF_AT(struct heap, force_flags, 0x74, 0x44);

static inline ULONG class_of(SIZE_T size)
{
	ULONG stride = (ULONG)size + sizeof(header_t), n, log;

	if (stride <= 1024)
		return (stride + 15) / 16;
	n = stride - 1;
	log = 31 - __builtin_clz(n);
	return DIRECT_CLASSES + 1 + (log - 10) * 4 + (n >> (log - 2) & 3);
}

static inline ULONG stride_of(ULONG class)
{
	ULONG k = class - DIRECT_CLASSES - 1;

	if (class <= DIRECT_CLASSES)
		return class * 16;
	return (k % 4 + 5) << (k / 4 + 8);
}

static inline struct span *span_of(const void *p, header_t h)
{
	return (struct span *)(((ULONG_PTR)header(p) & ~(ULONG_PTR)(PAGE - 1)) -
			       (ULONG_PTR)PAGE_OF(h) * PAGE);
}

static inline BOOL is_heap(const struct heap *heap)
{
	return heap && heap->magic == HEAP_MAGIC;
}

/* ---- heap.c ------------------------------------------------------------- */

/* heap-create.c: the list of heaps and of every thread's caches. */
extern RTL_SRWLOCK heaps_lock;
extern struct heap *heaps;
/* Ends the process, naming heap and block. */
void heap_damaged(struct heap *heap, const void *p)
	__attribute__((noreturn, noinline, cold));
void *heap_alloc(struct heap *heap, ULONG flags, SIZE_T size);
BOOL heap_free(struct heap *heap, void *p, header_t h);

/* ---- heap-pages.c ---- */

struct segment *segment_add(struct heap *heap, SIZE_T bytes);
/* What the heap's own structure needs of the first page on: page_lock held. */
void segment_init(struct segment *seg, struct heap *heap, char *base,
		  SIZE_T bytes);
/* NULL: no memory.  Both with page_lock held. */
struct span *pages_alloc(struct heap *heap, ULONG n);
void pages_free(struct heap *heap, struct span *span, ULONG n);
/* The span's own pages change to n; FALSE: the pages behind are taken. */
BOOL pages_resize(struct heap *heap, struct span *span, ULONG old, ULONG n);

void *big_alloc(struct heap *heap, SIZE_T size, SIZE_T reserve, BOOL *zeroed);
void big_free(struct heap *heap, void *p, header_t h);
/* Where it is; FALSE: it must move. */
BOOL big_resize(struct heap *heap, void *p, header_t h, SIZE_T size);

/* ---- heap-debug.c ---- */

enum { TAIL = 16 }; /* bytes behind a block of a checked heap */
void check_tail(struct heap *heap, const void *p, SIZE_T size);
void fill_new(void *p, SIZE_T size, BOOL zero);
void fill_freed(void *p, SIZE_T size);

#endif
