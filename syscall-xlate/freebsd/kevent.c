/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kevent.c - FreeBSD's struct kevent, of FreeBSD 12 and before.
 * Source: FreeBSD's sys/event.h, kqueue(2).
 */
#include <errno.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/bsd/kqueue.h"
#include "syscall-xlate/freebsd/calls.h"

struct fb_kevent {
	uint64_t ident;
	int16_t filter;
	uint16_t flags;
	uint32_t fflags;
	int64_t data;
	gaddr udata;
	uint64_t ext[4];
};
_Static_assert(sizeof(struct fb_kevent) == 64, "sys/event.h");
enum { OLD_SIZE = 32 }; /* without ext */

/* Filter -1, -2, ... */
static const uint8_t filters[] = {
	KQ_NONE, KQ_READ, KQ_WRITE, KQ_AIO, KQ_VNODE, KQ_PROC, KQ_SIGNAL,
	KQ_TIMER, KQ_PROCDESC, KQ_FS, KQ_LIO, KQ_USER, KQ_NONE /* SENDFILE */, KQ_EMPTY,
};

static int get_old(const void *from, struct kq_event *ev)
{
	enum { SECONDS = 1, MSECONDS = 2, USECONDS = 4, NSECONDS = 8, UNIT = 15,
	       ABSTIME = 16 };
	static const int64_t units[] = {
		[0] = 1000000, [MSECONDS] = 1000000, [SECONDS] = 1000000000,
		[USECONDS] = 1000, [NSECONDS] = 1, [UNIT] = 0,
	};
	struct fb_kevent k;
	int n;

	memcpy(&k, from, OLD_SIZE);
	n = -k.filter;
	*ev = (struct kq_event){
		.ident = k.ident, .flags = k.flags, .fflags = k.fflags,
		.data = k.data, .udata = k.udata,
		.filter = n > 0 && (unsigned)n < COUNT_OF(filters) ?
				  filters[n] :
				  KQ_NONE,
	};
	if (ev->filter == KQ_TIMER) {
		ev->absolute = k.fflags & ABSTIME;
		ev->unit = units[k.fflags & UNIT];
		if (!ev->unit || k.fflags & ~(uint32_t)(UNIT | ABSTIME))
			return -EINVAL;
	}
	return 0;
}

static void put_old(void *to, const struct kq_event *ev)
{
	struct fb_kevent k = {
		.ident = ev->ident, .flags = (uint16_t)ev->flags,
		.fflags = ev->fflags, .data = ev->data, .udata = ev->udata,
	};

	for (unsigned i = 0; i < COUNT_OF(filters); i++)
		if (filters[i] == ev->filter && ev->filter != KQ_NONE)
			k.filter = (int16_t)-(int)i;
	memcpy(to, &k, OLD_SIZE);
}

/* No filter here makes anything of ext. */
static int get(const void *from, struct kq_event *ev)
{
	int ret = get_old(from, ev);

	memcpy(ev->ext, (const char *)from + OLD_SIZE, sizeof ev->ext);
	return ret;
}

static void put(void *to, const struct kq_event *ev)
{
	put_old(to, ev);
	memcpy((char *)to + OLD_SIZE, ev->ext, sizeof ev->ext);
}

static const struct kq_layout layout = { sizeof(struct fb_kevent), get, put };
static const struct kq_layout old_layout = { OLD_SIZE, get_old, put_old };

int64_t freebsd_kevent(struct task *t, int fd, gaddr changes, int32_t nchanges,
		       gaddr events, int32_t nevents, gaddr timeout)
{
	if (nchanges < 0 || nevents < 0)
		return -EINVAL;
	return kqueue_kevent(t, fd, changes, (uint64_t)nchanges, events,
			     (uint64_t)nevents, timeout, &layout);
}

int64_t freebsd_freebsd11_kevent(struct task *t, int fd, gaddr changes,
				 int32_t nchanges, gaddr events,
				 int32_t nevents, gaddr timeout)
{
	if (nchanges < 0 || nevents < 0)
		return -EINVAL;
	return kqueue_kevent(t, fd, changes, (uint64_t)nchanges, events,
			     (uint64_t)nevents, timeout, &old_layout);
}
