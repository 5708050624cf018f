/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * poll.c - poll(2), select(2) and their relatives with signal masks.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* 1 IN, 2 PRI, 4 OUT, 8 ERR, 0x10 HUP, 0x20 NVAL, 0x40 RDNORM are alike. */
enum { G_RDBAND = 0x80, G_WRBAND = 0x100, G_RDHUP = 0x4000, SAME = 0x7f };

static short events_in(short g)
{
	return (short)((g & SAME) | (g & G_RDBAND ? POLLRDBAND : 0) |
		       (g & G_WRBAND ? POLLWRBAND : 0) |
		       (g & G_RDHUP ? POLLRDHUP : 0));
}

static short events_out(short h)
{
	return (short)((h & SAME) | (h & POLLRDBAND ? G_RDBAND : 0) |
		       (h & POLLWRBAND ? G_WRBAND : 0) |
		       (h & POLLWRNORM ? 4 : 0) |
		       (h & POLLRDHUP ? G_RDHUP : 0));
}

/* The thread's mask while it waits. */
static int with_mask(struct task *t, gaddr at, sigset_t *host, bool *any)
{
	struct bsd_sigset mask;

	*any = at != 0;
	if (!at)
		return 0;
	if (guest_read(t, &mask, at, sizeof mask))
		return -EFAULT;
	bsd_mask_to_host(&mask, host);
	return 0;
}

static int64_t wait_fds(struct task *t, struct pollfd *p, uint32_t n,
			struct timespec *ts, gaddr mask)
{
	sigset_t host;
	bool any;
	int ret = with_mask(t, mask, &host, &any);

	if (ret)
		return ret;
	return bsd_call(t, SYS_ppoll, p, n, ts, any ? &host : NULL, 8, 0);
}

static int64_t do_poll(struct task *t, gaddr fds, uint32_t n,
		       struct timespec *ts, gaddr mask)
{
	struct pollfd few[32], *p = few;
	int64_t ret = 0;

	if (n > 65536)
		return -EINVAL;
	if (n > COUNT_OF(few)) {
		p = malloc(n * sizeof *p);
		if (!p)
			return -ENOMEM;
	}
	if (guest_read(t, p, fds, n * sizeof *p))
		ret = -EFAULT;
	for (uint32_t i = 0; i < n && !ret; i++)
		p[i].events = events_in(p[i].events);
	if (!ret)
		ret = wait_fds(t, p, n, ts, mask);
	if (ret >= 0)
		for (uint32_t i = 0; i < n; i++) {
			int16_t out = events_out(p[i].revents);

			if (guest_write(t, fds + i * sizeof *p + 6, &out, 2))
				ret = -EFAULT;
		}
	if (p != few)
		free(p);
	return ret;
}

int64_t bsd_poll(struct task *t, gaddr fds, uint32_t n, int32_t timeout)
{
	struct timespec ts = { timeout / 1000, timeout % 1000 * 1000000l };

	return do_poll(t, fds, n, timeout < 0 ? NULL : &ts, 0);
}

int64_t bsd_ppoll(struct task *t, gaddr fds, uint32_t n, gaddr timeout,
		  gaddr mask)
{
	struct timespec ts;
	int ret = timeout ? bsd_get_timespec(t, timeout, &ts) : 0;

	return ret ? ret : do_poll(t, fds, n, timeout ? &ts : NULL, mask);
}

/* ---- select ------------------------------------------------------------------ */

/*
 * By poll: it has no limit of 1024 descriptors, and BSD's sets (words of 32 or
 * 64 bits, little-endian) are strings of bytes all the same.
 */
enum { SELECT_MAX = 65536, READ_EVENTS = POLLIN | POLLHUP | POLLERR,
       WRITE_EVENTS = POLLOUT | POLLERR, EXCEPT_EVENTS = POLLPRI };

static const short wanted[3] = { POLLIN, POLLOUT, POLLPRI };
static const short gives[3] = { READ_EVENTS, WRITE_EVENTS, EXCEPT_EVENTS };

static int64_t do_select(struct task *t, int32_t nd, const gaddr set[3],
			 struct timespec *ts, gaddr mask)
{
	size_t bytes = ((size_t)MAX(nd, 0) + 31) / 32 * 4;
	uint8_t *bits[3];
	struct pollfd *p;
	uint32_t n = 0;
	int64_t ret = 0, hits = 0;

	if (nd < 0 || nd > SELECT_MAX)
		return -EINVAL;
	p = calloc(1, (size_t)nd * sizeof *p + 3 * bytes + 1);
	if (!p)
		return -ENOMEM;
	for (unsigned s = 0; s < 3; s++) {
		bits[s] = (uint8_t *)(p + nd) + s * bytes;
		if (set[s] && guest_read(t, bits[s], set[s], bytes))
			ret = -EFAULT;
	}
	for (int fd = 0; fd < nd && !ret; fd++) {
		short events = 0;

		for (unsigned s = 0; s < 3; s++)
			if (bits[s][fd / 8] >> (fd % 8) & 1)
				events |= wanted[s];
		if (events)
			p[n++] = (struct pollfd){ fd, events, 0 };
	}
	if (!ret)
		ret = wait_fds(t, p, n, ts, mask);
	if (ret >= 0) {
		for (uint32_t i = 0; i < n; i++)
			if (p[i].revents & POLLNVAL)
				ret = -EBADF;
	}
	if (ret >= 0) {
		memset(bits[0], 0, 3 * bytes);
		for (uint32_t i = 0; i < n; i++)
			for (unsigned s = 0; s < 3; s++)
				if (p[i].events & wanted[s] &&
				    p[i].revents & gives[s]) {
					bits[s][p[i].fd / 8] |=
						(uint8_t)(1 << p[i].fd % 8);
					hits++;
				}
		ret = hits;
		for (unsigned s = 0; s < 3; s++)
			if (set[s] && guest_write(t, set[s], bits[s], bytes))
				ret = -EFAULT;
	}
	free(p);
	return ret;
}

int64_t bsd_select(struct task *t, int32_t nd, gaddr in, gaddr ou, gaddr ex,
		   gaddr tv)
{
	struct timespec ts;
	int ret = tv ? bsd_get_timeval(t, tv, &ts) : 0;

	if (ret)
		return ret;
	return do_select(t, nd, (gaddr[]){ in, ou, ex }, tv ? &ts : NULL, 0);
}

int64_t bsd_pselect(struct task *t, int32_t nd, gaddr in, gaddr ou, gaddr ex,
		    gaddr timeout, gaddr mask)
{
	struct timespec ts;
	int ret = timeout ? bsd_get_timespec(t, timeout, &ts) : 0;

	if (ret)
		return ret;
	return do_select(t, nd, (gaddr[]){ in, ou, ex }, timeout ? &ts : NULL,
			 mask);
}
