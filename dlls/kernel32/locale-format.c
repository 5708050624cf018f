/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-format.c - GetDateFormat and GetTimeFormat.
 *
 * A picture is letters that stand for parts of the time, text in quotes, and
 * everything else as it is.
 */
#include "calendar-date.h"

struct text {
	WCHAR *at;
	int room, n; /* n may exceed room: what would be there */
};

static void put(struct text *t, WCHAR c)
{
	if (t->n < t->room)
		t->at[t->n] = c;
	t->n++;
}

static void put_text(struct text *t, const WCHAR *s)
{
	while (*s)
		put(t, *s++);
}

/* At least width digits. */
static void put_number(struct text *t, unsigned n, int width)
{
	WCHAR digits[10];
	int i = 0;

	do
		digits[i++] = '0' + n % 10;
	while ((n /= 10) || i < width);
	while (i)
		put(t, digits[--i]);
}

/* Text in quotes from *p on; '' is a quote.  Leaves *p behind it. */
static void put_quoted(struct text *t, const WCHAR **p)
{
	const WCHAR *s = *p + 1;

	while (*s) {
		if (*s == '\'') {
			if (s[1] != '\'') {
				s++;
				break;
			}
			s++;
		}
		put(t, *s++);
	}
	*p = s;
}

static int run_length(const WCHAR *p)
{
	int n = 1;

	while (p[n] == *p)
		n++;
	return n;
}

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

static int finish(struct text *t, WCHAR *to, int room)
{
	put(t, 0);
	if (room && t->n > room)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	return t->n;
}

/* ---- dates ---- */

static const WCHAR *name(const struct locale *l, LCTYPE first, int i,
			 LCTYPE flags)
{
	WCHAR buf[80];

	/* Names are never computed, so buf is not what comes back. */
	return locale_string(l, (first + i) | flags, buf);
}

/* Does a day of the month stand beside the month?  Then it is "of" it. */
static BOOL has_day(const WCHAR *p)
{
	while (*p) {
		int n = run_length(p);

		if (*p == '\'') {
			struct text nowhere = { NULL, 0, 0 };

			put_quoted(&nowhere, &p);
			continue;
		}
		if (*p == 'd' && n <= 2)
			return TRUE;
		p += n;
	}
	return FALSE;
}

/* Digits, or in the Hebrew calendar letters. */
static void put_count(struct text *t, const struct calendar_date *d, int n,
		      int width)
{
	WCHAR letters[12];

	if (d->calendar == CAL_HEBREW)
		put_text(t, calendar_hebrew(n, letters));
	else
		put_number(t, (unsigned)n, width);
}

static void put_year(struct text *t, const struct calendar_date *d, int n)
{
	if (n <= 2)
		put_count(t, d,
			  d->calendar == CAL_HEBREW ? d->year : d->year % 100,
			  n);
	else if (d->calendar == CAL_JAPAN || d->calendar == CAL_TAIWAN)
		put_number(t, (unsigned)d->year, 2); /* as long as it is */
	else
		put_count(t, d, d->year, n > 4 ? n : 4);
}

static void date_part(struct text *t, const struct locale *l, WCHAR what, int n,
		      const SYSTEMTIME *st, const struct calendar_date *d,
		      LCTYPE genitive)
{
	/* Windows counts days from Monday in names, SYSTEMTIME from Sunday. */
	int weekday = (st->wDayOfWeek + 6) % 7;
	const WCHAR *month;

	switch (what) {
	case 'd':
		if (n <= 2)
			put_count(t, d, d->day, n);
		else
			put_text(t, name(l,
					 n == 3 ? LOCALE_SABBREVDAYNAME1
						: LOCALE_SDAYNAME1,
					 weekday, 0));
		break;
	case 'M':
		month = n > 2 ? calendar_month(l, d) : NULL;
		if (n <= 2)
			put_count(t, d, d->month, n);
		else if (month)
			put_text(t, month);
		else
			put_text(t, name(l,
					 n == 3 ? LOCALE_SABBREVMONTHNAME1
						: LOCALE_SMONTHNAME1,
					 d->month - 1, genitive));
		break;
	case 'y':
		put_year(t, d, n);
		break;
	case 'g':
		put_text(t, d->era);
		break;
	}
}

static void put_date(struct text *t, const struct locale *l, const WCHAR *p,
		     const SYSTEMTIME *st, const struct calendar_date *d)
{
	LCTYPE genitive = has_day(p) ? LOCALE_RETURN_GENITIVE_NAMES : 0;

	while (*p) {
		int n = run_length(p);

		if (*p == '\'') {
			put_quoted(t, &p);
			continue;
		}
		if (*p == 'd' || *p == 'M' || *p == 'y' || *p == 'g')
			date_part(t, l, *p, n, st, d, genitive);
		else
			while (n-- > 0)
				put(t, *p++);
		if (n > 0)
			p += n;
	}
}

static int date_format(const struct locale *l, DWORD flags,
		       const SYSTEMTIME *given, const WCHAR *picture, WCHAR *to,
		       int room)
{
	DWORD kind = flags & (DATE_SHORTDATE | DATE_LONGDATE | DATE_YEARMONTH |
			      0x80 /* DATE_MONTHDAY */);
	struct text t = { to, room, 0 };
	struct calendar_date date;
	CALID calendar = 0;
	SYSTEMTIME st;
	FILETIME ft;

	if (!l || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if ((kind & (kind - 1)) || (picture && kind) ||
	    (flags & ~(kind | DATE_USE_ALT_CALENDAR | DATE_LTRREADING |
		       DATE_RTLREADING | DATE_AUTOLAYOUT | LOCALE_USE_CP_ACP |
		       LOCALE_NOUSEROVERRIDE)))
		return fail(ERROR_INVALID_FLAGS);
	if (given) {
		/* The time of day is not looked at, and the weekday is ours. */
		st = *given;
		st.wHour = st.wMinute = st.wSecond = st.wMilliseconds = 0;
		if (!SystemTimeToFileTime(&st, &ft))
			return 0;
		FileTimeToSystemTime(&ft, &st);
	} else {
		GetLocalTime(&st);
	}
	if (!picture)
		picture = locale_text(l, kind == DATE_LONGDATE    ? S_LONGDATE
					 : kind == DATE_YEARMONTH ? S_YEARMONTH
					 : kind == 0x80           ? S_MONTHDAY
							: S_SHORTDATE);
	if (flags & DATE_USE_ALT_CALENDAR)
		calendar = calendar_other(l);
	if (!calendar)
		calendar = calendar_of(l);
	if (!calendar_date(calendar, &st, &date))
		return fail(ERROR_INVALID_PARAMETER);
	put_date(&t, l, picture, &st, &date);
	return finish(&t, to, room);
}

int WINAPI GetDateFormatEx(LPCWSTR locale, DWORD flags, const SYSTEMTIME *st,
			   LPCWSTR picture, LPWSTR to, int room,
			   LPCWSTR calendar)
{
	if (calendar)
		return fail(ERROR_INVALID_PARAMETER);
	return date_format(locale_by_name(locale), flags, st, picture, to,
			   room);
}

int WINAPI GetDateFormatW(LCID locale, DWORD flags, const SYSTEMTIME *st,
			  LPCWSTR picture, LPWSTR to, int room)
{
	return date_format(locale_by_id(locale), flags, st, picture, to, room);
}

/* ---- times ---- */

static void time_part(struct text *t, const struct locale *l, WCHAR what, int n,
		      const SYSTEMTIME *st)
{
	const WCHAR *marker = locale_text(l, st->wHour < 12 ? S_AM : S_PM);

	if (n > 2 && what != 't')
		n = 2;
	switch (what) {
	case 'h':
		put_number(t, (st->wHour + 11) % 12 + 1, n);
		break;
	case 'H':
		put_number(t, st->wHour, n);
		break;
	case 'm':
		put_number(t, st->wMinute, n);
		break;
	case 's':
		put_number(t, st->wSecond, n);
		break;
	case 't':
		if (n > 1)
			put_text(t, marker);
		else if (*marker)
			put(t, *marker);
		break;
	}
}

static BOOL dropped(WCHAR c, DWORD flags)
{
	if (c == 's')
		return (flags & (TIME_NOSECONDS | TIME_NOMINUTESORSECONDS)) !=
		       0;
	if (c == 'm')
		return (flags & TIME_NOMINUTESORSECONDS) != 0;
	return c == 't' && (flags & TIME_NOTIMEMARKER);
}

static void put_time(struct text *t, const struct locale *l, const WCHAR *p,
		     const SYSTEMTIME *st, DWORD flags)
{
	int kept = t->n; /* where the last part that stayed ends */

	while (*p) {
		int n = run_length(p);
		WCHAR c = *p;

		if (c == '\'') {
			put_quoted(t, &p);
			kept = t->n;
			continue;
		}
		if (c != 'h' && c != 'H' && c != 'm' && c != 's' && c != 't') {
			while (n-- > 0)
				put(t, *p++);
			continue;
		}
		p += n;
		if (dropped(c, flags)) {
			/* It takes the separator before it along... */
			t->n = kept;
			/* ...or, at the front, the one behind it. */
			while (!t->n && (*p == ' ' || *p == ':'))
				p++;
			continue;
		}
		if (c == 'h' && (flags & TIME_FORCE24HOURFORMAT))
			c = 'H';
		time_part(t, l, c, n, st);
		kept = t->n;
	}
}

static int time_format(const struct locale *l, DWORD flags,
		       const SYSTEMTIME *given, const WCHAR *picture, WCHAR *to,
		       int room)
{
	struct text t = { to, room, 0 };
	SYSTEMTIME st;

	if (!l || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (flags & ~(TIME_NOMINUTESORSECONDS | TIME_NOSECONDS |
		      TIME_NOTIMEMARKER | TIME_FORCE24HOURFORMAT |
		      LOCALE_USE_CP_ACP | LOCALE_NOUSEROVERRIDE))
		return fail(ERROR_INVALID_FLAGS);
	if (given) {
		st = *given;
		if (st.wHour > 23 || st.wMinute > 59 || st.wSecond > 59)
			return fail(ERROR_INVALID_PARAMETER);
	} else {
		GetLocalTime(&st);
	}
	if (!picture)
		picture = locale_text(l, S_TIME);
	put_time(&t, l, picture, &st, flags);
	return finish(&t, to, room);
}

int WINAPI GetTimeFormatEx(LPCWSTR locale, DWORD flags, const SYSTEMTIME *st,
			   LPCWSTR picture, LPWSTR to, int room)
{
	return time_format(locale_by_name(locale), flags, st, picture, to,
			   room);
}

int WINAPI GetTimeFormatW(LCID locale, DWORD flags, const SYSTEMTIME *st,
			  LPCWSTR picture, LPWSTR to, int room)
{
	return time_format(locale_by_id(locale), flags, st, picture, to, room);
}

/* ---- in the ANSI code page ---- */

typedef int(WINAPI *format_fn)(LCID locale, DWORD flags, const SYSTEMTIME *st,
			       LPCWSTR picture, LPWSTR to, int room);

static int with_ansi(format_fn fn, LCID locale, DWORD flags,
		     const SYSTEMTIME *st, LPCSTR picture, LPSTR to, int room)
{
	UINT cp = flags & LOCALE_USE_CP_ACP ? CP_ACP : locale_codepage(locale);
	WCHAR wide[256], out[512];
	int n;

	if (room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (picture &&
	    !MultiByteToWideChar(cp, 0, picture, -1, wide, ARRAY_LEN(wide)))
		return 0;
	n = fn(locale, flags, st, picture ? wide : NULL, out, ARRAY_LEN(out));
	if (!n)
		return 0;
	return WideCharToMultiByte(cp, 0, out, n, to, room, NULL, NULL);
}

int WINAPI GetDateFormatA(LCID locale, DWORD flags, const SYSTEMTIME *st,
			  LPCSTR picture, LPSTR to, int room)
{
	return with_ansi(GetDateFormatW, locale, flags, st, picture, to, room);
}

int WINAPI GetTimeFormatA(LCID locale, DWORD flags, const SYSTEMTIME *st,
			  LPCSTR picture, LPSTR to, int room)
{
	return with_ansi(GetTimeFormatW, locale, flags, st, picture, to, room);
}
