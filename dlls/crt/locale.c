/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale.c - setlocale, _create_locale, localeconv, per-thread locales.
 *
 * A locale is immutable once made; setlocale makes another and points to it.
 * Those ever made are kept and found again by their names, so that a thread
 * that is inside one needs no count.  ucrt knows UTF-8 locales, msvcrt does
 * not.
 */
#include "crt.h"

static char empty[] = "", dot[] = ".", cname[] = "C";
static char no_grouping[] = "";
static wchar_t wempty[] = L"", wdot[] = L".", wcname[] = L"C";

struct crt_lconv crt_c_lconv = {
	dot,      empty,       no_grouping, empty,    empty,    empty,
	empty,    no_grouping, empty,       empty,    CHAR_MAX, CHAR_MAX,
	CHAR_MAX, CHAR_MAX,    CHAR_MAX,    CHAR_MAX, CHAR_MAX, CHAR_MAX,
	wdot,     wempty,      wempty,      wempty,   wempty,   wempty,
	wempty,   wempty,
};

#define ROW16(n)                                                               \
	n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9,      \
		n + 10, n + 11, n + 12, n + 13, n + 14, n + 15
#define ROWS_80                                                                \
	ROW16(0x80), ROW16(0x90), ROW16(0xa0), ROW16(0xb0), ROW16(0xc0),       \
		ROW16(0xd0), ROW16(0xe0), ROW16(0xf0)

static const unsigned char c_lower[256] = {
	ROW16(0), ROW16(0x10), ROW16(0x20), ROW16(0x30), '@',  'a', 'b',
	'c',      'd',         'e',         'f',         'g',  'h', 'i',
	'j',      'k',         'l',         'm',         'n',  'o', 'p',
	'q',      'r',         's',         't',         'u',  'v', 'w',
	'x',      'y',         'z',         '[',         '\\', ']', '^',
	'_',      ROW16(0x60), ROW16(0x70), ROWS_80
};
static const unsigned char c_upper[256] = {
	ROW16(0),    ROW16(0x10), ROW16(0x20), ROW16(0x30), ROW16(0x40),
	ROW16(0x50), '`',         'A',         'B',         'C',
	'D',         'E',         'F',         'G',         'H',
	'I',         'J',         'K',         'L',         'M',
	'N',         'O',         'P',         'Q',         'R',
	'S',         'T',         'U',         'V',         'W',
	'X',         'Y',         'Z',         '{',         '|',
	'}',         '~',         0x7f,        ROWS_80
};

#if CRT_MSVCRT
#define C_INFO                                                                 \
	{                                                                      \
		.refcount = 1, .lc_clike = 1, .mb_cur_max = 1,                 \
		.lconv = &crt_c_lconv, .pctype = crt_ctype_table + 1,          \
		.pclmap = c_lower, .pcumap = c_upper                           \
	}
#else
#define C_INFO                                                                 \
	{                                                                      \
		.pctype = crt_ctype_table + 1, .mb_cur_max = 1                 \
	}
#endif

struct crt_locale crt_c_locale = {
	.locinfo = &crt_c_locale.info,
	.refs = -1,
	.info = C_INFO,
	.pctype = crt_ctype_table + 1,
	.lower = c_lower,
	.upper = c_upper,
	.mb_cur_max = 1,
	.name = { cname, cname, cname, cname, cname, cname },
	.wname = { wcname, wcname, wcname, wcname, wcname, wcname },
	.lconv = &crt_c_lconv,
	.dp = '.',
	.wdp = '.',
};
struct crt_locale *crt_global_locale = &crt_c_locale;
LONG crt_thread_locales;

/* Data that msvcrt exports; follows the global locale. */
extern const unsigned short *crt_pctype;
int crt_mb_cur_max = 1;
unsigned crt_lc_codepage, crt_lc_collate_cp;
LCID crt_lc_handle[CRT_NLC];
int crt_setlc_active, crt_unguarded_readlc_active;

static struct crt_lock locale_lock;
static struct crt_locale *made; /* chained through mbcinfo */

struct crt_locale *crt_thread_locale(void)
{
	struct crt_locale *l = crt_ptd()->locale;

	return l ? l : crt_global_locale;
}

void crt_locale_release(struct crt_locale *l)
{
	(void)l; /* kept: see above */
	InterlockedDecrement(&crt_thread_locales);
}

/* -------------------------------------------------------------- parsing */

struct wanted {
	wchar_t tag[LOCALE_NAME_MAX_LENGTH]; /* "en-US"; empty: C */
	unsigned cp;
	char name[131]; /* what setlocale returns */
};

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

static int parse_name(const char *name, struct wanted *w)
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

/* --------------------------------------------------------------- making */

static wchar_t *info(const wchar_t *tag, LCTYPE what, const wchar_t *dflt)
{
	wchar_t text[128];

	if (!GetLocaleInfoEx(tag, what, text, 128))
		return _wcsdup(dflt);
	return _wcsdup(text);
}

static char *narrow_in(const wchar_t *w, unsigned cp)
{
	char text[256];
	int n = WideCharToMultiByte(cp, 0, w, -1, text, 256, NULL, NULL);

	return _strdup(n > 0 ? text : "");
}

/* "3;2;0" is "\3\2", "3" is "\3\177". */
static char *grouping(const wchar_t *tag, LCTYPE what)
{
	wchar_t text[32];
	char out[32];
	int n = 0;

	if (!GetLocaleInfoEx(tag, what, text, 32))
		wcscpy(text, L"3;0");
	for (wchar_t *p = text; *p && n < 30; p++)
		if (*p >= '1' && *p <= '9')
			out[n++] = (char)(*p - '0');
	if (n && text[wcslen(text) - 1] != '0')
		out[n++] = CHAR_MAX;
	out[n] = 0;
	return _strdup(out);
}

static char number(const wchar_t *tag, LCTYPE what, char dflt)
{
	DWORD v;

	if (!GetLocaleInfoEx(tag, what | LOCALE_RETURN_NUMBER, (wchar_t *)&v,
			     2))
		return dflt;
	return (char)v;
}

static struct crt_lconv *make_lconv(const struct wanted *w)
{
	struct crt_lconv *l = malloc(sizeof(*l));
	const struct wanted *n = &w[L_NUMERIC], *m = &w[L_MONETARY];

	if (!l)
		return NULL;
	*l = crt_c_lconv;
	if (*n->tag) {
		l->w_decimal_point = info(n->tag, LOCALE_SDECIMAL, L".");
		l->w_thousands_sep = info(n->tag, LOCALE_STHOUSAND, L",");
		l->decimal_point = narrow_in(l->w_decimal_point, n->cp);
		l->thousands_sep = narrow_in(l->w_thousands_sep, n->cp);
		l->grouping = grouping(n->tag, LOCALE_SGROUPING);
	}
	if (*m->tag) {
		const wchar_t *t = m->tag;

		l->w_int_curr_symbol = info(t, LOCALE_SINTLSYMBOL, L"USD");
		l->w_currency_symbol = info(t, LOCALE_SCURRENCY, L"$");
		l->w_mon_decimal_point = info(t, LOCALE_SMONDECIMALSEP, L".");
		l->w_mon_thousands_sep = info(t, LOCALE_SMONTHOUSANDSEP, L",");
		l->w_positive_sign = info(t, LOCALE_SPOSITIVESIGN, L"");
		l->w_negative_sign = info(t, LOCALE_SNEGATIVESIGN, L"-");
		l->int_curr_symbol = narrow_in(l->w_int_curr_symbol, m->cp);
		l->currency_symbol = narrow_in(l->w_currency_symbol, m->cp);
		l->mon_decimal_point = narrow_in(l->w_mon_decimal_point, m->cp);
		l->mon_thousands_sep = narrow_in(l->w_mon_thousands_sep, m->cp);
		l->positive_sign = narrow_in(l->w_positive_sign, m->cp);
		l->negative_sign = narrow_in(l->w_negative_sign, m->cp);
		l->mon_grouping = grouping(t, LOCALE_SMONGROUPING);
		l->int_frac_digits = number(t, LOCALE_IINTLCURRDIGITS, 2);
		l->frac_digits = number(t, LOCALE_ICURRDIGITS, 2);
		l->p_cs_precedes = number(t, LOCALE_IPOSSYMPRECEDES, 1);
		l->p_sep_by_space = number(t, LOCALE_IPOSSEPBYSPACE, 0);
		l->n_cs_precedes = number(t, LOCALE_INEGSYMPRECEDES, 1);
		l->n_sep_by_space = number(t, LOCALE_INEGSEPBYSPACE, 0);
		l->p_sign_posn = number(t, LOCALE_IPOSSIGNPOSN, 3);
		l->n_sign_posn = number(t, LOCALE_INEGSIGNPOSN, 0);
	}
	return l;
}

static void make_ctype(struct crt_locale *l, unsigned cp)
{
	unsigned short *table;
	unsigned char *lower, *upper;
	CPINFO ci;

	if (!GetCPInfo(cp, &ci))
		ci.MaxCharSize = 1, ci.LeadByte[0] = 0;
	l->codepage = cp;
	l->mb_cur_max = cp == CP_UTF8 ? 4 : (int)ci.MaxCharSize;
	table = malloc(257 * sizeof(*table) + 512);
	if (!table)
		return;
	memcpy(table, crt_ctype_table, 257 * sizeof(*table));
	lower = (unsigned char *)(table + 257);
	upper = lower + 256;
	memcpy(lower, c_lower, 256);
	memcpy(upper, c_upper, 256);
	if (cp != CP_UTF8) {
		for (int i = 0; i < MAX_LEADBYTES && ci.LeadByte[i]; i += 2)
			for (int c = ci.LeadByte[i]; c <= ci.LeadByte[i + 1];
			     c++) {
				l->lead[c >> 3] |=
					(unsigned char)(1 << (c & 7));
				table[c + 1] = CT_LEAD;
			}
		for (int c = 128; c < 256; c++) {
			char b = (char)c, t[8];
			wchar_t wc;
			WORD type;

			if (crt_is_lead(l, (unsigned char)c) ||
			    crt_mbtowc(&wc, &b, 1, l) != 1)
				continue;
			if (GetStringTypeW(CT_CTYPE1, &wc, 1, &type))
				table[c + 1] = type & 0x1ff;
			if (crt_wctomb(t, crt_wlower(wc), l) == 1)
				lower[c] = (unsigned char)t[0];
			if (crt_wctomb(t, crt_wupper(wc), l) == 1)
				upper[c] = (unsigned char)t[0];
		}
	}
	l->pctype = table + 1;
	l->lower = lower;
	l->upper = upper;
}

static struct crt_time_names *make_time(const wchar_t *tag)
{
	struct crt_time_names *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	for (unsigned i = 0; i < 7; i++) { /* Windows' week begins on Monday */
		unsigned to = (i + 1) % 7;

		t->day[to] = info(tag, LOCALE_SABBREVDAYNAME1 + i, L"");
		t->day[to + 7] = info(tag, LOCALE_SDAYNAME1 + i, L"");
		if (!*t->day[to + 7])
			return NULL; /* no such data: English will do */
	}
	for (unsigned i = 0; i < 12; i++) {
		t->month[i] = info(tag, LOCALE_SABBREVMONTHNAME1 + i, L"");
		t->month[i + 12] = info(tag, LOCALE_SMONTHNAME1 + i, L"");
	}
	t->ampm[0] = info(tag, LOCALE_S1159, L"AM");
	t->ampm[1] = info(tag, LOCALE_S2359, L"PM");
	t->short_date = info(tag, LOCALE_SSHORTDATE, L"M/d/yyyy");
	t->long_date = info(tag, LOCALE_SLONGDATE, L"dddd, MMMM d, yyyy");
	t->time = info(tag, LOCALE_STIMEFORMAT, L"h:mm:ss tt");
	return t;
}

static char *all_name(struct crt_locale *l)
{
	static const char *const cat[] = { "",
					   "LC_COLLATE=",
					   ";LC_CTYPE=",
					   ";LC_MONETARY=",
					   ";LC_NUMERIC=",
					   ";LC_TIME=" };
	size_t n = 1;
	char *p;
	int i;

	for (i = 2; i < CRT_NLC && !strcmp(l->name[1], l->name[i]); i++)
		;
	if (i == CRT_NLC)
		return l->name[1];
	for (i = 1; i < CRT_NLC; i++)
		n += strlen(cat[i]) + strlen(l->name[i]);
	p = malloc(n);
	if (!p)
		return NULL;
	*p = 0;
	for (i = 1; i < CRT_NLC; i++)
		strcat(strcat(p, cat[i]), l->name[i]);
	return p;
}

static struct crt_locale *make(const struct wanted w[CRT_NLC])
{
	struct crt_locale *l;
	int i;

	for (i = 1; i < CRT_NLC && !*w[i].tag; i++)
		;
	if (i == CRT_NLC)
		return &crt_c_locale;
	for (l = made; l; l = l->mbcinfo) {
		for (i = 1; i < CRT_NLC && !strcmp(l->name[i], w[i].name); i++)
			;
		if (i == CRT_NLC)
			return l;
	}
	l = malloc(sizeof(*l));
	if (!l)
		return NULL;
	*l = crt_c_locale;
	l->locinfo = &l->info;
	for (i = 1; i < CRT_NLC; i++) {
		if (!*w[i].tag)
			continue;
		l->name[i] = _strdup(w[i].name);
		l->lcname[i] = _wcsdup(w[i].tag);
	}
	l->name[0] = all_name(l);
	for (i = 0; i < CRT_NLC; i++)
		l->wname[i] = l->name[i] ? crt_wide(l->name[i]) : NULL;
	if (*w[L_CTYPE].tag)
		make_ctype(l, w[L_CTYPE].cp);
	if (*w[L_COLLATE].tag)
		l->collate_cp = w[L_COLLATE].cp;
	if (*w[L_NUMERIC].tag || *w[L_MONETARY].tag) {
		l->lconv = make_lconv(w);
		if (!l->lconv)
			l->lconv = &crt_c_lconv;
		l->dp = (unsigned char)*l->lconv->decimal_point;
		l->wdp = *l->lconv->w_decimal_point;
	}
	if (*w[L_TIME].tag)
		l->time = make_time(w[L_TIME].tag);
#if CRT_MSVCRT
	l->info.refcount = 1;
	l->info.lc_codepage = l->codepage;
	l->info.lc_collate_cp = l->collate_cp;
	for (i = 1; i < CRT_NLC; i++)
		if (l->lcname[i])
			l->info.lc_handle[i] =
				LocaleNameToLCID(l->lcname[i], 0);
	for (i = 0; i < CRT_NLC; i++) {
		l->info.lc_category[i].locale = l->name[i];
		l->info.lc_category[i].wlocale = l->wname[i];
	}
	l->info.lc_clike = !l->codepage;
	l->info.lconv = l->lconv;
	l->info.pclmap = l->lower;
	l->info.pcumap = l->upper;
#else
	l->info.lc_codepage = l->codepage;
#endif
	l->info.mb_cur_max = l->mb_cur_max;
	l->info.pctype = l->pctype;
	l->mbcinfo = made;
	made = l;
	return l;
}

static void describe(struct crt_locale *l, struct wanted w[CRT_NLC])
{
	for (int i = 1; i < CRT_NLC; i++) {
		memset(&w[i], 0, sizeof(w[i]));
		strcpy(w[i].name, l->name[i]);
		if (l->lcname[i]) {
			parse_name(l->name[i], &w[i]);
			wcscpy(w[i].tag, l->lcname[i]);
			strcpy(w[i].name, l->name[i]);
		}
	}
}

/* base with one category, or all, or those in a composite name, changed */
static struct crt_locale *change(struct crt_locale *base, int cat,
				 const char *name)
{
	static const char *const key[] = { "LC_ALL=",     "LC_COLLATE=",
					   "LC_CTYPE=",   "LC_MONETARY=",
					   "LC_NUMERIC=", "LC_TIME=" };
	struct wanted *w = malloc(CRT_NLC * sizeof(*w));
	struct crt_locale *l = NULL;

	if (!w)
		return NULL;
	describe(base, w);
	if (cat == L_ALL && !strncmp(name, "LC_", 3)) {
		while (*name) {
			size_t n = strcspn(name, ";");
			char one[131];
			int i;

			for (i = 1; i < CRT_NLC; i++)
				if (!strncmp(name, key[i], strlen(key[i])))
					break;
			if (i == CRT_NLC || n - strlen(key[i]) > 130)
				goto out;
			memcpy(one, name + strlen(key[i]), n - strlen(key[i]));
			one[n - strlen(key[i])] = 0;
			if (parse_name(one, &w[i]) < 0)
				goto out;
			name += n + (name[n] == ';');
		}
	} else if (cat == L_ALL) {
		if (parse_name(name, &w[1]) < 0)
			goto out;
		for (int i = 2; i < CRT_NLC; i++)
			w[i] = w[1];
	} else if (parse_name(name, &w[cat]) < 0) {
		goto out;
	}
	l = make(w);
out:
	free(w);
	return l;
}

static void publish(struct crt_locale *l)
{
	crt_global_locale = l;
	crt_pctype = l->pctype;
	crt_mb_cur_max = l->mb_cur_max;
	crt_lc_codepage = l->codepage;
	crt_lc_collate_cp = l->collate_cp;
	crt_setlc_active = l != &crt_c_locale;
#if CRT_MSVCRT
	for (int i = 0; i < CRT_NLC; i++)
		crt_lc_handle[i] = l->info.lc_handle[i];
#endif
}

static struct crt_locale *set(int cat, const char *name)
{
	struct crt_ptd *p = crt_ptd();
	struct crt_locale *l;

	crt_lock(&locale_lock);
	l = change(crt_cur(), cat, name);
	if (l) {
		if (p->own_locale)
			p->locale = l;
		else
			publish(l);
	}
	crt_unlock(&locale_lock);
	return l;
}

char *setlocale(int cat, const char *name)
{
	struct crt_locale *l;

	CRT_REQUIRE(cat >= 0 && cat < CRT_NLC, EINVAL, NULL);
	l = name ? set(cat, name) : crt_cur();
	return l ? l->name[cat] : NULL;
}

wchar_t *_wsetlocale(int cat, const wchar_t *name)
{
	struct crt_locale *l;
	char *n;

	CRT_REQUIRE(cat >= 0 && cat < CRT_NLC, EINVAL, NULL);
	if (!name)
		return crt_cur()->wname[cat];
	n = crt_narrow(name);
	l = n ? set(cat, n) : NULL;
	free(n);
	return l ? l->wname[cat] : NULL;
}

int _configthreadlocale(int mode)
{
	struct crt_ptd *p = crt_ptd();
	int old = p->own_locale ? 1 : 2;

	switch (mode) {
	case 0:
		break;
	case -1:
	case 1: /* _ENABLE_PER_THREAD_LOCALE */
		if (!p->own_locale) {
			p->own_locale = 1;
			p->locale = crt_global_locale;
			InterlockedIncrement(&crt_thread_locales);
		}
		break;
	case 2:
		if (p->own_locale) {
			p->own_locale = 0;
			p->locale = NULL;
			InterlockedDecrement(&crt_thread_locales);
		}
		break;
	default:
		crt_invalid(EINVAL);
		return -1;
	}
	return old;
}

/* A _locale_t is two pointers that _free_locale frees. */
_locale_t _create_locale(int cat, const char *name)
{
	struct crt_locale *l;

	if (cat < 0 || cat >= CRT_NLC || !name)
		return NULL;
	crt_lock(&locale_lock);
	l = change(&crt_c_locale, cat, name);
	crt_unlock(&locale_lock);
	return (_locale_t)l;
}

_locale_t _wcreate_locale(int cat, const wchar_t *name)
{
	char *n = name ? crt_narrow(name) : NULL;
	_locale_t l = n ? _create_locale(cat, n) : NULL;

	free(n);
	return l;
}

_locale_t _get_current_locale(void)
{
	return (_locale_t)crt_cur();
}

void _free_locale(_locale_t l)
{
	(void)l; /* kept for the next who asks for it */
}

struct crt_lconv *localeconv(void)
{
	return crt_cur()->lconv;
}

int __lconv_init(void)
{
	return 0;
}

/* -------------------------------------------------------------- queries */

int ___mb_cur_max_func(void)
{
	return crt_cur()->mb_cur_max;
}

int ___mb_cur_max_l_func(_locale_t l)
{
	return crt_loc(l)->mb_cur_max;
}

int *__p___mb_cur_max(void)
{
	return &crt_mb_cur_max;
}

unsigned ___lc_codepage_func(void)
{
	return crt_cur()->codepage;
}

unsigned ___lc_collate_cp_func(void)
{
	return crt_cur()->collate_cp;
}

wchar_t **___lc_locale_name_func(void)
{
	return crt_cur()->lcname;
}

LCID *___lc_handle_func(void)
{
	return crt_lc_handle;
}

int ___setlc_active_func(void)
{
	return crt_setlc_active;
}

int *___unguarded_readlc_active_add_func(void)
{
	return &crt_unguarded_readlc_active;
}
