/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-net-change.c - when the host's links, addresses or routes change, for
 * iphlpapi.  Each request has a netlink socket, which hears of what comes after
 * it was made; what has changed the foreign side sees in its own lists.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/file-private.h"

static uint32_t groups_of(uint32_t what)
{
	static const uint32_t groups[] = {
		RTMGRP_LINK,	   RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR,
		RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE,
	};
	uint32_t all = 0;

	for (unsigned i = 0; i < COUNT_OF(groups); i++)
		if (what & 1u << i)
			all |= groups[i];
	return all;
}

/* Not every route is one that iphlpapi lists. */
static bool counts(const struct nlmsghdr *h)
{
	const struct rtmsg *m = NLMSG_DATA(h);

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return true;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return h->nlmsg_len >= NLMSG_LENGTH(sizeof *m) &&
		       m->rtm_table == RT_TABLE_MAIN &&
		       !(m->rtm_flags & RTM_F_CLONED);
	}
	return false;
}

static NTSTATUS look(int fd)
{
	_Alignas(struct nlmsghdr) uint8_t part[16 << 10];

	for (;;) {
		ssize_t n = recv(fd, part, sizeof part,
				 MSG_DONTWAIT | MSG_TRUNC);
		struct nlmsghdr *h = (struct nlmsghdr *)part;
		unsigned len = n > 0 ? (unsigned)n : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) /* more than it could keep */
			return STATUS_SUCCESS;
		if (n <= 0)
			return !n || errno == EAGAIN ? STATUS_PENDING
						     : afd_status(errno);
		if (len > sizeof part) /* a link with hundreds of functions */
			return STATUS_SUCCESS;
		for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len))
			if (counts(h))
				return STATUS_SUCCESS;
	}
}

static NTSTATUS look_again(struct irp *r)
{
	return look(r->watch.fd);
}

/* What becomes readable with a change of what; or -1. */
static int listen_to(uint32_t what)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK,
				 .nl_groups = groups_of(what) };
	int fd = MORE_FILES(
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));

	/* In a sandbox without a network none ever changes. */
	if (fd < 0 && errno == EACCES && policy &&
	    policy->net != POLICY_NET_ALL)
		return MORE_FILES(eventfd(0, EFD_CLOEXEC));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

NTSTATUS afd_when_changed(struct task *t, struct file *f, struct irp *r,
			  uint32_t what)
{
	NTSTATUS status;
	int fd;

	r->information = 0;
	fd = listen_to(what);
	if (fd < 0)
		status = afd_status(errno);
	else if (!afd_waits(r))
		status = irp_wait_fd(t, r, fd, EPOLLIN, look_again);
	else
		while (!(status = io_wait_fd(t, f, fd, POLLIN, -1)) &&
		       (status = look(fd)) == STATUS_PENDING)
			;
	if (fd >= 0)
		close(fd);
	return status;
}

NTSTATUS afd_net_change(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;
	uint32_t what;

	status = control_in(t, r, &what, sizeof what);
	if (status)
		return status;
	if (!what || what & ~(uint32_t)NET_CHANGE_ALL)
		return STATUS_INVALID_PARAMETER;
	return afd_when_changed(t, f, r, what);
}
