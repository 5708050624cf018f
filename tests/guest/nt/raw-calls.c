/* SPDX-License-Identifier: LGPL-2.1-or-later */
// only: x86_64
/*
 * raw-calls.c - a program that makes Linux system calls by itself: from its
 * code, from memory it made, from a second thread, from a callback.  None may
 * reach Linux.  On Windows the numbers are NT's, and mean something harmless.
 */
#include <windows.h>
#include <cpuid.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/*
 * As Linux counts: getpid 39, gettid 186, open 2, creat 85, execve 59,
 * exit_group 231, write 1.  Arguments are where Linux looks for them; NT takes
 * them from r10, rdx, r8, r9, and gets nothing it could use.
 */
typedef int64_t (*linux_call)(int64_t nr, const void *a, int64_t b, int64_t c);

__attribute__((naked, noinline)) static int64_t
by_syscall(int64_t nr, const void *a, int64_t b, int64_t c)
{
	__asm__("push %rdi\n\tpush %rsi\n\t"
		"mov %rcx, %rax\n\tmov %rdx, %rdi\n\tmov %r8, %rsi\n\t"
		"mov %r9, %rdx\n\txor %r10d, %r10d\n\txor %r8d, %r8d\n\t"
		"xor %r9d, %r9d\n\t"
		"syscall\n\t"
		"pop %rsi\n\tpop %rdi\n\tret");
}

static const char made[] = "/tmp/rf-raw-calls-was-here";

/* What only Linux would do. */
static void try_all(linux_call call, const char *where)
{
	static const char text[] = "raw write reached Linux\n";
	int64_t pid = call(39, 0, 0, 0);

	CHECK(pid != (int64_t)GetCurrentProcessId() || pid < 0,
		  "%s: getpid answered", where);
	call(85, made, 0600, 0);		/* creat */
	call(2, made, 0102, 0600);		/* open, O_CREAT | O_RDWR */
	call(1, (void *)1, (int64_t)(intptr_t)text, sizeof text - 1);
	CHECK(GetFileAttributesA("Z:\\tmp\\rf-raw-calls-was-here") ==
			  INVALID_FILE_ATTRIBUTES,
		  "%s: a file was made", where);
}

/* Returns whether int 80h faulted, as it does on Windows. */
static int faults;

static LONG CALLBACK on_fault(EXCEPTION_POINTERS *x)
{
	const uint8_t *ip = (const uint8_t *)x->ContextRecord->Rip;

	if (x->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION ||
	    ip[0] != 0xcd || ip[1] != 0x80)
		return EXCEPTION_CONTINUE_SEARCH;
	faults++;
	x->ContextRecord->Rip += 2;
	x->ContextRecord->Rax = (DWORD64)-1;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static int64_t by_int80(int64_t nr)
{
	int64_t ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(made), "c"(0102), "d"(0600)
			 : "memory");
	return ret;
}

static linux_call make_code(void)
{
	/* The same as by_syscall(), but the 0f 05 is put together here. */
	uint8_t code[64];
	uint8_t *p = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE,
				  PAGE_READWRITE);
	DWORD old;
	size_t n;

	if (!p)
		return NULL;
	memcpy(code, (const void *)by_syscall, sizeof code);
	for (n = 0; n < sizeof code && code[n] != 0xc3; n++)
		;
	memcpy(p, code, n + 1);
	if (!VirtualProtect(p, 4096, PAGE_EXECUTE_READ, &old))
		return NULL;
	FlushInstructionCache(GetCurrentProcess(), p, n + 1);
	return (linux_call)(void *)p;
}

static DWORD WINAPI thread(void *arg)
{
	try_all((linux_call)arg, "second thread");
	by_int80(20); /* i386 getpid */
	return 0;
}

/* Runs before the code it calls exists, so that thread is not armed yet. */
static volatile LONG go, ran;
static linux_call volatile late;

static DWORD WINAPI early_thread(void *arg)
{
	InterlockedIncrement(&ran);
	while (!go)
		YieldProcessor(); /* in its own code all the time */
	try_all(late, "thread from before");
	return 0;
}

static int compare(const void *a, const void *b)
{
	static int once;

	if (!once++)
		try_all(by_syscall, "callback");
	return *(const int *)a - *(const int *)b;
}

/* Rights of pages by their keys are a register of the thread's; key 0 is in use. */
static void rights(linux_call call)
{
	static const uint32_t values[] = { 0, 0xc, 0x55555550, 0x55555554 };
	uint32_t a, b, c = 0, d, was;

	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(c & bit_OSPKE))
		return;
	__asm__ volatile("rdpkru" : "=a"(was), "=d"(d) : "c"(0));
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		__asm__ volatile("wrpkru" : : "a"(values[i]), "c"(0), "d"(0));
		call(39, 0, 0, 0);
		__asm__ volatile("rdpkru" : "=a"(a), "=d"(d) : "c"(0));
		CHECK(a == values[i], "%#x became %#x", values[i], a);
	}
	__asm__ volatile("wrpkru" : : "a"(was), "c"(0), "d"(0));
}

int main(void)
{
	HANDLE early = CreateThread(NULL, 0, early_thread, NULL, 0, NULL), h;
	int v[] = { 3, 1, 2 };
	linux_call code;

	DeleteFileA("Z:\\tmp\\rf-raw-calls-was-here");
	AddVectoredExceptionHandler(1, on_fault);
	while (!ran)
		Sleep(0);

	code = make_code();
	CHECK(code != NULL);
	late = code;
	InterlockedExchange(&go, 1);
	WaitForSingleObject(early, INFINITE);

	try_all(by_syscall, "main");
	rights(by_syscall);
	try_all(code, "memory made executable");
	h = CreateThread(NULL, 0, thread, (void *)by_syscall, 0, NULL);
	WaitForSingleObject(h, INFINITE);
	h = CreateThread(NULL, 0, thread, (void *)code, 0, NULL);
	WaitForSingleObject(h, INFINITE);
	qsort(v, 3, sizeof *v, compare);

	CHECK(by_int80(20) == -1);
	CHECK(by_int80(5) == -1); /* open */
	CHECK(faults == 4);
	by_syscall(59, "/bin/true", 0, 0); /* execve */
	by_syscall(231, (void *)99, 0, 0); /* exit_group */
	CHECK(GetFileAttributesA("Z:\\tmp\\rf-raw-calls-was-here") ==
	      INVALID_FILE_ATTRIBUTES);
	return check_done();
}
