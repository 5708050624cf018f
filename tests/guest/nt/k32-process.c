/* kernel32: CreateProcess, handles passed on, exit codes, lists of processes.
 */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <tlhelp32.h>
#include <string.h>
#include "check.h"

static char self[MAX_PATH];

static LONG CALLBACK last_filter(EXCEPTION_POINTERS *p)
{
	ExitProcess(p->ExceptionRecord->ExceptionCode ==
				    EXCEPTION_ACCESS_VIOLATION
			    ? 66
			    : 67);
}

static LONG CALLBACK to_handler(EXCEPTION_POINTERS *p)
{
	return EXCEPTION_EXECUTE_HANDLER;
}

/* What the child does, by its first argument. */
static int child(int argc, char **argv)
{
	HANDLE h;
	char buf[64];
	DWORD n;

	if (!strcmp(argv[1], "exit"))
		return 0x1234567;
	if (!strcmp(argv[1], "say")) {
		GetEnvironmentVariableA("RF_CHILD", buf, sizeof buf);
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), buf, lstrlenA(buf),
			  &n, NULL);
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), GetCommandLineA(),
			  lstrlenA(GetCommandLineA()), &n, NULL);
		return 0;
	}
	if (!strcmp(argv[1], "cat")) {
		h = GetStdHandle(STD_INPUT_HANDLE);
		while (ReadFile(h, buf, sizeof buf, &n, NULL) && n)
			WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), buf, n, &n,
				  NULL);
		return 0;
	}
	if (!strcmp(argv[1], "event")) {
		h = (HANDLE)0;
		for (char *p = argv[2]; *p; p++)
			h = (HANDLE)((ULONG_PTR)h * 10 + (*p - '0'));
		return SetEvent(h) ? 1 : (int)GetLastError() + 1000;
	}
	if (!strcmp(argv[1], "cwd")) {
		n = GetCurrentDirectoryA(sizeof buf, buf);
		WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), buf, n, &n, NULL);
		return 0;
	}
	if (!strcmp(argv[1], "crash")) {
		SetErrorMode(SEM_NOGPFAULTERRORBOX);
		if (!strcmp(argv[2], "filter"))
			SetUnhandledExceptionFilter(last_filter);
		if (!strcmp(argv[2], "handler"))
			SetUnhandledExceptionFilter(to_handler);
		*(volatile int *)16 = 1;
	}
	if (!strcmp(argv[1], "raise")) {
		SetUnhandledExceptionFilter(to_handler);
		RaiseException(0xe0001234, 0, 0, NULL);
	}
	if (!strcmp(argv[1], "mode"))
		return (int)GetErrorMode();
	if (!strcmp(argv[1], "sleep"))
		Sleep(20000);
	return 99;
}

static BOOL start(const char *args, BOOL inherit, DWORD flags, void *env,
		  const char *dir, STARTUPINFOA *si, PROCESS_INFORMATION *pi)
{
	char line[MAX_PATH * 2];
	STARTUPINFOA plain = { .cb = sizeof plain };

	sprintf(line, "\"%s\" %s", self, args);
	return CreateProcessA(NULL, line, NULL, NULL, inherit, flags, env, dir,
			      si ? si : &plain, pi);
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

static void heaps(void)
{
	HANDLE mine = HeapCreate(0, 0, 0), s;
	void *block = HeapAlloc(mine, 0, 1234);
	HEAPLIST32 l = { .dwSize = sizeof l };
	HEAPENTRY32 e = { .dwSize = sizeof e };
	BOOL seen = FALSE, seen_default = FALSE;

	s = CreateToolhelp32Snapshot(TH32CS_SNAPHEAPLIST, 0);
	CHECK(s != INVALID_HANDLE_VALUE);
	CHECK(Heap32ListFirst(s, &l));
	do {
		CHECK_EQ(l.th32ProcessID, GetCurrentProcessId());
		seen |= l.th32HeapID == (ULONG_PTR)mine;
		seen_default |= l.dwFlags == HF32_DEFAULT &&
				l.th32HeapID == (ULONG_PTR)GetProcessHeap();
	} while (Heap32ListNext(s, &l));
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	CHECK(seen);
	CHECK(seen_default);
	CloseHandle(s);
	seen = FALSE;
	CHECK(Heap32First(&e, GetCurrentProcessId(), (ULONG_PTR)mine));
	do
		seen |= e.dwAddress == (ULONG_PTR)block &&
			e.dwBlockSize >= 1234 && e.dwFlags == LF32_FIXED;
	while (Heap32Next(&e));
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	CHECK(seen);
	HeapDestroy(mine);
}

/* Kept, told, and inherited unless the caller does not want that. */
static void error_mode(void)
{
	PROCESS_INFORMATION pi;
	UINT old =
		SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);

	CHECK_EQ(GetErrorMode(),
		 SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
	CHECK(start("mode", FALSE, 0, NULL, NULL, NULL, &pi));
	CHECK_EQ(finish(&pi), SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
	CHECK(start("mode", FALSE, CREATE_DEFAULT_ERROR_MODE, NULL, NULL, NULL,
		    &pi));
	CHECK_EQ(finish(&pi), 0);
	CHECK_EQ(SetErrorMode(old),
		 SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
	CHECK_EQ(GetErrorMode(), old);
}

/* The child's output; its standard input gets text. */
static DWORD talk(const char *args, const char *text, void *env,
		  const char *dir, char *out, DWORD size)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi;
	HANDLE in_r, in_w, out_r, out_w;
	DWORD n, all = 0;

	CHECK(CreatePipe(&in_r, &in_w, &sa, 0));
	CHECK(CreatePipe(&out_r, &out_w, &sa, 0));
	SetHandleInformation(in_w, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation(out_r, HANDLE_FLAG_INHERIT, 0);
	si.hStdInput = in_r;
	si.hStdOutput = out_w;
	si.hStdError = out_w;
	CHECK(start(args, TRUE, 0, env, dir, &si, &pi), "error %lu",
	      GetLastError());
	CloseHandle(in_r);
	CloseHandle(out_w);
	WriteFile(in_w, text, lstrlenA(text), &n, NULL);
	CloseHandle(in_w);
	while (all < size - 1 &&
	       ReadFile(out_r, out + all, size - 1 - all, &n, NULL) && n)
		all += n;
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	out[all] = 0;
	CloseHandle(out_r);
	return finish(&pi);
}

static void run(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	char out[500], want[500], temp[MAX_PATH], args[64];
	PROCESS_INFORMATION pi;
	HANDLE event;

	CHECK(start("exit", FALSE, 0, NULL, NULL, NULL, &pi), "error %lu",
	      GetLastError());
	CHECK(pi.dwProcessId && pi.dwProcessId != GetCurrentProcessId());
	CHECK_EQ(GetProcessId(pi.hProcess), pi.dwProcessId);
	CHECK_EQ(finish(&pi), 0x1234567);

	talk("cat", "some text for it", NULL, NULL, out, sizeof out);
	CHECK(!strcmp(out, "some text for it"), "%s", out);
	talk("say  \"a b\"", "", "RF_CHILD=from the block;\0", NULL, out,
	     sizeof out);
	sprintf(want, "from the block;\"%s\" say  \"a b\"", self);
	CHECK(!strcmp(out, want), "%s", out);
	GetWindowsDirectoryA(temp, MAX_PATH);
	talk("cwd", "", NULL, temp, out, sizeof out);
	CHECK(!lstrcmpiA(out, temp), "%s", out);

	event = CreateEventA(&sa, TRUE, FALSE, NULL);
	sprintf(args, "event %lu", (DWORD)(ULONG_PTR)event);
	CHECK(start(args, TRUE, 0, NULL, NULL, NULL, &pi));
	CHECK_EQ(finish(&pi), 1);
	CHECK_EQ(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
	CHECK(start(args, FALSE, 0, NULL, NULL, NULL, &pi));
	CHECK_EQ(finish(&pi), 1000 + ERROR_INVALID_HANDLE);
	CloseHandle(event);

	CHECK(start("exit", FALSE, CREATE_SUSPENDED, NULL, NULL, NULL, &pi));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 100), WAIT_TIMEOUT);
	CHECK_EQ(ResumeThread(pi.hThread), 1);
	CHECK_EQ(finish(&pi), 0x1234567);
	CHECK(start("sleep", FALSE, 0, NULL, NULL, NULL, &pi));
	CHECK(TerminateProcess(pi.hProcess, 55));
	CHECK_EQ(finish(&pi), 55);

	CHECK(start("crash filter", FALSE, 0, NULL, NULL, NULL, &pi));
	CHECK_EQ(finish(&pi), 66);
	CHECK(start("crash handler", FALSE, 0, NULL, NULL, NULL, &pi));
	CHECK_EQ(finish(&pi), 0xc0000005);
	CHECK(start("raise", FALSE, 0, NULL, NULL, NULL, &pi));
	CHECK_EQ(finish(&pi), 0xe0001234);
}

static void failures(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH], temp[MAX_PATH], file[MAX_PATH];
	HANDLE h;
	DWORD n;

	strcpy(line, "no-such-program-here arg");
	CHECK(!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			      &pi));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(!CreateProcessA("C:\\none\\x.exe", NULL, NULL, NULL, FALSE, 0,
			      NULL, NULL, &si, &pi));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(!CreateProcessA(self, NULL, NULL, NULL, FALSE, 0, NULL,
			      "C:\\none", &si, &pi));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
	GetTempPathA(MAX_PATH, temp);
	CHECK(!CreateProcessA(temp, NULL, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			      &pi));
	CHECK(GetLastError() == ERROR_ACCESS_DENIED ||
		      GetLastError() == ERROR_PATH_NOT_FOUND,
	      "%lu", GetLastError());
	GetTempFileNameA(temp, "bad", 0, file);
	h = CreateFileA(file, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	WriteFile(h, "this is no program", 18, &n, NULL);
	CloseHandle(h);
	CHECK(!CreateProcessA(file, NULL, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			      &pi));
	CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
	DeleteFileA(file);
	CHECK(!OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, 0x7ffffff0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void lists(void)
{
	PROCESSENTRY32 p = { .dwSize = sizeof p };
	MODULEENTRY32 m = { .dwSize = sizeof m };
	FILETIME c, e, k, u;
	DWORD n, size = MAX_PATH;
	BOOL found = FALSE;
	HANDLE s;
	char name[MAX_PATH];
	DWORD_PTR mine, all;

	s = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS | TH32CS_SNAPMODULE, 0);
	CHECK(s != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	for (BOOL ok = Process32First(s, &p); ok; ok = Process32Next(s, &p))
		found |= p.th32ProcessID == GetCurrentProcessId();
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	CHECK(found);
	n = 0;
	for (BOOL ok = Module32First(s, &m); ok; ok = Module32Next(s, &m))
		if (n++ == 0)
			CHECK(m.hModule == GetModuleHandleA(NULL) &&
				      !lstrcmpiA(m.szExePath, self),
			      "%s", m.szExePath);
	CHECK(n >= 3, "%lu", n);
	CloseHandle(s);
	CHECK(QueryFullProcessImageNameA(GetCurrentProcess(), 0, name, &size) &&
		      !lstrcmpiA(name, self),
	      "%s %lu", name, GetLastError());
	CHECK(GetProcessTimes(GetCurrentProcess(), &c, &e, &k, &u));
	CHECK(c.dwHighDateTime != 0);
	CHECK(GetProcessAffinityMask(GetCurrentProcess(), &mine, &all) &&
	      mine && (mine & all) == mine);
	CHECK_EQ(GetPriorityClass(GetCurrentProcess()), NORMAL_PRIORITY_CLASS);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argc, argv);
	GetModuleFileNameA(NULL, self, MAX_PATH);
	run();
	failures();
	lists();
	heaps();
	error_mode();
	return check_done();
}
