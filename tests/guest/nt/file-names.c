/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-names.c - names in all their forms: long ones, devices, dots and blanks
 * at the end, prefixes, links, final names, streams; times and sparse files.
 */
#include <windows.h>
#include <winioctl.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"

static WCHAR here[MAX_PATH];

static BOOL exists(const WCHAR *name)
{
	return GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
}

static HANDLE make(const WCHAR *name)
{
	return CreateFileW(name, GENERIC_READ | GENERIC_WRITE | DELETE, 7, NULL,
			   CREATE_ALWAYS, 0, NULL);
}

static void spellings(void)
{
	static const WCHAR *const same[] = {
		L"plain.txt",    L"plain.txt.",       L"plain.txt . .",
		L".\\plain.txt", L"x\\..\\plain.txt", L"./plain.txt",
		L"PLAIN.TXT",    L"plain.txt::$DATA", L".\\\\plain.txt",
	};
	static const WCHAR *const devices[] = {
		L"NUL",  L"nul.txt",    L"sub\\NUL",
		L"NUL ", L"\\\\.\\NUL", L"nul:",
	};
	static const WCHAR *const bad[] = {
		L"a*b", L"a?b", L"a<b", L"a|b", L"a\"b", L"a>b", L"tab\tx",
	};
	WCHAR name[600];
	HANDLE h;

	CloseHandle(make(L"plain.txt"));
	for (unsigned i = 0; i < ARRAYSIZE(same); i++) {
		h = CreateFileW(same[i], GENERIC_READ, 7, NULL, OPEN_EXISTING,
				0, NULL);
		CHECK(h != INVALID_HANDLE_VALUE, "%ls: %lu", same[i],
		      GetLastError());
		CloseHandle(h);
	}
	/* Taken as it is: a dot at the end is part of the name. */
	swprintf(name, 600, L"\\\\?\\%ls\\plain.txt", here);
	CHECK(exists(name));
	swprintf(name, 600, L"\\\\?\\%ls\\plain.txt.", here);
	CHECK(!exists(name));
	swprintf(name, 600, L"\\\\?\\%ls/plain.txt", here);
	CHECK(!exists(name));
	swprintf(name, 600, L"\\\\.\\%ls\\plain.txt", here);
	CHECK(exists(name));
	swprintf(name, 600, L"\\??\\%ls\\plain.txt", here);
	CHECK(exists(name));
	swprintf(name, 600, L"\\\\localhost\\%lc$%ls\\plain.txt", here[0],
		 here + 2);
	CHECK(exists(name), "%ls: %lu", name, GetLastError());
	for (unsigned i = 0; i < ARRAYSIZE(devices); i++) {
		h = CreateFileW(devices[i], GENERIC_WRITE, 0, NULL,
				OPEN_EXISTING, 0, NULL);
		CHECK(h != INVALID_HANDLE_VALUE, "%ls: %lu", devices[i],
		      GetLastError());
		CHECK_EQ(GetFileType(h), FILE_TYPE_CHAR);
		CloseHandle(h);
	}
	for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
		CHECK_EQ(make(bad[i]) == INVALID_HANDLE_VALUE, 1);
		CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
	}
	h = make(L"plain.txt:stream");
	CHECK(h != INVALID_HANDLE_VALUE || GetLastError() == ERROR_INVALID_NAME,
	      "%lu", GetLastError());
	if (h != INVALID_HANDLE_VALUE)
		CloseHandle(h);
	CHECK(DeleteFileW(L"plain.txt"));
}

static void long_names(void)
{
	WCHAR path[2000], part[120];
	size_t n, levels;

	for (int i = 0; i < 100; i++)
		part[i] = (WCHAR)('a' + i % 26);
	part[100] = 0;
	swprintf(path, 2000, L"\\\\?\\%ls", here);
	for (levels = 0; levels < 6; levels++) {
		n = wcslen(path);
		path[n] = '\\';
		wcscpy(path + n + 1, part);
		CHECK(CreateDirectoryW(path, NULL), "%lu", GetLastError());
	}
	n = wcslen(path);
	wcscpy(path + n, L"\\file");
	CloseHandle(make(path));
	CHECK(exists(path));
	CHECK(DeleteFileW(path));
	for (path[n] = 0; levels--; path[n] = 0) {
		CHECK(RemoveDirectoryW(path), "%lu", GetLastError());
		n -= 101;
	}
	/* One component of 255 is the limit. */
	for (n = 0; n < 256; n++)
		path[n] = 'y';
	path[255] = 0;
	CloseHandle(make(path));
	CHECK(exists(path));
	CHECK(DeleteFileW(path));
	path[255] = 'y';
	path[256] = 0;
	CHECK_EQ(make(path) == INVALID_HANDLE_VALUE, 1);
	CHECK(GetLastError() == ERROR_INVALID_NAME ||
		      GetLastError() == ERROR_FILENAME_EXCED_RANGE ||
		      GetLastError() == ERROR_PATH_NOT_FOUND,
	      "%lu", GetLastError());
}

static void links(void)
{
	WCHAR final[600], want[600];
	BY_HANDLE_FILE_INFORMATION a, b;
	HANDLE h;
	DWORD n;

	CloseHandle(make(L"Target.txt"));
	CHECK(CreateDirectoryW(L"Folder", NULL));
	CHECK(CreateHardLinkW(L"hard.txt", L"Target.txt", NULL));
	h = CreateFileW(L"hard.txt", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(GetFileInformationByHandle(h, &a));
	CHECK_EQ(a.nNumberOfLinks, 2);
	CloseHandle(h);
	h = CreateFileW(L"Target.txt", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(GetFileInformationByHandle(h, &b));
	CHECK(a.nFileIndexLow == b.nFileIndexLow &&
	      a.nFileIndexHigh == b.nFileIndexHigh);
	CloseHandle(h);
	CHECK(!CreateHardLinkW(L"hard.txt", L"Target.txt", NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);

	/* Links need a privilege or developer mode on Windows. */
	if (CreateSymbolicLinkW(L"soft.txt", L"Target.txt", 2)) {
		CHECK(CreateSymbolicLinkW(L"softdir", L"Folder", 3));
		CHECK(GetFileAttributesW(L"soft.txt") &
		      FILE_ATTRIBUTE_REPARSE_POINT);
		n = GetFileAttributesW(L"softdir");
		CHECK((n & FILE_ATTRIBUTE_REPARSE_POINT) &&
			      (n & FILE_ATTRIBUTE_DIRECTORY),
		      "%#lx", n);
		h = CreateFileW(L"soft.txt", GENERIC_READ, 7, NULL,
				OPEN_EXISTING, 0, NULL);
		n = GetFinalPathNameByHandleW(h, final, 600, 0);
		swprintf(want, 600, L"\\\\?\\%ls\\Target.txt", here);
		CHECK(n && n < 600 && !_wcsicmp(final, want), "%ls, not %ls",
		      final, want);
		CloseHandle(h);
		/* Deletes the link. */
		CHECK(DeleteFileW(L"soft.txt"));
		CHECK(RemoveDirectoryW(L"softdir"));
		CHECK(exists(L"Target.txt") && exists(L"Folder"));
	}

	/* The spelling on disk, not the one that was asked for. */
	h = CreateFileW(L"TARGET.TXT", 0, 7, NULL, OPEN_EXISTING, 0, NULL);
	n = GetFinalPathNameByHandleW(h, final, 600, VOLUME_NAME_NONE);
	CHECK(n > 11 && !wcscmp(final + n - 11, L"\\Target.txt"), "%ls", final);
	n = GetFinalPathNameByHandleW(h, final, 3, 0);
	CHECK(n > 3, "%lu", n);
	CloseHandle(h);
	CHECK(DeleteFileW(L"hard.txt"));
	CHECK(DeleteFileW(L"Target.txt"));
	CHECK(RemoveDirectoryW(L"Folder"));
}

static BOOL is_written_at(HANDLE h, FILETIME want)
{
	FILETIME got;

	CHECK(GetFileTime(h, NULL, NULL, &got));
	return !CompareFileTime(&got, &want);
}

/* A time that is set through a handle is not changed by writes through it. */
static void kept_times(void)
{
	const FILETIME set = { 0x12345678, 0x01d00000 };
	const FILETIME keep = { ~0u, ~0u }, go_on = { ~0u - 1, ~0u };
	FILE_BASIC_INFO bad = { .LastWriteTime = { .QuadPart = -3 } };
	HANDLE h = make(L"kept.bin"), other;
	FILETIME now;
	DWORD n;

	other = CreateFileW(L"kept.bin", GENERIC_WRITE | GENERIC_READ, 7, NULL,
			    OPEN_EXISTING, 0, NULL);
	CHECK(SetFileTime(h, NULL, NULL, &set));
	CHECK(WriteFile(h, "x", 1, &n, NULL));
	CHECK(is_written_at(h, set));
	CHECK(SetFilePointer(h, 100, NULL, FILE_BEGIN) == 100);
	CHECK(SetEndOfFile(h));
	CHECK(is_written_at(other, set));
	CHECK(WriteFile(other, "y", 1, &n, NULL));
	CloseHandle(other);
	CHECK(!is_written_at(h, set));
	other = CreateFileW(L"kept.bin", GENERIC_WRITE | GENERIC_READ, 7, NULL,
			    OPEN_EXISTING, 0, NULL);
	/* All ones: leave it alone from now on; one less: no more. */
	CHECK(GetFileTime(h, NULL, NULL, &now));
	CHECK(SetFileTime(h, NULL, NULL, &keep));
	CHECK(is_written_at(h, now));
	CHECK(SetFileTime(other, NULL, NULL, &set));
	CHECK(SetFileTime(h, NULL, NULL, &keep));
	CHECK(WriteFile(h, "z", 1, &n, NULL));
	CHECK(is_written_at(h, set));
	CHECK(SetFileTime(h, NULL, NULL, &go_on));
	CHECK(is_written_at(h, set));
	CHECK(WriteFile(h, "z", 1, &n, NULL));
	CloseHandle(h);
	h = CreateFileW(L"kept.bin", GENERIC_WRITE | GENERIC_READ, 7, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(!is_written_at(h, set));
	CHECK(!SetFileInformationByHandle(h, FileBasicInfo, &bad, sizeof bad));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	/* It lasts. */
	CHECK(SetFileTime(h, NULL, NULL, &set));
	CHECK(WriteFile(h, "z", 1, &n, NULL));
	CloseHandle(h);
	CloseHandle(other);
	h = CreateFileW(L"kept.bin", GENERIC_WRITE | GENERIC_READ, 7, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(is_written_at(h, set));
	CloseHandle(h);
	/* Overlapped, too. */
	h = CreateFileW(L"kept.bin", GENERIC_WRITE | GENERIC_READ, 7, NULL,
			OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
	CHECK(SetFileTime(h, NULL, NULL, &set));
	for (int i = 0; i < 4; i++) {
		OVERLAPPED o = { .Offset = (DWORD)i * 4096 };

		CHECK(WriteFile(h, here, 512, NULL, &o) ||
		      GetLastError() == ERROR_IO_PENDING);
		CHECK(GetOverlappedResult(h, &o, &n, TRUE));
	}
	CloseHandle(h);
	h = CreateFileW(L"kept.bin", GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
			NULL);
	CHECK(is_written_at(h, set));
	CloseHandle(h);
	CHECK(DeleteFileW(L"kept.bin"));
}

static void times_and_sizes(void)
{
	FILETIME set = { 0x12345678, 0x01d00000 }, got, w;
	LARGE_INTEGER at = { .QuadPart = 1 << 20 }, size;
	FILE_ALLOCATED_RANGE_BUFFER all = { .Length = { .QuadPart = 2 << 20 } };
	FILE_ALLOCATED_RANGE_BUFFER found[8];
	FILE_SET_SPARSE_BUFFER off = { FALSE };
	FILE_STANDARD_INFO std;
	HANDLE h = make(L"times.bin");
	DWORD n;

	/* Every 100 ns counts. */
	CHECK(SetFileTime(h, &set, &set, &set));
	CHECK(GetFileTime(h, &w, NULL, &got));
	CHECK_EQ(got.dwLowDateTime, set.dwLowDateTime);
	CHECK_EQ(got.dwHighDateTime, set.dwHighDateTime);
	CHECK_EQ(w.dwLowDateTime, set.dwLowDateTime);
	CloseHandle(h);
	DeleteFileW(L"times.bin");
	kept_times();

	h = make(L"sparse.bin");
	CHECK(DeviceIoControl(h, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &n, NULL),
	      "%lu", GetLastError());
	CHECK(SetFilePointerEx(h, at, NULL, FILE_BEGIN));
	CHECK(WriteFile(h, "end", 3, &n, NULL));
	CHECK(GetFileSizeEx(h, &size));
	CHECK_EQ(size.QuadPart, (1 << 20) + 3);
	CHECK(GetFileInformationByHandleEx(h, FileStandardInfo, &std,
					   sizeof std));
	CHECK(std.AllocationSize.QuadPart < 1 << 20, "%lld",
	      std.AllocationSize.QuadPart);
	CHECK(DeviceIoControl(h, FSCTL_QUERY_ALLOCATED_RANGES, &all, sizeof all,
			      found, sizeof found, &n, NULL),
	      "%lu", GetLastError());
	CHECK_EQ(n, sizeof *found);
	CHECK(found[0].FileOffset.QuadPart <= 1 << 20 &&
		      found[0].FileOffset.QuadPart > (1 << 20) - 131072,
	      "%lld", found[0].FileOffset.QuadPart);
	CHECK(GetFileAttributesW(L"sparse.bin") & FILE_ATTRIBUTE_SPARSE_FILE);
	/* That is not an attribute to be set or taken away like others. */
	CHECK(SetFileAttributesW(L"sparse.bin", FILE_ATTRIBUTE_HIDDEN));
	CHECK_EQ(GetFileAttributesW(L"sparse.bin"),
		 FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SPARSE_FILE);
	CHECK(DeviceIoControl(h, FSCTL_SET_SPARSE, &off, sizeof off, NULL, 0,
			      &n, NULL));
	CHECK_EQ(GetFileAttributesW(L"sparse.bin"), FILE_ATTRIBUTE_HIDDEN);
	CHECK(SetFileAttributesW(L"sparse.bin",
				 FILE_ATTRIBUTE_SPARSE_FILE |
					 FILE_ATTRIBUTE_ARCHIVE));
	CHECK_EQ(GetFileAttributesW(L"sparse.bin"), FILE_ATTRIBUTE_ARCHIVE);
	CloseHandle(h);
	CHECK(DeleteFileW(L"sparse.bin"));
}

static DWORD creates(const WCHAR *name, DWORD disposition, DWORD flags)
{
	HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 7, NULL,
			       disposition, flags, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

/* A backslash at the end is a folder's, and CreateFile makes none. */
static void folders(void)
{
	static const DWORD dispositions[] = { CREATE_NEW, CREATE_ALWAYS,
					      OPEN_ALWAYS };
	enum { FOLDER = FILE_FLAG_BACKUP_SEMANTICS };
	WCHAR root[] = L"?:\\";

	for (unsigned i = 0; i < ARRAYSIZE(dispositions); i++) {
		CHECK_EQ(creates(L"new\\", dispositions[i], 0),
			 ERROR_INVALID_NAME);
		CHECK_EQ(creates(L"new\\", dispositions[i], FOLDER),
			 ERROR_INVALID_NAME);
		CHECK_EQ(creates(L"none\\new\\", dispositions[i], FOLDER),
			 ERROR_PATH_NOT_FOUND);
	}
	CHECK(!exists(L"new"));
	CHECK_EQ(creates(L"new\\", OPEN_EXISTING, FOLDER),
		 ERROR_FILE_NOT_FOUND);
	/* One that is there is opened, and no more. */
	CHECK_EQ(creates(L"sub", OPEN_ALWAYS, FOLDER), 0);
	CHECK_EQ(creates(L"sub\\", OPEN_ALWAYS, FOLDER), 0);
	CHECK_EQ(creates(L"sub", CREATE_NEW, FOLDER), ERROR_FILE_EXISTS);
	CHECK_EQ(creates(L"sub", CREATE_ALWAYS, FOLDER), ERROR_FILE_EXISTS);
	CHECK_EQ(creates(L"sub\\", CREATE_ALWAYS, FOLDER), ERROR_FILE_EXISTS);
	CHECK_EQ(creates(L"sub", TRUNCATE_EXISTING, FOLDER),
		 ERROR_FILE_EXISTS);
	CHECK_EQ(creates(L"sub", CREATE_ALWAYS, 0), ERROR_ACCESS_DENIED);
	CHECK(!CreateDirectoryW(L"sub", NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(!CreateDirectoryW(L"sub\\", NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	/* A drive's own is never made. */
	for (int i = 0; i < 2; i++) {
		root[0] = i ? 'C' : here[0];
		CHECK(!CreateDirectoryW(root, NULL));
		CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
		CHECK_EQ(creates(root, CREATE_ALWAYS, FOLDER),
			 ERROR_ACCESS_DENIED);
		CHECK_EQ(creates(root, CREATE_NEW, FOLDER),
			 ERROR_ACCESS_DENIED);
	}
}

/* A link on drive C: leads to what has another name. */
static void link_on_c(void)
{
	char dir[60], file[80], link[80], final[MAX_PATH];
	HANDLE h;

	snprintf(dir, sizeof dir, "C:\\rf-file-names-%lu",
		 GetCurrentProcessId());
	snprintf(file, sizeof file, "%s\\target", dir);
	snprintf(link, sizeof link, "%s\\link", dir);
	CHECK(CreateDirectoryA(dir, NULL), "%lu", GetLastError());
	h = CreateFileA(file, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(h);
	if (!CreateSymbolicLinkA(link, "target", 2)) {
		/* A sandbox makes none. */
		CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
		goto out;
	}
	h = CreateFileA(link, 0, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(GetFinalPathNameByHandleA(h, final, sizeof final, 0) > 4);
	CHECK(!_stricmp(final + 4, file), "%s", final);
	CloseHandle(h);
	CHECK(DeleteFileA(link));
out:
	CHECK(DeleteFileA(file));
	CHECK(RemoveDirectoryA(dir));
}

int main(void)
{
	WCHAR temp[MAX_PATH];

	GetTempPathW(MAX_PATH, temp);
	swprintf(here, MAX_PATH, L"%lsrf-names-%lu", temp,
		 GetCurrentProcessId());
	CHECK(CreateDirectoryW(here, NULL));
	CHECK(SetCurrentDirectoryW(here));
	CHECK(CreateDirectoryW(L"sub", NULL));
	spellings();
	long_names();
	links();
	times_and_sizes();
	folders();
	/* Nobody takes away the folder one stands in. */
	CHECK(RemoveDirectoryW(L"sub"));
	CHECK(!RemoveDirectoryW(here));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	SetCurrentDirectoryW(L"\\");
	CHECK(RemoveDirectoryW(here), "%lu", GetLastError());
	link_on_c();
	return check_done();
}
