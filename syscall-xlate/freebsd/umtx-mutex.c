/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * umtx-mutex.c - _umtx_op(2)'s mutexes: locked by the kernel only when they are
 * contended, and let go of by it when their owner ends, if they are robust.
 * Source: FreeBSD's _umtx_op(2), sys/umtx.h, sys/_umtx.h.
 */
#include "syscall-xlate/freebsd/umtx.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

#define CONTESTED 0x80000000u
/* In place of an owner: of robust mutexes whose owner ended. */
#define OWNER_DIED (CONTESTED | 0x10)
#define NOT_RECOVERABLE (CONTESTED | 0x11)

/* ---- mutexes: the owner's id, and a bit if somebody sleeps ------------------------ */

int64_t umtx_mutex_lock(struct task *t, gaddr obj, bool try, bool take,
			  const struct deadline *d)
{
	uint32_t *owner = umtx_word(obj), id = (uint32_t)t->tid, now;

	if (!owner || guest_get32(t, &now, obj))
		return -EFAULT;
	for (;;) {
		int64_t ret;

		if (now == NOT_RECOVERABLE)
			return -ENOTRECOVERABLE;
		if (now == OWNER_DIED) {
			ret = take ? umtx_cas(obj, &now, id | CONTESTED) : 1;
			if (ret)
				return ret < 0 ? ret : take ? -EOWNERDEAD : 0;
			continue;
		}
		if (now == 0 || now == CONTESTED) {
			ret = take ? umtx_cas(obj, &now, id | now) : 1;
			if (ret)
				return ret < 0 ? ret : 0;
			continue;
		}
		if ((now & ~CONTESTED) == id && take)
			return -EDEADLK;
		if (try)
			return -EBUSY;
		if (!(now & CONTESTED)) {
			ret = umtx_cas(obj, &now, now | CONTESTED);
			if (ret < 0)
				return ret;
			if (ret == 0)
				continue;
		}
		ret = umtx_sleep(t, owner, now | CONTESTED, d);
		if (ret)
			return ret;
		if (guest_get32(t, &now, obj))
			return -EFAULT;
	}
}

/* Whoever is next; the word stays contested while others may sleep. */
static int64_t mutex_pass(gaddr obj)
{
	uint32_t *owner = umtx_word(obj), now = CONTESTED;

	if (!owner)
		return -EFAULT;
	return umtx_wake(owner, 1) == 0 && umtx_cas(obj, &now, 0) < 0 ? -EFAULT : 0;
}

/* died: by a thread that ends, in the name of owner. */
static int64_t mutex_release(struct task *t, gaddr obj, uint32_t owner,
			     bool died)
{
	enum { FLAGS = 4, INCONSISTENT = 0x20 };
	uint32_t now, flags, rest = CONTESTED, *word = umtx_word(obj);
	int ret;

	if (!word || guest_get32(t, &now, obj) ||
	    guest_get32(t, &flags, obj + FLAGS))
		return -EFAULT;
	if (died)
		rest = OWNER_DIED;
	else if (flags & INCONSISTENT)
		rest = NOT_RECOVERABLE;
	do {
		if ((now & ~CONTESTED) != owner)
			return -EPERM;
		ret = umtx_cas(obj, &now, rest);
	} while (ret == 0);
	if (ret < 0)
		return ret;
	if (rest == CONTESTED)
		return mutex_pass(obj);
	umtx_wake(word, died ? 1 : INT_MAX);
	return 0;
}

int64_t umtx_mutex_unlock(struct task *t, gaddr obj)
{
	return mutex_release(t, obj, (uint32_t)t->tid, false);
}

/* The priority that a mutex of PRIO_PROTECT lends, which nobody gets here. */
int64_t umtx_set_ceiling(struct task *t, gaddr obj, uint32_t ceiling, gaddr old)
{
	enum { FLAGS = 4, CEILING = 8, PRIO_PROTECT = 8, HIGHEST = 31 };
	const struct deadline d = { .clock = CLOCK_MONOTONIC };
	uint32_t flags, was, now;
	bool mine;
	int64_t ret;

	if (guest_get32(t, &flags, obj + FLAGS) || guest_get32(t, &now, obj))
		return -EFAULT;
	if (!(flags & PRIO_PROTECT) || ceiling > HIGHEST)
		return -EINVAL;
	mine = (now & ~CONTESTED) == (uint32_t)t->tid;
	ret = mine ? 0 : umtx_mutex_lock(t, obj, false, true, &d);
	if (ret)
		return ret;
	ret = guest_get32(t, &was, obj + CEILING);
	if (!ret)
		ret = guest_put32(t, obj + CEILING, ceiling);
	if (!ret && old)
		ret = guest_put32(t, old, was);
	if (!mine)
		umtx_mutex_unlock(t, obj);
	return ret;
}

/* ---- robust mutexes ------------------------------------------------------------- */

/*
 * Each thread may have lists of those it holds: shared, private, and one mutex
 * it is just about to take or let go.  th ends; t is who does this for it.
 */
static void release_list(struct task *t, uint32_t owner, gaddr head, bool unsure)
{
	enum { LINK = 16, MOST = 1000 };
	gaddr m;

	if (!head || guest_get64(t, &m, head))
		return;
	for (unsigned i = 0; m && i < MOST; i++) {
		gaddr next;

		/* What is not the thread's ends the list, as on FreeBSD. */
		if (guest_get64(t, &next, m + LINK) ||
		    mutex_release(t, m, owner, true) || unsure)
			return;
		m = next;
	}
}

void freebsd_umtx_release(struct task *t, struct bsd_thread *th)
{
	uint32_t owner = (uint32_t)th->task.tid;

	release_list(t, owner, th->robust[0], false);
	release_list(t, owner, th->robust[1], false);
	release_list(t, owner, th->robust[2], true);
	memset(th->robust, 0, sizeof th->robust);
}

int64_t umtx_set_robust_lists(struct task *t, uint64_t size, gaddr at)
{
	gaddr lists[3] = { 0 };

	if (size > sizeof lists)
		return -EINVAL;
	if (guest_read(t, lists, at, size))
		return -EFAULT;
	memcpy(bsd_thread(t)->robust, lists, sizeof lists);
	return 0;
}

int64_t umtx_mutex_wake(struct task *t, gaddr obj)
{
	uint32_t now;
	int ret;

	if (guest_get32(t, &now, obj))
		return -EFAULT;
	/* Taken again meanwhile: its owner has to know of the sleepers. */
	do {
		ret = now & CONTESTED ? 1 : umtx_cas(obj, &now, now | CONTESTED);
		if (ret < 0)
			return ret;
	} while (ret == 0);
	return (now & ~CONTESTED) == 0 ? mutex_pass(obj) : 0;
}
