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

/* For wide and for narrow text: what is constant of it, and what is not. */
#define REFUSED(name, parameters)                                              \
	BOOL WINAPI name##W parameters(LPCWSTR, LPWSTR)                        \
	{                                                                      \
		return refuse();                                               \
	}                                                                      \
	BOOL WINAPI name##A parameters(LPCSTR, LPSTR)                          \
	{                                                                      \
		return refuse();                                               \
	}

#define CHECK(text, room)                                                      \
	(text subsystem, LPVOID id, room type, room name,                      \
	 PSECURITY_DESCRIPTOR sd, DWORD access, PGENERIC_MAPPING map,          \
	 BOOL made, LPDWORD granted, LPBOOL ok, LPBOOL on_close)
REFUSED(AccessCheckAndAuditAlarm, CHECK)

#define BY_TYPE                                                                \
	PSECURITY_DESCRIPTOR sd, PSID self, DWORD access,                      \
		AUDIT_EVENT_TYPE audit, DWORD flags, POBJECT_TYPE_LIST types,  \
		DWORD ntypes, PGENERIC_MAPPING map, BOOL made, LPDWORD granted

#define CHECK_TYPE(text, room)                                                 \
	(text subsystem, LPVOID id, text type, text name, BY_TYPE, LPBOOL ok,  \
	 LPBOOL on_close)
REFUSED(AccessCheckByTypeAndAuditAlarm, CHECK_TYPE)

#define CHECK_TYPES(text, room)                                                \
	(text subsystem, LPVOID id, text type, text name, BY_TYPE,             \
	 LPDWORD errors, LPBOOL on_close)
REFUSED(AccessCheckByTypeResultListAndAuditAlarm, CHECK_TYPES)

#define CHECK_TYPES_OF(text, room)                                             \
	(text subsystem, LPVOID id, HANDLE token, text type, text name,        \
	 BY_TYPE, LPDWORD errors, LPBOOL on_close)
REFUSED(AccessCheckByTypeResultListAndAuditAlarmByHandle, CHECK_TYPES_OF)

#define OPENED(text, room)                                                     \
	(text subsystem, LPVOID id, room type, room name,                      \
	 PSECURITY_DESCRIPTOR sd, HANDLE token, DWORD access, DWORD granted,   \
	 PPRIVILEGE_SET set, BOOL made, BOOL ok, LPBOOL on_close)
REFUSED(ObjectOpenAuditAlarm, OPENED)

#define CLOSED(text, room) (text subsystem, LPVOID id, BOOL on_close)
REFUSED(ObjectCloseAuditAlarm, CLOSED)
REFUSED(ObjectDeleteAuditAlarm, CLOSED)

#define USED(text, room)                                                       \
	(text subsystem, LPVOID id, HANDLE token, DWORD access,                \
	 PPRIVILEGE_SET set, BOOL ok)
REFUSED(ObjectPrivilegeAuditAlarm, USED)

#define SERVED(text, room)                                                     \
	(text subsystem, text service, HANDLE token, PPRIVILEGE_SET set,       \
	 BOOL ok)
REFUSED(PrivilegedServiceAuditAlarm, SERVED)
