/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle.c - handles of credentials and contexts.
 *
 * A program may use one that it has closed: so they are places of a table, and
 * a number that is never given again.
 */
#include "tls.h"

struct place {
	struct object *object; /* NULL: free */
	ULONG number;
	ULONG next; /* a free one's: the next of them, + 1 */
};

static RTL_SRWLOCK lock = RTL_SRWLOCK_INIT;
static struct place *places;
static ULONG room, first_free, numbers;

/* Under the lock. */
static BOOL grow(void)
{
	ULONG more = room ? room * 2 : 16;
	struct place *p =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, more * sizeof *p);

	if (!p)
		return FALSE;
	if (room)
		memcpy(p, places, room * sizeof *p);
	for (ULONG i = more; i > room; i--) {
		p[i - 1].next = first_free;
		first_free = i;
	}
	RtlFreeHeap(rf_heap(), 0, places);
	places = p;
	room = more;
	return TRUE;
}

SECURITY_STATUS handle_new(struct object *o, PSecHandle h)
{
	SECURITY_STATUS status = SEC_E_OK;
	struct place *p;

	RtlAcquireSRWLockExclusive(&lock);
	if (first_free || grow()) {
		p = &places[first_free - 1];
		h->dwLower = first_free;
		h->dwUpper = p->number = ++numbers;
		first_free = p->next;
		p->object = o;
	} else {
		status = SEC_E_INSUFFICIENT_MEMORY;
	}
	RtlReleaseSRWLockExclusive(&lock);
	return status;
}

/* Under the lock. */
static struct place *find(const SecHandle *h, enum object_kind kind)
{
	struct place *p;

	if (!h || !h->dwLower || h->dwLower > room)
		return NULL;
	p = &places[h->dwLower - 1];
	return p->object && p->object->kind == kind && p->number == h->dwUpper
		       ? p
		       : NULL;
}

struct object *handle_get(const SecHandle *h, enum object_kind kind)
{
	struct object *o = NULL;
	struct place *p;

	RtlAcquireSRWLockShared(&lock);
	p = find(h, kind);
	if (p) {
		o = p->object;
		InterlockedIncrement(&o->refs);
	}
	RtlReleaseSRWLockShared(&lock);
	return o;
}

void object_put(struct object *o)
{
	if (o && !InterlockedDecrement(&o->refs))
		o->free(o);
}

SECURITY_STATUS handle_close(PSecHandle h, enum object_kind kind)
{
	struct object *o = NULL;
	struct place *p;

	RtlAcquireSRWLockExclusive(&lock);
	p = find(h, kind);
	if (p) {
		o = p->object;
		p->object = NULL;
		p->next = first_free;
		first_free = (ULONG)h->dwLower;
	}
	RtlReleaseSRWLockExclusive(&lock);
	if (!o)
		return SEC_E_INVALID_HANDLE;
	object_put(o);
	return SEC_E_OK;
}
