/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * private-namespace.c - directories that are found by a boundary instead of a
 * path: a name, and the SIDs and the integrity level that whoever makes or
 * opens one must have.
 *
 * They lie in a directory that has no name itself, each under the bytes of its
 * boundary.
 */
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/name.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/calls.h"

enum {
	BOUNDARY_VERSION = 1,
	ENTRY_NAME = 1,
	ENTRY_SID = 2,
	ENTRY_LABEL = 3,
	ADD_APPCONTAINER_SID = 1, /* flag: nobody runs in one here */
	/* As a name of the session, in units. */
	BOUNDARY_MAX = 960,
	DELETE = 0x10000,
};

/* OBJECT_BOUNDARY_DESCRIPTOR; its entries follow, each from a multiple of 8 */
struct boundary_head {
	uint32_t version, items, total_size, flags;
};

/* OBJECT_BOUNDARY_ENTRY; size is with this and without the padding. */
struct boundary_entry {
	uint32_t type, size;
};

/* The bytes of a boundary, whose entries have been checked. */
struct boundary {
	uint16_t text[BOUNDARY_MAX + 1];
	size_t units;
};

static struct directory *boundaries; /* under names_lock */

/* Is the caller one of those whom the entry lets in? */
static NTSTATUS check_sid(const struct token *tk, uint32_t type,
			  const uint8_t *data, size_t n)
{
	struct sid s = { 0 };

	if (n < 8 || n > sizeof s)
		return STATUS_INVALID_SID;
	memcpy(&s, data, n);
	if (s.revision != 1 || s.count > SID_SUBS || sid_size(&s) > n)
		return STATUS_INVALID_SID;
	if (type == ENTRY_SID)
		return token_has_sid(tk, &s, false) ? STATUS_SUCCESS
						    : STATUS_ACCESS_DENIED;
	if (s.authority[5] != 16 || s.count != 1)
		return STATUS_INVALID_SID;
	return tk->label.sub[0] >= s.sub[0] ? STATUS_SUCCESS
					    : STATUS_ACCESS_DENIED;
}

static NTSTATUS check_entries(const struct token *tk, const uint8_t *at,
			      size_t left, uint32_t items)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct boundary_entry e;
	unsigned names = 0, labels = 0;

	for (; items && !status; items--) {
		size_t step;

		if (left < sizeof e)
			return STATUS_INVALID_PARAMETER;
		memcpy(&e, at, sizeof e);
		if (e.size < sizeof e || e.size > left)
			return STATUS_INVALID_PARAMETER;
		names += e.type == ENTRY_NAME;
		labels += e.type == ENTRY_LABEL;
		if (e.type == ENTRY_SID || e.type == ENTRY_LABEL)
			status = check_sid(tk, e.type, at + sizeof e,
					   e.size - sizeof e);
		else if (e.type != ENTRY_NAME)
			status = STATUS_INVALID_PARAMETER;
		step = MIN((e.size + 7u) & ~7u, left);
		at += step;
		left -= step;
	}
	return status || (names == 1 && labels <= 1) ? status
						     : STATUS_INVALID_PARAMETER;
}

static NTSTATUS boundary_read(struct task *t, gaddr at, struct boundary *b)
{
	struct boundary_head head;
	struct token *tk;
	NTSTATUS status;
	size_t n;

	if (guest_read(t, &head, at, sizeof head))
		return STATUS_ACCESS_VIOLATION;
	if (head.version != BOUNDARY_VERSION || head.total_size < sizeof head ||
	    head.flags & ~(uint32_t)ADD_APPCONTAINER_SID)
		return STATUS_INVALID_PARAMETER;
	n = head.total_size - sizeof head;
	if (n > BOUNDARY_MAX * sizeof *b->text)
		return STATUS_INVALID_PARAMETER;
	memset(b, 0, sizeof *b);
	if (guest_read(t, b->text, at + sizeof head, n))
		return STATUS_ACCESS_VIOLATION;
	b->units = (n + 1) / 2;
	tk = token_effective(t);
	pthread_mutex_lock(&tk->mutex);
	status = check_entries(tk, (const uint8_t *)b->text, n, head.items);
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	return status;
}

/* Where the namespace of b is or would be; names_lock held. */
static NTSTATUS walk_to(const struct boundary *b, struct walk *w)
{
	if (!boundaries) {
		boundaries = object_new(&directory_type);
		if (!boundaries)
			return STATUS_NO_MEMORY;
		/* The same, and empty, in every process. */
		boundaries->id = 1;
		boundaries->hidden = true;
	}
	*w = (struct walk){
		.dir = boundaries,
		.last = b->text,
		.last_len = b->units,
		.o = name_find(boundaries, b->text, b->units, false),
	};
	return STATUS_SUCCESS;
}

NTSTATUS nt_create_private_namespace(struct task *t, gaddr ns, uint32_t access,
				     gaddr attr, gaddr boundary)
{
	struct object *o, *found = NULL;
	struct boundary b;
	struct nt_oa oa;
	NTSTATUS status;
	struct walk w;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	status = boundary_read(t, boundary, &b);
	if (!status)
		status = directory_new(&o);
	if (status)
		return status;
	status = security_assign(t, o, oa.security);
	if (status) {
		object_put(o);
		return status;
	}
	o->handles++;
	pthread_mutex_lock(&names_lock);
	status = walk_to(&b, &w);
	if (!status)
		status = name_place(&w, o, &oa, &found);
	pthread_mutex_unlock(&names_lock);
	return name_made(t, o, found, status, access, oa.attributes, ns);
}

NTSTATUS nt_open_private_namespace(struct task *t, gaddr ns, uint32_t access,
				   gaddr attr, gaddr boundary)
{
	struct object *o = NULL;
	struct boundary b;
	struct nt_oa oa;
	NTSTATUS status;
	struct walk w;

	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	status = boundary_read(t, boundary, &b);
	if (status)
		return status;
	pthread_mutex_lock(&names_lock);
	status = walk_to(&b, &w);
	if (!status && w.o && object_try_get(w.o))
		o = w.o;
	else if (!status)
		status = session_open(&directory_type, &w, &o);
	if (o && !w.o && !o->name)
		status = name_insert(w.dir, o, w.last, w.last_len, false);
	if (o && !status)
		o->handles++;
	pthread_mutex_unlock(&names_lock);
	if (!status)
		return name_opened(t, o, access, oa.attributes, ns);
	object_put(o);
	return status == STATUS_OBJECT_NAME_NOT_FOUND
		       ? STATUS_OBJECT_PATH_NOT_FOUND
		       : status;
}

NTSTATUS nt_delete_private_namespace(struct task *t, uint64_t ns)
{
	struct object_name *gone = NULL;
	struct object *o;
	NTSTATUS status;

	status = handle_get(t, ns, &directory_type, DELETE, &o);
	if (status)
		return status;
	pthread_mutex_lock(&names_lock);
	if (o->name && o->name->parent == boundaries)
		gone = name_unlink(o);
	pthread_mutex_unlock(&names_lock);
	if (!gone)
		status = STATUS_INVALID_PARAMETER;
	else if (o->shared)
		shared_unname(o->shared, true);
	name_drop(gone);
	object_put(o);
	return status;
}
