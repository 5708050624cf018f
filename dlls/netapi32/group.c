/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * group.c - groups: the built-in ones as Windows names them, with the user of
 * this process in those that the token says; and the machine's own, None.
 */
#include "net.h"

enum { LOCAL_GROUPS = 3 };

static const struct {
	WELL_KNOWN_SID_TYPE type;
	const WCHAR *comment;
} local_groups[LOCAL_GROUPS] = {
	{ WinBuiltinAdministratorsSid, L"Users who administer the machine" },
	{ WinBuiltinGuestsSid, L"Users with less access" },
	{ WinBuiltinUsersSid, L"All users of the machine" },
};

static BOOL name_of(PSID sid, WCHAR name[NAME])
{
	WCHAR domain[NAME];
	DWORD n = NAME, d = NAME;
	SID_NAME_USE use;

	return LookupAccountSidW(NULL, sid, name, &n, domain, &d, &use);
}

static BOOL local_name(DWORD i, WCHAR name[NAME])
{
	BYTE sid[SECURITY_MAX_SID_SIZE];
	DWORD size = sizeof sid;

	return CreateWellKnownSid(local_groups[i].type, NULL, sid, &size) &&
	       name_of(sid, name);
}

static NET_API_STATUS local_group(struct answer *a, DWORD i, DWORD level,
				  BYTE *to)
{
	LOCALGROUP_INFO_1 *g = (void *)to; /* level 0 is its first member */
	WCHAR name[NAME];

	if (!local_name(i, name))
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
		if (!local_name(i, name) || lstrcmpiW(name, group))
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
	NET_API_STATUS s =
		asked_for_list(server, level, 1, buffer, read, total);
	struct answer a;
	DWORD n = 0;

	if (s)
		return s;
	if (!answer_new(&a, LOCAL_GROUPS, size))
		return ERROR_NOT_ENOUGH_MEMORY;
	for (DWORD i = 0; i < LOCAL_GROUPS; i++)
		n += !local_group(&a, i, level, a.buffer + n * size);
	if (resume)
		*resume = 0;
	return whole_list(&a, n, buffer, read, total);
}

/* To name, if that is one of the groups that all machines have. */
static BOOL builtin_name_of(PSID sid, WCHAR name[NAME])
{
	static const SID_IDENTIFIER_AUTHORITY nt = { SECURITY_NT_AUTHORITY };

	return !memcmp(RtlIdentifierAuthoritySid(sid), &nt, sizeof nt) &&
	       *RtlSubAuthorityCountSid(sid) == 2 &&
	       *RtlSubAuthoritySid(sid, 0) == SECURITY_BUILTIN_DOMAIN_RID &&
	       name_of(sid, name);
}

/* The process's groups, as its token has them; NULL and *s: why not. */
static TOKEN_GROUPS *own_groups(NET_API_STATUS *s)
{
	TOKEN_GROUPS *g = NULL;
	DWORD size = 0;
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
		*s = GetLastError();
		return NULL;
	}
	GetTokenInformation(token, TokenGroups, NULL, 0, &size);
	g = HeapAlloc(GetProcessHeap(), 0, size);
	*s = ERROR_NOT_ENOUGH_MEMORY;
	if (g && !GetTokenInformation(token, TokenGroups, g, size, &size)) {
		*s = GetLastError();
		HeapFree(GetProcessHeap(), 0, g);
		g = NULL;
	}
	CloseHandle(token);
	return g;
}

/* As the process's token has them, which is made at the log-on. */
NET_API_STATUS WINAPI NetUserGetLocalGroups(LPCWSTR server, LPCWSTR name,
					    DWORD level, DWORD flags,
					    LPBYTE *buffer, DWORD most,
					    LPDWORD read, LPDWORD total)
{
	NET_API_STATUS s =
		asked_for_list(server, level, 0, buffer, read, total);
	LOCALGROUP_USERS_INFO_0 *g;
	WCHAR own[NAME], text[NAME];
	const WCHAR *plain = name;
	TOKEN_GROUPS *groups;
	struct answer a;
	DWORD n = 0;

	if (s)
		return s;
	if (!name || flags & ~(DWORD)LG_INCLUDE_INDIRECT)
		return ERROR_INVALID_PARAMETER;
	for (; *name; name++)
		if (*name == '\\')
			plain = name + 1;
	if (!own_name(own) || lstrcmpiW(own, plain))
		return NERR_UserNotFound;
	groups = own_groups(&s);
	if (!groups)
		return s;
	if (!answer_new(&a, groups->GroupCount, sizeof *g)) {
		HeapFree(GetProcessHeap(), 0, groups);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	g = (void *)a.buffer;
	for (DWORD i = 0; i < groups->GroupCount; i++)
		if (builtin_name_of(groups->Groups[i].Sid, text))
			g[n++].lgrui0_name = answer_text(&a, text);
	HeapFree(GetProcessHeap(), 0, groups);
	return whole_list(&a, n, buffer, read, total);
}

/* ---- the machine's own group ------------------------------------------ */

NET_API_STATUS WINAPI NetGroupEnum(LPCWSTR server, DWORD level, LPBYTE *buffer,
				   DWORD most, LPDWORD read, LPDWORD total,
				   PDWORD_PTR resume)
{
	NET_API_STATUS s =
		asked_for_list(server, level, 2, buffer, read, total);
	GROUP_INFO_2 *g;
	struct answer a;

	if (s)
		return s;
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
