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

void NTAPI RtlUserThreadStart(ULONG(WINAPI *start)(PVOID), PVOID arg)
{
	struct start s = { start, arg };

	rf_guarded_call(run, &s);
}
