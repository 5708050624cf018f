/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-attr.c - a file's metadata as NT shows it.
 *
 * The host has no hidden, system or archive bits.  They are kept where Samba
 * keeps them, in the extended attribute user.DOSATTRIB, and only if they are
 * not what a file has anyway (ARCHIVE for files).  Read-only is the absence
 * of write permission.  Asking for the extended attribute costs as much as a
 * stat, so what was found is remembered as long as the inode's ctime, which
 * every change moves, stays the same.
 * Source of the format: Samba's published interface file xattr.idl.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/inode-change.h"
#include "syscall-xlate/nt/reparse-link.h"
#include "syscall-xlate/nt/reparse-tag.h"

#define XATTR XATTR_DOS

enum {
	/* What is stored; the rest comes from the inode. */
	STORED = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
		 FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_TEMPORARY |
		 FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_SPARSE_FILE |
		 FILE_ATTRIBUTE_REPARSE_POINT |
		 FILE_ATTRIBUTE_NOT_CONTENT_INDEXED,
	/* What a program does not set with the others. */
	KEPT = FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_REPARSE_POINT,
	CACHE_SIZE = 1024,
	RACY_NS = 50 * 1000 * 1000,
	NONE = 0xffffffff, /* no attribute stored */
};

#define EPOCH 116444736000000000ll /* 1970 in NT time */

int64_t time_from_statx(const struct statx_timestamp *ts)
{
	return EPOCH + ts->tv_sec * 10000000ll + ts->tv_nsec / 100;
}

/* ---- the extended attribute -------------------------------------------- */

/* A file's permission bits say whether it is read-only, a folder's do not. */
static uint32_t stored_of(bool directory)
{
	return STORED | (directory ? FILE_ATTRIBUTE_READONLY : 0);
}

struct stored {
	uint32_t attributes; /* NONE: not stored */
	int64_t created;     /* 0: not stored */
};

enum { HAS_ATTRIBUTES = 1, HAS_CREATED = 0x10 };

/*
 * "0x20", NUL, padding, version twice, padding, valid flags, attributes.  In
 * version 4 two times follow, in 5 one; the last is the time of creation.
 */
static struct stored parse_blob(const uint8_t *b, size_t n)
{
	struct stored s = { NONE, 0 };
	struct bytes blob = { b, n };
	const uint8_t *nul = memchr(b, 0, n);
	uint16_t version = 0;
	uint32_t valid = 0;
	size_t at = 0;

	if (nul) {
		at = ROUND_UP((size_t)(nul - b) + 1, 2);
		bytes_get(blob, at, &version, sizeof version);
		at = ROUND_UP(at + 4, 4);
	}
	if (version >= 2 && version <= 5 &&
	    !bytes_get(blob, at, &valid, sizeof valid)) {
		if (valid & HAS_ATTRIBUTES)
			bytes_get(blob, at + 4, &s.attributes, 4);
		if (valid & HAS_CREATED && version >= 4)
			bytes_get(blob, at + (version == 4 ? 16 : 8),
				  &s.created, 8);
	} else if (n >= 3 && n < 16 && b[0] == '0' && b[1] == 'x') {
		char text[16];

		memcpy(text, b, n);
		text[n] = 0;
		s.attributes = (uint32_t)strtoul(text, NULL, 16);
	}
	return s;
}

static size_t make_blob(uint8_t *b, uint32_t attributes, int64_t created)
{
	uint8_t *p = b;
	uint16_t version = 4;
	uint32_t valid = HAS_ATTRIBUTES | (created ? HAS_CREATED : 0);

	p += sprintf((char *)p, "0x%x", attributes) + 1;
	if ((p - b) % 2)
		*p++ = 0;
	memcpy(p, &version, 2);
	memcpy(p + 2, &version, 2);
	p += 4;
	while ((p - b) % 4)
		*p++ = 0;
	memcpy(p, &valid, 4);
	memcpy(p + 4, &attributes, 4);
	memset(p + 8, 0, 8); /* a time that valid says not to read */
	memcpy(p + 16, &created, 8);
	return (size_t)(p + 24 - b);
}

/* ---- what was found before ----------------------------------------------- */

/*
 * One entry is read by all threads at once and written by one at a time.  A
 * reader that sees an odd number, or another one afterwards, has seen half of
 * it, which is none.
 */
static struct known {
	_Atomic uint32_t turn;
	uint32_t attributes;
	uint64_t ino, device;
	struct statx_timestamp ctime;
	int64_t created;
} cache[CACHE_SIZE] SPARSE;
/* A device whose file system has no extended attributes, 0: none seen. */
static _Atomic uint64_t bare_device;

static uint64_t device_of(const struct statx *st)
{
	return makedev(st->stx_dev_major, st->stx_dev_minor) + 1;
}

static struct known *cache_at(const struct statx *st)
{
	return &cache[(st->stx_ino ^ st->stx_ino >> 10) % CACHE_SIZE];
}

static bool cache_get(const struct statx *st, struct stored *s)
{
	const struct known *k = cache_at(st);
	uint32_t turn = atomic_load_explicit(&k->turn, memory_order_acquire);
	bool hit = !(turn & 1) && k->ino == st->stx_ino &&
		   k->device == device_of(st) &&
		   k->ctime.tv_sec == st->stx_ctime.tv_sec &&
		   k->ctime.tv_nsec == st->stx_ctime.tv_nsec;

	s->attributes = k->attributes;
	s->created = k->created;
	atomic_thread_fence(memory_order_acquire);
	return hit &&
	       atomic_load_explicit(&k->turn, memory_order_relaxed) == turn;
}

static void cache_put(const struct statx *st, struct stored s)
{
	struct known *k = cache_at(st);
	struct timespec now;
	uint32_t turn;

	/*
	 * A change within the same tick of the clock would not show.  The clock
	 * is the one that files are stamped by: the other one goes on in a
	 * machine that stood still and has not had its tick yet.
	 */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if ((now.tv_sec - st->stx_ctime.tv_sec) * 1000000000ll + now.tv_nsec -
		    st->stx_ctime.tv_nsec <
	    RACY_NS)
		return;
	turn = atomic_load(&k->turn) & ~1u;
	if (!atomic_compare_exchange_strong(&k->turn, &turn, turn + 1))
		return; /* another thread is at it */
	k->ino = st->stx_ino;
	k->device = device_of(st);
	k->ctime = st->stx_ctime;
	k->attributes = s.attributes;
	k->created = s.created;
	atomic_store(&k->turn, turn + 2);
}

static struct stored stored(const struct statx *st, int fd, int dirfd,
			    const char *path)
{
	uint8_t blob[256];
	struct stored s = { NONE, 0 };
	ssize_t n;

	if (bare_device == device_of(st))
		return s;
	if (cache_get(st, &s))
		return s;
	s = (struct stored){ NONE, 0 };
	if (fd < 0)
		n = xattr_get_at(dirfd, path, XATTR, blob, sizeof blob);
	else if ((n = fgetxattr(fd, XATTR, blob, sizeof blob)) < 0)
		n = -errno;
	if (n > 0)
		s = parse_blob(blob, (size_t)n);
	else if (n == -EOPNOTSUPP)
		bare_device = device_of(st);
	cache_put(st, s);
	return s;
}

/* ---- from the inode ---- */

static void from_inode(struct file_meta *m, const struct statx *st)
{
	memset(m, 0, sizeof *m);
	m->times.accessed = time_from_statx(&st->stx_atime);
	m->times.written = time_from_statx(&st->stx_mtime);
	m->times.changed = time_from_statx(&st->stx_ctime);
	if (st->stx_mask & STATX_BTIME && st->stx_btime.tv_sec)
		m->times.created = time_from_statx(&st->stx_btime);
	else /* the earliest that is known */
		m->times.created = MIN(m->times.written, m->times.changed);
	m->ino = st->stx_ino;
	m->dev = makedev(st->stx_dev_major, st->stx_dev_minor);
	m->links = st->stx_nlink;

	if (S_ISDIR(st->stx_mode)) {
		m->directory = true;
		m->attributes = FILE_ATTRIBUTE_DIRECTORY;
		m->links = 1;
	} else if (S_ISLNK(st->stx_mode)) {
		m->attributes = FILE_ATTRIBUTE_REPARSE_POINT;
	} else {
		m->size = (int64_t)st->stx_size;
		m->allocation = (int64_t)st->stx_blocks * 512;
		if (S_ISREG(st->stx_mode)) {
			m->attributes = FILE_ATTRIBUTE_ARCHIVE;
			if (!(st->stx_mode & 0222))
				m->attributes |= FILE_ATTRIBUTE_READONLY;
			/* Data that still lies in the inode or in memory. */
			if (m->allocation < m->size && !st->stx_blocks)
				m->allocation =
					(int64_t)ROUND_UP(m->size, 4096);
		}
	}
	if (st->stx_attributes & STATX_ATTR_COMPRESSED)
		m->attributes |= FILE_ATTRIBUTE_COMPRESSED;
}

void meta_plain(struct file_meta *m, const struct statx *st)
{
	from_inode(m, st);
	if (!m->attributes)
		m->attributes = FILE_ATTRIBUTE_NORMAL;
}

/* What the link at path, or that dirfd is, is told as; follow leads past it. */
static void link_meta(struct file_meta *m, int dirfd, const char *path,
		      int follow_at, const char *follow)
{
	struct stat target;

	m->tag = link_tag(dirfd, path);
	m->directory = m->tag == REPARSE_TAG_MOUNT_POINT ||
		       (follow && !fstatat(follow_at, follow, &target, 0) &&
			S_ISDIR(target.st_mode));
	if (m->directory)
		m->attributes |= FILE_ATTRIBUTE_DIRECTORY;
}

void meta_from_statx(struct file_meta *m, const struct statx *st, int dirfd,
		     const char *path, const struct virtual_dir *dir)
{
	struct stored extra = { NONE, 0 };

	from_inode(m, st);
	if (S_ISLNK(st->stx_mode)) {
		link_meta(m, dirfd, path ? path : "", dirfd, path);
	} else if (dir) {
		/* A stand-in is opened for it; its number must not be. */
		m->ino = 0xc0000000ull + (uintptr_t)virtual_path(dir) % 65521;
	} else if (S_ISREG(st->stx_mode) || S_ISDIR(st->stx_mode)) {
		extra = stored(st, path ? -1 : dirfd, dirfd, path);
	}
	if (extra.attributes != NONE) {
		const uint32_t bits = stored_of(S_ISDIR(st->stx_mode));

		m->attributes = (m->attributes & ~bits) |
				(extra.attributes & bits);
	}
	/* A bit without a tag (of a copy, say) says nothing. */
	if (extra.attributes != NONE &&
	    extra.attributes & FILE_ATTRIBUTE_REPARSE_POINT) {
		m->tag = reparse_tag_at(dirfd, path ? path : "");
		if (!m->tag)
			m->attributes &= ~FILE_ATTRIBUTE_REPARSE_POINT;
	}
	if (extra.created)
		m->times.created = extra.created;
	if (!m->attributes)
		m->attributes = FILE_ATTRIBUTE_NORMAL;
}

void file_proc_path(const struct file *f, char *buf, size_t size)
{
	snprintf(buf, size, "/proc/self/fd/%d", f->fd);
}

NTSTATUS meta_of_file(struct file *f, struct file_meta *m)
{
	struct statx st;

	if (f->fd < 0) {
		memset(m, 0, sizeof *m);
		m->attributes = FILE_ATTRIBUTE_NORMAL;
		m->links = 1;
		return STATUS_SUCCESS;
	}
	if (statx(f->fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, META_MASK,
		  &st) < 0)
		return status_from_errno(errno);
	if (f->kind == FILE_KIND_LINK) {
		from_inode(m, &st);
		link_meta(m, f->fd, "", AT_FDCWD, f->path);
		return STATUS_SUCCESS;
	}
	meta_from_statx(m, &st, f->fd, f->path_only ? "" : NULL, f->dir);
	if (f->kind == FILE_KIND_STREAM) {
		m->directory = false;
		m->attributes &= ~FILE_ATTRIBUTE_DIRECTORY;
		if (!m->attributes)
			m->attributes = FILE_ATTRIBUTE_NORMAL;
		if (stream_size(f, &m->size) == STATUS_SUCCESS)
			m->allocation = (int64_t)ROUND_UP(m->size, 8);
		return STATUS_SUCCESS;
	}
	if (f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_DIR)
		m->attributes = FILE_ATTRIBUTE_NORMAL;
	return STATUS_SUCCESS;
}

/* ---- changing them ---- */

static uint32_t default_stored(bool directory)
{
	return directory ? 0 : FILE_ATTRIBUTE_ARCHIVE;
}

/*
 * A listing asks the directory first: only one that has the attribute itself
 * (as Samba's have) is searched for entries that do, and of another those that
 * somebody else than its owner has, who could not give it the attribute.
 */
static void mark_parent(int dirfd, const char *path)
{
	size_t n = path ? strlen(path) : 0;
	char dir[HOST_PATH_MAX + 64];
	uint8_t blob[64];
	int at = 0;

	if (!n || n >= HOST_PATH_MAX)
		return;
	while (n && path[n - 1] != '/')
		n--;
	if (*path != '/' && dirfd != AT_FDCWD)
		at = sprintf(dir, "/proc/self/fd/%d/", dirfd);
	else if (!n)
		at = sprintf(dir, "./");
	memcpy(dir + at, path, n);
	dir[(size_t)at + n] = 0;
	inode_setxattr_folder(dir, XATTR, blob,
			      make_blob(blob, FILE_ATTRIBUTE_DIRECTORY, 0),
			      XATTR_CREATE);
}

void meta_moved(const struct file *f, const char *path)
{
	char self[32];

	file_proc_path(f, self, sizeof self);
	if (f->kind != FILE_KIND_LINK && getxattr(self, XATTR, NULL, 0) > 0)
		mark_parent(AT_FDCWD, path);
}

bool folder_is_read_only(struct file *f)
{
	struct file_meta m;

	return f->kind == FILE_KIND_DIR && !meta_of_file(f, &m) &&
	       m.attributes & FILE_ATTRIBUTE_READONLY;
}

/* Of what is stored, those in mask become what attributes says. */
static NTSTATUS store(struct file *f, uint32_t attributes, uint32_t mask,
		      int64_t created)
{
	struct stored old = { NONE, 0 };
	uint8_t blob[256];
	char self[32];
	struct stat st;
	uint32_t want, bits;
	mode_t mode;
	ssize_t got;
	size_t n;

	if (f->kind == FILE_KIND_LINK)
		return STATUS_SUCCESS; /* a link has none of its own here */
	if (fstat(f->fd, &st) < 0)
		return status_from_errno(errno);
	file_proc_path(f, self, sizeof self);

	mode = st.st_mode & 07777;
	if (!(mask & FILE_ATTRIBUTE_READONLY) || !S_ISREG(st.st_mode))
		; /* stays */
	else if (attributes & FILE_ATTRIBUTE_READONLY)
		mode &= ~0222u;
	else if (!(mode & 0222))
		mode |= 0200;
	if (mode != (st.st_mode & 07777) && inode_chmod(f->fd, mode) < 0)
		return status_from_errno(errno);
	f->mode = (st.st_mode & S_IFMT) | mode;

	got = getxattr(self, XATTR, blob, sizeof blob);
	if (got > 0)
		old = parse_blob(blob, (size_t)got);
	if (!created)
		created = old.created;
	bits = stored_of(S_ISDIR(st.st_mode));
	want = old.attributes != NONE ? old.attributes & bits
				      : default_stored(S_ISDIR(st.st_mode));
	want = (want & ~mask) | (attributes & mask & bits);
	/* A folder's also says that there are some in it: mark_parent(). */
	if (want == default_stored(S_ISDIR(st.st_mode)) && !created &&
	    (got < 0 || !S_ISDIR(st.st_mode))) {
		if (got >= 0 && inode_removexattr(f->fd, XATTR) < 0)
			return status_from_errno(errno);
		return STATUS_SUCCESS;
	}
	if (S_ISDIR(st.st_mode))
		want |= FILE_ATTRIBUTE_DIRECTORY;
	else if (!(mode & 0222))
		want |= FILE_ATTRIBUTE_READONLY;
	n = make_blob(blob, want, created);
	/* Setting needs write permission, which a read-only file lacks. */
	if (inode_setxattr(f->fd, XATTR, blob, n, 0) < 0) {
		if (errno == EROFS || errno == EIO || disk_is_full(errno))
			return status_from_errno(errno);
		if (errno == EACCES && inode_chmod(f->fd, mode | 0200) == 0) {
			inode_setxattr(f->fd, XATTR, blob, n, 0);
			inode_chmod(f->fd, mode);
		}
	}
	mark_parent(AT_FDCWD, f->path);
	/* A file system without them loses these bits, as FAT loses others. */
	return STATUS_SUCCESS;
}

NTSTATUS meta_set_attributes(struct file *f, uint32_t attributes,
			     int64_t created)
{
	return store(f, attributes, attributes ? ~(uint32_t)KEPT : 0, created);
}

NTSTATUS meta_set_reparse(struct file *f, bool on)
{
	return store(f, on ? FILE_ATTRIBUTE_REPARSE_POINT : 0,
		     FILE_ATTRIBUTE_REPARSE_POINT, 0);
}

NTSTATUS meta_set_sparse(struct file *f, bool on)
{
	return store(f, on ? FILE_ATTRIBUTE_SPARSE_FILE : 0,
		     FILE_ATTRIBUTE_SPARSE_FILE, 0);
}

void meta_init_attributes(int fd, int dirfd, const char *path,
			  uint32_t attributes, bool directory)
{
	uint32_t want = (attributes & stored_of(directory) & ~(uint32_t)KEPT) |
			default_stored(directory);
	uint8_t blob[64];

	if (want == default_stored(directory))
		return;
	if (directory)
		want |= FILE_ATTRIBUTE_DIRECTORY;
	if (fsetxattr(fd, XATTR, blob, make_blob(blob, want, 0), 0) == 0)
		mark_parent(dirfd, path);
}
