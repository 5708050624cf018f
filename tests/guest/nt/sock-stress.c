// link: -lmswsock
/*
 * A server of a completion port with several threads, AcceptEx always
 * outstanding, against clients that come, talk, go, and reset; while sockets
 * are cancelled and closed with requests on them.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"

enum {
	ROOM = sizeof(struct sockaddr_in) + 16,
	ACCEPTS = 16,
	WORKERS = 4,
	CLIENTS = 6,
	ROUNDS = 60,
	MESSAGE = 3000,
};

enum kind { ACCEPT, RECEIVE, SEND };

struct op {
	OVERLAPPED o;
	enum kind kind;
	SOCKET s;
	WSABUF b;
	char data[2 * ROOM + MESSAGE];
};

static HANDLE port;
static SOCKET server;
static struct sockaddr_in at;
static LONG accepted, echoed, broken, wrong, stopping, live;

static void post_accept(struct op *p)
{
	DWORD n;

	memset(&p->o, 0, sizeof p->o);
	p->kind = ACCEPT;
	p->s = socket(AF_INET, SOCK_STREAM, 0);
	if (!AcceptEx(server, p->s, p->data, 0, ROOM, ROOM, &n, &p->o) &&
	    WSAGetLastError() != ERROR_IO_PENDING) {
		closesocket(p->s);
		free(p);
		InterlockedDecrement(&live);
	}
}

static void end(struct op *p)
{
	closesocket(p->s);
	free(p);
	InterlockedDecrement(&live);
}

static void post_receive(struct op *p)
{
	DWORD flags = 0;

	memset(&p->o, 0, sizeof p->o);
	p->kind = RECEIVE;
	p->b = (WSABUF){ MESSAGE, p->data };
	if (WSARecv(p->s, &p->b, 1, NULL, &flags, (WSAOVERLAPPED *)&p->o,
		    NULL) &&
	    WSAGetLastError() != WSA_IO_PENDING)
		end(p);
}

static void post_send(struct op *p, DWORD n)
{
	memset(&p->o, 0, sizeof p->o);
	p->kind = SEND;
	p->b = (WSABUF){ n, p->data };
	if (WSASend(p->s, &p->b, 1, NULL, 0, (WSAOVERLAPPED *)&p->o, NULL) &&
	    WSAGetLastError() != WSA_IO_PENDING)
		end(p);
}

static DWORD WINAPI worker(void *arg)
{
	for (;;) {
		OVERLAPPED *o = NULL;
		ULONG_PTR key;
		struct op *p, *q;
		DWORD n;
		BOOL ok =
			GetQueuedCompletionStatus(port, &n, &key, &o, INFINITE);

		if (!o)
			return 0;
		p = CONTAINING_RECORD(o, struct op, o);
		switch (p->kind) {
		case ACCEPT:
			if (!ok) {
				end(p);
				break;
			}
			InterlockedIncrement(&accepted);
			q = malloc(sizeof *q);
			InterlockedIncrement(&live);
			q->s = p->s;
			CreateIoCompletionPort((HANDLE)q->s, port, 2, 0);
			setsockopt(q->s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
				   (char *)&server, sizeof server);
			post_receive(q);
			if (stopping) {
				free(p);
				InterlockedDecrement(&live);
			} else {
				post_accept(p);
			}
			break;
		case RECEIVE:
			if (!ok || !n)
				end(p);
			else
				post_send(p, n);
			break;
		case SEND:
			if (!ok) {
				end(p);
				break;
			}
			InterlockedExchangeAdd(&echoed, (LONG)n);
			post_receive(p);
			break;
		}
	}
}

static BOOL talk(SOCKET s, int seed)
{
	char out[MESSAGE] = "", in[MESSAGE];
	int got = 0, n = 100 + seed * 37 % (MESSAGE - 100);

	for (int i = 0; i < n; i++)
		out[i] = (char)(i * seed + seed);
	if (send(s, out, n, 0) != n)
		return FALSE;
	while (got < n) {
		int r = recv(s, in + got, n - got, 0);

		if (r <= 0)
			return FALSE;
		got += r;
	}
	if (memcmp(in, out, (size_t)n))
		InterlockedIncrement(&wrong);
	return TRUE;
}

/* Requests that are cancelled, closed under, or never come to anything. */
static void waste(SOCKET s)
{
	WSAOVERLAPPED o[4] = { 0 };
	char byte[4];
	DWORD flags = 0, n;

	for (int i = 0; i < 4; i++) {
		WSABUF b = { 1, &byte[i] };

		o[i].hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
		WSARecv(s, &b, 1, NULL, &flags, &o[i], NULL);
	}
	CancelIoEx((HANDLE)s, (OVERLAPPED *)&o[1]);
	CancelIo((HANDLE)s);
	for (int i = 0; i < 4; i++) {
		if (WaitForSingleObject(o[i].hEvent, 60000) != WAIT_OBJECT_0)
			InterlockedIncrement(&wrong);
		if (WSAGetOverlappedResult(s, &o[i], &n, FALSE, &flags))
			InterlockedIncrement(&wrong);
		CloseHandle(o[i].hEvent);
	}
}

static DWORD WINAPI client(void *arg)
{
	int id = (int)(INT_PTR)arg;
	struct linger now = { 1, 0 };

	for (int i = 0; i < ROUNDS; i++) {
		SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
		BOOL ok = !connect(s, (SOCKADDR *)&at, sizeof at);

		for (int k = 0; ok && k <= i % 4; k++)
			ok = talk(s, id * 1000 + i * 4 + k + 1);
		if (ok && i % 3 == 1)
			waste(s);
		if (ok && i % 5 == 2)
			setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&now,
				   sizeof now);
		if (!ok)
			InterlockedIncrement(&broken);
		closesocket(s);
	}
	return 0;
}

int main(void)
{
	HANDLE w[WORKERS], c[CLIENTS];
	int n = sizeof at;
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, WORKERS);
	server = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_family = AF_INET;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(server, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(server, SOMAXCONN), 0);
	CHECK_EQ(getsockname(server, (SOCKADDR *)&at, &n), 0);
	CreateIoCompletionPort((HANDLE)server, port, 1, 0);
	for (int i = 0; i < WORKERS; i++)
		w[i] = CreateThread(NULL, 0, worker, NULL, 0, NULL);
	for (int i = 0; i < ACCEPTS; i++) {
		InterlockedIncrement(&live);
		post_accept(malloc(sizeof(struct op)));
	}
	for (int i = 0; i < CLIENTS; i++)
		c[i] = CreateThread(NULL, 0, client, (void *)(INT_PTR)i, 0,
				    NULL);
	CHECK_EQ(WaitForMultipleObjects(CLIENTS, c, TRUE, 60000),
		 WAIT_OBJECT_0);
	CHECK_EQ(broken, 0);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(accepted, CLIENTS * ROUNDS);
	/* Ends all AcceptEx; the connections end with their clients. */
	stopping = 1;
	closesocket(server);
	for (int i = 0; i < 6000 && live; i++)
		Sleep(10);
	CHECK_EQ(live, 0);
	for (int i = 0; i < WORKERS; i++)
		PostQueuedCompletionStatus(port, 0, 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(WORKERS, w, TRUE, 60000),
		 WAIT_OBJECT_0);
	CHECK(echoed > 0);
	return check_done();
}
