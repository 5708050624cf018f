/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink.h - asking the host's kernel about its network: rtnetlink(7).
 */
#ifndef RF_NETLINK_H
#define RF_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/*
 * netlink_ask() - send a request and call entry() for each message that answers
 * it: one, or with NLM_F_DUMP in h->nlmsg_flags all of a kind.  The rest of the
 * head is filled in here.
 *
 *   h    of len bytes with what follows it
 *
 * Returns 0, or -errno: of the socket (-EACCES in a sandbox), or what the kernel
 * says (-ENETUNREACH: no such route).  What entry() is given is h->nlmsg_len
 * bytes, all of which are there.
 */
int netlink_ask(struct nlmsghdr *h, size_t len,
		void (*entry)(const struct nlmsghdr *h, void *arg), void *arg);
/*
 * The attributes behind a message's own head of so many bytes, by type, up to max;
 * NULL where there is none.  -1: the message is shorter than that.
 */
int netlink_attributes(const struct nlmsghdr *h, size_t head,
		       const struct rtattr **by_type, int max);
/* An attribute as a number, 0 without one; its bytes, as many as there is room. */
uint32_t netlink_u32(const struct rtattr *a);
void netlink_bytes(const struct rtattr *a, void *to, size_t max);

#endif
