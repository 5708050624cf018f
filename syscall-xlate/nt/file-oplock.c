/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock.c - opportunistic locks.
 *
 * Each is a lease of the host's (F_SETLEASE) on the descriptor that asked for
 * it: the kernel grants it only if nobody else has the file open in a way that
 * counts, makes whoever opens it wait until the lease is given up, Linux' own
 * programs as well, and ends it with its holder.  So nobody has to be told of
 * anything.
 *
 * F_RDLCK: Level 2, Read.  No writer, and this handle is none; broken by who
 * opens the file to write.
 *
 * F_WRLCK: Level 1, Batch, Filter, and what caches handles or writes.  Nobody
 * else; broken by who opens the file to read or write.  Windows breaks some of
 * them later, with the first write; none earlier.
 *
 * What leases cannot promise is not granted (STATUS_OPLOCK_NOT_GRANTED): to a
 * handle that is synchronous, or of a folder, of a file of somebody else's, on
 * file systems without leases.  The host waits for an answer for
 * /proc/sys/fs/lease-break-time only (45 seconds).  All of it, if nobody hears of
 * the break: its holder was killed, and another process has the same open file.
 *
 * Who opens a file with FILE_COMPLETE_IF_OPLOCKED has a handle before the break
 * is over: with an O_PATH descriptor, for which the real one is put when it is
 * needed, and can be had (oplock_ready()).
 *
 * Two things are no opens for the host: one for deletion, and locks of ranges.
 * There the file is opened for a moment, if the table of share modes says that
 * anybody has ever had an oplock (oplock_wait(), oplock_range()).
 *
 * The kernel tells of a break by a signal, which is for a thread of ours that
 * does nothing but wait for it.
 * Source: MS-FSA 2.1.5.18, Microsoft's WDK documentation, fcntl(2).
 */
#include "syscall-xlate/nt/file-oplock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-private.h"

enum { READ = 1, HANDLE = 2, WRITE = 4 }; /* OPLOCK_LEVEL_CACHE_* */

enum kind { LEVEL_1, LEVEL_2, BATCH, FILTER, GRANULAR };

/* What a broken one of the older kinds becomes: IoStatus.Information. */
enum { BROKEN_TO_LEVEL_2 = 7, BROKEN_TO_NONE = 8 };

enum state {
	HELD,     /* irp is pending */
	BREAKING, /* its holder has been told, and has to answer */
	CLOSING,  /* his answer was that he will close the file */
};

struct oplock {
	struct oplock *next;
	struct file *file;
	struct irp *irp; /* HELD */
	enum kind kind;
	enum state state;
	uint32_t level; /* GRANULAR; of the others READ or 0, while BREAKING */
	int lease;      /* F_RDLCK, F_WRLCK */
};

/* REQUEST_OPLOCK_OUTPUT_BUFFER. */
struct broken {
	uint16_t version, len;
	uint32_t was, now, flags, access;
	uint16_t share, pad;
};
_Static_assert(sizeof(struct broken) == 24, "as documented");
enum { ACK_REQUIRED = 1 };

/* A request that is over, to be told of with no lock held. */
struct ended {
	struct irp *irp; /* taken */
	enum kind kind;
	struct broken how;
	NTSTATUS status;
};

static pthread_mutex_t oplock_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER;
static struct oplock *oplocks; /* all of the process; under oplock_lock */
static pid_t listener;         /* the thread that hears of breaks, or 0 */
/* Whose break it tells of, and has a reference to; and that it no longer does.
 */
static const struct file *telling;
static pthread_cond_t told_all = PTHREAD_COND_INITIALIZER;

/* ---- under the lock ------------------------------------------------------ */

static struct oplock *find(const struct file *f)
{
	struct oplock *o = oplocks;

	while (o && o->file != f)
		o = o->next;
	return o;
}

static void forget(struct oplock *o)
{
	struct oplock **at = &oplocks;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	free(o);
}

/* Who waits for it goes on. */
static void give_up(struct oplock *o)
{
	fcntl(o->file->fd, F_SETLEASE, F_UNLCK);
	forget(o);
}

/* Its request ends; false: somebody cancels it, who gives it up himself. */
static bool end(struct oplock *o, uint32_t now, uint32_t flags, NTSTATUS status,
		struct ended *e)
{
	if (!irp_take(o->irp))
		return false;
	*e = (struct ended){
		.irp = o->irp,
		.kind = o->kind,
		.how = { .version = 1,
			 .len = sizeof e->how,
			 .was = o->level,
			 .now = now,
			 .flags = flags },
		.status = status,
	};
	o->irp = NULL;
	return true;
}

/* ---- telling, without it ------------------------------------------------- */

static void tell(struct ended *e)
{
	uint64_t information = e->how.now ? BROKEN_TO_LEVEL_2 : BROKEN_TO_NONE;

	e->irp->cancel = NULL;
	if (e->kind == GRANULAR) {
		information = sizeof e->how;
		if (guest_write(NULL, e->irp->out, &e->how, sizeof e->how) < 0)
			information = 0;
	}
	irp_finish(e->irp, e->status, e->status ? 0 : information);
}

/* ---- breaks -------------------------------------------------------------- */

static bool is_read_only(const struct file *f)
{
	return (fcntl(f->fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

/* Has somebody broken it?  Then *e is its request's end. */
static bool look(struct oplock *o, struct ended *e)
{
	const int lease = fcntl(o->file->fd, F_GETLEASE);
	uint32_t now;

	if (o->state != HELD || lease < 0 || lease == o->lease)
		return false;
	if (o->lease == F_RDLCK) {
		if (!end(o, 0, 0, STATUS_SUCCESS, e))
			return false;
		give_up(o);
		return true;
	}
	/* A lease of a reader's, which the answer takes, is for no writer. */
	now = lease == F_RDLCK && o->kind != FILTER && is_read_only(o->file)
		      ? READ
		      : 0;
	if (!end(o, now, ACK_REQUIRED, STATUS_SUCCESS, e))
		return false;
	o->state = BREAKING;
	o->level = now;
	return true;
}

static bool next_break(struct ended *e)
{
	bool any = false;

	pthread_mutex_lock(&oplock_lock);
	for (struct oplock *o = oplocks, *next; o && !any; o = next) {
		next = o->next;
		any = look(o, e);
	}
	telling = any ? e->irp->file : NULL;
	if (!telling)
		pthread_cond_broadcast(&told_all);
	pthread_mutex_unlock(&oplock_lock);
	return any;
}

/* A queue of such signals that is full has SIGIO in their place. */
static void *listen_for_breaks(void *arg)
{
	struct ended e;
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
		while (next_break(&e))
			tell(&e);
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

/* The request is cancelled, and with it the oplock. */
static void cancelled(struct irp *r)
{
	struct oplock *o;

	pthread_mutex_lock(&oplock_lock);
	o = find(r->file);
	if (o && o->irp == r)
		give_up(o);
	pthread_mutex_unlock(&oplock_lock);
}

/* Locked: o, whose lease is there, has a request that waits for its end. */
static NTSTATUS hold(struct task *t, struct oplock *o, struct irp *r)
{
	struct irp *p = irp_pend_taken(t, r);

	if (!p) {
		give_up(o);
		return STATUS_NO_MEMORY;
	}
	p->cancel = cancelled;
	o->irp = p;
	o->state = HELD;
	if (!irp_untake(p)) {
		give_up(o);
		pthread_mutex_unlock(&oplock_lock);
		irp_finish(p, STATUS_CANCELLED, 0);
		pthread_mutex_lock(&oplock_lock);
	}
	return STATUS_PENDING;
}

static bool may_have_one(struct file *f, int lease)
{
	if (f->kind != FILE_KIND_DISK || f->path_only || f->synchronous ||
	    f->fd < 0 || !f->inode)
		return false;
	/* Ranges that are locked keep reads from being kept. */
	return lease == F_WRLCK || !inode_locked(f->inode);
}

/* Locked.  In place of was, one of the same handle, or of none. */
static NTSTATUS grant(struct task *t, struct file *f, struct irp *r,
		      enum kind kind, uint32_t level, int lease,
		      struct oplock *was, struct ended *e)
{
	struct oplock *o;
	bool ok;

	/* Another process that has this description holds one by it. */
	if (!was && fcntl(f->fd, F_GETLEASE) != F_UNLCK)
		return STATUS_OPLOCK_NOT_GRANTED;
	o = was ? was : calloc(1, sizeof *o);
	if (!o)
		return STATUS_NO_MEMORY;
	/* Said before it is granted: who opens the file to delete it is seen
	   here, or asks (oplock_wait()). */
	share_will_have_oplock(f);
	ok = listen_on(f->fd) && !fcntl(f->fd, F_SETLEASE, lease);
	if (ok && lease == F_WRLCK && share_others(f, true)) {
		fcntl(f->fd, F_SETLEASE, was ? was->lease : F_UNLCK);
		ok = false;
	}
	if (ok && was)
		ok = end(was, level, 0, STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE,
			 e);
	if (!ok) {
		if (!was)
			free(o);
		return STATUS_OPLOCK_NOT_GRANTED;
	}
	o->kind = kind;
	o->level = level;
	o->lease = lease;
	if (!was) {
		o->file = f;
		o->next = oplocks;
		oplocks = o;
		f->oplock = true;
	}
	return hold(t, o, r);
}

static NTSTATUS request(struct task *t, struct file *f, struct irp *r,
			enum kind kind, uint32_t level)
{
	const int lease = kind == LEVEL_2 || (kind == GRANULAR && level == READ)
				  ? F_RDLCK
				  : F_WRLCK;
	NTSTATUS status = STATUS_OPLOCK_NOT_GRANTED;
	struct ended e = { 0 };
	struct oplock *was;

	if (!may_have_one(f, lease))
		return status;
	pthread_mutex_lock(&oplock_lock);
	was = find(f);
	/* Those of the newer kind can be asked for anew, for more. */
	if (!was || (kind == GRANULAR && was->kind == GRANULAR &&
		     was->state == HELD && !(was->level & ~level)))
		status = grant(t, f, r, kind, level, lease, was, &e);
	pthread_mutex_unlock(&oplock_lock);
	if (e.irp)
		tell(&e);
	return status;
}

NTSTATUS oplock_level_1(struct task *t, struct file *f, struct irp *r)
{
	return request(t, f, r, LEVEL_1, 0);
}

NTSTATUS oplock_level_2(struct task *t, struct file *f, struct irp *r)
{
	return request(t, f, r, LEVEL_2, 0);
}

NTSTATUS oplock_batch(struct task *t, struct file *f, struct irp *r)
{
	return request(t, f, r, BATCH, 0);
}

NTSTATUS oplock_filter(struct task *t, struct file *f, struct irp *r)
{
	return request(t, f, r, FILTER, 0);
}

/* ---- answers ------------------------------------------------------------- */

/* Locked: what a broken one became is given up, or, wanted, held from now on.
 */
static NTSTATUS answer(struct task *t, struct oplock *o, struct irp *r,
		       bool wanted)
{
	if (wanted && o->level & READ &&
	    !fcntl(o->file->fd, F_SETLEASE, F_RDLCK)) {
		o->lease = F_RDLCK;
		o->kind = o->kind == GRANULAR ? GRANULAR : LEVEL_2;
		return hold(t, o, r);
	}
	give_up(o);
	return STATUS_SUCCESS;
}

/* f's, of one of the older kinds or of the newer, that is to be answered. */
static struct oplock *to_answer(const struct file *f, bool granular)
{
	struct oplock *o = find(f);

	return o && o->state == BREAKING && (o->kind == GRANULAR) == granular
		       ? o
		       : NULL;
}

static NTSTATUS older(struct task *t, struct file *f, struct irp *r,
		      bool wanted, bool closes)
{
	NTSTATUS status = STATUS_INVALID_OPLOCK_PROTOCOL;
	struct oplock *o;

	pthread_mutex_lock(&oplock_lock);
	o = to_answer(f, false);
	if (o && closes && o->kind != LEVEL_1) {
		o->state = CLOSING;
		status = STATUS_SUCCESS;
	} else if (o) {
		status = answer(t, o, r, wanted);
	}
	pthread_mutex_unlock(&oplock_lock);
	return status;
}

NTSTATUS oplock_acknowledge(struct task *t, struct file *f, struct irp *r)
{
	return older(t, f, r, true, false);
}

NTSTATUS oplock_ack_no_2(struct task *t, struct file *f, struct irp *r)
{
	return older(t, f, r, false, false);
}

NTSTATUS oplock_ack_close(struct task *t, struct file *f, struct irp *r)
{
	return older(t, f, r, false, true);
}

static NTSTATUS newer(struct task *t, struct file *f, struct irp *r,
		      uint32_t level, bool closes)
{
	NTSTATUS status = STATUS_INVALID_OPLOCK_PROTOCOL;
	struct oplock *o;

	pthread_mutex_lock(&oplock_lock);
	o = to_answer(f, true);
	/* No more than what it was broken to. */
	if (o && !(level & ~o->level)) {
		if (closes) {
			o->state = CLOSING;
			status = STATUS_SUCCESS;
		} else {
			status = answer(t, o, r, level & READ);
		}
	}
	pthread_mutex_unlock(&oplock_lock);
	return status;
}

/* REQUEST_OPLOCK_INPUT_BUFFER: a request, or the answer to a break. */
NTSTATUS oplock_request(struct task *t, struct file *f, struct irp *r)
{
	enum { REQUEST = 1, ACK = 2, ACK_ON_CLOSE = 4 };
	struct {
		uint16_t version, len;
		uint32_t level, flags;
	} in;
	NTSTATUS status = control_in(t, r, &in, sizeof in);

	if (status)
		return status;
	if (r->out_len < sizeof(struct broken))
		return STATUS_BUFFER_TOO_SMALL;
	if (in.version != 1 || in.len != sizeof in ||
	    in.level & ~(uint32_t)(READ | HANDLE | WRITE) ||
	    (in.flags != REQUEST &&
	     (in.flags & ~(uint32_t)ACK_ON_CLOSE) != ACK))
		return STATUS_INVALID_PARAMETER;
	if (in.flags & ACK)
		return newer(t, f, r, in.level, in.flags & ACK_ON_CLOSE);
	/* What handles and writes keep others from is nothing without reads;
	   folders have no data to be kept from. */
	if (!(in.level & READ) ||
	    (f->kind == FILE_KIND_DIR && in.level & WRITE))
		return STATUS_INVALID_PARAMETER;
	return request(t, f, r, GRANULAR, in.level);
}

/* ---- ends, and what is no open for the host ------------------------------ */

void oplock_end(struct file *f)
{
	struct ended e = { 0 };
	struct oplock *o;
	bool told = false;

	if (!f->oplock)
		return;
	pthread_mutex_lock(&oplock_lock);
	o = find(f);
	if (o && o->state == HELD) {
		told = end(o, 0, 0, STATUS_SUCCESS, &e);
		o->state = CLOSING;
	}
	pthread_mutex_unlock(&oplock_lock);
	if (told)
		tell(&e);
}

void oplock_close(struct file *f)
{
	struct oplock *o;

	if (!f->oplock)
		return;
	pthread_mutex_lock(&oplock_lock);
	/* When the handle is closed the file is, so that it can be had anew. */
	while (telling == f)
		pthread_cond_wait(&told_all, &oplock_lock);
	o = find(f);
	if (o)
		give_up(o);
	pthread_mutex_unlock(&oplock_lock);
}

/* fd's file again, by another descriptor, or -errno. */
static int open_again(struct task *t, int fd, int flags)
{
	char self[32];
	int again;

	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	do
		again = open(self, flags | O_CLOEXEC | O_NOCTTY);
	while (again < 0 && errno == EINTR && file_open_goes_on(t));
	return again < 0 ? -errno : again;
}

/* Breaks leases as an open with these flags does.  0 or -errno. */
static int open_once(struct task *t, int fd, int flags)
{
	int once = open_again(t, fd, flags);

	if (once < 0)
		return once;
	close(once);
	return 0;
}

NTSTATUS oplock_wait(struct task *t, int fd, const struct statx *st,
		     bool not_now, uint32_t *late)
{
	int err;

	if (!share_has_oplocks(st))
		return STATUS_SUCCESS;
	err = open_once(t, fd, O_RDONLY | (not_now ? O_NONBLOCK : 0));
	if (err == -EAGAIN)
		*late = LATE_OPEN | O_PATH;
	return err == -EINTR ? STATUS_CANCELLED : STATUS_SUCCESS;
}

/* Of one's own handle, which alone has it, what caches writes is not broken. */
void oplock_range(struct file *f)
{
	bool exclusive = false;
	struct oplock *o;

	if (!f->inode || !inode_has_oplocks(f->inode))
		return;
	if (f->oplock) {
		pthread_mutex_lock(&oplock_lock);
		o = find(f);
		exclusive = o && o->lease == F_WRLCK;
		pthread_mutex_unlock(&oplock_lock);
	}
	if (!exclusive)
		open_once(NULL, f->fd, O_WRONLY | O_NONBLOCK);
}

/* ---- opens that did not wait --------------------------------------------- */

NTSTATUS oplock_ready(struct task *t, struct file *f)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const uint32_t late = f->late;
	const bool data = !(late & O_PATH);
	int fd;

	if (!late)
		return STATUS_SUCCESS;
	fd = open_again(t, f->fd, data ? (int)(late & ~LATE_OPEN) : O_RDONLY);
	if (fd == -EINTR)
		return STATUS_CANCELLED;
	if (fd < 0 && data)
		return status_from_errno(-fd);
	/* Once, whoever else has waited for it. */
	pthread_mutex_lock(&lock);
	if (f->late && data && dup3(fd, f->fd, O_CLOEXEC) >= 0) {
		f->path_only = false;
		f->ops = &disk_ops;
	}
	f->late = 0;
	pthread_mutex_unlock(&lock);
	if (fd >= 0)
		close(fd);
	return STATUS_SUCCESS;
}

static NTSTATUS late_read(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = oplock_ready(t, f);

	return status ? status : disk_ops.read(t, f, r);
}

static NTSTATUS late_write(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status = oplock_ready(t, f);

	return status ? status : disk_ops.write(t, f, r);
}

static NTSTATUS late_control(struct task *t, struct file *f, struct irp *r,
			     bool fs)
{
	NTSTATUS status = oplock_ready(t, f);

	return status ? status : disk_ops.control(t, f, r, fs);
}

static NTSTATUS late_flush(struct task *t, struct file *f)
{
	NTSTATUS status = oplock_ready(t, f);

	return status ? status : disk_ops.flush(t, f);
}

void oplock_late(struct file *f, uint32_t late)
{
	static const struct file_ops late_ops = {
		.read = late_read,
		.write = late_write,
		.control = late_control,
		.flush = late_flush,
	};

	f->late = late;
	if (!(late & O_PATH))
		f->ops = &late_ops;
}

NTSTATUS oplock_notify(struct task *t, struct file *f, struct irp *r)
{
	(void)r;
	return oplock_ready(t, f);
}
