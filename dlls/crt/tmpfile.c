/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tmpfile.c - names for temporary files, tmpfile, _mktemp.
 *
 * msvcrt's tmpnam gives names in the root of the current drive ("\s2g4."), as
 * it always has; tmpfile puts its file into the directory for temporary ones.
 */
#include "crt.h"

static volatile LONG counter;

static int taken(const wchar_t *name)
{
	return GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
}

static wchar_t *base36(unsigned v, wchar_t *p)
{
	wchar_t tmp[8];
	int n = 0;

	do
		tmp[n++] = L"0123456789abcdefghijklmnopqrstuvwxyz"[v % 36];
	while (v /= 36);
	while (n)
		*p++ = tmp[--n];
	return p;
}

/* dir\prefix<pid>.<n>, one that does not exist */
static errno_t make_name(const wchar_t *dir, wchar_t *out, size_t n)
{
	size_t len = wcslen(dir);
	wchar_t *p;

	if (len + 24 > n)
		return ERANGE;
	for (int i = 0; i < 32767; i++) {
		wcscpy(out, dir);
		p = out + len;
		if (len && p[-1] != '\\' && p[-1] != '/')
			*p++ = '\\';
		*p++ = 's';
		p = base36((unsigned)_getpid(), p);
		*p++ = '.';
		p = base36((unsigned)InterlockedIncrement(&counter) - 1, p);
		*p = 0;
		if (!taken(out))
			return 0;
	}
	return ENOENT;
}

static void temp_dir(wchar_t *out)
{
	if (!GetTempPathW(MAX_PATH, out))
		wcscpy(out, L".");
}

errno_t _wtmpnam_s(wchar_t *buf, size_t n)
{
	wchar_t dir[MAX_PATH + 1];
	errno_t e;

	CRT_REQUIRE_E(buf && n, EINVAL);
	*buf = 0;
	if (CRT_MSVCRT)
		wcscpy(dir, L"\\");
	else
		temp_dir(dir);
	e = make_name(dir, buf, n);
	if (e)
		crt_invalid(e);
	return e;
}

errno_t tmpnam_s(char *buf, size_t n)
{
	wchar_t name[MAX_PATH + 32];
	errno_t e;

	CRT_REQUIRE_E(buf && n, EINVAL);
	*buf = 0;
	e = _wtmpnam_s(name, COUNT_OF(name));
	if (!e && WideCharToMultiByte(CP_ACP, 0, name, -1, buf, (int)n, NULL,
				      NULL) <= 0) {
		crt_invalid(ERANGE);
		return ERANGE;
	}
	return e;
}

wchar_t *_wtmpnam(wchar_t *buf)
{
	struct crt_ptd *p = crt_ptd();

	if (!buf) {
		if (!p->wtmpnam)
			p->wtmpnam = malloc(MAX_PATH * sizeof(wchar_t));
		buf = p->wtmpnam;
	}
	return buf && !_wtmpnam_s(buf, MAX_PATH) ? buf : NULL;
}

char *tmpnam(char *buf)
{
	struct crt_ptd *p = crt_ptd();

	if (!buf) {
		if (!p->tmpnam)
			p->tmpnam = malloc(MAX_PATH);
		buf = p->tmpnam;
	}
	return buf && !tmpnam_s(buf, MAX_PATH) ? buf : NULL;
}

static int is_dir(const wchar_t *path)
{
	DWORD a = path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

	return a != INVALID_FILE_ATTRIBUTES && (a & FILE_ATTRIBUTE_DIRECTORY);
}

/* TMP wins over the caller's directory. */
wchar_t *_wtempnam(const wchar_t *dir, const wchar_t *prefix)
{
	const wchar_t *tmp = _wgetenv(L"TMP");
	wchar_t *name, *p;
	size_t len, k;

	if (is_dir(tmp))
		dir = tmp;
	else if (!is_dir(dir))
		dir = L".";
	if (!prefix)
		prefix = L"";
	len = wcslen(dir);
	k = wcslen(prefix);
	name = malloc((len + k + 16) * sizeof(*name));
	if (!name)
		return NULL;
	wcscpy(name, dir);
	if (len && dir[len - 1] != '\\' && dir[len - 1] != '/')
		name[len++] = '\\';
	wcscpy(name + len, prefix);
	for (int i = 0; i < 32767; i++) {
		unsigned v = (unsigned)InterlockedIncrement(&counter) +
			     (unsigned)_getpid();

		p = name + len + k;
		_ultow(v, p, 10);
		if (!taken(name))
			return name;
	}
	free(name);
	return NULL;
}

char *_tempnam(const char *dir, const char *prefix)
{
	wchar_t *d = dir ? crt_wide(dir) : NULL;
	wchar_t *x = prefix ? crt_wide(prefix) : NULL;
	wchar_t *name = _wtempnam(d, x);
	char *ret = name ? crt_narrow(name) : NULL;

	free(d);
	free(x);
	free(name);
	return ret;
}

errno_t tmpfile_s(FILE **out)
{
	wchar_t dir[MAX_PATH + 1], name[MAX_PATH + 32];
	int fd = -1;
	FILE *f;

	CRT_REQUIRE_E(out, EINVAL);
	*out = NULL;
	temp_dir(dir);
	for (int i = 0; fd < 0; i++) {
		if (i == 100 || make_name(dir, name, COUNT_OF(name)))
			return crt_errno;
		fd = crt_open_fd(name,
				 O_CREAT_ | O_EXCL_ | O_RDWR_ | O_BINARY_ |
					 O_TEMP_,
				 0x40, 0x180);
		if (fd < 0 && crt_errno != EEXIST)
			return crt_errno;
	}
	f = crt_new_file();
	if (!f) {
		_close(fd);
		return crt_errno;
	}
	f->_file = fd;
	f->_flag = F_INUSE | F_RW | crt_commode;
	f->_tmpfname = crt_narrow(name);
	crt_unlock_file(f);
	*out = f;
	return 0;
}

FILE *tmpfile(void)
{
	FILE *f;

	return tmpfile_s(&f) ? NULL : f;
}

/* ----------------------------------------------------------------- mktemp */

/* "fnXXXXXX": a letter and five digits of the process id. */
errno_t _wmktemp_s(wchar_t *s, size_t n)
{
	size_t len;
	unsigned id = (unsigned)_getpid();
	wchar_t *x;

	CRT_REQUIRE_E(s && n, EINVAL);
	len = wcsnlen(s, n);
	if (len == n || len < 6 || wcscmp(s + len - 6, L"XXXXXX")) {
		*s = 0;
		crt_invalid(EINVAL);
		return EINVAL;
	}
	x = s + len - 6;
	for (int i = 5; i > 0; i--, id /= 10)
		x[i] = (wchar_t)('0' + id % 10);
	for (*x = 'a'; taken(s); ++*x)
		if (*x == 'z') {
			*s = 0;
			crt_errno = EEXIST;
			return EEXIST;
		}
	return 0;
}

wchar_t *_wmktemp(wchar_t *s)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	return _wmktemp_s(s, wcslen(s) + 1) ? NULL : s;
}

errno_t _mktemp_s(char *s, size_t n)
{
	wchar_t *w;
	size_t len;
	errno_t e;

	CRT_REQUIRE_E(s && n, EINVAL);
	len = strnlen(s, n);
	w = len < n ? crt_wide(s) : NULL;
	e = w ? _wmktemp_s(w, wcslen(w) + 1) : EINVAL;
	if (e) {
		*s = 0;
	} else {
		size_t k = wcslen(w);

		for (int i = 1; i <= 6; i++)
			s[len - (size_t)i] = (char)w[k - (size_t)i];
	}
	free(w);
	return e;
}

char *_mktemp(char *s)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	return _mktemp_s(s, strlen(s) + 1) ? NULL : s;
}
