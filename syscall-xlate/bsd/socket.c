/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * socket.c - sockets: addresses, calls, messages.
 * Source: FreeBSD's and NetBSD's sys/socket.h, sys/un.h; socket(2), send(2),
 * recv(2).  Addresses begin with their length, and AF_INET6 has other numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/own-fd.h"
#include "base/policy-net.h"
#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/rtmsg.h"

enum { TYPE_MASK = 0xf, TYPE_CLOEXEC = 0x10000000, TYPE_NONBLOCK = 0x20000000,
       TYPE_NOSIGPIPE = 0x40000000 };

/* ---- addresses ------------------------------------------------------------- */

int bsd_family_to_host(int family)
{
	return family == AF_UNSPEC || family == AF_UNIX || family == AF_INET ?
		       family :
	       family == bsd_sys->af_inet6 ? AF_INET6 :
					     -1;
}

int bsd_family_from_host(int family)
{
	return family == AF_INET6 ? bsd_sys->af_inet6 : family;
}

int bsd_get_sockaddr(struct task *t, gaddr addr, uint32_t len,
		     struct sockaddr_storage *ss, socklen_t *host_len)
{
	uint8_t g[sizeof *ss] = { 0 };
	int family;

	if (len < 2 || len > sizeof g)
		return -EINVAL;
	if (guest_read(t, g, addr, len))
		return -EFAULT;
	family = bsd_family_to_host(g[1]);
	if (family < 0)
		return -EAFNOSUPPORT;
	memset(ss, 0, sizeof *ss);
	memcpy((char *)ss + 2, g + 2, len - 2);
	ss->ss_family = (sa_family_t)family;
	*host_len = len;
	if (family == AF_UNIX) {
		/* Its length may or may not count a NUL. */
		size_t n = strnlen((char *)g + 2, len - 2);

		/* On Linux that would be an abstract name. */
		if (!n)
			return len > 2 ? -ENOENT : -EINVAL;
		*host_len = (socklen_t)(2 + n + 1);
	}
	return 0;
}

int bsd_put_sockaddr(struct task *t, gaddr addr, gaddr len_at,
		     const struct sockaddr_storage *ss, socklen_t host_len)
{
	uint8_t g[sizeof *ss + 1] = { 0 };
	uint32_t room, n = MIN(host_len, sizeof *ss);

	if (!addr || !len_at)
		return 0;
	if (guest_get32(t, &room, len_at))
		return -EFAULT;
	if (n >= 2)
		memcpy(g, ss, n);
	/* Without a name: 16 bytes, as BSD has it. */
	if (n <= 2 && ss->ss_family == AF_UNIX)
		n = 16;
	if (ss->ss_family == AF_UNIX && n > 2 && g[2])
		n = (uint32_t)(2 + strnlen((char *)g + 2, n - 2) + 1);
	g[0] = (uint8_t)n;
	g[1] = (uint8_t)bsd_family_from_host(n >= 2 ? ss->ss_family : 0);
	if (guest_write(t, addr, g, MIN(room, n)) ||
	    guest_put32(t, len_at, n))
		return -EFAULT;
	return 0;
}

/* ---- what a sandbox refuses ------------------------------------------------ */

/*
 * A socket file may be the host's, and what a name leads to can change between
 * a look at it and its use.  So there are no sockets with names in a sandbox;
 * socketpair(2) makes those without.
 */
static int check_name(const struct sockaddr_storage *ss)
{
	if (!policy || ss->ss_family != AF_UNIX)
		return 0;
	policy_refused("a socket file, %s",
		       ((const struct sockaddr_un *)ss)->sun_path);
	return -EACCES;
}

/* bsd_get_sockaddr() for what the socket is to be bound, or to send, to. */
static int get_name(struct task *t, gaddr addr, uint32_t len,
		    struct sockaddr_storage *ss, socklen_t *n)
{
	int ret = bsd_get_sockaddr(t, addr, len, ss, n);

	return ret ? ret : check_name(ss);
}

/* ---- making ------------------------------------------------------------------- */

static int host_type(int32_t type)
{
	return (type & TYPE_MASK) | (type & TYPE_CLOEXEC ? SOCK_CLOEXEC : 0) |
	       (type & TYPE_NONBLOCK ? SOCK_NONBLOCK : 0);
}

int64_t bsd_socket(struct task *t, int32_t domain, int32_t type,
		   int32_t protocol)
{
	int family = bsd_family_to_host(domain);

	if (domain == bsd_sys->route->family)
		return (type & TYPE_MASK) == SOCK_RAW ?
			       bsd_route_socket(host_type(type & ~TYPE_MASK)) :
			       -EPROTOTYPE;
	if (family <= 0)
		return -EAFNOSUPPORT;
	return bsd_ret(socket(family, host_type(type), protocol));
}

int64_t bsd_socketpair(struct task *t, int32_t domain, int32_t type,
		       int32_t protocol, gaddr sv)
{
	int family = bsd_family_to_host(domain), fd[2];

	if (family <= 0)
		return -EAFNOSUPPORT;
	if (socketpair(family, host_type(type), protocol, fd))
		return -errno;
	if (guest_write(t, sv, fd, sizeof fd)) {
		close(fd[0]);
		close(fd[1]);
		return -EFAULT;
	}
	return 0;
}

int64_t bsd_bind(struct task *t, int s, gaddr name, int32_t len)
{
	struct sockaddr_storage ss;
	socklen_t n;
	int ret = get_name(t, name, (uint32_t)len, &ss, &n);

	return ret ? ret : bsd_ret(bind(s, (struct sockaddr *)&ss, n));
}

/*
 * Where a sandbox reaches single hosts only, the process outside connects, and
 * its socket takes the place of ours, of which then nothing is left.
 */
static int64_t connect_outside(struct task *t, int s, const struct sockaddr *a)
{
	int flags = fcntl(s, F_GETFL), fd_flags = fcntl(s, F_GETFD);
	int progress, err, fd;
	socklen_t len = sizeof err;
	struct pollfd p = { .fd = s, .events = POLLOUT };
	int64_t ret;

	if (flags < 0)
		return -errno;
	if (!getpeername(s, &(struct sockaddr){ 0 }, &(socklen_t){ 0 }))
		return -EISCONN;
	fd = policy_connect(s, a, &progress);
	if (fd < 0)
		return fd;
	if (fd != s) {
		if (dup3(fd, s, fd_flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0)
			progress = errno;
		close(fd);
	}
	if (flags & O_NONBLOCK)
		return -progress;
	/* Interrupted, it goes on by itself. */
	ret = progress == EINPROGRESS
		      ? bsd_call(t, SYS_poll, &p, 1, -1, 0, 0, 0)
		      : -progress;
	fcntl(s, F_SETFL, flags);
	if (ret <= 0)
		return ret;
	return getsockopt(s, SOL_SOCKET, SO_ERROR, &err, &len) < 0 ? -errno
								   : -err;
}

static bool is_stream(int s)
{
	int type;
	socklen_t len = sizeof type;

	return !getsockopt(s, SOL_SOCKET, SO_TYPE, &type, &len) &&
	       type == SOCK_STREAM;
}

int64_t bsd_connect(struct task *t, int s, gaddr name, int32_t len)
{
	struct sockaddr_storage ss;
	socklen_t n;
	int ret = get_name(t, name, (uint32_t)len, &ss, &n);

	if (!ret && policy && policy->net & POLICY_NET_PEERS &&
	    is_stream(s) && (ss.ss_family == AF_INET || ss.ss_family == AF_INET6))
		return connect_outside(t, s, (struct sockaddr *)&ss);
	/* A connection of the network outside must not become anything else. */
	if (!ret && ss.ss_family == AF_UNSPEC && policy_is_outside(s)) {
		policy_refused("disconnecting (--net)");
		return -EACCES;
	}
	/* Interrupted, it goes on by itself: no restart, on either side. */
	return ret ? ret : bsd_call(t, SYS_connect, s, &ss, n, 0, 0, 0);
}

int64_t bsd_listen(struct task *t, int s, int32_t backlog)
{
	if (policy_is_outside(s)) {
		policy_refused("listening (--net)");
		return -EACCES;
	}
	return policy_listen(s, backlog);
}

static int64_t do_accept(struct task *t, int s, gaddr name, gaddr len, int flags)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof ss;
	int64_t fd = bsd_call(t, SYS_accept4, s, &ss, &n, flags, 0, 0);

	if (fd < 0)
		return bsd_restart(t, fd);
	if (bsd_put_sockaddr(t, name, len, &ss, n)) {
		close((int)fd);
		return -EFAULT;
	}
	return fd;
}

/* The new socket is non-blocking if the listening one is. */
int64_t bsd_accept(struct task *t, int s, gaddr name, gaddr len)
{
	int flags = fcntl(s, F_GETFL);

	return do_accept(t, s, name, len,
			 flags >= 0 && flags & O_NONBLOCK ? SOCK_NONBLOCK : 0);
}

int64_t bsd_accept4(struct task *t, int s, gaddr name, gaddr len, uint32_t flags)
{
	if (flags & ~(uint32_t)(TYPE_CLOEXEC | TYPE_NONBLOCK | TYPE_NOSIGPIPE))
		return -EINVAL;
	return do_accept(t, s, name, len, host_type((int32_t)flags));
}

int64_t bsd_getsockname(struct task *t, int s, gaddr name, gaddr len)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof ss;

	if (getsockname(s, (struct sockaddr *)&ss, &n))
		return -errno;
	return bsd_put_sockaddr(t, name, len, &ss, n);
}

int64_t bsd_getpeername(struct task *t, int s, gaddr name, gaddr len)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof ss;

	if (getpeername(s, (struct sockaddr *)&ss, &n))
		return -errno;
	return bsd_put_sockaddr(t, name, len, &ss, n);
}

int64_t bsd_shutdown(struct task *t, int s, int32_t how)
{
	return bsd_ret(shutdown(s, how));
}

/* ---- messages ------------------------------------------------------------------- */

static int flags_in(int32_t guest, int *host)
{
	uint32_t bits;

	if (flags_to_host(bsd_sys->msg_flags, bsd_sys->nmsg_flags,
			  (uint32_t)guest, &bits))
		return -EOPNOTSUPP;
	*host = (int)bits;
	return 0;
}

static int32_t flags_out(int host)
{
	uint32_t guest = 0;

	for (unsigned i = 0; i < bsd_sys->nmsg_flags; i++)
		if (host & (int)bsd_sys->msg_flags[i].host)
			guest |= bsd_sys->msg_flags[i].guest;
	return (int32_t)guest;
}

int64_t bsd_sendto(struct task *t, int s, gaddr buf, uint64_t len,
		   int32_t flags, gaddr to, int32_t tolen)
{
	struct sockaddr_storage ss;
	socklen_t n = 0;
	struct iovec v = { NULL, 0 };
	int host, ret = flags_in(flags, &host);

	if (!ret && to)
		ret = get_name(t, to, (uint32_t)tolen, &ss, &n);
	if (ret)
		return ret;
	if (len && guest_iov(t, buf, len, false, &v, 1) != 1)
		return -EFAULT;
	return bsd_route_sent(
		s, bsd_restart(t, bsd_call(t, SYS_sendto, s, v.iov_base,
					   v.iov_len, host, to ? &ss : NULL, n)));
}

int64_t bsd_recvfrom(struct task *t, int s, gaddr buf, uint64_t len,
		     int32_t flags, gaddr from, gaddr fromlen)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = sizeof ss;
	struct iovec v = { NULL, 0 };
	int host, ret = flags_in(flags, &host);
	int64_t got;

	if (ret)
		return ret;
	if (len && guest_iov(t, buf, len, true, &v, 1) != 1)
		return -EFAULT;
	got = bsd_call(t, SYS_recvfrom, s, v.iov_base, v.iov_len, host,
		       from ? &ss : NULL, from ? &n : NULL);
	if (got < 0)
		return bsd_restart(t, got);
	return bsd_put_sockaddr(t, from, fromlen, &ss, n) ? -EFAULT : got;
}

struct guest_msghdr {
	gaddr name;
	uint32_t namelen, pad1;
	gaddr iov;
	int32_t iovlen, pad2;
	gaddr control;
	uint32_t controllen;
	int32_t flags;
};
_Static_assert(sizeof(struct guest_msghdr) == 48, "sys/socket.h");

/* Its data lies 16 bytes in, as the host's does. */
struct guest_cmsg {
	uint32_t len;
	int32_t level, type;
};

enum {
	GUEST_SOL_SOCKET = 0xffff, CMSG_HEAD = 16, CONTROL_MAX = 4096,
	GUEST_SCM_RIGHTS = 1, GUEST_SCM_TIMESTAMP = 2,
};

/* Descriptors to pass.  Returns the host's length or -errno. */
static int64_t control_in(struct task *t, gaddr at, uint32_t len, char *host)
{
	char g[CONTROL_MAX];
	size_t out = 0;

	if (len > sizeof g)
		return -EINVAL;
	if (guest_read(t, g, at, len))
		return -EFAULT;
	for (uint32_t i = 0; i + CMSG_HEAD <= len;) {
		struct guest_cmsg c;
		struct cmsghdr h;

		memcpy(&c, g + i, sizeof c);
		if (c.len < CMSG_HEAD || c.len > len - i)
			return -EINVAL;
		if (c.level == GUEST_SOL_SOCKET && c.type == GUEST_SCM_RIGHTS) {
			h = (struct cmsghdr){ c.len, SOL_SOCKET, SCM_RIGHTS };
			memcpy(host + out, &h, sizeof h);
			memcpy(host + out + CMSG_HEAD, g + i + CMSG_HEAD,
			       c.len - CMSG_HEAD);
			for (uint32_t j = CMSG_HEAD; j + 4 <= c.len; j += 4)
				if (own_fd_is((int)le32_at(host + out + j)))
					return -EBADF;
			out += ROUND_UP(c.len, 8);
		} else if (c.level != GUEST_SOL_SOCKET) {
			return -EINVAL;
		} /* credentials are sent whether or not one asks */
		i += (uint32_t)ROUND_UP(c.len, 8);
	}
	return (int64_t)out;
}

static int control_out(struct task *t, struct guest_msghdr *g, struct msghdr *m)
{
	char out[CONTROL_MAX];
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct guest_cmsg gc = { (uint32_t)c->cmsg_len,
					 GUEST_SOL_SOCKET, 0 };
		bool rights = c->cmsg_level == SOL_SOCKET &&
			      c->cmsg_type == SCM_RIGHTS;

		if (rights)
			gc.type = GUEST_SCM_RIGHTS;
		else if (c->cmsg_level == SOL_SOCKET &&
			 c->cmsg_type == SCM_TIMESTAMP)
			gc.type = GUEST_SCM_TIMESTAMP;
		else
			continue;
		if (n + c->cmsg_len > MIN(g->controllen, sizeof out)) {
			g->flags |= 0x20; /* CTRUNC */
			for (size_t i = CMSG_HEAD; rights && i + 4 <= c->cmsg_len;
			     i += 4)
				close((int)le32_at((char *)c + i));
			continue;
		}
		memset(out + n, 0, CMSG_HEAD);
		memcpy(out + n, &gc, sizeof gc);
		memcpy(out + n + CMSG_HEAD, (char *)c + CMSG_HEAD,
		       c->cmsg_len - CMSG_HEAD);
		n += ROUND_UP(c->cmsg_len, 8);
	}
	g->controllen = (uint32_t)MIN(n, g->controllen);
	return guest_write(t, g->control, out, g->controllen);
}

int64_t bsd_sendmsg(struct task *t, int s, gaddr msg, int32_t flags)
{
	struct iovec v[16], *more = NULL;
	struct sockaddr_storage ss;
	char control[CONTROL_MAX];
	struct guest_msghdr g;
	struct msghdr m = { 0 };
	unsigned nv = 0;
	int host;
	int64_t ret = flags_in(flags, &host);

	if (!ret && guest_read(t, &g, msg, sizeof g))
		ret = -EFAULT;
	if (!ret && g.name)
		ret = get_name(t, g.name, g.namelen, &ss, &m.msg_namelen);
	if (!ret && g.control && g.controllen) {
		ret = control_in(t, g.control, g.controllen, control);
		if (ret > 0) {
			m.msg_control = control;
			m.msg_controllen = (size_t)ret;
			ret = 0;
		}
	}
	if (!ret)
		ret = bsd_iov(t, g.iov, (uint32_t)g.iovlen, false, v, &nv, &more);
	if (ret)
		return ret;
	m.msg_name = g.name ? &ss : NULL;
	m.msg_iov = more ? more : v;
	m.msg_iovlen = nv;
	ret = bsd_call(t, SYS_sendmsg, s, &m, host, 0, 0, 0);
	free(more);
	return bsd_route_sent(s, bsd_restart(t, ret));
}

int64_t bsd_recvmsg(struct task *t, int s, gaddr msg, int32_t flags)
{
	struct iovec v[16], *more = NULL;
	struct sockaddr_storage ss = { 0 };
	char control[CONTROL_MAX];
	struct guest_msghdr g;
	struct msghdr m = { .msg_name = &ss, .msg_namelen = sizeof ss,
			    .msg_control = control,
			    .msg_controllen = sizeof control };
	unsigned nv = 0;
	int host;
	int64_t ret = flags_in(flags, &host), got;

	if (!ret && guest_read(t, &g, msg, sizeof g))
		ret = -EFAULT;
	if (!ret)
		ret = bsd_iov(t, g.iov, (uint32_t)g.iovlen, true, v, &nv, &more);
	if (ret)
		return ret;
	if (!g.control || !g.controllen)
		m.msg_controllen = 0;
	m.msg_iov = more ? more : v;
	m.msg_iovlen = nv;
	got = bsd_call(t, SYS_recvmsg, s, &m, host, 0, 0, 0);
	free(more);
	if (got < 0)
		return bsd_restart(t, got);
	g.flags = flags_out(m.msg_flags);
	if (g.control && control_out(t, &g, &m))
		return -EFAULT;
	if (g.name && bsd_put_sockaddr(t, g.name,
				       msg + offsetof(struct guest_msghdr, namelen),
				       &ss, m.msg_namelen))
		return -EFAULT;
	if (guest_put32(t, msg + offsetof(struct guest_msghdr, controllen),
			g.controllen) ||
	    guest_put32(t, msg + offsetof(struct guest_msghdr, flags),
			(uint32_t)g.flags))
		return -EFAULT;
	return got;
}
