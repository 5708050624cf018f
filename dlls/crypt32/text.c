/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c - bytes as text and back: base64 with or without a header, and digits.
 *
 * One code for both kinds of characters: all of it is ASCII.
 */
#include "nt.h"
#include <wincrypt.h>

#ifndef CRYPT_STRING_HEXRAW
#define CRYPT_STRING_HEXRAW 0xc
#endif
#ifndef CRYPT_STRING_STRICT
#define CRYPT_STRING_STRICT 0x20000000
#endif

enum { LINE = 64 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			      "wxyz0123456789+/";

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

/* ---- to text ------------------------------------------------------------- */

/* Where text goes, in characters of either width; at NULL it is counted. */
struct out {
	void *at;
	BOOL wide;
	DWORD n, size;
};

static void put(struct out *o, const char *s, DWORD n)
{
	for (DWORD i = 0; i < n; i++, o->n++) {
		if (!o->at || o->n >= o->size)
			continue;
		if (o->wide)
			((WCHAR *)o->at)[o->n] = (BYTE)s[i];
		else
			((CHAR *)o->at)[o->n] = s[i];
	}
}

static void put_line_end(struct out *o, DWORD flags)
{
	if (!(flags & CRYPT_STRING_NOCRLF))
		put(o, flags & CRYPT_STRING_NOCR ? "\n" : "\r\n",
		    flags & CRYPT_STRING_NOCR ? 1 : 2);
}

static void put_base64(struct out *o, const BYTE *b, DWORD n, DWORD flags)
{
	DWORD column = 0;
	char four[4];

	for (DWORD i = 0; i < n; i += 3) {
		DWORD left = n - i, v = (DWORD)b[i] << 16;

		v |= left > 1 ? (DWORD)b[i + 1] << 8 : 0;
		v |= left > 2 ? b[i + 2] : 0;
		four[0] = letters[v >> 18];
		four[1] = letters[v >> 12 & 63];
		four[2] = left > 1 ? letters[v >> 6 & 63] : '=';
		four[3] = left > 2 ? letters[v & 63] : '=';
		put(o, four, 4);
		column += 4;
		if (column == LINE) {
			put_line_end(o, flags);
			column = 0;
		}
	}
	if (column)
		put_line_end(o, flags);
}

static void put_header(struct out *o, const char *what, const char *name,
		       DWORD flags)
{
	put(o, "-----", 5);
	put(o, what, (DWORD)strlen(what));
	put(o, name, (DWORD)strlen(name));
	put(o, "-----", 5);
	put_line_end(o, flags);
}

static void put_digits(struct out *o, const BYTE *b, DWORD n, DWORD flags)
{
	static const char digits[] = "0123456789abcdef";
	char two[2];

	for (DWORD i = 0; i < n; i++) {
		two[0] = digits[b[i] >> 4];
		two[1] = digits[b[i] & 15];
		put(o, two, 2);
	}
	put_line_end(o, flags);
}

static BOOL to_text(const BYTE *b, DWORD n, DWORD flags, struct out *o,
		    DWORD *size)
{
	const char *name = NULL;

	if (!b || !size)
		return fail(ERROR_INVALID_PARAMETER);
	o->size = *size;
	switch (flags & 0xff) {
	case CRYPT_STRING_BINARY:
		if (o->at && *size < n) {
			*size = n;
			return fail(ERROR_MORE_DATA);
		}
		if (o->at)
			memcpy(o->at, b, n);
		*size = n;
		return TRUE;
	case CRYPT_STRING_BASE64HEADER:
		name = "CERTIFICATE";
		break;
	case CRYPT_STRING_BASE64REQUESTHEADER:
		name = "NEW CERTIFICATE REQUEST";
		break;
	case CRYPT_STRING_BASE64X509CRLHEADER:
		name = "X509 CRL";
		break;
	case CRYPT_STRING_BASE64:
		break;
	case CRYPT_STRING_HEXRAW:
		put_digits(o, b, n, flags);
		break;
	default:
		return fail(ERROR_NOT_SUPPORTED);
	}
	if (name)
		put_header(o, "BEGIN ", name, flags);
	if ((flags & 0xff) != CRYPT_STRING_HEXRAW)
		put_base64(o, b, n, flags);
	if (name)
		put_header(o, "END ", name, flags);
	put(o, "", 1);
	/* Without a buffer the end counts, in the answer it does not. */
	*size = o->n;
	if (!o->at)
		return TRUE;
	if (o->n > o->size)
		return fail(ERROR_MORE_DATA);
	*size = o->n - 1;
	return TRUE;
}

BOOL WINAPI CryptBinaryToStringA(const BYTE *b, DWORD n, DWORD flags, LPSTR s,
				 DWORD *size)
{
	struct out o = { s, FALSE, 0, 0 };

	return to_text(b, n, flags, &o, size);
}

BOOL WINAPI CryptBinaryToStringW(const BYTE *b, DWORD n, DWORD flags, LPWSTR s,
				 DWORD *size)
{
	struct out o = { s, TRUE, 0, 0 };

	return to_text(b, n, flags, &o, size);
}

/* ---- to bytes ------------------------------------------------------------ */

/* Text of n characters; what is beyond ASCII is no letter of any format. */
struct in {
	const void *at;
	BOOL wide;
	DWORD n;
};

static int ch(const struct in *s, DWORD i)
{
	WCHAR c;

	if (i >= s->n)
		return -1;
	c = s->wide ? ((const WCHAR *)s->at)[i] : ((const BYTE *)s->at)[i];
	return c < 0x80 ? c : -2;
}

static BOOL is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int value_of(int c)
{
	const char *p = c > 0 ? strchr(letters, c) : NULL;

	return p ? (int)(p - letters) : -1;
}

static int digit_of(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Into out, of which there is enough, or NULL to count; -1: it is not that. */
static LONG from_base64(const struct in *s, DWORD at, DWORD end, BYTE *out)
{
	DWORD v = 0, have = 0, bytes = 0;
	BOOL padded = FALSE;

	for (; at < end; at++) {
		int c = ch(s, at), k = value_of(c);

		if (is_blank(c))
			continue;
		if (c == '=') {
			padded = TRUE;
			continue;
		}
		if (k < 0 || padded)
			return -1;
		v = v << 6 | (DWORD)k;
		have += 6;
		if (have >= 8) {
			have -= 8;
			if (out)
				out[bytes] = (BYTE)(v >> have);
			bytes++;
		}
	}
	return have == 6 ? -1 : (LONG)bytes; /* one letter is no byte */
}

static LONG from_digits(const struct in *s, BYTE *out)
{
	DWORD bytes = 0;
	int high = -1;

	for (DWORD at = 0; at < s->n; at++) {
		int c = ch(s, at), k = digit_of(c);

		if (is_blank(c)) {
			if (high >= 0)
				return -1;
			continue;
		}
		if (k < 0)
			return -1;
		if (high < 0) {
			high = k;
			continue;
		}
		if (out)
			out[bytes] = (BYTE)(high << 4 | k);
		bytes++;
		high = -1;
	}
	return high < 0 ? (LONG)bytes : -1;
}

static BOOL is_at(const struct in *s, DWORD at, const char *text)
{
	for (; *text; text++, at++)
		if (ch(s, at) != *text)
			return FALSE;
	return TRUE;
}

/* Behind the "-----" that ends the line's name; 0: it has no end. */
static DWORD header_end(const struct in *s, DWORD at)
{
	for (at += 10; at < s->n && ch(s, at) != '\n'; at++)
		if (is_at(s, at, "-----"))
			return at + 5;
	return 0;
}

static LONG from_header(const struct in *s, BYTE *out, DWORD *skip)
{
	DWORD at, begin, end;

	for (at = 0; at < s->n && !is_at(s, at, "-----BEGIN "); at++)
		;
	begin = at < s->n ? header_end(s, at) : 0;
	if (!begin)
		return -1;
	for (end = begin; end < s->n && !is_at(s, end, "-----END "); end++)
		;
	if (end == s->n || !header_end(s, end))
		return -1;
	*skip = at;
	return from_base64(s, begin, end, out);
}

static LONG decode(const struct in *s, DWORD format, BYTE *out, DWORD *skip)
{
	*skip = 0;
	switch (format) {
	case CRYPT_STRING_BASE64:
		return from_base64(s, 0, s->n, out);
	case CRYPT_STRING_BASE64HEADER:
	case CRYPT_STRING_BASE64REQUESTHEADER:
	case CRYPT_STRING_BASE64X509CRLHEADER:
		return from_header(s, out, skip);
	case CRYPT_STRING_HEX:
	case CRYPT_STRING_HEXRAW:
		return from_digits(s, out);
	default: /* CRYPT_STRING_BINARY */
		for (DWORD i = 0; out && i < s->n; i++)
			out[i] = s->wide ? (BYTE)((const WCHAR *)s->at)[i]
					 : ((const BYTE *)s->at)[i];
		return (LONG)s->n;
	}
}

static BOOL to_bytes(struct in *s, DWORD flags, BYTE *out, DWORD *size,
		     DWORD *skip, DWORD *used)
{
	static const BYTE base64_any[] = { CRYPT_STRING_BASE64HEADER,
					   CRYPT_STRING_BASE64 };
	static const BYTE any[] = { CRYPT_STRING_BASE64HEADER,
				    CRYPT_STRING_BASE64, CRYPT_STRING_BINARY };
	static const BYTE hex_any[] = { CRYPT_STRING_HEX };
	const BYTE one = (BYTE)flags, *formats = &one;
	DWORD count = 1, before, i;
	LONG n = -1;

	switch (flags & 0xff) {
	case CRYPT_STRING_BASE64_ANY:
		formats = base64_any;
		count = sizeof base64_any;
		break;
	case CRYPT_STRING_ANY:
		formats = any;
		count = sizeof any;
		break;
	case CRYPT_STRING_HEX_ANY:
		formats = hex_any;
		break;
	case CRYPT_STRING_HEXADDR:
	case CRYPT_STRING_HEXASCII:
	case CRYPT_STRING_HEXASCIIADDR:
		return fail(ERROR_NOT_SUPPORTED);
	}
	if (one > CRYPT_STRING_HEXRAW)
		return fail(ERROR_INVALID_PARAMETER);
	for (i = 0; i < count && n < 0; i++)
		n = decode(s, formats[i], NULL, &before);
	if (n < 0)
		return fail(ERROR_INVALID_DATA);
	if (out && *size < (DWORD)n) {
		*size = (DWORD)n;
		return fail(ERROR_MORE_DATA);
	}
	if (out)
		decode(s, formats[i - 1], out, &before);
	*size = (DWORD)n;
	if (skip)
		*skip = before;
	if (used)
		*used = formats[i - 1];
	return TRUE;
}

BOOL WINAPI CryptStringToBinaryA(LPCSTR s, DWORD n, DWORD flags, BYTE *out,
				 DWORD *size, DWORD *skip, DWORD *used)
{
	struct in in = { s, FALSE, n };

	if (!s || !size)
		return fail(ERROR_INVALID_PARAMETER);
	if (!n)
		in.n = (DWORD)strlen(s);
	return to_bytes(&in, flags, out, size, skip, used);
}

BOOL WINAPI CryptStringToBinaryW(LPCWSTR s, DWORD n, DWORD flags, BYTE *out,
				 DWORD *size, DWORD *skip, DWORD *used)
{
	struct in in = { s, TRUE, n };

	if (!s || !size)
		return fail(ERROR_INVALID_PARAMETER);
	if (!n)
		in.n = (DWORD)wcslen(s);
	return to_bytes(&in, flags, out, size, skip, used);
}
