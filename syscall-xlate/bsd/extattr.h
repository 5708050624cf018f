/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extattr.h - extended attributes of files, by the host's names ("user.mime").
 */
#ifndef RF_BSD_EXTATTR_H
#define RF_BSD_EXTATTR_H

#include <errno.h>

#include "syscall-xlate/bsd/bsd.h"

enum { EXTATTR_NAME = 255 /* the host's longest, with its namespace */,
       EXTATTR_LARGEST = 65536 /* the host's, of a value and of a list */ };

struct extattr_file {
	int fd; /* or -1: path */
	bool follow;
	char path[BSD_PATH];
};

/* f is the file by that path.  0 or -errno. */
int extattr_by_path(struct task *t, gaddr path, bool follow,
		    struct extattr_file *f);
/*
 * What name, or NULL: the list of all names, each with its NUL, has.  Its size or
 * -errno; *value is to be freed in any case.
 */
int64_t extattr_fetch(const struct extattr_file *f, const char *name,
		      char **value);
/* flags: XATTR_CREATE, XATTR_REPLACE.  n or -errno. */
int64_t extattr_store(struct task *t, const struct extattr_file *f,
		      const char *name, gaddr data, uint64_t n, int flags);
int64_t extattr_remove(const struct extattr_file *f, const char *name);
/* Names of the system, which on both are the administrator's, begin so here. */
#define EXTATTR_USER "user."
#define EXTATTR_SYSTEM "trusted."
bool extattr_may_system(void);

/* The beginning of a call: f is what its path or its descriptor is. */
#define EXTATTR_BY_PATH(follow)                                                \
	struct extattr_file f;                                                 \
	int ret = extattr_by_path(t, path, follow, &f);                        \
                                                                               \
	if (ret)                                                               \
		return ret
#define EXTATTR_BY_FD                                                          \
	const struct extattr_file f = { .fd = fd };                            \
                                                                               \
	if (fd < 0)                                                            \
		return -EBADF

#endif
