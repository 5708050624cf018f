/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where LoadLibraryEx looks, for a DLL and for what that needs.  The DLLs are
 * this program: rf-top.dll imports rf-dep1.dll where it has version.dll.
 */
#include <stdio.h>

#include "self-dll.h"

#define NEEDS "rf-dep1.dll" /* as long as version.dll */

__attribute__((used)) static BOOL WINAPI entry(HINSTANCE module, DWORD reason,
					       PVOID reserved)
{
	return TRUE;
}

static void need(char *bytes, IMAGE_NT_HEADERS *nt, void *arg)
{
	const IMAGE_IMPORT_DESCRIPTOR *d;
	IMAGE_DATA_DIRECTORY *dir = nt->OptionalHeader.DataDirectory;

	d = (void *)self_in_file(
		bytes, nt, dir[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress);
	for (; d->Name; d++) {
		char *name = self_in_file(bytes, nt, d->Name);

		if (!lstrcmpiA(name, "version.dll")) {
			memcpy(name, NEEDS, sizeof NEEDS);
			return;
		}
	}
	CHECK(0, "version.dll is not imported");
}

static char top[MAX_PATH];

static const char *path_of(const char *relative)
{
	static char path[2 * MAX_PATH];

	snprintf(path, sizeof path, "%s\\%s", top, relative);
	return path;
}

/* The folder from which name came, "-" if it is not loaded. */
static const char *from(const char *name)
{
	static char path[MAX_PATH];
	HMODULE m = GetModuleHandleA(name);
	char *end;

	if (!m || !GetModuleFileNameA(m, path, sizeof path))
		return "-";
	end = strrchr(path, '\\');
	*end = 0;
	end = strrchr(path, '\\');
	return end ? end + 1 : path;
}

static void loads(int line, const char *name, DWORD flags, const char *what,
		  const char *folder, DWORD error)
{
	DWORD got;
	HMODULE m;

	SetLastError(0);
	m = LoadLibraryExA(name, NULL, flags);
	got = GetLastError();
	check_count++;
	if (strcmp(from(what), folder) || (!m && got != error))
		check_fail(__FILE__, line, name, "%#lx: %s, not %s; %lu", flags,
			   from(what), folder, got);
	if (m)
		FreeLibrary(m);
}
#define DEP(name, flags, folder) loads(__LINE__, name, flags, NEEDS, folder, 0)
#define LACKS(name, flags)       loads(__LINE__, name, flags, NEEDS, "-", 126)
#define ITSELF(name, flags, folder)                                            \
	loads(__LINE__, name, flags, NEEDS, folder, 126)
#define REFUSED(name, flags) loads(__LINE__, name, flags, NEEDS, "-", 87)

int main(void)
{
	WCHAR wide[MAX_PATH];
	DWORD unused;
	DLL_DIRECTORY_COOKIE cookie;

	/* So that it is imported. */
	CHECK(!GetFileVersionInfoSizeA("no such file", &unused));
	GetCurrentDirectoryA(sizeof top, top);
	CreateDirectoryA("beside", NULL);
	CreateDirectoryA("other", NULL);
	CreateDirectoryA("here", NULL);
	CreateDirectoryA("here\\below", NULL);
	make_dll("beside\\rf-top.dll", entry, need, NULL);
	make_dll("beside\\" NEEDS, entry, NULL, NULL);
	make_dll("other\\" NEEDS, entry, NULL, NULL);
	make_dll("here\\" NEEDS, entry, NULL, NULL);
	make_dll("here\\below\\" NEEDS, entry, NULL, NULL);
	CHECK(SetCurrentDirectoryA("here"));

	/* What it needs is looked for as it was. */
	DEP(path_of("beside\\rf-top.dll"), 0, "here");
	DEP(path_of("beside\\rf-top.dll"), LOAD_WITH_ALTERED_SEARCH_PATH,
	    "beside");
	DEP(path_of("beside\\rf-top.dll"), LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR,
	    "beside");
	LACKS(path_of("beside\\rf-top.dll"), LOAD_LIBRARY_SEARCH_SYSTEM32);
	LACKS(path_of("beside\\rf-top.dll"), LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
	/* Folders that the program has named. */
	CHECK(MultiByteToWideChar(CP_ACP, 0, path_of("other"), -1, wide,
				  MAX_PATH));
	cookie = AddDllDirectory(wide);
	CHECK(cookie != NULL);
	DEP(path_of("beside\\rf-top.dll"), LOAD_LIBRARY_SEARCH_USER_DIRS,
	    "other");
	DEP(path_of("beside\\rf-top.dll"), LOAD_LIBRARY_SEARCH_DEFAULT_DIRS,
	    "other");
	CHECK(RemoveDllDirectory(cookie));
	CHECK(SetDllDirectoryW(wide));
	ITSELF(NEEDS, LOAD_LIBRARY_SEARCH_USER_DIRS, "other");
	CHECK(SetDllDirectoryW(NULL));
	/* A relative path counts from each folder of the search. */
	ITSELF("below\\" NEEDS, 0, "below");
	ITSELF(".\\" NEEDS, 0, "here");
	ITSELF(".\\" NEEDS, LOAD_LIBRARY_SEARCH_SYSTEM32, "-");
	CHECK(SetDllDirectoryW(wide));
	ITSELF("..\\beside\\" NEEDS, 0, "beside");
	CHECK(SetDllDirectoryW(NULL));
	/* What cannot be asked for. */
	REFUSED(path_of("beside\\rf-top.dll"),
		LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_SYSTEM32);
	REFUSED(NEEDS, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR);
	REFUSED(".\\" NEEDS, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR);

	CHECK(SetCurrentDirectoryA(top));
	CHECK(DeleteFileA("beside\\rf-top.dll"));
	CHECK(DeleteFileA("beside\\" NEEDS) && RemoveDirectoryA("beside"));
	CHECK(DeleteFileA("other\\" NEEDS) && RemoveDirectoryA("other"));
	CHECK(DeleteFileA("here\\below\\" NEEDS));
	CHECK(RemoveDirectoryA("here\\below"));
	CHECK(DeleteFileA("here\\" NEEDS) && RemoveDirectoryA("here"));
	return check_done();
}
