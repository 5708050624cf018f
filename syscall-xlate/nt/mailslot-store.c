/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mailslot-store.c - where the messages of mailslots lie.  See mailslot.h.
 *
 * The head is written after what it speaks of, in one piece, so who is killed
 * in between has done nothing.  A writer rings before that: a bell without a
 * message is a reader's to silence, a message without a bell would be nobody's.
 */
#include "syscall-xlate/nt/mailslot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/pipe.h"

enum {
	MAGIC = 0x4d465231,
	HEAD = sizeof(struct mailslot_head),
	ALIVE = 0, /* bytes that are locked */
	CHANGES = 1,
	IOV = 16,
	/* So much that was read goes back to the host at a time. */
	FORGET = 1 << 20,
};

/* ---- locks -------------------------------------------------------------- */

static int lock_byte(int fd, int command, short type, off_t byte)
{
	struct flock l = { .l_type = type,
			   .l_whence = SEEK_SET,
			   .l_start = byte,
			   .l_len = 1 };
	int err;

	do
		err = fcntl(fd, command, &l);
	while (err < 0 && errno == EINTR);
	if (err < 0)
		return -1;
	return command == F_OFD_GETLK ? l.l_type != F_UNLCK : 0;
}

/* Has somebody else a reader's end? */
static bool has_reader(int fd)
{
	return lock_byte(fd, F_OFD_GETLK, F_WRLCK, ALIVE) != 0;
}

static void lock(struct mailslot *m)
{
	pthread_mutex_lock(&m->lock);
	lock_byte(m->fd, F_OFD_SETLKW, F_WRLCK, CHANGES);
}

static void unlock(struct mailslot *m)
{
	lock_byte(m->fd, F_OFD_SETLK, F_UNLCK, CHANGES);
	pthread_mutex_unlock(&m->lock);
}

/* ---- the folder --------------------------------------------------------- */

static void bell_name(char *out, size_t size, const char *file)
{
	snprintf(out, size, "%.*s:bell", MAILSLOT_NAME, file);
}

/* Locked, and still the one of that name; -errno. */
static int folder(bool make)
{
	struct stat a, b;
	char path[64], real[PATH_MAX];

	for (int tries = 0; tries < 100; tries++) {
		int fd = pipe_session_folder("/mailslot", make);
		ssize_t n;

		if (fd < 0 && (fd != -ENOENT || !make))
			return fd;
		if (fd < 0)
			continue; /* somebody removed it in between */
		while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
			;
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		n = readlink(path, real, sizeof real - 1);
		if (n > 0) {
			real[n] = 0;
			if (!fstat(fd, &a) && !stat(real, &b) &&
			    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
				return fd;
		}
		close(fd);
	}
	return -ENOENT;
}

static void folder_close(int dirfd)
{
	char path[64], real[PATH_MAX];
	ssize_t n;

	/* The last one is gone; fails where there are others. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", dirfd);
	n = readlink(path, real, sizeof real - 1);
	if (n > 0) {
		real[n] = 0;
		for (int up = 0; up < 2 && rmdir(real) == 0; up++)
			*strrchr(real, '/') = 0;
	}
	close(dirfd);
}

static void remove_both(int dirfd, const char *file)
{
	char bell[NAME_MAX + 1];

	bell_name(bell, sizeof bell, file);
	unlinkat(dirfd, file, 0);
	unlinkat(dirfd, bell, 0);
}

/* Of readers that were killed. */
static void sweep(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d && fd >= 0)
		close(fd);
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' || strchr(e->d_name, ':'))
			continue;
		fd = openat(dirfd, e->d_name, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!has_reader(fd))
			remove_both(dirfd, e->d_name);
		close(fd);
	}
	if (d)
		closedir(d);
}

/* Some only: there is no room for the rest. */
static NTSTATUS put_at(struct mailslot *m, const void *b, size_t n, uint64_t at)
{
	ssize_t put = pwrite(m->fd, b, n, (off_t)at);

	return put == (ssize_t)n ? STATUS_SUCCESS
				 : status_from_errno(put < 0 ? errno : ENOSPC);
}

static NTSTATUS put_head(struct mailslot *m, const struct mailslot_head *h)
{
	return put_at(m, h, HEAD, 0);
}

static NTSTATUS make_in(int dirfd, struct mailslot *m,
			const struct mailslot_head *head)
{
	struct mailslot_head h = *head;
	char bell[NAME_MAX + 1];
	NTSTATUS status;

	m->fd = MORE_FILES(openat(dirfd, m->file,
				  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	if (m->fd < 0)
		return errno == EEXIST ? STATUS_OBJECT_NAME_COLLISION
				       : status_from_errno(errno);
	h.magic = MAGIC;
	h.begin = h.end = HEAD;
	bell_name(bell, sizeof bell, m->file);
	unlinkat(dirfd, bell, 0);
	status = lock_byte(m->fd, F_OFD_SETLK, F_RDLCK, ALIVE) < 0
			 ? status_from_errno(errno)
			 : put_head(m, &h);
	if (!status &&
	    (mkfifoat(dirfd, bell, 0600) < 0 ||
	     (m->bell = MORE_FILES(openat(
		      dirfd, bell, O_RDWR | O_NONBLOCK | O_CLOEXEC))) < 0))
		status = status_from_errno(errno);
	if (status)
		remove_both(dirfd, m->file);
	return status;
}

NTSTATUS mailslot_make(struct mailslot *m, const struct mailslot_head *h)
{
	int dirfd = folder(true);
	NTSTATUS status;

	if (dirfd < 0)
		return status_from_errno(-dirfd);
	sweep(dirfd);
	status = make_in(dirfd, m, h);
	m->reader = !status;
	folder_close(dirfd);
	return status;
}

/* An end of the one that is there; its reader's, if m->reader. */
static NTSTATUS open_in(int dirfd, struct mailslot *m)
{
	char bell[NAME_MAX + 1];

	m->fd = MORE_FILES(openat(dirfd, m->file, O_RDWR | O_CLOEXEC));
	if (m->fd < 0)
		return pipe_no_folder(errno);
	if (!has_reader(m->fd)) {
		remove_both(dirfd, m->file);
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	bell_name(bell, sizeof bell, m->file);
	m->bell = MORE_FILES(openat(dirfd, bell,
				    (m->reader ? O_RDWR : O_WRONLY) |
					    O_NONBLOCK | O_CLOEXEC));
	if (m->bell < 0)
		return pipe_no_folder(errno);
	return m->reader && lock_byte(m->fd, F_OFD_SETLK, F_RDLCK, ALIVE) < 0
		       ? status_from_errno(errno)
		       : STATUS_SUCCESS;
}

NTSTATUS mailslot_find(struct mailslot *m)
{
	int dirfd = folder(false);
	NTSTATUS status;

	if (dirfd < 0)
		return pipe_no_folder(-dirfd);
	status = open_in(dirfd, m);
	folder_close(dirfd);
	return status;
}

void mailslot_free(struct mailslot *m)
{
	int dirfd = m->reader ? folder(false) : -1, fd;

	for (int i = 0; i < 4; i++) {
		int each = (const int[]){ m->fd, m->bell, m->wait_fd,
					  m->timer }[i];

		if (each >= 0)
			close(each);
	}
	m->fd = m->bell = m->wait_fd = m->timer = -1;
	if (dirfd < 0)
		return;
	fd = openat(dirfd, m->file, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && !has_reader(fd))
		remove_both(dirfd, m->file);
	if (fd >= 0)
		close(fd);
	folder_close(dirfd);
}

/* ---- messages ----------------------------------------------------------- */

/* What is in the file may be anything. */
static NTSTATUS get_head(struct mailslot *m, struct mailslot_head *h)
{
	if (pread(m->fd, h, HEAD, 0) != HEAD || h->magic != MAGIC ||
	    h->begin < HEAD || h->end < h->begin || h->end > INT64_MAX)
		return STATUS_FILE_CORRUPT_ERROR;
	return STATUS_SUCCESS;
}

static NTSTATUS next_length(struct mailslot *m, const struct mailslot_head *h,
			    uint32_t *len)
{
	uint64_t there = h->end - h->begin;

	if (there < sizeof *len ||
	    pread(m->fd, len, sizeof *len, (off_t)h->begin) != sizeof *len ||
	    *len > there - sizeof *len)
		return STATUS_FILE_CORRUPT_ERROR;
	return STATUS_SUCCESS;
}

NTSTATUS mailslot_look(struct mailslot *m, struct mailslot_head *h,
		       uint32_t *next)
{
	NTSTATUS status;

	lock(m);
	status = get_head(m, h);
	if (!status && h->messages)
		status = next_length(m, h, next);
	unlock(m);
	return status;
}

NTSTATUS mailslot_head(struct mailslot *m, struct mailslot_head *h)
{
	uint32_t next;

	return mailslot_look(m, h, &next);
}

NTSTATUS mailslot_put_timeout(struct mailslot *m, int64_t timeout)
{
	struct mailslot_head h;
	NTSTATUS status;

	lock(m);
	status = get_head(m, &h);
	h.timeout = timeout;
	if (!status)
		status = put_head(m, &h);
	unlock(m);
	return status;
}

/* All of r's buffer at an offset of the file, or from it, n bytes. */
static NTSTATUS move(struct task *t, struct mailslot *m, struct irp *r,
		     uint32_t len, uint64_t at, bool out)
{
	uint32_t done = 0;

	while (done < len) {
		struct iovec v[IOV];
		ssize_t n;
		int nv = guest_iov(t, r->buf + done, len - done, !out, v, IOV);

		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		n = out ? pwritev(m->fd, v, nv, (off_t)(at + done))
			: preadv(m->fd, v, nv, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EFAULT ? STATUS_ACCESS_VIOLATION
					       : status_from_errno(errno);
		if (!n)
			return STATUS_FILE_CORRUPT_ERROR;
		done += (uint32_t)n;
	}
	return STATUS_SUCCESS;
}

static void silence(struct mailslot *m)
{
	char bytes[4096];

	while (read(m->bell, bytes, sizeof bytes) > 0)
		;
}

static NTSTATUS take(struct task *t, struct mailslot *m, struct irp *r)
{
	struct mailslot_head h;
	uint64_t before;
	uint32_t len;
	NTSTATUS status = get_head(m, &h);

	if (status)
		return status;
	if (!h.messages) {
		silence(m);
		return STATUS_PENDING;
	}
	status = next_length(m, &h, &len);
	if (status)
		return status;
	if (len > r->len)
		return STATUS_BUFFER_TOO_SMALL;
	status = move(t, m, r, len, h.begin + sizeof len, false);
	if (status)
		return status;
	r->information = len;
	before = h.begin;
	h.begin += sizeof len + (uint64_t)len;
	h.messages--;
	if (!h.messages)
		h.begin = h.end = HEAD;
	status = put_head(m, &h);
	if (status)
		return status;
	if (!h.messages) {
		silence(m);
		if (ftruncate(m->fd, HEAD) < 0)
			return STATUS_SUCCESS; /* it only takes room */
	} else if (before / FORGET != h.begin / FORGET) {
		fallocate(m->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  4096, (off_t)(h.begin / FORGET * FORGET) - 4096);
	}
	return STATUS_SUCCESS;
}

NTSTATUS mailslot_take(struct task *t, struct mailslot *m, struct irp *r)
{
	NTSTATUS status;

	lock(m);
	status = take(t, m, r);
	unlock(m);
	return status;
}

static NTSTATUS put(struct task *t, struct mailslot *m, struct irp *r)
{
	struct mailslot_head h;
	NTSTATUS status;

	if (!has_reader(m->fd))
		return STATUS_FILE_FORCED_CLOSED;
	status = get_head(m, &h);
	if (status)
		return status;
	if (h.max_message && r->len > h.max_message)
		return STATUS_INVALID_PARAMETER;
	status = put_at(m, &r->len, sizeof r->len, h.end);
	if (status)
		return status;
	status = move(t, m, r, r->len, h.end + sizeof r->len, true);
	if (status)
		return status;
	if (write(m->bell, "", 1) < 0 && errno != EAGAIN)
		return errno == EPIPE ? STATUS_FILE_FORCED_CLOSED
				      : status_from_errno(errno);
	h.end += sizeof r->len + (uint64_t)r->len;
	h.messages++;
	r->information = r->len;
	return put_head(m, &h);
}

NTSTATUS mailslot_put(struct task *t, struct mailslot *m, struct irp *r)
{
	NTSTATUS status;

	lock(m);
	status = put(t, m, r);
	unlock(m);
	return status;
}
