/*
 * A thread that waits at a completion port may look after the process's I/O
 * meanwhile: what happens when it is suspended, ended, alerted, posted to or
 * busy, and when several threads and ports want the same.
 */
#include <winsock2.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

struct request {
	OVERLAPPED o;
	SOCKET s;
	char buf[64];
};

static void receive(struct request *r)
{
	WSABUF b = { sizeof r->buf, r->buf };
	HANDLE event = r->o.hEvent;
	DWORD flags = 0;

	memset(&r->o, 0, sizeof r->o);
	r->o.hEvent = event;
	if (WSARecv(r->s, &b, 1, NULL, &flags, &r->o, NULL))
		CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
}

struct taker {
	HANDLE port, thread, ready;
	BOOL ok;
	DWORD n, error;
	ULONG_PTR key;
	OVERLAPPED *o;
};

static DWORD WINAPI take(void *arg)
{
	struct taker *t = arg;

	SetEvent(t->ready);
	t->ok = GetQueuedCompletionStatus(t->port, &t->n, &t->key, &t->o,
					  20000);
	t->error = t->ok ? 0 : GetLastError();
	return 0;
}

/* A thread in the wait, or about to be. */
static void start(struct taker *t, HANDLE port)
{
	memset(t, 0, sizeof *t);
	t->port = port;
	t->ready = CreateEventW(NULL, FALSE, FALSE, NULL);
	t->thread = CreateThread(NULL, 0, take, t, 0, NULL);
	WaitForSingleObject(t->ready, INFINITE);
}

static void end(struct taker *t)
{
	CHECK_EQ(WaitForSingleObject(t->thread, 60000), WAIT_OBJECT_0);
	CloseHandle(t->thread);
	CloseHandle(t->ready);
}

static void one_thread(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	struct request r = { 0 };
	struct taker t;
	DWORD n, before;
	ULONG_PTR key;
	OVERLAPPED *o;
	SOCKET a;

	pair(&a, &r.s);
	CHECK(CreateIoCompletionPort((HANDLE)r.s, port, 7, 0) == port);
	receive(&r);

	/* Nothing to be had: its time is kept. */
	before = GetTickCount();
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &o, 60));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	CHECK(GetTickCount() - before >= 45, "%lu", GetTickCount() - before);

	/* Data, then a packet of another thread's, then both at once. */
	start(&t, port);
	send(a, "x", 1, 0);
	end(&t);
	CHECK(t.ok && t.n == 1 && t.key == 7 && t.o == &r.o);
	receive(&r);
	start(&t, port);
	PostQueuedCompletionStatus(port, 5, 6, NULL);
	end(&t);
	CHECK(t.ok && t.n == 5 && t.key == 6 && !t.o);

	/* Suspended where it sleeps, for as long as it pleases us. */
	start(&t, port);
	SuspendThread(t.thread);
	send(a, "yy", 2, 0);
	CHECK_EQ(WaitForSingleObject(t.thread, 50), WAIT_TIMEOUT);
	ResumeThread(t.thread);
	end(&t);
	CHECK(t.ok && t.n == 2 && t.o == &r.o);

	/* Ended there: others go on. */
	receive(&r);
	start(&t, port);
	TerminateThread(t.thread, 9);
	end(&t);
	start(&t, port);
	send(a, "zzz", 3, 0);
	end(&t);
	CHECK(t.ok && t.n == 3);

	/* Cancelled from elsewhere. */
	receive(&r);
	start(&t, port);
	CHECK(CancelIoEx((HANDLE)r.s, &r.o));
	end(&t);
	CHECK(!t.ok && t.error == ERROR_OPERATION_ABORTED && t.o == &r.o);

	closesocket(a);
	closesocket(r.s);
	CloseHandle(port);
}

/* The port is closed while it is waited on; too early, it is no handle then. */
static void closed_port(void)
{
	struct request r = { 0 };
	struct taker t;
	HANDLE port;
	SOCKET a;

	for (DWORD ms = 20; ms < 20000; ms *= 2) {
		port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
		pair(&a, &r.s);
		CHECK(CreateIoCompletionPort((HANDLE)r.s, port, 7, 0) == port);
		receive(&r);
		start(&t, port);
		Sleep(ms);
		CloseHandle(port);
		end(&t);
		closesocket(a);
		closesocket(r.s);
		if (t.ok || t.error != ERROR_INVALID_HANDLE)
			break;
	}
	CHECK(!t.ok && t.error == ERROR_ABANDONED_WAIT_0, "%lu", t.error);
}

static int apcs;

static void CALLBACK apc(ULONG_PTR arg)
{
	apcs++;
}

static DWORD WINAPI alert(void *thread)
{
	QueueUserAPC(apc, thread, 0);
	return 0;
}

static void alerted(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	OVERLAPPED_ENTRY e[4];
	struct request r = { 0 };
	HANDLE me, t;
	SOCKET a;
	ULONG n;

	DuplicateHandle(GetCurrentProcess(), GetCurrentThread(),
			GetCurrentProcess(), &me, 0, FALSE,
			DUPLICATE_SAME_ACCESS);
	pair(&a, &r.s);
	CreateIoCompletionPort((HANDLE)r.s, port, 7, 0);
	for (int i = 0; i < 20; i++) {
		receive(&r);
		t = CreateThread(NULL, 0, alert, me, 0, NULL);
		CHECK(!GetQueuedCompletionStatusEx(port, e, 4, &n, 20000,
						   TRUE));
		CHECK_EQ(GetLastError(), WAIT_IO_COMPLETION);
		CHECK_EQ(apcs, i + 1);
		send(a, "12345", 5, 0);
		CHECK(GetQueuedCompletionStatusEx(port, e, 4, &n, 60000, TRUE));
		CHECK_EQ(n, 1);
		CHECK_EQ(e[0].dwNumberOfBytesTransferred, 5);
		WaitForSingleObject(t, INFINITE);
		CloseHandle(t);
	}
	CloseHandle(me);
	closesocket(a);
	closesocket(r.s);
	CloseHandle(port);
}

/* Who led does something else: what is not for its port is finished as well. */
static void busy(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	struct request r = { 0 }, by_event = { 0 }, polled = { 0 };
	SOCKET a, b, c;
	OVERLAPPED *o;
	ULONG_PTR key;
	DWORD n, from;

	pair(&a, &r.s);
	pair(&b, &by_event.s);
	pair(&c, &polled.s);
	CreateIoCompletionPort((HANDLE)r.s, port, 1, 0);
	CreateIoCompletionPort((HANDLE)polled.s, port, 2, 0);
	by_event.o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < 20; i++) {
		struct taker t;

		receive(&r);
		receive(&by_event);
		receive(&polled);
		start(&t, port);
		send(a, "a", 1, 0);
		end(&t);
		CHECK(t.ok && t.key == 1);
		/* In this thread, too, as it will have led. */
		CHECK(!GetQueuedCompletionStatus(port, &n, &key, &o, 2));
		send(b, "b", 1, 0);
		CHECK_EQ(WaitForSingleObject(by_event.o.hEvent, 60000),
			 WAIT_OBJECT_0);
		CHECK(!GetQueuedCompletionStatus(port, &n, &key, &o, 2));
		/* Looked at, without a wait. */
		send(c, "c", 1, 0);
		from = GetTickCount();
		while (!HasOverlappedIoCompleted(&polled.o) &&
		       GetTickCount() - from < 20000)
			YieldProcessor();
		CHECK(HasOverlappedIoCompleted(&polled.o));
		CHECK(GetQueuedCompletionStatus(port, &n, &key, &o, 60000));
		CHECK_EQ(key, 2);
	}
	closesocket(a);
	closesocket(b);
	closesocket(c);
	closesocket(r.s);
	closesocket(by_event.s);
	closesocket(polled.s);
	CloseHandle(by_event.o.hEvent);
	CloseHandle(port);
}

/* ---- many ---- */

enum { PORTS = 2, THREADS = 3, PAIRS = 6, ROUNDS = 400, STOP = 99 };

static volatile LONG posts;

static DWORD WINAPI serve(void *port)
{
	struct request *r;
	OVERLAPPED *o;
	ULONG_PTR key;
	DWORD n;

	for (;;) {
		if (!GetQueuedCompletionStatus(port, &n, &key, &o, 60000)) {
			CHECK(FALSE, "error %lu", GetLastError());
			return 1;
		}
		if (key == STOP)
			return 0;
		if (!o) {
			InterlockedIncrement(&posts);
			continue;
		}
		r = CONTAINING_RECORD(o, struct request, o);
		if (!n)
			continue;
		send(r->s, r->buf, (int)n, 0);
		receive(r);
	}
}

struct client {
	SOCKET s;
	HANDLE port;
};

static DWORD WINAPI ask(void *arg)
{
	struct client *c = arg;

	for (int i = 0; i < ROUNDS; i++) {
		int out = i, in = -1;

		send(c->s, (char *)&out, sizeof out, 0);
		if (!(i % 8))
			PostQueuedCompletionStatus(c->port, 0, 0, NULL);
		CHECK_EQ(recv(c->s, (char *)&in, sizeof in, MSG_WAITALL),
			 sizeof in);
		CHECK_EQ(in, out);
	}
	shutdown(c->s, SD_SEND);
	return 0;
}

static void many(void)
{
	HANDLE ports[PORTS], servers[PORTS * THREADS], clients[PAIRS];
	static struct request r[PAIRS];
	struct client c[PAIRS];

	for (int i = 0; i < PORTS; i++) {
		ports[i] = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0,
						  i + 1);
		for (int k = 0; k < THREADS; k++)
			servers[i * THREADS + k] =
				CreateThread(NULL, 0, serve, ports[i], 0, NULL);
	}
	for (int i = 0; i < PAIRS; i++) {
		pair(&c[i].s, &r[i].s);
		c[i].port = ports[i % PORTS];
		CreateIoCompletionPort((HANDLE)r[i].s, c[i].port, 0, 0);
		receive(&r[i]);
	}
	for (int i = 0; i < PAIRS; i++)
		clients[i] = CreateThread(NULL, 0, ask, &c[i], 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(PAIRS, clients, TRUE, 60000), 0);
	for (int i = 0; i < PORTS * THREADS; i++)
		PostQueuedCompletionStatus(ports[i / THREADS], 0, STOP, NULL);
	CHECK_EQ(WaitForMultipleObjects(PORTS * THREADS, servers, TRUE, 60000),
		 0);
	CHECK_EQ(posts, PAIRS * ROUNDS / 8);
	for (int i = 0; i < PAIRS; i++) {
		closesocket(c[i].s);
		closesocket(r[i].s);
		CloseHandle(clients[i]);
	}
	for (int i = 0; i < PORTS * THREADS; i++)
		CloseHandle(servers[i]);
	for (int i = 0; i < PORTS; i++)
		CloseHandle(ports[i]);
}

int main(void)
{
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	one_thread();
	closed_port();
	alerted();
	busy();
	many();
	return check_done();
}
