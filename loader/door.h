/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * door.h - where a process outside a sandbox answers those inside: a socket in
 * the sandbox's own folder, one message and one answer for each connection
 * (policy_dial()).
 */
#ifndef RF_DOOR_H
#define RF_DOOR_H

#include <sys/types.h>

#include "base/policy.h"

/* A socket that listens as name, or -1 with errno. */
int door_make(const struct policy *p, const char *name);

/*
 * Answers whoever comes: s is their connection, which is closed then.  Who asks
 * has a second for each message; a broken one must not stop the others.
 */
typedef void door_answer(int s, int door, void *context);
_Noreturn void door_serve(int door, door_answer *answer, void *context);

/*
 * fork(2), for a process outside that ends when its parent does, and leaves the
 * terminal's signals to the program.
 */
pid_t door_fork(void);

#endif
