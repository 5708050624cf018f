/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sync.c - events, mutexes, semaphores and waitable timers.
 *
 * Each CreateX is CreateXEx with all access; each A is W with its name made
 * wide.  What kernel32 adds to NT: names, and ERROR_ALREADY_EXISTS.
 */
#include "object-name.h"

/* ---- events ---- */

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES sa, LPCWSTR name,
			     DWORD flags, DWORD access)
{
	struct object_name n;
	OBJECT_ATTRIBUTES *oa;
	HANDLE h = NULL;

	if (flags & ~(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (!object_name_init(&n, sa, name, TRUE, &oa))
		return NULL;
	/* NotificationEvent is 0, SynchronizationEvent 1. */
	return object_created(
		NtCreateEvent(&h, access, oa,
			      flags & CREATE_EVENT_MANUAL_RESET ? 0 : 1,
			      (flags & CREATE_EVENT_INITIAL_SET) != 0),
		&h);
}

static DWORD event_flags(BOOL manual, BOOL initial)
{
	return (manual ? CREATE_EVENT_MANUAL_RESET : 0) |
	       (initial ? CREATE_EVENT_INITIAL_SET : 0);
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES sa, BOOL manual, BOOL initial,
			   LPCWSTR name)
{
	return CreateEventExW(sa, name, event_flags(manual, initial),
			      EVENT_ALL_ACCESS);
}

HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES sa, LPCSTR name, DWORD flags,
			     DWORD access)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? CreateEventExW(sa, w.s, flags, access)
					: NULL;
}

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES sa, BOOL manual, BOOL initial,
			   LPCSTR name)
{
	return CreateEventExA(sa, name, event_flags(manual, initial),
			      EVENT_ALL_ACCESS);
}

HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR name)
{
	struct object_name n;
	HANDLE h = NULL;

	if (!object_name_open(&n, inherit, name))
		return NULL;
	return object_opened(NtOpenEvent(&h, access, &n.oa), &h);
}

HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? OpenEventW(access, inherit, w.s)
					: NULL;
}

BOOL WINAPI SetEvent(HANDLE event)
{
	return rf_result(NtSetEvent(event, NULL));
}

BOOL WINAPI ResetEvent(HANDLE event)
{
	return rf_result(NtClearEvent(event));
}

BOOL WINAPI PulseEvent(HANDLE event)
{
	return rf_result(NtPulseEvent(event, NULL));
}

/* ---- mutexes ---- */

HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES sa, LPCWSTR name,
			     DWORD flags, DWORD access)
{
	struct object_name n;
	OBJECT_ATTRIBUTES *oa;
	HANDLE h = NULL;

	if (flags & ~CREATE_MUTEX_INITIAL_OWNER) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (!object_name_init(&n, sa, name, TRUE, &oa))
		return NULL;
	return object_created(
		NtCreateMutant(&h, access, oa,
			       (flags & CREATE_MUTEX_INITIAL_OWNER) != 0),
		&h);
}

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES sa, BOOL owned, LPCWSTR name)
{
	return CreateMutexExW(sa, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0,
			      MUTEX_ALL_ACCESS);
}

HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES sa, LPCSTR name, DWORD flags,
			     DWORD access)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? CreateMutexExW(sa, w.s, flags, access)
					: NULL;
}

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES sa, BOOL owned, LPCSTR name)
{
	return CreateMutexExA(sa, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0,
			      MUTEX_ALL_ACCESS);
}

HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name)
{
	struct object_name n;
	HANDLE h = NULL;

	if (!object_name_open(&n, inherit, name))
		return NULL;
	return object_opened(NtOpenMutant(&h, access, &n.oa), &h);
}

HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? OpenMutexW(access, inherit, w.s)
					: NULL;
}

BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
	return rf_result(NtReleaseMutant(mutex, NULL));
}

/* ---- semaphores ---- */

HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
				 LPCWSTR name, DWORD flags, DWORD access)
{
	struct object_name n;
	OBJECT_ATTRIBUTES *oa;
	HANDLE h = NULL;

	if (flags) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (!object_name_init(&n, sa, name, TRUE, &oa))
		return NULL;
	return object_created(NtCreateSemaphore(&h, access, oa, count, max),
			      &h);
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
			       LPCWSTR name)
{
	return CreateSemaphoreExW(sa, count, max, name, 0,
				  SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
				 LPCSTR name, DWORD flags, DWORD access)
{
	WIDE(w);

	return wide_from_ansi(&w, name)
		       ? CreateSemaphoreExW(sa, count, max, w.s, flags, access)
		       : NULL;
}

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES sa, LONG count, LONG max,
			       LPCSTR name)
{
	return CreateSemaphoreExA(sa, count, max, name, 0,
				  SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name)
{
	struct object_name n;
	HANDLE h = NULL;

	if (!object_name_open(&n, inherit, name))
		return NULL;
	return object_opened(NtOpenSemaphore(&h, access, &n.oa), &h);
}

HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? OpenSemaphoreW(access, inherit, w.s)
					: NULL;
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous)
{
	return rf_result(NtReleaseSemaphore(semaphore, count, previous));
}

/* ---- waitable timers ---- */

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 2
#endif

HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES sa, LPCWSTR name,
				     DWORD flags, DWORD access)
{
	struct object_name n;
	OBJECT_ATTRIBUTES *oa;
	HANDLE h = NULL;

	/* All our timers have high resolution. */
	if (flags & ~(CREATE_WAITABLE_TIMER_MANUAL_RESET |
		      CREATE_WAITABLE_TIMER_HIGH_RESOLUTION)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (!object_name_init(&n, sa, name, TRUE, &oa))
		return NULL;
	return object_created(
		NtCreateTimer(&h, access, oa,
			      flags & CREATE_WAITABLE_TIMER_MANUAL_RESET ? 0
									 : 1),
		&h);
}

HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES sa, BOOL manual,
				   LPCWSTR name)
{
	return CreateWaitableTimerExW(
		sa, name, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0,
		TIMER_ALL_ACCESS);
}

HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES sa, LPCSTR name,
				     DWORD flags, DWORD access)
{
	WIDE(w);

	return wide_from_ansi(&w, name)
		       ? CreateWaitableTimerExW(sa, w.s, flags, access)
		       : NULL;
}

HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES sa, BOOL manual,
				   LPCSTR name)
{
	return CreateWaitableTimerExA(
		sa, name, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0,
		TIMER_ALL_ACCESS);
}

HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name)
{
	struct object_name n;
	HANDLE h = NULL;

	if (!object_name_open(&n, inherit, name))
		return NULL;
	return object_opened(NtOpenTimer(&h, access, &n.oa), &h);
}

HANDLE WINAPI OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name)
		       ? OpenWaitableTimerW(access, inherit, w.s)
		       : NULL;
}

BOOL WINAPI SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due,
			     LONG period, PTIMERAPCROUTINE fn, LPVOID arg,
			     BOOL resume)
{
	LARGE_INTEGER when = *due;
	/* NT calls the routine with the same three arguments as Win32. */
	NTSTATUS status =
		NtSetTimer(timer, &when, fn, arg, !!resume, period, NULL);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	/* It will not wake the machine from sleep; it does run. */
	if (status == STATUS_TIMER_RESUME_IGNORED)
		SetLastError(ERROR_NOT_SUPPORTED);
	return TRUE;
}

BOOL WINAPI SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER *due,
			       LONG period, PTIMERAPCROUTINE fn, LPVOID arg,
			       PREASON_CONTEXT why, ULONG tolerance)
{
	return SetWaitableTimer(timer, due, period, fn, arg, why != NULL);
}

BOOL WINAPI CancelWaitableTimer(HANDLE timer)
{
	return rf_result(NtCancelTimer(timer, NULL));
}
