/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the debugger's interface: every kind of event, first and second
 * chances, breakpoints, single steps, contexts, children. */
#include "debug.h"

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

static int crasher(void)
{
	RaiseException(0xe0000003, EXCEPTION_NONCONTINUABLE, 0, NULL);
	return 0;
}

/* Starts another one, waits for it. */
static int parent(void)
{
	PROCESS_INFORMATION pi;
	DWORD code = 99;

	if (!start("quick", 0, &pi))
		return 1;
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	return (int)code;
}

static int quick(void)
{
	return 7;
}

/* ---- the debugger ---------------------------------------------------- */

/* ntdll's, for what kernel32 has no functions for. */
static LONG(WINAPI *nt_wait)(HANDLE debug, BOOLEAN alertable,
			     LARGE_INTEGER *timeout, void *event);
static HANDLE(WINAPI *our_debug_object)(void);

static void find_calls(void)
{
	HMODULE m = GetModuleHandleA("ntdll");

	nt_wait = (void *)GetProcAddress(m, "NtWaitForDebugEvent");
	our_debug_object =
		(void *)GetProcAddress(m, "DbgUiGetThreadDebugObject");
	CHECK(nt_wait && our_debug_object);
}

/* An event that could not be written is still to come, with its handles. */
static void wait_in_vain(void *nowhere)
{
	LARGE_INTEGER patience = { .QuadPart = -PATIENCE * 10000ll };

	CHECK_EQ((DWORD)nt_wait(our_debug_object(), FALSE, &patience, nowhere),
		 STATUS_ACCESS_VIOLATION);
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
	return in_copy(s->base, (void *)landmark);
}

static const BYTE int3 = 0xcc;
static BYTE saved;

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
	CHECK(ReadProcessMemory(s->process, in_copy(s->base, &counter), &n,
				sizeof n, NULL));
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
	close_both(&pi);
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
		close_file(&e);
		go(&e, how);
		if (e.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
			break;
	}
	CHECK_EQ(first, 1);
	CHECK_EQ(second, 1);
	CHECK_EQ(code, 0xe0000003);
	close_both(&pi);
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
			break;
		case EXIT_PROCESS_DEBUG_EVENT:
			ends++;
			CHECK_EQ(e.u.ExitProcess.dwExitCode, 7);
			break;
		}
		close_file(&e);
		go(&e, DBG_CONTINUE);
		if (ends == processes)
			break;
	}
	CHECK_EQ(processes, want);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	close_both(&pi);
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
	static const struct part parts[] = {
		{ "debuggee", debuggee }, { "crasher", crasher },
		{ "parent", parent },	  { "quick", quick },
		{ NULL, NULL },
	};
	int code = debug_init(argc, argv, parts);

	if (code >= 0)
		return code;
	find_calls();
	nobody();
	whole();
	second_chance();
	family(DEBUG_PROCESS, 2);
	family(DEBUG_ONLY_THIS_PROCESS, 1);
	return check_done();
}
