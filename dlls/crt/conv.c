/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * conv.c - multibyte and wide characters, by the locale's code page.
 *
 * The C locale maps bytes to the same wide characters and back; UTF-8 is done
 * here; other code pages through kernel32.  A character beyond the BMP needs
 * two wide ones: mbrtowc keeps the second in its state, as ucrt does.
 */
#include "crt.h"

int crt_mbtowc(wchar_t *wc, const char *s, size_t n, struct crt_locale *l)
{
	unsigned char c;
	wchar_t out[2];
	int len;

	if (!n)
		return -2;
	c = (unsigned char)*s;
	if (!l->codepage || c < 0x80) {
		*wc = c;
		return c != 0;
	}
	if (l->codepage == CP_UTF8) {
		unsigned long v;
		int need, i;

		if (c < 0xc2 || c > 0xf4)
			return -1;
		need = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		v = c & (0xff >> (need + 1));
		for (i = 1; i < need; i++) {
			if ((size_t)i >= n)
				return -2;
			if ((s[i] & 0xc0) != 0x80)
				return -1;
			v = v << 6 | (s[i] & 0x3f);
		}
		if ((need == 3 && (v < 0x800 || (v & 0xf800) == 0xd800)) ||
		    (need == 4 && (v < 0x10000 || v > 0x10ffff)))
			return -1;
		/* One wide character cannot hold it: the first of the pair. */
		*wc = v < 0x10000 ? (wchar_t)v
				  : (wchar_t)(0xd800 + ((v - 0x10000) >> 10));
		return need;
	}
	len = crt_is_lead(l, c) ? 2 : 1;
	if ((size_t)len > n)
		return -2;
	if (MultiByteToWideChar(l->codepage, MB_ERR_INVALID_CHARS, s, len, out,
				2) != 1)
		return -1;
	*wc = out[0];
	return len;
}

int crt_wctomb(char *s, wchar_t wc, struct crt_locale *l)
{
	BOOL bad = FALSE;
	int n;

	if (!l->codepage) {
		if (wc > 255)
			return -1;
		*s = (char)wc;
		return 1;
	}
	if (wc < 0x80) {
		*s = (char)wc;
		return 1;
	}
	if (l->codepage == CP_UTF8) {
		if (wc < 0x800) {
			s[0] = (char)(0xc0 | wc >> 6);
			s[1] = (char)(0x80 | (wc & 0x3f));
			return 2;
		}
		if ((wc & 0xf800) == 0xd800)
			return -1;
		s[0] = (char)(0xe0 | wc >> 12);
		s[1] = (char)(0x80 | (wc >> 6 & 0x3f));
		s[2] = (char)(0x80 | (wc & 0x3f));
		return 3;
	}
	n = WideCharToMultiByte(l->codepage, 0, &wc, 1, s, 5, NULL, &bad);
	return n <= 0 || bad ? -1 : n;
}

/* File names and arguments: the ANSI code page, or UTF-8 in such a locale. */
unsigned crt_file_cp(void)
{
	return crt_global_locale->codepage == CP_UTF8 ? CP_UTF8 : CP_ACP;
}

wchar_t *crt_wide(const char *s)
{
	unsigned cp = crt_file_cp();
	int n = MultiByteToWideChar(cp, 0, s, -1, NULL, 0);
	wchar_t *w = malloc((size_t)(n > 0 ? n : 1) * sizeof(*w));

	if (!w)
		return NULL;
	if (MultiByteToWideChar(cp, 0, s, -1, w, n) <= 0)
		*w = 0;
	return w;
}

char *crt_narrow(const wchar_t *s)
{
	unsigned cp = crt_file_cp();
	int n = WideCharToMultiByte(cp, 0, s, -1, NULL, 0, NULL, NULL);
	char *p = malloc((size_t)(n > 0 ? n : 1));

	if (!p)
		return NULL;
	if (WideCharToMultiByte(cp, 0, s, -1, p, n, NULL, NULL) <= 0)
		*p = 0;
	return p;
}

/* ------------------------------------------------------- C90's functions */

int _mbtowc_l(wchar_t *wc, const char *s, size_t n, _locale_t loc)
{
	wchar_t tmp;
	int k;

	if (!s || !n)
		return 0;
	k = crt_mbtowc(wc ? wc : &tmp, s, n, crt_loc(loc));
	if (k >= 0)
		return k;
	crt_errno = EILSEQ;
	if (wc)
		*wc = 0;
	return -1;
}

int mbtowc(wchar_t *wc, const char *s, size_t n)
{
	return _mbtowc_l(wc, s, n, NULL);
}

int _mblen_l(const char *s, size_t n, _locale_t loc)
{
	wchar_t wc;
	int k;

	if (!s || !n)
		return 0;
	k = crt_mbtowc(&wc, s, n, crt_loc(loc));
	return k < 0 ? -1 : k;
}

int mblen(const char *s, size_t n)
{
	return _mblen_l(s, n, NULL);
}

int _wctomb_l(char *s, wchar_t wc, _locale_t loc)
{
	int k;

	if (!s)
		return 0;
	k = crt_wctomb(s, wc, crt_loc(loc));
	if (k < 0)
		crt_errno = EILSEQ;
	return k;
}

int wctomb(char *s, wchar_t wc)
{
	return _wctomb_l(s, wc, NULL);
}

errno_t _wctomb_s_l(int *len, char *s, size_t n, wchar_t wc, _locale_t loc)
{
	char b[8];
	int k;

	if (!s && n) {
		if (len)
			*len = 0;
		return 0;
	}
	if (len)
		*len = -1;
	CRT_REQUIRE_E(n <= INT_MAX, EINVAL);
	k = crt_wctomb(b, wc, crt_loc(loc));
	if (k < 0) {
		if (s && n)
			memset(s, 0, n);
		return crt_errno = EILSEQ;
	}
	if ((size_t)k > n) {
		if (s && n)
			memset(s, 0, n);
		crt_invalid(ERANGE);
		return ERANGE;
	}
	if (s)
		memcpy(s, b, (size_t)k);
	if (len)
		*len = k;
	return 0;
}

errno_t wctomb_s(int *len, char *s, size_t n, wchar_t wc)
{
	return _wctomb_s_l(len, s, n, wc, NULL);
}

wint_t btowc(int c)
{
	char b = (char)c;
	wchar_t wc;

	if (c == EOF)
		return WEOF;
	return crt_mbtowc(&wc, &b, 1, crt_cur()) >= 0 ? wc : WEOF;
}

int wctob(wint_t c)
{
	char b[8];

	if (c == WEOF)
		return EOF;
	return crt_wctomb(b, (wchar_t)c, crt_cur()) == 1 ? (unsigned char)*b
							 : EOF;
}

/*
 * Wide characters for s.  Beyond the BMP a character takes two.  Returns the
 * count without the NUL, or -1; dst may be NULL.
 */
static size_t to_wide(wchar_t *dst, const char **src, size_t n, size_t max,
		      struct crt_locale *l)
{
	const char *s = *src, *end = s + strnlen(s, max);
	size_t count = 0;

	while (!dst || count < n) {
		wchar_t wc;
		int k;

		if (s == end) {
			if (dst)
				dst[count] = 0;
			*src = (size_t)(s - *src) < max ? NULL : s;
			return count;
		}
		k = crt_mbtowc(&wc, s, (size_t)(end - s), l);
		if (k < 0) {
			*src = s;
			crt_errno = EILSEQ;
			return (size_t)-1;
		}
		if (l->codepage == CP_UTF8 && k == 4) {
			if (dst && count + 2 > n)
				break;
			if (dst) {
				dst[count] = wc;
				dst[count + 1] =
					(wchar_t)(0xdc00 | (s[2] & 0xf) << 6 |
						  (s[3] & 0x3f));
			}
			count += 2;
		} else {
			if (dst)
				dst[count] = wc;
			count++;
		}
		s += k;
	}
	*src = s;
	return count;
}

static size_t to_multi(char *dst, const wchar_t **src, size_t n, size_t max,
		       struct crt_locale *l)
{
	const wchar_t *s = *src;
	size_t count = 0;

	for (; max; max--, s++) {
		char b[8];
		int k;

		if (!*s) {
			if (dst && count < n)
				dst[count] = 0;
			*src = dst && count >= n ? s : NULL;
			return count;
		}
		if (l->codepage == CP_UTF8 && (*s & 0xfc00) == 0xd800 &&
		    max > 1 && (s[1] & 0xfc00) == 0xdc00) {
			unsigned long c = 0x10000 + ((*s & 0x3ffUL) << 10) +
					  (s[1] & 0x3ffUL);

			b[0] = (char)(0xf0 | c >> 18);
			b[1] = (char)(0x80 | (c >> 12 & 0x3f));
			b[2] = (char)(0x80 | (c >> 6 & 0x3f));
			b[3] = (char)(0x80 | (c & 0x3f));
			k = 4;
		} else {
			k = crt_wctomb(b, *s, l);
		}
		if (k < 0) {
			*src = s;
			crt_errno = EILSEQ;
			return (size_t)-1;
		}
		if (dst && (size_t)k > n - count)
			break;
		if (dst)
			memcpy(dst + count, b, (size_t)k);
		count += (size_t)k;
		if (k == 4 && l->codepage == CP_UTF8) {
			s++;
			max--;
		}
	}
	*src = s;
	return count;
}

size_t _mbstowcs_l(wchar_t *dst, const char *s, size_t n, _locale_t loc)
{
	if (dst && !n)
		return 0;
	CRT_REQUIRE(s, EINVAL, (size_t)-1);
	return to_wide(dst, &s, n, (size_t)-1 >> 1, crt_loc(loc));
}

size_t mbstowcs(wchar_t *dst, const char *s, size_t n)
{
	return _mbstowcs_l(dst, s, n, NULL);
}

size_t _wcstombs_l(char *dst, const wchar_t *s, size_t n, _locale_t loc)
{
	if (dst && !n)
		return 0;
	CRT_REQUIRE(s, EINVAL, (size_t)-1);
	return to_multi(dst, &s, n, (size_t)-1, crt_loc(loc));
}

size_t wcstombs(char *dst, const wchar_t *s, size_t n)
{
	return _wcstombs_l(dst, s, n, NULL);
}

errno_t _mbstowcs_s_l(size_t *done, wchar_t *dst, size_t room, const char *s,
		      size_t n, _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	const char *p = s;
	size_t k;

	CRT_REQUIRE_E((dst && room) || (!dst && !room), EINVAL);
	if (dst)
		*dst = 0;
	if (done)
		*done = 0;
	CRT_REQUIRE_E(s, EINVAL);
	if (!dst) {
		k = to_wide(NULL, &p, 0, (size_t)-1 >> 1, l);
		if (k == (size_t)-1)
			return EILSEQ;
		if (done)
			*done = k + 1;
		return 0;
	}
	k = to_wide(dst, &p, n < room ? n : room, (size_t)-1 >> 1, l);
	if (k == (size_t)-1) {
		*dst = 0;
		return EILSEQ;
	}
	if (k >= room) {
		if (n != _TRUNCATE) {
			*dst = 0;
			crt_invalid(ERANGE);
			return ERANGE;
		}
		dst[room - 1] = 0;
		if (done)
			*done = room;
		return STRUNCATE;
	}
	dst[k] = 0;
	if (done)
		*done = k + 1;
	return 0;
}

errno_t mbstowcs_s(size_t *done, wchar_t *dst, size_t room, const char *s,
		   size_t n)
{
	return _mbstowcs_s_l(done, dst, room, s, n, NULL);
}

errno_t _wcstombs_s_l(size_t *done, char *dst, size_t room, const wchar_t *s,
		      size_t n, _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	const wchar_t *p = s;
	size_t k;

	CRT_REQUIRE_E((dst && room) || (!dst && !room), EINVAL);
	if (dst)
		*dst = 0;
	if (done)
		*done = 0;
	CRT_REQUIRE_E(s, EINVAL);
	if (!dst) {
		k = to_multi(NULL, &p, 0, (size_t)-1, l);
		if (k == (size_t)-1)
			return EILSEQ;
		if (done)
			*done = k + 1;
		return 0;
	}
	k = to_multi(dst, &p, n < room ? n : room, (size_t)-1, l);
	if (k == (size_t)-1) {
		*dst = 0;
		return EILSEQ;
	}
	if (k >= room || (p && *p && n >= room)) {
		if (n != _TRUNCATE) {
			*dst = 0;
			crt_invalid(ERANGE);
			return ERANGE;
		}
		if (k >= room)
			k = room - 1;
		dst[k] = 0;
		if (done)
			*done = k + 1;
		return STRUNCATE;
	}
	dst[k] = 0;
	if (done)
		*done = k + 1;
	return 0;
}

errno_t wcstombs_s(size_t *done, char *dst, size_t room, const wchar_t *s,
		   size_t n)
{
	return _wcstombs_s_l(done, dst, room, s, n, NULL);
}

/* ---------------------------------------------------- C95's, with a state */

/*
 * The state's first word holds up to three bytes of a begun character, or a
 * low surrogate still to be delivered (0xffff0000 and it).
 */
int mbsinit(const mbstate_t *ps)
{
	return !ps || *(const unsigned long *)ps == 0;
}

size_t mbrtowc(wchar_t *wc, const char *s, size_t n, mbstate_t *ps)
{
	crt_mbstate *st = ps ? (crt_mbstate *)ps : &crt_ptd()->mbrtowc;
	struct crt_locale *l = crt_cur();
	unsigned char b[4];
	unsigned have = 0;
	wchar_t tmp;
	int k;

	if (!s) {
		s = "";
		n = 1;
		wc = NULL;
	}
	if (st->wchar >> 16 == 0xffff) {
		if (wc)
			*wc = (wchar_t)st->wchar;
		st->wchar = 0;
		return 0; /* no more bytes: as ucrt's documentation has it */
	}
	for (unsigned long v = st->wchar; v; v >>= 8)
		b[have++] = (unsigned char)v;
	for (size_t i = 0;; i++) {
		if (i == n)
			break;
		b[have++] = (unsigned char)s[i];
		k = crt_mbtowc(wc ? wc : &tmp, (char *)b, have, l);
		if (k == -1) {
			st->wchar = 0;
			crt_errno = EILSEQ;
			return (size_t)-1;
		}
		if (k >= 0) {
			st->wchar = 0;
			if (k == 4 && l->codepage == CP_UTF8)
				st->wchar = 0xffff0000 | 0xdc00 |
					    (b[2] & 0xfUL) << 6 |
					    (b[3] & 0x3fUL);
			return k == 0 ? 0 : i + 1;
		}
	}
	st->wchar = 0;
	for (unsigned i = have; i--;)
		st->wchar = st->wchar << 8 | b[i];
	return (size_t)-2;
}

size_t mbrlen(const char *s, size_t n, mbstate_t *ps)
{
	return mbrtowc(NULL, s, n,
		       ps ? ps : (mbstate_t *)(void *)&crt_ptd()->mbrlen);
}

size_t wcrtomb(char *s, wchar_t wc, mbstate_t *ps)
{
	crt_mbstate *st = ps ? (crt_mbstate *)ps : &crt_ptd()->wcrtomb;
	struct crt_locale *l = crt_cur();
	int k;

	if (!s) {
		st->wchar = 0;
		return 1;
	}
	if (l->codepage == CP_UTF8 && (wc & 0xfc00) == 0xd800) {
		st->wchar = wc; /* the other half decides */
		return 0;
	}
	if (l->codepage == CP_UTF8 && (wc & 0xfc00) == 0xdc00 && st->wchar) {
		unsigned long c =
			0x10000 + ((st->wchar & 0x3ff) << 10) + (wc & 0x3ffUL);

		s[0] = (char)(0xf0 | c >> 18);
		s[1] = (char)(0x80 | (c >> 12 & 0x3f));
		s[2] = (char)(0x80 | (c >> 6 & 0x3f));
		s[3] = (char)(0x80 | (c & 0x3f));
		st->wchar = 0;
		return 4;
	}
	k = crt_wctomb(s, wc, l);
	if (k < 0) {
		crt_errno = EILSEQ;
		return (size_t)-1;
	}
	return (size_t)k;
}

errno_t wcrtomb_s(size_t *done, char *s, size_t n, wchar_t wc, mbstate_t *ps)
{
	char b[8];
	size_t k = wcrtomb(s ? b : NULL, wc, ps);

	if (done)
		*done = k;
	if (k == (size_t)-1)
		return EILSEQ;
	if (s) {
		CRT_REQUIRE_E(k <= n, ERANGE);
		memcpy(s, b, k);
	}
	return 0;
}

size_t mbsrtowcs(wchar_t *dst, const char **src, size_t n, mbstate_t *ps)
{
	const char *p;
	size_t k;

	CRT_REQUIRE(src && *src, EINVAL, (size_t)-1);
	p = *src;
	k = to_wide(dst, &p, n, (size_t)-1 >> 1, crt_cur());
	if (dst)
		*src = p;
	return k;
}

size_t wcsrtombs(char *dst, const wchar_t **src, size_t n, mbstate_t *ps)
{
	const wchar_t *p;
	size_t k;

	CRT_REQUIRE(src && *src, EINVAL, (size_t)-1);
	p = *src;
	k = to_multi(dst, &p, n, (size_t)-1, crt_cur());
	if (dst)
		*src = p;
	return k;
}

errno_t mbsrtowcs_s(size_t *done, wchar_t *dst, size_t room, const char **src,
		    size_t n, mbstate_t *ps)
{
	errno_t e;

	CRT_REQUIRE_E(src && *src, EINVAL);
	e = _mbstowcs_s_l(done, dst, room, *src, n, NULL);
	if (dst && !e)
		*src = NULL;
	return e;
}

errno_t wcsrtombs_s(size_t *done, char *dst, size_t room, const wchar_t **src,
		    size_t n, mbstate_t *ps)
{
	errno_t e;

	CRT_REQUIRE_E(src && *src, EINVAL);
	e = _wcstombs_s_l(done, dst, room, *src, n, NULL);
	if (dst && !e)
		*src = NULL;
	return e;
}

/* C11's: char16_t is wchar_t here; char32_t goes by way of it. */
size_t mbrtoc16(wchar_t *c, const char *s, size_t n, mbstate_t *ps)
{
	crt_mbstate *st = ps ? (crt_mbstate *)ps : &crt_ptd()->mbrtowc;
	int second = st->wchar >> 16 == 0xffff;
	size_t k = mbrtowc(c, s, n, (mbstate_t *)(void *)st);

	return second ? (size_t)-3 : k;
}

size_t c16rtomb(char *s, wchar_t c, mbstate_t *ps)
{
	return wcrtomb(s, c, ps);
}

size_t mbrtoc32(unsigned *c, const char *s, size_t n, mbstate_t *ps)
{
	crt_mbstate *st = ps ? (crt_mbstate *)ps : &crt_ptd()->mbrtowc;
	wchar_t wc = 0;
	size_t k = mbrtowc(&wc, s, n, (mbstate_t *)(void *)st);

	if (k > (size_t)-3)
		return k;
	if (c)
		*c = wc;
	if (st->wchar >> 16 == 0xffff) {
		if (c)
			*c = 0x10000 + ((wc & 0x3ffU) << 10) +
			     (unsigned)(st->wchar & 0x3ff);
		st->wchar = 0;
	}
	return k;
}

size_t c32rtomb(char *s, unsigned c, mbstate_t *ps)
{
	size_t k;

	if (!s || c < 0x10000)
		return wcrtomb(s, (wchar_t)c, ps);
	k = wcrtomb(s, (wchar_t)(0xd800 + ((c - 0x10000) >> 10)), ps);
	if (k == (size_t)-1)
		return k;
	return wcrtomb(s, (wchar_t)(0xdc00 + (c & 0x3ff)), ps);
}
