/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * attrib.c - shows or changes attributes:
 *   attrib [+r | -r] [+a | -a] [+s | -s] [+h | -h] [+i | -i] [pattern] [/s
 * [/d]]
 */
#include "tool.h"

static const struct {
	WCHAR letter;
	DWORD bit;
	int column;
} letters[] = {
	{ 'A', FILE_ATTRIBUTE_ARCHIVE, 0 },
	{ 'S', FILE_ATTRIBUTE_SYSTEM, 3 },
	{ 'H', FILE_ATTRIBUTE_HIDDEN, 4 },
	{ 'R', FILE_ATTRIBUTE_READONLY, 5 },
	{ 'O', FILE_ATTRIBUTE_OFFLINE, 7 },
	{ 'I', FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, 8 },
};

static DWORD set, clear;

static bool take_attribute(const WCHAR *s)
{
	for (size_t i = 0; i < COUNT_OF(letters); i++) {
		if (towupper(s[1]) != letters[i].letter || s[2])
			continue;
		if (*s == '+')
			set |= letters[i].bit;
		else
			clear |= letters[i].bit;
		return true;
	}
	return false;
}

static WCHAR *full(const WCHAR *path)
{
	DWORD n = GetFullPathNameW(path, 0, NULL, NULL);
	WCHAR *s = get((n + 1) * sizeof *s);

	GetFullPathNameW(path, n + 1, s, NULL);
	return s;
}

static int one(const WCHAR *path, DWORD a)
{
	WCHAR shown[22];

	if (set | clear) {
		if (SetFileAttributesW(path, (a | set) & ~clear))
			return 0;
		err(L"Access denied - %ls\r\n", full(path));
		return 1;
	}
	for (size_t i = 0; i < COUNT_OF(shown) - 1; i++)
		shown[i] = ' ';
	shown[COUNT_OF(shown) - 1] = 0;
	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (a & letters[i].bit)
			shown[letters[i].column] = letters[i].letter;
	out(L"%ls%ls\r\n", shown, full(path));
	return 0;
}

const WCHAR tool_usage[] =
	L"Shows or changes the attributes of files.\r\n"
	L"\r\n"
	L"ATTRIB [+R | -R] [+A | -A] [+S | -S] [+H | -H] [+I | -I] [pattern] "
	L"[/S [/D]]\r\n"
	L"\r\n"
	L"  +   sets an attribute, - clears it: R read-only, A archive, S "
	L"system,\r\n"
	L"      H hidden, I not indexed.\r\n"
	L"  /S  The files that match in all folders below, too.\r\n"
	L"  /D  Folders as well as files.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	unsigned what = FIND_FILES | FIND_HIDDEN;
	const WCHAR *pattern = NULL;
	bool folders = false;
	struct found f = { 0 };
	int code = 0;
	DWORD a;

	for (int i = 1; i < argc; i++) {
		const WCHAR *s = argv[i];

		if (*s == '+' || *s == '-') {
			if (take_attribute(s))
				continue;
		} else if (is_switch(s, L"s")) {
			what |= FIND_TREE;
			continue;
		} else if (is_switch(s, L"d")) {
			folders = true;
			continue;
		} else if (is_switch(s, L"l")) {
			continue;
		} else if (*s != '/' && !pattern) {
			pattern = s;
			continue;
		}
		err(L"Parameter format not correct -\r\n");
		return 1;
	}
	if (folders)
		what |= FIND_FOLDERS;
	/* A folder by its own name is meant itself. */
	a = pattern ? GetFileAttributesW(pattern) : INVALID_FILE_ATTRIBUTES;
	if (a != INVALID_FILE_ATTRIBUTES && !(what & FIND_TREE))
		return one(pattern, a);
	find_files(&f, pattern ? pattern : L"*", what);
	if (!f.n) {
		out(L"File not found - %ls\r\n", pattern ? pattern : L"*.*");
		return 1;
	}
	for (size_t i = 0; i < f.n; i++)
		code |= one(f.path[i], f.attributes[i]);
	return code;
}
