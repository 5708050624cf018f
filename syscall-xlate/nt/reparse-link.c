/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse-link.c - reparse points that the host has: symbolic links.
 *
 * NT makes one out of an empty file or directory that is open already, so the
 * file is replaced and the handle follows.
 *
 * A junction is a link as well, to "/its/target/.", which leads where
 * "/its/target" does, and is not how anybody writes a link: so it says by
 * itself what it is, to every process, and whoever copies or moves it, with
 * whatever program, takes that along.  What is before "/." is the target as it
 * was set, with the slash that it may have ended in.
 */
#include "syscall-xlate/nt/reparse-link.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/inode-apart.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/reparse-tag.h"

struct reparse_head {
	uint32_t tag;
	uint16_t len, reserved;
	uint16_t substitute_at, substitute_len, print_at, print_len;
};

enum { RELATIVE = 1 };

/* "..\a\b" to "../a/b". */
static bool relative_target(char *out, size_t size, const uint16_t *s, size_t n)
{
	size_t at = 0;

	while (n) {
		size_t len = 0;
		int64_t need;

		while (len < n && s[len] != '\\')
			len++;
		need = path_name_from_nt(out + at, size - 1 - at, s, len);
		if (need < 0 || (size_t)need >= size - 1 - at)
			return false;
		at += (size_t)need;
		s += len;
		n -= len;
		if (n) {
			out[at++] = '/';
			s++;
			n--;
		}
	}
	out[at] = 0;
	return at > 0;
}

/* ---- a junction's text -------------------------------------------------- */

enum { MARK_LEN = 2 };
static const char mark[] = "/.";

static bool is_junction(const char *target, size_t n)
{
	return n >= MARK_LEN && *target == '/' &&
	       !memcmp(target + n - MARK_LEN, mark, MARK_LEN);
}

/* A link's text, without a NUL; its length or -1. */
static ssize_t text_of(int dirfd, const char *path, char text[HOST_PATH_MAX])
{
	return readlinkat(dirfd, path, text, HOST_PATH_MAX);
}

uint32_t link_tag(int dirfd, const char *path)
{
	char target[HOST_PATH_MAX];
	ssize_t n = text_of(dirfd, path, target);

	return n > 0 && is_junction(target, (size_t)n) ? REPARSE_TAG_MOUNT_POINT
						       : REPARSE_TAG_SYMLINK;
}

/* ---- setting one --------------------------------------------------------- */

/* Where an absolute name leads; out has room for HOST_PATH_MAX bytes. */
static NTSTATUS absolute_target(char *out, const uint16_t *name, size_t units,
				bool junction)
{
	struct nt_path *p = malloc(sizeof *p);
	NTSTATUS status;

	if (!p)
		return STATUS_NO_MEMORY;
	status = path_parse(name, units, NULL, p);
	if (!status && (p->kind != PATH_DISK || p->stream))
		status = STATUS_IO_REPARSE_DATA_INVALID;
	if (!status) {
		/* The host follows it, who knows names by one spelling. */
		path_find(p);
		/* And has no folder that is only in C:'s table. */
		if (p->dir)
			path_make_parents(p);
		if (p->len + 2 + MARK_LEN >= HOST_PATH_MAX)
			status = STATUS_NAME_TOO_LONG;
	}
	/* Who asks for a link's target gets it as it was set. */
	if (!status) {
		out = stpcpy(out, p->host);
		if (p->want_dir && out[-1] != '/')
			out = stpcpy(out, "/");
		if (junction)
			strcpy(out, mark);
	}
	free(p);
	return status;
}

static NTSTATUS parse_target(struct task *t, struct irp *r, uint32_t tag,
			     char *out)
{
	const bool junction = tag == REPARSE_TAG_MOUNT_POINT;
	struct reparse_head h;
	uint16_t name[REPARSE_MAX / 2];
	uint32_t flags = 0, names = sizeof h;

	if (r->len < sizeof h + (junction ? 0 : sizeof flags))
		return STATUS_IO_REPARSE_DATA_INVALID;
	if (guest_read(t, &h, r->buf, sizeof h) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (!junction) {
		if (guest_get32(t, &flags, r->buf + names) < 0)
			return STATUS_ACCESS_VIOLATION;
		names += sizeof flags;
	}
	if (h.substitute_at > r->len - names ||
	    h.substitute_len > r->len - names - h.substitute_at)
		return STATUS_IO_REPARSE_DATA_INVALID;
	if (guest_read(t, name, r->buf + names + h.substitute_at,
		       h.substitute_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (flags & RELATIVE)
		return relative_target(out, HOST_PATH_MAX, name,
				       h.substitute_len / 2)
			       ? STATUS_SUCCESS
			       : STATUS_IO_REPARSE_DATA_INVALID;
	return absolute_target(out, name, h.substitute_len / 2, junction);
}

/* Puts what is at path in the place of the file that f is open on. */
static NTSTATUS reopen(struct file *f, const char *path, int flags)
{
	struct statx st;
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return status_from_errno(errno);
	oplock_end(f);
	share_forget(f);
	oplock_close(f);
	if (dup3(fd, f->fd, O_CLOEXEC) < 0) {
		close(fd);
		return status_from_errno(errno);
	}
	close(fd);
	if (statx(f->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) < 0)
		return status_from_errno(errno);
	f->path_only = true;
	f->kind = S_ISLNK(st.stx_mode)   ? FILE_KIND_LINK
		  : S_ISDIR(st.stx_mode) ? FILE_KIND_DIR
					 : FILE_KIND_DISK;
	f->ops = f->kind == FILE_KIND_DIR ? &dir_ops : &plain_ops;
	free(f->path);
	f->path = strdup(path);
	file_forget_base(f);
	share_enter(f, &st, true);
	return STATUS_SUCCESS;
}

/*
 * Where the link is before it takes path's place, all of which is done apart,
 * so that nobody who is killed leaves it there.  Should the machine itself
 * stop, the next who makes that link takes it away, as it is called by path's
 * last name.
 */
static void spare_name(char *spare, size_t size, const char *path)
{
	const char *slash = strrchr(path, '/');
	uint64_t h = 0xcbf29ce484222325ull;

	for (const char *c = slash + 1; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3ull;
	snprintf(spare, size, "%.*s.rf-symlink-%" PRIx64,
		 (int)(slash + 1 - path), path, h);
}

/* 0 or an errno. */
static int make_spare(const char *target, const char *spare)
{
	struct stat st;

	for (int tries = 0; symlink(target, spare) < 0; tries++) {
		if (errno != EEXIST || tries == 100 || lstat(spare, &st) < 0 ||
		    !S_ISLNK(st.st_mode))
			return errno;
		unlink(spare);
	}
	return 0;
}

struct replacement {
	const char *target, *path;
	bool directory;
};

/* 0 or an errno: then path is what it was.  EPERM: no links here. */
static int replace_by_link(void *arg)
{
	const struct replacement *to = arg;
	const char *target = to->target, *path = to->path;
	const bool directory = to->directory;
	char spare[HOST_PATH_MAX + 64];
	int err;

	spare_name(spare, sizeof spare, path);
	err = make_spare(target, spare);
	if (err)
		return err;
	/* A directory cannot be replaced; it must be empty, so it can go. */
	if (directory && rmdir(path) < 0) {
		err = errno == EPERM ? EACCES : errno;
		unlink(spare);
		return err;
	}
	/* Another who makes the same link took that for a dead one's. */
	while (rename(spare, path) < 0) {
		err = errno == EPERM ? EACCES : errno;
		if (err == ENOENT)
			err = make_spare(target, spare);
		if (!err)
			continue;
		unlink(spare);
		if (directory)
			mkdir(path, 0777);
		return err;
	}
	return 0;
}

NTSTATUS reparse_link_set(struct task *t, struct file *f, struct irp *r,
			  uint32_t tag)
{
	char target[HOST_PATH_MAX];
	NTSTATUS status;
	char *path;
	int err;

	if (f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_DIR &&
	    f->kind != FILE_KIND_LINK)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->kind == FILE_KIND_LINK && link_tag(f->fd, "") != tag)
		return STATUS_IO_REPARSE_TAG_MISMATCH;
	if (f->kind == FILE_KIND_DISK && tag == REPARSE_TAG_MOUNT_POINT)
		return STATUS_NOT_A_DIRECTORY;
	if (f->dir || f->from_lower)
		return STATUS_ACCESS_DENIED;
	/* As for users without that right; a link may lead anywhere. */
	if (policy)
		return STATUS_PRIVILEGE_NOT_HELD;
	status = parse_target(t, r, tag, target);
	if (status)
		return status;
	path = file_host_path(f);
	if (!path || !strchr(path, '/')) {
		free(path);
		return STATUS_OBJECT_PATH_NOT_FOUND;
	}
	err = inode_apart(replace_by_link,
			  &(struct replacement){ target, path,
						 f->kind == FILE_KIND_DIR });
	status = err == EPERM ? STATUS_NOT_SUPPORTED
		 : err        ? status_from_errno(err)
			      : reopen(f, path, O_PATH | O_NOFOLLOW);
	free(path);
	return status;
}

/* ---- what it leads to ---------------------------------------------------- */

/* REPARSE_DATA_BUFFER of either kind. */
struct told {
	struct reparse_head head;
	uint16_t rest[2 + 2 * (HOST_PATH_MAX + 64)]; /* flags, names */
};

/* "\??\Z:\a\b" for the host's "/a/b"; the units, or 0 without memory. */
static size_t tell_absolute(uint16_t *out, size_t room, const char *target)
{
	size_t units, n = strlen(target);
	uint16_t *nt = path_to_nt(target, &units);

	if (!nt || units + 1 > room) {
		free(nt);
		return 0;
	}
	memcpy(out, nt, units * 2);
	free(nt);
	if (target[n - 1] == '/' && out[units - 1] != '\\')
		out[units++] = '\\';
	return units;
}

static size_t tell_relative(uint16_t *out, size_t room, const char *target)
{
	size_t units = 0;

	while (*target) {
		size_t part = strcspn(target, "/");

		units += path_name_to_nt(out + units, room - units, target,
					 part);
		target += part;
		if (*target) {
			out[units++] = '\\';
			target++;
		}
	}
	return units;
}

/* Substitute name and print name, a junction's with NULs behind them; *size is
   of all. */
static bool tell(struct told *b, const char *target, uint32_t tag,
		 uint32_t *size)
{
	enum { PREFIX = 4, ROOM = HOST_PATH_MAX + 60 }; /* "\??\" */
	const bool junction = tag == REPARSE_TAG_MOUNT_POINT;
	const bool relative = *target != '/';
	const size_t nul = junction ? 1 : 0, skip = relative ? 0 : PREFIX;
	uint16_t *names = b->rest + (junction ? 0 : 2);
	size_t units = relative ? tell_relative(names, ROOM, target)
				: tell_absolute(names, ROOM, target);

	if (!units)
		return false;
	if (!junction)
		b->rest[0] = relative ? RELATIVE : 0;
	memcpy(names + units + nul, names + skip, (units - skip) * 2);
	b->head.tag = tag;
	b->head.substitute_len = (uint16_t)(units * 2);
	b->head.print_at = (uint16_t)((units + nul) * 2);
	b->head.print_len = (uint16_t)((units - skip) * 2);
	*size = (uint32_t)((char *)(names + nul) - (char *)b) +
		b->head.print_at + b->head.print_len;
	b->head.len = (uint16_t)(*size - 8);
	return true;
}

NTSTATUS reparse_link_get(struct task *t, struct file *f, struct irp *r)
{
	char target[HOST_PATH_MAX + 1];
	ssize_t n = text_of(f->fd, "", target);
	uint32_t tag = REPARSE_TAG_SYMLINK, size;
	struct told b = { 0 };

	if (n < 0)
		return status_from_errno(errno);
	if (is_junction(target, (size_t)n)) {
		tag = REPARSE_TAG_MOUNT_POINT;
		n -= n > MARK_LEN ? MARK_LEN : 1; /* of the root's */
	}
	target[n] = 0;
	if (!tell(&b, target, tag, &size))
		return STATUS_NO_MEMORY;
	if (r->out_len >= size)
		return control_out(t, r, &b, size);
	/* As much as fits; programs look at the length in it. */
	if (r->out_len < 8)
		return STATUS_BUFFER_TOO_SMALL;
	if (guest_write(t, r->out, &b, r->out_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	r->information = r->out_len;
	return STATUS_BUFFER_OVERFLOW;
}

/* ---- taking it away ------------------------------------------------------ */

/* The link becomes the empty file or directory it stands on. */
NTSTATUS reparse_link_delete(struct file *f, uint32_t tag)
{
	NTSTATUS status = STATUS_SUCCESS;
	const uint32_t is = link_tag(f->fd, "");
	struct stat st;
	char *path;
	bool directory;
	int fd;

	if (is != tag)
		return STATUS_IO_REPARSE_TAG_MISMATCH;
	path = file_host_path(f);
	if (!path)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	directory = is == REPARSE_TAG_MOUNT_POINT ||
		    (!stat(path, &st) && S_ISDIR(st.st_mode));
	if (unlink(path) < 0) {
		status = status_from_errno(errno);
	} else if (directory
			   ? mkdir(path, 0777) < 0
			   : (fd = open(path,
					O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
					0666)) < 0) {
		status = status_from_errno(errno);
	} else {
		if (!directory)
			close(fd);
		status = reopen(f, path, O_PATH);
	}
	free(path);
	return status;
}
