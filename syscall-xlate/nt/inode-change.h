/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inode-change.h - changing what a file's inode says, by any descriptor of it.
 *
 * One that is for attributes alone (O_PATH) is none for fchmod(2) and its like:
 * it has a name of its own, "/proc/self/fd/N", for chmod(2).  A sandbox without
 * namespaces of its own may change nothing by name (jail-calls.c): there the file
 * is opened once more.  All return 0, or -1 with errno set.
 */
#ifndef RF_NT_INODE_CHANGE_H
#define RF_NT_INODE_CHANGE_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

int inode_chmod(int fd, mode_t mode);
int inode_utimens(int fd, const struct timespec ts[2]);
int inode_setxattr(int fd, const char *name, const void *value, size_t n,
		   int flags);
int inode_removexattr(int fd, const char *name);
/* By the name of a folder. */
int inode_setxattr_folder(const char *path, const char *name, const void *value,
			  size_t n, int flags);

#endif
