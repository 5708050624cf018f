/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests waitable timers: due times, periods, APCs, cancelling. */
#include <windows.h>

#include "check.h"

static int apcs;
static LARGE_INTEGER when;

static void CALLBACK apc(void *arg, DWORD low, DWORD high)
{
	apcs += *(int *)arg;
	when.LowPart = low;
	when.HighPart = high;
}

static double now(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return t.QuadPart * 1000.0 / f.QuadPart;
}

int main(void)
{
	LARGE_INTEGER due = { .QuadPart = -300000 }; /* 30 ms */
	LARGE_INTEGER far_off = { .QuadPart = -10000000000 };
	HANDLE t = CreateWaitableTimerW(NULL, FALSE, NULL), both[2];
	FILETIME ft;
	ULARGE_INTEGER u;
	double began;
	int one = 1;

	CHECK(t != NULL);
	CHECK(SetWaitableTimer(t, &far_off, 0, NULL, NULL, FALSE));
	CHECK_EQ(WaitForSingleObject(t, 0), WAIT_TIMEOUT);
	began = now();
	CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK(now() - began >= 29.5, "%f ms", now() - began);
	CHECK_EQ(WaitForSingleObject(t, 0), WAIT_TIMEOUT);

	/* Absolute, and with another object. */
	GetSystemTimeAsFileTime(&ft);
	u.LowPart = ft.dwLowDateTime;
	u.HighPart = ft.dwHighDateTime;
	due.QuadPart = u.QuadPart + 300000;
	began = now();
	CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
	both[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
	both[1] = t;
	CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 60000),
		 WAIT_OBJECT_0 + 1);
	CHECK(now() - began >= 15, "%f ms", now() - began);

	/* A period. */
	due.QuadPart = 0;
	began = now();
	CHECK(SetWaitableTimer(t, &due, 20, NULL, NULL, FALSE));
	for (int i = 0; i < 4; i++)
		CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CHECK(now() - began >= 50, "%f ms", now() - began);
	CHECK(CancelWaitableTimer(t));
	CHECK_EQ(WaitForSingleObject(t, 50), WAIT_TIMEOUT);

	/* An APC runs in alertable waits only. */
	due.QuadPart = -100000;
	CHECK(SetWaitableTimer(t, &due, 0, apc, &one, FALSE));
	Sleep(50);
	CHECK_EQ(apcs, 0);
	CHECK_EQ(SleepEx(60000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 1);
	GetSystemTimeAsFileTime(&ft);
	u.LowPart = ft.dwLowDateTime;
	u.HighPart = ft.dwHighDateTime;
	CHECK((ULONGLONG)when.QuadPart <= u.QuadPart &&
		      u.QuadPart - when.QuadPart < 600000000,
	      "%lld %lld", when.QuadPart, u.QuadPart);
	CHECK(SetWaitableTimer(t, &due, 10, apc, &one, FALSE));
	while (apcs < 4)
		CHECK_EQ(SleepEx(60000, TRUE), WAIT_IO_COMPLETION);
	CHECK(CancelWaitableTimer(t));
	apcs = 0;
	CHECK_EQ(SleepEx(50, TRUE), 0);
	CHECK_EQ(apcs, 0);
	return check_done();
}
