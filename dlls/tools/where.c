/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * where.c - files on the path that match a pattern; names without an extension
 * also with those of PATHEXT.
 *
 *   where [/r folder] [/q] [/f] [/t] [$variable:|folders:]pattern ...
 */
#include "tool.h"

static struct {
	const WCHAR *root;
	bool quiet, quotes, times;
	unsigned found;
} o;

static void show(const WCHAR *name)
{
	WCHAR path[MAX_PATH * 4];
	WIN32_FILE_ATTRIBUTE_DATA d;
	SYSTEMTIME t;
	FILETIME local;

	o.found++;
	if (o.quiet || !GetFullPathNameW(name, COUNT_OF(path), path, NULL))
		return;
	if (o.times && GetFileAttributesExW(path, GetFileExInfoStandard, &d)) {
		FileTimeToLocalFileTime(&d.ftLastWriteTime, &local);
		FileTimeToSystemTime(&local, &t);
		out(L"%10I64u   %d/%d/%d  %02d:%02d:%02d  ",
		    (ULONGLONG)d.nFileSizeHigh << 32 | d.nFileSizeLow, t.wMonth,
		    t.wDay, t.wYear, t.wHour, t.wMinute, t.wSecond);
	}
	out(o.quotes ? L"\"%ls\"\r\n" : L"%ls\r\n", path);
}

static void search_one(const WCHAR *dir, const WCHAR *pattern, unsigned what)
{
	struct found f = { 0 };

	find_files(&f, join_path(dir, pattern), what | FIND_FILES);
	for (size_t i = 0; i < f.n; i++)
		show(f.path[i]);
}

static WCHAR *variable(const WCHAR *name)
{
	DWORD n = GetEnvironmentVariableW(name, NULL, 0);
	WCHAR *s = get((n + 1) * sizeof *s);

	GetEnvironmentVariableW(name, s, n);
	return s;
}

static void search_dir(const WCHAR *dir, const WCHAR *pattern, unsigned what)
{
	const WCHAR *list;
	size_t n;

	search_one(dir, pattern, what);
	if (wcschr(pattern, '.') || o.root)
		return;
	for (list = variable(L"PATHEXT"); *list; list += n + (list[n] == ';')) {
		WCHAR *name;

		n = wcscspn(list, L";");
		name = get((wcslen(pattern) + n + 1) * sizeof *name);
		wcscpy(name, pattern);
		memcpy(name + wcslen(pattern), list, n * sizeof *name);
		if (n)
			search_one(dir, name, what);
	}
}

static void search_list(const WCHAR *list, const WCHAR *pattern)
{
	while (*list) {
		size_t n = wcscspn(list, L";");

		if (n)
			search_dir(copy_text(list, n), pattern, 0);
		list += n + (list[n] == ';');
	}
}

static void search(WCHAR *pattern)
{
	WCHAR *colon = wcsrchr(pattern, ':'), cwd[MAX_PATH * 4];

	if (o.root) {
		search_dir(o.root, pattern, FIND_TREE);
	} else if (colon) {
		*colon = 0;
		search_list(*pattern == '$' ? variable(pattern + 1) : pattern,
			    colon + 1);
	} else {
		GetCurrentDirectoryW(COUNT_OF(cwd), cwd);
		search_dir(cwd, pattern, 0);
		search_list(variable(L"PATH"), pattern);
	}
}

const WCHAR tool_usage[] =
	L"Finds files on the path, or in a folder and those below it.\r\n"
	L"\r\n"
	L"WHERE [/R folder] [/Q] [/F] [/T] [$variable: | folders:]pattern "
	L"...\r\n"
	L"\r\n"
	L"  /R  Searches this folder and all below it.\r\n"
	L"  /Q  Prints nothing: only the exit code tells.\r\n"
	L"  /F  Names in quotation marks.\r\n"
	L"  /T  With sizes and times.\r\n"
	L"\r\n"
	L"Exit code 0: found, 1: not found, 2: wrong arguments.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	int patterns = 0;

	for (int i = 1; i < argc; i++) {
		if (is_switch(argv[i], L"r") && i + 1 < argc)
			o.root = argv[++i];
		else if (is_switch(argv[i], L"q"))
			o.quiet = true;
		else if (is_switch(argv[i], L"f"))
			o.quotes = true;
		else if (is_switch(argv[i], L"t"))
			o.times = true;
		else if (*argv[i] == '/') {
			err(L"ERROR: Invalid argument or option - "
			    L"'%ls'.\r\nType \"WHERE /?\" for usage help.\r\n",
			    argv[i]);
			return 2;
		} else {
			argv[patterns++] = argv[i];
		}
	}
	if (!patterns) {
		err(L"ERROR: Invalid syntax. Value expected for "
		    L"'pattern'.\r\n");
		return 2;
	}
	for (int i = 0; i < patterns; i++)
		search(argv[i]);
	if (!o.found && !o.quiet)
		err(L"INFO: Could not find files for the given "
		    L"pattern(s).\r\n");
	return !o.found;
}
