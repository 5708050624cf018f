/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xcopy.c - copies files and trees of folders.
 *
 * Exit codes: 0 copied, 1 nothing to copy, 2 Ctrl-C, 4 no such thing, 5 a
 * write failed.
 */
#include "tool.h"

static struct {
	bool tree, empty, is_dir, yes, quiet, newer, hidden, replace, go_on;
	bool full_names, list, folders_only, existing, keep, archive, reset;
	ULONGLONG since; /* /d:m-d-y */
	WCHAR **exclude;
	unsigned excludes;
	unsigned long copied;
	int code;
} o;

static bool is_folder(const WCHAR *s)
{
	DWORD a = GetFileAttributesW(s);

	return a != INVALID_FILE_ATTRIBUTES && a & FILE_ATTRIBUTE_DIRECTORY;
}

static bool is_excluded(const WCHAR *path)
{
	WCHAR *lower = _wcslwr(copy_text(path, wcslen(path)));

	for (unsigned i = 0; i < o.excludes; i++)
		if (wcsstr(lower, o.exclude[i]))
			return true;
	return false;
}

/* /exclude:file1+file2: each line is a part of names not to copy. */
static void read_excludes(WCHAR *list)
{
	size_t n, len;
	char *s;

	while (*list) {
		size_t name = wcscspn(list, L"+");
		struct lines l = { .h = open_file(copy_text(list, name)) };

		if (l.h == INVALID_HANDLE_VALUE) {
			err(L"Can't read file: %.*ls\r\n\r\n", (int)name, list);
			ExitProcess(4);
		}
		while ((s = next_line(&l, &n))) {
			WCHAR **more = get((o.excludes + 1) * sizeof *more);

			if (!n)
				continue;
			if (o.excludes)
				memcpy(more, o.exclude,
				       o.excludes * sizeof *more);
			more[o.excludes++] = _wcslwr(decode(s, n, &len));
			o.exclude = more;
		}
		list += name + (list[name] == '+');
	}
}

static ULONGLONG written(const WIN32_FILE_ATTRIBUTE_DATA *d)
{
	return (ULONGLONG)d->ftLastWriteTime.dwHighDateTime << 32 |
	       d->ftLastWriteTime.dwLowDateTime;
}

static WCHAR ask(const WCHAR *question, const WCHAR *choices)
{
	char byte;
	DWORD got;
	WCHAR answer = 0;

	out(L"%ls", question);
	flush();
	/* To the end of the line: its first letter counts. */
	while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &got, NULL) &&
	       got && byte != '\n')
		if (!answer && byte > ' ')
			answer = towupper(byte);
	out(L"\r\n");
	return answer && wcschr(choices, answer) ? answer : 0;
}

static bool wanted(const WCHAR *from, const WCHAR *to, DWORD a)
{
	WIN32_FILE_ATTRIBUTE_DATA s, d;
	bool there = GetFileAttributesExW(to, GetFileExInfoStandard, &d);
	WCHAR answer;

	if (!o.hidden && a & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM))
		return false;
	if ((o.archive || o.reset) && !(a & FILE_ATTRIBUTE_ARCHIVE))
		return false;
	if (is_excluded(from) || (o.existing && !there))
		return false;
	if (!GetFileAttributesExW(from, GetFileExInfoStandard, &s))
		return false;
	if (o.since && written(&s) < o.since)
		return false;
	if (o.newer && !o.since && there && written(&s) <= written(&d))
		return false;
	if (there && !o.yes && !o.list) {
		out(L"Overwrite %ls ", to);
		answer = ask(L"(Yes/No/All)? ", L"YNA");
		if (answer == 'A')
			o.yes = true;
		return answer == 'Y' || answer == 'A';
	}
	return true;
}

static void failed(const WCHAR *path, DWORD error)
{
	err(L"File creation error - ");
	err_code(error);
	o.code = error == ERROR_DISK_FULL ? 4 : 5;
	if (!o.go_on) {
		flush();
		out(L"%lu File(s) copied\r\n", o.copied);
		flush();
		ExitProcess(o.code);
	}
}

static WCHAR *full(const WCHAR *path)
{
	DWORD n = GetFullPathNameW(path, 0, NULL, NULL);
	WCHAR *s = get((n + 1) * sizeof *s);

	GetFullPathNameW(path, n + 1, s, NULL);
	return s;
}

static void copy_file(const WCHAR *from, const WCHAR *to, DWORD a)
{
	DWORD old = GetFileAttributesW(to);

	if (!wanted(from, to, a))
		return;
	if (!o.quiet && o.full_names)
		out(L"%ls -> %ls\r\n", full(from), full(to));
	else if (!o.quiet)
		out(L"%ls\r\n", from);
	if (!o.list) {
		if (o.replace && old != INVALID_FILE_ATTRIBUTES &&
		    old & FILE_ATTRIBUTE_READONLY)
			SetFileAttributesW(to, old & ~FILE_ATTRIBUTE_READONLY);
		if (!CopyFileW(from, to, FALSE)) {
			failed(to, GetLastError());
			return;
		}
		if (!o.keep && a & FILE_ATTRIBUTE_READONLY)
			SetFileAttributesW(to, a & ~FILE_ATTRIBUTE_READONLY);
		if (o.reset)
			SetFileAttributesW(from, a & ~FILE_ATTRIBUTE_ARCHIVE);
	}
	o.copied++;
}

/* All on the way to it. */
static bool make_folder(const WCHAR *path)
{
	WCHAR *copy, *slash;

	if (o.list || is_folder(path) || CreateDirectoryW(path, NULL))
		return true;
	if (GetLastError() != ERROR_PATH_NOT_FOUND)
		return false;
	copy = copy_text(path, wcslen(path));
	slash = wcsrchr(copy, '\\');
	if (!slash || slash == copy)
		return false;
	*slash = 0;
	return make_folder(copy) && CreateDirectoryW(path, NULL);
}

static void copy_tree(const WCHAR *from, const WCHAR *mask, const WCHAR *to)
{
	struct found f = { 0 }, sub = { 0 };

	if (!o.folders_only)
		find_files(&f, join_path(from, mask), FIND_FILES | FIND_HIDDEN);
	if (f.n && !make_folder(to)) {
		failed(to, GetLastError());
		return;
	}
	for (size_t i = 0; i < f.n; i++) {
		const WCHAR *slash = wcsrchr(f.path[i], '\\');

		copy_file(f.path[i],
			  join_path(to, slash ? slash + 1 : f.path[i]),
			  f.attributes[i]);
	}
	if (!o.tree)
		return;
	find_files(&sub, join_path(from, L"*"), FIND_FOLDERS | FIND_HIDDEN);
	for (size_t i = 0; i < sub.n; i++) {
		const WCHAR *slash = wcsrchr(sub.path[i], '\\');
		const WCHAR *name = slash ? slash + 1 : sub.path[i];

		if (is_excluded(join_path(sub.path[i], L"")))
			continue;
		if (!o.hidden && sub.attributes[i] & (FILE_ATTRIBUTE_HIDDEN |
						      FILE_ATTRIBUTE_SYSTEM))
			continue;
		if (o.empty && !make_folder(join_path(to, name)))
			failed(to, GetLastError());
		copy_tree(sub.path[i], mask, join_path(to, name));
	}
}

/* m-d-y or nothing */
static void take_date(const WCHAR *s)
{
	SYSTEMTIME t = { 0 };
	FILETIME local, utc;
	WCHAR *end;

	o.newer = true;
	if (*s++ != ':')
		return;
	t.wMonth = wcstoul(s, &end, 10);
	t.wDay = *end ? wcstoul(end + 1, &end, 10) : 0;
	t.wYear = *end ? wcstoul(end + 1, &end, 10) : 0;
	if (!SystemTimeToFileTime(&t, &local)) {
		err(L"Invalid date.\r\n");
		ExitProcess(4);
	}
	LocalFileTimeToFileTime(&local, &utc);
	o.since = (ULONGLONG)utc.dwHighDateTime << 32 | utc.dwLowDateTime;
}

static bool take_switch(WCHAR *s)
{
	static const struct {
		const WCHAR *name;
		bool *flag;
	} flags[] = {
		{ L"s", &o.tree },     { L"i", &o.is_dir },
		{ L"y", &o.yes },      { L"q", &o.quiet },
		{ L"h", &o.hidden },   { L"r", &o.replace },
		{ L"c", &o.go_on },    { L"f", &o.full_names },
		{ L"l", &o.list },     { L"t", &o.folders_only },
		{ L"u", &o.existing }, { L"k", &o.keep },
		{ L"a", &o.archive },  { L"m", &o.reset },
		{ L"e", &o.empty },
	};
	/* About the shell, the network, security: nothing to do here. */
	static const WCHAR *const accepted[] = { L"v", L"w", L"p", L"n", L"o",
						 L"x", L"z", L"b", L"j", L"g" };

	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		if (_wcsicmp(s, flags[i].name))
			continue;
		*flags[i].flag = true;
		o.tree |= o.empty || o.folders_only;
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(accepted); i++)
		if (!_wcsicmp(s, accepted[i]))
			return true;
	if (!_wcsicmp(s, L"-y")) {
		o.yes = false;
		return true;
	}
	if (towlower(*s) == 'd' && (!s[1] || s[1] == ':')) {
		take_date(s + 1);
		return true;
	}
	if (!_wcsnicmp(s, L"exclude:", 8)) {
		read_excludes(s + 8);
		return true;
	}
	return false;
}

/* /s/e/y: several in one word. */
static bool take_switches(WCHAR *s)
{
	while (*s == '/') {
		WCHAR *next = _wcsnicmp(s, L"/exclude:", 9) ? wcschr(s + 1, '/')
							    : NULL;

		if (next)
			*next = 0;
		if (!take_switch(s + 1)) {
			err(L"Invalid switch - %ls\r\n", s);
			return false;
		}
		if (!next)
			return true;
		*next = '/';
		s = next;
	}
	return true;
}

static int copy(WCHAR *from, WCHAR *to)
{
	WCHAR *slash, *mask = L"*", *dir = from;
	size_t n = wcslen(to);
	DWORD a;

	if (is_folder(from)) {
		/* All of it. */
	} else {
		slash = wcsrchr(from, '\\');
		mask = slash ? slash + 1 : from;
		dir = copy_text(from, mask - from);
		a = GetFileAttributesW(from);
		if (!wcspbrk(mask, L"*?") && a == INVALID_FILE_ATTRIBUTES &&
		    !o.tree) {
			err(L"File not found - %ls\r\n", mask);
			return 4;
		}
		if (!wcspbrk(mask, L"*?") && !is_folder(to) && !o.tree &&
		    !o.is_dir && n && to[n - 1] != '\\') {
			WCHAR answer;

			out(L"Does %ls specify a file name\r\nor directory "
			    L"name on the target\r\n",
			    to);
			answer = ask(L"(F = file, D = directory)? ", L"FD");
			if (answer == 'F') {
				copy_file(from, to, a);
				return 0;
			}
			if (!answer)
				return 2;
		}
	}
	n = wcslen(to);
	while (n > 1 && to[n - 1] == '\\' && to[n - 2] != ':')
		to[--n] = 0;
	copy_tree(dir, mask, to);
	return 0;
}

const WCHAR tool_usage[] =
	L"Copies files and trees of folders.\r\n"
	L"\r\n"
	L"XCOPY source [target] [switches]\r\n"
	L"\r\n"
	L"  /S /E     Folders below, too; /E also the empty ones, /T only the "
	L"folders.\r\n"
	L"  /I        The target is a folder, if that is not clear.\r\n"
	L"  /D[:m-d-y] Only what is newer than the target, or not older than "
	L"this day.\r\n"
	L"  /U        Only what the target has already.\r\n"
	L"  /A /M     Only what has the archive attribute; /M clears it "
	L"then.\r\n"
	L"  /H        Hidden files and those of the system, too.\r\n"
	L"  /R /K     Overwrites read-only files; /K keeps the attribute.\r\n"
	L"  /C        Goes on after errors.\r\n"
	L"  /Y, /-Y   Overwrites without asking, or asks.\r\n"
	L"  /Q /F /L  Prints no names, or both in full, or only what would be "
	L"copied.\r\n"
	L"  /EXCLUDE:file[+file ...]  Not what has a line of these files in "
	L"its path.\r\n"
	L"\r\n"
	L"/B, /G, /J, /N, /O, /P, /V, /W, /X and /Z are accepted and change "
	L"nothing.\r\n"
	L"\r\n"
	L"Exit code 0: copied, 1: nothing to copy, 2: Ctrl+C, 4: wrong "
	L"arguments,\r\n"
	L"5: a write failed.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	WCHAR cwd[MAX_PATH * 4];
	int words = 0, code;

	o.yes = !is_console(GetStdHandle(STD_INPUT_HANDLE)) &&
		GetEnvironmentVariableW(L"COPYCMD", cwd, COUNT_OF(cwd));
	for (int i = 1; i < argc; i++) {
		if (*argv[i] != '/')
			argv[words++] = argv[i];
		else if (!take_switches(argv[i]))
			return 4;
	}
	if (!words || words > 2) {
		err(L"Invalid number of parameters\r\n");
		return 4;
	}
	GetCurrentDirectoryW(COUNT_OF(cwd), cwd);
	code = copy(argv[0], words > 1 ? argv[1] : cwd);
	if (code)
		return code;
	out(o.list ? L"%lu File(s)\r\n" : L"%lu File(s) copied\r\n", o.copied);
	return o.code;
}
