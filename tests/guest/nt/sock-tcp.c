/* TCP: blocking and non-blocking sockets, names, options, ends and errors. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

static struct sockaddr_in any_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void talk(void)
{
	SOCKET a, b;
	char buf[64];
	WSABUF out[2] = { { 3, "abc" }, { 4, "defg" } }, in[2];
	DWORD n, flags = 0;

	pair(&a, &b);
	CHECK_EQ(send(a, "hello", 5, 0), 5);
	CHECK_EQ(recv(b, buf, sizeof buf, MSG_PEEK), 5);
	CHECK_EQ(recv(b, buf, 2, 0), 2);
	CHECK_EQ(recv(b, buf + 2, sizeof buf, 0), 3);
	CHECK(!memcmp(buf, "hello", 5), "%.5s", buf);

	CHECK_EQ(WSASend(b, out, 2, &n, 0, NULL, NULL), 0);
	CHECK_EQ(n, 7);
	in[0] = (WSABUF){ 2, buf };
	in[1] = (WSABUF){ 5, buf + 8 };
	CHECK_EQ(WSARecv(a, in, 2, &n, &flags, NULL, NULL), 0);
	CHECK_EQ(n, 7);
	CHECK(!memcmp(buf, "ab", 2) && !memcmp(buf + 8, "cdefg", 5));

	/* MSG_WAITALL collects. */
	CHECK_EQ(send(a, "12", 2, 0), 2);
	CHECK_EQ(send(a, "34", 2, 0), 2);
	CHECK_EQ(recv(b, buf, 4, MSG_WAITALL), 4);
	CHECK(!memcmp(buf, "1234", 4));

	/* One direction ends, the other goes on. */
	CHECK_EQ(shutdown(a, SD_SEND), 0);
	CHECK_EQ(recv(b, buf, sizeof buf, 0), 0);
	CHECK_EQ(send(a, "x", 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAESHUTDOWN);
	CHECK_EQ(send(b, "y", 1, 0), 1);
	CHECK_EQ(recv(a, buf, sizeof buf, 0), 1);
	CHECK_EQ(closesocket(b), 0);
	CHECK_EQ(recv(a, buf, sizeof buf, 0), 0);
	CHECK_EQ(closesocket(a), 0);
	CHECK_EQ(closesocket(a), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
}

static void nonblocking(void)
{
	struct sockaddr_in at, closed_at;
	SOCKET l = listener(&at), s, c;
	u_long on = 1, left;
	char buf[16], *big;
	fd_set w, e, r;
	struct timeval tv = { 5, 0 };
	int n, total = 0, err, len = sizeof err;

	CHECK_EQ(ioctlsocket(l, FIONBIO, &on), 0);
	CHECK(accept(l, NULL, NULL) == INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);

	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(ioctlsocket(c, FIONBIO, &on), 0);
	CHECK_EQ(recv(c, buf, sizeof buf, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	if (connect(c, (SOCKADDR *)&at, sizeof at))
		CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	FD_ZERO(&w);
	FD_SET(c, &w);
	CHECK_EQ(select(0, NULL, &w, NULL, &tv), 1);
	CHECK(FD_ISSET(c, &w));
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEISCONN);
	FD_ZERO(&r);
	FD_SET(l, &r);
	CHECK_EQ(select(0, &r, NULL, NULL, &tv), 1);
	s = accept(l, NULL, NULL);
	CHECK(s != INVALID_SOCKET);
	/* The new one is as the listener is. */
	CHECK_EQ(recv(s, buf, sizeof buf, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);

	/* Fill it until it takes no more. */
	big = calloc(1, 65536);
	while ((n = send(c, big, 65536, 0)) > 0 && total < 256 << 20)
		total += n;
	CHECK_EQ(n, SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	FD_ZERO(&r);
	FD_SET(s, &r);
	CHECK_EQ(select(0, &r, NULL, NULL, &tv), 1);
	CHECK_EQ(ioctlsocket(s, FIONREAD, &left), 0);
	CHECK(left > 0);
	tv = (struct timeval){ 0, 0 };
	FD_ZERO(&w);
	FD_SET(c, &w);
	CHECK_EQ(select(0, NULL, &w, NULL, &tv), 0);
	CHECK_EQ(w.fd_count, 0);
	while (total > 0) {
		tv = (struct timeval){ 5, 0 };
		FD_ZERO(&r);
		FD_SET(s, &r);
		if (select(0, &r, NULL, NULL, &tv) != 1)
			break;
		n = recv(s, big, 65536, 0);
		if (n <= 0)
			break;
		total -= n;
	}
	CHECK_EQ(total, 0);
	free(big);
	closesocket(s);
	closesocket(c);
	closesocket(l);

	/* Nobody listens there any more. */
	closed_at = at;
	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(ioctlsocket(c, FIONBIO, &on), 0);
	if (connect(c, (SOCKADDR *)&closed_at, sizeof closed_at))
		CHECK(WSAGetLastError() == WSAEWOULDBLOCK ||
		      WSAGetLastError() == WSAECONNREFUSED);
	FD_ZERO(&e);
	FD_SET(c, &e);
	tv = (struct timeval){ 10, 0 };
	CHECK_EQ(select(0, NULL, NULL, &e, &tv), 1);
	CHECK_EQ(getsockopt(c, SOL_SOCKET, SO_ERROR, (char *)&err, &len), 0);
	CHECK_EQ(err, WSAECONNREFUSED);
	closesocket(c);
}

static void refused(void)
{
	struct sockaddr_in at, none = any_port();
	SOCKET l = listener(&at), s = socket(AF_INET, SOCK_STREAM, 0);
	int n = sizeof at;

	closesocket(l);
	CHECK_EQ(connect(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	CHECK_EQ(getpeername(s, (SOCKADDR *)&at, &n), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	none.sin_addr.s_addr = 0;
	none.sin_port = htons(1);
	CHECK_EQ(connect(s, (SOCKADDR *)&none, sizeof none), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
	closesocket(s);

	s = socket(AF_INET, SOCK_STREAM, 0);
	n = sizeof at;
	CHECK_EQ(getsockname(s, (SOCKADDR *)&at, &n), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(listen(s, 1), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	at = any_port();
	CHECK_EQ(bind(s, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(bind(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(bind(s, (SOCKADDR *)&at, 4), SOCKET_ERROR);
	closesocket(s);
	CHECK(socket(77, SOCK_STREAM, 0) == INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
	CHECK(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP) == INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSAEPROTONOSUPPORT);
}

static void in_use(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), s = socket(AF_INET, SOCK_STREAM, 0), c;
	char byte;

	CHECK_EQ(bind(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEADDRINUSE);
	closesocket(s);

	/* A connection that we end first lingers, and is in nobody's way. */
	s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(s, (SOCKADDR *)&at, sizeof at), 0);
	c = accept(l, NULL, NULL);
	closesocket(c);
	CHECK_EQ(recv(s, &byte, 1, 0), 0);
	closesocket(s);
	closesocket(l);
	l = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	/* Bound is in use, though it does not listen. */
	s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(bind(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEADDRINUSE);
	closesocket(s);
	CHECK_EQ(listen(l, 1), 0);
	closesocket(l);
}

static void options(void)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	int v, n = sizeof v;
	struct linger l = { 1, 7 };
	DWORD ms = 250, got, start;
	BOOL b = TRUE;
	SOCKET a, p;
	char c;

	CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&v, &n), 0);
	CHECK_EQ(v, SOCK_STREAM);
	CHECK_EQ(n, 4);
	CHECK_EQ(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&b, sizeof b),
		 0);
	v = 0;
	CHECK_EQ(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&v, &n), 0);
	CHECK(v != 0);
	CHECK_EQ(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l), 0);
	memset(&l, 0, sizeof l);
	n = sizeof l;
	CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&l, &n), 0);
	CHECK(l.l_onoff && l.l_linger == 7);
	v = 32768;
	CHECK_EQ(setsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&v, sizeof v), 0);
	v = 0;
	n = sizeof v;
	CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&v, &n), 0);
	CHECK_EQ(v, 32768);
	CHECK_EQ(getsockopt(s, SOL_SOCKET, 0x7777, (char *)&v, &n),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOPROTOOPT);
	CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, (char *)&v, &n), 0);
	CHECK_EQ(v, 0);
	l.l_onoff = 0;
	setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&l, sizeof l);
	closesocket(s);

	pair(&a, &p);
	CHECK_EQ(setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, (char *)&ms, sizeof ms),
		 0);
	got = 0;
	n = sizeof got;
	CHECK_EQ(getsockopt(a, SOL_SOCKET, SO_RCVTIMEO, (char *)&got, &n), 0);
	CHECK_EQ(got, 250);
	start = GetTickCount();
	CHECK_EQ(recv(a, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAETIMEDOUT);
	CHECK(GetTickCount() - start >= 200);
	closesocket(a);
	closesocket(p);
}

static void reset(void)
{
	struct linger now = { 1, 0 };
	SOCKET a, b;
	char c;

	pair(&a, &b);
	CHECK_EQ(setsockopt(b, SOL_SOCKET, SO_LINGER, (char *)&now, sizeof now),
		 0);
	closesocket(b);
	CHECK_EQ(recv(a, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNRESET);
	CHECK_EQ(recv(a, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNRESET);
	closesocket(a);
}

static DWORD WINAPI close_later(void *arg)
{
	Sleep(100);
	closesocket(*(SOCKET *)arg);
	return 0;
}

/* Closing a socket ends the calls that wait for it. */
static void close_wakes(void)
{
	SOCKET a, b, l;
	struct sockaddr_in at;
	HANDLE t;
	char c;

	pair(&a, &b);
	t = CreateThread(NULL, 0, close_later, &a, 0, NULL);
	CHECK_EQ(recv(a, &c, 1, 0), SOCKET_ERROR);
	CHECK(WSAGetLastError() == WSAEINTR ||
		      WSAGetLastError() == WSAECONNABORTED ||
		      WSAGetLastError() == WSAENOTSOCK ||
		      WSAGetLastError() == WSA_OPERATION_ABORTED,
	      "%d", WSAGetLastError());
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	closesocket(b);

	l = listener(&at);
	t = CreateThread(NULL, 0, close_later, &l, 0, NULL);
	CHECK(accept(l, NULL, NULL) == INVALID_SOCKET);
	CHECK(WSAGetLastError() == WSAEINTR ||
		      WSAGetLastError() == WSAENOTSOCK ||
		      WSAGetLastError() == WSA_OPERATION_ABORTED,
	      "%d", WSAGetLastError());
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
}

static void v6(void)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 };
	SOCKET l = socket(AF_INET6, SOCK_STREAM, 0), c, s;
	int n = sizeof at, v = 0, vn = sizeof v;
	char buf[4];

	if (l == INVALID_SOCKET) {
		CHECK_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
		return;
	}
	CHECK_EQ(getsockopt(l, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&v, &vn), 0);
	CHECK(v != 0);
	at.sin6_addr.s6_addr[15] = 1;
	if (bind(l, (SOCKADDR *)&at, sizeof at)) {
		CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
		closesocket(l);
		return;
	}
	CHECK_EQ(listen(l, 5), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(n, 28);
	CHECK_EQ(at.sin6_family, AF_INET6);
	c = socket(AF_INET6, SOCK_STREAM, 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), 0);
	s = accept(l, (SOCKADDR *)&at, &n);
	CHECK(s != INVALID_SOCKET);
	CHECK_EQ(at.sin6_family, AF_INET6);
	CHECK_EQ(send(s, "six", 3, 0), 3);
	CHECK_EQ(recv(c, buf, 4, 0), 3);
	closesocket(s);
	closesocket(c);
	closesocket(l);
}

int main(void)
{
	WSADATA data;

	CHECK(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET);
	CHECK_EQ(WSAGetLastError(), WSANOTINITIALISED);
	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	talk();
	nonblocking();
	refused();
	in_use();
	options();
	reset();
	close_wakes();
	v6();
	CHECK_EQ(WSACleanup(), 0);
	return check_done();
}
