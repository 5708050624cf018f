/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread whose calls give it other registers (NtContinue, exceptions, its
 * start) is suspended, looked at, and told to go on as it was: it does, wherever in
 * such a call it was stopped.  And what a stopped thread is told to have in its
 * registers it has.
 */
// only: x86_64
#include <windows.h>

#include "check.h"

NTSYSAPI NTSTATUS NTAPI NtContinue(PCONTEXT c, BOOLEAN alert);

enum { ROUNDS = 1500, STARTS = 60, CODE = 0xe0001234, PATIENCE = 60000 };

static volatile LONG stop, wrong, handled, raised;

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *e)
{
	if (e->ExceptionRecord->ExceptionCode != CODE)
		return EXCEPTION_CONTINUE_SEARCH;
	handled++;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI jumper(void *arg)
{
	while (!stop) {
		volatile int been_there = 0;
		CONTEXT c;

		RtlCaptureContext(&c);
		if (!been_there) {
			been_there = 1;
			NtContinue(&c, FALSE);
			InterlockedIncrement(&wrong); /* it does not return */
		}
		raised++;
		RaiseException(CODE, 0, 0, NULL);
		if (raised != handled)
			InterlockedIncrement(&wrong);
	}
	return 7;
}

static DWORD WINAPI starter(void *arg)
{
	InterlockedIncrement((LONG *)arg);
	return 7;
}

static void as_it_was(HANDLE th)
{
	CONTEXT c = { .ContextFlags = CONTEXT_FULL };

	/* It may have ended. */
	if (SuspendThread(th) == (DWORD)-1)
		return;
	if (GetThreadContext(th, &c))
		SetThreadContext(th, &c);
	ResumeThread(th);
}

static void ended(HANDLE th)
{
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(th, PATIENCE), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, 7);
	CloseHandle(th);
}

/* Goes on once it has these values in its registers. */
DWORD WINAPI turner(void *arg);
extern char turn_from[], turn_to[];
__asm__(".globl turner, turn_from, turn_to\n"
	"turner: push %rbx\n"
	"xor %eax, %eax\n"
	"xor %ebx, %ebx\n"
	"turn_from:\n"
	"1: pause\n"
	"cmp $0x1234567, %rax\n"
	"jne 1b\n"
	"cmp $0x7654321, %rbx\n"
	"jne 1b\n"
	"turn_to: pop %rbx\n"
	"mov $7, %eax\n"
	"ret");

static void registers_are_set(void)
{
	HANDLE th = CreateThread(NULL, 0, turner, NULL, 0, NULL);
	CONTEXT c = { .ContextFlags = CONTEXT_FULL };

	for (BOOL there = FALSE; !there;) {
		CHECK_EQ(SuspendThread(th), 0);
		CHECK(GetThreadContext(th, &c));
		there = c.Rip >= (DWORD64)turn_from &&
			c.Rip < (DWORD64)turn_to;
		if (there) {
			CHECK_EQ(c.Rax, 0);
			c.Rax = 0x1234567;
			c.Rbx = 0x7654321;
			CHECK(SetThreadContext(th, &c));
			c.Rax = c.Rbx = 0;
			CHECK(GetThreadContext(th, &c));
			CHECK_EQ(c.Rax, 0x1234567);
			CHECK_EQ(c.Rbx, 0x7654321);
		}
		CHECK_EQ(ResumeThread(th), 1);
		SwitchToThread();
	}
	ended(th);
}

int main(void)
{
	LONG began = 0;
	HANDLE th;

	AddVectoredExceptionHandler(1, on_exception);
	registers_are_set();
	th = CreateThread(NULL, 0, jumper, NULL, 0, NULL);
	for (int i = 0; i < ROUNDS && !wrong; i++)
		as_it_was(th);
	stop = 1;
	ended(th);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(handled, raised);
	for (int i = 0; i < STARTS; i++) {
		th = CreateThread(NULL, 0, starter, &began, 0, NULL);
		for (int k = 0; k < 4; k++)
			as_it_was(th);
		ended(th);
	}
	CHECK_EQ(began, STARTS);
	return check_done();
}
