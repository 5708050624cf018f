/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * choice.c - asks for one of some keys; which it was is the exit code, from 1.
 * 0: Ctrl-C; 255: an error.
 */
#include "tool.h"

enum { LONGEST = 9999, FAILED = 255, CTRL_C = 3 };

struct choice {
	const WCHAR *keys, *text;
	WCHAR otherwise; /* what it is after so long; 0: nothing */
	long seconds;    /* -1: as long as it takes */
	bool exact, plain;
};

static BOOL WINAPI interrupted(DWORD event)
{
	if (event == CTRL_C_EVENT)
		ExitProcess(0);
	return FALSE;
}

static WCHAR upper(WCHAR c)
{
	return (WCHAR)towupper(c);
}

/* From 1 on; 0: none of them. */
static int number_of(const struct choice *c, WCHAR key)
{
	for (int i = 0; c->keys[i]; i++)
		if (c->exact ? c->keys[i] == key
			     : upper(c->keys[i]) == upper(key))
			return i + 1;
	return 0;
}

/* The next key that is typed; 0: none in time. */
static WCHAR typed(HANDLE in, ULONGLONG end)
{
	INPUT_RECORD r;
	DWORD n;

	for (;;) {
		ULONGLONG now = GetTickCount64();

		if (end && (now >= end ||
			    WaitForSingleObject(in, (DWORD)(end - now)) !=
				    WAIT_OBJECT_0))
			return 0;
		if (!ReadConsoleInputW(in, &r, 1, &n) || !n)
			return 0;
		if (r.EventType == KEY_EVENT && r.Event.KeyEvent.bKeyDown &&
		    r.Event.KeyEvent.uChar.UnicodeChar)
			return r.Event.KeyEvent.uChar.UnicodeChar;
	}
}

/* The next character of a file or pipe; 0: its end, or none in time. */
static WCHAR next_char(HANDLE in, ULONGLONG end)
{
	enum { MOMENT = 20 };
	char c;
	DWORD n;

	/* A read of a pipe would wait for whoever has its other end. */
	while (end && PeekNamedPipe(in, NULL, 0, NULL, &n, NULL) && !n) {
		if (GetTickCount64() >= end)
			return 0;
		Sleep(MOMENT);
	}
	return ReadFile(in, &c, 1, &n, NULL) && n ? (WCHAR)(BYTE)c : 0;
}

static void ask(const struct choice *c)
{
	if (c->text)
		out(L"%ls", c->text);
	if (!c->plain) {
		out(c->text ? L" [" : L"[");
		for (int i = 0; c->keys[i]; i++)
			out(i ? L",%lc" : L"%lc",
			    c->exact ? c->keys[i] : upper(c->keys[i]));
		out(L"]?");
	}
	flush();
}

static int choose(const struct choice *c)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	ULONGLONG end = c->seconds < 0 ? 0
				       : GetTickCount64() +
						 (ULONGLONG)c->seconds * 1000;
	bool console = is_console(in);
	WCHAR key;
	int n;

	SetConsoleCtrlHandler(interrupted, TRUE);
	ask(c);
	for (;;) {
		key = console ? typed(in, end) : next_char(in, end);
		if (!key)
			key = c->otherwise;
		if (!key) {
			err(L"\r\nERROR: The file is either empty or does not "
			    L"contain the valid choices.\r\n");
			return FAILED;
		}
		if (key == CTRL_C)
			return 0;
		n = number_of(c, key);
		if (n)
			break;
		if (console) {
			out(L"\a");
			flush();
		}
	}
	out(L"%lc\r\n", c->exact ? key : upper(key));
	return n;
}

/* ---- what is wanted ---- */

const WCHAR tool_usage[] =
	L"Asks for one of some keys.\r\n"
	L"\r\n"
	L"CHOICE [/C keys] [/N] [/CS] [/T seconds /D key] [/M text]\r\n"
	L"\r\n"
	L"  /C keys     Those: letters and digits; YN.\r\n"
	L"  /N          They are not shown.\r\n"
	L"  /CS         Small and capital letters are different keys.\r\n"
	L"  /T seconds  After so long, 0 to 9999, it is the key of /D.\r\n"
	L"  /M text     What is shown before them.\r\n"
	L"\r\n"
	L"The exit code is the key's place among them, from 1 on; 0 for "
	L"Ctrl+C,\r\n"
	L"255 for an error.\r\n";

static int wrong(const WCHAR *what)
{
	err(L"ERROR: %ls\r\nType \"CHOICE /?\" for usage.\r\n", what);
	return FAILED;
}

static bool is_key(WCHAR c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || (c >= 128 && c <= 254);
}

static bool are_keys(const struct choice *c)
{
	for (int i = 0; c->keys[i]; i++)
		if (!is_key(c->keys[i]) || number_of(c, c->keys[i]) != i + 1)
			return false;
	return *c->keys;
}

int tool_main(int argc, WCHAR **argv)
{
	struct choice c = { .keys = L"YN", .seconds = -1 };
	const WCHAR *key = NULL;
	WCHAR *rest;

	for (int i = 1; i < argc; i++) {
		const WCHAR *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (is_switch(argv[i], L"n")) {
			c.plain = true;
		} else if (is_switch(argv[i], L"cs")) {
			c.exact = true;
		} else if (!value) {
			return wrong(L"Invalid syntax.");
		} else if (is_switch(argv[i], L"c")) {
			c.keys = argv[++i];
		} else if (is_switch(argv[i], L"m")) {
			c.text = argv[++i];
		} else if (is_switch(argv[i], L"d")) {
			key = argv[++i];
		} else if (is_switch(argv[i], L"t")) {
			c.seconds = wcstol(argv[++i], &rest, 10);
			if (rest == argv[i] || *rest || c.seconds < 0 ||
			    c.seconds > LONGEST)
				return wrong(L"Invalid syntax. Valid range for "
					     L"/T is (0 - 9999).");
		} else {
			return wrong(L"Invalid syntax.");
		}
	}
	if (!are_keys(&c))
		return wrong(L"Invalid choice. Valid choices are a-z, A-Z, "
			     L"0-9, each of them once.");
	if ((c.seconds < 0) != !key)
		return wrong(L"Invalid syntax. /T and /D belong together.");
	if (key && (wcslen(key) != 1 || !number_of(&c, *key)))
		return wrong(L"Invalid default choice specified. Default "
			     L"choice must be from the choices specified.");
	c.otherwise = key ? *key : 0;
	return choose(&c);
}
