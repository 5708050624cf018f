/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-paint.c - see console-paint.h. */
#include "syscall-xlate/nt/console-paint.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"

/* SGR numbers one colour bit pattern (blue 1, green 2, red 4, bright 8). */
static unsigned ansi(unsigned c)
{
	return (c & 4) >> 2 | (c & 2) | (c & 1) << 2;
}

int attributes_text(char *s, size_t size, uint16_t a)
{
	unsigned fg = a & 15, bg = a >> 4 & 15;

	if ((a & 0xff) == 7) /* the terminal's own colours */
		return snprintf(s, size, "\33[0m%s%s",
				a & CELL_REVERSE ? "\33[7m" : "",
				a & CELL_UNDERLINE ? "\33[4m" : "");
	return snprintf(s, size, "\33[0;%u;%um%s%s",
			(fg & 8 ? 90 : 30) + ansi(fg),
			(bg & 8 ? 100 : 40) + ansi(bg),
			a & CELL_REVERSE ? "\33[7m" : "",
			a & CELL_UNDERLINE ? "\33[4m" : "");
}

void out_flush(struct out *o)
{
	if (!o->status && o->n)
		o->status = o->put(o->t, o->f, o->s, o->n);
	o->n = 0;
}

void out_text(struct out *o, const char *s, size_t n)
{
	if (o->n + n > sizeof o->s)
		out_flush(o);
	if (n <= sizeof o->s) {
		memcpy(o->s + o->n, s, n);
		o->n += n;
	}
}

void out_string(struct out *o, const char *s)
{
	out_text(o, s, strlen(s));
}

void out_move(struct out *o, int x, int y)
{
	char s[32];

	if (o->large) {
		o->first = MIN(o->first, y);
		o->last = MAX(o->last, y);
	}
	out_text(o, s,
		 (size_t)snprintf(s, sizeof s,
				  o->large ? MODEL_PLACE : "\33[%d;%dH", y + 1,
				  x + 1));
}

void out_attributes(struct out *o, uint16_t a)
{
	char s[64];

	out_text(o, s, (size_t)attributes_text(s, sizeof s, a));
}

void out_char(struct out *o, uint32_t c)
{
	uint16_t u[2] = { (uint16_t)c };
	size_t n = 1;
	char s[4];

	if (c < 32 || c == 127)
		u[0] = ' '; /* a cell, not a control */
	if (c >= 0x10000) {
		u[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
		u[1] = (uint16_t)(0xdc00 + (c & 0x3ff));
		n = 2;
	}
	out_text(o, s, utf16_to_utf8(s, sizeof s, u, n));
}

void out_begin(struct out *o, struct task *t, struct file *f)
{
	o->t = t;
	o->f = f;
	o->large = console_is_large(f);
	o->first = INT_MAX;
	o->last = -1;
	o->put = o->large ? console_put_hidden : console_put;
	o->status = STATUS_SUCCESS;
	o->n = 0;
	out_text(o, "\0337", 2);
}

/* Whatever went wrong, the cursor is put back. */
NTSTATUS out_end(struct out *o)
{
	NTSTATUS status = o->status;
	struct model *m;
	int16_t cols, rows;

	o->status = STATUS_SUCCESS;
	out_text(o, "\0338", 2);
	out_flush(o);
	if (!status)
		status = o->status;
	if (o->last < 0 || !console_is_shown(o->f))
		return status;
	m = console_follow(o->f, &cols, &rows);
	return !m || status ? status
			    : console_paint(o->t, o->f, m, o->first, o->last);
}

void out_feed(struct out *o, int rows, int by)
{
	out_move(o, 0, rows - 1);
	for (int i = 0; i < MIN(by, rows); i++)
		out_text(o, "\n", 1);
}

/* What the window shows of line y. */
static void take_line(struct model *m, const struct model_view *v, int y,
		      struct cell *line, int cols)
{
	int n = MAX(0, MIN(cols, v->width - v->left));

	for (int x = n; x < cols; x++)
		line[x] = (struct cell){ ' ', CELL_PLAIN };
	if (n)
		model_read(m, v->left, y, (size_t)n, line);
	/* Half of a character would take both cells. */
	if (n && line[n - 1].attributes & CELL_LEADING)
		line[n - 1].c = ' ';
}

NTSTATUS console_paint(struct task *t, struct file *f, struct model *m,
		       int first, int last)
{
	struct out o = { .t = t, .f = f, .put = console_put_unlogged };
	struct model_view v;
	int col, row;
	int16_t cols, rows;
	struct cell *line;

	console_window(f->fd, &cols, &rows);
	line = malloc((size_t)cols * sizeof *line);
	if (!line)
		return STATUS_NO_MEMORY;
	model_view(m, &v);
	for (int y = MAX(first, v.top); y <= MIN(last, v.top + rows - 1); y++) {
		take_line(m, &v, y, line, cols);
		out_cells(&o, 0, y - v.top, cols, line, (size_t)cols);
	}
	free(line);
	model_cursor(m, &col, &row);
	out_move(&o, MAX(0, MIN(col - v.left, cols - 1)),
		 MAX(0, MIN(row, rows - 1)));
	out_attributes(&o, model_attributes(m));
	out_flush(&o);
	return o.status;
}

/* Plain blanks to the end of a line of left cells: one sequence will do. */
static bool rest_is_blank(const struct cell *c, size_t left)
{
	for (size_t i = 0; i < left; i++)
		if (c[i].c != ' ' || c[i].attributes != c->attributes)
			return false;
	return left > 3 && !(c->attributes & ~15);
}

void out_cells(struct out *o, int x, int y, int cols, const struct cell *c,
	       size_t n)
{
	int last = -1;

	out_move(o, x, y);
	for (size_t i = 0; i < n && !o->status; i++) {
		uint16_t a = c[i].attributes &
			     (CELL_COLORS | CELL_REVERSE | CELL_UNDERLINE);
		size_t left = (size_t)(cols - x);

		if (a != last)
			out_attributes(o, a);
		last = a;
		if (left <= n - i && rest_is_blank(c + i, left)) {
			out_text(o, "\33[K", 3);
			i += left - 1;
			x = 0;
			if (i + 1 < n)
				out_move(o, x, ++y);
			continue;
		}
		/* The left half has brought it along. */
		if (!(c[i].attributes & CELL_TRAILING) || !i)
			out_char(o, c[i].attributes & CELL_TRAILING ? ' '
								    : c[i].c);
		if (++x == cols && i + 1 < n) {
			x = 0;
			out_move(o, x, ++y);
		}
	}
}
