/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests overlapped requests on named pipes, many under way at once, through a
 * completion port that one thread serves: their order, what a full pipe does,
 * cancelling in the middle, closing.
 */
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"

#define NAME "\\\\.\\pipe\\rf-pipe-port"

enum { SERVER = 1, CLIENT = 2, READS = 8, WRITES = 12, LONG_MESSAGE = 1 << 20 };

static HANDLE port, server, client;
static char big[LONG_MESSAGE], got[LONG_MESSAGE];

/* Both ends overlapped and at the port. */
static void connect_ends(DWORD mode)
{
	OVERLAPPED o = { 0 };

	o.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	server = CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
				  mode, 1, 4096, 4096, 0, NULL);
	CHECK(server != INVALID_HANDLE_VALUE);
	CHECK(!ConnectNamedPipe(server, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	client = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			     OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	CHECK(client != INVALID_HANDLE_VALUE);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 60000), WAIT_OBJECT_0);
	CloseHandle(o.hEvent);
	CHECK(CreateIoCompletionPort(server, port, SERVER, 0) == port);
	CHECK(CreateIoCompletionPort(client, port, CLIENT, 0) == port);
}

static void disconnect_ends(void)
{
	CloseHandle(client);
	CloseHandle(server);
	CloseHandle(port);
}

/* The next packet: whose it is; error in *error. */
static OVERLAPPED *next(DWORD *n, ULONG_PTR *key, DWORD *error)
{
	OVERLAPPED *o = NULL;

	*error = GetQueuedCompletionStatus(port, n, key, &o, 60000)
			 ? 0
			 : GetLastError();
	CHECK(o != NULL);
	return o;
}

static void start(BOOL ok)
{
	CHECK(ok || GetLastError() == ERROR_IO_PENDING);
}

/* Requests are served in the order in which they were made. */
static void reads_in_order(void)
{
	OVERLAPPED o[READS] = { 0 };
	char to[READS][4];
	ULONG_PTR key;
	DWORD n, error;

	connect_ends(PIPE_TYPE_BYTE);
	for (int i = 0; i < READS; i++)
		start(ReadFile(server, to[i], sizeof to[i], NULL, &o[i]));
	/* One is taken out of the middle. */
	CHECK(CancelIoEx(server, &o[3]));
	CHECK(next(&n, &key, &error) == &o[3]);
	CHECK_EQ(error, ERROR_OPERATION_ABORTED);
	for (int i = 0; i < READS; i++) {
		char text[4] = { 'a' + i, 'b', 'c', 'd' };
		OVERLAPPED w = { 0 };

		if (i == 3)
			continue;
		/* No packet for this one. */
		w.hEvent = (HANDLE)((ULONG_PTR)CreateEventA(NULL, TRUE, FALSE,
							    NULL) |
				    1);
		start(WriteFile(client, text, sizeof text, NULL, &w));
		WaitForSingleObject((HANDLE)((ULONG_PTR)w.hEvent & ~(ULONG_PTR)1), 60000);
		CloseHandle((HANDLE)((ULONG_PTR)w.hEvent & ~(ULONG_PTR)1));
	}
	for (int i = 0; i < READS; i++) {
		if (i == 3)
			continue;
		CHECK(next(&n, &key, &error) == &o[i]);
		CHECK_EQ(error, 0);
		CHECK_EQ(n, 4);
		CHECK_EQ(key, SERVER);
		CHECK_EQ(to[i][0], 'a' + i);
	}
	disconnect_ends();
}

/* More than the pipe holds: one after the other, none into another. */
static void writes_in_order(void)
{
	enum { PART = 100000 };
	OVERLAPPED o[WRITES] = { 0 }, r = { 0 }, *done;
	int written = 0, pending = 0;
	size_t at = 0;
	ULONG_PTR key;
	DWORD n, error;

	connect_ends(PIPE_TYPE_BYTE);
	for (int i = 0; i < WRITES; i++) {
		char *part = malloc(PART);

		memset(part, 'a' + i, PART);
		o[i].Pointer = NULL;
		start(WriteFile(server, part, PART, NULL, &o[i]));
		pending += o[i].Internal == (DWORD)STATUS_PENDING;
	}
	CHECK(pending > 0);
	start(ReadFile(client, got, 5000, NULL, &r));
	while (at < WRITES * PART || written < WRITES) {
		done = next(&n, &key, &error);
		CHECK_EQ(error, 0);
		if (key == SERVER) {
			CHECK(done == &o[written]);
			CHECK_EQ(n, PART);
			written++;
			continue;
		}
		for (DWORD i = 0; i < n; i++)
			if (got[i] != (char)('a' + (at + i) / PART)) {
				CHECK_EQ(got[i], 'a' + (int)((at + i) / PART));
				exit(1);
			}
		at += n;
		memset(&r, 0, sizeof r);
		if (at < WRITES * PART)
			start(ReadFile(client, got, 5000, NULL, &r));
	}
	disconnect_ends();
}

/* A message longer than what is under way at once, both ends in one thread. */
static void long_message(void)
{
	OVERLAPPED w = { 0 }, r = { 0 }, small = { 0 }, *done;
	DWORD n, error, seen = 0;
	ULONG_PTR key;

	connect_ends(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * 7 + i / 1000);
	start(WriteFile(client, big, sizeof big, NULL, &w));
	start(WriteFile(client, "end", 3, NULL, &small));
	start(ReadFile(server, got, sizeof got, NULL, &r));
	while (seen < 3) {
		done = next(&n, &key, &error);
		CHECK_EQ(error, 0);
		CHECK_EQ(n, done == &small ? 3 : sizeof big);
		seen++;
	}
	CHECK(!memcmp(big, got, sizeof big));
	memset(&r, 0, sizeof r);
	start(ReadFile(server, got, sizeof got, NULL, &r));
	CHECK(next(&n, &key, &error) == &r);
	CHECK_EQ(n, 3);
	CHECK(!memcmp(got, "end", 3));
	/* The reader comes first. */
	memset(&r, 0, sizeof r);
	memset(&w, 0, sizeof w);
	memset(got, 0, sizeof got);
	start(ReadFile(server, got, sizeof got, NULL, &r));
	start(WriteFile(client, big, sizeof big, NULL, &w));
	for (int i = 0; i < 2; i++) {
		next(&n, &key, &error);
		CHECK_EQ(error, 0);
		CHECK_EQ(n, sizeof big);
	}
	CHECK(!memcmp(big, got, sizeof big));
	disconnect_ends();
}

/* Who waits learns of the end, in either direction. */
static void ends(void)
{
	OVERLAPPED r[2] = { 0 }, w = { 0 };
	char c[2];
	ULONG_PTR key;
	DWORD n, error;

	connect_ends(PIPE_TYPE_BYTE);
	for (int i = 0; i < 2; i++)
		start(ReadFile(server, &c[i], 1, NULL, &r[i]));
	start(WriteFile(client, "x", 1, NULL, &w));
	for (int i = 0; i < 2; i++) {
		next(&n, &key, &error);
		CHECK_EQ(n, 1);
	}
	CloseHandle(client);
	CHECK(next(&n, &key, &error) == &r[1]);
	CHECK_EQ(error, ERROR_BROKEN_PIPE);
	/* The same end again, with another client. */
	CHECK(DisconnectNamedPipe(server));
	memset(r, 0, sizeof r);
	CHECK(!ConnectNamedPipe(server, &r[0]));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	client = CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			     OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	CHECK(client != INVALID_HANDLE_VALUE);
	CHECK(next(&n, &key, &error) == &r[0]);
	CHECK_EQ(error, 0);
	start(ReadFile(server, &c[0], 1, NULL, &r[1]));
	memset(&w, 0, sizeof w);
	CHECK(WriteFile(client, "y", 1, NULL, &w));
	CHECK(next(&n, &key, &error) == &r[1]);
	CHECK_EQ(c[0], 'y');
	/* Our own end. */
	start(ReadFile(server, &c[0], 1, NULL, &r[0]));
	CloseHandle(server);
	CHECK(next(&n, &key, &error) == &r[0]);
	CHECK_EQ(error, ERROR_OPERATION_ABORTED);
	CloseHandle(client);
	CloseHandle(port);
}

int main(void)
{
	reads_in_order();
	writes_in_order();
	long_message();
	ends();
	return check_done();
}
