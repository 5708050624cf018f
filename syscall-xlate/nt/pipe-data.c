/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe-data.c - bytes and messages through a pipe's descriptor: one try each.
 *
 * See pipe.h for what a pipe is on the host.
 */
#include "syscall-xlate/nt/pipe.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { IOV = 16 };

bool pipe_can_read(struct file *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static NTSTATUS gone(struct file *f, bool reading)
{
	struct pipe_end *e = f->pipe;

	/* Who reads has had what was before it. */
	if (!reading)
		pipe_look_for_goodbye(f);
	return e->goodbye ? STATUS_PIPE_DISCONNECTED
	       : reading  ? STATUS_PIPE_BROKEN
			  : STATUS_PIPE_CLOSING;
}

/* ---- bytes ---- */

static NTSTATUS after_error(int err, struct file *f, bool reading)
{
	switch (err) {
	case EAGAIN:
		return STATUS_PENDING;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return gone(f, reading);
	default:
		return status_from_errno(err);
	}
}

/*
 * A read of nothing waits until there is something: how event loops learn of
 * data without keeping a buffer for each connection.
 */
static NTSTATUS receive_nothing(struct irp *r)
{
	struct file *f = r->file;
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	uint8_t byte;
	ssize_t n;

	r->information = 0;
	if (f->pipe->is_pipe) {
		if (poll(&p, 1, 0) <= 0)
			return STATUS_PENDING;
		return p.revents & POLLIN ? STATUS_SUCCESS : gone(f, true);
	}
	n = recv(f->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0)
		return after_error(errno, f, true);
	return n ? STATUS_SUCCESS : gone(f, true);
}

/* One try; STATUS_PENDING: would block. */
static NTSTATUS receive_bytes(struct task *t, struct irp *r, bool wait)
{
	struct file *f = r->file;
	struct pipe_end *e = f->pipe;
	char space[CMSG_SPACE(sizeof(int))];
	struct iovec v[IOV];
	struct msghdr m = { .msg_iov = v,
			    .msg_control = space,
			    .msg_controllen = sizeof space };
	NTSTATUS status;
	ssize_t n;
	size_t got;
	int nv;

	if (e->is_pipe) {
		if (!wait && !pipe_can_read(f))
			return STATUS_PENDING;
		status = io_read_fd(t, r, f->fd, OFFSET_CURRENT, &got);
		if (status == STATUS_RETRY)
			return STATUS_PENDING;
		if (status)
			return status;
		r->information = got;
		return got || !r->len ? STATUS_SUCCESS : gone(f, true);
	}
	nv = guest_iov(t, r->buf, r->len, true, v, IOV);
	if (nv < 0)
		return STATUS_ACCESS_VIOLATION;
	m.msg_iovlen = (size_t)nv;
	n = recvmsg(f->fd, &m, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	if (n < 0 && errno == EINTR)
		return STATUS_RETRY;
	if (n < 0)
		return after_error(errno, f, true);
	if (n && m.msg_controllen && pipe_carries_goodbye(&m)) {
		e->goodbye = true;
		n--; /* the byte that carried it */
	}
	r->information = (uint64_t)n;
	return n || !r->len ? STATUS_SUCCESS : gone(f, true);
}

/* Sends what is left, [r->out, r->len); r->out counts what went. */
static NTSTATUS send_bytes(struct task *t, struct irp *r, bool wait)
{
	struct file *f = r->file;
	struct pipe_end *e = f->pipe;

	while (r->out < r->len) {
		struct iovec v[IOV];
		struct msghdr m = { .msg_iov = v };
		ssize_t n;
		int nv = guest_iov(t, r->buf + r->out, r->len - r->out, false,
				   v, IOV);

		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		m.msg_iovlen = (size_t)nv;
		if (!e->is_pipe) {
			n = sendmsg(f->fd, &m,
				    MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
		} else if (wait) {
			n = nv == 1 ? write(f->fd, v->iov_base, v->iov_len)
				    : writev(f->fd, v, nv);
		} else {
			/* A shared pipe cannot be made non-blocking, but one
			   that polls writable takes PIPE_BUF bytes. */
			struct pollfd p = { .fd = f->fd, .events = POLLOUT };

			if (poll(&p, 1, 0) <= 0)
				return STATUS_PENDING;
			n = write(f->fd, v->iov_base,
				  MIN(v->iov_len, (size_t)PIPE_BUF));
		}
		if (n < 0 && errno == EINTR)
			return STATUS_RETRY;
		if (n < 0)
			return after_error(errno, f, false);
		r->out += (uint64_t)n;
	}
	r->information = r->len;
	return STATUS_SUCCESS;
}

/* ---- messages ---- */

/* Gives the guest up to r->len bytes of the tail. */
static NTSTATUS take_tail(struct task *t, struct irp *r, struct pipe_end *e,
			  size_t *done)
{
	size_t n = MIN(e->tail_len, r->len - *done);

	if (guest_write(t, r->buf + *done, e->tail + e->tail_at, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	e->tail_at += n;
	e->tail_len -= n;
	*done += n;
	return STATUS_SUCCESS;
}

/* A packet into the guest's buffer, what does not fit into the tail. */
static NTSTATUS receive_packet(struct task *t, struct irp *r,
			       struct pipe_end *e, size_t *done, bool *more,
			       bool wait)
{
	struct file *f = r->file;
	struct iovec v[IOV + 2];
	struct msghdr m = { .msg_iov = v };
	uint8_t head = 0;
	size_t room = 0;
	ssize_t n;
	int nv = 0;

	if (!e->tail)
		e->tail = malloc(PIPE_PACKET);
	if (!e->tail)
		return STATUS_NO_MEMORY;
	if (*done < r->len)
		nv = guest_iov(t, r->buf + *done, r->len - *done, true, v + 1,
			       IOV);
	if (nv < 0)
		return STATUS_ACCESS_VIOLATION;
	for (int i = 0; i < nv; i++)
		room += v[1 + i].iov_len;
	v[0] = (struct iovec){ &head, 1 };
	v[1 + nv] = (struct iovec){ e->tail, PIPE_PACKET };
	m.msg_iovlen = (size_t)nv + 2;
	n = recvmsg(f->fd, &m, wait ? 0 : MSG_DONTWAIT);
	if (n < 0 && errno == EINTR)
		return STATUS_RETRY;
	if (n < 0)
		return after_error(errno, f, true);
	if (n && head == PIPE_GOODBYE)
		e->goodbye = true;
	if (n == 0 || e->goodbye)
		return gone(f, true);
	n--;
	*more = head & 1;
	if ((size_t)n > room) {
		e->tail_at = 0;
		e->tail_len = (size_t)n - room;
		*done += room;
	} else {
		*done += (size_t)n;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS receive_message(struct task *t, struct irp *r, bool wait)
{
	struct pipe_end *e = r->file->pipe;
	bool more = e->tail_more;
	NTSTATUS status;
	/* What an earlier try has put there already. */
	size_t done = r->out;

	if (e->tail_len)
		status = take_tail(t, r, e, &done);
	else
		status = receive_packet(t, r, e, &done, &more, wait);
	/* The rest of the message has been sent or is being sent. */
	while (!status && more && !e->tail_len && done < r->len)
		status = receive_packet(t, r, e, &done, &more, wait);
	e->tail_more = more;
	r->out = r->information = done;
	if (status)
		return status;
	/* Reading bytes from a message pipe pays no heed to where they end. */
	return e->message_read && (e->tail_len || more) ? STATUS_BUFFER_OVERFLOW
							: STATUS_SUCCESS;
}

static NTSTATUS send_message(struct task *t, struct irp *r, bool wait)
{
	struct file *f = r->file;

	do {
		size_t len = MIN(r->len - r->out, (uint64_t)PIPE_PACKET);
		uint8_t head = r->out + len < r->len;
		struct iovec v[IOV + 1] = { { &head, 1 } };
		struct msghdr m = { .msg_iov = v };
		ssize_t n;
		int nv = 0;

		if (len)
			nv = guest_iov(t, r->buf + r->out, len, false, v + 1,
				       IOV);
		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		m.msg_iovlen = (size_t)nv + 1;
		n = sendmsg(f->fd, &m,
			    MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
		if (n < 0 && errno == EINTR)
			return STATUS_RETRY;
		if (n < 0)
			return after_error(errno, f, false);
		r->out += (uint64_t)n - 1;
	} while (r->out < r->len);
	r->information = r->len;
	return STATUS_SUCCESS;
}

NTSTATUS pipe_read_once(struct task *t, struct irp *r, bool wait)
{
	struct pipe_end *e = r->file->pipe;
	NTSTATUS status;

	if (!e->message) {
		status = r->len ? receive_bytes(t, r, wait)
				: receive_nothing(r);
	} else {
		pthread_mutex_lock(&e->lock);
		status = receive_message(t, r, wait);
		pthread_mutex_unlock(&e->lock);
	}
	if (!status || status == STATUS_BUFFER_OVERFLOW)
		e->was_read = true;
	return status;
}

NTSTATUS pipe_write_once(struct task *t, struct irp *r, bool wait)
{
	return r->file->pipe->message ? send_message(t, r, wait)
				      : send_bytes(t, r, wait);
}
