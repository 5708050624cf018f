/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-screen.c - what was written to a console can be read back, and
 * characters and attributes are changed apart from each other.
 */
#define NTDDI_VERSION 0x0a000006
#include <windows.h>

#include <string.h>

#include "check.h"
#include "pseudo-console.h"

enum { COLS = 90, ROWS = 30 };

static HANDLE out;

/* ---- in the console ------------------------------------------------------- */

static void row_is(int x, int y, const char *want, const char *file, int line)
{
	char got[COLS + 1] = "";
	COORD at = { (SHORT)x, (SHORT)y };
	DWORD n = 0, len = (DWORD)strlen(want);

	if (!ReadConsoleOutputCharacterA(out, got, len, at, &n) || n != len ||
	    memcmp(got, want, len))
		check_fail(file, line, "characters", "%d,%d: \"%.*s\" not \"%s\"",
			   x, y, (int)n, got, want);
}

static void colors_are(int x, int y, const char *want, const char *file,
		       int line)
{
	WORD a[COLS];
	COORD at = { (SHORT)x, (SHORT)y };
	char text[COLS * 3 + 1] = "";
	DWORD n = 0;

	ReadConsoleOutputAttribute(out, a, (DWORD)(strlen(want) + 1) / 3, at,
				   &n);
	for (DWORD i = 0; i < n; i++)
		sprintf(text + strlen(text), "%s%02x", i ? " " : "", a[i]);
	if (strcmp(text, want))
		check_fail(file, line, "attributes", "%d,%d: %s not %s", x, y,
			   text, want);
}

#define ROW(x, y, want) row_is(x, y, want, __FILE__, __LINE__)
#define COLORS(x, y, want) colors_are(x, y, want, __FILE__, __LINE__)

static void say(const char *s)
{
	DWORD n;

	CHECK(WriteConsoleA(out, s, (DWORD)strlen(s), &n, NULL));
}

static void go(int x, int y)
{
	CHECK(SetConsoleCursorPosition(out, (COORD){ (SHORT)x, (SHORT)y }));
}

/* As every "cls" of a program does it. */
static void clear(void)
{
	COORD home = { 0, 0 };
	DWORD n;

	CHECK(SetConsoleTextAttribute(out, 7));
	CHECK(FillConsoleOutputCharacterW(out, ' ', COLS * ROWS, home, &n));
	CHECK_EQ(n, COLS * ROWS);
	CHECK(FillConsoleOutputAttribute(out, 7, COLS * ROWS, home, &n));
	CHECK_EQ(n, COLS * ROWS);
	go(0, 0);
}

static void text(void)
{
	WORD two[] = { 0x21, 0x43 };
	DWORD n;

	clear();
	ROW(0, 0, "     ");
	COLORS(0, 0, "07 07");
	SetConsoleTextAttribute(out, 0x1e);
	say("hello");
	ROW(0, 0, "hello ");
	COLORS(0, 0, "1e 1e 1e 1e 1e 07");
	CHECK(FillConsoleOutputAttribute(out, 0x4f, 3, (COORD){ 1, 0 }, &n));
	CHECK_EQ(n, 3);
	ROW(0, 0, "hello ");
	COLORS(0, 0, "1e 4f 4f 4f 1e 07");
	CHECK(FillConsoleOutputCharacterA(out, 'x', 2, (COORD){ 0, 0 }, &n));
	ROW(0, 0, "xxllo ");
	COLORS(0, 0, "1e 4f 4f 4f 1e 07");
	CHECK(WriteConsoleOutputAttribute(out, two, 2, (COORD){ 3, 0 }, &n));
	CHECK_EQ(n, 2);
	ROW(0, 0, "xxllo ");
	COLORS(0, 0, "1e 4f 4f 21 43 07");
	CHECK(WriteConsoleOutputCharacterA(out, "AB", 2, (COORD){ 4, 0 }, &n));
	ROW(0, 0, "xxllAB ");
	COLORS(3, 0, "21 43 07 07");
	/* Over the end of a line. */
	CHECK(FillConsoleOutputCharacterA(out, '#', 4, (COORD){ COLS - 2, 2 },
					  &n));
	ROW(COLS - 3, 2, " ##");
	ROW(0, 3, "## ");
}

static void lines(void)
{
	char longer[COLS + 21];

	clear();
	memset(longer, 'w', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	go(0, 4);
	say(longer);
	ROW(COLS - 3, 4, "www");
	ROW(18, 5, "ww ");
	/* The last line pushes the others up. */
	go(0, ROWS - 2);
	say("first\r\nsecond\r\nthird");
	ROW(0, ROWS - 3, "first ");
	ROW(0, ROWS - 2, "second ");
	ROW(0, ROWS - 1, "third ");
	ROW(18, 4, "ww ");
	clear();
	say("a\tb\r\nxyz\bQ\rR");
	ROW(0, 0, "a       b ");
	ROW(0, 1, "RyQ ");
}

static void sequences(void)
{
	DWORD mode;

	clear();
	GetConsoleMode(out, &mode);
	CHECK(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
	say("\x1b[2;5Hvt\x1b[31mred\x1b[0;42;94mx\x1b[0m.");
	ROW(4, 1, "vtredx. ");
	COLORS(4, 1, "07 07 04 04 04 29 07");
	say("\x1b[2;7H\x1b[K");
	ROW(4, 1, "vt     ");
	say("\x1b[1;1Hone\x1b[2;1Htwo   \x1b[3;1Hthree\x1b[1;1H\x1b[M");
	ROW(0, 0, "two  ");
	ROW(0, 1, "three  ");
	say("\x1b[1;2H\x1b[@\x1b[1;1H\x1b[P");
	ROW(0, 0, " wo  ");
	say("\x1b]0;a title\a\x1b[2J");
	ROW(0, 0, "     ");
	ROW(0, 1, "     ");
}

static void rectangles(void)
{
	static const char *const want[] = { "     ", " abc ", " def ", "     " };
	CHAR_INFO put[6], got[5 * 4];
	SMALL_RECT r = { 10, 5, 12, 6 };
	CHAR_INFO dot = { { '.' }, 0x20 };

	clear();
	for (int i = 0; i < 6; i++)
		put[i] = (CHAR_INFO){ { (WCHAR)('a' + i) }, (WORD)(0x30 + i) };
	CHECK(WriteConsoleOutputW(out, put, (COORD){ 3, 2 }, (COORD){ 0, 0 },
				  &r));
	r = (SMALL_RECT){ 9, 4, 13, 7 };
	CHECK(ReadConsoleOutputW(out, got, (COORD){ 5, 4 }, (COORD){ 0, 0 },
				 &r));
	for (int y = 0; y < 4; y++)
		for (int x = 0; x < 5; x++)
			CHECK_EQ(got[y * 5 + x].Char.UnicodeChar, want[y][x]);
	CHECK_EQ(got[6].Attributes, 0x30);
	CHECK_EQ(got[13].Attributes, 0x35);
	CHECK_EQ(got[0].Attributes, 7);
	/* What is outside is not told. */
	r = (SMALL_RECT){ COLS - 2, ROWS - 1, COLS + 3, ROWS + 3 };
	CHECK(ReadConsoleOutputA(out, got, (COORD){ 5, 4 }, (COORD){ 0, 0 },
				 &r));
	CHECK_EQ(r.Right, COLS - 1);
	CHECK_EQ(r.Bottom, ROWS - 1);

	r = (SMALL_RECT){ 10, 5, 12, 6 };
	CHECK(ScrollConsoleScreenBufferW(out, &r, NULL, (COORD){ 20, 10 }, &dot));
	ROW(19, 10, " abc ");
	ROW(19, 11, " def ");
	COLORS(20, 11, "33 34 35 07");
	ROW(9, 5, " ... ");
	ROW(9, 6, " ... ");
	COLORS(9, 6, "07 20 20 20 07");
	/* Over itself. */
	r = (SMALL_RECT){ 20, 10, 22, 11 };
	CHECK(ScrollConsoleScreenBufferW(out, &r, NULL, (COORD){ 21, 10 }, &dot));
	ROW(19, 10, " .abc ");
	ROW(19, 11, " .def ");
	/* A clip keeps the rest. */
	r = (SMALL_RECT){ 20, 10, 23, 11 };
	CHECK(ScrollConsoleScreenBufferW(out, &r,
					 &(SMALL_RECT){ 0, 0, COLS - 1, 10 },
					 (COORD){ 20, 9 }, &dot));
	ROW(19, 9, " .abc ");
	ROW(19, 10, " .def ");
	ROW(19, 11, " .def ");
	/* Whole lines. */
	clear();
	say("0\r\n1\r\n2\r\n3");
	r = (SMALL_RECT){ 0, 1, COLS - 1, ROWS - 1 };
	dot = (CHAR_INFO){ { ' ' }, 0x17 };
	CHECK(ScrollConsoleScreenBufferW(out, &r, NULL, (COORD){ 0, 0 }, &dot));
	ROW(0, 0, "1 ");
	ROW(0, 1, "2 ");
	ROW(0, 2, "3 ");
	ROW(0, 3, "  ");
	COLORS(0, ROWS - 2, "07 07");
	COLORS(0, ROWS - 1, "17 17");
}

/* ---- several buffers -------------------------------------------------------- */

static HANDLE new_buffer(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE h = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, 3,
					     &sa, CONSOLE_TEXTMODE_BUFFER,
					     NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static void place_is(HANDLE h, int x, int y, WORD attributes)
{
	CONSOLE_SCREEN_BUFFER_INFO i;

	CHECK(GetConsoleScreenBufferInfo(h, &i));
	CHECK_EQ(i.dwCursorPosition.X, x);
	CHECK_EQ(i.dwCursorPosition.Y, y);
	CHECK_EQ(i.wAttributes, attributes);
}

/* What another process on the console writes to a buffer that it was given. */
static void write_by_child(const char *argv0, HANDLE h)
{
	char arg[32];

	sprintf(arg, "writer %lu", (DWORD)(ULONG_PTR)h);
	run_beside(argv0, arg, TRUE);
}

static int writer(HANDLE h)
{
	HANDLE shown_one;

	out = h;
	ROW(0, 2, "second's third ");
	CHECK(SetConsoleTextAttribute(h, 0x2f));
	go(3, 4);
	say("a child");
	place_is(h, 10, 4, 0x2f);
	shown_one = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL,
				OPEN_EXISTING, 0, NULL);
	out = shown_one;
	ROW(0, 0, "first ");
	return check_done();
}

static void buffers(const char *argv0)
{
	CONSOLE_CURSOR_INFO hidden = { 25, FALSE }, c;
	HANDLE first = out, second, third, conout;
	DWORD mode, n;

	clear();
	say("first");
	CHECK(SetConsoleTextAttribute(first, 0x16));
	second = new_buffer();
	place_is(second, 0, 0, 0x16);
	CHECK(SetConsoleTextAttribute(first, 7));
	third = new_buffer();
	CHECK(GetConsoleMode(second, &mode));
	CHECK_EQ(mode, ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT);
	CHECK(SetConsoleMode(second, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
	CHECK(GetConsoleMode(third, &mode));
	CHECK_EQ(mode, ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT);
	/* What is not shown can be written and read all the same. */
	out = second;
	CHECK(SetConsoleTextAttribute(second, 0x2f));
	say("second's line\r\nand\r\nsecond's third");
	ROW(0, 0, "second's line ");
	COLORS(12, 0, "2f 07");
	place_is(second, 14, 2, 0x2f);
	out = third;
	say("third");
	CHECK(SetConsoleCursorInfo(third, &hidden));
	CHECK(GetConsoleCursorInfo(third, &c) && !c.bVisible);
	CHECK(GetConsoleCursorInfo(first, &c) && c.bVisible);
	CHECK(FillConsoleOutputCharacterA(third, '#', 3, (COORD){ 4, 7 }, &n));
	ROW(3, 7, " ### ");
	out = first;
	ROW(0, 0, "first  ");
	place_is(first, 5, 0, 7);
	write_by_child(argv0, second);
	out = second;
	ROW(0, 4, "   a child ");
	place_is(second, 10, 4, 0x2f);

	out = first;
	say("<1>");
	CHECK(SetConsoleActiveScreenBuffer(second));
	conout = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL,
			     OPEN_EXISTING, 0, NULL);
	place_is(conout, 10, 4, 0x2f);
	out = conout;
	say("!<2>");
	out = second;
	ROW(0, 4, "   a child!<2>");
	/* It waits until it is shown again. */
	out = first;
	say("waited");
	ROW(0, 0, "first<1>waited ");
	CHECK(SetConsoleActiveScreenBuffer(third));
	CHECK(GetConsoleCursorInfo(third, &c) && !c.bVisible);
	out = third;
	say("<3>");
	CHECK(SetConsoleActiveScreenBuffer(first));
	CHECK(GetConsoleCursorInfo(first, &c) && c.bVisible);
	out = first;
	say("<4>");
	ROW(0, 0, "first<1>waited<4> ");
	/* With its last handle a buffer goes, and another is shown. */
	CHECK(SetConsoleActiveScreenBuffer(third));
	out = third;
	ROW(0, 0, "third<3> ");
	say("<5>");
	CHECK(CloseHandle(third));
	out = first;
	say("<6>");
	CHECK(CloseHandle(second));
	out = conout;
	ROW(0, 0, "second's line ");
	CHECK(CloseHandle(conout));
	out = first;
	/* Many of them, one after another. */
	for (int i = 0; i < 40; i++) {
		second = new_buffer();
		place_is(second, 0, 0, 7);
		out = second;
		ROW(0, 0, "   ");
		say("x");
		out = first;
		CHECK(CloseHandle(second));
	}
	CHECK(CreateConsoleScreenBuffer(GENERIC_READ, 0, NULL, 2, NULL) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	/* The end leaves the first one. */
	second = new_buffer();
	CHECK(SetConsoleActiveScreenBuffer(second));
	out = second;
	say("<7>");
	out = first;
	say("<8>");
}

static void palette(void)
{
	CONSOLE_SCREEN_BUFFER_INFOEX i = { .cbSize = sizeof i }, now = i;
	CONSOLE_FONT_INFOEX font = { .cbSize = sizeof font };
	CONSOLE_FONT_INFO small;
	COORD size;

	CHECK(GetConsoleScreenBufferInfoEx(out, &i));
	i.ColorTable[1] = RGB(0x12, 0x34, 0x56);
	i.wPopupAttributes = 0x1f;
	i.wAttributes = 0x17;
	CHECK(SetConsoleScreenBufferInfoEx(out, &i));
	CHECK(GetConsoleScreenBufferInfoEx(out, &now));
	CHECK_EQ(now.ColorTable[1], RGB(0x12, 0x34, 0x56));
	CHECK_EQ(now.ColorTable[2], i.ColorTable[2]);
	CHECK_EQ(now.wPopupAttributes, 0x1f);
	CHECK_EQ(now.wAttributes, 0x17);
	i.cbSize = 8;
	CHECK(!SetConsoleScreenBufferInfoEx(out, &i));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	CHECK(GetCurrentConsoleFont(out, FALSE, &small));
	CHECK_EQ(small.nFont, 0);
	CHECK(small.dwFontSize.Y > 0);
	CHECK(GetCurrentConsoleFontEx(out, FALSE, &font));
	CHECK_EQ(font.dwFontSize.Y, small.dwFontSize.Y);
	CHECK_EQ(font.FontWeight, FW_NORMAL);
	size = GetConsoleFontSize(out, 0);
	CHECK_EQ(size.Y, small.dwFontSize.Y);
	size = GetConsoleFontSize(out, 1);
	CHECK_EQ(size.Y, 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	font.cbSize = 4;
	CHECK(!GetCurrentConsoleFontEx(out, FALSE, &font));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static int child(const char *argv0)
{
	CONSOLE_SCREEN_BUFFER_INFO info;

	out = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL,
			  OPEN_EXISTING, 0, NULL);
	CHECK(out != INVALID_HANDLE_VALUE);
	CHECK(GetConsoleScreenBufferInfo(out, &info));
	CHECK_EQ(info.dwSize.X, COLS);
	CHECK(!SetConsoleActiveScreenBuffer(GetStdHandle(STD_INPUT_HANDLE)));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	text();
	lines();
	sequences();
	rectangles();
	palette();
	buffers(argv0);
	return check_done();
}

/* ---- who plays the terminal ------------------------------------------------ */

int main(int argc, char **argv)
{
	static const char *const order[] = {
		"\x1b]4;4;rgb:12/34/56\a",
		"<1>",	   "\x1b[?1049h", "second's line", "a child",
		"!<2>",	   "third",	  "###",	   "\x1b[?25l",
		"<3>",	   "\x1b[?1049l", "\x1b[?25h",	   "waited",
		"<4>",	   "\x1b[?1049h", "third",	   "<5>",
		"\x1b[?1049l", "<6>",	  "\x1b[?1049h",   "<7>",
		"\x1b[?1049l", "<8>",
	};
	struct on_pseudo_console p;
	char *at;

	if (argc > 2)
		return writer((HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 10));
	if (argc > 1)
		return child(argv[0]);
	if (!start_on_pseudo_console(&p, COLS, ROWS, argv[0]))
		return check_done();
	end_on_pseudo_console(&p, "console-screen.c:");
	/* The terminal showed the others on its other screen. */
	at = shown;
	for (size_t i = 0; i < sizeof order / sizeof *order && at; i++) {
		CHECK(strstr(at, order[i]), "no %s", order[i]);
		at = strstr(at, order[i]);
	}
	return check_done();
}
