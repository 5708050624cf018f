/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ustring.c - counted strings: UNICODE_STRING, and STRING where no code page
 * matters.
 */
#include "ntdll-private.h"

enum { MAX_BYTES = 0xfffe }; /* of a UNICODE_STRING: whole characters */

static PVOID alloc(SIZE_T n)
{
	return RtlAllocateHeap(rf_heap(), 0, n);
}

/* ---- making and freeing ---- */

NTSTATUS NTAPI RtlInitStringEx(PSTRING s, PCSTR from)
{
	size_t n = from ? strlen(from) : 0;

	*s = (STRING){ .Buffer = (PCHAR)from };
	if (n > 0xfffe)
		return STATUS_NAME_TOO_LONG;
	s->Length = (USHORT)n;
	s->MaximumLength = from ? (USHORT)(n + 1) : 0;
	return STATUS_SUCCESS;
}

/* The older functions cut what is too long. */
void NTAPI RtlInitString(PSTRING s, PCSTR from)
{
	if (!NT_SUCCESS(RtlInitStringEx(s, from))) {
		s->Length = 0xfffe;
		s->MaximumLength = 0xffff;
	}
}

void NTAPI RtlInitAnsiString(PANSI_STRING s, PCSTR from)
{
	RtlInitString(s, from);
}

NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING s, PCSTR from)
{
	return RtlInitStringEx(s, from);
}

NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING s, PCWSTR from)
{
	size_t n = from ? wcslen(from) * sizeof(WCHAR) : 0;

	*s = (UNICODE_STRING){ .Buffer = (PWSTR)from };
	if (n > MAX_BYTES - sizeof(WCHAR))
		return STATUS_NAME_TOO_LONG;
	s->Length = (USHORT)n;
	s->MaximumLength = from ? (USHORT)(n + sizeof(WCHAR)) : 0;
	return STATUS_SUCCESS;
}

void NTAPI RtlInitUnicodeString(PUNICODE_STRING s, PCWSTR from)
{
	if (!NT_SUCCESS(RtlInitUnicodeStringEx(s, from))) {
		s->Length = MAX_BYTES - sizeof(WCHAR);
		s->MaximumLength = MAX_BYTES;
	}
}

BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING s, PCWSTR from)
{
	size_t n = (wcslen(from) + 1) * sizeof(WCHAR);

	if (n > MAX_BYTES)
		return FALSE;
	s->Buffer = alloc(n);
	if (!s->Buffer)
		return FALSE;
	memcpy(s->Buffer, from, n);
	s->Length = (USHORT)(n - sizeof(WCHAR));
	s->MaximumLength = (USHORT)n;
	return TRUE;
}

BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING s, PCSTR from)
{
	STRING a;

	return NT_SUCCESS(RtlInitStringEx(&a, from)) &&
	       NT_SUCCESS(RtlAnsiStringToUnicodeString(s, &a, TRUE));
}

void NTAPI RtlFreeUnicodeString(PUNICODE_STRING s)
{
	if (s->Buffer)
		RtlFreeHeap(rf_heap(), 0, s->Buffer);
	*s = (UNICODE_STRING){ 0 };
}

void NTAPI RtlFreeAnsiString(PANSI_STRING s)
{
	if (s->Buffer)
		RtlFreeHeap(rf_heap(), 0, s->Buffer);
	*s = (STRING){ 0 };
}

void NTAPI RtlFreeOemString(POEM_STRING s)
{
	RtlFreeAnsiString(s);
}

void NTAPI RtlFreeUTF8String(PSTRING s)
{
	RtlFreeAnsiString(s);
}

NTSTATUS NTAPI RtlDuplicateUnicodeString(int flags, PCUNICODE_STRING from,
					 PUNICODE_STRING to)
{
	enum { TERMINATE = 1, EVEN_EMPTY = 2 };
	ULONG n;

	if (!from || !to || flags & ~(TERMINATE | EVEN_EMPTY) ||
	    flags == EVEN_EMPTY || from->Length > from->MaximumLength ||
	    from->Length % sizeof(WCHAR) || (from->Length && !from->Buffer))
		return STATUS_INVALID_PARAMETER;
	n = from->Length;
	if (flags & TERMINATE)
		n += sizeof(WCHAR);
	if (n > MAX_BYTES)
		return STATUS_NAME_TOO_LONG;
	if (!from->Length && !(flags & EVEN_EMPTY)) {
		*to = (UNICODE_STRING){ 0 };
		return STATUS_SUCCESS;
	}
	to->Buffer = alloc(n);
	if (!to->Buffer)
		return STATUS_NO_MEMORY;
	memcpy(to->Buffer, from->Buffer, from->Length);
	to->Length = from->Length;
	to->MaximumLength = (USHORT)n;
	if (flags & TERMINATE)
		to->Buffer[to->Length / sizeof(WCHAR)] = 0;
	return STATUS_SUCCESS;
}

/* ---- copying and appending ---- */

void NTAPI RtlCopyUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from)
{
	USHORT n = from ? from->Length : 0;

	if (n > to->MaximumLength)
		n = to->MaximumLength;
	if (n)
		memmove(to->Buffer, from->Buffer, n);
	to->Length = n;
	if ((ULONG)n + sizeof(WCHAR) <= to->MaximumLength)
		to->Buffer[n / sizeof(WCHAR)] = 0;
}

void NTAPI RtlCopyString(PSTRING to, const STRING *from)
{
	USHORT n = from ? from->Length : 0;

	if (n > to->MaximumLength)
		n = to->MaximumLength;
	if (n)
		memmove(to->Buffer, from->Buffer, n);
	to->Length = n;
}

static NTSTATUS append(PUNICODE_STRING to, const WCHAR *from, size_t n)
{
	if (n > (size_t)(to->MaximumLength - to->Length))
		return STATUS_BUFFER_TOO_SMALL;
	memmove((char *)to->Buffer + to->Length, from, n);
	to->Length = (USHORT)(to->Length + n);
	if ((size_t)to->Length + sizeof(WCHAR) <= to->MaximumLength)
		to->Buffer[to->Length / sizeof(WCHAR)] = 0;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING to,
					      PCUNICODE_STRING from)
{
	if (!from->Length)
		return STATUS_SUCCESS;
	return append(to, from->Buffer, from->Length);
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING to, PCWSTR from)
{
	if (!from)
		return STATUS_SUCCESS;
	return append(to, from, wcslen(from) * sizeof(WCHAR));
}

NTSTATUS NTAPI RtlAppendStringToString(PSTRING to, const STRING *from)
{
	if (from->Length > to->MaximumLength - to->Length)
		return STATUS_BUFFER_TOO_SMALL;
	memmove(to->Buffer + to->Length, from->Buffer, from->Length);
	to->Length = (USHORT)(to->Length + from->Length);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING to, PCSTR from)
{
	size_t n = from ? strlen(from) : 0;

	if (n > (size_t)(to->MaximumLength - to->Length))
		return STATUS_BUFFER_TOO_SMALL;
	memmove(to->Buffer + to->Length, from, n);
	to->Length = (USHORT)(to->Length + n);
	return STATUS_SUCCESS;
}

void NTAPI RtlEraseUnicodeString(PUNICODE_STRING s)
{
	if (!s->Buffer || !s->MaximumLength)
		return;
	memset(s->Buffer, 0, s->MaximumLength);
	s->Length = 0;
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags, PCUNICODE_STRING s)
{
	if (flags)
		return STATUS_INVALID_PARAMETER;
	if (s &&
	    (s->Length % sizeof(WCHAR) || s->MaximumLength % sizeof(WCHAR) ||
	     s->Length > s->MaximumLength || (!s->Buffer && s->MaximumLength)))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* ---- comparing ---- */

LONG NTAPI RtlCompareUnicodeStrings(PCWSTR a, SIZE_T na, PCWSTR b, SIZE_T nb,
				    BOOLEAN fold)
{
	SIZE_T n = na < nb ? na : nb;

	for (SIZE_T i = 0; i < n; i++) {
		WCHAR x = a[i], y = b[i];

		if (x == y)
			continue;
		if (fold) {
			x = RtlUpcaseUnicodeChar(x);
			y = RtlUpcaseUnicodeChar(y);
		}
		if (x != y)
			return x - y;
	}
	return (LONG)(na - nb);
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b,
				   BOOLEAN fold)
{
	return RtlCompareUnicodeStrings(a->Buffer, a->Length / sizeof(WCHAR),
					b->Buffer, b->Length / sizeof(WCHAR),
					fold);
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b,
				    BOOLEAN fold)
{
	if (a->Length != b->Length)
		return FALSE;
	if (!fold)
		return !memcmp(a->Buffer, b->Buffer, a->Length);
	return !RtlCompareUnicodeString(a, b, TRUE);
}

BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING prefix,
				     PCUNICODE_STRING s, BOOLEAN fold)
{
	UNICODE_STRING head = *s;

	if (prefix->Length > s->Length)
		return FALSE;
	head.Length = prefix->Length;
	return RtlEqualUnicodeString(prefix, &head, fold);
}

CHAR NTAPI RtlUpperChar(CHAR c)
{
	return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

LONG NTAPI RtlCompareString(const STRING *a, const STRING *b, BOOLEAN fold)
{
	USHORT n = a->Length < b->Length ? a->Length : b->Length;

	for (USHORT i = 0; i < n; i++) {
		UCHAR x = a->Buffer[i], y = b->Buffer[i];

		if (fold) {
			x = RtlUpperChar(x);
			y = RtlUpperChar(y);
		}
		if (x != y)
			return x - y;
	}
	return a->Length - b->Length;
}

BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b, BOOLEAN fold)
{
	return a->Length == b->Length && !RtlCompareString(a, b, fold);
}

BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *s,
			      BOOLEAN fold)
{
	STRING head = *s;

	if (prefix->Length > s->Length)
		return FALSE;
	head.Length = prefix->Length;
	return !RtlCompareString(prefix, &head, fold);
}

void NTAPI RtlUpperString(PSTRING to, const STRING *from)
{
	USHORT n = from->Length < to->MaximumLength ? from->Length
						    : to->MaximumLength;

	for (USHORT i = 0; i < n; i++)
		to->Buffer[i] = RtlUpperChar(from->Buffer[i]);
	to->Length = n;
}

/* The sum that Windows calls X65599, and documents. */
NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING s, BOOLEAN fold,
				    ULONG algorithm, ULONG *hash)
{
	enum { DEFAULT = 0, X65599 = 1 };
	ULONG h = 0;

	if (!s || !hash || (algorithm != DEFAULT && algorithm != X65599))
		return STATUS_INVALID_PARAMETER;
	for (USHORT i = 0; i < s->Length / sizeof(WCHAR); i++)
		h = h * 65599 +
		    (fold ? RtlUpcaseUnicodeChar(s->Buffer[i]) : s->Buffer[i]);
	*hash = h;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags, PCUNICODE_STRING s,
					  PCUNICODE_STRING chars, USHORT *at)
{
	enum { FROM_END = 1, COMPLEMENT = 2, FOLD = 4 };
	USHORT n = s->Length / sizeof(WCHAR);

	if (flags & ~7u)
		return STATUS_INVALID_PARAMETER;
	*at = 0;
	for (USHORT k = 0; k < n; k++) {
		USHORT i = flags & FROM_END ? n - 1 - k : k;
		BOOL in = FALSE;

		for (USHORT j = 0; j < chars->Length / sizeof(WCHAR); j++) {
			WCHAR x = s->Buffer[i], y = chars->Buffer[j];

			in = in || x == y ||
			     (flags & FOLD && RtlUpcaseUnicodeChar(x) ==
						      RtlUpcaseUnicodeChar(y));
		}
		if (in == !(flags & COMPLEMENT)) {
			/* Before the character from the end, else behind it. */
			*at = flags & FROM_END ? i * sizeof(WCHAR)
					       : (i + 1) * sizeof(WCHAR);
			return STATUS_SUCCESS;
		}
	}
	return STATUS_NOT_FOUND;
}

/* ---- case of strings ---- */

static NTSTATUS map(PUNICODE_STRING to, PCUNICODE_STRING from, BOOLEAN allocate,
		    WCHAR(NTAPI *fn)(WCHAR))
{
	if (allocate) {
		to->Buffer = alloc(from->Length ? from->Length : 2);
		if (!to->Buffer)
			return STATUS_NO_MEMORY;
		to->MaximumLength = from->Length;
	} else if (from->Length > to->MaximumLength) {
		return STATUS_BUFFER_OVERFLOW;
	}
	for (USHORT i = 0; i < from->Length / sizeof(WCHAR); i++)
		to->Buffer[i] = fn(from->Buffer[i]);
	to->Length = from->Length;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from,
				      BOOLEAN allocate)
{
	return map(to, from, allocate, RtlUpcaseUnicodeChar);
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING to,
					PCUNICODE_STRING from, BOOLEAN allocate)
{
	return map(to, from, allocate, RtlDowncaseUnicodeChar);
}

/* ---- patterns ---- */

/*
 * FsRtlIsNameInExpression's rules.  Besides * and ?:
 *   <  (DOS_STAR)  any, up to and including the last dot's text
 *   >  (DOS_QM)    one character, or nothing at a dot or the end
 *   "  (DOS_DOT)   a dot, or nothing at the end
 */
static BOOLEAN matches(const WCHAR *p, ULONG np, const WCHAR *s, ULONG ns,
		       BOOLEAN fold)
{
	for (; np; p++, np--) {
		WCHAR c = *p;

		if (c == '*') {
			for (ULONG i = 0; i <= ns; i++)
				if (matches(p + 1, np - 1, s + i, ns - i, fold))
					return TRUE;
			return FALSE;
		}
		if (c == '<') {
			ULONG last = ns;

			for (ULONG i = 0; i < ns; i++)
				if (s[i] == '.')
					last = i;
			for (ULONG i = 0; i <= ns; i++) {
				if (i > last && last != ns)
					break;
				if (matches(p + 1, np - 1, s + i, ns - i, fold))
					return TRUE;
			}
			return FALSE;
		}
		if (c == '>') {
			if (!ns || *s == '.')
				continue;
		} else if (c == '"') {
			if (!ns)
				continue;
			if (*s != '.')
				return FALSE;
		} else if (!ns) {
			return FALSE;
		} else if (c != '?' && c != *s &&
			   !(fold && RtlUpcaseUnicodeChar(c) ==
					     RtlUpcaseUnicodeChar(*s))) {
			return FALSE;
		}
		s++;
		ns--;
	}
	return !ns;
}

BOOLEAN NTAPI RtlIsNameInExpression(PCUNICODE_STRING pattern,
				    PCUNICODE_STRING name, BOOLEAN ignore_case,
				    PWCH upcase_table)
{
	return matches(pattern->Buffer, pattern->Length / sizeof(WCHAR),
		       name->Buffer, name->Length / sizeof(WCHAR), ignore_case);
}
