/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * park.c - _lwp_park(2): a thread sleeps until another says its name.
 * An unpark that comes first is kept, one of it.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

enum { AWAKE, SLEEPS, TOKEN };

void netbsd_unpark(struct bsd_thread *th)
{
	if (atomic_exchange(&th->park, TOKEN) == SLEEPS)
		syscall(SYS_futex, &th->park, FUTEX_WAKE_PRIVATE, 1, NULL, NULL,
			0);
}

int64_t netbsd_lwp_unpark(struct task *t, int32_t id, gaddr hint)
{
	struct bsd_thread *th = bsd_threads_find(id);

	if (th)
		netbsd_unpark(th);
	bsd_threads_unlock();
	return th ? 0 : -ESRCH;
}

int64_t netbsd_lwp_unpark_all(struct task *t, gaddr targets, uint64_t n,
			      gaddr hint)
{
	enum { MOST = 1024 };

	/* Asking how many are taken at once. */
	if (!targets)
		return MOST;
	if (n > MOST)
		return -EINVAL;
	for (uint64_t i = 0; i < n; i++) {
		uint32_t id;

		if (guest_get32(t, &id, targets + 4 * i))
			return -EFAULT;
		netbsd_lwp_unpark(t, (int32_t)id, hint);
	}
	return 0;
}

/* clock and ts: when to give up; ts NULL: never. */
static int64_t park(struct task *t, int clock, const struct timespec *end)
{
	struct bsd_thread *th = bsd_thread(t);
	uint32_t was = AWAKE;
	int64_t ret = 0;

	if (!atomic_compare_exchange_strong(&th->park, &was, SLEEPS)) {
		atomic_store(&th->park, AWAKE);
		return -EALREADY;
	}
	while (atomic_load(&th->park) == SLEEPS && !ret) {
		ret = bsd_call(t, SYS_futex, &th->park,
			       FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG |
				       (clock == CLOCK_REALTIME ?
						FUTEX_CLOCK_REALTIME :
						0),
			       SLEEPS, end, 0, FUTEX_BITSET_MATCH_ANY);
		if (ret == -EAGAIN)
			ret = 0;
	}
	/* Woken and timed out at once counts as woken. */
	if (atomic_exchange(&th->park, AWAKE) == TOKEN)
		ret = 0;
	return ret;
}

int64_t netbsd_lwp_park60(struct task *t, uint32_t id, int32_t flags,
			  gaddr timeout, int32_t unpark, gaddr hint,
			  gaddr unparkhint)
{
	enum { ABSTIME = 1 };
	struct timespec ts, now;
	int clock = bsd_clock(id) == CLOCK_REALTIME ? CLOCK_REALTIME :
						      CLOCK_MONOTONIC;
	int64_t ret;

	if (flags & ~ABSTIME)
		return -EINVAL;
	if (timeout && (ret = bsd_get_timespec(t, timeout, &ts)))
		return ret;
	if (timeout && !(flags & ABSTIME)) {
		clock_gettime(clock, &now);
		ts.tv_nsec += now.tv_nsec;
		ts.tv_sec += now.tv_sec + ts.tv_nsec / 1000000000;
		ts.tv_nsec %= 1000000000;
	}
	if (unpark && (ret = netbsd_lwp_unpark(t, unpark, unparkhint)))
		return ret;
	return park(t, clock, timeout ? &ts : NULL);
}

int64_t netbsd_lwp_park50(struct task *t, gaddr timeout, int32_t unpark,
			  gaddr hint, gaddr unparkhint)
{
	return netbsd_lwp_park60(t, 0, 1, timeout, unpark, hint, unparkhint);
}
