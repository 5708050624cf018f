/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg-get.c - RegGetValue: text always ends in a NUL, %variables% are
 * expanded, and the type must be one that the caller takes.  Also the calls
 * that name a subkey and a value at once.
 */
#include "reg.h"

static const struct {
	DWORD type, flag;
} accepted[] = {
	{ REG_NONE, RRF_RT_REG_NONE },
	{ REG_SZ, RRF_RT_REG_SZ },
	{ REG_EXPAND_SZ, RRF_RT_REG_EXPAND_SZ },
	{ REG_BINARY, RRF_RT_REG_BINARY },
	{ REG_DWORD, RRF_RT_REG_DWORD },
	{ REG_MULTI_SZ, RRF_RT_REG_MULTI_SZ },
	{ REG_QWORD, RRF_RT_REG_QWORD },
};

static LSTATUS check_type(DWORD type, DWORD n, DWORD flags)
{
	DWORD any = flags & RRF_RT_ANY;

	if (any == RRF_RT_ANY)
		return ERROR_SUCCESS;
	for (ULONG i = 0; i < ARRAYSIZE(accepted); i++) {
		if (accepted[i].type != type || !(any & accepted[i].flag))
			continue;
		if (type == REG_BINARY && ((any == RRF_RT_DWORD && n != 4) ||
					   (any == RRF_RT_QWORD && n != 8)))
			return ERROR_INVALID_DATA;
		return ERROR_SUCCESS;
	}
	return ERROR_UNSUPPORTED_TYPE;
}

/* *n bytes of text in room for two NULs more: ends it as its type wants. */
static void terminate(DWORD type, BYTE *value, DWORD *n)
{
	WCHAR *text = (WCHAR *)value;
	DWORD len = *n / sizeof(WCHAR), nuls = type == REG_MULTI_SZ ? 2 : 1;
	DWORD have = 0;

	while (have < nuls && have < len && !text[len - 1 - have])
		have++;
	for (; have < nuls; have++)
		text[len++] = 0;
	*n = len * sizeof(WCHAR);
}

static LSTATUS expand(BYTE **value, DWORD *n)
{
	DWORD len = ExpandEnvironmentStringsW((WCHAR *)*value, NULL, 0);
	WCHAR *text = RtlAllocateHeap(rf_heap(), 0, (len + 1) * sizeof(WCHAR));

	if (!text)
		return ERROR_NOT_ENOUGH_MEMORY;
	*n = ExpandEnvironmentStringsW((WCHAR *)*value, text, len) *
	     sizeof(WCHAR);
	RtlFreeHeap(rf_heap(), 0, *value);
	*value = (BYTE *)text;
	return ERROR_SUCCESS;
}

/* The value in a heap buffer (caller frees), ended and expanded. */
static LSTATUS get(HKEY key, LPCWSTR sub, LPCWSTR name, DWORD flags,
		   DWORD *type, BYTE **value, DWORD *n)
{
	DWORD view = flags & RRF_SUBKEY_WOW6464KEY   ? KEY_WOW64_64KEY
		     : flags & RRF_SUBKEY_WOW6432KEY ? KEY_WOW64_32KEY
						     : 0;
	HKEY opened = NULL;
	LSTATUS ret;

	*value = NULL;
	if ((flags & RRF_RT_REG_EXPAND_SZ) && !(flags & RRF_NOEXPAND) &&
	    (flags & RRF_RT_ANY) != RRF_RT_ANY)
		return ERROR_INVALID_PARAMETER;
	if (sub && *sub) {
		ret = RegOpenKeyExW(key, sub, 0, KEY_QUERY_VALUE | view,
				    &opened);
		if (ret)
			return ret;
		key = opened;
	}
	*n = 256;
	do {
		RtlFreeHeap(rf_heap(), 0, *value);
		*value = RtlAllocateHeap(rf_heap(), 0, *n + 3 * sizeof(WCHAR));
		ret = *value ? RegQueryValueExW(key, name, NULL, type, *value,
						n)
			     : ERROR_NOT_ENOUGH_MEMORY;
	} while (ret == ERROR_MORE_DATA);
	if (opened)
		RegCloseKey(opened);
	if (!ret && reg_is_string(*type))
		terminate(*type, *value, n);
	if (!ret && *type == REG_EXPAND_SZ && !(flags & RRF_NOEXPAND)) {
		ret = expand(value, n);
		*type = REG_SZ;
	}
	if (!ret)
		ret = check_type(*type, *n, flags);
	if (ret) {
		RtlFreeHeap(rf_heap(), 0, *value);
		*value = NULL;
	}
	return ret;
}

LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR sub, LPCWSTR name, DWORD flags,
			    LPDWORD type, PVOID data, LPDWORD size)
{
	DWORD kind, n, room = size ? *size : 0;
	BYTE *value;
	LSTATUS ret;

	if (data && !size)
		return ERROR_INVALID_PARAMETER;
	ret = get(key, sub, name, flags, &kind, &value, &n);
	if (!ret)
		ret = reg_give(kind, value, n, type, data, size);
	if (ret && data && (flags & RRF_ZEROONFAILURE))
		memset(data, 0, room);
	RtlFreeHeap(rf_heap(), 0, value);
	return ret;
}

LSTATUS WINAPI RegGetValueA(HKEY key, LPCSTR sub, LPCSTR name, DWORD flags,
			    LPDWORD type, PVOID data, LPDWORD size)
{
	DWORD kind, n, room = size ? *size : 0;
	UNICODE_STRING wide_sub, wide = { 0, 0, NULL };
	BYTE *value = NULL;
	LSTATUS ret;

	if (data && !size)
		return ERROR_INVALID_PARAMETER;
	ret = reg_widen(sub, &wide_sub);
	if (!ret)
		ret = reg_widen(name, &wide);
	if (!ret)
		ret = get(key, wide_sub.Buffer, wide.Buffer, flags, &kind,
			  &value, &n);
	if (!ret)
		ret = reg_give_narrow(kind, value, n, type, data, size);
	if (ret && data && (flags & RRF_ZEROONFAILURE))
		memset(data, 0, room);
	RtlFreeHeap(rf_heap(), 0, value);
	RtlFreeUnicodeString(&wide);
	RtlFreeUnicodeString(&wide_sub);
	return ret;
}

LSTATUS WINAPI RegSetKeyValueW(HKEY key, LPCWSTR sub, LPCWSTR name, DWORD type,
			       LPCVOID data, DWORD size)
{
	HKEY opened = NULL;
	LSTATUS ret = ERROR_SUCCESS;

	if (sub && *sub)
		ret = RegCreateKeyExW(key, sub, 0, NULL, 0, KEY_SET_VALUE, NULL,
				      &opened, NULL);
	if (!ret)
		ret = RegSetValueExW(opened ? opened : key, name, 0, type, data,
				     size);
	if (opened)
		RegCloseKey(opened);
	return ret;
}

LSTATUS WINAPI RegSetKeyValueA(HKEY key, LPCSTR sub, LPCSTR name, DWORD type,
			       LPCVOID data, DWORD size)
{
	HKEY opened = NULL;
	LSTATUS ret = ERROR_SUCCESS;

	if (sub && *sub)
		ret = RegCreateKeyExA(key, sub, 0, NULL, 0, KEY_SET_VALUE, NULL,
				      &opened, NULL);
	if (!ret)
		ret = RegSetValueExA(opened ? opened : key, name, 0, type, data,
				     size);
	if (opened)
		RegCloseKey(opened);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyValueW(HKEY key, LPCWSTR sub, LPCWSTR name)
{
	HKEY opened = NULL;
	LSTATUS ret = ERROR_SUCCESS;

	if (sub && *sub)
		ret = RegOpenKeyExW(key, sub, 0, KEY_SET_VALUE, &opened);
	if (!ret)
		ret = RegDeleteValueW(opened ? opened : key, name);
	if (opened)
		RegCloseKey(opened);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyValueA(HKEY key, LPCSTR sub, LPCSTR name)
{
	HKEY opened = NULL;
	LSTATUS ret = ERROR_SUCCESS;

	if (sub && *sub)
		ret = RegOpenKeyExA(key, sub, 0, KEY_SET_VALUE, &opened);
	if (!ret)
		ret = RegDeleteValueA(opened ? opened : key, name);
	if (opened)
		RegCloseKey(opened);
	return ret;
}

LSTATUS WINAPI RegLoadMUIStringW(HKEY key, LPCWSTR name, LPWSTR to, DWORD room,
				 LPDWORD needed, DWORD flags, LPCWSTR folder)
{
	DWORD kind, n;
	BYTE *value;
	LSTATUS ret;

	if (!to && room)
		return ERROR_INVALID_PARAMETER;
	ret = get(key, NULL, name, RRF_RT_ANY, &kind, &value, &n);
	if (ret)
		return ret;
	if (!reg_is_string(kind))
		ret = ERROR_UNSUPPORTED_TYPE;
	else if (*(WCHAR *)value == '@')
		ret = ERROR_MUI_FILE_NOT_FOUND;
	if (!ret && needed)
		*needed = n;
	if (!ret && n > room)
		ret = ERROR_MORE_DATA;
	if (!ret)
		memcpy(to, value, n);
	RtlFreeHeap(rf_heap(), 0, value);
	return ret;
}
