/*
 * Calls on sockets that are not in the state for them, and what ICMP says of
 * datagrams that nobody wanted (SIO_UDP_CONNRESET).
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

#ifndef SIO_UDP_CONNRESET
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif

static void streams(void)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { 0 };
	int n = sizeof at;
	char c;

	FAILS(send(s, "x", 1, 0), WSAENOTCONN);
	FAILS(recv(s, &c, 1, 0), WSAENOTCONN);
	FAILS(shutdown(s, SD_SEND), WSAENOTCONN);
	FAILS(shutdown(s, 3), WSAEINVAL);
	FAILS(getpeername(s, (SOCKADDR *)&at, &n), WSAENOTCONN);
	FAILS(getsockname(s, (SOCKADDR *)&at, &n), WSAEINVAL);
	FAILS(listen(s, 1), WSAEINVAL);
	FAILS((int)accept(s, NULL, NULL), WSAEINVAL);
	closesocket(s);

	/* A listener. */
	s = listener(&at);
	FAILS(recv(s, &c, 1, 0), WSAENOTCONN);
	FAILS(send(s, "x", 1, 0), WSAENOTCONN);
	FAILS(connect(s, (SOCKADDR *)&at, sizeof at), WSAEINVAL);
	FAILS(bind(s, (SOCKADDR *)&at, sizeof at), WSAEINVAL);
	CHECK_EQ(listen(s, 5), 0); /* again: nothing happens */
	closesocket(s);
	FAILS(recv(s, &c, 1, 0), WSAENOTSOCK);
	FAILS(closesocket(s), WSAENOTSOCK);
}

/* Whom one was connected to is known after the connection's end. */
static void peers(void)
{
	struct linger now = { 1, 0 };
	struct sockaddr_in at, peer;
	int n = sizeof at;
	SOCKET a, b;
	char c;

	pair(&a, &b);
	CHECK_EQ(getsockname(b, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(setsockopt(b, SOL_SOCKET, SO_LINGER, (char *)&now, sizeof now),
		 0);
	closesocket(b);
	FAILS(recv(a, &c, 1, 0), WSAECONNRESET);
	n = sizeof peer;
	CHECK_EQ(getpeername(a, (SOCKADDR *)&peer, &n), 0);
	CHECK_EQ(peer.sin_port, at.sin_port);
	n = 8;
	FAILS(getpeername(a, (SOCKADDR *)&peer, &n), WSAEFAULT);
	closesocket(a);
}

/* An address where nobody is, any more. */
static struct sockaddr_in nowhere(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET };
	int n = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(s, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&at, &n), 0);
	closesocket(s);
	return at;
}

static BOOL readable(SOCKET s, int seconds)
{
	struct timeval tv = { seconds, 0 };
	fd_set r;

	FD_ZERO(&r);
	FD_SET(s, &r);
	return select(0, &r, NULL, NULL, &tv) == 1;
}

static void datagrams(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = nowhere(), me = { .sin_family = AF_INET };
	int n = sizeof me;
	char c;

	FAILS(send(s, "x", 1, 0), WSAENOTCONN);
	/* Nobody could have sent it anything. */
	FAILS(recv(s, &c, 1, 0), WSAEINVAL);
	FAILS(recvfrom(s, &c, 1, 0, NULL, NULL), WSAEINVAL);
	FAILS(listen(s, 1), WSAEOPNOTSUPP);
	FAILS((int)accept(s, NULL, NULL), WSAEOPNOTSUPP);
	/* Sending gives it a port. */
	CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&at, sizeof at), 1);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&me, &n), 0);
	CHECK(me.sin_port != 0);

	/* Nobody is there: the next who receives is told, who sends is not. */
	CHECK(readable(s, 10));
	CHECK_EQ(sendto(s, "y", 1, 0, (SOCKADDR *)&at, sizeof at), 1);
	FAILS(recvfrom(s, &c, 1, 0, NULL, NULL), WSAECONNRESET);
	FAILS(recvfrom(s, &c, 1, 0, NULL, NULL), WSAECONNRESET);
	CHECK(!readable(s, 0));
	/* It is as good as ever. */
	me.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(sendto(s, "z", 1, 0, (SOCKADDR *)&me, sizeof me), 1);
	CHECK_EQ(recvfrom(s, &c, 1, 0, NULL, NULL), 1);
	CHECK_EQ(c, 'z');
	closesocket(s);
}

static struct {
	SOCKET s;
	struct sockaddr_in nowhere, me;
} noise;

/* What nobody wants, and then a message. */
static DWORD WINAPI make_noise(void *arg)
{
	for (int i = 0; i < 5; i++) {
		CHECK_EQ(sendto(noise.s, "x", 1, 0, (SOCKADDR *)&noise.nowhere,
				sizeof noise.nowhere),
			 1);
		Sleep(10);
	}
	CHECK_EQ(sendto(noise.s, "n", 1, 0, (SOCKADDR *)&noise.me,
			sizeof noise.me),
		 1);
	return 0;
}

static void not_told(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = nowhere(), me = { .sin_family = AF_INET };
	WSANETWORKEVENTS events;
	WSAEVENT e = WSACreateEvent();
	WSAPOLLFD p = { .fd = s, .events = POLLRDNORM };
	BOOL off = FALSE;
	int n = sizeof me;
	char c = 0;
	DWORD got;

	me.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(s, (SOCKADDR *)&me, sizeof me), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&me, &n), 0);
	FAILS(WSAIoctl(s, SIO_UDP_CONNRESET, NULL, 0, NULL, 0, &got, NULL,
		       NULL),
	      WSAEFAULT);
	CHECK_EQ(WSAIoctl(s, SIO_UDP_CONNRESET, &off, sizeof off, NULL, 0, &got,
			  NULL, NULL),
		 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&at, sizeof at), 1);
	CHECK(!readable(s, 0));
	CHECK_EQ(WSAPoll(&p, 1, 100), 0);
	/* Waiting, it still hears of what is meant for it. */
	CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&at, sizeof at), 1);
	CHECK_EQ(sendto(s, "m", 1, 0, (SOCKADDR *)&me, sizeof me), 1);
	CHECK(readable(s, 10));
	CHECK_EQ(recv(s, &c, 1, 0), 1);
	CHECK_EQ(c, 'm');

	/* Who sleeps meanwhile as well. */
	noise.s = s;
	noise.nowhere = at;
	noise.me = me;
	for (int i = 0; i < 3; i++) {
		HANDLE t = CreateThread(NULL, 0, make_noise, NULL, 0, NULL);

		if (i == 0)
			CHECK(readable(s, 10));
		else if (i == 1)
			CHECK_EQ(WSAPoll(&p, 1, 10000), 1);
		CHECK_EQ(recv(s, &c, 1, 0), 1);
		CHECK_EQ(c, 'n');
		WaitForSingleObject(t, INFINITE);
		CloseHandle(t);
	}

	/* On again, and by an event. */
	off = TRUE;
	CHECK_EQ(WSAIoctl(s, SIO_UDP_CONNRESET, &off, sizeof off, NULL, 0, &got,
			  NULL, NULL),
		 0);
	CHECK_EQ(WSAEventSelect(s, e, FD_READ), 0);
	CHECK_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&at, sizeof at), 1);
	CHECK_EQ(WSAWaitForMultipleEvents(1, &e, TRUE, 10000, FALSE),
		 WSA_WAIT_EVENT_0);
	CHECK_EQ(WSAEnumNetworkEvents(s, e, &events), 0);
	CHECK_EQ(events.lNetworkEvents, FD_READ);
	FAILS(recv(s, &c, 1, 0), WSAECONNRESET);
	FAILS(recv(s, &c, 1, 0), WSAEWOULDBLOCK);
	closesocket(s);
	WSACloseEvent(e);
}

/* A request that waits is told, and so is who is connected. */
static void told(void)
{
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at = nowhere();
	WSAOVERLAPPED o = { 0 };
	DWORD got, flags = 0;
	char c;
	WSABUF b = { 1, &c };

	o.hEvent = WSACreateEvent();
	CHECK_EQ(connect(s, (SOCKADDR *)&at, sizeof at), 0);
	FAILS(WSARecv(s, &b, 1, NULL, &flags, &o, NULL), WSA_IO_PENDING);
	CHECK_EQ(send(s, "x", 1, 0), 1);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CHECK(!WSAGetOverlappedResult(s, &o, &got, FALSE, &flags));
	CHECK_EQ(WSAGetLastError(), WSAECONNRESET);
	closesocket(s);
	WSACloseEvent(o.hEvent);
}

static void options(void)
{
	enum { BSP_STATE = 0x1009 };
	struct {
		CSADDR_INFO info;
		SOCKADDR_STORAGE names[2];
	} bsp;
	struct sockaddr_in at, *name;
	SOCKET a, b, u = socket(AF_INET, SOCK_DGRAM, 0);
	char small[2] = "";
	int n, type = SO_SYNCHRONOUS_NONALERT;

	pair(&a, &b);
	n = sizeof small;
	FAILS(getsockopt(a, SOL_SOCKET, SO_RCVBUF, small, &n), WSAEFAULT);
	FAILS(setsockopt(a, SOL_SOCKET, SO_RCVBUF, small, sizeof small),
	      WSAEFAULT);
	n = sizeof type;
	FAILS(getsockopt(a, SOL_SOCKET, 0x9999, (char *)&n, &n),
	      WSAENOPROTOOPT);
	FAILS(getsockopt(a, 77, 1, (char *)&n, &n), WSAEINVAL);

	/* Urgent data is a stream's. */
	FAILS(recv(u, small, 1, MSG_OOB), WSAEOPNOTSUPP);
	FAILS(send(u, small, 1, MSG_OOB), WSAEOPNOTSUPP);
	/* All of it, and only of what will come. */
	FAILS(recv(a, small, 1, MSG_WAITALL | MSG_PEEK), WSAEOPNOTSUPP);
	FAILS(recv(a, small, 1, MSG_WAITALL | MSG_OOB), WSAEOPNOTSUPP);
	FAILS(recv(u, small, 1, MSG_WAITALL), WSAEOPNOTSUPP);

	/* Both ends' names at once. */
	n = sizeof bsp;
	CHECK_EQ(getsockopt(a, SOL_SOCKET, BSP_STATE, (char *)&bsp, &n), 0);
	CHECK_EQ(bsp.info.iSocketType, SOCK_STREAM);
	CHECK_EQ(bsp.info.iProtocol, IPPROTO_TCP);
	name = (struct sockaddr_in *)bsp.info.RemoteAddr.lpSockaddr;
	n = sizeof at;
	CHECK_EQ(getpeername(a, (SOCKADDR *)&at, &n), 0);
	CHECK(name && name->sin_port == at.sin_port);
	name = (struct sockaddr_in *)bsp.info.LocalAddr.lpSockaddr;
	n = sizeof at;
	CHECK_EQ(getsockname(a, (SOCKADDR *)&at, &n), 0);
	CHECK(name && name->sin_port == at.sin_port);
	n = sizeof bsp.info;
	FAILS(getsockopt(a, SOL_SOCKET, BSP_STATE, (char *)&bsp, &n),
	      WSAEFAULT);
	closesocket(a);
	closesocket(b);
	closesocket(u);

	/* Of the thread: socket() makes them synchronous. */
	CHECK_EQ(setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE,
			    (char *)&type, sizeof type),
		 0);
	type = 0;
	n = sizeof type;
	CHECK_EQ(getsockopt(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE,
			    (char *)&type, &n),
		 0);
	CHECK_EQ(type, SO_SYNCHRONOUS_NONALERT);
	pair(&a, &b);
	CHECK_EQ(send(a, "x", 1, 0), 1);
	CHECK(ReadFile((HANDLE)b, small, sizeof small, (DWORD *)&n, NULL));
	CHECK_EQ(n, 1);
	CHECK_EQ(small[0], 'x');
	closesocket(a);
	closesocket(b);
	type = 0;
	CHECK_EQ(setsockopt(INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE,
			    (char *)&type, sizeof type),
		 0);
}

static int option(SOCKET s, int level, int name)
{
	DWORD v = 0xdddddddd;
	int n = sizeof v;

	return getsockopt(s, level, name, (char *)&v, &n) ? -1 : (int)v;
}

static int set_option(SOCKET s, int level, int name, int v)
{
	return setsockopt(s, level, name, (char *)&v, sizeof v);
}

/* How packets leave, and by which interface. */
static void ways_out(int family)
{
	enum { MTU_DISCOVER = 71, UNICAST_IF = 31, DONT_FRAGMENT = 14 };
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	SOCKET s = socket(family, SOCK_DGRAM, 0);

	/* Not set; of its states only DO is the same as "do not fragment". */
	CHECK_EQ(option(s, level, MTU_DISCOVER), 0);
	for (int state = 3; state >= 0; state--) {
		CHECK_EQ(set_option(s, level, MTU_DISCOVER, state), 0);
		CHECK_EQ(option(s, level, MTU_DISCOVER), state);
		CHECK_EQ(option(s, level, DONT_FRAGMENT), state == 1);
	}
	FAILS(set_option(s, level, MTU_DISCOVER, 4), WSAEINVAL);
	CHECK_EQ(option(s, level, MTU_DISCOVER), 0);
	/* The loopback is number 1: of IPv6 an index, of IPv4 0.0.0.1. */
	CHECK_EQ(option(s, level, UNICAST_IF), 0);
	CHECK_EQ(set_option(s, level, UNICAST_IF,
			    family == AF_INET ? (int)htonl(1) : 1),
		 0);
	CHECK(option(s, level, UNICAST_IF) != 0);
	if (family == AF_INET6)
		CHECK_EQ(option(s, level, UNICAST_IF), 1);
	CHECK_EQ(set_option(s, level, UNICAST_IF, 0), 0);
	CHECK_EQ(option(s, level, UNICAST_IF), 0);
	closesocket(s);
}

static void own_options(void)
{
	enum { RECEIVE_CLASS = 40, LEVEL = 23 };
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0),
	       t = socket(AF_INET6, SOCK_STREAM, 0);

	/* What was refused is not told as set. */
	CHECK_EQ(set_option(s, IPPROTO_IPV6, RECEIVE_CLASS, 1), SOCKET_ERROR);
	CHECK(option(s, IPPROTO_IPV6, RECEIVE_CLASS) != 1);
	/* IPV6_PROTECTION_LEVEL: nobody is kept out. */
	CHECK_EQ(option(t, IPPROTO_IPV6, LEVEL), PROTECTION_LEVEL_UNRESTRICTED);
	CHECK_EQ(set_option(t, IPPROTO_IPV6, LEVEL,
			    PROTECTION_LEVEL_EDGERESTRICTED),
		 0);
	CHECK_EQ(option(t, IPPROTO_IPV6, LEVEL),
		 PROTECTION_LEVEL_EDGERESTRICTED);
	FAILS(set_option(t, IPPROTO_IPV6, LEVEL, 11), WSAEINVAL);
	closesocket(s);
	closesocket(t);
}

/* Sockets in the file system are called what the program called them. */
static void unix_names(void)
{
	SOCKET l = socket(AF_UNIX, SOCK_STREAM, 0),
	       c = socket(AF_UNIX, SOCK_STREAM, 0), s;
	struct sockaddr_un {
		ADDRESS_FAMILY family;
		char path[108];
	} at = { AF_UNIX, "rf-states.sock" }, name,
	  nowhere_at = { AF_UNIX, "rf-no-folder/rf-states.sock" };
	int n, none = WSAECONNREFUSED;
	HANDLE f;
	LPFN_ACCEPTEX accept_ex;
	LPFN_GETACCEPTEXSOCKADDRS get_names;
	GUID accept_id = WSAID_ACCEPTEX, names_id = WSAID_GETACCEPTEXSOCKADDRS;
	char names[2 * (sizeof at + 16)], byte;
	struct sockaddr *local, *remote;
	OVERLAPPED o = { 0 };
	int nl, nr;
	DWORD got;

	DeleteFileA(at.path);
	/* A folder that is missing is a network that is down. */
	FAILS(bind(l, (SOCKADDR *)&nowhere_at, sizeof nowhere_at), WSAENETDOWN);
	FAILS(connect(c, (SOCKADDR *)&nowhere_at, sizeof nowhere_at),
	      WSAENETDOWN);
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(l, 1), 0);
	if (connect(c, (SOCKADDR *)&at, sizeof at)) {
		/* A sandbox does not connect to files that could be others'. */
		none = WSAGetLastError();
		CHECK_EQ(none, WSAEACCES);
		closesocket(c);
		goto files;
	}
	s = accept(l, NULL, NULL);
	n = sizeof name;
	CHECK_EQ(getpeername(c, (SOCKADDR *)&name, &n), 0);
	CHECK(!strcmp(name.path, at.path), "%s", name.path);
	n = sizeof name;
	CHECK_EQ(getsockname(s, (SOCKADDR *)&name, &n), 0);
	CHECK(!strcmp(name.path, at.path), "%s", name.path);
	FAILS(send(c, "x", 1, MSG_OOB), WSAEOPNOTSUPP);
	FAILS(recv(s, &byte, 1, MSG_OOB), WSAEOPNOTSUPP);
	closesocket(c);
	closesocket(s);
	/* Also as AcceptEx tells it. */
	accept_ex = extension(l, accept_id);
	get_names = extension(l, names_id);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	s = socket(AF_UNIX, SOCK_STREAM, 0);
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK_EQ(connect(c, (SOCKADDR *)&at, sizeof at), 0);
	CHECK(accept_ex(l, s, names, 0, sizeof at + 16, sizeof at + 16, &got,
			&o) ||
	      WSAGetLastError() == WSA_IO_PENDING);
	CHECK(GetOverlappedResult((HANDLE)l, &o, &got, TRUE));
	get_names(names, 0, sizeof at + 16, sizeof at + 16, &local, &nl,
		  &remote, &nr);
	CHECK(!strcmp(local->sa_data, at.path), "%s", local->sa_data);
	closesocket(c);
	closesocket(s);
	CloseHandle(o.hEvent);
files:
	/* The file stays until it is deleted, and cannot be bound again. */
	closesocket(l);
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	FAILS(bind(l, (SOCKADDR *)&at, sizeof at), WSAEADDRINUSE);
	CHECK(DeleteFileA(at.path));
	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	closesocket(l);
	l = socket(AF_UNIX, SOCK_STREAM, 0);
	FAILS(connect(l, (SOCKADDR *)&at, sizeof at), none);
	closesocket(l);
	/* By a handle as well. */
	f = CreateFileA(
		at.path, DELETE, 0, NULL, OPEN_EXISTING,
		FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	CloseHandle(f);
	CHECK_EQ(GetFileAttributesA(at.path), INVALID_FILE_ATTRIBUTES);
}

int main(void)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	streams();
	peers();
	datagrams();
	not_told();
	told();
	options();
	ways_out(AF_INET);
	ways_out(AF_INET6);
	own_options();
	unix_names();
	return check_done();
}
