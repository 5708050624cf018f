/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locks-heirs.c - a lock belongs to a file object and a process: who has the
 * same file object by inheritance or duplication is kept out like anybody else,
 * cannot unlock it, and has locks of its own.
 */
#include <windows.h>

#include <stdlib.h>

#include "self.h"

/* The parent's range, the child's, and one that both may lock. */
enum { MINE = 100, YOURS = 300, OURS = 500, LENGTH = 50, WHOLE = 1000 };

static OVERLAPPED place(DWORD at)
{
	return (OVERLAPPED){ .Offset = at };
}

static BOOL lock(HANDLE h, DWORD at, DWORD flags)
{
	OVERLAPPED o = place(at);

	return LockFileEx(h, flags | LOCKFILE_FAIL_IMMEDIATELY, 0, LENGTH, 0,
			  &o);
}

static BOOL unlock(HANDLE h, DWORD at)
{
	OVERLAPPED o = place(at);

	return UnlockFileEx(h, 0, LENGTH, 0, &o);
}

/* 0 or the error. */
static DWORD transfer(HANDLE h, BOOL write, DWORD at, DWORD n)
{
	static char buf[WHOLE];
	OVERLAPPED o = place(at);
	DWORD moved = 0;
	BOOL ok = write ? WriteFile(h, buf, n, &moved, &o)
			: ReadFile(h, buf, n, &moved, &o);

	if (!ok)
		return GetLastError();
	CHECK_EQ(moved, n);
	return 0;
}

/* ---- the other process ---- */

static HANDLE named(const char *text, const char *what)
{
	char name[64];
	HANDLE h;

	snprintf(name, sizeof name, "rf-heirs-%s-%s", text, what);
	h = OpenEventA(EVENT_ALL_ACCESS, FALSE, name);
	CHECK(h != NULL, "%s: %lu", name, GetLastError());
	return h;
}

/* What the heir of a handle finds, and leaves. */
static int heir(HANDLE h, const char *text)
{
	HANDLE ready = named(text, "ready"), go = named(text, "go");

	CHECK_EQ(transfer(h, FALSE, MINE, LENGTH), ERROR_LOCK_VIOLATION);
	CHECK_EQ(transfer(h, TRUE, MINE, 1), ERROR_LOCK_VIOLATION);
	CHECK_EQ(transfer(h, FALSE, 0, MINE), 0);
	CHECK(!lock(h, MINE, LOCKFILE_EXCLUSIVE_LOCK));
	CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
	CHECK(!lock(h, MINE, 0));
	CHECK(!unlock(h, MINE));
	CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
	/* Shared ones are both's. */
	CHECK(lock(h, OURS, 0), "%lu", GetLastError());
	CHECK(!lock(h, OURS, LOCKFILE_EXCLUSIVE_LOCK));
	/* Its own. */
	CHECK(lock(h, YOURS, LOCKFILE_EXCLUSIVE_LOCK), "%lu", GetLastError());
	CHECK_EQ(transfer(h, FALSE, YOURS, LENGTH), 0);
	CHECK_EQ(transfer(h, TRUE, YOURS, LENGTH), 0);
	SetEvent(ready);
	CHECK_EQ(WaitForSingleObject(go, PATIENCE), WAIT_OBJECT_0);
	/* The parent's last handle is closed by now, and only its locks. */
	CHECK_EQ(transfer(h, FALSE, MINE, LENGTH), 0);
	CHECK_EQ(transfer(h, TRUE, OURS, 1), ERROR_LOCK_VIOLATION);
	CHECK(unlock(h, OURS), "%lu", GetLastError());
	CHECK_EQ(transfer(h, TRUE, OURS, 1), 0);
	/* Kept until it ends: it does not close it. */
	SetEvent(ready);
	CHECK_EQ(WaitForSingleObject(go, PATIENCE), WAIT_OBJECT_0);
	fflush(stdout);
	TerminateProcess(GetCurrentProcess(), check_done());
	return 99;
}

/* ---- this one ---- */

static HANDLE ready, go;

static HANDLE open_it(const char *path, BOOL inherit)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, inherit };
	HANDLE h = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 7, &sa,
			       OPEN_ALWAYS, 0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static void with_heir(const char *path, const char *text, BOOL duplicate)
{
	HANDLE h = open_it(path, !duplicate), other = open_it(path, FALSE);
	PROCESS_INFORMATION pi;
	char args[100];
	DWORD code = 99;

	CHECK_EQ(transfer(h, TRUE, 0, WHOLE), 0);
	CHECK(lock(h, MINE, LOCKFILE_EXCLUSIVE_LOCK));
	CHECK(lock(h, OURS, 0));
	snprintf(args, sizeof args, "%s %s %llu", duplicate ? "dup" : "heir",
		 text, (unsigned long long)(ULONG_PTR)h);
	CHECK(start_heir(args, TRUE, 0, &pi));
	CHECK_EQ(WaitForSingleObject(ready, PATIENCE), WAIT_OBJECT_0);
	/* Its locks count for us, ours still for ourselves. */
	CHECK_EQ(transfer(h, FALSE, YOURS, 1), ERROR_LOCK_VIOLATION);
	CHECK_EQ(transfer(other, FALSE, YOURS, 1), ERROR_LOCK_VIOLATION);
	CHECK(!unlock(h, YOURS));
	CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
	CHECK_EQ(transfer(h, TRUE, MINE, LENGTH), 0);
	CHECK_EQ(transfer(other, FALSE, MINE, 1), ERROR_LOCK_VIOLATION);
	CloseHandle(h);
	CHECK_EQ(transfer(other, FALSE, MINE, 1), 0);
	CHECK_EQ(transfer(other, TRUE, OURS, 1), ERROR_LOCK_VIOLATION);
	SetEvent(go);
	CHECK_EQ(WaitForSingleObject(ready, PATIENCE), WAIT_OBJECT_0);
	CHECK_EQ(transfer(other, TRUE, OURS, 1), 0);
	CHECK_EQ(transfer(other, FALSE, YOURS, 1), ERROR_LOCK_VIOLATION);
	SetEvent(go);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 0);
	CHECK_EQ(transfer(other, FALSE, YOURS, 1), 0);
	close_both(&pi);
	CloseHandle(other);
}

static HANDLE event_named(const char *text, const char *what)
{
	char name[64];

	snprintf(name, sizeof name, "rf-heirs-%s-%s", text, what);
	return CreateEventA(NULL, FALSE, FALSE, name);
}

int main(int argc, char **argv)
{
	static char path[MAX_PATH];
	char text[16];

	if (argc > 3) {
		HANDLE h = (HANDLE)(ULONG_PTR)strtoull(argv[3], NULL, 10);

		/* argv[2] is also the parent's id. */
		if (!strcmp(argv[1], "dup")) {
			HANDLE parent = OpenProcess(PROCESS_DUP_HANDLE, FALSE,
						    (DWORD)atol(argv[2]));

			CHECK(DuplicateHandle(parent, h, GetCurrentProcess(),
					      &h, 0, FALSE,
					      DUPLICATE_SAME_ACCESS),
			      "%lu", GetLastError());
			CloseHandle(parent);
		}
		return heir(h, argv[2]);
	}
	snprintf(text, sizeof text, "%lu", GetCurrentProcessId());
	ready = event_named(text, "ready");
	go = event_named(text, "go");
	GetFullPathNameA("locks-heirs.bin", sizeof path, path, NULL);
	with_heir(path, text, FALSE);
	with_heir(path, text, TRUE);
	CHECK(DeleteFileA(path), "%lu", GetLastError());
	return check_done();
}
