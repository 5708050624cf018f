/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-mode.c - what is set of a handle that is open: FileModeInformation, and
 * FileIoPriorityHintInformation, which its requests have then, whichever thread
 * makes them.
 *
 * The host has priorities of threads, so the thread borrows the handle's for
 * the call; and that a descriptor writes through can only be said as it is
 * opened, so what was written is flushed.  Only files that somebody set one of
 * these for come here: their operations are others.  What is queued has it with
 * the request (disk-carry.c).
 * Source: MS-FSA 2.1.5.15.7.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"

static void borrow(struct task *t, const struct file *f)
{
	if (t && f->ways & WAY_PRIORITY)
		io_priority_borrow(nt_thread(t), f->ways & WAY_PRIORITY);
}

static NTSTATUS give_back(struct task *t, const struct file *f, NTSTATUS status)
{
	if (t && f->ways & WAY_PRIORITY)
		io_priority_give_back(nt_thread(t));
	return status;
}

static NTSTATUS set_read(struct task *t, struct file *f, struct irp *r)
{
	borrow(t, f);
	return give_back(t, f, disk_ops.read(t, f, r));
}

static NTSTATUS set_write(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;

	borrow(t, f);
	status = disk_ops.write(t, f, r);
	if (!status && f->ways & WAY_THROUGH && fdatasync(f->fd) < 0 &&
	    errno != EINVAL)
		status = status_from_errno(errno);
	return give_back(t, f, status);
}

static NTSTATUS set_control(struct task *t, struct file *f, struct irp *r,
			    bool fs)
{
	borrow(t, f);
	return give_back(t, f, disk_ops.control(t, f, r, fs));
}

static NTSTATUS set_flush(struct task *t, struct file *f)
{
	borrow(t, f);
	return give_back(t, f, disk_ops.flush(t, f));
}

static void destroy(struct file *f)
{
	disk_ops.destroy(f);
}

static const struct file_ops set_ops = {
	.read = set_read,
	.write = set_write,
	.control = set_control,
	.flush = set_flush,
	.destroy = destroy,
};

const struct file_ops *file_disk_ops(const struct file *f)
{
	return f->ways ? &set_ops : &disk_ops;
}

void file_set_ways(struct file *f, uint8_t ways)
{
	const bool plain = f->ops == file_disk_ops(f);

	f->ways = ways & (WAY_PRIORITY | WAY_THROUGH);
	if (plain)
		f->ops = file_disk_ops(f);
}

/* ---- priority ---- */

uint32_t file_priority(const struct file *f)
{
	return f->ways & WAY_PRIORITY ? (f->ways & WAY_PRIORITY) - 1u
				      : IO_NORMAL;
}

NTSTATUS file_set_priority(struct file *f, uint32_t priority)
{
	if (priority > IO_NORMAL)
		return STATUS_INVALID_PARAMETER;
	file_set_ways(f, (uint8_t)((f->ways & WAY_THROUGH) | (priority + 1)));
	return STATUS_SUCCESS;
}

/* ---- mode ---- */

NTSTATUS file_set_mode(struct file *f, uint32_t mode)
{
	enum {
		SYNC = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT
	};
	const uint32_t sync = mode & SYNC;
	uint32_t set = FILE_SEQUENTIAL_ONLY | SYNC;
	bool through;

	if (mode & ~(uint32_t)(FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY |
			       SYNC) ||
	    sync == SYNC || !sync != !(f->options & SYNC))
		return STATUS_INVALID_PARAMETER;
	if (!(f->options & FILE_NO_INTERMEDIATE_BUFFERING))
		set |= FILE_WRITE_THROUGH;
	f->options = (f->options & ~set) | (mode & set);
	f->alertable = sync == FILE_SYNCHRONOUS_IO_ALERT;
	/* A descriptor that was opened so writes through for good. */
	through = f->options & FILE_WRITE_THROUGH && f->fd >= 0 &&
		  !(fcntl(f->fd, F_GETFL) & O_DSYNC);
	file_set_ways(f, (uint8_t)((f->ways & WAY_PRIORITY) |
				   (through ? WAY_THROUGH : 0)));
	return STATUS_SUCCESS;
}
