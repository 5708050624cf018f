/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-long.c - paths of 260 characters and more without \\?\: as
 * RtlAreLongPathsEnabled() says, either whole or refused everywhere; and
 * refused where the system's LongPathsEnabled is 0.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

typedef BOOLEAN(NTAPI enabled_fn)(void);

enum { PATH_ROOM = 1024 };

static WCHAR base[PATH_ROOM], long_name[PATH_ROOM];

static BOOL enabled(void)
{
	enabled_fn *fn = (void *)GetProcAddress(GetModuleHandleA("ntdll"),
						"RtlAreLongPathsEnabled");

	return fn && fn();
}

/* A name in dir that makes the whole len characters long. */
static const WCHAR *name_of(const WCHAR *dir, unsigned len)
{
	unsigned n = lstrlenW(dir);

	lstrcpyW(long_name, dir);
	long_name[n++] = '\\';
	while (n < len)
		long_name[n++] = 'x';
	long_name[n] = 0;
	return long_name;
}

static const WCHAR *verbatim(const WCHAR *path)
{
	static WCHAR s[PATH_ROOM];

	lstrcpyW(s, L"\\\\?\\");
	lstrcatW(s, path);
	return s;
}

static HANDLE make(const WCHAR *path)
{
	return CreateFileW(path, GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0,
			   NULL);
}

static void directories(BOOL any)
{
	const WCHAR *p = name_of(base, 247);

	CHECK(CreateDirectoryW(p, NULL), "%lu", GetLastError());
	CHECK(RemoveDirectoryW(p), "%lu", GetLastError());
	/* Room for a short name has to be left. */
	p = name_of(base, 248);
	CHECK_EQ(CreateDirectoryW(p, NULL), any);
	if (!any)
		CHECK_EQ(GetLastError(), ERROR_FILENAME_EXCED_RANGE);
	CHECK_EQ(RemoveDirectoryW(p), any);
	CHECK(CreateDirectoryW(verbatim(p), NULL), "%lu", GetLastError());
	CHECK(RemoveDirectoryW(verbatim(p)));
}

static void files(BOOL any)
{
	WIN32_FIND_DATAW fd;
	const WCHAR *p = name_of(base, 259);
	HANDLE h = make(p);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(h);
	CHECK(DeleteFileW(p));

	p = name_of(base, 260);
	h = make(p);
	CHECK_EQ(h != INVALID_HANDLE_VALUE, any);
	if (any)
		CloseHandle(h);
	else
		CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	h = make(verbatim(p));
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(h);

	CHECK_EQ(GetFileAttributesW(p) != INVALID_FILE_ATTRIBUTES, any);
	if (!any)
		CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	h = FindFirstFileW(p, &fd);
	CHECK_EQ(h != INVALID_HANDLE_VALUE, any);
	if (any)
		FindClose(h);
	else
		CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK_EQ(DeleteFileW(p), any);
	if (!any)
		CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	DeleteFileW(verbatim(p));
}

/* What counts is the whole path. */
static void relative(BOOL any)
{
	WCHAR dir[PATH_ROOM], full[PATH_ROOM], name[64];
	HANDLE h;
	DWORD n;

	lstrcpyW(dir, name_of(base, 240));
	CHECK(CreateDirectoryW(dir, NULL), "%lu", GetLastError());
	CHECK(SetCurrentDirectoryW(dir), "%lu", GetLastError());
	for (unsigned len = 259; len <= 260; len++) {
		BOOL want = any || len < 260;

		lstrcpyW(name, name_of(dir, len) + 241);
		n = GetFullPathNameW(name, PATH_ROOM, full, NULL);
		CHECK_EQ(n, len);
		h = make(name);
		CHECK_EQ(h != INVALID_HANDLE_VALUE, want);
		if (h != INVALID_HANDLE_VALUE)
			CloseHandle(h);
		else
			CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
		CHECK_EQ(DeleteFileW(name), want);
		/* The same behind a dot. */
		lstrcpyW(full, L".\\");
		lstrcatW(full, name);
		h = make(full);
		CHECK_EQ(h != INVALID_HANDLE_VALUE, want);
		if (h != INVALID_HANDLE_VALUE)
			CloseHandle(h);
		CHECK_EQ(DeleteFileW(full), want);
	}
	/* But not how it is written. */
	full[0] = 0;
	for (int i = 0; i < 150; i++)
		lstrcatW(full, L".\\");
	lstrcatW(full, L"x");
	h = make(full);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(h);
	CHECK(DeleteFileW(L"x"));
	CHECK(SetCurrentDirectoryW(base));
	CHECK(RemoveDirectoryW(dir));
}

static void current(BOOL any)
{
	WCHAR dir[PATH_ROOM], now[PATH_ROOM];

	lstrcpyW(dir, name_of(base, 200));
	CHECK(CreateDirectoryW(dir, NULL));
	lstrcpyW(now, name_of(dir, 300));
	CHECK(CreateDirectoryW(verbatim(now), NULL), "%lu", GetLastError());
	CHECK_EQ(SetCurrentDirectoryW(now), any);
	if (!any)
		CHECK_EQ(GetLastError(), ERROR_FILENAME_EXCED_RANGE);
	CHECK_EQ(GetCurrentDirectoryW(PATH_ROOM, long_name),
		 any ? 300 : lstrlenW(base));
	SetCurrentDirectoryW(base);
	CHECK(RemoveDirectoryW(verbatim(now)), "%lu", GetLastError());
	CHECK(RemoveDirectoryW(dir));
}

static int all(BOOL any)
{
	WCHAR name[32];

	GetTempPathW(PATH_ROOM, base);
	wsprintfW(name, L"rf-long-%lu", GetCurrentProcessId());
	lstrcatW(base, name);
	CHECK(CreateDirectoryW(base, NULL), "%lu", GetLastError());
	CHECK(SetCurrentDirectoryW(base));
	directories(any);
	files(any);
	relative(any);
	current(any);
	SetCurrentDirectoryW(L"\\");
	CHECK(RemoveDirectoryW(base), "%lu", GetLastError());
	return check_done();
}

/* Only an administrator may change that; then another process sees it. */
static void switched_off(void)
{
	WCHAR self[MAX_PATH], line[MAX_PATH + 16];
	STARTUPINFOW si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	DWORD was, zero = 0, size = sizeof was, code = 99;
	HKEY key;

	if (RegOpenKeyExW(HKEY_LOCAL_MACHINE,
			  L"SYSTEM\\CurrentControlSet\\Control\\FileSystem", 0,
			  KEY_QUERY_VALUE | KEY_SET_VALUE, &key))
		return;
	CHECK_EQ(RegQueryValueExW(key, L"LongPathsEnabled", NULL, NULL,
				  (BYTE *)&was, &size),
		 0);
	CHECK(was || !enabled());
	CHECK_EQ(RegSetValueExW(key, L"LongPathsEnabled", 0, REG_DWORD,
				(BYTE *)&zero, sizeof zero),
		 0);
	GetModuleFileNameW(NULL, self, MAX_PATH);
	wsprintfW(line, L"\"%s\" limited", self);
	CHECK(CreateProcessW(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			     &pi),
	      "%lu", GetLastError());
	WaitForSingleObject(pi.hProcess, 60000);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 0);
	CHECK_EQ(RegSetValueExW(key, L"LongPathsEnabled", 0, REG_DWORD,
				(BYTE *)&was, sizeof was),
		 0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	RegCloseKey(key);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		CHECK(!enabled());
		return all(FALSE);
	}
	switched_off();
	return all(enabled());
}
