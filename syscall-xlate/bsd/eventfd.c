/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eventfd.c - descriptors of counters and timers, which both systems have from
 * Linux: timerfd_create(2), eventfd(2).
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* What kind of descriptor; the rest of flags is other's business. */
static int kind_of(uint32_t flags, int cloexec, int nonblock)
{
	return (flags & bsd_sys->o_cloexec ? cloexec : 0) |
	       (flags & bsd_sys->o_nonblock ? nonblock : 0);
}

int64_t bsd_eventfd_new(uint32_t value, uint32_t flags, uint32_t semaphore)
{
	if (flags & ~(bsd_sys->o_cloexec | bsd_sys->o_nonblock | semaphore))
		return -EINVAL;
	return bsd_ret(eventfd(value, kind_of(flags, EFD_CLOEXEC, EFD_NONBLOCK) |
					      (flags & semaphore ? EFD_SEMAPHORE :
								   0)));
}

int64_t bsd_timerfd_create(struct task *t, uint32_t clock, uint32_t flags)
{
	int host = bsd_clock(clock);

	/* Those that can be slept on. */
	if (host != CLOCK_REALTIME && host != CLOCK_MONOTONIC &&
	    host != CLOCK_BOOTTIME)
		return -EINVAL;
	if (flags & ~(bsd_sys->o_cloexec | bsd_sys->o_nonblock))
		return -EINVAL;
	return bsd_ret(timerfd_create(host,
				      kind_of(flags, TFD_CLOEXEC, TFD_NONBLOCK)));
}

/* struct itimerspec and the flags are alike everywhere. */
int64_t bsd_timerfd_settime(struct task *t, int fd, uint32_t flags, gaddr value,
			    gaddr old)
{
	enum { ABSTIME = 1, CANCEL_ON_SET = 2 };
	struct itimerspec set, was;

	if (flags & ~(uint32_t)(ABSTIME | CANCEL_ON_SET))
		return -EINVAL;
	if (guest_read(t, &set, value, sizeof set))
		return -EFAULT;
	if (timerfd_settime(fd, (int)flags, &set, &was))
		return -errno;
	return old ? guest_write(t, old, &was, sizeof was) : 0;
}

int64_t bsd_timerfd_gettime(struct task *t, int fd, gaddr value)
{
	struct itimerspec now;

	if (timerfd_gettime(fd, &now))
		return -errno;
	return guest_write(t, value, &now, sizeof now);
}
