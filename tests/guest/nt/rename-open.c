/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rename-open.c - a folder keeps its name while something below it is open,
 * in whatever process; its own handles do not hold it.  What POSIX semantics
 * lets a folder replace.
 */
#include <windows.h>

#include <string.h>

#include "check.h"

#ifndef FILE_RENAME_FLAG_POSIX_SEMANTICS
#define FILE_RENAME_FLAG_REPLACE_IF_EXISTS 1
#define FILE_RENAME_FLAG_POSIX_SEMANTICS   2
#endif

static HANDLE open_as(const char *name, DWORD access, DWORD how)
{
	HANDLE h = CreateFileA(name, access, 7, NULL, how,
			       FILE_FLAG_BACKUP_SEMANTICS |
				       FILE_FLAG_OPEN_REPARSE_POINT,
			       NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", name, GetLastError());
	return h;
}

static void make(const char *name)
{
	CloseHandle(open_as(name, GENERIC_WRITE, CREATE_NEW));
}

static BOOL exists(const char *name)
{
	return GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES;
}

/* 0 or the error; and that nothing has moved then. */
static DWORD moved(const char *from, const char *to)
{
	DWORD error = MoveFileExA(from, to, 0) ? 0 : GetLastError();

	CHECK_EQ(exists(from), error != 0);
	return error;
}

static void there_and_back(const char *from, const char *to)
{
	CHECK_EQ(moved(from, to), 0);
	CHECK_EQ(moved(to, from), 0);
}

/* By a handle, with FILE_RENAME_* flags; flags -1: the old class. */
static DWORD renamed(HANDLE h, const WCHAR *to, int flags)
{
	char buf[sizeof(FILE_RENAME_INFO) + 2 * MAX_PATH];
	FILE_RENAME_INFO *i = (FILE_RENAME_INFO *)buf;

	memset(buf, 0, sizeof buf);
	if (flags >= 0)
		*(DWORD *)i = (DWORD)flags;
	GetFullPathNameW(to, MAX_PATH, i->FileName, NULL);
	i->FileNameLength = (DWORD)(wcslen(i->FileName) * 2);
	return SetFileInformationByHandle(
		       h,
		       flags < 0 ? FileRenameInfo
				 : (FILE_INFO_BY_HANDLE_CLASS)22,
		       i, sizeof buf)
		       ? 0
		       : GetLastError();
}

/* Every kind of handle to what lies below holds all folders above. */
static void held_by(const char *name, DWORD access)
{
	HANDLE h = open_as(name, access, OPEN_EXISTING);

	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CHECK_EQ(moved("top", "TOP"), ERROR_ACCESS_DENIED);
	CHECK_EQ(moved("top", "aside\\top"), ERROR_ACCESS_DENIED);
	CloseHandle(h);
	there_and_back("top", "other");
}

static void here(void)
{
	HANDLE a, b;
	DWORD n;

	held_by("top\\file", GENERIC_READ);
	held_by("top\\file", FILE_READ_ATTRIBUTES);
	held_by("top\\file", DELETE);
	held_by("top\\file", 0);
	held_by("top\\sub", FILE_LIST_DIRECTORY);
	held_by("top\\sub", FILE_READ_ATTRIBUTES);
	held_by("top\\sub\\deep", GENERIC_READ | GENERIC_WRITE);

	/* What lies beside it, and begins alike, does not. */
	a = open_as("topper", GENERIC_READ, OPEN_EXISTING);
	there_and_back("top", "other");
	CloseHandle(a);

	/* The folder itself may be open, also more than once. */
	a = open_as("top", FILE_LIST_DIRECTORY, OPEN_EXISTING);
	b = open_as("top", DELETE | SYNCHRONIZE, OPEN_EXISTING);
	CHECK_EQ(renamed(b, L"other", -1), 0);
	CHECK_EQ(renamed(b, L"top", -1), 0);
	CloseHandle(a);
	/* POSIX semantics are for what is replaced. */
	a = open_as("top\\file", GENERIC_READ, OPEN_EXISTING);
	CHECK_EQ(renamed(b, L"other", -1), ERROR_ACCESS_DENIED);
	CHECK_EQ(renamed(b, L"other",
			 FILE_RENAME_FLAG_POSIX_SEMANTICS |
				 FILE_RENAME_FLAG_REPLACE_IF_EXISTS),
		 ERROR_ACCESS_DENIED);
	CloseHandle(a);
	CHECK_EQ(renamed(b, L"other", FILE_RENAME_FLAG_POSIX_SEMANTICS), 0);
	CHECK_EQ(renamed(b, L"top", 0), 0);
	CloseHandle(b);

	/* A duplicate is a handle as well; a view is none. */
	a = open_as("top\\file", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);
	CHECK(WriteFile(a, "x", 1, &n, NULL));
	CHECK(DuplicateHandle(GetCurrentProcess(), a, GetCurrentProcess(), &b,
			      0, FALSE, DUPLICATE_SAME_ACCESS));
	CloseHandle(a);
	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CloseHandle(b);
	there_and_back("top", "other");

	/* Files may be renamed as before. */
	a = open_as("top\\file", GENERIC_READ, OPEN_EXISTING);
	there_and_back("top\\file", "top\\elif");
	there_and_back("top\\file", "file");
	CloseHandle(a);
}

static void searches_and_watches(void)
{
	WIN32_FIND_DATAA d;
	HANDLE h = FindFirstFileA("top\\sub\\*", &d);

	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CHECK(FindClose(h));
	h = FindFirstChangeNotificationA("top\\sub", FALSE,
					 FILE_NOTIFY_CHANGE_FILE_NAME);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CHECK(FindCloseChangeNotification(h));
	/* Of the folder itself, which one may rename. */
	h = FindFirstChangeNotificationA("top", TRUE,
					 FILE_NOTIFY_CHANGE_FILE_NAME);
	there_and_back("top", "other");
	CHECK(FindCloseChangeNotification(h));
}

/* Another link of a file that is open there is not open here. */
static void links(void)
{
	HANDLE h;

	CHECK(CreateHardLinkA("outside", "top\\file", NULL));
	h = open_as("outside", GENERIC_READ, OPEN_EXISTING);
	there_and_back("top", "other");
	CloseHandle(h);
	h = open_as("top\\file", GENERIC_READ, OPEN_EXISTING);
	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CloseHandle(h);
	CHECK(DeleteFileA("outside"));
}

static void current(void)
{
	CHECK(SetCurrentDirectoryA("top\\sub"));
	CHECK_EQ(moved("..\\..\\top", "..\\..\\other"), ERROR_ACCESS_DENIED);
	CHECK(SetCurrentDirectoryA("..\\.."));
	there_and_back("top", "other");
}

/* ---- other processes */

struct other {
	HANDLE process, in, out;
};

/* Opens what it is told to until its input ends. */
static int child(const char *name)
{
	HANDLE h = INVALID_HANDLE_VALUE;
	char c;

	if (*name != '-') {
		h = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING,
				FILE_FLAG_BACKUP_SEMANTICS, NULL);
		if (h == INVALID_HANDLE_VALUE)
			return 1;
	} else {
		/* Its current folder is enough. */
		h = CreateFileA("..\\..\\topper", GENERIC_READ, 7, NULL,
				OPEN_EXISTING, 0, NULL);
		CloseHandle(h);
	}
	printf("x");
	fflush(stdout);
	return fread(&c, 1, 1, stdin) == 1;
}

static struct other start(const char *self, const char *name, const char *dir)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION pi = { 0 };
	struct other o;
	char line[2 * MAX_PATH], c;
	HANDLE r, w;
	DWORD n;

	CHECK(CreatePipe(&o.out, &w, &sa, 0));
	CHECK(CreatePipe(&r, &o.in, &sa, 0));
	SetHandleInformation(o.out, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation(o.in, HANDLE_FLAG_INHERIT, 0);
	si.hStdInput = r;
	si.hStdOutput = w;
	si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	sprintf(line, "\"%s\" %s", self, name);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, dir, &si,
			     &pi));
	CloseHandle(w);
	CloseHandle(r);
	CHECK(ReadFile(o.out, &c, 1, &n, NULL) && n == 1);
	CloseHandle(pi.hThread);
	o.process = pi.hProcess;
	return o;
}

static void ends(struct other *o)
{
	DWORD code;

	CloseHandle(o->in);
	CHECK_EQ(WaitForSingleObject(o->process, INFINITE), 0);
	CHECK(GetExitCodeProcess(o->process, &code) && !code, "%lu", code);
	CloseHandle(o->out);
	CloseHandle(o->process);
}

static void others(const char *self)
{
	struct other o = start(self, "top\\sub\\deep", NULL);

	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CHECK_EQ(moved("top\\sub", "other"), ERROR_ACCESS_DENIED);
	there_and_back("topper", "other");
	ends(&o);
	there_and_back("top", "other");
	there_and_back("top\\sub", "other");

	o = start(self, "top\\sub", NULL);
	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	CHECK(TerminateProcess(o.process, 0));
	ends(&o);
	there_and_back("top", "other");

	o = start(self, "-", "top\\sub");
	CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
	ends(&o);
	there_and_back("top", "other");

	/* A handle that it has been given. */
	o = start(self, "topper", NULL);
	{
		HANDLE h = open_as("top\\file", GENERIC_READ, OPEN_EXISTING);
		HANDLE there;

		CHECK(DuplicateHandle(
			GetCurrentProcess(), h, o.process, &there, 0, FALSE,
			DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
		CHECK_EQ(moved("top", "other"), ERROR_ACCESS_DENIED);
		CHECK(DuplicateHandle(
			o.process, there, GetCurrentProcess(), &h, 0, FALSE,
			DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
		CloseHandle(h);
	}
	there_and_back("top", "other");
	ends(&o);
}

/* ---- what POSIX semantics lets a new name replace */

static void replacing(void)
{
	enum {
		OVER = FILE_RENAME_FLAG_REPLACE_IF_EXISTS,
		POSIX = OVER | FILE_RENAME_FLAG_POSIX_SEMANTICS
	};
	HANDLE h, open;

	CHECK(CreateDirectoryA("empty", NULL));
	h = open_as("top", DELETE | SYNCHRONIZE, OPEN_EXISTING);
	CHECK_EQ(renamed(h, L"empty", 0), ERROR_ALREADY_EXISTS);
	CHECK_EQ(renamed(h, L"empty", OVER), ERROR_ACCESS_DENIED);
	CHECK_EQ(renamed(h, L"aside", POSIX), 0);
	CHECK(exists("aside\\sub\\deep"));
	CHECK_EQ(renamed(h, L"top", POSIX), 0);
	CHECK(CreateDirectoryA("aside", NULL));
	make("aside\\x");
	CHECK_EQ(renamed(h, L"aside", POSIX), ERROR_DIR_NOT_EMPTY);
	CHECK(DeleteFileA("aside\\x"));
	CHECK_EQ(renamed(h, L"topper", POSIX), ERROR_DIRECTORY);
	/* One that is open goes as well, if who has it shares its deletion. */
	open = open_as("aside", FILE_LIST_DIRECTORY, OPEN_EXISTING);
	CHECK_EQ(renamed(h, L"aside", POSIX), 0);
	CloseHandle(open);
	CHECK_EQ(renamed(h, L"top", POSIX), 0);
	CloseHandle(h);
	h = open_as("topper", DELETE | SYNCHRONIZE, OPEN_EXISTING);
	CHECK_EQ(renamed(h, L"empty", POSIX), ERROR_ACCESS_DENIED);
	CHECK(exists("empty"));
	CloseHandle(h);
	CHECK(RemoveDirectoryA("empty"));
	CHECK(CreateDirectoryA("aside", NULL));
}

int main(int argc, char **argv)
{
	char dir[MAX_PATH];

	if (argc == 2)
		return child(argv[1]);
	GetTempPathA(sizeof dir, dir);
	sprintf(dir + strlen(dir), "rf-held-%lu", GetCurrentProcessId());
	CHECK(CreateDirectoryA(dir, NULL));
	CHECK(SetCurrentDirectoryA(dir));
	CHECK(CreateDirectoryA("top", NULL));
	CHECK(CreateDirectoryA("top\\sub", NULL));
	CHECK(CreateDirectoryA("aside", NULL));
	make("top\\file");
	make("top\\sub\\deep");
	make("topper");
	here();
	searches_and_watches();
	links();
	current();
	others(argv[0]);
	replacing();
	CHECK(DeleteFileA("top\\sub\\deep"));
	CHECK(DeleteFileA("top\\file"));
	CHECK(DeleteFileA("topper"));
	CHECK(RemoveDirectoryA("top\\sub"));
	CHECK(RemoveDirectoryA("top"));
	CHECK(RemoveDirectoryA("aside"));
	SetCurrentDirectoryA("\\");
	CHECK(RemoveDirectoryA(dir), "%lu", GetLastError());
	return check_done();
}
