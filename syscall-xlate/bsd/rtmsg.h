/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtmsg.h - messages of route(4): lists of interfaces (iflist.c) and of routes, and
 * what is asked for by a socket (route.c).
 */
#ifndef RF_BSD_RTMSG_H
#define RF_BSD_RTMSG_H

#include <netinet/in.h>

#include "syscall-xlate/bsd/bsd.h"

/* The same on both systems. */
enum {
	RT_ADDR_DST = 1, RT_ADDR_GATEWAY = 2, RT_ADDR_NETMASK = 4,
	RT_ADDR_IFP = 0x10, RT_ADDR_IFA = 0x20, RT_ADDR_BRD = 0x80,
	RT_AF_INET = 2, RT_AF_LINK = 18,
	RT_MESSAGE = 512, /* none is longer */
};

struct rt_list {
	uint8_t *at;
	size_t n, room;
};

/* Adds a message of n bytes, whose length goes to its head.  0 or -ENOMEM. */
int rt_put(struct rt_list *l, uint8_t *message, size_t n);
/*
 * Addresses in a message, AF_INET or AF_INET6 of the host's and those of links:
 * bytes that they take, which are a multiple of 8.
 */
size_t rt_add_inet(uint8_t *to, const struct sockaddr *sa);

struct rt_link {
	unsigned index, type; /* IFT_* */
	const char *name;     /* "" is as good as any */
	const uint8_t *mac;
	unsigned mac_len;
};
enum { RT_TYPE_OTHER = 1, RT_TYPE_ETHER = 6, RT_TYPE_LOOP = 24 };
size_t rt_add_link(uint8_t *to, const struct rt_link *link);

/* How a system says a route: struct rt_msghdr, RTF_*. */
struct bsd_route_format {
	int family; /* AF_ROUTE */
	uint8_t version;
	uint16_t head; /* its size; the metrics begin at 40 on both */
	uint32_t local, direct; /* a host's own address; no gateway */
};

/* sysctl's NET_RT_DUMP, and NET_RT_FLAGS with flags: of routes with any of them. */
int64_t bsd_route_list(struct task *t, int family, uint32_t flags, gaddr old,
		       gaddr old_len);

#endif
