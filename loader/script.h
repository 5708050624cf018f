/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script.h - batch files, and programs that come with us, by name. */
#ifndef RF_SCRIPT_H
#define RF_SCRIPT_H

#include <stdbool.h>

#include "base/err.h"
#include "syscall-xlate/launch.h"

/* Is it one by its name? */
bool script_is_batch(const char *path);

/*
 * script_launch() - if l->path is a batch file, makes l run it: by the cmd.exe
 * beside the built-in DLLs, with the arguments in l->argv.
 *
 * Returns 0, or -1 with e set: the file is not there, or no memory.  What it
 * allocates lives as long as the process.
 */
int script_launch(struct launch *l, struct err *e);

#endif
