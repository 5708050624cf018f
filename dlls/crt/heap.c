/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * heap.c - malloc and its relatives, over the process heap.
 *
 * One heap for all, as in Windows: memory from ucrtbase may be freed through
 * msvcrt.  RtlAllocateHeap gives 16-byte alignment (8 on i686), so that only
 * _aligned_* needs a header: the word before the block points to its start.
 */
#include "crt.h"

int crt_new_mode; /* malloc calls the new handler too */
typedef int (*new_handler_fn)(size_t);
static new_handler_fn new_handler;

new_handler_fn crt_set_new_handler(new_handler_fn h)
{
	return InterlockedExchangePointer((void **)&new_handler, h);
}

/* ?set_new_handler@@: old C++; only "none" was ever allowed. */
new_handler_fn crt_set_new_handler_std(new_handler_fn h)
{
	crt_set_new_handler(NULL);
	return NULL;
}

new_handler_fn crt_query_new_handler(void)
{
	return new_handler;
}

int _set_new_mode(int mode)
{
	int old = crt_new_mode;

	CRT_REQUIRE(mode == 0 || mode == 1, EINVAL, -1);
	crt_new_mode = mode;
	return old;
}

int crt_query_new_mode(void)
{
	return crt_new_mode;
}

int _callnewh(size_t n)
{
	new_handler_fn h = new_handler;

	return h && h(n);
}

static CRT_COLD int try_again(size_t n)
{
	return crt_new_mode && n <= (size_t)PTRDIFF_MAX && _callnewh(n);
}

void *malloc(size_t n)
{
	void *p;

	do
		p = RtlAllocateHeap(rf_heap(), 0, n);
	while (__builtin_expect(!p, 0) && try_again(n));
	if (__builtin_expect(!p, 0))
		crt_errno = ENOMEM;
	return p;
}

void free(void *p)
{
	if (p)
		RtlFreeHeap(rf_heap(), 0, p);
}

void *calloc(size_t n, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(n, size, &total)) {
		crt_errno = ENOMEM;
		return NULL;
	}
	do
		p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, total);
	while (!p && try_again(total));
	if (!p)
		crt_errno = ENOMEM;
	return p;
}

void *realloc(void *old, size_t n)
{
	void *p;

	if (!old)
		return malloc(n);
	if (!n) {
		free(old);
		return NULL;
	}
	do
		p = RtlReAllocateHeap(rf_heap(), 0, old, n);
	while (!p && try_again(n));
	if (!p)
		crt_errno = ENOMEM;
	return p;
}

void *_recalloc(void *old, size_t n, size_t size)
{
	size_t total, had = old ? _msize(old) : 0;
	void *p;

	if (__builtin_mul_overflow(n, size, &total)) {
		crt_errno = ENOMEM;
		return NULL;
	}
	p = realloc(old, total);
	if (p && total > had)
		memset((char *)p + had, 0, total - had);
	return p;
}

void *_realloc_base(void *p, size_t n)
{
	return realloc(p, n);
}

void *_malloc_base(size_t n)
{
	return malloc(n);
}

void *_calloc_base(size_t n, size_t size)
{
	return calloc(n, size);
}

void _free_base(void *p)
{
	free(p);
}

size_t _msize(void *p)
{
	CRT_REQUIRE(p, EINVAL, (size_t)-1);
	return RtlSizeHeap(rf_heap(), 0, p);
}

void *_expand(void *p, size_t n)
{
	CRT_REQUIRE(p, EINVAL, NULL);
	p = RtlReAllocateHeap(rf_heap(), HEAP_REALLOC_IN_PLACE_ONLY, p,
			      n ? n : 1);
	if (!p)
		crt_errno = ENOMEM;
	return p;
}

intptr_t _get_heap_handle(void)
{
	return (intptr_t)rf_heap();
}

int _heapchk(void)
{
	return HeapValidate(rf_heap(), 0, NULL) ? _HEAPOK : _HEAPBADNODE;
}

int _heapmin(void)
{
	HeapCompact(rf_heap(), 0);
	return 0;
}

int _heapset(unsigned fill)
{
	return _heapchk();
}

/* _HEAPINFO is { int *_pentry; size_t _size; int _useflag; }. */
int _heapwalk(_HEAPINFO *info)
{
	PROCESS_HEAP_ENTRY e;

	CRT_REQUIRE(info, EINVAL, _HEAPBADPTR);
	memset(&e, 0, sizeof(e));
	e.lpData = info->_pentry;
	e.wFlags = PROCESS_HEAP_ENTRY_BUSY;
	if (info->_pentry && info->_useflag == _FREEENTRY)
		e.wFlags = 0;
	e.cbData = (DWORD)info->_size;
	if (!HeapLock(rf_heap()))
		return _HEAPBADBEGIN;
	for (;;) {
		if (!HeapWalk(rf_heap(), &e)) {
			HeapUnlock(rf_heap());
			return GetLastError() == ERROR_NO_MORE_ITEMS
				       ? _HEAPEND
				       : _HEAPBADNODE;
		}
		if (!(e.wFlags &
		      (PROCESS_HEAP_REGION | PROCESS_HEAP_UNCOMMITTED_RANGE)))
			break;
	}
	HeapUnlock(rf_heap());
	info->_pentry = e.lpData;
	info->_size = e.cbData;
	info->_useflag =
		e.wFlags & PROCESS_HEAP_ENTRY_BUSY ? _USEDENTRY : _FREEENTRY;
	return _HEAPOK;
}

/* ------------------------------------------------------------- aligned */

static size_t heap_threshold;

size_t _get_sbh_threshold(void)
{
	return heap_threshold;
}

int _set_sbh_threshold(size_t n)
{
	return n == 0;
}

/* The block is p where (p + offset) is aligned. */
void *_aligned_offset_malloc(size_t n, size_t align, size_t offset)
{
	uintptr_t start, p;
	size_t total;

	CRT_REQUIRE(align && !(align & (align - 1)), EINVAL, NULL);
	CRT_REQUIRE(!offset || offset < n, EINVAL, NULL);
	if (align < sizeof(void *))
		align = sizeof(void *);
	if (__builtin_add_overflow(n, align + 2 * sizeof(void *), &total)) {
		crt_errno = ENOMEM;
		return NULL;
	}
	start = (uintptr_t)malloc(total);
	if (!start)
		return NULL;
	p = start + 2 * sizeof(void *) - 1 + align + offset;
	p = (p & ~(uintptr_t)(align - 1)) - offset;
	while (p - start < sizeof(void *))
		p += align;
	/* Unaligned offsets leave the header unaligned too. */
	memcpy((char *)p - sizeof(void *), &start, sizeof(void *));
	return (void *)p;
}

void *_aligned_malloc(size_t n, size_t align)
{
	return _aligned_offset_malloc(n, align, 0);
}

static void *aligned_start(void *p)
{
	void *start;

	memcpy(&start, (char *)p - sizeof(void *), sizeof(void *));
	return start;
}

void _aligned_free(void *p)
{
	if (p)
		free(aligned_start(p));
}

size_t _aligned_msize(void *p, size_t align, size_t offset)
{
	char *start;

	CRT_REQUIRE(p, EINVAL, (size_t)-1);
	start = aligned_start(p);
	return _msize(start) - (size_t)((char *)p - start);
}

void *_aligned_offset_realloc(void *old, size_t n, size_t align, size_t offset)
{
	size_t had;
	void *p;

	if (!old)
		return _aligned_offset_malloc(n, align, offset);
	if (!n) {
		_aligned_free(old);
		return NULL;
	}
	had = _aligned_msize(old, align, offset);
	p = _aligned_offset_malloc(n, align, offset);
	if (!p)
		return NULL;
	memcpy(p, old, had < n ? had : n);
	_aligned_free(old);
	return p;
}

void *_aligned_realloc(void *old, size_t n, size_t align)
{
	return _aligned_offset_realloc(old, n, align, 0);
}

void *_aligned_offset_recalloc(void *old, size_t n, size_t size, size_t align,
			       size_t offset)
{
	size_t total, had = old ? _aligned_msize(old, align, offset) : 0;
	void *p;

	if (__builtin_mul_overflow(n, size, &total)) {
		crt_errno = ENOMEM;
		return NULL;
	}
	p = _aligned_offset_realloc(old, total, align, offset);
	if (p && total > had)
		memset((char *)p + had, 0, total - had);
	return p;
}

void *_aligned_recalloc(void *old, size_t n, size_t size, size_t align)
{
	return _aligned_offset_recalloc(old, n, size, align, 0);
}

/* ------------------------------------------------------------- C++ new */

/* operator new: the handler decides; bad_alloc is the program's own. */
void *crt_op_new(size_t n)
{
	void *p;

	while (!(p = RtlAllocateHeap(rf_heap(), 0, n)))
		if (!_callnewh(n)) {
			crt_errno = ENOMEM;
			return NULL;
		}
	return p;
}

void crt_op_delete(void *p)
{
	free(p);
}
