/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netlink.c - rtnetlink, as far as both kinds of programs are told of it. */
#include "base/netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/table.h"

enum { ROOM = 64 << 10 };

static int read_answer(int fd, uint8_t *part,
		       void (*entry)(const struct nlmsghdr *h, void *arg),
		       void *arg)
{
	for (;;) {
		ssize_t n = recv(fd, part, ROOM, 0);
		struct nlmsghdr *h = (struct nlmsghdr *)part;
		unsigned len = n > 0 ? (unsigned)n : 0;
		int err = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type != NLMSG_ERROR) {
				entry(h, arg);
				continue;
			}
			/* The end of an answer that is no list is error 0. */
			if (h->nlmsg_len < NLMSG_LENGTH(sizeof err))
				return -EIO;
			memcpy(&err, NLMSG_DATA(h), sizeof err);
			return err;
		}
	}
}

int netlink_ask(struct nlmsghdr *h, size_t len,
		void (*entry)(const struct nlmsghdr *h, void *arg), void *arg)
{
	uint8_t *part = malloc(ROOM);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err = 0;

	h->nlmsg_len = (uint32_t)len;
	h->nlmsg_flags |= NLM_F_REQUEST;
	if (!(h->nlmsg_flags & NLM_F_DUMP))
		h->nlmsg_flags |= NLM_F_ACK;
	h->nlmsg_seq = 1;
	if (!part)
		err = -ENOMEM;
	else if (fd < 0 || send(fd, h, len, 0) < 0)
		err = -errno;
	if (!err)
		err = read_answer(fd, part, entry, arg);
	if (fd >= 0)
		close(fd);
	free(part);
	return err;
}

int netlink_attributes(const struct nlmsghdr *h, size_t head,
		       const struct rtattr **by_type, int max)
{
	const size_t skip = NLMSG_SPACE(head);
	const struct rtattr *a;
	int left;

	memset(by_type, 0, (size_t)(max + 1) * sizeof *by_type);
	if (h->nlmsg_len < NLMSG_LENGTH(head))
		return -1;
	if (h->nlmsg_len < skip)
		return 0;
	a = (const struct rtattr *)((const char *)h + skip);
	left = (int)(h->nlmsg_len - skip);
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & NLA_TYPE_MASK) <= max)
			by_type[a->rta_type & NLA_TYPE_MASK] = a;
	return 0;
}

uint32_t netlink_u32(const struct rtattr *a)
{
	uint32_t v = 0;

	if (a && RTA_PAYLOAD(a) >= sizeof v)
		memcpy(&v, RTA_DATA(a), sizeof v);
	return v;
}

void netlink_bytes(const struct rtattr *a, void *to, size_t max)
{
	if (a)
		memcpy(to, RTA_DATA(a), MIN(max, (size_t)RTA_PAYLOAD(a)));
}
