/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-model-cells.c - the cells of a screen: writing, scrolling, sizes. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-model-private.h"

enum { MAX_SIDE = 2048 }; /* of a screen that is followed; no more is shown */

struct cell *model_cell(struct model *m, int x, int y)
{
	return &m->cells[(size_t)y * (size_t)m->cols + (size_t)x];
}

static struct cell blank(struct model *m)
{
	return (struct cell){ ' ', m->at.attributes };
}

void model_erase(struct model *m, int y, int from, int to)
{
	for (int x = MAX(from, 0); x < MIN(to, m->cols); x++)
		*model_cell(m, x, y) = blank(m);
}

void model_erase_all(struct model *m)
{
	for (int y = 0; y < m->rows; y++)
		model_erase(m, y, 0, m->cols);
}

void model_scroll(struct model *m, int top, int bottom, int n)
{
	int height = bottom - top + 1, by = MIN(abs(n), height);
	size_t line = (size_t)m->cols * sizeof *m->cells;

	if (!by)
		return;
	if (n > 0) {
		memmove(model_cell(m, 0, top),
			model_cell(m, 0, top) + by * m->cols,
			(size_t)(height - by) * line);
		for (int y = bottom - by + 1; y <= bottom; y++)
			model_erase(m, y, 0, m->cols);
	} else {
		memmove(model_cell(m, 0, top) + by * m->cols,
			model_cell(m, 0, top), (size_t)(height - by) * line);
		for (int y = top; y < top + by; y++)
			model_erase(m, y, 0, m->cols);
	}
}

void model_line_feed(struct model *m)
{
	m->wrap = false;
	if (m->at.y == m->bottom) {
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
	struct cell *t = m->cells;

	if (on == m->alternate)
		return;
	if (on && keep_place)
		m->normal = m->at;
	m->alternate = on;
	m->cells = m->other;
	m->other = t;
	if (on)
		model_erase_all(m);
	else if (keep_place)
		m->at = m->normal;
	m->wrap = false;
}

void model_clear(struct model *m, int col, int row)
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

		model_erase_all(m);
		m->cells = m->other;
		m->other = t;
	}
}

bool model_set_size(struct model *m, int cols, int rows)
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
	model_move(m, m->at.x, m->at.y);
	m->saved.x = MIN(m->saved.x, cols - 1);
	m->saved.y = MIN(m->saved.y, rows - 1);
	m->normal.x = MIN(m->normal.x, cols - 1);
	m->normal.y = MIN(m->normal.y, rows - 1);
	return true;
}
