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
	struct timer_state own; /* if it is not shared; see state_of() */
	/* The APC, and who is to run it (a reference); NULL: none.  Only the
	   process that set it has one, for as long as the timer is as set. */
	struct nt_thread *thread;
	int64_t apc_due;
	uint32_t apc_generation;
	struct nt_apc apc;
	bool apc_queued; /* then the queue holds a reference to the timer */
	bool wants_alarm;
	struct alarm alarm; /* holds a reference while armed */
};

/* Under the object's lock, as is what it points to.  due INT64_MAX: not set;
   period 0: once. */
static inline struct timer_state *state_of(struct timer *tm)
{
	return __builtin_expect(tm->object.shared != NULL, 0)
		       ? &tm->object.shared->page->timer
		       : &tm->own;
}

static bool signaled(struct object *o, struct task *t)
{
	(void)t;
	return *object_state(o) != 0;
}

static NTSTATUS acquire(struct object *o, struct task *t)
{
	(void)t;
	if (((struct timer *)o)->type == SYNCHRONIZATION)
		*object_state(o) = 0;
	return STATUS_SUCCESS;
}

static void apc_done(struct nt_apc *a)
{
	struct timer *tm = container_of(a, struct timer, apc);

	tm->apc_queued = false;
	object_put(&tm->object);
}

/* What was due at due, with this period, is next due when? */
static int64_t next_due(int64_t due, int64_t period, int64_t now)
{
	/* Another process may have left any number. */
	if (period <= 0 || due > now)
		return INT64_MAX;
	return (int64_t)((uint64_t)due +
			 ((uint64_t)(now - due) / (uint64_t)period + 1) *
				 (uint64_t)period);
}

/* Locked: its time has come. */
static void expire(struct timer *tm, int64_t now)
{
	struct timer_state *s = state_of(tm);

	*object_state(&tm->object) = 1;
	s->due = next_due(s->due, s->period, now);
	object_changed(&tm->object);
}

/* Locked: the APC, if it is time for it. */
static void queue_apc(struct timer *tm, int64_t now)
{
	struct timer_state *s = state_of(tm);
	uint64_t when;

	if (!tm->thread || now < tm->apc_due ||
	    tm->apc_generation != s->generation)
		return;
	tm->apc_due = next_due(tm->apc_due, s->period, now);
	if (tm->apc_queued)
		return;
	when = (uint64_t)nt_time_now();
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

static int64_t refresh(struct object *o)
{
	struct timer *tm = (struct timer *)o;
	struct timer_state *s = state_of(tm);

	if (s->due != INT64_MAX || tm->thread) {
		int64_t now = monotonic_ns();

		if (now >= s->due)
			expire(tm, now);
		queue_apc(tm, now);
	}
	return s->due;
}

static void ring(struct alarm *a);

/* Ready to be used, however it was made. */
static void init(struct timer *tm)
{
	tm->own.due = INT64_MAX;
	tm->alarm.ring = ring;
	tm->apc.done = apc_done;
}

static void to_page(const struct object *o, struct shared_page *p)
{
	const struct timer *tm = (const struct timer *)o;

	p->state = o->state;
	p->param = (int32_t)tm->type;
	p->timer = tm->own;
}

static void from_page(struct object *o, const struct shared_page *p)
{
	struct timer *tm = (struct timer *)o;

	tm->type = p->param == NOTIFICATION ? NOTIFICATION : SYNCHRONIZATION;
	init(tm);
}

static struct object *receive(const struct nt_passed *p)
{
	return shared_receive(&timer_type, p);
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
	.to_page = to_page,
	.from_page = from_page,
	.pass = shared_pass,
	.receive = receive,
};

static void arm_locked(struct timer *tm)
{
	int64_t due = tm->wants_alarm ? state_of(tm)->due : INT64_MAX;

	if (tm->thread)
		due = MIN(due, tm->apc_due);
	if (due == INT64_MAX)
		return;
	object_get(&tm->object);
	tm->alarm.due = due;
	if (!alarm_arm(&tm->alarm))
		atomic_fetch_sub(&tm->object.refs, 1);
}

static void ring(struct alarm *a)
{
	struct timer *tm = container_of(a, struct timer, alarm);

	object_lock(&tm->object);
	refresh(&tm->object);
	/* Set anew by another process: that is the end of our APC. */
	if (tm->apc_generation != state_of(tm)->generation)
		tm->apc_due = INT64_MAX;
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

/* Our own APC and alarm are off; what is to be put once the lock is released
   goes to *put. */
static void stop_own(struct timer *tm, struct object *put[3])
{
	put[0] = put[1] = put[2] = NULL;
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

/* Stops it for everybody. */
static void stop_locked(struct timer *tm, struct object *put[3])
{
	struct timer_state *s = state_of(tm);

	s->due = INT64_MAX;
	s->period = 0;
	s->generation++;
	stop_own(tm, put);
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
	/* Other processes may still wait for it. */
	if (o->shared)
		stop_own((struct timer *)o, put);
	else
		stop_locked((struct timer *)o, put);
	object_unlock(o);
	put_all(put);
}

/* ---- the calls ---- */

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
		init(tm);
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
	struct timer_state *now;
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
	was = *object_state(&tm->object) != 0;
	stop_locked(tm, put);
	*object_state(&tm->object) = 0;
	now = state_of(tm);
	now->due = timeout_deadline(&s->due);
	if (now->due <= 0)
		now->due = monotonic_ns();
	now->period = s->period;
	if (s->apc) {
		tm->apc_due = now->due;
		tm->apc_generation = now->generation;
		tm->thread = nt_thread(t);
		object_get(&tm->thread->object);
		tm->apc.routine = s->apc;
		tm->apc.arg[0] = s->apc_context;
	}
	refresh(&tm->object);
	arm_locked(tm);
	/* They sleep until the old time as well. */
	if (tm->object.shared)
		tm->object.shared->publish = true;
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

	if (period < 0)
		return STATUS_INVALID_PARAMETER_6;
	if (!due)
		return STATUS_ACCESS_VIOLATION;
	status = timeout_read(t, due, &s.due);
	if (!status)
		status = set(t, timer, &s, previous);
	/* No machine is woken from sleep for a program. */
	return !status && resume ? STATUS_TIMER_RESUME_IGNORED : status;
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
	was = *object_state(&tm->object) != 0;
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
	int64_t due;

	if (class)
		return STATUS_INVALID_INFO_CLASS;
	if (len != sizeof basic)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, timer, &timer_type, QUERY, &tm);
	if (status)
		return status;
	refresh(&tm->object);
	due = state_of(tm)->due;
	if (due != INT64_MAX)
		basic.remaining = (due - monotonic_ns()) / 100;
	basic.state = *object_state(&tm->object) != 0;
	object_unlock(&tm->object);
	if (guest_write(t, info, &basic, sizeof basic) ||
	    (ret_len && guest_put32(t, ret_len, sizeof basic)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
