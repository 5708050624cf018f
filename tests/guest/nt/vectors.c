/* SPDX-License-Identifier: LGPL-2.1-or-later */
// only: x86_64
/*
 * vectors.c - what exception handlers, APCs and those who suspend a thread do to
 * registers is not seen where they interrupted it: AVX-512's, too.
 */
#include <windows.h>

#include "check.h"
#include "vectors.h"

static struct vectors main_in, main_out, veh_in, veh_out, apc_in, thread_in,
	thread_out;
static volatile int faults, nested_bad, apcs, stop;
static unsigned long long gprs[VECTORS_GPRS];

static LONG CALLBACK on_fault(EXCEPTION_POINTERS *e)
{
	extern char peek_here[];
	static int depth;

	if (e->ExceptionRecord->ExceptionCode != STATUS_ACCESS_VIOLATION ||
	    e->ContextRecord->Rip != (DWORD64)peek_here)
		return EXCEPTION_CONTINUE_SEARCH;
	faults++;
	/* Another while these registers are in use. */
	if (depth++ == 0) {
		if (peek_with(&veh_in, &veh_out, (void *)0x123) != 77 ||
		    vectors_differ(&veh_in, &veh_out))
			nested_bad++;
	}
	depth--;
	load_vectors(&apc_in);
	e->ContextRecord->Rip += 3;
	e->ContextRecord->Rax = 77;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void CALLBACK on_apc(ULONG_PTR arg)
{
	load_vectors(&apc_in);
	apcs++;
}

static DWORD WINAPI spinner(void *arg)
{
	spin_with(&thread_in, &thread_out, &stop, 1, gprs);
	return 0;
}

static void check_spinner(HANDLE h)
{
	stop = 1;
	CHECK_EQ(WaitForSingleObject(h, 60000), WAIT_OBJECT_0);
	CHECK_EQ(vectors_differ(&thread_in, &thread_out), 0);
	for (int i = 0; i < VECTORS_GPRS; i++)
		CHECK_EQ(gprs[i], 0x1111 * (i + 1));
	CloseHandle(h);
	stop = 0;
}

/* Stopped anywhere, looked at, told to go on as it was. */
static void suspended(void)
{
	HANDLE h = CreateThread(NULL, 0, spinner, NULL, 0, NULL);
	CONTEXT c;

	for (int i = 0; i < 200; i++) {
		CHECK(SuspendThread(h) != (DWORD)-1);
		c.ContextFlags = CONTEXT_FULL;
		CHECK(GetThreadContext(h, &c));
		if (i % 2)
			CHECK(SetThreadContext(h, &c));
		CHECK_EQ(ResumeThread(h), 1);
		SwitchToThread();
	}
	check_spinner(h);
}

/* APCs that need no alertable wait (Windows 11, and 10 by this name). */
static void special_apcs(void)
{
	typedef BOOL(WINAPI * queue_apc)(PAPCFUNC, HANDLE, ULONG_PTR, int);
	queue_apc queue = (queue_apc)(void *)GetProcAddress(
		GetModuleHandleA("kernelbase.dll"), "QueueUserAPC2");
	HANDLE h;

	if (!queue)
		return;
	h = CreateThread(NULL, 0, spinner, NULL, 0, NULL);
	for (int i = 0; i < 100; i++) {
		CHECK(queue(on_apc, h, 0, 1));
		while (apcs == i)
			SwitchToThread();
	}
	check_spinner(h);
}

int main(void)
{
	vectors_find();
	vectors_fill(&main_in, 1);
	vectors_fill(&veh_in, 2);
	vectors_fill(&apc_in, 3);
	vectors_fill(&thread_in, 4);
	AddVectoredExceptionHandler(1, on_fault);
	for (int i = 0; i < 10; i++) {
		CHECK_EQ(peek_with(&main_in, &main_out, (void *)0x123), 77);
		CHECK_EQ(vectors_differ(&main_in, &main_out), 0);
	}
	CHECK_EQ(faults, 20);
	CHECK_EQ(nested_bad, 0);
	suspended();
	special_apcs();
	return check_done();
}
