/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* supervise.h - the process outside a sandbox. */
#ifndef RF_SUPERVISE_H
#define RF_SUPERVISE_H

#include <sys/types.h>

#include "base/err.h"
#include "base/policy.h"

/* fork(), such that supervise() can do its work. */
pid_t supervise_fork(struct err *e);

/*
 * supervise() - wait for the child pid, as long as the policy allows; end what
 * it has started; remove the sandbox's folder; exit with its status.
 *
 *   status_fd   the full exit code as text, for status_file; or -1
 */
_Noreturn void supervise(pid_t pid, const struct policy *p, int status_fd,
			 const char *status_file);

/* Removes the sandbox's folder; links in it are not followed. */
void supervise_remove(const char *folder);

#endif
