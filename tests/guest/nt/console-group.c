/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests process groups: who gets Ctrl-C and Ctrl-Break, also grandchildren;
 * what is not a group; ignoring Ctrl-C. */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "named.h"

static char self[MAX_PATH];
static HANDLE heard;
static volatile LONG events;

static BOOL WINAPI handler(DWORD event)
{
	InterlockedOr(&events, 1 << event);
	SetEvent(heard);
	return TRUE;
}

static BOOL start(const char *args, DWORD flags, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 100];

	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	return CreateProcessA(self, line, NULL, NULL, FALSE, flags, NULL, NULL,
			      &si, pi);
}

/* The events that came, as bits; waits for the first or for "down". */
static int hear(void)
{
	HANDLE up = OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE,
				   own_name("rf-group-up"));
	HANDLE both[2] = { NULL, OpenEventA(EVENT_ALL_ACCESS, FALSE,
					    own_name("rf-group-down")) };

	both[0] = heard = CreateEventW(NULL, FALSE, FALSE, NULL);
	SetConsoleCtrlHandler(handler, TRUE);
	ReleaseSemaphore(up, 1, NULL);
	WaitForMultipleObjects(2, both, FALSE, 60000);
	return 0x100 | events;
}

static DWORD code_of(PROCESS_INFORMATION *pi)
{
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(pi->hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi->hProcess, &code));
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

int main(int argc, char **argv)
{
	HANDLE up, down;
	PROCESS_INFORMATION pi;
	DWORD only;

	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc > 1 && !strcmp(argv[1], "listen"))
		return hear();
	if (argc > 1) { /* the head of a group, with a child in it */
		if (!start("listen", 0, &pi))
			return 1;
		heard = CreateEventW(NULL, FALSE, FALSE, NULL);
		SetConsoleCtrlHandler(handler, TRUE);
		WaitForSingleObject(heard, 60000);
		WaitForSingleObject(pi.hProcess, 60000);
		GetExitCodeProcess(pi.hProcess, (DWORD *)&argc);
		return (events << 4) | (argc & 15);
	}
	up = CreateSemaphoreA(NULL, 0, 100, own_name("rf-group-up"));
	down = CreateEventA(NULL, TRUE, FALSE, own_name("rf-group-down"));
	heard = CreateEventW(NULL, FALSE, FALSE, NULL);
	if (!GetConsoleProcessList(&only, 1)) {
		printf("no console\n");
		return 77;
	}

	/* One of our group is no group of its own. */
	CHECK(start("listen", 0, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	CHECK(!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pi.dwProcessId));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	SetEvent(down);
	CHECK_EQ(code_of(&pi), 0x100);
	ResetEvent(down);

	/* A new group hears Ctrl-Break, and not Ctrl-C. */
	CHECK(start("listen", CREATE_NEW_PROCESS_GROUP, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	CHECK(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pi.dwProcessId));
	CHECK_EQ(code_of(&pi), 0x100 | 1 << CTRL_BREAK_EVENT);
	CHECK(start("listen", CREATE_NEW_PROCESS_GROUP, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	CHECK(GenerateConsoleCtrlEvent(CTRL_C_EVENT, pi.dwProcessId));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 50), WAIT_TIMEOUT);
	SetEvent(down);
	CHECK_EQ(code_of(&pi), 0x100);
	ResetEvent(down);

	/* Its descendants are in it. */
	CHECK(start("head", CREATE_NEW_PROCESS_GROUP, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	while (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, pi.dwProcessId))
		Sleep(1);
	CHECK_EQ(code_of(&pi),
		 1 << CTRL_BREAK_EVENT << 4 | 1 << CTRL_BREAK_EVENT);

	/* All, ourselves among them. */
	CHECK(SetConsoleCtrlHandler(handler, TRUE));
	CHECK(start("listen", 0, &pi));
	CHECK_EQ(WaitForSingleObject(up, 60000), WAIT_OBJECT_0);
	CHECK(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
	CHECK_EQ(WaitForSingleObject(heard, 60000), WAIT_OBJECT_0);
	CHECK_EQ(events, 1 << CTRL_C_EVENT);
	CHECK_EQ(code_of(&pi), 0x100 | 1 << CTRL_C_EVENT);
	CHECK(!GenerateConsoleCtrlEvent(7, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	return check_done();
}
