/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extension.c - Microsoft's extensions, which programs get by WSAIoctl; some
 * are also mswsock's exports, which get them here in the same way.
 */
#include "ws.h"

#include <mswsock.h>

int WINAPI ws_recv_msg(SOCKET s, LPWSAMSG m, LPDWORD n,
		       LPWSAOVERLAPPED overlapped,
		       LPWSAOVERLAPPED_COMPLETION_ROUTINE done);

static BOOL WINAPI accept_ex(SOCKET s, SOCKET to, PVOID data, DWORD n,
			     DWORD local, DWORD remote, LPDWORD got,
			     LPOVERLAPPED overlapped)
{
	AFD_SUPER_ACCEPT_INFO info = { .AcceptHandle = (HANDLE)to,
				       .ReceiveDataLength = n,
				       .LocalAddressLength = local,
				       .RemoteAddressLength = remote };

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (!overlapped)
		return ws_fail(ERROR_INVALID_PARAMETER), FALSE;
	return !ws_overlapped(s, IOCTL_AFD_SUPER_ACCEPT, &info, sizeof info,
			      data, n + local + remote, got, overlapped, NULL);
}

/* Both addresses lie behind the data, each with its length before it. */
static VOID WINAPI get_addresses(PVOID data, DWORD n, DWORD local_room,
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

static BOOL WINAPI connect_ex(SOCKET s, const struct sockaddr *name, int len,
			      PVOID data, DWORD n, LPDWORD sent,
			      LPOVERLAPPED overlapped)
{
	enum { ADDRESS = 2 };
	ULONG size;
	void *in;
	int ret, error;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (!overlapped)
		return ws_fail(WSAEINVAL), FALSE;
	in = ws_address(name, len, ADDRESS, &size);
	if (!in)
		return FALSE;
	ret = ws_overlapped(s, IOCTL_AFD_SUPER_CONNECT, in, size, data,
			    data ? n : 0, sent, overlapped, NULL);
	error = WSAGetLastError();
	ws_free(in);
	WSASetLastError(error);
	return !ret;
}

static BOOL WINAPI disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags,
				 DWORD reserved)
{
	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (flags & ~(DWORD)TF_REUSE_SOCKET || reserved)
		return ws_fail(WSAEINVAL), FALSE;
	return !ws_overlapped(s, IOCTL_AFD_SUPER_DISCONNECT, &flags,
			      sizeof flags, NULL, 0, NULL, overlapped, NULL);
}

static BOOL WINAPI transmit_file(SOCKET s, HANDLE file, DWORD n, DWORD each,
				 LPOVERLAPPED overlapped,
				 LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
	AFD_TRANSMIT_FILE_INFO info = { .WriteLength.QuadPart = n,
					.SendPacketLength = each,
					.FileHandle = file,
					.Flags = flags };

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (overlapped)
		info.Offset.QuadPart =
			(LONGLONG)((ULONGLONG)overlapped->OffsetHigh << 32 |
				   overlapped->Offset);
	else /* from where the file is */
		info.Offset.QuadPart = -1;
	if (buffers) {
		info.Head = buffers->Head;
		info.HeadLength = buffers->HeadLength;
		info.Tail = buffers->Tail;
		info.TailLength = buffers->TailLength;
	}
	return !ws_overlapped(s, IOCTL_AFD_TRANSMIT_FILE, &info, sizeof info,
			      NULL, 0, NULL, overlapped, NULL);
}

static BOOL WINAPI transmit_packets(SOCKET s,
				    LPTRANSMIT_PACKETS_ELEMENT elements,
				    DWORD count, DWORD size,
				    LPOVERLAPPED overlapped, DWORD flags)
{
	AFD_TRANSMIT_PACKETS_INFO info = { elements, count, size, flags };

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	return !ws_overlapped(s, IOCTL_AFD_TRANSMIT_PACKETS, &info, sizeof info,
			      NULL, 0, NULL, overlapped, NULL);
}

void *ws_extension(const GUID *id)
{
	static const struct {
		GUID id;
		void *function;
	} rows[] = {
		{ WSAID_ACCEPTEX, (void *)accept_ex },
		{ WSAID_GETACCEPTEXSOCKADDRS, (void *)get_addresses },
		{ WSAID_CONNECTEX, (void *)connect_ex },
		{ WSAID_DISCONNECTEX, (void *)disconnect_ex },
		{ WSAID_TRANSMITFILE, (void *)transmit_file },
		{ WSAID_TRANSMITPACKETS, (void *)transmit_packets },
		{ WSAID_WSARECVMSG, (void *)ws_recv_msg },
		{ WSAID_WSASENDMSG, (void *)WSASendMsg },
		{ WSAID_WSAPOLL, (void *)WSAPoll },
	};

	for (ULONG i = 0; i < ARRAYSIZE(rows); i++)
		if (!memcmp(&rows[i].id, id, sizeof *id))
			return rows[i].function;
	return NULL;
}
