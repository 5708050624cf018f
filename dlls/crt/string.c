/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * string.c - narrow strings: copying, spans, tokens, case, and the _s forms.
 *
 * The _s functions empty the destination and call the invalid parameter
 * handler when it is too small; with _TRUNCATE they cut and return STRUNCATE.
 */
#include "crt.h"

char *strcpy(char *d, const char *s)
{
	memcpy(d, s, strlen(s) + 1);
	return d;
}

char *strcat(char *d, const char *s)
{
	strcpy(d + strlen(d), s);
	return d;
}

char *strncpy(char *d, const char *s, size_t n)
{
	size_t k = strnlen(s, n);

	memcpy(d, s, k);
	if (k < n)
		memset(d + k, 0, n - k);
	return d;
}

char *strncat(char *d, const char *s, size_t n)
{
	size_t k = strnlen(s, n), at = strlen(d);

	memcpy(d + at, s, k);
	d[at + k] = 0;
	return d;
}

static void make_set(const char *s, unsigned char set[32])
{
	memset(set, 0, 32);
	for (; *s; s++)
		set[(unsigned char)*s >> 3] |= (unsigned char)(1 << (*s & 7));
}

#define IN_SET(set, c) ((set)[(unsigned char)(c) >> 3] >> ((c)&7) & 1)

size_t strspn(const char *s, const char *accept)
{
	unsigned char set[32];
	size_t n = 0;

	make_set(accept, set);
	while (s[n] && IN_SET(set, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	unsigned char set[32];
	size_t n = 0;

	make_set(reject, set);
	while (s[n] && !IN_SET(set, s[n]))
		n++;
	return n;
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

static char *token(char *s, const char *delim, char **next)
{
	unsigned char set[32];
	char *start;

	make_set(delim, set);
	if (!s)
		s = *next;
	if (!s)
		return NULL;
	while (*s && IN_SET(set, *s))
		s++;
	start = s;
	while (*s && !IN_SET(set, *s))
		s++;
	if (*s)
		*s++ = 0;
	*next = s;
	return s == start ? NULL : start;
}

char *strtok(char *s, const char *delim)
{
	return token(s, delim, &crt_ptd()->strtok_next);
}

char *strtok_s(char *s, const char *delim, char **next)
{
	CRT_REQUIRE(next && delim && (s || *next), EINVAL, NULL);
	return token(s, delim, next);
}

char *_strdup(const char *s)
{
	size_t n;
	char *p;

	if (!s)
		return NULL;
	n = strlen(s) + 1;
	p = malloc(n);
	return p ? memcpy(p, s, n) : NULL;
}

char *_strrev(char *s)
{
	char *a = s, *b = s + strlen(s);

	while (a < --b) {
		char c = *a;

		*a++ = *b;
		*b = c;
	}
	return s;
}

char *_strset(char *s, int c)
{
	memset(s, c, strlen(s));
	return s;
}

char *_strnset(char *s, int c, size_t n)
{
	memset(s, c, strnlen(s, n));
	return s;
}

errno_t _strset_s(char *s, size_t n, int c)
{
	CRT_REQUIRE_E(s && n, EINVAL);
	if (strnlen(s, n) == n) {
		*s = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	_strset(s, c);
	return 0;
}

errno_t _strnset_s(char *s, size_t n, int c, size_t count)
{
	CRT_REQUIRE_E(s && n, EINVAL);
	if (strnlen(s, n) == n) {
		*s = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	_strnset(s, c, count);
	return 0;
}

/* ---------------------------------------------------------- the _s forms */

errno_t memcpy_s(void *d, size_t room, const void *s, size_t n)
{
	if (!n)
		return 0;
	CRT_REQUIRE_E(d, EINVAL);
	if (!s || room < n) {
		memset(d, 0, room);
		crt_invalid(s ? ERANGE : EINVAL);
		return s ? ERANGE : EINVAL;
	}
	memcpy(d, s, n);
	return 0;
}

errno_t memmove_s(void *d, size_t room, const void *s, size_t n)
{
	if (!n)
		return 0;
	CRT_REQUIRE_E(d && s, EINVAL);
	CRT_REQUIRE_E(room >= n, ERANGE);
	memmove(d, s, n);
	return 0;
}

errno_t wmemcpy_s(wchar_t *d, size_t room, const wchar_t *s, size_t n)
{
	return memcpy_s(d, room * 2, s, n * 2);
}

errno_t wmemmove_s(wchar_t *d, size_t room, const wchar_t *s, size_t n)
{
	return memmove_s(d, room * 2, s, n * 2);
}

errno_t strcpy_s(char *d, size_t room, const char *s)
{
	size_t n;

	CRT_REQUIRE_E(d && room, EINVAL);
	if (!s) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	n = strnlen(s, room);
	if (n == room) {
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	memcpy(d, s, n + 1);
	return 0;
}

errno_t strncpy_s(char *d, size_t room, const char *s, size_t n)
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
	k = strnlen(s, n < room ? n : room);
	if (k >= room) {
		if (n == _TRUNCATE) {
			memcpy(d, s, room - 1);
			d[room - 1] = 0;
			return STRUNCATE;
		}
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	memcpy(d, s, k);
	d[k] = 0;
	return 0;
}

errno_t strcat_s(char *d, size_t room, const char *s)
{
	size_t at;

	CRT_REQUIRE_E(d && room, EINVAL);
	at = strnlen(d, room);
	if (!s || at == room) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	if (strnlen(s, room - at) == room - at) {
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	strcpy(d + at, s);
	return 0;
}

errno_t strncat_s(char *d, size_t room, const char *s, size_t n)
{
	size_t at, k;

	if (!n && !d && !room)
		return 0;
	CRT_REQUIRE_E(d && room, EINVAL);
	at = strnlen(d, room);
	if ((n && !s) || at == room) {
		*d = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	if (!n)
		return 0;
	k = strnlen(s, n < room - at ? n : room - at);
	if (k >= room - at) {
		if (n == _TRUNCATE) {
			memcpy(d + at, s, room - at - 1);
			d[room - 1] = 0;
			return STRUNCATE;
		}
		*d = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	memcpy(d + at, s, k);
	d[at + k] = 0;
	return 0;
}

void *_memccpy(void *d, const void *s, int c, size_t n)
{
	const char *hit = memchr(s, c, n);

	if (hit)
		n = (size_t)(hit - (const char *)s) + 1;
	memcpy(d, s, n);
	return hit ? (char *)d + n : NULL;
}

/* ------------------------------------------------------------------ case */

int _strnicmp_l(const char *a, const char *b, size_t n, _locale_t loc)
{
	const unsigned char *low;

	CRT_REQUIRE(a && b && n <= INT_MAX, EINVAL, _NLSCMPERROR);
	low = crt_loc(loc)->lower;
	for (; n; n--, a++, b++) {
		int x = low[(unsigned char)*a], y = low[(unsigned char)*b];

		if (x != y)
			return x - y;
		if (!x)
			break;
	}
	return 0;
}

int _stricmp_l(const char *a, const char *b, _locale_t loc)
{
	const unsigned char *low;

	CRT_REQUIRE(a && b, EINVAL, _NLSCMPERROR);
	low = crt_loc(loc)->lower;
	for (;; a++, b++) {
		int x = low[(unsigned char)*a], y = low[(unsigned char)*b];

		if (x != y)
			return x - y;
		if (!x)
			return 0;
	}
}

int _stricmp(const char *a, const char *b)
{
	return _stricmp_l(a, b, NULL);
}

int _strcmpi(const char *a, const char *b)
{
	return _stricmp_l(a, b, NULL);
}

int _strnicmp(const char *a, const char *b, size_t n)
{
	return _strnicmp_l(a, b, n, NULL);
}

int _memicmp_l(const void *a, const void *b, size_t n, _locale_t loc)
{
	const unsigned char *p = a, *q = b, *low = crt_loc(loc)->lower;

	for (; n; n--, p++, q++)
		if (low[*p] != low[*q])
			return low[*p] - low[*q];
	return 0;
}

int _memicmp(const void *a, const void *b, size_t n)
{
	CRT_REQUIRE((a && b) || !n, EINVAL, _NLSCMPERROR);
	return _memicmp_l(a, b, n, NULL);
}

errno_t _strlwr_s_l(char *s, size_t n, _locale_t loc)
{
	const unsigned char *map = crt_loc(loc)->lower;

	CRT_REQUIRE_E(s, EINVAL);
	if (strnlen(s, n) == n) {
		if (n)
			*s = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	for (; *s; s++)
		*s = (char)map[(unsigned char)*s];
	return 0;
}

errno_t _strupr_s_l(char *s, size_t n, _locale_t loc)
{
	const unsigned char *map = crt_loc(loc)->upper;

	CRT_REQUIRE_E(s, EINVAL);
	if (strnlen(s, n) == n) {
		if (n)
			*s = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	for (; *s; s++)
		*s = (char)map[(unsigned char)*s];
	return 0;
}

errno_t _strlwr_s(char *s, size_t n)
{
	return _strlwr_s_l(s, n, NULL);
}

errno_t _strupr_s(char *s, size_t n)
{
	return _strupr_s_l(s, n, NULL);
}

char *_strlwr_l(char *s, _locale_t loc)
{
	_strlwr_s_l(s, (size_t)INT_MAX, loc);
	return s;
}

char *_strupr_l(char *s, _locale_t loc)
{
	_strupr_s_l(s, (size_t)INT_MAX, loc);
	return s;
}

char *_strlwr(char *s)
{
	return _strlwr_l(s, NULL);
}

char *_strupr(char *s)
{
	return _strupr_l(s, NULL);
}

void _swab(char *from, char *to, int n)
{
	for (; n > 1; n -= 2, from += 2, to += 2) {
		char a = from[0], b = from[1];

		to[0] = b;
		to[1] = a;
	}
}
