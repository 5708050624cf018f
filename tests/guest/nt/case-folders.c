/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders whose names are told apart by case: who may make them, what they do.
 */
#include <windows.h>
#include <winternl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "folder.h"

#define CASE_CLASS 71 /* FileCaseSensitiveInformation */
/* FileCaseSensitiveInfo, of which mingw-w64 has the number wrong. */
#define CASE_INFO ((FILE_INFO_BY_HANDLE_CLASS)23)
#define SENSITIVE 1
#define DIFFERING 424 /* ERROR_CASE_DIFFERING_NAMES_IN_DIR */

NTSTATUS NTAPI NtSetInformationFile(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG,
				    FILE_INFORMATION_CLASS);

static HANDLE open_as(const char *name, DWORD access)
{
	return CreateFileA(at(name), access, 7, NULL, OPEN_EXISTING,
			   FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

/* 0 or the error. */
static DWORD set_flags(const char *name, DWORD access, ULONG flags)
{
	HANDLE h = open_as(name, access);
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	status = NtSetInformationFile(h, &io, &flags, sizeof flags,
				      (FILE_INFORMATION_CLASS)CASE_CLASS);
	CloseHandle(h);
	return NT_SUCCESS(status) ? 0 : RtlNtStatusToDosError(status);
}

static DWORD set(const char *name, ULONG flags)
{
	return set_flags(name, FILE_WRITE_ATTRIBUTES, flags);
}

/* -1: cannot be asked. */
static int is_sensitive(const char *name)
{
	HANDLE h = open_as(name, FILE_READ_ATTRIBUTES);
	ULONG flags = 99;

	if (h == INVALID_HANDLE_VALUE ||
	    !GetFileInformationByHandleEx(h, CASE_INFO, &flags, sizeof flags))
		flags = (ULONG)-1;
	CloseHandle(h);
	return (int)flags;
}

/* Makes it with its name in it.  0 or the error. */
static DWORD make(const char *name, DWORD how)
{
	HANDLE h = CreateFileA(at(name), GENERIC_WRITE, 7, NULL, how, 0, NULL);
	DWORD n, error = GetLastError();

	if (h == INVALID_HANDLE_VALUE)
		return error;
	CHECK(WriteFile(h, name, (DWORD)strlen(name), &n, NULL));
	CloseHandle(h);
	return 0;
}

/* What is in a file; "!" and the error if there is none. */
static const char *text(const char *name)
{
	static char b[100];
	HANDLE h = CreateFileA(at(name), GENERIC_READ, 7, NULL, OPEN_EXISTING,
			       0, NULL);
	DWORD n = 0;

	if (h == INVALID_HANDLE_VALUE) {
		sprintf(b, "!%lu", GetLastError());
		return b;
	}
	CHECK(ReadFile(h, b, sizeof b - 1, &n, NULL));
	b[n] = 0;
	CloseHandle(h);
	return b;
}

#define CHECK_TEXT(name, want)                                                 \
	do {                                                                   \
		const char *got_ = text(name);                                 \
		CHECK(!strcmp(got_, want), "%s: %s", name, got_);              \
	} while (0)

static const char *find(const char *pattern)
{
	static char out[1000];
	WIN32_FIND_DATAA d;
	HANDLE h = FindFirstFileA(at(pattern), &d);
	size_t n = 0;

	if (h == INVALID_HANDLE_VALUE) {
		sprintf(out, "!%lu", GetLastError());
		return out;
	}
	do
		if (*d.cFileName != '.')
			n += (size_t)sprintf(out + n, "%s|", d.cFileName);
	while (FindNextFileA(h, &d));
	FindClose(h);
	out[n ? n - 1 : 0] = 0;
	return out;
}

#define CHECK_FOUND(pattern, want)                                             \
	do {                                                                   \
		const char *got_ = find(pattern);                              \
		CHECK(!strcmp(got_, want), "%s: %s", pattern, got_);           \
	} while (0)

/* ---- who can be made one ---------------------------------------------- */

static void requests(void)
{
	IO_STATUS_BLOCK io;
	UCHAR few[2] = { 1, 0 };
	HANDLE h;

	CHECK_EQ(is_sensitive("s"), SENSITIVE);
	CHECK_EQ(make("f", CREATE_NEW), 0);
	CHECK_EQ(is_sensitive("f"), 0);
	CHECK_EQ(set("f", SENSITIVE), ERROR_INVALID_PARAMETER);
	CHECK_EQ(set("s", 2), ERROR_INVALID_PARAMETER);
	CHECK_EQ(set_flags("s", FILE_READ_ATTRIBUTES, 0), ERROR_ACCESS_DENIED);
	h = open_as("s", FILE_WRITE_ATTRIBUTES);
	CHECK_EQ(
		(ULONG)NtSetInformationFile(h, &io, few, sizeof few,
					    (FILE_INFORMATION_CLASS)CASE_CLASS),
		0xc0000004u);
	CloseHandle(h);
	CHECK_EQ(is_sensitive("s"), SENSITIVE);
	CHECK_EQ(set("s", SENSITIVE), 0);
	CHECK(DeleteFileA(at("f")));
}

/* ---- what they do ------------------------------------------------------ */

static void names(void)
{
	CHECK_EQ(make("s\\a.txt", CREATE_NEW), 0);
	CHECK_TEXT("s\\A.txt", "!2");
	CHECK_TEXT("S\\a.txt", "s\\a.txt"); /* s lies in a folder as any */
	CHECK_EQ(GetFileAttributesA(at("s\\A.TXT")), INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(make("s\\A.txt", OPEN_EXISTING), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(make("s\\A.txt", TRUNCATE_EXISTING), ERROR_FILE_NOT_FOUND);
	CHECK(!DeleteFileA(at("s\\A.txt")));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	CHECK_EQ(make("s\\A.txt", CREATE_NEW), 0);
	CHECK_EQ(make("s\\A.txt", CREATE_NEW), ERROR_FILE_EXISTS);
	CHECK_EQ(make("s\\A.TXT", OPEN_ALWAYS), 0);
	CHECK_TEXT("s\\a.txt", "s\\a.txt");
	CHECK_TEXT("s\\A.txt", "s\\A.txt");
	CHECK_TEXT("s\\A.TXT", "s\\A.TXT");
	CHECK_FOUND("s\\*.txt", "A.txt|a.txt");
	CHECK_FOUND("s\\A*", "A.TXT|A.txt");
	CHECK_FOUND("s\\a*", "a.txt");
	CHECK_FOUND("s\\?.TXT", "A.TXT");
	CHECK_FOUND("s\\A.txt", "A.txt");
	CHECK_FOUND("s\\a.TXT", "!2");
	CHECK(DeleteFileA(at("s\\A.txt")));
	CHECK_TEXT("s\\A.txt", "!2");
	CHECK_TEXT("s\\a.txt", "s\\a.txt");
	CHECK(DeleteFileA(at("s\\A.TXT")));
	CHECK_FOUND("s\\*", "a.txt");
}

static void moves(void)
{
	CHECK(MoveFileA(at("s\\a.txt"), at("s\\A.txt")));
	CHECK_FOUND("s\\*", "A.txt");
	CHECK_EQ(make("s\\a.txt", CREATE_NEW), 0);
	CHECK(!MoveFileA(at("s\\a.txt"), at("s\\A.txt")));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK(CreateHardLinkA(at("s\\a.TXT"), at("s\\a.txt"), NULL));
	CHECK(!CreateHardLinkA(at("s\\A.txt"), at("s\\a.txt"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CHECK_TEXT("s\\a.TXT", "s\\a.txt");
	CHECK(MoveFileExA(at("s\\a.txt"), at("s\\A.txt"),
			  MOVEFILE_REPLACE_EXISTING));
	CHECK_TEXT("s\\A.txt", "s\\a.txt");
	CHECK_FOUND("s\\*", "A.txt|a.TXT");
	CHECK(DeleteFileA(at("s\\a.TXT")));
	/* Where it comes to, it is a name as any. */
	CHECK(MoveFileA(at("s\\A.txt"), at("n\\A.txt")));
	CHECK_TEXT("n\\a.TXT", "s\\a.txt");
	CHECK(DeleteFileA(at("n\\a.txt")));
}

static void folders(void)
{
	CHECK(CreateDirectoryA(at("s\\Sub"), NULL));
	CHECK_EQ(is_sensitive("s\\Sub"), SENSITIVE);
	CHECK(CreateDirectoryA(at("s\\Sub\\Sub"), NULL));
	CHECK_EQ(is_sensitive("s\\Sub\\Sub"), SENSITIVE);
	CHECK_EQ(make("s\\Sub\\x", CREATE_NEW), 0);
	CHECK_TEXT("s\\sub\\x", "!3");
	CHECK_TEXT("s\\Sub\\X", "!2");
	CHECK_TEXT("s\\Sub\\x", "s\\Sub\\x");
	CHECK(CreateDirectoryA(at("s\\sub"), NULL));
	CHECK_TEXT("s\\sub\\x", "!2");
	CHECK(RemoveDirectoryA(at("s\\sub")));
	/* They take it with them, and what is moved there does not get it. */
	CHECK(MoveFileA(at("s\\Sub\\Sub"), at("n\\moved")));
	CHECK_EQ(is_sensitive("n\\moved"), SENSITIVE);
	CHECK(CreateDirectoryA(at("n\\plain"), NULL));
	CHECK_EQ(is_sensitive("n\\plain"), 0);
	CHECK(MoveFileA(at("n\\plain"), at("s\\plain")));
	CHECK_EQ(is_sensitive("s\\plain"), 0);
	CHECK_EQ(make("s\\plain\\x", CREATE_NEW), 0);
	CHECK_TEXT("s\\plain\\X", "s\\plain\\x");
	CHECK_TEXT("s\\PLAIN\\X", "!3");
	CHECK(DeleteFileA(at("s\\plain\\x")));
	CHECK(RemoveDirectoryA(at("s\\plain")));
	CHECK(RemoveDirectoryA(at("n\\moved")));
	CHECK(DeleteFileA(at("s\\Sub\\x")));
	CHECK(RemoveDirectoryA(at("s\\Sub")));
}

/* Streams' names are no names of a folder. */
static void streams(void)
{
	CHECK_EQ(make("s\\a", CREATE_NEW), 0);
	CHECK_EQ(make("s\\a:Stream", CREATE_NEW), 0);
	CHECK_TEXT("s\\a:STREAM", "s\\a:Stream");
	CHECK_TEXT("s\\A:Stream", "!2");
	CHECK(DeleteFileA(at("s\\a")));
}

/* ---- back and forth, with what is remembered of names ------------------ */

static void child_sets(const char *name, const char *how)
{
	char line[3 * MAX_PATH], self[MAX_PATH];
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	DWORD code = 99;

	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" %s \"%s\" %s", self, how, base,
		 name);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			     &pi));
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
}

static void changes(void)
{
	CHECK_EQ(make("n\\a", CREATE_NEW), 0);
	for (int round = 0; round < 4; round++) {
		const bool other = round & 1;

		/* Asked for so often that the answer is known beforehand. */
		for (int i = 0; i < 20; i++) {
			CHECK_TEXT("n\\A", "n\\a");
			CHECK_TEXT("n\\none", "!2");
		}
		if (other)
			child_sets("n", "set");
		else
			CHECK_EQ(set("n", SENSITIVE), 0);
		for (int i = 0; i < 20; i++) {
			CHECK_TEXT("n\\A", "!2");
			CHECK_TEXT("n\\a", "n\\a");
		}
		CHECK_EQ(make("n\\A", CREATE_NEW), 0);
		CHECK_EQ(set("n", 0), DIFFERING);
		CHECK_EQ(is_sensitive("n"), SENSITIVE);
		CHECK_TEXT("n\\A", "n\\A");
		CHECK(DeleteFileA(at("n\\A")));
		if (other)
			child_sets("n", "clear");
		else
			CHECK_EQ(set("n", 0), 0);
		CHECK_EQ(is_sensitive("n"), 0);
		CHECK_TEXT("n\\A", "n\\a");
	}
	CHECK(DeleteFileA(at("n\\A")));
}

/* ---- what the registry says -------------------------------------------- */

static const char fs_key[] = "SYSTEM\\CurrentControlSet\\Control\\FileSystem";
static const char kernel_key[] =
	"SYSTEM\\CurrentControlSet\\Control\\Session Manager\\kernel";

static bool tell(const char *key, const char *name, DWORD value)
{
	return !RegSetKeyValueA(HKEY_LOCAL_MACHINE, key, name, REG_DWORD,
				&value, sizeof value);
}

static void by_registry(void)
{
	DWORD was = 1, n = sizeof was;
	static const char name[] = "NtfsEnableDirCaseSensitivity";

	RegGetValueA(HKEY_LOCAL_MACHINE, fs_key, name, RRF_RT_DWORD, NULL, &was,
		     &n);
	if (!tell(fs_key, name, 0))
		return;
	CHECK_EQ(set("n", SENSITIVE), ERROR_NOT_SUPPORTED);
	CHECK_EQ(make("n\\a", CREATE_NEW), 0);
	CHECK(tell(fs_key, name, 3));
	CHECK_EQ(set("n", SENSITIVE), ERROR_DIR_NOT_EMPTY);
	CHECK(DeleteFileA(at("n\\a")));
	CHECK_EQ(set("n", SENSITIVE), 0);
	CHECK_EQ(set("n", 0), 0);
	CHECK(tell(fs_key, name, was));
}

static HANDLE open_posix(const char *name)
{
	return CreateFileA(at(name), GENERIC_READ, 7, NULL, OPEN_EXISTING,
			   FILE_FLAG_POSIX_SEMANTICS, NULL);
}

/* Names without OBJ_CASE_INSENSITIVE, where that counts and where not. */
static int posix(bool counts)
{
	WIN32_FIND_DATAA d;
	HANDLE h = open_posix("n\\mixed");

	CHECK_EQ(h == INVALID_HANDLE_VALUE, counts);
	CloseHandle(h);
	h = open_posix("N\\Mixed");
	CHECK_EQ(h == INVALID_HANDLE_VALUE, counts);
	CHECK(!counts || GetLastError() == ERROR_PATH_NOT_FOUND);
	CloseHandle(h);
	h = open_posix("n\\Mixed");
	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
	CHECK_TEXT("n\\mixed", "n\\Mixed");
	h = FindFirstFileExA(at("n\\mixe?"), FindExInfoBasic, &d,
			     FindExSearchNameMatch, NULL,
			     FIND_FIRST_EX_CASE_SENSITIVE);
	CHECK_EQ(h == INVALID_HANDLE_VALUE, counts);
	FindClose(h);
	return check_done();
}

static void without_flag(void)
{
	static const char name[] = "obcaseinsensitive";

	CHECK_EQ(make("n\\Mixed", CREATE_NEW), 0);
	posix(false);
	/* Windows itself reads it when it starts. */
	if (tell(kernel_key, name, 0)) {
		child_sets("-", "posix");
		CHECK(tell(kernel_key, name, 1));
	}
	CHECK(DeleteFileA(at("n\\Mixed")));
}

static bool keeps_case(void)
{
	CHECK(CreateDirectoryA(at("s"), NULL));
	CHECK(CreateDirectoryA(at("n"), NULL));
	CHECK_EQ(is_sensitive("s"), 0);
	if (set("s", SENSITIVE) != ERROR_NOT_SUPPORTED)
		return true;
	RemoveDirectoryA(at("s"));
	RemoveDirectoryA(at("n"));
	return false;
}

int main(int argc, char **argv)
{
	if (argc > 3) {
		snprintf(base, sizeof base, "%s", argv[2]);
		if (!strcmp(argv[1], "posix"))
			return posix(true);
		return set(argv[3], !strcmp(argv[1], "set")) != 0;
	}
	if (!folder_where("case", keeps_case)) {
		puts("no file system that has case-sensitive folders");
		return check_done();
	}
	requests();
	names();
	moves();
	folders();
	streams();
	changes();
	by_registry();
	without_flag();
	CHECK(RemoveDirectoryA(at("s")));
	CHECK(RemoveDirectoryA(at("n")));
	CHECK(RemoveDirectoryA(base));
	return check_done();
}
