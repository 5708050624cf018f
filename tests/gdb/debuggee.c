/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests/gdb/run debugs.  Lines are found by their last comments. */
#include <stdio.h>
#include <windows.h>

volatile int watched;
volatile int spin = 1;

__attribute__((noinline)) int fibonacci(int n)
{
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noinline)) int compute(int factor, const char *name)
{
	int local = factor * 2; /* first line */

	watched = local;
	printf("%s: %d\n", name, fibonacci(local));
	fflush(stdout);
	return local;
}

static DWORD WINAPI in_thread(void *arg)
{
	*(int *)arg = compute(5, "thread");
	return 0;
}

/* An exception that the program handles itself: gdb is not to stop. */
static LONG CALLBACK handler(EXCEPTION_POINTERS *p)
{
#ifdef _WIN64
	p->ContextRecord->Rip += 3;
#else
	p->ContextRecord->Eip += 3;
#endif
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void handled_fault(void)
{
	void *h = AddVectoredExceptionHandler(1, handler);
	int v = 0;

	/* mov (%reg),%eax and a nop: three bytes */
	__asm__ volatile("movl (%1), %0\n\tnop" : "=a"(v) : "c"((size_t)0));
	RemoveVectoredExceptionHandler(h);
}

#ifdef _WIN64
/* Ends by a jump, which an unwinder must take for an epilogue. */
int tail(void);
__asm__(".globl tail, tail_pop, tail_jump, tail_end\n"
	".seh_proc tail\n"
	"tail: push %rbx\n"
	".seh_pushreg %rbx\n"
	"sub $0x40, %rsp\n"
	".seh_stackalloc 0x40\n"
	".seh_endprologue\n"
	"nop\n"
	"add $0x40, %rsp\n"
	"tail_pop: pop %rbx\n"
	"tail_jump: jmp tail_end\n"
	".seh_endproc\n"
	"tail_end: mov $3, %eax; ret");
#else
static int tail(void)
{
	return 3;
}
#endif

int main(int argc, char **argv)
{
	int from_thread = 0;
	HANDLE th;

	if (argc > 1 && argv[1][0] == 'w') {
		puts("waiting");
		fflush(stdout);
		while (spin)
			Sleep(10);
		return 4;
	}
	if (argc > 1 && argv[1][0] == 'c')
		return *(volatile int *)0;
	handled_fault();
	if (tail() != 3)
		return 1;
	th = CreateThread(NULL, 0, in_thread, &from_thread, 0, NULL);
	WaitForSingleObject(th, INFINITE);
	return from_thread + compute(4, "main");
}
