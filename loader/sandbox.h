/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sandbox.h - --sandbox: the process that stays outside, and what the one
 * inside finds.
 */
#ifndef RF_SANDBOX_H
#define RF_SANDBOX_H

#include "base/err.h"
#include "loader/options.h"

/*
 * sandbox_begin() - does nothing without --sandbox.  Else it makes the folder
 * of the sandbox and forks: only the child returns, 0, with policy set and
 * *argv and o changed to what its own children are to get.  The parent waits,
 * ends what is left of the family, removes the folder and exits with the
 * child's status.  -1 with e set if none of that came about.
 */
int sandbox_begin(struct options *o, char ***argv, struct err *e);

/* Gives up everything but what the policy grants; see jail.h. */
int sandbox_close(const struct options *o, const char *program,
		  const char *dlls, bool is_vm, struct err *e);

#endif
