/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests of nt/console-model.c: where what was written lies. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-model.h"
#include "tests/lib/unit.h"

enum { COLS = 20, ROWS = 6 };

static void feed(const char *s)
{
	model_feed(&console_model, s, strlen(s));
}

/* Row y as text, non-ASCII as "?", without blanks at the end. */
static void row_is(int y, const char *want)
{
	struct cell c[COLS];
	char got[COLS + 1];
	int n = 0;

	model_read(&console_model, 0, y, COLS, c);
	for (int x = 0; x < COLS; x++) {
		got[x] = c[x].c < 0x80 ? (char)c[x].c : '?';
		if (got[x] != ' ')
			n = x + 1;
	}
	got[n] = 0;
	ck_assert_msg(!strcmp(got, want), "row %d: \"%s\", not \"%s\"", y, got,
		      want);
}

static const struct {
	const char *what, *before;
	int row;	     /* where the terminal says it is then */
	int at;		     /* a row */
	const char *is, *below; /* what it holds, and the next one */
} starts[] = {
	{ "at the top", "a\nb\n", 2, 0, "a", "b" },
	{ "further down", "a\nb\n", 4, 2, "a", "b" },
	{ "not told", "a\nb\n", -1, 0, "a", "b" },
	{ "at the bottom", "a\nb\n", 5, 3, "a", "b" },
	{ "more than a screen", "1\n2\n3\n4\n5\n6\n7\n8", 5, 4, "7", "8" },
	{ "a row is named", "x\33[2;3Hy", 1, 1, "  y", "" },
	{ "a character in two halves", "\xe4\xb8\xadz", 0, 0, "??z", "" },
	{ "a line too long", "12345678901234567890abc", 1, 1, "abc", "" },
	{ "exactly a line", "12345678901234567890\nabc", 1, 1, "abc", "" },
	{ "wide, at the edge", "1234567890123456789\xe4\xb8\xad", 1, 1, "??", "" },
	{ "a title", "\33]0;no\33\\yes\33]2;no\ayes", 0, 0, "yesyes", "" },
	{ "unknown sequences", "\33[>1;2c\33(Ba\33[?25lb\33=c", 0, 0, "abc", "" },
	{ "insert a line", "\33[1;1Ha\nb\33[1;1H\33[L", 0, 0, "", "a" },
	{ "a region", "\33[1;1Ha\nb\nc\33[1;2r\33[2;1H\nd\33[r", 1, 0, "b", "d" },
	{ "another screen", "\33[1;1Ha\33[?1049hb\33[?1049lc", 0, 0, "ac", "" },
	{ "over a wide one", "\xe4\xb8\xad\rx", 0, 0, "x", "" },
	{ "combined", "e\xcc\x81x", 0, 0, "ex", "" },
};

START_TEST(start)
{
	ck_assert(model_guess(&console_model, COLS, ROWS));
	feed(starts[_i].before);
	ck_assert(!model_follows(&console_model, COLS, ROWS));
	ck_assert(model_begin(&console_model, COLS, ROWS, starts[_i].row));
	ck_assert(model_follows(&console_model, COLS, ROWS));
	row_is(starts[_i].at, starts[_i].is);
	if (starts[_i].at + 1 < ROWS)
		row_is(starts[_i].at + 1, starts[_i].below);
}
END_TEST

START_TEST(later)
{
	char part[2] = "";
	struct cell c[2];

	ck_assert(model_guess(&console_model, COLS, ROWS));
	ck_assert(model_begin(&console_model, COLS, ROWS, 0));
	/* Byte by byte, as a program may write. */
	for (const char *s = "\33[2;2H\33[1;31m\xc3\xa9\33[0m!"; *s; s++) {
		part[0] = *s;
		feed(part);
	}
	model_read(&console_model, 1, 1, 2, c);
	ck_assert_uint_eq(c[0].c, 0xe9);
	ck_assert_uint_eq(c[0].attributes, 12);
	ck_assert_uint_eq(c[1].c, '!');
	ck_assert_uint_eq(c[1].attributes, CELL_PLAIN);
	feed("\33[3;1H\xe4\xb8\xad");
	model_read(&console_model, 0, 2, 2, c);
	ck_assert_uint_eq(c[0].attributes, CELL_PLAIN | CELL_LEADING);
	ck_assert_uint_eq(c[1].attributes, CELL_PLAIN | CELL_TRAILING);
	/* Another size keeps what still has room. */
	ck_assert(model_follows(&console_model, 4, 2));
	model_read(&console_model, 1, 1, 2, c);
	ck_assert_uint_eq(c[0].c, 0xe9);
	ck_assert(model_follows(&console_model, COLS, ROWS));
	row_is(2, "");
	model_read(&console_model, COLS - 1, ROWS - 1, 2, c);
	ck_assert_uint_eq(c[1].c, ' ');
}
END_TEST

/* Numbers beyond all bounds, and sequences without an end. */
START_TEST(hostile)
{
	static const char *const bad[] = {
		"\33[999999999999;999999999999H@", "\33[9999L", "\33[9999M",
		"\33[9999P", "\33[9999@", "\33[9999X", "\33[9999S", "\33[9999T",
		"\33[9999;1r", "\33[0;0H\33[1A\33M", "\33[38;5m", "\33[38;2;1m",
		"\33[48;5;999m", "\33[;;;;;;;;;;;;;;;;;;;;;;;;;1m", "\33[s\33[u",
		"\33]", "\xff\xfe\xf8", "\33[?1049h\33[?1049h\33[?1049l\33[?1049l",
		"\33\\\33[9;9H\33[J\33[1J\33[2J\33[3J\33[9J",
		"\33[<99999t\33[<99999r\33[<99999;99999Ha\33[K\33[5@\33[X\n",
		"\33[<9;99999;99999S\33[<99999;1;1T\33[<1;99999;3T\33[<1r\n\33M",
		"\33[<5t\33[<r\33[<Ha\33[<t",
		"\33[<9;99999t\33[<9;99999r\33[<9;99999Ha\33[K\33[5@\33[99X\n",
		"\33[<99999;99999t\33[<1;999t\33[9;999H\0337\33[?1049h\0338\33[9P",
		"\33[?1049l\33[<5;7t\33[<;9r\33[9;999H\33[<t",
	};
	unsigned seed = 1;
	char s[64];

	ck_assert(model_guess(&console_model, 1, 1));
	ck_assert(model_begin(&console_model, 1, 1, 0));
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
			feed(bad[i]);
		ck_assert(model_follows(&console_model, round ? COLS : 2, round ? ROWS : 1));
	}
	for (int i = 0; i < 20000; i++) {
		static const char some[] = "\33[;0123456789?<tHJKLMPSTXm@ru\n\r\ta";

		for (size_t k = 0; k < sizeof s; k++) {
			seed = seed * 1103515245 + 12345;
			s[k] = some[(seed >> 16) % (sizeof some - 1)];
		}
		model_feed(&console_model, s, sizeof s);
		if (i % 1000 == 0)
			ck_assert(model_follows(&console_model, 1 + i % 37, 1 + i % 23));
	}
}
END_TEST

static void line_is(struct model *m, int y, const char *want)
{
	struct cell c[10];
	char got[11] = "";

	model_read(m, 0, y, 10, c);
	for (int x = 0; x < 10; x++)
		got[x] = (char)c[x].c;
	ck_assert_str_eq(got, want);
}

static int height_of(struct model *m)
{
	struct model_view v;

	model_view(m, &v);
	return v.height;
}

static int top_of(struct model *m)
{
	struct model_view v;

	model_view(m, &v);
	return v.top;
}

/* A buffer longer than the window; and who comes late to it. */
START_TEST(tall)
{
	struct model *m = model_new(10, 4), *late = model_new(10, 4);
	char s[24];

	ck_assert(m && late);
	model_restart(m);
	model_restart(late);
	model_feed(m, "\33[<9t", 6);
	model_feed(late, "\33[<9t", 6);
	for (int i = 0; i < 12; i++) {
		int n = sprintf(s, "%d\n", i);

		model_feed(m, s, (size_t)n);
		if (i >= 4)
			model_feed(late, s, (size_t)n);
	}
	ck_assert_int_eq(height_of(m), 9);
	ck_assert_int_eq(top_of(m), 5);
	line_is(m, 0, "4         ");
	line_is(m, 7, "11        ");
	line_is(m, 8, "          ");
	ck_assert_int_eq(top_of(late), 5);
	/* As if it had missed more. */
	model_restart(late);
	ck_assert_int_eq(height_of(late), 4);
	model_feed(late, "10\n11\n", 6);
	ck_assert_int_eq(top_of(late), 0);
	model_found(late, &(struct model_view){ .height = 9, .top = 5 });
	ck_assert_int_eq(height_of(late), 9);
	ck_assert_int_eq(top_of(late), 5);
	line_is(late, 5, "10        ");
	line_is(late, 4, "          ");
	line_is(late, 0, "          ");
	/* Another size of the window, of the buffer. */
	ck_assert(model_follows(m, 10, 3));
	ck_assert_int_eq(top_of(m), 6);
	line_is(m, 0, "4         ");
	model_feed(m, "\33[<2r", 6);
	ck_assert_int_eq(top_of(m), 1);
	model_feed(m, "\33[<5t", 6);
	ck_assert_int_eq(height_of(m), 5);
	line_is(m, 1, "5         ");
	model_feed(m, "\33[<2;5;2S", 10);
	line_is(m, 0, "4         ");
	line_is(m, 1, "7         ");
	line_is(m, 3, "          ");
	/* Another program's begins while the second screen is shown. */
	model_feed(m, "\33[<9t", 5);
	model_feed(m, "\33[?1049h", 8);
	model_restart(m);
	ck_assert_int_eq(height_of(m), 3);
	model_feed(m, "\33[?1049h1\n2\n3\n4\n", 16);
	ck_assert_int_eq(height_of(m), 3);
	ck_assert_int_eq(top_of(m), 0);
	model_free(m);
	model_free(late);
}
END_TEST

/* A buffer wider than the window. */
START_TEST(wide)
{
	struct model *m = model_new(10, 4);
	struct model_view v;
	struct cell c[30];
	int first, last, fed, col, row;

	ck_assert_ptr_nonnull(m);
	model_restart(m);
	model_feed(m, "\33[<0;30t", 9);
	model_feed(m, "1234567890123456789012345678901\n", 32);
	model_view(m, &v);
	ck_assert_int_eq(v.cols, 10);
	ck_assert_int_eq(v.width, 30);
	ck_assert_int_eq(v.height, 4);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(row, 2);
	model_read(m, 29, 0, 2, c);
	ck_assert_uint_eq(c[0].c, '0');
	ck_assert_uint_eq(c[1].c, '1');
	model_changes(m, &first, &last, &fed);
	ck_assert_int_eq(first, 0);
	/* Only what has been touched since, where it is now. */
	model_changes(m, &first, &last, &fed);
	ck_assert_int_lt(last, first);
	model_feed(m, "a\nb\nc\n", 6);
	model_changes(m, &first, &last, &fed);
	ck_assert_int_eq(fed, 2);
	ck_assert_int_eq(first, 0);
	ck_assert_int_eq(last, 3);
	model_feed(m, "d", 1);
	model_changes(m, &first, &last, &fed);
	ck_assert_int_eq(fed, 0);
	ck_assert_int_eq(first, 3);
	ck_assert_int_eq(last, 3);
	/* The window sideways, and no further than the buffer. */
	model_feed(m, "\33[<1;16r", 9);
	model_view(m, &v);
	ck_assert_int_eq(v.left, 15);
	model_feed(m, "\33[<1;99r", 9);
	model_view(m, &v);
	ck_assert_int_eq(v.left, 20);
	/* A place kept there leads nowhere else on the second screen. */
	model_feed(m, "\33[2;30H\0337\33[?1049h\0338\33[5P\33[5@x", 28);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 9);
	model_feed(m, "\33[?1049l", 8);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 29);
	/* Another window: wider than the buffer, and back. */
	ck_assert(model_follows(m, 40, 4));
	model_view(m, &v);
	ck_assert_int_eq(v.width, 40);
	ck_assert_int_eq(v.left, 0);
	ck_assert(model_follows(m, 10, 4));
	model_view(m, &v);
	ck_assert_int_eq(v.width, 30);
	/* More than there may be. */
	model_feed(m, "\33[<32767;32767t", 15);
	model_view(m, &v);
	ck_assert_int_eq(v.width, 30);
	ck_assert_int_eq(v.height, 4);
	model_found(m, &(struct model_view){ .width = 25, .left = 99 });
	model_view(m, &v);
	ck_assert_int_eq(v.width, 25);
	ck_assert_int_eq(v.left, 15);
	model_free(m);
}
END_TEST

/* A terminal of our own: feeds are feeds, and what came before it told waits. */
START_TEST(own)
{
	struct model *m = model_new(10, 4);
	int col, row;

	ck_assert_ptr_nonnull(m);
	model_feed(m, "ab\ncd", 5);
	model_start(m, 2, 1);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 6);
	ck_assert_int_eq(row, 2);
	/* Once only. */
	model_start(m, 0, 0);
	model_feed(m, "\33D\r\nx", 5);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 1);
	ck_assert_int_eq(row, 3);
	model_place(m, 99, 1);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 9);
	ck_assert_int_eq(row, 1);
	/* However large the window is said to be. */
	ck_assert(model_resize(m, 32767, 32767));
	ck_assert(model_resize(m, 5, 1));
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 4);
	ck_assert_int_eq(row, 0);
	model_free(m);
	m = model_new(0, 0);
	model_start(m, 5, 5);
	model_feed(m, "abc", 3);
	model_cursor(m, &col, &row);
	ck_assert_int_eq(col, 0);
	ck_assert_int_eq(row, 0);
	model_free(m);
}
END_TEST

/* ---- saved, and loaded ---- */

/* The same text leaves the same cells in both, and the cursor. */
static void same(struct model *a, struct model *b)
{
	static struct cell one[1 << 16], two[1 << 16];
	struct model_view v, w;
	int col, row, col2, row2;
	size_t n;

	model_view(a, &v);
	model_view(b, &w);
	ck_assert(!memcmp(&v, &w, sizeof v));
	model_cursor(a, &col, &row);
	model_cursor(b, &col2, &row2);
	ck_assert_int_eq(col, col2);
	ck_assert_int_eq(row, row2);
	n = (size_t)(v.width * v.height);
	ck_assert_uint_le(n, sizeof one / sizeof *one);
	model_read(a, 0, 0, n, one);
	model_read(b, 0, 0, n, two);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(one[i].c == two[i].c &&
				      one[i].attributes == two[i].attributes,
			      "cell %zu: %x/%x, not %x/%x", i, two[i].c,
			      two[i].attributes, one[i].c, one[i].attributes);
}

static struct model *copy_of(struct model *m)
{
	struct model *copy = model_new(3, 3);
	size_t n;
	void *p = model_save(m, 1 << 20, &n);

	ck_assert(copy && p);
	model_restart(copy);
	ck_assert(model_load(copy, p, n));
	free(p);
	return copy;
}

static const char *const texts[] = {
	"",
	"a\nb",
	"\33[3;4H\33[31;44mab\33[K",
	"\33[2;4r\33[4;1Hx\n",
	"\33[?1049hsecond",
	"\33[2;2H\33[s\33[9;9H",
	"\xe4\xb8",
	"\33[4",
	"\33[1;3",
	"\33]0;tit",
	"\33]0;t\33",
	"12345678901234567890",
	"\xe4\xb8\xad\xf0\x9f\x98\x80",
	"\33[<40t1\n2\n3\n4\n5\n6\n7\n8\n",
	"\33[<0;40t\33[1;35Hfar",
	"\33[<40t\33[<30;1H\33[7mdeep",
	"\33[?25l\33(",
	"\33[3;1H\33[K",
};

/* Whatever was before, and whatever follows. */
START_TEST(saved)
{
	static const char *const more[] = {
		"x",          "\n\n\n\n\n\n\ny",
		"\33[u!",     "\33[?1049l",
		"\xad",       "5mA",
		"\\z",        "\33[r",
		"\33[H\33[L",
	};
	const size_t ntexts = sizeof texts / sizeof *texts;

	for (size_t i = 0; i < ntexts * ntexts; i++)
		for (size_t k = 0; k < sizeof more / sizeof *more; k++) {
			struct model *m = model_new(COLS, ROWS), *copy;

			model_restart(m);
			model_feed(m, texts[i % ntexts],
				   strlen(texts[i % ntexts]));
			model_feed(m, texts[i / ntexts],
				   strlen(texts[i / ntexts]));
			copy = copy_of(m);
			same(m, copy);
			model_feed(m, more[k], strlen(more[k]));
			model_feed(copy, more[k], strlen(more[k]));
			same(m, copy);
			model_free(m);
			model_free(copy);
		}
}
END_TEST

/* The first lines are what has no room. */
START_TEST(saved_short)
{
	struct model *m = model_new(10, 4), *late = model_new(10, 4);
	size_t n;
	void *p;

	model_restart(m);
	model_restart(late);
	model_feed(m, "\33[<9t1\n2\n3\n4\n5\n6\n7\n8\n", 22);
	p = model_save(m, 1 << 20, &n);
	free(p);
	p = model_save(m, n - 4, &n);
	ck_assert(model_load(late, p, n));
	line_is(late, 0, "          ");
	line_is(late, 1, "          ");
	line_is(late, 2, "3         ");
	line_is(late, 7, "8         ");
	free(p);
	model_free(m);
	model_free(late);
}
END_TEST

/* Any bytes make a model, which any text can then be fed to. */
START_TEST(loaded_from_others)
{
	struct model *m = model_new(10, 4);
	struct cell c[64];

	srand((unsigned)_i + 1);
	model_restart(m);
	for (int i = 0; i < 300; i++) {
		const char *t =
			texts[(size_t)rand() % (sizeof texts / sizeof *texts)];
		size_t n, len;
		char *p, *exact;

		model_feed(m, t, strlen(t));
		p = model_save(m, 1 << 20, &n);
		len = (size_t)rand() % (n + 1);
		for (int k = rand() % 20; k > 0; k--)
			p[(size_t)rand() % (k % 2 && n > 200 ? 200 : n)] =
				(char)(rand() % 3 ? rand() : 0x7f);
		/* Of its own, so that whatever lies behind it is found. */
		exact = malloc(len ? len : 1);
		memcpy(exact, p, len);
		model_load(m, exact, len);
		free(p);
		free(exact);
		for (int k = 0; k < 5; k++) {
			t = texts[(size_t)rand() %
				  (sizeof texts / sizeof *texts)];
			model_feed(m, t, strlen(t));
		}
		model_read(m, 0, rand() % 100 - 10, 64, c);
		if (i % 10 == 0)
			model_follows(m, 1 + rand() % 90, 1 + rand() % 40);
		if (i % 50 == 0)
			model_restart(m);
	}
	model_free(m);
}
END_TEST

/* What is skipped as it scrolls out would have left nothing else. */
START_TEST(skipped)
{
	static char big[40000];
	struct model *all = model_new(10, 4), *bytes = model_new(10, 4);
	size_t n = 0;

	srand((unsigned)_i + 1);
	for (int i = 0; i < (_i % 2 ? 60 : 3000); i++) {
		for (int k = rand() % 25; k > 0; k--)
			big[n++] = (char)(rand() % 50 ? 'a' + rand() % 26
						      : "\t\b\r\v"[rand() % 4]);
		big[n++] = '\n';
		if (n > sizeof big - 40)
			break;
	}
	model_restart(all);
	model_restart(bytes);
	if (_i % 3 == 0) {
		model_feed(all, "\33[<30t\33[32m", 11);
		model_feed(bytes, "\33[<30t\33[32m", 11);
	}
	model_feed(all, big, n);
	for (size_t i = 0; i < n; i++)
		model_feed(bytes, big + i, 1);
	same(all, bytes);
	model_feed(all, "x", 1);
	model_feed(bytes, "x", 1);
	same(all, bytes);
	model_free(all);
	model_free(bytes);
}
END_TEST

/* ---- what processes share of it ---- */

static struct model *followed(unsigned at)
{
	struct model *m = screen_model(at, COLS, ROWS);

	ck_assert_ptr_nonnull(m);
	return m;
}

static void cell_is(struct model *m, int x, int y, char want)
{
	struct cell c;

	model_read(m, x, y, 1, &c);
	ck_assert_msg(c.c == (uint8_t)want, "%d,%d: %c", x, y, (int)c.c);
}

START_TEST(logged)
{
	static char big[SCREEN_LOG + 100];
	uint64_t at = 0;
	char s[8];

	screen_append(-1, 3, "abc", 3);
	ck_assert_uint_eq(screen_text(3, &at, s, 2), 2);
	ck_assert_uint_eq(screen_text(3, &at, s + 2, 6), 1);
	ck_assert(!memcmp(s, "abc", 3) && at == 3);
	ck_assert_uint_eq(screen_text(3, &at, s, 8), 0);
	cell_is(followed(3), 1, 0, 'b');
	/* Its end is what is left of more than it holds. */
	memset(big, 'x', sizeof big);
	memcpy(big + sizeof big - 6, "\33[Hend", 6);
	screen_append(-1, 3, big, sizeof big);
	at = 0;
	ck_assert_uint_eq(screen_text(3, &at, s, 8), 8);
	ck_assert(at == sizeof big + 3 - SCREEN_LOG + 8 && s[0] == 'x');
	cell_is(followed(3), 2, 0, 'd');
	/* Round and round, in pieces; who follows misses nothing. */
	for (unsigned i = 0; i < 3 * SCREEN_LOG / 1000; i++) {
		memset(big, 'a' + (int)(i % 26), 1000);
		memcpy(big, "\33[H", 3);
		screen_append(-1, 3, big, 1000);
		if (i % 7 == 0)
			cell_is(followed(3), 5, ROWS - 1, 'a' + (int)(i % 26));
	}
	/* Another buffer in its place begins anew. */
	console_screens()->screen[3].id = 7;
	console_screens()->screen[3].end = 0;
	screen_append(-1, 3, "new", 3);
	cell_is(followed(3), 0, 0, 'n');
	cell_is(followed(3), 3, 0, ' ');
}
END_TEST

/* What others have left there may be anything. */
START_TEST(logged_by_others)
{
	struct console_screen *c = &console_screens()->screen[2];
	static const uint64_t ends[] = { 0, 1, SCREEN_LOG, 1ull << 63, ~0ull };
	uint64_t at = 5;
	char s[100] = "";

	srand((unsigned)_i);
	for (size_t i = 0; i < sizeof c->bytes; i++)
		c->bytes[i] = (char)(rand() % 8 ? rand() : 27);
	for (int i = 0; i < 200; i++) {
		c->end = i % 3 ? ends[rand() % 5] : c->end + (unsigned)rand();
		c->writer = rand();
		screen_append(-1, 2, s, (size_t)(rand() % 100));
		followed(2);
		ck_assert_uint_le(screen_text(2, &at, s, sizeof s), sizeof s);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("console-model");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, start, 0, sizeof starts / sizeof *starts);
	tcase_add_test(tc, later);
	tcase_add_test(tc, hostile);
	tcase_add_test(tc, tall);
	tcase_add_test(tc, wide);
	tcase_add_test(tc, own);
	tcase_add_test(tc, saved);
	tcase_add_test(tc, saved_short);
	tcase_add_loop_test(tc, loaded_from_others, 0, 20);
	tcase_add_loop_test(tc, skipped, 0, 12);
	tcase_add_test(tc, logged);
	tcase_add_loop_test(tc, logged_by_others, 0, 4);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
