/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lock.c - byte-range locks.
 *
 * NT's are mandatory, belong to a handle, and are undone exactly as they were
 * made.  A list at the inode does that within the process; other processes are
 * kept out with the host's open-file-description locks, which belong to the
 * descriptor just as NT's belong to the handle.  These are advisory: so the
 * host is asked for them before each read and write of a file of which some
 * process has ever locked a range, as the table of file-shared.c tells.
 *
 * NT's belong to the process as well: who has inherited the handle is kept out.
 * So a file object that several processes have gets another descriptor for its
 * locks in each of them, but where the first already has some.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

struct lock_range {
	struct lock_range *next;
	struct file *owner;
	uint64_t offset, len;
	uint32_t key;
	bool exclusive;
};

/* How long a blocked lock sleeps before it looks at other processes again. */
enum { RETRY_NS = 2 * 1000 * 1000 };

static bool overlaps(const struct lock_range *r, uint64_t offset, uint64_t len)
{
	return len && r->len && offset - r->offset < r->len
		       ? true
		       : len && r->len && r->offset - offset < len;
}

/* With inode_lock held. */
static bool blocked(struct inode *i, struct file *f, uint64_t offset,
		    uint64_t len, bool exclusive)
{
	for (struct lock_range *r = i->locks; r; r = r->next)
		if (overlaps(r, offset, len) &&
		    (exclusive || (r->exclusive && r->owner != f)))
			return true;
	return false;
}

static bool has_locks(const struct file *f)
{
	const struct lock_range *r = f->inode ? f->inode->locks : NULL;

	while (r && r->owner != f)
		r = r->next;
	return r;
}

/*
 * The descriptor that others' locks can be seen by, and f's are on.  For these
 * it is one that reads and writes, which the host demands of a lock where NT
 * does not care, if the user may have one; taken before the first of them,
 * since locks cannot go from one to another without a gap.
 */
static int descriptor(struct file *f, bool lock)
{
	int fd = f->lock_fd < 0 ? f->fd : f->lock_fd, mode, better = -1;
	bool of_others = f->lock_fd < 0 && f->in_others, one_way;
	const int flags = O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char self[32];

	if ((!lock && !of_others) || has_locks(f))
		return fd;
	mode = fcntl(fd, F_GETFL) & O_ACCMODE;
	one_way = lock && mode != O_RDWR;
	file_proc_path(f, self, sizeof self);
	if (one_way)
		better = MORE_FILES(open(self, O_RDWR | flags));
	if (better < 0 && of_others)
		better = MORE_FILES(open(self, mode | flags));
	if (better < 0)
		return fd;
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	return f->lock_fd = better;
}

/* The host's lock.  0, -EAGAIN, or -errno. */
static int host_lock(int fd, uint64_t offset, uint64_t len, short type)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET };

	if (!len || offset > INT64_MAX)
		return 0; /* the host cannot say it; this process can */
	l.l_start = (off_t)offset;
	/* 0 means to the end of everything. */
	l.l_len = len > (uint64_t)INT64_MAX - offset ? 0 : (off_t)len;
	if (fcntl(fd, F_OFD_SETLK, &l) == 0)
		return 0;
	/* A file that the user may only read: a shared one at least keeps
	   others from writing.  File systems may have none at all. */
	if (errno == EBADF && type == F_WRLCK) {
		l.l_type = F_RDLCK;
		if (fcntl(fd, F_OFD_SETLK, &l) == 0)
			return 0;
	}
	return errno == EAGAIN || errno == EACCES ? -EAGAIN : 0;
}

/* The host merges ranges: after an unlock set what is left anew. */
static void host_relock(struct file *f, int fd, uint64_t offset, uint64_t len)
{
	host_lock(fd, offset, len, F_UNLCK);
	for (struct lock_range *r = f->inode->locks; r; r = r->next)
		if (r->owner == f && overlaps(r, offset, len))
			host_lock(fd, r->offset, r->len,
				  r->exclusive ? F_WRLCK : F_RDLCK);
}

static NTSTATUS try_lock(struct file *f, uint64_t offset, uint64_t len,
			 uint32_t key, bool exclusive)
{
	struct lock_range *r = malloc(sizeof *r);
	NTSTATUS status = STATUS_SUCCESS;

	if (!r)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&inode_lock);
	/* Before it is locked, or somebody would not ask. */
	if (f->inode)
		peers_lock(f->inode);
	if (!f->inode)
		status = STATUS_INVALID_DEVICE_REQUEST;
	else if (blocked(f->inode, f, offset, len, exclusive) ||
		 host_lock(descriptor(f, true), offset, len,
			   exclusive ? F_WRLCK : F_RDLCK) == -EAGAIN)
		status = STATUS_LOCK_NOT_GRANTED;
	if (!status) {
		*r = (struct lock_range){ f->inode->locks, f, offset, len, key,
					  exclusive };
		f->inode->locks = r;
		r = NULL;
	}
	pthread_mutex_unlock(&inode_lock);
	free(r);
	return status;
}

/* Has another process locked it against that? */
static bool host_conflicts(struct file *f, uint64_t offset, uint64_t len,
			   bool write)
{
	struct flock l = { .l_type = write ? F_WRLCK : F_RDLCK,
			   .l_whence = SEEK_SET,
			   .l_start = (off_t)offset,
			   .l_len = (off_t)len };

	if (!len || offset > INT64_MAX - len)
		return false;
	return fcntl(descriptor(f, false), F_OFD_GETLK, &l) == 0 &&
	       l.l_type != F_UNLCK;
}

NTSTATUS lock_check(struct file *f, int64_t offset, uint64_t len, bool write)
{
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&inode_lock);
	for (struct lock_range *r = f->inode->locks; r; r = r->next) {
		if (!overlaps(r, (uint64_t)offset, len))
			continue;
		/* A shared lock keeps everybody from writing, its owner too. */
		if (r->exclusive ? r->owner != f : write)
			status = STATUS_FILE_LOCK_CONFLICT;
	}
	if (!status && host_conflicts(f, (uint64_t)offset, len, write))
		status = STATUS_FILE_LOCK_CONFLICT;
	pthread_mutex_unlock(&inode_lock);
	return status;
}

void lock_release_all(struct file *f)
{
	struct lock_range **at;

	if (!f->inode || !f->inode->locks)
		return;
	pthread_mutex_lock(&inode_lock);
	if (has_locks(f))
		host_lock(descriptor(f, false), 0, UINT64_MAX, F_UNLCK);
	for (at = &f->inode->locks; *at;) {
		struct lock_range *r = *at;

		if (r->owner != f) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		free(r);
	}
	pthread_mutex_unlock(&inode_lock);
}

void lock_forget(struct inode *i)
{
	while (i->locks) {
		struct lock_range *r = i->locks;

		i->locks = r->next;
		free(r);
	}
}

/* Sleeps between tries: other processes tell us nothing when they unlock. */
static NTSTATUS lock_blocking(struct task *t, struct file *f, uint64_t offset,
			      uint64_t len, uint32_t key, bool exclusive)
{
	for (;;) {
		struct timespec ts = { 0, RETRY_NS };
		NTSTATUS status = try_lock(f, offset, len, key, exclusive);

		if (status != STATUS_LOCK_NOT_GRANTED)
			return status;
		if (io_interrupted(t, f, &status))
			return status;
		nanosleep(&ts, NULL);
	}
}

/* An overlapped lock that must wait: a thread of its own, so rare is it. */
struct waiting_lock {
	struct irp *irp;
	uint64_t offset, len;
	uint32_t key;
	bool exclusive;
};

static void *lock_thread(void *arg)
{
	struct waiting_lock *w = arg;
	struct irp *r = w->irp;
	struct file *f = r->file;

	/*
	 * A cancelled request is gone, so this thread holds a reference to
	 * the file and looks for its request by address under the lock.
	 */
	for (;;) {
		struct timespec ts = { 0, RETRY_NS };
		struct irp *i;
		bool mine = false;
		NTSTATUS status;

		small_lock(&f->lock);
		for (i = f->irps; i && i != r; i = i->next)
			;
		if (i && i->extra == w)
			mine = irp_take(i);
		small_unlock(&f->lock);
		if (!mine)
			break;
		status = try_lock(f, w->offset, w->len, w->key, w->exclusive);
		if (status != STATUS_LOCK_NOT_GRANTED) {
			r->extra = NULL;
			irp_finish(r, status, 0);
			break;
		}
		atomic_store(&r->taken, 0);
		nanosleep(&ts, NULL);
	}
	object_put(&f->object);
	free(w);
	return NULL;
}

static void lock_cancel(struct irp *r)
{
	r->extra = NULL; /* the thread's to free */
}

static NTSTATUS lock_pending(struct task *t, struct irp *r, uint64_t offset,
			     uint64_t len, uint32_t key, bool exclusive)
{
	struct waiting_lock *w = malloc(sizeof *w);
	pthread_attr_t attr;
	pthread_t thread;
	struct irp *p;
	int err;

	p = w ? irp_pend(t, r) : NULL;
	if (!p) {
		free(w);
		return STATUS_NO_MEMORY;
	}
	*w = (struct waiting_lock){ p, offset, len, key, exclusive };
	p->cancel = lock_cancel;
	object_get(&p->file->object);
	p->extra = w;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 64 << 10);
	err = pthread_create(&thread, &attr, lock_thread, w);
	pthread_attr_destroy(&attr);
	if (err && irp_take(p)) {
		object_put(&p->file->object);
		irp_finish(p, STATUS_NO_MEMORY, 0);
	}
	return STATUS_PENDING;
}

NTSTATUS nt_lock_file(struct task *t, uint64_t file, uint64_t event, gaddr apc,
		      gaddr apc_context, gaddr iosb, gaddr offset, gaddr len,
		      uint32_t key, uint8_t immediate, uint8_t exclusive)
{
	struct irp r;
	uint64_t at, n;
	NTSTATUS status =
		irp_begin(t, &r, file, event, apc, apc_context, iosb,
			  FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA);

	if (status)
		return status;
	if (guest_get64(t, &at, offset) < 0 || guest_get64(t, &n, len) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else if (n && at + n - 1 < at)
		status = STATUS_INVALID_LOCK_RANGE;
	else if (r.file->kind != FILE_KIND_DISK)
		status = STATUS_INVALID_DEVICE_REQUEST;
	else
		status = oplock_ready(t, r.file);
	if (!status)
		oplock_range(r.file);
	if (!status)
		status = try_lock(r.file, at, n, key, exclusive);
	if (status == STATUS_LOCK_NOT_GRANTED && !immediate) {
		sync_begin(nt_thread(t), &r);
		status = r.file->synchronous
				 ? lock_blocking(t, r.file, at, n, key,
						 exclusive)
				 : lock_pending(t, &r, at, n, key, exclusive);
		sync_end(nt_thread(t));
	}
	return irp_end(t, &r, status);
}

NTSTATUS nt_unlock_file(struct task *t, uint64_t file, gaddr iosb, gaddr offset,
			gaddr len, uint32_t key)
{
	struct irp r;
	uint64_t at, n;
	struct lock_range **p;
	int fd;
	NTSTATUS status = irp_begin(t, &r, file, 0, 0, 0, iosb, 0);

	if (status)
		return status;
	if (guest_get64(t, &at, offset) < 0 || guest_get64(t, &n, len) < 0) {
		status = STATUS_ACCESS_VIOLATION;
	} else if (!r.file->inode) {
		status = STATUS_INVALID_DEVICE_REQUEST;
	} else {
		status = STATUS_RANGE_NOT_LOCKED;
		pthread_mutex_lock(&inode_lock);
		for (p = &r.file->inode->locks; *p; p = &(*p)->next) {
			struct lock_range *l = *p;

			if (l->owner != r.file || l->offset != at ||
			    l->len != n || l->key != key)
				continue;
			fd = descriptor(r.file, false);
			*p = l->next;
			free(l);
			host_relock(r.file, fd, at, n);
			status = STATUS_SUCCESS;
			break;
		}
		pthread_mutex_unlock(&inode_lock);
	}
	return irp_end(t, &r, status);
}
