/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c - calls that take a path: names, modes, owners, times, directories.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

/* The same values on both systems. */
enum {
	EACCESS_ = 0x100, SYMLINK_NOFOLLOW = 0x200, SYMLINK_FOLLOW = 0x400,
	REMOVEDIR = 0x800, RESOLVE_BENEATH_ = 0x2000, EMPTY_PATH_ = 0x4000,
};

static const struct flag_pair at_flags[] = {
	{ EACCESS_, AT_EACCESS },
	{ SYMLINK_NOFOLLOW, AT_SYMLINK_NOFOLLOW },
	{ SYMLINK_FOLLOW, AT_SYMLINK_FOLLOW },
	{ EMPTY_PATH_, AT_EMPTY_PATH },
};

static int at_to_host(uint32_t guest, int *host)
{
	uint32_t bits;

	if (flags_to_host(at_flags, COUNT_OF(at_flags), guest, &bits))
		return -EINVAL;
	*host = (int)bits;
	return 0;
}

#define PATH(name, at)                                                         \
	char name[BSD_PATH];                                                   \
	int name##_ret = bsd_path(t, at, name);                                \
                                                                               \
	if (name##_ret)                                                        \
		return name##_ret

/* ---- stat -------------------------------------------------------------------- */

int64_t bsd_stat_at(struct task *t, int dir, gaddr path, gaddr at, int flags)
{
	struct stat st;
	PATH(name, path);

	if (fstatat(dir, name, &st, flags))
		return -errno;
	return bsd_sys->put_stat(t, at, &st);
}

int64_t bsd_stat(struct task *t, gaddr path, gaddr st)
{
	return bsd_stat_at(t, AT_FDCWD, path, st, 0);
}

int64_t bsd_lstat(struct task *t, gaddr path, gaddr st)
{
	return bsd_stat_at(t, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int64_t bsd_fstatat(struct task *t, int dir, gaddr path, gaddr st,
		    uint32_t flags)
{
	int host;

	if (at_to_host(flags & ~(uint32_t)RESOLVE_BENEATH_, &host))
		return -EINVAL;
	return bsd_stat_at(t, dir, path, st, host);
}

int64_t bsd_fstat(struct task *t, int fd, gaddr at)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return bsd_sys->put_stat(t, at, &st);
}

/* ---- names ------------------------------------------------------------------- */

int64_t bsd_access(struct task *t, gaddr path, int32_t mode)
{
	PATH(name, path);
	return bsd_ret(access(name, mode));
}

int64_t bsd_eaccess(struct task *t, gaddr path, int32_t mode)
{
	PATH(name, path);
	return bsd_ret(faccessat(AT_FDCWD, name, mode, AT_EACCESS));
}

int64_t bsd_faccessat(struct task *t, int dir, gaddr path, int32_t mode,
		      uint32_t flags)
{
	int host;
	PATH(name, path);

	if (at_to_host(flags & ~(uint32_t)RESOLVE_BENEATH_, &host))
		return -EINVAL;
	return bsd_ret(faccessat(dir, name, mode, host));
}

int64_t bsd_linkat(struct task *t, int from_dir, gaddr from, int to_dir,
		   gaddr to, uint32_t flags)
{
	int host;
	PATH(a, from);
	PATH(b, to);

	if (at_to_host(flags & ~(uint32_t)RESOLVE_BENEATH_, &host))
		return -EINVAL;
	return bsd_ret(linkat(from_dir, a, to_dir, b, host));
}

int64_t bsd_link(struct task *t, gaddr from, gaddr to)
{
	return bsd_linkat(t, AT_FDCWD, from, AT_FDCWD, to, SYMLINK_FOLLOW);
}

int64_t bsd_symlinkat(struct task *t, gaddr target, int dir, gaddr path)
{
	char text[BSD_PATH];
	int64_t n = guest_string(t, text, sizeof text, target);
	PATH(name, path);

	return n < 0 ? n : bsd_ret(symlinkat(text, dir, name));
}

int64_t bsd_symlink(struct task *t, gaddr target, gaddr path)
{
	return bsd_symlinkat(t, target, AT_FDCWD, path);
}

/* The process's own program: on the host that link leads to us. */
static bool names_self(const char *path)
{
	static const char *const names[] = {
		"/proc/curproc/file", "/proc/curproc/exe", "/proc/self/exe",
	};

	for (unsigned i = 0; i < COUNT_OF(names); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

int64_t bsd_readlinkat(struct task *t, int dir, gaddr path, gaddr buf,
		       uint64_t size)
{
	char text[BSD_PATH];
	ssize_t n;
	PATH(name, path);

	if (names_self(name))
		n = snprintf(text, sizeof text, "%s", bsd_exe);
	else
		n = readlinkat(dir, name, text, sizeof text);
	if (n < 0)
		return -errno;
	n = (ssize_t)MIN((uint64_t)n, size);
	return guest_write(t, buf, text, (size_t)n) ? -EFAULT : n;
}

int64_t bsd_readlink(struct task *t, gaddr path, gaddr buf, uint64_t size)
{
	return bsd_readlinkat(t, AT_FDCWD, path, buf, size);
}

/* unlink of a directory is EPERM on BSD, EISDIR on Linux. */
static int64_t remove_result(int64_t ret)
{
	return ret == -EISDIR ? -EPERM : ret;
}

int64_t bsd_unlink(struct task *t, gaddr path)
{
	PATH(name, path);
	return remove_result(bsd_ret(unlink(name)));
}

int64_t bsd_unlinkat(struct task *t, int dir, gaddr path, uint32_t flags)
{
	PATH(name, path);

	if (flags & ~(uint32_t)(REMOVEDIR | RESOLVE_BENEATH_))
		return -EINVAL;
	return remove_result(bsd_ret(
		unlinkat(dir, name, flags & REMOVEDIR ? AT_REMOVEDIR : 0)));
}

int64_t bsd_rmdir(struct task *t, gaddr path)
{
	PATH(name, path);
	return bsd_ret(rmdir(name));
}

int64_t bsd_renameat(struct task *t, int from_dir, gaddr from, int to_dir,
		     gaddr to)
{
	PATH(a, from);
	PATH(b, to);
	return bsd_ret(renameat(from_dir, a, to_dir, b));
}

int64_t bsd_rename(struct task *t, gaddr from, gaddr to)
{
	return bsd_renameat(t, AT_FDCWD, from, AT_FDCWD, to);
}

int64_t bsd_mkdirat(struct task *t, int dir, gaddr path, uint32_t mode)
{
	PATH(name, path);
	return bsd_ret(mkdirat(dir, name, mode & 07777));
}

int64_t bsd_mkdir(struct task *t, gaddr path, uint32_t mode)
{
	return bsd_mkdirat(t, AT_FDCWD, path, mode);
}

int64_t bsd_mkfifoat(struct task *t, int dir, gaddr path, uint32_t mode)
{
	PATH(name, path);
	return bsd_ret(mkfifoat(dir, name, mode & 07777));
}

int64_t bsd_mkfifo(struct task *t, gaddr path, uint32_t mode)
{
	return bsd_mkfifoat(t, AT_FDCWD, path, mode);
}

int64_t bsd_mknodat(struct task *t, int dir, gaddr path, uint32_t mode,
		    uint64_t dev)
{
	PATH(name, path);

	/* Device numbers mean something else here. */
	if (!S_ISFIFO(mode) && !S_ISREG(mode))
		return -EPERM;
	return bsd_ret(mknodat(dir, name, mode, 0));
}

int64_t bsd_chdir(struct task *t, gaddr path)
{
	PATH(name, path);
	return bsd_ret(chdir(name));
}

int64_t bsd_fchdir(struct task *t, int fd)
{
	return bsd_ret(fchdir(fd));
}

int64_t bsd_chroot(struct task *t, gaddr path)
{
	PATH(name, path);
	return bsd_ret(chroot(name));
}

int64_t bsd_getcwd(struct task *t, gaddr buf, uint64_t size)
{
	char name[BSD_PATH];
	size_t n;

	if (!getcwd(name, sizeof name))
		return -errno;
	n = strlen(name) + 1;
	if (n > size)
		return size ? -ERANGE : -EINVAL;
	return guest_write(t, buf, name, n);
}

static int change_size(int dir, const char *name, int flags, const void *len)
{
	(void)dir, (void)flags;
	return truncate(name, *(const int64_t *)len);
}

int64_t bsd_truncate(struct task *t, gaddr path, int64_t len)
{
	PATH(name, path);
	return bsd_change_named(AT_FDCWD, name, 0, change_size, &len);
}

int64_t bsd_umask(struct task *t, uint32_t mask)
{
	return umask(mask & 0777);
}

/* ---- modes and owners ------------------------------------------------------------ */

static int change_mode_at(int dir, const char *name, int flags, const void *mode)
{
	(void)flags;
	return fchmodat(dir, name, *(const uint32_t *)mode & 07777, 0);
}

int64_t bsd_chmod(struct task *t, gaddr path, uint32_t mode)
{
	PATH(name, path);
	return bsd_change_named(AT_FDCWD, name, 0, change_mode_at, &mode);
}

static int change_mode(int fd, const void *mode)
{
	return fchmod(fd, *(const uint32_t *)mode & 07777);
}

int64_t bsd_fchmod(struct task *t, int fd, uint32_t mode)
{
	return bsd_change(fd, change_mode, &mode);
}

/* A link's own mode cannot be changed on Linux, nor does it matter. */
static int64_t chmod_nofollow(int dir, const char *name, uint32_t mode)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISLNK(st.st_mode))
		return 0;
	return bsd_change_named(dir, name, 0, change_mode_at, &mode);
}

int64_t bsd_lchmod(struct task *t, gaddr path, uint32_t mode)
{
	PATH(name, path);
	return chmod_nofollow(AT_FDCWD, name, mode);
}

int64_t bsd_fchmodat(struct task *t, int dir, gaddr path, uint32_t mode,
		     uint32_t flags)
{
	PATH(name, path);

	if (flags & ~(uint32_t)(SYMLINK_NOFOLLOW | RESOLVE_BENEATH_))
		return -EINVAL;
	if (flags & SYMLINK_NOFOLLOW)
		return chmod_nofollow(dir, name, mode);
	return bsd_change_named(dir, name, 0, change_mode_at, &mode);
}

static int change_owner_at(int dir, const char *name, int flags, const void *ids)
{
	const uint32_t *id = ids;

	return fchownat(dir, name, id[0], id[1], flags);
}

int64_t bsd_chown(struct task *t, gaddr path, uint32_t uid, uint32_t gid)
{
	PATH(name, path);
	return bsd_change_named(AT_FDCWD, name, 0, change_owner_at,
				(uint32_t[]){ uid, gid });
}

int64_t bsd_lchown(struct task *t, gaddr path, uint32_t uid, uint32_t gid)
{
	PATH(name, path);
	return bsd_change_named(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW,
				change_owner_at, (uint32_t[]){ uid, gid });
}

static int change_owner(int fd, const void *ids)
{
	const uint32_t *id = ids;

	return fchown(fd, id[0], id[1]);
}

int64_t bsd_fchown(struct task *t, int fd, uint32_t uid, uint32_t gid)
{
	return bsd_change(fd, change_owner, (uint32_t[]){ uid, gid });
}

int64_t bsd_fchownat(struct task *t, int dir, gaddr path, uint32_t uid,
		     uint32_t gid, uint32_t flags)
{
	int host;
	PATH(name, path);

	if (at_to_host(flags & ~(uint32_t)RESOLVE_BENEATH_, &host))
		return -EINVAL;
	return bsd_change_named(dir, name, host, change_owner_at,
				(uint32_t[]){ uid, gid });
}

/* BSD's file flags (nodump, immutable ...) have no place to be kept. */
int64_t bsd_chflags(struct task *t, gaddr path, uint64_t flags)
{
	PATH(name, path);

	if (access(name, F_OK))
		return -errno;
	return flags ? -EOPNOTSUPP : 0;
}

int64_t bsd_fchflags(struct task *t, int fd, uint64_t flags)
{
	if (fcntl(fd, F_GETFD) < 0)
		return -errno;
	return flags ? -EOPNOTSUPP : 0;
}

/* ---- times -------------------------------------------------------------------------- */

/* UTIME_NOW and UTIME_OMIT: -1 and -2 on FreeBSD, as here on NetBSD. */
static int get_times(struct task *t, gaddr at, struct timespec ts[2])
{
	struct bsd_timespec g[2];

	if (guest_read(t, g, at, sizeof g))
		return -EFAULT;
	for (unsigned i = 0; i < 2; i++) {
		ts[i] = (struct timespec){ g[i].sec, g[i].nsec };
		if (g[i].nsec == UTIME_NOW || g[i].nsec == UTIME_OMIT)
			continue;
		if (g[i].nsec == -1)
			ts[i].tv_nsec = UTIME_NOW;
		else if (g[i].nsec == -2)
			ts[i].tv_nsec = UTIME_OMIT;
		else if (g[i].nsec < 0 || g[i].nsec >= 1000000000)
			return -EINVAL;
	}
	return 0;
}

static int get_timevals(struct task *t, gaddr at, struct timespec ts[2])
{
	int ret = bsd_get_timeval(t, at, &ts[0]);

	return ret ? ret : bsd_get_timeval(t, at + 16, &ts[1]);
}

/* times: NULL is now. */
static int change_times_at(int dir, const char *name, int flags,
			   const void *times)
{
	return utimensat(dir, name, times, flags);
}

int64_t bsd_utimensat(struct task *t, int dir, gaddr path, gaddr times,
		      uint32_t flags)
{
	struct timespec ts[2];
	int host, ret;
	PATH(name, path);

	if (at_to_host(flags & ~(uint32_t)RESOLVE_BENEATH_, &host))
		return -EINVAL;
	if (times && (ret = get_times(t, times, ts)))
		return ret;
	return bsd_change_named(dir, name, host, change_times_at,
				times ? ts : NULL);
}

/* times: NULL is now. */
static int change_times(int fd, const void *times)
{
	return futimens(fd, times);
}

int64_t bsd_futimens(struct task *t, int fd, gaddr times)
{
	struct timespec ts[2];
	int ret;

	if (times && (ret = get_times(t, times, ts)))
		return ret;
	return bsd_change(fd, change_times, times ? ts : NULL);
}

static int64_t utimes_at(struct task *t, int dir, gaddr path, gaddr times,
			 int flags)
{
	struct timespec ts[2];
	int ret;
	PATH(name, path);

	if (times && (ret = get_timevals(t, times, ts)))
		return ret;
	return bsd_change_named(dir, name, flags, change_times_at,
				times ? ts : NULL);
}

int64_t bsd_utimes(struct task *t, gaddr path, gaddr times)
{
	return utimes_at(t, AT_FDCWD, path, times, 0);
}

int64_t bsd_lutimes(struct task *t, gaddr path, gaddr times)
{
	return utimes_at(t, AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

int64_t bsd_futimesat(struct task *t, int dir, gaddr path, gaddr times)
{
	return utimes_at(t, dir, path, times, 0);
}

int64_t bsd_futimes(struct task *t, int fd, gaddr times)
{
	struct timespec ts[2];
	int ret;

	if (times && (ret = get_timevals(t, times, ts)))
		return ret;
	return bsd_change(fd, change_times, times ? ts : NULL);
}

/* ---- pathconf -------------------------------------------------------------------------- */

/* 1-14 are numbered alike everywhere; _PC_NO_TRUNC and neighbours too. */
static const int pathconf_names[] = {
	-1, _PC_LINK_MAX, _PC_MAX_CANON, _PC_MAX_INPUT, _PC_NAME_MAX,
	_PC_PATH_MAX, _PC_PIPE_BUF, _PC_CHOWN_RESTRICTED, _PC_NO_TRUNC,
	_PC_VDISABLE, _PC_SYNC_IO, _PC_FILESIZEBITS, _PC_SYMLINK_MAX,
	_PC_2_SYMLINKS,
};

int64_t bsd_pathconf(struct task *t, gaddr path, int32_t what)
{
	long n;
	PATH(name, path);

	if (what < 1 || (unsigned)what >= COUNT_OF(pathconf_names))
		return -EINVAL;
	if (what == 13)
		return 1; /* _PC_2_SYMLINKS: links of any content */
	errno = 0;
	n = pathconf(name, pathconf_names[what]);
	return n == -1 && errno ? -errno : n == -1 ? INT64_MAX >> 1 : n;
}

int64_t bsd_fpathconf(struct task *t, int fd, int32_t what)
{
	long n;

	if (what < 1 || (unsigned)what >= COUNT_OF(pathconf_names))
		return -EINVAL;
	if (what == 13)
		return 1;
	errno = 0;
	n = fpathconf(fd, pathconf_names[what]);
	return n == -1 && errno ? -errno : n == -1 ? INT64_MAX >> 1 : n;
}
