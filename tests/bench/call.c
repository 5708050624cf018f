/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* call.c - one short call, over and over: what tracing it costs.  The guest and
 * its native counterpart, which runs under strace, are this one file. */
#include "micro.h"

#ifdef _WIN32
#include <windows.h>

double seconds(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t.QuadPart / (double)f.QuadPart;
}
#else
#include <time.h>
#include <unistd.h>

double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
#endif

int main(void)
{
#ifdef _WIN32
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

	BENCH("a call", 20000, SetEvent(event));
#else
	BENCH("a call", 5000, getppid());
#endif
	return 0;
}
