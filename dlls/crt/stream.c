/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stream.c - streams: their table, buffers, opening and closing.
 *
 * stdin, stdout and stderr lie in _iob, all others in a list of blocks that
 * are used again but never freed, so that a late lock finds memory.  There is
 * no line buffering in Windows: a stream on a console, and stderr, get a buffer
 * for the length of one call only (crt_stbuf, crt_ftbuf).
 */
#include "crt.h"

FILE crt_iob[CRT_NFILE] = {
	{ ._flag = F_READ | F_INUSE, ._file = 0 },
	{ ._flag = F_WRITE | F_INUSE, ._file = 1 },
	{ ._flag = F_WRITE | F_INUSE, ._file = 2 },
};
struct crt_lock crt_iob_locks[CRT_NFILE];

static struct crt_stream *streams;
static struct crt_lock streams_lock;
static char std_buffer[2][CRT_BUFSIZ];

FILE *__iob_func(void)
{
	return crt_iob;
}

FILE *__acrt_iob_func(unsigned i)
{
	return &crt_iob[i];
}

void _lock_file(FILE *f)
{
	crt_lock_file(f);
}

void _unlock_file(FILE *f)
{
	crt_unlock_file(f);
}

/* A stream in use and locked, or NULL. */
FILE *crt_new_file(void)
{
	struct crt_stream *s;

	crt_lock(&streams_lock);
	for (s = streams; s; s = s->next)
		if (!s->f._flag && !s->lock.owner)
			break;
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (s) {
			s->next = streams;
			streams = s;
		}
	}
	if (s) {
		memset(&s->f, 0, sizeof(s->f));
		s->f._flag = F_INUSE;
		s->f._file = -1;
		s->process = NULL;
		s->popen = 0;
		crt_lock(&s->lock);
	}
	crt_unlock(&streams_lock);
	if (!s)
		crt_errno = EMFILE;
	return s ? &s->f : NULL;
}

void crt_free_file(FILE *f)
{
	f->_ptr = f->_base = NULL;
	f->_cnt = 0;
	f->_flag = 0;
	f->_file = -1;
}

static CRT_COLD void get_buffer(FILE *f)
{
	f->_base = malloc(CRT_BUFSIZ);
	if (f->_base) {
		f->_flag |= F_MYBUF;
		f->_bufsiz = CRT_BUFSIZ;
	} else {
		f->_flag |= F_NBF;
		f->_base = (char *)&f->_charbuf;
		f->_bufsiz = 2;
	}
	f->_ptr = f->_base;
	f->_cnt = 0;
}

#define HAS_BUFFER (F_NBF | F_MYBUF | F_YOURBUF)

static int is_console(FILE *f)
{
	struct ioinfo *io = crt_io(f->_file);

	crt_io_know(io);
	return io->osfile & FDEV;
}

/* Flushes at the end of each call: stderr, and stdout on a console. */
static int call_buffered(FILE *f)
{
	return f == crt_stderr ||
	       (f == crt_stdout && crt_fd_ok(f->_file) && is_console(f));
}

int crt_stbuf(FILE *f)
{
	if ((f->_flag & HAS_BUFFER) || (f != crt_stdout && f != crt_stderr) ||
	    !call_buffered(f))
		return 0;
	f->_base = f->_ptr = std_buffer[f == crt_stderr];
	f->_cnt = f->_bufsiz = CRT_BUFSIZ;
	f->_flag |= F_WRITE | F_YOURBUF | F_TEMPFLUSH;
	return 1;
}

void crt_ftbuf(int begun, FILE *f)
{
	if (!begun || !(f->_flag & F_TEMPFLUSH))
		return;
	crt_flush_file(f);
	f->_flag &= ~(F_YOURBUF | F_TEMPFLUSH);
	f->_bufsiz = 0;
	f->_base = f->_ptr = NULL;
	f->_cnt = 0;
}

/* ------------------------------------------------------- fill and flush */

CRT_HOT int crt_filbuf(FILE *f)
{
	int n;

	f->_cnt = 0;
	if (!f->_flag || (f->_flag & F_STRING))
		return EOF;
	if (f->_flag & F_WRITE) {
		f->_flag |= F_ERR;
		crt_errno = EBADF;
		return EOF;
	}
	if (!(f->_flag & (F_READ | F_RW))) {
		f->_flag |= F_ERR;
		crt_errno = EBADF;
		return EOF;
	}
	f->_flag |= F_READ;
	if (!(f->_flag & HAS_BUFFER))
		get_buffer(f);
	f->_ptr = f->_base;
	n = _read(f->_file, f->_base, (unsigned)f->_bufsiz);
	if (n <= 0) {
		f->_flag |= n ? F_ERR : F_EOF;
		return EOF;
	}
	f->_cnt = n - 1;
	return (unsigned char)*f->_ptr++;
}

CRT_HOT int crt_flsbuf(int c, FILE *f)
{
	int n, done;

	if (!(f->_flag & (F_WRITE | F_RW)) || (f->_flag & F_STRING)) {
		crt_errno = f->_flag & F_STRING ? ERANGE : EBADF;
		f->_flag |= F_ERR;
		f->_cnt = 0;
		return EOF;
	}
	if (f->_flag & F_READ) {
		f->_cnt = 0;
		if (!(f->_flag & F_EOF)) {
			f->_flag |= F_ERR;
			return EOF;
		}
		f->_ptr = f->_base;
		f->_flag &= ~F_READ;
	}
	f->_flag = (f->_flag | F_WRITE) & ~F_EOF;
	f->_cnt = 0;
	if (!(f->_flag & HAS_BUFFER) && !call_buffered(f))
		get_buffer(f);
	if (f->_flag & (F_MYBUF | F_YOURBUF)) {
		n = (int)(f->_ptr - f->_base);
		done = 0;
		f->_ptr = f->_base + 1;
		f->_cnt = f->_bufsiz - 1;
		if (n > 0)
			done = _write(f->_file, f->_base, (unsigned)n);
		*f->_base = (char)c;
	} else {
		char ch = (char)c;

		n = 1;
		done = _write(f->_file, &ch, 1);
	}
	if (done != n) {
		f->_flag |= F_ERR;
		return EOF;
	}
	return (unsigned char)c;
}

int crt_flush_file(FILE *f)
{
	int n = (int)(f->_ptr - f->_base), ret = 0;

	if ((f->_flag & (F_READ | F_WRITE)) == F_WRITE) {
		if (!(f->_flag & (F_MYBUF | F_YOURBUF)))
			return 0;
		f->_ptr = f->_base;
		f->_cnt = 0;
		if (n > 0 && _write(f->_file, f->_base, (unsigned)n) != n) {
			f->_flag |= F_ERR;
			return EOF;
		}
		if (f->_flag & F_TEMPFLUSH)
			f->_cnt = f->_bufsiz;
		if (f->_flag & F_RW)
			f->_flag &= ~F_WRITE;
		if (f->_flag & F_COMMIT)
			ret = _commit(f->_file) ? EOF : 0;
	} else if (CRT_MSVCRT) {
		/* fflush(stdin) forgets what was read; ucrt ended that. */
		f->_ptr = f->_base;
		f->_cnt = 0;
	}
	return ret;
}

static int flush_all(int wanted)
{
	int n = 0, err = 0;

	for (int i = 0; i < CRT_NFILE; i++)
		if (crt_iob[i]._flag & F_INUSE) {
			crt_lock_file(&crt_iob[i]);
			n++;
			if ((crt_iob[i]._flag & wanted) &&
			    crt_flush_file(&crt_iob[i]))
				err = EOF;
			crt_unlock_file(&crt_iob[i]);
		}
	crt_lock(&streams_lock);
	for (struct crt_stream *s = streams; s; s = s->next)
		if (s->f._flag & F_INUSE) {
			n++;
			/* Clean ones are left alone, whoever holds them. */
			if (!(s->f._flag & wanted))
				continue;
			crt_lock(&s->lock);
			if (s->f._flag & F_INUSE && crt_flush_file(&s->f))
				err = EOF;
			crt_unlock(&s->lock);
		}
	crt_unlock(&streams_lock);
	return wanted == F_WRITE ? err : n;
}

int fflush(FILE *f)
{
	int ret;

	if (!f)
		return flush_all(F_WRITE);
	crt_lock_file(f);
	ret = crt_flush_file(f);
	crt_unlock_file(f);
	return ret;
}

int _fflush_nolock(FILE *f)
{
	return f ? crt_flush_file(f) : flush_all(F_WRITE);
}

int _flushall(void)
{
	return flush_all(F_WRITE | F_READ);
}

void crt_stdio_exit(void)
{
	flush_all(F_WRITE);
}

/* ------------------------------------------------------------ bulk data */

CRT_HOT size_t crt_write_file(FILE *f, const void *buf, size_t n)
{
	const char *p = buf;
	size_t left = n;

	while (left) {
		size_t k;

		if (f->_cnt > 0) {
			k = left < (size_t)f->_cnt ? left : (size_t)f->_cnt;
			memcpy(f->_ptr, p, k);
			f->_ptr += k;
			f->_cnt -= (int)k;
		} else if ((f->_flag & F_WRITE) &&
			   (f->_flag & (F_MYBUF | F_YOURBUF | F_NBF)) &&
			   left >= (size_t)f->_bufsiz && f->_bufsiz > 0) {
			int done;

			if (!(f->_flag & F_NBF) && f->_ptr != f->_base) {
				unsigned have = (unsigned)(f->_ptr - f->_base);

				f->_ptr = f->_base;
				f->_cnt = 0;
				if (_write(f->_file, f->_base, have) !=
				    (int)have) {
					f->_flag |= F_ERR;
					break;
				}
			}
			k = f->_flag & F_NBF ? left
					     : left - left % (size_t)f->_bufsiz;
			if (k > 0x40000000)
				k = 0x40000000;
			done = _write(f->_file, p, (unsigned)k);
			if (done != (int)k) {
				f->_flag |= F_ERR;
				if (done > 0)
					left -= (size_t)done;
				break;
			}
		} else {
			k = 1;
			if (crt_flsbuf((unsigned char)*p, f) == EOF)
				break;
		}
		p += k;
		left -= k;
	}
	return n - left;
}

CRT_HOT size_t crt_read_file(FILE *f, void *buf, size_t n)
{
	char *p = buf;
	size_t left = n;

	while (left) {
		size_t k;
		int c;

		if (f->_cnt > 0) {
			k = left < (size_t)f->_cnt ? left : (size_t)f->_cnt;
			memcpy(p, f->_ptr, k);
			f->_ptr += k;
			f->_cnt -= (int)k;
		} else if ((f->_flag & (F_READ | F_WRITE)) == F_READ &&
			   (f->_flag & HAS_BUFFER) && f->_bufsiz > 2 &&
			   left >= (size_t)f->_bufsiz) {
			int got;

			k = left - left % (size_t)f->_bufsiz;
			if (k > 0x40000000)
				k = 0x40000000;
			f->_ptr = f->_base;
			f->_cnt = 0;
			got = _read(f->_file, p, (unsigned)k);
			if (got <= 0) {
				f->_flag |= got ? F_ERR : F_EOF;
				break;
			}
			k = (size_t)got;
			/* The buffer holds nothing: no raw bytes behind it. */
			crt_io(f->_file)->rawlen = 0;
		} else {
			c = crt_filbuf(f);
			if (c == EOF)
				break;
			*p = (char)c;
			k = 1;
		}
		p += k;
		left -= k;
	}
	return n - left;
}

/* -------------------------------------------------------- open and close */

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

static void free_buffer(FILE *f)
{
	if ((f->_flag & F_INUSE) && (f->_flag & F_MYBUF)) {
		free(f->_base);
		f->_flag &= ~(F_MYBUF | F_SETVBUF);
		f->_base = f->_ptr = NULL;
		f->_cnt = 0;
	}
}

int crt_close_file(FILE *f)
{
	int ret = EOF;

	if (f->_flag & F_INUSE) {
		ret = crt_flush_file(f);
		free_buffer(f);
		if (_close(f->_file) < 0)
			ret = EOF;
		free(f->_tmpfname);
		f->_tmpfname = NULL;
	}
	crt_free_file(f);
	return ret;
}

int fclose(FILE *f)
{
	int ret;

	CRT_REQUIRE(f, EINVAL, EOF);
	if (f->_flag & F_STRING) {
		f->_flag = 0;
		return EOF;
	}
	crt_lock_file(f);
	ret = crt_close_file(f);
	crt_unlock_file(f);
	return ret;
}

int _fclose_nolock(FILE *f)
{
	CRT_REQUIRE(f, EINVAL, EOF);
	return crt_close_file(f);
}

int _fcloseall(void)
{
	int n = 0;

	crt_lock(&streams_lock);
	for (struct crt_stream *s = streams; s; s = s->next) {
		crt_lock(&s->lock);
		if ((s->f._flag & F_INUSE) && crt_close_file(&s->f) != EOF)
			n++;
		crt_unlock(&s->lock);
	}
	crt_unlock(&streams_lock);
	return n;
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

/* -------------------------------------------------------------- buffers */

int setvbuf(FILE *f, char *buf, int mode, size_t n)
{
	int ret = 0;

	CRT_REQUIRE(f, EINVAL, -1);
	/* _IOFBF 0, _IOLBF 0x40, _IONBF 4; the second is the first. */
	CRT_REQUIRE(mode == 0 || mode == 0x40 || mode == 4, EINVAL, -1);
	if (mode != 4)
		CRT_REQUIRE(n >= 2 && n <= INT_MAX, EINVAL, -1);
	n &= ~(size_t)1;
	crt_lock_file(f);
	crt_flush_file(f);
	free_buffer(f);
	f->_flag &= ~(F_MYBUF | F_YOURBUF | F_NBF | F_SETVBUF | F_TEMPFLUSH);
	if (mode == 4) {
		f->_flag |= F_NBF;
		f->_base = (char *)&f->_charbuf;
		f->_bufsiz = 2;
	} else if (buf) {
		f->_flag |= F_YOURBUF | F_SETVBUF;
		f->_base = buf;
		f->_bufsiz = (int)n;
	} else {
		f->_base = malloc(n);
		if (f->_base) {
			f->_flag |= F_MYBUF | F_SETVBUF;
			f->_bufsiz = (int)n;
		} else {
			ret = -1;
		}
	}
	f->_ptr = f->_base;
	f->_cnt = 0;
	crt_unlock_file(f);
	return ret;
}

void setbuf(FILE *f, char *buf)
{
	setvbuf(f, buf, buf ? 0 : 4, 512);
}

errno_t _get_stream_buffer_pointers(FILE *f, char ***base, char ***ptr,
				    int **cnt)
{
	CRT_REQUIRE_E(f, EINVAL);
	if (base)
		*base = &f->_base;
	if (ptr)
		*ptr = &f->_ptr;
	if (cnt)
		*cnt = &f->_cnt;
	return 0;
}

int _fileno(FILE *f)
{
	CRT_REQUIRE(f, EINVAL, -1);
	/* ucrt: stdout of a program without a console. */
	if (!CRT_MSVCRT && (unsigned)f->_file < 3 && crt_fd_ok(f->_file) &&
	    crt_io(f->_file)->osfhnd == -2)
		return -2;
	return f->_file;
}

int feof(FILE *f)
{
	CRT_REQUIRE(f, EINVAL, 0);
	return f->_flag & F_EOF;
}

int ferror(FILE *f)
{
	CRT_REQUIRE(f, EINVAL, 0);
	return f->_flag & F_ERR;
}

void clearerr(FILE *f)
{
	if (!f) {
		crt_invalid(EINVAL);
		return;
	}
	crt_lock_file(f);
	f->_flag &= ~(F_ERR | F_EOF);
	if (crt_fd_ok(f->_file))
		crt_io(f->_file)->osfile &= (unsigned char)~FEOFLAG;
	crt_unlock_file(f);
}

errno_t clearerr_s(FILE *f)
{
	CRT_REQUIRE_E(f, EINVAL);
	clearerr(f);
	return 0;
}

static int max_stdio = 512;

int _getmaxstdio(void)
{
	return max_stdio;
}

int _setmaxstdio(int n)
{
	CRT_REQUIRE(n >= CRT_NFILE && n <= 8192, EINVAL, -1);
	max_stdio = n;
	return n;
}
