/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * descriptor.c - security descriptors from and to memory.
 *
 * A descriptor's parts are found by address or by offset, in guest memory or
 * in bytes that were kept: one reader for all, which trusts neither.  ACLs
 * that have passed it are walked without further checks.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists ----------------------------------------------------------- */

struct acl_walk acl_walk(const uint8_t *acl)
{
	return (struct acl_walk){ acl, 8, le16_at(acl + 4) };
}

static bool is_object_ace(const uint8_t *p)
{
	return p[0] == ACE_ALLOWED_OBJECT || p[0] == ACE_DENIED_OBJECT;
}

/* Where its SID is; of an object's entry, behind up to two GUIDs. */
static size_t sid_at(const uint8_t *p)
{
	return is_object_ace(p)
		       ? 12 + 16u * (unsigned)__builtin_popcount(
					    p[8] &
					    (ACE_HAS_TYPE | ACE_HAS_HEIRS_TYPE))
		       : 8;
}

bool acl_next(struct acl_walk *w, struct ace *e)
{
	const uint8_t *p = w->acl + w->at;

	if (!w->left)
		return false;
	w->left--;
	*e = (struct ace){
		.type = p[0], .flags = p[1], .size = le16_at(p + 2), .at = p
	};
	w->at += e->size;
	e->plain = e->type == ACE_ALLOWED || e->type == ACE_DENIED;
	e->of_object = is_object_ace(p);
	if (e->plain || e->of_object) {
		const uint8_t *sid = p + sid_at(p);

		e->mask = le32_at(p + 4);
		memcpy(&e->sid, sid, 8 + 4u * sid[1]);
	}
	if (e->of_object && p[8] & ACE_HAS_TYPE)
		e->about = p + 12;
	return true;
}

/* Of size bytes, in which there is a SID if its kind has one. */
static bool ace_valid(const uint8_t *p, size_t size)
{
	size_t at;

	if (p[0] > ACE_DENIED && p[0] != ACE_LABEL && !is_object_ace(p))
		return true;
	if (size < 12)
		return false;
	at = sid_at(p);
	return size >= at && size - at >= 8 && p[at] == 1 &&
	       p[at + 1] <= SID_SUBS && size - at - 8 >= 4u * p[at + 1];
}

/* Entries lie within the list, and SIDs within those that must have one. */
static bool acl_valid(const uint8_t *acl)
{
	size_t len = acl_size(acl), at = 8;

	for (unsigned left = le16_at(acl + 4); left; left--) {
		const uint8_t *p = acl + at;
		size_t size;

		if (len - at < 4)
			return false;
		size = le16_at(p + 2);
		if (size < 4 || size % 4 || size > len - at)
			return false;
		if (!ace_valid(p, size))
			return false;
		at += size;
	}
	return true;
}

/* ---- reading --------------------------------------------------------- */

struct source {
	struct task *t;
	struct bytes b; /* b.at NULL: it is the guest's memory */
};

static bool fetch(const struct source *s, uint64_t at, void *to, size_t n)
{
	return s->b.at ? !bytes_get(s->b, at, to, n)
		       : guest_read(s->t, to, at, n) >= 0;
}

static NTSTATUS not_there(const struct source *s)
{
	return s->b.at ? STATUS_INVALID_SECURITY_DESCR
		       : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS read_sid(const struct source *s, uint64_t at, struct sid *sid)
{
	memset(sid, 0, sizeof *sid);
	if (!fetch(s, at, sid, 8))
		return not_there(s);
	if (sid->revision != 1 || sid->count > SID_SUBS)
		return STATUS_INVALID_SID;
	return fetch(s, at + 8, sid->sub, 4u * sid->count) ? STATUS_SUCCESS
							   : not_there(s);
}

static NTSTATUS read_acl(const struct source *s, uint64_t at, uint8_t **acl)
{
	NTSTATUS status = STATUS_SUCCESS;
	uint8_t head[8];
	uint8_t *p;

	if (!fetch(s, at, head, sizeof head))
		return not_there(s);
	if (head[0] < 2 || head[0] > 4 || acl_size(head) < sizeof head)
		return STATUS_INVALID_ACL;
	p = malloc(acl_size(head));
	if (!p)
		return STATUS_NO_MEMORY;
	memcpy(p, head, sizeof head);
	if (!fetch(s, at + sizeof head, p + sizeof head,
		   acl_size(head) - sizeof head))
		status = not_there(s);
	else if (!acl_valid(p))
		status = STATUS_INVALID_ACL;
	if (status)
		free(p);
	else
		*acl = p;
	return status;
}

NTSTATUS acl_read(struct task *t, gaddr at, uint8_t **acl)
{
	return read_acl(&(struct source){ .t = t }, at, acl);
}

bool acl_is_whole(struct bytes b)
{
	return b.len >= 8 && acl_size(b.at) == b.len && acl_valid(b.at);
}

/* The label's entries alone; NULL if there are none. */
static void keep_label(uint8_t **acl)
{
	struct acl_walk w = acl_walk(*acl);
	size_t len = 8;
	uint16_t count = 0;
	struct ace e;

	while (acl_next(&w, &e)) {
		if (e.type != ACE_LABEL)
			continue;
		memmove(*acl + len, e.at, e.size);
		len += e.size;
		count++;
	}
	memcpy(*acl + 2, &(uint16_t){ (uint16_t)len }, 2);
	memcpy(*acl + 4, &count, 2);
	if (!count) {
		free(*acl);
		*acl = NULL;
	}
}

static NTSTATUS read_descriptor(const struct source *s, uint64_t at,
				struct descriptor *d)
{
	enum {
		DACL_CONTROL = SE_DACL_AUTO_INHERIT_REQ |
			       SE_DACL_AUTO_INHERITED | SE_DACL_PROTECTED
	};
	struct {
		uint8_t revision, sbz;
		uint16_t control;
		uint32_t part[4]; /* owner, group, SACL, DACL */
	} rel;
	uint64_t part[5]; /* the same behind 8 bytes, as pointers */
	NTSTATUS status = STATUS_SUCCESS;

	memset(d, 0, sizeof *d);
	if (!fetch(s, at, &rel, 4))
		return not_there(s);
	if (rel.revision != 1)
		return STATUS_UNKNOWN_REVISION;
	d->control = rel.control & DACL_CONTROL;
	if (!fetch(s, at + 4, rel.part, sizeof rel.part))
		return not_there(s);
	for (int i = 0; i < 4; i++)
		part[i + 1] = rel.part[i] ? at + rel.part[i] : 0;
	if (!(rel.control & SE_SELF_RELATIVE) &&
	    (s->b.at || !fetch(s, at + 8, part + 1, 4 * sizeof *part)))
		return not_there(s);
	if (part[1]) {
		status = read_sid(s, part[1], &d->owner);
		d->has_owner = true;
	}
	if (!status && part[2]) {
		status = read_sid(s, part[2], &d->group);
		d->has_group = true;
	}
	if (!status && rel.control & SE_SACL_PRESENT && part[3]) {
		status = read_acl(s, part[3], &d->label);
		if (!status)
			keep_label(&d->label);
	}
	if (!status && rel.control & SE_DACL_PRESENT) {
		d->has_dacl = true;
		if (part[4])
			status = read_acl(s, part[4], &d->dacl);
	}
	if (status)
		descriptor_free(d);
	return status;
}

NTSTATUS descriptor_read(struct task *t, gaddr at, struct descriptor *d)
{
	return read_descriptor(&(struct source){ .t = t }, at, d);
}

NTSTATUS descriptor_parse(struct bytes b, struct descriptor *d)
{
	return read_descriptor(&(struct source){ .b = b }, 0, d);
}

void descriptor_free(struct descriptor *d)
{
	free(d->dacl);
	free(d->label);
	d->dacl = d->label = NULL;
}

/* ---- writing --------------------------------------------------------- */

uint8_t *descriptor_pack(const struct descriptor *d, uint32_t info, size_t *n)
{
	const struct {
		const void *at;
		size_t size;
	} part[4] = {
		{ info & OWNER_INFO && d->has_owner ? &d->owner : NULL,
		  sid_size(&d->owner) },
		{ info & GROUP_INFO && d->has_group ? &d->group : NULL,
		  sid_size(&d->group) },
		{ info & LABEL_INFO ? d->label : NULL,
		  d->label ? acl_size(d->label) : 0 },
		{ info & DACL_INFO ? d->dacl : NULL,
		  d->dacl ? acl_size(d->dacl) : 0 },
	};
	uint16_t control = SE_SELF_RELATIVE;
	uint8_t *b;

	*n = 20;
	for (int i = 0; i < 4; i++)
		*n += part[i].at ? ROUND_UP(part[i].size, 4) : 0;
	b = calloc(1, *n);
	if (!b)
		return NULL;
	if (info & DACL_INFO && d->has_dacl)
		control |= SE_DACL_PRESENT | d->control;
	if (part[2].at)
		control |= SE_SACL_PRESENT;
	b[0] = 1;
	memcpy(b + 2, &control, 2);
	for (uint32_t i = 0, at = 20; i < 4; i++) {
		if (!part[i].at)
			continue;
		memcpy(b + 4 + 4 * i, &at, 4);
		memcpy(b + at, part[i].at, part[i].size);
		at += (uint32_t)ROUND_UP(part[i].size, 4);
	}
	return b;
}
