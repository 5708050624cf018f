/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests strings, memory, character classes, sorting, conversion, locales. */
// cflags: -D__USE_MINGW_ANSI_STDIO=0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <ctype.h>
#include <locale.h>
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include "../lib/check.h"

static void memory(void)
{
	static unsigned char a[9000], b[9000], want[9000];
	size_t sizes[] = { 0,  1,  2,  3,   4,   5,   7,    8,    9,
			   15, 16, 17, 31,  32,  33,  47,   48,   63,
			   64, 65, 96, 127, 128, 129, 2047, 2048, 5000 };

	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = (unsigned char)(i * 31 + i / 7);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		size_t n = sizes[k];

		for (size_t off = 0; off < 20; off += 3) {
			memset(b, 0x55, sizeof(b));
			memcpy(b + 50 + off, a + off * 2, n);
			CHECK(!memcmp(b + 50 + off, a + off * 2, n) &&
				      b[49 + off] == 0x55 &&
				      b[50 + off + n] == 0x55,
			      "memcpy %d at %d", (int)n, (int)off);
			for (int d = -17; d <= 17; d += 2) {
				memcpy(b, a, sizeof(a));
				for (size_t i = 0; i < n; i++)
					want[i] = b[100 + i];
				memmove(b + 100 + d, b + 100, n);
				CHECK(!memcmp(b + 100 + d, want, n),
				      "memmove %d by %d", (int)n, d);
			}
			memset(b, 1, sizeof(b));
			memset(b + 20 + off, 0x1ee, n);
			for (size_t i = 0; i < n; i++)
				if (b[20 + off + i] != 0xee) {
					CHECK(0, "memset %d", (int)n);
					break;
				}
			CHECK(b[19 + off] == 1 && b[20 + off + n] == 1,
			      "memset %d", (int)n);
			if (n) {
				memcpy(b, a + off, n);
				b[n - 1]++;
				CHECK((memcmp(b, a + off, n) > 0) ==
					      (b[n - 1] > a[off + n - 1]),
				      "memcmp %d", (int)n);
				memset(b, 'x', sizeof(b));
				b[off + n - 1] = 'y';
				CHECK(memchr(b + off, 'y', n) ==
					      b + off + n - 1,
				      "memchr %d", (int)n);
				CHECK(!memchr(b + off, 'y', n - 1), "");
				b[off + n] = 0;
				CHECK_EQ(strlen((char *)b + off), n);
			}
		}
	}
}

static int by_int(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static void sorting(void)
{
	static int v[5000];
	unsigned seed = 1;

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 5000; i++) {
			seed = seed * 1103515245 + 12345;
			v[i] = round == 0   ? (int)(seed >> 8)
			       : round == 1 ? i
			       : round == 2 ? 5000 - i
					    : (int)(seed >> 28);
		}
		qsort(v, 5000, sizeof(*v), by_int);
		for (int i = 1; i < 5000; i++)
			if (v[i - 1] > v[i]) {
				CHECK(0, "round %d", round);
				break;
			}
		CHECK(bsearch(&v[77], v, 5000, sizeof(*v), by_int) != NULL, "");
	}
}

static void text(void)
{
	char s[64] = "a,b,,c", *p;
	wchar_t w[64];

	p = strtok(s, ",");
	CHECK(p && !strcmp(p, "a"), "");
	p = strtok(NULL, ",");
	CHECK(p && !strcmp(p, "b"), "");
	p = strtok(NULL, ",");
	CHECK(p && !strcmp(p, "c"), "");
	CHECK(!strtok(NULL, ","), "");
	CHECK(strstr("hello world", "o w") != NULL, "");
	CHECK(!strstr("hello", "lo!"), "");
	CHECK(strchr("abc", 0) != NULL, "");
	CHECK(!strcmp(strrchr("a/b/c", '/'), "/c"), "");
	CHECK_EQ(strspn("aabbc", "ab"), 4);
	CHECK_EQ(strcspn("xyz,", ","), 3);
	CHECK(_stricmp("HeLLo", "hEllO") == 0, "");
	CHECK(_strnicmp("abcX", "ABCy", 3) == 0, "");
	CHECK(strcmp("a", "b") < 0 && strcmp("b", "a") > 0, "");
	strcpy(s, "Abc");
	CHECK(!strcmp(_strupr(s), "ABC") && !strcmp(_strlwr(s), "abc"), "");
	CHECK(!strcmp(_strrev(s), "cba"), "");
	p = _strdup("dup");
	CHECK(p && !strcmp(p, "dup") && _msize(p) >= 4, "");
	free(p);
	wcscpy(w, L"wide");
	wcscat(w, L" more");
	CHECK(wcslen(w) == 9 && wcsstr(w, L"mo") == w + 5, "");
	CHECK(_wcsicmp(L"ABC", L"abc") == 0, "");
	CHECK(!wcscmp(wcsrchr(w, ' '), L" more"), "");
	CHECK(isalpha('x') && !isalpha('1') && isspace('\t') && isxdigit('f') &&
		      ispunct('!') && iscntrl(1) && isprint(' ') &&
		      !isgraph(' '),
	      "");
	CHECK(toupper('a') == 'A' && tolower('Z') == 'z' &&
		      toupper(0xe4) == 0xe4,
	      "");
	CHECK(iswalpha(L'x') && iswspace(L' ') && towupper(L'a') == L'A', "");
}

static void conversion(void)
{
	wchar_t w[16];
	char s[16];

	CHECK_EQ(mbstowcs(w, "abc", 16), 3);
	CHECK_EQ(wcstombs(s, L"xyz", 16), 3);
	CHECK_EQ(mbstowcs(NULL, "four", 0), 4);
	CHECK_EQ(wcstombs(s, L"\x20ac", 16), (size_t)-1);
	CHECK_EQ(errno, EILSEQ);
	CHECK_EQ(mbtowc(w, "\xe9", 1), 1);
	CHECK_EQ(w[0], 0xe9);
	CHECK(!strcmp(setlocale(LC_ALL, NULL), "C"), "");
	CHECK(!strcmp(localeconv()->decimal_point, "."), "");
	CHECK(setlocale(LC_ALL, "no such locale") == NULL, "");
	CHECK(setlocale(LC_ALL, "") != NULL, "");
	CHECK(setlocale(LC_ALL, "C") != NULL, "");
#ifdef _UCRT
	CHECK(setlocale(LC_ALL, ".UTF-8") != NULL, "");
	CHECK_EQ(mbstowcs(w, "\xe2\x82\xac", 16), 1);
	CHECK_EQ(w[0], 0x20ac);
	CHECK_EQ(wcstombs(s, L"\x20ac\xd83d\xde00", 16), 7);
	CHECK(!memcmp(s, "\xe2\x82\xac\xf0\x9f\x98\x80", 8), "");
	CHECK_EQ(MB_CUR_MAX, 4);
	setlocale(LC_ALL, "C");
#endif
}

static void heap(void)
{
	char *p = calloc(10, 10), *q;
	volatile size_t half = (size_t)-1 / 2;

	for (int i = 0; i < 100; i++)
		CHECK(p[i] == 0, "%d", i);
	strcpy(p, "kept");
	p = realloc(p, 100000);
	CHECK(!strcmp(p, "kept"), "");
	free(p);
	errno = 0;
	CHECK(calloc(half, 4) == NULL && errno == ENOMEM, "");
	q = _aligned_malloc(100, 256);
	CHECK(((size_t)q & 255) == 0, "%p", q);
	strcpy(q, "aligned");
	q = _aligned_realloc(q, 5000, 256);
	CHECK(((size_t)q & 255) == 0 && !strcmp(q, "aligned"), "");
	_aligned_free(q);
	p = malloc(0);
	CHECK(p != NULL, "");
	free(p);
}

static void mathematics(void)
{
	volatile double two = 2, x = 0.5, big = 1e300, product;
	int e;

	CHECK(fabs(sin(x) - 0.47942553860420301) < 1e-15, "%.17g", sin(x));
	CHECK(fabs(atan(x) - 0.46364760900080609) < 1e-15, "%.17g", atan(x));
	CHECK(fabs(acos(x) - 1.0471975511965979) < 1e-15, "");
	CHECK(fabs(tan(x) - 0.54630248984379048) < 1e-15, "");
	CHECK(fabs(tanh(x) - 0.46211715726000973) < 1e-15, "");
	CHECK(pow(two, 10) == 1024 && sqrt(two * two) == 2, "");
	CHECK(floor(-x) == -1 && ceil(x) == 1 && fmod(7.5, two) == 1.5, "");
	CHECK(fabs(log10(1000.0 * x * two) - 3) < 1e-15, "");
	CHECK(frexp(8.0 * x, &e) == 0.5 && e == 3, "");
	CHECK(ldexp(x, 3) == 4, "");
	product = big * big; /* x87 keeps more of it unless it is stored */
	CHECK(isinf(product) && isnan(product - product), "");
	CHECK(fabs(_j0(1.0) - 0.76519768655796655) < 1e-14, "%.17g", _j0(1.0));
	CHECK(fabs(_j1(30.0) + 0.11875106261662294) < 1e-14, "%.17g",
	      _j1(30.0));
	CHECK(fabs(_jn(2, 1.0) - 0.11490348493190047) < 1e-14, "");
	CHECK(fabs(_y0(1.0) - 0.088256964215676956) < 1e-14, "%.17g", _y0(1.0));
	CHECK(fabs(_y1(1.0) + 0.78121282130028868) < 1e-14, "%.17g", _y1(1.0));
	CHECK(fabs(_y0(40.0) - 0.12593641705826092) < 1e-14, "%.17g",
	      _y0(40.0));
}

int main(void)
{
	memory();
	sorting();
	text();
	conversion();
	heap();
	mathematics();
	return check_done();
}
