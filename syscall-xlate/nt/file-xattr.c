/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-xattr.c - the host's attributes of an open file.
 *
 * A descriptor that is O_PATH has none of these calls, but its name in /proc
 * leads to the same file; the other descriptors go the same way.
 */
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/inode-change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

int xattr_list(const struct file *f, char **list, size_t *n)
{
	char self[32], *p;
	ssize_t got;

	*list = NULL;
	*n = 0;
	file_proc_path(f, self, sizeof self);
	for (int tries = 0; tries < 4; tries++) {
		got = listxattr(self, NULL, 0);
		if (got <= 0)
			return got < 0 ? -errno : 0;
		p = malloc((size_t)got);
		if (!p)
			return -ENOMEM;
		got = listxattr(self, p, (size_t)got);
		if (got > 0) {
			*list = p;
			*n = (size_t)got;
			return 0;
		}
		free(p);
		if (got < 0 && errno != ERANGE)
			return -errno;
	}
	return -EAGAIN;
}

int xattr_get(const struct file *f, const char *name, void *buf, size_t size)
{
	char self[32];
	ssize_t n;

	file_proc_path(f, self, sizeof self);
	n = getxattr(self, name, buf, size);
	return n < 0 ? -errno : (int)n;
}

/* getxattrat(2), newer than the headers may be: Linux 6.13.  Or -ENOSYS. */
static int get_below(int dirfd, const char *path, const char *name, void *buf,
		     size_t size)
{
	enum { CALL_GETXATTRAT = 464 };
	static _Atomic bool absent;
	struct {
		uint64_t value;
		uint32_t size, flags;
	} arg = { (uintptr_t)buf, (uint32_t)size, 0 };
	long n;

	if (absent)
		return -ENOSYS;
	n = syscall(CALL_GETXATTRAT, dirfd, path, AT_SYMLINK_NOFOLLOW, name,
		    &arg, sizeof arg);
	if (n >= 0)
		return (int)n;
	/* EPERM: what a seccomp filter says that does not know it. */
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	absent = true;
	return -ENOSYS;
}

int xattr_get_at(int dirfd, const char *path, const char *name, void *buf,
		 size_t size)
{
	char full[HOST_PATH_MAX + 64];
	ssize_t n;
	int got;

	if (*path == '/' || dirfd == AT_FDCWD) {
		n = lgetxattr(path, name, buf, size);
		return n < 0 ? -errno : (int)n;
	}
	if (*path) {
		got = get_below(dirfd, path, name, buf, size);
		if (got != -ENOSYS)
			return got;
	}
	/* dirfd itself is behind a magic link, which is followed. */
	snprintf(full, sizeof full,
		 *path ? "/proc/self/fd/%d/%s" : "/proc/self/fd/%d", dirfd,
		 path);
	n = *path ? lgetxattr(full, name, buf, size)
		  : getxattr(full, name, buf, size);
	return n < 0 ? -errno : (int)n;
}

int xattr_set(const struct file *f, const char *name, const void *buf, size_t n,
	      int flags)
{
	return inode_setxattr(f->fd, name, buf, n, flags) < 0 ? -errno : 0;
}

int xattr_remove(const struct file *f, const char *name)
{
	return inode_removexattr(f->fd, name) < 0 ? -errno : 0;
}

bool xattr_supported(const struct file *f)
{
	int n = xattr_get(f, XATTR_DOS, NULL, 0);

	return n != -EOPNOTSUPP && n != -ENOSYS;
}

NTSTATUS xattr_status(int err)
{
	switch (err) {
	case EOPNOTSUPP:
	case ENOSYS:
		return STATUS_EAS_NOT_SUPPORTED;
	case E2BIG:
	case ERANGE:
		return STATUS_EA_TOO_LARGE;
	case EPERM: /* neither a file nor a folder */
		return STATUS_ACCESS_DENIED;
	default:
		return status_from_errno(err);
	}
}

bool xattr_is_state(const char *name)
{
	return !strcmp(name, XATTR_DOS) || !strcmp(name, XATTR_REPARSE) ||
	       !strncmp(name, XATTR_OWN, strlen(XATTR_OWN));
}

void xattr_clear(const struct file *f)
{
	char *list;
	size_t n;

	if (xattr_list(f, &list, &n) < 0 || !list)
		return;
	for (char *p = list; p < list + n; p += strlen(p) + 1)
		if (!strncmp(p, "user.", 5) && !xattr_is_state(p))
			xattr_remove(f, p);
	free(list);
}
