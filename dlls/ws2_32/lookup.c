/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lookup.c - name spaces other than DNS (Bluetooth, NLA, mail slots): none is
 * there, so queries find no service, in the order in which Windows checks.
 */
#include "ws.h"

static INT none(BOOL arguments)
{
	return ws_fail(arguments ? WSASERVICE_NOT_FOUND : WSAEFAULT);
}

INT WINAPI WSALookupServiceBeginW(LPWSAQUERYSETW query, DWORD flags,
				  LPHANDLE lookup)
{
	return none(query && lookup);
}

INT WINAPI WSALookupServiceBeginA(LPWSAQUERYSETA query, DWORD flags,
				  LPHANDLE lookup)
{
	return none(query && lookup);
}

INT WINAPI WSALookupServiceNextW(HANDLE lookup, DWORD flags, LPDWORD size,
				 LPWSAQUERYSETW results)
{
	return ws_fail(WSA_INVALID_HANDLE);
}

INT WINAPI WSALookupServiceNextA(HANDLE lookup, DWORD flags, LPDWORD size,
				 LPWSAQUERYSETA results)
{
	return ws_fail(WSA_INVALID_HANDLE);
}

INT WINAPI WSALookupServiceEnd(HANDLE lookup)
{
	return ws_fail(WSA_INVALID_HANDLE);
}
