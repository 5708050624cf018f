/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shm.c - FreeBSD's POSIX shared memory: shm_open(2) and its like, and its
 * semaphores.  Objects are the host's, so files of /dev/shm, or of a sandbox's own
 * folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/bsd/ksem.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

static int get_path(struct task *t, gaddr at, char *path)
{
	char text[256];
	int64_t n = guest_string(t, text, sizeof text, at);

	if (n < 0)
		return (int)n;
	if (text[0] != '/' || !text[1])
		return -EINVAL;
	/* The name space is flat here: a/b becomes a%b. */
	for (char *p = text + 1; *p; p++)
		if (*p == '/')
			*p = '%';
	return bsd_shm_path(text, path);
}

int64_t freebsd_shm_open2(struct task *t, gaddr at, uint32_t flags,
			  uint32_t mode, uint32_t shmflags, gaddr name)
{
	enum { SHM_ANON = 1, ALLOW_SEALING = 1, GROW_ON_WRITE = 2 };
	char path[BSD_PATH];
	int ret;

	if (shmflags & ~3u || (flags & 3) == 1)
		return -EINVAL;
	if (at == SHM_ANON)
		return bsd_ret(memfd_create("SHM_ANON",
					    MFD_CLOEXEC |
						    (shmflags & ALLOW_SEALING ?
							     MFD_ALLOW_SEALING :
							     0)));
	ret = get_path(t, at, path);
	if (ret)
		return ret;
	return bsd_ret(open(path,
			    (int)(flags & 3) | O_CLOEXEC | O_NOFOLLOW |
				    (flags & 0x200 ? O_CREAT : 0) |
				    (flags & 0x400 ? O_TRUNC : 0) |
				    (flags & 0x800 ? O_EXCL : 0),
			    mode & 0777));
}

int64_t freebsd_ksem_init(struct task *t, gaddr id_at, uint32_t value)
{
	return ksem_init(t, value, id_at);
}

int64_t freebsd_ksem_open(struct task *t, gaddr id_at, gaddr name,
			  uint32_t flags, uint32_t mode, uint32_t value)
{
	return ksem_open(t, name, flags, mode, value, id_at);
}

int64_t freebsd_shm_open(struct task *t, gaddr path, uint32_t flags,
			 uint32_t mode)
{
	return freebsd_shm_open2(t, path, flags, mode, 0, 0);
}

int64_t freebsd_shm_unlink(struct task *t, gaddr at)
{
	char path[BSD_PATH];
	int ret = get_path(t, at, path);

	return ret ? ret : bsd_ret(unlink(path));
}

int64_t freebsd_shm_rename(struct task *t, gaddr from, gaddr to, uint32_t flags)
{
	enum { NOREPLACE = 1, EXCHANGE = 2 };
	char old[BSD_PATH], new[BSD_PATH];
	int ret;

	if (flags & ~(uint32_t)(NOREPLACE | EXCHANGE) ||
	    flags == (NOREPLACE | EXCHANGE))
		return -EINVAL;
	ret = get_path(t, from, old);
	if (!ret)
		ret = get_path(t, to, new);
	/* The bits are Linux's as well. */
	return ret ? ret :
		     bsd_ret(renameat2(AT_FDCWD, old, AT_FDCWD, new, flags));
}
