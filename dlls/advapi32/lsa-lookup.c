/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lsa-lookup.c - names of many SIDs, and SIDs of many names, at once, with the
 * domains that they belong to.
 */
#include "lsa.h"

enum { MOST = 20480, NAME = 257 };

struct domain {
	LSA_TRUST_INFORMATION *info; /* of the list's */
	WCHAR name[NAME];
	struct sid_room sid;
};

/* In one block: the list, its array, what that points to. */
struct domains {
	LSA_REFERENCED_DOMAIN_LIST list; /* must be first */
	struct domain *room;
};

static struct domains *domains_new(ULONG count)
{
	struct domains *d =
		lsa_alloc(sizeof *d +
			  count * (sizeof *d->list.Domains + sizeof *d->room));

	if (!d)
		return NULL;
	d->room = (struct domain *)(d + 1);
	d->list.Domains = (LSA_TRUST_INFORMATION *)(d->room + count);
	return d;
}

/* The index of the domain that sid is of; it is called name. */
static LONG domain_of(struct domains *d, PSID sid, const WCHAR *name)
{
	struct sid_room room;
	struct domain *new;
	ULONG i;

	lsa_domain_sid(sid, &room);
	for (i = 0; i < d->list.Entries; i++)
		if (RtlEqualSid(&room, &d->room[i].sid))
			return (LONG)i;
	new = &d->room[i];
	new->info = &d->list.Domains[i];
	new->sid = room;
	new->info->Sid = &new->sid;
	lstrcpyW(new->name, name);
	RtlInitUnicodeString((UNICODE_STRING *)&new->info->Name, new->name);
	d->list.Entries++;
	return (LONG)i;
}

static NTSTATUS outcome(ULONG mapped, ULONG count)
{
	if (mapped == count)
		return STATUS_SUCCESS;
	return mapped ? STATUS_SOME_NOT_MAPPED : STATUS_NONE_MAPPED;
}

static NTSTATUS begin(LSA_HANDLE h, ULONG count, SIZE_T each,
		      struct domains **d, void **items)
{
	NTSTATUS s = lsa_policy(h, POLICY_LOOKUP_NAMES);

	if (!NT_SUCCESS(s))
		return s;
	if (count > MOST)
		return STATUS_INVALID_PARAMETER;
	*d = domains_new(count);
	*items = *d ? lsa_alloc(count * each + 1) : NULL;
	if (*items)
		return STATUS_SUCCESS;
	LsaFreeMemory(*d);
	return STATUS_NO_MEMORY;
}

/* ---- SIDs to names ------------------------------------------------------ */

static BOOL name_one(PSID sid, struct domains *d, LSA_TRANSLATED_NAME *to,
		     WCHAR *room)
{
	WCHAR domain[NAME];
	DWORD n = NAME, m = NAME;
	UNICODE_STRING text = { 0, NAME * sizeof(WCHAR), room };

	if (LookupAccountSidW(NULL, sid, room, &n, domain, &m, &to->Use)) {
		to->DomainIndex = domain_of(d, sid, domain);
		RtlInitUnicodeString((UNICODE_STRING *)&to->Name, room);
		return TRUE;
	}
	/* Nobody's is called by its text. */
	to->Use = SidTypeUnknown;
	to->DomainIndex = -1;
	if (RtlValidSid(sid) &&
	    NT_SUCCESS(RtlConvertSidToUnicodeString(&text, sid, FALSE)))
		*(UNICODE_STRING *)&to->Name = text;
	return FALSE;
}

NTSTATUS NTAPI LsaLookupSids(LSA_HANDLE h, ULONG count, PSID *sids,
			     PLSA_REFERENCED_DOMAIN_LIST *domains,
			     PLSA_TRANSLATED_NAME *names)
{
	struct domains *d;
	LSA_TRANSLATED_NAME *name;
	WCHAR *room;
	ULONG mapped = 0;
	void *items;
	NTSTATUS s = begin(h, count, sizeof *name + NAME * sizeof(WCHAR), &d,
			   &items);

	if (!NT_SUCCESS(s))
		return s;
	name = items;
	room = (WCHAR *)(name + count);
	for (ULONG i = 0; i < count; i++, room += NAME)
		mapped += !!name_one(sids[i], d, &name[i], room);
	*domains = &d->list;
	*names = name;
	return outcome(mapped, count);
}

/* options: whether others than this machine are asked. */
NTSTATUS NTAPI LsaLookupSids2(LSA_HANDLE h, ULONG options, ULONG count,
			      PSID *sids, PLSA_REFERENCED_DOMAIN_LIST *domains,
			      PLSA_TRANSLATED_NAME *names)
{
	return LsaLookupSids(h, count, sids, domains, names);
}

/* ---- names to SIDs ------------------------------------------------------ */

static BOOL find_one(const LSA_UNICODE_STRING *name, struct domains *d,
		     LSA_TRANSLATED_SID2 *to, struct sid_room *room)
{
	WCHAR text[2 * NAME], domain[NAME];
	DWORD n = sizeof *room, m = NAME;

	to->Use = SidTypeUnknown;
	to->DomainIndex = -1;
	if (name->Length >= sizeof text)
		return FALSE;
	memcpy(text, name->Buffer, name->Length);
	text[name->Length / sizeof(WCHAR)] = 0;
	if (!LookupAccountNameW(NULL, text, room, &n, domain, &m, &to->Use))
		return FALSE;
	to->Sid = room;
	to->DomainIndex = domain_of(d, room, domain);
	return TRUE;
}

/* flags: whether others than this machine are asked. */
NTSTATUS NTAPI LsaLookupNames2(LSA_HANDLE h, ULONG flags, ULONG count,
			       PLSA_UNICODE_STRING names,
			       PLSA_REFERENCED_DOMAIN_LIST *domains,
			       PLSA_TRANSLATED_SID2 *sids)
{
	struct domains *d;
	LSA_TRANSLATED_SID2 *sid;
	struct sid_room *room;
	ULONG mapped = 0;
	void *items;
	NTSTATUS s = begin(h, count, sizeof *sid + sizeof *room, &d, &items);

	if (!NT_SUCCESS(s))
		return s;
	sid = items;
	room = (struct sid_room *)(sid + count);
	for (ULONG i = 0; i < count; i++)
		mapped += !!find_one(&names[i], d, &sid[i], &room[i]);
	*domains = &d->list;
	*sids = sid;
	return outcome(mapped, count);
}

NTSTATUS NTAPI LsaLookupNames(LSA_HANDLE h, ULONG count,
			      PLSA_UNICODE_STRING names,
			      PLSA_REFERENCED_DOMAIN_LIST *domains,
			      PLSA_TRANSLATED_SID *sids)
{
	LSA_TRANSLATED_SID2 full;
	LSA_TRANSLATED_SID *sid;
	struct sid_room room;
	struct domains *d;
	ULONG mapped = 0;
	void *items;
	NTSTATUS s = begin(h, count, sizeof *sid, &d, &items);

	if (!NT_SUCCESS(s))
		return s;
	sid = items;
	for (ULONG i = 0; i < count; i++) {
		mapped += !!find_one(&names[i], d, &full, &room);
		sid[i].Use = full.Use;
		sid[i].DomainIndex = full.DomainIndex;
		/* A domain has no number in itself. */
		if (full.Use == SidTypeDomain)
			sid[i].RelativeId = ~0u;
		else if (full.Use != SidTypeUnknown &&
			 room.sid.SubAuthorityCount)
			sid[i].RelativeId = *RtlSubAuthoritySid(
				&room, room.sid.SubAuthorityCount - 1u);
	}
	*domains = &d->list;
	*sids = sid;
	return outcome(mapped, count);
}
