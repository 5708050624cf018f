/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-option.c - options of sockets.
 *
 * An option is a row: the host's by another number, a word that is only kept,
 * or one with a function of its own.  What is in no row is an error.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"

enum { WIN_SOL_SOCKET = 0xffff, MAX_VALUE = 512 };

struct value {
	uint8_t data[MAX_VALUE];
	uint32_t len; /* set: given; get: room, then result */
};

struct option_row;
typedef NTSTATUS option_fn(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set);

struct option_row {
	int win_level;
	uint32_t win_name;
	option_fn *run;
	int level, name; /* the host's */
	size_t offset;   /* kept in struct afd_options */
};

static uint32_t word(const struct value *v)
{
	uint32_t w = 0;

	/* One byte will do for most, as BOOL once was. */
	memcpy(&w, v->data, MIN(v->len, 4u));
	return w;
}

static NTSTATUS result(struct value *v, uint32_t w)
{
	if (!v->len)
		return STATUS_BUFFER_TOO_SMALL;
	v->len = MIN(v->len, 4u);
	memcpy(v->data, &w, v->len);
	return STATUS_SUCCESS;
}

static NTSTATUS host_set(struct afd_socket *s, const struct option_row *row,
			 const void *data, socklen_t len)
{
	if (s->file->fd < 0)
		return STATUS_INVALID_PARAMETER;
	return setsockopt(s->file->fd, row->level, row->name, data, len) < 0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

static NTSTATUS host_get(struct afd_socket *s, const struct option_row *row,
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

static NTSTATUS host_int(struct afd_socket *s, const struct option_row *row,
			 struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (set) {
		i = (int)word(v);
		return v->len ? host_set(s, row, &i, sizeof i)
			      : STATUS_ACCESS_VIOLATION;
	}
	status = host_get(s, row, &i);
	return status ? status : result(v, (uint32_t)i);
}

static NTSTATUS host_bool(struct afd_socket *s, const struct option_row *row,
			  struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (set) {
		i = word(v) != 0;
		return v->len ? host_set(s, row, &i, sizeof i)
			      : STATUS_ACCESS_VIOLATION;
	}
	status = host_get(s, row, &i);
	return status ? status : result(v, i != 0);
}

/* Structures that are alike on both sides. */
static NTSTATUS host_raw(struct afd_socket *s, const struct option_row *row,
			 struct value *v, bool set)
{
	socklen_t len = v->len;

	if (set)
		return host_set(s, row, v->data, v->len);
	if (getsockopt(s->file->fd, row->level, row->name, v->data, &len) < 0)
		return afd_status(errno);
	v->len = len;
	return STATUS_SUCCESS;
}

static NTSTATUS kept(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	uint32_t *at = (uint32_t *)((char *)&s->options + row->offset);

	if (!set)
		return result(v, *at);
	*at = word(v);
	return STATUS_SUCCESS;
}

/* ---- SOL_SOCKET ---- */

static NTSTATUS reuse(struct afd_socket *s, const struct option_row *row,
		      struct value *v, bool set)
{
	if (!set)
		return result(v, s->options.reuse);
	if (s->options.exclusive && word(v))
		return STATUS_INVALID_PARAMETER;
	s->options.reuse = word(v) != 0;
	/*
	 * The host's means other things; for datagrams, to share with its own
	 * programs that ask for the same.  For the rest see afd-bind.c.
	 */
	return s->datagram ? host_bool(s, row, v, true) : STATUS_SUCCESS;
}

static NTSTATUS exclusive(struct afd_socket *s, const struct option_row *row,
			  struct value *v, bool set)
{
	if (set && s->options.reuse && word(v))
		return STATUS_INVALID_PARAMETER;
	return kept(s, row, v, set);
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
	return kept(s, row, v, set);
}

static NTSTATUS inline_oob(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	NTSTATUS status = host_bool(s, row, v, set);

	if (set && !status)
		s->inline_oob = word(v) != 0;
	return status;
}

static NTSTATUS timeout(struct afd_socket *s, const struct option_row *row,
			struct value *v, bool set)
{
	uint32_t ms = word(v);
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };
	NTSTATUS status;

	if (!set || v->len < 4)
		return set ? STATUS_ACCESS_VIOLATION : kept(s, row, v, set);
	if (ms == UINT32_MAX) {
		ms = 0;
		tv = (struct timeval){ 0 };
		memset(v->data, 0, 4);
	}
	status = host_set(s, row, &tv, sizeof tv);
	return status ? status : kept(s, row, v, true);
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
		return host_int(s, row, v, true);
	status = host_get(s, row, &i);
	return status ? status : result(v, (uint32_t)i / 2);
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
		return host_set(s, row, &l, sizeof l);
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
		return result(v, !l.l_onoff);
	l.l_onoff = !word(v);
	return host_set(s, row, &l, sizeof l);
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
		return result(v, status);
	}
	status = host_get(s, row, &err);
	if (status)
		return status;
	if (err == ECONNRESET || err == EPIPE)
		s->aborted = true;
	return result(v, err ? afd_status(err) : 0);
}

enum {
	FACT_TYPE,
	FACT_LISTENS,
	FACT_ZERO,
	FACT_MAX_MESSAGE,
	FACT_FAMILY,
	FACT_PROTOCOL,
	FACT_REGISTERED
};

static NTSTATUS fact(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	if (set)
		return STATUS_NOT_SUPPORTED;
	switch (row->name) {
	case FACT_TYPE:
		return result(v, (uint32_t)s->type);
	case FACT_FAMILY:
		return result(v, (uint32_t)s->family);
	case FACT_PROTOCOL:
		return result(v, (uint32_t)s->protocol);
	case FACT_REGISTERED:
		return result(v, (s->endpoint_flags &
				  AFD_ENDPOINT_REGISTERED) != 0);
	case FACT_LISTENS:
		return result(v, s->state == AFD_LISTENING);
	case FACT_MAX_MESSAGE:
		return s->datagram ? result(v, 65507) : STATUS_NOT_SUPPORTED;
	}
	return result(v, 0);
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
		return result(v, UINT32_MAX);
	return result(
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

/* ---- IP ---- */

static NTSTATUS dont_fragment(struct afd_socket *s,
			      const struct option_row *row, struct value *v,
			      bool set)
{
	NTSTATUS status;
	int i;

	if (set) {
		i = word(v) ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
		return host_set(s, row, &i, sizeof i);
	}
	status = host_get(s, row, &i);
	return status ? status : result(v, i == IP_PMTUDISC_DO);
}

/* PMTUD_STATE.  Not set: what the host does of its own will. */
static NTSTATUS path_mtu(struct afd_socket *s, const struct option_row *row,
			 struct value *v, bool set)
{
	static const int states[] = { IP_PMTUDISC_WANT, IP_PMTUDISC_DO,
				      IP_PMTUDISC_DONT, IP_PMTUDISC_PROBE };
	NTSTATUS status;

	if (!set)
		return kept(s, row, v, false);
	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	if (word(v) >= COUNT_OF(states))
		return STATUS_INVALID_PARAMETER;
	status = host_set(s, row, &states[word(v)], sizeof *states);
	return status ? status : kept(s, row, v, true);
}

/* IPV6_UNICAST_IF, alone of its kind, is in network order on the host. */
static NTSTATUS unicast_if6(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	if (set) {
		i = (int)htonl(word(v));
		return host_set(s, row, &i, sizeof i);
	}
	status = host_get(s, row, &i);
	return status ? status : result(v, ntohl((uint32_t)i));
}

/* Who may send to it, which the host lets everybody. */
static NTSTATUS protection(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	enum { UNRESTRICTED = 10, EDGE_RESTRICTED = 20, RESTRICTED = 30 };
	uint32_t w = word(v);

	if (set && w != UNRESTRICTED && w != EDGE_RESTRICTED &&
	    w != RESTRICTED && w != UINT32_MAX)
		return STATUS_INVALID_PARAMETER;
	if (!set && !s->options.protection)
		return result(v, UNRESTRICTED);
	return kept(s, row, v, set);
}

/* ip_mreq_source: Windows has the source second, the host last. */
static NTSTATUS source(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	struct ip_mreq_source m;
	uint32_t w[3];

	if (!set || v->len < sizeof w)
		return set ? STATUS_ACCESS_VIOLATION : STATUS_NOT_SUPPORTED;
	memcpy(w, v->data, sizeof w);
	m.imr_multiaddr.s_addr = w[0];
	m.imr_sourceaddr.s_addr = w[1];
	m.imr_interface.s_addr = w[2];
	return host_set(s, row, &m, sizeof m);
}

/* ip_mreq; an interface 0.x.x.x is an index. */
static NTSTATUS membership(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	struct ip_mreqn m = { 0 };
	uint32_t w[2];

	if (!set || v->len < sizeof w)
		return set ? STATUS_ACCESS_VIOLATION : STATUS_NOT_SUPPORTED;
	memcpy(w, v->data, sizeof w);
	m.imr_multiaddr.s_addr = w[0];
	if (ntohl(w[1]) >> 24)
		m.imr_address.s_addr = w[1];
	else
		m.imr_ifindex = (int)ntohl(w[1]);
	return host_set(s, row, &m, sizeof m);
}

static NTSTATUS multicast_if(struct afd_socket *s, const struct option_row *row,
			     struct value *v, bool set)
{
	struct ip_mreqn m = { 0 };
	uint32_t w = word(v);
	socklen_t len = sizeof m.imr_address;

	if (set) {
		if (v->len < 4)
			return STATUS_ACCESS_VIOLATION;
		if (ntohl(w) >> 24 || !w)
			m.imr_address.s_addr = w;
		else
			m.imr_ifindex = (int)ntohl(w);
		return host_set(s, row, &m, sizeof m);
	}
	if (getsockopt(s->file->fd, row->level, row->name, &m.imr_address,
		       &len) < 0)
		return afd_status(errno);
	return result(v, m.imr_address.s_addr);
}

/* group_req and group_source_req: an index, then one or two addresses. */
static NTSTATUS group(struct afd_socket *s, const struct option_row *row,
		      struct value *v, bool set)
{
	struct group_source_req g = { 0 };
	bool two = row->name != MCAST_JOIN_GROUP &&
		   row->name != MCAST_LEAVE_GROUP;
	struct sockaddr_storage *to[2] = { &g.gsr_group, &g.gsr_source };
	uint16_t family;

	if (!set)
		return STATUS_NOT_SUPPORTED;
	if (v->len < 8u + (two ? 2u : 1u) * 128u)
		return STATUS_ACCESS_VIOLATION;
	memcpy(&g.gsr_interface, v->data, 4);
	for (int i = 0; i <= two; i++) {
		memcpy(to[i], v->data + 8 + i * 128, sizeof *to[i]);
		memcpy(&family, v->data + 8 + i * 128, 2);
		if (afd_host_family(family) < 0)
			return STATUS_INVALID_PARAMETER;
		to[i]->ss_family = (sa_family_t)afd_host_family(family);
	}
	return host_set(s, row, &g, two ? sizeof g : sizeof(struct group_req));
}

/* IP_RECVTOS and IP_RECVECN: the host tells of the one byte that has both. */
static NTSTATUS traffic_class(struct afd_socket *s,
			      const struct option_row *row, struct value *v,
			      bool set)
{
	struct afd_options was = s->options;
	NTSTATUS status;
	int on;

	if (!set)
		return kept(s, row, v, false);
	if (!v->len)
		return STATUS_ACCESS_VIOLATION;
	kept(s, row, v, true);
	on = s->options.receive_tos || s->options.receive_ecn;
	status = host_set(s, row, &on, sizeof on);
	if (status)
		s->options = was;
	return status;
}

/*
 * UDP_RECV_MAX_COALESCED_SIZE: the host puts together as many as one datagram may
 * have; who takes less than that would lose some, and gets each for itself.
 */
static NTSTATUS coalesced(struct afd_socket *s, const struct option_row *row,
			  struct value *v, bool set)
{
	enum { LARGEST = 65535 - 8 }; /* without the header */
	NTSTATUS status;
	int on = word(v) >= LARGEST;

	if (!set)
		return kept(s, row, v, false);
	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	status = host_set(s, row, &on, sizeof on);
	return status ? status : kept(s, row, v, true);
}

/* TCP_MAXRT: seconds until it gives up; the host counts milliseconds. */
static NTSTATUS max_rt(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	uint32_t w = word(v), unit = row->win_name == 5 ? 1000 : 1;
	NTSTATUS status;
	int i;

	if (set) {
		i = w == UINT32_MAX ? 0 : (int)(w * unit);
		return host_set(s, row, &i, sizeof i);
	}
	status = host_get(s, row, &i);
	return status ? status : result(v, i ? (uint32_t)i / unit : UINT32_MAX);
}

#define KEPT(field) kept, 0, 0, offsetof(struct afd_options, field)

/* Source: ws2def.h, winsock2.h, ws2ipdef.h, mstcpip.h. */
static const struct option_row rows[] = {
	{ WIN_SOL_SOCKET, 0x0001, KEPT(debug) },
	{ WIN_SOL_SOCKET, 0x0002, fact, 0, FACT_LISTENS, 0 },
	{ WIN_SOL_SOCKET, 0x0004, reuse, SOL_SOCKET, SO_REUSEADDR, 0 },
	{ WIN_SOL_SOCKET, 0x0008, host_bool, SOL_SOCKET, SO_KEEPALIVE, 0 },
	{ WIN_SOL_SOCKET, 0x0010, host_bool, SOL_SOCKET, SO_DONTROUTE, 0 },
	{ WIN_SOL_SOCKET, 0x0020, host_bool, SOL_SOCKET, SO_BROADCAST, 0 },
	{ WIN_SOL_SOCKET, 0x0040, KEPT(loopback) },
	{ WIN_SOL_SOCKET, 0x0080, linger, SOL_SOCKET, SO_LINGER, 0 },
	{ WIN_SOL_SOCKET, 0xffffff7f, dont_linger, SOL_SOCKET, SO_LINGER, 0 },
	{ WIN_SOL_SOCKET, 0x0100, inline_oob, SOL_SOCKET, SO_OOBINLINE, 0 },
	{ WIN_SOL_SOCKET, 0xfffffffb, exclusive, 0, 0,
	  offsetof(struct afd_options, exclusive) },
	{ WIN_SOL_SOCKET, 0x1001, buffer, SOL_SOCKET, SO_SNDBUF, 0 },
	{ WIN_SOL_SOCKET, 0x1002, buffer, SOL_SOCKET, SO_RCVBUF, 0 },
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
	{ WIN_SOL_SOCKET, 0x3003, KEPT(pause_accept) },
	{ WIN_SOL_SOCKET, 0x3005, KEPT(randomize_port) },
	{ WIN_SOL_SOCKET, 0x3006, KEPT(port_scalability) },
	{ WIN_SOL_SOCKET, 0x3007, KEPT(reuse_unicast) },
	{ WIN_SOL_SOCKET, 0x700b, context, 0, CONTEXT_ACCEPTED, 0 },
	{ WIN_SOL_SOCKET, 0x700c, connect_time, 0, 0, 0 },
	{ WIN_SOL_SOCKET, 0x7010, context, 0, CONTEXT_CONNECTED, 0 },
	/* Ours, for ws2_32. */
	{ WIN_SOL_SOCKET, 0x7ff0, fact, 0, FACT_FAMILY, 0 },
	{ WIN_SOL_SOCKET, 0x7ff1, fact, 0, FACT_PROTOCOL, 0 },
	{ WIN_SOL_SOCKET, 0x7ff2, fact, 0, FACT_REGISTERED, 0 },

	{ IPPROTO_TCP, 1, host_bool, IPPROTO_TCP, TCP_NODELAY, 0 },
	{ IPPROTO_TCP, 3, host_int, IPPROTO_TCP, TCP_KEEPIDLE, 0 },
	{ IPPROTO_TCP, 4, host_int, IPPROTO_TCP, TCP_MAXSEG, 0 },
	{ IPPROTO_TCP, 5, max_rt, IPPROTO_TCP, TCP_USER_TIMEOUT, 0 },
	{ IPPROTO_TCP, 14, max_rt, IPPROTO_TCP, TCP_USER_TIMEOUT, 0 },
	{ IPPROTO_TCP, 15, host_int, IPPROTO_TCP, TCP_FASTOPEN, 0 },
	{ IPPROTO_TCP, 16, host_int, IPPROTO_TCP, TCP_KEEPCNT, 0 },
	{ IPPROTO_TCP, 17, host_int, IPPROTO_TCP, TCP_KEEPINTVL, 0 },

	{ IPPROTO_IP, 1, host_raw, IPPROTO_IP, IP_OPTIONS, 0 },
	{ IPPROTO_IP, 2, host_bool, IPPROTO_IP, IP_HDRINCL, 0 },
	{ IPPROTO_IP, 3, host_int, IPPROTO_IP, IP_TOS, 0 },
	{ IPPROTO_IP, 4, host_int, IPPROTO_IP, IP_TTL, 0 },
	{ IPPROTO_IP, 9, multicast_if, IPPROTO_IP, IP_MULTICAST_IF, 0 },
	{ IPPROTO_IP, 10, host_int, IPPROTO_IP, IP_MULTICAST_TTL, 0 },
	{ IPPROTO_IP, 11, host_int, IPPROTO_IP, IP_MULTICAST_LOOP, 0 },
	{ IPPROTO_IP, 12, membership, IPPROTO_IP, IP_ADD_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 13, membership, IPPROTO_IP, IP_DROP_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 14, dont_fragment, IPPROTO_IP, IP_MTU_DISCOVER, 0 },
	{ IPPROTO_IP, 15, source, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 16, source, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 17, source, IPPROTO_IP, IP_BLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 18, source, IPPROTO_IP, IP_UNBLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 19, host_bool, IPPROTO_IP, IP_PKTINFO, 0 },
	{ IPPROTO_IP, 21, host_bool, IPPROTO_IP, IP_RECVTTL, 0 },
	{ IPPROTO_IP, 31, host_int, IPPROTO_IP, IP_UNICAST_IF, 0 },
	{ IPPROTO_IP, 40, traffic_class, IPPROTO_IP, IP_RECVTOS,
	  offsetof(struct afd_options, receive_tos) },
	{ IPPROTO_IP, 41, group, IPPROTO_IP, MCAST_JOIN_GROUP, 0 },
	{ IPPROTO_IP, 42, group, IPPROTO_IP, MCAST_LEAVE_GROUP, 0 },
	{ IPPROTO_IP, 43, group, IPPROTO_IP, MCAST_BLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 44, group, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 45, group, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, 0 },
	{ IPPROTO_IP, 46, group, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, 0 },
	{ IPPROTO_IP, 50, traffic_class, IPPROTO_IP, IP_RECVTOS,
	  offsetof(struct afd_options, receive_ecn) },
	{ IPPROTO_IP, 71, path_mtu, IPPROTO_IP, IP_MTU_DISCOVER,
	  offsetof(struct afd_options, path_mtu) },
	{ IPPROTO_IP, 73, host_int, IPPROTO_IP, IP_MTU, 0 },

	{ IPPROTO_IPV6, 4, host_int, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 0 },
	{ IPPROTO_IPV6, 9, host_int, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0 },
	{ IPPROTO_IPV6, 10, host_int, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 0 },
	{ IPPROTO_IPV6, 11, host_int, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0 },
	{ IPPROTO_IPV6, 12, host_raw, IPPROTO_IPV6, IPV6_JOIN_GROUP, 0 },
	{ IPPROTO_IPV6, 13, host_raw, IPPROTO_IPV6, IPV6_LEAVE_GROUP, 0 },
	{ IPPROTO_IPV6, 14, dont_fragment, IPPROTO_IPV6, IPV6_MTU_DISCOVER, 0 },
	{ IPPROTO_IPV6, 19, host_bool, IPPROTO_IPV6, IPV6_RECVPKTINFO, 0 },
	{ IPPROTO_IPV6, 21, host_bool, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 0 },
	{ IPPROTO_IPV6, 23, protection, 0, 0,
	  offsetof(struct afd_options, protection) },
	{ IPPROTO_IPV6, 26, host_int, IPPROTO_IPV6, IPV6_CHECKSUM, 0 },
	{ IPPROTO_IPV6, 27, host_bool, IPPROTO_IPV6, IPV6_V6ONLY, 0 },
	{ IPPROTO_IPV6, 31, unicast_if6, IPPROTO_IPV6, IPV6_UNICAST_IF, 0 },
	{ IPPROTO_IPV6, 39, host_int, IPPROTO_IPV6, IPV6_TCLASS, 0 },
	{ IPPROTO_IPV6, 40, traffic_class, IPPROTO_IPV6, IPV6_RECVTCLASS,
	  offsetof(struct afd_options, receive_tos) },
	{ IPPROTO_IPV6, 41, group, IPPROTO_IPV6, MCAST_JOIN_GROUP, 0 },
	{ IPPROTO_IPV6, 42, group, IPPROTO_IPV6, MCAST_LEAVE_GROUP, 0 },
	{ IPPROTO_IPV6, 43, group, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, 0 },
	{ IPPROTO_IPV6, 44, group, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, 0 },
	{ IPPROTO_IPV6, 45, group, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, 0 },
	{ IPPROTO_IPV6, 46, group, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, 0 },
	{ IPPROTO_IPV6, 50, traffic_class, IPPROTO_IPV6, IPV6_RECVTCLASS,
	  offsetof(struct afd_options, receive_ecn) },
	{ IPPROTO_IPV6, 71, path_mtu, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
	  offsetof(struct afd_options, path_mtu) },
	{ IPPROTO_IPV6, 72, host_int, IPPROTO_IPV6, IPV6_MTU, 0 },

	{ IPPROTO_UDP, 1, host_bool, SOL_SOCKET, SO_NO_CHECK, 0 },
	{ IPPROTO_UDP, 2, host_int, IPPROTO_UDP, UDP_SEGMENT, 0 },
	{ IPPROTO_UDP, 3, coalesced, IPPROTO_UDP, UDP_GRO,
	  offsetof(struct afd_options, coalesced) },
};

NTSTATUS afd_option(struct task *t, struct afd_socket *s, struct irp *r,
		    int level, uint32_t name, gaddr in, uint64_t in_len,
		    bool set)
{
	bool level_known = false;
	struct value v;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		NTSTATUS status;

		if (rows[i].win_level != level)
			continue;
		level_known = true;
		if (rows[i].win_name != name)
			continue;
		memset(v.data, 0, sizeof v.data);
		v.len = (uint32_t)MIN(set ? in_len : r->out_len,
				      (uint64_t)sizeof v.data);
		if (set && guest_read(t, v.data, in, v.len))
			return STATUS_ACCESS_VIOLATION;
		status = rows[i].run(s, &rows[i], &v, set);
		if (status || set)
			return status;
		return control_out(t, r, v.data, v.len);
	}
	log_debug(LOG_FILE, "socket option %#x/%#x: none such", (unsigned)level,
		  name);
	return level_known ? STATUS_NOT_SUPPORTED : STATUS_INVALID_PARAMETER;
}
