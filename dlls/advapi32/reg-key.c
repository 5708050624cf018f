/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reg-key.c - registry keys. */
#include "reg.h"

typedef struct {
	LARGE_INTEGER LastWriteTime;
	ULONG TitleIndex, ClassOffset, ClassLength, SubKeys, MaxNameLen;
	ULONG MaxClassLen, Values, MaxValueNameLen, MaxValueDataLen;
	WCHAR Class[];
} KEY_FULL;

typedef struct {
	LARGE_INTEGER LastWriteTime;
	ULONG TitleIndex, ClassOffset, ClassLength, NameLength;
	WCHAR Name[];
} KEY_NODE;

NTSTATUS NTAPI NtRenameKey(HANDLE, PUNICODE_STRING);

enum { KeyNodeInformation = 1, KeyFullInformation = 2 };
enum { VIEW_FLAGS = KEY_WOW64_32KEY | KEY_WOW64_64KEY };

/* ---- predefined keys --------------------------------------------------- */

static const struct {
	const WCHAR *path; /* NULL: the user's */
	const WCHAR *below_user;
} roots[] = {
	{ L"\\Registry\\Machine\\Software\\Classes", NULL },
	{ NULL, L"" },
	{ L"\\Registry\\Machine", NULL },
	{ L"\\Registry\\User", NULL },
	{ NULL, NULL }, /* HKEY_PERFORMANCE_DATA */
	{ L"\\Registry\\Machine\\System\\CurrentControlSet\\Hardware Profiles"
	  L"\\Current",
	  NULL },
};

static HANDLE opened[ARRAYSIZE(roots)], instead[ARRAYSIZE(roots)];

static NTSTATUS open_path(const WCHAR *path, HANDLE *h)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES oa;
	NTSTATUS s;

	RtlInitUnicodeString(&name, path);
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	s = NtOpenKey(h, MAXIMUM_ALLOWED, &oa);
	return s;
}

static NTSTATUS open_user(HANDLE *h)
{
	UNICODE_STRING path;
	NTSTATUS s = RtlFormatCurrentUserKeyPath(&path);

	if (!NT_SUCCESS(s))
		return s;
	s = open_path(path.Buffer, h);
	RtlFreeUnicodeString(&path);
	return s;
}

NTSTATUS reg_handle(HKEY key, HANDLE *h)
{
	ULONG_PTR i = (ULONG_PTR)(ULONG)(ULONG_PTR)key - 0x80000000u;
	HANDLE mine;
	NTSTATUS s;

	if (i >= ARRAYSIZE(roots)) {
		*h = key;
		return key ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
	}
	*h = instead[i];
	if (!*h)
		*h = opened[i];
	if (*h)
		return STATUS_SUCCESS;
	if (roots[i].path)
		s = open_path(roots[i].path, &mine);
	else if (roots[i].below_user)
		s = open_user(&mine);
	else
		s = STATUS_INVALID_HANDLE;
	if (!NT_SUCCESS(s))
		return s;
	if (InterlockedCompareExchangePointer(&opened[i], mine, NULL))
		NtClose(mine);
	*h = opened[i];
	return STATUS_SUCCESS;
}

LSTATUS WINAPI RegOverridePredefKey(HKEY key, HKEY with)
{
	ULONG_PTR i = (ULONG_PTR)(ULONG)(ULONG_PTR)key - 0x80000000u;
	HANDLE h = NULL, old;
	NTSTATUS s = STATUS_SUCCESS;

	if (i >= ARRAYSIZE(roots))
		return ERROR_INVALID_HANDLE;
	if (with)
		s = reg_handle(with, &h);
	if (NT_SUCCESS(s) && h)
		s = NtDuplicateObject(NtCurrentProcess(), h, NtCurrentProcess(),
				      &h, 0, 0, DUPLICATE_SAME_ACCESS);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	old = InterlockedExchangePointer(&instead[i], h);
	if (old)
		NtClose(old);
	return ERROR_SUCCESS;
}

/* ---- opening ---- */

LSTATUS WINAPI RegOpenKeyExW(HKEY key, LPCWSTR sub, DWORD options,
			     REGSAM access, PHKEY out)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES oa;
	HANDLE root, h;
	NTSTATUS s;

	if (!out)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	s = reg_handle(key, &root);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	RtlInitUnicodeString(&name, sub ? sub : L"");
	/* One backslash in front is forgiven. */
	if (name.Length && name.Buffer[0] == '\\') {
		name.Buffer++;
		name.Length -= sizeof(WCHAR);
	}
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, root,
				   NULL);
	s = NtOpenKeyEx(&h, access, &oa,
			options & (REG_OPTION_OPEN_LINK |
				   REG_OPTION_BACKUP_RESTORE));
	if (NT_SUCCESS(s))
		*out = h;
	return reg_error(s);
}

LSTATUS WINAPI RegOpenKeyExA(HKEY key, LPCSTR sub, DWORD options, REGSAM access,
			     PHKEY out)
{
	UNICODE_STRING wide = { 0, 0, NULL };
	LSTATUS ret;

	if (sub && !RtlCreateUnicodeStringFromAsciiz(&wide, sub))
		return ERROR_NOT_ENOUGH_MEMORY;
	ret = RegOpenKeyExW(key, wide.Buffer, options, access, out);
	RtlFreeUnicodeString(&wide);
	return ret;
}

/* Creates every folder of the path that is missing. */
static NTSTATUS create_path(HANDLE root, UNICODE_STRING *name, REGSAM access,
			    DWORD options, UNICODE_STRING *class,
			    SECURITY_ATTRIBUTES *sa, HANDLE *h, ULONG *how)
{
	OBJECT_ATTRIBUTES oa;
	USHORT n = 0, total = name->Length / sizeof(WCHAR);
	NTSTATUS s;

	InitializeObjectAttributes(&oa, name, OBJ_CASE_INSENSITIVE, root,
				   sa ? sa->lpSecurityDescriptor : NULL);
	if (sa && sa->bInheritHandle)
		oa.Attributes |= OBJ_INHERIT;
	s = NtCreateKey(h, access, &oa, 0, class, options, how);
	if (s != STATUS_OBJECT_NAME_NOT_FOUND)
		return s;
	while (n < total) {
		UNICODE_STRING part = *name;
		HANDLE step;

		while (n < total && name->Buffer[n] != '\\')
			n++;
		part.Length = (USHORT)(n * sizeof(WCHAR));
		oa.ObjectName = &part;
		if (n == total)
			return NtCreateKey(h, access, &oa, 0, class, options,
					   how);
		s = NtCreateKey(
			&step, KEY_CREATE_SUB_KEY | (access & VIEW_FLAGS), &oa,
			0, NULL, options & ~REG_OPTION_CREATE_LINK, NULL);
		if (!NT_SUCCESS(s))
			return s;
		NtClose(step);
		n++;
	}
	return s;
}

LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR sub, DWORD reserved,
			       LPWSTR class, DWORD options, REGSAM access,
			       LPSECURITY_ATTRIBUTES sa, PHKEY out, LPDWORD how)
{
	UNICODE_STRING name, class_name;
	HANDLE root, h;
	NTSTATUS s;

	if (reserved || !out || !sub)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	s = reg_handle(key, &root);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	RtlInitUnicodeString(&name, sub);
	RtlInitUnicodeString(&class_name, class);
	if (name.Length && name.Buffer[0] == '\\')
		return ERROR_BAD_PATHNAME;
	s = create_path(root, &name, access, options,
			class ? &class_name : NULL, sa, &h, how);
	if (NT_SUCCESS(s))
		*out = h;
	return reg_error(s);
}

LSTATUS WINAPI RegCloseKey(HKEY key)
{
	if (!key)
		return ERROR_INVALID_HANDLE;
	/* Predefined keys stay. */
	if ((ULONG)(ULONG_PTR)key - 0x80000000u < ARRAYSIZE(roots))
		return ERROR_SUCCESS;
	return reg_error(NtClose(key));
}

LSTATUS WINAPI RegFlushKey(HKEY key)
{
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	return reg_error(NT_SUCCESS(s) ? NtFlushKey(h) : s);
}

LSTATUS WINAPI RegDeleteKeyExW(HKEY key, LPCWSTR sub, REGSAM view,
			       DWORD reserved)
{
	HKEY h;
	LSTATUS ret;

	if (!sub || reserved)
		return ERROR_INVALID_PARAMETER;
	ret = RegOpenKeyExW(key, sub, 0, DELETE | (view & VIEW_FLAGS), &h);
	if (ret)
		return ret;
	ret = reg_error(NtDeleteKey(h));
	NtClose(h);
	return ret;
}

LSTATUS WINAPI RegDeleteKeyW(HKEY key, LPCWSTR sub)
{
	return RegDeleteKeyExW(key, sub, 0, 0);
}

LSTATUS WINAPI RegRenameKey(HKEY key, LPCWSTR sub, LPCWSTR new_name)
{
	UNICODE_STRING name;
	HANDLE h;
	HKEY k;
	LSTATUS ret;

	if (!new_name)
		return ERROR_INVALID_PARAMETER;
	ret = RegOpenKeyExW(key, sub, 0, KEY_WRITE, &k);
	if (ret)
		return ret;
	RtlInitUnicodeString(&name, new_name);
	ret = reg_error(reg_handle(k, &h));
	if (!ret)
		ret = reg_error(NtRenameKey(h, &name));
	RegCloseKey(k);
	return ret;
}

/* ---- looking ------------------------------------------------------------ */

LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name,
			     LPDWORD name_len, LPDWORD reserved, LPWSTR class,
			     LPDWORD class_len, PFILETIME written)
{
	union {
		KEY_NODE node;
		BYTE room[sizeof(KEY_NODE) + 2 * 256 + 2 * 512];
	} u;
	ULONG size, n;
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	if (reserved || !name || !name_len)
		return ERROR_INVALID_PARAMETER;
	if (NT_SUCCESS(s))
		s = NtEnumerateKey(h, index, KeyNodeInformation, &u, sizeof u,
				   &size);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	n = u.node.NameLength / sizeof(WCHAR);
	if (n >= *name_len)
		return ERROR_MORE_DATA;
	memcpy(name, u.node.Name, u.node.NameLength);
	name[n] = 0;
	*name_len = n;
	if (class_len) {
		n = u.node.ClassOffset == ~0u
			    ? 0
			    : u.node.ClassLength / sizeof(WCHAR);
		if (class && n >= *class_len)
			return ERROR_MORE_DATA;
		if (class) {
			memcpy(class, (char *)&u + u.node.ClassOffset,
			       n * sizeof(WCHAR));
			class[n] = 0;
		}
		*class_len = n;
	}
	if (written)
		memcpy(written, &u.node.LastWriteTime, sizeof *written);
	return ERROR_SUCCESS;
}

LSTATUS WINAPI RegQueryInfoKeyW(HKEY key, LPWSTR class, LPDWORD class_len,
				LPDWORD reserved, LPDWORD subkeys,
				LPDWORD max_subkey, LPDWORD max_class,
				LPDWORD values, LPDWORD max_value_name,
				LPDWORD max_value, LPDWORD security,
				PFILETIME written)
{
	union {
		KEY_FULL full;
		BYTE room[sizeof(KEY_FULL) + 1024];
	} u;
	ULONG size, n;
	HANDLE h;
	NTSTATUS s = reg_handle(key, &h);

	if (reserved || (class && !class_len))
		return ERROR_INVALID_PARAMETER;
	if (NT_SUCCESS(s))
		s = NtQueryKey(h, KeyFullInformation, &u, sizeof u, &size);
	if (!NT_SUCCESS(s))
		return reg_error(s);
	n = u.full.ClassOffset == ~0u ? 0 : u.full.ClassLength / sizeof(WCHAR);
	if (class_len) {
		if (class && n >= *class_len)
			return ERROR_MORE_DATA;
		if (class) {
			memcpy(class, (char *)&u + u.full.ClassOffset,
			       n * sizeof(WCHAR));
			class[n] = 0;
		}
		*class_len = n;
	}
	if (subkeys)
		*subkeys = u.full.SubKeys;
	if (max_subkey)
		*max_subkey = u.full.MaxNameLen / sizeof(WCHAR);
	if (max_class)
		*max_class = u.full.MaxClassLen / sizeof(WCHAR);
	if (values)
		*values = u.full.Values;
	if (max_value_name)
		*max_value_name = u.full.MaxValueNameLen / sizeof(WCHAR);
	if (max_value)
		*max_value = u.full.MaxValueDataLen;
	if (security) {
		*security = 0;
		NtQuerySecurityObject(h,
				      OWNER_SECURITY_INFORMATION |
					      GROUP_SECURITY_INFORMATION |
					      DACL_SECURITY_INFORMATION,
				      NULL, 0, security);
	}
	if (written)
		memcpy(written, &u.full.LastWriteTime, sizeof *written);
	return ERROR_SUCCESS;
}
