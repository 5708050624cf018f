/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inode-change.c - see file-inode.h. */
#include "syscall-xlate/nt/inode-change.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/file-private.h"

struct change {
	enum { MODE, TIMES, SET, REMOVE } what;
	mode_t mode;
	const struct timespec *ts;
	const char *name;
	const void *value;
	size_t n;
	int flags;
};

static int by_descriptor(int fd, const struct change *c)
{
	switch (c->what) {
	case MODE:
		return fchmod(fd, c->mode);
	case TIMES:
		return futimens(fd, c->ts);
	case SET:
		return fsetxattr(fd, c->name, c->value, c->n, c->flags);
	case REMOVE:
		return fremovexattr(fd, c->name);
	}
	return -1;
}

static int by_name(const char *path, const struct change *c)
{
	switch (c->what) {
	case MODE:
		return chmod(path, c->mode);
	case TIMES:
		return utimensat(AT_FDCWD, path, c->ts, 0);
	case SET:
		return setxattr(path, c->name, c->value, c->n, c->flags);
	case REMOVE:
		return removexattr(path, c->name);
	}
	return -1;
}

/* What the kernel refuses looks the same as what the jail does. */
static int by_any_name(const char *path, int flags, const struct change *c)
{
	int ret = by_name(path, c), fd, err;

	if (!ret || errno != EPERM || !policy)
		return ret;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	if (fd < 0)
		return -1;
	ret = by_descriptor(fd, c);
	err = errno;
	close(fd);
	errno = err;
	return ret;
}

/* In a sandbox: standard handles, and NUL, are not opened by the program. */
static bool is_given(const char *self)
{
	char host[PATH_MAX];
	ssize_t n = readlink(self, host, sizeof host - 1);

	if (n < 0)
		return true;
	host[n] = 0;
	if (policy_allows(policy, host, true))
		return false;
	file_policy_say("changing", host);
	return true;
}

static int change(int fd, const struct change *c)
{
	char self[32];

	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	if (policy && is_given(self)) {
		errno = EACCES;
		return -1;
	}
	if (!by_descriptor(fd, c))
		return 0;
	return errno == EBADF ? by_any_name(self, 0, c) : -1;
}

int inode_chmod(int fd, mode_t mode)
{
	return change(fd, &(struct change){ .what = MODE, .mode = mode });
}

int inode_utimens(int fd, const struct timespec ts[2])
{
	return change(fd, &(struct change){ .what = TIMES, .ts = ts });
}

int inode_setxattr(int fd, const char *name, const void *value, size_t n,
		   int flags)
{
	return change(fd, &(struct change){ .what = SET,
					    .name = name,
					    .value = value,
					    .n = n,
					    .flags = flags });
}

int inode_removexattr(int fd, const char *name)
{
	return change(fd, &(struct change){ .what = REMOVE, .name = name });
}

int inode_setxattr_folder(const char *path, const char *name, const void *value,
			  size_t n, int flags)
{
	const struct change c = { .what = SET,
				  .name = name,
				  .value = value,
				  .n = n,
				  .flags = flags };

	return by_any_name(path, O_DIRECTORY, &c);
}
