/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where things are: the system's folders, temporary files, full paths. */
#include <windows.h>

#include "check.h"

static void folders(void)
{
	WCHAR s[MAX_PATH], f[MAX_PATH];
	HANDLE h;

	CHECK(GetSystemDirectoryW(s, MAX_PATH));
	CHECK(GetFileAttributesW(s) & FILE_ATTRIBUTE_DIRECTORY);
	lstrcpyW(f, s);
	lstrcatW(f, L"\\KERNEL32.dll");
	CHECK(GetFileAttributesW(f) != INVALID_FILE_ATTRIBUTES);
	h = CreateFileW(f, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
			0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(GetFileSize(h, NULL) > 1000);
	CloseHandle(h);
	h = CreateFileW(f, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK(GetWindowsDirectoryW(s, MAX_PATH));
	CHECK(GetFileAttributesW(s) & FILE_ATTRIBUTE_DIRECTORY);
	CHECK_EQ(GetFileAttributesW(L"C:\\no such folder"),
		 INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(GetFileAttributesW(L"C:\\no such folder\\x"),
		 INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK_EQ(GetFileAttributesW(L"C:\\a<b"), INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
	CHECK_EQ(GetDriveTypeW(L"C:\\"), DRIVE_FIXED);
	CHECK_EQ(GetDriveTypeW(L"Q:\\"), DRIVE_NO_ROOT_DIR);
	CHECK(GetLogicalDrives() & 4);
}

static void full_paths(void)
{
	static const struct {
		const WCHAR *in, *want;
	} cases[] = {
		{ L"C:\\a\\..\\b", L"C:\\b" },
		{ L"C:\\a\\.\\b", L"C:\\a\\b" },
		{ L"C:/a//b/", L"C:\\a\\b\\" },
		{ L"C:\\..\\a", L"C:\\a" },
		{ L"C:\\a. ", L"C:\\a" },
		{ L"\\\\?\\C:\\a/..\\b", L"\\\\?\\C:\\a\\..\\b" },
		{ L"NUL", L"\\\\.\\NUL" },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		WCHAR out[MAX_PATH] = L"";
		DWORD n = GetFullPathNameW(cases[i].in, MAX_PATH, out, NULL);

		/* What a verbatim path becomes differs between releases. */
		if (cases[i].in[2] == '?')
			continue;
		CHECK(n == (DWORD)lstrlenW(cases[i].want) &&
			      !lstrcmpW(out, cases[i].want),
		      "%ls: %ls", cases[i].in, out);
	}
}

static void current_directory(void)
{
	WCHAR old[MAX_PATH], temp[MAX_PATH], now[MAX_PATH];
	DWORD n;

	CHECK(GetCurrentDirectoryW(MAX_PATH, old));
	CHECK(GetTempPathW(MAX_PATH, temp));
	CHECK(SetCurrentDirectoryW(temp));
	n = GetCurrentDirectoryW(MAX_PATH, now);
	CHECK_EQ(n, lstrlenW(temp) - 1);
	CHECK(!SetCurrentDirectoryW(L"no such folder"));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(GetFileAttributesW(L".") & FILE_ATTRIBUTE_DIRECTORY);
	CHECK(SetCurrentDirectoryW(old));
}

static void odd_names(void)
{
	static const WCHAR *const names[] = {
		L"\xd83d\xde00", L"\x00e4\x00d6", L"lone\xd800",
		L"lone\xdc01x",  L"with space",   L"#%&{}$!'@+`=",
	};
	WCHAR temp[MAX_PATH], path[MAX_PATH];

	CHECK(GetTempPathW(MAX_PATH, temp));
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		WIN32_FIND_DATAW d;
		HANDLE h;

		lstrcpyW(path, temp);
		lstrcatW(path, L"rf-odd-");
		lstrcatW(path, names[i]);
		h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0,
				NULL);
		CHECK(h != INVALID_HANDLE_VALUE, "name %u", i);
		CloseHandle(h);
		path[lstrlenW(temp) + 7] = 0;
		lstrcatW(path, L"*");
		h = FindFirstFileW(path, &d);
		CHECK(h != INVALID_HANDLE_VALUE, "name %u", i);
		CHECK(!lstrcmpW(d.cFileName + 7, names[i]), "name %u", i);
		FindClose(h);
		lstrcpyW(path, temp);
		lstrcatW(path, d.cFileName);
		CHECK(DeleteFileW(path), "name %u", i);
	}
}

int main(void)
{
	folders();
	full_paths();
	current_directory();
	odd_names();
	return check_done();
}
