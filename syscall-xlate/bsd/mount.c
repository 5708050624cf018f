/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount.c - what statfs(2) and statvfs(2) say of a mount beyond its numbers:
 * Linux tells its names only by /proc/self/mounts.
 */
#include "syscall-xlate/bsd/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void bsd_mount_put(const struct bsd_mount *to, const struct mntent *m)
{
	snprintf(to->type, to->type_size, "%s", m->mnt_type);
	snprintf(to->from, BSD_MNAMELEN, "%s", m->mnt_fsname);
	snprintf(to->on, BSD_MNAMELEN, "%s", m->mnt_dir);
}

/* The mount with the longest path that the file's lies below. */
void bsd_mount_of(const struct bsd_mount *to, int fd)
{
	char link[40], path[BSD_PATH] = "/";
	FILE *f = setmntent("/proc/self/mounts", "r");
	size_t best = 0;
	struct mntent *m;
	ssize_t len;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof path - 1);
	path[len > 0 ? len : 1] = 0;
	while (f && (m = getmntent(f))) {
		size_t n = strlen(m->mnt_dir);

		if (n < best || strncmp(path, m->mnt_dir, n) ||
		    (n > 1 && path[n] && path[n] != '/'))
			continue;
		best = n;
		bsd_mount_put(to, m);
	}
	if (f)
		endmntent(f);
}

int64_t bsd_open_path(struct task *t, gaddr path)
{
	char name[BSD_PATH];
	int ret = bsd_path(t, path, name);

	return ret ? ret : bsd_ret(open(name, O_PATH | O_CLOEXEC));
}
