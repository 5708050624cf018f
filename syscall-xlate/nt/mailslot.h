/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mailslot.h - the two halves of mailslots: where messages lie
 * (mailslot-store.c), and the requests on them (mailslot.c).
 *
 * A mailslot is a file in the session's folder, which its writers append to and
 * its reader takes from, and a FIFO beside it, which is readable as long as there
 * is a message.  Locks of the file's descriptions say that its reader lives (byte
 * 0) and who changes it (byte 1), so nothing of either outlives a killed process.
 */
#ifndef RF_NT_MAILSLOT_H
#define RF_NT_MAILSLOT_H

#include <pthread.h>

#include "syscall-xlate/nt/file.h"

/* The file's beginning; messages follow, each behind its length. */
struct mailslot_head {
	uint32_t magic, max_message;
	uint32_t messages, pad;
	uint64_t begin, end; /* of the messages that are there */
	int64_t timeout;     /* of reads: relative, 100 ns; MAILSLOT_FOREVER */
};

enum { MAILSLOT_NAME = 250 };
#define MAILSLOT_FOREVER (-1ll)

struct mailslot {
	pthread_mutex_t lock; /* between threads, as byte 1 between others */
	bool reader;
	int fd, bell;
	int wait_fd, timer; /* of a reader: bell or timer; made when wanted */
	char file[MAILSLOT_NAME]; /* its name in the folder */
};

/* Statuses of all: 0, or what the program is to be told. */

/* A new one; STATUS_OBJECT_NAME_COLLISION. */
NTSTATUS mailslot_make(struct mailslot *m, const struct mailslot_head *h);
/* Another end, which m->reader says; STATUS_OBJECT_NAME_NOT_FOUND. */
NTSTATUS mailslot_find(struct mailslot *m);
/* Closes it; a reader's goes, unless another process has it as well. */
void mailslot_free(struct mailslot *m);

NTSTATUS mailslot_head(struct mailslot *m, struct mailslot_head *h);
/* *next: the length of the next message, if h says that there is one. */
NTSTATUS mailslot_look(struct mailslot *m, struct mailslot_head *h,
		       uint32_t *next);
NTSTATUS mailslot_put_timeout(struct mailslot *m, int64_t timeout);
/*
 * STATUS_PENDING: there is none; STATUS_BUFFER_TOO_SMALL: it stays.
 * r->information.
 */
NTSTATUS mailslot_take(struct task *t, struct mailslot *m, struct irp *r);
NTSTATUS mailslot_put(struct task *t, struct mailslot *m, struct irp *r);

#endif
