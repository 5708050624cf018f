/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * char.c - upper and lower case, stepping through strings.
 *
 * A "string" pointer whose high part is zero is a single character, which is
 * returned converted.  Source: Microsoft Learn, CharUpperW and kin.
 */
#include "nt.h"

static BOOL is_char(const void *p)
{
	return !((ULONG_PTR)p >> 16);
}

DWORD WINAPI CharUpperBuffW(LPWSTR s, DWORD n)
{
	for (DWORD i = 0; i < n; i++)
		s[i] = RtlUpcaseUnicodeChar(s[i]);
	return n;
}

DWORD WINAPI CharLowerBuffW(LPWSTR s, DWORD n)
{
	for (DWORD i = 0; i < n; i++)
		s[i] = RtlDowncaseUnicodeChar(s[i]);
	return n;
}

LPWSTR WINAPI CharUpperW(LPWSTR s)
{
	if (is_char(s))
		return (LPWSTR)(ULONG_PTR)RtlUpcaseUnicodeChar(
			(WCHAR)(ULONG_PTR)s);
	CharUpperBuffW(s, (DWORD)lstrlenW(s));
	return s;
}

LPWSTR WINAPI CharLowerW(LPWSTR s)
{
	if (is_char(s))
		return (LPWSTR)(ULONG_PTR)RtlDowncaseUnicodeChar(
			(WCHAR)(ULONG_PTR)s);
	CharLowerBuffW(s, (DWORD)lstrlenW(s));
	return s;
}

/* Bytes of the character that begins at s, which is not at its end. */
static int char_size(LPCSTR s)
{
	const BYTE b = (BYTE)*s;
	int n = 1, want = 1;

	if (GetACP() == CP_UTF8) /* no lead bytes, says IsDBCSLeadByte */
		want = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
	else if (IsDBCSLeadByte(b))
		want = 2;
	while (n < want && s[n])
		n++;
	return n;
}

/*
 * Through UTF-16, character by character: lengths must not change.  Those
 * beyond UTF-16's first plane stay as they are.
 */
static void convert(LPSTR s, WCHAR (*fn)(WCHAR))
{
	while (*s) {
		int n = char_size(s);
		WCHAR w;
		char out[4];

		if (MultiByteToWideChar(CP_ACP, 0, s, n, &w, 1) == 1) {
			w = fn(w);
			if (WideCharToMultiByte(CP_ACP, 0, &w, 1, out,
						sizeof out, NULL, NULL) == n)
				memcpy(s, out, (size_t)n);
		}
		s += n;
	}
}

static WCHAR upper(WCHAR c)
{
	return RtlUpcaseUnicodeChar(c);
}

static WCHAR lower(WCHAR c)
{
	return RtlDowncaseUnicodeChar(c);
}

static LPSTR convert_arg(LPSTR s, WCHAR (*fn)(WCHAR))
{
	char one[2] = { (char)(ULONG_PTR)s, 0 };

	if (!is_char(s)) {
		convert(s, fn);
		return s;
	}
	convert(one, fn);
	return (LPSTR)(ULONG_PTR)(BYTE)one[0];
}

LPSTR WINAPI CharUpperA(LPSTR s)
{
	return convert_arg(s, upper);
}

LPSTR WINAPI CharLowerA(LPSTR s)
{
	return convert_arg(s, lower);
}

LPWSTR WINAPI CharNextW(LPCWSTR s)
{
	return (LPWSTR)(*s ? s + 1 : s);
}

LPWSTR WINAPI CharPrevW(LPCWSTR start, LPCWSTR s)
{
	return (LPWSTR)(s > start ? s - 1 : s);
}

LPSTR WINAPI CharNextExA(WORD codepage, LPCSTR s, DWORD flags)
{
	if (!*s)
		return (LPSTR)s;
	return (LPSTR)(IsDBCSLeadByteEx(codepage, (BYTE)*s) && s[1] ? s + 2
								    : s + 1);
}

/* A trail byte looks like any other: one has to walk from the start. */
LPSTR WINAPI CharPrevExA(WORD codepage, LPCSTR start, LPCSTR s, DWORD flags)
{
	while (*start && start < s) {
		LPCSTR next = CharNextExA(codepage, start, flags);

		if (next >= s)
			break;
		start = next;
	}
	return (LPSTR)start;
}

LPSTR WINAPI CharNextA(LPCSTR s)
{
	return CharNextExA(CP_ACP, s, 0);
}

LPSTR WINAPI CharPrevA(LPCSTR start, LPCSTR s)
{
	return CharPrevExA(CP_ACP, start, s, 0);
}

static BOOL has_type(WCHAR c, WORD mask)
{
	WORD type = 0;

	GetStringTypeW(CT_CTYPE1, &c, 1, &type);
	return !!(type & mask);
}

BOOL WINAPI IsCharAlphaW(WCHAR c)
{
	return has_type(c, C1_ALPHA);
}

BOOL WINAPI IsCharAlphaNumericW(WCHAR c)
{
	return has_type(c, C1_ALPHA | C1_DIGIT);
}

BOOL WINAPI IsCharUpperW(WCHAR c)
{
	return has_type(c, C1_UPPER);
}

BOOL WINAPI IsCharLowerW(WCHAR c)
{
	return has_type(c, C1_LOWER);
}
