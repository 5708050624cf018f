/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests completion ports and keyed events that several processes have: by name,
 * inherited and duplicated; who takes what, how many may run, what a killed
 * process leaves behind; and the thread pool's waits for what others signal.
 */
#include <windows.h>
#include <winternl.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define IOCP_ALL  0x1f0003
#define KEYED_ALL 0xf0003

typedef NTSTATUS(NTAPI *create_port)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *,
				     ULONG);
typedef NTSTATUS(NTAPI *open_fn)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
typedef NTSTATUS(NTAPI *keyed_fn)(HANDLE, void *, BOOLEAN, LARGE_INTEGER *);
typedef NTSTATUS(NTAPI *query_fn)(HANDLE, int, void *, ULONG, ULONG *);

static create_port create, create_keyed;
static open_fn open_port, open_keyed;
static keyed_fn wait_keyed, release_keyed;
static query_fn query;

static char self[MAX_PATH], run[32];

static void *ntdll(const char *name)
{
	return (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), name);
}

static OBJECT_ATTRIBUTES *named(const char *what)
{
	static WCHAR text[80];
	static UNICODE_STRING u;
	static OBJECT_ATTRIBUTES oa;
	int n = wsprintfW(text, L"\\BaseNamedObjects\\rf-%S-%S", what, run);

	u = (UNICODE_STRING){ (USHORT)(n * 2), (USHORT)(n * 2), text };
	oa = (OBJECT_ATTRIBUTES){ .Length = sizeof oa, .ObjectName = &u };
	return &oa;
}

static BOOL start(const char *what, HANDLE h, PROCESS_INFORMATION *pi)
{
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 100];

	wsprintfA(line, "\"%s\" %s %s %u", self, run, what,
		  (unsigned)(ULONG_PTR)h);
	return CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			      pi);
}

static DWORD finish(PROCESS_INFORMATION *pi)
{
	DWORD code = ~0u;

	CHECK_EQ(WaitForSingleObject(pi->hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi->hProcess, &code));
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

static DWORD child(const char *what, HANDLE h, PROCESS_INFORMATION *pi)
{
	CHECK(start(what, h, pi));
	return finish(pi);
}

/* The next packet's key, or a number that none has. */
static DWORD take(HANDLE port, DWORD ms)
{
	OVERLAPPED *ov;
	ULONG_PTR key;
	DWORD n;

	return GetQueuedCompletionStatus(port, &n, &key, &ov, ms)
		       ? (DWORD)key
		       : 0xdead0000 | GetLastError();
}

#define NONE (0xdead0000 | WAIT_TIMEOUT)

static BOOL post(HANDLE port, DWORD key)
{
	return PostQueuedCompletionStatus(port, key * 2, key,
					  (OVERLAPPED *)(ULONG_PTR)(key * 3));
}

static LONG depth(HANDLE port)
{
	LONG n = -1;

	CHECK_EQ(query(port, 0, &n, sizeof n, NULL), 0);
	return n;
}

/* ---- what children do ------------------------------------------------ */

enum { MANY = 20000, END = 999999 };

static int child_main(const char *what, HANDLE h)
{
	HANDLE port = h, go;
	DWORD key, sum = 0;

	if (!strcmp(what, "post"))
		return post(h, 7) && post(h, 8) ? 0 : 1;
	if (!strcmp(what, "named")) {
		if (open_port(&port, IOCP_ALL, named("port")))
			return 2;
		return take(port, 20000) == 5 && post(port, 6) ? 0 : 3;
	}
	if (!strcmp(what, "flood")) {
		for (DWORD i = 1; i <= MANY; i++)
			if (!post(h, i))
				return 4;
		return 0;
	}
	if (!strcmp(what, "drain")) {
		if (!h)
			Sleep(20000);
		while ((key = take(h, 20000)) != END)
			sum += key & 0xff;
		return (int)(sum & 0x7fffffff);
	}
	if (!strcmp(what, "hold")) {
		/* Runs on behalf of the port until it is killed. */
		if (take(h, 20000) != 1 || !post(h, 2) || !post(h, 3))
			return 5;
		for (;;)
			SwitchToThread();
	}
	if (!strcmp(what, "set"))
		return SetEvent(h) ? 0 : 8;
	if (!strcmp(what, "set-named")) {
		char name[64];

		wsprintfA(name, "rf-event-%s", run);
		h = OpenEventA(EVENT_ALL_ACCESS, FALSE, name);
		return SetEvent(h) ? 0 : 8;
	}
	if (!strcmp(what, "keyed")) {
		LARGE_INTEGER ms = { .QuadPart = -300000 };

		/* A key is this process's own: nobody here releases it. */
		if (open_keyed(&go, KEYED_ALL, named("keyed")))
			return 6;
		return release_keyed(go, (void *)0x1000, FALSE, &ms) ==
				       (NTSTATUS)WAIT_TIMEOUT
			       ? 0
			       : 7;
	}
	return 99;
}

/* ---- the tests ------------------------------------------------------- */

static void check_inherited(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	PROCESS_INFORMATION pi;
	OVERLAPPED *ov;
	ULONG_PTR key;
	DWORD n;

	/* What is in it already comes first. */
	CHECK(post(port, 1));
	CHECK(SetHandleInformation(port, HANDLE_FLAG_INHERIT,
				   HANDLE_FLAG_INHERIT));
	CHECK_EQ(child("post", port, &pi), 0);
	CHECK_EQ(depth(port), 3);
	CHECK_EQ(WaitForSingleObject(port, 0), WAIT_OBJECT_0);
	CHECK_EQ(take(port, 0), 1);
	CHECK(GetQueuedCompletionStatus(port, &n, &key, &ov, 0));
	CHECK_EQ(key, 7);
	CHECK_EQ(n, 14);
	CHECK_EQ((ULONG_PTR)ov, 21);
	CHECK_EQ(take(port, 0), 8);
	CHECK_EQ(take(port, 10), NONE);
	CHECK_EQ(WaitForSingleObject(port, 0), WAIT_TIMEOUT);
	CloseHandle(port);
}

static DWORD WINAPI take_seven(void *port)
{
	return take(port, 20000);
}

/* A thread waits already when the port becomes one of two processes. */
static void check_waiting(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2);
	HANDLE th[2], here;
	PROCESS_INFORMATION pi;
	DWORD a, b;

	for (int i = 0; i < 2; i++)
		th[i] = CreateThread(NULL, 0, take_seven, port, 0, NULL);
	Sleep(20);
	CHECK(DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(),
			      &here, 0, TRUE, DUPLICATE_SAME_ACCESS));
	CHECK_EQ(child("post", here, &pi), 0);
	CHECK_EQ(WaitForMultipleObjects(2, th, TRUE, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th[0], &a);
	GetExitCodeThread(th[1], &b);
	CHECK_EQ(a + b, 15);
	CloseHandle(th[0]);
	CloseHandle(th[1]);
	CloseHandle(here);
	CloseHandle(port);
}

static void check_named(void)
{
	HANDLE port = NULL, again = NULL;
	PROCESS_INFORMATION pi;

	CHECK_EQ(create(&port, IOCP_ALL, named("port"), 1), 0);
	CHECK_EQ(create(&again, IOCP_ALL, named("port"), 1),
		 (NTSTATUS)0xc0000035);
	CHECK_EQ(open_port(&again, IOCP_ALL, named("nothing")),
		 (NTSTATUS)0xc0000034);
	CHECK(start("named", NULL, &pi));
	CHECK(post(port, 5));
	CHECK_EQ(finish(&pi), 0);
	CHECK_EQ(take(port, 20000), 6);
	CloseHandle(port);
	CHECK_EQ(open_port(&again, IOCP_ALL, named("port")),
		 (NTSTATUS)0xc0000034);
}

/* More than fits at once, both ways, in order. */
static void check_many(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 4);
	PROCESS_INFORMATION pi[3];
	DWORD wrong = 0, sum = 0, want = 0;

	SetHandleInformation(port, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	CHECK_EQ(child("flood", port, &pi[0]), 0);
	CHECK_EQ(depth(port), MANY);
	for (DWORD i = 1; i <= MANY; i++)
		wrong += take(port, 0) != i;
	CHECK_EQ(wrong, 0);

	/* Each to one of three only. */
	for (int i = 0; i < 3; i++)
		CHECK(start("drain", port, &pi[i]));
	for (DWORD i = 1; i <= MANY; i++) {
		want += i & 0xff;
		wrong += !post(port, i);
	}
	for (int i = 0; i < 3; i++)
		CHECK(post(port, END));
	for (int i = 0; i < 3; i++)
		sum += finish(&pi[i]);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(sum, want);
	CHECK_EQ(depth(port), 0);
	CloseHandle(port);
}

/* The limit is one for all processes; who was killed does not count. */
static void check_limit(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	PROCESS_INFORMATION pi;
	HANDLE th;
	DWORD code;

	SetHandleInformation(port, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	CHECK(start("hold", port, &pi));
	CHECK(post(port, 1));
	while (depth(port) != 2)
		Sleep(1);
	th = CreateThread(NULL, 0, take_seven, port, 0, NULL);
	CHECK_EQ(WaitForSingleObject(th, 100), WAIT_TIMEOUT);
	CHECK(TerminateProcess(pi.hProcess, 3));
	CHECK_EQ(finish(&pi), 3);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	GetExitCodeThread(th, &code);
	CHECK_EQ(code, 2);
	CloseHandle(th);
	CloseHandle(port);
}

/* A handle that is put into a process that runs already, and one taken. */
static void check_duplicated(void)
{
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	PROCESS_INFORMATION pi;
	HANDLE there, back;

	CHECK(start("drain", NULL, &pi));
	CHECK(DuplicateHandle(GetCurrentProcess(), port, pi.hProcess, &there, 0,
			      FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(DuplicateHandle(pi.hProcess, there, GetCurrentProcess(), &back, 0,
			      FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(post(port, 17));
	CHECK_EQ(take(back, 1000), 17);
	TerminateProcess(pi.hProcess, 0);
	finish(&pi);
	CloseHandle(back);
	CloseHandle(port);
}

static VOID CALLBACK called(void *event, BOOLEAN timeout)
{
	SetEvent(event);
}

/* No thread of ours sleeps for what a child sets: the thread pool does. */
static void check_pool_waits(void)
{
	HANDLE done = CreateEventA(NULL, FALSE, FALSE, NULL), wait[2], e[2];
	PROCESS_INFORMATION pi;
	char name[64];

	wsprintfA(name, "rf-event-%s", run);
	e[0] = CreateEventA(NULL, FALSE, FALSE, name);
	/* This one is nobody else's yet. */
	e[1] = CreateEventA(NULL, FALSE, FALSE, NULL);
	for (int i = 0; i < 2; i++)
		CHECK(RegisterWaitForSingleObject(&wait[i], e[i], called, done,
						  INFINITE, WT_EXECUTEDEFAULT));
	SetHandleInformation(e[1], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	for (int again = 0; again < 2; again++) {
		CHECK_EQ(child("set-named", NULL, &pi), 0);
		CHECK_EQ(WaitForSingleObject(done, 60000), WAIT_OBJECT_0);
		CHECK_EQ(child("set", e[1], &pi), 0);
		CHECK_EQ(WaitForSingleObject(done, 60000), WAIT_OBJECT_0);
	}
	CHECK_EQ(WaitForSingleObject(done, 10), WAIT_TIMEOUT);
	for (int i = 0; i < 2; i++) {
		CHECK(UnregisterWaitEx(wait[i], INVALID_HANDLE_VALUE));
		CloseHandle(e[i]);
	}
	CHECK(!OpenEventA(EVENT_ALL_ACCESS, FALSE, name));
	CloseHandle(done);
}

static DWORD WINAPI wait_for_key(void *keyed)
{
	return (DWORD)wait_keyed(keyed, (void *)0x1000, FALSE, NULL);
}

static void check_keyed(void)
{
	HANDLE keyed = NULL, again = NULL, th;
	LARGE_INTEGER s = { .QuadPart = -200000000 };
	PROCESS_INFORMATION pi;

	CHECK_EQ(create_keyed(&keyed, KEYED_ALL, named("keyed"), 0), 0);
	CHECK_EQ(create_keyed(&again, KEYED_ALL, named("keyed"), 0),
		 (NTSTATUS)0xc0000035);
	th = CreateThread(NULL, 0, wait_for_key, keyed, 0, NULL);
	CHECK_EQ(child("keyed", NULL, &pi), 0);
	CHECK_EQ(WaitForSingleObject(th, 0), WAIT_TIMEOUT);
	CHECK_EQ(release_keyed(keyed, (void *)0x1000, FALSE, &s), 0);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CloseHandle(th);
	CloseHandle(keyed);
}

int main(int argc, char **argv)
{
	create = ntdll("NtCreateIoCompletion");
	create_keyed = ntdll("NtCreateKeyedEvent");
	open_port = ntdll("NtOpenIoCompletion");
	open_keyed = ntdll("NtOpenKeyedEvent");
	wait_keyed = ntdll("NtWaitForKeyedEvent");
	release_keyed = ntdll("NtReleaseKeyedEvent");
	query = ntdll("NtQueryIoCompletion");

	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc > 3) {
		lstrcpynA(run, argv[1], sizeof run);
		return child_main(
			argv[2], (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 10));
	}
	wsprintfA(run, "%u", (unsigned)GetCurrentProcessId());
	check_inherited();
	check_waiting();
	check_named();
	check_many();
	check_limit();
	check_duplicated();
	check_pool_waits();
	check_keyed();
	return check_done();
}
