/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idn.c - internationalised domain names: mapping, and Punycode (RFC 3492).
 *
 * A name is a list of labels.  Each is case folded and put in form KC (what
 * nameprep does, in the Unicode version of our tables), and, if it is not ASCII
 * then, written as "xn--" and Punycode.
 */
/* These are ntdll's: what headers would import is defined here. */
#ifndef _NTSYSTEM_
#define _NTSYSTEM_
#endif
#include "dlls/unicode/unicode.h"

#define MAX_LABEL 63
#define MAX_NAME  255

#ifndef IDN_ALLOW_UNASSIGNED
#define IDN_ALLOW_UNASSIGNED     1
#define IDN_USE_STD3_ASCII_RULES 2
#endif

enum {
	BASE = 36,
	T_MIN = 1,
	T_MAX = 26,
	SKEW = 38,
	DAMP = 700,
	BIAS = 72,
	FIRST = 0x80
};

static ULONG adapt(ULONG delta, ULONG points, BOOL first)
{
	ULONG k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	while (delta > (BASE - T_MIN) * T_MAX / 2) {
		delta /= BASE - T_MIN;
		k += BASE;
	}
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static ULONG threshold(ULONG k, ULONG bias)
{
	if (k <= bias)
		return T_MIN;
	return k - bias > T_MAX ? T_MAX : k - bias;
}

static WCHAR digit(ULONG d)
{
	return d < 26 ? 'a' + d : '0' + d - 26;
}

static int digit_value(WCHAR c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '0' && c <= '9' ? c - '0' + 26 : -1;
}

/* Code points of a label to at most MAX_LABEL units; 0: too long. */
static ULONG punycode(const ULONG *c, ULONG n, WCHAR *to)
{
	ULONG next = FIRST, delta = 0, bias = BIAS, out = 0, basic, done, i;

	for (i = 0; i < n; i++)
		if (c[i] < 0x80)
			to[out++] = c[i];
	basic = done = out;
	if (basic)
		to[out++] = '-';
	while (done < n) {
		ULONG least = 0xffffffff;

		for (i = 0; i < n; i++)
			if (c[i] >= next && c[i] < least)
				least = c[i];
		delta += (least - next) * (done + 1);
		next = least;
		for (i = 0; i < n; i++) {
			ULONG q, k;

			if (c[i] < next)
				delta++;
			if (c[i] != next)
				continue;
			for (q = delta, k = BASE;; k += BASE) {
				ULONG t = threshold(k, bias);

				if (out >= MAX_LABEL)
					return 0;
				if (q < t)
					break;
				to[out++] = digit(t + (q - t) % (BASE - t));
				q = (q - t) / (BASE - t);
			}
			to[out++] = digit(q);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		next++;
	}
	return out;
}

/* The other way; 0: not Punycode. */
static ULONG unpunycode(const WCHAR *s, ULONG n, ULONG *to, ULONG room)
{
	ULONG next = FIRST, at = 0, bias = BIAS, out = 0, i = 0, j;

	for (j = n; j > 0 && s[j - 1] != '-'; j--)
		;
	if (j > 0) {
		for (i = 0; i < j - 1; i++) {
			if (s[i] >= 0x80 || out >= room)
				return 0;
			to[out++] = s[i];
		}
		i = j;
	}
	while (i < n) {
		ULONG old = at, weight = 1, k;

		for (k = BASE;; k += BASE) {
			int d = i < n ? digit_value(s[i++]) : -1;
			ULONG t = threshold(k, bias);

			if (d < 0 || (ULONG)d > (0xffffffff - at) / weight)
				return 0;
			at += d * weight;
			if ((ULONG)d < t)
				break;
			if (weight > 0xffffffff / (BASE - t))
				return 0;
			weight *= BASE - t;
		}
		bias = adapt(at - old, out + 1, !old);
		next += at / (out + 1);
		at %= out + 1;
		if (next > 0x10ffff || out >= room)
			return 0;
		for (j = out; j > at; j--)
			to[j] = to[j - 1];
		to[at++] = next;
		out++;
	}
	return out;
}

/* ---- mapping ---- */

/* What nameprep maps to nothing. */
static BOOL vanishes(ULONG c)
{
	return c == 0xad || c == 0x34f || c == 0x1806 ||
	       (c >= 0x180b && c <= 0x180d) || (c >= 0x200b && c <= 0x200d) ||
	       c == 0x2060 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

/* What it forbids: controls, private use, non-characters, odd spaces. */
static BOOL forbidden(ULONG c)
{
	return (c >= 0x80 && c < 0xa0) || c == 0x1680 || c == 0x180e ||
	       (c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
	       c == 0x205f || (c >= 0x2061 && c <= 0x206f) || c == 0x3000 ||
	       (c >= 0x2ff0 && c <= 0x2ffb) || (c >= 0xd800 && c <= 0xf8ff) ||
	       (c >= 0xfdd0 && c <= 0xfdef) || (c >= 0xfff9 && c <= 0xfffd) ||
	       (c & 0xfffe) == 0xfffe || c >= 0xe0000;
}

static BOOL is_dot(WCHAR c)
{
	return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

static ULONG to_points(const WCHAR *s, ULONG n, ULONG *to, ULONG room)
{
	ULONG i, out = 0;

	for (i = 0; i < n && out < room; i++) {
		ULONG c = s[i];

		if ((c & 0xfc00) == 0xd800 && i + 1 < n &&
		    (s[i + 1] & 0xfc00) == 0xdc00)
			c = 0x10000 + ((c - 0xd800) << 10) + (s[++i] - 0xdc00);
		to[out++] = c;
	}
	return out;
}

static ULONG put_point(ULONG c, WCHAR *to)
{
	if (c < 0x10000) {
		to[0] = c;
		return 1;
	}
	to[0] = 0xd7c0 + (c >> 10);
	to[1] = 0xdc00 | (c & 0x3ff);
	return 2;
}

/* Folded, then KC.  Results stay within room or the label is too long. */
static NTSTATUS prepare(ULONG flags, const WCHAR *s, ULONG n, WCHAR *to,
			LONG *len)
{
	ULONG points[MAX_NAME], count, i, out = 0;
	WCHAR folded[3 * MAX_NAME];
	NTSTATUS status;

	count = to_points(s, n, points, MAX_NAME);
	for (i = 0; i < count; i++) {
		if (vanishes(points[i]))
			continue;
		if (RfUnassigned(points[i]) && !(flags & IDN_ALLOW_UNASSIGNED))
			return STATUS_INVALID_IDN_NORMALIZATION;
		out += RfCaseFold(points[i], folded + out);
	}
	if (!out)
		return STATUS_INVALID_IDN_NORMALIZATION;
	status = RtlNormalizeString(5, folded, out, to, len);
	if (!NT_SUCCESS(status))
		return STATUS_INVALID_IDN_NORMALIZATION;
	count = to_points(to, *len, points, MAX_NAME);
	for (i = 0; i < count; i++)
		if (forbidden(points[i]))
			return STATUS_INVALID_IDN_NORMALIZATION;
	return STATUS_SUCCESS;
}

/* Letters, digits and inner hyphens only. */
static BOOL std3(const WCHAR *s, ULONG n)
{
	ULONG i;

	if (!n || s[0] == '-' || s[n - 1] == '-')
		return FALSE;
	for (i = 0; i < n; i++) {
		WCHAR c = s[i];

		if (c < 0x80 && digit_value(c) < 0 && c != '-')
			return FALSE;
	}
	return TRUE;
}

/* ---- whole names ---- */

enum { ASCII, UNICODE_FORM, NAMEPREP };

static NTSTATUS label(int what, ULONG flags, const WCHAR *s, ULONG n, WCHAR *to,
		      ULONG *len)
{
	WCHAR ready[MAX_NAME];
	ULONG points[MAX_NAME], i, count;
	LONG ready_len = MAX_NAME;
	BOOL ascii = TRUE;
	NTSTATUS status;

	for (i = 0; i < n && ascii; i++)
		ascii = s[i] < 0x80 && s[i] != 0;
	if (what == UNICODE_FORM && ascii && n > 4 && (s[0] | 32) == 'x' &&
	    (s[1] | 32) == 'n' && s[2] == '-' && s[3] == '-') {
		count = unpunycode(s + 4, n - 4, points, MAX_LABEL);
		if (!count)
			return STATUS_INVALID_IDN_NORMALIZATION;
		*len = 0;
		for (i = 0; i < count; i++)
			*len += put_point(points[i], to + *len);
		return STATUS_SUCCESS;
	}
	if (ascii) {
		/* Case stays as it is, but in the prepared form. */
		for (i = 0; i < n; i++)
			to[i] = what == NAMEPREP ? RfDowncase(s[i]) : s[i];
		*len = n;
		if ((flags & IDN_USE_STD3_ASCII_RULES) && !std3(s, n))
			return STATUS_INVALID_IDN_NORMALIZATION;
		return n <= MAX_LABEL ? STATUS_SUCCESS
				      : STATUS_INVALID_IDN_NORMALIZATION;
	}
	status = prepare(flags, s, n, ready, &ready_len);
	if (!NT_SUCCESS(status))
		return status;
	if ((flags & IDN_USE_STD3_ASCII_RULES) && !std3(ready, ready_len))
		return STATUS_INVALID_IDN_NORMALIZATION;
	if (what != ASCII) {
		memcpy(to, ready, ready_len * sizeof *to);
		*len = ready_len;
		return STATUS_SUCCESS;
	}
	count = to_points(ready, ready_len, points, MAX_NAME);
	for (i = 0, ascii = TRUE; i < count; i++)
		ascii = ascii && points[i] < 0x80;
	if (ascii) {
		memcpy(to, ready, ready_len * sizeof *to);
		*len = ready_len;
	} else {
		WCHAR coded[MAX_LABEL + 1];

		n = count < MAX_LABEL ? punycode(points, count, coded) : 0;
		if (!n || n + 4 > MAX_LABEL)
			return STATUS_INVALID_IDN_NORMALIZATION;
		memcpy(to, L"xn--", 4 * sizeof *to);
		memcpy(to + 4, coded, n * sizeof *to);
		*len = n + 4;
	}
	return *len <= MAX_LABEL ? STATUS_SUCCESS
				 : STATUS_INVALID_IDN_NORMALIZATION;
}

static NTSTATUS convert(int what, ULONG flags, PCWSTR from, LONG from_len,
			PWSTR to, PLONG to_len)
{
	WCHAR out[2 * MAX_NAME + 2];
	ULONG at = 0, len = 0, n, got;
	BOOL terminated;
	NTSTATUS status;

	if (!from || from_len < -1 || !from_len || *to_len < 0 ||
	    (flags & ~7ul) || (!to && *to_len > 0))
		return STATUS_INVALID_PARAMETER;
	if (from_len == -1)
		for (from_len = 0; from[from_len++];)
			;
	terminated = !from[from_len - 1];
	n = from_len - terminated;
	while (at < n) {
		ULONG end = at;

		while (end < n && !is_dot(from[end]))
			end++;
		if (end == at || end - at > MAX_NAME)
			return STATUS_INVALID_IDN_NORMALIZATION;
		status = label(what, flags, from + at, end - at, out + len,
			       &got);
		if (!NT_SUCCESS(status))
			return status;
		len += got;
		if (end < n)
			out[len++] = '.';
		if (len > MAX_NAME)
			return STATUS_INVALID_IDN_NORMALIZATION;
		at = end + 1;
	}
	if (terminated)
		out[len++] = 0;
	if (*to_len == 0) {
		*to_len = len;
		return STATUS_SUCCESS;
	}
	if ((ULONG)*to_len < len)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(to, out, len * sizeof *out);
	*to_len = len;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIdnToAscii(ULONG flags, PCWSTR from, LONG from_len, PWSTR to,
			     PLONG to_len)
{
	return convert(ASCII, flags, from, from_len, to, to_len);
}

NTSTATUS NTAPI RtlIdnToUnicode(ULONG flags, PCWSTR from, LONG from_len,
			       PWSTR to, PLONG to_len)
{
	return convert(UNICODE_FORM, flags, from, from_len, to, to_len);
}

NTSTATUS NTAPI RtlIdnToNameprepUnicode(ULONG flags, PCWSTR from, LONG from_len,
				       PWSTR to, PLONG to_len)
{
	return convert(NAMEPREP, flags, from, from_len, to, to_len);
}
