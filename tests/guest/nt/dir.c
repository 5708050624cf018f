/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing directories: patterns, order, what an entry tells, changes seen. */
#include <windows.h>

#include "check.h"

static WCHAR dir[MAX_PATH];

static void make(const WCHAR *name)
{
	WCHAR path[MAX_PATH];
	HANDLE h;

	lstrcpyW(path, dir);
	lstrcatW(path, L"\\");
	lstrcatW(path, name);
	h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
}

/* The names a pattern finds, joined by '|'; "!" and the error if none. */
static const char *find(const WCHAR *pattern)
{
	static char out[1000];
	WCHAR path[MAX_PATH];
	WIN32_FIND_DATAW d;
	HANDLE h;
	size_t n = 0;

	lstrcpyW(path, dir);
	lstrcatW(path, L"\\");
	lstrcatW(path, pattern);
	h = FindFirstFileW(path, &d);
	if (h == INVALID_HANDLE_VALUE) {
		sprintf(out, "!%lu", GetLastError());
		return out;
	}
	do {
		for (const WCHAR *c = d.cFileName; *c; c++)
			out[n++] = (char)*c;
		out[n++] = '|';
	} while (FindNextFileW(h, &d));
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	CHECK(FindClose(h));
	out[n - 1] = 0;
	return out;
}

static void patterns(void)
{
	static const struct {
		const WCHAR *pattern;
		const char *want;
	} cases[] = {
		{ L"*", ".|..|A.c|Ab.TXT|b.txt|c|dots.in.name|z.tar.gz" },
		{ L"*.*", ".|..|A.c|Ab.TXT|b.txt|c|dots.in.name|z.tar.gz" },
		{ L"*.txt", "Ab.TXT|b.txt" },
		{ L"a*", "A.c|Ab.TXT" },
		{ L"?.c", "A.c" },
		{ L"???.txt", "Ab.TXT|b.txt" },
		{ L"*.gz", "z.tar.gz" },
		{ L"B.TXT", "b.txt" },
		{ L"nothing", "!2" },
		{ L"nothing*", "!2" },
		{ L"no\\such", "!3" },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = find(cases[i].pattern);

		CHECK(!strcmp(got, cases[i].want), "%ls: got %s, want %s",
		      cases[i].pattern, got, cases[i].want);
	}
}

static void entries(void)
{
	WIN32_FIND_DATAW d;
	WCHAR path[MAX_PATH];
	HANDLE h;

	lstrcpyW(path, dir);
	lstrcatW(path, L"\\SUB");
	CHECK(CreateDirectoryW(path, NULL));
	h = FindFirstFileExW(path, FindExInfoBasic, &d, FindExSearchNameMatch,
			     NULL, FIND_FIRST_EX_LARGE_FETCH);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK_EQ(d.dwFileAttributes, FILE_ATTRIBUTE_DIRECTORY);
	CHECK(!lstrcmpW(d.cFileName, L"SUB"));
	CHECK(d.ftLastWriteTime.dwHighDateTime != 0);
	FindClose(h);
	CHECK(RemoveDirectoryW(path));
	/* A whole tree's root has no dots. */
	h = FindFirstFileW(L"C:\\*", &d);
	CHECK(h != INVALID_HANDLE_VALUE);
	do
		CHECK(d.cFileName[0] != '.' || d.cFileName[1]);
	while (FindNextFileW(h, &d));
	FindClose(h);
}

static void changes(void)
{
	HANDLE h = CreateFileW(
		dir, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
		FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
	OVERLAPPED o = { 0 };
	DWORD buf[256], n;
	FILE_NOTIFY_INFORMATION *i = (void *)buf;
	HANDLE first = FindFirstChangeNotificationW(
		dir, FALSE, FILE_NOTIFY_CHANGE_FILE_NAME);

	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(first != INVALID_HANDLE_VALUE);
	o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	CHECK(ReadDirectoryChangesW(h, buf, sizeof buf, FALSE,
				    FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				    NULL));
	CHECK_EQ(WaitForSingleObject(o.hEvent, 0), WAIT_TIMEOUT);
	CHECK_EQ(WaitForSingleObject(first, 0), WAIT_TIMEOUT);
	make(L"new");
	CHECK(GetOverlappedResult(h, &o, &n, TRUE));
	CHECK_EQ(i->Action, FILE_ACTION_ADDED);
	CHECK_EQ(i->FileNameLength, 6);
	CHECK_EQ(WaitForSingleObject(first, 60000), WAIT_OBJECT_0);
	CHECK(FindCloseChangeNotification(first));
	CHECK(ReadDirectoryChangesW(h, buf, sizeof buf, FALSE,
				    FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o,
				    NULL));
	CHECK(CancelIoEx(h, &o));
	CHECK(!GetOverlappedResult(h, &o, &n, TRUE));
	CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
	CloseHandle(o.hEvent);
	CloseHandle(h);
}

int main(void)
{
	static const WCHAR *const files[] = {
		L"b.txt", L"A.c", L"c", L"Ab.TXT", L"dots.in.name", L"z.tar.gz"
	};
	WCHAR temp[MAX_PATH], path[MAX_PATH];
	WIN32_FIND_DATAW d;
	HANDLE h;

	CHECK(GetTempPathW(MAX_PATH, temp));
	CHECK(GetTempFileNameW(temp, L"rfd", 0, dir));
	DeleteFileW(dir);
	CHECK(CreateDirectoryW(dir, NULL));
	for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
		make(files[i]);
	patterns();
	entries();
	changes();

	lstrcpyW(path, dir);
	lstrcatW(path, L"\\*");
	h = FindFirstFileW(path, &d);
	do {
		lstrcpyW(path, dir);
		lstrcatW(path, L"\\");
		lstrcatW(path, d.cFileName);
		if (!(d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
			CHECK(DeleteFileW(path));
	} while (FindNextFileW(h, &d));
	FindClose(h);
	CHECK(RemoveDirectoryW(dir));
	return check_done();
}
