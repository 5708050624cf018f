/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * output.c - what the commands of cmd.exe itself write.
 *
 * To a console as UTF-16; to files and pipes in the console's code page, with
 * /u as UTF-16.  Output is gathered and written when a command is done or the
 * other of the two streams is written to, so that their order is kept.
 */
#include "cmd.h"

enum { ROOM = 4096 };

static WCHAR pending[ROOM];
static size_t pending_n;
static HANDLE pending_to;

bool is_console(HANDLE h)
{
	DWORD mode;

	return h && GetConsoleMode(h, &mode);
}

/* Nobody reads any more: what is left to do would never end or be in vain. */
static void pipe_is_gone(void)
{
	static const char text[] =
		"The process tried to write to a nonexistent pipe.\r\n";
	DWORD done;

	if (cmd.jump)
		return;
	cmd.jump = JUMP_ABORT;
	WriteFile(cmd.std[2], text, sizeof text - 1, &done, NULL);
}

/* Why a command's output is not all there; 0: it is. */
static DWORD failed;

DWORD output_failed(void)
{
	DWORD error = failed;

	failed = 0;
	return error;
}

static void write_bytes(HANDLE h, const char *s, DWORD n)
{
	DWORD done;

	while (n) {
		if (!WriteFile(h, s, n, &done, NULL)) {
			DWORD error = GetLastError();

			if (error == ERROR_NO_DATA ||
			    error == ERROR_BROKEN_PIPE)
				pipe_is_gone();
			else if (h == cmd.std[1])
				failed = error;
			return;
		}
		if (!done) {
			if (h == cmd.std[1])
				failed = ERROR_DISK_FULL;
			return;
		}
		s += done;
		n -= done;
	}
}

static void write_now(HANDLE h, const WCHAR *s, size_t n)
{
	char bytes[ROOM * 3];
	DWORD done;
	int len;

	if (!h)
		return;
	if (is_console(h)) {
		while (n && WriteConsoleW(h, s, n, &done, NULL) && done) {
			s += done;
			n -= done;
		}
	} else if (cmd.unicode) {
		write_bytes(h, (const char *)s, n * sizeof *s);
	} else {
		len = WideCharToMultiByte(GetConsoleOutputCP(), 0, s, n, bytes,
					  sizeof bytes, NULL, NULL);
		write_bytes(h, bytes, len);
	}
}

void flush_output(void)
{
	size_t n = pending_n;

	pending_n = 0;
	if (n)
		write_now(pending_to, pending, n);
}

static void put(HANDLE h, const WCHAR *s, size_t n)
{
	if (h != pending_to)
		flush_output();
	pending_to = h;
	while (n) {
		size_t k = ROOM - pending_n < n ? ROOM - pending_n : n;

		/* The halves of one character go together. */
		if (k < n && k > 1 && s[k - 1] >= 0xd800 && s[k - 1] < 0xdc00)
			k--;
		memcpy(pending + pending_n, s, k * sizeof *s);
		pending_n += k;
		s += k;
		n -= k;
		if (n)
			flush_output();
	}
}

void outn(const WCHAR *s, size_t n)
{
	put(cmd.std[1], s, n);
}

void out(const WCHAR *s)
{
	outn(s, wcslen(s));
}

void err(const WCHAR *s)
{
	put(cmd.std[2], s, wcslen(s));
}

static void put_format(HANDLE h, const WCHAR *format, va_list ap)
{
	struct mark m = arena_mark();
	size_t room = 1024;

	for (;;) {
		WCHAR *s = take(room * sizeof *s);
		va_list again;
		int n;

		va_copy(again, ap);
		n = _vsnwprintf(s, room - 1, format, again);
		va_end(again);
		if (n >= 0 && (size_t)n < room - 1) {
			put(h, s, n);
			break;
		}
		room *= 4;
	}
	arena_release(m);
}

void outf(const WCHAR *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put_format(cmd.std[1], format, ap);
	va_end(ap);
}

void errf(const WCHAR *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put_format(cmd.std[2], format, ap);
	va_end(ap);
}

void err_code(DWORD code)
{
	WCHAR text[1024];
	DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM |
					 FORMAT_MESSAGE_IGNORE_INSERTS,
				 NULL, code, 0, text, COUNT_OF(text), NULL);

	if (n)
		err(text);
	else
		errf(L"The system cannot find message text for message number "
		     L"0x%lx in the message file for System.\r\n",
		     code);
}

int fail_code(DWORD code)
{
	err_code(code);
	return 1;
}

int fail_last(void)
{
	return fail_code(GetLastError());
}

int fail_text(const WCHAR *s)
{
	err(s);
	err(L"\r\n");
	return 1;
}

int syntax_error(void)
{
	return fail_text(L"The syntax of the command is incorrect.");
}
