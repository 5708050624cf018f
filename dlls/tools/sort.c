/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sort.c - sorts lines in the order of the language, without regard to case.
 */
#include "tool.h"

struct line {
	WCHAR *key;
	char *bytes;
	size_t n;
};

static struct {
	bool reverse, unique;
	size_t column;
	const WCHAR *input, *output;
} o;

static int compare(const void *p, const void *q)
{
	const struct line *a = p, *b = q;
	int r = CompareStringW(LOCALE_USER_DEFAULT, NORM_IGNORECASE, a->key, -1,
			       b->key, -1) -
		CSTR_EQUAL;

	return o.reverse ? -r : r;
}

static struct line *read_all(HANDLE h, size_t *count)
{
	struct lines l = { .h = h };
	struct line *v = NULL;
	size_t n = 0, room = 0, len, chars;
	char *s;

	while ((s = next_line(&l, &len))) {
		if (n == room) {
			struct line *more =
				get((room = room * 2 + 1024) * sizeof *more);

			if (n)
				memcpy(more, v, n * sizeof *v);
			v = more;
		}
		v[n].bytes = get(len + 1);
		memcpy(v[n].bytes, s, len);
		v[n].n = len;
		v[n].key = decode(s, len, &chars);
		v[n].key += o.column < chars ? o.column : chars;
		n++;
	}
	*count = n;
	return v;
}

static bool parse(int argc, WCHAR **argv)
{
	for (int i = 1; i < argc; i++) {
		const WCHAR *s = argv[i];
		bool sw = *s == '/' || *s == '-';

		if (sw && s[1] == '+')
			o.column = wcstoul(s + 2, NULL, 10);
		else if (is_switch(s, L"r") || is_switch(s, L"reverse"))
			o.reverse = true;
		else if (is_switch(s, L"unique") || is_switch(s, L"uniq"))
			o.unique = true;
		else if (is_switch(s, L"o") || is_switch(s, L"output"))
			o.output = ++i < argc ? argv[i] : L"";
		else if (is_switch(s, L"m") || is_switch(s, L"rec") ||
			 is_switch(s, L"l") || is_switch(s, L"t"))
			i++; /* memory, longest line, locale, folder */
		else if (sw || o.input) {
			err(L"Invalid switch.\r\n");
			return false;
		} else {
			o.input = s;
		}
	}
	if (o.column)
		o.column--;
	return true;
}

const WCHAR tool_usage[] =
	L"Sorts lines.\r\n"
	L"\r\n"
	L"SORT [/R] [/+n] [/UNIQ] [/M n] [/L locale] [/REC n] [file] [/T "
	L"folder]\r\n"
	L"     [/O file]\r\n"
	L"\r\n"
	L"  /R     Backwards.\r\n"
	L"  /+n    By what stands from column n on.\r\n"
	L"  /UNIQ  Equal lines once.\r\n"
	L"  /O     Writes to a file.\r\n"
	L"\r\n"
	L"/M, /L, /REC and /T are accepted and change nothing.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	HANDLE h = GetStdHandle(STD_INPUT_HANDLE);
	struct line *v;
	size_t n;

	if (!parse(argc, argv))
		return 1;
	if (o.input) {
		h = open_file(o.input);
		if (h == INVALID_HANDLE_VALUE) {
			err(L"%ls", o.input);
			err_code(GetLastError());
			return 1;
		}
	}
	v = read_all(h, &n);
	qsort(v, n, sizeof *v, compare);
	if (o.output) {
		h = CreateFileW(o.output, GENERIC_WRITE, FILE_SHARE_READ, NULL,
				CREATE_ALWAYS, 0, NULL);
		if (h == INVALID_HANDLE_VALUE) {
			err_code(GetLastError());
			return 1;
		}
		SetStdHandle(STD_OUTPUT_HANDLE, h);
	}
	for (size_t i = 0; i < n; i++) {
		if (o.unique && i && !compare(&v[i - 1], &v[i]))
			continue;
		out_bytes(v[i].bytes, v[i].n);
		out_bytes("\r\n", 2);
	}
	return 0;
}
