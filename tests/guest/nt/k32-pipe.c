/* kernel32: anonymous and named pipes, overlapped and through completion ports.
 */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <string.h>
#include "check.h"

static void anonymous(void)
{
	HANDLE r, w;
	char buf[64];
	DWORD n, all;

	CHECK(CreatePipe(&r, &w, NULL, 0), "error %lu", GetLastError());
	CHECK_EQ(GetFileType(r), FILE_TYPE_PIPE);
	CHECK(WriteFile(w, "hello", 5, &n, NULL) && n == 5);
	CHECK(PeekNamedPipe(r, buf, 3, &n, &all, NULL) && n == 3 && all == 5,
	      "%lu %lu", n, all);
	CHECK(PeekNamedPipe(r, NULL, 0, NULL, &all, NULL) && all == 5);
	CHECK(ReadFile(r, buf, sizeof buf, &n, NULL) && n == 5 &&
	      !memcmp(buf, "hello", 5));
	CHECK(!ReadFile(w, buf, 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(w);
	CHECK(!ReadFile(r, buf, 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CHECK(!PeekNamedPipe(r, NULL, 0, NULL, &all, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(r);
	CHECK(CreatePipe(&r, &w, NULL, 0));
	CloseHandle(r);
	CHECK(!WriteFile(w, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_NO_DATA);
	CloseHandle(w);
}

static void named(void)
{
	HANDLE s, c, token, event = CreateEventA(NULL, TRUE, FALSE, NULL);
	char name[64], buf[64];
	OVERLAPPED o;
	DWORD n, mode, flags;

	sprintf(name, "\\\\.\\pipe\\rf-test-%lu", GetCurrentProcessId());
	CHECK(CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(!WaitNamedPipeA(name, 10));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);

	s = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
			     PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 512,
			     512, 0, NULL);
	CHECK(s != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK(CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX,
			       PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1,
			       512, 512, 0, NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	memset(&o, 0, sizeof o);
	o.hEvent = event;
	CHECK(!ConnectNamedPipe(s, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!GetOverlappedResult(s, &o, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_IO_INCOMPLETE);

	c = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(c != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK(GetOverlappedResult(s, &o, &n, TRUE), "error %lu",
	      GetLastError());
	CHECK(CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	ResetEvent(event);
	CHECK(!ConnectNamedPipe(s, &o));
	CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);

	CHECK(GetNamedPipeInfo(c, &flags, NULL, NULL, NULL));
	CHECK_EQ(flags, PIPE_CLIENT_END | PIPE_TYPE_MESSAGE);
	mode = PIPE_READMODE_MESSAGE;
	CHECK(SetNamedPipeHandleState(c, &mode, NULL, NULL), "error %lu",
	      GetLastError());
	mode = 99;
	CHECK(GetNamedPipeHandleStateA(c, &mode, NULL, NULL, NULL, NULL, 0) &&
		      mode == PIPE_READMODE_MESSAGE,
	      "%lu", mode);

	/* Messages keep their borders. */
	CHECK(WriteFile(c, "first", 5, &n, NULL));
	CHECK(WriteFile(c, "second", 6, &n, NULL));
	memset(&o, 0, sizeof o);
	o.hEvent = event;
	CHECK(ReadFile(s, buf, sizeof buf, NULL, &o) ||
	      GetLastError() == ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(s, &o, &n, TRUE) && n == 5 &&
		      !memcmp(buf, "first", 5),
	      "%lu", n);
	memset(&o, 0, sizeof o);
	o.hEvent = event;
	ResetEvent(event);
	if (!ReadFile(s, buf, 3, NULL, &o))
		CHECK(GetLastError() == ERROR_IO_PENDING ||
			      GetLastError() == ERROR_MORE_DATA,
		      "%lu", GetLastError());
	CHECK(!GetOverlappedResult(s, &o, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK(n == 3 && !memcmp(buf, "sec", 3), "%lu", n);
	CHECK(ReadFile(s, buf, 10, NULL, &o) ||
	      GetLastError() == ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(s, &o, &n, TRUE) && n == 3 &&
	      !memcmp(buf, "ond", 3));

	/* Who spoke to us: the token of the same user. */
	CHECK(!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
	CHECK_EQ(GetLastError(), ERROR_NO_TOKEN);
	CHECK(ImpersonateNamedPipeClient(s), "error %lu", GetLastError());
	CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));
	CloseHandle(token);
	CHECK(RevertToSelf());
	CHECK(!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token));

	/* Cancelled. */
	ResetEvent(event);
	CHECK(!ReadFile(s, buf, 10, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(CancelIoEx(s, &o), "error %lu", GetLastError());
	CHECK(!GetOverlappedResult(s, &o, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CHECK(!CancelIoEx(s, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);

	CHECK(DisconnectNamedPipe(s));
	CHECK(!WriteFile(c, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CloseHandle(c);
	CloseHandle(s);
	CloseHandle(event);
}

static DWORD apc_error, apc_bytes;

static VOID CALLBACK on_done(DWORD error, DWORD n, LPOVERLAPPED o)
{
	apc_error = error;
	apc_bytes = n;
}

static void ports(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	HANDLE s, c;
	OVERLAPPED_ENTRY e[4];
	OVERLAPPED o, *got;
	ULONG_PTR key;
	char name[64], buf[16];
	ULONG count;
	DWORD n;

	CHECK(port != NULL);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 0));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	CHECK(got == NULL);
	CHECK(PostQueuedCompletionStatus(port, 7, 8, (OVERLAPPED *)9));
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, INFINITE));
	CHECK(n == 7 && key == 8 && got == (OVERLAPPED *)9);
	PostQueuedCompletionStatus(port, 1, 2, NULL);
	PostQueuedCompletionStatus(port, 3, 4, NULL);
	CHECK(GetQueuedCompletionStatusEx(port, e, 4, &count, 0, FALSE));
	CHECK(count == 2 && e[1].lpCompletionKey == 4 &&
		      e[1].dwNumberOfBytesTransferred == 3,
	      "%lu", count);
	CHECK(!GetQueuedCompletionStatusEx(port, e, 4, &count, 1, FALSE));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);

	sprintf(name, "\\\\.\\pipe\\rf-port-%lu", GetCurrentProcessId());
	s = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, 0,
			     1, 512, 512, 0, NULL);
	c = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	CHECK(CreateIoCompletionPort(s, port, 42, 0) == port);
	memset(&o, 0, sizeof o);
	CHECK(!ReadFile(s, buf, sizeof buf, NULL, &o) &&
	      GetLastError() == ERROR_IO_PENDING);
	memset(buf, 0, sizeof buf);
	{
		OVERLAPPED w = { 0 };

		CHECK(WriteFileEx(c, "data", 4, &w, on_done), "error %lu",
		      GetLastError());
		CHECK_EQ(SleepEx(1000, TRUE), WAIT_IO_COMPLETION);
		CHECK_EQ(apc_error, 0);
		CHECK_EQ(apc_bytes, 4);
	}
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000) && n == 4 &&
		      key == 42 && got == &o && !memcmp(buf, "data", 4),
	      "%lu %lu", n, GetLastError());
	/* An end of the other side is told by the port as well. */
	memset(&o, 0, sizeof o);
	CHECK(!ReadFile(s, buf, sizeof buf, NULL, &o));
	CloseHandle(c);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 60000) &&
	      got == &o);
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(s);
	CloseHandle(port);
}

int main(void)
{
	anonymous();
	named();
	ports();
	return check_done();
}
