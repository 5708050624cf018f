/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run-as.c - programs for somebody else.  There is one user, whose tokens do;
 * nobody's password is known.
 */
#include "nt.h"

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

BOOL WINAPI CreateProcessWithTokenW(HANDLE token, DWORD logon, LPCWSTR app,
				    LPWSTR line, DWORD flags, LPVOID env,
				    LPCWSTR dir, LPSTARTUPINFOW si,
				    LPPROCESS_INFORMATION pi)
{
	if (logon & ~(DWORD)(LOGON_WITH_PROFILE | LOGON_NETCREDENTIALS_ONLY))
		return fail(ERROR_INVALID_PARAMETER);
	if (logon & LOGON_NETCREDENTIALS_ONLY)
		return fail(ERROR_NOT_SUPPORTED);
	/* Such a process has these whether they are asked for or not. */
	flags |= CREATE_DEFAULT_ERROR_MODE | CREATE_NEW_PROCESS_GROUP;
	if (!(flags & (DETACHED_PROCESS | CREATE_NO_WINDOW)))
		flags |= CREATE_NEW_CONSOLE;
	return CreateProcessAsUserW(token, app, line, NULL, NULL, FALSE,
				    flags, env, dir, si, pi);
}

BOOL WINAPI CreateProcessWithLogonW(LPCWSTR user, LPCWSTR domain,
				    LPCWSTR password, DWORD logon, LPCWSTR app,
				    LPWSTR line, DWORD flags, LPVOID env,
				    LPCWSTR dir, LPSTARTUPINFOW si,
				    LPPROCESS_INFORMATION pi)
{
	if (!user || !si || !pi || (!app && !line))
		return fail(ERROR_INVALID_PARAMETER);
	return fail(ERROR_LOGON_FAILURE);
}

static BOOL log_on(const void *user, DWORD type, DWORD provider, PHANDLE token)
{
	if (!user || !token || type < LOGON32_LOGON_INTERACTIVE ||
	    type > LOGON32_LOGON_NEW_CREDENTIALS ||
	    provider > LOGON32_PROVIDER_WINNT50)
		return fail(ERROR_INVALID_PARAMETER);
	*token = NULL;
	return fail(ERROR_LOGON_FAILURE);
}

BOOL WINAPI LogonUserW(LPCWSTR user, LPCWSTR domain, LPCWSTR password,
		       DWORD type, DWORD provider, PHANDLE token)
{
	return log_on(user, type, provider, token);
}

BOOL WINAPI LogonUserA(LPCSTR user, LPCSTR domain, LPCSTR password, DWORD type,
		       DWORD provider, PHANDLE token)
{
	return log_on(user, type, provider, token);
}

/* ---- ids ----------------------------------------------------------------- */

BOOL WINAPI AllocateLocallyUniqueId(PLUID id)
{
	NTSTATUS s = NtAllocateLocallyUniqueId(id);

	return NT_SUCCESS(s) || fail(RtlNtStatusToDosError(s));
}

/* Of accounts and of what Windows builds in; others have no domain. */
BOOL WINAPI EqualDomainSid(PSID one, PSID other, BOOL *equal)
{
	static const SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
	SID *sid[2] = { one, other };
	DWORD first[2];

	if (!equal)
		return fail(ERROR_INVALID_PARAMETER);
	for (int i = 0; i < 2; i++) {
		if (!RtlValidSid(sid[i]))
			return fail(ERROR_INVALID_SID);
		first[i] = sid[i]->SubAuthorityCount ? sid[i]->SubAuthority[0]
						     : 0;
		if (memcmp(&sid[i]->IdentifierAuthority, &nt, sizeof nt) ||
		    (first[i] != SECURITY_NT_NON_UNIQUE &&
		     first[i] != SECURITY_BUILTIN_DOMAIN_RID))
			return fail(ERROR_NON_DOMAIN_SID);
	}
	*equal = first[0] == first[1] &&
		 (first[0] == SECURITY_BUILTIN_DOMAIN_RID ||
		  (sid[0]->SubAuthorityCount > 3 &&
		   sid[1]->SubAuthorityCount > 3 &&
		   !memcmp(sid[0]->SubAuthority, sid[1]->SubAuthority,
			   4 * sizeof first[0])));
	return TRUE;
}
