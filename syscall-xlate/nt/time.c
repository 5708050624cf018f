/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * time.c - clocks.
 *
 * NT time is in 100 ns since 1601.  The performance counter is CLOCK_MONOTONIC
 * in the same unit, so its frequency is the 10 MHz that Windows 10 shows.
 */
#include "syscall-xlate/nt/time.h"

#include "base/clock.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/calls.h"

static int64_t ticks(const struct timespec *ts)
{
	return ts->tv_sec * NT_TICKS_PER_SECOND + ts->tv_nsec / 100;
}

int64_t nt_time_from_timespec(const struct timespec *ts)
{
	return ticks(ts) + NT_EPOCH;
}

void nt_time_to_timespec(int64_t nt, struct timespec *ts)
{
	int64_t t = nt - NT_EPOCH;

	ts->tv_sec = t / NT_TICKS_PER_SECOND;
	ts->tv_nsec = t % NT_TICKS_PER_SECOND * 100;
	if (ts->tv_nsec < 0) {
		ts->tv_sec--;
		ts->tv_nsec += 1000000000;
	}
}

int64_t nt_time_now(void)
{
	int64_t ns = clock_ns(CLOCK_REALTIME);

	if (clock_is_fixed())
		shared_data_tick();
	return ns / 100 + NT_EPOCH;
}

int64_t nt_interrupt_time(void)
{
	int64_t ns = clock_ns(CLOCK_MONOTONIC);

	if (clock_is_fixed())
		shared_data_tick();
	return ns / 100;
}

int64_t nt_boot_time(void)
{
	return (clock_peek(CLOCK_REALTIME) - clock_peek(CLOCK_BOOTTIME)) / 100 +
	       NT_EPOCH;
}

/* ---- calls ---------------------------------------------------------- */

NTSTATUS nt_query_system_time(struct task *t, gaddr system_time)
{
	return guest_put64(t, system_time, (uint64_t)nt_time_now()) < 0
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

NTSTATUS nt_query_performance_counter(struct task *t, gaddr counter,
				      gaddr frequency)
{
	if (guest_put64(t, counter, (uint64_t)nt_interrupt_time()) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (frequency && guest_put64(t, frequency, NT_TICKS_PER_SECOND) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* The host's clock is its administrator's. */
NTSTATUS nt_set_system_time(struct task *t, gaddr system_time, gaddr previous)
{
	(void)t;
	(void)system_time;
	(void)previous;
	return STATUS_PRIVILEGE_NOT_HELD;
}

/*
 * Linux's timers are exact whatever is asked for.  The numbers are Windows'
 * usual ones, and what a program has set is what it is told.
 */
enum { COARSEST = NT_CLOCK_INTERVAL, FINEST = 5000 };

static _Atomic uint32_t resolution = COARSEST;
static _Atomic uint32_t resolution_users;

NTSTATUS nt_query_timer_resolution(struct task *t, gaddr coarsest, gaddr finest,
				   gaddr current)
{
	if (guest_put32(t, coarsest, COARSEST) < 0 ||
	    guest_put32(t, finest, FINEST) < 0 ||
	    guest_put32(t, current, resolution) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_timer_resolution(struct task *t, uint32_t wanted,
				 uint8_t enable, gaddr actual)
{
	if (enable) {
		wanted = MIN(MAX(wanted, FINEST), COARSEST);
		resolution_users++;
		if (wanted < resolution)
			resolution = wanted;
	} else {
		if (!resolution_users)
			return STATUS_TIMER_RESOLUTION_NOT_SET;
		if (--resolution_users == 0)
			resolution = COARSEST;
	}
	return guest_put32(t, actual, resolution) < 0 ? STATUS_ACCESS_VIOLATION
						      : STATUS_SUCCESS;
}
