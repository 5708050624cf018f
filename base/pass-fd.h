/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pass-fd.h - messages with descriptors, over sockets of the host (SCM_RIGHTS).
 *
 * The other end may be somebody who has been taken over: more descriptors than
 * were asked for are closed, and never left behind.
 */
#ifndef RF_PASS_FD_H
#define RF_PASS_FD_H

#include <stddef.h>
#include <sys/types.h>

enum { PASS_FDS = 4 }; /* in one message, at most */

/*
 * pass_send() - n bytes, and those of the count descriptors that are not -1.
 *
 *   flags  as for sendmsg(2); a closed other end raises no signal
 *
 * Returns 0 or -errno.
 */
int pass_send(int s, const void *data, size_t n, const int *fd, unsigned count,
	      int flags);

/*
 * pass_receive() - a message of at most n bytes; its descriptors in order,
 * close-on-exec, the rest of fd is -1.  The caller closes them.
 *
 *   flags  as for recvmsg(2)
 *
 * Returns its length (0: the other end is closed) or -errno; -EMSGSIZE if it was
 * longer.  All of fd is -1 then.
 */
ssize_t pass_receive(int s, void *data, size_t n, int *fd, unsigned count,
		     int flags);

#endif
