/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file-id.c - OpenFileById, by the numbers that handles and listings give. */
#include <windows.h>

#include <string.h>

#include "check.h"

static HANDLE folder(const char *name)
{
	return CreateFileA(name, FILE_READ_ATTRIBUTES, 7, NULL, OPEN_EXISTING,
			   FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static HANDLE by_id(HANDLE hint, LONGLONG id, DWORD access, DWORD share)
{
	FILE_ID_DESCRIPTOR d = { .dwSize = sizeof d, .Type = FileIdType };

	d.FileId.QuadPart = id;
	return OpenFileById(hint, &d, access, share, NULL,
			    FILE_FLAG_BACKUP_SEMANTICS);
}

static HANDLE by_id128(HANDLE hint, const FILE_ID_128 *id)
{
	FILE_ID_DESCRIPTOR d = { .dwSize = sizeof d,
				 .Type = ExtendedFileIdType };

	memcpy(&d.ExtendedFileId, id, sizeof *id);
	return OpenFileById(hint, &d, GENERIC_READ, 7, NULL, 0);
}

static BOOL reads(HANDLE h, const char *want)
{
	char b[32] = { 0 };
	DWORD n;

	return ReadFile(h, b, sizeof b - 1, &n, NULL) && !strcmp(b, want);
}

/* The number of an entry, as a listing tells it; nobody opened the file. */
static LONGLONG listed(HANDLE dir, const WCHAR *name)
{
	union {
		FILE_ID_BOTH_DIR_INFO first;
		char room[8192];
	} u;
	FILE_ID_BOTH_DIR_INFO *e = &u.first;
	DWORD n = (DWORD)wcslen(name) * 2;

	if (!GetFileInformationByHandleEx(dir, FileIdBothDirectoryRestartInfo, &u,
					  sizeof u))
		return 0;
	for (;; e = (void *)((char *)e + e->NextEntryOffset)) {
		if (e->FileNameLength == n && !memcmp(e->FileName, name, n))
			return e->FileId.QuadPart;
		if (!e->NextEntryOffset)
			return 0;
	}
}

int main(void)
{
	BY_HANDLE_FILE_INFORMATION i;
	FILE_ID_INFO wide;
	HANDLE h, dir, list, again;
	LONGLONG id;
	DWORD n;

	CHECK(CreateDirectoryA("ids", NULL));
	CHECK(CreateDirectoryA("ids\\deep", NULL));
	h = CreateFileA("ids\\deep\\one.txt", GENERIC_WRITE, 7, NULL,
			CREATE_NEW, 0, NULL);
	CHECK(WriteFile(h, "one", 3, &n, NULL));
	CHECK(GetFileInformationByHandle(h, &i));
	CHECK(GetFileInformationByHandleEx(h, FileIdInfo, &wide, sizeof wide));
	CloseHandle(h);
	id = (LONGLONG)i.nFileIndexHigh << 32 | i.nFileIndexLow;
	dir = folder(".");
	again = by_id(dir, id, GENERIC_READ, 7);
	CHECK(again != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(reads(again, "one"));
	CloseHandle(again);
	again = by_id128(dir, &wide.FileId);
	CHECK(again != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(reads(again, "one"));
	/* Share modes count as by name. */
	CHECK(by_id(dir, id, GENERIC_READ, 0) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CloseHandle(again);
	/* The number stays when the name changes. */
	CHECK(MoveFileA("ids\\deep\\one.txt", "ids\\moved.txt"));
	again = by_id(dir, id, GENERIC_READ, 7);
	CHECK(again != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(reads(again, "one"));
	CloseHandle(again);
	/* A number from a listing, with another file as the hint. */
	list = CreateFileA("ids", FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
			   FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK_EQ(listed(list, L"moved.txt"), id);
	id = listed(list, L"deep");
	CHECK(id != 0);
	again = by_id(list, id, FILE_READ_ATTRIBUTES, 7);
	CHECK(again != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(GetFileInformationByHandle(again, &i));
	CHECK(i.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
	CloseHandle(again);
	CloseHandle(list);
	/* What is not there is not found. */
	CHECK(DeleteFileA("ids\\moved.txt"));
	CHECK(by_id(dir, 0x7ffffffffff1234, GENERIC_READ, 7) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CloseHandle(dir);
	CHECK(RemoveDirectoryA("ids\\deep"));
	CHECK(RemoveDirectoryA("ids"));
	return check_done();
}
