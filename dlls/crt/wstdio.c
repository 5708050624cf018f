/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wstdio.c - wide characters through streams.
 *
 * A text stream without a Unicode mode holds multibyte characters of the
 * current locale; every other stream holds UTF-16, so that fputwc on a binary
 * stream writes two bytes.
 */
#include "crt.h"

static int is_multibyte(FILE *f)
{
	struct ioinfo *io;

	if (f->_flag & F_STRING)
		return 0;
	io = crt_fd_ok(f->_file) ? crt_io(f->_file) : NULL;
	return io && (io->osfile & FTEXT) && io->textmode == CRT_ANSI;
}

wint_t crt_getwc_file(FILE *f)
{
	unsigned char b[4];
	wchar_t wc;
	int c, n;

	if (!is_multibyte(f)) {
		if (f->_cnt >= 2) {
			memcpy(&wc, f->_ptr, 2);
			f->_ptr += 2;
			f->_cnt -= 2;
			return wc;
		}
		for (n = 0; n < 2; n++) {
			c = crt_getc_file(f);
			if (c == EOF)
				return WEOF;
			b[n] = (unsigned char)c;
		}
		return (wint_t)(b[0] | b[1] << 8);
	}
	for (n = 0; n < 4;) {
		int k;

		c = crt_getc_file(f);
		if (c == EOF) {
			if (!n)
				return WEOF;
			break;
		}
		b[n++] = (unsigned char)c;
		k = crt_mbtowc(&wc, (char *)b, (size_t)n, crt_cur());
		if (k >= 0)
			return wc;
		if (k == -1)
			break;
	}
	crt_errno = EILSEQ;
	return WEOF;
}

wint_t crt_putwc_file(wchar_t wc, FILE *f)
{
	char b[8];
	int n = 2;

	if (is_multibyte(f)) {
		n = crt_wctomb(b, wc, crt_cur());
		if (n < 0) {
			crt_errno = EILSEQ;
			return WEOF;
		}
	} else {
		memcpy(b, &wc, 2);
	}
	for (int i = 0; i < n; i++)
		if (crt_putc_file((unsigned char)b[i], f) == EOF)
			return WEOF;
	return wc;
}

wint_t crt_ungetwc_file(wint_t c, FILE *f)
{
	char b[8];
	int n = 2;

	if (c == WEOF)
		return WEOF;
	if (is_multibyte(f)) {
		n = crt_wctomb(b, (wchar_t)c, crt_cur());
		if (n < 0) {
			crt_errno = EILSEQ;
			return WEOF;
		}
	} else {
		memcpy(b, &c, 2);
	}
	while (n--)
		if (crt_ungetc_file((unsigned char)b[n], f) == EOF)
			return WEOF;
	return c;
}

wint_t fgetwc(FILE *f)
{
	wint_t c;

	CRT_REQUIRE(f, EINVAL, WEOF);
	crt_lock_file(f);
	c = crt_getwc_file(f);
	crt_unlock_file(f);
	return c;
}

wint_t getwc(FILE *f)
{
	return fgetwc(f);
}

wint_t _fgetwc_nolock(FILE *f)
{
	return crt_getwc_file(f);
}

wint_t getwchar(void)
{
	return fgetwc(crt_stdin);
}

wint_t fputwc(wchar_t c, FILE *f)
{
	wint_t ret;
	int tmp;

	CRT_REQUIRE(f, EINVAL, WEOF);
	crt_lock_file(f);
	tmp = crt_stbuf(f);
	ret = crt_putwc_file(c, f);
	crt_ftbuf(tmp, f);
	crt_unlock_file(f);
	return ret;
}

wint_t putwc(wchar_t c, FILE *f)
{
	return fputwc(c, f);
}

wint_t _fputwc_nolock(wchar_t c, FILE *f)
{
	return crt_putwc_file(c, f);
}

wint_t putwchar(wchar_t c)
{
	return fputwc(c, crt_stdout);
}

wint_t ungetwc(wint_t c, FILE *f)
{
	CRT_REQUIRE(f, EINVAL, WEOF);
	crt_lock_file(f);
	c = crt_ungetwc_file(c, f);
	crt_unlock_file(f);
	return c;
}

wint_t _ungetwc_nolock(wint_t c, FILE *f)
{
	return crt_ungetwc_file(c, f);
}

wchar_t *fgetws(wchar_t *s, int n, FILE *f)
{
	wchar_t *p = s;

	CRT_REQUIRE(f && (s || n == 0) && n >= 0, EINVAL, NULL);
	if (n == 0)
		return NULL;
	crt_lock_file(f);
	while (--n > 0) {
		wint_t c = crt_getwc_file(f);

		if (c == WEOF) {
			if (p == s) {
				crt_unlock_file(f);
				return NULL;
			}
			break;
		}
		*p++ = (wchar_t)c;
		if (c == '\n')
			break;
	}
	*p = 0;
	crt_unlock_file(f);
	return s;
}

static wchar_t *get_line(wchar_t *s, size_t room)
{
	wchar_t *p = s;
	wint_t c;

	crt_lock_file(crt_stdin);
	c = crt_getwc_file(crt_stdin);
	if (c == WEOF)
		s = NULL;
	for (; c != WEOF && c != '\n'; c = crt_getwc_file(crt_stdin))
		if (room > 1) {
			*p++ = (wchar_t)c;
			room--;
		}
	if (s)
		*p = 0;
	crt_unlock_file(crt_stdin);
	return s;
}

wchar_t *_getws(wchar_t *s)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	return get_line(s, (size_t)-1);
}

wchar_t *_getws_s(wchar_t *s, size_t n)
{
	CRT_REQUIRE(s && n, EINVAL, NULL);
	return get_line(s, n);
}

int fputws(const wchar_t *s, FILE *f)
{
	int tmp, ret = 0;

	CRT_REQUIRE(s && f, EINVAL, -1);
	crt_lock_file(f);
	tmp = crt_stbuf(f);
	for (; *s && !ret; s++)
		if (crt_putwc_file(*s, f) == WEOF)
			ret = -1;
	crt_ftbuf(tmp, f);
	crt_unlock_file(f);
	return ret;
}

int _putws(const wchar_t *s)
{
	FILE *f = crt_stdout;
	int ret;

	crt_lock_file(f);
	ret = fputws(s, f);
	if (ret >= 0 && fputwc('\n', f) == WEOF)
		ret = -1;
	crt_unlock_file(f);
	return ret;
}
