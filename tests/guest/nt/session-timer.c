/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests waitable timers of several processes: by name, inherited, cancelled
 * and set anew by another process while somebody waits. */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static char self[MAX_PATH], name[64];
static volatile LONG apcs;

static VOID CALLBACK apc(void *arg, DWORD low, DWORD high)
{
	apcs++;
}

static BOOL start(const char *args, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 200];

	snprintf(line, sizeof line, "\"%s\" %s %s", self, name, args);
	return CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			      pi);
}

static DWORD finish(PROCESS_INFORMATION *pi)
{
	DWORD code = 0;

	CHECK_EQ(WaitForSingleObject(pi->hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi->hProcess, &code));
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

static int child(char **argv)
{
	HANDLE t = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, argv[1]);
	HANDLE given = (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 0);
	LARGE_INTEGER due = { .QuadPart = -300000 };
	LARGE_INTEGER late = { .QuadPart = -600000000 };

	if (!t)
		return 10;
	if (!strcmp(argv[2], "set"))
		return SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE) ? 0 : 1;
	if (!strcmp(argv[2], "later"))
		return SetWaitableTimer(t, &late, 0, NULL, NULL, FALSE) ? 0 : 1;
	if (!strcmp(argv[2], "cancel"))
		return CancelWaitableTimer(t) ? 0 : 1;
	if (!strcmp(argv[2], "given"))
		return SetWaitableTimer(given, &due, 0, NULL, NULL, FALSE) ? 0
									   : 1;
	if (!strcmp(argv[2], "wait"))
		return (int)WaitForSingleObject(t, 60000);
	return 99;
}

int main(int argc, char **argv)
{
	LARGE_INTEGER due = { .QuadPart = -500000 }; /* 50 ms */
	LARGE_INTEGER soon = { .QuadPart = -200000 };
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	PROCESS_INFORMATION pi[2];
	HANDLE t, own;
	char args[64];
	DWORD child_ms, far_ms;

	if (argc > 3)
		return child(argv);
	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(name, sizeof name, "rf-timer-%u",
		 (unsigned)GetCurrentProcessId());
	t = CreateWaitableTimerA(NULL, TRUE, name);
	CHECK(t != NULL);

	/* Set there while we wait here, with or without an end. */
	child_ms = GetTickCount();
	CHECK(start("set 0", &pi[0]));
	CHECK_EQ(WaitForSingleObject(t, INFINITE), WAIT_OBJECT_0);
	CHECK_EQ(finish(&pi[0]), 0);
	/* What a child does in time, also where all is slow. */
	child_ms = GetTickCount() - child_ms;
	far_ms = 300 + 4 * child_ms;
	CHECK_EQ(WaitForSingleObject(t, 0), WAIT_OBJECT_0);

	/* Set here, waited for there, by two. */
	CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
	CHECK_EQ(WaitForSingleObject(t, 0), WAIT_TIMEOUT);
	CHECK(start("wait 0", &pi[0]) && start("wait 0", &pi[1]));
	CHECK_EQ(finish(&pi[0]), WAIT_OBJECT_0);
	CHECK_EQ(finish(&pi[1]), WAIT_OBJECT_0);

	/* Put off by another: then our APC does not come. */
	CHECK(SetWaitableTimer(t, &due, 0, apc, NULL, FALSE));
	CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
	CHECK_EQ(apcs, 1);
	due.QuadPart = -10000ll * far_ms;
	CHECK(SetWaitableTimer(t, &due, 0, apc, NULL, FALSE));
	CHECK(start("later 0", &pi[0]));
	CHECK_EQ(finish(&pi[0]), 0);
	CHECK_EQ(SleepEx(far_ms + 100, TRUE), 0);
	CHECK_EQ(WaitForSingleObject(t, 0), WAIT_TIMEOUT);
	CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
	CHECK(start("cancel 0", &pi[0]));
	CHECK_EQ(finish(&pi[0]), 0);
	CHECK_EQ(WaitForSingleObject(t, far_ms + 100), WAIT_TIMEOUT);

	/* Without a name, inherited. */
	own = CreateWaitableTimerA(&sa, FALSE, NULL);
	CHECK(SetWaitableTimer(own, &soon, 0, NULL, NULL, FALSE));
	CHECK_EQ(WaitForSingleObject(own, 60000), WAIT_OBJECT_0);
	snprintf(args, sizeof args, "given %u", (unsigned)(ULONG_PTR)own);
	CHECK(start(args, &pi[0]));
	CHECK_EQ(WaitForSingleObject(own, 60000), WAIT_OBJECT_0);
	CHECK_EQ(finish(&pi[0]), 0);
	CHECK_EQ(WaitForSingleObject(own, 0), WAIT_TIMEOUT);
	/* It goes on being a timer here, periodic too. */
	CHECK(SetWaitableTimer(own, &soon, 10, NULL, NULL, FALSE));
	for (int i = 0; i < 3; i++)
		CHECK_EQ(WaitForSingleObject(own, 60000), WAIT_OBJECT_0);
	return check_done();
}
