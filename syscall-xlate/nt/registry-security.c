/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-security.c - security descriptors of keys.
 *
 * Few differ, so each is there once, counted, and found by its bytes.  A key
 * for which nobody has set one, and above which nobody has, has none: it shows
 * that of the user's own objects.
 */
#include "syscall-xlate/nt/registry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/descriptor.h"

enum { BUCKETS = 256 };

static struct reg_sd *bucket[BUCKETS]; /* under reg_lock */

static uint32_t hash_of(struct bytes b)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < b.len; i++)
		h = (h ^ b.at[i]) * 16777619u;
	return h;
}

struct reg_sd *reg_sd_get(struct bytes b)
{
	uint32_t hash = hash_of(b);
	struct reg_sd **at = &bucket[hash % BUCKETS], *sd;

	for (sd = *at; sd; sd = sd->next)
		if (sd->hash == hash && sd->len == b.len &&
		    !memcmp(sd->at, b.at, b.len)) {
			sd->refs++;
			return sd;
		}
	sd = malloc(sizeof *sd + b.len);
	if (!sd)
		return NULL;
	*sd = (struct reg_sd){
		.next = *at, .refs = 1, .hash = hash, .len = (uint32_t)b.len
	};
	memcpy(sd->at, b.at, b.len);
	*at = sd;
	return sd;
}

void reg_sd_put(struct reg_sd *sd)
{
	struct reg_sd **at;

	if (!sd || --sd->refs)
		return;
	at = &bucket[sd->hash % BUCKETS];
	while (*at != sd)
		at = &(*at)->next;
	*at = sd->next;
	free(sd);
}

bool reg_sd_valid(struct bytes b)
{
	struct descriptor d;

	if (b.len > DESCRIPTOR_MAX || descriptor_parse(b, &d))
		return false;
	descriptor_free(&d);
	return true;
}

/* d becomes k's; what it had before is the caller's now. */
static NTSTATUS keep(struct reg_key *k, const struct descriptor *d,
		     struct reg_sd **before)
{
	struct bytes b;
	struct reg_sd *sd;

	b.at = descriptor_pack(d, ALL_INFO, &b.len);
	sd = b.at ? reg_sd_get(b) : NULL;
	free((void *)b.at);
	if (!sd)
		return STATUS_NO_MEMORY;
	*before = k->security;
	k->security = sd;
	return STATUS_SUCCESS;
}

/* Of a key that has none: what a token that is less than the user may do. */
static NTSTATUS made_up(struct descriptor *d)
{
	const struct sid system = sid_make(5, 1, 18),
			 users = sid_make(5, 2, 32, 545),
			 restricted = sid_make(5, 1, 12);
	enum { SIZE = 256 };

	memset(d, 0, sizeof *d);
	d->dacl = malloc(SIZE);
	if (!d->dacl)
		return STATUS_NO_MEMORY;
	d->has_owner = d->has_dacl = true;
	d->owner = sid_of_uid(getuid());
	acl_init(d->dacl);
	acl_add(d->dacl, SIZE, key_type.generic[3], &d->owner);
	acl_add(d->dacl, SIZE, key_type.generic[3], &system);
	acl_add(d->dacl, SIZE, key_type.generic[0], &users);
	acl_add(d->dacl, SIZE, key_type.generic[0], &restricted);
	return STATUS_SUCCESS;
}

static NTSTATUS of_key(const struct reg_key *k, struct token *tk,
		       struct descriptor *d)
{
	return k->security
		       ? descriptor_parse((struct bytes){ k->security->at,
							  k->security->len },
					  d)
		       : descriptor_default(tk, key_type.generic, true, d);
}

NTSTATUS reg_security_assign(struct reg_key *k, const struct reg_key *parent,
			     const struct descriptor *given, struct token *tk)
{
	struct descriptor above, d;
	struct reg_sd *before = NULL;
	NTSTATUS status = STATUS_SUCCESS;

	if (!given && !parent->security)
		return STATUS_SUCCESS;
	if (parent->security)
		status = of_key(parent, tk, &above);
	if (status)
		return status;
	status = descriptor_assign(parent->security ? &above : NULL, given, tk,
				   key_type.generic, true, &d);
	if (!status) {
		status = keep(k, &d, &before);
		reg_sd_put(before);
		descriptor_free(&d);
	}
	if (parent->security)
		descriptor_free(&above);
	return status;
}

NTSTATUS reg_security_check(struct task *t, const struct reg_key *k,
			    bool backup, uint32_t *access)
{
	const uint32_t *generic = key_type.generic;
	uint32_t granted, want;
	struct descriptor d;
	struct token *tk;
	NTSTATUS status;

	if (*access & ACCESS_SYSTEM_SECURITY && !token_allows(t, SE_SECURITY) &&
	    !(backup && (token_allows(t, SE_BACKUP) ||
			 token_allows(t, SE_RESTORE))))
		return STATUS_PRIVILEGE_NOT_HELD;
	if (!k->security && !token_weak_now(t))
		return STATUS_SUCCESS;
	status = token_to_check(t, &tk);
	if (status)
		return status;
	status = k->security ? of_key(k, tk, &d) : made_up(&d);
	if (status) {
		object_put(&tk->object);
		return status;
	}
	granted = descriptor_allowed(&d, generic, tk);
	if (backup && token_has_privilege(tk, SE_BACKUP))
		granted |= generic[0] | ACCESS_SYSTEM_SECURITY;
	if (backup && token_has_privilege(tk, SE_RESTORE))
		granted |= generic[1] | STANDARD_RIGHTS |
			   ACCESS_SYSTEM_SECURITY;
	descriptor_free(&d);
	object_put(&tk->object);
	want = generic_map(*access & ~(uint32_t)MAXIMUM_ALLOWED, generic);
	if (want & ~granted || !granted)
		return STATUS_ACCESS_DENIED;
	if (*access & MAXIMUM_ALLOWED)
		want |= granted & generic[3];
	*access = want;
	return STATUS_SUCCESS;
}

NTSTATUS reg_security_get(struct object *o, struct token *tk,
			  struct descriptor *d)
{
	const struct reg_key *k = ((struct key_object *)o)->key;
	NTSTATUS status;

	reg_begin();
	status = k->deleted ? STATUS_KEY_DELETED : of_key(k, tk, d);
	reg_end();
	return status;
}

NTSTATUS reg_security_set(struct object *o, struct token *tk, uint32_t info,
			  const struct descriptor *by)
{
	struct reg_key *k = ((struct key_object *)o)->key;
	struct descriptor d;
	struct reg_sd *before = NULL;
	NTSTATUS status;

	status = reg_begin_change(k);
	if (status)
		return status;
	status = k->deleted ? STATUS_KEY_DELETED : of_key(k, tk, &d);
	if (!status) {
		status = descriptor_change(&d, info, by, tk, key_type.generic);
		if (!status)
			status = keep(k, &d, &before);
		descriptor_free(&d);
	}
	if (!status) {
		reg_store_key(k);
		status = reg_store_commit();
		if (status) { /* it is as it was */
			reg_sd_put(k->security);
			k->security = before;
			before = NULL;
		} else {
			reg_changed(k, NOTIFY_SECURITY);
		}
	}
	reg_sd_put(before);
	reg_end();
	return status;
}
