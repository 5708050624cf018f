/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * umtx.c - _umtx_op(2): what FreeBSD's thread library sleeps with.
 * Source: FreeBSD's _umtx_op(2), sys/umtx.h, sys/_umtx.h.
 *
 * Plain words, mutexes, rwlocks and semaphores sleep on the word that changes,
 * by the host's futex.  A condition variable has no such word: its waiters
 * queue up here.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

enum umtx_op {
	OP_WAIT = 2, OP_WAKE, OP_MUTEX_TRYLOCK, OP_MUTEX_LOCK,
	OP_MUTEX_UNLOCK, OP_SET_CEILING, OP_CV_WAIT, OP_CV_SIGNAL,
	OP_CV_BROADCAST, OP_WAIT_UINT, OP_RW_RDLOCK, OP_RW_WRLOCK,
	OP_RW_UNLOCK, OP_WAIT_UINT_PRIVATE, OP_WAKE_PRIVATE, OP_MUTEX_WAIT,
	OP_MUTEX_WAKE, OP_SEM_WAIT, OP_SEM_WAKE, OP_NWAKE_PRIVATE,
	OP_MUTEX_WAKE2, OP_SEM2_WAIT, OP_SEM2_WAKE, OP_SHM, OP_ROBUST_LISTS,
	OPS
};

#define CONTESTED 0x80000000u
#define RW_WRITER 0x80000000u
#define RW_WRITE_WAITERS 0x40000000u
#define RW_READ_WAITERS 0x20000000u
#define RW_READERS 0x1fffffffu
#define SEM_WAITERS 0x80000000u

/* When a sleep ends: never, after a while, or at a time of a clock. */
struct deadline {
	bool any, absolute;
	int clock;
	struct timespec ts;
};

struct umtx_time {
	struct bsd_timespec timeout;
	uint32_t flags, clock; /* flags 1: absolute */
};

static int get_deadline(struct task *t, uint64_t size, gaddr at,
			struct deadline *d)
{
	struct umtx_time u = { 0 };

	*d = (struct deadline){ .clock = CLOCK_MONOTONIC };
	if (!at)
		return 0;
	if (size > sizeof u.timeout && size < sizeof u)
		return -EINVAL;
	if (guest_read(t, &u, at,
		       size >= sizeof u ? sizeof u : sizeof u.timeout))
		return -EFAULT;
	if (u.timeout.sec < 0 || u.timeout.nsec < 0 ||
	    u.timeout.nsec >= 1000000000)
		return -EINVAL;
	d->any = true;
	d->ts = (struct timespec){ u.timeout.sec, u.timeout.nsec };
	d->absolute = u.flags & 1;
	d->clock = u.clock == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	if (!d->absolute) {
		/* Absolute from here on: a sleep may have to begin again. */
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		d->clock = CLOCK_MONOTONIC;
		d->ts.tv_sec += now.tv_sec + (d->ts.tv_nsec + now.tv_nsec) /
						     1000000000;
		d->ts.tv_nsec = (d->ts.tv_nsec + now.tv_nsec) % 1000000000;
		d->absolute = true;
	}
	return 0;
}

/* Sleeps while *word is value.  0, -ETIMEDOUT, -EINTR. */
static int64_t sleep_on(struct task *t, uint32_t *word, uint32_t value,
			const struct deadline *d)
{
	int op = FUTEX_WAIT_BITSET |
		 (d->clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
	int64_t ret = bsd_call(t, SYS_futex, word, op, value,
			       d->any ? &d->ts : NULL, 0,
			       FUTEX_BITSET_MATCH_ANY);

	return ret == -EAGAIN ? 0 : ret;
}

static int64_t wake(uint32_t *word, uint64_t n)
{
	long ret = syscall(SYS_futex, word, FUTEX_WAKE, MIN(n, INT_MAX), NULL,
			   NULL, 0);

	return ret < 0 ? -errno : ret;
}

/* *word: old -> new.  True if it was old. */
static bool cas(uint32_t *word, uint32_t *old, uint32_t new_value)
{
	return __atomic_compare_exchange_n(word, old, new_value, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static uint32_t load(uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/*
 * The word at guest address at, as host memory.  The engine has it stay valid
 * for the call; a guest that unmaps it meanwhile gets the fault it asked for.
 */
static uint32_t *word_at(gaddr at)
{
	return guest_mem->futex_word(at);
}

/* ---- words ------------------------------------------------------------------- */

static int64_t wait_word(struct task *t, gaddr obj, uint64_t value, bool wide,
			 const struct deadline *d)
{
	uint32_t *word = word_at(obj);
	uint64_t now;

	if (!word)
		return -EFAULT;
	if (wide) {
		if (guest_get64(t, &now, obj))
			return -EFAULT;
		if (now != value)
			return 0;
	}
	return sleep_on(t, word, (uint32_t)value, d);
}

static int64_t wake_many(struct task *t, gaddr list, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint32_t *word;
		gaddr at;

		if (guest_get64(t, &at, list + 8 * i))
			return -EFAULT;
		word = word_at(at);
		if (word)
			wake(word, INT_MAX);
	}
	return 0;
}

/* ---- mutexes: the owner's id, and a bit if somebody sleeps ------------------------ */

static int64_t mutex_lock(struct task *t, gaddr obj, bool try, bool take,
			  const struct deadline *d)
{
	uint32_t *owner = word_at(obj), id = (uint32_t)t->tid, now;

	if (!owner)
		return -EFAULT;
	for (;;) {
		int64_t ret;

		now = load(owner);
		if (now == 0 || now == CONTESTED) {
			if (!take || cas(owner, &now, id | now))
				return 0;
			continue;
		}
		if ((now & ~CONTESTED) == id && take)
			return -EDEADLK;
		if (try)
			return -EBUSY;
		if (!(now & CONTESTED) && !cas(owner, &now, now | CONTESTED))
			continue;
		ret = sleep_on(t, owner, now | CONTESTED, d);
		if (ret)
			return ret;
	}
}

/* Whoever is next; the word stays contested while others may sleep. */
static void mutex_pass(uint32_t *owner)
{
	uint32_t now = CONTESTED;

	if (wake(owner, 1) == 0)
		cas(owner, &now, 0);
}

static int64_t mutex_unlock(struct task *t, gaddr obj)
{
	uint32_t *owner = word_at(obj), now;

	if (!owner)
		return -EFAULT;
	now = load(owner);
	if ((now & ~CONTESTED) != (uint32_t)t->tid)
		return -EPERM;
	while (!cas(owner, &now, CONTESTED))
		;
	mutex_pass(owner);
	return 0;
}

static int64_t mutex_wake(struct task *t, gaddr obj)
{
	uint32_t *owner = word_at(obj), now;

	if (!owner)
		return -EFAULT;
	now = load(owner);
	/* Taken again meanwhile: its owner has to know of the sleepers. */
	while (now && !(now & CONTESTED) && !cas(owner, &now, now | CONTESTED))
		;
	if (now == 0)
		cas(owner, &now, CONTESTED);
	if (load(owner) == CONTESTED)
		mutex_pass(owner);
	return 0;
}

/* ---- condition variables ------------------------------------------------------------ */

struct waiter {
	gaddr cv;
	uint32_t woken;
	struct waiter *next;
};

static pthread_mutex_t cv_lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *waiters; /* in order of arrival; under cv_lock */

static bool cv_leave(struct waiter *w)
{
	for (struct waiter **p = &waiters; *p; p = &(*p)->next)
		if (*p == w) {
			*p = w->next;
			return true;
		}
	return false;
}

static bool cv_anybody(gaddr cv)
{
	for (struct waiter *w = waiters; w; w = w->next)
		if (w->cv == cv)
			return true;
	return false;
}

static int64_t cv_wait(struct task *t, gaddr cv, uint64_t flags, gaddr mutex,
		       gaddr timeout)
{
	enum { ABSTIME = 2, CLOCKID = 4 };
	struct waiter w = { .cv = cv }, **end = &waiters;
	struct deadline d = { .clock = CLOCK_MONOTONIC };
	struct timespec now;
	uint32_t clock;
	int64_t ret;

	if (guest_get32(t, &clock, cv + 8))
		return -EFAULT;
	if (timeout) {
		if ((ret = bsd_get_timespec(t, timeout, &d.ts)))
			return ret;
		d.any = d.absolute = true;
		d.clock = flags & CLOCKID && clock != 0 ? CLOCK_MONOTONIC :
							  CLOCK_REALTIME;
		if (!(flags & ABSTIME)) {
			clock_gettime(d.clock, &now);
			d.ts.tv_nsec += now.tv_nsec;
			d.ts.tv_sec += now.tv_sec + d.ts.tv_nsec / 1000000000;
			d.ts.tv_nsec %= 1000000000;
		}
	}
	pthread_mutex_lock(&cv_lock);
	while (*end)
		end = &(*end)->next;
	*end = &w;
	ret = guest_put32(t, cv, 1);
	pthread_mutex_unlock(&cv_lock);
	if (!ret)
		ret = mutex_unlock(t, mutex);
	while (!ret && !load(&w.woken))
		ret = sleep_on(t, &w.woken, 0, &d);
	pthread_mutex_lock(&cv_lock);
	if (cv_leave(&w)) {
		if (!cv_anybody(cv))
			guest_put32(t, cv, 0);
	} else {
		ret = 0; /* woken after all */
	}
	pthread_mutex_unlock(&cv_lock);
	return ret;
}

static int64_t cv_wake(struct task *t, gaddr cv, bool all)
{
	struct waiter **p = &waiters;
	int64_t ret = 0;

	pthread_mutex_lock(&cv_lock);
	while (*p) {
		struct waiter *w = *p;

		if (w->cv != cv) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		/* The last touch: w is on the sleeper's stack, and it takes
		   cv_lock before that goes. */
		__atomic_store_n(&w->woken, 1, __ATOMIC_SEQ_CST);
		wake(&w->woken, 1);
		if (!all)
			break;
	}
	if (!cv_anybody(cv))
		ret = guest_put32(t, cv, 0);
	pthread_mutex_unlock(&cv_lock);
	return ret;
}

/* ---- read-write locks ------------------------------------------------------------------ */

struct rwlock {
	uint32_t *state, *blocked_readers, *blocked_writers;
	uint32_t flags;
};

static int rw_get(struct task *t, gaddr obj, struct rwlock *rw)
{
	rw->state = word_at(obj);
	rw->blocked_readers = word_at(obj + 8);
	rw->blocked_writers = word_at(obj + 12);
	return !rw->state || !rw->blocked_readers || !rw->blocked_writers ||
			       guest_get32(t, &rw->flags, obj + 4) ?
		       -EFAULT :
		       0;
}

/* Sleeps with mark set in the state and this thread counted in blocked. */
static int64_t rw_sleep(struct task *t, struct rwlock *rw, uint32_t now,
			uint32_t mark, uint32_t *blocked,
			const struct deadline *d)
{
	int64_t ret;

	if (!(now & mark) && !cas(rw->state, &now, now | mark))
		return 0;
	__atomic_add_fetch(blocked, 1, __ATOMIC_SEQ_CST);
	ret = sleep_on(t, rw->state, now | mark, d);
	if (__atomic_sub_fetch(blocked, 1, __ATOMIC_SEQ_CST) == 0)
		__atomic_and_fetch(rw->state, ~mark, __ATOMIC_SEQ_CST);
	return ret;
}

static int64_t rw_read(struct task *t, gaddr obj, uint64_t val,
		       const struct deadline *d)
{
	enum { PREFER_READER = 2 };
	struct rwlock rw;
	int64_t ret = rw_get(t, obj, &rw);

	while (!ret) {
		uint32_t now = load(rw.state), in_the_way = RW_WRITER;

		if (!((rw.flags | (uint32_t)val) & PREFER_READER))
			in_the_way |= RW_WRITE_WAITERS;
		if (!(now & in_the_way)) {
			if ((now & RW_READERS) == RW_READERS)
				return -EAGAIN;
			if (cas(rw.state, &now, now + 1))
				return 0;
			continue;
		}
		ret = rw_sleep(t, &rw, now, RW_READ_WAITERS, rw.blocked_readers,
			       d);
	}
	return ret;
}

static int64_t rw_write(struct task *t, gaddr obj, const struct deadline *d)
{
	struct rwlock rw;
	int64_t ret = rw_get(t, obj, &rw);

	while (!ret) {
		uint32_t now = load(rw.state);

		if (!(now & (RW_WRITER | RW_READERS))) {
			if (cas(rw.state, &now, now | RW_WRITER))
				return 0;
			continue;
		}
		ret = rw_sleep(t, &rw, now, RW_WRITE_WAITERS,
			       rw.blocked_writers, d);
	}
	return ret;
}

static int64_t rw_unlock(struct task *t, gaddr obj)
{
	struct rwlock rw;
	uint32_t now;

	if (rw_get(t, obj, &rw))
		return -EFAULT;
	now = load(rw.state);
	do {
		if (!(now & (RW_WRITER | RW_READERS)))
			return -EPERM;
	} while (!cas(rw.state, &now,
		      now & RW_WRITER ? now & ~RW_WRITER : now - 1));
	/* They sort it out among themselves: writers go first by their mark. */
	if (now & (RW_WRITE_WAITERS | RW_READ_WAITERS))
		wake(rw.state, INT_MAX);
	return 0;
}

/* ---- semaphores ------------------------------------------------------------------------- */

/* The count, with a bit if somebody sleeps. */
static int64_t sem2_wait(struct task *t, gaddr obj, const struct deadline *d)
{
	uint32_t *count = word_at(obj), now;
	int64_t ret = 0;

	if (!count)
		return -EFAULT;
	while (!ret) {
		now = load(count);
		if (now & ~SEM_WAITERS)
			return 0;
		if (!(now & SEM_WAITERS) &&
		    !cas(count, &now, now | SEM_WAITERS))
			continue;
		ret = sleep_on(t, count, SEM_WAITERS, d);
	}
	return ret;
}

static int64_t sem2_wake(gaddr obj)
{
	uint32_t *count = word_at(obj), now;

	if (!count)
		return -EFAULT;
	if (wake(count, 1) > 0)
		return 0;
	now = load(count);
	while (now & SEM_WAITERS && !cas(count, &now, now & ~SEM_WAITERS))
		;
	return 0;
}

/* The same before FreeBSD 11: a word "has waiters", then the count. */
static int64_t sem_wait(struct task *t, gaddr obj, const struct deadline *d)
{
	uint32_t *has = word_at(obj), *count = word_at(obj + 4);

	if (!has || !count)
		return -EFAULT;
	__atomic_store_n(has, 1, __ATOMIC_SEQ_CST);
	return load(count) ? 0 : sleep_on(t, count, 0, d);
}

static int64_t sem_wake(gaddr obj)
{
	uint32_t *has = word_at(obj), *count = word_at(obj + 4);

	if (!has || !count)
		return -EFAULT;
	if (wake(count, 1) == 0)
		__atomic_store_n(has, 0, __ATOMIC_SEQ_CST);
	return 0;
}

/* ---- the call ------------------------------------------------------------------------------ */

int64_t freebsd_umtx_op(struct task *t, gaddr obj, int32_t op, uint64_t val,
			gaddr uaddr1, gaddr uaddr2)
{
	struct deadline d = { .clock = CLOCK_MONOTONIC };
	uint32_t *word;
	int64_t ret;

	switch (op) {
	case OP_WAIT:
	case OP_WAIT_UINT:
	case OP_WAIT_UINT_PRIVATE:
	case OP_MUTEX_LOCK:
	case OP_MUTEX_WAIT:
	case OP_RW_RDLOCK:
	case OP_RW_WRLOCK:
	case OP_SEM_WAIT:
	case OP_SEM2_WAIT:
		ret = get_deadline(t, uaddr1, uaddr2, &d);
		if (ret)
			return ret;
		break;
	}
	switch (op) {
	case OP_WAIT:
		return wait_word(t, obj, val, true, &d);
	case OP_WAIT_UINT:
	case OP_WAIT_UINT_PRIVATE:
		return wait_word(t, obj, val, false, &d);
	case OP_WAKE:
	case OP_WAKE_PRIVATE:
		word = word_at(obj);
		if (!word)
			return -EFAULT;
		wake(word, val);
		return 0;
	case OP_NWAKE_PRIVATE:
		return wake_many(t, obj, val);
	case OP_MUTEX_TRYLOCK:
		return mutex_lock(t, obj, true, true, &d);
	case OP_MUTEX_LOCK:
		return mutex_lock(t, obj, false, true, &d);
	case OP_MUTEX_WAIT:
		return mutex_lock(t, obj, false, false, &d);
	case OP_MUTEX_UNLOCK:
		return mutex_unlock(t, obj);
	case OP_MUTEX_WAKE:
	case OP_MUTEX_WAKE2:
		return mutex_wake(t, obj);
	case OP_CV_WAIT:
		return cv_wait(t, obj, val, uaddr1, uaddr2);
	case OP_CV_SIGNAL:
		return cv_wake(t, obj, false);
	case OP_CV_BROADCAST:
		return cv_wake(t, obj, true);
	case OP_RW_RDLOCK:
		return rw_read(t, obj, val, &d);
	case OP_RW_WRLOCK:
		return rw_write(t, obj, &d);
	case OP_RW_UNLOCK:
		return rw_unlock(t, obj);
	case OP_SEM_WAIT:
		return sem_wait(t, obj, &d);
	case OP_SEM_WAKE:
		return sem_wake(obj);
	case OP_SEM2_WAIT:
		return sem2_wait(t, obj, &d);
	case OP_SEM2_WAKE:
		return sem2_wake(obj);
	case OP_SET_CEILING:
	case OP_SHM:
	case OP_ROBUST_LISTS:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}
