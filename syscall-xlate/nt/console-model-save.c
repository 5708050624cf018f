/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-model-save.c - a model as bytes, and back.
 *
 * Bytes may be those of a process that was killed over them, or of one that
 * means harm: whatever they are, what becomes of them is a model.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/table.h"
#include "syscall-xlate/nt/console-model-private.h"

enum {
	ATTRIBUTES = 0,     /* this, and two bytes that are those from now on */
	CELL_BYTES = 3 + 3, /* the most that a cell takes */
	UNICODE = 0x1fffff,
	FAR = 1 << 16, /* further than any buffer is long */
};

/* What is not in a line. */
struct saved {
	int32_t cols, rows, width, height, top, left;
	struct place at, saved, normal;
	int32_t region_top, region_bottom;
	int32_t params[MODEL_MAX_PARAMS], nparams;
	uint32_t partial;
	int32_t missing;
	uint8_t state;
	char private;
	uint8_t alternate, wrap, scrolled, absolute, placed, pad;
};

/* ---- to bytes ---- */

struct writer {
	uint8_t *p;
	size_t n, room;
};

static bool make_room(struct writer *w, size_t n)
{
	size_t room = MAX(w->room * 2, w->n + n);
	void *p;

	if (w->room - w->n >= n)
		return true;
	p = realloc(w->p, room);
	if (!p)
		return false;
	w->p = p;
	w->room = room;
	return true;
}

static void put16(struct writer *w, uint16_t n)
{
	memcpy(w->p + w->n, &n, sizeof n);
	w->n += sizeof n;
}

static bool is_blank(const struct cell *c)
{
	return c->c == ' ' && c->attributes == CELL_PLAIN;
}

/* A character in sevens of bits, the lowest first. */
static void put_cell(struct writer *w, const struct cell *c, uint16_t *now)
{
	uint32_t left = c->c < ' ' ? ' ' : c->c & UNICODE;

	if (c->attributes != *now) {
		w->p[w->n++] = ATTRIBUTES;
		put16(w, c->attributes);
		*now = c->attributes;
	}
	for (; left >= 0x80; left >>= 7)
		w->p[w->n++] = (uint8_t)(left | 0x80);
	w->p[w->n++] = (uint8_t)left;
}

/* The number of cells, and those; blanks behind the last are none. */
static bool put_line(struct writer *w, const struct cell *line, int cols)
{
	uint16_t now = CELL_PLAIN;
	int n = line ? cols : 0;

	while (n && is_blank(&line[n - 1]))
		n--;
	if (!make_room(w, 2 + (size_t)n * CELL_BYTES))
		return false;
	put16(w, (uint16_t)n);
	for (int x = 0; x < n; x++)
		put_cell(w, &line[x], &now);
	return true;
}

/* From the last line on. */
static bool put_grid(struct writer *w, struct grid *g, size_t most)
{
	for (int y = g->rows - 1; y >= 0; y--) {
		size_t before = w->n;

		if (!put_line(w, *model_line(g, y), g->cols))
			return false;
		if (w->n > most) {
			w->n = before;
			break;
		}
	}
	return true;
}

static struct saved settings(const struct model *m, const struct grid *normal)
{
	struct saved s = {
		.cols = m->window_cols,
		.rows = m->rows,
		.width = m->width,
		.height = m->height,
		.top = normal->top,
		.left = normal->left,
		.at = m->at,
		.saved = m->saved,
		.normal = m->normal,
		.region_top = m->top,
		.region_bottom = m->bottom,
		.nparams = m->nparams,
		.partial = m->partial,
		.missing = m->missing,
		.state = (uint8_t)m->state,
		.private = m->private,
		.alternate = m->alternate,
		.wrap = m->wrap,
		.scrolled = m->scrolled != 0,
		.absolute = m->absolute,
		.placed = m->placed,
	};

	for (int i = 0; i < MODEL_MAX_PARAMS; i++)
		s.params[i] = m->params[i];
	return s;
}

void *model_save(struct model *m, size_t most, size_t *n)
{
	struct writer w = { 0 };
	struct grid *normal;
	struct saved s;
	bool ok;

	pthread_mutex_lock(&m->lock);
	normal = m->alternate ? &m->other : &m->grid;
	s = settings(m, normal);
	ok = make_room(&w, sizeof s);
	if (ok) {
		memcpy(w.p, &s, sizeof s);
		w.n = sizeof s;
	}
	ok = ok && (!m->alternate || put_grid(&w, &m->grid, most)) &&
	     put_grid(&w, normal, most);
	pthread_mutex_unlock(&m->lock);
	if (!ok) {
		free(w.p);
		return NULL;
	}
	*n = w.n;
	return w.p;
}

/* ---- from bytes ---- */

struct reader {
	const uint8_t *p;
	size_t n;
};

static bool take(struct reader *r, size_t n, const uint8_t **p)
{
	if (r->n < n)
		return false;
	*p = r->p;
	r->p += n;
	r->n -= n;
	return true;
}

static bool take_cell(struct reader *r, struct cell *c, uint16_t *now)
{
	const uint8_t *p;
	uint32_t value = 0;

	if (r->n && *r->p == ATTRIBUTES) {
		if (!take(r, 3, &p))
			return false;
		*now = le16_at(p + 1);
	}
	for (int shift = 0; shift < 21; shift += 7) {
		if (!take(r, 1, &p))
			return false;
		value |= (uint32_t)(*p & 0x7f) << shift;
		if (*p < 0x80)
			break;
	}
	*c = (struct cell){ value < ' ' ? ' ' : value, *now };
	return true;
}

static bool take_line(struct reader *r, struct cell **line, int cols)
{
	uint16_t now = CELL_PLAIN;
	const uint8_t *p;
	int n;

	if (!take(r, 2, &p))
		return false;
	n = le16_at(p);
	if (!n)
		return true;
	if (n > cols)
		return false;
	*line = malloc((size_t)cols * sizeof **line);
	if (!*line)
		return false;
	model_make_plain(*line, cols);
	for (int x = 0; x < n; x++)
		if (!take_cell(r, &(*line)[x], &now))
			return false;
	return true;
}

/* What is not there any more stays blank. */
static void take_grid(struct reader *r, struct grid *g)
{
	for (int y = g->rows - 1; y >= 0; y--)
		if (!take_line(r, model_line(g, y), g->cols))
			break;
}

static int within(int64_t n, int64_t min, int64_t max)
{
	return (int)MAX(min, MIN(n, max));
}

static struct place place_in(struct place p, int cols)
{
	p.x = within(p.x, 0, cols - 1);
	p.y = within(p.y, -FAR, FAR);
	return p;
}

static void set_text_state(struct model *m, const struct saved *s)
{
	m->state =
		s->state <= STRING_ESCAPE ? (enum model_state)s->state : GROUND;
	m->private = s->private;
	m->nparams = within(s->nparams, 0, MODEL_MAX_PARAMS);
	for (int i = 0; i < MODEL_MAX_PARAMS; i++)
		m->params[i] = within(s->params[i], 0, MODEL_PARAM_LIMIT);
	m->partial = s->partial & UNICODE;
	m->missing = within(s->missing, 0, 3);
}

/* Of the grids' sizes, with the one that is shown in its place. */
static void set_places(struct model *m, const struct saved *s)
{
	struct grid *normal = m->alternate ? &m->other : &m->grid;

	normal->top = within(s->top, 0, normal->rows - m->rows);
	normal->left = within(s->left, 0, normal->cols - m->window_cols);
	m->at = place_in(s->at, m->cols);
	m->at.y = within(m->at.y, -m->grid.top, m->grid.rows - 1 - m->grid.top);
	m->saved = place_in(s->saved, m->cols);
	m->normal = place_in(s->normal, normal->cols);
	m->wrap = s->wrap && m->at.x == m->cols - 1;
	if (s->region_top >= 0 && s->region_bottom < m->rows &&
	    s->region_top < s->region_bottom) {
		m->top = s->region_top;
		m->bottom = s->region_bottom;
	}
	m->scrolled = s->scrolled != 0;
	m->absolute = s->absolute;
	m->placed = s->placed;
}

bool model_load(struct model *m, const void *bytes, size_t n)
{
	struct reader r = { bytes, n };
	const uint8_t *p;
	struct saved s;
	bool ok;

	if (!take(&r, sizeof s, &p))
		return false;
	memcpy(&s, p, sizeof s);
	pthread_mutex_lock(&m->lock);
	ok = model_set_size(m, s.cols, s.rows) && model_set_buffer(m, 0, 0);
	if (ok) {
		model_clear(m, 0, 0);
		model_set_buffer(m, s.width, s.height);
		m->follows = true;
		if (s.alternate) {
			model_alternate(m, true, false);
			take_grid(&r, &m->grid);
		}
		take_grid(&r, m->alternate ? &m->other : &m->grid);
		set_places(m, &s);
		set_text_state(m, &s);
	}
	pthread_mutex_unlock(&m->lock);
	return ok;
}
