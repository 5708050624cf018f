/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg-rare.c - what few programs ask of the registry: several values at once,
 * keys of a transaction (there are none), reflection (there is none since
 * Windows 7), other computers' registries.
 */
#include "reg.h"

typedef struct {
	UNICODE_STRING *name;
	ULONG len, offset, type;
} VALUE_ENTRY;

/* ---- several values ----------------------------------------------------- */

LSTATUS WINAPI RegQueryMultipleValuesW(HKEY key, PVALENTW values, DWORD count,
				       LPWSTR buf, LPDWORD size)
{
	struct {
		VALUE_ENTRY entry;
		UNICODE_STRING name;
	} *all;
	VALUE_ENTRY *entries;
	ULONG room, required = 0;
	HANDLE h;
	NTSTATUS s;

	if (!values || !size)
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	all = RtlAllocateHeap(GetProcessHeap(), 0,
			      count * (sizeof *all + sizeof *entries) + 1);
	if (!all)
		return ERROR_NOT_ENOUGH_MEMORY;
	entries = (VALUE_ENTRY *)(all + count);
	for (DWORD i = 0; i < count; i++) {
		RtlInitUnicodeString(&all[i].name, values[i].ve_valuename);
		entries[i] = (VALUE_ENTRY){ .name = &all[i].name };
	}
	room = buf ? *size : 0;
	s = NtQueryMultipleValueKey(h, entries, count, buf, &room, &required);
	*size = required;
	for (DWORD i = 0; i < count && NT_SUCCESS(s); i++) {
		values[i].ve_valuelen = entries[i].len;
		values[i].ve_valueptr = (DWORD_PTR)buf + entries[i].offset;
		values[i].ve_type = entries[i].type;
	}
	RtlFreeHeap(GetProcessHeap(), 0, all);
	return reg_error(s);
}

/* All of them, wide, in memory that the caller frees. */
static LSTATUS all_wide(HKEY key, VALENTW *values, DWORD count, BYTE **data)
{
	DWORD size = 1024;
	LSTATUS ret = ERROR_MORE_DATA;

	*data = NULL;
	while (ret == ERROR_MORE_DATA) {
		RtlFreeHeap(GetProcessHeap(), 0, *data);
		*data = RtlAllocateHeap(GetProcessHeap(), 0, size);
		if (!*data)
			return ERROR_NOT_ENOUGH_MEMORY;
		ret = RegQueryMultipleValuesW(key, values, count,
					      (WCHAR *)*data, &size);
	}
	return ret;
}

/* Each behind the other, aligned; as far as there is room. */
static LSTATUS give_all(const VALENTW *wide, PVALENTA values, DWORD count,
			BYTE *buf, DWORD *size)
{
	DWORD at = 0, room = buf ? *size : 0;
	LSTATUS ret = ERROR_SUCCESS;

	for (DWORD i = 0; i < count; i++) {
		DWORD n, type;

		at = (at + 7) & ~7u;
		n = at < room ? room - at : 0;
		if (reg_give_narrow(wide[i].ve_type,
				    (void *)wide[i].ve_valueptr,
				    wide[i].ve_valuelen, &type,
				    n ? buf + at : NULL, &n) ||
		    at + n > room)
			ret = ERROR_MORE_DATA;
		values[i].ve_type = type;
		values[i].ve_valuelen = n;
		values[i].ve_valueptr = (DWORD_PTR)buf + at;
		at += n;
	}
	*size = at;
	return ret;
}

LSTATUS WINAPI RegQueryMultipleValuesA(HKEY key, PVALENTA values, DWORD count,
				       LPSTR buf, LPDWORD size)
{
	LSTATUS ret = ERROR_SUCCESS;
	UNICODE_STRING name;
	BYTE *data = NULL;
	VALENTW *wide;

	if (!values || !size)
		return ERROR_INVALID_PARAMETER;
	wide = RtlAllocateHeap(GetProcessHeap(), HEAP_ZERO_MEMORY,
			       count * sizeof *wide + 1);
	if (!wide)
		return ERROR_NOT_ENOUGH_MEMORY;
	for (DWORD i = 0; i < count && !ret; i++) {
		ret = reg_widen(values[i].ve_valuename, &name);
		wide[i].ve_valuename = name.Buffer;
	}
	if (!ret)
		ret = all_wide(key, wide, count, &data);
	if (!ret)
		ret = give_all(wide, values, count, (BYTE *)buf, size);
	for (DWORD i = 0; i < count; i++)
		RtlFreeHeap(GetProcessHeap(), 0, wide[i].ve_valuename);
	RtlFreeHeap(GetProcessHeap(), 0, data);
	RtlFreeHeap(GetProcessHeap(), 0, wide);
	return ret;
}

/* ---- transactions ------------------------------------------------------- */

LSTATUS WINAPI RegCreateKeyTransactedW(HKEY key, LPCWSTR sub, DWORD reserved,
				       LPWSTR class, DWORD options,
				       REGSAM access, LPSECURITY_ATTRIBUTES sa,
				       PHKEY out, LPDWORD how,
				       HANDLE transaction, PVOID more)
{
	UNICODE_STRING name, class_name;
	OBJECT_ATTRIBUTES oa;
	HANDLE root, h;
	NTSTATUS s;

	if (reserved || more || !out || !sub)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	s = reg_handle(key, &root);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	RtlInitUnicodeString(&name, sub);
	RtlInitUnicodeString(&class_name, class);
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, root,
				   sa ? sa->lpSecurityDescriptor : NULL);
	s = NtCreateKeyTransacted(&h, access, &oa, 0,
				  class ? &class_name : NULL, options,
				  transaction, how);
	if (NT_SUCCESS(s))
		*out = h;
	return reg_error(s);
}

LSTATUS WINAPI RegCreateKeyTransactedA(HKEY key, LPCSTR sub, DWORD reserved,
				       LPSTR class, DWORD options,
				       REGSAM access, LPSECURITY_ATTRIBUTES sa,
				       PHKEY out, LPDWORD how,
				       HANDLE transaction, PVOID more)
{
	UNICODE_STRING name, class_name = { 0, 0, NULL };
	LSTATUS ret = reg_widen(sub, &name);

	if (!ret)
		ret = reg_widen(class, &class_name);
	if (!ret)
		ret = RegCreateKeyTransactedW(key, name.Buffer, reserved,
					      class_name.Buffer, options,
					      access, sa, out, how,
					      transaction, more);
	RtlFreeUnicodeString(&class_name);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegOpenKeyTransactedW(HKEY key, LPCWSTR sub, DWORD options,
				     REGSAM access, PHKEY out,
				     HANDLE transaction, PVOID more)
{
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING name;
	HANDLE root, h;
	NTSTATUS s;

	if (more || !out)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	s = reg_handle(key, &root);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	RtlInitUnicodeString(&name, sub ? sub : L"");
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, root,
				   NULL);
	s = NtOpenKeyTransactedEx(&h, access, &oa, options, transaction);
	if (NT_SUCCESS(s))
		*out = h;
	return reg_error(s);
}

LSTATUS WINAPI RegOpenKeyTransactedA(HKEY key, LPCSTR sub, DWORD options,
				     REGSAM access, PHKEY out,
				     HANDLE transaction, PVOID more)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(sub, &name);

	if (!ret)
		ret = RegOpenKeyTransactedW(key, name.Buffer, options, access,
					    out, transaction, more);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyTransactedW(HKEY key, LPCWSTR sub, REGSAM view,
				       DWORD reserved, HANDLE transaction,
				       PVOID more)
{
	LSTATUS ret;
	HKEY h;

	if (!sub || reserved)
		return ERROR_INVALID_PARAMETER;
	ret = RegOpenKeyTransactedW(key, sub, 0, DELETE | view, &h,
				    transaction, more);
	if (ret)
		return ret;
	ret = reg_error(NtDeleteKey(h));
	NtClose(h);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyTransactedA(HKEY key, LPCSTR sub, REGSAM view,
				       DWORD reserved, HANDLE transaction,
				       PVOID more)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(sub, &name);

	if (!ret)
		ret = RegDeleteKeyTransactedW(key, name.Buffer, view, reserved,
					      transaction, more);
	RtlFreeUnicodeString(&name);
	return ret;
}

/* ---- reflection --------------------------------------------------------- */

static LSTATUS of_key(HKEY key)
{
	HANDLE h;

	return reg_error(reg_handle(key, &h));
}

LSTATUS WINAPI RegDisableReflectionKey(HKEY key)
{
	return of_key(key);
}

LSTATUS WINAPI RegEnableReflectionKey(HKEY key)
{
	return of_key(key);
}

LSTATUS WINAPI RegQueryReflectionKey(HKEY key, WINBOOL *disabled)
{
	if (!disabled)
		return ERROR_INVALID_PARAMETER;
	*disabled = TRUE;
	return of_key(key);
}
