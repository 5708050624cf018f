/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A named pipe that waits for its client becomes another process's, which has
 * not run yet (PostgreSQL hands each of its servers one); and what that process
 * finds by name there: two sections.
 */
#include <windows.h>
#include <string.h>

#include "named.h"
#include "self.h"

#define PIPE own_name("\\\\.\\pipe\\rf-pipe-moved")
#define ONE own_name("rf-pipe-moved-one")
#define TWO own_name("rf-pipe-moved-two")

static HANDLE make_section(const char *name, ULONG_PTR **view)
{
	HANDLE h = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, 65536, name);

	*view = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
	CHECK(*view != NULL, "%s: %lu", name, GetLastError());
	return h;
}

static ULONG_PTR *find_section(const char *name)
{
	HANDLE h = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name);
	ULONG_PTR *view;

	CHECK(h != NULL, "%s: %lu", name, GetLastError());
	view = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
	CHECK(view != NULL, "%s: %lu", name, GetLastError());
	CloseHandle(h);
	return view;
}

static void serve(HANDLE pipe)
{
	char text[16] = "";
	DWORD n = 0;

	CHECK(ConnectNamedPipe(pipe, NULL) ||
		      GetLastError() == ERROR_PIPE_CONNECTED,
	      "%lu", GetLastError());
	CHECK(ReadFile(pipe, text, sizeof text, &n, NULL) && n == 4, "%lu, %lu",
	      n, GetLastError());
	for (DWORD i = 0; i < n; i++)
		text[i]++;
	CHECK(WriteFile(pipe, text, n, &n, NULL));
	FlushFileBuffers(pipe);
	CHECK(DisconnectNamedPipe(pipe));
}

static int child(void)
{
	DWORD type = GetFileType(GetStdHandle(STD_INPUT_HANDLE));
	ULONG_PTR *one = find_section(ONE), *two = find_section(TWO);

	if (!one || !two)
		return 1;
	CHECK_EQ(GetFileType(GetStdHandle(STD_INPUT_HANDLE)), type);
	CHECK_EQ(*two, *one + 1);
	/* Twice: it can wait for another client as well. */
	serve((HANDLE)*one);
	serve((HANDLE)*one);
	CHECK(CloseHandle((HANDLE)*one));
	return check_failed ? 1 : 7;
}

static void ask(const char *text, const char *answer)
{
	char got[16] = "";
	HANDLE h = INVALID_HANDLE_VALUE;
	DWORD n = 0;

	/* Between its clients it is nobody's for a moment. */
	for (int i = 0; i < 600 && h == INVALID_HANDLE_VALUE; i++) {
		WaitNamedPipeA(PIPE, 100);
		h = CreateFileA(PIPE, GENERIC_READ | GENERIC_WRITE, 0, NULL,
				OPEN_EXISTING, 0, NULL);
	}
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(WriteFile(h, text, 4, &n, NULL));
	CHECK(ReadFile(h, got, sizeof got, &n, NULL) && !strcmp(got, answer),
	      "%s: %s, %lu", text, got, GetLastError());
	CloseHandle(h);
}

int main(int argc, char **argv)
{
	PROCESS_INFORMATION pi;
	ULONG_PTR *one, *two;
	HANDLE pipe, moved, s1, s2;
	DWORD code = 0;

	if (argc > 1)
		return child();
	s1 = make_section(ONE, &one);
	s2 = make_section(TWO, &two);
	pipe = CreateNamedPipeA(PIPE, PIPE_ACCESS_DUPLEX,
				PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1,
				4096, 4096, 0, NULL);
	CHECK(pipe != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(start("child", CREATE_SUSPENDED, &pi));
	CHECK(DuplicateHandle(GetCurrentProcess(), pipe, pi.hProcess, &moved, 0,
			      FALSE,
			      DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS),
	      "%lu", GetLastError());
	*one = (ULONG_PTR)moved;
	*two = *one + 1;
	CHECK_EQ(ResumeThread(pi.hThread), 1);
	ask("abcd", "bcde");
	ask("1234", "2345");
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 7);
	close_both(&pi);
	/* It went with its last owner. */
	CHECK(CreateFileA(PIPE, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CloseHandle(s1);
	CloseHandle(s2);
	return check_done();
}
