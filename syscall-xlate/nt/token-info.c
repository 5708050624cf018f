/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token-info.c - NtQueryInformationToken, NtSetInformationToken.
 *
 * Answers hold pointers into the caller's own buffer; they are built in host
 * memory with the addresses they will have.
 */
#include "syscall-xlate/nt/descriptor.h"

#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/calls.h"

enum { ANSWER_MAX = 4096 };

struct answer {
	struct task *t;
	gaddr at; /* where data will be */
	size_t len;
	uint8_t data[ANSWER_MAX] __attribute__((aligned(8)));
};

/* n bytes at the end, 8-aligned; the sizes here never add up to too much. */
static size_t add(struct answer *a, const void *p, size_t n)
{
	size_t at = ROUND_UP(a->len, 4);

	if (n > sizeof a->data - at)
		return 0;
	if (p)
		memcpy(a->data + at, p, n);
	a->len = at + n;
	return at;
}

static void put64(struct answer *a, size_t at, uint64_t v)
{
	memcpy(a->data + at, &v, sizeof v);
}

static void put32(struct answer *a, size_t at, uint32_t v)
{
	memcpy(a->data + at, &v, sizeof v);
}

/* A pointer field at offset at, to a SID put at the end. */
static void point_to_sid(struct answer *a, size_t at, const struct sid *s)
{
	put64(a, at, a->at + add(a, s, sid_size(s)));
}

static NTSTATUS one32(struct answer *a, uint32_t v)
{
	add(a, &v, sizeof v);
	return STATUS_SUCCESS;
}

/* SID_AND_ATTRIBUTES alone. */
static NTSTATUS one_sid(struct answer *a, const struct sid *s,
			uint32_t attributes)
{
	add(a, NULL, 16);
	put32(a, 8, attributes);
	point_to_sid(a, 0, s);
	return STATUS_SUCCESS;
}

/* A pointer to a SID alone. */
static NTSTATUS sid_pointer(struct answer *a, const struct sid *s)
{
	add(a, NULL, 8);
	point_to_sid(a, 0, s);
	return STATUS_SUCCESS;
}

static void groups_at(struct answer *a, size_t at, const struct token_group *g,
		      uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		put32(a, at + i * 16 + 8, g[i].attributes);
		point_to_sid(a, at + i * 16, &g[i].sid);
	}
}

static NTSTATUS groups(struct answer *a, const struct token_group *g,
		       uint32_t n)
{
	add(a, NULL, n ? 8 + 16ul * n : 8);
	put32(a, 0, n);
	groups_at(a, 8, g, n);
	return STATUS_SUCCESS;
}

/* ---- classes -------------------------------------------------------- */

typedef NTSTATUS getter(struct token *tk, struct answer *a);

static NTSTATUS get_user(struct token *tk, struct answer *a)
{
	return one_sid(a, &tk->user, tk->user_denied ? GROUP_DENY_ONLY : 0);
}

static NTSTATUS get_groups(struct token *tk, struct answer *a)
{
	return groups(a, tk->group, tk->ngroups);
}

static void put_privileges(struct token *tk, struct answer *a, size_t at)
{
	for (uint32_t i = 0; i < tk->nprivileges; i++) {
		put32(a, at + 12 * i, tk->privilege[i].luid);
		put32(a, at + 12 * i + 4, 0);
		put32(a, at + 12 * i + 8, tk->privilege[i].attributes);
	}
}

static NTSTATUS get_privileges(struct token *tk, struct answer *a)
{
	add(a, NULL, 4 + 12ul * tk->nprivileges);
	put32(a, 0, tk->nprivileges);
	put_privileges(tk, a, 4);
	return STATUS_SUCCESS;
}

static NTSTATUS get_owner(struct token *tk, struct answer *a)
{
	return sid_pointer(a, &tk->owner);
}

static NTSTATUS get_primary_group(struct token *tk, struct answer *a)
{
	return sid_pointer(a, &tk->primary_group);
}

static NTSTATUS get_default_dacl(struct token *tk, struct answer *a)
{
	uint8_t acl[DEFAULT_DACL_MAX];
	uint32_t len;

	add(a, NULL, 8);
	if (tk->dacl && tk->dacl_len <= ANSWER_MAX / 2) {
		put64(a, 0, a->at + add(a, tk->dacl, tk->dacl_len));
	} else {
		default_dacl(tk, acl, &len);
		put64(a, 0, a->at + add(a, acl, len));
	}
	return STATUS_SUCCESS;
}

static NTSTATUS get_source(struct token *tk, struct answer *a)
{
	(void)tk;
	add(a, "User32 \0", 8);
	add(a, NULL, 8);
	put64(a, 8, 0x10001);
	return STATUS_SUCCESS;
}

static NTSTATUS get_type(struct token *tk, struct answer *a)
{
	return one32(a, tk->type);
}

static NTSTATUS get_level(struct token *tk, struct answer *a)
{
	return tk->type == TOKEN_IMPERSONATION ? one32(a, tk->level)
					       : STATUS_INVALID_INFO_CLASS;
}

static NTSTATUS get_statistics(struct token *tk, struct answer *a)
{
	add(a, NULL, 56);
	put64(a, 0, tk->id);
	put64(a, 8, 0x10001); /* the logon */
	put64(a, 16, INT64_MAX);
	put32(a, 24, tk->type);
	put32(a, 28, tk->level);
	put32(a, 32, 0x1000);
	put32(a, 36, 0x1000);
	put32(a, 40, tk->ngroups);
	put32(a, 44, tk->nprivileges);
	put64(a, 48, tk->modified);
	return STATUS_SUCCESS;
}

static NTSTATUS get_restricted(struct token *tk, struct answer *a)
{
	return groups(a, tk->restrict_to, tk->nrestricted);
}

static NTSTATUS get_session(struct token *tk, struct answer *a)
{
	return one32(a, tk->session);
}

static uint32_t sids_size(const struct token_group *g, uint32_t n)
{
	size_t size = 0;

	while (n--)
		size += sid_size(&g[n].sid);
	return (uint32_t)size;
}

/*
 * The user counts as the first SID.  Both arrays, then what they point to, so
 * that it has the form of others (wow64.tbl).
 */
static NTSTATUS get_groups_and_privileges(struct token *tk, struct answer *a)
{
	const uint32_t n = 1 + tk->ngroups, restricted = tk->nrestricted;
	size_t sids, privileges;

	add(a, NULL, 56);
	sids = add(a, NULL, 16ul * (n + restricted));
	point_to_sid(a, sids, &tk->user);
	groups_at(a, sids + 16, tk->group, tk->ngroups);
	groups_at(a, sids + 16ul * n, tk->restrict_to, restricted);
	privileges = add(a, NULL, 12ul * tk->nprivileges);
	put_privileges(tk, a, privileges);
	put32(a, 0, n);
	put32(a, 4, (uint32_t)sid_size(&tk->user) +
			    sids_size(tk->group, tk->ngroups));
	put64(a, 8, a->at + sids);
	put32(a, 16, restricted);
	put32(a, 20, sids_size(tk->restrict_to, restricted));
	put64(a, 24, restricted ? a->at + sids + 16ul * n : 0);
	put32(a, 32, tk->nprivileges);
	put32(a, 36, 12 * tk->nprivileges);
	put64(a, 40, a->at + privileges);
	put64(a, 48, 0x10001);
	return STATUS_SUCCESS;
}

static NTSTATUS get_zero(struct token *tk, struct answer *a)
{
	(void)tk;
	return one32(a, 0);
}

static NTSTATUS get_origin(struct token *tk, struct answer *a)
{
	(void)tk;
	add(a, NULL, 8);
	put64(a, 0, 0x3e7);
	return STATUS_SUCCESS;
}

static NTSTATUS get_elevation_type(struct token *tk, struct answer *a)
{
	(void)tk;
	return one32(a, 1); /* default: no second token to change to */
}

static NTSTATUS get_linked(struct token *tk, struct answer *a)
{
	return STATUS_NO_SUCH_LOGON_SESSION; /* there is none */
}

static NTSTATUS get_elevation(struct token *tk, struct answer *a)
{
	return one32(a, tk->elevated);
}

static NTSTATUS get_has_restrictions(struct token *tk, struct answer *a)
{
	return one32(a, tk->restricted);
}

static NTSTATUS get_integrity(struct token *tk, struct answer *a)
{
	return one_sid(a, &tk->label,
		       GROUP_INTEGRITY | GROUP_INTEGRITY_ENABLED);
}

static NTSTATUS get_policy(struct token *tk, struct answer *a)
{
	(void)tk;
	return one32(a, 3); /* no write up, new process minimum */
}

static NTSTATUS get_logon(struct token *tk, struct answer *a)
{
	for (uint32_t i = 0; i < tk->ngroups; i++)
		if ((tk->group[i].attributes & GROUP_LOGON_ID) ==
		    GROUP_LOGON_ID)
			return groups(a, &tk->group[i], 1);
	return groups(a, NULL, 0);
}

static NTSTATUS get_no_groups(struct token *tk, struct answer *a)
{
	(void)tk;
	return groups(a, NULL, 0);
}

static NTSTATUS get_null(struct token *tk, struct answer *a)
{
	(void)tk;
	add(a, NULL, 8);
	return STATUS_SUCCESS;
}

/* CLAIM_SECURITY_ATTRIBUTES_INFORMATION without any. */
static NTSTATUS get_claims(struct token *tk, struct answer *a)
{
	(void)tk;
	add(a, NULL, 16);
	put32(a, 0, 1); /* version */
	return STATUS_SUCCESS;
}

static NTSTATUS get_isolation(struct token *tk, struct answer *a)
{
	(void)tk;
	add(a, NULL, 16);
	return STATUS_SUCCESS;
}

/* ---- all that decides ---- */

/* SID_AND_ATTRIBUTES_HASH: which SIDs there may be, by their last byte. */
enum { HASH_SIZE = 16 + 32 * 8, HASHED = 64, ACCESS_SIZE = 88 };

static void hash_sid(struct answer *a, size_t hash, uint32_t i,
		     const struct sid *s)
{
	uint32_t last = s->count ? s->sub[s->count - 1] & 0xff : 0;
	const size_t at[2] = { hash + 16 + 8 * (last & 15),
			       hash + 16 + 8 * (16 + (last >> 4)) };

	for (int half = 0; half < 2 && i < HASHED; half++) {
		uint64_t bits;

		memcpy(&bits, a->data + at[half], sizeof bits);
		put64(a, at[half], bits | 1ull << i);
	}
}

static void hash_groups(struct answer *a, size_t hash, uint32_t first,
			const struct token_group *g, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		hash_sid(a, hash, first + i, &g[i].sid);
}

/* The form is wow64.tbl's: hashes, both arrays, then what they point to. */
static NTSTATUS get_access(struct token *tk, struct answer *a)
{
	const uint32_t n = 1 + tk->ngroups, restricted = tk->nrestricted;
	size_t hash, sids, privileges;

	add(a, NULL, ACCESS_SIZE);
	hash = add(a, NULL, 2 * HASH_SIZE);
	sids = add(a, NULL, 16ul * (n + restricted));
	point_to_sid(a, sids, &tk->user);
	put32(a, sids + 8, tk->user_denied ? GROUP_DENY_ONLY : 0);
	groups_at(a, sids + 16, tk->group, tk->ngroups);
	groups_at(a, sids + 16ul * n, tk->restrict_to, restricted);
	hash_sid(a, hash, 0, &tk->user);
	hash_groups(a, hash, 1, tk->group, tk->ngroups);
	hash_groups(a, hash + HASH_SIZE, 0, tk->restrict_to, restricted);
	put32(a, hash, n);
	put64(a, hash + 8, a->at + sids);
	put32(a, hash + HASH_SIZE, restricted);
	if (restricted)
		put64(a, hash + HASH_SIZE + 8, a->at + sids + 16ul * n);
	privileges = add(a, NULL, 4 + 12ul * tk->nprivileges);
	put32(a, privileges, tk->nprivileges);
	put_privileges(tk, a, privileges + 4);
	put64(a, 0, a->at + hash);
	put64(a, 8, a->at + hash + HASH_SIZE);
	put64(a, 16, a->at + privileges);
	put64(a, 24, 0x10001); /* the logon */
	put32(a, 32, tk->type);
	put32(a, 36, tk->type == TOKEN_IMPERSONATION ? tk->level : 0);
	put32(a, 40, 3); /* as get_policy() */
	put32(a, 44, (tk->write_restricted ? 8 : 0) |
			     (tk->restricted ? 0x10 : 0));
	return STATUS_SUCCESS;
}

static const struct {
	getter *get;
	bool source; /* needs TOKEN_QUERY_SOURCE */
} classes[] = {
	[1] = { get_user },
	[2] = { get_groups },
	[3] = { get_privileges },
	[4] = { get_owner },
	[5] = { get_primary_group },
	[6] = { get_default_dacl },
	[7] = { get_source, true },
	[8] = { get_type },
	[9] = { get_level },
	[10] = { get_statistics },
	[11] = { get_restricted },
	[12] = { get_session },
	[13] = { get_groups_and_privileges },
	[15] = { get_zero }, /* sandbox inert */
	[17] = { get_origin },
	[18] = { get_elevation_type },
	[19] = { get_linked },
	[20] = { get_elevation },
	[21] = { get_has_restrictions },
	[22] = { get_access },
	[23] = { get_zero }, /* virtualisation allowed */
	[24] = { get_zero }, /* and enabled */
	[25] = { get_integrity },
	[26] = { get_zero }, /* UI access */
	[27] = { get_policy },
	[28] = { get_logon },
	[29] = { get_zero },      /* app container */
	[30] = { get_no_groups }, /* capabilities */
	[31] = { get_null },      /* app container's SID */
	[32] = { get_zero },
	[33] = { get_claims },
	[34] = { get_claims },
	[35] = { get_claims },
	[36] = { get_claims },
	[37] = { get_no_groups }, /* device groups */
	[38] = { get_no_groups },
	[39] = { get_claims }, /* security attributes */
	[40] = { get_has_restrictions },
	[41] = { get_null }, /* trust level */
	[42] = { get_zero },
	[43] = { get_claims },
	[44] = { get_isolation },
	[45] = { get_zero }, /* child process flags */
	[46] = { get_zero },
	[47] = { get_zero },
};

/* -4, -5, -6: the process's, the thread's, the effective token. */
static NTSTATUS token_get(struct task *t, uint64_t h, uint32_t access,
			  struct token **tk)
{
	if (h < (uint64_t)-6 || h > (uint64_t)-4)
		return handle_get(t, h, &token_type, access, tk);
	*tk = h == (uint64_t)-4 ? token_of_process() : token_effective(t);
	return STATUS_SUCCESS;
}

NTSTATUS nt_query_information_token(struct task *t, uint64_t token,
				    uint32_t class, gaddr info, uint32_t len,
				    gaddr ret_len)
{
	struct answer a = { .t = t, .at = info };
	struct token *tk;
	NTSTATUS status;

	if (class >= COUNT_OF(classes) || !classes[class].get)
		return STATUS_INVALID_INFO_CLASS;
	status = token_get(
		t, token,
		classes[class].source ? TOKEN_QUERY_SOURCE : TOKEN_QUERY, &tk);
	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&tk->mutex);
	status = classes[class].get(tk, &a);
	pthread_mutex_unlock(&tk->mutex);
	object_put(&tk->object);
	if (status != STATUS_SUCCESS)
		return status;
	if (ret_len && guest_put32(t, ret_len, (uint32_t)a.len) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (len < a.len)
		return STATUS_BUFFER_TOO_SMALL;
	return guest_write(t, info, a.data, a.len) < 0 ? STATUS_ACCESS_VIOLATION
						       : STATUS_SUCCESS;
}

/* ---- set ------------------------------------------------------------ */

static NTSTATUS set_sid(struct task *t, struct token *tk, struct sid *field,
			gaddr info)
{
	uint64_t at;
	struct sid s;
	NTSTATUS status;

	if (guest_get64(t, &at, info) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = sid_read(t, at, &s);
	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&tk->mutex);
	if (token_has_sid(tk, &s, false))
		*field = s;
	else
		status = field == &tk->owner ? STATUS_INVALID_OWNER
					     : STATUS_INVALID_PRIMARY_GROUP;
	token_note(tk);
	pthread_mutex_unlock(&tk->mutex);
	return status;
}

/* Down only: more is for those who make tokens. */
static NTSTATUS set_label(struct task *t, struct token *tk, gaddr info)
{
	const struct sid lowest = sid_make(16, 1, 0);
	NTSTATUS status;
	uint64_t at;
	struct sid s;

	if (guest_get64(t, &at, info) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = sid_read(t, at, &s);
	if (status != STATUS_SUCCESS)
		return status;
	if (s.count != 1 ||
	    memcmp(s.authority, lowest.authority, sizeof s.authority))
		return STATUS_INVALID_LABEL;
	pthread_mutex_lock(&tk->mutex);
	if (s.sub[0] > token_integrity(tk)) {
		status = STATUS_PRIVILEGE_NOT_HELD;
	} else {
		tk->label = s;
		for (uint32_t i = 0; i < tk->ngroups; i++)
			if (tk->group[i].attributes & GROUP_INTEGRITY)
				tk->group[i].sid = s;
		token_note(tk);
	}
	pthread_mutex_unlock(&tk->mutex);
	return status;
}

static NTSTATUS set_dacl(struct task *t, struct token *tk, gaddr info)
{
	uint8_t *acl = NULL;
	uint64_t at;
	NTSTATUS status;

	if (guest_get64(t, &at, info) < 0)
		return STATUS_ACCESS_VIOLATION;
	status = at ? acl_read(t, at, &acl) : STATUS_SUCCESS;
	if (status)
		return status;
	pthread_mutex_lock(&tk->mutex);
	free(tk->dacl);
	tk->dacl = acl;
	tk->dacl_len = acl ? (uint32_t)acl_size(acl) : 0;
	token_note(tk);
	pthread_mutex_unlock(&tk->mutex);
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_information_token(struct task *t, uint64_t token,
				  uint32_t class, gaddr info, uint32_t len)
{
	enum {
		OWNER = 4,
		PRIMARY_GROUP = 5,
		DEFAULT_DACL = 6,
		SESSION = 12,
		VIRTUALIZATION = 24,
		INTEGRITY = 25
	};
	struct token *tk;
	uint32_t v;
	NTSTATUS status;

	if (len < 4)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = token_get(t, token,
			   class == SESSION ? TOKEN_ADJUST_SESSIONID
					    : TOKEN_ADJUST_DEFAULT,
			   &tk);
	if (status != STATUS_SUCCESS)
		return status;
	switch (class) {
	case OWNER:
		status = set_sid(t, tk, &tk->owner, info);
		break;
	case PRIMARY_GROUP:
		status = set_sid(t, tk, &tk->primary_group, info);
		break;
	case INTEGRITY:
		status = set_label(t, tk, info);
		break;
	case DEFAULT_DACL:
		status = set_dacl(t, tk, info);
		break;
	case VIRTUALIZATION:
		if (guest_get32(t, &v, info) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else if (v)
			status = STATUS_NOT_SUPPORTED;
		break;
	case SESSION:
		status = STATUS_PRIVILEGE_NOT_HELD;
		break;
	default:
		status = STATUS_INVALID_INFO_CLASS;
	}
	object_put(&tk->object);
	return status;
}
