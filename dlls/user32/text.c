/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text.c - wsprintf, strings of resources, OEM text. */
#include "nt.h"

/* ---- wsprintf: at most 1024 units, its NUL included ---- */

enum { FORMAT_MAX = 1024 };

int WINAPI wvsprintfW(LPWSTR to, LPCWSTR format, va_list args)
{
	int n = rf_vsnwprintf(to, FORMAT_MAX, format, args);

	if (n < 0 || n >= FORMAT_MAX)
		n = FORMAT_MAX - 1;
	to[n] = 0;
	return n;
}

int WINAPI wvsprintfA(LPSTR to, LPCSTR format, va_list args)
{
	int n = rf_vsnprintf(to, FORMAT_MAX, format, args);

	if (n < 0 || n >= FORMAT_MAX)
		n = FORMAT_MAX - 1;
	to[n] = 0;
	return n;
}

int WINAPIV wsprintfW(LPWSTR to, LPCWSTR format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = wvsprintfW(to, format, args);
	va_end(args);
	return n;
}

int WINAPIV wsprintfA(LPSTR to, LPCSTR format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = wvsprintfA(to, format, args);
	va_end(args);
	return n;
}

/* ---- string tables: blocks of 16 counted strings ---- */

static const WCHAR *find_string(HINSTANCE module, UINT id, WORD *n)
{
	HRSRC r = FindResourceW(module, MAKEINTRESOURCEW((id >> 4) + 1),
				(LPCWSTR)RT_STRING);
	const WCHAR *p = r ? LockResource(LoadResource(module, r)) : NULL;
	const WCHAR *end;

	if (!p)
		return NULL;
	end = p + SizeofResource(module, r) / sizeof(WCHAR);
	for (UINT i = id & 15; i && p < end; i--)
		p += *p + 1;
	if (p >= end || *p > end - p - 1 || !*p) {
		SetLastError(ERROR_RESOURCE_NAME_NOT_FOUND);
		return NULL;
	}
	*n = *p;
	return p + 1;
}

int WINAPI LoadStringW(HINSTANCE module, UINT id, LPWSTR to, int room)
{
	WORD n;
	const WCHAR *s = find_string(module, id, &n);

	if (!to)
		return 0;
	if (!room) {
		/* The string itself is asked for; it has no NUL. */
		*(const WCHAR **)to = s;
		return s ? n : 0;
	}
	if (!s) {
		to[0] = 0;
		return 0;
	}
	if (n >= room)
		n = (WORD)(room - 1);
	memcpy(to, s, n * sizeof(WCHAR));
	to[n] = 0;
	return n;
}

int WINAPI LoadStringA(HINSTANCE module, UINT id, LPSTR to, int room)
{
	ULONG len = 0;
	WORD n;
	const WCHAR *s = find_string(module, id, &n);

	if (!to || room <= 0)
		return 0;
	if (s)
		RtlUnicodeToMultiByteN(to, (ULONG)room - 1, &len, s,
				       n * sizeof(WCHAR));
	to[len] = 0;
	return (int)len;
}

/* ---- OEM text ---- */

static BOOL oem_to_wide(LPCSTR from, LPWSTR to, DWORD n)
{
	return MultiByteToWideChar(CP_OEMCP, MB_PRECOMPOSED | MB_USEGLYPHCHARS,
				   from, (int)n, to, (int)n) != 0;
}

BOOL WINAPI OemToCharBuffW(LPCSTR from, LPWSTR to, DWORD n)
{
	return from && to && oem_to_wide(from, to, n);
}

BOOL WINAPI OemToCharW(LPCSTR from, LPWSTR to)
{
	return from && OemToCharBuffW(from, to, (DWORD)lstrlenA(from) + 1);
}

BOOL WINAPI CharToOemBuffW(LPCWSTR from, LPSTR to, DWORD n)
{
	return from && to &&
	       WideCharToMultiByte(CP_OEMCP, 0, from, (int)n, to, (int)n, NULL,
				   NULL);
}

BOOL WINAPI CharToOemW(LPCWSTR from, LPSTR to)
{
	return from && CharToOemBuffW(from, to, (DWORD)lstrlenW(from) + 1);
}

/* from and to may be the same. */
static BOOL recode(LPCSTR from, LPSTR to, DWORD n, UINT from_cp, UINT to_cp)
{
	WCHAR *wide;
	BOOL ok;

	if (!from || !to)
		return FALSE;
	if (!n)
		return TRUE;
	wide = HeapAlloc(GetProcessHeap(), 0, n * sizeof *wide);
	if (!wide)
		return FALSE;
	{
		int len = MultiByteToWideChar(from_cp, 0, from, (int)n, wide,
					      (int)n);

		ok = len && WideCharToMultiByte(to_cp, 0, wide, len, to, (int)n,
						NULL, NULL);
	}
	HeapFree(GetProcessHeap(), 0, wide);
	return ok;
}

BOOL WINAPI OemToCharBuffA(LPCSTR from, LPSTR to, DWORD n)
{
	return recode(from, to, n, CP_OEMCP, CP_ACP);
}

BOOL WINAPI CharToOemBuffA(LPCSTR from, LPSTR to, DWORD n)
{
	return recode(from, to, n, CP_ACP, CP_OEMCP);
}

BOOL WINAPI OemToCharA(LPCSTR from, LPSTR to)
{
	return from && OemToCharBuffA(from, to, (DWORD)lstrlenA(from) + 1);
}

BOOL WINAPI CharToOemA(LPCSTR from, LPSTR to)
{
	return from && CharToOemBuffA(from, to, (DWORD)lstrlenA(from) + 1);
}

/* ---- kinds of characters in the ANSI code page ---- */

static WCHAR wide_of(CHAR c)
{
	WCHAR w = 0;

	return MultiByteToWideChar(CP_ACP, 0, &c, 1, &w, 1) ? w : 0;
}

BOOL WINAPI IsCharAlphaA(CHAR c)
{
	return IsCharAlphaW(wide_of(c));
}

BOOL WINAPI IsCharAlphaNumericA(CHAR c)
{
	return IsCharAlphaNumericW(wide_of(c));
}

BOOL WINAPI IsCharUpperA(CHAR c)
{
	return IsCharUpperW(wide_of(c));
}

BOOL WINAPI IsCharLowerA(CHAR c)
{
	return IsCharLowerW(wide_of(c));
}

DWORD WINAPI CharUpperBuffA(LPSTR s, DWORD n)
{
	return (DWORD)LCMapStringA(LOCALE_USER_DEFAULT, LCMAP_UPPERCASE, s,
				   (int)n, s, (int)n);
}

DWORD WINAPI CharLowerBuffA(LPSTR s, DWORD n)
{
	return (DWORD)LCMapStringA(LOCALE_USER_DEFAULT, LCMAP_LOWERCASE, s,
				   (int)n, s, (int)n);
}
