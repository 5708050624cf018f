/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* token.c - access tokens and privileges. */
#include "nt.h"

BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE token)
{
	return rf_result(NtOpenProcessToken(process, access, token));
}

BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self,
			    PHANDLE token)
{
	return rf_result(NtOpenThreadToken(thread, access, (BOOLEAN)!!as_self,
					   token));
}

BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS class,
				LPVOID info, DWORD size, PDWORD needed)
{
	return rf_result(
		NtQueryInformationToken(token, class, info, size, needed));
}

BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL disable_all,
				  PTOKEN_PRIVILEGES state, DWORD size,
				  PTOKEN_PRIVILEGES previous, PDWORD needed)
{
	NTSTATUS s = NtAdjustPrivilegesToken(token, (BOOLEAN)!!disable_all,
					     state, size, previous, needed);

	/* Success, and the last error says whether it was all of them. */
	if (NT_SUCCESS(s))
		SetLastError(RtlNtStatusToDosError(s));
	return rf_result(s);
}

/* In the order of their LUIDs, from 2.  Source: winnt.h, ntseapi's SE_*. */
static const WCHAR *const privileges[] = {
	L"SeCreateTokenPrivilege", L"SeAssignPrimaryTokenPrivilege",
	L"SeLockMemoryPrivilege", L"SeIncreaseQuotaPrivilege",
	L"SeMachineAccountPrivilege", L"SeTcbPrivilege", L"SeSecurityPrivilege",
	L"SeTakeOwnershipPrivilege", L"SeLoadDriverPrivilege",
	L"SeSystemProfilePrivilege", L"SeSystemtimePrivilege",
	L"SeProfileSingleProcessPrivilege", L"SeIncreaseBasePriorityPrivilege",
	L"SeCreatePagefilePrivilege", L"SeCreatePermanentPrivilege",
	L"SeBackupPrivilege", L"SeRestorePrivilege", L"SeShutdownPrivilege",
	L"SeDebugPrivilege", L"SeAuditPrivilege",
	L"SeSystemEnvironmentPrivilege", L"SeChangeNotifyPrivilege",
	L"SeRemoteShutdownPrivilege", L"SeUndockPrivilege",
	L"SeSyncAgentPrivilege", L"SeEnableDelegationPrivilege",
	L"SeManageVolumePrivilege", L"SeImpersonatePrivilege",
	L"SeCreateGlobalPrivilege", L"SeTrustedCredManAccessPrivilege",
	L"SeRelabelPrivilege", L"SeIncreaseWorkingSetPrivilege",
	L"SeTimeZonePrivilege", L"SeCreateSymbolicLinkPrivilege",
	L"SeDelegateSessionUserImpersonatePrivilege",
};

BOOL WINAPI LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid)
{
	for (DWORD i = 0; i < ARRAYSIZE(privileges); i++)
		if (!lstrcmpiW(name, privileges[i])) {
			luid->LowPart = i + 2;
			luid->HighPart = 0;
			return TRUE;
		}
	SetLastError(ERROR_NO_SUCH_PRIVILEGE);
	return FALSE;
}
