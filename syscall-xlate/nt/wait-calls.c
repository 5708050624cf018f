/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait-calls.c - the calls that wait, and their timeouts.
 */
#include <sched.h>

#include "base/clock.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { SYNCHRONIZE = 0x100000 };

/* ---- timeouts ---- */

NTSTATUS timeout_read(struct task *t, gaddr at, struct nt_timeout *to)
{
	/* 1601 to 1970 in 100 ns. */
	const int64_t epoch = 116444736000000000ll;
	int64_t v;

	*to = (struct nt_timeout){ .infinite = true };
	if (!at)
		return STATUS_SUCCESS;
	if (guest_read(t, &v, at, sizeof v))
		return STATUS_ACCESS_VIOLATION;
	/* No relative form of "for ever" exists; this is what Sleep(INFINITE)
	   passes. */
	if (v == INT64_MIN)
		return STATUS_SUCCESS;
	if (v == 0) {
		*to = (struct nt_timeout){ .when = 0 };
	} else if (v < 0) {
		int64_t now = monotonic_ns();

		if (-v > (INT64_MAX - now) / 100)
			return STATUS_SUCCESS;
		clock_will_wait(-v * 100);
		*to = (struct nt_timeout){ .when = now - v * 100 };
	} else {
		int64_t unix_time = v - epoch;

		if (unix_time > INT64_MAX / 100)
			return STATUS_SUCCESS;
		*to = (struct nt_timeout){
			.when = unix_time < 0 ? 0 : unix_time * 100,
			.absolute = true,
		};
	}
	return STATUS_SUCCESS;
}

int64_t timeout_deadline(const struct nt_timeout *to)
{
	int64_t left;

	if (!to || to->infinite)
		return INT64_MAX;
	if (!to->absolute)
		return to->when;
	left = to->when - clock_peek(CLOCK_REALTIME);
	if (left <= 0)
		return 0;
	clock_will_wait(left);
	return MIN(left, INT64_MAX - 1 - monotonic_ns()) + monotonic_ns();
}

/* ---- the calls ---- */

NTSTATUS nt_wait_for_single_object(struct task *t, uint64_t handle,
				   uint8_t alertable, gaddr timeout)
{
	struct nt_timeout to;
	struct object *o;
	NTSTATUS status;
	int64_t deadline;

	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	deadline = timeout_deadline(&to);
	status = handle_lock(t, handle, NULL, SYNCHRONIZE, &o);
	if (status)
		return status;
	if (!o->type->waitable) {
		object_unlock(o);
		return STATUS_OBJECT_TYPE_MISMATCH;
	}
	return wait_one_locked(t, o, alertable, deadline);
}

static NTSTATUS wait_handles(struct task *t, const uint64_t *h, unsigned n,
			     bool all, bool alertable,
			     const struct nt_timeout *to)
{
	struct object *o[WAIT_MAX_OBJECTS];
	NTSTATUS status = STATUS_SUCCESS;
	int64_t at_once;
	unsigned got;

	if (!all && !alertable && wait_any_lean(t, h, n, &at_once))
		return (NTSTATUS)at_once;
	for (got = 0; got < n; got++) {
		status = handle_get(t, h[got], NULL, SYNCHRONIZE, &o[got]);
		if (status)
			break;
		if (!o[got]->type->waitable)
			status = STATUS_OBJECT_TYPE_MISMATCH;
		for (unsigned i = 0; all && i < got && !status; i++)
			if (o[i] == o[got])
				status = STATUS_INVALID_PARAMETER_MIX;
		if (status) {
			got++;
			break;
		}
	}
	if (!status)
		status = wait_objects(t, o, n, all, alertable, to);
	while (got--)
		object_put(o[got]);
	return status;
}

NTSTATUS nt_wait_for_multiple_objects(struct task *t, uint32_t count,
				      gaddr handles, uint32_t type,
				      uint8_t alertable, gaddr timeout)
{
	enum { WAIT_ALL, WAIT_ANY };
	uint64_t h[WAIT_MAX_OBJECTS];
	struct nt_timeout to;
	NTSTATUS status;

	if (!count || count > WAIT_MAX_OBJECTS)
		return STATUS_INVALID_PARAMETER_1;
	if (type != WAIT_ALL && type != WAIT_ANY)
		return STATUS_INVALID_PARAMETER_3;
	if (guest_read(t, h, handles, count * sizeof *h))
		return STATUS_ACCESS_VIOLATION;
	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	return wait_handles(t, h, count, type == WAIT_ALL, alertable, &to);
}

NTSTATUS nt_wait_for_multiple_objects32(struct task *t, uint32_t count,
					gaddr handles, uint32_t type,
					uint8_t alertable, gaddr timeout)
{
	enum { WAIT_ALL, WAIT_ANY };
	uint32_t narrow[WAIT_MAX_OBJECTS];
	uint64_t h[WAIT_MAX_OBJECTS];
	struct nt_timeout to;
	NTSTATUS status;

	if (!count || count > WAIT_MAX_OBJECTS)
		return STATUS_INVALID_PARAMETER_1;
	if (type != WAIT_ALL && type != WAIT_ANY)
		return STATUS_INVALID_PARAMETER_3;
	if (guest_read(t, narrow, handles, count * sizeof *narrow))
		return STATUS_ACCESS_VIOLATION;
	for (unsigned i = 0; i < count; i++)
		h[i] = (uint64_t)(int64_t)(int32_t)narrow[i];
	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	return wait_handles(t, h, count, type == WAIT_ALL, alertable, &to);
}

NTSTATUS nt_delay_execution(struct task *t, uint8_t alertable, gaddr interval)
{
	struct nt_timeout to;
	struct nt_wait w;
	NTSTATUS status;
	int64_t deadline;

	if (!interval)
		return STATUS_ACCESS_VIOLATION;
	status = timeout_read(t, interval, &to);
	if (status)
		return status;
	deadline = timeout_deadline(&to);
	if (!deadline && !alertable) {
		sched_yield();
		return STATUS_SUCCESS;
	}
	do {
		wait_init(&w, t);
		status = wait_sleep(&w, deadline, alertable);
	} while (status == (uint32_t)WAIT_RESTART && !nt_interrupted(t, false));
	if (status == STATUS_TIMEOUT && !deadline)
		sched_yield();
	return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

NTSTATUS nt_yield_execution(struct task *t)
{
	(void)t;
	sched_yield();
	return STATUS_SUCCESS;
}

/* What NtSignalAndWaitForSingleObject does to its first object. */
static NTSTATUS signal_one(struct task *t, uint64_t h)
{
	enum { EVENT_MODIFY = 2, SEMAPHORE_MODIFY = 2 };
	struct object *o;
	NTSTATUS status;

	status = handle_get(t, h, NULL, 0, &o);
	if (status)
		return status;
	if (o->type == &event_type)
		status = nt_set_event(t, h, 0);
	else if (o->type == &semaphore_type)
		status = nt_release_semaphore(t, h, 1, 0);
	else if (o->type == &mutant_type)
		status = nt_release_mutant(t, h, 0);
	else
		status = STATUS_OBJECT_TYPE_MISMATCH;
	object_put(o);
	return status;
}

NTSTATUS nt_signal_and_wait_for_single_object(struct task *t,
					      uint64_t signal_handle,
					      uint64_t wait_handle,
					      uint8_t alertable, gaddr timeout)
{
	struct nt_timeout to;
	struct object *o;
	NTSTATUS status;

	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	/* The second handle is checked before the first object changes. */
	status = handle_get(t, wait_handle, NULL, SYNCHRONIZE, &o);
	if (status)
		return status;
	if (!o->type->waitable)
		status = STATUS_OBJECT_TYPE_MISMATCH;
	if (!status)
		status = signal_one(t, signal_handle);
	if (!status)
		status = wait_objects(t, &o, 1, false, alertable, &to);
	object_put(o);
	return status;
}
