/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * streams.c - alternate data streams and extended attributes.
 *
 * Without either, as on FAT, a name with a colon is ERROR_INVALID_NAME; then
 * there is nothing more to test.
 */
#include <windows.h>
#include <winternl.h>

#include <string.h>
#include <wchar.h>

#include "check.h"

#define FILE_OPEN_FLAGS FILE_FLAG_BACKUP_SEMANTICS

typedef struct {
	ULONG next;
	UCHAR flags, name_len;
	USHORT value_len;
	CHAR name[64];
} EA;

NTSTATUS NTAPI NtQueryEaFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, BOOLEAN,
			     PVOID, ULONG, PULONG, BOOLEAN);
NTSTATUS NTAPI NtSetEaFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG);

static HANDLE open_it(const char *name, DWORD access, DWORD how)
{
	return CreateFileA(name, access, 7, NULL, how, FILE_OPEN_FLAGS, NULL);
}

static DWORD error_of(const char *name, DWORD access, DWORD how)
{
	HANDLE h = open_it(name, access, how);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static BOOL put(const char *name, const char *text)
{
	HANDLE h = open_it(name, GENERIC_WRITE, CREATE_ALWAYS);
	DWORD n = 0;
	BOOL ok = WriteFile(h, text, (DWORD)strlen(text), &n, NULL) &&
		  n == strlen(text);

	return CloseHandle(h) && ok;
}

static BOOL holds(const char *name, const char *text)
{
	HANDLE h = open_it(name, GENERIC_READ, OPEN_EXISTING);
	char got[256] = { 0 };
	DWORD n = 0;
	BOOL ok = ReadFile(h, got, sizeof got - 1, &n, NULL);

	CloseHandle(h);
	if (!ok || strcmp(got, text))
		printf("%s: \"%s\" (%lu)\n", name, got, GetLastError());
	return ok && !strcmp(got, text);
}

/* "name size;name size;" of all streams, in no order. */
static int listed(const WCHAR *file, const WCHAR *want, LONGLONG size)
{
	WIN32_FIND_STREAM_DATA d;
	HANDLE h = FindFirstStreamW(file, FindStreamInfoStandard, &d, 0);
	int count = 0;

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
	do {
		count++;
		if (!wcscmp(d.cStreamName, want))
			CHECK_EQ(d.StreamSize.QuadPart, size);
	} while (FindNextStreamW(h, &d));
	CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
	FindClose(h);
	return count;
}

static void names(void)
{
	CHECK(put("s.txt", "main"));
	CHECK(put("s.txt:One", "first"));
	CHECK(put("s.txt:two:$DATA", "the second"));
	CHECK(holds("s.txt", "main"));
	CHECK(holds("s.txt::$DATA", "main"));
	CHECK(holds("s.txt:one", "first"));
	CHECK(holds("S.TXT:ONE:$data", "first"));
	CHECK(holds("s.txt:TWO", "the second"));
	CHECK_EQ(error_of("s.txt:three", GENERIC_READ, OPEN_EXISTING),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(error_of("none.txt:one", GENERIC_READ, OPEN_EXISTING),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(error_of("s.txt:one", GENERIC_READ, CREATE_NEW),
		 ERROR_FILE_EXISTS);
	CHECK_EQ(error_of("s.txt:a:b", GENERIC_READ, OPEN_EXISTING),
		 ERROR_INVALID_NAME);
	CHECK_EQ(error_of("s.txt:", GENERIC_READ, OPEN_EXISTING),
		 ERROR_INVALID_NAME);
	CHECK_EQ(error_of("s.txt:a:$WRONG", GENERIC_READ, OPEN_EXISTING),
		 ERROR_INVALID_NAME);
	CHECK_EQ(listed(L"s.txt", L":One:$DATA", 5), 3);
	CHECK_EQ(listed(L"s.txt", L":two:$DATA", 10), 3);
	CHECK_EQ(listed(L"s.txt", L"::$DATA", 4), 3);
	/* A stream makes its file. */
	CHECK(put("made.txt:s", "x"));
	CHECK(holds("made.txt", ""));
	CHECK(DeleteFileA("made.txt"));
	/* A folder has streams too. */
	CHECK(CreateDirectoryA("folder", NULL));
	CHECK_EQ(listed(L"folder", L"", 0), 0);
	CHECK(put("folder:s", "of a folder"));
	CHECK(holds("folder:s", "of a folder"));
	CHECK_EQ(listed(L"folder", L":s:$DATA", 11), 1);
	CHECK(RemoveDirectoryA("folder"));
}

static void contents(void)
{
	HANDLE h = open_it("s.txt:rw", GENERIC_READ | GENERIC_WRITE,
			   CREATE_NEW), again;
	WIN32_FILE_ATTRIBUTE_DATA a;
	FILE_STANDARD_INFO s;
	LARGE_INTEGER size;
	char b[16];
	DWORD n;

	CHECK(WriteFile(h, "0123456789", 10, &n, NULL) && n == 10);
	CHECK_EQ(SetFilePointer(h, 0, NULL, FILE_CURRENT), 10);
	CHECK_EQ(SetFilePointer(h, 3, NULL, FILE_BEGIN), 3);
	CHECK(ReadFile(h, b, 4, &n, NULL) && n == 4 && !memcmp(b, "3456", 4));
	CHECK(WriteFile(h, "xy", 2, &n, NULL));
	CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 10);
	CHECK_EQ(SetFilePointer(h, 12, NULL, FILE_BEGIN), 12);
	CHECK(ReadFile(h, b, 4, &n, NULL) && n == 0);
	CHECK(WriteFile(h, "z", 1, &n, NULL));
	CHECK_EQ(SetFilePointer(h, 0, NULL, FILE_BEGIN), 0);
	CHECK(ReadFile(h, b, 16, &n, NULL) && n == 13 &&
	      !memcmp(b, "0123456xy9\0\0z", 13));
	SetFilePointer(h, 5, NULL, FILE_BEGIN);
	CHECK(SetEndOfFile(h));
	CHECK(GetFileInformationByHandleEx(h, FileStandardInfo, &s, sizeof s));
	CHECK_EQ(s.EndOfFile.QuadPart, 5);
	CHECK(!s.Directory);
	CHECK(FlushFileBuffers(h));
	CHECK(GetFileAttributesExA("s.txt:rw", GetFileExInfoStandard, &a));
	CHECK_EQ(a.nFileSizeLow, 5);
	CHECK(GetFileAttributesA("s.txt:no") == INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	again = CreateFileA("s.txt:rw", FILE_APPEND_DATA, 7, NULL,
			    OPEN_EXISTING, 0, NULL);
	CHECK(WriteFile(again, "+", 1, &n, NULL));
	CloseHandle(again);
	CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 6);
	/* The file's own share modes are another matter. */
	again = CreateFileA("s.txt", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			    NULL);
	CHECK(again != INVALID_HANDLE_VALUE);
	CloseHandle(again);
	CloseHandle(h);
	h = CreateFileA("s.txt:rw", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0,
			NULL);
	CHECK_EQ(error_of("s.txt:rw", GENERIC_READ, OPEN_EXISTING),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(error_of("s.txt:one", GENERIC_READ, OPEN_EXISTING), 0);
	CloseHandle(h);
	CHECK_EQ(error_of("s.txt:rw", GENERIC_WRITE, TRUNCATE_EXISTING), 0);
	CHECK(holds("s.txt:rw", ""));
}

static void lives(void)
{
	HANDLE h;

	/* It goes where the file goes, and a copy has it too. */
	CHECK(MoveFileA("s.txt", "t.txt"));
	CHECK(holds("t.txt:one", "first"));
	CHECK(CopyFileA("t.txt", "copy.txt", TRUE));
	CHECK(holds("copy.txt", "main"));
	CHECK(holds("copy.txt:two", "the second"));
	/* Writing leaves the streams, creating anew does not. */
	CHECK_EQ(error_of("copy.txt", GENERIC_WRITE, OPEN_ALWAYS), 0);
	CHECK(holds("copy.txt:two", "the second"));
	CHECK_EQ(error_of("copy.txt", GENERIC_WRITE, CREATE_ALWAYS), 0);
	CHECK_EQ(error_of("copy.txt:two", GENERIC_READ, OPEN_EXISTING),
		 ERROR_FILE_NOT_FOUND);
	CHECK(DeleteFileA("copy.txt"));
	/* Deleting a stream leaves the rest. */
	CHECK(DeleteFileA("t.txt:two"));
	CHECK(!DeleteFileA("t.txt:two"));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK(holds("t.txt:one", "first"));
	h = CreateFileA("t.txt:gone", GENERIC_WRITE, 7, NULL, CREATE_NEW,
			FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
	CHECK_EQ(error_of("t.txt:gone", GENERIC_READ, OPEN_EXISTING),
		 ERROR_FILE_NOT_FOUND);
	CHECK(SetFileAttributesA("t.txt", FILE_ATTRIBUTE_READONLY));
	CHECK_EQ(error_of("t.txt:one", GENERIC_WRITE, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(error_of("t.txt:new", GENERIC_WRITE, CREATE_NEW),
		 ERROR_ACCESS_DENIED);
	CHECK(holds("t.txt:one", "first"));
	CHECK(SetFileAttributesA("t.txt", FILE_ATTRIBUTE_NORMAL));
	CHECK(holds("t.txt", "main"));
	CHECK(DeleteFileA("t.txt"));
}

/* ---- extended attributes ------------------------------------------- */

static ULONG add(BYTE *to, ULONG at, const char *name, const char *value,
		 BOOL last)
{
	EA *e = (EA *)(to + at);
	ULONG n = (ULONG)strlen(name), v = (ULONG)strlen(value);
	ULONG size = (8 + n + 1 + v + 3) & ~3u;

	memset(e, 0, size);
	e->name_len = (UCHAR)n;
	e->value_len = (USHORT)v;
	memcpy(e->name, name, n + 1);
	memcpy(e->name + n + 1, value, v);
	e->next = last ? 0 : size;
	return at + size;
}

/* The value of one, found in a whole list; NULL: not in it. */
static const char *find(const BYTE *list, const char *name, ULONG *len)
{
	for (const EA *e = (const EA *)list;;
	     e = (const EA *)((const BYTE *)e + e->next)) {
		if (!strcmp(e->name, name)) {
			*len = e->value_len;
			return e->name + e->name_len + 1;
		}
		if (!e->next)
			return NULL;
	}
}

static void attributes(void)
{
	BYTE list[512], got[512], want[64] = { 0 };
	HANDLE h = open_it("ea.txt", GENERIC_READ | GENERIC_WRITE,
			   CREATE_ALWAYS);
	IO_STATUS_BLOCK io;
	ULONG n, len, index;
	const char *v;

	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, NULL, 0, NULL,
			       TRUE),
		 (NTSTATUS)0xc0000052);
	n = add(list, 0, "first", "one", FALSE);
	n = add(list, n, "SECOND", "number two", TRUE);
	CHECK_EQ(NtSetEaFile(h, &io, list, n), 0);
	memset(got, 0xee, sizeof got);
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, NULL, 0, NULL,
			       TRUE),
		 0);
	v = find(got, "FIRST", &len);
	CHECK(v && len == 3 && !memcmp(v, "one", 3));
	v = find(got, "SECOND", &len);
	CHECK(v && len == 10 && !memcmp(v, "number two", 10));
	/* One by one, and then none is left. */
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, TRUE, NULL, 0, NULL,
			       TRUE),
		 0);
	CHECK_EQ(((EA *)got)->next, 0);
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, TRUE, NULL, 0, NULL,
			       FALSE),
		 0);
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, TRUE, NULL, 0, NULL,
			       FALSE),
		 (NTSTATUS)0x80000012);
	index = 2;
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, NULL, 0, &index,
			       FALSE),
		 0);
	index = 9;
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, NULL, 0, &index,
			       FALSE),
		 (NTSTATUS)0xc0000051);
	/* By name; one that is missing has an empty value. */
	want[0] = 12;
	want[4] = 5;
	memcpy(want + 5, "First", 6);
	want[12 + 4] = 4;
	memcpy(want + 12 + 5, "none", 5);
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, want, 24, NULL,
			       TRUE),
		 0);
	v = find(got, "FIRST", &len);
	CHECK(v && len == 3);
	v = find(got, "NONE", &len);
	CHECK(v && len == 0);
	CHECK_EQ(NtQueryEaFile(h, &io, got, 10, FALSE, NULL, 0, NULL, TRUE),
		 (NTSTATUS)0xc0000023);
	/* An empty value removes; a bad list and a bad name are told. */
	n = add(list, 0, "FIRST", "", TRUE);
	CHECK_EQ(NtSetEaFile(h, &io, list, n), 0);
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, NULL, 0, NULL,
			       TRUE),
		 0);
	CHECK(!find(got, "FIRST", &len));
	n = add(list, 0, "A", "b", TRUE);
	((EA *)list)->value_len = 200;
	CHECK_EQ(NtSetEaFile(h, &io, list, n), (NTSTATUS)0x80000014);
	n = add(list, 0, "a*b", "b", TRUE);
	CHECK_EQ(NtSetEaFile(h, &io, list, n), (NTSTATUS)0x80000013);
	CloseHandle(h);
	/* A template's go to the new file. */
	h = open_it("ea.txt", GENERIC_READ, OPEN_EXISTING);
	CloseHandle(CreateFileA("ea2.txt", GENERIC_WRITE, 0, NULL, CREATE_NEW,
				0, h));
	CloseHandle(h);
	h = open_it("ea2.txt", GENERIC_READ, OPEN_EXISTING);
	CHECK_EQ(NtQueryEaFile(h, &io, got, sizeof got, FALSE, NULL, 0, NULL,
			       TRUE),
		 0);
	v = find(got, "SECOND", &len);
	CHECK(v && len == 10);
	CloseHandle(h);
	CHECK(DeleteFileA("ea.txt"));
	CHECK(DeleteFileA("ea2.txt"));
}

int main(void)
{
	DWORD flags = 0;
	/* The folder's: elsewhere on the drive there may be other volumes. */
	HANDLE here = CreateFileA(".", GENERIC_READ, 7, NULL, OPEN_EXISTING,
				  FILE_FLAG_BACKUP_SEMANTICS, NULL);

	CHECK(GetVolumeInformationByHandleW(here, NULL, 0, NULL, NULL, &flags,
					    NULL, 0));
	CloseHandle(here);
	if (flags & FILE_NAMED_STREAMS) {
		names();
		contents();
		lives();
	} else {
		CHECK(put("s.txt", "main"));
		CHECK_EQ(error_of("s.txt:one", GENERIC_WRITE, CREATE_ALWAYS),
			 ERROR_INVALID_NAME);
		CHECK(DeleteFileA("s.txt"));
	}
	if (flags & FILE_SUPPORTS_EXTENDED_ATTRIBUTES)
		attributes();
	return check_done();
}
