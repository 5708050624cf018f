/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug.c - being debugged, and debugging others, which is refused.
 *
 * What OutputDebugString says goes to a debugger; without one it is dropped,
 * unless RF_DEBUG_STRINGS is set in the environment: then to standard error.
 */
#include "kernel32-private.h"
#include "nt-process.h"

BOOL WINAPI IsDebuggerPresent(VOID)
{
	return rf_peb()->BeingDebugged;
}

BOOL WINAPI CheckRemoteDebuggerPresent(HANDLE process, PBOOL present)
{
	ULONG_PTR port;
	NTSTATUS status;

	if (!process || !present) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	status = NtQueryInformationProcess(process, RfProcessDebugPort, &port,
					   sizeof port, NULL);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	*present = port != 0;
	return TRUE;
}

VOID WINAPI DebugBreak(VOID)
{
	DbgBreakPoint();
}

static BOOL strings_wanted(void)
{
	static volatile LONG wanted; /* 0: not yet asked; 1 yes, 2 no */
	DWORD error;

	if (!wanted) {
		error = GetLastError();
		wanted = GetEnvironmentVariableW(L"RF_DEBUG_STRINGS", NULL, 0)
				 ? 1
				 : 2;
		SetLastError(error);
	}
	return wanted == 1;
}

VOID WINAPI OutputDebugStringA(LPCSTR s)
{
	ULONG_PTR args[2];
	DWORD n;

	if (!s)
		return;
	if (rf_peb()->BeingDebugged) {
		args[0] = lstrlenA(s) + 1;
		args[1] = (ULONG_PTR)s;
		RaiseException(DBG_PRINTEXCEPTION_C, 0, 2, args);
	} else if (strings_wanted()) {
		n = GetLastError();
		WriteFile(GetStdHandle(STD_ERROR_HANDLE), s, lstrlenA(s),
			  &(DWORD){ 0 }, NULL);
		SetLastError(n);
	}
}

VOID WINAPI OutputDebugStringW(LPCWSTR s)
{
	char *a;

	/* Nearly always nobody listens. */
	if (!s || (!rf_peb()->BeingDebugged && !strings_wanted()))
		return;
	a = ansi_dup(s);
	OutputDebugStringA(a);
	k32_free(a);
}

/* ---- debugging others: there are no debug objects ------------------- */

static BOOL refuse(void)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI DebugActiveProcess(DWORD pid)
{
	return refuse();
}

BOOL WINAPI DebugActiveProcessStop(DWORD pid)
{
	return refuse();
}

BOOL WINAPI DebugBreakProcess(HANDLE process)
{
	return refuse();
}

BOOL WINAPI DebugSetProcessKillOnExit(BOOL kill)
{
	return refuse();
}

BOOL WINAPI WaitForDebugEvent(LPDEBUG_EVENT event, DWORD ms)
{
	return refuse();
}

BOOL WINAPI WaitForDebugEventEx(LPDEBUG_EVENT event, DWORD ms)
{
	return refuse();
}

BOOL WINAPI ContinueDebugEvent(DWORD pid, DWORD tid, DWORD status)
{
	return refuse();
}

BOOL WINAPI GetThreadSelectorEntry(HANDLE thread, DWORD selector,
				   LPLDT_ENTRY entry)
{
	return refuse();
}
