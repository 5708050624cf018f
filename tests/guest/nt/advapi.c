/* advapi32: typed values, copies of trees, accounts, SIDs and their text,
 * lists. */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

#include "../lib/check.h"

#define TEST_KEY L"Software\\run-foreign test advapi"

static void values(void)
{
	HKEY k, to;
	WCHAR text[64];
	DWORD n, type, v = 7;

	RegDeleteTreeW(HKEY_CURRENT_USER, TEST_KEY);
	CHECK_EQ(RegCreateKeyExW(HKEY_CURRENT_USER, TEST_KEY L"\\from\\deep", 0,
				 NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS,
				 NULL, &k, NULL),
		 0);
	/* Without its NUL, which RegGetValue adds. */
	RegSetValueExW(k, L"s", 0, REG_SZ, (BYTE *)L"abX", 4);
	RegSetValueExW(k, L"e", 0, REG_EXPAND_SZ, (BYTE *)L"<%OS%>", 14);
	RegSetValueExW(k, L"d", 0, REG_DWORD, (BYTE *)&v, 4);
	n = sizeof text;
	CHECK_EQ(RegGetValueW(k, NULL, L"e", RRF_RT_REG_SZ, &type, text, &n),
		 0);
	CHECK_EQ(type, REG_SZ);
	CHECK(!wcscmp(text, L"<Windows_NT>"), "%ls", text);
	n = sizeof text;
	CHECK_EQ(RegGetValueW(k, NULL, L"e",
			      RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, &type, text,
			      &n),
		 0);
	CHECK_EQ(n, 14);
	CHECK_EQ(RegGetValueW(k, NULL, L"d", RRF_RT_REG_SZ, NULL, NULL, NULL),
		 ERROR_UNSUPPORTED_TYPE);
	n = 4;
	CHECK_EQ(RegGetValueW(HKEY_CURRENT_USER, TEST_KEY L"\\from\\deep", L"d",
			      RRF_RT_DWORD, NULL, &v, &n),
		 0);
	CHECK_EQ(v, 7);
	CHECK_EQ(RegGetValueW(k, NULL, L"none", RRF_RT_ANY, NULL, NULL, NULL),
		 ERROR_FILE_NOT_FOUND);
	RegCloseKey(k);

	RegOpenKeyExW(HKEY_CURRENT_USER, TEST_KEY, 0, KEY_ALL_ACCESS, &k);
	CHECK_EQ(RegCreateKeyExW(k, L"to", 0, NULL, REG_OPTION_VOLATILE,
				 KEY_ALL_ACCESS, NULL, &to, NULL),
		 0);
	RegCloseKey(to);
	RegCloseKey(k);
	CHECK_EQ(RegDeleteTreeW(HKEY_CURRENT_USER, TEST_KEY), 0);
}

static void accounts(void)
{
	WCHAR user[257], name[257], domain[257];
	struct {
		SID sid;
		DWORD more[15];
	} sid;
	DWORD n = 257, sid_n = sizeof sid, d = 257;
	SID_NAME_USE use;

	CHECK(GetUserNameW(user, &n));
	CHECK_EQ(n, wcslen(user) + 1);
	n = 1;
	CHECK(!GetUserNameW(name, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(n, wcslen(user) + 1);
	CHECK(LookupAccountNameW(NULL, user, &sid, &sid_n, domain, &d, &use));
	CHECK_EQ(use, SidTypeUser);
	n = d = 257;
	CHECK(LookupAccountSidW(NULL, &sid, name, &n, domain, &d, &use));
	CHECK(!_wcsicmp(user, name), "%ls %ls", user, name);

	sid_n = sizeof sid;
	CHECK(CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, &sid,
				 &sid_n));
	CHECK(IsWellKnownSid(&sid, WinBuiltinAdministratorsSid));
	CHECK(!IsWellKnownSid(&sid, WinWorldSid));
	CHECK_EQ(GetLengthSid(&sid), 16);
	n = d = 257;
	CHECK(LookupAccountSidW(NULL, &sid, name, &n, domain, &d, &use));
	CHECK_EQ(use, SidTypeAlias);
}

/* All that a token names but its logon session has a name, and is found by it.
 */
static void groups(void)
{
	static union {
		TOKEN_GROUPS groups;
		BYTE room[16384];
	} of;
	WCHAR name[257], domain[257], full[520];
	BYTE back[SECURITY_MAX_SID_SIZE];
	SID_NAME_USE use, again;
	HANDLE token;
	DWORD n, d, size;

	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
	CHECK(GetTokenInformation(token, TokenGroups, &of, sizeof of, &n));
	for (DWORD i = 0; i < of.groups.GroupCount; i++) {
		PSID sid = of.groups.Groups[i].Sid;

		n = d = 257;
		if ((of.groups.Groups[i].Attributes & SE_GROUP_LOGON_ID) ==
		    SE_GROUP_LOGON_ID)
			continue;
		name[0] = domain[0] = 0;
		CHECK(LookupAccountSidW(NULL, sid, name, &n, domain, &d, &use),
		      "group %lu: %lu", i, GetLastError());
		swprintf(full, ARRAYSIZE(full), L"%ls%ls%ls", domain,
			 *domain ? L"\\" : L"", name);
		size = sizeof back;
		d = 257;
		CHECK(LookupAccountNameW(NULL, full, back, &size, domain, &d,
					 &again),
		      "%ls: %lu", full, GetLastError());
		CHECK(EqualSid(back, sid), "%ls", full);
		CHECK_EQ(again, use);
	}
	CloseHandle(token);
}

static void text(void)
{
	static const WCHAR sddl[] = L"O:BAG:SYD:P(D;;GA;;;AN)(A;OICI;FA;;;SY)"
				    L"(A;;FR;;;S-1-5-21-1-2-3-1000)";
	PSECURITY_DESCRIPTOR sd;
	WCHAR *back;
	PSID sid;
	ACL_SIZE_INFORMATION info;
	BOOL present, defaulted;
	ACL *dacl;
	ULONG n;

	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorW(
		sddl, SDDL_REVISION_1, &sd, &n));
	CHECK_EQ(n, GetSecurityDescriptorLength(sd));
	CHECK(IsValidSecurityDescriptor(sd));
	CHECK(GetSecurityDescriptorDacl(sd, &present, &dacl, &defaulted));
	CHECK(GetAclInformation(dacl, &info, sizeof info, AclSizeInformation));
	CHECK_EQ(info.AceCount, 3);
	CHECK(ConvertSecurityDescriptorToStringSecurityDescriptorW(
		sd, SDDL_REVISION_1,
		OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
			DACL_SECURITY_INFORMATION,
		&back, NULL));
	CHECK(!wcscmp(back, sddl), "%ls", back);
	LocalFree(back);
	LocalFree(sd);
	CHECK(!ConvertStringSecurityDescriptorToSecurityDescriptorW(
		L"D:(A;;XX;;;WD)", SDDL_REVISION_1, &sd, NULL));
	CHECK(ConvertStringSidToSidW(L"S-1-5-32-545", &sid));
	CHECK(IsWellKnownSid(sid, WinBuiltinUsersSid));
	LocalFree(sid);
	CHECK(!ConvertStringSidToSidW(L"S-1-", &sid));
	CHECK_EQ(GetLastError(), ERROR_INVALID_SID);
}

static void lists(void)
{
	EXPLICIT_ACCESSA e[2] = {
		{ GENERIC_READ,
		  GRANT_ACCESS,
		  0,
		  { NULL, 0, TRUSTEE_IS_NAME, 0, "Everyone" } },
		{ GENERIC_WRITE,
		  DENY_ACCESS,
		  0,
		  { NULL, 0, TRUSTEE_IS_NAME, 0, "Everyone" } },
	};
	ACCESS_ALLOWED_ACE *ace;
	ACL *acl, *less;

	e[0].Trustee.ptstrName = e[1].Trustee.ptstrName = NULL;
	ConvertStringSidToSidA("S-1-1-0", (PSID *)&e[0].Trustee.ptstrName);
	e[1].Trustee.ptstrName = e[0].Trustee.ptstrName;
	e[0].Trustee.TrusteeForm = e[1].Trustee.TrusteeForm = TRUSTEE_IS_SID;
	CHECK_EQ(SetEntriesInAclA(2, e, NULL, &acl), 0);
	CHECK_EQ(acl->AceCount, 2);
	CHECK(GetAce(acl, 0, (void **)&ace));
	CHECK_EQ(ace->Header.AceType, ACCESS_DENIED_ACE_TYPE);
	e[0].grfAccessMode = REVOKE_ACCESS;
	CHECK_EQ(SetEntriesInAclA(1, e, acl, &less), 0);
	CHECK(IsValidAcl(less));
	LocalFree(acl);
	LocalFree(less);
	LocalFree(e[0].Trustee.ptstrName);
}

int main(void)
{
	values();
	accounts();
	groups();
	text();
	lists();
	return check_done();
}
