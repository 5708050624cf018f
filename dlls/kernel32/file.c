/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - opening, creating and deleting files; attributes by name.
 *
 * Thin: one NtCreateFile per CreateFile, the name made on the stack.  What
 * costs care are the error codes that differ from RtlNtStatusToDosError's and
 * ERROR_ALREADY_EXISTS on success.
 */
#include "kernel32-private.h"
#include "nt-file.h"

/* Attributes a file can be created with. */
#define CREATE_ATTRIBUTES (0x7fb7 & ~FILE_ATTRIBUTE_DIRECTORY)

static const UCHAR dispositions[] = {
	[CREATE_NEW] = FILE_CREATE,
	[CREATE_ALWAYS] = FILE_OVERWRITE_IF,
	[OPEN_EXISTING] = FILE_OPEN,
	[OPEN_ALWAYS] = FILE_OPEN_IF,
	[TRUNCATE_EXISTING] = FILE_OVERWRITE,
};

static ULONG open_options(DWORD flags)
{
	ULONG o = 0;

	if (!(flags & FILE_FLAG_OVERLAPPED))
		o |= FILE_SYNCHRONOUS_IO_NONALERT;
	if (flags & FILE_FLAG_BACKUP_SEMANTICS)
		o |= FILE_OPEN_FOR_BACKUP_INTENT;
	else
		o |= FILE_NON_DIRECTORY_FILE;
	if (flags & FILE_FLAG_WRITE_THROUGH)
		o |= FILE_WRITE_THROUGH;
	if (flags & FILE_FLAG_NO_BUFFERING)
		o |= FILE_NO_INTERMEDIATE_BUFFERING;
	if (flags & FILE_FLAG_RANDOM_ACCESS)
		o |= FILE_RANDOM_ACCESS;
	if (flags & FILE_FLAG_SEQUENTIAL_SCAN)
		o |= FILE_SEQUENTIAL_ONLY;
	if (flags & FILE_FLAG_DELETE_ON_CLOSE)
		o |= FILE_DELETE_ON_CLOSE;
	if (flags & FILE_FLAG_OPEN_REPARSE_POINT)
		o |= FILE_OPEN_REPARSE_POINT;
	if (flags & FILE_FLAG_OPEN_NO_RECALL)
		o |= FILE_OPEN_NO_RECALL;
	return o;
}

static void fail_create(NTSTATUS status, const WCHAR *name)
{
	rf_fail(status);
	if (status == STATUS_OBJECT_NAME_COLLISION)
		SetLastError(ERROR_FILE_EXISTS);
	if (status == STATUS_FILE_IS_A_DIRECTORY) {
		DWORD n = name ? wide_len(name) : 0;

		SetLastError(n && (name[n - 1] == '\\' || name[n - 1] == '/')
				     ? ERROR_PATH_NOT_FOUND
				     : ERROR_ACCESS_DENIED);
	}
}

/* A template gives its extended attributes, and nothing else, to a new file. */
static NTSTATUS template_attributes(HANDLE h, void **ea, ULONG *size)
{
	ULONG info_size = 0; /* FILE_EA_INFORMATION */
	IO_STATUS_BLOCK io;
	NTSTATUS status = NtQueryInformationFile(
		h, &io, &info_size, sizeof info_size, FileEaInformation);

	if (!NT_SUCCESS(status) || !info_size)
		return status;
	*size = info_size;
	*ea = k32_alloc(*size);
	if (!*ea)
		return STATUS_NO_MEMORY;
	return NtQueryEaFile(h, &io, *ea, *size, FALSE, NULL, 0, NULL, TRUE);
}

HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share,
			  LPSECURITY_ATTRIBUTES sa, DWORD creation, DWORD flags,
			  HANDLE template_file)
{
	SECURITY_QUALITY_OF_SERVICE quality;
	IO_STATUS_BLOCK io;
	NTSTATUS status = STATUS_SUCCESS;
	ULONG ea_size = 0;
	void *ea = NULL;
	HANDLE h;
	NT_PATH(path);

	if (creation < CREATE_NEW || creation > TRUNCATE_EXISTING ||
	    (creation == TRUNCATE_EXISTING && !(access & GENERIC_WRITE))) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (!nt_path_open(&path, name))
		return INVALID_HANDLE_VALUE;
	nt_path_security(&path, sa);
	if (flags & SECURITY_SQOS_PRESENT) {
		quality.Length = sizeof quality;
		quality.ImpersonationLevel = flags >> 16 & 3;
		quality.ContextTrackingMode =
			flags & SECURITY_CONTEXT_TRACKING
				? SECURITY_DYNAMIC_TRACKING
				: SECURITY_STATIC_TRACKING;
		quality.EffectiveOnly = !!(flags & SECURITY_EFFECTIVE_ONLY);
		path.oa.SecurityQualityOfService = &quality;
	}
	if (flags & FILE_FLAG_POSIX_SEMANTICS)
		path.oa.Attributes &= ~OBJ_CASE_INSENSITIVE;
	if (flags & FILE_FLAG_DELETE_ON_CLOSE)
		access |= DELETE;

	if (template_file && creation != OPEN_EXISTING &&
	    creation != TRUNCATE_EXISTING)
		status = template_attributes(template_file, &ea, &ea_size);
	if (NT_SUCCESS(status))
		status = NtCreateFile(
			&h, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES,
			&path.oa, &io, NULL, flags & CREATE_ATTRIBUTES, share,
			dispositions[creation], open_options(flags), ea,
			ea_size);
	if (ea)
		k32_free(ea);
	if (!NT_SUCCESS(status)) {
		fail_create(status, name);
		return INVALID_HANDLE_VALUE;
	}
	if ((creation == CREATE_ALWAYS && io.Information == FILE_OVERWRITTEN) ||
	    (creation == OPEN_ALWAYS && io.Information == FILE_OPENED))
		SetLastError(ERROR_ALREADY_EXISTS);
	else
		SetLastError(ERROR_SUCCESS);
	return h;
}

HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share,
			  LPSECURITY_ATTRIBUTES sa, DWORD creation, DWORD flags,
			  HANDLE template_file)
{
	WIDE(w);

	if (!wide_from_file(&w, name))
		return INVALID_HANDLE_VALUE;
	return CreateFileW(w.s, access, share, sa, creation, flags,
			   template_file);
}

HANDLE WINAPI CreateFile2(LPCWSTR name, DWORD access, DWORD share,
			  DWORD creation, LPCREATEFILE2_EXTENDED_PARAMETERS p)
{
	if (!p)
		return CreateFileW(name, access, share, NULL, creation, 0,
				   NULL);
	return CreateFileW(
		name, access, share, p->lpSecurityAttributes, creation,
		p->dwFileAttributes | p->dwFileFlags | p->dwSecurityQosFlags,
		p->hTemplateFile);
}

HANDLE WINAPI ReOpenFile(HANDLE original, DWORD access, DWORD share,
			 DWORD flags)
{
	UNICODE_STRING none = { 0, 0, NULL };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;

	if (flags & FILE_FLAG_DELETE_ON_CLOSE)
		access |= DELETE;
	InitializeObjectAttributes(&oa, &none, 0, original, NULL);
	status = NtCreateFile(&h, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES,
			      &oa, &io, NULL, 0, share, FILE_OPEN,
			      open_options(flags), NULL, 0);
	if (NT_SUCCESS(status))
		return h;
	fail_create(status, NULL);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI OpenFileById(HANDLE volume, LPFILE_ID_DESCRIPTOR id, DWORD access,
			   DWORD share, LPSECURITY_ATTRIBUTES sa, DWORD flags)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;

	switch (id->Type) {
	case FileIdType:
		name.Length = sizeof id->FileId;
		break;
	case ObjectIdType:
	case ExtendedFileIdType:
		name.Length = sizeof id->ObjectId;
		break;
	default:
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	name.MaximumLength = name.Length;
	name.Buffer = (PWSTR)&id->FileId;
	InitializeObjectAttributes(&oa, &name,
				   sa && sa->bInheritHandle ? OBJ_INHERIT : 0,
				   volume, NULL);
	status = NtCreateFile(&h, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES,
			      &oa, &io, NULL, 0, share, FILE_OPEN,
			      open_options(flags) | FILE_OPEN_BY_FILE_ID, NULL,
			      0);
	if (NT_SUCCESS(status))
		return h;
	fail_create(status, NULL);
	return INVALID_HANDLE_VALUE;
}

/* ---- deleting ------------------------------------------------------- */

BOOL k32_delete_open(HANDLE h)
{
	FILE_DISPOSITION_INFO_EX how = {
		FILE_DISPOSITION_FLAG_DELETE |
		FILE_DISPOSITION_FLAG_POSIX_SEMANTICS
	};
	FILE_DISPOSITION_INFO old = { TRUE };
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	status = NtSetInformationFile(h, &io, &how, sizeof how,
				      FileDispositionInformationEx);
	if (status == STATUS_INVALID_INFO_CLASS ||
	    status == STATUS_NOT_SUPPORTED ||
	    status == STATUS_INVALID_PARAMETER)
		status = NtSetInformationFile(h, &io, &old, sizeof old,
					      FileDispositionInformation);
	return rf_result(status);
}

BOOL WINAPI DeleteFileW(LPCWSTR name)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE_SCOPE(h);
	NT_PATH(path);

	if (!nt_path_open(&path, name))
		return FALSE;
	path.oa.Attributes |= OBJ_RF_DELETE_FILE;
	status = NtDeleteFile(&path.oa);
	if (status != STATUS_NOT_SUPPORTED) {
		if (!NT_SUCCESS(status))
			fail_create(status, NULL);
		return NT_SUCCESS(status);
	}
	path.oa.Attributes &= ~OBJ_RF_DELETE_FILE;
	status = NtOpenFile(&h, DELETE, &path.oa, &io,
			    FILE_SHARE_READ | FILE_SHARE_WRITE |
				    FILE_SHARE_DELETE,
			    FILE_NON_DIRECTORY_FILE | FILE_OPEN_REPARSE_POINT |
				    FILE_OPEN_FOR_BACKUP_INTENT);
	if (!NT_SUCCESS(status)) {
		fail_create(status, NULL);
		return FALSE;
	}
	return k32_delete_open(h);
}

BOOL WINAPI DeleteFileA(LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) && DeleteFileW(w.s);
}

/* ---- attributes ----------------------------------------------------- */

static inline __attribute__((always_inline)) BOOL
full_attributes(const WCHAR *name, FILE_NETWORK_OPEN_INFORMATION *i)
{
	NTSTATUS status;
	NT_PATH(path);

	if (!nt_path_open(&path, name))
		return FALSE;
	status = NtQueryFullAttributesFile(&path.oa, i);
	if (NT_SUCCESS(status))
		return TRUE;
	/* NUL, COM1: a device has no attributes, yet it is there. */
	if (RtlIsDosDeviceName_U(name)) {
		memset(i, 0, sizeof *i);
		i->FileAttributes = FILE_ATTRIBUTE_ARCHIVE;
		return TRUE;
	}
	return rf_fail(status);
}

DWORD WINAPI GetFileAttributesW(LPCWSTR name)
{
	FILE_NETWORK_OPEN_INFORMATION i;

	return full_attributes(name, &i) ? i.FileAttributes
					 : INVALID_FILE_ATTRIBUTES;
}

DWORD WINAPI GetFileAttributesA(LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) ? GetFileAttributesW(w.s)
					: INVALID_FILE_ATTRIBUTES;
}

BOOL WINAPI GetFileAttributesExW(LPCWSTR name, GET_FILEEX_INFO_LEVELS level,
				 LPVOID out)
{
	WIN32_FILE_ATTRIBUTE_DATA *d = out;
	FILE_NETWORK_OPEN_INFORMATION i;

	if (level != GetFileExInfoStandard) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!full_attributes(name, &i))
		return FALSE;
	d->dwFileAttributes = i.FileAttributes;
	d->ftCreationTime.dwLowDateTime = i.CreationTime.LowPart;
	d->ftCreationTime.dwHighDateTime = i.CreationTime.HighPart;
	d->ftLastAccessTime.dwLowDateTime = i.LastAccessTime.LowPart;
	d->ftLastAccessTime.dwHighDateTime = i.LastAccessTime.HighPart;
	d->ftLastWriteTime.dwLowDateTime = i.LastWriteTime.LowPart;
	d->ftLastWriteTime.dwHighDateTime = i.LastWriteTime.HighPart;
	d->nFileSizeHigh = i.EndOfFile.HighPart;
	d->nFileSizeLow = i.EndOfFile.LowPart;
	return TRUE;
}

BOOL WINAPI GetFileAttributesExA(LPCSTR name, GET_FILEEX_INFO_LEVELS level,
				 LPVOID out)
{
	WIDE(w);

	return wide_from_file(&w, name) &&
	       GetFileAttributesExW(w.s, level, out);
}

BOOL WINAPI SetFileAttributesW(LPCWSTR name, DWORD attributes)
{
	FILE_BASIC_INFO i = { 0 }; /* a time of 0 stays as it is */
	IO_STATUS_BLOCK io;
	HANDLE_SCOPE(h);

	if (!k32_open(name, FILE_WRITE_ATTRIBUTES,
		      FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT,
		      &h)) {
		return FALSE;
	}
	/* 0 would mean "as they are". */
	i.FileAttributes =
		(attributes & CREATE_ATTRIBUTES) | FILE_ATTRIBUTE_NORMAL;
	return rf_result(NtSetInformationFile(h, &io, &i, sizeof i,
					      FileBasicInformation));
}

BOOL WINAPI SetFileAttributesA(LPCSTR name, DWORD attributes)
{
	WIDE(w);

	return wide_from_file(&w, name) && SetFileAttributesW(w.s, attributes);
}

DWORD WINAPI GetCompressedFileSizeW(LPCWSTR name, LPDWORD high)
{
	FILE_COMPRESSION_INFO c;
	FILE_STANDARD_INFO s;
	LARGE_INTEGER size;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE_SCOPE(h);

	if (!k32_open(name, FILE_READ_ATTRIBUTES, FILE_OPEN_FOR_BACKUP_INTENT,
		      &h)) {
		return INVALID_FILE_SIZE;
	}
	status = NtQueryInformationFile(h, &io, &c, sizeof c,
					FileCompressionInformation);
	size = c.CompressedFileSize;
	if (!NT_SUCCESS(status)) {
		status = NtQueryInformationFile(h, &io, &s, sizeof s,
						FileStandardInformation);
		size = s.EndOfFile;
	}
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return INVALID_FILE_SIZE;
	}
	if (high)
		*high = size.HighPart;
	else if (size.HighPart) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_FILE_SIZE;
	}
	if (size.LowPart == INVALID_FILE_SIZE)
		SetLastError(ERROR_SUCCESS);
	return size.LowPart;
}

DWORD WINAPI GetCompressedFileSizeA(LPCSTR name, LPDWORD high)
{
	WIDE(w);

	return wide_from_file(&w, name) ? GetCompressedFileSizeW(w.s, high)
					: INVALID_FILE_SIZE;
}

/* ---- the 16-bit world's functions ----------------------------------- */

static DWORD of_access(UINT style)
{
	switch (style & (OF_READWRITE | OF_WRITE)) {
	case OF_WRITE:
		return GENERIC_WRITE;
	case OF_READWRITE:
		return GENERIC_READ | GENERIC_WRITE;
	}
	return GENERIC_READ;
}

static DWORD of_share(UINT style)
{
	switch (style & 0x70) {
	case OF_SHARE_EXCLUSIVE:
		return 0;
	case OF_SHARE_DENY_WRITE:
		return FILE_SHARE_READ;
	case OF_SHARE_DENY_READ:
		return FILE_SHARE_WRITE;
	}
	return FILE_SHARE_READ | FILE_SHARE_WRITE;
}

HFILE WINAPI OpenFile(LPCSTR name, LPOFSTRUCT of, UINT style)
{
	HANDLE h;

	memset(of, 0, sizeof *of);
	of->cBytes = sizeof *of;
	if (style & OF_CREATE) {
		GetFullPathNameA(name, OFS_MAXPATHNAME, of->szPathName, NULL);
	} else if (!SearchPathA(NULL, name, NULL, OFS_MAXPATHNAME,
				of->szPathName, NULL)) {
		of->nErrCode = (WORD)GetLastError();
		return HFILE_ERROR;
	}
	if (style & OF_PARSE)
		return 0;
	if (style & OF_DELETE) {
		if (DeleteFileA(of->szPathName))
			return TRUE;
		of->nErrCode = (WORD)GetLastError();
		return HFILE_ERROR;
	}
	h = CreateFileA(of->szPathName,
			style & OF_CREATE ? GENERIC_READ | GENERIC_WRITE
					  : of_access(style),
			of_share(style), NULL,
			style & OF_CREATE ? CREATE_ALWAYS : OPEN_EXISTING,
			FILE_ATTRIBUTE_NORMAL, NULL);
	if (h == INVALID_HANDLE_VALUE) {
		of->nErrCode = (WORD)GetLastError();
		return HFILE_ERROR;
	}
	of->fFixedDisk = TRUE;
	if (style & OF_EXIST) {
		CloseHandle(h);
		return TRUE;
	}
	return (HFILE)(LONG_PTR)h;
}

HFILE WINAPI _lopen(LPCSTR name, int mode)
{
	return (HFILE)(LONG_PTR)CreateFileA(name, of_access(mode),
					    of_share(mode), NULL, OPEN_EXISTING,
					    0, NULL);
}

HFILE WINAPI _lcreat(LPCSTR name, int attributes)
{
	return (HFILE)(LONG_PTR)CreateFileA(name, GENERIC_READ | GENERIC_WRITE,
					    FILE_SHARE_READ | FILE_SHARE_WRITE,
					    NULL, CREATE_ALWAYS, attributes & 7,
					    NULL);
}

HFILE WINAPI _lclose(HFILE file)
{
	return CloseHandle((HANDLE)(LONG_PTR)file) ? 0 : HFILE_ERROR;
}

LONG WINAPI _llseek(HFILE file, LONG offset, int origin)
{
	return SetFilePointer((HANDLE)(LONG_PTR)file, offset, NULL, origin);
}

LONG WINAPI _hread(HFILE file, LPVOID buf, LONG n)
{
	DWORD done;

	if (!ReadFile((HANDLE)(LONG_PTR)file, buf, n, &done, NULL))
		return HFILE_ERROR;
	return done;
}

LONG WINAPI _hwrite(HFILE file, LPCCH buf, LONG n)
{
	DWORD done;

	/* By contract a write of nothing ends the file here. */
	if (!n)
		return SetEndOfFile((HANDLE)(LONG_PTR)file) ? 0 : HFILE_ERROR;
	if (!WriteFile((HANDLE)(LONG_PTR)file, buf, n, &done, NULL))
		return HFILE_ERROR;
	return done;
}

UINT WINAPI _lread(HFILE file, LPVOID buf, UINT n)
{
	return _hread(file, buf, n);
}

UINT WINAPI _lwrite(HFILE file, LPCCH buf, UINT n)
{
	return _hwrite(file, buf, n);
}
