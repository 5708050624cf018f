/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-data.c - what a locale holds: kinds of characters, lconv, names of
 * days and months; all from kernel32's locale functions.
 */
#include "crt-locale.h"

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

struct crt_lconv *crt_make_lconv(const struct wanted *w)
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

void crt_make_ctype(struct crt_locale *l, unsigned cp)
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
	memcpy(lower, crt_c_locale.lower, 256);
	memcpy(upper, crt_c_locale.upper, 256);
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

struct crt_time_names *crt_make_time(const wchar_t *tag)
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
