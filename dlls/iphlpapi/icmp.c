/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icmp.c - echo requests: not to be had.  Programs that ask for a handle are
 * told so, and none ever gets further.
 */
#include "ip.h"

#include <icmpapi.h>

HANDLE WINAPI IcmpCreateFile(void)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI Icmp6CreateFile(void)
{
	return IcmpCreateFile();
}

/* There are no handles, so whatever comes is none. */
static DWORD no_handle(void)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return 0;
}

BOOL WINAPI IcmpCloseHandle(HANDLE h)
{
	return no_handle() != 0;
}

DWORD WINAPI IcmpSendEcho(HANDLE h, IPAddr to, LPVOID data, WORD size,
			  PIP_OPTION_INFORMATION options, LPVOID reply,
			  DWORD reply_size, DWORD timeout)
{
	return no_handle();
}

DWORD WINAPI IcmpSendEcho2(HANDLE h, HANDLE event, FARPROC routine,
			   PVOID context, IPAddr to, LPVOID data, WORD size,
			   PIP_OPTION_INFORMATION options, LPVOID reply,
			   DWORD reply_size, DWORD timeout)
{
	return no_handle();
}

DWORD WINAPI IcmpSendEcho2Ex(HANDLE h, HANDLE event, FARPROC routine,
			     PVOID context, IPAddr from, IPAddr to, LPVOID data,
			     WORD size, PIP_OPTION_INFORMATION options,
			     LPVOID reply, DWORD reply_size, DWORD timeout)
{
	return no_handle();
}

DWORD WINAPI Icmp6SendEcho2(HANDLE h, HANDLE event, FARPROC routine,
			    PVOID context, struct sockaddr_in6 *from,
			    struct sockaddr_in6 *to, LPVOID data, WORD size,
			    PIP_OPTION_INFORMATION options, LPVOID reply,
			    DWORD reply_size, DWORD timeout)
{
	return no_handle();
}

DWORD WINAPI IcmpParseReplies(LPVOID reply, DWORD size)
{
	SetLastError(ERROR_NO_DATA);
	return 0;
}

DWORD WINAPI Icmp6ParseReplies(LPVOID reply, DWORD size)
{
	return IcmpParseReplies(reply, size);
}
