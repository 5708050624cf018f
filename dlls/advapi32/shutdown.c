/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shutdown.c - ending the system, which no program here may do. */
#include "nt.h"

static BOOL not_allowed(void)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI InitiateSystemShutdownA(LPSTR machine, LPSTR text, DWORD s,
				    BOOL force, BOOL reboot)
{
	return not_allowed();
}

BOOL WINAPI InitiateSystemShutdownW(LPWSTR machine, LPWSTR text, DWORD s,
				    BOOL force, BOOL reboot)
{
	return not_allowed();
}

BOOL WINAPI AbortSystemShutdownA(LPSTR machine)
{
	return not_allowed();
}

BOOL WINAPI AbortSystemShutdownW(LPWSTR machine)
{
	return not_allowed();
}
