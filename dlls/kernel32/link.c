/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * link.c - hard links, symbolic links, and the path a handle leads to.
 */
#include "kernel32-private.h"
#include <winioctl.h>
#include "nt-file.h"

/* FILE_LINK_INFORMATION is FILE_RENAME_INFORMATION under another number. */
BOOL WINAPI CreateHardLinkW(LPCWSTR name, LPCWSTR existing,
			    LPSECURITY_ATTRIBUTES sa)
{
	FILE_RENAME_INFO *link;
	IO_STATUS_BLOCK io;
	ULONG size;
	BOOL ok;
	HANDLE_SCOPE(h);
	NT_PATH(to);

	(void)sa; /* reserved */
	if (!nt_path_init(&to, name))
		return FALSE;
	if (!k32_open(existing, FILE_WRITE_ATTRIBUTES,
		      FILE_NON_DIRECTORY_FILE | FILE_OPEN_REPARSE_POINT |
			      FILE_OPEN_FOR_BACKUP_INTENT,
		      &h))
		return FALSE;
	size = sizeof *link + to.name.Length;
	link = k32_alloc(size);
	if (!link)
		return FALSE;
	memset(link, 0, sizeof *link);
	link->FileNameLength = to.name.Length;
	memcpy(link->FileName, to.name.Buffer, to.name.Length);
	ok = rf_result(
		NtSetInformationFile(h, &io, link, size, FileLinkInformation));
	k32_free(link);
	return ok;
}

BOOL WINAPI CreateHardLinkA(LPCSTR name, LPCSTR existing,
			    LPSECURITY_ATTRIBUTES sa)
{
	WIDE(n);
	WIDE(e);

	return wide_from_file(&n, name) && wide_from_file(&e, existing) &&
	       CreateHardLinkW(n.s, e.s, sa);
}

/* ---- symbolic links ------------------------------------------------- */

static BOOL is_relative(const WCHAR *s)
{
	if (s[0] == '\\' || s[0] == '/')
		return s[1] != '\\' && s[1] != '/' && s[1] != '?';
	return s[0] && s[1] != ':';
}

/* The reparse data for a link to target; *size bytes, freed by the caller. */
static REPARSE_DATA_BUFFER *link_data(const WCHAR *target, ULONG *size)
{
	BOOL relative = is_relative(target);
	const WCHAR *substitute = target;
	ULONG print = wide_len(target) * sizeof(WCHAR), subst = print;
	REPARSE_DATA_BUFFER *r;
	NT_PATH(path);

	if (!relative) {
		if (!nt_path_init(&path, target))
			return NULL;
		substitute = path.name.Buffer;
		subst = path.name.Length;
	}
	if (print + subst > 0x3f00) {
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return NULL;
	}
	*size = FIELD_OFFSET(REPARSE_DATA_BUFFER,
			     SymbolicLinkReparseBuffer.PathBuffer) +
		print + subst;
	r = k32_alloc(*size);
	if (!r)
		return NULL;
	r->ReparseTag = IO_REPARSE_TAG_SYMLINK;
	r->ReparseDataLength =
		*size - FIELD_OFFSET(REPARSE_DATA_BUFFER, GenericReparseBuffer);
	r->Reserved = 0;
	r->SymbolicLinkReparseBuffer.SubstituteNameOffset = 0;
	r->SymbolicLinkReparseBuffer.SubstituteNameLength = subst;
	r->SymbolicLinkReparseBuffer.PrintNameOffset = subst;
	r->SymbolicLinkReparseBuffer.PrintNameLength = print;
	r->SymbolicLinkReparseBuffer.Flags =
		relative ? SYMLINK_FLAG_RELATIVE : 0;
	memcpy(r->SymbolicLinkReparseBuffer.PathBuffer, substitute, subst);
	memcpy((char *)r->SymbolicLinkReparseBuffer.PathBuffer + subst, target,
	       print);
	return r;
}

BOOLEAN WINAPI CreateSymbolicLinkW(LPCWSTR name, LPCWSTR target, DWORD flags)
{
	BOOL dir = flags & SYMBOLIC_LINK_FLAG_DIRECTORY;
	FILE_DISPOSITION_INFO remove = { TRUE };
	REPARSE_DATA_BUFFER *r;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	ULONG size;
	HANDLE h;
	NT_PATH(path);

	/* 2: SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE, as here always. */
	if (!target || !target[0] ||
	    flags & ~(DWORD)(SYMBOLIC_LINK_FLAG_DIRECTORY | 2)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!nt_path_init(&path, name))
		return FALSE;
	r = link_data(target, &size);
	if (!r)
		return FALSE;
	status = NtCreateFile(
		&h, FILE_WRITE_ATTRIBUTES | DELETE | SYNCHRONIZE, &path.oa, &io,
		NULL, FILE_ATTRIBUTE_NORMAL,
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
		FILE_CREATE,
		FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT |
			FILE_OPEN_FOR_BACKUP_INTENT |
			(dir ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE),
		NULL, 0);
	if (NT_SUCCESS(status)) {
		status = NtFsControlFile(h, NULL, NULL, NULL, &io,
					 FSCTL_SET_REPARSE_POINT, r, size, NULL,
					 0);
		if (!NT_SUCCESS(status))
			NtSetInformationFile(h, &io, &remove, sizeof remove,
					     FileDispositionInformation);
		NtClose(h);
	}
	k32_free(r);
	return rf_result(status);
}

BOOLEAN WINAPI CreateSymbolicLinkA(LPCSTR name, LPCSTR target, DWORD flags)
{
	WIDE(n);
	WIDE(t);

	return wide_from_file(&n, name) && wide_from_file(&t, target) &&
	       CreateSymbolicLinkW(n.s, t.s, flags);
}

/* ---- the path of a handle ------------------------------------------- */

#define OBJECT_NAME_INFORMATION 1

/*
 * Which drive is it?  The object's name begins with what \??\X: stands for.
 * Returns the letter and the length of that, or 0.
 */
static WCHAR find_drive(const WCHAR *name, DWORD len, DWORD *prefix)
{
	/* Nearly every file is on one of the first two. */
	static const char order[] = "ZCDEFGHIJKLMNOPQRSTUVWXYAB";
	WCHAR link_name[] = L"\\??\\X:";
	WCHAR target[MAX_PATH];
	UNICODE_STRING u, t;
	OBJECT_ATTRIBUTES oa;

	for (unsigned i = 0; order[i]; i++) {
		DWORD n;
		NTSTATUS status;
		HANDLE_SCOPE(h);

		link_name[4] = order[i];
		RtlInitUnicodeString(&u, link_name);
		InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL,
					   NULL);
		if (!NT_SUCCESS(NtOpenSymbolicLinkObject(&h, 1, &oa)))
			continue;
		t.Length = 0;
		t.MaximumLength = sizeof target;
		t.Buffer = target;
		status = NtQuerySymbolicLinkObject(h, &t, NULL);
		n = t.Length / sizeof(WCHAR);
		if (!NT_SUCCESS(status) || !n || n > len ||
		    (n < len && name[n] != '\\') ||
		    !wide_same_n(name, target, n))
			continue;
		*prefix = n;
		return order[i];
	}
	return 0;
}

/* The answer at the end of buf, which begins with room for a prefix. */
static DWORD final_path(const UNICODE_STRING *name, DWORD flags, WCHAR *buf)
{
	DWORD len = name->Length / sizeof(WCHAR), cut = 0;
	const WCHAR *s = name->Buffer;
	WCHAR *o = buf;
	WCHAR drive = 0;

	/* A kernel without a device for the drive may name it by letter. */
	if (len > 6 && wide_same_n(s, L"\\??\\", 4) && s[5] == ':') {
		drive = s[4];
		cut = 6;
	} else {
		drive = find_drive(s, len, &cut);
	}
	switch (flags & 7) {
	case VOLUME_NAME_DOS:
		memcpy(o, L"\\\\?\\", 4 * sizeof(WCHAR));
		o += 4;
		if (drive) {
			*o++ = drive;
			*o++ = ':';
		} else if (len > 11 && wide_same_n(s, L"\\Device\\Mup\\", 12)) {
			memcpy(o, L"UNC", 3 * sizeof(WCHAR));
			o += 3;
			cut = 11;
		} else {
			SetLastError(ERROR_PATH_NOT_FOUND);
			return 0;
		}
		break;
	case VOLUME_NAME_NT:
		cut = 0;
		break;
	case VOLUME_NAME_NONE:
		break;
	case VOLUME_NAME_GUID:
		if (!drive) { /* a share has none */
			SetLastError(ERROR_PATH_NOT_FOUND);
			return 0;
		}
		volume_name(drive, o);
		o += VOLUME_NAME_LENGTH - 1; /* s begins with the backslash */
		break;
	default:
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	memcpy(o, s + cut, (len - cut) * sizeof(WCHAR));
	o += len - cut;
	if (!(len - cut))
		*o++ = '\\';
	*o = 0;
	return o - buf;
}

/* Its length without NUL and, if it fits, the path; see wide_result(). */
static DWORD get_final(HANDLE h, DWORD flags, WCHAR *wide, char *narrow,
		       DWORD size)
{
	ULONG room = 1024, needed;
	UNICODE_STRING *name;
	NTSTATUS status;
	WCHAR *out;
	DWORD n;

	if (flags & ~(DWORD)(7 | FILE_NAME_OPENED)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	for (;;) {
		name = k32_alloc(room);
		if (!name)
			return 0;
		needed = 0;
		status = NtQueryObject(h, OBJECT_NAME_INFORMATION, name, room,
				       &needed);
		if (needed <= room || room > 0x20000)
			break;
		k32_free(name);
		room = needed;
	}
	if (!NT_SUCCESS(status)) {
		k32_free(name);
		return rf_fail(status);
	}
	if (!name->Length || name->Buffer[0] != '\\') {
		k32_free(name);
		SetLastError(ERROR_INVALID_HANDLE);
		return 0;
	}
	out = k32_alloc(name->Length +
			(VOLUME_NAME_LENGTH + 2) * sizeof(WCHAR));
	if (!out) {
		k32_free(name);
		return 0;
	}
	n = final_path(name, flags, out);
	if (n && wide)
		n = wide_result(out, n, wide, size);
	else if (n && narrow)
		n = file_from_wide(out, n, narrow, size);
	else if (n)
		n++;
	k32_free(out);
	k32_free(name);
	return n;
}

DWORD WINAPI GetFinalPathNameByHandleW(HANDLE h, LPWSTR buf, DWORD size,
				       DWORD flags)
{
	return get_final(h, flags, size ? buf : NULL, NULL, size);
}

DWORD WINAPI GetFinalPathNameByHandleA(HANDLE h, LPSTR buf, DWORD size,
				       DWORD flags)
{
	char none;

	return get_final(h, flags, NULL, size ? buf : &none, size);
}
