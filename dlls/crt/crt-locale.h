/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crt-locale.h - what the parts of setlocale share.
 */
#ifndef CRT_LOCALE_H
#define CRT_LOCALE_H

#include "crt.h"

extern struct crt_lconv crt_c_lconv;

/* One category of a locale to be. */
struct wanted {
	wchar_t tag[LOCALE_NAME_MAX_LENGTH]; /* "en-US"; empty: C */
	unsigned cp;
	char name[131]; /* what setlocale returns */
};

/* Fill w from what setlocale was given.  Returns -1 for an unknown name. */
int crt_locale_parse(const char *name, struct wanted *w);
/* Never freed; NULL without memory, or (times) without data. */
struct crt_lconv *crt_make_lconv(const struct wanted *w);
struct crt_time_names *crt_make_time(const wchar_t *tag);
void crt_make_ctype(struct crt_locale *l, unsigned cp);

#endif
