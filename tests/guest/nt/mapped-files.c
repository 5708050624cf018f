/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapped-files.c - what a mapped file does not let happen to it, here and in
 * other processes: a running program and a loaded DLL are not written to or
 * deleted, but may be renamed; a file with a view is not cut or deleted.
 */
#include <windows.h>

#include <stdlib.h>

#include "named.h"
#include "self.h"

static char program[MAX_PATH], moved[MAX_PATH], other[MAX_PATH];

/* 0 or the error. */
static DWORD try_open(const char *path, DWORD access, DWORD how, DWORD flags)
{
	HANDLE h = CreateFileA(path, access, 7, NULL, how, flags, NULL);
	DWORD error = GetLastError();

	if (h == INVALID_HANDLE_VALUE)
		return error;
	CloseHandle(h);
	return 0;
}

static DWORD try_delete(const char *path)
{
	return DeleteFileA(path) ? 0 : GetLastError();
}

static DWORD try_dispose(const char *path, ULONG flags)
{
	const FILE_INFO_BY_HANDLE_CLASS class_ex = 21;
	HANDLE h = CreateFileA(path, DELETE, 7, NULL, OPEN_EXISTING, 0, NULL);
	FILE_DISPOSITION_INFO_EX ex = { flags };
	FILE_DISPOSITION_INFO plain = { TRUE };
	DWORD error = 0;
	BOOL ok;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", path, GetLastError());
	ok = flags ? SetFileInformationByHandle(h, class_ex, &ex,
						sizeof ex)
		   : SetFileInformationByHandle(h, FileDispositionInfo, &plain,
						sizeof plain);
	if (!ok)
		error = GetLastError();
	CloseHandle(h);
	return error;
}

static DWORD try_cut(const char *path, LONG size)
{
	HANDLE h = CreateFileA(path, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0,
			       NULL);
	DWORD error = 0;

	CHECK(h != INVALID_HANDLE_VALUE, "%s: %lu", path, GetLastError());
	SetFilePointer(h, size, NULL, FILE_BEGIN);
	if (!SetEndOfFile(h))
		error = GetLastError();
	CloseHandle(h);
	return error;
}

static void make_other(void)
{
	HANDLE h = CreateFileA(other, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0,
			       NULL);

	CHECK(h != INVALID_HANDLE_VALUE);
	CloseHandle(h);
}

/* Nobody may change what is mapped as an image. */
static void image_holds(const char *path)
{
	enum { DELETE_IT = 1, POSIX = 2 };

	CHECK_EQ(try_open(path, GENERIC_READ, OPEN_EXISTING, 0), 0);
	CHECK_EQ(try_open(path, FILE_WRITE_ATTRIBUTES, OPEN_EXISTING, 0), 0);
	CHECK_EQ(try_open(path, DELETE, OPEN_EXISTING, 0), 0);
	CHECK_EQ(try_open(path, GENERIC_WRITE, OPEN_EXISTING, 0),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(try_open(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, 0),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(try_open(path, GENERIC_WRITE, CREATE_ALWAYS, 0),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(try_open(path, GENERIC_WRITE, TRUNCATE_EXISTING, 0),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(try_open(path, DELETE, OPEN_EXISTING,
			  FILE_FLAG_DELETE_ON_CLOSE),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(try_delete(path), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_dispose(path, 0), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_dispose(path, DELETE_IT), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_dispose(path, DELETE_IT | POSIX), ERROR_ACCESS_DENIED);
	make_other();
	CHECK(!MoveFileExA(other, path, MOVEFILE_REPLACE_EXISTING));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_delete(other), 0);
	/* It may have another name. */
	CHECK(MoveFileA(path, moved), "%lu", GetLastError());
	CHECK_EQ(try_delete(moved), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_open(moved, GENERIC_WRITE, OPEN_EXISTING, 0),
		 ERROR_SHARING_VIOLATION);
	CHECK(MoveFileA(moved, path));
}

static DWORD in_another(const char *what, const char *path)
{
	char args[MAX_PATH + 40];

	snprintf(args, sizeof args, "%s \"%s\"", what, path);
	return run_self(args);
}

/* A copy of this program. */
static void running(void)
{
	HANDLE event =
		CreateEventA(NULL, TRUE, FALSE, own_name("rf-mapped-files"));
	HANDLE ready =
		CreateEventA(NULL, TRUE, FALSE, own_name("rf-mapped-ready"));
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 20];
	PROCESS_INFORMATION pi;
	DWORD code = 99;

	CHECK(CopyFileA(own_path(), program, FALSE));
	snprintf(line, sizeof line, "\"%s\" wait", program);
	CHECK(CreateProcessA(program, line, NULL, NULL, FALSE, 0, NULL, NULL,
			     &si, &pi));
	/* From the beginning. */
	CHECK_EQ(try_open(program, GENERIC_WRITE, OPEN_EXISTING, 0),
		 ERROR_SHARING_VIOLATION);
	CHECK_EQ(try_delete(program), ERROR_ACCESS_DENIED);
	CHECK_EQ(WaitForSingleObject(ready, PATIENCE), WAIT_OBJECT_0);
	image_holds(program);
	CHECK_EQ(in_another("image", program), 0);
	SetEvent(event);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, PATIENCE), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	CHECK_EQ(try_open(program, GENERIC_WRITE, OPEN_EXISTING, 0), 0);
	CHECK_EQ(try_delete(program), 0);
	close_both(&pi);
	CloseHandle(ready);
	CloseHandle(event);
}

static void loaded(void)
{
	HMODULE m, again;
	HANDLE h;

	CHECK(CopyFileA(own_path(), program, FALSE));
	/* Who writes to it keeps it from being loaded. */
	h = CreateFileA(program, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0,
			NULL);
	CHECK(!LoadLibraryExA(program, NULL, DONT_RESOLVE_DLL_REFERENCES));
	CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
	CloseHandle(h);
	m = LoadLibraryExA(program, NULL, DONT_RESOLVE_DLL_REFERENCES);
	CHECK(m != NULL, "%lu", GetLastError());
	again = LoadLibraryExA(program, NULL, DONT_RESOLVE_DLL_REFERENCES);
	image_holds(program);
	CHECK_EQ(in_another("image", program), 0);
	FreeLibrary(again);
	CHECK_EQ(try_delete(program), ERROR_ACCESS_DENIED);
	FreeLibrary(m);
	CHECK_EQ(try_open(program, GENERIC_WRITE, OPEN_EXISTING, 0), 0);
	CHECK_EQ(in_another("write", program), 0);
	CHECK_EQ(try_delete(program), 0);
}

/* Those who ended with it loaded are not in the way of those who have it. */
static void after_others(void)
{
	HMODULE m;

	CHECK(CopyFileA(own_path(), program, FALSE));
	for (int i = 0; i < 16; i++)
		CHECK_EQ(in_another("load", program), 0);
	m = LoadLibraryExA(program, NULL, DONT_RESOLVE_DLL_REFERENCES);
	CHECK(m != NULL, "%lu", GetLastError());
	CHECK_EQ(in_another("image", program), 0);
	FreeLibrary(m);
	CHECK_EQ(try_delete(program), 0);
}

/* A file of three pages and a bit, of which somebody has a view. */
enum { LENGTH = 0x3010 };

static void view_holds(const char *path)
{
	enum { DELETE_IT = 1, POSIX = 2 };

	CHECK_EQ(try_open(path, GENERIC_WRITE, OPEN_EXISTING, 0), 0);
	CHECK_EQ(try_cut(path, 0), ERROR_USER_MAPPED_FILE);
	CHECK_EQ(try_cut(path, 0x1000), ERROR_USER_MAPPED_FILE);
	CHECK_EQ(try_cut(path, LENGTH - 1), ERROR_USER_MAPPED_FILE);
	CHECK_EQ(try_cut(path, LENGTH), 0);
	CHECK_EQ(try_open(path, GENERIC_WRITE, CREATE_ALWAYS, 0),
		 ERROR_USER_MAPPED_FILE);
	CHECK_EQ(try_open(path, GENERIC_WRITE, TRUNCATE_EXISTING, 0),
		 ERROR_USER_MAPPED_FILE);
	CHECK_EQ(try_delete(path), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_dispose(path, 0), ERROR_ACCESS_DENIED);
	CHECK_EQ(try_dispose(path, DELETE_IT | POSIX), ERROR_ACCESS_DENIED);
}

static void viewed(void)
{
	FILE_ALLOCATION_INFO room = { .AllocationSize.QuadPart = 0x1000 };
	HANDLE h = CreateFileA(program, GENERIC_READ | GENERIC_WRITE, 7, NULL,
			       CREATE_ALWAYS, 0, NULL);
	HANDLE s;
	char *p;

	SetFilePointer(h, LENGTH, NULL, FILE_BEGIN);
	CHECK(SetEndOfFile(h));
	s = CreateFileMappingA(h, NULL, PAGE_READONLY, 0, 0, NULL);
	/* The mapping alone holds it, and then the view alone. */
	CHECK_EQ(try_cut(program, 0x1000), ERROR_USER_MAPPED_FILE);
	p = MapViewOfFile(s, FILE_MAP_READ, 0, 0, 0);
	CHECK(p != NULL);
	CloseHandle(s);
	view_holds(program);
	CHECK_EQ(in_another("view", program), 0);
	CHECK(!SetFileInformationByHandle(h, FileAllocationInfo, &room,
					  sizeof room));
	CHECK_EQ(GetLastError(), ERROR_USER_MAPPED_FILE);
	/* It may grow, and be what it was again. */
	CHECK_EQ(try_cut(program, 0x8000), 0);
	CHECK_EQ(try_cut(program, 0x5000), 0);
	CHECK_EQ(p[LENGTH - 1], 0);
	UnmapViewOfFile(p);
	CHECK_EQ(try_cut(program, 0x1000), 0);
	CHECK_EQ(in_another("cut", program), 0);
	CloseHandle(h);
	CHECK_EQ(try_delete(program), 0);
}

static int child(const char *what, const char *path)
{
	if (!strcmp(what, "image"))
		image_holds(path);
	else if (!strcmp(what, "view"))
		view_holds(path);
	else if (!strcmp(what, "load"))
		CHECK(LoadLibraryExA(path, NULL, DONT_RESOLVE_DLL_REFERENCES));
	else if (!strcmp(what, "write"))
		CHECK_EQ(try_open(path, GENERIC_WRITE, OPEN_EXISTING, 0), 0);
	else
		CHECK_EQ(try_cut(path, 0), 0);
	return check_done();
}

/* Before it opens anything, so before others could hear of it. */
static int child_waits(void)
{
	HANDLE event =
		OpenEventA(SYNCHRONIZE, FALSE, own_name("rf-mapped-files"));
	HANDLE ready = OpenEventA(EVENT_MODIFY_STATE, FALSE,
				  own_name("rf-mapped-ready"));

	SetEvent(ready);
	CHECK_EQ(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
	CHECK_EQ(try_open(own_path(), GENERIC_READ, OPEN_EXISTING, 0), 0);
	CHECK_EQ(try_open(own_path(), GENERIC_WRITE, OPEN_EXISTING, 0),
		 ERROR_SHARING_VIOLATION);
	return check_done();
}

int main(int argc, char **argv)
{
	char temp[MAX_PATH];

	if (argc == 2)
		return child_waits();
	GetTempPathA(sizeof temp, temp);
	snprintf(program, sizeof program, "%srf-mapped-file.exe", temp);
	snprintf(moved, sizeof moved, "%srf-mapped-moved.exe", temp);
	snprintf(other, sizeof other, "%srf-mapped-other", temp);
	if (argc == 3)
		return child(argv[1], argv[2]);
	running();
	loaded();
	after_others();
	viewed();
	return check_done();
}
