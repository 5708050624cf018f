/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-icmp.c - what ICMP says of datagrams that were sent before.
 *
 * The host tells of it in the next call on the socket, whichever that is, and
 * keeps the particulars in a queue beside.  Windows tells those who receive,
 * once for each message: nobody listens at the port (SIO_UDP_CONNRESET), or
 * the datagram went too far (SIO_UDP_NETRESET).  Sending does not fail.
 */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <time.h>

#include <linux/errqueue.h>

#include "syscall-xlate/nt/afd.h"

enum { MOST = 1000 }; /* that nobody receives are kept */

void afd_want_icmp(struct afd_socket *s)
{
	int fd = s->file->fd, one = 1;

	if (s->type != WIN_SOCK_DGRAM || s->family == WIN_AF_UNIX)
		return;
	/* A socket of both families hears of both. */
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
	if (s->family == WIN_AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof one);
}

static void note(struct afd_socket *s, const struct sock_extended_err *e)
{
	bool six = e->ee_origin == SO_EE_ORIGIN_ICMP6;

	if (!six && e->ee_origin != SO_EE_ORIGIN_ICMP)
		return;
	if (e->ee_errno == ECONNREFUSED) {
		if (!s->options.no_connreset && s->unreachable < MOST)
			s->unreachable++;
	} else if (e->ee_type ==
		   (six ? ICMP6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED)) {
		if (!s->options.no_netreset && s->expired < MOST)
			s->expired++;
	}
}

bool afd_take_icmp(struct afd_socket *s, int err)
{
	bool any = false;

	for (;;) {
		uint8_t control[256];
		struct msghdr m = { .msg_control = control,
				    .msg_controllen = sizeof control };
		struct cmsghdr *c;

		if (recvmsg(s->file->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
			struct sock_extended_err e;

			if (!(c->cmsg_level == IPPROTO_IP &&
			      c->cmsg_type == IP_RECVERR) &&
			    !(c->cmsg_level == IPPROTO_IPV6 &&
			      c->cmsg_type == IPV6_RECVERR))
				continue;
			memcpy(&e, CMSG_DATA(c), sizeof e);
			note(s, &e);
			any = any || e.ee_origin != SO_EE_ORIGIN_LOCAL;
		}
	}
	/* The queue had no room for it. */
	if (!any && err == ECONNREFUSED) {
		if (!s->options.no_connreset)
			s->unreachable++;
		any = true;
	}
	return any;
}

static bool less(_Atomic uint32_t *count)
{
	uint32_t n = *count;

	while (n)
		if (atomic_compare_exchange_weak(count, &n, n - 1))
			return true;
	return false;
}

NTSTATUS afd_tell_icmp(struct afd_socket *s)
{
	if (less(&s->unreachable))
		return STATUS_PORT_UNREACHABLE;
	return less(&s->expired) ? STATUS_HOPLIMIT_EXCEEDED : STATUS_SUCCESS;
}
