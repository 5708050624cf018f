/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CompareString, LCMapString, GetStringType, FindNLSString, normalisation. */
#define _WIN32_WINNT 0x0a00
#define WINNORMALIZEAPI
#include <windows.h>

#include <string.h>

#include "check.h"

#define CMP(flags, a, b) CompareStringW(0x409, flags, a, -1, b, -1)

static void order(void)
{
	CHECK_EQ(CMP(0, L"a", L"b"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(0, L"a", L"A"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(0, L"B", L"a"), CSTR_GREATER_THAN);
	CHECK_EQ(CMP(NORM_IGNORECASE, L"aBc", L"AbC"), CSTR_EQUAL);
	/* Accents count after letters, case after accents. */
	CHECK_EQ(CMP(0, L"r\xe9sum\xe9", L"resume"), CSTR_GREATER_THAN);
	CHECK_EQ(CMP(0, L"r\xe9sum\xe9", L"resumf"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(NORM_IGNORENONSPACE, L"r\xe9sum\xe9", L"resume"),
		 CSTR_EQUAL);
	CHECK_EQ(CMP(0, L"e\x301", L"\xe9"), CSTR_EQUAL);
	/* A word sort looks at hyphens last. */
	CHECK_EQ(CMP(0, L"coop", L"co-op"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(0, L"co-op", L"cop"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(SORT_STRINGSORT, L"coop", L"co-op"), CSTR_GREATER_THAN);
	CHECK_EQ(CMP(0, L"1", L"a"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(0, L"_", L"1"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(0, L"", L"a"), CSTR_LESS_THAN);
	CHECK_EQ(CMP(0, L"file9", L"file10"), CSTR_GREATER_THAN);
	CHECK_EQ(CMP(SORT_DIGITSASNUMBERS, L"file9", L"file10"),
		 CSTR_LESS_THAN);
	CHECK_EQ(CMP(NORM_IGNOREKANATYPE, L"\x3042", L"\x30a2"), CSTR_EQUAL);
	CHECK_EQ(CMP(NORM_IGNOREWIDTH, L"A", L"\xff21"), CSTR_EQUAL);
	CHECK_EQ(CompareStringEx(L"de-DE", 0, L"z", 1, L"\xe4", 1, NULL, NULL,
				 0),
		 CSTR_GREATER_THAN);
	CHECK_EQ(CMP(0x00400000, L"a", L"b"), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
	CHECK_EQ(CompareStringW(0x409, 0, NULL, 1, L"a", 1), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(CompareStringA(0x409, NORM_IGNORECASE, "ABC", -1, "abc", -1),
		 CSTR_EQUAL);
	CHECK_EQ(CompareStringOrdinal(L"a", -1, L"B", -1, FALSE),
		 CSTR_GREATER_THAN);
	CHECK_EQ(CompareStringOrdinal(L"a", -1, L"B", -1, TRUE),
		 CSTR_LESS_THAN);
	CHECK_EQ(CompareStringOrdinal(L"\xe9", 1, L"\xc9", 1, TRUE),
		 CSTR_EQUAL);
	CHECK(lstrcmpW(L"a", L"B") < 0);
	CHECK_EQ(lstrcmpiA("Hello", "hELLO"), 0);
}

static int key(const WCHAR *s, DWORD flags, BYTE *to)
{
	return LCMapStringW(0x409, LCMAP_SORTKEY | flags, s, -1, (WCHAR *)to,
			    256);
}

static void mapping(void)
{
	static const WCHAR *const words[] = { L"co-op",   L"coop", L"Coop",
					      L"c\xf6op", L"10",   L"" };
	BYTE a[256], b[256];
	WCHAR w[16];
	unsigned i, j;

	CHECK_EQ(LCMapStringW(0x409, LCMAP_UPPERCASE, L"a\xe9\x3c3\xff41", -1,
			      w, 16),
		 5);
	CHECK(!wcscmp(w, L"A\xc9\x3a3\xff21"));
	CHECK_EQ(LCMapStringEx(L"tr-TR",
			       LCMAP_UPPERCASE | LCMAP_LINGUISTIC_CASING, L"i",
			       1, w, 16, NULL, NULL, 0),
		 1);
	CHECK_EQ(w[0], 0x130);
	CHECK_EQ(LCMapStringW(0x409, LCMAP_FULLWIDTH, L"A\xff76\xff9e", -1, w,
			      16),
		 3);
	CHECK(!wcscmp(w, L"\xff21\x30ac"));
	CHECK_EQ(LCMapStringW(0x409, LCMAP_HALFWIDTH, L"\x30ac", -1, w, 16), 3);
	CHECK(!wcscmp(w, L"\xff76\xff9e"));
	CHECK_EQ(LCMapStringW(0x409, LCMAP_HIRAGANA, L"\x30a2", 1, w, 16), 1);
	CHECK_EQ(w[0], 0x3042);
	CHECK_EQ(LCMapStringW(0x409, LCMAP_UPPERCASE, L"abc", 3, w, 2), 0);
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK_EQ(LCMapStringW(0x409, LCMAP_UPPERCASE | LCMAP_SORTKEY, L"a", 1,
			      w, 16),
		 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
	/* Sort keys compare as the strings do. */
	for (i = 0; i < 6; i++) {
		for (j = 0; j < 6; j++) {
			int na = key(words[i], 0, a), nb = key(words[j], 0, b);
			int c = memcmp(a, b, na < nb ? na : nb);

			if (!c)
				c = na - nb;
			CHECK_EQ((c > 0) - (c < 0),
				 CMP(0, words[i], words[j]) - CSTR_EQUAL);
		}
	}
}

static void kinds(void)
{
	static const WCHAR s[] = L"aA1 \t.\xe9\x4e00";
	WORD t[8];

	CHECK(GetStringTypeW(CT_CTYPE1, s, 8, t));
	CHECK_EQ(t[0] & 0x1ff, C1_LOWER | C1_ALPHA | C1_XDIGIT);
	CHECK_EQ(t[1] & 0x1ff, C1_UPPER | C1_ALPHA | C1_XDIGIT);
	CHECK_EQ(t[2] & 0x1ff, C1_DIGIT | C1_XDIGIT);
	CHECK_EQ(t[3] & 0x1ff, C1_SPACE | C1_BLANK);
	CHECK_EQ(t[4] & 0x1ff, C1_SPACE | C1_BLANK | C1_CNTRL);
	CHECK_EQ(t[5] & 0x1ff, C1_PUNCT);
	CHECK_EQ(t[6] & 0x1ff, C1_LOWER | C1_ALPHA);
	CHECK_EQ(t[7] & 0x1ff, C1_ALPHA);
	CHECK(GetStringTypeW(CT_CTYPE2, L"a1 \x5d0", 4, t));
	CHECK_EQ(t[0], C2_LEFTTORIGHT);
	CHECK_EQ(t[1], C2_EUROPENUMBER);
	CHECK_EQ(t[2], C2_WHITESPACE);
	CHECK_EQ(t[3], C2_RIGHTTOLEFT);
	CHECK(!GetStringTypeW(99, s, 1, t));
	CHECK(GetStringTypeA(0x409, CT_CTYPE1, "a", 1, t));
}

static void finding(void)
{
	int len = 0;

	CHECK_EQ(FindNLSString(0x409, FIND_FROMSTART | NORM_IGNORECASE,
			       L"Hello World", -1, L"WORLD", -1, &len),
		 6);
	CHECK_EQ(len, 5);
	CHECK_EQ(FindNLSString(0x409, FIND_STARTSWITH, L"Hello", -1, L"ell", -1,
			       &len),
		 -1);
	CHECK_EQ(FindNLSString(0x409, FIND_ENDSWITH, L"Hello", -1, L"llo", -1,
			       &len),
		 2);
	CHECK_EQ(
		FindStringOrdinal(FIND_FROMEND, L"abcabc", -1, L"BC", -1, TRUE),
		4);
	CHECK_EQ(
		FindStringOrdinal(FIND_FROMSTART, L"abc", -1, L"BC", -1, FALSE),
		-1);
}

static void forms(void)
{
	WCHAR w[32];

	CHECK_EQ(NormalizeString(NormalizationC, L"e\x301", -1, w, 32), 2);
	CHECK_EQ(w[0], 0xe9);
	CHECK_EQ(NormalizeString(NormalizationD, L"\xe9", -1, w, 32), 3);
	CHECK_EQ(NormalizeString(NormalizationKC, L"\xfb01", -1, w, 32), 3);
	CHECK(!wcscmp(w, L"fi"));
	CHECK(IsNormalizedString(NormalizationC, L"\xe9", -1));
	CHECK(!IsNormalizedString(NormalizationD, L"\xe9", -1));
	CHECK_EQ(FoldStringW(MAP_COMPOSITE, L"\xe9", -1, w, 32), 3);
	CHECK_EQ(FoldStringW(MAP_FOLDDIGITS, L"\x0661", -1, w, 32), 2);
	CHECK_EQ(w[0], '1');
	CHECK_EQ(FoldStringW(MAP_FOLDDIGITS, L"\xb2\x2079\x2460\x2792\xe9", -1,
			     w, 32),
		 6);
	CHECK(!wcscmp(w, L"2919\xe9"), "%ls", w);
	/* letters apart, and nothing else */
	CHECK_EQ(FoldStringW(MAP_EXPAND_LIGATURES,
			     L"\xc6\xdf\xfb03\x2460\xe9"
			     L"e\x301",
			     -1, w, 32),
		 12);
	CHECK(!wcscmp(w, L"AEssffi\x2460\xe9"
			 L"e\x301"),
	      "%ls", w);
	CHECK_EQ(FoldStringW(MAP_EXPAND_LIGATURES | MAP_FOLDDIGITS,
			     L"\x132\x2460", -1, w, 32),
		 4);
	CHECK(!wcscmp(w, L"IJ1"), "%ls", w);
	CHECK_EQ(FoldStringW(MAP_EXPAND_LIGATURES | MAP_COMPOSITE, L"a", -1, w,
			     32),
		 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
	CHECK_EQ(IdnToAscii(0,
			    L"b\xfc"
			    L"cher.de",
			    -1, w, 32),
		 17);
	CHECK(!wcscmp(w, L"xn--bcher-kva.de"));
	CHECK_EQ(IdnToUnicode(0, L"xn--bcher-kva.de", -1, w, 32), 10);
	CHECK(!wcscmp(w, L"b\xfc"
			 L"cher.de"));
}

/* Letters stand where the language has them. */
static void alphabets(void)
{
	static const struct {
		const WCHAR *locale;
		const WCHAR *ascending[8];
	} row[] = {
		{ L"en-US", { L"a", L"\xe5", L"\xe4zz", L"b", L"z" } },
		{ L"de-DE", { L"a", L"\xe4", L"b", L"z" } },
		{ L"sv-SE", { L"a", L"z", L"\xe5", L"\xe4", L"\xf6" } },
		{ L"da-DK", { L"a", L"z", L"\xe6", L"\xf8", L"\xe5" } },
		{ L"es-ES", { L"n", L"nz", L"\xf1", L"o" } },
		{ L"pl-PL", { L"a", L"az", L"\x105", L"b", L"lz", L"\x142" } },
		{ L"cs-CZ", { L"cz", L"\x10d", L"hz", L"ch", L"i" } },
		{ L"eo-001", { L"cz", L"\x109", L"d", L"uz", L"\x16d" } },
		{ L"yo-NG", { L"ez", L"\x1eb9", L"f", L"gz", L"gb" } },
		{ L"hsb-DE", { L"kz", L"\x142", L"l", L"zz", L"\x17a" } },
		{ L"uz-Latn-UZ", { L"z", L"o\x2bb", L"g\x2bb", L"sh", L"ch" } },
		{ L"be-BY",
		  { L"\x435\x44f", L"\x451", L"\x436", L"\x443\x44f",
		    L"\x45e" } },
		{ L"uk-UA",
		  { L"\x433\x44f", L"\x491", L"\x434", L"\x456\x44f",
		    L"\x457" } },
		{ L"mk-MK",
		  { L"\x434\x448", L"\x453", L"\x435", L"\x442\x448",
		    L"\x45c" } },
		{ L"kk-KZ",
		  { L"\x435\x44f", L"\x451", L"\x436", L"\x44b\x44f",
		    L"\x456" } },
		{ L"hu-HU", { L"cz", L"csa", L"d", L"oz", L"\xf6" } },
		{ L"et-EE", { L"s", L"\x161", L"z", L"\x17e", L"t" } },
		{ L"hr-HR", { L"cz", L"\x10d", L"\x107", L"d" } },
		/* By reading, strokes, pronunciation; by radical elsewhere. */
		{ L"ja-JP",
		  { L"\x4e9c", L"\x611b", L"\x4e00", L"\x9ed2", L"\x5f0c",
		    L"\x9ed1", L"\x4e02" } },
		{ L"zh-TW",
		  { L"\x4e00", L"\x4e8c", L"\x4e09", L"\x4e2d", L"\x4e9e",
		    L"\x4e42", L"\x4e02" } },
		{ L"zh-CN",
		  { L"\x963f", L"\x5317", L"\x4e8d", L"\x4e02", L"\x4e2d" } },
		{ L"ko-KR", { L"\x4f3d", L"\x4e00", L"\x8a70", L"\x4e02" } },
		{ L"en-US",
		  { L"\x4e00", L"\x4e02", L"\x963f", L"\x9fa5", L"\x3400" } },
	};

	for (unsigned i = 0; i < sizeof row / sizeof *row; i++)
		for (int k = 0; row[i].ascending[k + 1]; k++) {
			const WCHAR *a = row[i].ascending[k];
			const WCHAR *b = row[i].ascending[k + 1];
			BYTE x[64], y[64];

			CHECK(CompareStringEx(row[i].locale, 0, a, -1, b, -1,
					      NULL, NULL, 0) == CSTR_LESS_THAN,
			      "%ls: %d", row[i].locale, k);
			CHECK(CompareStringEx(row[i].locale, 0, b, -1, a, -1,
					      NULL, NULL,
					      0) == CSTR_GREATER_THAN,
			      "%ls: %d", row[i].locale, k);
			LCMapStringEx(row[i].locale, LCMAP_SORTKEY, a, -1,
				      (WCHAR *)x, sizeof x, NULL, NULL, 0);
			LCMapStringEx(row[i].locale, LCMAP_SORTKEY, b, -1,
				      (WCHAR *)y, sizeof y, NULL, NULL, 0);
			CHECK(strcmp((char *)x, (char *)y) < 0, "%ls: key %d",
			      row[i].locale, k);
		}
	/* Case is case in these, too, and a mark may stand apart. */
	CHECK_EQ(CompareStringEx(L"sv-SE", 0, L"\xe4", -1, L"\xc4", -1, NULL,
				 NULL, 0),
		 CSTR_LESS_THAN);
	CHECK_EQ(CompareStringEx(L"sv-SE", NORM_IGNORECASE, L"\xe4", -1,
				 L"\xc4", -1, NULL, NULL, 0),
		 CSTR_EQUAL);
	CHECK_EQ(CompareStringEx(L"sv-SE", 0, L"z", -1, L"a\x308", -1, NULL,
				 NULL, 0),
		 CSTR_LESS_THAN);
	CHECK_EQ(CompareStringEx(L"tr-TR", NORM_IGNORECASE, L"FILE", -1,
				 L"file", -1, NULL, NULL, 0),
		 CSTR_EQUAL);
	CHECK(CompareStringEx(L"tr-TR",
			      NORM_IGNORECASE | NORM_LINGUISTIC_CASING, L"FILE",
			      -1, L"file", -1, NULL, NULL, 0) != CSTR_EQUAL);
}

static void chinese(void)
{
	WCHAR out[16];

	CHECK_EQ(LCMapStringEx(L"zh-CN", LCMAP_TRADITIONAL_CHINESE,
			       L"A\x6c49\x8bed", -1, out, 16, NULL, NULL, 0),
		 4);
	CHECK(!wcscmp(out, L"A\x6f22\x8a9e"), "%04x %04x", out[1], out[2]);
	CHECK_EQ(LCMapStringW(0x404, LCMAP_SIMPLIFIED_CHINESE, L"\x570b\x9ad4",
			      2, out, 16),
		 2);
	CHECK(out[0] == 0x56fd && out[1] == 0x4f53, "%04x %04x", out[0],
	      out[1]);
	CHECK(!LCMapStringW(
		0x404, LCMAP_SIMPLIFIED_CHINESE | LCMAP_TRADITIONAL_CHINESE,
		L"\x570b", 1, out, 16));
	CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
}

int main(void)
{
	order();
	mapping();
	kinds();
	finding();
	forms();
	alphabets();
	chinese();
	return check_done();
}
