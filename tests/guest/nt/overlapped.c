/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlapped.c - requests that are pending: APCs, events, ports, cancelling,
 * closing; how many threads a port lets run.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

static HANDLE server, client;
static char buf[64];

static void connect_pipe(const char *name, DWORD mode)
{
	OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	char path[64];
	DWORD n;

	sprintf(path, "\\\\.\\pipe\\rf-%s-%lu", name, GetCurrentProcessId());
	server = CreateNamedPipeA(path,
				  PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
				  mode, 1, 4096, 4096, 0, NULL);
	CHECK(server != INVALID_HANDLE_VALUE);
	CHECK(!ConnectNamedPipe(server, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	client = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			     OPEN_EXISTING, 0, NULL);
	CHECK(client != INVALID_HANDLE_VALUE);
	CHECK(GetOverlappedResultEx(server, &o, &n, 5000, FALSE));
	CloseHandle(o.hEvent);
}

static void disconnect_pipe(void)
{
	CloseHandle(client);
	CloseHandle(server);
}

static DWORD apc_error, apc_bytes, apc_calls;

static void CALLBACK done(DWORD error, DWORD bytes, OVERLAPPED *o)
{
	apc_error = error;
	apc_bytes = bytes;
	apc_calls++;
}

static void apcs(void)
{
	OVERLAPPED o = { 0 };
	DWORD n;

	connect_pipe("apc", PIPE_TYPE_BYTE);
	CHECK(ReadFileEx(server, buf, sizeof buf, &o, done));
	CHECK_EQ(SleepEx(0, TRUE), 0);
	CHECK(WriteFile(client, "abc", 3, &n, NULL));
	CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apc_calls, 1);
	CHECK_EQ(apc_error, 0);
	CHECK_EQ(apc_bytes, 3);
	/* Given up: the routine hears of it. */
	CHECK(ReadFileEx(server, buf, sizeof buf, &o, done));
	CHECK(CancelIo(server));
	CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apc_error, ERROR_OPERATION_ABORTED);
	disconnect_pipe();
}

static OVERLAPPED asked;

static DWORD WINAPI ask_and_go(void *arg)
{
	ReadFile(server, buf, 4, NULL, &asked);
	return GetLastError();
}

static void ask_in_a_thread(void)
{
	HANDLE th = CreateThread(NULL, 0, ask_and_go, NULL, 0, NULL);
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, ERROR_IO_PENDING);
	CloseHandle(th);
}

/* What a thread has asked for ends with it, but for what a port will tell. */
static void thread_ends(void)
{
	HANDLE port;
	OVERLAPPED *got;
	ULONG_PTR key;
	DWORD n;

	asked.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	connect_pipe("thread", PIPE_TYPE_BYTE);
	ask_in_a_thread();
	CHECK_EQ(WaitForSingleObject(asked.hEvent, 60000), WAIT_OBJECT_0);
	CHECK(!GetOverlappedResult(server, &asked, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	port = CreateIoCompletionPort(server, NULL, 1, 0);
	ask_in_a_thread();
	CHECK_EQ(WaitForSingleObject(asked.hEvent, 0), WAIT_TIMEOUT);
	CHECK(WriteFile(client, "abcd", 4, &n, NULL));
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
	CHECK_EQ(n, 4);
	CloseHandle(port);
	CloseHandle(asked.hEvent);
	disconnect_pipe();
}

static void cancelling(void)
{
	OVERLAPPED a = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	OVERLAPPED b = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	DWORD n = 7;

	connect_pipe("cancel", PIPE_TYPE_BYTE);
	CHECK(!ReadFile(server, buf, 4, NULL, &a));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!ReadFile(server, buf + 8, 4, NULL, &b));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!GetOverlappedResult(server, &b, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_IO_INCOMPLETE);
	CHECK(!GetOverlappedResultEx(server, &b, &n, 20, FALSE));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	/* One of two. */
	CHECK(CancelIoEx(server, &a));
	CHECK(!GetOverlappedResultEx(server, &a, &n, 5000, FALSE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CHECK(!CancelIoEx(server, &a));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
	CHECK(WriteFile(client, "wxyz", 4, &n, NULL));
	CHECK(GetOverlappedResultEx(server, &b, &n, 5000, FALSE));
	CHECK_EQ(n, 4);
	CHECK(!memcmp(buf + 8, "wxyz", 4));
	/* The other end goes. */
	CHECK(!ReadFile(server, buf, 4, NULL, &a));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CloseHandle(client);
	CHECK(!GetOverlappedResultEx(server, &a, &n, 5000, FALSE));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(server);
	CloseHandle(a.hEvent);
	CloseHandle(b.hEvent);
}

static HANDLE called;
static DWORD called_error, called_bytes;

static void CALLBACK bound(DWORD error, DWORD bytes, OVERLAPPED *o)
{
	called_error = error;
	called_bytes = bytes;
	SetEvent(called);
}

static void CALLBACK waited(void *arg, BOOLEAN timed_out)
{
	called_bytes = timed_out ? 1 : 2;
	SetEvent(arg);
}

static void ports(void)
{
	HANDLE port = CreateIoCompletionPort(NULL, NULL, 0, 0), wait, event;
	OVERLAPPED o = { 0 }, *got = NULL;
	ULONG_PTR key = 0;
	DWORD n = 0;

	if (!port)
		port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	connect_pipe("port", PIPE_TYPE_BYTE);
	CHECK(CreateIoCompletionPort(server, port, 42, 0) == port);
	CHECK(!ReadFile(server, buf, 4, NULL, &o));
	CHECK(WriteFile(client, "12", 2, &n, NULL));
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
	CHECK(got == &o);
	CHECK_EQ(key, 42);
	CHECK_EQ(n, 2);
	/* What is done at once is posted too, unless that is not wanted. */
	CHECK(WriteFile(server, "x", 1, NULL, &o));
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
	CHECK(SetFileCompletionNotificationModes(
		server, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
	CHECK(WriteFile(server, "x", 1, NULL, &o));
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 20));
	CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
	CHECK(got == NULL);
	/* Closing the file finishes what is pending. */
	CHECK(!ReadFile(server, buf, 4, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CloseHandle(server);
	CHECK(!GetQueuedCompletionStatus(port, &n, &key, &got, 60000));
	CHECK(got == &o, "%lu", GetLastError());
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CloseHandle(client);
	CloseHandle(port);

	connect_pipe("bind", PIPE_TYPE_BYTE);
	called = CreateEventA(NULL, FALSE, FALSE, NULL);
	CHECK(BindIoCompletionCallback(server, bound, 0));
	CHECK(!ReadFile(server, buf, 8, NULL, &o));
	CHECK(WriteFile(client, "abcd", 4, &n, NULL));
	CHECK_EQ(WaitForSingleObject(called, 60000), 0);
	CHECK_EQ(called_error, 0);
	CHECK_EQ(called_bytes, 4);
	disconnect_pipe();

	event = CreateEventA(NULL, FALSE, FALSE, NULL);
	CHECK(RegisterWaitForSingleObject(&wait, event, waited, called,
					  INFINITE, WT_EXECUTEONLYONCE));
	SetEvent(event);
	CHECK_EQ(WaitForSingleObject(called, 60000), 0);
	CHECK_EQ(called_bytes, 2);
	CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
	CHECK(RegisterWaitForSingleObject(&wait, event, waited, called, 10,
					  WT_EXECUTEONLYONCE));
	CHECK_EQ(WaitForSingleObject(called, 60000), 0);
	CHECK_EQ(called_bytes, 1);
	CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
	CloseHandle(event);
	CloseHandle(called);
}

static HANDLE narrow, first_in, second_in, go_on;
static LONG entered;

static DWORD WINAPI worker(void *arg)
{
	OVERLAPPED *o;
	ULONG_PTR key;
	DWORD n;

	while (GetQueuedCompletionStatus(narrow, &n, &key, &o, INFINITE) &&
	       key) {
		if (InterlockedIncrement(&entered) == 1) {
			SetEvent(first_in);
			/* Running, as far as the port can see. */
			for (ULONGLONG end = GetTickCount64() + 150;
			     GetTickCount64() < end;)
				;
			/* Now it waits: another one may run. */
			WaitForSingleObject(go_on, 60000);
		} else {
			SetEvent(second_in);
		}
	}
	return 0;
}

/* A port for one thread at a time lets a second one in when the first waits. */
static void concurrency(void)
{
	HANDLE t[2];

	narrow = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	first_in = CreateEventA(NULL, TRUE, FALSE, NULL);
	second_in = CreateEventA(NULL, TRUE, FALSE, NULL);
	go_on = CreateEventA(NULL, TRUE, FALSE, NULL);
	for (int i = 0; i < 2; i++)
		t[i] = CreateThread(NULL, 0, worker, NULL, 0, NULL);
	PostQueuedCompletionStatus(narrow, 0, 1, NULL);
	PostQueuedCompletionStatus(narrow, 0, 1, NULL);
	CHECK_EQ(WaitForSingleObject(first_in, 60000), 0);
	CHECK_EQ(WaitForSingleObject(second_in, 50), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(second_in, 60000), 0);
	SetEvent(go_on);
	for (int i = 0; i < 2; i++)
		PostQueuedCompletionStatus(narrow, 0, 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(2, t, TRUE, 60000), 0);
	CloseHandle(narrow);
}

/* To one question; its length is what the thread ends with. */
static DWORD WINAPI answer(void *unused)
{
	OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	char question[16];
	DWORD n = 0, written;

	(void)unused;
	if (!ReadFile(server, question, sizeof question, NULL, &o))
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(server, &o, &n, TRUE));
	if (!WriteFile(server, "answer", 6, NULL, &o))
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(server, &o, &written, TRUE));
	CloseHandle(o.hEvent);
	return n;
}

static void messages(void)
{
	DWORD n, left, mode = PIPE_READMODE_MESSAGE;
	OVERLAPPED o = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	char got[16], path[64];
	HANDLE th;

	connect_pipe("message", PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
	CHECK(SetNamedPipeHandleState(client, &mode, NULL, NULL));
	CHECK(WriteFile(client, "first", 5, &n, NULL));
	CHECK(WriteFile(client, "second", 6, &n, NULL));
	CHECK(PeekNamedPipe(server, got, sizeof got, &n, NULL, &left));
	CHECK_EQ(n, 5);
	CHECK(!ReadFile(server, got, 2, &n, &o));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK(ReadFile(server, got, sizeof got, &n, &o));
	CHECK_EQ(n, 3);
	CHECK(!memcmp(got, "rst", 3));
	CHECK(ReadFile(server, got, sizeof got, &n, &o));
	CHECK_EQ(n, 6);
	/* A question and its answer by one call, where nothing is unread. */
	CHECK(WriteFile(server, "x", 1, &n, &o));
	CHECK(!TransactNamedPipe(client, "question", 8, got, sizeof got, &n,
				 NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK(ReadFile(client, got, sizeof got, &n, NULL));
	th = CreateThread(NULL, 0, answer, NULL, 0, NULL);
	CHECK(TransactNamedPipe(client, "question", 8, got, sizeof got, &n,
				NULL));
	CHECK_EQ(n, 6);
	CHECK(!memcmp(got, "answer", 6));
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &n));
	CHECK_EQ(n, 8);
	CloseHandle(th);
	/* Disconnected: the client learns it. */
	CHECK(DisconnectNamedPipe(server));
	CHECK(!ReadFile(client, got, sizeof got, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	CHECK(!WriteFile(server, "x", 1, &n, &o));
	CHECK_EQ(GetLastError(), ERROR_PIPE_NOT_CONNECTED);
	disconnect_pipe();
	sprintf(path, "\\\\.\\pipe\\rf-nobody-%lu", GetCurrentProcessId());
	CHECK(!WaitNamedPipeA(path, 100));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CloseHandle(o.hEvent);
}

int main(void)
{
	apcs();
	cancelling();
	thread_ends();
	ports();
	concurrency();
	messages();
	return check_done();
}
