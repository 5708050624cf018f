/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-io.c - reading and writing files, devices and what we were started with.
 *
 * Pipes, terminals and their like leave a request pending, and a watch on the
 * descriptor tries again when the host says it may succeed.  Overlapped requests
 * on regular files are disk-async.c's.  A synchronous handle uses
 * the host's file offset, so that a program and the shell that started it can
 * take turns appending to one redirected output.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscall-xlate/nt/disk-queue.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/vad.h"

enum { IOV_MAX_HERE = 16 };

/* ---- bulk transfer ---- */

/*
 * One host call, which is to be the plain one where it can: it costs least, and
 * a filter may know no other.
 *
 * Not by libc: the host's kernel leaves the processor nothing to predict
 * returns by (as with futexes, base/futex.h), and a large copy leaves little in
 * its nearest cache.  Without a frame for each of libc, the kind of file and
 * the request a read of one byte costs 60 ns less.
 */
static inline __attribute__((always_inline)) ssize_t
host_move(int fd, const struct iovec *v, int nv, int64_t offset, bool out,
	  int flags)
{
	const bool plain = nv == 1 && !flags;
	const bool here = offset < 0; /* or at the end, by flags */
	register int64_t at __asm__("r10") = here ? -1 : offset;
	register long high __asm__("r8") = 0; /* of an offset of 128 bits */
	register long how __asm__("r9") = flags;
	long ret;

	if (plain)
		ret = here ? (out ? SYS_write : SYS_read)
			   : (out ? SYS_pwrite64 : SYS_pread64);
	else if (flags)
		ret = out ? SYS_pwritev2 : SYS_preadv2;
	else
		ret = here ? (out ? SYS_writev : SYS_readv)
			   : (out ? SYS_pwritev : SYS_preadv);
	__asm__ volatile("syscall"
			 : "+a"(ret)
			 : "D"((long)fd), "S"(plain ? v->iov_base : (void *)v),
			   "d"(plain ? v->iov_len : (size_t)nv), "r"(at),
			   "r"(high), "r"(how)
			 : "rcx", "r11", "memory");
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

/* What a kernel, a file system or a filter says that knows no RWF_NOWAIT. */
static bool cannot_ask(int err)
{
	return err == EOPNOTSUPP || err == ENOSYS || err == EINVAL ||
	       err == EPERM;
}

/*
 * io_transfer(), see file.h.  Inline, as what leads here: see host_move().
 */
static inline __attribute__((always_inline)) NTSTATUS
transfer(struct task *t, struct irp *r, int fd, int64_t offset, bool write_out,
	 int flags, size_t *n)
{
	bool at_once = flags & RWF_NOWAIT;
	bool retried = false;

	if (offset == OFFSET_APPEND && write_out)
		flags |= RWF_APPEND;
	*n = 0;
	while (*n < r->len || !r->len) {
		struct iovec v[IOV_MAX_HERE];
		size_t want = 0;
		ssize_t got;
		int nv = guest_iov(t, r->buf + *n, r->len - *n, !write_out, v,
				   IOV_MAX_HERE);

		if (nv < 0)
			return *n ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
		got = host_move(fd, v, nv, offset < 0 ? offset : offset + (int64_t)*n,
				write_out, flags);
		returns_spoil();
		/* Mostly that is all, and what a large copy has pushed out of
		   the nearest cache need not be looked at. */
		if (got == r->len) {
			*n = (size_t)got;
			return STATUS_SUCCESS;
		}
		for (int i = 0; i < nv; i++)
			want += v[i].iov_len;
		if (got < 0 && errno == EFAULT && !retried) {
			/* Pages that are watched, or not there yet. */
			retried = true;
			if (write_out) {
				uint8_t byte;

				for (size_t at = 0; at < want; at += 4096)
					if (guest_read(t, &byte,
						       r->buf + *n + at, 1))
						break;
			} else {
				vm_will_write(r->buf + *n, want);
			}
			continue;
		}
		if (got < 0 && errno == EINTR) {
			NTSTATUS status;

			if (!io_interrupted(t, r->file, &status))
				continue;
			return *n ? STATUS_SUCCESS : status;
		}
		if (got < 0 && at_once && errno == EAGAIN)
			return STATUS_PENDING;
		if (got < 0 && at_once && cannot_ask(errno) && !*n)
			return STATUS_NOT_SUPPORTED;
		if (got < 0)
			return *n && !disk_is_full(errno)
				       ? STATUS_SUCCESS
				       : status_from_errno(errno);
		*n += (size_t)got;
		/* At once: the rest may have to be waited for. */
		if ((size_t)got < want && (!got || !(write_out || at_once)))
			break;
		if (!r->len)
			break;
	}
	return STATUS_SUCCESS;
}

NTSTATUS io_transfer(struct task *t, struct irp *r, int fd, int64_t offset,
		     bool write_out, int flags, size_t *n)
{
	return transfer(t, r, fd, offset, write_out, flags, n);
}

NTSTATUS io_read_fd(struct task *t, struct irp *r, int fd, int64_t offset,
		    size_t *n)
{
	return transfer(t, r, fd, offset, false, 0, n);
}

NTSTATUS io_write_fd(struct task *t, struct irp *r, int fd, int64_t offset,
		     size_t *n)
{
	return transfer(t, r, fd, offset, true, 0, n);
}

/* ---- regular files ---- */

/* A position set without a system call reaches the host before it counts. */
static void settle_position(struct file *f)
{
	int64_t at = f->position;

	if (at != POSITION_HOST &&
	    atomic_compare_exchange_strong(&f->position, &at, POSITION_HOST))
		lseek(f->fd, at, SEEK_SET);
}

static inline __attribute__((always_inline)) NTSTATUS
disk_read(struct task *t, struct file *f, struct irp *r)
{
	int64_t offset = r->offset;
	NTSTATUS status;
	size_t n;

	if (offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	if (offset < 0 && offset != OFFSET_CURRENT)
		return STATUS_INVALID_PARAMETER;
	if (offset == OFFSET_CURRENT)
		settle_position(f);
	if (inode_locked(f->inode)) {
		status = lock_check(
			f, offset >= 0 ? offset : lseek(f->fd, 0, SEEK_CUR),
			r->len, false);
		if (status)
			return status;
	}
	status = f->synchronous ? transfer(t, r, f->fd, offset, false, 0, &n)
				: disk_async(t, r, offset, false, &n);
	if (status)
		return status;
	/* A given offset moves the position as well. */
	if (offset >= 0 && f->synchronous)
		f->position = offset + (int64_t)n;
	r->information = n;
	return n || !r->len ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static inline __attribute__((always_inline)) NTSTATUS
disk_write(struct task *t, struct file *f, struct irp *r)
{
	int64_t offset = r->offset;
	NTSTATUS status;
	size_t n;

	if (f->append)
		offset = OFFSET_CURRENT; /* the host appends: O_APPEND */
	else if (offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	else if (offset < OFFSET_CURRENT)
		return STATUS_INVALID_PARAMETER;
	if (offset == OFFSET_CURRENT && !f->append)
		settle_position(f);
	if (inode_locked(f->inode)) {
		status = lock_check(
			f,
			offset >= 0 ? offset
				    : lseek(f->fd, 0,
					    offset == OFFSET_APPEND || f->append
						    ? SEEK_END
						    : SEEK_CUR),
			r->len, true);
		if (status)
			return status;
	}
	if (!r->len) /* nothing, and no change of times */
		return STATUS_SUCCESS;
	status = f->synchronous ? transfer(t, r, f->fd, offset, true, 0, &n)
				: disk_async(t, r, offset, true, &n);
	file_written(f, status);
	if (status)
		return status;
	if (offset >= 0 && f->synchronous)
		f->position = offset + (int64_t)n;
	r->information = n;
	return STATUS_SUCCESS;
}

static NTSTATUS disk_flush(struct task *t, struct file *f)
{
	(void)t;
	if (f->path_only)
		return STATUS_ACCESS_DENIED;
	return fsync(f->fd) < 0 && errno != EINVAL && errno != EROFS
		       ? status_from_errno(errno)
		       : STATUS_SUCCESS;
}

/* ---- the null device, and host devices and sockets from our start ---- */

static NTSTATUS null_read(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f;
	r->information = 0;
	return STATUS_END_OF_FILE;
}

static NTSTATUS null_write(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f;
	r->information = r->len;
	return STATUS_SUCCESS;
}

static NTSTATUS null_flush(struct task *t, struct file *f)
{
	(void)t, (void)f;
	return STATUS_SUCCESS;
}

static bool is_ready(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 0) > 0;
}

static NTSTATUS stream_done(struct irp *r, NTSTATUS status, size_t n, bool in)
{
	if (status)
		return status;
	r->information = n;
	if (in && !n && r->len)
		return r->file->kind == FILE_KIND_CHAR ? STATUS_END_OF_FILE
						       : STATUS_PIPE_BROKEN;
	return STATUS_SUCCESS;
}

static NTSTATUS stream_read_again(struct irp *r)
{
	size_t n;
	NTSTATUS status;

	if (!is_ready(r->file->fd, POLLIN))
		return STATUS_PENDING;
	status = io_read_fd(NULL, r, r->file->fd, OFFSET_CURRENT, &n);
	/* Non-blocking, and somebody else was faster. */
	return status == STATUS_RETRY ? STATUS_PENDING
				      : stream_done(r, status, n, true);
}

static NTSTATUS stream_read(struct task *t, struct file *f, struct irp *r)
{
	size_t n;
	NTSTATUS status;

	/* The descriptor is shared with others: it must stay blocking. */
	if (!f->synchronous)
		return irp_in_turn(t, r, f->fd, EPOLLIN, stream_read_again);
	for (;;) {
		if (io_interrupted(t, f, &status))
			return status;
		status = io_read_fd(t, r, f->fd, OFFSET_CURRENT, &n);
		/* Somebody made it non-blocking. */
		if (status != STATUS_RETRY)
			return stream_done(r, status, n, true);
		status = io_wait_fd(t, f, f->fd, POLLIN, -1);
		if (status)
			return status;
	}
}

static NTSTATUS stream_write(struct task *t, struct file *f, struct irp *r)
{
	size_t n, done = 0;
	NTSTATUS status;

	for (;;) {
		status = io_write_fd(t, r, f->fd, OFFSET_CURRENT, &n);
		if (status && status != STATUS_RETRY)
			return status == STATUS_PIPE_BROKEN
				       ? STATUS_PIPE_CLOSING
				       : status;
		done += n;
		if (n == r->len)
			break;
		/* Non-blocking and full. */
		r->buf += n;
		r->len -= (uint32_t)n;
		status = io_wait_fd(t, f, f->fd, POLLOUT, -1);
		if (status)
			return status;
	}
	r->information = done;
	return STATUS_SUCCESS;
}

const struct file_ops disk_ops = {
	.read = disk_read,
	.write = disk_write,
	.control = disk_control,
	.flush = disk_flush,
	.destroy = disk_destroy,
};
const struct file_ops plain_ops = {
	.control = disk_control,
	.flush = disk_flush,
};
const struct file_ops null_ops = {
	.read = null_read,
	.write = null_write,
	.flush = null_flush,
};
const struct file_ops stream_ops = {
	.read = stream_read,
	.write = stream_write,
	.flush = null_flush,
};

/* ---- the two calls ------------------------------------------------------- */

NTSTATUS io_read_offset(struct task *t, struct file *f, gaddr at,
			int64_t *offset)
{
	if (!at) {
		*offset = OFFSET_CURRENT;
		return STATUS_SUCCESS;
	}
	if (guest_read(t, offset, at, sizeof *offset) < 0)
		return STATUS_ACCESS_VIOLATION;
	/* High part -1: low part -1 appends, -2 is the current position. */
	if (*offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* Inline, and disks not by their table: see host_move(). */
static inline __attribute__((always_inline)) NTSTATUS
start_move(struct task *t, struct irp *r, bool out, gaddr buf, uint32_t len,
	   gaddr offset)
{
	struct file *f = r->file;
	struct nt_thread *th = nt_thread(t);
	NTSTATUS (*move)(struct task *t, struct file *f, struct irp *r) =
		out ? f->ops->write : f->ops->read;
	NTSTATUS status;

	r->buf = buf;
	r->len = len;
	status = io_read_offset(t, f, offset, &r->offset);
	if (status)
		return status;
	if (!move)
		return STATUS_INVALID_DEVICE_REQUEST;
	sync_begin(th, r);
	if (f->ops != &disk_ops)
		status = move(t, f, r);
	else
		status = out ? disk_write(t, f, r) : disk_read(t, f, r);
	sync_end(th);
	return status;
}

RETURNS_BY_CHOICE
NTSTATUS nt_read_file(struct task *t, uint64_t file, uint64_t event, gaddr apc,
		      gaddr apc_context, gaddr iosb, gaddr buf, uint32_t len,
		      gaddr offset, gaddr key)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_READ_DATA);

	(void)key;
	if (status)
		return status;
	status = start_move(t, &r, false, buf, len, offset);
	return irp_end(t, &r, status);
}

RETURNS_BY_CHOICE
NTSTATUS nt_write_file(struct task *t, uint64_t file, uint64_t event, gaddr apc,
		       gaddr apc_context, gaddr iosb, gaddr buf, uint32_t len,
		       gaddr offset, gaddr key)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    FILE_WRITE_DATA | FILE_APPEND_DATA);

	(void)key;
	if (status)
		return status;
	status = start_move(t, &r, true, buf, len, offset);
	return irp_end(t, &r, status);
}

