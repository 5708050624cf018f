/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irp-queue.c - requests on a file's descriptor that wait for their turn.
 *
 * Windows serves the reads of a pipe in the order in which they were asked for,
 * and the writes too, however many are under way.  So each direction is a queue
 * and only its first request is tried: under the queue's lock, at once if there
 * is none before it, and then at each edge of the one registration (EPOLLET)
 * that the file gets at its first wait.  An edge between a try and the queue is
 * not lost: who learns of it waits for the lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"

enum {
	BOTH = EPOLLIN | EPOLLOUT | EPOLLRDHUP,
	/* Edges nobody waits for before we ask for no more. */
	MAX_IDLE = 8,
};

struct irp_queue {
	struct file *file;
	pthread_mutex_t lock; /* all that follows */
	struct queue in, out;
	struct nt_watch watch;
	bool registered; /* epoll knows watch.fd */
	bool own_fd;     /* which is a duplicate */
	bool watched;    /* and tells of edges */
	bool closed;
	uint8_t idle; /* edges in a row that nobody waited for */
};

static struct irp_queue *queue_of(struct file *f)
{
	struct irp_queue *q = atomic_load(&f->queue), *other = NULL;

	if (q)
		return q;
	q = calloc(1, sizeof *q);
	if (!q)
		return NULL;
	q->file = f;
	pthread_mutex_init(&q->lock, NULL);
	if (atomic_compare_exchange_strong(&f->queue, &other, q))
		return q;
	free(q);
	return other;
}

/* ---- turns; the queue is locked ---- */

static struct irp *irp_at(struct queue_link *l)
{
	return container_of(l, struct irp, turn);
}

/* irp_cancel() has taken r and will finish it. */
static void cancel(struct irp *r)
{
	struct irp_queue *q = r->file->queue;

	pthread_mutex_lock(&q->lock);
	queue_remove(&r->turn);
	pthread_mutex_unlock(&q->lock);
}

/* Those that are over are finished without the lock. */
static void finish_later(struct queue *done, struct irp *r, NTSTATUS status)
{
	queue_remove(&r->turn);
	r->status = status;
	queue_add(done, &r->turn);
}

static void finish_all(struct queue *done)
{
	while (done->first) {
		struct irp *r = irp_at(done->first);

		queue_remove(&r->turn);
		irp_finish(r, r->status, r->information);
	}
}

static void serve(struct queue *turns, struct queue *done)
{
	for (struct queue_link *l = turns->first, *next; l; l = next) {
		struct irp *r = irp_at(l);
		NTSTATUS status;

		next = l->next;
		/* Somebody cancels it and will take it out. */
		if (!irp_take(r))
			continue;
		status = r->again(r);
		if (status == STATUS_PENDING) {
			if (irp_untake(r))
				return;
			status = r->cancelled;
		}
		finish_later(done, r, status);
	}
}

/* ---- edges ---- */

static void edge(struct nt_watch *w, uint32_t events)
{
	struct irp_queue *q = container_of(w, struct irp_queue, watch);
	struct queue done = { 0 };

	(void)events;
	pthread_mutex_lock(&q->lock);
	if (q->in.first || q->out.first)
		q->idle = 0;
	else if (q->watched && ++q->idle >= MAX_IDLE)
		q->watched = watch_change(w, 0) != 0;
	serve(&q->in, &done);
	serve(&q->out, &done);
	pthread_mutex_unlock(&q->lock);
	finish_all(&done);
}

/* Locked: learn of edges of fd; 0 or -errno. */
static int watch(struct irp_queue *q, int fd)
{
	int err;

	q->idle = 0;
	if (q->watched)
		return 0;
	if (q->registered) {
		err = watch_change(&q->watch, BOTH);
	} else {
		q->watch.fd = fd;
		q->own_fd = false;
		q->watch.fn = edge;
		q->watch.io = true;
		err = watch_edges(&q->watch, BOTH);
		if (err == -EEXIST) {
			/* Standard input and output may be one descriptor. */
			q->watch.fd =
				MORE_FILES(fcntl(fd, F_DUPFD_CLOEXEC, 3));
			err = q->watch.fd < 0 ? -errno
					      : watch_edges(&q->watch, BOTH);
			q->own_fd = !err;
			if (err && q->watch.fd >= 0)
				close(q->watch.fd);
		}
		q->registered = !err;
	}
	q->watched = !err;
	return err;
}

NTSTATUS irp_in_turn(struct task *t, struct irp *r, int fd, uint32_t events,
		     NTSTATUS (*again)(struct irp *r))
{
	struct irp_queue *q = queue_of(r->file);
	NTSTATUS status = STATUS_PENDING;
	struct queue *turns;
	struct irp *p;
	int err;

	if (!q)
		return STATUS_NO_MEMORY;
	turns = events & EPOLLIN ? &q->in : &q->out;
	pthread_mutex_lock(&q->lock);
	if (q->closed)
		status = STATUS_CANCELLED;
	else if (!turns->first)
		status = again(r);
	if (status == STATUS_PENDING) {
		err = watch(q, fd);
		p = err ? NULL : irp_pend_taken(t, r);
		if (err) {
			status = status_from_errno(-err);
		} else if (!p) {
			status = STATUS_NO_MEMORY;
		} else {
			p->again = again;
			p->cancel = cancel;
			queue_add(turns, &p->turn);
			if (!irp_untake(p)) {
				queue_remove(&p->turn);
				pthread_mutex_unlock(&q->lock);
				irp_finish(p, p->cancelled, 0);
				return STATUS_PENDING;
			}
		}
	}
	pthread_mutex_unlock(&q->lock);
	return status;
}

/* ---- the end ---- */

void irp_queue_close(struct file *f)
{
	struct irp_queue *q = f->queue;
	bool registered;

	if (!q)
		return;
	pthread_mutex_lock(&q->lock);
	registered = q->registered;
	q->registered = q->watched = false;
	q->closed = true;
	pthread_mutex_unlock(&q->lock);
	if (!registered)
		return;
	watch_cancel(&q->watch);
	if (q->own_fd)
		close(q->watch.fd);
}

void irp_queue_reopen(struct file *f)
{
	struct irp_queue *q = f->queue;

	if (!q)
		return;
	pthread_mutex_lock(&q->lock);
	q->closed = false;
	pthread_mutex_unlock(&q->lock);
}

void irp_queue_free(struct file *f)
{
	struct irp_queue *q = f->queue;

	if (!q)
		return;
	irp_queue_close(f);
	pthread_mutex_destroy(&q->lock);
	free(q);
	f->queue = NULL;
}
