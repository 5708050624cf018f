/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* user.c - accounts: of the user who runs the program, no others. */
#include "net.h"

BOOL own_name(WCHAR name[NAME])
{
	DWORD n = NAME;

	return GetUserNameW(name, &n);
}

BOOL own_sid(void *room, DWORD size)
{
	return NT_SUCCESS(RtlGetCurrentUserSid(room, size));
}

BOOL is_administrator(void)
{
	BYTE sid[SECURITY_MAX_SID_SIZE];
	DWORD size = sizeof sid;
	BOOL member;

	return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid,
				  &size) &&
	       CheckTokenMembership(NULL, sid, &member) && member;
}

static DWORD sid_rid(PSID sid)
{
	UCHAR n = *RtlSubAuthorityCountSid(sid);

	return n ? *RtlSubAuthoritySid(sid, n - 1u) : 0;
}

struct account {
	const WCHAR *name;
	BYTE sid[SECURITY_MAX_SID_SIZE];
	DWORD privilege;
};

static void fill_0(struct answer *a, const struct account *u, void *to)
{
	((USER_INFO_0 *)to)->usri0_name = answer_text(a, u->name);
}

/* Level 1 begins 2, 3 and 4; level 2 begins 3 and 4. */
static void fill_1(struct answer *a, const struct account *u, void *to)
{
	USER_INFO_1 *i = to;
	WCHAR home[MAX_PATH];

	i->usri1_name = answer_text(a, u->name);
	i->usri1_priv = u->privilege;
	if (!GetEnvironmentVariableW(L"USERPROFILE", home, ARRAYSIZE(home)))
		home[0] = 0;
	i->usri1_home_dir = answer_text(a, home);
	i->usri1_comment = answer_text(a, L"");
	i->usri1_script_path = answer_text(a, L"");
	i->usri1_flags = UF_SCRIPT | UF_NORMAL_ACCOUNT;
}

static void fill_2(struct answer *a, const struct account *u, void *to)
{
	static const BYTE always[21] = { [0 ... 20] = 0xff };
	USER_INFO_2 *i = to;

	fill_1(a, u, to);
	i->usri2_full_name = answer_text(a, u->name);
	i->usri2_usr_comment = answer_text(a, L"");
	i->usri2_parms = answer_text(a, L"");
	i->usri2_workstations = answer_text(a, L"");
	i->usri2_acct_expires = TIMEQ_FOREVER;
	i->usri2_max_storage = USER_MAXSTORAGE_UNLIMITED;
	i->usri2_units_per_week = UNITS_PER_WEEK;
	i->usri2_logon_hours = answer_bytes(a, always, sizeof always);
	i->usri2_logon_server = answer_text(a, L"\\\\*");
}

static void fill_3(struct answer *a, const struct account *u, void *to)
{
	USER_INFO_3 *i = to;

	fill_2(a, u, to);
	i->usri3_user_id = sid_rid((PSID)u->sid);
	i->usri3_primary_group_id = DOMAIN_GROUP_RID_USERS;
	i->usri3_profile = answer_text(a, L"");
	i->usri3_home_dir_drive = answer_text(a, L"");
}

static void fill_4(struct answer *a, const struct account *u, void *to)
{
	USER_INFO_4 *i = to;

	fill_2(a, u, to);
	i->usri4_user_sid = answer_bytes(a, u->sid, RtlLengthSid((PSID)u->sid));
	i->usri4_primary_group_id = DOMAIN_GROUP_RID_USERS;
	i->usri4_profile = answer_text(a, L"");
	i->usri4_home_dir_drive = answer_text(a, L"");
}

static void fill_10(struct answer *a, const struct account *u, void *to)
{
	USER_INFO_10 *i = to;

	i->usri10_name = answer_text(a, u->name);
	i->usri10_comment = answer_text(a, L"");
	i->usri10_usr_comment = answer_text(a, L"");
	i->usri10_full_name = answer_text(a, u->name);
}

/* Levels 20 and 23 differ in how they say who it is. */
static void fill_20(struct answer *a, const struct account *u, void *to)
{
	USER_INFO_20 *i = to;

	i->usri20_name = answer_text(a, u->name);
	i->usri20_full_name = answer_text(a, u->name);
	i->usri20_comment = answer_text(a, L"");
	i->usri20_flags = UF_SCRIPT | UF_NORMAL_ACCOUNT;
	i->usri20_user_id = sid_rid((PSID)u->sid);
}

static void fill_23(struct answer *a, const struct account *u, void *to)
{
	USER_INFO_23 *i = to;

	fill_20(a, u, to);
	i->usri23_user_sid =
		answer_bytes(a, u->sid, RtlLengthSid((PSID)u->sid));
}

static const struct level {
	DWORD level, size;
	void (*fill)(struct answer *a, const struct account *u, void *to);
} levels[] = {
	{ 0, sizeof(USER_INFO_0), fill_0 },
	{ 1, sizeof(USER_INFO_1), fill_1 },
	{ 2, sizeof(USER_INFO_2), fill_2 },
	{ 3, sizeof(USER_INFO_3), fill_3 },
	{ 4, sizeof(USER_INFO_4), fill_4 },
	{ 10, sizeof(USER_INFO_10), fill_10 },
	{ 20, sizeof(USER_INFO_20), fill_20 },
	{ 23, sizeof(USER_INFO_23), fill_23 },
};

static NET_API_STATUS tell(DWORD level, struct answer *a)
{
	struct account u;
	WCHAR name[NAME];

	for (ULONG i = 0; i < ARRAYSIZE(levels); i++) {
		if (levels[i].level != level)
			continue;
		if (!own_name(name) || !own_sid(u.sid, sizeof u.sid))
			return NERR_UserNotFound;
		u.name = name;
		u.privilege =
			is_administrator() ? USER_PRIV_ADMIN : USER_PRIV_USER;
		if (!answer_new(a, 1, levels[i].size))
			return ERROR_NOT_ENOUGH_MEMORY;
		levels[i].fill(a, &u, a->buffer);
		return NERR_Success;
	}
	return ERROR_INVALID_LEVEL;
}

static BOOL is_own_name(const WCHAR *name)
{
	WCHAR own[NAME];

	return name && own_name(own) && !lstrcmpiW(own, name);
}

NET_API_STATUS WINAPI NetUserGetInfo(LPCWSTR server, LPCWSTR name, DWORD level,
				     LPBYTE *buffer)
{
	NET_API_STATUS s = this_machine(server);
	struct answer a;

	if (s)
		return s;
	if (!buffer)
		return ERROR_INVALID_PARAMETER;
	*buffer = NULL;
	if (!is_own_name(name))
		return NERR_UserNotFound;
	s = tell(level, &a);
	if (!s)
		*buffer = a.buffer;
	return s;
}

NET_API_STATUS WINAPI NetUserEnum(LPCWSTR server, DWORD level, DWORD filter,
				  LPBYTE *buffer, DWORD most, LPDWORD read,
				  LPDWORD total, PDWORD resume)
{
	/* tell() knows which levels there are; of 4 there is no list. */
	NET_API_STATUS s =
		asked_for_list(server, level == 4, 0, buffer, read, total);
	struct answer a;

	if (s)
		return s;
	s = tell(level, &a);
	if (resume)
		*resume = 0;
	return s ? s : whole_list(&a, 1, buffer, read, total);
}

/* Everybody is in the group None of the machine. */
NET_API_STATUS WINAPI NetUserGetGroups(LPCWSTR server, LPCWSTR name,
				       DWORD level, LPBYTE *buffer, DWORD most,
				       LPDWORD read, LPDWORD total)
{
	NET_API_STATUS s =
		asked_for_list(server, level, 1, buffer, read, total);
	GROUP_USERS_INFO_1 *g;
	struct answer a;

	if (s)
		return s;
	if (!is_own_name(name))
		return NERR_UserNotFound;
	if (!answer_new(&a, 1, sizeof *g))
		return ERROR_NOT_ENOUGH_MEMORY;
	g = (void *)a.buffer; /* level 0 is its first member */
	g->grui1_name = answer_text(&a, L"None");
	if (level == 1)
		g->grui1_attributes = SE_GROUP_MANDATORY |
				      SE_GROUP_ENABLED_BY_DEFAULT |
				      SE_GROUP_ENABLED;
	return whole_list(&a, 1, buffer, read, total);
}
