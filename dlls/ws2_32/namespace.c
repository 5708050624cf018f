/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespace.c - who provides names (WSAEnumNameSpaceProviders): DNS, with the
 * name and number that Windows' provider has, and nobody else.
 */
#include "namespace.h"

const GUID ns_provider = {
	0x22059d40, 0x7e9e, 0x11cf, { 0xae, 0x5a, 0, 0xaa, 0, 0xa7, 0x11, 0x2b }
};

static WCHAR name[] = L"Tcpip";

/* One entry, whose first members all four forms share, and its name behind. */
static INT tell(void *to, DWORD *n, DWORD size, BOOL wide)
{
	DWORD letters = ARRAYSIZE(name),
	      need = size + letters * (wide ? sizeof *name : 1);
	WSANAMESPACE_INFOW *info = to;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!n)
		return ws_fail(WSAEFAULT);
	if (!to || *n < need) {
		*n = need;
		return ws_fail(WSAEFAULT);
	}
	memset(to, 0, size);
	info->NSProviderId = ns_provider;
	info->dwNameSpace = NS_DNS;
	info->fActive = TRUE;
	info->lpszIdentifier = (WCHAR *)((BYTE *)to + size);
	if (wide) {
		memcpy(info->lpszIdentifier, name, sizeof name);
	} else {
		for (DWORD i = 0; i < letters; i++)
			((char *)info->lpszIdentifier)[i] = (char)name[i];
	}
	return 1;
}

INT WINAPI WSAEnumNameSpaceProvidersW(LPDWORD n, LPWSANAMESPACE_INFOW to)
{
	return tell(to, n, sizeof *to, TRUE);
}

INT WINAPI WSAEnumNameSpaceProvidersA(LPDWORD n, LPWSANAMESPACE_INFOA to)
{
	return tell(to, n, sizeof *to, FALSE);
}

INT WINAPI WSAEnumNameSpaceProvidersExW(LPDWORD n, LPWSANAMESPACE_INFOEXW to)
{
	return tell(to, n, sizeof *to, TRUE);
}

INT WINAPI WSAEnumNameSpaceProvidersExA(LPDWORD n, LPWSANAMESPACE_INFOEXA to)
{
	return tell(to, n, sizeof *to, FALSE);
}
