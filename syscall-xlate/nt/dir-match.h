/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dir-match.h - NT's wild cards.
 */
#ifndef RF_NT_DIR_MATCH_H
#define RF_NT_DIR_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Does name match?  Case is ignored unless exact.  Beside * and ? there are the
 * three that Win32 makes of DOS patterns: < (a * that stops before the last
 * dot), > (a ? that may match nothing at a dot or at the end) and " (a dot, or
 * nothing at the end).  Source: FsRtlIsNameInExpression in Microsoft's WDK
 * documentation.
 */
bool dir_match(const uint16_t *pattern, size_t np, const uint16_t *name,
	       size_t nn, bool exact);
bool dir_has_wildcards(const uint16_t *pattern, size_t n);

#endif
