/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timeout.c - waits some seconds or for a key.  Without a console for input
 * it refuses, as on Windows.
 */
#include "tool.h"

enum { LONGEST = 99999 };

static bool key_pressed(HANDLE in, DWORD ms)
{
	INPUT_RECORD r;
	DWORD n;

	if (WaitForSingleObject(in, ms) != WAIT_OBJECT_0)
		return false;
	if (!ReadConsoleInputW(in, &r, 1, &n) || !n)
		return false;
	return r.EventType == KEY_EVENT && r.Event.KeyEvent.bKeyDown;
}

const WCHAR tool_usage[] =
	L"Waits for some seconds, or for a key.\r\n"
	L"\r\n"
	L"TIMEOUT [/T] seconds [/NOBREAK]\r\n"
	L"\r\n"
	L"  seconds   0 to 99999; -1: only a key ends it.\r\n"
	L"  /NOBREAK  Keys do not end it, but Ctrl+C does.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	bool nobreak = false, given = false;
	long seconds = 0;
	ULONGLONG end;
	WCHAR *rest;

	for (int i = 1; i < argc; i++) {
		if (is_switch(argv[i], L"t") && i + 1 < argc)
			continue;
		if (is_switch(argv[i], L"nobreak")) {
			nobreak = true;
			continue;
		}
		seconds = wcstol(argv[i], &rest, 10);
		if (rest == argv[i] || *rest || given) {
			err(L"ERROR: Invalid syntax. Default option is not "
			    L"allowed more than '1' time(s).\r\nType \"TIMEOUT "
			    L"/?\" for usage.\r\n");
			return 1;
		}
		given = true;
	}
	if (!given || seconds < -1 || seconds > LONGEST) {
		err(L"ERROR: Invalid value for timeout specified. Valid range "
		    L"is -1 to 99999 seconds.\r\n");
		return 1;
	}
	if (!is_console(in)) {
		err(L"ERROR: Input redirection is not supported, exiting the "
		    L"process immediately.\r\n");
		return 1;
	}
	if (seconds < 0) {
		out(L"\r\nPress any key to continue ...\r\n");
		flush();
		while (!key_pressed(in, INFINITE))
			;
		return 0;
	}
	out(L"\r\nWaiting for %ld seconds, press %ls to continue ...\r\n",
	    seconds, nobreak ? L"CTRL+C to quit" : L"a key");
	flush();
	end = GetTickCount64() + seconds * 1000;
	for (;;) {
		ULONGLONG now = GetTickCount64();

		if (now >= end)
			return 0;
		if (nobreak)
			Sleep(end - now);
		else if (key_pressed(in, end - now))
			return 0;
	}
}
