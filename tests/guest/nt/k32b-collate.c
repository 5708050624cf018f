/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * k32b-collate.c - that sort keys, comparisons and searches agree about random
 * strings, whatever the flags; and named sorts.
 */
#include "check.h"

#include <string.h>
#include <wchar.h>
#include <windows.h>

static ULONGLONG state = 88172645463325252ull;

static unsigned below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 11) % n;
}

/* Letters, accents, kana of all kinds, Han, Hangul, digits, what is special. */
static const WCHAR alphabet[] =
	L"aAbBzZ09 1-'_.,$cshdzlngty\xe4\xc4\xe5\xdf\xe6\x301\x308\x30a2\x3042"
	L"\xff71\xff9e\x30ac\x304c\xff21\xff41\x3000\x4e00\x570b\x9ad4\xac00"
	L"\x1100\x1161\x660\xad\x2010\x2011\x200d\x130\x131\xd83d\xde00\xf900"
	L"\x915\xe40\xe01\x1c4\xfb01\xbd\x2460";

static const DWORD flags[] = {
	0,
	NORM_IGNORECASE,
	NORM_IGNORENONSPACE,
	NORM_IGNOREWIDTH,
	NORM_IGNOREKANATYPE,
	NORM_IGNORESYMBOLS,
	SORT_DIGITSASNUMBERS,
	SORT_STRINGSORT,
	LINGUISTIC_IGNORECASE,
	LINGUISTIC_IGNOREDIACRITIC,
	NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNOREWIDTH |
		NORM_IGNOREKANATYPE,
	NORM_IGNORECASE | NORM_LINGUISTIC_CASING,
	SORT_DIGITSASNUMBERS | SORT_STRINGSORT | NORM_IGNORECASE,
	NORM_IGNORECASE | NORM_IGNORESYMBOLS,
};

static const WCHAR *const locales[] = {
	L"",	  L"en-US", L"sv-SE",	    L"hu-HU",	     L"cs-CZ",
	L"zh-CN", L"zh-TW", L"ja-JP",	    L"ko-KR",	     L"tr-TR",
	L"de-DE", L"es-ES", L"de-DE_phoneb", L"es-ES_tradnl",
};

enum { MOST = 8 };

static WCHAR any(void)
{
	return alphabet[below(COUNT_OF(alphabet) - 1)];
}

static int make(WCHAR *s)
{
	int n = 1 + (int)below(MOST - 1);

	for (int i = 0; i < n; i++)
		s[i] = any();
	return n;
}

/* As the other, but for one character or one more. */
static int make_like(WCHAR *s, const WCHAR *like, int n)
{
	int at = (int)below((unsigned)n);

	memcpy(s, like, (size_t)n * sizeof *s);
	if (below(3)) {
		s[at] = any();
		return n;
	}
	memmove(s + at + 1, s + at, (size_t)(n - at) * sizeof *s);
	s[at] = any();
	return n + 1;
}

static int key_of(const WCHAR *locale, DWORD f, const WCHAR *s, int n, char *key)
{
	return LCMapStringEx(locale, LCMAP_SORTKEY | f, s, n, (WCHAR *)key, 256,
			     NULL, NULL, 0);
}

/* Of the last two strings. */
static const WCHAR *show(const WCHAR *s, int n)
{
	static WCHAR text[2][6 * MOST + 7];
	static int which;
	WCHAR *to = text[which ^= 1];

	for (int i = 0, k = 0; i < n; i++)
		k += swprintf(to + k, 7, L"\\x%x", s[i]);
	return to;
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void agree(void)
{
	for (int i = 0; i < 40000; i++) {
		const WCHAR *l = locales[below(COUNT_OF(locales))];
		DWORD f = flags[below(COUNT_OF(flags))];
		WCHAR a[MOST + 1], b[MOST + 1];
		char ka[256], kb[256];
		int na = make(a), r, back, at, len;
		int nb = below(2) ? make(b) : make_like(b, a, na);

		ka[0] = kb[0] = 0;
		CHECK(key_of(l, f, a, na, ka) && key_of(l, f, b, nb, kb));
		r = CompareStringEx(l, f, a, na, b, nb, NULL, NULL, 0);
		back = CompareStringEx(l, f, b, nb, a, na, NULL, NULL, 0);
		CHECK(r && r + back == 2 * CSTR_EQUAL &&
			      r - CSTR_EQUAL == sign(strcmp(ka, kb)),
		      "round %d, %ls, %lx: %d, back %d, keys %d", i, l, f, r,
		      back, strcmp(ka, kb));
		at = FindNLSStringEx(l, FIND_FROMSTART | f, a, na, b, nb, &len,
				     NULL, NULL, 0);
		if (at >= 0)
			CHECK(at + len <= na &&
				      CompareStringEx(l, f, a + at, len, b, nb,
						      NULL, NULL,
						      0) == CSTR_EQUAL,
			      "round %d, %ls, %lx: at %d, %d", i, l, f, at, len);
		if (r == CSTR_EQUAL)
			CHECK(at >= 0, "round %d, %ls, %lx, %ls %ls", i, l, f,
			      show(a, na), show(b, nb));
	}
}

static int compare(const WCHAR *locale, const WCHAR *a, const WCHAR *b)
{
	return CompareStringEx(locale, 0, a, -1, b, -1, NULL, NULL, 0) -
	       CSTR_EQUAL;
}

static int seen_sorts;

static WINBOOL CALLBACK count_sorts(LPWSTR name, DWORD kind, LPARAM param)
{
	CHECK(kind & LOCALE_ALTERNATE_SORTS && wcschr(name, '_'), "%ls", name);
	seen_sorts++;
	return TRUE;
}

static void named(void)
{
	static const struct {
		const WCHAR *name;
		LCID id;
	} sort[] = {
		{ L"de-DE_phoneb", 0x10407 }, { L"es-ES_tradnl", 0x40a },
		{ L"hu-HU_technl", 0x1040e }, { L"ka-GE_modern", 0x10437 },
		{ L"ja-JP_radstr", 0x40411 }, { L"zh-CN_stroke", 0x20804 },
		{ L"zh-SG_stroke", 0x21004 }, { L"zh-TW_pronun", 0x30404 },
	};
	static const WCHAR *const not[] = { L"de-DE_stroke", L"en_US", L"xx-XX",
					    L"de-DE_", L"fr-FR_phoneb" };
	WCHAR text[LOCALE_NAME_MAX_LENGTH];

	for (unsigned i = 0; i < COUNT_OF(sort); i++) {
		const WCHAR *name = sort[i].name;

		CHECK(IsValidLocaleName(name), "%ls", name);
		CHECK_EQ(LocaleNameToLCID(name, 0), sort[i].id);
		CHECK(IsValidLocale(sort[i].id, LCID_SUPPORTED), "%ls", name);
		CHECK(LCIDToLocaleName(sort[i].id, text, COUNT_OF(text), 0) &&
			      !wcscmp(text, name),
		      "%ls", text);
		CHECK_EQ(CompareStringW(sort[i].id, 0, L"a", 1, L"b", 1),
			 CSTR_LESS_THAN);
	}
	for (unsigned i = 0; i < COUNT_OF(not); i++) {
		CHECK(!IsValidLocaleName(not[i]), "%ls", not[i]);
		SetLastError(0);
		CHECK(!CompareStringEx(not[i], 0, L"a", 1, L"b", 1, NULL, NULL,
				       0));
		CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
		CHECK(!LocaleNameToLCID(not[i], 0), "%ls", not[i]);
	}
	CHECK(!IsValidLocale(0x10409, LCID_SUPPORTED));
	CHECK(EnumSystemLocalesEx(count_sorts, LOCALE_ALTERNATE_SORTS, 0, NULL));
	CHECK(seen_sorts >= (int)COUNT_OF(sort), "%d", seen_sorts);
}

static void orders(void)
{
	static const struct {
		const WCHAR *locale, *a, *b;
		int order;
	} pair[] = {
		/* "ä" is an "a" with something, or an "ae". */
		{ L"de-DE", L"\xe4z", L"ad", 1 },
		{ L"de-DE", L"M\xfcller", L"Mueller", 1 },
		{ L"de-DE", L"M\xfcller", L"Muffe", 1 },
		{ L"de-DE", L"M\xfcller", L"Mullz", -1 },
		{ L"de-DE_phoneb", L"M\xfcller", L"Muffe", -1 },
		{ L"de-DE_phoneb", L"M\xfcller", L"Mueller", 1 },
		{ L"de-DE_phoneb", L"M\xfcller", L"Muellez", -1 },
		/* "ch" and "ll" once were letters. */
		{ L"es-ES", L"chico", L"cuna", -1 },
		{ L"es-ES_tradnl", L"chico", L"cuna", 1 },
		{ L"es-ES_tradnl", L"chico", L"da", -1 },
		{ L"es-ES_tradnl", L"llano", L"luz", 1 },
		/* yi1 (1 stroke), ai4 (13), ding1 (2) */
		{ L"zh-CN", L"\x4e00", L"\x7231", 1 },
		{ L"zh-CN", L"\x4e01", L"\x4e00", -1 },
		{ L"zh-CN_stroke", L"\x4e00", L"\x7231", -1 },
		{ L"zh-CN_stroke", L"\x4e01", L"\x4e00", 1 },
		/* Behind GB 2312's first level, too: di1 and zhang4 */
		{ L"zh-CN", L"\x6c10", L"\x4ec9", -1 },
		/* Bopomofo has b before a. */
		{ L"zh-CN", L"\x516b", L"\x963f", 1 },
		{ L"zh-TW_pronun", L"\x516b", L"\x963f", -1 },
	};

	for (unsigned i = 0; i < COUNT_OF(pair); i++)
		CHECK(compare(pair[i].locale, pair[i].a, pair[i].b) ==
			      pair[i].order,
		      "%ls: %ls, %ls", pair[i].locale, pair[i].a, pair[i].b);
}

int main(void)
{
	agree();
	named();
	orders();
	return check_done();
}
