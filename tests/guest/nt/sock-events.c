/*
 * Network events by the rules of WSAEventSelect: what is told when, what a call
 * re-enables, and with which error; alertable waits; sockets connected again.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

static WSAEVENT event;
static WSANETWORKEVENTS last;

/* What is told of s within ms; 0: nothing. */
static LONG told(SOCKET s, DWORD ms)
{
	memset(&last, 0, sizeof last);
	if (WSAWaitForMultipleEvents(1, &event, FALSE, ms, FALSE) ==
	    WSA_WAIT_EVENT_0)
		CHECK_EQ(WSAEnumNetworkEvents(s, event, &last), 0);
	return last.lNetworkEvents;
}

static void reset(SOCKET s)
{
	struct linger now = { 1, 0 };

	CHECK_EQ(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&now, sizeof now),
		 0);
	closesocket(s);
}

static void refused(void)
{
	SOCKET l, s = socket(AF_INET, SOCK_STREAM, 0), c;
	struct sockaddr_in at;
	BOOL on = TRUE;
	u_long off = 0;
	char byte;

	closesocket(listener(&at));
	CHECK_EQ(WSAEventSelect(s, event, FD_CONNECT | FD_WRITE | FD_CLOSE), 0);
	/* The same socket may try again. */
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(connect(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
		CHECK_EQ(told(s, 10000), FD_CONNECT);
		CHECK_EQ(last.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
		CHECK_EQ(told(s, 0), 0);
	}
	/* And get there, once somebody listens. */
	l = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on);
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(l, 1), 0);
	CHECK_EQ(connect(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK(told(s, 10000) & FD_CONNECT);
	CHECK_EQ(last.iErrorCode[FD_CONNECT_BIT], 0);
	c = accept(l, NULL, NULL);
	CHECK_EQ(send(c, "x", 1, 0), 1);
	CHECK_EQ(WSAEventSelect(s, NULL, 0), 0);
	CHECK_EQ(ioctlsocket(s, FIONBIO, &off), 0);
	CHECK_EQ(recv(s, &byte, 1, 0), 1);
	closesocket(c);
	closesocket(s);
	closesocket(l);
}

static void room(void)
{
	static char big[1 << 16];
	SOCKET a, b;
	int left = 0, n;
	u_long on = 1;

	pair(&a, &b);
	CHECK_EQ(WSAEventSelect(a, event, FD_WRITE), 0);
	CHECK_EQ(told(a, 1000), FD_WRITE);
	CHECK_EQ(told(a, 0), 0);
	/* Sending what goes through re-enables nothing. */
	CHECK_EQ(send(a, big, 1, 0), 1);
	CHECK_EQ(told(a, 0), 0);
	left = 1;
	while ((n = send(a, big, sizeof big, 0)) > 0)
		left += n;
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK_EQ(told(a, 0), 0);
	CHECK_EQ(ioctlsocket(b, FIONBIO, &on), 0);
	while (left > 0) {
		n = recv(b, big, sizeof big, 0);
		if (n > 0)
			left -= n;
		else
			Sleep(1);
	}
	CHECK_EQ(told(a, 10000), FD_WRITE);
	closesocket(a);
	closesocket(b);
}

static void data(void)
{
	SOCKET a, b;
	char c;

	pair(&a, &b);
	CHECK_EQ(WSAEventSelect(a, event, FD_READ | FD_OOB | FD_CLOSE), 0);
	CHECK_EQ(send(b, "!", 1, MSG_OOB), 1);
	CHECK_EQ(told(a, 10000), FD_OOB);
	CHECK_EQ(recv(a, &c, 1, MSG_OOB), 1);
	CHECK_EQ(told(a, 0), 0);
	CHECK_EQ(send(b, "12", 2, 0), 2);
	CHECK_EQ(told(a, 10000), FD_READ);
	CHECK_EQ(told(a, 0), 0);
	/* Looking re-enables it as reading does. */
	CHECK_EQ(recv(a, &c, 1, MSG_PEEK), 1);
	CHECK_EQ(told(a, 1000), FD_READ);
	/* The end comes behind the data, and is told so. */
	CHECK_EQ(shutdown(b, SD_SEND), 0);
	CHECK_EQ(told(a, 100), 0);
	CHECK_EQ(recv(a, &c, 1, 0), 1);
	CHECK_EQ(told(a, 1000), FD_READ);
	CHECK_EQ(recv(a, &c, 1, 0), 1);
	CHECK_EQ(told(a, 10000), FD_CLOSE);
	CHECK_EQ(last.iErrorCode[FD_CLOSE_BIT], 0);
	CHECK_EQ(recv(a, &c, 1, 0), 0);
	CHECK_EQ(told(a, 0), 0);
	closesocket(a);
	closesocket(b);

	/* Also to who asked for nothing else. */
	pair(&a, &b);
	CHECK_EQ(WSAEventSelect(a, event, FD_CLOSE), 0);
	CHECK_EQ(send(b, "1", 1, 0), 1);
	closesocket(b);
	CHECK_EQ(told(a, 100), 0);
	while (recv(a, &c, 1, 0) < 0)
		CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK_EQ(told(a, 10000), FD_CLOSE);
	closesocket(a);

	/* A reset does not wait. */
	pair(&a, &b);
	CHECK_EQ(WSAEventSelect(a, event, FD_READ | FD_CLOSE), 0);
	reset(b);
	CHECK_EQ(told(a, 10000), FD_CLOSE);
	CHECK_EQ(last.iErrorCode[FD_CLOSE_BIT], WSAECONNRESET);
	CHECK_EQ(recv(a, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNRESET);
	closesocket(a);
}

static void connections(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), c[2], s;

	CHECK_EQ(WSAEventSelect(l, event, FD_ACCEPT), 0);
	for (int i = 0; i < 2; i++) {
		c[i] = socket(AF_INET, SOCK_STREAM, 0);
		CHECK_EQ(connect(c[i], (SOCKADDR *)&at, sizeof at), 0);
	}
	CHECK_EQ(told(l, 10000), FD_ACCEPT);
	CHECK_EQ(told(l, 0), 0);
	s = accept(l, NULL, NULL);
	CHECK(s != INVALID_SOCKET);
	closesocket(s);
	CHECK_EQ(told(l, 10000), FD_ACCEPT);
	s = accept(l, NULL, NULL);
	CHECK(s != INVALID_SOCKET);
	closesocket(s);
	CHECK_EQ(told(l, 0), 0);
	CHECK(accept(l, NULL, NULL) == INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	for (int i = 0; i < 2; i++)
		closesocket(c[i]);
	closesocket(l);
}

/* An address that does not fit leaves the connection for the next. */
static void small_names(void)
{
	SOCKET l = socket(AF_INET6, SOCK_STREAM, 0),
	       c = socket(AF_INET6, SOCK_STREAM, 0), s;
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 }, peer;
	int n = sizeof at;

	at.sin6_addr = in6addr_loopback;
	if (bind(l, (SOCKADDR *)&at, sizeof at)) {
		CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL); /* no IPv6 */
		goto out;
	}
	CHECK_EQ(listen(l, 1), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), 0);
	n = sizeof(struct sockaddr_in);
	CHECK(accept(l, (SOCKADDR *)&peer, &n) == INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	n = sizeof peer;
	s = accept(l, (SOCKADDR *)&peer, &n);
	CHECK(s != INVALID_SOCKET);
	CHECK_EQ(n, sizeof peer);
	closesocket(s);
out:
	closesocket(c);
	closesocket(l);
}

static volatile LONG called;

static void CALLBACK routine(DWORD error, DWORD n, LPWSAOVERLAPPED o,
			     DWORD flags)
{
	CHECK_EQ(error, WSAEMSGSIZE);
	CHECK_EQ(n, 1);
	CHECK_EQ(flags, MSG_PARTIAL);
	called++;
}

/* An alertable wait ends with a routine, which is told of what was cut. */
static void alertable(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET };
	WSAOVERLAPPED o = { 0 };
	DWORD flags = 0;
	char c;
	WSABUF b = { 1, &c };
	int n = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(s, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&at, &n), 0);
	WSAResetEvent(event);
	CHECK_EQ(WSARecv(s, &b, 1, NULL, &flags, &o, routine), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(sendto(s, "too much", 8, 0, (SOCKADDR *)&at, n), 8);
	CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 10000, TRUE),
		 WSA_WAIT_IO_COMPLETION);
	CHECK_EQ(called, 1);
	CHECK_EQ(WSAWaitForMultipleEvents(1, &event, FALSE, 0, TRUE),
		 WSA_WAIT_TIMEOUT);
	closesocket(s);
}

int main(void)
{
	WSADATA startup;

	WSAStartup(MAKEWORD(2, 2), &startup);
	event = WSACreateEvent();
	refused();
	room();
	data();
	connections();
	small_names();
	alertable();
	WSACloseEvent(event);
	return check_done();
}
