/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * directory.c - the calls on directories and symbolic links of the namespace.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

/* ---- the calls: directories
 * ---------------------------------------------------------------- */

NTSTATUS nt_create_directory_object(struct task *t, gaddr directory,
				    uint32_t access, gaddr attr)
{
	struct object *d;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	d = object_new(&directory_type);
	status = d ? object_create(t, d, access, &oa, directory)
		   : STATUS_NO_MEMORY;
	oa_free(&oa);
	return status;
}

NTSTATUS nt_create_directory_object_ex(struct task *t, gaddr directory,
				       uint32_t access, gaddr attr,
				       uint64_t shadow, uint32_t flags)
{
	if (shadow || flags)
		return STATUS_NOT_SUPPORTED;
	return nt_create_directory_object(t, directory, access, attr);
}

NTSTATUS nt_open_directory_object(struct task *t, gaddr directory,
				  uint32_t access, gaddr attr)
{
	return object_open(t, &directory_type, access, attr, directory);
}

/* OBJECT_DIRECTORY_INFORMATION: two UNICODE_STRINGs; the texts follow. */
struct directory_entry {
	struct unicode_string64 name, type;
};

static NTSTATUS list_dir(struct task *t, struct directory *d, gaddr buf,
			 uint32_t len, bool single, uint32_t *index,
			 uint32_t *used)
{
	const struct directory_entry end = { 0 };
	uint32_t max = single ? 1 : UINT32_MAX, n = 0;
	uint32_t text = 0, fits = 0;
	struct listed l;

	/* First: how many fit, which says where the texts begin. */
	for (; fits < max && directory_nth(d, *index + fits, &l); fits++) {
		uint32_t need = (uint32_t)(l.name_len + l.type_len + 2) * 2;

		if (text + need + (fits + 2) * sizeof end > len)
			break;
		text += need;
	}
	if (!fits)
		return directory_nth(d, *index, &l) ? STATUS_BUFFER_TOO_SMALL
						    : STATUS_NO_MORE_ENTRIES;
	text = (fits + 1) * sizeof end;
	for (; n < fits && directory_nth(d, *index + n, &l); n++) {
		uint32_t type_at = text + (uint32_t)(l.name_len + 1) * 2;
		struct directory_entry e = {
			.name = { (uint16_t)(l.name_len * 2),
				  (uint16_t)(l.name_len * 2 + 2), 0,
				  buf + text },
			.type = { (uint16_t)(l.type_len * 2),
				  (uint16_t)(l.type_len * 2 + 2), 0,
				  buf + type_at },
		};

		if (guest_write(t, buf + n * sizeof e, &e, sizeof e) ||
		    guest_write(t, buf + text, l.name, l.name_len * 2) ||
		    guest_put16(t, buf + type_at - 2, 0) ||
		    guest_write(t, buf + type_at, l.type, l.type_len * 2) ||
		    guest_put16(t, buf + type_at + (uint32_t)l.type_len * 2, 0))
			return STATUS_ACCESS_VIOLATION;
		text = type_at + (uint32_t)(l.type_len + 1) * 2;
	}
	if (guest_write(t, buf + n * sizeof end, &end, sizeof end))
		return STATUS_ACCESS_VIOLATION;
	*index += n;
	*used = text;
	return !single && directory_nth(d, *index, &l) ? STATUS_MORE_ENTRIES
						       : STATUS_SUCCESS;
}

NTSTATUS nt_query_directory_object(struct task *t, uint64_t directory,
				   gaddr buf, uint32_t len, uint8_t single,
				   uint8_t restart, gaddr context,
				   gaddr ret_len)
{
	uint32_t index = 0, used = 0;
	struct directory *d;
	NTSTATUS status;

	if (!restart && guest_get32(t, &index, context))
		return STATUS_ACCESS_VIOLATION;
	status = handle_get(t, directory, &directory_type, 1, &d);
	if (status)
		return status;
	status = list_dir(t, d, buf, len, single, &index, &used);
	object_put((struct object *)d);
	if (NT_SUCCESS(status) && (guest_put32(t, context, index) ||
				   (ret_len && guest_put32(t, ret_len, used))))
		return STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- the calls: links
 * ---------------------------------------------------------------------------
 */

NTSTATUS nt_create_symbolic_link_object(struct task *t, gaddr link,
					uint32_t access, gaddr attr,
					gaddr target)
{
	struct object *o;
	struct nt_oa oa;
	NTSTATUS status;
	uint16_t *to;
	size_t n;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = ustr_read(t, target, &to, &n);
	if (!status) {
		o = symlink_new(to, n);
		free(to);
		status = o ? object_create(t, o, access, &oa, link)
			   : STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_symbolic_link_object(struct task *t, gaddr link,
				      uint32_t access, gaddr attr)
{
	return object_open(t, &symlink_type, access, attr, link);
}

NTSTATUS nt_query_symbolic_link_object(struct task *t, uint64_t link,
				       gaddr target, gaddr ret_len)
{
	struct unicode_string64 u;
	struct symlink *l;
	NTSTATUS status;
	uint32_t bytes;

	status = handle_get(t, link, &symlink_type, 1, &l);
	if (status)
		return status;
	bytes = (uint32_t)l->len * 2;
	if (guest_read(t, &u, target, sizeof u) ||
	    (ret_len && guest_put32(t, ret_len, bytes + 2))) {
		status = STATUS_ACCESS_VIOLATION;
	} else if (u.maximum < bytes) {
		status = STATUS_BUFFER_TOO_SMALL;
	} else {
		u.length = (uint16_t)bytes;
		if (u.maximum >= bytes + 2)
			bytes += 2;
		if (guest_write(t, u.buffer, l->target, bytes) ||
		    guest_write(t, target, &u, sizeof u))
			status = STATUS_ACCESS_VIOLATION;
	}
	object_put(&l->object);
	return status;
}
