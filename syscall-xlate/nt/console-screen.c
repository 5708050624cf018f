/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-screen.c - a screen buffer's size, cursor and colours.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console-paint.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"

static const uint32_t colors[16] = {
	0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080,
	0x008080, 0xc0c0c0, 0x808080, 0xff0000, 0x00ff00, 0xffff00,
	0x0000ff, 0xff00ff, 0x00ffff, 0xffffff,
};

static uint32_t color(int i)
{
	uint32_t c = console_shared()->colors[i];

	return c & COLOR_SET ? c & (COLOR_SET - 1) : colors[i];
}

void console_window(int fd, int16_t *cols, int16_t *rows)
{
	struct winsize w;

	*cols = 80;
	*rows = 25;
	if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
		*cols = (int16_t)MIN(w.ws_col, 32767);
		*rows = (int16_t)MIN(w.ws_row, 32767);
	}
}

/* ---- where the cursor is ---- */

/* The answer "ESC [ row ; col R" in console.bytes from at on. */
static bool take_answer(size_t from, int *row, int *col)
{
	for (size_t i = from; i + 5 < console.nbytes; i++) {
		int used = 0;

		if (console.bytes[i] != 27 || console.bytes[i + 1] != '[')
			continue;
		console.bytes[console.nbytes] = 0;
		if (sscanf((char *)console.bytes + i + 2, "%d;%dR%n", row, col,
			   &used) < 2 ||
		    !used)
			continue;
		memmove(console.bytes + i, console.bytes + i + 2 + used,
			console.nbytes - i - 2 - (size_t)used);
		console.nbytes -= 2 + (size_t)used;
		return true;
	}
	return false;
}

/* Asks the terminal; what the user types meanwhile is kept. */
bool console_ask_cursor(struct file *f, int *row, int *col)
{
	enum { PATIENCE_MS = 300, MAX_PATIENCE_MS = 10000 };
	struct console_shared *c = console_shared();
	/* Read once: others on the console may write there. */
	const uint32_t asked_for = c->patience_ms;
	const int patience = (int)MIN(MAX(asked_for, (uint32_t)PATIENCE_MS),
				      (uint32_t)MAX_PATIENCE_MS);
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	enum terminal_use use;
	bool found = false;
	int tries = 0;

	if (c->silent || tcgetpgrp(f->fd) != getpgrp())
		return false;
	pthread_mutex_lock(&console.lock);
	use = console.use; /* at first that is TERMINAL_IDLE */
	terminal_apply(f->fd, TERMINAL_KEYS);
	if (write(f->fd, "\33[6n", 4) == 4) {
		size_t from = console.nbytes;

		c->asked_ns = monotonic_ns();
		c->asked++;
		while (!found && tries++ < 32 &&
		       console.nbytes < sizeof console.bytes - 64 &&
		       poll(&p, 1, patience) > 0) {
			ssize_t n =
				read(f->fd, console.bytes + console.nbytes,
				     sizeof console.bytes - 1 - console.nbytes);

			if (n <= 0)
				break;
			console.nbytes += (size_t)n;
			found = take_answer(from, row, col);
		}
		if (found)
			c->asked--;
		else
			c->silent = true; /* until an answer comes late */
		if (console.nbytes > from)
			console_wake();
	}
	terminal_apply(f->fd, use);
	pthread_mutex_unlock(&console.lock);
	return found;
}

/*
 * Where the cursor of the console's first buffer is.  Some programs ask many
 * times a second only to see the size of the window: the terminal is asked
 * again only if something has been written since, and not at once; until then
 * it is where our own text has left it.  So it is where the terminal does not
 * answer.
 */
static void ask_cursor(struct file *f, struct model *m, int cols, int rows)
{
	enum { REST_NS = 30 * 1000 * 1000 };
	bool lent = console_shared()->writer == LENT;
	/* It has what was painted, and the cursor may be beside that. */
	bool ours = console_is_wide(f) && !lent;
	struct model_view v;
	struct timespec ts;
	int64_t now;
	int row, col;
	bool told;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * 1000000000ll + ts.tv_nsec;
	if (model_follows(m, cols, rows) &&
	    (ours ||
	     !((console.moved || lent) && now - console.cursor_ns > REST_NS)))
		return;
	console.moved = false;
	told = console_is_shown(f) && console_ask_cursor(f, &row, &col);
	model_begin(m, cols, rows, told ? row - 1 : -1);
	if (told && !ours) {
		model_view(m, &v);
		model_place(m, v.left + col - 1, row - 1);
		console.cursor_ns = now;
	}
}

struct model *console_follow(struct file *f, int16_t *cols, int16_t *rows)
{
	int at = console_buffer_of(f);
	struct model *m;

	console_window(f->fd, cols, rows);
	m = at < 0 ? NULL : screen_model((unsigned)at, *cols, *rows);
	/* Nobody else writes to the others. */
	if (m && !at)
		ask_cursor(f, m, *cols, *rows);
	if (m && console_is_large(f))
		screen_agree((unsigned)at);
	return m && model_follows(m, *cols, *rows) ? m : NULL;
}

static NTSTATUS get_info(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_info i = { 0 };
	struct winsize w = { 0 };
	int row = 0, col = 0;
	struct model_view v;
	struct model *m = console_see(f, &v);

	if (console_buffer_of(f) < 0)
		return STATUS_INVALID_HANDLE;
	if (m)
		model_cursor(m, &col, &row);
	i.size_x = (int16_t)v.width;
	i.size_y = (int16_t)v.height;
	i.cursor_x = (int16_t)MIN(col, v.width - 1);
	i.cursor_y = (int16_t)MAX(0, MIN(row + v.top, v.height - 1));
	i.attributes = (uint16_t)*console_attributes(f);
	i.popup_attributes = (uint16_t)console_shared()->popup_attributes;
	i.left = (int16_t)v.left;
	i.top = (int16_t)v.top;
	i.right = (int16_t)(v.left + v.cols - 1);
	i.bottom = (int16_t)(v.top + v.rows - 1);
	i.max_x = (int16_t)v.cols;
	i.max_y = (int16_t)v.rows;
	if (ioctl(f->fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
		i.cell_x = w.ws_xpixel / w.ws_col;
		i.cell_y = w.ws_ypixel / w.ws_row;
	}
	for (int k = 0; k < 16; k++)
		i.colors[k] = color(k);
	return control_out(t, r, &i, sizeof i);
}

/* ---- small settings ---- */

static NTSTATUS say(struct task *t, struct file *f, const char *s)
{
	return console_put(t, f, s, strlen(s));
}

static NTSTATUS set_cursor(struct task *t, struct file *f, struct irp *r)
{
	int16_t at[2], cols, rows;
	struct model_view v = { 0 };
	char s[32];
	NTSTATUS status = control_in(t, r, at, sizeof at);

	if (status)
		return status;
	if (console_is_large(f)) {
		if (!console_see(f, &v))
			return STATUS_INVALID_HANDLE;
	} else {
		console_window(f->fd, &cols, &rows);
		v.width = cols;
		v.height = rows;
	}
	if (at[0] < 0 || at[1] < 0 || at[0] >= v.width || at[1] >= v.height)
		return STATUS_INVALID_PARAMETER;
	if (console_is_large(f)) {
		status = console_show_cell(t, f, at[0], at[1]);
		if (status || !console_see(f, &v))
			return status ? status : STATUS_INVALID_HANDLE;
	}
	snprintf(s, sizeof s, "\33[%d;%dH", at[1] - v.top + 1, at[0] + 1);
	return say(t, f, s);
}

static NTSTATUS set_attributes(struct task *t, struct file *f, struct irp *r)
{
	uint32_t a;
	char s[64];
	NTSTATUS status = control_in(t, r, &a, sizeof a);

	if (status)
		return status;
	*console_attributes(f) = (uint16_t)a;
	attributes_text(s, sizeof s, (uint16_t)a);
	return say(t, f, s);
}

/*
 * One of the terminal's colours, and if texts of the usual attribute have it,
 * which the terminal shows in colours of its own, that as well.
 */
static void set_color(struct out *o, int i, uint32_t c)
{
	int ansi = (i & 4) >> 2 | (i & 2) | (i & 1) << 2 | (i & 8);
	char rgb[24], s[80];

	snprintf(rgb, sizeof rgb, "rgb:%02x/%02x/%02x", c & 0xff, c >> 8 & 0xff,
		 c >> 16 & 0xff);
	snprintf(s, sizeof s, "\33]4;%d;%s\a", ansi, rgb);
	out_string(o, s);
	if (i == (CELL_PLAIN & 15) || i == CELL_PLAIN >> 4) {
		snprintf(s, sizeof s, "\33]%d;%s\a",
			 i == CELL_PLAIN >> 4 ? 11 : 10, rgb);
		out_string(o, s);
	}
	console_shared()->colors[i] = c | COLOR_SET;
}

/* Those that stay as they are stay the terminal's. */
static NTSTATUS set_colors(struct task *t, struct file *f, struct irp *r)
{
	struct out o = { .t = t, .f = f, .put = console_put_unlogged };
	struct rf_console_colors c;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (status)
		return status;
	console_shared()->popup_attributes = (uint16_t)c.popup_attributes;
	for (int i = 0; i < 16; i++)
		if ((c.colors[i] & (COLOR_SET - 1)) != color(i))
			set_color(&o, i, c.colors[i] & (COLOR_SET - 1));
	out_flush(&o);
	return o.status;
}

bool console_cursor_hidden(void)
{
	return console_shared()->changed & undo_cursor_bit();
}

/* Of a buffer that is not shown. */
static _Atomic bool *hidden(struct file *f)
{
	return &console_screens()->screen[MAX(console_buffer_of(f), 0)].hidden;
}

static NTSTATUS get_cursor_info(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_cursor c = { *console_cursor_size(f),
				       console_is_shown(f)
					       ? !console_cursor_hidden()
					       : !*hidden(f) };

	return control_out(t, r, &c, sizeof c);
}

static NTSTATUS set_cursor_info(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_cursor c;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (status)
		return status;
	if (c.size < 1 || c.size > 100)
		return STATUS_INVALID_PARAMETER;
	*console_cursor_size(f) = c.size;
	if (!console_is_shown(f)) {
		*hidden(f) = !c.visible;
		return STATUS_SUCCESS;
	}
	if (console_cursor_hidden() == !c.visible)
		return STATUS_SUCCESS;
	return say(t, f, c.visible ? "\33[?25h" : "\33[?25l");
}

const struct control_row console_screen_rows[] = {
	{ RF_CONSOLE_GET_INFO, get_info },
	{ RF_CONSOLE_SET_CURSOR, set_cursor },
	{ RF_CONSOLE_SET_ATTRIBUTES, set_attributes },
	{ RF_CONSOLE_GET_CURSOR_INFO, get_cursor_info },
	{ RF_CONSOLE_SET_CURSOR_INFO, set_cursor_info },
	{ RF_CONSOLE_SET_COLORS, set_colors },
};
const size_t console_screen_nrows = COUNT_OF(console_screen_rows);
