/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * math-exports.c - the functions of <math.h> as programs get them.
 *
 * What they are computed with (the x87, by libmingwex, trig.c, or here) wants
 * its 64 bits.  Windows' threads begin with 53, and only mingw-w64's programs
 * change that, so each call sets the control word and gives it back.  What a
 * result means for errno and the exception flags is the same for all, and is
 * said here once: the x87's own flags are not those that x64 code looks at.
 */
#include "crt.h"

long double tgammal(long double);
long double cbrtl(long double);
double sin(double), cos(double), tan(double), asin(double), acos(double);
double atan(double), log10(double), sqrt(double);
double logb(double), erf(double);
long double lgammal(long double), erfcl(long double);
double pow(double, double), atan2(double, double), fmod(double, double);
double remainder(double, double), fma(double, double, double);
double _j0(double), _j1(double), _y0(double), _y1(double);
double _jn(int, double), _yn(int, double);

/* math.c: asks the program */
double crt_math_error(int type, const char *name, double x, double y, double r,
		      int error);

/* ---- the x87 -------------------------------------------------------- */

static unsigned short all_bits(void)
{
	unsigned short was, all;

	__asm__ volatile("fnstcw %0" : "=m"(was));
	if ((was & 0x300) != 0x300) {
		all = was | 0x300;
		__asm__ volatile("fldcw %0" : : "m"(all));
	}
	return was;
}

static void bits_as(unsigned short was)
{
	if ((was & 0x300) != 0x300)
		__asm__ volatile("fldcw %0" : : "m"(was));
}

#define LN2_HIGH 0x1.62e42fefa38p-1L /* 43 bits: times an int it is exact */
#define LN2_LOW  0x1.ef35793c7673007ep-45L
#define LOG2_E   1.44269504088896340735992468100189214L

/* 2^y - 1 for |y| <= 1 */
static long double two_to(long double y)
{
	__asm__("f2xm1" : "+t"(y));
	return y;
}

/* In whatever direction, which leaves at most 1. */
static long double to_int(long double x)
{
	__asm__("frndint" : "+t"(x));
	return x;
}

static long double scaled(long double x, long double n)
{
	__asm__("fscale" : "+t"(x) : "u"(n));
	return x;
}

static long double root(long double x)
{
	__asm__("fsqrt" : "+t"(x));
	return x;
}

static long double exp_of(long double x)
{
	long double n;

	if (x > 12000)
		return __builtin_infl();
	if (x < -12000)
		return 0;
	n = to_int(x * LOG2_E);
	x = (x - n * LN2_HIGH) - n * LN2_LOW;
	return scaled(1 + two_to(x * LOG2_E), n);
}

static long double expm1_of(long double x)
{
	if (x > -0.34L && x < 0.34L)
		return two_to(x * LOG2_E);
	return exp_of(x) - 1;
}

static long double exp2_of(long double x)
{
	long double n;

	if (x > 17000)
		return __builtin_infl();
	if (x < -17000)
		return 0;
	n = to_int(x);
	return scaled(1 + two_to(x - n), n);
}

static long double log_by(long double unit, long double x)
{
	__asm__("fyl2x" : "+t"(x) : "u"(unit) : "st(1)");
	return x;
}

#define LN_2    0.693147180559945309417232121458176568L
#define LOG10_2 0.301029995663981195213738894724493027L

static long double log1p_of(long double x)
{
	if (x < -0.29L || x > 0.29L)
		return log_by(LN_2, 1 + x);
	__asm__("fyl2xp1" : "+t"(x) : "u"(LN_2) : "st(1)");
	return x;
}

static long double sinh_of(long double x)
{
	long double e = expm1_of(x < 0 ? -x : x);

	e = e > 0x1p64L ? e / 2 : (e + e / (e + 1)) / 2;
	return x < 0 ? -e : e;
}

static long double cosh_of(long double x)
{
	long double e = exp_of(x < 0 ? -x : x);

	return (e + 1 / e) / 2;
}

static long double tanh_of(long double x)
{
	long double e;

	if (x > 40 || x < -40)
		return x < 0 ? -1 : 1;
	e = expm1_of(2 * x);
	return e / (e + 2);
}

static long double asinh_of(long double x)
{
	long double a = x < 0 ? -x : x;

	if (a > 0x1p40L)
		a = log_by(LN_2, a) + LN_2;
	else
		a = log1p_of(a + a * a / (1 + root(a * a + 1)));
	return x < 0 ? -a : a;
}

static long double acosh_of(long double x)
{
	long double t = x - 1;

	if (x > 0x1p40L)
		return log_by(LN_2, x) + LN_2;
	return log1p_of(t + root(2 * t + t * t));
}

static long double atanh_of(long double x)
{
	return log1p_of(2 * x / (1 - x)) / 2;
}

static long double cbrt_of(long double x)
{
	long double y = cbrtl(x);

	return x ? y - (y - x / (y * y)) / 3 : x;
}

/* ---- what a result means -------------------------------------------- */

/* Kept from the compiler: these are for their flags. */
static volatile double zero, huge = 1e308, tiny = 1e-308;

/* Of what call an answer is judged. */
struct call {
	const char *name;
	double x, y;
	int odd;   /* an argument is infinite or no number */
	int nan;   /* it is the latter */
	int pole;  /* an infinity is one's, not an overflow */
	int small; /* what is next to nothing is an underflow */
	int error; /* errno before */
};

enum { DOMAIN = 1, SING, OVERFLOW, UNDERFLOW };

static double invalid(const struct call *c)
{
	volatile double raised = zero / zero;

	(void)raised;
	return crt_math_error(DOMAIN, c->name, c->x, c->y, -__builtin_nan(""),
			      EDOM);
}

static double unlimited(const struct call *c, double r)
{
	volatile double raised = c->pole ? 1 / zero : huge * huge;

	(void)raised;
	return crt_math_error(c->pole ? SING : OVERFLOW, c->name, c->x, c->y, r,
			      ERANGE);
}

static int is_nan(double x)
{
	return x != x;
}

static int is_inf(double x)
{
	return __builtin_fabs(x) > 0x1.fffffffffffffp1023;
}

/*
 * The rules: what is no number stays as it is, made quiet; what has none is a
 * domain error; an infinity of finite arguments is a pole or an overflow, and a
 * zero where none belongs (small) an underflow.
 */
static double judged(const struct call *c, double r)
{
	if (r != r)
		return c->nan ? r : invalid(c);
	crt_errno = c->error;
	if (is_inf(r) && !c->odd)
		return unlimited(c, r);
	/* Of an underflow errno says nothing. */
	if (c->small && !c->odd && __builtin_fabs(r) < 0x1p-1022) {
		volatile double raised = tiny * tiny;

		(void)raised;
		return crt_math_error(UNDERFLOW, c->name, c->x, c->y, r,
				      c->error);
	}
	return r;
}

#define ONE_AS(name, type, suffix, value, in, pole, small)                     \
	type crt_##name##suffix(type x)                                        \
	{                                                                      \
		struct call c = { #name, x,    0,     is_inf(x),               \
				  0,     pole, small, crt_errno };             \
		unsigned short was;                                            \
		volatile type r;                                               \
                                                                               \
		if (is_nan(x))                                                 \
			return x + x;                                          \
		if (!(in))                                                     \
			return (type)invalid(&c);                              \
		was = all_bits();                                              \
		r = (type)(value);                                             \
		bits_as(was);                                                  \
		return (type)judged(&c, r);                                    \
	}
/* in: the domain; pole: where it has one; small: it underflows */
#define ONE(name, value, in, pole, small)                                      \
	ONE_AS(name, double, , value, in, pole, small)                         \
	ONE_AS(name, float, f, value, in, pole, small)

#define FINITE (!is_inf(x))

ONE(sin, sin(x), FINITE, 0, 0)
ONE(cos, cos(x), FINITE, 0, 0)
ONE(tan, tan(x), FINITE, 0, 0)
ONE(asin, asin(x), x >= -1 && x <= 1, 0, 0)
ONE(acos, acos(x), x >= -1 && x <= 1, 0, 0)
ONE(atan, atan(x), 1, 0, 0)
ONE(sinh, is_inf(x) || !x ? x : sinh_of(x), 1, 0, 0)
ONE(cosh, is_inf(x) ? x *x : cosh_of(x), 1, 0, 0)
ONE(tanh, !x ? x : tanh_of(x), 1, 0, 0)
ONE(exp, exp_of(x), 1, 0, 1)
ONE(exp2, exp2_of(x), 1, 0, 1)
ONE(expm1, !x ? x : expm1_of(x), 1, 0, 0)
ONE(log, log_by(LN_2, x), x >= 0, !x, 0)
ONE(log10, log_by(LOG10_2, x), x >= 0, !x, 0)
ONE(log2, log_by(1, x), x >= 0, !x, 0)
ONE(log1p, !x ? x : log1p_of(x), x >= -1, 1, 0)
ONE(logb, logb(x), 1, !x, 0)
ONE(sqrt, sqrt(x), x >= 0, 0, 0)
ONE(cbrt, is_inf(x) ? x : cbrt_of(x), 1, 0, 0)
ONE(asinh, is_inf(x) || !x ? x : asinh_of(x), 1, 0, 0)
ONE(acosh, is_inf(x) ? x : acosh_of(x), x >= 1, 0, 0)
ONE(atanh, !x ? x : atanh_of(x), x >= -1 && x <= 1, 1, 0)
ONE(erf, erf(x), 1, 0, 0)
ONE(erfc, erfcl(x), 1, 0, 1)
ONE(lgamma, lgammal(x), 1, x <= 0, 0)

static int whole(double x)
{
	return x == __builtin_floor(x);
}

/*
 * Below -170.6 nothing is left of it but the sign, until numbers are whole and
 * it has none.
 */
static long double tgamma_of(double x)
{
	if (x < -200)
		return __builtin_fmod(__builtin_floor(x), 2) ? -0.0L : 0.0L;
	return tgammal(x);
}

ONE(tgamma, !x ? 1 / (long double)x : tgamma_of(x), x >= 0 || !whole(x), !x, 1)

/*
 * log2(k / 32) for k from 22: so many 2^-20, and the rest.  The first part and
 * the exponent of x have 32 bits together, which times half of y is exact.
 */
/* clang-format off */
static const struct {
	int high;
	long double low;
} logs[] = {
	{ -566827, -2.961709727505063728367860e-08L },
	{ -499581, -4.752784363464558472737325e-07L },
	{ -435198, -3.441274766310462702133266e-07L },
	{ -373444, 1.411907403207406390916937e-07L },
	{ -314112, 2.650160921603967910553819e-07L },
	{ -257019, -7.870811348688878417020019e-08L },
	{ -202003, -5.005384173808030694532644e-09L },
	{ -148918, 2.669781580582197649697987e-07L },
	{ -97632, -2.735321064706759374325900e-07L },
	{ -48029, 3.341295509900560985785652e-07L },
	{ 0, 0 },
	{ 46551, -3.737445739060969008795603e-07L },
	{ 91711, 4.160184058145040498730984e-07L },
	{ 135563, 6.558998598656229464157847e-08L },
	{ 178179, 2.654193631441574595733468e-07L },
	{ 219628, -2.171347220931421938303703e-07L },
	{ 259971, -1.522668637249564699830703e-07L },
	{ 299266, -7.911138447064945268816509e-08L },
	{ 337566, 7.059537016037031954584683e-08L },
	{ 374920, 4.299110524431659645444245e-07L },
	{ 411375, -3.491328608048543083524848e-07L },
	{ 446971, -8.176320029865858268934838e-09L },
	{ 481749, -2.961709727505063728367860e-08L },
	{ 515745, 3.360147333045277923540834e-07L },
	{ 548995, -4.752784363464558472737325e-07L },
};
/* clang-format on */

enum { FIRST_LOG = 22 };

/* x > 0 and both finite: 2^(y log2 x), whose bits before the point cost none.
 */
static long double power(double x, double y)
{
	union {
		double d;
		uint64_t u;
	} m = { x }, high = { y };
	int e = 0, k;
	long double n, a, b, p, q, r;

	if (m.u >> 52 == 0) {
		m.d = x * 0x1p64;
		e = -64;
	}
	e += (int)(m.u >> 52) - 1023;
	m.u = (m.u & 0xfffffffffffffULL) | 1023ULL << 52;
	if (m.d > 1.4142135623730951) {
		m.d /= 2;
		e++;
	}
	k = (int)(m.d * 32 + 0.5);
	a = e + logs[k - FIRST_LOG].high * 0x1p-20L;
	b = ((long double)m.d * 32 - k) / k;
	__asm__("fyl2xp1" : "+t"(b) : "u"(1.0L) : "st(1)");
	b += logs[k - FIRST_LOG].low;
	high.u &= ~(uint64_t)0x1fffff;
	p = high.d * a;
	q = (y - high.d) * a;
	r = y * b;
	if (p + r > 17000)
		return __builtin_infl();
	if (p + r < -17000)
		return 0;
	n = to_int(p + r);
	return scaled(1 + two_to((p - n) + q + r), n);
}

static long double pow_of(double x, double y)
{
	long double r;

	/* Of zeros, infinities and what is no number libmingwex knows. */
	if (!x || !y || is_nan(x) || is_nan(y) || is_inf(x) || is_inf(y))
		return pow(x, y);
	if (x > 0)
		return power(x, y);
	if (!whole(y))
		return __builtin_nanl("");
	r = power(-x, y);
	return __builtin_fmod(y, 2) ? -r : r;
}

#define TWO_AS(name, type, suffix, value, pole, small)                         \
	type crt_##name##suffix(type x, type y)                                \
	{                                                                      \
		int nan = is_nan(x) || is_nan(y);                              \
		struct call c = { #name, x,                                    \
				  y,     nan || is_inf(x) || is_inf(y),        \
				  nan,   pole,                                 \
				  small, crt_errno };                          \
		unsigned short was = all_bits();                               \
		volatile type r = (type)(value);                               \
                                                                               \
		bits_as(was);                                                  \
		if (nan)                                                       \
			crt_errno = c.error;                                   \
		return (type)judged(&c, nan && is_nan(r) ? x + y : r);         \
	}
#define TWO(name, value, pole, small)                                          \
	TWO_AS(name, double, , value, pole, small)                             \
	TWO_AS(name, float, f, value, pole, small)

/* The x87's range has room for the squares. */
static long double hypot_of(long double x, long double y)
{
	if (is_inf((double)x) || is_inf((double)y))
		return __builtin_infl();
	return root(x * x + y * y);
}

TWO(atan2, atan2(x, y), 0, 0)
TWO(fmod, fmod(x, y), 0, 0)
TWO(remainder, remainder(x, y), 0, 0)
TWO(hypot, hypot_of(x, y), 0, 0)
TWO(fdim, x > y ? x - y : 0, 0, 0)
TWO(pow, pow_of(x, y), !x, x != 0)

double crt_fma(double x, double y, double z)
{
	unsigned short was = all_bits();
	volatile double r = fma(x, y, z);

	bits_as(was);
	return r;
}

/* Bessel's know errors by themselves. */
#define BESSEL(name)                                                           \
	double crt##name(double x)                                             \
	{                                                                      \
		unsigned short was = all_bits();                               \
		volatile double r = name(x);                                   \
                                                                               \
		bits_as(was);                                                  \
		return r;                                                      \
	}
BESSEL(_j0)
BESSEL(_j1)
BESSEL(_y0)
BESSEL(_y1)
#define BESSEL_N(name)                                                         \
	double crt##name(int n, double x)                                      \
	{                                                                      \
		unsigned short was = all_bits();                               \
		volatile double r = name(n, x);                                \
                                                                               \
		bits_as(was);                                                  \
		return r;                                                      \
	}
BESSEL_N(_jn)
BESSEL_N(_yn)
