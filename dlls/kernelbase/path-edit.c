/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-edit.c - PathCch* that take a path's parts away or add some, in place.
 *
 * S_FALSE: there was nothing to do.
 */
#include "path-cch.h"

/* The length of what must end within size characters; -1: it does not. */
static LONG_PTR length(PCWSTR path, SIZE_T size)
{
	SIZE_T n;

	if (!path || !size || size > PATHCCH_MAX_CCH)
		return -1;
	n = wcsnlen(path, size);
	return n < size ? (LONG_PTR)n : -1;
}

/* ---- roots --------------------------------------------------------------- */

BOOL APIENTRY PathIsUNCEx(PCWSTR path, PCWSTR *server)
{
	SIZE_T prefix;
	enum path_root root;

	if (server)
		*server = NULL;
	if (!path)
		return FALSE;
	root = path_root(path, &prefix);
	if (root != ROOT_UNC && root != ROOT_LONG_UNC)
		return FALSE;
	if (server)
		*server = path + prefix;
	return TRUE;
}

HRESULT APIENTRY PathCchSkipRoot(PCWSTR path, PCWSTR *end)
{
	PCWSTR p;

	if (!path || !*path || !end)
		return E_INVALIDARG;
	p = path_root_end(path);
	if (!p)
		return E_INVALIDARG;
	*end = p;
	return S_OK;
}

/* A root's length; of a share or a server it is without the separator. */
static SIZE_T root_length(PCWSTR path, PCWSTR end)
{
	SIZE_T prefix, n = (SIZE_T)(end - path);
	enum path_root root = path_root(path, &prefix);

	if ((root == ROOT_UNC || root == ROOT_LONG_UNC) && n > prefix &&
	    path[n - 1] == '\\')
		n--;
	return n;
}

BOOL APIENTRY PathCchIsRoot(PCWSTR path)
{
	SIZE_T prefix;
	PCWSTR end;

	if (!path || !*path)
		return FALSE;
	end = path_root_end(path);
	if (!end || path[root_length(path, end)])
		return FALSE;
	/* "C:" is a drive's current directory. */
	switch (path_root(path, &prefix)) {
	case ROOT_DRIVE:
	case ROOT_LONG:
	case ROOT_VOLUME:
		return end[-1] == '\\';
	default:
		return TRUE;
	}
}

HRESULT APIENTRY PathCchStripToRoot(PWSTR path, SIZE_T size)
{
	SIZE_T n, prefix;
	PWSTR end;

	if (length(path, size) < 0)
		return E_INVALIDARG;
	end = path_root_end(path);
	if (!end)
		return E_INVALIDARG;
	n = root_length(path, end);
	path_root(path, &prefix);
	/* A server alone keeps its separator. */
	if (!path[n] || (!*end && !wcschr(path + prefix, '\\')[1]))
		return S_FALSE;
	path[n] = 0;
	return S_OK;
}

HRESULT APIENTRY PathCchStripPrefix(PWSTR path, SIZE_T size)
{
	LONG_PTR n = length(path, size);
	SIZE_T prefix;

	if (n < 0)
		return E_INVALIDARG;
	switch (path_root(path, &prefix)) {
	case ROOT_LONG:
		break;
	case ROOT_LONG_UNC: /* its last separator and the one before stay */
		prefix -= 2;
		path[prefix] = '\\';
		break;
	default:
		return S_FALSE;
	}
	memmove(path, path + prefix,
		((SIZE_T)n - prefix + 1) * sizeof *path);
	return S_OK;
}

HRESULT APIENTRY PathCchRemoveFileSpec(PWSTR path, SIZE_T size)
{
	SIZE_T start = 0;
	PWSTR end, cut;

	if (length(path, size) < 0)
		return E_INVALIDARG;
	end = path_root_end(path);
	if (end)
		start = root_length(path, end);
	cut = wcsrchr(path + start, '\\');
	if (!cut)
		cut = path + start;
	if (!*cut)
		return S_FALSE;
	*cut = 0;
	return S_OK;
}

/* ---- the last separator -------------------------------------------------- */

/* Where the string ends and how much room is behind it, to who asked. */
static void tell(PWSTR at, SIZE_T room, PWSTR *end, SIZE_T *left)
{
	if (end)
		*end = at;
	if (left)
		*left = room;
}

HRESULT APIENTRY PathCchAddBackslashEx(PWSTR path, SIZE_T size, PWSTR *end,
				       SIZE_T *left)
{
	LONG_PTR n = length(path, size);
	HRESULT hr = S_FALSE;

	tell(NULL, 0, end, left);
	if (n < 0)
		return E_INVALIDARG;
	if (n && path[n - 1] != '\\') {
		if ((SIZE_T)n + 2 > size)
			return E_TOO_SMALL;
		path[n++] = '\\';
		path[n] = 0;
		hr = S_OK;
	}
	tell(path + n, size - (SIZE_T)n, end, left);
	return hr;
}

HRESULT APIENTRY PathCchAddBackslash(PWSTR path, SIZE_T size)
{
	return PathCchAddBackslashEx(path, size, NULL, NULL);
}

HRESULT APIENTRY PathCchRemoveBackslashEx(PWSTR path, SIZE_T size, PWSTR *end,
					  SIZE_T *left)
{
	LONG_PTR n = length(path, size);
	HRESULT hr = S_FALSE;

	tell(NULL, 0, end, left);
	if (n < 0)
		return E_INVALIDARG;
	if (n && path[n - 1] == '\\' && !PathCchIsRoot(path)) {
		path[--n] = 0;
		hr = S_OK;
	}
	tell(path + n, size - (SIZE_T)n, end, left);
	return hr;
}

HRESULT APIENTRY PathCchRemoveBackslash(PWSTR path, SIZE_T size)
{
	return PathCchRemoveBackslashEx(path, size, NULL, NULL);
}

/* ---- extensions ---------------------------------------------------------- */

HRESULT APIENTRY PathCchFindExtension(PCWSTR path, SIZE_T size, PCWSTR *ext)
{
	LONG_PTR n = length(path, size);
	PCWSTR dot = NULL;

	if (!ext)
		return E_INVALIDARG;
	*ext = NULL;
	if (n < 0)
		return E_INVALIDARG;
	for (PCWSTR p = path; *p; p++)
		if (*p == '.')
			dot = p;
		else if (*p == '\\' || *p == ' ')
			dot = NULL;
	*ext = dot ? dot : path + n;
	return S_OK;
}

HRESULT APIENTRY PathCchAddExtension(PWSTR path, SIZE_T size, PCWSTR ext)
{
	LONG_PTR n = length(path, size);
	PCWSTR old;
	SIZE_T more;

	if (n < 0 || !ext)
		return E_INVALIDARG;
	if (*ext == '.')
		ext++;
	more = wcslen(ext);
	if (more != wcscspn(ext, L". \\"))
		return E_INVALIDARG;
	PathCchFindExtension(path, size, &old);
	if (*old)
		return S_FALSE;
	if (!more)
		return S_OK;
	if (more + 2 > size - (SIZE_T)n)
		return E_TOO_SMALL;
	path[n] = '.';
	memcpy(path + n + 1, ext, (more + 1) * sizeof *path);
	return S_OK;
}

HRESULT APIENTRY PathCchRemoveExtension(PWSTR path, SIZE_T size)
{
	PCWSTR ext;
	HRESULT hr = PathCchFindExtension(path, size, &ext);

	if (FAILED(hr))
		return hr;
	if (!*ext)
		return S_FALSE;
	path[ext - path] = 0;
	return S_OK;
}

HRESULT APIENTRY PathCchRenameExtension(PWSTR path, SIZE_T size, PCWSTR ext)
{
	PCWSTR old;
	SIZE_T more;

	if (!ext)
		return E_INVALIDARG;
	if (*ext == '.')
		ext++;
	more = wcslen(ext);
	if (FAILED(PathCchFindExtension(path, size, &old)) ||
	    more != wcscspn(ext, L". \\"))
		return E_INVALIDARG;
	/* The old one stays if the new one does not fit. */
	if (more && more + 2 > size - (SIZE_T)(old - path))
		return E_TOO_SMALL;
	path[old - path] = 0;
	/* What is before may end in another one, as "a." of "a..b". */
	if (more) {
		path[old - path] = '.';
		memcpy(path + (old - path) + 1, ext,
		       (more + 1) * sizeof *path);
	}
	return S_OK;
}
