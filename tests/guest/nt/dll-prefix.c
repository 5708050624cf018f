/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dll-prefix.c - DLLs loaded by names with "\\?\", as node does with each addon:
 * the same module as without, whose name stays as it was loaded.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

static void copy_system(const char *dll, const char *to)
{
	char from[MAX_PATH];

	GetSystemDirectoryA(from, sizeof from);
	strcat(from, "\\");
	strcat(from, dll);
	CHECK(CopyFileA(from, to, FALSE), "%s: error %lu", from,
	      GetLastError());
}

static void check_same(const char *path, const char *other)
{
	char name[MAX_PATH] = "";
	HMODULE m = LoadLibraryA(path), again;

	CHECK(m != NULL, "%s: error %lu", path, GetLastError());
	if (!m)
		return;
	GetModuleFileNameA(m, name, sizeof name);
	CHECK(!strcmp(name, path), "%s, not %s", name, path);
	again = LoadLibraryExA(other, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
	CHECK(again == m, "%s: %p, not %p", other, again, m);
	FreeLibrary(again);
	CHECK(GetModuleHandleA("rf-dll-prefix.dll") == m);
	CHECK(GetModuleHandleA(other) == m, "%s", other);
	CHECK(GetModuleHandleA(path) == m, "%s", path);
	FreeLibrary(m);
	CHECK(GetModuleHandleA("rf-dll-prefix.dll") == NULL);
}

int main(void)
{
	char plain[MAX_PATH], prefixed[MAX_PATH + 4] = "\\\\?\\", *end;

	GetTempPathA(MAX_PATH - 32, plain);
	strcat(plain, "rf-dll-prefix.dll");
	strcat(prefixed, plain);
	DeleteFileA(plain);
	copy_system("version.dll", plain);
	check_same(prefixed, plain);
	check_same(plain, prefixed);
	/* What is loaded already, and what is not there. */
	GetSystemDirectoryA(prefixed + 4, MAX_PATH - 32);
	strcat(prefixed, "\\kernel32.dll");
	CHECK(LoadLibraryA(prefixed) == GetModuleHandleA("kernel32"));
	end = strrchr(prefixed, '\\');
	strcpy(end, "\\no-such-module.dll");
	CHECK(LoadLibraryA(prefixed) == NULL);
	CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
	DeleteFileA(plain);
	return check_done();
}
