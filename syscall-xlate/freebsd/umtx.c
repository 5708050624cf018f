/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * umtx.c - _umtx_op(2): what FreeBSD's thread library sleeps with.
 * Source: FreeBSD's _umtx_op(2), sys/umtx.h, sys/_umtx.h.
 *
 * Plain words, mutexes (umtx-mutex.c), rwlocks and semaphores sleep on the word
 * that changes, by the host's futex.  A condition variable has no such word: its
 * waiters queue up here; but of one that processes share a spare word counts what
 * has been signalled.
 */
#include "syscall-xlate/freebsd/umtx.h"

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

#define RW_WRITER 0x80000000u
#define RW_WRITE_WAITERS 0x40000000u
#define RW_READ_WAITERS 0x20000000u
#define RW_READERS 0x1fffffffu
#define SEM_WAITERS 0x80000000u

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
int64_t umtx_sleep(struct task *t, uint32_t *word, uint32_t value,
			const struct deadline *d)
{
	int op = FUTEX_WAIT_BITSET |
		 (d->clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);
	int64_t ret = bsd_call(t, SYS_futex, word, op, value,
			       d->any ? &d->ts : NULL, 0,
			       FUTEX_BITSET_MATCH_ANY);

	return ret == -EAGAIN ? 0 : ret;
}

int64_t umtx_wake(uint32_t *word, uint64_t n)
{
	long ret = syscall(SYS_futex, word, FUTEX_WAKE, MIN(n, INT_MAX), NULL,
			   NULL, 0);

	return ret < 0 ? -errno : ret;
}

/*
 * The word at `at`: *now -> new_value.  1 if it was *now, else 0 and *now is what
 * it is; -EFAULT.
 */
int umtx_cas(gaddr at, uint32_t *now, uint32_t new_value)
{
	uint32_t want = *now;

	if (guest_mem->cmpxchg32(at, now, new_value))
		return -EFAULT;
	return *now == want;
}

/* Sets and clears bits, whatever the others are.  0 or -EFAULT. */
static int change_bits(struct task *t, gaddr at, uint32_t set, uint32_t clear)
{
	uint32_t now;
	int ret = guest_get32(t, &now, at);

	while (!ret) {
		ret = umtx_cas(at, &now, (now & ~clear) | set);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	return ret;
}

/* Adds n, and says what it is then. */
static int add(struct task *t, gaddr at, uint32_t n, uint32_t *is)
{
	uint32_t now;
	int ret = guest_get32(t, &now, at);

	while (!ret) {
		*is = now + n;
		ret = umtx_cas(at, &now, now + n);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	return ret;
}

/* For futex(2), which finds out by itself if it is gone. */
uint32_t *umtx_word(gaddr at)
{
	return guest_mem->futex_word(at);
}

/* ---- words ------------------------------------------------------------------- */

static int64_t wait_word(struct task *t, gaddr obj, uint64_t value, bool wide,
			 const struct deadline *d)
{
	uint32_t *word = umtx_word(obj);
	uint64_t now;

	if (!word)
		return -EFAULT;
	if (wide) {
		if (guest_get64(t, &now, obj))
			return -EFAULT;
		if (now != value)
			return 0;
	}
	return umtx_sleep(t, word, (uint32_t)value, d);
}

static int64_t wake_many(struct task *t, gaddr list, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint32_t *word;
		gaddr at;

		if (guest_get64(t, &at, list + 8 * i))
			return -EFAULT;
		word = umtx_word(at);
		if (word)
			umtx_wake(word, INT_MAX);
	}
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

/* Whoever else waited does so in the parent. */
void freebsd_umtx_forked(void)
{
	pthread_mutex_init(&cv_lock, NULL);
	waiters = NULL;
}

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

/* struct ucond: has waiters, flags, clock, spare */
enum { CV_FLAGS = 4, CV_CLOCK = 8, CV_COUNT = 12, PROCESS_SHARED = 1 };

static bool cv_is_shared(struct task *t, gaddr cv)
{
	uint32_t flags;

	return guest_get32(t, &flags, cv + CV_FLAGS) == 0 &&
	       flags & PROCESS_SHARED;
}

/*
 * "Has waiters" stays: who saw nobody wait could not tell that from somebody who
 * is about to.
 */
static int64_t cv_wait_shared(struct task *t, gaddr cv, gaddr mutex,
			      const struct deadline *d)
{
	uint32_t *word = umtx_word(cv + CV_COUNT), count;
	int64_t ret;

	if (!word || guest_get32(t, &count, cv + CV_COUNT) ||
	    guest_put32(t, cv, 1))
		return -EFAULT;
	ret = umtx_mutex_unlock(t, mutex);
	return ret ? ret : umtx_sleep(t, word, count, d);
}

static int64_t cv_wake_shared(struct task *t, gaddr cv, bool all)
{
	uint32_t *word = umtx_word(cv + CV_COUNT), n;

	if (!word || add(t, cv + CV_COUNT, 1, &n))
		return -EFAULT;
	umtx_wake(word, all ? INT_MAX : 1);
	return 0;
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

	if (guest_get32(t, &clock, cv + CV_CLOCK))
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
	if (cv_is_shared(t, cv))
		return cv_wait_shared(t, cv, mutex, &d);
	pthread_mutex_lock(&cv_lock);
	while (*end)
		end = &(*end)->next;
	*end = &w;
	ret = guest_put32(t, cv, 1);
	pthread_mutex_unlock(&cv_lock);
	if (!ret)
		ret = umtx_mutex_unlock(t, mutex);
	while (!ret && !__atomic_load_n(&w.woken, __ATOMIC_SEQ_CST))
		ret = umtx_sleep(t, &w.woken, 0, &d);
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

	if (cv_is_shared(t, cv))
		return cv_wake_shared(t, cv, all);
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
		umtx_wake(&w->woken, 1);
		if (!all)
			break;
	}
	if (!cv_anybody(cv))
		ret = guest_put32(t, cv, 0);
	pthread_mutex_unlock(&cv_lock);
	return ret;
}

/* ---- read-write locks ------------------------------------------------------------------ */

/* struct urwlock: state, flags, blocked readers, blocked writers */
enum { RW_FLAGS = 4, RW_BLOCKED_READERS = 8, RW_BLOCKED_WRITERS = 12 };

/* Sleeps with mark set in the state and this thread counted in blocked. */
static int64_t rw_sleep(struct task *t, gaddr obj, uint32_t now, uint32_t mark,
			gaddr blocked, const struct deadline *d)
{
	uint32_t *state = umtx_word(obj), n;
	int64_t ret;

	if (!state)
		return -EFAULT;
	if (!(now & mark)) {
		ret = umtx_cas(obj, &now, now | mark);
		if (ret <= 0)
			return ret;
	}
	if (add(t, blocked, 1, &n))
		return -EFAULT;
	ret = umtx_sleep(t, state, now | mark, d);
	if (add(t, blocked, (uint32_t)-1, &n) ||
	    (n == 0 && change_bits(t, obj, 0, mark)))
		return -EFAULT;
	return ret;
}

static int64_t rw_read(struct task *t, gaddr obj, uint64_t val,
		       const struct deadline *d)
{
	enum { PREFER_READER = 2 };
	uint32_t flags, now, in_the_way = RW_WRITER;
	int64_t ret = guest_get32(t, &flags, obj + RW_FLAGS);

	if (!ret && !((flags | (uint32_t)val) & PREFER_READER))
		in_the_way |= RW_WRITE_WAITERS;
	while (!ret) {
		if (guest_get32(t, &now, obj))
			return -EFAULT;
		if (now & in_the_way) {
			ret = rw_sleep(t, obj, now, RW_READ_WAITERS,
				       obj + RW_BLOCKED_READERS, d);
			continue;
		}
		if ((now & RW_READERS) == RW_READERS)
			return -EAGAIN;
		ret = umtx_cas(obj, &now, now + 1);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	return ret;
}

static int64_t rw_write(struct task *t, gaddr obj, const struct deadline *d)
{
	int64_t ret = 0;
	uint32_t now;

	while (!ret) {
		if (guest_get32(t, &now, obj))
			return -EFAULT;
		if (now & (RW_WRITER | RW_READERS)) {
			ret = rw_sleep(t, obj, now, RW_WRITE_WAITERS,
				       obj + RW_BLOCKED_WRITERS, d);
			continue;
		}
		ret = umtx_cas(obj, &now, now | RW_WRITER);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	return ret;
}

static int64_t rw_unlock(struct task *t, gaddr obj)
{
	uint32_t *state = umtx_word(obj), now;
	int ret;

	if (!state || guest_get32(t, &now, obj))
		return -EFAULT;
	do {
		if (!(now & (RW_WRITER | RW_READERS)))
			return -EPERM;
		ret = umtx_cas(obj, &now,
			  now & RW_WRITER ? now & ~RW_WRITER : now - 1);
	} while (ret == 0);
	/* They sort it out among themselves: writers go first by their mark. */
	if (ret > 0 && now & (RW_WRITE_WAITERS | RW_READ_WAITERS))
		umtx_wake(state, INT_MAX);
	return ret < 0 ? ret : 0;
}

/* ---- semaphores ------------------------------------------------------------------------- */

/* The count, with a bit if somebody sleeps. */
static int64_t sem2_wait(struct task *t, gaddr obj, const struct deadline *d)
{
	uint32_t *count = umtx_word(obj), now;
	int64_t ret = 0;

	while (!ret) {
		if (!count || guest_get32(t, &now, obj))
			return -EFAULT;
		if (now & ~SEM_WAITERS)
			return 0;
		if (!(now & SEM_WAITERS)) {
			ret = umtx_cas(obj, &now, now | SEM_WAITERS);
			if (ret < 0)
				return ret;
			if (ret == 0)
				continue;
		}
		ret = umtx_sleep(t, count, SEM_WAITERS, d);
	}
	return ret;
}

static int64_t sem2_wake(struct task *t, gaddr obj)
{
	uint32_t *count = umtx_word(obj);

	if (!count)
		return -EFAULT;
	return umtx_wake(count, 1) > 0 ? 0 : change_bits(t, obj, 0, SEM_WAITERS);
}

/* The same before FreeBSD 11: a word "has waiters", then the count. */
static int64_t sem_wait(struct task *t, gaddr obj, const struct deadline *d)
{
	uint32_t *count = umtx_word(obj + 4), now;

	if (!count || guest_put32(t, obj, 1) || guest_get32(t, &now, obj + 4))
		return -EFAULT;
	return now ? 0 : umtx_sleep(t, count, 0, d);
}

static int64_t sem_wake(struct task *t, gaddr obj)
{
	uint32_t *count = umtx_word(obj + 4);

	if (!count)
		return -EFAULT;
	return umtx_wake(count, 1) == 0 ? guest_put32(t, obj, 0) : 0;
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
		word = umtx_word(obj);
		if (!word)
			return -EFAULT;
		umtx_wake(word, val);
		return 0;
	case OP_NWAKE_PRIVATE:
		return wake_many(t, obj, val);
	case OP_MUTEX_TRYLOCK:
		return umtx_mutex_lock(t, obj, true, true, &d);
	case OP_MUTEX_LOCK:
		return umtx_mutex_lock(t, obj, false, true, &d);
	case OP_MUTEX_WAIT:
		return umtx_mutex_lock(t, obj, false, false, &d);
	case OP_MUTEX_UNLOCK:
		return umtx_mutex_unlock(t, obj);
	case OP_MUTEX_WAKE:
	case OP_MUTEX_WAKE2:
		return umtx_mutex_wake(t, obj);
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
		return sem_wake(t, obj);
	case OP_SEM2_WAIT:
		return sem2_wait(t, obj, &d);
	case OP_SEM2_WAKE:
		return sem2_wake(t, obj);
	case OP_SET_CEILING:
		return umtx_set_ceiling(t, obj, (uint32_t)val, uaddr1);
	case OP_ROBUST_LISTS:
		return umtx_set_robust_lists(t, val, uaddr1);
	case OP_SHM:
		return umtx_shm(val, uaddr1);
	default:
		return -EINVAL;
	}
}
