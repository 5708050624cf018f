/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-bind.c - addresses, and who may have one that another socket has.
 *
 * Windows' rules ("Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", both sockets of
 * one user): the same address is for two that both ask for SO_REUSEADDR.  A
 * socket on any address and one on a certain address get on with each other,
 * unless the first is on any and exclusive, or the second is.  A port whose old
 * connections linger is free.
 *
 * The host asks for SO_REUSEPORT on both, for which it looks when the second
 * one is bound.  So a socket is bound without it, which refuses what is another
 * program's, and gets it afterwards, unless it is exclusive on any address: who
 * comes later may share if he wants that and is the same user.  A program of
 * the host's that does not say so itself neither gets our ports nor lets us
 * have its own.
 *
 * The host does not say what it is that is in the way, and would let two of
 * ours have the same address.  So each socket claims its address in the table
 * of open files that all processes of the user share (file-share.c), as a
 * writer that shares, or does not share, writing; the address is the file's
 * number.  The host's own programs that let others share are found in its
 * lists.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/afd.h"
#include "syscall-xlate/nt/file-private.h"

static void set(int fd, int name, int on)
{
	setsockopt(fd, SOL_SOCKET, name, &on, sizeof on);
}

static bool is_inet(const union afd_address *a)
{
	return a->sa.sa_family == AF_INET || a->sa.sa_family == AF_INET6;
}

/* ---- claims ---- */

/* No device of the host's: where claims are files. */
enum { CLAIMS = 0x52465350 };

static uint64_t number_of(const union afd_address *a)
{
	uint64_t h = 0xcbf29ce484222325ull;
	const uint8_t *p = a->in6.sin6_addr.s6_addr;

	if (a->sa.sa_family == AF_INET)
		return (uint64_t)a->in.sin_addr.s_addr << 16 | a->in.sin_port;
	for (unsigned i = 0; i < 16; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	h ^= a->in6.sin6_scope_id;
	return h << 16 | a->in6.sin6_port;
}

static struct statx key_of(const struct afd_socket *s,
			   const union afd_address *a)
{
	return (struct statx){
		.stx_dev_major = CLAIMS,
		.stx_dev_minor = (uint32_t)s->protocol << 8 | a->sa.sa_family,
		.stx_ino = number_of(a),
	};
}

/* A claim of a; granted: whoever else has one.  NULL: somebody is against it.
 */
static struct file *claim(const struct afd_socket *s,
			  const union afd_address *a, bool reuse, bool granted)
{
	struct statx key = key_of(s, a);
	struct file *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->access = FILE_WRITE_DATA;
	f->share = reuse ? FILE_SHARE_WRITE : 0;
	if (!share_enter(f, &key, granted))
		return f;
	free(f);
	return NULL;
}

static void give(struct file **f)
{
	if (*f)
		share_forget(*f);
	free(*f);
	*f = NULL;
}

void afd_give_claims(struct afd_socket *s)
{
	give(&s->claims[0]);
	give(&s->claims[1]);
}

/* Has a socket of ours a? */
static bool is_claimed(const struct afd_socket *s, const union afd_address *a)
{
	struct file *f = claim(s, a, false, false);
	bool claimed = !f;

	give(&f);
	return claimed;
}

/* The same of version 4, for a socket of both. */
static bool other_stack(const struct afd_socket *s, const union afd_address *a,
			union afd_address *v4)
{
	int only = 1;
	socklen_t n = sizeof only;

	if (a->sa.sa_family != AF_INET6 ||
	    getsockopt(s->file->fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &n) < 0 ||
	    only)
		return false;
	memset(v4, 0, sizeof *v4);
	v4->in.sin_family = AF_INET;
	v4->in.sin_port = a->in6.sin6_port;
	if (IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		memcpy(&v4->in.sin_addr, a->in6.sin6_addr.s6_addr + 12, 4);
	else if (!afd_is_any(a))
		return false;
	return true;
}

/* With whom asks for it as well, by any of its names. */
static bool shares(const struct afd_socket *s)
{
	return s->options.reuse || s->options.reuse_multicast ||
	       s->options.processor;
}

static bool claim_all(struct afd_socket *s, const union afd_address *a,
		      bool granted)
{
	bool reuse = shares(s);
	union afd_address v4;

	s->claims[0] = claim(s, a, reuse, granted);
	if (!s->claims[0])
		return false;
	if (!other_stack(s, a, &v4))
		return true;
	s->claims[1] = claim(s, &v4, reuse, granted);
	if (!s->claims[1])
		give(&s->claims[0]);
	return s->claims[0];
}

void afd_claim_again(struct afd_socket *s)
{
	union afd_address a = { 0 };
	socklen_t n = sizeof a;

	if (!getsockname(s->file->fd, &a.sa, &n) && is_inet(&a))
		claim_all(s, &a, true);
}

/* ---- what the host has ---- */

static bool has_address(const struct net_connection *c,
			const union afd_address *a)
{
	const void *address = a->sa.sa_family == AF_INET6
				      ? (const void *)&a->in6.sin6_addr
				      : &a->in.sin_addr;

	return (int)c->family == afd_guest_family(a->sa.sa_family) &&
	       c->local_port == ntohs(afd_port_of(a)) &&
	       !memcmp(c->local, address, a->sa.sa_family == AF_INET6 ? 16 : 4);
}

/* Is somebody at a: listening, or with connections that live? */
static bool is_in_use(const struct afd_socket *s, const union afd_address *a,
		      bool connections)
{
	enum { LISTENS = 2, LINGERS = 11 }; /* MIB_TCP_STATE */
	struct net_connection *all;
	bool found = false;
	size_t n;

	all = net_connections(s->datagram, false, &n);
	for (size_t i = 0; all && i < n && !found; i++) {
		const struct net_connection *c = &all[i];

		if (connections)
			found = (int)c->family ==
					afd_guest_family(a->sa.sa_family) &&
				c->local_port == ntohs(afd_port_of(a)) &&
				c->state != LISTENS && c->state != LINGERS;
		else
			found = has_address(c, a) &&
				(s->datagram || c->state == LISTENS);
	}
	free(all);
	return found;
}

/* ---- binding ---- */

/*
 * Old connections that linger, and those of a listener that is gone, are only
 * in the way of who does not ask; and who asks would get what somebody else
 * asked for and does not listen on yet.  So it is asked for a moment only.
 */
static int bind_beside_old(const struct afd_socket *s,
			   const union afd_address *a, socklen_t len)
{
	int fd = s->file->fd, n;

	/* Exclusive is what no connection is left of. */
	if (s->options.exclusive && is_in_use(s, a, true)) {
		errno = EADDRINUSE;
		return -1;
	}
	set(fd, SO_REUSEADDR, 1);
	n = bind(fd, &a->sa, len);
	set(fd, SO_REUSEADDR, 0);
	return n;
}

/* The address is somebody's: may s have it, too? */
static NTSTATUS bind_shared(struct afd_socket *s, const union afd_address *a,
			    socklen_t len)
{
	int fd = s->file->fd, n;
	union afd_address any = { .sa.sa_family = a->sa.sa_family };
	bool ours = is_claimed(s, a);

	if (s->options.exclusive && afd_is_any(a))
		return STATUS_ADDRESS_ALREADY_EXISTS;
	if (!claim_all(s, a, false))
		return shares(s) ? STATUS_ACCESS_DENIED
				 : STATUS_ADDRESS_ALREADY_EXISTS;
	if (ours || !is_in_use(s, a, false)) {
		set(fd, SO_REUSEPORT, 1);
		n = s->datagram ? bind(fd, &a->sa, len)
				: bind_beside_old(s, a, len);
		if (!n)
			return STATUS_SUCCESS;
		set(fd, SO_REUSEPORT, 0);
	}
	afd_give_claims(s);
	/* The host's: a program then looks for another port. */
	if (a->sa.sa_family == AF_INET6)
		any.in6.sin6_port = a->in6.sin6_port;
	else
		any.in.sin_port = a->in.sin_port;
	return is_claimed(s, &any) ? STATUS_ACCESS_DENIED
				   : STATUS_ADDRESS_ALREADY_EXISTS;
}

static NTSTATUS bind_inet(struct afd_socket *s, const union afd_address *a,
			  socklen_t len)
{
	union afd_address is = { 0 };
	int fd = s->file->fd, n = bind(fd, &a->sa, len);
	NTSTATUS status = STATUS_SUCCESS;

	if (n < 0 && errno == EADDRINUSE && !s->datagram)
		n = bind_beside_old(s, a, len);
	if (n < 0 && errno != EADDRINUSE)
		return afd_status(errno);
	if (n < 0)
		status = bind_shared(s, a, len);
	if (status)
		return status;
	len = sizeof is;
	if (!s->claims[0] && !getsockname(fd, &is.sa, &len))
		claim_all(s, &is, true);
	/* Who may share the port finds it so; see the top. */
	set(fd, SO_REUSEPORT, !(s->options.exclusive && afd_is_any(a)));
	return STATUS_SUCCESS;
}

void afd_will_listen(struct afd_socket *s)
{
	/* What is accepted takes it along: it is not in the way of the next
	   one that listens (bind_beside_old()). */
	if (s->family != WIN_AF_UNIX)
		set(s->file->fd, SO_REUSEADDR, 1);
}

/* Before the address, which is all that counts. */
enum { ADDRESS = 4 };

static NTSTATUS bind_to(struct task *t, struct afd_socket *s,
			const struct irp *r, const union afd_address *a,
			socklen_t len)
{
	NTSTATUS status;

	if (a->sa.sa_family != afd_host_family(s->family))
		return STATUS_INVALID_ADDRESS;
	status = afd_policy_bind(a);
	if (!status && is_inet(a))
		status = bind_inet(s, a, len);
	else if (!status && bind(s->file->fd, &a->sa, len) < 0)
		status = a->sa.sa_family == AF_UNIX && errno == ENOENT
				 ? STATUS_OBJECT_PATH_NOT_FOUND
				 : afd_status(errno);
	if (status)
		return status;
	s->state = AFD_BOUND;
	s->own_address = !afd_is_any(a);
	if (a->sa.sa_family != AF_UNIX)
		return STATUS_SUCCESS;
	s->local_len = MIN(r->len - ADDRESS, (uint32_t)sizeof s->local_name);
	if (guest_read(t, &s->local_name, r->buf + ADDRESS, s->local_len))
		s->local_len = 0;
	return STATUS_SUCCESS;
}

NTSTATUS afd_bind(struct task *t, struct file *f, struct irp *r)
{
	struct afd_socket *s = afd_of(f);
	union afd_address a;
	NTSTATUS status;
	socklen_t len;
	int hold;

	if (r->len < ADDRESS + 2 || s->state != AFD_OPEN)
		return STATUS_INVALID_PARAMETER;
	status = afd_address_in(t, r->buf + ADDRESS, r->len - ADDRESS, &a, &len,
				&hold);
	if (status)
		return status;
	/* WSAEINVAL: bound already, or about to be. */
	if (afd_claim_socket(s)) {
		status = bind_to(t, s, r, &a, len);
		s->accepting = false;
	} else {
		status = STATUS_INVALID_PARAMETER;
	}
	if (hold >= 0)
		close(hold);
	if (status || !r->out_len)
		return status;
	len = sizeof a;
	if (getsockname(f->fd, &a.sa, &len) < 0)
		return afd_status(errno);
	return afd_put_address(t, r, &a, len);
}
