/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gdb-cmd.h - "run-foreign --gdb": the host's gdb on a foreign program. */
#ifndef RF_GDB_CMD_H
#define RF_GDB_CMD_H

#include "loader/options.h"

/*
 * gdb_command() - becomes gdb: with this very command line (argv, without
 * --gdb) as the program to run, or attached to o->gdb_pid.  Returns only on
 * failure, with e set.
 */
void gdb_command(const struct options *o, char **argv, struct err *e);

#endif
