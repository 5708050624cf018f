/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the debugger's interface: every kind of event, first and second
 * chances, breakpoints, single steps, contexts, attaching, letting go. */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#ifdef _WIN64
#define PC(c) (c).Rip
#else
#define PC(c) (c).Eip
#endif
#define PATIENCE 60000

static char self[MAX_PATH];

/* ---- the debuggee ---------------------------------------------------- */

volatile int counter;

__attribute__((noinline)) int landmark(int n)
{
	counter += n;
	return counter;
}

static DWORD WINAPI other(void *arg)
{
	return 5;
}

static LONG CALLBACK skip(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode != 0xe0000001)
		return EXCEPTION_CONTINUE_SEARCH;
	counter = 1000;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static int debuggee(void)
{
	HANDLE th;
	HMODULE m;

	if (!IsDebuggerPresent())
		return 1;
	OutputDebugStringA("narrow");
	OutputDebugStringW(L"wide");
	th = CreateThread(NULL, 0, other, NULL, 0, NULL);
	WaitForSingleObject(th, INFINITE);
	CloseHandle(th);
	m = LoadLibraryA("winmm.dll");
	FreeLibrary(m);
	AddVectoredExceptionHandler(1, skip);
	RaiseException(0xe0000001, 0, 0, NULL); /* ours */
	if (counter != 1000)
		return 2;
	RaiseException(0xe0000002, 0, 0, NULL); /* the debugger's */
	counter = 0;
	if (landmark(3) != 3)
		return 3;
	DebugBreak();
	return 42;
}

static int watchee(void)
{
	return landmark(3) == 3 && landmark(4) == 7 ? 9 : 1;
}

static int crasher(void)
{
	RaiseException(0xe0000003, EXCEPTION_NONCONTINUABLE, 0, NULL);
	return 0;
}

static int sleeper(void)
{
	for (;;)
		Sleep(10);
	return 0;
}

/* Starts another one, waits for it. */
static int parent(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 20];
	DWORD code = 99;

	snprintf(line, sizeof line, "\"%s\" quick", self);
	if (!CreateProcessA(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return 1;
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	return (int)code;
}

/* A debugger that dies, or leaves, with a debuggee. */
static int careless(BOOL kill)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 20];
	HANDLE up = OpenEventA(EVENT_ALL_ACCESS, FALSE, getenv("RF_DEBUG_UP"));
	DEBUG_EVENT e;
	DWORD *shared;

	shared = MapViewOfFile(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE,
						getenv("RF_DEBUG_ID")),
			       FILE_MAP_ALL_ACCESS, 0, 0, 0);
	snprintf(line, sizeof line, "\"%s\" sleeper", self);
	if (!CreateProcessA(self, line, NULL, NULL, FALSE, DEBUG_PROCESS, NULL,
			    NULL, &si, &pi))
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

/* ---- the debugger ---------------------------------------------------- */

static BOOL start(const char *what, DWORD flags, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 40];

	snprintf(line, sizeof line, "\"%s\" %s", self, what);
	return CreateProcessA(self, line, NULL, NULL, FALSE, flags, NULL, NULL,
			      &si, pi);
}

/* Not in every import library. */
static BOOL(WINAPI *wait_ex)(LPDEBUG_EVENT event, DWORD ms);

/* ntdll's, for what kernel32 has no functions for. */
static LONG(WINAPI *nt_wait)(HANDLE debug, BOOLEAN alertable,
			     LARGE_INTEGER *timeout, void *event);
static LONG(WINAPI *nt_create)(HANDLE *debug, ACCESS_MASK access, void *attr,
			       ULONG flags);
static LONG(WINAPI *nt_attach)(HANDLE process, HANDLE debug);
static HANDLE(WINAPI *our_debug_object)(void);

static void find_calls(void)
{
	HMODULE m = GetModuleHandleA("ntdll");

	nt_wait = (void *)GetProcAddress(m, "NtWaitForDebugEvent");
	nt_create = (void *)GetProcAddress(m, "NtCreateDebugObject");
	nt_attach = (void *)GetProcAddress(m, "NtDebugActiveProcess");
	our_debug_object =
		(void *)GetProcAddress(m, "DbgUiGetThreadDebugObject");
	CHECK(nt_wait && nt_create && nt_attach && our_debug_object);
}

/* An event that could not be written is still to come, with its handles. */
static void wait_in_vain(void *nowhere)
{
	LARGE_INTEGER patience = { .QuadPart = -PATIENCE * 10000ll };

	CHECK_EQ((DWORD)nt_wait(our_debug_object(), FALSE, &patience, nowhere),
		 STATUS_ACCESS_VIOLATION);
}

static BOOL next(DEBUG_EVENT *e)
{
	BOOL ok = wait_ex(e, PATIENCE);

	CHECK(ok, "no event: %lu", GetLastError());
	return ok;
}

static void go(const DEBUG_EVENT *e, DWORD how)
{
	CHECK(ContinueDebugEvent(e->dwProcessId, e->dwThreadId, how), "%lu",
	      GetLastError());
}

static BOOL is_mz(HANDLE file)
{
	char head[2] = "";
	DWORD n;

	SetFilePointer(file, 0, NULL, FILE_BEGIN);
	return ReadFile(file, head, 2, &n, NULL) && n == 2 &&
	       !memcmp(head, "MZ", 2);
}

/* The name in the debuggee that an event points at, without its folder. */
static void image_name(HANDLE p, const DEBUG_EVENT *e, char *out, size_t size)
{
	WCHAR w[MAX_PATH] = L"";
	PVOID at = NULL;
	char *base;

	*out = 0;
	if (!e->u.LoadDll.lpImageName ||
	    !ReadProcessMemory(p, e->u.LoadDll.lpImageName, &at, sizeof at,
			       NULL) ||
	    !at)
		return;
	for (int i = 0; i < MAX_PATH - 1; i++)
		if (!ReadProcessMemory(p, (WCHAR *)at + i, &w[i], 2, NULL) ||
		    !w[i])
			break;
	WideCharToMultiByte(CP_ACP, 0, w, -1, out, (int)size, NULL, NULL);
	base = strrchr(out, '\\');
	if (base)
		memmove(out, base + 1, strlen(base));
}

struct seen {
	int created, threads, ended, loads, unloads, narrow, wide, ours, theirs,
		breaks, steps, exits, ntdll, winmm;
	DWORD code;
	BOOL attached; /* the initial breakpoint has been */
	HANDLE process, thread;
	char *base;
	DWORD main;
};

static BYTE *landmark_in(const struct seen *s)
{
	return (BYTE *)s->base + ((char *)landmark -
				  (char *)GetModuleHandleA(NULL));
}

static const BYTE int3 = 0xcc;
static BYTE saved;

static void context(HANDLE th, CONTEXT *c)
{
	memset(c, 0, sizeof *c);
	c->ContextFlags = CONTEXT_FULL;
	CHECK(GetThreadContext(th, c), "%lu", GetLastError());
}

/* A breakpoint of the debugger's is hit: take it out, step over it. */
static void on_landmark(struct seen *s, const DEBUG_EVENT *e)
{
	BYTE *at = landmark_in(s);
	CONTEXT c;
	int n = 0;

	CHECK_EQ(e->dwThreadId, s->main);
	context(s->thread, &c);
	CHECK_EQ(PC(c), (ULONG_PTR)at + 1);
#ifdef _WIN64
	CHECK_EQ((int)c.Rcx, 3);
#endif
	CHECK(ReadProcessMemory(s->process,
				s->base + ((char *)&counter -
					   (char *)GetModuleHandleA(NULL)),
				&n, sizeof n, NULL));
	CHECK_EQ(n, 0);
	CHECK(WriteProcessMemory(s->process, at, &saved, 1, NULL));
	CHECK(FlushInstructionCache(s->process, at, 1));
	PC(c) = (ULONG_PTR)at;
	c.EFlags |= 0x100;
	CHECK(SetThreadContext(s->thread, &c), "%lu", GetLastError());
}

static DWORD on_exception(struct seen *s, const DEBUG_EVENT *e)
{
	const EXCEPTION_RECORD *r = &e->u.Exception.ExceptionRecord;
	CONTEXT c;

	switch (r->ExceptionCode) {
	case STATUS_BREAKPOINT:
		s->breaks++;
		CHECK_EQ(e->u.Exception.dwFirstChance, 1);
		if (!s->attached) {
			/* All is loaded, nothing has run. */
			s->attached = TRUE;
			CHECK(ReadProcessMemory(s->process, landmark_in(s),
						&saved, 1, NULL));
			CHECK(WriteProcessMemory(s->process, landmark_in(s),
						 &int3, 1, NULL),
			      "%lu", GetLastError());
		} else if (r->ExceptionAddress == landmark_in(s)) {
			on_landmark(s, e);
		}
		return DBG_CONTINUE;
	case STATUS_SINGLE_STEP:
		s->steps++;
		context(s->thread, &c);
		CHECK_EQ(PC(c), (ULONG_PTR)r->ExceptionAddress);
		CHECK(PC(c) > (ULONG_PTR)landmark_in(s) &&
			      PC(c) < (ULONG_PTR)landmark_in(s) + 16,
		      "%p after a step at %p", (void *)PC(c), landmark_in(s));
		CHECK(!(c.EFlags & 0x100));
		return DBG_CONTINUE;
	case 0xe0000001:
		s->ours++;
		CHECK_EQ(e->u.Exception.dwFirstChance, 1);
		return (DWORD)DBG_EXCEPTION_NOT_HANDLED;
	case 0xe0000002:
		s->theirs++;
		return DBG_CONTINUE;
	}
	CHECK(0, "exception %#lx at %p", r->ExceptionCode, r->ExceptionAddress);
	return (DWORD)DBG_EXCEPTION_NOT_HANDLED;
}

static void text(const struct seen *s, const DEBUG_EVENT *e, void *buf,
		 size_t size)
{
	size_t n = e->u.DebugString.nDebugStringLength *
		   (e->u.DebugString.fUnicode ? 2 : 1);

	memset(buf, 0, size);
	CHECK(n <= size);
	CHECK(ReadProcessMemory(s->process, e->u.DebugString.lpDebugStringData,
				buf, n < size ? n : size, NULL));
}

static void on_string(struct seen *s, const DEBUG_EVENT *e)
{
	WCHAR buf[32];

	text(s, e, buf, sizeof buf);
	if (e->u.DebugString.fUnicode) {
		s->wide++;
		CHECK(!wcscmp(buf, L"wide"));
		CHECK_EQ(e->u.DebugString.nDebugStringLength, 5);
	} else if (wait_ex == WaitForDebugEvent && s->narrow) {
		s->wide++;
		CHECK(!strcmp((char *)buf, "wide"), "%s", (char *)buf);
	} else {
		s->narrow++;
		CHECK(!strcmp((char *)buf, "narrow"), "%s", (char *)buf);
		CHECK_EQ(e->u.DebugString.nDebugStringLength, 7);
	}
}

static void on_process(struct seen *s, const DEBUG_EVENT *e,
		       const PROCESS_INFORMATION *pi)
{
	const CREATE_PROCESS_DEBUG_INFO *i = &e->u.CreateProcessInfo;

	s->created++;
	s->process = i->hProcess;
	s->thread = i->hThread;
	s->base = i->lpBaseOfImage;
	s->main = e->dwThreadId;
	CHECK_EQ(e->dwProcessId, pi->dwProcessId);
	CHECK_EQ(e->dwThreadId, pi->dwThreadId);
	CHECK_EQ(GetProcessId(i->hProcess), pi->dwProcessId);
	CHECK_EQ(GetThreadId(i->hThread), pi->dwThreadId);
	CHECK(i->lpStartAddress != NULL);
	CHECK(i->lpThreadLocalBase != NULL);
	CHECK(is_mz(i->hFile));
	CloseHandle(i->hFile);
}

static void on_load(struct seen *s, const DEBUG_EVENT *e)
{
	char name[MAX_PATH];
	BYTE head[2] = "";

	s->loads++;
	CHECK(is_mz(e->u.LoadDll.hFile));
	CHECK(ReadProcessMemory(s->process, e->u.LoadDll.lpBaseOfDll, head, 2,
				NULL));
	CHECK(!memcmp(head, "MZ", 2));
	image_name(s->process, e, name, sizeof name);
	if (s->loads == 1) {
		CHECK(!lstrcmpiA(name, "ntdll.dll"), "%s", name);
		s->ntdll++;
	}
	s->winmm += !lstrcmpiA(name, "winmm.dll");
	CloseHandle(e->u.LoadDll.hFile);
}

static void whole(void)
{
	struct seen s = { 0 };
	PROCESS_INFORMATION pi;
	BOOL present = FALSE, up = TRUE;
	DEBUG_EVENT e;
	DWORD code = 0, how;
	void *nowhere = VirtualAlloc(NULL, 4096, MEM_RESERVE, PAGE_NOACCESS);

	CHECK(start("debuggee", DEBUG_ONLY_THIS_PROCESS, &pi), "%lu",
	      GetLastError());
	for (;;) {
		if (up)
			wait_in_vain(nowhere);
		if (!up || !next(&e))
			break;
		how = DBG_CONTINUE;
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			on_process(&s, &e, &pi);
			CHECK(CheckRemoteDebuggerPresent(pi.hProcess,
							 &present));
			CHECK(present);
			break;
		case CREATE_THREAD_DEBUG_EVENT:
			s.threads++;
			CHECK(e.u.CreateThread.hThread != NULL);
			CHECK_EQ(GetThreadId(e.u.CreateThread.hThread),
				 e.dwThreadId);
			break;
		case EXIT_THREAD_DEBUG_EVENT:
			s.ended += e.u.ExitThread.dwExitCode == 5;
			break;
		case LOAD_DLL_DEBUG_EVENT:
			on_load(&s, &e);
			break;
		case UNLOAD_DLL_DEBUG_EVENT:
			s.unloads++;
			break;
		case OUTPUT_DEBUG_STRING_EVENT:
			on_string(&s, &e);
			break;
		case EXCEPTION_DEBUG_EVENT:
			how = on_exception(&s, &e);
			break;
		case EXIT_PROCESS_DEBUG_EVENT:
			s.exits++;
			s.code = e.u.ExitProcess.dwExitCode;
			up = FALSE;
			break;
		}
		go(&e, how);
	}
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 42);
	CHECK_EQ(s.code, 42);
	CHECK_EQ(s.created, 1);
	CHECK(s.threads >= 1);
	CHECK_EQ(s.ended, 1);
	CHECK(s.loads >= 4, "%d", s.loads);
	CHECK_EQ(s.ntdll, 1);
	CHECK_EQ(s.winmm, 1);
	CHECK(s.unloads >= 1);
	CHECK_EQ(s.narrow, 1);
	CHECK_EQ(s.wide, 1);
	CHECK_EQ(s.ours, 1);
	CHECK_EQ(s.theirs, 1);
	CHECK_EQ(s.breaks, 3);
	CHECK_EQ(s.steps, 1);
	CHECK_EQ(s.exits, 1);
	VirtualFree(nowhere, 0, MEM_RELEASE);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

/* Nobody handles it, twice; then the process ends with its code. */
static void second_chance(void)
{
	int first = 0, second = 0;
	PROCESS_INFORMATION pi;
	DEBUG_EVENT e;
	DWORD how, code = 0;

	CHECK(start("crasher", DEBUG_PROCESS, &pi));
	while (next(&e)) {
		how = DBG_CONTINUE;
		if (e.dwDebugEventCode == EXCEPTION_DEBUG_EVENT &&
		    e.u.Exception.ExceptionRecord.ExceptionCode ==
			    0xe0000003) {
			how = (DWORD)DBG_EXCEPTION_NOT_HANDLED;
			if (e.u.Exception.dwFirstChance)
				first++;
			else
				second++;
			CHECK(e.u.Exception.ExceptionRecord.ExceptionFlags &
			      EXCEPTION_NONCONTINUABLE);
		}
		if (e.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
			code = e.u.ExitProcess.dwExitCode;
		if (e.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT)
			CloseHandle(e.u.LoadDll.hFile);
		go(&e, how);
		if (e.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
			break;
	}
	CHECK_EQ(first, 1);
	CHECK_EQ(second, 1);
	CHECK_EQ(code, 0xe0000003);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

enum { DR6_FIRST = 1, DR6_SECOND = 2 };

/* The processor's breakpoints: a write to counter, the first byte of landmark.
   FALSE: there are none for us here. */
static BOOL set_watches(const struct seen *s)
{
	CONTEXT c = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };

	c.Dr0 = (ULONG_PTR)s->base +
		((char *)&counter - (char *)GetModuleHandleA(NULL));
	c.Dr1 = (ULONG_PTR)landmark_in(s);
	/* on, four bytes, writing; on, one byte, executing */
	c.Dr7 = 1 | 4 | 1 << 16 | 3 << 18;
	if (SetThreadContext(s->thread, &c)) {
		memset(&c, 0, sizeof c);
		c.ContextFlags = CONTEXT_DEBUG_REGISTERS;
		CHECK(GetThreadContext(s->thread, &c));
		CHECK_EQ(c.Dr1, (ULONG_PTR)landmark_in(s));
		CHECK_EQ(c.Dr7 & 0xff, 5);
		return TRUE;
	}
	CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
	return FALSE;
}

static void on_watch(struct seen *s, const DEBUG_EVENT *e, int *written,
		     int *executed)
{
	CONTEXT c = { .ContextFlags = CONTEXT_FULL | CONTEXT_DEBUG_REGISTERS };

	CHECK(GetThreadContext(s->thread, &c), "%lu", GetLastError());
	if (c.Dr6 & DR6_SECOND) {
		++*executed;
		CHECK_EQ(PC(c), (ULONG_PTR)landmark_in(s));
		c.EFlags |= 0x10000; /* RF: not this one again */
		c.Dr6 = 0;
		CHECK(SetThreadContext(s->thread, &c), "%lu", GetLastError());
	} else {
		CHECK(c.Dr6 & DR6_FIRST);
		++*written;
		CHECK(PC(c) > (ULONG_PTR)landmark_in(s) &&
			      PC(c) < (ULONG_PTR)landmark_in(s) + 64);
	}
}

static void watches(void)
{
	int written = 0, executed = 0;
	BOOL attached = FALSE, any = FALSE;
	struct seen s = { 0 };
	PROCESS_INFORMATION pi;
	DEBUG_EVENT e;
	DWORD code = 0;

	CHECK(start("watchee", DEBUG_PROCESS, &pi));
	while (next(&e)) {
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			on_process(&s, &e, &pi);
			break;
		case LOAD_DLL_DEBUG_EVENT:
			CloseHandle(e.u.LoadDll.hFile);
			break;
		case EXCEPTION_DEBUG_EVENT:
			if (attached) {
				CHECK_EQ(e.u.Exception.ExceptionRecord
						 .ExceptionCode,
					 STATUS_SINGLE_STEP);
				on_watch(&s, &e, &written, &executed);
			} else {
				any = set_watches(&s);
			}
			attached = TRUE;
			break;
		case EXIT_PROCESS_DEBUG_EVENT:
			code = e.u.ExitProcess.dwExitCode;
			break;
		}
		go(&e, DBG_CONTINUE);
		if (e.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
			break;
	}
	CHECK_EQ(code, 9);
	CHECK_EQ(written, any ? 2 : 0);
	CHECK_EQ(executed, any ? 2 : 0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
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

	CHECK(start("sleeper", 0, &pi));
	/* Until it has brought itself up: its loader's list is complete. */
	Sleep(300);
	CHECK(DebugActiveProcess(pi.dwProcessId), "%lu", GetLastError());
	CHECK(!DebugActiveProcess(pi.dwProcessId));
	CHECK(!DebugActiveProcess(GetCurrentProcessId()));
	while (!breaks && next(&e)) {
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			processes++;
			th = e.u.CreateProcessInfo.hThread;
			CHECK_EQ(e.dwThreadId, pi.dwThreadId);
			CloseHandle(e.u.CreateProcessInfo.hFile);
			break;
		case LOAD_DLL_DEBUG_EVENT:
			loads++;
			CloseHandle(e.u.LoadDll.hFile);
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
		if (e.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT)
			CloseHandle(e.u.LoadDll.hFile);
		go(&e, DBG_CONTINUE);
		if (e.dwDebugEventCode != EXIT_PROCESS_DEBUG_EVENT)
			continue;
		CHECK_EQ(e.u.ExitProcess.dwExitCode, 77);
		break;
	}
	CHECK_EQ(breaks, 1);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

/* DEBUG_PROCESS: children belong to it, too. */
static void family(DWORD flags, int want)
{
	int processes = 0, ends = 0;
	PROCESS_INFORMATION pi;
	DEBUG_EVENT e;

	CHECK(start("parent", flags, &pi));
	while (next(&e)) {
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			processes++;
			CHECK(e.u.CreateProcessInfo.hProcess != NULL);
			CloseHandle(e.u.CreateProcessInfo.hFile);
			break;
		case LOAD_DLL_DEBUG_EVENT:
			CloseHandle(e.u.LoadDll.hFile);
			break;
		case EXIT_PROCESS_DEBUG_EVENT:
			ends++;
			CHECK_EQ(e.u.ExitProcess.dwExitCode, 7);
			break;
		}
		go(&e, DBG_CONTINUE);
		if (ends == processes)
			break;
	}
	CHECK_EQ(processes, want);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
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
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(up);
	UnmapViewOfFile(shared);
	CloseHandle(map);
}

/* ---- several at once ------------------------------------------------- */

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
	CHECK(start("sleeper", 0, &pi));
	Sleep(300);
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
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

static DWORD WINAPI idler(void *arg)
{
	while (WaitForSingleObject(arg, 1) == WAIT_TIMEOUT)
		;
	return 0;
}

/* Two set one thread's breakpoints; nobody's files are the worse for it. */
static LONG volatile setters;

static DWORD WINAPI setter(void *arg)
{
	CONTEXT c = { .ContextFlags = CONTEXT_DEBUG_REGISTERS };

	for (int i = 0; i < 300; i++) {
		c.Dr0 = c.Dr1 = c.Dr2 = c.Dr3 =
			(ULONG_PTR)&counter & ~(ULONG_PTR)7;
		c.Dr7 = i & 1 ? 0 : 0x55 | 0x11110000;
		SetThreadContext(arg, &c);
	}
	InterlockedDecrement(&setters);
	return 0;
}

static void setting(void)
{
	HANDLE stop = CreateEventA(NULL, TRUE, FALSE, NULL), th[3], f;
	unsigned wrong = 0;
	DWORD n;

	th[0] = CreateThread(NULL, 0, idler, stop, 0, NULL);
	setters = 2;
	for (int i = 1; i < 3; i++)
		th[i] = CreateThread(NULL, 0, setter, th[0], 0, NULL);
	while (setters) {
		char head[2];

		f = CreateFileA(self, GENERIC_READ, FILE_SHARE_READ, NULL,
				OPEN_EXISTING, 0, NULL);
		wrong += !ReadFile(f, head, 2, &n, NULL) || n != 2 ||
			 memcmp(head, "MZ", 2);
		wrong += !CloseHandle(f);
	}
	CHECK_EQ(wrong, 0);
	SetEvent(stop);
	CHECK_EQ(WaitForMultipleObjects(3, th, TRUE, PATIENCE), WAIT_OBJECT_0);
	for (int i = 0; i < 3; i++)
		CloseHandle(th[i]);
	CloseHandle(stop);
}

static void nobody(void)
{
	DEBUG_EVENT e;
	BOOL present = TRUE;

	CHECK(!IsDebuggerPresent());
	CHECK(CheckRemoteDebuggerPresent(GetCurrentProcess(), &present));
	CHECK(!present);
	SetLastError(0);
	CHECK(!WaitForDebugEvent(&e, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!ContinueDebugEvent(GetCurrentProcessId(), GetCurrentThreadId(),
				  DBG_CONTINUE));
	CHECK(!DebugActiveProcess(0x7ffffff0));
	CHECK(!DebugActiveProcessStop(0x7ffffff0));
	/* There is a debug object now, and nothing in it. */
	SetLastError(0);
	CHECK(!WaitForDebugEvent(&e, 10));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	CHECK(!ContinueDebugEvent(1234, 5678, DBG_CONTINUE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		int (*fn)(void);
	} parts[] = {
		{ "debuggee", debuggee }, { "crasher", crasher },
		{ "sleeper", sleeper },	  { "parent", parent },
		{ "watchee", watchee },
	};

	GetModuleFileNameA(NULL, self, sizeof self);
	SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
	for (unsigned i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
		if (!strcmp(argv[1], parts[i].what))
			return parts[i].fn();
	if (argc > 1 && !strcmp(argv[1], "quick"))
		return 7;
	wait_ex = (void *)GetProcAddress(GetModuleHandleA("kernel32"),
					 "WaitForDebugEventEx");
	if (!wait_ex) /* before Windows 10, and Wine 8 */
		wait_ex = WaitForDebugEvent;
	if (argc > 1)
		return careless(!strcmp(argv[1], "careless"));
	find_calls();
	nobody();
	whole();
	second_chance();
	watches();
	attach();
	family(DEBUG_PROCESS, 2);
	family(DEBUG_ONLY_THIS_PROCESS, 1);
	orphan(TRUE);
	orphan(FALSE);
	closing();
	setting();
	return check_done();
}
