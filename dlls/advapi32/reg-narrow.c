/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg-narrow.c - the registry's calls in the ANSI code page, by way of the
 * wide ones.  Lengths count bytes here; names are at most 255 and 16383 units.
 */
#include "reg.h"

enum { KEY_NAME_MAX = 256, VALUE_NAME_MAX = 16384 };

/* n units into *size bytes and a NUL; *size becomes the length without it. */
static LSTATUS narrow(const WCHAR *from, DWORD n, char *to, DWORD *size)
{
	ULONG len;

	RtlUnicodeToMultiByteSize(&len, from, n * sizeof(WCHAR));
	if (len >= *size)
		return ERROR_MORE_DATA;
	RtlUnicodeToMultiByteN(to, *size, &len, from, n * sizeof(WCHAR));
	to[len] = 0;
	*size = len;
	return ERROR_SUCCESS;
}

LSTATUS WINAPI RegCreateKeyExA(HKEY key, LPCSTR sub, DWORD reserved,
			       LPSTR class, DWORD options, REGSAM access,
			       LPSECURITY_ATTRIBUTES sa, PHKEY out, LPDWORD how)
{
	UNICODE_STRING name, class_name;
	LSTATUS ret = reg_widen(sub, &name);

	if (ret)
		return ret;
	ret = reg_widen(class, &class_name);
	if (!ret)
		ret = RegCreateKeyExW(key, name.Buffer, reserved,
				      class_name.Buffer, options, access, sa,
				      out, how);
	RtlFreeUnicodeString(&class_name);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegSetValueExA(HKEY key, LPCSTR value, DWORD reserved,
			      DWORD type, const BYTE *data, DWORD size)
{
	UNICODE_STRING name;
	WCHAR *text = NULL;
	ULONG n = 0;
	LSTATUS ret = reg_widen(value, &name);

	if (ret)
		return ret;
	if (data && reg_is_string(type)) {
		/* A string given without its NUL that has one keeps it. */
		if (size && data[size - 1] && !data[size])
			size++;
		RtlMultiByteToUnicodeSize(&n, (PCSTR)data, size);
		text = RtlAllocateHeap(rf_heap(), 0, n + sizeof(WCHAR));
		if (!text) {
			RtlFreeUnicodeString(&name);
			return ERROR_NOT_ENOUGH_MEMORY;
		}
		RtlMultiByteToUnicodeN(text, n, &n, (PCSTR)data, size);
		text[n / sizeof(WCHAR)] = 1; /* no NUL is added */
		data = (BYTE *)text;
		size = n;
	}
	ret = RegSetValueExW(key, name.Buffer, reserved, type, data, size);
	RtlFreeHeap(rf_heap(), 0, text);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegDeleteValueA(HKEY key, LPCSTR value)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(value, &name);

	if (!ret)
		ret = RegDeleteValueW(key, name.Buffer);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyExA(HKEY key, LPCSTR sub, REGSAM view,
			       DWORD reserved)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(sub, &name);

	if (!ret)
		ret = RegDeleteKeyExW(key, name.Buffer, view, reserved);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyA(HKEY key, LPCSTR sub)
{
	return RegDeleteKeyExA(key, sub, 0, 0);
}

LSTATUS WINAPI RegEnumKeyExA(HKEY key, DWORD index, LPSTR name,
			     LPDWORD name_len, LPDWORD reserved, LPSTR class,
			     LPDWORD class_len, PFILETIME written)
{
	WCHAR wide[KEY_NAME_MAX], wide_class[KEY_NAME_MAX];
	DWORD n = KEY_NAME_MAX, class_n = KEY_NAME_MAX;
	LSTATUS ret;

	if (!name || !name_len)
		return ERROR_INVALID_PARAMETER;
	ret = RegEnumKeyExW(key, index, wide, &n, reserved,
			    class_len ? wide_class : NULL,
			    class_len ? &class_n : NULL, written);
	if (!ret)
		ret = narrow(wide, n, name, name_len);
	if (!ret && class && class_len)
		ret = narrow(wide_class, class_n, class, class_len);
	else if (!ret && class_len)
		*class_len = class_n;
	return ret;
}

LSTATUS WINAPI RegEnumValueA(HKEY key, DWORD index, LPSTR name,
			     LPDWORD name_len, LPDWORD reserved, LPDWORD type,
			     LPBYTE data, LPDWORD size)
{
	DWORD n = VALUE_NAME_MAX, room = 1024, kind;
	WCHAR *wide;
	BYTE *value = NULL;
	LSTATUS ret;

	if (!name || !name_len || (data && !size))
		return ERROR_INVALID_PARAMETER;
	wide = RtlAllocateHeap(rf_heap(), 0, VALUE_NAME_MAX * sizeof *wide);
	if (!wide)
		return ERROR_NOT_ENOUGH_MEMORY;
	do {
		DWORD had = room;

		RtlFreeHeap(rf_heap(), 0, value);
		value = RtlAllocateHeap(rf_heap(), 0, room);
		n = VALUE_NAME_MAX;
		ret = value ? RegEnumValueW(key, index, wide, &n, reserved,
					    &kind, value, &room)
			    : ERROR_NOT_ENOUGH_MEMORY;
		if (ret == ERROR_MORE_DATA && room <= had)
			break;
	} while (ret == ERROR_MORE_DATA);
	if (!ret)
		ret = narrow(wide, n, name, name_len);
	if (!ret)
		ret = reg_give_narrow(kind, value, room, type, data, size);
	RtlFreeHeap(rf_heap(), 0, value);
	RtlFreeHeap(rf_heap(), 0, wide);
	return ret;
}

LSTATUS WINAPI RegQueryInfoKeyA(HKEY key, LPSTR class, LPDWORD class_len,
				LPDWORD reserved, LPDWORD subkeys,
				LPDWORD max_subkey, LPDWORD max_class,
				LPDWORD values, LPDWORD max_value_name,
				LPDWORD max_value, LPDWORD security,
				PFILETIME written)
{
	WCHAR wide[KEY_NAME_MAX];
	DWORD n = KEY_NAME_MAX;
	LSTATUS ret;

	if (class && !class_len)
		return ERROR_INVALID_PARAMETER;
	ret = RegQueryInfoKeyW(key, class_len ? wide : NULL,
			       class_len ? &n : NULL, reserved, subkeys,
			       max_subkey, max_class, values, max_value_name,
			       max_value, security, written);
	if (ret || !class_len)
		return ret;
	if (class)
		return narrow(wide, n, class, class_len);
	*class_len = n;
	return ret;
}
