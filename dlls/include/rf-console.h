/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-console.h - how kernel32's console functions reach the host's terminal.
 *
 * There is no console server.  A console handle is a file handle on the
 * terminal, and these are NtDeviceIoControlFile codes of ours on it; both
 * sides include this file.  Every structure has the same layout for 32- and
 * 64-bit callers.  Characters are UTF-16, coordinates count from 0 in the
 * buffer, which is as large as the window, or larger.
 *
 * Handles: CONIN$ and CONOUT$ (or \Device\ConDrv\Input, \Output) open the
 * terminal and fail with STATUS_INVALID_HANDLE where there is none.
 * \Device\ConDrv\Control always opens; it serves only the codes marked C.
 * On any other handle these codes give STATUS_INVALID_DEVICE_REQUEST, except
 * that pipes, files and sockets give STATUS_OBJECT_TYPE_MISMATCH: kernel32
 * turns both into ERROR_INVALID_HANDLE, which is what GetConsoleMode says on
 * Windows when output is redirected.
 * Source of the semantics: Microsoft's console documentation.
 */
#ifndef RF_CONSOLE_H
#define RF_CONSOLE_H

#include <stdint.h>

/* FILE_DEVICE_CONSOLE, our function numbers, METHOD_BUFFERED, any access. */
#define RF_CONSOLE_CODE(n) (0x00500000u | (0x900u + (n)) << 2)

/* out: uint32_t, ENABLE_* as GetConsoleMode gives (input or output handle). */
#define RF_CONSOLE_GET_MODE RF_CONSOLE_CODE(0)
/* in: uint32_t.  STATUS_INVALID_PARAMETER for unknown bits. */
#define RF_CONSOLE_SET_MODE RF_CONSOLE_CODE(1)

/*
 * ReadConsole.  in: struct rf_console_read (or nothing); out: UTF-16.
 * Information is the number of bytes.  Line mode ends lines with CR LF; what is
 * longer than out the next reads give.  0 bytes: end of file (Ctrl-D as the
 * first of a line). STATUS_ALERTED: interrupted by Ctrl-C
 * (ERROR_OPERATION_ABORTED, success).
 */
#define RF_CONSOLE_READ RF_CONSOLE_CODE(2)
struct rf_console_read {
	uint32_t initial_chars; /* UTF-16 units of the line that out holds */
	uint32_t wakeup_mask;   /* bit n: control character n ends a line */
	/* Not 0: no more than what fits there in a code page that needs up to
	   each bytes for a unit that is no ASCII; but one character anyway. */
	uint32_t room, each;
	uint64_t keys; /* where dwControlKeyState goes, uint32_t, or 0 */
};

/* WriteConsole.  in: UTF-16.  Information: bytes taken (all, on success). */
#define RF_CONSOLE_WRITE RF_CONSOLE_CODE(3)

/*
 * PeekConsoleInput, ReadConsoleInput(Ex).  in: uint32_t flags; out: an array
 * of INPUT_RECORD (20 bytes each); Information: bytes.  Without NOWAIT it
 * waits for at least one record.
 */
#define RF_CONSOLE_READ_INPUT RF_CONSOLE_CODE(4)
#define RF_CONSOLE_PEEK       1
#define RF_CONSOLE_NOWAIT     2
/* WriteConsoleInput.  in: array of INPUT_RECORD.  Information: bytes. */
#define RF_CONSOLE_WRITE_INPUT RF_CONSOLE_CODE(5)
/* GetNumberOfConsoleInputEvents.  out: uint32_t. */
#define RF_CONSOLE_COUNT_INPUT RF_CONSOLE_CODE(6)
#define RF_CONSOLE_FLUSH_INPUT RF_CONSOLE_CODE(7)

/* out: struct rf_console_info. */
#define RF_CONSOLE_GET_INFO RF_CONSOLE_CODE(8)
struct rf_console_info {
	int16_t size_x, size_y;     /* buffer */
	int16_t cursor_x, cursor_y; /* 0,0 if the terminal does not tell */
	uint16_t attributes;        /* FOREGROUND_*, BACKGROUND_*, COMMON_LVB */
	uint16_t popup_attributes;
	int16_t left, top, right, bottom; /* window, inclusive */
	int16_t max_x, max_y;
	uint16_t cell_x, cell_y; /* pixels; 0: the terminal does not tell */
	uint32_t colors[16];	 /* COLORREF */
};
/* in: int16_t x, y. */
#define RF_CONSOLE_SET_CURSOR RF_CONSOLE_CODE(9)
/* in: uint32_t attributes, as SetConsoleTextAttribute. */
#define RF_CONSOLE_SET_ATTRIBUTES RF_CONSOLE_CODE(10)
/* in, out: struct rf_console_cursor. */
#define RF_CONSOLE_GET_CURSOR_INFO RF_CONSOLE_CODE(11)
#define RF_CONSOLE_SET_CURSOR_INFO RF_CONSOLE_CODE(12)
struct rf_console_cursor {
	uint32_t size; /* percent, 1..100 */
	uint32_t visible;
};
/* in, out: UTF-16 without NUL; Information of GET: bytes.  C */
#define RF_CONSOLE_GET_TITLE RF_CONSOLE_CODE(13)
#define RF_CONSOLE_SET_TITLE RF_CONSOLE_CODE(14)
/*
 * in: int16_t x, y.  The buffer is to be that large; if it is to be smaller than
 * the window: asks the terminal to resize; success if it may obey.
 */
#define RF_CONSOLE_SET_SIZE RF_CONSOLE_CODE(15)

/*
 * FillConsoleOutputCharacter/Attribute, WriteConsoleOutputCharacter/Attribute.
 * in: struct rf_console_fill [+ count units of data for the WRITE_ codes].
 * Information: cells written.  Characters keep the attributes of their cells,
 * and the other way round.
 */
#define RF_CONSOLE_FILL        RF_CONSOLE_CODE(16)
#define RF_CONSOLE_WRITE_CELLS RF_CONSOLE_CODE(17)
struct rf_console_fill {
	int16_t x, y;
	uint32_t count;
	uint16_t what;  /* RF_CONSOLE_CHARS or RF_CONSOLE_ATTRS */
	uint16_t value; /* FILL: the character or attribute */
};
#define RF_CONSOLE_CHARS 0
#define RF_CONSOLE_ATTRS 1

/*
 * WriteConsoleOutput.  in: struct rf_console_rect and (right-left+1) *
 * (bottom-top+1) CHAR_INFO (uint16_t character, uint16_t attributes).
 */
#define RF_CONSOLE_WRITE_RECT RF_CONSOLE_CODE(18)
struct rf_console_rect {
	int16_t left, top, right, bottom;
};
/* ScrollConsoleScreenBuffer.  in: struct rf_console_scroll. */
#define RF_CONSOLE_SCROLL RF_CONSOLE_CODE(19)
struct rf_console_scroll {
	struct rf_console_rect rect;
	struct rf_console_rect clip; /* the whole buffer if there is none */
	int16_t to_x, to_y;
	uint16_t fill_char, fill_attributes;
};

/*
 * NtReadFile and NtWriteFile move UTF-8.  With another code page they give this
 * status instead (NtWriteFile only for what is not the same in both), and moved
 * nothing: the caller is to convert, and to use RF_CONSOLE_READ and _WRITE.
 */
#define RF_CONSOLE_CONVERT ((int32_t)0xc0000162) /* STATUS_UNMAPPABLE_CHARACTER */

/* in, out: struct rf_console_cp.  65001 at start: terminals are UTF-8.  C */
#define RF_CONSOLE_GET_CP RF_CONSOLE_CODE(20)
#define RF_CONSOLE_SET_CP RF_CONSOLE_CODE(21) /* 0 in a field: leave it */
struct rf_console_cp {
	uint32_t input, output;
};

/*
 * Where Ctrl-C and its kin go.  in: uint64_t address of a thread start routine
 * (ULONG WINAPI routine(ULONG_PTR event), CTRL_C_EVENT, ...), run on a new
 * thread for each event.  Until one is set the host's default holds: the
 * signal ends the process.  Kernel32 sets it at the first
 * SetConsoleCtrlHandler and calls its handlers there, the last of which exits
 * with STATUS_CONTROL_C_EXIT.  0 takes it away.  C
 */
#define RF_CONSOLE_SET_CTRL_ROUTINE RF_CONSOLE_CODE(22)
/* in: uint32_t ignore: SetConsoleCtrlHandler(NULL, ignore).  C */
#define RF_CONSOLE_IGNORE_CTRL_C RF_CONSOLE_CODE(23)
/* GenerateConsoleCtrlEvent.  in: struct rf_console_ctrl.  C */
#define RF_CONSOLE_GENERATE_CTRL RF_CONSOLE_CODE(24)
struct rf_console_ctrl {
	uint32_t event; /* 0: Ctrl-C, 1: Ctrl-Break */
	uint32_t group; /* process id of a group's leader; 0: ours */
};
/* out: uint32_t process ids that share the console; Information: bytes.  C */
#define RF_CONSOLE_PROCESSES RF_CONSOLE_CODE(25)
/* in: struct rf_console_attach: FreeConsole, AllocConsole, AttachConsole.  C */
#define RF_CONSOLE_ATTACH RF_CONSOLE_CODE(26)
struct rf_console_attach {
	uint32_t on;
	uint32_t process; /* whose console it must be; 0: whichever */
};
/* out: uint32_t: the same for all processes on one console; 0: none.  C */
#define RF_CONSOLE_IS_ATTACHED RF_CONSOLE_CODE(27)

/*
 * Pseudo consoles.  NEW: in: struct rf_console_pty_size (its master is not
 * read), out: struct rf_console_pty, handles that the caller closes.  RESIZE:
 * in: struct rf_console_pty_size.  HANG_UP: in: uint64_t master; its programs
 * get CTRL_CLOSE_EVENT.  A program is started on one by its ConsoleHandle:
 * any handle to it with RF_CONSOLE_IS_PTY.  C
 */
#define RF_CONSOLE_PTY_NEW     RF_CONSOLE_CODE(28)
#define RF_CONSOLE_PTY_RESIZE  RF_CONSOLE_CODE(29)
#define RF_CONSOLE_PTY_HANG_UP RF_CONSOLE_CODE(30)
#define RF_CONSOLE_IS_PTY      2
#define RF_CONSOLE_HERE        4 /* ConsoleHandle of who has a console */
struct rf_console_pty_size {
	uint64_t master;
	uint16_t cols, rows;
	uint32_t flags; /* of NEW */
};
#define RF_CONSOLE_PTY_INHERIT 1 /* where the cursor is, the terminal says */
struct rf_console_pty {
	uint64_t master;	/* bytes, as a terminal sends and shows them */
	uint64_t input, output; /* the console's two sides */
};

/*
 * ReadConsoleOutputCharacter/Attribute.  in: struct rf_console_fill, value unused;
 * out: units.  Information: their number (a wide character is one, of two
 * cells).  ReadConsoleOutput.  in: struct rf_console_rect; out: CHAR_INFO.
 * What Windows programs on the console have written is known, the rest is blanks.
 */
#define RF_CONSOLE_READ_CELLS RF_CONSOLE_CODE(31)
#define RF_CONSOLE_READ_RECT  RF_CONSOLE_CODE(32)
/*
 * SetConsoleActiveScreenBuffer.  A new buffer is made by opening
 * \Device\ConDrv\ScreenBuffer; CONOUT$ is the one that is shown.
 */
#define RF_CONSOLE_SHOW RF_CONSOLE_CODE(33)

/*
 * What the console remembers: lines and aliases.  in: struct rf_console_past,
 * and behind it the units of its three texts; out: text, or the same structure.
 * STATUS_BUFFER_TOO_SMALL: there is more text.  STATUS_NOT_FOUND: no such
 * alias.  C
 */
#define RF_CONSOLE_PAST RF_CONSOLE_CODE(34)
struct rf_console_past {
	uint32_t what; /* RF_PAST_... */
	uint32_t number;
	uint16_t exe, name, value; /* units */
	uint16_t reserved;
	/* Of INFO. */
	uint32_t lines, buffers, flags;
};
#define RF_PAST_INFO      0 /* out: struct rf_console_past */
#define RF_PAST_SET_INFO  1
#define RF_PAST_LINES     2 /* of exe; each ends with 0 */
#define RF_PAST_FORGET    3
#define RF_PAST_LIMIT     4 /* exe may have number lines */
#define RF_PAST_SET_ALIAS 5 /* no value: it goes */
#define RF_PAST_ALIAS     6
#define RF_PAST_ALIASES   7 /* name=value, each ends with 0 */
#define RF_PAST_PROGRAMS  8 /* that have aliases */

/* SetConsoleScreenBufferInfoEx's.  in: struct rf_console_colors. */
#define RF_CONSOLE_SET_COLORS RF_CONSOLE_CODE(35)
struct rf_console_colors {
	uint32_t popup_attributes;
	uint32_t colors[16]; /* COLORREF */
};

/*
 * SetConsoleWindowInfo.  in: struct rf_console_rect.  Of another size: as
 * RF_CONSOLE_SET_SIZE.
 */
#define RF_CONSOLE_SET_WINDOW RF_CONSOLE_CODE(36)

/*
 * in: uint64_t handle of an event that is set whenever the window or the buffer
 * has another size, until the process ends; a later one takes its place.  C
 */
#define RF_CONSOLE_TELL_LAYOUT RF_CONSOLE_CODE(37)

#endif
