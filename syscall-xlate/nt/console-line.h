/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-line.h - a line while it is edited: keys in, what the terminal has to
 * be sent out.  No I/O, no locks, and nothing of the console's state.
 */
#ifndef RF_NT_CONSOLE_LINE_H
#define RF_NT_CONSOLE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LINE_MAX_UNITS = 32768, /* what is typed beyond that is dropped */
	/* Bits of line_key.state, as KEY_EVENT_RECORD has them. */
	LINE_ALT = 0x3,
	LINE_CTRL = 0xc,
	LINE_SHIFT = 0x10,
};

struct line_key {
	uint16_t vk, ch;
	uint32_t state;
};

/* Earlier lines, the oldest first; the texts belong to whoever made it. */
struct line_command {
	uint16_t *s;
	size_t n;
};
struct line_past {
	struct line_command *list;
	int n;
	int last;   /* the one that was shown or entered last; -1: none */
	bool fresh; /* since it was entered none has been shown */
};

enum line_end {
	LINE_MORE,
	LINE_ENTER, /* complete: line.text, without an end */
	LINE_WAKE, /* a control character of wake, which has done nothing yet */
	LINE_INTERRUPT, /* Ctrl-C */
	LINE_BREAK,     /* Ctrl-Break, which terminals send as Ctrl-backslash */
	LINE_EOF,       /* Ctrl-D, as the first */
	LINE_FORGET,    /* Alt-F7: the past; go on */
	LINE_UNALIAS,   /* Alt-F10: the aliases; go on */
};

enum line_popup {
	POPUP_NONE,
	POPUP_COPY,   /* F2 */
	POPUP_CUT,    /* F4 */
	POPUP_LIST,   /* F7 */
	POPUP_NUMBER, /* F9 */
};

struct line {
	/* Set by who begins; nothing of it changes meanwhile. */
	bool processed; /* ENABLE_PROCESSED_INPUT: Ctrl-C, Backspace */
	bool echo;
	bool insert;            /* or typed over; the Insert key changes it */
	uint32_t wake;          /* bit n: control character n ends the line */
	struct line_past *past; /* or NULL */

	uint16_t *text; /* malloc'ed */
	size_t n, room;
	size_t at; /* the cursor, in units */

	enum line_popup popup;
	int choice;      /* of POPUP_LIST and POPUP_NUMBER */
	int first;       /* that the list shows */
	bool has_number; /* something was typed */

	/* What the terminal shows: cells count from the prompt's row on. */
	int cols, rows; /* the window's */
	int start;      /* column of the first unit */
	uint16_t *shown;
	size_t shown_n, shown_room;
	long shown_at; /* where the cursor is */
	bool paged;    /* too long for the window, which shows a part */
	long page;     /* the row at its top */
};

/* Grows; failed: no memory, and what is in s is worthless. */
struct line_out {
	char *s;
	size_t n, room;
	bool failed;
};

/*
 * An empty one, whose first character goes to column start of a window of that
 * size.  Then processed and the like are to be set.
 */
void line_init(struct line *l, int cols, int rows, int start);
void line_free(struct line *l);
/*
 * It begins with n units that are on the screen already, the cursor behind
 * them. False: no memory.
 */
bool line_begin_with(struct line *l, const uint16_t *s, size_t n);
/* One key that went down. */
enum line_end line_key(struct line *l, const struct line_key *k);
/* A character at the cursor, whatever it means. */
void line_insert(struct line *l, uint16_t c);
/* What is to be written so that the screen shows the line; none: o->n is 0. */
void line_show(struct line *l, struct line_out *o);
/* The same for the last time: the cursor goes behind the text, to a new line.
 */
void line_leave(struct line *l, struct line_out *o);
/* The window's size is another now. */
void line_resize(struct line *l, int cols, int rows, struct line_out *o);
/* The cursor is in that column, in truth. */
void line_place(struct line *l, int col);
/* Could it be that it needs more than the rest of the prompt's row? */
bool line_may_wrap(const struct line *l);

#endif
