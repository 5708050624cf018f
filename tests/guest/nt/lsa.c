/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local security policy: who this machine is, names and SIDs. */
#include <windows.h>
#include <ntsecapi.h>
#include <sddl.h>
#include <string.h>
#include <wchar.h>

#include "check.h"

#define SOME_NOT_MAPPED   ((NTSTATUS)0x107)
#define NONE_MAPPED       ((NTSTATUS)0xc0000073)
#define INVALID_HANDLE    ((NTSTATUS)0xc0000008)
#define INVALID_PARAMETER ((NTSTATUS)0xc000000d)
#define DENIED            ((NTSTATUS)0xc0000022)
#define NO_MORE           ((NTSTATUS)0x8000001a)

static BYTE user[256];

static void text_of(const LSA_UNICODE_STRING *s, WCHAR *to, int room)
{
	int n = s->Length / 2 < room - 1 ? s->Length / 2 : room - 1;

	memcpy(to, s->Buffer, (size_t)n * sizeof *to);
	to[n] = 0;
}

static LSA_UNICODE_STRING counted(const WCHAR *s)
{
	USHORT n = (USHORT)(wcslen(s) * sizeof *s);

	return (LSA_UNICODE_STRING){ n, n + 2, (WCHAR *)s };
}

static PSID user_sid(void)
{
	DWORD n;
	HANDLE h;

	OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &h);
	CHECK(GetTokenInformation(h, TokenUser, user, sizeof user, &n));
	CloseHandle(h);
	return ((TOKEN_USER *)user)->User.Sid;
}

static void policy(LSA_HANDLE h)
{
	POLICY_ACCOUNT_DOMAIN_INFO *a;
	POLICY_PRIMARY_DOMAIN_INFO *p;
	POLICY_DNS_DOMAIN_INFO *d;
	POLICY_LSA_SERVER_ROLE_INFO *r;
	LSA_ENUMERATION_HANDLE context = 0;
	WCHAR name[64], machine[64], domain[64];
	DWORD n = 64, size = 64;
	ULONG count = 64;
	SID_NAME_USE use;
	BOOL same = FALSE;
	void *v;

	CHECK_EQ(LsaQueryInformationPolicy(h, PolicyAccountDomainInformation,
					   (void **)&a),
		 0);
	text_of(&a->DomainName, name, 64);
	CHECK(GetComputerNameW(machine, &n) && !_wcsicmp(name, machine),
	      "%ls, %ls", name, machine);
	CHECK(IsValidSid(a->DomainSid));
	CHECK_EQ(*GetSidSubAuthority(a->DomainSid, 0), 21);
	/* It has given out the SID of a user of this machine. */
	CHECK(LookupAccountSidW(NULL, user_sid(), name, &count, domain, &size,
				&use));
	if (!_wcsicmp(domain, machine))
		CHECK(EqualDomainSid(user_sid(), a->DomainSid, &same) && same);
	CHECK_EQ(LsaFreeMemory(a), 0);
	CHECK_EQ(LsaQueryInformationPolicy(h, PolicyPrimaryDomainInformation,
					   (void **)&p),
		 0);
	CHECK(p->Name.Length && (!p->Sid || IsValidSid(p->Sid)));
	text_of(&p->Name, name, 64);
	LsaFreeMemory(p);
	CHECK_EQ(LsaQueryInformationPolicy(h, PolicyDnsDomainInformation,
					   (void **)&d),
		 0);
	text_of(&d->Name, machine, 64);
	CHECK(!wcscmp(name, machine), "%ls, %ls", name, machine);
	LsaFreeMemory(d);
	CHECK_EQ(LsaQueryInformationPolicy(h, PolicyLsaServerRoleInformation,
					   (void **)&r),
		 0);
	CHECK_EQ(r->LsaServerRole, PolicyServerRolePrimary);
	LsaFreeMemory(r);
	CHECK_EQ(LsaQueryInformationPolicy(h, PolicyPdAccountInformation, &v),
		 DENIED);
	CHECK_EQ(LsaQueryInformationPolicy(h, 99, &v), INVALID_PARAMETER);
	CHECK_EQ(LsaEnumerateTrustedDomains(h, &context, &v, 1000, &count),
		 NO_MORE);
	CHECK_EQ(count, 0);
}

static void sids(LSA_HANDLE h)
{
	LSA_REFERENCED_DOMAIN_LIST *d;
	LSA_TRANSLATED_NAME *n;
	WCHAR name[64], domain[64];
	PSID all[4] = { user_sid() };

	ConvertStringSidToSidW(L"S-1-5-32-544", &all[1]);
	ConvertStringSidToSidW(L"S-1-5-32-545", &all[2]);
	ConvertStringSidToSidW(L"S-1-5-21-1-2-3-4444", &all[3]);
	CHECK_EQ(LsaLookupSids(h, 3, all, &d, &n), 0);
	CHECK_EQ(d->Entries, 2);
	CHECK_EQ(n[0].Use, SidTypeUser);
	CHECK_EQ(n[1].Use, SidTypeAlias);
	CHECK(n[0].DomainIndex != n[1].DomainIndex &&
	      n[1].DomainIndex == n[2].DomainIndex);
	text_of(&n[1].Name, name, 64);
	text_of(&d->Domains[n[1].DomainIndex].Name, domain, 64);
	CHECK(!wcscmp(name, L"Administrators") && !wcscmp(domain, L"BUILTIN"),
	      "%ls\\%ls", domain, name);
	CHECK_EQ(*GetSidSubAuthorityCount(d->Domains[n[1].DomainIndex].Sid), 1);
	LsaFreeMemory(d);
	LsaFreeMemory(n);
	CHECK_EQ(LsaLookupSids(h, 4, all, &d, &n), SOME_NOT_MAPPED);
	CHECK_EQ(n[3].Use, SidTypeUnknown);
	CHECK_EQ(n[3].DomainIndex, -1);
	text_of(&n[3].Name, name, 64);
	CHECK(!wcscmp(name, L"S-1-5-21-1-2-3-4444"), "%ls", name);
	LsaFreeMemory(d);
	LsaFreeMemory(n);
	CHECK_EQ(LsaLookupSids(h, 1, all + 3, &d, &n), NONE_MAPPED);
	LsaFreeMemory(d);
	LsaFreeMemory(n);
	for (int i = 1; i < 4; i++)
		LocalFree(all[i]);
}

static void names(LSA_HANDLE h)
{
	LSA_UNICODE_STRING all[2] = { counted(L"BUILTIN\\Users"),
				      counted(L"nobody of that name") };
	LSA_REFERENCED_DOMAIN_LIST *d;
	LSA_TRANSLATED_SID2 *s2;
	LSA_TRANSLATED_SID *s;
	WCHAR *text;

	CHECK_EQ(LsaLookupNames2(h, 0, 1, all, &d, &s2), 0);
	CHECK(ConvertSidToStringSidW(s2->Sid, &text) &&
		      !wcscmp(text, L"S-1-5-32-545"),
	      "%ls", text);
	LocalFree(text);
	CHECK_EQ(s2->DomainIndex, 0);
	LsaFreeMemory(d);
	LsaFreeMemory(s2);
	CHECK_EQ(LsaLookupNames(h, 2, all, &d, &s), SOME_NOT_MAPPED);
	CHECK_EQ(s[0].RelativeId, 545);
	CHECK_EQ(s[1].Use, SidTypeUnknown);
	LsaFreeMemory(d);
	LsaFreeMemory(s);
}

int main(void)
{
	LSA_OBJECT_ATTRIBUTES attr = { .Length = sizeof attr };
	LSA_HANDLE h = NULL;

	CHECK_EQ(LsaOpenPolicy(NULL, &attr,
			       POLICY_VIEW_LOCAL_INFORMATION |
				       POLICY_LOOKUP_NAMES,
			       &h),
		 0);
	policy(h);
	sids(h);
	names(h);
	CHECK_EQ(LsaClose(h), 0);
	CHECK_EQ(LsaNtStatusToWinError(INVALID_HANDLE), ERROR_INVALID_HANDLE);
	return check_done();
}
