/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tool.h - what the small programs share: arguments, text out, lines in.
 */
#ifndef RF_TOOL_H
#define RF_TOOL_H

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "nt.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The program: its arguments as C programs get them; returns the exit code. */
int tool_main(int argc, WCHAR **argv);
/* What it prints for /?. */
extern const WCHAR tool_usage[];

/* Zeroed; never NULL, never freed: these programs are short-lived. */
void *get(size_t bytes);
WCHAR *copy_text(const WCHAR *s, size_t n);
WCHAR *join_path(const WCHAR *dir, const WCHAR *name);

/* To the console as UTF-16, else in the console's code page. */
void out(const WCHAR *format, ...);
void err(const WCHAR *format, ...);
void out_bytes(const char *s, size_t n);
void flush(void);
/* The system's text for an error. */
void err_code(DWORD code);
/* A console's handle? */
bool is_console(HANDLE h);

/* Bytes of the console's code page as text. */
WCHAR *decode(const char *s, size_t n, size_t *len);

/* Lines of a handle, without their ends. */
struct lines {
	HANDLE h;
	char *buf;
	size_t at, n, room;
	bool ended, had_end; /* had_end: the last line had a line end */
};

/* The next line's bytes, until the next call; NULL at the end. */
char *next_line(struct lines *l, size_t *n);
HANDLE open_file(const WCHAR *name);

/* A switch: is s this letter (or word) behind / or -? */
bool is_switch(const WCHAR *s, const WCHAR *name);

/* The files a pattern stands for, as paths; sorted.  n may become 0. */
struct found {
	WCHAR **path;
	DWORD *attributes;
	size_t n, room;
};

enum { FIND_FILES = 1, FIND_FOLDERS = 2, FIND_TREE = 4, FIND_HIDDEN = 8 };

void find_files(struct found *f, const WCHAR *pattern, unsigned what);

#endif
