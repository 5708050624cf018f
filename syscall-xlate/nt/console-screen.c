/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-screen.c - cursor, colours, filling and scrolling, as sequences that
 * every terminal of today understands.
 *
 * The screen buffer is what is visible.  What is on it cannot be read back, so
 * colours are set where characters are written, and a fill with attributes
 * alone changes only what comes later.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"

static const uint32_t colors[16] = {
	0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080,
	0x008080, 0xc0c0c0, 0x808080, 0xff0000, 0x00ff00, 0xffff00,
	0x0000ff, 0xff00ff, 0x00ffff, 0xffffff,
};

/* SGR numbers one colour bit pattern (blue 1, green 2, red 4, bright 8). */
static unsigned ansi(unsigned c)
{
	return (c & 4) >> 2 | (c & 2) | (c & 1) << 2;
}

static int attributes_text(char *s, size_t size, uint16_t a)
{
	unsigned fg = a & 15, bg = a >> 4 & 15;

	if ((a & 0xff) == 7) /* the terminal's own colours */
		return snprintf(s, size, "\33[0m%s",
				a & 0x4000 ? "\33[7m" : "");
	return snprintf(s, size, "\33[0;%u;%um%s%s",
			(fg & 8 ? 90 : 30) + ansi(fg),
			(bg & 8 ? 100 : 40) + ansi(bg),
			a & 0x4000 ? "\33[7m" : "", a & 0x8000 ? "\33[4m" : "");
}

static void window(struct file *f, int16_t *cols, int16_t *rows)
{
	struct winsize w;

	*cols = 80;
	*rows = 25;
	if (ioctl(f->fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
		*cols = (int16_t)MIN(w.ws_col, 32767);
		*rows = (int16_t)MIN(w.ws_row, 32767);
	}
}

/* ---- where the cursor is ----------------------------------------------------
 */

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
static bool ask_cursor(struct file *f, int *row, int *col)
{
	enum { PATIENCE_MS = 300 };
	static bool silent; /* it never answers */
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	bool found = false;
	int tries = 0;

	if (silent || tcgetpgrp(f->fd) != getpgrp())
		return false;
	pthread_mutex_lock(&console.lock);
	terminal_apply(f->fd, true);
	if (write(f->fd, "\33[6n", 4) == 4) {
		size_t from = console.nbytes;

		while (!found && tries++ < 32 &&
		       console.nbytes < sizeof console.bytes - 64 &&
		       poll(&p, 1, PATIENCE_MS) > 0) {
			ssize_t n =
				read(f->fd, console.bytes + console.nbytes,
				     sizeof console.bytes - 1 - console.nbytes);

			if (n <= 0)
				break;
			console.nbytes += (size_t)n;
			found = take_answer(from, row, col);
		}
		silent = !found;
		console.ahead = console.ahead || console.nbytes > from;
	}
	terminal_apply(f->fd, false);
	pthread_mutex_unlock(&console.lock);
	return found;
}

/*
 * Where the cursor is.  Some programs ask many times a second only to see the
 * size of the window: the terminal is asked again only if something has been
 * written since, and not at once.
 */
static void find_cursor(struct file *f, int *row, int *col)
{
	enum { REST_NS = 30 * 1000 * 1000 };
	struct timespec ts;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * 1000000000ll + ts.tv_nsec;
	if (!console.cursor_row ||
	    (console.moved && now - console.cursor_ns > REST_NS)) {
		console.moved = false;
		if (ask_cursor(f, row, col)) {
			console.cursor_row = *row;
			console.cursor_col = *col;
		}
		console.cursor_ns = now;
	}
	*row = MAX(console.cursor_row, 1);
	*col = MAX(console.cursor_col, 1);
}

static NTSTATUS get_info(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_info i = { 0 };
	int row = 1, col = 1;

	window(f, &i.size_x, &i.size_y);
	find_cursor(f, &row, &col);
	i.cursor_x = (int16_t)(MIN(col, i.size_x) - 1);
	i.cursor_y = (int16_t)(MIN(row, i.size_y) - 1);
	i.attributes = console.attributes;
	i.popup_attributes = 0xf5;
	i.right = (int16_t)(i.size_x - 1);
	i.bottom = (int16_t)(i.size_y - 1);
	i.max_x = i.size_x;
	i.max_y = i.size_y;
	memcpy(i.colors, colors, sizeof colors);
	return control_out(t, r, &i, sizeof i);
}

/* ---- small settings
 * ------------------------------------------------------------- */

static NTSTATUS say(struct task *t, struct file *f, const char *s)
{
	return console_put(t, f, s, strlen(s));
}

static NTSTATUS set_cursor(struct task *t, struct file *f, struct irp *r)
{
	int16_t at[2], cols, rows;
	char s[32];
	NTSTATUS status = control_in(t, r, at, sizeof at);

	if (status)
		return status;
	window(f, &cols, &rows);
	if (at[0] < 0 || at[1] < 0 || at[0] >= cols || at[1] >= rows)
		return STATUS_INVALID_PARAMETER;
	snprintf(s, sizeof s, "\33[%d;%dH", at[1] + 1, at[0] + 1);
	return say(t, f, s);
}

static NTSTATUS set_attributes(struct task *t, struct file *f, struct irp *r)
{
	uint32_t a;
	char s[64];
	NTSTATUS status = control_in(t, r, &a, sizeof a);

	if (status)
		return status;
	console.attributes = (uint16_t)a;
	attributes_text(s, sizeof s, (uint16_t)a);
	return say(t, f, s);
}

static NTSTATUS get_cursor_info(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_cursor c = { console.cursor_size,
				       !console.cursor_hidden };

	(void)f;
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
	console.cursor_size = c.size;
	if (console.cursor_hidden == !c.visible)
		return STATUS_SUCCESS;
	console.cursor_hidden = !c.visible;
	return say(t, f, c.visible ? "\33[?25h" : "\33[?25l");
}

static NTSTATUS set_size(struct task *t, struct file *f, struct irp *r)
{
	int16_t size[2], cols, rows;
	char s[40];
	NTSTATUS status = control_in(t, r, size, sizeof size);

	if (status)
		return status;
	if (size[0] <= 0 || size[1] <= 0)
		return STATUS_INVALID_PARAMETER;
	window(f, &cols, &rows);
	/* A buffer longer than the window means scrollback: always there. */
	if (size[0] == cols && size[1] >= rows)
		return STATUS_SUCCESS;
	snprintf(s, sizeof s, "\33[8;%d;%dt", MIN(size[1], 200), size[0]);
	return say(t, f, s);
}

/* ---- cells
 * ------------------------------------------------------------------------ */

/* Output grows here and leaves in pieces; the cursor returns where it was. */
struct out {
	struct task *t;
	struct file *f;
	NTSTATUS status;
	size_t n;
	char s[4096];
};

static void out_flush(struct out *o)
{
	if (!o->status && o->n)
		o->status = console_put(o->t, o->f, o->s, o->n);
	o->n = 0;
}

static void out_text(struct out *o, const char *s, size_t n)
{
	if (o->n + n > sizeof o->s)
		out_flush(o);
	if (n <= sizeof o->s) {
		memcpy(o->s + o->n, s, n);
		o->n += n;
	}
}

static void out_move(struct out *o, int x, int y)
{
	char s[32];

	out_text(o, s,
		 (size_t)snprintf(s, sizeof s, "\33[%d;%dH", y + 1, x + 1));
}

static void out_attributes(struct out *o, uint16_t a)
{
	char s[64];

	out_text(o, s, (size_t)attributes_text(s, sizeof s, a));
}

static void out_unit(struct out *o, uint16_t c)
{
	char s[4];

	if (c < 32 || c == 127)
		c = ' '; /* a cell, not a control */
	out_text(o, s, utf16_to_utf8(s, sizeof s, &c, 1));
}

static void out_begin(struct out *o, struct task *t, struct file *f)
{
	o->t = t;
	o->f = f;
	o->status = STATUS_SUCCESS;
	o->n = 0;
	out_text(o, "\0337", 2);
}

static NTSTATUS out_end(struct out *o)
{
	out_text(o, "\0338", 2);
	out_flush(o);
	return o->status;
}

static NTSTATUS fill(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_fill c;
	struct out o;
	int16_t cols, rows;
	uint32_t n;
	int x, y;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (status)
		return status;
	window(f, &cols, &rows);
	if (c.x < 0 || c.y < 0 || c.x >= cols || c.y >= rows)
		return STATUS_INVALID_PARAMETER;
	n = MIN(c.count,
		(uint32_t)cols * (uint32_t)rows - (uint32_t)(c.y * cols + c.x));
	r->information = n;
	if (c.what != RF_CONSOLE_CHARS)
		return STATUS_SUCCESS;
	out_begin(&o, t, f);
	out_attributes(&o, console.attributes);
	for (x = c.x, y = c.y; n && !o.status; x = 0, y++) {
		uint32_t part = MIN(n, (uint32_t)(cols - x));

		out_move(&o, x, y);
		if (c.value == ' ' && part == (uint32_t)(cols - x))
			out_text(&o, "\33[K", 3);
		else
			for (uint32_t i = 0; i < part; i++)
				out_unit(&o, c.value);
		n -= part;
	}
	return out_end(&o);
}

static NTSTATUS write_cells(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_fill c;
	struct out o;
	int16_t cols, rows;
	uint32_t n;
	int x, y;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (status)
		return status;
	if (c.count > (r->len - sizeof c) / 2)
		return STATUS_INVALID_PARAMETER;
	window(f, &cols, &rows);
	if (c.x < 0 || c.y < 0 || c.x >= cols || c.y >= rows)
		return STATUS_INVALID_PARAMETER;
	n = MIN(c.count,
		(uint32_t)cols * (uint32_t)rows - (uint32_t)(c.y * cols + c.x));
	r->information = n;
	if (c.what != RF_CONSOLE_CHARS)
		return STATUS_SUCCESS;
	out_begin(&o, t, f);
	x = c.x;
	y = c.y;
	out_move(&o, x, y);
	for (uint32_t i = 0; i < n && !o.status; i++) {
		uint16_t u;

		if (guest_read(t, &u, r->buf + sizeof c + i * 2ull, 2) < 0)
			return STATUS_ACCESS_VIOLATION;
		out_unit(&o, u);
		if (++x == cols) {
			x = 0;
			out_move(&o, x, ++y);
		}
	}
	return out_end(&o);
}

static NTSTATUS write_rect(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_rect c;
	struct out o;
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
	window(f, &cols, &rows);
	out_begin(&o, t, f);
	for (int y = MAX(c.top, 0); y <= MIN(c.bottom, rows - 1); y++) {
		int x = MAX(c.left, 0);

		out_move(&o, x, y);
		for (; x <= MIN(c.right, cols - 1) && !o.status; x++) {
			uint16_t cell[2];
			uint64_t i = (uint64_t)(y - c.top) * (unsigned)w +
				     (unsigned)(x - c.left);

			if (guest_read(t, cell, r->buf + sizeof c + i * 4, 4) <
			    0)
				return STATUS_ACCESS_VIOLATION;
			if (cell[1] & 0x200)
				continue; /* right half of a wide character */
			if (cell[1] != last) {
				out_attributes(&o, cell[1]);
				last = cell[1];
			}
			out_unit(&o, cell[0]);
		}
	}
	out_attributes(&o, console.attributes);
	return out_end(&o);
}

/*
 * Terminals scroll whole lines within a region: moves of full-width blocks up
 * or down, which is what programs use it for.
 */
static NTSTATUS scroll(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_scroll c;
	int16_t cols, rows;
	int top, bottom, by;
	char s[96];
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (status)
		return status;
	window(f, &cols, &rows);
	if (c.rect.left > 0 || c.rect.right < cols - 1 || c.to_x != c.rect.left)
		return STATUS_NOT_SUPPORTED;
	by = c.to_y - c.rect.top;
	top = MAX(0, MIN(c.rect.top, (int)c.to_y));
	bottom = MIN(rows - 1, MAX(c.rect.bottom, c.rect.bottom + by));
	if (!by || top > bottom)
		return STATUS_SUCCESS;
	snprintf(s, sizeof s, "\0337\33[%d;%dr\33[%d%c\33[r\0338", top + 1,
		 bottom + 1, abs(by), by < 0 ? 'S' : 'T');
	return say(t, f, s);
}

const struct control_row console_screen_rows[] = {
	{ RF_CONSOLE_GET_INFO, get_info },
	{ RF_CONSOLE_SET_CURSOR, set_cursor },
	{ RF_CONSOLE_SET_ATTRIBUTES, set_attributes },
	{ RF_CONSOLE_GET_CURSOR_INFO, get_cursor_info },
	{ RF_CONSOLE_SET_CURSOR_INFO, set_cursor_info },
	{ RF_CONSOLE_SET_SIZE, set_size },
	{ RF_CONSOLE_FILL, fill },
	{ RF_CONSOLE_WRITE_CELLS, write_cells },
	{ RF_CONSOLE_WRITE_RECT, write_rect },
	{ RF_CONSOLE_SCROLL, scroll },
};
const size_t console_screen_nrows = COUNT_OF(console_screen_rows);
