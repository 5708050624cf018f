/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * iflist.c - the machine's network interfaces, as sysctl(3) lists them below
 * net.route: one message for each, and one for each of its addresses.
 * Source: FreeBSD's route(4), net/if.h, net/if_dl.h; NetBSD's the same.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/rtmsg.h"
#include "syscall-xlate/bsd/sysctl.h"

enum { GUEST_IFF_MULTICAST = 0x8000, LINK_UP = 2 };

/* struct sockaddr_dl */
struct link_address {
	uint8_t len, family;
	uint16_t index;
	uint8_t type, nlen, alen, slen;
	char data[46];
};

/* Addresses begin at multiples of 8. */
static size_t add_address(uint8_t *to, const void *sa, size_t len)
{
	memcpy(to, sa, len);
	return ROUND_UP(len, 8);
}

size_t rt_add_inet(uint8_t *to, const struct sockaddr *sa)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	/* The family's two bytes are length and family there. */
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof in);
		in.sin_family = sizeof in | RT_AF_INET << 8;
		return add_address(to, &in, sizeof in);
	}
	memcpy(&in6, sa, sizeof in6);
	in6.sin6_family = (sa_family_t)(sizeof in6 | bsd_sys->af_inet6 << 8);
	return add_address(to, &in6, sizeof in6);
}

size_t rt_add_link(uint8_t *to, const struct rt_link *link)
{
	struct link_address dl = {
		.len = sizeof dl, .family = RT_AF_LINK,
		.index = (uint16_t)link->index, .type = (uint8_t)link->type,
		.nlen = (uint8_t)MIN(strlen(link->name), (size_t)16),
		.alen = (uint8_t)MIN(link->mac_len, 8u),
	};

	memcpy(dl.data, link->name, dl.nlen);
	if (dl.alen)
		memcpy(dl.data + dl.nlen, link->mac, dl.alen);
	return add_address(to, &dl, sizeof dl);
}

static uint32_t flags_of(unsigned host)
{
	/* The low ten bits are as old as both systems. */
	return (host & 0x3ff) |
	       (host & IFF_MULTICAST ? GUEST_IFF_MULTICAST : 0);
}

int rt_put(struct rt_list *l, uint8_t *message, size_t n)
{
	uint16_t len = (uint16_t)n;

	memcpy(message, &len, sizeof len);
	if (l->room - l->n < n) {
		size_t room = 2 * l->room + RT_MESSAGE;
		uint8_t *at = realloc(l->at, room);

		if (!at)
			return -ENOMEM;
		l->at = at;
		l->room = room;
	}
	memcpy(l->at + l->n, message, n);
	l->n += n;
	return 0;
}

/* Length, version, kind, which addresses follow, flags: alike in all of them. */
static void head(uint8_t *m, const struct bsd_iflist *how, int kind,
		 uint32_t addresses, uint32_t flags)
{
	m[2] = how->version;
	m[3] = (uint8_t)kind;
	memcpy(m + 4, &addresses, 4);
	memcpy(m + 8, &flags, 4);
}

static int put_interface(struct rt_list *l, const struct bsd_iflist *how,
			 const struct ifaddrs *i, int index, int s)
{
	const bool loops = i->ifa_flags & IFF_LOOPBACK;
	uint16_t number = (uint16_t)index;
	uint8_t m[RT_MESSAGE] = { 0 };
	struct ifreq r = { 0 };
	struct sockaddr_ll ll;
	struct rt_link link;

	memcpy(&ll, i->ifa_addr, sizeof ll);
	head(m, how, how->info, RT_ADDR_IFP, flags_of(i->ifa_flags));
	memcpy(m + 12, &number, 2);
	if (how->extended) {
		const uint16_t sizes[2] = { (uint16_t)how->info_size, how->data };

		memcpy(m + 16, sizes, sizeof sizes);
	}
	link = (struct rt_link){
		number,
		loops		    ? RT_TYPE_LOOP :
		ll.sll_halen == 6 ? RT_TYPE_ETHER :
				      RT_TYPE_OTHER,
		i->ifa_name, ll.sll_addr, loops ? 0 : ll.sll_halen,
	};
	strncpy(r.ifr_name, i->ifa_name, sizeof r.ifr_name - 1);
	how->put_data(m + how->data, link.type, MIN(link.mac_len, 8u),
		      i->ifa_flags & IFF_RUNNING ? LINK_UP : 0,
		      s >= 0 && ioctl(s, SIOCGIFMTU, &r) == 0 ? r.ifr_mtu : 0);
	return rt_put(l, m,
		      how->info_size + rt_add_link(m + how->info_size, &link));
}

static int put_address(struct rt_list *l, const struct bsd_iflist *how,
		       const struct ifaddrs *a, int index)
{
	bool broadcast = a->ifa_addr->sa_family == AF_INET &&
			 a->ifa_flags & IFF_BROADCAST && a->ifa_broadaddr;
	uint32_t which = RT_ADDR_IFA | (a->ifa_netmask ? RT_ADDR_NETMASK : 0) |
			 (broadcast ? RT_ADDR_BRD : 0);
	uint16_t i = (uint16_t)index;
	uint8_t m[RT_MESSAGE] = { 0 };
	size_t n = how->addr_size;

	m[2] = how->version;
	m[3] = how->addr;
	memcpy(m + how->addr_which, &which, sizeof which);
	memcpy(m + how->addr_index, &i, sizeof i);
	if (how->extended) {
		const uint16_t sizes[2] = { (uint16_t)how->addr_size, how->data };

		memcpy(m + 16, sizes, sizeof sizes);
	}
	/* In the order of their bits. */
	if (a->ifa_netmask) {
		struct sockaddr_storage mask;

		memcpy(&mask, a->ifa_netmask,
		       a->ifa_addr->sa_family == AF_INET ?
			       sizeof(struct sockaddr_in) :
			       sizeof(struct sockaddr_in6));
		mask.ss_family = a->ifa_addr->sa_family;
		n += rt_add_inet(m + n, (struct sockaddr *)&mask);
	}
	n += rt_add_inet(m + n, a->ifa_addr);
	if (broadcast)
		n += rt_add_inet(m + n, a->ifa_broadaddr);
	return rt_put(l, m, n);
}

static int put_all(struct rt_list *l, const struct bsd_iflist *how,
		   const struct ifaddrs *all, int family, int only)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret = 0;

	for (const struct ifaddrs *i = all; i && !ret; i = i->ifa_next) {
		int index;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET)
			continue;
		index = (int)if_nametoindex(i->ifa_name);
		if (only && only != index)
			continue;
		ret = put_interface(l, how, i, index, s);
		for (const struct ifaddrs *a = all; a && !ret; a = a->ifa_next) {
			int f = a->ifa_addr ? a->ifa_addr->sa_family : 0;

			if ((f == AF_INET &&
			     (!family || family == RT_AF_INET)) ||
			    (f == AF_INET6 &&
			     (!family || family == bsd_sys->af_inet6)))
				ret = strcmp(a->ifa_name, i->ifa_name) ?
					      0 :
					      put_address(l, how, a, index);
		}
	}
	if (s >= 0)
		close(s);
	return ret;
}

int64_t bsd_iflist(struct task *t, const struct bsd_iflist *how, int family,
		   int index, gaddr old, gaddr old_len)
{
	struct rt_list l = { 0 };
	struct ifaddrs *all = NULL;
	int64_t ret;

	/* A sandbox has none to show. */
	if (getifaddrs(&all))
		all = NULL;
	ret = put_all(&l, how, all, family, index);
	if (!ret)
		ret = sysctl_reply(t, l.at, l.n, old, old_len);
	freeifaddrs(all);
	free(l.at);
	return ret;
}

/* ---- groups --------------------------------------------------------------------- */

static int put_group(struct rt_list *l, const struct bsd_iflist *how,
		     const struct sockaddr *sa, int index)
{
	enum { HEADER = 16 };
	uint16_t i = (uint16_t)index;
	uint8_t m[RT_MESSAGE] = { 0 };

	head(m, how, how->group, RT_ADDR_IFA, 0);
	memcpy(m + 12, &i, sizeof i);
	return rt_put(l, m, HEADER + rt_add_inet(m + HEADER, sa));
}

/* An interface's line begins with its number; those of its groups follow. */
static int put_groups(struct rt_list *l, const struct bsd_iflist *how, int only)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	FILE *f = fopen("/proc/net/igmp", "re");
	char line[256];
	int index = 0, ret = 0;

	while (f && !ret && fgets(line, sizeof line, f)) {
		if (line[0] >= '0' && line[0] <= '9')
			index = atoi(line);
		else if (sscanf(line, " %8x", &in.sin_addr.s_addr) == 1 &&
			 (!only || only == index))
			ret = put_group(l, how, (struct sockaddr *)&in, index);
	}
	if (f)
		fclose(f);
	return ret;
}

static int put_groups6(struct rt_list *l, const struct bsd_iflist *how, int only)
{
	FILE *f = fopen("/proc/net/igmp6", "re");
	char line[256];
	int ret = 0;

	while (f && !ret && fgets(line, sizeof line, f)) {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		char hex[33];
		int index;

		if (sscanf(line, "%d %*s %32s", &index, hex) != 2 ||
		    strlen(hex) != 32 || (only && only != index))
			continue;
		for (int i = 0; i < 16; i++)
			sscanf(hex + 2 * i, "%2hhx", &in6.sin6_addr.s6_addr[i]);
		ret = put_group(l, how, (struct sockaddr *)&in6, index);
	}
	if (f)
		fclose(f);
	return ret;
}

int64_t bsd_iflist_groups(struct task *t, const struct bsd_iflist *how,
			  int family, int index, gaddr old, gaddr old_len)
{
	struct rt_list l = { 0 };
	int64_t ret = 0;

	if (!family || family == RT_AF_INET)
		ret = put_groups(&l, how, index);
	if (!ret && (!family || family == bsd_sys->af_inet6))
		ret = put_groups6(&l, how, index);
	if (!ret)
		ret = sysctl_reply(t, l.at, l.n, old, old_len);
	free(l.at);
	return ret;
}
