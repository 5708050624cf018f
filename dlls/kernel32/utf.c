/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * utf.c - UTF-8 and UTF-7.
 *
 * What is not UTF-8 becomes U+FFFD, one for each maximal part of a sequence
 * that could have been valid (as Windows does since Vista); a lone surrogate
 * becomes EF BF BD.  Runs of ASCII go 16 at a time.
 */
#include <emmintrin.h>

#include "utf.h"

/* ---- ASCII ---- */

SIZE_T ascii_run(const char *s, SIZE_T n)
{
	SIZE_T i = 0;

	for (; n - i >= 16; i += 16) {
		int high = _mm_movemask_epi8(
			_mm_loadu_si128((const __m128i *)(s + i)));

		if (high)
			return i + __builtin_ctz(high);
	}
	while (i < n && !(s[i] & 0x80))
		i++;
	return i;
}

SIZE_T ascii_run_wide(const WCHAR *s, SIZE_T n)
{
	const __m128i high = _mm_set1_epi16((short)0xff80);
	SIZE_T i = 0;

	for (; n - i >= 8; i += 8) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s + i));

		if (_mm_movemask_epi8(_mm_cmpeq_epi16(_mm_and_si128(v, high),
						      _mm_setzero_si128())) !=
		    0xffff)
			break;
	}
	while (i < n && s[i] < 0x80)
		i++;
	return i;
}

void ascii_widen(const char *s, SIZE_T n, WCHAR *to)
{
	SIZE_T i = 0;

	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s + i));
		__m128i zero = _mm_setzero_si128();

		_mm_storeu_si128((__m128i *)(to + i),
				 _mm_unpacklo_epi8(v, zero));
		_mm_storeu_si128((__m128i *)(to + i + 8),
				 _mm_unpackhi_epi8(v, zero));
	}
	for (; i < n; i++)
		to[i] = (UCHAR)s[i];
}

void ascii_narrow(const WCHAR *s, SIZE_T n, char *to)
{
	SIZE_T i = 0;

	for (; n - i >= 16; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(s + i));
		__m128i b = _mm_loadu_si128((const __m128i *)(s + i + 8));

		_mm_storeu_si128((__m128i *)(to + i), _mm_packus_epi16(a, b));
	}
	for (; i < n; i++)
		to[i] = (char)s[i];
}

/* ---- UTF-8 ---- */

#define BAD 0xffffffff

/* One character at s, n > 0 bytes left; *used bytes of it are consumed. */
static ULONG utf8_next(const UCHAR *s, SIZE_T n, unsigned *used)
{
	ULONG c = s[0];
	UCHAR low = 0x80, high = 0xbf; /* what the second byte may be */
	unsigned more, i;

	*used = 1;
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return BAD;
	if (c < 0xe0) {
		more = 1;
		c &= 0x1f;
	} else if (c < 0xf0) {
		if (c == 0xe0)
			low = 0xa0;
		else if (c == 0xed)
			high = 0x9f;
		more = 2;
		c &= 0x0f;
	} else {
		if (c == 0xf0)
			low = 0x90;
		else if (c == 0xf4)
			high = 0x8f;
		more = 3;
		c &= 0x07;
	}
	for (i = 1; i <= more; i++) {
		if (i >= n || s[i] < low || s[i] > high)
			return BAD;
		c = c << 6 | (s[i] & 0x3f);
		*used = i + 1;
		low = 0x80;
		high = 0xbf;
	}
	return c;
}

SSIZE_T utf8_to_wide(const char *s, SIZE_T n, BOOL strict, WCHAR *to,
		     SIZE_T room)
{
	SIZE_T at = 0, out = 0;

	while (at < n) {
		SIZE_T run = ascii_run(s + at, n - at);
		unsigned used;
		ULONG c;

		if (run) {
			if (room) {
				if (run > room - out)
					return UTF_NO_ROOM;
				ascii_widen(s + at, run, to + out);
			}
			at += run;
			out += run;
			if (at == n)
				break;
		}
		do {
			c = utf8_next((const UCHAR *)s + at, n - at, &used);
			at += used;
			if (c == BAD) {
				if (strict)
					return UTF_INVALID;
				c = 0xfffd;
			}
			if (!room) {
				out += 1 + (c >= 0x10000);
				continue;
			}
			if (room - out < 1u + (c >= 0x10000))
				return UTF_NO_ROOM;
			if (c >= 0x10000) {
				to[out++] = 0xd7c0 + (c >> 10);
				c = 0xdc00 | (c & 0x3ff);
			}
			to[out++] = c;
		} while (at < n && (s[at] & 0x80));
	}
	return out;
}

SSIZE_T wide_to_utf8(const WCHAR *s, SIZE_T n, BOOL strict, char *to,
		     SIZE_T room)
{
	SIZE_T at = 0, out = 0;

	while (at < n) {
		SIZE_T run = ascii_run_wide(s + at, n - at);
		ULONG c;
		unsigned len;

		if (run) {
			if (room) {
				if (run > room - out)
					return UTF_NO_ROOM;
				ascii_narrow(s + at, run, to + out);
			}
			at += run;
			out += run;
			if (at == n)
				break;
		}
		c = s[at++];
		if ((c & 0xf800) == 0xd800) {
			if (c < 0xdc00 && at < n && (s[at] & 0xfc00) == 0xdc00)
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (s[at++] - 0xdc00);
			else if (strict)
				return UTF_INVALID;
			else
				c = 0xfffd;
		}
		len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		if (room) {
			UCHAR *p = (UCHAR *)to + out;

			if (room - out < len)
				return UTF_NO_ROOM;
			if (len == 2) {
				p[0] = 0xc0 | c >> 6;
			} else if (len == 3) {
				p[0] = 0xe0 | c >> 12;
				p[1] = 0x80 | (c >> 6 & 0x3f);
			} else {
				p[0] = 0xf0 | c >> 18;
				p[1] = 0x80 | (c >> 12 & 0x3f);
				p[2] = 0x80 | (c >> 6 & 0x3f);
			}
			p[len - 1] = 0x80 | (c & 0x3f);
		}
		out += len;
	}
	return out;
}

/* ---- UTF-7 (RFC 2152) ---- */

static const char base64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(UCHAR c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

SSIZE_T utf7_to_wide(const char *s, SIZE_T n, WCHAR *to, SIZE_T room)
{
	ULONG bits = 0;
	unsigned count = 0;
	BOOL shifted = FALSE;
	SIZE_T at, out = 0;

	for (at = 0; at < n; at++) {
		UCHAR c = s[at];
		WCHAR w;

		if (shifted) {
			int v = base64_value(c);

			if (v < 0) {
				shifted = FALSE;
				bits = count = 0;
				if (c == '-')
					continue;
			} else {
				bits = bits << 6 | v;
				count += 6;
				if (count < 16)
					continue;
				count -= 16;
				w = bits >> count;
				bits &= (1u << count) - 1;
				goto put;
			}
		}
		if (c == '+') {
			if (at + 1 < n && s[at + 1] == '-') {
				at++; /* "+-" is a plus sign */
			} else {
				shifted = TRUE;
				bits = count = 0;
				continue;
			}
		}
		w = c;
	put:
		if (room) {
			if (out >= room)
				return UTF_NO_ROOM;
			to[out] = w;
		}
		out++;
	}
	return out;
}

/* Letters, digits and '(),-./:? and white space stand for themselves. */
static BOOL utf7_direct(WCHAR c)
{
	if (c >= 0x80)
		return FALSE;
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return TRUE;
	if (c >= '0' && c <= '9')
		return TRUE;
	switch (c) {
	case 0:
	case '\'':
	case '(':
	case ')':
	case ',':
	case '-':
	case '.':
	case '/':
	case ':':
	case '?':
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return TRUE;
	}
	return FALSE;
}

struct utf7 {
	char *to;
	SIZE_T room, out;
};

static BOOL utf7_put(struct utf7 *u, char c)
{
	if (u->room) {
		if (u->out >= u->room)
			return FALSE;
		u->to[u->out] = c;
	}
	u->out++;
	return TRUE;
}

SSIZE_T wide_to_utf7(const WCHAR *s, SIZE_T n, char *to, SIZE_T room)
{
	struct utf7 u = { to, room, 0 };
	SIZE_T at = 0;

	while (at < n) {
		ULONG bits = 0;
		unsigned count = 0;

		if (utf7_direct(s[at])) {
			if (!utf7_put(&u, s[at++]))
				return UTF_NO_ROOM;
			continue;
		}
		if (!utf7_put(&u, '+'))
			return UTF_NO_ROOM;
		if (s[at] == '+') {
			at++;
			if (!utf7_put(&u, '-'))
				return UTF_NO_ROOM;
			continue;
		}
		while (at < n && !utf7_direct(s[at])) {
			bits = bits << 16 | s[at++];
			count += 16;
			while (count >= 6) {
				count -= 6;
				if (!utf7_put(&u, base64[bits >> count & 63]))
					return UTF_NO_ROOM;
			}
			bits &= (1u << count) - 1;
		}
		if (count && !utf7_put(&u, base64[bits << (6 - count) & 63]))
			return UTF_NO_ROOM;
		if (!utf7_put(&u, '-'))
			return UTF_NO_ROOM;
	}
	return u.out;
}
