/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * convert.c - characters by a facet's own copy of a locale: bytes to wide ones
 * and back, cases, comparison.
 */
#include "msvcp.h"

int __crtLCMapStringA(const WCHAR *locale, DWORD flags, const char *from, int n,
		      char *to, int room, unsigned page, BOOL strict);
int _Strcoll(const char *a, const char *a_end, const char *b, const char *b_end,
	     const struct collvec *v);
size_t _Strxfrm(char *to, char *to_end, const char *s, const char *s_end,
		const struct collvec *v);
int _Wcscoll(const WCHAR *a, const WCHAR *a_end, const WCHAR *b,
	     const WCHAR *b_end, const struct collvec *v);
size_t _Wcsxfrm(WCHAR *to, WCHAR *to_end, const WCHAR *s, const WCHAR *s_end,
		const struct collvec *v);
short _Getwctype(WCHAR c, const struct ctypevec *v);
const WCHAR *_Getwctypes(const WCHAR *s, const WCHAR *end, short *to,
			 const struct ctypevec *v);
WCHAR _Towlower(WCHAR c, const struct ctypevec *v);
WCHAR _Towupper(WCHAR c, const struct ctypevec *v);

/* ---- bytes and wide characters ---------------------------------------------------- */

/* A sequence of UTF-8 that has begun: what it says so far, bytes to come. */
static int utf8_wide(WCHAR *to, const char *s, size_t n, struct mbstate *state)
{
	unsigned long c = state->wide;
	unsigned left = state->byte;
	size_t i = 0;

	if (state->state) { /* the second of a pair is due */
		*to = state->state;
		memset(state, 0, sizeof *state);
		return 0;
	}
	if (!left) {
		unsigned char lead = (unsigned char)s[i++];

		if (lead < 0x80) {
			*to = lead;
			return lead ? 1 : 0;
		}
		left = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
		if (lead < 0xc2 || lead > 0xf4)
			goto bad;
		c = lead & (0x3f >> left);
	}
	for (; left && i < n; i++, left--) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			goto bad;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	state->wide = c;
	state->byte = (unsigned short)left;
	if (left)
		return -2;
	memset(state, 0, sizeof *state);
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		goto bad;
	if (c >= 0x10000) {
		*to = (WCHAR)(0xd7c0 + (c >> 10));
		state->state = (unsigned short)(0xdc00 | (c & 0x3ff));
	} else {
		*to = (WCHAR)c;
	}
	return (int)i;
bad:
	memset(state, 0, sizeof *state);
	errno = EILSEQ;
	return -1;
}

static BOOL is_lead(const struct cvtvec *v, unsigned char c)
{
	return v->leads[c / 8] >> c % 8 & 1;
}

/* The bytes taken; 0: a NUL, or the rest of a pair; -1: bad; -2: more to come. */
int _Mbrtowc(WCHAR *to, const char *s, size_t n, struct mbstate *state,
	     const struct cvtvec *v)
{
	static struct mbstate own;
	WCHAR none;
	char both[2];
	int taken = 1, count = 1;

	if (!s || !n)
		return 0;
	if (!to)
		to = &none;
	if (!state)
		state = &own;
	if (v->classic) {
		*to = (unsigned char)*s;
		return *s ? 1 : 0;
	}
	if (v->page == CP_UTF8)
		return utf8_wide(to, s, n, state);
	if (!*s && !state->wide) {
		*to = 0;
		return 0;
	}
	both[0] = *s;
	if (state->wide) { /* a lead byte came before */
		both[0] = (char)state->wide;
		both[1] = *s;
		count = 2;
	} else if (is_lead(v, (unsigned char)*s)) {
		if (n < 2) {
			state->wide = (unsigned char)*s;
			return -2;
		}
		both[1] = s[1];
		count = taken = 2;
	}
	memset(state, 0, sizeof *state);
	if (MultiByteToWideChar(v->page, MB_ERR_INVALID_CHARS, both, count, to, 1) == 1)
		return taken;
	errno = EILSEQ;
	return -1;
}

int _Wcrtomb(char *to, WCHAR c, struct mbstate *state, const struct cvtvec *v)
{
	WCHAR pair[2] = { c };
	BOOL replaced = FALSE;
	int n = 1, got;

	if (v->classic) {
		if (c > 0xff) {
			errno = EILSEQ;
			return -1;
		}
		*to = (char)c;
		return 1;
	}
	if (v->page == CP_UTF8) {
		if (state->wide) { /* the first of a pair */
			pair[0] = (WCHAR)state->wide;
			pair[1] = c;
			n = 2;
			state->wide = 0;
		} else if (c >= 0xd800 && c < 0xdc00) {
			state->wide = c;
			return 0;
		}
		got = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, pair, n, to,
					  4, NULL, NULL);
	} else {
		got = WideCharToMultiByte(v->page, 0, pair, 1, to, (int)v->most, NULL,
					  &replaced);
	}
	if (got > 0 && !replaced)
		return got;
	errno = EILSEQ;
	return -1;
}

/* ---- cases -------------------------------------------------------------------------- */

/* LCMapString of bytes in a code page. */
int __crtLCMapStringA(const WCHAR *locale, DWORD flags, const char *from, int n,
		      char *to, int room, unsigned page, BOOL strict)
{
	DWORD how = strict ? MB_PRECOMPOSED | MB_ERR_INVALID_CHARS : MB_PRECOMPOSED;
	int wide_n, out_n, result = 0;
	WCHAR *wide, *out;

	/* A count may go beyond the end of the text. */
	if (n > 0) {
		const char *nul = memchr(from, 0, (size_t)n);

		if (nul)
			n = (int)(nul - from) + 1;
	}
	if (page == CP_UTF8)
		how &= ~(DWORD)MB_PRECOMPOSED;
	wide_n = MultiByteToWideChar(page, how, from, n, NULL, 0);
	if (!wide_n)
		return 0;
	wide = malloc((size_t)wide_n * sizeof *wide);
	if (!wide || !MultiByteToWideChar(page, how, from, n, wide, wide_n)) {
		free(wide);
		return 0;
	}
	if (flags & LCMAP_SORTKEY) {
		result = LCMapStringEx(locale, flags, wide, wide_n, (WCHAR *)to, room,
				       NULL, NULL, 0);
		free(wide);
		return result;
	}
	out_n = LCMapStringEx(locale, flags, wide, wide_n, NULL, 0, NULL, NULL, 0);
	out = out_n ? malloc((size_t)out_n * sizeof *out) : NULL;
	if (out && LCMapStringEx(locale, flags, wide, wide_n, out, out_n, NULL, NULL, 0))
		result = WideCharToMultiByte(page, 0, out, out_n, room ? to : NULL, room,
					     NULL, NULL);
	free(out);
	free(wide);
	return result;
}

/* Of what _Getctype() said; v NULL: of the C library's locale now. */
static int map_case(int c, const struct ctypevec *v, DWORD flags)
{
	int lower = flags & LCMAP_LOWERCASE, n = 1, got;
	char from[2], to[3];

	if (!v)
		return lower ? tolower(c) : toupper(c);
	if (!v->name) {
		if (lower ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z')
			return c ^ 0x20;
		return c;
	}
	from[0] = (char)c;
	if (c > 0xff) {
		from[0] = (char)(c >> 8);
		from[1] = (char)c;
		n = 2;
	}
	got = __crtLCMapStringA(v->name, flags, from, n, to, sizeof to, v->page, TRUE);
	if (got == 1)
		return (unsigned char)to[0];
	return got == 2 ? (unsigned char)to[0] << 8 | (unsigned char)to[1] : c;
}

int _Tolower(int c, const struct ctypevec *v)
{
	return map_case(c, v, LCMAP_LOWERCASE);
}

int _Toupper(int c, const struct ctypevec *v)
{
	return map_case(c, v, LCMAP_UPPERCASE);
}

static WCHAR map_wide(WCHAR c, const struct ctypevec *v, DWORD flags)
{
	int lower = flags & LCMAP_LOWERCASE;
	WCHAR to;

	if (!v || !v->name) {
		if (lower ? c >= 'A' && c <= 'Z' : c >= 'a' && c <= 'z')
			return c ^ 0x20;
		return c;
	}
	return LCMapStringEx(v->name, flags, &c, 1, &to, 1, NULL, NULL, 0) ? to : c;
}

WCHAR _Towlower(WCHAR c, const struct ctypevec *v)
{
	return map_wide(c, v, LCMAP_LOWERCASE);
}

WCHAR _Towupper(WCHAR c, const struct ctypevec *v)
{
	return map_wide(c, v, LCMAP_UPPERCASE);
}

const WCHAR *_Getwctypes(const WCHAR *s, const WCHAR *end, short *to,
			 const struct ctypevec *v)
{
	GetStringTypeW(CT_CTYPE1, s, (int)(end - s), (WORD *)to);
	return end;
}

short _Getwctype(WCHAR c, const struct ctypevec *v)
{
	short type = 0;

	_Getwctypes(&c, &c + 1, &type, v);
	return type;
}

/* ---- order ----------------------------------------------------------------------------- */

static int by_length(int order, ptrdiff_t a, ptrdiff_t b)
{
	return order ? order < 0 ? -1 : 1 : a < b ? -1 : a > b;
}

int _Wcscoll(const WCHAR *a, const WCHAR *a_end, const WCHAR *b,
	     const WCHAR *b_end, const struct collvec *v)
{
	ptrdiff_t na = a_end - a, nb = b_end - b;
	int order;

	if (!v || !v->name)
		return by_length(wmemcmp(a, b, (size_t)min(na, nb)), na, nb);
	order = CompareStringEx(v->name, SORT_STRINGSORT, a, (int)na, b, (int)nb, NULL,
				NULL, 0);
	if (!order)
		errno = EINVAL;
	return order ? order - CSTR_EQUAL : INT_MAX;
}

static WCHAR *widen(const char *s, const char *end, unsigned page, int *n)
{
	WCHAR *to;

	*n = s == end ? 0 : MultiByteToWideChar(page, 0, s, (int)(end - s), NULL, 0);
	to = must_malloc(((size_t)*n + 1) * sizeof *to);
	if (*n)
		MultiByteToWideChar(page, 0, s, (int)(end - s), to, *n);
	return to;
}

int _Strcoll(const char *a, const char *a_end, const char *b, const char *b_end,
	     const struct collvec *v)
{
	ptrdiff_t na = a_end - a, nb = b_end - b;
	int order, wa_n, wb_n;
	WCHAR *wa, *wb;

	if (!v || !v->name)
		return by_length(memcmp(a, b, (size_t)min(na, nb)), na, nb);
	wa = widen(a, a_end, v->page, &wa_n);
	wb = widen(b, b_end, v->page, &wb_n);
	order = _Wcscoll(wa, wa + wa_n, wb, wb + wb_n, v);
	free(wb);
	free(wa);
	return order;
}

/* The length needed; nothing is written where it does not fit. */
size_t _Strxfrm(char *to, char *to_end, const char *s, const char *s_end,
		const struct collvec *v)
{
	size_t n = (size_t)(s_end - s), room = (size_t)(to_end - to);
	int need;

	if (!v || !v->name) {
		if (n <= room)
			memcpy(to, s, n);
		return n;
	}
	need = __crtLCMapStringA(v->name, LCMAP_SORTKEY, s, (int)n, NULL, 0, v->page,
				 TRUE);
	if (!need)
		return INT_MAX;
	if ((size_t)need <= room)
		__crtLCMapStringA(v->name, LCMAP_SORTKEY, s, (int)n, to, (int)room,
				  v->page, TRUE);
	return (size_t)need;
}

/* One wide character for each byte of the key. */
size_t _Wcsxfrm(WCHAR *to, WCHAR *to_end, const WCHAR *s, const WCHAR *s_end,
		const struct collvec *v)
{
	size_t n = (size_t)(s_end - s), room = (size_t)(to_end - to);
	int need;
	unsigned char *key;

	if (!v || !v->name) {
		if (n <= room)
			wmemcpy(to, s, n);
		return n;
	}
	need = LCMapStringEx(v->name, LCMAP_SORTKEY, s, (int)n, NULL, 0, NULL, NULL, 0);
	if (!need)
		return INT_MAX;
	if ((size_t)need <= room) {
		key = must_malloc((size_t)need);
		LCMapStringEx(v->name, LCMAP_SORTKEY, s, (int)n, (WCHAR *)key, need, NULL,
			      NULL, 0);
		for (int i = 0; i < need; i++)
			to[i] = key[i];
		free(key);
	}
	return (size_t)need;
}
