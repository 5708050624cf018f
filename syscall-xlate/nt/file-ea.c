/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-ea.c - extended attributes: NtQueryEaFile, NtSetEaFile, and the list
 * that NtCreateFile may bring.
 *
 * The attribute NAME is the host's user.NAME; names are one case, and ASCII.
 * FILE_NEED_EA is not kept.  Source: Microsoft's FILE_FULL_EA_INFORMATION,
 * FILE_GET_EA_INFORMATION, and [MS-FSCC] 2.4.16.
 */
#include "syscall-xlate/nt/file-xattr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"

struct full_ea {
	uint32_t next;
	uint8_t flags, name_len;
	uint16_t value_len;
	char name[]; /* NUL, then the value */
};
ABI_AT(struct full_ea, name, 8);

struct get_ea {
	uint32_t next;
	uint8_t name_len;
	char name[];
};
ABI_AT(struct get_ea, name, 5);

enum {
	LIST_MAX = 1 << 20,
	FLAG_NEED = 0x80,
	HOST_NAME = 5 + 255 + 1, /* "user.", name, NUL */
};

/* ---- names ----------------------------------------------------------- */

static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' ||
		    strchr("\"*+,/:;<=>?[\\]|", s[i]))
			return false;
	return n > 0;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static bool same_name(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (upper(a[i]) != upper(b[i]))
			return false;
	return true;
}

/* The part of a host attribute's name that NT sees; NULL: none of these. */
static const char *visible(const char *host)
{
	if (strncmp(host, "user.", 5) || xattr_is_state(host) ||
	    !strncmp(host, XATTR_STREAM, strlen(XATTR_STREAM)) ||
	    strlen(host + 5) > 255 || !is_name(host + 5, strlen(host + 5)))
		return NULL;
	return host + 5;
}

/* The host's name for n bytes at name: one that is there in another case. */
static void host_name(char host[HOST_NAME], const char *list, size_t list_len,
		      const char *name, size_t n)
{
	for (const char *p = list; list && p < list + list_len;
	     p += strlen(p) + 1) {
		const char *v = visible(p);

		if (v && strlen(v) == n && same_name(v, name, n)) {
			strcpy(host, p);
			return;
		}
	}
	memcpy(host, "user.", 5);
	for (size_t i = 0; i < n; i++)
		host[5 + i] = upper(name[i]);
	host[5 + n] = 0;
}

/* ---- setting --------------------------------------------------------- */

NTSTATUS ea_read(struct task *t, gaddr at, uint32_t len, void **list,
		 uint32_t *error_at)
{
	uint32_t off = 0;
	uint8_t *b;

	*list = NULL;
	*error_at = 0;
	if (!len || len > LIST_MAX)
		return STATUS_INVALID_PARAMETER;
	/* Zeroed beyond its end, so that the last entry ends there. */
	b = calloc(1, len + sizeof(struct full_ea));
	if (!b)
		return STATUS_NO_MEMORY;
	if (guest_read(t, b, at, len) < 0) {
		free(b);
		return STATUS_ACCESS_VIOLATION;
	}
	for (;;) {
		struct full_ea e;
		NTSTATUS status = STATUS_SUCCESS;

		memcpy(&e, b + off, sizeof e);
		if (len - off < sizeof e ||
		    len - off - sizeof e <
			    (size_t)e.name_len + 1 + e.value_len ||
		    b[off + sizeof e + e.name_len] != 0 ||
		    (e.next && (e.next & 3 || e.next > len - off ||
				e.next < sizeof e + e.name_len + 1u +
						 e.value_len)))
			status = STATUS_EA_LIST_INCONSISTENT;
		else if (e.flags & ~FLAG_NEED ||
			 !is_name((char *)b + off + sizeof e, e.name_len))
			status = STATUS_INVALID_EA_NAME;
		if (status) {
			*error_at = off;
			free(b);
			return status;
		}
		if (!e.next)
			break;
		off += e.next;
	}
	*list = b;
	return STATUS_SUCCESS;
}

NTSTATUS ea_apply(struct file *f, const void *entries)
{
	const uint8_t *b = entries;
	char host[HOST_NAME], *list;
	struct full_ea e;
	size_t n;
	int err = xattr_list(f, &list, &n);

	do {
		const char *name = (const char *)b + sizeof e;

		memcpy(&e, b, sizeof e);
		host_name(host, list, n, name, e.name_len);
		if (!visible(host)) {
			err = -EPERM; /* a name under which we keep others */
		} else if (e.value_len) {
			err = xattr_set(f, host, name + e.name_len + 1,
					e.value_len, 0);
		} else {
			err = xattr_remove(f, host);
			if (err == -ENODATA)
				err = 0;
		}
		b += e.next;
	} while (!err && e.next);
	free(list);
	return err ? xattr_status(-err) : STATUS_SUCCESS;
}

NTSTATUS nt_set_ea_file(struct task *t, uint64_t file, gaddr iosb, gaddr buf,
			uint32_t len)
{
	uint32_t error_at = 0;
	struct file *f;
	void *list;
	NTSTATUS status = handle_get(t, file, &file_type, FILE_WRITE_EA, &f);

	if (status)
		return status;
	if (!f->drive || f->fd < 0 || f->kind == FILE_KIND_DEVICE)
		status = STATUS_INVALID_DEVICE_REQUEST;
	else if (f->dir || f->from_lower)
		status = STATUS_ACCESS_DENIED;
	else if (f->kind == FILE_KIND_LINK || !xattr_supported(f))
		status = STATUS_EAS_NOT_SUPPORTED;
	else
		status = ea_read(t, buf, len, &list, &error_at);
	if (!status) {
		status = ea_apply(f, list);
		free(list);
	}
	object_put(&f->object);
	if (status >> 30 != 3 && iosb_write(t, iosb, status, error_at) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- asking ---------------------------------------------------------- */

struct ea_out {
	uint8_t *buf;
	uint32_t len, used; /* used: where the next would begin */
	uint32_t last;      /* where the last one is */
	bool any, full;
};

/* Appends one; its value is asked of the host.  0 or -errno. */
static int put(struct ea_out *o, const struct file *f, const char *host,
	       const char *name, size_t n)
{
	uint32_t at = ROUND_UP(o->used, 4), head = 8 + (uint32_t)n + 1;
	struct full_ea e = { .name_len = (uint8_t)n };
	int got = host ? xattr_get(f, host, NULL, 0) : 0;

	if (got < 0 && got != -ENODATA)
		return got;
	got = MAX(got, 0);
	if (got > UINT16_MAX)
		return 0; /* NT could not have written it */
	if (at > o->len || o->len - at < head + (uint32_t)got) {
		o->full = true;
		return 0;
	}
	if (got) {
		got = xattr_get(f, host, o->buf + at + head, (size_t)got);
		if (got < 0 && got != -ENODATA)
			return got == -ERANGE ? -EAGAIN : got;
		got = MAX(got, 0);
	}
	e.value_len = (uint16_t)got;
	memcpy(o->buf + at, &e, sizeof e);
	for (size_t i = 0; i < n; i++)
		o->buf[at + 8 + i] = (uint8_t)upper(name[i]);
	o->buf[at + 8 + n] = 0;
	if (o->any) {
		uint32_t next = at - o->last;

		memcpy(o->buf + o->last, &next, sizeof next);
	}
	o->any = true;
	o->last = at;
	o->used = at + head + (uint32_t)got;
	return 0;
}

/* Those that the guest's list names, in its order. */
static NTSTATUS query_listed(struct task *t, struct ea_out *o, struct file *f,
			     const char *list, size_t n, gaddr want,
			     uint32_t want_len, bool single, uint32_t *error_at)
{
	uint8_t *b;
	uint32_t off = 0;
	NTSTATUS status = STATUS_SUCCESS;

	if (!want_len || want_len > LIST_MAX)
		return STATUS_INVALID_PARAMETER;
	b = calloc(1, want_len + sizeof(struct full_ea));
	if (!b)
		return STATUS_NO_MEMORY;
	if (guest_read(t, b, want, want_len) < 0)
		status = STATUS_ACCESS_VIOLATION;
	while (!status && !o->full) {
		const struct get_ea *g = (struct get_ea *)(b + off);
		char host[HOST_NAME];
		uint32_t next;
		int err;

		memcpy(&next, b + off, sizeof next);
		if (want_len - off < 6 || want_len - off - 6 < g->name_len ||
		    (next && (next & 3 || next > want_len - off ||
			      next < 6u + g->name_len))) {
			*error_at = off;
			status = STATUS_EA_LIST_INCONSISTENT;
			break;
		}
		if (!is_name(g->name, g->name_len)) {
			*error_at = off;
			status = STATUS_INVALID_EA_NAME;
			break;
		}
		host_name(host, list, n, g->name, g->name_len);
		err = put(o, f, visible(host) ? host : NULL, g->name,
			  g->name_len);
		if (err)
			status = xattr_status(-err);
		if (!next || single)
			break;
		off += next;
	}
	free(b);
	return status;
}

/* From the one with number start (0 is the first) on. */
static NTSTATUS query_from(struct ea_out *o, struct file *f, const char *list,
			   size_t n, uint32_t start, bool single,
			   uint32_t *count, uint32_t *next)
{
	*count = 0;
	*next = start;
	for (const char *p = list; list && p < list + n; p += strlen(p) + 1) {
		const char *name = visible(p);
		int err;

		if (!name)
			continue;
		if ((*count)++ < start || o->full || (single && o->any))
			continue;
		err = put(o, f, p, name, strlen(name));
		if (err)
			return xattr_status(-err);
		if (!o->full)
			*next = *count;
	}
	return STATUS_SUCCESS;
}

NTSTATUS nt_query_ea_file(struct task *t, uint64_t file, gaddr iosb, gaddr buf,
			  uint32_t len, uint8_t single, gaddr list,
			  uint32_t list_len, gaddr index, uint8_t restart)
{
	struct ea_out o = { .len = MIN(len, (uint32_t)LIST_MAX) };
	uint32_t number = 0, count = 0, next = 0, error_at = 0;
	char *names = NULL;
	size_t n = 0;
	struct file *f;
	int err = 0;
	NTSTATUS status;

	if (index && guest_read(t, &number, index, sizeof number) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = handle_get(t, file, &file_type, FILE_READ_EA, &f);
	if (status)
		return status;
	o.buf = calloc(1, o.len ? o.len : 1);
	if (!o.buf)
		status = STATUS_NO_MEMORY;
	else if (!f->drive || f->fd < 0 || f->kind == FILE_KIND_DEVICE)
		status = STATUS_INVALID_DEVICE_REQUEST;
	else if (f->kind == FILE_KIND_LINK || !xattr_supported(f))
		status = STATUS_EAS_NOT_SUPPORTED;
	else if ((err = xattr_list(f, &names, &n)) < 0)
		status = xattr_status(-err);
	else if (list)
		status = query_listed(t, &o, f, names, n, list, list_len,
				      single, &error_at);
	else {
		uint32_t start = index    ? number - 1
				 : restart ? 0
					   : f->ea_next;

		status = index && !number ? STATUS_NONEXISTENT_EA_ENTRY
					  : query_from(&o, f, names, n, start,
						       single, &count, &next);
		if (!status)
			f->ea_next = next;
		if (!status && !count)
			status = STATUS_NO_EAS_ON_FILE;
		else if (!status && start >= count)
			status = index && start > count
					 ? STATUS_NONEXISTENT_EA_ENTRY
					 : STATUS_NO_MORE_EAS;
	}
	if (!status && o.full)
		status = o.any ? STATUS_BUFFER_OVERFLOW
			       : STATUS_BUFFER_TOO_SMALL;
	if ((!status || status == STATUS_BUFFER_OVERFLOW) &&
	    guest_write(t, buf, o.buf, o.used) < 0)
		status = STATUS_ACCESS_VIOLATION;
	object_put(&f->object);
	free(names);
	free(o.buf);
	if (status >> 30 != 3 &&
	    iosb_write(t, iosb, status, error_at ? error_at : o.used) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

uint32_t ea_size(const struct file *f)
{
	uint32_t total = 0;
	char *list;
	size_t n;

	if (!f->drive || f->fd < 0 || f->kind == FILE_KIND_LINK ||
	    f->kind == FILE_KIND_DEVICE || xattr_list(f, &list, &n) < 0)
		return 0;
	for (const char *p = list; list && p < list + n; p += strlen(p) + 1) {
		const char *name = visible(p);
		int got = name ? xattr_get(f, p, NULL, 0) : -1;

		if (got >= 0 && got <= UINT16_MAX)
			total = ROUND_UP(total, 4) + 8 +
				(uint32_t)strlen(name) + 1 + (uint32_t)got;
	}
	free(list);
	return total;
}
