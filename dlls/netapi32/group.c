/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.c - groups: the built-in ones as Windows names them, with the user of
 * this process in those that the token says; and the machine's own, None.
 */
#include "net.h"

enum { LOCAL_GROUPS = 3 };

static const struct {
	DWORD rid;
	const WCHAR *comment;
} local_groups[LOCAL_GROUPS] = {
	{ DOMAIN_ALIAS_RID_ADMINS, L"Users who administer the machine" },
	{ DOMAIN_ALIAS_RID_GUESTS, L"Users with less access" },
	{ DOMAIN_ALIAS_RID_USERS, L"All users of the machine" },
};

static BOOL builtin_name(DWORD rid, WCHAR name[NAME])
{
	SID_IDENTIFIER_AUTHORITY nt = { SECURITY_NT_AUTHORITY };
	BYTE sid[SECURITY_MAX_SID_SIZE];
	WCHAR domain[NAME];
	DWORD n = NAME, d = NAME;
	SID_NAME_USE use;

	RtlInitializeSid(sid, &nt, 2);
	*RtlSubAuthoritySid(sid, 0) = SECURITY_BUILTIN_DOMAIN_RID;
	*RtlSubAuthoritySid(sid, 1) = rid;
	return LookupAccountSidW(NULL, sid, name, &n, domain, &d, &use);
}

static NET_API_STATUS local_group(struct answer *a, DWORD i, DWORD level,
				  BYTE *to)
{
	LOCALGROUP_INFO_1 *g = (void *)to; /* level 0 is its first member */
	WCHAR name[NAME];

	if (!builtin_name(local_groups[i].rid, name))
		return NERR_GroupNotFound;
	g->lgrpi1_name = answer_text(a, name);
	if (level == 1)
		g->lgrpi1_comment = answer_text(a, local_groups[i].comment);
	return NERR_Success;
}

NET_API_STATUS WINAPI NetLocalGroupGetInfo(LPCWSTR server, LPCWSTR group,
					   DWORD level, LPBYTE *buffer)
{
	NET_API_STATUS s = this_machine(server);
	struct answer a;
	WCHAR name[NAME];

	if (s)
		return s;
	if (!buffer || !group)
		return ERROR_INVALID_PARAMETER;
	if (level > 1)
		return ERROR_INVALID_LEVEL;
	for (DWORD i = 0; i < LOCAL_GROUPS; i++) {
		if (!builtin_name(local_groups[i].rid, name) ||
		    lstrcmpiW(name, group))
			continue;
		if (!answer_new(&a, 1, sizeof(LOCALGROUP_INFO_1)))
			return ERROR_NOT_ENOUGH_MEMORY;
		local_group(&a, i, level, a.buffer);
		*buffer = a.buffer;
		return NERR_Success;
	}
	return NERR_GroupNotFound;
}

NET_API_STATUS WINAPI NetLocalGroupEnum(LPCWSTR server, DWORD level,
					LPBYTE *buffer, DWORD most,
					LPDWORD read, LPDWORD total,
					PDWORD_PTR resume)
{
	const DWORD size =
		level ? sizeof(LOCALGROUP_INFO_1) : sizeof(LOCALGROUP_INFO_0);
	NET_API_STATUS s = this_machine(server);
	struct answer a;
	DWORD n = 0;

	if (s)
		return s;
	if (!buffer || !read || !total)
		return ERROR_INVALID_PARAMETER;
	if (level > 1)
		return ERROR_INVALID_LEVEL;
	if (!answer_new(&a, LOCAL_GROUPS, size))
		return ERROR_NOT_ENOUGH_MEMORY;
	for (DWORD i = 0; i < LOCAL_GROUPS; i++)
		n += !local_group(&a, i, level, a.buffer + n * size);
	if (resume)
		*resume = 0;
	return whole_list(&a, n, buffer, read, total);
}

static BOOL builtin_rid(PSID sid, DWORD *rid)
{
	static const SID_IDENTIFIER_AUTHORITY nt = { SECURITY_NT_AUTHORITY };

	if (memcmp(RtlIdentifierAuthoritySid(sid), &nt, sizeof nt) ||
	    *RtlSubAuthorityCountSid(sid) != 2 ||
	    *RtlSubAuthoritySid(sid, 0) != SECURITY_BUILTIN_DOMAIN_RID)
		return FALSE;
	*rid = *RtlSubAuthoritySid(sid, 1);
	return TRUE;
}

/* As the process's token has them, which is made at the log-on. */
NET_API_STATUS WINAPI NetUserGetLocalGroups(LPCWSTR server, LPCWSTR name,
					    DWORD level, DWORD flags,
					    LPBYTE *buffer, DWORD most,
					    LPDWORD read, LPDWORD total)
{
	NET_API_STATUS s = this_machine(server);
	LOCALGROUP_USERS_INFO_0 *g;
	union {
		TOKEN_GROUPS groups;
		BYTE room[4096];
	} t;
	WCHAR own[NAME], text[NAME];
	const WCHAR *plain = name;
	struct answer a;
	HANDLE token;
	DWORD n = 0, size, rid;
	BOOL ok;

	if (s)
		return s;
	if (!buffer || !read || !total || !name)
		return ERROR_INVALID_PARAMETER;
	if (level)
		return ERROR_INVALID_LEVEL;
	if (flags & ~(DWORD)LG_INCLUDE_INDIRECT)
		return ERROR_INVALID_PARAMETER;
	for (; *name; name++)
		if (*name == '\\')
			plain = name + 1;
	if (!own_name(own) || lstrcmpiW(own, plain))
		return NERR_UserNotFound;
	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return GetLastError();
	ok = GetTokenInformation(token, TokenGroups, &t, sizeof t, &size);
	CloseHandle(token);
	if (!ok)
		return GetLastError();
	if (!answer_new(&a, t.groups.GroupCount, sizeof *g))
		return ERROR_NOT_ENOUGH_MEMORY;
	g = (void *)a.buffer;
	for (DWORD i = 0; i < t.groups.GroupCount; i++)
		if (builtin_rid(t.groups.Groups[i].Sid, &rid) &&
		    builtin_name(rid, text))
			g[n++].lgrui0_name = answer_text(&a, text);
	return whole_list(&a, n, buffer, read, total);
}

/* ---- the machine's own group ------------------------------------------ */

NET_API_STATUS WINAPI NetGroupEnum(LPCWSTR server, DWORD level, LPBYTE *buffer,
				   DWORD most, LPDWORD read, LPDWORD total,
				   PDWORD_PTR resume)
{
	NET_API_STATUS s = this_machine(server);
	GROUP_INFO_2 *g;
	struct answer a;

	if (s)
		return s;
	if (!buffer || !read || !total)
		return ERROR_INVALID_PARAMETER;
	if (level > 2)
		return ERROR_INVALID_LEVEL;
	if (!answer_new(&a, 1, sizeof *g))
		return ERROR_NOT_ENOUGH_MEMORY;
	g = (void *)a.buffer; /* the others are how it begins */
	g->grpi2_name = answer_text(&a, L"None");
	if (level)
		g->grpi2_comment = answer_text(&a, L"Ordinary users");
	if (level == 2) {
		g->grpi2_group_id = DOMAIN_GROUP_RID_USERS;
		g->grpi2_attributes = SE_GROUP_MANDATORY |
				      SE_GROUP_ENABLED_BY_DEFAULT |
				      SE_GROUP_ENABLED;
	}
	if (resume)
		*resume = 0;
	return whole_list(&a, 1, buffer, read, total);
}
