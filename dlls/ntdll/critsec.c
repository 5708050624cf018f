/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * critsec.c - critical sections.
 *
 * LockCount has Windows' layout since Vista, which debuggers and a few
 * programs read; -1 is a free lock without waiters:
 *
 *   bit 0  1: free                    bit 1  1: nobody is being woken
 *   bits 2-31  one's complement of the number of waiters
 *
 * Whoever comes first gets the lock, waiters or not: handing it over would
 * cost a switch of threads each time.
 */
#include "ntdll-private.h"

#define FREE       1
#define NOT_WAKING 2
#define WAITER     4

enum { SPIN_MASK = 0x00ffffff, FLAG_MASK = 0xff000000 };

static inline BOOL try_take(PRTL_CRITICAL_SECTION cs, LONG seen, LONG taken)
{
	return InterlockedCompareExchange(&cs->LockCount, taken, seen) == seen;
}

static inline NTSTATUS taken(PRTL_CRITICAL_SECTION cs, HANDLE me)
{
	cs->OwningThread = me;
	cs->RecursionCount = 1;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSectionEx(PRTL_CRITICAL_SECTION cs,
					      ULONG spin, ULONG flags)
{
	/* Bits below the flags are nobody's: libcurl has always said 1. */
	if (spin & (ULONG)FLAG_MASK)
		return STATUS_INVALID_PARAMETER_2;
	/* As Windows 10 does unless asked for debug information. */
	cs->DebugInfo = (PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1;
	cs->LockCount = -1;
	cs->RecursionCount = 0;
	cs->OwningThread = NULL;
	cs->LockSemaphore = NULL;
	cs->SpinCount = spin;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSection(PRTL_CRITICAL_SECTION cs)
{
	return RtlInitializeCriticalSectionEx(cs, 0, 0);
}

NTSTATUS NTAPI
RtlInitializeCriticalSectionAndSpinCount(PRTL_CRITICAL_SECTION cs, ULONG spin)
{
	return RtlInitializeCriticalSectionEx(cs, spin & SPIN_MASK, 0);
}

NTSTATUS NTAPI RtlDeleteCriticalSection(PRTL_CRITICAL_SECTION cs)
{
	memset(cs, 0, sizeof *cs);
	return STATUS_SUCCESS;
}

ULONG NTAPI RtlSetCriticalSectionSpinCount(PRTL_CRITICAL_SECTION cs, ULONG spin)
{
	ULONG old = cs->SpinCount & SPIN_MASK;

	cs->SpinCount = spin & SPIN_MASK;
	return old;
}

static BOOL still_locked(void *arg)
{
	PRTL_CRITICAL_SECTION cs = arg;
	LONG v;

	/* Asleep again: the next to leave must wake somebody. */
	do {
		v = cs->LockCount;
		if (v & FREE)
			return FALSE;
	} while (!try_take(cs, v, v | NOT_WAKING));
	return TRUE;
}

static BOOL spin_for(PRTL_CRITICAL_SECTION cs)
{
	ULONG n = cs->SpinCount & SPIN_MASK;
	ULONG limit = spin_limit();

	if (limit && n > limit)
		limit = n;
	for (n = 0; n < limit; n++) {
		LONG v = cs->LockCount;

		if (v & FREE && try_take(cs, v, v & ~FREE))
			return TRUE;
		YieldProcessor();
	}
	return FALSE;
}

static NTSTATUS __attribute__((noinline))
enter_slow(PRTL_CRITICAL_SECTION cs, HANDLE me)
{
	LONG v;

	if (only_thread_left()) {
		cs->LockCount = -1 & ~FREE;
		return taken(cs, me);
	}
	if (spin_for(cs))
		return taken(cs, me);
	for (;;) { /* become a waiter, or take it after all */
		v = cs->LockCount;
		if (v & FREE) {
			if (try_take(cs, v, v & ~FREE))
				return taken(cs, me);
		} else if (try_take(cs, v, v - WAITER)) {
			break;
		}
	}
	for (;;) {
		park(&cs->LockCount, PARK_CS, still_locked, NULL, cs, 0, NULL);
		v = cs->LockCount;
		/* Ours: no waiter any more, and no longer being woken. */
		while (v & FREE) {
			if (try_take(cs, v,
				     ((v & ~FREE) | NOT_WAKING) + WAITER))
				return taken(cs, me);
			v = cs->LockCount;
		}
	}
}

NTSTATUS NTAPI RtlEnterCriticalSection(PRTL_CRITICAL_SECTION cs)
{
	HANDLE me = current_tid();

	if (try_take(cs, -1, -1 & ~FREE))
		return taken(cs, me);
	if (cs->OwningThread == me) {
		cs->RecursionCount++;
		return STATUS_SUCCESS;
	}
	return enter_slow(cs, me);
}

/* kernel32 exports it as a function that returns BOOL. */
BOOL NTAPI RtlTryEnterCriticalSection(PRTL_CRITICAL_SECTION cs)
{
	HANDLE me = current_tid();
	LONG v = cs->LockCount;

	if (v & FREE && try_take(cs, v, v & ~FREE)) {
		taken(cs, me);
		return TRUE;
	}
	if (cs->OwningThread != me)
		return FALSE;
	cs->RecursionCount++;
	return TRUE;
}

static void nobody_woken(void *arg, ULONG woken, ULONG left)
{
	PRTL_CRITICAL_SECTION cs = arg;

	/* The waiters are all between counting themselves and sleeping. */
	if (!woken)
		InterlockedOr(&cs->LockCount, NOT_WAKING);
}

static void __attribute__((noinline)) wake_waiter(PRTL_CRITICAL_SECTION cs)
{
	LONG v;

	do {
		v = cs->LockCount;
		/* Taken again, or somebody is on the way already. */
		if (!(v & FREE) || !(v & NOT_WAKING) || v == -1)
			return;
	} while (!try_take(cs, v, v & ~NOT_WAKING));
	unpark(&cs->LockCount, PARK_CS, 1, NULL, nobody_woken, cs);
}

NTSTATUS NTAPI RtlLeaveCriticalSection(PRTL_CRITICAL_SECTION cs)
{
	if (--cs->RecursionCount > 0)
		return STATUS_SUCCESS;
	cs->OwningThread = NULL;
	if (InterlockedIncrement(&cs->LockCount) != -1)
		wake_waiter(cs);
	return STATUS_SUCCESS;
}

ULONG NTAPI RtlIsCriticalSectionLocked(PRTL_CRITICAL_SECTION cs)
{
	return !(cs->LockCount & FREE);
}

ULONG NTAPI RtlIsCriticalSectionLockedByThread(PRTL_CRITICAL_SECTION cs)
{
	return cs->OwningThread == current_tid() && cs->RecursionCount;
}

/* Events are never created: there is nothing to do early. */
void NTAPI RtlEnableEarlyCriticalSectionEventCreation(void)
{
}
