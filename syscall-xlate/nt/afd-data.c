/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-data.c - receiving and sending: streams straight from and to the guest's
 * memory, datagrams on receipt through a buffer, because the host drops a
 * datagram whose copy fails half-way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/afd-message.h"

enum { VECTORS = 64, MAX_DATAGRAM = 65536 };

/* After EINTR of a call that may block: go on, or give up with *status. */
static bool interrupted(struct task *t, struct afd_op *op, NTSTATUS *status)
{
	if (op->socket->closed) {
		*status = STATUS_CANCELLED;
		return true;
	}
	return t && io_interrupted(t, op->socket->file, status);
}

static NTSTATUS after_error(int err, struct afd_op *op, bool sending)
{
	struct afd_socket *s = op->socket;

	if (err == EAGAIN) {
		uint32_t timeout = sending ? s->options.send_timeout
					   : s->options.receive_timeout;

		return op->block && timeout ? STATUS_IO_TIMEOUT
					    : STATUS_PENDING;
	}
	/* The host says this of what has never been connected, too. */
	if (!s->datagram && err == EPIPE && s->state != AFD_CONNECTED)
		return STATUS_INVALID_CONNECTION;
	if (!s->datagram && (err == ECONNRESET || err == ETIMEDOUT ||
			     (err == EPIPE && !s->send_closed)))
		s->aborted = true;
	if (err == EPIPE && s->send_closed)
		return STATUS_PIPE_DISCONNECTED;
	op->late = s->datagram && sending && err != ENOTCONN &&
		   err != EDESTADDRREQ;
	return afd_status(err);
}

/* recvmsg or sendmsg, blocking if op may. */
static ssize_t host_message(struct afd_op *op, struct msghdr *m, int flags,
			    bool sending)
{
	struct afd_socket *s = op->socket;
	int fd = s->file->fd;
	ssize_t n;

	flags |= op->flags | MSG_NOSIGNAL | (op->block ? 0 : MSG_DONTWAIT);
	if (op->block && !afd_block_begin(s)) {
		afd_block_end(s);
		errno = EINTR;
		return -1;
	}
	n = sending ? sendmsg(fd, m, flags) : recvmsg(fd, m, flags);
	if (op->block) {
		int err = errno;

		afd_block_end(s);
		errno = err;
		if (s->closed && n <= 0) {
			errno = EINTR;
			return -1;
		}
	}
	return n;
}

/* ---- streams ---- */

/* After a call that failed: once more, or give up with *status. */
static bool again(struct task *t, struct afd_op *op, bool sending,
		  bool *touched, NTSTATUS *status)
{
	int err = errno;

	if (err == EINTR) {
		if (!interrupted(t, op, status))
			return true;
		if (op->done)
			*status = STATUS_SUCCESS;
		return false;
	}
	if (err == EFAULT && !*touched) {
		*touched = true;
		afd_touch(t, op, !sending);
		return true;
	}
	/* What has been received is told first. */
	*status = !sending && op->done && err != EAGAIN
			  ? STATUS_SUCCESS
			  : after_error(err, op, sending);
	return false;
}

NTSTATUS afd_receive_stream(struct task *t, struct afd_op *op)
{
	struct afd_socket *s = op->socket;
	bool touched = false, whole = op->flags & MSG_WAITALL;
	NTSTATUS status;

	if (s->receive_closed)
		return STATUS_PIPE_DISCONNECTED;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	/* The host has nothing to say of a connection that was refused. */
	if (s->state != AFD_CONNECTED)
		return STATUS_INVALID_CONNECTION;
	for (;;) {
		struct iovec v[VECTORS];
		struct msghdr m = { .msg_iov = v };
		uint64_t bytes;
		uint8_t byte;
		int nv, flags = 0;
		ssize_t n;

		nv = afd_vectors(t, op, op->done, true, v, VECTORS, &bytes);
		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		if (!op->len) {
			/* Waits until there is something, and leaves it. */
			v[0] = (struct iovec){ &byte, 1 };
			nv = 1;
			flags = MSG_PEEK;
		}
		m.msg_iovlen = (size_t)nv;
		n = host_message(op, &m, flags, false);
		if (n < 0 && again(t, op, false, &touched, &status))
			continue;
		if (n < 0)
			return status;
		if (!op->len) {
			op->information = 0;
			return STATUS_SUCCESS;
		}
		/* The host tells of a reset once. */
		if (n == 0 && s->aborted)
			return STATUS_CONNECTION_RESET;
		op->done += (uint64_t)n;
		op->information = op->done;
		if (n == 0 || !whole || op->done >= op->len)
			return STATUS_SUCCESS;
	}
}

NTSTATUS afd_send_stream(struct task *t, struct afd_op *op)
{
	struct afd_socket *s = op->socket;
	bool touched = false;
	NTSTATUS status;

	if (s->send_closed)
		return STATUS_PIPE_DISCONNECTED;
	do {
		struct iovec v[VECTORS];
		struct msghdr m = { .msg_iov = v };
		uint64_t bytes;
		int nv =
			afd_vectors(t, op, op->done, false, v, VECTORS, &bytes);
		ssize_t n;

		if (nv < 0)
			return STATUS_ACCESS_VIOLATION;
		m.msg_iovlen = (size_t)nv;
		n = host_message(op, &m, 0, true);
		if (n < 0 && again(t, op, true, &touched, &status))
			continue;
		if (n < 0)
			return status;
		op->done += (uint64_t)n;
		op->information = op->done;
	} while (op->done < op->len);
	return STATUS_SUCCESS;
}

/* ---- datagrams ---- */

/* n bytes to the guest's segments. */
static NTSTATUS scatter(struct task *t, struct afd_op *op, const uint8_t *data,
			size_t n)
{
	for (uint32_t i = 0; i < op->nsegments && n; i++) {
		size_t part = MIN(n, (size_t)op->segments[i].len);

		if (guest_write(t, op->segments[i].at, data, part))
			return STATUS_ACCESS_VIOLATION;
		data += part;
		n -= part;
	}
	return STATUS_SUCCESS;
}

/* Is err, of a call on s, ICMP's?  errno is kept. */
static bool from_icmp(struct afd_socket *s, int err)
{
	bool yes;

	if (err != ECONNREFUSED && err != EHOSTUNREACH && err != ENETUNREACH &&
	    err != EPROTO && err != EMSGSIZE && err != EACCES &&
	    err != EOPNOTSUPP)
		return false;
	yes = s->type == WIN_SOCK_DGRAM && afd_take_icmp(s, err);
	errno = err;
	return yes;
}

/*
 * host_message() until a signal is more than that, and what ICMP says of
 * earlier datagrams has been taken; *n is its result.
 */
static NTSTATUS whole_message(struct task *t, struct afd_op *op,
			      struct msghdr *m, int flags, bool sending,
			      ssize_t *n)
{
	NTSTATUS status;

	do {
		status = sending ? STATUS_SUCCESS
				 : afd_tell_icmp(op->socket);
		if (status)
			break;
		*n = host_message(op, m, flags, sending);
	} while (*n < 0 && (errno == EINTR ? !interrupted(t, op, &status)
					   : from_icmp(op->socket, errno)));
	return status;
}

static NTSTATUS receive_one(struct task *t, struct afd_op *op)
{
	struct afd_socket *s = op->socket;
	size_t room = MIN(op->len, (uint64_t)MAX_DATAGRAM);
	uint8_t *data = malloc(room + 1);
	uint8_t control[1024];
	union afd_address from;
	struct iovec v = { data, room };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_name = &from,
			    .msg_namelen = sizeof from };
	NTSTATUS status;
	ssize_t n;

	if (!data)
		return STATUS_NO_MEMORY;
	if (op->message_flags) {
		m.msg_control = control;
		m.msg_controllen = sizeof control;
	}
	status = whole_message(t, op, &m, MSG_TRUNC, false, &n);
	if (status) {
		free(data);
		return status;
	}
	if (n < 0) {
		free(data);
		return after_error(errno, op, false);
	}
	op->information = MIN((size_t)n, room);
	status = scatter(t, op, data, op->information);
	free(data);
	if (!status)
		status = afd_put_from(t, op, &from, m.msg_namelen);
	if (!status && op->message_flags)
		status = afd_control_out(t, op, &m, (size_t)n > room);
	if (!status && (size_t)n > room && !s->receive_closed)
		status = STATUS_BUFFER_OVERFLOW;
	return status;
}

static NTSTATUS receive_any(struct task *t, struct afd_op *op)
{
	struct afd_socket *s = op->socket;
	union afd_address peer;
	socklen_t len = sizeof peer;
	NTSTATUS status;

	if (s->datagram) {
		if (s->receive_closed)
			return STATUS_PIPE_DISCONNECTED;
		/* Neither bound nor has it sent anything. */
		if (s->state == AFD_OPEN)
			return STATUS_INVALID_PARAMETER;
		return receive_one(t, op);
	}
	status = afd_receive_stream(t, op);
	/* recvfrom of a stream: whose else. */
	if (!status && op->from && !getpeername(s->file->fd, &peer.sa, &len))
		status = afd_put_from(t, op, &peer, len);
	if (!status && op->message_flags)
		status = guest_put32(t, op->message_flags, 0)
				 ? STATUS_ACCESS_VIOLATION
				 : STATUS_SUCCESS;
	return status;
}

static NTSTATUS send_one(struct task *t, struct afd_op *op)
{
	struct iovec v[VECTORS];
	uint8_t control[1024], *copy = NULL;
	struct msghdr m = { .msg_iov = v,
			    .msg_name = op->to,
			    .msg_namelen = op->to ? op->to_len : 0 };
	NTSTATUS status = STATUS_SUCCESS;
	bool touched = false;
	uint64_t bytes;
	ssize_t n;
	int nv;

	if (op->socket->send_closed)
		return STATUS_PIPE_DISCONNECTED;
	if (op->len > MAX_DATAGRAM || afd_is_too_long(op->socket, op->len)) {
		op->late = true;
		return STATUS_INVALID_BUFFER_SIZE;
	}
again:
	nv = afd_vectors(t, op, 0, false, v, VECTORS, &bytes);
	if (nv < 0)
		return STATUS_ACCESS_VIOLATION;
	if (bytes < op->len) {
		/* In too many pieces for one call. */
		copy = malloc(op->len);
		if (!copy)
			return STATUS_NO_MEMORY;
		bytes = 0;
		for (uint32_t i = 0; i < op->nsegments; i++) {
			if (guest_read(t, copy + bytes, op->segments[i].at,
				       op->segments[i].len)) {
				free(copy);
				return STATUS_ACCESS_VIOLATION;
			}
			bytes += op->segments[i].len;
		}
		v[0] = (struct iovec){ copy, bytes };
		nv = 1;
	}
	m.msg_iovlen = (size_t)nv;
	if (op->control) {
		m.msg_control = control;
		m.msg_controllen = sizeof control;
		status = afd_control_in(t, op, &m);
	}
	if (!status) {
		status = whole_message(t, op, &m, 0, true, &n);
		if (!status && n < 0 && errno == EFAULT && !touched) {
			touched = true;
			free(copy);
			copy = NULL;
			afd_touch(t, op, false);
			goto again;
		}
		/* Who hears of ICMP hears of a full queue, which is nothing. */
		if (!status && n < 0 && errno == ENOBUFS)
			n = (ssize_t)op->len;
		if (!status && n < 0) {
			status = after_error(errno, op, true);
		} else if (!status) {
			op->information = op->done = (uint64_t)n;
			/* It has a port now. */
			if (op->socket->state == AFD_OPEN)
				op->socket->state = AFD_BOUND;
		}
	}
	free(copy);
	return status;
}

static NTSTATUS send_any(struct task *t, struct afd_op *op)
{
	if (!op->socket->datagram)
		return afd_send_stream(t, op);
	return send_one(t, op);
}

/* ---- the calls ---- */

/*
 * What all calls begin with: buffers and flags into op, and whether n pointers
 * stand at at, behind those (0: none are wanted).
 */
static NTSTATUS begin(struct task *t, struct irp *r, struct afd_op *op,
		      uint32_t at, uint32_t n, uint32_t *afd_flags,
		      uint32_t *tdi_flags)
{
	*afd_flags = *tdi_flags = 0;
	afd_op_init(op, r);
	if (n && r->len < at + n * afd_pointer_size())
		return STATUS_INVALID_PARAMETER;
	return afd_read_buffers(t, r, op, afd_flags, tdi_flags);
}

/* status is that of reading op.  Unless it can be run now, op is freed. */
static NTSTATUS check(struct afd_op *op, NTSTATUS status)
{
	if (!status && op->socket->state == AFD_HELPER)
		status = STATUS_INVALID_PARAMETER;
	if (status)
		afd_op_free(op);
	return status;
}

/* Windows has none on AF_UNIX. */
static bool has_oob(const struct afd_socket *s)
{
	return !s->datagram && s->family != WIN_AF_UNIX;
}

static NTSTATUS receive(struct task *t, struct irp *r, struct afd_op *op,
			NTSTATUS status, uint32_t afd_flags, uint32_t tdi_flags)
{
	struct afd_socket *s = op->socket;

	status = check(op, status);
	if (status)
		return status;
	op->step = receive_any;
	op->reenable = AFD_POLL_RECEIVE;
	if (tdi_flags & TDI_RECEIVE_PEEK)
		op->flags |= MSG_PEEK;
	if (tdi_flags & TDI_RECEIVE_EXPEDITED) {
		if (!has_oob(s)) {
			afd_op_free(op);
			return STATUS_NOT_SUPPORTED;
		}
		op->flags |= MSG_OOB;
		op->reenable = AFD_POLL_RECEIVE_EXPEDITED;
	}
	if (tdi_flags & TDI_RECEIVE_WAITALL) {
		if (s->datagram ||
		    (s->nonblocking && !(afd_flags & AFD_FLAG_OVERLAPPED))) {
			afd_op_free(op);
			return STATUS_NOT_SUPPORTED;
		}
		op->flags |= MSG_WAITALL;
	}
	op->pends = afd_pends(r, afd_flags);
	op->block = afd_may_block(r) && !s->receives.first;
	return afd_run(t, r, op, &s->receives, POLLIN);
}

NTSTATUS afd_receive(struct task *t, struct file *f, struct irp *r)
{
	uint32_t afd_flags, tdi_flags;
	struct afd_op op;
	NTSTATUS status;

	(void)f;
	status = begin(t, r, &op, 0, 0, &afd_flags, &tdi_flags);
	return receive(t, r, &op, status, afd_flags, tdi_flags);
}

/* What follows AFD_RECV_INFO: pointers, in their natural places. */
static NTSTATUS receive_more(struct task *t, struct irp *r, bool message)
{
	uint32_t p = afd_pointer_size(), at = p == 8 ? 24 : 16;
	uint32_t n = message ? 5 : 2;
	uint32_t afd_flags, tdi_flags;
	struct afd_op op;
	NTSTATUS status;

	status = begin(t, r, &op, at, n, &afd_flags, &tdi_flags);
	if (!status)
		status = afd_pointer(t, r->buf + at, &op.from);
	if (!status)
		status = afd_pointer(t, r->buf + at + p, &op.from_len);
	if (!status && message) {
		status = afd_pointer(t, r->buf + at + 2 * p, &op.control);
		if (!status)
			status = afd_pointer(t, r->buf + at + 3 * p,
					     &op.control_len);
		if (!status)
			status = afd_pointer(t, r->buf + at + 4 * p,
					     &op.message_flags);
		if (!status && op.control_len &&
		    guest_get32(t, &op.control_room, op.control_len))
			status = STATUS_ACCESS_VIOLATION;
		if (!status && !op.message_flags)
			status = STATUS_INVALID_PARAMETER;
	}
	return receive(t, r, &op, status, afd_flags, tdi_flags);
}

NTSTATUS afd_receive_datagram(struct task *t, struct file *f, struct irp *r)
{
	(void)f;
	return receive_more(t, r, false);
}

NTSTATUS afd_receive_message(struct task *t, struct file *f, struct irp *r)
{
	(void)f;
	return receive_more(t, r, true);
}

static NTSTATUS send_run(struct task *t, struct irp *r, struct afd_op *op,
			 NTSTATUS status, uint32_t afd_flags,
			 uint32_t tdi_flags)
{
	struct afd_socket *s = op->socket;

	status = check(op, status);
	if (status)
		return status;
	op->step = send_any;
	op->reenable = AFD_POLL_SEND;
	if (tdi_flags & TDI_SEND_EXPEDITED) {
		if (!has_oob(s)) {
			afd_op_free(op);
			return STATUS_NOT_SUPPORTED;
		}
		op->flags |= MSG_OOB;
	}
	op->pends = afd_pends(r, afd_flags);
	op->block = afd_may_block(r) && !s->sends.first;
	return afd_run(t, r, op, &s->sends, POLLOUT);
}

NTSTATUS afd_send(struct task *t, struct file *f, struct irp *r)
{
	uint32_t afd_flags, tdi_flags;
	struct afd_op op;
	NTSTATUS status;

	(void)f;
	status = begin(t, r, &op, 0, 0, &afd_flags, &tdi_flags);
	return send_run(t, r, &op, status, afd_flags, tdi_flags);
}

/* AFD_SEND_DATAGRAM_INFO: the address lies behind TDI's request. */
static NTSTATUS send_more(struct task *t, struct irp *r, bool message)
{
	uint32_t p = afd_pointer_size(), at = p == 8 ? 88 : 48;
	uint32_t n = message ? 4 : 2;
	uint32_t afd_flags, unused, len;
	struct afd_op op;
	NTSTATUS status;
	gaddr to;

	status = begin(t, r, &op, at, n, &afd_flags, &unused);
	if (!status)
		status = afd_pointer(t, r->buf + at + p, &to);
	if (!status && guest_get32(t, &len, r->buf + at))
		status = STATUS_ACCESS_VIOLATION;
	if (!status && to && len) {
		op.to = malloc(sizeof *op.to);
		status = op.to ? afd_address_in(t, to, len, op.to, &op.to_len,
						NULL)
			       : STATUS_NO_MEMORY;
		if (!status && op.socket->type == WIN_SOCK_DGRAM &&
		    afd_is_nowhere(op.to))
			status = STATUS_INVALID_ADDRESS_COMPONENT;
		if (!status)
			status = afd_policy_to(op.to, true);
	}
	if (!status && message) {
		status = afd_pointer(t, r->buf + at + 2 * p, &op.control);
		if (!status &&
		    guest_get32(t, &op.control_room, r->buf + at + 3 * p))
			status = STATUS_ACCESS_VIOLATION;
		if (!op.control_room)
			op.control = 0;
	}
	return send_run(t, r, &op, status, afd_flags, 0);
}

NTSTATUS afd_send_datagram(struct task *t, struct file *f, struct irp *r)
{
	(void)f;
	return send_more(t, r, false);
}

NTSTATUS afd_send_message(struct task *t, struct file *f, struct irp *r)
{
	(void)f;
	return send_more(t, r, true);
}

/* ReadFile and WriteFile: one buffer, overlapped if the handle is. */
static NTSTATUS plain(struct task *t, struct irp *r, bool out)
{
	struct afd_op op;

	afd_op_init(&op, r);
	op.few[0] = (struct afd_segment){ r->buf, r->len };
	op.nsegments = 1;
	op.len = r->len;
	r->code = 0;
	return (out ? send_run : receive)(t, r, &op, STATUS_SUCCESS,
					  AFD_FLAG_OVERLAPPED, 0);
}

NTSTATUS afd_read(struct task *t, struct file *f, struct irp *r)
{
	(void)f;
	return plain(t, r, false);
}

NTSTATUS afd_write(struct task *t, struct file *f, struct irp *r)
{
	(void)f;
	return plain(t, r, true);
}
