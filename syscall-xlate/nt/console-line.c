/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-line.c - the editing keys of Windows' console, on a line of UTF-16.
 *
 * The cursor moves by what a person takes for a character: a pair of
 * surrogates, or a letter and what combines with it.  Source of the keys:
 * Microsoft's documentation of doskey, and of ReadConsole.
 */
#include "syscall-xlate/nt/console-line.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-line-private.h"

enum {
	VK_BACK = 8,
	VK_ESCAPE = 27,
	VK_PRIOR = 0x21,
	VK_NEXT,
	VK_END,
	VK_HOME,
	VK_LEFT,
	VK_UP,
	VK_RIGHT,
	VK_DOWN,
	VK_INSERT = 0x2d,
	VK_DELETE,
	VK_F1 = 0x70,
	VK_F2,
	VK_F3,
	VK_F4,
	VK_F5,
	VK_F6,
	VK_F7,
	VK_F8,
	VK_F9,
	VK_F10,
	CTRL_C = 3,
	CTRL_D = 4,
	CTRL_Z = 26,
	CTRL_BACKSLASH = 28,
	ERASE_WORD = 127, /* what Ctrl-Backspace types */
};

/* ---- text ---- */

uint32_t line_code(const uint16_t *s, size_t n, size_t *len)
{
	*len = 1;
	if (n > 1 && (s[0] & 0xfc00) == 0xd800 && (s[1] & 0xfc00) == 0xdc00) {
		*len = 2;
		return 0x10000 + ((uint32_t)(s[0] & 0x3ff) << 10) +
		       (s[1] & 0x3ff);
	}
	return s[0];
}

static size_t next(const struct line *l, size_t at)
{
	size_t len;

	if (at >= l->n)
		return l->n;
	line_code(l->text + at, l->n - at, &len);
	at += len;
	while (at < l->n &&
	       !line_width(line_code(l->text + at, l->n - at, &len)))
		at += len;
	return at;
}

static size_t prev(const struct line *l, size_t at)
{
	size_t len;

	while (at) {
		at--;
		if (at && (l->text[at] & 0xfc00) == 0xdc00 &&
		    (l->text[at - 1] & 0xfc00) == 0xd800)
			at--;
		if (line_width(line_code(l->text + at, l->n - at, &len)))
			break;
	}
	return at;
}

static bool is_blank(uint16_t c)
{
	return c == ' ' || c == '\t';
}

static size_t word_left(const struct line *l, size_t at)
{
	while (at && is_blank(l->text[at - 1]))
		at--;
	while (at && !is_blank(l->text[at - 1]))
		at--;
	return at;
}

static size_t word_right(const struct line *l, size_t at)
{
	while (at < l->n && !is_blank(l->text[at]))
		at++;
	while (at < l->n && is_blank(l->text[at]))
		at++;
	return at;
}

static bool reserve(struct line *l, size_t n)
{
	size_t room = MAX(l->room, (size_t)128);
	uint16_t *more;

	while (room < n)
		room *= 2;
	if (room == l->room)
		return true;
	more = realloc(l->text, room * sizeof *more);
	if (!more)
		return false;
	l->text = more;
	l->room = room;
	return true;
}

static void cut(struct line *l, size_t from, size_t to)
{
	l->at = from;
	if (from == to) /* there may be no text at all yet */
		return;
	memmove(l->text + from, l->text + to, (l->n - to) * sizeof *l->text);
	l->n -= to - from;
}

static void put(struct line *l, const uint16_t *s, size_t n)
{
	if (n > LINE_MAX_UNITS - l->n || !reserve(l, l->n + n))
		return;
	memmove(l->text + l->at + n, l->text + l->at,
		(l->n - l->at) * sizeof *s);
	memcpy(l->text + l->at, s, n * sizeof *s);
	l->n += n;
	l->at += n;
}

/* A whole line in place of this one. */
static void replace(struct line *l, const uint16_t *s, size_t n)
{
	l->n = l->at = 0;
	put(l, s, n);
}

static void type(struct line *l, uint16_t c)
{
	size_t end = next(l, l->at);

	/* The second half of a pair belongs to the first, as what combines does
	   to its letter: neither takes another character's place. */
	if (!l->insert && end > l->at && (c & 0xfc00) != 0xdc00 &&
	    line_width(c))
		cut(l, l->at, end);
	put(l, &c, 1);
}

/* ---- the past ---- */

static const struct line_command *command(const struct line *l, int i)
{
	return l->past && i >= 0 && i < l->past->n ? &l->past->list[i] : NULL;
}

/* What F1 to F4 copy from. */
static const struct line_command *template(const struct line *l)
{
	return l->past ? command(l, l->past->last) : NULL;
}

static void recall(struct line *l, int i)
{
	const struct line_command *c = command(l, i);

	if (!c)
		return;
	l->past->last = i;
	l->past->fresh = false;
	replace(l, c->s, c->n);
}

static void earlier(struct line *l)
{
	if (l->past)
		recall(l, l->past->fresh ? l->past->last
					 : MAX(l->past->last - 1, 0));
}

static void later(struct line *l)
{
	if (l->past && l->past->last + 1 < l->past->n)
		recall(l, l->past->last + 1);
}

/* The next one back that begins as the line does up to the cursor, round about.
 */
static void search(struct line *l)
{
	size_t at = l->at;
	int i;

	if (!l->past || !l->past->n)
		return;
	i = l->past->fresh ? l->past->last + 1 : l->past->last;
	for (int tries = 0; tries < l->past->n; tries++) {
		const struct line_command *c;

		i = (i > 0 ? i : l->past->n) - 1;
		c = command(l, i);
		if (c->n < at ||
		    (at && memcmp(c->s, l->text, at * sizeof *c->s)))
			continue;
		recall(l, i);
		l->at = at;
		return;
	}
}

/* F1: a character of the last line; F3: all that it has more. */
static void copy_one(struct line *l)
{
	const struct line_command *c = template(l);

	if (!c || l->at >= c->n)
		return;
	do
		type(l, c->s[l->at]);
	while (l->at < c->n && l->at && (c->s[l->at] & 0xfc00) == 0xdc00);
}

static void copy_until(struct line *l, size_t end)
{
	const struct line_command *c = template(l);
	size_t from = l->at;

	if (!c || end <= from)
		return;
	cut(l, from, MIN(l->n, end));
	put(l, c->s + from, end - from);
}

/* F2 and F4: where the character is, behind the cursor. */
static size_t find(const uint16_t *s, size_t n, size_t at, uint16_t c,
		   size_t otherwise)
{
	for (size_t i = at + 1; i < n; i++)
		if (s[i] == c)
			return i;
	return otherwise;
}

/* ---- what asks for more ---- */

static void open_popup(struct line *l, enum line_popup popup)
{
	if (popup == POPUP_CUT ? l->at >= l->n : !template(l))
		return;
	if (popup == POPUP_COPY && l->at >= template(l)->n)
		return;
	l->popup = popup;
	l->choice = popup == POPUP_LIST ? l->past->last : 0;
	l->first = 0;
	l->has_number = false;
}

/* The list of F7: enter runs a line, left or right only take it. */
static enum line_end list_key(struct line *l, const struct line_key *k)
{
	int n = l->past->n;

	switch (k->vk) {
	case VK_UP:
		l->choice = (l->choice > 0 ? l->choice : n) - 1;
		return LINE_MORE;
	case VK_DOWN:
		l->choice = (l->choice + 1) % n;
		return LINE_MORE;
	case VK_PRIOR:
		l->choice = MAX(l->choice - MAX(line_list_rows(l), 1), 0);
		return LINE_MORE;
	case VK_NEXT:
		l->choice = MIN(l->choice + MAX(line_list_rows(l), 1), n - 1);
		return LINE_MORE;
	case VK_HOME:
		l->choice = 0;
		return LINE_MORE;
	case VK_END:
		l->choice = n - 1;
		return LINE_MORE;
	case VK_F9:
		l->popup = POPUP_NUMBER;
		l->choice = 0;
		l->has_number = false;
		return LINE_MORE;
	case VK_LEFT:
	case VK_RIGHT:
		l->popup = POPUP_NONE;
		recall(l, l->choice);
		return LINE_MORE;
	}
	/* A letter: the next line back that begins with it. */
	for (int i = 1; k->ch > ' ' && i <= n; i++) {
		const struct line_command *c =
			command(l, (l->choice - i + n) % n);

		if (c->n && c->s[0] == k->ch) {
			l->choice = (l->choice - i + n) % n;
			break;
		}
	}
	if (k->ch != '\r' && k->ch != '\n')
		return LINE_MORE;
	l->popup = POPUP_NONE;
	recall(l, l->choice);
	return LINE_ENTER;
}

static void number_key(struct line *l, const struct line_key *k)
{
	if (k->ch >= '0' && k->ch <= '9' && l->choice < 10000) {
		l->choice = l->choice * 10 + (k->ch - '0');
		l->has_number = true;
	} else if (k->ch == '\b') {
		l->choice /= 10;
		l->has_number = l->choice;
	} else if (k->ch == '\r' || k->ch == '\n') {
		l->popup = POPUP_NONE;
		if (l->has_number)
			recall(l, MIN(l->choice, l->past->n - 1));
	}
}

static enum line_end popup_key(struct line *l, const struct line_key *k)
{
	enum line_popup popup = l->popup;
	const struct line_command *c = template(l);

	if (k->ch == VK_ESCAPE) {
		l->popup = POPUP_NONE;
		return LINE_MORE;
	}
	if (popup == POPUP_LIST)
		return list_key(l, k);
	if (popup == POPUP_NUMBER) {
		number_key(l, k);
		return LINE_MORE;
	}
	if (!k->ch)
		return LINE_MORE;
	l->popup = POPUP_NONE;
	if (popup == POPUP_CUT)
		cut(l, l->at, find(l->text, l->n, l->at, k->ch, l->n));
	else if (c)
		copy_until(l, find(c->s, c->n, l->at, k->ch, l->at));
	return LINE_MORE;
}

/* ---- keys ---- */

static enum line_end function_key(struct line *l, const struct line_key *k)
{
	static const uint16_t end_of_file = CTRL_Z;
	const struct line_command *c = template(l);

	if (k->state & LINE_ALT && k->vk == VK_F7)
		return LINE_FORGET;
	if (k->state & LINE_ALT && k->vk == VK_F10)
		return LINE_UNALIAS;
	if (k->state & (LINE_ALT | LINE_CTRL))
		return LINE_MORE;
	switch (k->vk) {
	case VK_F1:
		copy_one(l);
		break;
	case VK_F2:
		open_popup(l, POPUP_COPY);
		break;
	case VK_F3:
		if (c)
			copy_until(l, c->n);
		break;
	case VK_F4:
		open_popup(l, POPUP_CUT);
		break;
	case VK_F5:
		earlier(l);
		break;
	case VK_F6:
		put(l, &end_of_file, 1);
		break;
	case VK_F7:
		open_popup(l, POPUP_LIST);
		break;
	case VK_F8:
		search(l);
		break;
	case VK_F9:
		open_popup(l, POPUP_NUMBER);
		break;
	}
	return LINE_MORE;
}

static enum line_end move_key(struct line *l, const struct line_key *k)
{
	bool ctrl = k->state & LINE_CTRL;

	switch (k->vk) {
	case VK_LEFT:
		l->at = ctrl ? word_left(l, l->at) : prev(l, l->at);
		break;
	case VK_RIGHT:
		if (ctrl)
			l->at = word_right(l, l->at);
		else if (l->at < l->n)
			l->at = next(l, l->at);
		else
			copy_one(l);
		break;
	case VK_HOME:
		if (ctrl)
			cut(l, 0, l->at);
		l->at = 0;
		break;
	case VK_END:
		if (ctrl)
			cut(l, l->at, l->n);
		l->at = l->n;
		break;
	case VK_UP:
		earlier(l);
		break;
	case VK_DOWN:
		later(l);
		break;
	case VK_PRIOR:
		recall(l, 0);
		break;
	case VK_NEXT:
		if (l->past)
			recall(l, l->past->n - 1);
		break;
	case VK_INSERT:
		l->insert = !l->insert;
		break;
	case VK_DELETE:
		cut(l, l->at, next(l, l->at));
		break;
	default:
		return function_key(l, k);
	}
	return LINE_MORE;
}

static enum line_end char_key(struct line *l, const struct line_key *k)
{
	uint16_t c = k->ch;

	if (c < 32 && l->wake >> c & 1)
		return LINE_WAKE;
	if (c == '\r' || c == '\n')
		return LINE_ENTER;
	if (c == VK_ESCAPE) {
		l->n = l->at = 0;
	} else if (c == CTRL_D && !l->n) {
		return LINE_EOF;
	} else if (l->processed && c == CTRL_C) {
		return LINE_INTERRUPT;
	} else if (l->processed && c == CTRL_BACKSLASH) {
		return LINE_BREAK;
	} else if (l->processed && c == '\b') {
		cut(l, prev(l, l->at), l->at);
	} else if (l->processed && c == ERASE_WORD) {
		cut(l, word_left(l, l->at), l->at);
	} else {
		type(l, c);
	}
	return LINE_MORE;
}

enum line_end line_key(struct line *l, const struct line_key *k)
{
	/* These leave the line whatever is asked about it. */
	if (l->processed && (k->ch == CTRL_C || k->ch == CTRL_BACKSLASH))
		l->popup = POPUP_NONE;
	if (l->popup)
		return popup_key(l, k);
	return k->ch ? char_key(l, k) : move_key(l, k);
}

void line_insert(struct line *l, uint16_t c)
{
	put(l, &c, 1);
}

/* ---- beginning and end ---- */

void line_init(struct line *l, int cols, int rows, int start)
{
	memset(l, 0, sizeof *l);
	l->cols = MAX(cols, 2);
	l->rows = MAX(rows, 1);
	l->start = MAX(0, MIN(start, l->cols - 1));
	l->shown_at = l->start;
	l->insert = true;
}

bool line_begin_with(struct line *l, const uint16_t *s, size_t n)
{
	if (n > LINE_MAX_UNITS || !reserve(l, n))
		return false;
	memcpy(l->text, s, n * sizeof *s);
	l->n = l->at = n;
	return line_is_shown(l);
}

void line_free(struct line *l)
{
	free(l->text);
	free(l->shown);
}
