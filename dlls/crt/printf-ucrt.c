/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf-ucrt.c - __stdio_common_*: what printf is, seen from ucrt's headers.
 *
 * The options word says which of the many dialects the caller was compiled
 * for.  The legacy _vsnprintf leaves no room for a NUL when the text fits
 * exactly; C99's always ends with one; with neither bit, truncation is -2.
 */
#include "crt.h"

typedef unsigned __int64 options_t;

int __stdio_common_vfprintf(options_t opt, FILE *f, const char *fmt,
			    _locale_t l, va_list ap)
{
	return crt_vfprintf(f, (unsigned)opt, fmt, crt_loc(l), ap);
}

int __stdio_common_vfprintf_s(options_t opt, FILE *f, const char *fmt,
			      _locale_t l, va_list ap)
{
	return crt_vfprintf(f, (unsigned)opt | PRINTF_VALIDATE, fmt, crt_loc(l),
			    ap);
}

int __stdio_common_vfprintf_p(options_t opt, FILE *f, const char *fmt,
			      _locale_t l, va_list ap)
{
	return crt_vfprintf(f, (unsigned)opt | PRINTF_POSITIONAL, fmt,
			    crt_loc(l), ap);
}

int __stdio_common_vfwprintf(options_t opt, FILE *f, const wchar_t *fmt,
			     _locale_t l, va_list ap)
{
	return crt_vfwprintf(f, (unsigned)opt, fmt, crt_loc(l), ap);
}

int __stdio_common_vfwprintf_s(options_t opt, FILE *f, const wchar_t *fmt,
			       _locale_t l, va_list ap)
{
	return crt_vfwprintf(f, (unsigned)opt | PRINTF_VALIDATE, fmt,
			     crt_loc(l), ap);
}

int __stdio_common_vfwprintf_p(options_t opt, FILE *f, const wchar_t *fmt,
			       _locale_t l, va_list ap)
{
	return crt_vfwprintf(f, (unsigned)opt | PRINTF_POSITIONAL, fmt,
			     crt_loc(l), ap);
}

#define COMMON(NAME, CH, FORMAT)                                               \
	static int NAME##_finish(unsigned opt, CH *buf, size_t n, int len)     \
	{                                                                      \
		if (!buf)                                                      \
			return len;                                            \
		if (len < 0) {                                                 \
			if (n)                                                 \
				buf[0] = 0;                                    \
			return -1;                                             \
		}                                                              \
		if ((size_t)len < n) {                                         \
			buf[len] = 0;                                          \
			return len;                                            \
		}                                                              \
		if (opt & PRINTF_STANDARD_N) {                                 \
			if (n)                                                 \
				buf[n - 1] = 0;                                \
			return len;                                            \
		}                                                              \
		if (opt & PRINTF_LEGACY_NULL)                                  \
			return (size_t)len == n ? len : -1;                    \
		if (n)                                                         \
			buf[n - 1] = 0;                                        \
		return -2;                                                     \
	}                                                                      \
                                                                               \
	int NAME(options_t o, CH *buf, size_t n, const CH *fmt, _locale_t l,   \
		 va_list ap)                                                   \
	{                                                                      \
		unsigned opt = (unsigned)o;                                    \
		size_t room = n;                                               \
		int len;                                                       \
                                                                               \
		CRT_REQUIRE(fmt && (buf || !n), EINVAL, -1);                   \
		if (room > (SIZE_MAX / 2 - (uintptr_t)buf / 2) / sizeof(CH))   \
			room = (SIZE_MAX - (uintptr_t)buf) / sizeof(CH) / 2;   \
		len = FORMAT(buf, buf ? room : 0, opt, fmt, crt_loc(l), ap);   \
		return NAME##_finish(opt, buf, n, len);                        \
	}                                                                      \
                                                                               \
	int NAME##_s(options_t o, CH *buf, size_t n, const CH *fmt,            \
		     _locale_t l, va_list ap)                                  \
	{                                                                      \
		int len;                                                       \
                                                                               \
		CRT_REQUIRE(fmt &&buf &&n, EINVAL, -1);                        \
		len = FORMAT(buf, n, (unsigned)o | PRINTF_VALIDATE, fmt,       \
			     crt_loc(l), ap);                                  \
		if (len < 0) {                                                 \
			buf[0] = 0;                                            \
			return -1;                                             \
		}                                                              \
		if ((size_t)len >= n) {                                        \
			buf[0] = 0;                                            \
			crt_invalid(ERANGE);                                   \
			return -1;                                             \
		}                                                              \
		buf[len] = 0;                                                  \
		return len;                                                    \
	}                                                                      \
                                                                               \
	int NAME##_p(options_t o, CH *buf, size_t n, const CH *fmt,            \
		     _locale_t l, va_list ap)                                  \
	{                                                                      \
		int len;                                                       \
                                                                               \
		CRT_REQUIRE(fmt && (buf || !n), EINVAL, -1);                   \
		len = FORMAT(buf, n, (unsigned)o | PRINTF_POSITIONAL, fmt,     \
			     crt_loc(l), ap);                                  \
		if (!buf || len < 0)                                           \
			return len;                                            \
		if ((size_t)len >= n) {                                        \
			if (n)                                                 \
				buf[n - 1] = 0;                                \
			return -1;                                             \
		}                                                              \
		buf[len] = 0;                                                  \
		return len;                                                    \
	}

COMMON(__stdio_common_vsprintf, char, crt_format)
COMMON(__stdio_common_vswprintf, wchar_t, crt_wformat)

/* n: the buffer's size; max: how much the caller wants, _TRUNCATE: what fits */
#define COMMON_N(NAME, CH, FORMAT)                                             \
	int NAME(options_t o, CH *buf, size_t n, size_t max, const CH *fmt,    \
		 _locale_t l, va_list ap)                                      \
	{                                                                      \
		int len;                                                       \
                                                                               \
		CRT_REQUIRE(fmt, EINVAL, -1);                                  \
		if (!buf && !n && !max)                                        \
			return 0;                                              \
		CRT_REQUIRE(buf &&n, EINVAL, -1);                              \
		len = FORMAT(buf, n, (unsigned)o | PRINTF_VALIDATE, fmt,       \
			     crt_loc(l), ap);                                  \
		if (len < 0) {                                                 \
			buf[0] = 0;                                            \
			return -1;                                             \
		}                                                              \
		if ((size_t)len < n && (size_t)len <= max) {                   \
			buf[len] = 0;                                          \
			return len;                                            \
		}                                                              \
		if (max < n) {                                                 \
			buf[max] = 0;                                          \
			return -1;                                             \
		}                                                              \
		if (max == (size_t)-1) {                                       \
			buf[n - 1] = 0;                                        \
			return -1;                                             \
		}                                                              \
		buf[0] = 0;                                                    \
		crt_invalid(ERANGE);                                           \
		return -1;                                                     \
	}

COMMON_N(__stdio_common_vsnprintf_s, char, crt_format)
COMMON_N(__stdio_common_vsnwprintf_s, wchar_t, crt_wformat)
