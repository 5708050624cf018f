/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - what NetBSD lays out in its own way, and calls with a pad: an
 * off_t argument follows one that is not looked at.
 * Source: NetBSD's sys/stat.h, sys/dirent.h, sys/statvfs.h; stat(2),
 * getdents(2), statvfs(2), mmap(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/bsd/dir.h"
#include "syscall-xlate/bsd/mount.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

struct nb_stat {
	uint64_t dev;
	uint32_t mode, pad1;
	uint64_t ino;
	uint32_t nlink, uid, gid, pad2;
	uint64_t rdev;
	struct bsd_timespec atim, mtim, ctim, birthtim;
	int64_t size, blocks;
	int32_t blksize;
	uint32_t flags, gen, spare[2], pad3;
};
_Static_assert(sizeof(struct nb_stat) == 152, "sys/stat.h");
_Static_assert(offsetof(struct nb_stat, size) == 112, "sys/stat.h");

static struct bsd_timespec ts(struct timespec t)
{
	return (struct bsd_timespec){ t.tv_sec, t.tv_nsec };
}

int netbsd_put_stat(struct task *t, gaddr addr, const struct stat *st)
{
	struct nb_stat g = {
		.dev = st->st_dev, .ino = st->st_ino,
		.nlink = (uint32_t)st->st_nlink, .mode = st->st_mode,
		.uid = st->st_uid, .gid = st->st_gid, .rdev = st->st_rdev,
		.atim = ts(st->st_atim), .mtim = ts(st->st_mtim),
		.ctim = ts(st->st_ctim), .birthtim = ts(st->st_ctim),
		.size = st->st_size, .blocks = st->st_blocks,
		.blksize = (int32_t)st->st_blksize,
	};

	return guest_write(t, addr, &g, sizeof g);
}

static size_t pack(const struct bsd_dirent *d, uint8_t *out, size_t room)
{
	enum { HEAD = 13 };
	const size_t n = ROUND_UP(HEAD + d->len + 1, 8);
	const uint16_t reclen = (uint16_t)n, namlen = (uint16_t)d->len;

	if (n > room)
		return 0;
	memset(out, 0, n);
	memcpy(out, &d->ino, 8);
	memcpy(out + 8, &reclen, 2);
	memcpy(out + 10, &namlen, 2);
	out[12] = d->type;
	memcpy(out + HEAD, d->name, d->len);
	return n;
}

int64_t netbsd_getdents30(struct task *t, int fd, gaddr buf, uint64_t size)
{
	int64_t start;

	return bsd_read_dir(t, fd, buf, size, &start, pack);
}

/* ---- with a pad ------------------------------------------------------------- */

int64_t netbsd_pread(struct task *t, int fd, gaddr buf, uint64_t n, int32_t pad,
		     int64_t off)
{
	return bsd_pread(t, fd, buf, n, off);
}

int64_t netbsd_pwrite(struct task *t, int fd, gaddr buf, uint64_t n,
		      int32_t pad, int64_t off)
{
	return bsd_pwrite(t, fd, buf, n, off);
}

int64_t netbsd_preadv(struct task *t, int fd, gaddr iov, uint32_t n,
		      int32_t pad, int64_t off)
{
	return bsd_preadv(t, fd, iov, n, off);
}

int64_t netbsd_pwritev(struct task *t, int fd, gaddr iov, uint32_t n,
		       int32_t pad, int64_t off)
{
	return bsd_pwritev(t, fd, iov, n, off);
}

int64_t netbsd_lseek(struct task *t, int fd, int32_t pad, int64_t off,
		     int32_t whence)
{
	return bsd_lseek(t, fd, off, whence);
}

int64_t netbsd_truncate(struct task *t, gaddr path, int32_t pad, int64_t len)
{
	return bsd_truncate(t, path, len);
}

int64_t netbsd_ftruncate(struct task *t, int fd, int32_t pad, int64_t len)
{
	return bsd_ftruncate(t, fd, len);
}

int64_t netbsd_posix_fadvise(struct task *t, int fd, int32_t pad, int64_t off,
			     int64_t len, int32_t advice)
{
	return bsd_posix_fadvise(t, fd, off, len, advice);
}

int64_t netbsd_posix_fallocate(struct task *t, int fd, int32_t pad, int64_t off,
			       int64_t len)
{
	return bsd_posix_fallocate(t, fd, off, len);
}

/* ---- memory -------------------------------------------------------------------- */

enum {
	M_SHARED = 0x1, M_PRIVATE = 0x2, M_REMAPDUP = 0x4, M_FIXED = 0x10,
	M_RENAME = 0x20, M_NORESERVE = 0x40, M_INHERIT = 0x80,
	M_HASSEMAPHORE = 0x200, M_TRYFIXED = 0x400, M_WIRED = 0x800,
	M_ANON = 0x1000, M_STACK = 0x2000,
	M_KNOWN = 0xff003ff7,
};

int64_t netbsd_mmap(struct task *t, gaddr addr, uint64_t len, uint32_t prot,
		    uint32_t flags, int fd, int64_t pad, int64_t off)
{
	struct bsd_map m = {
		.addr = addr, .len = len, .off = (uint64_t)off,
		.prot = bsd_prot(prot), .fd = fd,
		.anonymous = flags & (M_ANON | M_STACK),
		.shared = flags & M_SHARED, .fixed = flags & M_FIXED,
		.align_log2 = flags >> 24,
	};

	if (flags & ~(uint32_t)M_KNOWN || (flags & (M_SHARED | M_PRIVATE)) ==
						  (M_SHARED | M_PRIVATE))
		return -EINVAL;
	if (m.anonymous) {
		if (fd != -1)
			return -EINVAL;
		m.off = 0;
	}
	return bsd_map(t, &m);
}

/* ---- times ------------------------------------------------------------------------- */

int64_t netbsd_mknod50(struct task *t, gaddr path, uint32_t mode, uint64_t dev)
{
	return bsd_mknodat(t, AT_FDCWD, path, mode, dev);
}

int64_t netbsd_mknodat(struct task *t, int dir, gaddr path, uint32_t mode,
		       int32_t pad, uint64_t dev)
{
	return bsd_mknodat(t, dir, path, mode, dev);
}

int64_t netbsd_fsync_range(struct task *t, int fd, int32_t flags, int64_t start,
			   int64_t len)
{
	enum { DATASYNC = 0x10 };

	return flags & DATASYNC ? bsd_fdatasync(t, fd) : bsd_fsync(t, fd);
}

/* ---- file systems --------------------------------------------------------------------- */

struct nb_statvfs {
	uint64_t flag, bsize, frsize, iosize;
	uint64_t blocks, bfree, bavail, bresvd;
	uint64_t files, ffree, favail, fresvd;
	uint64_t syncreads, syncwrites, asyncreads, asyncwrites;
	int32_t fsidx[2];
	uint64_t fsid, namemax;
	uint32_t owner, pad;
	uint64_t spare[4];
	char fstypename[32], mntonname[1024], mntfromname[1024];
	char mntfromlabel[1024];
};
_Static_assert(sizeof(struct nb_statvfs) == 3296, "sys/statvfs.h, 10.0");
/* Before NetBSD 10: u32 spares, no label. */
struct nb_statvfs_old {
	uint64_t fixed[19];
	uint32_t owner, spare[4];
	char fstypename[32], mntonname[1024], mntfromname[1024];
	uint32_t pad;
};
_Static_assert(sizeof(struct nb_statvfs_old) == 2256, "sys/statvfs.h, 9");

static void fill_statvfs(struct nb_statvfs *g, const struct statvfs *s)
{
	*g = (struct nb_statvfs){
		.flag = s->f_flag & 1, .bsize = s->f_bsize,
		.frsize = s->f_frsize, .iosize = s->f_bsize,
		.blocks = s->f_blocks, .bfree = s->f_bfree,
		.bavail = s->f_bavail, .bresvd = s->f_bfree - s->f_bavail,
		.files = s->f_files, .ffree = s->f_ffree,
		.favail = s->f_favail, .fresvd = s->f_ffree - s->f_favail,
		.fsid = s->f_fsid, .namemax = s->f_namemax,
	};
}

static int64_t put_statvfs(struct task *t, int fd, gaddr at, bool old)
{
	struct nb_statvfs g;
	struct bsd_mount names = { g.fstypename, sizeof g.fstypename,
				   g.mntfromname, g.mntonname };
	struct nb_statvfs_old o = { 0 };
	struct statvfs s;

	if (fstatvfs(fd, &s))
		return -errno;
	fill_statvfs(&g, &s);
	bsd_mount_of(&names, fd);
	if (!old)
		return guest_write(t, at, &g, sizeof g);
	memcpy(o.fixed, &g, sizeof o.fixed);
	memcpy(o.fstypename, g.fstypename, sizeof o.fstypename);
	memcpy(o.mntonname, g.mntonname, sizeof o.mntonname);
	memcpy(o.mntfromname, g.mntfromname, sizeof o.mntfromname);
	return guest_write(t, at, &o, sizeof o);
}

static int64_t statvfs_path(struct task *t, gaddr path, gaddr at, bool old)
{
	int64_t ret, fd = bsd_open_path(t, path);

	if (fd < 0)
		return fd;
	ret = put_statvfs(t, (int)fd, at, old);
	close((int)fd);
	return ret;
}

int64_t netbsd_statvfs190(struct task *t, gaddr path, gaddr at, int32_t flags)
{
	return statvfs_path(t, path, at, false);
}

int64_t netbsd_fstatvfs190(struct task *t, int fd, gaddr at, int32_t flags)
{
	return put_statvfs(t, fd, at, false);
}

int64_t netbsd_statvfs1(struct task *t, gaddr path, gaddr at, int32_t flags)
{
	return statvfs_path(t, path, at, true);
}

int64_t netbsd_fstatvfs1(struct task *t, int fd, gaddr at, int32_t flags)
{
	return put_statvfs(t, fd, at, true);
}
