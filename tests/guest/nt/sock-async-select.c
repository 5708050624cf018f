/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network events as messages to a window: a server and a client in one loop.
 */
#include <winsock2.h>
#include <windows.h>

#include "check.h"

enum { SERVER = WM_USER, CLIENT, OTHER };

static HWND window;

/* The next message; it must be of that socket and event. */
static int error_of(UINT message, SOCKET s, int event, int line)
{
	MSG m = { 0 };

	CHECK(GetMessageW(&m, window, SERVER, OTHER) > 0);
	CHECK(m.message == message && m.wParam == s &&
		      WSAGETSELECTEVENT(m.lParam) == event,
	      "line %d: message %u, socket %p (%p), event %x (%x)", line,
	      m.message, (void *)m.wParam, (void *)s,
	      WSAGETSELECTEVENT(m.lParam), event);
	return WSAGETSELECTERROR(m.lParam);
}
#define EXPECT(message, s, event) \
	CHECK_EQ(error_of(message, s, event, __LINE__), 0)

static SOCKET listener(struct sockaddr_in *at)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	int n = sizeof *at;

	*at = (struct sockaddr_in){ .sin_family = AF_INET };
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(!bind(s, (void *)at, sizeof *at) && !listen(s, 5));
	CHECK(!getsockname(s, (void *)at, &n));
	return s;
}

/* Nothing is on its way: what is posted next is the first that comes. */
static void check_nothing(void)
{
	MSG m;

	PostMessageW(window, OTHER, 0, 0);
	CHECK(GetMessageW(&m, window, SERVER, OTHER) > 0);
	CHECK_EQ(m.message, OTHER);
}

static void check_refused(SOCKET s)
{
	WSASetLastError(0);
	CHECK_EQ(WSAAsyncSelect(s, (HWND)(ULONG_PTR)0x7654321, SERVER, FD_READ), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(WSAAsyncSelect(s, window, SERVER, 1 << 20), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK_EQ(WSAAsyncSelect((SOCKET)window, window, SERVER, FD_READ), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAENOTSOCK);
}

static void check_conversation(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), c = socket(AF_INET, SOCK_STREAM, 0), s;
	u_long off = 0;
	char b[16];

	check_refused(l);
	CHECK(!WSAAsyncSelect(l, window, SERVER, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE));
	CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT | FD_READ | FD_CLOSE));
	/* It does not block any more, and cannot be made to. */
	CHECK_EQ(ioctlsocket(c, FIONBIO, &off), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEINVAL);
	CHECK(connect(c, (void *)&at, sizeof at) && WSAGetLastError() == WSAEWOULDBLOCK);
	for (int i = 0; i < 2; i++) { /* in whichever order */
		MSG m;

		CHECK(GetMessageW(&m, window, SERVER, CLIENT) > 0);
		CHECK_EQ(WSAGETSELECTERROR(m.lParam), 0);
		CHECK_EQ(WSAGETSELECTEVENT(m.lParam), m.message == SERVER ? FD_ACCEPT : FD_CONNECT);
		CHECK_EQ(m.wParam, m.message == SERVER ? l : c);
	}
	/* What is accepted has the listener's window and message. */
	s = accept(l, NULL, NULL);
	CHECK(s != INVALID_SOCKET);
	EXPECT(SERVER, s, FD_WRITE);
	CHECK_EQ(send(c, "hello", 5, 0), 5);
	EXPECT(SERVER, s, FD_READ);
	/* Said once, until it has been read. */
	CHECK_EQ(send(c, "more", 4, 0), 4);
	CHECK_EQ(recv(s, b, 3, 0), 3);
	EXPECT(SERVER, s, FD_READ);
	while (recv(s, b, sizeof b, 0) > 0)
		;
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK_EQ(send(s, "back", 4, 0), 4);
	EXPECT(CLIENT, c, FD_READ);
	CHECK_EQ(recv(c, b, sizeof b, 0), 4);
	/* Another call, another set. */
	CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CLOSE));
	CHECK_EQ(send(s, "x", 1, 0), 1);
	CHECK(!closesocket(s));
	CHECK_EQ(recv(c, b, sizeof b, 0), 1);
	EXPECT(CLIENT, c, FD_CLOSE);
	/* None, and none of a closed one. */
	CHECK(!WSAAsyncSelect(c, NULL, 0, 0));
	CHECK(!ioctlsocket(c, FIONBIO, &off));
	CHECK(!closesocket(c) && !closesocket(l));
	check_nothing();
}

/* Nobody listens there: the error comes with the message. */
static void check_no_server(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), c = socket(AF_INET, SOCK_STREAM, 0);

	closesocket(l);
	CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE));
	CHECK(connect(c, (void *)&at, sizeof at) && WSAGetLastError() == WSAEWOULDBLOCK);
	CHECK_EQ(error_of(CLIENT, c, FD_CONNECT, __LINE__), WSAECONNREFUSED);
	check_nothing();
	/* The same number, most likely, and another socket. */
	closesocket(c);
	l = listener(&at);
	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT | FD_READ | FD_WRITE | FD_CLOSE));
	CHECK(connect(c, (void *)&at, sizeof at) && WSAGetLastError() == WSAEWOULDBLOCK);
	EXPECT(CLIENT, c, FD_CONNECT);
	EXPECT(CLIENT, c, FD_WRITE);
	check_nothing();
	closesocket(c);
	closesocket(l);
}

/* That a connection is there is told of, until it has been, however often the
   program asks anew. */
static void check_asked_anew(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at);

	for (int i = 0; i < 100; i++) {
		SOCKET c = socket(AF_INET, SOCK_STREAM, 0), s;
		MSG m = { 0 };

		CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT));
		CHECK(connect(c, (void *)&at, sizeof at) && WSAGetLastError() == WSAEWOULDBLOCK);
		CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT | FD_READ));
		CHECK(!WSAAsyncSelect(c, window, CLIENT, 0));
		CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT | FD_READ | FD_CLOSE));
		EXPECT(CLIENT, c, FD_CONNECT);
		s = accept(l, NULL, NULL);
		CHECK(!closesocket(s));
		CHECK(!WSAAsyncSelect(c, window, CLIENT, FD_CONNECT | FD_CLOSE));
		EXPECT(CLIENT, c, FD_CLOSE);
		CHECK(!closesocket(c));
		/* The end may be told of anew, as it is there still. */
		while (PeekMessageW(&m, window, SERVER, OTHER, PM_REMOVE))
			CHECK_EQ(WSAGETSELECTEVENT(m.lParam), FD_CLOSE);
	}
	closesocket(l);
}

/* The one takes the other's place. */
static void check_event_instead(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), c = socket(AF_INET, SOCK_STREAM, 0);
	WSAEVENT e = WSACreateEvent();

	CHECK(!WSAAsyncSelect(l, window, SERVER, FD_ACCEPT));
	CHECK(!WSAEventSelect(l, e, FD_ACCEPT));
	CHECK(!connect(c, (void *)&at, sizeof at));
	CHECK_EQ(WSAWaitForMultipleEvents(1, &e, FALSE, WSA_INFINITE, FALSE), WSA_WAIT_EVENT_0);
	check_nothing();
	CHECK(!WSAAsyncSelect(l, window, SERVER, FD_ACCEPT));
	EXPECT(SERVER, l, FD_ACCEPT); /* it waits to be accepted still */
	closesocket(c);
	closesocket(l);
	WSACloseEvent(e);
}

/*
 * What succeeds clears the error, as Tcl takes it for granted that tries one
 * address after the other; but for connections and ends.
 */
static void check_last_error(void)
{
	struct sockaddr_in at;
	SOCKET l = listener(&at), c;
	int n = sizeof at, on = 1;

#define ERROR_AFTER(call, error) \
	do { \
		WSASetLastError(WSAECONNREFUSED); \
		CHECK((call) >= 0); \
		CHECK_EQ(WSAGetLastError(), error); \
	} while (0)
#define CLEARS(call) ERROR_AFTER(call, 0)
#define LEAVES(call) ERROR_AFTER(call, WSAECONNREFUSED)
	WSASetLastError(WSAECONNREFUSED);
	c = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(WSAGetLastError(), 0);
	CLEARS(setsockopt(c, SOL_SOCKET, SO_KEEPALIVE, (char *)&on, sizeof on));
	LEAVES(connect(c, (void *)&at, sizeof at));
	CLEARS(getsockname(c, (void *)&at, &n));
	CLEARS(send(c, "x", 1, 0));
	CLEARS(shutdown(c, SD_SEND));
	LEAVES(closesocket(c));
	LEAVES(closesocket(l));
}

int main(void)
{
	static const WNDCLASSW class = { .lpfnWndProc = DefWindowProcW, .lpszClassName = L"sock-async-select" };
	WSADATA data;

	CHECK(!WSAStartup(MAKEWORD(2, 2), &data));
	CHECK(RegisterClassW(&class) != 0);
	window = CreateWindowExW(0, class.lpszClassName, NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
	CHECK(window != NULL);
	check_conversation();
	check_no_server();
	check_asked_anew();
	check_event_instead();
	check_last_error();
	DestroyWindow(window);
	WSACleanup();
	return check_done();
}
