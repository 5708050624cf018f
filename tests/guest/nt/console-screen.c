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

static int child(void)
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
	clear();
	return check_done();
}

/* ---- who plays the terminal ------------------------------------------------ */

int main(int argc, char **argv)
{
	create_fn create = PSEUDO_CONSOLE(create_fn, "CreatePseudoConsole");
	close_fn close = PSEUDO_CONSOLE(close_fn, "ClosePseudoConsole");
	HANDLE from, to, theirs_in, theirs_out, thread;
	PROCESS_INFORMATION pi;
	char *at;
	void *pc = NULL;
	DWORD code = 99;

	if (argc > 1)
		return child();
	CHECK(CreatePipe(&theirs_in, &to, NULL, 0));
	CHECK(CreatePipe(&from, &theirs_out, NULL, 0));
	CHECK_EQ(create((COORD){ COLS, ROWS }, theirs_in, theirs_out, 0, &pc),
		 S_OK);
	CloseHandle(theirs_in);
	CloseHandle(theirs_out);
	thread = CreateThread(NULL, 0, collect, from, 0, NULL);
	spawn_on(pc, argv[0], "child", &pi);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), 0);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	close(pc);
	WaitForSingleObject(thread, 5000);
	/* Its differences are the last that it wrote. */
	at = strstr(shown, "console-screen.c:");
	if (code && at)
		printf("%.2000s\n", at);
	return check_done();
}
