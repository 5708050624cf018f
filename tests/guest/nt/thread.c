/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests threads: creation, ends, suspending, contexts, information. */
#include <windows.h>

#include "check.h"

static volatile LONG turns, go;
static DWORD tls;

static DWORD WINAPI give_back(void *arg)
{
	return (DWORD)(ULONG_PTR)arg;
}

static DWORD WINAPI leave(void *arg)
{
	ExitThread((DWORD)(ULONG_PTR)arg);
}

static DWORD WINAPI turn(void *arg)
{
	(void)arg;
	while (!go)
		turns++;
	return 0;
}

static DWORD WINAPI block(void *arg)
{
	return WaitForSingleObject(arg, INFINITE);
}

static DWORD WINAPI use_tls(void *arg)
{
	if (TlsGetValue(tls))
		return 1;
	TlsSetValue(tls, arg);
	Sleep(1);
	return TlsGetValue(tls) == arg ? 0 : 2;
}

static int deep(int n)
{
	volatile char pad[2000];

	pad[0] = (char)n;
	pad[sizeof pad - 1] = pad[0];
	return n ? deep(n - 1) + pad[sizeof pad - 1] - (char)n : 0;
}

static DWORD WINAPI grow(void *arg)
{
	(void)arg;
	return (DWORD)deep(300); /* 600 KB of a 1 MB stack */
}

#ifdef _WIN64
static DWORD WINAPI moved(void *arg)
{
	(void)arg;
	ExitThread(77);
}
#endif

static DWORD exit_code(HANDLE th)
{
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CloseHandle(th);
	return code;
}

static void suspending(void)
{
	CONTEXT c __attribute__((aligned(16))) = { 0 };
	HANDLE th = CreateThread(NULL, 0, turn, NULL, 0, NULL);
	LONG seen;

	while (!turns)
		Sleep(0);
	CHECK_EQ(SuspendThread(th), 0);
	CHECK_EQ(SuspendThread(th), 1);
	c.ContextFlags = CONTEXT_FULL;
	CHECK(GetThreadContext(th, &c));
	seen = turns;
	Sleep(30);
	CHECK_EQ(turns, seen);
	CHECK_EQ(ResumeThread(th), 2);
	CHECK_EQ(ResumeThread(th), 1);
	CHECK_EQ(ResumeThread(th), 0);
	while (turns == seen)
		Sleep(0);
#ifdef _WIN64
	CHECK(c.Rip && c.Rsp);
	SuspendThread(th);
	c.ContextFlags = CONTEXT_CONTROL;
	CHECK(GetThreadContext(th, &c));
	c.Rip = (DWORD64)moved;
	c.Rsp = (c.Rsp & ~15ull) - 0x208;
	CHECK(SetThreadContext(th, &c));
	ResumeThread(th);
	CHECK_EQ(exit_code(th), 77);
#else
	go = 1;
	CHECK_EQ(exit_code(th), 0);
#endif
	go = 0;
}

int main(void)
{
	HANDLE th, e = CreateEventW(NULL, FALSE, FALSE, NULL);
	HRESULT(WINAPI * describe)
	(HANDLE, PCWSTR); /* not in mingw's libraries */
	FILETIME a, b, k, u;
	DWORD id = 0, code;

	CHECK_EQ(exit_code(CreateThread(NULL, 0, give_back, (void *)5, 0, &id)),
		 5);
	CHECK(id != 0 && id % 4 == 0, "%u", (unsigned)id);
	CHECK_EQ(exit_code(CreateThread(NULL, 0, leave, (void *)6, 0, NULL)),
		 6);
	CHECK_EQ(exit_code(CreateThread(NULL, 0, grow, NULL, 0, NULL)), 0);
	CHECK_EQ(exit_code(CreateThread(NULL, 8 << 20, grow, NULL,
					STACK_SIZE_PARAM_IS_A_RESERVATION,
					NULL)),
		 0);
	tls = TlsAlloc();
	for (int i = 1; i < 20; i++)
		CHECK_EQ(exit_code(CreateThread(NULL, 0, use_tls,
						(void *)(ULONG_PTR)i, 0, NULL)),
			 0);

	th = CreateThread(NULL, 0, give_back, (void *)9, CREATE_SUSPENDED, &id);
	CHECK_EQ(WaitForSingleObject(th, 30), WAIT_TIMEOUT);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, STILL_ACTIVE);
	CHECK_EQ(GetThreadId(th), id);
	CHECK(SetThreadPriority(th, THREAD_PRIORITY_BELOW_NORMAL));
	CHECK(!SetThreadPriority(th, 3)); /* of realtime processes only */
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!TerminateThread(NULL, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK_EQ(GetThreadPriority(th), THREAD_PRIORITY_BELOW_NORMAL);
	CHECK_EQ(ResumeThread(th), 1);
	CHECK_EQ(exit_code(th), 9);

	suspending();
	th = CreateThread(NULL, 0, block, e, 0, NULL);
	Sleep(10);
	CHECK(TerminateThread(th, 55));
	CHECK_EQ(exit_code(th), 55);
	turns = 0;
	th = CreateThread(NULL, 0, turn, NULL, 0, &id);
	while (!turns)
		Sleep(0);
	CHECK(TerminateThread(th, 56));
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetThreadTimes(th, &a, &b, &k, &u));
	CHECK(CompareFileTime(&a, &b) <= 0);
	CHECK_EQ(exit_code(th), 56);
	CHECK(!OpenThread(SYNCHRONIZE, FALSE, id));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	th = OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId());
	CHECK_EQ(GetThreadId(th), GetCurrentThreadId());
	CHECK_EQ(GetProcessIdOfThread(th), GetCurrentProcessId());
	describe = (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"),
					  "SetThreadDescription");
	CHECK(describe && describe(GetCurrentThread(), L"main") >= 0);
	return check_done();
}
