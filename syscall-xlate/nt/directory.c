/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * directory.c - directories and symbolic links of the namespace: the objects,
 * and the calls on them.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/name.h"
#include "syscall-xlate/nt/calls.h"

/* ---- the objects ----------------------------------------------------- */

/* What is handed to another process: a page, or the path of an initial one. */
enum { PASS_PAGE, PASS_PATH };

/* A directory says nothing but that it is there. */
static void directory_to_page(const struct object *o, struct shared_page *p)
{
	(void)o;
	(void)p;
}

static void directory_from_page(struct object *o, const struct shared_page *p)
{
	((struct directory *)o)->id = p->id;
}

static bool directory_pass(struct object *o, struct nt_passed *p)
{
	struct directory *d = (struct directory *)o;
	size_t n;

	p->fd = -1;
	p->kind = PASS_PATH;
	p->len = 0;
	if (d->initial) {
		pthread_mutex_lock(&names_lock);
		n = name_path(o->name, (uint16_t *)p->data, sizeof p->data / 2);
		pthread_mutex_unlock(&names_lock);
		p->len = (uint32_t)(n * 2);
		return true;
	}
	p->kind = PASS_PAGE;
	return d->id && shared_pass(o, p);
}

static struct object *directory_receive(const struct nt_passed *p)
{
	if (p->kind == PASS_PAGE)
		return shared_receive(&directory_type, p);
	if (p->fd >= 0)
		close(p->fd);
	return p->len > sizeof p->data
		       ? NULL
		       : directory_initial((const uint16_t *)p->data,
					   p->len / 2);
}

const struct object_type directory_type = {
	.name = "Directory",
	.size = sizeof(struct directory),
	.generic = { 0x20003, 0x2000c, 0x20003, 0xf000f },
	.valid_access = 0x1f000f,
	.to_page = directory_to_page,
	.from_page = directory_from_page,
	.pass = directory_pass,
	.receive = directory_receive,
};

NTSTATUS directory_new(struct object **o)
{
	*o = object_new(&directory_type);
	return *o ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

void directory_share(struct object *o)
{
	object_lock(o);
	if (object_share(o))
		directory_from_page(o, o->shared->page);
	object_unlock(o);
}

struct object *symlink_new(const uint16_t *target, size_t n)
{
	struct symlink *l = object_new(&symlink_type);

	if (!l)
		return NULL;
	l->target = malloc((n + 1) * 2);
	if (!l->target) {
		object_put(&l->object);
		return NULL;
	}
	memcpy(l->target, target, n * 2);
	l->target[n] = 0;
	l->len = n;
	l->created = nt_time_now();
	return &l->object;
}

static void symlink_destroy(struct object *o)
{
	free(((struct symlink *)o)->target);
}

static void symlink_to_page(const struct object *o, struct shared_page *p)
{
	const struct symlink *l = (const struct symlink *)o;

	/* Names are not longer either. */
	p->target_len = (uint32_t)MIN(l->len, COUNT_OF(p->target));
	memcpy(p->target, l->target, p->target_len * 2u);
}

static void symlink_from_page(struct object *o, const struct shared_page *p)
{
	struct symlink *l = (struct symlink *)o;
	size_t n = MIN(p->target_len, COUNT_OF(p->target));

	l->target = calloc(n + 1, 2);
	if (l->target)
		memcpy(l->target, p->target, n * 2);
	l->len = l->target ? n : 0;
	l->created = nt_time_now();
}

static struct object *symlink_receive(const struct nt_passed *p)
{
	return shared_receive(&symlink_type, p);
}

const struct object_type symlink_type = {
	.name = "SymbolicLink",
	.size = sizeof(struct symlink),
	.generic = { 0x20001, 0x20000, 0x20001, 0xf0001 },
	.valid_access = 0x1fffff,
	.destroy = symlink_destroy,
	.to_page = symlink_to_page,
	.from_page = symlink_from_page,
	.pass = shared_pass,
	.receive = symlink_receive,
};

/* ---- the calls: directories ------------------------------------------ */

NTSTATUS nt_create_directory_object(struct task *t, gaddr directory,
				    uint32_t access, gaddr attr)
{
	struct object *d;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	status = directory_new(&d);
	/* One without a name may be handed to another process later, with what
	   is in it by then. */
	if (!status && !oa.name)
		directory_share(d);
	if (!status)
		status = object_create(t, d, access, &oa, directory);
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

/* Entries from *index on, as many as fit, or one. */
static NTSTATUS list_dir(struct task *t, const struct listing *list, gaddr buf,
			 uint32_t len, bool single, uint32_t *index,
			 uint32_t *used)
{
	const struct directory_entry end = { 0 };
	const struct listed *l = list->entry + *index;
	uint32_t max = single ? 1 : UINT32_MAX, n = 0;
	uint32_t left, text = 0, fits = 0;

	if (*index >= list->n)
		return STATUS_NO_MORE_ENTRIES;
	left = list->n - *index;
	/* First: how many fit, which says where the texts begin. */
	for (; fits < MIN(max, left); fits++) {
		uint32_t need =
			(uint32_t)(l[fits].name_len + l[fits].type_len + 2) * 2;

		if (text + need + (fits + 2) * sizeof end > len)
			break;
		text += need;
	}
	if (!fits)
		return STATUS_BUFFER_TOO_SMALL;
	text = (fits + 1) * sizeof end;
	for (; n < fits; n++, l++) {
		uint32_t type_at = text + (uint32_t)(l->name_len + 1) * 2;
		struct directory_entry e = {
			.name = { (uint16_t)(l->name_len * 2),
				  (uint16_t)(l->name_len * 2 + 2), 0,
				  buf + text },
			.type = { (uint16_t)(l->type_len * 2),
				  (uint16_t)(l->type_len * 2 + 2), 0,
				  buf + type_at },
		};

		if (guest_write(t, buf + n * sizeof e, &e, sizeof e) ||
		    guest_write(t, buf + text, l->name, l->name_len * 2) ||
		    guest_put16(t, buf + type_at - 2, 0) ||
		    guest_write(t, buf + type_at, l->type, l->type_len * 2) ||
		    guest_put16(t, buf + type_at + (uint32_t)l->type_len * 2,
				0))
			return STATUS_ACCESS_VIOLATION;
		text = type_at + (uint32_t)(l->type_len + 1) * 2;
	}
	if (guest_write(t, buf + n * sizeof end, &end, sizeof end))
		return STATUS_ACCESS_VIOLATION;
	*index += n;
	*used = text;
	return !single && n < left ? STATUS_MORE_ENTRIES : STATUS_SUCCESS;
}

NTSTATUS nt_query_directory_object(struct task *t, uint64_t directory,
				   gaddr buf, uint32_t len, uint8_t single,
				   uint8_t restart, gaddr context,
				   gaddr ret_len)
{
	uint32_t index = 0, used = 0;
	struct listing list = { 0 };
	struct directory *d;
	NTSTATUS status;

	if (!restart && guest_get32(t, &index, context))
		return STATUS_ACCESS_VIOLATION;
	status = handle_get(t, directory, &directory_type, 1, &d);
	if (status)
		return status;
	status = directory_list(d, &list);
	if (!status)
		status = list_dir(t, &list, buf, len, single, &index, &used);
	free(list.entry);
	object_put((struct object *)d);
	if (NT_SUCCESS(status) && (guest_put32(t, context, index) ||
				   (ret_len && guest_put32(t, ret_len, used))))
		return STATUS_ACCESS_VIOLATION;
	return status;
}

/* ---- the calls: links ---- */

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
