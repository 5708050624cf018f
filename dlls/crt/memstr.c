/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memstr.c - strlen, strchr, strrchr, strstr, strcmp and their wide kind.
 *
 * The searching functions that every DLL wants, ntdll and vcruntime140
 * included; needs nothing but the compiler.  wcslen and strchr look at 16
 * aligned bytes at a time, strlen at 64.
 */
#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns")

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
size_t wcslen(const wchar_t *s);
size_t wcsnlen(const wchar_t *s, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *t);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
wchar_t *wcschr(const wchar_t *s, wchar_t c);
wchar_t *wcsrchr(const wchar_t *s, wchar_t c);
wchar_t *wcsstr(const wchar_t *s, const wchar_t *t);
int wcscmp(const wchar_t *a, const wchar_t *b);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s)
{
	const __m128i zero = _mm_setzero_si128();
	const __m128i *a = (const __m128i *)((uintptr_t)s & ~(uintptr_t)15);
	unsigned m = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_load_si128(a), zero));

	m >>= (uintptr_t)s & 15;
	if (m)
		return (unsigned)__builtin_ctz(m);
	while ((uintptr_t)++a & 63) {
		m = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_load_si128(a), zero));
		if (m)
			return (size_t)((const char *)a - s) +
			       (unsigned)__builtin_ctz(m);
	}
	/* 64 aligned bytes: the least of four is 0 where one of them is */
	for (;; a += 4) {
		__m128i v0 = _mm_load_si128(a), v1 = _mm_load_si128(a + 1);
		__m128i v2 = _mm_load_si128(a + 2), v3 = _mm_load_si128(a + 3);

		m = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_min_epu8(_mm_min_epu8(v0, v1),
						    _mm_min_epu8(v2, v3)),
				       zero));
		if (m)
			break;
	}
	while (!(m = (unsigned)_mm_movemask_epi8(
			 _mm_cmpeq_epi8(_mm_load_si128(a), zero))))
		a++;
	return (size_t)((const char *)a - s) + (unsigned)__builtin_ctz(m);
}

size_t strnlen(const char *s, size_t n)
{
	const char *end = memchr(s, 0, n);

	return end ? (size_t)(end - s) : n;
}

size_t wcslen(const wchar_t *s)
{
	const __m128i zero = _mm_setzero_si128();
	const __m128i *a = (const __m128i *)((uintptr_t)s & ~(uintptr_t)15);
	unsigned m;

	if ((uintptr_t)s & 1) { /* unaligned strings do occur */
		const wchar_t *p = s;

		while (*p)
			p++;
		return (size_t)(p - s);
	}
	m = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi16(_mm_load_si128(a), zero));
	m >>= (uintptr_t)s & 15;
	if (m)
		return (unsigned)__builtin_ctz(m) / 2;
	do
		m = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi16(_mm_load_si128(++a), zero));
	while (!m);
	return (size_t)((const char *)a - (const char *)s + __builtin_ctz(m)) /
	       2;
}

size_t wcsnlen(const wchar_t *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && s[i]; i++)
		;
	return i;
}

char *strchr(const char *s, int c)
{
	const __m128i zero = _mm_setzero_si128();
	const __m128i want = _mm_set1_epi8((char)c);
	const __m128i *a = (const __m128i *)((uintptr_t)s & ~(uintptr_t)15);
	__m128i v = _mm_load_si128(a);
	unsigned m = (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_cmpeq_epi8(v, zero), _mm_cmpeq_epi8(v, want)));

	m = m >> ((uintptr_t)s & 15) << ((uintptr_t)s & 15);
	while (!m) {
		v = _mm_load_si128(++a);
		m = (unsigned)_mm_movemask_epi8(_mm_or_si128(
			_mm_cmpeq_epi8(v, zero), _mm_cmpeq_epi8(v, want)));
	}
	s = (const char *)a + __builtin_ctz(m);
	return *s == (char)c ? (char *)s : NULL;
}

char *strrchr(const char *s, int c)
{
	const char *p = s + strlen(s);

	for (;; p--) {
		if (*p == (char)c)
			return (char *)p;
		if (p == s)
			return NULL;
	}
}

char *strstr(const char *s, const char *t)
{
	size_t n = strlen(t);

	if (!n)
		return (char *)s;
	for (; (s = strchr(s, *t)); s++) {
		size_t i = 1;

		while (i < n && s[i] == t[i])
			i++;
		if (i == n)
			return (char *)s;
		if (!s[i])
			return NULL;
	}
	return NULL;
}

int strcmp(const char *a, const char *b)
{
	const unsigned char *p = (const unsigned char *)a;
	const unsigned char *q = (const unsigned char *)b;

	while (*p && *p == *q) {
		p++;
		q++;
	}
	return *p == *q ? 0 : *p < *q ? -1 : 1;
}

int strncmp(const char *a, const char *b, size_t n)
{
	const unsigned char *p = (const unsigned char *)a;
	const unsigned char *q = (const unsigned char *)b;

	for (; n; n--, p++, q++) {
		if (*p != *q)
			return *p < *q ? -1 : 1;
		if (!*p)
			break;
	}
	return 0;
}

wchar_t *wcschr(const wchar_t *s, wchar_t c)
{
	for (;; s++) {
		if (*s == c)
			return (wchar_t *)s;
		if (!*s)
			return NULL;
	}
}

wchar_t *wcsrchr(const wchar_t *s, wchar_t c)
{
	const wchar_t *last = NULL;

	for (;; s++) {
		if (*s == c)
			last = s;
		if (!*s)
			return (wchar_t *)last;
	}
}

wchar_t *wcsstr(const wchar_t *s, const wchar_t *t)
{
	if (!*t)
		return (wchar_t *)s;
	for (; *s; s++) {
		size_t i = 0;

		while (t[i] && s[i] == t[i])
			i++;
		if (!t[i])
			return (wchar_t *)s;
	}
	return NULL;
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b ? 0 : *a < *b ? -1 : 1;
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return *a < *b ? -1 : 1;
		if (!*a)
			break;
	}
	return 0;
}
