/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slow.c - overlapped requests on files whose file system takes its time
 * (slowfs.c): the call comes back, and the request ends as others do.
 *
 *   slow FOLDER                 all of it
 *   slow FOLDER exit            ends with a write under way
 *   slow FOLDER cold FILE       the same for what is not in memory of FILE,
 * which is on a file system in FOLDER/data
 */
#include <windows.h>

#include <string.h>

#include "check.h"

enum { MANY = 12, PAGE = 4096, LARGE = 3 << 20 };

static char path[MAX_PATH], name[MAX_PATH];
static HANDLE ctl, file;
static char large[LARGE + PAGE];

static void tell(const char *what)
{
	DWORD n;

	CHECK(WriteFile(ctl, what, strlen(what), &n, NULL));
}

static unsigned held_now(void)
{
	unsigned held = 0;
	char text[64] = "";
	DWORD n = 0;

	SetFilePointer(ctl, 0, NULL, FILE_BEGIN);
	CHECK(ReadFile(ctl, text, sizeof text - 1, &n, NULL));
	CHECK(sscanf(text, "%u", &held) == 1, "%s", text);
	return held;
}

/* Until the file system has so many in its hands, or more. */
static void wait_held(unsigned want)
{
	DWORD end = GetTickCount() + 10000;

	do {
		if (held_now() >= want)
			return;
		Sleep(1);
	} while (GetTickCount() < end);
	CHECK(0, "%u held, not %u", held_now(), want);
}

static char byte_at(ULONGLONG i)
{
	return (char)(i % (4 << 20) / PAGE + i);
}

static BOOL is_right(const char *p, ULONGLONG from, DWORD n)
{
	for (DWORD i = 0; i < n; i++)
		if (p[i] != byte_at(from + i))
			return FALSE;
	return TRUE;
}

static HANDLE open_data(DWORD access, DWORD flags)
{
	HANDLE h;

	h = CreateFileA(name, access, 7, NULL, OPEN_EXISTING, flags, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

static OVERLAPPED request(ULONGLONG at)
{
	return (OVERLAPPED){ .Offset = (DWORD)at,
			     .OffsetHigh = (DWORD)(at >> 32),
			     .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
}

static void begin_read(HANDLE h, void *buf, DWORD n, OVERLAPPED *o)
{
	CHECK(!ReadFile(h, buf, n, NULL, o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
}

static DWORD result_of(HANDLE h, OVERLAPPED *o, DWORD *n)
{
	return GetOverlappedResultEx(h, o, n, 10000, FALSE) ? 0
							    : GetLastError();
}

static void reading(void)
{
	OVERLAPPED o = request(5000);
	char buf[10000];
	DWORD n;

	tell("hold");
	begin_read(file, buf, sizeof buf, &o);
	wait_held(1);
	CHECK_EQ(o.Internal, 0x103);
	CHECK_EQ(WaitForSingleObject(o.hEvent, 0), WAIT_TIMEOUT);
	CHECK(!GetOverlappedResult(file, &o, &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_IO_INCOMPLETE);
	tell("free");
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, sizeof buf);
	CHECK(is_right(buf, 5000, sizeof buf));
	/* Across the end, and behind it. */
	o = request((4 << 20) - 100);
	begin_read(file, buf, 300, &o);
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, 100);
	o.Offset = 5 << 20;
	begin_read(file, buf, 300, &o);
	CHECK_EQ(result_of(file, &o, &n), ERROR_HANDLE_EOF);
	/* More than is moved at once. */
	o.Offset = 777;
	begin_read(file, large, LARGE, &o);
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, LARGE);
	CHECK(is_right(large, 777, LARGE));
	/* Nobody may write there. */
	CHECK(!ReadFile(file, (void *)reading, 300, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_NOACCESS);
}

static void failing(void)
{
	OVERLAPPED o = request(0), p = request(0);
	char buf[100];
	DWORD n;

	tell("hold");
	begin_read(file, buf, sizeof buf, &o);
	wait_held(1);
	CHECK(!WriteFile(file, buf, sizeof buf, NULL, &p));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	wait_held(2);
	tell("fail");
	CHECK_EQ(result_of(file, &o, &n), ERROR_IO_DEVICE);
	CHECK_EQ(result_of(file, &p, &n), ERROR_IO_DEVICE);
	tell("free");
}

static DWORD apc_error, apc_bytes, apc_calls;

static void CALLBACK done(DWORD error, DWORD bytes, OVERLAPPED *o)
{
	(void)o;
	apc_error = error;
	apc_bytes = bytes;
	apc_calls++;
}

static void routine(void)
{
	OVERLAPPED o = request(0);
	char buf[100];

	tell("hold");
	CHECK(ReadFileEx(file, buf, sizeof buf, &o, done));
	wait_held(1);
	CHECK_EQ(SleepEx(0, TRUE), 0);
	tell("free");
	CHECK_EQ(SleepEx(10000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apc_calls, 1);
	CHECK_EQ(apc_error, 0);
	CHECK_EQ(apc_bytes, sizeof buf);
	CHECK(is_right(buf, 0, sizeof buf));
}

static void port(void)
{
	HANDLE h = open_data(GENERIC_READ, FILE_FLAG_OVERLAPPED);
	HANDLE p = CreateIoCompletionPort(h, NULL, 42, 0);
	static char buf[MANY][PAGE];
	OVERLAPPED o[MANY], *got;
	BOOL seen[MANY] = { 0 };
	ULONG_PTR key;
	DWORD n;

	tell("hold");
	for (int i = 0; i < MANY; i++) {
		o[i] = request(i * PAGE);
		begin_read(h, buf[i], PAGE, &o[i]);
	}
	wait_held(MANY);
	CHECK(!GetQueuedCompletionStatus(p, &n, &key, &got, 0));
	/* One of them first: none waits for another. */
	tell("one");
	CHECK(GetQueuedCompletionStatus(p, &n, &key, &got, 10000));
	seen[got - o] = TRUE;
	tell("free");
	for (int i = 1; i < MANY; i++) {
		CHECK(GetQueuedCompletionStatus(p, &n, &key, &got, 10000));
		CHECK_EQ(n, PAGE);
		CHECK_EQ(key, 42);
		if (got >= o && got < o + MANY) {
			CHECK(!seen[got - o]);
			seen[got - o] = TRUE;
		}
	}
	for (int i = 0; i < MANY; i++)
		CHECK(is_right(buf[i], i * PAGE, PAGE), "%d", i);
	CHECK(!GetQueuedCompletionStatus(p, &n, &key, &got, 0));
	CloseHandle(h);
	CloseHandle(p);
}

static void cancelling(void)
{
	OVERLAPPED a = request(0), b = request(PAGE);
	char buf[2][PAGE];
	DWORD n = 7;

	tell("hold");
	memset(buf, 1, sizeof buf);
	begin_read(file, buf[0], PAGE, &a);
	begin_read(file, buf[1], PAGE, &b);
	wait_held(2);
	CHECK(CancelIoEx(file, &a));
	CHECK_EQ(result_of(file, &a, &n), ERROR_OPERATION_ABORTED);
	CHECK_EQ(n, 0);
	CHECK(!CancelIoEx(file, &a));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
	CHECK_EQ(WaitForSingleObject(b.hEvent, 0), WAIT_TIMEOUT);
	tell("free");
	CHECK_EQ(result_of(file, &b, &n), 0);
	CHECK(is_right(buf[1], PAGE, PAGE));
	for (int i = 0; i < PAGE; i++)
		if (buf[0][i] != 1) {
			CHECK(0, "what was cancelled has come");
			break;
		}
}

/* Closing cancels what waits, and does not wait for it. */
static void closing(void)
{
	HANDLE h = open_data(GENERIC_READ, FILE_FLAG_OVERLAPPED);
	OVERLAPPED o = request(0);
	char buf[100];

	tell("hold");
	begin_read(h, buf, sizeof buf, &o);
	wait_held(1);
	CHECK(CloseHandle(h));
	CHECK_EQ(WaitForSingleObject(o.hEvent, 10000), WAIT_OBJECT_0);
	CHECK_EQ((LONG)o.Internal, (LONG)0xc0000120);
	tell("free");
}

static void writing(void)
{
	HANDLE h = open_data(GENERIC_WRITE, FILE_FLAG_OVERLAPPED);
	OVERLAPPED o = request(0x200000);
	char text[] = "written while it was held", buf[sizeof text] = "";
	DWORD n;

	tell("hold");
	CHECK(!WriteFile(h, text, sizeof text, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	wait_held(1);
	/* What has begun is made, whoever looks away. */
	CHECK(CloseHandle(h));
	tell("free");
	CHECK_EQ(WaitForSingleObject(o.hEvent, 10000), WAIT_OBJECT_0);
	CHECK_EQ(o.Internal, 0);
	CHECK_EQ(o.InternalHigh, sizeof text);
	ResetEvent(o.hEvent);
	begin_read(file, buf, sizeof buf, &o);
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK(!memcmp(buf, text, sizeof text), "%s", buf);

	o = request(0x210000);
	memset(large, 'L', LARGE);
	CHECK(!WriteFile(file, large, LARGE, NULL, &o));
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, LARGE);
	memset(large, 0, LARGE);
	begin_read(file, large, LARGE, &o);
	CHECK_EQ(result_of(file, &o, &n), 0);
	for (int i = 0; i < LARGE; i++)
		if (large[i] != 'L') {
			CHECK(0, "byte %d", i);
			break;
		}
}

/* In the order in which they were asked for. */
static void appending(void)
{
	HANDLE h =
		open_data(FILE_APPEND_DATA | SYNCHRONIZE, FILE_FLAG_OVERLAPPED);
	OVERLAPPED o[3] = { request(0), request(0), request(0) };
	char text[3][2] = { "a", "b", "c" }, buf[4] = "";
	ULARGE_INTEGER size;
	DWORD n;

	size.LowPart = GetFileSize(h, &size.HighPart);
	tell("hold");
	for (int i = 0; i < 3; i++) {
		o[i].Offset = o[i].OffsetHigh = ~0u;
		CHECK(!WriteFile(h, text[i], 1, NULL, &o[i]));
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	}
	wait_held(1);
	/* One that has not begun can still be cancelled. */
	CHECK(CancelIoEx(h, &o[1]));
	CHECK_EQ(result_of(h, &o[1], &n), ERROR_OPERATION_ABORTED);
	tell("free");
	CHECK_EQ(result_of(h, &o[0], &n), 0);
	CHECK_EQ(result_of(h, &o[2], &n), 0);
	CloseHandle(h);
	o[0] = request(size.QuadPart);
	begin_read(file, buf, 3, &o[0]);
	CHECK_EQ(result_of(file, &o[0], &n), 0);
	CHECK_EQ(n, 2);
	CHECK(!memcmp(buf, "ac", 2), "%s", buf);
}

/* The program takes its memory away while the host is to fill it. */
static void memory_gone(void)
{
	char *p = VirtualAlloc(NULL, 1 << 16, MEM_RESERVE | MEM_COMMIT,
			       PAGE_READWRITE);
	OVERLAPPED o = request(0);

	tell("hold");
	begin_read(file, p, 1 << 16, &o);
	wait_held(1);
	CHECK(VirtualFree(p, 0, MEM_RELEASE));
	tell("free");
	CHECK_EQ(WaitForSingleObject(o.hEvent, 10000), WAIT_OBJECT_0);
	CHECK(o.Internal != 0x103);
}

static void scattering(void)
{
	HANDLE h = open_data(GENERIC_READ,
			     FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING);
	char *p = VirtualAlloc(NULL, 4 * PAGE, MEM_RESERVE | MEM_COMMIT,
			       PAGE_READWRITE);
	FILE_SEGMENT_ELEMENT list[3] = { 0 };
	OVERLAPPED o = request(8 * PAGE);
	DWORD n;

	list[0].Alignment = (ULONG_PTR)(p + 2 * PAGE);
	list[1].Alignment = (ULONG_PTR)p;
	tell("hold");
	CHECK(!ReadFileScatter(h, list, 2 * PAGE, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	wait_held(1);
	tell("free");
	CHECK_EQ(result_of(h, &o, &n), 0);
	CHECK_EQ(n, 2 * PAGE);
	CHECK(is_right(p + 2 * PAGE, 8 * PAGE, PAGE));
	CHECK(is_right(p, 9 * PAGE, PAGE));
	CloseHandle(h);
}

/* ---- cold pages: each part of the file can be that once ---- */

enum { APART = 512 << 10 };
static ULONGLONG cold_at = APART;

static ULONGLONG cold_place(void)
{
	ULONGLONG at = cold_at;

	cold_at += APART;
	return at;
}

static void cold_reading(void)
{
	ULONGLONG at = cold_place();
	OVERLAPPED o = request(at);
	char buf[10000];
	DWORD n;

	tell("hold");
	begin_read(file, buf, sizeof buf, &o);
	wait_held(1);
	CHECK_EQ(o.Internal, 0x103);
	tell("free");
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, sizeof buf);
	CHECK(is_right(buf, at, sizeof buf));
	/* It is in memory now: whatever the disk does, this is over at once. */
	tell("hold");
	memset(buf, 0, sizeof buf);
	CHECK(ReadFile(file, buf, sizeof buf, &n, &o));
	CHECK(is_right(buf, at, sizeof buf));
	tell("free");
	/* Half of it in memory. */
	at += 8000;
	o.Offset = (DWORD)at;
	if (!ReadFile(file, large, 400000, NULL, &o))
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, 400000);
	CHECK(is_right(large, at, 400000));
	cold_at = 3 << 20;
}

static void cold_cancelling(void)
{
	ULONGLONG at = cold_place();
	OVERLAPPED o = request(at);
	char *p = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT,
			       PAGE_READWRITE);
	HANDLE h;
	DWORD n;

	tell("hold");
	begin_read(file, p, PAGE, &o);
	wait_held(1);
	CHECK(CancelIoEx(file, &o));
	CHECK_EQ(result_of(file, &o, &n), ERROR_OPERATION_ABORTED);
	CHECK(VirtualFree(p, 0, MEM_RELEASE));
	tell("free");

	h = open_data(GENERIC_READ, FILE_FLAG_OVERLAPPED);
	p = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
	o = request(cold_place());
	tell("hold");
	begin_read(h, p, PAGE, &o);
	wait_held(1);
	CHECK(CloseHandle(h));
	CHECK_EQ(WaitForSingleObject(o.hEvent, 10000), WAIT_OBJECT_0);
	CHECK_EQ((LONG)o.Internal, (LONG)0xc0000120);
	tell("free");
}

static struct {
	HANDLE port, file;
	char buf[2][PAGE];
	OVERLAPPED o[2];
} asked;

/* One that asks and is gone before the answer: a port hears of it all the same.
 */
static DWORD WINAPI asker(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2; i++)
		begin_read(asked.file, asked.buf[i], PAGE, &asked.o[i]);
	return 0;
}

static void cold_port(void)
{
	OVERLAPPED *got;
	ULONG_PTR key;
	HANDLE thread;
	DWORD n;

	asked.file = open_data(GENERIC_READ, FILE_FLAG_OVERLAPPED);
	asked.port = CreateIoCompletionPort(asked.file, NULL, 7, 0);
	for (int i = 0; i < 2; i++)
		asked.o[i] = request(cold_place());
	tell("hold");
	thread = CreateThread(NULL, 0, asker, NULL, 0, NULL);
	CHECK_EQ(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
	wait_held(1); /* the disk does one thing at a time */
	CHECK(!GetQueuedCompletionStatus(asked.port, &n, &key, &got, 0));
	tell("free");
	for (int i = 0; i < 2; i++) {
		CHECK(GetQueuedCompletionStatus(asked.port, &n, &key, &got,
						10000));
		CHECK_EQ(n, PAGE);
		CHECK_EQ(key, 7);
	}
	for (int i = 0; i < 2; i++)
		CHECK(is_right(asked.buf[i], asked.o[i].Offset, PAGE));
	CloseHandle(thread);
	CloseHandle(asked.file);
}

/* Part of a page is written: the host has to read the rest of it first. */
static void cold_writing(void)
{
	ULONGLONG at = cold_place();
	OVERLAPPED o = request(at + 100);
	char buf[300];
	DWORD n;

	tell("hold");
	CHECK(!WriteFile(file, "new", 3, NULL, &o));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	wait_held(1);
	tell("free");
	CHECK_EQ(result_of(file, &o, &n), 0);
	CHECK_EQ(n, 3);
	o.Offset -= 100;
	CHECK(ReadFile(file, buf, sizeof buf, &n, &o));
	CHECK(is_right(buf, at, 100));
	CHECK(!memcmp(buf + 100, "new", 3));
	CHECK(is_right(buf + 103, at + 103, sizeof buf - 103));
}

/* What goes to the disk in any case is not waited for in the call. */
static void cold_through(void)
{
	ULONGLONG at = cold_place();
	HANDLE h = open_data(GENERIC_WRITE,
			     FILE_FLAG_OVERLAPPED | FILE_FLAG_WRITE_THROUGH);
	OVERLAPPED o[3];
	char buf[3 * PAGE];
	DWORD n;

	memset(large, 'T', sizeof buf);
	tell("hold");
	for (int i = 0; i < 3; i++) {
		o[i] = request(at + i * PAGE);
		CHECK(!WriteFile(h, large, PAGE, NULL, &o[i]));
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	}
	wait_held(1);
	CHECK(!GetOverlappedResult(h, &o[0], &n, FALSE));
	CHECK_EQ(GetLastError(), ERROR_IO_INCOMPLETE);
	tell("free");
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(result_of(h, &o[i], &n), 0);
		CHECK_EQ(n, PAGE);
	}
	CloseHandle(h);
	o[0] = request(at);
	if (!ReadFile(file, buf, sizeof buf, NULL, &o[0]))
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK_EQ(result_of(file, &o[0], &n), 0);
	CHECK(!memcmp(buf, large, sizeof buf));
}

int main(int argc, char **argv)
{
	char control[MAX_PATH];

	if (argc < 2)
		return 2;
	sprintf(path, "Z:%s", argv[1]);
	sprintf(control, "%s/ctl", path);
	if (argc > 3)
		sprintf(name, "Z:%s", argv[3]);
	else
		sprintf(name, "%s/data", path);
	ctl = CreateFileA(control, GENERIC_READ | GENERIC_WRITE, 7, NULL,
			  OPEN_EXISTING, 0, NULL);
	file = open_data(GENERIC_READ | GENERIC_WRITE, FILE_FLAG_OVERLAPPED);
	if (argc == 3) {
		OVERLAPPED o = { .Offset = 0x300000 };

		WriteFile(file, "the last words", 14, NULL, &o);
		return check_done();
	}
	if (argc > 3) {
		cold_reading();
		cold_cancelling();
		cold_port();
		cold_writing();
		cold_through();
	} else {
		reading();
		failing();
		routine();
		port();
		cancelling();
		closing();
		memory_gone();
		scattering();
		writing();
		appending();
	}
	CHECK_EQ(held_now(), 0);
	CloseHandle(file);
	CloseHandle(ctl);
	return check_done();
}
