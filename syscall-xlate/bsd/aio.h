/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * aio.h - asynchronous I/O: requests that threads of ours carry out.
 *
 * A request is known by its control block's address.  FreeBSD keeps it until the
 * program has taken its result; NetBSD's result is in the control block, and the
 * request is forgotten when it is done (struct bsd_system's aio_done).
 */
#ifndef RF_BSD_AIO_H
#define RF_BSD_AIO_H

#include "syscall-xlate/bsd/kqueue.h"

enum aio_op { AIO_READ, AIO_WRITE, AIO_FSYNC, AIO_FDATASYNC, AIO_MLOCK };

/* Of aio_cancel(2), in both systems. */
enum { AIO_CANCELED = 1, AIO_NOTCANCELED, AIO_ALLDONE };
/* Of lio_listio(2): operations and modes. */
enum { LIO_NOP, LIO_WRITE, LIO_READ, LIO_NOWAIT = 0, LIO_WAIT = 1 };

enum { AIO_MAX = 1024, AIO_LISTIO_MAX = 256 };

/* How a program hears of the end: struct sigevent. */
struct aio_notify {
	enum { AIO_SILENT, AIO_SIGNAL, AIO_THREAD, AIO_KEVENT } how;
	int32_t sig; /* the guest's number */
	int32_t tid; /* AIO_THREAD */
	int32_t kq;  /* AIO_KEVENT: a kqueue, and flags of the event */
	uint32_t flags;
	uint64_t value;
};

struct aio_request {
	gaddr cb;
	enum aio_op op;
	int fd;
	int64_t off;
	gaddr buf;    /* or an array of n struct iovec */
	uint64_t n;
	bool vectored;
	bool streams; /* pipes and terminals, too, may be waited for */
	struct aio_notify notify;
};

/* Requests that are made together.  Who makes them has a reference. */
struct aio_group;
/* notify: how one hears that all are done; at: its event's ident.  0 or -errno. */
int64_t aio_group_new(const struct aio_notify *notify, gaddr at,
		      struct aio_group **g);
/* All have been submitted: from now on it may be done.  Takes the reference. */
void aio_group_started(struct aio_group *g);
/* The same, and waits for that: -EIO if any failed, -EINTR. */
int64_t aio_group_wait(struct task *t, struct aio_group *g);

/* group: NULL, or what it is one of.  0 or -errno. */
int64_t aio_submit(struct task *t, const struct aio_request *r,
		   struct aio_group *group);
/* What cb has come to: 0 and its result, -EINPROGRESS, or -EINVAL: none. */
int64_t aio_look(gaddr cb, int64_t *result);
/* The same, and forgets it if it is done. */
int64_t aio_take(gaddr cb, int64_t *result);
/* The one that was done first, likewise.  end: see aio_wait(). */
int64_t aio_take_next(struct task *t, const struct timespec *end, gaddr *cb,
		      int64_t *result);
/* AIO_CANCELED and so on.  cb 0: all of fd's. */
int64_t aio_cancel(int fd, gaddr cb);

/*
 * aio_wait() - until ready(arg), which is asked again whenever a request is done.
 *
 *   end  CLOCK_MONOTONIC; NULL: for ever
 *
 * Returns what ready() did if that is not 0; -ETIMEDOUT or -EINTR.
 */
int64_t aio_wait(struct task *t, const struct timespec *end,
		 int64_t (*ready)(struct task *t, void *arg), void *arg);
/* The struct timespec at addr, as end; 0: NULL.  0 or -errno. */
int64_t aio_deadline(struct task *t, gaddr addr, struct timespec *ts,
		     const struct timespec **end);

/* aio_suspend(2); done: 1 if cb's request is, or -errno (aio-list.c). */
int64_t aio_suspend_list(struct task *t, gaddr list, int32_t n, gaddr timeout,
			 int64_t (*done)(struct task *t, gaddr cb));
/* lio_listio(2); submit: what cb says, as one of group. */
int64_t aio_submit_list(struct task *t, uint32_t mode, gaddr list, int32_t n,
			const struct aio_notify *notify,
			int64_t (*submit)(struct task *t, gaddr cb,
					  struct aio_group *group));

/* ---- between aio.c (requests) and aio-run.c (carrying them out) ------------------ */

struct aio_piece { /* the guest's struct iovec */
	gaddr base;
	uint64_t len;
};

struct aio_job {
	struct aio_request r;
	int fd;		 /* a copy of r.fd, which may be closed meanwhile */
	enum { AIO_QUEUED, AIO_RUNNING, AIO_DONE } state;
	bool is_stream;	 /* it may have to be waited for: the poller's */
	bool is_socket;
	bool polled;	 /* the poller has asked of it, and not yet heard */
	bool in_order;	 /* not before earlier ones of its descriptor */
	uint64_t done;	 /* bytes, so far */
	int64_t result;
	uint64_t nth;	 /* AIO_DONE: in which order */
	struct aio_piece one, *piece;
	unsigned npieces;
	struct aio_group *group;
	struct kq *kq;	 /* AIO_KEVENT */
	struct aio_job *next;
};

extern struct aio_job *aio_jobs; /* oldest first; all under the lock */
void aio_lock(void);
void aio_unlock(void);
/* With the lock: j is done, and may be gone. */
void aio_finish(struct aio_job *j, int64_t result);

/* With the lock: somebody carries out what is queued.  0 or -errno. */
int aio_run(bool is_stream);
/* With the lock: the poller looks at the list again. */
void aio_run_again(void);
void aio_run_forked(void);

#endif
