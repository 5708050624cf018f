/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trig.c - sin, cos and tan of a double.
 *
 * The x87 computes them to 64 bits for arguments up to pi/4, and wrongly beyond
 * because its pi has 66 bits.  So the argument is reduced here: by subtracting
 * multiples of pi/2 in three parts, and for huge ones by multiplying with as
 * many bits of 2/pi as matter.
 */
#include "crt.h"

double sin(double x);
double cos(double x);
double tan(double x);
float sinf(float x);
float cosf(float x);
float tanf(float x);

/* clang-format off */
static const uint32_t two_over_pi[] = { /* binary fraction */
	0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041,
	0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c,
	0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41,
	0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
	0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
	0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08,
	0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d,
};
/* clang-format on */

#define PI_2   0xc90fdaa22168c234p-63L
#define PI_2_A 0x1921fb544p-32L /* 33 bits */
#define PI_2_B 0x85a308d3p-65L  /* 33 more */
#define PI_2_C 0x98cc51701b839a25p-132L

union bits {
	double d;
	uint64_t u;
};

/* 32 bits of 2/pi from bit i on. */
static uint32_t window(unsigned i)
{
	unsigned shift = i % 32;
	const uint32_t *w = &two_over_pi[i / 32];

	return shift ? w[0] << shift | w[1] >> (32 - shift) : w[0];
}

/* |x| >= 2^30: x 2/pi modulo 4, by integers. */
static int reduce_huge(double x, long double *r)
{
	union bits b = { x };
	uint64_t m = (b.u & 0xfffffffffffffULL) | 1ULL << 52, hi, lo;
	int e = (int)(b.u >> 52 & 0x7ff) - 1075;
	int start = e > 2 ? e - 2 : 0, point = 192 - (e - start);
	uint32_t p[9] = { 0 }; /* m * window, lowest first */
	int q, i, negative = 0;
	long double f;

	for (i = 0; i < 6; i++) {
		uint64_t w = window((unsigned)(start + 32 * (5 - i))), c;

		c = p[i] + w * (uint32_t)m;
		p[i] = (uint32_t)c;
		c = (c >> 32) + p[i + 1] + w * (uint32_t)(m >> 32);
		p[i + 1] = (uint32_t)c;
		for (int k = i + 2; c >>= 32; k++) {
			c += p[k];
			p[k] = (uint32_t)c;
		}
	}
	/* The integer part's last two bits, then 128 bits of fraction. */
#define BIT(n) (p[(n) / 32] >> (n) % 32 & 1)
	q = (int)(BIT(point) | BIT(point + 1) << 1);
	hi = lo = 0;
	for (i = 1; i <= 64; i++)
		hi = hi << 1 | BIT(point - i);
	for (; i <= 128; i++)
		lo = lo << 1 | BIT(point - i);
	if (hi >> 63) { /* nearer to the next multiple */
		q++;
		negative = 1;
		lo = 0 - lo;
		hi = ~hi + !lo;
	}
	f = (long double)hi * 0x1p-64L + (long double)lo * 0x1p-128L;
	*r = f * PI_2;
	if (negative != (x < 0))
		*r = -*r;
	return (x < 0 ? -q : q) & 3;
}

/* x = n pi/2 + r, |r| <= pi/4; returns n modulo 4. */
static int reduce(double x, long double *r)
{
	double ax = x < 0 ? -x : x;
	long double n;
	int k;

	if (ax < 0.785) {
		*r = x;
		return 0;
	}
	if (ax >= 0x1p30)
		return reduce_huge(x, r);
	k = (int)(x / PI_2 + (x < 0 ? -0.5L : 0.5L));
	n = k;
	*r = ((x - n * PI_2_A) - n * PI_2_B) - n * PI_2_C;
	return k & 3;
}

static inline long double x87_sin(long double v)
{
	__asm__("fsin" : "+t"(v));
	return v;
}

static inline long double x87_cos(long double v)
{
	__asm__("fcos" : "+t"(v));
	return v;
}

static inline long double x87_tan(long double v)
{
	long double one, t;

	__asm__("fptan" : "=t"(one), "=u"(t) : "0"(v));
	return t / one;
}

static int is_finite(double x)
{
	union bits b = { x };

	return (b.u >> 52 & 0x7ff) != 0x7ff;
}

/* What there is for infinities and NaNs. */
static double other(const char *name, double x)
{
	return x != x ? x : crt_domain(name, x);
}

double sin(double x)
{
	long double r;

	if (!is_finite(x))
		return other("sin", x);
	switch (reduce(x, &r)) {
	case 0:
		return (double)x87_sin(r);
	case 1:
		return (double)x87_cos(r);
	case 2:
		return (double)-x87_sin(r);
	default:
		return (double)-x87_cos(r);
	}
}

double cos(double x)
{
	long double r;

	if (!is_finite(x))
		return other("cos", x);
	switch (reduce(x, &r)) {
	case 0:
		return (double)x87_cos(r);
	case 1:
		return (double)-x87_sin(r);
	case 2:
		return (double)-x87_cos(r);
	default:
		return (double)x87_sin(r);
	}
}

double tan(double x)
{
	long double r, t;

	if (!is_finite(x))
		return other("tan", x);
	if (x == 0)
		return x;
	if (reduce(x, &r) & 1) {
		t = x87_tan(r);
		return (double)(-1 / t);
	}
	return (double)x87_tan(r);
}

float sinf(float x)
{
	return (float)sin(x);
}

float cosf(float x)
{
	return (float)cos(x);
}

float tanf(float x)
{
	return (float)tan(x);
}
