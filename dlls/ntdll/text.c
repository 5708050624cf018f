/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c - numbers, GUIDs and SIDs as text, and back.
 */
#include "ntdll-private.h"

static BOOL valid_base(ULONG base)
{
	return base == 0 || base == 2 || base == 8 || base == 10 || base == 16;
}

/* Digits at the end of buf[65]; returns how many. */
static ULONG digits(char *buf, ULONGLONG n, ULONG base)
{
	ULONG len = 0;

	if (!base)
		base = 10;
	do {
		buf[64 - ++len] = "0123456789ABCDEF"[n % base];
		n /= base;
	} while (n);
	return len;
}

NTSTATUS NTAPI RtlIntegerToChar(ULONG n, ULONG base, LONG size, PSZ to)
{
	BOOL exact = size < 0; /* then: right-justified, padded with zeros */
	ULONG room = exact ? 0 - (ULONG)size : (ULONG)size;
	char buf[65];
	ULONG len;

	if (!valid_base(base))
		return STATUS_INVALID_PARAMETER;
	len = digits(buf, n, base);
	if (len > room)
		return STATUS_BUFFER_OVERFLOW;
	if (exact) {
		memset(to, '0', room - len);
		memcpy(to + room - len, buf + 64 - len, len);
	} else {
		memcpy(to, buf + 64 - len, len);
		if (len < room)
			to[len] = 0;
	}
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG n, ULONG base,
				       PUNICODE_STRING s)
{
	char buf[65];
	ULONG len;

	if (!valid_base(base))
		return STATUS_INVALID_PARAMETER;
	len = digits(buf, n, base);
	if (len * sizeof(WCHAR) > s->MaximumLength)
		return STATUS_BUFFER_OVERFLOW;
	for (ULONG i = 0; i < len; i++)
		s->Buffer[i] = (UCHAR)buf[64 - len + i];
	s->Length = (USHORT)(len * sizeof(WCHAR));
	if (s->Length + sizeof(WCHAR) <= s->MaximumLength)
		s->Buffer[len] = 0;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG n, ULONG base, PUNICODE_STRING s)
{
	return RtlInt64ToUnicodeString(n, base, s);
}

static ULONG digit(WCHAR c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* at(i) gives character i, 0 at the end. */
static NTSTATUS parse(WCHAR (*at)(const void *s, ULONG i), const void *s,
		      ULONG base, ULONG *n)
{
	BOOL negative;
	ULONG i = 0, v = 0;

	while (at(s, i) && at(s, i) <= ' ')
		i++;
	negative = at(s, i) == '-';
	if (negative || at(s, i) == '+')
		i++;
	if (!base) {
		base = 10;
		if (at(s, i) == '0' && at(s, i + 1)) {
			WCHAR c = at(s, i + 1);

			base = c == 'b' ? 2 : c == 'o' ? 8 : c == 'x' ? 16 : 10;
			if (base != 10)
				i += 2;
		}
	} else if (!valid_base(base)) {
		return STATUS_INVALID_PARAMETER;
	}
	for (; digit(at(s, i)) < base; i++)
		v = v * base + digit(at(s, i));
	*n = negative ? 0 - v : v;
	return STATUS_SUCCESS;
}

static WCHAR narrow_at(const void *s, ULONG i)
{
	return ((const UCHAR *)s)[i];
}

static WCHAR counted_at(const void *s, ULONG i)
{
	PCUNICODE_STRING u = s;

	return i < u->Length / sizeof(WCHAR) ? u->Buffer[i] : 0;
}

NTSTATUS NTAPI RtlCharToInteger(PCSTR s, ULONG base, ULONG *n)
{
	return parse(narrow_at, s, base, n);
}

NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING s, ULONG base,
					 ULONG *n)
{
	return parse(counted_at, s, base, n);
}

/* ---- {00000000-0000-0000-0000-000000000000} ---- */

enum { GUID_CHARS = 38 };

NTSTATUS NTAPI RtlStringFromGUID(const GUID *g, PUNICODE_STRING s)
{
	static const UCHAR dash[] = { 9, 14, 19, 24 };
	static const char hex[] = "0123456789ABCDEF";
	UCHAR b[16];
	ULONG at = 0;

	s->Length = GUID_CHARS * sizeof(WCHAR);
	s->MaximumLength = s->Length + sizeof(WCHAR);
	s->Buffer = RtlAllocateHeap(rf_heap(), 0, s->MaximumLength);
	if (!s->Buffer)
		return STATUS_NO_MEMORY;
	for (int i = 0; i < 4; i++)
		b[i] = (UCHAR)(g->Data1 >> (24 - 8 * i));
	b[4] = (UCHAR)(g->Data2 >> 8);
	b[5] = (UCHAR)g->Data2;
	b[6] = (UCHAR)(g->Data3 >> 8);
	b[7] = (UCHAR)g->Data3;
	memcpy(b + 8, g->Data4, 8);
	s->Buffer[at++] = '{';
	for (int i = 0; i < 16; i++) {
		for (ULONG k = 0; k < sizeof dash; k++)
			if (at == dash[k])
				s->Buffer[at++] = '-';
		s->Buffer[at++] = (UCHAR)hex[b[i] >> 4];
		s->Buffer[at++] = (UCHAR)hex[b[i] & 15];
	}
	s->Buffer[at++] = '}';
	s->Buffer[at] = 0;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING s, GUID *g)
{
	static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
	UCHAR b[16];
	ULONG nibbles = 0;

	if (s->Length < GUID_CHARS * sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER;
	for (ULONG i = 0; i < GUID_CHARS; i++) {
		ULONG v = digit(s->Buffer[i]);

		if (form[i] != 'x') {
			if (s->Buffer[i] != (UCHAR)form[i])
				return STATUS_INVALID_PARAMETER;
			continue;
		}
		if (v > 15)
			return STATUS_INVALID_PARAMETER;
		if (nibbles % 2)
			b[nibbles / 2] = (UCHAR)(b[nibbles / 2] << 4 | v);
		else
			b[nibbles / 2] = (UCHAR)v;
		nibbles++;
	}
	g->Data1 = (ULONG)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
	g->Data2 = (USHORT)(b[4] << 8 | b[5]);
	g->Data3 = (USHORT)(b[6] << 8 | b[7]);
	memcpy(g->Data4, b + 8, 8);
	return STATUS_SUCCESS;
}
