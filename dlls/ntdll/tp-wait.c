/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-wait.c - waits of the thread pool: a callback when an object is
 * signalled, or when time is up.
 *
 * The kernel sends a packet to the scheduler's port when the object is
 * signalled (a wait completion packet), so no thread sleeps per 63 handles.
 * Packets carry the number of the arming they belong to: one that was already
 * on its way when the wait was changed is told by it.
 */
#include "tp.h"

struct _TP_WAIT {
	struct tp_object o;
	PTP_WAIT_CALLBACK fn;
	struct tp_port_key key;
	HANDLE packet;
	/* With the scheduler's lock: */
	struct tp_clock clock;
	ULONG_PTR arming;
	BOOL armed;
	BOOL packet_out;         /* associated: holds a reference */
	ULONG results, timeouts; /* of callbacks not yet begun */
};

static void call(PTP_CALLBACK_INSTANCE i, struct tp_object *o)
{
	PTP_WAIT wait = (PTP_WAIT)o;
	TP_WAIT_RESULT result = WAIT_OBJECT_0;

	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	if (wait->results) {
		wait->results--;
	} else if (wait->timeouts) {
		wait->timeouts--;
		result = WAIT_TIMEOUT;
	}
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
	wait->fn(i, o->context, wait, result);
}

static void dropped(struct tp_object *o, ULONG n)
{
	PTP_WAIT wait = (PTP_WAIT)o;

	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	wait->results = wait->timeouts = 0;
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
}

/* With the lock held.  TRUE: the caller drops a reference afterwards. */
static BOOL cancel(PTP_WAIT wait)
{
	BOOL out = wait->packet_out;

	tp_clock_cancel(&wait->clock);
	wait->armed = FALSE;
	wait->arming++;
	if (!out)
		return FALSE;
	/* A packet that cannot be called back drops it when it arrives. */
	if (NtCancelWaitCompletionPacket(wait->packet, TRUE) != STATUS_SUCCESS)
		return FALSE;
	wait->packet_out = FALSE;
	return TRUE;
}

static void arrived(struct tp_port_key *k, PVOID value,
		    const IO_STATUS_BLOCK *iosb)
{
	PTP_WAIT wait = CONTAINING_RECORD(k, struct _TP_WAIT, key);

	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	wait->packet_out = FALSE;
	if (wait->armed && (ULONG_PTR)value == wait->arming) {
		tp_clock_cancel(&wait->clock);
		wait->armed = FALSE;
		wait->results++;
		tp_post_sched_locked(&wait->o);
	}
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
	tp_unref(&wait->o);
}

static void time_up(struct tp_clock *c)
{
	PTP_WAIT wait = CONTAINING_RECORD(c, struct _TP_WAIT, clock);

	if (!wait->armed)
		return;
	/* Its post below keeps it alive: this is never the last reference. */
	tp_ref(&wait->o);
	wait->timeouts++;
	tp_post_sched_locked(&wait->o);
	if (cancel(wait))
		InterlockedDecrement(&wait->o.refs);
	InterlockedDecrement(&wait->o.refs);
}

static void disarm(struct tp_object *o)
{
	PTP_WAIT wait = (PTP_WAIT)o;
	BOOL drop;

	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	drop = cancel(wait);
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
	if (drop)
		tp_unref(o);
}

static void free_wait(struct tp_object *o)
{
	NtClose(((PTP_WAIT)o)->packet);
}

NTSTATUS NTAPI TpAllocWait(PTP_WAIT *out, PTP_WAIT_CALLBACK fn, PVOID context,
			   PTP_CALLBACK_ENVIRON env)
{
	NTSTATUS status;
	HANDLE packet;
	PTP_WAIT wait;

	status = NtCreateWaitCompletionPacket(&packet, MAXIMUM_ALLOWED, NULL);
	if (!NT_SUCCESS(status))
		return status;
	wait = tp_new(TP_TYPE_WAIT, sizeof *wait, context, env);
	if (!wait) {
		NtClose(packet);
		return STATUS_NO_MEMORY;
	}
	wait->fn = fn;
	wait->packet = packet;
	wait->key.arrived = arrived;
	wait->clock.fire = time_up;
	wait->o.call = call;
	wait->o.disarm = disarm;
	wait->o.dropped = dropped;
	wait->o.free = free_wait;
	*out = wait;
	return STATUS_SUCCESS;
}

/* A packet still on its way must arrive before it can be sent again. */
static void settle(PTP_WAIT wait)
{
	while (wait->packet_out) {
		RtlReleaseSRWLockExclusive(&tp_sched_lock);
		NtYieldExecution();
		RtlAcquireSRWLockExclusive(&tp_sched_lock);
	}
}

static BOOL arm(PTP_WAIT wait, HANDLE handle, const LARGE_INTEGER *due)
{
	HANDLE port = tp_port();
	BOOLEAN already;

	if (!port)
		return FALSE;
	tp_ref(&wait->o);
	wait->packet_out = TRUE;
	wait->armed = TRUE;
	if (!NT_SUCCESS(NtAssociateWaitCompletionPacket(
		    wait->packet, port, handle, &wait->key, (PVOID)wait->arming,
		    STATUS_SUCCESS, 0, &already))) {
		wait->packet_out = wait->armed = FALSE;
		InterlockedDecrement(&wait->o.refs);
		return FALSE;
	}
	if (due)
		tp_clock_set(&wait->clock, tp_due(due));
	return TRUE;
}

/* Was it set?  A NULL handle only takes it back. */
ULONG NTAPI TpSetWaitEx(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *due,
			PVOID reserved)
{
	BOOL was, drop, done = TRUE;

	tp_ref(&wait->o);
	RtlAcquireSRWLockExclusive(&tp_sched_lock);
	was = wait->armed;
	drop = cancel(wait);
	if (handle && !wait->o.released) {
		settle(wait);
		done = arm(wait, handle, due);
	}
	RtlReleaseSRWLockExclusive(&tp_sched_lock);
	if (drop)
		tp_unref(&wait->o);
	tp_unref(&wait->o);
	if (!done)
		RtlRaiseStatus(STATUS_INVALID_HANDLE);
	return was;
}

void NTAPI TpSetWait(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *due)
{
	TpSetWaitEx(wait, handle, due, NULL);
}

void NTAPI TpWaitForWait(PTP_WAIT wait, ULONG cancel_them)
{
	tp_wait_idle(&wait->o, !!cancel_them);
}

void NTAPI TpReleaseWait(PTP_WAIT wait)
{
	tp_release(&wait->o);
}
