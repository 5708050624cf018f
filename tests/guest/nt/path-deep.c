/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-deep.c - a folder whose path has more than 400 characters, without
 * \\?\: whatever takes a path works there, if long paths are enabled, programs
 * and DLLs as well.
 */
#include <windows.h>

#include <direct.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"

enum { ROOM = 2000, DEEP = 420 };

static WCHAR deep[ROOM];
static char deep_a[ROOM];

typedef BOOLEAN(NTAPI enabled_fn)(void);

static BOOL enabled(void)
{
	enabled_fn *fn = (void *)GetProcAddress(GetModuleHandleA("ntdll"),
						"RtlAreLongPathsEnabled");

	return fn && fn();
}

static const WCHAR *at(const WCHAR *name)
{
	static WCHAR s[4][ROOM];
	static unsigned n;
	WCHAR *to = s[n++ % 4];

	swprintf(to, ROOM, L"%ls\\%ls", deep, name);
	return to;
}

static const char *at_a(const char *name)
{
	static char s[4][ROOM];
	static unsigned n;
	char *to = s[n++ % 4];

	snprintf(to, ROOM, "%s\\%s", deep_a, name);
	return to;
}

#define OK(call) CHECK(call, "%lu", GetLastError())

static void put(const WCHAR *name)
{
	HANDLE h = CreateFileW(at(name), GENERIC_WRITE, 7, NULL, CREATE_ALWAYS,
			       0, NULL);
	DWORD n;

	OK(h != INVALID_HANDLE_VALUE);
	OK(WriteFile(h, "text", 4, &n, NULL));
	CloseHandle(h);
}

static void make_deep(void)
{
	WCHAR *end;

	GetTempPathW(ROOM, deep);
	end = deep + lstrlenW(deep);
	end += swprintf(end, 64, L"rf-deep-%lu", GetCurrentProcessId());
	OK(CreateDirectoryW(deep, NULL));
	while (end - deep < DEEP) {
		lstrcpyW(end, L"\\a folder with a name of some length 123456");
		end += lstrlenW(end);
		OK(CreateDirectoryW(deep, NULL));
	}
	WideCharToMultiByte(CP_ACP, 0, deep, -1, deep_a, ROOM, NULL, NULL);
}

/* The folders up to the one that was made first. */
static void remove_deep(void)
{
	WCHAR *slash;

	while ((slash = wcsrchr(deep, '\\'))) {
		BOOL last = !wcsncmp(slash, L"\\rf-deep-", 9);

		OK(RemoveDirectoryW(deep));
		if (last)
			break;
		*slash = 0;
	}
}

static BOOL ends(const WCHAR *path, const WCHAR *with)
{
	int n = lstrlenW(path), m = lstrlenW(with);

	return n > DEEP && n >= m && !lstrcmpiW(path + n - m, with);
}

static BOOL ends_a(const char *path, const char *with)
{
	size_t n = strlen(path), m = strlen(with);

	return n > DEEP && n >= m && !_stricmp(path + n - m, with);
}

static void names(void)
{
	static WCHAR w[ROOM], *part;
	static char a[ROOM], *part_a;
	DWORD n;
	HANDLE h;

	put(L"one");
	n = GetFullPathNameW(at(L"one"), ROOM, w, &part);
	CHECK(n > DEEP && ends(w, L"\\one") && !lstrcmpW(part, L"one"));
	CHECK_EQ(GetFullPathNameW(at(L"one"), 10, w, NULL), n + 1);
	n = GetFullPathNameA(at_a("one"), ROOM, a, &part_a);
	CHECK(n > DEEP && ends_a(a, "\\one") && !strcmp(part_a, "one"));
	CHECK_EQ(GetFullPathNameA(at_a("one"), 10, a, NULL), n + 1);
	n = GetLongPathNameW(at(L"ONE"), w, ROOM);
	CHECK(n > DEEP && ends(w, L"\\one"), "%lu %lu", n, GetLastError());
	n = GetLongPathNameA(at_a("ONE"), a, ROOM);
	CHECK(n > DEEP && ends_a(a, "\\one"), "%lu %lu", n, GetLastError());
	n = GetShortPathNameW(at(L"one"), w, ROOM);
	CHECK(n > DEEP && ends(w, L"\\one"), "%lu %lu", n, GetLastError());
	n = SearchPathW(deep, L"one", NULL, ROOM, w, &part);
	CHECK(n > DEEP && ends(w, L"\\one"), "%lu %lu", n, GetLastError());
	n = SearchPathA(deep_a, "one", NULL, ROOM, a, &part_a);
	CHECK(n > DEEP && ends_a(a, "\\one"), "%lu %lu", n, GetLastError());
	h = CreateFileA(at_a("one"), GENERIC_READ, 7, NULL, OPEN_EXISTING, 0,
			NULL);
	OK(h != INVALID_HANDLE_VALUE);
	n = GetFinalPathNameByHandleW(h, w, ROOM, 0);
	CHECK(n > DEEP && ends(w, L"\\one"));
	n = GetFinalPathNameByHandleA(h, a, ROOM, 0);
	CHECK(n > DEEP && ends_a(a, "\\one"));
	CloseHandle(h);
	OK(GetVolumePathNameW(at(L"one"), w, ROOM));
	CHECK(w[1] == ':');
	OK(GetVolumePathNameA(at_a("one"), a, ROOM));
	/* This one's own limit, as its names go into a buffer of MAX_PATH. */
	CHECK_EQ(GetTempFileNameW(deep, L"x", 0, w), 0);
	CHECK_EQ(GetLastError(), ERROR_BUFFER_OVERFLOW);
}

static void files(void)
{
	WIN32_FILE_ATTRIBUTE_DATA d;
	WIN32_FIND_STREAM_DATA sd;
	WIN32_FIND_DATAW fw;
	WIN32_FIND_DATAA fa;
	ULARGE_INTEGER room;
	static WCHAR w[ROOM];
	struct _stat st;
	DWORD n;
	HANDLE h;
	FILE *f;

	OK(GetFileAttributesExW(at(L"one"), GetFileExInfoStandard, &d));
	OK(GetFileAttributesExA(at_a("one"), GetFileExInfoStandard, &d));
	CHECK_EQ(d.nFileSizeLow, 4);
	OK(SetFileAttributesW(at(L"one"), FILE_ATTRIBUTE_NORMAL));
	OK(GetFileAttributesA(at_a("one")) != INVALID_FILE_ATTRIBUTES);
	CHECK_EQ(GetCompressedFileSizeW(at(L"one"), NULL) != INVALID_FILE_SIZE,
		 TRUE);
	OK(CopyFileW(at(L"one"), at(L"two"), TRUE));
	OK(CopyFileA(at_a("one"), at_a("two"), FALSE));
	OK(MoveFileW(at(L"two"), at(L"three")));
	OK(MoveFileExA(at_a("three"), at_a("two"), MOVEFILE_REPLACE_EXISTING));
	OK(CreateHardLinkW(at(L"link"), at(L"one"), NULL));
	n = ROOM;
	h = FindFirstFileNameW(at(L"one"), 0, &n, w);
	OK(h != INVALID_HANDLE_VALUE);
	FindClose(h);
	OK(ReplaceFileW(at(L"link"), at(L"two"), NULL, 0, NULL, NULL));
	h = FindFirstFileW(at(L"o*"), &fw);
	OK(h != INVALID_HANDLE_VALUE && !lstrcmpW(fw.cFileName, L"one"));
	FindClose(h);
	h = FindFirstFileA(at_a("o*"), &fa);
	OK(h != INVALID_HANDLE_VALUE && !strcmp(fa.cFileName, "one"));
	FindClose(h);
	h = FindFirstStreamW(at(L"one"), FindStreamInfoStandard, &sd, 0);
	OK(h != INVALID_HANDLE_VALUE);
	FindClose(h);
	OK(GetDiskFreeSpaceExW(deep, &room, NULL, NULL));
	OK(WritePrivateProfileStringW(L"s", L"k", L"v", at(L"ini")));
	CHECK_EQ(GetPrivateProfileStringW(L"s", L"k", L"", w, ROOM, at(L"ini")),
		 1);
	OK(CreateDirectoryA(at_a("sub"), NULL));
	OK(RemoveDirectoryA(at_a("sub")));
	if (CreateSymbolicLinkW(at(L"sym"), at(L"one"), 2)) {
		h = CreateFileW(at(L"sym"), GENERIC_READ, 7, NULL,
				OPEN_EXISTING, 0, NULL);
		OK(h != INVALID_HANDLE_VALUE);
		CloseHandle(h);
		OK(DeleteFileW(at(L"sym")));
	} else {
		CHECK_EQ(GetLastError(), ERROR_PRIVILEGE_NOT_HELD);
	}
	OK(DeleteFileA(at_a("ini")));
	OK(DeleteFileW(at(L"link")));

	/* The C library's. */
	f = fopen(at_a("one"), "r");
	CHECK(f != NULL);
	if (f)
		fclose(f);
	CHECK_EQ(_wstat(at(L"one"), &st), 0);
	CHECK_EQ(st.st_size, 4);
	CHECK_EQ(_access(at_a("one"), 0), 0);
	CHECK_EQ(_mkdir(at_a("c")), 0);
	CHECK_EQ(_rmdir(at_a("c")), 0);
	CHECK(_wfullpath(w, at(L"one"), ROOM) != NULL && ends(w, L"\\one"));
	CHECK_EQ(_unlink(at_a("one")), 0);
}

static void current(void)
{
	static WCHAR w[ROOM], was[ROOM];
	static char a[ROOM];
	HANDLE h;

	GetCurrentDirectoryW(ROOM, was);
	OK(SetCurrentDirectoryW(deep));
	CHECK_EQ(GetCurrentDirectoryW(ROOM, w), lstrlenW(deep));
	CHECK_EQ(GetCurrentDirectoryW(10, w), lstrlenW(deep) + 1);
	CHECK_EQ(GetCurrentDirectoryA(ROOM, a), lstrlenA(deep_a));
	CHECK(_getcwd(NULL, 0) != NULL);
	h = CreateFileA("rel", GENERIC_WRITE, 7, NULL, CREATE_NEW,
			FILE_FLAG_DELETE_ON_CLOSE, NULL);
	OK(h != INVALID_HANDLE_VALUE);
	CHECK(GetFullPathNameW(L"rel", ROOM, w, NULL) && ends(w, L"\\rel"));
	CloseHandle(h);
	OK(SetCurrentDirectoryW(was));
	OK(SetCurrentDirectoryA(deep_a));
	OK(SetCurrentDirectoryW(was));
}

/* In the folder, and by a name there. */
static DWORD run(const WCHAR *app, const WCHAR *line, const WCHAR *dir)
{
	STARTUPINFOW si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	static WCHAR copy[ROOM];
	DWORD code = 99;

	lstrcpyW(copy, line);
	if (!CreateProcessW(app, copy, NULL, NULL, FALSE, 0, NULL, dir, &si,
			    &pi))
		return 1000 + GetLastError();
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return code;
}

static void programs(void)
{
	static WCHAR self[ROOM], line[ROOM];
	HMODULE m;
	DWORD n;

	GetModuleFileNameW(NULL, self, ROOM);
	OK(CopyFileW(self, at(L"prog.exe"), TRUE));
	swprintf(line, ROOM, L"\"%ls\" child", at(L"prog.exe"));
	CHECK_EQ(run(at(L"prog.exe"), line, NULL), 0);
	CHECK_EQ(run(NULL, line, NULL), 0);
	CHECK_EQ(run(NULL, line, deep), 0);
	OK(GetBinaryTypeW(at(L"prog.exe"), &n));

	GetSystemDirectoryW(self, ROOM);
	lstrcatW(self, L"\\version.dll");
	OK(CopyFileW(self, at(L"deep.dll"), TRUE));
	m = LoadLibraryW(at(L"deep.dll"));
	OK(m != NULL);
	CHECK(GetModuleFileNameW(m, line, ROOM) > DEEP &&
	      ends(line, L"\\deep.dll"));
	CHECK(GetModuleHandleW(at(L"deep.dll")) == m);
	FreeLibrary(m);
	m = LoadLibraryExA(at_a("deep.dll"), NULL, LOAD_LIBRARY_AS_DATAFILE);
	OK(m != NULL);
	FreeLibrary(m);
	OK(SetDllDirectoryW(deep));
	m = LoadLibraryW(L"deep.dll");
	OK(m != NULL);
	FreeLibrary(m);
	OK(SetDllDirectoryW(NULL));
	OK(DeleteFileW(at(L"deep.dll")));
	OK(DeleteFileW(at(L"prog.exe")));
}

static int child(void)
{
	static WCHAR w[ROOM];
	static char a[ROOM];

	CHECK(GetModuleFileNameW(NULL, w, ROOM) > DEEP &&
	      ends(w, L"\\prog.exe"));
	CHECK(GetModuleFileNameA(NULL, a, ROOM) > DEEP &&
	      ends_a(a, "\\prog.exe"));
	CHECK_EQ(GetModuleFileNameW(NULL, w, 20), 20);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	return check_done();
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "child"))
		return child();
	if (!enabled())
		return 0;
	make_deep();
	names();
	files();
	current();
	programs();
	remove_deep();
	return check_done();
}
