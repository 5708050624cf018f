/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapping.c - file mappings, which NT calls sections and views.
 */
#include "object-name.h"

/* NtMapViewOfSection: does a child process get the view?  It never does. */
#define VIEW_UNMAP 2

/* ---- sections ---- */

/* What flProtect mixes: page protection below, SEC_* above. */
#define SEC_FLAGS                                                              \
	(SEC_FILE | SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE |       \
	 SEC_LARGE_PAGES | SEC_PROTECTED_IMAGE | SEC_WRITECOMBINE)

static BOOL section_access(DWORD protect, ACCESS_MASK *access)
{
	*access = STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ;
	switch (protect) {
	case PAGE_READONLY:
	case PAGE_WRITECOPY:
		return TRUE;
	case PAGE_READWRITE:
		*access |= SECTION_MAP_WRITE;
		return TRUE;
	case PAGE_EXECUTE_READ:
	case PAGE_EXECUTE_WRITECOPY:
		*access |= SECTION_MAP_EXECUTE;
		return TRUE;
	case PAGE_EXECUTE_READWRITE:
		*access |= SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;
		return TRUE;
	}
	SetLastError(ERROR_INVALID_PARAMETER);
	return FALSE;
}

HANDLE WINAPI CreateFileMappingNumaW(HANDLE file, LPSECURITY_ATTRIBUTES sa,
				     DWORD protect, DWORD size_high,
				     DWORD size_low, LPCWSTR name, DWORD node)
{
	LARGE_INTEGER size = { .u = { size_low, size_high } };
	DWORD flags = protect & SEC_FLAGS;
	struct object_name n;
	OBJECT_ATTRIBUTES *oa;
	ACCESS_MASK access;
	HANDLE h = NULL;

	protect &= ~SEC_FLAGS;
	if (!protect)
		protect = PAGE_READONLY;
	/* One of these is always there; committed is the usual. */
	if (!(flags & (SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_FILE)))
		flags |= SEC_COMMIT;
	if (!section_access(protect, &access))
		return NULL;
	if (file == INVALID_HANDLE_VALUE) {
		file = NULL;
		if (!size.QuadPart) {
			SetLastError(ERROR_INVALID_PARAMETER);
			return NULL;
		}
	} else if (!file) {
		SetLastError(ERROR_INVALID_HANDLE);
		return NULL;
	}
	if (!object_name_init(&n, sa, name, TRUE, &oa))
		return NULL;
	return object_created(NtCreateSection(&h, access, oa,
					      size.QuadPart ? &size : NULL,
					      protect, flags, file),
			      &h);
}

HANDLE WINAPI CreateFileMappingW(HANDLE file, LPSECURITY_ATTRIBUTES sa,
				 DWORD protect, DWORD size_high, DWORD size_low,
				 LPCWSTR name)
{
	return CreateFileMappingNumaW(file, sa, protect, size_high, size_low,
				      name, NUMA_NO_PREFERRED_NODE);
}

HANDLE WINAPI CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES sa,
				 DWORD protect, DWORD size_high, DWORD size_low,
				 LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name)
		       ? CreateFileMappingW(file, sa, protect, size_high,
					    size_low, w.s)
		       : NULL;
}

HANDLE WINAPI CreateFileMappingNumaA(HANDLE file, LPSECURITY_ATTRIBUTES sa,
				     DWORD protect, DWORD size_high,
				     DWORD size_low, LPCSTR name, DWORD node)
{
	return CreateFileMappingA(file, sa, protect, size_high, size_low, name);
}

HANDLE WINAPI CreateFileMappingFromApp(HANDLE file, PSECURITY_ATTRIBUTES sa,
				       ULONG protect, ULONG64 size, PCWSTR name)
{
	return CreateFileMappingW(file, sa, protect, size >> 32, size, name);
}

/* The desired access is what the protection needs; parameters are hints. */
HANDLE WINAPI CreateFileMapping2(HANDLE file, SECURITY_ATTRIBUTES *sa,
				 ULONG access, ULONG protect, ULONG attributes,
				 ULONG64 size, PCWSTR name,
				 MEM_EXTENDED_PARAMETER *params, ULONG n)
{
	return CreateFileMappingW(file, sa, protect | attributes, size >> 32,
				  size, name);
}

HANDLE WINAPI OpenFileMappingW(DWORD access, BOOL inherit, LPCWSTR name)
{
	struct object_name n;
	HANDLE h = NULL;

	/* FILE_MAP_COPY alone is 1, SECTION_QUERY: reading is what it needs. */
	if (access == FILE_MAP_COPY)
		access = SECTION_MAP_READ;
	else if (access & FILE_MAP_EXECUTE)
		access = (access & ~FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
	if (!object_name_open(&n, inherit, name))
		return NULL;
	return object_opened(NtOpenSection(&h, access, &n.oa), &h);
}

HANDLE WINAPI OpenFileMappingA(DWORD access, BOOL inherit, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? OpenFileMappingW(access, inherit, w.s)
					: NULL;
}

HANDLE WINAPI OpenFileMappingFromApp(ULONG access, BOOL inherit, PCWSTR name)
{
	return OpenFileMappingW(access, inherit, name);
}

/* ---- views ---- */

static ULONG view_protection(DWORD access)
{
	BOOL execute = (access & FILE_MAP_EXECUTE) != 0;

	/* Copying wins over writing when both are asked for... */
	if ((access & ~FILE_MAP_EXECUTE) == FILE_MAP_COPY)
		return execute ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
	/* ...unless FILE_MAP_ALL_ACCESS, which contains the copy bit. */
	if (access & FILE_MAP_WRITE)
		return execute ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
	if (access & FILE_MAP_READ)
		return execute ? PAGE_EXECUTE_READ : PAGE_READONLY;
	return PAGE_NOACCESS;
}

static PVOID map(HANDLE section, HANDLE process, ULONG64 offset, PVOID address,
		 SIZE_T size, ULONG type, ULONG protect)
{
	LARGE_INTEGER at = { .QuadPart = offset };
	PVOID base = address;

	return rf_result(NtMapViewOfSection(section, process, &base, 0, 0, &at,
					    &size, VIEW_UNMAP, type, protect))
		       ? base
		       : NULL;
}

LPVOID WINAPI MapViewOfFileEx(HANDLE section, DWORD access, DWORD offset_high,
			      DWORD offset_low, SIZE_T size, LPVOID address)
{
	/* FILE_MAP_LARGE_PAGES is a hint that needs a privilege. */
	return map(section, NtCurrentProcess(),
		   (ULONG64)offset_high << 32 | offset_low, address, size, 0,
		   view_protection(access & 0x3f));
}

LPVOID WINAPI MapViewOfFile(HANDLE section, DWORD access, DWORD offset_high,
			    DWORD offset_low, SIZE_T size)
{
	return MapViewOfFileEx(section, access, offset_high, offset_low, size,
			       NULL);
}

LPVOID WINAPI MapViewOfFileExNuma(HANDLE section, DWORD access,
				  DWORD offset_high, DWORD offset_low,
				  SIZE_T size, LPVOID address, DWORD node)
{
	return MapViewOfFileEx(section, access, offset_high, offset_low, size,
			       address);
}

PVOID WINAPI MapViewOfFileFromApp(HANDLE section, ULONG access, ULONG64 offset,
				  SIZE_T size)
{
	return MapViewOfFileEx(section, access, offset >> 32, offset, size,
			       NULL);
}

PVOID WINAPI MapViewOfFileNuma2(HANDLE section, HANDLE process, ULONG64 offset,
				PVOID address, SIZE_T size, ULONG type,
				ULONG protect, ULONG node)
{
	return map(section, process, offset, address, size, type, protect);
}

PVOID WINAPI MapViewOfFile3(HANDLE section, HANDLE process, PVOID address,
			    ULONG64 offset, SIZE_T size, ULONG type,
			    ULONG protect, MEM_EXTENDED_PARAMETER *params,
			    ULONG n)
{
	LARGE_INTEGER at = { .QuadPart = offset };
	PVOID base = address;

	if (!process)
		process = NtCurrentProcess();
	if (!n && !(type & MEM_REPLACE_PLACEHOLDER))
		return map(section, process, offset, address, size, type,
			   protect);
	return rf_result(NtMapViewOfSectionEx(section, process, &base, &at,
					      &size, type, protect, params, n))
		       ? base
		       : NULL;
}

BOOL WINAPI UnmapViewOfFileEx(PVOID base, ULONG flags)
{
	return rf_result(
		flags ? NtUnmapViewOfSectionEx(NtCurrentProcess(), base, flags)
		      : NtUnmapViewOfSection(NtCurrentProcess(), base));
}

BOOL WINAPI UnmapViewOfFile(LPCVOID base)
{
	return rf_result(NtUnmapViewOfSection(NtCurrentProcess(), (PVOID)base));
}

BOOL WINAPI UnmapViewOfFile2(HANDLE process, PVOID base, ULONG flags)
{
	return rf_result(flags ? NtUnmapViewOfSectionEx(process, base, flags)
			       : NtUnmapViewOfSection(process, base));
}

BOOL WINAPI FlushViewOfFile(LPCVOID address, SIZE_T size)
{
	PVOID base = (PVOID)address;
	IO_STATUS_BLOCK iosb;
	NTSTATUS status =
		NtFlushVirtualMemory(NtCurrentProcess(), &base, &size, &iosb);

	/* Private memory has nothing to write, which is fine. */
	return status == STATUS_NOT_MAPPED_DATA || rf_result(status);
}
