/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.h - what path.c (names) offers to path-nt.c (names for the kernel, the
 * current directory, searching).
 */
#ifndef RF_DLL_PATH_H
#define RF_DLL_PATH_H

#include "ntdll-private.h"

enum {
	PATH_LIMIT = 32767,    /* characters */
	FULL_NAME_SLACK = 300, /* root, separators, what =X: may say */
};

struct full_name {
	WCHAR *s; /* NUL-terminated */
	SIZE_T n;
	SIZE_T root; /* ".." stops here */
	SIZE_T file; /* where the last segment begins; 0: there is none */
	RTL_PATH_TYPE type; /* of what was given */
	BOOL device;        /* "\\.\NUL" */
	WCHAR local[640];
};

RTL_PATH_TYPE path_type(const WCHAR *s, SIZE_T n);

/*
 * full_name() - the full name of a path of n characters.  On success the
 * caller gives it back with full_name_free().  STATUS_OBJECT_NAME_INVALID
 * (nothing but spaces), STATUS_NAME_TOO_LONG, STATUS_NO_MEMORY.
 */
NTSTATUS full_name(struct full_name *f, const WCHAR *s, SIZE_T n);
void full_name_free(struct full_name *f);

/* The current directory's handle is in the PEB, if it can be opened at all. */
void path_open_current(void);

#endif
