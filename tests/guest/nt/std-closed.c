/* A child that closes its standard handles, and goes on: others see it. */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <windows.h>

#include "check.h"

static HANDLE go_on;

static HANDLE inheritable(HANDLE h)
{
	CHECK(SetHandleInformation(h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
	return h;
}

/* Says one word by each, closes them, and waits to be let go. */
static int child(const char *event)
{
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	HANDLE err = GetStdHandle(STD_ERROR_HANDLE), copy;
	DWORD n;

	CHECK(WriteFile(out, "out", 3, &n, NULL) && n == 3);
	CHECK(WriteFile(err, "err", 3, &n, NULL) && n == 3);
	/* As long as one handle is open it is. */
	CHECK(DuplicateHandle(GetCurrentProcess(), out, GetCurrentProcess(), &copy,
			      0, FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(CloseHandle(out));
	CHECK(WriteFile(copy, "more", 4, &n, NULL) && n == 4);
	CHECK(CloseHandle(copy));
	CHECK(CloseHandle(err));
	CHECK(CloseHandle(GetStdHandle(STD_INPUT_HANDLE)));
	go_on = OpenEventA(SYNCHRONIZE, FALSE, event);
	CHECK(go_on != NULL);
	CHECK_EQ(WaitForSingleObject(go_on, INFINITE), WAIT_OBJECT_0);
	return check_failed ? 1 : 7;
}

/* All of it until its end, which comes with the last handle. */
static DWORD all_of(HANDLE pipe, char *buf, DWORD room)
{
	DWORD at = 0, n;

	while (at < room && ReadFile(pipe, buf + at, room - at, &n, NULL))
		at += n;
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	return at;
}

int main(int argc, char **argv)
{
	char self[MAX_PATH], line[MAX_PATH + 64], event[64], buf[64];
	HANDLE out[2], err[2], in[2];
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi;
	DWORD n;

	if (argc > 1)
		return child(argv[1]);
	wsprintfA(event, "rf-std-closed-%u", (unsigned)GetCurrentProcessId());
	go_on = CreateEventA(NULL, TRUE, FALSE, event);
	GetModuleFileNameA(NULL, self, sizeof self);
	wsprintfA(line, "\"%s\" %s", self, event);
	CHECK(CreatePipe(&out[0], &out[1], NULL, 0));
	CHECK(CreatePipe(&err[0], &err[1], NULL, 0));
	CHECK(CreatePipe(&in[0], &in[1], NULL, 0));
	si.hStdInput = inheritable(in[0]);
	si.hStdOutput = inheritable(out[1]);
	si.hStdError = inheritable(err[1]);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi));
	CloseHandle(in[0]);
	CloseHandle(out[1]);
	CloseHandle(err[1]);

	CHECK(all_of(out[0], buf, sizeof buf) == 7 && !memcmp(buf, "outmore", 7));
	CHECK(all_of(err[0], buf, sizeof buf) == 3 && !memcmp(buf, "err", 3));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 0), WAIT_TIMEOUT);
	/* The other end of its input is closed before it waits, or soon. */
	while (WriteFile(in[1], "x", 1, &n, NULL))
		SwitchToThread();
	CHECK_EQ(GetLastError(), ERROR_NO_DATA);
	SetEvent(go_on);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, INFINITE), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi.hProcess, &n) && n == 7, "%lu", n);
	return check_done();
}
