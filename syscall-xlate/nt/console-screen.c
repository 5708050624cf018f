/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-screen.c - cursor, colours, filling and scrolling, as sequences that
 * every terminal of today understands.
 *
 * The screen buffer is what is visible.  A terminal cannot be read back: what is
 * on it is what console-model.c has followed, and attributes of what is there
 * already are changed by writing it again.
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
#include "syscall-xlate/nt/console-model.h"
#include "syscall-xlate/nt/console-shared.h"
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
		return snprintf(s, size, "\33[0m%s%s",
				a & CELL_REVERSE ? "\33[7m" : "",
				a & CELL_UNDERLINE ? "\33[4m" : "");
	return snprintf(s, size, "\33[0;%u;%um%s%s",
			(fg & 8 ? 90 : 30) + ansi(fg),
			(bg & 8 ? 100 : 40) + ansi(bg),
			a & CELL_REVERSE ? "\33[7m" : "",
			a & CELL_UNDERLINE ? "\33[4m" : "");
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
bool console_ask_cursor(struct file *f, int *row, int *col)
{
	enum { PATIENCE_MS = 300 };
	static bool silent; /* it never answers */
	struct pollfd p = { .fd = f->fd, .events = POLLIN };
	enum terminal_use use;
	bool found = false;
	int tries = 0;

	if (silent || tcgetpgrp(f->fd) != getpgrp())
		return false;
	pthread_mutex_lock(&console.lock);
	use = console.use; /* at first that is TERMINAL_IDLE */
	terminal_apply(f->fd, TERMINAL_KEYS);
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
		if (console.nbytes > from)
			console_wake();
	}
	terminal_apply(f->fd, use);
	pthread_mutex_unlock(&console.lock);
	return found;
}

/*
 * Where the cursor is.  Some programs ask many times a second only to see the
 * size of the window: the terminal is asked again only if something has been
 * written since, and not at once; until then it is where our own text has left
 * it.  So it is where the terminal does not answer.
 */
static void find_cursor(struct file *f, int *row, int *col)
{
	enum { REST_NS = 30 * 1000 * 1000 };
	struct timespec ts;
	int16_t cols, rows;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * 1000000000ll + ts.tv_nsec;
	window(f, &cols, &rows);
	if (!console.cursor_row ||
	    (console.moved && now - console.cursor_ns > REST_NS)) {
		bool told;

		console.moved = false;
		told = console_ask_cursor(f, row, col);
		model_begin(&console_model, cols, rows, told ? *row - 1 : -1);
		if (told) {
			model_place(&console_model, *col - 1, *row - 1);
			console.cursor_row = *row;
			console.cursor_col = *col;
			console.cursor_ns = now;
			return;
		}
	}
	if (model_follows(&console_model, cols, rows)) {
		model_cursor(&console_model, col, row);
		++*col;
		++*row;
		return;
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
	i.attributes = console_shared()->attributes;
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
	console_shared()->attributes = (uint16_t)a;
	attributes_text(s, sizeof s, (uint16_t)a);
	return say(t, f, s);
}

static bool cursor_hidden(void)
{
	return console_shared()->changed & undo_cursor_bit();
}

static NTSTATUS get_cursor_info(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_cursor c = { console_shared()->cursor_size,
				       !cursor_hidden() };

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
	console_shared()->cursor_size = c.size;
	if (cursor_hidden() == !c.visible)
		return STATUS_SUCCESS;
	return say(t, f, c.visible ? "\33[?25h" : "\33[?25l");
}

static NTSTATUS show_other(struct task *t, struct file *f, struct irp *r)
{
	uint32_t on;
	NTSTATUS status = control_in(t, r, &on, sizeof on);

	if (status)
		return status;
	return say(t, f, on ? "\33[?1049h" : "\33[?1049l");
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

static void out_char(struct out *o, uint32_t c)
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

static void out_begin(struct out *o, struct task *t, struct file *f)
{
	o->t = t;
	o->f = f;
	o->status = STATUS_SUCCESS;
	o->n = 0;
	out_text(o, "\0337", 2);
}

/* Whatever went wrong, the cursor is put back. */
static NTSTATUS out_end(struct out *o)
{
	NTSTATUS status = o->status;

	o->status = STATUS_SUCCESS;
	out_text(o, "\0338", 2);
	out_flush(o);
	return status ? status : o->status;
}

/* What is on the screen is known from now on; cols, rows: its size. */
static NTSTATUS follow(struct file *f, int16_t *cols, int16_t *rows)
{
	int row, col;

	window(f, cols, rows);
	if (model_follows(&console_model, *cols, *rows))
		return STATUS_SUCCESS;
	find_cursor(f, &row, &col); /* which has it followed */
	return model_follows(&console_model, *cols, *rows) ? STATUS_SUCCESS
							   : STATUS_NO_MEMORY;
}

/* Plain blanks to the end of a line of left cells: one sequence will do. */
static bool rest_is_blank(const struct cell *c, size_t left)
{
	for (size_t i = 0; i < left; i++)
		if (c[i].c != ' ' || c[i].attributes != c->attributes)
			return false;
	return left > 3 && !(c->attributes & ~15);
}

/* n cells from (x, y) on, as c says. */
static void out_cells(struct out *o, int x, int y, int cols,
		      const struct cell *c, size_t n)
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

/*
 * A range of cells: where it lies, how many there are, and what is there now
 * (malloc'ed).  In r->information their number.
 */
static NTSTATUS take_range(struct task *t, struct file *f, struct irp *r,
			   struct rf_console_fill *c, int16_t *cols, uint32_t *n,
			   struct cell **cells)
{
	NTSTATUS status = control_in(t, r, c, sizeof *c);
	int16_t rows;

	if (!status)
		status = follow(f, cols, &rows);
	if (status)
		return status;
	if (c->x < 0 || c->y < 0 || c->x >= *cols || c->y >= rows ||
	    c->what > RF_CONSOLE_ATTRS)
		return STATUS_INVALID_PARAMETER;
	*n = MIN(c->count, (uint32_t)*cols * (uint32_t)rows -
				   (uint32_t)(c->y * *cols + c->x));
	*cells = malloc((*n + 1) * sizeof **cells);
	if (!*cells)
		return STATUS_NO_MEMORY;
	model_read(&console_model, c->x, c->y, *n, *cells);
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

/* A range becomes c.value, or (each) the values that follow c. */
static NTSTATUS put_range(struct task *t, struct file *f, struct irp *r,
			  bool each)
{
	struct rf_console_fill c;
	struct cell *cells;
	struct out o;
	int16_t cols;
	uint32_t n;
	NTSTATUS status = take_range(t, f, r, &c, &cols, &n, &cells);

	if (status)
		return status;
	if (each && c.count > (r->len - sizeof c) / 2)
		status = STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; i < n && !status; i++) {
		uint16_t u = c.value;

		if (each && guest_read(t, &u, r->buf + sizeof c + i * 2ull,
				       sizeof u) < 0)
			status = STATUS_ACCESS_VIOLATION;
		else
			change(&cells[i], c.what, u);
	}
	if (!status) {
		out_begin(&o, t, f);
		out_cells(&o, c.x, c.y, cols, cells, n);
		r->information = n;
		status = out_end(&o);
	}
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
	int16_t cols;
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
	int16_t cols, rows;
	gaddr to = r->out;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (!status)
		status = follow(f, &cols, &rows);
	if (status)
		return status;
	if (c.left < 0 || c.top < 0 || c.right < c.left || c.bottom < c.top ||
	    c.right >= cols || c.bottom >= rows ||
	    (uint64_t)(c.right - c.left + 1) * (uint64_t)(c.bottom - c.top + 1) >
		    r->out_len / 4)
		return STATUS_INVALID_PARAMETER;
	for (int y = c.top; y <= c.bottom; y++)
		for (int x = c.left; x <= c.right; x++, to += 4) {
			struct cell cell;
			uint16_t out[2];

			model_read(&console_model, x, y, 1, &cell);
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
	for (int y = MAX(c.top, 0); y <= MIN(c.bottom, rows - 1) && !o.status;
	     y++) {
		int x = MAX(c.left, 0);

		out_move(&o, x, y);
		for (; x <= MIN(c.right, cols - 1) && !o.status; x++) {
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
	out_attributes(&o, console_shared()->attributes);
	return out_end(&o);
}

static bool inside(const struct rf_console_rect *r, int x, int y)
{
	return x >= r->left && x <= r->right && y >= r->top && y <= r->bottom;
}

/* Whole lines, and what they leave is plain: the terminal can do that itself. */
static NTSTATUS scroll_lines(struct task *t, struct file *f,
			     const struct rf_console_scroll *c, int rows)
{
	int by = c->to_y - c->rect.top;
	int top = MAX(0, MIN(c->rect.top, (int)c->to_y));
	int bottom = MIN(rows - 1, MAX(c->rect.bottom, c->rect.bottom + by));
	char s[160], colors[64];

	if (!by || top >= bottom)
		return STATUS_SUCCESS;
	attributes_text(colors, sizeof colors, c->fill_attributes);
	snprintf(s, sizeof s, "\0337\33[%d;%dr%s\33[%d%c\33[r\0338", top + 1,
		 bottom + 1, colors, abs(by), by < 0 ? 'S' : 'T');
	return say(t, f, s);
}

/* Any block to any place: what changes is written anew, from a copy. */
static NTSTATUS scroll(struct task *t, struct file *f, struct irp *r)
{
	struct rf_console_scroll c;
	struct cell *old, *line;
	int16_t cols, rows;
	struct out o;
	size_t n;
	NTSTATUS status = control_in(t, r, &c, sizeof c);

	if (!status)
		status = follow(f, &cols, &rows);
	if (status)
		return status;
	if (c.rect.left <= 0 && c.rect.right >= cols - 1 && !c.to_x &&
	    c.clip.left <= 0 && c.clip.top <= 0 && c.clip.right >= cols - 1 &&
	    c.clip.bottom >= rows - 1 && c.fill_char == ' ' &&
	    c.rect.top != c.to_y &&
	    (c.to_y < c.rect.top ? c.rect.bottom >= rows - 1 || c.to_y >= 0
				 : true) &&
	    abs(c.to_y - c.rect.top) <= c.rect.bottom - c.rect.top + 1)
		return scroll_lines(t, f, &c, rows);
	n = (size_t)cols * (size_t)rows;
	old = malloc(n * sizeof *old);
	line = malloc((size_t)cols * sizeof *line);
	if (!old || !line) {
		free(old);
		free(line);
		return STATUS_NO_MEMORY;
	}
	model_read(&console_model, 0, 0, n, old);
	out_begin(&o, t, f);
	for (int y = 0; y < rows && !o.status; y++) {
		int first = cols, last = -1;

		for (int x = 0; x < cols; x++) {
			int from_x = x - c.to_x + c.rect.left;
			int from_y = y - c.to_y + c.rect.top;

			line[x] = old[y * cols + x];
			if (!inside(&c.clip, x, y))
				continue;
			if (inside(&c.rect, from_x, from_y))
				line[x] = from_x >= 0 && from_x < cols &&
							  from_y >= 0 &&
							  from_y < rows
						  ? old[from_y * cols + from_x]
						  : (struct cell){ c.fill_char,
								   c.fill_attributes };
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
	{ RF_CONSOLE_READ_CELLS, read_cells },
	{ RF_CONSOLE_READ_RECT, read_rect },
	{ RF_CONSOLE_SHOW_OTHER, show_other },
};
const size_t console_screen_nrows = COUNT_OF(console_screen_rows);
