/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outside-net.h - --net=HOST:PORT: the part of the process outside. */
#ifndef RF_OUTSIDE_NET_H
#define RF_OUTSIDE_NET_H

#include "base/err.h"
#include "base/policy.h"

/*
 * outside_net_lookup() - find the addresses of p's peers, as this machine looks
 * names up (getent(1)); once, before the sandbox is made.  0, or -1 with e set.
 */
int outside_net_lookup(struct policy *p, struct err *e);

/*
 * Inside, as soon as p->own is there: make the door and give it to the other
 * end; write the hosts file.
 */
int outside_net_open(const struct policy *p, int to, struct err *e);

/*
 * Outside, before namespaces are made: start the process that makes the
 * connections.  *inside is for outside_net_open().  0, or -1 with e set.
 */
int outside_net_serve(const struct policy *p, int *inside, struct err *e);

#endif
