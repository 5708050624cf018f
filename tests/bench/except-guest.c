/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* except-guest.c - exceptions and jumps; see except-native.c. */
#include "micro.h"

#include <setjmp.h>
#include <windows.h>

static volatile LONG sink;
static char *page;

double seconds(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t.QuadPart / (double)f.QuadPart;
}

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
	sink++;
	/* movb $1, (%rax or the like) in touch(): three bytes */
	if (p->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION)
		p->ContextRecord->Rip += 3;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void touch(char *at)
{
	asm volatile("movb $1, (%0)" ::"a"(at) : "memory");
}

static jmp_buf env;

static void jump(void)
{
	longjmp(env, 1);
}

int main(void)
{
	page = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT,
			    PAGE_READONLY);
	AddVectoredExceptionHandler(1, handler);
	BENCH("exception: raise, vectored / signal", 200000,
	      RaiseException(0x1234, 0, 0, NULL));
	BENCH("exception: access violation / SIGSEGV", 100000, touch(page));
	BENCH("setjmp + longjmp", 500000, if (!setjmp(env)) jump());
	return 0;
}
