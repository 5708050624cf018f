// link: -lmswsock
/*
 * Overlapped sockets: events, completion routines, completion ports, AcceptEx,
 * ConnectEx, TransmitFile, cancellation.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"
#include "../lib/sock-pair.h"

static void by_event(void)
{
	WSAOVERLAPPED o = { 0 };
	char buf[16] = "";
	WSABUF b = { sizeof buf, buf };
	DWORD n, flags = 0;
	SOCKET a, c;

	pair(&a, &c);
	o.hEvent = WSACreateEvent();
	CHECK_EQ(WSARecv(a, &b, 1, NULL, &flags, &o, NULL), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 0), WAIT_TIMEOUT);
	CHECK(!WSAGetOverlappedResult(a, &o, &n, FALSE, &flags));
	CHECK_EQ(WSAGetLastError(), WSA_IO_INCOMPLETE);
	CHECK_EQ(send(c, "data", 4, 0), 4);
	CHECK(WSAGetOverlappedResult(a, &o, &n, TRUE, &flags));
	CHECK_EQ(n, 4);
	CHECK(!memcmp(buf, "data", 4));

	/* At once, and still the event. */
	CHECK_EQ(send(c, "more", 4, 0), 4);
	Sleep(50);
	WSAResetEvent(o.hEvent);
	n = 0;
	if (WSARecv(a, &b, 1, &n, &flags, &o, NULL))
		CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CHECK_EQ(o.InternalHigh, 4);

	/* Cancelled. */
	flags = 0;
	CHECK_EQ(WSARecv(a, &b, 1, NULL, &flags, &o, NULL), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK(CancelIoEx((HANDLE)a, (OVERLAPPED *)&o));
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CHECK(!WSAGetOverlappedResult(a, &o, &n, FALSE, &flags));
	CHECK_EQ(WSAGetLastError(), WSA_OPERATION_ABORTED);
	CHECK(!CancelIoEx((HANDLE)a, (OVERLAPPED *)&o));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);

	/* Closing ends it. */
	flags = 0;
	CHECK_EQ(WSARecv(a, &b, 1, NULL, &flags, &o, NULL), SOCKET_ERROR);
	closesocket(a);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CHECK_EQ((LONG)o.Internal, (LONG)0xc0000120); /* STATUS_CANCELLED */
	closesocket(c);
	WSACloseEvent(o.hEvent);
}

static struct {
	int calls;
	DWORD error, n;
	WSAOVERLAPPED *o;
} told;

static void CALLBACK routine(DWORD error, DWORD n, LPWSAOVERLAPPED o,
			     DWORD flags)
{
	told.calls++;
	told.error = error;
	told.n = n;
	told.o = o;
}

static void by_routine(void)
{
	WSAOVERLAPPED o = { 0 };
	char buf[16];
	WSABUF b = { sizeof buf, buf };
	DWORD flags = 0;
	SOCKET a, c;

	pair(&a, &c);
	CHECK_EQ(WSARecv(a, &b, 1, NULL, &flags, &o, routine), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK_EQ(send(c, "apc", 3, 0), 3);
	CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(told.calls, 1);
	CHECK_EQ(told.error, 0);
	CHECK_EQ(told.n, 3);
	CHECK(told.o == &o);
	closesocket(a);
	closesocket(c);
}

static void by_port(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	WSAOVERLAPPED o[8] = { 0 }, *got;
	char buf[8][4];
	DWORD n, flags;
	ULONG_PTR key;
	SOCKET a, c;

	pair(&a, &c);
	CHECK(CreateIoCompletionPort((HANDLE)a, port, 77, 0) == port);
	/* Several wait; they end in order. */
	for (int i = 0; i < 8; i++) {
		WSABUF b = { 4, buf[i] };

		flags = 0;
		CHECK_EQ(WSARecv(a, &b, 1, NULL, &flags, &o[i], NULL),
			 SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	}
	for (int i = 0; i < 8; i++) {
		char four[4] = { (char)('a' + i), 'x', 'y', 'z' };

		CHECK_EQ(send(c, four, 4, 0), 4);
	}
	for (int i = 0; i < 8; i++) {
		CHECK(GetQueuedCompletionStatus(port, &n, &key,
						(OVERLAPPED **)&got, 5000));
		CHECK_EQ(key, 77);
		CHECK_EQ(n, 4);
		CHECK(got == &o[i]);
		CHECK_EQ(buf[i][0], 'a' + i);
	}
	/* The end is 0 bytes. */
	flags = 0;
	{
		WSABUF b = { 4, buf[0] };

		WSARecv(a, &b, 1, NULL, &flags, &o[0], NULL);
	}
	shutdown(c, SD_SEND);
	CHECK(GetQueuedCompletionStatus(port, &n, &key, (OVERLAPPED **)&got,
					5000));
	CHECK_EQ(n, 0);

	/* Nothing is posted for what succeeds at once, if one asks. */
	CHECK(SetFileCompletionNotificationModes(
		(HANDLE)a, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
				   FILE_SKIP_SET_EVENT_ON_HANDLE));
	{
		WSABUF b = { 2, "ok" };

		CHECK_EQ(WSASend(a, &b, 1, &n, 0, &o[1], NULL), 0);
		CHECK_EQ(n, 2);
	}
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, (OVERLAPPED **)&got,
					 50));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	closesocket(a);
	closesocket(c);
	CloseHandle(port);
}

static void big_send(void)
{
	enum { SIZE = 8 << 20 };
	char *out = malloc(SIZE), *in = malloc(65536);
	WSABUF b = { SIZE, out };
	WSAOVERLAPPED o = { 0 };
	DWORD n, flags;
	SOCKET a, c;
	int total = 0, bad = 0;

	for (int i = 0; i < SIZE; i++)
		out[i] = (char)(i * 7 + (i >> 9));
	pair(&a, &c);
	o.hEvent = WSACreateEvent();
	if (WSASend(a, &b, 1, NULL, 0, &o, NULL))
		CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	while (total < SIZE) {
		int got = recv(c, in, 65536, 0);

		if (got <= 0)
			break;
		bad += memcmp(in, out + total, (size_t)got) != 0;
		total += got;
	}
	CHECK_EQ(total, SIZE);
	CHECK_EQ(bad, 0);
	CHECK(WSAGetOverlappedResult(a, &o, &n, TRUE, &flags));
	CHECK_EQ(n, SIZE);
	closesocket(a);
	closesocket(c);
	WSACloseEvent(o.hEvent);
	free(out);
	free(in);
}

static void extensions(void)
{
	enum { ROOM = sizeof(struct sockaddr_in) + 16 };
	struct sockaddr_in at, mine = { .sin_family = AF_INET }, *l, *r;
	SOCKET s = listener(&at), to = socket(AF_INET, SOCK_STREAM, 0),
	       c = socket(AF_INET, SOCK_STREAM, 0);
	LPFN_CONNECTEX connect_ex =
		(LPFN_CONNECTEX)extension(c, (GUID)WSAID_CONNECTEX);
	WSAOVERLAPPED ao = { 0 }, co = { 0 };
	char buf[64 + 2 * ROOM], more[8];
	DWORD n, flags;
	int ln, rn, v;

	ao.hEvent = WSACreateEvent();
	co.hEvent = WSACreateEvent();
	CHECK(!AcceptEx(s, to, buf, 64, ROOM, ROOM, &n, (OVERLAPPED *)&ao));
	CHECK_EQ(WSAGetLastError(), ERROR_IO_PENDING);
	/* It has to be bound. */
	CHECK(!connect_ex(c, (SOCKADDR *)&at, sizeof at, "hi!", 3, &n,
			  (OVERLAPPED *)&co));
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(bind(c, (SOCKADDR *)&mine, sizeof mine), 0);
	if (!connect_ex(c, (SOCKADDR *)&at, sizeof at, "hi!", 3, &n,
			(OVERLAPPED *)&co))
		CHECK_EQ(WSAGetLastError(), ERROR_IO_PENDING);
	CHECK(WSAGetOverlappedResult(c, &co, &n, TRUE, &flags));
	CHECK_EQ(n, 3);
	CHECK_EQ(setsockopt(c, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0),
		 0);
	CHECK(WSAGetOverlappedResult(s, &ao, &n, TRUE, &flags));
	CHECK_EQ(n, 3);
	CHECK(!memcmp(buf, "hi!", 3));
	CHECK_EQ(setsockopt(to, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
			    (char *)&s, sizeof s),
		 0);
	GetAcceptExSockaddrs(buf, 64, ROOM, ROOM, (SOCKADDR **)&l, &ln,
			     (SOCKADDR **)&r, &rn);
	CHECK_EQ(ln, sizeof *l);
	CHECK_EQ(l->sin_port, at.sin_port);
	ln = sizeof mine;
	CHECK_EQ(getsockname(c, (SOCKADDR *)&mine, &ln), 0);
	CHECK_EQ(r->sin_port, mine.sin_port);
	ln = sizeof v;
	CHECK_EQ(getsockopt(to, SOL_SOCKET, SO_CONNECT_TIME, (char *)&v, &ln),
		 0);
	CHECK(v >= 0 && v < 60);
	CHECK_EQ(send(to, "yes", 3, 0), 3);
	CHECK_EQ(recv(c, more, sizeof more, 0), 3);
	closesocket(to);
	closesocket(c);

	/* Refused. */
	closesocket(s);
	c = socket(AF_INET, SOCK_STREAM, 0);
	memset(&mine, 0, sizeof mine);
	mine.sin_family = AF_INET;
	bind(c, (SOCKADDR *)&mine, sizeof mine);
	if (!connect_ex(c, (SOCKADDR *)&at, sizeof at, NULL, 0, NULL,
			(OVERLAPPED *)&co)) {
		if (WSAGetLastError() == ERROR_IO_PENDING) {
			CHECK(!WSAGetOverlappedResult(c, &co, &n, TRUE,
						      &flags));
		}
		CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	}
	closesocket(c);
	WSACloseEvent(ao.hEvent);
	WSACloseEvent(co.hEvent);
}

static void transmit(void)
{
	enum { SIZE = 300000 };
	char path[MAX_PATH], *data = malloc(SIZE), *in = malloc(SIZE + 64);
	TRANSMIT_FILE_BUFFERS ends = { "<head>", 6, "<tail>", 6 };
	WSAOVERLAPPED o = { 0 };
	DWORD n, flags;
	SOCKET a, c;
	HANDLE f;
	int total = 0;

	for (int i = 0; i < SIZE; i++)
		data[i] = (char)(i * 13 + (i >> 10));
	GetTempFileNameA(".", "tf", 0, path);
	f = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	CHECK(WriteFile(f, data, SIZE, &n, NULL));
	pair(&a, &c);
	o.hEvent = WSACreateEvent();
	if (!TransmitFile(a, f, 0, 0, (OVERLAPPED *)&o, &ends, TF_DISCONNECT))
		CHECK_EQ(WSAGetLastError(), ERROR_IO_PENDING);
	for (;;) {
		int got = recv(c, in + total, SIZE + 64 - total, 0);

		if (got <= 0)
			break;
		total += got;
	}
	CHECK_EQ(total, SIZE + 12);
	CHECK(!memcmp(in, "<head>", 6));
	CHECK(!memcmp(in + 6, data, SIZE));
	CHECK(!memcmp(in + 6 + SIZE, "<tail>", 6));
	CHECK(WSAGetOverlappedResult(a, &o, &n, TRUE, &flags));
	CHECK_EQ(n, SIZE + 12);
	closesocket(a);
	closesocket(c);
	CloseHandle(f);
	WSACloseEvent(o.hEvent);
	free(data);
	free(in);
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	by_event();
	by_routine();
	by_port();
	big_send();
	extensions();
	transmit();
	return check_done();
}
