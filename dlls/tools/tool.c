/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tool.c - see tool.h.  No C runtime: these start often.
 */
#include "tool.h"

void tool_start(void);

static char pending[16384];
static size_t pending_n;

void *get(size_t bytes)
{
	void *p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, bytes);

	if (!p)
		ExitProcess(2);
	return p;
}

WCHAR *copy_text(const WCHAR *s, size_t n)
{
	WCHAR *p = get((n + 1) * sizeof *p);

	return memcpy(p, s, n * sizeof *p);
}

WCHAR *join_path(const WCHAR *dir, const WCHAR *name)
{
	size_t n = wcslen(dir);
	WCHAR *p = get((n + wcslen(name) + 2) * sizeof *p);

	wcscpy(p, dir);
	if (n && dir[n - 1] != '\\' && dir[n - 1] != ':' && dir[n - 1] != '/')
		p[n++] = '\\';
	wcscpy(p + n, name);
	return p;
}

/* ---- out ---- */

bool is_console(HANDLE h)
{
	DWORD mode;

	return GetConsoleMode(h, &mode);
}

static void write_all(HANDLE h, const char *s, size_t n)
{
	DWORD done;

	for (; n; s += done, n -= done)
		if (!WriteFile(h, s, n, &done, NULL) || !done)
			ExitProcess(1);
}

void flush(void)
{
	size_t n = pending_n;

	pending_n = 0;
	write_all(GetStdHandle(STD_OUTPUT_HANDLE), pending, n);
}

void out_bytes(const char *s, size_t n)
{
	if (n > sizeof pending - pending_n)
		flush();
	if (n > sizeof pending) {
		write_all(GetStdHandle(STD_OUTPUT_HANDLE), s, n);
		return;
	}
	memcpy(pending + pending_n, s, n);
	pending_n += n;
}

static WCHAR *format_text(const WCHAR *format, va_list ap, int *n)
{
	for (size_t room = 512;; room *= 4) {
		WCHAR *s = get(room * sizeof *s);
		va_list again;

		va_copy(again, ap);
		*n = _vsnwprintf(s, room - 1, format, again);
		va_end(again);
		if (*n >= 0)
			return s;
	}
}

static char *encode(const WCHAR *s, int n, int *bytes)
{
	char *b = get(n * 3 + 1);

	*bytes = n ? WideCharToMultiByte(GetConsoleOutputCP(), 0, s, n, b,
					 n * 3, NULL, NULL)
		   : 0;
	return b;
}

void out(const WCHAR *format, ...)
{
	HANDLE h = GetStdHandle(STD_OUTPUT_HANDLE);
	DWORD done;
	va_list ap;
	WCHAR *s;
	char *b;
	int n, bytes;

	va_start(ap, format);
	s = format_text(format, ap, &n);
	va_end(ap);
	if (is_console(h)) {
		flush();
		WriteConsoleW(h, s, n, &done, NULL);
	} else {
		b = encode(s, n, &bytes);
		out_bytes(b, bytes);
		RtlFreeHeap(rf_heap(), 0, b);
	}
	RtlFreeHeap(rf_heap(), 0, s);
}

void err(const WCHAR *format, ...)
{
	HANDLE h = GetStdHandle(STD_ERROR_HANDLE);
	DWORD done;
	va_list ap;
	WCHAR *s;
	char *b;
	int n, bytes;

	flush();
	va_start(ap, format);
	s = format_text(format, ap, &n);
	va_end(ap);
	if (is_console(h)) {
		WriteConsoleW(h, s, n, &done, NULL);
		return;
	}
	b = encode(s, n, &bytes);
	WriteFile(h, b, bytes, &done, NULL);
}

void err_code(DWORD code)
{
	WCHAR text[1024];

	if (!FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM |
				    FORMAT_MESSAGE_IGNORE_INSERTS,
			    NULL, code, 0, text, COUNT_OF(text), NULL))
		wcscpy(text, L"Error\r\n");
	err(L"%ls", text);
}

/* ---- in ---- */

WCHAR *decode(const char *s, size_t n, size_t *len)
{
	UINT cp = GetConsoleOutputCP();
	WCHAR *w = get((n + 1) * sizeof *w);

	*len = n ? MultiByteToWideChar(cp ? cp : CP_ACP, 0, s, n, w, n) : 0;
	w[*len] = 0;
	return w;
}

char *next_line(struct lines *l, size_t *n)
{
	for (;;) {
		char *s = l->buf + l->at;
		char *end = l->n > l->at ? memchr(s, '\n', l->n - l->at) : NULL;
		DWORD got = 0;

		if (end || (l->ended && l->n > l->at)) {
			*n = (end ? end : l->buf + l->n) - s;
			l->at += *n + (end != NULL);
			l->had_end = end != NULL;
			if (*n && s[*n - 1] == '\r')
				--*n;
			return s;
		}
		if (l->ended)
			return NULL;
		/* What was read goes to the front; then there is room. */
		if (l->at)
			memmove(l->buf, s, l->n -= l->at);
		l->at = 0;
		if (l->n == l->room) {
			char *more = get(l->room = l->room * 2 + 32768);

			if (l->n)
				memcpy(more, l->buf, l->n);
			if (l->buf)
				RtlFreeHeap(rf_heap(), 0, l->buf);
			l->buf = more;
		}
		if (!ReadFile(l->h, l->buf + l->n, l->room - l->n, &got,
			      NULL) ||
		    !got)
			l->ended = true;
		l->n += got;
	}
}

HANDLE open_file(const WCHAR *name)
{
	return CreateFileW(name, GENERIC_READ,
			   FILE_SHARE_READ | FILE_SHARE_WRITE |
				   FILE_SHARE_DELETE,
			   NULL, OPEN_EXISTING, 0, NULL);
}

bool is_switch(const WCHAR *s, const WCHAR *name)
{
	return (*s == '/' || *s == '-') && !_wcsicmp(s + 1, name);
}

/* ---- files ---- */

static void add(struct found *f, WCHAR *path, DWORD attributes)
{
	if (f->n == f->room) {
		size_t room = f->room * 2 + 64;
		WCHAR **p = get(room * sizeof *p);
		DWORD *a = get(room * sizeof *a);

		if (f->n) {
			memcpy(p, f->path, f->n * sizeof *p);
			memcpy(a, f->attributes, f->n * sizeof *a);
		}
		f->path = p;
		f->attributes = a;
		f->room = room;
	}
	f->attributes[f->n] = attributes;
	f->path[f->n++] = path;
}

static WCHAR *parent_of(const WCHAR *path)
{
	size_t n = wcslen(path);

	while (n && path[n - 1] != '\\' && path[n - 1] != '/' &&
	       path[n - 1] != ':')
		n--;
	return copy_text(path, n);
}

static bool is_dots(const WCHAR *name)
{
	return !wcscmp(name, L".") || !wcscmp(name, L"..");
}

static void find_in(struct found *f, const WCHAR *dir, const WCHAR *mask,
		    unsigned what)
{
	WIN32_FIND_DATAW d;
	HANDLE h = FindFirstFileW(join_path(dir, mask), &d);

	if (h != INVALID_HANDLE_VALUE) {
		do {
			bool folder =
				d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;

			if (is_dots(d.cFileName) ||
			    !(what & (folder ? FIND_FOLDERS : FIND_FILES)))
				continue;
			if (!(what & FIND_HIDDEN) &&
			    d.dwFileAttributes & (FILE_ATTRIBUTE_HIDDEN |
						  FILE_ATTRIBUTE_SYSTEM))
				continue;
			add(f, join_path(dir, d.cFileName), d.dwFileAttributes);
		} while (FindNextFileW(h, &d));
		FindClose(h);
	}
	if (!(what & FIND_TREE))
		return;
	h = FindFirstFileW(join_path(dir, L"*"), &d);
	if (h == INVALID_HANDLE_VALUE)
		return;
	do {
		if (d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY &&
		    !(d.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
		    !is_dots(d.cFileName))
			find_in(f, join_path(dir, d.cFileName), mask, what);
	} while (FindNextFileW(h, &d));
	FindClose(h);
}

void find_files(struct found *f, const WCHAR *pattern, unsigned what)
{
	WCHAR *dir = parent_of(pattern);

	find_in(f, dir, pattern + wcslen(dir), what);
}

/* ---- start ---- */

/* Microsoft's rules: \" is a quote, "" within quotes too. */
static WCHAR **split(const WCHAR *s, int *argc)
{
	WCHAR **argv = get((wcslen(s) / 2 + 3) * sizeof *argv);
	WCHAR *to = get((wcslen(s) + 2) * 2 * sizeof *to);
	int n = 0;

	while (*s) {
		bool quoted = false;

		while (*s == ' ' || *s == '\t')
			s++;
		if (!*s)
			break;
		argv[n++] = to;
		for (; *s && (quoted || (*s != ' ' && *s != '\t')); s++) {
			size_t slashes = 0;

			while (n > 1 && s[slashes] == '\\')
				slashes++;
			if (slashes && s[slashes] == '"') {
				for (size_t i = 0; i < slashes / 2; i++)
					*to++ = '\\';
				s += slashes;
				if (slashes % 2) {
					*to++ = '"';
					continue;
				}
			}
			if (*s != '"')
				*to++ = *s;
			else if (quoted && n > 1 && s[1] == '"')
				*to++ = *++s;
			else
				quoted = !quoted;
		}
		*to++ = 0;
	}
	*argc = n;
	return argv;
}

/* Also behind a command's name, as in reg query /?. */
static bool asks_usage(int argc, WCHAR **argv)
{
	/* Of doskey's macros it may be the text. */
	return (argc == 2 || (argc == 3 && !wcschr(argv[1], '='))) &&
	       !wcscmp(argv[argc - 1], L"/?");
}

void tool_start(void)
{
	int argc, code;
	WCHAR **argv = split(GetCommandLineW(), &argc);

	if (asks_usage(argc, argv)) {
		out(L"%ls", tool_usage);
		code = 0;
	} else {
		code = tool_main(argc, argv);
	}
	flush();
	ExitProcess(code);
}
