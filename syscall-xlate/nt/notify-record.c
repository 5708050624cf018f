/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify-record.c - changes as FILE_NOTIFY_INFORMATION, or with what is known
 * of the file as FILE_NOTIFY_EXTENDED_INFORMATION.
 *
 * inotify tells names only, so an extended record says what the file is when
 * the program takes it; of what is gone by then only the name, its folder and
 * whether it was a folder itself.
 */
#include "syscall-xlate/nt/notify-record.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "syscall-xlate/nt/file-private.h"

enum { NAME_UNITS = PATH_MAX + NAME_MAX };

/* Of both forms, before the name. */
struct plain {
	uint32_t next, action, name_bytes;
};
struct extended {
	uint32_t next, action;
	int64_t created, written, changed, accessed;
	int64_t allocation, size;
	uint32_t attributes, tag;
	uint64_t id, parent_id;
	uint32_t name_bytes;
} __attribute__((packed));
_Static_assert(sizeof(struct plain) == 12, "FILE_NOTIFY_INFORMATION");
_Static_assert(sizeof(struct extended) == 84, "..._EXTENDED_INFORMATION");

static uint64_t id_of(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) <
			       0
		       ? 0
		       : st.st_ino;
}

static struct extended look(int dirfd, const struct change *c)
{
	struct extended e = { .action = c->action,
			      .parent_id = id_of(dirfd, c->dir) };
	struct file_meta m = { 0 };
	struct statx st;

	if (!c->now ||
	    statx(dirfd, c->now, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		  META_MASK, &st) < 0) {
		e.attributes = c->is_dir ? FILE_ATTRIBUTE_DIRECTORY : 0;
		return e;
	}
	meta_from_statx(&m, &st, dirfd, c->now, NULL);
	e.created = m.times.created;
	e.written = m.times.written;
	e.changed = m.times.changed;
	e.accessed = m.times.accessed;
	e.allocation = m.allocation;
	e.size = m.size;
	e.attributes = m.attributes;
	e.tag = m.tag;
	e.id = m.ino;
	return e;
}

/* dir\name in what the program knows as names; the number of units. */
static size_t spell(uint16_t u[NAME_UNITS], const struct change *c)
{
	const char *dir = c->dir;
	size_t n = 0;

	while (*dir && n < PATH_MAX - NAME_MAX) {
		size_t part = strcspn(dir, "/");

		n += path_name_to_nt(u + n, NAME_MAX, dir, part);
		u[n++] = '\\';
		dir += part + (dir[part] == '/');
	}
	return n + path_name_to_nt(u + n, NAME_MAX, c->name, strlen(c->name));
}

void record_put(struct records *o, const struct change *c)
{
	const bool more = o->class == NOTIFY_EXTENDED;
	const uint32_t at = (uint32_t)ROUND_UP(o->at, more ? 8 : 4);
	const size_t head =
		more ? sizeof(struct extended) : sizeof(struct plain);
	uint16_t u[NAME_UNITS];
	uint32_t bytes, next;

	if (o->full)
		return;
	bytes = (uint32_t)spell(u, c) * 2;
	if (at > o->len || head + bytes > o->len - at) {
		o->full = true;
		return;
	}
	if (more) {
		struct extended e = look(o->dirfd, c);

		e.name_bytes = bytes;
		memcpy(o->buf + at, &e, sizeof e);
	} else {
		struct plain p = { 0, c->action, bytes };

		memcpy(o->buf + at, &p, sizeof p);
	}
	memcpy(o->buf + at + head, u, bytes);
	if (o->any) {
		next = at - o->last;
		memcpy(o->buf + o->last, &next, sizeof next);
		/* Between two records nothing of ours. */
		memset(o->buf + o->at, 0, at - o->at);
	}
	o->last = at;
	o->at = at + (uint32_t)head + bytes;
	o->any = true;
}
