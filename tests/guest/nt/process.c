/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests processes: creation, exit codes, inherited handles, suspended starts.
 */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static char self[MAX_PATH];

static BOOL start(const char *args, DWORD flags, BOOL inherit, STARTUPINFOA *si,
		  PROCESS_INFORMATION *pi)
{
	char line[MAX_PATH + 200];

	snprintf(line, sizeof line, "\"%s\" %s", self, args);
	return CreateProcessA(self, line, NULL, NULL, inherit, flags, NULL,
			      NULL, si, pi);
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

static int child(int argc, char **argv)
{
	DWORD n;

	if (!strcmp(argv[1], "code"))
		ExitProcess(strtoul(argv[2], NULL, 0));
	if (!strcmp(argv[1], "write")) {
		HANDLE h = (HANDLE)(ULONG_PTR)strtoull(argv[2], NULL, 0);

		return WriteFile(h, "inherited", 9, &n, NULL) ? 0 : 1;
	}
	if (!strcmp(argv[1], "say")) {
		printf("said %s", argv[2]);
		return 0;
	}
	if (!strcmp(argv[1], "env"))
		return getenv("RF_TEST_VAR") ? atoi(getenv("RF_TEST_VAR")) : 1;
	if (!strcmp(argv[1], "args"))
		return argc == 4 && !strcmp(argv[2], "a b") &&
				       !strcmp(argv[3], "c\"d")
			       ? 0
			       : 1;
	if (!strcmp(argv[1], "sleep"))
		Sleep(60000);
	if (!strcmp(argv[1], "crash"))
		*(volatile int *)8 = 1;
	return 2;
}

static void pipes(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char args[64], buf[64] = { 0 };
	HANDLE r, w;
	DWORD n;

	CHECK(CreatePipe(&r, &w, &sa, 0));
	SetHandleInformation(r, HANDLE_FLAG_INHERIT, 0);
	snprintf(args, sizeof args, "write %llu",
		 (unsigned long long)(ULONG_PTR)w);
	CHECK(start(args, 0, TRUE, &si, &pi));
	CloseHandle(w);
	CHECK(ReadFile(r, buf, sizeof buf, &n, NULL));
	CHECK_EQ(n, 9);
	CHECK_EQ(finish(&pi), 0);
	CHECK(!ReadFile(r, buf, sizeof buf, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(r);

	/* As its standard output. */
	CHECK(CreatePipe(&r, &w, &sa, 0));
	SetHandleInformation(r, HANDLE_FLAG_INHERIT, 0);
	si.dwFlags = STARTF_USESTDHANDLES;
	si.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
	si.hStdOutput = w;
	si.hStdError = w;
	CHECK(start("say it", 0, TRUE, &si, &pi));
	CloseHandle(w);
	memset(buf, 0, sizeof buf);
	CHECK(ReadFile(r, buf, sizeof buf, &n, NULL));
	CHECK(!strcmp(buf, "said it"), "%s", buf);
	CHECK_EQ(finish(&pi), 0);
	CHECK(!ReadFile(r, buf, sizeof buf, &n, NULL));
	CloseHandle(r);
}

int main(int argc, char **argv)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	HANDLE p;
	DWORD code;

	if (argc > 1)
		return child(argc, argv);
	GetModuleFileNameA(NULL, self, sizeof self);

	CHECK(start("code 7", 0, FALSE, &si, &pi));
	CHECK(pi.dwProcessId && pi.dwThreadId);
	CHECK_EQ(finish(&pi), 7);
	CHECK(start("code 0x12345678", 0, FALSE, &si, &pi));
	CHECK_EQ(finish(&pi), 0x12345678);
	CHECK(start("args \"a b\" c\\\"d", 0, FALSE, &si, &pi));
	CHECK_EQ(finish(&pi), 0);
	SetEnvironmentVariableA("RF_TEST_VAR", "33");
	CHECK(start("env", 0, FALSE, &si, &pi));
	CHECK_EQ(finish(&pi), 33);
	pipes();

	CHECK(start("code 3", CREATE_SUSPENDED, FALSE, &si, &pi));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 100), WAIT_TIMEOUT);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, STILL_ACTIVE);
	CHECK_EQ(GetProcessId(pi.hProcess), pi.dwProcessId);
	/* The last two bits of an id do not count. */
	p = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE,
			pi.dwProcessId + 3);
	CHECK(p != NULL);
	CHECK_EQ(GetProcessId(p), pi.dwProcessId);
	CHECK_EQ(ResumeThread(pi.hThread), 1);
	CHECK_EQ(WaitForSingleObject(pi.hThread, 60000), WAIT_OBJECT_0);
	CHECK_EQ(WaitForSingleObject(p, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(p, &code));
	CHECK_EQ(code, 3);
	CloseHandle(p);
	CHECK_EQ(finish(&pi), 3);

	/* Who has ended keeps its id as long as somebody has a handle. */
	for (int killed = 0; killed < 2; killed++) {
		CHECK(start(killed ? "sleep" : "code 9", 0, FALSE, &si, &pi));
		if (killed)
			CHECK(TerminateProcess(pi.hProcess, 9));
		CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000),
			 WAIT_OBJECT_0);
		p = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_INFORMATION, FALSE,
				pi.dwProcessId);
		CHECK(p != NULL);
		CHECK_EQ(WaitForSingleObject(p, 0), WAIT_OBJECT_0);
		CHECK(GetExitCodeProcess(p, &code));
		CHECK_EQ(code, 9);
		CloseHandle(p);
		CHECK_EQ(finish(&pi), 9);
		/* It goes when the system has noticed, too. */
		while ((p = OpenProcess(SYNCHRONIZE, FALSE, pi.dwProcessId))) {
			CloseHandle(p);
			SwitchToThread();
		}
		CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	}

	CHECK(start("sleep", 0, FALSE, &si, &pi));
	CHECK(TerminateProcess(pi.hProcess, 44));
	CHECK_EQ(finish(&pi), 44);
	CHECK(start("crash", 0, FALSE, &si, &pi));
	CHECK_EQ(finish(&pi), 0xc0000005);

	CHECK(!CreateProcessA("Z:\\no\\such.exe", NULL, NULL, NULL, FALSE, 0,
			      NULL, NULL, &si, &pi));
	CHECK(GetLastError() == ERROR_PATH_NOT_FOUND ||
		      GetLastError() == ERROR_FILE_NOT_FOUND,
	      "%u", (unsigned)GetLastError());
	return check_done();
}
