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

/* ---- two threads: rounds of a ping-pong, and a lock they fight for ---- */

static HANDLE ping, pong;
static CRITICAL_SECTION fought_cs;
static SRWLOCK fought_srw = SRWLOCK_INIT;
static volatile LONG stop, in_lock;

static DWORD WINAPI idle(void *arg)
{
	Sleep(INFINITE);
	return 0;
}

static int semaphores; /* instead of events */
static DWORD_PTR echo_on;

static void tell(HANDLE h)
{
	if (semaphores)
		ReleaseSemaphore(h, 1, NULL);
	else
		SetEvent(h);
}

static DWORD WINAPI echo(void *arg)
{
	LONG last;

	SetThreadAffinityMask(GetCurrentThread(), echo_on);
	do {
		WaitForSingleObject(ping, INFINITE);
		last = stop; /* before the answer: its receiver sets it */
		tell(pong);
	} while (!last);
	return 0;
}

static void round_trip(void)
{
	tell(ping);
	WaitForSingleObject(pong, INFINITE);
}

static HANDLE new_object(void)
{
	return semaphores ? CreateSemaphoreA(NULL, 0, 100, NULL)
			  : CreateEventA(NULL, FALSE, FALSE, NULL);
}

/* The answering thread runs on those processors, this one on the first. */
static void ping_pong(const char *name, DWORD_PTR on)
{
	DWORD_PTR all = SetThreadAffinityMask(GetCurrentThread(), FIRST_CPU);
	HANDLE th;

	ping = new_object();
	pong = new_object();
	echo_on = on;
	th = CreateThread(NULL, 0, echo, NULL, 0, NULL);
	round_trip();
	BENCH(name, rounds_on(on), round_trip());
	stop = 1;
	round_trip();
	WaitForSingleObject(th, INFINITE);
	CloseHandle(th);
	stop = 0;
	SetThreadAffinityMask(GetCurrentThread(), all);
}

/* Something of the size that locks are held for. */
static void inside(void)
{
	for (int i = 0; i < 20; i++)
		in_lock += i;
}

static DWORD WINAPI fight(void *arg)
{
	while (!stop) {
		if (arg) {
			AcquireSRWLockExclusive(&fought_srw);
			inside();
			ReleaseSRWLockExclusive(&fought_srw);
		} else {
			EnterCriticalSection(&fought_cs);
			inside();
			LeaveCriticalSection(&fought_cs);
		}
	}
	return 0;
}

static void two_threads(void)
{
	HANDLE th;

	ping_pong("event: ping-pong, one processor", FIRST_CPU);
	ping_pong("event: ping-pong, two processors", SECOND_CPU);
	semaphores = 1;
	ping_pong("semaphore: ping-pong, one processor", FIRST_CPU);
	ping_pong("semaphore: ping-pong, two processors", SECOND_CPU);

	InitializeCriticalSection(&fought_cs);
	th = CreateThread(NULL, 0, fight, NULL, 0, NULL);
	BENCH("critical section / mutex: contended", 200000,
	      EnterCriticalSection(&fought_cs);
	      inside(); LeaveCriticalSection(&fought_cs));
	stop = 1;
	WaitForSingleObject(th, INFINITE);
	stop = 0;
	th = CreateThread(NULL, 0, fight, (void *)1, 0, NULL);
	BENCH("SRW lock / rwlock: contended", 200000,
	      AcquireSRWLockExclusive(&fought_srw);
	      inside(); ReleaseSRWLockExclusive(&fought_srw));
	stop = 1;
	WaitForSingleObject(th, INFINITE);
	stop = 0;
}

static HANDLE ran;

static VOID CALLBACK run_work(PTP_CALLBACK_INSTANCE i, PVOID arg, PTP_WORK w)
{
	SetEvent(ran);
}

static void pool(void)
{
	PTP_WORK w = CreateThreadpoolWork(run_work, NULL, NULL);

	ran = CreateEventA(NULL, FALSE, FALSE, NULL);
	BENCH("thread pool: submit to run, and back", 20000,
	      SubmitThreadpoolWork(w);
	      WaitForSingleObject(ran, INFINITE));
	CloseThreadpoolWork(w);
}

int main(void)
{
	HANDLE many[8];
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
	BENCH_ALONE("heap: alloc+free 32", 2000000, p = HeapAlloc(heap, 0, 32);
	      HeapFree(heap, 0, p));
	BENCH_ALONE("heap: alloc+free 1000", 2000000, p = HeapAlloc(heap, 0, 1000);
	      HeapFree(heap, 0, p));
	BENCH_ALONE("heap: 64 of 16-1024, then free", 50000, {
		for (int i = 0; i < 64; i++)
			q[i] = HeapAlloc(heap, 0, 16 + (size_t)i * 16);
		for (int i = 0; i < 64; i++)
			HeapFree(heap, 0, q[i]);
	});
	BENCH_ALONE("heap: malloc+free 100", 2000000, p = malloc(100);
	      asm volatile(""
			   : "+r"(p));
	      free(p));
	BENCH_ALONE("memcpy 64", 20000000, memcpy(big, other, 64);
	      asm volatile("" ::
				   : "memory"));
	BENCH_ALONE("memcpy 4096", 2000000, memcpy(big, other, 4096);
	      asm volatile("" ::
				   : "memory"));
	BENCH_ALONE("memset 4096", 2000000, memset(big, 'x', 4096);
	      asm volatile("" ::
				   : "memory"));
	BENCH_ALONE("strlen 65535", 100000, sink = (LONG)strlen(other);
	      asm volatile("" ::
				   : "memory"));
	BENCH_ALONE("memchr 4096", 1000000, sink = memchr(other, 'y', 4096) != NULL;
	      asm volatile("" ::
				   : "memory"));
	BENCH_ALONE("snprintf %d %s", 500000,
	      snprintf(text, sizeof text, "%d %s", 12345, "hello"));

	/* The C runtime's: mingw-w64 would link its own into the program. */
	crt = GetModuleHandleA("msvcrt.dll");
	print = (void *)GetProcAddress(crt, "_snprintf");
	to_double = (void *)GetProcAddress(crt, "strtod");
	BENCH_ALONE("snprintf %g", 300000,
	      print(text, sizeof text, "%.17g", 3.14159265358979));
	BENCH_ALONE("strtod", 500000,
	      sink = (LONG)to_double("3.14159265358979", NULL));
	/* With one thread only, glibc's locks are no atomic instructions. */
	CloseHandle(CreateThread(NULL, 0, idle, NULL, 0, NULL));
	InitializeCriticalSection(&cs);
	BENCH_ALONE("critical section / mutex", 10000000, EnterCriticalSection(&cs);
	      LeaveCriticalSection(&cs));
	BENCH_ALONE("SRW lock / rwlock", 10000000, AcquireSRWLockExclusive(&srw);
	      ReleaseSRWLockExclusive(&srw));
	ev = CreateEventA(NULL, FALSE, FALSE, NULL);
	sem = CreateSemaphoreA(NULL, 0, 100, NULL);
	mutex = CreateMutexA(NULL, FALSE, NULL);
	BENCH_ALONE("event: set+wait", 2000000, SetEvent(ev);
	      WaitForSingleObject(ev, 0));
	BENCH_ALONE("semaphore: release+wait", 2000000,
	      ReleaseSemaphore(sem, 1, NULL);
	      WaitForSingleObject(sem, 0));
	BENCH_ALONE("mutex: wait+release", 2000000, WaitForSingleObject(mutex, 0);
	      ReleaseMutex(mutex));
	for (int i = 0; i < 8; i++)
		many[i] = CreateEventA(NULL, TRUE, i == 7, NULL);
	BENCH_ALONE("wait for any of 8, ready", 1000000,
	      WaitForMultipleObjects(8, many, FALSE, 0));
	BENCH_ALONE("event: create+close", 500000,
	      CloseHandle(CreateEventA(NULL, FALSE, FALSE, NULL)));
	two_threads();
	pool();
	BENCH_ALONE("clock", 5000000, QueryPerformanceCounter(&t));
	BENCH("thread: create+join", 5000, thread());
	BENCH_ALONE("memory: map, touch, unmap 64 KB", 50000, map_anon());
	out = CreateFileA("NUL", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			  NULL);
	BENCH_ALONE("write 64 bytes to null", 1000000,
	      WriteFile(out, big, 64, &n, NULL));
	return 0;
}
