/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * encrypt.c - encrypted files: no volume here can have any.
 */
#include "reg.h"

static BOOL is_there(LPCWSTR name)
{
	return GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
}

BOOL WINAPI EncryptFileW(LPCWSTR name)
{
	if (is_there(name))
		SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

/* What is not encrypted is decrypted already. */
BOOL WINAPI DecryptFileW(LPCWSTR name, DWORD reserved)
{
	if (reserved) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return is_there(name);
}

BOOL WINAPI FileEncryptionStatusW(LPCWSTR name, LPDWORD status)
{
	if (!status) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!is_there(name))
		return FALSE;
	*status = FILE_SYSTEM_NOT_SUPPORT;
	return TRUE;
}

static BOOL wide(LPCSTR name, UNICODE_STRING *w)
{
	LSTATUS ret = reg_widen(name, w);

	if (ret)
		SetLastError(ret);
	return !ret;
}

BOOL WINAPI EncryptFileA(LPCSTR name)
{
	UNICODE_STRING w = { 0 };
	BOOL ok = wide(name, &w) && EncryptFileW(w.Buffer);

	RtlFreeUnicodeString(&w);
	return ok;
}

BOOL WINAPI DecryptFileA(LPCSTR name, DWORD reserved)
{
	UNICODE_STRING w = { 0 };
	BOOL ok = wide(name, &w) && DecryptFileW(w.Buffer, reserved);

	RtlFreeUnicodeString(&w);
	return ok;
}

BOOL WINAPI FileEncryptionStatusA(LPCSTR name, LPDWORD status)
{
	UNICODE_STRING w = { 0 };
	BOOL ok = wide(name, &w) && FileEncryptionStatusW(w.Buffer, status);

	RtlFreeUnicodeString(&w);
	return ok;
}
