/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-tall.c - a screen buffer that is longer than its window: what has
 * scrolled out is read, the window is moved, all processes see the same.
 */
#include "console-screen.h"
#include "pseudo-console.h"

enum { COLS = 60, ROWS = 20, LINES = 100 };

/* ---- in the console ---- */

static void place_is(int size, int top, int y, const char *file, int line)
{
	CONSOLE_SCREEN_BUFFER_INFO i = { 0 };

	if (!GetConsoleScreenBufferInfo(out, &i) || i.dwSize.X != COLS ||
	    i.dwSize.Y != size || i.srWindow.Top != top || i.srWindow.Left ||
	    i.srWindow.Right != COLS - 1 ||
	    i.srWindow.Bottom != top + ROWS - 1 || i.dwCursorPosition.Y != y ||
	    i.dwMaximumWindowSize.Y != ROWS)
		check_fail(file, line, "info",
			   "%dx%d, window %d..%d, cursor %d, not %d, %d, %d",
			   i.dwSize.X, i.dwSize.Y, i.srWindow.Top,
			   i.srWindow.Bottom, i.dwCursorPosition.Y, size, top,
			   y);
}

#define ROW(y, want)        CELLS(0, y, want)
#define PLACE(size, top, y) place_is(size, top, y, __FILE__, __LINE__)

static void count(int from, int to)
{
	char s[24];

	for (int i = from; i < to; i++) {
		sprintf(s, "line %d\r\n", i);
		say(s);
	}
}

static BOOL go(int x, int y)
{
	return SetConsoleCursorPosition(out, (COORD){ (SHORT)x, (SHORT)y });
}

static BOOL resize(int lines)
{
	return SetConsoleScreenBufferSize(out, (COORD){ COLS, (SHORT)lines });
}

static BOOL look_at(BOOL absolute, int left, int top, int right, int bottom)
{
	SMALL_RECT r = { (SHORT)left, (SHORT)top, (SHORT)right, (SHORT)bottom };

	return SetConsoleWindowInfo(out, absolute, &r);
}

static void longer(void)
{
	PLACE(ROWS, 0, 0);
	count(0, 5);
	PLACE(ROWS, 0, 5);
	CHECK(resize(LINES));
	PLACE(LINES, 0, 5);
	ROW(4, "line 4 ");
	ROW(LINES - 1, "    ");
	count(5, 60);
	PLACE(LINES, 60 - ROWS + 1, 60);
	for (int i = 0; i < 60; i++) {
		char want[24];

		sprintf(want, "line %d ", i);
		ROW(i, want);
	}
	REFUSED(go(0, LINES));
	/* The cursor is shown where it goes. */
	CHECK(go(0, 5));
	PLACE(LINES, 5, 5);
	say("X");
	ROW(5, "Xine 5 ");
	CHECK(go(0, 90));
	PLACE(LINES, 90 - ROWS + 1, 90);
	CHECK(go(1, 80));
	PLACE(LINES, 90 - ROWS + 1, 80);
}

static void window(void)
{
	CHECK(go(1, 5));
	CHECK(look_at(TRUE, 0, 40, COLS - 1, 40 + ROWS - 1));
	PLACE(LINES, 40, 5);
	/* Text brings it back. */
	say("Y");
	PLACE(LINES, 5, 5);
	ROW(5, "XYne 5 ");
	CHECK(look_at(FALSE, 0, 2, 0, 2));
	PLACE(LINES, 7, 5);
	REFUSED(look_at(TRUE, 0, LINES - ROWS + 1, COLS - 1, LINES));
	REFUSED(look_at(TRUE, 1, 0, COLS, ROWS - 1));
	REFUSED(look_at(FALSE, 0, -8, 0, -8));
	PLACE(LINES, 7, 5);
	CHECK(look_at(TRUE, 0, 0, COLS - 1, ROWS - 1));
	PLACE(LINES, 0, 5);
}

static void blocks(void)
{
	SMALL_RECT all = { 0, 0, COLS - 1, LINES - 1 }, r = { 0, 1, 5, 2 };
	CHAR_INFO plain = { { ' ' }, 7 }, dot = { { '.' }, 0x20 }, got[6 * 2];
	DWORD n;

	CHECK(go(0, 0));
	/* Within the window, out of it, and from there. */
	CHECK(ScrollConsoleScreenBufferW(out, &r, NULL, (COORD){ 0, 70 },
					 &dot));
	ROW(1, "......");
	ROW(70, "line 1 ");
	ROW(71, "line 2 ");
	r = (SMALL_RECT){ 0, 70, 5, 71 };
	CHECK(ReadConsoleOutputW(out, got, (COORD){ 6, 2 }, (COORD){ 0, 0 },
				 &r));
	CHECK_EQ(got[11].Char.UnicodeChar, '2');
	got[11].Char.UnicodeChar = 'Q';
	CHECK(WriteConsoleOutputW(out, got, (COORD){ 6, 2 }, (COORD){ 0, 0 },
				  &r));
	ROW(71, "line Q ");
	CHECK(ScrollConsoleScreenBufferW(out, &r, NULL, (COORD){ 0, 1 },
					 &plain));
	ROW(1, "line 1 ");
	ROW(2, "line Q ");
	ROW(70, "       ");
	/* All of it, up and down. */
	CHECK(ScrollConsoleScreenBufferW(out, &all, NULL, (COORD){ 0, -3 },
					 &plain));
	ROW(0, "line 3 ");
	ROW(56, "line 59 ");
	ROW(57, "       ");
	CHECK(ScrollConsoleScreenBufferW(out, &all, NULL, (COORD){ 0, 3 },
					 &plain));
	ROW(2, "       ");
	ROW(3, "line 3 ");
	ROW(59, "line 59 ");
	CHECK(WriteConsoleOutputCharacterA(out, "far", 3,
					   (COORD){ COLS - 2, 88 }, &n));
	CHECK_EQ(n, 3);
	ROW(89, "r ");
	PLACE(LINES, 0, 0);
}

static void sequences(void)
{
	DWORD mode;

	CHECK(look_at(TRUE, 0, 30, COLS - 1, 30 + ROWS - 1));
	CHECK(go(0, 35));
	GetConsoleMode(out, &mode);
	CHECK(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
	say("\x1b[1;1Hvt\x1b[20;1Hlast");
	ROW(30, "vtne 30 ");
	ROW(49, "last 49 ");
	PLACE(LINES, 30, 49);
	/* A second screen has no more than the window. */
	say("\x1b[?1049h");
	PLACE(ROWS, 0, 19);
	say("\x1b[?1049l");
	PLACE(LINES, 30, 49);
	CHECK(SetConsoleMode(out, mode));
}

/* What else is on the console sees the same buffer. */
static void others(const char *argv0)
{
	CHECK(go(0, 55));
	PLACE(LINES, 55 - ROWS + 1, 55);
	/* More than is kept of what was written, how long it is among that. */
	for (int i = 0; i < 4000; i++)
		say("once, and over and over again the same\r");
	say("                                      \r");
	run_beside(argv0, "other one", FALSE);
	ROW(55, "the other's ");
	ROW(10, "moved10 ");
	PLACE(LINES, 80 - ROWS + 1, 80);
}

static int other(void)
{
	PLACE(LINES, 55 - ROWS + 1, 55);
	say("the other's\r\n");
	ROW(55, "the other's ");
	count(56, 80);
	PLACE(LINES, 80 - ROWS + 1, 80);
	CHECK(go(0, 10));
	say("moved");
	CHECK(go(0, 80));
	return check_done();
}

static void ends(void)
{
	COORD home = { 0, 0 };
	HANDLE first = out;
	DWORD n;

	CHECK(go(0, LINES - 1));
	say("end\r\nmore");
	ROW(LINES - 2, "end ");
	ROW(LINES - 1, "more ");
	ROW(58, "line 59 ");
	PLACE(LINES, LINES - ROWS, LINES - 1);
	CHECK(FillConsoleOutputCharacterA(out, ' ', COLS * LINES, home, &n));
	CHECK_EQ(n, COLS * LINES);
	CHECK(FillConsoleOutputAttribute(out, 7, COLS * LINES, home, &n));
	ROW(58, "        ");
	ROW(LINES - 1, "     ");
	count(0, 3);
	ROW(LINES - 4, "    line 0");
	/* The last lines are what stays, down to the window. */
	CHECK(resize(ROWS + 5));
	PLACE(ROWS + 5, 5, ROWS + 4);
	ROW(ROWS + 4 - 1, "line 2 ");
	CHECK(resize(ROWS));
	PLACE(ROWS, 0, ROWS - 1);
	ROW(ROWS - 2, "line 2 ");
	/* One that is not shown, and then is. */
	out = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 0, NULL,
					CONSOLE_TEXTMODE_BUFFER, NULL);
	CHECK(resize(50));
	count(0, 40);
	PLACE(50, 40 - ROWS + 1, 40);
	ROW(3, "line 3 ");
	CHECK(SetConsoleActiveScreenBuffer(out));
	PLACE(50, 40 - ROWS + 1, 40);
	CHECK(go(0, 2));
	PLACE(50, 2, 2);
	CloseHandle(out);
	out = first;
	PLACE(ROWS, 0, ROWS - 1);
}

static int child(const char *argv0)
{
	out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL,
			  OPEN_EXISTING, 0, NULL);
	CHECK(out != INVALID_HANDLE_VALUE);
	if (!argv0)
		return other();
	longer();
	window();
	blocks();
	sequences();
	others(argv0);
	ends();
	return check_done();
}

/* ---- who plays the terminal ---- */

int main(int argc, char **argv)
{
	struct on_pseudo_console p;

	if (argc > 1)
		return child(argc > 2 ? NULL : argv[0]);
	if (!start_on_pseudo_console(&p, COLS, ROWS, argv[0]))
		return check_done();
	end_on_pseudo_console(&p, "console-tall.c:");
	/* What is between us is not the terminal's business. */
	CHECK(!strstr(shown, "\x1b[<"));
	return check_done();
}
