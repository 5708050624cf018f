/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sockopt.c - socket options, as a table of what is what.
 * Source: FreeBSD's and NetBSD's sys/socket.h, netinet/in.h, netinet6/in6.h,
 * netinet/tcp.h.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

enum { L_SOCKET = 0xffff, L_IP = 0, L_TCP = 6, L_IPV6 = 41, VALUE_MAX = 320 };

#define S SOL_SOCKET
static const struct bsd_sockopt both[] = {
	{ L_SOCKET, 0x0001, S, SO_DEBUG, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0002, S, SO_ACCEPTCONN, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0004, S, SO_REUSEADDR, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0008, S, SO_KEEPALIVE, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0010, S, SO_DONTROUTE, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0020, S, SO_BROADCAST, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0040, S, 0, SOCKOPT_NOTHING }, /* USELOOPBACK */
	{ L_SOCKET, 0x0080, S, SO_LINGER, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x0100, S, SO_OOBINLINE, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0200, S, SO_REUSEPORT, SOCKOPT_BOOL },
	{ L_SOCKET, 0x0800, S, 0, SOCKOPT_NOTHING }, /* NOSIGPIPE: see send */
	{ L_SOCKET, 0x1001, S, SO_SNDBUF, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x1002, S, SO_RCVBUF, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x1003, S, SO_SNDLOWAT, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x1004, S, SO_RCVLOWAT, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x1005, S, SO_SNDTIMEO, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x1006, S, SO_RCVTIMEO, SOCKOPT_PLAIN },
	{ L_SOCKET, 0x1007, S, SO_ERROR, SOCKOPT_ERRNO },
	{ L_SOCKET, 0x1008, S, SO_TYPE, SOCKOPT_PLAIN },
	{ L_IP, 1, IPPROTO_IP, IP_OPTIONS, SOCKOPT_PLAIN },
	{ L_IP, 2, IPPROTO_IP, IP_HDRINCL, SOCKOPT_BOOL },
	{ L_IP, 3, IPPROTO_IP, IP_TOS, SOCKOPT_PLAIN },
	{ L_IP, 4, IPPROTO_IP, IP_TTL, SOCKOPT_PLAIN },
	{ L_IP, 9, IPPROTO_IP, IP_MULTICAST_IF, SOCKOPT_PLAIN },
	{ L_IP, 10, IPPROTO_IP, IP_MULTICAST_TTL, SOCKOPT_PLAIN },
	{ L_IP, 11, IPPROTO_IP, IP_MULTICAST_LOOP, SOCKOPT_PLAIN },
	{ L_IP, 12, IPPROTO_IP, IP_ADD_MEMBERSHIP, SOCKOPT_PLAIN },
	{ L_IP, 13, IPPROTO_IP, IP_DROP_MEMBERSHIP, SOCKOPT_PLAIN },
	{ L_IPV6, 4, IPPROTO_IPV6, IPV6_UNICAST_HOPS, SOCKOPT_PLAIN },
	{ L_IPV6, 9, IPPROTO_IPV6, IPV6_MULTICAST_IF, SOCKOPT_PLAIN },
	{ L_IPV6, 10, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, SOCKOPT_PLAIN },
	{ L_IPV6, 11, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, SOCKOPT_PLAIN },
	{ L_IPV6, 12, IPPROTO_IPV6, IPV6_JOIN_GROUP, SOCKOPT_PLAIN },
	{ L_IPV6, 13, IPPROTO_IPV6, IPV6_LEAVE_GROUP, SOCKOPT_PLAIN },
	{ L_IPV6, 27, IPPROTO_IPV6, IPV6_V6ONLY, SOCKOPT_BOOL },
	{ L_IPV6, 36, IPPROTO_IPV6, IPV6_RECVPKTINFO, SOCKOPT_BOOL },
	{ L_IPV6, 37, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, SOCKOPT_BOOL },
	{ L_IPV6, 57, IPPROTO_IPV6, IPV6_RECVTCLASS, SOCKOPT_BOOL },
	{ L_IPV6, 61, IPPROTO_IPV6, IPV6_TCLASS, SOCKOPT_PLAIN },
	{ L_IPV6, 62, IPPROTO_IPV6, IPV6_DONTFRAG, SOCKOPT_BOOL },
	{ L_TCP, 1, IPPROTO_TCP, TCP_NODELAY, SOCKOPT_BOOL },
	{ L_TCP, 2, IPPROTO_TCP, TCP_MAXSEG, SOCKOPT_PLAIN },
};
#undef S

static const struct bsd_sockopt *find(int level, int name)
{
	for (unsigned i = 0; i < bsd_sys->nsockopts; i++)
		if (bsd_sys->sockopts[i].level == level &&
		    bsd_sys->sockopts[i].name == name)
			return &bsd_sys->sockopts[i];
	for (unsigned i = 0; i < COUNT_OF(both); i++)
		if (both[i].level == level && both[i].name == name)
			return &both[i];
	return NULL;
}

/* In place: Linux's sockaddr begins with a longer family, and no length. */
static void family_to_host(uint8_t *buf, size_t len, size_t at)
{
	int family = len >= at + 2 ? bsd_family_to_host(buf[at + 1]) : -1;
	uint16_t host = family < 0 ? AF_UNSPEC : (uint16_t)family;

	if (len >= at + 2)
		memcpy(buf + at, &host, sizeof host);
}

static void groups_to_host(uint8_t *buf, size_t len)
{
	enum { GROUP = offsetof(struct group_source_req, gsr_group),
	       SOURCE = offsetof(struct group_source_req, gsr_source) };

	_Static_assert(sizeof(struct group_source_req) == 264, "the same but for the addresses");
	family_to_host(buf, len, GROUP);
	family_to_host(buf, len, SOURCE);
}

static bool is_unix(int s)
{
	socklen_t len = sizeof(int);
	int domain;

	return getsockopt(s, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	       domain == AF_UNIX;
}

static int64_t get_peer(struct task *t, int s, gaddr val, gaddr len_at)
{
	struct bsd_peer p = { .ngroups = 1 };
	uint32_t groups[256], room;
	socklen_t len = sizeof(struct ucred);
	_Alignas(8) uint8_t buf[128] = { 0 };
	struct ucred c;
	size_t n;

	if (guest_get32(t, &room, len_at))
		return -EFAULT;
	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &c, &len))
		return -errno;
	if (c.uid == (uid_t)-1)
		return -ENOTCONN;
	p.pid = c.pid;
	p.uid = c.uid;
	p.groups[0] = c.gid;
	len = sizeof groups;
	if (getsockopt(s, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		len = 0;
	for (size_t i = 0; i < len / sizeof *groups; i++)
		if (groups[i] != c.gid && p.ngroups < COUNT_OF(p.groups))
			p.groups[p.ngroups++] = groups[i];
	n = MIN(bsd_sys->put_peer(buf, &p), room);
	return guest_write(t, val, buf, n) ||
			       guest_put32(t, len_at, (uint32_t)n) ?
		       -EFAULT :
		       0;
}

int64_t bsd_setsockopt(struct task *t, int s, int32_t level, int32_t name,
		       gaddr val, int32_t len)
{
	const struct bsd_sockopt *o = find(level, name);
	uint8_t buf[VALUE_MAX];
	int32_t n;

	if (!o)
		return -ENOPROTOOPT;
	if (len < 0 || (size_t)len > sizeof buf)
		return -EINVAL;
	if (guest_read(t, buf, val, (size_t)len))
		return -EFAULT;
	if (o->kind == SOCKOPT_NOTHING)
		return 0;
	if (o->kind == SOCKOPT_PMTU) {
		if (len < 4)
			return -EINVAL;
		memcpy(&n, buf, sizeof n);
		n = n ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
		memcpy(buf, &n, sizeof n);
	}
	if (o->kind == SOCKOPT_GROUPS)
		groups_to_host(buf, (size_t)len);
	if (o->kind == SOCKOPT_SOURCE && len == sizeof(struct ip_mreq_source)) {
		/* Group, source, interface there. */
		memcpy(&n, buf + 4, sizeof n);
		memcpy(buf + 4, buf + 8, sizeof n);
		memcpy(buf + 8, &n, sizeof n);
	}
	return bsd_ret(setsockopt(s, o->host_level, o->host_name, buf,
				  (socklen_t)len));
}

int64_t bsd_getsockopt(struct task *t, int s, int32_t level, int32_t name,
		       gaddr val, gaddr len_at)
{
	const struct bsd_sockopt *o = find(level, name);
	uint8_t buf[VALUE_MAX] = { 0 };
	uint32_t room;
	socklen_t len;
	int32_t n = 0;

	if (level == 0 && name == bsd_sys->peer_option && is_unix(s))
		return get_peer(t, s, val, len_at);
	if (!o)
		return -ENOPROTOOPT;
	if (guest_get32(t, &room, len_at))
		return -EFAULT;
	len = (socklen_t)MIN(room, sizeof buf);
	if (o->kind == SOCKOPT_NOTHING)
		len = MIN(len, 4u);
	else if (getsockopt(s, o->host_level, o->host_name, buf, &len))
		return -errno;
	memcpy(&n, buf, sizeof n);
	switch (o->kind) {
	case SOCKOPT_ERRNO:
		n = n > 0 && n < (int)bsd_sys->nerrno ? bsd_sys->errno_of[n] : n;
		break;
	case SOCKOPT_BOOL:
		/* BSD answers with the option's bit: programs test for 0. */
		n = n && level == L_SOCKET ? name : n;
		break;
	case SOCKOPT_DOMAIN:
		n = bsd_family_from_host(n);
		break;
	case SOCKOPT_PMTU:
		n = n == IP_PMTUDISC_DO;
		break;
	default:
		break;
	}
	if (o->kind != SOCKOPT_PLAIN)
		memcpy(buf, &n, sizeof n);
	return guest_write(t, val, buf, len) || guest_put32(t, len_at, len) ?
		       -EFAULT :
		       0;
}
