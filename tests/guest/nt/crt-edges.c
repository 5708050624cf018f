/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Searching and comparing strings at every offset up to the end of a page
 * behind which there is nothing, beside loops that do it one by one.
 */
#include <windows.h>
#include <string.h>
#include <wchar.h>

#include "check.h"

enum { PAGE = 4096, LONGEST = 150 };

/* Not the compiler's own, and not what is linked to the program. */
static struct {
	char *(*strchr)(const char *, int), *(*strrchr)(const char *, int);
	size_t (*strlen)(const char *), (*wcslen)(const wchar_t *);
	int (*strcmp)(const char *, const char *);
	int (*strncmp)(const char *, const char *, size_t);
	int (*memcmp)(const void *, const void *, size_t);
	void *(*memchr)(const void *, int, size_t);
	wchar_t *(*wcschr)(const wchar_t *, wchar_t);
	wchar_t *(*wcsrchr)(const wchar_t *, wchar_t);
	wchar_t *(*wcsstr)(const wchar_t *, const wchar_t *);
	int (*wcscmp)(const wchar_t *, const wchar_t *);
	int (*wcsncmp)(const wchar_t *, const wchar_t *, size_t);
} crt;

static void find_functions(const char *dll)
{
	HMODULE h = LoadLibraryA(dll);

	CHECK(h != NULL, "%s", dll);
#define GET(name) *(FARPROC *)&crt.name = GetProcAddress(h, #name)
	GET(strchr), GET(strrchr), GET(strlen), GET(wcslen), GET(strcmp);
	GET(strncmp), GET(memcmp), GET(memchr), GET(wcschr), GET(wcsrchr);
	GET(wcsstr), GET(wcscmp), GET(wcsncmp);
}

/* What ends where the page ends; two of them, for two strings. */
static char *pages(void)
{
	char *p = VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE, PAGE_NOACCESS);

	VirtualAlloc(p, PAGE, MEM_COMMIT, PAGE_READWRITE);
	return p + PAGE;
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static void narrow(char *end, char *other_end)
{
	for (int n = 0; n < LONGEST; n++)
		for (int gap = 0; gap < 20; gap++) {
			char *s = end - gap - n - 1, *t;
			int at = n ? (n * 7 + gap) % n : 0, bad = 0, order;

			memset(s - 1, 'x', (size_t)n + 1);
			s[n] = 0;
			s[-1] = '!'; /* not found before the string */
			memset(s + n + 1, '!', (size_t)gap);
			bad += crt.strlen(s) != (size_t)n;
			bad += crt.strchr(s, '!') != NULL;
			bad += crt.strrchr(s, '!') != NULL;
			bad += crt.strchr(s, 0) != s + n;
			bad += crt.strrchr(s, 0) != s + n;
			bad += crt.memchr(s, '!', (size_t)n) != NULL;
			if (n) {
				s[at] = 'y';
				bad += crt.strchr(s, 'y') != s + at;
				bad += crt.strrchr(s, 'y') != s + at;
				bad += crt.memchr(s, 'y', (size_t)n) != s + at;
				bad += crt.strrchr(s, 'x') !=
				       (n == 1        ? NULL
					: at == n - 1 ? s + n - 2
						      : s + n - 1);
			}
			t = other_end - n - 1;
			memcpy(t, s, (size_t)n + 1);
			bad += crt.strcmp(s, t) != 0;
			bad += crt.strncmp(s, t, (size_t)n + 5) != 0;
			bad += crt.memcmp(s, t, (size_t)n + 1) != 0;
			if (n) {
				t[at] = (char)0xf0; /* bytes have no sign */
				order = crt.strcmp(s, t);
				bad += sign(order) != -1;
				bad += sign(crt.strcmp(t, s)) != 1;
				bad += sign(crt.memcmp(t, s, (size_t)n)) != 1;
				bad += crt.strncmp(s, t, (size_t)at) != 0;
				bad += sign(crt.strncmp(s, t,
							(size_t)at + 1)) != -1;
				/* No end within n. */
				bad += crt.strncmp(s + n - at, t + n - at, 0) !=
				       0;
			}
			CHECK(!bad, "%d of length %d, %d before the end", bad,
			      n, gap);
		}
}

static void wide(char *end, char *other_end)
{
	for (int n = 0; n < LONGEST; n++)
		for (int gap = 0; gap < 20; gap++) {
			wchar_t *s = (wchar_t *)(end - gap) - n - 1, *t;
			int at = n ? (n * 7 + gap) % n : 0, bad = 0;
			wchar_t want[3] = { 0x100, 0x7800, 0 };

			/* The bytes of one are the other's, askew. */
			for (int i = 0; i < n; i++)
				s[i] = 0x0078;
			s[n] = 0;
			bad += crt.wcslen(s) != (size_t)n;
			bad += crt.wcschr(s, 0x7800) != NULL;
			bad += crt.wcsrchr(s, 0x7800) != NULL;
			bad += crt.wcschr(s, 0) != s + n;
			bad += crt.wcsrchr(s, 0) != s + n;
			bad += crt.wcsstr(s, want) != NULL;
			if (n) {
				s[at] = 0x100;
				bad += crt.wcschr(s, 0x100) != s + at;
				bad += crt.wcsrchr(s, 0x100) != s + at;
				want[1] = at == n - 1 ? 0 : 0x78;
				bad += crt.wcsstr(s, want) != s + at;
			}
			t = (wchar_t *)other_end - n - 1;
			memcpy(t, s, ((size_t)n + 1) * sizeof *t);
			bad += crt.wcscmp(s, t) != 0;
			bad += crt.wcsncmp(s, t, (size_t)n + 5) != 0;
			if (n) {
				t[at] = 0xf000;
				bad += sign(crt.wcscmp(s, t)) != -1;
				bad += sign(crt.wcscmp(t, s)) != 1;
				bad += crt.wcsncmp(s, t, (size_t)at) != 0;
				bad += sign(crt.wcsncmp(s, t,
							(size_t)at + 1)) != -1;
			}
			CHECK(!bad, "%d of length %d, %d bytes before the end",
			      bad, n, gap);
		}
}

int main(void)
{
	static const char *const dlls[] = { "msvcrt.dll", "ucrtbase.dll" };
	char *one = pages(), *two = pages();

	for (int i = 0; i < 2; i++) {
		find_functions(dlls[i]);
		narrow(one, two);
		wide(one, two);
	}
	return check_done();
}
