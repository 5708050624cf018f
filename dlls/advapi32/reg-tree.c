/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg-tree.c - whole trees of keys, waiting for changes, security of keys,
 * and the short forms of the 16-bit registry.
 */
#include "reg.h"

enum { KEY_NAME_MAX = 256, VALUE_NAME_MAX = 16384 };

/* ---- trees --------------------------------------------------------------- */

static LSTATUS delete_below(HKEY key)
{
	WCHAR name[KEY_NAME_MAX];
	LSTATUS ret;

	for (;;) {
		DWORD n = KEY_NAME_MAX;
		HKEY sub;

		ret = RegEnumKeyExW(key, 0, name, &n, NULL, NULL, NULL, NULL);
		if (ret)
			return ret == ERROR_NO_MORE_ITEMS ? 0 : ret;
		ret = RegOpenKeyExW(key, name, 0,
				    DELETE | KEY_ENUMERATE_SUB_KEYS, &sub);
		if (ret)
			return ret;
		ret = delete_below(sub);
		if (!ret)
			ret = reg_error(NtDeleteKey(sub));
		RegCloseKey(sub);
		if (ret)
			return ret;
	}
}

static LSTATUS delete_values(HKEY key)
{
	DWORD n;
	WCHAR *name =
		RtlAllocateHeap(rf_heap(), 0, VALUE_NAME_MAX * sizeof *name);
	LSTATUS ret;

	if (!name)
		return ERROR_NOT_ENOUGH_MEMORY;
	do {
		n = VALUE_NAME_MAX;
		ret = RegEnumValueW(key, 0, name, &n, NULL, NULL, NULL, NULL);
		if (!ret)
			ret = RegDeleteValueW(key, name);
	} while (!ret);
	RtlFreeHeap(rf_heap(), 0, name);
	return ret == ERROR_NO_MORE_ITEMS ? 0 : ret;
}

LSTATUS WINAPI RegDeleteTreeW(HKEY key, LPCWSTR sub)
{
	HKEY opened;
	LSTATUS ret;

	if (!sub || !*sub) {
		/* The key itself stays. */
		ret = delete_below(key);
		return ret ? ret : delete_values(key);
	}
	ret = RegOpenKeyExW(key, sub, 0, DELETE | KEY_ENUMERATE_SUB_KEYS,
			    &opened);
	if (ret)
		return ret;
	ret = delete_below(opened);
	if (!ret)
		ret = reg_error(NtDeleteKey(opened));
	RegCloseKey(opened);
	return ret;
}

LSTATUS WINAPI RegDeleteTreeA(HKEY key, LPCSTR sub)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(sub, &name);

	if (!ret)
		ret = RegDeleteTreeW(key, name.Buffer);
	RtlFreeUnicodeString(&name);
	return ret;
}

static LSTATUS copy_values(HKEY from, HKEY to, WCHAR *name)
{
	LSTATUS ret = ERROR_SUCCESS;

	for (DWORD i = 0; !ret; i++) {
		DWORD n = VALUE_NAME_MAX, type, size = 0;
		BYTE *data;

		ret = RegEnumValueW(from, i, name, &n, NULL, &type, NULL,
				    &size);
		if (ret)
			break;
		data = RtlAllocateHeap(rf_heap(), 0, size + 1);
		if (!data)
			return ERROR_NOT_ENOUGH_MEMORY;
		ret = RegQueryValueExW(from, name, NULL, &type, data, &size);
		if (!ret) {
			UNICODE_STRING text;

			RtlInitUnicodeString(&text, name);
			ret = reg_error(
				NtSetValueKey(to, &text, 0, type, data, size));
		}
		RtlFreeHeap(rf_heap(), 0, data);
	}
	return ret == ERROR_NO_MORE_ITEMS ? 0 : ret;
}

static LSTATUS copy_tree(HKEY from, HKEY to, WCHAR *name)
{
	LSTATUS ret = copy_values(from, to, name);

	for (DWORD i = 0; !ret; i++) {
		DWORD n = KEY_NAME_MAX;
		HKEY a, b;

		ret = RegEnumKeyExW(from, i, name, &n, NULL, NULL, NULL, NULL);
		if (!ret)
			ret = RegOpenKeyExW(from, name, 0, KEY_READ, &a);
		if (ret)
			break;
		ret = RegCreateKeyExW(to, name, 0, NULL, 0, KEY_WRITE, NULL, &b,
				      NULL);
		if (!ret) {
			ret = copy_tree(a, b, name);
			RegCloseKey(b);
		}
		RegCloseKey(a);
	}
	return ret == ERROR_NO_MORE_ITEMS ? 0 : ret;
}

LSTATUS WINAPI RegCopyTreeW(HKEY key, LPCWSTR sub, HKEY to)
{
	WCHAR *name =
		RtlAllocateHeap(rf_heap(), 0, VALUE_NAME_MAX * sizeof *name);
	HKEY opened = NULL;
	LSTATUS ret = name ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;

	if (!ret && sub && *sub)
		ret = RegOpenKeyExW(key, sub, 0, KEY_READ, &opened);
	if (!ret)
		ret = copy_tree(opened ? opened : key, to, name);
	if (opened)
		RegCloseKey(opened);
	RtlFreeHeap(rf_heap(), 0, name);
	return ret;
}

LSTATUS WINAPI RegCopyTreeA(HKEY key, LPCSTR sub, HKEY to)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(sub, &name);

	if (!ret)
		ret = RegCopyTreeW(key, name.Buffer, to);
	RtlFreeUnicodeString(&name);
	return ret;
}

/* ---- notification, security ---- */

LSTATUS WINAPI RegNotifyChangeKeyValue(HKEY key, WINBOOL subtree, DWORD filter,
				       HANDLE event, WINBOOL async)
{
	/* Written when the change comes: it must outlive this call. */
	static IO_STATUS_BLOCK later;
	IO_STATUS_BLOCK now;
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	if (async && !event)
		return ERROR_INVALID_PARAMETER;
	if (NT_SUCCESS(s))
		s = NtNotifyChangeKey(h, async ? event : NULL, NULL, NULL,
				      async ? &later : &now, filter,
				      (BOOLEAN) !!subtree, NULL, 0,
				      (BOOLEAN) !!async);
	return s == STATUS_PENDING ? ERROR_SUCCESS : reg_error(s);
}

LSTATUS WINAPI RegGetKeySecurity(HKEY key, SECURITY_INFORMATION what,
				 PSECURITY_DESCRIPTOR sd, LPDWORD size)
{
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	if (NT_SUCCESS(s))
		s = NtQuerySecurityObject(h, what, sd, *size, size);
	return reg_error(s);
}

LSTATUS WINAPI RegSetKeySecurity(HKEY key, SECURITY_INFORMATION what,
				 PSECURITY_DESCRIPTOR sd)
{
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	if (NT_SUCCESS(s))
		s = NtSetSecurityObject(h, what, sd);
	return reg_error(s);
}

/* ---- other roots ---- */

LSTATUS WINAPI RegOpenCurrentUser(REGSAM access, PHKEY out)
{
	return RegOpenKeyExW(HKEY_CURRENT_USER, NULL, 0, access, out);
}

LSTATUS WINAPI RegOpenUserClassesRoot(HANDLE token, DWORD options,
				      REGSAM access, PHKEY out)
{
	return RegOpenKeyExW(HKEY_CLASSES_ROOT, NULL, options, access, out);
}

LSTATUS WINAPI RegConnectRegistryW(LPCWSTR machine, HKEY key, PHKEY out)
{
	WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(name);

	if (machine && machine[0] == '\\' && machine[1] == '\\')
		machine += 2;
	if (machine && *machine &&
	    (!GetComputerNameW(name, &n) || lstrcmpiW(name, machine)))
		return ERROR_BAD_NETPATH;
	*out = key;
	return ERROR_SUCCESS;
}

LSTATUS WINAPI RegConnectRegistryA(LPCSTR machine, HKEY key, PHKEY out)
{
	UNICODE_STRING name;
	LSTATUS ret = reg_widen(machine, &name);

	if (!ret)
		ret = RegConnectRegistryW(name.Buffer, key, out);
	RtlFreeUnicodeString(&name);
	return ret;
}

LSTATUS WINAPI RegDisablePredefinedCache(void)
{
	return ERROR_SUCCESS; /* one user: what is open stays right */
}

/* ---- as in Windows 3.1 ---- */

LSTATUS WINAPI RegOpenKeyW(HKEY key, LPCWSTR sub, PHKEY out)
{
	return RegOpenKeyExW(key, sub, 0, MAXIMUM_ALLOWED, out);
}

LSTATUS WINAPI RegOpenKeyA(HKEY key, LPCSTR sub, PHKEY out)
{
	return RegOpenKeyExA(key, sub, 0, MAXIMUM_ALLOWED, out);
}

LSTATUS WINAPI RegCreateKeyW(HKEY key, LPCWSTR sub, PHKEY out)
{
	return RegCreateKeyExW(key, sub ? sub : L"", 0, NULL, 0,
			       MAXIMUM_ALLOWED, NULL, out, NULL);
}

LSTATUS WINAPI RegCreateKeyA(HKEY key, LPCSTR sub, PHKEY out)
{
	return RegCreateKeyExA(key, sub ? sub : "", 0, NULL, 0, MAXIMUM_ALLOWED,
			       NULL, out, NULL);
}

LSTATUS WINAPI RegEnumKeyW(HKEY key, DWORD index, LPWSTR name, DWORD n)
{
	return RegEnumKeyExW(key, index, name, &n, NULL, NULL, NULL, NULL);
}

LSTATUS WINAPI RegEnumKeyA(HKEY key, DWORD index, LPSTR name, DWORD n)
{
	return RegEnumKeyExA(key, index, name, &n, NULL, NULL, NULL, NULL);
}

LSTATUS WINAPI RegQueryValueW(HKEY key, LPCWSTR sub, LPWSTR data, PLONG size)
{
	DWORD n = size ? (DWORD)*size : 0;
	LSTATUS ret = RegGetValueW(key, sub, NULL, RRF_RT_REG_SZ, NULL, data,
				   size ? &n : NULL);

	if (size)
		*size = (LONG)n;
	return ret;
}

LSTATUS WINAPI RegQueryValueA(HKEY key, LPCSTR sub, LPSTR data, PLONG size)
{
	DWORD n = size ? (DWORD)*size : 0;
	LSTATUS ret = RegGetValueA(key, sub, NULL, RRF_RT_REG_SZ, NULL, data,
				   size ? &n : NULL);

	if (size)
		*size = (LONG)n;
	return ret;
}

LSTATUS WINAPI RegSetValueW(HKEY key, LPCWSTR sub, DWORD type, LPCWSTR data,
			    DWORD size)
{
	if (type != REG_SZ)
		return ERROR_INVALID_PARAMETER;
	return RegSetKeyValueW(key, sub, NULL, type, data,
			       (DWORD)(lstrlenW(data) + 1) * sizeof(WCHAR));
}

LSTATUS WINAPI RegSetValueA(HKEY key, LPCSTR sub, DWORD type, LPCSTR data,
			    DWORD size)
{
	if (type != REG_SZ)
		return ERROR_INVALID_PARAMETER;
	return RegSetKeyValueA(key, sub, NULL, type, data,
			       (DWORD)lstrlenA(data) + 1);
}
