/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misc.c - echo, rem, pause, cls, color, title, type, ver, verify, vol, break.
 */
#include "cmd.h"

int cmd_echo(WCHAR *args)
{
	WCHAR *s = skip_blanks(args);
	size_t n = wcslen(s);

	/* echo alone, not echo. */
	if (!*s && (!*args || is_blank(*args))) {
		outf(L"ECHO is %ls.\r\n", cmd.echo ? L"on" : L"off");
		return 0;
	}
	while (n && is_blank(s[n - 1]))
		n--;
	if (!*args || is_delimiter(*args)) {
		if (same_word(s, n, L"on") || same_word(s, n, L"off")) {
			cmd.echo = n == 2;
			return 0;
		}
	}
	/* One character parts the text from the word. */
	out(*args ? args + 1 : args);
	out(L"\r\n");
	return 0;
}

int cmd_rem(WCHAR *args)
{
	return 0;
}

int cmd_break(WCHAR *args)
{
	return 0;
}

int cmd_pause(WCHAR *args)
{
	out(L"Press any key to continue . . . ");
	flush_output();
	read_key();
	out(L"\r\n");
	return 0;
}

int cmd_title(WCHAR *args)
{
	SetConsoleTitleW(skip_delimiters(args));
	return 0;
}

/* ---- the screen ---- */

int cmd_cls(WCHAR *args)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	COORD home = { 0, 0 };
	DWORD n, done;

	if (!GetConsoleScreenBufferInfo(cmd.std[1], &info)) {
		/* To a file: a form feed. */
		out(L"\f");
		return 0;
	}
	n = info.dwSize.X * info.dwSize.Y;
	FillConsoleOutputCharacterW(cmd.std[1], ' ', n, home, &done);
	FillConsoleOutputAttribute(cmd.std[1], info.wAttributes, n, home,
				   &done);
	SetConsoleCursorPosition(cmd.std[1], home);
	return 0;
}

static int hex_digit(WCHAR c)
{
	c = towlower(c);
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

int cmd_color(WCHAR *args)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	WCHAR *s = skip_delimiters(args);
	COORD home = { 0, 0 };
	DWORD done;
	int colour = 7;

	trim_end(s);
	if (*s) {
		if (wcslen(s) > 2 || hex_digit(s[0]) < 0 ||
		    (s[1] && hex_digit(s[1]) < 0))
			return syntax_error();
		colour = hex_digit(s[0]);
		if (s[1])
			colour = colour << 4 | hex_digit(s[1]);
	}
	if (*s && (colour & 15) == colour >> 4)
		return 1;
	if (!GetConsoleScreenBufferInfo(cmd.std[1], &info))
		return 0;
	SetConsoleTextAttribute(cmd.std[1], colour);
	FillConsoleOutputAttribute(cmd.std[1], colour,
				   info.dwSize.X * info.dwSize.Y, home, &done);
	return 0;
}

/* ---- type ---- */

/*
 * Bytes go as they are to a file or pipe, so that type copies.  UTF-16 with
 * its mark becomes text.
 */
static int type_one(const WCHAR *path, bool header)
{
	size_t size;
	char *bytes;
	DWORD done;

	bytes = is_folder(path) ? NULL : read_file(path, &size);
	if (!bytes)
		return is_folder(path) ? fail_code(ERROR_ACCESS_DENIED)
				       : fail_last();
	if (header) {
		errf(L"\r\n%ls\r\n\r\n\r\n", path);
	}
	flush_output();
	if (size >= 2 && !memcmp(bytes, "\xff\xfe", 2)) {
		outn((const WCHAR *)(bytes + 2), (size - 2) / 2);
	} else if (is_console(cmd.std[1]) || cmd.unicode) {
		struct mark m = arena_mark();

		out(decode(bytes, size));
		arena_release(m);
	} else {
		for (size_t at = 0; at < size; at += done)
			if (!WriteFile(cmd.std[1], bytes + at, size - at, &done,
				       NULL) ||
			    !done)
				break;
	}
	drop(bytes);
	return 0;
}

int cmd_type(WCHAR *args)
{
	WCHAR **words;
	unsigned n;
	int code = 0;

	if (!take_switches(args, NULL, NULL, &words, &n))
		return 1;
	if (!n)
		return syntax_error();
	for (unsigned i = 0; i < n; i++) {
		struct names l = { 0 };
		const WCHAR *slash;
		size_t dir;

		if (!wcspbrk(words[i], L"*?")) {
			int failed = type_one(words[i], n > 1);

			if (failed && n > 1)
				errf(L"Error occurred while processing: "
				     L"%ls.\r\n",
				     words[i]);
			code |= failed;
			continue;
		}
		slash = wcsrchr(words[i], '\\');
		dir = slash ? slash + 1 - words[i] : 0;
		list_names(&l, words[i], false);
		if (!l.n)
			code = fail_code(ERROR_FILE_NOT_FOUND);
		for (size_t k = 0; k < l.n; k++) {
			struct str t = { 0 };

			str_add(&t, words[i], dir);
			str_puts(&t, l.name[k]);
			code |= type_one(t.s, true);
		}
	}
	return code;
}

/* ---- ver, vol, verify ---- */

int cmd_ver(WCHAR *args)
{
	RTL_OSVERSIONINFOW v = { .dwOSVersionInfoSize = sizeof v };

	RtlGetVersion((void *)&v);
	outf(L"\r\nMicrosoft Windows [Version %lu.%lu.%lu]\r\n",
	     v.dwMajorVersion, v.dwMinorVersion, v.dwBuildNumber);
	return 0;
}

int cmd_verify(WCHAR *args)
{
	static bool on;
	WCHAR *s = skip_delimiters(args);

	trim_end(s);
	if (!*s)
		outf(L"VERIFY is %ls.\r\n", on ? L"on" : L"off");
	else if (!_wcsicmp(s, L"on") || !_wcsicmp(s, L"off"))
		on = !_wcsicmp(s, L"on");
	else
		return fail_text(L"Must specify ON or OFF.");
	return 0;
}

int cmd_vol(WCHAR *args)
{
	WCHAR root[] = L"C:\\", label[MAX_PATH], *s = skip_delimiters(args);
	DWORD serial;

	root[0] = *s ? towupper(*s) : towupper(*current_folder());
	if (*s && s[1] != ':')
		return syntax_error();
	if (!GetVolumeInformationW(root, label, COUNT_OF(label), &serial, NULL,
				   NULL, NULL, 0))
		return fail_last();
	if (*label)
		outf(L" Volume in drive %lc is %ls\r\n", root[0], label);
	else
		outf(L" Volume in drive %lc has no label.\r\n", root[0]);
	outf(L" Volume Serial Number is %04lX-%04lX\r\n", serial >> 16,
	     serial & 0xffff);
	return 0;
}
