/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-line-show.c - the edited line on the screen: what has changed since
 * the last time, as text and the few sequences that every terminal knows.
 *
 * A cell's number is its column plus the width of the window for each row below
 * the prompt's.  The cursor is moved from cell to cell by steps, so that nobody
 * has to know on which row of the window the line begins; only a line that is
 * too long for the window is painted from its top.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/console-line-private.h"
#include "syscall-xlate/nt/console-model.h"

enum { TAB = 8 };

/* ---- output ---- */

static void out(struct line_out *o, const char *s, size_t n)
{
	if (n > o->room - o->n) {
		size_t room = MAX(o->room * 2, o->n + n + 256);
		char *more = realloc(o->s, room);

		if (!more) {
			o->failed = true;
			return;
		}
		o->s = more;
		o->room = room;
	}
	memcpy(o->s + o->n, s, n);
	o->n += n;
}

static void out_str(struct line_out *o, const char *s)
{
	out(o, s, strlen(s));
}

static void out_step(struct line_out *o, long n, char how)
{
	char s[32];

	if (n > 0)
		out(o, s, (size_t)snprintf(s, sizeof s, "\33[%ld%c", n, how));
}

/* ---- cells ---- */

int line_width(uint32_t c)
{
	return c < 32 || c == 127 ? 2 : model_width(c);
}

/* The cell behind a character that is written at cell pos. */
static long behind(const struct line *l, long pos, uint32_t c)
{
	long col = pos % l->cols;
	int w = line_width(c);

	if (c == '\t')
		return pos + TAB - col % TAB;
	/* A wide one needs both halves in a row; a caret does not. */
	if (w == 2 && c >= 128 && col == l->cols - 1)
		pos++;
	return pos + w;
}

/* The cell of unit at. */
static long cell_of(const struct line *l, const uint16_t *s, size_t n,
		    size_t at)
{
	long pos = l->start;
	size_t len;

	for (size_t i = 0; i < at; i += len) {
		uint32_t c = line_code(s + i, n - i, &len);

		pos = behind(l, pos, c);
	}
	return pos;
}

long line_end_cell(const struct line *l)
{
	return cell_of(l, l->text, l->n, l->n);
}

struct view {
	const uint16_t *s;
	size_t n, at;
	uint16_t *made;        /* s, if it has to be freed */
	size_t mark, mark_end; /* that much of it stands out; or the same */
};

/* Units from..to as text, which begins at cell pos; the cell behind it. */
static long out_units(const struct line *l, struct line_out *o,
		      const struct view *v, size_t from, size_t to, long pos)
{
	const uint16_t *s = v->s;
	bool marked = false;
	size_t len;

	for (size_t i = from; i < to; i += len) {
		bool mark = i >= v->mark && i < v->mark_end;
		uint32_t c = line_code(s + i, to - i, &len);
		long end = behind(l, pos, c);
		char text[8];

		if (mark != marked)
			out_str(o, mark ? "\33[7m" : "\33[27m");
		marked = mark;
		if (end - pos > line_width(c) && c >= 128)
			out(o, " ", 1); /* its first half has no room */
		if (c == '\t') {
			for (; pos < end; pos++)
				out(o, " ", 1);
		} else if (c < 32 || c == 127) {
			out(o, "^", 1);
			text[0] = (char)(c ^ 64);
			out(o, text, 1);
		} else {
			out(o, text,
			    utf16_to_utf8(text, sizeof text, s + i, len));
		}
		pos = end;
	}
	if (marked)
		out_str(o, "\33[27m");
	return pos;
}

static void out_move(const struct line *l, struct line_out *o, long from,
		     long to)
{
	long down = to / l->cols - from / l->cols;
	long right = to % l->cols - from % l->cols;

	out_step(o, -down, 'A');
	out_step(o, down, 'B');
	if (right < 0 && to % l->cols == 0)
		out(o, "\r", 1);
	else if (right < 0 && right > -4)
		out(o, "\b\b\b", (size_t)-right);
	else
		out_step(o, right < 0 ? -right : right, right < 0 ? 'D' : 'C');
}

/* ---- what there is to show ---- */

/* What a popup says, instead of the line. */
static bool say(struct view *v, const char *text, const struct line_command *c)
{
	size_t n = strlen(text);

	v->made = malloc((n + (c ? c->n : 0) + 1) * sizeof *v->made);
	if (!v->made)
		return false;
	for (size_t i = 0; i < n; i++)
		v->made[i] = (uint8_t)text[i];
	if (c)
		memcpy(v->made + n, c->s, c->n * sizeof *c->s);
	v->s = v->made;
	v->n = v->at = n + (c ? c->n : 0);
	return true;
}

/* The box, or where there is no room for it the line that is chosen. */
static void list(struct line *l, struct view *v)
{
	struct line_list info;
	char text[64];

	v->made = line_list(l, &info);
	if (!v->made) {
		snprintf(text, sizeof text, "%d: ", l->choice);
		say(v, text, &l->past->list[l->choice]);
		return;
	}
	v->s = v->made;
	v->n = info.n;
	v->at = info.at;
	v->mark = info.mark;
	v->mark_end = info.mark_end;
}

static struct view view_of(struct line *l)
{
	struct view v = { .s = l->text, .n = l->n, .at = l->at };
	char text[64];

	switch (l->popup) {
	case POPUP_NONE:
		break;
	case POPUP_COPY:
		say(&v, "Enter char to copy up to: ", NULL);
		break;
	case POPUP_CUT:
		say(&v, "Enter char to delete up to: ", NULL);
		break;
	case POPUP_NUMBER:
		snprintf(text, sizeof text,
			 l->has_number ? "Enter command number: %d"
				       : "Enter command number: ",
			 l->choice);
		say(&v, text, NULL);
		break;
	case POPUP_LIST:
		list(l, &v);
		break;
	}
	return v;
}

static bool remember(struct line *l, const struct view *v)
{
	if (v->n > l->shown_room) {
		size_t room = MAX(v->n, l->shown_room * 2);
		uint16_t *more = realloc(l->shown, room * sizeof *more);

		if (!more)
			return false;
		l->shown = more;
		l->shown_room = room;
	}
	if (v->n)
		memcpy(l->shown, v->s, v->n * sizeof *v->s);
	l->shown_n = v->n;
	return true;
}

/* ---- painting ---- */

/* From the window's top: the part with the cursor. */
static void paint_page(struct line *l, struct line_out *o, const struct view *v,
		       long at, long end)
{
	long row = at / l->cols, pos = l->start;
	long last = end / l->cols;
	size_t len, i = 0;

	if (row < l->page || row >= l->page + l->rows)
		l->page = row < l->page ? row : row - l->rows + 1;
	l->page = MAX(0, MIN(l->page, last - l->rows + 1));
	out_str(o, "\33[H\33[J");
	if (!l->page)
		out_step(o, l->start, 'C');
	for (; i < v->n; i += len) {
		uint32_t c = line_code(v->s + i, v->n - i, &len);
		long next = behind(l, pos, c);

		/* The last cell of the window would make it scroll. */
		if (next >= (l->page + l->rows) * l->cols)
			break;
		if (pos >= l->page * l->cols)
			out_units(l, o, v, i, i + len, pos);
		pos = next;
	}
	if (pos && pos % l->cols == 0)
		out_str(o, " \b");
	out_move(l, o, pos, at);
}

/* Behind the text, and in what rows it had before: blanks. */
static long erase(const struct line *l, struct line_out *o, long end, long old)
{
	long pos = end;

	if (old <= end)
		return end;
	out_str(o, "\33[K");
	while (pos / l->cols < old / l->cols) {
		long below = (pos / l->cols + 1) * l->cols;

		out_move(l, o, pos, below);
		out_str(o, "\33[K");
		pos = below;
	}
	return pos;
}

/* same: so many units are on the screen already. */
static void paint_changes(struct line *l, struct line_out *o,
			  const struct view *v, size_t same, long at, long end,
			  long old_end)
{
	long pos = cell_of(l, v->s, v->n, same);

	if (same < v->n || old_end > end) {
		out_move(l, o, l->shown_at, pos);
		pos = out_units(l, o, v, same, v->n, pos);
		/* Terminals wait at a row's end for what comes next. */
		if (same < v->n && pos % l->cols == 0)
			out_str(o, " \b");
		pos = erase(l, o, pos, old_end);
	} else {
		pos = l->shown_at;
	}
	out_move(l, o, pos, at);
}

static size_t common(const struct line *l, const struct view *v)
{
	size_t n = MIN(v->n, l->shown_n), i = 0, len;

	while (i < n && v->s[i] == l->shown[i])
		i++;
	/* Not between the halves of a pair, nor a letter and its accent. */
	while (i && i < v->n &&
	       ((v->s[i] & 0xfc00) == 0xdc00 ||
		!line_width(line_code(v->s + i, v->n - i, &len))))
		i--;
	while (i && i < l->shown_n &&
	       ((l->shown[i] & 0xfc00) == 0xdc00 ||
		!line_width(line_code(l->shown + i, l->shown_n - i, &len))))
		i--;
	return i;
}

static void show(struct line *l, struct line_out *o, const struct view *v,
		 size_t same)
{
	long at = cell_of(l, v->s, v->n, v->at);
	long end = cell_of(l, v->s, v->n, v->n);
	long old_end = cell_of(l, l->shown, l->shown_n, l->shown_n);
	bool fits = MAX(end, at) / l->cols < l->rows;

	if (!fits || l->paged) {
		if (fits)
			l->page = 0;
		paint_page(l, o, v, at, end);
		l->paged = !fits;
	} else {
		paint_changes(l, o, v, same, at, end, old_end);
	}
	l->shown_at = at;
	if (!remember(l, v))
		o->failed = true;
}

void line_show(struct line *l, struct line_out *o)
{
	struct view v;

	if (!l->echo)
		return;
	v = view_of(l);
	show(l, o, &v, common(l, &v));
	free(v.made);
}

void line_leave(struct line *l, struct line_out *o)
{
	if (!l->echo)
		return;
	l->popup = POPUP_NONE;
	l->at = l->n;
	line_show(l, o);
	out_str(o, "\r\n");
}

/*
 * A terminal that has become narrower or wider breaks the rows of its text
 * anew, as if they were one: so the cells keep their numbers.  All is written
 * again for those that do not.
 */
void line_resize(struct line *l, int cols, int rows, struct line_out *o)
{
	struct view v;
	bool other = cols != l->cols;

	l->rows = MAX(rows, 1);
	if (!other || cols < 2)
		return;
	l->cols = cols;
	if (l->start >= cols) {
		l->shown_at -= l->start / cols * cols;
		l->start %= cols;
	}
	if (!l->echo)
		return;
	v = view_of(l);
	show(l, o, &v, 0);
	free(v.made);
}

void line_place(struct line *l, int col)
{
	long off = col - l->shown_at % l->cols;
	long start = l->start + off;

	if (!off)
		return;
	start = (start % l->cols + l->cols) % l->cols;
	l->start = (int)start;
	l->shown_at = cell_of(l, l->shown, l->shown_n, MIN(l->at, l->shown_n));
}

bool line_may_wrap(const struct line *l)
{
	long end = cell_of(l, l->text, l->n, l->n);

	return l->echo && end - l->start >= l->cols / 2;
}

bool line_is_shown(struct line *l)
{
	struct view v = { .s = l->text, .n = l->n };
	int col = l->start;

	if (!remember(l, &v))
		return false;
	l->start = 0;
	l->shown_at = cell_of(l, v.s, v.n, v.n);
	line_place(l, col);
	return true;
}
