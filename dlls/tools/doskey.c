/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doskey.c - the console's macros (aliases) and the lines that it remembers.
 *
 * A macro's text is the rest of the command line as it stands, quotes and
 * blanks with it, so the line is taken apart here.
 */
#include "tool.h"

/* In no header. */
DWORD WINAPI GetConsoleCommandHistoryW(LPWSTR buf, DWORD size, LPWSTR exe);
DWORD WINAPI GetConsoleCommandHistoryLengthW(LPWSTR exe);
VOID WINAPI ExpungeConsoleCommandHistoryW(LPWSTR exe);
BOOL WINAPI SetConsoleNumberOfCommandsW(DWORD n, LPWSTR exe);

const WCHAR tool_usage[] =
	L"Macros for lines that are typed, and the lines that were.\r\n"
	L"\r\n"
	L"DOSKEY [/REINSTALL] [/LISTSIZE=size] [/MACROS[:ALL | :exename]]\r\n"
	L"       [/HISTORY] [/INSERT | /OVERSTRIKE] [/EXENAME=exename]\r\n"
	L"       [/MACROFILE=filename] [macroname=[text]]\r\n"
	L"\r\n"
	L"  /REINSTALL    Forgets the lines.\r\n"
	L"  /LISTSIZE=n   How many lines are kept.\r\n"
	L"  /MACROS       Shows the macros: cmd.exe's, all programs', or "
	L"exename's.\r\n"
	L"  /HISTORY      Shows the lines.\r\n"
	L"  /INSERT       Characters that are typed are put in,\r\n"
	L"  /OVERSTRIKE   or take the place of those that are there.\r\n"
	L"  /EXENAME      Whose macros and lines are meant: cmd.exe's else.\r\n"
	L"  /MACROFILE    A file of macros, one in a line.\r\n"
	L"  name=[text]   Makes a macro, or removes it.  In the text stand\r\n"
	L"                  $T    another command begins (& of cmd.exe)\r\n"
	L"                  $G $L $B   for > < |\r\n"
	L"                  $1-$9 arguments of the macro, $* all of them\r\n"
	L"                  $$    for $\r\n"
	L"\r\n"
	L"Keys: Up, Down, PgUp, PgDn earlier lines; F7 a list of them, F8 "
	L"those that\r\n"
	L"begin so, F9 by number; Alt+F7 forgets them, Alt+F10 the macros.\r\n";

static WCHAR *exe; /* whose they are */

/* ---- what there is ---- */

/* Texts that end with 0, one behind the other, of so many bytes. */
static void show(const WCHAR *s, DWORD bytes)
{
	const WCHAR *end = s + bytes / sizeof *s;

	for (; s < end; s += wcslen(s) + 1)
		out(L"%ls\r\n", s);
}

static void show_macros(WCHAR *of)
{
	DWORD size = GetConsoleAliasesLengthW(of);
	WCHAR *s = get(size + sizeof *s);

	if (size)
		show(s, GetConsoleAliasesW(s, size, of));
}

static void show_all_macros(void)
{
	DWORD size = GetConsoleAliasExesLengthW();
	WCHAR *s = get(size + sizeof *s), *end;

	if (!size)
		return;
	end = s + GetConsoleAliasExesW(s, size) / sizeof *s;
	for (; s < end; s += wcslen(s) + 1) {
		out(L"[%ls]\r\n", s);
		show_macros(s);
		out(L"\r\n");
	}
}

static void show_history(void)
{
	DWORD size = GetConsoleCommandHistoryLengthW(exe);
	WCHAR *s = get(size + sizeof *s);

	if (size)
		show(s, GetConsoleCommandHistoryW(s, size, exe));
}

/* ---- macros ---- */

static bool is_blank(WCHAR c)
{
	return c == ' ' || c == '\t';
}

static bool define(WCHAR *s)
{
	size_t n = wcslen(s);
	WCHAR *text, *end;

	while (n && (is_blank(s[n - 1]) || s[n - 1] == '\r'))
		s[--n] = 0;
	text = wcschr(s, '=');
	end = text;
	while (end && end > s && is_blank(end[-1]))
		end--;
	if (!text || end == s) {
		err(L"Invalid macro definition.\r\n");
		return false;
	}
	for (text++; is_blank(*text); text++)
		;
	*end = 0;
	if (AddConsoleAliasW(s, *text ? text : NULL, exe))
		return true;
	err(L"Insufficient memory to store macro.\r\n");
	return false;
}

static bool define_all(const WCHAR *file)
{
	struct lines l = { .h = open_file(file) };
	bool good = true;
	char *s;
	size_t n;

	if (l.h == INVALID_HANDLE_VALUE) {
		err_code(GetLastError());
		return false;
	}
	while ((s = next_line(&l, &n)) != NULL) {
		size_t len;
		WCHAR *w = decode(s, n, &len), *at;

		w = copy_text(w, len);
		for (at = w; is_blank(*at); at++)
			;
		if (*at)
			good &= define(at);
	}
	return good;
}

/* ---- the command line ---- */

/* The next word, its quotes taken off; *s moves behind it. */
static WCHAR *word(const WCHAR **s)
{
	WCHAR *w = get((wcslen(*s) + 1) * sizeof *w), *to = w;
	bool quoted = false;

	for (; **s && (quoted || !is_blank(**s)); ++*s) {
		if (**s == '"')
			quoted = !quoted;
		else
			*to++ = **s;
	}
	return w;
}

/* What stands behind a switch of that name, and = or :; NULL: it is another. */
static WCHAR *value(WCHAR *s, const WCHAR *name)
{
	size_t n = wcslen(name);

	if (_wcsnicmp(s + 1, name, n) || (s[n + 1] != '=' && s[n + 1] != ':'))
		return NULL;
	return s + n + 2;
}

static bool set_insert(bool on)
{
	HANDLE h = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			       OPEN_EXISTING, 0, NULL);
	DWORD mode;
	bool good;

	if (h == INVALID_HANDLE_VALUE)
		return false;
	good = GetConsoleMode(h, &mode);
	mode |= ENABLE_EXTENDED_FLAGS;
	mode = on ? mode | ENABLE_INSERT_MODE
		  : mode & ~(DWORD)ENABLE_INSERT_MODE;
	good = good && SetConsoleMode(h, mode);
	CloseHandle(h);
	return good;
}

static bool set_size(const WCHAR *s)
{
	WCHAR *end;
	DWORD n = wcstoul(s, &end, 10);

	if (end == s || *end) {
		err(L"Invalid parameter: %ls\r\n", s);
		return false;
	}
	return SetConsoleNumberOfCommandsW(n, exe);
}

/* One switch; those that show something are done once all are known. */
static bool apply(WCHAR *s, const WCHAR **macros, bool *history)
{
	WCHAR *v;

	if (is_switch(s, L"reinstall"))
		ExpungeConsoleCommandHistoryW(exe);
	else if (is_switch(s, L"history") || is_switch(s, L"h"))
		*history = true;
	else if (is_switch(s, L"macros") || is_switch(s, L"m"))
		*macros = L"";
	else if ((v = value(s, L"macros")) || (v = value(s, L"m")))
		*macros = v;
	else if (is_switch(s, L"insert") || is_switch(s, L"overstrike"))
		return set_insert(towlower(s[1]) == 'i');
	else if ((v = value(s, L"listsize")) != NULL)
		return set_size(v);
	else if ((v = value(s, L"exename")) != NULL)
		exe = v;
	else if ((v = value(s, L"macrofile")) != NULL)
		return define_all(v);
	else {
		err(L"Invalid parameter: %ls\r\n", s);
		return false;
	}
	return true;
}

int tool_main(int argc, WCHAR **argv)
{
	const WCHAR *s = GetCommandLineW(), *macros = NULL;
	bool history = false, good = true;

	(void)argc, (void)argv;
	exe = copy_text(L"cmd.exe", 7);
	word(&s);
	for (;;) {
		while (is_blank(*s))
			s++;
		if (!*s)
			break;
		if (*s != '/') {
			good &= define(copy_text(s, wcslen(s)));
			break;
		}
		good &= apply(word(&s), &macros, &history);
	}
	if (macros && !_wcsicmp(macros, L"all"))
		show_all_macros();
	else if (macros)
		show_macros(*macros ? (WCHAR *)macros : exe);
	if (history)
		show_history();
	return good ? 0 : 1;
}
