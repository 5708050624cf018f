/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reg-value.c - values of registry keys. */
#include "reg.h"

/* The value in a buffer of the heap; the caller frees it. */
static NTSTATUS read_value(HANDLE h, UNICODE_STRING *name,
			   KEY_VALUE_PARTIAL **out)
{
	ULONG size = sizeof(KEY_VALUE_PARTIAL) + 256, needed;
	NTSTATUS s;

	for (;;) {
		KEY_VALUE_PARTIAL *v = RtlAllocateHeap(rf_heap(), 0, size);

		if (!v)
			return STATUS_NO_MEMORY;
		s = NtQueryValueKey(h, name, KeyValuePartial, v, size, &needed);
		if (NT_SUCCESS(s)) {
			*out = v;
			return s;
		}
		RtlFreeHeap(rf_heap(), 0, v);
		if (s != STATUS_BUFFER_OVERFLOW && s != STATUS_BUFFER_TOO_SMALL)
			return s;
		size = needed + 16; /* it may grow meanwhile */
	}
}

/* What RegQueryValueEx does with type, data and size, in both widths. */
LSTATUS reg_give(DWORD type, const void *value, DWORD n, DWORD *ptype,
		 BYTE *data, DWORD *size)
{
	LSTATUS ret = ERROR_SUCCESS;

	if (ptype)
		*ptype = type;
	if (data) {
		if (n > *size)
			ret = ERROR_MORE_DATA;
		else
			memcpy(data, value, n);
	}
	if (size)
		*size = n;
	return ret;
}

LSTATUS reg_give_narrow(DWORD type, const void *value, DWORD n, DWORD *ptype,
			BYTE *data, DWORD *size)
{
	char *narrow;
	LSTATUS ret;
	ULONG len = 0;

	if (!reg_is_string(type))
		return reg_give(type, value, n, ptype, data, size);
	RtlUnicodeToMultiByteSize(&len, value, n);
	narrow = RtlAllocateHeap(rf_heap(), 0, len + 1);
	if (!narrow)
		return ERROR_NOT_ENOUGH_MEMORY;
	RtlUnicodeToMultiByteN(narrow, len, &len, value, n);
	ret = reg_give(type, narrow, len, ptype, data, size);
	RtlFreeHeap(rf_heap(), 0, narrow);
	return ret;
}

LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR value, LPDWORD reserved,
				LPDWORD type, LPBYTE data, LPDWORD size)
{
	UNICODE_STRING name;
	KEY_VALUE_PARTIAL *v;
	HANDLE h;
	NTSTATUS s;
	LSTATUS ret;

	if (reserved || (data && !size))
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	RtlInitUnicodeString(&name, value ? value : L"");
	if (NT_SUCCESS(s))
		s = read_value(h, &name, &v);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	ret = reg_give(v->Type, v->Data, v->DataLength, type, data, size);
	RtlFreeHeap(rf_heap(), 0, v);
	return ret;
}

LSTATUS WINAPI RegQueryValueExA(HKEY key, LPCSTR value, LPDWORD reserved,
				LPDWORD type, LPBYTE data, LPDWORD size)
{
	UNICODE_STRING name = { 0, 0, NULL };
	KEY_VALUE_PARTIAL *v;
	HANDLE h;
	NTSTATUS s;
	LSTATUS ret;

	if (reserved || (data && !size))
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	if (NT_SUCCESS(s) &&
	    !RtlCreateUnicodeStringFromAsciiz(&name, value ? value : ""))
		s = STATUS_NO_MEMORY;
	if (NT_SUCCESS(s))
		s = read_value(h, &name, &v);
	RtlFreeUnicodeString(&name);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	ret = reg_give_narrow(v->Type, v->Data, v->DataLength, type, data,
			      size);
	RtlFreeHeap(rf_heap(), 0, v);
	return ret;
}

LSTATUS WINAPI RegSetValueExW(HKEY key, LPCWSTR value, DWORD reserved,
			      DWORD type, const BYTE *data, DWORD size)
{
	UNICODE_STRING name;
	HANDLE h;
	NTSTATUS s;

	if (reserved)
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	RtlInitUnicodeString(&name, value ? value : L"");
	/* A string given without its NUL that has one behind it keeps it. */
	if (reg_is_string(type) && size && size % sizeof(WCHAR) == 0) {
		const WCHAR *text = (const WCHAR *)data;

		if (text[size / sizeof(WCHAR) - 1] &&
		    !text[size / sizeof(WCHAR)])
			size += sizeof(WCHAR);
	}
	if (NT_SUCCESS(s))
		s = NtSetValueKey(h, &name, 0, type, (PVOID)data, size);
	return reg_error(s);
}

LSTATUS WINAPI RegDeleteValueW(HKEY key, LPCWSTR value)
{
	UNICODE_STRING name;
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	RtlInitUnicodeString(&name, value ? value : L"");
	if (NT_SUCCESS(s))
		s = NtDeleteValueKey(h, &name);
	return reg_error(s);
}

LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, LPWSTR name,
			     LPDWORD name_len, LPDWORD reserved, LPDWORD type,
			     LPBYTE data, LPDWORD size)
{
	ULONG room = sizeof(KEY_VALUE_FULL) + 1024, needed, n;
	KEY_VALUE_FULL *v;
	HANDLE h;
	NTSTATUS s;
	LSTATUS ret;

	if (reserved || !name || !name_len || (data && !size))
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	for (;;) {
		v = RtlAllocateHeap(rf_heap(), 0, room);
		if (!v)
			return ERROR_NOT_ENOUGH_MEMORY;
		s = NtEnumerateValueKey(h, index, KeyValueFull, v, room,
					&needed);
		if (NT_SUCCESS(s))
			break;
		RtlFreeHeap(rf_heap(), 0, v);
		if (s != STATUS_BUFFER_OVERFLOW && s != STATUS_BUFFER_TOO_SMALL)
			return reg_error(s);
		room = needed + 16;
	}
	n = v->NameLength / sizeof(WCHAR);
	if (n >= *name_len) {
		ret = ERROR_MORE_DATA;
	} else {
		memcpy(name, v->Name, v->NameLength);
		name[n] = 0;
		*name_len = n;
		ret = reg_give(v->Type, (BYTE *)v + v->DataOffset,
			       v->DataLength, type, data, size);
	}
	RtlFreeHeap(rf_heap(), 0, v);
	return ret;
}
