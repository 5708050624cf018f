/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock.c - clocks, sleeping, interval timers.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* FreeBSD's numbers; NetBSD has a subset, but for MONOTONIC. */
int bsd_clock(uint32_t id)
{
	switch (id) {
	case 0:	 /* REALTIME */
	case 9:	 /* REALTIME_PRECISE */
		return CLOCK_REALTIME;
	case 10: /* REALTIME_FAST */
	case 13: /* SECOND */
		return CLOCK_REALTIME_COARSE;
	case 3:	 /* NetBSD's MONOTONIC */
	case 4:	 /* MONOTONIC */
	case 11: /* MONOTONIC_PRECISE */
		return CLOCK_MONOTONIC;
	case 12: /* MONOTONIC_FAST */
		return CLOCK_MONOTONIC_COARSE;
	case 5:	 /* UPTIME */
	case 7:	 /* UPTIME_PRECISE */
		return CLOCK_BOOTTIME;
	case 8: /* UPTIME_FAST */
		return CLOCK_BOOTTIME;
	case 14:	 /* THREAD_CPUTIME_ID */
	case 0x20000000: /* NetBSD's */
		return CLOCK_THREAD_CPUTIME_ID;
	case 15:	 /* PROCESS_CPUTIME_ID */
	case 0x40000000: /* NetBSD's */
	case 2:	 /* PROF */
		return CLOCK_PROCESS_CPUTIME_ID;
	default:
		return -1;
	}
}

int64_t bsd_clock_gettime(struct task *t, uint32_t id, gaddr at)
{
	int clock = bsd_clock(id);
	struct timespec ts;

	if (id == 1) { /* VIRTUAL: user time only */
		struct rusage r;

		getrusage(RUSAGE_SELF, &r);
		ts = (struct timespec){ r.ru_utime.tv_sec,
					r.ru_utime.tv_usec * 1000 };
		return bsd_put_timespec(t, at, &ts);
	}
	if (clock < 0)
		return -EINVAL;
	clock_get(clock, &ts);
	if (id == 13)
		ts.tv_nsec = 0;
	return bsd_put_timespec(t, at, &ts);
}

int64_t bsd_clock_getres(struct task *t, uint32_t id, gaddr at)
{
	int clock = bsd_clock(id);
	struct timespec ts;

	if (clock < 0)
		return -EINVAL;
	clock_getres(clock, &ts);
	if (id == 13)
		ts = (struct timespec){ 1, 0 };
	return at ? bsd_put_timespec(t, at, &ts) : 0;
}

int64_t bsd_clock_settime(struct task *t, uint32_t id, gaddr at)
{
	struct timespec ts;
	int ret = bsd_get_timespec(t, at, &ts);

	if (ret)
		return ret;
	return id == 0 ? bsd_ret(clock_settime(CLOCK_REALTIME, &ts)) : -EINVAL;
}

int64_t bsd_gettimeofday(struct task *t, gaddr tv, gaddr tz)
{
	struct timespec ts;
	struct timeval now;
	const int32_t zone[2] = { 0, 0 };

	clock_get(CLOCK_REALTIME, &ts);
	now = (struct timeval){ ts.tv_sec, ts.tv_nsec / 1000 };
	if (tv && guest_write(t, tv, &now, sizeof now))
		return -EFAULT;
	return tz ? guest_write(t, tz, zone, sizeof zone) : 0;
}

int64_t bsd_settimeofday(struct task *t, gaddr tv, gaddr tz)
{
	struct timespec ts;
	int ret = tv ? bsd_get_timeval(t, tv, &ts) : -EINVAL;

	return ret ? ret : bsd_ret(clock_settime(CLOCK_REALTIME, &ts));
}

/* With clocks of our own (--deterministic): what is left until a point in them. */
static void make_relative(int clock, int *flags, struct timespec *ts)
{
	int64_t ns;

	/* For the host to judge. */
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000 ||
	    ts->tv_sec > INT32_MAX)
		return;
	ns = ts->tv_sec * 1000000000ll + ts->tv_nsec;
	if (*flags & TIMER_ABSTIME) {
		ns = MAX(ns - clock_peek(clock), 0);
		*ts = (struct timespec){ ns / 1000000000, ns % 1000000000 };
		*flags &= ~TIMER_ABSTIME;
	}
	clock_will_wait(ns);
}

static int64_t sleep_on(struct task *t, int clock, int flags, gaddr want,
			gaddr left)
{
	struct timespec ts, rest = { 0, 0 };
	int64_t ret = bsd_get_timespec(t, want, &ts);

	if (ret)
		return ret;
	if (clock_is_fixed())
		make_relative(clock, &flags, &ts);
	ret = bsd_call(t, SYS_clock_nanosleep, clock, flags, &ts, &rest, 0, 0);
	if (ret == -EINTR && left && !flags) {
		/* Stopped before it began: all of it is left. */
		if (!rest.tv_sec && !rest.tv_nsec)
			rest = ts;
		if (bsd_put_timespec(t, left, &rest))
			return -EFAULT;
	}
	if (!ret)
		clock_timed_out();
	return ret;
}

int64_t bsd_nanosleep(struct task *t, gaddr want, gaddr left)
{
	return sleep_on(t, CLOCK_MONOTONIC, 0, want, left);
}

/* Its result is the errno itself. */
int64_t bsd_clock_nanosleep(struct task *t, uint32_t id, int32_t flags,
			    gaddr want, gaddr left)
{
	int clock = bsd_clock(id);
	int64_t ret;

	if (clock == CLOCK_REALTIME_COARSE)
		clock = CLOCK_REALTIME;
	if (clock == CLOCK_MONOTONIC_COARSE)
		clock = CLOCK_MONOTONIC;
	if (clock < 0 || flags & ~1)
		return 22; /* EINVAL */
	ret = sleep_on(t, clock, flags & 1 ? TIMER_ABSTIME : 0, want, left);
	return ret == -EINTR ? 4 : ret == -EFAULT ? 14 : ret < 0 ? 22 : 0;
}

/* REAL 0, VIRTUAL 1, PROF 2; the signals are the host's, translated. */
int64_t bsd_setitimer(struct task *t, int32_t which, gaddr value, gaddr old)
{
	struct itimerval set = { 0 }, was;

	if (value && guest_read(t, &set, value, sizeof set))
		return -EFAULT;
	/* NetBSD's microseconds have 32 bits, and padding behind them. */
	set.it_interval.tv_usec = (int32_t)set.it_interval.tv_usec;
	set.it_value.tv_usec = (int32_t)set.it_value.tv_usec;
	if (!value && !old)
		return 0;
	if (value ? setitimer(which, &set, &was) : getitimer(which, &was))
		return -errno;
	return old ? guest_write(t, old, &was, sizeof was) : 0;
}

int64_t bsd_getitimer(struct task *t, int32_t which, gaddr value)
{
	struct itimerval was;

	if (getitimer(which, &was))
		return -errno;
	return guest_write(t, value, &was, sizeof was);
}

int64_t bsd_adjtime(struct task *t, gaddr delta, gaddr old)
{
	struct timeval d, was;

	if (delta && guest_read(t, &d, delta, sizeof d))
		return -EFAULT;
	if (adjtime(delta ? &d : NULL, &was))
		return -errno;
	return old ? guest_write(t, old, &was, sizeof was) : 0;
}

/* ---- POSIX timers ------------------------------------------------------------------ */

/* Notification: by signal or not at all (FreeBSD also by a thread's). */
int64_t bsd_timer_new(struct task *t, uint32_t id, int notify, int sig,
		      uint64_t value, int32_t tid, gaddr timer_at)
{
	enum { NOTIFY_NONE = 0, NOTIFY_SIGNAL = 1, NOTIFY_THREAD_ID = 4 };
	struct sigevent ev = { 0 };
	int clock = bsd_clock(id), timer;

	if (clock < 0)
		return -EINVAL;
	ev.sigev_value.sival_ptr = (void *)value;
	switch (notify) {
	case NOTIFY_NONE:
		ev.sigev_notify = SIGEV_NONE;
		break;
	case NOTIFY_THREAD_ID:
	case NOTIFY_SIGNAL:
		ev.sigev_signo = bsd_sig_to_host(sig);
		if (!ev.sigev_signo)
			return -EINVAL;
		ev.sigev_notify = notify == NOTIFY_SIGNAL ? SIGEV_SIGNAL :
							    SIGEV_THREAD_ID;
		ev._sigev_un._tid = tid;
		break;
	default:
		return -EINVAL;
	}
	/* The kernel's own number, which is what the guest gets. */
	if (syscall(SYS_timer_create, clock, &ev, &timer))
		return errno == EOPNOTSUPP ? -EINVAL : -errno;
	if (guest_put32(t, timer_at, (uint32_t)timer)) {
		syscall(SYS_timer_delete, timer);
		return -EFAULT;
	}
	return 0;
}

int64_t bsd_timer_delete(struct task *t, int32_t timer)
{
	return bsd_ret(syscall(SYS_timer_delete, timer));
}

int64_t bsd_timer_settime(struct task *t, int32_t timer, int32_t flags,
			  gaddr value, gaddr old)
{
	struct itimerspec set, was;

	if (flags & ~1)
		return -EINVAL;
	if (guest_read(t, &set, value, sizeof set))
		return -EFAULT;
	if (syscall(SYS_timer_settime, timer, flags, &set, &was))
		return -errno;
	return old ? guest_write(t, old, &was, sizeof was) : 0;
}

int64_t bsd_timer_gettime(struct task *t, int32_t timer, gaddr value)
{
	struct itimerspec was;

	if (syscall(SYS_timer_gettime, timer, &was))
		return -errno;
	return guest_write(t, value, &was, sizeof was);
}

int64_t bsd_timer_getoverrun(struct task *t, int32_t timer)
{
	return bsd_ret(syscall(SYS_timer_getoverrun, timer));
}
