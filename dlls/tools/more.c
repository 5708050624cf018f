/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * more.c - files or the input, a screen at a time where there is a screen.
 * Tabs become blanks; +n begins at line n, /s squeezes empty lines.
 */
#include "tool.h"

struct more {
	unsigned tab, rows, row;
	bool squeeze;
	long from;
};

static void page_full(struct more *m)
{
	HANDLE in = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE,
				FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
				OPEN_EXISTING, 0, NULL);
	INPUT_RECORD r;
	DWORD n;
	WCHAR c = 0;

	m->row = 0;
	if (in == INVALID_HANDLE_VALUE)
		return;
	out(L"-- More -- ");
	flush();
	while (!c && ReadConsoleInputW(in, &r, 1, &n) && n)
		if (r.EventType == KEY_EVENT && r.Event.KeyEvent.bKeyDown)
			c = r.Event.KeyEvent.uChar.UnicodeChar;
	CloseHandle(in);
	out(L"\r           \r");
	if (c == 'q' || c == 'Q' || c == 3)
		ExitProcess(0);
	if (c == '\r')
		m->row = m->rows - 1;
}

static void show_line(struct more *m, const char *s, size_t n)
{
	size_t column = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\t') {
			do
				out_bytes(" ", 1);
			while (++column % m->tab);
		} else {
			out_bytes(s + i, 1);
			column++;
		}
	}
	out_bytes("\r\n", 2);
	if (m->rows && ++m->row >= m->rows)
		page_full(m);
}

static void show(struct more *m, HANDLE h)
{
	struct lines l = { .h = h };
	bool empty = false;
	long number = 0;
	size_t n;
	char *s;

	while ((s = next_line(&l, &n))) {
		if (++number < m->from || (m->squeeze && !n && empty))
			continue;
		empty = !n;
		show_line(m, s, n);
	}
}

const WCHAR tool_usage[] =
	L"Shows files, or the input, a screen at a time.\r\n"
	L"\r\n"
	L"MORE [/E] [/C] [/P] [/S] [/Tn] [+n] [file ...]\r\n"
	L"\r\n"
	L"  /S   Several empty lines become one.\r\n"
	L"  /Tn  Tabs stand at every n-th column; 8.\r\n"
	L"  +n   Begins with line n.\r\n"
	L"\r\n"
	L"/E, /C and /P are accepted and change nothing.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	HANDLE o = GetStdHandle(STD_OUTPUT_HANDLE), h;
	CONSOLE_SCREEN_BUFFER_INFO info;
	struct more m = { .tab = 8 };
	int files = 0, code = 0;

	if (GetConsoleScreenBufferInfo(o, &info))
		m.rows = info.srWindow.Bottom - info.srWindow.Top;
	for (int i = 1; i < argc; i++) {
		const WCHAR *s = argv[i];

		if (*s == '+')
			m.from = wcstol(s + 1, NULL, 10);
		else if (is_switch(s, L"s"))
			m.squeeze = true;
		else if ((*s == '/' || *s == '-') && towlower(s[1]) == 't')
			m.tab = wcstoul(s + 2, NULL, 10);
		else if (*s != '/')
			argv[files++] = argv[i];
		if (!m.tab)
			m.tab = 8;
	}
	if (!files)
		show(&m, GetStdHandle(STD_INPUT_HANDLE));
	for (int i = 0; i < files; i++) {
		h = open_file(argv[i]);
		if (h == INVALID_HANDLE_VALUE) {
			err(L"Cannot access file %ls\r\n", argv[i]);
			code = 1;
			continue;
		}
		show(&m, h);
		CloseHandle(h);
	}
	return code;
}
