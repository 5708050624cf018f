/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sock-guest.c - sockets on loopback; namesakes in sock-native.c. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <windows.h>

#include "micro.h"

double seconds(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t.QuadPart / (double)f.QuadPart;
}

enum { CHUNK = 65536 };

static char big[CHUNK];
static SOCKET a, b;

static void make_pair(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
	int n = sizeof at;
	BOOL on = TRUE;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(l, (SOCKADDR *)&at, sizeof at);
	listen(l, 5);
	getsockname(l, (SOCKADDR *)&at, &n);
	a = socket(AF_INET, SOCK_STREAM, 0);
	connect(a, (SOCKADDR *)&at, sizeof at);
	b = accept(l, NULL, NULL);
	setsockopt(a, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof on);
	setsockopt(b, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof on);
	closesocket(l);
}

static DWORD WINAPI echo(void *arg)
{
	char buf[64];
	int n;

	while ((n = recv(b, buf, sizeof buf, 0)) > 0)
		send(b, buf, n, 0);
	return 0;
}

static DWORD WINAPI drain(void *arg)
{
	static char buf[CHUNK];
	while (recv(b, buf, sizeof buf, 0) > 0)
		;
	return 0;
}

/* The server of a completion port. */
static DWORD WINAPI echo_port(void *arg)
{
	HANDLE port = arg;
	OVERLAPPED o = { 0 }, *done;
	char buf[64];
	WSABUF w = { sizeof buf, buf };
	ULONG_PTR key;
	DWORD n, flags;

	for (;;) {
		flags = 0;
		w.len = sizeof buf;
		WSARecv(b, &w, 1, NULL, &flags, (WSAOVERLAPPED *)&o, NULL);
		if (!GetQueuedCompletionStatus(port, &n, &key, &done, INFINITE) ||
		    !n)
			return 0;
		w.len = n;
		WSASend(b, &w, 1, &n, 0, NULL, NULL);
	}
}

static void finish(HANDLE t)
{
	shutdown(a, SD_SEND);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	closesocket(a);
	closesocket(b);
}

int main(void)
{
	WSADATA data;
	HANDLE t, port;
	fd_set r;

	WSAStartup(MAKEWORD(2, 2), &data);

	make_pair();
	t = CreateThread(NULL, 0, echo, NULL, 0, NULL);
	BENCH("TCP: echo, blocking", 10000, send(a, big, 32, 0);
	      recv(a, big, 32, 0));
	finish(t);

	make_pair();
	port = CreateIoCompletionPort((HANDLE)b, NULL, 1, 0);
	t = CreateThread(NULL, 0, echo_port, port, 0, NULL);
	BENCH("TCP: echo, port (native: epoll)", 10000, send(a, big, 32, 0);
	      recv(a, big, 32, 0));
	finish(t);

	make_pair();
	t = CreateThread(NULL, 0, drain, NULL, 0, NULL);
	BENCH("TCP: 64 KB through", 4000, send(a, big, CHUNK, 0));
	finish(t);

	make_pair();
	send(a, big, 1, 0);
	BENCH("select: one socket, readable", 50000, FD_ZERO(&r);
	      FD_SET(b, &r); select(0, &r, NULL, NULL, NULL));
	closesocket(a);
	closesocket(b);

	BENCH("TCP: listen, connect, accept, close", 500, make_pair();
	      closesocket(a); closesocket(b));
	return 0;
}
