/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* name.c - the user's name in the forms that a machine without domain has. */
#define SECURITY_WIN32
#include "nt.h"
#include <security.h>

BOOLEAN WINAPI GetUserNameExW(EXTENDED_NAME_FORMAT format, LPWSTR to,
			      PULONG size)
{
	WCHAR text[MAX_COMPUTERNAME_LENGTH + 260];
	DWORD n = MAX_COMPUTERNAME_LENGTH + 1, user;

	if (format != NameSamCompatible) {
		SetLastError(ERROR_NONE_MAPPED);
		return FALSE;
	}
	if (!GetComputerNameW(text, &n))
		return FALSE;
	text[n++] = '\\';
	user = GetEnvironmentVariableW(L"USERNAME", text + n, 257);
	if (!user || user > 256) {
		SetLastError(ERROR_NONE_MAPPED);
		return FALSE;
	}
	n += user;
	if (!to || *size <= n) {
		*size = n + 1;
		SetLastError(ERROR_MORE_DATA);
		return FALSE;
	}
	memcpy(to, text, (n + 1) * sizeof(WCHAR));
	*size = n;
	return TRUE;
}

BOOLEAN WINAPI GetUserNameExA(EXTENDED_NAME_FORMAT format, LPSTR to,
			      PULONG size)
{
	WCHAR wide[MAX_COMPUTERNAME_LENGTH + 260];
	ULONG n = ARRAYSIZE(wide), len;

	if (!GetUserNameExW(format, wide, &n))
		return FALSE;
	RtlUnicodeToMultiByteSize(&len, wide, n * sizeof(WCHAR));
	if (!to || *size <= len) {
		*size = len + 1;
		SetLastError(ERROR_MORE_DATA);
		return FALSE;
	}
	RtlUnicodeToMultiByteN(to, len, &len, wide, n * sizeof(WCHAR));
	to[len] = 0;
	*size = len;
	return TRUE;
}
