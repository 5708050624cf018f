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

/*
 * policy_set_net() - "none" and "all", which replace what was said before; or any
 * of "loopback", "host:port" and "[v6]:port" with commas between, which add to
 * what is not all.
 */
int policy_set_net(struct policy *p, const char *value, struct err *e);

/* Is a an address that one of p's peers was looked up to be? */
bool policy_reaches(const struct policy *p, const struct sockaddr *a);
bool policy_is_loopback(const struct sockaddr *a);

/* As users write it, with the port: "[::1]:80". */
enum { POLICY_ADDRESS_TEXT = 64 };
void policy_address_text(const struct sockaddr *a,
			 char text[POLICY_ADDRESS_TEXT]);

bool policy_same_network(int a, int b); /* two sockets */

/*
 * Is s of the network outside, or to be replaced by a socket that is?  Where there
 * is a loopback, only those that were handed in are.
 */
bool policy_is_outside(int s);

/*
 * What is asked of the process outside, with a socket of our own: always to
 * listen, to connect where there is a loopback; and its answer, with another
 * socket unless ours is the one.
 */
enum { POLICY_NET_CONNECT, POLICY_NET_LISTEN };
struct policy_request {
	struct sockaddr_storage to;
	int32_t what, backlog;
};
struct policy_answer {
	int32_t error; /* 0: connected; EINPROGRESS: under way; else neither */
	uint32_t own;  /* it is the socket that was sent */
};

/* Where that process listens, below the sandbox's own folder. */
#define POLICY_NET_DOOR "net"
/* And what it has looked up, as a hosts file. */
#define POLICY_NET_HOSTS "hosts"

/*
 * policy_connect() - a stream socket, non-blocking, that is connected or being
 * connected to a: s itself, if a is on the sandbox's own loopback, else a new
 * one.  Returns the descriptor with *progress 0 or EINPROGRESS, or -errno:
 * -EACCES if the policy does not grant it, which has then been said.
 */
int policy_connect(int s, const struct sockaddr *a, int *progress);

/*
 * policy_listen() - listen(2), 0 or -errno, of any family.  Where single hosts are
 * granted the process outside does it, as this one may not: a connection that it
 * was handed must not become a server of the host's.  Who connects to a Unix
 * socket then finds that process, whose id is 0 in here, in SO_PEERCRED:
 * policy_listens_outside().
 */
int policy_listen(int s, int backlog);
bool policy_listens_outside(void);

#endif
