/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-model-cells.c - the cells of a screen: writing, scrolling, sizes. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-model-private.h"

enum {
	MAX_SIDE = 2048,    /* of a window that is followed; no more is shown */
	MAX_LENGTH = 32767, /* of a buffer, either way */
};

/* ---- what has changed ---- */

static void changed(struct model *m, int first, int last)
{
	m->changed_first = MIN(m->changed_first, MAX(first, 0));
	m->changed_last = MAX(m->changed_last, last);
}

static void changed_all(struct model *m)
{
	changed(m, 0, m->rows - 1);
	m->fed = 0;
}

/* ---- lines ---- */

struct cell **model_line(struct grid *g, int y)
{
	return &g->line[(g->first + y) % g->rows];
}

const struct cell *model_look(struct model *m, int x, int y)
{
	struct cell *line =
		y >= 0 && y < m->grid.rows ? *model_line(&m->grid, y) : NULL;

	return line ? line + x : NULL;
}

void model_make_plain(struct cell *line, int cols)
{
	for (int x = 0; x < cols; x++)
		line[x] = (struct cell){ ' ', CELL_PLAIN };
}

struct cell *model_cell(struct model *m, int x, int y)
{
	struct cell **line;

	changed(m, y, y);
	y = MAX(0, MIN(m->grid.top + y, m->grid.rows - 1));
	line = model_line(&m->grid, y);
	if (!*line) {
		*line = malloc((size_t)m->cols * sizeof **line);
		if (!*line)
			return m->spare + x;
		model_make_plain(*line, m->cols);
	}
	return *line + x;
}

static void free_line(struct cell **line)
{
	free(*line);
	*line = NULL;
}

static void free_grid(struct grid *g)
{
	for (int y = 0; y < g->rows; y++)
		free(g->line[y]);
	free(g->line);
	*g = (struct grid){ 0 };
}

void model_free_cells(struct model *m)
{
	free_grid(&m->grid);
	free_grid(&m->other);
	free(m->spare);
}

static struct cell blank(struct model *m)
{
	return (struct cell){ ' ', m->at.attributes };
}

void model_erase(struct model *m, int y, int from, int to)
{
	struct cell with = blank(m), *line;

	from = MAX(from, 0);
	to = MIN(to, m->cols);
	if (!from && to == m->cols && with.attributes == CELL_PLAIN &&
	    m->grid.top + y >= 0 && m->grid.top + y < m->grid.rows) {
		free_line(model_line(&m->grid, m->grid.top + y));
		changed(m, y, y);
		return;
	}
	if (from >= to)
		return;
	line = model_cell(m, 0, y);
	for (int x = from; x < to; x++)
		line[x] = with;
}

void model_erase_all(struct model *m)
{
	for (int y = 0; y < m->rows; y++)
		model_erase(m, y, 0, m->cols);
}

/* Lines from..to of the buffer, n of which change places with others. */
static void shift_lines(struct grid *g, int from, int to, int n)
{
	for (int i = 0; n > 0 && i <= to - from - n; i++) {
		struct cell **a = model_line(g, to - i),
			    **b = model_line(g, to - i - n), *t = *a;

		*a = *b;
		*b = t;
	}
	for (int i = 0; n < 0 && i <= to - from + n; i++) {
		struct cell **a = model_line(g, from + i),
			    **b = model_line(g, from + i - n), *t = *a;

		*a = *b;
		*b = t;
	}
}

void model_scroll(struct model *m, int top, int bottom, int n)
{
	int height = bottom - top + 1, by = MIN(abs(n), height);

	changed(m, top, bottom);
	shift_lines(&m->grid, m->grid.top + top, m->grid.top + bottom,
		    n > 0 ? -by : by);
	for (int i = 0; i < by; i++)
		model_erase(m, n > 0 ? bottom - i : top + i, 0, m->cols);
}

void model_lower(struct model *m, int by)
{
	struct grid *g = m->alternate ? &m->other : &m->grid;

	shift_lines(g, g->top, g->top + m->rows - 1, by);
	for (int i = 0; i < by; i++)
		free_line(model_line(g, g->top + i));
	m->at.y = MIN(m->at.y + by, m->rows - 1);
	m->saved.y = MIN(m->saved.y + by, m->rows - 1);
	m->normal.y = MIN(m->normal.y + by, m->rows - 1);
	changed_all(m);
}

void model_scroll_lines(struct model *m, int from, int to, int n)
{
	int by;

	from = MAX(0, from);
	to = MIN(to, m->grid.rows - 1);
	if (from > to)
		return;
	by = MIN(abs(n), to - from + 1);
	shift_lines(&m->grid, from, to, n < 0 ? -by : by);
	for (int i = 0; i < by; i++)
		free_line(model_line(&m->grid, n < 0 ? to - i : from + i));
}

/* The window goes on, over the buffer or, at its end, with it. */
static void feed_window(struct model *m)
{
	struct grid *g = &m->grid;

	if (g->top + m->rows < g->rows)
		g->top++;
	else
		g->first = (g->first + 1) % g->rows;
	m->changed_first = MAX(0, m->changed_first - 1);
	m->changed_last--;
	m->fed++;
	free_line(model_line(g, g->top + m->rows - 1));
	changed(m, m->rows - 1, m->rows - 1);
	model_erase(m, m->rows - 1, 0, m->cols);
}

void model_line_feed(struct model *m)
{
	m->wrap = false;
	if (m->at.y == m->bottom) {
		if (!m->top && m->bottom == m->rows - 1)
			feed_window(m);
		else
			model_scroll(m, m->top, m->bottom, 1);
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
	uint16_t a = model_cell(m, x, m->at.y)->attributes;

	if (a & CELL_LEADING && x + 1 < m->cols)
		model_cell(m, x + 1, m->at.y)->c = ' ',
				     model_cell(m, x + 1, m->at.y)
					     ->attributes &=
				     (uint16_t)~CELL_TRAILING;
	if (a & CELL_TRAILING && x > 0)
		model_cell(m, x - 1, m->at.y)->c = ' ',
				     model_cell(m, x - 1, m->at.y)
					     ->attributes &=
				     (uint16_t)~CELL_LEADING;
}

void model_put(struct model *m, uint32_t c)
{
	int w = MIN(model_width(c), m->cols);

	if (!w)
		return;
	if (m->wrap || m->at.x + w > m->cols) {
		m->at.x = 0;
		model_line_feed(m);
	}
	for (int i = 0; i < w; i++)
		split(m, m->at.x + i);
	*model_cell(m, m->at.x, m->at.y) = (struct cell){
		c, (uint16_t)(m->at.attributes | (w == 2 ? CELL_LEADING : 0))
	};
	if (w == 2)
		*model_cell(m, m->at.x + 1, m->at.y) = (struct cell){
			c, (uint16_t)(m->at.attributes | CELL_TRAILING)
		};
	m->at.x += w;
	m->wrap = m->at.x == m->cols;
	if (m->wrap)
		m->at.x--;
}

size_t model_put_plain(struct model *m, const char *s, size_t n)
{
	struct cell *to;

	if (m->wrap) {
		m->at.x = 0;
		model_line_feed(m);
	}
	n = MIN(n, (size_t)(m->cols - m->at.x));
	split(m, m->at.x);
	split(m, m->at.x + (int)n - 1);
	to = model_cell(m, m->at.x, m->at.y);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct cell){ (uint8_t)s[i], m->at.attributes };
	m->at.x += (int)n;
	m->wrap = m->at.x == m->cols;
	if (m->wrap)
		m->at.x--;
	return n;
}

/* Nothing in it does more than to write, and to feed lines? */
size_t model_skip(struct model *m, const char *s, size_t n)
{
	int feeds = m->grid.rows + m->rows;
	const char *at = s + n;

	if (n < (size_t)feeds * 4 || m->bare_feed || m->top ||
	    m->bottom != m->rows - 1 || m->at.y < 0 || m->at.y >= m->rows ||
	    memchr(s, 27, n))
		return 0;
	for (int i = 0; i <= feeds; i++) {
		at = memrchr(s, '\n', (size_t)(at - s));
		if (!at)
			return 0;
	}
	m->at.x = 0;
	m->wrap = false;
	m->missing = 0;
	m->scrolled++;
	changed_all(m);
	return (size_t)(at + 1 - s);
}

void model_move(struct model *m, int x, int y)
{
	m->at.x = MAX(0, MIN(x, m->cols - 1));
	m->at.y = MAX(0, MIN(y, m->rows - 1));
	m->wrap = false;
}

void model_shift(struct model *m, int n)
{
	int rest = m->cols - m->at.x, by = MIN(abs(n), rest);
	struct cell *from = model_cell(m, m->at.x, m->at.y);

	if (n > 0) {
		memmove(from + by, from, (size_t)(rest - by) * sizeof *from);
		model_erase(m, m->at.y, m->at.x, m->at.x + by);
	} else {
		memmove(from, from + by, (size_t)(rest - by) * sizeof *from);
		model_erase(m, m->at.y, m->cols - by, m->cols);
	}
}

void model_alternate(struct model *m, bool on, bool keep_place)
{
	struct grid t = m->grid;

	if (on == m->alternate)
		return;
	if (on && keep_place)
		m->normal = m->at;
	m->alternate = on;
	m->grid = m->other;
	m->other = t;
	m->cols = m->grid.cols;
	changed_all(m);
	if (on)
		model_erase_all(m);
	else if (keep_place)
		m->at = m->normal;
	m->at.x = MIN(m->at.x, m->cols - 1);
	/* A second screen has no more than the window. */
	if (on)
		m->at.y = MAX(0, MIN(m->at.y, m->rows - 1));
	m->wrap = false;
}

static void clear_grid(struct grid *g)
{
	for (int y = 0; y < g->rows; y++)
		free_line(&g->line[y]);
	g->first = g->top = g->left = 0;
}

void model_clear(struct model *m, int col, int row)
{
	m->at = (struct place){ col, row, CELL_PLAIN };
	m->saved = m->normal = m->at;
	m->wrap = m->absolute = false;
	m->scrolled = 0;
	m->top = 0;
	m->bottom = m->rows - 1;
	m->state = GROUND;
	m->missing = 0;
	clear_grid(&m->grid);
	clear_grid(&m->other);
	/* Only the normal screen may be larger than the window. */
	if (m->alternate) {
		struct grid second = m->grid;

		m->grid = m->other;
		m->other = second;
		m->cols = m->grid.cols;
		m->alternate = false;
	}
	changed_all(m);
}

/* ---- sizes ---- */

/* Of so many lines of cols cells, what old has at its beginning. */
static bool copy_grid(struct grid *to, int rows, int cols, struct grid *old)
{
	*to = (struct grid){ .line = calloc((size_t)rows, sizeof *to->line),
			     .rows = rows,
			     .cols = cols };
	if (!to->line)
		return false;
	for (int y = 0; y < MIN(rows, old->rows); y++) {
		const struct cell *from = *model_line(old, y);
		struct cell *line;

		if (!from)
			continue;
		line = malloc((size_t)cols * sizeof *line);
		if (!line) {
			free_grid(to);
			return false;
		}
		model_make_plain(line, cols);
		memcpy(line, from, (size_t)MIN(cols, old->cols) * sizeof *line);
		to->line[y] = line;
	}
	return true;
}

static void stay_inside(struct place *p, int cols, int rows)
{
	p->x = MIN(p->x, cols - 1);
	p->y = MIN(p->y, rows - 1);
}

/* What is above the cursor in a window that gets lower stays above it. */
static int new_top(const struct model *m, const struct grid *g, int rows,
		   int height)
{
	int top = g->top + MAX(0, MIN(m->at.y, m->rows - 1) - (rows - 1));

	return height > rows ? MIN(top, height - rows) : 0;
}

/* A line without memory, of the longest that there are. */
static bool have_spare(struct model *m, int cols)
{
	struct cell *spare = realloc(m->spare, (size_t)cols * sizeof *spare);

	if (!spare)
		return false;
	model_make_plain(spare, cols);
	m->spare = spare;
	return true;
}

bool model_set_size(struct model *m, int cols, int rows)
{
	struct grid *normal = m->alternate ? &m->other : &m->grid;
	struct grid *second = m->alternate ? &m->grid : &m->other;
	struct grid one, two;
	int top, width;

	cols = MAX(1, MIN(cols, MAX_SIDE));
	rows = MAX(1, MIN(rows, MAX_SIDE));
	if (cols == m->window_cols && rows == m->rows)
		return true;
	width = MAX(cols, m->width);
	if (!have_spare(m, MAX(width, normal->cols)) ||
	    !copy_grid(&one, MAX(rows, m->height), width, normal))
		return false;
	if (!copy_grid(&two, rows, cols, second)) {
		free_grid(&one);
		return false;
	}
	top = new_top(m, normal, rows, one.rows);
	if (!m->alternate)
		m->at.y += normal->top - top;
	one.top = top;
	one.left = MIN(normal->left, width - cols);
	free_grid(normal);
	free_grid(second);
	*normal = one;
	*second = two;
	m->cols = m->grid.cols;
	m->window_cols = cols;
	m->rows = rows;
	m->top = 0;
	m->bottom = rows - 1;
	model_move(m, m->at.x, m->at.y);
	stay_inside(&m->saved, m->cols, rows);
	stay_inside(&m->normal, width, rows);
	changed_all(m);
	return true;
}

/* Lines that there is no room for any more are the first ones. */
bool model_set_buffer(struct model *m, int width, int height)
{
	struct grid *g = m->alternate ? &m->other : &m->grid, new;
	int rows, cols, lost;

	width = width > m->window_cols ? MIN(width, MAX_LENGTH) : 0;
	height = height > m->rows ? MIN(height, MAX_LENGTH) : 0;
	rows = MAX(height, m->rows);
	cols = MAX(width, m->window_cols);
	if ((int64_t)rows * cols > MODEL_MOST_CELLS)
		return false;
	if (rows != g->rows || cols != g->cols) {
		lost = MAX(0, g->top + m->rows - rows);
		if (lost) {
			g->first = (g->first + lost) % g->rows;
			g->top -= lost;
			for (int y = g->rows - lost; y < g->rows; y++)
				free_line(model_line(g, y));
		}
		if (!have_spare(m, MAX(cols, g->cols)) ||
		    !copy_grid(&new, rows, cols, g))
			return false;
		new.top = g->top;
		new.left = MIN(g->left, cols - m->window_cols);
		free_grid(g);
		*g = new;
		m->cols = m->grid.cols;
		m->at.x = MIN(m->at.x, m->cols - 1);
		m->saved.x = MIN(m->saved.x, m->cols - 1);
		m->normal.x = MIN(m->normal.x, cols - 1);
		m->wrap = false;
		changed_all(m);
	}
	m->width = width;
	m->height = height;
	return true;
}

void model_set_place(struct model *m, int left, int top)
{
	top = MAX(0, MIN(top, m->grid.rows - m->rows));
	m->at.y += m->grid.top - top;
	m->saved.y += m->grid.top - top;
	m->grid.top = top;
	m->grid.left = MAX(0, MIN(left, m->grid.cols - m->window_cols));
	changed_all(m);
}

/* What we know lies before the window's end; before that, and behind it, is
   nothing. */
void model_found(struct model *m, const struct model_view *v)
{
	struct grid *g = &m->grid;
	int top;

	pthread_mutex_lock(&m->lock);
	model_set_buffer(m, v->width, v->height);
	top = MAX(0, MIN(v->top, g->rows - m->rows));
	if (top != g->top && !m->alternate) {
		int known = MIN(g->top, top) + m->rows;

		for (int y = 0; y < g->rows - known; y++)
			free_line(model_line(g,
					     (g->top + m->rows + y) % g->rows));
		g->first = (g->first + g->top - top + g->rows) % g->rows;
		g->top = top;
	}
	if (!m->alternate)
		g->left = MAX(0, MIN(v->left, g->cols - m->window_cols));
	pthread_mutex_unlock(&m->lock);
}
