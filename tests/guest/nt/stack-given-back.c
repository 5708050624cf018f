/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread's stack is an allocation of its own: a thread that runs on another
 * one may free it, and gives back the one that it has when it ends.  Cygwin's
 * main thread does both.
 */
#include <windows.h>
#include <winternl.h>

#include "check.h"

#ifdef _WIN64
enum { DEALLOCATION_STACK = 0x1478 };
#else
enum { DEALLOCATION_STACK = 0xe0c };
#endif

static void *own_stack(void)
{
	return *(void **)((char *)NtCurrentTeb() + DEALLOCATION_STACK);
}

static void *base_of(const void *p)
{
	MEMORY_BASIC_INFORMATION m;

	return VirtualQuery(p, &m, sizeof m) && m.State != MEM_FREE
		       ? m.AllocationBase
		       : NULL;
}

static void *first, *second;

static void WINAPI on_fiber(void *arg)
{
	second = own_stack();
	CHECK(second != first);
	CHECK(VirtualFree(first, 0, MEM_RELEASE), "%lu", GetLastError());
	/* The TEB is still there. */
	SetLastError(1234);
	CHECK_EQ(GetLastError(), 1234);
	CHECK_EQ(base_of(first), NULL);
	ExitThread(5);
}

static DWORD WINAPI thread(void *arg)
{
	void *fiber = NULL;

	first = own_stack();
	CHECK_EQ(base_of(&fiber), first);
	CHECK(base_of(NtCurrentTeb()) && base_of(NtCurrentTeb()) != first);
	CHECK(ConvertThreadToFiber(NULL) != NULL);
	fiber = CreateFiber(0, on_fiber, NULL);
	CHECK(fiber != NULL);
	SwitchToFiber(fiber);
	return 0;
}

int main(void)
{
	for (int i = 0; i < 20; i++) {
		HANDLE h = CreateThread(NULL, 0, thread, NULL, 0, NULL);
		DWORD code = 0;

		CHECK_EQ(WaitForSingleObject(h, 60000), WAIT_OBJECT_0);
		CHECK(GetExitCodeThread(h, &code) && code == 5, "%lu", code);
		CloseHandle(h);
		CHECK_EQ(base_of(second), NULL);
	}
	return check_done();
}
