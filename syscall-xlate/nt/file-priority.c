/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-priority.c - FileIoPriorityHintInformation: a handle's requests have its
 * priority, whichever thread makes them.
 *
 * The host has priorities of threads, so the thread borrows the handle's for
 * the call.  Only files that somebody set one for come here: their operations
 * are others.  What is queued has it with the request (disk-carry.c).
 */
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"

static void borrow(struct task *t, const struct file *f)
{
	if (t)
		io_priority_borrow(nt_thread(t), f->io_hint);
}

static NTSTATUS give_back(struct task *t, NTSTATUS status)
{
	if (t)
		io_priority_give_back(nt_thread(t));
	return status;
}

static NTSTATUS hinted_read(struct task *t, struct file *f, struct irp *r)
{
	borrow(t, f);
	return give_back(t, disk_ops.read(t, f, r));
}

static NTSTATUS hinted_write(struct task *t, struct file *f, struct irp *r)
{
	borrow(t, f);
	return give_back(t, disk_ops.write(t, f, r));
}

static NTSTATUS hinted_control(struct task *t, struct file *f, struct irp *r,
			       bool fs)
{
	borrow(t, f);
	return give_back(t, disk_ops.control(t, f, r, fs));
}

static NTSTATUS hinted_flush(struct task *t, struct file *f)
{
	borrow(t, f);
	return give_back(t, disk_ops.flush(t, f));
}

static void destroy(struct file *f)
{
	disk_ops.destroy(f);
}

static const struct file_ops hinted_ops = {
	.read = hinted_read,
	.write = hinted_write,
	.control = hinted_control,
	.flush = hinted_flush,
	.destroy = destroy,
};

const struct file_ops *file_disk_ops(const struct file *f)
{
	return f->io_hint ? &hinted_ops : &disk_ops;
}

uint32_t file_priority(const struct file *f)
{
	return f->io_hint ? f->io_hint - 1u : IO_NORMAL;
}

NTSTATUS file_set_priority(struct file *f, uint32_t priority)
{
	if (priority > IO_NORMAL)
		return STATUS_INVALID_PARAMETER;
	f->io_hint = (uint8_t)(priority + 1);
	if (f->ops == &disk_ops)
		f->ops = &hinted_ops;
	return STATUS_SUCCESS;
}
