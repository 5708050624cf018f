/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests printf, scanf, strtod of the C runtime: msvcrt's and ucrt's rules. */
// cflags: -D__USE_MINGW_ANSI_STDIO=0
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <math.h>
#include <float.h>
#include <errno.h>
#include "../lib/check.h"

#ifdef _UCRT
#define UCRT 1
#else
#define UCRT 0
#endif

static char buf[4096];

static const char *fmt(const char *f, ...)
{
	va_list ap;
	int n;

	va_start(ap, f);
	n = _vsnprintf(buf, sizeof(buf) - 1, f, ap);
	va_end(ap);
	if (n < 0)
		strcpy(buf, "<error>");
	return buf;
}

static void same(int line, const char *got, const char *want)
{
	check_count++;
	if (strcmp(got, want))
		check_fail(__FILE__, line, "text", "got \"%s\", want \"%s\"",
			   got, want);
}
#define SAME(want, ...) same(__LINE__, fmt(__VA_ARGS__), want)

static void integers(void)
{
	/* msvcrt sees one h, however many there are */
	SAME(UCRT ? "-1 255 377 ff" : "-1 65535 177777 ffff",
	     "%hhd %hhu %hho %hhx", -1, -1, -1, -1);
	SAME("42", "%d", 42);
	SAME("-42", "%d", -42);
	SAME("-2147483648", "%d", (int)0x80000000);
	SAME("   42", "%5d", 42);
	SAME("42   |", "%-5d|", 42);
	SAME("00042", "%05d", 42);
	SAME("-0042", "%05d", -42);
	SAME("+42", "%+d", 42);
	SAME(" 42", "% d", 42);
	SAME("  042", "%5.3d", 42);
	SAME("", "%.0d", 0);
	SAME("ff", "%x", 255);
	SAME("0XFF", "%#X", 255);
	SAME("0", "%#x", 0);
	SAME("0377", "%#o", 255);
	SAME("4294967295", "%u", -1);
	SAME("18446744073709551615", "%I64u", -1LL);
	SAME("-9223372036854775808", "%I64d", (long long)1 << 63);
	SAME("1234567890123", "%lld", 1234567890123LL);
	SAME("-1", "%hd", 65535);
	SAME("65535", "%hu", -1);
	SAME("  17", "%*d", 4, 17);
	SAME("17  |", "%*d|", -4, 17);
	SAME("017", "%.*d", 3, 17);
	SAME("100%", "%d%%", 100);
#ifdef _WIN64
	SAME("00000000DEADBEEF", "%p", (void *)0xdeadbeef);
	SAME("123456789012", "%Id", (size_t)123456789012);
#else
	SAME("DEADBEEF", "%p", (void *)0xdeadbeef);
#endif
}

static void strings(void)
{
	SAME("abc", "%s", "abc");
	SAME("  abc", "%5s", "abc");
	SAME("ab", "%.2s", "abc");
	SAME("(null)", "%s", (char *)NULL);
	SAME("wide", "%S", L"wide");
	SAME("wide", "%ls", L"wide");
	SAME("wi", "%.2ls", L"wide");
	SAME("narrow", "%hs", "narrow");
	SAME("x", "%c", 'x');
	SAME("y", "%C", L'y');
	SAME("    z", "%5c", 'z');
}

static void doubles(void)
{
	SAME("3.140000", "%f", 3.14);
	SAME("-0.000000", "%f", -0.0);
	SAME("1", "%.0f", 1.4);
	SAME("1.", "%#.0f", 1.4);
	SAME("123456789.1235", "%.4f", 123456789.123456);
	SAME("1e+100", UCRT ? "%g" : "%g", 1e100);
	SAME("0.0001", "%g", 0.0001);
	SAME(UCRT ? "1e-05" : "1e-005", "%g", 0.00001);
	SAME("100000", "%g", 100000.0);
	SAME(UCRT ? "1e+06" : "1e+006", "%g", 1000000.0);
	SAME("1.00000", "%#g", 1.0);
	SAME(UCRT ? "3.140000e+00" : "3.140000e+000", "%e", 3.14);
	SAME(UCRT ? "0.000000e+00" : "0.000000e+000", "%e", 0.0);
	SAME("  3.14", "%6.2f", 3.14159);
	SAME("003.14", "%06.2f", 3.14159);
	SAME("+3.1", "%+.1f", 3.14159);
	SAME("0.1", "%.1f", 0.05000001);
	SAME("9.9", "%.2g", 9.94);
	SAME("10", "%.2g", 9.96);
	SAME("1.7976931348623157e+308", "%.17g", DBL_MAX);
	SAME("0.5", "%.1f", 0.45000000000000001);
	SAME("0", "%g", 0.0);
	SAME("99999.9", "%g", 99999.9);
	SAME("100000", "%.6g", 99999.96);
	if (UCRT) {
		SAME("0."
		     "1000000000000000055511151231257827021181583404541015625",
		     "%.55f", 0.1);
		SAME("inf", "%f", INFINITY);
		SAME("-INF", "%F", -INFINITY);
		SAME("nan", "%f", (double)NAN);
		SAME("   inf", "%06f", INFINITY);
		SAME("0x1.8000000000000p+0", "%a", 1.5);
		SAME("0x0.0000000000001p-1022", "%a", 5e-324);
		SAME("-0X1.FFFFFFFFFFFFFP+1023", "%A", -DBL_MAX);
		SAME("0x2p+1023", "%.0a", DBL_MAX);
	} else {
		SAME("0.10000000000000001000", "%.20f", 0.1);
		SAME("1.#INF00", "%f", INFINITY);
		SAME("1.#INF", "%g", INFINITY);
		SAME("1.#QNAN0", "%f", (double)NAN);
		SAME("1.#J", "%.2f", INFINITY);
	}
}

static void sizes(void)
{
	int n;

	memset(buf, 'x', sizeof(buf));
	n = _snprintf(buf, 3, "%s", "abc");
	CHECK(n == 3 && buf[3] == 'x' && !memcmp(buf, "abc", 3), "%d", n);
	n = _snprintf(buf, 2, "%s", "abc");
	CHECK(n == -1 && !memcmp(buf, "ab", 2), "%d", n);
	n = _snprintf(buf, 4, "%s", "abc");
	CHECK(n == 3 && buf[3] == 0, "%d", n);
	n = _scprintf("%d %s", 123, "four");
	CHECK(n == 8, "%d", n);
}

static int complaints;

static void __cdecl complaint(const wchar_t *what, const wchar_t *function,
			      const wchar_t *file, unsigned line, uintptr_t no)
{
	complaints++;
}

static int positional(const char *f, ...)
{
	/* mingw-w64 declares it for neither runtime */
	HMODULE h = GetModuleHandleA(UCRT ? "ucrtbase.dll" : "msvcrt.dll");
	int(__cdecl * ucrt)(unsigned long long, char *, size_t, const char *,
			    void *, va_list);
	int(__cdecl * msvcrt)(char *, size_t, const char *, va_list);
	va_list ap;
	int n;

	ucrt = (void *)GetProcAddress(h, "__stdio_common_vsprintf_p");
	msvcrt = (void *)GetProcAddress(h, "_vsprintf_p");
	complaints = 0;
	va_start(ap, f);
	n = UCRT ? ucrt(0, buf, sizeof buf, f, NULL, ap)
		 : msvcrt(buf, sizeof buf, f, ap);
	va_end(ap);
	return n;
}

static void positions(void)
{
	HMODULE h = GetModuleHandleA(UCRT ? "ucrtbase.dll" : "msvcrt.dll");
	void(__cdecl * handle)(void *) =
		(void *)GetProcAddress(h, "_set_invalid_parameter_handler");

	if (!handle) /* msvcrt's of before Windows Vista */
		return;
	handle(complaint);
	CHECK_EQ(positional("%2$s %1$d", 5, "x"), 3);
	CHECK(!strcmp(buf, "x 5"), "%s", buf);
	CHECK_EQ(positional("%3$.*1$f %2$d", 2, 7, 3.14159), 6);
	CHECK(!strcmp(buf, "3.14 7"), "%s", buf);
	CHECK_EQ(positional("%1$lld %2$*3$d", 1ll << 40, 3, 4), 18);
	CHECK(!strcmp(buf, "1099511627776    3"), "%s", buf);
	CHECK_EQ(complaints, 0);
	/* one is left out; not all have one; two kinds; none; too many */
	CHECK(positional("%1$d %3$d", 1, 2, 3) == -1 && complaints == 1);
	CHECK(positional("%1$d %d", 1, 2) == -1 && complaints == 1);
	CHECK(positional("%1$s %1$d", "") == -1 && complaints == 1);
	CHECK(positional("%1$*0$d", 1) == -1 && complaints == 1);
	CHECK(positional("%1$*999999999$d", 1) == -1 && complaints == 1);
	CHECK(positional("%101$d", 1) == -1 && complaints == 1);
	handle(NULL);
}

static void wide(void)
{
	wchar_t w[64];
	int n = _snwprintf(w, 64, L"%s %hs %d %ls", L"wide", "narrow", 5,
			   L"long");

	CHECK(n == 18 && !wcscmp(w, L"wide narrow 5 long"), "%d %ls", n, w);
	n = _snwprintf(w, 64, L"%5.1f|%x", 2.25, 255);
	CHECK(!wcsncmp(w, L"  2.", 4) && !wcscmp(w + 5, L"|ff"), "%ls", w);
}

/* The bits that strtod makes of a text, all of which it takes but rest. */
static unsigned long long bits_of(const char *text, const char *rest)
{
	unsigned long long u;
	char *end;
	double d = strtod(text, &end);

	CHECK(!strcmp(end, rest), "%s leaves \"%s\"", text, end);
	memcpy(&u, &d, sizeof u);
	return u;
}

static void not_numbers(void)
{
	float(__cdecl * to_float)(const char *, char **);
	float f;
	unsigned u;

	CHECK_EQ(bits_of("nan", ""), 0x7fffffffffffffff);
	CHECK_EQ(bits_of("-NaN(x_1)", ""), 0xffffffffffffffff);
	CHECK_EQ(bits_of("nan(12)", ""), 0x7fffffffffffffff);
	CHECK_EQ(bits_of("nan(a-b)", "(a-b)"), 0x7fffffffffffffff);
	CHECK_EQ(bits_of("nan(12", "(12"), 0x7fffffffffffffff);
	CHECK_EQ(bits_of("+nan(IND)", ""), 0xfff8000000000000);
#ifdef _WIN64 /* the x87 makes them quiet */
	CHECK_EQ(bits_of("nan(snan)", ""), 0x7ff0000000000001);
#endif
	/* mingw-w64 links one of its own */
	to_float = (void *)GetProcAddress(GetModuleHandleA("ucrtbase.dll"),
					  "strtof");
	f = to_float("nan", NULL);
	memcpy(&u, &f, sizeof u);
	CHECK_EQ(u, 0x7fffffff);
	CHECK_EQ(bits_of("-inf", ""), 0xfff0000000000000);
	CHECK_EQ(bits_of("infinit", "init"), 0x7ff0000000000000);
	CHECK_EQ(bits_of("0x1.8p1z", "z"), 0x4008000000000000);
	CHECK_EQ(bits_of("0x", "x"), 0);
}

static void scanning(void)
{
	int a = 0, b = 0, n, used = -1;
	unsigned x = 0;
	char s[16] = "", c = 0;
	wchar_t w[16] = L"";
	double d = 0;
	float f = 0;
	long long ll = 0;
	short h = 0;

	n = sscanf("12 -7 ff word 2.5e1 z", "%d %i %x %15s %lf %c", &a, &b, &x,
		   s, &d, &c);
	CHECK(n == 6 && a == 12 && b == -7 && x == 255 && !strcmp(s, "word") &&
		      d == 25 && c == 'z',
	      "%d: %d %d %x %s %g %c", n, a, b, x, s, d, c);
	n = sscanf("123456789012 77", "%I64d %hd", &ll, &h);
	CHECK(n == 2 && ll == 123456789012LL && h == 77, "%d", n);
	n = sscanf("abc:def", "%[a-c]:%n%[^x]", s, &used, buf);
	CHECK(n == 2 && !strcmp(s, "abc") && used == 4 && !strcmp(buf, "def"),
	      "%d %s %d", n, s, used);
	/* the end before the first conversion, whatever that was */
	CHECK_EQ(sscanf("", "%s", s), EOF);
	CHECK_EQ(sscanf(" ", " %s", s), EOF);
	CHECK_EQ(sscanf("", "%c", s), EOF);
	CHECK_EQ(sscanf("", "%[a]", s), EOF);
	CHECK_EQ(sscanf(" ", "%lf", &d), EOF);
	CHECK_EQ(sscanf(".", "%lf", &d), EOF);
	CHECK_EQ(sscanf("x", "%lf", &d), 0);
	CHECK_EQ(sscanf("b", "%[a]", s), 0);
	CHECK_EQ(sscanf("1", "%d%s", &a, s), 1);
	CHECK_EQ(swscanf(L"", L"%ls", w), EOF);
	CHECK_EQ(swscanf(L"", L"%lf", &d), EOF);
	/* 1.5 with a thousand zeros and an exponent that takes them back */
	memset(buf, '0', 1002);
	buf[1] = '.';
	strcpy(buf + 1002, "15e1001");
	CHECK_EQ(sscanf(buf, "%lf", &d), 1);
	CHECK(d == 1.5, "%g", d);
	n = sscanf("", "%d", &a);
	CHECK(n == EOF, "%d", n);
	n = sscanf("x", "%d", &a);
	CHECK(n == 0, "%d", n);
	n = sscanf("1,2", "%d,%d,%d", &a, &b, &n);
	CHECK(n == 2 && a == 1 && b == 2, "%d", n);
	n = sscanf("0x1A 010", "%i %i", &a, &b);
	CHECK(n == 2 && a == 26 && b == 8, "%d %d %d", n, a, b);
	n = sscanf("3.5", "%f", &f);
	CHECK(n == 1 && f == 3.5f, "%d", n);
	n = sscanf("12345", "%2d%3d", &a, &b);
	CHECK(n == 2 && a == 12 && b == 345, "%d %d %d", n, a, b);
	n = sscanf("5 skip 6", "%d %*s %d", &a, &b);
	CHECK(n == 2 && a == 5 && b == 6, "%d", n);
}

static void numbers(void)
{
	char *end;

	CHECK(atof("0.1") == 0.1, "");
	CHECK(strtod("1e23", &end) == 1e23 && !*end, "");
	CHECK(strtod("9007199254740993", NULL) == 9007199254740992.0, "");
	CHECK(strtod("2.2250738585072011e-308", NULL) ==
		      2.2250738585072011e-308,
	      "");
	CHECK(strtod("  -12.5xyz", &end) == -12.5 && !strcmp(end, "xyz"), "");
	CHECK(strtod("abc", &end) == 0 && !strcmp(end, "abc"), "");
	CHECK(strtod("1e", &end) == 1 && !strcmp(end, "e"), "%s", end);
	CHECK_EQ(strtol("0x10", &end, 0), 16);
	CHECK_EQ(strtol("010", NULL, 0), 8);
	CHECK_EQ(strtol("zz", NULL, 36), 1295);
	errno = 0;
	strtol(" 0xg", &end, 16);
	CHECK(!strcmp(end, " 0xg"), "%s", end);
	strtol("0x", &end, 0);
	CHECK(!strcmp(end, "0x"), "%s", end);
	CHECK_EQ(strtol("0x1g", &end, 0), 1);
	CHECK(!strcmp(end, "g"), "%s", end);
	CHECK_EQ(strtol("09", &end, 0), 0);
	CHECK(!strcmp(end, "9"), "%s", end);
	CHECK_EQ(strtol("99999999999", NULL, 10), 2147483647);
	CHECK_EQ(errno, ERANGE);
	errno = 0;
	CHECK_EQ(strtoul("-1", NULL, 10), 4294967295u);
	CHECK_EQ(errno, 0);
	CHECK_EQ(_strtoi64("-9223372036854775808", NULL, 10),
		 (long long)1 << 63);
	CHECK(!strcmp(_itoa(-255, buf, 10), "-255"), "%s", buf);
	CHECK(!strcmp(_itoa(-1, buf, 16), "ffffffff"), "%s", buf);
	CHECK(!strcmp(_i64toa(-5, buf, 2) + 61, "011"), "%s", buf);
	CHECK(!strcmp(_ultoa(4000000000u, buf, 10), "4000000000"), "%s", buf);
	CHECK_EQ(atoi("  -77abc"), -77);
}

int main(void)
{
	integers();
	strings();
	doubles();
	sizes();
	positions();
	wide();
	scanning();
	numbers();
	if (UCRT)
		not_numbers();
	return check_done();
}
