/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extattr.c - extended attributes are the host's: the namespace "user" is user.*,
 * "system" (root's alone) is trusted.*, which is root's alone as well.
 * Source: extattr_get_file(2), extattr(9) of both systems; xattr(7).
 */
#include "syscall-xlate/bsd/extattr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"

bool extattr_may_system(void)
{
	return geteuid() == 0;
}

int extattr_by_path(struct task *t, gaddr path, bool follow,
		    struct extattr_file *f)
{
	f->fd = -1;
	f->follow = follow;
	return bsd_path(t, path, f->path);
}

/* ---- by whichever of the host's three calls --------------------------------- */

static int64_t fetch(const char *path, bool follow, const char *name, char *v)
{
	const size_t n = EXTATTR_LARGEST;

	if (name)
		return bsd_ret(follow ? getxattr(path, name, v, n) :
					lgetxattr(path, name, v, n));
	return bsd_ret(follow ? listxattr(path, v, n) : llistxattr(path, v, n));
}

/* In a sandbox what may not be read may not be asked for its attributes. */
static int64_t fetch_allowed(const struct extattr_file *f, const char *name,
			     char *v)
{
	int fd = own_fd(open(f->path, O_PATH | O_CLOEXEC |
					      (f->follow ? 0 : O_NOFOLLOW)));
	char path[32];
	int64_t ret;

	if (fd < 0)
		return -errno;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ret = bsd_file_refused(fd, false) ? -EACCES :
					    fetch(path, true, name, v);
	close(fd);
	return ret;
}

int64_t extattr_fetch(const struct extattr_file *f, const char *name,
		      char **value)
{
	char *v = *value = malloc(EXTATTR_LARGEST);
	const size_t n = EXTATTR_LARGEST;

	if (!v)
		return -ENOMEM;
	if (f->fd >= 0)
		return bsd_ret(name ? fgetxattr(f->fd, name, v, n) :
				      flistxattr(f->fd, v, n));
	return policy ? fetch_allowed(f, name, v) :
			fetch(f->path, f->follow, name, v);
}

struct change {
	const char *name;
	const void *value; /* NULL: it is to be removed */
	size_t n;
	int flags;
};

static int change(int fd, const void *arg)
{
	const struct change *c = arg;

	return c->value ? fsetxattr(fd, c->name, c->value, c->n, c->flags) :
			  fremovexattr(fd, c->name);
}

static int change_by_name(const char *path, bool link, const struct change *c)
{
	if (link)
		return c->value ? lsetxattr(path, c->name, c->value, c->n,
					    c->flags) :
				  lremovexattr(path, c->name);
	return c->value ? setxattr(path, c->name, c->value, c->n, c->flags) :
			  removexattr(path, c->name);
}

/* Only files and folders are opened: that does nothing to them. */
static int change_opened(const char *path, bool link, const struct change *c)
{
	const int how = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
			(link ? O_NOFOLLOW : 0);
	struct stat st;
	int fd, ret = -1, err;

	if (fstatat(AT_FDCWD, path, &st, link ? AT_SYMLINK_NOFOLLOW : 0) ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))) {
		errno = EPERM;
		return -1;
	}
	fd = open(path, how);
	if (fd >= 0)
		ret = change(fd, c);
	err = errno;
	if (fd >= 0)
		close(fd);
	errno = err;
	return ret;
}

static int change_at(int dir, const char *path, int flags, const void *arg)
{
	const bool link = flags & AT_SYMLINK_NOFOLLOW;
	int ret = change_by_name(path, link, arg);

	(void)dir; /* paths are the current folder's */
	/* A sandbox without namespaces allows no changes by name. */
	return ret && errno == EPERM ? change_opened(path, link, arg) : ret;
}

/* The host has users' attributes of files and folders only. */
static bool can_have(const struct extattr_file *f)
{
	struct stat st;

	return (f->fd >= 0 ? fstat(f->fd, &st) :
			     fstatat(AT_FDCWD, f->path, &st,
				     f->follow ? 0 : AT_SYMLINK_NOFOLLOW)) ||
	       S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

static int64_t make(const struct extattr_file *f, const struct change *c)
{
	int64_t ret = f->fd >= 0 ? bsd_change(f->fd, change, c) :
				   bsd_change_named(AT_FDCWD, f->path,
						    f->follow ?
							    0 :
							    AT_SYMLINK_NOFOLLOW,
						    change_at, c);

	if (ret == -EPERM && !can_have(f))
		return -EOPNOTSUPP;
	return ret == -E2BIG ? -ENOSPC : ret;
}

int64_t extattr_store(struct task *t, const struct extattr_file *f,
		      const char *name, gaddr data, uint64_t n, int flags)
{
	struct change c = { name, NULL, n, flags };
	int64_t ret;
	void *v;

	if (n > EXTATTR_LARGEST)
		return -ENOSPC;
	c.value = v = malloc(n + 1);
	if (!v)
		return -ENOMEM;
	ret = guest_read(t, v, data, n);
	if (!ret)
		ret = make(f, &c);
	free(v);
	return ret ? ret : (int64_t)n;
}

int64_t extattr_remove(const struct extattr_file *f, const char *name)
{
	return make(f, &(struct change){ .name = name });
}

/* ---- by namespace and name ------------------------------------------------------ */

/* NULL with *err: there is none, or it is another's. */
static const char *prefix_of(int32_t namespace, int *err)
{
	enum { USER = 1, SYSTEM = 2 };

	*err = namespace == USER || namespace == SYSTEM ? -EPERM : -EINVAL;
	return namespace == USER			    ? EXTATTR_USER :
	       namespace == SYSTEM && extattr_may_system() ? EXTATTR_SYSTEM :
							      NULL;
}

static int get_name(struct task *t, int32_t namespace, gaddr at,
		    char name[EXTATTR_NAME + 1])
{
	int err;
	const char *prefix = prefix_of(namespace, &err);
	int64_t n;

	if (!prefix)
		return err;
	strcpy(name, prefix);
	n = guest_string(t, name + strlen(prefix),
			 EXTATTR_NAME + 1 - strlen(prefix), at);
	return n < 0 ? (int)n : n == 0 ? -EINVAL : 0;
}

static int64_t none_is(int64_t ret)
{
	return ret == -ENODATA ? -(int64_t)bsd_sys->no_attribute : ret;
}

/* As read(2): as much as there is room for; with data 0: what there is. */
static int64_t put(struct task *t, gaddr data, uint64_t room, const char *v,
		   int64_t n)
{
	if (n < 0 || !data)
		return none_is(n);
	n = (int64_t)MIN((uint64_t)n, room);
	return guest_write(t, data, v, (size_t)n) ? -EFAULT : n;
}

static int64_t get(struct task *t, const struct extattr_file *f,
		   int32_t namespace, gaddr at, gaddr data, uint64_t room)
{
	char name[EXTATTR_NAME + 1], *v;
	int64_t ret = get_name(t, namespace, at, name);

	if (ret)
		return ret;
	ret = extattr_fetch(f, name, &v);
	ret = put(t, data, room, v, ret);
	free(v);
	return ret;
}

static int64_t set(struct task *t, const struct extattr_file *f,
		   int32_t namespace, gaddr at, gaddr data, uint64_t n)
{
	char name[EXTATTR_NAME + 1];
	int64_t ret = get_name(t, namespace, at, name);

	return ret ? ret : extattr_store(t, f, name, data, n, 0);
}

static int64_t delete(struct task *t, const struct extattr_file *f,
		      int32_t namespace, gaddr at)
{
	char name[EXTATTR_NAME + 1];
	int64_t ret = get_name(t, namespace, at, name);

	return ret ? ret : none_is(extattr_remove(f, name));
}

/*
 * In place: of each name that begins with prefix a byte of length and the rest,
 * which is never longer than what it was.
 */
static int64_t by_length(char *v, int64_t n, const char *prefix)
{
	const size_t head = strlen(prefix);
	int64_t out = 0;

	for (int64_t i = 0; i < n;) {
		size_t len = strlen(v + i);

		if (!strncmp(v + i, prefix, head)) {
			memmove(v + out + 1, v + i + head, len - head);
			v[out] = (char)(len - head);
			out += (int64_t)(1 + len - head);
		}
		i += (int64_t)len + 1;
	}
	return out;
}

static int64_t list(struct task *t, const struct extattr_file *f,
		    int32_t namespace, gaddr data, uint64_t room)
{
	int err;
	const char *prefix = prefix_of(namespace, &err);
	int64_t ret;
	char *v;

	if (!prefix)
		return err;
	ret = extattr_fetch(f, NULL, &v);
	if (ret > 0)
		ret = by_length(v, ret, prefix);
	ret = put(t, data, room, v, ret);
	free(v);
	return ret;
}

/* ---- the calls ------------------------------------------------------------------- */

int64_t bsd_extattr_get_file(struct task *t, gaddr path, int32_t namespace,
			     gaddr name, gaddr data, uint64_t n)
{
	EXTATTR_BY_PATH(true);
	return get(t, &f, namespace, name, data, n);
}

int64_t bsd_extattr_get_link(struct task *t, gaddr path, int32_t namespace,
			     gaddr name, gaddr data, uint64_t n)
{
	EXTATTR_BY_PATH(false);
	return get(t, &f, namespace, name, data, n);
}

int64_t bsd_extattr_get_fd(struct task *t, int fd, int32_t namespace,
			   gaddr name, gaddr data, uint64_t n)
{
	EXTATTR_BY_FD;
	return get(t, &f, namespace, name, data, n);
}

int64_t bsd_extattr_set_file(struct task *t, gaddr path, int32_t namespace,
			     gaddr name, gaddr data, uint64_t n)
{
	EXTATTR_BY_PATH(true);
	return set(t, &f, namespace, name, data, n);
}

int64_t bsd_extattr_set_link(struct task *t, gaddr path, int32_t namespace,
			     gaddr name, gaddr data, uint64_t n)
{
	EXTATTR_BY_PATH(false);
	return set(t, &f, namespace, name, data, n);
}

int64_t bsd_extattr_set_fd(struct task *t, int fd, int32_t namespace,
			   gaddr name, gaddr data, uint64_t n)
{
	EXTATTR_BY_FD;
	return set(t, &f, namespace, name, data, n);
}

int64_t bsd_extattr_delete_file(struct task *t, gaddr path, int32_t namespace,
				gaddr name)
{
	EXTATTR_BY_PATH(true);
	return delete (t, &f, namespace, name);
}

int64_t bsd_extattr_delete_link(struct task *t, gaddr path, int32_t namespace,
				gaddr name)
{
	EXTATTR_BY_PATH(false);
	return delete (t, &f, namespace, name);
}

int64_t bsd_extattr_delete_fd(struct task *t, int fd, int32_t namespace,
			      gaddr name)
{
	EXTATTR_BY_FD;
	return delete (t, &f, namespace, name);
}

int64_t bsd_extattr_list_file(struct task *t, gaddr path, int32_t namespace,
			      gaddr data, uint64_t n)
{
	EXTATTR_BY_PATH(true);
	return list(t, &f, namespace, data, n);
}

int64_t bsd_extattr_list_link(struct task *t, gaddr path, int32_t namespace,
			      gaddr data, uint64_t n)
{
	EXTATTR_BY_PATH(false);
	return list(t, &f, namespace, data, n);
}

int64_t bsd_extattr_list_fd(struct task *t, int fd, int32_t namespace,
			    gaddr data, uint64_t n)
{
	EXTATTR_BY_FD;
	return list(t, &f, namespace, data, n);
}
