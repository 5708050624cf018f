/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What two processes see of each other's files and pipes: share modes, byte
 * ranges, named pipes, inherited handles, deletion.
 */
#include <stdlib.h>
#include <windows.h>

#include "check.h"

#define PIPE L"\\\\.\\pipe\\rf-file-process-test"

static WCHAR path[MAX_PATH], self[MAX_PATH];

/* Runs ourselves with a command and a number; returns its exit code. */
static DWORD run(const WCHAR *command, HANDLE h)
{
	STARTUPINFOW si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	WCHAR line[2 * MAX_PATH];
	DWORD code = 99;

	_snwprintf(line, 2 * MAX_PATH, L"\"%ls\" %ls %d", self, command,
		   (int)(INT_PTR)h);
	if (!CreateProcessW(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			    &pi)) {
		CHECK(0, "CreateProcess: %lu", GetLastError());
		return code;
	}
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return code;
}

static HANDLE open_file(DWORD access, DWORD share)
{
	return CreateFileW(path, access, share, NULL, OPEN_EXISTING, 0, NULL);
}

/* ---- the child: its exit code is an error number, or 0 ---- */

static DWORD child_open(DWORD access, DWORD share)
{
	HANDLE h = open_file(access, share);
	DWORD error = GetLastError();

	if (h == INVALID_HANDLE_VALUE)
		return error;
	CloseHandle(h);
	return 0;
}

static DWORD child_lock(void)
{
	HANDLE h = open_file(GENERIC_READ | GENERIC_WRITE, 7);
	OVERLAPPED o = { .Offset = 5 };
	DWORD error = 0;

	if (!LockFileEx(h, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY,
			0, 2, 0, &o))
		error = GetLastError();
	CloseHandle(h);
	return error;
}

static DWORD child_pipe(void)
{
	HANDLE h = CreateFileW(PIPE, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, 0, NULL);
	char s[16];
	DWORD n, id = 0;

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	if (!GetNamedPipeServerProcessId(h, &id) || id == GetCurrentProcessId())
		return 1000;
	if (!WriteFile(h, "question", 8, &n, NULL) ||
	    !ReadFile(h, s, sizeof s, &n, NULL))
		return GetLastError();
	CloseHandle(h);
	return n == 6 && !memcmp(s, "answer", 6) ? 0 : 1001;
}

static DWORD child_write(HANDLE h)
{
	DWORD n;

	return WriteFile(h, "child", 5, &n, NULL) ? 0 : GetLastError();
}

static int child(char command, HANDLE h)
{
	switch (command) {
	case 'r':
		return (int)child_open(GENERIC_READ, 7);
	case 'w':
		return (int)child_open(GENERIC_WRITE, 7);
	case 'd':
		return DeleteFileW(path) ? 0 : (int)GetLastError();
	case 'l':
		return (int)child_lock();
	case 'p':
		return (int)child_pipe();
	case 'i':
		return (int)child_write(h);
	}
	return 98;
}

/* ---- the parent ---- */

static void sharing(void)
{
	HANDLE h = open_file(GENERIC_READ, 0);

	CHECK_EQ(run(L"r", 0), ERROR_SHARING_VIOLATION);
	CHECK_EQ(run(L"d", 0), ERROR_SHARING_VIOLATION);
	CloseHandle(h);
	CHECK_EQ(run(L"r", 0), 0);
	h = open_file(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ);
	CHECK_EQ(run(L"r", 0), 0);
	CHECK_EQ(run(L"w", 0), ERROR_SHARING_VIOLATION);
	CloseHandle(h);
}

static void locking(void)
{
	HANDLE h = open_file(GENERIC_READ | GENERIC_WRITE, 7);
	OVERLAPPED o = { .Offset = 6 };

	CHECK(LockFileEx(h, LOCKFILE_EXCLUSIVE_LOCK, 0, 4, 0, &o));
	CHECK_EQ(run(L"l", 0), ERROR_LOCK_VIOLATION);
	CHECK(UnlockFileEx(h, 0, 4, 0, &o));
	CHECK_EQ(run(L"l", 0), 0);
	CloseHandle(h);
}

static DWORD WINAPI serve(void *arg)
{
	HANDLE h = arg;
	char s[16];
	DWORD n;

	CHECK(ConnectNamedPipe(h, NULL) ||
	      GetLastError() == ERROR_PIPE_CONNECTED);
	CHECK(ReadFile(h, s, sizeof s, &n, NULL));
	CHECK_EQ(n, 8);
	CHECK(WriteFile(h, "answer", 6, &n, NULL));
	CHECK(FlushFileBuffers(h));
	CHECK(DisconnectNamedPipe(h));
	return 0;
}

static void pipes(void)
{
	HANDLE h = CreateNamedPipeW(PIPE, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1,
				    0, 0, 0, NULL);
	HANDLE thread;

	CHECK(h != INVALID_HANDLE_VALUE);
	thread = CreateThread(NULL, 0, serve, h, 0, NULL);
	CHECK_EQ(run(L"p", 0), 0);
	CHECK_EQ(WaitForSingleObject(thread, 60000), WAIT_OBJECT_0);
	CloseHandle(thread);
	CloseHandle(h);
	CHECK_EQ(run(L"p", 0), ERROR_FILE_NOT_FOUND);
}

static void inheriting(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE h = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, &sa,
			       CREATE_ALWAYS, 0, NULL);
	HANDLE r, w;
	char s[32];
	DWORD n;

	const FILETIME keep = { ~0u, ~0u }, set = { 0x12345678, 0x01d00000 };
	FILETIME is;

	/* The position is shared, too. */
	CHECK(WriteFile(h, "parent ", 7, &n, NULL));
	CHECK_EQ(run(L"i", h), 0);
	CHECK(WriteFile(h, " again", 6, &n, NULL));
	SetFilePointer(h, 0, NULL, FILE_BEGIN);
	CHECK(ReadFile(h, s, sizeof s, &n, NULL));
	CHECK(n == 18 && !memcmp(s, "parent child again", 18), "%lu bytes", n);
	/* And that writes leave the time alone; -1 says so without setting one. */
	CHECK(SetFileTime(h, NULL, NULL, &set));
	CHECK_EQ(run(L"i", h), 0);
	CHECK(GetFileTime(h, NULL, NULL, &is));
	CHECK(!CompareFileTime(&is, &set));
	CloseHandle(h);
	h = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, &sa,
			OPEN_EXISTING, 0, NULL);
	CHECK(SetFileTime(h, NULL, NULL, &keep));
	CHECK_EQ(run(L"i", h), 0);
	CHECK(GetFileTime(h, NULL, NULL, &is));
	CHECK(!CompareFileTime(&is, &set));
	CloseHandle(h);
	CHECK(CreatePipe(&r, &w, &sa, 0));
	CHECK_EQ(run(L"i", w), 0);
	CloseHandle(w);
	CHECK(ReadFile(r, s, sizeof s, &n, NULL));
	CHECK_EQ(n, 5);
	CHECK(!ReadFile(r, s, sizeof s, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
	CloseHandle(r);
}

int main(int argc, char **argv)
{
	HANDLE h;

	GetModuleFileNameW(NULL, self, MAX_PATH);
	GetTempPathW(MAX_PATH, path);
	lstrcatW(path, L"rf-file-process.txt");
	if (argc == 3)
		return child(argv[1][0], (HANDLE)(INT_PTR)atoi(argv[2]));
	h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
	sharing();
	locking();
	pipes();
	inheriting();
	CHECK_EQ(run(L"d", 0), 0);
	CHECK(GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES);
	return check_done();
}
