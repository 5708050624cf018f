/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-late.c - who looks at a console for the first time after others have
 * written more than anybody keeps of text sees all of each screen buffer.
 */
#include <windows.h>

#include <string.h>

#include "check.h"
#include "pseudo-console.h"

enum { COLS = 60, ROWS = 20, LINES = 9001, MUCH = 300 << 10 };

static HANDLE out;

static void say(const char *s)
{
	DWORD n;

	CHECK(WriteConsoleA(out, s, (DWORD)strlen(s), &n, NULL));
}

static void row_is(int y, const char *want, WORD colors, int line)
{
	char got[COLS + 1] = "";
	DWORD n = 0, len = (DWORD)strlen(want);
	COORD at = { 0, (SHORT)y };
	WORD a = 0xffff;

	if (!ReadConsoleOutputCharacterA(out, got, len, at, &n) || n != len ||
	    memcmp(got, want, len))
		check_fail(__FILE__, line, "characters",
			   "%d: \"%.*s\" not \"%s\"", y, (int)n, got, want);
	if (!ReadConsoleOutputAttribute(out, &a, 1, at, &n) || a != colors)
		check_fail(__FILE__, line, "colours", "%d: %x not %x", y, a,
			   colors);
}

#define ROW(y, want, colors) row_is(y, want, colors, __LINE__)

static void vt(void)
{
	DWORD mode;

	GetConsoleMode(out, &mode);
	CHECK(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
}

/* Only one row gets anything after the first screenful. */
static void over_and_over(int row)
{
	char s[80];

	for (int i = 0, sum = 0; sum < MUCH; i++) {
		int n = sprintf(s, "\x1b[%d;1H\x1b[3%dmcount %d\x1b[m", row,
				1 + i % 7, i);

		say(s);
		sum += n;
	}
}

static void lines(int from, int to)
{
	char s[COLS * 40];
	int n = 0;

	for (int i = from; i < to; i++) {
		n += sprintf(s + n, "line %d %040d\r\n", i, i);
		if (i % 20 == 19 || i + 1 == to) {
			say(s);
			n = 0;
		}
	}
}

static BOOL longer(void)
{
	return SetConsoleScreenBufferSize(out, (COORD){ COLS, LINES });
}

/* ---- one after the other; each a process of its own ---- */

static void draw(void)
{
	vt();
	say("\x1b[2J\x1b[1;1H\x1b[33;44mtop\x1b[m\x1b[20;1Hlow\x1b[5;10r");
	over_and_over(7);
}

static void see_drawn(void)
{
	CONSOLE_SCREEN_BUFFER_INFO i;

	ROW(0, "top ", 0x16);
	ROW(19, "low ", 7);
	ROW(1, "    ", 7);
	CHECK(GetConsoleScreenBufferInfo(out, &i));
	CHECK_EQ(i.dwCursorPosition.Y, 6);
	/* What is at the terminal's is still so: a region of lines. */
	say("\x1b[10;1Hx\r\ny");
	ROW(8, "x ", 7);
	ROW(9, "y ", 7);
	ROW(10, "  ", 7);
	ROW(0, "top ", 0x16);
	say("\x1b[r\x1b[?1049h\x1b[1;1Hsecond");
	over_and_over(3);
}

/* A second screen of which nothing has been told for long, and the first. */
static void see_second(void)
{
	ROW(0, "second ", 7);
	say("\x1b[?1049l");
	ROW(0, "top ", 0x16);
	ROW(9, "y ", 7);
}

static void fill(void)
{
	CHECK(longer());
	lines(0, 3000);
}

static void see_filled(void)
{
	CONSOLE_SCREEN_BUFFER_INFO i;
	char want[16];

	CHECK(GetConsoleScreenBufferInfo(out, &i));
	CHECK_EQ(i.dwSize.Y, LINES);
	/* It began where the cursor was, below what was there. */
	for (int y = 0, first = i.dwCursorPosition.Y - 3000; y < 3000; y++) {
		sprintf(want, "line %d ", y);
		ROW(first + y, want, 7);
	}
	CHECK(SetConsoleScreenBufferSize(out, (COORD){ COLS, ROWS }));
}

/* All of it is written over, and more. */
static void fill_hidden(void)
{
	vt();
	CHECK(longer());
	lines(0, 12000);
	say("\x1b[32m\xc3\xa9\x1b[m");
}

static void see_hidden(void)
{
	WCHAR c = 0;
	DWORD n;

	ROW(0, "line 3000 ", 7);
	ROW(4000, "line 7000 ", 7);
	ROW(8999, "line 11999 ", 7);
	CHECK(ReadConsoleOutputCharacterW(out, &c, 1, (COORD){ 0, 9000 }, &n));
	CHECK_EQ(c, 0xe9);
}

/* Killed over it, wherever that is. */
static void write_on(void)
{
	char name[40];

	GetEnvironmentVariableA("RF_LATE", name, sizeof name);
	lines(0, 4000);
	CHECK(SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, name)));
	for (;;)
		lines(0, 1000);
}

static const struct part {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "draw", draw },
	{ "see-drawn", see_drawn },
	{ "see-second", see_second },
	{ "fill", fill },
	{ "see-filled", see_filled },
	{ "fill-hidden", fill_hidden },
	{ "see-hidden", see_hidden },
	{ "write-on", write_on },
};

static void run(const char *argv0, const char *name, HANDLE buffer)
{
	char arg[60];

	sprintf(arg, "part %s %lu", name, (unsigned long)(ULONG_PTR)buffer);
	run_beside(argv0, arg, TRUE);
}

static int part(const char *name, const char *buffer)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };

	out = (HANDLE)(ULONG_PTR)strtoul(buffer, NULL, 10);
	if (!out)
		out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3,
				  &sa, OPEN_EXISTING, 0, NULL);
	CHECK(out != INVALID_HANDLE_VALUE);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strcmp(parts[i].name, name))
			parts[i].run();
	return check_done();
}

/* It has written some times as much as is kept of text. */
static void kill_one(const char *argv0, HANDLE buffer)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	HANDLE begun;
	char line[MAX_PATH + 60], name[40];

	sprintf(name, "rf-late-%lu", GetCurrentProcessId());
	SetEnvironmentVariableA("RF_LATE", name);
	begun = CreateEventA(NULL, TRUE, FALSE, name);
	sprintf(line, "\"%s\" part write-on %lu", argv0,
		(unsigned long)(ULONG_PTR)buffer);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &pi));
	CHECK_EQ(WaitForSingleObject(begun, 60000), 0);
	CHECK(TerminateProcess(pi.hProcess, 9));
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(begun);
}

static int child(const char *argv0)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE hidden;

	run(argv0, "draw", NULL);
	run(argv0, "see-drawn", NULL);
	run(argv0, "see-second", NULL);
	run(argv0, "fill", NULL);
	run(argv0, "see-filled", NULL);
	hidden = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 3, &sa,
					   CONSOLE_TEXTMODE_BUFFER, NULL);
	CHECK(hidden != INVALID_HANDLE_VALUE);
	run(argv0, "fill-hidden", hidden);
	run(argv0, "see-hidden", hidden);
	kill_one(argv0, hidden);
	/* Others go on as before. */
	run(argv0, "fill-hidden", hidden);
	run(argv0, "see-hidden", hidden);
	return check_done();
}

/* ---- who plays the terminal ---- */

int main(int argc, char **argv)
{
	struct on_pseudo_console p;

	if (argc > 3)
		return part(argv[2], argv[3]);
	if (argc > 1)
		return child(argv[0]);
	if (!start_on_pseudo_console(&p, COLS, ROWS, argv[0]))
		return check_done();
	end_on_pseudo_console(&p, "console-late.c:");
	return check_done();
}
