/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* path-cmd.h - run-foreign path -w|-u PATH... */
#ifndef RF_PATH_CMD_H
#define RF_PATH_CMD_H

/*
 * path_command() - prints each path in the other system's form, one a line.
 * argv[0] is "path".  Returns the exit status: 0, 1 if a path has no such
 * form, 125 for wrong usage.
 */
int path_command(char **argv);

/*
 * path_of_windows() - the host path of "X:\\..." in the spelling on disk, or
 * where it would be if it were made; path_set_dlls() has been called.
 * malloc'ed; NULL: no such drive or name, or no memory.
 */
char *path_of_windows(const char *path);

#endif
