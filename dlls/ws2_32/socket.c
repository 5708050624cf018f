/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * socket.c - what takes a socket, of which none can be open yet: every call
 * says so, in the order in which Windows checks.
 */
#include "rf-socket.h"

#include "ws.h"

int ws_fail(int error)
{
	WSASetLastError(ws_started() ? error : WSANOTINITIALISED);
	return SOCKET_ERROR;
}

SOCKET WINAPI accept(SOCKET s, struct sockaddr *from, int *size)
{
	ws_fail(WSAENOTSOCK);
	return INVALID_SOCKET;
}

SOCKET WINAPI WSAAccept(SOCKET s, struct sockaddr *from, LPINT size,
			LPCONDITIONPROC condition, DWORD_PTR context)
{
	ws_fail(WSAENOTSOCK);
	return INVALID_SOCKET;
}

SOCKET WINAPI WSASocketW(int family, int type, int protocol,
			 LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags)
{
	return socket(family, type, protocol);
}

SOCKET WINAPI WSASocketA(int family, int type, int protocol,
			 LPWSAPROTOCOL_INFOA info, GROUP group, DWORD flags)
{
	return socket(family, type, protocol);
}

#define NO_SOCKET(name, ...)                                                   \
	int WINAPI name(__VA_ARGS__)                                           \
	{                                                                      \
		return ws_fail(WSAENOTSOCK);                                   \
	}

NO_SOCKET(bind, SOCKET s, const struct sockaddr *to, int n)
NO_SOCKET(connect, SOCKET s, const struct sockaddr *to, int n)
NO_SOCKET(listen, SOCKET s, int n)
NO_SOCKET(getpeername, SOCKET s, struct sockaddr *name, int *n)
NO_SOCKET(getsockname, SOCKET s, struct sockaddr *name, int *n)
NO_SOCKET(getsockopt, SOCKET s, int level, int option, char *value, int *n)
NO_SOCKET(setsockopt, SOCKET s, int level, int option, const char *value, int n)
NO_SOCKET(ioctlsocket, SOCKET s, LONG code, u_long *value)
NO_SOCKET(shutdown, SOCKET s, int how)
NO_SOCKET(recv, SOCKET s, char *data, int n, int flags)
NO_SOCKET(recvfrom, SOCKET s, char *data, int n, int flags,
	  struct sockaddr *from, int *size)
NO_SOCKET(send, SOCKET s, const char *data, int n, int flags)
NO_SOCKET(sendto, SOCKET s, const char *data, int n, int flags,
	  const struct sockaddr *to, int size)
NO_SOCKET(WSAConnect, SOCKET s, const struct sockaddr *to, int n,
	  LPWSABUF caller, LPWSABUF callee, LPQOS sqos, LPQOS gqos)
NO_SOCKET(WSADuplicateSocketW, SOCKET s, DWORD process,
	  LPWSAPROTOCOL_INFOW info)
NO_SOCKET(WSADuplicateSocketA, SOCKET s, DWORD process,
	  LPWSAPROTOCOL_INFOA info)
NO_SOCKET(WSAEnumNetworkEvents, SOCKET s, WSAEVENT event,
	  LPWSANETWORKEVENTS events)
NO_SOCKET(WSAEventSelect, SOCKET s, WSAEVENT event, LONG events)
NO_SOCKET(WSAAsyncSelect, SOCKET s, HWND window, u_int message, LONG events)
NO_SOCKET(WSAIoctl, SOCKET s, DWORD code, LPVOID in, DWORD in_n, LPVOID out,
	  DWORD out_n, LPDWORD n, LPWSAOVERLAPPED overlapped,
	  LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
NO_SOCKET(WSARecv, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
	  LPDWORD flags, LPWSAOVERLAPPED overlapped,
	  LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
NO_SOCKET(WSARecvFrom, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
	  LPDWORD flags, struct sockaddr *from, LPINT size,
	  LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
NO_SOCKET(WSASend, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
	  DWORD flags, LPWSAOVERLAPPED overlapped,
	  LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
NO_SOCKET(WSASendTo, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD n,
	  DWORD flags, const struct sockaddr *to, int size,
	  LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
NO_SOCKET(WSASendDisconnect, SOCKET s, LPWSABUF data)
NO_SOCKET(WSARecvDisconnect, SOCKET s, LPWSABUF data)

/* Only the wait remains, and without a single socket there is none either. */
int WINAPI select(int n, fd_set *in, fd_set *out, fd_set *error,
		  const PTIMEVAL timeout)
{
	if ((in && in->fd_count) || (out && out->fd_count) ||
	    (error && error->fd_count))
		return ws_fail(WSAENOTSOCK);
	return ws_fail(WSAEINVAL);
}

int WINAPI WSAPoll(LPWSAPOLLFD fds, ULONG n, INT ms)
{
	if (!n)
		return ws_fail(WSAEINVAL);
	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	for (ULONG i = 0; i < n; i++)
		fds[i].revents = POLLNVAL;
	return (int)n;
}

int WINAPI __WSAFDIsSet(SOCKET s, fd_set *set)
{
	for (u_int i = 0; i < set->fd_count; i++)
		if (set->fd_array[i] == s)
			return 1;
	return 0;
}

int WINAPI WSCEnumProtocols(LPINT ids, LPWSAPROTOCOL_INFOW info, LPDWORD size,
			    LPINT error)
{
	*error = WSAENETDOWN;
	return SOCKET_ERROR;
}

/* ---- events are the kernel's
 * -------------------------------------------------- */

WSAEVENT WINAPI WSACreateEvent(void)
{
	return CreateEventW(NULL, TRUE, FALSE, NULL);
}

BOOL WINAPI WSACloseEvent(WSAEVENT event)
{
	return CloseHandle(event);
}

BOOL WINAPI WSASetEvent(WSAEVENT event)
{
	return SetEvent(event);
}

BOOL WINAPI WSAResetEvent(WSAEVENT event)
{
	return ResetEvent(event);
}

DWORD WINAPI WSAWaitForMultipleEvents(DWORD n, const WSAEVENT *events, BOOL all,
				      DWORD ms, BOOL alertable)
{
	return WaitForMultipleObjectsEx(n, events, all, ms, alertable);
}

int WINAPI WSACancelBlockingCall(void)
{
	return ws_fail(WSAEINVAL);
}

BOOL WINAPI WSAIsBlocking(void)
{
	return FALSE;
}
