/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests ucrt's locales: names, UTF-8, decimal comma, collation, threads. */
// cflags: -D_UCRT -D__MSVCRT_VERSION__=0xE00 -nodefaultlibs
// link: -lmingw32 -lgcc -lmingwex -lucrt -lkernel32 -lmoldname -lucrt
#include <stdio.h>
#include <stdlib.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>
#include <time.h>
#include <ctype.h>
#include <process.h>
#include <windows.h>
#include "../lib/check.h"

static const struct {
	const char *ask, *name; /* NULL: any */
	unsigned cp;
	char point;
} locales[] = {
	{ "C", "C", 0, '.' },
	{ "en_US.UTF-8", "en_US.UTF-8", 65001, '.' },
	{ "de-DE", "de-DE", 1252, ',' },
	{ "German_Germany.1252", "German_Germany.1252", 1252, ',' },
	{ "de-DE.utf8", NULL, 65001, ',' },
	{ ".1252", NULL, 1252, 0 },
};

static unsigned __stdcall other(void *arg)
{
	CHECK_EQ(_configthreadlocale(_ENABLE_PER_THREAD_LOCALE), 2);
	CHECK(setlocale(LC_ALL, "de-DE") != NULL, "");
	*(char *)arg = *localeconv()->decimal_point;
	return 0;
}

int main(void)
{
	char text[100], point = 0;
	time_t t = 0;
	wchar_t w[8];
	HANDLE h;
	int n;

	for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
		const char *got = setlocale(LC_ALL, locales[i].ask);

		CHECK(got && (!locales[i].name ||
			      !strcmp(got, locales[i].name)),
		      "%s: %s", locales[i].ask, got ? got : "(null)");
		CHECK(___lc_codepage_func() == locales[i].cp, "%s",
		      locales[i].ask);
		if (locales[i].point)
			CHECK(*localeconv()->decimal_point == locales[i].point,
			      "%s", locales[i].ask);
	}
	setlocale(LC_ALL, "de-DE");
	CHECK(sprintf(text, "%.2f", 1.5) == 4 && !strcmp(text, "1,50"), "%s",
	      text);
	CHECK(strtod("3,25", NULL) == 3.25 && strtod("3.25", NULL) == 3, "");
	CHECK_EQ(toupper(0xe4), 0xc4);
	CHECK(isalpha(0xe4) && !isalpha(0xa7), "");
	CHECK(strcoll("a", "B") < 0 && strcoll("z", "\xe4") > 0, "");
	strftime(text, sizeof(text), "%A, %B", gmtime(&t));
	CHECK(!strcmp(text, "Donnerstag, Januar"), "%s", text);
	CHECK(towupper(0xe4) == 0xc4, "");

	setlocale(LC_ALL, "ja-JP.932");
	n = (int)mbstowcs(w,
			  "\x82\xa0"
			  "a",
			  8);
	CHECK(n == 2 && w[0] == 0x3042 && w[1] == 'a', "%d %x", n, w[0]);
	CHECK_EQ(MB_CUR_MAX, 2);
	CHECK(wcstombs(text, L"\x3042", 8) == 2 && !memcmp(text, "\x82\xa0", 3),
	      "");
	CHECK(strcmp(setlocale(LC_NUMERIC, "C"), "C") == 0, "");
	CHECK(strstr(setlocale(LC_ALL, NULL), ";LC_NUMERIC=C;") != NULL, "%s",
	      setlocale(LC_ALL, NULL));
	strcpy(text, setlocale(LC_ALL, NULL));
	setlocale(LC_ALL, "C");
	CHECK(setlocale(LC_ALL, text) && !strcmp(setlocale(LC_ALL, NULL), text),
	      "%s", text);
	setlocale(LC_ALL, "C");
	h = (HANDLE)_beginthreadex(NULL, 0, other, &point, 0, NULL);
	WaitForSingleObject(h, 60000);
	CHECK_EQ(point, ',');
	CHECK_EQ(*localeconv()->decimal_point, '.');
	return check_done();
}
