/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-path.c - DOS names into NT names.
 *
 * Every CreateFile comes this way, so the name is built in place: \??\ first,
 * then RtlGetFullPathName_U writes behind it.  Only names longer than MAX_PATH
 * cost an allocation.  \\?\ names are taken as they are.
 */
#include "kernel32-private.h"
#include "nt-file.h"

#define PREFIX 4 /* units of \??\ */

/* What a new folder leaves room for: a name of 8.3. */
#define SHORT_NAME 12

static BOOL is_sep(WCHAR c)
{
	return c == '\\' || c == '/';
}

static BOOL is_verbatim(const WCHAR *s)
{
	/* \\?\ and \??\ with backslashes only: no normalisation. */
	return s[0] == '\\' && (s[1] == '\\' || s[1] == '?') && s[2] == '?' &&
	       s[3] == '\\';
}

static BOOL is_console(const WCHAR *s)
{
	return wide_same(s, L"CONIN$") || wide_same(s, L"CONOUT$");
}

/* Room for units in p, with what precedes lost.  NULL: no memory. */
static WCHAR *reserve(struct nt_path *p, SIZE_T units)
{
	WCHAR *at = p->buf;

	if (units > ARRAY_LEN(p->buf)) {
		at = k32_alloc(units * sizeof(WCHAR));
		if (!at)
			return NULL;
	}
	nt_path_free(p);
	p->name.Buffer = at;
	return at;
}

static BOOL finish(struct nt_path *p, SIZE_T len)
{
	if (len > 0x7ffe) {
		nt_path_free(p);
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return FALSE;
	}
	memcpy(p->name.Buffer, L"\\??\\", PREFIX * sizeof(WCHAR));
	p->name.Buffer[len] = 0;
	p->name.Length = len * sizeof(WCHAR);
	p->name.MaximumLength = p->name.Length + sizeof(WCHAR);
	InitializeObjectAttributes(&p->oa, &p->name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	return TRUE;
}

static BOOL as_is(struct nt_path *p, const WCHAR *rest, SIZE_T len)
{
	p->counted = 0;
	if (!reserve(p, len + PREFIX + 1))
		return FALSE;
	memcpy(p->name.Buffer + PREFIX, rest, (len + 1) * sizeof(WCHAR));
	return finish(p, len + PREFIX);
}

/*
 * \\server\share becomes \??\UNC\server\share; the full name stands at
 * PREFIX, and the two first separators turn into UNC\.
 */
static BOOL unc(struct nt_path *p, SIZE_T len)
{
	WCHAR *b = p->name.Buffer;

	memmove(b + PREFIX + 4, b + PREFIX + 2, (len - 2 + 1) * sizeof(WCHAR));
	memcpy(b + PREFIX, L"UNC\\", 4 * sizeof(WCHAR));
	return finish(p, len + PREFIX + 2);
}

/* A path that was given relative is opened below the current directory. */
static BOOL below_current(struct nt_path *p, const WCHAR *name)
{
	if (is_sep(name[0]) || name[1] == ':')
		return TRUE;
	RfRelativeName(&p->name, &p->rel);
	if (p->rel.ContainingDirectory) {
		p->oa.RootDirectory = p->rel.ContainingDirectory;
		p->oa.ObjectName = &p->rel.RelativeName;
	}
	return TRUE;
}

static BOOL init(struct nt_path *p, const WCHAR *name)
{
	ULONG room = sizeof p->buf - (PREFIX + 3) * sizeof(WCHAR);
	WCHAR *full;
	ULONG n;

	p->name.Buffer = p->buf;
	p->rel.CurDirRef = NULL;
	if (!name || !name[0]) {
		SetLastError(ERROR_PATH_NOT_FOUND);
		return FALSE;
	}
	if (is_verbatim(name))
		return as_is(p, name + 4, wide_len(name + 4));
	if (is_console(name))
		return as_is(p, name, wide_len(name));

	n = RtlGetFullPathName_U(name, room, p->buf + PREFIX, NULL);
	if (n >= room) {
		room = n + 2 * sizeof(WCHAR);
		if (!reserve(p, room / sizeof(WCHAR) + PREFIX + 4))
			return FALSE;
		n = RtlGetFullPathName_U(name, room, p->name.Buffer + PREFIX,
					 NULL);
	}
	if (!n || n >= room) {
		nt_path_free(p);
		SetLastError(n || wide_len(name) > 0x7ffe
				     ? ERROR_FILENAME_EXCED_RANGE
				     : ERROR_INVALID_NAME);
		return FALSE;
	}
	n /= sizeof(WCHAR);
	p->counted = n;
	full = p->name.Buffer + PREFIX;
	if (!is_sep(full[0]) || !is_sep(full[1]))
		return finish(p, n + PREFIX) && below_current(p, name);
	/* \\.\device and, of forward slashes, \\?\: drop the four. */
	if ((full[2] == '.' || full[2] == '?') && is_sep(full[3])) {
		memmove(full, full + 4, (n - 4 + 1) * sizeof(WCHAR));
		p->counted = 0;
		return finish(p, n - 4 + PREFIX);
	}
	return unc(p, n);
}

/* Is it short enough, where that is asked for?  Else the error. */
static BOOL fits(struct nt_path *p, ULONG room, DWORD error)
{
	if (p->counted < room || RtlAreLongPathsEnabled())
		return TRUE;
	nt_path_free(p);
	SetLastError(error);
	return FALSE;
}

BOOL nt_path_init(struct nt_path *p, const WCHAR *name)
{
	return init(p, name) && fits(p, MAX_PATH, ERROR_PATH_NOT_FOUND);
}

BOOL nt_path_init_folder(struct nt_path *p, const WCHAR *name)
{
	return init(p, name) &&
	       fits(p, MAX_PATH - SHORT_NAME, ERROR_FILENAME_EXCED_RANGE);
}

/*
 * Units of a name that is its own normal form, relative or (what precedes s
 * is then "X:\\") below a drive; 0 of any other: no forward slashes, no empty,
 * dotted or blank-ended parts, and nothing that could be a device (they have
 * three to seven letters, the first of these).
 */
static ULONG plain_length(const WCHAR *s)
{
	ULONG n, part = 0;

	for (n = 0;; n++) {
		if (s[n] > '\\') /* most are lower-case letters */
			continue;
		if (s[n] == '/' || s[n] == ':')
			return 0;
		if (s[n] && s[n] != '\\')
			continue;
		if (n == part || s[n - 1] == '.' || s[n - 1] == ' ')
			return 0;
		if (!s[n])
			break;
		part = n + 1;
	}
	if (s[0] == ' ' || n > 0x7000)
		return 0;
	switch (s[part] | 0x20) {
	case 'a':
	case 'c':
	case 'l':
	case 'n':
	case 'p':
		return RtlIsDosDeviceName_U(s + part) ? 0 : n;
	}
	return n;
}

static BOOL has_drive(const WCHAR *s)
{
	return ((s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z') && s[1] == ':' &&
	       s[2] == '\\';
}

/* As far as one thread can tell. */
static ULONG current_length(void)
{
	return rf_peb()->ProcessParameters->CurrentDirectory.DosPath.Length /
	       sizeof(WCHAR);
}

BOOL nt_path_open(struct nt_path *p, const WCHAR *name)
{
	BOOL drive = name && has_drive(name);
	ULONG n = name ? plain_length(name + (drive ? 3 : 0)) : 0;

	/* What may be too long is counted. */
	if (!n || n + (drive ? 3 : current_length()) >= MAX_PATH)
		return nt_path_init(p, name);
	p->name.Buffer = p->buf;
	if (drive) {
		p->rel.CurDirRef = NULL;
		return as_is(p, name, n + 3);
	}
	RfCurrentDirectory(&p->rel);
	if (!p->rel.ContainingDirectory)
		return nt_path_init(p, name);
	p->rel.RelativeName.Buffer = (WCHAR *)name;
	p->rel.RelativeName.Length = n * sizeof(WCHAR);
	p->rel.RelativeName.MaximumLength = (n + 1) * sizeof(WCHAR);
	InitializeObjectAttributes(&p->oa, &p->rel.RelativeName,
				   OBJ_CASE_INSENSITIVE,
				   p->rel.ContainingDirectory, NULL);
	return TRUE;
}

void nt_path_free(struct nt_path *p)
{
	if (p->name.Buffer != p->buf)
		k32_free(p->name.Buffer);
	p->name.Buffer = p->buf;
	if (p->rel.CurDirRef)
		RtlReleaseRelativeName(&p->rel);
}

BOOL k32_open(const WCHAR *name, ACCESS_MASK access, ULONG options, HANDLE *h)
{
	IO_STATUS_BLOCK io;
	NT_PATH(path);

	if (!nt_path_open(&path, name))
		return FALSE;
	return rf_result(NtOpenFile(h, access | SYNCHRONIZE, &path.oa, &io,
				    FILE_SHARE_READ | FILE_SHARE_WRITE |
					    FILE_SHARE_DELETE,
				    options | FILE_SYNCHRONOUS_IO_NONALERT));
}
