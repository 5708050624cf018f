/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nls.c - code pages: the converters behind MultiByteToWideChar and its
 * inverse, over the tables of dlls/unicode, and UTF-8 as a code page.
 *
 * The process's ANSI and OEM code pages are two variables that the start code
 * sets before anybody converts anything.
 */
#include "ntdll-private.h"
#include "dlls/unicode/unicode.h"

USHORT NlsAnsiCodePage = 1252; /* Windows' ntdll exports it by this name */
USHORT RfOemCodePage = 437;

enum { UTF8 = CP_UTF8, REPLACEMENT = 0xfffd };

/* What struct rf_cp is, to this file. */
struct rf_cp {
	const struct rf_codepage *table; /* NULL: UTF-8 */
};

static const struct rf_cp utf8;

/* Table code pages are their own handles; utf8 is told by its address. */
static const struct rf_codepage *table_of(const struct rf_cp *cp)
{
	return cp == &utf8 ? NULL : (const struct rf_codepage *)cp;
}

const struct rf_cp *NTAPI rf_cp_open(UINT codepage)
{
	switch (codepage) {
	case CP_ACP:
	case CP_THREAD_ACP:
		codepage = NlsAnsiCodePage;
		break;
	case CP_OEMCP:
		codepage = RfOemCodePage;
		break;
	case CP_MACCP:
		codepage = 10000;
		break;
	}
	if (codepage == UTF8)
		return &utf8;
	return (const struct rf_cp *)RfCodePage(codepage);
}

UINT NTAPI rf_cp_number(const struct rf_cp *cp)
{
	return table_of(cp) ? table_of(cp)->id : UTF8;
}

UINT NTAPI rf_cp_max_char_size(const struct rf_cp *cp)
{
	return table_of(cp) ? table_of(cp)->max_char : 4;
}

BOOL NTAPI rf_cp_is_lead_byte(const struct rf_cp *cp, UCHAR c)
{
	return table_of(cp) && rf_cp_is_lead(table_of(cp), c);
}

void NTAPI rf_cp_lead_ranges(const struct rf_cp *cp, UCHAR *ranges)
{
	memset(ranges, 0, 12);
	if (table_of(cp))
		memcpy(ranges, table_of(cp)->lead_ranges, 12);
}

const WCHAR *NTAPI rf_cp_name(const struct rf_cp *cp)
{
	return table_of(cp) ? table_of(cp)->name : L"65001 (UTF-8)";
}

void NTAPI rf_cp_default_char(const struct rf_cp *cp, UCHAR *mb, WCHAR *wc)
{
	mb[0] = table_of(cp) ? table_of(cp)->default_char : '?';
	mb[1] = 0;
	*wc = table_of(cp) ? table_of(cp)->unicode_default : REPLACEMENT;
}

UINT NTAPI rf_cp_enum(UINT n)
{
	const struct rf_codepage *cp = RfCodePageAt(n);

	if (cp)
		return cp->id;
	return n == 0 || RfCodePageAt(n - 1) ? UTF8 : 0;
}

WORD NTAPI rf_ctype1(WCHAR c)
{
	WORD types[3];

	RfCharTypes(c, types);
	return types[0];
}

/* ---- to UTF-16 ---- */

static NTSTATUS utf8_to_wide(BOOL strict, const char *from, SIZE_T n, WCHAR *to,
			     SIZE_T to_n, SIZE_T *out_n)
{
	ULONG bytes = 0;
	NTSTATUS status;

	*out_n = 0;
	if (!n)
		return STATUS_SUCCESS;
	if (n > 0xffffffffu || to_n > 0xffffffffu / sizeof *to)
		return STATUS_INVALID_PARAMETER;
	status = RtlUTF8ToUnicodeN(to_n ? to : NULL, (ULONG)(to_n * sizeof *to),
				   &bytes, from, (ULONG)n);
	*out_n = bytes / sizeof *to;
	if (status == STATUS_SOME_NOT_MAPPED)
		return strict ? STATUS_NO_UNICODE_TRANSLATION : STATUS_SUCCESS;
	return status;
}

NTSTATUS NTAPI rf_cp_to_wide(const struct rf_cp *handle, BOOL strict,
			     const char *from, SIZE_T n, WCHAR *to, SIZE_T to_n,
			     SIZE_T *out_n)
{
	const struct rf_codepage *cp = table_of(handle);
	const UCHAR *s = (const UCHAR *)from;
	SIZE_T at = 0;

	if (!cp)
		return utf8_to_wide(strict, from, n, to, to_n, out_n);
	if (!cp->lead && !strict && (!to_n || to_n >= n)) {
		for (SIZE_T i = 0; to_n && i < n; i++)
			to[i] = cp->single[s[i]];
		*out_n = n;
		return STATUS_SUCCESS;
	}
	for (SIZE_T i = 0; i < n; i++, at++) {
		WCHAR c = cp->single[s[i]];
		/* Private use: the byte means nothing. */
		BOOL bad = s[i] && (!c || (c >= 0xe000 && c <= 0xf8ff));

		if (rf_cp_is_lead(cp, s[i])) {
			c = i + 1 < n ? rf_cp_pair(cp, s[i], s[i + 1]) : 0;
			/* A lead byte at the end, or a NUL, stands alone. */
			if (i + 1 < n && s[i + 1])
				i++;
			bad = !c;
			if (bad)
				c = cp->unicode_default;
		}
		if (bad && strict) {
			*out_n = at;
			return STATUS_NO_UNICODE_TRANSLATION;
		}
		if (to_n && at >= to_n) {
			*out_n = at;
			return STATUS_BUFFER_TOO_SMALL;
		}
		if (to_n)
			to[at] = c;
	}
	*out_n = at;
	return STATUS_SUCCESS;
}

/* ---- from UTF-16 ---- */

static NTSTATUS utf8_from_wide(ULONG flags, const WCHAR *from, SIZE_T n,
			       char *to, SIZE_T to_n, SIZE_T *out_n, BOOL *used)
{
	ULONG bytes = 0;
	NTSTATUS status;

	*out_n = 0;
	if (!n)
		return STATUS_SUCCESS;
	if (n > 0xffffffffu / sizeof *from || to_n > 0xffffffffu)
		return STATUS_INVALID_PARAMETER;
	status = RtlUnicodeToUTF8N(to_n ? to : NULL, (ULONG)to_n, &bytes, from,
				   (ULONG)(n * sizeof *from));
	*out_n = bytes;
	if (status != STATUS_SOME_NOT_MAPPED)
		return status;
	if (used)
		*used = TRUE;
	return flags & WC_ERR_INVALID_CHARS ? STATUS_NO_UNICODE_TRANSLATION
					    : STATUS_SUCCESS;
}

NTSTATUS NTAPI rf_cp_from_wide(const struct rf_cp *handle, ULONG flags,
			       const WCHAR *from, SIZE_T n, char *to,
			       SIZE_T to_n, SIZE_T *out_n,
			       const char *default_char, BOOL *used)
{
	const struct rf_codepage *cp = table_of(handle);
	const struct rf_cp_reverse *r = NULL;
	USHORT instead;
	SIZE_T at = 0;

	if (used)
		*used = FALSE;
	if (!cp)
		return utf8_from_wide(flags, from, n, to, to_n, out_n, used);
	instead = cp->default_char;
	if (default_char) {
		instead = (UCHAR)default_char[0];
		if (rf_cp_is_lead(cp, default_char[0]))
			instead =
				(USHORT)(instead << 8 | (UCHAR)default_char[1]);
	}
	for (SIZE_T i = 0; i < n; i++) {
		USHORT b;
		ULONG len;

		/* Most text is ASCII: it needs no table to be built. */
		if (from[i] < 0x80 && cp->single[from[i]] == from[i]) {
			b = from[i];
		} else {
			if (!r)
				r = RfCodePageReverse(cp);
			if (!r)
				return STATUS_NO_MEMORY;
			b = rf_cp_bytes(r, from[i]);
		}
		if ((!b && from[i]) || (flags & WC_NO_BEST_FIT_CHARS &&
					rf_cp_wide(cp, b) != from[i])) {
			if (flags & WC_ERR_INVALID_CHARS) {
				*out_n = at;
				return STATUS_NO_UNICODE_TRANSLATION;
			}
			b = instead;
			if (used)
				*used = TRUE;
		}
		len = b > 255 ? 2 : 1;
		if (to_n && at + len > to_n) {
			*out_n = at;
			return STATUS_BUFFER_TOO_SMALL;
		}
		if (to_n && len == 2)
			to[at] = (char)(b >> 8);
		if (to_n)
			to[at + len - 1] = (char)b;
		at += len;
	}
	*out_n = at;
	return STATUS_SUCCESS;
}

/* ---- Rtl*N: as much as fits, lengths in bytes ---- */

static NTSTATUS to_wide_n(UINT codepage, PWCH to, ULONG to_size, ULONG *size,
			  PCSTR from, ULONG from_size)
{
	SIZE_T n = 0;

	if (to_size / sizeof *to)
		rf_cp_to_wide(rf_cp_open(codepage), FALSE, from, from_size, to,
			      to_size / sizeof *to, &n);
	if (size)
		*size = (ULONG)(n * sizeof *to);
	return STATUS_SUCCESS;
}

static NTSTATUS from_wide_n(UINT codepage, PCHAR to, ULONG to_size, ULONG *size,
			    PCWCH from, ULONG from_size)
{
	SIZE_T n = 0;

	if (to_size)
		rf_cp_from_wide(rf_cp_open(codepage), 0, from,
				from_size / sizeof *from, to, to_size, &n, NULL,
				NULL);
	if (size)
		*size = (ULONG)n;
	return STATUS_SUCCESS;
}

static NTSTATUS upcase_n(UINT codepage, PCHAR to, ULONG to_size, ULONG *size,
			 PCWCH from, ULONG from_size)
{
	ULONG n = from_size / sizeof(WCHAR);
	NTSTATUS status;
	PWCH upper;

	upper = RtlAllocateHeap(rf_heap(), 0, from_size + sizeof(WCHAR));
	if (!upper)
		return STATUS_NO_MEMORY;
	for (ULONG i = 0; i < n; i++)
		upper[i] = RtlUpcaseUnicodeChar(from[i]);
	status = from_wide_n(codepage, to, to_size, size, upper, from_size);
	RtlFreeHeap(rf_heap(), 0, upper);
	return status;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH to, ULONG to_size, ULONG *size,
				      PCSTR from, ULONG from_size)
{
	return to_wide_n(CP_ACP, to, to_size, size, from, from_size);
}

NTSTATUS NTAPI RtlOemToUnicodeN(PWCH to, ULONG to_size, ULONG *size, PCSTR from,
				ULONG from_size)
{
	return to_wide_n(CP_OEMCP, to, to_size, size, from, from_size);
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR to, ULONG to_size, ULONG *size,
				      PCWCH from, ULONG from_size)
{
	return from_wide_n(CP_ACP, to, to_size, size, from, from_size);
}

NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR to, ULONG to_size, ULONG *size,
				PCWCH from, ULONG from_size)
{
	return from_wide_n(CP_OEMCP, to, to_size, size, from, from_size);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR to, ULONG to_size,
					    ULONG *size, PCWCH from,
					    ULONG from_size)
{
	return upcase_n(CP_ACP, to, to_size, size, from, from_size);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR to, ULONG to_size, ULONG *size,
				      PCWCH from, ULONG from_size)
{
	return upcase_n(CP_OEMCP, to, to_size, size, from, from_size);
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(ULONG *size, PCSTR from,
					 ULONG from_size)
{
	SIZE_T n;

	rf_cp_to_wide(rf_cp_open(CP_ACP), FALSE, from, from_size, NULL, 0, &n);
	*size = (ULONG)(n * sizeof(WCHAR));
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(ULONG *size, PCWCH from,
					 ULONG from_size)
{
	SIZE_T n;

	rf_cp_from_wide(rf_cp_open(CP_ACP), 0, from, from_size / sizeof *from,
			NULL, 0, &n, NULL, NULL);
	*size = (ULONG)n;
	return STATUS_SUCCESS;
}

WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR *p)
{
	ULONG len = rf_cp_is_lead_byte(rf_cp_open(CP_ACP), **p) ? 2 : 1;
	WCHAR c = ' ';

	RtlMultiByteToUnicodeN(&c, sizeof c, NULL, (PCSTR)*p, len);
	*p += len;
	return c;
}

void NTAPI RtlGetDefaultCodePage(USHORT *ansi, USHORT *oem)
{
	*ansi = NlsAnsiCodePage;
	*oem = RfOemCodePage;
}

/* ---- counted strings ---- */

enum { MAX_WIDE = 0xfffe, MAX_NARROW = 0xffff };

static NTSTATUS to_unicode_string(UINT codepage, PUNICODE_STRING to,
				  const STRING *from, BOOLEAN alloc)
{
	const struct rf_cp *cp = rf_cp_open(codepage);
	SIZE_T n, bytes;

	rf_cp_to_wide(cp, FALSE, from->Buffer, from->Length, NULL, 0, &n);
	bytes = n * sizeof(WCHAR);
	if (bytes + sizeof(WCHAR) > MAX_WIDE)
		return STATUS_INVALID_PARAMETER_2;
	if (alloc) {
		to->MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
		to->Buffer = RtlAllocateHeap(rf_heap(), 0, to->MaximumLength);
		if (!to->Buffer)
			return STATUS_NO_MEMORY;
	} else if (bytes >= to->MaximumLength) {
		return STATUS_BUFFER_OVERFLOW;
	}
	if (n)
		rf_cp_to_wide(cp, FALSE, from->Buffer, from->Length, to->Buffer,
			      n, &n);
	to->Length = (USHORT)bytes;
	if (bytes + sizeof(WCHAR) <= to->MaximumLength)
		to->Buffer[n] = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS from_unicode_string(UINT codepage, PSTRING to,
				    PCUNICODE_STRING from, BOOLEAN alloc)
{
	const struct rf_cp *cp = rf_cp_open(codepage);
	SIZE_T count = from->Length / sizeof(WCHAR), n;
	NTSTATUS status;

	rf_cp_from_wide(cp, 0, from->Buffer, count, NULL, 0, &n, NULL, NULL);
	if (n + 1 > MAX_NARROW)
		return STATUS_INVALID_PARAMETER_2;
	if (alloc) {
		to->MaximumLength = (USHORT)(n + 1);
		to->Buffer = RtlAllocateHeap(rf_heap(), 0, to->MaximumLength);
		if (!to->Buffer)
			return STATUS_NO_MEMORY;
	} else if (!to->MaximumLength) {
		return STATUS_BUFFER_OVERFLOW;
	}
	/* What does not fit is cut, and said so. */
	status =
		n < to->MaximumLength ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
	n = 0;
	if (to->MaximumLength > 1 && count)
		rf_cp_from_wide(cp, 0, from->Buffer, count, to->Buffer,
				to->MaximumLength - 1, &n, NULL, NULL);
	to->Length = (USHORT)n;
	to->Buffer[n] = 0;
	return status;
}

static NTSTATUS upcase_from_unicode(UINT codepage, PSTRING to,
				    PCUNICODE_STRING from, BOOLEAN alloc)
{
	UNICODE_STRING upper;
	NTSTATUS status;

	status = RtlUpcaseUnicodeString(&upper, from, TRUE);
	if (!NT_SUCCESS(status))
		return status;
	status = from_unicode_string(codepage, to, &upper, alloc);
	RtlFreeUnicodeString(&upper);
	return status;
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING to,
					    PCANSI_STRING from, BOOLEAN alloc)
{
	return to_unicode_string(CP_ACP, to, from, alloc);
}

NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING to,
					   const STRING *from, BOOLEAN alloc)
{
	return to_unicode_string(CP_OEMCP, to, from, alloc);
}

NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING to,
					    const STRING *from, BOOLEAN alloc)
{
	return to_unicode_string(UTF8, to, from, alloc);
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING to,
					    PCUNICODE_STRING from,
					    BOOLEAN alloc)
{
	return from_unicode_string(CP_ACP, to, from, alloc);
}

NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING to,
					   PCUNICODE_STRING from, BOOLEAN alloc)
{
	return from_unicode_string(CP_OEMCP, to, from, alloc);
}

NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PSTRING to, PCUNICODE_STRING from,
					    BOOLEAN alloc)
{
	return from_unicode_string(UTF8, to, from, alloc);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING to,
						  PCUNICODE_STRING from,
						  BOOLEAN alloc)
{
	return upcase_from_unicode(CP_ACP, to, from, alloc);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING to,
						 PCUNICODE_STRING from,
						 BOOLEAN alloc)
{
	return upcase_from_unicode(CP_OEMCP, to, from, alloc);
}

/* With their NUL. */
ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING s)
{
	ULONG n;

	RtlMultiByteToUnicodeSize(&n, s->Buffer, s->Length);
	return n + sizeof(WCHAR);
}

ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING s)
{
	ULONG n;

	RtlUnicodeToMultiByteSize(&n, s->Buffer, s->Length);
	return n + 1;
}

ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *s)
{
	SIZE_T n;

	rf_cp_to_wide(rf_cp_open(CP_OEMCP), FALSE, s->Buffer, s->Length, NULL,
		      0, &n);
	return (ULONG)((n + 1) * sizeof(WCHAR));
}

ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING s)
{
	SIZE_T n;

	rf_cp_from_wide(rf_cp_open(CP_OEMCP), 0, s->Buffer,
			s->Length / sizeof(WCHAR), NULL, 0, &n, NULL, NULL);
	return (ULONG)n + 1;
}
