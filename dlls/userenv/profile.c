/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* profile.c - where users' folders are. */
#include "nt.h"

BOOL WINAPI GetUserProfileDirectoryW(HANDLE token, LPWSTR dir, LPDWORD size);
BOOL WINAPI GetProfilesDirectoryW(LPWSTR dir, LPDWORD size);

static BOOL give(const WCHAR *text, DWORD n, LPWSTR dir, LPDWORD size)
{
	if (!size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!dir || *size < n + 1) {
		*size = n + 1;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(dir, text, (n + 1) * sizeof(WCHAR));
	*size = n + 1;
	return TRUE;
}

BOOL WINAPI GetUserProfileDirectoryW(HANDLE token, LPWSTR dir, LPDWORD size)
{
	WCHAR path[MAX_PATH];
	DWORD n;

	/* One user, whatever the token. */
	if (!token) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	n = GetEnvironmentVariableW(L"USERPROFILE", path, MAX_PATH);
	if (n == 0 || n >= MAX_PATH) {
		SetLastError(ERROR_FILE_NOT_FOUND);
		return FALSE;
	}
	return give(path, n, dir, size);
}

BOOL WINAPI GetProfilesDirectoryW(LPWSTR dir, LPDWORD size)
{
	return give(L"C:\\Users", 8, dir, size);
}
