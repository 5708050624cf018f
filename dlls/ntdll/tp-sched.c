/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-sched.c - the thread that watches clocks and waits on behalf of all
 * pools.
 *
 * It sleeps on one completion port, no longer than until the next clock is
 * due.  File completions and wait completion packets arrive there by
 * themselves; a packet without key means that a nearer clock was set.
 */
#include "tp.h"

RTL_SRWLOCK tp_sched_lock;

static struct tp_clock **heap; /* [1..count], the nearest first */
static ULONG count, room;
static HANDLE port;
static ULONGLONG sleeping_until; /* 0: awake, and will look */

ULONGLONG tp_now(void)
{
	LARGE_INTEGER now;

	RtlQueryPerformanceCounter(&now); /* counts 100 ns */
	return (ULONGLONG)now.QuadPart;
}

ULONGLONG tp_due(const LARGE_INTEGER *due)
{
	LONGLONG left = -due->QuadPart;

	if (due->QuadPart > 0)
		left = due->QuadPart - (LONGLONG)RtlGetSystemTimePrecise();
	if (left < 0)
		left = 0;
	if (left > MAXLONGLONG / 2)
		left = MAXLONGLONG / 2;
	return tp_now() + (ULONGLONG)left;
}

/* ---- heap ---- */

static void place(struct tp_clock *c, ULONG at)
{
	heap[at] = c;
	c->at = at;
}

static void rise(struct tp_clock *c, ULONG at)
{
	while (at > 1 && heap[at / 2]->due > c->due) {
		place(heap[at / 2], at);
		at /= 2;
	}
	place(c, at);
}

static void sink(struct tp_clock *c, ULONG at)
{
	ULONG child;

	while ((child = at * 2) <= count) {
		if (child < count && heap[child + 1]->due < heap[child]->due)
			child++;
		if (heap[child]->due >= c->due)
			break;
		place(heap[child], at);
		at = child;
	}
	place(c, at);
}

static BOOL grow(void)
{
	ULONG more = room ? room * 2 : 64;
	SIZE_T size = more * sizeof *heap;
	void *p;

	if (count + 1 < room)
		return TRUE;
	p = heap ? RtlReAllocateHeap(rf_heap(), 0, heap, size)
		 : RtlAllocateHeap(rf_heap(), 0, size);
	if (!p)
		return FALSE;
	heap = p;
	room = more;
	return TRUE;
}

void tp_clock_cancel(struct tp_clock *c)
{
	ULONG at = c->at;
	struct tp_clock *last;

	if (!at)
		return;
	c->at = 0;
	last = heap[count--];
	if (last == c)
		return;
	if (at > 1 && heap[at / 2]->due > last->due)
		rise(last, at);
	else
		sink(last, at);
}

BOOL tp_clock_set(struct tp_clock *c, ULONGLONG due)
{
	HANDLE h = tp_port();

	tp_clock_cancel(c);
	if (!h || !grow())
		return FALSE;
	c->due = due;
	rise(c, ++count);
	if (due < sleeping_until) {
		sleeping_until = due;
		NtSetIoCompletion(h, NULL, NULL, STATUS_SUCCESS, 0);
	}
	return TRUE;
}

/* ---- the thread ---- */

/* Fires what is due; returns when the next is. */
static ULONGLONG fire_due(void)
{
	ULONGLONG now = tp_now();

	while (count && heap[1]->due <= now) {
		struct tp_clock *c = heap[1];

		tp_clock_cancel(c);
		c->fire(c);
	}
	return count ? heap[1]->due : ~0ull;
}

static DWORD NTAPI scheduler(PVOID arg)
{
	for (;;) {
		LARGE_INTEGER wait;
		IO_STATUS_BLOCK iosb;
		struct tp_port_key *key = NULL;
		ULONGLONG next, now;
		PVOID value;
		NTSTATUS status;

		RtlAcquireSRWLockExclusive(&tp_sched_lock);
		next = fire_due();
		sleeping_until = next;
		RtlReleaseSRWLockExclusive(&tp_sched_lock);
		now = tp_now();
		wait.QuadPart = next > now ? -(LONGLONG)(next - now) : 0;
		status = NtRemoveIoCompletion(port, &key, &value, &iosb,
					      next == ~0ull ? NULL : &wait);
		RtlAcquireSRWLockExclusive(&tp_sched_lock);
		sleeping_until = 0;
		RtlReleaseSRWLockExclusive(&tp_sched_lock);
		if (status == STATUS_SUCCESS && key)
			key->arrived(key, value, &iosb);
	}
	return 0;
}

static DWORD NTAPI make_port(PRTL_RUN_ONCE once, PVOID arg, PVOID *context)
{
	HANDLE h, thread;

	if (!NT_SUCCESS(NtCreateIoCompletion(&h, IO_COMPLETION_ALL_ACCESS, NULL,
					     1)))
		return FALSE;
	port = h;
	if (!NT_SUCCESS(NtCreateThreadEx(&thread, THREAD_ALL_ACCESS, NULL,
					 NtCurrentProcess(), (PVOID)scheduler,
					 NULL, 0, 0, 0, 0, NULL))) {
		NtClose(h);
		return FALSE;
	}
	NtClose(thread);
	return TRUE;
}

HANDLE tp_port(void)
{
	static RTL_RUN_ONCE once;

	return NT_SUCCESS(RtlRunOnceExecuteOnce(&once, make_port, NULL, NULL))
		       ? port
		       : NULL;
}
