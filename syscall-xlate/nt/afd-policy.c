/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * afd-policy.c - what a sandbox's policy says of sockets.
 *
 * The kernel keeps the sandbox's process from what is not granted; this says so
 * to the user, and gives the program what Windows gives who has no rights.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/policy-net.h"
#include "syscall-xlate/nt/afd.h"

static bool is_inet(const union afd_address *a)
{
	return a->sa.sa_family == AF_INET || a->sa.sa_family == AF_INET6;
}

static NTSTATUS refuse(const char *what, const union afd_address *a)
{
	char text[POLICY_ADDRESS_TEXT];

	policy_address_text(&a->sa, text);
	policy_refused("%s %s (--net)", what, text);
	return STATUS_ACCESS_DENIED;
}

void afd_policy_no_socket(const struct afd_socket *s)
{
	if (!policy)
		return;
	if (policy->net == POLICY_NET_NONE)
		policy_refused("the network (--net)");
	else
		policy_refused("%s socket (--net)",
			       s->type == WIN_SOCK_DGRAM ? "a UDP" : "a raw");
}

bool afd_policy_outside(const struct afd_socket *s, const union afd_address *a)
{
	return policy && policy->net & POLICY_NET_PEERS && is_inet(a) &&
	       !s->datagram;
}

/*
 * Is the sandbox's folder a file system of its own?  Else a socket of the host,
 * or a folder with one, may have been moved into it.
 */
static bool own_is_apart(void)
{
	char above[PATH_MAX];
	struct stat own, st;

	snprintf(above, sizeof above, "%s/..", policy->own);
	return !stat(policy->own, &own) && !stat(above, &st) &&
	       own.st_dev != st.st_dev;
}

/* A socket file of the program's own drive; any other may be the host's. */
static NTSTATUS check_path(const union afd_address *a)
{
	char host[PATH_MAX], *slash;
	size_t n = strlen(policy->own);
	struct stat st;

	strcpy(host, a->un.sun_path);
	slash = strrchr(host, '/');
	if (slash) {
		char *folder;

		*slash = 0;
		folder = realpath(host, NULL);
		snprintf(host, sizeof host, "%s", folder ? folder : "");
		free(folder);
	}
	/* A link could lead out again. */
	if (own_is_apart() && !strncmp(host, policy->own, n) &&
	    host[n] == '/' &&
	    (lstat(a->un.sun_path, &st) || !S_ISLNK(st.st_mode)))
		return STATUS_SUCCESS;
	policy_refused("connecting to a socket file of the host");
	return STATUS_ACCESS_DENIED;
}

/* On the loopback's network nothing else can be reached; TCP may go outside. */
NTSTATUS afd_policy_to(const union afd_address *a, bool datagram)
{
	if (!policy)
		return STATUS_SUCCESS;
	if (a->sa.sa_family == AF_UNIX)
		return a->un.sun_path[0] ? check_path(a) : STATUS_SUCCESS;
	if (policy->net & POLICY_NET_LOOPBACK && is_inet(a) &&
	    (datagram || !(policy->net & POLICY_NET_PEERS)) &&
	    !policy_is_loopback(&a->sa))
		return refuse("sending to", a);
	return STATUS_SUCCESS;
}

NTSTATUS afd_policy_bind(const union afd_address *a)
{
	uint16_t port =
		a->sa.sa_family == AF_INET6 ? a->in6.sin6_port : a->in.sin_port;

	/* Nothing could come to it: there is no network here but outside. */
	if (!policy || policy->net != POLICY_NET_PEERS || !is_inet(a) || !port)
		return STATUS_SUCCESS;
	return refuse("binding to", a);
}

NTSTATUS afd_policy_listen(const struct afd_socket *s)
{
	if (!policy || policy->net != POLICY_NET_PEERS ||
	    s->family == WIN_AF_UNIX)
		return STATUS_SUCCESS;
	policy_refused("listening (--net)");
	return STATUS_ACCESS_DENIED;
}

void afd_copy_options(int from, int to)
{
	static const struct {
		int level, name;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE },
		{ SOL_SOCKET, SO_OOBINLINE },
		{ IPPROTO_TCP, TCP_NODELAY },
		{ IPPROTO_TCP, TCP_KEEPIDLE },
		{ IPPROTO_TCP, TCP_KEEPINTVL },
		{ IPPROTO_TCP, TCP_KEEPCNT },
		{ IPPROTO_IP, IP_TTL },
		{ IPPROTO_IP, IP_TOS },
		{ IPPROTO_IPV6, IPV6_V6ONLY },
		{ IPPROTO_IPV6, IPV6_UNICAST_HOPS },
		{ IPPROTO_IP, IP_RECVERR },
		{ IPPROTO_IPV6, IPV6_RECVERR },
	};
	struct linger linger;
	socklen_t len;
	int v;

	for (size_t i = 0; i < COUNT_OF(options); i++) {
		len = sizeof v;
		if (!getsockopt(from, options[i].level, options[i].name, &v,
				&len))
			setsockopt(to, options[i].level, options[i].name, &v,
				   len);
	}
	len = sizeof linger;
	if (!getsockopt(from, SOL_SOCKET, SO_LINGER, &linger, &len))
		setsockopt(to, SOL_SOCKET, SO_LINGER, &linger, len);
}
