/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trustee.c - trustees, lists taken apart, programs and logons of others. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <accctrl.h>
#include <aclapi.h>

static void built(void)
{
	EXPLICIT_ACCESS_A e;
	TRUSTEE_A a, by;
	TRUSTEE_W w;
	char sid[SECURITY_MAX_SID_SIZE];
	DWORD n = sizeof sid;

	CHECK(CreateWellKnownSid(WinWorldSid, NULL, sid, &n));
	BuildTrusteeWithSidA(&a, sid);
	CHECK_EQ(GetTrusteeFormA(&a), TRUSTEE_IS_SID);
	CHECK_EQ(GetTrusteeTypeA(&a), TRUSTEE_IS_UNKNOWN);
	CHECK(a.ptstrName == (LPSTR)sid);
	BuildTrusteeWithNameW(&w, L"Everyone");
	CHECK_EQ(GetTrusteeFormW(&w), TRUSTEE_IS_NAME);
	CHECK(GetTrusteeNameW(&w) == w.ptstrName);
	BuildTrusteeWithNameA(&by, "other");
	BuildImpersonateTrusteeA(&a, &by);
	CHECK(GetMultipleTrusteeA(&a) == &by);
	CHECK_EQ(GetMultipleTrusteeOperationA(&a), TRUSTEE_IS_IMPERSONATE);
	BuildExplicitAccessWithNameA(&e, "CURRENT_USER", GENERIC_READ,
				     GRANT_ACCESS, NO_INHERITANCE);
	CHECK(e.grfAccessMode == GRANT_ACCESS &&
	      !strcmp(e.Trustee.ptstrName, "CURRENT_USER"));
}

static void lists(void)
{
	EXPLICIT_ACCESS_A e[2], *got;
	ACCESS_MASK rights = 0;
	ULONG n = 0;
	PACL acl;

	BuildExplicitAccessWithNameA(&e[0], "CURRENT_USER", FILE_GENERIC_READ,
				     GRANT_ACCESS, NO_INHERITANCE);
	BuildExplicitAccessWithNameA(&e[1], "Everyone", FILE_WRITE_DATA,
				     DENY_ACCESS,
				     SUB_CONTAINERS_AND_OBJECTS_INHERIT);
	CHECK_EQ(SetEntriesInAclA(2, e, NULL, &acl), 0);
	CHECK_EQ(GetExplicitEntriesFromAclA(acl, &n, &got), 0);
	CHECK_EQ(n, 2);
	if (n == 2) {
		/* Denials come first. */
		CHECK(got[0].grfAccessMode == DENY_ACCESS &&
		      got[0].grfAccessPermissions == FILE_WRITE_DATA &&
		      got[0].grfInheritance ==
			      SUB_CONTAINERS_AND_OBJECTS_INHERIT);
		CHECK(got[1].grfAccessMode == GRANT_ACCESS &&
		      got[1].Trustee.TrusteeForm == TRUSTEE_IS_SID &&
		      IsValidSid(got[1].Trustee.ptstrName));
	}
	LocalFree(got);
	CHECK_EQ(GetEffectiveRightsFromAclA(acl, &e[0].Trustee, &rights), 0);
	CHECK_EQ(rights, FILE_GENERIC_READ);
	LocalFree(acl);
}

/* Entries that promise more than they hold; and a thousand of them. */
static void hostile(void)
{
	static EXPLICIT_ACCESS_A many[1500], *got;
	union {
		ACL acl;
		char room[256];
	} u = { .room = { 0 } };
	char sid[SECURITY_MAX_SID_SIZE];
	ACCESS_ALLOWED_ACE *a;
	DWORD n = sizeof sid;
	ACCESS_MASK rights;
	TRUSTEE_A t;
	ULONG count;
	PACL acl;

	CHECK(CreateWellKnownSid(WinWorldSid, NULL, sid, &n));
	CHECK(InitializeAcl(&u.acl, sizeof u, ACL_REVISION));
	CHECK(AddAccessAllowedAce(&u.acl, ACL_REVISION, 1, sid));
	CHECK(GetAce(&u.acl, 0, (LPVOID *)&a));
	BuildTrusteeWithSidA(&t, sid);
	CHECK_EQ(GetExplicitEntriesFromAclA(&u.acl, &count, &got), 0);
	LocalFree(got);
	((SID *)&a->SidStart)->SubAuthorityCount = 15;
	CHECK_EQ(GetExplicitEntriesFromAclA(&u.acl, &count, &got),
		 ERROR_INVALID_ACL);
	CHECK_EQ(GetEffectiveRightsFromAclA(&u.acl, &t, &rights),
		 ERROR_INVALID_ACL);

	for (unsigned i = 0; i < COUNT_OF(many); i++)
		BuildExplicitAccessWithNameA(&many[i], "Everyone", 1 + i % 2,
					     SET_ACCESS, NO_INHERITANCE);
	CHECK_EQ(SetEntriesInAclA(COUNT_OF(many), many, NULL, &acl), 0);
	CHECK_EQ(GetExplicitEntriesFromAclA(acl, &count, &got), 0);
	CHECK(count == 1 && got[0].grfAccessPermissions == 2);
	LocalFree(got);
	LocalFree(acl);
}

static void named(void)
{
	char path[MAX_PATH];
	PSECURITY_DESCRIPTOR sd = NULL;
	PSID owner = NULL;
	PACL dacl = NULL;
	HANDLE f;

	GetTempPathA(sizeof path - 32, path);
	strcat(path, "rf-trustee.txt");
	f = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CloseHandle(f);
	CHECK_EQ(GetNamedSecurityInfoA(path, SE_FILE_OBJECT,
				       OWNER_SECURITY_INFORMATION |
					       DACL_SECURITY_INFORMATION,
				       &owner, NULL, &dacl, NULL, &sd),
		 0);
	CHECK(owner && IsValidSid(owner));
	CHECK(dacl && dacl->AceCount);
	CHECK_EQ(SetNamedSecurityInfoA(path, SE_FILE_OBJECT,
				       DACL_SECURITY_INFORMATION, NULL, NULL,
				       dacl, NULL),
		 0);
	LocalFree(sd);
	DeleteFileA(path);
	CHECK_EQ(GetNamedSecurityInfoA(path, SE_FILE_OBJECT,
				       OWNER_SECURITY_INFORMATION, &owner, NULL,
				       NULL, NULL, &sd),
		 ERROR_FILE_NOT_FOUND);
}

static void others(void)
{
	char world[SECURITY_MAX_SID_SIZE], admins[SECURITY_MAX_SID_SIZE];
	STARTUPINFOW si = { .cb = sizeof si };
	WCHAR line[] = L"cmd.exe /c exit 7";
	DWORD n = sizeof world, code = 0;
	PROCESS_INFORMATION pi;
	HANDLE token;
	LUID one, two;
	BOOL equal = 9;

	CHECK(!LogonUserA("rf-nobody", ".", "secret", LOGON32_LOGON_INTERACTIVE,
			  LOGON32_PROVIDER_DEFAULT, &token));
	CHECK_EQ(GetLastError(), ERROR_LOGON_FAILURE);
	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token));
	CHECK(CreateProcessAsUserW(token, NULL, line, NULL, NULL, FALSE, 0,
				   NULL, NULL, &si, &pi));
	WaitForSingleObject(pi.hProcess, INFINITE);
	CHECK(GetExitCodeProcess(pi.hProcess, &code) && code == 7, "%lu", code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(token);
	CHECK(AllocateLocallyUniqueId(&one) && AllocateLocallyUniqueId(&two));
	CHECK(memcmp(&one, &two, sizeof one));
	CHECK(CreateWellKnownSid(WinWorldSid, NULL, world, &n));
	n = sizeof admins;
	CHECK(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins,
				 &n));
	CHECK(EqualDomainSid(admins, admins, &equal) && equal == TRUE);
	CHECK(!EqualDomainSid(world, admins, &equal));
	CHECK_EQ(GetLastError(), ERROR_NON_DOMAIN_SID);
	CHECK(IsTextUnicode(L"some plain text", 30, NULL));
}

int main(void)
{
	built();
	lists();
	hostile();
	named();
	others();
	return check_done();
}
