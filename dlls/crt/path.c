/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c - paths and directories: _getcwd, _fullpath, _splitpath, _searchenv.
 */
#include "crt.h"

/* ---------------------------------------------------------- directories */

static wchar_t *current(int drive)
{
	wchar_t name[4] = { (wchar_t)('A' + drive - 1), ':', '.', 0 };
	const wchar_t *p = drive ? name : L".";
	DWORD n = GetFullPathNameW(p, 0, NULL, NULL);
	wchar_t *w;

	if (!n) {
		crt_fail_win32();
		return NULL;
	}
	w = malloc((n + 1) * sizeof(*w));
	if (w && !GetFullPathNameW(p, n + 1, w, NULL)) {
		crt_fail_win32();
		free(w);
		return NULL;
	}
	return w;
}

static int drive_exists(int drive)
{
	if (!drive || (drive > 0 && drive <= 26 &&
		       (GetLogicalDrives() & 1u << (drive - 1))))
		return 1;
	crt_ptd()->doserr = ERROR_INVALID_DRIVE;
	crt_invalid(EACCES);
	return 0;
}

wchar_t *_wgetdcwd(int drive, wchar_t *buf, int n)
{
	wchar_t *w, *ret = buf;
	size_t need;

	CRT_REQUIRE(n >= 0 && drive_exists(drive), EINVAL, NULL);
	w = current(drive);
	if (!w)
		return NULL;
	need = wcslen(w) + 1;
	if (!buf)
		ret = malloc((need > (size_t)n ? need : (size_t)n) *
			     sizeof(*w));
	else if (need > (size_t)n) {
		crt_errno = ERANGE;
		ret = NULL;
	}
	if (ret)
		memcpy(ret, w, need * sizeof(*w));
	free(w);
	return ret;
}

wchar_t *_wgetcwd(wchar_t *buf, int n)
{
	return _wgetdcwd(0, buf, n);
}

char *_getdcwd(int drive, char *buf, int n)
{
	wchar_t *w;
	char *p, *ret = buf;
	size_t need;

	CRT_REQUIRE(n >= 0 && drive_exists(drive), EINVAL, NULL);
	w = current(drive);
	p = w ? crt_narrow(w) : NULL;
	free(w);
	if (!p)
		return NULL;
	need = strlen(p) + 1;
	if (!buf)
		ret = malloc(need > (size_t)n ? need : (size_t)n);
	else if (need > (size_t)n) {
		crt_errno = ERANGE;
		ret = NULL;
	}
	if (ret)
		memcpy(ret, p, need);
	free(p);
	return ret;
}

char *_getcwd(char *buf, int n)
{
	return _getdcwd(0, buf, n);
}

int _getdrive(void)
{
	wchar_t *w = current(0);
	int d = 0;

	if (w && w[0] && w[1] == ':')
		d = (w[0] & ~0x20) - 'A' + 1;
	free(w);
	return d;
}

int _chdrive(int drive)
{
	wchar_t name[3] = { (wchar_t)('A' + drive - 1), ':', 0 };

	if (drive < 1 || drive > 26) {
		crt_ptd()->doserr = ERROR_INVALID_DRIVE;
		crt_invalid(EACCES);
		return -1;
	}
	return SetCurrentDirectoryW(name) ? 0 : crt_fail_win32();
}

unsigned long _getdrives(void)
{
	return GetLogicalDrives();
}

struct diskfree {
	unsigned total_clusters, avail_clusters, sectors_per_cluster,
		bytes_per_sector;
};

unsigned _getdiskfree(unsigned drive, struct diskfree *d)
{
	wchar_t root[4] = { (wchar_t)('A' + drive - 1), ':', '\\', 0 };
	DWORD spc, bps, avail, total;

	CRT_REQUIRE(d && drive <= 26, EINVAL, ERROR_INVALID_PARAMETER);
	memset(d, 0, sizeof(*d));
	if (!GetDiskFreeSpaceW(drive ? root : NULL, &spc, &bps, &avail,
			       &total)) {
		crt_fail_win32();
		return NtCurrentTeb()->LastErrorValue;
	}
	*d = (struct diskfree){ total, avail, spc, bps };
	return 0;
}

/* ------------------------------------------------------------- full path */

wchar_t *_wfullpath(wchar_t *buf, const wchar_t *path, size_t n)
{
	DWORD need;
	wchar_t *ret = buf;

	if (!path || !*path)
		return _wgetcwd(buf, (int)(n > INT_MAX ? INT_MAX : n));
	if (!buf) {
		need = GetFullPathNameW(path, 0, NULL, NULL);
		if (!need) {
			crt_fail_win32();
			return NULL;
		}
		if (n < need)
			n = need;
		ret = malloc(n * sizeof(*ret));
		if (!ret)
			return NULL;
	} else {
		CRT_REQUIRE(n, EINVAL, NULL);
	}
	need = GetFullPathNameW(path, (DWORD)n, ret, NULL);
	if (!need || need >= n) {
		if (need)
			crt_errno = ERANGE;
		else
			crt_fail_win32();
		if (!buf)
			free(ret);
		return NULL;
	}
	return ret;
}

char *_fullpath(char *buf, const char *path, size_t n)
{
	wchar_t *w, *full;
	char *p, *ret = buf;
	size_t need;

	if (!path || !*path)
		return _getcwd(buf, (int)(n > INT_MAX ? INT_MAX : n));
	w = crt_wide(path);
	full = w ? _wfullpath(NULL, w, 0) : NULL;
	free(w);
	p = full ? crt_narrow(full) : NULL;
	free(full);
	if (!p)
		return NULL;
	need = strlen(p) + 1;
	if (!buf)
		ret = malloc(need > n ? need : n);
	else if (need > n) {
		crt_errno = ERANGE;
		ret = NULL;
	}
	if (ret)
		memcpy(ret, p, need);
	free(p);
	return ret;
}

/* ------------------------------------------------------ split and make */

#define SPLIT(NAME_S, NAME, CH)                                                \
	static int NAME##_part(CH *out, size_t n, const CH *s, size_t len)     \
	{                                                                      \
		if (!out)                                                      \
			return 0;                                              \
		if (len >= n) {                                                \
			*out = 0;                                              \
			return -1;                                             \
		}                                                              \
		memcpy(out, s, len * sizeof(CH));                              \
		out[len] = 0;                                                  \
		return 0;                                                      \
	}                                                                      \
                                                                               \
	static errno_t NAME##_split(const CH *path, CH *drive, size_t nd,      \
				    CH *dir, size_t ndir, CH *name,            \
				    size_t nname, CH *ext, size_t next)        \
	{                                                                      \
		const CH *base, *dot = NULL, *p;                               \
		int bad = 0;                                                   \
                                                                               \
		if (path[0] && path[1] == ':') {                               \
			bad |= NAME##_part(drive, nd, path, 2);                \
			path += 2;                                             \
		} else if (drive) {                                            \
			*drive = 0;                                            \
		}                                                              \
		base = path;                                                   \
		for (p = path; *p; p++) {                                      \
			if (*p == '\\' || *p == '/') {                         \
				base = p + 1;                                  \
				dot = NULL;                                    \
			} else if (*p == '.') {                                \
				dot = p;                                       \
			}                                                      \
		}                                                              \
		if (!dot)                                                      \
			dot = p;                                               \
		bad |= NAME##_part(dir, ndir, path, (size_t)(base - path));    \
		bad |= NAME##_part(name, nname, base, (size_t)(dot - base));   \
		bad |= NAME##_part(ext, next, dot, (size_t)(p - dot));         \
		return bad ? ERANGE : 0;                                       \
	}                                                                      \
                                                                               \
	errno_t NAME_S(const CH *path, CH *drive, size_t nd, CH *dir,          \
		       size_t ndir, CH *name, size_t nname, CH *ext,           \
		       size_t next)                                            \
	{                                                                      \
		errno_t e;                                                     \
                                                                               \
		CRT_REQUIRE_E(path && !drive == !nd && !dir == !ndir &&        \
				      !name == !nname && !ext == !next,        \
			      EINVAL);                                         \
		e = NAME##_split(path, drive, nd, dir, ndir, name, nname, ext, \
				 next);                                        \
		if (e) {                                                       \
			if (drive)                                             \
				*drive = 0;                                    \
			if (dir)                                               \
				*dir = 0;                                      \
			if (name)                                              \
				*name = 0;                                     \
			if (ext)                                               \
				*ext = 0;                                      \
			crt_errno = e;                                         \
		}                                                              \
		return e;                                                      \
	}                                                                      \
                                                                               \
	void NAME(const CH *path, CH *drive, CH *dir, CH *name, CH *ext)       \
	{                                                                      \
		if (path)                                                      \
			NAME##_split(path, drive, 3, dir, 256, name, 256, ext, \
				     256);                                     \
	}

SPLIT(_splitpath_s, _splitpath, char)
SPLIT(_wsplitpath_s, _wsplitpath, wchar_t)

#define MAKE(NAME_S, NAME, CH)                                                 \
	errno_t NAME_S(CH *out, size_t n, const CH *drive, const CH *dir,      \
		       const CH *name, const CH *ext)                          \
	{                                                                      \
		CH *p = out, *end = out + n;                                   \
                                                                               \
		CRT_REQUIRE_E(out &&n, EINVAL);                                \
		if (drive && *drive) {                                         \
			if (end - p < 3)                                       \
				goto full;                                     \
			*p++ = *drive;                                         \
			*p++ = ':';                                            \
		}                                                              \
		if (dir && *dir) {                                             \
			while (*dir) {                                         \
				if (p + 1 >= end)                              \
					goto full;                             \
				*p++ = *dir++;                                 \
			}                                                      \
			if (p[-1] != '/' && p[-1] != '\\') {                   \
				if (p + 1 >= end)                              \
					goto full;                             \
				*p++ = '\\';                                   \
			}                                                      \
		}                                                              \
		for (; name && *name; name++) {                                \
			if (p + 1 >= end)                                      \
				goto full;                                     \
			*p++ = *name;                                          \
		}                                                              \
		if (ext && *ext && *ext != '.') {                              \
			if (p + 1 >= end)                                      \
				goto full;                                     \
			*p++ = '.';                                            \
		}                                                              \
		for (; ext && *ext; ext++) {                                   \
			if (p + 1 >= end)                                      \
				goto full;                                     \
			*p++ = *ext;                                           \
		}                                                              \
		*p = 0;                                                        \
		return 0;                                                      \
	full:                                                                  \
		*out = 0;                                                      \
		crt_invalid(ERANGE);                                           \
		return ERANGE;                                                 \
	}                                                                      \
                                                                               \
	void NAME(CH *out, const CH *drive, const CH *dir, const CH *name,     \
		  const CH *ext)                                               \
	{                                                                      \
		NAME_S(out, 260, drive, dir, name, ext);                       \
	}

MAKE(_makepath_s, _makepath, char)
MAKE(_wmakepath_s, _wmakepath, wchar_t)

/* ------------------------------------------------------------ searchenv */

errno_t _wsearchenv_s(const wchar_t *file, const wchar_t *var, wchar_t *out,
		      size_t n)
{
	const wchar_t *path;
	wchar_t *try;

	CRT_REQUIRE_E(file && out && n, EINVAL);
	*out = 0;
	if (_waccess(file, 0) == 0) {
		wchar_t *full = _wfullpath(out, file, n);

		return full ? 0 : crt_errno;
	}
	path = var ? _wgetenv(var) : NULL;
	while (path && *path) {
		size_t len = wcscspn(path, L";"), k = wcslen(file);

		if (len && len + k + 2 <= n) {
			memcpy(out, path, len * sizeof(*out));
			try = out + len;
			if (try[-1] != '\\' && try[-1] != '/' && try[-1] != ':')
				*try++ = '\\';
			memcpy(try, file, (k + 1) * sizeof(*out));
			if (_waccess(out, 0) == 0)
				return 0;
		}
		path += len + (path[len] == ';');
	}
	*out = 0;
	crt_errno = ENOENT;
	return ENOENT;
}

void _wsearchenv(const wchar_t *file, const wchar_t *var, wchar_t *out)
{
	_wsearchenv_s(file, var, out, 260);
}

errno_t _searchenv_s(const char *file, const char *var, char *out, size_t n)
{
	wchar_t found[1024], *f, *v;
	errno_t e = ENOMEM;

	CRT_REQUIRE_E(file && var && out && n, EINVAL);
	*out = 0;
	f = crt_wide(file);
	v = crt_wide(var);
	if (f && v)
		e = _wsearchenv_s(f, v, found, 1024);
	free(f);
	free(v);
	if (!e && WideCharToMultiByte(crt_file_cp(), 0, found, -1, out, (int)n,
				      NULL, NULL) <= 0) {
		*out = 0;
		e = crt_errno = ERANGE;
	}
	return e;
}

void _searchenv(const char *file, const char *var, char *out)
{
	_searchenv_s(file, var, out, 260);
}
