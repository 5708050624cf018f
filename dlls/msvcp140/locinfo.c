/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locinfo.c - std::_Locinfo, which has the C library's locale changed while
 * facets are made from it, and what facets take from there.
 */
#include "msvcp.h"

/* ucrtbase's */
unsigned __cdecl ___lc_codepage_func(void);
WCHAR **__cdecl ___lc_locale_name_func(void);
unsigned __cdecl ___lc_collate_cp_func(void);
unsigned short *__cdecl __pctype_func(void);
int __cdecl ___mb_cur_max_func(void);
char *__cdecl _Getdays(void);
char *__cdecl _Getmonths(void);
WCHAR *__cdecl _W_Getdays(void);
WCHAR *__cdecl _W_Getmonths(void);

/* ---- texts ------------------------------------------------------------------- */

#define YARN(x, T, E)                                                          \
	struct T *METHOD x##yarn_new(struct T *y);                             \
	struct T *METHOD x##yarn_copy(struct T *y, const struct T *from);      \
	struct T *METHOD x##yarn_from(struct T *y, const E *text);             \
	struct T *METHOD x##yarn_assign(struct T *y, const struct T *from);    \
	BOOLEAN METHOD x##yarn_empty(const struct T *y);                       \
	const E *METHOD x##yarn_text(const struct T *y);                       \
	struct T *METHOD x##yarn_new(struct T *y)                              \
	{                                                                      \
		y->text = NULL;                                                \
		y->nul = 0;                                                    \
		return y;                                                      \
	}                                                                      \
	void METHOD x##yarn_end(struct T *y)                                   \
	{                                                                      \
		free(y->text);                                                 \
		y->text = NULL;                                                \
	}                                                                      \
	struct T *METHOD x##yarn_set(struct T *y, const E *text)               \
	{                                                                      \
		size_t n = 0;                                                  \
		E *old = y->text;                                              \
                                                                               \
		if (old == text)                                               \
			return y;                                              \
		y->text = NULL;                                                \
		if (text) {                                                    \
			while (text[n++])                                      \
				;                                              \
			y->text = malloc(n * sizeof *text);                    \
			if (y->text)                                           \
				memcpy(y->text, text, n * sizeof *text);       \
		}                                                              \
		free(old);                                                     \
		return y;                                                      \
	}                                                                      \
	struct T *METHOD x##yarn_from(struct T *y, const E *text)              \
	{                                                                      \
		return x##yarn_set(x##yarn_new(y), text);                      \
	}                                                                      \
	struct T *METHOD x##yarn_copy(struct T *y, const struct T *from)       \
	{                                                                      \
		return x##yarn_from(y, from->text);                            \
	}                                                                      \
	struct T *METHOD x##yarn_assign(struct T *y, const struct T *from)     \
	{                                                                      \
		return x##yarn_set(y, from->text);                             \
	}                                                                      \
	BOOLEAN METHOD x##yarn_empty(const struct T *y)                        \
	{                                                                      \
		return !y->text;                                               \
	}                                                                      \
	const E *METHOD x##yarn_text(const struct T *y)                        \
	{                                                                      \
		return y->text ? y->text : &y->nul;                            \
	}

YARN(c, yarn, char)
YARN(w, wyarn, WCHAR)

/* ---- the locale for a while ------------------------------------------------------ */

void locinfo_begin(struct locinfo *i, const char *name);
void locinfo_begin_of(struct locinfo *i, int categories, const char *name);
void locinfo_restore(struct locinfo *i);
struct locinfo *METHOD locinfo_add(struct locinfo *i, int categories,
				   const char *name);
struct locinfo *METHOD locinfo_new_of(struct locinfo *i, int categories,
				      const char *name);

#define ALL_CATEGORIES 0x3f

/* Bit n - 1 of categories is LC_n; messages (bit 5) the C library lacks. */
static const char *change(int categories, const char *name)
{
	if ((categories & 0x1f) == 0x1f)
		return setlocale(LC_ALL, name);
	for (int c = LC_COLLATE; c <= LC_TIME; c++)
		if (categories & 1 << (c - 1) && !setlocale(c, name))
			return NULL;
	return setlocale(LC_ALL, NULL);
}

static void choose(struct locinfo *i, int categories, const char *name)
{
	const char *got = "*";

	if (strcmp(name, "*"))
		got = change(categories, name);
	/* One made of several, or none, has no name to find it by. */
	cyarn_set(&i->name, got && !strcmp(got, name) ? got : got ? name : "*");
}

void locinfo_begin_of(struct locinfo *i, int categories, const char *name)
{
	cyarn_set(&i->before, setlocale(LC_ALL, NULL));
	choose(i, categories, name);
}

void locinfo_begin(struct locinfo *i, const char *name)
{
	locinfo_begin_of(i, ALL_CATEGORIES, name);
}

struct locinfo *METHOD locinfo_add(struct locinfo *i, int categories,
				   const char *name)
{
	if (!name)
		x_runtime_error("bad locale name");
	choose(i, categories, name);
	return i;
}

void locinfo_restore(struct locinfo *i)
{
	if (i->before.text)
		setlocale(LC_ALL, i->before.text);
}

struct locinfo *METHOD locinfo_new_of(struct locinfo *i, int categories,
				      const char *name)
{
	if (!name)
		x_runtime_error("bad locale name");
	memset(i, 0, sizeof *i);
	i->lock = LOCK_LOCALE;
	lock_take(i->lock);
	locinfo_begin_of(i, categories, name);
	return i;
}

struct locinfo *METHOD locinfo_new(struct locinfo *i, const char *name)
{
	return locinfo_new_of(i, ALL_CATEGORIES, name);
}

void METHOD locinfo_end(struct locinfo *i)
{
	locinfo_restore(i);
	cyarn_end(&i->name);
	cyarn_end(&i->before);
	wyarn_end(&i->wmonths);
	wyarn_end(&i->wdays);
	cyarn_end(&i->months);
	cyarn_end(&i->days);
	lock_leave(i->lock);
}

/* ---- what it says ------------------------------------------------------------------ */

const char *METHOD locinfo_name(const struct locinfo *i);
struct collvec *METHOD locinfo_coll(const struct locinfo *i, struct collvec *v);
struct ctypevec *METHOD locinfo_ctype(const struct locinfo *i, struct ctypevec *v);
struct cvtvec *METHOD locinfo_cvt(const struct locinfo *i, struct cvtvec *v);
const struct lconv *METHOD locinfo_lconv(const struct locinfo *i);
const char *METHOD locinfo_days(struct locinfo *i);
const char *METHOD locinfo_months(struct locinfo *i);
const WCHAR *METHOD locinfo_wdays(struct locinfo *i);
const WCHAR *METHOD locinfo_wmonths(struct locinfo *i);
const char *METHOD locinfo_false(const struct locinfo *i);
const char *METHOD locinfo_true(const struct locinfo *i);

const char *METHOD locinfo_name(const struct locinfo *i)
{
	return cyarn_text(&i->name);
}

struct collvec *METHOD locinfo_coll(const struct locinfo *i, struct collvec *v)
{
	*v = _Getcoll();
	return v;
}

struct ctypevec *METHOD locinfo_ctype(const struct locinfo *i, struct ctypevec *v)
{
	*v = _Getctype();
	return v;
}

struct cvtvec *METHOD locinfo_cvt(const struct locinfo *i, struct cvtvec *v)
{
	*v = _Getcvt();
	return v;
}

const struct lconv *METHOD locinfo_lconv(const struct locinfo *i)
{
	return localeconv();
}

#define NAMES(fn, member, E, x, from)                                          \
	const E *METHOD fn(struct locinfo *i)                                  \
	{                                                                      \
		E *names = from();                                             \
                                                                               \
		if (!names)                                                    \
			x_bad_alloc();                                         \
		x##yarn_set(&i->member, names);                                \
		free(names);                                                   \
		return x##yarn_text(&i->member);                               \
	}
const WCHAR *METHOD wyarn_text(const struct wyarn *y);
NAMES(locinfo_days, days, char, c, _Getdays)
NAMES(locinfo_months, months, char, c, _Getmonths)
NAMES(locinfo_wdays, wdays, WCHAR, w, _W_Getdays)
NAMES(locinfo_wmonths, wmonths, WCHAR, w, _W_Getmonths)

const char *METHOD locinfo_false(const struct locinfo *i)
{
	return "false";
}

const char *METHOD locinfo_true(const struct locinfo *i)
{
	return "true";
}

/* ---- vectors ------------------------------------------------------------------------ */

static WCHAR *name_of(int category)
{
	const WCHAR *name = ___lc_locale_name_func()[category];

	return name ? _wcsdup(name) : NULL;
}

struct collvec _Getcoll(void)
{
	struct collvec v = { ___lc_collate_cp_func(), name_of(LC_COLLATE) };

	return v;
}

struct ctypevec _Getctype(void)
{
	struct ctypevec v = { ___lc_codepage_func(), NULL, 0, name_of(LC_CTYPE) };
	short *table = malloc(256 * sizeof *table);

	/* The C library's own goes with the locale. */
	if (table) {
		memcpy(table, __pctype_func(), 256 * sizeof *table);
		v.table = table;
		v.owned = 1;
	} else {
		v.table = (const short *)__pctype_func();
	}
	return v;
}

#define LEAD_BYTE 0x8000 /* in the C library's table */

struct cvtvec _Getcvt(void)
{
	struct cvtvec v = { ___lc_codepage_func(),
			    (unsigned)___mb_cur_max_func(),
			    !___lc_locale_name_func()[LC_CTYPE],
			    { 0 } };
	const unsigned short *table = __pctype_func();

	for (int c = 0; c < 256; c++)
		if (table[c] & LEAD_BYTE)
			v.leads[c / 8] |= (unsigned char)(1 << c % 8);
	return v;
}
