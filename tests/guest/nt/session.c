/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests synchronization objects between processes: by name, by inheritance. */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "named.h"

static char self[MAX_PATH];

static BOOL start(const char *args, BOOL inherit, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 200];

	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	return CreateProcessA(self, line, NULL, NULL, inherit, 0, NULL, NULL,
			      &si, pi);
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

static int ping(void)
{
	HANDLE a = OpenEventA(EVENT_ALL_ACCESS, FALSE,
			      own_name("rf-session-ping"));
	HANDLE b = OpenEventA(EVENT_ALL_ACCESS, FALSE,
			      own_name("rf-session-pong"));

	if (!a || !b)
		return 100 + (int)GetLastError();
	for (int i = 0; i < 500; i++) {
		if (WaitForSingleObject(a, 60000))
			return 2;
		SetEvent(b);
	}
	return 0;
}

/* A token of the semaphore for each unit of work, as make's jobserver. */
static int jobs(void)
{
	HANDLE h[2] = { OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE,
				       own_name("rf-session-jobs")) };
	int n = 0;

	h[1] = OpenEventA(SYNCHRONIZE, FALSE, own_name("rf-session-no more"));
	if (!h[0] || !h[1])
		return 200;
	while (WaitForMultipleObjects(2, h, FALSE, 60000) == WAIT_OBJECT_0)
		n++;
	return n;
}

/* A handle of the parent's that was not inherited; and one of ours back. */
static int take(HANDLE theirs, DWORD parent)
{
	HANDLE p = OpenProcess(PROCESS_DUP_HANDLE, FALSE, parent);
	HANDLE e = NULL, there = NULL;
	HANDLE mine = CreateEventA(NULL, TRUE, TRUE, NULL);

	if (!p || !DuplicateHandle(p, theirs, GetCurrentProcess(), &e, 0, FALSE,
				   DUPLICATE_SAME_ACCESS))
		return 10;
	if (!DuplicateHandle(GetCurrentProcess(), mine, p, &there, 0, FALSE,
			     DUPLICATE_SAME_ACCESS) ||
	    !there)
		return 11;
	return SetEvent(e) ? 0 : 12;
}

/* A handle that the parent put into us; its value comes by stdin. */
static int given(void)
{
	char text[32] = { 0 };
	HANDLE h;
	DWORD n;

	if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), text, 31, &n, NULL))
		return 20;
	h = (HANDLE)(ULONG_PTR)strtoul(text, NULL, 10);
	if (!WriteFile(h, "given", 5, &n, NULL))
		return 21;
	CloseHandle(h);
	return WriteFile(h, "x", 1, &n, NULL) ? 22 : 0;
}

/* One event, by inheritance and by name: it is one object here, too. */
static int twins(HANDLE inherited)
{
	HANDLE opened = OpenEventA(EVENT_ALL_ACCESS, FALSE,
				   own_name("rf-session-twin"));
	HANDLE both[2] = { inherited, opened };
	BOOL(WINAPI * same)(HANDLE, HANDLE) = (void *)GetProcAddress(
		GetModuleHandleA("kernelbase.dll"), "CompareObjectHandles");

	if (!opened)
		return 1;
	if (same && !same(inherited, opened))
		return 2;
	/* Nothing can be waited for twice at once. */
	if (WaitForMultipleObjects(2, both, TRUE, 0) != WAIT_FAILED ||
	    GetLastError() != ERROR_INVALID_PARAMETER)
		return 3;
	if (WaitForMultipleObjects(2, both, FALSE, 0) != WAIT_OBJECT_0)
		return 4;
	return WaitForSingleObject(opened, 0) == WAIT_TIMEOUT ? 0 : 5;
}

/* An inherited token says what it said to the parent. */
static int token_here(HANDLE token)
{
	TOKEN_TYPE type;
	BYTE user[100];
	DWORD n;

	if (!GetTokenInformation(token, TokenType, &type, sizeof type, &n))
		return 1;
	if (type != TokenImpersonation)
		return 2;
	if (!GetTokenInformation(token, TokenUser, user, sizeof user, &n))
		return 3;
	if (!ImpersonateLoggedOnUser(token) || !RevertToSelf())
		return 4;
	return IsValidSid(((TOKEN_USER *)user)->User.Sid) ? 0 : 5;
}

static int child(char **argv)
{
	HANDLE h = (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 0);

	if (!strcmp(argv[1], "ping"))
		return ping();
	if (!strcmp(argv[1], "jobs"))
		return jobs();
	if (!strcmp(argv[1], "hold")) {
		HANDLE m = OpenMutexA(MUTEX_ALL_ACCESS, FALSE,
				      own_name("rf-session-mutex"));

		if (!m || WaitForSingleObject(m, 60000))
			return 1;
		SetEvent(h);
		Sleep(60000);
	}
	if (!strcmp(argv[1], "set"))
		return SetEvent(h) ? 0 : 1;
	if (!strcmp(argv[1], "token"))
		return token_here(h);
	if (!strcmp(argv[1], "twins"))
		return twins(h);
	if (!strcmp(argv[1], "take"))
		return take(h, strtoul(argv[3], NULL, 10));
	if (!strcmp(argv[1], "given"))
		return given();
	if (!strcmp(argv[1], "exists"))
		return OpenMutexA(SYNCHRONIZE, FALSE,
				  own_name("rf-session-mutex"))
			       ? 1
			       : 0;
	return 99;
}

static void named_events(void)
{
	HANDLE a =
		CreateEventA(NULL, FALSE, FALSE, own_name("rf-session-ping"));
	HANDLE b =
		CreateEventA(NULL, FALSE, FALSE, own_name("rf-session-pong"));
	PROCESS_INFORMATION pi;

	CHECK(start("ping 0", FALSE, &pi));
	for (int i = 0; i < 500; i++) {
		SetEvent(a);
		if (WaitForSingleObject(b, 60000)) {
			CHECK(0, "pong %d", i);
			break;
		}
	}
	CHECK_EQ(finish(&pi), 0);
	CloseHandle(a);
	CloseHandle(b);
}

static void semaphores(void)
{
	HANDLE s = CreateSemaphoreA(NULL, 0, 1000, own_name("rf-session-jobs"));
	HANDLE over =
		CreateEventA(NULL, TRUE, FALSE, own_name("rf-session-no more"));
	PROCESS_INFORMATION pi[2];

	CHECK(start("jobs 0", FALSE, &pi[0]));
	CHECK(start("jobs 0", FALSE, &pi[1]));
	for (int i = 0; i < 100; i++)
		ReleaseSemaphore(s, 1, NULL);
	SetEvent(over);
	CHECK_EQ(finish(&pi[0]) + finish(&pi[1]), 100);
	CHECK_EQ(WaitForSingleObject(s, 0), WAIT_TIMEOUT);
	CloseHandle(over);
	CloseHandle(s);
}

static void mutexes(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE m = CreateMutexA(NULL, FALSE, own_name("rf-session-mutex"));
	HANDLE held = CreateEventA(&sa, FALSE, FALSE, NULL);
	HANDLE both[2] = { held, m };
	PROCESS_INFORMATION pi;
	char args[64];

	snprintf(args, sizeof args, "hold %u", (unsigned)(ULONG_PTR)held);
	CHECK(start(args, TRUE, &pi));
	CHECK_EQ(WaitForSingleObject(held, 60000), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(m, 50), WAIT_TIMEOUT);
	CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 50), WAIT_TIMEOUT);
	CHECK(TerminateProcess(pi.hProcess, 5));
	CHECK_EQ(WaitForSingleObject(m, 60000), WAIT_ABANDONED);
	CHECK(ReleaseMutex(m));
	CHECK_EQ(finish(&pi), 5);

	CHECK(start("exists 0", FALSE, &pi));
	CHECK_EQ(finish(&pi), 1);
	CloseHandle(m);
	CHECK(start("exists 0", FALSE, &pi));
	CHECK_EQ(finish(&pi), 0);
	CloseHandle(held);
}

static void inherited(void)
{
	HANDLE e = CreateEventA(NULL, FALSE, FALSE, NULL);
	PROCESS_INFORMATION pi;
	char args[64];

	CHECK(SetHandleInformation(e, HANDLE_FLAG_INHERIT,
				   HANDLE_FLAG_INHERIT));
	snprintf(args, sizeof args, "set %u", (unsigned)(ULONG_PTR)e);
	CHECK(start(args, TRUE, &pi));
	CHECK_EQ(WaitForSingleObject(e, 60000), WAIT_OBJECT_0);
	CHECK_EQ(finish(&pi), 0);
	/* It stays an event. */
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
	SetEvent(e);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	CloseHandle(e);
}

static void two_ways(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE e = CreateEventA(&sa, FALSE, TRUE, own_name("rf-session-twin"));
	PROCESS_INFORMATION pi;
	char args[64];

	snprintf(args, sizeof args, "twins %u", (unsigned)(ULONG_PTR)e);
	CHECK(start(args, TRUE, &pi));
	CHECK_EQ(finish(&pi), 0);
	CloseHandle(e);
}

static void tokens(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE own, token;
	PROCESS_INFORMATION pi;
	char args[64];

	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own));
	CHECK(DuplicateTokenEx(own, TOKEN_ALL_ACCESS, &sa,
			       SecurityImpersonation, TokenImpersonation,
			       &token));
	snprintf(args, sizeof args, "token %u", (unsigned)(ULONG_PTR)token);
	CHECK(start(args, TRUE, &pi));
	CHECK_EQ(finish(&pi), 0);
	CloseHandle(token);
	CloseHandle(own);
}

static void duplicated(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE e = CreateEventA(NULL, FALSE, FALSE, NULL);
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi;
	char args[64], line[MAX_PATH + 20], text[32] = { 0 };
	HANDLE r, w, in, value;
	DWORD n;

	snprintf(args, sizeof args, "take %u %u", (unsigned)(ULONG_PTR)e,
		 (unsigned)GetCurrentProcessId());
	CHECK(start(args, FALSE, &pi));
	CHECK_EQ(WaitForSingleObject(e, 60000), WAIT_OBJECT_0);
	CHECK_EQ(finish(&pi), 0);

	/* Into the child, while it waits to hear the value. */
	CHECK(CreatePipe(&si.hStdInput, &in, &sa, 0));
	SetHandleInformation(in, HANDLE_FLAG_INHERIT, 0);
	si.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	CHECK(CreatePipe(&r, &w, NULL, 0));
	snprintf(line, sizeof line, "\"%s\" given 0", self);
	CHECK(CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi));
	CHECK(DuplicateHandle(GetCurrentProcess(), w, pi.hProcess, &value, 0,
			      FALSE, DUPLICATE_SAME_ACCESS));
	CloseHandle(w);
	snprintf(text, sizeof text, "%u", (unsigned)(ULONG_PTR)value);
	CHECK(WriteFile(in, text, (DWORD)strlen(text), &n, NULL));
	memset(text, 0, sizeof text);
	CHECK(ReadFile(r, text, 31, &n, NULL));
	CHECK(!strcmp(text, "given"), "%s", text);
	CHECK_EQ(finish(&pi), 0);
	CHECK(!ReadFile(r, text, 31, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
}

int main(int argc, char **argv)
{

	if (argc > 2)
		return child(argv);
	GetModuleFileNameA(NULL, self, sizeof self);
	named_events();
	semaphores();
	mutexes();
	inherited();
	two_ways();
	tokens();
	duplicated();
	return check_done();
}
