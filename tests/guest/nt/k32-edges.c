/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel32 at its edges: names too long for any file, folders where files are
 * asked for, links to "folder\", variables longer than a counted string, the
 * title before anybody has set one.
 */
#include <windows.h>
#include <winioctl.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

static void long_names(void)
{
	static const int lengths[] = { 65536, 40000, 32768, 3000, 256 };
	WCHAR *name = calloc(65537, sizeof *name);

	for (int i = 0; i < 65536; i++)
		name[i] = 'a';
	for (int i = 0; i < 5; i++) {
		name[lengths[i]] = 0;
		SetLastError(0);
		CHECK(CreateFileW(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
				  NULL) == INVALID_HANDLE_VALUE);
		/* Only the last could be the name of a file. */
		if (lengths[i] > 32767)
			CHECK(GetLastError() == ERROR_FILENAME_EXCED_RANGE,
			      "%d: %lu", lengths[i], GetLastError());
		else
			CHECK(GetLastError(), "%d", lengths[i]);
	}
	free(name);
}

static DWORD create(const char *name, DWORD how, DWORD flags)
{
	HANDLE h = CreateFileA(name, GENERIC_WRITE, 7, NULL, how, flags, NULL);
	DWORD error = h == INVALID_HANDLE_VALUE ? GetLastError() : 0;

	if (h != INVALID_HANDLE_VALUE)
		CloseHandle(h);
	return error;
}

static void folders(void)
{
	const DWORD dir = FILE_FLAG_BACKUP_SEMANTICS;

	CHECK(CreateDirectoryA("edge", NULL));
	/* What makes files anew never takes a folder. */
	CHECK_EQ(create("edge", CREATE_NEW, dir), ERROR_FILE_EXISTS);
	CHECK_EQ(create("edge", CREATE_ALWAYS, dir), ERROR_FILE_EXISTS);
	CHECK_EQ(create("edge", OPEN_EXISTING, dir), 0);
	CHECK_EQ(create("edge", OPEN_ALWAYS, dir), 0);
	CHECK_EQ(create("edge", CREATE_ALWAYS, 0), ERROR_ACCESS_DENIED);
	CHECK_EQ(create("edge", OPEN_EXISTING, 0), ERROR_ACCESS_DENIED);
	/* Nor is a stream one. */
	CHECK(!CreateDirectoryA("edge:sub", NULL));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
	CHECK(!CreateDirectoryA("none:sub", NULL));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
	CHECK_EQ(GetFileAttributesA("none"), INVALID_FILE_ATTRIBUTES);
	/* No way leads through a file. */
	CHECK_EQ(create("plain", CREATE_NEW, 0), 0);
	CHECK(!CreateDirectoryA("plain\\sub", NULL));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(DeleteFileA("plain"));
	CHECK(RemoveDirectoryA("edge"));
}

struct link_data {
	DWORD tag;
	WORD len, reserved, name_at, name_len, print_at, print_len;
	DWORD flags;
	WCHAR names[4096];
};

static void links(void)
{
	WCHAR here[MAX_PATH], to[MAX_PATH * 2];
	struct link_data d;
	DWORD n;
	HANDLE h;

	GetCurrentDirectoryW(MAX_PATH, here);
	swprintf(to, MAX_PATH * 2, L"\\\\?\\%ls\\edge\\", here);
	CHECK(CreateDirectoryA("edge", NULL));
	/* 2: without the privilege, in developer mode. */
	if (CreateSymbolicLinkW(L"link", to, SYMBOLIC_LINK_FLAG_DIRECTORY | 2)) {
		h = CreateFileA("link", 0, 7, NULL, OPEN_EXISTING,
				FILE_FLAG_OPEN_REPARSE_POINT |
					FILE_FLAG_BACKUP_SEMANTICS,
				NULL);
		CHECK(DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &d,
				      sizeof d, &n, NULL));
		CloseHandle(h);
		memcpy(to, L"\\??\\", 8);
		CHECK_EQ(d.name_len, wcslen(to) * 2);
		CHECK(!memcmp(d.names + d.name_at / 2, to, d.name_len));
		CHECK_EQ(create("link\\in", CREATE_NEW, 0), 0);
		CHECK(DeleteFileA("edge\\in"));
		CHECK(RemoveDirectoryA("link"));
	} else {
		CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
	}
	CHECK(RemoveDirectoryA("edge"));
}

static void variables(void)
{
	enum { LONGEST = 4 * 32768 };
	WCHAR *value = calloc(LONGEST + 1, sizeof *value);
	WCHAR *got = calloc(LONGEST + 1, sizeof *got);
	char *narrow = calloc(LONGEST + 1, 1);

	for (int n = 32766; n <= LONGEST; n = n == 32766 ? 32768 : n + 32768) {
		for (int i = 0; i < n; i++)
			value[i] = 'a' + i % 26;
		value[n] = 0;
		CHECK(SetEnvironmentVariableW(L"RF_LONG", value));
		CHECK_EQ(GetEnvironmentVariableW(L"RF_LONG", NULL, 0), n + 1);
		CHECK_EQ(GetEnvironmentVariableW(L"RF_LONG", got, n), n + 1);
		CHECK_EQ(GetEnvironmentVariableW(L"RF_LONG", got, n + 1), n);
		CHECK(!memcmp(got, value, (n + 1) * sizeof *got));
		CHECK_EQ(GetEnvironmentVariableA("RF_LONG", narrow, n + 1), n);
		CHECK(narrow[n - 1] == (char)value[n - 1] && !narrow[n]);
	}
	CHECK(SetEnvironmentVariableW(L"RF_LONG", L""));
	CHECK_EQ(GetEnvironmentVariableW(L"RF_LONG", NULL, 0), 1);
	SetLastError(7);
	CHECK_EQ(GetEnvironmentVariableW(L"RF_LONG", got, 5), 0);
	CHECK_EQ(GetLastError(), ERROR_SUCCESS);
	CHECK(SetEnvironmentVariableW(L"RF_LONG", NULL));
	CHECK_EQ(GetEnvironmentVariableW(L"RF_LONG", got, 5), 0);
	CHECK_EQ(GetLastError(), ERROR_ENVVAR_NOT_FOUND);
	free(value);
	free(got);
	free(narrow);
}

static void title(void)
{
	WCHAR s[1025] = L"";
	DWORD n;

	if (!GetConsoleWindow() && GetConsoleCP() == 0)
		return; /* no console */
	n = GetConsoleTitleW(s, 1025);
	CHECK(n > 0, "%lu %lu", n, GetLastError());
	CHECK_EQ(n, wcslen(s));
	CHECK(SetConsoleTitleW(L"of ours"));
	CHECK_EQ(GetConsoleTitleW(s, 1025), 7);
	CHECK(!wcscmp(s, L"of ours"));
}

int main(void)
{
	long_names();
	folders();
	links();
	variables();
	title();
	return check_done();
}
