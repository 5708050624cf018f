/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-current.c - the current directory: its name, and the handle below which
 * relative names are opened.
 *
 * The handle is counted, since another thread may change the directory while
 * a name is being opened.  It is made when it is first needed: by a relative
 * name, or because a program calls ntdll itself and may take it from the PEB.
 *
 * Every relative name comes here, so there is no lock: one word says which
 * directory it is and how many have taken it, and who is through with it counts
 * itself out in the directory.  When another directory takes its place, those
 * of the word are counted in there, too: who comes to zero then is the last.
 */
#include "path.h"

struct current {
	LONG64 users; /* minus those who are through, until it is replaced */
	HANDLE h;     /* NULL: free */
};

enum { DIRS = 64, WHICH = 56 };

/* Under the PEB's lock, but for users of the one that the word names. */
static struct current dirs[DIRS];
static struct current *current; /* NULL until needed, and after a failure */
static BOOL tried;

/*
 * Its number in dirs + 1 from bit 56 on, 0: none that names could be opened
 * below; and how many have taken it.
 */
static volatile LONG64 below;

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

static void close_dir(struct current *c)
{
	HANDLE h = c->h;

	__atomic_store_n(&c->h, NULL, __ATOMIC_RELEASE);
	NtClose(h);
}

/* Takes h, also on failure. */
static struct current *new_current(HANDLE h)
{
	for (struct current *c = dirs; c < dirs + DIRS; c++)
		if (!__atomic_load_n(&c->h, __ATOMIC_ACQUIRE)) {
			c->users = 0;
			c->h = h;
			return c;
		}
	NtClose(h);
	return NULL;
}

/* c is the process's from now on. */
static void set_current(struct current *c, const UNICODE_STRING *dos)
{
	/* C: is put together of several folders: no one handle has it all. */
	ULONG64 is = (dos->Buffer[0] | 0x20) == 'c' ? 0 : c - dirs + 1;
	struct current *old = current;
	ULONG64 was;

	current = c;
	rf_peb()->ProcessParameters->CurrentDirectory.Handle = c->h;
	was = InterlockedExchange64(&below, (LONG64)(is << WHICH));
	if (!old)
		return;
	was = was >> WHICH ? was & ((1ull << WHICH) - 1) : 0;
	if (InterlockedExchangeAdd64(&old->users, (LONG64)was) == -(LONG64)was)
		close_dir(old);
}

static void open_current(const UNICODE_STRING *dos)
{
	UNICODE_STRING nt;
	struct current *c;
	HANDLE h;

	tried = TRUE;
	if (!dos->Length ||
	    !RtlDosPathNameToNtPathName_U(dos->Buffer, &nt, NULL, NULL))
		return;
	if (NT_SUCCESS(open_directory(&nt, &h))) {
		c = new_current(h);
		if (c)
			set_current(c, dos);
	}
	RtlFreeUnicodeString(&nt);
}

void path_open_current(void)
{
	RtlAcquirePebLock();
	if (!current && !tried)
		open_current(
			&rf_peb()->ProcessParameters->CurrentDirectory.DosPath);
	RtlReleasePebLock();
}

void NTAPI RfCurrentDirectory(PRTL_RELATIVE_NAME_U rel)
{
	ULONG64 is;

	rel->ContainingDirectory = NULL;
	rel->CurDirRef = NULL;
	if (!tried && !current)
		path_open_current();
	is = (ULONG64)InterlockedExchangeAdd64(&below, 1) >> WHICH;
	if (is) {
		rel->CurDirRef = &dirs[is - 1];
		rel->ContainingDirectory = dirs[is - 1].h;
	}
}

void NTAPI RfRelativeName(const UNICODE_STRING *nt, PRTL_RELATIVE_NAME_U rel)
{
	enum { PREFIX = 4 }; /* \??\ */
	const UNICODE_STRING *dos =
		&rf_peb()->ProcessParameters->CurrentDirectory.DosPath;
	SIZE_T skip;

	rel->ContainingDirectory = NULL;
	rel->CurDirRef = NULL;
	/* So that name and handle are of the same directory. */
	RtlAcquirePebLock();
	skip = PREFIX * sizeof(WCHAR) + dos->Length;
	if (nt->Length > skip &&
	    !memcmp(nt->Buffer + PREFIX, dos->Buffer, dos->Length))
		RfCurrentDirectory(rel);
	if (rel->ContainingDirectory) {
		/* Who started us need not have written the separator. */
		if (nt->Buffer[skip / sizeof(WCHAR)] == '\\')
			skip += sizeof(WCHAR);
		rel->RelativeName.Buffer = nt->Buffer + skip / sizeof(WCHAR);
		rel->RelativeName.Length = (USHORT)(nt->Length - skip);
		rel->RelativeName.MaximumLength =
			(USHORT)(nt->MaximumLength - skip);
	}
	RtlReleasePebLock();
}

void NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U rel)
{
	struct current *c = rel->CurDirRef;

	if (c && !InterlockedDecrement64(&c->users))
		close_dir(c);
	rel->CurDirRef = NULL;
}

NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path)
{
	CURDIR *dir = &rf_peb()->ProcessParameters->CurrentDirectory;
	UNICODE_STRING nt = { 0 };
	struct full_name f;
	NTSTATUS status;
	struct current *c = NULL;
	HANDLE h = NULL;

	status = full_name(&f, path->Buffer, path->Length / sizeof(WCHAR));
	if (!NT_SUCCESS(status))
		return status;
	/* With its separator and a NUL. */
	status = f.n + 2 > MAX_PATH && !RtlAreLongPathsEnabled()
			 ? STATUS_NAME_TOO_LONG
			 : RtlDosPathNameToNtPathName_U_WithStatus(f.s, &nt,
								   NULL, NULL);
	if (NT_SUCCESS(status))
		status = open_directory(&nt, &h);
	RtlFreeUnicodeString(&nt);
	if (!NT_SUCCESS(status))
		goto out;
	RtlAcquirePebLock();
	c = new_current(h);
	status = c ? set_dos_path(dir, &f) : STATUS_NO_MEMORY;
	if (NT_SUCCESS(status))
		set_current(c, &dir->DosPath);
	else if (c)
		close_dir(c);
	RtlReleasePebLock();
out:
	full_name_free(&f);
	return status;
}
