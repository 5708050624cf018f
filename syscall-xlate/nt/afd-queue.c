/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-queue.c - requests on sockets that wait: in their handler, or in a queue
 * that edges of the host socket drive.
 *
 * The first try is made without the socket's lock.  If it would block, the
 * request is queued, unless an edge has come meanwhile: edges are counted, so
 * none is lost and none costs a second try.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"

enum {
	ALL_EDGES = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI,
	/* Edges nobody waits for before we ask for no more. */
	MAX_IDLE = 8,
};

void afd_op_init(struct afd_op *op, const struct irp *r)
{
	memset(op, 0, sizeof *op);
	op->socket = afd_of(r->file);
	op->segments = op->few;
	op->stir_fd = -1;
}

void afd_op_free(struct afd_op *op)
{
	if (op->release)
		op->release(op);
	op->release = NULL;
	if (op->segments != op->few)
		free(op->segments);
	op->segments = NULL;
	free(op->to);
	op->to = NULL;
}

bool afd_waits(const struct irp *r)
{
	return r->code & AFD_CODE_WAIT ||
	       (r->file->synchronous && !r->detached);
}

bool afd_pends(const struct irp *r, uint32_t afd_flags)
{
	return afd_flags & AFD_FLAG_OVERLAPPED || !afd_of(r->file)->nonblocking;
}

/* ---- queues; the socket is locked ---- */

/* irp_cancel() has taken r and will finish it. */
static void cancel(struct irp *r)
{
	struct afd_op *op = r->extra;

	pthread_mutex_lock(&op->socket->lock);
	queue_remove(&op->link);
	pthread_mutex_unlock(&op->socket->lock);
	afd_op_free(op);
}

struct afd_op *afd_pend(struct task *t, struct irp *r, struct afd_op *op)
{
	struct afd_op *p = malloc(sizeof *p);

	if (!p)
		return NULL;
	*p = *op;
	if (op->segments == op->few)
		p->segments = p->few;
	r->extra = p;
	p->irp = irp_pend_taken(t, r);
	if (!p->irp) {
		r->extra = NULL;
		free(p);
		return NULL;
	}
	p->irp->cancel = cancel;
	return p;
}

bool afd_let_go(struct afd_op *op)
{
	return irp_untake(op->irp);
}

void afd_finish_later(struct queue *d, struct afd_op *op, NTSTATUS status,
		      uint64_t information)
{
	queue_remove(&op->link);
	op->status = status;
	op->information = information;
	queue_add(d, &op->link);
}

void afd_finish_all(struct queue *d)
{
	while (d->first) {
		struct afd_op *op = afd_op_at(d->first);
		struct irp *r = op->irp;

		queue_remove(&op->link);
		afd_op_free(op);
		/* Frees op as well. */
		irp_finish(r, op->status, op->information);
	}
}

/* op has got another socket: wait there.  op is taken. */
static void move_on(struct afd_op *op, struct queue *d)
{
	struct afd_socket *s = op->socket;

	int err;

	queue_remove(&op->link);
	pthread_mutex_lock(&s->lock);
	queue_add(op->wanted, &op->link);
	err = afd_watch(s);
	if (err)
		afd_finish_later(d, op, afd_status(-err), 0);
	else if (s->closed || !afd_let_go(op))
		afd_finish_later(d, op, STATUS_CANCELLED, 0);
	pthread_mutex_unlock(&s->lock);
}

static void run_queue(struct afd_socket *s, struct queue *q,
		      struct queue *d)
{
	for (struct queue_link *l = q->first, *next; l; l = next) {
		struct afd_op *op = afd_op_at(l);
		NTSTATUS status;

		next = l->next;
		/* Somebody cancels it and will take it out. */
		if (!irp_take(op->irp))
			continue;
		op->block = false;
		status = op->step(NULL, op);
		if (status == STATUS_MORE_PROCESSING_REQUIRED) {
			s->event_off &= ~op->reenable;
			move_on(op, d);
			continue;
		}
		if (status == STATUS_PENDING) {
			if (afd_let_go(op))
				return;
			status = STATUS_CANCELLED;
		}
		s->event_off &= ~op->reenable;
		afd_finish_later(d, op, status, op->information);
	}
}

/* ---- edges ---- */

static bool somebody_waits(const struct afd_socket *s)
{
	return s->receives.first || s->sends.first || s->accepts.first ||
	       s->connects.first || s->polls || s->event_mask;
}

void afd_service(struct afd_socket *s)
{
	struct queue done = { 0 };

	pthread_mutex_lock(&s->lock);
	s->edges++;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	run_queue(s, &s->connects, &done);
	run_queue(s, &s->accepts, &done);
	/* These first: they may leave receives something to tell. */
	run_queue(s, &s->sends, &done);
	run_queue(s, &s->receives, &done);
	if (s->close_when_sent && !s->sends.first) {
		s->close_when_sent = false;
		s->send_closed = true;
		shutdown(s->file->fd, SHUT_WR);
	}
	/*
	 * What epoll said is old by now: an unconnected socket counts as hung
	 * up, and may have been connected since.
	 */
	if (s->polls || s->event_mask)
		afd_notice(s, afd_ready(s), &done);
	pthread_mutex_unlock(&s->lock);
	afd_finish_all(&done);
}

static void edge(struct nt_watch *w, uint32_t events)
{
	struct afd_socket *s = container_of(w, struct afd_socket, watch);

	(void)events;
	afd_service(s);
	pthread_mutex_lock(&s->lock);
	if (somebody_waits(s)) {
		s->idle = 0;
	} else if (s->watched && ++s->idle >= MAX_IDLE) {
		watch_change(w, 0);
		s->watched = 0;
	}
	pthread_mutex_unlock(&s->lock);
}

int afd_watch(struct afd_socket *s)
{
	int err;

	s->idle = 0;
	if (s->watched || s->file->fd < 0)
		return 0;
	if (s->registered) {
		err = watch_change(&s->watch, ALL_EDGES);
	} else {
		s->watch.fd = s->file->fd;
		s->watch.fn = edge;
		s->watch.io = true;
		err = watch_edges(&s->watch, ALL_EDGES);
		s->registered = !err;
	}
	if (!err)
		s->watched = ALL_EDGES;
	return err;
}

/* ---- waiting in the handler ---- */

void afd_set_nonblocking(struct afd_socket *s)
{
	int flags;

	if (s->host_nonblocking)
		return;
	flags = fcntl(s->file->fd, F_GETFL);
	if (flags >= 0 && !fcntl(s->file->fd, F_SETFL, flags | O_NONBLOCK))
		s->host_nonblocking = true;
}

bool afd_block_begin(struct afd_socket *s)
{
	s->sleepers++;
	return !s->closed;
}

void afd_block_end(struct afd_socket *s)
{
	s->sleepers--;
}

bool afd_may_block(const struct irp *r)
{
	const struct afd_socket *s = afd_of(r->file);

	/* One that is shared cannot be woken by shutting it down. */
	return afd_waits(r) && !s->nonblocking && !s->host_nonblocking &&
	       !s->shared;
}

NTSTATUS afd_sleep(struct task *t, struct afd_socket *s, int fd, short events,
		   uint32_t timeout)
{
	int64_t end =
		timeout ? monotonic_ns() + timeout * 1000000ll : INT64_MAX;
	struct pollfd p[2] = { { .fd = fd, .events = events },
			       { .fd = -1, .events = POLLIN } };
	NTSTATUS status = STATUS_SUCCESS;
	int n;

	s->sleepers++;
	if ((s->shared || fd != s->file->fd) && s->wake_fd < 0) {
		pthread_mutex_lock(&s->lock);
		if (s->wake_fd < 0)
			s->wake_fd = eventfd(0, EFD_CLOEXEC);
		pthread_mutex_unlock(&s->lock);
	}
	p[1].fd = s->wake_fd;
	for (;;) {
		struct timespec ts = { 0 };
		int64_t left = end - monotonic_ns();

		if (s->closed) {
			status = STATUS_CANCELLED;
			break;
		}
		if (io_interrupted(t, s->file, &status))
			break;
		if (left < 0)
			left = 0;
		ts.tv_sec = left / 1000000000;
		ts.tv_nsec = left % 1000000000;
		n = ppoll(p, 2, timeout ? &ts : NULL, NULL);
		if (n > 0 && p[0].revents)
			break;
		if (n == 0) {
			status = STATUS_IO_TIMEOUT;
			break;
		}
		if (n < 0 && errno != EINTR) {
			status = afd_status(errno);
			break;
		}
	}
	s->sleepers--;
	if (!status && s->closed)
		status = STATUS_CANCELLED;
	return status;
}

/* As afd_run(), in the handler. */
static NTSTATUS wait_here(struct task *t, struct afd_op *op, short events)
{
	struct afd_socket *s = op->socket;
	uint32_t timeout = events == POLLOUT ? s->options.send_timeout
					     : s->options.receive_timeout;
	NTSTATUS status;

	if (s->state == AFD_LISTENING || s->state == AFD_CONNECTING)
		timeout = 0;
	do {
		status = afd_sleep(t, s, s->file->fd, events, timeout);
		/* What has been sent has been sent. */
		if (status)
			return op->done && events == POLLOUT ? STATUS_SUCCESS
							     : status;
		status = op->step(t, op);
	} while (status == STATUS_PENDING);
	return status;
}

/* Queues r unless an edge has come since edges were counted. */
static NTSTATUS wait_in_queue(struct task *t, struct irp *r, struct afd_op *op,
			      uint32_t edges, bool *queued)
{
	struct afd_socket *s = op->socket;
	NTSTATUS status = STATUS_PENDING;
	struct queue done = { 0 };

	pthread_mutex_lock(&s->lock);
	if (s->closed) {
		status = STATUS_CANCELLED;
	} else if (edges == s->edges) {
		int err = afd_watch(s);
		struct afd_op *p = err ? NULL : afd_pend(t, r, op);

		if (err) {
			status = afd_status(-err);
		} else if (p) {
			*queued = true;
			queue_add(p->wanted, &p->link);
			if (!afd_let_go(p))
				afd_finish_later(&done, p, STATUS_CANCELLED, 0);
		} else {
			status = STATUS_NO_MEMORY;
		}
	}
	pthread_mutex_unlock(&s->lock);
	afd_finish_all(&done);
	return status;
}

/* op is over: let it pend and tell of that so.  False: no memory. */
static bool end_later(struct task *t, struct irp *r, struct afd_op *op,
		      NTSTATUS status)
{
	struct afd_op *p = afd_pend(t, r, op);
	struct queue done = { 0 };

	if (!p)
		return false;
	p->status = status;
	if (status != STATUS_BUFFER_OVERFLOW)
		p->information = 0;
	queue_add(&done, &p->link);
	afd_finish_all(&done);
	return true;
}

NTSTATUS afd_run(struct task *t, struct irp *r, struct afd_op *op,
		 struct queue *queue, short events)
{
	struct afd_socket *first = op->socket;
	NTSTATUS status = STATUS_PENDING;
	bool queued = false;

	op->wanted = queue;
	do {
		uint32_t edges = op->socket->edges;

		if (!op->wanted->first) {
			status = op->step(t, op);
			if (status == STATUS_MORE_PROCESSING_REQUIRED)
				continue;
			if (status != STATUS_PENDING)
				break;
		}
		status = STATUS_PENDING;
		if (afd_waits(r) && !op->socket->nonblocking)
			status = wait_here(t, op, events);
		else if (op->pends)
			status = wait_in_queue(t, r, op, edges, &queued);
		else /* Part of it is a success. */
			status = op->done ? STATUS_SUCCESS
					  : STATUS_DEVICE_NOT_READY;
		if (queued)
			return STATUS_PENDING;
	} while (status == STATUS_PENDING ||
		 status == STATUS_MORE_PROCESSING_REQUIRED);

	if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW)
		r->information = op->information;
	/* Room to send is news only after there was none. */
	if (first->event_mask &&
	    (op->reenable != AFD_POLL_SEND || op->done < op->len))
		afd_reenable(first, op->reenable);
	/*
	 * What did not fit is no error that ends the request with its call: it
	 * would be told of a second time, by its packet, and winsock's callers take
	 * what the call says for the only word.
	 */
	if ((op->late || status == STATUS_BUFFER_OVERFLOW) && op->pends &&
	    !afd_waits(r) && !NT_SUCCESS(status) &&
	    end_later(t, r, op, status))
		return STATUS_PENDING;
	afd_op_free(op);
	return status;
}
