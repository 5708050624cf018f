/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-attributes.c - attributes of folders: read-only ones too, which can be
 * filled but not removed; and what is told of the files in them meanwhile.
 */
#include <windows.h>

#include "check.h"
#include "folder.h"

static DWORD listed(const char *name)
{
	WIN32_FIND_DATAA d = { .dwFileAttributes = INVALID_FILE_ATTRIBUTES };
	HANDLE h = FindFirstFileA(at(name), &d);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	FindClose(h);
	return d.dwFileAttributes;
}

/* By its name, by a handle and in a list. */
static void is(const char *name, DWORD want)
{
	HANDLE h = CreateFileA(at(name), FILE_READ_ATTRIBUTES, 7, NULL,
			       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	FILE_BASIC_INFO b = { 0 };

	CHECK(GetFileInformationByHandleEx(h, FileBasicInfo, &b, sizeof b));
	CHECK_EQ(b.FileAttributes, want);
	CloseHandle(h);
	CHECK_EQ(GetFileAttributesA(at(name)), want);
	CHECK_EQ(listed(name), want);
}

static void make(const char *name, DWORD attributes)
{
	HANDLE h = CreateFileA(at(name), GENERIC_WRITE, 7, NULL, CREATE_NEW,
			       attributes, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	CloseHandle(h);
}

static void read_only(void)
{
	FILE_DISPOSITION_INFO go = { TRUE };
	HANDLE h;

	CHECK(CreateDirectoryA(at("d"), NULL));
	is("d", FILE_ATTRIBUTE_DIRECTORY);
	CHECK(SetFileAttributesA(at("d"), FILE_ATTRIBUTE_READONLY));
	is("d", FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY);
	CHECK(SetFileAttributesA(at("d"), FILE_ATTRIBUTE_READONLY |
						  FILE_ATTRIBUTE_SYSTEM));
	is("d", FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY |
			FILE_ATTRIBUTE_SYSTEM);

	make("d\\in", 0);
	CHECK(DeleteFileA(at("d\\in")));
	CHECK(MoveFileA(at("d"), at("e")));
	is("e", FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY |
			FILE_ATTRIBUTE_SYSTEM);

	CHECK(!RemoveDirectoryA(at("e")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	h = CreateFileA(at("e"), DELETE, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(!SetFileInformationByHandle(h, FileDispositionInfo, &go,
					  sizeof go));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(h);
	h = CreateFileA(at("e"), DELETE, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_DELETE_ON_CLOSE,
			NULL);
	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);

	CHECK(SetFileAttributesA(at("e"), FILE_ATTRIBUTE_NORMAL));
	is("e", FILE_ATTRIBUTE_DIRECTORY);
	CHECK(RemoveDirectoryA(at("e")), "%lu", GetLastError());

	CHECK(CreateDirectoryA(at("d"), NULL));
	CHECK(!SetFileAttributesA(at("d"), FILE_ATTRIBUTE_TEMPORARY));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(RemoveDirectoryA(at("d")));
}

/* What is set of a folder and taken back changes nothing in it. */
static void inside(void)
{
	CHECK(CreateDirectoryA(at("d"), NULL));
	make("d\\hidden", FILE_ATTRIBUTE_HIDDEN);
	CHECK_EQ(listed("d\\h*"),
		 FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
	is("d\\hidden", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
	is("d", FILE_ATTRIBUTE_DIRECTORY);
	CHECK(SetFileAttributesA(at("d"), FILE_ATTRIBUTE_HIDDEN));
	is("d", FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_HIDDEN);
	is("d\\hidden", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
	CHECK(SetFileAttributesA(at("d"), FILE_ATTRIBUTE_NORMAL));
	is("d", FILE_ATTRIBUTE_DIRECTORY);
	is("d\\hidden", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
	CHECK_EQ(listed("d\\h*"),
		 FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_ARCHIVE);
	CHECK(DeleteFileA(at("d\\hidden")));
	CHECK(RemoveDirectoryA(at("d")));
}

/* Where the host keeps no extended attributes, there are none of these. */
static bool are_kept(void)
{
	bool kept;

	CHECK(CreateDirectoryA(at("d"), NULL));
	CHECK(SetFileAttributesA(at("d"), FILE_ATTRIBUTE_HIDDEN));
	kept = GetFileAttributesA(at("d")) & FILE_ATTRIBUTE_HIDDEN;
	CHECK(RemoveDirectoryA(at("d")));
	return kept;
}

int main(void)
{
	if (!folder_where("folder-attributes", are_kept)) {
		puts("no extended attributes here");
		return check_done();
	}
	read_only();
	inside();
	CHECK(RemoveDirectoryA(base), "%lu", GetLastError());
	return check_done();
}
