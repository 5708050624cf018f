/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-stream.c - alternate data streams, "file:name".
 *
 * A stream is the host's attribute user.DosStream.NAME:$DATA with a zero byte
 * at its end, as Samba keeps them, so it goes where the file goes.  How long
 * it may get is the file system's matter: 64 KB at most, on ext4 what fits
 * into one block; more is STATUS_DISK_FULL.  A host attribute is read and
 * written as a whole, so writers take turns, with a lock on the file itself
 * between processes.
 *
 * The file object is one of the file, opened without access to its data, whose
 * kind is changed once the stream is there.
 */
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/file-xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/utf.h"

#define TYPE ":$DATA"

enum {
	NAME_MAX_HOST = 255, /* of an attribute, "user." included */
	VALUE_MAX = 65536,   /* Linux' own limit */
};

static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *attribute(const struct file *f)
{
	return f->extra;
}

static NTSTATUS stream_status(int err)
{
	switch (err) {
	case ENODATA: /* removed while it was open */
		return STATUS_FILE_DELETED;
	case E2BIG:
	case ERANGE:
	case ENOSPC:
		return STATUS_DISK_FULL;
	case EOPNOTSUPP:
	case ENOSYS:
		return STATUS_OBJECT_NAME_INVALID;
	default:
		return status_from_errno(err);
	}
}

/* ---- names ----------------------------------------------------------- */

/* The attribute's own part of the name; NULL: it is no stream. */
static const char *own_name(const char *host, size_t *n)
{
	size_t head = strlen(XATTR_STREAM), tail = strlen(TYPE);
	size_t len = strlen(host);

	if (strncmp(host, XATTR_STREAM, head) || len <= head + tail ||
	    strcmp(host + len - tail, TYPE))
		return NULL;
	*n = len - head - tail;
	return host + head;
}

/*
 * The attribute for the stream of that name, in the case in which it is there
 * or else as given; malloc'ed.  *there tells.
 */
static NTSTATUS find_attribute(const struct file *f, const uint16_t *name,
			       size_t len, char **host, bool *there)
{
	size_t head = strlen(XATTR_STREAM), n, list_len;
	char *list, *new;
	int err = xattr_list(f, &list, &list_len);

	*there = false;
	if (err)
		return stream_status(-err);
	for (char *p = list; list && p < list + list_len; p += strlen(p) + 1) {
		const char *own = own_name(p, &n);
		uint16_t u[NAME_MAX_HOST];
		size_t got = own ? utf8_to_utf16(u, COUNT_OF(u), own, n) : 0;

		if (!own || got > COUNT_OF(u) ||
		    units_compare_nocase(u, got, name, len))
			continue;
		*there = true;
		*host = strdup(p);
		free(list);
		return *host ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	free(list);
	n = utf16_to_utf8(NULL, 0, name, len);
	if (head + n + strlen(TYPE) > NAME_MAX_HOST)
		return STATUS_OBJECT_NAME_INVALID;
	new = malloc(head + n + sizeof TYPE);
	if (!new)
		return STATUS_NO_MEMORY;
	memcpy(new, XATTR_STREAM, head);
	utf16_to_utf8(new + head, n, name, len);
	strcpy(new + head + n, TYPE);
	*host = new;
	return STATUS_SUCCESS;
}

uint16_t *stream_name(const struct file *f, size_t *len)
{
	size_t n = 0;
	const char *own = own_name(attribute(f), &n);
	uint16_t *u = malloc((n + 1) * sizeof *u);

	if (!u)
		return NULL;
	u[0] = ':';
	*len = 1 + utf8_to_utf16(u + 1, n, own, n);
	return u;
}

/* ---- contents -------------------------------------------------------- */

/* The stream without the zero at its end.  Length or -errno. */
static int load(const struct file *f, void *buf, size_t size)
{
	int n = xattr_get(f, attribute(f), buf, size);

	return n > 0 ? n - 1 : n;
}

NTSTATUS stream_size(const struct file *f, int64_t *size)
{
	int n = load(f, NULL, 0);

	*size = MAX(n, 0);
	return n < 0 ? stream_status(-n) : STATUS_SUCCESS;
}

/* For writers in other processes; -1: it cannot be had, and need not. */
static int lock_file(const struct file *f)
{
	char self[32];
	int fd;

	file_proc_path(f, self, sizeof self);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

/*
 * Reads the stream, lets change() have its way with the bytes (size is how
 * many there will be, zeroed where there were none), and writes it.
 */
static NTSTATUS rewrite(struct task *t, struct file *f, size_t size, bool grow,
			struct irp *r, int64_t *offset)
{
	NTSTATUS status = STATUS_SUCCESS;
	char *b = calloc(1, VALUE_MAX + 1);
	int fd, n, err;

	if (!b)
		return STATUS_NO_MEMORY;
	pthread_mutex_lock(&write_lock);
	fd = lock_file(f);
	n = load(f, b, VALUE_MAX);
	if (n < 0) {
		status = stream_status(-n);
		goto out;
	}
	if (offset && *offset < 0) /* at the end, wherever that is now */
		*offset = n;
	if (offset && (*offset > VALUE_MAX - 1 ||
		       r->len > VALUE_MAX - 1 - *offset)) {
		status = STATUS_DISK_FULL;
		goto out;
	}
	if (offset)
		size = MAX((size_t)n, (size_t)*offset + r->len);
	else if (grow && size < (size_t)n)
		goto out;
	/* The zero at the end was read as well. */
	if (size > (size_t)n)
		memset(b + n, 0, size - (size_t)n);
	if (r && guest_read(t, b + *offset, r->buf, r->len) < 0) {
		status = STATUS_ACCESS_VIOLATION;
		goto out;
	}
	b[size] = 0;
	/* Replace: what has been removed must not come back. */
	err = xattr_set(f, attribute(f), b, size + 1, XATTR_REPLACE);
	if (err)
		status = stream_status(-err);
out:
	if (fd >= 0)
		close(fd);
	pthread_mutex_unlock(&write_lock);
	free(b);
	return status;
}

NTSTATUS stream_set_size(struct file *f, int64_t size)
{
	if (size < 0)
		return STATUS_INVALID_PARAMETER;
	if (size > VALUE_MAX - 1)
		return STATUS_DISK_FULL;
	return rewrite(NULL, f, (size_t)size, false, NULL, NULL);
}

static NTSTATUS named_read(struct task *t, struct file *f, struct irp *r)
{
	int64_t at = r->offset == OFFSET_CURRENT ? f->position : r->offset;
	NTSTATUS status;
	char *b;
	int n;

	if (at < 0 || (r->offset == OFFSET_CURRENT && !f->synchronous))
		return STATUS_INVALID_PARAMETER;
	b = malloc(VALUE_MAX);
	if (!b)
		return STATUS_NO_MEMORY;
	n = load(f, b, VALUE_MAX);
	if (n < 0) {
		status = stream_status(-n);
	} else if (at >= n) {
		status = r->len ? STATUS_END_OF_FILE : STATUS_SUCCESS;
	} else {
		r->information = MIN((uint64_t)r->len, (uint64_t)(n - at));
		status = guest_write(t, r->buf, b + at, r->information) < 0
				 ? STATUS_ACCESS_VIOLATION
				 : STATUS_SUCCESS;
	}
	free(b);
	if (!status && f->synchronous)
		f->position = at + (int64_t)r->information;
	return status;
}

static NTSTATUS named_write(struct task *t, struct file *f, struct irp *r)
{
	int64_t at = r->offset == OFFSET_CURRENT ? f->position : r->offset;
	NTSTATUS status;

	if (f->append)
		at = OFFSET_APPEND;
	else if (r->offset == OFFSET_CURRENT && !f->synchronous)
		return STATUS_INVALID_PARAMETER;
	else if (at < OFFSET_APPEND)
		return STATUS_INVALID_PARAMETER;
	if (!r->len)
		return STATUS_SUCCESS;
	status = rewrite(t, f, 0, false, r, &at);
	if (status)
		return status;
	r->information = r->len;
	if (f->synchronous)
		f->position = at + r->len;
	return STATUS_SUCCESS;
}

static NTSTATUS named_flush(struct task *t, struct file *f)
{
	NTSTATUS status = STATUS_SUCCESS;
	char self[32];
	int fd;

	(void)t;
	file_proc_path(f, self, sizeof self);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return status_from_errno(errno);
	if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
		status = status_from_errno(errno);
	close(fd);
	return status;
}

NTSTATUS stream_remove(struct file *f)
{
	int err = xattr_remove(f, attribute(f));

	return err && err != -ENODATA ? stream_status(-err) : STATUS_SUCCESS;
}

static void named_close(struct task *t, struct file *f)
{
	(void)t;
	if (f->delete_on_close)
		share_set_delete(f, true);
	if (share_delete_pending(f) && !share_others(f, false))
		stream_remove(f);
	f->delete_on_close = false;
}

static void named_destroy(struct file *f)
{
	if (f->delete_on_close) /* NtDeleteFile: there was no handle */
		stream_remove(f);
	free(f->extra);
}

static const struct file_ops named_ops = {
	.read = named_read,
	.write = named_write,
	.flush = named_flush,
	.close = named_close,
	.destroy = named_destroy,
};

/* ---- opening --------------------------------------------------------- */

static bool makes(uint32_t disposition)
{
	return disposition != FILE_OPEN && disposition != FILE_OVERWRITE;
}

/* What the disposition makes of a stream that is, or is not, there. */
static NTSTATUS dispose_of(struct file_open *o, struct file *f, bool there)
{
	int err;

	if (there && o->disposition == FILE_CREATE)
		return STATUS_OBJECT_NAME_COLLISION;
	if (!there && !makes(o->disposition))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	o->information = FILE_OPENED;
	if (there &&
	    (o->disposition == FILE_OPEN || o->disposition == FILE_OPEN_IF))
		return STATUS_SUCCESS;
	o->information = !there ? FILE_CREATED
			 : o->disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED
							    : FILE_OVERWRITTEN;
	err = xattr_set(f, attribute(f), "", 1, there ? 0 : XATTR_CREATE);
	return err == -EEXIST ? STATUS_OBJECT_NAME_COLLISION
	       : err	      ? stream_status(-err)
			      : STATUS_SUCCESS;
}

/* Share modes are each stream's own: another number stands for it. */
static NTSTATUS enter(struct file *f)
{
	struct statx key = { 0 };
	uint64_t h = 0xcbf29ce484222325ull;
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return status_from_errno(errno);
	for (const char *p = attribute(f); *p; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3ull;
	key.stx_ino = st.st_ino ^ (h | 1ull << 63);
	key.stx_dev_major = major(st.st_dev);
	key.stx_dev_minor = minor(st.st_dev);
	return share_enter(f, &key, false);
}

NTSTATUS stream_open(struct file_open *o, struct file **ret)
{
	enum {
		CHANGES = FILE_WRITE_BITS | FILE_WRITE_EA |
			  FILE_WRITE_ATTRIBUTES | ACCESS_DELETE,
	};
	struct file_open base = *o;
	struct file *f;
	bool there;
	NTSTATUS status;

	if (o->options & FILE_DIRECTORY_FILE)
		return STATUS_NOT_A_DIRECTORY;
	if (o->options & FILE_OPEN_BY_FILE_ID)
		return STATUS_OBJECT_NAME_INVALID;
	base.access = FILE_READ_ATTRIBUTES |
		      (o->access & CHANGES || makes(o->disposition)
			       ? FILE_WRITE_EA
			       : 0);
	base.stream = o->maximum ? o->named : o->access;
	base.share = 7;
	base.options &= ~(uint32_t)(FILE_DELETE_ON_CLOSE |
				    FILE_NON_DIRECTORY_FILE);
	base.disposition = makes(o->disposition) ? FILE_OPEN_IF : FILE_OPEN;
	o->p->stream = false;
	status = file_open_disk(&base, &f);
	o->p->stream = true;
	if (status)
		return status;
	if (f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_DIR) {
		status = STATUS_OBJECT_NAME_INVALID;
		goto fail;
	}
	if (f->dir || f->from_lower) {
		status = makes(o->disposition) ? STATUS_ACCESS_DENIED
					       : STATUS_OBJECT_NAME_NOT_FOUND;
		goto fail;
	}
	if (f->kind == FILE_KIND_DISK && !(f->mode & 0222) &&
	    base.information != FILE_CREATED &&
	    (o->access & FILE_WRITE_BITS || o->disposition != FILE_OPEN)) {
		status = STATUS_ACCESS_DENIED;
		goto fail;
	}
	status = find_attribute(f, o->p->rest, o->p->rest_len,
				(char **)&f->extra, &there);
	if (status)
		goto fail;
	share_forget(f);
	if (o->maximum && file_security_marked(f->mode))
		o->access = base.access;
	f->kind = FILE_KIND_STREAM;
	f->ops = &named_ops;
	f->access = o->access;
	f->share = o->share;
	f->options = o->options;
	f->append = (o->access & FILE_WRITE_BITS) == FILE_APPEND_DATA;
	f->position = 0;
	status = enter(f);
	if (!status)
		status = dispose_of(o, f, there);
	if (status)
		goto fail;
	f->delete_on_close = o->options & FILE_DELETE_ON_CLOSE;
	*ret = f;
	return STATUS_SUCCESS;
fail:
	object_put(&f->object);
	return status;
}

/* ---- listing --------------------------------------------------------- */

struct stream_list {
	uint8_t *at;
	size_t len, last;
};

/* Appends an entry; false: no memory. */
static bool add(struct stream_list *l, const uint16_t *name, size_t n,
		int64_t size, int64_t allocation)
{
	size_t at = ROUND_UP(l->len, 8), head = sizeof(struct file_stream);
	struct file_stream s = { .len = (uint32_t)(n * 2),
				 .size = size,
				 .allocation = allocation };
	uint8_t *p = realloc(l->at, at + head + n * 2);

	if (!p)
		return false;
	memset(p + l->len, 0, at - l->len);
	if (l->len) {
		uint32_t next = (uint32_t)(at - l->last);

		memcpy(p + l->last, &next, sizeof next);
	}
	memcpy(p + at, &s, head);
	memcpy(p + at + head, name, n * 2);
	l->at = p;
	l->last = at;
	l->len = at + head + n * 2;
	return true;
}

NTSTATUS streams_list(const struct file *f, int64_t data, int64_t allocation,
		      void **list, size_t *len)
{
	static const uint16_t type[] = u":$DATA";
	struct stream_list l = { 0 };
	char *names = NULL;
	bool ok = true;
	size_t n = 0;

	if (data >= 0)
		ok = add(&l, u"::$DATA", 7, data, allocation);
	if (f->fd >= 0 && f->kind != FILE_KIND_LINK)
		xattr_list(f, &names, &n); /* where there are none: none */
	for (char *p = names; ok && names && p < names + n;
	     p += strlen(p) + 1) {
		size_t own_len;
		const char *own = own_name(p, &own_len);
		uint16_t u[NAME_MAX_HOST + COUNT_OF(type) + 1];
		int size;
		size_t k;

		if (!own || (size = xattr_get(f, p, NULL, 0)) < 0)
			continue;
		size = MAX(size - 1, 0);
		u[0] = ':';
		k = 1 + utf8_to_utf16(u + 1, NAME_MAX_HOST, own, own_len);
		memcpy(u + k, type, sizeof type - 2);
		ok = add(&l, u, k + COUNT_OF(type) - 1, size,
			 (int64_t)ROUND_UP(size, 8));
	}
	free(names);
	if (!ok) {
		free(l.at);
		return STATUS_NO_MEMORY;
	}
	*list = l.at;
	*len = l.len;
	return STATUS_SUCCESS;
}
