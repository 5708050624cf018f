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

	/* Bytes that were read and not used: cooked lines, type-ahead. */
	uint8_t bytes[4096];
	size_t nbytes;
	size_t ncooked;   /* the first are of a line, and no keys any more */
	bool ahead;       /* typed while nobody read lines: no line yet */
	int wake[2];      /* pipe: look at the records again; 0: none */
	bool end_of_file; /* Ctrl-D was read behind them */
	struct input_record records[RECORD_MAX];
	unsigned first, nrecords;
	int16_t rows, cols; /* last told */

	/* Where the cursor was when the terminal last told, and since when. */
	int cursor_row, cursor_col; /* from 1; 0: never told */
	int64_t cursor_ns;
	_Atomic bool moved; /* something was written after that */
};

extern struct console console;

/* ---- console-mode.c ---- */

/*
 * Puts the terminal into the state that reading wants: lines as input_mode
 * says, or keys for input records.  Lock held.
 */
void terminal_apply(int fd, bool keys);

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

/* ---- console-records.c, console.c, console-ctrl.c: the window's size ---- */

/* Looks at it, for a record.  Lock held. */
void console_look_at_window(int fd);
/* It has changed. */
void console_window_changed(void);
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
/* So is the input's mode. */
void console_keep_mode(void);
/* That text has gone to the terminal fd. */
void console_screen_changed(int fd, const char *text, size_t n);
/* Signals that nobody handles now end us by way of console_restore(). */
void console_guard(void);

/* Turns console.bytes into records.  Lock held. */
void console_parse_keys(void);
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

/* Writes all of it; a terminal that is stopped (Ctrl-S) waits. */
NTSTATUS console_put(struct task *t, struct file *f, const char *s, size_t n);

/* What each file answers: rows for control_run(). */
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
/* Pseudo consoles: pty.c. */
NTSTATUS pty_new(struct task *t, struct file *f, struct irp *r);
NTSTATUS pty_resize(struct task *t, struct file *f, struct irp *r);
NTSTATUS pty_hang_up(struct task *t, struct file *f, struct irp *r);
/* Ctrl-C and its kin: console-ctrl.c. */
extern const struct control_row console_ctrl_rows[];
extern const size_t console_ctrl_nrows;

/* console-group.c: host ids of those in a group (0: all) on our console,
   malloc'ed; natives: and of the Linux programs that they started. */
int *console_members(uint32_t group, bool natives, unsigned *n);
/* STATUS_INVALID_PARAMETER: there is no such group. */
NTSTATUS console_signal(uint32_t group, int sig);
/* Ctrl-C is not for us, or is again. */
void console_ignore_ctrl_c(bool on);

#endif
