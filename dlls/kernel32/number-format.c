/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * number-format.c - GetNumberFormat and GetCurrencyFormat.
 *
 * The number comes as text ("-1234.567"), so rounding is done on its digits,
 * halves away from zero.
 */
#include "locale-table.h"

struct style {
	UINT digits, leading_zero, grouping;
	const WCHAR *decimal, *thousand, *symbol; /* symbol: currency only */
	UINT negative, positive;
};

#define MAX_DIGITS 256

/* A number taken apart: digits before and after the point. */
struct number {
	BOOL negative;
	char whole[MAX_DIGITS], part[MAX_DIGITS];
	UINT nwhole, npart;
};

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

static BOOL parse(const WCHAR *s, struct number *n)
{
	BOOL point = FALSE;

	memset(n, 0, sizeof *n);
	if (*s == '-') {
		n->negative = TRUE;
		s++;
	}
	for (; *s; s++) {
		if (*s == '.') {
			if (point)
				return FALSE;
			point = TRUE;
		} else if (*s < '0' || *s > '9') {
			return FALSE;
		} else if (point) {
			if (n->npart < MAX_DIGITS)
				n->part[n->npart++] = *s;
		} else if (*s != '0' || n->nwhole) {
			if (n->nwhole >= MAX_DIGITS - 1)
				return FALSE;
			n->whole[n->nwhole++] = *s;
		}
	}
	return TRUE;
}

static void round_to(struct number *n, UINT digits)
{
	BOOL up = n->npart > digits && n->part[digits] >= '5';
	UINT i;

	while (n->npart < digits)
		n->part[n->npart++] = '0';
	n->npart = digits;
	for (i = digits; up && i-- > 0;) {
		up = n->part[i] == '9';
		n->part[i] = up ? '0' : n->part[i] + 1;
	}
	for (i = n->nwhole; up && i-- > 0;) {
		up = n->whole[i] == '9';
		n->whole[i] = up ? '0' : n->whole[i] + 1;
	}
	if (up) {
		memmove(n->whole + 1, n->whole, n->nwhole);
		n->whole[0] = '1';
		n->nwhole++;
	}
	/* Nothing but zeros has no sign. */
	if (!n->nwhole) {
		for (i = 0; i < n->npart && n->part[i] == '0'; i++)
			;
		if (i == n->npart)
			n->negative = FALSE;
	}
}

/* ---- putting together ---- */

struct text {
	WCHAR at[2048];
	int n;
};

static void put(struct text *t, WCHAR c)
{
	if (t->n < (int)ARRAY_LEN(t->at) - 1)
		t->at[t->n++] = c;
}

static void put_text(struct text *t, const WCHAR *s)
{
	while (*s)
		put(t, *s++);
}

/*
 * Is there a separator before the last `left` digits?  grouping is 3 for "3;0"
 * (every three), 32 for "3;2;0" (three, then twos), 30 for "3" (three, once).
 */
static BOOL separated(UINT grouping, UINT left)
{
	UINT sizes[10], n = 0, at = 0, i;
	BOOL repeat = grouping % 10 != 0;

	for (; grouping && n < ARRAY_LEN(sizes); grouping /= 10)
		sizes[n++] = grouping % 10;
	for (i = n; i-- > 0;) {
		if (!sizes[i])
			break;
		at += sizes[i];
		if (at == left)
			return TRUE;
		if (at > left)
			return FALSE;
		while (i == 0 && repeat && at < left)
			at += sizes[0];
		if (at == left)
			return TRUE;
	}
	return FALSE;
}

static void put_digits(struct text *t, const struct number *n,
		       const struct style *s)
{
	UINT i;

	for (i = 0; i < n->nwhole; i++) {
		if (i && separated(s->grouping, n->nwhole - i))
			put_text(t, s->thousand);
		put(t, n->whole[i]);
	}
	if (!n->nwhole && (s->leading_zero || !s->digits))
		put(t, '0');
	if (s->digits)
		put_text(t, s->decimal);
	for (i = 0; i < s->digits; i++)
		put(t, n->part[i]);
}

/* n the number, $ the symbol; Source: LOCALE_INEGNUMBER and its siblings. */
static const WCHAR *const negative_number[] = {
	L"(n)", L"-n", L"- n", L"n-", L"n -",
};
static const WCHAR *const positive_currency[] = {
	L"$n",
	L"n$",
	L"$ n",
	L"n $",
};
static const WCHAR *const negative_currency[] = {
	L"($n)", L"-$n",  L"$-n",   L"$n-",   L"(n$)", L"-n$",
	L"n-$",  L"n$-",  L"-n $",  L"-$ n",  L"n $-", L"$ n-",
	L"$ -n", L"n- $", L"($ n)", L"(n $)",
};

static int arrange(const WCHAR *pattern, const struct number *n,
		   const struct style *s, const WCHAR *minus, WCHAR *to,
		   int room)
{
	struct text t = { .n = 0 };

	for (; *pattern; pattern++) {
		if (*pattern == 'n')
			put_digits(&t, n, s);
		else if (*pattern == '$')
			put_text(&t, s->symbol);
		else if (*pattern == '-')
			put_text(&t, minus);
		else
			put(&t, *pattern);
	}
	t.at[t.n] = 0;
	return locale_result(t.at, to, room);
}

/* "3;2;0" as 32, "3;0" as 3, "3" as 30: what NUMBERFMT has. */
static UINT grouping_of(const WCHAR *s)
{
	UINT n = 0;
	BOOL repeat = FALSE;

	for (; *s; s++) {
		if (*s == '0')
			repeat = TRUE;
		else if (*s >= '1' && *s <= '9')
			n = n * 10 + (*s - '0');
	}
	return repeat ? n : n * 10;
}

static int number_format(const struct locale *l, DWORD flags,
			 const WCHAR *value, const NUMBERFMTW *given, WCHAR *to,
			 int room)
{
	struct number n;
	struct style s;

	if (!l || !value || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if ((flags & ~LOCALE_NOUSEROVERRIDE) || (given && flags))
		return fail(ERROR_INVALID_FLAGS);
	if (!parse(value, &n))
		return fail(ERROR_INVALID_PARAMETER);
	if (given) {
		if (given->NegativeOrder >= ARRAY_LEN(negative_number) ||
		    given->NumDigits > 9 || given->LeadingZero > 1 ||
		    !given->lpDecimalSep || !given->lpThousandSep)
			return fail(ERROR_INVALID_PARAMETER);
		s = (struct style){ given->NumDigits,     given->LeadingZero,
				    given->Grouping,      given->lpDecimalSep,
				    given->lpThousandSep, L"",
				    given->NegativeOrder, 0 };
	} else {
		s = (struct style){ 2,
				    1,
				    grouping_of(locale_text(l, S_GROUPING)),
				    locale_text(l, S_DECIMAL),
				    locale_text(l, S_THOUSAND),
				    L"",
				    1,
				    0 };
	}
	round_to(&n, s.digits);
	return arrange(n.negative ? negative_number[s.negative] : L"n", &n, &s,
		       locale_text(l, S_MINUS), to, room);
}

static int currency_format(const struct locale *l, DWORD flags,
			   const WCHAR *value, const CURRENCYFMTW *given,
			   WCHAR *to, int room)
{
	struct number n;
	struct style s;

	if (!l || !value || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if ((flags & ~LOCALE_NOUSEROVERRIDE) || (given && flags))
		return fail(ERROR_INVALID_FLAGS);
	if (!parse(value, &n))
		return fail(ERROR_INVALID_PARAMETER);
	if (given) {
		if (given->NegativeOrder >= ARRAY_LEN(negative_currency) ||
		    given->PositiveOrder >= ARRAY_LEN(positive_currency) ||
		    given->NumDigits > 9 || given->LeadingZero > 1 ||
		    !given->lpDecimalSep || !given->lpThousandSep ||
		    !given->lpCurrencySymbol)
			return fail(ERROR_INVALID_PARAMETER);
		s = (struct style){
			given->NumDigits,     given->LeadingZero,
			given->Grouping,      given->lpDecimalSep,
			given->lpThousandSep, given->lpCurrencySymbol,
			given->NegativeOrder, given->PositiveOrder
		};
	} else {
		s = (struct style){ l->n[N_CUR_DIGITS],
				    1,
				    grouping_of(locale_text(l, S_GROUPING)),
				    locale_text(l, S_MON_DECIMAL),
				    locale_text(l, S_MON_THOUSAND),
				    locale_text(l, S_CURRENCY),
				    l->n[N_NEGCURR],
				    l->n[N_POSCURR] };
	}
	round_to(&n, s.digits);
	return arrange(n.negative ? negative_currency[s.negative]
				  : positive_currency[s.positive],
		       &n, &s, locale_text(l, S_MINUS), to, room);
}

int WINAPI GetNumberFormatEx(LPCWSTR locale, DWORD flags, LPCWSTR value,
			     const NUMBERFMTW *format, LPWSTR to, int room)
{
	return number_format(locale_by_name(locale), flags, value, format, to,
			     room);
}

int WINAPI GetNumberFormatW(LCID locale, DWORD flags, LPCWSTR value,
			    const NUMBERFMTW *format, LPWSTR to, int room)
{
	return number_format(locale_by_id(locale), flags, value, format, to,
			     room);
}

int WINAPI GetCurrencyFormatEx(LPCWSTR locale, DWORD flags, LPCWSTR value,
			       const CURRENCYFMTW *format, LPWSTR to, int room)
{
	return currency_format(locale_by_name(locale), flags, value, format, to,
			       room);
}

int WINAPI GetCurrencyFormatW(LCID locale, DWORD flags, LPCWSTR value,
			      const CURRENCYFMTW *format, LPWSTR to, int room)
{
	return currency_format(locale_by_id(locale), flags, value, format, to,
			       room);
}

/* ---- in the ANSI code page ---- */

static int to_ansi(UINT cp, const WCHAR *s, int n, LPSTR to, int room)
{
	return n ? WideCharToMultiByte(cp, 0, s, n, to, room, NULL, NULL) : 0;
}

int WINAPI GetNumberFormatA(LCID locale, DWORD flags, LPCSTR value,
			    const NUMBERFMTA *format, LPSTR to, int room)
{
	UINT cp = flags & LOCALE_USE_CP_ACP ? CP_ACP : locale_codepage(locale);
	WCHAR wide[300], out[2048], decimal[16], thousand[16];
	NUMBERFMTW f;

	flags &= ~LOCALE_USE_CP_ACP;
	if (!value ||
	    !MultiByteToWideChar(cp, 0, value, -1, wide, ARRAY_LEN(wide)))
		return fail(ERROR_INVALID_PARAMETER);
	if (format) {
		f = *(const NUMBERFMTW *)format;
		if (!MultiByteToWideChar(cp, 0, format->lpDecimalSep, -1,
					 decimal, ARRAY_LEN(decimal)) ||
		    !MultiByteToWideChar(cp, 0, format->lpThousandSep, -1,
					 thousand, ARRAY_LEN(thousand)))
			return fail(ERROR_INVALID_PARAMETER);
		f.lpDecimalSep = decimal;
		f.lpThousandSep = thousand;
	}
	return to_ansi(cp, out,
		       GetNumberFormatW(locale, flags, wide, format ? &f : NULL,
					out, ARRAY_LEN(out)),
		       to, room);
}

int WINAPI GetCurrencyFormatA(LCID locale, DWORD flags, LPCSTR value,
			      const CURRENCYFMTA *format, LPSTR to, int room)
{
	UINT cp = flags & LOCALE_USE_CP_ACP ? CP_ACP : locale_codepage(locale);
	WCHAR wide[300], out[2048], decimal[16], thousand[16], symbol[32];
	CURRENCYFMTW f;

	flags &= ~LOCALE_USE_CP_ACP;
	if (!value ||
	    !MultiByteToWideChar(cp, 0, value, -1, wide, ARRAY_LEN(wide)))
		return fail(ERROR_INVALID_PARAMETER);
	if (format) {
		f = *(const CURRENCYFMTW *)format;
		if (!MultiByteToWideChar(cp, 0, format->lpDecimalSep, -1,
					 decimal, ARRAY_LEN(decimal)) ||
		    !MultiByteToWideChar(cp, 0, format->lpThousandSep, -1,
					 thousand, ARRAY_LEN(thousand)) ||
		    !MultiByteToWideChar(cp, 0, format->lpCurrencySymbol, -1,
					 symbol, ARRAY_LEN(symbol)))
			return fail(ERROR_INVALID_PARAMETER);
		f.lpDecimalSep = decimal;
		f.lpThousandSep = thousand;
		f.lpCurrencySymbol = symbol;
	}
	return to_ansi(cp, out,
		       GetCurrencyFormatW(locale, flags, wide,
					  format ? &f : NULL, out,
					  ARRAY_LEN(out)),
		       to, room);
}
