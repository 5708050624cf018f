/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * utf.h - UTF-8 and UTF-7, the two code pages that are algorithms.
 *
 * Each function converts n units and returns how many units that gives, or -1
 * if room was too small, or -2 for a sequence that means nothing (strict).
 * With room 0 it only counts.
 */
#ifndef RF_KERNEL32_UTF_H
#define RF_KERNEL32_UTF_H

#include "kernel32-private.h"

enum { UTF_NO_ROOM = -1, UTF_INVALID = -2 };

SSIZE_T utf8_to_wide(const char *s, SIZE_T n, BOOL strict, WCHAR *to,
		     SIZE_T room);
SSIZE_T wide_to_utf8(const WCHAR *s, SIZE_T n, BOOL strict, char *to,
		     SIZE_T room);
SSIZE_T utf7_to_wide(const char *s, SIZE_T n, WCHAR *to, SIZE_T room);
SSIZE_T wide_to_utf7(const WCHAR *s, SIZE_T n, char *to, SIZE_T room);

/* How many leading bytes or units are ASCII. */
SIZE_T ascii_run(const char *s, SIZE_T n);
SIZE_T ascii_run_wide(const WCHAR *s, SIZE_T n);
/* n ASCII units, widened or narrowed. */
void ascii_widen(const char *s, SIZE_T n, WCHAR *to);
void ascii_narrow(const WCHAR *s, SIZE_T n, char *to);

#endif
