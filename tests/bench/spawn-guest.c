/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spawn-guest.c - starting programs; namesakes in spawn-native.c. */
#include "micro.h"

#include <stdlib.h>
#include <windows.h>

double seconds(void)
{
	LARGE_INTEGER t, f;

	QueryPerformanceCounter(&t);
	QueryPerformanceFrequency(&f);
	return (double)t.QuadPart / (double)f.QuadPart;
}

static HANDLE nul;

static void run(const char *app, const char *line)
{
	STARTUPINFOA si = { .cb = sizeof si,
			    .dwFlags = STARTF_USESTDHANDLES,
			    .hStdInput = nul,
			    .hStdOutput = nul,
			    .hStdError = nul };
	PROCESS_INFORMATION pi;
	char copy[200];
	DWORD code = 1;

	lstrcpyA(copy, line);
	if (!CreateProcessA(app, copy, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			    &pi)) {
		printf("%s: error %lu\n", line, GetLastError());
		exit(1);
	}
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	if (code)
		exit(1);
}

/* ---- events with a name, of two processes ---- */

static HANDLE named(const char *what, DWORD run)
{
	char name[64];

	snprintf(name, sizeof name, "rf-bench-%s-%lu", what, run);
	return CreateEventA(NULL, FALSE, FALSE, name);
}

static HANDLE ping, pong;

static int echo(DWORD run, DWORD_PTR on)
{
	SetThreadAffinityMask(GetCurrentThread(), on);
	ping = named("ping", run);
	pong = named("pong", run);
	for (;;) {
		WaitForSingleObject(ping, INFINITE);
		SetEvent(pong);
	}
}

static void round_trip(void)
{
	SetEvent(ping);
	WaitForSingleObject(pong, INFINITE);
}

static void two_processes(const char *name, DWORD_PTR on)
{
	DWORD_PTR all = SetThreadAffinityMask(GetCurrentThread(), FIRST_CPU);
	DWORD run = GetCurrentProcessId();
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char self[MAX_PATH], line[MAX_PATH + 40];

	ping = named("ping", run);
	pong = named("pong", run);
	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" %lu %u", self, run, (unsigned)on);
	if (!CreateProcessA(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi))
		exit(1);
	round_trip();
	BENCH(name, rounds_on(on), round_trip());
	TerminateProcess(pi.hProcess, 0);
	WaitForSingleObject(pi.hProcess, INFINITE);
	SetThreadAffinityMask(GetCurrentThread(), all);
}

int main(int argc, char **argv)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };

	if (argc > 2)
		return echo(strtoul(argv[1], NULL, 10),
			    strtoul(argv[2], NULL, 10));

	nul = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE,
			  FILE_SHARE_READ | FILE_SHARE_WRITE, &sa,
			  OPEN_EXISTING, 0, NULL);
	BENCH("CreateProcess hello and wait", 20, run("hello.exe", "hello"));
	BENCH("CreateProcess a native hello and wait", 20,
	      run("hello", "hello"));
	BENCH("system shell, one command", 20,
	      run(NULL, "cmd /d /c echo hello"));
	two_processes("named event: ping-pong, one processor", FIRST_CPU);
	two_processes("named event: ping-pong, two processors", SECOND_CPU);
	return 0;
}
