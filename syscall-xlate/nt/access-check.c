/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * access-check.c - what a descriptor lets a token do: asked by programs
 * (access-calls.c), and when files and keys are opened.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <string.h>

/* ---- parts of an object ------------------------------------------------- */

/* Behind part i and all that is in it. */
static uint32_t end_of(const struct access_parts *p, uint32_t i)
{
	uint32_t end = i + 1;

	while (end < p->n && p->part[end].level > p->part[i].level)
		end++;
	return end;
}

/* What part i is in; i is not 0. */
static uint32_t above(const struct access_parts *p, uint32_t i)
{
	uint32_t up = i - 1;

	while (up && p->part[up].level >= p->part[i].level)
		up--;
	return up;
}

/* Granted on all that is directly in part i. */
static uint32_t granted_below(const struct access_parts *p, uint32_t i)
{
	uint32_t all = UINT32_MAX;

	for (uint32_t k = i + 1, end = end_of(p, i); k < end; k++)
		if (p->part[k].level == p->part[i].level + 1)
			all &= p->part[k].granted;
	return all;
}

/* On part i, what is in it, and what has no other parts than such. */
static void grant(const struct access_parts *p, uint32_t i, uint32_t mask)
{
	for (uint32_t k = i, end = end_of(p, i); k < end; k++)
		p->part[k].granted |= mask & ~p->part[k].denied;
	while (i) {
		i = above(p, i);
		p->part[i].granted |=
			mask & granted_below(p, i) & ~p->part[i].denied;
	}
}

/* On part i, what is in it, and what it is in, as that includes it. */
static void deny(const struct access_parts *p, uint32_t i, uint32_t mask)
{
	for (uint32_t k = i, end = end_of(p, i); k < end; k++)
		p->part[k].denied |= mask & ~p->part[k].granted;
	while (i) {
		i = above(p, i);
		p->part[i].denied |= mask & ~p->part[i].granted;
	}
}

/* Which part the entry is about; p->n: none that was asked about. */
static uint32_t part_of(const struct access_parts *p, const struct ace *e)
{
	uint32_t i = 0;

	if (!e->about)
		return 0;
	if (!p->typed)
		return p->n;
	while (i < p->n && memcmp(p->part[i].type, e->about, 16))
		i++;
	return i;
}

/* ---- lists -------------------------------------------------------------- */

/*
 * What the list gives to the token, or to those SIDs that restrict it.
 * *owner: the owner has, or had, what every owner has, which an entry for
 * OWNER RIGHTS replaces.
 */
static void walk_acl(const struct descriptor *d, const uint32_t *generic,
		     const struct token *tk, bool restricting, bool *owner,
		     const struct access_parts *parts)
{
	const struct sid owner_rights = sid_make(3, 1, 4);
	const struct sid principal_self = sid_make(5, 1, 10);
	const bool owns = *owner;
	struct acl_walk w;
	struct ace e;

	for (uint32_t i = 0; i < parts->n; i++)
		parts->part[i].granted = parts->part[i].denied = 0;
	if (!d->dacl) {
		grant(parts, 0, generic[3] | 0x1f0000 | 0xffff);
		return;
	}
	w = acl_walk(d->dacl);
	while (acl_next(&w, &e)) {
		bool mine = false;
		uint32_t mask, at;

		if (!(e.plain || e.of_object) || e.flags & ACE_INHERIT_ONLY)
			continue;
		at = part_of(parts, &e);
		if (at == parts->n)
			continue;
		if (parts->self && sid_equal(&e.sid, &principal_self))
			e.sid = *parts->self;
		if (!restricting)
			mine = token_has_sid(tk, &e.sid,
					     e.type == ACE_DENIED ||
						     e.type ==
							     ACE_DENIED_OBJECT);
		for (uint32_t i = 0; restricting && i < tk->nrestricted; i++)
			mine = mine ||
			       sid_equal(&tk->restrict_to[i].sid, &e.sid);
		if (sid_equal(&e.sid, &owner_rights)) {
			mine = mine || owns;
			*owner = false;
		}
		if (!mine)
			continue;
		mask = generic_map(e.mask, generic);
		if (e.type == ACE_ALLOWED || e.type == ACE_ALLOWED_OBJECT)
			grant(parts, at, mask);
		else
			deny(parts, at, mask);
	}
}

/* What the integrity of what has d leaves to a token of a lower one. */
static uint32_t by_label(const struct descriptor *d, const uint32_t *generic,
			 const struct token *tk)
{
	enum { NO_WRITE_UP = 1, NO_READ_UP = 2, NO_EXECUTE_UP = 4 };
	uint32_t level = INTEGRITY_MEDIUM, policy = NO_WRITE_UP;
	uint32_t left = READ_CONTROL | 0x100000; /* SYNCHRONIZE */
	struct acl_walk w;
	struct ace e;
	struct sid s;

	if (d->label) {
		w = acl_walk(d->label);
		while (acl_next(&w, &e)) {
			if (e.type != ACE_LABEL || e.size < 8 + 12 ||
			    e.flags & ACE_INHERIT_ONLY)
				continue;
			policy = le32_at(e.at + 4);
			memcpy(&s, e.at + 8, 12);
			level = s.count ? s.sub[0] : 0;
			break;
		}
	}
	if (token_integrity(tk) >= level)
		return UINT32_MAX;
	if (!(policy & NO_WRITE_UP))
		left |= generic[1] | STANDARD_RIGHTS;
	if (!(policy & NO_READ_UP))
		left |= generic[0];
	if (!(policy & NO_EXECUTE_UP))
		left |= generic[2];
	return left;
}

/* The rights of an object that is not only looked at or run. */
static uint32_t changes(const uint32_t *generic)
{
	return STANDARD_RIGHTS_TO_CHANGE |
	       (generic[1] & ~(generic[0] | generic[2]));
}

void descriptor_judge(const struct descriptor *d, const uint32_t *generic,
		      struct token *tk, const struct access_parts *parts)
{
	uint32_t owned, privileged = 0, left, unrestricted;
	bool owner;

	pthread_mutex_lock(&tk->mutex);
	owner = d->has_owner && token_has_sid(tk, &d->owner, false);
	walk_acl(d, generic, tk, false, &owner, parts);
	owned = owner ? READ_CONTROL | WRITE_DAC : 0;
	if (token_has_privilege(tk, SE_TAKE_OWNERSHIP))
		privileged |= WRITE_OWNER;
	if (token_has_privilege(tk, SE_SECURITY))
		privileged |= ACCESS_SYSTEM_SECURITY;
	left = by_label(d, generic, tk);
	unrestricted = tk->write_restricted ? ~changes(generic) : 0;
	for (uint32_t i = 0; i < parts->n; i++) {
		struct access_part *p = &parts->part[i];

		p->unprivileged = (p->granted | owned) & left;
		p->allowed = (p->granted | owned | privileged) & left;
	}
	if (tk->restricted)
		walk_acl(d, generic, tk, true, &owner, parts);
	for (uint32_t i = 0; tk->restricted && i < parts->n; i++) {
		struct access_part *p = &parts->part[i];

		p->unprivileged &= p->granted | unrestricted;
		p->allowed &= p->granted | unrestricted;
	}
	pthread_mutex_unlock(&tk->mutex);
}

uint32_t descriptor_allowed(const struct descriptor *d, const uint32_t *generic,
			    struct token *tk)
{
	struct access_part object = { 0 };

	descriptor_judge(d, generic, tk,
			 &(struct access_parts){ .n = 1, .part = &object });
	return object.allowed;
}
