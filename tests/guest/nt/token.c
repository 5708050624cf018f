/* Tokens: who one is, groups, privileges, duplicates, access checks. */
#include <windows.h>
#include <sddl.h>

#include "../lib/check.h"

static BYTE buf[4096];

static void user(HANDLE t)
{
	TOKEN_USER *u = (TOKEN_USER *)buf;
	DWORD n = 0;
	char *text;

	CHECK(!GetTokenInformation(t, TokenUser, NULL, 0, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(n > sizeof *u);
	CHECK(GetTokenInformation(t, TokenUser, buf, n, &n));
	CHECK(IsValidSid(u->User.Sid));
	CHECK(ConvertSidToStringSidA(u->User.Sid, &text));
	CHECK(!strncmp(text, "S-1-5-", 6), "%s", text);
	LocalFree(text);
}

static void groups(HANDLE t)
{
	TOKEN_GROUPS *g = (TOKEN_GROUPS *)buf;
	SID_IDENTIFIER_AUTHORITY world = { SECURITY_WORLD_SID_AUTHORITY };
	PSID everyone;
	BOOL found = FALSE, member = FALSE;
	DWORD n;

	AllocateAndInitializeSid(&world, 1, 0, 0, 0, 0, 0, 0, 0, 0, &everyone);
	CHECK(GetTokenInformation(t, TokenGroups, buf, sizeof buf, &n));
	for (DWORD i = 0; i < g->GroupCount; i++)
		found = found || EqualSid(g->Groups[i].Sid, everyone);
	CHECK(found);
	CHECK(CheckTokenMembership(NULL, everyone, &member));
	CHECK(member);
	FreeSid(everyone);
}

static void privileges(HANDLE t)
{
	TOKEN_PRIVILEGES *p = (TOKEN_PRIVILEGES *)buf, one, old;
	PRIVILEGE_SET set;
	DWORD n;
	BOOL has;
	LUID notify;

	CHECK(GetTokenInformation(t, TokenPrivileges, buf, sizeof buf, &n));
	CHECK(p->PrivilegeCount > 0);
	CHECK(LookupPrivilegeValueA(NULL, "SeChangeNotifyPrivilege", &notify));
	CHECK_EQ(notify.LowPart, 23);
	set.PrivilegeCount = 1;
	set.Control = PRIVILEGE_SET_ALL_NECESSARY;
	set.Privilege[0].Luid = notify;
	set.Privilege[0].Attributes = 0;
	CHECK(PrivilegeCheck(t, &set, &has));
	CHECK(has);
	/* One that an ordinary user has, switched on and back. */
	one.PrivilegeCount = 1;
	LookupPrivilegeValueA(NULL, "SeTimeZonePrivilege",
			      &one.Privileges[0].Luid);
	one.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
	CHECK(AdjustTokenPrivileges(t, FALSE, &one, sizeof old, &old, &n));
	CHECK_EQ(GetLastError(), 0);
	CHECK_EQ(old.PrivilegeCount, 1);
	CHECK(AdjustTokenPrivileges(t, FALSE, &old, 0, NULL, NULL));
	/* One that nobody but the system has. */
	LookupPrivilegeValueA(NULL, "SeTcbPrivilege", &one.Privileges[0].Luid);
	CHECK(AdjustTokenPrivileges(t, FALSE, &one, 0, NULL, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOT_ALL_ASSIGNED);
}

static void others(HANDLE t)
{
	TOKEN_STATISTICS s;
	TOKEN_ELEVATION e;
	TOKEN_MANDATORY_LABEL *l = (TOKEN_MANDATORY_LABEL *)buf;
	TOKEN_TYPE type;
	DWORD n, rid;

	CHECK(GetTokenInformation(t, TokenStatistics, &s, sizeof s, &n));
	CHECK_EQ(n, sizeof s);
	CHECK_EQ(s.TokenType, TokenPrimary);
	CHECK(GetTokenInformation(t, TokenType, &type, sizeof type, &n));
	CHECK_EQ(type, TokenPrimary);
	CHECK(GetTokenInformation(t, TokenElevation, &e, sizeof e, &n));
	CHECK(GetTokenInformation(t, TokenIntegrityLevel, buf, sizeof buf, &n));
	rid = *GetSidSubAuthority(l->Label.Sid,
				  *GetSidSubAuthorityCount(l->Label.Sid) - 1);
	CHECK(rid >= 0x1000 && rid <= 0x4000, "%#lx", rid);
	CHECK_EQ(!!e.TokenIsElevated, rid >= 0x3000);
}

/* What AuthzInitializeContextFromToken and its like read. */
static void all_that_decides(HANDLE t)
{
	TOKEN_ACCESS_INFORMATION *a = (TOKEN_ACCESS_INFORMATION *)buf;
	static BYTE other[2048];
	TOKEN_GROUPS *g = (TOKEN_GROUPS *)other;
	TOKEN_PRIVILEGES *p = (TOKEN_PRIVILEGES *)other;
	SID_AND_ATTRIBUTES_HASH *h;
	DWORD n, bad = 0;

	CHECK(!GetTokenInformation(t, TokenAccessInformation, NULL, 0, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(n > sizeof *a && n <= sizeof buf);
	CHECK(GetTokenInformation(t, TokenAccessInformation, buf, n, &n));
	h = a->SidHash;
	CHECK(GetTokenInformation(t, TokenGroups, other, sizeof other, &n));
	CHECK_EQ(h->SidCount, g->GroupCount + 1);
	for (DWORD i = 0; i < g->GroupCount; i++)
		bad += !EqualSid(h->SidAttr[i + 1].Sid, g->Groups[i].Sid) ||
		       h->SidAttr[i + 1].Attributes != g->Groups[i].Attributes;
	/* Each is in both halves of the table of its last byte. */
	for (DWORD i = 0; i < h->SidCount; i++) {
		PSID s = h->SidAttr[i].Sid;
		DWORD last = *GetSidSubAuthority(
			s, *GetSidSubAuthorityCount(s) - 1u);

		bad += !(h->Hash[last & 15] >> i & 1) ||
		       !(h->Hash[16 + (last >> 4 & 15)] >> i & 1);
	}
	CHECK_EQ(bad, 0);
	CHECK_EQ(a->RestrictedSidHash->SidCount, 0);
	CHECK(GetTokenInformation(t, TokenPrivileges, other, sizeof other, &n));
	CHECK_EQ(a->Privileges->PrivilegeCount, p->PrivilegeCount);
	CHECK(!memcmp(a->Privileges, p,
		      4 + p->PrivilegeCount * sizeof *p->Privileges));
	CHECK_EQ(a->TokenType, TokenPrimary);
	CHECK_EQ(a->PackageSid == NULL, 1);
}

static void impersonation(HANDLE t)
{
	HANDLE copy, h;

	CHECK(!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &h));
	CHECK_EQ(GetLastError(), ERROR_NO_TOKEN);
	CHECK(DuplicateTokenEx(t, MAXIMUM_ALLOWED, NULL, SecurityImpersonation,
			       TokenImpersonation, &copy));
	CHECK(SetThreadToken(NULL, copy));
	CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &h));
	CloseHandle(h);
	CHECK(RevertToSelf());
	CHECK(!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &h));
	CloseHandle(copy);
}

/* What a privilege gives is said; only administrators have them. */
static void by_privilege(PSECURITY_DESCRIPTOR sd, HANDLE own,
			 GENERIC_MAPPING *map)
{
	struct {
		PRIVILEGE_SET set;
		LUID_AND_ATTRIBUTES more;
	} s;
	TOKEN_PRIVILEGES p = { 1, { { { 8, 0 }, SE_PRIVILEGE_ENABLED } } };
	DWORD n = sizeof s, granted;
	HANDLE mine;
	BOOL ok;

	CHECK(DuplicateTokenEx(own, MAXIMUM_ALLOWED, NULL,
			       SecurityImpersonation, TokenImpersonation,
			       &mine));
	CHECK(AdjustTokenPrivileges(mine, FALSE, &p, 0, NULL, NULL));
	if (GetLastError() == ERROR_SUCCESS) {
		CHECK(AccessCheck(sd, mine, ACCESS_SYSTEM_SECURITY | 1, map,
				  &s.set, &n, &granted, &ok));
		CHECK(ok);
		CHECK_EQ(granted, ACCESS_SYSTEM_SECURITY | 1);
		CHECK_EQ(s.set.PrivilegeCount, 1);
		CHECK_EQ(s.set.Privilege[0].Luid.LowPart, 8);
		CHECK_EQ(s.set.Privilege[0].Attributes,
			 SE_PRIVILEGE_USED_FOR_ACCESS);
		p.Privileges[0].Luid.LowPart = 9; /* SeTakeOwnership */
		CHECK(AdjustTokenPrivileges(mine, FALSE, &p, 0, NULL, NULL));
		n = sizeof s;
		CHECK(AccessCheck(sd, mine, ACCESS_SYSTEM_SECURITY | WRITE_OWNER,
				  map, &s.set, &n, &granted, &ok));
		CHECK(ok);
		CHECK_EQ(s.set.PrivilegeCount, 2);
		n = sizeof s.set;
		CHECK(!AccessCheck(sd, mine,
				   ACCESS_SYSTEM_SECURITY | WRITE_OWNER, map,
				   &s.set, &n, &granted, &ok));
		CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
		CHECK_EQ(n, sizeof s);
	}
	CloseHandle(mine);
}

static void access_check(HANDLE t)
{
	GENERIC_MAPPING map = { 1, 2, 4, 7 };
	PRIVILEGE_SET set;
	DWORD n = sizeof set, granted = 0;
	BOOL ok = FALSE;
	HANDLE copy;
	PSECURITY_DESCRIPTOR sd;

	CHECK(DuplicateToken(t, SecurityImpersonation, &copy));
	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
		"O:SYG:SYD:(A;;0x3;;;WD)", SDDL_REVISION_1, &sd, NULL));
	CHECK(AccessCheck(sd, copy, 3, &map, &set, &n, &granted, &ok));
	CHECK(ok);
	CHECK_EQ(granted, 3);
	CHECK(AccessCheck(sd, copy, 4, &map, &set, &n, &granted, &ok));
	CHECK(!ok);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	/* Not a list's to give; whose privilege it takes is not switched on. */
	CHECK(AccessCheck(sd, copy, ACCESS_SYSTEM_SECURITY, &map, &set, &n,
			  &granted, &ok));
	CHECK(!ok && !granted);
	CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
	n = 3;
	CHECK(!AccessCheck(sd, copy, 1, &map, &set, &n, &granted, &ok));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(n, sizeof set);
	by_privilege(sd, t, &map);
	LocalFree(sd);
	CloseHandle(copy);
}

/* A list whose entries reach beyond it is refused, and nothing has changed. */
static void default_dacl(HANDLE own)
{
	/* 32 bytes, 200 entries, the first of 65532. */
	BYTE broken[64] = { 2, 0, 32, 0, 200, 0, 0, 0, 0, 0, 0xfc, 0xff };
	TOKEN_DEFAULT_DACL d = { (PACL)broken };
	ACL none;
	HANDLE t;
	DWORD n;

	CHECK(DuplicateTokenEx(own, MAXIMUM_ALLOWED, NULL, SecurityAnonymous,
			       TokenPrimary, &t));
	CHECK(!SetTokenInformation(t, TokenDefaultDacl, &d, sizeof d));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ACL);
	CHECK(GetTokenInformation(t, TokenDefaultDacl, buf, sizeof buf, &n));
	CHECK(((TOKEN_DEFAULT_DACL *)buf)->DefaultDacl->AceCount >= 2);
	CHECK(InitializeAcl(&none, sizeof none, ACL_REVISION));
	d.DefaultDacl = &none;
	CHECK(SetTokenInformation(t, TokenDefaultDacl, &d, sizeof d));
	CHECK(GetTokenInformation(t, TokenDefaultDacl, buf, sizeof buf, &n));
	CHECK_EQ(((TOKEN_DEFAULT_DACL *)buf)->DefaultDacl->AceCount, 0);
	CloseHandle(t);
}

int main(void)
{
	HANDLE t;

	CHECK(OpenProcessToken(
		GetCurrentProcess(),
		TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ADJUST_PRIVILEGES, &t));
	user(t);
	groups(t);
	privileges(t);
	others(t);
	all_that_decides(t);
	impersonation(t);
	access_check(t);
	default_dacl(t);
	CloseHandle(t);
	return check_done();
}
