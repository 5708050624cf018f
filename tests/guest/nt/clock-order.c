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

/* The wall clock, and the counter shortly before and after. */
struct moment {
	LONGLONG before, wall, after;
};

static struct moment moment(void)
{
	struct moment m = { .before = counter() };

	m.wall = file_time();
	m.after = counter();
	return m;
}

int main(void)
{
	HANDLE h[THREADS];
	LARGE_INTEGER f, kernel;
	struct moment m0, m1;
	LONGLONG t0, t1, most;

	CHECK(QueryPerformanceFrequency(&f));
	CHECK_EQ(f.QuadPart, 10000000);
	m0 = moment();
	for (int i = 0; i < THREADS; i++)
		h[i] = CreateThread(NULL, 0, watch, NULL, 0, NULL);
	WaitForMultipleObjects(THREADS, h, TRUE, INFINITE);
	CHECK_EQ(back, 0);
	CHECK(rounds > THREADS);
	/* The two clocks run alike, to a thousandth. */
	m1 = moment();
	t1 = m1.wall - m0.wall;
	most = m1.after - m0.before;
	CHECK(t1 >= MS * 9900ll);
	CHECK(t1 < most + 20000 + most / 1000);
	CHECK(t1 > m1.before - m0.after - 20000 - most / 1000);
	/* And the wall clock is the kernel's, which may be a tick behind. */
	t0 = file_time();
	NtQuerySystemTime(&kernel);
	t1 = file_time();
	CHECK(kernel.QuadPart > t0 - 500000 && kernel.QuadPart < t1 + 500000);
	return check_done();
}
