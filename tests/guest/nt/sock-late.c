// link: -lmswsock
/*
 * Of what the network says against a request, its completion tells: the call
 * itself only begins it.  And requests of very many pieces.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include "../lib/check.h"

static struct sockaddr_in here(u_short port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = port };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

/* A port of this machine that nobody has. */
static struct sockaddr_in nobody(int type)
{
	struct sockaddr_in a = here(0);
	SOCKET s = socket(AF_INET, type, 0);
	int n = sizeof a;

	CHECK_EQ(bind(s, (SOCKADDR *)&a, sizeof a), 0);
	CHECK_EQ(getsockname(s, (SOCKADDR *)&a, &n), 0);
	closesocket(s);
	return a;
}

static void connect_ex_refused(void)
{
	static GUID id = WSAID_CONNECTEX;
	struct sockaddr_in to = nobody(SOCK_STREAM), mine = here(0);
	SOCKET c = socket(AF_INET, SOCK_STREAM, 0);
	HANDLE port = CreateIoCompletionPort((HANDLE)c, NULL, 77, 0);
	OVERLAPPED o = { 0 }, *done = NULL;
	LPFN_CONNECTEX connect_ex = NULL;
	DWORD n, flags;
	ULONG_PTR key = 0;

	CHECK_EQ(WSAIoctl(c, SIO_GET_EXTENSION_FUNCTION_POINTER, &id,
			  sizeof id, &connect_ex, sizeof connect_ex, &n, NULL,
			  NULL),
		 0);
	CHECK_EQ(bind(c, (SOCKADDR *)&mine, sizeof mine), 0);
	CHECK(!connect_ex(c, (SOCKADDR *)&to, sizeof to, NULL, 0, NULL, &o));
	CHECK_EQ(WSAGetLastError(), ERROR_IO_PENDING);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &done, 60000));
	CHECK_EQ(GetLastError(), ERROR_CONNECTION_REFUSED);
	CHECK(done == &o);
	CHECK_EQ(key, 77);
	CHECK(!WSAGetOverlappedResult(c, &o, &n, FALSE, &flags));
	CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	closesocket(c);
	CloseHandle(port);
}

static void connect_refused(void)
{
	struct sockaddr_in to = nobody(SOCK_STREAM);
	SOCKET c = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval tv = { 10, 0 };
	int error = 0, n = sizeof error;
	WSAEVENT event = WSACreateEvent();
	WSANETWORKEVENTS e;
	u_long on = 1;
	fd_set bad;

	CHECK_EQ(ioctlsocket(c, FIONBIO, &on), 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&to, sizeof to), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	FD_ZERO(&bad);
	FD_SET(c, &bad);
	CHECK_EQ(select(0, NULL, NULL, &bad, &tv), 1);
	CHECK_EQ(getsockopt(c, SOL_SOCKET, SO_ERROR, (char *)&error, &n), 0);
	CHECK_EQ(error, WSAECONNREFUSED);
	closesocket(c);

	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(WSAEventSelect(c, event, FD_CONNECT), 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&to, sizeof to), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK_EQ(WaitForSingleObject(event, 60000), WAIT_OBJECT_0);
	CHECK_EQ(WSAEnumNetworkEvents(c, event, &e), 0);
	CHECK_EQ(e.lNetworkEvents, FD_CONNECT);
	CHECK_EQ(e.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
	closesocket(c);

	/* One that waits. */
	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(c, (SOCKADDR *)&to, sizeof to), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
	closesocket(c);
	WSACloseEvent(event);
}

static void too_big(void)
{
	enum { SIZE = 65536 };
	struct sockaddr_in to = nobody(SOCK_DGRAM);
	SOCKET c = socket(AF_INET, SOCK_DGRAM, 0);
	WSABUF w = { SIZE, calloc(1, SIZE) };
	WSAOVERLAPPED o = { .hEvent = WSACreateEvent() };
	DWORD n, flags;

	CHECK_EQ(WSASendTo(c, &w, 1, NULL, 0, (SOCKADDR *)&to, sizeof to, &o,
			   NULL),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	CHECK(!WSAGetOverlappedResult(c, &o, &n, TRUE, &flags));
	CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
	CHECK_EQ(sendto(c, w.buf, SIZE, 0, (SOCKADDR *)&to, sizeof to),
		 SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
	closesocket(c);
	WSACloseEvent(o.hEvent);
	free(w.buf);
}

/* What was longer than the buffer is told of once: not by the call as well. */
static void too_long(void)
{
	SOCKET a = socket(AF_INET, SOCK_DGRAM, 0), b;
	struct sockaddr_in at = here(0);
	int size = sizeof at;
	OVERLAPPED o = { 0 }, *done;
	HANDLE port = CreateIoCompletionPort((HANDLE)a, NULL, 77, 0);
	char in[2], more[8];
	WSABUF w = { sizeof in, in };
	DWORD n, flags = 0;
	ULONG_PTR key;

	b = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(!bind(a, (SOCKADDR *)&at, sizeof at));
	CHECK(!getsockname(a, (SOCKADDR *)&at, &size));
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(sendto(b, "long", 4, 0, (SOCKADDR *)&at, sizeof at),
			 4);
		CHECK_EQ(WSARecvFrom(a, &w, 1, NULL, &flags, NULL, NULL,
				     (WSAOVERLAPPED *)&o, NULL),
			 SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
		done = NULL;
		CHECK(!GetQueuedCompletionStatus(port, &n, &key, &done, 60000));
		CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
		CHECK(done == &o);
		CHECK_EQ(n, 2);
		CHECK(!WSAGetOverlappedResult(a, (WSAOVERLAPPED *)&o, &n, FALSE,
					      &flags));
		CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
		CHECK_EQ(flags, MSG_PARTIAL);
		flags = 0;
	}
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &done, 0));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	/* The call that waits says so itself, and nobody else does. */
	CHECK_EQ(sendto(b, "long", 4, 0, (SOCKADDR *)&at, sizeof at), 4);
	CHECK_EQ(recvfrom(a, in, 2, 0, NULL, NULL), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEMSGSIZE);
	CHECK_EQ(sendto(b, "x", 1, 0, (SOCKADDR *)&at, sizeof at), 1);
	CHECK_EQ(recvfrom(a, more, 8, 0, NULL, NULL), 1);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &done, 0));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	closesocket(a);
	closesocket(b);
	CloseHandle(port);
}

/* That nobody has the port is for who receives, not for the next to send. */
static void port_unreachable(void)
{
	struct sockaddr_in to = nobody(SOCK_DGRAM);
	SOCKET c = socket(AF_INET, SOCK_DGRAM, 0);
	struct timeval tv = { 10, 0 };
	char buf[8];
	fd_set r;

	CHECK_EQ(connect(c, (SOCKADDR *)&to, sizeof to), 0);
	for (int i = 0; i < 20; i++)
		CHECK_EQ(send(c, "TEST", 4, 0), 4);
	FD_ZERO(&r);
	FD_SET(c, &r);
	CHECK_EQ(select(0, &r, NULL, NULL, &tv), 1);
	CHECK_EQ(recv(c, buf, sizeof buf, 0), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAECONNRESET);
	closesocket(c);
}

static void no_peer(void)
{
	struct sockaddr_in to = here(htons(9)), any = { .sin_family = AF_INET };
	SOCKET c = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_storage zeros = { 0 };
	int n = sizeof zeros;

	any.sin_port = htons(9);
	CHECK_EQ(connect(c, (SOCKADDR *)&any, sizeof any), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEADDRNOTAVAIL);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(connect(c, (SOCKADDR *)&to, sizeof to), 0);
		any.sin_port = 0;
		if (i)
			CHECK_EQ(connect(c, (SOCKADDR *)&any, sizeof any), 0);
		else
			CHECK_EQ(connect(c, (SOCKADDR *)&zeros, sizeof zeros),
				 0);
		CHECK_EQ(getpeername(c, (SOCKADDR *)&zeros, &n), SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
		CHECK_EQ(send(c, "x", 1, 0), SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), WSAENOTCONN);
	}
	closesocket(c);
	c = socket(AF_INET, SOCK_STREAM, 0);
	memset(&zeros, 0, sizeof zeros);
	CHECK_EQ(connect(c, (SOCKADDR *)&zeros, sizeof zeros), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
	closesocket(c);
}

/* A stream sent from, and received into, thousands of pieces. */
static void many_pieces(void)
{
	enum { PIECES = 5000, SIZE = 37 };
	struct sockaddr_in at = here(0);
	SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
	SOCKET a, b = socket(AF_INET, SOCK_STREAM, 0);
	unsigned char *out = malloc(PIECES * SIZE), *in = calloc(PIECES, SIZE);
	WSABUF *w = calloc(PIECES, sizeof *w);
	WSAOVERLAPPED o = { .hEvent = WSACreateEvent() };
	DWORD n, flags = 0, total = 0;
	int an = sizeof at;

	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(l, 1), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&at, &an), 0);
	CHECK_EQ(connect(b, (SOCKADDR *)&at, sizeof at), 0);
	a = accept(l, NULL, NULL);
	for (int i = 0; i < PIECES * SIZE; i++)
		out[i] = (unsigned char)(i * 7 + (i >> 9));
	/* Every tenth piece is empty; the one before has its bytes. */
	for (int i = 0; i < PIECES; i++) {
		w[i].buf = (char *)out + i * SIZE;
		w[i].len = i % 10 == 9 ? 0 : i % 10 == 8 ? 2 * SIZE : SIZE;
	}
	if (WSASend(a, w, PIECES, NULL, 0, &o, NULL))
		CHECK_EQ(WSAGetLastError(), WSA_IO_PENDING);
	for (int i = 0; i < PIECES; i++) {
		w[i].buf = (char *)in + i * SIZE;
		w[i].len = SIZE;
	}
	while (total < PIECES * SIZE) {
		DWORD skip = total / SIZE, inside = total % SIZE;

		w[skip].buf = (char *)in + total;
		w[skip].len = SIZE - inside;
		if (WSARecv(b, w + skip, PIECES - skip, &n, &flags, NULL,
			    NULL) ||
		    !n)
			break;
		total += n;
	}
	CHECK_EQ(total, PIECES * SIZE);
	CHECK(!memcmp(in, out, PIECES * SIZE));
	CHECK(WSAGetOverlappedResult(a, &o, &n, TRUE, &flags));
	CHECK_EQ(n, PIECES * SIZE);
	closesocket(a);
	closesocket(b);
	closesocket(l);
	WSACloseEvent(o.hEvent);
	free(out);
	free(in);
	free(w);
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	connect_ex_refused();
	connect_refused();
	too_big();
	too_long();
	port_unreachable();
	no_peer();
	many_pieces();
	return check_done();
}
