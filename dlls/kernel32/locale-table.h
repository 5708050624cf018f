/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-table.h - the form of locale-data.tbl, for the locale files alone.
 */
#ifndef RF_KERNEL32_LOCALE_TABLE_H
#define RF_KERNEL32_LOCALE_TABLE_H

#include "locale-private.h"

#define LOCALE_ENUMS
#include "locale-data.tbl"
#undef LOCALE_ENUMS

struct locale {
	ULONG n[N_NUMBERS];  /* N_* */
	USHORT s[N_STRINGS]; /* S_*: offsets into the pool, in pairs */
};

const WCHAR *locale_text(const struct locale *l, int s);

/*
 * A sort that is not its language's usual one.  "de-DE_phoneb" is a locale by
 * that name, with an id of its own and else all that de-DE has (locale-sort.c).
 */
struct named_sort {
	const WCHAR *name;
	LCID id;
	int han;	    /* enum han_order; 0: its language's */
	const WCHAR *rules; /* collate-tailor.c's; NULL: its language's */
	const WCHAR *title;
};
/* NULL: l has the usual sort. */
const struct named_sort *locale_sort(const struct locale *l);
const struct locale *locale_named_sort(const WCHAR *name);
const struct locale *locale_named_sort_by_id(LCID id);
/* By position, NULL past the end. */
const struct locale *locale_named_sort_at(unsigned i);
/* By position, NULL past the end; sorted by name, the invariant one first. */
const struct locale *locale_at(unsigned i);
unsigned locale_count(void);
/* A neutral locale's main country; l itself if it is not neutral. */
const struct locale *locale_specific(const struct locale *l);
const struct locale *locale_user(void);
/* Of the user interface, which may be another language. */
const struct locale *locale_ui(void);

/*
 * The common end of functions that return text in units: counts with its NUL,
 * 0 and ERROR_INSUFFICIENT_BUFFER.  room 0 asks for the size.
 */
int locale_result(const WCHAR *s, WCHAR *to, int room);

#endif
