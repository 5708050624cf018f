/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kqueue.h - kqueue(2) for both systems, whose struct kevent differs. */
#ifndef RF_BSD_KQUEUE_H
#define RF_BSD_KQUEUE_H

#include "syscall-xlate/bsd/bsd.h"

/* Up to KQ_VNODE the ident is a descriptor. */
enum kq_filter {
	KQ_NONE, KQ_READ, KQ_WRITE, KQ_EMPTY, KQ_PROCDESC, KQ_VNODE, KQ_PROC,
	KQ_SIGNAL, KQ_TIMER, KQ_USER, KQ_FS,
	KQ_AIO, KQ_LIO, /* not to be added by the program: kqueue_announce() */
};

enum {
	EV_ADD = 1, EV_DELETE = 2, EV_ENABLE = 4, EV_DISABLE = 8,
	EV_ONESHOT = 0x10, EV_CLEAR = 0x20, EV_RECEIPT = 0x40,
	EV_DISPATCH = 0x80, EV_KEEPUDATA = 0x200, EV_ERROR = 0x4000,
	EV_EOF = 0x8000,
};

/* One change or event, in neither system's layout. */
struct kq_event {
	uint64_t ident;
	enum kq_filter filter;
	uint32_t flags, fflags;
	int64_t data;
	gaddr udata;
	/* KQ_TIMER: the unit of data in nanoseconds; absolute */
	int64_t unit;
	bool absolute;
	bool ours; /* not a program's change */
	uint64_t ext[4]; /* FreeBSD: passed back as it is */
};

/* How a system lays it out.  Both return 0 or -errno. */
struct kq_layout {
	size_t size;
	int (*get)(const void *from, struct kq_event *ev);
	void (*put)(void *to, const struct kq_event *ev);
};

int64_t kqueue_new(int flags); /* O_CLOEXEC is always set */
int64_t kqueue_kevent(struct task *t, int fd, gaddr changes, uint64_t nchanges,
		      gaddr events, uint64_t nevents, gaddr timeout,
		      const struct kq_layout *layout);
/* A signal has come.  Signal context. */
void kqueue_signal(int sig);

/* The queue of a descriptor, or NULL.  kq_put() it. */
struct kq;
struct kq *kq_find(int fd);
void kq_put(struct kq *q);
/*
 * An event that we shall post ourselves: kqueue_post() does, with an error of the
 * host's or 0, unless the program has deleted it; kqueue_unpost() takes it back.
 * 0 or -errno.
 */
int kqueue_announce(struct kq *q, const struct kq_event *ev);
void kqueue_post(struct kq *q, enum kq_filter filter, uint64_t ident,
		 int64_t error);
void kqueue_unpost(struct kq *q, enum kq_filter filter, uint64_t ident);

#endif
