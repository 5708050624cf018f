/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * input.c - lines of batch files, of the console and of pipes; answers.
 *
 * Batch files are in the console's code page.  Where that is UTF-8 and a line
 * is not, the line is taken for Windows-1252, which older scripts are in.
 */
#include "cmd.h"

static WCHAR *decode_as(UINT cp, DWORD flags, const char *s, int n)
{
	int units = n ? MultiByteToWideChar(cp, flags, s, n, NULL, 0) : 0;
	WCHAR *w;

	if (n && !units)
		return NULL;
	w = take((units + 1) * sizeof *w);
	if (n)
		MultiByteToWideChar(cp, flags, s, n, w, units);
	return w;
}

WCHAR *decode(const char *s, size_t n)
{
	UINT cp = GetConsoleOutputCP();
	WCHAR *w;

	if (!cp)
		cp = CP_ACP;
	w = decode_as(cp, cp == CP_UTF8 ? MB_ERR_INVALID_CHARS : 0, s, n);
	if (!w)
		w = decode_as(1252, 0, s, n);
	return w ? w : copy_text(L"", 0);
}

WCHAR *batch_line(struct batch *b)
{
	const char *s = b->bytes + b->at, *end = b->bytes + b->size;
	size_t n = 0;
	WCHAR *w, *from, *to;
	const char *stop;

	/* Ctrl-Z ends a text file. */
	if (s >= end || *s == 0x1a)
		return NULL;
	stop = memchr(s, '\n', end - s);
	n = (stop ? stop : end) - s;
	b->at += n + (stop != NULL);
	w = decode(s, n);
	for (from = to = w; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = 0;
	return w;
}

/*
 * From a console: its own line editor.  Else byte by byte, because what
 * follows the line belongs to whoever reads next.
 */
WCHAR *read_handle_line(HANDLE h)
{
	struct str line = { 0 };
	char *bytes = NULL;
	size_t n = 0, room = 0;
	DWORD got;
	char c;

	if (is_console(h)) {
		WCHAR some[256];

		for (;;) {
			SetLastError(0);
			if (!ReadConsoleW(h, some, COUNT_OF(some), &got, NULL))
				got = 0;
			else if (!got &&
				 GetLastError() == ERROR_OPERATION_ABORTED)
				stop_line();
			if (!got)
				return line.n ? line.s : NULL;
			str_add(&line, some, got);
			if (line.s[line.n - 1] == '\n')
				break;
		}
		while (line.n && (line.s[line.n - 1] == '\n' ||
				  line.s[line.n - 1] == '\r'))
			line.s[--line.n] = 0;
		return line.n && line.s[0] == 0x1a ? NULL : line.s;
	}
	for (;;) {
		if (!ReadFile(h, &c, 1, &got, NULL) || !got) {
			if (!n)
				return NULL;
			break;
		}
		if (c == '\n')
			break;
		if (n == room) {
			char *more = take(room = room * 2 + 128);

			if (n)
				memcpy(more, bytes, n);
			bytes = more;
		}
		bytes[n++] = c;
	}
	if (n && bytes[n - 1] == '\r')
		n--;
	return decode(bytes, n);
}

WCHAR read_key(void)
{
	HANDLE h = cmd.std[0];
	DWORD mode, got;
	char byte;
	WCHAR c;

	flush_output();
	if (!GetConsoleMode(h, &mode)) {
		if (!ReadFile(h, &byte, 1, &got, NULL) || !got)
			return 0;
		return (unsigned char)byte;
	}
	SetConsoleMode(h, mode & ~(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT));
	if (!ReadConsoleW(h, &c, 1, &got, NULL) || !got)
		c = 0;
	SetConsoleMode(h, mode);
	return c;
}

WCHAR ask(const WCHAR *question, const WCHAR *choices)
{
	struct mark m = arena_mark();
	WCHAR answer = 0;

	while (!answer) {
		WCHAR *line;

		out(question);
		flush_output();
		line = read_handle_line(cmd.std[0]);
		if (!line) {
			out(L"\r\n");
			break;
		}
		/* What did not come from a keyboard was not shown yet. */
		if (!is_console(cmd.std[0]))
			outf(L"%ls\r\n", line);
		line = skip_blanks(line);
		if (*line && wcschr(choices, towupper(*line)))
			answer = towupper(*line);
	}
	arena_release(m);
	return answer;
}

bool ask_overwrite(const WCHAR *path, bool *all)
{
	struct str question = { 0 };
	WCHAR answer;

	str_puts(&question, L"Overwrite ");
	str_puts(&question, path);
	str_puts(&question, L"? (Yes/No/All): ");
	answer = ask(question.s, L"YNA");
	*all = answer == 'A';
	return *all || answer == 'Y';
}

char *read_file(const WCHAR *path, size_t *size)
{
	HANDLE h = CreateFileW(path, GENERIC_READ,
			       FILE_SHARE_READ | FILE_SHARE_WRITE |
				       FILE_SHARE_DELETE,
			       NULL, OPEN_EXISTING, 0, NULL);
	char *bytes = NULL;
	size_t n = 0, room = 0;
	DWORD got, error;

	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	for (;;) {
		if (n == room) {
			char *more = keep(room = room * 2 + 16384);

			if (n)
				memcpy(more, bytes, n);
			drop(bytes);
			bytes = more;
		}
		if (!ReadFile(h, bytes + n, room - n, &got, NULL)) {
			error = GetLastError();
			if (error == ERROR_BROKEN_PIPE)
				break;
			drop(bytes);
			CloseHandle(h);
			SetLastError(error);
			return NULL;
		}
		if (!got)
			break;
		n += got;
	}
	CloseHandle(h);
	*size = n;
	return bytes;
}
