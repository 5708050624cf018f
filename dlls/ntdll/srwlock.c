/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * srwlock.c - slim reader/writer locks and condition variables.
 *
 * The lock word:   bit 0  held by a writer
 *                  bit 1  somebody sleeps (see park.c)
 *                  bits 2-  number of readers inside
 *
 * Readers queue behind sleeping writers, or a stream of readers would keep
 * writers out for ever; both may snatch a lock that has just become free.
 */
#include "ntdll-private.h"

#define WRITER   ((LONG_PTR)1)
#define SLEEPERS ((LONG_PTR)2)
#define READER   ((LONG_PTR)4)

enum { TAG_WRITER = 1, TAG_READER = 2 };

static inline volatile LONG_PTR *word(PRTL_SRWLOCK lock)
{
	return (volatile LONG_PTR *)&lock->Ptr;
}

static inline BOOL swap(PRTL_SRWLOCK lock, LONG_PTR from, LONG_PTR to)
{
	return __atomic_compare_exchange_n(word(lock), &from, to, FALSE,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void NTAPI RtlInitializeSRWLock(PRTL_SRWLOCK lock)
{
	lock->Ptr = NULL;
}

static inline BOOL free_for_writer(LONG_PTR v)
{
	return !(v & ~SLEEPERS);
}

static inline BOOL free_for_reader(LONG_PTR v)
{
	return !(v & WRITER) && (!(v & SLEEPERS) || v == SLEEPERS);
}

static BOOL writer_may_sleep(void *arg)
{
	LONG_PTR v = *word(arg);

	return !free_for_writer(v) && v & SLEEPERS;
}

static BOOL reader_may_sleep(void *arg)
{
	LONG_PTR v = *word(arg);

	return !free_for_reader(v) && v & SLEEPERS;
}

/* until: NULL or, for RfAcquireSRWLockExclusive(), a time. */
static NTSTATUS __attribute__((noinline))
acquire_slow(PRTL_SRWLOCK lock, BOOL writer, const LARGE_INTEGER *until)
{
	ULONG spins = spin_limit();

	if (only_thread_left()) {
		*word(lock) = writer ? WRITER : READER;
		return STATUS_SUCCESS;
	}
	for (;;) {
		LONG_PTR v = *word(lock);

		if (writer ? free_for_writer(v) : free_for_reader(v)) {
			if (swap(lock, v, v + (writer ? WRITER : READER)))
				return STATUS_SUCCESS;
		} else if (spins && !(v & SLEEPERS)) {
			spins--;
			YieldProcessor();
		} else if (v & SLEEPERS || swap(lock, v, v | SLEEPERS)) {
			/* Who times out was not woken: no wake is lost. */
			if (park(lock, PARK_SRW,
				 writer ? writer_may_sleep : reader_may_sleep,
				 NULL, lock, writer ? TAG_WRITER : TAG_READER,
				 until) == STATUS_TIMEOUT)
				return STATUS_TIMEOUT;
		}
	}
}

struct wake {
	PRTL_SRWLOCK lock;
	BOOL readers; /* one was woken: only its like may join it */
	BOOL writer;
};

static enum unpark_step choose(void *arg, ULONG tag)
{
	struct wake *w = arg;

	if (w->writer || (w->readers && tag == TAG_WRITER))
		return UNPARK_STOP;
	if (tag == TAG_WRITER)
		w->writer = TRUE;
	else
		w->readers = TRUE;
	return UNPARK_WAKE;
}

static void nobody_left(void *arg, ULONG woken, ULONG left)
{
	struct wake *w = arg;

	if (!left)
		__atomic_and_fetch(word(w->lock), ~SLEEPERS, __ATOMIC_SEQ_CST);
}

static void __attribute__((noinline)) wake_next(PRTL_SRWLOCK lock)
{
	struct wake w = { .lock = lock };

	unpark(lock, PARK_SRW, ~0u, choose, nobody_left, &w);
}

void NTAPI RtlAcquireSRWLockExclusive(PRTL_SRWLOCK lock)
{
	if (!swap(lock, 0, WRITER))
		acquire_slow(lock, TRUE, NULL);
}

NTSTATUS NTAPI RfAcquireSRWLockExclusive(PRTL_SRWLOCK lock,
					 const LARGE_INTEGER *until)
{
	return swap(lock, 0, WRITER) ? STATUS_SUCCESS
				     : acquire_slow(lock, TRUE, until);
}

BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(PRTL_SRWLOCK lock)
{
	LONG_PTR v = *word(lock);

	return free_for_writer(v) && swap(lock, v, v | WRITER);
}

void NTAPI RtlReleaseSRWLockExclusive(PRTL_SRWLOCK lock)
{
	LONG_PTR v = __atomic_fetch_sub(word(lock), WRITER, __ATOMIC_SEQ_CST);

	if (!(v & WRITER)) {
		__atomic_fetch_add(word(lock), WRITER, __ATOMIC_SEQ_CST);
		RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
	}
	if (v & SLEEPERS)
		wake_next(lock);
}

void NTAPI RtlAcquireSRWLockShared(PRTL_SRWLOCK lock)
{
	LONG_PTR v = *word(lock);

	if (v & (WRITER | SLEEPERS) || !swap(lock, v, v + READER))
		acquire_slow(lock, FALSE, NULL);
}

BOOLEAN NTAPI RtlTryAcquireSRWLockShared(PRTL_SRWLOCK lock)
{
	LONG_PTR v;

	do {
		v = *word(lock);
		if (!free_for_reader(v))
			return FALSE;
	} while (!swap(lock, v, v + READER));
	return TRUE;
}

void NTAPI RtlReleaseSRWLockShared(PRTL_SRWLOCK lock)
{
	LONG_PTR v = __atomic_fetch_sub(word(lock), READER, __ATOMIC_SEQ_CST);

	if (v < READER) {
		__atomic_fetch_add(word(lock), READER, __ATOMIC_SEQ_CST);
		RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
	}
	if (v - READER == SLEEPERS)
		wake_next(lock);
}

/* ---- condition variables ------------------------------------------------ */

/* The word: 1 while anybody may sleep on it, so that waking nobody is free. */

struct cv_wait {
	PRTL_CONDITION_VARIABLE cv;
	PRTL_CRITICAL_SECTION cs;
	PRTL_SRWLOCK srw;
	BOOL shared;
};

static BOOL mark(void *arg)
{
	struct cv_wait *w = arg;

	w->cv->Ptr = (PVOID)1;
	return TRUE;
}

static void give_up(void *arg)
{
	struct cv_wait *w = arg;

	if (w->cs)
		RtlLeaveCriticalSection(w->cs);
	else if (w->shared)
		RtlReleaseSRWLockShared(w->srw);
	else
		RtlReleaseSRWLockExclusive(w->srw);
}

void NTAPI RtlInitializeConditionVariable(PRTL_CONDITION_VARIABLE cv)
{
	cv->Ptr = NULL;
}

NTSTATUS NTAPI RtlSleepConditionVariableCS(PRTL_CONDITION_VARIABLE cv,
					   PRTL_CRITICAL_SECTION cs,
					   const LARGE_INTEGER *timeout)
{
	struct cv_wait w = { .cv = cv, .cs = cs };
	NTSTATUS status;

	status = park(cv, PARK_CV, mark, give_up, &w, 0, timeout);
	RtlEnterCriticalSection(cs);
	return status;
}

NTSTATUS NTAPI RtlSleepConditionVariableSRW(PRTL_CONDITION_VARIABLE cv,
					    PRTL_SRWLOCK lock,
					    const LARGE_INTEGER *timeout,
					    ULONG flags)
{
	struct cv_wait w = { .cv = cv, .srw = lock };
	NTSTATUS status;

	if (flags & ~(ULONG)RTL_CONDITION_VARIABLE_LOCKMODE_SHARED)
		return STATUS_INVALID_PARAMETER_2;
	w.shared = flags & RTL_CONDITION_VARIABLE_LOCKMODE_SHARED;
	status = park(cv, PARK_CV, mark, give_up, &w, 0, timeout);
	if (w.shared)
		RtlAcquireSRWLockShared(lock);
	else
		RtlAcquireSRWLockExclusive(lock);
	return status;
}

static void unmark(void *arg, ULONG woken, ULONG left)
{
	PRTL_CONDITION_VARIABLE cv = arg;

	if (!left)
		cv->Ptr = NULL;
}

void NTAPI RtlWakeConditionVariable(PRTL_CONDITION_VARIABLE cv)
{
	if (__atomic_load_n(&cv->Ptr, __ATOMIC_ACQUIRE))
		unpark(cv, PARK_CV, 1, NULL, unmark, cv);
}

void NTAPI RtlWakeAllConditionVariable(PRTL_CONDITION_VARIABLE cv)
{
	if (__atomic_load_n(&cv->Ptr, __ATOMIC_ACQUIRE))
		unpark(cv, PARK_CV, ~0u, NULL, unmark, cv);
}
