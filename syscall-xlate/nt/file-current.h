/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-current.h - the current folder of a process that has no handle to it
 * yet: it is the host's then, and held as Windows' handle would hold it.
 */
#ifndef RF_NT_FILE_CURRENT_H
#define RF_NT_FILE_CURRENT_H

#include <stdbool.h>

#include "syscall-xlate/nt/path.h"

struct file;

/*
 * current_hold() - at the start: folder, the host's current one, is the
 * program's as well.  fd: our ntdll.dll, which stays open.
 */
void current_hold(int fd, const char *folder);
/* That folder, as long as the program has no handle to it; false: it has. */
bool current_folder(char path[HOST_PATH_MAX]);
/* Is that this one? */
bool current_is(const char *folder);
/*
 * current_forbids() - is f, being opened, a folder in which some process stands
 * so, and opened for what Windows' handle would not allow?  Asks other
 * processes: without locks.
 */
bool current_forbids(struct file *f);
/* All other processes that may stand so somewhere, malloc'ed; NULL: none. */
int *current_pids(unsigned *n);

#endif
