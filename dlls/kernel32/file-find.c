/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-find.c - FindFirstFile and its kin; streams and names of a file.
 *
 * A search keeps its folder open and a buffer of entries.  The pattern is
 * matched by the kernel, which knows DOS' wildcards by other characters than
 * programs write: * before a dot, ? and a dot before a wildcard are replaced.
 */
#include "attempt.h"
#include "kernel32-private.h"
#include "nt-file.h"

#define MAGIC       0x646e4946 /* "FInd" */
#define DOS_STAR    '<'
#define DOS_QM      '>'
#define DOS_DOT     '"'
#define BUF_EXACT   1024 /* one entry at most */
#define BUF_SMALL   8192
#define BUF_LARGE   65536
#define LIST_MAX    (1 << 20)

enum find_kind { FIND_ANY, FIND_FILES, FIND_STREAMS, FIND_NAMES };

struct find {
	DWORD magic;
	enum find_kind kind; /* of streams and names, all are in buf */
	SRWLOCK lock;
	HANDLE dir; /* FIND_NAMES: the file; streams and devices: NULL */
	BOOL basic; /* no short names */
	ULONG size; /* of buf */
	ULONG next; /* offset of the next entry in buf */
	BOOL more;  /* there is one */
	__attribute__((aligned(8))) UCHAR buf[];
};

static struct find *find_new(enum find_kind kind, ULONG size)
{
	struct find *f = k32_alloc(sizeof *f + size);

	if (f) {
		memset(f, 0, sizeof *f);
		f->magic = MAGIC;
		f->kind = kind;
		f->size = size;
	}
	return f;
}

static struct find *find_get(HANDLE h, enum find_kind kind)
{
	struct find *f = h;

	if (!h || h == INVALID_HANDLE_VALUE || f->magic != MAGIC ||
	    (kind != FIND_ANY && f->kind != kind)) {
		SetLastError(ERROR_INVALID_HANDLE);
		return NULL;
	}
	return f;
}

static BOOL WINAPI is_open(HANDLE h, ULONG_PTR kind, void *unused)
{
	(void)unused;
	return find_get(h, (enum find_kind)kind) != NULL;
}

/* The one call that forgives a handle that never was one. */
BOOL WINAPI FindClose(HANDLE h)
{
	struct find *f = h;
	NTSTATUS failed = STATUS_SUCCESS;

	if (!rf_attempt((PVOID)is_open, h, FIND_ANY, NULL, &failed))
		return failed ? rf_result(failed) : FALSE;
	f->magic = 0;
	if (f->dir)
		NtClose(f->dir);
	k32_free(f);
	return TRUE;
}

/* ---- the pattern ---- */

static BOOL is_wild(WCHAR c)
{
	return c == '*' || c == '?';
}

/* In place.  Returns whether there are wildcards at all. */
static BOOL dos_wildcards(WCHAR *s, DWORD *len)
{
	BOOL wild = FALSE;
	DWORD n = *len;

	if (n == 3 && s[0] == '*' && s[1] == '.' && s[2] == '*') {
		*len = 1;
		return TRUE;
	}
	for (DWORD i = 0; i < n; i++) {
		WCHAR next = i + 1 < n ? s[i + 1] : 0;

		if (s[i] == '?') {
			wild = TRUE;
			s[i] = DOS_QM;
			if (i && s[i - 1] == '.')
				s[i - 1] = DOS_DOT;
		} else if (s[i] == '*') {
			wild = TRUE;
			if (i && s[i - 1] == '.')
				s[i - 1] = DOS_DOT;
			if (next == '.')
				s[i] = DOS_STAR;
		} else if (s[i] == '.' && is_wild(next)) {
			s[i] = DOS_DOT;
		}
	}
	return wild;
}

static NTSTATUS fetch(struct find *f, UNICODE_STRING *pattern)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	status = NtQueryDirectoryFile(f->dir, NULL, NULL, NULL, &io, f->buf,
				      f->size, FileBothDirectoryInformation,
				      FALSE, pattern, pattern != NULL);
	f->next = 0;
	f->more = NT_SUCCESS(status);
	return status;
}

/* The entry at f->next, into d. */
static void take(struct find *f, WIN32_FIND_DATAW *d)
{
	const FILE_BOTH_DIR_INFORMATION *e = (void *)(f->buf + f->next);
	ULONG n = e->FileNameLength;

	d->dwFileAttributes = e->FileAttributes;
	d->ftCreationTime.dwLowDateTime = e->CreationTime.LowPart;
	d->ftCreationTime.dwHighDateTime = e->CreationTime.HighPart;
	d->ftLastAccessTime.dwLowDateTime = e->LastAccessTime.LowPart;
	d->ftLastAccessTime.dwHighDateTime = e->LastAccessTime.HighPart;
	d->ftLastWriteTime.dwLowDateTime = e->LastWriteTime.LowPart;
	d->ftLastWriteTime.dwHighDateTime = e->LastWriteTime.HighPart;
	d->nFileSizeHigh = e->EndOfFile.HighPart;
	d->nFileSizeLow = e->EndOfFile.LowPart;
	d->dwReserved0 = e->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT
				 ? e->EaSize
				 : 0;
	d->dwReserved1 = 0;
	if (n > sizeof d->cFileName - sizeof(WCHAR))
		n = sizeof d->cFileName - sizeof(WCHAR);
	memcpy(d->cFileName, e->FileName, n);
	d->cFileName[n / sizeof(WCHAR)] = 0;
	n = f->basic ? 0 : (UCHAR)e->ShortNameLength;
	if (n > sizeof e->ShortName)
		n = sizeof e->ShortName;
	memcpy(d->cAlternateFileName, e->ShortName, n);
	d->cAlternateFileName[n / sizeof(WCHAR)] = 0;

	if (e->NextEntryOffset && e->NextEntryOffset < f->size - f->next)
		f->next += e->NextEntryOffset;
	else
		f->more = FALSE;
}

static NTSTATUS open_dir(struct nt_path *path, BOOL exact_case, HANDLE *dir)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (exact_case)
		path->oa.Attributes &= ~OBJ_CASE_INSENSITIVE;
	status = NtOpenFile(
		dir, FILE_LIST_DIRECTORY | SYNCHRONIZE, &path->oa, &io,
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
		FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT |
			FILE_SYNCHRONOUS_IO_NONALERT);
	if (!NT_SUCCESS(status)) {
		*dir = NULL;
		rf_fail(status);
		/* It is part of the path that is not there. */
		if (status == STATUS_OBJECT_NAME_NOT_FOUND)
			SetLastError(ERROR_PATH_NOT_FOUND);
	}
	return status;
}

/* NUL, COM1: found in every folder, alone and with nothing but its name. */
static struct find *find_device(const WCHAR *name, ULONG device,
				WIN32_FIND_DATAW *d)
{
	struct find *f = find_new(FIND_FILES, 0);
	DWORD n = LOWORD(device) / sizeof(WCHAR);

	if (!f)
		return INVALID_HANDLE_VALUE;
	memset(d, 0, FIELD_OFFSET(WIN32_FIND_DATAW, cFileName));
	d->dwFileAttributes = FILE_ATTRIBUTE_ARCHIVE;
	memcpy(d->cFileName, name + HIWORD(device) / sizeof(WCHAR),
	       n * sizeof(WCHAR));
	d->cFileName[n] = d->cAlternateFileName[0] = 0;
	return f;
}

HANDLE WINAPI FindFirstFileExW(LPCWSTR name, FINDEX_INFO_LEVELS level,
			       LPVOID out, FINDEX_SEARCH_OPS op, LPVOID filter,
			       DWORD flags)
{
	WCHAR buf[MAX_PATH];
	UNICODE_STRING pattern;
	struct find *f = NULL;
	NTSTATUS status;
	DWORD len, dir;
	ULONG device;
	BOOL wild;
	NT_PATH(path);

	(void)filter;
	if (level > FindExInfoBasic || op > FindExSearchLimitToDirectories) {
		SetLastError(level > FindExInfoBasic ? ERROR_NOT_SUPPORTED
						     : ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (flags & ~(FIND_FIRST_EX_CASE_SENSITIVE | FIND_FIRST_EX_LARGE_FETCH |
		      4 /* ON_DISK_ENTRIES_ONLY */)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (!nt_path_init(&path, name))
		return INVALID_HANDLE_VALUE;
	device = RtlIsDosDeviceName_U(name);
	if (device)
		return find_device(name, device, out);

	/* \??\C:\dir\pattern: the folder keeps its last backslash. */
	dir = path.name.Length / sizeof(WCHAR);
	while (dir && path.name.Buffer[dir - 1] != '\\')
		dir--;
	len = path.name.Length / sizeof(WCHAR) - dir;
	if (!len || len >= ARRAY_LEN(buf)) {
		SetLastError(len ? ERROR_FILENAME_EXCED_RANGE
				 : ERROR_FILE_NOT_FOUND);
		return INVALID_HANDLE_VALUE;
	}
	memcpy(buf, path.name.Buffer + dir, len * sizeof(WCHAR));
	path.oa.ObjectName->Length -= len * sizeof(WCHAR);
	/* "*.": names without a dot; the full path lost the final one. */
	if (buf[len - 1] == '*') {
		DWORD n = wide_len(name);

		if (n > 1 && name[n - 1] == '.' && name[n - 2] == '*')
			buf[len - 1] = DOS_STAR;
	}
	wild = dos_wildcards(buf, &len) || buf[len - 1] == DOS_STAR;
	pattern.Buffer = buf;
	pattern.Length = len * sizeof(WCHAR);
	pattern.MaximumLength = pattern.Length;

	f = find_new(FIND_FILES, !wild ? BUF_EXACT
				 : flags & FIND_FIRST_EX_LARGE_FETCH
					 ? BUF_LARGE
					 : BUF_SMALL);
	if (!f)
		return INVALID_HANDLE_VALUE;
	f->basic = level == FindExInfoBasic;
	status = open_dir(&path, flags & FIND_FIRST_EX_CASE_SENSITIVE, &f->dir);
	if (NT_SUCCESS(status)) {
		status = fetch(f, &pattern);
		if (!NT_SUCCESS(status))
			rf_fail(status == STATUS_NO_MORE_FILES
					? STATUS_NO_SUCH_FILE
					: status);
	}
	if (!NT_SUCCESS(status)) {
		DWORD error = GetLastError();

		FindClose(f);
		SetLastError(error);
		return INVALID_HANDLE_VALUE;
	}
	take(f, out);
	return f;
}

HANDLE WINAPI FindFirstFileW(LPCWSTR name, LPWIN32_FIND_DATAW d)
{
	return FindFirstFileExW(name, FindExInfoStandard, d,
				FindExSearchNameMatch, NULL, 0);
}

BOOL WINAPI FindNextFileW(HANDLE h, LPWIN32_FIND_DATAW d)
{
	struct find *f = find_get(h, FIND_FILES);
	NTSTATUS status = STATUS_SUCCESS;

	if (!f)
		return FALSE;
	RtlAcquireSRWLockExclusive(&f->lock);
	if (!f->more)
		status = f->dir ? fetch(f, NULL) : STATUS_NO_MORE_FILES;
	if (NT_SUCCESS(status))
		take(f, d);
	RtlReleaseSRWLockExclusive(&f->lock);
	return rf_result(status);
}

/* ---- narrow --------------------------------------------------------- */

static void narrow(const WIN32_FIND_DATAW *w, WIN32_FIND_DATAA *a)
{
	memcpy(a, w, FIELD_OFFSET(WIN32_FIND_DATAA, cFileName));
	file_copy(w->cFileName, a->cFileName, sizeof a->cFileName);
	file_copy(w->cAlternateFileName, a->cAlternateFileName,
		  sizeof a->cAlternateFileName);
}

HANDLE WINAPI FindFirstFileExA(LPCSTR name, FINDEX_INFO_LEVELS level,
			       LPVOID out, FINDEX_SEARCH_OPS op, LPVOID filter,
			       DWORD flags)
{
	WIN32_FIND_DATAW d;
	HANDLE h;
	WIDE(w);

	if (!wide_from_file(&w, name))
		return INVALID_HANDLE_VALUE;
	h = FindFirstFileExW(w.s, level, &d, op, filter, flags);
	if (h != INVALID_HANDLE_VALUE)
		narrow(&d, out);
	return h;
}

HANDLE WINAPI FindFirstFileA(LPCSTR name, LPWIN32_FIND_DATAA d)
{
	return FindFirstFileExA(name, FindExInfoStandard, d,
				FindExSearchNameMatch, NULL, 0);
}

BOOL WINAPI FindNextFileA(HANDLE h, LPWIN32_FIND_DATAA d)
{
	WIN32_FIND_DATAW w;

	if (!FindNextFileW(h, &w))
		return FALSE;
	narrow(&w, d);
	return TRUE;
}

/* ---- streams and names ---------------------------------------------- */

/* What NT tells of the file h, in a list of one class; NULL and the error. */
static struct find *find_list(HANDLE h, enum find_kind kind, ULONG class)
{
	IO_STATUS_BLOCK io;
	struct find *f;
	NTSTATUS status;

	for (ULONG size = 4096;; size *= 4) {
		f = find_new(kind, size);
		if (!f)
			return NULL;
		io.Information = 0;
		status = NtQueryInformationFile(h, &io, f->buf, size, class);
		if (status != STATUS_BUFFER_OVERFLOW || size >= LIST_MAX)
			break;
		k32_free(f);
	}
	f->more = NT_SUCCESS(status) && io.Information;
	if (NT_SUCCESS(status))
		return f;
	k32_free(f);
	rf_fail(status);
	return NULL;
}

static void advance(struct find *f, ULONG next)
{
	f->next += next;
	f->more = next != 0;
}

static BOOL take_stream(struct find *f, WIN32_FIND_STREAM_DATA *d)
{
	const FILE_STREAM_INFO *e = (void *)(f->buf + f->next);
	ULONG n = e->StreamNameLength;

	if (!f->more) {
		SetLastError(ERROR_HANDLE_EOF);
		return FALSE;
	}
	d->StreamSize = e->StreamSize;
	if (n > sizeof d->cStreamName - sizeof(WCHAR))
		n = sizeof d->cStreamName - sizeof(WCHAR);
	memcpy(d->cStreamName, e->StreamName, n);
	d->cStreamName[n / sizeof(WCHAR)] = 0;
	advance(f, e->NextEntryOffset);
	return TRUE;
}

HANDLE WINAPI FindFirstStreamW(LPCWSTR name, STREAM_INFO_LEVELS level,
			       LPVOID out, DWORD flags)
{
	struct find *f;
	HANDLE_SCOPE(h);

	if (level != FindStreamInfoStandard || flags) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (!k32_open(name, FILE_READ_ATTRIBUTES, FILE_OPEN_FOR_BACKUP_INTENT,
		      &h))
		return INVALID_HANDLE_VALUE;
	f = find_list(h, FIND_STREAMS, FileStreamInformation);
	if (f && take_stream(f, out))
		return f;
	if (f)
		k32_free(f);
	return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextStreamW(HANDLE h, LPVOID out)
{
	struct find *f = find_get(h, FIND_STREAMS);
	BOOL ok;

	if (!f)
		return FALSE;
	RtlAcquireSRWLockExclusive(&f->lock);
	ok = take_stream(f, out);
	RtlReleaseSRWLockExclusive(&f->lock);
	return ok;
}

/* The path of the folder with that number, without its drive. */
static NTSTATUS parent_path(HANDLE file, LONGLONG id, FILE_NAME_INFO *to,
			    ULONG size)
{
	UNICODE_STRING name = { sizeof id, sizeof id, (WCHAR *)&id };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;

	InitializeObjectAttributes(&oa, &name, 0, file, NULL);
	status = NtOpenFile(&h, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &oa, &io,
			    FILE_SHARE_READ | FILE_SHARE_WRITE |
				    FILE_SHARE_DELETE,
			    FILE_OPEN_BY_FILE_ID | FILE_DIRECTORY_FILE |
				    FILE_OPEN_FOR_BACKUP_INTENT);
	if (!NT_SUCCESS(status))
		return status;
	status = NtQueryInformationFile(h, &io, to, size, FileNameInformation);
	NtClose(h);
	return status;
}

/* The next name to out, which has room for *len units. */
static BOOL take_name(struct find *f, WCHAR *out, DWORD *len)
{
	const FILE_LINK_ENTRY_INFORMATION *e = (void *)(f->buf + f->next);
	union {
		FILE_NAME_INFO info;
		WCHAR room[32768];
	} *u;
	ULONG dir, need;
	NTSTATUS status;
	BOOL ok = FALSE;

	if (!f->more) {
		SetLastError(ERROR_HANDLE_EOF);
		return FALSE;
	}
	u = k32_alloc(sizeof *u);
	if (!u)
		return FALSE;
	status = parent_path(f->dir, e->ParentFileId, &u->info, sizeof *u);
	dir = u->info.FileNameLength / sizeof(WCHAR);
	if (dir && u->info.FileName[dir - 1] == '\\')
		dir--; /* the root */
	need = dir + 1 + e->FileNameLength + 1;
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
	} else if (*len < need) {
		*len = need;
		SetLastError(ERROR_MORE_DATA);
	} else {
		memcpy(out, u->info.FileName, dir * sizeof(WCHAR));
		out[dir] = '\\';
		memcpy(out + dir + 1, e->FileName,
		       e->FileNameLength * sizeof(WCHAR));
		out[need - 1] = 0;
		*len = need;
		advance(f, e->NextEntryOffset);
		ok = TRUE;
	}
	k32_free(u);
	return ok;
}

HANDLE WINAPI FindFirstFileNameW(LPCWSTR name, DWORD flags, LPDWORD len,
				 PWSTR out)
{
	struct find *f = NULL;
	HANDLE h;

	if (flags || !len) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (!k32_open(name, FILE_READ_ATTRIBUTES,
		      FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT,
		      &h))
		return INVALID_HANDLE_VALUE;
	f = find_list(h, FIND_NAMES, FileHardLinkInformation);
	if (!f) {
		NtClose(h);
		return INVALID_HANDLE_VALUE;
	}
	f->dir = h;
	f->next = offsetof(FILE_LINKS_INFORMATION, Entry);
	if (take_name(f, out, len))
		return f;
	FindClose(f);
	return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextFileNameW(HANDLE h, LPDWORD len, PWSTR out)
{
	struct find *f = find_get(h, FIND_NAMES);
	BOOL ok;

	if (!f)
		return FALSE;
	RtlAcquireSRWLockExclusive(&f->lock);
	ok = take_name(f, out, len);
	RtlReleaseSRWLockExclusive(&f->lock);
	return ok;
}
