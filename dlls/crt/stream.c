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
			InitializeCriticalSection(&s->cs);
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
		crt_lock_file(&s->f);
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

	/*
	 * Streams with nothing to write are not even locked: a thread may sit
	 * in a read of stdin while another one ends the process.
	 */
	for (int i = 0; i < CRT_NFILE; i++) {
		if (!(crt_iob[i]._flag & F_INUSE))
			continue;
		n++;
		if (!(crt_iob[i]._flag & wanted))
			continue;
		crt_lock_file(&crt_iob[i]);
		if (crt_flush_file(&crt_iob[i]))
			err = EOF;
		crt_unlock_file(&crt_iob[i]);
	}
	crt_lock(&streams_lock);
	for (struct crt_stream *s = streams; s; s = s->next)
		if (s->f._flag & F_INUSE) {
			n++;
			if (!(s->f._flag & wanted))
				continue;
			crt_lock_file(&s->f);
			if (s->f._flag & F_INUSE && crt_flush_file(&s->f))
				err = EOF;
			crt_unlock_file(&s->f);
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

/* ---------------------------------------------------------------- close */

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

/* How many were closed: all, or those that tmpfile() made. */
static int close_all(int temporary)
{
	int n = 0;

	crt_lock(&streams_lock);
	for (struct crt_stream *s = streams; s; s = s->next) {
		crt_lock_file(&s->f);
		if ((s->f._flag & F_INUSE) && (!temporary || s->f._tmpfname) &&
		    crt_close_file(&s->f) != EOF)
			n++;
		crt_unlock_file(&s->f);
	}
	crt_unlock(&streams_lock);
	return n;
}

int _fcloseall(void)
{
	return close_all(0);
}

/* Their files go with them: they were opened so. */
int _rmtmp(void)
{
	return close_all(1);
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
