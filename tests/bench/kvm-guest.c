/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-guest.c - what the KVM engine changes: calls that the program's side
 * answers (ARCHITECTURE.md lists them), calls that leave the machine, page faults,
 * computing.  A row is a name, a tab, nanoseconds.
 */
#include <windows.h>
#include <stdio.h>

static double now(void)
{
	LARGE_INTEGER c;

	QueryPerformanceCounter(&c);
	return 100.0 * c.QuadPart;
}

static volatile unsigned long long sink;

#define ROW(name, n, code)                                                     \
	do {                                                                   \
		double begin = now();                                          \
		for (int i = 0; i < (n); i++) {                                \
			code;                                                  \
		}                                                              \
		printf("%s\t%.0f\n", name, (now() - begin) / (n));             \
	} while (0)

static void compute(void)
{
	unsigned long long x = 1;

	for (int i = 0; i < 20000000; i++)
		x = x * 6364136223846793005ull + (x >> 33);
	sink += x;
}

int main(void)
{
	enum { PAGES = 4096 };
	CRITICAL_SECTION cs;
	SRWLOCK srw = SRWLOCK_INIT;
	LARGE_INTEGER c;
	FILETIME ft;
	SYSTEMTIME st;
	HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
	DWORD slot = TlsAlloc();
	char *page = VirtualAlloc(NULL, PAGES * 4096, MEM_COMMIT, PAGE_READWRITE);

	InitializeCriticalSection(&cs);
	ROW("in guest: QueryPerformanceCounter", 10000, QueryPerformanceCounter(&c));
	ROW("in guest: GetTickCount64", 10000, sink += GetTickCount64());
	ROW("in guest: GetSystemTimeAsFileTime", 10000, GetSystemTimeAsFileTime(&ft));
	ROW("in guest: GetLocalTime", 10000, GetLocalTime(&st));
	ROW("in guest: GetCurrentThreadId", 10000, sink += GetCurrentThreadId());
	ROW("in guest: GetThreadId of the own thread", 10000, sink += GetThreadId(GetCurrentThread()));
	ROW("in guest: TlsGetValue", 10000, sink += (size_t)TlsGetValue(slot));
	ROW("in guest: critical section, free", 10000, EnterCriticalSection(&cs); LeaveCriticalSection(&cs));
	ROW("in guest: SRW lock, free", 10000, AcquireSRWLockExclusive(&srw); ReleaseSRWLockExclusive(&srw));
	ROW("in guest: HeapAlloc, HeapFree", 10000, HeapFree(GetProcessHeap(), 0, HeapAlloc(GetProcessHeap(), 0, 64)));
	ROW("call: wait for a set event", 2000, WaitForSingleObject(event, 0));
	ROW("page fault: first touch", PAGES, page[4096 * i] = 1);
	ROW("computing, 20 million steps", 1, compute());
	return 0;
}
