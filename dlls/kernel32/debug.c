/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug.c - being debugged, and debugging others.
 *
 * What OutputDebugString says goes to a debugger; without one it is dropped,
 * unless RF_DEBUG_STRINGS is set in the environment: then to standard error.
 */
#include "kernel32-private.h"
#include "nt-debug.h"
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

/* For a debugger that wants it wide, with the other form beside it. */
static void tell_wide(LPCWSTR s)
{
	char *a = ansi_dup(s);
	ULONG_PTR args[4] = { lstrlenW(s) + 1, (ULONG_PTR)s };

	args[2] = a ? lstrlenA(a) + 1 : 0;
	args[3] = (ULONG_PTR)a;
	RaiseException(DBG_PRINTEXCEPTION_WIDE_C, 0, 4, args);
	k32_free(a);
}

VOID WINAPI OutputDebugStringW(LPCWSTR s)
{
	char *a;

	if (!s)
		return;
	if (rf_peb()->BeingDebugged) {
		tell_wide(s);
	} else if (strings_wanted()) {
		a = ansi_dup(s);
		OutputDebugStringA(a);
		k32_free(a);
	}
}

/* ---- debugging others ----------------------------------------------- */

/*
 * Handles to processes and threads that events gave to the debugger: they are
 * closed when the event that tells of their end is continued.  In a list of the
 * debugging thread's.
 */
struct given {
	struct given *next;
	DWORD process, thread; /* thread 0: the process's own handle */
	HANDLE h;
	BOOL over;
};

static struct given **given_list(void)
{
	return (struct given **)&NtCurrentTeb()->DbgSsReserved[0];
}

static void remember(DWORD process, DWORD thread, HANDLE h)
{
	struct given *g = h ? k32_alloc(sizeof *g) : NULL;

	if (!g)
		return;
	*g = (struct given){ *given_list(), process, thread, h, FALSE };
	*given_list() = g;
}

static void mark_over(DWORD process, DWORD thread)
{
	for (struct given *g = *given_list(); g; g = g->next)
		if (g->process == process && (!thread || g->thread == thread))
			g->over = TRUE;
}

static void close_over(DWORD process)
{
	struct given **at = given_list(), *g;

	while ((g = *at)) {
		if (g->process != process || !g->over) {
			at = &g->next;
			continue;
		}
		*at = g->next;
		CloseHandle(g->h);
		k32_free(g);
	}
}

static void note(const DEBUG_EVENT *e)
{
	switch (e->dwDebugEventCode) {
	case CREATE_PROCESS_DEBUG_EVENT:
		remember(e->dwProcessId, 0, e->u.CreateProcessInfo.hProcess);
		remember(e->dwProcessId, e->dwThreadId,
			 e->u.CreateProcessInfo.hThread);
		break;
	case CREATE_THREAD_DEBUG_EVENT:
		remember(e->dwProcessId, e->dwThreadId,
			 e->u.CreateThread.hThread);
		break;
	case EXIT_THREAD_DEBUG_EVENT:
		mark_over(e->dwProcessId, e->dwThreadId);
		break;
	case EXIT_PROCESS_DEBUG_EVENT:
		mark_over(e->dwProcessId, 0);
		break;
	}
}

typedef NTSTATUS NTAPI converter(const DBGUI_WAIT_STATE_CHANGE *change,
				 DEBUG_EVENT *event);

static BOOL wait_event(LPDEBUG_EVENT event, DWORD ms, converter *convert)
{
	LARGE_INTEGER t = { .QuadPart = (LONGLONG)ms * -10000 };
	DBGUI_WAIT_STATE_CHANGE change;
	NTSTATUS status;

	do
		status = DbgUiWaitStateChange(&change,
					      ms == INFINITE ? NULL : &t);
	while (status == STATUS_ALERTED || status == STATUS_USER_APC);
	if (status == STATUS_TIMEOUT) {
		SetLastError(ERROR_SEM_TIMEOUT);
		return FALSE;
	}
	if (NT_SUCCESS(status))
		status = convert(&change, event);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	note(event);
	return TRUE;
}

BOOL WINAPI WaitForDebugEvent(LPDEBUG_EVENT event, DWORD ms)
{
	return wait_event(event, ms, DbgUiConvertStateChangeStructure);
}

BOOL WINAPI WaitForDebugEventEx(LPDEBUG_EVENT event, DWORD ms)
{
	return wait_event(event, ms, DbgUiConvertStateChangeStructureEx);
}

BOOL WINAPI ContinueDebugEvent(DWORD pid, DWORD tid, DWORD how)
{
	CLIENT_ID id = { (HANDLE)(ULONG_PTR)pid, (HANDLE)(ULONG_PTR)tid };
	NTSTATUS status = DbgUiContinue(&id, how);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	close_over(pid);
	return TRUE;
}

static HANDLE open_debuggee(DWORD pid)
{
	return OpenProcess(PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION |
				   PROCESS_VM_WRITE | PROCESS_VM_READ |
				   PROCESS_SUSPEND_RESUME |
				   PROCESS_QUERY_INFORMATION,
			   FALSE, pid);
}

BOOL WINAPI DebugActiveProcess(DWORD pid)
{
	NTSTATUS status = DbgUiConnectToDbg();
	HANDLE h;

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	h = open_debuggee(pid);
	if (!h)
		return FALSE;
	status = DbgUiDebugActiveProcess(h);
	NtClose(h);
	return rf_result(status);
}

BOOL WINAPI DebugActiveProcessStop(DWORD pid)
{
	HANDLE h = open_debuggee(pid);
	NTSTATUS status;

	if (!h)
		return FALSE;
	status = DbgUiStopDebugging(h);
	NtClose(h);
	if (!NT_SUCCESS(status)) {
		SetLastError(ERROR_ACCESS_DENIED);
		return FALSE;
	}
	mark_over(pid, 0);
	close_over(pid);
	return TRUE;
}

BOOL WINAPI DebugBreakProcess(HANDLE process)
{
	return rf_result(DbgUiIssueRemoteBreakin(process));
}

BOOL WINAPI DebugSetProcessKillOnExit(BOOL kill)
{
	HANDLE h = DbgUiGetThreadDebugObject();
	ULONG flags = kill != FALSE;

	if (!h) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	/* DebugObjectKillProcessOnExitInformation */
	return rf_result(NtSetInformationDebugObject(h, 1, &flags, sizeof flags,
						     NULL));
}

/*
 * As the 64-bit kernel has them for 32-bit programs; 64-bit ones have none on
 * Windows either.
 */
static BOOL selector_entry(HANDLE thread, DWORD selector, LDT_ENTRY *entry)
{
	enum { CODE = 0x23, DATA = 0x2b, FS = 0x53 };
	enum { ACCESSED_CODE = 0x1b, ACCESSED_DATA = 0x13 };
	/* From a 32-bit thread's 64-bit TEB to the other. */
	enum { TEB32 = sizeof(void *) == 8 ? 0x2000 : 0 };
	WOW64_CONTEXT narrow = { .ContextFlags = WOW64_CONTEXT_i386 };
	struct {
		NTSTATUS status;
		PVOID teb;
		CLIENT_ID id;
		ULONG_PTR affinity;
		LONG priority, base;
	} info = { 0 };
	LDT_ENTRY e = { .LimitLow = 0xffff };
	NTSTATUS status;
	ULONG_PTR teb;

	if (selector != CODE && selector != DATA && selector != FS) {
		SetLastError(ERROR_NOT_SUPPORTED);
		return FALSE;
	}
	/* Only threads of 32-bit processes have such a context. */
	status = NtQueryInformationThread(thread, 29 /* ThreadWow64Context */,
					  &narrow, sizeof narrow, NULL);
	if (NT_SUCCESS(status))
		status = NtQueryInformationThread(thread, 0, &info, sizeof info,
						  NULL);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	if (selector == FS) {
		teb = (ULONG_PTR)info.teb + TEB32;
		e.BaseLow = (WORD)teb;
		e.HighWord.Bytes.BaseMid = (BYTE)(teb >> 16);
		e.HighWord.Bytes.BaseHi = (BYTE)(teb >> 24);
		e.LimitLow = 0xfff;
	} else {
		e.HighWord.Bits.LimitHi = 0xf;
		e.HighWord.Bits.Granularity = 1;
	}
	e.HighWord.Bits.Type = selector == CODE ? ACCESSED_CODE : ACCESSED_DATA;
	e.HighWord.Bits.Dpl = 3;
	e.HighWord.Bits.Pres = 1;
	e.HighWord.Bits.Default_Big = 1;
	*entry = e;
	return TRUE;
}

BOOL WINAPI GetThreadSelectorEntry(HANDLE thread, DWORD selector,
				   LPLDT_ENTRY entry)
{
#ifdef _WIN64
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
#else
	return selector_entry(thread, selector, entry);
#endif
}

BOOL WINAPI Wow64GetThreadSelectorEntry(HANDLE thread, DWORD selector,
					PWOW64_LDT_ENTRY entry)
{
	return selector_entry(thread, selector, (LDT_ENTRY *)entry);
}
