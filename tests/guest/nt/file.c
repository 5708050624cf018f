/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files through kernel32: creating, positions, sharing, deletion, times. */
#include <windows.h>

#include "check.h"

static WCHAR dir[MAX_PATH];

static const WCHAR *in_dir(const WCHAR *name)
{
	static WCHAR slot[4][MAX_PATH];
	static unsigned next;
	WCHAR *s = slot[next++ % 4];

	lstrcpyW(s, dir);
	lstrcatW(s, L"\\");
	lstrcatW(s, name);
	return s;
}

static HANDLE open_file(const WCHAR *name, DWORD access, DWORD share, DWORD how,
			DWORD flags)
{
	return CreateFileW(in_dir(name), access, share, NULL, how, flags, NULL);
}

static void make(const WCHAR *name, const char *text)
{
	HANDLE h = open_file(name, GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK(WriteFile(h, text, lstrlenA(text), &n, NULL));
	CHECK_EQ(n, lstrlenA(text));
	CHECK(CloseHandle(h));
}

static void dispositions(void)
{
	static const struct {
		DWORD how;
		int there;
		DWORD error; /* of a success too */
		int opens, empties;
	} cases[] = {
		{ CREATE_NEW, 0, 0, 1, 0 },
		{ CREATE_NEW, 1, ERROR_FILE_EXISTS, 0, 0 },
		{ CREATE_ALWAYS, 0, 0, 1, 0 },
		{ CREATE_ALWAYS, 1, ERROR_ALREADY_EXISTS, 1, 1 },
		{ OPEN_EXISTING, 0, ERROR_FILE_NOT_FOUND, 0, 0 },
		{ OPEN_EXISTING, 1, 0, 1, 0 },
		{ OPEN_ALWAYS, 0, 0, 1, 0 },
		{ OPEN_ALWAYS, 1, ERROR_ALREADY_EXISTS, 1, 0 },
		{ TRUNCATE_EXISTING, 0, ERROR_FILE_NOT_FOUND, 0, 0 },
		{ TRUNCATE_EXISTING, 1, 0, 1, 1 },
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		HANDLE h;
		DWORD error;

		DeleteFileW(in_dir(L"Disp.txt"));
		if (cases[i].there)
			make(L"Disp.txt", "abc");
		SetLastError(12345);
		h = open_file(L"dISP.TXT", GENERIC_READ | GENERIC_WRITE, 0,
			      cases[i].how, 0);
		error = GetLastError();
		CHECK((h != INVALID_HANDLE_VALUE) == cases[i].opens,
		      "case %u: error %lu", i, error);
		if (cases[i].how == OPEN_EXISTING && cases[i].opens)
			;
		else
			CHECK(error == cases[i].error ||
				      (!cases[i].error && error == 12345),
			      "case %u: error %lu", i, error);
		if (h == INVALID_HANDLE_VALUE)
			continue;
		CHECK_EQ(GetFileSize(h, NULL),
			 cases[i].there && !cases[i].empties ? 3 : 0);
		CloseHandle(h);
	}
	DeleteFileW(in_dir(L"Disp.txt"));
	CHECK(open_file(L"no\\such", GENERIC_READ, 0, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(CreateFileW(dir, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
}

static void positions(void)
{
	HANDLE h = open_file(L"pos", GENERIC_READ | GENERIC_WRITE, 0,
			     CREATE_ALWAYS, 0);
	OVERLAPPED at = { 0 };
	LARGE_INTEGER zero = { 0 }, now;
	char s[32] = "";
	DWORD n;

	WriteFile(h, "0123456789", 10, &n, NULL);
	CHECK(ReadFile(h, s, 4, &n, NULL));
	CHECK_EQ(n, 0);
	at.Offset = 3;
	CHECK(ReadFile(h, s, 2, &n, &at));
	CHECK(!memcmp(s, "34", 2));
	CHECK(SetFilePointerEx(h, zero, &now, FILE_CURRENT));
	CHECK_EQ(now.QuadPart, 5);
	at.Offset = 100;
	CHECK(!ReadFile(h, s, 2, &n, &at));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	CHECK_EQ(SetFilePointer(h, -2, NULL, FILE_END), 8);
	CHECK(SetEndOfFile(h));
	CHECK_EQ(GetFileSize(h, NULL), 8);
	CHECK_EQ(SetFilePointer(h, -1, NULL, FILE_BEGIN),
		 INVALID_SET_FILE_POINTER);
	CHECK_EQ(GetLastError(), ERROR_NEGATIVE_SEEK);
	CloseHandle(h);

	h = open_file(L"pos", FILE_APPEND_DATA, 0, OPEN_EXISTING, 0);
	CHECK(WriteFile(h, "+", 1, &n, NULL));
	CloseHandle(h);
	h = open_file(L"pos", GENERIC_READ, 0, OPEN_EXISTING,
		      FILE_FLAG_OVERLAPPED);
	memset(&at, 0, sizeof at);
	at.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (!ReadFile(h, s, 32, NULL, &at))
		CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
	CHECK(GetOverlappedResult(h, &at, &n, TRUE));
	CHECK_EQ(n, 9);
	CHECK(!memcmp(s, "01234567+", 9));
	CHECK(!ReadFile(h, s, 32, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CloseHandle(at.hEvent);
	CloseHandle(h);
	DeleteFileW(in_dir(L"pos"));
}

static void sharing(void)
{
	HANDLE a = open_file(L"share", GENERIC_READ, FILE_SHARE_READ,
			     CREATE_ALWAYS, 0),
	       b;

	CHECK(open_file(L"share", GENERIC_WRITE, 7, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	b = open_file(L"share", GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING,
		      0);
	CHECK(b != INVALID_HANDLE_VALUE);
	CHECK(!DeleteFileW(in_dir(L"share")));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(!MoveFileW(in_dir(L"share"), in_dir(L"share2")));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CloseHandle(a);
	CloseHandle(b);
	CHECK(DeleteFileW(in_dir(L"share")));
}

static void deletion(void)
{
	HANDLE h;

	make(L"ro", "x");
	CHECK(SetFileAttributesW(in_dir(L"ro"), FILE_ATTRIBUTE_READONLY));
	CHECK_EQ(GetFileAttributesW(in_dir(L"RO")), FILE_ATTRIBUTE_READONLY);
	CHECK(!DeleteFileW(in_dir(L"ro")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(open_file(L"ro", GENERIC_WRITE, 7, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(SetFileAttributesW(in_dir(L"ro"), FILE_ATTRIBUTE_NORMAL));
	CHECK(DeleteFileW(in_dir(L"ro")));
	CHECK(!DeleteFileW(in_dir(L"ro")));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);

	h = open_file(L"doc", GENERIC_WRITE, 7, CREATE_NEW,
		      FILE_FLAG_DELETE_ON_CLOSE);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(GetFileAttributesW(in_dir(L"doc")) != INVALID_FILE_ATTRIBUTES);
	CloseHandle(h);
	CHECK_EQ(GetFileAttributesW(in_dir(L"doc")), INVALID_FILE_ATTRIBUTES);

	CHECK(CreateDirectoryW(in_dir(L"d"), NULL));
	CHECK(!CreateDirectoryW(in_dir(L"D"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	make(L"d\\x", "");
	CHECK(!RemoveDirectoryW(in_dir(L"d")));
	CHECK_EQ(GetLastError(), ERROR_DIR_NOT_EMPTY);
	CHECK(DeleteFileW(in_dir(L"d\\x")));
	CHECK(RemoveDirectoryW(in_dir(L"d")));
	CHECK(!CreateDirectoryW(in_dir(L"d\\e"), NULL));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
}

static void moving(void)
{
	make(L"m1", "1");
	make(L"m2", "2");
	CHECK(!MoveFileW(in_dir(L"m1"), in_dir(L"M2")));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(MoveFileExW(in_dir(L"m1"), in_dir(L"M2"),
			  MOVEFILE_REPLACE_EXISTING));
	CHECK_EQ(GetFileAttributesW(in_dir(L"m1")), INVALID_FILE_ATTRIBUTES);
	CHECK(CopyFileW(in_dir(L"m2"), in_dir(L"m3"), TRUE));
	CHECK(!CopyFileW(in_dir(L"m2"), in_dir(L"m3"), TRUE));
	CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);
	CHECK(CreateHardLinkW(in_dir(L"m4"), in_dir(L"m3"), NULL));
	CHECK(DeleteFileW(in_dir(L"m2")));
	CHECK(DeleteFileW(in_dir(L"m3")));
	CHECK(DeleteFileW(in_dir(L"m4")));
}

static void information(void)
{
	BY_HANDLE_FILE_INFORMATION i;
	FILETIME t = { 0x12345678, 0x01d00000 }, w;
	WIN32_FILE_ATTRIBUTE_DATA a;
	FILE_STANDARD_INFO s;
	WCHAR name[MAX_PATH];
	HANDLE h;

	make(L"Info", "12345");
	h = open_file(L"info", GENERIC_READ | GENERIC_WRITE, 0, OPEN_EXISTING,
		      0);
	CHECK(SetFileTime(h, NULL, NULL, &t));
	CHECK(GetFileTime(h, NULL, NULL, &w));
	CHECK_EQ(w.dwLowDateTime, t.dwLowDateTime);
	CHECK_EQ(w.dwHighDateTime, t.dwHighDateTime);
	CHECK(GetFileInformationByHandle(h, &i));
	CHECK_EQ(i.nFileSizeLow, 5);
	CHECK_EQ(i.nNumberOfLinks, 1);
	CHECK_EQ(i.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
	CHECK(GetFileInformationByHandleEx(h, FileStandardInfo, &s, sizeof s));
	CHECK_EQ(s.EndOfFile.QuadPart, 5);
	CHECK_EQ(s.Directory, 0);
	CHECK(GetFinalPathNameByHandleW(h, name, MAX_PATH, 0) > 8);
	CHECK(!memcmp(name, L"\\\\?\\", 8));
	CHECK(!lstrcmpW(name + lstrlenW(name) - 5, L"\\Info"));
	CHECK_EQ(GetFileType(h), FILE_TYPE_DISK);
	CloseHandle(h);
	CHECK(GetFileAttributesExW(in_dir(L"info"), GetFileExInfoStandard, &a));
	CHECK_EQ(a.nFileSizeLow, 5);
	CHECK_EQ(a.ftLastWriteTime.dwLowDateTime, t.dwLowDateTime);
	DeleteFileW(in_dir(L"info"));
}

static void locking(void)
{
	HANDLE a = open_file(L"lock", GENERIC_READ | GENERIC_WRITE, 7,
			     CREATE_ALWAYS, 0);
	HANDLE b = open_file(L"lock", GENERIC_READ | GENERIC_WRITE, 7,
			     OPEN_EXISTING, 0);
	OVERLAPPED o = { 0 };
	char s[16];
	DWORD n;

	WriteFile(a, "0123456789", 10, &n, NULL);
	o.Offset = 2;
	CHECK(LockFileEx(a, LOCKFILE_EXCLUSIVE_LOCK, 0, 3, 0, &o));
	CHECK(!LockFileEx(b, LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &o));
	CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
	CHECK(!ReadFile(b, s, 10, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
	CHECK(ReadFile(b, s, 2, &n, NULL));
	CHECK(!UnlockFile(a, 2, 0, 1, 0));
	CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
	CHECK(UnlockFile(a, 2, 0, 3, 0));
	CHECK(ReadFile(b, s, 8, &n, NULL));
	CloseHandle(a);
	CloseHandle(b);
	DeleteFileW(in_dir(L"lock"));
}

static void nul_device(void)
{
	HANDLE h = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, 0, NULL);
	char s[4];
	DWORD n = 9;

	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK_EQ(GetFileType(h), FILE_TYPE_CHAR);
	CHECK(WriteFile(h, "abc", 3, &n, NULL));
	CHECK_EQ(n, 3);
	CHECK(ReadFile(h, s, 3, &n, NULL));
	CHECK_EQ(n, 0);
	CloseHandle(h);
}

int main(void)
{
	WCHAR temp[MAX_PATH];

	CHECK(GetTempPathW(MAX_PATH, temp));
	CHECK(GetTempFileNameW(temp, L"rff", 0, dir));
	DeleteFileW(dir);
	CHECK(CreateDirectoryW(dir, NULL));
	dispositions();
	positions();
	sharing();
	deletion();
	moving();
	information();
	locking();
	nul_device();
	CHECK(RemoveDirectoryW(dir), "error %lu: something is left",
	      GetLastError());
	return check_done();
}
