/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.c - locks of the C runtime: recursive, all zeros when free.
 *
 * Their fast path is in crt.h.  msvcrt also lends its numbered locks to
 * programs (_lock, _unlock): mingw's start-up code guards its atexit table with
 * one of them.
 */
#include "crt.h"

volatile LONG crt_threads;

void crt_lock_slow(struct crt_lock *l, DWORD tid)
{
	/*
	 * An owner without the SRW lock took it before the second thread
	 * existed; it may still be inside (a call-back started the thread).
	 */
	for (;;) {
		AcquireSRWLockExclusive(&l->srw);
		if (!l->owner)
			break;
		ReleaseSRWLockExclusive(&l->srw);
		Sleep(0);
	}
	l->owner = tid;
	l->depth = 1;
}

static struct crt_lock numbered[64];

void _lock(int n)
{
	if ((unsigned)n < COUNT_OF(numbered))
		crt_lock(&numbered[n]);
}

void _unlock(int n)
{
	if ((unsigned)n < COUNT_OF(numbered))
		crt_unlock(&numbered[n]);
}

void _lock_locales(void)
{
	_lock(12);
}

void _unlock_locales(void)
{
	_unlock(12);
}
