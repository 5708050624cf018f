/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests how a process ends by an exception: its exit code, unhandled exception
 * filters, fast fail.
 */
#include <windows.h>
#include "self.h"

static LONG WINAPI exit_filter(EXCEPTION_POINTERS *p)
{
	ExitProcess(44);
}

static LONG WINAPI execute_filter(EXCEPTION_POINTERS *p)
{
	return EXCEPTION_EXECUTE_HANDLER;
}

static LONG WINAPI continue_filter(EXCEPTION_POINTERS *p)
{
	return EXCEPTION_CONTINUE_EXECUTION;
}

static volatile int zero;

NTSYSAPI void NTAPI RtlRaiseStatus(LONG status);

static void crash(const char *how)
{
	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
	SetUnhandledExceptionFilter(NULL);
	if (!strcmp(how, "read"))
		*(volatile int *)8;
	else if (!strcmp(how, "divide"))
		zero = 10 / zero;
	else if (!strcmp(how, "illegal"))
		__asm__ volatile("ud2");
	else if (!strcmp(how, "breakpoint"))
		__asm__ volatile("int3");
	else if (!strcmp(how, "raise"))
		RaiseException(0xe0123456, 0, 0, NULL);
	else if (!strcmp(how, "fast-fail"))
		__asm__ volatile("int $0x29" : : "c"(5));
	else if (!strcmp(how, "filter-exit")) {
		SetUnhandledExceptionFilter(exit_filter);
		*(volatile int *)8;
	} else if (!strcmp(how, "filter-execute")) {
		SetUnhandledExceptionFilter(execute_filter);
		*(volatile int *)8;
	} else if (!strcmp(how, "filter-continue")) {
		SetUnhandledExceptionFilter(continue_filter);
		RaiseException(0xe0123457, 0, 0, NULL);
		ExitProcess(45);
	} else if (!strcmp(how, "status")) {
		RtlRaiseStatus(0xc0000017);
	}
	ExitProcess(99);
}

static void expect(const char *how, DWORD want)
{
	DWORD got = run_self(how);

	CHECK(got == want, "%s: exit code %#lx, want %#lx", how, got, want);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		crash(argv[1]);
	expect("read", EXCEPTION_ACCESS_VIOLATION);
	expect("divide", EXCEPTION_INT_DIVIDE_BY_ZERO);
	expect("illegal", EXCEPTION_ILLEGAL_INSTRUCTION);
	expect("breakpoint", EXCEPTION_BREAKPOINT);
	expect("raise", 0xe0123456);
	expect("fast-fail", 0xc0000409);
	expect("filter-exit", 44);
	expect("filter-execute", EXCEPTION_ACCESS_VIOLATION);
	expect("filter-continue", 45);
	expect("status", 0xc0000017);
	return check_done();
}
