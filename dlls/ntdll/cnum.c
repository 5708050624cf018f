/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cnum.c - numbers and characters of the C library that ntdll exports:
 * classes, strtol and itoa families, sorting.
 *
 * One body per family, over an accessor for the two character widths.
 */
#include "nt.h"

#define LINKAGE __cdecl

/* <ctype.h> has most of them as macros. */
#undef iswalnum
#undef iswalpha
#undef iswcntrl
#undef iswdigit
#undef iswgraph
#undef iswlower
#undef iswprint
#undef iswpunct
#undef iswspace
#undef iswupper
#undef iswxdigit

enum { UP = 1, LO = 2, DI = 4, SP = 8, PU = 16, CO = 32, BL = 64, HE = 128 };

static int ctype(int c)
{
	if (c >= '0' && c <= '9')
		return DI | HE;
	if (c >= 'A' && c <= 'Z')
		return c <= 'F' ? UP | HE : UP;
	if (c >= 'a' && c <= 'z')
		return c <= 'f' ? LO | HE : LO;
	if (c == ' ')
		return SP | BL;
	if (c >= 9 && c <= 13)
		return SP | CO | (c == 9 ? BL : 0);
	if ((c >= 0 && c < 32) || c == 127)
		return CO;
	return c > 32 && c < 127 ? PU : 0;
}

#define IS(name, bits)                                                         \
	int LINKAGE is##name(int c)                                            \
	{                                                                      \
		return ctype(c) & (bits);                                      \
	}                                                                      \
	int LINKAGE isw##name(wint_t c)                                        \
	{                                                                      \
		return ctype(c) & (bits);                                      \
	}
IS(alnum, UP | LO | DI)
IS(alpha, UP | LO)
IS(cntrl, CO)
IS(digit, DI)
IS(graph, UP | LO | DI | PU)
IS(lower, LO)
IS(print, UP | LO | DI | PU | (c == ' ' ? SP : 0))
IS(punct, PU)
IS(space, SP)
IS(upper, UP)
IS(xdigit, HE)

int LINKAGE toupper(int c);
int LINKAGE tolower(int c);
wint_t LINKAGE towupper(wint_t c);
wint_t LINKAGE towlower(wint_t c);

int LINKAGE toupper(int c)
{
	return c >= 'a' && c <= 'z' ? c - 32 : c;
}

int LINKAGE tolower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Unlike the byte functions these know Unicode, in Windows' ntdll too. */
wint_t LINKAGE towupper(wint_t c)
{
	return RtlUpcaseUnicodeChar(c);
}

wint_t LINKAGE towlower(wint_t c)
{
	return RtlDowncaseUnicodeChar(c);
}

int LINKAGE abs(int n);
long LINKAGE labs(long n);
int LINKAGE abs(int n)
{
	return n < 0 ? -n : n;
}

long LINKAGE labs(long n)
{
	return n < 0 ? -n : n;
}

/* ---- text to number ------------------------------------------------- */

struct scan {
	const void *s;
	int wide;
	size_t at;
};

static unsigned peek(const struct scan *sc)
{
	return sc->wide ? ((const WCHAR *)sc->s)[sc->at]
			: ((const unsigned char *)sc->s)[sc->at];
}

static int digit_value(unsigned c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

/*
 * The magnitude, held at limit on overflow; *end is 0 if there is no number.
 * limit is that of the sign found: neg_limit or pos_limit.
 */
static ULONGLONG scan_number(struct scan *sc, int base, ULONGLONG pos_limit,
			     ULONGLONG neg_limit, BOOL *negative, size_t *end)
{
	ULONGLONG n = 0, limit;
	BOOL over = FALSE;
	int d;

	*end = 0;
	while (ctype(peek(sc)) & SP)
		sc->at++;
	*negative = peek(sc) == '-';
	if (*negative || peek(sc) == '+')
		sc->at++;
	limit = *negative ? neg_limit : pos_limit;
	if (peek(sc) == '0') {
		*end = ++sc->at;
		if ((peek(sc) | 32) == 'x' && (!base || base == 16)) {
			sc->at++;
			if (digit_value(peek(sc)) >= 16)
				return 0;
			base = 16;
		} else if (!base) {
			base = 8;
		}
	} else if (!base) {
		base = 10;
	}
	while ((d = digit_value(peek(sc))) < base) {
		if (n > (limit - d) / base)
			over = TRUE;
		n = n * base + d;
		*end = ++sc->at;
	}
	return over ? limit : n;
}

#define STRTO(name, type, utype, char_type, is_wide, pos, neg)                 \
	type LINKAGE name(const char_type *s, char_type **end, int base)       \
	{                                                                      \
		struct scan sc = { .s = s, .wide = is_wide };                  \
		BOOL negative;                                                 \
		size_t at;                                                     \
		utype n = (utype)scan_number(&sc, base, pos, neg, &negative,   \
					     &at);                             \
		if (end)                                                       \
			*end = (char_type *)s + at;                            \
		return (type)(negative ? 0 - n : n);                           \
	}
long LINKAGE strtol(const char *s, char **end, int base);
unsigned long LINKAGE strtoul(const char *s, char **end, int base);
long LINKAGE wcstol(const WCHAR *s, WCHAR **end, int base);
unsigned long LINKAGE wcstoul(const WCHAR *s, WCHAR **end, int base);
__int64 LINKAGE rf_strtoi64(const char *s, char **end, int base);
unsigned __int64 LINKAGE rf_strtoui64(const char *s, char **end, int base);
__int64 LINKAGE rf_wcstoi64(const WCHAR *s, WCHAR **end, int base);
unsigned __int64 LINKAGE rf_wcstoui64(const WCHAR *s, WCHAR **end, int base);
#define L_MAX   0x7fffffffu
#define UL_MAX  0xffffffffu
#define LL_MAX  0x7fffffffffffffffull
#define ULL_MAX 0xffffffffffffffffull
STRTO(strtol, long, unsigned long, char, 0, L_MAX, L_MAX + 1)
STRTO(strtoul, unsigned long, unsigned long, char, 0, UL_MAX, UL_MAX)
STRTO(wcstol, long, unsigned long, WCHAR, 1, L_MAX, L_MAX + 1)
STRTO(wcstoul, unsigned long, unsigned long, WCHAR, 1, UL_MAX, UL_MAX)
STRTO(rf_strtoi64, __int64, ULONGLONG, char, 0, LL_MAX, LL_MAX + 1)
STRTO(rf_strtoui64, unsigned __int64, ULONGLONG, char, 0, ULL_MAX, ULL_MAX)
STRTO(rf_wcstoi64, __int64, ULONGLONG, WCHAR, 1, LL_MAX, LL_MAX + 1)
STRTO(rf_wcstoui64, unsigned __int64, ULONGLONG, WCHAR, 1, ULL_MAX, ULL_MAX)

int LINKAGE atoi(const char *s);
long LINKAGE atol(const char *s);
__int64 LINKAGE rf_atoi64(const char *s);
int LINKAGE rf_wtoi(const WCHAR *s);
__int64 LINKAGE rf_wtoi64(const WCHAR *s);

int LINKAGE atoi(const char *s)
{
	return strtol(s, NULL, 10);
}

long LINKAGE atol(const char *s)
{
	return strtol(s, NULL, 10);
}

__int64 LINKAGE rf_atoi64(const char *s)
{
	return rf_strtoi64(s, NULL, 10);
}

int LINKAGE rf_wtoi(const WCHAR *s)
{
	return wcstol(s, NULL, 10);
}

__int64 LINKAGE rf_wtoi64(const WCHAR *s)
{
	return rf_wcstoi64(s, NULL, 10);
}

/* ---- number to text --------------------------------------------------- */

/* Digits into the end of buf; returns where they start. */
static char *digits(char buf[66], ULONGLONG n, unsigned base)
{
	char *p = buf + 65;

	*p = 0;
	do {
		*--p = "0123456789abcdefghijklmnopqrstuvwxyz"[n % base];
		n /= base;
	} while (n);
	return p;
}

static char *to_text(char *to, ULONGLONG n, int base, BOOL negative)
{
	char buf[66];
	char *p = digits(buf, negative ? 0 - n : n, base);

	if (negative)
		*--p = '-';
	return memcpy(to, p, buf + 66 - p);
}

static WCHAR *to_wide(WCHAR *to, ULONGLONG n, int base, BOOL negative)
{
	char buf[68];
	size_t i = 0;

	to_text(buf, n, base, negative);
	do
		to[i] = buf[i];
	while (buf[i++]);
	return to;
}

static inline BOOL below_zero(LONGLONG n)
{
	return n < 0;
}

#define ITOA(name, char_type, conv, type, utype, is_signed)                    \
	char_type *LINKAGE rf_##name(type n, char_type *to, int base)          \
	{                                                                      \
		BOOL negative = is_signed && base == 10 && below_zero(n);      \
		return conv(to, negative ? (ULONGLONG)n : (utype)n, base,      \
			    negative);                                         \
	}
char *LINKAGE rf_itoa(int n, char *to, int base);
char *LINKAGE rf_ltoa(long n, char *to, int base);
char *LINKAGE rf_ultoa(unsigned long n, char *to, int base);
char *LINKAGE rf_i64toa(LONGLONG n, char *to, int base);
char *LINKAGE rf_ui64toa(ULONGLONG n, char *to, int base);
WCHAR *LINKAGE rf_itow(int n, WCHAR *to, int base);
WCHAR *LINKAGE rf_ltow(long n, WCHAR *to, int base);
WCHAR *LINKAGE rf_ultow(unsigned long n, WCHAR *to, int base);
WCHAR *LINKAGE rf_i64tow(LONGLONG n, WCHAR *to, int base);
WCHAR *LINKAGE rf_ui64tow(ULONGLONG n, WCHAR *to, int base);
ITOA(itoa, char, to_text, int, unsigned, 1)
ITOA(ltoa, char, to_text, long, unsigned long, 1)
ITOA(ultoa, char, to_text, unsigned long, unsigned long, 0)
ITOA(i64toa, char, to_text, LONGLONG, ULONGLONG, 1)
ITOA(ui64toa, char, to_text, ULONGLONG, ULONGLONG, 0)
ITOA(itow, WCHAR, to_wide, int, unsigned, 1)
ITOA(ltow, WCHAR, to_wide, long, unsigned long, 1)
ITOA(ultow, WCHAR, to_wide, unsigned long, unsigned long, 0)
ITOA(i64tow, WCHAR, to_wide, LONGLONG, ULONGLONG, 1)
ITOA(ui64tow, WCHAR, to_wide, ULONGLONG, ULONGLONG, 0)

/* ---- searching and sorting ---------------------------------------------- */

typedef int(LINKAGE *compare_fn)(const void *a, const void *b);

void *LINKAGE bsearch(const void *key, const void *base, size_t n, size_t size,
		      compare_fn compare);
void LINKAGE qsort(void *base, size_t n, size_t size, compare_fn compare);
void *LINKAGE rf_lfind(const void *key, const void *base, unsigned *n,
		       unsigned size, compare_fn compare);

void *LINKAGE bsearch(const void *key, const void *base, size_t n, size_t size,
		      compare_fn compare)
{
	const char *at = base;

	while (n) {
		const char *mid = at + n / 2 * size;
		int c = compare(key, mid);

		if (!c)
			return (void *)mid;
		if (c > 0) {
			at = mid + size;
			n--;
		}
		n /= 2;
	}
	return NULL;
}

void *LINKAGE rf_lfind(const void *key, const void *base, unsigned *n,
		       unsigned size, compare_fn compare)
{
	const char *at = base;

	for (unsigned i = 0; i < *n; i++, at += size)
		if (!compare(key, at))
			return (void *)at;
	return NULL;
}

static void exchange(char *a, char *b, size_t n)
{
	char t[64];

	for (; n > sizeof t; n -= sizeof t, a += sizeof t, b += sizeof t) {
		memcpy(t, a, sizeof t);
		memcpy(a, b, sizeof t);
		memcpy(b, t, sizeof t);
	}
	memcpy(t, a, n);
	memcpy(a, b, n);
	memcpy(b, t, n);
}

static void insertion_sort(char *a, size_t n, size_t size, compare_fn compare)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j; j--) {
			char *at = a + j * size;

			if (compare(at - size, at) <= 0)
				break;
			exchange(at - size, at, size);
		}
}

static void sift(char *a, size_t i, size_t n, size_t size, compare_fn compare)
{
	size_t child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n &&
		    compare(a + child * size, a + (child + 1) * size) < 0)
			child++;
		if (compare(a + i * size, a + child * size) >= 0)
			return;
		exchange(a + i * size, a + child * size, size);
		i = child;
	}
}

static void heap_sort(char *a, size_t n, size_t size, compare_fn compare)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(a, i, n, size, compare);
	while (n-- > 1) {
		exchange(a, a + n * size, size);
		sift(a, 0, n, size, compare);
	}
}

/* Median of three to the front, as the pivot. */
static void choose_pivot(char *a, size_t n, size_t size, compare_fn compare)
{
	char *mid = a + n / 2 * size, *last = a + (n - 1) * size;

	if (compare(mid, last) > 0)
		exchange(mid, last, size);
	if (compare(a, last) > 0)
		exchange(a, last, size);
	if (compare(mid, a) > 0)
		exchange(mid, a, size);
}

static void quick_sort(char *a, size_t n, size_t size, compare_fn compare,
		       unsigned depth)
{
	while (n > 12) {
		size_t i = 0, j = n;

		/* Whoever prepared the order to be bad gets n log n all the
		 * same. */
		if (!depth--) {
			heap_sort(a, n, size, compare);
			return;
		}
		choose_pivot(a, n, size, compare);
		for (;;) {
			while (++i < n && compare(a + i * size, a) < 0)
				;
			while (compare(a + --j * size, a) > 0)
				;
			if (i >= j)
				break;
			exchange(a + i * size, a + j * size, size);
		}
		exchange(a, a + j * size, size);
		if (j < n - j - 1) {
			quick_sort(a, j, size, compare, depth);
			a += (j + 1) * size;
			n -= j + 1;
		} else {
			quick_sort(a + (j + 1) * size, n - j - 1, size, compare,
				   depth);
			n = j;
		}
	}
	insertion_sort(a, n, size, compare);
}

void LINKAGE qsort(void *base, size_t n, size_t size, compare_fn compare)
{
	unsigned depth = 4;

	for (size_t i = n; i; i >>= 1)
		depth += 2;
	if (n > 1 && size)
		quick_sort(base, n, size, compare, depth);
}
