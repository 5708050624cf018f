/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * park.c - threads asleep on an address: what is under every lock here.
 *
 * A lock is one word and knows only whether somebody sleeps on it; who does is
 * in a queue of this hash table, of records on the sleepers' own stacks.  The
 * kernel is asked for one thing, to stop a thread until another alerts it
 * (NtWaitForAlertByThreadId), and an alert is sticky: so whoever wakes may be
 * early, and whoever sleeps must look again.
 */
#include "ntdll-private.h"

struct sleeper {
	struct sleeper *next, *prev;
	const volatile void *address;
	HANDLE tid;
	ULONG tag;
	UCHAR kind;
	BOOLEAN queued; /* changes with the queue locked */
	volatile LONG woken;
};

/* One cache line each: neighbours must not slow each other down. */
static struct queue {
	volatile LONG lock;
	struct sleeper *head, *tail;
} __attribute__((aligned(64))) queues[128];

static struct queue *queue_of(const volatile void *address)
{
	ULONG_PTR a = (ULONG_PTR)address >> 3;

	return &queues[(a ^ a >> 7 ^ a >> 16) % ARRAY_SIZE(queues)];
}

BOOL only_thread_left(void)
{
	PPEB_LDR_DATA ldr = rf_peb()->Ldr;

	return ldr && ldr->ShutdownInProgress &&
	       ldr->ShutdownThreadId == current_tid();
}

static void queue_lock(struct queue *q)
{
	unsigned tries = 0;

	while (q->lock || InterlockedExchange(&q->lock, 1)) {
		if (++tries % 64)
			YieldProcessor();
		else if (only_thread_left())
			return; /* it is the dead owner's for ever: ours */
		else
			NtYieldExecution();
	}
}

static void queue_unlock(struct queue *q)
{
	__atomic_store_n(&q->lock, 0, __ATOMIC_RELEASE);
}

static void join(struct queue *q, struct sleeper *s)
{
	s->next = NULL;
	s->prev = q->tail;
	if (q->tail)
		q->tail->next = s;
	else
		q->head = s;
	q->tail = s;
	s->queued = TRUE;
}

static void leave(struct queue *q, struct sleeper *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		q->head = s->next;
	if (s->next)
		s->next->prev = s->prev;
	else
		q->tail = s->prev;
	s->queued = FALSE;
}

/*
 * Whoever locks the queue from here on sees what the caller has stored; whoever
 * has it locked may have looked before that, and be about to join.
 */
BOOL park_is_empty(const volatile void *address)
{
	struct queue *q = queue_of(address);

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !__atomic_load_n(&q->lock, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&q->head, __ATOMIC_RELAXED);
}

/*
 * What is left of a relative timeout after an alert that was not for us.
 */
static LARGE_INTEGER time_left(LONGLONG timeout, LONGLONG start)
{
	LARGE_INTEGER now, left;

	RtlQueryPerformanceCounter(&now); /* counts 100 ns */
	left.QuadPart = timeout + now.QuadPart - start;
	if (left.QuadPart > 0)
		left.QuadPart = 0;
	return left;
}

static NTSTATUS sleep(struct queue *q, struct sleeper *s,
		      const LARGE_INTEGER *timeout)
{
	LARGE_INTEGER start, left, *wait = NULL;

	if (timeout && timeout->QuadPart != MINLONGLONG &&
	    timeout->QuadPart != MAXLONGLONG) {
		left = *timeout;
		wait = &left;
		if (left.QuadPart < 0)
			RtlQueryPerformanceCounter(&start);
	}
	while (!s->woken) {
		NTSTATUS status = NtWaitForAlertByThreadId(
			(PVOID)(ULONG_PTR)s->address, wait);

		if (s->woken)
			break;
		if (status == STATUS_TIMEOUT) {
			BOOL queued;

			queue_lock(q);
			queued = s->queued;
			if (queued)
				leave(q, s);
			queue_unlock(q);
			if (queued)
				return STATUS_TIMEOUT;
			wait = NULL; /* it is being woken this moment */
		} else if (wait && timeout->QuadPart < 0) {
			left = time_left(timeout->QuadPart, start.QuadPart);
		}
	}
	return STATUS_SUCCESS;
}

NTSTATUS park(const volatile void *address, enum park_kind kind,
	      BOOL (*may_sleep)(void *arg), void (*before)(void *arg),
	      void *arg, ULONG tag, const LARGE_INTEGER *timeout)
{
	struct queue *q = queue_of(address);
	struct sleeper s = {
		.address = address,
		.kind = kind,
		.tag = tag,
		.tid = current_tid(),
	};

	queue_lock(q);
	if (!may_sleep(arg)) {
		queue_unlock(q);
		return STATUS_ALERTED;
	}
	join(q, &s);
	queue_unlock(q);
	if (before)
		before(arg);
	return sleep(q, &s, timeout);
}

ULONG unpark(const volatile void *address, enum park_kind kind, ULONG max,
	     enum unpark_step (*choose)(void *arg, ULONG tag),
	     void (*done)(void *arg, ULONG woken, ULONG left), void *arg)
{
	struct queue *q = queue_of(address);
	struct sleeper *chosen = NULL, **last = &chosen;
	struct sleeper *s, *next;
	ULONG woken = 0, left = 0;
	BOOL stop = FALSE;

	queue_lock(q);
	for (s = q->head; s; s = next) {
		enum unpark_step step = UNPARK_WAKE;

		next = s->next;
		if (s->address != address || s->kind != kind)
			continue;
		if (stop || woken == max)
			step = UNPARK_SKIP;
		else if (choose)
			step = choose(arg, s->tag);
		if (step == UNPARK_WAKE) {
			leave(q, s);
			s->next = NULL;
			*last = s;
			last = &s->next;
			woken++;
		} else {
			stop = stop || step == UNPARK_STOP;
			left++;
		}
	}
	if (done)
		done(arg, woken, left);
	queue_unlock(q);
	for (s = chosen; s; s = next) {
		HANDLE tid = s->tid;

		next = s->next;
		/* From here the record may be gone. */
		__atomic_store_n(&s->woken, 1, __ATOMIC_RELEASE);
		NtAlertThreadByThreadId(tid);
	}
	return woken;
}

ULONG spin_limit(void)
{
	return rf_peb()->NumberOfProcessors > 1 ? 100 : 0;
}

/* ---- RtlWaitOnAddress ------------------------------------------------- */

struct address_wait {
	const volatile void *address;
	const void *compare;
	SIZE_T size;
};

static BOOL still_equal(void *arg)
{
	const struct address_wait *w = arg;

	switch (w->size) {
	case 1:
		return *(const volatile UCHAR *)w->address ==
		       *(const UCHAR *)w->compare;
	case 2:
		return *(const volatile USHORT *)w->address ==
		       *(const USHORT *)w->compare;
	case 4:
		return *(const volatile ULONG *)w->address ==
		       *(const ULONG *)w->compare;
	default:
		return __atomic_load_n((const volatile ULONGLONG *)w->address,
				       __ATOMIC_RELAXED) ==
		       *(const ULONGLONG *)w->compare;
	}
}

NTSTATUS NTAPI RtlWaitOnAddress(const volatile void *address, PVOID compare,
				SIZE_T size, const LARGE_INTEGER *timeout)
{
	struct address_wait w = { address, compare, size };
	NTSTATUS status;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return STATUS_INVALID_PARAMETER;
	/* Also: a bad pointer faults here, not with the queue locked. */
	if (!still_equal(&w))
		return STATUS_SUCCESS;
	status = park(address, PARK_ADDRESS, still_equal, NULL, &w, 0, timeout);
	return status == STATUS_ALERTED ? STATUS_SUCCESS : status;
}

void NTAPI RtlWakeAddressSingle(PVOID address)
{
	if (!park_is_empty(address))
		unpark(address, PARK_ADDRESS, 1, NULL, NULL, NULL);
}

void NTAPI RtlWakeAddressAll(PVOID address)
{
	if (!park_is_empty(address))
		unpark(address, PARK_ADDRESS, ~0u, NULL, NULL, NULL);
}
