/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* MultiByteToWideChar, WideCharToMultiByte: results, flags, errors. */
#include <windows.h>

#include <string.h>

#include "check.h"

static void check_to_wide(UINT cp, const char *s, int n, const WCHAR *want,
			  int want_n)
{
	WCHAR buf[64];
	int got = MultiByteToWideChar(cp, 0, s, n, buf, 64);

	CHECK_EQ(got, want_n);
	CHECK(got == want_n && !memcmp(buf, want, want_n * sizeof *want),
	      "code page %u", cp);
	CHECK_EQ(MultiByteToWideChar(cp, 0, s, n, NULL, 0), want_n);
}

static void check_from_wide(UINT cp, const WCHAR *s, const char *want)
{
	char buf[64];
	int n = WideCharToMultiByte(cp, 0, s, -1, buf, 64, NULL, NULL);

	CHECK_EQ(n, strlen(want) + 1);
	CHECK(!strcmp(buf, want), "code page %u: \"%s\"", cp, buf);
}

static void utf8(void)
{
	WCHAR w[16];
	char s[16];

	check_to_wide(CP_UTF8, "a\xc3\xa9\xe2\x82\xac", 6, L"a\xe9\x20ac", 3);
	check_to_wide(CP_UTF8, "\xf0\x9f\x98\x80", 4, L"\xd83d\xde00", 2);
	/* One replacement for each part that could have been valid. */
	check_to_wide(CP_UTF8, "\xe2\x82x", 3, L"\xfffdx", 2);
	check_to_wide(CP_UTF8, "\xff\xc0\x80", 3, L"\xfffd\xfffd\xfffd", 3);
	check_to_wide(CP_UTF8, "\xed\xa0\x80", 3, L"\xfffd\xfffd\xfffd", 3);
	SetLastError(0);
	CHECK_EQ(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xff", 1,
				     w, 16),
		 0);
	CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
	CHECK_EQ(MultiByteToWideChar(CP_UTF8, MB_PRECOMPOSED | MB_COMPOSITE,
				     "a", 1, w, 16),
		 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
	check_from_wide(CP_UTF8, L"a\xe9\x20ac", "a\xc3\xa9\xe2\x82\xac");
	check_from_wide(CP_UTF8, L"\xd83d\xde00", "\xf0\x9f\x98\x80");
	check_from_wide(CP_UTF8, L"x\xd83dy", "x\xef\xbf\xbdy");
	CHECK_EQ(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, L"\xd83d",
				     1, s, 16, NULL, NULL),
		 0);
	CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
	CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"a", 1, s, 16, "?", NULL), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	check_from_wide(CP_UTF7, L"a+\xe9", "a+-+AOk-");
	check_to_wide(CP_UTF7, "a+-+AOk-b", 9,
		      L"a+\xe9"
		      L"b",
		      4);
}

static void tables(void)
{
	BOOL used = 2;
	char s[16];
	WCHAR w[16];

	check_to_wide(1252, "\x80\x81\xe9", 3, L"\x20ac\x81\xe9", 3);
	check_to_wide(437, "\x82\xe1", 2, L"\xe9\xdf", 2);
	check_to_wide(932, "\x82\xa0\xb1", 3, L"\x3042\xff71", 2);
	check_to_wide(936, "\xc4\xe3", 2, L"\x4f60", 1);
	check_to_wide(28591, "\xa4", 1, L"\xa4", 1);
	check_to_wide(20866, "\xc1", 1, L"\x0430", 1);
	check_from_wide(1252, L"\x20ac\xe9", "\x80\xe9");
	/* Best fit, and without it. */
	check_from_wide(1252, L"\x0101\xff21\x4e00", "aA?");
	CHECK_EQ(WideCharToMultiByte(1252, WC_NO_BEST_FIT_CHARS, L"\x0101", 1,
				     s, 16, NULL, &used),
		 1);
	CHECK_EQ(s[0], '?');
	CHECK_EQ(used, TRUE);
	CHECK_EQ(WideCharToMultiByte(1252, 0, L"\x4e00", 1, s, 16, "!", &used),
		 1);
	CHECK_EQ(s[0], '!');
	CHECK_EQ(used, TRUE);
	CHECK_EQ(WideCharToMultiByte(1252, 0, L"abc", 3, s, 16, "!", &used), 3);
	CHECK_EQ(used, FALSE);
	check_from_wide(932, L"\x3042\xff71", "\x82\xa0\xb1");
	CHECK_EQ(WideCharToMultiByte(1252, WC_COMPOSITECHECK, L"e\x301", 2, s,
				     16, NULL, NULL),
		 1);
	CHECK_EQ((unsigned char)s[0], 0xe9);
	CHECK_EQ(MultiByteToWideChar(1252, MB_COMPOSITE, "\xe9", 1, w, 16), 2);
	CHECK_EQ(w[0], 'e');
	CHECK_EQ(w[1], 0x301);
}

static void errors(void)
{
	WCHAR w[4];
	char s[4];

	CHECK_EQ(MultiByteToWideChar(1252, 0, "abc", -1, w, 3), 0);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(MultiByteToWideChar(1252, 0, "abc", 0, w, 4), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(MultiByteToWideChar(1, 0, NULL, 1, w, 4), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(MultiByteToWideChar(12345, 0, "a", 1, w, 4), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"abcd", 4, s, 3, NULL, NULL),
		 0);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(WideCharToMultiByte(1252, 0x80000000, L"a", 1, s, 4, NULL,
				     NULL),
		 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
}

static void facts(void)
{
	CPINFO info;
	CPINFOEXW ex;

	CHECK(GetCPInfo(932, &info));
	CHECK_EQ(info.MaxCharSize, 2);
	CHECK_EQ(info.LeadByte[0], 0x81);
	CHECK_EQ(info.LeadByte[1], 0x9f);
	CHECK_EQ(info.LeadByte[2], 0xe0);
	CHECK_EQ(info.LeadByte[3], 0xfc);
	CHECK_EQ(info.LeadByte[4], 0);
	CHECK(GetCPInfo(CP_UTF8, &info));
	CHECK_EQ(info.MaxCharSize, 4);
	CHECK(GetCPInfoExW(1252, 0, &ex));
	CHECK_EQ(ex.CodePage, 1252);
	CHECK(!wcsncmp(ex.CodePageName, L"1252", 4));
	CHECK(IsValidCodePage(1252));
	CHECK(IsValidCodePage(65001));
	CHECK(!IsValidCodePage(0));
	CHECK(!IsValidCodePage(1));
	CHECK(!IsValidCodePage(12345));
	CHECK(IsDBCSLeadByteEx(932, 0x81));
	CHECK(!IsDBCSLeadByteEx(932, 0xa1));
	CHECK(!IsDBCSLeadByteEx(1252, 0x81));
	CHECK(GetACP() != 0);
	CHECK(GetOEMCP() != 0);
}

/* There and back. */
static void check_pair(UINT cp, const char *s, WCHAR c)
{
	WCHAR w[2] = { c, 0 };

	check_to_wide(cp, s, (int)strlen(s), w, 1);
	check_from_wide(cp, w, s);
}

static void check_best(UINT cp, WCHAR c, const char *want)
{
	WCHAR w[2] = { c, 0 };
	BOOL used = 2;
	char s[8];

	check_from_wide(cp, w, want);
	CHECK_EQ(WideCharToMultiByte(cp, WC_NO_BEST_FIT_CHARS, w, -1, s, 8, "!",
				     &used),
		 2);
	CHECK(!strcmp(s, "!") && used == TRUE, "%04x in %u: %s, %d", c, cp, s,
	      used);
}

static void two_codes(void)
{
	WCHAR w[8];

	/* IBM's characters, of which NEC selected some */
	check_to_wide(932, "\xee\xef", 2, L"\x2170", 1);
	check_pair(932, "\xfa\x40", 0x2170);
	check_pair(932, "\xfa\x57", 0xff02);
	check_pair(932, "\x81\xca", 0xffe2);
	check_pair(932, "\xf0\x40", 0xe000);
	check_pair(950, "\xf9\xf9", 0x2550);
	check_pair(950, "\xa4\x51", 0x5341);
	check_to_wide(950, "\xa2\xcc", 2, L"\x5341", 1);
	/* what users may define */
	check_pair(950, "\xc6\xa1", 0xf6b1);
	check_pair(950, "\xc7\x40", 0xf70f);
	check_pair(950, "\xc8\xfe", 0xf848);
	check_pair(936, "\xa2\xab", 0xe766);
	check_pair(936, "\xfe\xa0", 0xe864);
	check_pair(936, "\x80", 0x20ac);
	/* no character, which strict callers hear of */
	check_pair(1253, "\xaa", 0xf8f9);
	CHECK(!MultiByteToWideChar(1253, MB_ERR_INVALID_CHARS, "\xaa", 1, w,
				   8));
	CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
	check_pair(857, "\xe5", 0xd5);
	CHECK(!MultiByteToWideChar(857, MB_ERR_INVALID_CHARS, "\xd5", 1, w, 8));
}

static void best_fits(void)
{
	check_best(1252, 0x0100, "A");
	check_best(1252, 0x0144, "n");
	check_best(1252, 0x221e, "8");
	check_best(1252, 0xff21, "A");
	check_best(1250, 0x00e3, "a");
	check_best(1251, 0x00e9, "e");
	check_best(437, 0x00b6, "\x14");
	check_best(437, 0x2022, "\x07");
	check_best(932, 0x00e9, "e");
	/* newer than the tables */
	check_from_wide(1252, L"\x1e0\x21a\x1e9e", "???");
	/* Windows has none for these pages */
	check_from_wide(1257, L"\x1cd", "?");
	check_from_wide(10000, L"\xff21", "?");
}

static void glyphs(void)
{
	WCHAR w[8];

	CHECK_EQ(MultiByteToWideChar(437, MB_USEGLYPHCHARS, "\1a\x7f\n", 4, w,
				     8),
		 4);
	CHECK(!memcmp(w,
		      L"\x263a"
		      L"a\x2302\x25d9",
		      8));
	CHECK_EQ(MultiByteToWideChar(1252, MB_USEGLYPHCHARS, "\1a", 2, w, 8),
		 2);
	CHECK(!memcmp(w, L"\1a", 4));
	check_to_wide(437, "\1a\x7f", 3, L"\1a\x7f", 3);
}

int main(void)
{
	utf8();
	tables();
	two_codes();
	best_fits();
	glyphs();
	errors();
	facts();
	return check_done();
}
