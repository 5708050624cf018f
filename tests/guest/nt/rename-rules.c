/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rename-rules.c - what a new name may replace, links of one file in several
 * folders, folders into themselves; attributes of a copy.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

static void make(const char *name, const char *text)
{
	HANDLE h = CreateFileA(name, GENERIC_WRITE, 7, NULL, CREATE_ALWAYS, 0,
			       NULL);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	CHECK(WriteFile(h, text, (DWORD)strlen(text), &n, NULL));
	CloseHandle(h);
}

static BOOL exists(const char *name)
{
	return GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES;
}

static BOOL holds(const char *name, const char *text)
{
	char buf[32] = "";
	DWORD n = 0;
	HANDLE h = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
			       NULL);

	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	ReadFile(h, buf, sizeof buf - 1, &n, NULL);
	CloseHandle(h);
	return !strcmp(buf, text);
}

/* 0 or the error. */
static DWORD moved(const char *from, const char *to, DWORD flags)
{
	return MoveFileExA(from, to, flags) ? 0 : GetLastError();
}

static void replacing(void)
{
	make("file", "F");
	CHECK(CreateDirectoryA("dir", NULL));
	CHECK(CreateDirectoryA("other", NULL));
	make("dir\\in", "I");
	CHECK_EQ(moved("dir", "file", 0), ERROR_ALREADY_EXISTS);
	CHECK_EQ(moved("dir", "other", MOVEFILE_REPLACE_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(moved("file", "other", MOVEFILE_REPLACE_EXISTING),
		 ERROR_ACCESS_DENIED);
	/* Anything may replace a file, a folder as well. */
	CHECK_EQ(moved("dir", "file", MOVEFILE_REPLACE_EXISTING), 0);
	CHECK(!exists("dir"));
	CHECK(holds("file\\in", "I"));
	CHECK(DeleteFileA("file\\in"));
	CHECK(RemoveDirectoryA("file"), "%lu", GetLastError());
	CHECK(RemoveDirectoryA("other"));
}

static void into_itself(void)
{
	CHECK(CreateDirectoryA("dir", NULL));
	CHECK(CreateDirectoryA("dir\\sub", NULL));
	/* The folder of the new name is opened, and is being renamed. */
	CHECK_EQ(moved("dir", "dir\\new", 0), ERROR_SHARING_VIOLATION);
	CHECK(moved("dir", "dir\\sub\\new", 0) != 0);
	CHECK(RemoveDirectoryA("dir\\sub"));
	CHECK(RemoveDirectoryA("dir"));
}

static void links(void)
{
	BY_HANDLE_FILE_INFORMATION i;
	HANDLE h;

	make("one", "L");
	CHECK(CreateHardLinkA("two", "one", NULL));
	CHECK(CreateDirectoryA("dir", NULL));
	CHECK(CreateHardLinkA("dir\\one", "one", NULL));
	/* Onto another link of the same file: one name less. */
	CHECK_EQ(moved("one", "TWO", 0), 0);
	CHECK(!exists("one"));
	CHECK(holds("two", "L"));
	CHECK_EQ(moved("dir\\one", "two", MOVEFILE_REPLACE_EXISTING), 0);
	CHECK(!exists("dir\\one"));
	h = CreateFileA("two", DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
	CHECK(GetFileInformationByHandle(h, &i));
	CHECK_EQ(i.nNumberOfLinks, 1);
	CloseHandle(h);
	/* To its own, it stays. */
	CHECK_EQ(moved("two", "two", 0), 0);
	CHECK(CreateHardLinkA("three", "two", NULL));
	CHECK_EQ(moved("two", "two", MOVEFILE_REPLACE_EXISTING), 0);
	CHECK_EQ(moved("two", "Two", 0), 0);
	CHECK(holds("two", "L"));
	CHECK(holds("three", "L"));
	CHECK(DeleteFileA("two"));
	CHECK(DeleteFileA("three"));
	CHECK(RemoveDirectoryA("dir"));
}

static void copies(void)
{
	make("from", "C");
	CHECK(SetFileAttributesA("from", FILE_ATTRIBUTE_READONLY |
						 FILE_ATTRIBUTE_HIDDEN));
	CHECK(CopyFileA("from", "to", TRUE));
	/* A new file is one to be archived. */
	CHECK_EQ(GetFileAttributesA("to"), FILE_ATTRIBUTE_READONLY |
						   FILE_ATTRIBUTE_HIDDEN |
						   FILE_ATTRIBUTE_ARCHIVE);
	CHECK_EQ(GetFileAttributesA("from"),
		 FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN);
	CHECK(SetFileAttributesA("from", FILE_ATTRIBUTE_NORMAL));
	CHECK(SetFileAttributesA("to", FILE_ATTRIBUTE_NORMAL));
	CHECK(CopyFileA("from", "to", FALSE));
	CHECK_EQ(GetFileAttributesA("to"), FILE_ATTRIBUTE_ARCHIVE);
	CHECK(DeleteFileA("from"));
	CHECK(DeleteFileA("to"));
}

int main(void)
{
	char here[MAX_PATH];

	GetTempPathA(sizeof here, here);
	sprintf(here + strlen(here), "rf-rename-%lu", GetCurrentProcessId());
	CHECK(CreateDirectoryA(here, NULL));
	CHECK(SetCurrentDirectoryA(here));
	replacing();
	into_itself();
	links();
	copies();
	SetCurrentDirectoryA("\\");
	CHECK(RemoveDirectoryA(here), "%lu", GetLastError());
	return check_done();
}
