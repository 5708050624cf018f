/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sock-rio.c - Registered I/O: queues that are polled, tell an event or a port;
 * limits, requests that are put off, and what becomes of them when a socket ends.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/rio.h"

static RIO_EXTENSION_FUNCTION_TABLE rio;
static char memory[65536];
static void *buffer;

static SOCKET make(int type)
{
	return WSASocketW(AF_INET, type, 0, NULL, 0,
			  WSA_FLAG_REGISTERED_IO | WSA_FLAG_OVERLAPPED);
}

static struct sockaddr_in bound(SOCKET s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int n = sizeof a;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(!bind(s, (struct sockaddr *)&a, sizeof a));
	CHECK(!getsockname(s, (struct sockaddr *)&a, &n));
	return a;
}

/* [1] has been accepted, and takes what its listener is. */
static void pair(SOCKET *s)
{
	SOCKET l = make(SOCK_STREAM);
	struct sockaddr_in a = bound(l);

	CHECK(!listen(l, 1));
	s[0] = make(SOCK_STREAM);
	CHECK(!connect(s[0], (struct sockaddr *)&a, sizeof a));
	s[1] = accept(l, NULL, NULL);
	CHECK(s[1] != INVALID_SOCKET);
	closesocket(l);
}

static RIO_BUF part(ULONG at, ULONG n)
{
	RIO_BUF b = { buffer, at, n };

	return b;
}

/* Until n of them have come. */
static void fetch(void *cq, RIORESULT *r, ULONG n)
{
	ULONG got = 0, more;

	while (got < n) {
		more = rio.DequeueCompletion(cq, r + got, n - got);
		if (more == RIO_CORRUPT_CQ) {
			CHECK(0, "corrupt");
			return;
		}
		got += more;
		if (!more)
			Sleep(0);
	}
}

static void functions(void)
{
	SOCKET s = make(SOCK_STREAM);
	GUID id = rio_id, none = { 1, 2, 3, { 4 } };
	DWORD n = 0;

	CHECK(!WSAIoctl(s, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, &id,
			sizeof id, &rio, sizeof rio, &n, NULL, NULL));
	CHECK_EQ(n, sizeof rio);
	CHECK_EQ(rio.cbSize, sizeof rio);
	CHECK(WSAIoctl(s, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, &none,
		       sizeof none, &rio, sizeof rio, &n, NULL, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(WSAIoctl(s, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, &id,
		       sizeof id, &rio, 8, &n, NULL, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	closesocket(s);
	buffer = rio.RegisterBuffer(memory, sizeof memory);
	CHECK(buffer != RIO_INVALID_BUFFERID);
	CHECK(rio.RegisterBuffer(NULL, 5) == RIO_INVALID_BUFFERID);
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
}

static void limits(void)
{
	void *cq, *rq, *other;
	RIO_BUF b = part(0, 16), out = part(65530, 16), gone = part(0, 16);
	SOCKET s[2], plain = socket(AF_INET, SOCK_STREAM, 0);
	RIORESULT r[8];

	pair(s);
	CHECK(!rio.CreateCompletionQueue(0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.CreateCompletionQueue(0x8000001, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	cq = rio.CreateCompletionQueue(4, NULL);
	CHECK(cq != NULL);
	CHECK(!rio.CreateRequestQueue(s[0], 0, 1, 0, 1, cq, cq, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.CreateRequestQueue(s[0], 1, 1, 1, 1, cq, NULL, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.CreateRequestQueue(s[0], 3, 1, 2, 1, cq, cq, NULL));
	CHECK_EQ(WSAGetLastError(), WSAENOBUFS);
	CHECK(!rio.CreateRequestQueue(plain, 1, 1, 1, 1, cq, cq, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEOPNOTSUPP);
	CHECK(!rio.CreateRequestQueue(4711 * 4, 1, 1, 1, 1, cq, cq, NULL));
	CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
	rq = rio.CreateRequestQueue(s[0], 2, 1, 1, 1, cq, cq, (void *)5);
	CHECK(rq != NULL);
	CHECK(!rio.CreateRequestQueue(s[0], 1, 1, 0, 1, cq, cq, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.CreateRequestQueue(s[1], 1, 1, 1, 1, cq, cq, NULL));
	CHECK_EQ(WSAGetLastError(), WSAENOBUFS);
	CHECK(!rio.ResizeCompletionQueue(cq, 2));
	CHECK_EQ(WSAGetLastError(), WSAETOOMANYREFS);
	CHECK(rio.ResizeCompletionQueue(cq, 5));
	other = rio.CreateRequestQueue(s[1], 1, 1, 1, 1, cq, cq, (void *)6);
	CHECK(other != NULL);

	CHECK(!rio.Receive(rq, &out, 1, 0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);
	CHECK(!rio.Receive(rq, &b, 1, 0x100, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.Send(rq, &b, 1, RIO_MSG_WAITALL, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.Send(rq, &b, 1, RIO_MSG_COMMIT_ONLY, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.Receive(NULL, &b, 1, 0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	gone.BufferId = rio.RegisterBuffer(memory, 16);
	rio.DeregisterBuffer(gone.BufferId);
	CHECK(!rio.Receive(rq, &gone, 1, 0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEFAULT);

	CHECK(rio.Receive(rq, &b, 1, 0, (void *)1));
	CHECK(rio.Receive(rq, &b, 1, 0, (void *)2));
	CHECK(!rio.Receive(rq, &b, 1, 0, (void *)3));
	CHECK_EQ(WSAGetLastError(), WSAENOBUFS);
	CHECK(!rio.ResizeRequestQueue(rq, 1, 1));
	CHECK_EQ(WSAGetLastError(), WSAETOOMANYREFS);
	CHECK(!rio.ResizeRequestQueue(rq, 0, 0));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.ResizeRequestQueue(rq, 9, 1));
	CHECK_EQ(WSAGetLastError(), WSAENOBUFS);
	CHECK(rio.ResizeRequestQueue(rq, 3, 0));
	CHECK(rio.Receive(rq, &b, 1, 0, (void *)3));
	CHECK(!rio.Send(rq, &b, 1, 0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAENOBUFS);
	CHECK_EQ(rio.DequeueCompletion(cq, r, 8), 0);
	/* Its end ends what is under way. */
	closesocket(s[0]);
	fetch(cq, r, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(r[i].Status, WSA_OPERATION_ABORTED);
		CHECK_EQ(r[i].RequestContext, i + 1);
		CHECK_EQ(r[i].SocketContext, 5);
	}
	CHECK_EQ(rio.Notify(cq), WSAEINVAL); /* it is polled */
	closesocket(s[1]);
	closesocket(plain);
	rio.CloseCompletionQueue(cq);
	rio.CloseCompletionQueue(NULL);
	CHECK_EQ(rio.DequeueCompletion(NULL, r, 1), RIO_CORRUPT_CQ);
}

/* Streams, by polling; those put off begin with the next, or a commit. */
static void stream(void)
{
	void *in, *out, *rq[2];
	RIO_BUF b;
	RIORESULT r[8];
	SOCKET s[2];
	ULONG total = 0;

	pair(s);
	in = rio.CreateCompletionQueue(16, NULL);
	out = rio.CreateCompletionQueue(16, NULL);
	for (int i = 0; i < 2; i++)
		rq[i] = rio.CreateRequestQueue(s[i], 8, 1, 8, 1, in, out,
					       (void *)(ULONG_PTR)(i + 100));
	for (int i = 0; i < 3; i++) {
		b = part(1000 + 4u * (ULONG)i, 4);
		CHECK(rio.Receive(rq[1], &b, 1, RIO_MSG_WAITALL,
				  (void *)(ULONG_PTR)i));
	}
	memcpy(memory, "onetwosixtwelve", 15);
	for (ULONG i = 0; i < 3; i++) {
		b = part(i * 3, 3);
		CHECK(rio.Send(rq[0], &b, 1, RIO_MSG_DEFER,
			       (void *)(ULONG_PTR)(i + 10)));
	}
	CHECK(rio.Send(rq[0], NULL, 0, RIO_MSG_COMMIT_ONLY, NULL));
	fetch(out, r, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(r[i].Status, 0);
		CHECK_EQ(r[i].BytesTransferred, 3);
		CHECK_EQ(r[i].RequestContext, i + 10);
		CHECK_EQ(r[i].SocketContext, 100);
	}
	fetch(in, r, 2);
	CHECK_EQ(r[1].RequestContext, 1);
	CHECK_EQ(r[1].BytesTransferred, 4);
	CHECK_EQ(r[1].SocketContext, 101);
	CHECK(!memcmp(memory + 1000, "onetwosi", 8));
	b = part(9, 6);
	CHECK(rio.Send(rq[0], &b, 1, RIO_MSG_DEFER, NULL));
	b = part(100, 30000);
	CHECK(rio.Send(rq[0], &b, 1, 0, NULL));
	fetch(in, r, 1);
	CHECK(!memcmp(memory + 1008, "xtwe", 4));
	while (total < 30003) {
		b = part(32768, 32768);
		CHECK(rio.Receive(rq[1], &b, 1, 0, NULL));
		fetch(in, r, 1);
		CHECK_EQ(r[0].Status, 0);
		if (!r[0].BytesTransferred || r[0].Status)
			break;
		total += r[0].BytesTransferred;
	}
	CHECK_EQ(total, 30003);
	fetch(out, r, 2);
	/* The end, and a reset. */
	b = part(0, 100);
	CHECK(rio.Receive(rq[1], &b, 1, 0, NULL));
	shutdown(s[0], SD_SEND);
	fetch(in, r, 1);
	CHECK_EQ(r[0].Status, 0);
	CHECK_EQ(r[0].BytesTransferred, 0);
	CHECK(rio.Receive(rq[0], &b, 1, 0, NULL));
	{
		struct linger now = { 1, 0 };

		setsockopt(s[1], SOL_SOCKET, SO_LINGER, (char *)&now,
			   sizeof now);
	}
	closesocket(s[1]);
	fetch(in, r, 1);
	CHECK_EQ(r[0].Status, WSAECONNRESET);
	closesocket(s[0]);
	rio.CloseCompletionQueue(in);
	rio.CloseCompletionQueue(out);
}

/* Datagrams: who sent them, where to, and what was too long. */
static void datagrams(void)
{
	SOCKET a = make(SOCK_DGRAM), b = make(SOCK_DGRAM);
	struct sockaddr_in at = bound(a), from = bound(b), any = at;
	void *cq = rio.CreateCompletionQueue(9, NULL);
	void *ra = rio.CreateRequestQueue(a, 2, 1, 2, 1, cq, cq, (void *)1);
	void *rb = rio.CreateRequestQueue(b, 2, 1, 2, 1, cq, cq, (void *)2);
	RIO_BUF data = part(0, 10), to = part(512, sizeof(SOCKADDR_INET)),
		remote = part(1024, sizeof(SOCKADDR_INET)),
		local = part(2048, sizeof(SOCKADDR_INET)),
		flags = part(3072, 4), in = part(4096, 100),
		small = part(4096, 4), bad = part(1024, 8);
	RIORESULT r[4];
	SOCKET w;

	memcpy(memory, "datagrams!", 10);
	memset(memory + 512, 0, sizeof(SOCKADDR_INET));
	memcpy(memory + 512, &at, sizeof at);
	CHECK(!rio.ReceiveEx(ra, &in, 1, NULL, &bad, NULL, NULL, 0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(!rio.SendEx(rb, &data, 1, &local, &to, NULL, NULL, 0, NULL));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(rio.ReceiveEx(ra, &in, 1, &local, &remote, NULL, &flags, 0,
			    (void *)7));
	CHECK(rio.SendEx(rb, &data, 1, NULL, &to, NULL, NULL,
			 RIO_MSG_DONT_NOTIFY, (void *)8));
	fetch(cq, r, 2);
	if (r[0].RequestContext == 8)
		r[0] = r[1];
	CHECK_EQ(r[0].RequestContext, 7);
	CHECK_EQ(r[0].Status, 0);
	CHECK_EQ(r[0].BytesTransferred, 10);
	CHECK(!memcmp(memory + 4096, "datagrams!", 10));
	CHECK(!memcmp(memory + 1024, &from, 8));
	CHECK(!memcmp(memory + 2048, &at, 8));
	/* Too long. */
	CHECK(rio.ReceiveEx(ra, &small, 1, NULL, &remote, NULL, NULL, 0,
			    (void *)7));
	CHECK(rio.SendEx(rb, &data, 1, NULL, &to, NULL, NULL, 0, (void *)8));
	fetch(cq, r, 2);
	if (r[0].RequestContext == 8)
		r[0] = r[1];
	CHECK_EQ(r[0].Status, WSAEMSGSIZE);
	CHECK_EQ(r[0].BytesTransferred, 4);
	/* Without data. */
	CHECK(rio.ReceiveEx(ra, &in, 1, NULL, &remote, NULL, NULL, 0,
			    (void *)7));
	CHECK(rio.SendEx(rb, NULL, 0, NULL, &to, NULL, NULL, 0, (void *)8));
	fetch(cq, r, 2);
	CHECK_EQ(r[0].BytesTransferred + r[1].BytesTransferred, 0);
	CHECK_EQ(r[0].Status | r[1].Status, 0);
	/* Of any address, it says which one it was. */
	w = make(SOCK_DGRAM);
	any.sin_addr.s_addr = INADDR_ANY;
	any.sin_port = 0;
	if (!bind(w, (struct sockaddr *)&any, sizeof any)) {
		void *rw = rio.CreateRequestQueue(w, 1, 1, 0, 0, cq, cq, NULL);
		int n = sizeof any;

		CHECK(rw != NULL);
		CHECK(!getsockname(w, (struct sockaddr *)&any, &n));
		CHECK(rio.ReceiveEx(rw, &in, 1, &local, &remote, NULL, NULL, 0,
				    NULL));
		any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		CHECK_EQ(sendto(b, "x", 1, 0, (struct sockaddr *)&any,
				sizeof any),
			 1);
		fetch(cq, r, 1);
		CHECK_EQ(r[0].BytesTransferred, 1);
		CHECK(!memcmp(memory + 2048, &any, 8));
	}
	closesocket(w);
	closesocket(a);
	closesocket(b);
	rio.CloseCompletionQueue(cq);
}

/* An event: only when asked for, once, and at once if there is something. */
static void by_event(void)
{
	RIO_NOTIFICATION_COMPLETION how = { .Type = RIO_EVENT_COMPLETION };
	RIO_BUF b = part(0, 4), c = part(8, 4);
	void *cq, *rq;
	RIORESULT r[4];
	SOCKET s[2];

	pair(s);
	how.Event.EventHandle = CreateEventW(NULL, TRUE, TRUE, NULL);
	how.Event.NotifyReset = TRUE;
	cq = rio.CreateCompletionQueue(8, &how);
	rq = rio.CreateRequestQueue(s[0], 4, 1, 4, 1, cq, cq, NULL);
	CHECK(cq && rq);
	for (int i = 0; i < 20; i++) {
		CHECK(rio.Receive(rq, &b, 1, 0, NULL));
		CHECK_EQ(rio.Notify(cq), 0);
		CHECK_EQ(WaitForSingleObject(how.Event.EventHandle, 0),
			 WAIT_TIMEOUT);
		CHECK_EQ(rio.Notify(cq), WSAEALREADY);
		CHECK_EQ(send(s[1], "abcd", 4, 0), 4);
		CHECK_EQ(WaitForSingleObject(how.Event.EventHandle, 60000), 0);
		CHECK_EQ(rio.DequeueCompletion(cq, r, 4), 1);
		CHECK_EQ(r[0].BytesTransferred, 4);
		/* Not asked: not told.  Then at once. */
		ResetEvent(how.Event.EventHandle);
		CHECK(rio.Receive(rq, &b, 1, 0, NULL));
		CHECK_EQ(send(s[1], "abcd", 4, 0), 4);
		while (rio.Notify(cq) == WSAEALREADY)
			;
		CHECK_EQ(WaitForSingleObject(how.Event.EventHandle, 60000), 0);
		fetch(cq, r, 1);
	}
	/* Quiet ones do not count. */
	ResetEvent(how.Event.EventHandle);
	CHECK(rio.Send(rq, &c, 1, RIO_MSG_DONT_NOTIFY, NULL));
	CHECK_EQ(rio.Notify(cq), 0);
	CHECK_EQ(WaitForSingleObject(how.Event.EventHandle, 0), WAIT_TIMEOUT);
	fetch(cq, r, 1);
	CHECK(rio.Send(rq, &c, 1, 0, NULL));
	CHECK_EQ(WaitForSingleObject(how.Event.EventHandle, 60000), 0);
	fetch(cq, r, 1);
	closesocket(s[0]);
	closesocket(s[1]);
	rio.CloseCompletionQueue(cq);
	CloseHandle(how.Event.EventHandle);
}

static void *request_queue;

static DWORD WINAPI receive_and_end(void *arg)
{
	RIO_BUF b = part(0, 4);

	(void)arg;
	return rio.Receive(request_queue, &b, 1, 0, (void *)99);
}

/* A port: one packet for each RIONotify, whatever is in the queue. */
static void by_port(void)
{
	RIO_NOTIFICATION_COMPLETION how = { .Type = RIO_IOCP_COMPLETION };
	RIO_BUF b = part(0, 4);
	OVERLAPPED o, *got;
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	HANDLE thread;
	void *cq, *rq;
	RIORESULT r[4];
	SOCKET s[2];
	ULONG_PTR key;
	DWORD n;

	pair(s);
	how.Iocp.IocpHandle = port;
	how.Iocp.CompletionKey = (void *)0x1234;
	CHECK(!rio.CreateCompletionQueue(8, &how));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	how.Iocp.Overlapped = &o;
	cq = rio.CreateCompletionQueue(8, &how);
	rq = request_queue =
		rio.CreateRequestQueue(s[0], 4, 1, 4, 1, cq, cq, NULL);
	CHECK(cq && rq);
	for (int i = 0; i < 20; i++) {
		CHECK_EQ(rio.Notify(cq), 0);
		CHECK_EQ(rio.Notify(cq), WSAEALREADY);
		CHECK(rio.Receive(rq, &b, 1, 0, NULL));
		CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
		CHECK_EQ(send(s[1], "abcd", 4, 0), 4);
		CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
		CHECK(got == &o);
		CHECK_EQ(key, 0x1234);
		CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
		/* There is something still: at once. */
		CHECK_EQ(rio.Notify(cq), 0);
		CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
		CHECK_EQ(rio.DequeueCompletion(cq, r, 4), 1);
	}
	/* Asked again before the packet has been taken. */
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(rio.Notify(cq), 0);
		CHECK(rio.Send(rq, &b, 1, 0, NULL));
		fetch(cq, r, 1);
	}
	for (int i = 0; i < 3; i++)
		CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
	/* A request is not its thread's. */
	CHECK_EQ(rio.Notify(cq), 0);
	thread = CreateThread(NULL, 0, receive_and_end, NULL, 0, NULL);
	CHECK_EQ(WaitForSingleObject(thread, INFINITE), 0);
	GetExitCodeThread(thread, &n);
	CHECK_EQ(n, TRUE);
	CloseHandle(thread);
	CHECK(CancelIo((HANDLE)s[0]));
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
	CHECK_EQ(send(s[1], "abcd", 4, 0), 4);
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
	CHECK_EQ(rio.DequeueCompletion(cq, r, 4), 1);
	CHECK_EQ(r[0].RequestContext, 99);
	CHECK_EQ(r[0].BytesTransferred, 4);
	/* The queue goes first: what is under way is dropped. */
	CHECK(rio.Receive(rq, &b, 1, 0, NULL));
	rio.CloseCompletionQueue(cq);
	CHECK(!rio.Receive(rq, &b, 1, 0, NULL));
	closesocket(s[0]);
	closesocket(s[1]);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
	CloseHandle(port);
}

/* Most programs make their sockets without WSA_FLAG_OVERLAPPED. */
static void not_overlapped(void)
{
	SOCKET s = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0,
			      WSA_FLAG_REGISTERED_IO);
	void *cq = rio.CreateCompletionQueue(8, NULL), *rq;
	RIO_BUF in = part(0, 16), out = part(64, 4);
	struct sockaddr_in a = bound(s);
	RIORESULT r[2];

	rq = rio.CreateRequestQueue(s, 4, 1, 4, 1, cq, cq, NULL);
	CHECK(rq != NULL);
	CHECK(!connect(s, (struct sockaddr *)&a, sizeof a));
	CHECK(rio.Receive(rq, &in, 1, 0, (void *)1));
	CHECK_EQ(rio.DequeueCompletion(cq, r, 2), 0);
	memcpy(memory + 64, "data", 4);
	CHECK(rio.Send(rq, &out, 1, 0, (void *)2));
	fetch(cq, r, 2);
	CHECK_EQ(r[0].BytesTransferred, 4);
	CHECK_EQ(r[1].BytesTransferred, 4);
	CHECK(!memcmp(memory, "data", 4));
	/* It ends those that wait, too. */
	CHECK(rio.Receive(rq, &in, 1, 0, (void *)3));
	closesocket(s);
	fetch(cq, r, 1);
	CHECK_EQ(r[0].Status, WSA_OPERATION_ABORTED);
	rio.CloseCompletionQueue(cq);
}

/* Many under way on one socket, and more queues than one looks through. */
static void many(void)
{
	enum { REQUESTS = 2000, QUEUES = 40 };
	static void *rq[QUEUES], *id[100];
	static SOCKET s[QUEUES];
	void *cq = rio.CreateCompletionQueue(REQUESTS + 4 * QUEUES, NULL);
	RIO_BUF in = part(0, 16);
	RIORESULT r[64];
	ULONG got = 0;

	for (int i = 0; i < QUEUES; i++) {
		s[i] = make(SOCK_DGRAM);
		bound(s[i]);
		rq[i] = rio.CreateRequestQueue(s[i], i ? 2 : REQUESTS, 1, 1, 1,
					       cq, cq, (void *)(LONG_PTR)i);
		CHECK(rq[i] != NULL);
		CHECK(!rio.CreateRequestQueue(s[i], 2, 1, 1, 1, cq, cq, NULL));
	}
	for (int i = 0; i < REQUESTS; i++)
		CHECK(rio.Receive(rq[0], &in, 1, i % 3 ? RIO_MSG_DEFER : 0,
				  NULL));
	for (int i = 1; i < QUEUES; i++)
		CHECK(rio.Receive(rq[i], &in, 1, 0, NULL));
	for (int i = QUEUES; i-- > 0;) {
		closesocket(s[i]);
		CHECK(!rio.Receive(rq[i], &in, 1, 0, NULL));
	}
	while (got < REQUESTS + QUEUES - 1) {
		ULONG n = rio.DequeueCompletion(cq, r, 64);

		for (ULONG i = 0; i < n; i++)
			CHECK_EQ(r[i].Status, WSA_OPERATION_ABORTED);
		got += n;
		if (!n)
			Sleep(0);
	}
	rio.CloseCompletionQueue(cq);
	/* Ids are given out again, and are others then. */
	for (int turn = 0; turn < 3; turn++) {
		RIO_BUF old = { id[0], 0, 1 };

		for (int i = 0; i < 100; i++) {
			void *was = id[i];

			id[i] = rio.RegisterBuffer(memory, 16);
			CHECK(id[i] != RIO_INVALID_BUFFERID && id[i] != was);
		}
		if (turn)
			CHECK(old.BufferId != id[0]);
		for (int i = 0; i < 100; i++)
			rio.DeregisterBuffer(id[i]);
	}
}

int main(void)
{
	WSADATA w;

	CHECK(!WSAStartup(0x202, &w));
	functions();
	limits();
	stream();
	datagrams();
	by_event();
	by_port();
	not_overlapped();
	many();
	rio.DeregisterBuffer(buffer);
	return check_done();
}
