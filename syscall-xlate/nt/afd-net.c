/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-net.c - what the host knows of its network, for name lookup (ws2_32) and
 * interface lists (iphlpapi), which are done on the foreign side: a few text
 * files as they are, and rtnetlink's links, addresses and routes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/netlink.h"
#include "base/policy-net.h"
#include "syscall-xlate/nt/afd.h"

enum { MAX_TEXT = 4 << 20 };

struct buffer {
	uint8_t *data;
	size_t len, room;
	bool failed;
};

static void *grow(struct buffer *b, size_t n)
{
	if (b->room - b->len < n) {
		size_t room = b->room * 2 + n + 4096;
		uint8_t *p = room <= MAX_TEXT ? realloc(b->data, room) : NULL;

		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->data = p;
		b->room = room;
	}
	memset(b->data + b->len, 0, n);
	b->len += n;
	return b->data + b->len - n;
}

/* None is as good as an empty one. */
static void read_text(int fd, struct buffer *b)
{
	char part[4096];
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, part, sizeof part)) > 0) {
		void *to = grow(b, (size_t)n);

		if (!to)
			break;
		memcpy(to, part, (size_t)n);
	}
	close(fd);
}

/* A table of the network that this process is in. */
static int open_here(const char *name)
{
	char path[40];

	snprintf(path, sizeof path, "/proc/self/net/%.16s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void read_resolver(struct buffer *b)
{
	static const char none[] = "options hosts-only\n";
	void *to;

	if (!policy ||
	    !(policy->net & (POLICY_NET_PEERS | POLICY_NET_LOOPBACK))) {
		read_text(open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC), b);
		return;
	}
	to = grow(b, sizeof none - 1);
	if (to)
		memcpy(to, none, sizeof none - 1);
}

/* ---- rtnetlink ---- */

/* Mb/s as the driver says; 0: it does not. */
static uint64_t link_speed(const char *name)
{
	char path[64];
	long speed = 0;
	FILE *f;

	snprintf(path, sizeof path, "/sys/class/net/%.15s/speed", name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%ld", &speed) != 1 || speed < 0)
		speed = 0;
	fclose(f);
	return (uint64_t)speed * 1000000;
}

static const struct rtattr *inside(const struct rtattr *in, int type)
{
	const struct rtattr *a;
	int len;

	if (!in)
		return NULL;
	a = RTA_DATA(in);
	len = (int)RTA_PAYLOAD(in);
	for (; RTA_OK(a, len); a = RTA_NEXT(a, len))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

/* How the versions of IP are set up there: arrays, by the kernel's numbers. */
static void link_settings(const struct rtattr *spec, struct net_interface *i)
{
	const struct rtattr *four = inside(spec, AF_INET),
			    *six = inside(spec, AF_INET6);
	uint32_t conf4[IPV4_DEVCONF_FORWARDING] = { 0 },
		 conf6[DEVCONF_DAD_TRANSMITS + 1] = { 0 };
	struct ifla_cacheinfo c = { 0 };

	netlink_bytes(inside(four, IFLA_INET_CONF), conf4, sizeof conf4);
	netlink_bytes(inside(six, IFLA_INET6_CONF), conf6, sizeof conf6);
	netlink_bytes(inside(six, IFLA_INET6_CACHEINFO), &c, sizeof c);
	i->forwards = (conf4[IPV4_DEVCONF_FORWARDING - 1] ? 1 : 0) |
		      (conf6[DEVCONF_FORWARDING] ? 2 : 0);
	i->mtu6 = conf6[DEVCONF_MTU6];
	i->hop_limit6 = conf6[DEVCONF_HOPLIMIT];
	i->dad_transmits = conf6[DEVCONF_DAD_TRANSMITS];
	i->reachable_ms = c.reachable_time;
	i->retransmit_ms = c.retrans_time;
}

static void link_entry(const struct nlmsghdr *h, void *buffer)
{
	const struct ifinfomsg *m = NLMSG_DATA(h);
	const struct rtattr *a[IFLA_MAX + 1];
	struct buffer *b = buffer;
	struct net_interface *i;

	if (h->nlmsg_type != RTM_NEWLINK ||
	    netlink_attributes(h, sizeof *m, a, IFLA_MAX))
		return;
	i = grow(b, sizeof *i);
	if (!i)
		return;
	i->index = (uint32_t)m->ifi_index;
	i->flags = m->ifi_flags;
	i->type = m->ifi_type;
	i->mtu = netlink_u32(a[IFLA_MTU]);
	netlink_bytes(a[IFLA_IFNAME], i->name, sizeof i->name - 1);
	if (a[IFLA_ADDRESS]) {
		i->mac_len = (uint32_t)MIN(sizeof i->mac,
					   RTA_PAYLOAD(a[IFLA_ADDRESS]));
		netlink_bytes(a[IFLA_ADDRESS], i->mac, sizeof i->mac);
	}
	i->speed = link_speed(i->name);
	link_settings(a[IFLA_AF_SPEC], i);
	if (a[IFLA_STATS64]) {
		struct rtnl_link_stats64 s = { 0 };

		netlink_bytes(a[IFLA_STATS64], &s, sizeof s);
		i->in_bytes = s.rx_bytes;
		i->in_packets = s.rx_packets;
		i->in_errors = s.rx_errors;
		i->in_drops = s.rx_dropped;
		i->in_multicast = s.multicast;
		i->out_bytes = s.tx_bytes;
		i->out_packets = s.tx_packets;
		i->out_errors = s.tx_errors;
		i->out_drops = s.tx_dropped;
	}
}

static void address_entry(const struct nlmsghdr *h, void *buffer)
{
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	const struct rtattr *a[IFA_MAX + 1];
	struct buffer *b = buffer;
	struct net_address *to;

	if (h->nlmsg_type != RTM_NEWADDR ||
	    netlink_attributes(h, sizeof *m, a, IFA_MAX) ||
	    (m->ifa_family != AF_INET && m->ifa_family != AF_INET6))
		return;
	to = grow(b, sizeof *to);
	if (!to)
		return;
	to->index = m->ifa_index;
	to->family = (uint32_t)afd_guest_family(m->ifa_family);
	to->prefix = m->ifa_prefixlen;
	to->flags = a[IFA_FLAGS] ? netlink_u32(a[IFA_FLAGS]) : m->ifa_flags;
	to->scope = m->ifa_scope;
	to->valid = to->preferred = UINT32_MAX;
	/* Of a point-to-point link IFA_ADDRESS is the other end. */
	netlink_bytes(a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS], to->address,
		 sizeof to->address);
	if (a[IFA_CACHEINFO]) {
		struct ifa_cacheinfo c = { 0 };

		netlink_bytes(a[IFA_CACHEINFO], &c, sizeof c);
		to->valid = c.ifa_valid;
		to->preferred = c.ifa_prefered;
	}
}

static void route_entry(const struct nlmsghdr *h, void *buffer)
{
	const struct rtmsg *m = NLMSG_DATA(h);
	const struct rtattr *a[RTA_MAX + 1];
	struct buffer *b = buffer;
	struct net_route *to;

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    netlink_attributes(h, sizeof *m, a, RTA_MAX) ||
	    (m->rtm_family != AF_INET && m->rtm_family != AF_INET6) ||
	    m->rtm_table != RT_TABLE_MAIN || m->rtm_flags & RTM_F_CLONED)
		return;
	to = grow(b, sizeof *to);
	if (!to)
		return;
	to->index = netlink_u32(a[RTA_OIF]);
	to->family = (uint32_t)afd_guest_family(m->rtm_family);
	to->prefix = m->rtm_dst_len;
	to->metric = netlink_u32(a[RTA_PRIORITY]);
	to->type = m->rtm_type;
	to->protocol = m->rtm_protocol;
	to->has_gateway = a[RTA_GATEWAY] != NULL;
	netlink_bytes(a[RTA_DST], to->to, sizeof to->to);
	netlink_bytes(a[RTA_GATEWAY], to->gateway, sizeof to->gateway);
	netlink_bytes(a[RTA_PREFSRC], to->source, sizeof to->source);
}

/* The kernel's times are in the hundredths that sysconf(_SC_CLK_TCK) tells. */
static void neighbor_entry(const struct nlmsghdr *h, void *buffer)
{
	const struct ndmsg *m = NLMSG_DATA(h);
	const struct rtattr *a[NDA_MAX + 1];
	struct nda_cacheinfo c = { 0 };
	struct buffer *b = buffer;
	struct net_neighbor *to;

	if (h->nlmsg_type != RTM_NEWNEIGH ||
	    netlink_attributes(h, sizeof *m, a, NDA_MAX) ||
	    (m->ndm_family != AF_INET && m->ndm_family != AF_INET6) ||
	    !a[NDA_DST])
		return;
	to = grow(b, sizeof *to);
	if (!to)
		return;
	to->index = (uint32_t)m->ndm_ifindex;
	to->family = (uint32_t)afd_guest_family(m->ndm_family);
	to->state = m->ndm_state;
	to->flags = m->ndm_flags;
	netlink_bytes(a[NDA_DST], to->address, sizeof to->address);
	netlink_bytes(a[NDA_CACHEINFO], &c, sizeof c);
	to->confirmed_ms = (uint32_t)(c.ndm_confirmed * 1000ull /
				      (unsigned long)sysconf(_SC_CLK_TCK));
	if (a[NDA_LLADDR]) {
		to->mac_len = (uint32_t)MIN(sizeof to->mac,
					    RTA_PAYLOAD(a[NDA_LLADDR]));
		netlink_bytes(a[NDA_LLADDR], to->mac, sizeof to->mac);
	}
}

/* All of one kind; 0 or -errno. */
static int dump(uint16_t type,
		void (*entry)(const struct nlmsghdr *h, void *buffer),
		struct buffer *b)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg m; /* the longest of the heads */
	} ask = { .h = { .nlmsg_type = type, .nlmsg_flags = NLM_F_DUMP } };

	return netlink_ask(&ask.h, sizeof ask, entry, b);
}

/* ---- where rtnetlink is not to be had: in a sandbox ---- */

/* What one interface is, by the calls that any socket has. */
static bool simple_link(int fd, const char *name, struct net_interface *i)
{
	struct ifreq q = { 0 };

	snprintf(q.ifr_name, sizeof q.ifr_name, "%s", name);
	if (ioctl(fd, SIOCGIFINDEX, &q) < 0)
		return false;
	i->index = (uint32_t)q.ifr_ifindex;
	/* IFF_LOWER_UP does not fit in there; who runs has it. */
	if (ioctl(fd, SIOCGIFFLAGS, &q) == 0)
		i->flags = (uint16_t)q.ifr_flags |
			   (q.ifr_flags & IFF_RUNNING ? 1u << 16 : 0);
	if (ioctl(fd, SIOCGIFMTU, &q) == 0)
		i->mtu = (uint32_t)q.ifr_mtu;
	if (ioctl(fd, SIOCGIFHWADDR, &q) == 0) {
		i->type = q.ifr_hwaddr.sa_family;
		i->mac_len = i->flags & IFF_LOOPBACK ? 0 : 6;
		memcpy(i->mac, q.ifr_hwaddr.sa_data, i->mac_len);
	}
	snprintf(i->name, sizeof i->name, "%s", name);
	return true;
}

static void simple_address(int fd, const struct net_interface *i,
			   struct buffer *b)
{
	struct ifreq q = { 0 };
	struct sockaddr_in a;
	struct net_address *to;

	snprintf(q.ifr_name, sizeof q.ifr_name, "%.15s", i->name);
	if (ioctl(fd, SIOCGIFADDR, &q) < 0 || !(to = grow(b, sizeof *to)))
		return;
	memcpy(&a, &q.ifr_addr, sizeof a);
	to->index = i->index;
	to->family = WIN_AF_INET;
	to->scope = i->flags & IFF_LOOPBACK ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
	to->valid = to->preferred = UINT32_MAX;
	memcpy(to->address, &a.sin_addr, 4);
	if (ioctl(fd, SIOCGIFNETMASK, &q) == 0) {
		memcpy(&a, &q.ifr_netmask, sizeof a);
		to->prefix = (uint32_t)__builtin_popcount(a.sin_addr.s_addr);
	}
}

/* The loopback: a sandbox of single hosts, or of none, has no other. */
static void simple_list(uint32_t what, struct buffer *b)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct net_interface i = { 0 }, *to;

	if (fd >= 0 && simple_link(fd, "lo", &i)) {
		if (what == NET_ADDRESSES)
			simple_address(fd, &i, b);
		else if (what == NET_INTERFACES && (to = grow(b, sizeof *to)))
			*to = i;
	}
	if (fd >= 0)
		close(fd);
}

NTSTATUS afd_net_info(struct task *t, struct file *f, struct irp *r)
{
	struct buffer b = { 0 };
	NTSTATUS status;
	uint32_t what;
	int err = 0;

	(void)f;
	status = control_in(t, r, &what, sizeof what);
	if (status)
		return status;
	switch (what) {
	case NET_HOSTS:
		read_text(path_open_etc("hosts"), &b);
		break;
	case NET_RESOLVER:
		read_resolver(&b);
		break;
	case NET_SERVICES:
		read_text(path_open_etc("services"), &b);
		break;
	case NET_PROTOCOLS:
		read_text(path_open_etc("protocol"), &b);
		break;
	case NET_INTERFACES:
		err = dump(RTM_GETLINK, link_entry, &b);
		break;
	case NET_ADDRESSES:
		err = dump(RTM_GETADDR, address_entry, &b);
		break;
	case NET_ROUTES:
		err = dump(RTM_GETROUTE, route_entry, &b);
		break;
	case NET_TCP:
	case NET_TCP_OWNERS:
	case NET_UDP:
	case NET_UDP_OWNERS:
		b.data = (uint8_t *)net_connections(
			what >= NET_UDP,
			what == NET_TCP_OWNERS || what == NET_UDP_OWNERS,
			&b.len);
		b.len *= sizeof(struct net_connection);
		b.failed = !b.data;
		break;
	case NET_NEIGHBORS:
		err = dump(RTM_GETNEIGH, neighbor_entry, &b);
		break;
	case NET_GROUPS:
		b.data = (uint8_t *)net_groups(&b.len);
		b.len *= sizeof(struct net_group);
		b.failed = !b.data;
		break;
	case NET_STATISTICS:
		/* What others in the host's network do is not a sandbox's. */
		if (!policy || policy->net == POLICY_NET_ALL) {
			read_text(open_here("snmp"), &b);
			read_text(open_here("snmp6"), &b);
		}
		break;
	default:
		return STATUS_INVALID_PARAMETER;
	}
	if (err == -EACCES && policy && policy->net != POLICY_NET_ALL) {
		err = 0;
		b.len = 0;
		simple_list(what, &b);
	}
	if (err || b.failed)
		status = err ? afd_status(-err) : STATUS_NO_MEMORY;
	else
		status = control_out(t, r, b.data, b.len);
	free(b.data);
	return status;
}
