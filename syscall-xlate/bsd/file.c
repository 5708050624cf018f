/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - descriptors: open, read, write, duplicate, lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own-fd.h"
#include "base/policy.h"
#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/bsd/calls.h"

enum {
	ACCESS_MODE = 3,
	SHLOCK = 0x10, EXLOCK = 0x20, /* the lock comes with the descriptor */
	NOFOLLOW = 0x100, CREAT = 0x200,
	IO_MAX = 0x7ffff000, /* Linux transfers no more at once */
};

static int open_flags(uint32_t guest, int *host)
{
	uint32_t bits, rest = guest & ~(uint32_t)(ACCESS_MODE | SHLOCK | EXLOCK);

	if ((guest & ACCESS_MODE) == 3 || (guest & (SHLOCK | EXLOCK)) ==
						  (SHLOCK | EXLOCK))
		return -EINVAL;
	if (flags_to_host(bsd_sys->open_flags, bsd_sys->nopen_flags, rest,
			  &bits))
		return -EINVAL;
	*host = (int)(bits | (guest & ACCESS_MODE)) | O_LARGEFILE;
	return 0;
}

static uint32_t flags_to_guest(int host)
{
	uint32_t guest = (uint32_t)host & ACCESS_MODE;

	for (unsigned i = 0; i < bsd_sys->nopen_flags; i++) {
		uint32_t h = bsd_sys->open_flags[i].host;

		if (h && ((uint32_t)host & h) == h &&
		    h != O_CLOEXEC && h != O_CREAT)
			guest |= bsd_sys->open_flags[i].guest;
	}
	return guest;
}

static int name_of(int fd, char host[static BSD_PATH])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, host, BSD_PATH - 1);
	if (n < 0)
		return -errno;
	host[n] = 0;
	return 0;
}

/*
 * A terminal of those that the sandbox has for itself.  Where /dev/pts is the host's
 * (there is no mount namespace) Landlock has refused it before; the terminal that we
 * were given as a standard descriptor is on another file system.
 */
static bool is_own_terminal(int fd, const char *host)
{
	struct stat st, all;

	return (!strcmp(host, "/dev/ptmx") || !strncmp(host, "/dev/pts/", 9)) &&
	       fstat(fd, &st) == 0 && stat("/dev/pts", &all) == 0 &&
	       st.st_dev == all.st_dev;
}

bool bsd_file_refused(int fd, bool change)
{
	static const char *const for_all[] = {
		"/dev/null", "/etc/localtime", "/usr/share/zoneinfo/",
	};
	static const char *const for_net[] = {
		"/etc/hosts", "/etc/resolv.conf", "/etc/services",
	};
	char host[BSD_PATH];

	if (name_of(fd, host))
		return true;
	if (policy_allows(policy, host, change) || is_own_terminal(fd, host))
		return false;
	for (unsigned i = 0; i < COUNT_OF(for_all); i++)
		if (!strncmp(host, for_all[i], strlen(for_all[i])))
			return false;
	for (unsigned i = 0;
	     policy->net == POLICY_NET_ALL && i < COUNT_OF(for_net); i++)
		if (!strcmp(host, for_net[i]))
			return false;
	policy_refused("%s %s", change ? "changing" : "reading", host);
	return true;
}

/*
 * The change is made by a descriptor that was looked at under a number that no
 * other thread can give to another file meanwhile.
 */
int64_t bsd_change(int fd, int (*change)(int fd, const void *arg),
		   const void *arg)
{
	char host[BSD_PATH];
	struct stat st;
	int64_t ret;
	int ours;

	if (!policy)
		return bsd_ret(change(fd, arg));
	ours = own_fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	if (ours < 0)
		return -errno;
	ret = own_fd_is(ours) ? name_of(ours, host) : -EMFILE;
	/* Nobody else has memory that has no name. */
	if (!ret && !policy_allows(policy, host, true) &&
	    (fstat(ours, &st) || st.st_nlink || strncmp(host, "/memfd:", 7))) {
		policy_refused("changing %s", host);
		ret = -EACCES;
	}
	if (!ret)
		ret = bsd_ret(change(ours, arg));
	close(ours);
	return ret;
}

int64_t bsd_change_named(int dir, const char *name, int flags,
			 bsd_change_at *change, const void *arg)
{
	const int link = flags & AT_SYMLINK_NOFOLLOW;
	char host[BSD_PATH], path[32];
	struct statvfs fs;
	int64_t ret;
	int fd;

	if (!policy)
		return bsd_ret(change(dir, name, flags, arg));
	fd = own_fd(flags & AT_EMPTY_PATH && !*name ?
			    fcntl(dir, F_DUPFD_CLOEXEC, 0) :
			    openat(dir, name,
				   O_PATH | O_CLOEXEC | (link ? O_NOFOLLOW : 0)));
	if (fd < 0)
		return -errno;
	ret = own_fd_is(fd) ? name_of(fd, host) : -EMFILE;
	/* What is mounted to be read says so itself. */
	if (!ret && !policy_allows(policy, host, true) &&
	    (fstatvfs(fd, &fs) || !(fs.f_flag & ST_RDONLY))) {
		policy_refused("changing %s", host);
		ret = -EACCES;
	}
	if (!ret) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		ret = bsd_ret(change(AT_FDCWD, path, 0, arg));
	}
	close(fd);
	return ret;
}

static int64_t do_open(struct task *t, int dir, gaddr path, uint32_t flags,
		       uint32_t mode)
{
	char name[BSD_PATH];
	int host, ret = open_flags(flags, &host);
	int64_t fd;

	if (ret == 0)
		ret = bsd_path(t, path, name);
	if (ret)
		return ret;
	fd = bsd_call(t, SYS_openat, dir, name, host, mode & 07777, 0, 0);
	if (fd == -ELOOP && flags & NOFOLLOW)
		return -bsd_sys->nofollow_error;
	if (fd < 0)
		return bsd_restart(t, fd);
	if (policy && bsd_file_refused((int)fd, flags & (ACCESS_MODE | CREAT))) {
		close((int)fd);
		return -EACCES;
	}
	fd = random_file((int)fd);
	if (fd < 0)
		return -errno;
	if (flags & (SHLOCK | EXLOCK)) {
		int64_t l = bsd_call(t, SYS_flock, fd,
				     (flags & EXLOCK ? LOCK_EX : LOCK_SH) |
					     (host & O_NONBLOCK ? LOCK_NB : 0),
				     0, 0, 0, 0);

		if (l < 0) {
			close((int)fd);
			return bsd_restart(t, l);
		}
	}
	return fd;
}

int64_t bsd_open(struct task *t, gaddr path, uint32_t flags, uint32_t mode)
{
	return do_open(t, AT_FDCWD, path, flags, mode);
}

int64_t bsd_openat(struct task *t, int dir, gaddr path, uint32_t flags,
		   uint32_t mode)
{
	return do_open(t, dir, path, flags, mode);
}

void bsd_closing(int fd)
{
	kqueue_closed(fd);
	if (bsd_sys->closing)
		bsd_sys->closing(fd);
}

int64_t bsd_close(struct task *t, int fd)
{
	bsd_closing(fd);
	return bsd_ret(close(fd));
}

int64_t bsd_closefrom(struct task *t, int32_t low)
{
	return bsd_close_range(t, (uint32_t)MAX(low, 0), ~0u, 0);
}

int64_t bsd_close_range(struct task *t, uint32_t low, uint32_t high,
			int32_t flags)
{
	enum { CLOEXEC = 4 };

	if (flags & ~CLOEXEC || high < low)
		return -EINVAL;
	high = MIN(high, (uint32_t)own_fd_low - 1);
	if (high < low)
		return 0;
	if (!flags)
		for (uint32_t fd = low; fd <= high && fd < 65536; fd++)
			bsd_closing((int)fd);
	return bsd_ret(syscall(SYS_close_range, low, high, flags));
}

/* ---- transfer -------------------------------------------------------------- */

/* One buffer as it lies in host memory.  0, or -EFAULT. */
static int one_iov(struct task *t, gaddr buf, uint64_t n, bool write,
		   struct iovec *v)
{
	*v = (struct iovec){ NULL, 0 };
	n = MIN(n, IO_MAX);
	return n == 0 || guest_iov(t, buf, n, write, v, 1) == 1 ? 0 : -EFAULT;
}

int64_t bsd_read(struct task *t, int fd, gaddr buf, uint64_t n)
{
	struct iovec v;

	if ((int64_t)n < 0)
		return -EINVAL;
	if (one_iov(t, buf, n, true, &v))
		return -EFAULT;
	return bsd_restart(t, bsd_call(t, SYS_read, fd, v.iov_base, v.iov_len,
				       0, 0, 0));
}

int64_t bsd_write(struct task *t, int fd, gaddr buf, uint64_t n)
{
	struct iovec v;

	if ((int64_t)n < 0)
		return -EINVAL;
	if (one_iov(t, buf, n, false, &v))
		return -EFAULT;
	return bsd_route_sent(fd, bsd_restart(t, bsd_call(t, SYS_write, fd,
							   v.iov_base,
							   v.iov_len, 0, 0, 0)));
}

int64_t bsd_pread(struct task *t, int fd, gaddr buf, uint64_t n, int64_t off)
{
	struct iovec v;

	if ((int64_t)n < 0)
		return -EINVAL;
	if (one_iov(t, buf, n, true, &v))
		return -EFAULT;
	return bsd_restart(t, bsd_call(t, SYS_pread64, fd, v.iov_base,
				       v.iov_len, off, 0, 0));
}

int64_t bsd_pwrite(struct task *t, int fd, gaddr buf, uint64_t n, int64_t off)
{
	struct iovec v;

	if ((int64_t)n < 0)
		return -EINVAL;
	if (one_iov(t, buf, n, false, &v))
		return -EFAULT;
	return bsd_restart(t, bsd_call(t, SYS_pwrite64, fd, v.iov_base,
				       v.iov_len, off, 0, 0));
}

static int64_t vector(struct task *t, long nr, int fd, gaddr iov, uint32_t n,
		      bool into, int64_t off)
{
	struct iovec v[16], *more;
	unsigned nv = 0;
	int64_t ret = bsd_iov(t, iov, n, into, v, &nv, &more);

	if (ret)
		return ret;
	/* preadv takes the offset in two halves; on x86-64 the first is all. */
	ret = bsd_call(t, nr, fd, more ? more : v, nv, off, 0, 0);
	free(more);
	return bsd_restart(t, ret);
}

int64_t bsd_readv(struct task *t, int fd, gaddr iov, uint32_t n)
{
	return vector(t, SYS_readv, fd, iov, n, true, 0);
}

int64_t bsd_writev(struct task *t, int fd, gaddr iov, uint32_t n)
{
	return bsd_route_sent(fd, vector(t, SYS_writev, fd, iov, n, false, 0));
}

int64_t bsd_preadv(struct task *t, int fd, gaddr iov, uint32_t n, int64_t off)
{
	return vector(t, SYS_preadv, fd, iov, n, true, off);
}

int64_t bsd_pwritev(struct task *t, int fd, gaddr iov, uint32_t n, int64_t off)
{
	return vector(t, SYS_pwritev, fd, iov, n, false, off);
}

/* SEEK_SET, CUR, END, DATA, HOLE: as on Linux. */
int64_t bsd_lseek(struct task *t, int fd, int64_t off, int32_t whence)
{
	return bsd_ret(lseek(fd, off, whence));
}

int64_t bsd_ftruncate(struct task *t, int fd, int64_t len)
{
	return bsd_ret(ftruncate(fd, len));
}

int64_t bsd_fsync(struct task *t, int fd)
{
	return bsd_restart(t, bsd_call(t, SYS_fsync, fd, 0, 0, 0, 0, 0));
}

int64_t bsd_fdatasync(struct task *t, int fd)
{
	return bsd_restart(t, bsd_call(t, SYS_fdatasync, fd, 0, 0, 0, 0, 0));
}

int64_t bsd_sync(struct task *t)
{
	sync();
	return 0;
}

/* Their result is the errno itself. */
int64_t bsd_posix_fadvise(struct task *t, int fd, int64_t off, int64_t len,
			  int32_t advice)
{
	/* 0-5 in the same order as Linux. */
	return -posix_fadvise(fd, off, len, advice);
}

int64_t bsd_posix_fallocate(struct task *t, int fd, int64_t off, int64_t len)
{
	return -posix_fallocate(fd, off, len);
}

int64_t bsd_copy_file_range(struct task *t, int in, gaddr in_off, int out,
			    gaddr out_off, uint64_t len, uint32_t flags)
{
	loff_t from, to;
	ssize_t n;

	if (flags)
		return -EINVAL;
	if ((in_off && guest_read(t, &from, in_off, 8)) ||
	    (out_off && guest_read(t, &to, out_off, 8)))
		return -EFAULT;
	n = copy_file_range(in, in_off ? &from : NULL, out,
			    out_off ? &to : NULL, len, 0);
	if (n < 0)
		return -errno;
	if ((in_off && guest_write(t, in_off, &from, 8)) ||
	    (out_off && guest_write(t, out_off, &to, 8)))
		return -EFAULT;
	return n;
}

/* ---- descriptors ------------------------------------------------------------ */

int64_t bsd_dup(struct task *t, int fd)
{
	return bsd_ret(dup(fd));
}

int64_t bsd_dup2(struct task *t, int from, int to)
{
	if (from != to && fcntl(from, F_GETFD) >= 0)
		bsd_closing(to);
	return bsd_ret(dup2(from, to));
}

int64_t bsd_dup3(struct task *t, int from, int to, uint32_t flags)
{
	int host;

	if (open_flags(flags, &host) || from == to)
		return -EINVAL;
	if (fcntl(from, F_GETFD) >= 0)
		bsd_closing(to);
	return bsd_ret(dup3(from, to, host & O_CLOEXEC));
}

int64_t bsd_pipe2(struct task *t, gaddr fds, uint32_t flags)
{
	int host, fd[2], ret;

	if (flags & ~(bsd_sys->o_cloexec | bsd_sys->o_nonblock) ||
	    open_flags(flags, &host))
		return -EINVAL;
	if (pipe2(fd, host & (O_CLOEXEC | O_NONBLOCK)))
		return -errno;
	ret = guest_write(t, fds, fd, sizeof fd);
	if (ret) {
		close(fd[0]);
		close(fd[1]);
	}
	return ret;
}

/* The old pipe: both descriptors are results. */
int64_t bsd_pipe(struct task *t)
{
	int fd[2];

	if (pipe(fd))
		return -errno;
	t->regs->rdx = (uint64_t)fd[1];
	return fd[0];
}

int64_t bsd_getdtablesize(struct task *t)
{
	return sysconf(_SC_OPEN_MAX);
}

int64_t bsd_flock(struct task *t, int fd, int32_t how)
{
	/* SH 1, EX 2, NB 4, UN 8: everywhere. */
	return bsd_restart(t, bsd_call(t, SYS_flock, fd, how, 0, 0, 0, 0));
}

/* ---- fcntl -------------------------------------------------------------------- */

struct guest_flock {
	int64_t start, len;
	int32_t pid;
	int16_t type, whence;
	int32_t sysid, pad;
};

enum { RDLCK = 1, UNLCK = 2, WRLCK = 3 };

static int64_t lock(struct task *t, int fd, int cmd, gaddr at)
{
	struct guest_flock g = { 0 };
	struct flock l = { 0 };
	/* NetBSD's ends before sysid, which nobody reads. */
	const size_t size = offsetof(struct guest_flock, sysid);
	int64_t ret;

	if (guest_read(t, &g, at, size))
		return -EFAULT;
	if (g.type < RDLCK || g.type > WRLCK)
		return -EINVAL;
	l.l_type = (short)(g.type == RDLCK ? F_RDLCK : g.type == WRLCK ? F_WRLCK : F_UNLCK);
	l.l_whence = g.whence;
	l.l_start = g.start;
	l.l_len = g.len;
	ret = bsd_call(t, SYS_fcntl, fd, cmd, &l, 0, 0, 0);
	if (ret == -EACCES)
		ret = -EAGAIN;
	if (ret || cmd != F_GETLK)
		return bsd_restart(t, ret);
	g.type = l.l_type == F_RDLCK ? RDLCK : l.l_type == F_WRLCK ? WRLCK : UNLCK;
	if (l.l_type != F_UNLCK) {
		g.whence = l.l_whence;
		g.start = l.l_start;
		g.len = l.l_len;
		g.pid = l.l_pid;
	}
	return guest_write(t, at, &g, size);
}

static int64_t get_path(struct task *t, int fd, gaddr at)
{
	char link[40], path[1024] = "";

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof path - 1) < 0)
		return -EBADF;
	return path[0] == '/' ? guest_write(t, at, path, sizeof path) : -ENOENT;
}

int64_t bsd_fcntl(struct task *t, int fd, int32_t cmd, uint64_t arg)
{
	enum bsd_fcntl op = cmd >= 0 && (unsigned)cmd < bsd_sys->nfcntl_ops ?
				    bsd_sys->fcntl_ops[cmd] :
				    FCNTL_NONE;
	int host;
	int64_t ret;

	switch (op) {
	case FCNTL_DUPFD:
		return own_fd_is((int)arg) ? -EINVAL :
					     bsd_ret(fcntl(fd, F_DUPFD, (int)arg));
	case FCNTL_DUPFD_CLOEXEC:
		return own_fd_is((int)arg) ? -EINVAL :
					     bsd_ret(fcntl(fd, F_DUPFD_CLOEXEC,
							   (int)arg));
	case FCNTL_DUP2FD:
		return own_fd_is((int)arg) ? -EBADF :
					     bsd_dup2(t, fd, (int)arg);
	case FCNTL_DUP2FD_CLOEXEC:
		return own_fd_is((int)arg) ? -EBADF :
		       fd == (int)arg ? -EINVAL :
					bsd_dup3(t, fd, (int)arg,
						 bsd_sys->o_cloexec);
	case FCNTL_GETFD:
		return bsd_ret(fcntl(fd, F_GETFD));
	case FCNTL_SETFD:
		return bsd_ret(fcntl(fd, F_SETFD, (int)arg & FD_CLOEXEC));
	case FCNTL_GETFL:
		ret = fcntl(fd, F_GETFL);
		return ret < 0 ? -errno : (int64_t)flags_to_guest((int)ret);
	case FCNTL_SETFL:
		/* What cannot be changed so is left alone, by both sides. */
		host = 0;
		for (unsigned i = 0; i < bsd_sys->nopen_flags; i++)
			if (arg & bsd_sys->open_flags[i].guest)
				host |= (int)bsd_sys->open_flags[i].host;
		return bsd_ret(fcntl(fd, F_SETFL,
				     host & (O_APPEND | O_NONBLOCK | O_ASYNC |
					     O_DIRECT)));
	case FCNTL_GETOWN:
		return bsd_ret(fcntl(fd, F_GETOWN));
	case FCNTL_SETOWN:
		return bsd_ret(fcntl(fd, F_SETOWN, (int)arg));
	case FCNTL_GETLK:
		return lock(t, fd, F_GETLK, arg);
	case FCNTL_SETLK:
		return lock(t, fd, F_SETLK, arg);
	case FCNTL_SETLKW:
		return lock(t, fd, F_SETLKW, arg);
	case FCNTL_CLOSEM:
		return bsd_closefrom(t, fd);
	case FCNTL_MAXFD:
		host = (int)MIN(sysconf(_SC_OPEN_MAX), (long)own_fd_low);
		while (--host >= 0)
			if (fcntl(host, F_GETFD) >= 0)
				return host;
		return -EBADF;
	case FCNTL_GETPATH:
		return get_path(t, fd, arg);
	case FCNTL_ADD_SEALS:
		return bsd_ret(fcntl(fd, F_ADD_SEALS, (int)arg & 0xf));
	case FCNTL_GET_SEALS:
		return bsd_ret(fcntl(fd, F_GET_SEALS));
	case FCNTL_IGNORE:
		return fcntl(fd, F_GETFD) < 0 ? -errno : 0;
	default:
		return -EINVAL;
	}
}
