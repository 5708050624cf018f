/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mailslots: messages of several writers, of this process and others, to one
 * reader: their bounds, what there is, times that reads wait, overlapped reads,
 * and names, also after a reader that was killed.
 */
#include <windows.h>

#include <string.h>

#include "self.h"

static char name[80];

static HANDLE slot(DWORD max, DWORD timeout)
{
	HANDLE h = CreateMailslotA(name, max, timeout, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static HANDLE writer(void)
{
	HANDLE h = CreateFileA(name, GENERIC_WRITE,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			       OPEN_EXISTING, 0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static void info(HANDLE h, DWORD max, DWORD next, DWORD count, DWORD timeout)
{
	DWORD got[4];

	CHECK(GetMailslotInfo(h, &got[0], &got[1], &got[2], &got[3]), "%lu",
	      GetLastError());
	CHECK_EQ(got[0], max);
	CHECK_EQ(got[1], next);
	CHECK_EQ(got[2], count);
	CHECK_EQ(got[3], timeout);
}

static void bounds(void)
{
	HANDLE s = slot(10, 0), w = writer(), v = writer();
	char buf[16];
	DWORD n;

	info(s, 10, MAILSLOT_NO_MESSAGE, 0, 0);
	CHECK(GetMailslotInfo(s, NULL, NULL, NULL, NULL));
	CHECK(!ReadFile(s, buf, sizeof buf, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	CHECK(WriteFile(w, "first", 5, &n, NULL) && n == 5);
	CHECK(WriteFile(v, "", 0, &n, NULL) && n == 0);
	CHECK(WriteFile(w, "0123456789", 10, &n, NULL) && n == 10);
	CHECK(!WriteFile(w, "0123456789x", 11, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	info(s, 10, 5, 3, 0);
	/* What does not fit stays. */
	CHECK(!ReadFile(s, buf, 4, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	info(s, 10, 5, 3, 0);
	CHECK(ReadFile(s, buf, sizeof buf, &n, NULL) && n == 5);
	CHECK(!memcmp(buf, "first", 5));
	info(s, 10, 0, 2, 0);
	CHECK(ReadFile(s, buf, sizeof buf, &n, NULL) && n == 0);
	CHECK(ReadFile(s, buf, 10, &n, NULL) && n == 10);
	info(s, 10, MAILSLOT_NO_MESSAGE, 0, 0);
	/* Each end is for one thing. */
	CHECK(!WriteFile(s, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!ReadFile(w, buf, 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!GetMailslotInfo(w, NULL, NULL, NULL, NULL));
	CHECK(!SetMailslotInfo(w, 0));
	CloseHandle(s);
	CHECK(!WriteFile(w, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	CloseHandle(w);
	CloseHandle(v);
}

static void names(void)
{
	HANDLE s = slot(0, MAILSLOT_WAIT_FOREVER), h;

	info(s, 0, MAILSLOT_NO_MESSAGE, 0, MAILSLOT_WAIT_FOREVER);
	CHECK(SetMailslotInfo(s, 1234));
	info(s, 0, MAILSLOT_NO_MESSAGE, 0, 1234);
	CHECK(CreateMailslotA(name, 0, 0, NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	h = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CloseHandle(s);
	h = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(CreateMailslotA("\\\\.\\pipe\\x", 0, 0, NULL) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
	CHECK(CreateMailslotA("\\\\*\\mailslot\\x", 0, 0, NULL) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
	h = CreateFileA("\\\\*\\mailslot\\rf-x", GENERIC_WRITE,
			FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK(GetLastError() == ERROR_BAD_NETPATH ||
		      GetLastError() == ERROR_BAD_NET_NAME,
	      "%lu", GetLastError());
}

static void many(void)
{
	enum { MESSAGES = 300, SIZE = 5000 };
	static char big[SIZE];
	HANDLE s = slot(0, MAILSLOT_WAIT_FOREVER), w = writer();
	DWORD n, bad = 0;

	/* More than any socket holds, with nobody reading. */
	for (DWORD i = 0; i < MESSAGES; i++) {
		memset(big, (int)i, SIZE);
		bad += !WriteFile(w, big, SIZE - i, &n, NULL);
	}
	CHECK_EQ(bad, 0);
	info(s, 0, SIZE, MESSAGES, MAILSLOT_WAIT_FOREVER);
	CloseHandle(w);
	for (DWORD i = 0; i < MESSAGES; i++)
		bad += !ReadFile(s, big, SIZE, &n, NULL) || n != SIZE - i ||
		       (n && big[n - 1] != (char)i);
	CHECK_EQ(bad, 0);
	CloseHandle(s);
}

static void overlapped(void)
{
	HANDLE s = slot(0, MAILSLOT_WAIT_FOREVER), w = writer();
	HANDLE events[2] = { CreateEventA(NULL, TRUE, FALSE, NULL),
			     CreateEventA(NULL, TRUE, FALSE, NULL) };
	OVERLAPPED a = { .hEvent = events[0] }, b = { .hEvent = events[1] };
	char one[8], two[8];
	DWORD n;

	CHECK(!ReadFile(s, one, sizeof one, NULL, &a));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!ReadFile(s, two, sizeof two, NULL, &b));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(WriteFile(w, "one", 3, &n, NULL));
	CHECK(GetOverlappedResult(s, &a, &n, TRUE) && n == 3);
	CHECK(!memcmp(one, "one", 3));
	CHECK_EQ(WaitForSingleObject(events[1], 0), WAIT_TIMEOUT);
	CHECK(CancelIo(s));
	CHECK(!GetOverlappedResult(s, &b, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	/* The time of each. */
	CHECK(SetMailslotInfo(s, 30));
	CHECK(!ReadFile(s, one, sizeof one, NULL, &a));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!ReadFile(s, two, sizeof two, NULL, &b));
	CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(!GetOverlappedResult(s, &a, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	CHECK(!GetOverlappedResult(s, &b, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	/* Without OVERLAPPED the same handle waits. */
	CHECK(!ReadFile(s, one, sizeof one, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	CHECK(WriteFile(w, "two", 3, &n, NULL));
	CHECK(ReadFile(s, one, sizeof one, &n, NULL) && n == 3);
	CloseHandle(w);
	CloseHandle(s);
	CloseHandle(events[0]);
	CloseHandle(events[1]);
}

enum { WRITERS = 3, EACH = 200 };

static int child_writes(const char *who)
{
	HANDLE w = writer();
	char text[32];
	DWORD n;

	for (int i = 0; i < EACH; i++) {
		int len = snprintf(text, sizeof text, "%s %d", who, i);

		CHECK(WriteFile(w, text, (DWORD)len, &n, NULL) &&
		      n == (DWORD)len);
	}
	CloseHandle(w);
	return check_done();
}

/* Each one's messages come whole, and in its order. */
static void processes(void)
{
	HANDLE s = slot(0, MAILSLOT_WAIT_FOREVER), h[WRITERS];
	PROCESS_INFORMATION pi;
	char line[160], text[32];
	int next[WRITERS] = { 0 }, bad = 0, who, number;
	DWORD n, code;

	for (int i = 0; i < WRITERS; i++) {
		snprintf(line, sizeof line, "%s write %d", name, i);
		CHECK(start(line, 0, &pi));
		CloseHandle(pi.hThread);
		h[i] = pi.hProcess;
	}
	for (int i = 0; i < WRITERS * EACH && !bad; i++) {
		if (!ReadFile(s, text, sizeof text - 1, &n, NULL)) {
			bad++;
			break;
		}
		text[n] = 0;
		bad += sscanf(text, "%d %d", &who, &number) != 2 || who < 0 ||
		       who >= WRITERS || next[who]++ != number;
	}
	CHECK_EQ(bad, 0);
	for (int i = 0; i < WRITERS; i++) {
		CHECK_EQ(WaitForSingleObject(h[i], PATIENCE), 0);
		CHECK(GetExitCodeProcess(h[i], &code) && code == 0);
		CloseHandle(h[i]);
	}
	info(s, 0, MAILSLOT_NO_MESSAGE, 0, MAILSLOT_WAIT_FOREVER);
	CloseHandle(s);
}

/* A reader that another process inherits is there until that ends as well; one
   that is killed leaves nothing that anybody finds. */
static void heirs(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE s = CreateMailslotA(name, 0, MAILSLOT_WAIT_FOREVER, &sa), w;
	HANDLE go = CreateEventA(NULL, FALSE, FALSE, NULL);
	PROCESS_INFORMATION pi;
	char line[160];
	DWORD n;

	CHECK(s != INVALID_HANDLE_VALUE);
	SetHandleInformation(go, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	snprintf(line, sizeof line, "%s read %lu %lu", name,
		 (ULONG)(ULONG_PTR)s, (ULONG)(ULONG_PTR)go);
	CHECK(start_heir(line, TRUE, 0, &pi));
	w = writer();
	CHECK(WriteFile(w, "you", 3, &n, NULL));
	CHECK_EQ(WaitForSingleObject(go, PATIENCE), 0);
	CloseHandle(s);
	CHECK(WriteFile(w, "still there", 11, &n, NULL));
	CHECK(CreateMailslotA(name, 0, 0, NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(TerminateProcess(pi.hProcess, 7));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), 0);
	CHECK(!WriteFile(w, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	CloseHandle(w);
	w = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(w == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	s = slot(0, 0);
	info(s, 0, MAILSLOT_NO_MESSAGE, 0, 0);
	CloseHandle(s);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(go);
}

static int child_reads(HANDLE s, HANDLE go)
{
	char buf[16];
	DWORD n;

	CHECK(ReadFile(s, buf, sizeof buf, &n, NULL) && n == 3, "%lu",
	      GetLastError());
	SetEvent(go);
	Sleep(INFINITE);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc > 3) {
		strcpy(name, argv[1]);
		return !strcmp(argv[2], "write")
			       ? child_writes(argv[3])
			       : child_reads((HANDLE)(ULONG_PTR)atoi(argv[3]),
					     (HANDLE)(ULONG_PTR)atoi(argv[4]));
	}
	sprintf(name, "\\\\.\\mailslot\\rf\\slot-%lu", GetCurrentProcessId());
	bounds();
	names();
	many();
	overlapped();
	processes();
	heirs();
	return check_done();
}
