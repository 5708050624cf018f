/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-enum.c - enumerations of locales and languages, places (GeoIDs), and
 * NLS versions.
 */
#include "locale-table.h"

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

/* ---- locales ---- */

/* By id: not neutral ones, the invariant one, nor those that have none. */
static BOOL has_id(const struct locale *l)
{
	return !l->n[N_NEUTRAL] && l->n[N_LCID] != LOCALE_INVARIANT &&
	       l->n[N_LCID] != LOCALE_CUSTOM_UNSPECIFIED;
}

static void id_text(LCID id, int width, WCHAR *to)
{
	int i;

	for (i = 0; i < width; i++)
		to[i] = L"0123456789abcdef"[id >> 4 * (width - 1 - i) & 15];
	to[width] = 0;
}

/* The table's, then the named sorts, those that are asked for. */
static const struct locale *one_of(unsigned i, BOOL plain, BOOL sorts)
{
	const unsigned count = locale_count();

	if (!plain)
		i += count;
	if (i < count)
		return locale_at(i);
	return sorts ? locale_named_sort_at(i - count) : NULL;
}

static const struct locale *one_with_id(unsigned i, DWORD flags)
{
	return one_of(i, flags != LCID_ALTERNATE_SORTS,
		      flags & LCID_ALTERNATE_SORTS);
}

BOOL WINAPI EnumSystemLocalesW(LOCALE_ENUMPROCW fn, DWORD flags)
{
	const struct locale *l;
	WCHAR id[9];
	unsigned i;

	for (i = 0; (l = one_with_id(i, flags)) != NULL; i++) {
		if (!has_id(l))
			continue;
		id_text(l->n[N_LCID], 8, id);
		if (!fn(id))
			break;
	}
	return TRUE;
}

BOOL WINAPI EnumSystemLocalesA(LOCALE_ENUMPROCA fn, DWORD flags)
{
	const struct locale *l;
	WCHAR id[9];
	char ansi[9];
	unsigned i, j;

	for (i = 0; (l = one_with_id(i, flags)) != NULL; i++) {
		if (!has_id(l))
			continue;
		id_text(l->n[N_LCID], 8, id);
		for (j = 0; j < sizeof ansi; j++)
			ansi[j] = id[j];
		if (!fn(ansi))
			break;
	}
	return TRUE;
}

BOOL WINAPI EnumSystemLocalesEx(LOCALE_ENUMPROCEX fn, DWORD flags, LPARAM param,
				LPVOID reserved)
{
	WCHAR name[LOCALE_NAME_MAX_LENGTH];
	const struct locale *l;
	unsigned i;

	if (reserved)
		return fail(ERROR_INVALID_PARAMETER);
	for (i = 0; (l = one_of(i, TRUE, TRUE)) != NULL; i++) {
		DWORD kind = locale_sort(l) ? LOCALE_ALTERNATE_SORTS
			     : l->n[N_NEUTRAL] ||
					     l->n[N_LCID] == LOCALE_INVARIANT
				     ? LOCALE_NEUTRALDATA
				     : LOCALE_SPECIFICDATA;

		if (flags && !(flags & (LOCALE_WINDOWS | kind)))
			continue;
		locale_result(locale_text(l, S_NAME), name, ARRAY_LEN(name));
		if (!fn(name, LOCALE_WINDOWS | kind, param))
			break;
	}
	return TRUE;
}

/* One group: what the table's languages are written in is all there. */
BOOL WINAPI IsValidLanguageGroup(LGRPID group, DWORD flags)
{
	return group >= LGRPID_WESTERN_EUROPE && group <= LGRPID_ARMENIAN;
}

BOOL WINAPI EnumSystemLanguageGroupsW(LANGUAGEGROUP_ENUMPROCW fn, DWORD flags,
				      LONG_PTR param)
{
	WCHAR id[] = L"1", name[] = L"Western Europe and United States";

	fn(LGRPID_WESTERN_EUROPE, id, name, LGRPID_INSTALLED, param);
	return TRUE;
}

BOOL WINAPI EnumLanguageGroupLocalesW(LANGGROUPLOCALE_ENUMPROCW fn,
				      LGRPID group, DWORD flags, LONG_PTR param)
{
	const struct locale *l;
	WCHAR id[9];
	unsigned i;

	if (group != LGRPID_WESTERN_EUROPE)
		return TRUE;
	for (i = 0; (l = locale_at(i)) != NULL; i++) {
		if (!has_id(l))
			continue;
		id_text(l->n[N_LCID], 8, id);
		if (!fn(group, l->n[N_LCID], id, param))
			break;
	}
	return TRUE;
}

BOOL WINAPI EnumUILanguagesW(UILANGUAGE_ENUMPROCW fn, DWORD flags,
			     LONG_PTR param)
{
	const struct locale *l = locale_ui();
	WCHAR id[5];

	id_text(l->n[N_LCID], 4, id);
	if (!(flags & MUI_LANGUAGE_NAME)) {
		fn(id, param);
	} else {
		WCHAR name[LOCALE_NAME_MAX_LENGTH];

		locale_result(locale_text(l, S_NAME), name, ARRAY_LEN(name));
		fn(name, param);
	}
	return TRUE;
}

BOOL WINAPI EnumUILanguagesA(UILANGUAGE_ENUMPROCA fn, DWORD flags,
			     LONG_PTR param)
{
	WCHAR wide[LOCALE_NAME_MAX_LENGTH];
	char ansi[LOCALE_NAME_MAX_LENGTH];

	if (flags & MUI_LANGUAGE_NAME)
		locale_result(locale_text(locale_ui(), S_NAME), wide,
			      ARRAY_LEN(wide));
	else
		id_text(locale_ui()->n[N_LCID], 4, wide);
	ansi_copy(wide, ansi, sizeof ansi);
	fn(ansi, param);
	return TRUE;
}

DWORD WINAPI VerLanguageNameW(DWORD language, LPWSTR to, DWORD room)
{
	const struct locale *l =
		(language & 0xffff) ? locale_by_id(language & 0xffff) : NULL;
	const WCHAR *name =
		l ? locale_text(l, S_DISPLAY_EN) : L"Language Neutral";
	DWORD n = wide_len(name);

	if (!to || !room)
		return n;
	lstrcpynW(to, name, room);
	return n < room ? n : room - 1;
}

DWORD WINAPI VerLanguageNameA(DWORD language, LPSTR to, DWORD room)
{
	WCHAR name[128];
	DWORD n = VerLanguageNameW(language, name, ARRAY_LEN(name));

	if (!to || !room)
		return n;
	ansi_copy(name, to, room);
	return n < room ? n : room - 1;
}

/* ---- places ---- */

static const struct locale *place(GEOID id)
{
	const struct locale *l;
	unsigned i;

	for (i = 0; (l = locale_at(i)) != NULL; i++)
		if (!l->n[N_NEUTRAL] && (GEOID)l->n[N_GEO] == id &&
		    l->n[N_LCID] != LOCALE_INVARIANT)
			return l;
	return NULL;
}

GEOID WINAPI GetUserGeoID(GEOCLASS class)
{
	if (class == GEOCLASS_NATION)
		return locale_user()->n[N_GEO];
	if (class == GEOCLASS_REGION || class == 0) /* ALL */
		return 39070;                       /* World */
	SetLastError(ERROR_INVALID_PARAMETER);
	return GEOID_NOT_AVAILABLE;
}

BOOL WINAPI SetUserGeoID(GEOID id)
{
	return fail(ERROR_ACCESS_DENIED);
}

static const WCHAR *geo_text(const struct locale *l, GEOTYPE type, LANGID lang,
			     WCHAR *buf)
{
	switch (type) {
	case GEO_NATION:
		return locale_string(l, LOCALE_IGEOID, buf);
	case GEO_ISO2:
	case 0x10: /* GEO_NAME */
		return locale_text(l, S_ISO3166);
	case GEO_ISO3:
		return locale_text(l, S_ISO3166_3);
	case GEO_RFC1766:
		return locale_text(l, S_NAME);
	case GEO_LCID:
		id_text(l->n[N_LCID], 8, buf);
		return buf;
	case GEO_FRIENDLYNAME:
	case GEO_OFFICIALNAME:
		return locale_text(l, S_COUNTRY_EN);
	case 0x0e: /* GEO_DIALINGCODE */
		return locale_string(l, LOCALE_ICOUNTRY, buf);
	case 0x0f: /* GEO_CURRENCYCODE */
		return locale_text(l, S_INTL);
	case 0x11: /* GEO_CURRENCYSYMBOL */
		return locale_text(l, S_CURRENCY);
	}
	return NULL;
}

static int geo_info(const struct locale *l, GEOTYPE type, LANGID lang,
		    WCHAR *to, int room)
{
	WCHAR buf[80];
	const WCHAR *s;

	if (!l || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	s = geo_text(l, type, lang, buf);
	return s ? locale_result(s, to, room) : fail(ERROR_INVALID_FLAGS);
}

int WINAPI GetGeoInfoW(GEOID id, GEOTYPE type, LPWSTR to, int room, LANGID lang)
{
	return geo_info(place(id), type, lang, to, room);
}

int WINAPI GetGeoInfoA(GEOID id, GEOTYPE type, LPSTR to, int room, LANGID lang)
{
	WCHAR buf[128];
	int n = GetGeoInfoW(id, type, buf, ARRAY_LEN(buf), lang);

	return n ? WideCharToMultiByte(CP_ACP, 0, buf, n, to, room, NULL, NULL)
		 : 0;
}

static const struct locale *place_by_name(const WCHAR *name)
{
	const struct locale *l;
	unsigned i;

	for (i = 0; (l = locale_at(i)) != NULL; i++)
		if (!l->n[N_NEUTRAL] && l->n[N_LCID] != LOCALE_INVARIANT &&
		    wide_same(locale_text(l, S_ISO3166), name))
			return l;
	return NULL;
}

int WINAPI GetGeoInfoEx(PWSTR name, GEOTYPE type, PWSTR to, int room)
{
	return geo_info(name ? place_by_name(name) : NULL, type, 0, to, room);
}

int WINAPI GetUserDefaultGeoName(LPWSTR to, int room)
{
	return locale_result(locale_text(locale_user(), S_ISO3166), to, room);
}

BOOL WINAPI SetUserGeoName(PWSTR name)
{
	return fail(ERROR_ACCESS_DENIED);
}

BOOL WINAPI EnumSystemGeoID(GEOCLASS class, GEOID parent, GEO_ENUMPROC fn)
{
	const struct locale *l;
	unsigned i;

	if (!fn)
		return fail(ERROR_INVALID_PARAMETER);
	if (class != GEOCLASS_NATION && class != 0)
		return fail(ERROR_INVALID_FLAGS);
	for (i = 0; (l = locale_at(i)) != NULL; i++) {
		/* Once for each place: at the first of its locales. */
		if (l->n[N_NEUTRAL] || l->n[N_LCID] == LOCALE_INVARIANT ||
		    place(l->n[N_GEO]) != l)
			continue;
		if (!fn(l->n[N_GEO]))
			break;
	}
	return TRUE;
}

BOOL WINAPI EnumSystemGeoNames(GEOCLASS class,
			       BOOL(CALLBACK *fn)(PWSTR, LPARAM), LPARAM param)
{
	const struct locale *l;
	WCHAR name[8];
	unsigned i;

	if (!fn)
		return fail(ERROR_INVALID_PARAMETER);
	for (i = 0; (l = locale_at(i)) != NULL; i++) {
		if (l->n[N_NEUTRAL] || l->n[N_LCID] == LOCALE_INVARIANT ||
		    place(l->n[N_GEO]) != l)
			continue;
		locale_result(locale_text(l, S_ISO3166), name, ARRAY_LEN(name));
		if (!fn(name, param))
			break;
	}
	return TRUE;
}

/* ---- versions ---- */

/* Of our tables, not Windows': keys made by one do not fit the other. */
#define NLS_VERSION 0x00010001

BOOL WINAPI GetNLSVersion(NLS_FUNCTION function, LCID locale,
			  LPNLSVERSIONINFO info)
{
	if (!info || !locale_by_id(locale))
		return fail(ERROR_INVALID_PARAMETER);
	if (function != COMPARE_STRING)
		return fail(ERROR_INVALID_FLAGS);
	if (info->dwNLSVersionInfoSize < 12)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	info->dwNLSVersion = NLS_VERSION;
	info->dwDefinedVersion = NLS_VERSION;
	return TRUE;
}

BOOL WINAPI GetNLSVersionEx(NLS_FUNCTION function, LPCWSTR locale,
			    LPNLSVERSIONINFOEX info)
{
	const struct locale *l = locale_by_name(locale);

	if (!info || !l)
		return fail(ERROR_INVALID_PARAMETER);
	if (function != COMPARE_STRING)
		return fail(ERROR_INVALID_FLAGS);
	if (info->dwNLSVersionInfoSize != sizeof *info &&
	    info->dwNLSVersionInfoSize != 12)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	info->dwNLSVersion = NLS_VERSION;
	info->dwDefinedVersion = NLS_VERSION;
	if (info->dwNLSVersionInfoSize == sizeof *info) {
		info->dwEffectiveId = l->n[N_LCID];
		memset(&info->guidCustomVersion, 0,
		       sizeof info->guidCustomVersion);
	}
	return TRUE;
}

DWORD WINAPI IsValidNLSVersion(NLS_FUNCTION function, LPCWSTR locale,
			       LPNLSVERSIONINFOEX info)
{
	if (!info || function != COMPARE_STRING || !locale_by_name(locale))
		return fail(ERROR_INVALID_PARAMETER);
	return info->dwNLSVersion == NLS_VERSION;
}

BOOL WINAPI IsNLSDefinedString(NLS_FUNCTION function, DWORD flags,
			       LPNLSVERSIONINFO info, LPCWSTR s, INT n)
{
	int i;

	if (function != COMPARE_STRING || !s || n < -1)
		return fail(ERROR_INVALID_PARAMETER);
	if (flags)
		return fail(ERROR_INVALID_FLAGS);
	if (n < 0)
		n = wide_len(s);
	for (i = 0; i < n; i++) {
		WORD t = 0;

		if ((s[i] & 0xfc00) == 0xd800 && i + 1 < n &&
		    (s[i + 1] & 0xfc00) == 0xdc00) {
			i++;
			continue;
		}
		GetStringTypeW(CT_CTYPE1, &s[i], 1, &t);
		if (!(t & C1_DEFINED) || (s[i] & 0xf800) == 0xd800)
			return FALSE;
	}
	return TRUE;
}
