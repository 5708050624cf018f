/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * share-quiet.c - a process that has only read, and opened its file before
 * anybody wrote to one, is seen by who opens it later to write or delete.
 *
 * This process only reads; whoever writes is another.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

#define NAME "quiet.bin"

static DWORD run(const char *self, const char *what)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 40];
	DWORD code = 99;

	sprintf(line, "\"%s\" %s", self, what);
	if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		return 98;
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return code;
}

static HANDLE open_file(DWORD access, DWORD share, DWORD how)
{
	return CreateFileA(NAME, access, share, NULL, how, 0, NULL);
}

static DWORD try_open(DWORD access, DWORD share)
{
	HANDLE h = open_file(access, share, OPEN_EXISTING);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static int child(const char *what)
{
	if (!strcmp(what, "make")) {
		HANDLE h = open_file(GENERIC_WRITE, 0, CREATE_ALWAYS);

		return h == INVALID_HANDLE_VALUE || !CloseHandle(h);
	}
	if (!strcmp(what, "read"))
		return (int)try_open(GENERIC_READ, FILE_SHARE_READ);
	if (!strcmp(what, "write"))
		return (int)try_open(GENERIC_WRITE, 7);
	if (!strcmp(what, "alone"))
		return (int)try_open(GENERIC_READ, 0);
	/* delete */
	return DeleteFileA(NAME) ? 0 : (int)GetLastError();
}

int main(int argc, char **argv)
{
	static const char *const what[] = { "write", "delete", "alone" };

	if (argc == 2)
		return child(argv[1]);
	for (int i = 0; i < 3; i++) {
		HANDLE h;

		CHECK_EQ(run(argv[0], "make"), 0);
		h = open_file(GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING);
		CHECK(h != INVALID_HANDLE_VALUE);
		CHECK_EQ(run(argv[0], what[i]), ERROR_SHARING_VIOLATION);
		CHECK_EQ(run(argv[0], "read"), 0);
		CloseHandle(h);
		CHECK_EQ(run(argv[0], what[i]), 0);
	}
	run(argv[0], "delete");
	return check_done();
}
