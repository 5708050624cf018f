/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * math.c - mathematics: what libmingwex lacks, Microsoft's own names, matherr.
 *
 * What programs call is in math-exports.c; most of what that computes with comes
 * from libmingwex (math-pull.S makes the linker take it, and what is exported as
 * it is).  Where that has only the long double form, rounding that to double
 * is right to the last bit but one in 2000 cases.  Microsoft's long double is a
 * double: the ...l functions here are for ucrt's exports of that name.
 */
#include "crt.h"

long double acosl(long double);
long double asinl(long double);
long double atan2l(long double, long double);
long double log10l(long double);
double copysign(double, double);
double crt_hypot(double, double), crt_cosh(double), crt_sinh(double);
double crt_tanh(double);
double nextafter(double, double);
float nextafterf(float, float);
double logb(double);
float logbf(float);
double ldexp(double, int);
double sqrt(double);
double floor(double);
double fabs(double);
double log(double);
double acosh(double);
double asinh(double);
double atanh(double);
double cbrt(double);
double erf(double);
double erfc(double);
double exp2(double);
double expm1(double);
double fdim(double, double);
double fma(double, double, double);
double fmax(double, double);
double fmin(double, double);
int ilogb(double);
double lgamma(double);
long long llrint(double);
long long llround(double);
double log1p(double);
double log2(double);
long lrint(double);
long lround(double);
double nan(const char *);
float nanf(const char *);
double nearbyint(double);
double remainder(double, double);
double remquo(double, double, int *);
double rint(double);
double round(double);
double scalbn(double, int);
double tgamma(double);
double trunc(double);

union bits {
	double d;
	uint64_t u;
};
union fbits {
	float f;
	uint32_t u;
};

/* -------------------------------------------------------------- matherr */

struct exception {
	int type;
	char *name;
	double arg1, arg2, retval;
};

static int (*user_matherr)(struct exception *);

void __setusermatherr(int (*fn)(struct exception *))
{
	user_matherr = fn;
}

int _matherr(struct exception *e)
{
	return 0;
}

/* libmingwex reports here. */
void __mingw_raise_matherr(int type, const char *name, double a, double b,
			   double r)
{
	struct exception e = { type, (char *)name, a, b, r };

	if (user_matherr)
		user_matherr(&e);
}

/* Who answers does not want errno to be set. */
double crt_math_error(int type, const char *name, double x, double y, double r,
		      int error)
{
	struct exception e = { type, (char *)name, x, y, r };

	if (!user_matherr || !user_matherr(&e))
		crt_errno = error;
	return e.retval;
}

double crt_domain(const char *name, double x)
{
	union bits nan = { .u = 0xfff8000000000000ULL };

	__mingw_raise_matherr(1, name, x, 0, nan.d);
	crt_errno = EDOM;
	return nan.d;
}

/* ------------------------------------------- only long double is there */

double acos(double x)
{
	if (x > 1 || x < -1)
		return crt_domain("acos", x);
	return (double)acosl(x);
}

double asin(double x)
{
	if (x > 1 || x < -1)
		return crt_domain("asin", x);
	return (double)asinl(x);
}

double atan(double x)
{
	return (double)atan2l(x, 1.0L);
}

/* libmingwex' complex functions call these. */
double cosh(double x)
{
	return crt_cosh(x);
}

double sinh(double x)
{
	return crt_sinh(x);
}

double tanh(double x)
{
	return crt_tanh(x);
}

double _hypot(double x, double y)
{
	return crt_hypot(x, y);
}

double log10(double x)
{
	if (x < 0)
		return crt_domain("log10", x);
	if (x == 0) {
		crt_errno = ERANGE;
		return -__builtin_inf();
	}
	return (double)log10l(x);
}

double frexp(double x, int *e)
{
	union bits b = { x };
	int k = (int)(b.u >> 52 & 0x7ff);

	*e = 0;
	if (k == 0x7ff || x == 0)
		return x;
	if (k == 0) {
		b.d = x * 0x1p64;
		k = (int)(b.u >> 52 & 0x7ff) - 64;
	}
	*e = k - 1022;
	b.u = (b.u & 0x800fffffffffffffULL) | 1022ULL << 52;
	return b.d;
}

/* --------------------------------------------------- Microsoft's names */

struct complex {
	double x, y;
};

double _cabs(struct complex z)
{
	return crt_hypot(z.x, z.y);
}

double _copysign(double x, double y)
{
	return copysign(x, y);
}

float _copysignf(float x, float y)
{
	return (float)copysign(x, y);
}

double _chgsign(double x)
{
	union bits b = { x };

	b.u ^= 1ULL << 63;
	return b.d;
}

float _chgsignf(float x)
{
	return (float)_chgsign(x);
}

double nextafter(double x, double y)
{
	union bits b = { x };

	if (x != x || y != y)
		return x + y;
	if (x == y)
		return y;
	if (x == 0) {
		b.u = y < 0 ? 1ULL << 63 | 1 : 1;
		return b.d;
	}
	b.u += (x < y) == (x > 0) ? 1 : -1ULL;
	return b.d;
}

double _nextafter(double x, double y)
{
	return nextafter(x, y);
}

float _nextafterf(float x, float y)
{
	return nextafterf(x, y);
}

double _scalb(double x, long n)
{
	return ldexp(x, n);
}

float _scalbf(float x, long n)
{
	return (float)ldexp(x, n);
}

int _finite(double x)
{
	union bits b = { x };

	return (b.u >> 52 & 0x7ff) != 0x7ff;
}

int _finitef(float x)
{
	return _finite(x);
}

int _isnan(double x)
{
	return x != x;
}

int _isnanf(float x)
{
	return x != x;
}

int _fpclass(double x)
{
	union bits b = { x };
	int neg = (int)(b.u >> 63), e = (int)(b.u >> 52 & 0x7ff);
	uint64_t m = b.u & 0xfffffffffffffULL;

	if (e == 0x7ff && m)
		return m >> 51 ? 0x2 : 0x1;
	if (e == 0x7ff)
		return neg ? 0x4 : 0x200;
	if (e)
		return neg ? 0x8 : 0x100;
	if (m)
		return neg ? 0x10 : 0x80;
	return neg ? 0x20 : 0x40;
}

int _fpclassf(float x)
{
	union fbits b = { x };

	if ((b.u >> 23 & 0xff) == 0 && (b.u & 0x7fffff))
		return b.u >> 31 ? 0x10 : 0x80;
	return _fpclass(x);
}

/* fpclassify's values: FP_NORMAL -1, FP_SUBNORMAL -2, 0, FP_INFINITE 1, 2 */
short _dclass(double x)
{
	switch (_fpclass(x)) {
	case 0x1:
	case 0x2:
		return 2;
	case 0x4:
	case 0x200:
		return 1;
	case 0x8:
	case 0x100:
		return -1;
	case 0x10:
	case 0x80:
		return -2;
	}
	return 0;
}

short _fdclass(float x)
{
	int c = _fpclassf(x);

	return c == 0x10 || c == 0x80 ? -2 : _dclass(x);
}

short _ldclass(double x)
{
	return _dclass(x);
}

short _dtest(double *x)
{
	return _dclass(*x);
}

short _fdtest(float *x)
{
	return _fdclass(*x);
}

short _ldtest(double *x)
{
	return _dclass(*x);
}

int _dsign(double x)
{
	union bits b = { x };

	return b.u >> 63 ? 0x8000 : 0;
}

int _fdsign(float x)
{
	return _dsign(x);
}

int _ldsign(double x)
{
	return _dsign(x);
}

/* 1 less, 2 equal, 4 greater, 0 unordered */
int _dpcomp(double x, double y)
{
	return x < y ? 1 : x == y ? 2 : x > y ? 4 : 0;
}

int _fdpcomp(float x, float y)
{
	return _dpcomp(x, y);
}

int _ldpcomp(double x, double y)
{
	return _dpcomp(x, y);
}

int _set_SSE2_enable(int on)
{
	return 1;
}

int _get_FMA3_enable(void)
{
	return 0;
}

int _set_FMA3_enable(int on)
{
	return 0;
}

/* --------------------------------------- ucrt's long double is a double */

#define OF(call, name)                                                         \
	double crt_##name##l(double x)                                         \
	{                                                                      \
		return call(x);                                                \
	}
#define OF2(call, name)                                                        \
	double crt_##name##l(double x, double y)                               \
	{                                                                      \
		return call(x, y);                                             \
	}
#define L1(name) OF(name, name)
#define L2(name) OF2(name, name)
/* math-exports.c */
#define X1(name)                                                               \
	double crt_##name(double);                                             \
	OF(crt_##name, name)
#define X2(name)                                                               \
	double crt_##name(double, double);                                     \
	OF2(crt_##name, name)

X1(acosh)
X1(asinh)
X1(atanh)
X1(cbrt)
X1(erf)
X1(erfc)
X1(exp2)
X1(expm1)
X1(lgamma)
X1(log1p)
X1(log2)
X1(logb)
L1(nearbyint)
L1(rint)
L1(round)
X1(tgamma)
L1(trunc)
L2(copysign)
X2(fdim)
L2(fmax)
L2(fmin)
L2(nextafter)
X2(remainder)

double crt_fma(double, double, double);

double crt_fmal(double x, double y, double z)
{
	return crt_fma(x, y, z);
}

int crt_ilogbl(double x)
{
	return ilogb(x);
}

long long crt_llrintl(double x)
{
	return llrint(x);
}

long long crt_llroundl(double x)
{
	return llround(x);
}

long crt_lrintl(double x)
{
	return lrint(x);
}

long crt_lroundl(double x)
{
	return lround(x);
}

double crt_nanl(const char *s)
{
	return nan(s);
}

double crt_nexttoward(double x, double y)
{
	return nextafter(x, y);
}

float crt_nexttowardf(float x, double y)
{
	union fbits f = { x };

	if (x != x || y != y)
		return (float)(x + y);
	if (x == y)
		return (float)y;
	if (x == 0) {
		f.u = y < 0 ? 0x80000001 : 1;
		return f.f;
	}
	f.u += (x < y) == (x > 0) ? 1 : -1u;
	return f.f;
}

double crt_remquol(double x, double y, int *q)
{
	return remquo(x, y, q);
}

double crt_scalbnl(double x, int n)
{
	return scalbn(x, n);
}

double crt_scalblnl(double x, long n)
{
	return scalbn(x, n);
}

long long crt_ftol(void);
#ifndef _WIN64
/* _ftol: the number is on the x87 stack. */
__asm__(".globl _crt_ftol\n"
	"_crt_ftol:\n\t"
	"subl $12, %esp\n\t"
	"fnstcw 8(%esp)\n\t"
	"movw 8(%esp), %ax\n\t"
	"orb $0x0c, %ah\n\t"
	"movw %ax, 10(%esp)\n\t"
	"fldcw 10(%esp)\n\t"
	"fistpll (%esp)\n\t"
	"fldcw 8(%esp)\n\t"
	"movl (%esp), %eax\n\t"
	"movl 4(%esp), %edx\n\t"
	"addl $12, %esp\n\t"
	"ret");
#else
long long crt_ftol(void)
{
	return 0; /* not exported on x64 */
}
#endif
