/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locks-others.c - ranges of a file that one process has locked: others neither
 * lock them nor read or write there, until they are unlocked, or their owner's
 * handle is closed, or he is killed.
 */
#include <windows.h>

#include <stdlib.h>

#include "self.h"

enum { AT = 100, LENGTH = 50, ELSEWHERE = 300, WHOLE = 1000, PAGE = 4096 };

static const char *path;

static HANDLE open_for(DWORD access, DWORD flags)
{
	HANDLE h = CreateFileA(path, access, 7, NULL, OPEN_ALWAYS, flags, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static HANDLE open_it(DWORD flags)
{
	return open_for(GENERIC_READ | GENERIC_WRITE, flags);
}

static OVERLAPPED place(DWORD at)
{
	return (OVERLAPPED){ .Offset = at };
}

static BOOL lock_at(HANDLE h, DWORD at, DWORD flags)
{
	OVERLAPPED o = place(at);

	return LockFileEx(h, flags | LOCKFILE_FAIL_IMMEDIATELY, 0, LENGTH, 0,
			  &o);
}

static BOOL lock(HANDLE h, DWORD flags)
{
	return lock_at(h, AT, flags);
}

static void unlock_at(HANDLE h, DWORD at)
{
	OVERLAPPED o = place(at);

	CHECK(UnlockFileEx(h, 0, LENGTH, 0, &o), "%lu", GetLastError());
}

static void unlock(HANDLE h)
{
	unlock_at(h, AT);
}

/* 0 or the error. */
static DWORD transfer(HANDLE h, BOOL write, DWORD at, DWORD n)
{
	static char buf[WHOLE];
	OVERLAPPED o = place(at);
	DWORD moved;
	BOOL ok = write ? WriteFile(h, buf, n, &moved, &o)
			: ReadFile(h, buf, n, &moved, &o);

	if (!ok && GetLastError() == ERROR_IO_PENDING)
		ok = GetOverlappedResult(h, &o, &moved, TRUE);
	if (!ok)
		return GetLastError();
	CHECK_EQ(moved, n);
	return 0;
}

/* The same of the file's first page, by ReadFileScatter() and its relative. */
static DWORD transfer_page(BOOL write)
{
	HANDLE h = open_it(FILE_FLAG_OVERLAPPED | FILE_FLAG_NO_BUFFERING);
	FILE_SEGMENT_ELEMENT list[2] = { { NULL } };
	OVERLAPPED o = place(0);
	DWORD moved, error;
	void *page = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READWRITE);

	list[0].Buffer = page;
	error = (write ? WriteFileGather(h, list, PAGE, NULL, &o)
		       : ReadFileScatter(h, list, PAGE, NULL, &o))
			? 0
			: GetLastError();
	if (error == ERROR_IO_PENDING)
		error = GetOverlappedResult(h, &o, &moved, TRUE)
				? 0
				: GetLastError();
	VirtualFree(page, 0, MEM_RELEASE);
	CloseHandle(h);
	return error;
}

/* ---- the other process ---- */

/* What a handle may do decides neither what it may lock nor against whom. */
static void look_locked(char what, DWORD access)
{
	HANDLE h = open_for(access, 0);

	CHECK_EQ(lock(h, LOCKFILE_EXCLUSIVE_LOCK), what == 'n');
	if (what == 'n')
		unlock(h);
	CHECK_EQ(lock(h, 0), what != 'e');
	CloseHandle(h);
}

/* What it finds: 'e' an exclusive lock, 's' a shared one, 'n' none. */
static void look(char what, DWORD flags)
{
	const DWORD no_read = what == 'e' ? ERROR_LOCK_VIOLATION : 0;
	const DWORD no_write = what == 'n' ? 0 : ERROR_LOCK_VIOLATION;
	HANDLE h = open_it(flags);

	CHECK_EQ(transfer(h, FALSE, AT, LENGTH), no_read);
	CHECK_EQ(transfer(h, FALSE, AT + LENGTH - 1, 1), no_read);
	CHECK_EQ(transfer(h, FALSE, 0, AT + 1), no_read);
	CHECK_EQ(transfer(h, TRUE, AT, 1), no_write);
	CHECK_EQ(transfer(h, TRUE, 0, WHOLE), no_write);
	CHECK_EQ(transfer_page(FALSE), no_read);
	if (no_write)
		CHECK_EQ(transfer_page(TRUE), no_write);
	/* Beside it. */
	CHECK_EQ(transfer(h, FALSE, 0, AT), 0);
	CHECK_EQ(transfer(h, TRUE, AT + LENGTH, 10), 0);
	CHECK_EQ(transfer(h, TRUE, AT - 1, 1), 0);
	CHECK_EQ(lock(h, LOCKFILE_EXCLUSIVE_LOCK), what == 'n');
	if (what == 'n')
		unlock(h);
	CHECK_EQ(lock(h, 0), what != 'e');
	CloseHandle(h);
	look_locked(what, GENERIC_READ);
	look_locked(what, GENERIC_WRITE);
}

static int child(const char *what, const char *event)
{
	HANDLE h, go;

	if (!strcmp(what, "two")) {
		h = open_for(GENERIC_READ, 0);
		CHECK(!lock_at(h, ELSEWHERE, LOCKFILE_EXCLUSIVE_LOCK));
		CHECK(lock_at(h, ELSEWHERE, 0));
		return check_done();
	}
	if (strcmp(what, "hold")) {
		look(*what, 0);
		look(*what, FILE_FLAG_OVERLAPPED);
		return check_done();
	}
	h = open_it(0);
	CHECK(lock(h, LOCKFILE_EXCLUSIVE_LOCK), "%lu", GetLastError());
	go = OpenEventA(EVENT_MODIFY_STATE, FALSE, event);
	CHECK(go != NULL);
	SetEvent(go);
	Sleep(INFINITE);
	return 1;
}

static DWORD another(const char *what, const char *more)
{
	char args[300];

	snprintf(args, sizeof args, "%s \"%s\" %s", what, path, more);
	return run_self(args);
}

/* ---- this one ---- */

/* By a handle that can only read or only write. */
static void one_way(DWORD access)
{
	HANDLE h = open_for(access, 0), second = open_it(0);

	CHECK(lock(h, 0));
	CHECK_EQ(another("shared", ""), 0);
	unlock(h);
	CHECK_EQ(another("none", ""), 0);
	CHECK(lock(h, LOCKFILE_EXCLUSIVE_LOCK));
	CHECK_EQ(transfer(second, FALSE, AT, 1), ERROR_LOCK_VIOLATION);
	CHECK_EQ(another("exclusive", ""), 0);
	unlock(h);
	CHECK_EQ(another("none", ""), 0);
	CHECK(lock_at(h, ELSEWHERE, 0));
	CHECK(lock(h, LOCKFILE_EXCLUSIVE_LOCK));
	CHECK_EQ(another("two", ""), 0);
	CloseHandle(h);
	CHECK_EQ(another("none", ""), 0);
	/* The one that is left when the other goes. */
	h = open_for(access, 0);
	CHECK(lock_at(h, ELSEWHERE, 0));
	CHECK(lock(h, LOCKFILE_EXCLUSIVE_LOCK));
	unlock(h);
	CHECK_EQ(another("two", ""), 0);
	unlock_at(h, ELSEWHERE);
	CloseHandle(h);
	CloseHandle(second);
}

static void locks(void)
{
	HANDLE h = open_it(0), second = open_it(0);

	CHECK_EQ(transfer(h, TRUE, 0, WHOLE), 0);
	CHECK_EQ(another("none", ""), 0);
	CHECK(lock(h, LOCKFILE_EXCLUSIVE_LOCK));
	CHECK_EQ(another("exclusive", ""), 0);
	/* Its owner may, by that handle; not by another. */
	CHECK_EQ(transfer(h, FALSE, AT, 1), 0);
	CHECK_EQ(transfer(h, TRUE, AT, 1), 0);
	CHECK_EQ(transfer(second, FALSE, AT, 1), ERROR_LOCK_VIOLATION);
	unlock(h);
	CHECK_EQ(another("none", ""), 0);
	CHECK(lock(h, 0));
	CHECK_EQ(another("shared", ""), 0);
	CHECK_EQ(transfer(h, FALSE, AT, 1), 0);
	CHECK_EQ(transfer(h, TRUE, AT, 1), ERROR_LOCK_VIOLATION);
	CloseHandle(h);
	CHECK_EQ(another("none", ""), 0);
	one_way(GENERIC_READ);
	one_way(GENERIC_WRITE);
	CHECK_EQ(transfer(second, FALSE, AT, 1), 0);
	CloseHandle(second);
}

static void killed(void)
{
	PROCESS_INFORMATION pi;
	char name[40], args[400];
	HANDLE go, h;

	snprintf(name, sizeof name, "rf-locks-others-%lu",
		 GetCurrentProcessId());
	go = CreateEventA(NULL, FALSE, FALSE, name);
	snprintf(args, sizeof args, "hold \"%s\" %s", path, name);
	CHECK(start(args, 0, &pi));
	CHECK_EQ(WaitForSingleObject(go, PATIENCE), WAIT_OBJECT_0);
	h = open_it(0);
	CHECK_EQ(transfer(h, FALSE, AT, 1), ERROR_LOCK_VIOLATION);
	CHECK_EQ(transfer(h, FALSE, 0, AT), 0);
	TerminateProcess(pi.hProcess, 7);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	CHECK_EQ(transfer(h, FALSE, AT, 1), 0);
	CHECK_EQ(transfer(h, TRUE, AT, 1), 0);
	close_both(&pi);
	CloseHandle(h);
	CloseHandle(go);
}

int main(int argc, char **argv)
{
	static char full[MAX_PATH];

	if (argc > 2) {
		path = argv[2];
		return child(argv[1], argc > 3 ? argv[3] : "");
	}
	GetFullPathNameA("locks-others.bin", sizeof full, full, NULL);
	path = full;
	locks();
	killed();
	CHECK(DeleteFileA(path), "%lu", GetLastError());
	return check_done();
}
