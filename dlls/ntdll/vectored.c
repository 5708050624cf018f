/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vectored.c - exception and continue handlers of the whole process.
 *
 * A handler may be removed while it runs, in this thread or another: the lists
 * are walked with a reference on the entry that is being called, and an entry
 * leaves its list when the last reference goes.
 */
#include "unwind.h"

struct vectored {
	LIST_ENTRY link;
	LONG refs; /* under the lock: 1 while registered, 1 per call */
	BOOL removed;
	PVECTORED_EXCEPTION_HANDLER fn;
};

struct vectored_list {
	LIST_ENTRY head;
	RTL_SRWLOCK lock;
	ULONG flag; /* in PEB.CrossProcessFlags while not empty */
};

/* PEB.CrossProcessFlags: ProcessUsingVEH, ProcessUsingVCH. */
static struct vectored_list exceptions = {
	{ &exceptions.head, &exceptions.head }, RTL_SRWLOCK_INIT, 4
};
static struct vectored_list continues = { { &continues.head, &continues.head },
					  RTL_SRWLOCK_INIT,
					  8 };

NTSYSAPI PVOID NTAPI
RtlAddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER fn);
NTSYSAPI PVOID NTAPI
RtlAddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER fn);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID handle);

static PVOID add(struct vectored_list *l, ULONG first,
		 PVECTORED_EXCEPTION_HANDLER fn)
{
	struct vectored *v = RtlAllocateHeap(rf_heap(), 0, sizeof *v);
	LIST_ENTRY *after;

	if (!v)
		return NULL;
	v->refs = 1;
	v->removed = FALSE;
	v->fn = fn;
	RtlAcquireSRWLockExclusive(&l->lock);
	after = first ? &l->head : l->head.Blink;
	v->link.Flink = after->Flink;
	v->link.Blink = after;
	after->Flink->Blink = &v->link;
	after->Flink = &v->link;
	InterlockedOr((LONG *)&rf_peb()->CrossProcessFlags, (LONG)l->flag);
	RtlReleaseSRWLockExclusive(&l->lock);
	return v;
}

/* With the lock held.  TRUE: the caller frees v. */
static BOOL unref(struct vectored_list *l, struct vectored *v)
{
	if (--v->refs)
		return FALSE;
	v->link.Flink->Blink = v->link.Blink;
	v->link.Blink->Flink = v->link.Flink;
	if (l->head.Flink == &l->head)
		InterlockedAnd((LONG *)&rf_peb()->CrossProcessFlags,
			       ~(LONG)l->flag);
	return TRUE;
}

static ULONG remove(struct vectored_list *l, PVOID handle)
{
	struct vectored *v = NULL;
	BOOL last = FALSE;

	RtlAcquireSRWLockExclusive(&l->lock);
	for (LIST_ENTRY *e = l->head.Flink; e != &l->head; e = e->Flink) {
		v = CONTAINING_RECORD(e, struct vectored, link);
		if (v == handle && !v->removed)
			break;
		v = NULL;
	}
	if (v) {
		v->removed = TRUE;
		last = unref(l, v);
	}
	RtlReleaseSRWLockExclusive(&l->lock);
	if (last)
		RtlFreeHeap(rf_heap(), 0, v);
	return v != NULL;
}

/* TRUE: one of them has said EXCEPTION_CONTINUE_EXECUTION. */
static BOOL call(struct vectored_list *l, EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	EXCEPTION_POINTERS p = { rec, ctx };
	struct vectored *v, *done = NULL;
	BOOL go_on = FALSE, last = FALSE;
	LIST_ENTRY *e;

	if (__atomic_load_n(&l->head.Flink, __ATOMIC_ACQUIRE) == &l->head)
		return FALSE;
	RtlAcquireSRWLockExclusive(&l->lock);
	for (e = l->head.Flink;; e = e->Flink) {
		while (e != &l->head &&
		       CONTAINING_RECORD(e, struct vectored, link)->removed)
			e = e->Flink;
		v = e == &l->head ? NULL
				  : CONTAINING_RECORD(e, struct vectored, link);
		if (v)
			v->refs++;
		/* The one before kept our place in the list until now. */
		last = done && unref(l, done);
		RtlReleaseSRWLockExclusive(&l->lock);
		if (last)
			RtlFreeHeap(rf_heap(), 0, done);
		if (!v)
			return FALSE;
		go_on = v->fn(&p) == EXCEPTION_CONTINUE_EXECUTION;
		RtlAcquireSRWLockExclusive(&l->lock);
		if (go_on)
			break;
		done = v;
	}
	last = unref(l, v);
	RtlReleaseSRWLockExclusive(&l->lock);
	if (last)
		RtlFreeHeap(rf_heap(), 0, v);
	return TRUE;
}

BOOL vectored_exception(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	return call(&exceptions, rec, ctx);
}

void vectored_continue(EXCEPTION_RECORD *rec, CONTEXT *ctx)
{
	call(&continues, rec, ctx);
}

PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG first,
					   PVECTORED_EXCEPTION_HANDLER fn)
{
	return add(&exceptions, first, fn);
}

PVOID NTAPI RtlAddVectoredContinueHandler(ULONG first,
					  PVECTORED_EXCEPTION_HANDLER fn)
{
	return add(&continues, first, fn);
}

ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle)
{
	return remove(&exceptions, handle);
}

ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID handle)
{
	return remove(&continues, handle);
}
