/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calendar.c - GetCalendarInfo and the enumerations of formats.
 *
 * Each locale has one calendar of its own and one other at most; the names of
 * days and, but for calendars with other months, of months are the locale's.
 */
#include "calendar-date.h"

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

/* CAL_* to LOCALE_*; runs of names have the same length in both. */
static LCTYPE name_type(CALTYPE type)
{
	if (type >= CAL_SDAYNAME1 && type <= CAL_SDAYNAME7)
		return LOCALE_SDAYNAME1 + (type - CAL_SDAYNAME1);
	if (type >= CAL_SABBREVDAYNAME1 && type <= CAL_SABBREVDAYNAME7)
		return LOCALE_SABBREVDAYNAME1 + (type - CAL_SABBREVDAYNAME1);
	if (type >= CAL_SMONTHNAME1 && type <= CAL_SMONTHNAME12)
		return LOCALE_SMONTHNAME1 + (type - CAL_SMONTHNAME1);
	if (type >= CAL_SABBREVMONTHNAME1 && type <= CAL_SABBREVMONTHNAME12)
		return LOCALE_SABBREVMONTHNAME1 +
		       (type - CAL_SABBREVMONTHNAME1);
	if (type >= CAL_SSHORTESTDAYNAME1 && type <= CAL_SSHORTESTDAYNAME7)
		return LOCALE_SSHORTESTDAYNAME1 +
		       (type - CAL_SSHORTESTDAYNAME1);
	switch (type) {
	case CAL_SMONTHNAME13:
		return LOCALE_SMONTHNAME13;
	case CAL_SABBREVMONTHNAME13:
		return LOCALE_SABBREVMONTHNAME13;
	case CAL_SSHORTDATE:
		return LOCALE_SSHORTDATE;
	case CAL_SLONGDATE:
		return LOCALE_SLONGDATE;
	case CAL_SYEARMONTH:
		return LOCALE_SYEARMONTH;
	case CAL_SMONTHDAY:
		return LOCALE_SMONTHDAY;
	}
	return 0;
}

#define PLAIN(type)                                                            \
	((type) & ~(CAL_NOUSEROVERRIDE | CAL_USE_CP_ACP | CAL_RETURN_NUMBER |  \
		    CAL_RETURN_GENITIVE_NAMES))

/* Is it one of the names of months, and of which (from 1)? */
static int month_of(CALTYPE type)
{
	if (type >= CAL_SMONTHNAME1 && type <= CAL_SMONTHNAME12)
		return type - CAL_SMONTHNAME1 + 1;
	if (type >= CAL_SABBREVMONTHNAME1 && type <= CAL_SABBREVMONTHNAME12)
		return type - CAL_SABBREVMONTHNAME1 + 1;
	if (type == CAL_SMONTHNAME13 || type == CAL_SABBREVMONTHNAME13)
		return 13;
	return 0;
}

static const WCHAR *put_decimal(WCHAR *buf, DWORD n)
{
	WCHAR digits[10];
	int i = 0, len = 0;

	do
		digits[i++] = '0' + n % 10;
	while (n /= 10);
	while (i)
		buf[len++] = digits[--i];
	buf[len] = 0;
	return buf;
}

/* f: of a calendar that is known */
static const WCHAR *text_of(const struct locale *l,
			    const struct calendar_facts *f, CALTYPE type,
			    WCHAR *buf)
{
	LCTYPE lc = name_type(PLAIN(type));
	struct calendar_date d = { .calendar = f->calendar,
				   .month = month_of(PLAIN(type)),
				   .leap = TRUE };
	const WCHAR *month = NULL;

	if (d.month && (d.month < 13 || f->calendar == CAL_HEBREW))
		month = calendar_month(l, &d);
	if (month)
		return month;
	if (lc)
		return locale_string(
			l,
			lc | (type & CAL_RETURN_GENITIVE_NAMES
				      ? LOCALE_RETURN_GENITIVE_NAMES
				      : 0),
			buf);
	switch (PLAIN(type)) {
	case CAL_ICALINTVALUE:
		return put_decimal(buf, f->calendar);
	case CAL_SCALNAME:
		return f->name;
	case CAL_IYEAROFFSETRANGE:
		return put_decimal(buf, f->offset);
	case CAL_SERASTRING:
		return f->era;
	case CAL_SABBREVERASTRING:
		return f->era[0] == 'A' ? L"AD" : f->era;
	case CAL_ITWODIGITYEARMAX:
		return put_decimal(buf, f->two_digit_max);
	}
	return NULL;
}

static BOOL number_of(const struct calendar_facts *f, CALTYPE type, DWORD *n)
{
	switch (PLAIN(type)) {
	case CAL_ICALINTVALUE:
		*n = f->calendar;
		return TRUE;
	case CAL_IYEAROFFSETRANGE:
		*n = f->offset;
		return TRUE;
	case CAL_ITWODIGITYEARMAX:
		*n = f->two_digit_max;
		return TRUE;
	}
	return FALSE;
}

static int calendar_info(const struct locale *l, CALID calendar, CALTYPE type,
			 WCHAR *to, int room, DWORD *value)
{
	const struct calendar_facts *f = calendar_facts(calendar);
	WCHAR buf[80];
	const WCHAR *s;

	if (!l || !f || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (type & CAL_RETURN_NUMBER) {
		if (to || room || !value)
			return fail(ERROR_INVALID_PARAMETER);
		if (!number_of(f, type, value))
			return fail(ERROR_INVALID_FLAGS);
		return sizeof *value / sizeof *to;
	}
	if (value)
		return fail(ERROR_INVALID_PARAMETER);
	s = text_of(l, f, type, buf);
	return s ? locale_result(s, to, room) : fail(ERROR_INVALID_FLAGS);
}

int WINAPI GetCalendarInfoEx(LPCWSTR locale, CALID calendar, LPCWSTR reserved,
			     CALTYPE type, LPWSTR to, int room, LPDWORD value)
{
	return calendar_info(locale_by_name(locale), calendar, type, to, room,
			     value);
}

int WINAPI GetCalendarInfoW(LCID locale, CALID calendar, CALTYPE type,
			    LPWSTR to, int room, LPDWORD value)
{
	return calendar_info(locale_by_id(locale), calendar, type, to, room,
			     value);
}

int WINAPI GetCalendarInfoA(LCID locale, CALID calendar, CALTYPE type, LPSTR to,
			    int room, LPDWORD value)
{
	UINT cp = type & CAL_USE_CP_ACP ? CP_ACP : locale_codepage(locale);
	WCHAR buf[128];
	int n;

	if (type & CAL_RETURN_NUMBER)
		return calendar_info(locale_by_id(locale), calendar, type,
				     (WCHAR *)to, room, value);
	n = calendar_info(locale_by_id(locale), calendar, type, buf,
			  ARRAY_LEN(buf), value);
	return n ? WideCharToMultiByte(cp, 0, buf, n, to, room, NULL, NULL) : 0;
}

BOOL WINAPI SetCalendarInfoW(LCID locale, CALID calendar, CALTYPE type,
			     LPCWSTR value)
{
	return fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI SetCalendarInfoA(LCID locale, CALID calendar, CALTYPE type,
			     LPCSTR value)
{
	return fail(ERROR_ACCESS_DENIED);
}

/* ---- enumerating: one callback each, in five shapes ---- */

/* How the callback wants it. */
enum shape { WIDE_TEXT, ANSI_TEXT, WIDE_ID, ANSI_ID, WIDE_PARAM };

struct caller {
	enum shape shape;
	void *fn;
	LPARAM param; /* WIDE_PARAM */
	UINT cp;
	BOOL calendar; /* dates: the id is told; times: there is none */
	CALID id;
};

typedef BOOL(CALLBACK *wide_fn)(LPWSTR);
typedef BOOL(CALLBACK *ansi_fn)(LPSTR);
typedef BOOL(CALLBACK *wide_id_fn)(LPWSTR, CALID);
typedef BOOL(CALLBACK *ansi_id_fn)(LPSTR, CALID);
typedef BOOL(CALLBACK *wide_cal_param_fn)(LPWSTR, CALID, LPARAM);
typedef BOOL(CALLBACK *wide_cal_reserved_fn)(LPWSTR, CALID, LPWSTR, LPARAM);
typedef BOOL(CALLBACK *wide_param_fn)(LPWSTR, LPARAM);

static BOOL tell(const struct caller *c, const WCHAR *text, BOOL reserved)
{
	WCHAR wide[128];
	char ansi[256];

	/* The callback may write into it. */
	locale_result(text, wide, ARRAY_LEN(wide));
	if (c->shape == ANSI_TEXT || c->shape == ANSI_ID)
		WideCharToMultiByte(c->cp, 0, wide, -1, ansi, sizeof ansi, NULL,
				    NULL);
	switch (c->shape) {
	case WIDE_TEXT:
		return ((wide_fn)c->fn)(wide);
	case ANSI_TEXT:
		return ((ansi_fn)c->fn)(ansi);
	case WIDE_ID:
		return ((wide_id_fn)c->fn)(wide, c->id);
	case ANSI_ID:
		return ((ansi_id_fn)c->fn)(ansi, c->id);
	case WIDE_PARAM:
		break;
	}
	if (reserved)
		return ((wide_cal_reserved_fn)c->fn)(wide, c->id, NULL,
						     c->param);
	if (c->calendar)
		return ((wide_cal_param_fn)c->fn)(wide, c->id, c->param);
	return ((wide_param_fn)c->fn)(wide, c->param);
}

/* One calendar, or those that the locale has. */
static BOOL enum_calendar(struct caller *c, const struct locale *l,
			  CALID calendar, CALTYPE type)
{
	CALID list[2] = { calendar, 0 };
	WCHAR buf[80];
	const WCHAR *s;

	if (!l || !c->fn ||
	    (calendar != ENUM_ALL_CALENDARS && !calendar_facts(calendar)))
		return fail(ERROR_INVALID_PARAMETER);
	if (calendar == ENUM_ALL_CALENDARS) {
		list[0] = calendar_of(l);
		list[1] = calendar_other(l);
	}
	for (int i = 0; i < 2 && list[i]; i++) {
		s = text_of(l, calendar_facts(list[i]), type, buf);
		if (!s)
			return fail(ERROR_INVALID_FLAGS);
		c->id = list[i];
		if (!tell(c, s, c->shape == WIDE_PARAM))
			break;
	}
	return TRUE;
}

BOOL WINAPI EnumCalendarInfoW(CALINFO_ENUMPROCW fn, LCID locale, CALID calendar,
			      CALTYPE type)
{
	struct caller c = { .shape = WIDE_TEXT, .fn = fn };

	return enum_calendar(&c, locale_by_id(locale), calendar, type);
}

BOOL WINAPI EnumCalendarInfoA(CALINFO_ENUMPROCA fn, LCID locale, CALID calendar,
			      CALTYPE type)
{
	struct caller c = { .shape = ANSI_TEXT,
			    .fn = fn,
			    .cp = locale_codepage(locale) };

	return enum_calendar(&c, locale_by_id(locale), calendar, type);
}

BOOL WINAPI EnumCalendarInfoExW(CALINFO_ENUMPROCEXW fn, LCID locale,
				CALID calendar, CALTYPE type)
{
	struct caller c = { .shape = WIDE_ID, .fn = fn };

	return enum_calendar(&c, locale_by_id(locale), calendar, type);
}

BOOL WINAPI EnumCalendarInfoExA(CALINFO_ENUMPROCEXA fn, LCID locale,
				CALID calendar, CALTYPE type)
{
	struct caller c = { .shape = ANSI_ID,
			    .fn = fn,
			    .cp = locale_codepage(locale) };

	return enum_calendar(&c, locale_by_id(locale), calendar, type);
}

BOOL WINAPI EnumCalendarInfoExEx(CALINFO_ENUMPROCEXEX fn, LPCWSTR locale,
				 CALID calendar, LPCWSTR reserved, CALTYPE type,
				 LPARAM param)
{
	struct caller c = { .shape = WIDE_PARAM, .fn = fn, .param = param };

	return enum_calendar(&c, locale_by_name(locale), calendar, type);
}

/* ---- date formats ---- */

/* The locale's own first, then one that everybody reads. */
static BOOL enum_dates(struct caller *c, const struct locale *l, DWORD flags)
{
	const WCHAR *own, *iso = L"yyyy-MM-dd";
	int s;

	if (!l || !c->fn)
		return fail(ERROR_INVALID_PARAMETER);
	switch (flags & ~(LOCALE_USE_CP_ACP | LOCALE_NOUSEROVERRIDE)) {
	case 0:
	case DATE_SHORTDATE:
		s = S_SHORTDATE;
		break;
	case DATE_LONGDATE:
		s = S_LONGDATE;
		break;
	case DATE_YEARMONTH:
		s = S_YEARMONTH;
		break;
	case 0x80: /* DATE_MONTHDAY */
		s = S_MONTHDAY;
		break;
	default:
		return fail(ERROR_INVALID_FLAGS);
	}
	c->calendar = TRUE;
	c->id = calendar_of(l);
	own = locale_text(l, s);
	if (tell(c, own, FALSE) && s == S_SHORTDATE && !wide_same(own, iso))
		tell(c, iso, FALSE);
	return TRUE;
}

BOOL WINAPI EnumDateFormatsW(DATEFMT_ENUMPROCW fn, LCID locale, DWORD flags)
{
	struct caller c = { .shape = WIDE_TEXT, .fn = fn };

	return enum_dates(&c, locale_by_id(locale), flags);
}

BOOL WINAPI EnumDateFormatsA(DATEFMT_ENUMPROCA fn, LCID locale, DWORD flags)
{
	struct caller c = { .shape = ANSI_TEXT,
			    .fn = fn,
			    .cp = locale_codepage(locale) };

	return enum_dates(&c, locale_by_id(locale), flags);
}

BOOL WINAPI EnumDateFormatsExW(DATEFMT_ENUMPROCEXW fn, LCID locale, DWORD flags)
{
	struct caller c = { .shape = WIDE_ID, .fn = fn };

	return enum_dates(&c, locale_by_id(locale), flags);
}

BOOL WINAPI EnumDateFormatsExA(DATEFMT_ENUMPROCEXA fn, LCID locale, DWORD flags)
{
	struct caller c = { .shape = ANSI_ID,
			    .fn = fn,
			    .cp = locale_codepage(locale) };

	return enum_dates(&c, locale_by_id(locale), flags);
}

BOOL WINAPI EnumDateFormatsExEx(DATEFMT_ENUMPROCEXEX fn, LPCWSTR locale,
				DWORD flags, LPARAM param)
{
	struct caller c = { .shape = WIDE_PARAM, .fn = fn, .param = param };

	return enum_dates(&c, locale_by_name(locale), flags);
}

/* ---- time formats ---- */

static BOOL enum_times(struct caller *c, const struct locale *l, DWORD flags)
{
	if (!l || !c->fn)
		return fail(ERROR_INVALID_PARAMETER);
	flags &= ~(LOCALE_USE_CP_ACP | LOCALE_NOUSEROVERRIDE);
	if (flags & ~TIME_NOSECONDS)
		return fail(ERROR_INVALID_FLAGS);
	tell(c, locale_text(l, flags ? S_SHORTTIME : S_TIME), FALSE);
	return TRUE;
}

BOOL WINAPI EnumTimeFormatsW(TIMEFMT_ENUMPROCW fn, LCID locale, DWORD flags)
{
	struct caller c = { .shape = WIDE_TEXT, .fn = fn };

	return enum_times(&c, locale_by_id(locale), flags);
}

BOOL WINAPI EnumTimeFormatsA(TIMEFMT_ENUMPROCA fn, LCID locale, DWORD flags)
{
	struct caller c = { .shape = ANSI_TEXT,
			    .fn = fn,
			    .cp = locale_codepage(locale) };

	return enum_times(&c, locale_by_id(locale), flags);
}

BOOL WINAPI EnumTimeFormatsEx(TIMEFMT_ENUMPROCEX fn, LPCWSTR locale,
			      DWORD flags, LPARAM param)
{
	struct caller c = { .shape = WIDE_PARAM, .fn = fn, .param = param };

	return enum_times(&c, locale_by_name(locale), flags);
}
