/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-object.c - what all thread pool objects have in common, cleanup groups,
 * and the two simplest objects: work, and callbacks posted once.
 */
#include "tp.h"

struct _TP_CLEANUP_GROUP {
	volatile LONG refs; /* the owner; each member */
	RTL_SRWLOCK lock;
	LIST_ENTRY members;
};

static void group_unref(struct _TP_CLEANUP_GROUP *g)
{
	if (!InterlockedDecrement(&g->refs))
		RtlFreeHeap(rf_heap(), 0, g);
}

static void group_join(struct _TP_CLEANUP_GROUP *g, struct tp_object *o)
{
	InterlockedIncrement(&g->refs);
	RtlAcquireSRWLockExclusive(&g->lock);
	o->group_links.Flink = &g->members;
	o->group_links.Blink = g->members.Blink;
	g->members.Blink->Flink = &o->group_links;
	g->members.Blink = &o->group_links;
	RtlReleaseSRWLockExclusive(&g->lock);
}

/* With the group's lock held. */
static void group_leave(struct tp_object *o)
{
	if (!o->group_links.Flink)
		return;
	o->group_links.Blink->Flink = o->group_links.Flink;
	o->group_links.Flink->Blink = o->group_links.Blink;
	o->group_links.Flink = NULL;
}

void *tp_new(enum tp_type type, SIZE_T size, PVOID context,
	     PTP_CALLBACK_ENVIRON env)
{
	struct tp_object *o =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, size);

	if (!o)
		return NULL;
	o->pool = tp_pool_of(env);
	if (!o->pool) {
		RtlFreeHeap(rf_heap(), 0, o);
		return NULL;
	}
	o->refs = 1;
	o->type = type;
	o->context = context;
	o->priority = TP_CALLBACK_PRIORITY_NORMAL;
	if (!env)
		return o;
	o->cancel = env->CleanupGroupCancelCallback;
	o->finalization = env->FinalizationCallback;
	o->long_function = env->u.s.LongFunction;
	if (env->Version >= 3 &&
	    (ULONG)env->CallbackPriority < TP_CALLBACK_PRIORITY_COUNT)
		o->priority = env->CallbackPriority;
	o->race_dll = env->RaceDll;
	if (o->race_dll && !NT_SUCCESS(LdrAddRefDll(0, o->race_dll)))
		o->race_dll = NULL;
	o->group = env->CleanupGroup;
	if (o->group)
		group_join(o->group, o);
	return o;
}

void tp_ref(struct tp_object *o)
{
	InterlockedIncrement(&o->refs);
}

void tp_unref(struct tp_object *o)
{
	PVOID dll = o->race_dll;

	if (InterlockedDecrement(&o->refs))
		return;
	if (o->free)
		o->free(o);
	if (o->group)
		group_unref(o->group);
	tp_pool_unref(o->pool);
	if (o->destroyed)
		o->destroyed(o->context);
	RtlFreeHeap(rf_heap(), 0, o);
	if (dll)
		LdrUnloadDll(dll);
}

BOOL tp_unref_unless_last(struct tp_object *o)
{
	LONG refs = o->refs;

	while (refs > 1)
		if (__atomic_compare_exchange_n(&o->refs, &refs, refs - 1,
						FALSE, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return TRUE;
	return FALSE;
}

void tp_release(struct tp_object *o)
{
	if (InterlockedExchange(&o->released, TRUE))
		return;
	if (o->group) {
		RtlAcquireSRWLockExclusive(&o->group->lock);
		group_leave(o);
		RtlReleaseSRWLockExclusive(&o->group->lock);
	}
	if (o->disarm)
		o->disarm(o);
	tp_unref(o);
}

void tp_wait_idle(struct tp_object *o, BOOL cancel)
{
	if (cancel)
		tp_cancel_pending(o);
	tp_wait_callbacks(o);
}

/* ---- cleanup groups ---- */

NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *out)
{
	struct _TP_CLEANUP_GROUP *g =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *g);

	if (!g)
		return STATUS_NO_MEMORY;
	g->refs = 1;
	g->members.Flink = g->members.Blink = &g->members;
	*out = g;
	return STATUS_SUCCESS;
}

void NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP g)
{
	group_unref(g);
}

/* Takes all members out, each with a reference, as a chain. */
static struct tp_object *take_members(struct _TP_CLEANUP_GROUP *g)
{
	struct tp_object *chain = NULL, *o;

	RtlAcquireSRWLockExclusive(&g->lock);
	while (g->members.Blink != &g->members) {
		o = CONTAINING_RECORD(g->members.Blink, struct tp_object,
				      group_links);
		group_leave(o);
		tp_ref(o);
		o->next_taken = chain;
		chain = o;
	}
	RtlReleaseSRWLockExclusive(&g->lock);
	return chain;
}

/* No more callbacks of o; with cancel also none of those that wait. */
static void end_member(struct tp_object *o, BOOL cancel, PVOID context)
{
	o->owned = !InterlockedExchange(&o->released, TRUE);
	if (o->disarm)
		o->disarm(o);
	if (!cancel || !o->owned)
		return;
	tp_cancel_pending(o);
	if (o->cancel)
		o->cancel(o->context, context);
}

void NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP g, ULONG cancel,
					PVOID context)
{
	struct tp_object *chain, *o;

	/* Callbacks that run may make more. */
	while ((chain = take_members(g))) {
		/* All before the first wait: it may last, and others begin. */
		for (o = chain; o; o = o->next_taken)
			end_member(o, cancel, context);
		while ((o = chain)) {
			chain = o->next_taken;
			tp_wait_callbacks(o);
			if (o->owned)
				tp_unref(o);
			tp_unref(o);
		}
	}
}

/* ---- simple callbacks ---- */

struct simple {
	struct tp_object o;
	PTP_SIMPLE_CALLBACK fn;
};

static void call_simple(PTP_CALLBACK_INSTANCE i, struct tp_object *o)
{
	((struct simple *)o)->fn(i, o->context);
}

/* A simple callback has no owner: who cancels it releases it. */
static void drop_simple(struct tp_object *o, ULONG n)
{
	tp_release(o);
}

NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK fn, PVOID context,
			       PTP_CALLBACK_ENVIRON env)
{
	struct simple *s = tp_new(TP_SIMPLE, sizeof *s, context, env);

	if (!s)
		return STATUS_NO_MEMORY;
	s->fn = fn;
	s->o.call = call_simple;
	s->o.dropped = drop_simple;
	tp_post(&s->o);
	return STATUS_SUCCESS;
}

/* ---- work ---- */

struct _TP_WORK {
	struct tp_object o;
	PTP_WORK_CALLBACK fn;
};

static void call_work(PTP_CALLBACK_INSTANCE i, struct tp_object *o)
{
	PTP_WORK work = (PTP_WORK)o;

	work->fn(i, o->context, work);
}

NTSTATUS NTAPI TpAllocWork(PTP_WORK *out, PTP_WORK_CALLBACK fn, PVOID context,
			   PTP_CALLBACK_ENVIRON env)
{
	PTP_WORK work = tp_new(TP_TYPE_WORK, sizeof *work, context, env);

	if (!work)
		return STATUS_NO_MEMORY;
	work->fn = fn;
	work->o.call = call_work;
	*out = work;
	return STATUS_SUCCESS;
}

void NTAPI TpPostWork(PTP_WORK work)
{
	tp_post(&work->o);
}

void NTAPI TpWaitForWork(PTP_WORK work, ULONG cancel)
{
	tp_wait_idle(&work->o, !!cancel);
}

void NTAPI TpReleaseWork(PTP_WORK work)
{
	tp_release(&work->o);
}
