/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kevent.c - NetBSD's struct kevent.
 * Source: NetBSD's sys/event.h, kqueue(2).
 */
#include <errno.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/bsd/kqueue.h"
#include "syscall-xlate/netbsd/calls.h"

struct nb_kevent {
	uint64_t ident;
	uint32_t filter, flags, fflags, pad;
	int64_t data;
	gaddr udata;
};
_Static_assert(sizeof(struct nb_kevent) == 40, "sys/event.h");

static const uint8_t filters[] = {
	KQ_READ, KQ_WRITE, KQ_NONE /* AIO: nor there */, KQ_VNODE, KQ_PROC, KQ_SIGNAL,
	KQ_TIMER, KQ_FS, KQ_USER, KQ_EMPTY,
};

static int get(const void *from, struct kq_event *ev)
{
	enum { LOWAT = 1, UNIT = 0xf, ABSTIME = 0x10 };
	/* NOTE_MSECONDS, SECONDS, USECONDS, NSECONDS */
	static const int64_t units[] = { 1000000, 1000000000, 1000, 1 };
	struct nb_kevent k;

	memcpy(&k, from, sizeof k);
	*ev = (struct kq_event){
		.ident = k.ident, .flags = k.flags, .fflags = k.fflags,
		.data = k.data, .udata = k.udata,
		.filter = k.filter < COUNT_OF(filters) ? filters[k.filter] :
							 KQ_NONE,
	};
	if (ev->filter == KQ_READ || ev->filter == KQ_WRITE)
		ev->fflags &= LOWAT; /* there are no more */
	if (ev->filter == KQ_TIMER) {
		if ((k.fflags & UNIT) >= COUNT_OF(units) ||
		    k.fflags & ~(uint32_t)(UNIT | ABSTIME))
			return -EINVAL;
		ev->unit = units[k.fflags & UNIT];
		ev->absolute = k.fflags & ABSTIME;
	}
	return 0;
}

static void put(void *to, const struct kq_event *ev)
{
	struct nb_kevent k = {
		.ident = ev->ident, .flags = ev->flags, .fflags = ev->fflags,
		.data = ev->data, .udata = ev->udata,
	};

	for (uint32_t i = 0; i < COUNT_OF(filters); i++)
		if (filters[i] == ev->filter && ev->filter != KQ_NONE)
			k.filter = i;
	memcpy(to, &k, sizeof k);
}

static const struct kq_layout layout = { sizeof(struct nb_kevent), get, put };

int64_t netbsd_kevent50(struct task *t, int fd, gaddr changes,
			uint64_t nchanges, gaddr events, uint64_t nevents,
			gaddr timeout)
{
	if (nchanges > INT32_MAX || nevents > INT32_MAX)
		return -EINVAL;
	return kqueue_kevent(t, fd, changes, nchanges, events, nevents, timeout,
			     &layout);
}

int64_t netbsd_kqueue1(struct task *t, uint32_t flags)
{
	/* O_CLOEXEC, O_NONBLOCK, O_NOSIGPIPE */
	return flags & ~0x1400004u ? -EINVAL : kqueue_new(0);
}
