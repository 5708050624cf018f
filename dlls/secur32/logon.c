/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* logon.c - sessions of users: there is the one that the program runs in. */
#include "nt.h"
#include <ntsecapi.h>

static BOOL statistics(TOKEN_STATISTICS *s)
{
	HANDLE token;
	DWORD n;
	BOOL ok;

	if (!NT_SUCCESS(NtOpenProcessToken(NtCurrentProcess(), TOKEN_QUERY,
					   &token)))
		return FALSE;
	ok = NT_SUCCESS(NtQueryInformationToken(token, TokenStatistics, s,
						sizeof *s, &n));
	NtClose(token);
	return ok;
}

NTSTATUS NTAPI LsaFreeReturnBuffer(PVOID buffer)
{
	return HeapFree(GetProcessHeap(), 0, buffer) ? STATUS_SUCCESS
						     : STATUS_INVALID_PARAMETER;
}

NTSTATUS NTAPI LsaEnumerateLogonSessions(PULONG count, PLUID *list)
{
	TOKEN_STATISTICS s;

	if (!count || !list)
		return STATUS_INVALID_PARAMETER;
	if (!statistics(&s))
		return STATUS_ACCESS_DENIED;
	*list = HeapAlloc(GetProcessHeap(), 0, sizeof **list);
	if (!*list)
		return STATUS_NO_MEMORY;
	**list = s.AuthenticationId;
	*count = 1;
	return STATUS_SUCCESS;
}

struct session {
	SECURITY_LOGON_SESSION_DATA data;
	union {
		SID sid;
		char sid_room[SECURITY_MAX_SID_SIZE];
	};
	WCHAR user[257], domain[257];
};

static void variable(LSA_UNICODE_STRING *to, const WCHAR *name, WCHAR *room,
		     DWORD n)
{
	DWORD len = GetEnvironmentVariableW(name, room, n);

	if (len >= n)
		len = 0;
	room[len] = 0;
	*to = (LSA_UNICODE_STRING){ (USHORT)(len * sizeof *room),
				    (USHORT)((len + 1) * sizeof *room), room };
}

NTSTATUS NTAPI LsaGetLogonSessionData(PLUID id,
				      PSECURITY_LOGON_SESSION_DATA *out)
{
	static WCHAR package[] = L"NTLM", empty[] = L"";
	LSA_UNICODE_STRING none = { 0, sizeof empty, empty };
	TOKEN_STATISTICS stat;
	struct session *s;

	if (!id || !out)
		return STATUS_INVALID_PARAMETER;
	*out = NULL;
	if (!statistics(&stat))
		return STATUS_ACCESS_DENIED;
	if (memcmp(id, &stat.AuthenticationId, sizeof *id))
		return STATUS_NO_SUCH_LOGON_SESSION;
	s = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	s->data.Size = sizeof s->data;
	s->data.LogonId = *id;
	variable(&s->data.UserName, L"USERNAME", s->user, ARRAYSIZE(s->user));
	variable(&s->data.LogonDomain, L"USERDOMAIN", s->domain,
		 ARRAYSIZE(s->domain));
	s->data.LogonServer = s->data.LogonDomain;
	s->data.AuthenticationPackage = (LSA_UNICODE_STRING){
		sizeof package - sizeof *package, sizeof package, package
	};
	s->data.DnsDomainName = s->data.Upn = s->data.LogonScript = none;
	s->data.ProfilePath = s->data.HomeDirectory = none;
	s->data.HomeDirectoryDrive = none;
	s->data.LogonType = Interactive;
	ProcessIdToSessionId(GetCurrentProcessId(), &s->data.Session);
	if (NT_SUCCESS(RtlGetCurrentUserSid(&s->sid, sizeof s->sid_room)))
		s->data.Sid = &s->sid;
	/* Never; LogonTime stays 0, which is not known. */
	s->data.LogoffTime.QuadPart = s->data.KickOffTime.QuadPart = LLONG_MAX;
	s->data.PasswordMustChange.QuadPart = LLONG_MAX;
	*out = &s->data;
	return STATUS_SUCCESS;
}
