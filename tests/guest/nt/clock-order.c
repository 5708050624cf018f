/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock-order.c - the performance counter never goes back: within a thread,
 * between threads, and between what ntdll works out and what the kernel says.
 */
#include "check.h"

#include <windows.h>
#include <winternl.h>

NTSTATUS NTAPI NtQueryPerformanceCounter(LARGE_INTEGER *c, LARGE_INTEGER *f);

enum { THREADS = 3, MS = 400 };

static volatile LONGLONG newest; /* that any thread has seen */
static volatile LONG back, rounds;

static LONGLONG counter(void)
{
	LARGE_INTEGER c;

	QueryPerformanceCounter(&c);
	return c.QuadPart;
}

static void publish(LONGLONG v)
{
	LONGLONG was = newest;

	while (was < v) {
		LONGLONG found = InterlockedCompareExchange64(&newest, v, was);

		if (found == was)
			break;
		was = found;
	}
}

static DWORD WINAPI watch(void *arg)
{
	LONGLONG end = counter() + MS * 10000ll;

	for (LONGLONG last = 0;;) {
		LONGLONG others = newest, a = counter(), b;
		LARGE_INTEGER kernel;

		MemoryBarrier();
		NtQueryPerformanceCounter(&kernel, NULL);
		b = counter();
		if (a < others || a < last || kernel.QuadPart < a ||
		    b < kernel.QuadPart)
			InterlockedIncrement(&back);
		publish(b);
		last = b;
		InterlockedIncrement(&rounds);
		if (b > end)
			return 0;
	}
}

static LONGLONG file_time(void)
{
	FILETIME t;

	GetSystemTimePreciseAsFileTime(&t);
	return (LONGLONG)t.dwHighDateTime << 32 | t.dwLowDateTime;
}

int main(void)
{
	HANDLE h[THREADS];
	LARGE_INTEGER f, kernel;
	LONGLONG t0, c0, t1, c1;

	CHECK(QueryPerformanceFrequency(&f));
	CHECK_EQ(f.QuadPart, 10000000);
	t0 = file_time();
	c0 = counter();
	for (int i = 0; i < THREADS; i++)
		h[i] = CreateThread(NULL, 0, watch, NULL, 0, NULL);
	WaitForMultipleObjects(THREADS, h, TRUE, INFINITE);
	CHECK_EQ(back, 0);
	CHECK(rounds > THREADS);
	/* The two clocks run alike, to a thousandth. */
	t1 = file_time() - t0;
	c1 = counter() - c0;
	CHECK(t1 >= MS * 9900ll);
	CHECK(t1 - c1 < 20000 + c1 / 1000 && c1 - t1 < 20000 + c1 / 1000);
	/* And the wall clock is the kernel's, which may be a tick behind. */
	NtQuerySystemTime(&kernel);
	CHECK(file_time() - kernel.QuadPart < 500000 &&
	      kernel.QuadPart - file_time() < 500000);
	return check_done();
}
