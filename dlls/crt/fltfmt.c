/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fltfmt.c - a double as the text of %e, %f, %g and %a, and _ecvt's family.
 *
 * Digits come from fltscale.c or else from gdtoa.  Two of Microsoft's habits
 * are kept: msvcrt knows 17 digits and puts zeros behind them, and rounds those
 * half up; ucrt rounds exact ties away from zero unless the caller's options
 * ask for the standard's way.
 */
#include "fltfmt.h"

struct digits {
	char d[1100];
	int n;     /* digits, no trailing zeros beyond what was asked */
	int point; /* 0.d1d2d3... * 10^point */
};

/* Round d to n digits, half up; n may be 0 or less. */
static void round_half_up(struct digits *g, int n)
{
	if (n >= g->n)
		return;
	if (n < 0 || g->d[n] < '5') {
		g->n = n > 0 ? n : 0;
		return;
	}
	while (n > 0 && g->d[n - 1] == '9')
		n--;
	if (n == 0) {
		g->d[0] = '1';
		g->n = 1;
		g->point++;
		return;
	}
	g->d[n - 1]++;
	g->n = n;
}

static void take(struct digits *g, double v, int mode, int n)
{
	int sign;
	char *end, *s = __dtoa(v, mode, n, &g->point, &sign, &end);

	g->n = 0;
	if (!s)
		return;
	g->n = (int)(end - s);
	if (g->n > (int)sizeof(g->d))
		g->n = sizeof(g->d);
	memcpy(g->d, s, (size_t)g->n);
	__freedtoa(s);
}

/* Is v exactly halfway between two values of n digits (or n decimals)? */
static int is_tie(double v, int mode, int n)
{
	struct digits a, b;

	take(&a, v, mode, n + 1);
	if (!a.n || a.d[a.n - 1] != '5' ||
	    (mode == 2 ? a.n : a.n - a.point) != n + 1)
		return 0;
	take(&b, v, 2, 800);
	return a.n == b.n && !memcmp(a.d, b.d, (size_t)a.n);
}

static int may_be_tie(double v, int n)
{
	static const double pow10[] = { 1e0,  1e1,  1e2,  1e3, 1e4,  1e5,
					1e6,  1e7,  1e8,  1e9, 1e10, 1e11,
					1e12, 1e13, 1e14, 1e15 };
	long double t;

	if (n < 0 || n >= (int)COUNT_OF(pow10) || v >= 1e15)
		return 0;
	t = (long double)v * pow10[n];
	if (t >= 4e18L)
		return 0;
	t -= (long double)(unsigned long long)t;
	return t == 0.5L;
}

/* mode 2: n significant digits; mode 3: n decimals.  v >= 0, finite. */
static void get_digits(struct digits *g, double v, int mode, int n,
		       unsigned opt)
{
	if (n > 1000)
		n = 1000; /* what follows is zeros: no double has more */
	if (opt & PRINTF_LEGACY_MSVCRT) {
		if (v == 0)
			take(g, v, 2, 17), g->point = 0;
		else if (!crt_easy_digits(v, 2, 17, 0, g->d, &g->n, &g->point))
			take(g, v, 2, 17);
		round_half_up(g, mode == 3 ? g->point + n : n);
	} else if (v != 0 &&
		   crt_easy_digits(v, mode, n, !(opt & PRINTF_ROUNDING), g->d,
				   &g->n, &g->point)) {
		return;
	} else if (!(opt & PRINTF_ROUNDING) &&
		   (mode == 3 ? may_be_tie(v, n) : n <= 15) &&
		   is_tie(v, mode, n)) {
		take(g, v, mode, n + 1);
		round_half_up(g, g->n - 1);
	} else {
		take(g, v, mode, n);
	}
	if (v == 0) {
		g->point = 1;
		g->n = 1;
		g->d[0] = '0';
	}
}

static char *put_exponent(char *o, int e, int digits, char letter)
{
	*o++ = letter;
	*o++ = e < 0 ? '-' : '+';
	if (e < 0)
		e = -e;
	if (e >= 1000) /* of %a */
		*o++ = '1';
	if (e >= 100 || digits >= 3)
		*o++ = (char)('0' + e / 100 % 10);
	if (e >= 10 || digits >= 2)
		*o++ = (char)('0' + e / 10 % 10);
	*o++ = (char)('0' + e % 10);
	return o;
}

/* d[0] . d[1..prec], zeros where g has no more */
static char *put_digits(char *o, const struct digits *g, int from, int n)
{
	for (int i = from; i < from + n; i++)
		*o++ = i >= 0 && i < g->n ? g->d[i] : '0';
	return o;
}

static char *put_e(char *o, const struct digits *g, int prec, int alt,
		   int strip, char letter, unsigned opt, char dp, int zero)
{
	int e = zero ? 0 : g->point - 1;

	if (strip && prec > g->n - 1)
		prec = g->n - 1;
	while (strip && prec > 0 && g->d[prec] == '0')
		prec--;
	o = put_digits(o, g, 0, 1);
	if (prec > 0 || alt)
		*o++ = dp;
	o = put_digits(o, g, 1, prec);
	return put_exponent(o, e, opt & PRINTF_3DIGIT_EXPONENT ? 3 : 2, letter);
}

static char *put_f(char *o, const struct digits *g, int prec, int alt,
		   int strip, char dp)
{
	if (strip) {
		int have = g->n - g->point;

		if (prec > have)
			prec = have > 0 ? have : 0;
		while (prec > 0 && g->point + prec - 1 < g->n &&
		       g->point + prec - 1 >= 0 &&
		       g->d[g->point + prec - 1] == '0')
			prec--;
	}
	if (g->point <= 0)
		*o++ = '0';
	else
		o = put_digits(o, g, 0, g->point);
	if (prec > 0 || alt)
		*o++ = dp;
	return put_digits(o, g, g->point, prec);
}

static char *put_hex(char *o, double v, int prec, int alt, char letter, char dp)
{
	union {
		double d;
		uint64_t u;
	} x = { v };
	const char *hex =
		letter == 'a' ? "0123456789abcdef" : "0123456789ABCDEF";
	uint64_t m = x.u & 0xfffffffffffffULL;
	int e = (int)(x.u >> 52 & 0x7ff), lead = 1;

	if (e == 0) {
		lead = 0;
		e = m ? -1022 : 0;
	} else {
		e -= 1023;
	}
	if (prec < 13) {
		int drop = 4 * (13 - prec);
		uint64_t all = (uint64_t)lead << 52 | m;
		uint64_t half = 1ULL << (drop - 1);
		uint64_t rest = all & ((1ULL << drop) - 1);

		all >>= drop;
		if (rest > half || (rest == half && (all & 1)))
			all++;
		all <<= drop;
		lead = (int)(all >> 52);
		m = all & 0xfffffffffffffULL;
	}
	*o++ = (char)('0' + lead);
	if (prec > 0 || alt)
		*o++ = dp;
	for (int i = 0; i < prec; i++)
		*o++ = i < 13 ? hex[m >> (48 - 4 * i) & 15] : '0';
	return put_exponent(o, e, 1, letter == 'a' ? 'p' : 'P');
}

static char *put_special(char *o, const char *s, int upper)
{
	for (; *s; s++)
		*o++ = (char)(upper && *s >= 'a' && *s <= 'z' ? *s - 32 : *s);
	return o;
}

/* 1.#INF, 1.#QNAN, ...: msvcrt rounds the letters like digits. */
static char *put_legacy(char *o, const char *name, char conv, int prec, int alt,
			unsigned opt, char dp)
{
	struct digits g;
	int n;

	g.d[0] = '1';
	strcpy(g.d + 1, name);
	g.n = (int)strlen(g.d);
	g.point = 1;
	n = conv == 'g' || conv == 'G' ? (prec ? prec : 1) : prec + 1;
	round_half_up(&g, n);
	if (conv == 'e' || conv == 'E')
		return put_e(o, &g, prec, alt, 0, conv, opt, dp, 1);
	return put_f(o, &g, conv == 'g' || conv == 'G' ? n - 1 : prec, alt,
		     (conv == 'g' || conv == 'G') && !alt, dp);
}

int crt_format_double(char *out, double v, char conv, int prec, int alt,
		      unsigned opt, char dp, int *special)
{
	union {
		double d;
		uint64_t u;
	} x = { v };
	char lower = (char)(conv | 0x20), *o = out;
	int upper = lower != conv;
	uint64_t signbits;
	struct digits g;

	*special = 0;
	signbits = x.u;
	x.u &= ~(1ULL << 63);
	if (x.u >= 0x7ffULL << 52) {
		/* what the processor makes of 0/0 */
		int ind = signbits == 0xfff8ULL << 48;
		int inf = x.u == 0x7ffULL << 52;
		int quiet = (int)(x.u >> 51 & 1);

		*special = 1;
		if (opt & PRINTF_LEGACY_MSVCRT) {
			if (prec < 0)
				prec = 6;
			*special = 0;
			if (lower == 'a')
				conv = 'f';
			return (int)(put_legacy(o,
						inf     ? "#INF"
						: ind   ? "#IND"
						: quiet ? "#QNAN"
							: "#SNAN",
						conv, prec, alt, opt, dp) -
				     out);
		}
		return (int)(put_special(o,
					 inf     ? "inf"
					 : ind   ? "nan(ind)"
					 : quiet ? "nan"
						 : "nan(snan)",
					 upper) -
			     out);
	}
	v = x.d;
	switch (lower) {
	case 'a':
		if (prec < 0)
			prec = opt & PRINTF_LEGACY_MSVCRT ? 6 : 13;
		o = put_hex(o, v, prec, alt, conv, dp);
		break;
	case 'e':
		if (prec < 0)
			prec = 6;
		get_digits(&g, v, 2, prec + 1, opt);
		o = put_e(o, &g, prec, alt, 0, conv, opt, dp, v == 0);
		break;
	case 'f':
		if (prec < 0)
			prec = 6;
		get_digits(&g, v, 3, prec, opt);
		if (!g.n)
			g.point = -prec;
		o = put_f(o, &g, prec, alt, 0, dp);
		break;
	default:
		if (prec < 0)
			prec = 6;
		if (prec == 0)
			prec = 1;
		get_digits(&g, v, 2, prec, opt);
		if (v != 0 && (g.point - 1 < -4 || g.point > prec))
			o = put_e(o, &g, prec - 1, alt, !alt,
				  (char)(conv - ('g' - 'e')), opt, dp, 0);
		else
			o = put_f(o, &g, prec - g.point, alt, !alt, dp);
		break;
	}
	return (int)(o - out);
}

/* ------------------------------------------------- _ecvt, _fcvt, _gcvt */

static void cvt_digits(char *out, size_t room, double v, int mode, int n,
		       int *point, int *sign)
{
	struct digits g;
	int want;

	*sign = v < 0 || (v == 0 && 1 / v < 0);
	if (v < 0)
		v = -v;
	get_digits(&g, v, mode, n < 0 ? 0 : n, 0);
	if (v == 0) {
		g.point = 0;
		g.n = 0;
	}
	want = mode == 3 ? g.point + n : n;
	if (mode == 3 && v == 0)
		want = n;
	if (want > (int)room - 1)
		want = (int)room - 1;
	if (want < 0)
		want = 0;
	*put_digits(out, &g, 0, want) = 0;
	*point = g.point;
}

static char *cvt_buffer(void)
{
	struct crt_ptd *p = crt_ptd();

	if (!p->cvt)
		p->cvt = malloc(352);
	return p->cvt;
}

char *_ecvt(double v, int n, int *point, int *sign)
{
	char *b = cvt_buffer();

	CRT_REQUIRE(point && sign, EINVAL, NULL);
	if (b)
		cvt_digits(b, 352, v, 2, n > 340 ? 340 : n, point, sign);
	return b;
}

char *_fcvt(double v, int n, int *point, int *sign)
{
	char *b = cvt_buffer();

	CRT_REQUIRE(point && sign, EINVAL, NULL);
	if (b)
		cvt_digits(b, 352, v, 3, n > 340 ? 340 : n, point, sign);
	return b;
}

errno_t _ecvt_s(char *buf, size_t room, double v, int n, int *point, int *sign)
{
	CRT_REQUIRE_E(buf && room && point && sign, EINVAL);
	if (room < (size_t)(n < 0 ? 0 : n) + 1) {
		*buf = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	cvt_digits(buf, room, v, 2, n, point, sign);
	return 0;
}

errno_t _fcvt_s(char *buf, size_t room, double v, int n, int *point, int *sign)
{
	char tmp[352];

	CRT_REQUIRE_E(buf && room && point && sign, EINVAL);
	cvt_digits(tmp, sizeof(tmp), v, 3, n, point, sign);
	if (strlen(tmp) >= room) {
		*buf = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	strcpy(buf, tmp);
	return 0;
}

/* "%.ng", with a point always: 1. and 1.e+010 as Microsoft's prints them. */
char *_gcvt(double v, int n, char *buf)
{
	char tmp[400], *o = buf;
	int special, len;

	CRT_REQUIRE(buf && n >= 0, EINVAL, NULL);
	if (n > 340)
		n = 340;
	len = crt_format_double(tmp, v, 'g', n, 0,
				CRT_MSVCRT ? PRINTF_MSVCRT : 0,
				(char)crt_cur()->dp, &special);
	if (v < 0 || (v == 0 && 1 / v < 0))
		*o++ = '-';
	tmp[len] = 0;
	if (!special && !memchr(tmp, crt_cur()->dp, (size_t)len)) {
		char *e = memchr(tmp, 'e', (size_t)len);
		size_t k = e ? (size_t)(e - tmp) : (size_t)len;

		memcpy(o, tmp, k);
		o += k;
		*o++ = (char)crt_cur()->dp;
		memcpy(o, tmp + k, (size_t)len - k + 1);
	} else {
		memcpy(o, tmp, (size_t)len + 1);
	}
	return buf;
}

errno_t _gcvt_s(char *buf, size_t room, double v, int n)
{
	char tmp[400];

	CRT_REQUIRE_E(buf && room && n >= 0 && n < 340, EINVAL);
	_gcvt(v, n, tmp);
	if (strlen(tmp) >= room) {
		*buf = 0;
		crt_invalid(ERANGE);
		return ERANGE;
	}
	strcpy(buf, tmp);
	return 0;
}
