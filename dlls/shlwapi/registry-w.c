/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* registry-w.c - shlwapi's registry functions, with UTF-16 names. */
#define WIDE
#include "text.h"
#include "registry.h"

HKEY WINAPI SHRegDuplicateHKey(HKEY key)
{
	HKEY k;

	return RegOpenKeyExW(key, L"", 0, MAXIMUM_ALLOWED, &k) ? NULL : k;
}

int WINAPI SHRegGetIntW(HKEY key, PCWSTR value, int otherwise)
{
	WCHAR text[32];
	DWORD type, n, size = sizeof n;

	if (!RegGetValueW(key, NULL, value, RRF_RT_DWORD, &type, &n, &size))
		return (int)n;
	size = sizeof text;
	if (!RegGetValueW(key, NULL, value, RRF_RT_REG_SZ, &type, text, &size))
		return StrToIntW(text);
	return otherwise;
}
