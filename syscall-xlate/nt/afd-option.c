/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-option.c - options of sockets.
 *
 * Here are those of sockets, TCP and UDP; IP's are in afd-option-ip.c.
 */
#include "syscall-xlate/nt/afd-option.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

enum { WIN_SOL_SOCKET = 0xffff };

uint32_t option_word(const struct value *v)
{
	uint32_t w = 0;

	/* One byte will do for most, as BOOL once was. */
	memcpy(&w, v->data, MIN(v->len, 4u));
	return w;
}

NTSTATUS option_result(struct value *v, uint32_t w)
{
	if (!v->len)
		return STATUS_BUFFER_TOO_SMALL;
	v->len = MIN(v->len, 4u);
	memcpy(v->data, &w, v->len);
	return STATUS_SUCCESS;
}

NTSTATUS option_set(struct afd_socket *s, const struct option_row *row,
		    const void *data, socklen_t len)
{
	if (s->file->fd < 0)
		return STATUS_INVALID_PARAMETER;
	return setsockopt(s->file->fd, row->level, row->name, data, len) < 0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

NTSTATUS option_get(struct afd_socket *s, const struct option_row *row,
		    int *data)
{
	socklen_t len = sizeof *data;

	*data = 0;
	if (s->file->fd < 0)
		return STATUS_INVALID_PARAMETER;
	return getsockopt(s->file->fd, row->level, row->name, data, &len) < 0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

NTSTATUS option_int(struct afd_socket *s, const struct option_row *row,
		    struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (set) {
		i = (int)option_word(v);
		return v->len ? option_set(s, row, &i, sizeof i)
			      : STATUS_ACCESS_VIOLATION;
	}
	status = option_get(s, row, &i);
	return status ? status : option_result(v, (uint32_t)i);
}

NTSTATUS option_bool(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (set) {
		i = option_word(v) != 0;
		return v->len ? option_set(s, row, &i, sizeof i)
			      : STATUS_ACCESS_VIOLATION;
	}
	status = option_get(s, row, &i);
	return status ? status : option_result(v, i != 0);
}

/* Structures that are alike on both sides. */
NTSTATUS option_raw(struct afd_socket *s, const struct option_row *row,
		    struct value *v, bool set)
{
	socklen_t len = v->len;

	if (set)
		return option_set(s, row, v->data, v->len);
	if (getsockopt(s->file->fd, row->level, row->name, v->data, &len) < 0)
		return afd_status(errno);
	v->len = len;
	return STATUS_SUCCESS;
}

NTSTATUS option_kept(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	uint32_t *at = (uint32_t *)((char *)&s->options + row->offset);

	if (!set)
		return option_result(v, *at);
	*at = option_word(v);
	return STATUS_SUCCESS;
}

NTSTATUS option_none(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	(void)s, (void)row, (void)v, (void)set;
	return STATUS_NOT_SUPPORTED;
}

/* ---- SOL_SOCKET ---- */

static NTSTATUS reuse(struct afd_socket *s, const struct option_row *row,
		      struct value *v, bool set)
{
	if (!set)
		return option_result(v, s->options.reuse);
	if (s->options.exclusive && option_word(v))
		return STATUS_INVALID_PARAMETER;
	s->options.reuse = option_word(v) != 0;
	/*
	 * The host's means other things; for datagrams, to share with its own
	 * programs that ask for the same.  For the rest see afd-bind.c.
	 */
	return s->datagram ? option_bool(s, row, v, true) : STATUS_SUCCESS;
}

/* SO_REUSE_MULTICASTPORT: of one that will only hear what is for many. */
static NTSTATUS reuse_multicast(struct afd_socket *s,
				const struct option_row *row, struct value *v,
				bool set)
{
	int on = option_word(v) || s->options.reuse;
	NTSTATUS status;

	if (!s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (!set)
		return option_kept(s, row, v, false);
	if (option_word(v) > 1 || s->options.exclusive)
		return STATUS_INVALID_PARAMETER;
	status = option_set(s, row, &on, sizeof on);
	return status ? status : option_kept(s, row, v, true);
}

/* The host answers callers as long as somebody listens. */
static NTSTATUS pause_accept(struct afd_socket *s, const struct option_row *row,
			     struct value *v, bool set)
{
	(void)s, (void)row;
	if (!set)
		return option_result(v, false);
	return option_word(v) ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

/* Ports that are shared are random ones anyhow. */
static NTSTATUS random_port(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	if (set && s->options.reuse_unicast)
		return STATUS_INVALID_PARAMETER;
	return option_kept(s, row, v, set);
}

/* There is one compartment: the default one, as in a new Windows. */
static NTSTATUS compartment(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	enum { DEFAULT = 1 };

	(void)s, (void)row;
	if (!set)
		return option_result(v, DEFAULT);
	return option_word(v) == DEFAULT ? STATUS_SUCCESS
					 : STATUS_INVALID_PARAMETER;
}

/* Windows Vista and later know these, and want none of them. */
static NTSTATUS refused(struct afd_socket *s, const struct option_row *row,
			struct value *v, bool set)
{
	(void)s, (void)row, (void)v, (void)set;
	return STATUS_INVALID_PARAMETER;
}

static NTSTATUS exclusive(struct afd_socket *s, const struct option_row *row,
			  struct value *v, bool set)
{
	if (set && s->options.reuse && option_word(v))
		return STATUS_INVALID_PARAMETER;
	return option_kept(s, row, v, set);
}

/*
 * The host answers a caller before anybody is asked, so one that is rejected is
 * connected first, and then reset.
 */
static NTSTATUS conditional(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	if (set && (s->datagram || s->state == AFD_LISTENING))
		return s->datagram ? STATUS_NOT_SUPPORTED
				   : STATUS_INVALID_PARAMETER;
	return option_kept(s, row, v, set);
}

static NTSTATUS inline_oob(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	NTSTATUS status = option_bool(s, row, v, set);

	if (set && !status)
		s->inline_oob = option_word(v) != 0;
	return status;
}

static NTSTATUS timeout(struct afd_socket *s, const struct option_row *row,
			struct value *v, bool set)
{
	uint32_t ms = option_word(v);
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	NTSTATUS status;

	if (!set || v->len < 4)
		return set ? STATUS_ACCESS_VIOLATION
			   : option_kept(s, row, v, set);
	if (ms == UINT32_MAX) {
		ms = 0;
		tv = (struct timeval){ 0 };
		memset(v->data, 0, 4);
	}
	status = option_set(s, row, &tv, sizeof tv);
	return status ? status : option_kept(s, row, v, true);
}

/* The host reserves twice what is asked for, and says so. */
static NTSTATUS buffer(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (v->len < sizeof i)
		return STATUS_ACCESS_VIOLATION;
	if (set)
		return option_int(s, row, v, true);
	status = option_get(s, row, &i);
	return status ? status : option_result(v, (uint32_t)i / 2);
}

static NTSTATUS linger(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	struct linger l = { 0 };
	socklen_t len = sizeof l;
	uint16_t w[2];

	if (s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (v->len < sizeof w)
		return STATUS_ACCESS_VIOLATION;
	if (set) {
		memcpy(w, v->data, sizeof w);
		l = (struct linger){ w[0], w[1] };
		return option_set(s, row, &l, sizeof l);
	}
	if (getsockopt(s->file->fd, SOL_SOCKET, SO_LINGER, &l, &len) < 0)
		return afd_status(errno);
	w[0] = (uint16_t)l.l_onoff;
	w[1] = (uint16_t)l.l_linger;
	memcpy(v->data, w, sizeof w);
	v->len = sizeof w;
	return STATUS_SUCCESS;
}

static NTSTATUS dont_linger(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	struct linger l = { 0 };
	socklen_t len = sizeof l;

	if (s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (getsockopt(s->file->fd, SOL_SOCKET, SO_LINGER, &l, &len) < 0)
		return afd_status(errno);
	if (!set)
		return option_result(v, !l.l_onoff);
	l.l_onoff = !option_word(v);
	return option_set(s, row, &l, sizeof l);
}

/* An NTSTATUS: ws2_32 has the table of winsock's errors. */
static NTSTATUS last_error(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	NTSTATUS status;
	int err = 0;

	if (set)
		return STATUS_NOT_SUPPORTED;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->connect_error) {
		status = s->connect_error;
		s->connect_error = 0;
		return option_result(v, status);
	}
	status = option_get(s, row, &err);
	if (status)
		return status;
	if (err == ECONNRESET || err == EPIPE)
		s->aborted = true;
	return option_result(v, err ? afd_status(err) : 0);
}

enum {
	FACT_TYPE,
	FACT_LISTENS,
	FACT_ZERO,
	FACT_MAX_MESSAGE,
	FACT_FAMILY,
	FACT_PROTOCOL,
	FACT_REGISTERED,
	FACT_LEAF
};

static NTSTATUS fact(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	if (set)
		return STATUS_NOT_SUPPORTED;
	switch (row->name) {
	case FACT_TYPE:
		return option_result(v, (uint32_t)s->type);
	case FACT_FAMILY:
		return option_result(v, (uint32_t)s->family);
	case FACT_PROTOCOL:
		return option_result(v, (uint32_t)s->protocol);
	case FACT_REGISTERED:
		return option_result(
			v, (s->endpoint_flags & AFD_ENDPOINT_REGISTERED) != 0);
	case FACT_LEAF:
		return option_result(v,
				     (s->endpoint_flags & AFD_ENDPOINT_LEAF) !=
					     0);
	case FACT_LISTENS:
		return option_result(v, s->state == AFD_LISTENING);
	case FACT_MAX_MESSAGE:
		return s->datagram ? option_result(v, 65507)
				   : STATUS_NOT_SUPPORTED;
	}
	return option_result(v, 0);
}

static NTSTATUS connect_time(struct afd_socket *s, const struct option_row *row,
			     struct value *v, bool set)
{
	(void)row;
	if (set)
		return STATUS_NOT_SUPPORTED;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->state != AFD_CONNECTED)
		return option_result(v, UINT32_MAX);
	return option_result(
		v, (uint32_t)((monotonic_ns() - s->connect_time) / 1000000000));
}

/* SO_UPDATE_ACCEPT_CONTEXT has the listener, whose options came along. */
enum { CONTEXT_CONNECTED, CONTEXT_ACCEPTED };

static NTSTATUS context(struct afd_socket *s, const struct option_row *row,
			struct value *v, bool set)
{
	if (!set)
		return STATUS_NOT_SUPPORTED;
	if (row->name == CONTEXT_ACCEPTED && v->len < afd_pointer_size())
		return STATUS_ACCESS_VIOLATION;
	if (s->state == AFD_CONNECTING)
		afd_check_connect(s, afd_ready(s));
	if (s->state != AFD_CONNECTED)
		return STATUS_INVALID_CONNECTION;
	s->no_context = false;
	return STATUS_SUCCESS;
}

/* ---- TCP and UDP ---- */

/*
 * UDP_RECV_MAX_COALESCED_SIZE: the host puts together as many as one datagram
 * may have; who takes less than that would lose some, and gets each for itself.
 */
static NTSTATUS coalesced(struct afd_socket *s, const struct option_row *row,
			  struct value *v, bool set)
{
	enum { LARGEST = 65535 - 8 }; /* without the header */
	NTSTATUS status;
	int on = option_word(v) >= LARGEST;

	if (!set)
		return option_kept(s, row, v, false);
	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	status = option_set(s, row, &on, sizeof on);
	return status ? status : option_kept(s, row, v, true);
}

/* TCP_MAXRT: seconds until it gives up; the host counts milliseconds. */
static NTSTATUS max_rt(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	uint32_t w = option_word(v), unit = row->win_name == 5 ? 1000 : 1;
	NTSTATUS status;
	int i;

	if (set) {
		i = w == UINT32_MAX ? 0 : (int)(w * unit);
		return option_set(s, row, &i, sizeof i);
	}
	status = option_get(s, row, &i);
	return status ? status
		      : option_result(v, i ? (uint32_t)i / unit : UINT32_MAX);
}

/* Where urgent data ends: as on BSD; who wants that has it. */
static NTSTATUS urgent(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	if (s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (!set)
		return option_result(v, row->name);
	return (option_word(v) != 0) == row->name ? STATUS_SUCCESS
						  : STATUS_NOT_SUPPORTED;
}

#define KEPT(field) option_kept, 0, 0, offsetof(struct afd_options, field)

/* Source: ws2def.h, winsock2.h, ws2ipdef.h, mstcpip.h. */
static const struct option_row rows[] = {
	{ WIN_SOL_SOCKET, 0x0001, KEPT(debug) },
	{ WIN_SOL_SOCKET, 0x0002, fact, 0, FACT_LISTENS, 0 },
	{ WIN_SOL_SOCKET, 0x0004, reuse, SOL_SOCKET, SO_REUSEADDR, 0 },
	{ WIN_SOL_SOCKET, 0x0008, option_bool, SOL_SOCKET, SO_KEEPALIVE, 0 },
	{ WIN_SOL_SOCKET, 0x0010, option_bool, SOL_SOCKET, SO_DONTROUTE, 0 },
	{ WIN_SOL_SOCKET, 0x0020, option_bool, SOL_SOCKET, SO_BROADCAST, 0 },
	{ WIN_SOL_SOCKET, 0x0040, KEPT(loopback) },
	{ WIN_SOL_SOCKET, 0x0080, linger, SOL_SOCKET, SO_LINGER, 0 },
	{ WIN_SOL_SOCKET, 0xffffff7f, dont_linger, SOL_SOCKET, SO_LINGER, 0 },
	{ WIN_SOL_SOCKET, 0x0100, inline_oob, SOL_SOCKET, SO_OOBINLINE, 0 },
	{ WIN_SOL_SOCKET, 0xfffffffb, exclusive, 0, 0,
	  offsetof(struct afd_options, exclusive) },
	{ WIN_SOL_SOCKET, 0x1001, buffer, SOL_SOCKET, SO_SNDBUF, 0 },
	{ WIN_SOL_SOCKET, 0x1002, buffer, SOL_SOCKET, SO_RCVBUF, 0 },
	{ WIN_SOL_SOCKET, 0x1003, refused, 0, 0, 0 }, /* SO_SNDLOWAT */
	{ WIN_SOL_SOCKET, 0x1004, refused, 0, 0, 0 }, /* SO_RCVLOWAT */
	{ WIN_SOL_SOCKET, 0x1005, timeout, SOL_SOCKET, SO_SNDTIMEO,
	  offsetof(struct afd_options, send_timeout) },
	{ WIN_SOL_SOCKET, 0x1006, timeout, SOL_SOCKET, SO_RCVTIMEO,
	  offsetof(struct afd_options, receive_timeout) },
	{ WIN_SOL_SOCKET, 0x1007, last_error, SOL_SOCKET, SO_ERROR, 0 },
	{ WIN_SOL_SOCKET, 0x1008, fact, 0, FACT_TYPE, 0 },
	{ WIN_SOL_SOCKET, 0x2001, fact, 0, FACT_ZERO, 0 },
	{ WIN_SOL_SOCKET, 0x2002, KEPT(group_priority) },
	{ WIN_SOL_SOCKET, 0x2003, fact, 0, FACT_MAX_MESSAGE, 0 },
	{ WIN_SOL_SOCKET, 0x3002, conditional, 0, 0,
	  offsetof(struct afd_options, conditional_accept) },
	{ WIN_SOL_SOCKET, 0x3003, pause_accept, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x3004, compartment, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x3005, random_port, 0, 0,
	  offsetof(struct afd_options, randomize_port) },
	{ WIN_SOL_SOCKET, 0x3006, KEPT(port_scalability) },
	{ WIN_SOL_SOCKET, 0x3007, KEPT(reuse_unicast) },
	{ WIN_SOL_SOCKET, 0x3008, reuse_multicast, SOL_SOCKET, SO_REUSEADDR,
	  offsetof(struct afd_options, reuse_multicast) },
	/* SO_TIMESTAMP and its like came with Windows 11; SO_CONNDATA to
	   SO_DISCOPTLEN are not TCP/IP's. */
	{ WIN_SOL_SOCKET, 0x300a, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x300b, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x3001, option_none, 0, 0, 0 }, /* PVD_CONFIG */
	{ WIN_SOL_SOCKET, 0x7000, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7001, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7002, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7003, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7004, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7005, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7006, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7007, option_none, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7009, fact, 0, FACT_MAX_MESSAGE, 0 },
	{ WIN_SOL_SOCKET, 0x700a, fact, 0, FACT_MAX_MESSAGE, 0 },
	{ WIN_SOL_SOCKET, 0x700b, context, 0, CONTEXT_ACCEPTED, 0 },
	{ WIN_SOL_SOCKET, 0x700c, connect_time, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7010, context, 0, CONTEXT_CONNECTED, 0 },
	/* Ours, for ws2_32. */
	{ WIN_SOL_SOCKET, 0x7ff0, fact, 0, FACT_FAMILY, 0 },
	{ WIN_SOL_SOCKET, 0x7ff1, fact, 0, FACT_PROTOCOL, 0 },
	{ WIN_SOL_SOCKET, 0x7ff2, fact, 0, FACT_REGISTERED, 0 },
	{ WIN_SOL_SOCKET, 0x7ff3, fact, 0, FACT_LEAF, 0 },

	{ IPPROTO_TCP, 1, option_bool, IPPROTO_TCP, TCP_NODELAY, 0 },
	{ IPPROTO_TCP, 2, urgent, 0, false, 0 }, /* TCP_EXPEDITED_1122 */
	{ IPPROTO_TCP, 3, option_int, IPPROTO_TCP, TCP_KEEPIDLE, 0 },
	{ IPPROTO_TCP, 4, option_int, IPPROTO_TCP, TCP_MAXSEG, 0 },
	{ IPPROTO_TCP, 5, max_rt, IPPROTO_TCP, TCP_USER_TIMEOUT, 0 },
	/* TCP_TIMESTAMPS: on the host they are the system's affair. */
	{ IPPROTO_TCP, 10, option_none, 0, 0, 0 },
	{ IPPROTO_TCP, 14, max_rt, IPPROTO_TCP, TCP_USER_TIMEOUT, 0 },
	{ IPPROTO_TCP, 15, option_int, IPPROTO_TCP, TCP_FASTOPEN, 0 },
	{ IPPROTO_TCP, 16, option_int, IPPROTO_TCP, TCP_KEEPCNT, 0 },
	{ IPPROTO_TCP, 17, option_int, IPPROTO_TCP, TCP_KEEPINTVL, 0 },
	/* TCP_FAIL_CONNECT_ON_ICMP_ERROR, TCP_ICMP_ERROR_INFO: whose it was
	   the host does not tell of a connection. */
	{ IPPROTO_TCP, 18, option_none, 0, 0, 0 },
	{ IPPROTO_TCP, 19, option_none, 0, 0, 0 },
	{ IPPROTO_TCP, 0x7000, urgent, 0, true, 0 }, /* TCP_BSDURGENT */

	{ IPPROTO_UDP, 1, option_bool, SOL_SOCKET, SO_NO_CHECK, 0 },
	{ IPPROTO_UDP, 2, option_int, IPPROTO_UDP, UDP_SEGMENT, 0 },
	{ IPPROTO_UDP, 3, coalesced, IPPROTO_UDP, UDP_GRO,
	  offsetof(struct afd_options, coalesced) },
	/* UDP_CHECKSUM_COVERAGE is UDP-Lite's. */
	{ IPPROTO_UDP, 20, option_none, 0, 0, 0 },
};

NTSTATUS afd_option(struct task *t, struct afd_socket *s, struct irp *r,
		    int level, uint32_t name, gaddr in, uint64_t in_len,
		    bool set)
{
	const struct option_table own = { rows, COUNT_OF(rows) },
				  *table = level == IPPROTO_IP ||
							   level == IPPROTO_IPV6
						   ? &afd_ip_options
						   : &own;
	bool level_known = false;
	struct value v;

	for (size_t i = 0; i < table->n; i++) {
		const struct option_row *row = &table->rows[i];
		NTSTATUS status;

		if (row->win_level != level)
			continue;
		level_known = true;
		if (row->win_name != name)
			continue;
		memset(v.data, 0, sizeof v.data);
		v.len = (uint32_t)MIN(set ? in_len : r->out_len,
				      (uint64_t)sizeof v.data);
		if (set && guest_read(t, v.data, in, v.len))
			return STATUS_ACCESS_VIOLATION;
		/* Others may set them, too: a list must not change below us. */
		pthread_mutex_lock(&s->lock);
		status = row->run(s, row, &v, set);
		pthread_mutex_unlock(&s->lock);
		if (status || set)
			return status;
		return control_out(t, r, v.data, v.len);
	}
	log_debug(LOG_FILE, "socket option %#x/%#x: none such", (unsigned)level,
		  name);
	return level_known ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}
