/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests exceptions and stack walks in several threads while DLLs come and go
 * and the threads are suspended at random.
 */
#include <windows.h>
#include <setjmp.h>
#include "check.h"

#pragma GCC diagnostic ignored "-Winfinite-recursion" /* it leaves by a jump   \
						       */

enum { THREADS = 3, ROUNDS = 1500, CODE = 0xe0001234 };

static volatile LONG faults, raised, jumps, walks, running;

static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode == CODE) {
		InterlockedIncrement(&raised);
		return EXCEPTION_CONTINUE_EXECUTION;
	}
	if (p->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
		return EXCEPTION_CONTINUE_SEARCH;
	InterlockedIncrement(&faults);
	/* The read below has two bytes. */
#ifdef __x86_64__
	p->ContextRecord->Rip += 2;
#else
	p->ContextRecord->Eip += 2;
#endif
	return EXCEPTION_CONTINUE_EXECUTION;
}

__attribute__((noinline)) static void fault(void)
{
#ifdef __x86_64__
	__asm__ volatile("xor %%ecx, %%ecx; .byte 0x8b, 0x01"
			 :
			 :
			 : "rax", "rcx");
#else
	__asm__ volatile("xor %%ecx, %%ecx; .byte 0x8b, 0x01"
			 :
			 :
			 : "eax", "ecx");
#endif
}

__attribute__((noinline)) static void jump(jmp_buf *b, int depth)
{
	void *trace[16];

	if (depth) {
		jump(b, depth - 1);
		__asm__ volatile(""); /* no tail call */
		return;
	}
	if (CaptureStackBackTrace(0, 16, trace, NULL) >= 3)
		InterlockedIncrement(&walks);
	longjmp(*b, 1);
}

__attribute__((noinline)) static void once(void)
{
	jmp_buf b;

	if (setjmp(b) == 0)
		jump(&b, 5);
	else
		InterlockedIncrement(&jumps);
}

static DWORD WINAPI thread(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		fault();
		RaiseException(CODE, 0, 0, NULL);
		once();
	}
	InterlockedDecrement(&running);
	return 0;
}

int main(void)
{
	void *h = AddVectoredExceptionHandler(1, handler);
	HANDLE t[THREADS];
	int n = 0;

	running = THREADS;
	for (int i = 0; i < THREADS; i++)
		t[i] = CreateThread(NULL, 0, thread, NULL, 0, NULL);
	while (running) {
		HMODULE m = LoadLibraryA("version.dll");

		CHECK(m != NULL);
		if (++n % 8 == 0 && SuspendThread(t[n / 8 % THREADS]) != ~0u) {
			Sleep(0);
			ResumeThread(t[n / 8 % THREADS]);
		}
		if (m)
			FreeLibrary(m);
	}
	WaitForMultipleObjects(THREADS, t, TRUE, INFINITE);
	CHECK_EQ(faults, THREADS * ROUNDS);
	CHECK_EQ(raised, THREADS * ROUNDS);
	CHECK_EQ(jumps, THREADS * ROUNDS);
#ifdef __x86_64__
	CHECK_EQ(walks, THREADS * ROUNDS);
#endif
	RemoveVectoredExceptionHandler(h);
	return check_done();
}
