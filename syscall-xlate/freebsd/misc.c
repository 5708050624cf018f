/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misc.c - small calls that only FreeBSD has.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/table.h"
#include "syscall-xlate/bsd/kqueue.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

int64_t freebsd_ktimer_create(struct task *t, uint32_t clock, gaddr evp,
			      gaddr timerid)
{
	/* Without one: SIGALRM, with the timer's number. */
	struct fb_sigevent ev = { .notify = 1, .signo = 14 };

	if (evp && guest_read(t, &ev, evp, sizeof ev))
		return -EFAULT;
	return bsd_timer_new(t, clock, ev.notify, ev.signo, ev.value, ev.u.tid,
			     timerid);
}

int64_t freebsd_specialfd(struct task *t, int32_t type, gaddr req, uint64_t len)
{
	enum { EVENTFD = 1, SEMAPHORE = 1 };
	struct { uint32_t value, flags; } r;

	if (type != EVENTFD || len != sizeof r)
		return -EINVAL;
	if (guest_read(t, &r, req, sizeof r))
		return -EFAULT;
	return bsd_eventfd_new(r.value, r.flags, SEMAPHORE);
}

int64_t freebsd_kqueuex(struct task *t, uint32_t flags)
{
	return flags & ~1u ? -EINVAL : kqueue_new(0);
}

/*
 * What is copied or made anew is each said; what is not said is shared, which a
 * process of its own cannot do here.
 */
int64_t freebsd_rfork(struct task *t, uint32_t flags)
{
	enum {
		FDG = 0x4, PROC = 0x10, MEM = 0x20, NOWAIT = 0x40, CFDG = 0x1000,
		THREAD = 0x2000, SIGSHARE = 0x4000, LINUXTHPN = 0x10000,
		TSIGZMB = 0x80000, TSIGMASK = 0xff << 20,
		KNOWN = FDG | PROC | MEM | NOWAIT | CFDG | THREAD | SIGSHARE |
			LINUXTHPN | TSIGZMB | TSIGMASK,
	};
	const uint32_t spawn = 1u << 31;
	int64_t ret;

	if (flags == spawn)
		return bsd_spawn(t);
	if (flags & ~(uint32_t)KNOWN || (flags & (FDG | CFDG)) == (FDG | CFDG) ||
	    (flags & THREAD && (flags & (SIGSHARE | MEM)) != (SIGSHARE | MEM)))
		return -EINVAL;
	if (!(flags & PROC)) {
		/* The caller itself: its descriptors are its own already. */
		if (flags & ~(uint32_t)(FDG | CFDG))
			return -EINVAL;
		return flags & CFDG ? bsd_closefrom(t, 0) : 0;
	}
	if (flags & ~(uint32_t)(FDG | CFDG | PROC) || !(flags & (FDG | CFDG)))
		return -EOPNOTSUPP;
	ret = bsd_fork(t);
	if (ret == 0 && flags & CFDG)
		bsd_closefrom(t, 0);
	return ret;
}

int64_t freebsd_connectat(struct task *t, int dir, int s, gaddr name,
			  int32_t len)
{
	return dir == AT_FDCWD ? bsd_connect(t, s, name, len) : -EOPNOTSUPP;
}

int64_t freebsd_bindat(struct task *t, int dir, int s, gaddr name, int32_t len)
{
	return dir == AT_FDCWD ? bsd_bind(t, s, name, len) : -EOPNOTSUPP;
}

int64_t freebsd_lchflags(struct task *t, gaddr path, uint64_t flags)
{
	return bsd_chflags(t, path, flags);
}

int64_t freebsd_posix_openpt(struct task *t, uint32_t flags)
{
	int host = (int)(flags & 3) | (flags & 0x8000 ? O_NOCTTY : 0) |
		   (flags & 0x100000 ? O_CLOEXEC : 0);
	int fd = posix_openpt(host), code;

	if (fd < 0)
		return -errno;
	/* unlockpt(3) is no system call there. */
	if (unlockpt(fd) == 0)
		return fd;
	code = errno;
	close(fd);
	return -code;
}

/* Headers, a part of the file, trailers. */
int64_t freebsd_sendfile(struct task *t, int fd, int s, int64_t off,
			 uint64_t n, gaddr hdtr, gaddr sbytes, int32_t flags)
{
	struct {
		gaddr headers;
		int32_t nheaders, pad1;
		gaddr trailers;
		int32_t ntrailers, pad2;
	} h = { 0 };
	uint64_t sent = 0;
	int64_t ret = 0;

	if (hdtr && guest_read(t, &h, hdtr, sizeof h))
		return -EFAULT;
	if (off < 0)
		return -EINVAL;
	if (h.headers && h.nheaders) {
		ret = bsd_writev(t, s, h.headers, (uint32_t)h.nheaders);
		if (ret > 0)
			sent += (uint64_t)ret;
	}
	while (ret >= 0) {
		uint64_t want = n ? n : 0x7ffff000;

		ret = bsd_call(t, SYS_sendfile, s, fd, &off, want, 0, 0);
		if (ret <= 0)
			break;
		sent += (uint64_t)ret;
		if (n && (n -= (uint64_t)ret) == 0)
			break;
	}
	if (ret >= 0 && h.trailers && h.ntrailers) {
		ret = bsd_writev(t, s, h.trailers, (uint32_t)h.ntrailers);
		if (ret > 0)
			sent += (uint64_t)ret;
	}
	if (sbytes && guest_put64(t, sbytes, sent))
		return -EFAULT;
	return ret < 0 ? ret : 0;
}

int64_t freebsd_membarrier(struct task *t, int32_t cmd, uint32_t flags,
			   int32_t cpu)
{
	/* The commands have Linux's numbers. */
	return bsd_ret(syscall(SYS_membarrier, cmd, flags, cpu));
}

int64_t freebsd_procctl(struct task *t, int32_t idtype, int64_t id,
			int32_t com, gaddr data)
{
	enum { PDEATHSIG_CTL = 11, PDEATHSIG_STATUS = 12,
	       NO_NEW_PRIVS_CTL = 20 };
	int32_t v = 0;
	int host = 0;

	if (idtype != 0 || (id != 0 && id != getpid()))
		return -EINVAL;
	switch (com) {
	case PDEATHSIG_CTL:
		if (guest_read(t, &v, data, sizeof v))
			return -EFAULT;
		if (v && !bsd_sig_to_host(v))
			return -EINVAL;
		return bsd_ret(prctl(PR_SET_PDEATHSIG, bsd_sig_to_host(v)));
	case PDEATHSIG_STATUS:
		prctl(PR_GET_PDEATHSIG, &host);
		v = bsd_sig_from_host(host);
		return guest_write(t, data, &v, sizeof v);
	case NO_NEW_PRIVS_CTL:
		return bsd_ret(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	default:
		return -EINVAL;
	}
}

/* Version 1 by its own account, but of random bits: nobody can tell. */
int64_t freebsd_uuidgen(struct task *t, gaddr store, int32_t count)
{
	if (count < 1 || count > 2048)
		return -EINVAL;
	for (int32_t i = 0; i < count; i++) {
		uint8_t u[16];

		random_fill(u, sizeof u);
		u[7] = (uint8_t)((u[7] & 0x0f) | 0x40); /* little-endian */
		u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
		if (guest_write(t, store + (gaddr)i * 16, u, sizeof u))
			return -EFAULT;
	}
	return 0;
}

int64_t freebsd_sched_getparam(struct task *t, int32_t pid, gaddr param)
{
	struct sched_param p;

	if (sched_getparam(pid, &p))
		return -errno;
	return guest_write(t, param, &p.sched_priority, 4);
}

/* FIFO 1, OTHER 2, RR 3; Linux: OTHER 0, FIFO 1, RR 2. */
int64_t freebsd_sched_getscheduler(struct task *t, int32_t pid)
{
	int host = sched_getscheduler(pid);

	return host < 0 ? -errno :
	       host == SCHED_FIFO ? 1 :
	       host == SCHED_RR	  ? 3 :
				    2;
}

int64_t freebsd_sched_rr_get_interval(struct task *t, int32_t pid,
				      gaddr interval)
{
	struct timespec ts;

	if (sched_rr_get_interval(pid, &ts))
		return -errno;
	return bsd_put_timespec(t, interval, &ts);
}

