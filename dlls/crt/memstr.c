/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memstr.c - strlen, strchr, strrchr, strstr, strcmp and their wide kind.
 *
 * The searching functions that every DLL wants, ntdll and vcruntime140
 * included; needs nothing but the compiler.  They look at 16 to 128 aligned
 * bytes at a time (scan.h); who compares, at 16 wherever these lie in one page.
 * A wide string at an odd address, which does occur, is searched one by one.
 */
#include "scan.h"

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

SCAN_FAR(strlen_far, 0, 0, SCAN_LENGTH)
SCAN_FAR(wcslen_far, 1, 0, SCAN_LENGTH)
SCAN_FAR(wcsnlen_far, 1, 0, SCAN_BELOW)
SCAN_FAR(strchr_far, 0, 1, SCAN_PLACE)
SCAN_FAR(wcschr_far, 1, 1, SCAN_PLACE)

size_t strlen(const char *s)
{
	return scan(s, NULL,
		    (struct scan){ 0, 0, 0, SCAN_LENGTH, strlen_far });
}

size_t strnlen(const char *s, size_t n)
{
	const char *end = memchr(s, 0, n);

	return end ? (size_t)(end - s) : n;
}

size_t wcslen(const wchar_t *s)
{
	const wchar_t *p = s;

	if (!((uintptr_t)s & 1))
		return scan(s, NULL,
			    (struct scan){ 0, 1, 0, SCAN_LENGTH, wcslen_far });
	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t wcsnlen(const wchar_t *s, size_t n)
{
	const wchar_t *p;
	size_t i = 0;

	if ((uintptr_t)s & 1) {
		while (i < n && s[i])
			i++;
		return i;
	}
	if (!n)
		return 0;
	p = (const wchar_t *)scan(
		s, scan_end(s, n, 1),
		(struct scan){ 0, 1, 0, SCAN_BELOW, wcsnlen_far });
	return p ? (size_t)(p - s) : n;
}

/* ---- searching ---- */

/* A bit for each byte of an element that is equal. */
static inline unsigned equal(__m128i v, __m128i w, int wide)
{
	return (unsigned)_mm_movemask_epi8(scan_equal(v, w, wide));
}

/* The last element that is the one wanted, the end included, or NULL. */
static inline __attribute__((always_inline)) void *
find_last(const void *s, __m128i want, int wide)
{
	const __m128i *a = (const __m128i *)((uintptr_t)s & ~(uintptr_t)15);
	unsigned here = ~0u << ((uintptr_t)s & 15);
	const char *last = NULL;

	for (;; a++, here = ~0u) {
		__m128i v = _mm_load_si128(a);
		unsigned zero = equal(v, _mm_setzero_si128(), wide) & here;
		unsigned m = equal(v, want, wide) & here;

		if (zero) /* up to it, and it */
			m &= (zero ^ (zero - 1)) << wide | 1;
		if (m)
			last = (const char *)a + (31 - __builtin_clz(m)) - wide;
		if (zero)
			return (void *)last;
	}
}

char *strchr(const char *s, int c)
{
	s = (const char *)scan(
		s, NULL, (struct scan){ c, 0, 1, SCAN_PLACE, strchr_far });
	return *s == (char)c ? (char *)s : NULL;
}

char *strrchr(const char *s, int c)
{
	return find_last(s, _mm_set1_epi8((char)c), 0);
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

wchar_t *wcschr(const wchar_t *s, wchar_t c)
{
	if ((uintptr_t)s & 1)
		while (*s && *s != c)
			s++;
	else
		s = (const wchar_t *)scan(
			s, NULL,
			(struct scan){ c, 1, 1, SCAN_PLACE, wcschr_far });
	return *s == c ? (wchar_t *)s : NULL;
}

wchar_t *wcsrchr(const wchar_t *s, wchar_t c)
{
	const wchar_t *last = NULL;

	if (!((uintptr_t)s & 1))
		return find_last(s, _mm_set1_epi16((short)c), 1);
	for (;; s++) {
		if (*s == c)
			last = s;
		if (!*s)
			return (wchar_t *)last;
	}
}

wchar_t *wcsstr(const wchar_t *s, const wchar_t *t)
{
	size_t n = wcslen(t);

	if (!n)
		return (wchar_t *)s;
	for (; (s = wcschr(s, *t)); s++) {
		size_t i = 1;

		while (i < n && s[i] == t[i])
			i++;
		if (i == n)
			return (wchar_t *)s;
		if (!s[i])
			return NULL;
	}
	return NULL;
}

/* ---- comparing ---- */

/* What is behind may be another page, and nobody's. */
static inline int in_page(const void *p)
{
	return ((uintptr_t)p & 4095) <= 4096 - 16;
}

/* The first of n elements where they differ or a ends; n: there is none. */
static inline __attribute__((always_inline)) size_t
differ(const char *a, const char *b, size_t n, int wide)
{
	const size_t step = wide ? 8 : 16;
	size_t i = 0;

	while (i < n) {
		const char *p = a + (i << wide), *q = b + (i << wide);

		if (n - i >= step && in_page(p) && in_page(q)) {
			__m128i v = _mm_loadu_si128((const __m128i *)p);
			__m128i w = _mm_loadu_si128((const __m128i *)q);
			unsigned m = (equal(v, w, wide) ^ 0xffff) |
				     equal(v, _mm_setzero_si128(), wide);

			if (m)
				return i +
				       (unsigned)__builtin_ctz(m) / (1u + wide);
			i += step;
			continue;
		}
		for (size_t end = i + step; i < end && i < n; i++) {
			unsigned x = wide ? ((const wchar_t *)a)[i]
					  : (unsigned char)a[i];
			unsigned y = wide ? ((const wchar_t *)b)[i]
					  : (unsigned char)b[i];

			if (x != y || !x)
				return i;
		}
	}
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	const unsigned char *p = (const unsigned char *)a;
	const unsigned char *q = (const unsigned char *)b;
	size_t i = differ(a, b, n, 0);

	return i == n || p[i] == q[i] ? 0 : p[i] < q[i] ? -1 : 1;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t n)
{
	size_t i = differ((const char *)a, (const char *)b, n, 1);

	return i == n || a[i] == b[i] ? 0 : a[i] < b[i] ? -1 : 1;
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
	return wcsncmp(a, b, SIZE_MAX);
}
