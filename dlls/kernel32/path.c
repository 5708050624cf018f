/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c - full, long and short names; looking for a file along a path.
 */
#include "kernel32-private.h"

static BOOL is_sep(WCHAR c)
{
	return c == '\\' || c == '/';
}

DWORD WINAPI GetFullPathNameW(LPCWSTR name, DWORD size, LPWSTR buf,
			      LPWSTR *part)
{
	ULONG n;

	if (!name || !name[0]) {
		SetLastError(ERROR_INVALID_NAME);
		return 0;
	}
	if (size > 0x7fffffff)
		size = 0x7fffffff;
	n = RtlGetFullPathName_U(name, size * sizeof(WCHAR), buf, part);
	if (!n)
		SetLastError(ERROR_INVALID_NAME);
	return n / sizeof(WCHAR);
}

/* The file part of a narrow path that ends where its last component does. */
static char *narrow_part(char *path)
{
	char *part = NULL;

	for (char *p = path; *p; p++)
		if (*p == '\\')
			part = p + 1;
	return part && *part ? part : NULL;
}

DWORD WINAPI GetFullPathNameA(LPCSTR name, DWORD size, LPSTR buf, LPSTR *part)
{
	WCHAR small[MAX_PATH], *full = small;
	DWORD n, r;
	WIDE(w);

	if (!wide_from_file(&w, name))
		return 0;
	n = GetFullPathNameW(w.s, ARRAY_LEN(small), small, NULL);
	if (n >= ARRAY_LEN(small)) {
		full = k32_alloc(n * sizeof(WCHAR));
		if (!full)
			return 0;
		n = GetFullPathNameW(w.s, n, full, NULL);
	}
	r = n ? file_from_wide(full, n, buf, size) : 0;
	if (full != small)
		k32_free(full);
	/* In a narrow code page of two bytes '\\' can be half a character;
	 * ours is UTF-8 or single bytes. */
	if (part)
		*part = r && r < size ? narrow_part(buf) : NULL;
	return r;
}

/* ---- long and short ------------------------------------------------- */

/*
 * Each component is looked up and replaced by the name it has on disk, long
 * or short.  What stands before the first name (C:\, \\server\share\, .\) is
 * copied.  Returns the length, 0 for a name that is not there.
 */
static DWORD respell(const WCHAR *name, BOOL longer, WCHAR *out, DWORD room)
{
	DWORD i = 0, o = 0;

	if (wide_same_n(name, L"\\\\?\\", 4))
		i = 4;
	if (name[i] && name[i + 1] == ':') {
		i += 2;
	} else if (!i && is_sep(name[0]) && is_sep(name[1])) {
		int seps = 0;

		for (i = 2; name[i] && seps < 2; i++)
			seps += is_sep(name[i]);
	}
	if (i >= room)
		return 0;
	memcpy(out, name, i * sizeof(WCHAR));
	o = i;

	while (name[i]) {
		WIN32_FIND_DATAW d;
		const WCHAR *use;
		DWORD n = 0, len;
		HANDLE h;

		if (is_sep(name[i])) {
			if (o + 1 >= room)
				return 0;
			out[o++] = name[i++];
			continue;
		}
		while (name[i + n] && !is_sep(name[i + n]))
			n++;
		if (o + n + 1 >= room)
			return 0;
		memcpy(out + o, name + i, n * sizeof(WCHAR));
		out[o + n] = 0;
		i += n;
		if (name[i - n] == '.' &&
		    (n == 1 || (n == 2 && out[o + 1] == '.'))) {
			o += n;
			continue;
		}
		for (DWORD k = 0; k < n; k++) {
			if (out[o + k] == '*' || out[o + k] == '?') {
				SetLastError(ERROR_INVALID_NAME);
				return 0;
			}
		}
		h = FindFirstFileExW(
			out, longer ? FindExInfoBasic : FindExInfoStandard, &d,
			FindExSearchNameMatch, NULL, 0);
		if (h == INVALID_HANDLE_VALUE)
			return 0;
		FindClose(h);
		use = !longer && d.cAlternateFileName[0] ? d.cAlternateFileName
							 : d.cFileName;
		len = wide_len(use);
		if (o + len + 1 >= room)
			return 0;
		memcpy(out + o, use, len * sizeof(WCHAR));
		o += len;
	}
	out[o] = 0;
	return o;
}

static WCHAR *respelled(const WCHAR *name, BOOL longer, DWORD *n)
{
	/* Each component can grow to 255 units. */
	DWORD room = 0x8000;
	WCHAR *out;

	if (!name || !name[0]) {
		SetLastError(name ? ERROR_PATH_NOT_FOUND
				  : ERROR_INVALID_PARAMETER);
		return NULL;
	}
	if (GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES)
		return NULL;
	out = k32_alloc(room * sizeof(WCHAR));
	if (!out)
		return NULL;
	*n = respell(name, longer, out, room);
	if (*n)
		return out;
	k32_free(out);
	return NULL;
}

static DWORD respell_w(const WCHAR *name, BOOL longer, WCHAR *buf, DWORD size)
{
	DWORD n;
	WCHAR *s = respelled(name, longer, &n);

	if (!s)
		return 0;
	n = wide_result(s, n, buf, size);
	k32_free(s);
	return n;
}

static DWORD respell_a(const char *name, BOOL longer, char *buf, DWORD size)
{
	WCHAR *s;
	DWORD n;
	WIDE(w);

	if (!wide_from_file(&w, name))
		return 0;
	s = respelled(w.s, longer, &n);
	if (!s)
		return 0;
	n = file_from_wide(s, n, buf, size);
	k32_free(s);
	return n;
}

DWORD WINAPI GetLongPathNameW(LPCWSTR name, LPWSTR buf, DWORD size)
{
	return respell_w(name, TRUE, buf, size);
}

DWORD WINAPI GetLongPathNameA(LPCSTR name, LPSTR buf, DWORD size)
{
	return respell_a(name, TRUE, buf, size);
}

DWORD WINAPI GetShortPathNameW(LPCWSTR name, LPWSTR buf, DWORD size)
{
	return respell_w(name, FALSE, buf, size);
}

DWORD WINAPI GetShortPathNameA(LPCSTR name, LPSTR buf, DWORD size)
{
	return respell_a(name, FALSE, buf, size);
}

/* ---- searching ------------------------------------------------------ */

static DWORD search_mode; /* BASE_SEARCH_PATH_*; permanent once set so */

BOOL WINAPI SetSearchPathMode(DWORD flags)
{
	if ((flags & ~(DWORD)(BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE |
			      BASE_SEARCH_PATH_DISABLE_SAFE_SEARCHMODE |
			      BASE_SEARCH_PATH_PERMANENT)) ||
	    !(flags & (BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE |
		       BASE_SEARCH_PATH_DISABLE_SAFE_SEARCHMODE))) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (search_mode & BASE_SEARCH_PATH_PERMANENT) {
		SetLastError(ERROR_ACCESS_DENIED);
		return FALSE;
	}
	search_mode = flags;
	return TRUE;
}

/*
 * The folders that programs are looked for in, as one string: application,
 * current (after the system's in safe mode), system, Windows, PATH; the
 * current one may be left out.  NULL: no memory.
 */
static WCHAR *default_path(BOOL safe, BOOL no_current)
{
	static const WCHAR here[] = L".;";
	WCHAR *app = rf_peb()->ProcessParameters->ImagePathName.Buffer;
	DWORD path = GetEnvironmentVariableW(L"PATH", NULL, 0);
	DWORD app_len = 0, n = 0;
	WCHAR *s;

	for (DWORD i = 0; app && app[i]; i++)
		if (is_sep(app[i]))
			app_len = i;
	s = k32_alloc((app_len + path + 3 * MAX_PATH + 8) * sizeof(WCHAR));
	if (!s)
		return NULL;
	memcpy(s, app, app_len * sizeof(WCHAR));
	n = app_len;
	s[n++] = ';';
	if (!safe && !no_current) {
		memcpy(s + n, here, 2 * sizeof(WCHAR));
		n += 2;
	}
	n += GetSystemDirectoryW(s + n, MAX_PATH);
	s[n++] = ';';
	n += GetWindowsDirectoryW(s + n, MAX_PATH);
	s[n++] = ';';
	if (safe && !no_current) {
		memcpy(s + n, here, 2 * sizeof(WCHAR));
		n += 2;
	}
	if (path)
		n += GetEnvironmentVariableW(L"PATH", s + n, path);
	s[n] = 0;
	return s;
}

static BOOL has_path(const WCHAR *name)
{
	if (name[0] && name[1] == ':')
		return TRUE;
	if (name[0] == '.' &&
	    (is_sep(name[1]) || (name[1] == '.' && is_sep(name[2]))))
		return TRUE;
	return is_sep(name[0]);
}

static BOOL is_there(const WCHAR *name, BOOL file)
{
	DWORD a = GetFileAttributesW(name);

	return a != INVALID_FILE_ATTRIBUTES &&
	       !(file && a & FILE_ATTRIBUTE_DIRECTORY);
}

/*
 * Of dir;dir;... the first with name and ext in it, in out (room units).
 * file: a folder of that name does not count.
 */
static BOOL look_along(const WCHAR *path, const WCHAR *name, const WCHAR *ext,
		       BOOL file, WCHAR *out, DWORD room)
{
	DWORD name_len = wide_len(name), ext_len = ext ? wide_len(ext) : 0;

	while (*path) {
		const WCHAR *end = path;
		BOOL quoted = FALSE;
		DWORD n;

		while (*end && (quoted || *end != ';')) {
			if (*end == '"')
				quoted = !quoted;
			end++;
		}
		n = end - path;
		if (n >= 2 && path[0] == '"' && path[n - 1] == '"') {
			path++;
			n -= 2;
		}
		if (n && n + name_len + ext_len + 2 < room) {
			memcpy(out, path, n * sizeof(WCHAR));
			if (!is_sep(out[n - 1]))
				out[n++] = '\\';
			memcpy(out + n, name, name_len * sizeof(WCHAR));
			n += name_len;
			memcpy(out + n, ext, ext_len * sizeof(WCHAR));
			out[n + ext_len] = 0;
			if (is_there(out, file))
				return TRUE;
		}
		path = *end ? end + 1 : end;
	}
	return FALSE;
}

static BOOL has_extension(const WCHAR *name)
{
	BOOL dot = FALSE;

	for (; *name; name++) {
		if (is_sep(*name))
			dot = FALSE;
		else if (*name == '.')
			dot = TRUE;
	}
	return dot;
}

/* A name that says where it is: as it stands, then with ext. */
static BOOL look_at(const WCHAR *name, const WCHAR *ext, BOOL file, WCHAR *out,
		    DWORD room)
{
	DWORD n = wide_len(name), e = ext ? wide_len(ext) : 0;

	if (n + e >= room)
		return FALSE;
	memcpy(out, name, (n + 1) * sizeof(WCHAR));
	if (is_there(out, file))
		return TRUE;
	memcpy(out + n, ext, e * sizeof(WCHAR));
	out[n + e] = 0;
	return e && is_there(out, file);
}

static BOOL search(const WCHAR *path, const WCHAR *name, const WCHAR *ext,
		   BOOL file, WCHAR *out, DWORD room)
{
	if (ext && (!ext[0] || has_extension(name)))
		ext = NULL;
	if (has_path(name))
		return look_at(name, ext, file, out, room);
	if (ext && look_along(path, name, ext, file, out, room))
		return TRUE;
	return look_along(path, name, NULL, file, out, room);
}

DWORD WINAPI SearchPathW(LPCWSTR path, LPCWSTR name, LPCWSTR ext, DWORD size,
			 LPWSTR buf, LPWSTR *part)
{
	const DWORD room = 0x8000;
	WCHAR *found, *own = NULL;
	DWORD n = 0;

	if (!name || !name[0]) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	found = k32_alloc(room * sizeof(WCHAR));
	if (!found)
		return 0;
	if (!path && !has_path(name)) {
		own = default_path(
			search_mode & BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE,
			FALSE);
		path = own;
	}
	if (search(path ? path : L"", name, ext, FALSE, found, room))
		n = GetFullPathNameW(found, size, buf, part);
	else
		SetLastError(ERROR_FILE_NOT_FOUND);
	k32_free(own);
	k32_free(found);
	return n;
}

BOOL k32_find_program(const WCHAR *name, WCHAR *out, DWORD room)
{
	WCHAR *path =
		default_path(FALSE, !NeedCurrentDirectoryForExePathW(name));
	BOOL ok = path && search(path, name, L".exe", TRUE, out, room);

	k32_free(path);
	if (ok)
		return TRUE;
	/* The error is what opening the name as it stands would give. */
	if (GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES)
		SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

DWORD WINAPI SearchPathA(LPCSTR path, LPCSTR name, LPCSTR ext, DWORD size,
			 LPSTR buf, LPSTR *part)
{
	WCHAR *s;
	DWORD n;
	WIDE(p);
	WIDE(f);
	WIDE(e);

	if (!wide_from_file(&p, path) || !wide_from_file(&f, name) ||
	    !wide_from_file(&e, ext))
		return 0;
	s = k32_alloc(0x8000 * sizeof(WCHAR));
	if (!s)
		return 0;
	n = SearchPathW(p.s, f.s, e.s, 0x8000, s, NULL);
	if (n)
		n = file_from_wide(s, n, buf, size);
	k32_free(s);
	if (part)
		*part = n && n < size ? narrow_part(buf) : NULL;
	return n;
}

BOOL WINAPI NeedCurrentDirectoryForExePathW(LPCWSTR name)
{
	WCHAR c;

	for (; *name; name++)
		if (*name == '\\')
			return TRUE;
	/* Set to anything, even to nothing, it means no. */
	SetLastError(ERROR_SUCCESS);
	return !GetEnvironmentVariableW(L"NoDefaultCurrentDirectoryInExePath",
					&c, 1) &&
	       GetLastError() == ERROR_ENVVAR_NOT_FOUND;
}

BOOL WINAPI NeedCurrentDirectoryForExePathA(LPCSTR name)
{
	WIDE(w);

	return wide_from_file(&w, name) && NeedCurrentDirectoryForExePathW(w.s);
}
