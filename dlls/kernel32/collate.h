/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate.h - sort order of strings, and the locale as far as it matters for
 * them.
 */
#ifndef RF_KERNEL32_COLLATE_H
#define RF_KERNEL32_COLLATE_H

#include "kernel32-private.h"

/* What CompareString, LCMapString(SORTKEY) and FindNLSString take alike. */
#define COMPARE_FLAGS                                                          \
	(NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS |          \
	 LINGUISTIC_IGNORECASE | LINGUISTIC_IGNOREDIACRITIC |                  \
	 NORM_IGNOREKANATYPE | NORM_IGNOREWIDTH | NORM_LINGUISTIC_CASING |     \
	 SORT_STRINGSORT | SORT_DIGITSASNUMBERS)

struct locale;

/*
 * -1, 0 or 1.  Lengths in units, flags checked by the caller.  l may be NULL:
 * the root's order.
 */
int collate(const struct locale *l, DWORD flags, const WCHAR *a, int na,
	    const WCHAR *b, int nb);

/* The bytes of a sort key, its NUL included; room 0 only counts.  0: no room.
 */
int collate_key(const struct locale *l, DWORD flags, const WCHAR *s, int n,
		BYTE *to, int room);

/*
 * How many units at the start of s equal the whole of what; -1: none.  An
 * empty what matches 0 units.
 */
int collate_prefix(const struct locale *l, DWORD flags, const WCHAR *s, int n,
		   const WCHAR *what, int nwhat);

/* Value of a decimal digit of any script, or -1. */
int digit_of(WCHAR c);

/* One kana or width variant as its usual form; c itself if it is none. */
WCHAR to_hiragana(WCHAR c);
WCHAR to_katakana(WCHAR c);
WCHAR to_full_width(WCHAR c);
WCHAR to_half_width(WCHAR c);

#endif
