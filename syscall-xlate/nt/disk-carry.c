/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-carry.c - what does the reads and writes of disk-queue.c: an io_uring,
 * or threads of ours where there is none (an old kernel, a seccomp filter), and
 * for file systems that cannot be asked what would block.  The ring takes a
 * file that can be polled for one that can be asked, too: it would block in our
 * call, and at the end of such a file it reads the same bytes twice (FUSE,
 * Linux 6.18).
 *
 * Only the helper thread (watch.c) submits to the ring: the kernel gives up
 * what a thread has submitted when that ends, and interrupts its calls. Results
 * come where those of other I/O do, see watch_lead().
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/policy.h"
#include "base/uring.h"
#include "syscall-xlate/nt/disk-queue.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"

enum {
	ENTRIES = 128,     /* requests in the ring */
	MOST_THREADS = 64, /* one may hang for ever */
	MOMENT_MS = 20,
};

/* ---- the ring ---- */

static enum { UNKNOWN, HERE, NOT_HERE } ring_is; /* under disk_lock */
static struct uring ring;
static unsigned in_ring; /* under disk_lock */
static struct nt_watch submit_watch, result_watch;

static void kick(void)
{
	const uint64_t one = 1;

	(void)!write(submit_watch.fd, &one, sizeof one);
}

/* Locked. */
static void put(struct disk_op *op)
{
	struct io_uring_sqe *s = uring_next(&ring);

	s->opcode = op->write ? IORING_OP_WRITEV : IORING_OP_READV;
	s->fd = op->file->fd;
	s->addr = (uintptr_t)&op->part;
	s->len = 1;
	s->off = (uint64_t)disk_offset(op);
	s->rw_flags = disk_flags(op);
	s->ioprio = op->priority;
	s->user_data = (uintptr_t)op;
	in_ring++;
}

/* In the helper thread. */
static void submit(struct nt_watch *w, uint32_t events)
{
	struct disk_op *op;

	(void)w, (void)events;
	pthread_mutex_lock(&disk_lock);
	while (in_ring < ENTRIES && (op = disk_next(CARRY_RING)))
		put(op);
	pthread_mutex_unlock(&disk_lock);
	if (uring_submit(&ring) < 0) {
		/* The kernel has no memory. */
		const struct timespec moment = { 0, MOMENT_MS * 1000000 };

		nanosleep(&moment, NULL);
		kick();
	}
}

static void take_results(struct nt_watch *w, uint32_t events)
{
	uint64_t data = 0;
	int32_t result;
	bool any;

	(void)w, (void)events;
	do {
		pthread_mutex_lock(&disk_lock);
		any = uring_take(&ring, &data, &result);
		in_ring -= any;
		pthread_mutex_unlock(&disk_lock);
		if (any)
			disk_done((struct disk_op *)(uintptr_t)data, result);
	} while (any);
}

static bool start_ring(void)
{
	/* What a ring does no filter sees: a sandbox has none. */
	if (policy)
		return false;
	if (MORE_FILES(uring_open(&ring, ENTRIES)) < 0)
		return false;
	submit_watch.fn = submit;
	submit_watch.fd = MORE_FILES(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	result_watch.fn = take_results;
	result_watch.fd = ring.fd;
	result_watch.io = true;
	if (submit_watch.fd >= 0 && watch_edges(&submit_watch, EPOLLIN) == 0 &&
	    watch_edges(&result_watch, EPOLLIN) == 0)
		return true;
	watch_cancel(&submit_watch);
	if (submit_watch.fd >= 0)
		close(submit_watch.fd);
	uring_close(&ring);
	return false;
}

/* ---- threads ---- */

static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static unsigned threads, busy; /* under disk_lock */

static int64_t move(const struct disk_op *op)
{
	ssize_t n;

	if (op->priority)
		io_priority_set_own(op->priority);
	n = op->write ? pwritev2(op->file->fd, &op->part, 1, disk_offset(op),
				 disk_flags(op))
		      : preadv2(op->file->fd, &op->part, 1, disk_offset(op), 0);
	if (n < 0)
		n = -errno;
	if (op->priority)
		io_priority_set_own(0);
	return n;
}

static void *thread(void *arg)
{
	struct disk_op *op;

	pthread_mutex_lock(&disk_lock);
	for (;;) {
		op = disk_next(CARRY_THREADS);
		if (!op) {
			pthread_cond_wait(&work, &disk_lock);
			continue;
		}
		busy++;
		pthread_mutex_unlock(&disk_lock);
		disk_done(op, move(op));
		pthread_mutex_lock(&disk_lock);
		busy--;
	}
	return arg;
}

/* Locked. */
static bool more_threads(void)
{
	if (threads < MOST_THREADS &&
	    (!threads || disk_to_do(CARRY_THREADS) > threads - busy) &&
	    helper_thread(thread, NULL) == 0)
		threads++;
	pthread_cond_signal(&work);
	return threads != 0;
}

/* ---- either ---- */

enum disk_carrier disk_carry_start(bool can_ask)
{
	enum disk_carrier who = CARRY_THREADS;

	pthread_mutex_lock(&disk_lock);
	if (can_ask && ring_is == UNKNOWN)
		ring_is = start_ring() ? HERE : NOT_HERE;
	if (can_ask && ring_is == HERE)
		who = CARRY_RING;
	else if (!threads && !more_threads())
		who = CARRIERS;
	pthread_mutex_unlock(&disk_lock);
	return who;
}

void disk_carry(enum disk_carrier who)
{
	pthread_mutex_lock(&disk_lock);
	if (disk_to_do(who)) {
		if (who == CARRY_RING)
			kick();
		else
			more_threads();
	}
	pthread_mutex_unlock(&disk_lock);
}

void disk_carry_wait(void)
{
	struct pollfd p = { .fd = ring_is == HERE ? ring.fd : -1,
			    .events = POLLIN };

	poll(&p, 1, MOMENT_MS);
	if (ring_is == HERE)
		take_results(NULL, 0);
}
