/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-oplock.h - opportunistic locks.
 */
#ifndef RF_NT_FILE_OPLOCK_H
#define RF_NT_FILE_OPLOCK_H

#include "syscall-xlate/nt/file.h"

/* FSCTL_REQUEST_OPLOCK, _LEVEL_1, _LEVEL_2, _BATCH_ and _FILTER_OPLOCK. */
NTSTATUS oplock_request(struct task *t, struct file *f, struct irp *r);
NTSTATUS oplock_level_1(struct task *t, struct file *f, struct irp *r);
NTSTATUS oplock_level_2(struct task *t, struct file *f, struct irp *r);
NTSTATUS oplock_batch(struct task *t, struct file *f, struct irp *r);
NTSTATUS oplock_filter(struct task *t, struct file *f, struct irp *r);
/* FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, _ACK_NO_2, OPBATCH_ACK_CLOSE_PENDING. */
NTSTATUS oplock_acknowledge(struct task *t, struct file *f, struct irp *r);
NTSTATUS oplock_ack_no_2(struct task *t, struct file *f, struct irp *r);
NTSTATUS oplock_ack_close(struct task *t, struct file *f, struct irp *r);

/*
 * f's last handle is closed, or its descriptor about to be: its request is
 * over; and, when it keeps nobody from opening the file any more, those who
 * wait go on.
 */
void oplock_end(struct file *f);
void oplock_close(struct file *f);
/*
 * fd, an O_PATH descriptor of what st tells of, was opened to do more than to
 * look at it: waits for those who would have to hear of that.
 * STATUS_CANCELLED: t is to wait no more.
 *
 *   not_now  do not wait: *late is then what oplock_late() is to be told, if
 *            there is somebody
 */
NTSTATUS oplock_wait(struct task *t, int fd, const struct statx *st,
		     bool not_now, uint32_t *late);
/* A range of f's file is about to be locked. */
void oplock_range(struct file *f);

/*
 * Folders (file-oplock-folder.c): whoever keeps a handle to one is asked to get
 * out of the way of f, for which st was opened and which is in conflict with
 * it, and his answer is waited for.  true: it was, so look again; *status may
 * say that t is to wait no more.
 *
 *   not_now  ask, and do not wait
 */
bool oplock_folder_opened(struct task *t, const struct file *f,
			  const struct statx *st, bool not_now,
			  NTSTATUS *status);
/*
 * The same for what st tells of, a folder that is about to lose its name: f's,
 * or what f is to replace.  STATUS_CANCELLED, or success.
 */
NTSTATUS oplock_folder_goes(struct task *t, const struct file *f,
			    const struct stat *st);
/* The same of those below a folder: p's, or, NULL, our own. */
struct nt_process;
bool oplock_folder_below(struct task *t, const struct file *f,
			 const char *folder, struct nt_process *p);
/*
 * For another process, that of one folder, or those below: a descriptor that is
 * closed at the other end with the answer, the caller's; -1: nobody keeps any.
 */
int oplock_folder_ask(uint64_t dev, uint64_t ino, const char *below);

/* In struct file's late, with flags of open(2); O_PATH: fd is what it is to be.
 */
#define LATE_OPEN 0x80000000u
/* f, whose open did not wait, is used by nobody yet. */
void oplock_late(struct file *f, uint32_t late);
/*
 * Before f's data is needed: an open that did not wait does so now, and then f
 * has the descriptor that it should have.  STATUS_CANCELLED, as oplock_wait().
 */
NTSTATUS oplock_ready(struct task *t, struct file *f);
/* FSCTL_OPLOCK_BREAK_NOTIFY. */
NTSTATUS oplock_notify(struct task *t, struct file *f, struct irp *r);

#endif
