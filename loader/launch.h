/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef RF_LOADER_LAUNCH_H
#define RF_LOADER_LAUNCH_H

#include "base/err.h"
#include "loader/options.h"

/*
 * launch() - open the program, choose personality and engine, run.  Returns
 * only on failure, -1 with e set: code ENOENT (not there), ENOEXEC and others
 * (cannot be run).  argv is the whole command line, for a restart.
 */
int launch(struct options *o, char **argv, struct err *e);

#endif
