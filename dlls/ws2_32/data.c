/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* data.c - sending and receiving. */
#include "ws.h"

#include <mswsock.h>

_Static_assert(offsetof(WSABUF, buf) == offsetof(AFD_BUFFER, Buffer) &&
		       sizeof(WSABUF) == sizeof(AFD_BUFFER),
	       "AFD reads WSABUFs");

/* Every flag we know; -1: others. */
static LONG receive_flags(DWORD flags)
{
	LONG tdi = 0;

	if (flags & ~(DWORD)(MSG_OOB | MSG_PEEK | MSG_WAITALL | MSG_PARTIAL |
			     MSG_PUSH_IMMEDIATE))
		return -1;
	if (flags & MSG_WAITALL && flags & (MSG_OOB | MSG_PEEK | MSG_PARTIAL))
		return -1;
	if (flags & MSG_OOB)
		tdi |= TDI_RECEIVE_EXPEDITED;
	if (flags & MSG_PEEK)
		tdi |= TDI_RECEIVE_PEEK;
	if (flags & MSG_WAITALL)
		tdi |= TDI_RECEIVE_WAITALL;
	return tdi;
}

static LONG send_flags(DWORD flags)
{
	if (flags & ~(DWORD)(MSG_OOB | MSG_DONTROUTE | MSG_PARTIAL))
		return -1;
	return flags & MSG_OOB ? TDI_SEND_EXPEDITED : 0;
}

/* What a finished receive says in *flags. */
static void told(DWORD *flags, int ret)
{
	if (!flags)
		return;
	*flags = ret && WSAGetLastError() == WSAEMSGSIZE ? MSG_PARTIAL : 0;
}

static int check(const WSABUF *buffers, DWORD count)
{
	if (!ws_started())
		return WSANOTINITIALISED;
	if (!buffers || !count)
		return WSAEINVAL;
	return 0;
}

/* ---- receiving ---- */

int WINAPI WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
		   LPDWORD flags, LPWSAOVERLAPPED overlapped,
		   LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	int error = check(buffers, count), ret;
	LONG tdi = flags ? receive_flags(*flags) : -1;
	AFD_IO_INFO info = { buffers, count,
			     overlapped ? AFD_FLAG_OVERLAPPED : 0, (ULONG)tdi };

	if (error)
		return ws_fail(error);
	if (!flags)
		return ws_fail(WSAEFAULT);
	if (tdi < 0)
		return ws_fail(WSAEOPNOTSUPP);
	ret = ws_overlapped(s, IOCTL_AFD_RECEIVE, &info, sizeof info, NULL, 0,
			    n, overlapped, done);
	if (!overlapped || !ret)
		told(flags, ret);
	return ret;
}

int WINAPI recv(SOCKET s, char *data, int n, int flags)
{
	WSABUF buffer = { (ULONG)n, data };
	DWORD got = 0, f = (DWORD)flags;

	if (n < 0)
		return ws_fail(WSAEFAULT);
	if (WSARecv(s, &buffer, 1, &got, &f, NULL, NULL))
		return SOCKET_ERROR;
	return (int)got;
}

int WINAPI WSARecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
		       LPDWORD flags, struct sockaddr *from, LPINT size,
		       LPWSAOVERLAPPED overlapped,
		       LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	int error = check(buffers, count), ret;
	LONG tdi = flags ? receive_flags(*flags) : -1;
	AFD_RECEIVE_MORE info = {
		.Io = { buffers, count, overlapped ? AFD_FLAG_OVERLAPPED : 0,
			(ULONG)tdi },
		.Address = size ? from : NULL,
		.AddressLength = from ? size : NULL,
	};

	if (error)
		return ws_fail(error);
	if (!flags)
		return ws_fail(WSAEFAULT);
	if (tdi < 0)
		return ws_fail(WSAEOPNOTSUPP);
	ret = ws_overlapped(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, sizeof info,
			    NULL, 0, n, overlapped, done);
	if (!overlapped || !ret)
		told(flags, ret);
	return ret;
}

int WINAPI recvfrom(SOCKET s, char *data, int n, int flags,
		    struct sockaddr *from, int *size)
{
	WSABUF buffer = { (ULONG)n, data };
	DWORD got = 0, f = (DWORD)flags;

	if (n < 0)
		return ws_fail(WSAEFAULT);
	if (WSARecvFrom(s, &buffer, 1, &got, &f, from, size, NULL, NULL))
		return SOCKET_ERROR;
	return (int)got;
}

/* ---- sending ---- */

int WINAPI WSASend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
		   DWORD flags, LPWSAOVERLAPPED overlapped,
		   LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	int error = check(buffers, count);
	LONG tdi = send_flags(flags);
	AFD_IO_INFO info = { buffers, count,
			     overlapped ? AFD_FLAG_OVERLAPPED : 0, (ULONG)tdi };

	if (error)
		return ws_fail(error);
	if (tdi < 0)
		return ws_fail(WSAEOPNOTSUPP);
	return ws_overlapped(s, IOCTL_AFD_SEND, &info, sizeof info, NULL, 0, n,
			     overlapped, done);
}

int WINAPI send(SOCKET s, const char *data, int n, int flags)
{
	WSABUF buffer = { (ULONG)n, (char *)data };
	DWORD sent = 0;

	if (n < 0)
		return ws_fail(WSAEFAULT);
	if (WSASend(s, &buffer, 1, &sent, (DWORD)flags, NULL, NULL))
		return SOCKET_ERROR;
	return (int)sent;
}

int WINAPI WSASendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
		     DWORD flags, const struct sockaddr *to, int size,
		     LPWSAOVERLAPPED overlapped,
		     LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	int error = check(buffers, count);
	AFD_SEND_MORE info = {
		.BufferArray = buffers,
		.BufferCount = count,
		.AfdFlags = overlapped ? AFD_FLAG_OVERLAPPED : 0,
		.RemoteAddressLength = to ? size : 0,
		.RemoteAddress = to,
	};

	if (error)
		return ws_fail(error);
	if (!to) /* to the peer */
		return WSASend(s, buffers, count, n, flags, overlapped, done);
	if (send_flags(flags) < 0)
		return ws_fail(WSAEOPNOTSUPP);
	return ws_overlapped(s, IOCTL_AFD_SEND_DATAGRAM, &info,
			     offsetof(AFD_SEND_MORE, ControlBuffer), NULL, 0, n,
			     overlapped, done);
}

int WINAPI sendto(SOCKET s, const char *data, int n, int flags,
		  const struct sockaddr *to, int size)
{
	WSABUF buffer = { (ULONG)n, (char *)data };
	DWORD sent = 0;

	if (n < 0)
		return ws_fail(WSAEFAULT);
	if (WSASendTo(s, &buffer, 1, &sent, (DWORD)flags, to, size, NULL, NULL))
		return SOCKET_ERROR;
	return (int)sent;
}

/* ---- messages with control data ---- */

int WINAPI WSASendMsg(SOCKET s, LPWSAMSG m, DWORD flags, LPDWORD n,
		      LPWSAOVERLAPPED overlapped,
		      LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	AFD_SEND_MORE info = { 0 };
	int error;

	if (!m)
		return ws_fail(WSAEFAULT);
	error = check(m->lpBuffers, m->dwBufferCount);
	if (error)
		return ws_fail(error);
	if (send_flags(flags) < 0)
		return ws_fail(WSAEOPNOTSUPP);
	info.BufferArray = m->lpBuffers;
	info.BufferCount = m->dwBufferCount;
	info.AfdFlags = overlapped ? AFD_FLAG_OVERLAPPED : 0;
	info.RemoteAddress = m->name;
	info.RemoteAddressLength = m->name ? m->namelen : 0;
	info.ControlBuffer = m->Control.buf;
	info.ControlLength = m->Control.len;
	return ws_overlapped(s, IOCTL_AFD_SEND_MESSAGE, &info, sizeof info,
			     NULL, 0, n, overlapped, done);
}

/* By WSAIoctl only.  The message is filled in when the request is done. */
int WINAPI ws_recv_msg(SOCKET s, LPWSAMSG m, LPDWORD n,
		       LPWSAOVERLAPPED overlapped,
		       LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	AFD_RECEIVE_MORE info = { 0 };
	LONG tdi;
	int error;

	if (!m)
		return ws_fail(WSAEFAULT);
	error = check(m->lpBuffers, m->dwBufferCount);
	if (error)
		return ws_fail(error);
	tdi = receive_flags(m->dwFlags);
	if (tdi < 0)
		return ws_fail(WSAEOPNOTSUPP);
	info.Io.BufferArray = m->lpBuffers;
	info.Io.BufferCount = m->dwBufferCount;
	info.Io.AfdFlags = overlapped ? AFD_FLAG_OVERLAPPED : 0;
	info.Io.TdiFlags = (ULONG)tdi;
	info.Address = m->name;
	info.AddressLength = m->name ? &m->namelen : NULL;
	info.ControlBuffer = m->Control.buf;
	info.ControlLength = &m->Control.len;
	info.MsgFlags = &m->dwFlags;
	return ws_overlapped(s, IOCTL_AFD_RECEIVE_MESSAGE, &info, sizeof info,
			     NULL, 0, n, overlapped, done);
}

/* ---- what has become of it ---- */

BOOL WINAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped,
				   LPDWORD n, BOOL wait, LPDWORD flags)
{
	NTSTATUS status;
	int error;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (!overlapped || !n || !flags)
		return ws_fail(WSAEFAULT), FALSE;
	status = (NTSTATUS) * (volatile DWORD *)&overlapped->Internal;
	if (status == STATUS_PENDING) {
		HANDLE event =
			(HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);

		if (!wait)
			return ws_fail(WSA_IO_INCOMPLETE), FALSE;
		if (!event)
			event = (HANDLE)s;
		while ((status = (NTSTATUS) *
				 (volatile DWORD *)&overlapped->Internal) ==
		       STATUS_PENDING)
			if (WaitForSingleObject(event, INFINITE) == WAIT_FAILED)
				return FALSE;
	}
	*n = (DWORD)overlapped->InternalHigh;
	*flags = status == STATUS_BUFFER_OVERFLOW ? MSG_PARTIAL : 0;
	error = ws_overlapped_error(status);
	if (error)
		WSASetLastError(error);
	return !error;
}
