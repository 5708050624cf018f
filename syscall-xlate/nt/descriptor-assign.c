/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * descriptor-assign.c - which security descriptor an object gets, when it is
 * made and when somebody sets a part.
 *
 * Sources: "DACL for a New Object", "ACE Inheritance Rules" (Windows' security
 * documentation); [MS-DTYP] 2.5.3.4, which says the same as an algorithm.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/nt.h"

enum { ACL_MAX = 0xfffc };

uint32_t generic_map(uint32_t access, const uint32_t *generic)
{
	uint32_t r = access & 0x0fffffff;

	for (unsigned i = 0; i < 4; i++)
		if (access & 0x80000000 >> i)
			r |= generic[i];
	return r;
}

/* ---- owner and group -------------------------------------------------- */

static bool may_own(struct token *tk, const struct sid *s)
{
	bool yes;

	pthread_mutex_lock(&tk->mutex);
	yes = sid_equal(&tk->user, s) || sid_equal(&tk->owner, s) ||
	      token_has_privilege(tk, SE_RESTORE);
	for (uint32_t i = 0; i < tk->ngroups && !yes; i++)
		yes = tk->group[i].attributes & GROUP_OWNER &&
		      sid_equal(&tk->group[i].sid, s);
	pthread_mutex_unlock(&tk->mutex);
	return yes;
}

/* ---- lists ------------------------------------------------------------ */

static bool ace_append(uint8_t *acl, const struct ace *e, uint8_t flags)
{
	uint16_t len = (uint16_t)acl_size(acl), count = le16_at(acl + 4);
	uint16_t size = e->plain ? (uint16_t)(8 + sid_size(&e->sid)) : e->size;

	if (size > ACL_MAX - len)
		return false;
	if (e->plain) {
		memcpy(acl + len + 4, &e->mask, 4);
		memcpy(acl + len + 8, &e->sid, sid_size(&e->sid));
	} else {
		memcpy(acl + len, e->at, size);
	}
	acl[len] = e->type;
	acl[len + 1] = flags;
	memcpy(acl + len + 2, &size, 2);
	len += size;
	count++;
	memcpy(acl + 2, &len, 2);
	memcpy(acl + 4, &count, 2);
	return true;
}

/* e as it holds for the object itself: no generic rights, no CREATOR. */
static struct ace effective(const struct ace *e, const struct descriptor *d,
			    const uint32_t *generic)
{
	const struct sid owner = sid_make(3, 1, 0), group = sid_make(3, 1, 1);
	struct ace r = *e;

	if (!r.plain)
		return r;
	r.mask = generic_map(r.mask, generic);
	if (sid_equal(&r.sid, &owner))
		r.sid = d->owner;
	else if (sid_equal(&r.sid, &group))
		r.sid = d->group;
	return r;
}

/*
 * Appends e for the object itself, and as it is for those made in it if the
 * two differ.  flags: of both.
 */
static bool ace_split(uint8_t *acl, const struct ace *e, uint8_t flags,
		      const struct descriptor *d, const uint32_t *generic)
{
	const uint8_t on = ACE_OBJECTS | ACE_CONTAINERS | ACE_ONCE;
	struct ace own = effective(e, d, generic);

	if (flags & (ACE_OBJECTS | ACE_CONTAINERS) &&
	    (own.mask != e->mask || !sid_equal(&own.sid, &e->sid)))
		return ace_append(acl, &own, flags & (uint8_t)~on) &&
		       ace_append(acl, e, flags | ACE_INHERIT_ONLY);
	return ace_append(acl, &own, flags);
}

/* Appends the list that its maker gives d, as it holds for d. */
static bool acl_given(uint8_t *acl, const struct descriptor *d,
		      const uint32_t *generic)
{
	struct acl_walk w = acl_walk(d->dacl);
	struct ace e;

	while (acl_next(&w, &e))
		if (!e.plain || e.flags & ACE_INHERIT_ONLY
			    ? !ace_append(acl, &e, e.flags)
			    : !ace_split(acl, &e, e.flags, d, generic))
			return false;
	return true;
}

/* Appends what d's object has from an entry of what it is made in. */
static bool ace_inherit(uint8_t *acl, const struct ace *e, uint8_t mark,
			const struct descriptor *d, const uint32_t *generic,
			bool container)
{
	uint8_t on = e->flags & ACE_ONCE
			     ? 0
			     : e->flags & (ACE_OBJECTS | ACE_CONTAINERS);

	if (container && !(e->flags & ACE_CONTAINERS))
		return !(on & ACE_OBJECTS) ||
		       ace_append(acl, e, on | ACE_INHERIT_ONLY | mark);
	if (!container && !(e->flags & ACE_OBJECTS))
		return true;
	if (!container)
		on = 0;
	return ace_split(acl, e, on | mark, d, generic);
}

static bool acl_inherit(uint8_t *acl, const struct descriptor *parent,
			const struct descriptor *d, const uint32_t *generic,
			bool container)
{
	uint8_t mark =
		parent->control & SE_DACL_AUTO_INHERITED ? ACE_INHERITED : 0;
	struct acl_walk w = acl_walk(parent->dacl);
	struct ace e;

	while (acl_next(&w, &e))
		if (!ace_inherit(acl, &e, mark, d, generic, container))
			return false;
	return true;
}

/* Rights of this kind of object in place of generic ones, where they count. */
static void acl_map(uint8_t *acl, const uint32_t *generic)
{
	struct acl_walk w = acl_walk(acl);
	struct ace e;

	while (acl_next(&w, &e)) {
		if (!e.plain || e.flags & ACE_INHERIT_ONLY)
			continue;
		e.mask = generic_map(e.mask, generic);
		memcpy(acl + (e.at - acl) + 4, &e.mask, 4);
	}
}

/* ---- descriptors ------------------------------------------------------ */

NTSTATUS descriptor_default(struct token *tk, const uint32_t *generic,
			    bool container, struct descriptor *d)
{
	uint32_t len;

	memset(d, 0, sizeof *d);
	pthread_mutex_lock(&tk->mutex);
	d->has_owner = d->has_group = d->has_dacl = true;
	d->owner = tk->owner;
	d->group = tk->primary_group;
	d->dacl = malloc(MAX(tk->dacl_len, (uint32_t)DEFAULT_DACL_MAX));
	if (d->dacl && tk->dacl)
		memcpy(d->dacl, tk->dacl, tk->dacl_len);
	else if (d->dacl)
		default_dacl(tk, d->dacl, &len);
	pthread_mutex_unlock(&tk->mutex);
	if (!d->dacl)
		return STATUS_NO_MEMORY;
	acl_map(d->dacl, generic);
	if (container) {
		struct acl_walk w = acl_walk(d->dacl);
		struct ace e;

		while (acl_next(&w, &e))
			d->dacl[e.at - d->dacl + 1] = ACE_CONTAINERS;
	}
	return STATUS_SUCCESS;
}

static bool acl_copy(uint8_t **copy, const uint8_t *acl)
{
	*copy = acl ? malloc(acl_size(acl)) : NULL;
	if (*copy)
		memcpy(*copy, acl, acl_size(acl));
	return *copy || !acl;
}

NTSTATUS descriptor_change(struct descriptor *d, uint32_t info,
			   const struct descriptor *by, struct token *tk,
			   const uint32_t *generic)
{
	uint8_t *dacl = NULL, *label = NULL;

	if (info & OWNER_INFO && (!by->has_owner || !may_own(tk, &by->owner)))
		return STATUS_INVALID_OWNER;
	if (info & GROUP_INFO && !by->has_group)
		return STATUS_INVALID_PRIMARY_GROUP;
	if ((info & DACL_INFO && !acl_copy(&dacl, by->dacl)) ||
	    (info & LABEL_INFO && !acl_copy(&label, by->label))) {
		free(dacl);
		return STATUS_NO_MEMORY;
	}
	if (info & OWNER_INFO) {
		d->has_owner = true;
		d->owner = by->owner;
	}
	if (info & GROUP_INFO) {
		d->has_group = true;
		d->group = by->group;
	}
	if (info & LABEL_INFO) {
		free(d->label);
		d->label = label;
	}
	if (!(info & DACL_INFO))
		return STATUS_SUCCESS;
	free(d->dacl);
	/* No list given: none is there, and that allows everything. */
	d->has_dacl = true;
	d->dacl = dacl;
	if (d->dacl)
		acl_map(d->dacl, generic);
	d->control = by->control & SE_DACL_PROTECTED;
	if (by->control & SE_DACL_AUTO_INHERIT_REQ)
		d->control |= by->control & SE_DACL_AUTO_INHERITED;
	if (info & DACL_PROTECT_INFO)
		d->control |= SE_DACL_PROTECTED;
	if (info & DACL_UNPROTECT_INFO)
		d->control &= (uint16_t)~SE_DACL_PROTECTED;
	return STATUS_SUCCESS;
}

NTSTATUS descriptor_assign(const struct descriptor *parent,
			   const struct descriptor *given, struct token *tk,
			   const uint32_t *generic, bool container,
			   struct descriptor *d)
{
	uint32_t info = !given ? 0
			       : (given->has_owner ? OWNER_INFO : 0) |
					 (given->has_group ? GROUP_INFO : 0) |
					 (given->has_dacl ? DACL_INFO : 0) |
					 LABEL_INFO;
	bool alone = info & DACL_INFO && given->control & SE_DACL_PROTECTED;
	bool inherits = !alone && parent && parent->dacl;
	uint8_t *acl;
	NTSTATUS status = descriptor_default(tk, generic, container, d);

	if (!status && given)
		status = descriptor_change(d, info, given, tk, generic);
	if (status) {
		descriptor_free(d);
		return status;
	}
	/* A list that allows everything needs nothing more. */
	if (info & DACL_INFO ? !d->dacl : !inherits)
		return STATUS_SUCCESS;
	acl = malloc(ACL_MAX);
	if (!acl) {
		descriptor_free(d);
		return STATUS_NO_MEMORY;
	}
	acl_init(acl);
	if (info & DACL_INFO)
		acl[0] = MAX(acl[0], d->dacl[0]); /* revision */
	if (inherits)
		acl[0] = MAX(acl[0], parent->dacl[0]);
	if ((info & DACL_INFO && !acl_given(acl, d, generic)) ||
	    (inherits && !acl_inherit(acl, parent, d, generic, container))) {
		status = STATUS_INVALID_ACL;
	} else if (info & DACL_INFO || le16_at(acl + 4)) {
		uint8_t *fits = realloc(acl, acl_size(acl));

		free(d->dacl);
		d->dacl = fits ? fits : acl;
		acl = NULL;
		if (inherits)
			d->control |= parent->control & SE_DACL_AUTO_INHERITED;
	}
	free(acl);
	if (status)
		descriptor_free(d);
	return status;
}
