/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * own-fd.h - descriptors that a program must not meet.
 *
 * Where a guest's descriptors are the host's, ours stand among them: a program
 * that closes all it does not know, or tries numbers, would find them.  So ours
 * get high numbers, and for the guest there are none from own_fd_low on.
 */
#ifndef RF_OWN_FD_H
#define RF_OWN_FD_H

#include <stdbool.h>

/* The first number that is not the guest's; INT_MAX until there is one. */
extern int own_fd_low;

/* From now on there is one, even if nothing of ours is there yet. */
void own_fd_begin(void);

static inline bool own_fd_is(int fd)
{
	return fd >= own_fd_low;
}

/*
 * own_fd() - give fd a number from own_fd_low on, with close-on-exec.  Returns
 * it, or fd as it is where there is no room for it.
 */
int own_fd(int fd);

/*
 * own_fd_keep() - give fd the first of those numbers, in place of what had it,
 * so that a program executed later has it as well.  0 or -1.
 */
int own_fd_keep(int fd);

#endif
