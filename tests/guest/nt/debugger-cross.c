/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A debugger of 64 bits and a program of 32: started by it, and attached to.
 * The reverse is refused, as on Windows.
 */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#ifndef STATUS_WX86_BREAKPOINT
#define STATUS_WX86_SINGLE_STEP ((LONG)0x4000001e)
#define STATUS_WX86_BREAKPOINT	((LONG)0x4000001f)
#endif
#define PATIENCE 60000
#define TRAP_FLAG 0x100

static char self[MAX_PATH], twin[MAX_PATH];

/* .../x86_64/debugger-cross.exe and .../i686/debugger-cross.exe */
static BOOL find_twin(void)
{
	const BOOL narrow = sizeof(void *) == 4;
	char *arch;

	strcpy(twin, self);
	arch = strstr(twin, narrow ? "\\i686\\" : "\\x86_64\\");
	if (!arch)
		return FALSE;
	strcpy(arch, narrow ? "\\x86_64\\debugger-cross.exe"
			    : "\\i686\\debugger-cross.exe");
	return GetFileAttributesA(twin) != INVALID_FILE_ATTRIBUTES;
}

/* ---- the program ------------------------------------------------------- */

static volatile int handled;

/* The store below is a movl of six bytes. */
static LONG CALLBACK pass_by(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
		return EXCEPTION_CONTINUE_SEARCH;
	handled++;
#ifdef _WIN64
	p->ContextRecord->Rip += 6;
#else
	p->ContextRecord->Eip += 6;
#endif
	return EXCEPTION_CONTINUE_EXECUTION;
}

static int program(char **argv)
{
	HANDLE up = (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 0);
	HANDLE go = (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 0);

	AddVectoredExceptionHandler(1, pass_by);
	SetEvent(up);
	WaitForSingleObject(go, INFINITE);
	if (!IsDebuggerPresent())
		return 1;
	asm volatile("int3\n\tnop\n\tnop" : : "d"(&handled) : "memory");
	asm volatile("movl $7, (%0)" : : "c"((ULONG_PTR)0x30) : "memory");
	return handled == 1 ? 42 : 2;
}

/* ---- its debugger ------------------------------------------------------ */

static HANDLE up, go;

static BOOL start(DWORD flags, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 60];

	snprintf(line, sizeof line, "\"%s\" program %lu %lu", twin,
		 (unsigned long)(ULONG_PTR)up, (unsigned long)(ULONG_PTR)go);
	return CreateProcessA(twin, line, NULL, NULL, TRUE, flags, NULL, NULL,
			      &si, pi);
}

#ifdef _WIN64
static struct {
	HANDLE process, thread;
	DWORD id, ran_by; /* its first thread */
	int processes, loads, first_breaks, breaks, steps, faults, written;
	BOOL watches; /* of its counter of exceptions */
	DWORD64 at; /* the program's own int3 */
	DWORD code;
} seen;

static WOW64_CONTEXT context(void)
{
	WOW64_CONTEXT c = { .ContextFlags = WOW64_CONTEXT_FULL };

	CHECK(Wow64GetThreadContext(seen.thread, &c), "%lu", GetLastError());
	CHECK_EQ(c.SegCs, 0x23);
	return c;
}

/* Dr0 to Dr7 of the 32-bit thread: four bytes, on, writing. */
static void watch(DWORD at)
{
	WOW64_CONTEXT c = { .ContextFlags = WOW64_CONTEXT_DEBUG_REGISTERS,
			    .Dr0 = at,
			    .Dr7 = 1 | 1 << 16 | 3 << 18 };

	seen.watches = Wow64SetThreadContext(seen.thread, &c);
	if (!seen.watches) {
		/* Not every virtual machine has them. */
		CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
		return;
	}
	memset(&c, 0, sizeof c);
	c.ContextFlags = WOW64_CONTEXT_DEBUG_REGISTERS;
	CHECK(Wow64GetThreadContext(seen.thread, &c));
	CHECK_EQ(c.Dr0, at);
	CHECK_EQ(c.Dr7 & 0xff, 1);
}

/* The watch says so in Dr6, a step does not. */
static void stepped(DWORD64 at)
{
	WOW64_CONTEXT c = { .ContextFlags = WOW64_CONTEXT_FULL |
					    WOW64_CONTEXT_DEBUG_REGISTERS };

	CHECK(Wow64GetThreadContext(seen.thread, &c));
	CHECK_EQ(c.Eip, at);
	if (seen.watches && c.Dr6 & 1) {
		seen.written++;
		return;
	}
	seen.steps++;
	CHECK_EQ(at, seen.at + 2);
}

/* How the debuggee is to go on. */
static DWORD exception(const DEBUG_EVENT *e)
{
	const EXCEPTION_RECORD *r = &e->u.Exception.ExceptionRecord;
	const DWORD64 at = (ULONG_PTR)r->ExceptionAddress;
	WOW64_CONTEXT c;

	CHECK(at < 0x100000000 || !seen.first_breaks, "%llx", at);
	switch (r->ExceptionCode) {
	case STATUS_BREAKPOINT: /* the 64-bit ntdll's, where there is one */
		CHECK(!seen.breaks);
		SetEvent(go);
		seen.first_breaks++;
		return DBG_CONTINUE;
	case STATUS_WX86_BREAKPOINT:
		if (e->dwThreadId != seen.ran_by || !at ||
		    WaitForSingleObject(up, 0) == WAIT_TIMEOUT) {
			SetEvent(go);
			seen.first_breaks++;
			return DBG_CONTINUE;
		}
		seen.breaks++;
		seen.at = at;
		c = context();
		CHECK_EQ(c.Eip, at + 1);
		c.EFlags |= TRAP_FLAG;
		CHECK(Wow64SetThreadContext(seen.thread, &c));
		watch(c.Edx);
		return DBG_CONTINUE;
	case STATUS_WX86_SINGLE_STEP:
		stepped(at);
		return DBG_CONTINUE;
	case EXCEPTION_ACCESS_VIOLATION:
		seen.faults++;
		c = context();
		CHECK_EQ(c.Eip, at);
		CHECK_EQ(c.Ecx, 0x30);
		CHECK_EQ(r->NumberParameters, 2);
		CHECK_EQ(r->ExceptionInformation[0], 1);
		CHECK_EQ(r->ExceptionInformation[1], 0x30);
		CHECK_EQ(e->u.Exception.dwFirstChance, 1);
		return DBG_EXCEPTION_NOT_HANDLED;
	}
	CHECK(0, "exception %lx", r->ExceptionCode);
	return DBG_EXCEPTION_NOT_HANDLED;
}

static void debug(void)
{
	DEBUG_EVENT e;
	BOOL more = TRUE;
	DWORD how;

	while (more && WaitForDebugEvent(&e, PATIENCE)) {
		how = DBG_CONTINUE;
		CHECK_EQ(e.dwProcessId, seen.id);
		switch (e.dwDebugEventCode) {
		case CREATE_PROCESS_DEBUG_EVENT:
			seen.processes++;
			seen.thread = e.u.CreateProcessInfo.hThread;
			seen.ran_by = e.dwThreadId;
			CloseHandle(e.u.CreateProcessInfo.hFile);
			break;
		case LOAD_DLL_DEBUG_EVENT:
			seen.loads++;
			CloseHandle(e.u.LoadDll.hFile);
			break;
		case EXCEPTION_DEBUG_EVENT:
			how = exception(&e);
			break;
		case EXIT_PROCESS_DEBUG_EVENT:
			seen.code = e.u.ExitProcess.dwExitCode;
			more = FALSE;
			break;
		}
		CHECK(ContinueDebugEvent(e.dwProcessId, e.dwThreadId, how));
	}
	CHECK_EQ(seen.processes, 1);
	CHECK(seen.loads >= 2, "%d", seen.loads);
	CHECK(seen.first_breaks >= 1, "%d", seen.first_breaks);
	CHECK_EQ(seen.breaks, 1);
	CHECK_EQ(seen.steps, 1);
	CHECK_EQ(seen.faults, 1);
	CHECK_EQ(seen.written, seen.watches ? 1 : 0);
	CHECK_EQ(seen.code, 42);
}

static void begin(DWORD flags)
{
	PROCESS_INFORMATION pi;

	memset(&seen, 0, sizeof seen);
	ResetEvent(up);
	ResetEvent(go);
	if (!start(flags, &pi)) {
		CHECK(GetLastError() == ERROR_EXE_MACHINE_TYPE_MISMATCH, "%lu",
		      GetLastError());
		return;
	}
	seen.id = pi.dwProcessId;
	if (!flags) {
		CHECK_EQ(WaitForSingleObject(up, PATIENCE), WAIT_OBJECT_0);
		CHECK(DebugActiveProcess(pi.dwProcessId), "%lu",
		      GetLastError());
	}
	debug();
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

static void all(void)
{
	begin(DEBUG_PROCESS);
	begin(0);
}
#else
static void all(void)
{
	PROCESS_INFORMATION pi;

	CHECK(!start(DEBUG_PROCESS, &pi));
	CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
	if (!start(0, &pi)) {
		CHECK_EQ(GetLastError(), ERROR_EXE_MACHINE_TYPE_MISMATCH);
		return;
	}
	CHECK_EQ(WaitForSingleObject(up, PATIENCE), WAIT_OBJECT_0);
	CHECK(!DebugActiveProcess(pi.dwProcessId));
	CHECK_EQ(GetLastError(), ERROR_NOT_SUPPORTED);
	CHECK(!DebugBreakProcess(pi.hProcess));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 0), WAIT_TIMEOUT);
	SetEvent(go);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}
#endif

int main(int argc, char **argv)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };

	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc == 4 && !strcmp(argv[1], "program"))
		return program(argv);
	if (!find_twin()) {
		printf("the other width's program is not here\n");
		return 77;
	}
	up = CreateEventA(&sa, TRUE, FALSE, NULL);
	go = CreateEventA(&sa, TRUE, FALSE, NULL);
	all();
	return check_done();
}
