/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cancel-sync.c - synchronous requests of another thread are cancelled, by thread
 * or by handle, and those on other handles are not.
 */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include "check.h"

static volatile LONG reading;

struct read {
	HANDLE h;
	BOOL ok;
	DWORD error, n;
};

static DWORD WINAPI read_one(void *arg)
{
	struct read *r = arg;
	char c;

	r->n = 99;
	InterlockedIncrement(&reading);
	r->ok = ReadFile(r->h, &c, 1, &r->n, NULL);
	r->error = GetLastError();
	return 0;
}

static DWORD WINAPI watch_one(void *arg)
{
	struct read *r = arg;
	DWORD buffer[64];

	r->n = 0;
	r->ok = ReadDirectoryChangesW(r->h, buffer, sizeof buffer, FALSE,
				      FILE_NOTIFY_CHANGE_FILE_NAME, &r->n, NULL,
				      NULL);
	r->error = GetLastError();
	return 0;
}

/* It may not have got that far when it is looked for. */
static BOOL cancelled(HANDLE h, HANDLE thread)
{
	for (int i = 0; i < 6000; i++) {
		if (thread ? CancelSynchronousIo(thread) : CancelIoEx(h, NULL))
			return TRUE;
		CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
		Sleep(10);
	}
	return FALSE;
}

static void check_cancelled(HANDLE thread, struct read *r)
{
	CHECK_EQ(WaitForSingleObject(thread, 60000), 0);
	CHECK(!r->ok);
	CHECK_EQ(r->error, ERROR_OPERATION_ABORTED);
	CHECK_EQ(r->n, 0);
	CloseHandle(thread);
}

/* Who waits for changes of a folder. */
static void test_watch(void)
{
	struct read w = { 0 };
	HANDLE thread;

	CHECK(CreateDirectoryA("rf-cancel-sync", NULL));
	w.h = CreateFileA("rf-cancel-sync", FILE_LIST_DIRECTORY, 7, NULL,
			  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK(w.h != INVALID_HANDLE_VALUE);
	thread = CreateThread(NULL, 0, watch_one, &w, 0, NULL);
	CHECK(cancelled(NULL, thread));
	check_cancelled(thread, &w);
	thread = CreateThread(NULL, 0, watch_one, &w, 0, NULL);
	CHECK(cancelled(w.h, NULL));
	check_cancelled(thread, &w);
	CloseHandle(w.h);
	CHECK(RemoveDirectoryA("rf-cancel-sync"));
}

int main(void)
{
	struct read a = { 0 }, b = { 0 };
	HANDLE to_a, to_b, again, thread_a, thread_b;
	DWORD n;

	CHECK(CreatePipe(&a.h, &to_a, NULL, 0));
	CHECK(CreatePipe(&b.h, &to_b, NULL, 0));
	CHECK(!CancelIoEx(a.h, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
	CHECK(!CancelSynchronousIo(GetCurrentThread()));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);

	thread_a = CreateThread(NULL, 0, read_one, &a, 0, NULL);
	thread_b = CreateThread(NULL, 0, read_one, &b, 0, NULL);
	CHECK(cancelled(NULL, thread_a));
	check_cancelled(thread_a, &a);

	/* By another handle of the same file. */
	CHECK(DuplicateHandle(GetCurrentProcess(), a.h, GetCurrentProcess(),
			      &again, 0, FALSE, DUPLICATE_SAME_ACCESS));
	thread_a = CreateThread(NULL, 0, read_one, &a, 0, NULL);
	CHECK(cancelled(again, NULL));
	check_cancelled(thread_a, &a);
	CHECK(!CancelIoEx(again, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);

	/* CancelIo is for the caller's own. */
	CHECK(CancelIo(b.h));
	CHECK_EQ(WaitForSingleObject(thread_b, 100), WAIT_TIMEOUT);
	CHECK(WriteFile(to_b, "x", 1, &n, NULL));
	CHECK_EQ(WaitForSingleObject(thread_b, 60000), 0);
	CHECK(b.ok && b.n == 1);
	CloseHandle(thread_b);
	CHECK_EQ(reading, 3);
	test_watch();
	return check_done();
}
