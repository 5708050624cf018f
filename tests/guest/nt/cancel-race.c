/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cancel-race.c - who cancels a synchronous request while the thread goes from
 * one to the next hits the one that was meant or none: requests on another file
 * are left alone, and a cancel of one that waits is not lost.
 */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include "check.h"

enum { ROUNDS = 20000, WAITS = 300 };

static HANDLE a, to_a, b, to_b;
static volatile LONG over, wrong, aborted, done;

/* Where a byte is always there: this one is never to be cancelled. */
static DWORD WINAPI read_both(void *arg)
{
	DWORD n;
	char c;

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		WriteFile(to_a, "a", 1, &n, NULL);
		if (!ReadFile(a, &c, 1, &n, NULL)) {
			if (GetLastError() != ERROR_OPERATION_ABORTED)
				wrong++;
			aborted++;
			/* The byte is still there. */
			while (!ReadFile(a, &c, 1, &n, NULL))
				;
		}
		/* What is written here stays here. */
		if (!WriteFile(to_b, "b", 1, &n, NULL) ||
		    !ReadFile(b, &c, 1, &n, NULL) || c != 'b' || n != 1)
			wrong++;
		done++;
	}
	over = 1;
	return 0;
}

/* Two that mean a, and its file only. */
static DWORD WINAPI cancel_a(void *arg)
{
	(void)arg;
	while (!over)
		CancelIoEx(a, NULL);
	return 0;
}

static volatile LONG waiting, ended;

static DWORD WINAPI wait_on_both(void *arg)
{
	DWORD n;
	char c;

	(void)arg;
	for (int i = 0; i < WAITS; i++) {
		waiting = i + 1;
		if (ReadFile(i & 1 ? b : a, &c, 1, &n, NULL) ||
		    GetLastError() != ERROR_OPERATION_ABORTED)
			wrong++;
		ended = i + 1;
	}
	over = 1;
	return 0;
}

/* Means b while the thread waits on a, and so on: none of these may hit. */
static DWORD WINAPI cancel_other(void *arg)
{
	(void)arg;
	while (!over) {
		LONG i = waiting;

		if (i && i == ended + 1)
			CancelIoEx((i - 1) & 1 ? a : b, NULL);
	}
	return 0;
}

int main(void)
{
	HANDLE reader, c1, c2;
	LONG i;

	CHECK(CreatePipe(&a, &to_a, NULL, 0));
	CHECK(CreatePipe(&b, &to_b, NULL, 0));
	c1 = CreateThread(NULL, 0, cancel_a, NULL, 0, NULL);
	c2 = CreateThread(NULL, 0, cancel_a, NULL, 0, NULL);
	reader = CreateThread(NULL, 0, read_both, NULL, 0, NULL);
	CHECK_EQ(WaitForSingleObject(reader, INFINITE), 0);
	WaitForSingleObject(c1, INFINITE);
	WaitForSingleObject(c2, INFINITE);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(done, ROUNDS);
	CloseHandle(reader);
	CloseHandle(c1);
	CloseHandle(c2);

	/* Each wait ends by the cancel that is meant for it, by thread. */
	over = 0;
	c1 = CreateThread(NULL, 0, cancel_other, NULL, 0, NULL);
	reader = CreateThread(NULL, 0, wait_on_both, NULL, 0, NULL);
	for (i = 1; i <= WAITS; i++) {
		while (waiting < i)
			SwitchToThread();
		/* One that was told it was cancelled is. */
		while (!CancelSynchronousIo(reader) && ended < i)
			SwitchToThread();
		while (ended < i)
			SwitchToThread();
	}
	CHECK_EQ(WaitForSingleObject(reader, INFINITE), 0);
	WaitForSingleObject(c1, INFINITE);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(ended, WAITS);
	return check_done();
}
