/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fltscale.c - doubles to decimal digits and back, exactly, where that needs
 * no more than 192 bits; gdtoa does the rest.
 *
 * v is m * 2^e.  v * 10^k is m * 5^k shifted, and 5^k has at most 128 bits up
 * to k = 55: the digits and what lies behind them are known exactly, ties too.
 * The other way w / 10^k is one division of 128 by 64 bits up to k = 27, and
 * w * 10^k a product as above.  Beyond, 64 bits of the power are used, and the
 * result if what they lack cannot change it: one number in two hundred.
 */
#include "fltfmt.h"

#define POWERS 56

static const struct {
	uint64_t hi, lo;
} pow5[POWERS] = {
	{ 0x0ULL, 0x1ULL },
	{ 0x0ULL, 0x5ULL },
	{ 0x0ULL, 0x19ULL },
	{ 0x0ULL, 0x7dULL },
	{ 0x0ULL, 0x271ULL },
	{ 0x0ULL, 0xc35ULL },
	{ 0x0ULL, 0x3d09ULL },
	{ 0x0ULL, 0x1312dULL },
	{ 0x0ULL, 0x5f5e1ULL },
	{ 0x0ULL, 0x1dcd65ULL },
	{ 0x0ULL, 0x9502f9ULL },
	{ 0x0ULL, 0x2e90eddULL },
	{ 0x0ULL, 0xe8d4a51ULL },
	{ 0x0ULL, 0x48c27395ULL },
	{ 0x0ULL, 0x16bcc41e9ULL },
	{ 0x0ULL, 0x71afd498dULL },
	{ 0x0ULL, 0x2386f26fc1ULL },
	{ 0x0ULL, 0xb1a2bc2ec5ULL },
	{ 0x0ULL, 0x3782dace9d9ULL },
	{ 0x0ULL, 0x1158e460913dULL },
	{ 0x0ULL, 0x56bc75e2d631ULL },
	{ 0x0ULL, 0x1b1ae4d6e2ef5ULL },
	{ 0x0ULL, 0x878678326eac9ULL },
	{ 0x0ULL, 0x2a5a058fc295edULL },
	{ 0x0ULL, 0xd3c21bcecceda1ULL },
	{ 0x0ULL, 0x422ca8b0a00a425ULL },
	{ 0x0ULL, 0x14adf4b7320334b9ULL },
	{ 0x0ULL, 0x6765c793fa10079dULL },
	{ 0x2ULL, 0x4fce5e3e2502611ULL },
	{ 0xaULL, 0x18f07d736b90be55ULL },
	{ 0x32ULL, 0x7cb2734119d3b7a9ULL },
	{ 0xfcULL, 0x6f7c40458122964dULL },
	{ 0x4eeULL, 0x2d6d415b85acef81ULL },
	{ 0x18a6ULL, 0xe32246c99c60ad85ULL },
	{ 0x7b42ULL, 0x6fab61f00de36399ULL },
	{ 0x2684cULL, 0x2e58e9b04570f1fdULL },
	{ 0xc097cULL, 0xe7bc90715b34b9f1ULL },
	{ 0x3c2f70ULL, 0x86aed236c807a1b5ULL },
	{ 0x12ced32ULL, 0xa16a1b11e8262889ULL },
	{ 0x5e0a1fdULL, 0x2712875988becaadULL },
	{ 0x1d6329f1ULL, 0xc35ca4bfabb9f561ULL },
	{ 0x92efd1b8ULL, 0xd0cf37be5aa1cae5ULL },
	{ 0x2deaf189cULL, 0x140c16b7c528f679ULL },
	{ 0xe596b7b0cULL, 0x643c7196d9ccd05dULL },
	{ 0x47bf19673dULL, 0xf52e37f2410011d1ULL },
	{ 0x166bb7f0435ULL, 0xc9e717bb45005915ULL },
	{ 0x701a97b150cULL, 0xf18376a85901bd69ULL },
	{ 0x23084f676940ULL, 0xb7915149bd08b30dULL },
	{ 0xaf298d050e43ULL, 0x95d69670b12b7f41ULL },
	{ 0x36bcfc1194751ULL, 0xed30f03375d97c45ULL },
	{ 0x111b0ec57e6499ULL, 0xa1f4b1014d3f6d59ULL },
	{ 0x558749db77f700ULL, 0x29c77506823d22bdULL },
	{ 0x1aba4714957d300ULL, 0xd0e549208b31adb1ULL },
	{ 0x85a36366eb71f04ULL, 0x147a6da2b7f86475ULL },
	{ 0x29c30f1029939b14ULL, 0x6664242d97d9f649ULL },
	{ 0xd0cf4b50cfe20765ULL, 0xfff4b4e3f741cf6dULL },
};

static const uint64_t pow10[20] = {
	1ULL,
	10ULL,
	100ULL,
	1000ULL,
	10000ULL,
	100000ULL,
	1000000ULL,
	10000000ULL,
	100000000ULL,
	1000000000ULL,
	10000000000ULL,
	100000000000ULL,
	1000000000000ULL,
	10000000000000ULL,
	100000000000000ULL,
	1000000000000000ULL,
	10000000000000000ULL,
	100000000000000000ULL,
	1000000000000000000ULL,
	10000000000000000000ULL,
};

static uint64_t mul64(uint64_t a, uint64_t b, uint64_t *hi)
{
#ifdef __x86_64__
	unsigned __int128 p = (unsigned __int128)a * b;

	*hi = (uint64_t)(p >> 64);
	return (uint64_t)p;
#else
	uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t mid = a1 * b0 + (a0 * b0 >> 32), low = a0 * b1;

	*hi = a1 * b1 + (mid >> 32) + (((uint32_t)mid + low) >> 32);
	return a * b;
#endif
}

/* m * 5^k, the least significant word first. */
static void product(uint64_t p[3], uint64_t m, int k)
{
	uint64_t h0, h1;

	p[0] = mul64(m, pow5[k].lo, &h0);
	p[1] = mul64(m, pow5[k].hi, &h1);
	p[1] += h0;
	p[2] = h1 + (p[1] < h0);
}

/*
 * floor(p / 2^s) in *q, and how what is left compares to one half.  Returns
 * -1 when the quotient has more than 64 bits; s > 0.
 */
enum rest { REST_NONE, REST_BELOW, REST_HALF, REST_ABOVE };

static int shift_right(const uint64_t p[3], int s, uint64_t *q)
{
	uint64_t below = 0;
	int word = s / 64, bit = s % 64, half, at = (s - 1) / 64;
	uint64_t top = 1ULL << ((s - 1) % 64);

	if (s > 192) {
		*q = 0;
		return p[0] | p[1] | p[2] ? REST_BELOW : REST_NONE;
	}
	*q = word < 3 ? p[word] >> bit : 0;
	if (word < 2 && bit)
		*q |= p[word + 1] << (64 - bit);
	for (int i = word + 1; i < 3; i++)
		if (i == word + 1 && bit ? p[i] >> bit : p[i])
			return -1;
	half = (p[at] & top) != 0;
	below = p[at] & (top - 1);
	for (int i = 0; i < at; i++)
		below |= p[i];
	if (half)
		return below ? REST_ABOVE : REST_HALF;
	return below ? REST_BELOW : REST_NONE;
}

/* v * 10^k as an integer and a rest; v finite and above 0; -1: not so easily */
static int scale(double v, int k, uint64_t *q)
{
	union {
		double d;
		uint64_t u;
	} x = { v };
	int e = (int)(x.u >> 52) - 1075;
	uint64_t m = (x.u & 0xfffffffffffffULL) | 1ULL << 52, p[3];

	if (e == -1075) {
		m &= ~(1ULL << 52);
		e++;
	}
	if (k >= POWERS || k < -19)
		return -1;
	if (k >= 0) {
		product(p, m, k);
		e += k;
		if (e < 0)
			return shift_right(p, -e, q);
		if (p[1] || p[2] || e > 63 || p[0] << e >> e != p[0])
			return -1;
		*q = p[0] << e;
		return REST_NONE;
	} else {
		uint64_t whole, frac = 0, rest, half = pow10[-k] / 2;

		if (e > 11 || e < -63)
			return -1;
		whole = e >= 0 ? m << e : m >> -e;
		if (e < 0)
			frac = m << (64 + e);
		*q = whole / pow10[-k];
		rest = whole - *q * pow10[-k];
		if (rest > half || (rest == half && frac))
			return REST_ABOVE;
		if (rest == half)
			return REST_HALF;
		return rest || frac ? REST_BELOW : REST_NONE;
	}
}

static int round_up(int rest, uint64_t q, int away)
{
	return rest == REST_ABOVE || (rest == REST_HALF && (away || (q & 1)));
}

int crt_easy_digits(double v, int mode, int n, int away, char *d, int *count,
		    int *point)
{
	union {
		double d;
		uint64_t u;
	} x = { v };
	int e2 = (int)(x.u >> 52) - 1023, e10, rest, len;
	char text[20], *t = text + 20;
	uint64_t q;

	if (mode == 3) {
		rest = n < 0 ? -1 : scale(v, n, &q);
		if (rest < 0 || q >= pow10[18])
			return 0;
		q += (uint64_t)round_up(rest, q, away);
		e10 = -n;
	} else {
		/* log10 by log2, which is too small by one at times */
		e10 = e2 * 78913 >> 18;
		if (n < 1 || n > 17 || e2 == -1023)
			return 0;
		for (;; e10++) {
			rest = scale(v, n - 1 - e10, &q);
			if (rest < 0)
				return 0;
			if (q < pow10[n])
				break;
		}
		q += (uint64_t)round_up(rest, q, away);
		e10 -= n - 1;
	}
	if (!q)
		return 0; /* rounded away: the caller's ways differ */
	while (q > 0xffffffff) {
		*--t = (char)('0' + q % 10);
		q /= 10;
	}
	for (uint32_t w = (uint32_t)q; w; w /= 10)
		*--t = (char)('0' + w % 10);
	len = (int)(text + 20 - t);
	*point = len + e10;
	while (t[len - 1] == '0')
		len--;
	memcpy(d, t, (size_t)len);
	*count = len;
	return 1;
}

/* 64 significant bits, the highest set, and a sticky bit, to the nearest double
 */
static double nearest(uint64_t m, int sticky, int e)
{
	union {
		uint64_t u;
		double d;
	} x;
	uint64_t rest = m & 0x7ff;

	m >>= 11;
	if (rest > 0x400 || (rest == 0x400 && (sticky || (m & 1))))
		m++; /* 2^53 carries into the exponent below, as it should */
	x.u = m + ((uint64_t)(e + 63 + 1022) << 52);
	return x.d;
}

/* 10^(28 j), j from -13: 64 bits, the highest set, to the nearest. */
enum { STEP = 28, LEAST_STEP = -13 };
static const uint64_t pow10_28[] = {
	0xe1afa13afbd14d6eULL,
	0xe3e27a444d8d98b8ULL,
	0xe61acf033d1a45dfULL,
	0xe858ad248f5c22caULL,
	0xea9c227723ee8bcbULL,
	0xece53cec4a314ebeULL,
	0xef340a98172aace5ULL,
	0xf18899b1bc3f8ca2ULL,
	0xf3e2f893dec3f126ULL,
	0xf64335bcf065d37dULL,
	0xf8a95fcf88747d94ULL,
	0xfb158592be068d2fULL,
	0xfd87b5f28300ca0eULL,
	0x8000000000000000ULL,
	0x813f3978f8940984ULL,
	0x82818f1281ed44a0ULL,
	0x83c7088e1aab65dbULL,
	0x850fadc09923329eULL,
	0x865b86925b9bc5c2ULL,
	0x87aa9aff79042287ULL,
	0x88fcf317f22241e2ULL,
	0x8a5296ffe33cc930ULL,
	0x8bab8eefb6409c1aULL,
	0x8d07e33455637eb3ULL,
	0x8e679c2f5e44ff8fULL,
};

/* m * 2^*e times another, 64 bits of it; both have their highest bit set. */
static uint64_t times(uint64_t m, uint64_t by, int *e)
{
	uint64_t hi, lo = mul64(m, by, &hi);

	*e += 64;
	if (hi >> 63)
		return hi;
	--*e;
	return hi << 1 | lo >> 63;
}

/*
 * w * 10^k with a relative error below 5 * 2^-64: cut off twice, each time one
 * unit at most, half a unit in the table, and twice that when a product's
 * highest bit was not set.
 */
static int rough_double(uint64_t w, int k, double *out)
{
	int j = (k - LEAST_STEP * STEP) / STEP, rest = k - (LEAST_STEP + j) * STEP;
	int shift = __builtin_clzll(pow5[rest].lo), e;
	uint64_t m;
	unsigned tail;

	if (k < LEAST_STEP * STEP || (size_t)j >= sizeof pow10_28 / 8)
		return 0;
	e = -__builtin_clzll(w);
	m = w << -e;
	e += rest - shift;
	m = times(m, pow5[rest].lo << shift, &e);
	/* log2(10) by 217706 / 2^16 */
	e += ((LEAST_STEP + j) * STEP * 217706 >> 16) - 63;
	m = times(m, pow10_28[j], &e);
	tail = (unsigned)(m & 0x7ff);
	if (tail > 0x400 - 6 && tail < 0x400 + 6)
		return 0;
	if (e + 63 < -1021 || e + 63 > 1022) /* not normal, or nearly not */
		return 0;
	*out = nearest(m, 0, e);
	return 1;
}

int crt_easy_double(uint64_t w, int k, double *out)
{
	int shift;

	if (!w)
		return 0;
	if (k > 55 || k < -27)
		return rough_double(w, k, out);
	if (k >= 0) {
		uint64_t p[3], m;
		int top;

		product(p, w, k);
		top = p[2] ? 2 : p[1] ? 1 : 0;
		shift = __builtin_clzll(p[top]);
		m = p[top] << shift;
		if (shift && top)
			m |= p[top - 1] >> (64 - shift);
		*out = nearest(
			m, (top && p[top - 1] << shift) || (top == 2 && p[0]),
			k + 64 * top - shift);
		return 1;
	}
#ifdef __x86_64__
	{
		uint64_t den = pow5[-k].lo, q, r;
		int a = __builtin_clzll(w), b = __builtin_clzll(den);

		w <<= a;
		den <<= b;
		shift = b - a;
		/* the quotient is to have 64 bits: w / 2 is below den */
		r = w & 1;
		w >>= 1;
		asm("divq %4"
		    : "=a"(q), "=d"(r)
		    : "a"(r << 63), "d"(w), "r"(den)
		    : "cc");
		if (!(q >> 63)) { /* w / 2 was less than half of den */
			int more = r >= den - r;

			q = q << 1 | (uint64_t)more;
			r = more ? r - (den - r) : r << 1;
			shift--;
		}
		/* w 2^-a / (den 2^-b) 2^k, and q is w 2^63 / den */
		*out = nearest(q, r != 0, k + shift - 63);
		return 1;
	}
#else
	(void)shift; /* no such division here */
	return rough_double(w, k, out);
#endif
}
