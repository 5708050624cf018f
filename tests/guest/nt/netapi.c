/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users, groups and the machine, by netapi32. */
// link: -lnetapi32
#include <windows.h>
#include <lm.h>
#include <dsgetdc.h>
#include <sddl.h>
#include <wchar.h>

#include "check.h"

static WCHAR own[257];
static BYTE token_user[256];

static void user(void)
{
	USER_INFO_0 *u0;
	USER_INFO_1 *u1;
	USER_INFO_3 *u3;
	USER_INFO_4 *u4;
	USER_INFO_23 *u23;
	PSID sid = ((TOKEN_USER *)token_user)->User.Sid;
	BYTE *b = NULL;
	DWORD n = 0, total = 0, size = 0, rid;

	CHECK_EQ(NetUserGetInfo(NULL, own, 0, (BYTE **)&u0), 0);
	CHECK(!_wcsicmp(u0->usri0_name, own), "%ls", u0->usri0_name);
	CHECK(!NetApiBufferSize(u0, &size) && size >= sizeof *u0);
	CHECK_EQ(NetApiBufferFree(u0), 0);
	CHECK_EQ(NetUserGetInfo(NULL, own, 1, (BYTE **)&u1), 0);
	CHECK(u1->usri1_flags & UF_NORMAL_ACCOUNT);
	CHECK(u1->usri1_priv == USER_PRIV_USER ||
	      u1->usri1_priv == USER_PRIV_ADMIN);
	NetApiBufferFree(u1);
	rid = *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1u);
	CHECK_EQ(NetUserGetInfo(NULL, own, 3, (BYTE **)&u3), 0);
	CHECK_EQ(u3->usri3_user_id, rid);
	CHECK_EQ(u3->usri3_primary_group_id, 513);
	NetApiBufferFree(u3);
	CHECK_EQ(NetUserGetInfo(NULL, own, 4, (BYTE **)&u4), 0);
	CHECK(EqualSid(u4->usri4_user_sid, sid));
	NetApiBufferFree(u4);
	CHECK_EQ(NetUserGetInfo(NULL, own, 23, (BYTE **)&u23), 0);
	CHECK(EqualSid(u23->usri23_user_sid, sid));
	NetApiBufferFree(u23);
	CHECK_EQ(NetUserGetInfo(NULL, own, 77, &b), ERROR_INVALID_LEVEL);
	CHECK_EQ(NetUserGetInfo(NULL, L"nobody-of-that-name", 1, &b),
		 NERR_UserNotFound);
	CHECK_EQ(NetUserEnum(NULL, 0, 0, &b, MAX_PREFERRED_LENGTH, &n, &total,
			     NULL),
		 0);
	CHECK(n >= 1 && n == total, "%lu of %lu", n, total);
	NetApiBufferFree(b);
}

static void groups(void)
{
	LOCALGROUP_USERS_INFO_0 *l;
	LOCALGROUP_INFO_1 *g;
	BOOL users = FALSE;
	DWORD n = 0, total = 0;
	BYTE *b = NULL;

	CHECK_EQ(NetUserGetLocalGroups(NULL, own, 0, LG_INCLUDE_INDIRECT,
				       (BYTE **)&l, MAX_PREFERRED_LENGTH, &n,
				       &total),
		 0);
	for (DWORD i = 0; i < n; i++)
		users |= !wcscmp(l[i].lgrui0_name, L"Users") ||
			 !wcscmp(l[i].lgrui0_name, L"Administrators");
	CHECK(users, "%lu", n);
	NetApiBufferFree(l);
	CHECK_EQ(NetLocalGroupGetInfo(NULL, L"Users", 1, (BYTE **)&g), 0);
	CHECK(!wcscmp(g->lgrpi1_name, L"Users") && g->lgrpi1_comment);
	NetApiBufferFree(g);
	CHECK_EQ(NetLocalGroupGetInfo(NULL, L"no such group", 1, &b),
		 NERR_GroupNotFound);
	CHECK_EQ(NetLocalGroupEnum(NULL, 1, &b, MAX_PREFERRED_LENGTH, &n,
				   &total, NULL),
		 0);
	CHECK(n >= 2 && n == total, "%lu of %lu", n, total);
	NetApiBufferFree(b);
	CHECK_EQ(NetUserGetGroups(NULL, own, 0, &b, MAX_PREFERRED_LENGTH, &n,
				  &total),
		 0);
	CHECK(n >= 1);
	NetApiBufferFree(b);
}

static void machine(void)
{
	NETSETUP_JOIN_STATUS join = NetSetupUnknownStatus;
	WCHAR name[64], *group = NULL;
	WKSTA_INFO_100 *w;
	SERVER_INFO_101 *s;
	DWORD n = 64;

	GetComputerNameW(name, &n);
	CHECK_EQ(NetGetJoinInformation(NULL, &group, &join), 0);
	CHECK(group && *group && join != NetSetupUnknownStatus);
	NetApiBufferFree(group);
	CHECK_EQ(NetWkstaGetInfo(NULL, 100, (BYTE **)&w), 0);
	CHECK(!_wcsicmp(w->wki100_computername, name), "%ls, %ls",
	      w->wki100_computername, name);
	CHECK_EQ(w->wki100_platform_id, PLATFORM_ID_NT);
	NetApiBufferFree(w);
	CHECK_EQ(NetServerGetInfo(NULL, 101, (BYTE **)&s), 0);
	CHECK(s->sv101_version_major >= 6 && (s->sv101_type & SV_TYPE_NT));
	NetApiBufferFree(s);
}

/* By name: Go's tests look for it so, and skip where there is no server. */
static void shares(void)
{
	HMODULE m = LoadLibraryA("netapi32.dll");

	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "NetShareAdd",
						     "NetShareDel",
						     "NetShareEnum",
						     "NetShareGetInfo" };

		CHECK(GetProcAddress(m, names[i]) != NULL, "%s", names[i]);
	}
}

int main(void)
{
	DWORD n = 257, size;
	HANDLE h;

	GetUserNameW(own, &n);
	OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &h);
	CHECK(GetTokenInformation(h, TokenUser, token_user, sizeof token_user,
				  &size));
	CloseHandle(h);
	user();
	groups();
	machine();
	shares();
	return check_done();
}
