/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* supervise.h - the process outside a sandbox. */
#ifndef RF_SUPERVISE_H
#define RF_SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/policy.h"

struct supervised {
	pid_t pid;		     /* the child */
	const struct policy *policy;
	bool alone;		     /* it is the first of a world of its own */
	int status;		     /* descriptor: the full exit code as text, or -1 */
	int status_to;		     /* open: the file for it, */
	const char *status_file;     /* of this name */
	char *const *argv;	     /* as given to us, to start anew with */
};

/* Before supervise_fork(), and before what it begins is in another world. */
void supervise_prepare(void);
/* fork(), such that supervise() can do its work. */
pid_t supervise_fork(bool alone, struct err *e);

/*
 * supervise() - wait for the child, as long as the policy allows; end what it
 * has started; remove the sandbox's folder; exit with its status.
 */
_Noreturn void supervise(const struct supervised *s);

/*
 * supervise_timeout() - without a sandbox: fork, and return in the child only,
 * which is ended after so many seconds with all that it has started.  0, or -1
 * with e set.
 */
int supervise_timeout(unsigned seconds, struct err *e);

/* In the child: end, and have supervise() start anew without namespaces. */
_Noreturn void supervise_again(void);

#endif
