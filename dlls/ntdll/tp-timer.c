/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-timer.c - timers of the thread pool.
 *
 * A periodic timer is due again one period after it was due, not after its
 * callback ran; periods that were missed altogether are left out.
 */
#include "tp.h"

enum { TICKS_PER_MS = 10000 };

struct _TP_TIMER {
	struct tp_object o;
	PTP_TIMER_CALLBACK fn;
	/* With the scheduler's lock: */
	struct tp_clock clock;
	ULONGLONG period; /* 100 ns; 0: once */
	BOOL set;
};

static void call(PTP_CALLBACK_INSTANCE i, struct tp_object *o)
{
	PTP_TIMER timer = (PTP_TIMER)o;

	timer->fn(i, o->context, timer);
}

static void fire(struct tp_clock *c)
{
	PTP_TIMER timer = CONTAINING_RECORD(c, struct _TP_TIMER, clock);

	if (timer->period) {
		ULONGLONG due = c->due + timer->period, now = tp_now();

		if (due <= now)
			due = now + timer->period -
			      (now - c->due) % timer->period;
		tp_clock_set(c, due);
	} else {
		timer->set = FALSE;
	}
	tp_post_sched_locked(&timer->o);
}

static void disarm(struct tp_object *o)
{
	PTP_TIMER timer = (PTP_TIMER)o;

	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	tp_clock_cancel(&timer->clock);
	timer->set = FALSE;
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
}

NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *out, PTP_TIMER_CALLBACK fn,
			    PVOID context, PTP_CALLBACK_ENVIRON env)
{
	PTP_TIMER timer = tp_new(TP_TYPE_TIMER, sizeof *timer, context, env);

	if (!timer)
		return STATUS_NO_MEMORY;
	timer->fn = fn;
	timer->clock.fire = fire;
	timer->o.call = call;
	timer->o.disarm = disarm;
	*out = timer;
	return STATUS_SUCCESS;
}

/* Was it set?  Windows' window is a permission to be late: not made use of. */
ULONG NTAPI TpSetTimerEx(PTP_TIMER timer, LARGE_INTEGER *due, ULONG period,
			 ULONG window)
{
	ULONG was;

	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	was = timer->set;
	tp_clock_cancel(&timer->clock);
	timer->set = FALSE;
	if (due && !timer->o.released) {
		timer->period = (ULONGLONG)period * TICKS_PER_MS;
		timer->set = tp_clock_set(&timer->clock, tp_due(due));
	}
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
	return was;
}

void NTAPI TpSetTimer(PTP_TIMER timer, LARGE_INTEGER *due, ULONG period,
		      ULONG window)
{
	TpSetTimerEx(timer, due, period, window);
}

ULONG NTAPI TpIsTimerSet(PTP_TIMER timer)
{
	return timer->set;
}

void NTAPI TpWaitForTimer(PTP_TIMER timer, ULONG cancel)
{
	tp_wait_idle(&timer->o, !!cancel);
}

void NTAPI TpReleaseTimer(PTP_TIMER timer)
{
	tp_release(&timer->o);
}
