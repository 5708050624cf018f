/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-info.c - GetLocaleInfo: what a locale says of itself.
 *
 * Most values stand in the table; some are worked out from others (whether
 * there is a leading zero, where the sign of money goes).
 */
#include "calendar-date.h"

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

/* ---- values ---- */

/* 0 month first, 1 day first, 2 year first. */
static int date_order(const WCHAR *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == 'M')
			return 0;
		if (*pattern == 'd')
			return 1;
		if (*pattern == 'y')
			return 2;
	}
	return 0;
}

static BOOL has(const WCHAR *pattern, const WCHAR *what)
{
	DWORD n = wide_len(what);

	for (; *pattern; pattern++)
		if (wide_same_n(pattern, what, n))
			return TRUE;
	return FALSE;
}

/* Case matters: M is not m, H is not h. */
static BOOL has_letters(const WCHAR *pattern, WCHAR letter, int n)
{
	int run = 0;

	for (; *pattern; pattern++) {
		run = *pattern == letter ? run + 1 : 0;
		if (run == n)
			return TRUE;
	}
	return FALSE;
}

/* How a negative amount looks is made of its parts. */
static int currency_part(const struct locale *l, LCTYPE type)
{
	/* By INEGCURR: symbol before, space, position of the sign. */
	static const UCHAR negative[16][3] = {
		{ 1, 0, 0 }, { 1, 0, 3 }, { 1, 0, 4 }, { 1, 0, 2 },
		{ 0, 0, 0 }, { 0, 0, 1 }, { 0, 0, 3 }, { 0, 0, 4 },
		{ 0, 1, 1 }, { 1, 1, 3 }, { 0, 1, 4 }, { 1, 1, 2 },
		{ 1, 1, 4 }, { 0, 1, 3 }, { 1, 1, 0 }, { 0, 1, 0 },
	};
	int positive = l->n[N_POSCURR];
	const UCHAR *n = negative[l->n[N_NEGCURR] & 15];

	switch (type) {
	case LOCALE_IPOSSIGNPOSN:
		return n[2] ? n[2] : 3;
	case LOCALE_INEGSIGNPOSN:
		return n[2];
	case LOCALE_IPOSSYMPRECEDES:
		return positive == 0 || positive == 2;
	case LOCALE_IPOSSEPBYSPACE:
		return positive >= 2;
	case LOCALE_INEGSYMPRECEDES:
		return n[0];
	}
	return n[1];
}

enum kind { K_TEXT, K_NUMBER, K_HEX, K_FIXED, K_MADE };

static const struct lc {
	USHORT type;
	UCHAR kind, index;
} types[] = {
	{ LOCALE_ILANGUAGE, K_HEX, N_LCID },
	{ LOCALE_SLANGUAGE, K_TEXT, S_DISPLAY_EN },
	{ LOCALE_SABBREVLANGNAME, K_TEXT, S_ABBREV_LANG },
	{ LOCALE_SNATIVELANGNAME, K_TEXT, S_LANG },
	{ LOCALE_ICOUNTRY, K_NUMBER, N_PHONE },
	{ LOCALE_SCOUNTRY, K_TEXT, S_COUNTRY_EN },
	{ LOCALE_SABBREVCTRYNAME, K_TEXT, S_ISO3166_3 },
	{ LOCALE_SNATIVECTRYNAME, K_TEXT, S_COUNTRY },
	{ LOCALE_IDEFAULTLANGUAGE, K_MADE, 0 },
	{ LOCALE_IDEFAULTCOUNTRY, K_NUMBER, N_PHONE },
	{ LOCALE_IDEFAULTCODEPAGE, K_NUMBER, N_OEM },
	{ LOCALE_SLIST, K_TEXT, S_LISTSEP },
	{ LOCALE_IMEASURE, K_NUMBER, N_MEASURE },
	{ LOCALE_SDECIMAL, K_TEXT, S_DECIMAL },
	{ LOCALE_STHOUSAND, K_TEXT, S_THOUSAND },
	{ LOCALE_SGROUPING, K_TEXT, S_GROUPING },
	{ LOCALE_IDIGITS, K_FIXED, 2 },
	{ LOCALE_ILZERO, K_FIXED, 1 },
	{ LOCALE_SNATIVEDIGITS, K_TEXT, S_DIGITS },
	{ LOCALE_SCURRENCY, K_TEXT, S_CURRENCY },
	{ LOCALE_SINTLSYMBOL, K_TEXT, S_INTL },
	{ LOCALE_SMONDECIMALSEP, K_TEXT, S_MON_DECIMAL },
	{ LOCALE_SMONTHOUSANDSEP, K_TEXT, S_MON_THOUSAND },
	{ LOCALE_SMONGROUPING, K_TEXT, S_GROUPING },
	{ LOCALE_ICURRDIGITS, K_NUMBER, N_CUR_DIGITS },
	{ LOCALE_IINTLCURRDIGITS, K_NUMBER, N_CUR_DIGITS },
	{ LOCALE_ICURRENCY, K_NUMBER, N_POSCURR },
	{ LOCALE_INEGCURR, K_NUMBER, N_NEGCURR },
	{ LOCALE_SDATE, K_TEXT, S_DATESEP },
	{ LOCALE_STIME, K_TEXT, S_TIMESEP },
	{ LOCALE_SSHORTDATE, K_TEXT, S_SHORTDATE },
	{ LOCALE_SLONGDATE, K_TEXT, S_LONGDATE },
	{ LOCALE_IDATE, K_MADE, 0 },
	{ LOCALE_ILDATE, K_MADE, 0 },
	{ LOCALE_ITIME, K_MADE, 0 },
	{ LOCALE_ICENTURY, K_FIXED, 1 },
	{ LOCALE_ITLZERO, K_MADE, 0 },
	{ LOCALE_IDAYLZERO, K_MADE, 0 },
	{ LOCALE_IMONLZERO, K_MADE, 0 },
	{ LOCALE_S1159, K_TEXT, S_AM },
	{ LOCALE_S2359, K_TEXT, S_PM },
	{ LOCALE_SPOSITIVESIGN, K_MADE, 0 },
	{ LOCALE_SNEGATIVESIGN, K_TEXT, S_MINUS },
	{ LOCALE_IPOSSIGNPOSN, K_MADE, 0 },
	{ LOCALE_INEGSIGNPOSN, K_MADE, 0 },
	{ LOCALE_IPOSSYMPRECEDES, K_MADE, 0 },
	{ LOCALE_IPOSSEPBYSPACE, K_MADE, 0 },
	{ LOCALE_INEGSYMPRECEDES, K_MADE, 0 },
	{ LOCALE_INEGSEPBYSPACE, K_MADE, 0 },
	{ LOCALE_SISO639LANGNAME, K_TEXT, S_ISO639 },
	{ LOCALE_SISO3166CTRYNAME, K_TEXT, S_ISO3166 },
	{ LOCALE_IGEOID, K_NUMBER, N_GEO },
	{ LOCALE_SNAME, K_TEXT, S_NAME },
	{ LOCALE_SDURATION, K_MADE, 0 },
	{ LOCALE_SKEYBOARDSTOINSTALL, K_MADE, 0 },
	{ LOCALE_SISO639LANGNAME2, K_TEXT, S_ISO639_3 },
	{ LOCALE_SISO3166CTRYNAME2, K_TEXT, S_ISO3166_3 },
	{ LOCALE_SNAN, K_TEXT, S_NAN },
	{ LOCALE_SPOSINFINITY, K_TEXT, S_INF },
	{ LOCALE_SNEGINFINITY, K_MADE, 0 },
	{ LOCALE_SSCRIPTS, K_MADE, 0 },
	{ LOCALE_SPARENT, K_TEXT, S_PARENT },
	{ LOCALE_SCONSOLEFALLBACKNAME, K_MADE, 0 },
	{ 0x6f /* SLOCALIZEDLANGUAGENAME */, K_TEXT, S_LANG_EN },
	{ LOCALE_IREADINGLAYOUT, K_NUMBER, N_RTL },
	{ LOCALE_INEUTRAL, K_NUMBER, N_NEUTRAL },
	{ 0x72 /* SENGLISHDISPLAYNAME */, K_TEXT, S_DISPLAY_EN },
	{ 0x73 /* SNATIVEDISPLAYNAME */, K_TEXT, S_DISPLAY },
	{ LOCALE_INEGATIVEPERCENT, K_FIXED, 1 },
	{ LOCALE_IPOSITIVEPERCENT, K_FIXED, 1 },
	{ LOCALE_SPERCENT, K_TEXT, S_PERCENT },
	{ LOCALE_SPERMILLE, K_TEXT, S_PERMILLE },
	{ LOCALE_SMONTHDAY, K_TEXT, S_MONTHDAY },
	{ LOCALE_SSHORTTIME, K_TEXT, S_SHORTTIME },
	{ 0x7a /* SOPENTYPELANGUAGETAG */, K_MADE, 0 },
	{ 0x7b /* SSORTLOCALE */, K_TEXT, S_NAME },
	{ 0x7c /* SRELATIVELONGDATE */, K_TEXT, S_MONTHDAY },
	{ 0x7e /* SSHORTESTAM */, K_TEXT, S_AM },
	{ 0x7f /* SSHORTESTPM */, K_TEXT, S_PM },
	{ LOCALE_SENGLANGUAGE, K_TEXT, S_LANG_EN },
	{ LOCALE_SENGCOUNTRY, K_TEXT, S_COUNTRY_EN },
	{ LOCALE_STIMEFORMAT, K_TEXT, S_TIME },
	{ LOCALE_IDEFAULTANSICODEPAGE, K_NUMBER, N_ANSI },
	{ LOCALE_ITIMEMARKPOSN, K_MADE, 0 },
	{ LOCALE_SYEARMONTH, K_TEXT, S_YEARMONTH },
	{ LOCALE_SENGCURRNAME, K_TEXT, S_CUR_NAME_EN },
	{ LOCALE_SNATIVECURRNAME, K_TEXT, S_CUR_NAME },
	{ LOCALE_ICALENDARTYPE, K_MADE, 0 },
	{ LOCALE_IPAPERSIZE, K_NUMBER, N_PAPER },
	{ LOCALE_IOPTIONALCALENDAR, K_MADE, 0 },
	{ LOCALE_IFIRSTDAYOFWEEK, K_NUMBER, N_FIRSTDAY },
	{ LOCALE_IFIRSTWEEKOFYEAR, K_NUMBER, N_FIRSTWEEK },
	{ LOCALE_SMONTHNAME13, K_MADE, 0 },
	{ LOCALE_SABBREVMONTHNAME13, K_MADE, 0 },
	{ LOCALE_INEGNUMBER, K_FIXED, 1 },
	{ LOCALE_IDEFAULTMACCODEPAGE, K_NUMBER, N_MAC },
	{ LOCALE_IDEFAULTEBCDICCODEPAGE, K_NUMBER, N_EBCDIC },
	{ LOCALE_SSORTNAME, K_MADE, 0 },
	{ LOCALE_IDIGITSUBSTITUTION, K_FIXED, 1 },
};

/* Runs of names, by their first type. */
static const struct {
	USHORT type;
	UCHAR n, index, genitive;
} lists[] = {
	{ LOCALE_SDAYNAME1, 7, S_DAYS, 0 },
	{ LOCALE_SABBREVDAYNAME1, 7, S_ADAYS, 0 },
	{ LOCALE_SSHORTESTDAYNAME1, 7, S_SDAYS, 0 },
	{ LOCALE_SMONTHNAME1, 12, S_MONTHS, S_GMONTHS },
	{ LOCALE_SABBREVMONTHNAME1, 12, S_AMONTHS, S_AGMONTHS },
};

static DWORD computed_number(const struct locale *l, LCTYPE type)
{
	const WCHAR *date = locale_text(l, S_SHORTDATE);
	const WCHAR *time = locale_text(l, S_TIME);

	switch (type) {
	case LOCALE_IDEFAULTLANGUAGE:
		return locale_specific(l)->n[N_LCID];
	case LOCALE_ICALENDARTYPE:
		return calendar_of(l);
	case LOCALE_IOPTIONALCALENDAR:
		return calendar_other(l);
	case LOCALE_IDATE:
		return date_order(date);
	case LOCALE_ILDATE:
		return date_order(locale_text(l, S_LONGDATE));
	case LOCALE_ITIME:
		return has_letters(time, 'H', 1);
	case LOCALE_ITLZERO:
		return has(time, L"HH");
	case LOCALE_IDAYLZERO:
		return has_letters(date, 'd', 2);
	case LOCALE_IMONLZERO:
		return has_letters(date, 'M', 2);
	case LOCALE_ITIMEMARKPOSN:
		return time[0] == 't';
	}
	return currency_part(l, type);
}

/* Script of the language, and its keyboard where that is not the LCID. */
static const WCHAR *scripts(const struct locale *l)
{
	static const struct {
		const WCHAR *language, *scripts;
	} of[] = {
		{ L"ru", L"Cyrl;" },
		{ L"uk", L"Cyrl;" },
		{ L"be", L"Cyrl;" },
		{ L"bg", L"Cyrl;" },
		{ L"mk", L"Cyrl;" },
		{ L"kk", L"Cyrl;" },
		{ L"sr-Cyrl", L"Cyrl;" },
		{ L"el", L"Grek;" },
		{ L"he", L"Hebr;" },
		{ L"ar", L"Arab;" },
		{ L"fa", L"Arab;" },
		{ L"ur", L"Arab;" },
		{ L"hi", L"Deva;" },
		{ L"bn", L"Beng;" },
		{ L"ta", L"Taml;" },
		{ L"th", L"Thai;" },
		{ L"hy", L"Armn;" },
		{ L"ka", L"Geor;" },
		{ L"ja", L"Hani;Hira;Jpan;Kana;" },
		{ L"ko", L"Hang;Hani;Kore;" },
		{ L"zh-TW", L"Hani;Hant;" },
		{ L"zh-HK", L"Hani;Hant;" },
		{ L"zh-Hant", L"Hani;Hant;" },
		{ L"zh", L"Hani;Hans;" },
	};
	const WCHAR *name = locale_text(l, S_NAME);
	unsigned i;

	for (i = 0; i < ARRAY_LEN(of); i++) {
		DWORD n = wide_len(of[i].language);

		if (wide_same_n(name, of[i].language, n) &&
		    (!name[n] || name[n] == '-'))
			return of[i].scripts;
	}
	return L"Latn;";
}

static WCHAR *put_number(WCHAR *to, DWORD n)
{
	WCHAR digits[10];
	int i = 0;

	do
		digits[i++] = '0' + n % 10;
	while ((n /= 10));
	while (i)
		*to++ = digits[--i];
	*to = 0;
	return to;
}

static WCHAR *put_hex(WCHAR *to, DWORD n, int width)
{
	while (width--)
		*to++ = L"0123456789abcdef"[n >> 4 * width & 15];
	*to = 0;
	return to;
}

static const WCHAR *computed_string(const struct locale *l, LCTYPE type,
				    WCHAR *buf)
{
	const WCHAR *name = locale_text(l, S_NAME), *s;
	int i;

	switch (type) {
	case LOCALE_SPOSITIVESIGN:
	case LOCALE_SMONTHNAME13:
	case LOCALE_SABBREVMONTHNAME13:
		return L"";
	case LOCALE_SDURATION:
		return has(locale_text(l, S_TIME), L"HH") ? L"HH:mm:ss"
							  : L"h:mm:ss";
	case LOCALE_SKEYBOARDSTOINSTALL:
		put_hex(put_hex(buf, locale_specific(l)->n[N_LCID], 4), 0, 0);
		buf[4] = ':';
		put_hex(buf + 5, locale_specific(l)->n[N_LCID], 8);
		return buf;
	case LOCALE_SNEGINFINITY:
		buf[0] = '-';
		for (i = 0, s = locale_text(l, S_INF); s[i] && i < 60; i++)
			buf[i + 1] = s[i];
		buf[i + 1] = 0;
		return buf;
	case LOCALE_SSCRIPTS:
		return scripts(l);
	case LOCALE_SCONSOLEFALLBACKNAME:
		return l->n[N_RTL] || scripts(l)[0] != 'L' ? L"en-US" : name;
	case 0x7a: /* LOCALE_SOPENTYPELANGUAGETAG */
		return L"dflt";
	case LOCALE_SSORTNAME:
		return locale_sort(l) ? locale_sort(l)->title : L"Default";
	}
	put_number(buf, computed_number(l, type));
	return buf;
}

static const struct lc *find_type(LCTYPE type)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

#define PLAIN(type)                                                            \
	((type) & ~(LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP |                \
		    LOCALE_RETURN_NUMBER | LOCALE_RETURN_GENITIVE_NAMES |      \
		    0x08000000 /* LOCALE_ALLOW_NEUTRAL_NAMES */))

const WCHAR *locale_string(const struct locale *l, LCTYPE type, WCHAR *buf)
{
	LCTYPE plain = PLAIN(type);
	const struct lc *t = find_type(plain);
	unsigned i;

	for (i = 0; !t && i < ARRAY_LEN(lists); i++) {
		UCHAR first = lists[i].index;

		if (plain < lists[i].type ||
		    plain >= lists[i].type + (LCTYPE)lists[i].n)
			continue;
		if (lists[i].genitive && (type & LOCALE_RETURN_GENITIVE_NAMES))
			first = lists[i].genitive;
		return locale_text(l, first + (plain - lists[i].type));
	}
	if (!t)
		return NULL;
	switch (t->kind) {
	case K_TEXT:
		return locale_text(l, t->index);
	case K_NUMBER:
		put_number(buf, l->n[t->index]);
		return buf;
	case K_HEX:
		put_hex(buf, l->n[t->index], 4);
		return buf;
	case K_FIXED:
		put_number(buf, t->index);
		return buf;
	}
	if (plain == LOCALE_IDEFAULTLANGUAGE) {
		put_hex(buf, computed_number(l, plain), 4);
		return buf;
	}
	return computed_string(l, plain, buf);
}

static BOOL type_is_number(const struct lc *t)
{
	switch (t->kind) {
	case K_NUMBER:
	case K_HEX:
	case K_FIXED:
		return TRUE;
	case K_MADE:
		switch (t->type) {
		case LOCALE_IDEFAULTLANGUAGE:
		case LOCALE_IDATE:
		case LOCALE_ILDATE:
		case LOCALE_ITIME:
		case LOCALE_ITLZERO:
		case LOCALE_IDAYLZERO:
		case LOCALE_IMONLZERO:
		case LOCALE_ITIMEMARKPOSN:
		case LOCALE_ICALENDARTYPE:
		case LOCALE_IOPTIONALCALENDAR:
			return TRUE;
		}
		return t->type >= LOCALE_IPOSSIGNPOSN &&
		       t->type <= LOCALE_INEGSEPBYSPACE;
	}
	return FALSE;
}

DWORD locale_number(const struct locale *l, LCTYPE type)
{
	const struct lc *t = find_type(PLAIN(type));

	if (!t || !type_is_number(t))
		return 0;
	if (t->kind == K_FIXED)
		return t->index;
	if (t->kind == K_MADE)
		return computed_number(l, t->type);
	return l->n[t->index];
}

/* ---- GetLocaleInfo ---- */

int locale_result(const WCHAR *s, WCHAR *to, int room)
{
	int n = wide_len(s) + 1;

	if (!room)
		return n;
	if (room < n) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return 0;
	}
	memcpy(to, s, n * sizeof *s);
	return n;
}

/* LOCALE_FONTSIGNATURE: which Unicode ranges and code pages it needs. */
static int font_signature(const struct locale *l, WCHAR *to, int room)
{
	WCHAR sig[16] = { 0 };

	sig[0] = 0x0007; /* Basic Latin, Latin-1, Latin Extended-A */
	sig[8] = 1;
	sig[12] = l->n[N_ANSI] == 1252 ? 1 : 0;
	if (!room)
		return ARRAY_LEN(sig);
	if (room < (int)ARRAY_LEN(sig))
		return fail(ERROR_INSUFFICIENT_BUFFER);
	memcpy(to, sig, sizeof sig);
	return ARRAY_LEN(sig);
}

static int get_info(const struct locale *l, LCTYPE type, WCHAR *to, int room)
{
	const struct lc *t = find_type(PLAIN(type));
	WCHAR buf[80];
	const WCHAR *s;

	if (!l || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (PLAIN(type) == LOCALE_FONTSIGNATURE &&
	    !(type & LOCALE_RETURN_NUMBER))
		return font_signature(l, to, room);
	if (type & LOCALE_RETURN_NUMBER) {
		DWORD n;

		if (!t || !type_is_number(t))
			return fail(ERROR_INVALID_FLAGS);
		if (!room)
			return sizeof n / sizeof *to;
		if (room < (int)(sizeof n / sizeof *to))
			return fail(ERROR_INSUFFICIENT_BUFFER);
		n = locale_number(l, type);
		memcpy(to, &n, sizeof n);
		return sizeof n / sizeof *to;
	}
	s = locale_string(l, type, buf);
	if (!s)
		return fail(ERROR_INVALID_FLAGS);
	return locale_result(s, to, room);
}

int WINAPI GetLocaleInfoEx(LPCWSTR name, LCTYPE type, LPWSTR to, int room)
{
	return get_info(locale_by_name(name), type, to, room);
}

int WINAPI GetLocaleInfoW(LCID id, LCTYPE type, LPWSTR to, int room)
{
	return get_info(locale_by_id(id), type, to, room);
}

int WINAPI GetLocaleInfoA(LCID id, LCTYPE type, LPSTR to, int room)
{
	const struct locale *l = locale_by_id(id);
	WCHAR buf[256];
	int n;

	if (room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	n = get_info(l, type, buf, ARRAY_LEN(buf));
	if (!n)
		return 0;
	/* Not text: the bytes as they are. */
	if ((type & LOCALE_RETURN_NUMBER) ||
	    PLAIN(type) == LOCALE_FONTSIGNATURE) {
		n *= sizeof *buf;
		if (!room)
			return n;
		if (room < n)
			return fail(ERROR_INSUFFICIENT_BUFFER);
		memcpy(to, buf, n);
		return n;
	}
	return WideCharToMultiByte(
		type & LOCALE_USE_CP_ACP ? CP_ACP : locale_codepage(id), 0, buf,
		n, to, room, NULL, NULL);
}

/* The user's choices are the host's to make. */
BOOL WINAPI SetLocaleInfoW(LCID id, LCTYPE type, LPCWSTR value)
{
	return fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI SetLocaleInfoA(LCID id, LCTYPE type, LPCSTR value)
{
	return fail(ERROR_ACCESS_DENIED);
}
