/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-sync.h - critical sections, SRW locks, condition variables, run-once, barriers.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_SYNC_H
#define RF_DLL_RTL_SYNC_H

/* ---- locks ------------------------------------------------------------ */

NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(
	PRTL_CRITICAL_SECTION cs, ULONG spin);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionEx(
	PRTL_CRITICAL_SECTION cs, ULONG spin, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlDeleteCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI NTSTATUS NTAPI RtlEnterCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI NTSTATUS NTAPI RtlLeaveCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI BOOL NTAPI RtlTryEnterCriticalSection(PRTL_CRITICAL_SECTION cs);
NTSYSAPI ULONG NTAPI RtlSetCriticalSectionSpinCount(PRTL_CRITICAL_SECTION cs,
						    ULONG spin);
NTSYSAPI ULONG NTAPI RtlIsCriticalSectionLocked(PRTL_CRITICAL_SECTION cs);
NTSYSAPI ULONG NTAPI
RtlIsCriticalSectionLockedByThread(PRTL_CRITICAL_SECTION cs);
NTSYSAPI void NTAPI RtlEnableEarlyCriticalSectionEventCreation(void);

NTSYSAPI void NTAPI RtlInitializeSRWLock(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlAcquireSRWLockExclusive(PRTL_SRWLOCK lock);
/* until: a system time, after which it is STATUS_TIMEOUT. */
NTSYSAPI NTSTATUS NTAPI RfAcquireSRWLockExclusive(PRTL_SRWLOCK lock,
						  const LARGE_INTEGER *until);
NTSYSAPI void NTAPI RtlReleaseSRWLockExclusive(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlAcquireSRWLockShared(PRTL_SRWLOCK lock);
NTSYSAPI void NTAPI RtlReleaseSRWLockShared(PRTL_SRWLOCK lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(PRTL_SRWLOCK lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockShared(PRTL_SRWLOCK lock);

NTSYSAPI void NTAPI RtlInitializeConditionVariable(PRTL_CONDITION_VARIABLE cv);
NTSYSAPI void NTAPI RtlWakeConditionVariable(PRTL_CONDITION_VARIABLE cv);
NTSYSAPI void NTAPI RtlWakeAllConditionVariable(PRTL_CONDITION_VARIABLE cv);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableCS(
	PRTL_CONDITION_VARIABLE cv, PRTL_CRITICAL_SECTION cs,
	const LARGE_INTEGER *timeout);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableSRW(
	PRTL_CONDITION_VARIABLE cv, PRTL_SRWLOCK lock,
	const LARGE_INTEGER *timeout, ULONG flags);

NTSYSAPI void NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE once);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE once,
						  ULONG flags, PVOID *context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE once, ULONG flags,
					   PVOID context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE once,
					      PRTL_RUN_ONCE_INIT_FN fn,
					      PVOID parameter, PVOID *context);

NTSYSAPI NTSTATUS NTAPI RtlWaitOnAddress(const volatile void *address,
					 PVOID compare, SIZE_T size,
					 const LARGE_INTEGER *timeout);
NTSYSAPI void NTAPI RtlWakeAddressSingle(PVOID address);
NTSYSAPI void NTAPI RtlWakeAddressAll(PVOID address);

NTSYSAPI NTSTATUS NTAPI RtlInitBarrier(PRTL_BARRIER b, ULONG threads,
				       ULONG spin);
NTSYSAPI NTSTATUS NTAPI RtlDeleteBarrier(PRTL_BARRIER b);
NTSYSAPI BOOLEAN NTAPI RtlBarrier(PRTL_BARRIER b, ULONG flags);
NTSYSAPI BOOLEAN NTAPI RtlBarrierForDelete(PRTL_BARRIER b, ULONG flags);

typedef struct _RTL_RESOURCE {
	RTL_CRITICAL_SECTION CriticalSection;
	HANDLE SharedSemaphore; /* ours: a condition variable */
	volatile ULONG NumberOfWaitingShared;
	HANDLE ExclusiveSemaphore; /* ours: a condition variable */
	volatile ULONG NumberOfWaitingExclusive;
	volatile LONG NumberOfActive; /* -1: exclusively held */
	HANDLE ExclusiveOwnerThread;
	ULONG Flags;
	PVOID DebugInfo;
} RTL_RESOURCE, *PRTL_RESOURCE;
NTSYSAPI void NTAPI RtlInitializeResource(PRTL_RESOURCE r);
NTSYSAPI void NTAPI RtlDeleteResource(PRTL_RESOURCE r);
NTSYSAPI BOOLEAN NTAPI RtlAcquireResourceShared(PRTL_RESOURCE r, BOOLEAN wait);
NTSYSAPI BOOLEAN NTAPI RtlAcquireResourceExclusive(PRTL_RESOURCE r,
						   BOOLEAN wait);
NTSYSAPI void NTAPI RtlReleaseResource(PRTL_RESOURCE r);
NTSYSAPI void NTAPI RtlConvertSharedToExclusive(PRTL_RESOURCE r);
NTSYSAPI void NTAPI RtlConvertExclusiveToShared(PRTL_RESOURCE r);

#endif
