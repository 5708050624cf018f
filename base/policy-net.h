/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * policy-net.h - what of the network a sandboxed program may reach.
 *
 * Of single hosts it has nothing but connections that the process outside makes
 * for it: no socket that it could make itself leads anywhere.
 */
#ifndef RF_POLICY_NET_H
#define RF_POLICY_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/policy.h"

/* One host:port of --net. */
struct policy_peer {
	char *host; /* as written: a name, or an address without brackets */
	uint16_t port;
	struct sockaddr_storage *address; /* once looked up */
	size_t naddress;
};

/* policy_set_net() - "none", "all", "loopback" or "host:port,[v6]:port,...". */
int policy_set_net(struct policy *p, const char *value, struct err *e);

/* Is a an address that one of p's peers was looked up to be? */
bool policy_reaches(const struct policy *p, const struct sockaddr *a);

/* What is asked of the process outside, and its answer (with the socket). */
struct policy_request {
	struct sockaddr_storage to;
};
struct policy_answer {
	int32_t error; /* 0: connected; EINPROGRESS: under way; else no socket
			*/
};

/* Where that process listens, below the sandbox's own folder. */
#define POLICY_NET_DOOR "net"
/* And what it has looked up, as a hosts file. */
#define POLICY_NET_HOSTS "hosts"

/*
 * policy_connect() - a stream socket, non-blocking, that is connected or being
 * connected to a.  Returns the descriptor with *progress 0 or EINPROGRESS, or
 * -errno: -EACCES if the policy does not grant it, which has then been said.
 */
int policy_connect(const struct sockaddr *a, int *progress);

#endif
