/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * account.c - users by name and by SID: the one who runs the program and the
 * well-known ones; there is no account database.
 */
#include "nt.h"
#include "sid.h"

BOOL WINAPI GetUserNameW(LPWSTR name, LPDWORD size)
{
	WCHAR user[257];
	DWORD n = GetEnvironmentVariableW(L"USERNAME", user, ARRAYSIZE(user));

	if (!n || n >= ARRAYSIZE(user)) {
		SetLastError(ERROR_NONE_MAPPED);
		return FALSE;
	}
	if (!name || *size <= n) {
		*size = n + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(name, user, (n + 1) * sizeof(WCHAR));
	*size = n + 1;
	return TRUE;
}

/* n units to text in the ANSI code page; *size as GetUserName has it. */
static BOOL narrow(const WCHAR *from, DWORD n, char *to, DWORD *size,
		   BOOL count_nul)
{
	ULONG len;

	RtlUnicodeToMultiByteSize(&len, from, n * sizeof(WCHAR));
	if (!to || *size <= len) {
		*size = len + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	RtlUnicodeToMultiByteN(to, *size, &len, from, n * sizeof(WCHAR));
	to[len] = 0;
	*size = len + !!count_nul;
	return TRUE;
}

BOOL WINAPI GetUserNameA(LPSTR name, LPDWORD size)
{
	WCHAR user[257];
	DWORD n = ARRAYSIZE(user);

	return GetUserNameW(user, &n) && narrow(user, n - 1, name, size, TRUE);
}

BOOL sid_of_user(struct sid_room *room)
{
	return NT_SUCCESS(RtlGetCurrentUserSid(room, sizeof *room));
}

/* The group that all users of a machine without a domain are in. */
static const WCHAR none[] = L"None";

static BOOL sid_of_none(struct sid_room *room)
{
	UCHAR parts;

	if (!sid_of_user(room))
		return FALSE;
	parts = *RtlSubAuthorityCountSid(room);
	if (parts != 5)
		return FALSE;
	*RtlSubAuthoritySid(room, parts - 1) = DOMAIN_GROUP_RID_USERS;
	return TRUE;
}

/* Gives name and domain in the way of LookupAccountSid. */
static BOOL give(const WCHAR *name, const WCHAR *domain, LPWSTR to,
		 LPDWORD size, LPWSTR to_domain, LPDWORD domain_size)
{
	DWORD n = (DWORD)lstrlenW(name), d = (DWORD)lstrlenW(domain);

	if (!to || *size <= n || !to_domain || *domain_size <= d) {
		*size = n + 1;
		*domain_size = d + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(to, name, (n + 1) * sizeof(WCHAR));
	memcpy(to_domain, domain, (d + 1) * sizeof(WCHAR));
	*size = n;
	*domain_size = d;
	return TRUE;
}

static BOOL is_group(const struct known_sid *k)
{
	return k->parts == 2 && k->sub[0] == 32;
}

static SID_NAME_USE use_of(const struct known_sid *k)
{
	if (k->authority == 16)
		return SidTypeLabel;
	if (k->type == WinBuiltinDomainSid)
		return SidTypeDomain;
	return is_group(k) ? SidTypeAlias : SidTypeWellKnownGroup;
}

BOOL WINAPI LookupAccountSidW(LPCWSTR system, PSID sid, LPWSTR name,
			      LPDWORD size, LPWSTR domain, LPDWORD domain_size,
			      PSID_NAME_USE use)
{
	WCHAR user[257], machine[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(user), m = ARRAYSIZE(machine);
	struct sid_room room;

	if (!RtlValidSid(sid)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	for (ULONG i = 0; i < known_sids_count; i++) {
		const struct known_sid *k = &known_sids[i];

		known_sid_make(k, &room);
		if (!k->name || !RtlEqualSid(&room, sid))
			continue;
		*use = use_of(k);
		return give(k->name, k->domain, name, size, domain,
			    domain_size);
	}
	if (sid_of_user(&room) && RtlEqualSid(&room, sid) &&
	    GetUserNameW(user, &n) && GetComputerNameW(machine, &m)) {
		*use = SidTypeUser;
		return give(user, machine, name, size, domain, domain_size);
	}
	m = ARRAYSIZE(machine);
	if (sid_of_none(&room) && RtlEqualSid(&room, sid) &&
	    GetComputerNameW(machine, &m)) {
		*use = SidTypeGroup;
		return give(none, machine, name, size, domain, domain_size);
	}
	SetLastError(ERROR_NONE_MAPPED);
	return FALSE;
}

BOOL WINAPI LookupAccountSidA(LPCSTR system, PSID sid, LPSTR name, LPDWORD size,
			      LPSTR domain, LPDWORD domain_size,
			      PSID_NAME_USE use)
{
	WCHAR user[257], wide[257];
	DWORD n = ARRAYSIZE(user), d = ARRAYSIZE(wide);
	BOOL a, b;

	if (!LookupAccountSidW(NULL, sid, user, &n, wide, &d, use))
		return FALSE;
	a = narrow(user, n, name, size, FALSE);
	b = narrow(wide, d, domain, domain_size, FALSE);
	return a && b;
}

static BOOL give_sid(struct sid_room *room, const WCHAR *domain, PSID sid,
		     LPDWORD size, LPWSTR to, LPDWORD to_size)
{
	DWORD n = RtlLengthSid(room), d = (DWORD)lstrlenW(domain);

	if (!sid || *size < n || !to || *to_size <= d) {
		*size = n;
		*to_size = d + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(sid, room, n);
	memcpy(to, domain, (d + 1) * sizeof(WCHAR));
	*size = n;
	*to_size = d;
	return TRUE;
}

BOOL WINAPI LookupAccountNameW(LPCWSTR system, LPCWSTR name, PSID sid,
			       LPDWORD size, LPWSTR domain, LPDWORD domain_size,
			       PSID_NAME_USE use)
{
	WCHAR user[257], machine[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(user), m = ARRAYSIZE(machine);
	const WCHAR *plain = name;
	struct sid_room room;

	for (const WCHAR *s = name; s && *s; s++)
		if (*s == '\\')
			plain = s + 1;
	if (!name || !*plain) {
		SetLastError(ERROR_NONE_MAPPED);
		return FALSE;
	}
	/* The program's user goes before the well-known, as a local account. */
	if (GetUserNameW(user, &n) && GetComputerNameW(machine, &m) &&
	    !lstrcmpiW(user, plain) && sid_of_user(&room)) {
		*use = SidTypeUser;
		return give_sid(&room, machine, sid, size, domain, domain_size);
	}
	m = ARRAYSIZE(machine);
	if (!lstrcmpiW(plain, none) && GetComputerNameW(machine, &m) &&
	    sid_of_none(&room)) {
		*use = SidTypeGroup;
		return give_sid(&room, machine, sid, size, domain, domain_size);
	}
	for (ULONG i = 0; i < known_sids_count; i++) {
		const struct known_sid *k = &known_sids[i];

		if (!k->name || lstrcmpiW(k->name, plain))
			continue;
		known_sid_make(k, &room);
		*use = use_of(k);
		return give_sid(&room, k->domain, sid, size, domain,
				domain_size);
	}
	SetLastError(ERROR_NONE_MAPPED);
	return FALSE;
}

BOOL WINAPI LookupAccountNameA(LPCSTR system, LPCSTR name, PSID sid,
			       LPDWORD size, LPSTR domain, LPDWORD domain_size,
			       PSID_NAME_USE use)
{
	UNICODE_STRING wide;
	WCHAR text[257];
	struct sid_room room;
	DWORD n = sizeof room, d = ARRAYSIZE(text), have = *size;
	BOOL ok;

	if (!RtlCreateUnicodeStringFromAsciiz(&wide, name))
		return rf_fail(STATUS_NO_MEMORY);
	ok = LookupAccountNameW(NULL, wide.Buffer, &room, &n, text, &d, use);
	RtlFreeUnicodeString(&wide);
	if (!ok)
		return FALSE;
	*size = n;
	if (!narrow(text, d, domain, domain_size, FALSE))
		return FALSE;
	if (!sid || have < n) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(sid, &room, n);
	return TRUE;
}
