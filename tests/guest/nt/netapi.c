/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netapi.c - the user's account and groups, and the machine, by netapi32. */
// link: -lnetapi32
#include "check.h"

#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <lm.h>

/* All of it can be read, and lies within the buffer. */
static void is_within(const void *buf, const WCHAR *s)
{
	DWORD size = 0;

	CHECK_EQ(NetApiBufferSize((void *)buf, &size), NERR_Success);
	CHECK((const char *)s > (const char *)buf &&
	      (const char *)(s + wcslen(s) + 1) <= (const char *)buf + size);
}

static void user(const WCHAR *name)
{
	union {
		BYTE *p;
		USER_INFO_1 *i1;
		USER_INFO_3 *i3;
		USER_INFO_4 *i4;
		USER_INFO_11 *i11;
		USER_INFO_23 *i23;
	} u;

	CHECK_EQ(NetUserGetInfo(NULL, name, 1, &u.p), NERR_Success);
	is_within(u.p, u.i1->usri1_name);
	CHECK(!_wcsicmp(u.i1->usri1_name, name) && !u.i1->usri1_password);
	CHECK(u.i1->usri1_priv == USER_PRIV_USER ||
	      u.i1->usri1_priv == USER_PRIV_ADMIN);
	CHECK(u.i1->usri1_flags & UF_NORMAL_ACCOUNT);
	is_within(u.p, u.i1->usri1_script_path);
	CHECK_EQ(NetApiBufferFree(u.p), NERR_Success);

	CHECK_EQ(NetUserGetInfo(L"", name, 3, &u.p), NERR_Success);
	CHECK(u.i3->usri3_units_per_week == UNITS_PER_WEEK &&
	      u.i3->usri3_logon_hours);
	CHECK_EQ(u.i3->usri3_primary_group_id, DOMAIN_GROUP_RID_USERS);
	is_within(u.p, u.i3->usri3_home_dir_drive);
	NetApiBufferFree(u.p);

	CHECK_EQ(NetUserGetInfo(NULL, name, 4, &u.p), NERR_Success);
	CHECK(IsValidSid(u.i4->usri4_user_sid));
	is_within(u.p, u.i4->usri4_logon_server);
	NetApiBufferFree(u.p);
	CHECK_EQ(NetUserGetInfo(NULL, name, 11, &u.p), NERR_Success);
	CHECK_EQ(u.i11->usri11_units_per_week, UNITS_PER_WEEK);
	is_within(u.p, u.i11->usri11_workstations);
	NetApiBufferFree(u.p);
	CHECK_EQ(NetUserGetInfo(NULL, name, 23, &u.p), NERR_Success);
	CHECK(IsValidSid(u.i23->usri23_user_sid));
	NetApiBufferFree(u.p);

	CHECK_EQ(NetUserGetInfo(NULL, L"rf-nobody", 0, &u.p),
		 NERR_UserNotFound);
	CHECK_EQ(NetUserGetInfo(NULL, name, 77, &u.p), ERROR_INVALID_LEVEL);
}

static void users(const WCHAR *name)
{
	USER_INFO_0 *list;
	DWORD n = 0, total = 0, resume = 0;
	BOOL found = FALSE;

	CHECK_EQ(NetUserEnum(NULL, 0, FILTER_NORMAL_ACCOUNT, (BYTE **)&list,
			     MAX_PREFERRED_LENGTH, &n, &total, &resume),
		 NERR_Success);
	CHECK(n >= 1 && total >= n, "%lu of %lu", n, total);
	for (DWORD i = 0; i < n; i++)
		found = found || !_wcsicmp(list[i].usri0_name, name);
	CHECK(found);
	NetApiBufferFree(list);
	CHECK_EQ(NetUserEnum(NULL, 77, 0, (BYTE **)&list, MAX_PREFERRED_LENGTH,
			     &n, &total, NULL),
		 ERROR_INVALID_LEVEL);
}

static void groups(const WCHAR *name)
{
	LOCALGROUP_USERS_INFO_0 *local;
	GROUP_USERS_INFO_1 *group;
	DWORD n = 0, total = 0;

	CHECK_EQ(NetUserGetLocalGroups(NULL, name, 0, LG_INCLUDE_INDIRECT,
				       (BYTE **)&local, MAX_PREFERRED_LENGTH,
				       &n, &total),
		 NERR_Success);
	CHECK(n >= 1 && n == total, "%lu of %lu", n, total);
	for (DWORD i = 0; i < n; i++)
		is_within(local, local[i].lgrui0_name);
	NetApiBufferFree(local);
	CHECK_EQ(NetUserGetLocalGroups(NULL, name, 1, 0, (BYTE **)&local,
				       MAX_PREFERRED_LENGTH, &n, &total),
		 ERROR_INVALID_LEVEL);
	CHECK_EQ(NetUserGetGroups(NULL, name, 1, (BYTE **)&group,
				  MAX_PREFERRED_LENGTH, &n, &total),
		 NERR_Success);
	CHECK(n >= 1 && group[0].grui1_attributes & SE_GROUP_ENABLED);
	NetApiBufferFree(group);
}

static void machine(void)
{
	WCHAR computer[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = COUNT_OF(computer);
	NETSETUP_JOIN_STATUS status = 99;
	WKSTA_INFO_102 *w;
	WCHAR *domain;
	void *buf, *more;

	CHECK_EQ(NetGetJoinInformation(NULL, &domain, &status), NERR_Success);
	CHECK(status >= NetSetupUnjoined && status <= NetSetupDomainName);
	NetApiBufferFree(domain);
	CHECK_EQ(NetWkstaGetInfo(NULL, 102, (BYTE **)&w), NERR_Success);
	CHECK(GetComputerNameW(computer, &n) &&
	      !_wcsicmp(computer, w->wki102_computername));
	CHECK(w->wki102_platform_id == 500 && w->wki102_ver_major >= 10);
	is_within(w, w->wki102_langroup);
	NetApiBufferFree(w);
	CHECK_EQ(NetWkstaGetInfo(NULL, 5, (BYTE **)&w), ERROR_INVALID_LEVEL);
	CHECK_EQ(NetApiBufferAllocate(10, &buf), NERR_Success);
	memset(buf, 'x', 10);
	CHECK_EQ(NetApiBufferReallocate(buf, 100, &more), NERR_Success);
	CHECK(((char *)more)[9] == 'x');
	CHECK_EQ(NetApiBufferFree(more), NERR_Success);
}

int main(void)
{
	WCHAR name[UNLEN + 1];
	DWORD n = COUNT_OF(name);

	CHECK(GetUserNameW(name, &n));
	user(name);
	users(name);
	groups(name);
	machine();
	return check_done();
}
