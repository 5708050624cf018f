/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock-late.c - opens and oplocks.
 *
 * Who opens a file with FILE_COMPLETE_IF_OPLOCKED has a handle before the break
 * is over: with an O_PATH descriptor, for which the real one is put when it is
 * needed, and can be had (oplock_ready()).
 *
 * Two things are no opens for the host: one for deletion, and locks of ranges.
 * There the file is opened for a moment, if the table of share modes says that
 * anybody has ever had an oplock (oplock_wait(), oplock_range()).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-oplock-private.h"
#include "syscall-xlate/nt/file-private.h"

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

void oplock_range(struct file *f)
{
	if (f->inode && inode_has_oplocks(f->inode) && !oplock_is_alone(f))
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
		f->ops = file_disk_ops(f);
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
