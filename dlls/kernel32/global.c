/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * global.c - GlobalAlloc, LocalAlloc and their families.
 *
 * Fixed memory is a block of the process heap and its own handle.  Movable
 * memory has a handle: the address of a pointer to the block, in a table of
 * 64 Ki entries (as on Windows), so that a bad handle is told by its address.
 * Heap blocks have the bit HANDLE_BIT clear, handles have it set; a handle read
 * as a pointer's pointer works, which some programs know.
 */
#include "kernel32-private.h"

#define HANDLE_BIT sizeof(void *)
#define ENTRIES    0x10000

struct entry {
	UCHAR used;
	UCHAR locks;
	USHORT flags; /* GMEM_DISCARDABLE and such, GMEM_DISCARDED */
#ifdef _WIN64
	ULONG free_next; /* index + 1 of the next free entry */
#endif
	void *p; /* the handle is this field's address */
};

_Static_assert(offsetof(struct entry, p) == HANDLE_BIT, "handles have the bit");
_Static_assert(sizeof(struct entry) == 2 * sizeof(void *), "entry");

static SRWLOCK lock = SRWLOCK_INIT;
/* All under the lock. */
static struct entry *table;
static ULONG used_once; /* entries below this have been handed out */
static struct entry *free_list;

static struct entry *entry_of(HANDLE h)
{
	ULONG_PTR at = (ULONG_PTR)h - HANDLE_BIT;
	struct entry *e = (struct entry *)at;

	if (!((ULONG_PTR)h & HANDLE_BIT) || !table || e < table ||
	    e >= table + ENTRIES || at % sizeof *e || !e->used)
		return NULL;
	return e;
}

static BOOL is_handle(HANDLE h)
{
	return ((ULONG_PTR)h & HANDLE_BIT) != 0;
}

static struct entry *entry_new(void)
{
	struct entry *e;

	if (!table) {
		PVOID base = NULL;
		SIZE_T size = ENTRIES * sizeof *e;

		if (!rf_result(NtAllocateVirtualMemory(
			    NtCurrentProcess(), &base, 0, &size,
			    MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)))
			return NULL;
		table = base;
	}
	e = free_list;
	if (e) {
		free_list = e->p;
	} else if (used_once < ENTRIES) {
		e = &table[used_once++];
	} else {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	e->used = 1;
	e->locks = 0;
	e->flags = 0;
	e->p = NULL;
	return e;
}

static void entry_free(struct entry *e)
{
	e->used = 0;
	e->p = free_list;
	free_list = e;
}

static HANDLE bad_handle(void)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

/* ---- allocate, free, resize ---- */

static HANDLE alloc(UINT flags, SIZE_T size)
{
	DWORD heap_flags = flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0;
	struct entry *e;
	PVOID p = NULL;

	if (!(flags & GMEM_MOVEABLE) || size) {
		p = RtlAllocateHeap(rf_heap(), heap_flags, size);
		if (!p) {
			SetLastError(ERROR_NOT_ENOUGH_MEMORY);
			return NULL;
		}
	}
	if (!(flags & GMEM_MOVEABLE))
		return p;
	RtlAcquireSRWLockExclusive(&lock);
	e = entry_new();
	if (e) {
		e->p = p;
		e->flags = flags & (GMEM_DISCARDABLE | GMEM_DDESHARE);
		/* No memory yet counts as discarded. */
		if (!p)
			e->flags |= GMEM_DISCARDED;
	}
	RtlReleaseSRWLockExclusive(&lock);
	if (!e) {
		k32_free(p);
		return NULL;
	}
	return &e->p;
}

static HANDLE release(HANDLE h)
{
	struct entry *e;
	PVOID p;

	if (!h)
		return NULL;
	if (!is_handle(h)) {
		if (RtlFreeHeap(rf_heap(), 0, h))
			return NULL;
		SetLastError(ERROR_INVALID_HANDLE);
		return h;
	}
	RtlAcquireSRWLockExclusive(&lock);
	e = entry_of(h);
	p = e ? e->p : NULL;
	if (e)
		entry_free(e);
	RtlReleaseSRWLockExclusive(&lock);
	if (!e) {
		SetLastError(ERROR_INVALID_HANDLE);
		return h;
	}
	k32_free(p);
	return NULL;
}

static HANDLE resize_fixed(PVOID p, SIZE_T size, UINT flags)
{
	DWORD heap_flags = flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0;
	PVOID q;

	if (flags & GMEM_MODIFY) {
		HANDLE h;

		/* Fixed memory becomes movable; its place does not change. */
		if (!(flags & GMEM_MOVEABLE))
			return p;
		h = alloc(GMEM_MOVEABLE, 0);
		if (h) {
			RtlAcquireSRWLockExclusive(&lock);
			entry_of(h)->p = p;
			entry_of(h)->flags = flags & GMEM_DISCARDABLE;
			RtlReleaseSRWLockExclusive(&lock);
		}
		return h;
	}
	if (!(flags & GMEM_MOVEABLE))
		heap_flags |= HEAP_REALLOC_IN_PLACE_ONLY;
	q = RtlReAllocateHeap(rf_heap(), heap_flags, p, size);
	if (!q)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return q;
}

/* With the lock held. */
static HANDLE resize_movable(struct entry *e, SIZE_T size, UINT flags)
{
	DWORD heap_flags = flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0;
	PVOID q;

	if (flags & GMEM_MODIFY) {
		e->flags = (e->flags & ~GMEM_DISCARDABLE) |
			   (flags & GMEM_DISCARDABLE);
		return &e->p;
	}
	if (!size) {
		if (e->locks) {
			SetLastError(ERROR_INVALID_HANDLE);
			return NULL;
		}
		k32_free(e->p);
		e->p = NULL;
		e->flags |= GMEM_DISCARDED;
		return &e->p;
	}
	if (e->locks && !(flags & GMEM_MOVEABLE))
		heap_flags |= HEAP_REALLOC_IN_PLACE_ONLY;
	q = e->p ? RtlReAllocateHeap(rf_heap(), heap_flags, e->p, size)
		 : RtlAllocateHeap(rf_heap(), heap_flags, size);
	if (!q) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	e->p = q;
	e->flags &= ~GMEM_DISCARDED;
	return &e->p;
}

static HANDLE resize(HANDLE h, SIZE_T size, UINT flags)
{
	struct entry *e;
	HANDLE result;

	if (!is_handle(h))
		return h ? resize_fixed(h, size, flags) : bad_handle();
	RtlAcquireSRWLockExclusive(&lock);
	e = entry_of(h);
	result = e ? resize_movable(e, size, flags) : bad_handle();
	RtlReleaseSRWLockExclusive(&lock);
	return result;
}

/* ---- lock and look ---- */

static PVOID lock_handle(HANDLE h)
{
	struct entry *e;
	PVOID p = NULL;

	if (!is_handle(h))
		return h;
	RtlAcquireSRWLockExclusive(&lock);
	e = entry_of(h);
	if (!e) {
		SetLastError(ERROR_INVALID_HANDLE);
	} else if (!e->p) {
		SetLastError(ERROR_DISCARDED);
	} else {
		p = e->p;
		if (e->locks < 0xff)
			e->locks++;
	}
	RtlReleaseSRWLockExclusive(&lock);
	return p;
}

/* TRUE while it stays locked. */
static BOOL unlock_handle(HANDLE h)
{
	struct entry *e;
	BOOL locked = FALSE;

	RtlAcquireSRWLockExclusive(&lock);
	e = entry_of(h);
	if (!e) {
		SetLastError(ERROR_INVALID_HANDLE);
	} else if (!e->locks) {
		SetLastError(ERROR_NOT_LOCKED);
	} else {
		/* 255 means "too many to count": it never comes down. */
		if (e->locks < 0xff)
			e->locks--;
		locked = e->locks != 0;
		if (!locked)
			SetLastError(ERROR_SUCCESS);
	}
	RtlReleaseSRWLockExclusive(&lock);
	return locked;
}

static SIZE_T size_of(HANDLE h)
{
	struct entry *e;
	SIZE_T size = 0;

	if (!h) {
		SetLastError(ERROR_INVALID_HANDLE);
		return 0;
	}
	if (!is_handle(h)) {
		size = RtlSizeHeap(rf_heap(), 0, h);
		if (size != (SIZE_T)-1)
			return size;
		SetLastError(ERROR_INVALID_HANDLE);
		return 0;
	}
	RtlAcquireSRWLockShared(&lock);
	e = entry_of(h);
	if (!e)
		SetLastError(ERROR_INVALID_HANDLE);
	else if (e->p)
		size = RtlSizeHeap(rf_heap(), 0, e->p);
	RtlReleaseSRWLockShared(&lock);
	return size;
}

static UINT flags_of(HANDLE h)
{
	struct entry *e;
	UINT flags = GMEM_INVALID_HANDLE;

	if (!is_handle(h)) {
		if (h && RtlSizeHeap(rf_heap(), 0, h) != (SIZE_T)-1)
			return 0;
		SetLastError(ERROR_INVALID_HANDLE);
		return flags;
	}
	RtlAcquireSRWLockShared(&lock);
	e = entry_of(h);
	if (e)
		flags = e->flags | e->locks;
	else
		SetLastError(ERROR_INVALID_HANDLE);
	RtlReleaseSRWLockShared(&lock);
	return flags;
}

static HANDLE handle_of(LPCVOID p)
{
	HANDLE h = NULL;
	ULONG i;

	if (!p)
		return bad_handle();
	RtlAcquireSRWLockShared(&lock);
	for (i = 0; i < used_once && !h; i++)
		if (table[i].used && table[i].p == p)
			h = &table[i].p;
	RtlReleaseSRWLockShared(&lock);
	if (h)
		return h;
	if (RtlSizeHeap(rf_heap(), 0, p) == (SIZE_T)-1)
		return bad_handle();
	return (HANDLE)p;
}

/* ---- Global ---- */

HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size)
{
	return alloc(flags, size);
}

HGLOBAL WINAPI GlobalFree(HGLOBAL h)
{
	return release(h);
}

HGLOBAL WINAPI GlobalReAlloc(HGLOBAL h, SIZE_T size, UINT flags)
{
	return resize(h, size, flags);
}

LPVOID WINAPI GlobalLock(HGLOBAL h)
{
	return lock_handle(h);
}

BOOL WINAPI GlobalUnlock(HGLOBAL h)
{
	/* Fixed memory is always locked. */
	return is_handle(h) ? unlock_handle(h) : TRUE;
}

SIZE_T WINAPI GlobalSize(HGLOBAL h)
{
	return size_of(h);
}

UINT WINAPI GlobalFlags(HGLOBAL h)
{
	return flags_of(h);
}

HGLOBAL WINAPI GlobalHandle(LPCVOID p)
{
	return handle_of(p);
}

SIZE_T WINAPI GlobalCompact(DWORD wanted)
{
	return RtlCompactHeap(rf_heap(), 0);
}

VOID WINAPI GlobalFix(HGLOBAL h)
{
	lock_handle(h);
}

VOID WINAPI GlobalUnfix(HGLOBAL h)
{
	GlobalUnlock(h);
}

LPVOID WINAPI GlobalWire(HGLOBAL h)
{
	return lock_handle(h);
}

BOOL WINAPI GlobalUnWire(HGLOBAL h)
{
	return GlobalUnlock(h);
}

/* ---- Local ---- */

HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size)
{
	/* LMEM_DISCARDABLE is 0xf00, of which Global memory knows 0x100. */
	return alloc(flags, size);
}

HLOCAL WINAPI LocalFree(HLOCAL h)
{
	return release(h);
}

HLOCAL WINAPI LocalReAlloc(HLOCAL h, SIZE_T size, UINT flags)
{
	return resize(h, size, flags);
}

LPVOID WINAPI LocalLock(HLOCAL h)
{
	return lock_handle(h);
}

BOOL WINAPI LocalUnlock(HLOCAL h)
{
	if (is_handle(h))
		return unlock_handle(h);
	SetLastError(ERROR_NOT_LOCKED);
	return FALSE;
}

SIZE_T WINAPI LocalSize(HLOCAL h)
{
	return size_of(h);
}

UINT WINAPI LocalFlags(HLOCAL h)
{
	return flags_of(h);
}

HLOCAL WINAPI LocalHandle(LPCVOID p)
{
	return handle_of(p);
}

SIZE_T WINAPI LocalCompact(UINT wanted)
{
	return RtlCompactHeap(rf_heap(), 0);
}

SIZE_T WINAPI LocalShrink(HLOCAL h, UINT size)
{
	return RtlCompactHeap(rf_heap(), 0);
}
