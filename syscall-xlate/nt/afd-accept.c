/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-accept.c - listening and accepting.
 *
 * A connection is accepted from the host when somebody asks for it, waits in
 * the listener under a sequence number, and becomes the descriptor of the
 * socket that the program made for it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/file-private.h"

/* ---- listening ---- */

NTSTATUS afd_listen(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct afd_listen_info i;
	int backlog, err;
	NTSTATUS status;

	if (r->len < 8)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &i, r->buf, 8))
		return STATUS_ACCESS_VIOLATION;
	if (s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (s->state == AFD_CONNECTED || s->state == AFD_CONNECTING)
		return STATUS_CONNECTION_ACTIVE;
	if (s->state != AFD_BOUND && s->state != AFD_LISTENING)
		return STATUS_INVALID_PARAMETER;
	status = afd_policy_listen(s);
	if (status)
		return status;
	/* SOMAXCONN_HINT(n) is -n. */
	backlog = i.backlog < 0 && i.backlog != INT32_MIN ? -i.backlog
							  : i.backlog;
	afd_will_listen(s);
	/* A connection may be gone between its edge and accept(2). */
	afd_set_nonblocking(s);
	err = policy_listen(f->fd, backlog);
	if (err)
		return afd_status(-err);
	pthread_mutex_lock(&s->lock);
	s->state = AFD_LISTENING;
	pthread_mutex_unlock(&s->lock);
	/* The first caller may have come before it was so. */
	afd_service(s);
	return STATUS_SUCCESS;
}

/* A connection of the host's, or STATUS_PENDING. */
static NTSTATUS take_host(struct afd_socket *s, int *fd)
{
	for (;;) {
		*fd = MORE_FILES(
			accept4(s->file->fd, NULL, NULL, SOCK_CLOEXEC));
		if (*fd >= 0)
			return STATUS_SUCCESS;
		if (errno == EAGAIN)
			return STATUS_PENDING;
		if (errno != ECONNABORTED && errno != EINTR && errno != EPROTO)
			return afd_status(errno);
	}
}

/* For who is not run by an edge, which has the lock. */
static void lock_for(struct task *t, struct afd_socket *s)
{
	if (t)
		pthread_mutex_lock(&s->lock);
}

static void unlock_for(struct task *t, struct afd_socket *s)
{
	if (t)
		pthread_mutex_unlock(&s->lock);
}

/* A copy of one, which somebody may claim and free at once. */
static bool again(struct task *t, struct afd_socket *s,
		  struct afd_incoming *copy)
{
	struct afd_incoming *in;

	lock_for(t, s);
	for (in = s->incoming; in && !in->deferred; in = in->next)
		;
	if (in) {
		in->deferred = false;
		*copy = *in;
	}
	unlock_for(t, s);
	return in;
}

static NTSTATUS accept_new(struct task *t, struct afd_socket *s,
			   struct afd_incoming *copy)
{
	struct afd_incoming *in = calloc(1, sizeof *in), **at;
	NTSTATUS status;
	int fd;

	if (!in)
		return STATUS_NO_MEMORY;
	do {
		status = take_host(s, &fd);
		if (status) {
			free(in);
			return status;
		}
		in->peer_len = sizeof in->peer;
		if (!getpeername(fd, &in->peer.sa, &in->peer_len))
			break;
		close(fd); /* gone already: the next one */
	} while (true);
	in->fd = fd;
	lock_for(t, s);
	in->sequence = ++s->next_sequence;
	for (at = &s->incoming; *at; at = &(*at)->next)
		;
	*at = in;
	*copy = *in;
	unlock_for(t, s);
	return STATUS_SUCCESS;
}

static NTSTATUS tell_incoming(struct task *t, struct afd_op *op)
{
	struct afd_socket *s = op->socket;
	struct afd_incoming in;
	uint8_t out[4 + sizeof in.peer];
	NTSTATUS status;
	uint32_t n;

	if (!again(t, s, &in)) {
		status = accept_new(t, s, &in);
		if (status)
			return status;
	}
	memcpy(out, &in.sequence, 4);
	afd_address_out(&in.peer, in.peer_len, out + 4, &n);
	n = MIN(n + 4, op->out_len);
	op->information = n;
	return guest_write(t, op->out, out, n) ? STATUS_ACCESS_VIOLATION
					       : STATUS_SUCCESS;
}

NTSTATUS afd_wait_for_listen(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct afd_op op;

	if (s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (s->state != AFD_LISTENING || r->out_len < 4)
		return STATUS_INVALID_PARAMETER;
	afd_op_init(&op, r);
	op.out = r->out;
	op.out_len = r->out_len;
	op.step = tell_incoming;
	op.reenable = AFD_POLL_ACCEPT;
	op.pends = !s->nonblocking;
	return afd_run(t, r, &op, &s->accepts, POLLIN);
}

/* The caller's from now on; NULL: there is none. */
static struct afd_incoming *claim_incoming(struct afd_socket *s,
					   int32_t sequence)
{
	struct afd_incoming **at, *in;

	pthread_mutex_lock(&s->lock);
	for (at = &s->incoming; (in = *at); at = &in->next) {
		if (in->sequence != sequence)
			continue;
		*at = in->next;
		break;
	}
	pthread_mutex_unlock(&s->lock);
	return in;
}

bool afd_claim_socket(struct afd_socket *s)
{
	bool vacant;

	pthread_mutex_lock(&s->lock);
	vacant = s->state == AFD_OPEN && !s->accepting;
	if (vacant)
		s->accepting = true;
	pthread_mutex_unlock(&s->lock);
	return vacant;
}

/* fd becomes s's; what a listener's connections inherit comes from from. */
static void adopt(struct task *t, struct afd_socket *s, int fd,
		  struct afd_socket *from, const union afd_address *peer,
		  socklen_t peer_len)
{
	int old = s->file->fd;

	if (s->registered)
		watch_cancel(&s->watch);
	lock_for(t, from);
	pthread_mutex_lock(&s->lock);
	s->registered = false;
	s->watched = 0;
	s->file->fd = fd;
	s->state = AFD_CONNECTED;
	s->host_nonblocking = false;
	s->connect_time = monotonic_ns();
	s->connect_told = true; /* it has none */
	s->no_context = false;
	afd_set_peer(s, peer, peer_len);
	s->nonblocking = from->nonblocking || s->nonblocking;
	s->inline_oob = from->inline_oob;
	s->options = from->options;
	s->family = from->family;
	s->type = from->type;
	s->protocol = from->protocol;
	s->datagram = from->datagram;
	s->endpoint_flags |= from->endpoint_flags & AFD_ENDPOINT_REGISTERED;
	s->local_name = from->local_name;
	s->local_len = from->local_len;
	if (from->event && !s->event) {
		object_get(from->event);
		s->event = from->event;
		s->event_mask = from->event_mask;
		s->event_off = AFD_POLL_CONNECT;
	}
	if (s->event_mask || s->polls || s->receives.first)
		afd_watch(s);
	afd_poll_stir(s);
	pthread_mutex_unlock(&s->lock);
	unlock_for(t, from);
	if (old >= 0)
		close(old);
}

NTSTATUS afd_accept(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct file *other;
	NTSTATUS status;
	struct afd_incoming *in;
	uint32_t sequence;
	uint64_t h;

	if (r->len < 8 + afd_pointer_size())
		return STATUS_INVALID_PARAMETER;
	if (guest_get32(t, &sequence, r->buf + 4))
		return STATUS_ACCESS_VIOLATION;
	status = afd_pointer(t, r->buf + 8, &h);
	if (!status)
		status = afd_by_handle(t, h, &other);
	if (status)
		return status;
	if (!afd_claim_socket(afd_of(other))) {
		status = STATUS_INVALID_PARAMETER;
	} else {
		in = claim_incoming(s, (int32_t)sequence);
		if (in)
			adopt(t, afd_of(other), in->fd, s, &in->peer,
			      in->peer_len);
		else
			status = STATUS_INVALID_PARAMETER;
		free(in);
		afd_of(other)->accepting = false;
	}
	object_put(&other->object);
	return status;
}

NTSTATUS afd_defer_accept(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct linger now = { 1, 0 };
	struct afd_incoming *refused;
	uint8_t in[8];
	int32_t sequence;

	if (r->len < sizeof in)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, in, r->buf, sizeof in))
		return STATUS_ACCESS_VIOLATION;
	memcpy(&sequence, in, 4);
	if (!in[4]) {
		struct afd_incoming *i;

		pthread_mutex_lock(&s->lock);
		for (i = s->incoming; i && i->sequence != sequence; i = i->next)
			;
		/* That call has re-enabled nothing. */
		if (i) {
			s->event_off |= AFD_POLL_ACCEPT;
			i->deferred = true;
		}
		pthread_mutex_unlock(&s->lock);
		return i ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
	}
	refused = claim_incoming(s, sequence);
	if (!refused)
		return STATUS_INVALID_PARAMETER;
	/* Refused, as far as one can refuse what the host has accepted. */
	setsockopt(refused->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(refused->fd);
	free(refused);
	return STATUS_SUCCESS;
}

/* ---- AcceptEx ---- */

/* Each address with its length before it: mswsock knows. */
static NTSTATUS put_name(struct task *t, gaddr at, uint32_t room,
			 const union afd_address *a, socklen_t len)
{
	uint8_t out[4 + sizeof *a];
	uint32_t n;

	if (!room)
		return STATUS_SUCCESS;
	afd_address_out(a, len, out + 4, &n);
	n = MIN(n, room > 4 ? room - 4 : 0);
	memcpy(out, &n, 4);
	return guest_write(t, at, out, MIN(n + 4, room))
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

static NTSTATUS first_data(struct task *t, struct afd_op *op)
{
	return afd_receive_stream(t, op);
}

static NTSTATUS super_step(struct task *t, struct afd_op *op)
{
	union afd_address local = { 0 }, remote = { 0 };
	socklen_t nl = sizeof local, nr = sizeof remote;
	struct afd_socket *s = op->socket;
	NTSTATUS status;
	int fd;

	do {
		status = take_host(s, &fd);
		if (status)
			return status;
		if (!getpeername(fd, &remote.sa, &nr) &&
		    !getsockname(fd, &local.sa, &nl))
			break;
		close(fd);
		nl = nr = sizeof local;
	} while (true);
	/* Sockets in the file system go by the listener's own name for it. */
	if (s->local_len) {
		local.un = s->local_name;
		nl = s->local_len;
	}
	status = put_name(t, op->out + op->data_len, op->local_len, &local, nl);
	if (!status)
		status = put_name(t, op->out + op->data_len + op->local_len,
				  op->remote_len, &remote, nr);
	if (status) {
		close(fd);
		return status;
	}
	adopt(t, afd_of(op->other), fd, s, &remote, nr);
	afd_of(op->other)->no_context = true;
	if (!op->data_len)
		return STATUS_SUCCESS;
	op->socket = afd_of(op->other);
	op->wanted = &op->socket->receives;
	op->step = first_data;
	return STATUS_MORE_PROCESSING_REQUIRED;
}

static void put_other(struct afd_op *op)
{
	afd_of(op->other)->accepting = false;
	object_put(&op->other->object);
}

NTSTATUS afd_super_accept(struct task *t, struct file *f, struct irp *r)
{
	uint32_t p = afd_pointer_size(), lens[3];
	struct afd_socket *s = afd_of(f);
	struct afd_op op;
	NTSTATUS status;
	uint64_t h;

	afd_op_init(&op, r);
	if (r->len < 2 * p + 12)
		return STATUS_INVALID_PARAMETER;
	status = afd_pointer(t, r->buf + p, &h);
	if (!status && guest_read(t, lens, r->buf + 2 * p, sizeof lens))
		status = STATUS_ACCESS_VIOLATION;
	if (status)
		return status;
	if (s->state != AFD_LISTENING)
		return STATUS_INVALID_PARAMETER;
	if (lens[0] > r->out_len || lens[1] > r->out_len - lens[0] ||
	    lens[2] > r->out_len - lens[0] - lens[1])
		return STATUS_BUFFER_TOO_SMALL;
	/* Both names are written when nobody can be told of a bad buffer. */
	if (!lens[2] || !afd_may_write(t, r->out, lens[0] + lens[1] + lens[2]))
		return STATUS_ACCESS_VIOLATION;
	status = afd_by_handle(t, h, &op.other);
	if (status)
		return status;
	if (!afd_claim_socket(afd_of(op.other))) {
		object_put(&op.other->object);
		return STATUS_INVALID_PARAMETER;
	}
	op.release = put_other;
	op.step = super_step;
	op.reenable = AFD_POLL_ACCEPT;
	op.pends = true;
	op.out = r->out;
	op.data_len = lens[0];
	op.local_len = lens[1];
	op.remote_len = lens[2];
	op.few[0] = (struct afd_segment){ r->out, lens[0] };
	op.nsegments = 1;
	op.len = lens[0];
	return afd_run(t, r, &op, &s->accepts, POLLIN);
}
