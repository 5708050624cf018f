/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * module.c - loading libraries and asking about them, over ntdll's loader.
 *
 * What is loaded as data or for its resources only is no module of the loader:
 * it is a mapped view, told by the low bits of its handle.
 */
#include "sxs.h"
#include "nt-file.h"

#define AS_DATA  1 /* bits of a module handle */
#define AS_IMAGE 2

#define DATA_FLAGS                                                             \
	(LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE |       \
	 LOAD_LIBRARY_AS_IMAGE_RESOURCE)
#define SEARCH_FLAGS                                                           \
	(LOAD_WITH_ALTERED_SEARCH_PATH | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR |    \
	 LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_USER_DIRS | \
	 LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS |     \
	 0x2000 /* LOAD_LIBRARY_SAFE_CURRENT_DIRS */)

static ULONG_PTR view_bits(HMODULE h)
{
	return (ULONG_PTR)h & 3;
}

/* ---- as data ---- */

/* Files that nobody may write to as long as they are looked into. */
struct held {
	struct held *next;
	PVOID base;
	HANDLE file;
};
static struct held *held;
static SRWLOCK held_lock = SRWLOCK_INIT;

static BOOL hold(PVOID base, HANDLE file)
{
	struct held *h = k32_alloc(sizeof *h);

	if (!h)
		return FALSE;
	h->base = base;
	h->file = file;
	RtlAcquireSRWLockExclusive(&held_lock);
	h->next = held;
	held = h;
	RtlReleaseSRWLockExclusive(&held_lock);
	return TRUE;
}

static BOOL unmap_data(PVOID base)
{
	struct held **at, *h;

	if (!rf_result(NtUnmapViewOfSection(NtCurrentProcess(), base)))
		return FALSE;
	RtlAcquireSRWLockExclusive(&held_lock);
	for (at = &held; *at && (*at)->base != base;)
		at = &(*at)->next;
	h = *at;
	if (h)
		*at = h->next;
	RtlReleaseSRWLockExclusive(&held_lock);
	if (h)
		NtClose(h->file);
	k32_free(h);
	return TRUE;
}

static HMODULE map_data(const WCHAR *path, DWORD flags)
{
	BOOL image = !(flags & (LOAD_LIBRARY_AS_DATAFILE |
				LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE));
	ULONG share = flags & LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE
			      ? FILE_SHARE_READ
			      : FILE_SHARE_READ | FILE_SHARE_DELETE;
	SIZE_T size = 0;
	PVOID base = NULL;
	NTSTATUS status;
	IO_STATUS_BLOCK io;
	HANDLE_SCOPE(file);
	HANDLE_SCOPE(section);
	NT_PATH(nt);

	if (!nt_path_open(&nt, path))
		return NULL;
	nt.oa.Attributes |= OBJ_RF_LOAD;
	status = NtOpenFile(
		&file, GENERIC_READ | SYNCHRONIZE | (image ? GENERIC_EXECUTE : 0),
		&nt.oa, &io, share,
		FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
	if (NT_SUCCESS(status))
		status = NtCreateSection(
			&section, SECTION_MAP_READ | SECTION_QUERY, NULL, NULL,
			PAGE_READONLY, image ? SEC_IMAGE : SEC_COMMIT, file);
	if (NT_SUCCESS(status))
		status = NtMapViewOfSection(
			section, NtCurrentProcess(), &base, 0, 0, NULL, &size,
			1 /* ViewShare */, 0, PAGE_READONLY);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return NULL;
	}
	if (!image && !RtlImageNtHeader(base)) {
		NtUnmapViewOfSection(NtCurrentProcess(), base);
		SetLastError(ERROR_BAD_EXE_FORMAT);
		return NULL;
	}
	if (flags & LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE) {
		if (!hold(base, file)) {
			NtUnmapViewOfSection(NtCurrentProcess(), base);
			return NULL;
		}
		file = NULL; /* is held */
	}
	return (HMODULE)((ULONG_PTR)base | (image ? AS_IMAGE : AS_DATA));
}

static HMODULE load_data(const WCHAR *name, DWORD flags)
{
	ULONG search = flags & SEARCH_FLAGS & ~LOAD_WITH_ALTERED_SEARCH_PATH;
	WCHAR path[MAX_PATH * 2];
	UNICODE_STRING u, found = { 0, sizeof path, path };
	DWORD n;

	if (search) {
		RtlInitUnicodeString(&u, name);
		if (NT_SUCCESS(rf_find_dll(&u, search, &found)))
			return map_data(path, flags);
		SetLastError(ERROR_FILE_NOT_FOUND);
		return NULL;
	}
	n = SearchPathW(NULL, name, L".DLL", ARRAY_LEN(path), path, NULL);
	if (n && n < ARRAY_LEN(path))
		return map_data(path, flags);
	SetLastError(n ? ERROR_FILENAME_EXCED_RANGE : ERROR_FILE_NOT_FOUND);
	return NULL;
}

/* ---- loading -------------------------------------------------------- */

static BOOL is_base_name(const UNICODE_STRING *u)
{
	for (ULONG i = 0; i < u->Length / sizeof(WCHAR); i++)
		if (u->Buffer[i] == '\\' || u->Buffer[i] == '/' ||
		    u->Buffer[i] == ':')
			return FALSE;
	return TRUE;
}

/* With its drive and from the root on, \\server\share, or \\?\. */
static BOOL is_whole(LPCWSTR name)
{
	switch (RtlDetermineDosPathNameType_U(name)) {
	case 1: /* \\server */
	case 2: /* C:\ */
	case 6: /* \\.\ and \\?\ */
		return TRUE;
	default:
		return FALSE;
	}
}

HMODULE WINAPI LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
	WCHAR redirected[MAX_PATH * 2];
	ULONG how = flags & DONT_RESOLVE_DLL_REFERENCES
			    ? IMAGE_FILE_EXECUTABLE_IMAGE
			    : 0;
	ULONG_PTR search = flags & SEARCH_FLAGS;
	UNICODE_STRING u;
	NTSTATUS status;
	PVOID base;

	if (!name || !name[0] || file) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	status = RtlInitUnicodeStringEx(&u, name);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return NULL;
	}
	/* One kind of search or the other; and that folder must be known. */
	if ((flags & LOAD_WITH_ALTERED_SEARCH_PATH &&
	     flags & SEARCH_FLAGS & ~(DWORD)(LOAD_WITH_ALTERED_SEARCH_PATH |
					     0x2000)) ||
	    (flags & LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR && !is_whole(name))) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	/* Windows ignores blanks behind a name; installers write them. */
	while (u.Length > sizeof(WCHAR) &&
	       u.Buffer[u.Length / sizeof(WCHAR) - 1] == ' ')
		u.Length -= sizeof(WCHAR);
	if (flags & DATA_FLAGS)
		return load_data(name, flags);
	if (is_base_name(&u) &&
	    sxs_dll_path(name, redirected, ARRAY_LEN(redirected)))
		RtlInitUnicodeString(&u, redirected);
	status = LdrLoadDll(search ? (PWSTR)(search | 1) : NULL, &how, &u,
			    &base);
	if (NT_SUCCESS(status))
		return base;
	rf_fail(status);
	return NULL;
}

HMODULE WINAPI LoadLibraryW(LPCWSTR name)
{
	return LoadLibraryExW(name, NULL, 0);
}

HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags)
{
	WIDE(w);

	return wide_from_file(&w, name) ? LoadLibraryExW(w.s, file, flags)
					: NULL;
}

HMODULE WINAPI LoadLibraryA(LPCSTR name)
{
	return LoadLibraryExA(name, NULL, 0);
}

HMODULE WINAPI LoadPackagedLibrary(LPCWSTR name, DWORD reserved)
{
	SetLastError(APPMODEL_ERROR_NO_PACKAGE);
	return NULL;
}

BOOL WINAPI FreeLibrary(HMODULE h)
{
	if (!h) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	if (view_bits(h))
		return unmap_data((PVOID)((ULONG_PTR)h & ~(ULONG_PTR)3));
	return rf_result(LdrUnloadDll(h));
}

VOID WINAPI FreeLibraryAndExitThread(HMODULE h, DWORD code)
{
	FreeLibrary(h);
	RtlExitUserThread(code);
	__builtin_unreachable();
}

BOOL WINAPI DisableThreadLibraryCalls(HMODULE h)
{
	return rf_result(LdrDisableThreadCalloutsForDll(h));
}

/* ---- asking --------------------------------------------------------- */

FARPROC WINAPI GetProcAddress(HMODULE h, LPCSTR name)
{
	BOOL by_name = (ULONG_PTR)name >> 16 != 0;
	ANSI_STRING s;
	NTSTATUS status;
	PVOID proc;

	if (by_name)
		RtlInitAnsiString(&s, name);
	status = LdrGetProcedureAddress(
		h ? (PVOID)h : rf_peb()->ImageBaseAddress, by_name ? &s : NULL,
		by_name ? 0 : (ULONG)(ULONG_PTR)name, &proc);
	if (NT_SUCCESS(status))
		return (FARPROC)proc;
	rf_fail(status);
	if (status == STATUS_ENTRYPOINT_NOT_FOUND ||
	    status == STATUS_ORDINAL_NOT_FOUND)
		SetLastError(ERROR_PROC_NOT_FOUND);
	return NULL;
}

BOOL WINAPI GetModuleHandleExW(DWORD flags, LPCWSTR name, HMODULE *out)
{
	const DWORD pin = GET_MODULE_HANDLE_EX_FLAG_PIN;
	const DWORD same = GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
	PLDR_DATA_TABLE_ENTRY entry;
	UNICODE_STRING u;
	NTSTATUS status;
	PVOID base;

	if (!out) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*out = NULL;
	if (flags & ~(pin | same | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS) ||
	    (flags & (pin | same)) == (pin | same) ||
	    (flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS && !name)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!name) {
		*out = rf_peb()->ImageBaseAddress;
		return TRUE;
	}
	if (flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS) {
		status = LdrFindEntryForAddress((PVOID)name, &entry);
		if (!NT_SUCCESS(status)) {
			rf_fail(status);
			SetLastError(ERROR_MOD_NOT_FOUND);
			return FALSE;
		}
		base = entry->DllBase;
		if (!(flags & same))
			LdrAddRefDll(flags & pin ? LDR_ADDREF_DLL_PIN : 0,
				     base);
	} else {
		RtlInitUnicodeString(&u, name);
		status = LdrGetDllHandleEx(
			flags & same  ? LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT
			: flags & pin ? LDR_GET_DLL_HANDLE_EX_PIN
				      : 0,
			NULL, NULL, &u, &base);
		if (!NT_SUCCESS(status))
			return rf_fail(status);
	}
	*out = base;
	return TRUE;
}

BOOL WINAPI GetModuleHandleExA(DWORD flags, LPCSTR name, HMODULE *out)
{
	WIDE(w);

	if (flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS)
		return GetModuleHandleExW(flags, (LPCWSTR)name, out);
	if (!wide_from_file(&w, name)) {
		if (out)
			*out = NULL;
		return FALSE;
	}
	return GetModuleHandleExW(flags, w.s, out);
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name)
{
	HMODULE h;

	if (!name)
		return rf_peb()->ImageBaseAddress;
	GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, name,
			   &h);
	return h;
}

HMODULE WINAPI GetModuleHandleA(LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) ? GetModuleHandleW(w.s) : NULL;
}

/*
 * The full name of a module, on the heap.  A copy, since the module may go as
 * soon as the loader's lock is given back.
 */
static WCHAR *module_name(HMODULE h, DWORD *len)
{
	PLDR_DATA_TABLE_ENTRY e;
	WCHAR *s = NULL;
	NTSTATUS status;
	ULONG_PTR cookie;

	if (!h)
		h = rf_peb()->ImageBaseAddress;
	LdrLockLoaderLock(0, NULL, &cookie);
	status = view_bits(h) ? STATUS_DLL_NOT_FOUND
			      : LdrFindEntryForAddress(h, &e);
	if (NT_SUCCESS(status) && e->DllBase != (PVOID)h)
		status = STATUS_DLL_NOT_FOUND;
	if (NT_SUCCESS(status)) {
		*len = e->FullDllName.Length / sizeof(WCHAR);
		s = k32_alloc((*len + 1) * sizeof(WCHAR));
		if (s) {
			memcpy(s, e->FullDllName.Buffer, e->FullDllName.Length);
			s[*len] = 0;
		}
	} else {
		rf_fail(status);
		SetLastError(ERROR_MOD_NOT_FOUND);
	}
	LdrUnlockLoaderLock(0, cookie);
	return s;
}

/* Too long a name is cut, and then the size itself is the result. */
DWORD WINAPI GetModuleFileNameW(HMODULE h, LPWSTR buf, DWORD size)
{
	DWORD n;
	WCHAR *s = module_name(h, &n);

	if (!s)
		return 0;
	if (n >= size) {
		if (size) {
			memcpy(buf, s, (size - 1) * sizeof(WCHAR));
			buf[size - 1] = 0;
		}
		n = size;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	} else {
		memcpy(buf, s, (n + 1) * sizeof(WCHAR));
		SetLastError(ERROR_SUCCESS);
	}
	k32_free(s);
	return n;
}

DWORD WINAPI GetModuleFileNameA(HMODULE h, LPSTR buf, DWORD size)
{
	DWORD n;
	WCHAR *s = module_name(h, &n);

	if (!s)
		return 0;
	n = file_from_wide(s, n, buf, size);
	if (n >= size) {
		file_copy(s, buf, size);
		n = size;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	} else {
		SetLastError(ERROR_SUCCESS);
	}
	k32_free(s);
	return n;
}

/* ---- where libraries are looked for --------------------------------- */

BOOL WINAPI SetDllDirectoryW(LPCWSTR path)
{
	UNICODE_STRING u;

	for (const WCHAR *p = path; p && *p; p++) {
		if (*p == ';') {
			SetLastError(ERROR_INVALID_PARAMETER);
			return FALSE;
		}
	}
	RtlInitUnicodeString(&u, path);
	return rf_result(LdrSetDllDirectory(&u));
}

BOOL WINAPI SetDllDirectoryA(LPCSTR path)
{
	WIDE(w);

	return wide_from_file(&w, path) && SetDllDirectoryW(w.s);
}

DWORD WINAPI GetDllDirectoryW(DWORD size, LPWSTR buf)
{
	WCHAR s[MAX_PATH * 2];
	UNICODE_STRING u = { 0, sizeof s, s };
	NTSTATUS status = LdrGetDllDirectory(&u);

	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return 0;
	}
	return wide_result(s, u.Length / sizeof(WCHAR), buf, size);
}

DWORD WINAPI GetDllDirectoryA(DWORD size, LPSTR buf)
{
	WCHAR s[MAX_PATH * 2];
	DWORD n = GetDllDirectoryW(ARRAY_LEN(s), s);

	return n < ARRAY_LEN(s) ? file_from_wide(s, n, buf, size) : 0;
}

DLL_DIRECTORY_COOKIE WINAPI AddDllDirectory(PCWSTR path)
{
	UNICODE_STRING u;
	NTSTATUS status;
	PVOID cookie;

	RtlInitUnicodeString(&u, path);
	status = LdrAddDllDirectory(&u, &cookie);
	if (NT_SUCCESS(status))
		return cookie;
	rf_fail(status);
	return NULL;
}

BOOL WINAPI RemoveDllDirectory(DLL_DIRECTORY_COOKIE cookie)
{
	return rf_result(LdrRemoveDllDirectory(cookie));
}

BOOL WINAPI SetDefaultDllDirectories(DWORD flags)
{
	return rf_result(LdrSetDefaultDllDirectories(flags));
}

BOOL WINAPI IsApiSetImplemented(PCSTR contract);
BOOL WINAPI IsApiSetImplemented(PCSTR contract)
{
	BOOLEAN present = FALSE;
	UNICODE_STRING name;

	if (!contract || !RtlCreateUnicodeStringFromAsciiz(&name, contract))
		return FALSE;
	ApiSetQueryApiSetPresence(&name, &present);
	RtlFreeUnicodeString(&name);
	return present;
}
