/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - what FreeBSD lays out in its own way: stat, directories, mounts.
 * Source: FreeBSD's sys/stat.h, sys/dirent.h, sys/mount.h; stat(2),
 * getdirentries(2), statfs(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/bsd/dir.h"
#include "syscall-xlate/bsd/mount.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

struct fb_stat {
	uint64_t dev, ino, nlink;
	uint16_t mode;
	int16_t pad0;
	uint32_t uid, gid;
	int32_t pad1;
	uint64_t rdev;
	struct bsd_timespec atim, mtim, ctim, birthtim;
	int64_t size, blocks;
	int32_t blksize;
	uint32_t flags;
	uint64_t gen, spare[10];
};
_Static_assert(sizeof(struct fb_stat) == 224, "sys/stat.h");
_Static_assert(offsetof(struct fb_stat, size) == 112, "sys/stat.h");

/* Before FreeBSD 12: inode numbers of 32 bits. */
struct fb11_stat {
	uint32_t dev, ino;
	uint16_t mode, nlink;
	uint32_t uid, gid, rdev;
	struct bsd_timespec atim, mtim, ctim;
	int64_t size, blocks;
	int32_t blksize;
	uint32_t flags, gen;
	int32_t lspare;
	struct bsd_timespec birthtim;
};
_Static_assert(sizeof(struct fb11_stat) == 120, "sys/stat.h");

static struct bsd_timespec ts(struct timespec t)
{
	return (struct bsd_timespec){ t.tv_sec, t.tv_nsec };
}

int freebsd_put_stat(struct task *t, gaddr addr, const struct stat *st)
{
	struct fb_stat g = {
		.dev = st->st_dev, .ino = st->st_ino, .nlink = st->st_nlink,
		.mode = (uint16_t)st->st_mode, .uid = st->st_uid,
		.gid = st->st_gid, .rdev = st->st_rdev,
		.atim = ts(st->st_atim), .mtim = ts(st->st_mtim),
		.ctim = ts(st->st_ctim), .birthtim = ts(st->st_ctim),
		.size = st->st_size, .blocks = st->st_blocks,
		.blksize = (int32_t)st->st_blksize,
	};

	return guest_write(t, addr, &g, sizeof g);
}

static int64_t put_old(struct task *t, gaddr addr, const struct stat *st)
{
	struct fb11_stat g = {
		.dev = (uint32_t)st->st_dev, .ino = (uint32_t)st->st_ino,
		.nlink = (uint16_t)st->st_nlink, .mode = (uint16_t)st->st_mode,
		.uid = st->st_uid, .gid = st->st_gid,
		.rdev = (uint32_t)st->st_rdev,
		.atim = ts(st->st_atim), .mtim = ts(st->st_mtim),
		.ctim = ts(st->st_ctim), .birthtim = ts(st->st_ctim),
		.size = st->st_size, .blocks = st->st_blocks,
		.blksize = (int32_t)st->st_blksize,
	};

	return guest_write(t, addr, &g, sizeof g);
}

static int64_t old_at(struct task *t, int dir, gaddr path, gaddr at, int flags)
{
	char name[BSD_PATH];
	struct stat st;
	int ret = bsd_path(t, path, name);

	if (ret)
		return ret;
	return fstatat(dir, name, &st, flags) ? -errno : put_old(t, at, &st);
}

int64_t freebsd_freebsd11_stat(struct task *t, gaddr path, gaddr st)
{
	return old_at(t, AT_FDCWD, path, st, 0);
}

int64_t freebsd_freebsd11_lstat(struct task *t, gaddr path, gaddr st)
{
	return old_at(t, AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int64_t freebsd_freebsd11_fstat(struct task *t, int fd, gaddr at)
{
	struct stat st;

	return fstat(fd, &st) ? -errno : put_old(t, at, &st);
}

int64_t freebsd_freebsd11_fstatat(struct task *t, int dir, gaddr path, gaddr st,
				  uint32_t flags)
{
	return old_at(t, dir, path, st, flags & 0x200 ? AT_SYMLINK_NOFOLLOW : 0);
}

/* ---- directories ----------------------------------------------------------------- */

static size_t pack(const struct bsd_dirent *d, uint8_t *out, size_t room)
{
	struct {
		uint64_t fileno;
		int64_t off;
		uint16_t reclen;
		uint8_t type, pad0;
		uint16_t namlen, pad1;
	} h = { d->ino, d->off, 0, d->type, 0, (uint16_t)d->len, 0 };
	size_t n = ROUND_UP(sizeof h + d->len + 1, 8);

	if (n > room)
		return 0;
	h.reclen = (uint16_t)n;
	memset(out, 0, n);
	memcpy(out, &h, sizeof h);
	memcpy(out + sizeof h, d->name, d->len);
	return n;
}

static size_t pack_old(const struct bsd_dirent *d, uint8_t *out, size_t room)
{
	struct {
		uint32_t fileno;
		uint16_t reclen;
		uint8_t type, namlen;
	} h = { (uint32_t)d->ino, 0, d->type, (uint8_t)d->len };
	size_t n = ROUND_UP(sizeof h + d->len + 1, 4);

	if (n > room)
		return 0;
	h.reclen = (uint16_t)n;
	memset(out, 0, n);
	memcpy(out, &h, sizeof h);
	memcpy(out + sizeof h, d->name, d->len);
	return n;
}

int64_t freebsd_getdirentries(struct task *t, int fd, gaddr buf, uint64_t size,
			      gaddr base)
{
	int64_t start, n = bsd_read_dir(t, fd, buf, size, &start, pack);

	if (n >= 0 && base && guest_put64(t, base, (uint64_t)start))
		return -EFAULT;
	return n;
}

int64_t freebsd_freebsd11_getdirentries(struct task *t, int fd, gaddr buf,
					uint32_t size, gaddr base)
{
	int64_t start, n = bsd_read_dir(t, fd, buf, size, &start, pack_old);

	if (n >= 0 && base && guest_put64(t, base, (uint64_t)start))
		return -EFAULT;
	return n;
}

int64_t freebsd_freebsd11_getdents(struct task *t, int fd, gaddr buf,
				   uint64_t size)
{
	return freebsd_freebsd11_getdirentries(t, fd, buf, (uint32_t)size, 0);
}

/* ---- file systems ------------------------------------------------------------------- */

struct fb_statfs {
	uint32_t version, type;
	uint64_t flags, bsize, iosize, blocks, bfree;
	int64_t bavail;
	uint64_t files;
	int64_t ffree;
	uint64_t syncwrites, asyncwrites, syncreads, asyncreads, spare[10];
	uint32_t namemax, owner;
	int32_t fsid[2];
	char charspare[80], fstypename[16], mntfromname[1024], mntonname[1024];
};
_Static_assert(sizeof(struct fb_statfs) == 2344, "sys/mount.h");

#define NAMES_OF(g)                                                            \
	{ (g).fstypename, sizeof(g).fstypename, (g).mntfromname, (g).mntonname }

enum { STATFS_VERSION = 0x20140518, MNT_RDONLY_ = 1 };

static void from_statfs(struct fb_statfs *g, const struct statfs *s)
{
	*g = (struct fb_statfs){
		.version = STATFS_VERSION, .type = (uint32_t)s->f_type,
		.flags = s->f_flags & 1 ? MNT_RDONLY_ : 0,
		.bsize = (uint64_t)s->f_frsize, .iosize = (uint64_t)s->f_bsize,
		.blocks = s->f_blocks, .bfree = s->f_bfree,
		.bavail = (int64_t)s->f_bavail, .files = s->f_files,
		.ffree = (int64_t)s->f_ffree,
		.namemax = (uint32_t)s->f_namelen,
	};
	memcpy(g->fsid, &s->f_fsid, sizeof g->fsid);
}

static int64_t put_statfs(struct task *t, int fd, gaddr at)
{
	struct fb_statfs g;
	struct bsd_mount names = NAMES_OF(g);
	struct statfs s;

	if (fstatfs(fd, &s))
		return -errno;
	from_statfs(&g, &s);
	bsd_mount_of(&names, fd);
	return guest_write(t, at, &g, sizeof g);
}

int64_t freebsd_fstatfs(struct task *t, int fd, gaddr at)
{
	return put_statfs(t, fd, at);
}

int64_t freebsd_statfs(struct task *t, gaddr path, gaddr at)
{
	int64_t ret, fd = bsd_open_path(t, path);

	if (fd < 0)
		return fd;
	ret = put_statfs(t, (int)fd, at);
	close((int)fd);
	return ret;
}

int64_t freebsd_getfsstat(struct task *t, gaddr buf, int64_t size, int32_t mode)
{
	FILE *f = setmntent("/proc/self/mounts", "r");
	int64_t n = 0, ret = 0;
	struct mntent *m;

	if (!f)
		return -errno;
	while (!ret && (m = getmntent(f))) {
		struct fb_statfs g;
		struct bsd_mount names = NAMES_OF(g);
		struct statfs s;

		if (buf && (n + 1) * (int64_t)sizeof g > size)
			break;
		if (statfs(m->mnt_dir, &s))
			continue;
		from_statfs(&g, &s);
		bsd_mount_put(&names, m);
		if (buf)
			ret = guest_write(t, buf + (gaddr)n * sizeof g, &g,
					  sizeof g);
		n++;
	}
	endmntent(f);
	return ret ? ret : n;
}

/* ---- memory ---------------------------------------------------------------------------- */

enum {
	M_SHARED = 0x1, M_PRIVATE = 0x2, M_FIXED = 0x10, M_STACK = 0x400,
	M_ANON = 0x1000, M_GUARD = 0x2000, M_EXCL = 0x4000,
	M_32BIT = 0x80000, M_HINTS = 0x200 | 0x800 | 0x20000 | 0x40000,
	M_KNOWN = 0xff000000 | M_32BIT | M_EXCL | M_GUARD | M_ANON | M_STACK |
		  M_FIXED | M_PRIVATE | M_SHARED | M_HINTS,
	ALIGN_SUPER = 1,
};

int64_t freebsd_mmap(struct task *t, gaddr addr, uint64_t len, uint32_t prot,
		     uint32_t flags, int fd, int64_t off)
{
	unsigned align = flags >> 24;
	struct bsd_map m = {
		.addr = addr, .len = len, .off = (uint64_t)off,
		.prot = bsd_prot(prot), .fd = fd,
		.anonymous = flags & (M_ANON | M_STACK | M_GUARD),
		.shared = flags & M_SHARED,
		.fixed = flags & M_FIXED,
		.exclusive = flags & M_EXCL,
		.below_2g = flags & M_32BIT,
		.align_log2 = align == ALIGN_SUPER ? 21 : align,
	};

	if (flags & ~(uint32_t)M_KNOWN || (flags & (M_SHARED | M_PRIVATE)) ==
						  (M_SHARED | M_PRIVATE))
		return -EINVAL;
	if (flags & M_EXCL && !(flags & M_FIXED))
		return -EINVAL;
	if (m.anonymous && (fd != -1 || (off && !(flags & M_GUARD))))
		return -EINVAL;
	if (flags & M_GUARD) {
		if (prot || flags & (M_ANON | M_STACK | M_SHARED | M_PRIVATE |
				     M_32BIT))
			return -EINVAL;
		m.prot = GUEST_NONE;
		m.off = 0;
	} else if (!m.anonymous && !(flags & (M_SHARED | M_PRIVATE))) {
		return -EINVAL;
	}
	return bsd_map(t, &m);
}
