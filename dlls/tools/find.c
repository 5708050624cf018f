/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * find.c - lines that hold a text: find [/v] [/c] [/n] [/i] "text" [files]
 *
 * Exit code 0: found, 1: not, 2: what was asked makes no sense.
 */
#include "tool.h"

static struct {
	bool invert, count, number, ignore_case;
	WCHAR *text;
	size_t len;
	bool found;
} o;

static bool holds(const WCHAR *line, size_t n)
{
	if (!o.len)
		return false;
	for (size_t i = 0; i + o.len <= n; i++)
		if (!(o.ignore_case ? _wcsnicmp(line + i, o.text, o.len)
				    : wcsncmp(line + i, o.text, o.len)))
			return true;
	return false;
}

static void search(HANDLE h, const WCHAR *name)
{
	struct lines l = { .h = h };
	unsigned long number = 0, matches = 0;
	size_t n, len;
	char *s;

	if (name && !o.count)
		out(L"\r\n---------- %ls\r\n", name);
	while ((s = next_line(&l, &n))) {
		WCHAR *w = decode(s, n, &len);

		number++;
		if (holds(w, len) != o.invert) {
			matches++;
			if (!o.count) {
				if (o.number)
					out(L"[%lu]", number);
				out_bytes(s, n);
				out_bytes("\r\n", 2);
			}
		}
		RtlFreeHeap(rf_heap(), 0, w);
	}
	if (o.count && name)
		out(L"\r\n---------- %ls: %lu\r\n", name, matches);
	else if (o.count)
		out(L"%lu\r\n", matches);
	o.found |= matches > 0;
}

/* The text must be in quotes: what they were is gone from argv. */
static WCHAR *quoted_text(void)
{
	const WCHAR *s = GetCommandLineW(), *end;
	bool own_name = *s == '"';
	struct {
		WCHAR *s;
		size_t n;
	} t;

	if (own_name) {
		s = wcschr(s + 1, '"');
		s = s ? s + 1 : L"";
	}
	s = wcschr(s, '"');
	if (!s)
		return NULL;
	t.s = get((wcslen(s) + 1) * sizeof *t.s);
	t.n = 0;
	for (end = s + 1; *end; end++) {
		if (*end == '"' && *++end != '"')
			break;
		t.s[t.n++] = *end;
	}
	return t.s;
}

static int bad_format(void)
{
	err(L"FIND: Parameter format not correct\r\n");
	return 2;
}

const WCHAR tool_usage[] =
	L"Shows the lines of files, or of the input, that hold a text.\r\n"
	L"\r\n"
	L"FIND [/V] [/C] [/N] [/I] \"text\" [file ...]\r\n"
	L"\r\n"
	L"  /V  The lines that do not hold it.\r\n"
	L"  /C  Only how many they are.\r\n"
	L"  /N  Their numbers before them.\r\n"
	L"  /I  Capital and small letters are the same.\r\n"
	L"\r\n"
	L"Exit code 0: found, 1: not found.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	int files = 0, code = 0;
	bool seen_text = false;

	for (int i = 1; i < argc; i++) {
		const WCHAR *s = argv[i];

		if (is_switch(s, L"v"))
			o.invert = true;
		else if (is_switch(s, L"c"))
			o.count = true;
		else if (is_switch(s, L"n"))
			o.number = true;
		else if (is_switch(s, L"i"))
			o.ignore_case = true;
		else if (is_switch(s, L"off") || is_switch(s, L"offline"))
			;
		else if (!seen_text)
			seen_text = true;
		else if (*s == '/')
			return bad_format();
		else
			argv[files++] = argv[i];
	}
	o.text = quoted_text();
	if (!o.text || !seen_text)
		return bad_format();
	o.len = wcslen(o.text);
	if (!files)
		search(GetStdHandle(STD_INPUT_HANDLE), NULL);
	for (int i = 0; i < files; i++) {
		struct found f = { 0 };

		find_files(&f, argv[i], FIND_FILES | FIND_HIDDEN);
		if (!f.n) {
			err(L"File not found - %ls\r\n", _wcsupr(argv[i]));
			code = 2;
		}
		for (size_t k = 0; k < f.n; k++) {
			HANDLE h = open_file(f.path[k]);

			if (h == INVALID_HANDLE_VALUE) {
				err(L"Access denied - %ls\r\n", f.path[k]);
				continue;
			}
			search(h, _wcsupr(f.path[k]));
			CloseHandle(h);
		}
	}
	return o.found ? 0 : code ? code : 1;
}
