/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.c - security descriptors of objects.
 *
 * A file's descriptor is made from its owner and mode each time; setting one
 * can only take rights of group and others away (what programs do to protect
 * keys).  What is set for any other object is kept with it: in the key, in the
 * object, or, if processes share that, in its page.  It is told to who asks, and
 * counts when a key is opened.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"
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

/* ---- files ------------------------------------------------------------ */

static uint32_t rights_of(mode_t bits)
{
	uint32_t r = 0x100080; /* SYNCHRONIZE, FILE_READ_ATTRIBUTES */

	if (bits & 4)
		r |= 0x120089; /* FILE_GENERIC_READ */
	if (bits & 2)
		r |= 0x120116 | 0x10040; /* write, delete, delete child */
	if (bits & 1)
		r |= 0x1200a0; /* FILE_GENERIC_EXECUTE */
	return r;
}

static NTSTATUS file_descriptor(int fd, struct descriptor *d)
{
	const struct sid everyone = sid_make(1, 1, 0);
	enum { SIZE = 512 };
	struct stat st;

	memset(d, 0, sizeof *d);
	if (fstat(fd, &st) < 0)
		return status_from_errno(errno);
	d->dacl = malloc(SIZE);
	if (!d->dacl)
		return STATUS_NO_MEMORY;
	d->has_owner = d->has_group = d->has_dacl = true;
	d->owner = sid_of_uid(st.st_uid);
	d->group = sid_of_gid(st.st_gid);
	acl_init(d->dacl);
	/* The owner can always chmod(2). */
	acl_add(d->dacl, SIZE,
		((st.st_mode & 0700) == 0700 || S_ISREG(st.st_mode)) &&
				st.st_mode & 0200
			? 0x1f01ff
			: rights_of(st.st_mode >> 6) | 0x1f0100,
		&d->owner);
	if (st.st_mode & 070)
		acl_add(d->dacl, SIZE, rights_of(st.st_mode >> 3), &d->group);
	if (st.st_mode & 07)
		acl_add(d->dacl, SIZE, rights_of(st.st_mode), &everyone);
	return STATUS_SUCCESS;
}

/* Permission bits that the list gives to a SID. */
static mode_t bits_for(const struct descriptor *d, const struct sid *s)
{
	struct acl_walk w = acl_walk(d->dacl);
	uint32_t r = 0;
	struct ace e;

	while (acl_next(&w, &e))
		if (e.plain && e.type == ACE_ALLOWED &&
		    !(e.flags & ACE_INHERIT_ONLY) && sid_equal(&e.sid, s))
			r |= generic_map(e.mask, file_type.generic);
	return (r & 1 ? 4 : 0) | (r & 2 ? 2 : 0) | (r & 0x20 ? 1 : 0);
}

/* What of a mode the list lets stand, if the file's group is gid. */
static mode_t mode_mask(const struct descriptor *d, gid_t gid)
{
	const struct sid others[] = { sid_make(1, 1, 0), sid_make(5, 1, 11),
				      sid_make(5, 2, 32, 545) };
	struct sid group = sid_of_gid(gid);
	mode_t o = 0;

	if (!d->has_dacl || !d->dacl)
		return 07777; /* everybody may: nothing to take away */
	for (size_t i = 0; i < COUNT_OF(others); i++)
		o |= bits_for(d, &others[i]);
	return 07700 | (o | bits_for(d, &group)) << 3 | o;
}

NTSTATUS security_file_mode(struct task *t, gaddr sd, mode_t *mask)
{
	struct descriptor d;
	NTSTATUS status = descriptor_read(t, sd, &d);

	if (status)
		return status;
	*mask = mode_mask(&d, getegid());
	descriptor_free(&d);
	return STATUS_SUCCESS;
}

/* All files are of medium integrity, or of that which nobody has lowered. */
static bool is_own_label(const uint8_t *label)
{
	const struct sid medium = sid_make(16, 1, 8192),
			 high = sid_make(16, 1, 12288);
	struct acl_walk w;
	struct ace e;
	size_t n;

	if (!label)
		return true;
	for (w = acl_walk(label); acl_next(&w, &e);) {
		n = e.size - 8u;
		if ((n < sid_size(&medium) ||
		     memcmp(e.at + 8, &medium, sid_size(&medium))) &&
		    (n < sid_size(&high) ||
		     memcmp(e.at + 8, &high, sid_size(&high))))
			return false;
	}
	return true;
}

static NTSTATUS change_file(int fd, uint32_t info, const struct descriptor *d)
{
	const struct sid admins = sid_make(5, 2, 32, 544);
	struct stat st;
	uint32_t uid;

	if (fd < 0)
		return STATUS_ACCESS_DENIED; /* one that we made up */
	if (fstat(fd, &st) < 0)
		return status_from_errno(errno);
	/* Giving files away is root's; administrators are root. */
	if (info & OWNER_INFO &&
	    (!d->has_owner ||
	     (!sid_equal(&d->owner, &admins) &&
	      (!sid_to_uid(&d->owner, &uid) || uid != st.st_uid))))
		return STATUS_INVALID_OWNER;
	if (info & LABEL_INFO && !is_own_label(d->label))
		return STATUS_NOT_SUPPORTED;
	if (!(info & DACL_INFO))
		return STATUS_SUCCESS;
	return inode_chmod(fd, st.st_mode & 07777 & mode_mask(d, st.st_gid)) < 0
		       ? status_from_errno(errno)
		       : STATUS_SUCCESS;
}

/* ---- the calls -------------------------------------------------------- */

/* Something of a disk's, or NULL.  Its fd is -1 if we made it up. */
static const struct file *disk_file(const struct object *o)
{
	const struct file *f = (const struct file *)o;

	return o->type == &file_type && (f->kind == FILE_KIND_DISK ||
					 f->kind == FILE_KIND_DIR ||
					 f->kind == FILE_KIND_LINK)
		       ? f
		       : NULL;
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
	} else if (disk_file(o) && disk_file(o)->fd >= 0) {
		status = file_descriptor(disk_file(o)->fd, &d);
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
			status = change_file(disk_file(o)->fd, info, &d);
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
