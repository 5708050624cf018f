/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-look.h - what a path is and where its parts are; nothing is changed.
 *
 * Only "\" separates, but for where names and patterns end, as shlwapi's
 * documentation and its answers have it.  See text.h.
 */

static CH *last_slash(const CH *p)
{
	const CH *last = NULL;

	for (; *p; p = next(p))
		if (*p == '\\')
			last = p;
	return (CH *)last;
}

CH *WINAPI F(PathFindFileName)(const CH *path)
{
	const CH *name = path;

	for (const CH *p = path; p && *p; p = next(p))
		if ((*p == '\\' || *p == '/' || *p == ':') && p[1] &&
		    p[1] != '\\' && p[1] != '/')
			name = p + 1;
	return (CH *)name;
}

/* The dot, or the end; names that end in a word have no extension. */
CH *WINAPI F(PathFindExtension)(const CH *path)
{
	const CH *dot = NULL, *p = path;

	for (; p && *p; p = next(p)) {
		if (*p == '.')
			dot = p;
		else if (*p == '\\' || *p == ' ')
			dot = NULL;
	}
	return (CH *)(dot ? dot : p);
}

CH *WINAPI F(PathFindNextComponent)(const CH *path)
{
	const CH *p = path;

	if (!p || !*p)
		return NULL;
	while (*p && *p != '\\')
		p = next(p);
	if (!*p)
		return (CH *)p;
	p++;
	return (CH *)(*p == '\\' ? p + 1 : p); /* "\\server" */
}

CH *WINAPI F(PathGetArgs)(const CH *path)
{
	BOOL quoted = FALSE;
	const CH *p = path;

	for (; p && *p; p = next(p)) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == ' ' && !quoted)
			return (CH *)p + 1;
	}
	return (CH *)p;
}

UINT WINAPI F(PathGetCharType)(
#ifdef WIDE
	WCHAR c
#else
	UCHAR c
#endif
)
{
	switch (c) {
	case '\\':
	case '/':
		return GCT_SEPARATOR;
	case '*':
	case '?':
		return GCT_WILD;
	case '"':
	case '<':
	case '>':
	case '|':
		return GCT_INVALID;
	case ':':
		return GCT_SEPARATOR;
	case ' ':
	case '+':
	case ',':
	case '.':
	case ';':
	case '=':
	case '[':
	case ']':
		return GCT_LFNCHAR;
	}
	return c < ' ' ? GCT_INVALID : GCT_LFNCHAR | GCT_SHORTCHAR;
}

/* "\\?\" before a drive. */
static const CH *unprefixed(const CH *p)
{
	return p[0] == '\\' && p[1] == '\\' && p[2] == '?' && p[3] == '\\'
		       ? p + 4
		       : p;
}

int WINAPI F(PathGetDriveNumber)(const CH *path)
{
	const CH *p = path ? unprefixed(path) : NULL;

	return p && is_letter(*p) && p[1] == ':' ? (*p | 0x20) - 'a' : -1;
}

BOOL WINAPI F(PathIsFileSpec)(const CH *path)
{
	for (const CH *p = path; p && *p; p = next(p))
		if (*p == '\\' || *p == ':')
			return FALSE;
	return path != NULL;
}

BOOL WINAPI F(PathIsRelative)(const CH *path)
{
	return !path || !*path || (*path != '\\' && path[1] != ':');
}

BOOL WINAPI F(PathIsUNC)(const CH *path)
{
	const CH *p;

	if (!path || path[0] != '\\' || path[1] != '\\')
		return FALSE;
	p = unprefixed(path);
	return p == path || (upper(p[0]) == 'U' && upper(p[1]) == 'N' &&
			     upper(p[2]) == 'C' && p[3] == '\\');
}

/* "\\" and then as many "\"; -1: not such a path. */
static int unc_slashes(const CH *path)
{
	int n = 0;

	if (!path || path[0] != '\\' || path[1] != '\\' || path[2] == '?' ||
	    path[2] == '\\')
		return -1;
	for (const CH *p = path + 2; *p; p = next(p))
		n += *p == '\\';
	return n;
}

BOOL WINAPI F(PathIsUNCServer)(const CH *path)
{
	return unc_slashes(path) == 0;
}

BOOL WINAPI F(PathIsUNCServerShare)(const CH *path)
{
	return unc_slashes(path) == 1;
}

BOOL WINAPI F(PathIsRoot)(const CH *path)
{
	int n = unc_slashes(path);
	const CH *slash;

	if (!path || !*path)
		return FALSE;
	if (n == 0)
		return TRUE;
	if (n == 1) {
		slash = last_slash(path);
		return slash[1] != 0;
	}
	if (path[0] == '\\' && (!path[1] || (path[1] == '\\' && !path[2])))
		return TRUE;
	path = unprefixed(path);
	return is_letter(path[0]) && path[1] == ':' && path[2] == '\\' &&
	       !path[3];
}

CH *WINAPI F(PathSkipRoot)(const CH *path)
{
	const CH *p = path;
	int slashes = 0;

	if (!p || !*p)
		return NULL;
	if (F(PathIsUNC)(p)) {
		p = unprefixed(p);
		p += p == path ? 2 : 4; /* "\\" or "UNC\" */
		for (; *p; p = next(p))
			if (*p == '\\' && ++slashes == 2)
				return (CH *)p + 1;
		return slashes ? (CH *)p : NULL;
	}
	p = unprefixed(p);
	if (is_letter(p[0]) && p[1] == ':' && p[2] == '\\')
		return (CH *)p + 3;
	return p == path && *p == '\\' ? (CH *)p + 1 : NULL;
}

/* Whole components; "C:\" keeps its "\". */
int WINAPI F(PathCommonPrefix)(const CH *one, const CH *other, CH *out)
{
	SIZE_T at = 0, n = 0;

	if (out)
		*out = 0;
	if (!one || !other)
		return 0;
	if (F(PathIsUNC)(one) != F(PathIsUNC)(other))
		return 0;
	if (F(PathIsUNC)(one))
		at = 2;
	for (;; at++) {
		BOOL end1 = !one[at] || one[at] == '\\';
		BOOL end2 = !other[at] || other[at] == '\\';

		if (end1 && end2)
			n = at;
		if (!one[at] || !other[at] || upper(one[at]) != upper(other[at]))
			break;
	}
	if (n == 2) {
		if (one[0] == '\\')
			n = 0; /* nothing but "\\" */
		else if (one[1] == ':' && one[2] == '\\' && other[2] == '\\')
			n = 3;
	}
	if (out && n < MAX_PATH) {
		memcpy(out, one, n * sizeof *out);
		out[n] = 0;
	}
	return (int)n;
}

BOOL WINAPI F(PathIsPrefix)(const CH *prefix, const CH *path)
{
	return prefix && path &&
	       F(PathCommonPrefix)(path, prefix, NULL) == (int)len_of(prefix);
}

BOOL WINAPI F(PathIsSameRoot)(const CH *one, const CH *other)
{
	const CH *root = one ? F(PathSkipRoot)(one) : NULL;
	SIZE_T n;

	if (!root || !other)
		return FALSE;
	/* A share's "\" is not of the prefix, a drive's is. */
	n = (SIZE_T)(root - one);
	if (F(PathIsUNC)(one) && n && one[n - 1] == '\\')
		n--;
	return (SIZE_T)F(PathCommonPrefix)(one, other, NULL) >= n;
}

/* ---- what is on the disk ------------------------------------------------ */

static DWORD attributes_of(const CH *path)
{
	/* No box appears for a drive without its disk. */
	DWORD old, a;

	SetThreadErrorMode(SEM_FAILCRITICALERRORS, &old);
	a = path ? F(GetFileAttributes)(path) : INVALID_FILE_ATTRIBUTES;
	SetThreadErrorMode(old, NULL);
	return a;
}

BOOL WINAPI F(PathFileExists)(const CH *path)
{
	return attributes_of(path) != INVALID_FILE_ATTRIBUTES;
}

BOOL WINAPI F(PathIsDirectory)(const CH *path)
{
	DWORD a = attributes_of(path);

	return a != INVALID_FILE_ATTRIBUTES && a & FILE_ATTRIBUTE_DIRECTORY
		       ? FILE_ATTRIBUTE_DIRECTORY
		       : FALSE;
}

BOOL WINAPI F(PathIsSystemFolder)(const CH *path, DWORD attributes)
{
	if (path && *path)
		attributes = attributes_of(path);
	return attributes != INVALID_FILE_ATTRIBUTES &&
	       attributes & FILE_ATTRIBUTE_DIRECTORY &&
	       attributes &
		       (FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_READONLY);
}

BOOL WINAPI F(PathIsDirectoryEmpty)(const CH *path)
{
	F(WIN32_FIND_DATA) found;
	CH pattern[MAX_PATH + 4];
	BOOL empty = TRUE;
	SIZE_T n;
	HANDLE h;

	if (!F(PathIsDirectory)(path) || !copy(pattern, path, MAX_PATH))
		return FALSE;
	n = len_of(pattern);
	if (n && pattern[n - 1] != '\\')
		pattern[n++] = '\\';
	pattern[n] = '*';
	pattern[n + 1] = 0;
	h = F(FindFirstFile)(pattern, &found);
	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	do {
		const CH *s = found.cFileName;

		empty = s[0] == '.' && (!s[1] || (s[1] == '.' && !s[2]));
	} while (empty && F(FindNextFile)(h, &found));
	FindClose(h);
	return empty;
}

/* ---- patterns ----------------------------------------------------------- */

/* p: up to a ";" or its end. */
static BOOL match(const CH *s, const CH *p)
{
	const CH *star = NULL, *from = NULL;

	/* "*.*" is everything, also what has no dot. */
	if (p[0] == '*' && p[1] == '.' && p[2] == '*' && (!p[3] || p[3] == ';'))
		return TRUE;
	for (;;) {
		if (*p == '*') {
			star = ++p;
			from = s;
		} else if (!*p || *p == ';') {
			if (!*s)
				return TRUE;
			if (!star)
				return FALSE;
			s = from = next(from);
			p = star;
		} else if (*s && (*p == '?' || upper(*p) == upper(*s))) {
			p = next(p);
			s = next(s);
		} else {
			if (!star || !*from)
				return FALSE;
			s = from = next(from);
			p = star;
		}
	}
}

static BOOL match_one(const CH *s, const CH *p, DWORD flags)
{
	if (flags & PMSF_DONT_STRIP_SPACES)
		return match(s, p);
	while (*p == ' ')
		p++;
	return match(s, p);
}

HRESULT WINAPI F(PathMatchSpecEx)(const CH *file, const CH *spec, DWORD flags)
{
	if (!file || !spec)
		return E_INVALIDARG;
	if ((flags & 0xffff) != PMSF_MULTIPLE)
		return match_one(file, spec, flags) ? S_OK : S_FALSE;
	for (;;) {
		if (match_one(file, spec, flags))
			return S_OK;
		while (*spec && *spec != ';')
			spec = next(spec);
		if (!*spec)
			return S_FALSE;
		spec++;
	}
}

BOOL WINAPI F(PathMatchSpec)(const CH *file, const CH *spec)
{
	return F(PathMatchSpecEx)(file, spec, PMSF_MULTIPLE) == S_OK;
}

/* The suffix of the list that the path ends in, exactly. */
#ifdef WIDE
LPCWSTR WINAPI PathFindSuffixArrayW(LPCWSTR path, const LPCWSTR *list, int n)
#else
LPCSTR WINAPI PathFindSuffixArrayA(LPCSTR path, const LPCSTR *list, int n)
#endif
{
	SIZE_T len = path ? len_of(path) : 0, m;

	for (int i = 0; path && list && i < n; i++) {
		m = len_of(list[i]);
		if (m <= len &&
		    !memcmp(path + len - m, list[i], m * sizeof *path))
			return list[i];
	}
	return NULL;
}
