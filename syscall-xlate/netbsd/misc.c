/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misc.c - calls whose numbers or words only NetBSD has.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/ksem.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

/* ---- waiting ------------------------------------------------------------------- */

/* To the shared handlers' (FreeBSD's) numbers. */
static const struct flag_pair wait_flags[] = {
	{ 0x1, 1 /* NOHANG */ },     { 0x2, 2 /* UNTRACED */ },
	{ 0x10, 4 /* CONTINUED */ }, { 0x10000, 8 /* NOWAIT */ },
	{ 0x20, 16 /* EXITED */ },   { 0x40, 32 /* TRAPPED */ },
	{ 0x4, 0 /* ALTSIG */ },     { 0x8, 0 /* ALLSIG */ },
};

int64_t netbsd_wait450(struct task *t, int32_t pid, gaddr status,
		       int32_t options, gaddr rusage)
{
	uint32_t bits;

	if (flags_to_host(wait_flags, COUNT_OF(wait_flags), (uint32_t)options,
			  &bits))
		return -EINVAL;
	return bsd_wait4(t, pid, status, (int32_t)bits, rusage);
}

int64_t netbsd_wait6(struct task *t, int32_t idtype, int64_t id, gaddr status,
		     int32_t options, gaddr wrusage, gaddr info)
{
	/* P_ALL, P_PID, P_LWPID, P_PPID, P_PGID */
	static const int32_t kinds[] = { 7, 0, -1, 1, 2 };
	uint32_t bits;

	if (idtype < 0 || (unsigned)idtype >= COUNT_OF(kinds) ||
	    kinds[idtype] < 0 ||
	    flags_to_host(wait_flags, COUNT_OF(wait_flags), (uint32_t)options,
			  &bits))
		return -EINVAL;
	/* siginfo is laid out in another way here. */
	if (info)
		return -EOPNOTSUPP;
	return bsd_wait6(t, kinds[idtype], id, status, (int32_t)bits, wrusage,
			 0);
}

/* ---- sockets -------------------------------------------------------------------- */

int64_t netbsd_paccept(struct task *t, int s, gaddr name, gaddr len, gaddr mask,
		       uint32_t flags)
{
	struct bsd_thread *th = bsd_thread(t);
	struct bsd_sigset set;
	int64_t ret;

	if (mask) {
		if (guest_read(t, &set, mask, sizeof set))
			return -EFAULT;
		th->saved_mask = th->mask;
		bsd_set_mask(th, &set);
	}
	ret = bsd_accept4(t, s, name, len, flags);
	if (mask && t->pending)
		th->restore_mask = true; /* after the handler has its frame */
	else if (mask)
		bsd_set_mask(th, &th->saved_mask);
	return ret;
}

/* ---- timers ------------------------------------------------------------------------ */

struct nb_sigevent {
	int32_t notify, signo;
	uint64_t value;
	gaddr function, attributes;
};

int64_t netbsd_timer_create(struct task *t, uint32_t clock, gaddr evp,
			    gaddr timerid)
{
	struct nb_sigevent ev = { .notify = 1, .signo = 14 };

	if (evp && guest_read(t, &ev, evp, sizeof ev))
		return -EFAULT;
	/* SIGEV_THREAD is libc's, and not the kernel's. */
	if (ev.notify > 1)
		return -EINVAL;
	return bsd_timer_new(t, clock, ev.notify, ev.signo, ev.value, 0,
			     timerid);
}

/* ---- processors ------------------------------------------------------------------------ */

int64_t netbsd_sched_getaffinity(struct task *t, int32_t pid, int32_t lwp,
				 uint64_t size, gaddr set)
{
	uint8_t g[128] = { 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (size > sizeof g || size < 4)
		return -EINVAL;
	if (sched_getaffinity(lwp ? lwp : pid, sizeof cpus, &cpus))
		return -errno;
	memcpy(g, &cpus, sizeof g);
	return guest_write(t, set, g, size);
}

int64_t netbsd_sched_setaffinity(struct task *t, int32_t pid, int32_t lwp,
				 uint64_t size, gaddr set)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (size > sizeof cpus)
		return -EINVAL;
	if (guest_read(t, &cpus, set, size))
		return -EFAULT;
	return bsd_ret(sched_setaffinity(lwp ? lwp : pid, sizeof cpus, &cpus));
}

int64_t netbsd_getrandom(struct task *t, gaddr buf, uint64_t n, uint32_t flags)
{
	/* INSECURE 1, RANDOM 2, NONBLOCK 4 */
	if (flags & ~7u)
		return -EINVAL;
	return bsd_random(t, buf, n,
			  (flags & 4 ? GRND_NONBLOCK : 0) |
				  (flags & 2 ? GRND_RANDOM : 0));
}

/* ---- several messages at once --------------------------------------------------- */

/* struct mmsghdr: a struct msghdr, and how long the message was. */
enum { MMSG_SIZE = 56, MMSG_LEN = 48, MMSG_MAX = 1024 };

/* What has been done counts; an error is told by the next call. */
static int64_t messages(struct task *t, int s, gaddr at, uint32_t n,
			int32_t flags, const struct timespec *end,
			int64_t (*one)(struct task *t, int s, gaddr msg,
				       int32_t flags))
{
	int64_t done = 0;
	struct timespec now;

	for (n = MIN(n, (uint32_t)MMSG_MAX); done < n; done++, at += MMSG_SIZE) {
		int64_t ret = one(t, s, at, flags);

		if (ret < 0) {
			/* To be made again only if nothing has been done. */
			if (done)
				bsd_thread(t)->restarting = false;
			return done ? done : ret;
		}
		if (guest_put32(t, at + MMSG_LEN, (uint32_t)ret))
			return done ? done : -EFAULT;
		if (!end)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end->tv_sec ||
		    (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec))
			return done + 1;
	}
	return done;
}

int64_t netbsd_sendmmsg(struct task *t, int s, gaddr mmsg, uint32_t n,
			int32_t flags)
{
	return messages(t, s, mmsg, n, flags, NULL, bsd_sendmsg);
}

/* Time is looked at behind each message, as on NetBSD. */
int64_t netbsd_recvmmsg(struct task *t, int s, gaddr mmsg, uint32_t n,
			int32_t flags, gaddr timeout)
{
	struct timespec end, now;
	int64_t ret = timeout ? bsd_get_timespec(t, timeout, &end) : 0;

	if (ret)
		return ret;
	if (timeout) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		end.tv_nsec += now.tv_nsec;
		now.tv_sec += end.tv_nsec / 1000000000;
		if (__builtin_add_overflow(end.tv_sec, now.tv_sec, &end.tv_sec))
			end.tv_sec = INT64_MAX;
		end.tv_nsec %= 1000000000;
	}
	return messages(t, s, mmsg, n, flags, timeout ? &end : NULL,
			bsd_recvmsg);
}

/* ---- semaphores ------------------------------------------------------------------ */

int64_t netbsd_ksem_init(struct task *t, uint32_t value, gaddr id_at)
{
	return ksem_init(t, value, id_at);
}

int64_t netbsd_ksem_open(struct task *t, gaddr name, uint32_t flags,
			 uint32_t mode, uint32_t value, gaddr id_at)
{
	return ksem_open(t, name, flags, mode, value, id_at);
}
