/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The line editor: what keys do to the text, and that what it sends shows the text
 * on a screen, which console-model.c plays.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/console-history.h"
#include "syscall-xlate/nt/console-line.h"
#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console-shared.h"
#include "tests/lib/unit.h"

enum {
	PRIOR = 0x21,
	NEXT,
	END,
	HOME,
	LEFT,
	UP,
	RIGHT,
	DOWN,
	INSERT = 0x2d,
	DELETE,
	F1 = 0x70,
	CTRL = 8,
	ALT = 2,
};

static struct line line;
static struct line_past past;
static struct line_command commands[8];

static size_t units(uint16_t *to, size_t max, const char *s)
{
	return utf8_to_utf16(to, max, s, strlen(s));
}

static void remember(const char *s)
{
	struct line_command *c = &commands[past.n++];

	c->s = calloc(strlen(s) + 1, 2);
	c->n = units(c->s, strlen(s), s);
	past.list = commands;
	past.last = past.n - 1;
	past.fresh = true;
}

static void begin(int cols, int rows, int start)
{
	line_free(&line);
	line_init(&line, cols, rows, start);
	line.processed = line.echo = true;
	line.past = &past;
}

static enum line_end key(uint16_t vk, uint16_t ch, uint32_t state)
{
	struct line_key k = { vk, ch, state };

	return line_key(&line, &k);
}

/*
 * Keys as text: <name> is one without a character, <^name> with Ctrl, <!name>
 * with Alt.
 */
static enum line_end keys(const char *s)
{
	static const struct {
		const char *name;
		uint16_t vk;
	} names[] = {
		{ "left", LEFT },   { "right", RIGHT }, { "up", UP },
		{ "down", DOWN },   { "home", HOME },	{ "end", END },
		{ "ins", INSERT },  { "del", DELETE },	{ "pgup", PRIOR },
		{ "pgdn", NEXT },   { "f1", F1 },	{ "f2", F1 + 1 },
		{ "f3", F1 + 2 },   { "f4", F1 + 3 },	{ "f5", F1 + 4 },
		{ "f6", F1 + 5 },   { "f7", F1 + 6 },	{ "f8", F1 + 7 },
		{ "f9", F1 + 8 },   { "f10", F1 + 9 },
	};
	enum line_end end = LINE_MORE;
	uint16_t u[256];
	size_t n = units(u, 256, s);

	for (size_t i = 0; i < n && end == LINE_MORE; i++) {
		uint32_t state = 0;
		char name[16];
		size_t k = 0, at;

		if (u[i] != '<') {
			end = key(0, u[i], 0);
			continue;
		}
		if (u[i + 1] == '^' || u[i + 1] == '!')
			state = u[++i] == '^' ? CTRL : ALT;
		while (u[++i] != '>')
			name[k++] = (char)u[i];
		name[k] = 0;
		for (at = 0; strcmp(names[at].name, name); at++)
			;
		end = key(names[at].vk, 0, state);
	}
	return end;
}

/* The text, with | at the cursor. */
static const char *text(void)
{
	static char s[1024];
	size_t n = utf16_to_utf8(s, 500, line.text, line.at);

	s[n++] = '|';
	n += utf16_to_utf8(s + n, 500, line.text + line.at, line.n - line.at);
	s[n] = 0;
	return s;
}

static void three(void)
{
	past.n = 0;
	remember("alpha one");
	remember("beta");
	remember("alpha two");
}

static const struct {
	const char *typed, *want;
	enum line_end end;
} edits[] = {
	{ "abc", "abc|", 0 },
	{ "abc<left><left>X", "aX|bc", 0 },
	{ "abc<home>X<end>Y", "XabcY|", 0 },
	{ "abc<left><del>", "ab|", 0 },
	{ "abc<del>", "abc|", 0 },
	{ "abc\b\b", "a|", 0 },
	{ "\b<left><del>", "|", 0 },
	{ "one two  three<^left>", "one two  |three", 0 },
	{ "one two  three<^left><^left>", "one |two  three", 0 },
	{ "one two  three<home><^right><^right>", "one two  |three", 0 },
	{ "one two\177", "one |", 0 },
	{ "one two\177\177\177", "|", 0 },
	{ "one two<left><left><^home>", "|wo", 0 },
	{ "one two<left><left><^end>", "one t|", 0 },
	{ "one two\33", "|", 0 },
	{ "abc<home><ins>XY", "XY|c", 0 },
	{ "abc<home><ins>XY<ins>Z", "XYZ|c", 0 },
	{ "abc<home><ins>\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80|bc", 0 },
	/* What looks like one goes as one. */
	{ "a\xf0\x9f\x98\x80z<left><left>", "a|\xf0\x9f\x98\x80z", 0 },
	{ "a\xf0\x9f\x98\x80\b", "a|", 0 },
	{ "xe\xcc\x81\b", "x|", 0 },
	{ "xe\xcc\x81y<left><left>", "x|e\xcc\x81y", 0 },
	{ "xe\xcc\x81y<left><left><del>", "x|y", 0 },
	/* The past. */
	{ "<up>", "alpha two|", 0 },
	{ "<up><up>", "beta|", 0 },
	{ "<up><up><up><up>", "alpha one|", 0 },
	{ "<up><up><down>", "alpha two|", 0 },
	{ "xy<down>", "xy|", 0 },
	{ "<f5><f5>", "beta|", 0 },
	{ "<pgup>", "alpha one|", 0 },
	{ "<pgup><pgdn>", "alpha two|", 0 },
	{ "al<f8>", "al|pha two", 0 },
	{ "al<f8><f8>", "al|pha one", 0 },
	{ "al<f8><f8><f8>", "al|pha two", 0 },
	{ "b<f8><f8>", "b|eta", 0 },
	{ "zz<f8>", "zz|", 0 },
	{ "<f1><f1>", "al|", 0 },
	{ "<right><right><right>", "alp|", 0 },
	{ "xx<f3>", "xxpha two|", 0 },
	{ "<f3><f3><f1>", "alpha two|", 0 },
	{ "<f2> ", "alpha|", 0 },
	{ "<f2>q", "|", 0 },
	{ "<f2>\33", "|", 0 },
	{ "abcdef<home><f4>d", "|def", 0 },
	{ "abcdef<home><f4>q", "|", 0 },
	{ "abcdef<home><f4>\33", "|abcdef", 0 },
	{ "abc<f4>b", "abcb|", 0 },
	{ "ab<f6>", "ab\32|", 0 },
	{ "<f9>1\r", "beta|", 0 },
	{ "<f9>12\b\r", "beta|", 0 },
	{ "<f9>99\r", "alpha two|", 0 },
	{ "q<f9>\r", "q|", 0 },
	{ "q<f9>1\33", "q|", 0 },
	{ "<f7><up>\r", "beta|", LINE_ENTER },
	{ "<f7><home><left>", "alpha one|", 0 },
	{ "<f7><down><right>x", "alpha onex|", 0 },
	{ "<f7><home><end>\r", "alpha two|", LINE_ENTER },
	{ "<f7>b\r", "beta|", LINE_ENTER },
	{ "<f7><f9>0\r", "alpha one|", 0 },
	{ "q<f7><up>\33", "q|", 0 },
	{ "q<f7>\3", "q|", LINE_INTERRUPT },
	{ "<!f7>", "|", LINE_FORGET },
	{ "<!f10>", "|", LINE_UNALIAS },
	{ "q<f10>", "q|", 0 },
	/* Ends. */
	{ "abc\r", "abc|", LINE_ENTER },
	{ "ab<left>c\n", "ac|b", LINE_ENTER },
	{ "abc\3", "abc|", LINE_INTERRUPT },
	{ "abc\34", "abc|", LINE_BREAK },
	{ "\4", "|", LINE_EOF },
	{ "a\4", "a\4|", 0 },
	{ "\32\r", "\32|", LINE_ENTER },
	{ "a\tb", "a\tb|", 0 },
};

START_TEST(editing)
{
	enum line_end end;

	three();
	begin(80, 25, 0);
	end = keys(edits[_i].typed);
	ck_assert_msg(!strcmp(text(), edits[_i].want) && end == edits[_i].end,
		      "%s: %s, %d", edits[_i].typed, text(), end);
}
END_TEST

/* What was taken up and entered is where the next search begins. */
START_TEST(positions)
{
	three();
	begin(80, 25, 0);
	past.last = 1;
	keys("<up>");
	ck_assert_str_eq(text(), "beta|");
	begin(80, 25, 0);
	past.last = 1;
	past.fresh = true;
	keys("<down>");
	ck_assert_str_eq(text(), "alpha two|");
	past.n = 0;
	past.last = -1;
	begin(80, 25, 0);
	keys("a<up><down><pgup><pgdn><f1><f2><f3><f5><f7><f8><f9><right>b");
	ck_assert_str_eq(text(), "ab|");
	begin(80, 25, 0);
	line.past = NULL;
	keys("a<up><down><pgup><pgdn><f1><f2><f3><f5><f7><f8><f9><right>b");
	ck_assert_str_eq(text(), "ab|");
}
END_TEST

START_TEST(unprocessed)
{
	begin(80, 25, 0);
	line.processed = false;
	ck_assert_int_eq(keys("ab\b\3\34"), LINE_MORE);
	ck_assert_str_eq(text(), "ab\b\3\34|");
	ck_assert_int_eq(keys("\r"), LINE_ENTER);
}
END_TEST

START_TEST(waking)
{
	static const uint16_t initial[] = { 'd', 'i', 'r' };

	begin(80, 25, 3);
	ck_assert(line_begin_with(&line, initial, 3));
	ck_assert_int_eq(line.start, 0);
	line.wake = 1 << 9 | 1 << 4;
	ck_assert_int_eq(keys(" a<left>\t"), LINE_WAKE);
	line_insert(&line, '\t');
	ck_assert_str_eq(text(), "dir \t|a");
	ck_assert_int_eq(keys("\33\4"), LINE_WAKE);
}
END_TEST

START_TEST(too_long)
{
	uint32_t n = 0;

	begin(80, 25, 0);
	for (; n < LINE_MAX_UNITS + 10; n++)
		key(0, 'x', 0);
	ck_assert_uint_eq(line.n, LINE_MAX_UNITS);
	ck_assert_int_eq(keys("\b\r"), LINE_ENTER);
}
END_TEST

/* ---- on a screen ---- */

static struct model *screen;
static int cols, rows;

static void send(struct line_out *o)
{
	ck_assert(!o->failed);
	model_feed(screen, o->s ? o->s : "", o->n);
	o->n = 0;
}

static void show(void)
{
	struct line_out o = { 0 };

	line_show(&line, &o);
	send(&o);
	free(o.s);
}

static void row_text(int y, char *to)
{
	struct cell cells[256];
	size_t n = 0, all = 0;

	model_read(screen, 0, y, (size_t)cols, cells);
	for (int x = 0; x < cols; x++) {
		uint16_t u[2] = { (uint16_t)cells[x].c };
		size_t k = 1;

		if (cells[x].attributes & CELL_TRAILING)
			continue;
		if (cells[x].c >= 0x10000) {
			u[0] = (uint16_t)(0xd800 + ((cells[x].c - 0x10000) >> 10));
			u[1] = (uint16_t)(0xdc00 + (cells[x].c & 0x3ff));
			k = 2;
		}
		all += utf16_to_utf8(to + all, 8, u, k);
		if (cells[x].c != ' ')
			n = all;
	}
	to[n] = 0;
}

static void open_screen(int w, int h, const char *prompt)
{
	int col, row;

	model_free(screen);
	cols = w;
	rows = h;
	screen = model_new(w, h);
	model_start(screen, 0, 0);
	model_feed(screen, prompt, strlen(prompt));
	model_cursor(screen, &col, &row);
	begin(w, h, col);
}

/* The list's borders. */
#define ACROSS1	 "\xe2\x94\x80"
#define ACROSS9 ACROSS1 ACROSS1 ACROSS1 ACROSS1 \
	ACROSS1 ACROSS1 ACROSS1 ACROSS1 ACROSS1
#define ACROSS13 ACROSS9 ACROSS1 ACROSS1 ACROSS1 ACROSS1

static const struct {
	const char *what;
	int cols, rows;
	const char *typed; /* ~ shows what there is so far */
	const char *want[4];
	int col, row;
} screens[] = {
	{ "a row", 20, 4, "abc", { "> abc" }, 5, 0 },
	{ "in the middle", 20, 4, "abc~<left>~X~", { "> abXc" }, 5, 0 },
	{ "cut", 20, 4, "abcdef~<home>~<del>~", { "> bcdef" }, 2, 0 },
	{ "cleared", 20, 4, "abcdef~\33~x", { "> x" }, 3, 0 },
	{ "control", 20, 4, "a\1b\t|", { "> a^Ab  |" }, 9, 0 },
	{ "two rows", 10, 4, "abcdefghijk", { "> abcdefgh", "ijk" }, 3, 1 },
	{ "full row", 10, 4, "abcdefgh", { "> abcdefgh" }, 0, 1 },
	{ "full, and less", 10, 4, "abcdefgh~\b~", { "> abcdefg" }, 9, 0 },
	{ "back over", 10, 4, "abcdefghijk~\b~\b~\b~\b~", { "> abcdefg" }, 9, 0 },
	{ "into the first", 10, 4, "abcdefghijk~<home>~X~",
	  { "> Xabcdefg", "hijk" }, 3, 0 },
	{ "three rows less", 10, 4, "abcdefghijklmnopqrstuvwxyz~<home>~\33~y",
	  { "> y" }, 3, 0 },
	{ "wide", 10, 4, "a\xe4\xb8\xad" "b", { "> a\xe4\xb8\xad" "b" }, 6, 0 },
	{ "wide at the edge", 10, 4, "abcdefg\xe4\xb8\xad",
	  { "> abcdefg", "\xe4\xb8\xad" }, 2, 1 },
	{ "wide over old text", 10, 4, "abcdefgh~<left>~\xe4\xb8\xad~",
	  { "> abcdefg", "\xe4\xb8\xadh" }, 2, 1 },
	{ "scrolls", 10, 3, "aaaaaaaabbbbbbbbbbccccc",
	  { "> aaaaaaaa", "bbbbbbbbbb", "ccccc" }, 5, 2 },
	{ "a page", 10, 3, "aaaaaaaabbbbbbbbbbccccccccccddd",
	  { "bbbbbbbbbb", "cccccccccc", "ddd" }, 3, 2 },
	{ "up a page", 10, 3, "aaaaaaaabbbbbbbbbbccccccccccddd~<home>~",
	  { "  aaaaaaaa", "bbbbbbbbbb", "ccccccccc" }, 2, 0 },
	{ "a page no more", 10, 3, "aaaaaaaabbbbbbbbbbccccccccccddd~\33~x~y",
	  { "  xy" }, 4, 0 },
	{ "popup", 30, 4, "abc~<home><f9>~1~", { "> Enter command number: 1" },
	  25, 0 },
	{ "popup gone", 30, 4, "abc~<left><f9>~1~\33~", { "> abc" }, 4, 0 },
	{ "list without room", 30, 3, "abc~<f7>~<up>~", { "> 1: beta" }, 9, 0 },
	{ "list", 30, 4, "abc~<f7>~<up>~",
	  { "> abc", "\xe2\x94\x8c" ACROSS13 "\xe2\x94\x90",
	    "\xe2\x94\x82>1: beta     \xe2\x94\x82",
	    "\xe2\x94\x94" ACROSS13 "\xe2\x94\x98" }, 1, 2 },
	{ "list gone", 30, 4, "abc~<f7>~<up>~\33~", { "> abc" }, 5, 0 },
	{ "list taken", 30, 5, "abc~<f7>~<up>~<up>~<left>~", { "> alpha one" },
	  11, 0 },
	{ "list below two rows", 12, 6, "0123456789abc~<f7>~<up>~",
	  { "> 0123456789", "abc", "\xe2\x94\x8c" ACROSS9 "\xe2\x94\x90",
	    "\xe2\x94\x82>1: beta \xe2\x94\x82" }, 1, 3 },
};

START_TEST(shown)
{
	const char *s = screens[_i].typed;
	char got[1024], part[256];
	int col, row;

	three();
	open_screen(screens[_i].cols, screens[_i].rows, "> ");
	while (*s) {
		size_t n = strcspn(s, "~");

		memcpy(part, s, n);
		part[n] = 0;
		keys(part);
		show();
		s += n + (s[n] == '~');
	}
	for (int y = 0; y < screens[_i].rows && y < 4; y++) {
		const char *want = screens[_i].want[y];

		row_text(y, got);
		ck_assert_msg(!strcmp(got, want ? want : ""), "%s: row %d: \"%s\"",
			      screens[_i].what, y, got);
	}
	model_cursor(screen, &col, &row);
	ck_assert_msg(col == screens[_i].col && row == screens[_i].row,
		      "%s: cursor at %d, %d", screens[_i].what, col, row);
}
END_TEST

/* Nothing is sent for nothing, and no more than the change. */
START_TEST(little)
{
	struct line_out o = { 0 };

	open_screen(80, 25, "> ");
	keys("hello");
	line_show(&line, &o);
	ck_assert_int_eq((int)o.n, 5);
	line_show(&line, &o);
	ck_assert_int_eq((int)o.n, 5);
	keys("!");
	line_show(&line, &o);
	ck_assert(!memcmp(o.s, "hello!", o.n) && o.n == 6);
	o.n = 0;
	line_leave(&line, &o);
	ck_assert(o.n == 2 && !memcmp(o.s, "\r\n", 2));
	o.n = 0;
	line.echo = false;
	keys("?");
	line_show(&line, &o);
	line_leave(&line, &o);
	ck_assert_int_eq((int)o.n, 0);
	free(o.s);
}
END_TEST

START_TEST(resized)
{
	struct line_out o = { 0 };
	char got[1024];
	int col, row;

	/* As terminals do it: the rows were one, and are broken anew. */
	open_screen(20, 6, "> ");
	keys("abcdefghijklm");
	show();
	model_free(screen);
	screen = model_new(10, 6);
	cols = 10;
	model_start(screen, 0, 0);
	model_feed(screen, "> abcdefghijklm", 15);
	line_resize(&line, 10, 6, &o);
	send(&o);
	keys("<left>X");
	show();
	row_text(0, got);
	ck_assert_str_eq(got, "> abcdefgh");
	row_text(1, got);
	ck_assert_str_eq(got, "ijklXm");
	model_cursor(screen, &col, &row);
	ck_assert(col == 5 && row == 1);
	free(o.s);
}
END_TEST

/* The prompt was longer than was known. */
START_TEST(placed)
{
	char got[1024];

	open_screen(20, 4, "0123456789> ");
	begin(20, 4, 0);
	keys("abc");
	show();
	line_place(&line, 15);
	ck_assert_int_eq(line.start, 12);
	keys("defghijk<left><left><left><left><left>X");
	show();
	row_text(0, got);
	ck_assert_str_eq(got, "0123456789> abcdefXg");
	row_text(1, got);
	ck_assert_str_eq(got, "hijk");
}
END_TEST

/* Whatever was typed: the screen is as if it had been written at once. */
START_TEST(at_random)
{
	static const char *const some[] = {
		"a", "b", " ", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\1", "\t",
		"e\xcc\x81", "<left>", "<left>", "<left>", "<right>", "<home>",
		"<end>", "<del>", "\b", "\b", "<up>", "<down>", "<^left>",
		"<^right>", "<ins>", "\33", "some longer text here ", "<f8>",
		"<f3>", "<f7>", "<up>",
	};
	static char got[4096], want[4096];

	srand(_i + 1);
	three();
	open_screen(7 + _i % 13, 40, "> ");
	for (int i = 0; i < 400; i++) {
		int col, row, col2, row2;
		struct model *real = screen;

		if (line.n < 150 || i % 7 == 0)
			keys(some[(size_t)rand() % COUNT_OF(some)]);
		else
			keys("\33");
		show();
		model_cursor(screen, &col, &row);
		got[0] = want[0] = 0;
		for (int y = 0; y < 40; y++)
			row_text(y, got + strlen(got)), strcat(got, "\n");
		/* The same text on a clean screen; then to the cursor. */
		screen = model_new(cols, rows);
		model_start(screen, 0, 0);
		model_feed(screen, "> ", 2);
		{
			struct line copy = line;
			struct line_out o = { 0 };

			copy.shown = NULL;
			copy.shown_n = copy.shown_room = 0;
			copy.shown_at = copy.start;
			line_show(&copy, &o);
			send(&o);
			free(o.s);
			free(copy.shown);
		}
		for (int y = 0; y < 40; y++)
			row_text(y, want + strlen(want)), strcat(want, "\n");
		model_cursor(screen, &col2, &row2);
		model_free(screen);
		screen = real;
		ck_assert_msg(!strcmp(got, want) && col == col2 && row == row2,
			      "step %d, %s:\n%s%d,%d\nnot\n%s%d,%d", i, text(),
			      got, col, row, want, col2, row2);
	}
}
END_TEST

/* ---- aliases and the past ---- */

static struct units U(const char *s)
{
	static uint16_t pool[16][256];
	static unsigned next;
	uint16_t *u = pool[next++ % 16];

	return (struct units){ u, units(u, 256, s) };
}

static const struct {
	const char *target, *line, *want;
} aliases[] = {
	{ "dir", "ls", "dir\r\n" },
	{ "dir", "ls -l", "dir\r\n" },
	{ "dir $*", "ls a  b", "dir a  b\r\n" },
	{ "dir $*", "ls", "dir \r\n" },
	{ "copy $2 $1", "  cp one  two", "copy two one\r\n" },
	{ "x $3.", "cp one two", "x .\r\n" },
	{ "a$Tb$tc", "m", "a\r\nb\r\nc\r\n" },
	{ "a $G b $l c $B d", "m", "a > b < c | d\r\n" },
	{ "a$$1 $q $", "m z", "a$1 $q $\r\n" },
};

START_TEST(expanded)
{
	char got[256];
	size_t n;
	uint16_t *u = alias_expand(U(aliases[_i].target), U(aliases[_i].line),
				   &n);

	ck_assert_ptr_nonnull(u);
	got[utf16_to_utf8(got, 255, u, n)] = 0;
	ck_assert_str_eq(got, aliases[_i].want);
	free(u);
}
END_TEST

START_TEST(kept)
{
	struct units cmd = U("cmd.exe"), other = U("Other.exe");
	struct line_past p;
	uint16_t u[256];
	uint32_t lines, buffers, flags;

	history_settings(&lines, &buffers, &flags);
	ck_assert(lines == 50 && buffers == 4 && !flags);
	history_add(cmd, U("one"));
	history_add(cmd, U("two"));
	history_add(cmd, U("two"));
	history_add(cmd, U(""));
	history_add(other, U("else"));
	history_add(cmd, U("one"));
	history_load(U("CMD.EXE"), &p);
	ck_assert_int_eq(p.n, 3);
	ck_assert(p.last == 2 && p.fresh);
	history_free(&p);
	history_set(50, 4, HISTORY_NO_DUP);
	history_add(cmd, U("two"));
	ck_assert_uint_eq(history_list(cmd, u, 256), 12);
	ck_assert(!memcmp(u, L"one", 0) && u[0] == 'o' && u[4] == 'o' &&
		  u[8] == 't');
	ck_assert_uint_eq(history_list(cmd, NULL, 0), 12);
	history_limit(cmd, 2);
	ck_assert_uint_eq(history_list(cmd, u, 256), 8);
	history_add(cmd, U("six"));
	ck_assert_uint_eq(history_list(cmd, u, 256), 8);
	ck_assert(u[0] == 't' && u[4] == 's');
	/* The program that has been silent for longest is forgotten. */
	history_set(10, 2, 0);
	history_add(U("third.exe"), U("x"));
	ck_assert_uint_eq(history_list(other, u, 256), 0);
	ck_assert_uint_eq(history_list(cmd, u, 256), 8);
	history_clear(cmd);
	ck_assert_uint_eq(history_list(cmd, u, 256), 0);
	history_set(1, 2, 0);
	history_add(other, U("a"));
	history_add(other, U("b"));
	ck_assert_uint_eq(history_list(other, u, 256), 2);

	ck_assert(alias_set(cmd, U("ls"), U("dir $*")));
	ck_assert(alias_set(cmd, U("LS"), U("dir /w")));
	ck_assert(alias_set(other, U("q"), U("quit")));
	ck_assert_uint_eq(alias_get(cmd, U("ls"), u, 256), 6);
	ck_assert_uint_eq(u[5], 'w');
	ck_assert_uint_eq(alias_list(cmd, u, 256), 10);
	ck_assert_uint_eq(u[2], '=');
	ck_assert_uint_eq(alias_programs(u, 256), 18);
	ck_assert(alias_set(cmd, U("ls"), U("")));
	ck_assert_uint_eq(alias_get(cmd, U("ls"), u, 256), SIZE_MAX);
	alias_clear(other);
	ck_assert_uint_eq(alias_programs(u, 256), 0);
}
END_TEST

/* Long lines in numbers do not fill it, nor take the aliases' place. */
START_TEST(full)
{
	static uint16_t u[LINE_MAX_UNITS];
	struct units cmd = U("cmd.exe");

	for (int i = 0; i < 100; i++) {
		u[0] = (uint16_t)i;
		history_add(cmd, (struct units){ u, LINE_MAX_UNITS });
		u[0] = (uint16_t)(1000 + i);
		history_add(cmd, (struct units){ u, 10 });
	}
	ck_assert_uint_gt(history_list(cmd, NULL, 0), LINE_MAX_UNITS);
	ck_assert(alias_set(cmd, U("a"), (struct units){ u, 30000 }));
	ck_assert_uint_eq(alias_get(cmd, U("a"), NULL, 0), 30000);
}
END_TEST

/* Whatever somebody who was killed, or is no friend, has left there. */
START_TEST(garbage)
{
	uint16_t u[256];
	struct line_past p;
	int fd;
	struct console_store *s = &console_past_shared(&fd)->store[0];

	srand((unsigned)_i);
	for (size_t i = 0; i < 4096; i++)
		s->bytes[i] = (uint8_t)(rand() % (_i % 2 ? 256 : 3));
	s->used = _i % 3 ? 4096 : 0xfffffff0;
	history_load(U("cmd.exe"), &p);
	history_free(&p);
	history_add(U("cmd.exe"), U("one"));
	history_limit(U(""), 3);
	alias_list(U(""), u, 256);
	alias_programs(u, 256);
	alias_set(U("cmd.exe"), U("a"), U("b"));
	ck_assert_uint_eq(alias_get(U("cmd.exe"), U("a"), u, 256), 1);
}
END_TEST

/* Somebody who writes there all the time, and asks for no lock. */
START_TEST(hostile)
{
	static uint16_t u[LINE_MAX_UNITS];
	struct units cmd = U("cmd.exe"), other = U("other.exe");
	struct line_past p;
	const long each = sizeof(struct console_store) / sizeof(uint32_t);
	volatile uint32_t *words;
	int fd, status;
	pid_t pid;

	ck_assert_int_ge(console_share(), 0);
	words = (volatile uint32_t *)console_past_shared(&fd)->store;
	pid = fork();
	if (!pid) {
		alarm(60);
		for (uint32_t i = 0;; i++) {
			if (i % 200000 == 0)
				words += (i % 400000 ? -1l : 1l) * each;
			/* How much there is, and what looks like a record. */
			words[3] = i % 3 ? 16 : STORE_BYTES;
			words[3] = i % 5 ? STORE_BYTES - 8 : 0;
			words[4 + i % 100000] = i % 3 ? i % 3 - 1 : 12;
		}
	}
	for (int i = 0; i < 3000; i++) {
		u[0] = (uint16_t)i;
		history_add(cmd, (struct units){ u, (size_t)i % 4000 + 1 });
		alias_set(other, U("a"), (struct units){ u, 4000 });
		history_limit(cmd, 3);
		history_list(cmd, u, COUNT_OF(u));
		alias_list(other, u, COUNT_OF(u));
		history_load(cmd, &p);
		history_free(&p);
	}
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("nt/console-line");
	TCase *tc = tcase_create("line");

	tcase_add_loop_test(tc, editing, 0, COUNT_OF(edits));
	tcase_add_test(tc, positions);
	tcase_add_test(tc, unprocessed);
	tcase_add_test(tc, waking);
	tcase_add_test(tc, too_long);
	tcase_add_loop_test(tc, shown, 0, COUNT_OF(screens));
	tcase_add_test(tc, little);
	tcase_add_test(tc, resized);
	tcase_add_test(tc, placed);
	tcase_add_loop_test(tc, at_random, 0, 40);
	tcase_add_loop_test(tc, expanded, 0, COUNT_OF(aliases));
	tcase_add_test(tc, kept);
	tcase_add_test(tc, full);
	tcase_add_loop_test(tc, garbage, 0, 20);
	tcase_add_test(tc, hostile);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
