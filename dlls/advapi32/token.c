/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* token.c - access tokens and privileges. */
#include "nt.h"

#define FSCTL_PIPE_IMPERSONATE 0x11001c

BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE token)
{
	return rf_result(NtOpenProcessToken(process, access, token));
}

BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self,
			    PHANDLE token)
{
	return rf_result(
		NtOpenThreadToken(thread, access, (BOOLEAN) !!as_self, token));
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
	NTSTATUS s = NtAdjustPrivilegesToken(token, (BOOLEAN) !!disable_all,
					     state, size, previous, needed);

	/* Success, and the last error says whether it was all of them. */
	if (NT_SUCCESS(s))
		SetLastError(RtlNtStatusToDosError(s));
	return rf_result(s);
}

/* In the order of their LUIDs, from 2.  Source: winnt.h, ntseapi's SE_*. */
static const WCHAR *const privileges[] = {
	L"SeCreateTokenPrivilege",
	L"SeAssignPrimaryTokenPrivilege",
	L"SeLockMemoryPrivilege",
	L"SeIncreaseQuotaPrivilege",
	L"SeMachineAccountPrivilege",
	L"SeTcbPrivilege",
	L"SeSecurityPrivilege",
	L"SeTakeOwnershipPrivilege",
	L"SeLoadDriverPrivilege",
	L"SeSystemProfilePrivilege",
	L"SeSystemtimePrivilege",
	L"SeProfileSingleProcessPrivilege",
	L"SeIncreaseBasePriorityPrivilege",
	L"SeCreatePagefilePrivilege",
	L"SeCreatePermanentPrivilege",
	L"SeBackupPrivilege",
	L"SeRestorePrivilege",
	L"SeShutdownPrivilege",
	L"SeDebugPrivilege",
	L"SeAuditPrivilege",
	L"SeSystemEnvironmentPrivilege",
	L"SeChangeNotifyPrivilege",
	L"SeRemoteShutdownPrivilege",
	L"SeUndockPrivilege",
	L"SeSyncAgentPrivilege",
	L"SeEnableDelegationPrivilege",
	L"SeManageVolumePrivilege",
	L"SeImpersonatePrivilege",
	L"SeCreateGlobalPrivilege",
	L"SeTrustedCredManAccessPrivilege",
	L"SeRelabelPrivilege",
	L"SeIncreaseWorkingSetPrivilege",
	L"SeTimeZonePrivilege",
	L"SeCreateSymbolicLinkPrivilege",
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

BOOL WINAPI LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid)
{
	UNICODE_STRING wide;
	BOOL ok;

	if (!RtlCreateUnicodeStringFromAsciiz(&wide, name))
		return rf_fail(STATUS_NO_MEMORY);
	ok = LookupPrivilegeValueW(NULL, wide.Buffer, luid);
	RtlFreeUnicodeString(&wide);
	return ok;
}

BOOL WINAPI LookupPrivilegeNameW(LPCWSTR system, PLUID luid, LPWSTR name,
				 LPDWORD size)
{
	DWORD i = luid->LowPart - 2, n;

	if (luid->HighPart || i >= ARRAYSIZE(privileges)) {
		SetLastError(ERROR_NO_SUCH_PRIVILEGE);
		return FALSE;
	}
	n = (DWORD)lstrlenW(privileges[i]);
	if (*size <= n) {
		*size = n + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(name, privileges[i], (n + 1) * sizeof(WCHAR));
	*size = n;
	return TRUE;
}

BOOL WINAPI LookupPrivilegeNameA(LPCSTR system, PLUID luid, LPSTR name,
				 LPDWORD size)
{
	WCHAR wide[64];
	DWORD n = ARRAYSIZE(wide);

	if (!LookupPrivilegeNameW(NULL, luid, wide, &n))
		return FALSE;
	if (*size <= n) {
		*size = n + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	for (DWORD i = 0; i <= n; i++)
		name[i] = (char)wide[i]; /* the names are ASCII */
	*size = n;
	return TRUE;
}

BOOL WINAPI PrivilegeCheck(HANDLE token, PPRIVILEGE_SET set, LPBOOL has)
{
	BOOLEAN result = FALSE;
	NTSTATUS s = NtPrivilegeCheck(token, set, &result);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*has = result;
	return TRUE;
}

BOOL WINAPI SetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS class,
				LPVOID info, DWORD size)
{
	return rf_result(NtSetInformationToken(token, class, info, size));
}

BOOL WINAPI AdjustTokenGroups(HANDLE token, BOOL reset, PTOKEN_GROUPS state,
			      DWORD size, PTOKEN_GROUPS previous, PDWORD needed)
{
	NTSTATUS s = NtAdjustGroupsToken(token, (BOOLEAN) !!reset, state, size,
					 previous, needed);

	if (NT_SUCCESS(s))
		SetLastError(RtlNtStatusToDosError(s));
	return rf_result(s);
}

BOOL WINAPI CreateRestrictedToken(HANDLE token, DWORD flags, DWORD ndisable,
				  PSID_AND_ATTRIBUTES disable, DWORD ndelete,
				  PLUID_AND_ATTRIBUTES delete, DWORD nrestrict,
				  PSID_AND_ATTRIBUTES restrict_to, PHANDLE out)
{
	TOKEN_GROUPS *groups[2] = { NULL, NULL };
	const SID_AND_ATTRIBUTES *from[2] = { disable, restrict_to };
	DWORD n[2] = { ndisable, nrestrict };
	TOKEN_PRIVILEGES *p = NULL;
	NTSTATUS s = STATUS_SUCCESS;

	for (int i = 0; i < 2; i++) {
		if (!n[i])
			continue;
		groups[i] = RtlAllocateHeap(rf_heap(), 0,
					    sizeof *groups[i] +
						    n[i] * sizeof *from[i]);
		if (!groups[i]) {
			s = STATUS_NO_MEMORY;
			continue;
		}
		groups[i]->GroupCount = n[i];
		memcpy(groups[i]->Groups, from[i], n[i] * sizeof *from[i]);
	}
	if (ndelete) {
		p = RtlAllocateHeap(rf_heap(), 0,
				    sizeof *p + ndelete * sizeof *delete);
		if (p) {
			p->PrivilegeCount = ndelete;
			memcpy(p->Privileges, delete, ndelete * sizeof *delete);
		} else {
			s = STATUS_NO_MEMORY;
		}
	}
	if (NT_SUCCESS(s))
		s = NtFilterToken(token, flags, groups[0], p, groups[1], out);
	RtlFreeHeap(rf_heap(), 0, groups[0]);
	RtlFreeHeap(rf_heap(), 0, groups[1]);
	RtlFreeHeap(rf_heap(), 0, p);
	return rf_result(s);
}

BOOL WINAPI IsTokenRestricted(HANDLE token)
{
	BYTE buffer[1024];
	ULONG n;
	NTSTATUS s = NtQueryInformationToken(token, TokenRestrictedSids, buffer,
					     sizeof buffer, &n);

	if (s == STATUS_BUFFER_TOO_SMALL)
		return TRUE;
	if (!NT_SUCCESS(s))
		return rf_fail(s);
	return ((TOKEN_GROUPS *)buffer)->GroupCount != 0;
}

/* ---- copies and impersonation ---- */

BOOL WINAPI DuplicateTokenEx(HANDLE token, DWORD access,
			     LPSECURITY_ATTRIBUTES sa,
			     SECURITY_IMPERSONATION_LEVEL level,
			     TOKEN_TYPE type, PHANDLE out)
{
	SECURITY_QUALITY_OF_SERVICE qos = { sizeof qos, level,
					    SECURITY_STATIC_TRACKING, FALSE };
	OBJECT_ATTRIBUTES oa;

	InitializeObjectAttributes(&oa, NULL,
				   sa && sa->bInheritHandle ? OBJ_INHERIT : 0,
				   NULL, sa ? sa->lpSecurityDescriptor : NULL);
	oa.SecurityQualityOfService = &qos;
	return rf_result(
		NtDuplicateToken(token, access, &oa, FALSE, type, out));
}

BOOL WINAPI DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL level,
			   PHANDLE out)
{
	return DuplicateTokenEx(token, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL,
				level, TokenImpersonation, out);
}

BOOL WINAPI SetThreadToken(PHANDLE thread, HANDLE token)
{
	return rf_result(NtSetInformationThread(
		thread ? *thread : NtCurrentThread(),
		5 /* ThreadImpersonationToken */, &token, sizeof token));
}

BOOL WINAPI RevertToSelf(void)
{
	return SetThreadToken(NULL, NULL);
}

BOOL WINAPI ImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level)
{
	return rf_result(RtlImpersonateSelf(level));
}

BOOL WINAPI ImpersonateNamedPipeClient(HANDLE pipe)
{
	IO_STATUS_BLOCK iosb;
	NTSTATUS status =
		NtFsControlFile(pipe, NULL, NULL, NULL, &iosb,
				FSCTL_PIPE_IMPERSONATE, NULL, 0, NULL, 0);

	return rf_result(status);
}

BOOL WINAPI ImpersonateLoggedOnUser(HANDLE token)
{
	TOKEN_TYPE type;
	ULONG n;
	HANDLE copy;
	BOOL ok;

	if (!GetTokenInformation(token, TokenType, &type, sizeof type, &n))
		return FALSE;
	if (type == TokenImpersonation)
		return SetThreadToken(NULL, token);
	if (!DuplicateTokenEx(token, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL,
			      SecurityImpersonation, TokenImpersonation, &copy))
		return FALSE;
	ok = SetThreadToken(NULL, copy);
	NtClose(copy);
	return ok;
}

BOOL WINAPI ImpersonateAnonymousToken(HANDLE thread)
{
	return rf_result(NtImpersonateAnonymousToken(thread));
}

/* ---- access ---- */

BOOL WINAPI AccessCheck(PSECURITY_DESCRIPTOR sd, HANDLE token, DWORD access,
			PGENERIC_MAPPING map, PPRIVILEGE_SET set,
			LPDWORD set_size, LPDWORD granted, LPBOOL ok)
{
	return AccessCheckByType(sd, NULL, token, access, NULL, 0, map, set,
				 set_size, granted, ok);
}

BOOL WINAPI AccessCheckByType(PSECURITY_DESCRIPTOR sd, PSID self, HANDLE token,
			      DWORD access, POBJECT_TYPE_LIST types,
			      DWORD ntypes, PGENERIC_MAPPING map,
			      PPRIVILEGE_SET set, LPDWORD set_size,
			      LPDWORD granted, LPBOOL ok)
{
	NTSTATUS verdict;
	NTSTATUS s = NtAccessCheckByType(sd, self, token, access, types, ntypes,
					 map, set, set_size, granted, &verdict);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	*ok = NT_SUCCESS(verdict);
	if (!*ok)
		rf_fail(verdict);
	return TRUE;
}

BOOL WINAPI AccessCheckByTypeResultList(PSECURITY_DESCRIPTOR sd, PSID self,
					HANDLE token, DWORD access,
					POBJECT_TYPE_LIST types, DWORD ntypes,
					PGENERIC_MAPPING map,
					PPRIVILEGE_SET set, LPDWORD set_size,
					LPDWORD granted, LPDWORD errors)
{
	NTSTATUS s = NtAccessCheckByTypeResultList(
		sd, self, token, access, types, ntypes, map, set, set_size,
		granted, (NTSTATUS *)errors);

	if (!NT_SUCCESS(s))
		return rf_fail(s);
	for (DWORD i = 0; i < ntypes; i++)
		errors[i] = RtlNtStatusToDosError((NTSTATUS)errors[i]);
	return TRUE;
}

/* By asking whether a list that admits only sid would admit the token. */
BOOL WINAPI CheckTokenMembership(HANDLE token, PSID sid, PBOOL member)
{
	static const GENERIC_MAPPING map = { 1, 1, 1, 1 };
	struct {
		ACL acl;
		ACCESS_ALLOWED_ACE ace;
		DWORD sub[SID_MAX_SUB_AUTHORITIES];
	} list;
	SECURITY_DESCRIPTOR sd;
	PRIVILEGE_SET set;
	DWORD n = sizeof set, granted;
	HANDLE mine = NULL, primary;
	BOOL ok;

	*member = FALSE;
	if (!token && !NT_SUCCESS(NtOpenThreadToken(
			      NtCurrentThread(), TOKEN_QUERY, TRUE, &mine))) {
		if (!OpenProcessToken(NtCurrentProcess(),
				      TOKEN_QUERY | TOKEN_DUPLICATE, &primary))
			return FALSE;
		ok = DuplicateToken(primary, SecurityIdentification, &mine);
		NtClose(primary);
		if (!ok)
			return FALSE;
	}
	RtlCreateAcl(&list.acl, sizeof list, ACL_REVISION);
	RtlAddAccessAllowedAce(&list.acl, ACL_REVISION, 1, sid);
	RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	RtlSetOwnerSecurityDescriptor(&sd, sid, FALSE);
	RtlSetGroupSecurityDescriptor(&sd, sid, FALSE);
	RtlSetDaclSecurityDescriptor(&sd, TRUE, &list.acl, FALSE);
	ok = AccessCheck(&sd, token ? token : mine, 1, (GENERIC_MAPPING *)&map,
			 &set, &n, &granted, member);
	if (mine)
		NtClose(mine);
	return ok;
}
