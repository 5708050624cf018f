/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * string.c - comparing, searching and classifying strings; their normal forms.
 *
 * The order itself is collate.c's.
 */
/* NormalizeString and IdnToAscii are normaliz.dll's in the header; ours here.
 */
#define _NORMALIZE_
#include "collate.h"
#include "locale-table.h"
#include "dlls/unicode/unicode.h"

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

/* ---- CompareString ---- */

static int compare(const struct locale *l, DWORD flags, LPCWCH a, int na,
		   LPCWCH b, int nb)
{
	if (!l || !a || !b || na < -1 || nb < -1)
		return fail(ERROR_INVALID_PARAMETER);
	if (flags & ~(COMPARE_FLAGS | LOCALE_USE_CP_ACP))
		return fail(ERROR_INVALID_FLAGS);
	if (na < 0)
		na = wide_len(a);
	if (nb < 0)
		nb = wide_len(b);
	return CSTR_EQUAL + collate(l, flags, a, na, b, nb);
}

int WINAPI CompareStringEx(LPCWSTR locale, DWORD flags, LPCWCH a, int na,
			   LPCWCH b, int nb, LPNLSVERSIONINFO version,
			   LPVOID reserved, LPARAM param)
{
	return compare(locale_by_name(locale), flags, a, na, b, nb);
}

int WINAPI CompareStringW(LCID locale, DWORD flags, PCNZWCH a, int na,
			  PCNZWCH b, int nb)
{
	return compare(locale_by_id(locale), flags, a, na, b, nb);
}

/* n ANSI bytes as UTF-16 on the heap or in buf; length in *len. */
static WCHAR *widen(LCID locale, DWORD flags, LPCCH s, int n, WCHAR *buf,
		    int room, int *len)
{
	UINT cp = flags & LOCALE_USE_CP_ACP ? CP_ACP : locale_codepage(locale);
	WCHAR *w = buf;

	if (n < 0)
		for (n = 0; s[n]; n++)
			;
	*len = 0;
	if (!n)
		return buf;
	*len = MultiByteToWideChar(cp, 0, s, n, NULL, 0);
	if (*len > room)
		w = k32_alloc(*len * sizeof *w);
	if (w)
		*len = MultiByteToWideChar(cp, 0, s, n, w, *len);
	return w;
}

int WINAPI CompareStringA(LCID locale, DWORD flags, PCNZCH a, int na, PCNZCH b,
			  int nb)
{
	WCHAR buf_a[256], buf_b[256], *wa, *wb;
	int len_a, len_b, result = 0;

	if (!a || !b || !locale_by_id(locale))
		return fail(ERROR_INVALID_PARAMETER);
	wa = widen(locale, flags, a, na, buf_a, ARRAY_LEN(buf_a), &len_a);
	wb = widen(locale, flags, b, nb, buf_b, ARRAY_LEN(buf_b), &len_b);
	if (wa && wb)
		result = compare(locale_by_id(locale), flags, wa, len_a, wb,
				 len_b);
	if (wa != buf_a)
		k32_free(wa);
	if (wb != buf_b)
		k32_free(wb);
	return result;
}

int WINAPI CompareStringOrdinal(LPCWCH a, int na, LPCWCH b, int nb,
				WINBOOL fold)
{
	LONG order;

	if (!a || !b || na < -1 || nb < -1)
		return fail(ERROR_INVALID_PARAMETER);
	if (na < 0)
		na = wide_len(a);
	if (nb < 0)
		nb = wide_len(b);
	order = RtlCompareUnicodeStrings(a, na, b, nb, !!fold);
	return CSTR_EQUAL + (order > 0) - (order < 0);
}

/* ---- lstr: the oldest of all ---- */

int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return collate(locale_user(), 0, a, wide_len(a), b, wide_len(b));
}

int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return collate(locale_user(), NORM_IGNORECASE, a, wide_len(a), b,
		       wide_len(b));
}

static int compare_ansi(DWORD flags, LPCSTR a, LPCSTR b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return CompareStringA(GetThreadLocale(), flags | LOCALE_USE_CP_ACP, a,
			      -1, b, -1) -
	       CSTR_EQUAL;
}

int WINAPI lstrcmpA(LPCSTR a, LPCSTR b)
{
	return compare_ansi(0, a, b);
}

int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b)
{
	return compare_ansi(NORM_IGNORECASE, a, b);
}

/* ---- GetStringType ---- */

BOOL WINAPI GetStringTypeW(DWORD which, LPCWCH s, int n, LPWORD types)
{
	WORD t[3];
	int i, k = which == CT_CTYPE1 ? 0 : which == CT_CTYPE2 ? 1 : 2;

	if (!s || !n || !types || (const void *)s == (void *)types)
		return fail(ERROR_INVALID_PARAMETER);
	if (which != CT_CTYPE1 && which != CT_CTYPE2 && which != CT_CTYPE3)
		return fail(ERROR_INVALID_PARAMETER);
	if (n < 0)
		n = wide_len(s) + 1;
	for (i = 0; i < n; i++) {
		RfCharTypes(s[i], t);
		types[i] = t[k];
	}
	return TRUE;
}

BOOL WINAPI GetStringTypeExW(LCID locale, DWORD which, LPCWCH s, int n,
			     LPWORD types)
{
	return GetStringTypeW(which, s, n, types);
}

BOOL WINAPI GetStringTypeA(LCID locale, DWORD which, LPCSTR s, int n,
			   LPWORD types)
{
	WCHAR buf[256], *w;
	int len;
	BOOL ok;

	if (!s || !n || !types)
		return fail(ERROR_INVALID_PARAMETER);
	if (n < 0)
		n = lstrlenA(s) + 1;
	w = widen(locale, 0, s, n, buf, ARRAY_LEN(buf), &len);
	if (!w)
		return FALSE;
	ok = GetStringTypeW(which, w, len, types);
	if (w != buf)
		k32_free(w);
	return ok;
}

BOOL WINAPI GetStringTypeExA(LCID locale, DWORD which, LPCSTR s, int n,
			     LPWORD types)
{
	return GetStringTypeA(locale, which, s, n, types);
}

/* ---- finding ---- */

#define FIND_FLAGS                                                             \
	(FIND_FROMSTART | FIND_FROMEND | FIND_STARTSWITH | FIND_ENDSWITH)

int WINAPI FindNLSStringEx(LPCWSTR locale, DWORD flags, LPCWSTR s, int n,
			   LPCWSTR what, int nwhat, LPINT found,
			   LPNLSVERSIONINFO version, LPVOID reserved,
			   LPARAM param)
{
	DWORD how = flags & FIND_FLAGS;
	const struct locale *l = locale_by_name(locale);
	int at, step, len;

	SetLastError(ERROR_SUCCESS);
	if (!s || !what || !n || !nwhat || n < -1 || nwhat < -1 || !l) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return -1;
	}
	flags &= ~FIND_FLAGS;
	if ((flags & ~COMPARE_FLAGS) || (how & (how - 1))) {
		SetLastError(ERROR_INVALID_FLAGS);
		return -1;
	}
	if (n < 0)
		n = wide_len(s);
	if (nwhat < 0)
		nwhat = wide_len(what);
	at = how == FIND_FROMEND ? n : 0;
	step = how == FIND_FROMEND ? -1 : 1;
	for (; at >= 0 && at <= n; at += step) {
		len = collate_prefix(l, flags, s + at, n - at, what, nwhat);
		if (len < 0 || (how == FIND_ENDSWITH && at + len != n)) {
			if (how == FIND_STARTSWITH)
				return -1;
			continue;
		}
		if (found)
			*found = len;
		return at;
	}
	return -1;
}

int WINAPI FindNLSString(LCID locale, DWORD flags, LPCWSTR s, int n,
			 LPCWSTR what, int nwhat, LPINT found)
{
	WCHAR name[LOCALE_NAME_MAX_LENGTH];

	if (!LCIDToLocaleName(locale, name, ARRAY_LEN(name), 0))
		return -1;
	return FindNLSStringEx(name, flags, s, n, what, nwhat, found, NULL,
			       NULL, 0);
}

int WINAPI FindStringOrdinal(DWORD flags, LPCWSTR s, INT n, LPCWSTR what,
			     INT nwhat, WINBOOL fold)
{
	DWORD how = flags & FIND_FLAGS;
	int at, step, last;

	SetLastError(ERROR_SUCCESS);
	if (!s || !what || n < -1 || nwhat < -1) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return -1;
	}
	if ((flags & ~FIND_FLAGS) || (how & (how - 1))) {
		SetLastError(ERROR_INVALID_FLAGS);
		return -1;
	}
	if (n < 0)
		n = wide_len(s);
	if (nwhat < 0)
		nwhat = wide_len(what);
	last = n - nwhat;
	if (last < 0)
		return -1;
	at = how == FIND_FROMEND || how == FIND_ENDSWITH ? last : 0;
	step = how == FIND_FROMEND ? -1 : 1;
	for (; at >= 0 && at <= last; at += step) {
		if (!RtlCompareUnicodeStrings(s + at, nwhat, what, nwhat,
					      !!fold))
			return at;
		if (how == FIND_STARTSWITH || how == FIND_ENDSWITH)
			break;
	}
	return -1;
}

/* ---- normalisation and domain names ---- */

/* Win32's way of saying what NT's status says: negative lengths. */
static int normalized(NTSTATUS status, LONG len, LONG bad)
{
	if (NT_SUCCESS(status)) {
		SetLastError(ERROR_SUCCESS);
		return len;
	}
	if (status == STATUS_BUFFER_TOO_SMALL)
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	else if (status == STATUS_NO_UNICODE_TRANSLATION)
		SetLastError(ERROR_NO_UNICODE_TRANSLATION);
	else
		rf_fail(status);
	return status == STATUS_NO_UNICODE_TRANSLATION ? -bad
	       : status == STATUS_BUFFER_TOO_SMALL     ? -len
						       : 0;
}

int WINAPI NormalizeString(NORM_FORM form, LPCWSTR s, int n, LPWSTR to,
			   int room)
{
	LONG len = room;
	NTSTATUS status = RtlNormalizeString(form, s, n, to, &len);

	return normalized(status, len, len);
}

BOOL WINAPI IsNormalizedString(NORM_FORM form, LPCWSTR s, int n)
{
	BOOLEAN yes = FALSE;
	NTSTATUS status = RtlIsNormalizedString(form, s, n, &yes);

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	SetLastError(ERROR_SUCCESS);
	return yes;
}

static int idn(NTSTATUS status, LONG len)
{
	if (NT_SUCCESS(status))
		return len;
	if (status == STATUS_INVALID_IDN_NORMALIZATION)
		return fail(ERROR_INVALID_NAME);
	if (status == STATUS_BUFFER_TOO_SMALL)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	rf_fail(status);
	return 0;
}

int WINAPI IdnToAscii(DWORD flags, LPCWSTR s, int n, LPWSTR to, int room)
{
	LONG len = room;
	NTSTATUS status = RtlIdnToAscii(flags, s, n, to, &len);

	return idn(status, len);
}

int WINAPI IdnToUnicode(DWORD flags, LPCWSTR s, int n, LPWSTR to, int room)
{
	LONG len = room;
	NTSTATUS status = RtlIdnToUnicode(flags, s, n, to, &len);

	return idn(status, len);
}

int WINAPI IdnToNameprepUnicode(DWORD flags, LPCWSTR s, int n, LPWSTR to,
				int room)
{
	LONG len = room;
	NTSTATUS status = RtlIdnToNameprepUnicode(flags, s, n, to, &len);

	return idn(status, len);
}
