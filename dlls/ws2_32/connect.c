/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connect.c - connecting to the first of several addresses that answers:
 * WSAConnectByName and WSAConnectByList.
 */
#include "ws.h"

/* Until end (GetTickCount64, 0: never); 0 or winsock's error. */
static int try_one(SOCKET s, const struct sockaddr *to, int n, ULONGLONG end)
{
	u_long on = 1, off = 0;
	int error = 0, size = sizeof error;
	struct timeval tv;
	ULONGLONG now;
	fd_set w, e;

	if (!end)
		return connect(s, to, n) ? WSAGetLastError() : 0;
	if (ioctlsocket(s, FIONBIO, &on))
		return WSAGetLastError();
	if (connect(s, to, n) && WSAGetLastError() != WSAEWOULDBLOCK) {
		error = WSAGetLastError();
	} else {
		now = GetTickCount64();
		now = now < end ? end - now : 0;
		tv = (struct timeval){ (long)(now / 1000),
				       (long)(now % 1000 * 1000) };
		FD_ZERO(&w);
		FD_ZERO(&e);
		FD_SET(s, &w);
		FD_SET(s, &e);
		switch (select(0, NULL, &w, &e, &tv)) {
		case 0:
			error = WSAETIMEDOUT;
			break;
		case SOCKET_ERROR:
			error = WSAGetLastError();
			break;
		default:
			if (e.fd_count)
				getsockopt(s, SOL_SOCKET, SO_ERROR,
					   (char *)&error, &size);
		}
	}
	ioctlsocket(s, FIONBIO, &off);
	return error;
}

static ULONGLONG end_of(const struct timeval *timeout)
{
	ULONGLONG ms;

	if (!timeout)
		return 0;
	ms = (ULONGLONG)timeout->tv_sec * 1000 +
	     (ULONGLONG)timeout->tv_usec / 1000;
	return GetTickCount64() + (ms ? ms : 1);
}

/* What the caller wants to know of the connection. */
static int tell(SOCKET s, LPDWORD local_n, LPSOCKADDR local, LPDWORD remote_n,
		LPSOCKADDR remote)
{
	int n;

	if (local && local_n) {
		n = (int)*local_n;
		if (getsockname(s, local, &n))
			return SOCKET_ERROR;
		*local_n = (DWORD)n;
	}
	if (remote && remote_n) {
		n = (int)*remote_n;
		if (getpeername(s, remote, &n))
			return SOCKET_ERROR;
		*remote_n = (DWORD)n;
	}
	return 0;
}

BOOL WINAPI WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST list,
			     LPDWORD local_n, LPSOCKADDR local,
			     LPDWORD remote_n, LPSOCKADDR remote,
			     const PTIMEVAL timeout, LPWSAOVERLAPPED reserved)
{
	ULONGLONG end = end_of(timeout);
	int error = WSAHOST_NOT_FOUND;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (!list || reserved)
		return ws_fail(WSAEINVAL), FALSE;
	for (INT i = 0; i < list->iAddressCount; i++) {
		const SOCKET_ADDRESS *a = &list->Address[i];

		error = try_one(s, a->lpSockaddr, a->iSockaddrLength, end);
		if (!error)
			return !tell(s, local_n, local, remote_n, remote);
		if (error == WSAETIMEDOUT && end && GetTickCount64() >= end)
			break;
	}
	return ws_fail(error), FALSE;
}

BOOL WINAPI WSAConnectByNameW(SOCKET s, LPWSTR node, LPWSTR service,
			      LPDWORD local_n, LPSOCKADDR local,
			      LPDWORD remote_n, LPSOCKADDR remote,
			      const PTIMEVAL timeout, LPWSAOVERLAPPED reserved)
{
	ADDRINFOW hints = { .ai_socktype = SOCK_STREAM }, *found;
	ULONGLONG end = end_of(timeout);
	ULONG family, only = 0;
	int error;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), FALSE;
	if (!node || !service || reserved)
		return ws_fail(WSAEINVAL), FALSE;
	if (!NT_SUCCESS(ws_get_word(s, 0x7ff0, &family)))
		return ws_fail(WSAENOTSOCK), FALSE;
	hints.ai_family = (int)family;
	if (family == AF_INET6) {
		int n = sizeof only;

		getsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&only, &n);
		/* A socket of both families takes mapped addresses. */
		if (!only)
			hints.ai_family = AF_UNSPEC;
	}
	error = GetAddrInfoW(node, service, &hints, &found);
	if (error)
		return ws_fail(error), FALSE;
	error = WSAHOST_NOT_FOUND;
	for (ADDRINFOW *a = found; a; a = a->ai_next) {
		struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
		const struct sockaddr_in *v4 = (const void *)a->ai_addr;
		const struct sockaddr *to = a->ai_addr;
		int n = (int)a->ai_addrlen;

		if (family == AF_INET6 && a->ai_family == AF_INET) {
			mapped.sin6_port = v4->sin_port;
			mapped.sin6_addr.s6_addr[10] = 0xff;
			mapped.sin6_addr.s6_addr[11] = 0xff;
			memcpy(mapped.sin6_addr.s6_addr + 12, &v4->sin_addr, 4);
			to = (const struct sockaddr *)&mapped;
			n = sizeof mapped;
		}
		error = try_one(s, to, n, end);
		if (!error ||
		    (error == WSAETIMEDOUT && end && GetTickCount64() >= end))
			break;
	}
	FreeAddrInfoW(found);
	if (error)
		return ws_fail(error), FALSE;
	return !tell(s, local_n, local, remote_n, remote);
}

BOOL WINAPI WSAConnectByNameA(SOCKET s, LPSTR node, LPSTR service,
			      LPDWORD local_n, LPSOCKADDR local,
			      LPDWORD remote_n, LPSOCKADDR remote,
			      const PTIMEVAL timeout, LPWSAOVERLAPPED reserved)
{
	WCHAR wide[256], wide_service[64];

	if (!node || !service ||
	    !MultiByteToWideChar(CP_ACP, 0, node, -1, wide, ARRAYSIZE(wide)) ||
	    !MultiByteToWideChar(CP_ACP, 0, service, -1, wide_service,
				 ARRAYSIZE(wide_service)))
		return ws_fail(WSAEINVAL), FALSE;
	return WSAConnectByNameW(s, wide, wide_service, local_n, local,
				 remote_n, remote, timeout, reserved);
}

/* ---- a session of many: of datagrams, what is sent to a group ---- */

static int join4(SOCKET s, const struct sockaddr_in *to)
{
	struct ip_mreq m = { .imr_multiaddr = to->sin_addr };

	return setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&m,
			  sizeof m);
}

static int join6(SOCKET s, const struct sockaddr_in6 *to)
{
	struct ipv6_mreq m = { to->sin6_addr, to->sin6_scope_id };

	return setsockopt(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, (char *)&m,
			  sizeof m);
}

/* Why s cannot be a leaf of what is at name; 0: it can. */
static int no_leaf(SOCKET s, const struct sockaddr *name, int n,
		   const WSABUF *caller, DWORD flags)
{
	const struct sockaddr_in *v4 = (const void *)name;
	const struct sockaddr_in6 *v6 = (const void *)name;
	ULONG family, leaf, type;

	if (!NT_SUCCESS(ws_get_word(s, 0x7ff0, &family)) ||
	    !NT_SUCCESS(ws_get_word(s, 0x7ff3, &leaf)) ||
	    !NT_SUCCESS(ws_get_word(s, SO_TYPE, &type)))
		return WSAENOTSOCK;
	if (!name || n < (int)sizeof *v4 ||
	    (name->sa_family == AF_INET6 && n < (int)sizeof *v6))
		return WSAEFAULT;
	if (caller && caller->len)
		return WSAEPROTONOSUPPORT;
	if (!leaf || type == SOCK_STREAM ||
	    (flags != JL_SENDER_ONLY && flags != JL_RECEIVER_ONLY &&
	     flags != JL_BOTH))
		return WSAEINVAL;
	if (name->sa_family != family)
		return WSAEAFNOSUPPORT;
	if (family == AF_INET ? !v4->sin_addr.s_addr
			      : IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr))
		return WSAEADDRNOTAVAIL;
	return 0;
}

/* The leaf is s itself. */
SOCKET WINAPI WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int n,
			  LPWSABUF caller, LPWSABUF callee, LPQOS sqos,
			  LPQOS gqos, DWORD flags)
{
	struct sockaddr_in6 any = { 0 };
	int error, size = sizeof any;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), INVALID_SOCKET;
	error = no_leaf(s, name, n, caller, flags);
	if (error)
		return ws_fail(error), INVALID_SOCKET;
	if (callee)
		callee->len = 0;
	/* It is bound now, if it was not. */
	if (getsockname(s, (struct sockaddr *)&any, &size)) {
		any.sin6_family = (short)name->sa_family;
		if (bind(s, (struct sockaddr *)&any,
			 name->sa_family == AF_INET
				 ? (int)sizeof(struct sockaddr_in)
				 : (int)sizeof any))
			return INVALID_SOCKET;
	}
	/* Who only sends need not be a member. */
	if (flags == JL_SENDER_ONLY)
		return s;
	if (!(name->sa_family == AF_INET ? join4(s, (const void *)name)
					 : join6(s, (const void *)name)))
		return s;
	if (WSAGetLastError() == WSAEADDRINUSE)
		WSASetLastError(WSAEISCONN);
	return INVALID_SOCKET;
}
