/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-line-list.c - the box of earlier lines that F7 opens.
 *
 * On Windows it lies over what is on the screen, which comes back when it goes.
 * What a terminal shows elsewhere is not ours to paint over; the box stands in
 * rows of its own below the line, as more of its text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-line-private.h"

enum {
	MOST_ROWS = 10,
	BORDERS = 2, /* of each direction */
	MARK = '>',
	TOP_LEFT = 0x250c,
	TOP_RIGHT = 0x2510,
	BOTTOM_LEFT = 0x2514,
	BOTTOM_RIGHT = 0x2518,
	ACROSS = 0x2500,
	DOWN = 0x2502,
};

/* Text that grows; columns of the row that it has so far. */
struct box {
	uint16_t *s;
	size_t n, room;
	int col;
};

static void put(struct box *b, uint16_t c, int width)
{
	if (b->n < b->room)
		b->s[b->n++] = c;
	b->col += width;
}

static void repeat(struct box *b, uint16_t c, int to)
{
	while (b->col < to)
		put(b, c, 1);
}

static void border(struct box *b, uint16_t left, uint16_t right, int width,
		   int cols)
{
	b->col = 0;
	put(b, left, 1);
	repeat(b, ACROSS, width - 1);
	put(b, right, 1);
	repeat(b, ' ', cols);
}

/* As much of it as there is room for. */
static void entry(struct box *b, const struct line_command *c, int to)
{
	size_t len;

	for (size_t i = 0; i < c->n; i += len) {
		uint32_t code = line_code(c->s + i, c->n - i, &len);
		int w = code < 32 || code == 127 ? 1 : line_width(code);

		if (b->col + w > to)
			break;
		put(b, code < 32 || code == 127 ? ' ' : c->s[i], w);
		if (len == 2)
			put(b, c->s[i + 1], 0);
	}
}

static int number(char *s, size_t size, int i)
{
	return snprintf(s, size, "%d: ", i);
}

/* Columns of the widest that could be shown, borders and mark included. */
static int width(const struct line *l)
{
	int most = 0;
	char s[16];

	for (int i = 0; i < l->past->n; i++) {
		const struct line_command *c = &l->past->list[i];
		int w = number(s, sizeof s, i) + 1 + BORDERS;
		size_t len;

		for (size_t k = 0; k < c->n && w < l->cols; k += len)
			w += MAX(1, line_width(line_code(c->s + k, c->n - k,
							 &len)));
		most = MAX(most, w);
	}
	/* Behind the last cell of a row the next one would begin. */
	return MIN(most, l->cols - 1);
}

int line_list_rows(const struct line *l)
{
	long used = line_end_cell(l) / l->cols + 1;
	long left = l->rows - used - BORDERS;

	if (l->cols < 12 || left < 1)
		return 0;
	return (int)MIN(left, (long)MIN(l->past->n, (int)MOST_ROWS));
}

uint16_t *line_list(struct line *l, struct line_list *info)
{
	int rows = line_list_rows(l), w = width(l);
	long end = line_end_cell(l);
	struct box b = { .room = l->n +
				 (size_t)l->cols * ((size_t)rows * 2 + 4) };
	char s[16];

	if (!rows)
		return NULL;
	b.s = malloc(b.room * sizeof *b.s);
	if (!b.s)
		return NULL;
	l->first = MAX(MIN(l->first, l->choice), l->choice - rows + 1);
	l->first = MAX(0, MIN(l->first, l->past->n - rows));
	for (size_t i = 0; i < l->n; i++)
		put(&b, l->text[i], 0);
	b.col = (int)(end % l->cols);
	if (b.col || !end)
		repeat(&b, ' ', l->cols);
	border(&b, TOP_LEFT, TOP_RIGHT, w, l->cols);
	for (int i = l->first; i < l->first + rows; i++) {
		bool chosen = i == l->choice;

		b.col = 0;
		put(&b, DOWN, 1);
		if (chosen)
			info->mark = info->at = b.n;
		put(&b, chosen ? MARK : ' ', 1);
		number(s, sizeof s, i);
		for (const char *p = s; *p; p++)
			put(&b, (uint8_t)*p, 1);
		entry(&b, &l->past->list[i], w - 1);
		repeat(&b, ' ', w - 1);
		if (chosen)
			info->mark_end = b.n;
		put(&b, DOWN, 1);
		repeat(&b, ' ', l->cols);
	}
	border(&b, BOTTOM_LEFT, BOTTOM_RIGHT, w, w);
	info->n = b.n;
	return b.s;
}
