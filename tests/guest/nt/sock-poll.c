/*
 * What holds of sockets: IOCTL_AFD_POLL as event loops use it, WSAPoll,
 * select, WSAEventSelect.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <winternl.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

NTSTATUS NTAPI NtCancelIoFileEx(HANDLE, PIO_STATUS_BLOCK, PIO_STATUS_BLOCK);

#define IOCTL_AFD_POLL   0x12024
#define POLL_RECEIVE     0x1
#define POLL_SEND        0x4
#define POLL_DISCONNECT  0x8
#define POLL_ABORT       0x10
#define POLL_LOCAL_CLOSE 0x20
#define POLL_ACCEPT      0x80
#define POLL_FAIL        0x100

struct poll {
	LARGE_INTEGER timeout;
	ULONG count, exclusive;
	struct {
		HANDLE handle;
		ULONG events;
		NTSTATUS status;
	} h[4];
};

/* As mio and wepoll open it. */
static HANDLE helper(void)
{
	static WCHAR name[] = L"\\Device\\Afd\\Mio";
	UNICODE_STRING u = { sizeof name - 2, sizeof name, name };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK iosb;
	HANDLE h = NULL;

	InitializeObjectAttributes(&oa, &u, 0, NULL, NULL);
	CHECK_EQ(NtCreateFile(&h, SYNCHRONIZE, &oa, &iosb, NULL, 0,
			      FILE_SHARE_READ | FILE_SHARE_WRITE, 1, 0, NULL,
			      0),
		 0);
	return h;
}

static NTSTATUS ask(HANDLE h, struct poll *p, IO_STATUS_BLOCK *iosb, SOCKET s,
		    ULONG events)
{
	memset(p, 0, sizeof *p);
	p->timeout.QuadPart = MAXLONGLONG;
	p->count = 1;
	p->h[0].handle = (HANDLE)s;
	p->h[0].events = events;
	iosb->Status = STATUS_PENDING;
	return NtDeviceIoControlFile(h, NULL, NULL, iosb, iosb, IOCTL_AFD_POLL,
				     p, sizeof *p, p, sizeof *p);
}

static IO_STATUS_BLOCK *next(HANDLE port, DWORD ms)
{
	OVERLAPPED *o = NULL;
	ULONG_PTR key;
	DWORD n;

	GetQueuedCompletionStatus(port, &n, &key, &o, ms);
	return (IO_STATUS_BLOCK *)o;
}

static void afd(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	HANDLE h = helper();
	IO_STATUS_BLOCK iosb, cancel;
	struct sockaddr_in at;
	struct poll p;
	SOCKET a, c, l = listener(&at);
	char byte;

	CHECK(CreateIoCompletionPort(h, port, 1, 0) == port);
	pair(&a, &c);

	/* Holds already. */
	CHECK_EQ(ask(h, &p, &iosb, a, POLL_SEND | POLL_RECEIVE), 0);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(p.count, 1);
	CHECK_EQ(p.h[0].events, POLL_SEND);
	CHECK(p.h[0].handle == (HANDLE)a);

	/* Comes later. */
	CHECK_EQ(ask(h, &p, &iosb, a, POLL_RECEIVE), STATUS_PENDING);
	CHECK(next(port, 0) == NULL);
	send(c, "x", 1, 0);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(iosb.Status, 0);
	CHECK_EQ(p.h[0].events, POLL_RECEIVE);
	/* And holds until it is read. */
	CHECK_EQ(ask(h, &p, &iosb, a, POLL_RECEIVE), 0);
	CHECK(next(port, 5000) == &iosb);
	recv(a, &byte, 1, 0);

	/* Cancelled. */
	CHECK_EQ(ask(h, &p, &iosb, a, POLL_RECEIVE), STATUS_PENDING);
	CHECK_EQ(NtCancelIoFileEx(h, &iosb, &cancel), 0);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(iosb.Status, (NTSTATUS)0xc0000120);

	/* The peer ends, then we close. */
	CHECK_EQ(ask(h, &p, &iosb, a, POLL_RECEIVE | POLL_DISCONNECT),
		 STATUS_PENDING);
	shutdown(c, SD_SEND);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(p.h[0].events & POLL_DISCONNECT, POLL_DISCONNECT);
	CHECK_EQ(ask(h, &p, &iosb, a, POLL_RECEIVE | POLL_LOCAL_CLOSE),
		 STATUS_PENDING);
	closesocket(a);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(p.h[0].events, POLL_LOCAL_CLOSE);
	closesocket(c);

	/* A listener. */
	CHECK_EQ(ask(h, &p, &iosb, l, POLL_ACCEPT | POLL_RECEIVE),
		 STATUS_PENDING);
	a = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(a, (SOCKADDR *)&at, sizeof at), 0);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(p.h[0].events, POLL_ACCEPT);
	c = accept(l, NULL, NULL);

	/* A reset. */
	{
		struct linger now = { 1, 0 };

		CHECK_EQ(ask(h, &p, &iosb, a, POLL_ABORT | POLL_RECEIVE),
			 STATUS_PENDING);
		setsockopt(c, SOL_SOCKET, SO_LINGER, (char *)&now, sizeof now);
		closesocket(c);
		CHECK(next(port, 5000) == &iosb);
		CHECK_EQ(p.h[0].events & POLL_ABORT, POLL_ABORT);
		closesocket(a);
	}
	closesocket(l);

	/* Nobody there: the connection fails. */
	{
		u_long on = 1;

		a = socket(AF_INET, SOCK_STREAM, 0);
		ioctlsocket(a, FIONBIO, &on);
		connect(a, (SOCKADDR *)&at, sizeof at);
		ask(h, &p, &iosb, a, POLL_SEND | POLL_FAIL);
		CHECK(next(port, 10000) == &iosb);
		CHECK_EQ(p.h[0].events, POLL_FAIL);
		CHECK_EQ(p.h[0].status, (NTSTATUS)0xc0000236);
		closesocket(a);
	}

	/* In vain, and for a time. */
	pair(&a, &c);
	memset(&p, 0, sizeof p);
	p.timeout.QuadPart = -1000000; /* 100 ms */
	p.count = 2;
	p.h[0].handle = (HANDLE)a;
	p.h[1].handle = (HANDLE)c;
	p.h[0].events = p.h[1].events = POLL_RECEIVE;
	CHECK_EQ(NtDeviceIoControlFile(h, NULL, NULL, &iosb, &iosb,
				       IOCTL_AFD_POLL, &p, sizeof p, &p,
				       sizeof p),
		 STATUS_PENDING);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(iosb.Status, STATUS_TIMEOUT);
	CHECK_EQ(p.count, 0);
	/* Of two, the second. */
	p.timeout.QuadPart = -50000000;
	p.count = 2;
	p.h[0].handle = (HANDLE)a;
	p.h[1].handle = (HANDLE)c;
	p.h[0].events = p.h[1].events = POLL_RECEIVE;
	CHECK_EQ(NtDeviceIoControlFile(h, NULL, NULL, &iosb, &iosb,
				       IOCTL_AFD_POLL, &p, sizeof p, &p,
				       sizeof p),
		 STATUS_PENDING);
	send(a, "y", 1, 0);
	CHECK(next(port, 5000) == &iosb);
	CHECK_EQ(iosb.Status, 0);
	CHECK_EQ(p.count, 1);
	CHECK(p.h[0].handle == (HANDLE)c);
	closesocket(a);
	closesocket(c);

	CHECK_EQ(ask(h, &p, &iosb, (SOCKET)port, POLL_RECEIVE),
		 (NTSTATUS)0xc0000024);
	CloseHandle(h);
	CloseHandle(port);
}

static DWORD WINAPI send_later(void *arg)
{
	Sleep(100);
	send(*(SOCKET *)arg, "z", 1, 0);
	return 0;
}

static void wsapoll(void)
{
	SOCKET a, c;
	WSAPOLLFD p[3];
	HANDLE t;
	char byte;

	pair(&a, &c);
	p[0] = (WSAPOLLFD){ .fd = a, .events = POLLRDNORM | POLLWRNORM };
	p[1] = (WSAPOLLFD){ .fd = c, .events = POLLRDNORM };
	p[2] = (WSAPOLLFD){ .fd = INVALID_SOCKET, .events = POLLRDNORM };
	CHECK_EQ(WSAPoll(p, 3, 1000), 1);
	CHECK_EQ(p[0].revents, POLLWRNORM);
	CHECK_EQ(p[1].revents, 0);
	CHECK_EQ(p[2].revents, 0); /* not in use */
	p[0].events = POLLRDNORM;
	CHECK_EQ(WSAPoll(p, 2, 50), 0);
	t = CreateThread(NULL, 0, send_later, &a, 0, NULL);
	CHECK_EQ(WSAPoll(p, 2, 5000), 1);
	CHECK_EQ(p[1].revents, POLLRDNORM);
	recv(c, &byte, 1, 0);
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	shutdown(a, SD_SEND);
	CHECK_EQ(WSAPoll(p + 1, 1, 5000), 1);
	CHECK(p[1].revents & POLLHUP);
	/* What is closed is told, the rest is polled all the same. */
	closesocket(a);
	p[0] = (WSAPOLLFD){ .fd = a, .events = POLLRDNORM, .revents = 99 };
	p[1] = (WSAPOLLFD){ .fd = c, .events = POLLWRNORM };
	CHECK_EQ(WSAPoll(p, 2, 5000), 2);
	CHECK_EQ(p[0].revents, POLLNVAL);
	CHECK(p[1].revents & POLLWRNORM);
	closesocket(c);
	/* None is valid. */
	CHECK_EQ(WSAPoll(p, 2, 5000), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(WSAPoll(p, 0, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
}

/* To a port where nobody listens, without blocking. */
static SOCKET unheard(struct sockaddr_in *at)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	u_long on = 1;

	closesocket(listener(at));
	CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
	CHECK_EQ(connect(s, (SOCKADDR *)at, sizeof *at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	return s;
}

/* Since Windows 10 2004 WSAPoll tells of connections that fail. */
static void refused(void)
{
	struct timeval tv = { 10, 0 };
	struct sockaddr_in at;
	SOCKET s = unheard(&at);
	WSAPOLLFD p = { .fd = s, .events = POLLWRNORM };
	int error = 0, size = sizeof error;
	fd_set r, w, e;
	char c;

	CHECK_EQ(WSAPoll(&p, 1, 10000), 1);
	CHECK_EQ(p.revents, POLLHUP | POLLERR | POLLWRNORM);
	p.events = 0;
	CHECK_EQ(WSAPoll(&p, 1, 10000), 1);
	CHECK_EQ(p.revents, POLLHUP | POLLERR);
	CHECK_EQ(getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &size), 0);
	CHECK_EQ(error, WSAECONNREFUSED);
	CHECK_EQ(recv(s, &c, 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	CHECK_EQ(send(s, "x", 1, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	closesocket(s);

	/* select tells of it among the errors only. */
	s = unheard(&at);
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&e);
	FD_SET(s, &r);
	FD_SET(s, &w);
	FD_SET(s, &e);
	CHECK_EQ(select(0, &r, &w, &e, &tv), 1);
	CHECK_EQ(r.fd_count, 0);
	CHECK_EQ(w.fd_count, 0);
	CHECK(FD_ISSET(s, &e));
	closesocket(s);
}

/* As many as one likes, in all three sets. */
static void crowd(void)
{
	enum { N = 600 };
	struct {
		u_int fd_count;
		SOCKET fd_array[2 * N];
	} r = { 0 }, w = { 0 }, e = { 0 };
	static SOCKET a[N], b[N];
	static WSAPOLLFD p[2 * N];
	struct timeval none = { 0, 0 }, tv = { 10, 0 };
	char c;

	for (int i = 0; i < N; i++) {
		pair(&a[i], &b[i]);
		r.fd_array[r.fd_count++] = e.fd_array[e.fd_count++] = a[i];
		r.fd_array[r.fd_count++] = e.fd_array[e.fd_count++] = b[i];
		w.fd_array[w.fd_count++] = a[i];
		p[2 * i] = (WSAPOLLFD){ .fd = a[i], .events = POLLRDNORM };
		p[2 * i + 1] = (WSAPOLLFD){ .fd = b[i], .events = POLLRDNORM };
	}
	CHECK_EQ(select(0, (fd_set *)&r, NULL, (fd_set *)&e, &none), 0);
	CHECK_EQ(WSAPoll(p, 2 * N, 0), 0);
	CHECK_EQ(select(0, NULL, (fd_set *)&w, NULL, &tv), N);
	send(a[7], "x", 1, 0);
	send(a[N - 1], "y", 1, 0);
	send(b[N - 2], "!", 1, MSG_OOB);
	/* Both loops until all has arrived. */
	for (int i = 0; i < 1000; i++) {
		r.fd_count = e.fd_count = w.fd_count = 0;
		for (int k = 0; k < N; k++) {
			r.fd_array[r.fd_count++] = a[k];
			r.fd_array[r.fd_count++] = b[k];
			e.fd_array[e.fd_count++] = a[k];
		}
		CHECK(select(0, (fd_set *)&r, NULL, (fd_set *)&e, &tv) > 0);
		if (r.fd_count + e.fd_count >= 3)
			break;
		Sleep(1);
	}
	CHECK_EQ(r.fd_count, 2);
	CHECK_EQ(e.fd_count, 1);
	CHECK(r.fd_array[0] == b[7]);
	CHECK(r.fd_array[1] == b[N - 1]);
	CHECK(e.fd_array[0] == a[N - 2]);
	p[2 * (N - 2)].events |= POLLRDBAND;
	CHECK_EQ(WSAPoll(p, 2 * N, 60000), 3);
	CHECK_EQ(p[15].revents, POLLRDNORM);
	CHECK_EQ(p[2 * (N - 2)].revents, POLLRDBAND);
	CHECK_EQ(p[2 * N - 1].revents, POLLRDNORM);
	CHECK_EQ(p[0].revents, 0);
	CHECK_EQ(recv(a[N - 2], &c, 1, MSG_OOB), 1);
	CHECK_EQ(c, '!');
	for (int i = 0; i < N; i++) {
		closesocket(a[i]);
		closesocket(b[i]);
	}
}

static void selects(void)
{
	struct timeval tv = { 0, 50000 };
	SOCKET a, c;
	HANDLE t;
	fd_set r, w;

	CHECK_EQ(select(0, NULL, NULL, NULL, &tv), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	pair(&a, &c);
	FD_ZERO(&r);
	FD_SET(a, &r);
	FD_SET(c, &r);
	CHECK_EQ(select(0, &r, NULL, NULL, &tv), 0);
	CHECK_EQ(r.fd_count, 0);
	FD_ZERO(&w);
	FD_SET(a, &w);
	FD_SET(c, &w);
	CHECK_EQ(select(0, NULL, &w, NULL, &tv), 2);
	t = CreateThread(NULL, 0, send_later, &a, 0, NULL);
	FD_ZERO(&r);
	FD_SET(a, &r);
	FD_SET(c, &r);
	CHECK_EQ(select(0, &r, NULL, NULL, NULL), 1);
	CHECK(FD_ISSET(c, &r) && !FD_ISSET(a, &r));
	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
	closesocket(a);
	FD_ZERO(&r);
	FD_SET(a, &r);
	CHECK_EQ(select(0, &r, NULL, NULL, &tv), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
	closesocket(c);
}

static LONG events_of(SOCKET s, WSAEVENT e, DWORD ms, int *close_error)
{
	WSANETWORKEVENTS n;

	if (WSAWaitForMultipleEvents(1, &e, TRUE, ms, FALSE) !=
	    WSA_WAIT_EVENT_0)
		return 0;
	CHECK_EQ(WSAEnumNetworkEvents(s, e, &n), 0);
	if (close_error)
		*close_error = n.iErrorCode[FD_CLOSE_BIT];
	return n.lNetworkEvents;
}

static void event_select(void)
{
	WSAEVENT e = WSACreateEvent(), le = WSACreateEvent();
	struct sockaddr_in at;
	SOCKET l = listener(&at), a = socket(AF_INET, SOCK_STREAM, 0), c;
	char buf[8];
	u_long off = 0;
	int error;

	CHECK_EQ(WSAEventSelect(l, le, FD_ACCEPT), 0);
	CHECK_EQ(WSAEventSelect(a, e,
				FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE),
		 0);
	CHECK_EQ(events_of(a, e, 0, NULL), 0);
	CHECK_EQ(connect(a, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	{
		LONG got = events_of(a, e, 5000, NULL);

		if (got == FD_CONNECT)
			got |= events_of(a, e, 5000, NULL);
		CHECK_EQ(got, FD_CONNECT | FD_WRITE);
	}
	CHECK_EQ(events_of(l, le, 5000, NULL), FD_ACCEPT);
	c = accept(l, NULL, NULL);
	CHECK(c != INVALID_SOCKET);
	/* It came with the listener's event. */
	CHECK_EQ(WSAEventSelect(c, NULL, 0), 0);
	CHECK_EQ(ioctlsocket(c, FIONBIO, &off), 0);

	/* Told once until one reads. */
	send(c, "12", 2, 0);
	CHECK_EQ(events_of(a, e, 5000, NULL), FD_READ);
	CHECK_EQ(events_of(a, e, 50, NULL), 0);
	send(c, "34", 2, 0);
	CHECK_EQ(events_of(a, e, 50, NULL), 0);
	CHECK_EQ(recv(a, buf, 1, 0), 1);
	CHECK_EQ(events_of(a, e, 5000, NULL), FD_READ);
	CHECK_EQ(recv(a, buf, 8, 0), 3);
	CHECK_EQ(events_of(a, e, 50, NULL), 0);

	CHECK_EQ(ioctlsocket(a, FIONBIO, &off), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	closesocket(c);
	CHECK_EQ(events_of(a, e, 5000, &error) & FD_CLOSE, FD_CLOSE);
	CHECK_EQ(error, 0);
	closesocket(a);
	closesocket(l);
	WSACloseEvent(e);
	WSACloseEvent(le);
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	afd();
	wsapoll();
	refused();
	crowd();
	selects();
	event_select();
	return check_done();
}
