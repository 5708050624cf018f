/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reg-hive.c - keys to files and back: hives.
 */
#include "reg.h"

#define APP_HIVE 0x10

/* Not in mingw-w64's headers. */
#ifndef REG_PROCESS_APPKEY
#define REG_PROCESS_APPKEY 1
#endif

NTSTATUS NTAPI NtLoadKey(POBJECT_ATTRIBUTES, POBJECT_ATTRIBUTES);
NTSTATUS NTAPI NtLoadKeyEx(POBJECT_ATTRIBUTES, POBJECT_ATTRIBUTES, ULONG,
			   HANDLE, HANDLE, ACCESS_MASK, PHANDLE, PVOID);
NTSTATUS NTAPI NtUnloadKey(POBJECT_ATTRIBUTES);
NTSTATUS NTAPI NtSaveKeyEx(HANDLE, HANDLE, ULONG);
NTSTATUS NTAPI NtRestoreKey(HANDLE, HANDLE, ULONG);
NTSTATUS NTAPI NtReplaceKey(POBJECT_ATTRIBUTES, HANDLE, POBJECT_ATTRIBUTES);

/* ---- saving ---------------------------------------------------------- */

LSTATUS WINAPI RegSaveKeyExW(HKEY key, LPCWSTR file, LPSECURITY_ATTRIBUTES sa,
			     DWORD format)
{
	HANDLE h, to;
	NTSTATUS s;

	if (format != REG_STANDARD_FORMAT && format != REG_LATEST_FORMAT &&
	    format != REG_NO_COMPRESSION)
		return ERROR_INVALID_PARAMETER;
	if (!file)
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	to = CreateFileW(file, GENERIC_WRITE | DELETE, 0, sa, CREATE_NEW, 0,
			 NULL);
	if (to == INVALID_HANDLE_VALUE)
		return GetLastError() == ERROR_FILE_EXISTS
			       ? ERROR_ALREADY_EXISTS
			       : (LSTATUS)GetLastError();
	s = NtSaveKeyEx(h, to, format);
	if (!NT_SUCCESS(s)) {
		FILE_DISPOSITION_INFO remove = { TRUE };

		SetFileInformationByHandle(to, FileDispositionInfo, &remove,
					   sizeof remove);
	}
	NtClose(to);
	return reg_error(s);
}

LSTATUS WINAPI RegSaveKeyW(HKEY key, LPCWSTR file, LPSECURITY_ATTRIBUTES sa)
{
	return RegSaveKeyExW(key, file, sa, REG_STANDARD_FORMAT);
}

LSTATUS WINAPI RegRestoreKeyW(HKEY key, LPCWSTR file, DWORD flags)
{
	HANDLE h, from;
	NTSTATUS s;

	if (!file)
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	from = CreateFileW(file, GENERIC_READ, FILE_SHARE_READ, NULL,
			   OPEN_EXISTING, 0, NULL);
	if (from == INVALID_HANDLE_VALUE)
		return (LSTATUS)GetLastError();
	s = NtRestoreKey(h, from, flags);
	NtClose(from);
	return reg_error(s);
}

/* ---- loading --------------------------------------------------------- */

/* Hives hang below HKEY_USERS or HKEY_LOCAL_MACHINE themselves. */
static LSTATUS hive_root(HKEY key, LPCWSTR sub, UNICODE_STRING *name,
			 OBJECT_ATTRIBUTES *oa)
{
	HANDLE h;
	NTSTATUS s;

	if (!sub || !*sub)
		return ERROR_INVALID_PARAMETER;
	s = reg_handle(key, &h);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	RtlInitUnicodeString(name, sub);
	InitializeObjectAttributes(oa, name, OBJ_CASE_INSENSITIVE, h, NULL);
	return ERROR_SUCCESS;
}

static LSTATUS file_name(LPCWSTR file, UNICODE_STRING *name,
			 OBJECT_ATTRIBUTES *oa)
{
	if (!file || !RtlDosPathNameToNtPathName_U(file, name, NULL, NULL))
		return ERROR_INVALID_PARAMETER;
	InitializeObjectAttributes(oa, name, OBJ_CASE_INSENSITIVE, NULL, NULL);
	return ERROR_SUCCESS;
}

LSTATUS WINAPI RegLoadKeyW(HKEY key, LPCWSTR sub, LPCWSTR file)
{
	UNICODE_STRING name, path;
	OBJECT_ATTRIBUTES target, source;
	LSTATUS ret = hive_root(key, sub, &name, &target);

	if (!ret)
		ret = file_name(file, &path, &source);
	if (ret)
		return ret;
	ret = reg_error(NtLoadKey(&target, &source));
	RtlFreeUnicodeString(&path);
	return ret;
}

LSTATUS WINAPI RegUnLoadKeyW(HKEY key, LPCWSTR sub)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES oa;
	LSTATUS ret = hive_root(key, sub, &name, &oa);

	return ret ? ret : reg_error(NtUnloadKey(&oa));
}

LSTATUS WINAPI RegReplaceKeyW(HKEY key, LPCWSTR sub, LPCWSTR new_file,
			      LPCWSTR old_file)
{
	UNICODE_STRING new = { 0 }, old = { 0 };
	OBJECT_ATTRIBUTES source, target;
	HKEY k;
	HANDLE h;
	LSTATUS ret = RegOpenKeyExW(key, sub, 0, MAXIMUM_ALLOWED, &k);

	if (ret)
		return ret;
	ret = file_name(new_file, &new, &source);
	if (!ret)
		ret = file_name(old_file, &old, &target);
	if (!ret)
		ret = reg_error(reg_handle(k, &h));
	if (!ret)
		ret = reg_error(NtReplaceKey(&source, h, &target));
	RtlFreeUnicodeString(&old);
	RtlFreeUnicodeString(&new);
	RegCloseKey(k);
	return ret;
}

static WCHAR *put_hex(WCHAR *at, ULONG64 v, int digits)
{
	while (digits--)
		*at++ = L"0123456789abcdef"[v >> 4 * digits & 15];
	return at;
}

/* \Registry\A\ and a name that nobody else has. */
static void private_name(WCHAR *text)
{
	static volatile LONG counter;
	static const WCHAR root[] = L"\\Registry\\A\\{";
	LARGE_INTEGER time;
	WCHAR *at = text + ARRAYSIZE(root) - 1;

	memcpy(text, root, sizeof root);
	NtQuerySystemTime(&time);
	at = put_hex(at, (ULONG)GetCurrentProcessId(), 8);
	*at++ = '-';
	at = put_hex(at, (ULONG)InterlockedIncrement(&counter), 8);
	*at++ = '-';
	at = put_hex(at, (ULONG64)time.QuadPart, 16);
	*at++ = '}';
	*at = 0;
}

LSTATUS WINAPI RegLoadAppKeyW(LPCWSTR file, PHKEY out, REGSAM access,
			      DWORD options, DWORD reserved)
{
	UNICODE_STRING name, path;
	OBJECT_ATTRIBUTES target, source;
	WCHAR text[64];
	HANDLE h = NULL;
	LSTATUS ret;

	if (!out || reserved || options & ~REG_PROCESS_APPKEY)
		return ERROR_INVALID_PARAMETER;
	ret = file_name(file, &path, &source);
	if (ret)
		return ret;
	private_name(text);
	RtlInitUnicodeString(&name, text);
	InitializeObjectAttributes(&target, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	ret = reg_error(NtLoadKeyEx(&target, &source, APP_HIVE, NULL, NULL,
				    access, &h, NULL));
	RtlFreeUnicodeString(&path);
	if (!ret)
		*out = h;
	return ret;
}

/* ---- A --------------------------------------------------------------- */

LSTATUS WINAPI RegSaveKeyExA(HKEY key, LPCSTR file, LPSECURITY_ATTRIBUTES sa,
			     DWORD format)
{
	UNICODE_STRING f = { 0 };
	LSTATUS ret = reg_widen(file, &f);

	if (!ret)
		ret = RegSaveKeyExW(key, f.Buffer, sa, format);
	RtlFreeUnicodeString(&f);
	return ret;
}

LSTATUS WINAPI RegSaveKeyA(HKEY key, LPCSTR file, LPSECURITY_ATTRIBUTES sa)
{
	return RegSaveKeyExA(key, file, sa, REG_STANDARD_FORMAT);
}

LSTATUS WINAPI RegRestoreKeyA(HKEY key, LPCSTR file, DWORD flags)
{
	UNICODE_STRING f = { 0 };
	LSTATUS ret = reg_widen(file, &f);

	if (!ret)
		ret = RegRestoreKeyW(key, f.Buffer, flags);
	RtlFreeUnicodeString(&f);
	return ret;
}

LSTATUS WINAPI RegLoadKeyA(HKEY key, LPCSTR sub, LPCSTR file)
{
	UNICODE_STRING f = { 0 }, s = { 0 };
	LSTATUS ret = reg_widen(file, &f);

	if (!ret)
		ret = reg_widen(sub, &s);
	if (!ret)
		ret = RegLoadKeyW(key, s.Buffer, f.Buffer);
	RtlFreeUnicodeString(&s);
	RtlFreeUnicodeString(&f);
	return ret;
}

LSTATUS WINAPI RegUnLoadKeyA(HKEY key, LPCSTR sub)
{
	UNICODE_STRING s = { 0 };
	LSTATUS ret = reg_widen(sub, &s);

	if (!ret)
		ret = RegUnLoadKeyW(key, s.Buffer);
	RtlFreeUnicodeString(&s);
	return ret;
}

LSTATUS WINAPI RegLoadAppKeyA(LPCSTR file, PHKEY out, REGSAM access,
			      DWORD options, DWORD reserved)
{
	UNICODE_STRING f = { 0 };
	LSTATUS ret = reg_widen(file, &f);

	if (!ret)
		ret = RegLoadAppKeyW(f.Buffer, out, access, options, reserved);
	RtlFreeUnicodeString(&f);
	return ret;
}

LSTATUS WINAPI RegReplaceKeyA(HKEY key, LPCSTR sub, LPCSTR new_file,
			      LPCSTR old_file)
{
	UNICODE_STRING s = { 0 }, new = { 0 }, old = { 0 };
	LSTATUS ret = sub ? reg_widen(sub, &s) : ERROR_SUCCESS;

	if (!ret)
		ret = reg_widen(new_file, &new);
	if (!ret)
		ret = reg_widen(old_file, &old);
	if (!ret)
		ret = RegReplaceKeyW(key, s.Buffer, new.Buffer, old.Buffer);
	RtlFreeUnicodeString(&s);
	RtlFreeUnicodeString(&new);
	RtlFreeUnicodeString(&old);
	return ret;
}
