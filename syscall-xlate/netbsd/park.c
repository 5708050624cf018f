/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * park.c - _lwp_park(2) and its family.
 */
#include <errno.h>
#include <time.h>

#include "base/table.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

int64_t netbsd_lwp_unpark(struct task *t, int32_t id, gaddr hint)
{
	struct bsd_thread *th = bsd_threads_find(id);

	if (th)
		bsd_unpark(th);
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
	return bsd_park(t, clock, timeout ? &ts : NULL);
}

int64_t netbsd_lwp_park50(struct task *t, gaddr timeout, int32_t unpark,
			  gaddr hint, gaddr unparkhint)
{
	return netbsd_lwp_park60(t, 0, 1, timeout, unpark, hint, unparkhint);
}
