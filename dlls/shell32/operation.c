/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * operation.c - SHFileOperation: files and whole folders copied, moved, deleted
 * and renamed.  Nobody can be asked: what is not confirmed beforehand by
 * FOF_NOCONFIRMATION is answered with no, and is an operation aborted.  There
 * is no recycle bin, as on Windows' drives that have none.
 */
#include "nt.h"
#include <shellapi.h>

#define DE_SAMEFILE      0x71
#define DE_ROOTDIR       0x74
#define DE_PATHTOODEEP   0x79
#define DE_INVALIDFILES  0x7c
#define DE_DESTSUBTREE   0x7d
#define DE_FLDDESTISFILE 0x7e

struct job {
	UINT what;
	FILEOP_FLAGS flags;
	BOOL aborted;
};

static DWORD attributes(const WCHAR *path)
{
	return GetFileAttributesW(path);
}

static BOOL exists(const WCHAR *path)
{
	return attributes(path) != INVALID_FILE_ATTRIBUTES;
}

static BOOL is_folder(const WCHAR *path)
{
	DWORD a = attributes(path);

	return a != INVALID_FILE_ATTRIBUTES && a & FILE_ATTRIBUTE_DIRECTORY;
}

static ULONG length(const WCHAR *s)
{
	return (ULONG)lstrlenW(s);
}

/* Where the last component begins; trailing separators are its own. */
static ULONG name_at(const WCHAR *path)
{
	ULONG n = length(path);

	while (n && (path[n - 1] == '\\' || path[n - 1] == '/'))
		n--;
	while (n && path[n - 1] != '\\' && path[n - 1] != '/' &&
	       path[n - 1] != ':')
		n--;
	return n;
}

static BOOL wild(const WCHAR *name)
{
	for (; *name; name++)
		if (*name == '*' || *name == '?')
			return TRUE;
	return FALSE;
}

/* out: MAX_PATH characters.  FALSE: too long. */
static BOOL join(WCHAR *out, const WCHAR *folder, const WCHAR *name)
{
	ULONG n = length(folder);

	while (n && (folder[n - 1] == '\\' || folder[n - 1] == '/'))
		n--;
	if (n + 1 + length(name) >= MAX_PATH)
		return FALSE;
	memmove(out, folder, n * sizeof(WCHAR));
	out[n] = '\\';
	lstrcpyW(out + n + 1, name);
	return TRUE;
}

static BOOL dots(const WCHAR *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* What would be asked of the user. */
static BOOL may(struct job *j)
{
	if (j->flags & FOF_NOCONFIRMATION)
		return TRUE;
	j->aborted = TRUE;
	return FALSE;
}

typedef DWORD action(struct job *, const WCHAR *from, const WCHAR *to);

/* fn for each entry of a folder; to: the folder it goes to, or NULL. */
static DWORD each(struct job *j, const WCHAR *from, const WCHAR *to, action *fn)
{
	WCHAR path[MAX_PATH], target[MAX_PATH];
	WIN32_FIND_DATAW d;
	DWORD e = 0;
	HANDLE h;

	if (!join(path, from, L"*"))
		return DE_PATHTOODEEP;
	h = FindFirstFileW(path, &d);
	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	do {
		if (dots(d.cFileName))
			continue;
		if (!join(path, from, d.cFileName) ||
		    (to && !join(target, to, d.cFileName)))
			e = DE_PATHTOODEEP;
		else
			e = fn(j, path, to ? target : NULL);
	} while (!e && !j->aborted && FindNextFileW(h, &d));
	FindClose(h);
	return e;
}

/* A link to a folder goes, not what is in the folder. */
static DWORD delete_one(struct job *j, const WCHAR *path, const WCHAR *to)
{
	DWORD a = attributes(path), e = 0;

	if (a == INVALID_FILE_ATTRIBUTES)
		return GetLastError();
	if (a & FILE_ATTRIBUTE_READONLY)
		SetFileAttributesW(path, a & ~(DWORD)FILE_ATTRIBUTE_READONLY);
	if (!(a & FILE_ATTRIBUTE_DIRECTORY))
		return DeleteFileW(path) ? 0 : GetLastError();
	if (!(a & FILE_ATTRIBUTE_REPARSE_POINT))
		e = each(j, path, NULL, delete_one);
	if (!e && !j->aborted && !RemoveDirectoryW(path))
		e = GetLastError();
	return e;
}

static DWORD copy_one(struct job *j, const WCHAR *from, const WCHAR *to)
{
	if (!is_folder(from)) {
		if (is_folder(to))
			return DE_FLDDESTISFILE;
		if (exists(to) && !may(j))
			return 0;
		return CopyFileW(from, to, FALSE) ? 0 : GetLastError();
	}
	if (exists(to) && !is_folder(to))
		return DE_FLDDESTISFILE;
	if (!exists(to) && !CreateDirectoryW(to, NULL))
		return GetLastError();
	return each(j, from, to, copy_one);
}

/* By its name if it can be, else by a copy. */
static DWORD move_one(struct job *j, const WCHAR *from, const WCHAR *to)
{
	DWORD e;

	if (!is_folder(from)) {
		if (is_folder(to))
			return DE_FLDDESTISFILE;
		if (exists(to) && !may(j))
			return 0;
		return MoveFileExW(from, to,
				   MOVEFILE_COPY_ALLOWED |
					   MOVEFILE_REPLACE_EXISTING)
			       ? 0
			       : GetLastError();
	}
	if (!exists(to) && MoveFileExW(from, to, 0))
		return 0;
	e = copy_one(j, from, to);
	return e || j->aborted ? e : delete_one(j, from, NULL);
}

static BOOL same_or_below(const WCHAR *folder, const WCHAR *path, BOOL *same)
{
	WCHAR a[MAX_PATH], b[MAX_PATH];
	DWORD n = GetFullPathNameW(folder, MAX_PATH, a, NULL);
	DWORD m = GetFullPathNameW(path, MAX_PATH, b, NULL);

	*same = FALSE;
	if (!n || n >= MAX_PATH || !m || m >= MAX_PATH)
		return FALSE;
	while (n > 3 && a[n - 1] == '\\')
		n--;
	a[n] = 0;
	if (m < n || (b[n] && b[n] != '\\'))
		return FALSE;
	*same = !b[n] || !b[n + 1];
	b[n] = 0;
	return !lstrcmpiW(a, b);
}

/* One source that has no wildcards any more; into: to is the folder it goes to.
 */
static DWORD one_source(struct job *j, const WCHAR *from, const WCHAR *to,
			BOOL into)
{
	WCHAR target[MAX_PATH];
	BOOL same;

	if (!exists(from))
		return GetLastError();
	if (j->what == FO_DELETE)
		return may(j) ? delete_one(j, from, NULL) : 0;
	if (into) {
		if (!from[name_at(from)])
			return DE_ROOTDIR;
		if (!join(target, to, from + name_at(from)))
			return DE_PATHTOODEEP;
		to = target;
	}
	if (same_or_below(from, to, &same)) {
		if (same && j->what != FO_RENAME)
			return DE_SAMEFILE;
		if (!same)
			return DE_DESTSUBTREE;
	}
	if (j->what == FO_RENAME)
		return MoveFileExW(from, to, 0) ? 0 : GetLastError();
	return j->what == FO_COPY ? copy_one(j, from, to)
				  : move_one(j, from, to);
}

static DWORD wild_source(struct job *j, const WCHAR *from, const WCHAR *to)
{
	WCHAR folder[MAX_PATH], path[MAX_PATH];
	ULONG at = name_at(from);
	WIN32_FIND_DATAW d;
	DWORD e = 0;
	HANDLE h;

	if (at >= MAX_PATH)
		return DE_PATHTOODEEP;
	lstrcpynW(folder, from, (int)at + 1);
	h = FindFirstFileW(from, &d);
	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	do {
		if (dots(d.cFileName))
			continue;
		if (d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY &&
		    j->flags & (FOF_FILESONLY | FOF_NORECURSION))
			continue;
		if (at ? !join(path, folder, d.cFileName)
		       : !lstrcpynW(path, d.cFileName, MAX_PATH))
			e = DE_PATHTOODEEP;
		else
			e = one_source(j, path, to, TRUE);
	} while (!e && !j->aborted && FindNextFileW(h, &d));
	FindClose(h);
	return e;
}

static BOOL make_folders(const WCHAR *path)
{
	WCHAR part[MAX_PATH];
	DWORD n = GetFullPathNameW(path, MAX_PATH, part, NULL);

	if (!n || n >= MAX_PATH)
		return FALSE;
	for (WCHAR *s = part + 3; *s; s++) {
		if (*s != '\\')
			continue;
		*s = 0;
		CreateDirectoryW(part, NULL);
		*s = '\\';
	}
	CreateDirectoryW(part, NULL);
	return is_folder(path);
}

/* The folder above a name that is to be made. */
static void make_above(const WCHAR *path)
{
	WCHAR folder[MAX_PATH];
	ULONG at = name_at(path);

	if (!at || at >= MAX_PATH || exists(path))
		return;
	lstrcpynW(folder, path, (int)at + 1);
	if (!is_folder(folder))
		make_folders(folder);
}

static DWORD run(struct job *j, const WCHAR *from, const WCHAR *to)
{
	BOOL many = *from && from[length(from) + 1];
	BOOL each_its_own = !!(j->flags & FOF_MULTIDESTFILES);
	BOOL into = FALSE;
	DWORD e = 0;

	if (j->what != FO_DELETE && (!to || !*to))
		return DE_INVALIDFILES;
	if (j->what == FO_RENAME && (many || wild(from)))
		return ERROR_INVALID_PARAMETER;
	if (j->what == FO_COPY || j->what == FO_MOVE) {
		into = !each_its_own &&
		       (many || wild(from + name_at(from)) || is_folder(to));
		if (into && !is_folder(to) && !make_folders(to))
			return DE_INVALIDFILES;
		if (!into && !each_its_own)
			make_above(to);
	}
	for (; *from && !e && !j->aborted; from += length(from) + 1) {
		if (each_its_own && j->what != FO_DELETE && !*to)
			return DE_INVALIDFILES;
		if (wild(from + name_at(from)))
			e = wild_source(j, from, to);
		else
			e = one_source(j, from, to,
				       into || (each_its_own && is_folder(to)));
		if (each_its_own && j->what != FO_DELETE)
			to += length(to) + 1;
	}
	return e;
}

int WINAPI SHFileOperationW(LPSHFILEOPSTRUCTW op)
{
	struct job j = { 0 };
	DWORD e;

	if (!op || !op->pFrom || !*op->pFrom || op->wFunc < FO_MOVE ||
	    op->wFunc > FO_RENAME)
		return ERROR_INVALID_PARAMETER;
	j.what = op->wFunc;
	j.flags = op->fFlags;
	op->hNameMappings = NULL;
	e = run(&j, op->pFrom, op->pTo);
	op->fAnyOperationsAborted = j.aborted;
	return (int)(e ? e : j.aborted ? ERROR_CANCELLED : 0);
}

/* A list of names, as wide characters; NULL: no memory. */
static WCHAR *wide_list(const char *list)
{
	const char *end = list;
	WCHAR *out;
	int n;

	while (*end)
		end += lstrlenA(end) + 1;
	n = (int)(end - list) + 1;
	out = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
			((SIZE_T)n + 1) * sizeof(WCHAR));
	if (out)
		MultiByteToWideChar(CP_ACP, 0, list, n, out, n);
	return out;
}

int WINAPI SHFileOperationA(LPSHFILEOPSTRUCTA op)
{
	SHFILEOPSTRUCTW w = { 0 };
	WCHAR *from, *to;
	int e;

	if (!op || !op->pFrom)
		return ERROR_INVALID_PARAMETER;
	from = wide_list(op->pFrom);
	to = op->pTo ? wide_list(op->pTo) : NULL;
	w.wFunc = op->wFunc;
	w.pFrom = from;
	w.pTo = to;
	w.fFlags = op->fFlags;
	if (!from || (op->pTo && !to))
		e = ERROR_NOT_ENOUGH_MEMORY;
	else
		e = SHFileOperationW(&w);
	op->fAnyOperationsAborted = w.fAnyOperationsAborted;
	op->hNameMappings = NULL;
	HeapFree(GetProcessHeap(), 0, from);
	HeapFree(GetProcessHeap(), 0, to);
	return e;
}
