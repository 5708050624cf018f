/* kernel32: creating, reading, positioning, attributes, deleting; error codes.
 */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include <string.h>
#include "check.h"

static char dir[MAX_PATH];

static const char *in_dir(const char *name)
{
	static char path[4][MAX_PATH * 2];
	static int n;
	char *p = path[n++ & 3];

	lstrcpyA(p, dir);
	lstrcatA(p, "\\");
	lstrcatA(p, name);
	return p;
}

static HANDLE open_(const char *name, DWORD how)
{
	return CreateFileA(in_dir(name), GENERIC_READ | GENERIC_WRITE,
			   FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, how,
			   FILE_ATTRIBUTE_NORMAL, NULL);
}

static void create(void)
{
	HANDLE h = open_("a.txt", CREATE_NEW);

	CHECK(h != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CloseHandle(h);
	CHECK(open_("a.txt", CREATE_NEW) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);

	h = open_("a.txt", OPEN_ALWAYS);
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CloseHandle(h);
	h = open_("a.txt", CREATE_ALWAYS);
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CloseHandle(h);
	h = open_("new.txt", CREATE_ALWAYS);
	CHECK_EQ(GetLastError(), 0);
	CloseHandle(h);
	CHECK(DeleteFileA(in_dir("new.txt")), "error %lu", GetLastError());

	CHECK(open_("none.txt", OPEN_EXISTING) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(open_("none\\x.txt", OPEN_EXISTING) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(open_("none\\x.txt", CREATE_ALWAYS) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(open_(".", OPEN_EXISTING) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(open_("a.txt", 9) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(CreateFileA("", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
}

static void read_write(void)
{
	LARGE_INTEGER pos, size;
	char buf[32];
	OVERLAPPED o;
	DWORD n;
	HANDLE h = open_("a.txt", CREATE_ALWAYS);

	CHECK(WriteFile(h, "0123456789", 10, &n, NULL) && n == 10, "%lu", n);
	CHECK_EQ(SetFilePointer(h, 0, NULL, FILE_CURRENT), 10);
	CHECK_EQ(SetFilePointer(h, -4, NULL, FILE_END), 6);
	CHECK(ReadFile(h, buf, sizeof buf, &n, NULL) && n == 4 &&
		      !memcmp(buf, "6789", 4),
	      "%lu", n);
	n = 77;
	CHECK(ReadFile(h, buf, sizeof buf, &n, NULL), "at the end");
	CHECK_EQ(n, 0);

	CHECK_EQ(SetFilePointer(h, -11, NULL, FILE_END), 0xffffffff);
	CHECK_EQ(GetLastError(), ERROR_NEGATIVE_SEEK);
	pos.QuadPart = 5;
	CHECK(SetFilePointerEx(h, pos, &pos, FILE_BEGIN) && pos.QuadPart == 5);
	CHECK(SetEndOfFile(h));
	CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 5);
	CHECK_EQ(GetFileSize(h, NULL), 5);

	/* With an OVERLAPPED on a synchronous handle: at its offset. */
	memset(&o, 0, sizeof o);
	o.Offset = 3;
	CHECK(ReadFile(h, buf, 10, &n, &o) && n == 2 && buf[0] == '3', "%lu",
	      n);
	o.Offset = 5;
	CHECK(!ReadFile(h, buf, 10, &n, &o));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);

	/* Beyond the end: zeros in between. */
	CHECK_EQ(SetFilePointer(h, 8, NULL, FILE_BEGIN), 8);
	CHECK(WriteFile(h, "x", 1, &n, NULL));
	CHECK_EQ(GetFileSize(h, NULL), 9);
	SetFilePointer(h, 5, NULL, FILE_BEGIN);
	CHECK(ReadFile(h, buf, 4, &n, NULL) && n == 4 &&
	      !memcmp(buf, "\0\0\0x", 4));
	CHECK(FlushFileBuffers(h));
	CHECK_EQ(GetFileType(h), FILE_TYPE_DISK);
	CHECK(CloseHandle(h));
	CHECK(!CloseHandle(h));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void information(void)
{
	BY_HANDLE_FILE_INFORMATION i;
	WIN32_FILE_ATTRIBUTE_DATA d;
	FILE_STANDARD_INFO s;
	FILETIME t = { 0xd53e8000, 0x019db1de }, got; /* 1.1.1970 */
	SYSTEMTIME st = { 2001, 2, 6, 3, 4, 5, 6, 0 };
	HANDLE h = open_("a.txt", OPEN_EXISTING);

	SystemTimeToFileTime(&st, &t);
	CHECK(GetFileInformationByHandle(h, &i), "error %lu", GetLastError());
	CHECK_EQ(i.nFileSizeLow, 9);
	CHECK_EQ(i.nNumberOfLinks, 1);
	CHECK(!(i.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY));
	CHECK(SetFileTime(h, NULL, NULL, &t), "error %lu", GetLastError());
	CHECK(GetFileTime(h, NULL, NULL, &got));
	CHECK(!memcmp(&t, &got, sizeof t), "%lx %lx", got.dwHighDateTime,
	      got.dwLowDateTime);
	CHECK(GetFileInformationByHandleEx(h, FileStandardInfo, &s, sizeof s));
	CHECK_EQ(s.EndOfFile.QuadPart, 9);
	CHECK(!GetFileInformationByHandleEx(h, FileStandardInfo, &s, 4));
	CHECK_EQ(GetLastError(), ERROR_BAD_LENGTH);
	CloseHandle(h);

	CHECK(GetFileAttributesExA(in_dir("a.txt"), GetFileExInfoStandard, &d));
	CHECK_EQ(d.nFileSizeLow, 9);
	CHECK(!memcmp(&t, &d.ftLastWriteTime, sizeof t));
	CHECK_EQ(GetFileAttributesA(in_dir("none")), INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(GetFileAttributesA(dir) & FILE_ATTRIBUTE_DIRECTORY);
	CHECK_EQ(GetFileAttributesA("NUL"), FILE_ATTRIBUTE_ARCHIVE);

	CHECK(SetFileAttributesA(in_dir("a.txt"), FILE_ATTRIBUTE_READONLY));
	CHECK(GetFileAttributesA(in_dir("a.txt")) & FILE_ATTRIBUTE_READONLY);
	CHECK(open_("a.txt", OPEN_EXISTING) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!DeleteFileA(in_dir("a.txt")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(SetFileAttributesA(in_dir("a.txt"), FILE_ATTRIBUTE_NORMAL));
}

static void sharing(void)
{
	HANDLE h = CreateFileA(in_dir("a.txt"), GENERIC_READ, 0, NULL,
			       OPEN_EXISTING, 0, NULL);

	CHECK(CreateFileA(in_dir("a.txt"), GENERIC_READ, FILE_SHARE_READ, NULL,
			  OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CHECK(!DeleteFileA(in_dir("a.txt")));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CloseHandle(h);
	h = CreateFileA(in_dir("gone"), GENERIC_WRITE, 0, NULL, CREATE_NEW,
			FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
	CHECK_EQ(GetFileAttributesA(in_dir("gone")), INVALID_FILE_ATTRIBUTES);
}

static void copy_move(void)
{
	HANDLE h;
	DWORD n;
	char buf[16];

	CHECK(CopyFileA(in_dir("a.txt"), in_dir("b.txt"), TRUE), "error %lu",
	      GetLastError());
	CHECK(!CopyFileA(in_dir("a.txt"), in_dir("b.txt"), TRUE));
	CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);
	CHECK(CopyFileA(in_dir("a.txt"), in_dir("b.txt"), FALSE));
	CHECK(!CopyFileA(in_dir("none"), in_dir("b.txt"), FALSE));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	h = open_("b.txt", OPEN_EXISTING);
	CHECK(ReadFile(h, buf, 16, &n, NULL) && n == 9 && buf[8] == 'x');
	CloseHandle(h);

	CHECK(!MoveFileA(in_dir("a.txt"), in_dir("b.txt")));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(MoveFileExA(in_dir("a.txt"), in_dir("b.txt"),
			  MOVEFILE_REPLACE_EXISTING),
	      "error %lu", GetLastError());
	CHECK_EQ(GetFileAttributesA(in_dir("a.txt")), INVALID_FILE_ATTRIBUTES);
	CHECK(MoveFileA(in_dir("b.txt"), in_dir("B.txt")));
	h = open_("r1", CREATE_NEW);
	WriteFile(h, "new", 3, &n, NULL);
	CloseHandle(h);
	CHECK(ReplaceFileA(in_dir("B.txt"), in_dir("r1"), in_dir("bak"), 0,
			   NULL, NULL),
	      "error %lu", GetLastError());
	h = open_("B.txt", OPEN_EXISTING);
	CHECK_EQ(GetFileSize(h, NULL), 3);
	CloseHandle(h);
	CHECK(CreateHardLinkA(in_dir("hard"), in_dir("B.txt"), NULL),
	      "error %lu", GetLastError());
	CHECK(DeleteFileA(in_dir("hard")));
	CHECK(DeleteFileA(in_dir("bak")));
	CHECK(DeleteFileA(in_dir("B.txt")));
	CHECK(!DeleteFileA(in_dir("B.txt")));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void directories(void)
{
	CHECK(CreateDirectoryA(in_dir("d"), NULL));
	CHECK(!CreateDirectoryA(in_dir("d"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(!CreateDirectoryA(in_dir("x\\d"), NULL));
	CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
	CHECK(CreateDirectoryA(in_dir("d\\e"), NULL));
	CHECK(!RemoveDirectoryA(in_dir("d")));
	CHECK_EQ(GetLastError(), ERROR_DIR_NOT_EMPTY);
	CHECK(!DeleteFileA(in_dir("d")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(RemoveDirectoryA(in_dir("d\\e")));
	CHECK(RemoveDirectoryA(in_dir("d")));
	CHECK(!RemoveDirectoryA(in_dir("d")));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(void)
{
	char temp[MAX_PATH];

	CHECK(GetTempPathA(sizeof temp, temp));
	CHECK(GetTempFileNameA(temp, "k32", 0, dir), "error %lu %s",
	      GetLastError(), temp);
	CHECK(DeleteFileA(dir));
	CHECK(CreateDirectoryA(dir, NULL), "%s: %lu", dir, GetLastError());
	create();
	read_write();
	information();
	sharing();
	copy_move();
	directories();
	CHECK(RemoveDirectoryA(dir), "error %lu", GetLastError());
	return check_done();
}
