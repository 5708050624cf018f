/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * findstr.c - lines that match one of several texts or expressions.
 *
 * The first argument holds texts parted by blanks, /c: one with its blanks.
 * Without /l and /r the first text decides what they all are.
 */
#include "tool.h"

#include "pattern.h"

enum kind { KIND_GUESS, KIND_LITERAL, KIND_REGEX };

static struct {
	bool begin, end, exact, ignore_case, invert, number, only_names, offset;
	bool printable, tree, many;
	enum kind kind;
	WCHAR **text;
	unsigned texts;
	bool found;
} o;

static void add_text(WCHAR *s)
{
	WCHAR **more = get((o.texts + 1) * sizeof *more);

	if (o.texts)
		memcpy(more, o.text, o.texts * sizeof *more);
	more[o.texts++] = s;
	o.text = more;
}

static void add_words(const WCHAR *s)
{
	while (*s) {
		size_t n = wcscspn(s, L" ");

		if (n)
			add_text(copy_text(s, n));
		s += n;
		s += *s == ' ';
	}
}

/* In a literal text only \\ and \" are escapes. */
static WCHAR *literal(const WCHAR *s)
{
	WCHAR *copy = get((wcslen(s) + 1) * sizeof *s), *p = copy;

	for (; *s; s++) {
		if (*s == '\\' && (s[1] == '\\' || s[1] == '"'))
			s++;
		*p++ = *s;
	}
	return copy;
}

static bool literal_matches(const WCHAR *s, const WCHAR *line, size_t n)
{
	size_t len = wcslen(s);

	if (len > n)
		return false;
	for (size_t i = 0; i + len <= n; i++) {
		if ((o.begin && i) || (o.end && i + len != n))
			continue;
		if (!(o.ignore_case ? _wcsnicmp(line + i, s, len)
				    : wcsncmp(line + i, s, len)))
			return true;
	}
	return false;
}

static bool matches(const WCHAR *line, size_t n)
{
	for (unsigned i = 0; i < o.texts; i++)
		if (o.kind == KIND_REGEX
			    ? pattern_matches(o.text[i], line, n, o.ignore_case,
					      o.begin, o.end)
			    : literal_matches(o.text[i], line, n))
			return true;
	return false;
}

static void search(HANDLE h, const WCHAR *name)
{
	struct lines l = { .h = h };
	unsigned long number = 0;
	ULONGLONG offset = 0;
	size_t n, len;
	char *s;

	while ((s = next_line(&l, &n))) {
		WCHAR *w = decode(s, n, &len);
		ULONGLONG start = offset;
		bool yes = matches(w, len) != o.invert;

		number++;
		offset += l.buf + l.at - s;
		RtlFreeHeap(rf_heap(), 0, w);
		if (!yes)
			continue;
		o.found = true;
		if (o.only_names) {
			if (name)
				out(L"%ls\r\n", name);
			return;
		}
		if (name && o.many)
			out(L"%ls:", name);
		if (o.number)
			out(L"%lu:", number);
		if (o.offset)
			out(L"%I64u:", start);
		out_bytes(s, n);
		out_bytes("\r\n", 2);
	}
}

static bool is_text_file(HANDLE h)
{
	LARGE_INTEGER zero = { .QuadPart = 0 };
	char buf[4096];
	DWORD n = 0;
	bool text;

	ReadFile(h, buf, sizeof buf, &n, NULL);
	SetFilePointerEx(h, zero, NULL, FILE_BEGIN);
	text = !memchr(buf, 0, n);
	return text;
}

static void search_pattern(const WCHAR *pattern)
{
	struct found f = { 0 };

	find_files(&f, pattern,
		   FIND_FILES | FIND_HIDDEN | (o.tree ? FIND_TREE : 0));
	if (!f.n)
		err(L"FINDSTR: Cannot open %ls\r\n", pattern);
	for (size_t i = 0; i < f.n; i++) {
		HANDLE h = open_file(f.path[i]);

		if (h == INVALID_HANDLE_VALUE) {
			err(L"FINDSTR: Cannot open %ls\r\n", f.path[i]);
			continue;
		}
		if (!o.printable || is_text_file(h))
			search(h, f.path[i]);
		CloseHandle(h);
	}
}

/* A file of lines for /g: and /f:; / means the input. */
static void each_line(const WCHAR *name, void (*use)(WCHAR *))
{
	struct lines l = { .h = wcscmp(name, L"/")
					? open_file(name)
					: GetStdHandle(STD_INPUT_HANDLE) };
	size_t n, len;
	char *s;

	if (l.h == INVALID_HANDLE_VALUE) {
		err(L"FINDSTR: Cannot open %ls\r\n", name);
		ExitProcess(2);
	}
	while ((s = next_line(&l, &n)))
		use(decode(s, n, &len));
}

static WCHAR **files;
static int file_count;

static void add_file(WCHAR *name)
{
	WCHAR **more = get((file_count + 1) * sizeof *more);

	if (file_count)
		memcpy(more, files, file_count * sizeof *more);
	more[file_count++] = name;
	files = more;
}

static bool take_letters(const WCHAR *s)
{
	for (; *s; s++) {
		switch (towlower(*s)) {
		case 'b':
			o.begin = true;
			break;
		case 'e':
			o.end = true;
			break;
		case 'x':
			o.begin = o.end = true;
			break;
		case 'i':
			o.ignore_case = true;
			break;
		case 'v':
			o.invert = true;
			break;
		case 'n':
			o.number = true;
			break;
		case 'm':
			o.only_names = true;
			break;
		case 'o':
			o.offset = true;
			break;
		case 'p':
			o.printable = true;
			break;
		case 's':
			o.tree = true;
			break;
		case 'l':
			o.kind = KIND_LITERAL;
			break;
		case 'r':
			o.kind = KIND_REGEX;
			break;
		default:
			return false;
		}
	}
	return true;
}

static bool take_switch(const WCHAR *s)
{
	WCHAR c = towlower(s[1]);

	if (!_wcsicmp(s + 1, L"offline") || !_wcsicmp(s + 1, L"off"))
		return true;
	if (s[1] && s[2] == ':') {
		switch (c) {
		case 'c':
			add_text(copy_text(s + 3, wcslen(s + 3)));
			return true;
		case 'g':
			each_line(s + 3, add_text);
			return true;
		case 'f':
			each_line(s + 3, add_file);
			return true;
		case 'a': /* colours */
			return true;
		case 'd':
			return SetCurrentDirectoryW(s + 3);
		}
		return false;
	}
	return s[1] && take_letters(s + 1);
}

const WCHAR tool_usage[] =
	L"Shows the lines of files, or of the input, that match a text or an "
	L"expression.\r\n"
	L"\r\n"
	L"FINDSTR [/B] [/E] [/L | /R] [/S] [/I] [/X] [/V] [/N] [/M] [/O] [/P] "
	L"[/F:file]\r\n"
	L"        [/C:text] [/G:file] [/D:folder] [texts] [file ...]\r\n"
	L"\r\n"
	L"  /B /E     At the beginning or the end of a line; /X: the whole "
	L"line.\r\n"
	L"  /L /R     Texts are meant literally, or are expressions.\r\n"
	L"  /S        In all folders below, too.\r\n"
	L"  /I        Capital and small letters are the same.\r\n"
	L"  /V        The lines that do not match.\r\n"
	L"  /N /O     Their numbers, or offsets, before them.\r\n"
	L"  /M        Only the names of the files.\r\n"
	L"  /P        Not in files with unprintable characters.\r\n"
	L"  /F:file   Reads the files' names from a file, / being the "
	L"input.\r\n"
	L"  /C:text   One text, with its blanks.\r\n"
	L"  /G:file   Reads the texts from a file, / being the input.\r\n"
	L"  /D:folder The folder to search in.\r\n"
	L"\r\n"
	L"Exit code 0: found, 1: not found.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	bool have_text = false;

	for (int i = 1; i < argc; i++) {
		if (*argv[i] == '/' || (*argv[i] == '-' && argv[i][1])) {
			if (!take_switch(argv[i])) {
				err(L"FINDSTR: Bad command line\r\n");
				return 2;
			}
			have_text |= o.texts > 0;
		} else if (!have_text) {
			add_words(argv[i]);
			have_text = true;
		} else {
			add_file(argv[i]);
		}
	}
	if (!have_text) {
		err(L"FINDSTR: Bad command line\r\n");
		return 2;
	}
	if (o.kind == KIND_GUESS)
		o.kind = o.texts && pattern_is_regex(o.text[0]) ? KIND_REGEX
								: KIND_LITERAL;
	for (unsigned i = 0; o.kind == KIND_LITERAL && i < o.texts; i++)
		o.text[i] = literal(o.text[i]);
	o.many = o.tree || file_count > 1 ||
		 (file_count && wcspbrk(files[0], L"*?"));
	if (!file_count)
		search(GetStdHandle(STD_INPUT_HANDLE), NULL);
	for (int i = 0; i < file_count; i++)
		search_pattern(files[i]);
	return !o.found;
}
