/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-model-private.h - what the parts of console-model.h's model share. */
#ifndef RF_NT_CONSOLE_MODEL_PRIVATE_H
#define RF_NT_CONSOLE_MODEL_PRIVATE_H

#include <pthread.h>

#include "syscall-xlate/nt/console-model.h"

enum {
	MODEL_LOG_SIZE = 64 << 10,
	MODEL_MAX_PARAMS = 16,
	MODEL_PARAM_LIMIT = 32767,
};

enum model_state { GROUND, ESCAPE, CHARSET, SEQUENCE, STRING, STRING_ESCAPE };

struct place {
	int x, y;
	uint16_t attributes;
};

/*
 * The lines of a screen buffer, of which the window shows some.  Its lines are
 * a ring, so that what scrolls costs nothing.
 */
struct grid {
	struct cell **line; /* NULL: blank */
	int rows, cols;     /* as many as the window's, or more */
	int first;          /* where in line the first is */
	int top, left;      /* which of them are the window's first */
};

struct model {
	pthread_mutex_t lock;         /* all that follows */
	char pending[MODEL_LOG_SIZE]; /* written and not looked at yet */
	size_t npending;
	bool follows;
	bool placed;    /* nothing is to move down any more */
	bool bare_feed; /* a line feed is one, without a return */

	struct grid grid; /* the one that is shown */
	struct grid other;
	struct cell *spare; /* a line without memory */
	bool alternate;
	int cols; /* grid's */
	int rows; /* the window's */
	int window_cols;
	int width, height; /* of the buffer, if it is more than that, or 0 */
	/* Rows are the window's.  The cursor may be outside of that. */
	struct place at, saved, normal;
	bool wrap; /* the last column is written: the next one begins a line */
	int top, bottom; /* of the region that scrolls; inclusive */
	int scrolled;    /* lines that have left at the top */
	bool absolute;   /* a row was named, or the screen erased */
	/* Since somebody asked: the window's rows that have changed, after so
	   many have left at its top. */
	int changed_first, changed_last, fed;

	enum model_state state;
	char private; /* "?", ">" and such, or 0 */
	int params[MODEL_MAX_PARAMS];
	int nparams;
	uint32_t partial; /* of a character in UTF-8 */
	int missing;      /* bytes of it */
};

/* ---- console-model-cells.c; lock held ---- */

/* y: the window's. */
struct cell *model_cell(struct model *m, int x, int y);
/* The same, NULL if its line is blank; y: the buffer's. */
const struct cell *model_look(struct model *m, int x, int y);
void model_free_cells(struct model *m);
/* Cells from..to of that line become blanks of the current colours. */
void model_erase(struct model *m, int y, int from, int to);
void model_erase_all(struct model *m);
/* Line y of a grid; NULL: blank. */
struct cell **model_line(struct grid *g, int y);
void model_make_plain(struct cell *line, int cols);
/* The lines of top..bottom move up by n (down, if negative). */
void model_scroll(struct model *m, int top, int bottom, int n);
/* Characters of the line move right by n (left, if negative). */
void model_shift(struct model *m, int n);
void model_line_feed(struct model *m);
/* A character where the cursor is. */
void model_put(struct model *m, uint32_t c);
/* The same with some of n that are ASCII and no controls; how many. */
size_t model_put_plain(struct model *m, const char *s, size_t n);
/* What the window shows, and the cursor, is by lines lower. */
void model_lower(struct model *m, int by);
/* The part of n bytes of text that leaves no trace: what follows scrolls it out
   of the buffer. */
size_t model_skip(struct model *m, const char *s, size_t n);
void model_move(struct model *m, int x, int y);
void model_alternate(struct model *m, bool on, bool keep_place);
/* All is blank, the cursor there. */
void model_clear(struct model *m, int col, int row);
/* The size that the buffer is to have, where it is more than the window's. */
bool model_set_buffer(struct model *m, int width, int height);
/* The window begins there; what is in the buffer stays. */
void model_set_place(struct model *m, int left, int top);
/* Lines from..to of the buffer move by n, down if it is more than 0. */
void model_scroll_lines(struct model *m, int from, int to, int n);
/* To that size, if it has not got it.  False: no memory, and it stays. */
bool model_set_size(struct model *m, int cols, int rows);

/* ---- console-model-text.c; lock held ---- */

void model_text(struct model *m, const char *s, size_t n);

#endif
