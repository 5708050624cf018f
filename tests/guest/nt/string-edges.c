// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tests the string and memory functions where nothing lies before or behind the
 * string: at every alignment, up to the last byte of a page, with what they
 * look for at each place, just outside, and nowhere.
 *
 * From each DLL that exports them; by address, since the linker has its own.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "check.h"

#define PAGE 4096u
#define MOST 150u /* elements: more than two rounds of 64 bytes */

static size_t(__cdecl *p_strlen)(const char *);
static size_t(__cdecl *p_strnlen)(const char *, size_t);
static char *(__cdecl *p_strchr)(const char *, int);
static char *(__cdecl *p_strrchr)(const char *, int);
static char *(__cdecl *p_strstr)(const char *, const char *);
static int(__cdecl *p_strcmp)(const char *, const char *);
static int(__cdecl *p_strncmp)(const char *, const char *, size_t);
static size_t(__cdecl *p_wcslen)(const wchar_t *);
static size_t(__cdecl *p_wcsnlen)(const wchar_t *, size_t);
static wchar_t *(__cdecl *p_wcschr)(const wchar_t *, wchar_t);
static wchar_t *(__cdecl *p_wcsrchr)(const wchar_t *, wchar_t);
static wchar_t *(__cdecl *p_wcsstr)(const wchar_t *, const wchar_t *);
static int(__cdecl *p_wcscmp)(const wchar_t *, const wchar_t *);
static int(__cdecl *p_wcsncmp)(const wchar_t *, const wchar_t *, size_t);
static void *(__cdecl *p_memchr)(const void *, int, size_t);
static int(__cdecl *p_memcmp)(const void *, const void *, size_t);
static void *(__cdecl *p_memcpy)(void *, const void *, size_t);
static void *(__cdecl *p_memmove)(void *, const void *, size_t);
static void *(__cdecl *p_memset)(void *, int, size_t);

static const struct {
	const char *name;
	void *to;
} functions[] = {
#define F(f)                                                                   \
	{                                                                      \
#f, &p_##f                                                     \
	}
	F(strlen),  F(strnlen), F(strchr),  F(strrchr), F(strstr),
	F(strcmp),  F(strncmp), F(wcslen),  F(wcsnlen), F(wcschr),
	F(wcsrchr), F(wcsstr),  F(wcscmp),  F(wcsncmp), F(memchr),
	F(memcmp),  F(memcpy),  F(memmove), F(memset),
#undef F
};

/* Two pages, with nothing around them. */
static char *alone(void)
{
	char *p = VirtualAlloc(NULL, 4 * PAGE, MEM_RESERVE, PAGE_NOACCESS);

	return VirtualAlloc(p + PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* n characters and the end, at p: none is other. */
#define ENDS(p, n, other, len, nlen, chr, rchr)                                \
	do {                                                                   \
		CHECK(!len || len(p) == n, "%u at %p", n, p);                  \
		for (unsigned k = 0; nlen && k < 4; k++) {                     \
			size_t most[] = { SIZE_MAX, n + 1, n, n / 2 };         \
                                                                               \
			CHECK(nlen(p, most[k]) == (most[k] < n ? most[k] : n), \
			      "%u at %p", n, p);                               \
		}                                                              \
		CHECK(!chr || chr(p, 0) == p + n, "%u at %p", n, p);           \
		CHECK(!chr || !chr(p, other), "%u at %p", n, p);               \
		CHECK(!rchr || rchr(p, 0) == p + n, "%u at %p", n, p);         \
		CHECK(!rchr || !rchr(p, other), "%u at %p", n, p);             \
	} while (0)

/* i: where it is, before others. */
#define FOUND(p, n, i, what, text, chr, rchr, str)                             \
	do {                                                                   \
		CHECK(!chr || chr(p, what) == p + i, "%u of %u at %p", i, n,   \
		      p);                                                      \
		CHECK(!rchr || rchr(p, what) == p + i, "%u of %u at %p", i, n, \
		      p);                                                      \
		CHECK(!str || str(p, text) == p + i, "%u of %u at %p", i, n,   \
		      p);                                                      \
	} while (0)

static void narrow(char *p, unsigned n)
{
	memset(p, 'x', n);
	p[n] = 0;
	ENDS(p, n, 'y', p_strlen, p_strnlen, p_strchr, p_strrchr);
	CHECK(!p_strstr || !p_strstr(p, "xy"), "%u at %p", n, p);
	CHECK(!p_memchr(p, 'y', n + 1), "%u at %p", n, p);
	CHECK(!p_memchr(p, 0, n), "%u at %p", n, p);
	CHECK(p_memchr(p, 0, SIZE_MAX) == p + n, "%u at %p", n, p);
	for (unsigned i = 0; i < n; i += 1 + (n - i) / 20) {
		p[i] = 'y';
		CHECK(p_memchr(p, 'y', n) == p + i, "%u of %u at %p", i, n, p);
		CHECK(!p_memchr(p, 'y', i), "%u of %u at %p", i, n, p);
		FOUND(p, n, i, 'y', i + 1 < n ? "yx" : "y", p_strchr, p_strrchr,
		      p_strstr);
		p[i] = 'x';
	}
}

static void wide(wchar_t *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = 0x7800; /* a zero byte in each */
	p[n] = 0;
	ENDS(p, n, 0x78, p_wcslen, p_wcsnlen, p_wcschr, p_wcsrchr);
	for (unsigned i = 0; i < n; i += 1 + (n - i) / 20) {
		p[i] = 0x79;
		FOUND(p, n, i, 0x79, i + 1 < n ? L"\x79\x7800" : L"\x79",
		      p_wcschr, p_wcsrchr, p_wcsstr);
		p[i] = 0x7800;
	}
}

/* Both end with their page; where they differ decides, not what is behind. */
static void compare(char *a_end, char *b_end, unsigned n, unsigned m)
{
	char *a = a_end - n - 1, *b = b_end - m - 1;
	unsigned least = n < m ? n : m;
	int want = sign((int)n - (int)m);

	memset(a, 'x', n);
	memset(b, 'x', m);
	a[n] = b[m] = 0;
	if (p_strcmp)
		CHECK(sign(p_strcmp(a, b)) == want, "%u, %u", n, m);
	if (p_strncmp) {
		CHECK(sign(p_strncmp(a, b, SIZE_MAX)) == want, "%u, %u", n, m);
		CHECK(p_strncmp(a, b, least) == 0, "%u, %u", n, m);
	}
	CHECK(p_memcmp(a, b, least) == 0, "%u, %u", n, m);
	CHECK(sign(p_memcmp(a, b, least + 1)) == want, "%u, %u", n, m);
	if (least) {
		b[least - 1] = '\xff'; /* compared as unsigned */
		if (p_strcmp)
			CHECK(p_strcmp(a, b) < 0, "%u, %u", n, m);
		CHECK(p_memcmp(a, b, least) < 0, "%u, %u", n, m);
		CHECK(p_memcmp(b, a, least) > 0, "%u, %u", n, m);
	}
}

static void compare_wide(char *a_end, char *b_end, unsigned n, unsigned m)
{
	wchar_t *a = (wchar_t *)a_end - n - 1, *b = (wchar_t *)b_end - m - 1;
	unsigned least = n < m ? n : m;
	int want = sign((int)n - (int)m);

	for (unsigned i = 0; i < n; i++)
		a[i] = 0x7800;
	for (unsigned i = 0; i < m; i++)
		b[i] = 0x7800;
	a[n] = b[m] = 0;
	if (p_wcscmp)
		CHECK(sign(p_wcscmp(a, b)) == want, "%u, %u", n, m);
	if (p_wcsncmp) {
		CHECK(sign(p_wcsncmp(a, b, SIZE_MAX / 2)) == want, "%u, %u", n,
		      m);
		CHECK(p_wcsncmp(a, b, least) == 0, "%u, %u", n, m);
	}
	if (p_wcscmp && least) {
		b[least - 1] = 0xff00;
		CHECK(p_wcscmp(a, b) < 0, "%u, %u", n, m);
	}
}

/* n bytes from the one page's end to the other's, or start to start */
static void move(char *to, char *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		from[i] = (char)(i * 7 + n);
	p_memset(to, 'z', n);
	for (unsigned i = 0; i < n; i++)
		if (to[i] != 'z')
			CHECK(0, "%u of %u", i, n);
	CHECK(p_memcpy(to, from, n) == to, "%u", n);
	CHECK(memcmp(to, from, n) == 0, "%u", n);
	p_memset(to, 0, n);
	CHECK(p_memmove(to, from, n) == to, "%u", n);
	CHECK(memcmp(to, from, n) == 0, "%u", n);
}

static void all(char *a, char *b)
{
	char *a_end = a + 2 * PAGE, *b_end = b + 2 * PAGE;

	for (unsigned n = 0; n < MOST; n++) {
		narrow(a_end - n - 1, n);
		narrow(a, n);
		narrow(a + PAGE - n / 2, n); /* over a page's end */
		wide((wchar_t *)a_end - n - 1, n);
		wide((wchar_t *)a, n);
		wide((wchar_t *)(a + PAGE) - n / 2, n);
		wide((wchar_t *)(a + 1), n); /* at an odd address */
		wide((wchar_t *)(a_end - 1) - n - 1, n);
		for (unsigned m = n < 20 ? 0 : n - 20; m < n + 20; m++) {
			compare(a_end, b_end, n, m);
			compare_wide(a_end, b_end, n, m);
			compare_wide(a_end - 1, b_end, n, m);
		}
		/* starts and ends at each distance from the page's */
		for (unsigned s = 0; s < 16; s++) {
			narrow(a_end - n - 1 - s, n);
			narrow(a + s, n);
		}
	}
	for (unsigned n = MOST; n < 2 * PAGE; n += 167) {
		narrow(a_end - n - 1, n);
		narrow(a, n);
		if (n >= PAGE)
			continue;
		wide((wchar_t *)a_end - n - 1, n);
		wide((wchar_t *)a, n);
	}
	for (unsigned n = 0; n <= 2 * PAGE; n += n < MOST ? 1 : 487) {
		move(a_end - n, b_end - n, n);
		move(a, b, n);
		move(a_end - n, b, n);
	}
}

int main(void)
{
	static const char *const dlls[] = { "msvcrt.dll", "ucrtbase.dll",
					    "vcruntime140.dll", "ntdll.dll" };
	char *a = alone(), *b = alone();

	for (unsigned i = 0; i < COUNT_OF(dlls); i++) {
		HMODULE h = LoadLibraryA(dlls[i]);
		int failed = check_failed;

		if (!h) /* a runtime that need not be installed */
			continue;
		for (unsigned k = 0; k < COUNT_OF(functions); k++) {
			FARPROC f = GetProcAddress(h, functions[k].name);

			memcpy(functions[k].to, &f, sizeof f);
		}
		all(a, b);
		if (check_failed > failed)
			printf("... of %s\n", dlls[i]);
	}
	return check_done();
}
