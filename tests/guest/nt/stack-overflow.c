/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests that a stack grows, that its end is STATUS_STACK_OVERFLOW, and that a
 * program can go on after one, in the first thread and in others.
 */
#include <windows.h>
#include <malloc.h>
#include <setjmp.h>
#include "check.h"

#pragma GCC diagnostic ignored "-Winfinite-recursion" /* it leaves by a jump   \
						       */

static volatile LONG overflows, depth_reached;
static DWORD code, nparams;
static void *jump_buffer[5]; /* one thread at a time */

static void leave(void)
{
	__builtin_longjmp(jump_buffer, 1);
}

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode != EXCEPTION_STACK_OVERFLOW)
		return EXCEPTION_CONTINUE_SEARCH;
	code = p->ExceptionRecord->ExceptionCode;
	nparams = p->ExceptionRecord->NumberParameters;
	InterlockedIncrement(&overflows);
	/* Go on in leave(), on what is left of the stack. */
#ifdef __x86_64__
	p->ContextRecord->Rip = (DWORD64)leave;
	p->ContextRecord->Rsp = (p->ContextRecord->Rsp & ~15ull) - 8;
#else
	p->ContextRecord->Eip = (DWORD)leave;
#endif
	return EXCEPTION_CONTINUE_EXECUTION;
}

__attribute__((noinline)) static int deep(int n)
{
	volatile char room[1000];

	room[0] = (char)n;
	depth_reached = n;
	n = deep(n + 1) + room[0];
	return n;
}

__attribute__((noinline)) static void overflow(void)
{
	if (__builtin_setjmp(jump_buffer) == 0)
		deep(0);
}

/* What programs with a C runtime of their own do: two guard pages at the very
   end, but for the lowest page, which stays out of reach. */
static BOOL reset(void)
{
	MEMORY_BASIC_INFORMATION m;
	DWORD old;

	return VirtualQuery(&m, &m, sizeof m) &&
	       VirtualProtect((char *)m.AllocationBase + 0x1000, 0x2000,
			      PAGE_READWRITE | PAGE_GUARD, &old);
}

static DWORD WINAPI thread(void *arg)
{
	volatile int n = 0;

	overflow();
	n++;
	return (DWORD)n;
}

/* A big frame is touched page by page by the compiler; it must just work. */
__attribute__((noinline)) static int big(void)
{
	volatile char room[300000];

	room[0] = 1;
	room[299999] = 2;
	return room[0] + room[299999];
}

static DWORD WINAPI small_stack(void *arg)
{
	return (DWORD)big();
}

int main(void)
{
	void *h = AddVectoredExceptionHandler(1, handler);
	HANDLE t;
	DWORD result = 0;
	ULONG guarantee = 0;

	CHECK_EQ(big(), 3);
	t = CreateThread(NULL, 0, small_stack, NULL, 0, NULL);
	WaitForSingleObject(t, INFINITE);
	GetExitCodeThread(t, &result);
	CHECK_EQ(result, 3);

	CHECK(SetThreadStackGuarantee(&guarantee));
	overflow();
	CHECK_EQ(overflows, 1);
	CHECK_EQ(code, EXCEPTION_STACK_OVERFLOW);
	CHECK_EQ(nparams, 2);
	CHECK(depth_reached > 500, "%ld calls", depth_reached);
	CHECK(_resetstkoflw());
	overflow();
	CHECK_EQ(overflows, 2);
	CHECK(reset());
	overflow();
	CHECK_EQ(overflows, 3);

	for (int i = 0; i < 3; i++) {
		t = CreateThread(NULL, 0x20000, thread, NULL,
				 STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
		WaitForSingleObject(t, INFINITE);
		GetExitCodeThread(t, &result);
		CHECK_EQ(result, 1);
		CHECK_EQ(overflows, 4 + i);
	}
	RemoveVectoredExceptionHandler(h);
	return check_done();
}
