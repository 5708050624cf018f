/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.c - security descriptors of objects.
 *
 * What is set for an object is kept with it: in the key, beside the file, in the
 * object, or, if processes share that, in its page.  It is told to who asks, and
 * counts when a key or a file is opened.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/inode-change.h"
#include "syscall-xlate/nt/registry.h"
#include "syscall-xlate/nt/shared.h"

enum {
	PARTS = OWNER_INFO | GROUP_INFO | DACL_INFO | LABEL_INFO,
};

/* ---- what is kept with objects ---------------------------------------- */

/* In memory of ours, or where all processes see it.  o is locked. */
static const uint8_t *kept_at(const struct object *o, size_t *n)
{
	if (o->shared) {
		/* Others may write anything there, at any time. */
		*n = MIN(*(volatile uint32_t *)&o->shared->page->security_len,
			 (uint32_t)SHARED_SECURITY_MAX);
		return o->shared->page->security;
	}
	*n = o->security ? o->security->len : 0;
	return o->security ? o->security->at : NULL;
}

/* A copy; *b is NULL and *n 0 if nothing is kept. */
static NTSTATUS kept_get(struct object *o, uint8_t **b, size_t *n)
{
	const uint8_t *at;
	size_t room = 0;
	void *p;

	*b = NULL;
	for (;;) {
		object_lock(o);
		at = kept_at(o, n);
		if (*n <= room) {
			if (*n)
				memcpy(*b, at, *n);
			object_unlock(o);
			return STATUS_SUCCESS;
		}
		room = *n;
		object_unlock(o);
		p = realloc(*b, room);
		if (!p) {
			free(*b);
			*b = NULL;
			return STATUS_NO_MEMORY;
		}
		*b = p;
	}
}

/*
 * Keeps new in place of old.  STATUS_RETRY: it is no longer old;
 * STATUS_INSUFFICIENT_RESOURCES: there is no room in a page for so much.
 */
static NTSTATUS kept_set(struct object *o, struct bytes old, struct bytes new)
{
	struct object_security *own = NULL, *before = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	const uint8_t *at;
	size_t n;

	if ((o->shared || o->type->to_page) && new.len > SHARED_SECURITY_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	own = malloc(sizeof *own + new.len);
	if (!own)
		return STATUS_NO_MEMORY;
	own->len = (uint32_t) new.len;
	memcpy(own->at, new.at, new.len);
	object_lock(o);
	at = kept_at(o, &n);
	if (n != old.len || (n && memcmp(at, old.at, n))) {
		status = STATUS_RETRY;
	} else if (o->shared) {
		memcpy(o->shared->page->security, new.at, new.len);
		o->shared->page->security_len = (uint32_t) new.len;
	} else {
		before = o->security;
		o->security = own;
		own = NULL;
	}
	object_unlock(o);
	free(own);
	free(before);
	return status;
}

void security_to_page(const struct object *o, struct shared_page *init)
{
	size_t n;
	const uint8_t *at = kept_at(o, &n);

	init->security_len = (uint32_t)n;
	if (n)
		memcpy(init->security, at, n);
}

static NTSTATUS object_descriptor(struct object *o, struct token *tk,
				  struct bytes kept, struct descriptor *d)
{
	if (kept.len && !descriptor_parse(kept, d))
		return STATUS_SUCCESS;
	return descriptor_default(tk, o->type->generic,
				  o->type == &directory_type, d);
}

static NTSTATUS change_object(struct object *o, struct token *tk, uint32_t info,
			      const struct descriptor *by)
{
	struct bytes old = { 0 }, new = { 0 };
	struct descriptor d;
	NTSTATUS status;
	uint8_t *b;

	for (;;) {
		status = kept_get(o, &b, &old.len);
		if (status)
			return status;
		old.at = b;
		status = object_descriptor(o, tk, old, &d);
		if (!status) {
			status = descriptor_change(&d, info, by, tk,
						   o->type->generic);
			if (!status) {
				new.at = descriptor_pack(&d, PARTS, &new.len);
				status = new.at ? kept_set(o, old, new)
						: STATUS_NO_MEMORY;
				free((void *)new.at);
			}
			descriptor_free(&d);
		}
		free(b);
		if (status != STATUS_RETRY)
			return status;
	}
}

NTSTATUS security_assign(struct task *t, struct object *o, gaddr sd)
{
	struct bytes new, none = { 0 };
	struct descriptor given, d;
	struct token *tk;
	NTSTATUS status;

	if (!sd)
		return STATUS_SUCCESS;
	status = descriptor_read(t, sd, &given);
	if (status)
		return status;
	tk = token_effective(t);
	status = descriptor_assign(NULL, &given, tk, o->type->generic,
				   o->type == &directory_type, &d);
	object_put(&tk->object);
	descriptor_free(&given);
	if (status)
		return status;
	new.at = descriptor_pack(&d, PARTS, &new.len);
	descriptor_free(&d);
	status = new.at ? kept_set(o, none, new) : STATUS_NO_MEMORY;
	free((void *)new.at);
	return status;
}

/* ---- the calls -------------------------------------------------------- */

/* What is on a disk, or NULL.  Its fd is -1 if we made it up. */
static struct file *disk_file(struct object *o)
{
	struct file *f = (struct file *)o;

	if (o->type != &file_type)
		return NULL;
	switch (f->kind) {
	case FILE_KIND_DISK:
	case FILE_KIND_DIR:
	case FILE_KIND_LINK:
	case FILE_KIND_STREAM:
		return f;
	default:
		return NULL;
	}
}

NTSTATUS nt_query_security_object(struct task *t, uint64_t handle,
				  uint32_t info, gaddr sd, uint32_t len,
				  gaddr ret_len)
{
	struct bytes kept = { 0 };
	struct descriptor d;
	struct token *tk;
	struct object *o;
	uint8_t *b = NULL;
	NTSTATUS status;
	size_t n;

	if (info & SACL_INFO)
		return STATUS_PRIVILEGE_NOT_HELD;
	status = handle_get(t, handle, NULL, info & PARTS ? READ_CONTROL : 0,
			    &o);
	if (status)
		return status;
	tk = token_of_process();
	if (!tk) {
		status = STATUS_NO_MEMORY;
	} else if (o->type == &key_type) {
		status = reg_security_get(o, tk, &d);
	} else if (disk_file(o) && file_has_inode(disk_file(o))) {
		status = file_security_get(disk_file(o)->fd, &d);
	} else {
		status = kept_get(o, &b, &kept.len);
		kept.at = b;
		if (!status)
			status = object_descriptor(o, tk, kept, &d);
		free(b);
	}
	if (tk)
		object_put(&tk->object);
	object_put(o);
	if (status)
		return status;
	b = descriptor_pack(&d, info, &n);
	descriptor_free(&d);
	if (!b)
		return STATUS_NO_MEMORY;
	if (ret_len && guest_put32(t, ret_len, (uint32_t)n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	else if (len < n)
		status = STATUS_BUFFER_TOO_SMALL;
	else if (guest_write(t, sd, b, n) < 0)
		status = STATUS_ACCESS_VIOLATION;
	free(b);
	return status;
}

NTSTATUS nt_set_security_object(struct task *t, uint64_t handle, uint32_t info,
				gaddr sd)
{
	struct descriptor d;
	struct token *tk;
	struct object *o;
	uint32_t access = 0;
	NTSTATUS status;

	if (info & SACL_INFO)
		return STATUS_PRIVILEGE_NOT_HELD;
	if (info & (OWNER_INFO | GROUP_INFO | LABEL_INFO))
		access |= WRITE_OWNER;
	if (info & DACL_INFO)
		access |= WRITE_DAC;
	status = handle_get(t, handle, NULL, access, &o);
	if (status)
		return status;
	status = descriptor_read(t, sd, &d);
	if (!status) {
		tk = token_effective(t);
		if (disk_file(o))
			status = file_security_set(disk_file(o), tk, info, &d);
		else if (o->type == &key_type)
			status = reg_security_set(o, tk, info, &d);
		else
			status = change_object(o, tk, info, &d);
		object_put(&tk->object);
		descriptor_free(&d);
	}
	object_put(o);
	return status;
}
