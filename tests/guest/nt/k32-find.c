/* kernel32: FindFirstFile with wildcards; full, long, final paths; SearchPath.
 */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <string.h>
#include "check.h"

static WCHAR dir[MAX_PATH];

static const WCHAR *in_dir(const WCHAR *name)
{
	static WCHAR path[4][MAX_PATH + 1024];
	static int n;
	WCHAR *p = path[n++ & 3];

	lstrcpyW(p, dir);
	lstrcatW(p, L"\\");
	lstrcatW(p, name);
	return p;
}

static void touch(const WCHAR *name)
{
	HANDLE h = CreateFileW(in_dir(name), GENERIC_WRITE, 0, NULL, CREATE_NEW,
			       0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%ls %lu", name, GetLastError());
	CloseHandle(h);
}

static int count(const WCHAR *pattern)
{
	WIN32_FIND_DATAW d;
	HANDLE h = FindFirstFileW(in_dir(pattern), &d);
	int n = 0;

	if (h == INVALID_HANDLE_VALUE)
		return -(int)GetLastError();
	do
		n++;
	while (FindNextFileW(h, &d));
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	FindClose(h);
	return n;
}

static void find(void)
{
	WIN32_FIND_DATAW d;
	HANDLE h;

	touch(L"alpha.txt");
	touch(L"beta.TXT");
	touch(L"gamma");
	touch(L"a.b.c");
	CHECK(CreateDirectoryW(in_dir(L"sub"), NULL));

	CHECK_EQ(count(L"*"), 7); /* . and .. as well */
	CHECK_EQ(count(L"*.*"), 7);
	CHECK_EQ(count(L"*.txt"), 2);
	CHECK_EQ(count(L"alpha.txt"), 1);
	CHECK_EQ(count(L"ALPHA.TXT"), 1);
	CHECK_EQ(count(L"?amma"), 1);
	CHECK_EQ(count(L"su??"), 1); /* at the end ? may be nothing */
	CHECK_EQ(count(L"a*"), 2);
	CHECK_EQ(count(L"*.b.*"), 1);
	CHECK_EQ(count(L"none*"), -ERROR_FILE_NOT_FOUND);
	CHECK_EQ(count(L"none\\*"), -ERROR_PATH_NOT_FOUND);
	CHECK_EQ(count(L"sub"), 1);
	CHECK_EQ(count(L"sub\\*"), 2);
	CHECK_EQ(count(L"sub\\"), -ERROR_FILE_NOT_FOUND);

	h = FindFirstFileExW(in_dir(L"gamma"), FindExInfoBasic, &d,
			     FindExSearchNameMatch, NULL, 0);
	CHECK(h != INVALID_HANDLE_VALUE && !lstrcmpW(d.cFileName, L"gamma") &&
	      !d.cAlternateFileName[0] && !d.nFileSizeLow &&
	      !(d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY));
	FindClose(h);
	CHECK(!FindClose(INVALID_HANDLE_VALUE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!FindClose((HANDLE)0x1230)); /* nor is it a crash */
}

static void paths(void)
{
	WCHAR buf[MAX_PATH * 2], old[MAX_PATH], *part;
	DWORD n;
	HANDLE h;

	n = GetFullPathNameW(L"C:\\a\\.\\b\\..\\c.txt", MAX_PATH, buf, &part);
	CHECK(n == 10 && !lstrcmpW(buf, L"C:\\a\\c.txt") && part == buf + 5,
	      "%lu %ls", n, buf);
	CHECK_EQ(GetFullPathNameW(L"C:\\a\\c.txt", 3, buf, NULL), 11);
	n = GetFullPathNameW(L"C:/x/y/", MAX_PATH, buf, &part);
	CHECK(!lstrcmpW(buf, L"C:\\x\\y\\") && !part, "%ls", buf);
	n = GetFullPathNameW(L"nul", MAX_PATH, buf, &part);
	CHECK(!lstrcmpW(buf, L"\\\\.\\nul"), "%ls", buf);

	GetCurrentDirectoryW(MAX_PATH, old);
	CHECK(SetCurrentDirectoryW(dir), "error %lu", GetLastError());
	n = GetCurrentDirectoryW(MAX_PATH, buf);
	CHECK(n == (DWORD)lstrlenW(dir) && !lstrcmpiW(buf, dir), "%ls %ls", buf,
	      dir);
	CHECK_EQ(GetCurrentDirectoryW(1, buf), lstrlenW(dir) + 1);
	CHECK(GetFileAttributesW(L"gamma") != INVALID_FILE_ATTRIBUTES);
	GetFullPathNameW(L"gamma", MAX_PATH, buf, &part);
	CHECK(!lstrcmpiW(buf, in_dir(L"gamma")), "%ls", buf);
	CHECK(!SetCurrentDirectoryW(L"gamma"));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
	CHECK(!SetCurrentDirectoryW(L"none"));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);

	n = GetLongPathNameW(L"GAMMA", buf, MAX_PATH);
	CHECK(n == 5 && !lstrcmpW(buf, L"gamma"), "%lu %ls", n, buf);
	CHECK_EQ(GetLongPathNameW(L"none", buf, MAX_PATH), 0);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	n = GetShortPathNameW(in_dir(L"sub"), buf, MAX_PATH);
	CHECK(n && GetFileAttributesW(buf) & FILE_ATTRIBUTE_DIRECTORY);
	n = SearchPathW(dir, L"alpha", L".txt", MAX_PATH, buf, &part);
	CHECK(n && !lstrcmpiW(buf, in_dir(L"alpha.txt")) && part &&
		      !lstrcmpiW(part, L"alpha.txt"),
	      "%lu %ls", n, buf);
	CHECK_EQ(SearchPathW(dir, L"none", NULL, MAX_PATH, buf, NULL), 0);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	SetCurrentDirectoryW(old);

	h = CreateFileW(in_dir(L"GAMMA"), 0, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	n = GetFinalPathNameByHandleW(h, buf, MAX_PATH, 0);
	CHECK(n > 4 && !memcmp(buf, L"\\\\?\\", 8) &&
		      n == (DWORD)lstrlenW(buf) &&
		      !lstrcmpW(buf + n - 6, L"\\gamma"),
	      "%lu %ls %lu", n, buf, GetLastError());
	CHECK_EQ(GetFinalPathNameByHandleW(h, buf, 2, 0), n + 1);
	n = GetFinalPathNameByHandleW(h, buf, MAX_PATH, VOLUME_NAME_NONE);
	CHECK(n && buf[0] == '\\' && !lstrcmpW(buf + n - 6, L"\\gamma"), "%ls",
	      buf);
	CloseHandle(h);
}

static void volumes(void)
{
	WCHAR root[4] = L"X:\\", fs[MAX_PATH], buf[MAX_PATH], deep[1016];
	ULARGE_INTEGER a, t, f;
	DWORD serial, max, flags, n;

	root[0] = dir[0];
	CHECK(GetLogicalDrives() >> ((dir[0] | 32) - 'a') & 1, "%lx",
	      GetLogicalDrives());
	n = GetLogicalDriveStringsW(MAX_PATH, buf);
	CHECK(n && n % 4 == 0 && buf[1] == ':' && !buf[n], "%lu", n);
	CHECK_EQ(GetDriveTypeW(root), DRIVE_FIXED);
	CHECK_EQ(GetDriveTypeW(L"Q:\\none\\"), DRIVE_NO_ROOT_DIR);
	CHECK(GetVolumeInformationW(root, buf, MAX_PATH, &serial, &max, &flags,
				    fs, MAX_PATH),
	      "error %lu", GetLastError());
	CHECK_EQ(max, 255);
	CHECK(flags & FILE_CASE_PRESERVED_NAMES, "%lx", flags);
	CHECK(fs[0]);
	CHECK(!GetVolumeInformationW(L"C:", NULL, 0, NULL, NULL, NULL, NULL,
				     0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
	CHECK(GetDiskFreeSpaceExW(dir, &a, &t, &f) && t.QuadPart >= a.QuadPart,
	      "error %lu", GetLastError());
	CHECK(GetVolumePathNameW(in_dir(L"x"), buf, MAX_PATH) &&
		      !lstrcmpiW(buf, root),
	      "%ls", buf);
	/* However deep. */
	for (n = 0; n < 1000; n += 10)
		wcscpy(deep + n, L"\\long name");
	CHECK(GetVolumePathNameW(in_dir(deep + 1), buf, MAX_PATH) &&
		      !lstrcmpiW(buf, root),
	      "%lu", GetLastError());
	CHECK(!GetVolumePathNameW(deep, buf, 3));
	CHECK_EQ(GetLastError(), ERROR_FILENAME_EXCED_RANGE);
	root[2] = 0;
	CHECK(QueryDosDeviceW(root, buf, MAX_PATH) && buf[0] == '\\', "%lu",
	      GetLastError());
	CHECK(!QueryDosDeviceW(L"none", buf, MAX_PATH));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

/* A device is in every folder, and is none. */
static void devices(void)
{
	WIN32_FIND_DATAW d;
	HANDLE h = FindFirstFileW(in_dir(L"nul.txt"), &d);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	if (h != INVALID_HANDLE_VALUE) {
		CHECK(!wcscmp(d.cFileName, L"nul"), "%ls", d.cFileName);
		CHECK_EQ(d.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
		CHECK_EQ(d.nFileSizeLow, 0);
		CHECK(!FindNextFileW(h, &d));
		CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
		CHECK(FindClose(h));
	}
	CHECK(!CreateDirectoryW(in_dir(L"NUL"), NULL));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
	CHECK(!CreateDirectoryW(in_dir(L"con.x"), NULL));
	CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
}

/* A drive's volume has a name of its own, which works like the letter. */
static void volume_names(void)
{
	WCHAR name[64], other[64], path[MAX_PATH], letters[16];
	WCHAR device[MAX_PATH] = L"";
	WCHAR root[] = L"C:\\";
	DWORD n, found = 0;
	HANDLE h;

	CHECK(GetVolumeNameForVolumeMountPointW(root, name, 64));
	CHECK(!wcsncmp(name, L"\\\\?\\Volume{", 11) && wcslen(name) == 49,
	      "%ls", name);
	CHECK(!GetVolumeNameForVolumeMountPointW(L"C:", other, 64));
	CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
	CHECK(!GetVolumeNameForVolumeMountPointW(root, other, 49));
	CHECK_EQ(GetLastError(), ERROR_FILENAME_EXCED_RANGE);
	CHECK(!GetVolumeNameForVolumeMountPointW(L"C:\\Windows\\", other, 64));
	CHECK_EQ(GetLastError(), ERROR_NOT_A_REPARSE_POINT);
	CHECK(GetVolumePathNamesForVolumeNameW(name, letters, 16, &n));
	CHECK(n == 5 && !wcscmp(letters, root) && !letters[4]);
	CHECK(!GetVolumePathNamesForVolumeNameW(name, letters, 4, &n));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(n, 5);

	/* \\?\Volume{...}\ without both ends is a device like C:. */
	CHECK(QueryDosDeviceW(L"C:", path, MAX_PATH));
	wcscpy(other, name + 4);
	other[wcslen(other) - 1] = 0;
	CHECK(QueryDosDeviceW(other, device, MAX_PATH), "%lu", GetLastError());
	CHECK(!wcscmp(path, device), "%ls %ls", path, device);

	h = FindFirstVolumeW(other, 64);
	CHECK(h != INVALID_HANDLE_VALUE);
	do
		found += !wcscmp(name, other);
	while (FindNextVolumeW(h, other, 64));
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	CHECK_EQ(found, 1);
	CHECK(FindVolumeClose(h));

	h = CreateFileW(L"C:\\Windows", 0, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS, NULL);
	n = GetFinalPathNameByHandleW(h, path, MAX_PATH, VOLUME_NAME_GUID);
	CHECK(n == 49 + 7 && !wcsncmp(path, name, 49) &&
		      !_wcsicmp(path + 49, L"Windows"),
	      "%ls", path);
	CloseHandle(h);
	CHECK(GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES);
	CHECK(GetVolumePathNameW(path, other, 64) && !wcscmp(other, name),
	      "%ls", other);
}

/* A move put off stands in the registry; needs an administrator. */
static void move_at_boot(void)
{
	static const char key[] =
		"System\\CurrentControlSet\\Control\\Session Manager";
	static const char value[] = "PendingFileRenameOperations";
	static char before[65536], after[65536];
	DWORD size = sizeof before, size2 = sizeof after;
	char file[MAX_PATH], want[MAX_PATH + 8];
	HANDLE h;

	CHECK(!MoveFileExW(in_dir(L"missing"), NULL,
			   MOVEFILE_DELAY_UNTIL_REBOOT));
	if (GetLastError() == ERROR_ACCESS_DENIED)
		return;
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	h = CreateFileW(in_dir(L"later"), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0,
			NULL);
	CloseHandle(h);
	if (RegGetValueA(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_MULTI_SZ,
			 NULL, before, &size))
		size = 0;
	CHECK(!MoveFileExW(in_dir(L"later"), L"C:\\x",
			   MOVEFILE_DELAY_UNTIL_REBOOT |
				   MOVEFILE_COPY_ALLOWED));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	if (!MoveFileExW(in_dir(L"later"), NULL, MOVEFILE_DELAY_UNTIL_REBOOT)) {
		CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
		DeleteFileW(in_dir(L"later"));
		return;
	}
	CHECK_EQ(RegGetValueA(HKEY_LOCAL_MACHINE, key, value,
			      RRF_RT_REG_MULTI_SZ, NULL, after, &size2),
		 0);
	WideCharToMultiByte(CP_ACP, 0, in_dir(L"later"), -1, file, MAX_PATH,
			    NULL, NULL);
	snprintf(want, sizeof want, "\\??\\%s", file);
	size = size ? size - 1 : 0; /* the new pair stands at the last NUL */
	CHECK(size2 == size + strlen(want) + 3 && !strcmp(after + size, want) &&
		      !after[size + strlen(want) + 1],
	      "%s, %lu of %lu", after + size, size, size2);
	/* Put it back. */
	if (size)
		RegSetKeyValueA(HKEY_LOCAL_MACHINE, key, value, REG_MULTI_SZ,
				before, size + 1);
	else
		RegDeleteKeyValueA(HKEY_LOCAL_MACHINE, key, value);
	CHECK(DeleteFileW(in_dir(L"later")));
}

int main(void)
{
	WCHAR temp[MAX_PATH];

	GetTempPathW(MAX_PATH, temp);
	GetLongPathNameW(temp, temp, MAX_PATH);
	CHECK(GetTempFileNameW(temp, L"fnd", 0, dir));
	DeleteFileW(dir);
	CHECK(CreateDirectoryW(dir, NULL));
	find();
	paths();
	volumes();
	devices();
	volume_names();
	move_at_boot();
	DeleteFileW(in_dir(L"alpha.txt"));
	DeleteFileW(in_dir(L"beta.TXT"));
	DeleteFileW(in_dir(L"gamma"));
	DeleteFileW(in_dir(L"a.b.c"));
	RemoveDirectoryW(in_dir(L"sub"));
	CHECK(RemoveDirectoryW(dir), "error %lu", GetLastError());
	return check_done();
}
