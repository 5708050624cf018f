/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sock-pair.h - for guest tests: two ends of a TCP connection on loopback,
 * addresses, calls that fail, and the functions behind GUIDs.
 */
#ifndef RF_GUEST_SOCK_PAIR_H
#define RF_GUEST_SOCK_PAIR_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include "check.h"

#define FAILS(call, error)                                                     \
	do {                                                                   \
		WSASetLastError(0);                                            \
		CHECK_EQ(call, SOCKET_ERROR);                                  \
		CHECK_EQ(WSAGetLastError(), error);                            \
	} while (0)

static inline struct sockaddr_in inet4(const char *address, u_short port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port) };

	a.sin_addr.s_addr = inet_addr(address);
	return a;
}

/* Listens at a free port, which is in *at. */
static inline SOCKET listener(struct sockaddr_in *at)
{
	SOCKET l = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int n = sizeof *at;

	memset(at, 0, sizeof *at);
	at->sin_family = AF_INET;
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(l != INVALID_SOCKET);
	CHECK_EQ(bind(l, (SOCKADDR *)at, sizeof *at), 0);
	CHECK_EQ(listen(l, SOMAXCONN), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)at, &n), 0);
	CHECK_EQ(n, sizeof *at);
	CHECK(at->sin_port != 0);
	return l;
}

/* *a has connected to *b, and both know whom they speak to. */
static inline void pair(SOCKET *a, SOCKET *b)
{
	struct sockaddr_in at, peer, mine;
	SOCKET l = listener(&at);
	int n = sizeof peer, m = sizeof mine;

	*a = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(*a, (SOCKADDR *)&at, sizeof at), 0);
	*b = accept(l, (SOCKADDR *)&peer, &n);
	CHECK(*b != INVALID_SOCKET);
	CHECK_EQ(getsockname(*a, (SOCKADDR *)&mine, &m), 0);
	CHECK_EQ(peer.sin_port, mine.sin_port);
	m = sizeof mine;
	CHECK_EQ(getpeername(*a, (SOCKADDR *)&mine, &m), 0);
	CHECK_EQ(mine.sin_port, at.sin_port);
	CHECK_EQ(closesocket(l), 0);
}

/* A function that one gets by a socket: AcceptEx and the like. */
static inline void *extension(SOCKET s, GUID id)
{
	void *f = NULL;
	DWORD n;

	CHECK_EQ(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id,
			  &f, sizeof f, &n, NULL, NULL),
		 0);
	CHECK(f != NULL);
	return f;
}

#endif
