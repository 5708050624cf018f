/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-mapped.c - see file-mapped.h.
 *
 * Sections are counted where the open handles are, by inode (file-share.c), and
 * told to other processes in the same table (file-shared.c).
 */
#include "syscall-xlate/nt/file-mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-private.h"

/* Locked: the sums of i->maps have changed. */
static void sum_up(struct inode *i)
{
	i->mapped = (struct mapped){ 0 };
	for (const struct file_map *m = i->maps; m; m = m->next) {
		i->mapped.images += m->image;
		i->mapped.size = MAX(i->mapped.size, m->size);
	}
	peers_tell(i);
}

void file_map_enter(struct file_map *m, uint64_t dev, uint64_t ino, bool image,
		    uint64_t size)
{
	struct inode *i;

	pthread_mutex_lock(&inode_lock);
	i = inode_make(dev, ino);
	if (i) { /* else nobody knows of it */
		*m = (struct file_map){ i->maps, i, image ? 0 : size, image };
		i->maps = m;
		sum_up(i);
	}
	pthread_mutex_unlock(&inode_lock);
}

void file_map_grow(struct file_map *m, uint64_t size)
{
	pthread_mutex_lock(&inode_lock);
	if (m->inode && m->size < size) {
		m->size = size;
		sum_up(m->inode);
	}
	pthread_mutex_unlock(&inode_lock);
}

void file_map_leave(struct file_map *m)
{
	struct inode *i;
	struct file_map **at;

	pthread_mutex_lock(&inode_lock);
	i = m->inode;
	if (i) {
		for (at = &i->maps; *at != m; at = &(*at)->next)
			;
		*at = m->next;
		m->inode = NULL;
		sum_up(i);
		inode_drop(i);
	}
	pthread_mutex_unlock(&inode_lock);
}

static struct mapped mapped_as(uint64_t dev, uint64_t ino)
{
	struct mapped m = { 0 };

	pthread_mutex_lock(&inode_lock);
	inode_mapped(dev, ino, &m);
	pthread_mutex_unlock(&inode_lock);
	return m;
}

/* ---- programs ---- */

/* The last byte that a file of the greatest size would have. */
static struct flock the_place(short type)
{
	return (struct flock){ .l_type = type,
			       .l_whence = SEEK_SET,
			       .l_start = INT64_MAX - 1,
			       .l_len = 1 };
}

void program_hold(int fd)
{
	struct flock l = the_place(F_RDLCK);

	/* A file system without locks: then it is not held so early. */
	fcntl(fd, F_OFD_SETLK, &l);
}

bool program_is_held(int fd)
{
	struct flock l = the_place(F_WRLCK);

	/* A lock of all that a file could have is somebody's for another
	   reason. */
	return !fcntl(fd, F_OFD_GETLK, &l) && l.l_type == F_RDLCK &&
	       l.l_start == INT64_MAX - 1 && l.l_len == 1;
}

/* Could it be a program?  So only these are opened to look for the lock. */
static bool looks_like_program(const char *path, mode_t mode)
{
	size_t n = path ? strlen(path) : 0;

	return mode & 0111 || (n > 4 && !strcasecmp(path + n - 4, ".exe"));
}

static bool is_held_at(int dirfd, const char *path)
{
	int fd = openat(dirfd, path,
			O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool held = fd >= 0 && program_is_held(fd);

	if (fd >= 0)
		close(fd);
	return held;
}

bool program_is_held_at(int dirfd, const char *path, mode_t mode)
{
	return looks_like_program(path, mode) && is_held_at(dirfd, path);
}

/* ---- what is refused ---- */

static NTSTATUS may_delete(const struct stat *st, bool held)
{
	struct mapped m = { 0 };

	if (!held)
		m = mapped_as(st->st_dev, st->st_ino);
	return held || m.images || m.size ? STATUS_CANNOT_DELETE
					  : STATUS_SUCCESS;
}

NTSTATUS file_mapped_delete_name(int dirfd, const char *path,
				 const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return STATUS_SUCCESS;
	return may_delete(st, program_is_held_at(dirfd, path, st->st_mode));
}

NTSTATUS file_mapped_delete(struct file *f)
{
	char self[32];
	struct stat st = { .st_mode = f->mode };

	if (!S_ISREG(f->mode) || f->kind == FILE_KIND_STREAM ||
	    !share_inode(f, &st.st_dev, &st.st_ino))
		return STATUS_SUCCESS;
	file_proc_path(f, self, sizeof self);
	return may_delete(&st, looks_like_program(f->path, f->mode) &&
				       is_held_at(AT_FDCWD, self));
}

NTSTATUS file_mapped_cut(struct file *f, int64_t size)
{
	struct mapped m;
	struct stat st;
	uint64_t dev, ino;

	if (!share_inode(f, &dev, &ino))
		return STATUS_SUCCESS;
	m = mapped_as(dev, ino);
	/* Whole pages are mapped. */
	if (!m.images && ROUND_UP(m.size, PAGE) <= (uint64_t)size)
		return STATUS_SUCCESS;
	return fstat(f->fd, &st) < 0 || st.st_size > size
		       ? STATUS_USER_MAPPED_FILE
		       : STATUS_SUCCESS;
}
