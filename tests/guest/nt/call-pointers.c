/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests system calls that are given bad pointers: integers that are not there,
 * may not be written, lie across the end of a page or behind all memory; and
 * arguments on a stack that ends too early.
 */
#include <windows.h>
#include <winternl.h>

#include "check.h"

enum { PAGE = 0x1000 };

#define VIOLATION   ((LONG)0xc0000005)
#define END_OF_FILE ((LONG)0xc0000011)
#define TIMED_OUT   0x102

NTSYSAPI NTSTATUS NTAPI NtSetEvent(HANDLE, LONG *);
NTSYSAPI NTSTATUS NTAPI NtResetEvent(HANDLE, LONG *);
NTSYSAPI NTSTATUS NTAPI NtQueryTimerResolution(ULONG *, ULONG *, ULONG *);
NTSYSAPI NTSTATUS NTAPI NtCreateEvent(HANDLE *, ACCESS_MASK,
				      OBJECT_ATTRIBUTES *, ULONG, BOOLEAN);

static HANDLE event;

/* Integers of both widths are to be written there. */
static void not_written(void *at)
{
	ULONG some;

	CHECK_EQ(NtSetEvent(event, at), VIOLATION);
	CHECK_EQ(NtQueryTimerResolution(&some, at, &some), VIOLATION);
	CHECK_EQ(NtCreateEvent(at, EVENT_ALL_ACCESS, NULL, 0, FALSE),
		 VIOLATION);
}

/* Nor read. */
static void not_there(void *at)
{
	not_written(at);
	CHECK_EQ(NtWaitForSingleObject(event, FALSE, at), VIOLATION);
}

static void good(void *at)
{
	LONG *previous = at;
	HANDLE *made = at;
	LARGE_INTEGER *when = at;

	*previous = 7;
	CHECK_EQ(NtSetEvent(event, previous), 0);
	CHECK_EQ(*previous, 0);
	CHECK_EQ(NtResetEvent(event, previous), 0);
	CHECK_EQ(*previous, 1);
	CHECK_EQ(NtCreateEvent(made, EVENT_ALL_ACCESS, NULL, 0, FALSE), 0);
	CHECK(CloseHandle(*made));
	when->QuadPart = 0;
	CHECK_EQ(NtWaitForSingleObject(event, FALSE, when), TIMED_OUT);
}

/*
 * call_at() - f with nine arguments, each a null pointer but the first, and
 * with the stack pointer at sp when it is called: the return address is below
 * that.
 */
typedef NTSTATUS NTAPI nine(HANDLE, HANDLE, void *, void *, void *, void *,
			    ULONG, void *, void *);
NTSTATUS call_at(nine *f, HANDLE h, void *sp);
#ifdef __x86_64__
__asm__(".globl call_at\n"
	"call_at:\n"
	"	push	%rbx\n"
	"	mov	%rsp, %rbx\n"
	"	mov	%rcx, %rax\n"
	"	mov	%rdx, %rcx\n"
	"	mov	%r8, %rsp\n"
	"	xor	%edx, %edx\n"
	"	xor	%r8d, %r8d\n"
	"	xor	%r9d, %r9d\n"
	"	call	*%rax\n"
	"	mov	%rbx, %rsp\n"
	"	pop	%rbx\n"
	"	ret\n");
#else
__asm__(".globl _call_at\n"
	"_call_at:\n"
	"	push	%ebx\n"
	"	mov	%esp, %ebx\n"
	"	mov	8(%esp), %eax\n"
	"	mov	16(%esp), %esp\n"
	"	call	*%eax\n"
	"	mov	%ebx, %esp\n"
	"	pop	%ebx\n"
	"	ret\n");
#endif

/* As many of the arguments as missing says lie behind the end of the stack. */
static NTSTATUS read_at(char *end, int missing)
{
	nine *read = (nine *)(ULONG_PTR)GetProcAddress(
		GetModuleHandleA("ntdll"), "NtReadFile");
	HANDLE nul = CreateFileA("NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
				 NULL);
	IO_STATUS_BLOCK io;
	void *args[9] = { nul, NULL, NULL, NULL, &io };
	char *sp = end - (9 - missing) * sizeof *args;
	NTSTATUS status;

	memcpy(sp, args, (size_t)(end - sp));
	status = call_at(read, nul, sp);
	CloseHandle(nul);
	return status;
}

int main(void)
{
	char *two = VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
	char *there = VirtualAlloc(two, PAGE, MEM_COMMIT, PAGE_READWRITE);
	char *end = there + PAGE;
	char *fixed = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READONLY);
	char *closed = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_NOACCESS);

	event = CreateEventA(NULL, TRUE, FALSE, NULL);
	good(there);
	good(there + 8);
	good(end - 8);
	not_there(end);
	not_there(closed);
	not_there((void *)8);
	not_written(fixed);
	not_written((void *)0x7ffe0008); /* the shared page */
	not_there((void *)~(ULONG_PTR)0xff);
	not_there((void *)~(ULONG_PTR)7);
#ifdef __x86_64__
	not_there((void *)0x00007ffffffffff8);
	not_there((void *)0x0000800000000000);
	not_there((void *)0xffff800000000000);
#endif
	/* Of an integer of 64 bits the first half is there. */
	CHECK_EQ(
		NtWaitForSingleObject(event, FALSE, (LARGE_INTEGER *)(end - 4)),
		VIOLATION);
	CHECK_EQ(read_at(end, 0), END_OF_FILE);
	for (int missing = 1; missing <= 5; missing++)
		CHECK_EQ(read_at(end, missing), VIOLATION);
	CHECK(CloseHandle(event));
	return check_done();
}
