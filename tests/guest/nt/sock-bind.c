/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sock-bind.c - who may bind to what another socket has: the table of "Using
 * SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", both sockets of one user, in one process
 * and in two.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <stdlib.h>

#include "check.h"

enum { PLAIN, REUSE, EXCLUSIVE, WAYS = 6 };
enum { ANY, CERTAIN };

/* Row: the first, column: the second; each in the order PLAIN on any address,
   PLAIN on a certain one, REUSE on any and so on. */
static const int wanted[WAYS][WAYS] = {
	{ WSAEADDRINUSE, 0, WSAEACCES, 0, WSAEADDRINUSE, 0 },
	{ 0, WSAEADDRINUSE, 0, WSAEACCES, WSAEADDRINUSE, WSAEADDRINUSE },
	{ WSAEADDRINUSE, 0, 0, 0, WSAEADDRINUSE, 0 },
	{ 0, WSAEADDRINUSE, 0, 0, WSAEADDRINUSE, WSAEADDRINUSE },
	{ WSAEADDRINUSE, WSAEACCES, WSAEACCES, WSAEACCES, WSAEADDRINUSE,
	  WSAEACCES },
	{ 0, WSAEADDRINUSE, 0, WSAEACCES, WSAEADDRINUSE, WSAEADDRINUSE },
};

static SOCKET make(int type, int way)
{
	SOCKET s = socket(AF_INET, type, 0);
	BOOL on = TRUE;

	CHECK(s != INVALID_SOCKET);
	if (way / 2 == REUSE)
		CHECK(!setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on,
				  sizeof on));
	if (way / 2 == EXCLUSIVE)
		CHECK(!setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE,
				  (char *)&on, sizeof on));
	return s;
}

static int bind_to(SOCKET s, int way, USHORT *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int n = sizeof a;

	a.sin_addr.s_addr = way % 2 == ANY ? INADDR_ANY
					   : htonl(INADDR_LOOPBACK);
	a.sin_port = *port;
	if (bind(s, (struct sockaddr *)&a, sizeof a))
		return WSAGetLastError();
	CHECK(!getsockname(s, (struct sockaddr *)&a, &n));
	*port = a.sin_port;
	return 0;
}

/* All the second ones beside first; how many are not as they are to be. */
static int seconds(int type, int first, USHORT port)
{
	int bad = 0;

	for (int way = 0; way < WAYS; way++) {
		SOCKET s = make(type, way);
		int error = bind_to(s, way, &port);

		if (error != wanted[first][way]) {
			printf("type %d, first %d, second %d: %d, not %d\n",
			       type, first, way, error, wanted[first][way]);
			bad++;
		}
		/* What is bound can listen. */
		if (!error && type == SOCK_STREAM)
			CHECK(!listen(s, 1), "%d %d: %d", first, way,
			      WSAGetLastError());
		closesocket(s);
	}
	return bad;
}

static int elsewhere(const char *self, int type, int first, USHORT port)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[2 * MAX_PATH];
	DWORD code = 99;

	snprintf(line, sizeof line, "\"%s\" %d %d %d", self, type, first, port);
	if (!CreateProcessA(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return 99;
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return (int)code;
}

static void table(const char *self, int type)
{
	for (int first = 0; first < WAYS; first++) {
		SOCKET s = make(type, first);
		USHORT port = 0;

		CHECK_EQ(bind_to(s, first, &port), 0);
		CHECK_EQ(seconds(type, first, port), 0);
		if (type == SOCK_STREAM) {
			CHECK(!listen(s, 5));
			CHECK_EQ(seconds(type, first, port), 0);
		}
		CHECK_EQ(elsewhere(self, type, first, port), 0);
		closesocket(s);
		/* It is free, at once and for the strictest. */
		s = make(type, 4);
		CHECK_EQ(bind_to(s, 4, &port), 0);
		closesocket(s);
	}
}

/* Which of two listeners gets a connection to the loopback address. */
static SOCKET caller(USHORT port)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = port };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(!connect(s, (struct sockaddr *)&a, sizeof a), "%d",
	      WSAGetLastError());
	return s;
}

static BOOL has_call(SOCKET s)
{
	struct timeval none = { 0 };
	fd_set in;

	FD_ZERO(&in);
	FD_SET(s, &in);
	return select(0, &in, NULL, NULL, &none) == 1;
}

/* The certain one gets what is sent to its address, wherever it came second. */
static void who_hears(int first, int second)
{
	SOCKET s[2], c;
	USHORT port = 0;

	s[0] = make(SOCK_STREAM, first);
	s[1] = make(SOCK_STREAM, second);
	CHECK_EQ(bind_to(s[0], first, &port), 0);
	CHECK(!listen(s[0], 5));
	CHECK_EQ(bind_to(s[1], second, &port), 0);
	CHECK(!listen(s[1], 5));
	c = caller(port);
	if (first % 2 != second % 2) {
		CHECK(has_call(s[first % 2 == CERTAIN ? 0 : 1]));
		CHECK(!has_call(s[first % 2 == CERTAIN ? 1 : 0]));
	} else {
		CHECK_EQ(has_call(s[0]) + has_call(s[1]), 1);
	}
	closesocket(c);
	closesocket(s[0]);
	closesocket(s[1]);
}

/* A server starts again: its last connections are no hindrance, if they are
   over; and not even those that live, unless it wants to be the only one. */
static void again(void)
{
	USHORT port = 0;
	SOCKET s = make(SOCK_STREAM, CERTAIN), c, a;
	char x;

	CHECK_EQ(bind_to(s, CERTAIN, &port), 0);
	CHECK(!listen(s, 5));
	c = caller(port);
	a = accept(s, NULL, NULL);
	CHECK(a != INVALID_SOCKET);
	closesocket(s);
	s = make(SOCK_STREAM, 2 * EXCLUSIVE + CERTAIN);
	CHECK_EQ(bind_to(s, CERTAIN, &port), WSAEADDRINUSE);
	closesocket(s);
	s = make(SOCK_STREAM, CERTAIN);
	CHECK_EQ(bind_to(s, CERTAIN, &port), 0);
	CHECK(!listen(s, 5));
	closesocket(s);
	/* This side closes first, so the connection lingers here. */
	closesocket(a);
	CHECK_EQ(recv(c, &x, 1, 0), 0);
	closesocket(c);
	s = make(SOCK_STREAM, 2 * EXCLUSIVE + CERTAIN);
	CHECK_EQ(bind_to(s, CERTAIN, &port), 0);
	CHECK(!listen(s, 5));
	closesocket(s);
}

/* One of both versions has the port in each. */
static void both_versions(void)
{
	SOCKET s = socket(AF_INET6, SOCK_STREAM, 0), v4;
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	DWORD off = 0;
	USHORT port;
	int n = sizeof a;

	if (s == INVALID_SOCKET)
		return;
	CHECK(!setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off,
			  sizeof off));
	if (bind(s, (struct sockaddr *)&a, sizeof a)) {
		closesocket(s); /* a machine without version 6 */
		return;
	}
	CHECK(!getsockname(s, (struct sockaddr *)&a, &n));
	port = a.sin6_port;
	v4 = make(SOCK_STREAM, 2 * PLAIN + ANY);
	CHECK_EQ(bind_to(v4, ANY, &port), WSAEADDRINUSE);
	closesocket(v4);
	v4 = make(SOCK_STREAM, 2 * PLAIN + CERTAIN);
	CHECK_EQ(bind_to(v4, CERTAIN, &port), 0);
	closesocket(v4);
	closesocket(s);
}

int main(int argc, char **argv)
{
	char self[MAX_PATH];
	SOCKET s;
	BOOL on = TRUE;
	WSADATA w;

	CHECK(!WSAStartup(0x202, &w));
	if (argc == 4)
		return seconds(atoi(argv[1]), atoi(argv[2]),
			       (USHORT)atoi(argv[3]));
	GetModuleFileNameA(NULL, self, sizeof self);
	/* Only one of the two. */
	s = make(SOCK_STREAM, 2 * REUSE);
	CHECK(setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on,
			 sizeof on));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	closesocket(s);
	table(self, SOCK_STREAM);
	table(self, SOCK_DGRAM);
	who_hears(2 * PLAIN + ANY, 2 * PLAIN + CERTAIN);
	who_hears(2 * PLAIN + CERTAIN, 2 * PLAIN + ANY);
	who_hears(2 * EXCLUSIVE + CERTAIN, 2 * PLAIN + ANY);
	who_hears(2 * REUSE + ANY, 2 * REUSE + ANY);
	again();
	both_versions();
	WSACleanup();
	(void)argv;
	return check_done();
}
