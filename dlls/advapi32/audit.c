/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audit.c - access checks and other deeds that leave a trace in the security
 * log.
 *
 * That log is for processes with SeAuditPrivilege, which services of the system
 * have, and no user's token: so these are refused, as on Windows.
 */
#include "nt.h"

static BOOL refuse(void)
{
	return rf_fail(STATUS_PRIVILEGE_NOT_HELD);
}

BOOL WINAPI AccessCheckAndAuditAlarmW(LPCWSTR subsystem, LPVOID id, LPWSTR type,
				      LPWSTR name, PSECURITY_DESCRIPTOR sd,
				      DWORD access, PGENERIC_MAPPING map,
				      BOOL made, LPDWORD granted, LPBOOL ok,
				      LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckAndAuditAlarmA(LPCSTR subsystem, LPVOID id, LPSTR type,
				      LPSTR name, PSECURITY_DESCRIPTOR sd,
				      DWORD access, PGENERIC_MAPPING map,
				      BOOL made, LPDWORD granted, LPBOOL ok,
				      LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckByTypeAndAuditAlarmW(
	LPCWSTR subsystem, LPVOID id, LPCWSTR type, LPCWSTR name,
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,
	AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,
	DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted,
	LPBOOL ok, LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckByTypeAndAuditAlarmA(
	LPCSTR subsystem, LPVOID id, LPCSTR type, LPCSTR name,
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,
	AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,
	DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted,
	LPBOOL ok, LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmW(
	LPCWSTR subsystem, LPVOID id, LPCWSTR type, LPCWSTR name,
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,
	AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,
	DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted,
	LPDWORD errors, LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmA(
	LPCSTR subsystem, LPVOID id, LPCSTR type, LPCSTR name,
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,
	AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,
	DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted,
	LPDWORD errors, LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmByHandleW(
	LPCWSTR subsystem, LPVOID id, HANDLE token, LPCWSTR type, LPCWSTR name,
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,
	AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,
	DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted,
	LPDWORD errors, LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI AccessCheckByTypeResultListAndAuditAlarmByHandleA(
	LPCSTR subsystem, LPVOID id, HANDLE token, LPCSTR type, LPCSTR name,
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,
	AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,
	DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted,
	LPDWORD errors, LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectOpenAuditAlarmW(LPCWSTR subsystem, LPVOID id, LPWSTR type,
				  LPWSTR name, PSECURITY_DESCRIPTOR sd,
				  HANDLE token, DWORD access, DWORD granted,
				  PPRIVILEGE_SET set, BOOL made, BOOL ok,
				  LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectOpenAuditAlarmA(LPCSTR subsystem, LPVOID id, LPSTR type,
				  LPSTR name, PSECURITY_DESCRIPTOR sd,
				  HANDLE token, DWORD access, DWORD granted,
				  PPRIVILEGE_SET set, BOOL made, BOOL ok,
				  LPBOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectCloseAuditAlarmW(LPCWSTR subsystem, LPVOID id, BOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectCloseAuditAlarmA(LPCSTR subsystem, LPVOID id, BOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectDeleteAuditAlarmW(LPCWSTR subsystem, LPVOID id, BOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectDeleteAuditAlarmA(LPCSTR subsystem, LPVOID id, BOOL on_close)
{
	return refuse();
}

BOOL WINAPI ObjectPrivilegeAuditAlarmW(LPCWSTR subsystem, LPVOID id,
				       HANDLE token, DWORD access,
				       PPRIVILEGE_SET set, BOOL ok)
{
	return refuse();
}

BOOL WINAPI ObjectPrivilegeAuditAlarmA(LPCSTR subsystem, LPVOID id,
				       HANDLE token, DWORD access,
				       PPRIVILEGE_SET set, BOOL ok)
{
	return refuse();
}

BOOL WINAPI PrivilegedServiceAuditAlarmW(LPCWSTR subsystem, LPCWSTR service,
					 HANDLE token, PPRIVILEGE_SET set,
					 BOOL ok)
{
	return refuse();
}

BOOL WINAPI PrivilegedServiceAuditAlarmA(LPCSTR subsystem, LPCSTR service,
					 HANDLE token, PPRIVILEGE_SET set,
					 BOOL ok)
{
	return refuse();
}
