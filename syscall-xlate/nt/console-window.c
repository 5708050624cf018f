/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-window.c - buffers that are longer than the window.
 *
 * The terminal shows the window, and gets the same text whether or not there is
 * more of the buffer: what scrolls out of it is above, as the model knows. Only
 * when a program takes the window elsewhere, or changes lines of the buffer, is
 * something painted.  Everybody on the console knows of it by the buffer's text
 * (console-model.h).
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

bool console_is_tall(const struct file *f)
{
	const struct console_screen *c = screen_of(f);

	return c && c->height;
}

struct model *console_see(struct file *f, int16_t *cols, int16_t *rows,
			  int16_t *height, int16_t *top)
{
	struct model *m = console_follow(f, cols, rows);

	*height = *rows;
	*top = 0;
	if (m && console_is_tall(f)) {
		*height = (int16_t)MAX(*rows, model_height(m));
		*top = (int16_t)model_top(m);
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
	screen_append((unsigned)at, s, n);
	return STATUS_SUCCESS;
}

/* As far as the terminal scrolls, so that it keeps what it can. */
static void feed_terminal(struct out *o, int rows, int by)
{
	out_move(o, 0, rows - 1);
	for (int i = 0; i < MIN(by, rows); i++)
		out_text(o, "\n", 1);
	out_flush(o);
}

static NTSTATUS move_window(struct task *t, struct file *f, int to)
{
	struct out o = { .t = t, .f = f, .put = console_put_unlogged };
	int16_t cols, rows, height, top;
	struct model *m = console_see(f, &cols, &rows, &height, &top);
	char s[24];

	if (!m)
		return STATUS_INVALID_HANDLE;
	to = MAX(0, MIN(to, height - rows));
	if (to == top)
		return STATUS_SUCCESS;
	console_put_hidden(t, f, s,
			   (size_t)snprintf(s, sizeof s, MODEL_TOP, to + 1));
	if (!console_is_shown(f))
		return STATUS_SUCCESS;
	if (to > top)
		feed_terminal(&o, rows, to - top);
	m = console_see(f, &cols, &rows, &height, &top);
	return m ? console_paint(t, f, m, 0, INT_MAX) : STATUS_NO_MEMORY;
}

NTSTATUS console_show_line(struct task *t, struct file *f, int y)
{
	int16_t cols, rows, height, top;

	if (!console_see(f, &cols, &rows, &height, &top))
		return STATUS_INVALID_HANDLE;
	if (y < top)
		return move_window(t, f, y);
	return y < top + rows ? STATUS_SUCCESS
			      : move_window(t, f, y - rows + 1);
}

NTSTATUS console_show_cursor(struct task *t, struct file *f)
{
	int16_t cols, rows, height, top;
	struct model *m;
	int col, row;

	if (!console_is_tall(f))
		return STATUS_SUCCESS;
	m = console_see(f, &cols, &rows, &height, &top);
	if (!m)
		return STATUS_SUCCESS;
	model_cursor(m, &col, &row);
	return row < 0 || row >= rows ? console_show_line(t, f, top + row)
				      : STATUS_SUCCESS;
}

/* ---- sizes
 * ---------------------------------------------------------------------- */

/* The terminal may, or may not. */
static NTSTATUS ask_for_size(struct task *t, struct file *f, int cols, int rows)
{
	char s[40];

	return console_put(t, f, s,
			   (size_t)snprintf(s, sizeof s, "\33[8;%d;%dt",
					    MIN(rows, 200), cols));
}

static NTSTATUS set_size(struct task *t, struct file *f, struct irp *r)
{
	struct console_screen *c = screen_of(f);
	int16_t size[2], cols, rows, height, top;
	char s[24];
	NTSTATUS status = control_in(t, r, size, sizeof size);

	if (status)
		return status;
	if (size[0] <= 0 || size[1] <= 0)
		return STATUS_INVALID_PARAMETER;
	if (!c)
		return STATUS_INVALID_HANDLE;
	console_window(f, &cols, &rows);
	if (size[0] != cols || size[1] < rows)
		return ask_for_size(t, f, size[0], size[1]);
	if (size[1] == rows && !c->height)
		return STATUS_SUCCESS;
	status = console_show_cursor(t, f);
	if (status)
		return status;
	if (!console_see(f, &cols, &rows, &height, &top))
		return STATUS_NO_MEMORY;
	c->height = (uint32_t)size[1];
	status = console_put_hidden(
		t, f, s, (size_t)snprintf(s, sizeof s, MODEL_HEIGHT, size[1]));
	if (size[1] == rows)
		c->height = 0;
	return status;
}

/* in: where in the buffer it is to be. */
static NTSTATUS set_window(struct task *t, struct file *f, struct irp *r)
{
	int16_t cols, rows, height, top;
	struct rf_console_rect w;
	struct model *m;
	NTSTATUS status = control_in(t, r, &w, sizeof w);

	if (status)
		return status;
	m = console_see(f, &cols, &rows, &height, &top);
	if (!m)
		return STATUS_INVALID_HANDLE;
	if (w.right < w.left || w.bottom < w.top || w.left < 0 || w.top < 0)
		return STATUS_INVALID_PARAMETER;
	if (w.right - w.left + 1 != cols || w.bottom - w.top + 1 != rows)
		return ask_for_size(t, f, w.right - w.left + 1,
				    w.bottom - w.top + 1);
	if (w.left || w.bottom >= height)
		return STATUS_INVALID_PARAMETER;
	return move_window(t, f, w.top);
}

const struct control_row console_window_rows[] = {
	{ RF_CONSOLE_SET_SIZE, set_size },
	{ RF_CONSOLE_SET_WINDOW, set_window },
};
const size_t console_window_nrows = COUNT_OF(console_window_rows);
