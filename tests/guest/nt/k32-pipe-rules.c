/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel32: which instance a client gets and what it waits for when all are
 * taken, what there is to read of several messages, and what is refused.
 */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "check.h"

/* mingw-w64's import library lacks it. */
typedef BOOL(WINAPI *computer_fn)(HANDLE, LPSTR, ULONG);

enum { DEFAULT_MS = 300 };

static char name[64];

static HANDLE instance(void)
{
	return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX,
				PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2,
				600, 500, DEFAULT_MS, NULL);
}

static HANDLE client(void)
{
	return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			   OPEN_EXISTING, 0, NULL);
}

/* How long a wait in vain is; and whether it ends as documented. */
static DWORD waited(DWORD ms)
{
	DWORD begin = GetTickCount();

	CHECK(!WaitNamedPipeA(name, ms));
	CHECK_EQ(GetLastError(), ERROR_SEM_TIMEOUT);
	return GetTickCount() - begin;
}

/* Not the server's time: we may stand still meanwhile, but not each time. */
static BOOL is_quick(DWORD ms)
{
	for (int i = 0; i < 100; i++)
		if (waited(ms) < 100)
			return TRUE;
	return FALSE;
}

static DWORD WINAPI listen_anew(void *pipe)
{
	Sleep(100);
	CHECK(DisconnectNamedPipe(pipe));
	ConnectNamedPipe(pipe, NULL);
	return 0;
}

/* Clients go to instances in their order, whether or not the server waits. */
static void instances(void)
{
	HANDLE a = instance(), b = instance(), first, second, thread;
	DWORD n;

	CHECK(a != INVALID_HANDLE_VALUE && b != INVALID_HANDLE_VALUE);
	CHECK(WaitNamedPipeA(name, 1));
	first = client();
	CHECK(!ConnectNamedPipe(a, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);
	CHECK(WaitNamedPipeA(name, 1));
	/* The server does not know of this one yet. */
	second = client();
	CHECK(second != INVALID_HANDLE_VALUE);
	CHECK(client() == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK(is_quick(NMPWAIT_NOWAIT));
	CHECK(waited(150) >= 140);
	CHECK(waited(NMPWAIT_USE_DEFAULT_WAIT) >= DEFAULT_MS - 10);
	CHECK(!ConnectNamedPipe(b, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);
	CHECK(is_quick(1));
	thread = CreateThread(NULL, 0, listen_anew, b, 0, NULL);
	CHECK(WaitNamedPipeA(name, 20000));
	CloseHandle(second);
	second = client();
	CHECK(second != INVALID_HANDLE_VALUE);
	CHECK_EQ(WaitForSingleObject(thread, 60000), 0);
	CHECK(WriteFile(second, "x", 1, &n, NULL));
	CloseHandle(thread);
	CloseHandle(first);
	CloseHandle(second);
	/* One that nobody listens on is not to be waited for, either. */
	CHECK(DisconnectNamedPipe(a));
	CHECK(is_quick(1));
	CloseHandle(b);
	CloseHandle(a);
	/* Taken, and never accepted: it goes with its handle. */
	a = instance();
	first = client();
	CloseHandle(a);
	CloseHandle(first);
	CHECK(!WaitNamedPipeA(name, 1));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void peeked(HANDLE h, DWORD size, DWORD n, DWORD all, DWORD left)
{
	DWORD got[3] = { 99, 99, 99 };
	char buf[16];

	CHECK(PeekNamedPipe(h, buf, size, &got[0], &got[1], &got[2]));
	CHECK(got[0] == n && got[1] == all && got[2] == left,
	      "read %lu of %lu, %lu left of the message", got[0], got[1],
	      got[2]);
}

static void messages(void)
{
	DWORD n, mode = PIPE_READMODE_MESSAGE;
	HANDLE s = instance(), c = client();
	char buf[16];

	CHECK(!ConnectNamedPipe(s, NULL));
	CHECK(SetNamedPipeHandleState(c, &mode, NULL, NULL));
	CHECK(WriteFile(s, "first", 5, &n, NULL));
	CHECK(WriteFile(s, "", 0, &n, NULL));
	CHECK(WriteFile(s, "second", 6, &n, NULL));
	peeked(c, 16, 5, 11, 0);
	peeked(c, 3, 3, 11, 2);
	CHECK(!ReadFile(c, buf, 2, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	peeked(c, 1, 1, 9, 2);
	/* The answer must not be what was there before the question. */
	CHECK(!TransactNamedPipe(c, "q", 1, buf, sizeof buf, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK(ReadFile(c, buf, sizeof buf, &n, NULL) && n == 3);
	CHECK(!TransactNamedPipe(c, "q", 1, buf, sizeof buf, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
	CHECK(ReadFile(c, buf, sizeof buf, &n, NULL) && n == 0);
	peeked(c, 16, 6, 6, 0);
	CHECK(ReadFile(c, buf, sizeof buf, &n, NULL) && n == 6);
	CHECK(PeekNamedPipe(s, NULL, 0, NULL, &n, NULL) && n == 0);
	CloseHandle(c);
	CHECK(!TransactNamedPipe(s, "q", 1, buf, sizeof buf, &n, NULL));
	CHECK(GetLastError() == ERROR_NO_DATA ||
		      GetLastError() == ERROR_BROKEN_PIPE,
	      "%lu", GetLastError());
	CloseHandle(s);
}

static void state(void)
{
	computer_fn computer = (computer_fn)(void *)GetProcAddress(
		GetModuleHandleA("kernel32"),
		"GetNamedPipeClientComputerNameA");
	HANDLE s = instance(), c;
	DWORD n, m, flags;
	char buf[16];

	CHECK(!PeekNamedPipe(s, NULL, 0, NULL, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BAD_PIPE);
	c = client();
	CHECK(!ConnectNamedPipe(s, NULL));
	CHECK(GetNamedPipeInfo(c, &flags, &n, &m, NULL));
	CHECK_EQ(flags, PIPE_CLIENT_END | PIPE_TYPE_MESSAGE);
	CHECK_EQ(n, 600);
	CHECK_EQ(m, 500);
	/* Those are for pipes of another machine. */
	n = 10;
	CHECK(!SetNamedPipeHandleState(c, NULL, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!GetNamedPipeHandleStateA(c, NULL, NULL, &n, NULL, NULL, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(computer != NULL);
	CHECK(computer && !computer(s, buf, sizeof buf));
	CHECK_EQ(GetLastError(), ERROR_PIPE_LOCAL);
	CloseHandle(c);
	CloseHandle(s);
}

/*
 * A client has connected when its open returns: the server's end may be used,
 * and who has been waiting for him is told, however that is first.
 */
static void at_once(void)
{
	for (int listens = 0; listens < 3; listens++) {
		OVERLAPPED o[2] = { { 0 }, { 0 } }, w = { 0 };
		HANDLE s = CreateNamedPipeA(
			name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
			PIPE_TYPE_BYTE, 1, 500, 500, DEFAULT_MS, NULL);
		ULONG id = 0;
		char buf[4];
		HANDLE c;
		DWORD n;

		w.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
		for (int i = 0; i < listens; i++) {
			o[i].hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
			CHECK(!ConnectNamedPipe(s, &o[i]));
			CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
		}
		c = client();
		if (listens == 1) {
			CHECK(GetNamedPipeClientProcessId(s, &id), "%lu",
			      GetLastError());
			CHECK_EQ(id, GetCurrentProcessId());
		} else {
			CHECK(WriteFile(s, "abc", 3, NULL, &w) ||
				      GetLastError() == ERROR_IO_PENDING,
			      "%lu", GetLastError());
			CHECK(GetOverlappedResult(s, &w, &n, TRUE) && n == 3);
			CHECK(ReadFile(c, buf, sizeof buf, &n, NULL) && n == 3);
		}
		for (int i = 0; i < listens; i++) {
			CHECK(GetOverlappedResult(s, &o[i], &n, TRUE), "%lu",
			      GetLastError());
			CloseHandle(o[i].hEvent);
		}
		CHECK(!ConnectNamedPipe(s, &w));
		CHECK_EQ(GetLastError(), ERROR_PIPE_CONNECTED);
		CloseHandle(w.hEvent);
		CloseHandle(c);
		CloseHandle(s);
	}
}

/* How often a list of all pipes has that name, spelled so. */
static int listed(const WCHAR *spelled)
{
	WIN32_FIND_DATAW d;
	HANDLE h = FindFirstFileW(L"\\\\.\\pipe\\*", &d);
	int n = 0;

	if (h == INVALID_HANDLE_VALUE)
		return 0;
	do
		n += !wcscmp(d.cFileName, spelled);
	while (FindNextFileW(h, &d));
	FindClose(h);
	return n;
}

static HANDLE spelled(const WCHAR *name)
{
	WCHAR path[64];

	_snwprintf(path, 64, L"\\\\.\\pipe\\%s", name);
	return CreateNamedPipeW(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 4, 64,
				64, DEFAULT_MS, NULL);
}

/* A pipe is listed as its first instance spells it. */
static void spelling(void)
{
	WCHAR first[64], other[64];
	HANDLE a, b;

	_snwprintf(first, 64, L"Rf-Mixed \x00e4\xd83d\xde00 %lu",
		   GetCurrentProcessId());
	_snwprintf(other, 64, L"rF-mIXED \x00c4\xd83d\xde00 %lu",
		   GetCurrentProcessId());
	a = spelled(first);
	CHECK(a != INVALID_HANDLE_VALUE);
	CHECK_EQ(listed(first), 1);
	b = spelled(other);
	CHECK(b != INVALID_HANDLE_VALUE);
	CHECK_EQ(listed(first), 1);
	CHECK_EQ(listed(other), 0);
	CloseHandle(a);
	CHECK_EQ(listed(first), 1);
	CloseHandle(b);
	CHECK_EQ(listed(first), 0);
	/* And anew as that one does. */
	b = spelled(other);
	CHECK_EQ(listed(other), 1);
	CHECK_EQ(listed(first), 0);
	CloseHandle(b);
	CHECK_EQ(listed(other), 0);
}

int main(void)
{
	sprintf(name, "\\\\.\\pipe\\rf-rules-%lu", GetCurrentProcessId());
	instances();
	messages();
	state();
	spelling();
	for (int i = 0; i < 100; i++)
		at_once();
	return check_done();
}
