/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* power.c - power states, which are the host's business. */
#include "nt.h"
#include <powrprof.h>

DWORD WINAPI PowerRegisterSuspendResumeNotification(DWORD flags, HANDLE to,
						    PHPOWERNOTIFY handle)
{
	return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI PowerUnregisterSuspendResumeNotification(HPOWERNOTIFY handle)
{
	return ERROR_INVALID_HANDLE;
}

NTSTATUS WINAPI CallNtPowerInformation(POWER_INFORMATION_LEVEL level, PVOID in,
				       ULONG in_n, PVOID out, ULONG out_n)
{
	return NtPowerInformation(level, in, in_n, out, out_n);
}

BOOLEAN WINAPI SetSuspendState(BOOLEAN hibernate, BOOLEAN force, BOOLEAN events)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}
