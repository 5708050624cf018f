/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timer.c - waitable timers.
 *
 * A timer is a time at which it will have been signalled: whoever looks at it
 * lets that happen (refresh()), and whoever waits for it sleeps no longer than
 * that.  Only a timer with an APC or with a wait packet needs the alarm
 * thread.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { NOTIFICATION, SYNCHRONIZATION };
enum { QUERY = 1, MODIFY = 2 };

struct timer {
	struct object object;
	uint32_t type;
	int64_t due;    /* CLOCK_MONOTONIC ns; INT64_MAX: not set */
	int64_t period; /* ns; 0: once */
	/* The APC, and who is to run it (a reference); NULL: none. */
	struct nt_thread *thread;
	struct nt_apc apc;
	bool apc_queued; /* then the queue holds a reference to the timer */
	bool wants_alarm;
	struct alarm alarm; /* holds a reference while armed */
};

static bool signaled(struct object *o, struct task *t)
{
	(void)t;
	return o->state != 0;
}

static NTSTATUS acquire(struct object *o, struct task *t)
{
	(void)t;
	if (((struct timer *)o)->type == SYNCHRONIZATION)
		o->state = 0;
	return STATUS_SUCCESS;
}

static void apc_done(struct nt_apc *a)
{
	struct timer *tm = container_of(a, struct timer, apc);

	tm->apc_queued = false;
	object_put(&tm->object);
}

/* Locked: its time has come. */
static void expire(struct timer *tm, int64_t now)
{
	tm->object.state = 1;
	if (tm->period)
		tm->due += ((now - tm->due) / tm->period + 1) * tm->period;
	else
		tm->due = INT64_MAX;
	if (tm->object.waiters)
		object_wake_locked(&tm->object);
	if (tm->thread && !tm->apc_queued) {
		uint64_t when = (uint64_t)nt_time_now();

		tm->apc.arg[1] = (uint32_t)when;
		tm->apc.arg[2] = when >> 32;
		tm->apc_queued = true;
		object_get(&tm->object);
		if (apc_insert(tm->thread, &tm->apc)) {
			tm->apc_queued = false;
			/* Not object_put(): it would free what is locked. */
			atomic_fetch_sub(&tm->object.refs, 1);
		}
	}
}

static int64_t refresh(struct object *o)
{
	struct timer *tm = (struct timer *)o;

	if (tm->due != INT64_MAX) {
		int64_t now = monotonic_ns();

		if (now >= tm->due)
			expire(tm, now);
	}
	return tm->due;
}

static void destroy(struct object *o)
{
	struct timer *tm = (struct timer *)o;

	if (tm->thread)
		object_put(&tm->thread->object);
}

/* The last handle is gone: nobody can wait for it, and the APC is off. */
static void closed(struct task *t, struct object *o, uint64_t h, bool last);

const struct object_type timer_type = {
	.name = "Timer",
	.size = sizeof(struct timer),
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.valid_access = 0x1f0003,
	.waitable = true,
	.signaled = signaled,
	.acquire = acquire,
	.refresh = refresh,
	.close = closed,
	.destroy = destroy,
};

static void arm_locked(struct timer *tm)
{
	if (tm->due == INT64_MAX || !(tm->thread || tm->wants_alarm))
		return;
	object_get(&tm->object);
	tm->alarm.due = tm->due;
	if (!alarm_arm(&tm->alarm))
		atomic_fetch_sub(&tm->object.refs, 1);
}

static void ring(struct alarm *a)
{
	struct timer *tm = container_of(a, struct timer, alarm);

	object_lock(&tm->object);
	refresh(&tm->object);
	/* Set anew while we came here: then it is armed by that. */
	if (!a->armed)
		arm_locked(tm);
	object_unlock(&tm->object);
	object_put(&tm->object);
}

void timer_needs_alarm(struct object *o)
{
	struct timer *tm = (struct timer *)o;

	if (o->type != &timer_type)
		return;
	object_lock(o);
	refresh(o);
	tm->wants_alarm = true;
	if (!tm->alarm.armed)
		arm_locked(tm);
	object_unlock(o);
}

/* Stops it; what is to be put once the lock is released goes to *put. */
static void stop_locked(struct timer *tm, struct object *put[3])
{
	put[0] = put[1] = put[2] = NULL;
	tm->due = INT64_MAX;
	tm->period = 0;
	if (alarm_disarm(&tm->alarm))
		put[0] = &tm->object;
	if (tm->thread) {
		if (tm->apc_queued && apc_remove(tm->thread, &tm->apc)) {
			tm->apc_queued = false;
			put[1] = &tm->object;
		}
		put[2] = &tm->thread->object;
		tm->thread = NULL;
	}
}

static void put_all(struct object *put[3])
{
	for (int i = 0; i < 3; i++)
		object_put(put[i]);
}

static void closed(struct task *t, struct object *o, uint64_t h, bool last)
{
	struct object *put[3];

	(void)t;
	(void)h;
	if (!last)
		return;
	object_lock(o);
	stop_locked((struct timer *)o, put);
	object_unlock(o);
	put_all(put);
}

/* ---- the calls -------------------------------------------------------------
 */

static NTSTATUS create(struct task *t, gaddr out, uint32_t access, gaddr attr,
		       uint32_t type)
{
	struct timer *tm;
	struct nt_oa oa;
	NTSTATUS status;

	if (type != NOTIFICATION && type != SYNCHRONIZATION)
		return STATUS_INVALID_PARAMETER_4;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	tm = object_new(&timer_type);
	if (tm) {
		tm->type = type;
		tm->due = INT64_MAX;
		tm->alarm.ring = ring;
		tm->apc.done = apc_done;
		status = object_create(t, &tm->object, access, &oa, out);
	} else {
		status = STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

NTSTATUS nt_create_timer(struct task *t, gaddr timer, uint32_t access,
			 gaddr attr, uint32_t type)
{
	return create(t, timer, access, attr, type);
}

NTSTATUS nt_create_timer2(struct task *t, gaddr timer, gaddr reserved,
			  gaddr attr, uint32_t flags, uint32_t access)
{
	enum { MANUAL_RESET = 1 }; /* CREATE_WAITABLE_TIMER_MANUAL_RESET */

	(void)reserved;
	return create(t, timer, access, attr,
		      flags & MANUAL_RESET ? NOTIFICATION : SYNCHRONIZATION);
}

NTSTATUS nt_open_timer(struct task *t, gaddr timer, uint32_t access, gaddr attr)
{
	return object_open(t, &timer_type, access, attr, timer);
}

/* All that a timer is set to. */
struct setting {
	struct nt_timeout due;
	int64_t period; /* ns */
	gaddr apc, apc_context;
};

static NTSTATUS set(struct task *t, uint64_t h, const struct setting *s,
		    gaddr previous)
{
	struct object *put[3];
	struct wait_block *b;
	struct timer *tm;
	NTSTATUS status;
	bool was;

	status = handle_get(t, h, &timer_type, MODIFY, &tm);
	if (status)
		return status;
	object_lock(&tm->object);
	refresh(&tm->object);
	was = tm->object.state != 0;
	stop_locked(tm, put);
	tm->object.state = 0;
	tm->due = timeout_deadline(&s->due);
	tm->period = s->period;
	if (s->apc) {
		tm->thread = nt_thread(t);
		object_get(&tm->thread->object);
		tm->apc.routine = s->apc;
		tm->apc.arg[0] = s->apc_context;
	}
	if (tm->due <= 0) {
		tm->due = monotonic_ns();
		refresh(&tm->object);
	}
	arm_locked(tm);
	/* Those who wait for it sleep until the old time. */
	b = tm->object.waiters;
	if (b)
		do {
			if (b->wait)
				wait_poke(b->wait->task);
			b = b->next;
		} while (b != tm->object.waiters);
	object_unlock(&tm->object);
	put_all(put);
	object_put(&tm->object);
	if (previous) {
		uint8_t byte = was;

		if (guest_write(t, previous, &byte, 1))
			return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_timer(struct task *t, uint64_t timer, gaddr due, gaddr apc,
		      gaddr apc_context, uint8_t resume, int32_t period,
		      gaddr previous)
{
	struct setting s = {
		.period = period * 1000000ll,
		.apc = apc,
		.apc_context = apc_context,
	};
	NTSTATUS status;

	(void)resume; /* no machine is woken from sleep for a program */
	if (period < 0)
		return STATUS_INVALID_PARAMETER_6;
	if (!due)
		return STATUS_ACCESS_VIOLATION;
	status = timeout_read(t, due, &s.due);
	return status ? status : set(t, timer, &s, previous);
}

NTSTATUS nt_set_timer2(struct task *t, uint64_t timer, gaddr due, gaddr period,
		       gaddr params)
{
	struct setting s = { 0 };
	uint64_t ticks;
	NTSTATUS status;

	(void)params; /* how late it may be; it never is on purpose */
	if (!due)
		return STATUS_ACCESS_VIOLATION;
	status = timeout_read(t, due, &s.due);
	if (status)
		return status;
	if (period) {
		if (guest_get64(t, &ticks, period))
			return STATUS_ACCESS_VIOLATION;
		if (ticks > INT64_MAX / 100)
			return STATUS_INVALID_PARAMETER_3;
		s.period = (int64_t)ticks * 100;
	}
	return set(t, timer, &s, 0);
}

/* TIMER_SET_COALESCABLE_TIMER_INFO */
struct coalescable {
	int64_t due;
	uint64_t apc, apc_context, wake_context;
	uint32_t period, tolerable_delay;
	uint64_t previous;
};

NTSTATUS nt_set_timer_ex(struct task *t, uint64_t timer, uint32_t class,
			 gaddr info, uint32_t len)
{
	struct coalescable c;

	if (class)
		return STATUS_INVALID_INFO_CLASS;
	if (len != sizeof c)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &c, info, sizeof c))
		return STATUS_ACCESS_VIOLATION;
	return nt_set_timer(t, timer, info, c.apc, c.apc_context, 0,
			    (int32_t)c.period, c.previous);
}

static NTSTATUS cancel(struct task *t, uint64_t h, gaddr state)
{
	struct object *put[3];
	struct timer *tm;
	NTSTATUS status;
	uint8_t was;

	status = handle_get(t, h, &timer_type, MODIFY, &tm);
	if (status)
		return status;
	object_lock(&tm->object);
	refresh(&tm->object);
	was = tm->object.state != 0;
	stop_locked(tm, put);
	object_unlock(&tm->object);
	put_all(put);
	object_put(&tm->object);
	if (state && guest_write(t, state, &was, 1))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_cancel_timer(struct task *t, uint64_t timer, gaddr state)
{
	return cancel(t, timer, state);
}

NTSTATUS nt_cancel_timer2(struct task *t, uint64_t timer, gaddr params)
{
	(void)params;
	return cancel(t, timer, 0);
}

/* TIMER_BASIC_INFORMATION */
struct timer_basic {
	int64_t remaining; /* 100 ns; negative: how long ago */
	uint8_t state, pad[7];
};

NTSTATUS nt_query_timer(struct task *t, uint64_t timer, uint32_t class,
			gaddr info, uint32_t len, gaddr ret_len)
{
	struct timer_basic basic = { 0 };
	struct timer *tm;
	NTSTATUS status;

	if (class)
		return STATUS_INVALID_INFO_CLASS;
	if (len != sizeof basic)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, timer, &timer_type, QUERY, &tm);
	if (status)
		return status;
	refresh(&tm->object);
	if (tm->due != INT64_MAX)
		basic.remaining = (tm->due - monotonic_ns()) / 100;
	basic.state = tm->object.state != 0;
	object_unlock(&tm->object);
	if (guest_write(t, info, &basic, sizeof basic) ||
	    (ret_len && guest_put32(t, ret_len, sizeof basic)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
