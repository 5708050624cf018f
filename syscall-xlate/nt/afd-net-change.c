/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-net-change.c - when the host's links, addresses or routes change, for
 * iphlpapi and for sockets.  Each request has a netlink socket, which hears of what
 * comes after it was made; what has changed the foreign side sees in its own lists.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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
		RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE,  RTMGRP_NEIGH,
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
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
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

int afd_route(const union afd_address *to, socklen_t len,
	      union afd_address *from, socklen_t *n)
{
	enum { DISCARD = 9 };
	union afd_address a = *to;
	int err = 0, fd;

	fd = MORE_FILES(
		socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (fd < 0)
		return errno;
	if (a.sa.sa_family == AF_INET && !a.in.sin_port)
		a.in.sin_port = htons(DISCARD);
	if (a.sa.sa_family == AF_INET6 && !a.in6.sin6_port)
		a.in6.sin6_port = htons(DISCARD);
	memset(from, 0, sizeof *from);
	*n = sizeof *from;
	if (connect(fd, &a.sa, len) < 0 || getsockname(fd, &from->sa, n) < 0)
		err = errno;
	close(fd);
	if (!err && from->sa.sa_family == AF_INET)
		from->in.sin_port = 0;
	if (!err && from->sa.sa_family == AF_INET6)
		from->in6.sin6_port = 0;
	return err;
}

/* ---- waiting for it -------------------------------------------------------- */

/* Of which destination the way is to change; len 0: whatever changes. */
struct way {
	union afd_address to, from;
	socklen_t len;
	int err; /* of the last look */
};

static void look_at_way(struct way *w)
{
	socklen_t n;

	w->err = afd_route(&w->to, w->len, &w->from, &n);
}

/* STATUS_SUCCESS: that is it; STATUS_PENDING: not yet. */
static NTSTATUS look_for(int fd, struct way *w)
{
	NTSTATUS status = look(fd);
	struct way now;

	if (status || !w || !w->len)
		return status;
	now = *w;
	look_at_way(&now);
	if (now.err == w->err &&
	    (now.err || !memcmp(&now.from, &w->from, sizeof now.from)))
		return STATUS_PENDING;
	*w = now;
	return STATUS_SUCCESS;
}

static NTSTATUS look_again(struct irp *r)
{
	return look_for(r->watch.fd, r->extra);
}

/* way: malloc'ed, and given away; or NULL. */
static NTSTATUS wait_for(struct task *t, struct file *f, struct irp *r,
			 uint32_t what, struct way *way)
{
	NTSTATUS status;
	int fd;

	r->information = 0;
	fd = listen_to(what);
	if (fd < 0) {
		status = afd_status(errno);
		free(way);
		return status;
	}
	/* After it listens: what comes between is heard. */
	if (way)
		look_at_way(way);
	if (!afd_waits(r)) {
		r->extra = way;
		status = irp_wait_fd(t, r, fd, EPOLLIN, look_again);
		if (status == STATUS_PENDING)
			way = NULL;
		else
			r->extra = NULL;
	} else {
		while (!(status = afd_sleep(t, afd_of(f), fd, POLLIN, 0)) &&
		       (status = look_for(fd, way)) == STATUS_PENDING)
			;
	}
	close(fd);
	free(way);
	return status;
}

/* ---- events of a socket ---------------------------------------------------- */

struct afd_net_watch {
	struct afd_net_watch *next;
	struct afd_socket *socket;
	struct nt_watch watch;
	uint32_t event; /* AFD_POLL_* */
	struct way way;
	bool over; /* told, or not to be; under the socket's lock */
};

static void net_changed(struct nt_watch *watch, uint32_t events)
{
	struct afd_net_watch *w =
		container_of(watch, struct afd_net_watch, watch);
	struct afd_socket *s = w->socket;
	struct queue done = { 0 };
	bool more = look_for(watch->fd, &w->way) == STATUS_PENDING;

	(void)events;
	pthread_mutex_lock(&s->lock);
	if (more && !w->over) {
		watch_fd(watch, EPOLLIN);
	} else if (!w->over) {
		w->over = true;
		s->net_changed |= w->event;
		if (s->polls || s->event_mask)
			afd_notice(s, afd_ready(s), &done);
	}
	pthread_mutex_unlock(&s->lock);
	afd_finish_all(&done);
}

static void forget(struct afd_net_watch *w)
{
	watch_cancel(&w->watch);
	close(w->watch.fd);
	free(w);
}

void afd_net_forget(struct afd_socket *s)
{
	struct afd_net_watch *w;

	for (;;) {
		pthread_mutex_lock(&s->lock);
		w = s->net_watches;
		if (w) {
			s->net_watches = w->next;
			w->over = true;
		}
		pthread_mutex_unlock(&s->lock);
		if (!w)
			return;
		forget(w);
	}
}

/* Those of event that have done their part; all: and those that have not. */
static void forget_some(struct afd_socket *s, uint32_t event, bool all)
{
	struct afd_net_watch **at, *w, *gone = NULL;

	pthread_mutex_lock(&s->lock);
	for (at = &s->net_watches; (w = *at);) {
		if (w->event != event || (!all && !w->over)) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->over = true;
		w->next = gone;
		gone = w;
	}
	pthread_mutex_unlock(&s->lock);
	while ((w = gone)) {
		gone = w->next;
		forget(w);
	}
}

/* From here on a change is an event, once. */
static NTSTATUS tell_by_event(struct afd_socket *s, uint32_t event,
			      uint32_t what, const struct way *way)
{
	struct afd_net_watch *w = calloc(1, sizeof *w);
	int err;

	if (!w)
		return STATUS_NO_MEMORY;
	/* Ways to several destinations may be asked for. */
	forget_some(s, event, event == AFD_POLL_ADDRESS_LIST_CHANGE);
	w->socket = s;
	w->event = event;
	w->watch.fd = listen_to(what);
	w->watch.fn = net_changed;
	w->watch.io = true;
	if (w->watch.fd < 0) {
		err = errno;
		free(w);
		return afd_status(err);
	}
	if (way) {
		w->way = *way;
		look_at_way(&w->way);
	}
	pthread_mutex_lock(&s->lock);
	s->net_changed &= ~event;
	s->event_off &= ~event;
	w->next = s->net_watches;
	s->net_watches = w;
	err = s->closed ? -ECANCELED : watch_fd(&w->watch, EPOLLIN);
	pthread_mutex_unlock(&s->lock);
	if (err) {
		forget_some(s, event, true);
		return afd_status(-err);
	}
	return STATUS_DEVICE_NOT_READY;
}

NTSTATUS afd_address_change(struct task *t, struct afd_socket *s,
			    struct irp *r)
{
	uint32_t what = s->family == WIN_AF_INET6 ? NET_CHANGE_ADDRESSES6
						  : NET_CHANGE_ADDRESSES;

	if (s->nonblocking && afd_waits(r))
		return tell_by_event(s, AFD_POLL_ADDRESS_LIST_CHANGE, what,
				     NULL);
	return wait_for(t, s->file, r, what, NULL);
}

NTSTATUS afd_route_change(struct task *t, struct afd_socket *s, struct irp *r,
			  const union afd_address *to, socklen_t len)
{
	uint32_t what = to->sa.sa_family == AF_INET6
				? NET_CHANGE_ROUTES6 | NET_CHANGE_ADDRESSES6
				: NET_CHANGE_ROUTES | NET_CHANGE_ADDRESSES;
	struct way *way = calloc(1, sizeof *way);
	NTSTATUS status;

	if (!way)
		return STATUS_NO_MEMORY;
	way->to = *to;
	way->len = len;
	if (!s->nonblocking || !afd_waits(r))
		return wait_for(t, s->file, r, what, way);
	status = tell_by_event(s, AFD_POLL_ROUTING_IF_CHANGE, what, way);
	free(way);
	return status;
}

/* ---- for iphlpapi ----------------------------------------------------------- */

NTSTATUS afd_net_change(struct task *t, struct file *f, struct irp *r)
{
	NTSTATUS status;
	uint32_t what;

	status = control_in(t, r, &what, sizeof what);
	if (status)
		return status;
	if (!what || what & ~(uint32_t)NET_CHANGE_ALL)
		return STATUS_INVALID_PARAMETER;
	return wait_for(t, f, r, what, NULL);
}
