/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.c - waiting: for objects, for time, for addresses, and the wrappers
 * around ntdll's locks that turn a status into BOOL and a last error.
 */
#include "kernel32-private.h"

/* ---- objects ---- */

static DWORD wait_result(NTSTATUS status)
{
	if (NT_SUCCESS(status))
		return status;
	rf_fail(status);
	return WAIT_FAILED;
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE h, DWORD ms, BOOL alertable)
{
	LARGE_INTEGER t;
	NTSTATUS status;

	/* An alert is not an APC: wait on for what is left. */
	do
		status = NtWaitForSingleObject(h, !!alertable,
					       k32_timeout(&t, ms));
	while (status == STATUS_ALERTED);
	return wait_result(status);
}

DWORD WINAPI WaitForSingleObject(HANDLE h, DWORD ms)
{
	LARGE_INTEGER t;

	return wait_result(
		NtWaitForSingleObject(h, FALSE, k32_timeout(&t, ms)));
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD n, const HANDLE *h, BOOL all,
				      DWORD ms, BOOL alertable)
{
	LARGE_INTEGER t;
	NTSTATUS status;

	do /* WaitAll is 0, WaitAny 1 */
		status = NtWaitForMultipleObjects(
			n, h, all ? 0 : 1, !!alertable, k32_timeout(&t, ms));
	while (status == STATUS_ALERTED);
	return wait_result(status);
}

DWORD WINAPI WaitForMultipleObjects(DWORD n, const HANDLE *h, BOOL all,
				    DWORD ms)
{
	return WaitForMultipleObjectsEx(n, h, all, ms, FALSE);
}

DWORD WINAPI SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD ms,
				 BOOL alertable)
{
	LARGE_INTEGER t;

	return wait_result(NtSignalAndWaitForSingleObject(
		signal, wait, !!alertable, k32_timeout(&t, ms)));
}

/* ---- time ---- */

DWORD WINAPI SleepEx(DWORD ms, BOOL alertable)
{
	LARGE_INTEGER t;
	NTSTATUS status;

	/* NtDelayExecution has no NULL; the longest relative time is 29000
	 * years. */
	if (ms == INFINITE)
		t.QuadPart = MINLONGLONG;
	else
		t.QuadPart = -(LONGLONG)ms * 10000;
	do
		status = NtDelayExecution(!!alertable, &t);
	while (status == STATUS_ALERTED);
	return status == STATUS_USER_APC ? WAIT_IO_COMPLETION : 0;
}

void WINAPI Sleep(DWORD ms)
{
	SleepEx(ms, FALSE);
}

BOOL WINAPI SwitchToThread(void)
{
	return NtYieldExecution() != STATUS_NO_YIELD_PERFORMED;
}

/* ---- ntdll's locks, in Win32's terms ---- */

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION cs,
						  DWORD spin)
{
	return rf_result(RtlInitializeCriticalSectionAndSpinCount(cs, spin));
}

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION cs, DWORD spin,
					DWORD flags)
{
	return rf_result(RtlInitializeCriticalSectionEx(cs, spin, flags));
}

/* A wait that ended by time is an error here, not a result. */
static BOOL timed(NTSTATUS status)
{
	if (status == STATUS_TIMEOUT) {
		SetLastError(ERROR_TIMEOUT);
		return FALSE;
	}
	return rf_result(status);
}

BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE cv,
				     PCRITICAL_SECTION cs, DWORD ms)
{
	LARGE_INTEGER t;

	return timed(RtlSleepConditionVariableCS(cv, cs, k32_timeout(&t, ms)));
}

BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE cv, PSRWLOCK lock,
				      DWORD ms, ULONG flags)
{
	LARGE_INTEGER t;

	return timed(RtlSleepConditionVariableSRW(cv, lock, k32_timeout(&t, ms),
						  flags));
}

BOOL WINAPI WaitOnAddress(volatile VOID *address, PVOID compare, SIZE_T size,
			  DWORD ms)
{
	LARGE_INTEGER t;

	return timed(
		RtlWaitOnAddress(address, compare, size, k32_timeout(&t, ms)));
}

BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags,
				    PBOOL pending, LPVOID *context)
{
	NTSTATUS status = RtlRunOnceBeginInitialize(once, flags, context);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	*pending = status == STATUS_PENDING;
	return TRUE;
}

BOOL WINAPI InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context)
{
	return rf_result(RtlRunOnceComplete(once, flags, context));
}

BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN fn,
				PVOID parameter, LPVOID *context)
{
	/* On failure the callback's own last error stays. */
	return NT_SUCCESS(RtlRunOnceExecuteOnce(
		once, (PRTL_RUN_ONCE_INIT_FN)(void *)fn, parameter, context));
}

BOOL WINAPI InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier,
					     LONG threads, LONG spin)
{
	return rf_result(RtlInitBarrier(barrier, threads, spin));
}

BOOL WINAPI EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier,
					DWORD flags)
{
	return RtlBarrier(barrier, flags);
}

BOOL WINAPI DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier)
{
	return rf_result(RtlDeleteBarrier(barrier));
}
