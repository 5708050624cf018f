/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * access-calls.c - NtAccessCheck and its kind: what would this descriptor let
 * that token do?  Nothing is audited, as no token has the privilege for it.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"

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
	for (uint32_t i = 0; i < s->count; i++)
		if (s->privilege[i].luid == luid)
			return;
	s->privilege[s->count].luid = luid;
	s->privilege[s->count++].attributes = USED_FOR_ACCESS;
}

static NTSTATUS verdict_on(const struct access_part *p, uint32_t access,
			   uint32_t *granted, struct privilege_set *set)
{
	const uint32_t want = access & ~(uint32_t)MAXIMUM_ALLOWED;
	uint32_t got = p->allowed, used;

	*granted = 0;
	if (want & ~got)
		return want & ~got & ACCESS_SYSTEM_SECURITY
			       ? STATUS_PRIVILEGE_NOT_HELD
			       : STATUS_ACCESS_DENIED;
	if (access & MAXIMUM_ALLOWED && !got)
		return STATUS_ACCESS_DENIED;
	*granted = access & MAXIMUM_ALLOWED ? got : want;
	used = *granted & ~p->unprivileged;
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

/* ---- what is asked ------------------------------------------------------ */

struct call {
	gaddr sd, self, types, mapping;
	uint64_t token;
	uint32_t access, ntypes;
	gaddr privileges, privileges_len;
	gaddr granted, status; /* of each part, or only of the object */
	bool each;
};

/* One OBJECT_TYPE_LIST behind another that has a level as well. */
static NTSTATUS read_part(struct task *t, gaddr at, struct access_part *p,
			  bool first)
{
	enum { DEEPEST = 4 };
	struct {
		uint16_t level, sbz;
		uint32_t pad;
		uint64_t type;
	} e;

	if (guest_read(t, &e, at, sizeof e) < 0 ||
	    guest_read(t, p->type, e.type, sizeof p->type) < 0)
		return STATUS_ACCESS_VIOLATION;
	p->level = e.level;
	if (e.sbz || e.level > DEEPEST || first != !e.level ||
	    (!first && e.level > p[-1].level + 1))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* parts->part is malloc'ed. */
static NTSTATUS read_parts(struct task *t, const struct call *c,
			   struct access_parts *parts)
{
	enum { MOST = 1 << 16 };
	NTSTATUS status = STATUS_SUCCESS;

	if (c->ntypes > MOST || (!c->ntypes && c->each))
		return STATUS_INVALID_PARAMETER;
	parts->typed = c->ntypes != 0;
	parts->n = parts->typed ? c->ntypes : 1;
	parts->part = calloc(parts->n, sizeof *parts->part);
	if (!parts->part)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; !status && i < c->ntypes; i++)
		status = read_part(t, c->types + 16ull * i, &parts->part[i],
				   i == 0);
	if (status)
		free(parts->part);
	return status;
}

/* ---- the answer --------------------------------------------------------- */

static NTSTATUS answer(struct task *t, const struct call *c,
		       const struct access_parts *parts, uint32_t len)
{
	const uint32_t n = c->each ? parts->n : 1;
	struct privilege_set set = { 0 };
	uint32_t *granted = malloc(n * sizeof *granted);
	uint32_t *verdict = malloc(n * sizeof *verdict);
	NTSTATUS status = STATUS_SUCCESS;

	if (!granted || !verdict)
		status = STATUS_NO_MEMORY;
	for (uint32_t i = 0; !status && i < n; i++)
		verdict[i] = verdict_on(&parts->part[i], c->access, &granted[i],
					&set);
	if (!status && len < set_size(&set))
		status = guest_put32(t, c->privileges_len, set_size(&set)) < 0
				 ? STATUS_ACCESS_VIOLATION
				 : STATUS_BUFFER_TOO_SMALL;
	if (!status &&
	    (guest_write(t, c->privileges, &set, 8 + set.count * 12) < 0 ||
	     guest_write(t, c->granted, granted, n * sizeof *granted) < 0 ||
	     guest_write(t, c->status, verdict, n * sizeof *verdict) < 0))
		status = STATUS_ACCESS_VIOLATION;
	free(granted);
	free(verdict);
	return status;
}

static NTSTATUS judge(struct task *t, const struct call *c, struct token *tk,
		      const uint32_t *generic, uint32_t len)
{
	struct access_parts parts = { 0 };
	struct descriptor d;
	struct sid self;
	NTSTATUS status;

	if (c->self) {
		status = sid_read(t, c->self, &self);
		if (status)
			return status;
		parts.self = &self;
	}
	status = descriptor_read(t, c->sd, &d);
	if (status)
		return status;
	if (!d.has_owner || !d.has_group)
		status = STATUS_INVALID_SECURITY_DESCR;
	else
		status = read_parts(t, c, &parts);
	if (!status) {
		descriptor_judge(&d, generic, tk, &parts);
		status = answer(t, c, &parts, len);
		free(parts.part);
	}
	descriptor_free(&d);
	return status;
}

static NTSTATUS check(struct task *t, const struct call *c)
{
	uint32_t generic[4], len;
	struct token *tk;
	NTSTATUS status;

	if (guest_read(t, generic, c->mapping, sizeof generic) < 0 ||
	    guest_get32(t, &len, c->privileges_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (c->access & 0xf0000000)
		return STATUS_GENERIC_NOT_MAPPED;
	status = token_to_ask(t, c->token, &tk);
	if (status)
		return status;
	status = judge(t, c, tk, generic, len);
	object_put(&tk->object);
	return status;
}

/* ---- calls -------------------------------------------------------------- */

NTSTATUS nt_access_check(struct task *t, gaddr sd, uint64_t token,
			 uint32_t access, gaddr mapping, gaddr privileges,
			 gaddr privileges_len, gaddr granted, gaddr status)
{
	return nt_access_check_by_type(t, sd, 0, token, access, 0, 0, mapping,
				       privileges, privileges_len, granted,
				       status);
}

#define BY_TYPE(t)                                                             \
	struct task *t, gaddr sd, gaddr self, uint64_t token, uint32_t access, \
		gaddr types, uint32_t ntypes, gaddr mapping, gaddr privileges, \
		gaddr privileges_len, gaddr granted, gaddr status

static NTSTATUS by_type(BY_TYPE(t), bool each)
{
	return check(t, &(struct call){ .sd = sd,
					.self = self,
					.types = types,
					.mapping = mapping,
					.token = token,
					.access = access,
					.ntypes = ntypes,
					.privileges = privileges,
					.privileges_len = privileges_len,
					.granted = granted,
					.status = status,
					.each = each });
}

NTSTATUS nt_access_check_by_type(BY_TYPE(t))
{
	return by_type(t, sd, self, token, access, types, ntypes, mapping,
		       privileges, privileges_len, granted, status, false);
}

NTSTATUS nt_access_check_by_type_result_list(BY_TYPE(t))
{
	return by_type(t, sd, self, token, access, types, ntypes, mapping,
		       privileges, privileges_len, granted, status, true);
}
