/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-cch.c - PathAllocCanonicalize and what is made of it: whole paths
 * without "." and "..", joined, with or without the prefix \\?\.
 *
 * Only backslashes separate.  ".." stops at the drive, at "\" and at "\\":
 * a server's and a share's names are segments like others.
 */
#include "path-cch.h"

enum {
	ALLOW_LONG = 0x01,
	FORCE_LONG = 0x02,  /* of the process: we have no limit to lift */
	FORCE_SHORT = 0x04,
	KEEP_DOTS = 0x08,
	LONG_FORM = 0x10,
	TRAILING = 0x20,
	SLASHES = 0x40,
	ALL_FLAGS = 0x7f,
};

/* ---- roots --------------------------------------------------------------- */

static BOOL is_drive(PCWSTR s)
{
	return ((s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z') && s[1] == ':';
}

static BOOL is_guid(PCWSTR s)
{
	static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

	for (SIZE_T i = 0; form[i]; i++) {
		BOOL hex = (s[i] >= '0' && s[i] <= '9') ||
			   ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f');

		if (form[i] == 'x' ? !hex : s[i] != (WCHAR)form[i])
			return FALSE;
	}
	return TRUE;
}

enum path_root path_root(PCWSTR s, SIZE_T *prefix)
{
	*prefix = 0;
	if (is_drive(s))
		return ROOT_DRIVE;
	if (s[0] != '\\')
		return ROOT_NONE;
	if (s[1] != '\\')
		return ROOT_SLASH;
	if (s[2] != '?' || s[3] != '\\') {
		*prefix = 2;
		/* "\\?" is the beginning of nothing. */
		return s[2] == '?' ? ROOT_NONE : ROOT_UNC;
	}
	*prefix = 4;
	if (is_drive(s + 4))
		return ROOT_LONG;
	if (!_wcsnicmp(s + 4, L"UNC\\", 4)) {
		*prefix = 8;
		return ROOT_LONG_UNC;
	}
	if (!_wcsnicmp(s + 4, L"Volume", 6) && is_guid(s + 10))
		return ROOT_VOLUME;
	return ROOT_NONE;
}

PWSTR path_root_end(PCWSTR s)
{
	enum { VOLUME = 4 + 6 + 38 };
	SIZE_T n;

	switch (path_root(s, &n)) {
	case ROOT_SLASH:
		n = 0;
		break;
	case ROOT_DRIVE:
	case ROOT_LONG:
		n += 2;
		break;
	case ROOT_UNC:
	case ROOT_LONG_UNC: /* the server, and the share if it has a name */
		n += wcscspn(s + n, L"\\");
		if (s[n] && s[n + 1])
			n += 1 + wcscspn(s + n + 1, L"\\");
		break;
	case ROOT_VOLUME:
		n = VOLUME;
		break;
	default:
		return NULL;
	}
	return (PWSTR)s + n + (s[n] == '\\');
}

/* ---- canonical form ------------------------------------------------------ */

/*
 * Appends from without "." and ".." to the keep characters at to, which stay.
 * Returns the end.
 */
static PWSTR fold(PWSTR to, SIZE_T keep, PCWSTR from)
{
	PWSTR start = to + keep, p = start;

	while (*from) {
		SIZE_T n = wcscspn(from, L"\\");
		BOOL up = n == 2 && from[0] == '.' && from[1] == '.';
		BOOL removed = up && p > start;

		if (!up && !(n == 1 && from[0] == '.')) {
			n += from[n] == '\\';
			memmove(p, from, n * sizeof *p);
			p += n;
			from += n;
			continue;
		}
		if (removed) {
			p--; /* the separator, then the name before it */
			while (p > start && p[-1] != '\\')
				p--;
		}
		from += n;
		if (!*from) {
			if (p > start && p[-1] == '\\')
				p--;
		} else if (!(removed && p == to)) {
			/* "a\..\b" is "\b", but "..\b" is "b". */
			from++;
		}
	}
	return p;
}

/* Dots at the end mean nothing, but "*." does. */
static PWSTR without_dots(PWSTR start, PWSTR end)
{
	while (end > start && end[-1] == '.' &&
	       !(end - start > 1 && end[-2] == '*'))
		end--;
	return end;
}

static HRESULT check_flags(ULONG flags)
{
	if ((flags & ~(ULONG)ALL_FLAGS) ||
	    ((flags & FORCE_LONG) && (flags & FORCE_SHORT)) ||
	    ((flags & (FORCE_LONG | FORCE_SHORT)) && !(flags & ALLOW_LONG)))
		return E_INVALIDARG;
	return S_OK;
}

/* The prefix that a name gets which is too long for programs without. */
static PCWSTR long_prefix(enum path_root root)
{
	return root == ROOT_DRIVE ? L"\\\\?\\" :
	       root == ROOT_UNC   ? L"\\\\?\\UNC" :
				    L"";
}

static void put_prefix(PWSTR path, SIZE_T *n, PCWSTR prefix)
{
	SIZE_T more = wcslen(prefix);
	/* "\\server" is "\\?\UNC" and "\server". */
	SIZE_T skip = more > 4 ? 1 : 0;

	if (!more)
		return;
	memmove(path + more, path + skip, (*n - skip + 1) * sizeof *path);
	memcpy(path, prefix, more * sizeof *path);
	*n += more - skip;
}

HRESULT APIENTRY PathAllocCanonicalize(PCWSTR path, ULONG flags, PWSTR *out)
{
	enum { ROOM = 16 }; /* for a prefix, two separators and the end */
	SIZE_T prefix, keep, n, max;
	enum path_root root;
	PWSTR to, start, end;
	PCWSTR from = path;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (!path || FAILED(check_flags(flags)))
		return E_INVALIDARG;
	n = wcslen(path);
	max = flags & ALLOW_LONG ? PATHCCH_MAX_CCH : MAX_PATH;
	/* What becomes shorter may be longer before. */
	if (n >= PATHCCH_MAX_CCH)
		return E_TOO_LONG;
	to = LocalAlloc(LMEM_ZEROINIT, (n + ROOM) * 2 * sizeof *to);
	if (!to)
		return E_OUTOFMEMORY;
	start = to + n + ROOM; /* a copy that may be changed */
	memcpy(start, path, (n + 1) * sizeof *start);
	if (flags & SLASHES)
		for (PWSTR p = start; *p; p++)
			if (*p == '/')
				*p = '\\';
	from = start;
	root = path_root(from, &prefix);
	if (root == ROOT_LONG) {
		from += prefix;
		root = ROOT_DRIVE;
	} else if (root == ROOT_LONG_UNC) {
		from += prefix - 2;
		start[prefix - 2] = start[prefix - 1] = '\\';
		root = ROOT_UNC;
	}
	keep = root == ROOT_UNC			       ? 2 :
	       root == ROOT_VOLUME		       ? prefix :
	       root == ROOT_DRIVE && from[2] == '\\'   ? 3 :
	       root == ROOT_SLASH		       ? 1 :
	       root == ROOT_NONE && !wcsncmp(from, L"\\\\?\\", 4) ? 4 :
								 0;
	memcpy(to, from, keep * sizeof *to);
	end = fold(to, keep, from + keep);
	if (!(flags & (KEEP_DOTS | LONG_FORM)))
		end = without_dots(to + keep, end);
	/* "\\?\C:" was a root: "C:" would not be. */
	if (end == to || (from != start && root == ROOT_DRIVE &&
			  end - to == 2))
		*end++ = '\\';
	if ((flags & TRAILING) && end[-1] != '\\')
		*end++ = '\\';
	*end = 0;
	n = (SIZE_T)(end - to);
	if ((flags & LONG_FORM) ||
	    ((flags & ALLOW_LONG) && !(flags & FORCE_LONG) && n >= MAX_PATH))
		put_prefix(to, &n, long_prefix(root));
	if (n >= (flags & LONG_FORM ? PATHCCH_MAX_CCH : max)) {
		LocalFree(to);
		return E_TOO_LONG;
	}
	*out = to;
	return S_OK;
}

/* An allocated path into a buffer; both are done with. */
static HRESULT give(HRESULT hr, PWSTR path, PWSTR out, SIZE_T size)
{
	SIZE_T n;

	if (FAILED(hr)) {
		*out = 0;
		return hr;
	}
	n = wcslen(path);
	if (n < size)
		memcpy(out, path, (n + 1) * sizeof *out);
	else
		*out = 0;
	LocalFree(path);
	return n < size ? S_OK : E_TOO_SMALL;
}

HRESULT APIENTRY PathCchCanonicalizeEx(PWSTR out, SIZE_T size, PCWSTR path,
				       ULONG flags)
{
	PWSTR p;
	HRESULT hr;

	if (!out || !size || size > PATHCCH_MAX_CCH)
		return E_INVALIDARG;
	hr = PathAllocCanonicalize(path, flags, &p);
	return give(hr, p, out, size);
}

HRESULT APIENTRY PathCchCanonicalize(PWSTR out, SIZE_T size, PCWSTR path)
{
	return PathCchCanonicalizeEx(out, size, path, 0);
}

/* ---- joining ------------------------------------------------------------- */

HRESULT APIENTRY PathAllocCombine(PCWSTR path, PCWSTR more, ULONG flags,
				  PWSTR *out)
{
	SIZE_T n, m, prefix;
	enum path_root root;
	PWSTR joined;
	HRESULT hr;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (!path && !more)
		return E_INVALIDARG;
	if (!more || !*more)
		return PathAllocCanonicalize(path ? path : L"", flags, out);
	root = path_root(more, &prefix);
	if (!path || root == ROOT_DRIVE ||
	    (more[0] == '\\' && more[1] == '\\'))
		return PathAllocCanonicalize(more, flags, out);
	n = wcslen(path);
	if (root == ROOT_SLASH) {
		PCWSTR end = path_root_end(path);

		more++;
		if (end)
			n = (SIZE_T)(end - path);
	}
	m = wcslen(more);
	if (n >= PATHCCH_MAX_CCH || m >= PATHCCH_MAX_CCH)
		return E_TOO_LONG;
	joined = LocalAlloc(0, (n + m + 2) * sizeof *joined);
	if (!joined)
		return E_OUTOFMEMORY;
	memcpy(joined, path, n * sizeof *joined);
	if (n && joined[n - 1] != '\\')
		joined[n++] = '\\';
	memcpy(joined + n, more, (m + 1) * sizeof *joined);
	hr = PathAllocCanonicalize(joined, flags, out);
	LocalFree(joined);
	return hr;
}

HRESULT APIENTRY PathCchCombineEx(PWSTR out, SIZE_T size, PCWSTR path,
				  PCWSTR more, ULONG flags)
{
	PWSTR p;
	HRESULT hr;

	if (!out || !size || size > PATHCCH_MAX_CCH)
		return E_INVALIDARG;
	hr = PathAllocCombine(path, more, flags, &p);
	return give(hr, p, out, size);
}

HRESULT APIENTRY PathCchCombine(PWSTR out, SIZE_T size, PCWSTR path,
				PCWSTR more)
{
	return PathCchCombineEx(out, size, path, more, 0);
}

HRESULT APIENTRY PathCchAppendEx(PWSTR path, SIZE_T size, PCWSTR more,
				 ULONG flags)
{
	PWSTR p = NULL;
	HRESULT hr;

	if (!path || !size || size > PATHCCH_MAX_CCH)
		return E_INVALIDARG;
	/* "\b" is what is below, other than when paths are combined. */
	if (more && more[0] == '\\' && more[1] != '\\')
		more++;
	hr = PathAllocCombine(path, more ? more : L"", flags, &p);
	if (FAILED(hr))
		return hr;
	if (wcslen(p) >= size) {
		LocalFree(p);
		return E_TOO_SMALL;
	}
	return give(S_OK, p, path, size);
}

HRESULT APIENTRY PathCchAppend(PWSTR path, SIZE_T size, PCWSTR more)
{
	return PathCchAppendEx(path, size, more, 0);
}
