/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server's DisconnectNamedPipe does to its client: what that has not read
 * is lost, and all that it asks afterwards is ERROR_PIPE_NOT_CONNECTED; what it
 * was waiting for when it came is its own.  A server that just closes its handle
 * takes nothing back.
 */
#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <winternl.h>

#include "check.h"
#include "self.h"

static char name[64];
static const DWORD message = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

static HANDLE server(DWORD type)
{
	HANDLE h = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, type, 2, 4096,
				    4096, 0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static HANDLE client(HANDLE s, DWORD type, DWORD flags)
{
	HANDLE h = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, flags, NULL);
	DWORD mode = PIPE_READMODE_MESSAGE;

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(!ConnectNamedPipe(s, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);
	if (type & PIPE_TYPE_MESSAGE)
		CHECK(SetNamedPipeHandleState(h, &mode, NULL, NULL));
	return h;
}

static FILE_PIPE_LOCAL_INFORMATION local(HANDLE h)
{
	FILE_PIPE_LOCAL_INFORMATION i = { 0 };
	IO_STATUS_BLOCK io;

	CHECK_EQ(NtQueryInformationFile(h, &io, &i, sizeof i,
					FilePipeLocalInformation),
		 0);
	return i;
}

/* All that the client may try. */
static void is_disconnected(HANDLE c)
{
	FILE_PIPE_LOCAL_INFORMATION i = local(c);
	DWORD n = 77;
	char buf[16];

	CHECK_EQ(i.NamedPipeState, 1);
	CHECK_EQ(i.ReadDataAvailable, 0);
	CHECK(!PeekNamedPipe(c, buf, sizeof buf, &n, NULL, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!WriteFile(c, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!ReadFile(c, buf, sizeof buf, &n, NULL) && n == 0, "%lu", n);
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!ReadFile(c, buf, 0, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!PeekNamedPipe(c, NULL, 0, NULL, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
}

static void lost(DWORD type, BOOL closes)
{
	HANDLE s = server(type), c = client(s, type, 0), d;
	char buf[16];
	DWORD n;

	CHECK(WriteFile(s, "first", 5, &n, NULL));
	CHECK(WriteFile(s, "second", 6, &n, NULL));
	/* Of the first it has read a part. */
	CHECK(ReadFile(c, buf, 3, &n, NULL) ||
	      GetLastError() == ERROR_MORE_DATA);
	CHECK_EQ(n, 3);
	CHECK(DisconnectNamedPipe(s));
	if (closes)
		CloseHandle(s);
	is_disconnected(c);
	if (!closes) {
		/* The instance has another client while the old one stays. */
		CHECK(!DisconnectNamedPipe(s));
		CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
		d = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, type, 2, 4096,
				     4096, 0, NULL);
		CHECK(d != INVALID_HANDLE_VALUE);
		CloseHandle(s);
		s = d;
		d = client(s, type, 0);
		CHECK(WriteFile(s, "anew", 4, &n, NULL));
		CHECK(ReadFile(d, buf, sizeof buf, &n, NULL) && n == 4);
		is_disconnected(c);
		CloseHandle(d);
		CloseHandle(s);
	}
	CloseHandle(c);
}

/* However much there is. */
static void full(DWORD type)
{
	static char big[40000];
	HANDLE s = server(type), c = client(s, type, 0);
	DWORD n, mode = type & message ? message & ~(DWORD)PIPE_TYPE_MESSAGE : 0;

	mode |= PIPE_NOWAIT;
	CHECK(SetNamedPipeHandleState(s, &mode, NULL, NULL));
	for (int i = 0; i < 1000; i++) {
		n = 0;
		if (!WriteFile(s, big, sizeof big, &n, NULL) || !n)
			break;
	}
	for (int i = 0; i < 1000; i++) {
		n = 0;
		if (!WriteFile(s, big, 1, &n, NULL) || !n)
			break;
	}
	CHECK_EQ(n, 0);
	CHECK(DisconnectNamedPipe(s));
	is_disconnected(c);
	CloseHandle(c);
	CloseHandle(s);
}

/* What was read before, or is being read, is not lost. */
static void pending(DWORD type)
{
	HANDLE s = server(type), c = client(s, type, FILE_FLAG_OVERLAPPED);
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
	OVERLAPPED a = { .hEvent = event }, b = { 0 };
	char buf[16], more[16];
	DWORD n;

	CHECK(!ReadFile(c, buf, 4, NULL, &a));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!ReadFile(c, more, sizeof more, NULL, &b));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(WriteFile(s, "mine", 4, &n, NULL));
	CHECK(DisconnectNamedPipe(s));
	CHECK(GetOverlappedResult(c, &a, &n, TRUE), "%lu", GetLastError());
	CHECK(n == 4 && !memcmp(buf, "mine", 4), "%lu", n);
	CHECK(!GetOverlappedResult(c, &b, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!ReadFile(c, buf, 4, NULL, &a));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CloseHandle(c);
	CloseHandle(s);
	CloseHandle(event);
}

static void closed(DWORD type)
{
	HANDLE s = server(type), c = client(s, type, 0);
	char buf[16];
	DWORD n;

	CHECK(WriteFile(s, "stays", 5, &n, NULL));
	CloseHandle(s);
	CHECK(!WriteFile(c, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_NO_DATA);
	CHECK(PeekNamedPipe(c, buf, sizeof buf, &n, NULL, NULL) && n == 5);
	CHECK(ReadFile(c, buf, sizeof buf, &n, NULL) && n == 5);
	CHECK(!ReadFile(c, buf, sizeof buf, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(c);
}

enum { MANY = 300 };

static void ping_pong(HANDLE from, HANDLE to)
{
	char c = 0;
	DWORD n;

	CHECK(WriteFile(from, "p", 1, &n, NULL));
	CHECK(ReadFile(to, &c, 1, &n, NULL));
	CHECK_EQ(c, 'p');
}

/* Who has read much looks at his pipe less, and learns of it all the same. */
static void lost_after_much(DWORD type)
{
	HANDLE s = server(type), c = client(s, type, 0);
	HANDLE other = server(type), d = client(other, type, 0);
	DWORD n;

	for (int i = 0; i < MANY; i++) {
		ping_pong(s, c);
		ping_pong(other, d);
	}
	CHECK(WriteFile(s, "lost", 4, &n, NULL));
	CHECK(DisconnectNamedPipe(s));
	is_disconnected(c);
	ping_pong(other, d);
	CloseHandle(c);
	CloseHandle(s);
	s = server(type);
	c = client(s, type, 0);
	ping_pong(s, c);
	CHECK(WriteFile(other, "lost", 4, &n, NULL));
	CHECK(DisconnectNamedPipe(other));
	is_disconnected(d);
	ping_pong(s, c);
	CloseHandle(c);
	CloseHandle(d);
	CloseHandle(s);
	CloseHandle(other);
}

/* The same, where the client is another process. */
static int child(HANDLE told)
{
	HANDLE c = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, 0, NULL);
	DWORD n;
	char x;

	CHECK(c != INVALID_HANDLE_VALUE);
	for (int i = 0; i < MANY; i++) {
		CHECK(ReadFile(c, &x, 1, &n, NULL));
		CHECK(WriteFile(c, &x, 1, &n, NULL));
	}
	CHECK_EQ(WaitForSingleObject(told, INFINITE), WAIT_OBJECT_0);
	is_disconnected(c);
	return check_done();
}

static void lost_by_another(DWORD type)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE told = CreateEventA(&sa, TRUE, FALSE, NULL);
	HANDLE s = server(type);
	char arguments[200];
	PROCESS_INFORMATION p;
	DWORD n, code = 99;
	char x;

	sprintf(arguments, "%s %lu", name, (ULONG)(ULONG_PTR)told);
	if (!start_heir(arguments, TRUE, 0, &p)) {
		CHECK(FALSE, "%lu", GetLastError());
		return;
	}
	CHECK(ConnectNamedPipe(s, NULL) ||
	      GetLastError() == ERROR_PIPE_CONNECTED);
	for (int i = 0; i < MANY; i++) {
		CHECK(WriteFile(s, "p", 1, &n, NULL));
		CHECK(ReadFile(s, &x, 1, &n, NULL));
	}
	CHECK(WriteFile(s, "lost", 4, &n, NULL));
	CHECK(DisconnectNamedPipe(s));
	SetEvent(told);
	CHECK_EQ(WaitForSingleObject(p.hProcess, INFINITE), 0);
	CHECK(GetExitCodeProcess(p.hProcess, &code));
	CHECK_EQ(code, 0);
	close_both(&p);
	CloseHandle(told);
	CloseHandle(s);
}

static HANDLE watched;
static LONG done;

static DWORD WINAPI watch(void *bad)
{
	while (!InterlockedCompareExchange(&done, 0, 0))
		*(LONG *)bad += local(watched).ReadDataAvailable != 6;
	return 0;
}

/* Who counts what there is does not turn away who looks at it. */
static void looked_at(void)
{
	HANDLE s = server(message), thread;
	LONG counted_badly = 0, seen_badly = 0;
	char buf[16];
	DWORD n;

	watched = client(s, message, FILE_FLAG_OVERLAPPED);
	CHECK(WriteFile(s, "a", 1, &n, NULL));
	CHECK(WriteFile(s, "other", 5, &n, NULL));
	thread = CreateThread(NULL, 0, watch, &counted_badly, 0, NULL);
	for (int i = 0; i < 2000; i++)
		seen_badly += !PeekNamedPipe(watched, buf, sizeof buf, &n, NULL,
					     NULL) ||
			      n != 1 || *buf != 'a';
	InterlockedExchange(&done, 1);
	CHECK_EQ(WaitForSingleObject(thread, INFINITE), 0);
	CHECK_EQ(counted_badly, 0);
	CHECK_EQ(seen_badly, 0);
	CloseHandle(thread);
	CloseHandle(watched);
	CloseHandle(s);
}

int main(int argc, char **argv)
{
	const DWORD types[] = { PIPE_TYPE_BYTE, message };

	if (argc == 3) {
		strcpy(name, argv[1]);
		return child((HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 10));
	}
	sprintf(name, "\\\\.\\pipe\\rf-disconnect-%lu", GetCurrentProcessId());
	for (int i = 0; i < 2; i++) {
		lost(types[i], FALSE);
		lost(types[i], TRUE);
		full(types[i]);
		pending(types[i]);
		closed(types[i]);
		lost_after_much(types[i]);
		lost_by_another(types[i]);
	}
	looked_at();
	return check_done();
}
