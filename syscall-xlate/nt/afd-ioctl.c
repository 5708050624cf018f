/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-ioctl.c - the controls that winsock sends down (WSAIoctl) and AFD's own
 * information of a socket.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"

/* ---- WSAIoctl
 * ------------------------------------------------------------------------ */

enum {
	WIN_FIONREAD = 0x4004667f,
	WIN_SIOCATMARK = 0x40047307,
	WIN_SIO_KEEPALIVE_VALS = (int)0x98000004,
	WIN_SIO_UDP_CONNRESET = (int)0x9800000c,
	WIN_SIO_UDP_NETRESET = (int)0x9800000f,
	WIN_SIO_ROUTING_INTERFACE_QUERY = (int)0xc8000014,
	WIN_SIO_IDEAL_SEND_BACKLOG_QUERY = 0x4004747b,
	WIN_SIO_SET_COMPATIBILITY_MODE = (int)0x9800012c,
	WIN_SIO_ENABLE_CIRCULAR_QUEUEING = 0x28000002,
};

static NTSTATUS keepalive(struct task *t, struct afd_socket *s, gaddr in,
			  uint64_t len)
{
	uint32_t k[3]; /* on, time and interval in ms */
	int fd = s->file->fd, on, idle, interval;

	if (len < sizeof k)
		return STATUS_ACCESS_VIOLATION;
	if (guest_read(t, k, in, sizeof k))
		return STATUS_ACCESS_VIOLATION;
	on = k[0] != 0;
	idle = (int)MAX((k[1] + 999) / 1000, 1u);
	interval = (int)MAX((k[2] + 999) / 1000, 1u);
	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) < 0 ||
	    (on && (setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle,
			       sizeof idle) < 0 ||
		    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval,
			       sizeof interval) < 0)))
		return afd_status(errno);
	return STATUS_SUCCESS;
}

/* Which of our addresses leads to one: the host's routing decides. */
static NTSTATUS routing_interface(struct task *t, struct afd_socket *s,
				  struct irp *r, gaddr in, uint64_t len)
{
	union afd_address a;
	uint8_t out[sizeof a];
	socklen_t n;
	uint32_t bytes;
	NTSTATUS status;
	int fd;

	(void)s;
	status = afd_address_in(t, in, (uint32_t)MIN(len, 128u), &a, &n, NULL);
	if (status)
		return status;
	fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return afd_status(errno);
	if (a.sa.sa_family == AF_INET && !a.in.sin_port)
		a.in.sin_port = htons(9);
	if (a.sa.sa_family == AF_INET6 && !a.in6.sin6_port)
		a.in6.sin6_port = htons(9);
	if (connect(fd, &a.sa, n) < 0) {
		status = afd_status(errno);
	} else {
		n = sizeof a;
		getsockname(fd, &a.sa, &n);
		a.in.sin_port = 0;
		afd_address_out(&a, n, out, &bytes);
		status = control_out(t, r, out, bytes);
	}
	close(fd);
	return status;
}

static NTSTATUS socket_ioctl(struct task *t, struct afd_socket *s,
			     struct irp *r, uint32_t code, gaddr in,
			     uint64_t len)
{
	int v = 0;

	switch ((int)code) {
	case WIN_FIONREAD:
		if (ioctl(s->file->fd, FIONREAD, &v) < 0)
			return afd_status(errno);
		return control_out(t, r, &v, sizeof v);
	case WIN_SIOCATMARK:
		if (ioctl(s->file->fd, SIOCATMARK, &v) < 0)
			return afd_status(errno);
		/* Windows asks the other way round. */
		v = !v;
		return control_out(t, r, &v, sizeof v);
	case WIN_SIO_KEEPALIVE_VALS:
		return keepalive(t, s, in, len);
	case WIN_SIO_UDP_CONNRESET:
	case WIN_SIO_UDP_NETRESET:
		/* Off: which is how the host's unconnected sockets are. */
		return s->datagram ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
	case WIN_SIO_SET_COMPATIBILITY_MODE:
	case WIN_SIO_ENABLE_CIRCULAR_QUEUEING:
		return STATUS_SUCCESS;
	case WIN_SIO_ROUTING_INTERFACE_QUERY:
		return routing_interface(t, s, r, in, len);
	case WIN_SIO_IDEAL_SEND_BACKLOG_QUERY:
		v = 65536;
		return control_out(t, r, &v, sizeof v);
	}
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS afd_transport_ioctl(struct task *t, struct file *f, struct irp *r)
{
	uint32_t p = afd_pointer_size(), head[4] = { 0 };
	struct afd_socket *s = afd_of(f);
	NTSTATUS status;
	uint64_t in, len;

	if (r->len < 16 + 2 * p || s->state == AFD_HELPER)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, head, r->buf, 13))
		return STATUS_ACCESS_VIOLATION;
	status = afd_pointer(t, r->buf + 16, &in);
	if (!status)
		status = afd_pointer(t, r->buf + 16 + p, &len);
	if (status)
		return status;
	switch (head[0]) {
	case AFD_TL_SET_OPTION:
	case AFD_TL_GET_OPTION:
		return afd_option(t, s, r, (int)head[1], head[2], in, len,
				  head[0] == AFD_TL_SET_OPTION);
	case AFD_TL_SOCKET:
	case AFD_TL_ENDPOINT:
		return socket_ioctl(t, s, r, head[2], in, len);
	}
	return STATUS_INVALID_PARAMETER;
}

/* ---- AFD_INFORMATION
 * ------------------------------------------------------------------- */

struct information {
	uint32_t type, pad;
	uint64_t value;
};

NTSTATUS afd_get_information(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct information i = { 0 };
	int v;
	socklen_t len = sizeof v;

	if (r->len < 4 || r->out_len < sizeof i)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &i.type, r->buf, 4))
		return STATUS_ACCESS_VIOLATION;
	switch (i.type) {
	case AFD_INFO_INLINE:
		i.value = s->inline_oob;
		break;
	case AFD_INFO_NONBLOCKING:
		i.value = s->nonblocking;
		break;
	case AFD_INFO_MAX_SEND:
		i.value = s->datagram ? 65507 : UINT32_MAX;
		break;
	case AFD_INFO_SENDS_PENDING:
		pthread_mutex_lock(&s->lock);
		i.value = s->sends.length;
		pthread_mutex_unlock(&s->lock);
		break;
	case AFD_INFO_RECEIVE_WINDOW:
	case AFD_INFO_SEND_WINDOW:
		if (getsockopt(f->fd, SOL_SOCKET,
			       i.type == AFD_INFO_SEND_WINDOW ? SO_SNDBUF
							      : SO_RCVBUF,
			       &v, &len) < 0)
			return afd_status(errno);
		i.value = (uint64_t)v / 2;
		break;
	case AFD_INFO_CONNECT_TIME:
		i.value =
			s->state == AFD_CONNECTED
				? (uint64_t)(monotonic_ns() - s->connect_time) /
					  1000000000
				: UINT32_MAX;
		break;
	case AFD_INFO_GROUP:
		break;
	default:
		return STATUS_INVALID_PARAMETER;
	}
	return control_out(t, r, &i, sizeof i);
}

NTSTATUS afd_set_information(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	struct information i = { 0 };
	int v;

	if (r->len < 12)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &i, r->buf, MIN(r->len, (uint32_t)sizeof i)))
		return STATUS_ACCESS_VIOLATION;
	v = (int)(i.value & 0xffffffff);
	switch (i.type) {
	case AFD_INFO_INLINE:
		v = (i.value & 0xff) != 0;
		s->inline_oob = v;
		return setsockopt(f->fd, SOL_SOCKET, SO_OOBINLINE, &v,
				  sizeof v) < 0
			       ? afd_status(errno)
			       : STATUS_SUCCESS;
	case AFD_INFO_NONBLOCKING:
		/* Not while WSAEventSelect is in force. */
		if (!(i.value & 0xff) && s->event_mask)
			return STATUS_INVALID_PARAMETER;
		s->nonblocking = i.value & 0xff;
		return STATUS_SUCCESS;
	case AFD_INFO_RECEIVE_WINDOW:
	case AFD_INFO_SEND_WINDOW:
		return setsockopt(f->fd, SOL_SOCKET,
				  i.type == AFD_INFO_SEND_WINDOW ? SO_SNDBUF
								 : SO_RCVBUF,
				  &v, sizeof v) < 0
			       ? afd_status(errno)
			       : STATUS_SUCCESS;
	}
	return STATUS_INVALID_PARAMETER;
}

NTSTATUS afd_no_operation(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_SUCCESS;
}
