/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-current.c - the current directory: its name, and the handle below which
 * relative names are opened.
 *
 * The handle is counted, since another thread may change the directory while
 * a name is being opened.  It is made when it is first needed: by a relative
 * name, or because a program calls ntdll itself and may take it from the PEB.
 */
#include "path.h"

struct current {
	LONG refs; /* one of them is the process's own */
	HANDLE h;
};

/* Under the PEB's lock; NULL until needed, and after a failure. */
static struct current *current;
static BOOL tried;

ULONG NTAPI RtlGetCurrentDirectory_U(ULONG size, PWSTR to)
{
	PUNICODE_STRING dir;
	ULONG n;

	RtlAcquirePebLock();
	dir = &rf_peb()->ProcessParameters->CurrentDirectory.DosPath;
	n = dir->Length / sizeof *to;
	/* "C:\dir\" without its end, but "C:\" as it is. */
	if (n > 1 && dir->Buffer[n - 1] == '\\' && dir->Buffer[n - 2] != ':')
		n--;
	if ((n + 1) * sizeof *to <= size) {
		memcpy(to, dir->Buffer, n * sizeof *to);
		to[n] = 0;
	} else {
		n++;
	}
	RtlReleasePebLock();
	return n * sizeof *to;
}

static NTSTATUS open_directory(PUNICODE_STRING nt, HANDLE *h)
{
	enum { DIRECTORY_FILE = 1, SYNC_NONALERT = 0x20 };
	OBJECT_ATTRIBUTES attr;
	IO_STATUS_BLOCK iosb;

	InitializeObjectAttributes(
		&attr, nt, OBJ_CASE_INSENSITIVE | OBJ_INHERIT, NULL, NULL);
	/* Nobody deletes the folder that a program stands in. */
	return NtOpenFile(h, FILE_TRAVERSE | SYNCHRONIZE, &attr, &iosb,
			  FILE_SHARE_READ | FILE_SHARE_WRITE,
			  DIRECTORY_FILE | SYNC_NONALERT);
}

/* DosPath's buffer, once it is of the heap. */
static PWSTR own_buffer;

static NTSTATUS set_dos_path(CURDIR *dir, const struct full_name *f)
{
	SIZE_T bytes = f->n * sizeof(WCHAR);
	SIZE_T room = bytes + 2 * sizeof(WCHAR); /* separator and NUL */

	if (room > 0xfffe)
		return STATUS_NAME_TOO_LONG;
	if (room > dir->DosPath.MaximumLength) {
		PWSTR p = RtlAllocateHeap(rf_heap(), 0, room);

		if (!p)
			return STATUS_NO_MEMORY;
		if (own_buffer)
			RtlFreeHeap(rf_heap(), 0, own_buffer);
		own_buffer = p;
		dir->DosPath.Buffer = p;
		dir->DosPath.MaximumLength = (USHORT)room;
	}
	memcpy(dir->DosPath.Buffer, f->s, bytes);
	if (f->s[f->n - 1] != '\\') {
		dir->DosPath.Buffer[f->n] = '\\';
		bytes += sizeof(WCHAR);
	}
	dir->DosPath.Buffer[bytes / sizeof(WCHAR)] = 0;
	dir->DosPath.Length = (USHORT)bytes;
	return STATUS_SUCCESS;
}

static void put_current(struct current *c)
{
	if (c && !InterlockedDecrement(&c->refs)) {
		NtClose(c->h);
		RtlFreeHeap(rf_heap(), 0, c);
	}
}

/* Takes h, also on failure. */
static struct current *new_current(HANDLE h)
{
	struct current *c = RtlAllocateHeap(rf_heap(), 0, sizeof *c);

	if (!c) {
		NtClose(h);
		return NULL;
	}
	c->refs = 1;
	c->h = h;
	return c;
}

static void open_current(const UNICODE_STRING *dos)
{
	UNICODE_STRING nt;
	HANDLE h;

	tried = TRUE;
	if (!dos->Length ||
	    !RtlDosPathNameToNtPathName_U(dos->Buffer, &nt, NULL, NULL))
		return;
	if (NT_SUCCESS(open_directory(&nt, &h))) {
		current = new_current(h);
		rf_peb()->ProcessParameters->CurrentDirectory.Handle =
			current ? h : NULL;
	}
	RtlFreeUnicodeString(&nt);
}

/* C: is put together of several folders: no one handle has it all. */
static BOOL has_handle(const UNICODE_STRING *dos)
{
	if (!current && !tried)
		open_current(dos);
	return current && (dos->Buffer[0] | 0x20) != 'c';
}

static void get_current(PRTL_RELATIVE_NAME_U rel)
{
	InterlockedIncrement(&current->refs);
	rel->CurDirRef = current;
	rel->ContainingDirectory = current->h;
}

void NTAPI RfCurrentDirectory(PRTL_RELATIVE_NAME_U rel)
{
	rel->ContainingDirectory = NULL;
	rel->CurDirRef = NULL;
	RtlAcquirePebLock();
	if (has_handle(&rf_peb()->ProcessParameters->CurrentDirectory.DosPath))
		get_current(rel);
	RtlReleasePebLock();
}

void NTAPI RfRelativeName(const UNICODE_STRING *nt, PRTL_RELATIVE_NAME_U rel)
{
	enum { PREFIX = 4 }; /* \??\ */
	const UNICODE_STRING *dos =
		&rf_peb()->ProcessParameters->CurrentDirectory.DosPath;
	SIZE_T skip;

	rel->ContainingDirectory = NULL;
	rel->CurDirRef = NULL;
	RtlAcquirePebLock();
	skip = PREFIX * sizeof(WCHAR) + dos->Length;
	if (nt->Length > skip && has_handle(dos) &&
	    !memcmp(nt->Buffer + PREFIX, dos->Buffer, dos->Length)) {
		/* Who started us need not have written the separator. */
		if (nt->Buffer[skip / sizeof(WCHAR)] == '\\')
			skip += sizeof(WCHAR);
		get_current(rel);
		rel->RelativeName.Buffer = nt->Buffer + skip / sizeof(WCHAR);
		rel->RelativeName.Length = (USHORT)(nt->Length - skip);
		rel->RelativeName.MaximumLength =
			(USHORT)(nt->MaximumLength - skip);
	}
	RtlReleasePebLock();
}

void NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U rel)
{
	put_current(rel->CurDirRef);
	rel->CurDirRef = NULL;
}

void path_open_current(void)
{
	RtlAcquirePebLock();
	has_handle(&rf_peb()->ProcessParameters->CurrentDirectory.DosPath);
	RtlReleasePebLock();
}

NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path)
{
	CURDIR *dir = &rf_peb()->ProcessParameters->CurrentDirectory;
	UNICODE_STRING nt = { 0 };
	struct full_name f;
	NTSTATUS status;
	struct current *c = NULL, *old = NULL;
	HANDLE h = NULL;

	status = full_name(&f, path->Buffer, path->Length / sizeof(WCHAR));
	if (!NT_SUCCESS(status))
		return status;
	status = RtlDosPathNameToNtPathName_U_WithStatus(f.s, &nt, NULL, NULL);
	if (NT_SUCCESS(status))
		status = open_directory(&nt, &h);
	RtlFreeUnicodeString(&nt);
	if (NT_SUCCESS(status)) {
		c = new_current(h);
		if (!c)
			status = STATUS_NO_MEMORY;
	}
	if (NT_SUCCESS(status)) {
		RtlAcquirePebLock();
		status = set_dos_path(dir, &f);
		old = c;
		if (NT_SUCCESS(status)) {
			old = current;
			current = c;
			dir->Handle = c->h;
		}
		RtlReleasePebLock();
		put_current(old);
	}
	full_name_free(&f);
	return status;
}
