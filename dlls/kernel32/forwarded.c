/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * forwarded.c - functions that kernel32 exports as forwards to ntdll, under
 * their Win32 names for kernel32's own files.  None of these is an export.
 */
#include "kernel32-private.h"

void WINAPI AcquireSRWLockExclusive(PSRWLOCK lock)
{
	RtlAcquireSRWLockExclusive(lock);
}

void WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock)
{
	RtlReleaseSRWLockExclusive(lock);
}

void WINAPI AcquireSRWLockShared(PSRWLOCK lock)
{
	RtlAcquireSRWLockShared(lock);
}

void WINAPI ReleaseSRWLockShared(PSRWLOCK lock)
{
	RtlReleaseSRWLockShared(lock);
}

void WINAPI EnterCriticalSection(LPCRITICAL_SECTION cs)
{
	RtlEnterCriticalSection(cs);
}

void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION cs)
{
	RtlLeaveCriticalSection(cs);
}

void WINAPI ExitThread(DWORD code)
{
	RtlExitUserThread(code);
	__builtin_unreachable();
}
