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
	for (size_t i = 0; i < m->npending; i++)
		model_byte(m, m->pending[i]);
}

void model_feed(struct model *m, const char *t, size_t n)
{
	pthread_mutex_lock(&m->lock);
	if (m->follows) {
		for (size_t i = 0; i < n; i++)
			model_byte(m, t[i]);
	} else {
		if (n > MODEL_LOG_SIZE) {
			t += n - MODEL_LOG_SIZE;
			n = MODEL_LOG_SIZE;
		}
		/* The older half makes room: a screenful is far less. */
		if (m->npending + n > MODEL_LOG_SIZE) {
			size_t keep =
				MIN(m->npending, (size_t)MODEL_LOG_SIZE / 2);

			keep = MIN(keep, MODEL_LOG_SIZE - n);
			memmove(m->pending, m->pending + m->npending - keep,
				keep);
			m->npending = keep;
		}
		memcpy(m->pending + m->npending, t, n);
		m->npending += n;
	}
	pthread_mutex_unlock(&m->lock);
}

bool model_follows(struct model *m, int cols, int rows)
{
	bool yes;

	pthread_mutex_lock(&m->lock);
	yes = m->follows && model_set_size(m, cols, rows);
	pthread_mutex_unlock(&m->lock);
	return yes;
}

bool model_begin(struct model *m, int cols, int rows, int row)
{
	bool ok;

	pthread_mutex_lock(&m->lock);
	ok = m->follows || model_set_size(m, cols, rows);
	if (ok && !m->follows) {
		/* From the top first, to see how many lines it makes. */
		int down;

		replay(m, 0, 0);
		down = m->at.y + m->scrolled;
		if (!m->absolute && row > down)
			replay(m, 0, row - down);
		m->follows = true;
		m->npending = 0;
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

int model_column(struct model *m, int cols)
{
	struct model *line = NULL;
	size_t from;
	int col = 0, row;

	pthread_mutex_lock(&m->lock);
	if (m->follows) {
		col = m->wrap ? 0 : m->at.x;
		cols = m->cols;
	} else if (m->npending && m->pending[m->npending - 1] != '\n') {
		for (from = m->npending; from && m->pending[from - 1] != '\n';)
			from--;
		line = model_new(cols, 2);
		if (line) {
			model_start(line, 0, 0);
			model_feed(line, m->pending + from, m->npending - from);
			model_cursor(line, &col, &row);
			model_free(line);
		}
	}
	pthread_mutex_unlock(&m->lock);
	return MIN(col, cols - 1);
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
		m->follows = true;
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
	m->follows = true;
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
