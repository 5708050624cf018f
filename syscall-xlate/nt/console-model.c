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
	MAX_SIDE = 2048, /* of a screen that is followed; no more is shown */
	TAB = 8,
};

enum state { GROUND, ESCAPE, CHARSET, SEQUENCE, STRING, STRING_ESCAPE };

struct place {
	int x, y;
	uint16_t attributes;
};

struct model {
	pthread_mutex_t lock;	/* all that follows */
	char pending[LOG_SIZE]; /* written and not looked at yet */
	size_t npending;
	bool follows;
	bool bare_feed; /* a line feed is one, without a return */

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
};

struct model console_model SPARSE = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- cells ------------------------------------------------------------------
 */

static struct cell *cell_at(struct model *m, int x, int y)
{
	return &m->cells[(size_t)y * (size_t)m->cols + (size_t)x];
}

static struct cell blank(struct model *m)
{
	return (struct cell){ ' ', m->at.attributes };
}

static void erase(struct model *m, int y, int from, int to)
{
	for (int x = MAX(from, 0); x < MIN(to, m->cols); x++)
		*cell_at(m, x, y) = blank(m);
}

/* The lines of top..bottom move up by n (down, if negative). */
static void scroll(struct model *m, int top, int bottom, int n)
{
	int height = bottom - top + 1, by = MIN(abs(n), height);
	size_t line = (size_t)m->cols * sizeof *m->cells;

	if (!by)
		return;
	if (n > 0) {
		memmove(cell_at(m, 0, top), cell_at(m, 0, top) + by * m->cols,
			(size_t)(height - by) * line);
		for (int y = bottom - by + 1; y <= bottom; y++)
			erase(m, y, 0, m->cols);
	} else {
		memmove(cell_at(m, 0, top) + by * m->cols, cell_at(m, 0, top),
			(size_t)(height - by) * line);
		for (int y = top; y < top + by; y++)
			erase(m, y, 0, m->cols);
	}
}

static void line_feed(struct model *m)
{
	m->wrap = false;
	if (m->at.y == m->bottom) {
		scroll(m, m->top, m->bottom, 1);
		m->scrolled++;
	} else if (m->at.y < m->rows - 1) {
		m->at.y++;
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
static void split(struct model *m, int x)
{
	uint16_t a = cell_at(m, x, m->at.y)->attributes;

	if (a & CELL_LEADING && x + 1 < m->cols)
		cell_at(m, x + 1, m->at.y)->c = ' ',
			       cell_at(m, x + 1, m->at.y)->attributes &=
			       (uint16_t)~CELL_TRAILING;
	if (a & CELL_TRAILING && x > 0)
		cell_at(m, x - 1, m->at.y)->c = ' ',
			       cell_at(m, x - 1, m->at.y)->attributes &=
			       (uint16_t)~CELL_LEADING;
}

static void put(struct model *m, uint32_t c)
{
	int w = MIN(model_width(c), m->cols);

	if (!w)
		return;
	if (m->wrap || m->at.x + w > m->cols) {
		m->at.x = 0;
		line_feed(m);
	}
	for (int i = 0; i < w; i++)
		split(m, m->at.x + i);
	*cell_at(m, m->at.x, m->at.y) = (struct cell){
		c, (uint16_t)(m->at.attributes | (w == 2 ? CELL_LEADING : 0))
	};
	if (w == 2)
		*cell_at(m, m->at.x + 1, m->at.y) = (struct cell){
			c, (uint16_t)(m->at.attributes | CELL_TRAILING)
		};
	m->at.x += w;
	m->wrap = m->at.x == m->cols;
	if (m->wrap)
		m->at.x--;
}

/* ---- sequences
 * ---------------------------------------------------------------- */

static int param(struct model *m, int i, int otherwise)
{
	return i < m->nparams && m->params[i] > 0 ? m->params[i] : otherwise;
}

static void move(struct model *m, int x, int y)
{
	m->at.x = MAX(0, MIN(x, m->cols - 1));
	m->at.y = MAX(0, MIN(y, m->rows - 1));
	m->wrap = false;
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
static uint16_t extended(struct model *m, int *i, uint16_t now)
{
	int n = param(m, *i + 2, 0);

	if (param(m, *i + 1, 0) == 2) {
		*i += 4;
		return nearest(n, param(m, *i - 1, 0), param(m, *i, 0));
	}
	if (param(m, *i + 1, 0) != 5)
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

static void colors(struct model *m)
{
	for (int i = 0; i < MAX(m->nparams, 1); i++) {
		int n = param(m, i, 0);
		uint16_t *a = &m->at.attributes;

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
			*a = (uint16_t)((*a & ~15) | extended(m, &i, *a & 15));
		else if (n == 48)
			*a = (uint16_t)((*a & ~0xf0) |
					extended(m, &i, *a >> 4 & 15) << 4);
		else if (n == 39)
			*a = (uint16_t)((*a & ~15) | CELL_PLAIN);
		else if (n == 49)
			*a &= (uint16_t)~0xf0;
	}
}

static void erase_display(struct model *m)
{
	int how = param(m, 0, 0);

	if (how < 2)
		erase(m, m->at.y, how ? 0 : m->at.x, how ? m->at.x + 1 : m->cols);
	for (int y = 0; y < m->rows; y++)
		if (how == 2 || (how == 0 && y > m->at.y) ||
		    (how == 1 && y < m->at.y))
			erase(m, y, 0, m->cols);
}

/* Characters of the line move right by n (left, if negative). */
static void shift_line(struct model *m, int n)
{
	int rest = m->cols - m->at.x, by = MIN(abs(n), rest);
	struct cell *from = cell_at(m, m->at.x, m->at.y);

	if (n > 0) {
		memmove(from + by, from, (size_t)(rest - by) * sizeof *from);
		erase(m, m->at.y, m->at.x, m->at.x + by);
	} else {
		memmove(from, from + by, (size_t)(rest - by) * sizeof *from);
		erase(m, m->at.y, m->cols - by, m->cols);
	}
}

static void show_alternate(struct model *m, bool on, bool keep_place)
{
	struct cell *t = m->cells;

	if (on == m->alternate)
		return;
	if (on && keep_place)
		m->normal = m->at;
	m->alternate = on;
	m->cells = m->other;
	m->other = t;
	if (on)
		for (int y = 0; y < m->rows; y++)
			erase(m, y, 0, m->cols);
	else if (keep_place)
		m->at = m->normal;
	m->wrap = false;
}

static void set_mode(struct model *m, bool on)
{
	for (int i = 0; m->private == '?' && i < m->nparams; i++)
		if (m->params[i] == 1049 || m->params[i] == 1047 ||
		    m->params[i] == 47)
			show_alternate(m, on, m->params[i] == 1049);
}

static void sequence(struct model *m, char last)
{
	int n = param(m, 0, 1);

	if (m->private && last != 'h' && last != 'l')
		return;
	switch (last) {
	case 'A':
		move(m, m->at.x, m->at.y - n);
		break;
	case 'B':
	case 'e':
		move(m, m->at.x, m->at.y + n);
		break;
	case 'C':
	case 'a':
		move(m, m->at.x + n, m->at.y);
		break;
	case 'D':
		move(m, m->at.x - n, m->at.y);
		break;
	case 'E':
		move(m, 0, m->at.y + n);
		break;
	case 'F':
		move(m, 0, m->at.y - n);
		break;
	case 'G':
	case '`':
		move(m, n - 1, m->at.y);
		break;
	case 'H':
	case 'f':
		m->absolute = true;
		move(m, param(m, 1, 1) - 1, n - 1);
		break;
	case 'd':
		m->absolute = true;
		move(m, m->at.x, n - 1);
		break;
	case 'J':
		erase_display(m);
		break;
	case 'K':
		erase(m, m->at.y, param(m, 0, 0) ? 0 : m->at.x,
		      param(m, 0, 0) == 1 ? m->at.x + 1 : m->cols);
		break;
	case 'L':
		if (m->at.y >= m->top && m->at.y <= m->bottom)
			scroll(m, m->at.y, m->bottom, -n);
		break;
	case 'M':
		if (m->at.y >= m->top && m->at.y <= m->bottom)
			scroll(m, m->at.y, m->bottom, n);
		break;
	case '@':
		shift_line(m, n);
		break;
	case 'P':
		shift_line(m, -n);
		break;
	case 'X':
		erase(m, m->at.y, m->at.x, m->at.x + n);
		break;
	case 'S':
		scroll(m, m->top, m->bottom, n);
		break;
	case 'T':
		scroll(m, m->top, m->bottom, -n);
		break;
	case 'm':
		colors(m);
		break;
	case 'r':
		m->top = MIN(n, m->rows) - 1;
		m->bottom = MIN(param(m, 1, m->rows), m->rows) - 1;
		if (m->top >= m->bottom) {
			m->top = 0;
			m->bottom = m->rows - 1;
		}
		move(m, 0, 0);
		break;
	case 's':
		m->saved = m->at;
		break;
	case 'u':
		m->at = m->saved;
		break;
	case 'h':
		set_mode(m, true);
		break;
	case 'l':
		set_mode(m, false);
		break;
	}
}

static void escape(struct model *m, char c)
{
	m->state = GROUND;
	switch (c) {
	case '[':
		m->state = SEQUENCE;
		m->private = 0;
		m->nparams = 0;
		memset(m->params, 0, sizeof m->params);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		m->state = STRING;
		break;
	case '(':
	case ')':
	case '*':
	case '+':
	case '#':
	case ' ':
	case '%':
		m->state = CHARSET;
		break;
	case '7':
		m->saved = m->at;
		break;
	case '8':
		m->at = m->saved;
		m->wrap = false;
		break;
	case 'D':
		line_feed(m);
		break;
	case 'E':
		m->at.x = 0;
		line_feed(m);
		break;
	case 'M':
		if (m->at.y == m->top)
			scroll(m, m->top, m->bottom, -1);
		else
			move(m, m->at.x, m->at.y - 1);
		break;
	case 'c':
		m->at.attributes = CELL_PLAIN;
		move(m, 0, 0);
		for (int y = 0; y < m->rows; y++)
			erase(m, y, 0, m->cols);
		break;
	}
}

static void sequence_byte(struct model *m, char c)
{
	int *p;

	if (c >= '0' && c <= '9') {
		m->nparams = MAX(m->nparams, 1);
		p = &m->params[m->nparams - 1];
		*p = MIN(*p * 10 + (c - '0'), MAX_PARAM);
	} else if (c == ';' || c == ':') {
		m->nparams = MIN(MAX(m->nparams, 1) + 1, MAX_PARAMS);
	} else if (c >= '<' && c <= '?') {
		m->private = c;
	} else if (c >= 0x40) {
		m->state = GROUND;
		sequence(m, c);
	}
}

static void control(struct model *m, char c)
{
	switch (c) {
	case '\r':
		m->at.x = 0;
		m->wrap = false;
		break;
	case '\n':
	case '\v':
	case '\f':
		/* The terminal's driver adds a return. */
		if (!m->bare_feed)
			m->at.x = 0;
		line_feed(m);
		break;
	case '\b':
		m->at.x -= m->at.x > 0;
		m->wrap = false;
		break;
	case '\t':
		m->at.x = MIN((m->at.x / TAB + 1) * TAB, m->cols - 1);
		break;
	case 27:
		m->state = ESCAPE;
		break;
	}
}

static void text(struct model *m, unsigned char c)
{
	if (c < 0x80) {
		m->missing = 0;
		if (c >= ' ' && c != 127)
			put(m, c);
	} else if (c < 0xc0) {
		if (m->missing) {
			m->partial = m->partial << 6 | (c & 0x3f);
			if (!--m->missing)
				put(m, m->partial);
		}
	} else {
		m->missing = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		m->partial = c & (0x3fu >> m->missing);
	}
}

static void byte(struct model *m, char c)
{
	switch (m->state) {
	case STRING:
		if (c == 7)
			m->state = GROUND;
		else if (c == 27)
			m->state = STRING_ESCAPE;
		return;
	case STRING_ESCAPE:
		m->state = c == '\\' ? GROUND : STRING;
		return;
	case GROUND:
	case ESCAPE:
	case CHARSET:
	case SEQUENCE:
		break;
	}
	if ((unsigned char)c < ' ')
		control(m, c);
	else if (m->state == ESCAPE)
		escape(m, c);
	else if (m->state == CHARSET)
		m->state = GROUND;
	else if (m->state == SEQUENCE)
		sequence_byte(m, c);
	else
		text(m, (unsigned char)c);
}

/* ---- the whole of it
 * ------------------------------------------------------------ */

static void clear(struct model *m, int col, int row)
{
	m->at = (struct place){ col, row, CELL_PLAIN };
	m->saved = m->normal = m->at;
	m->wrap = m->absolute = m->alternate = false;
	m->scrolled = 0;
	m->top = 0;
	m->bottom = m->rows - 1;
	m->state = GROUND;
	m->missing = 0;
	for (int i = 0; i < 2; i++) {
		struct cell *t = m->cells;

		for (int y = 0; y < m->rows; y++)
			erase(m, y, 0, m->cols);
		m->cells = m->other;
		m->other = t;
	}
}

/* To that size, if it has not got it.  False: no memory, and it stays. */
static bool resize(struct model *m, int cols, int rows)
{
	struct cell *new[2], *old[2] = { m->cells, m->other };
	size_t n;

	cols = MAX(1, MIN(cols, MAX_SIDE));
	rows = MAX(1, MIN(rows, MAX_SIDE));
	if (cols == m->cols && rows == m->rows)
		return true;
	n = (size_t)cols * (size_t)rows;
	for (int i = 0; i < 2; i++)
		new[i] = malloc(n * sizeof **new);
	if (!new[0] || !new[1]) {
		free(new[0]);
		free(new[1]);
		return false;
	}
	for (int i = 0; i < 2; i++)
		for (int y = 0; y < rows; y++)
			for (int x = 0; x < cols; x++)
				new[i][y * cols + x] =
					x < m->cols &&y < m->rows
						? old[i][y * m->cols + x]
						: (struct cell){ ' ',
								 CELL_PLAIN };
	free(old[0]);
	free(old[1]);
	m->cells = new[0];
	m->other = new[1];
	m->cols = cols;
	m->rows = rows;
	m->top = 0;
	m->bottom = rows - 1;
	move(m, m->at.x, m->at.y);
	m->saved.x = MIN(m->saved.x, cols - 1);
	m->saved.y = MIN(m->saved.y, rows - 1);
	m->normal.x = MIN(m->normal.x, cols - 1);
	m->normal.y = MIN(m->normal.y, rows - 1);
	return true;
}

static void replay(struct model *m, int col, int row)
{
	clear(m, col, row);
	for (size_t i = 0; i < m->npending; i++)
		byte(m, m->pending[i]);
}

void model_feed(struct model *m, const char *t, size_t n)
{
	pthread_mutex_lock(&m->lock);
	if (m->follows) {
		for (size_t i = 0; i < n; i++)
			byte(m, t[i]);
	} else {
		if (n > LOG_SIZE) {
			t += n - LOG_SIZE;
			n = LOG_SIZE;
		}
		/* The older half makes room: a screenful is far less. */
		if (m->npending + n > LOG_SIZE) {
			size_t keep = MIN(m->npending, (size_t)LOG_SIZE / 2);

			keep = MIN(keep, LOG_SIZE - n);
			memmove(m->pending, m->pending + m->npending - keep, keep);
			m->npending = keep;
		}
		memcpy(m->pending + m->npending, t, n);
		m->npending += n;
	}
	pthread_mutex_unlock(&m->lock);
}

bool model_follows(struct model *m, int cols, int rows)
{
	bool yes;

	pthread_mutex_lock(&m->lock);
	yes = m->follows && resize(m, cols, rows);
	pthread_mutex_unlock(&m->lock);
	return yes;
}

bool model_begin(struct model *m, int cols, int rows, int row)
{
	bool ok;

	pthread_mutex_lock(&m->lock);
	ok = m->follows || resize(m, cols, rows);
	if (ok && !m->follows) {
		/* From the top first, to see how many lines it makes. */
		int down;

		replay(m, 0, 0);
		down = m->at.y + m->scrolled;
		if (!m->absolute && row > down)
			replay(m, 0, row - down);
		m->follows = true;
		m->npending = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return ok;
}

void model_read(struct model *m, int x, int y, size_t n, struct cell *to)
{
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < n; i++) {
		to[i] = y < m->rows && x < m->cols
				? *cell_at(m, x, y)
				: (struct cell){ ' ', CELL_PLAIN };
		if (++x >= m->cols) {
			x = 0;
			y++;
		}
	}
	pthread_mutex_unlock(&m->lock);
}

int model_column(struct model *m, int cols)
{
	struct model *line = NULL;
	size_t from;
	int col = 0, row;

	pthread_mutex_lock(&m->lock);
	if (m->follows) {
		col = m->wrap ? 0 : m->at.x;
	} else if (m->npending && m->pending[m->npending - 1] != '\n') {
		for (from = m->npending; from && m->pending[from - 1] != '\n';)
			from--;
		line = model_new(cols, 2);
		if (line) {
			model_start(line, 0, 0);
			model_feed(line, m->pending + from, m->npending - from);
			model_cursor(line, &col, &row);
			model_free(line);
		}
	}
	pthread_mutex_unlock(&m->lock);
	return MIN(col, cols - 1);
}

struct model *model_new(int cols, int rows)
{
	struct model *m = calloc(1, sizeof *m);

	if (m && !resize(m, cols, rows)) {
		free(m);
		return NULL;
	}
	if (m) {
		pthread_mutex_init(&m->lock, NULL);
		m->bare_feed = true;
	}
	return m;
}

void model_free(struct model *m)
{
	if (m) {
		free(m->cells);
		free(m->other);
		free(m);
	}
}

bool model_resize(struct model *m, int cols, int rows)
{
	bool ok;

	pthread_mutex_lock(&m->lock);
	ok = resize(m, cols, rows);
	pthread_mutex_unlock(&m->lock);
	return ok;
}

void model_start(struct model *m, int col, int row)
{
	pthread_mutex_lock(&m->lock);
	if (!m->follows) {
		replay(m, MAX(0, MIN(col, m->cols - 1)),
		       MAX(0, MIN(row, m->rows - 1)));
		m->follows = true;
		m->npending = 0;
	}
	pthread_mutex_unlock(&m->lock);
}

void model_place(struct model *m, int col, int row)
{
	pthread_mutex_lock(&m->lock);
	/* Where it knows the place it also knows that a line is full. */
	if (m->follows && (m->at.x != col || m->at.y != row))
		move(m, col, row);
	pthread_mutex_unlock(&m->lock);
}

void model_cursor(struct model *m, int *col, int *row)
{
	pthread_mutex_lock(&m->lock);
	*col = m->at.x;
	*row = m->at.y;
	pthread_mutex_unlock(&m->lock);
}
