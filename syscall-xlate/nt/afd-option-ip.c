/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-option-ip.c - options of sockets that are IP's, of both versions: how
 * packets leave, whose are received, what is told of them, and groups.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "syscall-xlate/nt/afd-option.h"

static NTSTATUS dont_fragment(struct afd_socket *s,
			      const struct option_row *row, struct value *v,
			      bool set)
{
	NTSTATUS status;
	int i;

	if (set) {
		i = option_word(v) ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
		return option_set(s, row, &i, sizeof i);
	}
	status = option_get(s, row, &i);
	return status ? status : option_result(v, i == IP_PMTUDISC_DO);
}

/* PMTUD_STATE.  Not set: what the host does of its own will. */
static NTSTATUS path_mtu(struct afd_socket *s, const struct option_row *row,
			 struct value *v, bool set)
{
	static const int states[] = { IP_PMTUDISC_WANT, IP_PMTUDISC_DO,
				      IP_PMTUDISC_DONT, IP_PMTUDISC_PROBE };
	NTSTATUS status;

	if (!set)
		return option_kept(s, row, v, false);
	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	if (option_word(v) >= COUNT_OF(states))
		return STATUS_INVALID_PARAMETER;
	status = option_set(s, row, &states[option_word(v)], sizeof *states);
	return status ? status : option_kept(s, row, v, true);
}

/* Of both versions in network order on the host, which Windows wants only to be
   told of version 4's. */
static NTSTATUS unicast_if(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (set)
		return option_int(s, row, v, true);
	status = option_get(s, row, &i);
	return status ? status : option_result(v, ntohl((uint32_t)i));
}

static NTSTATUS unicast_if6(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	NTSTATUS status;
	int i;

	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	if (set) {
		i = (int)htonl(option_word(v));
		return option_set(s, row, &i, sizeof i);
	}
	status = option_get(s, row, &i);
	return status ? status : option_result(v, ntohl((uint32_t)i));
}

/* Who may send to it, which the host lets everybody. */
static NTSTATUS protection(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	enum { UNRESTRICTED = 10, EDGE_RESTRICTED = 20, RESTRICTED = 30 };
	uint32_t w = option_word(v);

	if (set && w != UNRESTRICTED && w != EDGE_RESTRICTED &&
	    w != RESTRICTED && w != UINT32_MAX)
		return STATUS_INVALID_PARAMETER;
	if (!set && !s->options.protection)
		return option_result(v, UNRESTRICTED);
	return option_kept(s, row, v, set);
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
	return option_set(s, row, &m, sizeof m);
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
	return option_set(s, row, &m, sizeof m);
}

static NTSTATUS multicast_if(struct afd_socket *s, const struct option_row *row,
			     struct value *v, bool set)
{
	struct ip_mreqn m = { 0 };
	uint32_t w = option_word(v);
	socklen_t len = sizeof m.imr_address;

	if (set) {
		if (v->len < 4)
			return STATUS_ACCESS_VIOLATION;
		if (ntohl(w) >> 24 || !w)
			m.imr_address.s_addr = w;
		else
			m.imr_ifindex = (int)ntohl(w);
		return option_set(s, row, &m, sizeof m);
	}
	if (getsockopt(s->file->fd, row->level, row->name, &m.imr_address,
		       &len) < 0)
		return afd_status(errno);
	return option_result(v, m.imr_address.s_addr);
}

/* group_req and group_source_req: an index, then one or two addresses. */
static NTSTATUS group(struct afd_socket *s, const struct option_row *row,
		      struct value *v, bool set)
{
	struct group_source_req g = { 0 };
	bool two =
		row->name != MCAST_JOIN_GROUP && row->name != MCAST_LEAVE_GROUP;
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
	return option_set(s, row, &g,
			  two ? sizeof g : sizeof(struct group_req));
}

/* What the host has one option for: both, or either, are to be told of. */
static NTSTATUS told(struct afd_socket *s, const struct option_row *row,
		     struct value *v, bool set)
{
	const struct afd_options *o = &s->options;
	struct afd_options was = *o;
	NTSTATUS status;
	uint32_t on;

	if (!set)
		return option_kept(s, row, v, false);
	if (!v->len)
		return STATUS_ACCESS_VIOLATION;
	option_kept(s, row, v, true);
	on = row->name == IP_PKTINFO || row->name == IPV6_RECVPKTINFO
		     ? o->packet_info | o->receive_if | o->arrival_if
		     : o->receive_tos | o->receive_ecn;
	on = on != 0;
	status = option_set(s, row, &on, sizeof on);
	if (status)
		s->options = was;
	return status;
}

/* The same, of datagrams alone. */
static NTSTATUS told_of_datagrams(struct afd_socket *s,
				  const struct option_row *row, struct value *v,
				  bool set)
{
	return s->datagram ? told(s, row, v, set) : STATUS_NOT_SUPPORTED;
}

/*
 * IP_USER_MTU: as much as a connection sends at a time; of datagrams that must
 * not be taken apart (afd_is_too_long()), and those of version 6, the longest.
 */
static NTSTATUS user_mtu(struct afd_socket *s, const struct option_row *row,
			 struct value *v, bool set)
{
	bool six = row->win_level == IPPROTO_IPV6;
	/* What every link must carry; both headers of a connection's. */
	uint32_t w = option_word(v), least = six ? 1280 : 68,
		 headers = six ? 60 : 40;
	struct option_row host = *row;
	int i = 0;

	if (v->len < 4)
		return set ? STATUS_ACCESS_VIOLATION : STATUS_BUFFER_TOO_SMALL;
	if (!set)
		return option_result(v, ~s->options.no_user_mtu);
	if (w < least)
		return STATUS_INVALID_PARAMETER;
	if (!s->datagram) {
		enum { LEAST_SEGMENT = 88, LARGEST_SEGMENT = 32767 };

		host.level = IPPROTO_TCP;
		host.name = TCP_MAXSEG;
		if (w - headers <= LARGEST_SEGMENT)
			i = (int)MAX(w - headers, (uint32_t)LEAST_SEGMENT);
	} else if (w <= UINT16_MAX) {
		i = (int)w;
	}
	if (!s->datagram || six) {
		NTSTATUS status = option_set(s, &host, &i, sizeof i);

		if (status)
			return status;
	}
	s->options.no_user_mtu = ~w;
	return STATUS_SUCCESS;
}

bool afd_is_too_long(struct afd_socket *s, uint64_t len)
{
	uint32_t headers = s->type == WIN_SOCK_RAW ? 20 : 28;
	socklen_t n = sizeof(int);
	int how;

	if (!s->options.no_user_mtu || s->family != WIN_AF_INET ||
	    len + headers <= ~s->options.no_user_mtu)
		return false;
	return !getsockopt(s->file->fd, IPPROTO_IP, IP_MTU_DISCOVER, &how,
			   &n) &&
	       (how == IP_PMTUDISC_DO || how == IP_PMTUDISC_PROBE);
}

/* ---- whose are received ---- */

/* By the host's filter, or not at all. */
static NTSTATUS filtered(struct afd_socket *s, const struct afd_options *was)
{
	NTSTATUS status = afd_filter(s);

	if (status)
		s->options = *was;
	return status;
}

static NTSTATUS broadcast(struct afd_socket *s, const struct option_row *row,
			  struct value *v, bool set)
{
	struct afd_options was = s->options;

	(void)row;
	if (!s->datagram || s->family != WIN_AF_INET)
		return STATUS_NOT_SUPPORTED;
	if (!set)
		return option_result(v, !s->options.no_broadcast);
	if (!v->len)
		return STATUS_ACCESS_VIOLATION;
	s->options.no_broadcast = !option_word(v);
	return filtered(s, &was);
}

enum { IFLIST_ADD = 29, IFLIST_DELETE = 30 };

static NTSTATUS iflist(struct afd_socket *s, const struct option_row *row,
		       struct value *v, bool set)
{
	struct afd_options was = s->options;

	(void)row;
	if (!s->datagram || s->family == WIN_AF_UNIX)
		return STATUS_NOT_SUPPORTED;
	if (!set)
		return option_result(v, s->options.iflist);
	if (!v->len)
		return STATUS_ACCESS_VIOLATION;
	s->options.iflist = option_word(v) != 0;
	return filtered(s, &was);
}

static NTSTATUS edit_iflist(struct afd_socket *s, const struct option_row *row,
			    struct value *v, bool set)
{
	struct afd_options was = s->options, *o = &s->options;
	uint32_t w = option_word(v), i;

	if (!set || !s->datagram || s->family == WIN_AF_UNIX)
		return STATUS_NOT_SUPPORTED;
	if (v->len < 4)
		return STATUS_ACCESS_VIOLATION;
	for (i = 0; i < o->interfaces && o->interface[i] != w; i++)
		;
	if (row->win_name == IFLIST_DELETE) {
		if (i == o->interfaces)
			return STATUS_INVALID_PARAMETER;
		o->interface[i] = o->interface[--o->interfaces];
	} else if (!w) {
		return STATUS_INVALID_PARAMETER;
	} else if (i == o->interfaces) {
		if (i == AFD_MAX_IFLIST)
			return STATUS_INSUFFICIENT_RESOURCES;
		o->interface[o->interfaces++] = w;
	}
	return filtered(s, &was);
}

static NTSTATUS get_iflist(struct afd_socket *s, const struct option_row *row,
			   struct value *v, bool set)
{
	uint32_t n = s->options.interfaces * (uint32_t)sizeof(uint32_t);

	(void)row;
	if (set || !s->datagram)
		return STATUS_NOT_SUPPORTED;
	if (!s->options.iflist)
		return STATUS_INVALID_PARAMETER;
	if (v->len < n)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(v->data, s->options.interface, n);
	v->len = n;
	return STATUS_SUCCESS;
}

/* Source: ws2ipdef.h. */
static const struct option_row rows[] = {
	{ IPPROTO_IP, 1, option_raw, IPPROTO_IP, IP_OPTIONS, 0 },
	{ IPPROTO_IP, 2, option_bool, IPPROTO_IP, IP_HDRINCL, 0 },
	{ IPPROTO_IP, 3, option_int, IPPROTO_IP, IP_TOS, 0 },
	{ IPPROTO_IP, 4, option_int, IPPROTO_IP, IP_TTL, 0 },
	{ IPPROTO_IP, 9, multicast_if, IPPROTO_IP, IP_MULTICAST_IF, 0 },
	{ IPPROTO_IP, 10, option_int, IPPROTO_IP, IP_MULTICAST_TTL, 0 },
	{ IPPROTO_IP, 11, option_int, IPPROTO_IP, IP_MULTICAST_LOOP, 0 },
	{ IPPROTO_IP, 12, membership, IPPROTO_IP, IP_ADD_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 13, membership, IPPROTO_IP, IP_DROP_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 14, dont_fragment, IPPROTO_IP, IP_MTU_DISCOVER, 0 },
	{ IPPROTO_IP, 15, source, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 16, source, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, 0 },
	{ IPPROTO_IP, 17, source, IPPROTO_IP, IP_BLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 18, source, IPPROTO_IP, IP_UNBLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 19, told, IPPROTO_IP, IP_PKTINFO,
	  offsetof(struct afd_options, packet_info) },
	{ IPPROTO_IP, 21, option_bool, IPPROTO_IP, IP_RECVTTL, 0 },
	{ IPPROTO_IP, 22, broadcast, 0, 0, 0 },
	{ IPPROTO_IP, 23, protection, 0, 0,
	  offsetof(struct afd_options, protection) },
	{ IPPROTO_IP, 24, told_of_datagrams, IPPROTO_IP, IP_PKTINFO,
	  offsetof(struct afd_options, receive_if) },
	{ IPPROTO_IP, 28, iflist, 0, 0, 0 },
	{ IPPROTO_IP, IFLIST_ADD, edit_iflist, 0, 0, 0 },
	{ IPPROTO_IP, IFLIST_DELETE, edit_iflist, 0, 0, 0 },
	{ IPPROTO_IP, 31, unicast_if, IPPROTO_IP, IP_UNICAST_IF, 0 },
	{ IPPROTO_IP, 33, get_iflist, 0, 0, 0 },
	{ IPPROTO_IP, 40, told, IPPROTO_IP, IP_RECVTOS,
	  offsetof(struct afd_options, receive_tos) },
	{ IPPROTO_IP, 41, group, IPPROTO_IP, MCAST_JOIN_GROUP, 0 },
	{ IPPROTO_IP, 42, group, IPPROTO_IP, MCAST_LEAVE_GROUP, 0 },
	{ IPPROTO_IP, 43, group, IPPROTO_IP, MCAST_BLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 44, group, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, 0 },
	{ IPPROTO_IP, 45, group, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, 0 },
	{ IPPROTO_IP, 46, group, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, 0 },
	{ IPPROTO_IP, 47, told_of_datagrams, IPPROTO_IP, IP_PKTINFO,
	  offsetof(struct afd_options, arrival_if) },
	{ IPPROTO_IP, 50, told, IPPROTO_IP, IP_RECVTOS,
	  offsetof(struct afd_options, receive_ecn) },
	{ IPPROTO_IP, 71, path_mtu, IPPROTO_IP, IP_MTU_DISCOVER,
	  offsetof(struct afd_options, path_mtu) },
	/* Windows Filtering Platform's. */
	{ IPPROTO_IP, 60, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 70, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 73, option_int, IPPROTO_IP, IP_MTU, 0 },
	{ IPPROTO_IP, 76, user_mtu, 0, 0, 0 },
	/* Only named in ws2ipdef.h: destination alone, routing headers, more
	   packet information, interfaces without routes, errors. */
	{ IPPROTO_IP, 25, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 32, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 38, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 39, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 51, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 74, option_none, 0, 0, 0 },
	{ IPPROTO_IP, 75, option_none, 0, 0, 0 },

	{ IPPROTO_IPV6, 2, option_bool, IPPROTO_IPV6, IPV6_HDRINCL, 0 },
	{ IPPROTO_IPV6, 4, option_int, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 0 },
	{ IPPROTO_IPV6, 9, option_int, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0 },
	{ IPPROTO_IPV6, 10, option_int, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 0 },
	{ IPPROTO_IPV6, 11, option_int, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0 },
	{ IPPROTO_IPV6, 12, option_raw, IPPROTO_IPV6, IPV6_JOIN_GROUP, 0 },
	{ IPPROTO_IPV6, 13, option_raw, IPPROTO_IPV6, IPV6_LEAVE_GROUP, 0 },
	{ IPPROTO_IPV6, 14, dont_fragment, IPPROTO_IPV6, IPV6_MTU_DISCOVER, 0 },
	{ IPPROTO_IPV6, 19, told, IPPROTO_IPV6, IPV6_RECVPKTINFO,
	  offsetof(struct afd_options, packet_info) },
	{ IPPROTO_IPV6, 21, option_bool, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 0 },
	{ IPPROTO_IPV6, 23, protection, 0, 0,
	  offsetof(struct afd_options, protection) },
	{ IPPROTO_IPV6, 24, told_of_datagrams, IPPROTO_IPV6, IPV6_RECVPKTINFO,
	  offsetof(struct afd_options, receive_if) },
	{ IPPROTO_IPV6, 26, option_int, IPPROTO_IPV6, IPV6_CHECKSUM, 0 },
	{ IPPROTO_IPV6, 27, option_bool, IPPROTO_IPV6, IPV6_V6ONLY, 0 },
	{ IPPROTO_IPV6, 28, iflist, 0, 0, 0 },
	{ IPPROTO_IPV6, IFLIST_ADD, edit_iflist, 0, 0, 0 },
	{ IPPROTO_IPV6, IFLIST_DELETE, edit_iflist, 0, 0, 0 },
	{ IPPROTO_IPV6, 33, get_iflist, 0, 0, 0 },
	{ IPPROTO_IPV6, 31, unicast_if6, IPPROTO_IPV6, IPV6_UNICAST_IF, 0 },
	{ IPPROTO_IPV6, 39, option_int, IPPROTO_IPV6, IPV6_TCLASS, 0 },
	{ IPPROTO_IPV6, 40, told, IPPROTO_IPV6, IPV6_RECVTCLASS,
	  offsetof(struct afd_options, receive_tos) },
	{ IPPROTO_IPV6, 41, group, IPPROTO_IPV6, MCAST_JOIN_GROUP, 0 },
	{ IPPROTO_IPV6, 42, group, IPPROTO_IPV6, MCAST_LEAVE_GROUP, 0 },
	{ IPPROTO_IPV6, 43, group, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, 0 },
	{ IPPROTO_IPV6, 44, group, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, 0 },
	{ IPPROTO_IPV6, 45, group, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, 0 },
	{ IPPROTO_IPV6, 46, group, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, 0 },
	{ IPPROTO_IPV6, 47, told_of_datagrams, IPPROTO_IPV6, IPV6_RECVPKTINFO,
	  offsetof(struct afd_options, arrival_if) },
	{ IPPROTO_IPV6, 50, told, IPPROTO_IPV6, IPV6_RECVTCLASS,
	  offsetof(struct afd_options, receive_ecn) },
	{ IPPROTO_IPV6, 71, path_mtu, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
	  offsetof(struct afd_options, path_mtu) },
	{ IPPROTO_IPV6, 60, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 70, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 72, option_int, IPPROTO_IPV6, IPV6_MTU, 0 },
	{ IPPROTO_IPV6, 76, user_mtu, IPPROTO_IPV6, IPV6_MTU, 0 },
	/* As above. */
	{ IPPROTO_IPV6, 1, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 25, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 32, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 38, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 51, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 74, option_none, 0, 0, 0 },
	{ IPPROTO_IPV6, 75, option_none, 0, 0, 0 },
};

const struct option_table afd_ip_options = { rows, COUNT_OF(rows) };
