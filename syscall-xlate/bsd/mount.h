/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount.h - names of mounts. */
#ifndef RF_BSD_MOUNT_H
#define RF_BSD_MOUNT_H

#include <mntent.h>

#include "syscall-xlate/bsd/bsd.h"

enum { BSD_MNAMELEN = 1024 };

/* Where the names go: the arrays of the system's own structure. */
struct bsd_mount {
	char *type;
	size_t type_size;
	char *from, *on; /* BSD_MNAMELEN bytes each */
};

void bsd_mount_put(const struct bsd_mount *to, const struct mntent *m);
/* The mount that the open file lies on; unknown: to is left as it is. */
void bsd_mount_of(const struct bsd_mount *to, int fd);
/* A descriptor for what path is, not for its bytes; or -errno. */
int64_t bsd_open_path(struct task *t, gaddr path);

#endif
