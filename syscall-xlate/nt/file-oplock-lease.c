/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock-lease.c - oplocks of files, which are leases of the host's.
 *
 * F_RDLCK: Level 2, Read.  No writer, and this handle is none; broken by who
 * opens the file to write.
 *
 * F_WRLCK: Level 1, Batch, Filter, and what caches handles or writes.  Nobody
 * else; broken by who opens the file to read or write.  Windows breaks some of
 * them later, with the first write; none earlier.
 *
 * What leases cannot promise is not granted (STATUS_OPLOCK_NOT_GRANTED): of a
 * file of somebody else's, on file systems without leases.  The host waits for
 * an answer for /proc/sys/fs/lease-break-time only (45 seconds).  All of it, if
 * nobody hears of the break: its holder was killed, and another process has the
 * same open file.
 *
 * The kernel tells of a break by a signal, which is for a thread of ours that
 * does nothing but wait for it.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-oplock-private.h"
#include "syscall-xlate/nt/nt-private.h"

static pthread_cond_t begun = PTHREAD_COND_INITIALIZER;
static pid_t listener; /* the thread that hears of breaks, or 0 */

/* ---- breaks -------------------------------------------------------------- */

static bool is_read_only(const struct file *f)
{
	return (fcntl(f->fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

static bool look(struct oplock *o, struct oplock_end *e)
{
	const int lease = fcntl(o->file->fd, F_GETLEASE);
	uint32_t now;

	if (o->state != HELD || lease < 0 || lease == o->lease)
		return false;
	if (o->lease == F_RDLCK) {
		if (!oplock_end_request(o, 0, 0, STATUS_SUCCESS, e))
			return false;
		oplock_give_up(o);
		return true;
	}
	/* A lease of a reader's, which the answer takes, is for no writer. */
	now = lease == F_RDLCK && o->kind != FILTER && is_read_only(o->file)
		      ? OPLOCK_READ
		      : 0;
	if (!oplock_end_request(o, now, OPLOCK_ACK_REQUIRED, STATUS_SUCCESS, e))
		return false;
	o->state = BREAKING;
	o->level = now;
	return true;
}

/* A queue of such signals that is full has SIGIO in their place. */
static void *listen_for_breaks(void *arg)
{
	sigset_t set;
	int sig;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMAX);
	sigaddset(&set, SIGIO);
	pthread_mutex_lock(&oplock_lock);
	listener = gettid();
	pthread_cond_broadcast(&begun);
	pthread_mutex_unlock(&oplock_lock);
	for (;;) {
		if (sigwait(&set, &sig))
			continue;
		oplock_tell_breaks();
	}
	return NULL;
}

/* Locked. */
static bool listen_on(int fd)
{
	static bool tried;
	struct f_owner_ex owner = { .type = F_OWNER_TID };

	if (!tried && helper_thread(listen_for_breaks, NULL))
		return false;
	tried = true;
	while (!listener)
		pthread_cond_wait(&begun, &oplock_lock);
	owner.pid = listener;
	return !fcntl(fd, F_SETSIG, SIGRTMAX) &&
	       !fcntl(fd, F_SETOWN_EX, &owner);
}

/* ---- grants -------------------------------------------------------------- */

static bool may(struct file *f, bool shared)
{
	if (f->kind != FILE_KIND_DISK || f->path_only || f->fd < 0 || !f->inode)
		return false;
	/* Ranges that are locked keep reads from being kept. */
	return !shared || !inode_locked(f->inode);
}

static bool take(struct file *f, bool shared, const struct oplock *was,
		 struct oplock *new)
{
	const int lease = shared ? F_RDLCK : F_WRLCK;

	/* Another process that has this description holds one by it. */
	if (!was && fcntl(f->fd, F_GETLEASE) != F_UNLCK)
		return false;
	if (!listen_on(f->fd) || fcntl(f->fd, F_SETLEASE, lease))
		return false;
	if (!shared && share_others(f, true)) {
		fcntl(f->fd, F_SETLEASE, was ? was->lease : F_UNLCK);
		return false;
	}
	new->lease = lease;
	return true;
}

static bool keep_read(struct oplock *o)
{
	if (fcntl(o->file->fd, F_SETLEASE, F_RDLCK))
		return false;
	o->lease = F_RDLCK;
	return true;
}

static void drop(struct oplock *o)
{
	fcntl(o->file->fd, F_SETLEASE, F_UNLCK);
}

const struct oplock_means oplock_leases = {
	.may = may,
	.take = take,
	.keep_read = keep_read,
	.drop = drop,
	.look = look,
};
