/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock-folder.c - oplocks of folders.
 *
 * The host has no leases of folders.  That something in one has changed inotify
 * tells, right after it: nobody waits for the answer to that break.  Who wants
 * the folder itself, to delete or rename it, or to open it against what the
 * holder shares, waits for the holder to answer: he asks the processes that
 * have it open (remote.h), each of which breaks what it has, and hands over the
 * end of a pipe that is closed with the answer, or with the process.
 *
 * Only handles are kept that the table of share modes knows of, or nobody would
 * find them.
 * Source: MS-FSA 2.1.4.2, 2.1.4.12, 2.1.5.18.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-oplock-private.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"

/* All that a listing tells of what is in a folder. */
enum {
	CHANGES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
		  IN_ATTRIB | IN_MODIFY,
};

static void heard(struct nt_watch *w, uint32_t events);

/* inotify's queue of this process; under oplock_lock. */
static struct nt_watch queue = { .fd = -1, .fn = heard };

/* ---- what is in it has changed ---- */

static void mark(const struct inotify_event *ev)
{
	const bool all = ev->mask & IN_Q_OVERFLOW;

	/* What is told of the folder itself has no name. */
	if (!all && !ev->len)
		return;
	for (struct oplock *o = oplocks; o; o = o->next)
		if (o->means == &oplock_folders && (all || o->watch == ev->wd))
			o->changed = true;
}

/* Locked. */
static void read_events(void)
{
	uint8_t events[4096] __attribute__((aligned(8)));
	const struct inotify_event *ev;
	ssize_t n;

	while (queue.fd >= 0 && (n = read(queue.fd, events, sizeof events)) > 0)
		for (ssize_t at = 0; at < n;
		     at += (ssize_t)(sizeof *ev + ev->len)) {
			ev = (void *)(events + at);
			mark(ev);
		}
}

void oplock_folder_catch_up(void)
{
	pthread_mutex_lock(&oplock_lock);
	read_events();
	pthread_mutex_unlock(&oplock_lock);
	oplock_tell_breaks();
}

static void heard(struct nt_watch *w, uint32_t events)
{
	(void)events;
	oplock_folder_catch_up();
	watch_fd(w, EPOLLIN);
}

/* One that is being answered is looked at after that. */
static bool look(struct oplock *o, struct oplock_end *e)
{
	if (o->state != HELD || !o->changed)
		return false;
	if (!oplock_end_request(o, 0, o->handles ? OPLOCK_ACK_REQUIRED : 0,
				STATUS_SUCCESS, e))
		return false;
	if (o->handles) {
		o->state = BREAKING;
		o->level = 0;
	} else {
		oplock_give_up(o);
	}
	return true;
}

/* ---- grants ---- */

static bool may(struct file *f, bool shared)
{
	const uint32_t counts = FILE_READ_DATA | FILE_EXECUTE |
				FILE_WRITE_DATA | FILE_APPEND_DATA |
				ACCESS_DELETE;

	return shared && !f->dir && f->fd >= 0 && f->inode &&
	       f->access & counts;
}

static bool listens(void)
{
	if (queue.fd >= 0)
		return true;
	queue.fd = MORE_FILES(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
	if (queue.fd >= 0 && watch_fd(&queue, EPOLLIN)) {
		close(queue.fd);
		queue.fd = -1;
	}
	return queue.fd >= 0;
}

static bool take(struct file *f, bool shared, const struct oplock *was,
		 struct oplock *new)
{
	char self[32];

	(void)shared;
	if (!listens() || !share_inode(f, &new->dev, &new->ino))
		return false;
	new->handles = new->level &OPLOCK_HANDLE;
	if (was) {
		new->watch = was->watch;
		/* Another thread has seen it and not told of it yet. */
		new->changed = was->changed;
		return true;
	}
	/* What was done until now was done before it. */
	read_events();
	file_proc_path(f, self, sizeof self);
	new->watch = inotify_add_watch(queue.fd, self,
				       CHANGES | IN_ONLYDIR | IN_EXCL_UNLINK);
	return new->watch >= 0;
}

static bool keep_read(struct oplock *o)
{
	o->handles = false;
	return true;
}

static void drop(struct oplock *o)
{
	unsigned users = 0;

	for (const struct oplock *p = oplocks; p; p = p->next)
		users += p->means == &oplock_folders && p->watch == o->watch;
	if (users == 1)
		inotify_rm_watch(queue.fd, o->watch);
}

const struct oplock_means oplock_folders = {
	.may = may,
	.take = take,
	.keep_read = keep_read,
	.drop = drop,
	.look = look,
};

/* ---- the folder itself is wanted ---- */

/* Whose handles are wanted: of one folder, or of all below another. */
struct wanted {
	uint64_t dev, ino;
	const char *below; /* NULL: that one */
	const struct file *but;
};

static bool is_wanted(const struct wanted *w, const struct oplock *o)
{
	char path[HOST_PATH_MAX];
	size_t n;

	if (o->means != &oplock_folders || !o->handles || o->file == w->but)
		return false;
	if (!w->below)
		return o->dev == w->dev && o->ino == w->ino;
	n = strlen(w->below);
	return file_host_name(o->file, path) == HOST_NAME_KNOWN &&
	       !strncmp(path, w->below, n) && path[n] == '/';
}

/* Locked: a descriptor that ends with the answer, the caller's; or -1. */
static int gate(struct oplock *o)
{
	if (o->gate[0] < 0 && MORE_FILES(pipe2(o->gate, O_CLOEXEC)) < 0) {
		o->gate[0] = o->gate[1] = -1;
		return -1;
	}
	return MORE_FILES(fcntl(o->gate[0], F_DUPFD_CLOEXEC, 0));
}

/* Breaks the first there is; what to wait for, or -1: nobody is in the way. */
static int break_one(const struct wanted *w)
{
	struct oplock_end e = { 0 };
	struct oplock *o;
	int fd = -1;

	pthread_mutex_lock(&oplock_lock);
	for (o = oplocks; o && fd < 0; o = o->next) {
		if (!is_wanted(w, o))
			continue;
		/* Its request is being cancelled: it is as good as gone. */
		if (o->state == HELD &&
		    !oplock_end_request(o, OPLOCK_READ, OPLOCK_ACK_REQUIRED,
					STATUS_SUCCESS, &e))
			continue;
		fd = gate(o);
		if (o->state == HELD) {
			o->state = BREAKING;
			o->level = OPLOCK_READ;
			break;
		}
	}
	pthread_mutex_unlock(&oplock_lock);
	if (e.irp)
		oplock_tell(&e);
	return fd;
}

int oplock_folder_ask(uint64_t dev, uint64_t ino, const char *below)
{
	return break_one(
		&(struct wanted){ .dev = dev, .ino = ino, .below = below });
}

/*
 * Another process's; -1 as well if it does not answer.  One that is ending is
 * waited for as a whole: what it has open is open until then.
 */
static int ask(struct nt_process *p, const struct wanted *w)
{
	struct remote_msg *m = remote_msg(REMOTE_OPLOCK);
	NTSTATUS status;
	int fd = -1;

	if (!m)
		return -1;
	m->args[0] = w->dev;
	m->args[1] = w->ino;
	if (w->below) {
		m->len = (uint32_t)strlen(w->below);
		memcpy(m->data, w->below, m->len);
	}
	status = remote_ask(p, m);
	if (!status)
		fd = m->fd;
	else if (status == STATUS_PROCESS_IS_TERMINATING)
		fd = MORE_FILES(fcntl(p->pidfd, F_DUPFD_CLOEXEC, 0));
	free(m);
	return fd;
}

/* Until the answer, or until t is to wait no more: STATUS_CANCELLED. */
static NTSTATUS await(struct task *t, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	NTSTATUS status = STATUS_SUCCESS;

	do
		if (!file_open_goes_on(t))
			status = STATUS_CANCELLED;
	while (!status && poll(&p, 1, -1) < 0 && errno == EINTR);
	close(fd);
	return status;
}

static bool has_ended(const struct nt_process *p)
{
	struct pollfd end = { p->pidfd, POLLIN, 0 };

	return poll(&end, 1, 0) > 0;
}

/* p NULL: our own.  Has anybody been waited for?  not_now: has nobody. */
static bool clear(struct task *t, const struct wanted *w, struct nt_process *p,
		  bool not_now, NTSTATUS *status)
{
	bool waited = false;
	int fd;

	while (!*status && (fd = p ? ask(p, w) : break_one(w)) >= 0) {
		if (not_now) {
			close(fd);
			break;
		}
		*status = await(t, fd);
		waited = true;
		if (p && has_ended(p))
			break;
	}
	return waited;
}

static bool clear_all(struct task *t, const struct wanted *w, bool not_now,
		      NTSTATUS *status)
{
	const struct inode i = { .dev = w->dev, .ino = w->ino };
	bool waited = clear(t, w, NULL, not_now, status);
	struct nt_process *p;
	unsigned n;
	int *pids;

	pthread_mutex_lock(&inode_lock);
	pids = peers_with(&i, &n);
	pthread_mutex_unlock(&inode_lock);
	for (unsigned k = 0; k < n; k++) {
		if (process_open_host(process_id(pids[k]), &p))
			continue;
		waited |= clear(t, w, p, not_now, status);
		object_put(&p->object);
	}
	free(pids);
	return waited;
}

bool oplock_folder_opened(struct task *t, const struct file *f,
			  const struct statx *st, bool not_now,
			  NTSTATUS *status)
{
	const struct wanted w = {
		.dev = makedev(st->stx_dev_major, st->stx_dev_minor),
		.ino = st->stx_ino,
		.but = f,
	};
	NTSTATUS ends = STATUS_SUCCESS;
	bool waited;

	if (!share_has_oplocks(st))
		return false;
	waited = clear_all(t, &w, not_now, &ends);
	if (ends)
		*status = ends;
	return waited && !ends;
}

NTSTATUS oplock_folder_goes(struct task *t, const struct file *f,
			    const struct stat *st)
{
	const struct statx stx = {
		.stx_dev_major = major(st->st_dev),
		.stx_dev_minor = minor(st->st_dev),
		.stx_ino = st->st_ino,
	};
	const struct wanted w = { st->st_dev, st->st_ino, .but = f };
	NTSTATUS status = STATUS_SUCCESS;

	if (!share_has_oplocks(&stx))
		return status;
	sync_begin_on(nt_thread(t), f, 0);
	clear_all(t, &w, false, &status);
	sync_end(nt_thread(t));
	return status;
}

bool oplock_folder_below(struct task *t, const struct file *f,
			 const char *folder, struct nt_process *p)
{
	const struct wanted w = { .below = folder, .but = f };
	NTSTATUS status = STATUS_SUCCESS;
	bool waited;

	sync_begin_on(nt_thread(t), f, 0);
	waited = clear(t, &w, p, false, &status);
	sync_end(nt_thread(t));
	return waited && !status;
}
