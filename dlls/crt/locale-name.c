/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-name.c - from what setlocale is given ("German_Austria.1252", "de-AT",
 * "deu", "") to a tag and a code page, and the name that is answered.
 */
#include "crt-locale.h"

static const struct {
	const char *name, *tag;
} known_names[] = {
	{ "american", "en-US" },
	{ "american english", "en-US" },
	{ "english", "en-US" },
	{ "english-american", "en-US" },
	{ "english-us", "en-US" },
	{ "english-usa", "en-US" },
	{ "english-uk", "en-GB" },
	{ "english-can", "en-CA" },
	{ "enu", "en-US" },
	{ "eng", "en-GB" },
	{ "us", "en-US" },
	{ "usa", "en-US" },
	{ "german", "de-DE" },
	{ "deu", "de-DE" },
	{ "german-austrian", "de-AT" },
	{ "german-swiss", "de-CH" },
	{ "french", "fr-FR" },
	{ "fra", "fr-FR" },
	{ "french-canadian", "fr-CA" },
	{ "spanish", "es-ES" },
	{ "esp", "es-ES" },
	{ "spanish-mexican", "es-MX" },
	{ "italian", "it-IT" },
	{ "ita", "it-IT" },
	{ "dutch", "nl-NL" },
	{ "nld", "nl-NL" },
	{ "portuguese", "pt-PT" },
	{ "ptg", "pt-PT" },
	{ "portuguese-brazilian", "pt-BR" },
	{ "ptb", "pt-BR" },
	{ "swedish", "sv-SE" },
	{ "sve", "sv-SE" },
	{ "danish", "da-DK" },
	{ "dan", "da-DK" },
	{ "norwegian", "nb-NO" },
	{ "nor", "nb-NO" },
	{ "finnish", "fi-FI" },
	{ "fin", "fi-FI" },
	{ "polish", "pl-PL" },
	{ "plk", "pl-PL" },
	{ "czech", "cs-CZ" },
	{ "csy", "cs-CZ" },
	{ "hungarian", "hu-HU" },
	{ "hun", "hu-HU" },
	{ "russian", "ru-RU" },
	{ "rus", "ru-RU" },
	{ "turkish", "tr-TR" },
	{ "trk", "tr-TR" },
	{ "greek", "el-GR" },
	{ "ell", "el-GR" },
	{ "japanese", "ja-JP" },
	{ "jpn", "ja-JP" },
	{ "korean", "ko-KR" },
	{ "kor", "ko-KR" },
	{ "chinese", "zh-CN" },
	{ "chinese-simplified", "zh-CN" },
	{ "chs", "zh-CN" },
	{ "chinese-traditional", "zh-TW" },
	{ "cht", "zh-TW" },
};

struct search {
	const wchar_t *lang, *country;
	wchar_t *tag;
};

static BOOL CALLBACK try_locale(LPWSTR tag, DWORD flags, LPARAM arg)
{
	struct search *s = (struct search *)arg;
	wchar_t text[128];

	if (!GetLocaleInfoEx(tag, LOCALE_SENGLANGUAGE, text, 128) ||
	    _wcsicmp(text, s->lang))
		return TRUE;
	if (*s->country &&
	    (!GetLocaleInfoEx(tag, LOCALE_SENGCOUNTRY, text, 128) ||
	     _wcsicmp(text, s->country)))
		return TRUE;
	if (!*s->country && !wcschr(tag, '-'))
		return TRUE;
	wcscpy(s->tag, tag);
	return FALSE;
}

static unsigned ansi_cp(const wchar_t *tag)
{
	DWORD cp = 0;

	if (!GetLocaleInfoEx(tag,
			     LOCALE_IDEFAULTANSICODEPAGE | LOCALE_RETURN_NUMBER,
			     (wchar_t *)&cp, sizeof(cp) / 2) ||
	    !cp)
		cp = GetACP();
	return cp;
}

/* "English_United States.1252" */
static void long_name(const wchar_t *tag, unsigned cp, char *out)
{
	char lang[64] = "English", country[64] = "United States";
	wchar_t w[64];

	if (GetLocaleInfoEx(tag, LOCALE_SENGLANGUAGE, w, 64))
		WideCharToMultiByte(CP_ACP, 0, w, -1, lang, 64, NULL, NULL);
	if (GetLocaleInfoEx(tag, LOCALE_SENGCOUNTRY, w, 64))
		WideCharToMultiByte(CP_ACP, 0, w, -1, country, 64, NULL, NULL);
	strcpy(out, lang);
	strcat(out, "_");
	strncat(out, country, 58);
	if (cp == CP_UTF8)
		strcat(out, ".utf8");
	else
		_itoa((int)cp, strcat(out, ".") + strlen(out), 10);
}

static void user_tag(wchar_t *tag)
{
	if (!GetUserDefaultLocaleName(tag, LOCALE_NAME_MAX_LENGTH) || !*tag)
		wcscpy(tag, L"en-US");
}

static int find_tag(const char *lang, const char *country, wchar_t *tag)
{
	wchar_t wlang[64], wcountry[64];
	struct search s = { wlang, wcountry, tag };
	size_t i, n = strlen(lang);

	tag[0] = 0;
	if (!*country) {
		for (i = 0; i < COUNT_OF(known_names); i++)
			if (!_stricmp(known_names[i].name, lang)) {
				const char *p = known_names[i].tag;

				while ((*tag++ = (unsigned char)*p++))
					;
				return 0;
			}
	}
	/* en, en-US, en_US, zh-Hans-CN */
	if (n == 2 || n == 3 || (n > 3 && (lang[2] == '-' || lang[3] == '-'))) {
		DWORD lcid;
		wchar_t *p = tag;

		for (i = 0; lang[i] && i < 40; i++)
			*p++ = (unsigned char)lang[i];
		if (*country && strlen(country) < 20) {
			*p++ = '-';
			for (i = 0; country[i]; i++)
				*p++ = (unsigned char)country[i];
		}
		*p = 0;
		if (GetLocaleInfoEx(tag,
				    LOCALE_ILANGUAGE | LOCALE_RETURN_NUMBER,
				    (wchar_t *)&lcid, 2))
			return 0;
		tag[0] = 0;
	}
	if (n >= 64 || strlen(country) >= 64)
		return -1;
	for (i = 0; i <= n; i++)
		wlang[i] = (unsigned char)lang[i];
	for (i = 0; i <= strlen(country); i++)
		wcountry[i] = (unsigned char)country[i];
	/* The usual one need not be searched for. */
	if (!_stricmp(lang, "English") &&
	    (!_stricmp(country, "United States") ||
	     !_stricmp(country, "USA"))) {
		wcscpy(tag, L"en-US");
		return 0;
	}
	EnumSystemLocalesEx(try_locale, LOCALE_ALL, (LPARAM)&s, NULL);
	return *tag ? 0 : -1;
}

int crt_locale_parse(const char *name, struct wanted *w)
{
	char lang[131], *country, *cp, *end;
	size_t n = strlen(name);

	memset(w, 0, sizeof(*w));
	if (n > 130)
		return -1;
	if (!strcmp(name, "C")) {
		strcpy(w->name, "C");
		return 0;
	}
	if (!*name) {
		user_tag(w->tag);
		w->cp = ansi_cp(w->tag);
		long_name(w->tag, w->cp, w->name);
		return 0;
	}
	strcpy(lang, name);
	cp = strrchr(lang, '.');
	if (cp)
		*cp++ = 0;
	country = strchr(lang, '_');
	if (country)
		*country++ = 0;
	if (!*lang)
		user_tag(w->tag);
	else if (find_tag(lang, country ? country : "", w->tag) < 0)
		return -1;
	w->cp = ansi_cp(w->tag);
	if (cp && *cp) {
		if (!_stricmp(cp, "ACP")) {
			w->cp = GetACP();
		} else if (!_stricmp(cp, "OCP")) {
			w->cp = GetOEMCP();
		} else if (!_stricmp(cp, "utf8") || !_stricmp(cp, "utf-8")) {
			w->cp = CP_UTF8;
		} else {
			w->cp = strtoul(cp, &end, 10);
			if (*end || !w->cp)
				return -1;
		}
	}
	if (w->cp == CP_UTF8 ? CRT_MSVCRT
			     : w->cp == CP_UTF7 || !IsValidCodePage(w->cp))
		return -1;
	/* A tag stays as it was written; everything else gets its long name. */
	if (!CRT_MSVCRT && *lang && (strlen(lang) < 4 || strchr(lang, '-')))
		strcpy(w->name, name);
	else
		long_name(w->tag, w->cp, w->name);
	return 0;
}
