/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile.h - an initialisation file in memory: profile-text.c reads, writes
 * and takes it apart, profile.c answers from it, profile-change.c edits it.
 */
#ifndef RF_KERNEL32_PROFILE_H
#define RF_KERNEL32_PROFILE_H

#include "kernel32-private.h"

struct ini {
	WCHAR *s; /* whole text, NUL-terminated */
	DWORD n;
	BOOL wide;
};

/* A piece of the text. */
struct span {
	DWORD at, n;
};

/* The full path for a name; one without a folder lies in the Windows folder. */
BOOL ini_path(const WCHAR *name, WCHAR path[MAX_PATH * 2]);
/* FALSE and the last error; an absent file is ERROR_FILE_NOT_FOUND. */
BOOL ini_load(const WCHAR *path, struct ini *ini);
BOOL ini_save(const WCHAR *path, const struct ini *ini);

static inline BOOL ini_is_blank(WCHAR c)
{
	return c == ' ' || c == '\t';
}

/* Without blanks at either end. */
struct span ini_trim(const struct ini *ini, struct span s);
/* The line at *at without its end; *at goes to the next one. */
struct span ini_next_line(const struct ini *ini, DWORD *at);
/* Is the line a section's head?  Then *name is what its brackets hold. */
BOOL ini_is_section(const struct ini *ini, struct span line, struct span *name);
/*
 * The lines after [section] up to the next head.  head, if not NULL, gets
 * where the head's line begins.
 */
BOOL ini_find_section(const struct ini *ini, const WCHAR *section,
		      struct span *body, DWORD *head);
/* A line's key and value; FALSE for comments and empty lines. */
BOOL ini_split(const struct ini *ini, struct span line, struct span *key,
	       struct span *value);
/* The line of key in body, its end included, and the value in it. */
BOOL ini_find_key(const struct ini *ini, struct span body, const WCHAR *key,
		  struct span *whole, struct span *value);

/*
 * One change of a file: a section's whole body (lines), a key's value (value
 * NULL: no such key), or the end of a section (key NULL).
 */
BOOL ini_change(const WCHAR *section, const WCHAR *key, const WCHAR *value,
		const WCHAR *lines, const WCHAR *file);

#endif
