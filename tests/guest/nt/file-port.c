/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests that a file's completion port belongs to the file, not to a process:
 * who has the same file by inheriting its handle posts to the same port, with
 * the same key, whoever associated the two, and before or after.
 */
#include <windows.h>
#include <winternl.h>
#include <stdlib.h>

#include "check.h"

#ifndef FileReplaceCompletionInformation
#define FileReplaceCompletionInformation ((FILE_INFORMATION_CLASS)61)
#endif

enum { KEY = 42, OTHER_KEY = 43 };

static char self[MAX_PATH], path[MAX_PATH];
static char buf[64];

static HANDLE inheritable(HANDLE h)
{
	CHECK(SetHandleInformation(h, HANDLE_FLAG_INHERIT,
				   HANDLE_FLAG_INHERIT));
	return h;
}

static HANDLE open_file(void)
{
	HANDLE h = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 7, NULL,
			       OPEN_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);

	CHECK(h != INVALID_HANDLE_VALUE);
	return inheritable(h);
}

static HANDLE event(void)
{
	return inheritable(CreateEventA(NULL, FALSE, FALSE, NULL));
}

/* One request on h, from a thread of this process. */
static BOOL ask(HANDLE h, BOOL write, OVERLAPPED *o)
{
	BOOL ok = write ? WriteFile(h, "12345", 5, NULL, o)
			: ReadFile(h, buf, 5, NULL, o);

	return ok || GetLastError() == ERROR_IO_PENDING;
}

static DWORD take(HANDLE port, DWORD ms, DWORD *n)
{
	OVERLAPPED *o;
	ULONG_PTR key;

	return GetQueuedCompletionStatus(port, n, &key, &o, ms) ? (DWORD)key
								: 0;
}

static HANDLE start(const char *what, HANDLE h, HANDLE go, HANDLE ready)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[MAX_PATH + 100];

	wsprintfA(line, "\"%s\" %s %u %u %u", self, what,
		  (unsigned)(ULONG_PTR)h, (unsigned)(ULONG_PTR)go,
		  (unsigned)(ULONG_PTR)ready);
	CHECK(CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi));
	CloseHandle(pi.hThread);
	return pi.hProcess;
}

static void finish(HANDLE process)
{
	DWORD code = ~0u;

	CHECK_EQ(WaitForSingleObject(process, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(process, &code));
	CHECK_EQ(code, 0);
	CloseHandle(process);
}

static int child_main(const char *what, HANDLE h, HANDLE go, HANDLE ready)
{
	static OVERLAPPED o;
	HANDLE port;
	DWORD n;

	switch (*what) {
	case 'a': /* ask, once told */
		WaitForSingleObject(go, 60000);
		return ask(h, FALSE, &o) ? 0 : 1;
	case 'd': /* the same of a handle that was put here; h says which */
		WaitForSingleObject(go, 60000);
		return ask((HANDLE)(ULONG_PTR) *
				   (DWORD *)MapViewOfFile(h, FILE_MAP_READ, 0,
							  0, 0),
			   FALSE, &o)
			       ? 0
			       : 6;
	case 'p': /* ask a pipe, and stay until it has been answered */
		if (!ask(h, FALSE, &o))
			return 2;
		SetEvent(ready);
		return WaitForSingleObject(go, 60000) == WAIT_OBJECT_0 ? 0 : 3;
	case 's': /* set a port of its own, and wait there */
		port = CreateIoCompletionPort(h, NULL, OTHER_KEY, 0);
		if (!port)
			return 4;
		SetEvent(ready);
		return take(port, 20000, &n) == OTHER_KEY && n == 5 ? 0 : 5;
	}
	return 99;
}

static void set_before(void)
{
	HANDLE h = open_file(), go = event(), process;
	HANDLE port = CreateIoCompletionPort(h, NULL, KEY, 0);
	OVERLAPPED o = { 0 };
	DWORD n = 0;

	CHECK(ask(h, TRUE, &o));
	CHECK_EQ(take(port, 5000, &n), KEY);
	process = start("ask", h, go, NULL);
	SetEvent(go);
	n = 0;
	CHECK_EQ(take(port, 20000, &n), KEY);
	CHECK_EQ(n, 5);
	finish(process);
	CHECK_EQ(take(port, 0, &n), 0);
	/* The port outlives nothing that it should not. */
	CloseHandle(port);
	CHECK(ask(h, FALSE, &o));
	CloseHandle(h);
}

/* The child is given it, with its port; and before it has one. */
static void duplicated(void)
{
	for (int after = 0; after < 2; after++) {
		HANDLE h = open_file(), go = event(), process, port = NULL,
		       there, section;
		DWORD n = 0, *which;

		section = inheritable(CreateFileMappingA(INVALID_HANDLE_VALUE,
							 NULL, PAGE_READWRITE,
							 0, 4096, NULL));
		which = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
		/* Not by inheriting it. */
		CHECK(SetHandleInformation(h, HANDLE_FLAG_INHERIT, 0));
		if (!after)
			port = CreateIoCompletionPort(h, NULL, KEY, 0);
		process = start("duplicated", section, go, NULL);
		CHECK(DuplicateHandle(GetCurrentProcess(), h, process, &there,
				      0, FALSE, DUPLICATE_SAME_ACCESS));
		*which = (DWORD)(ULONG_PTR)there;
		if (after)
			port = CreateIoCompletionPort(h, NULL, KEY, 0);
		SetEvent(go);
		CHECK_EQ(take(port, 20000, &n), KEY);
		CHECK_EQ(n, 5);
		finish(process);
		UnmapViewOfFile(which);
		CloseHandle(section);
		CloseHandle(port);
		CloseHandle(h);
	}
}

/* The child has the file already when it gets a port. */
static void set_after(void)
{
	HANDLE h = open_file(), go = event(), port;
	HANDLE process = start("ask", h, go, NULL);
	DWORD n = 0;

	port = CreateIoCompletionPort(h, NULL, KEY, 0);
	CHECK(port != NULL);
	SetEvent(go);
	CHECK_EQ(take(port, 20000, &n), KEY);
	CHECK_EQ(n, 5);
	finish(process);
	CloseHandle(port);
	CloseHandle(h);
}

static void set_by_child(void)
{
	HANDLE h = open_file(), ready = event();
	HANDLE process = start("set", h, NULL, ready);
	OVERLAPPED o = { 0 };

	CHECK_EQ(WaitForSingleObject(ready, 60000), WAIT_OBJECT_0);
	/* It has one. */
	CHECK(!CreateIoCompletionPort(h, NULL, KEY, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(ask(h, FALSE, &o));
	finish(process);
	CloseHandle(h);
}

static void replaced(void)
{
	HANDLE h = open_file(), go = event(), process;
	HANDLE first = CreateIoCompletionPort(h, NULL, KEY, 0);
	HANDLE second =
		CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	struct {
		HANDLE port;
		void *key;
	} c = { second, (void *)OTHER_KEY };
	IO_STATUS_BLOCK io;
	DWORD n = 0;

	process = start("ask", h, go, NULL);
	CHECK_EQ(NtSetInformationFile(h, &io, &c, sizeof c,
				      FileReplaceCompletionInformation),
		 0);
	SetEvent(go);
	CHECK_EQ(take(second, 20000, &n), OTHER_KEY);
	CHECK_EQ(take(first, 0, &n), 0);
	finish(process);
	CloseHandle(first);
	CloseHandle(second);
	CloseHandle(h);
}

/* A request that waits, of the child. */
static void pending(void)
{
	HANDLE server, client, port, process, go = event(), ready = event();
	char name[64];
	DWORD n = 0;

	wsprintfA(name, "\\\\.\\pipe\\rf-file-port-%lu", GetCurrentProcessId());
	server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, 0, 1, 4096, 4096, 0,
				  NULL);
	client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			     OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	CHECK(client != INVALID_HANDLE_VALUE);
	port = CreateIoCompletionPort(inheritable(client), NULL, KEY, 0);
	process = start("pipe", client, go, ready);
	CHECK_EQ(WaitForSingleObject(ready, 60000), WAIT_OBJECT_0);
	CHECK_EQ(take(port, 0, &n), 0);
	CHECK(WriteFile(server, "abc", 3, &n, NULL));
	CHECK_EQ(take(port, 20000, &n), KEY);
	CHECK_EQ(n, 3);
	SetEvent(go);
	finish(process);
	CloseHandle(client);
	CloseHandle(server);
	CloseHandle(port);
}

int main(int argc, char **argv)
{
	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc > 4)
		return child_main(argv[1], (HANDLE)(ULONG_PTR)atoi(argv[2]),
				  (HANDLE)(ULONG_PTR)atoi(argv[3]),
				  (HANDLE)(ULONG_PTR)atoi(argv[4]));
	GetTempPathA(sizeof path - 20, path);
	wsprintfA(path + lstrlenA(path), "rf-port-%lu", GetCurrentProcessId());
	set_before();
	duplicated();
	set_after();
	set_by_child();
	replaced();
	pending();
	DeleteFileA(path);
	return check_done();
}
