/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* startup.c - WSAStartup, errors, and byte order. */
#include "ws.h"

static LONG started;

BOOL ws_started(void)
{
	return started > 0;
}

int WINAPI WSAStartup(WORD version, LPWSADATA data)
{
	BYTE major = LOBYTE(version), minor = HIBYTE(version);

	if (!data)
		return WSAEFAULT;
	if (major < 1 || (major == 1 && minor == 0))
		version = MAKEWORD(2, 2);
	if (major > 2 || (major == 2 && minor > 2))
		version = MAKEWORD(2, 2);
	memset(data, 0, sizeof *data);
	data->wVersion = version;
	data->wHighVersion = MAKEWORD(2, 2);
	lstrcpyA(data->szDescription, "WinSock 2.0");
	lstrcpyA(data->szSystemStatus, "Running");
	if (major == 1) {
		data->iMaxSockets = 32767;
		data->iMaxUdpDg = 65467;
	}
	if (major < 1)
		return WSAVERNOTSUPPORTED;
	InterlockedIncrement(&started);
	return 0;
}

int WINAPI WSACleanup(void)
{
	if (InterlockedDecrement(&started) < 0) {
		InterlockedIncrement(&started);
		SetLastError(WSANOTINITIALISED);
		return SOCKET_ERROR;
	}
	return 0;
}

int WINAPI WSAGetLastError(void)
{
	return (int)GetLastError();
}

void WINAPI WSASetLastError(int error)
{
	SetLastError((DWORD)error);
}

u_long WINAPI htonl(u_long v)
{
	return __builtin_bswap32(v);
}

u_long WINAPI ntohl(u_long v)
{
	return __builtin_bswap32(v);
}

u_short WINAPI htons(u_short v)
{
	return __builtin_bswap16(v);
}

u_short WINAPI ntohs(u_short v)
{
	return __builtin_bswap16(v);
}
