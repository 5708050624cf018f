/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate-tailor.h - letters that a language has elsewhere in its alphabet.
 */
#ifndef RF_KERNEL32_COLLATE_TAILOR_H
#define RF_KERNEL32_COLLATE_TAILOR_H

#include "locale-table.h"

struct tailoring;

/* Where a letter, of one to three characters, stands. */
struct tailored {
	WCHAR base;      /* a small letter */
	UCHAR slot;      /* behind it: 1 to 12; 0: it is that letter */
	UCHAR secondary; /* more than nothing special */
	BOOL upper;
	WCHAR then; /* a letter that follows: "ä" as "ae"; or 0 */
	int used; /* units of the string */
};

/* NULL: the root's order is the language's. */
const struct tailoring *tailoring_of(const struct locale *l);

/* FALSE: at s, which is before end, there is nothing special. */
BOOL tailored_letter(const struct tailoring *t, DWORD flags, const WCHAR *s,
		     const WCHAR *end, struct tailored *out);

#endif
