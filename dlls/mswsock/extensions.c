/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* extensions.c - AcceptEx and kin; no socket can be open yet. */
#include "rf-socket.h"

#include <mswsock.h>

BOOL WINAPI AcceptEx(SOCKET s, SOCKET to, PVOID data, DWORD n, DWORD local,
		     DWORD remote, LPDWORD got, LPOVERLAPPED overlapped)
{
	SetLastError(WSAENOTSOCK);
	return FALSE;
}

BOOL WINAPI TransmitFile(SOCKET s, HANDLE file, DWORD n, DWORD each,
			 LPOVERLAPPED overlapped,
			 LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
	SetLastError(WSAENOTSOCK);
	return FALSE;
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
