/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GetLocaleInfo, names and ids, date, time, number and currency formats. */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "check.h"

static void check_info(const WCHAR *locale, LCTYPE type, const WCHAR *want)
{
	WCHAR buf[128] = { 0 };
	int n = GetLocaleInfoEx(locale, type, buf, 128);

	CHECK(n == (int)wcslen(want) + 1 && !wcscmp(buf, want),
	      "%ls %#lx: \"%ls\", want \"%ls\"", locale, type, buf, want);
}

static void info(void)
{
	DWORD number = 99;
	WCHAR buf[8];

	check_info(L"en-US", LOCALE_SDECIMAL, L".");
	check_info(L"en-US", LOCALE_STHOUSAND, L",");
	check_info(L"en-US", LOCALE_SGROUPING, L"3;0");
	check_info(L"en-US", LOCALE_SCURRENCY, L"$");
	check_info(L"en-US", LOCALE_SINTLSYMBOL, L"USD");
	check_info(L"en-US", LOCALE_SDAYNAME1, L"Monday");
	check_info(L"en-US", LOCALE_SABBREVDAYNAME7, L"Sun");
	check_info(L"en-US", LOCALE_SMONTHNAME1, L"January");
	check_info(L"en-US", LOCALE_SABBREVMONTHNAME12, L"Dec");
	check_info(L"en-US", LOCALE_S1159, L"AM");
	check_info(L"en-US", LOCALE_SSHORTDATE, L"M/d/yyyy");
	check_info(L"en-US", LOCALE_STIMEFORMAT, L"h:mm:ss tt");
	check_info(L"en-US", LOCALE_SISO639LANGNAME, L"en");
	check_info(L"en-US", LOCALE_SISO3166CTRYNAME, L"US");
	check_info(L"en-US", LOCALE_ILANGUAGE, L"0409");
	check_info(L"en-US", LOCALE_IDEFAULTANSICODEPAGE, L"1252");
	check_info(L"en-US", LOCALE_IDEFAULTCODEPAGE, L"437");
	check_info(L"en-US", LOCALE_SENGLANGUAGE, L"English");
	check_info(L"en-US", LOCALE_SENGCOUNTRY, L"United States");
	check_info(L"en-US", LOCALE_SNAME, L"en-US");
	check_info(L"en-US", LOCALE_SNATIVEDIGITS, L"0123456789");
	check_info(L"de-DE", LOCALE_SDECIMAL, L",");
	check_info(L"de-DE", LOCALE_STHOUSAND, L".");
	check_info(L"de-DE", LOCALE_SDAYNAME1, L"Montag");
	check_info(L"de-DE", LOCALE_SSHORTDATE, L"dd.MM.yyyy");
	check_info(L"ja-JP", LOCALE_IDEFAULTANSICODEPAGE, L"932");
	check_info(L"", LOCALE_SSHORTDATE, L"MM/dd/yyyy");
	check_info(L"", LOCALE_SDECIMAL, L".");
	CHECK_EQ(GetLocaleInfoEx(L"en-US",
				 LOCALE_IDEFAULTANSICODEPAGE |
					 LOCALE_RETURN_NUMBER,
				 (WCHAR *)&number, 2),
		 2);
	CHECK_EQ(number, 1252);
	CHECK_EQ(GetLocaleInfoEx(L"en-US", LOCALE_SDAYNAME1, buf, 2), 0);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(GetLocaleInfoEx(L"en-US", LOCALE_SDAYNAME1, NULL, 0), 7);
	CHECK_EQ(GetLocaleInfoEx(L"en-US", 0xfff, buf, 8), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
}

static void names(void)
{
	WCHAR name[LOCALE_NAME_MAX_LENGTH];

	CHECK_EQ(LocaleNameToLCID(L"en-US", 0), 0x409);
	CHECK_EQ(LocaleNameToLCID(L"DE-de", 0), 0x407);
	CHECK_EQ(LocaleNameToLCID(L"", 0), LOCALE_INVARIANT);
	CHECK_EQ(LCIDToLocaleName(0x411, name, 85, 0), 6);
	CHECK(!wcscmp(name, L"ja-JP"));
	CHECK(IsValidLocale(0x409, LCID_INSTALLED));
	CHECK(!IsValidLocale(0xeeee, LCID_SUPPORTED));
	CHECK(IsValidLocaleName(L"fr-FR"));
	CHECK(!IsValidLocaleName(L"no such"));
	CHECK(ResolveLocaleName(L"en-XX", name, 85) > 1);
	CHECK(!wcsncmp(name, L"en-", 3), "%ls", name);
	CHECK(GetUserDefaultLCID() != 0);
	CHECK(GetUserDefaultLocaleName(name, 85) > 2);
	CHECK(GetUserGeoID(GEOCLASS_NATION) > 0);
}

static void dates(void)
{
	SYSTEMTIME st = { 2024, 2, 0, 29, 15, 4, 5, 678 };
	WCHAR buf[80];

	CHECK(GetDateFormatEx(L"en-US", DATE_SHORTDATE, &st, NULL, buf, 80,
			      NULL));
	CHECK(!wcscmp(buf, L"2/29/2024"), "%ls", buf);
	CHECK(GetDateFormatEx(L"en-US", DATE_LONGDATE, &st, NULL, buf, 80,
			      NULL));
	CHECK(!wcscmp(buf, L"Thursday, February 29, 2024"), "%ls", buf);
	CHECK(GetDateFormatW(0x409, 0, &st, L"ddd dd MMM yy 'at' yyyy''", buf,
			     80));
	CHECK(!wcsncmp(buf, L"Thu 29 Feb 24 at 2024", 21), "%ls", buf);
	CHECK(GetDateFormatEx(L"de-DE", DATE_SHORTDATE, &st, NULL, buf, 80,
			      NULL));
	CHECK(!wcscmp(buf, L"29.02.2024"), "%ls", buf);
	CHECK(GetTimeFormatEx(L"en-US", 0, &st, NULL, buf, 80));
	CHECK(!wcscmp(buf, L"3:04:05 PM"), "%ls", buf);
	CHECK(GetTimeFormatEx(L"en-US", TIME_NOSECONDS, &st, NULL, buf, 80));
	CHECK(!wcscmp(buf, L"3:04 PM"), "%ls", buf);
	CHECK(GetTimeFormatEx(L"en-US",
			      TIME_FORCE24HOURFORMAT | TIME_NOTIMEMARKER, &st,
			      NULL, buf, 80));
	CHECK(!wcscmp(buf, L"15:04:05"), "%ls", buf);
	CHECK(GetTimeFormatW(0x409, 0, &st, L"HH'h'mm", buf, 80));
	CHECK(!wcscmp(buf, L"15h04"), "%ls", buf);
	st.wMonth = 13;
	CHECK_EQ(GetDateFormatW(0x409, 0, &st, NULL, buf, 80), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(GetDateFormatW(0x409, DATE_SHORTDATE | DATE_LONGDATE, NULL,
				NULL, buf, 80),
		 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
}

static void numbers(void)
{
	WCHAR point[] = L".", comma[] = L",";
	NUMBERFMTW f = { 0, 1, 3, point, comma, 1 };
	WCHAR buf[80];

	CHECK(GetNumberFormatEx(L"en-US", 0, L"-1234567.891", NULL, buf, 80));
	CHECK(!wcscmp(buf, L"-1,234,567.89"), "%ls", buf);
	CHECK(GetNumberFormatEx(L"en-US", 0, L"999.995", NULL, buf, 80));
	CHECK(!wcscmp(buf, L"1,000.00"), "%ls", buf);
	CHECK(GetNumberFormatEx(L"en-US", 0, L"0.5", &f, buf, 80));
	CHECK(!wcscmp(buf, L"1"), "%ls", buf);
	f.Grouping = 32;
	CHECK(GetNumberFormatEx(L"en-US", 0, L"123456789", &f, buf, 80));
	CHECK(!wcscmp(buf, L"12,34,56,789"), "%ls", buf);
	CHECK(GetNumberFormatEx(L"de-DE", 0, L"1234.5", NULL, buf, 80));
	CHECK(!wcscmp(buf, L"1.234,50"), "%ls", buf);
	CHECK(GetCurrencyFormatEx(L"en-US", 0, L"1234.5", NULL, buf, 80));
	CHECK(!wcscmp(buf, L"$1,234.50"), "%ls", buf);
	CHECK_EQ(GetNumberFormatEx(L"en-US", 0, L"1x", NULL, buf, 80), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static int seen;

static BOOL CALLBACK on_locale(LPWSTR name, DWORD flags, LPARAM param)
{
	seen += !wcscmp(name, L"en-US");
	return TRUE;
}

static void lists(void)
{
	ULONG count = 0, size = 0;
	WCHAR buf[128];

	CHECK(EnumSystemLocalesEx(on_locale, LOCALE_ALL, 0, NULL));
	CHECK_EQ(seen, 1);
	CHECK(GetUserPreferredUILanguages(MUI_LANGUAGE_NAME, &count, NULL,
					  &size));
	CHECK(count >= 1 && size >= 4);
	size = 128;
	CHECK(GetUserPreferredUILanguages(MUI_LANGUAGE_NAME, &count, buf,
					  &size));
	CHECK(wcslen(buf) > 0);
	CHECK(GetGeoInfoW(244, GEO_ISO2, buf, 128, 0) == 3);
	CHECK(!wcscmp(buf, L"US"));
}

static void many(void)
{
	static const struct {
		const WCHAR *name;
		LCID id;
		const WCHAR *currency;
		DWORD ansi;
	} row[] = {
		{ L"de-LU", 0x1007, L"EUR", 1252 },
		{ L"en-SG", 0x4809, L"SGD", 1252 },
		{ L"es-PE", 0x280a, L"PEN", 1252 },
		{ L"pa-IN", 0x446, L"INR", 0 },
		{ L"ha-Latn-NG", 0x468, L"NGN", 1252 },
		{ L"zh-MO", 0x1404, L"MOP", 950 },
		{ L"uz-Cyrl-UZ", 0x843, L"UZS", 1251 },
		{ L"en-DE", 0x1000, L"EUR", 1252 }, /* no id of its own */
	};
	WCHAR buf[85];
	DWORD n;

	for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
		CHECK_EQ(LocaleNameToLCID(row[i].name, 0), row[i].id);
		if (row[i].id != 0x1000) {
			CHECK(LCIDToLocaleName(row[i].id, buf, 85, 0) &&
				      !wcscmp(buf, row[i].name),
			      "%ls", buf);
		}
		CHECK(GetLocaleInfoEx(row[i].name, LOCALE_SINTLSYMBOL, buf,
				      85) &&
			      !wcsncmp(buf, row[i].currency, 3),
		      "%ls: %ls", row[i].name, buf);
		CHECK(GetLocaleInfoEx(row[i].name,
				      LOCALE_IDEFAULTANSICODEPAGE |
					      LOCALE_RETURN_NUMBER,
				      (WCHAR *)&n, 2));
		CHECK_EQ(n, row[i].ansi);
	}
	CHECK(!IsValidLocaleName(L"xx-YY"));
}

/* One day in the calendars that locales have. */
static void calendars(void)
{
	static const SYSTEMTIME day = { .wYear = 2020, .wMonth = 1, .wDay = 1 };
	static const struct {
		const WCHAR *locale;
		DWORD flags;
		const WCHAR *picture, *date;
		CALID own;
	} row[] = {
		{ L"en-US", DATE_USE_ALT_CALENDAR, L"yyyy-MM-dd", L"2020-01-01",
		  CAL_GREGORIAN },
		{ L"th-TH", 0, L"yyyy-MM-dd", L"2563-01-01", CAL_THAI },
		{ L"th-TH", DATE_USE_ALT_CALENDAR, L"yyyy-MM-dd", L"2020-01-01",
		  CAL_THAI },
		{ L"ar-SA", 0, L"yyyy-MM-dd", L"1441-05-06", CAL_UMALQURA },
		{ L"fa-IR", 0, L"yyyy-MM-dd", L"1398-10-11", 22 },
		{ L"ko-KR", DATE_USE_ALT_CALENDAR, L"yyyy-MM-dd", L"4353-01-01",
		  CAL_GREGORIAN },
		{ L"zh-TW", DATE_USE_ALT_CALENDAR, L"yyyy-MM-dd", L"109-01-01",
		  CAL_GREGORIAN },
		{ L"ja-JP", DATE_USE_ALT_CALENDAR, L"gg y", L"\x4ee4\x548c 2",
		  CAL_GREGORIAN },
		{ L"he-IL", DATE_USE_ALT_CALENDAR, L"d MMMM yyyy",
		  L"\x05d3' \x05d8\x05d1\x05ea \x05ea\x05e9\"\x05e4",
		  CAL_GREGORIAN },
	};
	WCHAR buf[64];
	DWORD n;

	for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
		CHECK(GetDateFormatEx(row[i].locale, row[i].flags, &day,
				      row[i].picture, buf, 64, NULL));
		CHECK(!wcscmp(buf, row[i].date), "%ls, %#lx: %ls",
		      row[i].locale, row[i].flags, buf);
		CHECK(GetLocaleInfoEx(row[i].locale,
				      LOCALE_ICALENDARTYPE |
					      LOCALE_RETURN_NUMBER,
				      (WCHAR *)&n, 2));
		CHECK_EQ(n, row[i].own);
	}
	CHECK(GetCalendarInfoEx(L"th-TH", CAL_THAI, NULL,
				CAL_ITWODIGITYEARMAX | CAL_RETURN_NUMBER, NULL,
				0, &n) &&
		      n == 2592,
	      "%lu", n);
	CHECK(!GetCalendarInfoEx(L"en-US", 99, NULL, CAL_SCALNAME, buf, 64,
				 NULL));
}

int main(void)
{
	calendars();
	many();
	info();
	names();
	dates();
	numbers();
	lists();
	return check_done();
}
