/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* str-w.c - shlwapi's strings in UTF-16, and what there is only in that. */
#define WIDE
#include "text.h"
#include "str.h"

/* ---- up to a count ------------------------------------------------------ */

/* cchMax ends the search, as does the string's end. */
static PCWSTR chr_n(PCWSTR s, WCHAR c, UINT max, BOOL no_case)
{
	for (; s && max && *s; s++, max--)
		if (no_case ? !ChrCmpIW(*s, c) : *s == c)
			return s;
	return NULL;
}

PCWSTR WINAPI StrChrNW(PCWSTR s, WCHAR c, UINT max)
{
	return chr_n(s, c, max, FALSE);
}

PCWSTR WINAPI StrChrNIW(PCWSTR s, WCHAR c, UINT max)
{
	return chr_n(s, c, max, TRUE);
}

static PCWSTR str_n(PCWSTR s, PCWSTR what, UINT max, BOOL no_case)
{
	SIZE_T n = what ? wcslen(what) : 0;

	if (!s || !n)
		return NULL;
	for (; *s && n <= max; s++, max--)
		if (begins(s, what, no_case))
			return s;
	return NULL;
}

PCWSTR WINAPI StrStrNW(PCWSTR s, PCWSTR what, UINT max)
{
	return str_n(s, what, max, FALSE);
}

PCWSTR WINAPI StrStrNIW(PCWSTR s, PCWSTR what, UINT max)
{
	return str_n(s, what, max, TRUE);
}

/* ---- compared ----------------------------------------------------------- */

int WINAPI StrCmpW(PCWSTR one, PCWSTR other)
{
	return compare(one, other, -1, 0);
}

int WINAPI StrCmpIW(PCWSTR one, PCWSTR other)
{
	return compare(one, other, -1, NORM_IGNORECASE);
}

static BOOL is_digit(WCHAR c)
{
	return c >= '0' && c <= '9';
}

/* Digits count as numbers: "a9" is before "a10", and "09" before "9". */
int WINAPI StrCmpLogicalW(PCWSTR one, PCWSTR other)
{
	int zeros = 0, r;

	if (!one || !other)
		return 0;
	while (*one && *other) {
		if (is_digit(*one) && is_digit(*other)) {
			PCWSTR a = one, b = other;
			int first = 0;

			while (*a == '0' && is_digit(a[1]))
				a++;
			while (*b == '0' && is_digit(b[1]))
				b++;
			if (!zeros)
				zeros = (int)(b - other) - (int)(a - one);
			for (; is_digit(*a) && is_digit(*b); a++, b++)
				if (!first)
					first = *a - *b;
			if (is_digit(*a) || is_digit(*b))
				return is_digit(*a) ? 1 : -1;
			if (first)
				return first > 0 ? 1 : -1;
			one = a;
			other = b;
		} else if (is_digit(*one) || is_digit(*other)) {
			return is_digit(*one) ? -1 : 1;
		} else {
			r = compare(one, other, 1, NORM_IGNORECASE);
			if (r)
				return r;
			one++;
			other++;
		}
	}
	if (*one || *other)
		return *one ? 1 : -1;
	return zeros > 0 ? 1 : zeros < 0 ? -1 : 0;
}

/* ---- copied ------------------------------------------------------------- */

PWSTR WINAPI StrCpyW(PWSTR to, PCWSTR s)
{
	if (to && s)
		copy(to, s, (SIZE_T)-1);
	return to;
}

PWSTR WINAPI StrCpyNW(PWSTR to, PCWSTR s, int size)
{
	if (to && s)
		copy_some(to, s, size);
	return to;
}

PWSTR WINAPI StrCatW(PWSTR to, PCWSTR s)
{
	if (to && s)
		copy(to + wcslen(to), s, (SIZE_T)-1);
	return to;
}

DWORD WINAPI StrCatChainW(PWSTR to, DWORD size, DWORD at, PCWSTR s)
{
	if (at == (DWORD)-1)
		at = (DWORD)wcslen(to);
	if (at >= size)
		return at;
	copy_some(to + at, s, at_most(size - at));
	return at + (DWORD)wcslen(to + at);
}

HRESULT WINAPI SHStrDupW(PCWSTR s, PWSTR *out)
{
	SIZE_T n = s ? (wcslen(s) + 1) * sizeof *s : 0;

	*out = n ? CoTaskMemAlloc(n) : NULL;
	if (*out)
		memcpy(*out, s, n);
	return *out ? S_OK : n ? E_OUTOFMEMORY : E_INVALIDARG;
}

HRESULT WINAPI SHStrDupA(PCSTR s, PWSTR *out)
{
	int n = s ? MultiByteToWideChar(CP_ACP, 0, s, -1, NULL, 0) : 0;

	*out = n ? CoTaskMemAlloc((SIZE_T)n * sizeof **out) : NULL;
	if (*out)
		MultiByteToWideChar(CP_ACP, 0, s, -1, *out, n);
	return *out ? S_OK : n ? E_OUTOFMEMORY : E_INVALIDARG;
}

/* ---- sizes -------------------------------------------------------------- */

PWSTR WINAPI StrFormatByteSizeW(LONGLONG n, PWSTR to, UINT size)
{
	if (to && size)
		byte_size((ULONGLONG)n, to, size);
	return to;
}

/* ---- between the two kinds: characters with the end, 0 if it did not fit -- */

int WINAPI SHAnsiToUnicode(PCSTR s, PWSTR to, int size)
{
	int n = MultiByteToWideChar(CP_ACP, 0, s, -1, to, size);

	if (!n && size)
		to[size - 1] = 0;
	return n;
}

int WINAPI SHUnicodeToAnsi(PCWSTR s, PSTR to, int size)
{
	int n = WideCharToMultiByte(CP_ACP, 0, s, -1, to, size, NULL, NULL);

	if (!n && size)
		to[size - 1] = 0;
	return n;
}

int WINAPI SHUnicodeToUnicode(PCWSTR s, PWSTR to, int size)
{
	SIZE_T n = wcslen(s) + 1;

	copy_some(to, s, size);
	return size > 0 && n <= (SIZE_T)size ? (int)n : 0;
}
