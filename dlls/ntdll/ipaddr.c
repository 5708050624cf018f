/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ipaddr.c - IPv4 and IPv6 addresses as text, and back.
 *
 * Addresses have no characters beyond ASCII: the wide functions copy to bytes
 * and back and do the same work.
 */
#include "ntdll-private.h"

enum { V4_TEXT = 22, V6_TEXT = 65 /* with port and scope, and NUL */ };

/* ---- to text ---- */

static char *put_number(char *s, ULONG n, ULONG base)
{
	char digits[12];
	int len = 0;

	do {
		digits[len++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (len)
		*s++ = digits[--len];
	*s = 0;
	return s;
}

static char *put_v4(char *s, const UCHAR *a)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*s++ = '.';
		s = put_number(s, a[i], 10);
	}
	return s;
}

static ULONG word(const UCHAR *a, int i)
{
	return (ULONG)(a[2 * i] << 8 | a[2 * i + 1]);
}

/* Embedded IPv4: ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d, ISATAP. */
static BOOL ends_in_v4(const UCHAR *a)
{
	BOOL zeros = TRUE;

	for (int i = 0; i < 4; i++)
		zeros = zeros && !word(a, i);
	if (zeros && !word(a, 4) && (!word(a, 5) || word(a, 5) == 0xffff))
		return word(a, 6) != 0;
	if (zeros && word(a, 4) == 0xffff && !word(a, 5))
		return TRUE;
	return !(word(a, 4) & ~0x200u) && word(a, 5) == 0x5efe;
}

static char *put_v6(char *s, const UCHAR *a)
{
	BOOL v4 = ends_in_v4(a);
	int words = v4 ? 6 : 8, best = -1, best_len = 1;

	for (int i = 0, len; i < words; i += len ? len : 1) {
		for (len = 0; i + len < words && !word(a, i + len); len++)
			;
		if (len > best_len) {
			best = i;
			best_len = len;
		}
	}
	for (int i = 0; i < words; i++) {
		if (i == best) { /* what is before it ended with a colon */
			*s++ = ':';
			if (!i)
				*s++ = ':';
			i += best_len - 1;
			continue;
		}
		s = put_number(s, word(a, i), 16);
		if (i + 1 < words || v4)
			*s++ = ':';
	}
	if (v4)
		s = put_v4(s, a + 12);
	*s = 0;
	return s;
}

static USHORT swap16(USHORT n)
{
	return (USHORT)(n << 8 | n >> 8);
}

static ULONG v4_text(char *s, const void *a, USHORT port)
{
	char *end = put_v4(s, a);

	if (port) {
		*end++ = ':';
		end = put_number(end, swap16(port), 10);
	}
	return (ULONG)(end - s);
}

static ULONG v6_text(char *s, const void *a, ULONG scope, USHORT port)
{
	char *end = s;

	if (port)
		*end++ = '[';
	end = put_v6(end, a);
	if (scope) {
		*end++ = '%';
		end = put_number(end, scope, 10);
	}
	if (port) {
		*end++ = ']';
		*end++ = ':';
		end = put_number(end, swap16(port), 10);
	}
	return (ULONG)(end - s);
}

/* With its NUL, if *room has it; *room becomes what is needed. */
static NTSTATUS give(const char *text, ULONG n, void *to, BOOL wide,
		     ULONG *room)
{
	NTSTATUS status = *room > n ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;

	for (ULONG i = 0; status == STATUS_SUCCESS && i <= n; i++) {
		if (wide)
			((WCHAR *)to)[i] = (UCHAR)text[i];
		else
			((char *)to)[i] = text[i];
	}
	*room = n + 1;
	return status;
}

PSTR NTAPI RtlIpv4AddressToStringA(const void *a, PSTR s)
{
	return put_v4(s, a);
}

PWSTR NTAPI RtlIpv4AddressToStringW(const void *a, PWSTR s)
{
	char text[V4_TEXT];
	ULONG n = v4_text(text, a, 0), room = V4_TEXT;

	give(text, n, s, TRUE, &room);
	return s + n;
}

NTSTATUS NTAPI RtlIpv4AddressToStringExA(const void *a, USHORT port, PSTR s,
					 ULONG *n)
{
	char text[V4_TEXT];

	if (!a || !n || (!s && *n))
		return STATUS_INVALID_PARAMETER;
	return give(text, v4_text(text, a, port), s, FALSE, n);
}

NTSTATUS NTAPI RtlIpv4AddressToStringExW(const void *a, USHORT port, PWSTR s,
					 ULONG *n)
{
	char text[V4_TEXT];

	if (!a || !n || (!s && *n))
		return STATUS_INVALID_PARAMETER;
	return give(text, v4_text(text, a, port), s, TRUE, n);
}

PSTR NTAPI RtlIpv6AddressToStringA(const void *a, PSTR s)
{
	return put_v6(s, a);
}

PWSTR NTAPI RtlIpv6AddressToStringW(const void *a, PWSTR s)
{
	char text[V6_TEXT];
	ULONG n = v6_text(text, a, 0, 0), room = V6_TEXT;

	give(text, n, s, TRUE, &room);
	return s + n;
}

NTSTATUS NTAPI RtlIpv6AddressToStringExA(const void *a, ULONG scope,
					 USHORT port, PSTR s, ULONG *n)
{
	char text[V6_TEXT];

	if (!a || !n || (!s && *n))
		return STATUS_INVALID_PARAMETER;
	return give(text, v6_text(text, a, scope, port), s, FALSE, n);
}

NTSTATUS NTAPI RtlIpv6AddressToStringExW(const void *a, ULONG scope,
					 USHORT port, PWSTR s, ULONG *n)
{
	char text[V6_TEXT];

	if (!a || !n || (!s && *n))
		return STATUS_INVALID_PARAMETER;
	return give(text, v6_text(text, a, scope, port), s, TRUE, n);
}

/* ---- from text ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* FALSE: no digit, or more than max. */
static BOOL get_number(const char **s, int base, ULONGLONG max, ULONG *n)
{
	const char *start = *s;
	ULONGLONG v = 0;

	for (; digit(**s) < base; ++*s) {
		v = v * (ULONG)base + (ULONG)digit(**s);
		if (v > max)
			return FALSE;
	}
	*n = (ULONG)v;
	return *s > start;
}

/* 0x and 0 in front mean bases, as in C; strict: decimal only. */
static BOOL get_part(const char **s, BOOL strict, ULONGLONG max, ULONG *n)
{
	int base = 10;

	if (**s == '0' && (*s)[1] && !strict) {
		if (((*s)[1] | 32) == 'x') {
			base = 16;
			*s += 2;
		} else {
			base = 8;
		}
	} else if (**s == '0' && digit((*s)[1]) < 10) {
		return FALSE; /* strict: no zeros in front */
	}
	return get_number(s, base, max, n);
}

static BOOL get_v4(const char **s, BOOL strict, UCHAR *a)
{
	ULONG part[4], n = 0, v;

	do {
		if (n == 4 || !get_part(s, strict, 0xffffffff, &part[n]))
			return FALSE;
		n++;
	} while (**s == '.' && (n < 4 ? ++*s : FALSE));
	if (strict && n != 4)
		return FALSE;
	/* The last part fills what the others leave. */
	v = part[n - 1];
	if (n > 1 && v >> (8 * (5 - n)))
		return FALSE;
	for (ULONG i = 0; i + 1 < n; i++) {
		if (part[i] > 255)
			return FALSE;
		v |= part[i] << (24 - 8 * i);
	}
	for (int i = 0; i < 4; i++)
		a[i] = (UCHAR)(v >> (24 - 8 * i));
	return TRUE;
}

static BOOL get_v6(const char **s, UCHAR *a)
{
	USHORT words[8];
	int n = 0, gap = -1;
	const char *at = *s;

	if (at[0] == ':' && at[1] != ':')
		return FALSE;
	while (n < 8) {
		const char *start = at;
		ULONG v;

		if (at[0] == ':' && at[1] == ':') {
			if (gap >= 0)
				break;
			gap = n;
			at += 2;
			if (digit(*at) > 15)
				break;
			continue;
		}
		if (n && gap != n) {
			if (*at != ':')
				break;
			start = ++at;
		}
		if (!get_number(&at, 16, 0xffff, &v) || at - start > 4) {
			if (n == 0)
				return FALSE;
			at = start - (gap == n ? 0 : 1);
			break;
		}
		if (*at == '.' && n <= 6) {
			UCHAR v4[4];

			at = start;
			if (!get_v4(&at, TRUE, v4))
				return FALSE;
			words[n++] = (USHORT)(v4[0] << 8 | v4[1]);
			words[n++] = (USHORT)(v4[2] << 8 | v4[3]);
			break;
		}
		words[n++] = (USHORT)v;
	}
	if (gap < 0 ? n != 8 : n == 8)
		return FALSE;
	memset(a, 0, 16);
	for (int i = 0; i < n; i++) {
		int to = gap >= 0 && i >= gap ? i + 8 - n : i;

		a[2 * to] = (UCHAR)(words[i] >> 8);
		a[2 * to + 1] = (UCHAR)words[i];
	}
	*s = at;
	return TRUE;
}

static BOOL get_port(const char **s, USHORT *port)
{
	ULONG n;

	if (!get_part(s, FALSE, 0xffff, &n) || !n)
		return FALSE;
	*port = swap16((USHORT)n);
	return TRUE;
}

static NTSTATUS v4_ex(const char *s, BOOL strict, void *a, USHORT *port)
{
	UCHAR v4[4];
	USHORT p = 0;

	if (!get_v4(&s, strict, v4) ||
	    (*s == ':' && (s++, !get_port(&s, &p))) || *s)
		return STATUS_INVALID_PARAMETER;
	memcpy(a, v4, 4);
	*port = p;
	return STATUS_SUCCESS;
}

static NTSTATUS v6_ex(const char *s, void *a, ULONG *scope, USHORT *port)
{
	BOOL bracket = *s == '[';
	UCHAR v6[16];
	USHORT p = 0;
	ULONG sc = 0;

	s += bracket;
	if (!get_v6(&s, v6) ||
	    (*s == '%' && (s++, !get_number(&s, 10, 0xffffffff, &sc))) ||
	    (bracket && *s++ != ']') ||
	    (bracket && *s == ':' && (s++, !get_port(&s, &p))) || *s)
		return STATUS_INVALID_PARAMETER;
	memcpy(a, v6, 16);
	*scope = sc;
	*port = p;
	return STATUS_SUCCESS;
}

/* As bytes; what is not ASCII, or too long for an address, ends the text. */
static const char *narrow(char to[V6_TEXT + 16], PCWSTR s)
{
	int i;

	for (i = 0; i < V6_TEXT + 15 && s[i] && s[i] < 0x80; i++)
		to[i] = (char)s[i];
	to[i] = 0;
	if (s[i])
		to[i++] = '?', to[i < V6_TEXT + 16 ? i : i - 1] = 0;
	return to;
}

NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR s, BOOLEAN strict, PCSTR *end,
				       void *a)
{
	UCHAR v4[4];
	BOOL done = get_v4(&s, strict, v4);

	*end = s;
	if (!done)
		return STATUS_INVALID_PARAMETER;
	memcpy(a, v4, 4);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIpv4StringToAddressW(PCWSTR s, BOOLEAN strict, PCWSTR *end,
				       void *a)
{
	char text[V6_TEXT + 16];
	const char *stop;
	NTSTATUS status;

	status = RtlIpv4StringToAddressA(narrow(text, s), strict, &stop, a);
	*end = s + (stop - text);
	return status;
}

NTSTATUS NTAPI RtlIpv4StringToAddressExA(PCSTR s, BOOLEAN strict, void *a,
					 USHORT *port)
{
	if (!s || !a || !port)
		return STATUS_INVALID_PARAMETER;
	return v4_ex(s, strict, a, port);
}

NTSTATUS NTAPI RtlIpv4StringToAddressExW(PCWSTR s, BOOLEAN strict, void *a,
					 USHORT *port)
{
	char text[V6_TEXT + 16];

	if (!s || !a || !port)
		return STATUS_INVALID_PARAMETER;
	return v4_ex(narrow(text, s), strict, a, port);
}

NTSTATUS NTAPI RtlIpv6StringToAddressA(PCSTR s, PCSTR *end, void *a)
{
	UCHAR v6[16];
	BOOL done = get_v6(&s, v6);

	*end = s;
	if (!done)
		return STATUS_INVALID_PARAMETER;
	memcpy(a, v6, 16);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIpv6StringToAddressW(PCWSTR s, PCWSTR *end, void *a)
{
	char text[V6_TEXT + 16];
	const char *stop;
	NTSTATUS status;

	status = RtlIpv6StringToAddressA(narrow(text, s), &stop, a);
	*end = s + (stop - text);
	return status;
}

NTSTATUS NTAPI RtlIpv6StringToAddressExA(PCSTR s, void *a, ULONG *scope,
					 USHORT *port)
{
	if (!s || !a || !scope || !port)
		return STATUS_INVALID_PARAMETER;
	return v6_ex(s, a, scope, port);
}

NTSTATUS NTAPI RtlIpv6StringToAddressExW(PCWSTR s, void *a, ULONG *scope,
					 USHORT *port)
{
	char text[V6_TEXT + 16];

	if (!s || !a || !scope || !port)
		return STATUS_INVALID_PARAMETER;
	return v6_ex(narrow(text, s), a, scope, port);
}
