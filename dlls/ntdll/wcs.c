/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wcs.c - the NUL-terminated UTF-16 strings that ntdll exports, but for what
 * looks and compares, which is the C runtime's (dlls/crt/memstr.c).
 *
 * Comparisons that ignore case fold ASCII only, as the C locale has it; what
 * must know Unicode's cases is RtlCompareUnicodeString.
 */
#include "nt.h"

#pragma GCC optimize("no-tree-loop-distribute-patterns")

WCHAR *__cdecl rf_wcslwr(WCHAR *s);
WCHAR *__cdecl rf_wcsupr(WCHAR *s);
int __cdecl rf_wcsicmp(const WCHAR *a, const WCHAR *b);
int __cdecl rf_wcsnicmp(const WCHAR *a, const WCHAR *b, size_t n);
WCHAR *__cdecl rf_wcstok_s(WCHAR *s, const WCHAR *delim, WCHAR **next);
int __cdecl rf_wcscpy_s(WCHAR *to, size_t n, const WCHAR *from);
int __cdecl rf_wcscat_s(WCHAR *to, size_t n, const WCHAR *from);
int __cdecl rf_wcsncpy_s(WCHAR *to, size_t n, const WCHAR *from, size_t count);
int __cdecl rf_wcsncat_s(WCHAR *to, size_t n, const WCHAR *from, size_t count);

enum { INVALID = 22, RANGE = 34, TRUNCATED = 80 }; /* errno_t */
#define TRUNCATE_COUNT ((size_t)-1)

static inline WCHAR lower(WCHAR c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static inline WCHAR upper(WCHAR c)
{
	return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

int __cdecl rf_wcsicmp(const WCHAR *a, const WCHAR *b)
{
	WCHAR x, y;

	do {
		x = lower(*a++);
		y = lower(*b++);
	} while (x && x == y);
	return x - y;
}

int __cdecl rf_wcsnicmp(const WCHAR *a, const WCHAR *b, size_t n)
{
	WCHAR x, y;

	if (!n)
		return 0;
	do {
		x = lower(*a++);
		y = lower(*b++);
	} while (--n && x && x == y);
	return x - y;
}

WCHAR *__cdecl wcscpy(WCHAR *to, const WCHAR *from)
{
	return memcpy(to, from, (wcslen(from) + 1) * sizeof *to);
}

WCHAR *__cdecl wcsncpy(WCHAR *to, const WCHAR *from, size_t n)
{
	size_t len = wcsnlen(from, n);

	memcpy(to, from, len * sizeof *to);
	memset(to + len, 0, (n - len) * sizeof *to);
	return to;
}

WCHAR *__cdecl wcscat(WCHAR *to, const WCHAR *from)
{
	wcscpy(to + wcslen(to), from);
	return to;
}

WCHAR *__cdecl wcsncat(WCHAR *to, const WCHAR *from, size_t n)
{
	WCHAR *end = to + wcslen(to);
	size_t len = wcsnlen(from, n);

	memcpy(end, from, len * sizeof *to);
	end[len] = 0;
	return to;
}

size_t __cdecl wcsspn(const WCHAR *s, const WCHAR *chars)
{
	size_t n;

	for (n = 0; s[n] && wcschr(chars, s[n]); n++)
		;
	return n;
}

size_t __cdecl wcscspn(const WCHAR *s, const WCHAR *chars)
{
	size_t n;

	for (n = 0; s[n] && !wcschr(chars, s[n]); n++)
		;
	return n;
}

WCHAR *__cdecl wcspbrk(const WCHAR *s, const WCHAR *chars)
{
	s += wcscspn(s, chars);
	return *s ? (WCHAR *)s : NULL;
}

WCHAR *__cdecl rf_wcstok_s(WCHAR *s, const WCHAR *delim, WCHAR **next)
{
	if (!s)
		s = *next;
	s += wcsspn(s, delim);
	*next = s;
	if (!*s)
		return NULL;
	*next += wcscspn(s, delim);
	if (**next)
		*(*next)++ = 0;
	return s;
}

WCHAR *__cdecl rf_wcslwr(WCHAR *s)
{
	for (WCHAR *at = s; *at; at++)
		*at = lower(*at);
	return s;
}

WCHAR *__cdecl rf_wcsupr(WCHAR *s)
{
	for (WCHAR *at = s; *at; at++)
		*at = upper(*at);
	return s;
}

int __cdecl rf_wcsncpy_s(WCHAR *to, size_t n, const WCHAR *from, size_t count)
{
	size_t len;

	if (!to || !n)
		return INVALID;
	*to = 0;
	if (!from)
		return count ? INVALID : 0;
	len = wcsnlen(from, count < n ? count : n);
	if (len == n) {
		if (count != TRUNCATE_COUNT)
			return RANGE;
		memcpy(to, from, (n - 1) * sizeof *to);
		to[n - 1] = 0;
		return TRUNCATED;
	}
	memcpy(to, from, len * sizeof *to);
	to[len] = 0;
	return 0;
}

int __cdecl rf_wcsncat_s(WCHAR *to, size_t n, const WCHAR *from, size_t count)
{
	size_t len = to ? wcsnlen(to, n) : 0;
	int err;

	if (!to || len == n)
		return INVALID;
	err = rf_wcsncpy_s(to + len, n - len, from, count);
	if (err && err != TRUNCATED)
		*to = 0;
	return err;
}

int __cdecl rf_wcscpy_s(WCHAR *to, size_t n, const WCHAR *from)
{
	if (!to || !n)
		return INVALID;
	return from ? rf_wcsncpy_s(to, n, from, n) : (*to = 0, INVALID);
}

int __cdecl rf_wcscat_s(WCHAR *to, size_t n, const WCHAR *from)
{
	return from ? rf_wcsncat_s(to, n, from, n) : INVALID;
}
