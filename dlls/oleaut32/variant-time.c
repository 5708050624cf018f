/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * variant-time.c - DATEs: days since the end of 1899, of which the fraction is
 * the time; before that it still counts forwards.  Whole seconds.
 */
#include "nt.h"
#include <oleauto.h>

#include "variant.h"

enum {
	SECONDS = 24 * 60 * 60,
	/* From the first of March of the year 0 to 30 December 1899. */
	DAYS_BEFORE = 693899,
};

/* Days since the first of March of the year 0 (Gregorian). */
static LONG days_of(LONG year, LONG month, LONG day)
{
	LONG m = (month + 9) % 12, y = year - m / 10;

	return 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day -
	       1;
}

static void date_of(LONG days, SYSTEMTIME *t)
{
	LONG y = (LONG)(((LONGLONG)days * 10000 + 14780) / 3652425), left, m;

	left = days - days_of(y, 3, 1);
	if (left < 0) {
		y--;
		left = days - days_of(y, 3, 1);
	}
	m = (100 * left + 52) / 3060;
	t->wYear = (WORD)(y + (m + 2) / 12);
	t->wMonth = (WORD)((m + 2) % 12 + 1);
	t->wDay = (WORD)(left - (m * 306 + 5) / 10 + 1);
	t->wDayOfWeek = (WORD)((days + 3) % 7);
}

INT WINAPI VariantTimeToSystemTime(DOUBLE date, LPSYSTEMTIME t)
{
	LONG days, seconds;

	if (!(date > DATE_BELOW && date < DATE_ABOVE))
		return FALSE;
	days = (LONG)date;
	seconds =
		(LONG)((date < 0 ? days - date : date - days) * SECONDS + 0.5);
	if (seconds == SECONDS) {
		seconds = 0;
		days++;
	}
	memset(t, 0, sizeof *t);
	date_of(days + DAYS_BEFORE, t);
	t->wHour = (WORD)(seconds / 3600);
	t->wMinute = (WORD)(seconds / 60 % 60);
	t->wSecond = (WORD)(seconds % 60);
	return TRUE;
}

static BOOL leap(WORD year)
{
	return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

INT WINAPI SystemTimeToVariantTime(LPSYSTEMTIME t, DOUBLE *date)
{
	static const UCHAR days_in[] = { 31, 28, 31, 30, 31, 30,
					 31, 31, 30, 31, 30, 31 };
	LONG days;
	double time;

	if (t->wYear < 100 || t->wYear > 9999 || t->wMonth < 1 ||
	    t->wMonth > 12 || t->wDay < 1 || t->wHour > 23 || t->wMinute > 59 ||
	    t->wSecond > 59 ||
	    t->wDay >
		    days_in[t->wMonth - 1] + (t->wMonth == 2 && leap(t->wYear)))
		return FALSE;
	days = days_of(t->wYear, t->wMonth, t->wDay) - DAYS_BEFORE;
	time = (t->wHour * 3600 + t->wMinute * 60 + t->wSecond) /
	       (double)SECONDS;
	*date = days < 0 ? days - time : days + time;
	return TRUE;
}
