/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pattern.h - findstr's regular expressions.
 */
#ifndef RF_PATTERN_H
#define RF_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Would findstr take the text for an expression by itself? */
bool pattern_is_regex(const wchar_t *s);
/*
 * Does the expression match anywhere in line[0..n)?  begin, end: only at the
 * line's start, up to its end.
 */
bool pattern_matches(const wchar_t *pattern, const wchar_t *line, size_t n,
		     bool ignore_case, bool begin, bool end);

#endif
