/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-shared.h - what belongs to a console and not to a process on it: its
 * modes, code pages, colours and title, and what has been done to the terminal.
 *
 * Processes that share a console map one memfd, made when the first of them
 * starts another and handed down from then on.  A value is a word of its own,
 * and whatever a process that was killed has left there makes sense.
 */
#ifndef RF_NT_CONSOLE_SHARED_H
#define RF_NT_CONSOLE_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's struct termios, which is not libc's. */
struct terminal_settings {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19];
};

enum { TITLE_MAX = 256, CONSOLE_UTF8 = 65001, LENT = -1, COLOR_SET = 1 << 24 };

struct console_shared {
	_Atomic uint32_t input_mode, output_mode;
	_Atomic uint32_t cp_in, cp_out;
	_Atomic uint32_t attributes, cursor_size, popup_attributes;
	_Atomic uint32_t colors[16]; /* COLORREF | COLOR_SET, or the usual one */
	_Atomic uint64_t changed; /* of the screen: console-undo.c's bits */
	_Atomic int32_t root;     /* host process that had it first */
	_Atomic bool over;	  /* that has ended, the terminal is as before */
	/* Who has written last (LENT: a Linux program may have), if that ended a
	   line, and if the line's column is not known; console-write.c. */
	_Atomic int32_t writer;
	_Atomic bool line_ended, uncertain;
	/* Lines begin with ENABLE_INSERT_MODE, or without; modes say so if they
	   have a bit of that kind. */
	_Atomic bool overtype;
	/* The terminal's settings before all of them, as they are now, and as
	   they were before that: while they are changed they are either. */
	_Atomic uint32_t settings_known;
	struct terminal_settings settings, applied, replaced;
	/*
	 * Questions where the cursor is that have no answer yet, and when the
	 * last was asked; how long one is waited for, 0: as usual; and whether
	 * the terminal is not asked any more.
	 */
	_Atomic uint32_t asked, patience_ms;
	_Atomic int64_t asked_ns;
	_Atomic bool silent;
	_Atomic uint32_t title_len; /* units */
	_Atomic bool titled;	    /* by a program */
	uint16_t title[TITLE_MAX];
};

/* console-mode.c: what we leave on it between lines, and back. */
void terminal_between(struct terminal_settings *s);
void terminal_usual(struct terminal_settings *s);

/* Never NULL.  Any thread. */
struct console_shared *console_shared(void);
/* The same, also in a signal handler, for who has called that before. */
struct console_shared *console_mapped(void);
/*
 * A descriptor of it for a child on the same console, which stays ours; -1: no
 * memory, and the child begins with a console's usual state.
 */
int console_share(void);
/* In that child, before anything else of the console's: owns fd. */
void console_inherit(int fd);
/*
 * Is it for us to leave the terminal as it was before all of the console's
 * processes?  Also from a signal handler.
 */
bool console_is_ours(void);

/* ---- console-undo.c ---- */

/* What of the screen's state n bytes of text to the terminal change. */
struct screen_change {
	uint64_t set, cleared;
};
struct screen_change undo_scan(const char *s, size_t n);
/* The bits of "the cursor is hidden", of "the title was pushed", and of the
   alternate screen. */
uint64_t undo_screen_bit(void);
/* Those with which a terminal is hard to use. */
uint64_t undo_grave_bits(void);
uint64_t undo_cursor_bit(void);
uint64_t undo_title_bit(void);
/* Undoes bits on fd by system calls alone: also from a signal handler. */
void undo_write(int fd, uint64_t bits);

#endif
