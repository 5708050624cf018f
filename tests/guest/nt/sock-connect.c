/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that come to nothing at once, and who is told of that: which
 * errors connect() tells itself, which are heard of later, and by whom.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

#include <string.h>

#include "../lib/sock-pair.h"

enum { ROUNDS = 30 };

static SOCKET not_waiting(void)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	u_long on = 1;

	CHECK_EQ(ioctlsocket(s, FIONBIO, &on), 0);
	return s;
}

/* select() for s to be connected, or not: which of both. */
static BOOL comes_about(SOCKET s)
{
	fd_set writable, failed;

	FD_ZERO(&writable);
	FD_ZERO(&failed);
	FD_SET(s, &writable);
	FD_SET(s, &failed);
	CHECK_EQ(select(0, NULL, &writable, &failed, NULL), 1);
	return FD_ISSET(s, &writable);
}

/* In a sandbox it may be refused before anybody is asked. */
static BOOL goes_on(SOCKET s, const struct sockaddr_in *at)
{
	CHECK_EQ(connect(s, (SOCKADDR *)at, sizeof *at), SOCKET_ERROR);
	if (WSAGetLastError() == WSAEACCES)
		return FALSE;
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	return TRUE;
}

/* A connection to all is none; who does not wait hears of it later. */
static void heard_by_select(void)
{
	struct sockaddr_in all = inet4("255.255.255.255", 43434);
	SOCKET s = not_waiting();
	int error = 0, n = sizeof error;

	if (goes_on(s, &all)) {
		CHECK(!comes_about(s));
		CHECK_EQ(
			getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &n),
			0);
		CHECK(error == WSAENETUNREACH || error == WSAEHOSTUNREACH);
	}
	closesocket(s);
}

/* The event that a connection's end is told by. */
static int end_told(SOCKET s, WSAEVENT event)
{
	WSANETWORKEVENTS got = { 0 };

	CHECK_EQ(WSAWaitForMultipleEvents(1, &event, TRUE, WSA_INFINITE, FALSE),
		 WSA_WAIT_EVENT_0);
	CHECK_EQ(WSAEnumNetworkEvents(s, event, &got), 0);
	CHECK(got.lNetworkEvents & FD_CONNECT);
	return got.iErrorCode[FD_CONNECT_BIT];
}

static void heard_by_event(void)
{
	struct sockaddr_in all = inet4("255.255.255.255", 43434);
	WSAEVENT event = WSACreateEvent();

	/* What the socket had to tell before must not be needed for it. */
	for (int i = 0; i < ROUNDS; i++) {
		SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
		int error;

		CHECK_EQ(WSAEventSelect(s, event, FD_CONNECT | FD_WRITE), 0);
		Sleep(i % 3);
		if (goes_on(s, &all)) {
			error = end_told(s, event);
			CHECK(error == WSAENETUNREACH ||
			      error == WSAEHOSTUNREACH);
		}
		closesocket(s);
	}
	WSACloseEvent(event);
}

/* Somebody has the name, and does not listen. */
static void unix_refusal(void)
{
	struct sockaddr_storage room = { 0 };
	char *path = (char *)&room + 2;
	WSAEVENT event = WSACreateEvent();
	WCHAR wide[MAX_PATH];
	SOCKET s, other = socket(AF_UNIX, SOCK_STREAM, 0);
	int n;

	CHECK(GetTempFileNameW(L".", L"sc", 0, wide) != 0);
	DeleteFileW(wide);
	room.ss_family = AF_UNIX;
	n = 2 +
	    WideCharToMultiByte(CP_UTF8, 0, wide, -1, path, 100, NULL, NULL);
	CHECK_EQ(bind(other, (SOCKADDR *)&room, n), 0);
	for (int i = 0; i < ROUNDS; i++) {
		s = socket(AF_UNIX, SOCK_STREAM, 0);
		CHECK_EQ(WSAEventSelect(s, event, FD_CONNECT | FD_WRITE), 0);
		Sleep(i % 3);
		CHECK_EQ(connect(s, (SOCKADDR *)&room, n), SOCKET_ERROR);
		if (WSAGetLastError() == WSAEWOULDBLOCK)
			CHECK_EQ(end_told(s, event), WSAECONNREFUSED);
		else if (WSAGetLastError() != WSAEACCES) /* a sandbox */
			CHECK_EQ(WSAGetLastError(), WSAECONNREFUSED);
		closesocket(s);
	}
	closesocket(other);
	DeleteFileW(wide);
	WSACloseEvent(event);
}

/* Who waits is told by the call. */
static void waiting(void)
{
	struct sockaddr_in all = inet4("255.255.255.255", 43434);
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

	CHECK_EQ(connect(s, (SOCKADDR *)&all, sizeof all), SOCKET_ERROR);
	CHECK(WSAGetLastError() == WSAENETUNREACH ||
	      WSAGetLastError() == WSAEHOSTUNREACH ||
	      WSAGetLastError() == WSAEACCES);
	closesocket(s);
}

static void extended(void)
{
	struct sockaddr_in all = inet4("255.255.255.255", 43434);
	struct sockaddr_in any = inet4("0.0.0.0", 0);
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	LPFN_CONNECTEX connect_ex = extension(s, (GUID)WSAID_CONNECTEX);
	OVERLAPPED o = { .hEvent = CreateEventW(NULL, TRUE, FALSE, NULL) };
	DWORD n, flags;

	CHECK_EQ(bind(s, (SOCKADDR *)&any, sizeof any), 0);
	CHECK(!connect_ex(s, (SOCKADDR *)&all, sizeof all, NULL, 0, NULL, &o));
	if (WSAGetLastError() == ERROR_IO_PENDING) {
		CHECK(!WSAGetOverlappedResult(s, &o, &n, TRUE, &flags));
		CHECK(WSAGetLastError() == WSAENETUNREACH ||
		      WSAGetLastError() == WSAEHOSTUNREACH);
	} else {
		CHECK(WSAGetLastError() == WSAENETUNREACH ||
		      WSAGetLastError() == WSAEACCES);
	}
	CloseHandle(o.hEvent);
	closesocket(s);
}

/* What is wrong with the request is told at once, and nothing has begun. */
static void wrong(void)
{
	struct sockaddr_in none = inet4("0.0.0.0", 80);
	struct sockaddr_in no_port = inet4("127.0.0.1", 0), at;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = 80 };
	WSAEVENT event = WSACreateEvent();
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0), l;
	WSANETWORKEVENTS got = { 0 };
	const struct {
		const void *at;
		int len, error;
	} calls[] = {
		{ &none, sizeof none, WSAEADDRNOTAVAIL },
		{ &no_port, sizeof no_port, WSAEADDRNOTAVAIL },
		{ &six, sizeof six, WSAEAFNOSUPPORT },
		{ &no_port, 4, WSAEFAULT },
		{ NULL, sizeof none, WSAEFAULT },
	};

	CHECK_EQ(WSAEventSelect(s, event, FD_CONNECT), 0);
	for (unsigned i = 0; i < ARRAYSIZE(calls); i++) {
		CHECK_EQ(connect(s, calls[i].at, calls[i].len), SOCKET_ERROR);
		CHECK_EQ(WSAGetLastError(), calls[i].error);
	}
	CHECK_EQ(WSAEnumNetworkEvents(s, event, &got), 0);
	CHECK_EQ(got.lNetworkEvents, 0);
	l = listener(&at);
	CHECK_EQ(connect(s, (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	CHECK_EQ(WSAGetLastError(), WSAEWOULDBLOCK);
	CHECK_EQ(end_told(s, event), 0);
	closesocket(l);
	closesocket(s);
	WSACloseEvent(event);
}

/*
 * One that has come to nothing by itself, of which nobody has heard: the next
 * begins anew.  Where a listener that has no room says so there is none such.
 */
static void anew(void)
{
	struct sockaddr_in at = inet4("127.0.0.1", 0);
	SOCKET l = socket(AF_INET, SOCK_STREAM, 0), s[8];
	const int last = ARRAYSIZE(s) - 1;
	int error, n = sizeof at;

	CHECK_EQ(bind(l, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(getsockname(l, (SOCKADDR *)&at, &n), 0);
	CHECK_EQ(listen(l, 1), 0);
	/* Some find room, and the last one no answer. */
	for (int i = 0; i <= last; i++) {
		s[i] = not_waiting();
		connect(s[i], (SOCKADDR *)&at, sizeof at);
	}
	CHECK_EQ(connect(s[last], (SOCKADDR *)&at, sizeof at), SOCKET_ERROR);
	error = WSAGetLastError();
	closesocket(l);
	if (error == WSAEALREADY) {
		do {
			Sleep(10);
			CHECK_EQ(connect(s[last], (SOCKADDR *)&at, sizeof at),
				 SOCKET_ERROR);
			error = WSAGetLastError();
		} while (error == WSAEALREADY);
		/* Or somebody else is there by now. */
		CHECK(error == WSAEWOULDBLOCK || error == WSAEISCONN, "%d",
		      error);
		if (error == WSAEWOULDBLOCK)
			comes_about(s[last]);
	}
	for (int i = 0; i <= last; i++)
		closesocket(s[i]);
}

/* ---- who sleeps in select() while others connect ---- */

struct sleeper {
	SOCKET s;
	HANDLE about;
	int found;
	BOOL connected;
};

static DWORD WINAPI sleep_for_end(void *arg)
{
	struct sleeper *z = arg;

	SetEvent(z->about);
	z->connected = comes_about(z->s);
	return 0;
}

static DWORD WINAPI sleep_for_caller(void *arg)
{
	struct sleeper *z = arg;
	fd_set in;

	FD_ZERO(&in);
	FD_SET(z->s, &in);
	SetEvent(z->about);
	z->found = select(0, &in, NULL, NULL, NULL);
	return 0;
}

static DWORD WINAPI sleep_in_vain(void *arg)
{
	struct sleeper *z = arg;
	fd_set out;

	FD_ZERO(&out);
	FD_SET(z->s, &out);
	SetEvent(z->about);
	z->found = select(0, NULL, &out, NULL, NULL);
	return z->found < 0 ? WSAGetLastError() : 0;
}

static HANDLE begin(struct sleeper *z, LPTHREAD_START_ROUTINE run, int i)
{
	HANDLE t = CreateThread(NULL, 0, run, z, 0, NULL);

	CHECK_EQ(WaitForSingleObject(z->about, INFINITE), 0);
	/* Whichever comes first, the end is the same. */
	Sleep(i % 3);
	return t;
}

static DWORD end(HANDLE t)
{
	DWORD code = 99;

	CHECK_EQ(WaitForSingleObject(t, INFINITE), 0);
	GetExitCodeThread(t, &code);
	CloseHandle(t);
	return code;
}

static void sleeping(void)
{
	struct sleeper z = { .about = CreateEventW(NULL, FALSE, FALSE, NULL) };
	struct sockaddr_in at, all = inet4("255.255.255.255", 43434);
	struct sockaddr_in local = inet4("127.0.0.1", 0);
	SOCKET l = listener(&at), s = not_waiting();
	BOOL may_try = goes_on(s, &all);
	HANDLE t;
	int n;

	closesocket(s);
	for (int i = 0; i < ROUNDS / 3; i++) {
		/* For a peer that there is. */
		z.s = not_waiting();
		t = begin(&z, sleep_for_end, i);
		CHECK_EQ(connect(z.s, (SOCKADDR *)&at, sizeof at),
			 SOCKET_ERROR);
		end(t);
		CHECK(z.connected);
		closesocket(z.s);
		/* And one that there is not. */
		z.s = not_waiting();
		if (may_try) {
			t = begin(&z, sleep_for_end, i);
			CHECK(goes_on(z.s, &all));
			end(t);
			CHECK(!z.connected);
		}
		closesocket(z.s);
		/* For a caller, before it listens. */
		z.s = socket(AF_INET, SOCK_STREAM, 0);
		CHECK_EQ(bind(z.s, (SOCKADDR *)&local, sizeof local), 0);
		n = sizeof local;
		CHECK_EQ(getsockname(z.s, (SOCKADDR *)&local, &n), 0);
		t = begin(&z, sleep_for_caller, i);
		CHECK_EQ(listen(z.s, 1), 0);
		s = socket(AF_INET, SOCK_STREAM, 0);
		CHECK_EQ(connect(s, (SOCKADDR *)&local, sizeof local), 0);
		end(t);
		CHECK_EQ(z.found, 1);
		closesocket(s);
		closesocket(z.s);
		local.sin_port = 0;
		/* And for nothing, as it is closed. */
		z.s = socket(AF_INET, SOCK_STREAM, 0);
		t = begin(&z, sleep_in_vain, i);
		closesocket(z.s);
		CHECK_EQ(end(t), WSAENOTSOCK);
	}
	closesocket(l);
	CloseHandle(z.about);
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	heard_by_select();
	heard_by_event();
	unix_refusal();
	waiting();
	extended();
	wrong();
	anew();
	sleeping();
	return check_done();
}
