/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-connect.c - how sockets come by a host socket, an address and a peer,
 * and how connections end.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/file-private.h"

bool afd_is_any(const union afd_address *a)
{
	switch (a->sa.sa_family) {
	case AF_INET:
		return !a->in.sin_addr.s_addr;
	case AF_INET6:
		return IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
	}
	return false;
}

uint16_t afd_port_of(const union afd_address *a)
{
	return a->sa.sa_family == AF_INET6  ? a->in6.sin6_port
	       : a->sa.sa_family == AF_INET ? a->in.sin_port
					    : 1;
}

bool afd_is_nowhere(const union afd_address *a)
{
	return afd_is_any(a) || !afd_port_of(a);
}

/* ---- making ---- */

/* A host socket for s, which does not have it yet. */
static NTSTATUS host_socket(struct afd_socket *s, int *made)
{
	static const int types[] = { [WIN_SOCK_STREAM] = SOCK_STREAM,
				     [WIN_SOCK_DGRAM] = SOCK_DGRAM,
				     [WIN_SOCK_RAW] = SOCK_RAW,
				     [WIN_SOCK_RDM] = SOCK_RDM,
				     [WIN_SOCK_SEQPACKET] = SOCK_SEQPACKET };
	int family = afd_host_family(s->family), one = 1, fd;
	/* IPPROTO_ICMPV6 and the others have the same numbers. */
	int protocol = family == AF_UNIX ? 0 : s->protocol;

	if (family < 0 || s->type < 1 || s->type >= (int)COUNT_OF(types))
		return STATUS_INVALID_PARAMETER;
	fd = MORE_FILES(
		socket(family, types[s->type] | SOCK_CLOEXEC, protocol));
	if (fd < 0) {
		int err = errno;

		if (err == EACCES)
			afd_policy_no_socket(s);
		return afd_status(err);
	}
	/* Windows keeps the families apart unless told otherwise. */
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	*made = fd;
	return STATUS_SUCCESS;
}

NTSTATUS afd_make_host(struct afd_socket *s)
{
	NTSTATUS status = host_socket(s, &s->file->fd);

	if (status)
		return status;
	s->host_nonblocking = false;
	afd_want_icmp(s);
	return STATUS_SUCCESS;
}

/* ---- names ---- */

NTSTATUS afd_put_address(struct task *t, struct irp *r,
			 const union afd_address *a, socklen_t len)
{
	uint8_t out[sizeof *a];
	uint32_t n;

	afd_address_out(a, len, out, &n);
	return control_out(t, r, out, n);
}

NTSTATUS afd_get_address(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	union afd_address a = { 0 };
	socklen_t len = sizeof a;

	if (f->fd < 0)
		return STATUS_INVALID_PARAMETER;
	if (s->local_len)
		return control_out(t, r, &s->local_name, sizeof s->local_name);
	if (getsockname(f->fd, &a.sa, &len) < 0)
		return afd_status(errno);
	if (s->state == AFD_OPEN && afd_is_any(&a) && !afd_port_of(&a))
		return STATUS_INVALID_PARAMETER;
	return afd_put_address(t, r, &a, len);
}

NTSTATUS afd_get_remote_address(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	union afd_address a = { 0 };
	socklen_t len = sizeof a;

	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->state != AFD_CONNECTED || s->no_context)
		return STATUS_INVALID_CONNECTION;
	if (s->peer_len) {
		memcpy(&a, &s->peer, s->peer_len);
		return afd_put_address(t, r, &a, s->peer_len);
	}
	if (getpeername(f->fd, &a.sa, &len) < 0)
		return afd_status(errno);
	return afd_put_address(t, r, &a, len);
}

/* ---- connecting ---- */

void afd_set_peer(struct afd_socket *s, const union afd_address *a,
		  socklen_t len)
{
	/* Of AF_UNIX the program's name for it is there, or it has none. */
	if (a->sa.sa_family == AF_UNIX)
		return;
	s->peer_len = MIN(len, (socklen_t)sizeof s->peer);
	memcpy(&s->peer, a, s->peer_len);
}

void afd_check_connect(struct afd_socket *s, short re)
{
	union afd_address a;
	socklen_t len = sizeof(int);
	int err = 0;

	if (!(re & (POLLOUT | POLLERR | POLLHUP)))
		return;
	if (getsockopt(s->file->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	len = sizeof a;
	/* Not yet: what we were told of was before the connect. */
	if (!err && getpeername(s->file->fd, &a.sa, &len) < 0)
		return;
	if (err) {
		s->state = AFD_FAILED;
		s->connect_error = afd_status(err);
	} else {
		s->state = AFD_CONNECTED;
		s->connect_time = monotonic_ns();
		afd_set_peer(s, &a, len);
	}
}

static NTSTATUS connect_step(struct task *t, struct afd_op *op)
{
	struct afd_socket *s = op->socket;

	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->state == AFD_CONNECTING)
		return STATUS_PENDING;
	if (s->state != AFD_CONNECTED) {
		op->late = true;
		return s->connect_error ? s->connect_error
					: STATUS_CONNECTION_ABORTED;
	}
	/* ConnectEx: the first data goes with it. */
	return op->len ? afd_send_stream(t, op) : STATUS_SUCCESS;
}

/* Where the process outside a sandbox connects: what it gave us, or -errno. */
struct outside {
	bool used, own; /* own: it is s's socket itself */
	int fd, progress;
};

/* Its socket takes the place of s's, which has been nowhere; 0 or errno. */
static int take_outside(struct afd_socket *s, struct outside *o)
{
	int err = 0;

	if (o->fd < 0)
		return -o->fd;
	if (o->own) {
		s->host_nonblocking = true;
		return o->progress;
	}
	afd_copy_options(s->file->fd, o->fd);
	s->registered = false;
	s->watched = 0;
	if (dup3(o->fd, s->file->fd, O_CLOEXEC) < 0)
		err = errno;
	else
		s->host_nonblocking = true;
	close(o->fd);
	o->fd = -1;
	if (s->event_mask || s->polls)
		afd_watch(s);
	return err ? err : o->progress;
}

enum manner {
	MAY_BLOCK,
	AT_ONCE,  /* connect() */
	EXTENDED, /* ConnectEx() */
};

/* What somebody out there has said, or nobody can, as no way leads there. */
static bool is_from_network(int err)
{
	return err == ECONNREFUSED || err == ENETUNREACH ||
	       err == EHOSTUNREACH || err == ENETDOWN;
}

/*
 * Begins; STATUS_PENDING: it is under way.  The host may know already that it
 * has come to nothing: a peer on this machine refuses at once, and to a
 * broadcast address leads no way.  On Windows, where both take time, that is
 * only heard later, by who does not wait.  What is wrong with the request
 * itself is told at once, and then nothing has been begun; but ConnectEx tells
 * of all later.
 */
static NTSTATUS start_connect(struct afd_socket *s, const union afd_address *a,
			      socklen_t len, enum manner how, struct outside *o)
{
	union afd_address none = { .sa.sa_family = AF_UNSPEC };
	int fd = s->file->fd, n, err;
	bool again;
	uint8_t was;

	if (s->state == AFD_LISTENING || s->state == AFD_HELPER || s->accepting)
		return STATUS_INVALID_PARAMETER;
	if (s->state == AFD_CONNECTING) {
		afd_check_connect(s, afd_ready(s));
		if (s->state == AFD_CONNECTING)
			return STATUS_DEVICE_BUSY;
	}
	/* Only now: one that was under way may just have come to nothing. */
	again = s->state == AFD_FAILED;
	was = again ? AFD_BOUND : s->state;
	if (s->state == AFD_CONNECTED && !s->datagram)
		return STATUS_CONNECTION_ACTIVE;
	if (a->sa.sa_family != afd_host_family(s->family))
		return STATUS_INVALID_ADDRESS;
	if (s->datagram) {
		/* Nobody in particular. */
		bool drop = afd_is_any(a) && !afd_port_of(a);

		if (afd_is_any(a) && !drop)
			return STATUS_INVALID_ADDRESS_COMPONENT;
		if (connect(fd, drop ? &none.sa : &a->sa,
			    drop ? sizeof none.sa : len) < 0)
			return afd_status(errno);
		s->state = drop ? AFD_BOUND : AFD_CONNECTED;
		return STATUS_SUCCESS;
	}
	if (afd_is_nowhere(a))
		return STATUS_INVALID_ADDRESS_COMPONENT;

	s->event_off &= ~(uint32_t)(AFD_POLL_CONNECT | AFD_POLL_CONNECT_FAIL);
	s->connect_told = false;
	s->connect_error = 0;
	if (how != MAY_BLOCK)
		afd_set_nonblocking(s);
	s->state = AFD_CONNECTING;
	if (o->used) {
		err = take_outside(s, o);
		n = err ? -1 : 0;
	} else if (how == MAY_BLOCK && !afd_block_begin(s)) {
		n = -1;
		err = EINTR;
	} else {
		n = connect(fd, &a->sa, len);
		/* The host tells first that the last one has failed. */
		if (n < 0 && errno == ECONNABORTED && again)
			n = connect(fd, &a->sa, len);
		err = errno;
	}
	if (how == MAY_BLOCK)
		afd_block_end(s);
	if (n == 0) {
		s->state = AFD_CONNECTED;
		s->connect_time = monotonic_ns();
		afd_set_peer(s, a, len);
		return STATUS_SUCCESS;
	}
	if (err == EINPROGRESS || err == EINTR)
		return s->closed ? STATUS_CANCELLED : STATUS_PENDING;
	/* A full backlog of a socket in the file system. */
	if (err == EAGAIN)
		err = ECONNREFUSED;
	if (how == AT_ONCE && !is_from_network(err)) {
		s->state = was;
		return afd_status(err);
	}
	s->state = AFD_FAILED;
	s->connect_error = afd_status(err);
	return how == MAY_BLOCK ? s->connect_error : STATUS_PENDING;
}

static void put_other(struct afd_op *op)
{
	object_put(&op->other->object);
}

static bool may_begin(const struct afd_socket *s)
{
	return s->state == AFD_OPEN || s->state == AFD_BOUND ||
	       s->state == AFD_FAILED;
}

static NTSTATUS connect_to(struct task *t, struct irp *r, struct afd_op *op,
			   gaddr at, uint32_t n, bool super)
{
	struct afd_socket *s = op->socket;
	struct outside o = { .fd = -1 };
	union afd_address a;
	socklen_t len;
	NTSTATUS status;
	int hold;

	status = afd_address_in(t, at, n, &a, &len, &hold);
	if (status)
		return status;
	/* To nobody: it is disconnected. */
	if (super && (s->datagram || (s->state == AFD_OPEN && !s->reused)))
		status = STATUS_INVALID_PARAMETER;
	else if (!afd_is_any(&a))
		status = afd_policy_to(&a, s->datagram);
	if (status) {
		if (hold >= 0)
			close(hold);
		return status;
	}
	o.used = afd_policy_outside(s, &a) && !afd_is_nowhere(&a) &&
		 may_begin(s);
	if (o.used) {
		o.fd = policy_connect(s->file->fd, &a.sa, &o.progress);
		o.own = o.fd == s->file->fd;
		if (o.fd >= 0 && !o.own && s->registered)
			watch_cancel(&s->watch);
	}
	pthread_mutex_lock(&s->lock);
	/* One that cannot be begun leaves things as they are. */
	if (s->datagram || may_begin(s)) {
		s->no_context = super;
		s->peer_len = a.sa.sa_family == AF_UNIX
				      ? MIN(n, (uint32_t)sizeof s->peer.un)
				      : 0;
		if (guest_read(t, &s->peer.un, at, s->peer_len))
			s->peer_len = 0;
		s->peer.un.sun_family = a.sa.sa_family;
	}
	if (!super && !o.used && afd_may_block(r) &&
	    s->state != AFD_CONNECTING) {
		/* Others may use the socket meanwhile. */
		pthread_mutex_unlock(&s->lock);
		status = start_connect(s, &a, len, MAY_BLOCK, &o);
		pthread_mutex_lock(&s->lock);
	} else {
		status = start_connect(s, &a, len, super ? EXTENDED : AT_ONCE,
				       &o);
	}
	pthread_mutex_unlock(&s->lock);
	if (hold >= 0)
		close(hold);
	if (o.fd >= 0 && !o.own)
		close(o.fd);
	/*
	 * Of an end that is there at once the host makes no edge, and of the
	 * beginning none either: who polls, or has asked for events, learns of
	 * both here.
	 */
	if (!s->datagram)
		afd_service(s);
	if (status && status != STATUS_PENDING)
		return status;
	/* The host may be done at once; Windows never is. */
	if (!super && !s->datagram && s->nonblocking) {
		pthread_mutex_lock(&s->lock);
		if (s->event_mask)
			afd_watch(s);
		pthread_mutex_unlock(&s->lock);
		return STATUS_DEVICE_NOT_READY;
	}
	if (!status && !op->len)
		return status;
	op->step = connect_step;
	op->pends = true;
	if (op->other) {
		/* It may be closed before the helper that was asked. */
		object_get(&op->other->object);
		op->release = put_other;
	}
	return afd_run(t, r, op, &s->connects, POLLOUT);
}

NTSTATUS afd_connect(struct task *t, struct file *f, struct irp *r)
{
	uint32_t p = afd_pointer_size(), at = 3 * p;
	struct file *other = NULL;
	struct afd_op op;
	NTSTATUS status;
	uint64_t h;

	(void)f;
	afd_op_init(&op, r);
	if (r->len < at + 2)
		return STATUS_INVALID_PARAMETER;
	status = afd_pointer(t, r->buf + 2 * p, &h);
	if (!status && h) {
		status = afd_by_handle(t, h, &other);
		if (!status) {
			op.socket = afd_of(other);
			op.other = other;
		}
	}
	if (!status)
		status = connect_to(t, r, &op, r->buf + at, r->len - at, false);
	if (other)
		object_put(&other->object);
	return status;
}

/* ConnectEx: what to send comes as the output buffer. */
NTSTATUS afd_super_connect(struct task *t, struct file *f, struct irp *r)
{
	enum { ADDRESS = 2 };
	struct afd_op op;

	(void)f;
	afd_op_init(&op, r);
	if (r->len < ADDRESS + 2)
		return STATUS_INVALID_PARAMETER;
	op.few[0] = (struct afd_segment){ r->out, r->out_len };
	op.nsegments = r->out_len != 0;
	op.len = r->out_len;
	return connect_to(t, r, &op, r->buf + ADDRESS, r->len - ADDRESS, true);
}

/* ---- ends ---- */

NTSTATUS afd_partial_disconnect(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	uint32_t mode;

	if (r->len < 4)
		return STATUS_INVALID_PARAMETER;
	if (guest_get32(t, &mode, r->buf))
		return STATUS_ACCESS_VIOLATION;
	if (mode & AFD_DISCONNECT_DATAGRAM) {
		if (!s->datagram || connect(f->fd, &none, sizeof none) < 0)
			return STATUS_INVALID_PARAMETER;
		s->state = AFD_BOUND;
		return STATUS_SUCCESS;
	}
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if ((s->state != AFD_CONNECTED && !s->datagram) || s->no_context)
		return STATUS_INVALID_CONNECTION;
	if (mode & AFD_DISCONNECT_ABORT) {
		if (connect(f->fd, &none, sizeof none) < 0)
			return afd_status(errno);
		s->aborted = true;
		afd_service(s);
		return STATUS_SUCCESS;
	}
	pthread_mutex_lock(&s->lock);
	if (mode & AFD_DISCONNECT_RECEIVE) {
		s->receive_closed = true;
		shutdown(f->fd, SHUT_RD);
	}
	if (mode & AFD_DISCONNECT_SEND) {
		/* What is queued goes first; its steps must not see this. */
		if (s->sends.first)
			s->close_when_sent = true;
		else
			shutdown(f->fd, SHUT_WR);
		s->send_closed = !s->sends.first;
	}
	pthread_mutex_unlock(&s->lock);
	afd_service(s);
	return STATUS_SUCCESS;
}

/*
 * Another host socket, with what the program has set: the old one may have
 * to linger.  The address stays, the port is chosen with the next connection,
 * as the host lets nobody connect from one whose last connection lingers.  It
 * takes over the old one's number: a thread that has looked it up must not come
 * upon what the host gives it to next.
 */
NTSTATUS afd_reuse(struct afd_socket *s)
{
	union afd_address a;
	socklen_t len = sizeof a;
	int old, fd, one = 1;
	NTSTATUS status;

	if (s->registered)
		watch_cancel(&s->watch);
	pthread_mutex_lock(&s->lock);
	s->registered = false;
	s->watched = 0;
	old = s->file->fd;
	status = host_socket(s, &fd);
	if (!status) {
		afd_copy_options(old, fd);
		if (s->own_address && !getsockname(old, &a.sa, &len) &&
		    a.sa.sa_family != AF_UNIX) {
			if (a.sa.sa_family == AF_INET)
				a.in.sin_port = 0;
			else
				a.in6.sin6_port = 0;
			setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT,
				   &one, sizeof one);
			bind(fd, &a.sa, len);
		}
		afd_give_claims(s);
		s->state = AFD_OPEN;
		s->reused = true;
		s->no_context = s->aborted = false;
		s->send_closed = s->receive_closed = false;
		s->event_off = 0;
		s->connect_told = false;
		shutdown(old, SHUT_WR);
		dup3(fd, old, O_CLOEXEC);
		close(fd);
		s->host_nonblocking = false;
		afd_want_icmp(s);
	}
	pthread_mutex_unlock(&s->lock);
	/* What waited for the old one's data. */
	if (s->receives.first || s->sends.first)
		afd_service(s);
	return status;
}

/* DisconnectEx */
NTSTATUS afd_super_disconnect(struct task *t, struct file *f, struct irp *r)
{
	enum { REUSE_SOCKET = 2 };
	struct afd_socket *s = afd_of(f);
	uint32_t flags;

	if (r->len < 4)
		return STATUS_INVALID_PARAMETER;
	if (guest_get32(t, &flags, r->buf))
		return STATUS_ACCESS_VIOLATION;
	if (s->state != AFD_CONNECTED || s->datagram)
		return STATUS_INVALID_CONNECTION;
	if (!(flags & REUSE_SOCKET)) {
		pthread_mutex_lock(&s->lock);
		s->send_closed = s->receive_closed = true;
		shutdown(f->fd, SHUT_RDWR);
		pthread_mutex_unlock(&s->lock);
		afd_service(s);
		return STATUS_SUCCESS;
	}
	return afd_reuse(s);
}
