/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.h - what a sandbox changed in its :cow mounts, written to the host's
 * folders when it has ended (--commit).
 *
 * The layers lie in a file system that is gone with the sandbox, but for the
 * descriptors that it hands out before it opens the program.
 */
#ifndef RF_COMMIT_H
#define RF_COMMIT_H

#include "base/err.h"
#include "base/policy.h"

/*
 * Before the fork: makes the channel, and opens the host's folders, as their names
 * may lead elsewhere later.  0, or -1 with e set.
 */
int commit_prepare(const struct policy *p, struct err *e);
/* Inside: the descriptor that it is done by, or -1; the other end is closed. */
int commit_channel(void);
/* Inside: hands out the layer of p's mount number n, the folder upper. */
int commit_send(unsigned n, const char *upper);
/* Inside: no more of them. */
void commit_sent(void);
/*
 * Outside, when nobody is left inside: writes all layers.  Says what went wrong;
 * false if anything did.  SIGTERM and the terminal's signals are blocked; one that
 * comes stops it.
 */
bool commit_apply(const struct policy *p);

#endif
