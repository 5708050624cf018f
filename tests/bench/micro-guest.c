/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* micro-guest.c - the Windows side; each row has a namesake in micro-native. */
#include "micro.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

static volatile LONG sink;
static char big[65536], other[65536];

double seconds(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t.QuadPart / (double)f.QuadPart;
}

static DWORD WINAPI nothing(void *arg)
{
	return 0;
}

static void thread(void)
{
	HANDLE h = CreateThread(NULL, 0, nothing, NULL, 0, NULL);

	WaitForSingleObject(h, INFINITE);
	CloseHandle(h);
}

static void map_anon(void)
{
	char *p = VirtualAlloc(NULL, 65536, MEM_RESERVE | MEM_COMMIT,
			       PAGE_READWRITE);

	p[0] = 1;
	VirtualFree(p, 0, MEM_RELEASE);
}

int main(void)
{
	HANDLE heap = GetProcessHeap(), ev, sem, mutex, out;
	int(__cdecl * print)(char *, size_t, const char *, ...);
	double(__cdecl * to_double)(const char *, char **);
	HMODULE crt;
	CRITICAL_SECTION cs;
	SRWLOCK srw = SRWLOCK_INIT;
	LARGE_INTEGER t;
	char text[200];
	void *p, *q[64];
	DWORD n;

	memset(big, 'x', sizeof big);
	memset(other, 'x', sizeof other);
	big[65535] = other[65535] = 0;
	BENCH("heap: alloc+free 32", 2000000, p = HeapAlloc(heap, 0, 32);
	      HeapFree(heap, 0, p));
	BENCH("heap: alloc+free 1000", 2000000, p = HeapAlloc(heap, 0, 1000);
	      HeapFree(heap, 0, p));
	BENCH("heap: 64 of 16-1024, then free", 50000, {
		for (int i = 0; i < 64; i++)
			q[i] = HeapAlloc(heap, 0, 16 + (size_t)i * 16);
		for (int i = 0; i < 64; i++)
			HeapFree(heap, 0, q[i]);
	});
	BENCH("heap: malloc+free 100", 2000000, p = malloc(100);
	      asm volatile(""
			   : "+r"(p));
	      free(p));
	BENCH("memcpy 64", 20000000, memcpy(big, other, 64);
	      asm volatile("" ::
				   : "memory"));
	BENCH("memcpy 4096", 2000000, memcpy(big, other, 4096);
	      asm volatile("" ::
				   : "memory"));
	BENCH("memset 4096", 2000000, memset(big, 'x', 4096);
	      asm volatile("" ::
				   : "memory"));
	BENCH("strlen 65535", 100000, sink = (LONG)strlen(other);
	      asm volatile("" ::
				   : "memory"));
	BENCH("memchr 4096", 1000000, sink = memchr(other, 'y', 4096) != NULL;
	      asm volatile("" ::
				   : "memory"));
	BENCH("snprintf %d %s", 500000,
	      snprintf(text, sizeof text, "%d %s", 12345, "hello"));

	/* The C runtime's: mingw-w64 would link its own into the program. */
	crt = GetModuleHandleA("msvcrt.dll");
	print = (void *)GetProcAddress(crt, "_snprintf");
	to_double = (void *)GetProcAddress(crt, "strtod");
	BENCH("snprintf %g", 300000,
	      print(text, sizeof text, "%.17g", 3.14159265358979));
	BENCH("strtod", 500000,
	      sink = (LONG)to_double("3.14159265358979", NULL));
	InitializeCriticalSection(&cs);
	BENCH("critical section / mutex", 10000000, EnterCriticalSection(&cs);
	      LeaveCriticalSection(&cs));
	BENCH("SRW lock / rwlock", 10000000, AcquireSRWLockExclusive(&srw);
	      ReleaseSRWLockExclusive(&srw));
	ev = CreateEventA(NULL, FALSE, FALSE, NULL);
	sem = CreateSemaphoreA(NULL, 0, 100, NULL);
	mutex = CreateMutexA(NULL, FALSE, NULL);
	BENCH("event: set+wait", 2000000, SetEvent(ev);
	      WaitForSingleObject(ev, 0));
	BENCH("semaphore: release+wait", 2000000,
	      ReleaseSemaphore(sem, 1, NULL);
	      WaitForSingleObject(sem, 0));
	BENCH("mutex: wait+release", 2000000, WaitForSingleObject(mutex, 0);
	      ReleaseMutex(mutex));
	BENCH("event: create+close", 500000,
	      CloseHandle(CreateEventA(NULL, FALSE, FALSE, NULL)));
	BENCH("clock", 5000000, QueryPerformanceCounter(&t));
	BENCH("thread: create+join", 5000, thread());
	BENCH("memory: map, touch, unmap 64 KB", 50000, map_anon());
	out = CreateFileA("NUL", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			  NULL);
	BENCH("write 64 bytes to null", 1000000,
	      WriteFile(out, big, 64, &n, NULL));
	return 0;
}
