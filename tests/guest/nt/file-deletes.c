/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-deletes.c - which name goes when, of a file that has several names or is
 * open more than once.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

enum {
	ANY = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
	DELETES = 1, /* FILE_DISPOSITION_FLAG_... */
	POSIX = 2,
	RENAME_REPLACES = 1, /* FILE_RENAME_FLAG_... */
	RENAME_POSIX = 2,
	/* Information classes that mingw-w64's header lacks. */
	DISPOSITION_INFO_EX = 21,
	RENAME_INFO_EX = 22,
};

static HANDLE open_as(const char *name, DWORD access, DWORD how, DWORD flags)
{
	return CreateFileA(name, access, ANY, NULL, how,
			   flags | FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

static HANDLE must_open(const char *name, DWORD flags)
{
	HANDLE h = open_as(name, GENERIC_READ | DELETE, OPEN_EXISTING, flags);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

/* A file of two names. */
static void make(void)
{
	HANDLE h = open_as("a", GENERIC_WRITE, CREATE_NEW, 0);
	DWORD n;

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	CHECK(WriteFile(h, "both", 4, &n, NULL));
	CHECK(CloseHandle(h));
	CHECK(CreateHardLinkA("b", "a", NULL), "%lu", GetLastError());
}

static BOOL there(const char *name)
{
	return GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES;
}

static void clean(void)
{
	DeleteFileA("a");
	DeleteFileA("b");
	DeleteFileA("c");
	CHECK(!there("a") && !there("b") && !there("c"));
}

static BOOL dispose(HANDLE h, DWORD flags)
{
	return SetFileInformationByHandle(h, (FILE_INFO_BY_HANDLE_CLASS)DISPOSITION_INFO_EX, &flags,
					  sizeof flags);
}

static BOOL pending(HANDLE h)
{
	FILE_STANDARD_INFO s = { 0 };

	CHECK(GetFileInformationByHandleEx(h, FileStandardInfo, &s, sizeof s));
	return s.DeletePending;
}

static DWORD links(HANDLE h)
{
	BY_HANDLE_FILE_INFORMATION b;

	CHECK(GetFileInformationByHandle(h, &b));
	return b.nNumberOfLinks;
}

/* FileRenameInformationEx and FileLinkInformationEx look the same. */
static DWORD link_to(HANDLE h, const WCHAR *name, DWORD flags)
{
	struct {
		FILE_RENAME_INFO info;
		WCHAR more[40];
	} r = { 0 };
	struct {
		LONG_PTR status;
		ULONG_PTR information;
	} iosb;
	LONG(WINAPI * set)
	(HANDLE, void *, void *, ULONG, int) = (void *)GetProcAddress(
		GetModuleHandleA("ntdll"), "NtSetInformationFile");
	ULONG(WINAPI * error)
	(LONG) = (void *)GetProcAddress(GetModuleHandleA("ntdll"),
					"RtlNtStatusToDosError");

	*(DWORD *)&r.info = flags;
	r.info.FileNameLength = (DWORD)wcslen(name) * 2;
	wcscpy(r.info.FileName, name);
	return error(set(h, &iosb, &r, sizeof r, 72));
}

static BOOL rename_to(HANDLE h, const WCHAR *name, DWORD flags)
{
	struct {
		FILE_RENAME_INFO info;
		WCHAR more[40];
	} r = { 0 };

	*(DWORD *)&r.info = flags;
	r.info.FileNameLength = (DWORD)wcslen(name) * 2;
	wcscpy(r.info.FileName, name);
	return SetFileInformationByHandle(h, (FILE_INFO_BY_HANDLE_CLASS)RENAME_INFO_EX, &r, sizeof r);
}

/* One name goes; who has the file open by the other can still take that. */
static void test_by_name(void)
{
	HANDLE h;

	make();
	h = must_open("b", 0);
	CHECK(DeleteFileA("a"));
	CHECK(!there("a") && there("b"));
	CHECK(!pending(h));
	CHECK_EQ(links(h), 1);
	CHECK(dispose(h, DELETES | POSIX));
	CHECK(pending(h));
	CHECK(CloseHandle(h));
	CHECK(!there("b"));

	make();
	h = must_open("b", 0);
	CHECK(DeleteFileA("a"));
	CHECK(CloseHandle(must_open("b", FILE_FLAG_DELETE_ON_CLOSE)));
	CHECK(CloseHandle(h));
	CHECK(!there("b"));
	clean();
}

/* The name that a handle was opened by goes with it, and no other. */
static void test_on_close(void)
{
	HANDLE a, b;

	make();
	a = must_open("a", FILE_FLAG_DELETE_ON_CLOSE);
	b = must_open("b", 0);
	CHECK(CloseHandle(a));
	CHECK(!there("a") && there("b"));
	CHECK(CloseHandle(must_open("b", 0)));
	CHECK(!pending(b));
	CHECK(CloseHandle(b));
	CHECK(!there("a") && there("b"));
	clean();

	make();
	a = must_open("a", 0);
	b = must_open("b", 0);
	CHECK(dispose(a, DELETES));
	CHECK(pending(a));
	CHECK(!pending(b));
	CHECK(CloseHandle(must_open("b", 0)));
	CHECK(CloseHandle(a));
	CHECK(!there("a") && there("b"));
	CHECK(CloseHandle(b));
	CHECK(there("b"));
	clean();

	/* What is closed last goes by no name any more. */
	make();
	b = must_open("b", 0);
	CHECK(DeleteFileA("b"));
	a = must_open("a", FILE_FLAG_DELETE_ON_CLOSE);
	CHECK(CloseHandle(a));
	CHECK(CloseHandle(b));
	CHECK(!there("a") && !there("b"));

	/* Another name that is where the first one was. */
	make();
	a = must_open("a", FILE_FLAG_DELETE_ON_CLOSE);
	CHECK(MoveFileExA("a", "c", 0), "%lu", GetLastError());
	CHECK(MoveFileExA("b", "a", 0), "%lu", GetLastError());
	CHECK(CloseHandle(a));
	CHECK(there("a") && !there("c"));
	clean();
}

/* Two have the file open; it is there, but for nobody new, until both are gone. */
static void test_two_openers(void)
{
	HANDLE a, other;
	char buf[4];
	DWORD n;

	make();
	CHECK(DeleteFileA("b"));
	a = must_open("a", FILE_FLAG_DELETE_ON_CLOSE);
	other = must_open("a", 0);
	CHECK(!pending(other));
	CHECK(CloseHandle(a));
	CHECK(pending(other));
	CHECK(!there("a"));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(open_as("a", GENERIC_READ, OPEN_EXISTING, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(open_as("a", GENERIC_READ, CREATE_ALWAYS, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(ReadFile(other, buf, 4, &n, NULL) && n == 4);
	/* And any of them can save it. */
	CHECK(dispose(other, 0));
	CHECK(CloseHandle(other));
	CHECK(there("a"));

	a = must_open("a", 0);
	other = must_open("a", 0);
	CHECK(dispose(a, DELETES));
	CHECK(pending(other));
	CHECK(dispose(other, 0));
	CHECK(!pending(a));
	CHECK(CloseHandle(a));
	CHECK(CloseHandle(other));
	CHECK(there("a"));
	clean();
}

/* Its own other name a file may have, and then has no more than that. */
static void test_rename(void)
{
	HANDLE h;

	make();
	CHECK(MoveFileExA("a", "b", 0), "%lu", GetLastError());
	CHECK(!there("a") && there("b"));
	clean();

	make();
	h = must_open("a", 0);
	CHECK(rename_to(h, L"B", RENAME_REPLACES | RENAME_POSIX), "%lu",
	      GetLastError());
	CHECK_EQ(links(h), 1);
	CHECK(!there("a") && there("b"));
	CHECK(CloseHandle(h));
	CHECK(there("b"));
	clean();

	/* Another spelling of the same name needs no leave to replace. */
	make();
	CHECK(MoveFileExA("a", "A", 0), "%lu", GetLastError());
	CHECK(there("a") && there("b"));
	clean();
}

/* The folder that a file was opened in is called otherwise, and a file as it was. */
static void test_moved_folder(void)
{
	HANDLE h, other;

	CHECK(CreateDirectoryA("a", NULL));
	h = open_as("a\\b", GENERIC_READ | DELETE, CREATE_NEW, 0);
	CHECK(CloseHandle(h));
	h = must_open("a\\b", 0);
	if (MoveFileExA("a", "c", 0)) { /* not on Windows: b is open */
		other = open_as("a", GENERIC_WRITE, CREATE_NEW, 0);
		CHECK(CloseHandle(other));
		CHECK(dispose(h, DELETES), "%lu", GetLastError());
		CHECK(CloseHandle(h));
		CHECK(RemoveDirectoryA("c"), "%lu", GetLastError());
		CHECK(DeleteFileA("a"));
		return;
	}
	CHECK(dispose(h, DELETES));
	CHECK(CloseHandle(h));
	CHECK(RemoveDirectoryA("a"));
}

/* A link to where the file has a name already. */
static void test_link(void)
{
	WIN32_FIND_DATAA found;
	HANDLE h, find;
	int n = 0;

	make();
	CHECK(!CreateHardLinkA("b", "a", NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(!CreateHardLinkA("c", "none", NULL));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	clean();

	make();
	h = open_as("c", GENERIC_WRITE, CREATE_NEW, 0);
	CHECK(CloseHandle(h));
	h = must_open("a", 0);
	CHECK_EQ(link_to(h, L"C", 0), ERROR_ALREADY_EXISTS);
	CHECK_EQ(link_to(h, L"C", RENAME_REPLACES), 0);
	CHECK_EQ(links(h), 3);
	CHECK(CloseHandle(h));
	h = must_open("c", 0);
	CHECK_EQ(links(h), 3);
	CHECK(CloseHandle(h));
	find = FindFirstFileA("*.*", &found);
	do
		n++;
	while (FindNextFileA(find, &found));
	CHECK(FindClose(find));
	CHECK_EQ(n, 5); /* and . and .. */
	clean();
}

/* As the host calls what is gone. */
static void test_called_deleted(void)
{
	static const char name[] = "a (deleted)";
	HANDLE h = open_as(name, GENERIC_WRITE | DELETE, CREATE_NEW, 0);

	CHECK(dispose(h, DELETES));
	CHECK(CloseHandle(h));
	CHECK(!there(name));
	h = open_as(name, GENERIC_WRITE | DELETE, CREATE_NEW,
		    FILE_FLAG_DELETE_ON_CLOSE);
	CHECK(CloseHandle(h));
	CHECK(!there(name));
	CHECK(CreateDirectoryA(name, NULL));
	CHECK(RemoveDirectoryA(name));
	CHECK(!there(name));
	/* Who has it open does not delete who has got such a name since. */
	make();
	h = must_open("a", 0);
	CHECK(DeleteFileA("a"));
	CHECK(CloseHandle(open_as(name, GENERIC_WRITE, CREATE_NEW, 0)));
	dispose(h, DELETES);
	CHECK(CloseHandle(h));
	CHECK(there(name) && there("b"));
	CHECK(DeleteFileA(name));
	clean();
}

int main(void)
{
	char here[MAX_PATH];

	GetTempPathA(sizeof here, here);
	sprintf(here + strlen(here), "rf-deletes-%lu", GetCurrentProcessId());
	CHECK(CreateDirectoryA(here, NULL), "%lu", GetLastError());
	CHECK(SetCurrentDirectoryA(here));
	test_by_name();
	test_on_close();
	test_two_openers();
	test_rename();
	test_moved_folder();
	test_link();
	test_called_deleted();
	SetCurrentDirectoryA("\\");
	CHECK(RemoveDirectoryA(here), "%lu", GetLastError());
	return check_done();
}
