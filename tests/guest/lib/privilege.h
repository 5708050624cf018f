/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * privilege.h - privileges of the test itself: tokens have most of them
 * disabled until somebody wants them.
 */
#ifndef RF_GUEST_PRIVILEGE_H
#define RF_GUEST_PRIVILEGE_H

#include <windows.h>

static BOOL enable_privilege(const char *name)
{
	TOKEN_PRIVILEGES p = { .PrivilegeCount = 1 };
	HANDLE t;
	BOOL ok;

	OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &t);
	LookupPrivilegeValueA(NULL, name, &p.Privileges[0].Luid);
	p.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
	ok = AdjustTokenPrivileges(t, FALSE, &p, 0, NULL, NULL) &&
	     !GetLastError();
	CloseHandle(t);
	return ok;
}

#endif
