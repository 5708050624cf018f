/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-nt.c - DOS paths as names for the kernel, and searching along a list of
 * folders.
 *
 * A path that does not begin with \\?\ fits MAX_PATH, or long paths are enabled:
 * by the system's LongPathsEnabled, which is 1 here unless somebody changes it.
 * On Windows the program's manifest must ask for them, too.  Folders of the host
 * are often deeper than programs thought of, and so they need not; manifests are
 * not looked at.
 */
#include "path.h"

/* ----
 * \??\ -----------------------------------------------------------------------
 */

static BOOL starts_with(const WCHAR *s, SIZE_T n, const WCHAR *prefix)
{
	for (; *prefix; n--, s++, prefix++)
		if (!n || *s != *prefix)
			return FALSE;
	return TRUE;
}

static NTSTATUS make(PUNICODE_STRING nt, const WCHAR *prefix, const WCHAR *s,
		     SIZE_T n)
{
	SIZE_T np = wcslen(prefix);
	SIZE_T bytes = (np + n) * sizeof(WCHAR);

	if (np + n > PATH_LIMIT - 1)
		return STATUS_NAME_TOO_LONG;
	nt->Buffer = RtlAllocateHeap(rf_heap(), 0, bytes + sizeof(WCHAR));
	if (!nt->Buffer)
		return STATUS_NO_MEMORY;
	memcpy(nt->Buffer, prefix, np * sizeof(WCHAR));
	memcpy(nt->Buffer + np, s, n * sizeof(WCHAR));
	nt->Buffer[np + n] = 0;
	nt->Length = (USHORT)bytes;
	nt->MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
	return STATUS_SUCCESS;
}

static void find_file_part(PUNICODE_STRING nt, PWSTR *file_part)
{
	SIZE_T n = nt->Length / sizeof(WCHAR), i = n;

	while (i && nt->Buffer[i - 1] != '\\')
		i--;
	*file_part = i < n ? nt->Buffer + i : NULL;
}

NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(PCWSTR path,
						       PUNICODE_STRING nt,
						       PWSTR *file_part,
						       PRTL_RELATIVE_NAME_U rel)
{
	SIZE_T n = path ? wcslen(path) : 0;
	struct full_name f;
	NTSTATUS status;

	if (rel)
		memset(rel, 0, sizeof *rel);
	if (file_part)
		*file_part = NULL;
	if (!n)
		return STATUS_OBJECT_NAME_INVALID;
	/* These two are taken as they stand. */
	if (starts_with(path, n, L"\\\\?\\") ||
	    starts_with(path, n, L"\\??\\")) {
		status = make(nt, L"\\??\\", path + 4, n - 4);
	} else {
		status = full_name(&f, path, n);
		if (!NT_SUCCESS(status))
			return status;
		if (starts_with(f.s, f.n, L"\\\\.\\") ||
		    starts_with(f.s, f.n, L"\\\\?\\"))
			status = make(nt, L"\\??\\", f.s + 4, f.n - 4);
		else if (f.n >= MAX_PATH && !RtlAreLongPathsEnabled())
			status = STATUS_NAME_TOO_LONG;
		else if (starts_with(f.s, f.n, L"\\\\"))
			status = make(nt, L"\\??\\UNC\\", f.s + 2, f.n - 2);
		else
			status = make(nt, L"\\??\\", f.s, f.n);
		full_name_free(&f);
	}
	if (NT_SUCCESS(status) && file_part)
		find_file_part(nt, file_part);
	return status;
}

BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR path, PUNICODE_STRING nt,
					   PWSTR *file_part,
					   PRTL_RELATIVE_NAME_U rel)
{
	return NT_SUCCESS(RtlDosPathNameToNtPathName_U_WithStatus(
		path, nt, file_part, rel));
}

/*
 * The same, and if the path was relative, the rest of it below the current
 * directory's handle: that saves the kernel the walk from the root.
 */
NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(
	PCWSTR path, PUNICODE_STRING nt, PWSTR *file_part,
	PRTL_RELATIVE_NAME_U rel)
{
	NTSTATUS status = RtlDosPathNameToNtPathName_U_WithStatus(
		path, nt, file_part, rel);

	if (NT_SUCCESS(status) && rel &&
	    RtlDetermineDosPathNameType_U(path) == RtlPathTypeRelative)
		RfRelativeName(nt, rel);
	return status;
}

BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(PCWSTR path,
						   PUNICODE_STRING nt,
						   PWSTR *file_part,
						   PRTL_RELATIVE_NAME_U rel)
{
	return NT_SUCCESS(RtlDosPathNameToRelativeNtPathName_U_WithStatus(
		path, nt, file_part, rel));
}

ULONG NTAPI RtlGetLongestNtPathLength(void)
{
	return PATH_LIMIT - 1 + 4 + 8; /* as Windows counts: with prefixes */
}

/* ---- long paths ---------------------------------------------------------- */

static BOOL read_long_paths_enabled(void)
{
	enum { PARTIAL = 2 };
	struct {
		ULONG title, type, len, data;
	} value = { .data = 1 };
	OBJECT_ATTRIBUTES oa;
	UNICODE_STRING name;
	NTSTATUS status;
	ULONG needed;
	HANDLE key;

	RtlInitUnicodeString(&name, L"\\Registry\\Machine\\SYSTEM\\"
				    L"CurrentControlSet\\Control\\FileSystem");
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	status = NtOpenKey(&key, KEY_QUERY_VALUE, &oa);
	if (NT_SUCCESS(status)) {
		RtlInitUnicodeString(&name, L"LongPathsEnabled");
		status = NtQueryValueKey(key, &name, PARTIAL, &value,
					 sizeof value, &needed);
		NtClose(key);
	}
	return status != STATUS_OBJECT_NAME_NOT_FOUND && value.data;
}

/*
 * Asked for when the first path needs it, and for good.  Some programs (Go's)
 * enable them for themselves, by the PEB.
 */
BOOLEAN NTAPI RtlAreLongPathsEnabled(void)
{
	enum { LONG_PATH_AWARE = 0x80 };
	static volatile LONG is; /* 1: no, 2: yes */

	if (rf_peb()->BitField & LONG_PATH_AWARE)
		return TRUE;
	if (!is)
		is = read_long_paths_enabled() ? 2 : 1;
	return is == 2;
}

/* ---- looking for files ---- */

static BOOLEAN exists(PCWSTR path)
{
	UNICODE_STRING nt;
	OBJECT_ATTRIBUTES attr;
	FILE_BASIC_INFO info;
	NTSTATUS status;

	if (!RtlDosPathNameToNtPathName_U(path, &nt, NULL, NULL))
		return FALSE;
	InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	status = NtQueryAttributesFile(&attr, &info);
	RtlFreeUnicodeString(&nt);
	return NT_SUCCESS(status) || status == STATUS_SHARING_VIOLATION ||
	       status == STATUS_ACCESS_DENIED;
}

BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR path)
{
	return exists(path);
}

/* One folder of the list and the name, as a path; NULL: no memory. */
static PWSTR candidate(PCWSTR dir, SIZE_T n, PCWSTR name, PCWSTR ext)
{
	SIZE_T room = n + wcslen(name) + wcslen(ext) + 2;
	PWSTR p = RtlAllocateHeap(rf_heap(), 0, room * sizeof *p);

	if (!p)
		return NULL;
	memcpy(p, dir, n * sizeof *p);
	if (n && p[n - 1] != '\\' && p[n - 1] != '/')
		p[n++] = '\\';
	wcscpy(p + n, name);
	wcscat(p, ext);
	return p;
}

static BOOL has_extension(PCWSTR name)
{
	PCWSTR dot = wcsrchr(name, '.');

	return dot && !wcschr(dot, '\\') && !wcschr(dot, '/');
}

ULONG NTAPI RtlDosSearchPath_U(PCWSTR path, PCWSTR name, PCWSTR ext, ULONG size,
			       PWSTR to, PWSTR *file_part)
{
	ULONG n = 0;

	if (!ext || has_extension(name))
		ext = L"";
	if (RtlDetermineDosPathNameType_U(name) != RtlPathTypeRelative)
		return exists(name)
			       ? RtlGetFullPathName_U(name, size, to, file_part)
			       : 0;
	while (!n) {
		SIZE_T len = wcscspn(path, L";");
		PWSTR p = candidate(path, len, name, ext);

		if (p && exists(p))
			n = RtlGetFullPathName_U(p, size, to, file_part);
		RtlFreeHeap(rf_heap(), 0, p);
		if (!p || !path[len])
			break;
		path += len + 1;
	}
	return n;
}
