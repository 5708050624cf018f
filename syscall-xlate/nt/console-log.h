/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-log.h - what was written to each screen buffer of a console.
 *
 * A terminal cannot be read back, and has one screen besides its normal one. So
 * the last text that went to a buffer is kept, for all processes on the console
 * in the memory that they share; who wants to know what a buffer shows has a
 * model follow that (console-model.h).  What has been written to a buffer that
 * is not shown is nowhere else.
 *
 * Before text is written over, whoever writes then keeps what has become of it
 * there as well: who asks late goes on from that (console-kept.c).
 *
 * Whatever a process that was killed has left there is text, or is not taken.
 */
#ifndef RF_NT_CONSOLE_LOG_H
#define RF_NT_CONSOLE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCREENS = 16, /* buffers of a console, the first one with it */
	SCREEN_LOG = 128 << 10, /* bytes: many a screenful */
	SIDE_BITS = 16,
	PLACE_BITS = 2 * SIDE_BITS,
};

struct console_screen {
	_Atomic uint32_t id;     /* of the buffer; 0: there is none */
	_Atomic int32_t creator; /* host process; 0: the place is free */
	_Atomic int32_t writer;  /* host process that adds something now */
	/* Of the first one these are in struct console_shared. */
	_Atomic uint32_t output_mode, attributes, cursor_size;
	_Atomic bool hidden; /* the cursor, while another buffer is shown */
	/* Columns << SIDE_BITS | lines, if the buffer is larger than the window;
	   and where that was when somebody had written so much: end <<
	   PLACE_BITS | column << SIDE_BITS | line. */
	_Atomic uint32_t size;
	_Atomic uint64_t place;
	_Atomic uint64_t end; /* bytes ever written */
	/* What is kept: the bytes of text in it << 1 | which place it has. */
	_Atomic uint64_t kept;
	_Atomic int32_t keeper; /* host process that keeps something now */
	char bytes[SCREEN_LOG];
};

struct console_screens {
	_Atomic uint32_t shown;
	_Atomic uint32_t last_id;
	/* How much of the first one's text is on the terminal, while another is
	   shown. */
	_Atomic uint64_t on_terminal;
	struct console_screen screen[SCREENS];
};

/* console-shared.c: never NULL. */
struct console_screens *console_screens(void);
/* The same, also in a signal handler, for who has called that before. */
struct console_screens *console_screens_mapped(void);

struct model;

/* Buffer at of the terminal fd has got n bytes of text.  Any thread. */
void screen_append(int fd, unsigned at, const char *s, size_t n);
/*
 * What it shows, by now, in a window of that size.  Of the first one the row
 * may not be known yet (model_begin()).  NULL: no memory.  Stays.
 */
struct model *screen_model(unsigned at, int cols, int rows);
/* A model that is followed may have missed how large the buffer is by now, and
   where the window. */
void screen_agree(unsigned at);
/* Columns and lines, 0 or more, of what lies in a struct console_screen. */
static inline int side_x(uint64_t n)
{
	return (int)(n >> SIDE_BITS & 0x7fff);
}
static inline int side_y(uint64_t n)
{
	return (int)(n & 0x7fff);
}
/* The text from byte *from on, up to n; *from moves.  Less is left than asked
   for: that was all. */
size_t screen_text(unsigned at, uint64_t *from, char *s, size_t n);
/* ---- console-kept.c ---- */

/* What a model of it knew is kept, after so many bytes.  False: others do that
   now. */
bool screen_keep(struct console_screen *c, struct model *m, uint64_t after);
/* The model becomes what is kept; how much text was in that.  False: nothing.
 */
bool screen_kept(struct console_screen *c, struct model *m, uint64_t *after);
/* Nothing is any more. */
void screen_keep_nothing(struct console_screen *c);
/*
 * console-shared.c: the descriptor that others have too, and where in it is
 * room for what is kept of all buffers; -1: they are all this process's own, or
 * the limit of the host on a file's length leaves none.
 */
enum { KEPT_MAX = 8 << 20 };
int console_kept_file(int64_t *at);

/*
 * What is in from goes to to, which is console_screens() once set() was called.
 */
void screens_move(struct console_screens *to, void (*set)(void *), void *arg);
/* What only this process knows is kept. */
void screens_keep(void);

#endif
