/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * argv.c - CommandLineToArgvW, which is not quite what C runtimes do.
 *
 * The program's name ends at the next quote if it begins with one, else at the
 * first blank, and knows no escapes.  Elsewhere 2n backslashes before a quote
 * are n, 2n+1 are n and a literal quote; a third quote in a row within quotes
 * is literal and ends them.  Source: Microsoft Learn; tests/guest/nt/argv.c.
 */
#include "nt.h"
#include <shellapi.h>

static BOOL blank(WCHAR c)
{
	return c == ' ' || c == '\t';
}

/*
 * Splits p; with out NULL only counts.  chars gets the room that the strings
 * take; the number of arguments is returned.
 */
static int split(const WCHAR *p, WCHAR **argv, WCHAR *out, SIZE_T *chars)
{
	int n = 0;
	SIZE_T used = 0;

#define PUT(c)                                                                 \
	do {                                                                   \
		if (out)                                                       \
			out[used] = (c);                                       \
		used++;                                                        \
	} while (0)

	if (argv)
		argv[n] = out;
	n++;
	if (*p == '"') {
		for (p++; *p && *p != '"'; p++)
			PUT(*p);
		if (*p)
			p++;
	} else {
		for (; *p && *p > ' '; p++)
			PUT(*p);
	}
	PUT(0);
	while (blank(*p) || (*p && *p <= ' '))
		p++;
	while (*p) {
		int quotes = 0; /* odd: inside */
		SIZE_T slashes = 0;

		if (argv)
			argv[n] = out + used;
		n++;
		for (; *p && (!blank(*p) || (quotes & 1)); p++) {
			if (*p == '\\') {
				slashes++;
				PUT('\\');
				continue;
			}
			if (*p != '"') {
				PUT(*p);
				slashes = 0;
				continue;
			}
			used -= (slashes + 1) / 2;
			if (slashes & 1) {
				PUT('"');
				slashes = 0;
				continue;
			}
			slashes = 0;
			quotes++;
			while (p[1] == '"') {
				p++;
				if (++quotes == 3) {
					PUT('"');
					quotes = 0;
				}
			}
			if (quotes == 2)
				quotes = 0;
		}
		PUT(0);
		while (blank(*p))
			p++;
	}
#undef PUT
	*chars = used;
	return n;
}

LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR line, int *argc)
{
	WCHAR name[1024], **argv;
	SIZE_T chars;
	int n;

	if (!argc) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (!*line) {
		/* Nothing at all means the program's own path. */
		chars = GetModuleFileNameW(NULL, name, ARRAYSIZE(name)) + 1;
		argv = LocalAlloc(LMEM_FIXED, 2 * sizeof *argv +
						      chars * sizeof(WCHAR));
		if (!argv)
			return NULL;
		argv[0] = memcpy(argv + 2, name, chars * sizeof(WCHAR));
		argv[1] = NULL;
		*argc = 1;
		return argv;
	}
	n = split(line, NULL, NULL, &chars);
	argv = LocalAlloc(LMEM_FIXED, (SIZE_T)(n + 1) * sizeof *argv +
					      (chars + 1) * sizeof(WCHAR));
	if (!argv)
		return NULL;
	split(line, argv, (WCHAR *)(argv + n + 1), &chars);
	argv[n] = NULL;
	*argc = n;
	return argv;
}
