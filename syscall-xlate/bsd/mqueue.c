/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mqueue.c - POSIX message queues are the host's: a queue is a descriptor on all
 * three systems, and its attributes are in the same order.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

enum { LARGEST = 1 << 24 }; /* a message; more than any host is set to */

/* A system may have more behind them, which nobody uses. */
struct attributes {
	int64_t flags, maxmsg, msgsize, curmsgs, reserved[4];
};

/* The host's name: without the slash.  0 or -errno. */
static int get_name(struct task *t, gaddr at, char name[NAME_MAX + 2])
{
	int64_t n = guest_string(t, name, NAME_MAX + 2, at);

	if (n < 0)
		return (int)n;
	if (name[0] == '/')
		memmove(name, name + 1, strlen(name));
	else if (!bsd_sys->mq->any_name)
		return -EINVAL;
	/* Elsewhere a slash is a character like others. */
	for (char *p = name; *p; p++) {
		if (*p != '/')
			continue;
		if (!bsd_sys->mq->any_name)
			return -EINVAL;
		*p = '%';
	}
	return *name ? 0 : -EINVAL;
}

static int64_t open_queue(const char *name, int flags, uint32_t mode,
			  const struct mq_attr *a)
{
	return bsd_ret(syscall(SYS_mq_open, name, flags, mode, a));
}

int64_t bsd_mq_open(struct task *t, gaddr at, uint32_t flags, uint32_t mode,
		    gaddr attr)
{
	enum { NONBLOCK = 4, CREAT = 0x200, EXCL = 0x800 };
	const struct bsd_mq *mq = bsd_sys->mq;
	struct mq_attr a = { .mq_maxmsg = mq->maxmsg, .mq_msgsize = mq->msgsize };
	struct attributes g;
	char name[NAME_MAX + 2];
	int host = (flags & 3) | (flags & NONBLOCK ? O_NONBLOCK : 0) |
		   (flags & CREAT ? O_CREAT : 0) | (flags & EXCL ? O_EXCL : 0) |
		   O_CLOEXEC;
	int64_t ret = get_name(t, at, name);

	if (ret)
		return ret;
	if ((flags & 3) == 3)
		return -EINVAL;
	if (flags & CREAT && attr) {
		if (guest_read(t, &g, attr, mq->attr_size))
			return -EFAULT;
		a.mq_maxmsg = g.maxmsg;
		a.mq_msgsize = g.msgsize;
		return open_queue(name, host, mode & 0777, &a);
	}
	ret = open_queue(name, host, mode & 0777, &a);
	/* The system's usual size may be more than this host's largest. */
	return ret == -EINVAL ? open_queue(name, host, mode & 0777, NULL) : ret;
}

int64_t bsd_mq_unlink(struct task *t, gaddr at)
{
	char name[NAME_MAX + 2];
	int ret = get_name(t, at, name);

	return ret ? ret : bsd_ret(syscall(SYS_mq_unlink, name));
}

static int64_t put_attr(struct task *t, gaddr at, const struct mq_attr *a)
{
	enum { NONBLOCK = 4 };
	struct attributes g = {
		.flags = a->mq_flags & O_NONBLOCK ? NONBLOCK : 0,
		.maxmsg = a->mq_maxmsg, .msgsize = a->mq_msgsize,
		.curmsgs = a->mq_curmsgs,
	};

	return guest_write(t, at, &g, bsd_sys->mq->attr_size);
}

int64_t bsd_mq_setattr(struct task *t, int fd, gaddr set, gaddr old)
{
	enum { NONBLOCK = 4 };
	struct mq_attr to = { 0 }, was;
	struct attributes g;

	if (set) {
		if (guest_read(t, &g, set, bsd_sys->mq->attr_size))
			return -EFAULT;
		if (g.flags & ~NONBLOCK)
			return -EINVAL;
		to.mq_flags = g.flags ? O_NONBLOCK : 0;
	}
	if (syscall(SYS_mq_getsetattr, fd, set ? &to : NULL, &was))
		return -errno;
	return old ? put_attr(t, old, &was) : 0;
}

int64_t bsd_mq_getattr(struct task *t, int fd, gaddr at)
{
	return bsd_mq_setattr(t, fd, 0, at);
}

/* A time of day; 0: none.  *end for the host, NULL: none. */
static int get_end(struct task *t, gaddr at, struct timespec *ts,
		   struct timespec **end)
{
	*end = at ? ts : NULL;
	return at ? bsd_get_timespec(t, at, ts) : 0;
}

int64_t bsd_mq_timedsend(struct task *t, int fd, gaddr msg, uint64_t n,
			 uint32_t prio, gaddr timeout)
{
	struct timespec ts, *end;
	int64_t ret = get_end(t, timeout, &ts, &end);
	void *text;

	if (ret)
		return ret;
	if (prio >= bsd_sys->mq->priorities)
		return -EINVAL;
	if (n > LARGEST)
		return -EMSGSIZE;
	text = malloc(n + 1);
	if (!text)
		return -ENOMEM;
	ret = guest_read(t, text, msg, n);
	if (!ret)
		ret = bsd_call(t, SYS_mq_timedsend, fd, text, n, prio, end, 0);
	free(text);
	return bsd_restart(t, ret);
}

int64_t bsd_mq_timedreceive(struct task *t, int fd, gaddr msg, uint64_t n,
			    gaddr prio_at, gaddr timeout)
{
	struct timespec ts, *end;
	int64_t ret = get_end(t, timeout, &ts, &end);
	uint32_t prio = 0;
	void *text;

	if (ret)
		return ret;
	n = MIN(n, LARGEST);
	text = malloc(n + 1);
	if (!text)
		return -ENOMEM;
	ret = bsd_call(t, SYS_mq_timedreceive, fd, text, n, &prio, end, 0);
	if (ret >= 0 && (guest_write(t, msg, text, (size_t)ret) ||
			 (prio_at && guest_put32(t, prio_at, prio))))
		ret = -EFAULT;
	free(text);
	return bsd_restart(t, ret);
}

int64_t bsd_mq_send(struct task *t, int fd, gaddr msg, uint64_t n, uint32_t prio)
{
	return bsd_mq_timedsend(t, fd, msg, n, prio, 0);
}

int64_t bsd_mq_receive(struct task *t, int fd, gaddr msg, uint64_t n,
		       gaddr prio_at)
{
	return bsd_mq_timedreceive(t, fd, msg, n, prio_at, 0);
}

/* ---- telling a thread -------------------------------------------------------- */

/*
 * SIGEV_THREAD_ID, which librt's SIGEV_THREAD is made of.  The host's kernel tells
 * the process; so it does by a signal that no guest has, and which thread gets it
 * sends the true one to the right thread.
 */
enum { TO_THREAD = 64, RECORDS = 256 /* as many queues as a user may have */ };

static struct record {
	int fd, tid, sig;
	uint64_t value;
	uint32_t number; /* who is told says this; 0: nobody will be */
} records[RECORDS] SPARSE;
static _Atomic bool records_busy; /* a lock, also in signal context */

static void lock_records(sigset_t *was)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, was);
	while (atomic_exchange(&records_busy, true))
		;
}

static void unlock_records(const sigset_t *was)
{
	atomic_store(&records_busy, false);
	pthread_sigmask(SIG_SETMASK, was, NULL);
}

/* fd's; an unused one; or with none of them the oldest, whose queue is gone. */
static struct record *record_for(int fd)
{
	struct record *best = records;

	for (struct record *r = records; r < records + RECORDS; r++) {
		if (r->number && r->fd == fd)
			return r;
		if (r->number < best->number)
			best = r;
	}
	return best;
}

bool bsd_mq_told(int sig, const void *siginfo)
{
	const siginfo_t *si = siginfo;
	struct record found = { 0 };
	siginfo_t to = { 0 };
	sigset_t was;

	if (sig != TO_THREAD)
		return false;
	lock_records(&was);
	for (struct record *r = records; r < records + RECORDS; r++)
		if (si->si_code == SI_MESGQ && r->number &&
		    r->number == (uint32_t)si->si_value.sival_int) {
			found = *r;
			r->number = 0;
		}
	unlock_records(&was);
	if (!found.number)
		return true;
	to.si_signo = found.sig;
	to.si_code = SI_MESGQ;
	to.si_pid = si->si_pid;
	to.si_uid = si->si_uid;
	to.si_value.sival_ptr = (void *)found.value;
	syscall(SYS_rt_tgsigqueueinfo, getpid(), found.tid, found.sig, &to);
	return true;
}

/* Nobody is told in a child. */
void bsd_mq_forked(void)
{
	for (struct record *r = records; r < records + RECORDS; r++)
		if (r->number) /* or each page would be the child's own */
			r->number = 0;
	records_busy = false;
}

static int64_t notify_thread(int fd, int tid, int sig, uint64_t value)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
			       .sigev_signo = TO_THREAD };
	static uint32_t last;
	struct record *r, old;
	sigset_t was;
	int64_t ret = task_catch_signal(TO_THREAD, true);

	if (ret)
		return ret;
	lock_records(&was);
	r = record_for(fd);
	old = *r;
	*r = (struct record){ fd, tid, sig, value, ++last ? last : ++last };
	ev.sigev_value.sival_int = (int)r->number;
	ret = bsd_ret(syscall(SYS_mq_notify, fd, &ev));
	if (ret)
		*r = old;
	unlock_records(&was);
	return ret;
}

int64_t bsd_mq_notify(struct task *t, int fd, gaddr at)
{
	/* How struct sigevent begins on both; tid is FreeBSD's. */
	struct { int32_t notify, signo; uint64_t value; int32_t tid; } g;
	enum { NONE, SIGNAL, THREAD_ID = 4 };
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	int sig;

	if (!at)
		return bsd_ret(syscall(SYS_mq_notify, fd, NULL));
	if (guest_read(t, &g, at, sizeof g))
		return -EFAULT;
	if (g.notify == NONE)
		return bsd_ret(syscall(SYS_mq_notify, fd, &ev));
	sig = bsd_sig_to_host(g.signo);
	if (!sig)
		return -EINVAL;
	if (g.notify == THREAD_ID && bsd_sys->mq->tells_threads)
		return notify_thread(fd, g.tid, sig, g.value);
	if (g.notify != SIGNAL)
		return -EINVAL;
	ev.sigev_notify = SIGEV_SIGNAL;
	ev.sigev_signo = sig;
	ev.sigev_value.sival_ptr = (void *)g.value;
	return bsd_ret(syscall(SYS_mq_notify, fd, &ev));
}
