/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* address.c - addresses as text, by ntdll's functions. */
#include "ws.h"

/* "1", "1.2", "1.2.3", "1.2.3.4", each decimal, octal or hexadecimal. */
ULONG WINAPI inet_addr(const char *text)
{
	IN_ADDR a;
	PCSTR end;

	if (!*text)
		return INADDR_NONE;
	if (text[0] == ' ' && !text[1])
		return 0;
	if (!NT_SUCCESS(RtlIpv4StringToAddressA(text, FALSE, &end, &a)) ||
	    (*end && *end != ' '))
		return INADDR_NONE;
	return a.s_addr;
}

char *WINAPI inet_ntoa(struct in_addr a)
{
	struct ws_thread *t = ws_thread();

	if (!t)
		return NULL;
	RtlIpv4AddressToStringA(&a, t->text);
	return t->text;
}

PCSTR WINAPI inet_ntop(INT family, const VOID *address, PSTR to, size_t n)
{
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET)
		RtlIpv4AddressToStringA(address, text);
	else if (family == AF_INET6)
		RtlIpv6AddressToStringA(address, text);
	else
		return WSASetLastError(WSAEAFNOSUPPORT), NULL;
	if ((size_t)lstrlenA(text) >= n)
		return WSASetLastError(ERROR_INVALID_PARAMETER), NULL;
	return lstrcpyA(to, text);
}

PCWSTR WINAPI InetNtopW(INT family, const VOID *address, PWSTR to, size_t n)
{
	WCHAR text[INET6_ADDRSTRLEN];

	if (family == AF_INET)
		RtlIpv4AddressToStringW(address, text);
	else if (family == AF_INET6)
		RtlIpv6AddressToStringW(address, text);
	else
		return WSASetLastError(WSAEAFNOSUPPORT), NULL;
	if ((size_t)lstrlenW(text) >= n)
		return WSASetLastError(ERROR_INVALID_PARAMETER), NULL;
	return lstrcpyW(to, text);
}

INT WINAPI inet_pton(INT family, PCSTR text, PVOID to)
{
	NTSTATUS s;
	PCSTR end = NULL;

	if (family == AF_INET)
		s = RtlIpv4StringToAddressA(text, TRUE, &end, to);
	else if (family == AF_INET6)
		s = RtlIpv6StringToAddressA(text, &end, to);
	else
		return WSASetLastError(WSAEAFNOSUPPORT), -1;
	return NT_SUCCESS(s) && !*end;
}

INT WINAPI InetPtonW(INT family, PCWSTR text, PVOID to)
{
	NTSTATUS s;
	PCWSTR end = NULL;

	if (family == AF_INET)
		s = RtlIpv4StringToAddressW(text, TRUE, &end, to);
	else if (family == AF_INET6)
		s = RtlIpv6StringToAddressW(text, &end, to);
	else
		return WSASetLastError(WSAEAFNOSUPPORT), -1;
	return NT_SUCCESS(s) && !*end;
}

INT WINAPI WSAAddressToStringW(LPSOCKADDR from, DWORD size,
			       LPWSAPROTOCOL_INFOW info, LPWSTR to, LPDWORD n)
{
	const struct sockaddr_in *v4 = (void *)from;
	const struct sockaddr_in6 *v6 = (void *)from;
	NTSTATUS s = STATUS_INVALID_PARAMETER;

	if (!from || !n)
		return ws_fail(WSAEFAULT);
	if (from->sa_family == AF_INET && size >= sizeof *v4)
		s = RtlIpv4AddressToStringExW(&v4->sin_addr, v4->sin_port, to,
					      n);
	else if (from->sa_family == AF_INET6 && size >= sizeof *v6)
		s = RtlIpv6AddressToStringExW(&v6->sin6_addr, v6->sin6_scope_id,
					      v6->sin6_port, to, n);
	else
		return ws_fail(WSAEINVAL);
	return NT_SUCCESS(s) ? 0 : ws_fail(WSAEFAULT);
}

INT WINAPI WSAAddressToStringA(LPSOCKADDR from, DWORD size,
			       LPWSAPROTOCOL_INFOA info, LPSTR to, LPDWORD n)
{
	WCHAR wide[80];
	DWORD len = ARRAYSIZE(wide);

	if (WSAAddressToStringW(from, size, NULL, wide, &len))
		return SOCKET_ERROR;
	if (!n || *n < len) {
		if (n)
			*n = len;
		return ws_fail(WSAEFAULT);
	}
	for (DWORD i = 0; i < len; i++)
		to[i] = (char)wide[i]; /* digits and punctuation */
	*n = len;
	return 0;
}

INT WINAPI WSAStringToAddressW(LPWSTR text, INT family,
			       LPWSAPROTOCOL_INFOW info, LPSOCKADDR to, LPINT n)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	BOOL is4 = family == AF_INET;
	INT size = is4 ? (INT)sizeof v4 : (INT)sizeof v6;
	NTSTATUS s;

	if (!text || !to || !n)
		return ws_fail(WSAEFAULT);
	if (!is4 && family != AF_INET6)
		return ws_fail(WSAEINVAL);
	if (*n < size) {
		*n = size;
		return ws_fail(WSAEFAULT);
	}
	s = is4 ? RtlIpv4StringToAddressExW(text, FALSE, &v4.sin_addr,
					    &v4.sin_port)
		: RtlIpv6StringToAddressExW(text, &v6.sin6_addr,
					    &v6.sin6_scope_id, &v6.sin6_port);
	if (!NT_SUCCESS(s))
		return ws_fail(WSAEINVAL);
	memcpy(to, is4 ? (void *)&v4 : &v6, (size_t)size);
	*n = size;
	return 0;
}

INT WINAPI WSAStringToAddressA(LPSTR text, INT family, LPWSAPROTOCOL_INFOA info,
			       LPSOCKADDR to, LPINT n)
{
	WCHAR wide[80];
	int i;

	if (!text)
		return ws_fail(WSAEFAULT);
	for (i = 0; text[i] && i < (int)ARRAYSIZE(wide) - 1; i++)
		wide[i] = (UCHAR)text[i];
	wide[i] = 0;
	return text[i] ? ws_fail(WSAEINVAL)
		       : WSAStringToAddressW(wide, family, NULL, to, n);
}
