/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile.c - where users' folders are.  There is one user, whose profile is
 * there already: loading it gives its part of the registry, HKEY_CURRENT_USER.
 */
#include "nt.h"
#include <userenv.h>

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

/* ---- folders ------------------------------------------------------------- */

static BOOL give(PCWSTR text, LPWSTR dir, LPDWORD size)
{
	DWORD n = (DWORD)wcslen(text) + 1;

	if (!size)
		return fail(ERROR_INVALID_PARAMETER);
	if (!dir || *size < n) {
		*size = n;
		return fail(ERROR_INSUFFICIENT_BUFFER);
	}
	memcpy(dir, text, n * sizeof *dir);
	*size = n;
	return TRUE;
}

static BOOL give_variable(PCWSTR name, LPWSTR dir, LPDWORD size)
{
	WCHAR path[MAX_PATH];
	DWORD n = GetEnvironmentVariableW(name, path, MAX_PATH);

	if (n == 0 || n >= MAX_PATH)
		return fail(ERROR_FILE_NOT_FOUND);
	return give(path, dir, size);
}

BOOL WINAPI GetUserProfileDirectoryW(HANDLE token, LPWSTR dir, LPDWORD size)
{
	if (!token) /* one user, whatever the token */
		return fail(ERROR_INVALID_HANDLE);
	return give_variable(L"USERPROFILE", dir, size);
}

BOOL WINAPI GetProfilesDirectoryW(LPWSTR dir, LPDWORD size)
{
	return give(L"C:\\Users", dir, size);
}

BOOL WINAPI GetDefaultUserProfileDirectoryW(LPWSTR dir, LPDWORD size)
{
	return give(L"C:\\Users\\Default", dir, size);
}

BOOL WINAPI GetAllUsersProfileDirectoryW(LPWSTR dir, LPDWORD size)
{
	return give_variable(L"ALLUSERSPROFILE", dir, size);
}

/* One of them in the code page of the process; w has what it answered. */
static BOOL narrow(const WCHAR *w, BOOL ok, LPSTR dir, LPDWORD size)
{
	int n;

	if (!ok)
		return FALSE;
	if (!size)
		return fail(ERROR_INVALID_PARAMETER);
	n = WideCharToMultiByte(CP_ACP, 0, w, -1, NULL, 0, NULL, NULL);
	if (!dir || *size < (DWORD)n) {
		*size = (DWORD)n;
		return fail(ERROR_INSUFFICIENT_BUFFER);
	}
	WideCharToMultiByte(CP_ACP, 0, w, -1, dir, n, NULL, NULL);
	*size = (DWORD)n;
	return TRUE;
}

BOOL WINAPI GetUserProfileDirectoryA(HANDLE token, LPSTR dir, LPDWORD size)
{
	WCHAR w[MAX_PATH];
	DWORD n = MAX_PATH;

	return narrow(w, GetUserProfileDirectoryW(token, w, &n), dir, size);
}

BOOL WINAPI GetProfilesDirectoryA(LPSTR dir, LPDWORD size)
{
	WCHAR w[MAX_PATH];
	DWORD n = MAX_PATH;

	return narrow(w, GetProfilesDirectoryW(w, &n), dir, size);
}

BOOL WINAPI GetDefaultUserProfileDirectoryA(LPSTR dir, LPDWORD size)
{
	WCHAR w[MAX_PATH];
	DWORD n = MAX_PATH;

	return narrow(w, GetDefaultUserProfileDirectoryW(w, &n), dir, size);
}

BOOL WINAPI GetAllUsersProfileDirectoryA(LPSTR dir, LPDWORD size)
{
	WCHAR w[MAX_PATH];
	DWORD n = MAX_PATH;

	return narrow(w, GetAllUsersProfileDirectoryW(w, &n), dir, size);
}

/* ---- profiles ------------------------------------------------------------ */

BOOL WINAPI GetProfileType(DWORD *flags)
{
	if (!flags)
		return fail(ERROR_INVALID_PARAMETER);
	*flags = 0; /* neither temporary nor roaming nor mandatory */
	return TRUE;
}

static BOOL load(HANDLE token, HANDLE *profile)
{
	LSTATUS s;
	HKEY k;

	if (!token)
		return fail(ERROR_INVALID_HANDLE);
	s = RegOpenCurrentUser(MAXIMUM_ALLOWED, &k);
	if (s)
		return fail((DWORD)s);
	*profile = k;
	return TRUE;
}

BOOL WINAPI LoadUserProfileW(HANDLE token, LPPROFILEINFOW info)
{
	if (!info || info->dwSize != sizeof *info || !info->lpUserName)
		return fail(ERROR_INVALID_PARAMETER);
	return load(token, &info->hProfile);
}

BOOL WINAPI LoadUserProfileA(HANDLE token, LPPROFILEINFOA info)
{
	if (!info || info->dwSize != sizeof *info || !info->lpUserName)
		return fail(ERROR_INVALID_PARAMETER);
	return load(token, &info->hProfile);
}

BOOL WINAPI UnloadUserProfile(HANDLE token, HANDLE profile)
{
	LSTATUS s;

	if (!token || !profile)
		return fail(ERROR_INVALID_HANDLE);
	s = RegCloseKey(profile);
	return s ? fail((DWORD)s) : TRUE;
}
