/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * strtol.c - text to numbers and back: strtol's family, strtod, _itoa's.
 *
 * strtod is gdtoa's, fed with the locale's decimal point as a full stop.
 * msvcrt's knows neither hexadecimal numbers nor infinity.
 */
#include "fltfmt.h"
#include <emmintrin.h>

/* ------------------------------------------------------------- integers */

static int digit_of(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

#define PARSE(NAME, CH, UCH, ISSPACE)                                          \
	/* sign: -1 or 1; returns the magnitude, *over when it exceeds max */  \
	static uint64_t NAME(const CH *s, CH **end, int base, uint64_t max,    \
			     uint64_t max_negative, int *negative, int *over)  \
	{                                                                      \
		const CH *p = s;                                               \
		uint64_t v = 0, limit;                                         \
		int any = 0;                                                   \
                                                                               \
		*negative = *over = 0;                                         \
		while (ISSPACE((UCH)*p))                                       \
			p++;                                                   \
		if (*p == '-' || *p == '+')                                    \
			*negative = *p++ == '-';                               \
		limit = *negative ? max_negative : max;                        \
		/* Without a digit behind it 0x is no number, not even 0. */   \
		if ((base == 0 || base == 16) && p[0] == '0' &&                \
		    (p[1] == 'x' || p[1] == 'X')) {                            \
			p += 2;                                                \
			base = 16;                                             \
		} else if (base == 0) {                                        \
			base = *p == '0' ? 8 : 10;                             \
		}                                                              \
		for (int d; (d = digit_of(*p)) < base; p++) {                  \
			any = 1;                                               \
			if (*over)                                             \
				continue;                                      \
			if (v > (limit - (unsigned)d) / (unsigned)base)        \
				*over = 1;                                     \
			else                                                   \
				v = v * (unsigned)base + (unsigned)d;          \
		}                                                              \
		if (end)                                                       \
			*end = (CH *)(any ? p : s);                            \
		if (*over)                                                     \
			crt_errno = ERANGE;                                    \
		return *over ? limit : v;                                      \
	}

#define NARROW_SPACE(c) (crt_ctype_table[(c) + 1] & CT_SPACE)
#define WIDE_SPACE(c)   (crt_wctype(c) & CT_SPACE)
PARSE(parse, char, unsigned char, NARROW_SPACE)
PARSE(wparse, wchar_t, wchar_t, WIDE_SPACE)

#define CHECK(ZERO)                                                            \
	if (end)                                                               \
		*end = (void *)s;                                              \
	CRT_REQUIRE(s && (base == 0 || (base >= 2 && base <= 36)), EINVAL, ZERO)

#define SIGNED(NAME, NAME_L, CH, PARSER, TYPE, MAX)                            \
	TYPE NAME(const CH *s, CH **end, int base)                             \
	{                                                                      \
		int negative, over;                                            \
		uint64_t v;                                                    \
                                                                               \
		CHECK(0);                                                      \
		v = PARSER(s, end, base, (uint64_t)MAX, (uint64_t)MAX + 1,     \
			   &negative, &over);                                  \
		return (TYPE)(negative ? 0 - v : v);                           \
	}                                                                      \
	TYPE NAME_L(const CH *s, CH **end, int base, _locale_t l)              \
	{                                                                      \
		return NAME(s, end, base);                                     \
	}

#define UNSIGNED(NAME, NAME_L, CH, PARSER, TYPE, MAX)                          \
	TYPE NAME(const CH *s, CH **end, int base)                             \
	{                                                                      \
		int negative, over;                                            \
		uint64_t v;                                                    \
                                                                               \
		CHECK(0);                                                      \
		v = PARSER(s, end, base, MAX, MAX, &negative, &over);          \
		return (TYPE)(negative && !over ? 0 - v : v);                  \
	}                                                                      \
	TYPE NAME_L(const CH *s, CH **end, int base, _locale_t l)              \
	{                                                                      \
		return NAME(s, end, base);                                     \
	}

SIGNED(strtol, _strtol_l, char, parse, long, LONG_MAX)
UNSIGNED(strtoul, _strtoul_l, char, parse, unsigned long, ULONG_MAX)
SIGNED(_strtoi64, _strtoi64_l, char, parse, __int64, INT64_MAX)
UNSIGNED(_strtoui64, _strtoui64_l, char, parse, unsigned __int64, UINT64_MAX)
SIGNED(strtoll, _strtoll_l, char, parse, long long, INT64_MAX)
UNSIGNED(strtoull, _strtoull_l, char, parse, unsigned long long, UINT64_MAX)
SIGNED(strtoimax, _strtoimax_l, char, parse, intmax_t, INT64_MAX)
UNSIGNED(strtoumax, _strtoumax_l, char, parse, uintmax_t, UINT64_MAX)
SIGNED(wcstol, _wcstol_l, wchar_t, wparse, long, LONG_MAX)
UNSIGNED(wcstoul, _wcstoul_l, wchar_t, wparse, unsigned long, ULONG_MAX)
SIGNED(_wcstoi64, _wcstoi64_l, wchar_t, wparse, __int64, INT64_MAX)
UNSIGNED(_wcstoui64, _wcstoui64_l, wchar_t, wparse, unsigned __int64,
	 UINT64_MAX)
SIGNED(wcstoll, _wcstoll_l, wchar_t, wparse, long long, INT64_MAX)
UNSIGNED(wcstoull, _wcstoull_l, wchar_t, wparse, unsigned long long, UINT64_MAX)
SIGNED(wcstoimax, _wcstoimax_l, wchar_t, wparse, intmax_t, INT64_MAX)
UNSIGNED(wcstoumax, _wcstoumax_l, wchar_t, wparse, uintmax_t, UINT64_MAX)

#define ATO(NAME, NAME_L, CH, TYPE, PARSER)                                    \
	TYPE NAME(const CH *s)                                                 \
	{                                                                      \
		return (TYPE)PARSER(s, NULL, 10);                              \
	}                                                                      \
	TYPE NAME_L(const CH *s, _locale_t l)                                  \
	{                                                                      \
		return (TYPE)PARSER(s, NULL, 10);                              \
	}

ATO(atoi, _atoi_l, char, int, strtol)
ATO(atol, _atol_l, char, long, strtol)
ATO(_atoi64, _atoi64_l, char, __int64, _strtoi64)
ATO(atoll, _atoll_l, char, long long, _strtoi64)
ATO(_wtoi, _wtoi_l, wchar_t, int, wcstol)
ATO(_wtol, _wtol_l, wchar_t, long, wcstol)
ATO(_wtoi64, _wtoi64_l, wchar_t, __int64, _wcstoi64)
ATO(_wtoll, _wtoll_l, wchar_t, long long, _wcstoi64)

/* --------------------------------------------------------------- doubles */

/* Copies the part that may be a number, with '.' for the decimal point. */
static size_t number_text(const char *s, char *out, size_t room, char dp)
{
	size_t n = 0;

	while (s[n] && n + 1 < room) {
		char c = s[n];

		if (c == dp)
			c = '.';
		else if (c == '.')
			break;
		else if (!((c >= '0' && c <= '9') || c == '+' || c == '-' ||
			   ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			   c == '(' || c == ')' || c == '_'))
			break;
		out[n++] = c;
	}
	out[n] = 0;
	return n;
}

/*
 * An integer below 2^53 and a power of ten that is exact make one rounding,
 * which is the right one.  SSE, also on i686: the x87 would round twice.
 */
static int simple_product(uint64_t m, int exp, double *out)
{
	static const double power[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,
					1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
					1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
					1e18, 1e19, 1e20, 1e21, 1e22 };
	__m128d v;

	if (m >> 53 || exp < -22 || exp > 22)
		return 0;
#ifdef _WIN64
	v = _mm_cvtsi64_sd(_mm_setzero_pd(), (int64_t)m);
#else
	/* Two exact halves of 32 and 21 bits. */
	v = _mm_add_sd(
		_mm_mul_sd(_mm_cvtsi32_sd(_mm_setzero_pd(), (int)(m >> 31)),
			   _mm_set_sd(2147483648.0)),
		_mm_cvtsi32_sd(_mm_setzero_pd(), (int)(m & 0x7fffffff)));
#endif
	if (exp < 0)
		v = _mm_div_sd(v, _mm_set_sd(power[-exp]));
	else
		v = _mm_mul_sd(v, _mm_set_sd(power[exp]));
	_mm_store_sd(out, v);
	return 1;
}

/*
 * Numbers of up to 19 digits and a moderate exponent need no big integers
 * (fltscale.c).  Returns 0 when it is not that simple.
 */
static int easy(const char *s, const char **end, char dp, double *out)
{
	int negative = 0, digits = 0, exp = 0, any = 0;
	uint64_t m = 0;

	if (*s == '-' || *s == '+')
		negative = *s++ == '-';
	if (s[0] == '0' && (s[1] | 0x20) == 'x')
		return 0;
	for (; *s >= '0' && *s <= '9'; s++, any = 1) {
		m = m * 10 + (unsigned)(*s - '0');
		digits += m != 0;
	}
	if (*s == dp) {
		s++;
		for (; *s >= '0' && *s <= '9'; s++, any = 1) {
			m = m * 10 + (unsigned)(*s - '0');
			digits += m != 0;
			exp--;
		}
	}
	/* "10000000000000000000000": m wrapped, but digits counted on */
	if (!any || digits > 19 || exp < -10000)
		return 0;
	if ((*s | 0x20) == 'd')
		return 0;
	if ((*s | 0x20) == 'e') {
		const char *p = s + 1;
		int neg = 0, e = 0;

		if (*p == '-' || *p == '+')
			neg = *p++ == '-';
		if (*p >= '0' && *p <= '9') {
			for (; *p >= '0' && *p <= '9'; p++)
				e = e > 10000 ? e : e * 10 + (*p - '0');
			exp += neg ? -e : e;
			s = p;
		}
	}
	if (!m)
		*out = 0;
	else if (!simple_product(m, exp, out) &&
		 (_MM_GET_ROUNDING_MODE() != _MM_ROUND_NEAREST ||
		  !crt_easy_double(m, exp, out)))
		return 0;
	if (negative)
		*out = -*out;
	*end = s;
	return 1;
}

/*
 * nan, nan(snan), nan(ind), nan(whatever); returns the bits of a double, or 0.
 * What is behind "nan" and no such word is left.
 */
static uint64_t parse_nan(const char *p, const char **end)
{
	uint64_t sign = 0, bits = 0x7fffffffffffffffULL;
	const char *q;

	if (*p == '-' || *p == '+')
		sign = (uint64_t)(*p++ == '-') << 63;
	if (_strnicmp(p, "nan", 3))
		return 0;
	*end = q = p + 3;
	if (*q++ == '(') {
		while ((*q >= '0' && *q <= '9') || *q == '_' ||
		       ((*q | 0x20) >= 'a' && (*q | 0x20) <= 'z'))
			q++;
		if (*q == ')') {
			if (!_strnicmp(*end, "(snan)", 6))
				bits = 0x7ff0000000000001ULL;
			else if (!_strnicmp(*end, "(ind)", 5))
				return *end = q + 1, 0xfff8000000000000ULL;
			*end = q + 1;
		}
	}
	return bits | sign;
}

/* p as the C locale would write it: itself, or in small, or to be freed. */
static const char *c_text(const char *p, char *small, size_t room,
			  struct crt_locale *l)
{
	size_t n;
	char *buf = small;

	if (l->dp == '.')
		return p;
	n = strlen(p) + 1;
	if (n > room)
		buf = malloc(n);
	if (buf)
		number_text(p, buf, n, (char)l->dp);
	return buf;
}

static void c_text_end(const char *text, const char *p, const char *small)
{
	if (text != p && text != small)
		free((char *)text);
}

/*
 * What gdtoa knows otherwise: NaNs, and for msvcrt inf, nan and 0x1p3.
 * Returns 0 where it is gdtoa's; stop is p if there is no number.
 */
static int strange(const char *p, const char **stop, double *v)
{
	const char *q = p + (*p == '-' || *p == '+');
	union {
		uint64_t u;
		double d;
	} x = { 0 };

	if (CRT_MSVCRT && q[0] == '0' && (q[1] | 0x20) == 'x') {
		*stop = q + 1;
		*v = *p == '-' ? -0.0 : 0.0;
		return 1;
	}
	if (CRT_MSVCRT && (*q | 0x20) >= 'a' && (*q | 0x20) <= 'z') {
		*stop = p;
		*v = 0;
		return 1;
	}
	x.u = CRT_MSVCRT ? 0 : parse_nan(p, stop);
	*v = x.d;
	return x.u != 0;
}

double crt_strtod(const char *s, char **end, struct crt_locale *l)
{
	const char *p = s, *stop, *text;
	char small[512], *at;
	double v;

	while (NARROW_SPACE((unsigned char)*p))
		p++;
	stop = p;
	if (!easy(p, &stop, (char)l->dp, &v) && !strange(p, &stop, &v)) {
		text = c_text(p, small, sizeof small, l);
		v = text ? __strtod(text, &at) : 0;
		stop = text ? p + (at - text) : p;
		c_text_end(text, p, small);
	}
	if (end)
		*end = (char *)(stop == p ? s : stop);
	return v;
}

/* Not crt_strtod()'s, which would round twice. */
float crt_strtof(const char *s, char **end, struct crt_locale *l)
{
	const char *p = s, *stop, *text;
	char small[512], *at;
	union {
		uint64_t u;
		double d;
	} wide;
	uint32_t bits;
	float v;

	while (NARROW_SPACE((unsigned char)*p))
		p++;
	stop = p;
	if (strange(p, &stop, &wide.d)) {
		/* By its bits: a conversion would make any NaN a quiet one. */
		bits = (uint32_t)(wide.u >> 32 & 0x80000000);
		if (wide.u << 1)
			bits |= 0x7f800000 |
				(uint32_t)(wide.u >> 29 & 0x7fffff);
		if (bits << 1 == 0xff000000)
			bits |= 1;
		memcpy(&v, &bits, sizeof v);
	} else {
		text = c_text(p, small, sizeof small, l);
		v = text ? __strtof(text, &at) : 0;
		stop = text ? p + (at - text) : p;
		c_text_end(text, p, small);
	}
	if (end)
		*end = (char *)(stop == p ? s : stop);
	return v;
}

/* The ASCII prefix of a wide string; its start behind the space in *at. */
static char *ascii_prefix(const wchar_t *s, char *small, size_t room,
			  const wchar_t **at, struct crt_locale *l)
{
	size_t n = 0;
	char *buf = small;

	while (WIDE_SPACE(*s))
		s++;
	*at = s;
	while (s[n] && (s[n] < 0x80 || s[n] == l->wdp))
		n++;
	if (n + 1 > room)
		buf = malloc(n + 1);
	if (!buf)
		return NULL;
	for (size_t i = 0; i < n; i++)
		buf[i] = s[i] == l->wdp ? (char)l->dp : (char)s[i];
	buf[n] = 0;
	return buf;
}

double crt_wcstod(const wchar_t *s, wchar_t **end, struct crt_locale *l)
{
	char small[256], *buf, *stop;
	const wchar_t *p;
	double v = 0;

	buf = ascii_prefix(s, small, sizeof(small), &p, l);
	if (!buf) {
		if (end)
			*end = (wchar_t *)s;
		return 0;
	}
	v = crt_strtod(buf, &stop, l);
	if (end)
		*end = stop == buf ? (wchar_t *)s : (wchar_t *)p + (stop - buf);
	if (buf != small)
		free(buf);
	return v;
}

float crt_wcstof(const wchar_t *s, wchar_t **end, struct crt_locale *l)
{
	char small[256], *buf, *stop;
	const wchar_t *p;
	float v;

	buf = ascii_prefix(s, small, sizeof(small), &p, l);
	if (!buf) {
		if (end)
			*end = (wchar_t *)s;
		return 0;
	}
	v = crt_strtof(buf, &stop, l);
	if (end)
		*end = stop == buf ? (wchar_t *)s : (wchar_t *)p + (stop - buf);
	if (buf != small)
		free(buf);
	return v;
}

#define STRTOD(NAME, NAME_L, CH, TYPE, HOW)                                    \
	TYPE NAME_L(const CH *s, CH **end, _locale_t l)                        \
	{                                                                      \
		if (end)                                                       \
			*end = (CH *)s;                                        \
		CRT_REQUIRE(s, EINVAL, 0);                                     \
		return HOW(s, end, crt_loc(l));                                \
	}                                                                      \
	TYPE NAME(const CH *s, CH **end)                                       \
	{                                                                      \
		return NAME_L(s, end, NULL);                                   \
	}

STRTOD(crt_export_strtod, _strtod_l, char, double, crt_strtod)
STRTOD(crt_export_strtof, _strtof_l, char, float, crt_strtof)
STRTOD(crt_export_strtold, _strtold_l, char, double, crt_strtod)
STRTOD(crt_export_wcstod, _wcstod_l, wchar_t, double, crt_wcstod)
STRTOD(crt_export_wcstof, _wcstof_l, wchar_t, float, crt_wcstof)
STRTOD(crt_export_wcstold, _wcstold_l, wchar_t, double, crt_wcstod)

double atof(const char *s)
{
	return crt_strtod(s, NULL, crt_cur());
}

double _atof_l(const char *s, _locale_t l)
{
	return crt_strtod(s, NULL, crt_loc(l));
}

double _wtof(const wchar_t *s)
{
	return crt_wcstod(s, NULL, crt_cur());
}

double _wtof_l(const wchar_t *s, _locale_t l)
{
	return crt_wcstod(s, NULL, crt_loc(l));
}

/* _CRT_DOUBLE is { double }: 0, _UNDERFLOW 4 or _OVERFLOW 3. */
int _atodbl_l(_CRT_DOUBLE *out, char *s, _locale_t l)
{
	CRT_REQUIRE(out && s, EINVAL, EINVAL);
	out->x = crt_strtod(s, NULL, crt_loc(l));
	return __builtin_isinf(out->x) ? 3 : 0;
}

int _atodbl(_CRT_DOUBLE *out, char *s)
{
	return _atodbl_l(out, s, NULL);
}

int _atoflt_l(_CRT_FLOAT *out, char *s, _locale_t l)
{
	CRT_REQUIRE(out && s, EINVAL, EINVAL);
	out->f = crt_strtof(s, NULL, crt_loc(l));
	return __builtin_isinf(out->f) ? 3 : 0;
}

int _atoflt(_CRT_FLOAT *out, char *s)
{
	return _atoflt_l(out, s, NULL);
}

/* ---------------------------------------------------- numbers to text */

#define TO_TEXT(NAME, CH)                                                      \
	static errno_t NAME(uint64_t v, CH *buf, size_t room, int radix,       \
			    int negative)                                      \
	{                                                                      \
		CH tmp[66], *p = tmp + 66;                                     \
		size_t n;                                                      \
                                                                               \
		CRT_REQUIRE_E(buf &&room, EINVAL);                             \
		*buf = 0;                                                      \
		CRT_REQUIRE_E(radix >= 2 && radix <= 36, EINVAL);              \
		if (negative)                                                  \
			v = 0 - v;                                             \
		do {                                                           \
			unsigned d = (unsigned)(v % (unsigned)radix);          \
                                                                               \
			*--p = (CH)(d < 10 ? '0' + d : 'a' + d - 10);          \
			v /= (unsigned)radix;                                  \
		} while (v);                                                   \
		if (negative)                                                  \
			*--p = '-';                                            \
		n = (size_t)(tmp + 66 - p);                                    \
		if (n >= room) {                                               \
			crt_invalid(ERANGE);                                   \
			return ERANGE;                                         \
		}                                                              \
		memcpy(buf, p, n * sizeof(CH));                                \
		buf[n] = 0;                                                    \
		return 0;                                                      \
	}

TO_TEXT(to_text, char)
TO_TEXT(to_wtext, wchar_t)

/* Only base 10 has a sign; the others show the type's bits. */
#define ITOA(NAME, NAME_S, CH, TYPE, UTYPE, IS_SIGNED, HOW)                    \
	CH *NAME(TYPE v, CH *buf, int radix)                                   \
	{                                                                      \
		int neg = (IS_SIGNED) && radix == 10 && (v >> 1) < 0;          \
                                                                               \
		HOW(neg ? (uint64_t)v : (UTYPE)v, buf, 80, radix, neg);        \
		return buf;                                                    \
	}                                                                      \
	errno_t NAME_S(TYPE v, CH *buf, size_t n, int radix)                   \
	{                                                                      \
		int neg = (IS_SIGNED) && radix == 10 && (v >> 1) < 0;          \
                                                                               \
		return HOW(neg ? (uint64_t)v : (UTYPE)v, buf, n, radix, neg);  \
	}

#pragma GCC diagnostic ignored "-Wtype-limits"
ITOA(_itoa, _itoa_s, char, int, unsigned, 1, to_text)
ITOA(_ltoa, _ltoa_s, char, long, unsigned long, 1, to_text)
ITOA(_ultoa, _ultoa_s, char, unsigned long, unsigned long, 0, to_text)
ITOA(_i64toa, _i64toa_s, char, __int64, uint64_t, 1, to_text)
ITOA(_ui64toa, _ui64toa_s, char, unsigned __int64, uint64_t, 0, to_text)
ITOA(_itow, _itow_s, wchar_t, int, unsigned, 1, to_wtext)
ITOA(_ltow, _ltow_s, wchar_t, long, unsigned long, 1, to_wtext)
ITOA(_ultow, _ultow_s, wchar_t, unsigned long, unsigned long, 0, to_wtext)
ITOA(_i64tow, _i64tow_s, wchar_t, __int64, uint64_t, 1, to_wtext)
ITOA(_ui64tow, _ui64tow_s, wchar_t, unsigned __int64, uint64_t, 0, to_wtext)
