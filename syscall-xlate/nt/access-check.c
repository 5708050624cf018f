/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * access-check.c - what a descriptor lets a token do: NtAccessCheck, and the
 * same question when files and keys are opened.
 */
#include "syscall-xlate/nt/descriptor.h"

#include "syscall-xlate/nt/calls.h"

/*
 * What the list gives to the token, or to those SIDs that restrict it.
 * *owner: the owner has, or had, what every owner has, which an entry for
 * OWNER RIGHTS replaces.
 */
static uint32_t walk_acl(const struct descriptor *d, const uint32_t *generic,
			 const struct token *tk, bool restricting, bool *owner)
{
	const struct sid owner_rights = sid_make(3, 1, 4);
	const bool owns = *owner;
	uint32_t granted = 0, denied = 0;
	struct acl_walk w;
	struct ace e;

	if (!d->dacl)
		return generic[3] | 0x1f0000 | 0xffff;
	w = acl_walk(d->dacl);
	while (acl_next(&w, &e)) {
		bool mine = false;
		uint32_t mask;

		if (!e.plain || e.flags & ACE_INHERIT_ONLY)
			continue;
		if (!restricting)
			mine = token_has_sid(tk, &e.sid, e.type == ACE_DENIED);
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
		if (e.type == ACE_ALLOWED)
			granted |= mask & ~denied;
		else
			denied |= mask & ~granted;
	}
	return granted;
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

static uint32_t allowed(const struct descriptor *d, const uint32_t *generic,
			struct token *tk, bool by_privilege)
{
	uint32_t granted;
	bool owner;

	pthread_mutex_lock(&tk->mutex);
	owner = d->has_owner && token_has_sid(tk, &d->owner, false);
	granted = walk_acl(d, generic, tk, false, &owner);
	if (owner)
		granted |= READ_CONTROL | WRITE_DAC;
	if (by_privilege && token_has_privilege(tk, SE_TAKE_OWNERSHIP))
		granted |= WRITE_OWNER;
	if (by_privilege && token_has_privilege(tk, SE_SECURITY))
		granted |= ACCESS_SYSTEM_SECURITY;
	if (tk->restricted)
		granted &= walk_acl(d, generic, tk, true, &owner) |
			   (tk->write_restricted ? ~changes(generic) : 0);
	granted &= by_label(d, generic, tk);
	pthread_mutex_unlock(&tk->mutex);
	return granted;
}

uint32_t descriptor_allowed(const struct descriptor *d, const uint32_t *generic,
			    struct token *tk)
{
	return allowed(d, generic, tk, true);
}

/* PRIVILEGE_SET */
struct privilege_set {
	uint32_t count, control;
	struct {
		uint32_t luid, luid_high, attributes;
	} privilege[2];
};

enum { SET_OF_ONE = 20, USED_FOR_ACCESS = 0x80000000 };

static uint32_t set_size(const struct privilege_set *s)
{
	return s->count > 1 ? sizeof *s : SET_OF_ONE;
}

/* What was wanted, and only a privilege gives. */
static void add_used(struct privilege_set *s, uint32_t luid)
{
	s->privilege[s->count].luid = luid;
	s->privilege[s->count++].attributes = USED_FOR_ACCESS;
}

static NTSTATUS check(const struct descriptor *d, const uint32_t *generic,
		      struct token *tk, uint32_t access, uint32_t *granted,
		      struct privilege_set *set)
{
	const uint32_t want = access & ~(uint32_t)MAXIMUM_ALLOWED;
	uint32_t got = allowed(d, generic, tk, true), used;

	*granted = 0;
	if (want & ~got)
		return want & ~got & ACCESS_SYSTEM_SECURITY
			       ? STATUS_PRIVILEGE_NOT_HELD
			       : STATUS_ACCESS_DENIED;
	if (access & MAXIMUM_ALLOWED && !got)
		return STATUS_ACCESS_DENIED;
	*granted = access & MAXIMUM_ALLOWED ? got : want;
	used = *granted & ~allowed(d, generic, tk, false);
	if (used & ACCESS_SYSTEM_SECURITY)
		add_used(set, SE_SECURITY);
	if (used & WRITE_OWNER)
		add_used(set, SE_TAKE_OWNERSHIP);
	return STATUS_SUCCESS;
}

static NTSTATUS token_to_ask(struct task *t, uint64_t token, struct token **tk)
{
	NTSTATUS status = handle_get(t, token, &token_type, TOKEN_QUERY, tk);

	if (status)
		return status;
	if ((*tk)->type != TOKEN_IMPERSONATION)
		status = STATUS_NO_IMPERSONATION_TOKEN;
	else if ((*tk)->level < LEVEL_IDENTIFICATION)
		status = STATUS_BAD_IMPERSONATION_LEVEL;
	if (status)
		object_put(&(*tk)->object);
	return status;
}

NTSTATUS nt_access_check(struct task *t, gaddr sd, uint64_t token,
			 uint32_t access, gaddr mapping, gaddr privileges,
			 gaddr privileges_len, gaddr granted_at,
			 gaddr status_at)
{
	struct privilege_set set = { 0 };
	uint32_t generic[4], len, granted;
	NTSTATUS status, verdict;
	struct descriptor d;
	struct token *tk;

	if (guest_read(t, generic, mapping, sizeof generic) < 0 ||
	    guest_get32(t, &len, privileges_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (access & 0xf0000000)
		return STATUS_GENERIC_NOT_MAPPED;
	status = token_to_ask(t, token, &tk);
	if (status)
		return status;
	status = descriptor_read(t, sd, &d);
	if (status) {
		object_put(&tk->object);
		return status;
	}
	if (!d.has_owner || !d.has_group) {
		status = STATUS_INVALID_SECURITY_DESCR;
	} else {
		verdict = check(&d, generic, tk, access, &granted, &set);
		if (len < set_size(&set))
			status = guest_put32(t, privileges_len,
					     set_size(&set)) < 0
					 ? STATUS_ACCESS_VIOLATION
					 : STATUS_BUFFER_TOO_SMALL;
		else if (guest_write(t, privileges, &set, 8 + set.count * 12) <
				 0 ||
			 guest_put32(t, granted_at, granted) < 0 ||
			 guest_put32(t, status_at, verdict) < 0)
			status = STATUS_ACCESS_VIOLATION;
	}
	descriptor_free(&d);
	object_put(&tk->object);
	return status;
}
