/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock.c - dates and times as cmd.exe writes them, date, time.
 *
 * Days and months have two digits, whatever the locale's short form has; the
 * hour has a leading blank in %TIME%.
 */
#include "cmd.h"

static WCHAR *locale(LCTYPE what)
{
	WCHAR s[80];
	int n = GetLocaleInfoW(LOCALE_USER_DEFAULT, what, s, COUNT_OF(s));

	return copy_text(s, n ? n - 1 : 0);
}

WCHAR *date_text(const SYSTEMTIME *t, bool weekday)
{
	WCHAR *order = locale(LOCALE_IDATE), *mark = locale(LOCALE_SDATE);
	struct str s = { 0 };
	WCHAR text[80];

	if (weekday && *order == '0') {
		/* Monday is the first of the locale's names. */
		str_puts(&s, locale(LOCALE_SABBREVDAYNAME1 +
				    (t->wDayOfWeek + 6) % 7));
		str_putc(&s, ' ');
	}
	if (*order == '1')
		_snwprintf(text, COUNT_OF(text), L"%02d%ls%02d%ls%04d", t->wDay,
			   mark, t->wMonth, mark, t->wYear);
	else if (*order == '2')
		_snwprintf(text, COUNT_OF(text), L"%04d%ls%02d%ls%02d",
			   t->wYear, mark, t->wMonth, mark, t->wDay);
	else
		_snwprintf(text, COUNT_OF(text), L"%02d%ls%02d%ls%04d",
			   t->wMonth, mark, t->wDay, mark, t->wYear);
	str_puts(&s, text);
	return str_text(&s);
}

WCHAR *time_text(const SYSTEMTIME *t, bool seconds)
{
	WCHAR *mark = locale(LOCALE_STIME), *point = locale(LOCALE_SDECIMAL);
	WCHAR s[80];
	int n;

	n = _snwprintf(s, COUNT_OF(s), L"%2d%ls%02d%ls%02d%ls%02d", t->wHour,
		       mark, t->wMinute, mark, t->wSecond, point,
		       t->wMilliseconds / 10);
	return copy_text(s, n);
}

WCHAR *minutes_text(const SYSTEMTIME *t)
{
	WCHAR *mark = locale(LOCALE_STIME), s[80];
	int hour = t->wHour, n;

	if (*locale(LOCALE_ITIME) == '0') {
		n = _snwprintf(s, COUNT_OF(s), L"%02d%ls%02d %ls",
			       hour % 12 ? hour % 12 : 12, mark, t->wMinute,
			       locale(hour < 12 ? LOCALE_S1159 : LOCALE_S2359));
	} else {
		n = _snwprintf(s, COUNT_OF(s), L"%02d%ls%02d", hour, mark,
			       t->wMinute);
	}
	return copy_text(s, n);
}

static bool only_show(WCHAR *args)
{
	const WCHAR *s = args;
	WCHAR *w = next_word(&s);

	return w && !_wcsicmp(w, L"/t");
}

/* The answer to what was asked; false: there is none. */
static bool typed(void)
{
	WCHAR *line;

	flush_output();
	line = read_handle_line(cmd.std[0]);
	out(L"\r\n");
	return line && *skip_blanks(line);
}

/* To set the clock takes a right that programs do not have here. */
static int refused(void)
{
	return fail_code(ERROR_PRIVILEGE_NOT_HELD);
}

int cmd_date(WCHAR *args)
{
	SYSTEMTIME now;

	GetLocalTime(&now);
	if (only_show(args)) {
		outf(L"%ls \r\n", date_text(&now, true));
		return 0;
	}
	if (!*skip_delimiters(args)) {
		outf(L"The current date is: %ls \r\nEnter the new date: "
		     L"(mm-dd-yy) ",
		     date_text(&now, true));
		if (!typed())
			return 0;
	}
	return refused();
}

int cmd_time(WCHAR *args)
{
	SYSTEMTIME now;

	GetLocalTime(&now);
	if (only_show(args)) {
		outf(L"%ls\r\n", minutes_text(&now));
		return 0;
	}
	if (!*skip_delimiters(args)) {
		outf(L"The current time is: %ls\r\nEnter the new time: ",
		     time_text(&now, true));
		if (!typed())
			return 0;
	}
	return refused();
}
