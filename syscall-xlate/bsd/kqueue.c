/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue.c - kqueue(2) over epoll(7).
 *
 * The guest's descriptor is an epoll instance.  In it are two more, one for
 * reading and one for writing, because a kqueue may watch a descriptor's two
 * sides in different ways and an epoll may not; and timers, counters, process
 * and inotify descriptors, one for each watch of those kinds.
 */
#include "syscall-xlate/bsd/kqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

enum { TAG_READ = 1, TAG_WRITE = 2, TAG_FIRST = 16, BUCKETS = 64,
       FD_BITS = 1 << 16, BATCH = 64 };

enum {
	NOTE_DELETE = 1, NOTE_WRITE = 2, NOTE_EXTEND = 4, NOTE_ATTRIB = 8,
	NOTE_LINK = 0x10, NOTE_RENAME = 0x20, NOTE_OPEN = 0x80,
	NOTE_CLOSE = 0x100, NOTE_CLOSE_WRITE = 0x200, NOTE_READ = 0x400,
};
#define NOTE_EXIT 0x80000000u
#define NOTE_TRIGGER 0x01000000u
#define NOTE_FFCTRLMASK 0xc0000000u
#define NOTE_FFLAGSMASK 0x00ffffffu

struct knote {
	struct kq_event ev; /* as added; flags without the commands */
	uint64_t tag;
	int fd;		    /* of our own, -1: none */
	bool disabled;
	bool always;	    /* a file: epoll will not have it */
	bool reported;	    /* always, with EV_CLEAR */
	bool triggered;	    /* KQ_USER */
	uint32_t seen;	    /* KQ_SIGNAL: arrivals reported */
	struct knote *next;
};

struct kq {
	int fd, read, write;
	pthread_mutex_t lock;
	struct knote *bucket[BUCKETS];
	unsigned nalways;
	uint64_t next_tag;
	struct kq *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kq *queues; /* under lock */
static _Atomic unsigned nqueues;
/* Descriptors that some kqueue may know: closing others is free. */
static _Atomic uint64_t known[FD_BITS / 64];

static struct { _Atomic uint32_t count; _Atomic int fd; } signals[BSD_NSIG + 1];

static void know(int fd)
{
	if (fd < FD_BITS)
		atomic_fetch_or(&known[fd / 64], 1ull << (fd % 64));
}

static struct kq *find_queue(int fd)
{
	struct kq *q;

	pthread_mutex_lock(&lock);
	for (q = queues; q; q = q->next)
		if (q->fd == fd)
			break;
	pthread_mutex_unlock(&lock);
	return q;
}

bool kqueue_is(int fd)
{
	return nqueues && find_queue(fd);
}

static int add(int epoll, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event e = { events, { .u64 = tag } };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

int64_t kqueue_new(int flags)
{
	struct kq *q = calloc(1, sizeof *q);

	if (!q)
		return -ENOMEM;
	q->fd = epoll_create1(EPOLL_CLOEXEC);
	q->read = epoll_create1(EPOLL_CLOEXEC);
	q->write = epoll_create1(EPOLL_CLOEXEC);
	if (q->fd < 0 || q->read < 0 || q->write < 0 ||
	    add(q->fd, q->read, EPOLLIN, TAG_READ) ||
	    add(q->fd, q->write, EPOLLIN, TAG_WRITE)) {
		int code = errno;

		close(q->fd);
		close(q->read);
		close(q->write);
		free(q);
		return -code;
	}
	q->next_tag = TAG_FIRST;
	pthread_mutex_init(&q->lock, NULL);
	pthread_mutex_lock(&lock);
	q->next = queues;
	queues = q;
	pthread_mutex_unlock(&lock);
	nqueues++;
	know(q->fd);
	return q->fd;
}

int64_t bsd_kqueue(struct task *t)
{
	return kqueue_new(0);
}

/* ---- watches --------------------------------------------------------------- */

static struct knote **find(struct kq *q, enum kq_filter filter, uint64_t ident)
{
	struct knote **p = &q->bucket[ident % BUCKETS];

	while (*p && ((*p)->ev.ident != ident || (*p)->ev.filter != filter))
		p = &(*p)->next;
	return p;
}

static struct knote *find_tag(struct kq *q, uint64_t tag)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct knote *k = q->bucket[i]; k; k = k->next)
			if (k->tag == tag)
				return k;
	return NULL;
}

static void drop(struct kq *q, struct knote **p)
{
	struct knote *k = *p;

	*p = k->next;
	if (k->always)
		q->nalways--;
	else if (k->ev.filter == KQ_READ)
		epoll_ctl(q->read, EPOLL_CTL_DEL, (int)k->ev.ident, NULL);
	else if (k->ev.filter == KQ_WRITE)
		epoll_ctl(q->write, EPOLL_CTL_DEL, (int)k->ev.ident, NULL);
	else if (k->ev.filter == KQ_SIGNAL) {
		epoll_ctl(q->fd, EPOLL_CTL_DEL,
			  signals[k->ev.ident].fd, NULL);
		bsd_signal_watch((int)k->ev.ident, -1);
	}
	if (k->fd >= 0)
		close(k->fd);
	free(k);
}

static void free_queue(struct kq *q)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		while (q->bucket[i])
			drop(q, &q->bucket[i]);
	close(q->read);
	close(q->write);
	free(q);
	nqueues--;
}

void kqueue_closed(int fd)
{
	struct kq **p, *dead = NULL;

	if (!nqueues || fd < 0 ||
	    (fd < FD_BITS && !(known[fd / 64] >> (fd % 64) & 1)))
		return;
	if (fd < FD_BITS)
		atomic_fetch_and(&known[fd / 64], ~(1ull << (fd % 64)));
	pthread_mutex_lock(&lock);
	for (p = &queues; *p;) {
		struct kq *q = *p;

		if (q->fd == fd) {
			*p = q->next;
			dead = q;
			continue;
		}
		pthread_mutex_lock(&q->lock);
		for (enum kq_filter f = KQ_READ; f <= KQ_VNODE; f++) {
			struct knote **k = find(q, f, (uint64_t)fd);

			if (*k)
				drop(q, k);
		}
		pthread_mutex_unlock(&q->lock);
		p = &q->next;
	}
	pthread_mutex_unlock(&lock);
	if (dead)
		free_queue(dead);
}

/* A kqueue is not inherited by a child. */
void kqueue_forked(void)
{
	pthread_mutex_init(&lock, NULL);
	for (struct kq *q = queues; q; q = q->next) {
		close(q->read);
		close(q->write);
		for (unsigned i = 0; i < BUCKETS; i++)
			for (struct knote *k = q->bucket[i]; k; k = k->next)
				if (k->fd >= 0)
					close(k->fd);
		close(q->fd);
	}
	queues = NULL; /* the memory is the parent's copy, and small */
	nqueues = 0;
}

void kqueue_signal(int sig)
{
	const uint64_t one = 1;
	int fd = signals[sig].fd;

	signals[sig].count++;
	if (fd > 0 && write(fd, &one, sizeof one) < 0)
		return; /* it is full, and so has been noticed */
}

static int arm_fd(struct kq *q, struct knote *k, bool fresh)
{
	int epoll = k->ev.filter == KQ_READ ? q->read : q->write;
	struct epoll_event e = {
		.events = (k->ev.filter == KQ_READ ? EPOLLIN | EPOLLRDHUP :
						     EPOLLOUT) |
			  (k->ev.flags & EV_CLEAR ? EPOLLET : 0) |
			  (k->ev.flags & (EV_ONESHOT | EV_DISPATCH) ?
				   EPOLLONESHOT :
				   0),
		.data.fd = (int)k->ev.ident,
	};

	if (k->always)
		return 0;
	if (k->disabled)
		e.events = EPOLLONESHOT; /* nothing but errors, once */
	if (epoll_ctl(epoll, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
		      (int)k->ev.ident, &e) == 0)
		return 0;
	if (errno != EPERM)
		return -errno;
	/* A regular file: readable until its end. */
	k->always = true;
	q->nalways++;
	return 0;
}

static int arm_timer(struct knote *k)
{
	int64_t unit = k->ev.unit, n = MAX(k->ev.data, 0);
	struct itimerspec its = { 0 };

	if (n > INT64_MAX / MAX(unit, 1))
		return -EINVAL;
	if (!k->disabled) {
		its.it_value.tv_sec = n * unit / 1000000000;
		its.it_value.tv_nsec = n * unit % 1000000000;
		if (n == 0)
			its.it_value.tv_nsec = 1;
		if (!(k->ev.flags & EV_ONESHOT) && !k->ev.absolute)
			its.it_interval = its.it_value;
	}
	return timerfd_settime(k->fd, k->ev.absolute ? TFD_TIMER_ABSTIME : 0,
			       &its, NULL) ?
		       -errno :
		       0;
}

static uint32_t vnode_mask(uint32_t notes)
{
	static const struct flag_pair map[] = {
		{ NOTE_DELETE, IN_DELETE_SELF | IN_ATTRIB },
		{ NOTE_WRITE, IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE },
		{ NOTE_EXTEND, IN_MODIFY },
		{ NOTE_ATTRIB, IN_ATTRIB },
		{ NOTE_LINK, IN_ATTRIB | IN_CREATE | IN_DELETE },
		{ NOTE_RENAME, IN_MOVE_SELF },
		{ NOTE_OPEN, IN_OPEN },
		{ NOTE_CLOSE, IN_CLOSE_NOWRITE },
		{ NOTE_CLOSE_WRITE, IN_CLOSE_WRITE },
		{ NOTE_READ, IN_ACCESS },
	};
	uint32_t mask = 0;

	for (unsigned i = 0; i < COUNT_OF(map); i++)
		if (notes & map[i].guest)
			mask |= map[i].host;
	return mask;
}

/* The descriptor of our own that tells of it. */
static int open_watch(struct kq *q, struct knote *k)
{
	char path[40];
	int fd;

	switch (k->ev.filter) {
	case KQ_TIMER:
		return timerfd_create(k->ev.absolute ? CLOCK_REALTIME :
						       CLOCK_MONOTONIC,
				      TFD_CLOEXEC | TFD_NONBLOCK);
	case KQ_USER:
		return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	case KQ_PROC:
		return (int)syscall(SYS_pidfd_open, (int)k->ev.ident, 0);
	case KQ_VNODE:
		fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		snprintf(path, sizeof path, "/proc/self/fd/%d",
			 (int)k->ev.ident);
		if (fd >= 0 && inotify_add_watch(fd, path,
						 vnode_mask(k->ev.fflags)) < 0) {
			close(fd);
			fd = -1;
		}
		return fd;
	default:
		errno = EINVAL;
		return -1;
	}
}

static int watch_signal(struct kq *q, struct knote *k)
{
	uint64_t sig = k->ev.ident;
	int fd;

	if (sig < 1 || sig > BSD_NSIG || !bsd_sig_to_host((int)sig))
		return -EINVAL;
	if (signals[sig].fd <= 0) {
		fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (fd < 0)
			return -errno;
		signals[sig].fd = fd;
	}
	k->seen = signals[sig].count;
	bsd_signal_watch((int)sig, 1);
	return add(q->fd, signals[sig].fd, EPOLLIN | EPOLLET, k->tag);
}

static int start_watch(struct kq *q, struct knote *k)
{
	int ret;

	switch (k->ev.filter) {
	case KQ_READ:
	case KQ_WRITE:
		know((int)k->ev.ident);
		return arm_fd(q, k, true);
	case KQ_SIGNAL:
		return watch_signal(q, k);
	case KQ_VNODE:
		know((int)k->ev.ident);
		break;
	default:
		break;
	}
	k->fd = open_watch(q, k);
	if (k->fd < 0)
		return -errno;
	ret = k->ev.filter == KQ_TIMER ? arm_timer(k) : 0;
	return ret ? ret : add(q->fd, k->fd, EPOLLIN, k->tag);
}

static void user_change(struct knote *k, const struct kq_event *c)
{
	const uint64_t one = 1;
	uint32_t bits = c->fflags & NOTE_FFLAGSMASK;

	switch (c->fflags & NOTE_FFCTRLMASK) {
	case 0x40000000:
		k->ev.fflags &= bits;
		break;
	case 0x80000000:
		k->ev.fflags |= bits;
		break;
	case 0xc0000000:
		k->ev.fflags = bits;
		break;
	}
	if (c->fflags & NOTE_TRIGGER) {
		k->triggered = true;
		if (write(k->fd, &one, sizeof one) < 0)
			return; /* full: it stands already */
	}
}

static int change(struct kq *q, const struct kq_event *c)
{
	struct knote **p, *k;
	int ret = 0;
	bool fresh = false;

	if (c->filter == KQ_NONE || c->filter == KQ_EMPTY)
		return -EINVAL;
	if (c->filter <= KQ_VNODE && (c->ident > INT32_MAX ||
				      fcntl((int)c->ident, F_GETFD) < 0))
		return -EBADF;
	p = find(q, c->filter, c->ident);
	if (c->flags & EV_DELETE) {
		if (!*p)
			return -ENOENT;
		drop(q, p);
		return 0;
	}
	k = *p;
	if (!k && !(c->flags & EV_ADD))
		return -ENOENT;
	if (!k) {
		k = calloc(1, sizeof *k);
		if (!k)
			return -ENOMEM;
		k->ev = *c;
		k->ev.fflags &= c->filter == KQ_USER ? NOTE_FFLAGSMASK : ~0u;
		k->fd = -1;
		k->tag = q->next_tag++;
		fresh = true;
	} else if (c->flags & EV_ADD) {
		gaddr udata = c->flags & EV_KEEPUDATA ? k->ev.udata : c->udata;
		uint32_t notes = c->filter == KQ_USER ? k->ev.fflags : c->fflags;

		k->ev = *c;
		k->ev.udata = udata;
		k->ev.fflags = notes;
	}
	k->ev.flags &= EV_ONESHOT | EV_CLEAR | EV_DISPATCH;
	if (c->flags & EV_DISABLE)
		k->disabled = true;
	if (c->flags & EV_ENABLE)
		k->disabled = false;
	if (fresh) {
		ret = start_watch(q, k);
		if (ret) {
			if (k->fd >= 0)
				close(k->fd);
			q->nalways -= k->always;
			free(k);
			return ret;
		}
		k->next = q->bucket[c->ident % BUCKETS];
		q->bucket[c->ident % BUCKETS] = k;
	} else if (c->filter <= KQ_WRITE) {
		ret = arm_fd(q, k, false);
	} else if (c->filter == KQ_TIMER) {
		ret = arm_timer(k);
	} else if (c->filter == KQ_VNODE && c->flags & EV_ADD) {
		char path[40];

		snprintf(path, sizeof path, "/proc/self/fd/%d", (int)c->ident);
		inotify_add_watch(k->fd, path, vnode_mask(c->fflags));
	}
	if (c->filter == KQ_USER)
		user_change(k, c);
	return ret;
}

/* ---- events --------------------------------------------------------------------- */

struct out {
	struct task *t;
	const struct kq_layout *layout;
	gaddr at;
	uint64_t n, max;
};

static int emit(struct out *o, const struct kq_event *ev)
{
	uint8_t buf[64] = { 0 };

	o->layout->put(buf, ev);
	if (guest_write(o->t, o->at + o->n * o->layout->size, buf,
			o->layout->size))
		return -EFAULT;
	o->n++;
	return 0;
}

/* After it has been reported. */
static void reported(struct kq *q, struct knote *k)
{
	if (k->ev.flags & EV_ONESHOT) {
		drop(q, find(q, k->ev.filter, k->ev.ident));
	} else if (k->ev.flags & EV_DISPATCH) {
		k->disabled = true;
		if (k->ev.filter == KQ_TIMER)
			arm_timer(k);
	}
}

static int report_fd(struct kq *q, struct out *o, enum kq_filter filter, int fd,
		     uint32_t events)
{
	struct knote *k = *find(q, filter, (uint64_t)fd);
	struct kq_event ev;
	socklen_t len;
	int n = 0;

	if (!k || k->disabled)
		return 0;
	ev = k->ev;
	ev.fflags = 0;
	if (events & (EPOLLERR | EPOLLHUP) ||
	    (filter == KQ_READ && events & EPOLLRDHUP))
		/* BSD gives so_error as well; here asking would clear it. */
		ev.flags |= EV_EOF;
	if (filter == KQ_READ && ioctl(fd, FIONREAD, &n))
		n = 1; /* a listening socket: at least one waits */
	if (filter == KQ_WRITE) {
		int used = 0;

		len = sizeof n;
		if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, &len))
			n = 4096;
		else if (ioctl(fd, TIOCOUTQ, &used) == 0)
			n = MAX(n - used, 1);
	}
	ev.data = n;
	if (emit(o, &ev))
		return -EFAULT;
	reported(q, k);
	return 0;
}

static uint32_t vnode_notes(struct knote *k)
{
	char buf[4096] __attribute__((aligned(8)));
	uint32_t notes = 0;
	struct stat st;
	ssize_t n;

	while ((n = read(k->fd, buf, sizeof buf)) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *e = (const void *)p;
			uint32_t m = e->mask;

			notes |= m & IN_MODIFY ? NOTE_WRITE | NOTE_EXTEND : 0;
			notes |= m & (IN_CREATE | IN_DELETE | IN_MOVE) ?
					 NOTE_WRITE | NOTE_LINK :
					 0;
			notes |= m & IN_ATTRIB ? NOTE_ATTRIB | NOTE_LINK : 0;
			notes |= m & IN_DELETE_SELF ? NOTE_DELETE : 0;
			notes |= m & IN_MOVE_SELF ? NOTE_RENAME : 0;
			notes |= m & IN_OPEN ? NOTE_OPEN : 0;
			notes |= m & IN_CLOSE_NOWRITE ? NOTE_CLOSE : 0;
			notes |= m & IN_CLOSE_WRITE ? NOTE_CLOSE_WRITE : 0;
			notes |= m & IN_ACCESS ? NOTE_READ : 0;
			p += sizeof *e + e->len;
		}
	/* While it is open here a removed file shows as a change of links. */
	if (notes & NOTE_ATTRIB && fstat((int)k->ev.ident, &st) == 0 &&
	    st.st_nlink == 0)
		notes |= NOTE_DELETE;
	return notes & k->ev.fflags;
}

/* What one of our own descriptors has to tell.  False: nothing after all. */
static bool read_watch(struct knote *k, struct kq_event *ev)
{
	siginfo_t si = { 0 };
	uint64_t n = 0;

	*ev = k->ev;
	switch (k->ev.filter) {
	case KQ_TIMER:
		if (read(k->fd, &n, sizeof n) != sizeof n)
			return false;
		ev->data = (int64_t)n;
		return true;
	case KQ_USER:
		if (!k->triggered)
			return false;
		if (k->ev.flags & (EV_CLEAR | EV_DISPATCH | EV_ONESHOT)) {
			k->triggered = false;
			if (read(k->fd, &n, sizeof n) < 0)
				return true;
		}
		return true;
	case KQ_SIGNAL:
		n = signals[k->ev.ident].count - k->seen;
		k->seen += (uint32_t)n;
		ev->data = (int64_t)n;
		return n != 0;
	case KQ_PROC:
		waitid(P_PIDFD, (id_t)k->fd, &si, WEXITED | WNOWAIT | WNOHANG);
		ev->fflags = NOTE_EXIT;
		ev->flags |= EV_EOF | EV_ONESHOT;
		ev->data = si.si_code == CLD_EXITED ?
				   (si.si_status & 0xff) << 8 :
				   bsd_sig_from_host(si.si_status);
		k->ev.flags |= EV_ONESHOT;
		return true;
	case KQ_VNODE:
		ev->fflags = vnode_notes(k);
		return ev->fflags != 0;
	default:
		return false;
	}
}

static int collect_fds(struct kq *q, struct out *o, enum kq_filter filter)
{
	struct epoll_event e[BATCH];
	int n = epoll_wait(filter == KQ_READ ? q->read : q->write, e,
			   (int)MIN(o->max - o->n, BATCH), 0);

	for (int i = 0; i < n; i++)
		if (report_fd(q, o, filter, e[i].data.fd, e[i].events))
			return -EFAULT;
	return 0;
}

/* Files, which are never waited for. */
static int collect_always(struct kq *q, struct out *o)
{
	for (unsigned i = 0; q->nalways && i < BUCKETS; i++) {
		struct knote *next;

		for (struct knote *k = q->bucket[i]; k && o->n < o->max;
		     k = next) {
			struct kq_event ev = k->ev;
			struct stat st;
			off_t at;

			next = k->next;
			if (!k->always || k->disabled || k->reported)
				continue;
			if (ev.filter == KQ_READ) {
				at = lseek((int)ev.ident, 0, SEEK_CUR);
				if (fstat((int)ev.ident, &st) || at >= st.st_size)
					continue;
				ev.data = st.st_size - at;
			}
			k->reported = ev.flags & EV_CLEAR;
			if (emit(o, &ev))
				return -EFAULT;
			reported(q, k);
		}
	}
	return 0;
}

/* What stands at the moment; the queue is locked. */
static int collect(struct kq *q, struct out *o)
{
	struct epoll_event e[BATCH];
	int n = epoll_wait(q->fd, e, BATCH, 0), ret = collect_always(q, o);

	for (int i = 0; i < n && !ret && o->n < o->max; i++) {
		struct kq_event ev;
		struct knote *k;

		if (e[i].data.u64 == TAG_READ || e[i].data.u64 == TAG_WRITE) {
			ret = collect_fds(q, o,
					  e[i].data.u64 == TAG_READ ? KQ_READ :
								      KQ_WRITE);
			continue;
		}
		k = find_tag(q, e[i].data.u64);
		if (!k || k->disabled || !read_watch(k, &ev))
			continue;
		ret = emit(o, &ev);
		if (!ret)
			reported(q, k);
	}
	return ret;
}

static int64_t apply_changes(struct kq *q, gaddr changes, uint64_t n,
			     struct out *o)
{
	for (uint64_t i = 0; i < n; i++) {
		struct kq_event c = { 0 };
		uint8_t buf[64];
		int ret;

		if (guest_read(o->t, buf, changes + i * o->layout->size,
			       o->layout->size))
			return -EFAULT;
		ret = o->layout->get(buf, &c);
		pthread_mutex_lock(&q->lock);
		if (!ret)
			ret = change(q, &c);
		pthread_mutex_unlock(&q->lock);
		if (!ret && !(c.flags & EV_RECEIPT))
			continue;
		if (o->n == o->max)
			return ret;
		c.flags = EV_ERROR;
		c.data = ret ? bsd_sys->errno_of[-ret] : 0;
		if (emit(o, &c))
			return -EFAULT;
	}
	return 0;
}

int64_t kqueue_kevent(struct task *t, int fd, gaddr changes, uint64_t nchanges,
		      gaddr events, uint64_t nevents, gaddr timeout,
		      const struct kq_layout *layout)
{
	struct out o = { .t = t, .layout = layout, .at = events,
			 .max = nevents };
	struct kq *q = find_queue(fd);
	struct timespec ts = { 0 }, end = { 0 }, now;
	int64_t ret;

	if (!q)
		return -EBADF;
	if (timeout && (ret = bsd_get_timespec(t, timeout, &ts)))
		return ret;
	ret = apply_changes(q, changes, nchanges, &o);
	if (ret || o.n || nevents == 0)
		return ret ? ret : (int64_t)o.n;
	if (timeout && (ts.tv_sec || ts.tv_nsec)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		end.tv_nsec = now.tv_nsec + ts.tv_nsec;
		end.tv_sec = now.tv_sec + ts.tv_sec + end.tv_nsec / 1000000000;
		end.tv_nsec %= 1000000000;
	}
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		pthread_mutex_lock(&q->lock);
		ret = collect(q, &o);
		pthread_mutex_unlock(&q->lock);
		if (ret || o.n || (timeout && !ts.tv_sec && !ts.tv_nsec))
			return ret ? ret : (int64_t)o.n;
		ret = bsd_call(t, SYS_ppoll, &p, 1, timeout ? &ts : NULL, 0, 0,
			       0);
		if (ret < 0)
			return ret;
		if (!timeout)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &now);
		ts.tv_sec = end.tv_sec - now.tv_sec;
		ts.tv_nsec = end.tv_nsec - now.tv_nsec;
		if (ts.tv_nsec < 0) {
			ts.tv_nsec += 1000000000;
			ts.tv_sec--;
		}
		if (ts.tv_sec < 0)
			ts = (struct timespec){ 0, 0 };
	}
}
