/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-wait.c - kevent(2): changes in, events out.
 *
 * epoll says which watches to look at; what is reported is read from the watched
 * things themselves, as they are at that moment.
 */
#include "syscall-xlate/bsd/kqueue-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"

enum { BATCH = 64 };

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
		kq_drop(q, kq_note(q, k->ev.filter, k->ev.ident));
	} else if (k->ev.flags & EV_DISPATCH) {
		k->disabled = true;
		if (k->marked)
			kq_arm_fd(q, k, false);
		kq_rearm(q, k);
	}
}

/* Bytes to be read, connections to be accepted.  *mark: it can be asked for more. */
static int64_t readable(int fd, bool *mark)
{
	socklen_t len = sizeof(struct tcp_info);
	struct tcp_info tcp = { 0 };
	int n;

	if (ioctl(fd, FIONREAD, &n) == 0)
		return n;
	/* A listening socket; of others than TCP's at least one waits. */
	*mark = false;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &tcp, &len))
		return 1;
	return MAX(tcp.tcpi_unacked, 1u);
}

/* Bytes that can be written. */
static int64_t writable(int fd)
{
	int n, used = 0;
	socklen_t len = sizeof n;

	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, &len))
		return 4096;
	return ioctl(fd, TIOCOUTQ, &used) == 0 ? MAX(n - used, 1) : n;
}

/* There is less than was asked for. */
static void wait_for_more(struct kq *q, struct knote *k)
{
	if (k->ev.filter == KQ_WRITE && k->fd < 0) {
		k->pause_ms = KQ_FIRST_MS;
		if (kq_own_fd(q, k, kq_look_open()) < 0)
			return; /* it is looked at always */
	}
	if (!k->below) {
		k->below = true;
		k->pause_ms = KQ_FIRST_MS;
		if (!(k->ev.flags & EV_CLEAR))
			kq_arm_fd(q, k, false);
	}
	if (k->ev.filter == KQ_WRITE)
		kq_look_again(k);
}

static int report_fd(struct kq *q, struct out *o, enum kq_filter filter, int fd,
		     uint32_t events)
{
	struct knote *k = *kq_note(q, filter, (uint64_t)fd);
	struct kq_event ev;
	bool mark;

	if (!k || k->disabled)
		return 0;
	mark = k->marked;
	ev = k->ev;
	ev.fflags = 0;
	if (events & (EPOLLERR | EPOLLHUP) ||
	    (filter == KQ_READ && events & EPOLLRDHUP))
		/* BSD gives so_error as well; here asking would clear it. */
		ev.flags |= EV_EOF;
	ev.data = filter == KQ_READ ? readable(fd, &mark) : writable(fd);
	if (mark && !(ev.flags & EV_EOF) && ev.data < k->ev.data) {
		wait_for_more(q, k);
		return 0;
	}
	if (emit(o, &ev))
		return -EFAULT;
	if (k->below) {
		k->below = false;
		if (!(k->ev.flags & EV_CLEAR))
			kq_arm_fd(q, k, false);
	}
	reported(q, k);
	return 0;
}

/* What one of our own descriptors has to tell.  False: nothing after all. */
static bool read_watch(struct kq *q, struct knote *k, struct kq_event *ev)
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
		if (k->ev.flags & EV_CLEAR) {
			k->triggered = false;
			if (read(k->fd, &n, sizeof n) < 0)
				return true;
		}
		return true;
	case KQ_AIO:
	case KQ_LIO:
		if (!k->triggered)
			return false;
		ev->fflags = 0;
		ev->flags |= k->ev.filter == KQ_AIO ? EV_EOF : 0;
		if (k->ev.flags & EV_CLEAR) {
			k->triggered = false;
			if (read(k->fd, &n, sizeof n) < 0)
				return true;
		}
		return true;
	case KQ_EMPTY:
		return kq_empty_look(k);
	case KQ_SIGNAL:
		n = kq_signal_count((int)k->ev.ident) - k->seen;
		k->seen += (uint32_t)n;
		ev->data = (int64_t)n;
		return n != 0;
	case KQ_PROCDESC:
		waitid(P_PIDFD, (id_t)k->fd, &si, WEXITED | WNOWAIT | WNOHANG);
		ev->fflags = NOTE_EXIT;
		ev->flags |= EV_EOF | EV_ONESHOT;
		ev->data = si.si_code == CLD_EXITED ?
				   (si.si_status & 0xff) << 8 :
				   bsd_sig_from_host(si.si_status);
		k->ev.flags |= EV_ONESHOT;
		return true;
	case KQ_PROC:
		k->is_gone = true;
		kq_list(q, k);
		return false;
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

/* Files, and mounts, of which poll(2) tells once. */
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
			if (!k->always || k->disabled)
				continue;
			if (k->reported)
				continue;
			if (ev.filter == KQ_READ) {
				/* Of one that was cut off it is negative. */
				at = lseek((int)ev.ident, 0, SEEK_CUR);
				if (fstat((int)ev.ident, &st) ||
				    (at == st.st_size &&
				     !(ev.fflags & NOTE_FILE_POLL)))
					continue;
				ev.data = st.st_size - at;
				ev.fflags = 0;
			}
			if (ev.filter == KQ_FS) {
				ev.fflags = kq_mounts_look(k);
				if (!ev.fflags)
					continue;
			} else {
				k->reported = ev.flags & EV_CLEAR;
			}
			if (emit(o, &ev))
				return -EFAULT;
			reported(q, k);
		}
	}
	return 0;
}

static int collect_files(struct kq *q, struct out *o)
{
	struct knote *next;

	for (struct knote *k = q->told; k && o->n < o->max; k = next) {
		struct kq_event ev = k->ev;

		next = k->told_next;
		if (k->ev.filter != KQ_VNODE || k->disabled)
			continue;
		ev.fflags = kq_file_notes(q, k);
		ev.data = 0;
		if (emit(o, &ev))
			return -EFAULT;
		reported(q, k);
	}
	return 0;
}

/*
 * Processes: of each what it has told and its end are one event, and those come in
 * the order in which it happened: a child's before its child's.  An end that nobody
 * asked for ends the watch without one.
 */
static int collect_procs(struct kq *q, struct out *o)
{
	struct knote *next;

	for (struct knote *k = q->told; k && o->n < o->max; k = next) {
		struct kq_event ev;

		next = k->told_next;
		if (k->ev.filter != KQ_PROC || k->disabled)
			continue;
		kq_proc_event(q, k, k->is_gone, &ev);
		if (ev.fflags && emit(o, &ev))
			return -EFAULT;
		reported(q, k);
	}
	return 0;
}

/* There was no room for it.  Only of signals an epoll tells once. */
static void told_again(struct kq *q, uint64_t tag)
{
	struct knote *k = kq_note_by_tag(q, tag);

	if (k && k->ev.filter == KQ_SIGNAL)
		kq_rearm(q, k);
}

static bool is_left(const struct kq *q)
{
	for (const struct knote *k = q->told; k; k = k->told_next)
		if (!k->disabled)
			return true;
	return false;
}

/*
 * What has been read from the host, but not told of, makes the queue itself ready
 * for who polls it.
 */
static void stand(struct kq *q)
{
	struct epoll_event e = { EPOLLIN, { .u64 = TAG_STANDS } };
	bool left = is_left(q);
	uint64_t n = 1;

	if (left == q->standing)
		return;
	if (q->stands < 0) {
		q->stands = own_fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
		if (q->stands < 0)
			return;
		epoll_ctl(q->fd, EPOLL_CTL_ADD, q->stands, &e);
	}
	q->standing = left;
	if (left ? write(q->stands, &n, sizeof n) < 0 :
		   read(q->stands, &n, sizeof n) < 0)
		log_warn("kqueue: %m");
}

/* What stands at the moment; the queue is locked. */
static int collect(struct kq *q, struct out *o)
{
	struct epoll_event e[BATCH];
	int n = epoll_wait(q->fd, e, BATCH, 0), ret;
	uint64_t ticks;

	for (int i = 0; i < n; i++)
		if (e[i].data.u64 == TAG_FILES)
			kq_files_hear(q);
	ret = collect_always(q, o);
	if (!ret)
		ret = collect_files(q, o);
	for (int i = 0; i < n; i++) {
		struct kq_event ev;
		struct knote *k;

		if (ret || o->n == o->max) {
			told_again(q, e[i].data.u64);
			continue;
		}
		if (e[i].data.u64 == TAG_READ || e[i].data.u64 == TAG_WRITE) {
			ret = collect_fds(q, o,
					  e[i].data.u64 == TAG_READ ? KQ_READ :
								      KQ_WRITE);
			continue;
		}
		k = kq_note_by_tag(q, e[i].data.u64);
		if (k && k->ev.filter == KQ_WRITE) {
			if (read(k->fd, &ticks, sizeof ticks) < 0)
				continue;
			ret = report_fd(q, o, KQ_WRITE, (int)k->ev.ident,
					EPOLLOUT);
			continue;
		}
		if (!k || k->disabled || !read_watch(q, k, &ev))
			continue;
		ret = emit(o, &ev);
		if (!ret)
			reported(q, k);
	}
	kq_proc_hear(q);
	if (!ret)
		ret = collect_procs(q, o);
	stand(q);
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
			ret = kq_change(q, &c);
		stand(q);
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

static int64_t changes_and_events(struct task *t, struct kq *q, gaddr changes,
				  uint64_t nchanges, gaddr events,
				  uint64_t nevents, gaddr timeout,
				  const struct kq_layout *layout)
{
	struct out o = { .t = t, .layout = layout, .at = events,
			 .max = nevents };
	struct timespec ts = { 0 }, end = { 0 }, now;
	int64_t ret;

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
		struct pollfd p = { .fd = q->fd, .events = POLLIN };

		if (q->closed)
			return -EBADF;
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

int64_t kqueue_kevent(struct task *t, int fd, gaddr changes, uint64_t nchanges,
		      gaddr events, uint64_t nevents, gaddr timeout,
		      const struct kq_layout *layout)
{
	struct kq *q = kq_find(fd);
	int64_t ret;

	if (!q)
		return -EBADF;
	ret = changes_and_events(t, q, changes, nchanges, events, nevents,
				 timeout, layout);
	kq_put(q);
	return ret;
}
