/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * share-killed.c - a process that shares its file with nobody is terminated:
 * until then others are refused, and from then on they are not.
 */
#include <windows.h>

#include "check.h"

#define NAME "held.bin"
enum { ROUNDS = 20 };

static HANDLE open_alone(DWORD how)
{
	return CreateFileA(NAME, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL,
			   how, 0, NULL);
}

static int child(void)
{
	HANDLE h = open_alone(OPEN_ALWAYS);

	if (h == INVALID_HANDLE_VALUE)
		return 1;
	printf("x");
	fflush(stdout);
	Sleep(60000);
	return 2;
}

/* Starts one and waits until it holds the file. */
static HANDLE start(const char *self)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi = { 0 };
	char line[MAX_PATH + 8], c;
	HANDLE r, w;
	DWORD n;

	CHECK(CreatePipe(&r, &w, &sa, 0));
	SetHandleInformation(r, HANDLE_FLAG_INHERIT, 0);
	si.hStdOutput = w;
	sprintf(line, "\"%s\" x", self);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi));
	CloseHandle(w);
	CHECK(ReadFile(r, &c, 1, &n, NULL) && n == 1);
	CloseHandle(r);
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return child();
	for (int i = 0; i < ROUNDS; i++) {
		HANDLE p = start(argv[0]), h = open_alone(OPEN_EXISTING);

		CHECK(h == INVALID_HANDLE_VALUE);
		CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
		CHECK(TerminateProcess(p, 1));
		CHECK_EQ(WaitForSingleObject(p, 60000), 0);
		h = open_alone(OPEN_EXISTING);
		CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
		CloseHandle(h);
		CloseHandle(p);
	}
	CHECK(DeleteFileA(NAME));
	return check_done();
}
