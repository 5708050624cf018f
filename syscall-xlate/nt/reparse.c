/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse.c - file system controls on files and directories: symbolic links
 * (other tags: reparse-tag.c), sparse ranges, and what volumes tell of
 * themselves.
 *
 * A reparse point on the host is a symbolic link.  NT makes one out of an
 * empty file or directory that is open already, so the file is replaced and
 * the handle follows.  Junctions become symbolic links too and say so when
 * they are read.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/policy.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/inode-apart.h"
#include "syscall-xlate/nt/ioctl-rows.h"
#include "syscall-xlate/nt/file-object-id.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/reparse-tag.h"

/* ---- links --------------------------------------------------------------- */

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

static NTSTATUS parse_target(struct task *t, struct irp *r, char *out)
{
	struct reparse_head h;
	uint16_t name[REPARSE_MAX / 2];
	struct nt_path *p;
	uint32_t flags = 0, names;
	NTSTATUS status;

	if (r->len < sizeof h || r->len > REPARSE_MAX)
		return STATUS_IO_REPARSE_DATA_INVALID;
	if (guest_read(t, &h, r->buf, sizeof h) < 0)
		return STATUS_ACCESS_VIOLATION;
	names = sizeof h;
	if (h.tag == REPARSE_TAG_SYMLINK) {
		if (guest_get32(t, &flags, r->buf + names) < 0)
			return STATUS_ACCESS_VIOLATION;
		names += 4;
	}
	if (names + h.substitute_at > r->len ||
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
	p = malloc(sizeof *p);
	if (!p)
		return STATUS_NO_MEMORY;
	status = path_parse(name, h.substitute_len / 2, NULL, p);
	if (!status && p->kind != PATH_DISK)
		status = STATUS_IO_REPARSE_DATA_INVALID;
	if (!status)
		memcpy(out, p->host, p->len + 1);
	/* Who asks for a link's target gets it as it was set. */
	if (!status && p->want_dir && out[p->len - 1] != '/')
		strcpy(out + p->len, "/");
	free(p);
	return status;
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

static bool is_link(uint32_t tag)
{
	return tag == REPARSE_TAG_SYMLINK || tag == REPARSE_TAG_MOUNT_POINT;
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
		if (errno != EEXIST || tries == 100 ||
		    lstat(spare, &st) < 0 || !S_ISLNK(st.st_mode))
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

static NTSTATUS set_link(struct task *t, struct file *f, struct irp *r)
{
	char target[HOST_PATH_MAX];
	NTSTATUS status = parse_target(t, r, target);
	char *path;
	int err;

	if (status)
		return status;
	if (f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_DIR &&
	    f->kind != FILE_KIND_LINK)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->dir || f->from_lower)
		return STATUS_ACCESS_DENIED;
	/* As for users without that right; a link may lead anywhere. */
	if (policy)
		return STATUS_PRIVILEGE_NOT_HELD;
	path = file_host_path(f);
	if (!path || !strchr(path, '/')) {
		free(path);
		return STATUS_OBJECT_PATH_NOT_FOUND;
	}
	err = inode_apart(replace_by_link,
			  &(struct replacement){ target, path,
						 f->kind == FILE_KIND_DIR });
	status = err == EPERM ? STATUS_NOT_SUPPORTED
		 : err	      ? status_from_errno(err)
			      : reopen(f, path, O_PATH | O_NOFOLLOW);
	free(path);
	return status;
}

static NTSTATUS set_reparse(struct task *t, struct file *f, struct irp *r)
{
	struct reparse_tag h, is;
	NTSTATUS status = reparse_request(t, r, false, &h);

	if (status)
		return status;
	if (!(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
		return STATUS_ACCESS_DENIED;
	if (is_link(h.tag) ? !reparse_of(f, &is) : f->kind == FILE_KIND_LINK)
		return STATUS_IO_REPARSE_TAG_MISMATCH;
	return is_link(h.tag) ? set_link(t, f, r)
			      : reparse_tag_set(t, f, r, &h);
}

static NTSTATUS get_reparse(struct task *t, struct file *f, struct irp *r)
{
	struct {
		struct reparse_head head;
		uint32_t flags;
		uint16_t names[2 * HOST_PATH_MAX + 16];
	} b = { 0 };
	enum { NAMES_AT = 20 };
	char target[HOST_PATH_MAX];
	uint16_t *nt = NULL;
	ssize_t n;
	size_t units = 0, skip = 0;
	uint32_t size;

	_Static_assert(offsetof(typeof(b), names) == NAMES_AT, "layout");
	if (f->kind != FILE_KIND_LINK)
		return reparse_tag_get(t, f, r);
	n = readlinkat(f->fd, "", target, sizeof target - 1);
	if (n < 0)
		return status_from_errno(errno);
	target[n] = 0;
	if (*target == '/') {
		nt = path_to_nt(target, &units);
		if (!nt)
			return STATUS_NO_MEMORY;
		memcpy(b.names, nt, units * 2);
		free(nt);
		if (target[n - 1] == '/' && b.names[units - 1] != '\\')
			b.names[units++] = '\\';
		skip = 4; /* \??\ is not for print */
	} else {
		b.flags = RELATIVE;
		for (char *s = target; *s;) {
			size_t part = strcspn(s, "/");

			units +=
				path_name_to_nt(b.names + units,
						HOST_PATH_MAX - units, s, part);
			s += part;
			if (*s) {
				b.names[units++] = '\\';
				s++;
			}
		}
	}
	memcpy(b.names + units, b.names + skip, (units - skip) * 2);
	b.head.tag = REPARSE_TAG_SYMLINK;
	b.head.substitute_len = (uint16_t)(units * 2);
	b.head.print_at = (uint16_t)(units * 2);
	b.head.print_len = (uint16_t)((units - skip) * 2);
	size = NAMES_AT + b.head.substitute_len + b.head.print_len;
	b.head.len = (uint16_t)(size - 8);
	if (r->out_len < size) {
		/* As much as fits; programs look at the length in it. */
		if (r->out_len < 8)
			return STATUS_BUFFER_TOO_SMALL;
		if (guest_write(t, r->out, &b, r->out_len) < 0)
			return STATUS_ACCESS_VIOLATION;
		r->information = r->out_len;
		return STATUS_BUFFER_OVERFLOW;
	}
	return control_out(t, r, &b, size);
}

/* The link becomes the empty file or directory it stands on. */
static NTSTATUS delete_reparse(struct task *t, struct file *f, struct irp *r)
{
	struct reparse_tag h;
	struct stat st;
	char *path;
	bool directory;
	int fd;
	NTSTATUS status = reparse_request(t, r, true, &h);

	if (status)
		return status;
	if (!(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
		return STATUS_ACCESS_DENIED;
	if (f->kind != FILE_KIND_LINK)
		return reparse_tag_delete(f, &h);
	/* The host does not tell a junction from a symbolic link. */
	if (!is_link(h.tag))
		return STATUS_IO_REPARSE_TAG_MISMATCH;
	path = file_host_path(f);
	if (!path)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	directory = !stat(path, &st) && S_ISDIR(st.st_mode);
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

/* ---- ranges -------------------------------------------------------------- */

static NTSTATUS set_sparse(struct task *t, struct file *f, struct irp *r)
{
	struct file_meta m;
	uint8_t on = 1;
	NTSTATUS status = meta_of_file(f, &m);

	if (status)
		return status;
	if (r->len && guest_read(t, &on, r->buf, 1) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	/* Host files are sparse where nobody wrote; this is for show. */
	return !(m.attributes & FILE_ATTRIBUTE_SPARSE_FILE) == !on
		       ? STATUS_SUCCESS
		       : meta_set_sparse(f, on);
}

static NTSTATUS zero_range(int fd, int64_t at, int64_t end)
{
	static const char zeros[16384];
	struct stat st;

	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at,
		      end - at) == 0)
		return STATUS_SUCCESS;
	if (errno != EOPNOTSUPP || fstat(fd, &st) < 0)
		return status_from_errno(errno);
	for (end = MIN(end, st.st_size); at < end;) {
		ssize_t n = pwrite(fd, zeros,
				   (size_t)MIN(end - at, (int64_t)sizeof zeros),
				   at);

		if (n < 0 && errno != EINTR)
			return status_from_errno(errno);
		at += MAX(n, 0);
	}
	return STATUS_SUCCESS;
}

static NTSTATUS zero_data(struct task *t, struct file *f, struct irp *r)
{
	int64_t range[2];
	NTSTATUS status = control_in(t, r, range, sizeof range);

	if (status)
		return status;
	if (range[0] < 0 || range[1] < range[0] || f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	return range[0] == range[1] ? STATUS_SUCCESS
				    : zero_range(f->fd, range[0], range[1]);
}

static NTSTATUS allocated_ranges(struct task *t, struct file *f, struct irp *r)
{
	int64_t range[2], at, end, keep;
	NTSTATUS status = control_in(t, r, range, sizeof range);

	if (status)
		return status;
	if (range[0] < 0 || range[1] < 0 || range[1] > INT64_MAX - range[0] ||
	    f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	/* Looking moves the descriptor's offset: it is put back. */
	keep = lseek(f->fd, 0, SEEK_CUR);
	at = range[0];
	end = range[0] + range[1];
	while (at < end && (at = lseek(f->fd, at, SEEK_DATA)) >= 0 &&
	       at < end) {
		int64_t hole = lseek(f->fd, at, SEEK_HOLE);
		int64_t out[2] = { at, MIN(hole, end) - at };

		if (hole <= at)
			break;
		if (r->information + sizeof out > r->out_len) {
			status = STATUS_BUFFER_OVERFLOW;
			break;
		}
		if (guest_write(t, r->out + r->information, out, sizeof out) <
		    0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		r->information += sizeof out;
		at = hole;
	}
	lseek(f->fd, keep, SEEK_SET);
	if (status == STATUS_BUFFER_OVERFLOW && !r->information)
		status = STATUS_BUFFER_TOO_SMALL;
	return status;
}

static NTSTATUS duplicate_extents(struct task *t, struct file *f, struct irp *r)
{
	struct {
		uint64_t source;
		int64_t from, to, len;
	} d;
	struct file_clone_range c;
	struct file *source;
	NTSTATUS status = control_in(t, r, &d, sizeof d);

	if (status)
		return status;
	status = handle_get(t, d.source, &file_type, FILE_READ_DATA, &source);
	if (status)
		return status;
	c = (struct file_clone_range){ .src_fd = source->fd,
				       .src_offset = (uint64_t)d.from,
				       .src_length = (uint64_t)d.len,
				       .dest_offset = (uint64_t)d.to };
	if (ioctl(f->fd, FICLONERANGE, &c) < 0)
		status = errno == EXDEV ? STATUS_NOT_SAME_DEVICE
					: STATUS_INVALID_DEVICE_REQUEST;
	object_put(&source->object);
	return status;
}

/* ---- the rest ------------------------------------------------------------ */

static NTSTATUS get_compression(struct task *t, struct file *f, struct irp *r)
{
	uint16_t format = 0;

	(void)f;
	return control_out(t, r, &format, sizeof format);
}

static NTSTATUS set_compression(struct task *t, struct file *f, struct irp *r)
{
	uint16_t format;
	NTSTATUS status = control_in(t, r, &format, sizeof format);

	(void)f;
	if (status)
		return status;
	return format ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

/* Over when no break is under way. */
static NTSTATUS no_break(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_SUCCESS;
}

static NTSTATUS volume_data(struct task *t, struct file *f, struct irp *r)
{
	struct {
		int64_t serial, sectors, clusters, free, reserved;
		uint32_t sector, cluster, record, clusters_per_record;
		int64_t mft_length, mft_start, mft2_start, zone_start, zone_end;
	} d = { 0 };
	struct file_meta m;
	struct statvfs fs;
	NTSTATUS status = meta_of_file(f, &m);

	_Static_assert(sizeof d == 96, "NTFS_VOLUME_DATA_BUFFER");
	if (status)
		return status;
	if (fstatvfs(f->fd, &fs) < 0)
		return status_from_errno(errno);
	d.serial = volume_serial(m.dev);
	d.sector = 512;
	d.cluster = 4096;
	d.record = 1024;
	d.sectors = (int64_t)(fs.f_blocks * (fs.f_frsize / 512));
	d.clusters = d.sectors / 8;
	d.free = (int64_t)(fs.f_bavail * (fs.f_frsize / 512) / 8);
	return control_out(t, r, &d, sizeof d);
}

static const struct control_row rows[] = { IOCTL_ROWS_FILE };

NTSTATUS disk_control(struct task *t, struct file *f, struct irp *r, bool fs)
{
	if (fs)
		return control_run(rows, COUNT_OF(rows), t, f, r);
	/* kernel32 asks everything whether it is a console. */
	if (r->code >> 16 == 0x50)
		return STATUS_OBJECT_TYPE_MISMATCH;
	return volume_control(t, f, r);
}
