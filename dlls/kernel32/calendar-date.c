/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calendar-date.c - a day in the Japanese, Taiwan, Korean, Thai, Hijri, Hebrew,
 * Persian and Um al-Qura calendars.
 *
 * Days are counted from 1 January of the year 1, which is 1.  Arithmetic:
 * Dershowitz and Reingold; the Hijri calendar's beginning is the one of
 * Microsoft's documentation (18 July 622), Um al-Qura's years are a table.
 */
#include "calendar-date.h"

struct month_names {
	const WCHAR *language;
	const WCHAR *month[14];
};

#include "calendar-data.tbl"

#define HIJRI_BEGINS   227014 /* 18 July 622 */
#define HEBREW_BEGINS  (-1373427)
#define PERSIAN_BEGINS 226895

static const struct calendar_facts facts[] = {
	{ CAL_GREGORIAN, 0, 2049, L"Gregorian Calendar", L"A.D." },
	{ CAL_GREGORIAN_US, 0, 2049, L"Gregorian Calendar", L"A.D." },
	{ CAL_JAPAN, 2019, 99, L"\u548c\u66a6", L"\u4ee4\u548c" },
	{ CAL_TAIWAN, 1912, 99, L"\u4e2d\u83ef\u6c11\u570b\u66c6",
	  L"\u6c11\u570b" },
	{ CAL_KOREA, 2333, 4382, L"\ub2e8\uae30", L"\ub2e8\uae30" },
	{ CAL_HIJRI, 0, 1451,
	  L"\u0627\u0644\u062a\u0642\u0648\u064a\u0645 "
	  L"\u0627\u0644\u0647\u062c\u0631\u064a",
	  L"\u0628\u0639\u062f \u0627\u0644\u0647\u062c\u0631\u0629" },
	{ CAL_THAI, 543, 2592,
	  L"\u0e1b\u0e0f\u0e34\u0e17\u0e34\u0e19\u0e1e\u0e38\u0e17\u0e18"
	  L"\u0e28\u0e31\u0e01\u0e23\u0e32\u0e0a",
	  L"\u0e1e.\u0e28." },
	{ CAL_HEBREW, 0, 5810,
	  L"\u05dc\u05d5\u05d7 \u05e9\u05e0\u05d4 \u05e2\u05d1\u05e8\u05d9",
	  L"\u05dc\u05e1\u05e4\u05d9\u05e8\u05d4" },
	{ CAL_GREGORIAN_ME_FRENCH, 0, 2049, L"Gregorian Calendar", L"A.D." },
	{ CAL_GREGORIAN_ARABIC, 0, 2049, L"Gregorian Calendar", L"A.D." },
	{ CAL_GREGORIAN_XLIT_ENGLISH, 0, 2049, L"Gregorian Calendar", L"A.D." },
	{ CAL_GREGORIAN_XLIT_FRENCH, 0, 2049, L"Gregorian Calendar", L"A.D." },
	{ 22 /* CAL_PERSIAN */, 0, 1410,
	  L"\u062a\u0642\u0648\u06cc\u0645 "
	  L"\u0647\u062c\u0631\u06cc \u0634\u0645\u0633\u06cc",
	  L"\u0647.\u0634" },
	{ CAL_UMALQURA, 0, 1451,
	  L"\u062a\u0642\u0648\u064a\u0645 \u0623\u0645 "
	  L"\u0627\u0644\u0642\u0631\u0649",
	  L"\u0628\u0639\u062f \u0627\u0644\u0647\u062c\u0631\u0629" },
};

const struct calendar_facts *calendar_facts(CALID calendar)
{
	for (unsigned i = 0; i < ARRAY_LEN(facts); i++)
		if (facts[i].calendar == calendar)
			return &facts[i];
	return NULL;
}

/* ---- which a locale has ----------------------------------------------- */

/* By language, or by the whole name where that says more. */
static const struct {
	const WCHAR *name;
	UCHAR own, other;
} used[] = {
	{ L"ar-SA", CAL_UMALQURA, CAL_GREGORIAN },
	{ L"ar", CAL_GREGORIAN, CAL_HIJRI },
	{ L"fa", 22, CAL_GREGORIAN },
	{ L"prs", 22, CAL_GREGORIAN },
	{ L"ps", 22, CAL_GREGORIAN },
	{ L"mzn", 22, CAL_GREGORIAN },
	{ L"ur", CAL_GREGORIAN, CAL_HIJRI },
	{ L"he", CAL_GREGORIAN, CAL_HEBREW },
	{ L"ja", CAL_GREGORIAN, CAL_JAPAN },
	{ L"ko", CAL_GREGORIAN, CAL_KOREA },
	{ L"th", CAL_THAI, CAL_GREGORIAN },
	{ L"zh-TW", CAL_GREGORIAN, CAL_TAIWAN },
};

static int find_used(const struct locale *l)
{
	const WCHAR *name = locale_text(locale_specific(l), S_NAME);

	for (unsigned i = 0; i < ARRAY_LEN(used); i++) {
		DWORD n = wide_len(used[i].name);

		if (wide_same_n(name, used[i].name, n) &&
		    (!name[n] || name[n] == '-'))
			return (int)i;
	}
	return -1;
}

CALID calendar_of(const struct locale *l)
{
	int i = find_used(l);

	return i < 0 ? CAL_GREGORIAN : used[i].own;
}

CALID calendar_other(const struct locale *l)
{
	int i = find_used(l);

	return i < 0 ? 0 : used[i].other;
}

/* ---- days ------------------------------------------------------------- */

static int day_number(int year, int month, int day)
{
	static const USHORT before[] = { 0,   31,  59,  90,  120, 151,
					 181, 212, 243, 273, 304, 334 };
	int y = year - 1;
	BOOL leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return 365 * y + y / 4 - y / 100 + y / 400 + before[month - 1] +
	       (leap && month > 2) + day;
}

/* Months of 30 and 29 days in turn; leap years have one day more. */
static BOOL hijri(int n, struct calendar_date *d)
{
	int y, start, left;

	if (n < HIJRI_BEGINS)
		return FALSE;
	y = (int)(((LONGLONG)(n - HIJRI_BEGINS) * 30 + 10646) / 10631);
	/* days before year y: 354 each, and the leap days */
	start = HIJRI_BEGINS + 354 * (y - 1) + (3 + 11 * y) / 30;
	left = n - start;
	if (left < 0) {
		y--;
		start = HIJRI_BEGINS + 354 * (y - 1) + (3 + 11 * y) / 30;
		left = n - start;
	}
	d->year = y;
	d->month = left * 2 / 59 + 1;
	if (d->month > 12)
		d->month = 12;
	d->day = left - (59 * (d->month - 1) + 1) / 2 + 1;
	return TRUE;
}

static BOOL um_al_qura(int n, struct calendar_date *d)
{
	unsigned i = 0, last = ARRAY_LEN(umalqura) - 1;
	int left;

	if (n < (int)umalqura[0].first || n >= (int)umalqura[last].first)
		return FALSE;
	while ((int)umalqura[i + 1].first <= n)
		i++;
	left = n - (int)umalqura[i].first;
	d->year = UMALQURA_FIRST + (int)i;
	for (d->month = 1; d->month < 12; d->month++) {
		int days = 29 + (umalqura[i].longer >> (d->month - 1) & 1);

		if (left < days)
			break;
		left -= days;
	}
	d->day = left + 1;
	return TRUE;
}

static int persian_start(int y)
{
	return PERSIAN_BEGINS + 365 * (y - 1) + (8 * y + 21) / 33;
}

/* Six months of 31 days, then of 30; the last has 29 but in leap years. */
static BOOL persian(int n, struct calendar_date *d)
{
	int y, left;

	if (n < persian_start(1))
		return FALSE;
	y = (n - PERSIAN_BEGINS) / 366 + 1;
	while (persian_start(y + 1) <= n)
		y++;
	left = n - persian_start(y);
	d->year = y;
	if (left < 186) {
		d->month = left / 31 + 1;
		d->day = left % 31 + 1;
	} else {
		d->month = (left - 186) / 30 + 7;
		d->day = (left - 186) % 30 + 1;
	}
	return TRUE;
}

static BOOL hebrew_leap(int y)
{
	return (7 * y + 1) % 19 < 7;
}

/* Days from the beginning to the new year of y, postponements included. */
static int hebrew_elapsed(int y)
{
	int months = (235 * y - 234) / 19;
	LONGLONG parts = 12084 + 13753LL * months;
	int day = 29 * months + (int)(parts / 25920);

	return 3 * (day + 1) % 7 < 3 ? day + 1 : day;
}

static int hebrew_start(int y)
{
	int before = hebrew_elapsed(y - 1), now = hebrew_elapsed(y);
	int after = hebrew_elapsed(y + 1);
	int late = after - now == 356 ? 2 : now - before == 382 ? 1 : 0;

	return HEBREW_BEGINS + now + late;
}

/* Months are counted from the new year, in autumn. */
static BOOL hebrew(int n, struct calendar_date *d)
{
	int y = (int)((LONGLONG)(n - HEBREW_BEGINS) * 98496 / 35975351) - 1;
	int length, left;

	while (hebrew_start(y + 1) <= n)
		y++;
	length = hebrew_start(y + 1) - hebrew_start(y);
	left = n - hebrew_start(y);
	d->year = y;
	d->leap = hebrew_leap(y);
	for (d->month = 1;; d->month++) {
		/* The second and the third are what years differ in. */
		int m = d->month;
		int days = m == 2    ? 29 + (length % 10 == 5)
			   : m == 3  ? 30 - (length % 10 == 3)
			   : m < 6   ? (m & 1 ? 30 : 29)
			   : d->leap ? (m == 6  ? 30
					: m & 1 ? 29
						: 30)
				     : (m & 1 ? 30 : 29);

		if (d->leap && m >= 7)
			days = m & 1 ? 29 : 30;
		if (left < days)
			break;
		left -= days;
	}
	d->day = left + 1;
	return TRUE;
}

static BOOL japanese(int n, const SYSTEMTIME *st, struct calendar_date *d)
{
	static const struct {
		int first, year;
		const WCHAR *name;
	} eras[] = {
		{ 737180, 2019, L"\u4ee4\u548c" }, /* 1 May 2019 */
		{ 726110, 1989, L"\u5e73\u6210" }, /* 8 January 1989 */
		{ 703427, 1926, L"\u662d\u548c" }, /* 25 December 1926 */
		{ 698167, 1912, L"\u5927\u6b63" }, /* 30 July 1912 */
		{ 681908, 1868, L"\u660e\u6cbb" }, /* 1 January 1868 */
	};

	for (unsigned i = 0; i < ARRAY_LEN(eras); i++)
		if (n >= eras[i].first) {
			d->year = st->wYear - eras[i].year + 1;
			d->era = eras[i].name;
			return TRUE;
		}
	return FALSE;
}

BOOL calendar_date(CALID calendar, const SYSTEMTIME *st,
		   struct calendar_date *d)
{
	const struct calendar_facts *f = calendar_facts(calendar);
	int n = day_number(st->wYear, st->wMonth, st->wDay);

	if (!f)
		return FALSE;
	*d = (struct calendar_date){ .calendar = calendar,
				     .year = st->wYear,
				     .month = st->wMonth,
				     .day = st->wDay,
				     .era = f->era };
	switch (calendar) {
	case CAL_JAPAN:
		return japanese(n, st, d);
	case CAL_TAIWAN:
		d->year -= 1911;
		return d->year > 0;
	case CAL_KOREA:
		d->year += 2333;
		return TRUE;
	case CAL_THAI:
		d->year += 543;
		return TRUE;
	case CAL_HIJRI:
		return hijri(n, d);
	case CAL_UMALQURA:
		return um_al_qura(n, d);
	case CAL_HEBREW:
		return hebrew(n, d);
	case 22:
		return persian(n, d);
	}
	return TRUE;
}

/* ---- names ------------------------------------------------------------ */

static const WCHAR *pick(const struct month_names *names, unsigned count,
			 const WCHAR *language, int month)
{
	if (wide_same(language, L"prs"))
		language = L"fa";
	for (unsigned i = 0; i < count; i++)
		if (wide_same(names[i].language, language))
			return names[i].month[month];
	return names[0].month[month];
}

const WCHAR *calendar_month(const struct locale *l,
			    const struct calendar_date *d)
{
	const WCHAR *language = locale_text(l, S_ISO639);
	int m = d->month - 1;

	switch (d->calendar) {
	case CAL_HIJRI:
	case CAL_UMALQURA:
		return pick(hijri_names, ARRAY_LEN(hijri_names), language, m);
	case 22:
		return pick(persian_names, ARRAY_LEN(persian_names), language,
			    m);
	case CAL_HEBREW:
		/* The names: Adar I, Adar, ..., and Adar II at the end. */
		if (d->leap && m == 6)
			m = 13;
		else if (!d->leap && m >= 5)
			m++;
		return pick(hebrew_names, ARRAY_LEN(hebrew_names), language, m);
	}
	return NULL;
}

const WCHAR *calendar_hebrew(int n, WCHAR *buf)
{
	static const WCHAR ones[] = L"\u05d0\u05d1\u05d2\u05d3\u05d4\u05d5"
				    L"\u05d6\u05d7\u05d8";
	static const WCHAR tens[] = L"\u05d9\u05db\u05dc\u05de\u05e0\u05e1"
				    L"\u05e2\u05e4\u05e6";
	static const WCHAR hundreds[] = L"\u05e7\u05e8\u05e9\u05ea";
	int len = 0;

	n %= 1000;
	for (; n >= 400; n -= 400)
		buf[len++] = hundreds[3];
	if (n >= 100)
		buf[len++] = hundreds[n / 100 - 1];
	n %= 100;
	if (n == 15 || n == 16) { /* would be a name of God */
		buf[len++] = ones[8];
		n -= 9;
	} else if (n >= 10) {
		buf[len++] = tens[n / 10 - 1];
		n %= 10;
	}
	if (n)
		buf[len++] = ones[n - 1];
	/* One letter is followed by a mark, of several the last is preceded. */
	if (len == 1) {
		buf[len++] = '\'';
	} else if (len) {
		buf[len] = buf[len - 1];
		buf[len - 1] = '"';
		len++;
	}
	buf[len] = 0;
	return buf;
}
