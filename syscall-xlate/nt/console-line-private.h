/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-line-private.h - what the two halves of the line editor share. */
#ifndef RF_NT_CONSOLE_LINE_PRIVATE_H
#define RF_NT_CONSOLE_LINE_PRIVATE_H

#include "syscall-xlate/nt/console-line.h"

/* The character at s, of n units, and how many of them it is. */
uint32_t line_code(const uint16_t *s, size_t n, size_t *len);
/* Columns that it takes: a control character is a caret and a letter. */
int line_width(uint32_t c);
/*
 * All of the text is on the screen and the cursor, where it was said to be,
 * behind it: l->start follows.  False: no memory.
 */
bool line_is_shown(struct line *l);

/* The cell behind the text. */
long line_end_cell(const struct line *l);

/* ---- console-line-list.c ---- */

struct line_list {
	size_t n;
	size_t at;	       /* the chosen one's mark: the cursor */
	size_t mark, mark_end; /* the chosen one */
};
/* Earlier lines that the box shows at a time; 0: there is no room for it. */
int line_list_rows(const struct line *l);
/* The line, and the box below it; malloc'ed, NULL: no room, or no memory. */
uint16_t *line_list(struct line *l, struct line_list *info);

#endif
