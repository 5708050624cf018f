/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-window.c - buffers that are larger than the window.
 *
 * Of one that is longer the terminal shows the window, and gets the same text
 * whether or not there is more of the buffer: what scrolls out of it is above,
 * as the model knows.  Only when a program takes the window elsewhere, or
 * changes lines of the buffer, is something painted.  (One that is wider the
 * terminal cannot break into lines: console-wide.c.)  Everybody on the console
 * knows of it by the buffer's text (console-model.h).
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-paint.h"
#include "syscall-xlate/nt/file-private.h"

static struct console_screen *screen_of(const struct file *f)
{
	int at = console_buffer_of(f);

	return at < 0 ? NULL : &console_screens()->screen[at];
}

bool console_is_large(const struct file *f)
{
	const struct console_screen *c = screen_of(f);

	return c && c->size;
}

bool console_is_wide(const struct file *f)
{
	const struct console_screen *c = screen_of(f);
	int width = c ? side_x(c->size) : 0;
	int16_t cols, rows;

	if (!width)
		return false;
	console_window(f->fd, &cols, &rows);
	return width > cols;
}

void console_shown_size(int *cols, int *rows)
{
	const struct console_screens *s = console_screens();
	const uint32_t size = s->screen[s->shown % SCREENS].size;

	*cols = MAX(*cols, side_x(size));
	*rows = MAX(*rows, side_y(size));
}

void console_shown_place(int *left, int *top)
{
	const struct console_screens *s = console_screens();
	const struct console_screen *c = &s->screen[s->shown % SCREENS];
	const uint64_t place = c->size ? c->place : 0;

	*left = side_x(place);
	*top = side_y(place);
}

struct model *console_see(struct file *f, struct model_view *v)
{
	int16_t cols, rows;
	struct model *m = console_follow(f, &cols, &rows);

	*v = (struct model_view){ cols, rows, cols, rows, 0, 0 };
	if (m && console_is_large(f)) {
		model_view(m, v);
		/* It is followed up to a size that no terminal has. */
		v->cols = cols;
		v->rows = rows;
		v->width = MAX(v->width, cols);
		v->height = MAX(v->height, rows);
	}
	return m;
}

NTSTATUS console_put_hidden(struct task *t, struct file *f, const char *s,
			    size_t n)
{
	int at = console_buffer_of(f);

	(void)t;
	if (at < 0)
		return STATUS_INVALID_HANDLE;
	screen_append(f->fd, (unsigned)at, s, n);
	return STATUS_SUCCESS;
}

static NTSTATUS move_window(struct task *t, struct file *f, int left, int top)
{
	struct out o = { .t = t, .f = f, .put = console_put_unlogged };
	struct model_view v;
	struct model *m = console_see(f, &v);
	char s[32];

	if (!m)
		return STATUS_INVALID_HANDLE;
	left = MAX(0, MIN(left, v.width - v.cols));
	top = MAX(0, MIN(top, v.height - v.rows));
	if (left == v.left && top == v.top)
		return STATUS_SUCCESS;
	console_put_hidden(
		t, f, s,
		(size_t)snprintf(s, sizeof s, MODEL_WINDOW, top + 1, left + 1));
	if (!console_is_shown(f))
		return STATUS_SUCCESS;
	/* As far as the terminal scrolls, so that it keeps what it can. */
	if (top > v.top) {
		out_feed(&o, v.rows, top - v.top);
		out_flush(&o);
	}
	m = console_see(f, &v);
	return m ? console_paint(t, f, m, 0, INT_MAX) : STATUS_NO_MEMORY;
}

NTSTATUS console_show_cell(struct task *t, struct file *f, int x, int y)
{
	struct model_view v;
	int left, top;

	if (!console_see(f, &v))
		return STATUS_INVALID_HANDLE;
	left = v.left;
	top = v.top;
	if (x >= 0 && x < left)
		left = x;
	else if (x >= left + v.cols)
		left = x - v.cols + 1;
	if (y < top)
		top = y;
	else if (y >= top + v.rows)
		top = y - v.rows + 1;
	return move_window(t, f, left, top);
}

NTSTATUS console_show_cursor(struct task *t, struct file *f)
{
	struct model_view v;
	struct model *m;
	int col, row;

	if (!console_is_large(f))
		return STATUS_SUCCESS;
	m = console_see(f, &v);
	if (!m)
		return STATUS_SUCCESS;
	model_cursor(m, &col, &row);
	return row < 0 || row >= v.rows
		       ? console_show_cell(t, f, -1, v.top + row)
		       : STATUS_SUCCESS;
}

/* ---- sizes ---- */

/* The terminal may, or may not. */
static NTSTATUS ask_for_size(struct task *t, struct file *f, int cols, int rows)
{
	char s[40];

	return console_put_unlogged(t, f, s,
				    (size_t)snprintf(s, sizeof s,
						     "\33[8;%d;%dt",
						     MIN(rows, 200), cols));
}

/* Of the console's, that is: who waits for input is told. */
static void size_changes(struct file *f)
{
	pthread_mutex_lock(&console.lock);
	console_look_at_window(f->fd);
	pthread_mutex_unlock(&console.lock);
}

static NTSTATUS set_size(struct task *t, struct file *f, struct irp *r)
{
	struct console_screen *c = screen_of(f);
	struct model_view v;
	struct model *m;
	int16_t size[2], cols, rows;
	uint32_t large;
	char s[32];
	NTSTATUS status = control_in(t, r, size, sizeof size);

	if (status)
		return status;
	if (size[0] <= 0 || size[1] <= 0)
		return STATUS_INVALID_PARAMETER;
	if (!c)
		return STATUS_INVALID_HANDLE;
	if (size[0] * size[1] > MODEL_MOST_CELLS)
		return STATUS_NO_MEMORY;
	console_window(f->fd, &cols, &rows);
	if (size[0] < cols || size[1] < rows)
		return ask_for_size(t, f, size[0], size[1]);
	large = (size[0] > cols ? (uint32_t)size[0] << SIDE_BITS : 0) |
		(size[1] > rows ? (uint32_t)size[1] : 0);
	if (large == c->size)
		return STATUS_SUCCESS;
	status = console_show_cursor(t, f);
	if (status)
		return status;
	if (!console_see(f, &v))
		return STATUS_NO_MEMORY;
	size_changes(f);
	/* Until that is told it is not one of the usual size. */
	if (large)
		c->size = large;
	status = console_put_hidden(t, f, s,
				    (size_t)snprintf(s, sizeof s, MODEL_SIZE,
						     side_y(large),
						     side_x(large)));
	c->size = large;
	m = console_see(f, &v);
	/* Columns that were shown may be gone. */
	if (!status && m && console_is_shown(f))
		status = console_paint(t, f, m, 0, INT_MAX);
	console_window_changed();
	return status;
}

/* in: where in the buffer it is to be. */
static NTSTATUS set_window(struct task *t, struct file *f, struct irp *r)
{
	struct model_view v;
	struct rf_console_rect w;
	NTSTATUS status = control_in(t, r, &w, sizeof w);

	if (status)
		return status;
	if (!console_see(f, &v))
		return STATUS_INVALID_HANDLE;
	if (w.right < w.left || w.bottom < w.top || w.left < 0 || w.top < 0)
		return STATUS_INVALID_PARAMETER;
	if (w.right - w.left + 1 != v.cols || w.bottom - w.top + 1 != v.rows)
		return ask_for_size(t, f, w.right - w.left + 1,
				    w.bottom - w.top + 1);
	if (w.right >= v.width || w.bottom >= v.height)
		return STATUS_INVALID_PARAMETER;
	return move_window(t, f, w.left, w.top);
}

const struct control_row console_window_rows[] = {
	{ RF_CONSOLE_SET_SIZE, set_size },
	{ RF_CONSOLE_SET_WINDOW, set_window },
};
const size_t console_window_nrows = COUNT_OF(console_window_rows);
