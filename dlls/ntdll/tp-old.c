/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-old.c - the thread pool of Windows 2000 over today's: work items, timer
 * queues, registered waits, callbacks of bound files.
 *
 * Deleting returns STATUS_PENDING while a callback runs.  An event handed in
 * is set when the object is gone for good; INVALID_HANDLE_VALUE waits for that.
 */
#include "tp.h"

static PTP_CALLBACK_ENVIRON environment(PTP_CALLBACK_ENVIRON env, ULONG flags)
{
	memset(env, 0, sizeof *env);
	env->Version = 3;
	env->Size = sizeof *env;
	env->CallbackPriority = TP_CALLBACK_PRIORITY_NORMAL;
	env->u.s.LongFunction = !!(flags & WT_EXECUTELONGFUNCTION);
	return env;
}

static LARGE_INTEGER *relative(LARGE_INTEGER *due, ULONG ms)
{
	due->QuadPart = -(LONGLONG)ms * 10000;
	return ms == INFINITE ? NULL : due;
}

/* ---- work items ---- */

struct item {
	PRTL_WORK_ITEM_ROUTINE fn;
	PVOID context;
};

static void NTAPI run_item(PTP_CALLBACK_INSTANCE i, PVOID context)
{
	struct item item = *(struct item *)context;

	RtlFreeHeap(rf_heap(), 0, context);
	item.fn(item.context);
}

NTSTATUS NTAPI RtlQueueWorkItem(PRTL_WORK_ITEM_ROUTINE fn, PVOID context,
				ULONG flags)
{
	struct item *item = RtlAllocateHeap(rf_heap(), 0, sizeof *item);
	TP_CALLBACK_ENVIRON env;
	NTSTATUS status;

	if (!item)
		return STATUS_NO_MEMORY;
	*item = (struct item){ fn, context };
	status = TpSimpleTryPost(run_item, item, environment(&env, flags));
	if (!NT_SUCCESS(status))
		RtlFreeHeap(rf_heap(), 0, item);
	return status;
}

/* ---- bound files ---- */

typedef void(NTAPI *bound_fn)(ULONG status, ULONG_PTR bytes, PVOID overlapped);

/* Bound for as long as the process lives, as a file is to its port. */
struct bound {
	struct tp_port_key key;
	bound_fn fn;
};

struct bound_call {
	bound_fn fn;
	PVOID value;
	IO_STATUS_BLOCK iosb;
};

static void NTAPI run_bound(PTP_CALLBACK_INSTANCE i, PVOID context)
{
	struct bound_call c = *(struct bound_call *)context;

	RtlFreeHeap(rf_heap(), 0, context);
	c.fn((ULONG)c.iosb.Status, c.iosb.Information, c.value);
}

static void bound_arrived(struct tp_port_key *k, PVOID value,
			  const IO_STATUS_BLOCK *iosb)
{
	struct bound *b = CONTAINING_RECORD(k, struct bound, key);
	struct bound_call *c = RtlAllocateHeap(rf_heap(), 0, sizeof *c);

	if (!c)
		rf_fatal(STATUS_NO_MEMORY, "no memory for an I/O callback");
	*c = (struct bound_call){ b->fn, value, *iosb };
	if (!NT_SUCCESS(TpSimpleTryPost(run_bound, c, NULL)))
		rf_fatal(STATUS_NO_MEMORY, "no memory for an I/O callback");
}

NTSTATUS NTAPI RtlSetIoCompletionCallback(HANDLE file, PVOID fn, ULONG flags)
{
	enum { FILE_COMPLETION_INFORMATION = 30 };
	struct {
		HANDLE port;
		PVOID key;
	} info = { .port = tp_port() };
	struct bound *b = RtlAllocateHeap(rf_heap(), 0, sizeof *b);
	IO_STATUS_BLOCK iosb;
	NTSTATUS status;

	if (!b || !info.port) {
		RtlFreeHeap(rf_heap(), 0, b);
		return STATUS_NO_MEMORY;
	}
	b->key.arrived = bound_arrived;
	b->fn = (bound_fn)fn;
	info.key = &b->key;
	status = NtSetInformationFile(file, &iosb, &info, sizeof info,
				      FILE_COMPLETION_INFORMATION);
	if (!NT_SUCCESS(status))
		RtlFreeHeap(rf_heap(), 0, b);
	return status;
}

/* ---- deletion, of both kinds below ---- */

/* Sets event (a HANDLE) when the object is gone. */
static void gone(struct tp_object *o, HANDLE event)
{
	if (event && event != INVALID_HANDLE_VALUE)
		NtSetEvent(event, NULL);
}

static NTSTATUS finish_delete(struct tp_object *o, HANDLE event)
{
	NTSTATUS status = STATUS_SUCCESS;

	if (o->disarm)
		o->disarm(o);
	tp_cancel_pending(o);
	if (event == INVALID_HANDLE_VALUE)
		tp_wait_callbacks(o);
	else if (!tp_is_idle(o))
		status = STATUS_PENDING;
	tp_release(o);
	return status;
}

/* ---- registered waits ---- */

struct registered {
	PTP_WAIT wait;
	HANDLE object, event;
	PRTL_WAIT_OR_TIMER_ROUTINE fn;
	PVOID context;
	ULONG ms, flags;
};

static void wait_gone(PVOID context)
{
	struct registered *r = context;

	gone(NULL, r->event);
	RtlFreeHeap(rf_heap(), 0, r);
}

static void NTAPI run_wait(PTP_CALLBACK_INSTANCE i, PVOID context, PTP_WAIT w,
			   TP_WAIT_RESULT result)
{
	struct registered *r = context;
	LARGE_INTEGER due;

	r->fn(r->context, result == WAIT_TIMEOUT);
	if (!(r->flags & WT_EXECUTEONLYONCE))
		TpSetWait(w, r->object, relative(&due, r->ms));
}

NTSTATUS NTAPI RtlRegisterWait(HANDLE *out, HANDLE object,
			       PRTL_WAIT_OR_TIMER_ROUTINE fn, PVOID context,
			       ULONG ms, ULONG flags)
{
	struct registered *r =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *r);
	TP_CALLBACK_ENVIRON env;
	LARGE_INTEGER due;
	NTSTATUS status;

	if (!r)
		return STATUS_NO_MEMORY;
	r->object = object;
	r->fn = fn;
	r->context = context;
	r->ms = ms;
	r->flags = flags;
	status = TpAllocWait(&r->wait, run_wait, r, environment(&env, flags));
	if (!NT_SUCCESS(status)) {
		RtlFreeHeap(rf_heap(), 0, r);
		return status;
	}
	((struct tp_object *)r->wait)->destroyed = wait_gone;
	*out = r;
	TpSetWait(r->wait, object, relative(&due, ms));
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE h, HANDLE event)
{
	struct registered *r = h;

	if (!r)
		return STATUS_INVALID_HANDLE;
	r->event = event;
	return finish_delete((struct tp_object *)r->wait, event);
}

NTSTATUS NTAPI RtlDeregisterWait(HANDLE h)
{
	return RtlDeregisterWaitEx(h, NULL);
}

/* ---- timer queues ---- */

struct queue {
	volatile LONG refs; /* the owner; each timer */
	RTL_SRWLOCK lock;
	LIST_ENTRY timers;
	HANDLE event;
};

struct queued_timer {
	PTP_TIMER timer;
	struct queue *queue;
	LIST_ENTRY links; /* with the queue's lock; Flink NULL: deleted */
	HANDLE event;
	PRTL_WAIT_OR_TIMER_ROUTINE fn;
	PVOID context;
};

static struct queue default_queue = {
	.refs = 1,
	.timers = { &default_queue.timers, &default_queue.timers },
};

static void queue_unref(struct queue *q)
{
	if (InterlockedDecrement(&q->refs))
		return;
	gone(NULL, q->event);
	RtlFreeHeap(rf_heap(), 0, q);
}

static void timer_gone(PVOID context)
{
	struct queued_timer *t = context;
	struct queue *q = t->queue;

	gone(NULL, t->event);
	RtlFreeHeap(rf_heap(), 0, t);
	queue_unref(q);
}

static void NTAPI run_timer(PTP_CALLBACK_INSTANCE i, PVOID context, PTP_TIMER w)
{
	struct queued_timer *t = context;

	t->fn(t->context, TRUE);
}

NTSTATUS NTAPI RtlCreateTimerQueue(HANDLE *out)
{
	struct queue *q =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *q);

	if (!q)
		return STATUS_NO_MEMORY;
	q->refs = 1;
	q->timers.Flink = q->timers.Blink = &q->timers;
	*out = q;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateTimer(HANDLE queue, HANDLE *out,
			      PRTL_WAIT_OR_TIMER_ROUTINE fn, PVOID context,
			      ULONG due_ms, ULONG period, ULONG flags)
{
	struct queue *q = queue ? queue : &default_queue;
	struct queued_timer *t =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *t);
	TP_CALLBACK_ENVIRON env;
	LARGE_INTEGER due;
	NTSTATUS status;

	if (!t)
		return STATUS_NO_MEMORY;
	t->queue = q;
	t->fn = fn;
	t->context = context;
	status =
		TpAllocTimer(&t->timer, run_timer, t, environment(&env, flags));
	if (!NT_SUCCESS(status)) {
		RtlFreeHeap(rf_heap(), 0, t);
		return status;
	}
	((struct tp_object *)t->timer)->destroyed = timer_gone;
	InterlockedIncrement(&q->refs);
	RtlAcquireSRWLockExclusive(&q->lock);
	t->links.Flink = &q->timers;
	t->links.Blink = q->timers.Blink;
	q->timers.Blink->Flink = &t->links;
	q->timers.Blink = &t->links;
	RtlReleaseSRWLockExclusive(&q->lock);
	*out = t;
	TpSetTimer(t->timer, relative(&due, due_ms),
		   flags & WT_EXECUTEONLYONCE ? 0 : period, 0);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpdateTimer(HANDLE queue, HANDLE h, ULONG due_ms,
			      ULONG period)
{
	struct queued_timer *t = h;
	LARGE_INTEGER due;

	if (!t)
		return STATUS_INVALID_HANDLE;
	TpSetTimer(t->timer, relative(&due, due_ms), period, 0);
	return STATUS_SUCCESS;
}

static NTSTATUS delete_timer(struct queued_timer *t, HANDLE event)
{
	struct queue *q = t->queue;

	RtlAcquireSRWLockExclusive(&q->lock);
	if (t->links.Flink) {
		t->links.Blink->Flink = t->links.Flink;
		t->links.Flink->Blink = t->links.Blink;
		t->links.Flink = NULL;
	}
	RtlReleaseSRWLockExclusive(&q->lock);
	t->event = event;
	return finish_delete((struct tp_object *)t->timer, event);
}

NTSTATUS NTAPI RtlDeleteTimer(HANDLE queue, HANDLE h, HANDLE event)
{
	if (!h)
		return STATUS_INVALID_PARAMETER_1;
	return delete_timer(h, event);
}

NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE queue, HANDLE event)
{
	struct queue *q = queue;
	NTSTATUS status = STATUS_SUCCESS;

	if (!q)
		return STATUS_INVALID_HANDLE;
	q->event = event;
	for (;;) {
		struct queued_timer *t = NULL;

		RtlAcquireSRWLockExclusive(&q->lock);
		if (q->timers.Flink != &q->timers)
			t = CONTAINING_RECORD(q->timers.Flink,
					      struct queued_timer, links);
		RtlReleaseSRWLockExclusive(&q->lock);
		if (!t)
			break;
		if (delete_timer(t,
				 event == INVALID_HANDLE_VALUE ? event : NULL))
			status = STATUS_PENDING;
	}
	queue_unref(q);
	return event ? event == INVALID_HANDLE_VALUE ? STATUS_SUCCESS
						     : STATUS_PENDING
		     : status;
}

NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE queue)
{
	return RtlDeleteTimerQueueEx(queue, NULL);
}
