/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unicode.c - case of characters, UTF-8, and guessing whether a text is UTF-16.
 */
#include "ntdll-private.h"

#include "dlls/unicode/unicode.h"

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c)
{
	if (c < 0x80)
		return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
	return RfUpcase(c);
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
	return RfDowncase(c);
}

/* ---- UTF-8 ---- */

enum { REPLACEMENT = 0xfffd, BAD = 0xffffffff };

/*
 * One character of s[0..n); *used bytes of it are gone.  BAD: not UTF-8; what
 * was used is the longest start of a character, which is what one U+FFFD
 * stands for (Unicode 3.9, and Windows since Vista).
 */
static ULONG decode(const UCHAR *s, ULONG n, ULONG *used)
{
	UCHAR c = s[0];
	ULONG len, low = 0x80, high = 0xbf, v;

	*used = 1;
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return BAD;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	v = c & (0x7f >> len);
	for (ULONG i = 1; i < len; i++) {
		if (i >= n || s[i] < low || s[i] > high)
			return BAD;
		v = v << 6 | (s[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
		*used = i + 1;
	}
	return v;
}

NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR to, ULONG to_size, ULONG *size,
				 PCSTR from, ULONG from_size)
{
	const UCHAR *s = (const UCHAR *)from;
	NTSTATUS status = STATUS_SUCCESS;
	ULONG room = to_size / sizeof(WCHAR), n = 0;

	if (!from)
		return STATUS_INVALID_PARAMETER_4;
	if (!to && !size)
		return STATUS_INVALID_PARAMETER;
	while (from_size) {
		ULONG used, v = decode(s, from_size, &used);
		ULONG units = v >= 0x10000 && v != BAD ? 2 : 1;

		if (v == BAD) {
			v = REPLACEMENT;
			status = STATUS_SOME_NOT_MAPPED;
		}
		if (to && n + units > room) {
			status = STATUS_BUFFER_TOO_SMALL;
			break;
		}
		if (to && units == 1) {
			to[n] = (WCHAR)v;
		} else if (to) {
			to[n] = (WCHAR)(0xd7c0 + (v >> 10));
			to[n + 1] = (WCHAR)(0xdc00 | (v & 0x3ff));
		}
		n += units;
		s += used;
		from_size -= used;
	}
	if (size)
		*size = n * sizeof(WCHAR);
	return status;
}

static ULONG encode(UCHAR *to, ULONG v)
{
	if (v < 0x80) {
		to[0] = (UCHAR)v;
		return 1;
	}
	if (v < 0x800) {
		to[0] = (UCHAR)(0xc0 | v >> 6);
		to[1] = (UCHAR)(0x80 | (v & 0x3f));
		return 2;
	}
	if (v < 0x10000) {
		to[0] = (UCHAR)(0xe0 | v >> 12);
		to[1] = (UCHAR)(0x80 | (v >> 6 & 0x3f));
		to[2] = (UCHAR)(0x80 | (v & 0x3f));
		return 3;
	}
	to[0] = (UCHAR)(0xf0 | v >> 18);
	to[1] = (UCHAR)(0x80 | (v >> 12 & 0x3f));
	to[2] = (UCHAR)(0x80 | (v >> 6 & 0x3f));
	to[3] = (UCHAR)(0x80 | (v & 0x3f));
	return 4;
}

NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR to, ULONG to_size, ULONG *size,
				 PCWSTR from, ULONG from_size)
{
	NTSTATUS status = STATUS_SUCCESS;
	ULONG n = 0, count = from_size / sizeof(WCHAR);

	if (!from)
		return STATUS_INVALID_PARAMETER_4;
	if (!to && !size)
		return STATUS_INVALID_PARAMETER;
	if (from_size % sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER_5;
	for (ULONG i = 0; i < count; i++) {
		ULONG v = from[i], len;
		UCHAR bytes[4];

		if (IS_HIGH_SURROGATE(v) && i + 1 < count &&
		    IS_LOW_SURROGATE(from[i + 1])) {
			v = 0x10000 + ((v - 0xd800) << 10) +
			    (from[++i] - 0xdc00);
		} else if (v >= 0xd800 && v < 0xe000) {
			v = REPLACEMENT;
			status = STATUS_SOME_NOT_MAPPED;
		}
		len = encode(bytes, v);
		if (to && n + len > to_size) {
			status = STATUS_BUFFER_TOO_SMALL;
			break;
		}
		if (to)
			memcpy(to + n, bytes, len);
		n += len;
	}
	if (size)
		*size = n;
	return status;
}

/* ---- what kind of text is this? ---- */

/* Tests of one pass over at most 256 characters, as documented. */
static INT text_tests(const WCHAR *s, ULONG n, INT bytes)
{
	ULONG even = 0, odd = 0, zeros = 0, controls = 0, reversed = 0, bad = 0;
	INT found = 0;

	if (s[0] == 0xfeff)
		found |= IS_TEXT_UNICODE_SIGNATURE;
	if (s[0] == 0xfffe)
		found |= IS_TEXT_UNICODE_REVERSE_SIGNATURE;
	for (ULONG i = 0; i < n; i++) {
		UCHAR lo = (UCHAR)s[i], hi = (UCHAR)(s[i] >> 8);

		zeros += !lo + !hi;
		even += i ? lo > (UCHAR)s[i - 1] ? (ULONG)(lo - (UCHAR)s[i - 1])
						 : (ULONG)((UCHAR)s[i - 1] - lo)
			  : 0;
		odd += i ? hi > (s[i - 1] >> 8) ? (ULONG)(hi - (s[i - 1] >> 8))
						: (ULONG)((s[i - 1] >> 8) - hi)
			 : 0;
		controls += s[i] == '\r' || s[i] == '\n' || s[i] == '\t' ||
			    s[i] == ' ' || s[i] == 0x3000;
		reversed += s[i] == 0x0d00 || s[i] == 0x0a00 ||
			    s[i] == 0x0900 || s[i] == 0x2000;
		bad += s[i] == 0xffff || s[i] == 0xfffe || !s[i] ||
		       s[i] == 0x0a0d;
	}
	if (n > 1 && odd * 3 < even)
		found |= IS_TEXT_UNICODE_STATISTICS;
	if (n > 1 && even * 3 < odd)
		found |= IS_TEXT_UNICODE_REVERSE_STATISTICS;
	if (zeros)
		found |= IS_TEXT_UNICODE_NULL_BYTES;
	if (controls)
		found |= IS_TEXT_UNICODE_CONTROLS;
	if (reversed)
		found |= IS_TEXT_UNICODE_REVERSE_CONTROLS;
	if (bad)
		found |= IS_TEXT_UNICODE_ILLEGAL_CHARS;
	if (bytes & 1)
		found |= IS_TEXT_UNICODE_ODD_LENGTH;
	if (n * 2 == (ULONG)bytes && zeros == n && !bad)
		found |= IS_TEXT_UNICODE_ASCII16;
	return found;
}

BOOLEAN NTAPI RtlIsTextUnicode(const void *p, INT bytes, INT *flags)
{
	ULONG n = (ULONG)bytes / sizeof(WCHAR);
	INT wanted = flags ? *flags : ~0, found;

	if (bytes < (INT)sizeof(WCHAR)) {
		if (flags)
			*flags = 0;
		return FALSE;
	}
	found = text_tests(p, n > 256 ? 256 : n, bytes) & wanted;
	if (flags)
		*flags = found;
	if (found & IS_TEXT_UNICODE_NOT_UNICODE_MASK)
		return FALSE;
	if (found & IS_TEXT_UNICODE_REVERSE_MASK &&
	    !(found & IS_TEXT_UNICODE_SIGNATURE))
		return FALSE;
	return !!(found &
		  (IS_TEXT_UNICODE_UNICODE_MASK | IS_TEXT_UNICODE_NULL_BYTES));
}
