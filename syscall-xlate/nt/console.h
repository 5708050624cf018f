/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.h - the terminal as the console files share it.
 *
 * A process has one console at most.  What other processes on it see as well is
 * in console-shared.h.
 */
#ifndef RF_NT_CONSOLE_H
#define RF_NT_CONSOLE_H

#include <pthread.h>

#include "dlls/include/rf-console.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/file.h"

/* What a console handle is for; in file.device. */
enum console_role { CONSOLE_CONTROL, CONSOLE_INPUT, CONSOLE_OUTPUT };

enum {
	INPUT_PROCESSED = 1,
	INPUT_LINE = 2,
	INPUT_ECHO = 4,
	INPUT_WINDOW = 8,
	INPUT_MOUSE = 0x10,
	INPUT_QUICK_EDIT = 0x40, /* the mouse is the terminal's */
	INPUT_VT = 0x200,
	INPUT_DEFAULT = 0x1f7,
	INPUT_ALL = 0x3ff,
	OUTPUT_PROCESSED = 1,
	OUTPUT_WRAP = 2,
	OUTPUT_BARE_FEED = 8, /* DISABLE_NEWLINE_AUTO_RETURN */
	OUTPUT_DEFAULT = OUTPUT_PROCESSED | OUTPUT_WRAP,
	OUTPUT_ALL = 0x1f,
};

/* What the terminal is to be like. */
enum terminal_use {
	TERMINAL_IDLE,    /* one of the last two, as the input mode says */
	TERMINAL_LINE,    /* a line is being edited */
	TERMINAL_BETWEEN, /* one was, and there may be another */
	TERMINAL_KEYS,    /* for input records, or text that is no lines */
};

struct input_record {
	uint16_t type, pad; /* RECORD_... */
	union {
		struct {
			uint32_t down;
			uint16_t repeat, vk, scan, ch;
			uint32_t state;
		} key;
		struct {
			int16_t x, y;
			uint32_t buttons, state, flags;
		} mouse;
		int16_t size[2];
		uint32_t focus;
		uint8_t raw[16];
	};
};

enum {
	RECORD_KEY = 1,
	RECORD_MOUSE = 2,
	RECORD_SIZE = 4,
	RECORD_FOCUS = 0x10,
	RECORD_MAX = 1024
};

/* Bits of key.state and mouse.state. */
enum {
	KEY_ALT = 0x2,	/* LEFT_ALT_PRESSED */
	KEY_CTRL = 0x8, /* LEFT_CTRL_PRESSED */
	KEY_SHIFT = 0x10,
	KEY_ENHANCED = 0x100,
};

struct console {
	pthread_mutex_t lock; /* all that follows */
	uint16_t high; /* first half of a pair that a write ended with */
	char last;     /* the last byte written, with OUTPUT_BARE_FEED */
	bool detached;

	/* Bytes that were read and are neither keys nor text yet. */
	uint8_t bytes[4096];
	size_t nbytes;
	/* Lines that were edited, UTF-8, malloc'ed: what no read had room for.
	 */
	uint8_t *cooked;
	size_t cooked_at, cooked_len;
	bool end_of_file; /* the next read is to be told so */

	bool editing; /* some thread edits a line; others want to */
	enum terminal_use use;
	/* Semaphores, 0: none: look at the input again; edit the next line. */
	struct console_bell {
		int fd;
		unsigned waiting;
	} wake, turn;
	struct input_record records[RECORD_MAX];
	unsigned first, nrecords;
	struct console_sizes {
		int window[2], buffer[2]; /* columns, rows */
	} told;

	/* When the terminal told last where the cursor is. */
	int64_t cursor_ns;
	_Atomic bool moved; /* something was written after that */
};

extern struct console console;

/* ---- console-mode.c ---- */

/* Puts the terminal into that state.  Lock held. */
void terminal_apply(int fd, enum terminal_use use);

/* ---- console-read.c, console-write.c: struct file_ops' ---- */

NTSTATUS console_read(struct task *t, struct file *f, struct irp *r);
NTSTATUS console_write(struct task *t, struct file *f, struct irp *r);

/*
 * Until there is input, or console_wake().  *input: there is something to read.
 * Lock held, dropped meanwhile.  STATUS_CANCELLED and the like.
 */
NTSTATUS console_wait(struct task *t, struct file *f, bool *input);
/* Lock held. */
void console_wake(void);
/*
 * The same, for a bell and, unless fd is -1, for input on that.  console_ring()
 * wakes all who wait for it, or came while they were about to go.
 */
NTSTATUS console_wait_bell(struct task *t, struct file *f, int fd,
			   struct console_bell *b);
void console_ring(struct console_bell *b);

/* ---- console-line-read.c ---- */

struct rf_console_read;

/*
 * Has a line edited into console.cooked, or console.end_of_file set.
 * STATUS_ALERTED: Ctrl-C or Ctrl-Break, which everybody on the terminal has
 * been told.  initial: units that are on the screen.  *keys: dwControlKeyState
 * of what ended it.  Lock held, dropped while waiting.
 */
NTSTATUS console_edit(struct task *t, struct file *f, uint32_t wake,
		      const uint16_t *initial, size_t n, uint32_t *keys);

/* ---- console-records.c, console.c, console-ctrl.c: the window's size ---- */

/* Looks at it, for a record.  Lock held. */
void console_look_at_window(int fd);
/* It has changed. */
void console_window_changed(void);
/* console-ctrl.c: sets the event that the process has given for that. */
void console_tell_layout(void);
/* From now on that is told. */
void console_watch_window(void);

/* The terminal opened anew; -1 with errno: there is none. */
int console_terminal(enum console_role role);

/* ---- console-restore.c ---- */

/*
 * The terminal as it has to be when we end, of our own will or not.  Any time,
 * also from a signal handler.
 */
void console_restore(bool own_will);
/* The terminal may be changed from now on: see that we end by that. */
void console_watch_end(void);
/* fd's settings are about to be changed: a descriptor for that, or -1. */
int console_keep_settings(int fd);
/* Around a change of them; false: we are at our end, and they stay. */
bool console_change_begin(void);
void console_change_end(void);
/* A Linux program is about to use the terminal: it finds it as it was. */
void console_lend(void);
/* We go on after a stop. */
void console_continued(void);
/* So is the input's mode. */
void console_keep_mode(void);
/* That text has gone to the terminal fd. */
void console_screen_changed(int fd, const char *text, size_t n);
/* Signals that nobody handles now end us by way of console_restore(). */
void console_guard(void);

/*
 * Turns console.bytes into records.  waited: nothing follows at once, so an ESC
 * that is the last is the key.  Lock held.
 */
void console_parse_keys(bool waited);
/* An empty one behind the others; NULL: no room.  Lock held. */
struct input_record *console_new_record(uint16_t type);

/* ---- console-mouse.c; lock held ---- */

/*
 * A report at s, "ESC [ <"; its length, or -1: the rest of it is still to come,
 * or 0: it is none.
 */
int console_mouse(const uint8_t *s, size_t n);
/* The terminal fd is to report the mouse, or not, as the input's mode says. */
void console_mouse_reports(int fd, bool keys);

/* Text has gone to the terminal fd. */
void console_wrote(int fd, const char *s, size_t n);
/* The column that the cursor is in, and whether that is certain. */
int console_column(int cols, int rows, bool *certain);
/* Writes all of it to f's buffer; a terminal that is stopped (Ctrl-S) waits. */
NTSTATUS console_put(struct task *t, struct file *f, const char *s, size_t n);
/* To the terminal, and it is no buffer's text. */
NTSTATUS console_put_unlogged(struct task *t, struct file *f, const char *s,
			      size_t n);

/* ---- console-buffer.c: screen buffers; f is a handle for output ---- */

/* In f, and nobody else's business: console.c. */
_Atomic uint64_t *console_buffer_number(const struct file *f);
/* Its place in console_screens(); -1: there is no such buffer any more. */
int console_buffer_of(const struct file *f);
bool console_is_shown(const struct file *f);
/* f becomes one of a new buffer, or of the one that is shown. */
bool console_buffer_new(struct file *f);
void console_buffer_open(struct file *f);
/* f is being closed. */
void console_buffer_close(struct task *t, struct file *f);
/*
 * The end of creator (-1: of whoever it is): if his buffer is shown, the first
 * one is again, on fd.  Also from a signal handler.  False: it is not.
 */
struct console_screens;
bool console_buffer_leave(int fd, struct console_screens *s, int creator);
/* What each buffer has of its own. */
_Atomic uint32_t *console_output_mode(const struct file *f);
_Atomic uint32_t *console_attributes(const struct file *f);
_Atomic uint32_t *console_cursor_size(const struct file *f);

/* ---- console-screen.c ---- */

/* The window's size; 80x25 if the terminal does not tell. */
void console_window(int fd, int16_t *cols, int16_t *rows);
/*
 * What f's buffer shows, which is followed from now on, and the window's size.
 * NULL: no memory, or there is no such buffer any more.
 */
struct model *console_follow(struct file *f, int16_t *cols, int16_t *rows);
/* Of the buffer that is shown. */
bool console_cursor_hidden(void);

/* ---- console-window.c: a buffer that is larger than the window ---- */

struct model_view;

bool console_is_large(const struct file *f);
/* Wider than the window, that is. */
bool console_is_wide(const struct file *f);
/* As console_follow(), and its size, and what of it the window shows. */
struct model *console_see(struct file *f, struct model_view *v);
/* Before text that the cursor's line matters for: the window shows that. */
NTSTATUS console_show_cursor(struct task *t, struct file *f);
/* The window moves, so that cell (x, y) is in it; -1: whatever column. */
NTSTATUS console_show_cell(struct task *t, struct file *f, int x, int y);
/* To the buffer's text, and not to the terminal: console-model.h's MODEL_... */
NTSTATUS console_put_hidden(struct task *t, struct file *f, const char *s,
			    size_t n);
/* The size of the buffer that is shown in a window of that size, which it
   becomes; and where the window is in it. */
void console_shown_size(int *cols, int *rows);
void console_shown_place(int *left, int *top);

/* ---- console-wide.c ---- */

/* Text for f's buffer, which is shown, and wider than its window. */
NTSTATUS console_put_wide(struct task *t, struct file *f, const char *s,
			  size_t n);
extern const struct control_row console_window_rows[];
extern const size_t console_window_nrows;

/* What each file answers: rows for control_run(). */
/* Asks the terminal where the cursor is, from 1.  No lock held. */
bool console_ask_cursor(struct file *f, int *row, int *col);

extern const struct control_row console_mode_rows[];
extern const size_t console_mode_nrows;
extern const struct control_row console_read_rows[];
extern const size_t console_read_nrows;
extern const struct control_row console_write_rows[];
extern const size_t console_write_nrows;
extern const struct control_row console_record_rows[];
extern const size_t console_record_nrows;
extern const struct control_row console_screen_rows[];
extern const size_t console_screen_nrows;
extern const struct control_row console_cell_rows[];
extern const size_t console_cell_nrows;
extern const struct control_row console_buffer_rows[];
extern const size_t console_buffer_nrows;
/* Pseudo consoles: pty.c. */
NTSTATUS pty_new(struct task *t, struct file *f, struct irp *r);
NTSTATUS pty_resize(struct task *t, struct file *f, struct irp *r);
NTSTATUS pty_hang_up(struct task *t, struct file *f, struct irp *r);
/* Ctrl-C and its kin: console-ctrl.c. */
extern const struct control_row console_ctrl_rows[];
extern const size_t console_ctrl_nrows;

/* Lines and aliases: console-past.c. */
NTSTATUS console_past(struct task *t, struct file *f, struct irp *r);

/* console-group.c: host ids of those in a group (0: all) on our console,
   malloc'ed; natives: and of the Linux programs that they started. */
int *console_members(uint32_t group, bool natives, unsigned *n);
/* Whether a process has no console, or one that is not ours to have. */
bool console_is_elsewhere(uint32_t id);
/* STATUS_INVALID_PARAMETER: there is no such group. */
NTSTATUS console_signal(uint32_t group, int sig);
/* Ctrl-C is not for us, or is again. */
void console_ignore_ctrl_c(bool on);

#endif
