/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-message.c - control data: WSACMSGHDR is cmsghdr by another name, but
 * types and the packet information of IPv4 differ.  Source: ws2ipdef.h.
 */
#include "syscall-xlate/nt/afd-message.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

enum {
	WIN_IP = 0,
	WIN_IPV6 = 41,
	WIN_UDP = 17,
	WIN_MSG_TRUNC = 0x100,
	WIN_MSG_CTRUNC = 0x200,
};

enum kind { COPY, PACKET4, INTERFACE, INTEGER, TOS, ECN, SEGMENT };
enum { ECN_BITS = 3 };

#define ASKED(field) offsetof(struct afd_options, field)

static const struct {
	int level, type, win_level, win_type;
	enum kind kind;
	/* In struct afd_options: the program has asked for it; 0: the host
	   tells only who has. */
	size_t asked;
} rows[] = {
	{ IPPROTO_IP, IP_PKTINFO, WIN_IP, 19, PACKET4, ASKED(packet_info) },
	/* IP_RECVIF, IP_ORIGINAL_ARRIVAL_IF */
	{ IPPROTO_IP, IP_PKTINFO, WIN_IP, 24, INTERFACE, ASKED(receive_if) },
	{ IPPROTO_IP, IP_PKTINFO, WIN_IP, 47, INTERFACE, ASKED(arrival_if) },
	{ IPPROTO_IP, IP_TTL, WIN_IP, 21, INTEGER, 0 }, /* IP_HOPLIMIT */
	{ IPPROTO_IP, IP_TOS, WIN_IP, 3, TOS, ASKED(receive_tos) },
	{ IPPROTO_IP, IP_TOS, WIN_IP, 50, ECN, ASKED(receive_ecn) },
	{ IPPROTO_IPV6, IPV6_PKTINFO, WIN_IPV6, 19, COPY, ASKED(packet_info) },
	{ IPPROTO_IPV6, IPV6_PKTINFO, WIN_IPV6, 24, INTERFACE,
	  ASKED(receive_if) },
	{ IPPROTO_IPV6, IPV6_PKTINFO, WIN_IPV6, 47, INTERFACE,
	  ASKED(arrival_if) },
	{ IPPROTO_IPV6, IPV6_HOPLIMIT, WIN_IPV6, 21, INTEGER, 0 },
	{ IPPROTO_IPV6, IPV6_TCLASS, WIN_IPV6, 39, TOS, ASKED(receive_tos) },
	{ IPPROTO_IPV6, IPV6_TCLASS, WIN_IPV6, 50, ECN, ASKED(receive_ecn) },
	/* UDP_SEND_MSG_SIZE, UDP_COALESCED_INFO: how large each of many is. */
	{ IPPROTO_UDP, UDP_SEGMENT, WIN_UDP, 2, SEGMENT, 0 },
	{ IPPROTO_UDP, UDP_GRO, WIN_UDP, 3, INTEGER, 0 },
};

/* Windows' in_pktinfo. */
struct packet4 {
	uint32_t address, interface;
};

static size_t header_size(void)
{
	return nt_self->wow64 ? 12 : 16;
}

static size_t align(size_t n)
{
	return (size_t)ROUND_UP(n, nt_self->wow64 ? 4 : 8);
}

static size_t to_guest(const struct cmsghdr *c, size_t row, uint8_t *data)
{
	size_t n = c->cmsg_len - CMSG_LEN(0);

	switch (rows[row].kind) {
	case PACKET4: {
		struct in_pktinfo i;
		struct packet4 p;

		memcpy(&i, CMSG_DATA(c), sizeof i);
		p = (struct packet4){ i.ipi_addr.s_addr,
				      (uint32_t)i.ipi_ifindex };
		memcpy(data, &p, sizeof p);
		return sizeof p;
	}
	case INTERFACE: {
		struct in_pktinfo i;
		struct in6_pktinfo i6;
		uint32_t interface;

		if (rows[row].level == IPPROTO_IP) {
			memcpy(&i, CMSG_DATA(c), sizeof i);
			interface = (uint32_t)i.ipi_ifindex;
		} else {
			memcpy(&i6, CMSG_DATA(c), sizeof i6);
			interface = i6.ipi6_ifindex;
		}
		memcpy(data, &interface, sizeof interface);
		return sizeof interface;
	}
	case INTEGER:
	case TOS:
	case ECN: {
		/* IP_TOS comes as one byte. */
		int v = 0;

		memcpy(&v, CMSG_DATA(c), MIN(n, sizeof v));
		if (rows[row].kind == ECN)
			v &= ECN_BITS;
		memcpy(data, &v, sizeof v);
		return sizeof v;
	}
	default:
		n = MIN(n, (size_t)64);
		memcpy(data, CMSG_DATA(c), n);
		return n;
	}
}

/* Has the program asked to be told this? */
static bool wanted(const struct afd_socket *s, size_t row)
{
	uint32_t on;

	if (!rows[row].asked)
		return true;
	memcpy(&on, (const char *)&s->options + rows[row].asked, sizeof on);
	return on;
}

NTSTATUS afd_control_out(struct task *t, struct afd_op *op,
			 const struct msghdr *m, bool truncated)
{
	uint32_t flags = truncated ? WIN_MSG_TRUNC : 0, used = 0;
	size_t row = 0;

	if (m->msg_flags & MSG_CTRUNC)
		flags |= WIN_MSG_CTRUNC;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c;) {
		uint8_t out[128] = { 0 };
		uint64_t len;
		size_t n;

		for (; row < COUNT_OF(rows); row++)
			if (rows[row].level == c->cmsg_level &&
			    rows[row].type == c->cmsg_type &&
			    wanted(op->socket, row))
				break;
		if (row == COUNT_OF(rows)) {
			c = CMSG_NXTHDR((struct msghdr *)m, c);
			row = 0;
			continue;
		}
		n = to_guest(c, row, out + header_size());
		len = header_size() + n;
		memcpy(out, &len, nt_self->wow64 ? 4 : 8);
		memcpy(out + header_size() - 8, &rows[row].win_level, 4);
		memcpy(out + header_size() - 4, &rows[row].win_type, 4);
		row++; /* there may be more of the same */
		if (!op->control || op->control_room - used < len) {
			flags |= WIN_MSG_CTRUNC;
			break;
		}
		if (guest_write(t, op->control + used, out, len))
			return STATUS_ACCESS_VIOLATION;
		used += (uint32_t)MIN(align(len),
				      (size_t)(op->control_room - used));
	}
	if ((op->control_len && guest_put32(t, op->control_len, used)) ||
	    guest_put32(t, op->message_flags, flags))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS afd_control_in(struct task *t, struct afd_op *op, struct msghdr *m)
{
	struct msghdr to = *m;
	struct cmsghdr *c;
	size_t used = 0;

	memset(m->msg_control, 0, m->msg_controllen);
	for (uint32_t at = 0; op->control_room - at >= header_size();) {
		uint8_t head[16], data[64];
		uint64_t len = 0;
		int level, type;
		size_t n, row;

		if (guest_read(t, head, op->control + at, header_size()))
			return STATUS_ACCESS_VIOLATION;
		memcpy(&len, head, nt_self->wow64 ? 4 : 8);
		memcpy(&level, head + header_size() - 8, 4);
		memcpy(&type, head + header_size() - 4, 4);
		if (len < header_size() || len > op->control_room - at ||
		    len - header_size() > sizeof data)
			return STATUS_INVALID_PARAMETER;
		n = len - header_size();
		if (guest_read(t, data, op->control + at + header_size(), n))
			return STATUS_ACCESS_VIOLATION;
		for (row = 0; row < COUNT_OF(rows); row++)
			if (rows[row].win_level == level &&
			    rows[row].win_type == type)
				break;
		/* One way only. */
		if (row == COUNT_OF(rows) || rows[row].kind == INTERFACE)
			return STATUS_INVALID_PARAMETER;
		if (rows[row].kind == PACKET4) {
			struct in_pktinfo i = { 0 };
			struct packet4 p;

			if (n < sizeof p)
				return STATUS_INVALID_PARAMETER;
			memcpy(&p, data, sizeof p);
			i.ipi_spec_dst.s_addr = p.address;
			i.ipi_ifindex = (int)p.interface;
			memcpy(data, &i, sizeof i);
			n = sizeof i;
		}
		if (rows[row].kind == SEGMENT || rows[row].kind == ECN) {
			uint32_t v;
			uint16_t size;

			if (n < sizeof v)
				return STATUS_INVALID_PARAMETER;
			memcpy(&v, data, sizeof v);
			size = (uint16_t)MIN(v, (uint32_t)UINT16_MAX);
			v &= ECN_BITS;
			n = rows[row].kind == ECN ? sizeof v : sizeof size;
			memcpy(data, rows[row].kind == ECN ? (void *)&v : &size,
			       n);
		}
		if (m->msg_controllen - used < CMSG_SPACE(n))
			return STATUS_INVALID_PARAMETER;
		c = (struct cmsghdr *)((char *)to.msg_control + used);
		c->cmsg_level = rows[row].level;
		c->cmsg_type = rows[row].type;
		c->cmsg_len = CMSG_LEN(n);
		memcpy(CMSG_DATA(c), data, n);
		used += CMSG_SPACE(n);
		if (align(len) > op->control_room - at)
			break;
		at += (uint32_t)align(len);
	}
	m->msg_controllen = used;
	return STATUS_SUCCESS;
}
