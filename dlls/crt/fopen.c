/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fopen.c - fopen, fdopen, freopen: mode strings and the streams they make.
 */
#include "crt.h"

/* Mode strings: [rwa][+btcnxSRTDN][, ccs=ENCODING]. */
int crt_parse_mode(const wchar_t *m, int *oflag, int *fflag)
{
	int o, f;

	while (*m == ' ')
		m++;
	f = crt_commode;
	switch (*m++) {
	case 'r':
		o = O_RDONLY_;
		f |= F_READ;
		break;
	case 'w':
		o = O_WRONLY_ | O_CREAT_ | O_TRUNC_;
		f |= F_WRITE;
		break;
	case 'a':
		o = O_WRONLY_ | O_CREAT_ | O_APPEND_;
		f |= F_WRITE;
		break;
	default:
		return -1;
	}
	for (; *m && *m != ','; m++) {
		switch (*m) {
		case '+':
			o = (o & ~3) | O_RDWR_;
			f = (f & ~(F_READ | F_WRITE)) | F_RW;
			break;
		case 'b':
			if (o & (O_TEXT_ | O_BINARY_))
				return -1;
			o |= O_BINARY_;
			break;
		case 't':
			if (o & (O_TEXT_ | O_BINARY_))
				return -1;
			o |= O_TEXT_;
			break;
		case 'c':
			f |= F_COMMIT;
			break;
		case 'n':
			f &= ~F_COMMIT;
			break;
		case 'S':
			o |= O_SEQ_;
			break;
		case 'R':
			o |= O_RANDOM_;
			break;
		case 'T':
			o |= O_SHORT_;
			break;
		case 'D':
			o |= O_TEMP_;
			break;
		case 'N':
			o |= O_NOINHERIT_;
			break;
		case 'x':
			o |= O_EXCL_;
			break;
		case ' ':
			break;
		default:
			return -1;
		}
	}
	if (*m == ',') {
		do
			m++;
		while (*m == ' ');
		if (_wcsnicmp(m, L"ccs", 3))
			return -1;
		for (m += 3; *m == ' ' || *m == '='; m++)
			;
		if (!_wcsnicmp(m, L"UTF-8", 5))
			o |= O_U8TEXT_;
		else if (!_wcsnicmp(m, L"UTF-16LE", 8))
			o |= O_U16TEXT_;
		else if (!_wcsnicmp(m, L"UNICODE", 7))
			o |= O_WTEXT_;
		else
			return -1;
	}
	*oflag = o;
	*fflag = f;
	return 0;
}

/* into: a stream to be used again (freopen), locked; or NULL for a new one. */
FILE *crt_open_stream(const wchar_t *name, const wchar_t *mode, int share,
		      FILE *into)
{
	int oflag, fflag, fd;
	FILE *f;

	if (crt_parse_mode(mode, &oflag, &fflag) < 0) {
		crt_invalid(EINVAL);
		return NULL;
	}
	f = into ? into : crt_new_file();
	if (!f)
		return NULL;
	fd = crt_open_fd(name, oflag, share, 0x180);
	if (fd < 0) {
		crt_free_file(f);
		if (!into)
			crt_unlock_file(f);
		return NULL;
	}
	f->_ptr = f->_base = NULL;
	f->_cnt = 0;
	f->_bufsiz = 0;
	f->_tmpfname = NULL;
	f->_file = fd;
	f->_flag = fflag | F_INUSE;
	if (!into)
		crt_unlock_file(f);
	return f;
}

FILE *_wfsopen(const wchar_t *name, const wchar_t *mode, int share)
{
	CRT_REQUIRE(name && mode && *mode, EINVAL, NULL);
	if (!*name) {
		crt_errno = CRT_MSVCRT ? EINVAL : ENOENT;
		return NULL;
	}
	return crt_open_stream(name, mode, share, NULL);
}

static int widen_mode(const char *mode, wchar_t w[64])
{
	size_t i;

	for (i = 0; mode[i] && i < 63; i++)
		w[i] = (unsigned char)mode[i];
	w[i] = 0;
	return mode[i] ? -1 : 0;
}

FILE *_fsopen(const char *name, const char *mode, int share)
{
	wchar_t wmode[64], *wname;
	FILE *f;

	CRT_REQUIRE(name && mode && *mode && widen_mode(mode, wmode) == 0,
		    EINVAL, NULL);
	wname = crt_wide(name);
	if (!wname)
		return NULL;
	f = _wfsopen(wname, wmode, share);
	free(wname);
	return f;
}

FILE *fopen(const char *name, const char *mode)
{
	return _fsopen(name, mode, 0x40);
}

FILE *_wfopen(const wchar_t *name, const wchar_t *mode)
{
	return _wfsopen(name, mode, 0x40);
}

errno_t fopen_s(FILE **f, const char *name, const char *mode)
{
	CRT_REQUIRE_E(f, EINVAL);
	*f = NULL;
	CRT_REQUIRE_E(name && mode, EINVAL);
	while (*mode == ' ')
		mode++;
	*f = _fsopen(name, mode, 0x80);
	return *f ? 0 : crt_errno;
}

errno_t _wfopen_s(FILE **f, const wchar_t *name, const wchar_t *mode)
{
	CRT_REQUIRE_E(f, EINVAL);
	*f = NULL;
	CRT_REQUIRE_E(name && mode, EINVAL);
	*f = _wfsopen(name, mode, 0x80);
	return *f ? 0 : crt_errno;
}

FILE *_wfdopen(int fd, const wchar_t *mode)
{
	int oflag, fflag;
	FILE *f;

	CRT_REQUIRE(mode, EINVAL, NULL);
	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return NULL;
	}
	if (crt_parse_mode(mode, &oflag, &fflag) < 0) {
		crt_invalid(EINVAL);
		return NULL;
	}
	f = crt_new_file();
	if (!f)
		return NULL;
	/* "b" and "t" do not reach the descriptor: as in Windows. */
	f->_flag = fflag | F_INUSE;
	f->_file = fd;
	crt_unlock_file(f);
	return f;
}

FILE *_fdopen(int fd, const char *mode)
{
	wchar_t wmode[64];

	CRT_REQUIRE(mode && widen_mode(mode, wmode) == 0, EINVAL, NULL);
	return _wfdopen(fd, wmode);
}

static FILE *reopen(const wchar_t *name, const wchar_t *mode, int share,
		    FILE *f)
{
	FILE *ret;
	int std = f == crt_stdin ? 0 : f == crt_stdout ? 1 : 2;

	crt_lock_file(f);
	if (f->_flag & F_INUSE)
		crt_close_file(f);
	f->_flag = F_INUSE;
	ret = crt_open_stream(name, mode, share, f);
	/* The lowest number is free again, so stdout stays number 1. */
	if (ret && f <= crt_stderr && f >= crt_stdin && ret->_file != std &&
	    !crt_fd_ok(std) && _dup2(ret->_file, std) == 0) {
		_close(ret->_file);
		ret->_file = std;
	}
	crt_unlock_file(f);
	return ret;
}

FILE *_wfreopen(const wchar_t *name, const wchar_t *mode, FILE *f)
{
	CRT_REQUIRE(name && mode && f, EINVAL, NULL);
	return reopen(name, mode, 0x40, f);
}

FILE *freopen(const char *name, const char *mode, FILE *f)
{
	wchar_t wmode[64], *wname;
	FILE *ret;

	CRT_REQUIRE(name && mode && f && widen_mode(mode, wmode) == 0, EINVAL,
		    NULL);
	wname = crt_wide(name);
	if (!wname)
		return NULL;
	ret = reopen(wname, wmode, 0x40, f);
	free(wname);
	return ret;
}

errno_t freopen_s(FILE **out, const char *name, const char *mode, FILE *f)
{
	CRT_REQUIRE_E(out, EINVAL);
	*out = freopen(name, mode, f);
	return *out ? 0 : crt_errno;
}

errno_t _wfreopen_s(FILE **out, const wchar_t *name, const wchar_t *mode,
		    FILE *f)
{
	CRT_REQUIRE_E(out, EINVAL);
	*out = _wfreopen(name, mode, f);
	return *out ? 0 : crt_errno;
}
