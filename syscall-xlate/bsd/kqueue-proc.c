/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-proc.c - EVFILT_PROC.  The end of a process is told by the host
 * (pidfd_open(2)), forks and execs by the process itself (proc-watch.h), so they
 * are those of programs that run-foreign runs.
 */
#include "syscall-xlate/bsd/kqueue-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/proc.h"

/* linux/pidfd.h, since Linux 6.13; how it ended since 6.15. */
struct pidfd_info {
	uint64_t mask, cgroup;
	uint32_t ids[11];
	int32_t exit_code;
};
#define PIDFD_GET_INFO	_IOWR(0xff, 11, struct pidfd_info)
#define PIDFD_INFO_EXIT 8ull
_Static_assert(sizeof(struct pidfd_info) == 64, "linux/pidfd.h");

/* The queue hears of what processes tell from now on.  0 or -errno. */
static int listen_to(struct kq *q)
{
	struct epoll_event e = { EPOLLIN, { .u64 = TAG_PROC } };
	int ret = q->log.fd >= 0 ? 0 : proc_log_open(&q->log);

	if (ret || q->listens)
		return ret;
	if (epoll_ctl(q->fd, EPOLL_CTL_ADD, q->log.notify, &e)) {
		ret = -errno;
		proc_log_close(&q->log, true);
		return ret;
	}
	q->listens = true;
	return 0;
}

int kq_proc_watch(struct kq *q, struct knote *k)
{
	const uint32_t told = NOTE_FORK | NOTE_EXEC | NOTE_TRACK;
	int ret;

	if (!(k->ev.fflags & told)) {
		if (k->is_told)
			proc_unwatch(&q->log, (int)k->ev.ident);
		k->is_told = false;
		return 0;
	}
	ret = listen_to(q);
	if (!ret)
		ret = proc_watch(&q->log, (int)k->ev.ident,
				 k->ev.fflags & NOTE_TRACK);
	k->is_told |= !ret;
	return ret;
}

void kq_proc_unwatch(struct kq *q, struct knote *k)
{
	if (k->is_told)
		proc_unwatch(&q->log, (int)k->ev.ident);
}

static void pend(struct kq *q, struct knote *k, uint32_t note)
{
	kq_list(q, k);
	k->pending |= note;
}

/*
 * As if the watch of its parent had been added for a child.  It may be gone by
 * now: then that is what there is to tell.
 */
static void follow(struct kq *q, const struct proc_note *n)
{
	struct knote *parent = *kq_note(q, KQ_PROC, (uint64_t)n->data), *k;
	struct epoll_event e = { EPOLLIN, { .u64 = 0 } };

	if (!parent || !(parent->ev.fflags & NOTE_TRACK)) {
		proc_unwatch(&q->log, n->pid);
		return;
	}
	k = *kq_note(q, KQ_PROC, (uint64_t)n->pid);
	if (!k) {
		k = kq_note_new(q, &parent->ev, (uint64_t)n->pid);
		if (!k) {
			proc_unwatch(&q->log, n->pid);
			pend(q, parent, NOTE_TRACKERR);
			return;
		}
		k->is_told = true;
		k->fd = (int)syscall(SYS_pidfd_open, n->pid, 0);
		k->is_gone = k->fd < 0;
		if (!k->is_gone) {
			k->fd = own_fd(k->fd);
			e.data.u64 = k->tag;
			epoll_ctl(q->fd, EPOLL_CTL_ADD, k->fd, &e);
		}
	}
	k->parent = n->data;
	pend(q, k, NOTE_CHILD);
}

void kq_proc_hear(struct kq *q)
{
	struct proc_note n;

	while (q->listens && proc_log_read(&q->log, &n)) {
		struct knote *k = *kq_note(q, KQ_PROC, (uint64_t)n.pid);

		if (n.note == NOTE_CHILD)
			follow(q, &n);
		else if (n.note == NOTE_EXIT && k)
			k->status = n.data;
		else if (k && (n.note == NOTE_TRACKERR || k->ev.fflags & n.note))
			pend(q, k, n.note);
	}
}

/*
 * How it ended, as wait(2) says it on the host.  Its own word is the last resort:
 * who was killed had no time for one.
 */
static int status_of(struct kq *q, const struct knote *k)
{
	struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };
	siginfo_t si = { 0 };
	char text[1024], *at;

	if (k->fd < 0)
		return k->status;
	if (!waitid(P_PIDFD, (id_t)k->fd, &si, WEXITED | WNOWAIT | WNOHANG))
		return si.si_code == CLD_EXITED ? (si.si_status & 0xff) << 8 :
						  si.si_status;
	/* Another's child: until that has waited for it, and from then on. */
	proc_read((int)k->ev.ident, PROC_STAT, 0, text, sizeof text);
	at = strrchr(text, ' ');
	if (at && strstr(text, ") Z "))
		return atoi(at);
	if (!ioctl(k->fd, PIDFD_GET_INFO, &info) && info.mask & PIDFD_INFO_EXIT)
		return info.exit_code;
	/* Who has waited for it meanwhile has told before. */
	kq_proc_hear(q);
	return k->status;
}

void kq_proc_event(struct kq *q, struct knote *k, bool ended,
		   struct kq_event *ev)
{
	/* First, as there may be more to tell then. */
	const int status = ended && k->ev.fflags & NOTE_EXIT ? status_of(q, k) :
							       0;

	*ev = k->ev;
	ev->fflags = k->pending;
	ev->data = k->pending & NOTE_CHILD ? k->parent : 0;
	if (ended) {
		ev->fflags |= k->ev.fflags & NOTE_EXIT;
		ev->flags |= EV_EOF | EV_ONESHOT;
		k->ev.flags |= EV_ONESHOT;
		if (ev->fflags & NOTE_EXIT)
			ev->data = bsd_wait_status(status);
	}
	k->pending = 0;
	kq_unlist(q, k);
}
