/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile-struct.c - structures in initialisation files: hexadecimal digits,
 * and a sum of the bytes at the end.
 */
#include "profile.h"

BOOL WINAPI WritePrivateProfileStructW(LPCWSTR section, LPCWSTR key, LPVOID p,
				       UINT size, LPCWSTR file)
{
	static const WCHAR digits[] = L"0123456789ABCDEF";
	const UCHAR *b = p;
	UCHAR sum = 0;
	WCHAR *s;
	BOOL ok;

	if (!p)
		return ini_change(section, key, NULL, NULL, file);
	s = k32_alloc((size * 2 + 3) * sizeof(WCHAR));
	if (!s)
		return FALSE;
	for (UINT i = 0; i <= size; i++) {
		UCHAR v = i < size ? b[i] : sum;

		sum += v;
		s[i * 2] = digits[v >> 4];
		s[i * 2 + 1] = digits[v & 15];
	}
	s[size * 2 + 2] = 0;
	ok = ini_change(section, key, s, NULL, file);
	k32_free(s);
	return ok;
}

static int digit(WCHAR c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

BOOL WINAPI GetPrivateProfileStructW(LPCWSTR section, LPCWSTR key, LPVOID p,
				     UINT size, LPCWSTR file)
{
	DWORD room = size * 2 + 4, n;
	WCHAR *s = k32_alloc(room * sizeof(WCHAR));
	UCHAR sum = 0;
	BOOL ok;

	if (!s)
		return FALSE;
	n = GetPrivateProfileStringW(section, key, L"", s, room, file);
	ok = n == size * 2 + 2;
	for (UINT i = 0; ok && i <= size; i++) {
		int high = digit(s[i * 2]), low = digit(s[i * 2 + 1]);
		UCHAR v = high << 4 | low;

		if (high < 0 || low < 0 || (i == size && v != sum))
			ok = FALSE;
		else if (i < size)
			((UCHAR *)p)[i] = v;
		sum += v;
	}
	k32_free(s);
	if (!ok)
		SetLastError(ERROR_BAD_LENGTH);
	return ok;
}

BOOL WINAPI WritePrivateProfileStructA(LPCSTR section, LPCSTR key, LPVOID p,
				       UINT size, LPCSTR file)
{
	WIDE(s);
	WIDE(k);
	WIDE(f);

	return wide_from_ansi(&s, section) && wide_from_ansi(&k, key) &&
	       wide_from_file(&f, file) &&
	       WritePrivateProfileStructW(s.s, k.s, p, size, f.s);
}

BOOL WINAPI GetPrivateProfileStructA(LPCSTR section, LPCSTR key, LPVOID p,
				     UINT size, LPCSTR file)
{
	WIDE(s);
	WIDE(k);
	WIDE(f);

	return wide_from_ansi(&s, section) && wide_from_ansi(&k, key) &&
	       wide_from_file(&f, file) &&
	       GetPrivateProfileStructW(s.s, k.s, p, size, f.s);
}
