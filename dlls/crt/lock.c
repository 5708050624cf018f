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

void crt_lock_stream(struct crt_stream *s, DWORD tid)
{
	for (;;) {
		EnterCriticalSection(&s->cs);
		if (!s->lock.owner)
			break;
		LeaveCriticalSection(&s->cs);
		Sleep(0);
	}
	s->lock.owner = tid;
	s->lock.depth = CRT_LOCK_CS + 1;
}

void crt_unlock_stream(struct crt_stream *s)
{
	s->lock.depth = 0;
	s->lock.owner = 0;
	LeaveCriticalSection(&s->cs);
}

#define STREAM_LOCKS 16 /* the first of _iob's; msvcrt's numbering */
static struct crt_lock numbered[64];

static struct crt_lock *by_number(int n)
{
	if (n >= STREAM_LOCKS && n < STREAM_LOCKS + CRT_NFILE)
		return &crt_iob_locks[n - STREAM_LOCKS];
	return (unsigned)n < COUNT_OF(numbered) ? &numbered[n] : NULL;
}

void _lock(int n)
{
	struct crt_lock *l = by_number(n);

	if (l)
		crt_lock(l);
}

void _unlock(int n)
{
	struct crt_lock *l = by_number(n);

	if (l)
		crt_unlock(l);
}

void _lock_locales(void)
{
	_lock(12);
}

void _unlock_locales(void)
{
	_unlock(12);
}
