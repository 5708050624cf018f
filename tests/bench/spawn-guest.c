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

int main(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };

	nul = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE,
			  FILE_SHARE_READ | FILE_SHARE_WRITE, &sa,
			  OPEN_EXISTING, 0, NULL);
	BENCH("CreateProcess hello and wait", 20, run("hello.exe", "hello"));
	BENCH("CreateProcess a native hello and wait", 20,
	      run("hello", "hello"));
	BENCH("system shell, one command", 20,
	      run(NULL, "cmd /d /c echo hello"));
	return 0;
}
