/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate.c - strcoll, strxfrm and their relatives.
 *
 * In the C locale they compare codes; elsewhere kernel32 compares words.  A
 * sort key is bytes; strxfrm gives those, wcsxfrm one wide character for each.
 */
#include "crt.h"

static int compare(const wchar_t *a, size_t na, const wchar_t *b, size_t nb,
		   DWORD flags, struct crt_locale *l)
{
	int r = CompareStringEx(l->lcname[L_COLLATE], flags | SORT_STRINGSORT,
				a, (int)na, b, (int)nb, NULL, NULL, 0);

	if (!r) {
		crt_errno = EINVAL;
		return _NLSCMPERROR;
	}
	return r - CSTR_EQUAL;
}

static wchar_t *collate_wide(const char *s, size_t n, struct crt_locale *l,
			     size_t *len)
{
	int k = MultiByteToWideChar(l->collate_cp, 0, s, (int)n, NULL, 0);
	wchar_t *w = malloc(((size_t)k + 1) * sizeof(*w));

	if (w)
		MultiByteToWideChar(l->collate_cp, 0, s, (int)n, w, k);
	*len = (size_t)k;
	return w;
}

static int collate(const char *a, const char *b, size_t n, int fold,
		   _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	wchar_t *wa, *wb;
	size_t na, nb;
	int r = _NLSCMPERROR;

	if (!l->lcname[L_COLLATE])
		return fold ? _strnicmp_l(a, b, n > INT_MAX ? INT_MAX : n, loc)
			    : strncmp(a, b, n);
	wa = collate_wide(a, strnlen(a, n), l, &na);
	wb = collate_wide(b, strnlen(b, n), l, &nb);
	if (wa && wb)
		r = compare(wa, na, wb, nb, fold ? NORM_IGNORECASE : 0, l);
	free(wa);
	free(wb);
	return r;
}

static int wcollate(const wchar_t *a, const wchar_t *b, size_t n, int fold,
		    _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);

	if (!l->lcname[L_COLLATE])
		return fold ? _wcsnicmp_l(a, b, n, loc) : wcsncmp(a, b, n);
	return compare(a, wcsnlen(a, n), b, wcsnlen(b, n),
		       fold ? NORM_IGNORECASE : 0, l);
}

#define COLLATE(CH, COLL, ICOLL, NCOLL, NICOLL, COLL_L, ICOLL_L, NCOLL_L,      \
		NICOLL_L, HOW)                                                 \
	int COLL_L(const CH *a, const CH *b, _locale_t l)                      \
	{                                                                      \
		CRT_REQUIRE(a &&b, EINVAL, _NLSCMPERROR);                      \
		return HOW(a, b, (size_t)-1, 0, l);                            \
	}                                                                      \
	int ICOLL_L(const CH *a, const CH *b, _locale_t l)                     \
	{                                                                      \
		CRT_REQUIRE(a &&b, EINVAL, _NLSCMPERROR);                      \
		return HOW(a, b, (size_t)-1, 1, l);                            \
	}                                                                      \
	int NCOLL_L(const CH *a, const CH *b, size_t n, _locale_t l)           \
	{                                                                      \
		CRT_REQUIRE(a &&b, EINVAL, _NLSCMPERROR);                      \
		return HOW(a, b, n, 0, l);                                     \
	}                                                                      \
	int NICOLL_L(const CH *a, const CH *b, size_t n, _locale_t l)          \
	{                                                                      \
		CRT_REQUIRE(a &&b, EINVAL, _NLSCMPERROR);                      \
		return HOW(a, b, n, 1, l);                                     \
	}                                                                      \
	int COLL(const CH *a, const CH *b)                                     \
	{                                                                      \
		return COLL_L(a, b, NULL);                                     \
	}                                                                      \
	int ICOLL(const CH *a, const CH *b)                                    \
	{                                                                      \
		return ICOLL_L(a, b, NULL);                                    \
	}                                                                      \
	int NCOLL(const CH *a, const CH *b, size_t n)                          \
	{                                                                      \
		return NCOLL_L(a, b, n, NULL);                                 \
	}                                                                      \
	int NICOLL(const CH *a, const CH *b, size_t n)                         \
	{                                                                      \
		return NICOLL_L(a, b, n, NULL);                                \
	}

COLLATE(char, strcoll, _stricoll, _strncoll, _strnicoll, _strcoll_l,
	_stricoll_l, _strncoll_l, _strnicoll_l, collate)
COLLATE(wchar_t, wcscoll, _wcsicoll, _wcsncoll, _wcsnicoll, _wcscoll_l,
	_wcsicoll_l, _wcsncoll_l, _wcsnicoll_l, wcollate)

/* The sort key is bytes; as wide characters one byte each. */
static size_t sort_key(const wchar_t *s, size_t n, struct crt_locale *l,
		       unsigned char **key)
{
	int k = LCMapStringEx(l->lcname[L_COLLATE], LCMAP_SORTKEY, s, (int)n,
			      NULL, 0, NULL, NULL, 0);

	*key = k > 0 ? malloc((size_t)k) : NULL;
	if (!*key)
		return 0;
	LCMapStringEx(l->lcname[L_COLLATE], LCMAP_SORTKEY, s, (int)n,
		      (wchar_t *)(void *)*key, k, NULL, NULL, 0);
	return (size_t)k;
}

size_t _strxfrm_l(char *d, const char *s, size_t n, _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	unsigned char *key;
	wchar_t *w;
	size_t len, k;

	CRT_REQUIRE(s && (d || !n) && n <= INT_MAX, EINVAL, (size_t)INT_MAX);
	if (!l->lcname[L_COLLATE]) {
		if (d && n)
			strncpy(d, s, n);
		return strlen(s);
	}
	w = collate_wide(s, strlen(s), l, &len);
	k = w ? sort_key(w, len, l, &key) : 0;
	free(w);
	if (!k)
		return INT_MAX;
	if (d && k <= n)
		memcpy(d, key, k);
	else if (d && n)
		*d = 0;
	free(key);
	return k - 1;
}

size_t strxfrm(char *d, const char *s, size_t n)
{
	return _strxfrm_l(d, s, n, NULL);
}

size_t _wcsxfrm_l(wchar_t *d, const wchar_t *s, size_t n, _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	unsigned char *key;
	size_t k;

	CRT_REQUIRE(s && (d || !n) && n <= INT_MAX, EINVAL, (size_t)INT_MAX);
	if (!l->lcname[L_COLLATE]) {
		if (d && n)
			wcsncpy(d, s, n);
		return wcslen(s);
	}
	k = sort_key(s, wcslen(s), l, &key);
	if (!k)
		return INT_MAX;
	if (d && k <= n)
		for (size_t i = 0; i < k; i++)
			d[i] = key[i];
	else if (d && n)
		*d = 0;
	free(key);
	return k - 1;
}

size_t wcsxfrm(wchar_t *d, const wchar_t *s, size_t n)
{
	return _wcsxfrm_l(d, s, n, NULL);
}

/* msvcrt's helpers that old libraries import. */
int __crtGetStringTypeW(_locale_t loc, DWORD what, const wchar_t *s, int n,
			WORD *type)
{
	return GetStringTypeW(what, s, n, type);
}

int __crtLCMapStringW(const wchar_t *name, DWORD flags, const wchar_t *s, int n,
		      wchar_t *d, int room)
{
	return LCMapStringW(LOCALE_USER_DEFAULT, flags, s, n, d, room);
}

int __crtLCMapStringA(_locale_t loc, const wchar_t *name, DWORD flags,
		      const char *s, int n, char *d, int room, int cp,
		      BOOL strict)
{
	return LCMapStringA(LOCALE_USER_DEFAULT, flags, s, n, d, room);
}
