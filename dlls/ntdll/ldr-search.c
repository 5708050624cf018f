/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-search.c - from a DLL's name to an open file.
 *
 * The default order is Windows' with safe search: known DLLs, the program's
 * folder, System32, Windows, the current folder, PATH.
 */
#include "ldr.h"
#include "nt-file.h"

/* Generated from apisets.tbl and knowndlls in it: sorted by prefix length. */
struct apiset {
	const WCHAR *prefix;
	USHORT bytes;
	UNICODE_STRING target;
};
#define S(text) { sizeof(text) - sizeof(WCHAR), sizeof(text), (PWSTR)(text) }
static const struct apiset apisets[] = {
#include "apisets.inc"
};
static const UNICODE_STRING known[] = {
#include "knowndlls.inc"
};

static const UNICODE_STRING system_dir = S(L"C:\\Windows\\System32\\");
static const UNICODE_STRING windows_dir = S(L"C:\\Windows\\");
static const UNICODE_STRING dot_dll = S(L".dll");

BOOLEAN apiset_resolve(const UNICODE_STRING *name, UNICODE_STRING *target)
{
	/* "api-" or "ext-" in any case */
	if (name->Length < 8 || name->Buffer[3] != '-')
		return FALSE;
	for (ULONG i = 0; i < ARRAY_SIZE(apisets); i++) {
		UNICODE_STRING prefix = { apisets[i].bytes, apisets[i].bytes,
					  (PWSTR)apisets[i].prefix };

		if (RtlPrefixUnicodeString(&prefix, name, TRUE)) {
			*target = apisets[i].target;
			return TRUE;
		}
	}
	return FALSE;
}

NTSTATUS NTAPI ApiSetQueryApiSetPresence(PCUNICODE_STRING name,
					 PBOOLEAN present)
{
	UNICODE_STRING target;

	if (!name || !present)
		return STATUS_INVALID_PARAMETER;
	*present = apiset_resolve(name, &target);
	return STATUS_SUCCESS;
}

UNICODE_STRING path_folder(const UNICODE_STRING *path)
{
	UNICODE_STRING f = *path;

	while (f.Length && f.Buffer[f.Length / sizeof(WCHAR) - 1] != '\\' &&
	       f.Buffer[f.Length / sizeof(WCHAR) - 1] != '/')
		f.Length -= sizeof(WCHAR);
	return f;
}

/* "\\?\" and "\\.\": what follows is the same file's name. */
UNICODE_STRING path_unprefixed(const UNICODE_STRING *path)
{
	const WCHAR *p = path->Buffer;
	UNICODE_STRING u = *path;

	if (u.Length >= 4 * sizeof(WCHAR) && p[0] == '\\' && p[1] == '\\' &&
	    (p[2] == '?' || p[2] == '.') && p[3] == '\\') {
		u.Buffer += 4;
		u.Length -= 4 * sizeof(WCHAR);
		u.MaximumLength -= 4 * sizeof(WCHAR);
	}
	return u;
}

static BOOLEAN append(UNICODE_STRING *to, const UNICODE_STRING *s)
{
	if (s->Length + sizeof(WCHAR) >
	    (ULONG)to->MaximumLength - to->Length)
		return FALSE;
	memcpy((char *)to->Buffer + to->Length, s->Buffer, s->Length);
	to->Length += s->Length;
	to->Buffer[to->Length / sizeof(WCHAR)] = 0;
	return TRUE;
}

static NTSTATUS open_path(struct found_dll *f)
{
	static const UNICODE_STRING prefix = S(L"\\??\\");
	const UNICODE_STRING path = path_unprefixed(&f->path);
	WCHAR buffer[LDR_MAX_PATH + 8];
	UNICODE_STRING nt = { 0, sizeof buffer, buffer };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;

	append(&nt, &prefix);
	if (!append(&nt, &path))
		return STATUS_OBJECT_NAME_INVALID;
	InitializeObjectAttributes(&oa, &nt, OBJ_CASE_INSENSITIVE | OBJ_RF_LOAD,
				   NULL, NULL);
	return NtOpenFile(&f->file,
			  FILE_EXECUTE | FILE_READ_DATA | SYNCHRONIZE, &oa, &io,
			  FILE_SHARE_READ | FILE_SHARE_DELETE,
			  0x60 /* FILE_SYNCHRONOUS_IO_NONALERT,
				  FILE_NON_DIRECTORY_FILE */);
}

static BOOLEAN has_path(const UNICODE_STRING *name)
{
	for (ULONG i = 0; i < name->Length / sizeof(WCHAR); i++)
		if (name->Buffer[i] == '\\' || name->Buffer[i] == '/' ||
		    (i == 1 && name->Buffer[i] == ':'))
			return TRUE;
	return FALSE;
}

/* "plugins\\x.dll" or ".\\x.dll": looked for below each folder of the search. */
static BOOLEAN is_relative(const UNICODE_STRING *name)
{
	return RtlDetermineDosPathNameType_U(name->Buffer) == 5;
}

/* Takes "." and ".." out of what was put together. */
static BOOLEAN tidy(struct found_dll *f)
{
	WCHAR buffer[LDR_MAX_PATH];
	ULONG n = RtlGetFullPathName_U(f->path.Buffer, sizeof buffer, buffer,
				       NULL);

	if (n == 0 || n >= sizeof buffer)
		return FALSE;
	memcpy(f->buffer, buffer, n + sizeof(WCHAR));
	f->path.Length = (USHORT)n;
	return TRUE;
}

/* Tries folder + name.  STATUS_DLL_NOT_FOUND: look elsewhere. */
static NTSTATUS try_folder(const UNICODE_STRING *folder,
			   const UNICODE_STRING *name, struct found_dll *f,
			   struct module **loaded)
{
	static const UNICODE_STRING slash = S(L"\\");
	NTSTATUS s;

	f->path = (UNICODE_STRING){ 0, sizeof f->buffer, f->buffer };
	if (!append(&f->path, folder) ||
	    (folder->Length &&
	     folder->Buffer[folder->Length / sizeof(WCHAR) - 1] != '\\' &&
	     folder->Buffer[folder->Length / sizeof(WCHAR) - 1] != '/' &&
	     !append(&f->path, &slash)) ||
	    !append(&f->path, name) ||
	    (folder->Length && has_path(name) && !tidy(f)))
		return STATUS_DLL_NOT_FOUND;
	*loaded = module_by_path(&f->path);
	if (*loaded)
		return STATUS_SUCCESS;
	s = open_path(f);
	switch ((ULONG)s) {
	case (ULONG)STATUS_OBJECT_NAME_NOT_FOUND:
	case (ULONG)STATUS_OBJECT_PATH_NOT_FOUND:
	case (ULONG)STATUS_OBJECT_NAME_INVALID:
	case (ULONG)STATUS_OBJECT_PATH_SYNTAX_BAD:
	case (ULONG)STATUS_BAD_NETWORK_PATH:
	case (ULONG)STATUS_NOT_A_DIRECTORY:
	case (ULONG)STATUS_FILE_IS_A_DIRECTORY:
		return STATUS_DLL_NOT_FOUND;
	}
	return s;
}

static BOOLEAN is_known(const UNICODE_STRING *name)
{
	for (ULONG i = 0; i < ARRAY_SIZE(known); i++)
		if (RtlEqualUnicodeString(&known[i], name, TRUE))
			return TRUE;
	return FALSE;
}

/* ".dll" is added to a name without a dot; a dot at the end is dropped. */
static NTSTATUS complete_name(const UNICODE_STRING *name, UNICODE_STRING *out)
{
	UNICODE_STRING folder = path_folder(name);
	ULONG n = name->Length / sizeof(WCHAR);

	if (!append(out, name))
		return STATUS_OBJECT_NAME_INVALID;
	for (ULONG i = n; i-- > folder.Length / sizeof(WCHAR);) {
		if (name->Buffer[i] != '.')
			continue;
		if (i == n - 1) {
			out->Length -= sizeof(WCHAR);
			out->Buffer[out->Length / sizeof(WCHAR)] = 0;
		}
		return STATUS_SUCCESS;
	}
	return append(out, &dot_dll) ? STATUS_SUCCESS :
				       STATUS_OBJECT_NAME_INVALID;
}

static NTSTATUS try_path_variable(const UNICODE_STRING *name,
				  struct found_dll *f, struct module **loaded)
{
	static const UNICODE_STRING variable = S(L"PATH");
	NTSTATUS s = STATUS_DLL_NOT_FOUND;
	UNICODE_STRING value = { 0, 0xfffe, NULL };
	WCHAR *p, *end;

	value.Buffer = RtlAllocateHeap(rf_heap(), 0, value.MaximumLength);
	if (!value.Buffer)
		return STATUS_NO_MEMORY;
	if (NT_SUCCESS(RtlQueryEnvironmentVariable_U(NULL, &variable, &value))) {
		end = value.Buffer + value.Length / sizeof(WCHAR);
		for (p = value.Buffer; p < end && s == STATUS_DLL_NOT_FOUND;) {
			WCHAR *q = p;
			UNICODE_STRING folder;

			while (q < end && *q != ';')
				q++;
			folder = (UNICODE_STRING){ (USHORT)((q - p) * 2),
						   (USHORT)((q - p) * 2), p };
			if (folder.Length)
				s = try_folder(&folder, name, f, loaded);
			p = q + 1;
		}
	}
	RtlFreeHeap(rf_heap(), 0, value.Buffer);
	return s;
}

/* A name with a path: full form, then that file only. */
static NTSTATUS open_full(const UNICODE_STRING *name, struct found_dll *f,
			  struct module **loaded)
{
	static const UNICODE_STRING none = { 0, 0, NULL };
	WCHAR buffer[LDR_MAX_PATH];
	ULONG n = RtlGetFullPathName_U(name->Buffer, sizeof buffer, buffer,
				       NULL);
	UNICODE_STRING full = { (USHORT)n, (USHORT)n, buffer };

	if (n == 0 || n >= sizeof buffer)
		return STATUS_OBJECT_NAME_INVALID;
	return try_folder(&none, &full, f, loaded);
}

/* Those of AddDllDirectory, and the one of SetDllDirectory. */
static NTSTATUS user_dirs(const UNICODE_STRING *name, struct found_dll *f,
			  struct module **loaded)
{
	NTSTATUS s = ldr_try_user_dirs(name, f, loaded, try_folder);

	return s == STATUS_DLL_NOT_FOUND && ldr_dll_directory.Length ?
		       try_folder(&ldr_dll_directory, name, f, loaded) :
		       s;
}

NTSTATUS dll_find(const UNICODE_STRING *asked, ULONG search,
		  const UNICODE_STRING *dir, struct found_dll *f,
		  struct module **loaded)
{
	WCHAR buffer[LDR_MAX_PATH];
	UNICODE_STRING name = { 0, sizeof buffer, buffer }, target, program;
	UNICODE_STRING current;
	NTSTATUS s = complete_name(asked, &name);

	*loaded = NULL;
	if (!NT_SUCCESS(s))
		return s;
	if (has_path(&name)) {
		if (!is_relative(&name))
			return open_full(&name, f, loaded);
	} else {
		if (apiset_resolve(&name, &target))
			name = target;
		*loaded = module_by_name(&name);
		if (*loaded)
			return STATUS_SUCCESS;
		if (is_known(&name))
			return try_folder(&system_dir, &name, f, loaded);
	}

	program = path_folder(&ldr_program->entry.FullDllName);
	s = STATUS_DLL_NOT_FOUND;
	if (search) {
		if ((search & LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) && dir)
			s = try_folder(dir, &name, f, loaded);
		if (s == STATUS_DLL_NOT_FOUND &&
		    (search & (LOAD_LIBRARY_SEARCH_APPLICATION_DIR |
			       LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)))
			s = try_folder(&program, &name, f, loaded);
		if (s == STATUS_DLL_NOT_FOUND &&
		    (search & (LOAD_LIBRARY_SEARCH_USER_DIRS |
			       LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)))
			s = user_dirs(&name, f, loaded);
		if (s == STATUS_DLL_NOT_FOUND &&
		    (search & (LOAD_LIBRARY_SEARCH_SYSTEM32 |
			       LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)))
			s = try_folder(&system_dir, &name, f, loaded);
		return s;
	}
	s = try_folder(dir ? dir : &program, &name, f, loaded);
	if (s == STATUS_DLL_NOT_FOUND && ldr_dll_directory.Buffer)
		s = ldr_dll_directory.Length ?
			    try_folder(&ldr_dll_directory, &name, f, loaded) :
			    s;
	if (s == STATUS_DLL_NOT_FOUND)
		s = try_folder(&system_dir, &name, f, loaded);
	if (s == STATUS_DLL_NOT_FOUND)
		s = try_folder(&windows_dir, &name, f, loaded);
	/* SetDllDirectory takes the current folder out of the search. */
	if (s == STATUS_DLL_NOT_FOUND && !ldr_dll_directory.Buffer) {
		current = rf_peb()->ProcessParameters->CurrentDirectory.DosPath;
		s = try_folder(&current, &name, f, loaded);
	}
	if (s == STATUS_DLL_NOT_FOUND)
		s = try_path_variable(&name, f, loaded);
	return s;
}
