/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stdio.c - characters, lines and blocks through streams; positions.
 *
 * ftell in text mode is exact here: the raw bytes behind the buffer are read
 * again and walked, where Microsoft's guesses that every line ends in CR LF.
 */
#include "crt.h"

CRT_HOT int fgetc(FILE *f)
{
	int c;

	CRT_REQUIRE(f, EINVAL, EOF);
	crt_lock_file(f);
	c = crt_getc_file(f);
	crt_unlock_file(f);
	return c;
}

CRT_HOT int getc(FILE *f)
{
	return fgetc(f);
}

int _fgetc_nolock(FILE *f)
{
	return crt_getc_file(f);
}

int _getc_nolock(FILE *f)
{
	return crt_getc_file(f);
}

int _filbuf(FILE *f)
{
	int c;

	crt_lock_file(f);
	c = crt_filbuf(f);
	crt_unlock_file(f);
	return c;
}

int _flsbuf(int c, FILE *f)
{
	crt_lock_file(f);
	c = crt_flsbuf(c, f);
	crt_unlock_file(f);
	return c;
}

int getchar(void)
{
	return fgetc(crt_stdin);
}

int _fgetchar(void)
{
	return fgetc(crt_stdin);
}

CRT_HOT int fputc(int c, FILE *f)
{
	CRT_REQUIRE(f, EINVAL, EOF);
	crt_lock_file(f);
	c = crt_putc_file(c, f);
	crt_unlock_file(f);
	return c;
}

CRT_HOT int putc(int c, FILE *f)
{
	return fputc(c, f);
}

int _fputc_nolock(int c, FILE *f)
{
	return crt_putc_file(c, f);
}

int _putc_nolock(int c, FILE *f)
{
	return crt_putc_file(c, f);
}

int putchar(int c)
{
	return fputc(c, crt_stdout);
}

int _fputchar(int c)
{
	return fputc(c, crt_stdout);
}

int crt_ungetc_file(int c, FILE *f)
{
	if (c == EOF || !((f->_flag & F_READ) ||
			  ((f->_flag & F_RW) && !(f->_flag & F_WRITE))))
		return EOF;
	if (!f->_base) {
		if (crt_filbuf(f) != EOF) {
			f->_ptr--;
			f->_cnt++;
		}
		f->_flag &= ~F_EOF;
	}
	if (f->_ptr == f->_base) {
		if (f->_cnt)
			return EOF;
		f->_ptr++;
	}
	*--f->_ptr = (char)c;
	f->_cnt++;
	f->_flag = (f->_flag & ~F_EOF) | F_READ;
	return (unsigned char)c;
}

int ungetc(int c, FILE *f)
{
	CRT_REQUIRE(f, EINVAL, EOF);
	crt_lock_file(f);
	c = crt_ungetc_file(c, f);
	crt_unlock_file(f);
	return c;
}

int _ungetc_nolock(int c, FILE *f)
{
	return crt_ungetc_file(c, f);
}

/* --------------------------------------------------------------- blocks */

size_t _fread_nolock(void *buf, size_t size, size_t n, FILE *f)
{
	size_t total;

	if (!size || !n)
		return 0;
	CRT_REQUIRE(f && buf && !__builtin_mul_overflow(size, n, &total),
		    EINVAL, 0);
	total = crt_read_file(f, buf, total);
	return size == 1 ? total : total / size;
}

size_t fread(void *buf, size_t size, size_t n, FILE *f)
{
	size_t ret;

	if (!size || !n)
		return 0;
	CRT_REQUIRE(f, EINVAL, 0);
	crt_lock_file(f);
	ret = _fread_nolock(buf, size, n, f);
	crt_unlock_file(f);
	return ret;
}

size_t _fread_nolock_s(void *buf, size_t room, size_t size, size_t n, FILE *f)
{
	size_t total;

	if (!size || !n)
		return 0;
	CRT_REQUIRE(buf && f && !__builtin_mul_overflow(size, n, &total),
		    EINVAL, 0);
	if (total > room) {
		memset(buf, 0, room);
		crt_invalid(ERANGE);
		return 0;
	}
	return _fread_nolock(buf, size, n, f);
}

size_t fread_s(void *buf, size_t room, size_t size, size_t n, FILE *f)
{
	size_t ret;

	if (!size || !n)
		return 0;
	CRT_REQUIRE(f, EINVAL, 0);
	crt_lock_file(f);
	ret = _fread_nolock_s(buf, room, size, n, f);
	crt_unlock_file(f);
	return ret;
}

size_t _fwrite_nolock(const void *buf, size_t size, size_t n, FILE *f)
{
	size_t total;
	int tmp;

	if (!size || !n)
		return 0;
	CRT_REQUIRE(f && buf && !__builtin_mul_overflow(size, n, &total),
		    EINVAL, 0);
	tmp = crt_stbuf(f);
	total = crt_write_file(f, buf, total);
	crt_ftbuf(tmp, f);
	return size == 1 ? total : total / size;
}

CRT_HOT size_t fwrite(const void *buf, size_t size, size_t n, FILE *f)
{
	size_t ret;

	if (!size || !n)
		return 0;
	CRT_REQUIRE(f, EINVAL, 0);
	crt_lock_file(f);
	ret = _fwrite_nolock(buf, size, n, f);
	crt_unlock_file(f);
	return ret;
}

/* ---------------------------------------------------------------- lines */

CRT_HOT char *fgets(char *s, int n, FILE *f)
{
	char *p = s;

	CRT_REQUIRE(f && (s || n == 0) && n >= 0, EINVAL, NULL);
	if (n == 0)
		return NULL;
	crt_lock_file(f);
	while (--n > 0) {
		if (f->_cnt > 0) {
			int k = f->_cnt < n ? f->_cnt : n;
			char *lf = memchr(f->_ptr, '\n', (size_t)k);

			if (lf)
				k = (int)(lf - f->_ptr) + 1;
			memcpy(p, f->_ptr, (size_t)k);
			f->_ptr += k;
			f->_cnt -= k;
			p += k;
			n -= k - 1;
			if (lf)
				break;
		} else {
			int c = crt_filbuf(f);

			if (c == EOF) {
				if (p == s || (f->_flag & F_ERR)) {
					crt_unlock_file(f);
					return NULL;
				}
				break;
			}
			*p++ = (char)c;
			if (c == '\n')
				break;
		}
	}
	*p = 0;
	crt_unlock_file(f);
	return s;
}

static char *get_line(char *s, size_t room)
{
	char *p = s;
	int c;

	crt_lock_file(crt_stdin);
	c = crt_getc_file(crt_stdin);
	if (c == EOF) {
		s = NULL;
		goto out;
	}
	for (; c != EOF && c != '\n'; c = crt_getc_file(crt_stdin)) {
		if ((size_t)(p - s) + 1 >= room) {
			while (c != EOF && c != '\n')
				c = crt_getc_file(crt_stdin);
			*s = 0;
			s = NULL;
			crt_invalid(ERANGE);
			goto out;
		}
		*p++ = (char)c;
	}
	*p = 0;
out:
	crt_unlock_file(crt_stdin);
	return s;
}

char *gets(char *s)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	return get_line(s, (size_t)-1);
}

char *gets_s(char *s, size_t n)
{
	CRT_REQUIRE(s && n, EINVAL, NULL);
	return get_line(s, n);
}

CRT_HOT int fputs(const char *s, FILE *f)
{
	size_t n, done;
	int tmp;

	CRT_REQUIRE(s && f, EINVAL, EOF);
	n = strlen(s);
	crt_lock_file(f);
	tmp = crt_stbuf(f);
	done = crt_write_file(f, s, n);
	crt_ftbuf(tmp, f);
	crt_unlock_file(f);
	return done == n ? 0 : EOF;
}

int puts(const char *s)
{
	FILE *f = crt_stdout;
	size_t n;
	int tmp, ret = EOF;

	CRT_REQUIRE(s, EINVAL, EOF);
	n = strlen(s);
	crt_lock_file(f);
	tmp = crt_stbuf(f);
	if (crt_write_file(f, s, n) == n && crt_putc_file('\n', f) != EOF)
		ret = 0;
	crt_ftbuf(tmp, f);
	crt_unlock_file(f);
	return ret;
}

int _getw(FILE *f)
{
	int w;

	return fread(&w, sizeof(w), 1, f) == 1 ? w : EOF;
}

int _putw(int w, FILE *f)
{
	return fwrite(&w, sizeof(w), 1, f) == 1 ? w : EOF;
}

/* ------------------------------------------------------------ positions */

/*
 * Where in the file the next byte to be taken from the buffer lies, for a text
 * file: at is the file's own position, behind what was read.
 */
static __int64 text_position(FILE *f, struct ioinfo *io, __int64 at)
{
	unsigned len = io->rawlen, i = 0;
	size_t want = (size_t)(f->_ptr - f->_base);
	__int64 start = at - len - io->npend;
	LARGE_INTEGER pos = { .QuadPart = start };
	unsigned char *raw;
	DWORD got = 0;

	if (start < 0)
		return at - f->_cnt;
	raw = malloc(len + 4);
	if (!raw)
		return -1;
	SetFilePointerEx((HANDLE)io->osfhnd, pos, NULL, FILE_BEGIN);
	ReadFile((HANDLE)io->osfhnd, raw, len + 2, &got, NULL);
	pos.QuadPart = at;
	SetFilePointerEx((HANDLE)io->osfhnd, pos, NULL, FILE_BEGIN);
	if (io->textmode == CRT_ANSI) {
		while (want && i < got && i < len + 1) {
			if (raw[i] == '\r' && i + 1 < got && raw[i + 1] == '\n')
				i++;
			i++;
			want--;
		}
	} else if (io->textmode == CRT_UTF16) {
		for (want /= 2; want && i + 1 < got; want--) {
			if (i + 3 < got && raw[i] == '\r' && !raw[i + 1] &&
			    raw[i + 2] == '\n' && !raw[i + 3])
				i += 2;
			i += 2;
		}
	} else {
		for (want /= 2; want && i < got;) {
			unsigned k = raw[i] < 0xc0   ? 1
				     : raw[i] < 0xe0 ? 2
				     : raw[i] < 0xf0 ? 3
						     : 4;

			if (raw[i] == '\r' && i + 1 < got && raw[i + 1] == '\n')
				k = 2;
			i += k;
			want -= raw[i - k] >= 0xf0 && want > 1 ? 2 : 1;
		}
	}
	free(raw);
	return start + i;
}

static __int64 tell(FILE *f)
{
	struct ioinfo *io;
	__int64 at;

	if (f->_cnt < 0)
		f->_cnt = 0;
	at = _lseeki64(f->_file, 0, SEEK_CUR);
	if (at < 0)
		return -1;
	io = crt_io(f->_file);
	if (!(f->_flag & (F_MYBUF | F_YOURBUF)))
		return at - f->_cnt;
	if (f->_flag & F_READ) {
		if (f->_cnt == 0 && !io->npend)
			return at;
		if (!(io->osfile & FTEXT))
			return at - f->_cnt;
		crt_io_know(io);
		if (io->osfile & (FDEV | FPIPE))
			return at - f->_cnt;
		return text_position(f, io, at);
	}
	if (f->_flag & F_WRITE) {
		__int64 n = f->_ptr - f->_base;

		if (n && (io->osfile & FAPPEND)) {
			at = _lseeki64(f->_file, 0, SEEK_END);
			if (at < 0)
				return -1;
		}
		if ((io->osfile & FTEXT) && io->textmode == CRT_ANSI)
			for (char *p = f->_base; p < f->_ptr; p++)
				n += *p == '\n';
		else if (io->osfile & FTEXT)
			for (wchar_t *p = (wchar_t *)f->_base;
			     p < (wchar_t *)f->_ptr; p++)
				n += *p == '\n' ? 2 : 0;
		return at + n;
	}
	return at;
}

static int seek(FILE *f, __int64 off, int whence)
{
	struct ioinfo *io;

	if (!(f->_flag & F_INUSE) || whence < 0 || whence > 2) {
		crt_errno = EINVAL;
		return -1;
	}
	if (f->_cnt < 0)
		f->_cnt = 0;
	f->_flag &= ~F_EOF;
	/* A step within a binary buffer needs no system call. */
	io = crt_fd_ok(f->_file) ? crt_io(f->_file) : NULL;
	if (whence == SEEK_CUR && io && !(io->osfile & FTEXT) &&
	    (f->_flag & (F_READ | F_WRITE)) == F_READ && !(f->_flag & F_RW) &&
	    off <= f->_cnt && off >= -(f->_ptr - f->_base) && f->_cnt) {
		f->_ptr += off;
		f->_cnt -= (int)off;
		return 0;
	}
	if (whence == SEEK_CUR) {
		__int64 at = tell(f);

		if (at < 0)
			return -1;
		off += at;
		whence = SEEK_SET;
	}
	if ((f->_flag & (F_READ | F_WRITE)) == F_WRITE)
		crt_flush_file(f);
	f->_ptr = f->_base;
	f->_cnt = 0;
	if (f->_flag & F_RW)
		f->_flag &= ~(F_READ | F_WRITE);
	return _lseeki64(f->_file, off, whence) < 0 ? -1 : 0;
}

int _fseeki64(FILE *f, __int64 off, int whence)
{
	int ret;

	CRT_REQUIRE(f && whence >= 0 && whence <= 2, EINVAL, -1);
	crt_lock_file(f);
	ret = seek(f, off, whence);
	crt_unlock_file(f);
	return ret;
}

int _fseeki64_nolock(FILE *f, __int64 off, int whence)
{
	return seek(f, off, whence);
}

int fseek(FILE *f, long off, int whence)
{
	return _fseeki64(f, off, whence);
}

int _fseek_nolock(FILE *f, long off, int whence)
{
	return seek(f, off, whence);
}

__int64 _ftelli64(FILE *f)
{
	__int64 ret;

	CRT_REQUIRE(f, EINVAL, -1);
	crt_lock_file(f);
	ret = tell(f);
	crt_unlock_file(f);
	return ret;
}

__int64 _ftelli64_nolock(FILE *f)
{
	return tell(f);
}

long ftell(FILE *f)
{
	__int64 at = _ftelli64(f);

	if (at > LONG_MAX) {
		crt_errno = EINVAL;
		return -1;
	}
	return (long)at;
}

long _ftell_nolock(FILE *f)
{
	return (long)tell(f);
}

void rewind(FILE *f)
{
	if (!f) {
		crt_invalid(EINVAL);
		return;
	}
	crt_lock_file(f);
	seek(f, 0, SEEK_SET);
	f->_flag &= ~(F_ERR | F_EOF);
	crt_unlock_file(f);
}

int fgetpos(FILE *f, __int64 *pos)
{
	CRT_REQUIRE(f && pos, EINVAL, -1);
	*pos = _ftelli64(f);
	return *pos == -1 ? -1 : 0;
}

int fsetpos(FILE *f, const __int64 *pos)
{
	CRT_REQUIRE(f && pos, EINVAL, -1);
	return _fseeki64(f, *pos, SEEK_SET);
}
