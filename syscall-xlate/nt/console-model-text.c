/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-model-text.c - what text does to a screen.
 *
 * The sequences are those of ECMA-48 and of xterm's control sequences document
 * that model_move, model_erase, model_scroll, colour or change the screen;
 * others are skipped.
 */
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-model-private.h"

enum { TAB = 8 };

static int param(struct model *m, int i, int otherwise)
{
	return i < m->nparams && m->params[i] > 0 ? m->params[i] : otherwise;
}

/* Blue and red change places: the terminal's order, or Windows'. */
static uint16_t color(int c)
{
	return (uint16_t)((c & 4) >> 2 | (c & 2) | (c & 1) << 2 | (c & 8));
}

static uint16_t nearest(int r, int g, int b)
{
	bool bright = MAX(r, MAX(g, b)) > 0xc0;
	int half = bright ? 0x80 : 0x40;

	return (uint16_t)((b > half) | (g > half) << 1 | (r > half) << 2 |
			  (bright ? 8 : 0));
}

/* "38;5;n" and "38;2;r;g;b" from parameter *i on, which moves to their last. */
static uint16_t extended(struct model *m, int *i, uint16_t now)
{
	int n = param(m, *i + 2, 0);

	if (param(m, *i + 1, 0) == 2) {
		*i += 4;
		return nearest(n, param(m, *i - 1, 0), param(m, *i, 0));
	}
	if (param(m, *i + 1, 0) != 5)
		return now;
	*i += 2;
	if (n < 16)
		return color(n);
	if (n >= 232) {
		int grey = 8 + 10 * (n - 232);

		return nearest(grey, grey, grey);
	}
	n -= 16;
	return nearest(n / 36 * 51, n / 6 % 6 * 51, n % 6 * 51);
}

static void colors(struct model *m)
{
	for (int i = 0; i < MAX(m->nparams, 1); i++) {
		int n = param(m, i, 0);
		uint16_t *a = &m->at.attributes;

		if (n == 0)
			*a = CELL_PLAIN;
		else if (n == 1)
			*a |= 8;
		else if (n == 22)
			*a &= (uint16_t)~8;
		else if (n == 4)
			*a |= CELL_UNDERLINE;
		else if (n == 24)
			*a &= (uint16_t)~CELL_UNDERLINE;
		else if (n == 7)
			*a |= CELL_REVERSE;
		else if (n == 27)
			*a &= (uint16_t)~CELL_REVERSE;
		else if (n >= 30 && n <= 37)
			*a = (uint16_t)((*a & ~7) | color(n - 30));
		else if (n >= 40 && n <= 47)
			*a = (uint16_t)((*a & ~0xf0) | color(n - 40) << 4);
		else if (n >= 90 && n <= 97)
			*a = (uint16_t)((*a & ~15) | color(n - 90) | 8);
		else if (n >= 100 && n <= 107)
			*a = (uint16_t)((*a & ~0xf0) | (color(n - 100) | 8)
							       << 4);
		else if (n == 38)
			*a = (uint16_t)((*a & ~15) | extended(m, &i, *a & 15));
		else if (n == 48)
			*a = (uint16_t)((*a & ~0xf0) |
					extended(m, &i, *a >> 4 & 15) << 4);
		else if (n == 39)
			*a = (uint16_t)((*a & ~15) | CELL_PLAIN);
		else if (n == 49)
			*a &= (uint16_t)~0xf0;
	}
}

static void erase_display(struct model *m)
{
	int how = param(m, 0, 0);

	if (how < 2)
		model_erase(m, m->at.y, how ? 0 : m->at.x,
			    how ? m->at.x + 1 : m->cols);
	for (int y = 0; y < m->rows; y++)
		if (how == 2 || (how == 0 && y > m->at.y) ||
		    (how == 1 && y < m->at.y))
			model_erase(m, y, 0, m->cols);
}

static void set_mode(struct model *m, bool on)
{
	for (int i = 0; m->private == '?' && i < m->nparams; i++)
		if (m->params[i] == 1049 || m->params[i] == 1047 ||
		    m->params[i] == 47)
			model_alternate(m, on, m->params[i] == 1049);
}

/* console-model.h: MODEL_... */
static void own_sequence(struct model *m, char last)
{
	int n = param(m, 0, 1), by = param(m, 2, 0);

	switch (last) {
	case 't':
		model_set_buffer(m, param(m, 1, 0), param(m, 0, 0));
		break;
	case 'r':
		model_set_place(m, param(m, 1, 1) - 1, n - 1);
		break;
	case 'H':
		m->wrap = false;
		m->absolute = true;
		m->at.x = MIN(param(m, 1, 1), m->cols) - 1;
		m->at.y = MIN(n, m->grid.rows) - 1 - m->grid.top;
		break;
	case 'S':
	case 'T':
		model_scroll_lines(m, n - 1, param(m, 1, 1) - 1,
				   last == 'S' ? -by : by);
		break;
	}
}

/* It may have been kept on the other screen, which was wider. */
static void restore_place(struct model *m)
{
	m->at = m->saved;
	m->at.x = MIN(m->at.x, m->cols - 1);
}

static void sequence(struct model *m, char last)
{
	int n = param(m, 0, 1);

	if (m->private == '<') {
		own_sequence(m, last);
		return;
	}
	if (m->private && last != 'h' && last != 'l')
		return;
	switch (last) {
	case 'A':
		model_move(m, m->at.x, m->at.y - n);
		break;
	case 'B':
	case 'e':
		model_move(m, m->at.x, m->at.y + n);
		break;
	case 'C':
	case 'a':
		model_move(m, m->at.x + n, m->at.y);
		break;
	case 'D':
		model_move(m, m->at.x - n, m->at.y);
		break;
	case 'E':
		model_move(m, 0, m->at.y + n);
		break;
	case 'F':
		model_move(m, 0, m->at.y - n);
		break;
	case 'G':
	case '`':
		model_move(m, n - 1, m->at.y);
		break;
	case 'H':
	case 'f':
		m->absolute = true;
		model_move(m, param(m, 1, 1) - 1, n - 1);
		break;
	case 'd':
		m->absolute = true;
		model_move(m, m->at.x, n - 1);
		break;
	case 'J':
		erase_display(m);
		break;
	case 'K':
		model_erase(m, m->at.y, param(m, 0, 0) ? 0 : m->at.x,
			    param(m, 0, 0) == 1 ? m->at.x + 1 : m->cols);
		break;
	case 'L':
		if (m->at.y >= m->top && m->at.y <= m->bottom)
			model_scroll(m, m->at.y, m->bottom, -n);
		break;
	case 'M':
		if (m->at.y >= m->top && m->at.y <= m->bottom)
			model_scroll(m, m->at.y, m->bottom, n);
		break;
	case '@':
		model_shift(m, n);
		break;
	case 'P':
		model_shift(m, -n);
		break;
	case 'X':
		model_erase(m, m->at.y, m->at.x, m->at.x + n);
		break;
	case 'S':
		model_scroll(m, m->top, m->bottom, n);
		break;
	case 'T':
		model_scroll(m, m->top, m->bottom, -n);
		break;
	case 'm':
		colors(m);
		break;
	case 'r':
		m->top = MIN(n, m->rows) - 1;
		m->bottom = MIN(param(m, 1, m->rows), m->rows) - 1;
		if (m->top >= m->bottom) {
			m->top = 0;
			m->bottom = m->rows - 1;
		}
		model_move(m, 0, 0);
		break;
	case 's':
		m->saved = m->at;
		break;
	case 'u':
		restore_place(m);
		break;
	case 'h':
		set_mode(m, true);
		break;
	case 'l':
		set_mode(m, false);
		break;
	}
}

static void escape(struct model *m, char c)
{
	m->state = GROUND;
	switch (c) {
	case '[':
		m->state = SEQUENCE;
		m->private = 0;
		m->nparams = 0;
		memset(m->params, 0, sizeof m->params);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		m->state = STRING;
		break;
	case '(':
	case ')':
	case '*':
	case '+':
	case '#':
	case ' ':
	case '%':
		m->state = CHARSET;
		break;
	case '7':
		m->saved = m->at;
		break;
	case '8':
		restore_place(m);
		m->wrap = false;
		break;
	case 'D':
		model_line_feed(m);
		break;
	case 'E':
		m->at.x = 0;
		model_line_feed(m);
		break;
	case 'M':
		if (m->at.y == m->top)
			model_scroll(m, m->top, m->bottom, -1);
		else
			model_move(m, m->at.x, m->at.y - 1);
		break;
	case 'c':
		m->at.attributes = CELL_PLAIN;
		model_move(m, 0, 0);
		model_erase_all(m);
		break;
	}
}

static void sequence_byte(struct model *m, char c)
{
	int *p;

	if (c >= '0' && c <= '9') {
		m->nparams = MAX(m->nparams, 1);
		p = &m->params[m->nparams - 1];
		*p = MIN(*p * 10 + (c - '0'), MODEL_PARAM_LIMIT);
	} else if (c == ';' || c == ':') {
		m->nparams = MIN(MAX(m->nparams, 1) + 1, MODEL_MAX_PARAMS);
	} else if (c >= '<' && c <= '?') {
		m->private = c;
	} else if (c >= 0x40) {
		m->state = GROUND;
		sequence(m, c);
	}
}

static void control(struct model *m, char c)
{
	switch (c) {
	case '\r':
		m->at.x = 0;
		m->wrap = false;
		break;
	case '\n':
	case '\v':
	case '\f':
		/* The terminal's driver adds a return. */
		if (!m->bare_feed)
			m->at.x = 0;
		model_line_feed(m);
		break;
	case '\b':
		m->at.x -= m->at.x > 0;
		m->wrap = false;
		break;
	case '\t':
		m->at.x = MIN((m->at.x / TAB + 1) * TAB, m->cols - 1);
		break;
	case 27:
		m->state = ESCAPE;
		break;
	}
}

static void text(struct model *m, unsigned char c)
{
	if (c < 0x80) {
		m->missing = 0;
		if (c >= ' ' && c != 127)
			model_put(m, c);
	} else if (c < 0xc0) {
		if (m->missing) {
			m->partial = m->partial << 6 | (c & 0x3f);
			if (!--m->missing)
				model_put(m, m->partial);
		}
	} else {
		m->missing = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		m->partial = c & (0x3fu >> m->missing);
	}
}

static void byte(struct model *m, char c)
{
	switch (m->state) {
	case STRING:
		if (c == 7)
			m->state = GROUND;
		else if (c == 27)
			m->state = STRING_ESCAPE;
		return;
	case STRING_ESCAPE:
		m->state = c == '\\' ? GROUND : STRING;
		return;
	case GROUND:
	case ESCAPE:
	case CHARSET:
	case SEQUENCE:
		break;
	}
	if ((unsigned char)c < ' ')
		control(m, c);
	else if (m->state == ESCAPE)
		escape(m, c);
	else if (m->state == CHARSET)
		m->state = GROUND;
	else if (m->state == SEQUENCE)
		sequence_byte(m, c);
	else
		text(m, (unsigned char)c);
}

void model_text(struct model *m, const char *s, size_t n)
{
	size_t i = m->state == GROUND ? model_skip(m, s, n) : 0;

	while (i < n) {
		size_t end = i;

		while (m->state == GROUND && end < n && s[end] >= ' ' &&
		       s[end] < 127)
			end++;
		if (end == i) {
			byte(m, s[i++]);
			continue;
		}
		m->missing = 0;
		while (i < end)
			i += model_put_plain(m, s + i, end - i);
	}
}
