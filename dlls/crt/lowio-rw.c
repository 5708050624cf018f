/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lowio-rw.c - _read, _write and what moves or changes a file's end.
 *
 * Text mode writes CR LF for LF, and reads LF for CR LF; Ctrl-Z ends a text
 * file.  The Unicode modes hand UTF-16 to the program and keep UTF-8 or UTF-16
 * in the file.  Where a byte too many has to be read (is that CR followed by
 * LF?) a disk file is sought back, a pipe keeps it in its entry.
 */
#include "crt.h"

/* One ReadFile; a closed pipe reads as the end.  Returns bytes or -1. */
static int read_raw(struct ioinfo *io, void *buf, unsigned n)
{
	DWORD got = 0;

	if (!ReadFile((HANDLE)io->osfhnd, buf, n, &got, NULL)) {
		DWORD err = NtCurrentTeb()->LastErrorValue;

		if (err == ERROR_BROKEN_PIPE || err == ERROR_HANDLE_EOF)
			return 0;
		crt_set_doserr(err);
		if (err == ERROR_ACCESS_DENIED) /* opened for writing only */
			crt_errno = EBADF;
		return -1;
	}
	return (int)got;
}

/* CR LF to LF, in place; reads one more byte where CR is the last. */
static int text_in(struct ioinfo *io, char *buf, int n)
{
	char *p, *end = buf + n, *out;

	if (buf[0] == '\n')
		io->osfile |= FCRLF;
	else
		io->osfile &= (unsigned char)~FCRLF;
	for (p = buf; p < end && *p != '\r' && *p != 26; p++)
		;
	for (out = p; p < end; p++) {
		if (*p == 26) {
			crt_io_know(io);
			if (!(io->osfile & FDEV))
				io->osfile |= FEOFLAG;
			else if (out == buf)
				*out++ = *p; /* alone on a console: the end */
			break;
		}
		if (*p != '\r') {
			*out++ = *p;
			continue;
		}
		if (p + 1 < end) {
			if (p[1] == '\n')
				p++;
			*out++ = *p == '\n' ? '\n' : '\r';
			continue;
		}
		char next;
		int got = read_raw(io, &next, 1);

		if (got <= 0) {
			*out++ = '\r';
			break;
		}
		crt_io_know(io);
		if (io->osfile & (FDEV | FPIPE)) {
			if (next == '\n') {
				*out++ = '\n';
			} else {
				*out++ = '\r';
				io->pipech = next;
				io->haspipech = 1;
			}
		} else if (out == buf && next == '\n') {
			*out++ = '\n';
			io->rawlen++;
		} else {
			LARGE_INTEGER back = { .QuadPart = -1 };

			/* The LF alone comes with the next read. */
			SetFilePointerEx((HANDLE)io->osfhnd, back, NULL,
					 FILE_CURRENT);
			if (next != '\n')
				*out++ = '\r';
		}
	}
	return (int)(out - buf);
}

static int text_in_wide(struct ioinfo *io, wchar_t *buf, int n)
{
	wchar_t *p, *out = buf, *end = buf + n;

	for (p = buf; p < end; p++) {
		if (*p == 26) {
			io->osfile |= FEOFLAG;
			break;
		}
		if (*p == '\r' && p + 1 < end) {
			if (p[1] == '\n')
				p++;
		} else if (*p == '\r') {
			wchar_t next;

			if (io->textmode == CRT_UTF16 &&
			    read_raw(io, &next, 2) == 2) {
				if (next == '\n') {
					*out++ = '\n';
					break;
				}
				io->pipewc = next;
				io->haspipech = 2;
			}
		}
		*out++ = *p;
	}
	return (int)(out - buf);
}

/* How many of the n bytes are whole UTF-8 characters. */
static int whole_utf8(const unsigned char *s, int n)
{
	int i = n, need;

	while (i > 0 && n - i < 4 && (s[i - 1] & 0xc0) == 0x80)
		i--;
	if (i == 0)
		return n;
	i--;
	need = s[i] < 0xc0 ? 1 : s[i] < 0xe0 ? 2 : s[i] < 0xf0 ? 3 : 4;
	return n - i < need ? i : n;
}

static int read_utf8(struct ioinfo *io, wchar_t *buf, unsigned chars)
{
	unsigned char stack[2048];
	unsigned room = chars < sizeof(stack) ? chars : sizeof(stack);
	int have = io->npend, whole, got, n;

	if (room < 8)
		room = 8;
	memcpy(stack, io->pend, (size_t)have);
	for (;;) {
		got = read_raw(io, stack + have, room - (unsigned)have);
		if (got < 0)
			return -1;
		have += got;
		whole = got ? whole_utf8(stack, have) : have;
		if (whole || !got)
			break;
	}
	io->npend = (unsigned char)(have - whole);
	memcpy(io->pend, stack + whole, io->npend);
	io->rawlen = (unsigned)whole;
	if (!whole)
		return 0;
	n = MultiByteToWideChar(CP_UTF8, 0, (char *)stack, whole, buf,
				(int)chars);
	return n > 0 ? text_in_wide(io, buf, n) : 0;
}

int crt_read_nolock(int fd, void *buf, unsigned n)
{
	struct ioinfo *io = crt_io(fd);
	char *p = buf;
	int pre = 0, got;

	if (n == 0 || (io->osfile & FEOFLAG))
		return 0;
	if (io->textmode == CRT_UTF8 && (io->osfile & FTEXT)) {
		if (n & 1) {
			crt_invalid(EINVAL);
			return -1;
		}
		got = read_utf8(io, buf, n / 2);
		return got < 0 ? -1 : got * 2;
	}
	if (io->haspipech) {
		pre = io->haspipech;
		if (pre == 2)
			memcpy(p, &io->pipewc, 2);
		else
			*p = io->pipech;
		io->haspipech = 0;
		if (n == (unsigned)pre || (io->osfile & (FDEV | FPIPE)))
			n = (unsigned)pre;
	}
	got = n > (unsigned)pre ? read_raw(io, p + pre, n - (unsigned)pre) : 0;
	if (got < 0)
		return -1;
	got += pre;
	if (!(io->osfile & FTEXT) || got == 0)
		return got;
	io->rawlen = (unsigned)(got - pre);
	if (io->textmode == CRT_UTF16)
		return text_in_wide(io, buf, got / 2) * 2;
	return text_in(io, buf, got);
}

int _read(int fd, void *buf, unsigned n)
{
	int ret;

	if (!crt_fd_usable(fd))
		return -1;
	CRT_REQUIRE(n <= INT_MAX && (buf || !n), EINVAL, -1);
	crt_lock(&crt_io(fd)->lock);
	ret = crt_read_nolock(fd, buf, n);
	crt_unlock(&crt_io(fd)->lock);
	return ret;
}

/* --------------------------------------------------------------- write */

static int write_raw(struct ioinfo *io, const void *buf, DWORD n, DWORD *done)
{
	*done = 0;
	if (WriteFile((HANDLE)io->osfhnd, buf, n, done, NULL))
		return 0;
	crt_set_doserr(NtCurrentTeb()->LastErrorValue);
	if (crt_ptd()->doserr == ERROR_ACCESS_DENIED)
		crt_errno = EBADF;
	return -1;
}

/* Both return how much of the program's bytes went out, -1 for none. */
static int write_text(struct ioinfo *io, const char *buf, unsigned n)
{
	const char *p = buf, *end = buf + n, *from;
	char out[5 * 1024];
	DWORD done;

	/* No LF at all is common enough: a number, a prompt. */
	if (!memchr(buf, '\n', n)) {
		if (write_raw(io, buf, n, &done) < 0)
			return -1;
		return (int)done;
	}
	while (p < end) {
		char *o = out;

		from = p;
		while (p < end && o < out + sizeof(out) - 2) {
			size_t left = (size_t)(out + sizeof(out) - 2 - o);
			size_t run = (size_t)(end - p);
			const char *lf;

			if (run > left)
				run = left;
			lf = memchr(p, '\n', run);
			if (lf)
				run = (size_t)(lf - p);
			memcpy(o, p, run);
			o += run;
			p += run;
			if (lf) {
				*o++ = '\r';
				*o++ = '\n';
				p++;
			}
		}
		if (write_raw(io, out, (DWORD)(o - out), &done) < 0)
			return from == buf ? -1 : (int)(from - buf);
		if (done < (DWORD)(o - out)) {
			/* Which of ours is the last that made it? */
			for (o = out; done && from < p; from++) {
				DWORD k = *from == '\n' ? 2 : 1;

				done -= done < k ? done : k;
			}
			return (int)(from - buf);
		}
	}
	return (int)n;
}

static int write_wide(struct ioinfo *io, const wchar_t *buf, unsigned n)
{
	wchar_t out[1024];
	char utf8[1024 * 3];
	unsigned i = 0, from;
	DWORD done;

	while (i < n) {
		unsigned o = 0;

		from = i;
		while (i < n && o < COUNT_OF(out) - 2) {
			/* A pair of surrogates is not torn apart. */
			if (o == COUNT_OF(out) - 3 && i + 1 < n &&
			    (buf[i] & 0xfc00) == 0xd800)
				break;
			if (buf[i] == '\n')
				out[o++] = '\r';
			out[o++] = buf[i++];
		}
		if (io->textmode == CRT_UTF8) {
			int k = WideCharToMultiByte(CP_UTF8, 0, out, (int)o,
						    utf8, sizeof(utf8), NULL,
						    NULL);
			if (write_raw(io, utf8, (DWORD)k, &done) < 0)
				return from ? (int)from : -1;
		} else if (write_raw(io, out, o * 2, &done) < 0) {
			return from ? (int)from : -1;
		}
	}
	return (int)n;
}

int crt_write_nolock(int fd, const void *buf, unsigned n)
{
	struct ioinfo *io = crt_io(fd);
	DWORD done;
	int ret;

	if (n == 0)
		return 0;
	if (io->osfile & FAPPEND)
		crt_lseek_nolock(fd, 0, SEEK_END);
	if (!(io->osfile & FTEXT)) {
		if (write_raw(io, buf, n, &done) < 0)
			return -1;
		ret = (int)done;
	} else if (io->textmode != CRT_ANSI) {
		if (n & 1) {
			crt_invalid(EINVAL);
			return -1;
		}
		ret = write_wide(io, buf, n / 2);
		if (ret > 0)
			ret *= 2;
	} else {
		ret = write_text(io, buf, n);
	}
	if (ret == 0) {
		/* A device that takes a Ctrl-Z for the end is content. */
		crt_io_know(io);
		if ((io->osfile & FDEV) && *(const char *)buf == 26)
			return 0;
		crt_ptd()->doserr = 0;
		crt_errno = ENOSPC;
		return -1;
	}
	return ret;
}

int _write(int fd, const void *buf, unsigned n)
{
	int ret;

	if (!crt_fd_usable(fd))
		return -1;
	CRT_REQUIRE(buf || !n, EINVAL, -1);
	crt_lock(&crt_io(fd)->lock);
	ret = crt_write_nolock(fd, buf, n);
	crt_unlock(&crt_io(fd)->lock);
	return ret;
}

/* ---------------------------------------------------------------- seek */

__int64 crt_lseek_nolock(int fd, __int64 off, int whence)
{
	struct ioinfo *io = crt_io(fd);
	LARGE_INTEGER to = { .QuadPart = off }, at;

	if (!SetFilePointerEx((HANDLE)io->osfhnd, to, &at, (DWORD)whence)) {
		crt_fail_win32();
		return -1;
	}
	io->osfile &= (unsigned char)~FEOFLAG;
	io->npend = 0;
	io->haspipech = 0;
	return at.QuadPart;
}

__int64 _lseeki64(int fd, __int64 off, int whence)
{
	__int64 ret;

	if (!crt_fd_ok(fd)) {
		crt_ptd()->doserr = 0;
		crt_invalid(EBADF);
		return -1;
	}
	CRT_REQUIRE(whence >= 0 && whence <= 2, EINVAL, -1);
	crt_lock(&crt_io(fd)->lock);
	ret = crt_lseek_nolock(fd, off, whence);
	crt_unlock(&crt_io(fd)->lock);
	return ret;
}

long _lseek(int fd, long off, int whence)
{
	__int64 at = _lseeki64(fd, off, whence);

	if (at > LONG_MAX) {
		crt_errno = EINVAL;
		return -1;
	}
	return (long)at;
}

__int64 _telli64(int fd)
{
	return _lseeki64(fd, 0, SEEK_CUR);
}

long _tell(int fd)
{
	return _lseek(fd, 0, SEEK_CUR);
}

__int64 _filelengthi64(int fd)
{
	LARGE_INTEGER size;

	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return -1;
	}
	if (!GetFileSizeEx((HANDLE)crt_io(fd)->osfhnd, &size)) {
		crt_fail_win32();
		return -1;
	}
	return size.QuadPart;
}

long _filelength(int fd)
{
	return (long)_filelengthi64(fd);
}

int _eof(int fd)
{
	__int64 at = _telli64(fd);

	if (at < 0)
		return -1;
	return at == _filelengthi64(fd);
}

int _commit(int fd)
{
	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return -1;
	}
	if (!FlushFileBuffers((HANDLE)crt_io(fd)->osfhnd)) {
		crt_ptd()->doserr = NtCurrentTeb()->LastErrorValue;
		crt_errno = EBADF;
		return -1;
	}
	return 0;
}

errno_t _chsize_s(int fd, __int64 size)
{
	__int64 at, end;
	errno_t e = 0;
	HANDLE h;

	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return EBADF;
	}
	CRT_REQUIRE_E(size >= 0, EINVAL);
	crt_lock(&crt_io(fd)->lock);
	h = (HANDLE)crt_io(fd)->osfhnd;
	at = crt_lseek_nolock(fd, 0, SEEK_CUR);
	end = crt_lseek_nolock(fd, size, SEEK_SET);
	if (at < 0 || end < 0) {
		e = crt_errno;
	} else {
		if (!SetEndOfFile(h)) {
			crt_fail_win32();
			e = crt_errno;
			if (crt_ptd()->doserr == ERROR_ACCESS_DENIED)
				e = crt_errno = EBADF;
		}
		crt_lseek_nolock(fd, at, SEEK_SET);
	}
	crt_unlock(&crt_io(fd)->lock);
	return e;
}

int _chsize(int fd, long size)
{
	return _chsize_s(fd, size) ? -1 : 0;
}

/* _LK_LOCK 1 and _LK_RLCK 3 try for ten seconds, _LK_NBLCK 2 and 4 once. */
int _locking(int fd, int mode, long n)
{
	__int64 at;
	int tries = mode == 1 || mode == 3 ? 10 : 1;
	HANDLE h;

	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return -1;
	}
	CRT_REQUIRE(n >= 0 && mode >= 0 && mode <= 4, EINVAL, -1);
	h = (HANDLE)crt_io(fd)->osfhnd;
	at = _telli64(fd);
	if (at < 0)
		return -1;
	if (mode == 0) {
		if (UnlockFile(h, (DWORD)at, (DWORD)(at >> 32), (DWORD)n, 0))
			return 0;
		return crt_fail_win32();
	}
	while (!LockFile(h, (DWORD)at, (DWORD)(at >> 32), (DWORD)n, 0)) {
		if (--tries <= 0) {
			crt_fail_win32();
			if (mode == 1 || mode == 3)
				crt_errno = EDEADLOCK;
			return -1;
		}
		Sleep(1000);
	}
	return 0;
}
