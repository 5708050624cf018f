/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extensions.c - AcceptEx and kin.  The functions are ws2_32's; they are asked
 * for by the socket, as programs do that want no import of them.
 */
#include "rf-socket.h"

#include <mswsock.h>

static void *extension(SOCKET s, GUID id)
{
	void *function = NULL;
	DWORD n;

	if (WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
		     &function, sizeof function, &n, NULL, NULL))
		return NULL;
	return function;
}

BOOL WINAPI AcceptEx(SOCKET s, SOCKET to, PVOID data, DWORD n, DWORD local,
		     DWORD remote, LPDWORD got, LPOVERLAPPED overlapped)
{
	LPFN_ACCEPTEX run = (LPFN_ACCEPTEX)extension(s, (GUID)WSAID_ACCEPTEX);

	return run && run(s, to, data, n, local, remote, got, overlapped);
}

BOOL WINAPI TransmitFile(SOCKET s, HANDLE file, DWORD n, DWORD each,
			 LPOVERLAPPED overlapped,
			 LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
	LPFN_TRANSMITFILE run =
		(LPFN_TRANSMITFILE)extension(s, (GUID)WSAID_TRANSMITFILE);

	return run && run(s, file, n, each, overlapped, buffers, flags);
}

/* Both addresses lie behind the data, each with its length before it. */
VOID WINAPI GetAcceptExSockaddrs(PVOID data, DWORD n, DWORD local_room,
				 DWORD remote_room, struct sockaddr **local,
				 LPINT local_n, struct sockaddr **remote,
				 LPINT remote_n)
{
	BYTE *p = (BYTE *)data + n;

	*local_n = *(INT *)p;
	*local = (struct sockaddr *)(p + sizeof(INT));
	p += local_room;
	*remote_n = *(INT *)p;
	*remote = (struct sockaddr *)(p + sizeof(INT));
}

/* recv() whose flags come back: MSG_PARTIAL, if the message goes on. */
int WINAPI WSARecvEx(SOCKET s, char *data, int n, int *flags)
{
	WSABUF buffer = { (ULONG)n, data };
	DWORD got = 0, f = flags ? (DWORD)*flags : 0;

	if (n < 0 || !flags)
		return WSASetLastError(WSAEFAULT), SOCKET_ERROR;
	if (!WSARecv(s, &buffer, 1, &got, &f, NULL, NULL)) {
		*flags = (int)f;
		return (int)got;
	}
	if (WSAGetLastError() != WSAEMSGSIZE)
		return SOCKET_ERROR;
	*flags = MSG_PARTIAL;
	return n;
}
