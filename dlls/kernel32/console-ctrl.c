/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-ctrl.c - Ctrl-C and its kin.
 *
 * Until a program sets a handler the kernel side ends the process itself.
 * With the first handler it starts a thread of ours for each event instead.
 */
#include "console.h"

#define MAX_HANDLERS 64

static SRWLOCK lock = SRWLOCK_INIT;
static PHANDLER_ROUTINE handlers[MAX_HANDLERS]; /* under lock; newest last */
static unsigned count;                          /* under lock */

/* Of these a handler can only delay the end. */
static BOOL is_last(DWORD event)
{
	return event == CTRL_CLOSE_EVENT || event == CTRL_LOGOFF_EVENT ||
	       event == CTRL_SHUTDOWN_EVENT;
}

/* The newest handler is asked first; who says TRUE is the last to be. */
static DWORD WINAPI ctrl_thread(LPVOID arg)
{
	DWORD event = (DWORD)(ULONG_PTR)arg;
	PHANDLER_ROUTINE copy[MAX_HANDLERS];
	unsigned n;

	RtlAcquireSRWLockShared(&lock);
	n = count;
	memcpy(copy, handlers, n * sizeof copy[0]);
	RtlReleaseSRWLockShared(&lock);
	while (n--)
		if (copy[n](event)) {
			if (is_last(event))
				TerminateProcess(GetCurrentProcess(),
						 STATUS_CONTROL_C_EXIT);
			return 0;
		}
	ExitProcess(STATUS_CONTROL_C_EXIT);
}

static BOOL set_routine(void)
{
	uint64_t routine = (ULONG_PTR)ctrl_thread;

	return console_control(RF_CONSOLE_SET_CTRL_ROUTINE, &routine,
			       sizeof routine, NULL, 0, NULL);
}

static BOOL add_handler(PHANDLER_ROUTINE h)
{
	BOOL ok = TRUE;

	RtlAcquireSRWLockExclusive(&lock);
	if (count == MAX_HANDLERS) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		ok = FALSE;
	} else {
		if (!count)
			ok = set_routine();
		if (ok)
			handlers[count++] = h;
	}
	RtlReleaseSRWLockExclusive(&lock);
	return ok;
}

static BOOL remove_handler(PHANDLER_ROUTINE h)
{
	uint64_t none = 0;
	BOOL found = FALSE;

	RtlAcquireSRWLockExclusive(&lock);
	for (unsigned i = count; i-- > 0 && !found;) {
		if (handlers[i] != h)
			continue;
		memmove(handlers + i, handlers + i + 1,
			(count - i - 1) * sizeof handlers[0]);
		count--;
		found = TRUE;
	}
	if (found && !count)
		console_control(RF_CONSOLE_SET_CTRL_ROUTINE, &none, sizeof none,
				NULL, 0, NULL);
	RtlReleaseSRWLockExclusive(&lock);
	if (!found)
		SetLastError(ERROR_INVALID_PARAMETER);
	return found;
}

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE h, BOOL add)
{
	uint32_t ignore = !!add;

	if (!h)
		return console_control(RF_CONSOLE_IGNORE_CTRL_C, &ignore,
				       sizeof ignore, NULL, 0, NULL);
	return add ? add_handler(h) : remove_handler(h);
}

BOOL WINAPI GenerateConsoleCtrlEvent(DWORD event, DWORD group)
{
	struct rf_console_ctrl c = { event, group };

	if (event > CTRL_BREAK_EVENT) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return console_control(RF_CONSOLE_GENERATE_CTRL, &c, sizeof c, NULL, 0,
			       NULL);
}
