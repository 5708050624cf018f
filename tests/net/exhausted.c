/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exhausted.c - for tests/net/run, with few descriptors: what sockets and pipes
 * say when there are none left, and that all goes on when there are again.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>

#define NAME "\\\\.\\pipe\\rf-exhausted"

enum { MOST = 100000 };

static HANDLE held[MOST];
static int n, failed;

static void check(long got, long want, const char *what)
{
	if (got == want)
		return;
	printf("%s: %ld, not %ld\n", what, got, want);
	failed = 1;
}

static void take_all(void)
{
	HANDLE r, w;

	while (n < MOST - 2 && CreatePipe(&r, &w, NULL, 0)) {
		held[n++] = r;
		held[n++] = w;
	}
	check(GetLastError(), ERROR_TOO_MANY_OPEN_FILES, "CreatePipe");
	/* A pipe takes two. */
	for (;;) {
		HANDLE f = CreateFileA("C:\\", GENERIC_READ, 7, NULL,
				       OPEN_EXISTING,
				       FILE_FLAG_BACKUP_SEMANTICS, NULL);

		if (f == INVALID_HANDLE_VALUE)
			break;
		held[n++] = f;
	}
	check(GetLastError(), ERROR_TOO_MANY_OPEN_FILES, "CreateFile");
}

static void give_back(int k)
{
	while (n && k--)
		CloseHandle(held[--n]);
}

static HANDLE server(void)
{
	return CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
				0, 2, 0, 0, 0, NULL);
}

static HANDLE client(void)
{
	return CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			   OPEN_EXISTING, 0, NULL);
}

int main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	SOCKET l, c, a;
	OVERLAPPED o = { 0 }, r = { 0 }, *done;
	HANDLE port, s, p;
	ULONG_PTR key;
	int len = sizeof at;
	WSADATA data;
	DWORD bytes;
	char byte;

	WSAStartup(MAKEWORD(2, 2), &data);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l = socket(AF_INET, SOCK_STREAM, 0);
	bind(l, (SOCKADDR *)&at, len);
	listen(l, 5);
	getsockname(l, (SOCKADDR *)&at, &len);
	c = socket(AF_INET, SOCK_STREAM, 0);
	s = server();
	port = CreateIoCompletionPort(s, NULL, 7, 0);
	check(ConnectNamedPipe(s, &o), FALSE, "ConnectNamedPipe");
	check(GetLastError(), ERROR_IO_PENDING, "ConnectNamedPipe");

	take_all();
	check(socket(AF_INET, SOCK_STREAM, 0) == INVALID_SOCKET ?
		      WSAGetLastError() : 0, WSAEMFILE, "socket");
	check(connect(c, (SOCKADDR *)&at, len), 0, "connect");
	a = accept(l, NULL, NULL);
	check(a == INVALID_SOCKET ? WSAGetLastError() : 0, WSAEMFILE, "accept");
	check(client() == INVALID_HANDLE_VALUE ? GetLastError() : 0,
	      ERROR_TOO_MANY_OPEN_FILES, "a pipe's client");
	check(server() == INVALID_HANDLE_VALUE ? GetLastError() : 0,
	      ERROR_TOO_MANY_OPEN_FILES, "a pipe's second instance");
	check(WaitNamedPipeA(NAME, 10) ? 0 : GetLastError(),
	      ERROR_TOO_MANY_OPEN_FILES, "WaitNamedPipe");

	/* The connection has waited, and so has the pipe's server. */
	give_back(20);
	a = accept(l, NULL, NULL);
	check(a == INVALID_SOCKET ? WSAGetLastError() : 0, 0, "accept later");
	check(send(c, "x", 1, 0), 1, "send");
	check(recv(a, &byte, 1, 0), 1, "recv");
	p = client();
	check(p == INVALID_HANDLE_VALUE ? GetLastError() : 0, 0, "client later");
	check(GetQueuedCompletionStatus(port, &bytes, &key, &done, 10000), TRUE,
	      "connected");
	check(done == &o, TRUE, "by that");
	check(ReadFile(s, &byte, 1, NULL, &r), FALSE, "ReadFile");
	take_all(); /* what waits already needs none */
	check(WriteFile(p, "y", 1, &bytes, NULL), TRUE, "WriteFile");
	check(GetQueuedCompletionStatus(port, &bytes, &key, &done, 10000), TRUE,
	      "read");
	check(byte, 'y', "what was written");
	return failed;
}
