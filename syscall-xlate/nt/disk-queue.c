/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-queue.c - see disk-queue.h.
 *
 * A read can be cancelled at any time: what the host still brings is dropped.
 * A write that the host has begun is carried through, also when its file is
 * closed, or the program ends: if it came to be after another one of the same
 * bytes that was made since, it would undo that.
 */
#include "syscall-xlate/nt/disk-queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/vad.h"

enum { PART = 1 << 20 };

pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue todo[CARRIERS];
static unsigned writes; /* that have not ended */

static struct disk_op *op_at(struct queue_link *l)
{
	return container_of(l, struct disk_op, link);
}

/* ---- the guest's memory ---- */

/* op->part, from the guest or to it; n bytes.  0 or -EFAULT. */
static int copy(struct disk_op *op, size_t n)
{
	char *own = op->part.iov_base;
	int err = 0;

	for (size_t i = 0, step; i < n && !err; i += step) {
		gaddr at = op->buf + op->done + i;

		step = n - i;
		if (op->pages) {
			size_t from = op->done + i;

			at = op->pages[from / PAGE] + from % PAGE;
			step = MIN(step, PAGE - from % PAGE);
		}
		if (op->write) {
			err = guest_read(current_task, own + i, at, step);
		} else {
			vm_will_write(at, step);
			err = guest_write(current_task, at, own + i, step);
		}
	}
	return err;
}

/* The next part, with what is to be written. */
static int begin_part(struct disk_op *op)
{
	op->part.iov_len = MIN(op->len - op->done, (uint32_t)PART);
	return op->write ? copy(op, op->part.iov_len) : 0;
}

int disk_flags(const struct disk_op *op)
{
	const bool through = op->write && op->file->ways & WAY_THROUGH;

	return (op->offset == OFFSET_APPEND ? RWF_APPEND : 0) |
	       (through ? RWF_DSYNC : 0);
}

int64_t disk_offset(const struct disk_op *op)
{
	return op->append ? 0 : op->offset + op->done;
}

/* ---- from request to request; locked ---- */

static void enqueue(struct disk_op *op)
{
	queue_add(&todo[op->carrier], &op->link);
}

/* Behind other appends to the same file, or now. */
static void enter(struct disk_op *op)
{
	writes += op->write;
	if (!op->append) {
		enqueue(op);
		return;
	}
	op->before = op->file->last_append;
	op->file->last_append = op;
	if (op->before)
		op->before->behind = op;
	else
		enqueue(op);
}

/* It is not carried any more, nor to be; what waits for it goes on. */
static void leave(struct disk_op *op)
{
	queue_remove(&op->link);
	writes -= op->write;
	if (!op->append)
		return;
	if (op->behind)
		op->behind->before = op->before;
	else
		op->file->last_append = op->before;
	if (op->before)
		op->before->behind = op->behind;
	else if (op->behind)
		enqueue(op->behind);
}

static void op_free(struct disk_op *op)
{
	object_put(&op->file->object);
	free(op->part.iov_base);
	free(op->pages);
	free(op);
}

struct disk_op *disk_next(enum disk_carrier who)
{
	while (todo[who].first) {
		struct disk_op *op = op_at(todo[who].first);

		queue_remove(&op->link);
		if (!op->write || op->taken)
			return op;
		op->taken = irp_take(op->irp);
		if (op->taken)
			return op;
		/* Somebody is cancelling it. */
		leave(op);
		op->over = true;
	}
	return NULL;
}

unsigned disk_to_do(enum disk_carrier who)
{
	return todo[who].length;
}

/* irp_cancel() has taken r and will finish it. */
static void cancel(struct irp *r)
{
	struct disk_op *op = r->extra;
	enum disk_carrier who = op->carrier;
	bool carried;

	r->extra = NULL;
	pthread_mutex_lock(&disk_lock);
	op->irp = NULL;
	carried = !op->over && !op->link.in && !op->before;
	if (!carried && !op->over)
		leave(op);
	pthread_mutex_unlock(&disk_lock);
	if (carried)
		return;
	op_free(op);
	disk_carry(who); /* the append behind it */
}

/* ---- results ---- */

/* Counts what was moved.  STATUS_PENDING: there is a next part. */
static NTSTATUS count(struct disk_op *op, int64_t result)
{
	if (result == -EINTR || result == -EAGAIN)
		return STATUS_PENDING;
	if (result == -ECANCELED)
		return STATUS_CANCELLED;
	if (result < 0)
		return op->done && !disk_is_full((int)-result)
			       ? STATUS_SUCCESS
			       : status_from_errno((int)-result);
	if (!op->write && copy(op, (size_t)result) < 0)
		return STATUS_ACCESS_VIOLATION;
	op->done += (uint32_t)result;
	if (op->done < op->len &&
	    ((size_t)result == op->part.iov_len || (op->write && result))) {
		if (begin_part(op) == 0)
			return STATUS_PENDING;
		return STATUS_SUCCESS; /* as far as there is memory */
	}
	return op->write || op->done ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

/* Locked: the next part, unless it was to be cancelled meanwhile. */
static bool go_on(struct disk_op *op)
{
	if (!op->write) {
		op->taken = !irp_untake(op->irp);
		if (op->taken)
			return false;
	}
	enqueue(op);
	return true;
}

void disk_done(struct disk_op *op, int64_t result)
{
	enum disk_carrier who = op->carrier;
	NTSTATUS status = STATUS_CANCELLED;
	struct irp *r;
	bool again = false;

	pthread_mutex_lock(&disk_lock);
	r = op->irp;
	if (r && !op->taken && !irp_take(r)) {
		leave(op);
		op->over = true;
		pthread_mutex_unlock(&disk_lock);
		disk_carry(who);
		return;
	}
	op->taken = true;
	pthread_mutex_unlock(&disk_lock);

	if (r)
		status = count(op, result);
	pthread_mutex_lock(&disk_lock);
	if (status == STATUS_PENDING) {
		again = go_on(op);
		status = STATUS_CANCELLED;
	}
	if (!again)
		leave(op);
	pthread_mutex_unlock(&disk_lock);
	if (!again) {
		if (r) {
			r->extra = NULL;
			irp_finish(r, status, op->done);
		}
		op_free(op);
	}
	disk_carry(who);
}

/* ---- the others' side ---- */

static struct disk_op *op_new(struct irp *r, int64_t offset, bool write,
			      gaddr *pages, size_t n)
{
	struct disk_op *op = calloc(1, sizeof *op);
	void *own = aligned_alloc(PAGE, ROUND_UP(MIN(r->len - n, PART), PAGE));

	if (!op || !own) {
		free(op);
		free(own);
		free(pages);
		return NULL;
	}
	op->file = r->file;
	object_get(&op->file->object);
	op->buf = r->buf;
	op->pages = pages;
	op->len = r->len;
	op->done = (uint32_t)n;
	op->offset = offset;
	op->write = write;
	op->append = write && (offset == OFFSET_APPEND || r->file->append);
	op->part.iov_base = own;
	return op;
}

NTSTATUS disk_queue(struct task *t, struct irp *r, int64_t offset, bool write,
		    gaddr *pages, size_t n)
{
	enum disk_carrier who = disk_carry_start(disk_can_ask(r->file, write));
	struct disk_op *op;
	struct irp *p;
	bool ours;

	if (who == CARRIERS) {
		free(pages);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	op = op_new(r, offset, write, pages, n);
	if (!op)
		return STATUS_NO_MEMORY;
	op->carrier = (uint8_t)who;
	if (t)
		op->priority = io_priority_of(nt_thread(t),
					      r->file->ways & WAY_PRIORITY);
	if (begin_part(op) < 0) {
		op_free(op);
		return STATUS_ACCESS_VIOLATION;
	}
	p = irp_pend_taken(t, r);
	if (!p) {
		op_free(op);
		return STATUS_NO_MEMORY;
	}
	p->extra = op;
	p->cancel = cancel;
	op->irp = p;
	pthread_mutex_lock(&disk_lock);
	ours = irp_untake(p);
	if (ours)
		enter(op);
	pthread_mutex_unlock(&disk_lock);
	if (ours) {
		disk_carry(who);
	} else {
		p->extra = NULL;
		irp_finish(p, STATUS_CANCELLED, 0);
		op_free(op);
	}
	return STATUS_PENDING;
}

void disk_close(struct file *f)
{
	struct disk_op *op;

	pthread_mutex_lock(&disk_lock);
	for (unsigned i = 0; i < CARRIERS; i++)
		for (struct queue_link *l = todo[i].first; l; l = l->next) {
			op = op_at(l);
			if (op->file == f && op->write && !op->taken)
				op->taken = irp_take(op->irp);
		}
	for (op = f->last_append; op; op = op->before)
		if (!op->taken)
			op->taken = irp_take(op->irp);
	pthread_mutex_unlock(&disk_lock);
}

void disk_at_exit(void)
{
	unsigned left;

	do {
		pthread_mutex_lock(&disk_lock);
		left = writes;
		pthread_mutex_unlock(&disk_lock);
		if (left)
			disk_carry_wait();
	} while (left);
}
