/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wstring.c - wide strings: copying, spans, tokens, case, and the _s forms.
 */
#include "crt.h"

wchar_t *wcscpy(wchar_t *d, const wchar_t *s)
{
	memcpy(d, s, (wcslen(s) + 1) * sizeof(*s));
	return d;
}

wchar_t *wcscat(wchar_t *d, const wchar_t *s)
{
	wcscpy(d + wcslen(d), s);
	return d;
}

wchar_t *wcsncpy(wchar_t *d, const wchar_t *s, size_t n)
{
	size_t k = wcsnlen(s, n);

	memcpy(d, s, k * sizeof(*s));
	if (k < n)
		memset(d + k, 0, (n - k) * sizeof(*s));
	return d;
}

wchar_t *wcsncat(wchar_t *d, const wchar_t *s, size_t n)
{
	size_t k = wcsnlen(s, n), at = wcslen(d);

	memcpy(d + at, s, k * sizeof(*s));
	d[at + k] = 0;
	return d;
}

size_t wcsspn(const wchar_t *s, const wchar_t *accept)
{
	size_t n = 0;

	while (s[n] && wcschr(accept, s[n]))
		n++;
	return n;
}

size_t wcscspn(const wchar_t *s, const wchar_t *reject)
{
	size_t n = 0;

	while (s[n] && !wcschr(reject, s[n]))
		n++;
	return n;
}

wchar_t *wcspbrk(const wchar_t *s, const wchar_t *accept)
{
	s += wcscspn(s, accept);
	return *s ? (wchar_t *)s : NULL;
}

static wchar_t *token(wchar_t *s, const wchar_t *delim, wchar_t **next)
{
	wchar_t *start;

	if (!s)
		s = *next;
	if (!s)
		return NULL;
	s += wcsspn(s, delim);
	start = s;
	s += wcscspn(s, delim);
	if (*s)
		*s++ = 0;
	*next = s;
	return s == start ? NULL : start;
}

wchar_t *wcstok_s(wchar_t *s, const wchar_t *delim, wchar_t **next)
{
	CRT_REQUIRE(next && delim && (s || *next), EINVAL, NULL);
	return token(s, delim, next);
}

/* ucrt's has C99's third argument, msvcrt's has not. */
wchar_t *crt_wcstok(wchar_t *s, const wchar_t *delim, wchar_t **next)
{
	if (CRT_MSVCRT || !next)
		next = &crt_ptd()->wcstok_next;
	return token(s, delim, next);
}

wchar_t *_wcsdup(const wchar_t *s)
{
	size_t n;
	wchar_t *p;

	if (!s)
		return NULL;
	n = (wcslen(s) + 1) * sizeof(*s);
	p = malloc(n);
	return p ? memcpy(p, s, n) : NULL;
}

wchar_t *_wcsrev(wchar_t *s)
{
	wchar_t *a = s, *b = s + wcslen(s);

	while (a < --b) {
		wchar_t c = *a;

		*a++ = *b;
		*b = c;
	}
	return s;
}

wchar_t *_wcsset(wchar_t *s, wchar_t c)
{
	for (wchar_t *p = s; *p; p++)
		*p = c;
	return s;
}

wchar_t *_wcsnset(wchar_t *s, wchar_t c, size_t n)
{
	for (wchar_t *p = s; n && *p; n--, p++)
		*p = c;
	return s;
}

errno_t _wcsset_s(wchar_t *s, size_t n, wchar_t c)
{
	CRT_REQUIRE_E(s && wcsnlen(s, n) < n, EINVAL);
	_wcsset(s, c);
	return 0;
}

errno_t _wcsnset_s(wchar_t *s, size_t n, wchar_t c, size_t count)
{
	CRT_REQUIRE_E(s && wcsnlen(s, n) < n, EINVAL);
	_wcsnset(s, c, count);
	return 0;
}

/* ---------------------------------------------------------- the _s forms */

errno_t wcscpy_s(wchar_t *d, size_t room, const wchar_t *s)
{
	size_t n;

	CRT_REQUIRE_E(d && room, EINVAL);
	if (!s) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	n = wcsnlen(s, room);
	if (n == room) {
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	memcpy(d, s, (n + 1) * sizeof(*s));
	return 0;
}

errno_t wcsncpy_s(wchar_t *d, size_t room, const wchar_t *s, size_t n)
{
	size_t k;

	if (!n && !d && !room)
		return 0;
	CRT_REQUIRE_E(d && room, EINVAL);
	if (!n) {
		*d = 0;
		return 0;
	}
	if (!s) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	k = wcsnlen(s, n < room ? n : room);
	if (k >= room) {
		if (n == _TRUNCATE) {
			memcpy(d, s, (room - 1) * sizeof(*s));
			d[room - 1] = 0;
			return STRUNCATE;
		}
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	memcpy(d, s, k * sizeof(*s));
	d[k] = 0;
	return 0;
}

errno_t wcscat_s(wchar_t *d, size_t room, const wchar_t *s)
{
	size_t at;

	CRT_REQUIRE_E(d && room, EINVAL);
	at = wcsnlen(d, room);
	if (!s || at == room) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	if (wcsnlen(s, room - at) == room - at) {
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	wcscpy(d + at, s);
	return 0;
}

errno_t wcsncat_s(wchar_t *d, size_t room, const wchar_t *s, size_t n)
{
	size_t at, k;

	if (!n && !d && !room)
		return 0;
	CRT_REQUIRE_E(d && room, EINVAL);
	at = wcsnlen(d, room);
	if ((n && !s) || at == room) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	if (!n)
		return 0;
	k = wcsnlen(s, n < room - at ? n : room - at);
	if (k >= room - at) {
		if (n == _TRUNCATE) {
			memcpy(d + at, s, (room - at - 1) * sizeof(*s));
			d[room - 1] = 0;
			return STRUNCATE;
		}
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	memcpy(d + at, s, k * sizeof(*s));
	d[at + k] = 0;
	return 0;
}

/* ------------------------------------------------------------------ case */

/* The C locale folds A to Z only. */
static inline wchar_t fold(wchar_t c, int ascii)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	return ascii ? c : crt_wlower(c);
}

int _wcsnicmp_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t loc)
{
	int ascii = !crt_loc(loc)->lcname[L_CTYPE];

	CRT_REQUIRE((a && b) || !n, EINVAL, _NLSCMPERROR);
	for (; n; n--, a++, b++) {
		wchar_t x = fold(*a, ascii), y = fold(*b, ascii);

		if (x != y)
			return (int)x - (int)y;
		if (!x)
			break;
	}
	return 0;
}

int _wcsicmp_l(const wchar_t *a, const wchar_t *b, _locale_t loc)
{
	CRT_REQUIRE(a && b, EINVAL, _NLSCMPERROR);
	return _wcsnicmp_l(a, b, (size_t)-1, loc);
}

int _wcsicmp(const wchar_t *a, const wchar_t *b)
{
	return _wcsicmp_l(a, b, NULL);
}

int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n)
{
	return _wcsnicmp_l(a, b, n, NULL);
}

wint_t _towlower_l(wint_t c, _locale_t loc)
{
	if (c == WEOF)
		return c;
	return fold((wchar_t)c, !crt_loc(loc)->lcname[L_CTYPE]);
}

wint_t _towupper_l(wint_t c, _locale_t loc)
{
	if (c == WEOF)
		return c;
	if (c < 0x80)
		return c >= 'a' && c <= 'z' ? c - 32 : c;
	return crt_loc(loc)->lcname[L_CTYPE] ? crt_wupper((wchar_t)c) : c;
}

wint_t towlower(wint_t c)
{
	return _towlower_l(c, NULL);
}

wint_t towupper(wint_t c)
{
	return _towupper_l(c, NULL);
}

errno_t _wcslwr_s_l(wchar_t *s, size_t n, _locale_t loc)
{
	CRT_REQUIRE_E(s && wcsnlen(s, n) < n, EINVAL);
	for (; *s; s++)
		*s = (wchar_t)_towlower_l(*s, loc);
	return 0;
}

errno_t _wcsupr_s_l(wchar_t *s, size_t n, _locale_t loc)
{
	CRT_REQUIRE_E(s && wcsnlen(s, n) < n, EINVAL);
	for (; *s; s++)
		*s = (wchar_t)_towupper_l(*s, loc);
	return 0;
}

errno_t _wcslwr_s(wchar_t *s, size_t n)
{
	return _wcslwr_s_l(s, n, NULL);
}

errno_t _wcsupr_s(wchar_t *s, size_t n)
{
	return _wcsupr_s_l(s, n, NULL);
}

wchar_t *_wcslwr_l(wchar_t *s, _locale_t loc)
{
	_wcslwr_s_l(s, (size_t)INT_MAX, loc);
	return s;
}

wchar_t *_wcsupr_l(wchar_t *s, _locale_t loc)
{
	_wcsupr_s_l(s, (size_t)INT_MAX, loc);
	return s;
}

wchar_t *_wcslwr(wchar_t *s)
{
	return _wcslwr_l(s, NULL);
}

wchar_t *_wcsupr(wchar_t *s)
{
	return _wcsupr_l(s, NULL);
}
