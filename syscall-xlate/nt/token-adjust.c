/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token-adjust.c - tokens made from tokens, switched privileges, and checks.
 */
#include "syscall-xlate/nt/token.h"

#include <string.h>

#include "syscall-xlate/nt/calls.h"

/* ---- duplicate and filter ------------------------------------------- */

NTSTATUS nt_duplicate_token(struct task *t, uint64_t token, uint32_t access,
			    gaddr attr, uint8_t effective_only, uint32_t type,
			    gaddr new_token)
{
	struct {
		uint32_t len, level;
		uint8_t tracking, effective;
	} qos;
	struct object_attributes64 oa = { 0 };
	struct token *tk, *copy;
	uint32_t granted, level = 0;
	NTSTATUS status;

	if (type != TOKEN_PRIMARY && type != TOKEN_IMPERSONATION)
		return STATUS_INVALID_PARAMETER;
	if (attr && guest_read(t, &oa, attr, sizeof oa) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (oa.quality) {
		if (guest_read(t, &qos, oa.quality, 10) < 0)
			return STATUS_ACCESS_VIOLATION;
		if (qos.level > 3)
			return STATUS_BAD_IMPERSONATION_LEVEL;
		level = qos.level;
	}
	status = handle_get_granted(t, token, &token_type, TOKEN_DUPLICATE, &tk,
				    &granted);
	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&tk->mutex);
	if (tk->type == TOKEN_IMPERSONATION && type == TOKEN_IMPERSONATION &&
	    level > tk->level)
		status = STATUS_BAD_IMPERSONATION_LEVEL;
	else if (tk->type == TOKEN_IMPERSONATION && type == TOKEN_PRIMARY &&
		 tk->level < 2)
		status = STATUS_BAD_IMPERSONATION_LEVEL;
	copy = status == STATUS_SUCCESS ? token_copy(tk) : NULL;
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	if (status != STATUS_SUCCESS)
		return status;
	if (!copy)
		return STATUS_NO_MEMORY;
	copy->type = type;
	copy->level = type == TOKEN_IMPERSONATION ? level : 0;
	if (effective_only)
		token_effective_only(copy);
	status = security_assign(t, &copy->object, oa.security);
	if (!status)
		status = handle_out(t, &copy->object, access ? access : granted,
				    oa.attributes & OBJ_INHERIT, new_token);
	object_put(&copy->object);
	return status;
}

/* Entry i of a TOKEN_GROUPS. */
static NTSTATUS group_read(struct task *t, gaddr groups, uint32_t i,
			   struct sid *s, uint32_t *attributes)
{
	struct {
		uint64_t sid;
		uint32_t attributes, pad;
	} e;

	if (guest_read(t, &e, groups + 8 + i * sizeof e, sizeof e) < 0)
		return STATUS_ACCESS_VIOLATION;
	*attributes = e.attributes;
	return sid_read(t, e.sid, s);
}

static struct token_group *find_group(struct token *tk, const struct sid *s)
{
	for (uint32_t i = 0; i < tk->ngroups; i++)
		if (sid_equal(&tk->group[i].sid, s))
			return &tk->group[i];
	return NULL;
}

/* Adds s to those that restrict tk; what did so before (n of old) goes on to.
 */
static void restrict_to_sid(struct token *tk, const struct token_group *old,
			    uint32_t n, const struct sid *s)
{
	bool stays = !tk->restricted;

	for (uint32_t i = 0; i < n && !stays; i++)
		stays = sid_equal(&old[i].sid, s);
	if (stays)
		tk->restrict_to[tk->nrestricted++] =
			(struct token_group){ *s, 7 };
}

/* tk is new. */
static NTSTATUS filter_groups(struct task *t, struct token *tk, gaddr disable,
			      gaddr restrict_to, bool writes_only)
{
	struct token_group before[COUNT_OF(tk->restrict_to)];
	uint32_t n = 0, m = 0, nbefore = tk->nrestricted, attributes;
	struct token_group *g;
	struct sid s;
	NTSTATUS status;

	if ((disable && guest_get32(t, &n, disable) < 0) ||
	    (restrict_to && guest_get32(t, &m, restrict_to) < 0))
		return STATUS_ACCESS_VIOLATION;
	if (n > 1000 || m > COUNT_OF(tk->restrict_to))
		return STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; i < n; i++) {
		status = group_read(t, disable, i, &s, &attributes);
		if (status != STATUS_SUCCESS)
			return status;
		g = find_group(tk, &s);
		if (g)
			g->attributes = GROUP_DENY_ONLY |
					(g->attributes & GROUP_LOGON_ID);
		tk->user_denied |= sid_equal(&tk->user, &s);
		/* What is made belongs to somebody whom it is. */
		if (sid_equal(&tk->owner, &s))
			tk->owner = tk->user;
	}
	if (!m)
		return STATUS_SUCCESS;
	memcpy(before, tk->restrict_to, sizeof before);
	tk->nrestricted = 0;
	for (uint32_t i = 0; i < m; i++) {
		status = group_read(t, restrict_to, i, &s, &attributes);
		if (status != STATUS_SUCCESS)
			return status;
		restrict_to_sid(tk, before, nbefore, &s);
	}
	tk->write_restricted =
		writes_only && (!tk->restricted || tk->write_restricted);
	tk->restricted = true;
	return STATUS_SUCCESS;
}

static NTSTATUS filter_privileges(struct task *t, struct token *tk,
				  gaddr remove, bool all)
{
	uint32_t n = 0, kept = 0, e[3];

	if (remove && guest_get32(t, &n, remove) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (n > 1000)
		return STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; i < n; i++) {
		if (guest_read(t, e, remove + 4 + i * sizeof e, sizeof e) < 0)
			return STATUS_ACCESS_VIOLATION;
		for (uint32_t j = 0; j < tk->nprivileges; j++)
			if (tk->privilege[j].luid == e[0] && !e[1])
				tk->privilege[j].attributes = 4;
	}
	for (uint32_t j = 0; j < tk->nprivileges; j++)
		if (!(tk->privilege[j].attributes & 4) &&
		    (!all || tk->privilege[j].luid == 23))
			tk->privilege[kept++] = tk->privilege[j];
	tk->nprivileges = kept;
	return STATUS_SUCCESS;
}

NTSTATUS nt_filter_token(struct task *t, uint64_t token, uint32_t flags,
			 gaddr disable_sids, gaddr delete_privileges,
			 gaddr restricted_sids, gaddr new_token)
{
	enum {
		DISABLE_MAX_PRIVILEGE = 1,
		SANDBOX_INERT = 2,
		LUA_TOKEN = 4,
		WRITE_RESTRICTED = 8
	};
	struct token *tk, *copy;
	uint32_t granted;
	NTSTATUS status;

	if (flags & ~0xfu)
		return STATUS_INVALID_PARAMETER;
	status = handle_get_granted(t, token, &token_type, TOKEN_DUPLICATE, &tk,
				    &granted);
	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&tk->mutex);
	copy = token_copy(tk);
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	if (!copy)
		return STATUS_NO_MEMORY;
	status = filter_groups(t, copy, disable_sids, restricted_sids,
			       flags & WRITE_RESTRICTED);
	if (status == STATUS_SUCCESS)
		status = filter_privileges(t, copy, delete_privileges,
					   flags & DISABLE_MAX_PRIVILEGE);
	if (flags & LUA_TOKEN) {
		struct sid admins = sid_make(5, 2, 32, 544);
		struct token_group *g = find_group(copy, &admins);

		if (g)
			g->attributes = GROUP_DENY_ONLY;
		if (sid_equal(&copy->owner, &admins))
			copy->owner = copy->user;
		copy->elevated = false;
		copy->label = sid_make(16, 1, 0x2000);
	}
	token_note(copy);
	if (status == STATUS_SUCCESS)
		status = handle_out(t, &copy->object, granted, 0, new_token);
	object_put(&copy->object);
	return status;
}

/* ---- adjust --------------------------------------------------------- */

/* Makers of tokens hold SeCreateTokenPrivilege: the system alone. */
NTSTATUS nt_create_token(struct task *t, gaddr token, uint32_t access,
			 gaddr attr, uint32_t type, gaddr auth_id,
			 gaddr expires, gaddr user, gaddr groups,
			 gaddr privileges, gaddr owner, gaddr primary_group,
			 gaddr dacl, gaddr source)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_adjust_privileges_token(struct task *t, uint64_t token,
				    uint8_t disable_all, gaddr new_state,
				    uint32_t len, gaddr old_state,
				    gaddr ret_len)
{
	struct token_privilege want[64];
	uint32_t n = 0, changed = 0, old[1 + 3 * TOKEN_PRIVILEGES], e[3], need;
	bool missing = false;
	struct token *tk;
	NTSTATUS status;

	if (!disable_all) {
		if (!new_state || guest_get32(t, &n, new_state) < 0)
			return new_state ? STATUS_ACCESS_VIOLATION
					 : STATUS_INVALID_PARAMETER;
		if (n > COUNT_OF(want))
			return STATUS_INVALID_PARAMETER;
		for (uint32_t i = 0; i < n; i++) {
			if (guest_read(t, e, new_state + 4 + i * sizeof e,
				       sizeof e) < 0)
				return STATUS_ACCESS_VIOLATION;
			want[i].luid = e[1] ? UINT32_MAX : e[0];
			want[i].attributes = e[2];
		}
	}
	status = handle_get(
		t, token, &token_type,
		TOKEN_ADJUST_PRIVILEGES | (old_state ? TOKEN_QUERY : 0), &tk);
	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&tk->mutex);
	if (disable_all) {
		for (n = 0; n < tk->nprivileges && n < COUNT_OF(want); n++)
			want[n] =
				(struct token_privilege){ tk->privilege[n].luid,
							  0 };
	}
	/* First what would change, to see whether the old state fits. */
	for (int pass = old_state ? 0 : 1; pass < 2; pass++) {
		changed = 0;
		for (uint32_t i = 0; i < n; i++) {
			struct token_privilege *p = NULL;

			for (uint32_t j = 0; j < tk->nprivileges && !p; j++)
				if (tk->privilege[j].luid == want[i].luid)
					p = &tk->privilege[j];
			if (!p) {
				missing = true;
				continue;
			}
			if (!((p->attributes ^ want[i].attributes) & 2) &&
			    !(want[i].attributes & 4))
				continue;
			old[1 + 3 * changed] = p->luid;
			old[2 + 3 * changed] = 0;
			old[3 + 3 * changed] = p->attributes;
			changed++;
			if (!pass)
				continue;
			if (want[i].attributes & 4)
				*p = tk->privilege[--tk->nprivileges];
			else
				p->attributes = (p->attributes & ~2u) |
						(want[i].attributes & 2);
		}
		need = 4 + 12 * MAX(changed, 1);
		if (!pass && need > len) {
			status = STATUS_BUFFER_TOO_SMALL;
			break;
		}
	}
	if (status == STATUS_SUCCESS && changed)
		tk->modified = luid_new();
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	old[0] = changed;
	if (ret_len && old_state && guest_put32(t, ret_len, need) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (status != STATUS_SUCCESS)
		return status;
	if (old_state && guest_write(t, old_state, old, 4 + 12 * changed) < 0)
		return STATUS_ACCESS_VIOLATION;
	return missing ? STATUS_NOT_ALL_ASSIGNED : STATUS_SUCCESS;
}

/* No group here may be switched off: all are mandatory. */
NTSTATUS nt_adjust_groups_token(struct task *t, uint64_t token, uint8_t reset,
				gaddr new_state, uint32_t len, gaddr old_state,
				gaddr ret_len)
{
	struct token *tk;
	uint32_t n = 0, attributes;
	struct token_group *g;
	bool missing = false;
	struct sid s;
	NTSTATUS status;

	status = handle_get(t, token, &token_type,
			    TOKEN_ADJUST_GROUPS | (old_state ? TOKEN_QUERY : 0),
			    &tk);
	if (status != STATUS_SUCCESS)
		return status;
	if (!reset && (!new_state || guest_get32(t, &n, new_state) < 0))
		status = STATUS_ACCESS_VIOLATION;
	for (uint32_t i = 0; i < n && status == STATUS_SUCCESS; i++) {
		status = group_read(t, new_state, i, &s, &attributes);
		if (status != STATUS_SUCCESS)
			break;
		pthread_mutex_lock(&tk->mutex);
		g = find_group(tk, &s);
		if (!g)
			missing = true;
		else if (!(attributes & GROUP_ENABLED))
			status = STATUS_CANT_DISABLE_MANDATORY;
		pthread_mutex_unlock(&tk->mutex);
	}
	object_put(&tk->object);
	if (NT_SUCCESS(status) && old_state && len >= 8 &&
	    guest_put32(t, old_state, 0) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (NT_SUCCESS(status) && ret_len && guest_put32(t, ret_len, 8) < 0)
		status = STATUS_ACCESS_VIOLATION;
	return !status && missing ? STATUS_NOT_ALL_ASSIGNED : status;
}

/* ---- checks --------------------------------------------------------- */

bool token_has_sid(const struct token *tk, const struct sid *s, bool deny)
{
	if (sid_equal(&tk->user, s))
		return deny || !tk->user_denied;
	for (uint32_t i = 0; i < tk->ngroups; i++) {
		uint32_t a = tk->group[i].attributes;

		if (a & GROUP_INTEGRITY || !sid_equal(&tk->group[i].sid, s))
			continue;
		return a & GROUP_ENABLED || (deny && a & GROUP_DENY_ONLY);
	}
	return false;
}

bool token_has_privilege(struct token *tk, uint32_t luid)
{
	for (uint32_t i = 0; i < tk->nprivileges; i++)
		if (tk->privilege[i].luid == luid)
			return tk->privilege[i].attributes & 2;
	return false;
}

bool token_allows(struct task *t, uint32_t luid)
{
	struct token *tk = token_effective(t);
	bool yes;

	pthread_mutex_lock(&tk->mutex);
	yes = token_has_privilege(tk, luid);
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	return yes;
}

NTSTATUS nt_privilege_check(struct task *t, uint64_t token, gaddr privileges,
			    gaddr result)
{
	enum { ALL_NECESSARY = 1, USED = 0x80000000 };
	uint32_t head[2], e[3], found = 0;
	struct token *tk;
	NTSTATUS status;
	uint8_t yes;

	if (guest_read(t, head, privileges, sizeof head) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (head[0] > 1000)
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, token, &token_type, TOKEN_QUERY, &tk);
	if (status != STATUS_SUCCESS)
		return status;
	for (uint32_t i = 0; i < head[0] && status == STATUS_SUCCESS; i++) {
		gaddr at = privileges + 8 + i * sizeof e;
		bool held;

		if (guest_read(t, e, at, sizeof e) < 0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		pthread_mutex_lock(&tk->mutex);
		held = !e[1] && token_has_privilege(tk, e[0]);
		pthread_mutex_unlock(&tk->mutex);
		if (!held)
			continue;
		found++;
		e[2] |= USED;
		if (guest_write(t, at, e, sizeof e) < 0)
			status = STATUS_ACCESS_VIOLATION;
	}
	object_put(&tk->object);
	yes = head[1] & ALL_NECESSARY ? found == head[0] : found > 0;
	if (status == STATUS_SUCCESS && guest_write(t, result, &yes, 1) < 0)
		status = STATUS_ACCESS_VIOLATION;
	return status;
}

NTSTATUS nt_compare_tokens(struct task *t, uint64_t first, uint64_t second,
			   gaddr equal)
{
	struct token *a, *b;
	NTSTATUS status = handle_get(t, first, &token_type, TOKEN_QUERY, &a);
	uint8_t same;

	if (status != STATUS_SUCCESS)
		return status;
	status = handle_get(t, second, &token_type, TOKEN_QUERY, &b);
	if (status == STATUS_SUCCESS) {
		same = a == b ||
		       (sid_equal(&a->user, &b->user) &&
			a->ngroups == b->ngroups &&
			!memcmp(a->group, b->group, sizeof a->group) &&
			a->nprivileges == b->nprivileges &&
			a->nrestricted == b->nrestricted);
		object_put(&b->object);
		if (guest_write(t, equal, &same, 1) < 0)
			status = STATUS_ACCESS_VIOLATION;
	}
	object_put(&a->object);
	return status;
}
