/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipes: anonymous, named, messages, overlapped, peeking, the ends' ends. */
#include <windows.h>

#include "check.h"

static WCHAR name[64]; /* of this process: other runs may do the same */

static void anonymous(void)
{
	HANDLE r, w;
	char s[32] = "";
	DWORD n, left;

	CHECK(CreatePipe(&r, &w, NULL, 0));
	CHECK_EQ(GetFileType(r), FILE_TYPE_PIPE);
	CHECK(PeekNamedPipe(r, NULL, 0, NULL, &n, NULL));
	CHECK_EQ(n, 0);
	CHECK(WriteFile(w, "hello", 5, &n, NULL));
	CHECK(PeekNamedPipe(r, s, 3, &n, &left, NULL));
	CHECK_EQ(n, 3);
	CHECK_EQ(left, 5);
	CHECK(!memcmp(s, "hel", 3));
	CHECK(ReadFile(r, s, 2, &n, NULL));
	CHECK(ReadFile(r, s, 20, &n, NULL));
	CHECK_EQ(n, 3);
	CHECK(CloseHandle(w));
	CHECK(!ReadFile(r, s, 20, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CHECK(!PeekNamedPipe(r, NULL, 0, NULL, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(r);
	CHECK(CreatePipe(&r, &w, NULL, 0));
	CloseHandle(r);
	CHECK(!WriteFile(w, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_NO_DATA);
	CloseHandle(w);
}

static HANDLE server(DWORD open, DWORD mode, DWORD max)
{
	return CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | open, mode, max, 512,
				512, 0, NULL);
}

static HANDLE client(void)
{
	return CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			   OPEN_EXISTING, 0, NULL);
}

static DWORD WINAPI answer(void *pipe)
{
	char buf[20];
	DWORD n;

	CHECK(ReadFile(pipe, buf, sizeof buf, &n, NULL));
	CHECK_EQ(n, 3);
	CHECK(WriteFile(pipe, "answer", 6, &n, NULL));
	return 0;
}

static void messages(void)
{
	HANDLE s, c, thread;
	DWORD n, mode = PIPE_READMODE_MESSAGE, flags, max;
	char buf[32];

	CHECK(client() == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(!WaitNamedPipeW(name, 10));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	s = server(FILE_FLAG_FIRST_PIPE_INSTANCE,
		   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
	CHECK(s != INVALID_HANDLE_VALUE);
	CHECK(server(0, PIPE_TYPE_MESSAGE, 1) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK(WaitNamedPipeW(name, 10));
	c = client();
	CHECK(c != INVALID_HANDLE_VALUE);
	CHECK(client() == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK(!ConnectNamedPipe(s, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);
	CHECK(!WaitNamedPipeW(name, 10));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	CHECK(GetNamedPipeInfo(s, &flags, NULL, NULL, &max));
	CHECK_EQ(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
	CHECK_EQ(max, 1);

	CHECK(SetNamedPipeHandleState(c, &mode, NULL, NULL));
	CHECK(WriteFile(s, "first", 5, &n, NULL));
	CHECK(WriteFile(s, "", 0, &n, NULL));
	CHECK(WriteFile(s, "third", 5, &n, NULL));
	CHECK(!ReadFile(c, buf, 2, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(n, 2);
	CHECK(ReadFile(c, buf, 20, &n, NULL));
	CHECK_EQ(n, 3);
	CHECK(ReadFile(c, buf, 20, &n, NULL));
	CHECK_EQ(n, 0);
	CHECK(ReadFile(c, buf, 20, &n, NULL));
	CHECK_EQ(n, 5);
	thread = CreateThread(NULL, 0, answer, s, 0, NULL);
	CHECK(TransactNamedPipe(c, "ask", 3, buf, sizeof buf, &n, NULL));
	CHECK_EQ(n, 6);
	CHECK_EQ(WaitForSingleObject(thread, 60000), 0);
	CloseHandle(thread);

	CHECK(DisconnectNamedPipe(s));
	CHECK(!WriteFile(s, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!ReadFile(c, buf, 1, &n, NULL));
	CloseHandle(c);
	CloseHandle(s);
}

static DWORD WINAPI late_client(void *arg)
{
	HANDLE go_on = arg, c;
	DWORD n;

	WaitForSingleObject(go_on, INFINITE); /* the server waits for us */
	c = client();
	CHECK(c != INVALID_HANDLE_VALUE);
	WaitForSingleObject(go_on, INFINITE); /* and reads */
	CHECK(WriteFile(c, "late", 4, &n, NULL));
	CHECK(CloseHandle(c));
	return 0;
}

static void overlapped(void)
{
	HANDLE s = server(FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
			  PIPE_UNLIMITED_INSTANCES);
	HANDLE port = CreateIoCompletionPort(s, NULL, 42, 0), thread;
	HANDLE go_on = CreateEventA(NULL, FALSE, FALSE, NULL);
	OVERLAPPED o = { 0 }, *done;
	ULONG_PTR key;
	char buf[16];
	DWORD n;

	CHECK(port != NULL);
	thread = CreateThread(NULL, 0, late_client, go_on, 0, NULL);
	CHECK(!ConnectNamedPipe(s, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	SetEvent(go_on);
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &done, 60000));
	CHECK(done == &o);
	CHECK_EQ(key, 42);
	/* A zero-byte read only waits for data. */
	CHECK(!ReadFile(s, buf, 0, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	SetEvent(go_on);
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &done, 60000));
	CHECK_EQ(n, 0);
	CHECK(ReadFile(s, buf, sizeof buf, NULL, &o));
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &done, 60000));
	CHECK_EQ(n, 4);
	CHECK(!memcmp(buf, "late", 4));
	if (!ReadFile(s, buf, sizeof buf, NULL, &o) &&
	    GetLastError() == ERROR_IO_PENDING)
		CHECK(!GetQueuedCompletionStatus(port, &n, &key, &done, 60000));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	CloseHandle(go_on);
	CloseHandle(s);
	CloseHandle(port);
}

int main(void)
{
	_snwprintf(name, COUNT_OF(name), L"\\\\.\\pipe\\rf-guest-pipe-test-%lu",
		   GetCurrentProcessId());
	anonymous();
	messages();
	overlapped();
	return check_done();
}
