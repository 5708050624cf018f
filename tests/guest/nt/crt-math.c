/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mathematics of both C runtimes with the x87 as Windows' threads begin: with
 * 53 bits, which must cost no precision.  And what they say of their arguments.
 */
// cflags: -fno-builtin
// cflags: -msse2 -mfpmath=sse
#include <errno.h>
#include <float.h>
#include <stdint.h>
#include <windows.h>

#include "check.h"

static const struct {
	const char *name;
	double x;
	uint64_t bits;
} ones[] = {
	{ "sin", -0x1.2162ed2ad7987p+28, 0x3f858e2ef03b622eULL },
	{ "cos", 0x1.a8fc540ffb54ep+28, 0xbf87876110a051bfULL },
	{ "tan", 0x1.62850711db47bp+27, 0xc0af736fe478b5fcULL },
	{ "acos", 0x1.fff6c86521a7dp-1, 0x3f8849bbffaf1ad4ULL },
	{ "asin", -0x1.a77bf76c7835dp-1, 0xbfef2aad8f22b837ULL },
	{ "exp", 0x1.5a92cdc3867d1p+9, 0x7e6ffdbcf4a4ddffULL },
	{ "exp", -0x1.5a92cdc3867d1p+9, 0x017001219a25f4e5ULL },
	{ "sinh", 0x1.0be60419bddeap+9, 0x702fd0dd5f127cf1ULL },
	{ "cosh", 0x1.472a38f7e86bap+9, 0x7adff732f571ab99ULL },
	{ "tanh", 0x1.03664315ff371p-1, 0x3fdde89dd3ea9d30ULL },
	{ "log", 0x1.02d7bd33dbee7p+0, 0x3f869dd34f4dc22cULL },
	{ "log10", 0x1.03be317a2d613p+0, 0x3f79d200f2717123ULL },
	{ "sqrt", 0x1p+1, 0x3ff6a09e667f3bcdULL },
	{ "acosh", 0x1.0243f8340a2eep+0, 0x3fc104332cd224dfULL },
	{ "atanh", -0x1.fe84cd36e68dbp-1, 0xc00a2608992996faULL },
	{ "asinh", -0x1.b67b43386d032p-2, 0xbfdaa146ec4f4944ULL },
	{ "cbrt", 0x1.7e8cd07c66db6p+2, 0x3ffd098bd5b94ac6ULL },
	{ "exp2", -0x1.04009e3ca12dbp+9, 0x1f6fe4a01fd644e0ULL },
	{ "expm1", 0x1.100f5e2781256p+9, 0x70fffc1a3fc56c54ULL },
	{ "log1p", -0x1.fb3360c1df25fp-1, 0xc012adee16249b95ULL },
	{ "log2", 0x1.0968ab4e7136dp+0, 0x3faaa947535fd4c1ULL },
	{ "tgamma", -0x1.59db853052d73p+3, 0xbe8db826e7ea2582ULL },
	{ "lgamma", 0x1.ff222932e980fp-1, 0x3f500b751a041e5aULL },
	{ "erfc", 0x1.9abc388643bfbp+4, 0x042b101a899d7bddULL },
};

static const struct {
	const char *name;
	double x, y;
	uint64_t bits;
} twos[] = {
	{ "pow", 0x1.4p+1, 0x1.63p+9, 0x7a97bc2c70042018ULL },
	{ "pow", 0x1.4p+1, -0x1.77p+9, 0x01f77d3f9585ab13ULL },
	{ "pow", 0x1.4p+3, 0x1.6p+4, 0x4480f0cf064dd592ULL },
	{ "pow", -0x1.8p+1, 0x1.08p+5, 0xc333bfefa65abb83ULL },
	{ "pow", 0x1.000000006df38p+0, 0x1.d1a94a2p+39, 0x48f349550eb7664cULL },
	{ "pow", 0x1.782ed26108a2dp+0, -0x1.443569292b4ccp+9,
	  0x296eb2bb3cdc55bbULL },
	{ "hypot", 0x1.8p+1, 0x1p+2, 0x4014000000000000ULL },
	{ "hypot", 0x1.7e43c8800759cp+996, 0x1.7e43c8800759cp+996,
	  0x7e40e4d50f99b211ULL },
	{ "hypot", 0x0.00000000007e8p-1022, 0x0.00000000007e8p-1022,
	  0x0000000000000b2eULL },
	{ "atan2", -0x1.cf33831040bd7p+3, 0x1.078b9f5cfee28p+8,
	  0xbfac17cec037c2c7ULL },
	{ "fmod", 0x1.092b9c4db9ccbp+9, -0x1.2ce94241ed2b5p-40,
	  0x3d44ae18bb3aceb8ULL },
	{ "remainder", -0x1.dba0de6fd7f09p+8, 0x1.beccea452dc79p-39,
	  0xbd07470beb5e9600ULL },
};

#define BIG  1e308
#define INF  __builtin_inf()
#define NOT  __builtin_nan("")
#define NONE 0xfff8000000000000ULL /* -nan(ind) */
#define PLUS 0x7ff0000000000000ULL

enum { INVALID = 0x10, POLE = 8, OVERFLOWS = 4 };

/* errno and the exception, by the argument. */
static const struct {
	const char *name;
	double x;
	uint64_t bits;
	int error;
	unsigned flag;
} rules[] = {
	{ "log", -1, NONE, EDOM, INVALID },
	{ "log", 0, 0xfff0000000000000ULL, ERANGE, POLE },
	{ "log", INF, PLUS, 0, 0 },
	{ "log10", -1, NONE, EDOM, INVALID },
	{ "sqrt", -1, NONE, EDOM, INVALID },
	{ "acos", 2, NONE, EDOM, INVALID },
	{ "sin", INF, NONE, EDOM, INVALID },
	{ "exp", 1000, PLUS, ERANGE, OVERFLOWS },
	{ "exp", -1000, 0, 0, 2 },
	{ "exp", INF, PLUS, 0, 0 },
	{ "exp", -INF, 0, 0, 0 },
	{ "exp", NOT, 0x7ff8000000000000ULL, 0, 0 },
	{ "sinh", BIG, PLUS, ERANGE, OVERFLOWS },
	{ "tanh", BIG, 0x3ff0000000000000ULL, 0, 0 },
	{ "log2", 0, 0xfff0000000000000ULL, ERANGE, POLE },
	{ "log1p", -1, 0xfff0000000000000ULL, ERANGE, POLE },
	{ "log1p", -2, NONE, EDOM, INVALID },
	{ "atanh", 1, PLUS, ERANGE, POLE },
	{ "erfc", -30, 0x4000000000000000ULL, 0, 0 },
	{ "tgamma", 0, PLUS, ERANGE, POLE },
	{ "tgamma", -3, NONE, EDOM, INVALID },
	{ "tgamma", 172, PLUS, ERANGE, OVERFLOWS },
	{ "lgamma", -4, PLUS, ERANGE, POLE },
};

static const struct {
	const char *name;
	double x, y;
	uint64_t bits;
	int error;
	unsigned flag;
} rules2[] = {
	{ "pow", 0, -1, PLUS, ERANGE, POLE },
	{ "pow", 10, 400, PLUS, ERANGE, OVERFLOWS },
	{ "pow", -8, 0.25, NONE, EDOM, INVALID },
	{ "pow", 1, NOT, 0x3ff0000000000000ULL, 0, 0 },
	{ "pow", 2, -INF, 0, 0, 0 },
	{ "fmod", 1, 0, NONE, EDOM, INVALID },
	{ "fmod", INF, 1, NONE, EDOM, INVALID },
	{ "_hypot", BIG, BIG * 1.5, PLUS, ERANGE, OVERFLOWS },
	{ "_hypot", INF, NOT, PLUS, 0, 0 },
	{ "fdim", 0, -INF, PLUS, 0, 0 },
};

static HMODULE crt;
static int *(__cdecl *error)(void);
static unsigned(__cdecl *clear)(void);

static union {
	double(__cdecl *one)(double);
	double(__cdecl *two)(double, double);
	FARPROC p;
} f;

static BOOL get(const char *name)
{
	f.p = GetProcAddress(crt, name);
	return f.p != NULL; /* msvcrt's are fewer */
}

static unsigned short control(void)
{
	unsigned short cw;

	__asm__("fnstcw %0" : "=m"(cw));
	return cw;
}

static BOOL near_by(double got, uint64_t bits)
{
	uint64_t u;

	memcpy(&u, &got, sizeof u);
	return u - bits + 1 <= 2;
}

static void precise(const char *dll)
{
	for (unsigned i = 0; i < sizeof ones / sizeof *ones; i++) {
		double r = get(ones[i].name) ? f.one(ones[i].x) : 0;

		CHECK(!f.p || near_by(r, ones[i].bits), "%s %s(%a): %a", dll,
		      ones[i].name, ones[i].x, r);
	}
	for (unsigned i = 0; i < sizeof twos / sizeof *twos; i++) {
		double r = get(twos[i].name) ? f.two(twos[i].x, twos[i].y) : 0;

		CHECK(!f.p || near_by(r, twos[i].bits), "%s %s(%a, %a): %a",
		      dll, twos[i].name, twos[i].x, twos[i].y, r);
	}
	CHECK(get("_hypot") && f.two(5, 12) == 13, "%s", dll);
}

static void judged(const char *dll, const char *name, double x, double r,
		   uint64_t bits, int want, unsigned flag)
{
	enum { ALL = 0x1e };
	unsigned sw = clear() & ALL;

	CHECK(!memcmp(&r, &bits, sizeof r), "%s %s(%g): %g", dll, name, x, r);
	CHECK(*error() == want, "%s %s(%g): errno %d, not %d", dll, name, x,
	      *error(), want);
	CHECK((sw & flag) == flag, "%s %s(%g): flags %#x, not %#x", dll, name,
	      x, sw, flag);
}

static void ruled(const char *dll)
{
	double r;

	for (unsigned i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (!get(rules[i].name))
			continue;
		*error() = 0;
		clear();
		r = f.one(rules[i].x);
		judged(dll, rules[i].name, rules[i].x, r, rules[i].bits,
		       rules[i].error, rules[i].flag);
	}
	for (unsigned i = 0; i < sizeof rules2 / sizeof *rules2; i++) {
		if (!get(rules2[i].name))
			continue;
		*error() = 0;
		clear();
		r = f.two(rules2[i].x, rules2[i].y);
		judged(dll, rules2[i].name, rules2[i].x, r, rules2[i].bits,
		       rules2[i].error, rules2[i].flag);
	}
}

int main(void)
{
	static const char *const dlls[] = { "ucrtbase.dll", "msvcrt.dll" };
	unsigned short cw = 0x27f;

	for (int i = 0; i < 2; i++) {
		crt = LoadLibraryA(dlls[i]);
		error = (void *)GetProcAddress(crt, "_errno");
		clear = (void *)GetProcAddress(crt, "_clearfp");
		__asm__ volatile("fldcw %0" : : "m"(cw));
		precise(dlls[i]);
		CHECK_EQ(control(), 0x27f);
		ruled(dlls[i]);
	}
	return check_done();
}
