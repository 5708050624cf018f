/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-cells.c - cells of a screen buffer: read, written, filled, moved.
 *
 * What is there is what a model has followed, and attributes of what is there
 * already are changed by writing it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syscall-xlate/nt/console-paint.h"
#include "syscall-xlate/nt/file-private.h"

/*
 * A range of cells: where it lies, how many there are, and what is there now
 * (malloc'ed).  In r->information their number.
 */
static NTSTATUS take_range(struct task *t, struct file *f, struct irp *r,
			   struct rf_console_fill *c, int *cols, uint32_t *n,
			   struct cell **cells)
{
	NTSTATUS status = control_in(t, r, c, sizeof *c);
	struct model *m = NULL;
	struct model_view v;

	if (!status)
		m = console_see(f, &v);
	if (status || !m)
		return status ? status : STATUS_INVALID_HANDLE;
	if (c->x < 0 || c->y < 0 || c->x >= v.width || c->y >= v.height ||
	    c->what > RF_CONSOLE_ATTRS)
		return STATUS_INVALID_PARAMETER;
	*cols = v.width;
	*n = MIN(c->count,
		 (uint32_t)(v.width * v.height - (c->y * v.width + c->x)));
	*cells = malloc((*n + 1) * sizeof **cells);
	if (!*cells)
		return STATUS_NO_MEMORY;
	model_read(m, c->x, c->y, *n, *cells);
	return STATUS_SUCCESS;
}

/* One of them becomes a character or an attribute; the other part stays. */
static void change(struct cell *c, uint16_t what, uint16_t value)
{
	const uint16_t halves = CELL_LEADING | CELL_TRAILING;

	if (what == RF_CONSOLE_CHARS) {
		c->c = value;
		c->attributes &= (uint16_t)~halves;
	} else {
		c->attributes = (uint16_t)((c->attributes & halves) |
					   (value & ~halves));
	}
}

/*
 * n cells, of a long buffer only the lines that have changed: programs clear
 * all of it, of which most has never been written.
 */
static void put_lines(struct out *o, const struct rf_console_fill *c, int cols,
		      const struct cell *cells, uint32_t n, const bool *changed)
{
	uint32_t x = (uint32_t)c->x, on_line;
	int y = c->y;

	if (!o->large) {
		out_cells(o, c->x, c->y, cols, cells, n);
		return;
	}
	for (; n && !o->status; n -= on_line, cells += on_line, x = 0, y++) {
		on_line = MIN(n, (uint32_t)cols - x);
		if (changed[y - c->y])
			out_cells(o, (int)x, y, cols, cells, on_line);
	}
}

/* A range becomes c.value, or (each) the values that follow c. */
static NTSTATUS put_range(struct task *t, struct file *f, struct irp *r,
			  bool each)
{
	struct rf_console_fill c;
	struct cell *cells, was;
	struct out o;
	int cols;
	bool *changed = NULL;
	uint32_t n;
	NTSTATUS status = take_range(t, f, r, &c, &cols, &n, &cells);

	if (status)
		return status;
	changed = calloc(n / (uint32_t)cols + 2, sizeof *changed);
	if (!changed)
		status = STATUS_NO_MEMORY;
	if (each && c.count > (r->len - sizeof c) / 2)
		status = STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; i < n && !status; i++) {
		uint16_t u = c.value;

		was = cells[i];
		if (each && guest_read(t, &u, r->buf + sizeof c + i * 2ull,
				       sizeof u) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else
			change(&cells[i], c.what, u);
		changed[(i + (uint32_t)c.x) / (uint32_t)cols] |=
			was.c != cells[i].c ||
			was.attributes != cells[i].attributes;
	}
	if (!status) {
		out_begin(&o, t, f);
		put_lines(&o, &c, cols, cells, n, changed);
		r->information = n;
		status = out_end(&o);
	}
	free(changed);
	free(cells);
	return status;
}

static NTSTATUS fill(struct task *t, struct file *f, struct irp *r)
{
	return put_range(t, f, r, false);
}

static NTSTATUS write_cells(struct task *t, struct file *f, struct irp *r)
{
	return put_range(t, f, r, true);
}

static uint16_t unit_of(const struct cell *c)
{
	return c->c < 0x10000 ? (uint16_t)c->c : 0xfffd;
}

static NTSTATUS read_cells(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_fill c;
	struct cell *cells;
	int cols;
	uint32_t n, k = 0;
	NTSTATUS status = take_range(t, f, r, &c, &cols, &n, &cells);

	if (status)
		return status;
	n = MIN(n, r->out_len / 2);
	for (uint32_t i = 0; i < n && !status; i++) {
		uint16_t u = c.what == RF_CONSOLE_CHARS ? unit_of(&cells[i])
							: cells[i].attributes;

		/* A wide character is one. */
		if (c.what == RF_CONSOLE_CHARS &&
		    cells[i].attributes & CELL_TRAILING)
			continue;
		if (guest_write(t, r->out + k++ * 2ull, &u, sizeof u) < 0)
			status = STATUS_ACCESS_VIOLATION;
	}
	free(cells);
	r->information = k;
	return status;
}

static NTSTATUS read_rect(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_rect c;
	struct model *m = NULL;
	struct model_view v;
	gaddr to = r->out;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (!status)
		m = console_see(f, &v);
	if (status || !m)
		return status ? status : STATUS_INVALID_HANDLE;
	if (c.left < 0 || c.top < 0 || c.right < c.left || c.bottom < c.top ||
	    c.right >= v.width || c.bottom >= v.height ||
	    (uint64_t)(c.right - c.left + 1) *
			    (uint64_t)(c.bottom - c.top + 1) >
		    r->out_len / 4)
		return STATUS_INVALID_PARAMETER;
	for (int y = c.top; y <= c.bottom; y++)
		for (int x = c.left; x <= c.right; x++, to += 4) {
			struct cell cell;
			uint16_t out[2];

			model_read(m, x, y, 1, &cell);
			out[0] = unit_of(&cell);
			out[1] = cell.attributes;
			if (guest_write(t, to, out, sizeof out) < 0)
				return STATUS_ACCESS_VIOLATION;
		}
	r->information = to - r->out;
	return STATUS_SUCCESS;
}

static NTSTATUS write_rect(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_rect c;
	struct out o;
	struct model_view v;
	int16_t cols, rows;
	int w, last = -1;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (status)
		return status;
	w = c.right - c.left + 1;
	if (w <= 0 || c.bottom < c.top ||
	    (uint64_t)w * (uint64_t)(c.bottom - c.top + 1) >
		    (r->len - sizeof c) / 4)
		return STATUS_INVALID_PARAMETER;
	console_window(f->fd, &cols, &rows);
	v.width = cols;
	v.height = rows;
	if (console_is_large(f) && !console_see(f, &v))
		return STATUS_INVALID_HANDLE;
	out_begin(&o, t, f);
	for (int y = MAX(c.top, 0);
	     y <= MIN(c.bottom, v.height - 1) && !o.status; y++) {
		int x = MAX(c.left, 0);

		out_move(&o, x, y);
		for (; x <= MIN(c.right, v.width - 1) && !o.status; x++) {
			uint16_t cell[2];
			uint64_t i = (uint64_t)(y - c.top) * (unsigned)w +
				     (unsigned)(x - c.left);

			if (guest_read(t, cell, r->buf + sizeof c + i * 4, 4) <
			    0) {
				o.status = STATUS_ACCESS_VIOLATION;
				break;
			}
			if (cell[1] & 0x200)
				continue; /* right half of a wide character */
			if (cell[1] != last) {
				out_attributes(&o, cell[1]);
				last = cell[1];
			}
			out_char(&o, cell[0]);
		}
	}
	out_attributes(&o, (uint16_t)*console_attributes(f));
	return out_end(&o);
}

static bool inside(const struct rf_console_rect *r, int x, int y)
{
	return x >= r->left && x <= r->right && y >= r->top && y <= r->bottom;
}

/*
 * Whole lines, and what they leave is plain: the terminal can do that itself,
 * and so can a long buffer, whose window is then painted anew.
 */
static NTSTATUS scroll_lines(struct task *t, struct file *f,
			     const struct rf_console_scroll *c, int height)
{
	int by = c->to_y - c->rect.top;
	int top = MAX(0, MIN(c->rect.top, (int)c->to_y));
	int bottom = MIN(height - 1, MAX(c->rect.bottom, c->rect.bottom + by));
	char s[160], colors[64];

	if (!by || top >= bottom)
		return STATUS_SUCCESS;
	if (console_is_large(f)) {
		struct out o;

		out_begin(&o, t, f);
		snprintf(s, sizeof s, MODEL_SHIFT, top + 1, bottom + 1, abs(by),
			 by < 0 ? 'S' : 'T');
		out_string(&o, s);
		o.first = top;
		o.last = bottom;
		return out_end(&o);
	}
	attributes_text(colors, sizeof colors, c->fill_attributes);
	snprintf(s, sizeof s, "\0337\33[%d;%dr%s\33[%d%c\33[r\0338", top + 1,
		 bottom + 1, colors, abs(by), by < 0 ? 'S' : 'T');
	return console_put(t, f, s, strlen(s));
}

static bool are_lines(struct file *f, const struct rf_console_scroll *c,
		      int cols, int height)
{
	return c->rect.left <= 0 && c->rect.right >= cols - 1 && !c->to_x &&
	       c->clip.left <= 0 && c->clip.top <= 0 &&
	       c->clip.right >= cols - 1 && c->clip.bottom >= height - 1 &&
	       c->fill_char == ' ' && c->rect.top != c->to_y &&
	       (!console_is_large(f) || c->fill_attributes == CELL_PLAIN) &&
	       (c->to_y < c->rect.top
			? c->rect.bottom >= height - 1 || c->to_y >= 0
			: true) &&
	       abs(c->to_y - c->rect.top) <= c->rect.bottom - c->rect.top + 1;
}

/* Any block to any place: what changes is written anew, from a copy. */
static NTSTATUS scroll(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_scroll c;
	struct cell *old, *line;
	struct model *m = NULL;
	struct model_view v;
	int cols, height;
	int from, to; /* lines that matter */
	struct out o;
	size_t n;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (!status)
		m = console_see(f, &v);
	if (status || !m)
		return status ? status : STATUS_INVALID_HANDLE;
	cols = v.width;
	height = v.height;
	if (are_lines(f, &c, cols, height))
		return scroll_lines(t, f, &c, height);
	from = MAX(0, MIN(c.rect.top, c.to_y));
	to = MIN(height - 1,
		 MAX((int)c.rect.bottom, c.to_y + c.rect.bottom - c.rect.top));
	if (from > to)
		return STATUS_SUCCESS;
	n = (size_t)cols * (size_t)(to - from + 1);
	old = malloc(n * sizeof *old);
	line = malloc((size_t)cols * sizeof *line);
	if (!old || !line) {
		free(old);
		free(line);
		return STATUS_NO_MEMORY;
	}
	model_read(m, 0, from, n, old);
	out_begin(&o, t, f);
	for (int y = from; y <= to && !o.status; y++) {
		int first = cols, last = -1;

		for (int x = 0; x < cols; x++) {
			int from_x = x - c.to_x + c.rect.left;
			int from_y = y - c.to_y + c.rect.top;

			line[x] = old[(y - from) * cols + x];
			if (!inside(&c.clip, x, y))
				continue;
			if (inside(&c.rect, from_x, from_y))
				line[x] = from_x >= 0 && from_x < cols &&
							  from_y >= from &&
							  from_y <= to
						  ? old[(from_y - from) * cols +
							from_x]
						  : (struct cell){
							    c.fill_char,
							    c.fill_attributes
						    };
			else if (inside(&c.rect, x, y))
				line[x] = (struct cell){ c.fill_char,
							 c.fill_attributes };
			else
				continue;
			first = MIN(first, x);
			last = x;
		}
		if (last >= first)
			out_cells(&o, first, y, cols, line + first,
				  (size_t)(last - first + 1));
	}
	free(old);
	free(line);
	return out_end(&o);
}

const struct control_row console_cell_rows[] = {
	{ RF_CONSOLE_FILL, fill },
	{ RF_CONSOLE_WRITE_CELLS, write_cells },
	{ RF_CONSOLE_WRITE_RECT, write_rect },
	{ RF_CONSOLE_SCROLL, scroll },
	{ RF_CONSOLE_READ_CELLS, read_cells },
	{ RF_CONSOLE_READ_RECT, read_rect },
};
const size_t console_cell_nrows = COUNT_OF(console_cell_rows);
