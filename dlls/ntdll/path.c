/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c - DOS paths: their kinds, their full names, their NT names.
 *
 * The rules are those of "File path formats on Windows systems" and of what
 * GetFullPathName answers: names of devices are devices in any folder; a
 * segment loses one dot at its end, the last one all its dots and spaces;
 * ".." stops at the root.  Lengths here are in characters.
 */
#include "ntdll-private.h"
#include "path.h"

static inline BOOL is_sep(WCHAR c)
{
	return c == '\\' || c == '/';
}

static inline BOOL is_letter(WCHAR c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

RTL_PATH_TYPE path_type(const WCHAR *s, SIZE_T n)
{
	if (n && is_sep(s[0])) {
		if (n < 2 || !is_sep(s[1]))
			return RtlPathTypeRooted;
		if (n < 3 || (s[2] != '.' && s[2] != '?'))
			return RtlPathTypeUncAbsolute;
		if (n == 3)
			return RtlPathTypeRootLocalDevice;
		return is_sep(s[3]) ? RtlPathTypeLocalDevice
				    : RtlPathTypeUncAbsolute;
	}
	if (n < 2 || s[1] != ':')
		return RtlPathTypeRelative;
	return n > 2 && is_sep(s[2]) ? RtlPathTypeDriveAbsolute
				     : RtlPathTypeDriveRelative;
}

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR path)
{
	return path_type(path, wcslen(path));
}

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_Ustr(PCUNICODE_STRING path)
{
	return path_type(path->Buffer, path->Length / sizeof(WCHAR));
}

/* ---- device names ---- */

static BOOL same(const WCHAR *s, SIZE_T n, const char *name)
{
	for (; n && *name; n--, s++, name++)
		if (RtlUpcaseUnicodeChar(*s) != (UCHAR)*name)
			return FALSE;
	return !n && !*name;
}

static BOOL is_device(const WCHAR *s, SIZE_T n)
{
	if (n == 4 && (same(s, 3, "COM") || same(s, 3, "LPT")))
		return (s[3] >= '1' && s[3] <= '9') || s[3] == 0xb9 ||
		       s[3] == 0xb2 || s[3] == 0xb3;
	return same(s, n, "CON") || same(s, n, "PRN") || same(s, n, "AUX") ||
	       same(s, n, "NUL") || same(s, n, "CONIN$") ||
	       same(s, n, "CONOUT$");
}

/* TRUE: [*at, *at + *len) of the path names a device. */
static BOOL find_device(const WCHAR *s, SIZE_T n, SIZE_T *at, SIZE_T *len)
{
	SIZE_T start, end;

	switch (path_type(s, n)) {
	case RtlPathTypeUncAbsolute:
	case RtlPathTypeRootLocalDevice:
		return FALSE;
	case RtlPathTypeLocalDevice:
		*at = 4;
		*len = 3;
		return s[2] == '.' && same(s + 4, n - 4, "CON");
	default:
		break;
	}
	if (n && s[n - 1] == ':')
		n--;
	while (n && (s[n - 1] == '.' || s[n - 1] == ' '))
		n--;
	for (start = n; start; start--)
		if (is_sep(s[start - 1]) || (s[start - 1] == ':' && start == 2))
			break;
	for (end = start; end < n && s[end] != '.' && s[end] != ':'; end++)
		;
	while (end > start && s[end - 1] == ' ')
		end--;
	*at = start;
	*len = end - start;
	return is_device(s + start, end - start);
}

ULONG NTAPI RtlIsDosDeviceName_Ustr(PCUNICODE_STRING path)
{
	SIZE_T at, len;

	if (!find_device(path->Buffer, path->Length / sizeof(WCHAR), &at, &len))
		return 0;
	return (ULONG)(at * sizeof(WCHAR) << 16 | len * sizeof(WCHAR));
}

ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR path)
{
	UNICODE_STRING s;

	if (!NT_SUCCESS(RtlInitUnicodeStringEx(&s, path)))
		return 0;
	return RtlIsDosDeviceName_Ustr(&s);
}

/* ---- full names ---- */

/* Behind \\server\share, or where that should end. */
static SIZE_T unc_root(const WCHAR *s, SIZE_T n)
{
	SIZE_T i = 2;

	for (int part = 0; part < 2; part++) {
		while (i < n && !is_sep(s[i]))
			i++;
		if (part == 0 && i < n)
			i++;
	}
	return i;
}

static void add(struct full_name *f, const WCHAR *s, SIZE_T n)
{
	for (SIZE_T i = 0; i < n; i++)
		f->s[f->n++] = s[i] == '/' ? '\\' : s[i];
}

/* The process's own directory; its last character is a separator. */
static void add_current(struct full_name *f, BOOL root_only)
{
	PUNICODE_STRING dir =
		&rf_peb()->ProcessParameters->CurrentDirectory.DosPath;
	SIZE_T n = dir->Length / sizeof(WCHAR);

	if (path_type(dir->Buffer, n) == RtlPathTypeUncAbsolute)
		f->root = unc_root(dir->Buffer, n);
	else
		f->root = n < 2 ? n : 2;
	add(f, dir->Buffer, root_only ? f->root : n);
	while (f->n > f->root && f->s[f->n - 1] == '\\')
		f->n--;
}

/* Where "X:" is, when X is not the current drive: variable =X:, or the root. */
static void add_drive(struct full_name *f, WCHAR letter)
{
	WCHAR name[] = { '=', RtlUpcaseUnicodeChar(letter), ':' };
	SIZE_T len = 0;

	f->root = 2;
	if (NT_SUCCESS(RtlQueryEnvironmentVariable(NULL, name, 3, f->s,
						   FULL_NAME_SLACK, &len)) &&
	    path_type(f->s, len) == RtlPathTypeDriveAbsolute) {
		f->n = len;
		while (f->n > 2 && is_sep(f->s[f->n - 1]))
			f->n--;
		return;
	}
	f->s[0] = letter;
	f->s[1] = ':';
	f->n = 2;
}

/* What comes before the part that is walked; returns where that begins. */
static SIZE_T start(struct full_name *f, const WCHAR *s, SIZE_T n)
{
	const WCHAR *dir =
		rf_peb()->ProcessParameters->CurrentDirectory.DosPath.Buffer;
	SIZE_T i;

	switch (f->type) {
	case RtlPathTypeUncAbsolute:
		i = unc_root(s, n);
		add(f, s, i);
		f->root = f->n;
		return i;
	case RtlPathTypeLocalDevice:
		f->root = 4;
		add(f, s, 4);
		f->n = 3; /* the separator comes back with what follows */
		if (n == 4)
			f->n = 4;
		f->root = 3;
		return 4;
	case RtlPathTypeRootLocalDevice:
		add(f, s, 3);
		add(f, L"\\", 1);
		f->root = 3;
		return n;
	case RtlPathTypeDriveAbsolute:
		add(f, s, 2);
		f->root = 2;
		return 2;
	case RtlPathTypeDriveRelative:
		if (dir &&
		    RtlUpcaseUnicodeChar(dir[0]) ==
			    RtlUpcaseUnicodeChar(s[0]) &&
		    dir[1] == ':')
			add_current(f, FALSE);
		else
			add_drive(f, s[0]);
		return 2;
	case RtlPathTypeRooted:
		add_current(f, TRUE);
		return 0;
	default:
		add_current(f, FALSE);
		return 0;
	}
}

/* Segments of s[i..n) onto what is there. */
static void walk(struct full_name *f, const WCHAR *s, SIZE_T i, SIZE_T n)
{
	BOOL ends_with_sep = n > i && is_sep(s[n - 1]);

	while (i < n) {
		SIZE_T from, len;
		BOOL last;

		while (i < n && is_sep(s[i]))
			i++;
		from = i;
		while (i < n && !is_sep(s[i]))
			i++;
		len = i - from;
		last = i == n;
		if (!len || (len == 1 && s[from] == '.'))
			continue;
		if (len == 2 && s[from] == '.' && s[from + 1] == '.') {
			while (f->n > f->root && f->s[f->n - 1] != '\\')
				f->n--;
			if (f->n > f->root)
				f->n--;
			continue;
		}
		if (last)
			while (len && (s[from + len - 1] == '.' ||
				       s[from + len - 1] == ' '))
				len--;
		else if (s[from + len - 1] == '.' && s[from + len - 2] != '.')
			len--;
		if (!len)
			continue;
		f->s[f->n++] = '\\';
		add(f, s + from, len);
	}
	if (f->n == f->root && f->type != RtlPathTypeUncAbsolute)
		f->s[f->n++] = '\\';
	else if (ends_with_sep && f->s[f->n - 1] != '\\')
		f->s[f->n++] = '\\';
}

NTSTATUS full_name(struct full_name *f, const WCHAR *s, SIZE_T n)
{
	PUNICODE_STRING dir =
		&rf_peb()->ProcessParameters->CurrentDirectory.DosPath;
	SIZE_T at, len, room, i;

	f->s = f->local;
	f->n = f->file = 0;
	for (i = 0; i < n && s[i] == ' '; i++)
		;
	if (i == n)
		return STATUS_OBJECT_NAME_INVALID;
	if (n > PATH_LIMIT)
		return STATUS_NAME_TOO_LONG;
	RtlAcquirePebLock();
	room = n + dir->Length / sizeof(WCHAR) + FULL_NAME_SLACK;
	if (room > ARRAY_SIZE(f->local))
		f->s = RtlAllocateHeap(rf_heap(), 0, room * sizeof(WCHAR));
	if (!f->s) {
		RtlReleasePebLock();
		return STATUS_NO_MEMORY;
	}
	f->type = path_type(s, n);
	f->device = find_device(s, n, &at, &len);
	if (f->device) {
		add(f, L"\\\\.\\", 4);
		add(f, s + at, len);
	} else {
		walk(f, s, start(f, s, n), n);
	}
	RtlReleasePebLock();
	for (i = f->n; i > f->root && f->s[i - 1] != '\\'; i--)
		;
	if (f->device)
		i = 4;
	f->file = i < f->n && i > 2 ? i : 0;
	f->s[f->n] = 0;
	if (f->n > PATH_LIMIT) {
		full_name_free(f);
		return STATUS_NAME_TOO_LONG;
	}
	return STATUS_SUCCESS;
}

void full_name_free(struct full_name *f)
{
	if (f->s && f->s != f->local)
		RtlFreeHeap(rf_heap(), 0, f->s);
}

NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR path, ULONG size, PWSTR to,
				      PWSTR *file_part, ULONG *bytes)
{
	struct full_name f;
	NTSTATUS status;
	ULONG n;

	if (file_part)
		*file_part = NULL;
	if (bytes)
		*bytes = 0;
	status = full_name(&f, path, wcslen(path));
	if (!NT_SUCCESS(status))
		return status;
	n = (ULONG)(f.n * sizeof *to);
	if (n + sizeof *to <= size) {
		memcpy(to, f.s, n + sizeof *to);
		if (file_part && f.file)
			*file_part = to + f.file;
	} else {
		n += sizeof *to; /* then it is what is needed */
		status = STATUS_BUFFER_TOO_SMALL;
	}
	full_name_free(&f);
	if (bytes)
		*bytes = n;
	return status;
}

ULONG NTAPI RtlGetFullPathName_U(PCWSTR path, ULONG size, PWSTR to,
				 PWSTR *file_part)
{
	ULONG bytes;

	if (!path || !*path)
		return 0;
	RtlGetFullPathName_UEx(path, size, to, file_part, &bytes);
	return bytes;
}

/*
 * Into fixed if it fits, else into dynamic, whose buffer is then of the heap;
 * *used says which.  Any of the out-parameters may be NULL.
 */
NTSTATUS NTAPI RtlGetFullPathName_UstrEx(PCUNICODE_STRING path,
					 PUNICODE_STRING fixed,
					 PUNICODE_STRING dynamic,
					 PUNICODE_STRING *used,
					 SIZE_T *file_part, BOOLEAN *invalid,
					 RTL_PATH_TYPE *type, SIZE_T *needed)
{
	PUNICODE_STRING to = fixed;
	struct full_name f;
	NTSTATUS status;
	SIZE_T bytes;

	status = full_name(&f, path->Buffer, path->Length / sizeof(WCHAR));
	if (invalid)
		*invalid = status == STATUS_OBJECT_NAME_INVALID;
	if (!NT_SUCCESS(status))
		return status;
	bytes = f.n * sizeof(WCHAR);
	if (needed)
		*needed = bytes + sizeof(WCHAR);
	if (!fixed || fixed->MaximumLength < bytes + sizeof(WCHAR)) {
		to = dynamic;
		status = STATUS_BUFFER_TOO_SMALL;
		if (dynamic) {
			dynamic->Buffer = RtlAllocateHeap(
				rf_heap(), 0, bytes + sizeof(WCHAR));
			dynamic->MaximumLength =
				(USHORT)(bytes + sizeof(WCHAR));
			status = dynamic->Buffer ? STATUS_SUCCESS
						 : STATUS_NO_MEMORY;
		}
	}
	if (NT_SUCCESS(status)) {
		memcpy(to->Buffer, f.s, bytes + sizeof(WCHAR));
		to->Length = (USHORT)bytes;
		if (used)
			*used = to;
		if (file_part)
			*file_part = f.file;
		if (type)
			*type = f.type;
	}
	full_name_free(&f);
	return status;
}
