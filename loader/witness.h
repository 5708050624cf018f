/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * witness.h - was a signal sent to us, or to all of our process group?
 *
 * The group's come to the program as well; one that was sent to us alone does
 * not, and is passed on.  The kernel does not tell which it was.  So there is
 * another process in the group, which does nothing but to see those that come
 * to it too.
 */
#ifndef RF_WITNESS_H
#define RF_WITNESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * It sees signals of that set from now on, until our end.  Before there are
 * threads.  Without memory there is none, and witness_saw() answers by what the
 * signal says of itself.
 */
void witness_start(const sigset_t *set);
/*
 * Has si, which came to us, come to the group?  It is forgotten then.  The
 * set's signals are blocked.
 */
bool witness_saw(const siginfo_t *si);
/* That process has ended, and was waited for. */
void witness_ended(pid_t pid);
/* It is not needed any more. */
void witness_end(void);

#endif
