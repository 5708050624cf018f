/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-echo.c - echo requests, for iphlpapi's IcmpSendEcho and its relatives.
 *
 * Each has a socket of its own: the host's "ping socket" where the user may
 * have one (net.ipv4.ping_group_range), else a raw one where he may have that
 * (CAP_NET_RAW), else STATUS_ACCESS_DENIED.  On a raw one the request's number
 * is ours, and answers to others come as well.  Errors on the way come through
 * the socket's error queue, with the request that they are about.
 */
#include <errno.h>
#include <time.h> /* for the next */
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/file-private.h"

enum {
	MAX_DATA = 65500,
	HEADER = 8, /* of a request or an answer, of either version */
	IP_HEADER_MIN = 20,
};

/* IP_*, as ICMP_ECHO_REPLY.Status says it */
enum {
	STATUS_OK = 0,
	NET_UNREACHABLE = 11002,
	HOST_UNREACHABLE = 11003,
	PROTOCOL_UNREACHABLE = 11004, /* and: prohibited */
	PORT_UNREACHABLE = 11005,
	BAD_OPTION = 11007,
	TOO_BIG = 11009,
	BAD_ROUTE = 11012,
	TTL_IN_TRANSIT = 11013,
	TTL_REASSEMBLY = 11014,
	BAD_PARAMETER = 11015,
	QUENCH = 11016,
	BAD_DESTINATION = 11018,
	BAD_NEXT_HEADER = 11043,
	ICMP_FAILURE = 11044,
	SCOPE_MISMATCH = 11045,
	GENERAL_FAILURE = 11050,
};

struct reason {
	uint8_t type, code; /* code ANY */
	uint16_t status;
};
enum { ANY = 255 };

static const struct reason reasons4[] = {
	{ 3, 0, NET_UNREACHABLE },
	{ 3, 1, HOST_UNREACHABLE },
	{ 3, 2, PROTOCOL_UNREACHABLE },
	{ 3, 3, PORT_UNREACHABLE },
	{ 3, 4, TOO_BIG },
	{ 3, 5, BAD_ROUTE },
	{ 3, 6, NET_UNREACHABLE },
	{ 3, 9, PROTOCOL_UNREACHABLE },
	{ 3, 10, PROTOCOL_UNREACHABLE },
	{ 3, 11, NET_UNREACHABLE },
	{ 3, 13, PROTOCOL_UNREACHABLE },
	{ 3, ANY, HOST_UNREACHABLE },
	{ 4, ANY, QUENCH },
	{ 11, 0, TTL_IN_TRANSIT },
	{ 11, ANY, TTL_REASSEMBLY },
	{ 12, ANY, BAD_PARAMETER },
};
static const struct reason reasons6[] = {
	{ 1, 0, NET_UNREACHABLE },    { 1, 1, PROTOCOL_UNREACHABLE },
	{ 1, 2, SCOPE_MISMATCH },     { 1, 4, PORT_UNREACHABLE },
	{ 1, ANY, HOST_UNREACHABLE }, { 2, ANY, TOO_BIG },
	{ 3, 0, TTL_IN_TRANSIT },     { 3, ANY, TTL_REASSEMBLY },
	{ 4, 1, BAD_NEXT_HEADER },    { 4, 2, BAD_OPTION },
	{ 4, ANY, BAD_PARAMETER },
};

/* What a waiting request knows of itself: struct irp.extra. */
struct echo {
	int64_t sent;
	bool v6, raw;
	uint8_t head[HEADER]; /* of the answer, but for its checksum */
};

static uint32_t reason_of(const struct reason *list, unsigned n, uint8_t type,
			  uint8_t code)
{
	for (; n--; list++)
		if (list->type == type &&
		    (list->code == code || list->code == ANY))
			return list->status;
	return ICMP_FAILURE;
}

static uint32_t local_reason(int err)
{
	switch (err) {
	case EMSGSIZE:
		return TOO_BIG;
	case ENETUNREACH:
	case ENETDOWN:
		return NET_UNREACHABLE;
	case EHOSTUNREACH:
		return HOST_UNREACHABLE;
	case EINVAL:
	case EADDRNOTAVAIL:
	case EACCES: /* to a broadcast address */
		return BAD_DESTINATION;
	}
	return GENERAL_FAILURE;
}

/* ---- the answer ---- */

static void note_control(struct net_echoed *out, const struct cmsghdr *c)
{
	const size_t n = c->cmsg_len - CMSG_LEN(0);
	int v = 0;

	memcpy(&v, CMSG_DATA(c), MIN(n, sizeof v));
	if (c->cmsg_level == IPPROTO_IP) {
		if (c->cmsg_type == IP_TTL)
			out->ttl = (uint32_t)v;
		else if (c->cmsg_type == IP_TOS)
			out->tos = (uint8_t)v;
		else if (c->cmsg_type == IP_RECVOPTS &&
			 n <= sizeof out->options) {
			out->noptions = (uint32_t)n;
			memcpy(out->options, CMSG_DATA(c), n);
		}
	} else if (c->cmsg_level == IPPROTO_IPV6) {
		if (c->cmsg_type == IPV6_HOPLIMIT)
			out->ttl = (uint32_t)v;
		else if (c->cmsg_type == IPV6_TCLASS)
			out->tos = (uint32_t)v;
	}
}

static void note_address(struct net_echoed *out, const union afd_address *a)
{
	if (a->sa.sa_family == AF_INET6) {
		memcpy(out->from, &a->in6.sin6_addr, 16);
		out->scope = a->in6.sin6_scope_id;
	} else {
		memcpy(out->from, &a->in.sin_addr, 4);
	}
}

static NTSTATUS give(struct irp *r, const struct echo *e,
		     struct net_echoed *out, const void *data, size_t n)
{
	const size_t room =
		r->out_len > sizeof *out ? r->out_len - sizeof *out : 0;

	out->rtt_us = (uint32_t)((monotonic_ns() - e->sent) / 1000);
	out->len = (uint32_t)MIN(n, room);
	if (guest_write(current_task, r->out, out, sizeof *out) < 0 ||
	    guest_write(current_task, r->out + sizeof *out, data, out->len) < 0)
		return STATUS_ACCESS_VIOLATION;
	r->information = sizeof *out + out->len;
	return STATUS_SUCCESS;
}

/* The answer to e, or its request come back: all but the checksum. */
static bool is_ours(const struct echo *e, const uint8_t *p, size_t n,
		    bool answer)
{
	if (n < HEADER)
		return false;
	if (answer && (p[0] != e->head[0] || p[1]))
		return false;
	/* A ping socket sees its own numbers only, and chooses them. */
	return e->raw ? !memcmp(p + 4, e->head + 4, 4)
		      : !memcmp(p + 6, e->head + 6, 2);
}

static NTSTATUS take_error(struct irp *r, int fd, const struct echo *e)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	uint8_t part[HEADER];
	struct iovec v = { part, sizeof part };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof control };
	struct net_echoed out = { 0 };
	ssize_t n = recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);

	if (n < 0)
		return STATUS_PENDING;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err s;
		union afd_address from;

		if (!(c->cmsg_level == IPPROTO_IP &&
		      c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 &&
		      c->cmsg_type == IPV6_RECVERR)) {
			note_control(&out, c);
			continue;
		}
		memcpy(&s, CMSG_DATA(c), sizeof s);
		memset(&from, 0, sizeof from);
		memcpy(&from, CMSG_DATA(c) + sizeof s,
		       MIN(c->cmsg_len - CMSG_LEN(sizeof s), sizeof from));
		if (s.ee_origin == SO_EE_ORIGIN_ICMP ||
		    s.ee_origin == SO_EE_ORIGIN_ICMP6) {
			note_address(&out, &from);
			out.status =
				e->v6 ? reason_of(reasons6, COUNT_OF(reasons6),
						  s.ee_type, s.ee_code)
				      : reason_of(reasons4, COUNT_OF(reasons4),
						  s.ee_type, s.ee_code);
		} else {
			out.status = local_reason((int)s.ee_errno);
		}
	}
	/* Another one's: on a raw socket. */
	if (!out.status || (n >= HEADER && !is_ours(e, part, (size_t)n, false)))
		return STATUS_PENDING;
	return give(r, e, &out, NULL, 0);
}

static NTSTATUS take_answer(struct irp *r, int fd, const struct echo *e,
			    uint8_t *part, size_t size)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	union afd_address from = { 0 };
	struct iovec v = { part, size };
	struct msghdr m = { .msg_name = &from,
			    .msg_namelen = sizeof from,
			    .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof control };
	struct net_echoed out = { .status = STATUS_OK };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);
	size_t skip = 0;

	if (n < 0)
		return errno == EINTR ? STATUS_RETRY : STATUS_PENDING;
	if (e->raw && !e->v6) {
		skip = n >= IP_HEADER_MIN ? (part[0] & 15u) * 4 : 0;
		if (skip < IP_HEADER_MIN || skip > (size_t)n)
			return STATUS_RETRY;
	}
	if (!is_ours(e, part + skip, (size_t)n - skip, true))
		return STATUS_RETRY;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		note_control(&out, c);
	note_address(&out, &from);
	return give(r, e, &out, part + skip + HEADER,
		    (size_t)n - skip - HEADER);
}

static NTSTATUS look(struct irp *r, int fd, const struct echo *e)
{
	const size_t size = MAX_DATA + HEADER + 60;
	NTSTATUS status = take_error(r, fd, e);
	uint8_t *part;

	if (status != STATUS_PENDING)
		return status;
	part = malloc(size);
	if (!part)
		return STATUS_NO_MEMORY;
	do
		status = take_answer(r, fd, e, part, size);
	while (status == STATUS_RETRY);
	free(part);
	return status;
}

static NTSTATUS look_again(struct irp *r)
{
	return look(r, r->watch.fd, r->extra);
}

/* ---- the request ---- */

static void set(int fd, int level, int what, int v)
{
	setsockopt(fd, level, what, &v, sizeof v);
}

static int open_socket(struct echo *e)
{
	int family = e->v6 ? AF_INET6 : AF_INET;
	int protocol = e->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int fd =
		MORE_FILES(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, protocol));
	/* All but answers. */
	uint32_t filter4 = ~(1u << ICMP_ECHOREPLY), filter6[8];

	if (fd >= 0)
		return fd;
	e->raw = true;
	fd = MORE_FILES(socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol));
	if (fd < 0)
		return fd;
	memset(filter6, 0xff, sizeof filter6);
	filter6[ICMPV6_ECHO_REPLY >> 5] &= ~(1u << (ICMPV6_ECHO_REPLY & 31));
	if (e->v6)
		setsockopt(fd, SOL_ICMPV6, ICMPV6_FILTER, filter6,
			   sizeof filter6);
	else
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter4, sizeof filter4);
	return fd;
}

static void set_options(int fd, const struct net_echo *q, bool v6)
{
	set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	if (v6) {
		set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
		set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
		set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
		set(fd, IPPROTO_IPV6, IPV6_TCLASS, (int)q->tos);
		if (q->ttl)
			set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, (int)q->ttl);
		return;
	}
	set(fd, IPPROTO_IP, IP_RECVERR, 1);
	set(fd, IPPROTO_IP, IP_RECVTTL, 1);
	set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	set(fd, IPPROTO_IP, IP_RECVOPTS, 1);
	set(fd, IPPROTO_IP, IP_TOS, (int)q->tos);
	set(fd, IPPROTO_IP, IP_MTU_DISCOVER,
	    q->flags & NET_ECHO_WHOLE ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
	if (q->ttl)
		set(fd, IPPROTO_IP, IP_TTL, (int)q->ttl);
}

static uint16_t checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)p[i] |
		       (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Version 6's checksum is the kernel's affair, a ping socket's as well. */
static void fill_header(struct echo *e, uint8_t *p, size_t n)
{
	uint16_t sum;

	memset(p, 0, HEADER);
	p[0] = e->v6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO;
	(void)!getrandom(p + 4, 4, GRND_NONBLOCK);
	memcpy(e->head, p, HEADER);
	e->head[0] = e->v6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY;
	sum = checksum(p, n);
	memcpy(p + 2, &sum, sizeof sum);
}

static socklen_t address(union afd_address *a, const struct net_echo *q,
			 const uint8_t *bytes)
{
	memset(a, 0, sizeof *a);
	if (q->family == WIN_AF_INET6) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_scope_id = q->scope;
		memcpy(&a->in6.sin6_addr, bytes, 16);
		return sizeof a->in6;
	}
	a->in.sin_family = AF_INET;
	memcpy(&a->in.sin_addr, bytes, 4);
	return sizeof a->in;
}

/* 0 or an errno value. */
static int send_request(int fd, const struct net_echo *q, struct echo *e,
			const uint8_t *packet, size_t n)
{
	static const uint8_t none[16];
	union afd_address a;
	socklen_t len;

	set_options(fd, q, e->v6);
	if (!e->v6 && q->noptions &&
	    setsockopt(fd, IPPROTO_IP, IP_OPTIONS, q->options, q->noptions) < 0)
		return errno;
	if (memcmp(q->from, none, e->v6 ? 16 : 4)) {
		len = address(&a, q, q->from);
		if (bind(fd, &a.sa, len) < 0)
			return errno;
	}
	len = address(&a, q, q->to);
	e->sent = monotonic_ns();
	return sendto(fd, packet, n, MSG_DONTWAIT, &a.sa, len) < 0 ? errno : 0;
}

/* Sent, and waiting; or already over.  fd stays the caller's. */
static NTSTATUS begin(struct task *t, struct irp *r, int fd,
		      const struct net_echo *q, struct echo *e, uint8_t *packet,
		      size_t n)
{
	NTSTATUS status;
	int err;

	fill_header(e, packet, n);
	err = send_request(fd, q, e, packet, n);
	if (err) {
		struct net_echoed out = { .status = local_reason(err) };

		return give(r, e, &out, NULL, 0);
	}
	if (!r->file->synchronous) {
		r->extra = e;
		status = irp_wait_fd(t, r, fd, EPOLLIN, look_again);
		if (status != STATUS_PENDING)
			r->extra = NULL;
		return status;
	}
	while (!(status = io_wait_fd(t, r->file, fd, POLLIN, -1)) &&
	       (status = look(r, fd, e)) == STATUS_PENDING)
		;
	return status;
}

NTSTATUS afd_net_echo(struct task *t, struct file *f, struct irp *r)
{
	struct net_echo q;
	struct echo *e;
	uint8_t *packet;
	NTSTATUS status = control_in(t, r, &q, sizeof q);
	size_t n = status ? 0 : r->len - sizeof q;
	int fd;

	(void)f;
	if (status)
		return status;
	if ((q.family != WIN_AF_INET && q.family != WIN_AF_INET6) ||
	    q.noptions > sizeof q.options || n > MAX_DATA)
		return STATUS_INVALID_PARAMETER;
	if (r->out_len < sizeof(struct net_echoed))
		return STATUS_BUFFER_TOO_SMALL;
	e = calloc(1, sizeof *e);
	packet = malloc(HEADER + n);
	if (!e || !packet) {
		status = STATUS_NO_MEMORY;
	} else if (guest_read(t, packet + HEADER, r->buf + sizeof q, n) < 0) {
		status = STATUS_ACCESS_VIOLATION;
	} else {
		e->v6 = q.family == WIN_AF_INET6;
		fd = open_socket(e);
		if (fd < 0 && policy)
			policy_refused("echo requests (--net)");
		status = fd < 0 ? STATUS_ACCESS_DENIED
				: begin(t, r, fd, &q, e, packet, HEADER + n);
		if (fd >= 0)
			close(fd);
	}
	free(packet);
	if (status != STATUS_PENDING)
		free(e); /* else the request's */
	return status;
}
