/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-model.h - what is on the screen, as far as we have written it.
 *
 * A terminal cannot be read back, so what goes to it is followed here.
 */
#ifndef RF_NT_CONSOLE_MODEL_H
#define RF_NT_CONSOLE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CELL_LEADING = 0x100, /* left half of a wide character */
	CELL_TRAILING = 0x200,
	CELL_COLORS = 0xff,
	CELL_REVERSE = 0x4000,
	CELL_UNDERLINE = 0x8000,
	CELL_PLAIN = 7,
};

struct cell {
	uint32_t c; /* Unicode */
	uint16_t attributes;
};

struct model;

/* Of the console that this process is on. */
extern struct model console_model;

/* n bytes have gone to the terminal.  Any thread. */
void model_feed(struct model *m, const char *s, size_t n);

/*
 * From now on the screen is followed, as if what comes first were at its top:
 * until model_begin().  False without memory.
 */
bool model_guess(struct model *m, int cols, int rows);
/* Is it known where on the screen that is?  Else model_begin() wants to know
   the row. */
bool model_follows(struct model *m, int cols, int rows);
/* row: where the cursor of a screen that is followed is now, from 0; -1:
   unknown.  False without memory. */
bool model_begin(struct model *m, int cols, int rows, int row);
/*
 * What there is to know of it, as bytes in the heap; NULL without memory.  Of
 * more than most bytes the first lines are left out.  From such bytes, which
 * may be anybody's, another one becomes the same.
 */
void *model_save(struct model *m, size_t most, size_t *n);
bool model_load(struct model *m, const void *bytes, size_t n);
/*
 * Cells from (x, y) on, in reading order; blanks behind the last.  Here rows
 * are the buffer's, elsewhere the window's.
 */
void model_read(struct model *m, int x, int y, size_t n, struct cell *to);

/*
 * One of its own, for who is the terminal itself: it gets what a terminal
 * would, with a return before each feed that means one.  NULL without memory.
 * model_start() says where its cursor was before the first byte; until then
 * only the last are kept.
 */
struct model *model_new(int cols, int rows);
void model_free(struct model *m);
bool model_resize(struct model *m, int cols, int rows);
void model_start(struct model *m, int col, int row);

/*
 * All is blank from now on, the cursor in the corner: a screen that gets what
 * programs write, with line feeds as they mean them.
 */
void model_restart(struct model *m);

/*
 * A buffer may be longer and wider than the window.  That its size and the
 * window's place change, and what is changed outside of the window, is told in
 * its text, by sequences that no terminal gets: printf()'s formats.
 */
#define MODEL_SIZE   "\33[<%d;%dt" /* lines, columns; 0: as the window */
#define MODEL_WINDOW "\33[<%d;%dr" /* its first line and column, from 1 */
#define MODEL_PLACE  "\33[<%d;%dH" /* row and column of the buffer, from 1 */
#define MODEL_SHIFT  "\33[<%d;%d;%d%c" /* lines from, to, by; S: up, T: down */

/* Cells that a buffer may have; no more than 32767 either way. */
enum { MODEL_MOST_CELLS = 1 << 26 };

/* The window's size, that of what is shown there, and from where on. */
struct model_view {
	int cols, rows;
	int width, height;
	int left, top;
};
void model_view(struct model *m, struct model_view *v);
/* Who has not seen all of it is told how large it is and where the window is:
   its cols and rows are not looked at. */
void model_found(struct model *m, const struct model_view *v);

/*
 * What has changed since the last call: so many lines have left at the window's
 * top, and rows first..last of what there is now differ; last < first: none.
 */
void model_changes(struct model *m, int *first, int *last, int *fed);

/* The cursor of a screen that is followed, from 0; and where it really is. */
void model_cursor(struct model *m, int *col, int *row);
void model_place(struct model *m, int col, int row);
/* What text gets now: CELL_... */
uint16_t model_attributes(struct model *m);

/* The column where text would begin, which needs no row. */
int model_column(struct model *m);

/* Columns that c takes: 0, 1 or 2. */
int model_width(uint32_t c);

#endif
