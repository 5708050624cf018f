/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * startup.c - WSAStartup and what needs no network.
 *
 * Sockets themselves are not there yet: making one says WSAENETDOWN, as on a
 * machine whose network has failed.
 */
#include <winsock2.h>

#include "nt.h"
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

SOCKET WINAPI socket(int family, int type, int protocol)
{
	SetLastError(started > 0 ? WSAENETDOWN : WSANOTINITIALISED);
	return INVALID_SOCKET;
}

int WINAPI closesocket(SOCKET s)
{
	SetLastError(started > 0 ? WSAENOTSOCK : WSANOTINITIALISED);
	return SOCKET_ERROR;
}

BOOL WINAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped,
				   LPDWORD bytes, BOOL wait, LPDWORD flags)
{
	SetLastError(WSAENOTSOCK);
	return FALSE;
}

int WINAPI WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW info,
			     LPDWORD size)
{
	SetLastError(started > 0 ? WSAENETDOWN : WSANOTINITIALISED);
	return SOCKET_ERROR;
}

int WINAPI WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA info,
			     LPDWORD size)
{
	SetLastError(started > 0 ? WSAENETDOWN : WSANOTINITIALISED);
	return SOCKET_ERROR;
}
