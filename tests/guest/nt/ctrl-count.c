/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ctrl-count.c - each Ctrl-C is one event.  With "count": tells of each one,
 * and of their number when there is a Ctrl-Break; tests/cli/ctrl-once has that
 * done on a terminal.
 */
#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"

static HANDLE over;
static volatile LONG count;

static void tell(const char *what, int n)
{
	char s[40];
	DWORD did;

	WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), s,
		  (DWORD)sprintf(s, "%s %d.\r\n", what, n), &did, NULL);
}

static BOOL WINAPI handler(DWORD event)
{
	if (event == CTRL_C_EVENT)
		tell("heard", (int)InterlockedIncrement(&count));
	else
		SetEvent(over);
	return TRUE;
}

static int count_them(void)
{
	over = CreateEventA(NULL, TRUE, FALSE, NULL);
	SetConsoleCtrlHandler(handler, TRUE);
	tell("heard", 0);
	WaitForSingleObject(over, 120000);
	tell("all", (int)count);
	return (int)count;
}

int main(int argc, char **argv)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 20], c = 0;
	HANDLE from;
	DWORD n, code = 99;

	if (argc > 1)
		return count_them();
	CHECK(CreatePipe(&from, &si.hStdOutput, NULL, 0));
	SetHandleInformation(si.hStdOutput, HANDLE_FLAG_INHERIT,
			     HANDLE_FLAG_INHERIT);
	si.dwFlags = STARTF_USESTDHANDLES;
	sprintf(line, "\"%s\" count", argv[0]);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE,
			     CREATE_NEW_PROCESS_GROUP, NULL, NULL, &si, &pi));
	CloseHandle(si.hStdOutput);
	while (c != '0' && ReadFile(from, &c, 1, &n, NULL) && n)
		;
	CHECK(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pi.dwProcessId));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 0);
	return check_done();
}
