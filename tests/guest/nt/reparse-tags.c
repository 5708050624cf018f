/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse-tags.c - reparse points of tags that no file system filter handles:
 * setting, reading and deleting them, what opens and listings make of them.
 */
#include <windows.h>
#include <winternl.h>

#include <stddef.h>
#include <string.h>

#include "check.h"

#ifndef FSCTL_SET_REPARSE_POINT
#define FSCTL_SET_REPARSE_POINT    0x900a4
#define FSCTL_GET_REPARSE_POINT    0x900a8
#define FSCTL_DELETE_REPARSE_POINT 0x900ac
#endif

enum { PRIVATE = 0x42, OTHER = 0x43 };
#define MICROSOFT 0x8000001bul

/* REPARSE_GUID_DATA_BUFFER; Microsoft's tags have no guid. */
struct point {
	DWORD tag;
	WORD len, reserved;
	GUID guid;
	char data[64];
};
enum { HEAD = offsetof(struct point, data) };

static const GUID mine = { 0x1234, 1, 2, { 3, 4, 5, 6, 7, 8, 9, 10 } };

static HANDLE open_as(const char *name, DWORD access, DWORD how, DWORD flags)
{
	return CreateFileA(name, access, 7, NULL, how,
			   flags | FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static HANDLE open_point(const char *name)
{
	HANDLE h = open_as(name, GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING,
			   FILE_FLAG_OPEN_REPARSE_POINT);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

static DWORD control(HANDLE h, DWORD code, const void *in, DWORD n)
{
	DWORD got;

	return DeviceIoControl(h, code, (void *)in, n, NULL, 0, &got, NULL)
		       ? 0
		       : GetLastError();
}

static DWORD set(HANDLE h, DWORD tag, const char *text)
{
	struct point p = { .tag = tag,
			   .len = (WORD)strlen(text),
			   .guid = mine };

	memcpy(p.data, text, p.len);
	return control(h, FSCTL_SET_REPARSE_POINT, &p, HEAD + p.len);
}

static DWORD delete (HANDLE h, DWORD tag, const GUID *guid)
{
	struct point p = { .tag = tag, .guid = *guid };

	return control(h, FSCTL_DELETE_REPARSE_POINT, &p, HEAD);
}

static void check_data(HANDLE h, DWORD tag, const char *text)
{
	struct point p = { 0 };
	DWORD n = 0;

	CHECK(DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &p, sizeof p,
			      &n, NULL),
	      "%lu", GetLastError());
	CHECK_EQ(p.tag, tag);
	CHECK_EQ(p.len, strlen(text));
	CHECK_EQ(n, HEAD + strlen(text));
	CHECK(!memcmp(&p.guid, &mine, sizeof mine));
	CHECK(!memcmp(p.data, text, strlen(text)));
}

static void shown(const char *name, DWORD tag, DWORD kind)
{
	DWORD want = tag ? FILE_ATTRIBUTE_REPARSE_POINT : 0;
	FILE_ATTRIBUTE_TAG_INFO t;
	WIN32_FIND_DATAA d;
	char pattern[MAX_PATH];
	HANDLE h;

	CHECK_EQ(GetFileAttributesA(name) & (FILE_ATTRIBUTE_REPARSE_POINT |
					     FILE_ATTRIBUTE_DIRECTORY),
		 want | kind);
	h = FindFirstFileA(name, &d);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK_EQ(d.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT, want);
	CHECK_EQ(tag ? d.dwReserved0 : 0, tag);
	FindClose(h);
	/* As one of many. */
	sprintf(pattern, "%.4s*", name);
	h = FindFirstFileA(pattern, &d);
	CHECK(h != INVALID_HANDLE_VALUE);
	while (strcmp(d.cFileName, name) && FindNextFileA(h, &d))
		;
	CHECK_EQ(d.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT, want);
	CHECK_EQ(tag ? d.dwReserved0 : 0, tag);
	FindClose(h);
	h = open_as(name, FILE_READ_ATTRIBUTES, OPEN_EXISTING,
		    FILE_FLAG_OPEN_REPARSE_POINT);
	CHECK(GetFileInformationByHandleEx(h, FileAttributeTagInfo, &t,
					   sizeof t));
	CHECK_EQ(t.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT, want);
	CHECK_EQ(t.ReparseTag, tag);
	CloseHandle(h);
}

static void wrong(HANDLE h)
{
	struct point p = { .tag = PRIVATE, .len = 4, .guid = mine };
	char big[17000] = "";
	HANDLE weak;

	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, &p, 4),
		 ERROR_INVALID_REPARSE_DATA);
	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, &p, HEAD),
		 ERROR_INVALID_REPARSE_DATA);
	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, &p, HEAD + 5),
		 ERROR_INVALID_REPARSE_DATA);
	/* Without a GUID, which only Microsoft's have not. */
	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, &p, 8 + 4),
		 ERROR_INVALID_REPARSE_DATA);
	memcpy(big, &p, HEAD);
	((struct point *)big)->len = sizeof big - HEAD;
	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, big, sizeof big),
		 ERROR_INVALID_REPARSE_DATA);
	CHECK_EQ(set(h, 0, "x"), ERROR_REPARSE_TAG_INVALID);
	CHECK_EQ(set(h, 1, "x"), ERROR_REPARSE_TAG_INVALID);
	CHECK_EQ(delete (h, PRIVATE, &mine), ERROR_NOT_A_REPARSE_POINT);
	CHECK(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, big,
			       sizeof big, &(DWORD){ 0 }, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOT_A_REPARSE_POINT);
	weak = open_as("rptfile", GENERIC_READ, OPEN_EXISTING,
		       FILE_FLAG_OPEN_REPARSE_POINT);
	CHECK_EQ(set(weak, PRIVATE, "x"), ERROR_ACCESS_DENIED);
	CloseHandle(weak);
}

static void file(void)
{
	static const GUID other = { 0x4321, 1, 2, { 3 } };
	struct point p;
	HANDLE h =
		open_as("rptfile", GENERIC_READ | GENERIC_WRITE, CREATE_NEW, 0);
	DWORD n;

	CHECK(WriteFile(h, "data", 4, &n, NULL));
	wrong(h);
	shown("rptfile", 0, 0);
	CHECK_EQ(set(h, PRIVATE, "hello"), 0);
	check_data(h, PRIVATE, "hello");
	shown("rptfile", PRIVATE, 0);
	/* Another tag, another GUID, the same again. */
	CHECK_EQ(set(h, OTHER, "hello"), ERROR_REPARSE_TAG_MISMATCH);
	p = (struct point){ .tag = PRIVATE, .len = 1, .guid = other };
	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, &p, HEAD + 1),
		 ERROR_REPARSE_ATTRIBUTE_CONFLICT);
	CHECK_EQ(set(h, PRIVATE, ""), 0);
	check_data(h, PRIVATE, "");
	CHECK_EQ(set(h, PRIVATE, "hello again"), 0);
	CloseHandle(h);

	CHECK(open_as("rptfile", GENERIC_READ, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);
	CHECK(open_as("rptfile", FILE_READ_ATTRIBUTES, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);
	CHECK(open_as("rptfile", GENERIC_WRITE, CREATE_ALWAYS, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);

	/* With the flag the file is there as ever. */
	h = open_point("rptfile");
	check_data(h, PRIVATE, "hello again");
	CHECK_EQ(GetFileSize(h, NULL), 4);
	/* As much as fits. */
	CHECK(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &p,
			       HEAD + 2, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
	CHECK_EQ(n, HEAD + 2);
	CHECK(!memcmp(p.data, "he", 2));
	CHECK(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &p, 8, &n,
			       NULL));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);

	/* It stays with other attributes, and goes along. */
	CHECK(SetFileAttributesA("rptfile", FILE_ATTRIBUTE_HIDDEN));
	shown("rptfile", PRIVATE, 0);
	CHECK(SetFileAttributesA("rptfile", FILE_ATTRIBUTE_NORMAL));
	CloseHandle(h);
	CHECK(MoveFileA("rptfile", "rptother"));
	shown("rptother", PRIVATE, 0);
	CHECK(MoveFileA("rptother", "rptfile"));

	h = open_point("rptfile");
	CHECK_EQ(delete (h, OTHER, &mine), ERROR_REPARSE_TAG_MISMATCH);
	CHECK_EQ(delete (h, PRIVATE, &other), ERROR_REPARSE_ATTRIBUTE_CONFLICT);
	p = (struct point){ .tag = PRIVATE, .len = 1, .guid = mine };
	CHECK_EQ(control(h, FSCTL_DELETE_REPARSE_POINT, &p, HEAD + 1),
		 ERROR_INVALID_REPARSE_DATA);
	CHECK_EQ(delete (h, PRIVATE, &mine), 0);
	CHECK_EQ(delete (h, PRIVATE, &mine), ERROR_NOT_A_REPARSE_POINT);
	shown("rptfile", 0, 0);
	CloseHandle(h);
	h = open_as("rptfile", GENERIC_READ, OPEN_EXISTING, 0);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CloseHandle(h);

	/* Deleting needs no opening of what it stands for. */
	h = open_point("rptfile");
	CHECK_EQ(set(h, PRIVATE, "x"), 0);
	CloseHandle(h);
	CHECK(DeleteFileA("rptfile"), "%lu", GetLastError());
}

/* Microsoft's tags have no GUID; one that nobody handles here either. */
static void microsoft(void)
{
	struct {
		DWORD tag;
		WORD len, reserved;
		char data[8];
	} p = { MICROSOFT, 3, 0, "abc" }, q = { 0 };
	HANDLE h =
		open_as("rptms", GENERIC_READ | GENERIC_WRITE, CREATE_NEW, 0);
	DWORD n;

	CHECK_EQ(control(h, FSCTL_SET_REPARSE_POINT, &p, 8 + 3), 0);
	CHECK(DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &q, sizeof q,
			      &n, NULL));
	CHECK_EQ(n, 11);
	CHECK(!memcmp(&p, &q, 11));
	shown("rptms", MICROSOFT, 0);
	CHECK(open_as("rptms", GENERIC_READ, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);
	CHECK_EQ(set(h, PRIVATE, "x"), ERROR_REPARSE_TAG_MISMATCH);
	p.len = 0;
	CHECK_EQ(control(h, FSCTL_DELETE_REPARSE_POINT, &p, 8), 0);
	shown("rptms", 0, 0);
	CloseHandle(h);
	CHECK(DeleteFileA("rptms"));
}

static void folder(void)
{
	HANDLE h;

	CHECK(CreateDirectoryA("rptdir", NULL));
	CloseHandle(open_as("rptdir\\in", GENERIC_WRITE, CREATE_NEW, 0));
	h = open_point("rptdir");
	CHECK_EQ(set(h, PRIVATE, "dir"), ERROR_DIR_NOT_EMPTY);
	CHECK(DeleteFileA("rptdir\\in"));
	CHECK_EQ(set(h, PRIVATE, "dir"), 0);
	CloseHandle(h);
	shown("rptdir", PRIVATE, FILE_ATTRIBUTE_DIRECTORY);
	CHECK(open_as("rptdir", FILE_LIST_DIRECTORY, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);
	CHECK(open_as("rptdir\\in", GENERIC_WRITE, CREATE_NEW, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);
	CHECK(!CreateDirectoryA("rptdir\\in", NULL));
	CHECK_EQ(GetLastError(), ERROR_CANT_ACCESS_FILE);
	h = open_point("rptdir");
	check_data(h, PRIVATE, "dir");
	CHECK_EQ(delete (h, PRIVATE, &mine), 0);
	CloseHandle(h);
	shown("rptdir", 0, FILE_ATTRIBUTE_DIRECTORY);
	CloseHandle(open_as("rptdir\\in", GENERIC_WRITE, CREATE_NEW,
			    FILE_FLAG_DELETE_ON_CLOSE));
	/* Tags with bit 28 may have entries. */
	h = open_point("rptdir");
	CHECK_EQ(set(h, PRIVATE | 0x10000000, "dir"), 0);
	CloseHandle(h);
	shown("rptdir", PRIVATE | 0x10000000, FILE_ATTRIBUTE_DIRECTORY);
	CHECK(RemoveDirectoryA("rptdir"), "%lu", GetLastError());
}

int main(void)
{
	file();
	microsoft();
	folder();
	return check_done();
}
