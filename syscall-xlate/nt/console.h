/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.h - the terminal as the console files share it.
 *
 * A process has one console at most, and its state is the process's.
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
	uint16_t type, pad; /* 1: key, 4: window size */
	union {
		struct {
			uint32_t down;
			uint16_t repeat, vk, scan, ch;
			uint32_t state;
		} key;
		int16_t size[2];
		uint8_t raw[16];
	};
};

enum { RECORD_KEY = 1, RECORD_SIZE = 4, RECORD_MAX = 1024 };

struct console {
	pthread_mutex_t lock; /* all that follows */
	uint32_t input_mode, output_mode;
	uint32_t cp_in, cp_out;
	uint16_t attributes;
	bool cursor_hidden;
	bool alternate; /* the second screen buffer is shown */
	uint32_t cursor_size;
	uint16_t high; /* first half of a pair that a write ended with */
	char last;     /* the last byte written, with OUTPUT_BARE_FEED */
	uint16_t title[256];
	uint32_t title_len; /* units */
	bool detached;

	/* Bytes that were read and not used: cooked lines, type-ahead. */
	uint8_t bytes[4096];
	size_t nbytes;
	bool ahead;       /* typed while nobody read lines: no line yet */
	int wake[2];      /* pipe: records were written, look again; 0: none */
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

/*
 * Puts the terminal into the state that reading wants: lines as input_mode
 * says, or keys for input records.  Lock held.
 */
void terminal_apply(int fd, bool keys);

/* The terminal opened anew; -1 with errno: there is none. */
int console_terminal(enum console_role role);

/* ---- console-restore.c ---- */

/* As it was before us.  Any time, also from a signal handler. */
void console_restore(void);
/* fd's settings are about to be changed: a descriptor for that, or -1. */
int console_keep_settings(int fd);
/* Cursor, attributes or screen have been changed on fd, or back. */
void console_screen_changed(int fd);
/* Signals that nobody handles now end us by way of console_restore(). */
void console_guard(void);

/* Turns console.bytes into records.  Lock held. */
void console_parse_keys(void);
/* Writes all of it; a terminal that is stopped (Ctrl-S) waits. */
NTSTATUS console_put(struct task *t, struct file *f, const char *s, size_t n);

/* Controls of the screen: console-screen.c.  Rows for control_run(). */
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
