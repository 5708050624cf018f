/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * comm.c - serial ports, which are not offered: every call fails as it does on
 * a handle that is no serial port.
 */
#include "kernel32-private.h"

static BOOL refuse(void)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

#define COMM(Name, ...)                                                        \
	BOOL WINAPI Name(__VA_ARGS__)                                          \
	{                                                                      \
		return refuse();                                               \
	}

COMM(GetCommState, HANDLE h, LPDCB dcb)
COMM(SetCommState, HANDLE h, LPDCB dcb)
COMM(GetCommTimeouts, HANDLE h, LPCOMMTIMEOUTS t)
COMM(SetCommTimeouts, HANDLE h, LPCOMMTIMEOUTS t)
COMM(GetCommConfig, HANDLE h, LPCOMMCONFIG c, LPDWORD size)
COMM(SetCommConfig, HANDLE h, LPCOMMCONFIG c, DWORD size)
COMM(GetCommMask, HANDLE h, LPDWORD mask)
COMM(SetCommMask, HANDLE h, DWORD mask)
COMM(GetCommModemStatus, HANDLE h, LPDWORD status)
COMM(GetCommProperties, HANDLE h, LPCOMMPROP p)
COMM(ClearCommError, HANDLE h, LPDWORD errors, LPCOMSTAT s)
COMM(ClearCommBreak, HANDLE h)
COMM(SetCommBreak, HANDLE h)
COMM(EscapeCommFunction, HANDLE h, DWORD f)
COMM(PurgeComm, HANDLE h, DWORD flags)
COMM(SetupComm, HANDLE h, DWORD in, DWORD out)
COMM(TransmitCommChar, HANDLE h, char c)
COMM(WaitCommEvent, HANDLE h, LPDWORD mask, LPOVERLAPPED o)
COMM(BuildCommDCBA, LPCSTR s, LPDCB dcb)
COMM(BuildCommDCBW, LPCWSTR s, LPDCB dcb)
COMM(BuildCommDCBAndTimeoutsA, LPCSTR s, LPDCB dcb, LPCOMMTIMEOUTS t)
COMM(BuildCommDCBAndTimeoutsW, LPCWSTR s, LPDCB dcb, LPCOMMTIMEOUTS t)
