/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse-tag.c - reparse points of any tag but links, which the host has.
 *
 * What was set is kept as it came in the attribute user.SmbReparse, where Samba
 * keeps it, and FILE_ATTRIBUTE_REPARSE_POINT among the stored attributes, so
 * that listings find it as they find a hidden file.  The sticky bit tells an
 * open to look, as for a descriptor (file-security.c).
 */
#include "syscall-xlate/nt/reparse-tag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/inode-change.h"

enum { TAG_RANGE = 1 /* 0 and 1 are reserved */, HAS_CHILDREN = 0x10000000 };

NTSTATUS reparse_request(struct task *t, const struct irp *r, bool delete,
			 struct reparse_tag *h)
{
	uint32_t head;

	memset(h, 0, sizeof *h);
	if (r->len < 8 || r->len > REPARSE_MAX)
		return STATUS_IO_REPARSE_DATA_INVALID;
	if (guest_read(t, h, r->buf, MIN(r->len, (uint32_t)sizeof *h)) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (h->tag <= TAG_RANGE)
		return STATUS_IO_REPARSE_TAG_INVALID;
	head = reparse_head(h->tag);
	if (r->len < head || h->len != r->len - head || (delete &&h->len))
		return STATUS_IO_REPARSE_DATA_INVALID;
	if (head == 8)
		memset(h->guid, 0, sizeof h->guid);
	return STATUS_SUCCESS;
}

static NTSTATUS parse(const void *data, int n, struct reparse_tag *h)
{
	memset(h, 0, sizeof *h);
	if (n < 8)
		return STATUS_NOT_A_REPARSE_POINT;
	memcpy(h, data, MIN((size_t)n, sizeof *h));
	if ((uint32_t)n < reparse_head(h->tag) + h->len)
		return STATUS_NOT_A_REPARSE_POINT; /* cut, by somebody else */
	if (reparse_head(h->tag) == 8)
		memset(h->guid, 0, sizeof h->guid);
	return STATUS_SUCCESS;
}

/* All of it; malloc'ed. */
static NTSTATUS load(const struct file *f, uint8_t **data,
		     struct reparse_tag *h)
{
	NTSTATUS status = STATUS_NOT_A_REPARSE_POINT;
	int n;

	*data = NULL;
	if (f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_DIR)
		return status;
	if (xattr_get(f, XATTR_REPARSE, NULL, 0) < 0)
		return status;
	*data = malloc(REPARSE_MAX);
	if (!*data)
		return STATUS_NO_MEMORY;
	n = xattr_get(f, XATTR_REPARSE, *data, REPARSE_MAX);
	status = parse(*data, n, h);
	if (status) {
		free(*data);
		*data = NULL;
	}
	return status;
}

NTSTATUS reparse_of(const struct file *f, struct reparse_tag *h)
{
	uint8_t *data;
	NTSTATUS status = load(f, &data, h);

	free(data);
	return status;
}

NTSTATUS reparse_matches(const struct reparse_tag *is,
			 const struct reparse_tag *h)
{
	if (is->tag != h->tag)
		return STATUS_IO_REPARSE_TAG_MISMATCH;
	return memcmp(is->guid, h->guid, sizeof is->guid)
		       ? STATUS_REPARSE_ATTRIBUTE_CONFLICT
		       : STATUS_SUCCESS;
}

/* ---- the calls ----------------------------------------------------------- */

static bool has_entries(const struct file *f)
{
	int fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool any = false;

	if (!d && fd >= 0)
		close(fd);
	while (d && !any && (e = readdir(d)))
		any = strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	if (d)
		closedir(d);
	return any;
}

/* Setting an attribute needs write permission, which a read-only file lacks. */
static int set_anyway(struct file *f, mode_t mode, const void *data, size_t n)
{
	int err = xattr_set(f, XATTR_REPARSE, data, n, 0);

	if (err == -EACCES && !inode_chmod(f->fd, mode | 0200)) {
		err = xattr_set(f, XATTR_REPARSE, data, n, 0);
		inode_chmod(f->fd, mode);
	}
	return err;
}

NTSTATUS reparse_tag_set(struct task *t, struct file *f, struct irp *r,
			 const struct reparse_tag *h)
{
	struct reparse_tag is;
	uint8_t *data;
	NTSTATUS status;
	struct stat st;
	int err;

	if (f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_DIR)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->dir || f->from_lower)
		return STATUS_ACCESS_DENIED;
	if (f->kind == FILE_KIND_DIR && !(h->tag & HAS_CHILDREN) &&
	    has_entries(f))
		return STATUS_DIRECTORY_NOT_EMPTY;
	status = reparse_of(f, &is);
	if (!status)
		status = reparse_matches(&is, h);
	else if (status == STATUS_NOT_A_REPARSE_POINT)
		status = STATUS_SUCCESS;
	if (status)
		return status;
	if (fstat(f->fd, &st) < 0)
		return status_from_errno(errno);
	data = malloc(r->len);
	if (!data)
		return STATUS_NO_MEMORY;
	if (guest_read(t, data, r->buf, r->len) < 0) {
		free(data);
		return STATUS_ACCESS_VIOLATION;
	}
	/* As it was checked, whatever the guest has made of it since. */
	memcpy(data, h, reparse_head(h->tag));
	err = set_anyway(f, st.st_mode & 07777, data, r->len);
	free(data);
	if (err)
		return err == -EOPNOTSUPP ? STATUS_INVALID_DEVICE_REQUEST
					  : xattr_status(-err);
	status = meta_set_reparse(f, true);
	/* Last, as it refuses opens. */
	if (!status && !(st.st_mode & S_ISVTX) &&
	    inode_chmod(f->fd, (st.st_mode & 07777) | S_ISVTX) < 0)
		status = status_from_errno(errno);
	return status;
}

NTSTATUS reparse_tag_get(struct task *t, struct file *f, struct irp *r)
{
	struct reparse_tag h;
	uint8_t *data;
	NTSTATUS status = load(f, &data, &h);
	uint32_t head, size;

	if (status)
		return status;
	head = reparse_head(h.tag);
	size = head + h.len;
	if (r->out_len < head) {
		status = STATUS_BUFFER_TOO_SMALL;
	} else if (guest_write(t, r->out, data, MIN(size, r->out_len)) < 0) {
		status = STATUS_ACCESS_VIOLATION;
	} else {
		r->information = MIN(size, r->out_len);
		if (r->out_len < size)
			status = STATUS_BUFFER_OVERFLOW;
	}
	free(data);
	return status;
}

NTSTATUS reparse_tag_delete(struct file *f, const struct reparse_tag *h)
{
	struct reparse_tag is;
	NTSTATUS status = reparse_of(f, &is);
	struct stat st;
	int err;

	if (!status)
		status = reparse_matches(&is, h);
	if (!status && fstat(f->fd, &st) < 0)
		status = status_from_errno(errno);
	if (status)
		return status;
	/* Of folders in which all may write it is the host's own bit. */
	if (st.st_mode & S_ISVTX && xattr_get(f, XATTR_SECURITY, NULL, 0) < 0 &&
	    !(S_ISDIR(st.st_mode) && st.st_mode & 0002))
		inode_chmod(f->fd, st.st_mode & 07777 & ~(mode_t)S_ISVTX);
	status = meta_set_reparse(f, false);
	err = status ? 0 : xattr_remove(f, XATTR_REPARSE);
	return err ? xattr_status(-err) : status;
}

/* ---- what others see ----------------------------------------------------- */

uint32_t reparse_tag_at(int dirfd, const char *path)
{
	uint8_t data[REPARSE_MAX];
	struct reparse_tag h;
	int n = xattr_get_at(dirfd, path, XATTR_REPARSE, data, sizeof data);

	return parse(data, n, &h) ? 0 : h.tag;
}

bool reparse_stops(const struct file_open *o)
{
	char self[32];

	if (!file_security_marked(o->st.stx_mode) ||
	    o->options & FILE_OPEN_REPARSE_POINT)
		return false;
	snprintf(self, sizeof self, "/proc/self/fd/%d", o->fd);
	return getxattr(self, XATTR_REPARSE, NULL, 0) > 0;
}

bool reparse_stops_new(const struct file_open *o)
{
	const char *host = o->p->host, *slash = strrchr(host, '/');
	char folder[HOST_PATH_MAX];
	uint32_t tag;

	/* Of /tmp and its like it is the host's own bit. */
	if (!file_security_marked(o->p->folder) || o->p->folder & 0002 ||
	    (slash && (size_t)(slash - host) >= sizeof folder))
		return false;
	snprintf(folder, sizeof folder, "%.*s",
		 slash ? (int)MAX(slash - host, 1) : 0, host);
	if (!*folder && o->p->dirfd == AT_FDCWD)
		return false;
	tag = reparse_tag_at(o->p->dirfd, folder);
	return tag && !(tag & HAS_CHILDREN);
}
