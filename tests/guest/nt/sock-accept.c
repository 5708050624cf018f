/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sock-accept.c - WSAAccept's condition: what it is told, who is rejected, and who
 * is put off until later.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "check.h"

static struct sockaddr_in listening;

struct asked {
	int answer, times;
	struct sockaddr_in caller, callee;
	BOOL in_order;
};

static int CALLBACK ask(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos,
			LPQOS gqos, LPWSABUF callee, LPWSABUF callee_data,
			GROUP *g, DWORD_PTR context)
{
	struct asked *a = (struct asked *)context;

	a->times++;
	a->in_order = caller && caller->len == sizeof a->caller && callee &&
		      callee->len == sizeof a->callee && !sqos && !gqos && g &&
		      (!caller_data || !caller_data->len) &&
		      (!callee_data || !callee_data->len);
	if (a->in_order) {
		memcpy(&a->caller, caller->buf, sizeof a->caller);
		memcpy(&a->callee, callee->buf, sizeof a->callee);
	}
	return a->answer;
}

static SOCKET listener(void)
{
	SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
	int n = sizeof listening;
	BOOL on = TRUE;

	listening = (struct sockaddr_in){ .sin_family = AF_INET };
	listening.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(!setsockopt(l, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, (char *)&on,
			  sizeof on));
	CHECK(!bind(l, (struct sockaddr *)&listening, sizeof listening));
	CHECK(!getsockname(l, (struct sockaddr *)&listening, &n));
	CHECK(!listen(l, 5));
	/* Not any more. */
	CHECK_EQ(setsockopt(l, SOL_SOCKET, SO_CONDITIONAL_ACCEPT, (char *)&on,
			    sizeof on),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	return l;
}

static SOCKET caller(struct sockaddr_in *is)
{
	SOCKET c = socket(AF_INET, SOCK_STREAM, 0);
	int n = sizeof *is;

	CHECK(!connect(c, (struct sockaddr *)&listening, sizeof listening));
	CHECK(!getsockname(c, (struct sockaddr *)is, &n));
	return c;
}

static BOOL readable(SOCKET s, LONG seconds)
{
	struct timeval tv = { seconds, 0 };
	fd_set in;

	FD_ZERO(&in);
	FD_SET(s, &in);
	return select(0, &in, NULL, NULL, &tv) == 1;
}

/* Called and rejected: the caller hears of a reset. */
static void rejected(SOCKET l)
{
	struct asked a = { .answer = CF_REJECT };
	struct sockaddr_in is;
	SOCKET c = caller(&is);
	char x;

	CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a), INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	CHECK_EQ(a.times, 1);
	CHECK(a.in_order);
	CHECK_EQ(a.caller.sin_port, is.sin_port);
	CHECK_EQ(a.callee.sin_port, listening.sin_port);
	CHECK_EQ(recv(c, &x, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNRESET);
	CHECK(!readable(l, 0));
	closesocket(c);
}

/* Put off, it is asked about again, before those that came later. */
static void deferred(SOCKET l)
{
	struct asked a = { .answer = CF_DEFER };
	struct sockaddr_in is, second, from;
	SOCKET c = caller(&is), d = caller(&second), s;
	int n = sizeof from;
	char x;

	for (int i = 1; i < 4; i++) {
		CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a),
			 INVALID_SOCKET);
		CHECK_EQ(WSAGetLastError(), WSATRY_AGAIN);
		CHECK_EQ(a.times, i);
		CHECK_EQ(a.caller.sin_port, is.sin_port);
		CHECK(readable(l, 0));
	}
	/* No answer at all. */
	a.answer = 4711;
	CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a), INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	a.answer = CF_ACCEPT;
	s = WSAAccept(l, (struct sockaddr *)&from, &n, ask, (DWORD_PTR)&a);
	CHECK(s != INVALID_SOCKET, "%d", WSAGetLastError());
	CHECK_EQ(from.sin_port, is.sin_port);
	CHECK_EQ(send(s, "x", 1, 0), 1);
	CHECK_EQ(recv(c, &x, 1, 0), 1);
	closesocket(s);
	closesocket(c);
	n = sizeof from;
	s = accept(l, (struct sockaddr *)&from, &n);
	CHECK_EQ(from.sin_port, second.sin_port);
	closesocket(s);
	closesocket(d);
}

/* One that waits to be asked about is no hindrance to the end. */
static void left(SOCKET l)
{
	struct asked a = { .answer = CF_DEFER };
	struct sockaddr_in is;
	SOCKET c = caller(&is);
	char x;

	CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a), INVALID_SOCKET);
	closesocket(l);
	CHECK(recv(c, &x, 1, 0) <= 0);
	closesocket(c);
}

/* Nobody is there: the condition is not asked. */
static void nobody(SOCKET l)
{
	struct asked a = { .answer = CF_ACCEPT };
	u_long on = 1, off = 0;

	ioctlsocket(l, FIONBIO, &on);
	CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a), INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK_EQ(a.times, 0);
	ioctlsocket(l, FIONBIO, &off);
}

static BOOL event_now(SOCKET l, WSAEVENT event, DWORD ms)
{
	WSANETWORKEVENTS e;

	if (WSAWaitForMultipleEvents(1, &event, FALSE, ms, FALSE))
		return FALSE;
	CHECK(!WSAEnumNetworkEvents(l, event, &e));
	CHECK_EQ(e.lNetworkEvents, FD_ACCEPT);
	CHECK_EQ(e.iErrorCode[FD_ACCEPT_BIT], 0);
	return TRUE;
}

/* WSAAccept re-enables FD_ACCEPT, unless the answer was CF_DEFER. */
static void told(SOCKET l)
{
	struct asked a = { .answer = CF_DEFER };
	WSAEVENT event = WSACreateEvent();
	struct sockaddr_in is;
	u_long off = 0;
	SOCKET c, d, s;

	CHECK(!WSAEventSelect(l, event, FD_ACCEPT));
	c = caller(&is);
	CHECK(event_now(l, event, 10000));
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a),
			 INVALID_SOCKET);
		CHECK_EQ(WSAGetLastError(), WSATRY_AGAIN);
		CHECK(!event_now(l, event, 0));
	}
	d = caller(&is);
	CHECK(!event_now(l, event, 0));
	s = accept(l, NULL, NULL);
	CHECK(s != INVALID_SOCKET);
	closesocket(s);
	CHECK(event_now(l, event, 10000));
	a.answer = CF_REJECT;
	CHECK_EQ(WSAAccept(l, NULL, NULL, ask, (DWORD_PTR)&a), INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	closesocket(c);
	c = caller(&is);
	CHECK(event_now(l, event, 10000));
	s = accept(l, NULL, NULL);
	CHECK(!WSAEventSelect(l, NULL, 0));
	ioctlsocket(l, FIONBIO, &off);
	closesocket(s);
	closesocket(c);
	closesocket(d);
	WSACloseEvent(event);
}

/* Data that a caller sends along is not TCP's to carry. */
static void with_data(SOCKET l)
{
	char in[4] = "abc", out[8];
	WSABUF give = { 3, in }, get = { sizeof out, out };
	SOCKET c = socket(AF_INET, SOCK_STREAM, 0), s;

	CHECK(!WSAConnect(c, (struct sockaddr *)&listening, sizeof listening,
			  &give, &get, NULL, NULL));
	CHECK_EQ(get.len, 0);
	s = accept(l, NULL, NULL);
	CHECK(s != INVALID_SOCKET);
	CHECK(!readable(s, 0));
	closesocket(c);
	closesocket(s);
}

int main(void)
{
	SOCKET l;
	WSADATA w;

	CHECK(!WSAStartup(0x202, &w));
	l = listener();
	nobody(l);
	rejected(l);
	deferred(l);
	told(l);
	with_data(l);
	left(l);
	WSACleanup();
	return check_done();
}
