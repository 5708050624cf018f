/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-model.c - see console-model.h.
 *
 * What other programs write to the same terminal is not known, nor what a
 * window of another size made of the old text.
 */
#include "syscall-xlate/nt/console-model.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "syscall-xlate/nt/console-model-private.h"

struct model console_model SPARSE = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void replay(struct model *m, int col, int row)
{
	model_clear(m, col, row);
	model_text(m, m->pending, m->npending);
}

/* Only the last is kept until model_start(). */
static void keep(struct model *m, const char *t, size_t n)
{
	if (n > MODEL_LOG_SIZE) {
		t += n - MODEL_LOG_SIZE;
		n = MODEL_LOG_SIZE;
	}
	/* The older half makes room: a screenful is far less. */
	if (m->npending + n > MODEL_LOG_SIZE) {
		size_t some = MIN(m->npending, (size_t)MODEL_LOG_SIZE / 2);

		some = MIN(some, MODEL_LOG_SIZE - n);
		memmove(m->pending, m->pending + m->npending - some, some);
		m->npending = some;
	}
	memcpy(m->pending + m->npending, t, n);
	m->npending += n;
}

void model_feed(struct model *m, const char *t, size_t n)
{
	pthread_mutex_lock(&m->lock);
	if (m->follows)
		model_text(m, t, n);
	else
		keep(m, t, n);
	pthread_mutex_unlock(&m->lock);
}

bool model_guess(struct model *m, int cols, int rows)
{
	bool ok;

	pthread_mutex_lock(&m->lock);
	ok = model_set_size(m, cols, rows);
	if (ok && !m->follows) {
		model_clear(m, 0, 0);
		m->follows = true;
	}
	pthread_mutex_unlock(&m->lock);
	return ok;
}

bool model_follows(struct model *m, int cols, int rows)
{
	bool yes;

	pthread_mutex_lock(&m->lock);
	yes = m->follows && model_set_size(m, cols, rows) && m->placed;
	pthread_mutex_unlock(&m->lock);
	return yes;
}

bool model_begin(struct model *m, int cols, int rows, int row)
{
	bool ok;

	pthread_mutex_lock(&m->lock);
	ok = m->follows && model_set_size(m, cols, rows);
	if (ok && !m->placed) {
		/* Who has been at the bottom is there whatever was before. */
		if (!m->absolute && !m->scrolled && row > m->at.y)
			model_lower(m, MIN(row, m->rows - 1) - m->at.y);
		m->placed = true;
	}
	pthread_mutex_unlock(&m->lock);
	return ok;
}

void model_read(struct model *m, int x, int y, size_t n, struct cell *to)
{
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < n; i++) {
		const struct cell *c = x < m->cols ? model_look(m, x, y) : NULL;

		to[i] = c ? *c : (struct cell){ ' ', CELL_PLAIN };
		if (++x >= m->cols) {
			x = 0;
			y++;
		}
	}
	pthread_mutex_unlock(&m->lock);
}

int model_column(struct model *m)
{
	int col;

	pthread_mutex_lock(&m->lock);
	col = m->wrap ? 0 : m->at.x;
	pthread_mutex_unlock(&m->lock);
	return col;
}

struct model *model_new(int cols, int rows)
{
	struct model *m = calloc(1, sizeof *m);

	if (m && !model_set_size(m, cols, rows)) {
		free(m);
		return NULL;
	}
	if (m) {
		pthread_mutex_init(&m->lock, NULL);
		m->bare_feed = true;
	}
	return m;
}

void model_free(struct model *m)
{
	if (m) {
		model_free_cells(m);
		free(m);
	}
}

bool model_resize(struct model *m, int cols, int rows)
{
	bool ok;

	pthread_mutex_lock(&m->lock);
	ok = model_set_size(m, cols, rows);
	pthread_mutex_unlock(&m->lock);
	return ok;
}

void model_start(struct model *m, int col, int row)
{
	pthread_mutex_lock(&m->lock);
	if (!m->follows) {
		replay(m, MAX(0, MIN(col, m->cols - 1)),
		       MAX(0, MIN(row, m->rows - 1)));
		m->follows = m->placed = true;
		m->npending = 0;
	}
	pthread_mutex_unlock(&m->lock);
}

void model_place(struct model *m, int col, int row)
{
	pthread_mutex_lock(&m->lock);
	/* Where it knows the place it also knows that a line is full. */
	if (m->follows && m->at.y >= 0 && m->at.y < m->rows &&
	    (m->at.x != col || m->at.y != row))
		model_move(m, col, row);
	pthread_mutex_unlock(&m->lock);
}

void model_cursor(struct model *m, int *col, int *row)
{
	pthread_mutex_lock(&m->lock);
	*col = m->at.x;
	*row = m->at.y;
	pthread_mutex_unlock(&m->lock);
}

void model_restart(struct model *m)
{
	pthread_mutex_lock(&m->lock);
	m->bare_feed = false;
	m->follows = m->placed = true;
	m->npending = 0;
	model_clear(m, 0, 0);
	model_set_buffer(m, 0, 0);
	pthread_mutex_unlock(&m->lock);
}

uint16_t model_attributes(struct model *m)
{
	uint16_t a;

	pthread_mutex_lock(&m->lock);
	a = m->at.attributes;
	pthread_mutex_unlock(&m->lock);
	return a;
}

void model_view(struct model *m, struct model_view *v)
{
	pthread_mutex_lock(&m->lock);
	*v = (struct model_view){ m->window_cols, m->rows,      m->grid.cols,
				  m->grid.rows,   m->grid.left, m->grid.top };
	pthread_mutex_unlock(&m->lock);
}

void model_changes(struct model *m, int *first, int *last, int *fed)
{
	pthread_mutex_lock(&m->lock);
	*first = m->changed_first;
	*last = MIN(m->changed_last, m->rows - 1);
	*fed = m->fed;
	m->changed_first = m->rows;
	m->changed_last = -1;
	m->fed = 0;
	pthread_mutex_unlock(&m->lock);
}
