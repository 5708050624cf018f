/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * route.c - the host's routes, as route(4) says them: all by sysctl(3), one by a
 * socket that is asked with RTM_GET.
 *
 * Such a socket is one end of a pair, so that it polls, forks and is duplicated as
 * others are; the other end is ours.  What was written to it is read there, and the
 * answer written, before write(2) returns.  Nothing is told of what changes.
 * Source: route(4) of both systems; rtnetlink(7).
 */
#include "syscall-xlate/bsd/rtmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/netlink.h"
#include "base/own-fd.h"
#include "base/table.h"
#include "syscall-xlate/bsd/sysctl.h"

/* RTF_*: the same on both systems. */
enum {
	UP = 1, GATEWAY = 2, HOST = 4, REJECT = 8, DONE = 0x40, STATIC = 0x800,
	BLACKHOLE = 0x1000,
};

/* struct rt_msghdr, as far as it is the same, and struct rt_metrics behind it. */
struct head {
	uint16_t len;
	uint8_t version, type;
	uint16_t index, pad;
	int32_t flags, addresses, pid, seq, error, use;
	uint64_t inits, locks, mtu;
};
enum { RTM_GET = 4 };

struct address {
	sa_family_t family; /* the host's; 0: there is none */
	uint8_t at[16];
};

struct route {
	struct address to, gateway, source;
	unsigned prefix, index, mtu;
	uint8_t type, protocol;
};

struct routes {
	struct route *at;
	size_t n, room;
	bool asked, failed; /* for one: from any table; no memory */
};

static unsigned bits_of(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* ---- from the host ------------------------------------------------------------ */

static void add(struct routes *all, const struct route *r)
{
	if (all->n == all->room) {
		size_t room = 2 * all->room + 16;
		struct route *at = realloc(all->at, room * sizeof *at);

		if (!at) {
			all->failed = true;
			return;
		}
		all->at = at;
		all->room = room;
	}
	all->at[all->n++] = *r;
}

static void get_address(const struct rtattr *a, int family, struct address *to)
{
	if (!a)
		return;
	to->family = (sa_family_t)family;
	netlink_bytes(a, to->at, bits_of(family) / 8);
}

/* RTA_VIA: a gateway of the other family. */
static void get_via(const struct rtattr *a, struct address *to)
{
	struct { uint16_t family; uint8_t at[16]; } via = { 0 };

	netlink_bytes(a, &via, sizeof via);
	if (via.family != AF_INET && via.family != AF_INET6)
		return;
	to->family = via.family;
	memcpy(to->at, via.at, sizeof via.at);
}

/* One that leads more than one way is as many. */
static void add_hops(struct routes *all, struct route *r, const struct rtattr *a)
{
	const struct rtnexthop *h = RTA_DATA(a);
	int left = (int)RTA_PAYLOAD(a);

	for (; RTNH_OK(h, left); left -= NLMSG_ALIGN(h->rtnh_len),
				  h = RTNH_NEXT(h)) {
		const struct rtattr *x = RTNH_DATA(h);
		int n = (int)h->rtnh_len - (int)RTNH_LENGTH(0);

		r->index = (unsigned)h->rtnh_ifindex;
		r->gateway = (struct address){ 0 };
		for (; RTA_OK(x, n); x = RTA_NEXT(x, n)) {
			if (x->rta_type == RTA_GATEWAY)
				get_address(x, r->to.family, &r->gateway);
			if (x->rta_type == RTA_VIA)
				get_via(x, &r->gateway);
		}
		add(all, r);
	}
}

static bool is_listed(const struct rtmsg *m)
{
	if (m->rtm_flags & RTM_F_CLONED)
		return false;
	if (m->rtm_table == RT_TABLE_LOCAL)
		return m->rtm_type == RTN_LOCAL;
	return m->rtm_table == RT_TABLE_MAIN &&
	       (m->rtm_type == RTN_UNICAST || m->rtm_type == RTN_BLACKHOLE ||
		m->rtm_type == RTN_UNREACHABLE || m->rtm_type == RTN_PROHIBIT);
}

static void entry(const struct nlmsghdr *h, void *arg)
{
	const struct rtmsg *m = NLMSG_DATA(h);
	const struct rtattr *a[RTA_MAX + 1];
	struct routes *all = arg;
	struct route r = { 0 };

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    netlink_attributes(h, sizeof *m, a, RTA_MAX) ||
	    (m->rtm_family != AF_INET && m->rtm_family != AF_INET6) ||
	    !(all->asked || is_listed(m)))
		return;
	r.prefix = MIN(m->rtm_dst_len, bits_of(m->rtm_family));
	r.type = m->rtm_type;
	r.protocol = m->rtm_protocol;
	r.index = netlink_u32(a[RTA_OIF]);
	r.to.family = m->rtm_family;
	get_address(a[RTA_DST], m->rtm_family, &r.to);
	get_address(a[RTA_GATEWAY], m->rtm_family, &r.gateway);
	get_address(a[RTA_PREFSRC], m->rtm_family, &r.source);
	if (a[RTA_VIA])
		get_via(a[RTA_VIA], &r.gateway);
	if (a[RTA_METRICS]) {
		const struct rtattr *x = RTA_DATA(a[RTA_METRICS]);
		int n = (int)RTA_PAYLOAD(a[RTA_METRICS]);

		for (; RTA_OK(x, n); x = RTA_NEXT(x, n))
			if (x->rta_type == RTAX_MTU)
				r.mtu = netlink_u32(x);
	}
	if (a[RTA_MULTIPATH])
		add_hops(all, &r, a[RTA_MULTIPATH]);
	else
		add(all, &r);
}

static int ask_all(struct routes *all)
{
	struct { struct nlmsghdr h; struct rtmsg m; } ask = {
		.h = { .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_DUMP },
	};
	int err = netlink_ask(&ask.h, sizeof ask, entry, all);

	return err ? err : all->failed ? -ENOMEM : 0;
}

/* The one that leads to a: as it is in the table, or what became of it for a. */
static int ask_one(const struct address *a, bool table, struct route *r)
{
	struct { struct nlmsghdr h; struct rtmsg m; struct rtattr a; uint8_t at[16]; }
	ask = {
		.h.nlmsg_type = RTM_GETROUTE,
		.m = { .rtm_family = (uint8_t)a->family,
		       .rtm_dst_len = (uint8_t)bits_of(a->family),
		       .rtm_flags = table ? RTM_F_FIB_MATCH : 0 },
		.a = { (unsigned short)RTA_LENGTH(bits_of(a->family) / 8),
		       RTA_DST },
	};
	struct routes found = { .asked = true };
	int err;

	memcpy(ask.at, a->at, sizeof ask.at);
	err = netlink_ask(&ask.h, offsetof(typeof(ask), at) +
					  bits_of(a->family) / 8,
			  entry, &found);
	if (!err && !found.n)
		err = found.failed ? -ENOMEM : -ESRCH;
	if (!err)
		*r = found.at[0];
	free(found.at);
	return err;
}

/* ---- to the guest --------------------------------------------------------------- */

static size_t add_address(uint8_t *to, const struct address *a)
{
	struct sockaddr_in6 in6 = { .sin6_family = a->family };
	struct sockaddr_in in = { .sin_family = a->family };

	memcpy(&in.sin_addr, a->at, sizeof in.sin_addr);
	memcpy(&in6.sin6_addr, a->at, sizeof in6.sin6_addr);
	return rt_add_inet(to, a->family == AF_INET ?
				       (const struct sockaddr *)&in :
				       (const struct sockaddr *)&in6);
}

static size_t add_interface(uint8_t *to, unsigned index)
{
	char name[IF_NAMESIZE] = "";

	if_indextoname(index, name);
	return rt_add_link(to, &(struct rt_link){
				       index,
				       strcmp(name, "lo") ? RT_TYPE_ETHER :
							    RT_TYPE_LOOP,
				       name, NULL, 0 });
}

static struct address mask_of(const struct route *r)
{
	struct address mask = { .family = r->to.family };

	for (unsigned i = 0; i < r->prefix; i++)
		mask.at[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return mask;
}

/* What the host would send from; the interface's first, if it does not say. */
static struct address source_of(const struct route *r, const struct ifaddrs *all)
{
	struct address a = r->source;
	char name[IF_NAMESIZE];

	if (a.family || !r->index || !if_indextoname(r->index, name))
		return a;
	for (; all && !a.family; all = all->ifa_next) {
		const struct sockaddr *sa = all->ifa_addr;

		if (!sa || sa->sa_family != r->to.family ||
		    strcmp(all->ifa_name, name))
			continue;
		a.family = sa->sa_family;
		if (sa->sa_family == AF_INET)
			memcpy(a.at, &((const struct sockaddr_in *)sa)->sin_addr,
			       4);
		else
			memcpy(a.at,
			       &((const struct sockaddr_in6 *)sa)->sin6_addr,
			       16);
	}
	return a;
}

static uint32_t flags_of(const struct route *r)
{
	const struct bsd_route_format *how = bsd_sys->route;
	const bool rejects = r->type == RTN_UNREACHABLE ||
			     r->type == RTN_PROHIBIT;

	return UP | (r->gateway.family ? GATEWAY : 0) |
	       (r->prefix == bits_of(r->to.family) ? HOST : 0) |
	       (rejects ? REJECT : 0) |
	       (r->type == RTN_BLACKHOLE ? BLACKHOLE : 0) |
	       (r->type == RTN_LOCAL ? how->local : 0) |
	       (r->protocol == RTPROT_KERNEL ? how->direct : STATIC);
}

/* A message of r; interface: also which one, and its address.  Its length. */
static size_t message(uint8_t *m, const struct route *r, bool interface,
		      const struct ifaddrs *all)
{
	const struct bsd_route_format *how = bsd_sys->route;
	struct address source = source_of(r, all), mask = mask_of(r);
	struct head h = {
		.version = how->version, .type = RTM_GET,
		.index = (uint16_t)r->index, .flags = (int32_t)flags_of(r),
		.addresses = RT_ADDR_DST | RT_ADDR_GATEWAY, .mtu = r->mtu,
	};
	size_t n = how->head;

	memset(m, 0, RT_MESSAGE);
	/* In the order of their bits. */
	n += add_address(m + n, &r->to);
	n += r->gateway.family ? add_address(m + n, &r->gateway) :
				 add_interface(m + n, r->index);
	if (!(h.flags & HOST)) {
		h.addresses |= RT_ADDR_NETMASK;
		n += add_address(m + n, &mask);
	}
	if (interface && r->index) {
		h.addresses |= RT_ADDR_IFP;
		n += add_interface(m + n, r->index);
		if (source.family) {
			h.addresses |= RT_ADDR_IFA;
			n += add_address(m + n, &source);
		}
	}
	memcpy(m, &h, sizeof h);
	return n;
}

int64_t bsd_route_list(struct task *t, int family, uint32_t flags, gaddr old,
		       gaddr old_len)
{
	const int host = bsd_family_to_host(family);
	struct ifaddrs *addresses = NULL;
	struct routes all = { 0 };
	struct rt_list l = { 0 };
	int64_t ret = ask_all(&all);

	/* A sandbox has none to show. */
	if (ret == -EACCES)
		ret = 0;
	if (getifaddrs(&addresses))
		addresses = NULL;
	for (size_t i = 0; i < all.n && !ret; i++) {
		const struct route *r = &all.at[i];
		uint8_t m[RT_MESSAGE];

		if ((host == AF_UNSPEC || host == r->to.family) &&
		    (!flags || flags & flags_of(r)))
			ret = rt_put(&l, m, message(m, r, true, addresses));
	}
	if (!ret)
		ret = sysctl_reply(t, l.at, l.n, old, old_len);
	freeifaddrs(addresses);
	free(all.at);
	free(l.at);
	return ret;
}

/* ---- sockets ---------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Under lock: by the inode of the program's end, whatever its descriptors are. */
static struct pair {
	ino_t ino;
	int own;
	struct pair *next;
} *pairs;
_Atomic bool bsd_route_any;

void bsd_route_forked(void)
{
	pthread_mutex_init(&lock, NULL);
}

/* With the lock: of those that nobody has open any more. */
static void forget(void)
{
	for (struct pair **p = &pairs, *x; (x = *p);) {
		struct pollfd f = { .fd = x->own };

		if (poll(&f, 1, 0) != 1 || !(f.revents & POLLHUP)) {
			p = &x->next;
			continue;
		}
		*p = x->next;
		close(x->own);
		free(x);
	}
}

int64_t bsd_route_socket(int type)
{
	struct pair *x = malloc(sizeof *x);
	struct stat st;
	int fd[2], ret;

	if (!x)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | type, 0, fd)) {
		ret = -errno;
		free(x);
		return ret;
	}
	if (fstat(fd[0], &st)) {
		ret = -errno;
		close(fd[0]);
		close(fd[1]);
		free(x);
		return ret;
	}
	pthread_mutex_lock(&lock);
	forget();
	*x = (struct pair){ st.st_ino, own_fd(fd[1]), pairs };
	pairs = x;
	bsd_route_any = true;
	pthread_mutex_unlock(&lock);
	fcntl(x->own, F_SETFD, FD_CLOEXEC);
	return fd[0];
}

/* The first address in a request of n bytes.  0 or -errno. */
static int get_destination(const uint8_t *m, size_t n, struct address *to)
{
	const size_t at = bsd_sys->route->head;
	size_t len, begin;
	int family;

	if (n < at + 2)
		return -EINVAL;
	len = m[at];
	family = bsd_family_to_host(m[at + 1]);
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	begin = family == AF_INET ? 4 : 8;
	if (len < begin + bits_of(family) / 8 || len > n - at)
		return -EINVAL;
	to->family = (sa_family_t)family;
	memcpy(to->at, m + at + begin, bits_of(family) / 8);
	return 0;
}

/* What the request m is answered with, into reply; its length or -errno. */
static int64_t answer(const uint8_t *m, size_t n, uint8_t *reply)
{
	struct address to = { 0 };
	struct ifaddrs *all = NULL;
	struct route r, sent;
	struct head h;
	size_t len;
	int err;

	if (n < bsd_sys->route->head)
		return -EINVAL;
	memcpy(&h, m, sizeof h);
	if (h.len != n)
		return -EINVAL;
	if (h.version != bsd_sys->route->version)
		return -EPROTONOSUPPORT;
	/* The others change what is the host's. */
	if (h.type != RTM_GET)
		return -EPERM;
	if (!(h.addresses & RT_ADDR_DST))
		return -EINVAL;
	err = get_destination(m, n, &to);
	if (err)
		return err;
	err = ask_one(&to, true, &r);
	/* EINVAL: it leads into a black hole. */
	if (err == -ENETUNREACH || err == -EHOSTUNREACH || err == -EINVAL)
		return -ESRCH;
	if (err)
		return err;
	/* And what would be sent from here. */
	if (!r.source.family && !ask_one(&to, false, &sent))
		r.source = sent.source;
	if (getifaddrs(&all))
		all = NULL;
	len = message(reply, &r,
		      h.addresses & (RT_ADDR_IFP | RT_ADDR_IFA), all);
	freeifaddrs(all);
	return (int64_t)len;
}

int64_t bsd_route_answer(int fd, int64_t ret)
{
	uint8_t m[RT_MESSAGE * 2], reply[RT_MESSAGE];
	struct pair *x;
	struct head h, asked;
	struct stat st;
	int64_t len;
	ssize_t n;

	if (fstat(fd, &st) || !S_ISSOCK(st.st_mode))
		return ret;
	pthread_mutex_lock(&lock);
	for (x = pairs; x && x->ino != st.st_ino;)
		x = x->next;
	n = x ? recv(x->own, m, sizeof m, MSG_DONTWAIT) : -1;
	if (n <= 0) {
		pthread_mutex_unlock(&lock);
		return ret;
	}
	len = answer(m, (size_t)n, reply);
	if ((size_t)n >= bsd_sys->route->head) {
		uint16_t size;

		/* Who fails is told so there as well. */
		if (len < 0)
			memcpy(reply, m, MIN((size_t)n, sizeof reply));
		size = (uint16_t)(len < 0 ? MIN((size_t)n, sizeof reply) :
					    (size_t)len);
		memcpy(&asked, m, sizeof asked);
		memcpy(&h, reply, sizeof h);
		h.len = size;
		h.pid = getpid();
		h.seq = asked.seq;
		h.error = len < 0 ? bsd_sys->errno_of[-len] : 0;
		h.flags |= len < 0 ? 0 : DONE;
		memcpy(reply, &h, sizeof h);
		/* Without room it is lost, as there. */
		send(x->own, reply, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	pthread_mutex_unlock(&lock);
	return len < 0 ? len : ret;
}
