/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.c - security descriptors of objects.
 *
 * What is set for an object is kept with it: in the key, beside the file, in the
 * object, or, if processes share that, in its page, as a pipe's is
 * (pipe-security.c); a process's own in the block that those who have it see.  It
 * counts when the object is opened, by name or by id, or a handle to it is to
 * carry more than another.  Of what nobody set only tokens that may do less than
 * their user are to be told (token_is_weak()).
 */
#include "syscall-xlate/nt/security.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file-security.h"
#include "syscall-xlate/nt/inode-change.h"
#include "syscall-xlate/nt/pipe.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/registry.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/shared.h"

enum {
	PARTS = OWNER_INFO | GROUP_INFO | DACL_INFO | LABEL_INFO,
};

/* ---- what is kept with objects ---------------------------------------- */

/* Where a process of ours has it, for all who have the process; or NULL. */
static struct start_block *block_of(const struct object *o)
{
	const struct nt_process *p = (const struct nt_process *)o;

	if (o->type != &process_type || !p->is_nt)
		return NULL;
	return p->block ? p->block : p->exit_block;
}

static bool is_pipe(const struct object *o)
{
	const struct file *f = (const struct file *)o;

	return o->type == &file_type && f->kind == FILE_KIND_PIPE && f->pipe;
}

/* The page where it is, if there is one; or NULL. */
static struct shared *page_of(const struct object *o)
{
	return is_pipe(o) ? ((const struct file *)o)->pipe->security
			  : o->shared;
}

/* o, and that page, which only a pipe's lock does not include. */
static void lock_kept(struct object *o)
{
	object_lock(o);
	if (page_of(o) != o->shared)
		shared_lock(page_of(o));
}

static void unlock_kept(struct object *o)
{
	if (page_of(o) != o->shared)
		shared_unlock(page_of(o));
	object_unlock(o);
}

/*
 * In memory of ours, or where all processes see it.  Both are locked.  Others
 * may write anything there, at any time.
 */
static const uint8_t *kept_at(const struct object *o, size_t *n)
{
	const struct start_block *b = block_of(o);
	const struct shared *page = page_of(o);

	if (b) {
		const struct start_security *s =
			&b->security[b->security_version & 1];

		*n = MIN(*(volatile uint32_t *)&s->len,
			 (uint32_t)SHARED_SECURITY_MAX);
		return s->at;
	}
	if (page) {
		*n = MIN(*(volatile uint32_t *)&page->page->security_len,
			 (uint32_t)SHARED_SECURITY_MAX);
		return page->page->security;
	}
	*n = o->security ? o->security->len : 0;
	return o->security ? o->security->at : NULL;
}

/* Its length; copied if there is so much room.  lock_kept() */
static size_t kept_copy(const struct object *o, uint8_t *to, size_t room)
{
	enum { TRIES = 16 }; /* nobody changes it so often */
	const struct start_block *b = block_of(o);
	uint32_t version;
	const uint8_t *at;
	size_t n;

	for (int i = 0; i < TRIES; i++) {
		version = b ? b->security_version : 0;
		at = kept_at(o, &n);
		if (n && n <= room)
			memcpy(to, at, n);
		if (!b || b->security_version == version)
			break;
	}
	return n;
}

size_t security_copy(struct object *o, uint8_t buf[SECURITY_COPY_MAX])
{
	size_t n;

	lock_kept(o);
	n = kept_copy(o, buf, SECURITY_COPY_MAX);
	unlock_kept(o);
	return n <= SECURITY_COPY_MAX ? n : 0;
}

/* A copy; *b is NULL and *n 0 if nothing is kept. */
static NTSTATUS kept_get(struct object *o, uint8_t **b, size_t *n)
{
	size_t room = 0;
	void *p;

	*b = NULL;
	for (;;) {
		lock_kept(o);
		*n = kept_copy(o, *b, room);
		unlock_kept(o);
		if (*n <= room)
			return STATUS_SUCCESS;
		room = *n;
		p = realloc(*b, room);
		if (!p) {
			free(*b);
			*b = NULL;
			return STATUS_NO_MEMORY;
		}
		*b = p;
	}
}

/* Objects that other processes can have, or are told of. */
static bool has_little_room(const struct object *o)
{
	return o->shared || o->type->to_page || o->type == &process_type ||
	       o->type == &thread_type || is_pipe(o);
}

/*
 * Keeps new in place of old (NULL: of anything).  STATUS_RETRY: it is no longer
 * old; STATUS_INSUFFICIENT_RESOURCES: there is no room for so much.
 */
static NTSTATUS kept_set(struct object *o, const struct bytes *old,
			 struct bytes new)
{
	struct object_security *own = NULL, *before = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	struct start_security *s;
	struct start_block *b;
	struct shared *page;
	const uint8_t *at;
	size_t n;

	if (has_little_room(o) && new.len > SHARED_SECURITY_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	own = malloc(sizeof *own + new.len);
	if (!own)
		return STATUS_NO_MEMORY;
	/* Nobody has asked for our block so far. */
	if (o == &nt_self->object && !block_of(o))
		remote_exit_block();
	own->len = (uint32_t) new.len;
	if (new.len)
		memcpy(own->at, new.at, new.len);
	lock_kept(o);
	at = kept_at(o, &n);
	b = block_of(o);
	page = page_of(o);
	if (old && (n != old->len || (n && memcmp(at, old->at, n)))) {
		status = STATUS_RETRY;
	} else if (b) {
		s = &b->security[~b->security_version & 1];
		memcpy(s->at, own->at, own->len);
		s->len = own->len;
		b->security_version++;
	} else if (page) {
		memcpy(page->page->security, own->at, own->len);
		page->page->security_len = own->len;
	} else {
		before = o->security;
		o->security = own;
		own = NULL;
	}
	unlock_kept(o);
	free(own);
	free(before);
	return status;
}

NTSTATUS security_replace(struct object *o, struct bytes new)
{
	return kept_set(o, NULL, new);
}

void security_to_page(const struct object *o, struct shared_page *init)
{
	size_t n;
	const uint8_t *at = kept_at(o, &n);

	init->security_len = (uint32_t)n;
	if (n)
		memcpy(init->security, at, n);
}

/* ---- what an object's descriptor is ----------------------------------- */

/*
 * A label where none was given: processes and threads of every integrity have
 * one, which forbids to read as well; other objects, if they are made by
 * somebody below the level that everything without a label has.
 */
static NTSTATUS add_label(struct descriptor *d, struct token *tk,
			  const struct object_type *type)
{
	enum { SIZE = 32, NO_WRITE_UP = 1, NO_READ_UP = 2 };
	bool runs = type == &process_type || type == &thread_type;
	struct sid label;

	pthread_mutex_lock(&tk->mutex);
	label = tk->label;
	pthread_mutex_unlock(&tk->mutex);
	if (d->label || (!runs && token_integrity(tk) >= INTEGRITY_MEDIUM) ||
	    label.count != 1)
		return STATUS_SUCCESS;
	d->label = malloc(SIZE);
	if (!d->label)
		return STATUS_NO_MEMORY;
	acl_init(d->label);
	acl_add(d->label, SIZE, runs ? NO_WRITE_UP | NO_READ_UP : NO_WRITE_UP,
		&label);
	d->label[8] = ACE_LABEL;
	return STATUS_SUCCESS;
}

/* That of what is kept, or else the one that the user's objects have. */
static NTSTATUS object_descriptor(const struct object *o, struct bytes kept,
				  struct descriptor *d)
{
	const struct sid everyone = sid_make(1, 1, 0);
	struct token *user;
	NTSTATUS status;

	if (kept.len && !descriptor_parse(kept, d))
		return STATUS_SUCCESS;
	user = token_of_user();
	status = descriptor_default(user, o->type->generic,
				    o->type == &directory_type, d);
	/* "They also grant read access to members of the Everyone group." */
	if (!status && is_pipe(o))
		acl_add(d->dacl, DEFAULT_DACL_MAX, o->type->generic[0],
			&everyone);
	if (!status) {
		status = add_label(d, user, o->type);
		if (status)
			descriptor_free(d);
	}
	object_put(&user->object);
	return status;
}

static NTSTATUS descriptor_of(struct object *o, struct descriptor *d)
{
	struct bytes kept;
	uint8_t *b;
	NTSTATUS status = kept_get(o, &b, &kept.len);

	kept.at = b;
	if (!status)
		status = object_descriptor(o, kept, d);
	free(b);
	return status;
}

/* The process that o belongs to, or is, if that is another of ours. */
static struct nt_process *other_of(struct object *o, uint32_t *thread)
{
	struct nt_process *p = NULL;

	*thread = 0;
	if (o->type == &process_type) {
		p = (struct nt_process *)o;
	} else if (o->type == &thread_type) {
		p = ((struct nt_thread *)o)->process;
		*thread = ((struct nt_thread *)o)->id;
	}
	return p == nt_self ? NULL : p;
}

/* kept_set() where it belongs. */
static NTSTATUS keep(struct object *o, const struct bytes *old,
		     struct bytes new)
{
	uint32_t thread;
	struct nt_process *p = other_of(o, &thread);
	NTSTATUS status = p ? remote_security(p, thread, new)
			    : STATUS_NOT_SUPPORTED;

	if (status == STATUS_NOT_SUPPORTED)
		return kept_set(o, old, new);
	/* A process's is now where we see it; of threads we have a copy. */
	return !status && thread ? kept_set(o, NULL, new) : status;
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
		status = object_descriptor(o, old, &d);
		if (!status) {
			status = descriptor_change(&d, info, by, tk,
						   o->type->generic);
			if (!status) {
				new.at = descriptor_pack(&d, PARTS, &new.len);
				status = new.at ? keep(o, &old, new)
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

/* ---- of new objects --------------------------------------------------- */

NTSTATUS security_make(struct task *t, struct token *tk,
		       const struct object_type *type, gaddr sd,
		       struct bytes *packed)
{
	struct descriptor given = { 0 }, d;
	NTSTATUS status = STATUS_SUCCESS;

	*packed = (struct bytes){ 0 };
	if (!sd && (!token_odd_any || !token_is_odd(tk)))
		return STATUS_SUCCESS;
	if (sd)
		status = descriptor_read(t, sd, &given);
	if (status)
		return status;
	status = descriptor_assign(NULL, sd ? &given : NULL, tk, type->generic,
				   type == &directory_type, &d);
	descriptor_free(&given);
	if (status)
		return status;
	status = add_label(&d, tk, type);
	if (!status) {
		packed->at = descriptor_pack(&d, PARTS, &packed->len);
		status = packed->at ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	descriptor_free(&d);
	return status;
}

NTSTATUS security_assign(struct task *t, struct object *o, gaddr sd)
{
	struct bytes new;
	struct token *tk;
	NTSTATUS status;

	if (!sd && !token_odd_any)
		return STATUS_SUCCESS;
	tk = token_effective(t);
	status = security_make(t, tk, o->type, sd, &new);
	object_put(&tk->object);
	if (new.at)
		status = keep(o, NULL, new);
	free((void *)new.at);
	return status;
}

/* ---- what it lets a caller do ----------------------------------------- */

NTSTATUS security_check(struct task *t, struct object *o, uint32_t *access)
{
	const uint32_t *generic = o->type->generic;
	uint32_t want, granted;
	struct descriptor d;
	struct token *tk;
	NTSTATUS status;
	size_t n;

	if (*access & ACCESS_SYSTEM_SECURITY && !token_allows(t, SE_SECURITY))
		return STATUS_PRIVILEGE_NOT_HELD;
	/* What nobody set lets the user do everything. */
	lock_kept(o);
	n = kept_copy(o, NULL, 0);
	unlock_kept(o);
	if (!n && !token_weak_now(t))
		return STATUS_SUCCESS;
	status = descriptor_of(o, &d);
	if (status)
		return status;
	status = token_to_check(t, &tk);
	granted = status ? 0 : descriptor_allowed(&d, generic, tk);
	descriptor_free(&d);
	if (status)
		return status;
	if (o->type == &process_type || o->type == &thread_type) {
		pthread_mutex_lock(&tk->mutex);
		if (token_has_privilege(tk, SE_DEBUG))
			granted |= generic[3];
		pthread_mutex_unlock(&tk->mutex);
	}
	object_put(&tk->object);
	want = generic_map(*access & ~(uint32_t)MAXIMUM_ALLOWED, generic);
	if (want & ~granted & ~(uint32_t)ACCESS_SYSTEM_SECURITY || !granted)
		return STATUS_ACCESS_DENIED;
	if (want & ~granted)
		return STATUS_PRIVILEGE_NOT_HELD;
	if (*access & MAXIMUM_ALLOWED)
		want |= granted & generic[3];
	*access = want;
	return STATUS_SUCCESS;
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
	struct descriptor d;
	struct token *tk;
	struct object *o;
	uint8_t *b;
	NTSTATUS status;
	size_t n;

	if (info & SACL_INFO)
		return STATUS_PRIVILEGE_NOT_HELD;
	status = handle_get(t, handle, NULL, info & PARTS ? READ_CONTROL : 0,
			    &o);
	if (status)
		return status;
	if (o->type == &key_type) {
		tk = token_of_process();
		status = reg_security_get(o, tk, &d);
		object_put(&tk->object);
	} else if (disk_file(o) && file_has_inode(disk_file(o))) {
		status = file_security_get(disk_file(o)->fd, &d);
	} else {
		status = descriptor_of(o, &d);
	}
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
