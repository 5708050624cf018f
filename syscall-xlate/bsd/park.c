/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * park.c - a thread sleeps until another says its name: NetBSD's _lwp_park(2),
 * FreeBSD's thr_suspend(2).  An unpark that comes first is kept, one of it.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/bsd/bsd.h"

enum { AWAKE, SLEEPS, TOKEN };

void bsd_unpark(struct bsd_thread *th)
{
	if (atomic_exchange(&th->park, TOKEN) == SLEEPS)
		syscall(SYS_futex, &th->park, FUTEX_WAKE_PRIVATE, 1, NULL, NULL,
			0);
}

int64_t bsd_park(struct task *t, int clock, const struct timespec *end)
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
