/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests debuggers that come to running processes and go: attaching, letting go,
 * dying, and what they leave behind; a debug object that is closed meanwhile. */
#include "debug.h"

#include <stdlib.h>

#define UP_NAME "RF_SLEEPER_UP" /* the event's name, in the environment */

static int sleeper(void)
{
	char name[64] = "";

	/* One without a name: whose debugger has started it. */
	GetEnvironmentVariableA(UP_NAME, name, sizeof name);
	SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, name));
	for (;;)
		Sleep(10);
	return 0;
}

/* A process that has brought itself up: its loader's list is complete. */
static BOOL start_sleeper(PROCESS_INFORMATION *pi)
{
	char name[64];
	HANDLE up;
	BOOL ok;

	snprintf(name, sizeof name, "rf-sleeper-%lu", GetCurrentProcessId());
	up = CreateEventA(NULL, FALSE, FALSE, name);
	SetEnvironmentVariableA(UP_NAME, name);
	ok = start("sleeper", 0, pi) &&
	     WaitForSingleObject(up, PATIENCE) == WAIT_OBJECT_0;
	SetEnvironmentVariableA(UP_NAME, NULL);
	CloseHandle(up);
	return ok;
}

/* A debugger that dies, or leaves, with a debuggee. */
static int leave(BOOL kill)
{
	PROCESS_INFORMATION pi;
	HANDLE up = OpenEventA(EVENT_ALL_ACCESS, FALSE, getenv("RF_DEBUG_UP"));
	DEBUG_EVENT e;
	DWORD *shared;

	shared = MapViewOfFile(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE,
						getenv("RF_DEBUG_ID")),
			       FILE_MAP_ALL_ACCESS, 0, 0, 0);
	if (!start("sleeper", DEBUG_PROCESS, &pi))
		return 1;
	/* The last one counts, however many nobody has heard of yet. */
	for (int i = 0; i < 1000; i++)
		if (!DebugSetProcessKillOnExit(i & 1 ? kill : !kill))
			return 2;
	while (WaitForDebugEvent(&e, PATIENCE)) {
		ContinueDebugEvent(e.dwProcessId, e.dwThreadId, DBG_CONTINUE);
		if (e.dwDebugEventCode == EXCEPTION_DEBUG_EVENT)
			break;
	}
	*shared = pi.dwProcessId;
	SetEvent(up);
	Sleep(INFINITE);
	return 0;
}

static int careless(void)
{
	return leave(TRUE);
}

static int careful(void)
{
	return leave(FALSE);
}

/* Goes on from e: was it the end of the program, which is killed with 77? */
static BOOL over(const DEBUG_EVENT *e)
{
	close_file(e);
	go(e, DBG_CONTINUE);
	if (e->dwDebugEventCode != EXIT_PROCESS_DEBUG_EVENT)
		return FALSE;
	CHECK_EQ(e->u.ExitProcess.dwExitCode, 77);
	return TRUE;
}

/* Attached to a running process, told of what there is, stopped, let go. */
static void attach(void)
{
	int processes = 0, loads = 0, breaks = 0;
	PROCESS_INFORMATION pi;
	BOOL present = TRUE;
	HANDLE th = NULL;
	DEBUG_EVENT e;
	CONTEXT c;

	CHECK(start_sleeper(&pi));
	CHECK(DebugActiveProcess(pi.dwProcessId), "%lu", GetLastError());
	CHECK(!DebugActiveProcess(pi.dwProcessId));
	CHECK(!DebugActiveProcess(GetCurrentProcessId()));
	while (!breaks && next(&e)) {
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			processes++;
			th = e.u.CreateProcessInfo.hThread;
			CHECK_EQ(e.dwThreadId, pi.dwThreadId);
			break;
		case LOAD_DLL_DEBUG_EVENT:
			loads++;
			break;
		case EXCEPTION_DEBUG_EVENT:
			CHECK_EQ(e.u.Exception.ExceptionRecord.ExceptionCode,
				 STATUS_BREAKPOINT);
			CHECK(e.dwThreadId != pi.dwThreadId);
			breaks++;
			/* The other threads stand still and can be looked at */
			context(th, &c);
			CHECK(PC(c) != 0);
			CHECK_EQ(SuspendThread(th), 0);
			CHECK_EQ(ResumeThread(th), 1);
			break;
		}
		close_file(&e);
		go(&e, DBG_CONTINUE);
	}
	CHECK_EQ(processes, 1);
	CHECK(loads >= 2, "%d", loads);
	CHECK(CheckRemoteDebuggerPresent(pi.hProcess, &present) && present);
	CHECK(DebugActiveProcessStop(pi.dwProcessId), "%lu", GetLastError());
	CHECK(CheckRemoteDebuggerPresent(pi.hProcess, &present) && !present);
	CHECK(!DebugActiveProcessStop(pi.dwProcessId));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 100), WAIT_TIMEOUT);

	/* Again, and it is killed under us. */
	CHECK(DebugActiveProcess(pi.dwProcessId), "%lu", GetLastError());
	breaks = 0;
	while (next(&e)) {
		if (e.dwDebugEventCode == EXCEPTION_DEBUG_EVENT) {
			breaks++;
			TerminateProcess(pi.hProcess, 77);
		}
		if (over(&e))
			break;
	}
	CHECK_EQ(breaks, 1);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	close_both(&pi);
}

/* Let go of with an event unanswered, by a thread that is suspended, for good:
   others can attach themselves even so. */
static void suspended(void)
{
	PROCESS_INFORMATION pi;
	DEBUG_EVENT e;

	CHECK(start_sleeper(&pi));
	for (int round = 0; round < 3; round++) {
		HANDLE th = NULL;
		BOOL ok = DebugActiveProcess(pi.dwProcessId);

		CHECK(ok, "round %d: %lu", round, GetLastError());
		while (ok && next(&e)) {
			close_file(&e);
			if (e.dwDebugEventCode == CREATE_THREAD_DEBUG_EVENT)
				th = e.u.CreateThread.hThread;
			if (e.dwDebugEventCode == EXCEPTION_DEBUG_EVENT)
				break;
			go(&e, DBG_CONTINUE);
		}
		CHECK(th && GetThreadId(th) == e.dwThreadId);
		CHECK_EQ(SuspendThread(th), 0);
		CHECK(DebugActiveProcessStop(pi.dwProcessId), "%lu",
		      GetLastError());
	}
	TerminateProcess(pi.hProcess, 0);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	close_both(&pi);
}

/* What happens to a debuggee whose debugger is gone. */
static void orphan(BOOL kill)
{
	char id[64], up_name[64];
	PROCESS_INFORMATION pi;
	DWORD *shared, code = 0;
	HANDLE map, up, child;
	BOOL present = TRUE;

	snprintf(id, sizeof id, "rf-debug-id-%lu-%d", GetCurrentProcessId(),
		 kill);
	snprintf(up_name, sizeof up_name, "rf-debug-up-%lu-%d",
		 GetCurrentProcessId(), kill);
	map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
				 4096, id);
	shared = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
	up = CreateEventA(NULL, FALSE, FALSE, up_name);
	SetEnvironmentVariableA("RF_DEBUG_ID", id);
	SetEnvironmentVariableA("RF_DEBUG_UP", up_name);
	CHECK(start(kill ? "careless" : "careful", 0, &pi));
	CHECK_EQ(WaitForSingleObject(up, PATIENCE), WAIT_OBJECT_0);
	child = OpenProcess(PROCESS_ALL_ACCESS, FALSE, *shared);
	CHECK(child != NULL, "%lu", GetLastError());
	TerminateProcess(pi.hProcess, 1);
	WaitForSingleObject(pi.hProcess, PATIENCE);
	if (kill) {
		CHECK_EQ(WaitForSingleObject(child, PATIENCE), WAIT_OBJECT_0);
		GetExitCodeProcess(child, &code);
		CHECK(code != 0 && code != STILL_ACTIVE, "%#lx", code);
	} else {
		CHECK_EQ(WaitForSingleObject(child, 200), WAIT_TIMEOUT);
		/* It may take it a moment to notice. */
		for (int i = 0; present && i < 100; i++) {
			CheckRemoteDebuggerPresent(child, &present);
			Sleep(present ? 10 : 0);
		}
		CHECK(!present);
		TerminateProcess(child, 0);
	}
	CloseHandle(child);
	close_both(&pi);
	CloseHandle(up);
	UnmapViewOfFile(shared);
	CloseHandle(map);
}

/* ---- several at once ------------------------------------------------- */

static LONG(WINAPI *nt_create)(HANDLE *debug, ACCESS_MASK access, void *attr,
			       ULONG flags);
static LONG(WINAPI *nt_attach)(HANDLE process, HANDLE debug);

static void find_calls(void)
{
	HMODULE m = GetModuleHandleA("ntdll");

	nt_create = (void *)GetProcAddress(m, "NtCreateDebugObject");
	nt_attach = (void *)GetProcAddress(m, "NtDebugActiveProcess");
	CHECK(nt_create && nt_attach);
}

static HANDLE begin, closed;
static HANDLE volatile victim;
static LONGLONG volatile delay;

static LONGLONG ticks(void)
{
	LARGE_INTEGER now;

	QueryPerformanceCounter(&now);
	return now.QuadPart;
}

static DWORD WINAPI closer(void *arg)
{
	for (;;) {
		LONGLONG from;

		WaitForSingleObject(begin, INFINITE);
		if (!victim)
			return 0;
		from = ticks();
		while (ticks() - from < delay)
			;
		CloseHandle(victim);
		SetEvent(closed);
	}
}

/*
 * A debug object is closed while a process is being attached to it: whatever
 * comes first, in the end nobody debugs the process, and it lives.
 */
static void closing(void)
{
	PROCESS_INFORMATION pi;
	BOOL present = TRUE;
	HANDLE th, d;
	int attached = 0;
	LONGLONG from, took = 0;
	LONG status;

	begin = CreateEventA(NULL, FALSE, FALSE, NULL);
	closed = CreateEventA(NULL, FALSE, FALSE, NULL);
	th = CreateThread(NULL, 0, closer, NULL, 0, NULL);
	CHECK(start_sleeper(&pi));
	for (int n = 0; n < 200; n++) {
		/* The first is closed late, others from too early to too late.
		 */
		delay = n ? took * (n % 50) / 25 : 0;
		CHECK_EQ(nt_create(&d, MAXIMUM_ALLOWED, NULL, 0), 0);
		victim = d;
		if (n)
			SetEvent(begin);
		from = ticks();
		status = nt_attach(pi.hProcess, d);
		if (!n) {
			took = ticks() - from;
			SetEvent(begin);
		}
		attached += status == 0;
		CHECK(status == 0 || status == (LONG)STATUS_INVALID_HANDLE ||
			      status == (LONG)0xc0000354 /* INACTIVE */ ||
			      status == (LONG)0xc0000048 /* PORT_ALREADY_SET */,
		      "%#lx", status);
		CHECK_EQ(WaitForSingleObject(closed, PATIENCE), WAIT_OBJECT_0);
		for (int i = 0; i < 100; i++) {
			CheckRemoteDebuggerPresent(pi.hProcess, &present);
			if (!present)
				break;
			Sleep(10);
		}
		CHECK(!present, "after %d, %#lx", n, status);
		if (present)
			break;
	}
	CHECK(attached > 0);
	victim = NULL;
	SetEvent(begin);
	CHECK_EQ(WaitForSingleObject(th, PATIENCE), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 0), WAIT_TIMEOUT);
	TerminateProcess(pi.hProcess, 0);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CloseHandle(th);
	CloseHandle(begin);
	CloseHandle(closed);
	close_both(&pi);
}

static DWORD WINAPI killer(void *arg)
{
	LONGLONG from;

	WaitForSingleObject(begin, INFINITE);
	from = ticks();
	while (ticks() - from < delay)
		;
	TerminateProcess(arg, 77);
	return 0;
}

/*
 * A process is killed while a debugger attaches itself: either it is too late
 * for that, or the debugger hears of the end.
 */
static void dying(void)
{
	LONGLONG from, took = 0;
	int attached = 0;

	begin = CreateEventA(NULL, FALSE, FALSE, NULL);
	for (int n = 0; n < 24; n++) {
		PROCESS_INFORMATION pi;
		DEBUG_EVENT e;
		HANDLE th;
		BOOL ok;

		CHECK(start_sleeper(&pi));
		delay = n ? took * (n % 12) / 4 : 0;
		th = CreateThread(NULL, 0, killer, pi.hProcess, 0, NULL);
		if (n)
			SetEvent(begin);
		from = ticks();
		ok = DebugActiveProcess(pi.dwProcessId);
		if (!n) {
			took = ticks() - from;
			SetEvent(begin);
		}
		attached += ok;
		while (ok && next(&e) && !over(&e))
			;
		CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE),
			 WAIT_OBJECT_0);
		CHECK_EQ(WaitForSingleObject(th, PATIENCE), WAIT_OBJECT_0);
		CloseHandle(th);
		close_both(&pi);
	}
	CHECK(attached > 0);
	CloseHandle(begin);
}

int main(int argc, char **argv)
{
	static const struct part parts[] = {
		{ "sleeper", sleeper },
		{ "careless", careless },
		{ "careful", careful },
		{ NULL, NULL },
	};
	int code = debug_init(argc, argv, parts);

	if (code >= 0)
		return code;
	find_calls();
	attach();
	suspended();
	orphan(TRUE);
	orphan(FALSE);
	closing();
	dying();
	return check_done();
}
