/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-filter.c - whose datagrams a socket takes: senders to a group, by
 * SIO_SET_MULTICAST_FILTER and its like; interfaces, by IP_IFLIST; and whether
 * it takes what was sent to all.  For the last two the host has a filter in its
 * own language, through which each datagram goes.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/afd-option.h"

/* ---- interfaces, and all ---- */

enum { TAKE = 0x40000 };

static unsigned put(struct sock_filter *f, unsigned n, uint16_t code,
		    uint32_t k, uint8_t yes, uint8_t no)
{
	f[n] = (struct sock_filter){ code, yes, no, k };
	return n + 1;
}

/* Drops what goes by if the word that was loaded is k. */
static unsigned drop_if(struct sock_filter *f, unsigned n, uint32_t k)
{
	n = put(f, n, BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
	return put(f, n, BPF_RET | BPF_K, 0, 0, 0);
}

static unsigned load(struct sock_filter *f, unsigned n, int at)
{
	return put(f, n, BPF_LD | BPF_W | BPF_ABS, (uint32_t)at, 0, 0);
}

/* Nothing that was sent to all. */
static unsigned not_to_all(struct sock_filter *f, unsigned n)
{
	enum { DESTINATION = 16 }; /* in the header of version 4 */

	n = load(f, n, SKF_AD_OFF + SKF_AD_PKTTYPE);
	n = drop_if(f, n, PACKET_BROADCAST);
	/* What one has sent oneself comes back as its own kind. */
	n = put(f, n, BPF_JMP | BPF_JEQ | BPF_K, PACKET_LOOPBACK, 0, 4);
	n = load(f, n, SKF_NET_OFF + DESTINATION);
	n = put(f, n, BPF_ALU | BPF_AND | BPF_K, 0xf0000000, 0, 0);
	n = put(f, n, BPF_JMP | BPF_JEQ | BPF_K, 0xe0000000, 1, 0);
	n = put(f, n, BPF_RET | BPF_K, 0, 0, 0);
	n = load(f, n, SKF_NET_OFF + DESTINATION);
	n = drop_if(f, n, INADDR_BROADCAST);
	return drop_if(f, n, 0x7fffffff); /* the loopback's */
}

NTSTATUS afd_filter(struct afd_socket *s)
{
	const struct afd_options *o = &s->options;
	struct sock_filter f[32 + 2 * AFD_MAX_IFLIST];
	struct sock_fprog all = { .filter = f };
	int fd = s->file->fd, none = 0;
	unsigned n = 0;

	if (!o->no_broadcast && !o->iflist) {
		/* ENOENT: there was none. */
		return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none,
				  sizeof none) < 0 &&
				       errno != ENOENT
			       ? afd_status(errno)
			       : STATUS_SUCCESS;
	}
	if (o->no_broadcast)
		n = not_to_all(f, n);
	if (o->iflist) {
		n = load(f, n, SKF_AD_OFF + SKF_AD_IFINDEX);
		for (uint32_t i = 0; i < o->interfaces; i++) {
			n = put(f, n, BPF_JMP | BPF_JEQ | BPF_K,
				o->interface[i], 0, 1);
			n = put(f, n, BPF_RET | BPF_K, TAKE, 0, 0);
		}
	}
	n = put(f, n, BPF_RET | BPF_K, o->iflist ? 0 : TAKE, 0, 0);
	all.len = (unsigned short)n;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) <
			       0
		       ? afd_status(errno)
		       : STATUS_SUCCESS;
}

/* ---- senders to a group ---- */

/*
 * Windows' structures are the host's, but that modes are the other way round,
 * and families have other numbers; and that an interface of version 4 may be an
 * index, with which the host wants the structure that is for both versions.
 */
enum { WIN_INCLUDE = 0, WIN_EXCLUDE = 1, MAX_SOURCES = 1024 };

struct filter4 {
	uint32_t group, interface, mode, sources, source[];
};

struct filter {
	uint32_t interface; /* an index, or 0 */
	struct sockaddr_storage group;
	uint32_t mode, sources;
	struct sockaddr_storage source[];
};
_Static_assert(offsetof(struct filter, mode) ==
		       offsetof(struct group_filter, gf_fmode),
	       "GROUP_FILTER");
_Static_assert(sizeof(struct filter) == GROUP_FILTER_SIZE(0), "GROUP_FILTER");

/* How the host is asked. */
struct way {
	int level, filter; /* its option */
	int join;          /* and the one that makes a member */
	const void *member;
	socklen_t member_len;
};

/* The other side's number. */
static uint32_t mode_of(uint32_t mode)
{
	_Static_assert(MCAST_INCLUDE == !WIN_INCLUDE &&
			       MCAST_EXCLUDE == !WIN_EXCLUDE,
		       "modes");
	return !mode;
}

/*
 * Whatever was before: who wants nobody's is no member, and who was none is
 * made one.  mode is Windows'.
 */
static NTSTATUS set_state(struct afd_socket *s, const struct way *w,
			  const void *data, socklen_t len, bool nobody)
{
	int fd = s->file->fd;

	if (!setsockopt(fd, w->level, w->filter, data, len))
		return STATUS_SUCCESS;
	if (errno != EINVAL && errno != EADDRNOTAVAIL)
		return afd_status(errno);
	if (nobody)
		return STATUS_SUCCESS;
	if (setsockopt(fd, w->level, w->join, w->member, w->member_len) < 0 ||
	    setsockopt(fd, w->level, w->filter, data, len) < 0)
		return afd_status(errno);
	return STATUS_SUCCESS;
}

/*
 * The structure at in, malloc'ed: head bytes, whose last word counts what
 * stands behind, each of size bytes; to be told, that is how much room there
 * is.
 */
static NTSTATUS read_filter(struct task *t, gaddr in, uint64_t len, size_t head,
			    size_t size, bool set, void **data)
{
	uint32_t n;
	uint8_t *p;

	*data = NULL;
	if (len < head)
		return STATUS_ACCESS_VIOLATION;
	if (guest_get32(t, &n, in + head - sizeof n))
		return STATUS_ACCESS_VIOLATION;
	if (n > MAX_SOURCES)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (set && n > (len - head) / size)
		return STATUS_ACCESS_VIOLATION;
	p = calloc(1, head + n * size);
	if (!p)
		return STATUS_NO_MEMORY;
	if (guest_read(t, p, in, set ? head + n * size : head)) {
		free(p);
		return STATUS_ACCESS_VIOLATION;
	}
	/* As it was looked at, whatever the program does meanwhile. */
	memcpy(p + head - sizeof n, &n, sizeof n);
	*data = p;
	return STATUS_SUCCESS;
}

/* The answer; of the sources as many as there was room for. */
static NTSTATUS tell(struct task *t, struct irp *r, const void *data,
		     size_t head, size_t size, uint32_t room, uint32_t sources)
{
	if (r->out_len < head)
		return STATUS_BUFFER_TOO_SMALL;
	room = MIN(room, sources);
	room = MIN(room, (uint32_t)((r->out_len - head) / size));
	return control_out(t, r, data, (uint32_t)(head + room * size));
}

/* In the host's terms, of either version.  Told: back again. */
static NTSTATUS do_filter(struct afd_socket *s, struct filter *f, bool set)
{
	int family = f->group.ss_family;
	struct group_req member = { .gr_interface = f->interface,
				    .gr_group = f->group };
	struct way w = { family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
			 MCAST_MSFILTER, MCAST_JOIN_GROUP, &member,
			 sizeof member };
	bool nobody = f->mode == WIN_INCLUDE && !f->sources;
	socklen_t len = (socklen_t)GROUP_FILTER_SIZE(f->sources);

	if (set) {
		f->mode = mode_of(f->mode);
		return set_state(s, &w, f, len, nobody);
	}
	if (getsockopt(s->file->fd, w.level, w.filter, f, &len) < 0)
		return afd_status(errno);
	f->mode = mode_of(f->mode);
	return STATUS_SUCCESS;
}

static bool to_family(struct sockaddr_storage *a)
{
	int family = afd_host_family(a->ss_family);

	if (family != AF_INET && family != AF_INET6)
		return false;
	a->ss_family = (sa_family_t)family;
	return true;
}

NTSTATUS afd_group_filter(struct task *t, struct afd_socket *s, struct irp *r,
			  gaddr in, uint64_t len, bool set)
{
	struct filter *f;
	NTSTATUS status;
	uint32_t room;
	void *data;

	if (!s->datagram)
		return STATUS_NOT_SUPPORTED;
	status = read_filter(t, in, len, sizeof *f, sizeof *f->source, set,
			     &data);
	if (status)
		return status;
	f = data;
	room = f->sources;
	if (!to_family(&f->group) || (set && f->mode > WIN_EXCLUDE))
		status = STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; set && !status && i < room; i++)
		if (!to_family(&f->source[i]))
			status = STATUS_INVALID_PARAMETER;
	if (!status)
		status = do_filter(s, f, set);
	if (!status && !set) {
		f->group.ss_family =
			(sa_family_t)afd_guest_family(f->group.ss_family);
		for (uint32_t i = 0; i < MIN(room, f->sources); i++)
			f->source[i].ss_family = (sa_family_t)afd_guest_family(
				f->source[i].ss_family);
		status = tell(t, r, f, sizeof *f, sizeof *f->source, room,
			      f->sources);
	}
	free(data);
	return status;
}

/* Interface 0.x.x.x. */
static NTSTATUS by_index(struct afd_socket *s, struct filter4 *f, bool set)
{
	uint32_t room = f->sources;
	struct filter *g = calloc(1, sizeof *g + room * sizeof *g->source);
	NTSTATUS status;

	if (!g)
		return STATUS_NO_MEMORY;
	g->interface = ntohl(f->interface);
	*(struct sockaddr_in *)&g->group =
		(struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_addr.s_addr = f->group };
	g->mode = f->mode;
	g->sources = room;
	for (uint32_t i = 0; set && i < room; i++)
		*(struct sockaddr_in *)&g->source[i] =
			(struct sockaddr_in){ .sin_family = AF_INET,
					      .sin_addr.s_addr = f->source[i] };
	status = do_filter(s, g, set);
	if (!status && !set) {
		f->mode = g->mode;
		f->sources = g->sources;
		for (uint32_t i = 0; i < MIN(room, g->sources); i++)
			f->source[i] = ((struct sockaddr_in *)&g->source[i])
					       ->sin_addr.s_addr;
	}
	free(g);
	return status;
}

static NTSTATUS by_address(struct afd_socket *s, struct filter4 *f, bool set)
{
	struct ip_mreqn member = { .imr_multiaddr.s_addr = f->group,
				   .imr_address.s_addr = f->interface };
	struct way w = { IPPROTO_IP, IP_MSFILTER, IP_ADD_MEMBERSHIP, &member,
			 sizeof member };
	bool nobody = f->mode == WIN_INCLUDE && !f->sources;
	socklen_t len = (socklen_t)IP_MSFILTER_SIZE(f->sources);

	if (set) {
		f->mode = mode_of(f->mode);
		return set_state(s, &w, f, len, nobody);
	}
	if (getsockopt(s->file->fd, IPPROTO_IP, IP_MSFILTER, f, &len) < 0)
		return afd_status(errno);
	f->mode = mode_of(f->mode);
	return STATUS_SUCCESS;
}

NTSTATUS afd_filter4(struct task *t, struct afd_socket *s, struct irp *r,
		     gaddr in, uint64_t len, bool set)
{
	struct filter4 *f;
	NTSTATUS status;
	uint32_t room;
	void *data;

	if (!s->datagram || s->family != WIN_AF_INET)
		return STATUS_NOT_SUPPORTED;
	status = read_filter(t, in, len, sizeof *f, sizeof *f->source, set,
			     &data);
	if (status)
		return status;
	f = data;
	room = f->sources;
	if (set && f->mode > WIN_EXCLUDE)
		status = STATUS_INVALID_PARAMETER;
	else if (f->interface && !(ntohl(f->interface) >> 24))
		status = by_index(s, f, set);
	else
		status = by_address(s, f, set);
	if (!status && !set)
		status = tell(t, r, f, sizeof *f, sizeof *f->source, room,
			      f->sources);
	free(data);
	return status;
}
