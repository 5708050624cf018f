/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * map-string.c - LCMapString: case, kana and width changes, sort keys.
 *
 * Changes go from one unit to one, but for two: Turkic dotted and dotless i
 * (linguistic casing), and voiced kana, which are two units in half width.
 */
#include "collate.h"
#include "locale-private.h"
#include "dlls/unicode/unicode.h"

#define CASE    (LCMAP_LOWERCASE | LCMAP_UPPERCASE) /* both: title case */
#define KANA    (LCMAP_HIRAGANA | LCMAP_KATAKANA)
#define WIDTH   (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH)
#define CHINESE (LCMAP_SIMPLIFIED_CHINESE | LCMAP_TRADITIONAL_CHINESE)
#ifndef LCMAP_SORTHANDLE
#define LCMAP_SORTHANDLE 0x20000000
#endif
#ifndef LCMAP_HASH
#define LCMAP_HASH 0x00040000
#endif

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

static BOOL flags_valid(DWORD flags)
{
	DWORD maps = CASE | KANA | WIDTH | CHINESE | LCMAP_LINGUISTIC_CASING |
		     LCMAP_BYTEREV;

	/* One of each pair. */
	if ((flags & KANA) == KANA || (flags & WIDTH) == WIDTH ||
	    (flags & CHINESE) == CHINESE)
		return FALSE;
	if (flags & (LCMAP_SORTKEY | LCMAP_HASH))
		return !(flags & ~(COMPARE_FLAGS | LCMAP_SORTKEY | LCMAP_HASH |
				   LCMAP_BYTEREV));
	if ((flags & LCMAP_LINGUISTIC_CASING) && !(flags & CASE))
		return FALSE;
	/* Removing goes with nothing else. */
	if (flags & (NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS))
		return !(flags & ~(NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS));
	return flags && !(flags & ~maps);
}

/* ---- one unit ---- */

static WCHAR upper(WCHAR c, BOOL turkic)
{
	if (turkic && c == 'i')
		return 0x130;
	if (turkic && c == 0x131)
		return 'I';
	return RfUpcase(c);
}

static WCHAR lower(WCHAR c, BOOL turkic)
{
	if (turkic && c == 'I')
		return 0x131;
	if (turkic && c == 0x130)
		return 'i';
	return RfDowncase(c);
}

static BOOL is_letter(WCHAR c)
{
	WORD t[3];

	RfCharTypes(c, t);
	return (t[0] & C1_ALPHA) || c == '\'' || c == 0x2019;
}

/* The title case of the four digraphs that have one of their own. */
static WCHAR title(WCHAR c, BOOL turkic)
{
	if (c >= 0x1c4 && c <= 0x1cc)
		return 0x1c5 + (c - 0x1c4) / 3 * 3;
	if (c >= 0x1f1 && c <= 0x1f3)
		return 0x1f2;
	return upper(c, turkic);
}

static WCHAR change_case(DWORD flags, WCHAR c, BOOL turkic, BOOL *in_word)
{
	BOOL first = !*in_word;

	*in_word = is_letter(c);
	switch (flags & CASE) {
	case LCMAP_LOWERCASE:
		return lower(c, turkic);
	case LCMAP_UPPERCASE:
		return upper(c, turkic);
	case CASE:
		return first ? title(c, turkic) : lower(c, turkic);
	}
	return c;
}

/* ---- width: voiced kana ---- */

/* Half width: base and mark.  Returns units written to to[2]. */
static int narrow(WCHAR c, WCHAR to[2])
{
	ULONG parts[RF_MAX_PARTS];

	to[0] = to_half_width(c);
	if (to[0] != c || c < 0x30a1 || c > 0x30fe)
		return 1;
	if (RfDecompose(c, FALSE, parts) == 2 &&
	    (parts[1] == 0x3099 || parts[1] == 0x309a)) {
		to[0] = to_half_width(parts[0]);
		to[1] = parts[1] - 0x3099 + 0xff9e;
		return 2;
	}
	return 1;
}

/* Full width: a base and the mark behind it are one. */
static WCHAR widen(const WCHAR *s, int left, int *used)
{
	WCHAR c = to_full_width(s[0]);
	ULONG both;

	*used = 1;
	if (left > 1 && (s[1] == 0xff9e || s[1] == 0xff9f) && s[0] >= 0xff61) {
		both = RfCompose(c, s[1] - 0xff9e + 0x3099);
		if (both) {
			*used = 2;
			return both;
		}
	}
	return c;
}

/* ---- a string ---- */

struct out {
	WCHAR *at;
	int room, n;
};

static void put(struct out *o, WCHAR c)
{
	if (o->n < o->room)
		o->at[o->n] = c;
	o->n++;
}

static BOOL removed(DWORD flags, WCHAR c)
{
	WORD t[3];

	RfCharTypes(c, t);
	if ((flags & NORM_IGNORENONSPACE) && (t[2] & C3_NONSPACING))
		return TRUE;
	return (flags & NORM_IGNORESYMBOLS) && (t[0] & C1_PUNCT) &&
	       !(t[0] & (C1_ALPHA | C1_DIGIT));
}

/* Sorted by the first; "dlls/unicode/gen-chinese.py". */
#include "dlls/unicode/chinese.inc"

static WCHAR chinese(DWORD flags, WCHAR c)
{
	BOOL simple = !!(flags & LCMAP_SIMPLIFIED_CHINESE);
	const WCHAR(*row)[2] = simple ? to_simplified : to_traditional;
	unsigned low = 0, high = simple ? ARRAY_LEN(to_simplified)
					: ARRAY_LEN(to_traditional);

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (row[mid][0] == c)
			return row[mid][1];
		if (row[mid][0] < c)
			low = mid + 1;
		else
			high = mid;
	}
	return c;
}

static int map(const struct locale *l, DWORD flags, const WCHAR *s, int n,
	       WCHAR *to, int room)
{
	BOOL turkic = (flags & LCMAP_LINGUISTIC_CASING) && locale_is_turkic(l);
	struct out o = { to, room, 0 };
	BOOL in_word = FALSE;
	int i, j, used;

	for (i = 0; i < n; i += used) {
		WCHAR c = s[i], half[2];

		used = 1;
		if (flags & (NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS)) {
			if (!removed(flags, c))
				put(&o, c);
			continue;
		}
		if (flags & LCMAP_FULLWIDTH)
			c = widen(s + i, n - i, &used);
		if (flags & LCMAP_HIRAGANA)
			c = to_hiragana(c);
		else if (flags & LCMAP_KATAKANA)
			c = to_katakana(c);
		if (flags & CHINESE)
			c = chinese(flags, c);
		if (flags & CASE)
			c = change_case(flags, c, turkic, &in_word);
		if (flags & LCMAP_HALFWIDTH) {
			int count = narrow(c, half);

			for (j = 0; j < count; j++)
				put(&o, half[j]);
		} else {
			put(&o, c);
		}
	}
	for (i = 0; (flags & LCMAP_BYTEREV) && i < o.n && i < room; i++)
		to[i] = to[i] << 8 | to[i] >> 8;
	return o.n;
}

/* The commonest call: upper or lower case, ASCII mostly, in place or not. */
static void map_case(DWORD flags, const WCHAR *s, int n, WCHAR *to)
{
	int i;

	if (flags & LCMAP_UPPERCASE)
		for (i = 0; i < n; i++)
			to[i] = s[i] >= 0x80                 ? RfUpcase(s[i])
				: s[i] >= 'a' && s[i] <= 'z' ? s[i] - 32
							     : s[i];
	else
		for (i = 0; i < n; i++)
			to[i] = s[i] >= 0x80                 ? RfDowncase(s[i])
				: s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32
							     : s[i];
}

/* FNV-1a over the sort key. */
static int hash(const struct locale *l, DWORD flags, const WCHAR *s, int n,
		void *to, int room)
{
	int size = collate_key(l, flags & COMPARE_FLAGS, s, n, NULL, 0), i;
	BYTE *key;
	ULONG h = 2166136261u;

	if (!room)
		return sizeof h;
	if (room < (int)sizeof h)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	key = k32_alloc(size);
	if (!key)
		return 0;
	collate_key(l, flags & COMPARE_FLAGS, s, n, key, size);
	for (i = 0; i < size; i++)
		h = (h ^ key[i]) * 16777619u;
	k32_free(key);
	memcpy(to, &h, sizeof h);
	return sizeof h;
}

static int map_string(const struct locale *l, DWORD flags, const WCHAR *s,
		      int n, WCHAR *to, int room)
{
	int needed;

	flags &= ~(LOCALE_USE_CP_ACP | LOCALE_NOUSEROVERRIDE);
	if (!l || !s || !n || n < -1 || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (!flags_valid(flags))
		return fail(ERROR_INVALID_FLAGS);
	/* In place is for changes of case alone. */
	if (s == to && (flags & ~(CASE | LCMAP_LINGUISTIC_CASING)))
		return fail(ERROR_INVALID_FLAGS);
	if (n < 0)
		n = wide_len(s) + 1;
	if (flags & LCMAP_HASH)
		return hash(l, flags, s, n, to, room);
	if (flags & LCMAP_SORTKEY) {
		/* Without the NUL, which sorts as nothing anyway. */
		if (!s[n - 1])
			n--;
		needed = collate_key(l, flags & COMPARE_FLAGS, s, n, (BYTE *)to,
				     room);
		return needed ? needed : fail(ERROR_INSUFFICIENT_BUFFER);
	}
	if (flags == LCMAP_UPPERCASE || flags == LCMAP_LOWERCASE) {
		if (!room)
			return n;
		if (room < n)
			return fail(ERROR_INSUFFICIENT_BUFFER);
		map_case(flags, s, n, to);
		return n;
	}
	needed = map(l, flags, s, n, to, room);
	return room && needed > room ? fail(ERROR_INSUFFICIENT_BUFFER) : needed;
}

int WINAPI LCMapStringEx(LPCWSTR locale, DWORD flags, LPCWSTR s, int n,
			 LPWSTR to, int room, LPNLSVERSIONINFO version,
			 LPVOID reserved, LPARAM handle)
{
	/* A sort handle is a number of ours: one order, one handle. */
	if (flags & LCMAP_SORTHANDLE) {
		LPARAM *out = (LPARAM *)to;

		if (flags != LCMAP_SORTHANDLE)
			return fail(ERROR_INVALID_FLAGS);
		if (room && room < (int)sizeof *out)
			return fail(ERROR_INSUFFICIENT_BUFFER);
		if (room)
			*out = 1;
		return sizeof *out;
	}
	return map_string(locale_by_name(locale), flags, s, n, to, room);
}

int WINAPI LCMapStringW(LCID locale, DWORD flags, LPCWSTR s, int n, LPWSTR to,
			int room)
{
	return map_string(locale_by_id(locale), flags, s, n, to, room);
}

int WINAPI LCMapStringA(LCID locale, DWORD flags, LPCSTR s, int n, LPSTR to,
			int room)
{
	UINT cp = flags & LOCALE_USE_CP_ACP ? CP_ACP : locale_codepage(locale);
	const struct locale *l = locale_by_id(locale);
	WCHAR *wide, *mapped = NULL;
	int wide_n, needed, result = 0;

	if (!s || !n || n < -1 || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (n < 0)
		n = lstrlenA(s) + 1;
	wide = k32_alloc(n * sizeof *wide);
	if (!wide)
		return 0;
	wide_n = MultiByteToWideChar(cp, 0, s, n, wide, n);
	if ((flags & (LCMAP_SORTKEY | LCMAP_HASH)) || !wide_n) {
		/* Bytes, not text. */
		if (wide_n)
			result = map_string(l, flags, wide, wide_n, (WCHAR *)to,
					    room);
		k32_free(wide);
		return result;
	}
	needed = map_string(l, flags, wide, wide_n, NULL, 0);
	if (needed)
		mapped = k32_alloc(needed * sizeof *mapped);
	if (mapped && map_string(l, flags, wide, wide_n, mapped, needed))
		result = WideCharToMultiByte(cp, 0, mapped, needed, to, room,
					     NULL, NULL);
	k32_free(mapped);
	k32_free(wide);
	return result;
}
