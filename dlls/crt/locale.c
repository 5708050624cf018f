/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale.c - setlocale, _create_locale, localeconv, per-thread locales.
 *
 * A locale is immutable once made; setlocale makes another and points to it.
 * Those ever made are kept and found again by their names, so that a thread
 * that is inside one needs no count.  ucrt knows UTF-8 locales, msvcrt does
 * not.
 */
#include "crt-locale.h"

static char empty[] = "", dot[] = ".", cname[] = "C";
static char no_grouping[] = "";
static wchar_t wempty[] = L"", wdot[] = L".", wcname[] = L"C";

struct crt_lconv crt_c_lconv = {
	dot,      empty,       no_grouping, empty,    empty,    empty,
	empty,    no_grouping, empty,       empty,    CHAR_MAX, CHAR_MAX,
	CHAR_MAX, CHAR_MAX,    CHAR_MAX,    CHAR_MAX, CHAR_MAX, CHAR_MAX,
	wdot,     wempty,      wempty,      wempty,   wempty,   wempty,
	wempty,   wempty,
};

#define ROW16(n)                                                               \
	n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9,      \
		n + 10, n + 11, n + 12, n + 13, n + 14, n + 15
#define ROWS_80                                                                \
	ROW16(0x80), ROW16(0x90), ROW16(0xa0), ROW16(0xb0), ROW16(0xc0),       \
		ROW16(0xd0), ROW16(0xe0), ROW16(0xf0)

static const unsigned char c_lower[256] = {
	ROW16(0), ROW16(0x10), ROW16(0x20), ROW16(0x30), '@',  'a', 'b',
	'c',      'd',         'e',         'f',         'g',  'h', 'i',
	'j',      'k',         'l',         'm',         'n',  'o', 'p',
	'q',      'r',         's',         't',         'u',  'v', 'w',
	'x',      'y',         'z',         '[',         '\\', ']', '^',
	'_',      ROW16(0x60), ROW16(0x70), ROWS_80
};
static const unsigned char c_upper[256] = {
	ROW16(0),    ROW16(0x10), ROW16(0x20), ROW16(0x30), ROW16(0x40),
	ROW16(0x50), '`',         'A',         'B',         'C',
	'D',         'E',         'F',         'G',         'H',
	'I',         'J',         'K',         'L',         'M',
	'N',         'O',         'P',         'Q',         'R',
	'S',         'T',         'U',         'V',         'W',
	'X',         'Y',         'Z',         '{',         '|',
	'}',         '~',         0x7f,        ROWS_80
};

#if CRT_MSVCRT
#define C_INFO                                                                 \
	{                                                                      \
		.refcount = 1, .lc_clike = 1, .mb_cur_max = 1,                 \
		.lconv = &crt_c_lconv, .pctype = crt_ctype_table + 1,          \
		.pclmap = c_lower, .pcumap = c_upper                           \
	}
#else
#define C_INFO                                                                 \
	{                                                                      \
		.pctype = crt_ctype_table + 1, .mb_cur_max = 1                 \
	}
#endif

struct crt_locale crt_c_locale = {
	.locinfo = &crt_c_locale.info,
	.refs = -1,
	.info = C_INFO,
	.pctype = crt_ctype_table + 1,
	.lower = c_lower,
	.upper = c_upper,
	.mb_cur_max = 1,
	.name = { cname, cname, cname, cname, cname, cname },
	.wname = { wcname, wcname, wcname, wcname, wcname, wcname },
	.lconv = &crt_c_lconv,
	.dp = '.',
	.wdp = '.',
};
struct crt_locale *crt_global_locale = &crt_c_locale;
LONG crt_thread_locales;

/* Data that msvcrt exports; follows the global locale. */
extern const unsigned short *crt_pctype;
int crt_mb_cur_max = 1;
unsigned crt_lc_codepage, crt_lc_collate_cp;
LCID crt_lc_handle[CRT_NLC];
int crt_setlc_active, crt_unguarded_readlc_active;

static struct crt_lock locale_lock;
static struct crt_locale *made; /* chained through mbcinfo */

struct crt_locale *crt_thread_locale(void)
{
	struct crt_locale *l = crt_ptd()->locale;

	return l ? l : crt_global_locale;
}

void crt_locale_release(struct crt_locale *l)
{
	(void)l; /* kept: see above */
	InterlockedDecrement(&crt_thread_locales);
}

/* --------------------------------------------------------------- making */

static char *all_name(struct crt_locale *l)
{
	static const char *const cat[] = { "",
					   "LC_COLLATE=",
					   ";LC_CTYPE=",
					   ";LC_MONETARY=",
					   ";LC_NUMERIC=",
					   ";LC_TIME=" };
	size_t n = 1;
	char *p;
	int i;

	for (i = 2; i < CRT_NLC && !strcmp(l->name[1], l->name[i]); i++)
		;
	if (i == CRT_NLC)
		return l->name[1];
	for (i = 1; i < CRT_NLC; i++)
		n += strlen(cat[i]) + strlen(l->name[i]);
	p = malloc(n);
	if (!p)
		return NULL;
	*p = 0;
	for (i = 1; i < CRT_NLC; i++)
		strcat(strcat(p, cat[i]), l->name[i]);
	return p;
}

static struct crt_locale *make(const struct wanted w[CRT_NLC])
{
	struct crt_locale *l;
	int i;

	for (i = 1; i < CRT_NLC && !*w[i].tag; i++)
		;
	if (i == CRT_NLC)
		return &crt_c_locale;
	for (l = made; l; l = l->mbcinfo) {
		for (i = 1; i < CRT_NLC && !strcmp(l->name[i], w[i].name); i++)
			;
		if (i == CRT_NLC)
			return l;
	}
	l = malloc(sizeof(*l));
	if (!l)
		return NULL;
	*l = crt_c_locale;
	l->locinfo = &l->info;
	for (i = 1; i < CRT_NLC; i++) {
		if (!*w[i].tag)
			continue;
		l->name[i] = _strdup(w[i].name);
		l->lcname[i] = _wcsdup(w[i].tag);
	}
	l->name[0] = all_name(l);
	for (i = 0; i < CRT_NLC; i++)
		l->wname[i] = l->name[i] ? crt_wide(l->name[i]) : NULL;
	if (*w[L_CTYPE].tag)
		crt_make_ctype(l, w[L_CTYPE].cp);
	if (*w[L_COLLATE].tag)
		l->collate_cp = w[L_COLLATE].cp;
	if (*w[L_NUMERIC].tag || *w[L_MONETARY].tag) {
		l->lconv = crt_make_lconv(w);
		if (!l->lconv)
			l->lconv = &crt_c_lconv;
		l->dp = (unsigned char)*l->lconv->decimal_point;
		l->wdp = *l->lconv->w_decimal_point;
	}
	if (*w[L_TIME].tag)
		l->time = crt_make_time(w[L_TIME].tag);
#if CRT_MSVCRT
	l->info.refcount = 1;
	l->info.lc_codepage = l->codepage;
	l->info.lc_collate_cp = l->collate_cp;
	for (i = 1; i < CRT_NLC; i++)
		if (l->lcname[i])
			l->info.lc_handle[i] =
				LocaleNameToLCID(l->lcname[i], 0);
	for (i = 0; i < CRT_NLC; i++) {
		l->info.lc_category[i].locale = l->name[i];
		l->info.lc_category[i].wlocale = l->wname[i];
	}
	l->info.lc_clike = !l->codepage;
	l->info.lconv = l->lconv;
	l->info.pclmap = l->lower;
	l->info.pcumap = l->upper;
#else
	l->info.lc_codepage = l->codepage;
#endif
	l->info.mb_cur_max = l->mb_cur_max;
	l->info.pctype = l->pctype;
	l->mbcinfo = made;
	made = l;
	return l;
}

static void describe(struct crt_locale *l, struct wanted w[CRT_NLC])
{
	for (int i = 1; i < CRT_NLC; i++) {
		memset(&w[i], 0, sizeof(w[i]));
		strcpy(w[i].name, l->name[i]);
		if (l->lcname[i]) {
			crt_locale_parse(l->name[i], &w[i]);
			wcscpy(w[i].tag, l->lcname[i]);
			strcpy(w[i].name, l->name[i]);
		}
	}
}

/* base with one category, or all, or those in a composite name, changed */
static struct crt_locale *change(struct crt_locale *base, int cat,
				 const char *name)
{
	static const char *const key[] = { "LC_ALL=",     "LC_COLLATE=",
					   "LC_CTYPE=",   "LC_MONETARY=",
					   "LC_NUMERIC=", "LC_TIME=" };
	struct wanted *w = malloc(CRT_NLC * sizeof(*w));
	struct crt_locale *l = NULL;

	if (!w)
		return NULL;
	describe(base, w);
	if (cat == L_ALL && !strncmp(name, "LC_", 3)) {
		while (*name) {
			size_t n = strcspn(name, ";");
			char one[131];
			int i;

			for (i = 1; i < CRT_NLC; i++)
				if (!strncmp(name, key[i], strlen(key[i])))
					break;
			if (i == CRT_NLC || n - strlen(key[i]) > 130)
				goto out;
			memcpy(one, name + strlen(key[i]), n - strlen(key[i]));
			one[n - strlen(key[i])] = 0;
			if (crt_locale_parse(one, &w[i]) < 0)
				goto out;
			name += n + (name[n] == ';');
		}
	} else if (cat == L_ALL) {
		if (crt_locale_parse(name, &w[1]) < 0)
			goto out;
		for (int i = 2; i < CRT_NLC; i++)
			w[i] = w[1];
	} else if (crt_locale_parse(name, &w[cat]) < 0) {
		goto out;
	}
	l = make(w);
out:
	free(w);
	return l;
}

static void publish(struct crt_locale *l)
{
	crt_global_locale = l;
	crt_pctype = l->pctype;
	crt_mb_cur_max = l->mb_cur_max;
	crt_lc_codepage = l->codepage;
	crt_lc_collate_cp = l->collate_cp;
	crt_setlc_active = l != &crt_c_locale;
#if CRT_MSVCRT
	for (int i = 0; i < CRT_NLC; i++)
		crt_lc_handle[i] = l->info.lc_handle[i];
#endif
}

static struct crt_locale *set(int cat, const char *name)
{
	struct crt_ptd *p = crt_ptd();
	struct crt_locale *l;

	crt_lock(&locale_lock);
	l = change(crt_cur(), cat, name);
	if (l) {
		if (p->own_locale)
			p->locale = l;
		else
			publish(l);
	}
	crt_unlock(&locale_lock);
	return l;
}

char *setlocale(int cat, const char *name)
{
	struct crt_locale *l;

	CRT_REQUIRE(cat >= 0 && cat < CRT_NLC, EINVAL, NULL);
	l = name ? set(cat, name) : crt_cur();
	return l ? l->name[cat] : NULL;
}

wchar_t *_wsetlocale(int cat, const wchar_t *name)
{
	struct crt_locale *l;
	char *n;

	CRT_REQUIRE(cat >= 0 && cat < CRT_NLC, EINVAL, NULL);
	if (!name)
		return crt_cur()->wname[cat];
	n = crt_narrow(name);
	l = n ? set(cat, n) : NULL;
	free(n);
	return l ? l->wname[cat] : NULL;
}

int _configthreadlocale(int mode)
{
	struct crt_ptd *p = crt_ptd();
	int old = p->own_locale ? 1 : 2;

	switch (mode) {
	case 0:
		break;
	case -1:
	case 1: /* _ENABLE_PER_THREAD_LOCALE */
		if (!p->own_locale) {
			p->own_locale = 1;
			p->locale = crt_global_locale;
			InterlockedIncrement(&crt_thread_locales);
		}
		break;
	case 2:
		if (p->own_locale) {
			p->own_locale = 0;
			p->locale = NULL;
			InterlockedDecrement(&crt_thread_locales);
		}
		break;
	default:
		crt_invalid(EINVAL);
		return -1;
	}
	return old;
}

/* A _locale_t is two pointers that _free_locale frees. */
_locale_t _create_locale(int cat, const char *name)
{
	struct crt_locale *l;

	if (cat < 0 || cat >= CRT_NLC || !name)
		return NULL;
	crt_lock(&locale_lock);
	l = change(&crt_c_locale, cat, name);
	crt_unlock(&locale_lock);
	return (_locale_t)l;
}

_locale_t _wcreate_locale(int cat, const wchar_t *name)
{
	char *n = name ? crt_narrow(name) : NULL;
	_locale_t l = n ? _create_locale(cat, n) : NULL;

	free(n);
	return l;
}

_locale_t _get_current_locale(void)
{
	return (_locale_t)crt_cur();
}

void _free_locale(_locale_t l)
{
	(void)l; /* kept for the next who asks for it */
}

struct crt_lconv *localeconv(void)
{
	return crt_cur()->lconv;
}

int __lconv_init(void)
{
	return 0;
}

/* -------------------------------------------------------------- queries */

int ___mb_cur_max_func(void)
{
	return crt_cur()->mb_cur_max;
}

int ___mb_cur_max_l_func(_locale_t l)
{
	return crt_loc(l)->mb_cur_max;
}

int *__p___mb_cur_max(void)
{
	return &crt_mb_cur_max;
}

unsigned ___lc_codepage_func(void)
{
	return crt_cur()->codepage;
}

unsigned ___lc_collate_cp_func(void)
{
	return crt_cur()->collate_cp;
}

wchar_t **___lc_locale_name_func(void)
{
	return crt_cur()->lcname;
}

LCID *___lc_handle_func(void)
{
	return crt_lc_handle;
}

int ___setlc_active_func(void)
{
	return crt_setlc_active;
}

int *___unguarded_readlc_active_add_func(void)
{
	return &crt_unguarded_readlc_active;
}
