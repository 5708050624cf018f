/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-queue.h - overlapped reads and writes of regular files: disk-async.c
 * tries them in the call, disk-queue.c has those that would keep the caller,
 * and disk-carry.c does them.
 *
 * What the host moves is in memory of ours, a part of the request at a time,
 * since the guest may take its own away while the host is at it.
 */
#ifndef RF_NT_DISK_QUEUE_H
#define RF_NT_DISK_QUEUE_H

#include <sys/uio.h>

#include "syscall-xlate/nt/file.h"

enum disk_carrier { CARRY_RING, CARRY_THREADS, CARRIERS };

struct disk_op {
	struct file *file; /* a reference */
	struct irp *irp;   /* NULL: nobody wants to know any more */
	gaddr buf;
	gaddr *pages; /* instead of buf: one address for each page */
	uint32_t len, done;
	int64_t offset; /* of the first byte; OFFSET_APPEND */
	bool write, append;
	uint16_t priority; /* the host's; 0: none of its own */
	uint8_t carrier;
	bool taken;                 /* irp is: it will not be cancelled */
	bool over;                  /* who cancels irp frees this */
	struct iovec part;          /* under way: the bytes from done on */
	struct queue_link link; /* link.in: it is to be carried */
	/* Appends to one file are made in turn. */
	struct disk_op *before, *behind;
};

/*
 * disk_queue() - r, of which n bytes have been moved, goes on by itself. pages:
 * as above, malloc'ed; owned.  Returns STATUS_PENDING, or why it cannot.
 */
NTSTATUS disk_queue(struct task *t, struct irp *r, int64_t offset, bool write,
		    gaddr *pages, size_t n);
/* Can the file system of f be asked whether something would block? */
bool disk_can_ask(const struct file *f, bool write);

/* ---- disk-async.c ---- */

/* What can be done without waiting of an overlapped request.  STATUS_PENDING:
   not all of it; *n bytes have been moved. */
NTSTATUS disk_try(struct task *t, struct irp *r, int64_t offset, bool write,
		  size_t *n);
void disk_destroy(struct file *f);
/* All of it, or STATUS_PENDING: it goes on by itself. */
NTSTATUS disk_async(struct task *t, struct irp *r, int64_t offset, bool write,
		    size_t *n);

/* ---- disk-carry.c asks for work, and says what came of it ---- */

/* The lock of all that is here and in disk-carry.c. */
extern pthread_mutex_t disk_lock;
/* Locked: the next to be carried; NULL: none. */
struct disk_op *disk_next(enum disk_carrier who);
unsigned disk_to_do(enum disk_carrier who);
/* Unlocked: bytes, or -errno. */
void disk_done(struct disk_op *op, int64_t result);

/* Flags of preadv2(2), and its offset. */
int disk_flags(const struct disk_op *op);
int64_t disk_offset(const struct disk_op *op);

/*
 * Who carries from now on what can be tried without waiting, or cannot; made at
 * the first call.  CARRIERS: nobody can.
 */
enum disk_carrier disk_carry_start(bool can_ask);
/* There is something to carry. */
void disk_carry(enum disk_carrier who);
/* Waits for results for a moment, where nobody else may be there to do so. */
void disk_carry_wait(void);

#endif
