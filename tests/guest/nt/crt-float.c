/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers to text and back in msvcrt: exact, whichever way they are done. */
#include "check.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

static double(__cdecl *to_double)(const char *, char **);
static int(__cdecl *print)(char *, size_t, const char *, ...);
static uint64_t seed = 88172645463325252ULL;

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

union number {
	uint64_t u;
	double d;
};

static void known(void)
{
	static const struct {
		const char *text;
		uint64_t bits;
	} row[] = {
		{ "3.14159265358979", 0x400921fb54442d11ULL },
		{ "0.1", 0x3fb999999999999aULL },
		{ "9007199254740993", 0x4340000000000000ULL }, /* tie: even */
		{ "9007199254740995", 0x4340000000000002ULL },
		{ "1e23", 0x44b52d02c7e14af6ULL },
		{ "8.5e22", 0x44b1ffdbf6b2b2ebULL },
		{ "1234567890123456789e-27", 0x3e1535afdf5ae86eULL },
		{ "-0.0", 0x8000000000000000ULL },
		{ "2.2250738585072014e-308", 0x0010000000000000ULL },
		{ "4.9e-324", 1 },
	};

	for (unsigned i = 0; i < sizeof(row) / sizeof(*row); i++) {
		union number n;
		char *end;

		n.d = to_double(row[i].text, &end);
		CHECK(n.u == row[i].bits && !*end, "%s: %016I64x", row[i].text,
		      n.u);
	}
}

/* More than 19 digits take another way than less do: compare the two. */
static void two_ways(void)
{
	for (int i = 0; i < 20000; i++) {
		char digits[24], a[80], b[80];
		union number x, y;
		int n = 1 + (int)(next() % 19), e = (int)(next() % 80) - 45;

		print(digits, sizeof(digits), "%I64u", next());
		digits[n] = 0;
		print(a, sizeof(a), "%c.%se%d", *digits, digits + 1, e);
		print(b, sizeof(b), "%c.%s00000000000000000000e%d", *digits,
		      digits + 1, e);
		x.d = to_double(a, NULL);
		y.d = to_double(b, NULL);
		CHECK(x.u == y.u, "%s: %016I64x, with zeros %016I64x", a, x.u,
		      y.u);
	}
}

static void round_trip(void)
{
	for (int i = 0; i < 20000; i++) {
		union number x = { next() }, y;
		char text[64];

		if (i & 1) /* from 2^-70 to 2^70 */
			x.u = (x.u & ~(0x7ffULL << 52)) |
			      (uint64_t)(953 + next() % 140) << 52;
		if ((x.u >> 52 & 0x7ff) == 0x7ff)
			continue;
		print(text, sizeof(text), "%.17g", x.d);
		y.d = to_double(text, NULL);
		CHECK(x.u == y.u, "%016I64x is %s, which is %016I64x", x.u,
		      text, y.u);
	}
}

static void printed(void)
{
	static const struct {
		const char *format, *text;
		double v;
	} row[] = {
		{ "%.0f", "3", 2.5 },
		{ "%.2f", "1.00", 1.005 },
		{ "%.3e", "1.000e+010", 9999999999.0 },
		{ "%.6g", "1.23457e+008", 123456789.0 },
		{ "%g", "100000", 100000.0 },
		{ "%g", "1e+006", 1000000.0 },
		{ "%.17g", "0.10000000000000001", 0.1 },
		{ "%.15g", "123456789012345", 123456789012345.0 },
		{ "%.1f", "0.1", 0.05 }, /* 17 digits, then half up */
		{ "%.0e", "9e+000", 9.4 },
	};
	char text[80];

	for (unsigned i = 0; i < sizeof(row) / sizeof(*row); i++) {
		print(text, sizeof(text), row[i].format, row[i].v);
		CHECK(!strcmp(text, row[i].text), "%s: %s, not %s",
		      row[i].format, text, row[i].text);
	}
}

int main(void)
{
	HMODULE crt = LoadLibraryA("msvcrt.dll");

	to_double = (void *)GetProcAddress(crt, "strtod");
	print = (void *)GetProcAddress(crt, "_snprintf");
	known();
	two_ways();
	round_trip();
	printed();
	return check_done();
}
