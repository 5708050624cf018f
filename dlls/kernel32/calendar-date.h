/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calendar-date.h - dates in calendars other than the Gregorian one.
 */
#ifndef RF_KERNEL32_CALENDAR_DATE_H
#define RF_KERNEL32_CALENDAR_DATE_H

#include "locale-table.h"

struct calendar_date {
	CALID calendar;
	int year, month, day; /* of the era, from 1 */
	BOOL leap;            /* Hebrew: a year of 13 months */
	const WCHAR *era;
};

/* The locale's own calendar, and the other one (0: there is none). */
CALID calendar_of(const struct locale *l);
CALID calendar_other(const struct locale *l);

/* FALSE: the calendar does not reach that day, or there is none such. */
BOOL calendar_date(CALID calendar, const SYSTEMTIME *st,
		   struct calendar_date *d);

/* The month's name; NULL: those of the Gregorian calendar. */
const WCHAR *calendar_month(const struct locale *l,
			    const struct calendar_date *d);

/* Hebrew letters for 1 to 9999, thousands left out; buf: 12 units */
const WCHAR *calendar_hebrew(int n, WCHAR *buf);

/* What GetCalendarInfo tells: name, first year's offset, last two-digit year.
 */
struct calendar_facts {
	CALID calendar;
	USHORT offset, two_digit_max;
	const WCHAR *name, *era;
};
/* NULL: no such calendar */
const struct calendar_facts *calendar_facts(CALID calendar);

#endif
