/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-wide.c - a screen buffer that is wider than its window: text and
 * cells beyond it, the window moved sideways, lines typed there, and what of it
 * the terminal shows.
 */
#include "console-screen.h"
#include "pseudo-console.h"

enum { COLS = 60, ROWS = 20, WIDTH = 150, LINES = 100 };

static HANDLE in;

/* ---- in the console ---- */

static void place_is(int width, int height, int left, int top, int x, int y,
		     const char *file, int line)
{
	CONSOLE_SCREEN_BUFFER_INFO i = { 0 };

	if (!GetConsoleScreenBufferInfo(out, &i) || i.dwSize.X != width ||
	    i.dwSize.Y != height || i.srWindow.Left != left ||
	    i.srWindow.Top != top || i.srWindow.Right != left + COLS - 1 ||
	    i.srWindow.Bottom != top + ROWS - 1 || i.dwCursorPosition.X != x ||
	    i.dwCursorPosition.Y != y || i.dwMaximumWindowSize.X != COLS ||
	    i.dwMaximumWindowSize.Y != ROWS)
		check_fail(file, line, "info",
			   "%dx%d, window at %d, %d, cursor %d, %d, not %dx%d, "
			   "%d, %d, %d, %d",
			   i.dwSize.X, i.dwSize.Y, i.srWindow.Left,
			   i.srWindow.Top, i.dwCursorPosition.X,
			   i.dwCursorPosition.Y, width, height, left, top, x,
			   y);
}

#define PLACE(width, height, left, top, x, y)                                  \
	place_is(width, height, left, top, x, y, __FILE__, __LINE__)

/* n characters, of which each tells its place. */
static const char *ruler(int n)
{
	static char s[WIDTH * 2 + 1];

	for (int i = 0; i < n; i++)
		s[i] = i % 10 ? (char)('0' + i % 10) : (char)('A' + i / 10);
	s[n] = 0;
	return s;
}

static BOOL go(int x, int y)
{
	return SetConsoleCursorPosition(out, (COORD){ (SHORT)x, (SHORT)y });
}

static BOOL resize(int width, int height)
{
	return SetConsoleScreenBufferSize(
		out, (COORD){ (SHORT)width, (SHORT)height });
}

static BOOL look_at(BOOL absolute, int left, int top, int right, int bottom)
{
	SMALL_RECT r = { (SHORT)left, (SHORT)top, (SHORT)right, (SHORT)bottom };

	return SetConsoleWindowInfo(out, absolute, &r);
}

/* Is the next event of that kind that size? */
static void told(int width, int height)
{
	INPUT_RECORD r = { 0 };
	DWORD n = 0;

	for (;;) {
		CHECK(GetNumberOfConsoleInputEvents(in, &n));
		if (!n) {
			CHECK(FALSE, "no event of %dx%d", width, height);
			return;
		}
		CHECK(ReadConsoleInputW(in, &r, 1, &n));
		if (r.EventType == WINDOW_BUFFER_SIZE_EVENT)
			break;
	}
	CHECK_EQ(r.Event.WindowBufferSizeEvent.dwSize.X, width);
	CHECK_EQ(r.Event.WindowBufferSizeEvent.dwSize.Y, height);
}

static void wider(void)
{
	CONSOLE_SCREEN_BUFFER_INFOEX x = { .cbSize = sizeof x };
	COORD largest;
	DWORD mode, n;

	PLACE(COLS, ROWS, 0, 0, 0, 0);
	say("before\r\n");
	CHECK(GetConsoleMode(in, &mode));
	CHECK(SetConsoleMode(in, mode | ENABLE_WINDOW_INPUT));
	CHECK(GetNumberOfConsoleInputEvents(in, &n));
	CHECK(resize(WIDTH, ROWS));
	told(WIDTH, ROWS);
	PLACE(WIDTH, ROWS, 0, 0, 0, 1);
	CELLS(0, 0, "before ");
	largest = GetLargestConsoleWindowSize(out);
	CHECK_EQ(largest.X, COLS);
	CHECK_EQ(largest.Y, ROWS);
	/* A line is as long as the buffer's. */
	say(ruler(130));
	PLACE(WIDTH, ROWS, 0, 0, 130, 1);
	CELLS(0, 1, ruler(130));
	say(ruler(30));
	PLACE(WIDTH, ROWS, 0, 0, 10, 2);
	CELLS(130, 1, ruler(20));
	CELLS(0, 2, "C123456789 ");
	say("\r\n");
	/* The cursor is shown where it goes. */
	CHECK(go(140, 5));
	PLACE(WIDTH, ROWS, 140 - COLS + 1, 0, 140, 5);
	CHECK(go(100, 5));
	PLACE(WIDTH, ROWS, 140 - COLS + 1, 0, 100, 5);
	REFUSED(go(WIDTH, 5));
	CHECK(go(3, 5));
	PLACE(WIDTH, ROWS, 3, 0, 3, 5);
	CHECK(GetConsoleScreenBufferInfoEx(out, &x));
	x.srWindow.Left = 30;
	x.srWindow.Right = 30 + COLS;
	x.srWindow.Bottom++;
	CHECK(SetConsoleScreenBufferInfoEx(out, &x));
	PLACE(WIDTH, ROWS, 30, 0, 3, 5);
	CHECK(look_at(FALSE, -10, 0, -10, 0));
	PLACE(WIDTH, ROWS, 20, 0, 3, 5);
	CHECK(look_at(TRUE, WIDTH - COLS, 0, WIDTH - 1, ROWS - 1));
	PLACE(WIDTH, ROWS, WIDTH - COLS, 0, 3, 5);
	REFUSED(look_at(TRUE, WIDTH - COLS + 1, 0, WIDTH, ROWS - 1));
	REFUSED(look_at(FALSE, -(WIDTH - COLS) - 1, 0, -(WIDTH - COLS) - 1, 0));
	/* Text does not bring it back sideways. */
	say("x");
	PLACE(WIDTH, ROWS, WIDTH - COLS, 0, 4, 5);
	CHECK(look_at(TRUE, 0, 0, COLS - 1, ROWS - 1));
}

static void blocks(void)
{
	SMALL_RECT all = { 0, 0, WIDTH - 1, ROWS - 1 }, r = { 0, 1, 9, 2 };
	CHAR_INFO plain = { { ' ' }, 7 }, got[10 * 2];
	WORD a[3] = { 0 };
	DWORD n;

	CHECK(ScrollConsoleScreenBufferW(out, &r, NULL, (COORD){ 120, 10 },
					 &plain));
	CELLS(0, 1, "          B123");
	CELLS(118, 10, "  A123456789  ");
	CELLS(118, 11, "  C123456789  ");
	r = (SMALL_RECT){ 120, 10, 129, 11 };
	CHECK(ReadConsoleOutputW(out, got, (COORD){ 10, 2 }, (COORD){ 0, 0 },
				 &r));
	CHECK_EQ(got[19].Char.UnicodeChar, '9');
	got[19].Char.UnicodeChar = 'Q';
	r = (SMALL_RECT){ 145, 12, 154, 13 };
	CHECK(WriteConsoleOutputW(out, got, (COORD){ 10, 2 }, (COORD){ 0, 0 },
				  &r));
	CELLS(144, 12, " A1234");
	CELLS(144, 13, " C1234");
	CELLS(0, 14, "     ");
	/* Behind a line's end is the next one. */
	CHECK(WriteConsoleOutputCharacterA(out, "over the end", 12,
					   (COORD){ WIDTH - 4, 15 }, &n));
	CHECK_EQ(n, 12);
	CELLS(WIDTH - 4, 15, "over the end ");
	CELLS(0, 16, " the end ");
	CHECK(FillConsoleOutputAttribute(out, 0x1e, 3, (COORD){ WIDTH - 2, 15 },
					 &n));
	CHECK(ReadConsoleOutputAttribute(out, a, 3, (COORD){ WIDTH - 1, 15 },
					 &n));
	CHECK_EQ(a[0], 0x1e);
	CHECK_EQ(a[1], 0x1e);
	CHECK_EQ(a[2], 7);
	CHECK(ScrollConsoleScreenBufferW(out, &all, NULL, (COORD){ 0, -1 },
					 &plain));
	CELLS(0, 0, "          B123");
	CELLS(WIDTH - 4, 14, "over the end ");
	CELLS(0, ROWS - 1, "      ");
	CHECK(FillConsoleOutputCharacterA(out, ' ', WIDTH * ROWS,
					  (COORD){ 0, 0 }, &n));
	CHECK_EQ(n, WIDTH * ROWS);
	CELLS(WIDTH - 4, 14, "                  ");
}

static void sequences(void)
{
	DWORD mode;

	GetConsoleMode(out, &mode);
	CHECK(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
	say("\x1b[3;101Hfar away\x1b[5D\x1b[K");
	CELLS(98, 2, "  far          ");
	PLACE(WIDTH, ROWS, 0, 0, 103, 2);
	say("\x1b]0;a wide title\a");
	/* A second screen is as large as the window. */
	say("\x1b[?1049h");
	PLACE(COLS, ROWS, 0, 0, COLS - 1, 2);
	say("\x1b[1;1H");
	say(ruler(70));
	CELLS(0, 1, "G123456789 ");
	say("\x1b[?1049l");
	PLACE(WIDTH, ROWS, 0, 0, 103, 2);
	CELLS(98, 2, "  far          ");
	CHECK(SetConsoleMode(out, mode));
}

static void both(void)
{
	char s[80];

	CHECK(resize(WIDTH, LINES));
	told(WIDTH, LINES);
	CHECK(go(0, 3));
	for (int i = 0; i < 60; i++) {
		sprintf(s, "%*sline %d\r\n", i, "", i);
		say(s);
	}
	PLACE(WIDTH, LINES, 0, 63 - ROWS + 1, 0, 63);
	CELLS(0, 3, "line 0 ");
	CELLS(59, 62, "line 59 ");
	CHECK(go(100, 3));
	PLACE(WIDTH, LINES, 100 - COLS + 1, 3, 100, 3);
	CHECK(resize(WIDTH + 10, LINES));
	PLACE(WIDTH + 10, LINES, 100 - COLS + 1, 3, 100, 3);
	CHECK(resize(90, LINES));
	PLACE(90, LINES, 90 - COLS, 3, 89, 3);
	CELLS(59, 62, "line 59 ");
	CHECK(resize(WIDTH, LINES));
	told(WIDTH + 10, LINES);
	told(90, LINES);
	told(WIDTH, LINES);
}

/* What else is on the console sees the same buffer. */
static void others(const char *argv0)
{
	CHECK(go(0, 70));
	CHECK(look_at(TRUE, 40, 65, 40 + COLS - 1, 65 + ROWS - 1));
	run_beside(argv0, "other one", FALSE);
	PLACE(WIDTH, LINES, 8, 65, 8, 72);
	CELLS(0, 70, ruler(120));
	CELLS(0, 72, "the last");
}

static int other(void)
{
	PLACE(WIDTH, LINES, 40, 65, 0, 70);
	CELLS(59, 62, "line 59 ");
	say(ruler(120));
	PLACE(WIDTH, LINES, 40, 65, 120, 70);
	CHECK(go(8, 72));
	say("\rthe last");
	CELLS(0, 72, "the last");
	return check_done();
}

/* A line of 80 is typed: it has one row, and its end is seen. */
static void typed(void)
{
	char got[100] = "";
	DWORD n = 0;

	CHECK(go(0, 74));
	say("type: ");
	CHECK(ReadConsoleA(in, got, sizeof got - 1, &n, NULL));
	CHECK_EQ(n, 82);
	CHECK(!memcmp(got, ruler(80), 80));
	CELLS(0, 74, "type: ");
	CELLS(6, 74, ruler(80));
	CELLS(0, 75, "      ");
	PLACE(WIDTH, LINES, 0, 65, 0, 75);
}

/* It is told where in the buffer it is. */
static void mouse(void)
{
	INPUT_RECORD r = { 0 };
	DWORD mode, n;

	CHECK(GetConsoleMode(in, &mode));
	CHECK(SetConsoleMode(in, ENABLE_EXTENDED_FLAGS | ENABLE_MOUSE_INPUT));
	CHECK(GetNumberOfConsoleInputEvents(in, &n));
	CHECK(look_at(TRUE, 20, 65, 20 + COLS - 1, 65 + ROWS - 1));
	CHECK(go(30, 75));
	say("click!");
	do
		CHECK(ReadConsoleInputW(in, &r, 1, &n));
	while (n && r.EventType != MOUSE_EVENT);
	CHECK_EQ(r.Event.MouseEvent.dwMousePosition.X, 20 + 4);
	CHECK_EQ(r.Event.MouseEvent.dwMousePosition.Y, 65 + 6);
	CHECK(SetConsoleMode(in, mode));
	CHECK(go(0, 75));
}

static void ends(void)
{
	HANDLE first = out;

	/* One that is not shown, and then is. */
	out = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 0, NULL,
					CONSOLE_TEXTMODE_BUFFER, NULL);
	PLACE(COLS, ROWS, 0, 0, 0, 0);
	CHECK(resize(WIDTH, ROWS));
	say(ruler(WIDTH - 1));
	CHECK(look_at(TRUE, 50, 0, 50 + COLS - 1, ROWS - 1));
	CHECK(SetConsoleActiveScreenBuffer(out));
	PLACE(WIDTH, ROWS, 50, 0, WIDTH - 1, 0);
	CloseHandle(out);
	out = first;
	PLACE(WIDTH, LINES, 0, 65, 0, 75);
	/* Lines and columns that stay are the last lines, the first columns. */
	CHECK(go(70, 75));
	say("cut");
	CHECK(resize(COLS, ROWS));
	PLACE(COLS, ROWS, 0, 0, COLS - 1, 75 - 65);
	CELLS(0, 72 - 65, "the last");
	/* What the terminal is to show in the end. */
	CHECK(resize(WIDTH, ROWS));
	CHECK(go(0, ROWS - 1));
	say("gone\r\n\r\n\r\nfirst\r\n");
	say(ruler(130));
	CHECK(look_at(TRUE, 55, 0, 55 + COLS - 1, ROWS - 1));
	say("\r\n123456789012345678901234567890123456789012345678901234567890"
	    "1");
	say(" end");
}

static int child(const char *argv0)
{
	out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL,
			  OPEN_EXISTING, 0, NULL);
	in = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE, 3, NULL,
			 OPEN_EXISTING, 0, NULL);
	CHECK(out != INVALID_HANDLE_VALUE);
	CHECK(in != INVALID_HANDLE_VALUE);
	if (!argv0)
		return other();
	wider();
	blocks();
	sequences();
	both();
	others(argv0);
	typed();
	mouse();
	ends();
	return check_done();
}

/* ---- who plays the terminal ---- */

static char screen[ROWS][COLS + 1];

/* The few sequences that a painted window needs; others change no cells. */
static void play(const char *s)
{
	int x = 0, y = 0, n[2];
	char last;

	memset(screen, ' ', sizeof screen);
	for (; *s; s++) {
		if (*s == '\r') {
			x = 0;
		} else if (*s == '\n' && y < ROWS - 1) {
			y++;
		} else if (*s == '\n') {
			memmove(screen, screen[1], sizeof screen[0] * y);
			memset(screen[y], ' ', COLS);
		} else if (*s == 27 && s[1] == '[') {
			n[0] = n[1] = 0;
			for (s += 2; *s && (*s < 0x40 || *s > 0x7e); s++)
				if (*s == ';')
					n[0] = n[1], n[1] = 0;
				else if (*s >= '0' && *s <= '9')
					n[1] = n[1] * 10 + *s - '0';
			last = *s;
			if (last == 'H') {
				y = n[0] ? n[0] - 1 : 0;
				x = n[1] ? n[1] - 1 : 0;
			} else if (last == 'K') {
				memset(screen[y] + x, ' ', (size_t)(COLS - x));
			} else if (last == 'J') {
				memset(screen, ' ', sizeof screen);
			}
			if (!*s)
				return;
		} else if (*s == 27 && s[1] == ']') {
			while (s[1] && *s != 7)
				s++;
		} else if ((unsigned char)*s >= ' ' && x < COLS) {
			screen[y][x++] = *s;
		}
	}
}

static BOOL line_is(int y, const char *want)
{
	size_t n = strlen(want);

	if (memcmp(screen[y], want, n) == 0 &&
	    (n == COLS || screen[y][n] == ' '))
		return TRUE;
	printf("%d: \"%.*s\" not \"%s\"\n", y, COLS, screen[y], want);
	return FALSE;
}

int main(int argc, char **argv)
{
	struct on_pseudo_console p;
	char *ruled;
	DWORD n;

	if (argc > 1)
		return child(argc > 2 ? NULL : argv[0]);
	if (!start_on_pseudo_console(&p, COLS, ROWS, argv[0]))
		return check_done();
	CHECK(appears("type:"));
	CHECK(WriteFile(p.to, ruler(80), 80, &n, NULL));
	CHECK(WriteFile(p.to, "\r", 1, &n, NULL));
	CHECK(appears("click!"));
	CHECK(WriteFile(p.to, "\x1b[<0;5;7M", 9, &n, NULL));
	end_on_pseudo_console(&p, "console-wide.c:");
	/* What is between us is not the terminal's business; titles are. */
	CHECK(!strstr(shown, "\x1b[<"));
	CHECK(strstr(shown, "\x1b]0;a wide title\a") != NULL);
	CHECK(strstr(shown, "\x1b[?1049h") != NULL);
	shown[nshown] = 0;
	play(shown);
	ruled = (char *)ruler(130) + 55;
	ruled[COLS] = 0;
	CHECK(line_is(ROWS - 2, ruled));
	CHECK(line_is(ROWS - 1, "678901 end"));
	CHECK(line_is(ROWS - 3, ""));
	CHECK(line_is(ROWS - 4, ""));
	return check_done();
}
