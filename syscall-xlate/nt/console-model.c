/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-model.c - see console-model.h.
 *
 * The sequences are those of ECMA-48 and of xterm's control sequences document
 * that move, erase, scroll, colour or change the screen; others are skipped.
 * What other programs write to the same terminal is not known, nor what a
 * window of another size made of the old text.
 */
#include "syscall-xlate/nt/console-model.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

enum {
	LOG_SIZE = 64 << 10,
	MAX_PARAMS = 16,
	MAX_PARAM = 9999,
	TAB = 8,
};

enum state { GROUND, ESCAPE, CHARSET, SEQUENCE, STRING, STRING_ESCAPE };

struct place {
	int x, y;
	uint16_t attributes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* All that follows is under lock. */
static char pending[LOG_SIZE]; /* written and not looked at yet */
static size_t npending;
static bool follows;

static struct screen {
	struct cell *cells; /* the one that is shown */
	struct cell *other;
	bool alternate;
	int cols, rows;
	struct place at, saved, normal;
	bool wrap; /* the last column is written: the next one begins a line */
	int top, bottom; /* of the region that scrolls; inclusive */
	int scrolled;    /* lines that have left at the top */
	bool absolute;   /* a row was named, or the screen erased */

	enum state state;
	char private; /* "?", ">" and such, or 0 */
	int params[MAX_PARAMS];
	int nparams;
	uint32_t partial; /* of a character in UTF-8 */
	int missing;      /* bytes of it */
} s;

/* ---- cells ------------------------------------------------------------------
 */

static struct cell *cell_at(int x, int y)
{
	return &s.cells[(size_t)y * (size_t)s.cols + (size_t)x];
}

static struct cell blank(void)
{
	return (struct cell){ ' ', s.at.attributes };
}

static void erase(int y, int from, int to)
{
	for (int x = MAX(from, 0); x < MIN(to, s.cols); x++)
		*cell_at(x, y) = blank();
}

/* The lines of top..bottom move up by n (down, if negative). */
static void scroll(int top, int bottom, int n)
{
	int height = bottom - top + 1, by = MIN(abs(n), height);
	size_t line = (size_t)s.cols * sizeof *s.cells;

	if (!by)
		return;
	if (n > 0) {
		memmove(cell_at(0, top), cell_at(0, top) + by * s.cols,
			(size_t)(height - by) * line);
		for (int y = bottom - by + 1; y <= bottom; y++)
			erase(y, 0, s.cols);
	} else {
		memmove(cell_at(0, top) + by * s.cols, cell_at(0, top),
			(size_t)(height - by) * line);
		for (int y = top; y < top + by; y++)
			erase(y, 0, s.cols);
	}
}

static void line_feed(void)
{
	s.wrap = false;
	if (s.at.y == s.bottom) {
		scroll(s.top, s.bottom, 1);
		s.scrolled++;
	} else if (s.at.y < s.rows - 1) {
		s.at.y++;
	}
}

static const struct {
	uint32_t first, last;
} wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },
	{ 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
}, joined[] = {
	{ 0x0300, 0x036f }, { 0x1ab0, 0x1aff }, { 0x200b, 0x200f },
	{ 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

int model_width(uint32_t c)
{
	for (size_t i = 0; c >= 0x300 && i < COUNT_OF(joined); i++)
		if (c >= joined[i].first && c <= joined[i].last)
			return 0;
	for (size_t i = 0; c >= 0x1100 && i < COUNT_OF(wide); i++)
		if (c >= wide[i].first && c <= wide[i].last)
			return 2;
	return 1;
}

/* The other half of a wide character that is written over. */
static void split(int x)
{
	uint16_t a = cell_at(x, s.at.y)->attributes;

	if (a & CELL_LEADING && x + 1 < s.cols)
		cell_at(x + 1, s.at.y)->c = ' ',
			       cell_at(x + 1, s.at.y)->attributes &=
			       (uint16_t)~CELL_TRAILING;
	if (a & CELL_TRAILING && x > 0)
		cell_at(x - 1, s.at.y)->c = ' ',
			       cell_at(x - 1, s.at.y)->attributes &=
			       (uint16_t)~CELL_LEADING;
}

static void put(uint32_t c)
{
	int w = MIN(model_width(c), s.cols);

	if (!w)
		return;
	if (s.wrap || s.at.x + w > s.cols) {
		s.at.x = 0;
		line_feed();
	}
	for (int i = 0; i < w; i++)
		split(s.at.x + i);
	*cell_at(s.at.x, s.at.y) = (struct cell){
		c, (uint16_t)(s.at.attributes | (w == 2 ? CELL_LEADING : 0))
	};
	if (w == 2)
		*cell_at(s.at.x + 1, s.at.y) = (struct cell){
			c, (uint16_t)(s.at.attributes | CELL_TRAILING)
		};
	s.at.x += w;
	s.wrap = s.at.x == s.cols;
	if (s.wrap)
		s.at.x--;
}

/* ---- sequences
 * ---------------------------------------------------------------- */

static int param(int i, int otherwise)
{
	return i < s.nparams && s.params[i] > 0 ? s.params[i] : otherwise;
}

static void move(int x, int y)
{
	s.at.x = MAX(0, MIN(x, s.cols - 1));
	s.at.y = MAX(0, MIN(y, s.rows - 1));
	s.wrap = false;
}

/* Blue and red change places: the terminal's order, or Windows'. */
static uint16_t color(int c)
{
	return (uint16_t)((c & 4) >> 2 | (c & 2) | (c & 1) << 2 | (c & 8));
}

static uint16_t nearest(int r, int g, int b)
{
	bool bright = MAX(r, MAX(g, b)) > 0xc0;
	int half = bright ? 0x80 : 0x40;

	return (uint16_t)((b > half) | (g > half) << 1 | (r > half) << 2 |
			  (bright ? 8 : 0));
}

/* "38;5;n" and "38;2;r;g;b" from parameter *i on, which moves to their last. */
static uint16_t extended(int *i, uint16_t now)
{
	int n = param(*i + 2, 0);

	if (param(*i + 1, 0) == 2) {
		*i += 4;
		return nearest(n, param(*i - 1, 0), param(*i, 0));
	}
	if (param(*i + 1, 0) != 5)
		return now;
	*i += 2;
	if (n < 16)
		return color(n);
	if (n >= 232) {
		int grey = 8 + 10 * (n - 232);

		return nearest(grey, grey, grey);
	}
	n -= 16;
	return nearest(n / 36 * 51, n / 6 % 6 * 51, n % 6 * 51);
}

static void colors(void)
{
	for (int i = 0; i < MAX(s.nparams, 1); i++) {
		int n = param(i, 0);
		uint16_t *a = &s.at.attributes;

		if (n == 0)
			*a = CELL_PLAIN;
		else if (n == 1)
			*a |= 8;
		else if (n == 22)
			*a &= (uint16_t)~8;
		else if (n == 4)
			*a |= CELL_UNDERLINE;
		else if (n == 24)
			*a &= (uint16_t)~CELL_UNDERLINE;
		else if (n == 7)
			*a |= CELL_REVERSE;
		else if (n == 27)
			*a &= (uint16_t)~CELL_REVERSE;
		else if (n >= 30 && n <= 37)
			*a = (uint16_t)((*a & ~7) | color(n - 30));
		else if (n >= 40 && n <= 47)
			*a = (uint16_t)((*a & ~0xf0) | color(n - 40) << 4);
		else if (n >= 90 && n <= 97)
			*a = (uint16_t)((*a & ~15) | color(n - 90) | 8);
		else if (n >= 100 && n <= 107)
			*a = (uint16_t)((*a & ~0xf0) | (color(n - 100) | 8)
							       << 4);
		else if (n == 38)
			*a = (uint16_t)((*a & ~15) | extended(&i, *a & 15));
		else if (n == 48)
			*a = (uint16_t)((*a & ~0xf0) |
					extended(&i, *a >> 4 & 15) << 4);
		else if (n == 39)
			*a = (uint16_t)((*a & ~15) | CELL_PLAIN);
		else if (n == 49)
			*a &= (uint16_t)~0xf0;
	}
}

static void erase_display(void)
{
	int how = param(0, 0);

	if (how < 2)
		erase(s.at.y, how ? 0 : s.at.x, how ? s.at.x + 1 : s.cols);
	for (int y = 0; y < s.rows; y++)
		if (how == 2 || (how == 0 && y > s.at.y) ||
		    (how == 1 && y < s.at.y))
			erase(y, 0, s.cols);
}

/* Characters of the line move right by n (left, if negative). */
static void shift_line(int n)
{
	int rest = s.cols - s.at.x, by = MIN(abs(n), rest);
	struct cell *from = cell_at(s.at.x, s.at.y);

	if (n > 0) {
		memmove(from + by, from, (size_t)(rest - by) * sizeof *from);
		erase(s.at.y, s.at.x, s.at.x + by);
	} else {
		memmove(from, from + by, (size_t)(rest - by) * sizeof *from);
		erase(s.at.y, s.cols - by, s.cols);
	}
}

static void show_alternate(bool on, bool keep_place)
{
	struct cell *t = s.cells;

	if (on == s.alternate)
		return;
	if (on && keep_place)
		s.normal = s.at;
	s.alternate = on;
	s.cells = s.other;
	s.other = t;
	if (on)
		for (int y = 0; y < s.rows; y++)
			erase(y, 0, s.cols);
	else if (keep_place)
		s.at = s.normal;
	s.wrap = false;
}

static void set_mode(bool on)
{
	for (int i = 0; s.private == '?' && i < s.nparams; i++)
		if (s.params[i] == 1049 || s.params[i] == 1047 ||
		    s.params[i] == 47)
			show_alternate(on, s.params[i] == 1049);
}

static void sequence(char last)
{
	int n = param(0, 1);

	if (s.private && last != 'h' && last != 'l')
		return;
	switch (last) {
	case 'A':
		move(s.at.x, s.at.y - n);
		break;
	case 'B':
	case 'e':
		move(s.at.x, s.at.y + n);
		break;
	case 'C':
	case 'a':
		move(s.at.x + n, s.at.y);
		break;
	case 'D':
		move(s.at.x - n, s.at.y);
		break;
	case 'E':
		move(0, s.at.y + n);
		break;
	case 'F':
		move(0, s.at.y - n);
		break;
	case 'G':
	case '`':
		move(n - 1, s.at.y);
		break;
	case 'H':
	case 'f':
		s.absolute = true;
		move(param(1, 1) - 1, n - 1);
		break;
	case 'd':
		s.absolute = true;
		move(s.at.x, n - 1);
		break;
	case 'J':
		erase_display();
		break;
	case 'K':
		erase(s.at.y, param(0, 0) ? 0 : s.at.x,
		      param(0, 0) == 1 ? s.at.x + 1 : s.cols);
		break;
	case 'L':
		if (s.at.y >= s.top && s.at.y <= s.bottom)
			scroll(s.at.y, s.bottom, -n);
		break;
	case 'M':
		if (s.at.y >= s.top && s.at.y <= s.bottom)
			scroll(s.at.y, s.bottom, n);
		break;
	case '@':
		shift_line(n);
		break;
	case 'P':
		shift_line(-n);
		break;
	case 'X':
		erase(s.at.y, s.at.x, s.at.x + n);
		break;
	case 'S':
		scroll(s.top, s.bottom, n);
		break;
	case 'T':
		scroll(s.top, s.bottom, -n);
		break;
	case 'm':
		colors();
		break;
	case 'r':
		s.top = MIN(n, s.rows) - 1;
		s.bottom = MIN(param(1, s.rows), s.rows) - 1;
		if (s.top >= s.bottom) {
			s.top = 0;
			s.bottom = s.rows - 1;
		}
		move(0, 0);
		break;
	case 's':
		s.saved = s.at;
		break;
	case 'u':
		s.at = s.saved;
		break;
	case 'h':
		set_mode(true);
		break;
	case 'l':
		set_mode(false);
		break;
	}
}

static void escape(char c)
{
	s.state = GROUND;
	switch (c) {
	case '[':
		s.state = SEQUENCE;
		s.private = 0;
		s.nparams = 0;
		memset(s.params, 0, sizeof s.params);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		s.state = STRING;
		break;
	case '(':
	case ')':
	case '*':
	case '+':
	case '#':
	case ' ':
	case '%':
		s.state = CHARSET;
		break;
	case '7':
		s.saved = s.at;
		break;
	case '8':
		s.at = s.saved;
		s.wrap = false;
		break;
	case 'D':
		line_feed();
		break;
	case 'E':
		s.at.x = 0;
		line_feed();
		break;
	case 'M':
		if (s.at.y == s.top)
			scroll(s.top, s.bottom, -1);
		else
			move(s.at.x, s.at.y - 1);
		break;
	case 'c':
		s.at.attributes = CELL_PLAIN;
		move(0, 0);
		for (int y = 0; y < s.rows; y++)
			erase(y, 0, s.cols);
		break;
	}
}

static void sequence_byte(char c)
{
	int *p;

	if (c >= '0' && c <= '9') {
		s.nparams = MAX(s.nparams, 1);
		p = &s.params[s.nparams - 1];
		*p = MIN(*p * 10 + (c - '0'), MAX_PARAM);
	} else if (c == ';' || c == ':') {
		s.nparams = MIN(MAX(s.nparams, 1) + 1, MAX_PARAMS);
	} else if (c >= '<' && c <= '?') {
		s.private = c;
	} else if (c >= 0x40) {
		s.state = GROUND;
		sequence(c);
	}
}

static void control(char c)
{
	switch (c) {
	case '\r':
		s.at.x = 0;
		s.wrap = false;
		break;
	case '\n': /* the terminal's driver adds a return */
	case '\v':
	case '\f':
		s.at.x = 0;
		line_feed();
		break;
	case '\b':
		s.at.x -= s.at.x > 0;
		s.wrap = false;
		break;
	case '\t':
		s.at.x = MIN((s.at.x / TAB + 1) * TAB, s.cols - 1);
		break;
	case 27:
		s.state = ESCAPE;
		break;
	}
}

static void text(unsigned char c)
{
	if (c < 0x80) {
		s.missing = 0;
		if (c >= ' ' && c != 127)
			put(c);
	} else if (c < 0xc0) {
		if (s.missing) {
			s.partial = s.partial << 6 | (c & 0x3f);
			if (!--s.missing)
				put(s.partial);
		}
	} else {
		s.missing = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		s.partial = c & (0x3fu >> s.missing);
	}
}

static void byte(char c)
{
	switch (s.state) {
	case STRING:
		if (c == 7)
			s.state = GROUND;
		else if (c == 27)
			s.state = STRING_ESCAPE;
		return;
	case STRING_ESCAPE:
		s.state = c == '\\' ? GROUND : STRING;
		return;
	case GROUND:
	case ESCAPE:
	case CHARSET:
	case SEQUENCE:
		break;
	}
	if ((unsigned char)c < ' ')
		control(c);
	else if (s.state == ESCAPE)
		escape(c);
	else if (s.state == CHARSET)
		s.state = GROUND;
	else if (s.state == SEQUENCE)
		sequence_byte(c);
	else
		text((unsigned char)c);
}

/* ---- the whole of it
 * ------------------------------------------------------------ */

static void clear(int row)
{
	s.at = (struct place){ 0, row, CELL_PLAIN };
	s.saved = s.normal = s.at;
	s.wrap = s.absolute = s.alternate = false;
	s.scrolled = 0;
	s.top = 0;
	s.bottom = s.rows - 1;
	s.state = GROUND;
	s.missing = 0;
	for (int i = 0; i < 2; i++) {
		struct cell *t = s.cells;

		for (int y = 0; y < s.rows; y++)
			erase(y, 0, s.cols);
		s.cells = s.other;
		s.other = t;
	}
}

static bool resize(int cols, int rows)
{
	size_t n = (size_t)cols * (size_t)rows;
	struct cell *new[2] = { malloc(n * sizeof **new),
				malloc(n * sizeof **new) };
	struct cell *old[2] = { s.cells, s.other };

	if (!new[0] || !new[1]) {
		free(new[0]);
		free(new[1]);
		return false;
	}
	for (int i = 0; i < 2; i++)
		for (int y = 0; y < rows; y++)
			for (int x = 0; x < cols; x++)
				new[i][y * cols + x] =
					x < s.cols &&y < s.rows
						? old[i][y * s.cols + x]
						: (struct cell){ ' ',
								 CELL_PLAIN };
	free(old[0]);
	free(old[1]);
	s.cells = new[0];
	s.other = new[1];
	s.cols = cols;
	s.rows = rows;
	s.top = 0;
	s.bottom = rows - 1;
	move(s.at.x, s.at.y);
	s.saved.x = MIN(s.saved.x, cols - 1);
	s.saved.y = MIN(s.saved.y, rows - 1);
	s.normal.x = MIN(s.normal.x, cols - 1);
	s.normal.y = MIN(s.normal.y, rows - 1);
	return true;
}

static void replay(int row)
{
	clear(row);
	for (size_t i = 0; i < npending; i++)
		byte(pending[i]);
}

void model_feed(const char *t, size_t n)
{
	pthread_mutex_lock(&lock);
	if (follows) {
		for (size_t i = 0; i < n; i++)
			byte(t[i]);
	} else {
		if (n > LOG_SIZE) {
			t += n - LOG_SIZE;
			n = LOG_SIZE;
		}
		/* The older half makes room: a screenful is far less. */
		if (npending + n > LOG_SIZE) {
			size_t keep = MIN(npending, (size_t)LOG_SIZE / 2);

			keep = MIN(keep, LOG_SIZE - n);
			memmove(pending, pending + npending - keep, keep);
			npending = keep;
		}
		memcpy(pending + npending, t, n);
		npending += n;
	}
	pthread_mutex_unlock(&lock);
}

bool model_follows(int cols, int rows)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = follows &&
	      ((cols == s.cols && rows == s.rows) || resize(cols, rows));
	pthread_mutex_unlock(&lock);
	return yes;
}

bool model_begin(int cols, int rows, int row)
{
	bool ok;

	pthread_mutex_lock(&lock);
	ok = follows || resize(cols, rows);
	if (ok && !follows) {
		/* From the top first, to see how many lines it makes. */
		int down;

		replay(0);
		down = s.at.y + s.scrolled;
		if (!s.absolute && row > down)
			replay(row - down);
		follows = true;
		npending = 0;
	}
	pthread_mutex_unlock(&lock);
	return ok;
}

void model_read(int x, int y, size_t n, struct cell *to)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n; i++) {
		to[i] = y < s.rows && x < s.cols
				? *cell_at(x, y)
				: (struct cell){ ' ', CELL_PLAIN };
		if (++x >= s.cols) {
			x = 0;
			y++;
		}
	}
	pthread_mutex_unlock(&lock);
}
