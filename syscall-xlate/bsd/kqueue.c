/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue.c - kqueue(2) over epoll(7).
 *
 * The guest's descriptor is an epoll instance.  In it are two more, one for
 * reading and one for writing, because a kqueue may watch a descriptor's two
 * sides in different ways and an epoll may not; timers, counters and process
 * descriptors, one for each watch of those kinds; and an inotify for all files,
 * and one for what processes tell.
 */
#include "syscall-xlate/bsd/kqueue.h"
#include "syscall-xlate/bsd/kqueue-private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kq *queues; /* under lock */
static _Atomic unsigned nqueues;
enum { FD_BITS = 1 << 16 };
/* Descriptors that some kqueue may know: closing others is free. */
static _Atomic uint64_t known[FD_BITS / 64] SPARSE;

static struct { _Atomic uint32_t count; _Atomic int fd; } signals[BSD_NSIG + 1];

uint32_t kq_signal_count(int sig)
{
	return signals[sig].count;
}

static void know(int fd)
{
	if (fd < FD_BITS)
		atomic_fetch_or(&known[fd / 64], 1ull << (fd % 64));
}

struct kq *kq_find(int fd)
{
	struct kq *q;

	pthread_mutex_lock(&lock);
	for (q = queues; q; q = q->next)
		if (q->fd == fd)
			break;
	if (q)
		q->users++;
	pthread_mutex_unlock(&lock);
	return q;
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
	q->read = own_fd(epoll_create1(EPOLL_CLOEXEC));
	q->write = own_fd(epoll_create1(EPOLL_CLOEXEC));
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
	q->log.fd = q->files = q->stands = -1;
	pthread_mutex_init(&q->lock, NULL);
	q->users = 1; /* the list */
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

struct knote **kq_note(struct kq *q, enum kq_filter filter, uint64_t ident)
{
	struct knote **p = &q->bucket[ident % BUCKETS];

	while (*p && ((*p)->ev.ident != ident || (*p)->ev.filter != filter))
		p = &(*p)->next;
	return p;
}

struct knote *kq_note_new(struct kq *q, const struct kq_event *ev,
			  uint64_t ident)
{
	struct knote *k = calloc(1, sizeof *k);

	if (!k)
		return NULL;
	k->ev = *ev;
	k->ev.ident = ident;
	k->fd = k->file.wd = k->above.wd = -1;
	k->tag = q->next_tag++;
	k->next = q->bucket[ident % BUCKETS];
	q->bucket[ident % BUCKETS] = k;
	return k;
}

struct knote *kq_note_by_tag(struct kq *q, uint64_t tag)
{
	for (unsigned i = 0; tag >= TAG_FIRST && i < BUCKETS; i++)
		for (struct knote *k = q->bucket[i]; k; k = k->next)
			if (k->tag == tag)
				return k;
	return NULL;
}

void kq_drop(struct kq *q, struct knote **p)
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
	} else if (k->ev.filter == KQ_PROC) {
		kq_proc_unwatch(q, k);
	}
	kq_file_unwatch(q, k);
	kq_unlist(q, k);
	if (k->fd >= 0)
		close(k->fd);
	free(k->mounts);
	free(k);
}

static void close_all(const struct kq *q)
{
	close(q->read);
	close(q->write);
	if (q->files >= 0)
		close(q->files);
	if (q->stands >= 0)
		close(q->stands);
}

static void free_queue(struct kq *q)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		while (q->bucket[i])
			kq_drop(q, &q->bucket[i]);
	proc_log_close(&q->log, true);
	close_all(q);
	free(q);
}

void kq_put(struct kq *q)
{
	bool last;

	pthread_mutex_lock(&lock);
	last = --q->users == 0;
	pthread_mutex_unlock(&lock);
	if (last)
		free_queue(q);
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
			q->closed = true;
			nqueues--;
			dead = q;
			continue;
		}
		pthread_mutex_lock(&q->lock);
		for (enum kq_filter f = KQ_READ; f <= KQ_VNODE; f++) {
			struct knote **k = kq_note(q, f, (uint64_t)fd);

			if (*k)
				kq_drop(q, k);
		}
		pthread_mutex_unlock(&q->lock);
		p = &q->next;
	}
	pthread_mutex_unlock(&lock);
	/* Another thread may still be waiting in it. */
	if (dead)
		kq_put(dead);
}

/* A kqueue is not inherited by a child. */
void kqueue_forked(void)
{
	pthread_mutex_init(&lock, NULL);
	for (struct kq *q = queues; q; q = q->next) {
		proc_log_close(&q->log, false);
		close_all(q);
		for (unsigned i = 0; i < BUCKETS; i++)
			for (struct knote *k = q->bucket[i]; k; k = k->next)
				if (k->fd >= 0)
					close(k->fd);
		close(q->fd);
	}
	queues = NULL; /* the memory is the parent's copy, and small */
	nqueues = 0;
}

/* What processes would go on telling to nobody. */
void kqueue_leave(void)
{
	pthread_mutex_lock(&lock);
	for (struct kq *q = queues; q; q = q->next) {
		pthread_mutex_lock(&q->lock);
		for (unsigned i = 0; q->listens && i < BUCKETS; i++)
			for (struct knote *k = q->bucket[i]; k; k = k->next)
				if (k->ev.filter == KQ_PROC)
					kq_proc_unwatch(q, k);
		proc_log_close(&q->log, true);
		pthread_mutex_unlock(&q->lock);
	}
	pthread_mutex_unlock(&lock);
}

void kqueue_signal(int sig)
{
	const uint64_t one = 1;
	int fd = signals[sig].fd;

	signals[sig].count++;
	if (fd > 0 && write(fd, &one, sizeof one) < 0)
		return; /* it is full, and so has been noticed */
}

/*
 * Of what is there already, but too little, an epoll would tell at once, and always.
 * So it is to tell of what comes when somebody waits for more to read; and of
 * nothing but errors when for more room, which a timer looks for.
 */
static uint32_t fd_events(const struct knote *k)
{
	uint32_t events = k->ev.filter == KQ_READ ? EPOLLIN | EPOLLRDHUP :
						    EPOLLOUT;

	if (k->disabled)
		return EPOLLONESHOT; /* nothing but errors, once */
	if (k->ev.flags & EV_CLEAR || (k->below && k->ev.filter == KQ_READ))
		events |= EPOLLET;
	else if (k->below)
		events = 0;
	/* What is too little is no event. */
	if (k->ev.flags & (EV_ONESHOT | EV_DISPATCH) && !k->marked)
		events |= EPOLLONESHOT;
	return events;
}

int kq_arm_fd(struct kq *q, struct knote *k, bool fresh)
{
	int epoll = k->ev.filter == KQ_READ ? q->read : q->write;
	struct epoll_event e = { fd_events(k), { .fd = (int)k->ev.ident } };

	if (k->always)
		return 0;
	if (epoll_ctl(epoll, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
		      (int)k->ev.ident, &e) == 0)
		return 0;
	if (errno != EPERM)
		return -errno;
	/* A regular file: readable but at its end. */
	k->always = true;
	q->nalways++;
	return 0;
}

int kq_arm_timer(struct knote *k)
{
	int64_t unit = k->ev.unit, n = k->ev.data;
	struct itimerspec its = { 0 };

	if (n < 0 || n > INT64_MAX / MAX(unit, 1))
		return -EINVAL;
	its.it_value.tv_sec = n * unit / 1000000000;
	its.it_value.tv_nsec = n * unit % 1000000000;
	if (n == 0)
		its.it_value.tv_nsec = 1;
	if (!(k->ev.flags & EV_ONESHOT) && !k->ev.absolute)
		its.it_interval = its.it_value;
	return timerfd_settime(k->fd, k->ev.absolute ? TFD_TIMER_ABSTIME : 0,
			       &its, NULL) ?
		       -errno :
		       0;
}

/* A copy of fd, if that is a process's. */
static int procdesc(int fd)
{
	siginfo_t si;

	/* Not our child's is as good. */
	if (waitid(P_PIDFD, (id_t)fd, &si, WEXITED | WNOWAIT | WNOHANG) &&
	    errno != ECHILD) {
		errno = EINVAL;
		return -1;
	}
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* The descriptor of our own that tells of it. */
static int open_watch(struct knote *k)
{
	switch (k->ev.filter) {
	case KQ_TIMER:
		return timerfd_create(k->ev.absolute ? CLOCK_REALTIME :
						       CLOCK_MONOTONIC,
				      TFD_CLOEXEC | TFD_NONBLOCK);
	case KQ_USER:
	case KQ_AIO:
	case KQ_LIO:
		return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	case KQ_EMPTY:
		return kq_empty_open(k);
	case KQ_FS:
		return kq_mounts_open(k);
	case KQ_PROC:
		return (int)syscall(SYS_pidfd_open, (int)k->ev.ident, 0);
	case KQ_PROCDESC:
		return procdesc((int)k->ev.ident);
	default:
		errno = EINVAL;
		return -1;
	}
}

/* When our own descriptor has something to tell. */
static uint32_t events_of(const struct knote *k)
{
	if (k->disabled)
		return 0;
	/* Signals' is never empty again. */
	return k->ev.filter == KQ_FS	 ? EPOLLPRI :
	       k->ev.filter == KQ_SIGNAL ? EPOLLIN | EPOLLET :
					   EPOLLIN;
}

static int watch_signal(struct kq *q, struct knote *k)
{
	uint64_t sig = k->ev.ident;
	int fd;

	if (sig < 1 || sig > BSD_NSIG || !bsd_sig_to_host((int)sig))
		return -EINVAL;
	if (signals[sig].fd <= 0) {
		fd = own_fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
		if (fd < 0)
			return -errno;
		signals[sig].fd = fd;
	}
	k->seen = signals[sig].count;
	bsd_signal_watch((int)sig, 1);
	return add(q->fd, signals[sig].fd, events_of(k), k->tag);
}

void kq_rearm(struct kq *q, const struct knote *k)
{
	struct epoll_event e = { events_of(k), { .u64 = k->tag } };
	int fd = k->ev.filter == KQ_SIGNAL ? signals[k->ev.ident].fd : k->fd;

	if (fd >= 0)
		epoll_ctl(q->fd, EPOLL_CTL_MOD, fd, &e);
}

int kq_own_fd(struct kq *q, struct knote *k, int fd)
{
	int ret;

	if (fd < 0)
		return -1;
	k->fd = own_fd(fd);
	ret = add(q->fd, k->fd, events_of(k), k->tag);
	if (!ret)
		return k->fd;
	close(k->fd);
	k->fd = -1;
	errno = -ret;
	return -1;
}

static int start_watch(struct kq *q, struct knote *k)
{
	int ret;

	switch (k->ev.filter) {
	case KQ_READ:
	case KQ_WRITE:
		know((int)k->ev.ident);
		ret = kq_arm_fd(q, k, true);
		/* Without, it is looked at when there is something else. */
		if (!ret && k->always && k->ev.filter == KQ_READ)
			kq_file_watch(q, k);
		return ret;
	case KQ_SIGNAL:
		return watch_signal(q, k);
	case KQ_VNODE:
		know((int)k->ev.ident);
		return kq_file_watch(q, k);
	case KQ_EMPTY:
	case KQ_PROCDESC:
		know((int)k->ev.ident);
		break;
	default:
		break;
	}
	k->fd = open_watch(k);
	if (k->fd < 0)
		return -errno;
	k->fd = own_fd(k->fd);
	if (k->ev.filter == KQ_FS) {
		k->always = true;
		q->nalways++;
	}
	ret = k->ev.filter == KQ_TIMER ? kq_arm_timer(k) :
	      k->ev.filter == KQ_PROC  ? kq_proc_watch(q, k) :
					 0;
	return ret ? ret : add(q->fd, k->fd, events_of(k), k->tag);
}

static void user_change(struct knote *k, const struct kq_event *c, bool fresh)
{
	const uint64_t one = 1;
	uint32_t bits = c->fflags & NOTE_FFLAGSMASK;
	uint64_t n;

	k->ev.data = c->data;
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
	/* As a change this is a command: it has not been triggered. */
	if (c->flags & EV_CLEAR && !fresh) {
		k->triggered = false;
		if (read(k->fd, &n, sizeof n) < 0)
			return; /* nor was it */
	}
}

/*
 * What is asked for, and with what, is changed by each change; flags and a timer's
 * time only by adding it again.
 */
static void change_note(struct knote *k, const struct kq_event *c)
{
	const bool add = c->flags & EV_ADD;

	if (!(c->flags & EV_KEEPUDATA))
		k->ev.udata = c->udata;
	if (add) {
		k->ev.flags = c->flags;
		memcpy(k->ev.ext, c->ext, sizeof k->ev.ext);
	}
	if (c->filter == KQ_USER || c->filter == KQ_AIO || c->filter == KQ_LIO ||
	    (c->filter == KQ_TIMER && !add))
		return;
	k->ev.fflags = c->fflags;
	k->ev.data = c->data;
	k->ev.unit = c->unit;
	k->ev.absolute = c->absolute;
}

static bool clears_itself(const struct knote *k)
{
	switch (k->ev.filter) {
	case KQ_PROC:
	case KQ_PROCDESC:
	case KQ_SIGNAL:
	case KQ_FS:
		return true;
	case KQ_TIMER:
		return !k->ev.absolute;
	default:
		return false;
	}
}

static bool is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

int kq_change(struct kq *q, const struct kq_event *c)
{
	struct knote **p, *k;
	int ret = 0;
	bool fresh = false;

	if (c->filter == KQ_NONE)
		return -EINVAL;
	if (c->filter >= KQ_AIO && c->flags & EV_ADD && !c->ours)
		return -EPERM;
	if (c->filter <= KQ_VNODE && (c->ident > INT32_MAX ||
				      own_fd_is((int)c->ident) ||
				      fcntl((int)c->ident, F_GETFD) < 0))
		return -EBADF;
	p = kq_note(q, c->filter, c->ident);
	if (c->flags & EV_DELETE) {
		if (!*p)
			return -ENOENT;
		kq_drop(q, p);
		return 0;
	}
	k = *p;
	if (!k && !(c->flags & EV_ADD))
		return -ENOENT;
	if (!k) {
		k = kq_note_new(q, c, c->ident);
		if (!k)
			return -ENOMEM;
		k->ev.fflags &= c->filter == KQ_USER ? NOTE_FFLAGSMASK : ~0u;
		fresh = true;
	} else {
		change_note(k, c);
	}
	k->ev.flags &= EV_ONESHOT | EV_CLEAR | EV_DISPATCH;
	if (clears_itself(k))
		k->ev.flags |= EV_CLEAR;
	k->marked = (c->filter == KQ_READ || c->filter == KQ_WRITE) &&
		    k->ev.fflags & NOTE_LOWAT && is_socket((int)c->ident);
	if (c->flags & EV_DISABLE)
		k->disabled = true;
	if (c->flags & EV_ENABLE)
		k->disabled = false;
	if (fresh) {
		ret = start_watch(q, k);
		if (ret) {
			*kq_note(q, c->filter, c->ident) = k->next;
			if (k->fd >= 0)
				close(k->fd);
			q->nalways -= k->always;
			free(k->mounts);
			free(k);
			return ret;
		}
	} else if (c->filter <= KQ_WRITE) {
		k->below = false;
		ret = kq_arm_fd(q, k, false);
	} else if (c->filter == KQ_TIMER && c->flags & EV_ADD) {
		ret = kq_arm_timer(k);
	} else if (c->filter == KQ_EMPTY) {
		kq_empty_again(k);
	} else if (c->filter == KQ_PROC) {
		ret = kq_proc_watch(q, k);
	} else if (c->filter == KQ_VNODE) {
		ret = kq_file_watch(q, k);
	}
	if (!fresh && c->flags & (EV_ENABLE | EV_DISABLE))
		kq_rearm(q, k);
	if (c->filter == KQ_USER)
		user_change(k, c, fresh);
	return ret;
}
