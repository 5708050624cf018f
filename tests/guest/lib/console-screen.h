/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-screen.h - for guest tests: a console's output as a program sees it
 * that is in it; the handle is out.
 */
#ifndef RF_GUEST_CONSOLE_SCREEN_H
#define RF_GUEST_CONSOLE_SCREEN_H

#include <windows.h>

#include <string.h>

#include "check.h"

static HANDLE out;

static inline void say(const char *s)
{
	DWORD n;

	CHECK(WriteConsoleA(out, s, (DWORD)strlen(s), &n, NULL));
}

/* What stands from x, y on. */
static inline void cells_are(int x, int y, const char *want, const char *file,
			     int line)
{
	char got[256] = "";
	DWORD n = 0, len = (DWORD)strlen(want);

	if (len > sizeof got ||
	    !ReadConsoleOutputCharacterA(out, got, len,
					 (COORD){ (SHORT)x, (SHORT)y }, &n) ||
	    n != len || memcmp(got, want, len))
		check_fail(file, line, "characters",
			   "%d, %d: \"%.*s\" not \"%s\"", x, y, (int)n, got,
			   want);
}

#define CELLS(x, y, want) cells_are(x, y, want, __FILE__, __LINE__)
#define REFUSED(call)                                                          \
	do {                                                                   \
		CHECK(!(call));                                                \
		CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);             \
	} while (0)

#endif
