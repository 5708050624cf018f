/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several threads that do with one socket what only one should: nobody's memory
 * suffers, whoever wins.  What fails here mostly does in a build with sanitizers.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <winternl.h>

#include "../lib/check.h"

enum {
	AFD_ACCEPT = 0x12010,
	AFD_WAIT_FOR_LISTEN = 0x1200c,
	AFD_DEFER_ACCEPT = 0x1208c,
	ROUNDS = 150, /* no more than the listener keeps */
};

static SOCKET listener;
static struct sockaddr_in at;
static volatile LONG over, last;

static NTSTATUS control(SOCKET s, ULONG code, void *in, ULONG n, void *out,
			ULONG m)
{
	HANDLE done = CreateEventW(NULL, TRUE, FALSE, NULL);
	IO_STATUS_BLOCK iosb;
	NTSTATUS status = NtDeviceIoControlFile((HANDLE)s, done, NULL, NULL,
						&iosb, code, in, n, out, m);

	if (status == 0x103) {
		WaitForSingleObject(done, INFINITE);
		status = iosb.Status;
	}
	CloseHandle(done);
	return status;
}

static DWORD WINAPI connects(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

		connect(s, (SOCKADDR *)&at, sizeof at);
		closesocket(s);
	}
	return 0;
}

/* The next connection, and back with it. */
static DWORD WINAPI waits(void *arg)
{
	while (!over) {
		LONG out[40] = { 0 }, in[2];

		if (control(listener, AFD_WAIT_FOR_LISTEN, NULL, 0, out,
			    sizeof out) < 0)
			continue;
		last = out[0];
		in[0] = out[0];
		in[1] = 0;
		control(listener, AFD_DEFER_ACCEPT, in, sizeof in, NULL, 0);
	}
	return 0;
}

/* The same connections, by numbers that nobody has been told yet. */
static DWORD WINAPI accepts(void *arg)
{
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

	while (!over) {
		for (int i = 0; i < 3; i++) {
			ULONG_PTR in[4] = { 0 };

			((LONG *)in)[1] = last + i;
			*(SOCKET *)((char *)in + 8) = s;
			if (control(listener, AFD_ACCEPT, in,
				    8 + sizeof(void *), NULL, 0) >= 0) {
				closesocket(s);
				s = socket(AF_INET, SOCK_STREAM, 0);
			}
		}
	}
	closesocket(s);
	return 0;
}

static DWORD WINAPI selects(void *arg)
{
	while (!over) {
		HANDLE e = CreateEventW(NULL, TRUE, FALSE, NULL);

		WSAEventSelect(listener, e, FD_ACCEPT | FD_CLOSE | FD_READ);
		CloseHandle(e);
		WSAEventSelect(listener, NULL, 0);
	}
	return 0;
}

static void accepting(void)
{
	LPTHREAD_START_ROUTINE fn[] = { waits, accepts, accepts, selects };
	HANDLE th[ARRAYSIZE(fn)], c;
	int n = sizeof at;
	u_long on = 1;

	listener = socket(AF_INET, SOCK_STREAM, 0);
	at.sin_family = AF_INET;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(listener, (SOCKADDR *)&at, sizeof at), 0);
	CHECK_EQ(listen(listener, 200), 0);
	CHECK_EQ(getsockname(listener, (SOCKADDR *)&at, &n), 0);
	ioctlsocket(listener, FIONBIO, &on);
	for (unsigned i = 0; i < ARRAYSIZE(fn); i++)
		th[i] = CreateThread(NULL, 0, fn[i], NULL, 0, NULL);
	c = CreateThread(NULL, 0, connects, NULL, 0, NULL);
	CHECK_EQ(WaitForSingleObject(c, INFINITE), WAIT_OBJECT_0);
	over = 1;
	CHECK_EQ(WaitForMultipleObjects(ARRAYSIZE(fn), th, TRUE, INFINITE),
		 WAIT_OBJECT_0);
	closesocket(listener);
}

/* ---- one address, several times ------------------------------------------ */

static SOCKET shared;
static volatile LONG bound, ready;

static DWORD WINAPI binds(void *arg)
{
	InterlockedIncrement(&ready);
	while (ready < 2)
		;
	if (!bind(shared, (SOCKADDR *)&at, sizeof at))
		InterlockedIncrement(&bound);
	return 0;
}

static void binding(void)
{
	BOOL on = TRUE;

	for (int i = 0; i < 100; i++) {
		SOCKET first = socket(AF_INET, SOCK_DGRAM, 0);
		struct sockaddr_in any = { .sin_family = AF_INET };
		int n = sizeof at;
		HANDLE th[2];

		setsockopt(first, SOL_SOCKET, SO_REUSEADDR, (char *)&on,
			   sizeof on);
		any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		CHECK_EQ(bind(first, (SOCKADDR *)&any, sizeof any), 0);
		CHECK_EQ(getsockname(first, (SOCKADDR *)&at, &n), 0);
		shared = socket(AF_INET, SOCK_DGRAM, 0);
		setsockopt(shared, SOL_SOCKET, SO_REUSEADDR, (char *)&on,
			   sizeof on);
		bound = ready = 0;
		for (int k = 0; k < 2; k++)
			th[k] = CreateThread(NULL, 0, binds, NULL, 0, NULL);
		WaitForMultipleObjects(2, th, TRUE, INFINITE);
		CHECK_EQ(bound, 1);
		CloseHandle(th[0]);
		CloseHandle(th[1]);
		closesocket(shared);
		closesocket(first);
	}
}

/* ---- what waits for the network ends with its socket ---------------------- */

static volatile LONG listens;

static DWORD WINAPI waits_for_change(void *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	DWORD n;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listens = 1;
	return (arg ? WSAIoctl(shared, SIO_ROUTING_INTERFACE_CHANGE, &to,
			       sizeof to, NULL, 0, &n, NULL, NULL)
		    : WSAIoctl(shared, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL,
			       0, &n, NULL, NULL)) != SOCKET_ERROR;
}

static void closing(void)
{
	for (int i = 0; i < 6; i++) {
		DWORD code = 1;
		HANDLE th;

		shared = socket(AF_INET, SOCK_DGRAM, 0);
		listens = 0;
		th = CreateThread(NULL, 0, waits_for_change,
				  i % 2 ? &shared : NULL, 0, NULL);
		while (!listens)
			Sleep(1);
		Sleep(i * 5); /* mostly it is waiting by now */
		closesocket(shared);
		CHECK_EQ(WaitForSingleObject(th, INFINITE), WAIT_OBJECT_0);
		GetExitCodeThread(th, &code);
		CHECK_EQ(code, 0);
		CloseHandle(th);
	}
}

int main(void)
{
	WSADATA data;

	CHECK_EQ(WSAStartup(0x202, &data), 0);
	accepting();
	binding();
	closing();
	return check_done();
}
