/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-links.c - all names of a file (FindFirstFileNameW), and what is told of
 * a name that nobody opens (GetFileInformationByName).
 */
#include <windows.h>

#include <stddef.h>
#include <string.h>

#include "check.h"

static WCHAR folder[MAX_PATH];

static const WCHAR *in_folder(const WCHAR *name)
{
	static WCHAR path[4][MAX_PATH];
	static int n;
	WCHAR *p = path[n++ % 4];

	swprintf(p, MAX_PATH, L"%ls\\%ls", folder, name);
	return p;
}

static HANDLE make(const WCHAR *name, const char *text)
{
	DWORD n;
	HANDLE f = CreateFileW(in_folder(name), GENERIC_READ | GENERIC_WRITE, 7,
			       NULL, CREATE_ALWAYS, 0, NULL);

	CHECK(f != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	WriteFile(f, text, (DWORD)strlen(text), &n, NULL);
	return f;
}

/* Names end like this: there is no drive before them. */
static int is_named(const WCHAR *path, const WCHAR *name)
{
	const WCHAR *want = in_folder(name) + 2;

	return path[0] == '\\' && !_wcsicmp(path, want);
}

static void test_names(void)
{
	WCHAR name[1024];
	DWORD len = COUNT_OF(name), short_len = 4, seen = 0, n = 0;
	HANDLE f = make(L"one", "x"), h;

	CloseHandle(f);
	h = FindFirstFileNameW(in_folder(L"one"), 0, &len, name);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(is_named(name, L"one"), "%ls", name);
	CHECK_EQ(len, wcslen(name) + 1);
	len = COUNT_OF(name);
	CHECK(!FindNextFileNameW(h, &len, name));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	CHECK(FindClose(h));

	CHECK(CreateDirectoryW(in_folder(L"sub"), NULL));
	CHECK(CreateHardLinkW(in_folder(L"two"), in_folder(L"one"), NULL));
	CHECK(CreateHardLinkW(in_folder(L"sub\\three"), in_folder(L"one"),
			      NULL));
	/* Too short: how long it must be. */
	h = FindFirstFileNameW(in_folder(L"two"), 0, &short_len, name);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK(short_len > 4, "%lu", short_len);

	len = COUNT_OF(name);
	h = FindFirstFileNameW(in_folder(L"two"), 0, &len, name);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	do {
		n++;
		seen |= is_named(name, L"one")          ? 1
			: is_named(name, L"two")        ? 2
			: is_named(name, L"sub\\three") ? 4
							: 8;
		len = COUNT_OF(name);
	} while (FindNextFileNameW(h, &len, name));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	CHECK_EQ(n, 3);
	CHECK_EQ(seen, 7);
	CHECK(FindClose(h));

	len = COUNT_OF(name);
	CHECK(FindFirstFileNameW(in_folder(L"none"), 0, &len, name) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(FindFirstFileNameW(in_folder(L"one"), 1, &len, name) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

/* FILE_STAT_BASIC_INFORMATION, and FILE_STAT_INFORMATION as its beginning. */
struct stat_basic {
	LONGLONG id, created, accessed, written, changed, allocation, size;
	ULONG attributes, tag, links, device, characteristics, reserved;
	LONGLONG volume;
	FILE_ID_128 id128;
};

static void test_by_name(void)
{
	BOOL(WINAPI * by_name)
	(PCWSTR, int, PVOID, ULONG) = (void *)GetProcAddress(
		LoadLibraryA("api-ms-win-core-file-l2-1-4.dll"),
		"GetFileInformationByName");
	BY_HANDLE_FILE_INFORMATION b;
	FILE_ID_INFO id;
	struct stat_basic s;
	ULONG words[24];
	HANDLE f;

	if (!by_name) {
		printf("# before Windows 11 24H2\n");
		return;
	}
	f = make(L"stat", "12345");
	CHECK(GetFileInformationByHandle(f, &b));
	CHECK(GetFileInformationByHandleEx(f, FileIdInfo, &id, sizeof id));
	memset(&s, 0xcc, sizeof s);
	CHECK(by_name(in_folder(L"STAT"), 3, &s, sizeof s), "%lu",
	      GetLastError());
	CHECK_EQ(s.size, 5);
	CHECK_EQ(s.links, 1);
	CHECK_EQ(s.tag, 0);
	CHECK_EQ(s.attributes, b.dwFileAttributes);
	CHECK_EQ(s.device, 7); /* FILE_DEVICE_DISK */
	CHECK_EQ((DWORD)s.id, b.nFileIndexLow);
	CHECK_EQ((DWORD)s.written, b.ftLastWriteTime.dwLowDateTime);
	CHECK_EQ(s.volume, id.VolumeSerialNumber);
	CHECK(!memcmp(&s.id128, &id.FileId, sizeof id.FileId));
	CloseHandle(f);

	/* The same beginning, and what may be done with it. */
	CHECK(by_name(in_folder(L"stat"), 0, words, 72));
	CHECK(!memcmp(words, &s, offsetof(struct stat_basic, device)));
	CHECK(words[17] & FILE_READ_DATA);
	CHECK(by_name(in_folder(L"stat"), 1, words, 96));
	CHECK(by_name(in_folder(L"sub"), 3, &s, sizeof s));
	CHECK(s.attributes & FILE_ATTRIBUTE_DIRECTORY);

	CHECK(!by_name(in_folder(L"none"), 3, &s, sizeof s));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(!by_name(in_folder(L"none\\none"), 3, &s, sizeof s));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(!by_name(in_folder(L"stat"), 3, &s, sizeof s - 8));
	CHECK_EQ(GetLastError(), ERROR_BAD_LENGTH);
	CHECK(!by_name(in_folder(L"stat"), 9, &s, sizeof s));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

int main(void)
{
	static const WCHAR *const names[] = { L"one", L"two", L"sub\\three",
					      L"stat" };
	WCHAR temp[MAX_PATH];

	GetTempPathW(MAX_PATH, temp);
	GetLongPathNameW(temp, temp, MAX_PATH);
	swprintf(folder, MAX_PATH, L"%lsrf-links-%lu", temp,
		 GetCurrentProcessId());
	CHECK(CreateDirectoryW(folder, NULL));
	test_names();
	test_by_name();
	for (unsigned i = 0; i < COUNT_OF(names); i++)
		DeleteFileW(in_folder(names[i]));
	RemoveDirectoryW(in_folder(L"sub"));
	CHECK(RemoveDirectoryW(folder));
	return check_done();
}
