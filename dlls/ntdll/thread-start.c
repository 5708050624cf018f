/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread-start.c - RtlUserThreadStart, the outermost frame of every thread.
 */
#include "ldr.h"

struct start {
	ULONG(WINAPI *start)(PVOID);
	PVOID arg;
};

static void NTAPI run(PVOID p)
{
	struct start *s = p;

	RtlExitUserThread((NTSTATUS)s->start(s->arg));
}

/*
 * i686: called by RtlUserThreadStart (except-i686.S), which the kernel gives its
 * arguments in registers.
 */
#ifdef _WIN64
#define thread_start RtlUserThreadStart
#else
#define thread_start rf_thread_start
#endif

void NTAPI thread_start(ULONG(WINAPI *start)(PVOID), PVOID arg);
void NTAPI thread_start(ULONG(WINAPI *start)(PVOID), PVOID arg)
{
	struct start s = { start, arg };

	rf_guarded_call(run, &s);
}
