/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sync.c - one-time initialisation, barriers and reader/writer resources.
 */
#include "ntdll-private.h"

/* ---- run once ------------------------------------------------------------ */

/* The low bits of the word; above them, when done, the context. */
enum { ONCE_NEW = 0, ONCE_RUNNING = 1, ONCE_DONE = 2, ONCE_ASYNC = 3 };
#define ONCE_STATE(p) ((ULONG_PTR)(p)&3)

static BOOL once_swap(PRTL_RUN_ONCE once, ULONG_PTR from, ULONG_PTR to)
{
	return InterlockedCompareExchangePointer(&once->Ptr, (PVOID)to,
						 (PVOID)from) == (PVOID)from;
}

static BOOL once_running(void *arg)
{
	PRTL_RUN_ONCE once = arg;

	return *(PVOID volatile *)&once->Ptr == (PVOID)ONCE_RUNNING;
}

void NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE once)
{
	once->Ptr = NULL;
}

NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE once, ULONG flags,
					 PVOID *context)
{
	BOOL async = !!(flags & RTL_RUN_ONCE_ASYNC);

	if (flags & ~(RTL_RUN_ONCE_CHECK_ONLY | RTL_RUN_ONCE_ASYNC) ||
	    (async && flags & RTL_RUN_ONCE_CHECK_ONLY))
		return STATUS_INVALID_PARAMETER_2;
	for (;;) {
		ULONG_PTR v = (ULONG_PTR)__atomic_load_n(&once->Ptr,
							 __ATOMIC_ACQUIRE);

		if (ONCE_STATE(v) == ONCE_DONE) {
			if (context)
				*context = (PVOID)(v & ~(ULONG_PTR)3);
			return STATUS_SUCCESS;
		}
		if (flags & RTL_RUN_ONCE_CHECK_ONLY)
			return STATUS_UNSUCCESSFUL;
		switch (ONCE_STATE(v)) {
		case ONCE_NEW:
			if (once_swap(once, v,
				      async ? ONCE_ASYNC : ONCE_RUNNING))
				return STATUS_PENDING;
			break;
		case ONCE_RUNNING:
			if (async)
				return STATUS_INVALID_PARAMETER_2;
			park(once, PARK_ONCE, once_running, NULL, once, 0,
			     NULL);
			break;
		case ONCE_ASYNC:
			return async ? STATUS_PENDING
				     : STATUS_INVALID_PARAMETER_2;
		}
	}
}

NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE once, ULONG flags,
				  PVOID context)
{
	ULONG_PTR done = (ULONG_PTR)context | ONCE_DONE;
	ULONG_PTR v = (ULONG_PTR)once->Ptr;

	if (ONCE_STATE(context))
		return STATUS_INVALID_PARAMETER_3;
	if (flags & RTL_RUN_ONCE_INIT_FAILED) {
		if (context)
			return STATUS_INVALID_PARAMETER_3;
		if (flags & RTL_RUN_ONCE_ASYNC)
			return STATUS_INVALID_PARAMETER_2;
		done = ONCE_NEW;
	}
	switch (ONCE_STATE(v)) {
	case ONCE_RUNNING:
		if (flags & RTL_RUN_ONCE_ASYNC)
			return STATUS_INVALID_PARAMETER_2;
		__atomic_store_n(&once->Ptr, (PVOID)done, __ATOMIC_SEQ_CST);
		if (!park_is_empty(once))
			unpark(once, PARK_ONCE, ~0u, NULL, NULL, NULL);
		return STATUS_SUCCESS;
	case ONCE_ASYNC:
		if (!(flags & RTL_RUN_ONCE_ASYNC))
			return STATUS_INVALID_PARAMETER_2;
		return once_swap(once, v, done) ? STATUS_SUCCESS
						: STATUS_OBJECT_NAME_COLLISION;
	case ONCE_DONE:
		return flags & RTL_RUN_ONCE_ASYNC ? STATUS_OBJECT_NAME_COLLISION
						  : STATUS_UNSUCCESSFUL;
	default:
		return STATUS_UNSUCCESSFUL;
	}
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE once,
				     PRTL_RUN_ONCE_INIT_FN fn, PVOID parameter,
				     PVOID *context)
{
	PVOID own = NULL;
	NTSTATUS status;

	if (!context)
		context = &own;
	status = RtlRunOnceBeginInitialize(once, 0, context);
	if (status != STATUS_PENDING)
		return status;
	*context = NULL;
	if (!fn(once, parameter, context)) {
		RtlRunOnceComplete(once, RTL_RUN_ONCE_INIT_FAILED, NULL);
		return STATUS_UNSUCCESSFUL;
	}
	return RtlRunOnceComplete(once, 0, *context);
}

/* ---- barriers ---- */

/*
 * Reserved1     threads still to come     Reserved2     threads in all
 * Reserved3[0]  round, which they sleep on
 * Reserved3[1]  threads inside, for RtlDeleteBarrier
 * Reserved4     how often to look before sleeping
 */
enum { SPIN_ONLY = 1, BLOCK_ONLY = 2 };

NTSTATUS NTAPI RtlInitBarrier(PRTL_BARRIER b, ULONG threads, ULONG spin)
{
	if (!threads || threads > 0x7fffffff)
		return STATUS_INVALID_PARAMETER;
	memset(b, 0, sizeof *b);
	b->Reserved1 = threads;
	b->Reserved2 = threads;
	/* -1: the system's choice */
	b->Reserved4 = spin == ~0u ? 2000 : spin;
	if (!spin_limit())
		b->Reserved4 = 0;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteBarrier(PRTL_BARRIER b)
{
	while (__atomic_load_n(&b->Reserved3[1], __ATOMIC_ACQUIRE))
		NtYieldExecution();
	return STATUS_SUCCESS;
}

static void barrier_wait(PRTL_BARRIER b, ULONG_PTR round, ULONG flags)
{
	volatile ULONG_PTR *now = &b->Reserved3[0];
	ULONG spins = flags & BLOCK_ONLY ? 0 : b->Reserved4;

	while (*now == round) {
		if (flags & SPIN_ONLY) {
			YieldProcessor();
		} else if (spins) {
			spins--;
			YieldProcessor();
		} else {
			RtlWaitOnAddress(now, &round, sizeof round, NULL);
		}
	}
}

BOOLEAN NTAPI RtlBarrier(PRTL_BARRIER b, ULONG flags)
{
	ULONG_PTR round = b->Reserved3[0];
	BOOLEAN last;

	__atomic_add_fetch(&b->Reserved3[1], 1, __ATOMIC_SEQ_CST);
	last = !InterlockedDecrement((LONG *)&b->Reserved1);
	if (last) {
		b->Reserved1 = b->Reserved2;
		__atomic_add_fetch(&b->Reserved3[0], 1, __ATOMIC_SEQ_CST);
		RtlWakeAddressAll(&b->Reserved3[0]);
	} else {
		barrier_wait(b, round, flags);
	}
	__atomic_sub_fetch(&b->Reserved3[1], 1, __ATOMIC_SEQ_CST);
	return last;
}

BOOLEAN NTAPI RtlBarrierForDelete(PRTL_BARRIER b, ULONG flags)
{
	return RtlBarrier(b, flags);
}

/* ---- resources ---- */

/* NumberOfActive: readers inside; -1 and less: how often its writer is. */

static PRTL_CONDITION_VARIABLE shared_cv(PRTL_RESOURCE r)
{
	return (PRTL_CONDITION_VARIABLE)&r->SharedSemaphore;
}

static PRTL_CONDITION_VARIABLE exclusive_cv(PRTL_RESOURCE r)
{
	return (PRTL_CONDITION_VARIABLE)&r->ExclusiveSemaphore;
}

void NTAPI RtlInitializeResource(PRTL_RESOURCE r)
{
	memset(r, 0, sizeof *r);
	RtlInitializeCriticalSection(&r->CriticalSection);
}

void NTAPI RtlDeleteResource(PRTL_RESOURCE r)
{
	RtlDeleteCriticalSection(&r->CriticalSection);
	memset(r, 0, sizeof *r);
}

static BOOL readable(PRTL_RESOURCE r)
{
	return r->NumberOfActive >= 0 && !r->NumberOfWaitingExclusive;
}

BOOLEAN NTAPI RtlAcquireResourceShared(PRTL_RESOURCE r, BOOLEAN wait)
{
	BOOLEAN got = TRUE;

	RtlEnterCriticalSection(&r->CriticalSection);
	if (r->NumberOfActive < 0 && r->ExclusiveOwnerThread == current_tid()) {
		r->NumberOfActive--; /* the writer may read */
	} else if (readable(r) || wait) {
		r->NumberOfWaitingShared++;
		/* Woken by a writer's leaving, one may pass the next writer. */
		for (BOOL woken = FALSE;
		     !readable(r) && !(woken && r->NumberOfActive >= 0);
		     woken = TRUE)
			RtlSleepConditionVariableCS(shared_cv(r),
						    &r->CriticalSection, NULL);
		r->NumberOfWaitingShared--;
		r->NumberOfActive++;
	} else {
		got = FALSE;
	}
	RtlLeaveCriticalSection(&r->CriticalSection);
	return got;
}

static void wait_exclusive(PRTL_RESOURCE r)
{
	r->NumberOfWaitingExclusive++;
	while (r->NumberOfActive)
		RtlSleepConditionVariableCS(exclusive_cv(r),
					    &r->CriticalSection, NULL);
	r->NumberOfWaitingExclusive--;
	r->NumberOfActive = -1;
	r->ExclusiveOwnerThread = current_tid();
}

BOOLEAN NTAPI RtlAcquireResourceExclusive(PRTL_RESOURCE r, BOOLEAN wait)
{
	BOOLEAN got = TRUE;

	RtlEnterCriticalSection(&r->CriticalSection);
	if (r->NumberOfActive < 0 && r->ExclusiveOwnerThread == current_tid())
		r->NumberOfActive--;
	else if (!r->NumberOfActive || wait)
		wait_exclusive(r);
	else
		got = FALSE;
	RtlLeaveCriticalSection(&r->CriticalSection);
	return got;
}

static void wake_resource(PRTL_RESOURCE r)
{
	if (r->NumberOfActive)
		return;
	if (r->NumberOfWaitingExclusive)
		RtlWakeConditionVariable(exclusive_cv(r));
	else if (r->NumberOfWaitingShared)
		RtlWakeAllConditionVariable(shared_cv(r));
}

void NTAPI RtlReleaseResource(PRTL_RESOURCE r)
{
	RtlEnterCriticalSection(&r->CriticalSection);
	if (r->NumberOfActive > 0) {
		r->NumberOfActive--;
	} else if (r->NumberOfActive < 0 && !++r->NumberOfActive) {
		r->ExclusiveOwnerThread = NULL;
		/* Readers that waited for this writer go first. */
		if (r->NumberOfWaitingShared)
			RtlWakeAllConditionVariable(shared_cv(r));
	}
	wake_resource(r);
	RtlLeaveCriticalSection(&r->CriticalSection);
}

void NTAPI RtlConvertSharedToExclusive(PRTL_RESOURCE r)
{
	RtlEnterCriticalSection(&r->CriticalSection);
	r->NumberOfActive--;
	wait_exclusive(r);
	RtlLeaveCriticalSection(&r->CriticalSection);
}

void NTAPI RtlConvertExclusiveToShared(PRTL_RESOURCE r)
{
	RtlEnterCriticalSection(&r->CriticalSection);
	r->NumberOfActive = 1;
	r->ExclusiveOwnerThread = NULL;
	RtlWakeAllConditionVariable(shared_cv(r));
	RtlLeaveCriticalSection(&r->CriticalSection);
}
