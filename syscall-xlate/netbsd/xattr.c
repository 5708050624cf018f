/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xattr.c - NetBSD's other door to extended attributes, made like Linux's: names
 * with their namespace, lists with NULs, ERANGE instead of a part.
 * Source: NetBSD's getxattr(2), setxattr(2), listxattr(2).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/bsd/extattr.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

#define SYSTEM "system."

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* The host's name. */
static int get_name(struct task *t, gaddr at, char name[EXTATTR_NAME + 1])
{
	char given[EXTATTR_NAME + 1];
	int64_t n = guest_string(t, given, sizeof given, at);
	const char *rest;

	if (n < 0)
		return (int)n;
	rest = strchr(given, '.');
	if (!rest || !rest[1] ||
	    !(begins(given, EXTATTR_USER) || begins(given, SYSTEM)))
		return -EINVAL;
	if (begins(given, EXTATTR_USER)) {
		strcpy(name, given);
		return 0;
	}
	if (!extattr_may_system())
		return -EPERM;
	if ((size_t)n - strlen(SYSTEM) + strlen(EXTATTR_SYSTEM) > EXTATTR_NAME)
		return -ENAMETOOLONG;
	strcpy(name, EXTATTR_SYSTEM);
	strcat(name, rest + 1);
	return 0;
}

/* Room 0 asks for the size. */
static int64_t put(struct task *t, gaddr at, uint64_t room, const char *v,
		   int64_t n)
{
	if (n < 0 || !room)
		return n;
	if ((uint64_t)n > room)
		return -ERANGE;
	return guest_write(t, at, v, (size_t)n) ? -EFAULT : n;
}

static int64_t set(struct task *t, const struct extattr_file *f, gaddr at,
		   gaddr data, uint64_t n, uint32_t flags)
{
	char name[EXTATTR_NAME + 1];
	int64_t ret = get_name(t, at, name);

	/* XATTR_CREATE, XATTR_REPLACE: the host's values */
	if (!ret && flags & ~3u)
		ret = -EINVAL;
	if (!ret)
		ret = extattr_store(t, f, name, data, n, (int)flags);
	return ret < 0 ? ret : 0;
}

static int64_t get(struct task *t, const struct extattr_file *f, gaddr at,
		   gaddr data, uint64_t room)
{
	char name[EXTATTR_NAME + 1], *v;
	int64_t ret = get_name(t, at, name);

	if (ret)
		return ret;
	ret = extattr_fetch(f, name, &v);
	ret = put(t, data, room, v, ret);
	free(v);
	return ret;
}

/* In place: the names of both namespaces, of which the host's second is longer. */
static int64_t named(char *v, int64_t n)
{
	_Static_assert(sizeof SYSTEM <= sizeof EXTATTR_SYSTEM, "in place");
	int64_t out = 0;

	for (int64_t i = 0; i < n;) {
		const char *name = v + i, *prefix = "";
		size_t len = strlen(name), skip = 0;

		i += (int64_t)len + 1;
		if (begins(name, EXTATTR_SYSTEM)) {
			prefix = SYSTEM;
			skip = strlen(EXTATTR_SYSTEM);
		} else if (!begins(name, EXTATTR_USER)) {
			continue;
		}
		memmove(v + out + strlen(prefix), name + skip, len - skip + 1);
		memcpy(v + out, prefix, strlen(prefix));
		out += (int64_t)(strlen(prefix) + len - skip + 1);
	}
	return out;
}

static int64_t list(struct task *t, const struct extattr_file *f, gaddr data,
		    uint64_t room)
{
	char *v;
	int64_t ret = extattr_fetch(f, NULL, &v);

	if (ret > 0)
		ret = named(v, ret);
	ret = put(t, data, room, v, ret);
	free(v);
	return ret;
}

static int64_t delete(struct task *t, const struct extattr_file *f, gaddr at)
{
	char name[EXTATTR_NAME + 1];
	int64_t ret = get_name(t, at, name);

	return ret ? ret : extattr_remove(f, name);
}

/* ---- the calls ------------------------------------------------------------------- */

int64_t netbsd_setxattr(struct task *t, gaddr path, gaddr name, gaddr value,
			uint64_t n, uint32_t flags)
{
	EXTATTR_BY_PATH(true);
	return set(t, &f, name, value, n, flags);
}

int64_t netbsd_lsetxattr(struct task *t, gaddr path, gaddr name, gaddr value,
			 uint64_t n, uint32_t flags)
{
	EXTATTR_BY_PATH(false);
	return set(t, &f, name, value, n, flags);
}

int64_t netbsd_fsetxattr(struct task *t, int fd, gaddr name, gaddr value,
			 uint64_t n, uint32_t flags)
{
	EXTATTR_BY_FD;
	return set(t, &f, name, value, n, flags);
}

int64_t netbsd_getxattr(struct task *t, gaddr path, gaddr name, gaddr value,
			uint64_t n)
{
	EXTATTR_BY_PATH(true);
	return get(t, &f, name, value, n);
}

int64_t netbsd_lgetxattr(struct task *t, gaddr path, gaddr name, gaddr value,
			 uint64_t n)
{
	EXTATTR_BY_PATH(false);
	return get(t, &f, name, value, n);
}

int64_t netbsd_fgetxattr(struct task *t, int fd, gaddr name, gaddr value,
			 uint64_t n)
{
	EXTATTR_BY_FD;
	return get(t, &f, name, value, n);
}

int64_t netbsd_listxattr(struct task *t, gaddr path, gaddr names, uint64_t n)
{
	EXTATTR_BY_PATH(true);
	return list(t, &f, names, n);
}

int64_t netbsd_llistxattr(struct task *t, gaddr path, gaddr names, uint64_t n)
{
	EXTATTR_BY_PATH(false);
	return list(t, &f, names, n);
}

int64_t netbsd_flistxattr(struct task *t, int fd, gaddr names, uint64_t n)
{
	EXTATTR_BY_FD;
	return list(t, &f, names, n);
}

int64_t netbsd_removexattr(struct task *t, gaddr path, gaddr name)
{
	EXTATTR_BY_PATH(true);
	return delete (t, &f, name);
}

int64_t netbsd_lremovexattr(struct task *t, gaddr path, gaddr name)
{
	EXTATTR_BY_PATH(false);
	return delete (t, &f, name);
}

int64_t netbsd_fremovexattr(struct task *t, int fd, gaddr name)
{
	EXTATTR_BY_FD;
	return delete (t, &f, name);
}
