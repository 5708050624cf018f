/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf-msvcrt.c - the printf functions by their own names, for msvcrt.
 *
 * Each name exists plain, with a locale (_l), validating (_s) and positional
 * (_p); each kind variadic and with a va_list.  All go through ucrt's common
 * functions with msvcrt's dialect as their option word.
 */
#include "crt.h"

typedef unsigned __int64 options_t;
#define OPT  PRINTF_DEFAULT
#define OPTN (PRINTF_DEFAULT | PRINTF_LEGACY_NULL)
#define ALL  ((size_t)-1)

int __stdio_common_vsprintf(options_t, char *, size_t, const char *, _locale_t,
			    va_list);
int __stdio_common_vsprintf_s(options_t, char *, size_t, const char *,
			      _locale_t, va_list);
int __stdio_common_vsprintf_p(options_t, char *, size_t, const char *,
			      _locale_t, va_list);
int __stdio_common_vsnprintf_s(options_t, char *, size_t, size_t, const char *,
			       _locale_t, va_list);
int __stdio_common_vswprintf(options_t, wchar_t *, size_t, const wchar_t *,
			     _locale_t, va_list);
int __stdio_common_vswprintf_s(options_t, wchar_t *, size_t, const wchar_t *,
			       _locale_t, va_list);
int __stdio_common_vswprintf_p(options_t, wchar_t *, size_t, const wchar_t *,
			       _locale_t, va_list);
int __stdio_common_vsnwprintf_s(options_t, wchar_t *, size_t, size_t,
				const wchar_t *, _locale_t, va_list);

#define VARIADIC(last, call)                                                   \
	va_list ap;                                                            \
	int ret;                                                               \
                                                                               \
	va_start(ap, last);                                                    \
	ret = call;                                                            \
	va_end(ap);                                                            \
	return ret

/* To a stream: fprintf and printf with all their suffixes. */
#define STREAM(CH, FPRINTF, VFPRINTF, PRINTF, VPRINTF, FORMAT, BITS)           \
	int VFPRINTF(FILE *f, const CH *fmt, va_list ap)                       \
	{                                                                      \
		return FORMAT(f, BITS, fmt, crt_cur(), ap);                    \
	}                                                                      \
	int FPRINTF(FILE *f, const CH *fmt, ...)                               \
	{                                                                      \
		VARIADIC(fmt, FORMAT(f, BITS, fmt, crt_cur(), ap));            \
	}                                                                      \
	int VPRINTF(const CH *fmt, va_list ap)                                 \
	{                                                                      \
		return FORMAT(crt_stdout, BITS, fmt, crt_cur(), ap);           \
	}                                                                      \
	int PRINTF(const CH *fmt, ...)                                         \
	{                                                                      \
		VARIADIC(fmt, FORMAT(crt_stdout, BITS, fmt, crt_cur(), ap));   \
	}

#define STREAM_L(CH, FPRINTF, VFPRINTF, PRINTF, VPRINTF, FORMAT, BITS)         \
	int VFPRINTF(FILE *f, const CH *fmt, _locale_t l, va_list ap)          \
	{                                                                      \
		return FORMAT(f, BITS, fmt, crt_loc(l), ap);                   \
	}                                                                      \
	int FPRINTF(FILE *f, const CH *fmt, _locale_t l, ...)                  \
	{                                                                      \
		VARIADIC(l, FORMAT(f, BITS, fmt, crt_loc(l), ap));             \
	}                                                                      \
	int VPRINTF(const CH *fmt, _locale_t l, va_list ap)                    \
	{                                                                      \
		return FORMAT(crt_stdout, BITS, fmt, crt_loc(l), ap);          \
	}                                                                      \
	int PRINTF(const CH *fmt, _locale_t l, ...)                            \
	{                                                                      \
		VARIADIC(l, FORMAT(crt_stdout, BITS, fmt, crt_loc(l), ap));    \
	}

#define OPT_S (OPT | PRINTF_VALIDATE)
#define OPT_P (OPT | PRINTF_POSITIONAL)
STREAM(char, fprintf, vfprintf, printf, vprintf, crt_vfprintf, OPT)
STREAM(char, fprintf_s, vfprintf_s, printf_s, vprintf_s, crt_vfprintf, OPT_S)
STREAM(char, _fprintf_p, _vfprintf_p, _printf_p, _vprintf_p, crt_vfprintf,
       OPT_P)
STREAM_L(char, _fprintf_l, _vfprintf_l, _printf_l, _vprintf_l, crt_vfprintf,
	 OPT)
STREAM_L(char, _fprintf_s_l, _vfprintf_s_l, _printf_s_l, _vprintf_s_l,
	 crt_vfprintf, OPT_S)
STREAM_L(char, _fprintf_p_l, _vfprintf_p_l, _printf_p_l, _vprintf_p_l,
	 crt_vfprintf, OPT_P)
STREAM(wchar_t, fwprintf, vfwprintf, wprintf, vwprintf, crt_vfwprintf, OPT)
STREAM(wchar_t, fwprintf_s, vfwprintf_s, wprintf_s, vwprintf_s, crt_vfwprintf,
       OPT_S)
STREAM(wchar_t, _fwprintf_p, _vfwprintf_p, _wprintf_p, _vwprintf_p,
       crt_vfwprintf, OPT_P)
STREAM_L(wchar_t, _fwprintf_l, _vfwprintf_l, _wprintf_l, _vwprintf_l,
	 crt_vfwprintf, OPT)
STREAM_L(wchar_t, _fwprintf_s_l, _vfwprintf_s_l, _wprintf_s_l, _vwprintf_s_l,
	 crt_vfwprintf, OPT_S)
STREAM_L(wchar_t, _fwprintf_p_l, _vfwprintf_p_l, _wprintf_p_l, _vwprintf_p_l,
	 crt_vfwprintf, OPT_P)

/* To memory.  Sized: the caller says how much; unsized: trusted. */
#define UNSIZED(CH, NAME, VNAME, COMMON)                                       \
	int VNAME(CH *buf, const CH *fmt, va_list ap)                          \
	{                                                                      \
		return COMMON(OPTN, buf, ALL, fmt, NULL, ap);                  \
	}                                                                      \
	int NAME(CH *buf, const CH *fmt, ...)                                  \
	{                                                                      \
		VARIADIC(fmt, COMMON(OPTN, buf, ALL, fmt, NULL, ap));          \
	}

#define UNSIZED_L(CH, NAME, VNAME, COMMON)                                     \
	int VNAME(CH *buf, const CH *fmt, _locale_t l, va_list ap)             \
	{                                                                      \
		return COMMON(OPTN, buf, ALL, fmt, l, ap);                     \
	}                                                                      \
	int NAME(CH *buf, const CH *fmt, _locale_t l, ...)                     \
	{                                                                      \
		VARIADIC(l, COMMON(OPTN, buf, ALL, fmt, l, ap));               \
	}

#define SIZED(CH, NAME, VNAME, COMMON, BITS)                                   \
	int VNAME(CH *buf, size_t n, const CH *fmt, va_list ap)                \
	{                                                                      \
		return COMMON(BITS, buf, n, fmt, NULL, ap);                    \
	}                                                                      \
	int NAME(CH *buf, size_t n, const CH *fmt, ...)                        \
	{                                                                      \
		VARIADIC(fmt, COMMON(BITS, buf, n, fmt, NULL, ap));            \
	}

#define SIZED_L(CH, NAME, VNAME, COMMON, BITS)                                 \
	int VNAME(CH *buf, size_t n, const CH *fmt, _locale_t l, va_list ap)   \
	{                                                                      \
		return COMMON(BITS, buf, n, fmt, l, ap);                       \
	}                                                                      \
	int NAME(CH *buf, size_t n, const CH *fmt, _locale_t l, ...)           \
	{                                                                      \
		VARIADIC(l, COMMON(BITS, buf, n, fmt, l, ap));                 \
	}

UNSIZED(char, sprintf, vsprintf, __stdio_common_vsprintf)
UNSIZED_L(char, _sprintf_l, _vsprintf_l, __stdio_common_vsprintf)
SIZED(char, _snprintf, _vsnprintf, __stdio_common_vsprintf, OPTN)
SIZED_L(char, _snprintf_l, _vsnprintf_l, __stdio_common_vsprintf, OPTN)
SIZED(char, crt_snprintf, crt_vsnprintf, __stdio_common_vsprintf,
      OPT | PRINTF_STANDARD_N)
SIZED_L(char, _snprintf_c_l, _vsnprintf_c_l, __stdio_common_vsprintf, OPT)
SIZED(char, _snprintf_c, _vsnprintf_c, __stdio_common_vsprintf, OPT)
SIZED(char, sprintf_s, vsprintf_s, __stdio_common_vsprintf_s, OPT)
SIZED_L(char, _sprintf_s_l, _vsprintf_s_l, __stdio_common_vsprintf_s, OPT)
SIZED(char, _sprintf_p, _vsprintf_p, __stdio_common_vsprintf_p, OPT)
SIZED_L(char, _sprintf_p_l, _vsprintf_p_l, __stdio_common_vsprintf_p, OPT)

UNSIZED(wchar_t, crt_swprintf, crt_vswprintf, __stdio_common_vswprintf)
UNSIZED(wchar_t, _swprintf, _vswprintf, __stdio_common_vswprintf)
UNSIZED_L(wchar_t, __swprintf_l, __vswprintf_l, __stdio_common_vswprintf)
SIZED(wchar_t, _snwprintf, _vsnwprintf, __stdio_common_vswprintf, OPTN)
SIZED_L(wchar_t, _snwprintf_l, _vsnwprintf_l, __stdio_common_vswprintf, OPTN)
SIZED(wchar_t, _swprintf_c, _vswprintf_c, __stdio_common_vswprintf, OPT)
SIZED_L(wchar_t, _swprintf_c_l, _vswprintf_c_l, __stdio_common_vswprintf, OPT)
SIZED(wchar_t, swprintf_s, vswprintf_s, __stdio_common_vswprintf_s, OPT)
SIZED_L(wchar_t, _swprintf_s_l, _vswprintf_s_l, __stdio_common_vswprintf_s, OPT)
SIZED(wchar_t, _swprintf_p, _vswprintf_p, __stdio_common_vswprintf_p, OPT)
SIZED_L(wchar_t, _swprintf_p_l, _vswprintf_p_l, __stdio_common_vswprintf_p, OPT)

/* With a size and a maximum. */
#define TWO_SIZES(CH, NAME, VNAME, NAME_L, VNAME_L, COMMON)                    \
	int VNAME_L(CH *buf, size_t n, size_t max, const CH *fmt, _locale_t l, \
		    va_list ap)                                                \
	{                                                                      \
		return COMMON(OPT, buf, n, max, fmt, l, ap);                   \
	}                                                                      \
	int VNAME(CH *buf, size_t n, size_t max, const CH *fmt, va_list ap)    \
	{                                                                      \
		return COMMON(OPT, buf, n, max, fmt, NULL, ap);                \
	}                                                                      \
	int NAME_L(CH *buf, size_t n, size_t max, const CH *fmt, _locale_t l,  \
		   ...)                                                        \
	{                                                                      \
		VARIADIC(l, COMMON(OPT, buf, n, max, fmt, l, ap));             \
	}                                                                      \
	int NAME(CH *buf, size_t n, size_t max, const CH *fmt, ...)            \
	{                                                                      \
		VARIADIC(fmt, COMMON(OPT, buf, n, max, fmt, NULL, ap));        \
	}

TWO_SIZES(char, _snprintf_s, _vsnprintf_s, _snprintf_s_l, _vsnprintf_s_l,
	  __stdio_common_vsnprintf_s)
TWO_SIZES(wchar_t, _snwprintf_s, _vsnwprintf_s, _snwprintf_s_l, _vsnwprintf_s_l,
	  __stdio_common_vsnwprintf_s)

/* How long it would be. */
#define COUNT(CH, NAME, VNAME, NAME_L, VNAME_L, FORMAT, BITS)                  \
	int VNAME_L(const CH *fmt, _locale_t l, va_list ap)                    \
	{                                                                      \
		CRT_REQUIRE(fmt, EINVAL, -1);                                  \
		return FORMAT(NULL, 0, BITS, fmt, crt_loc(l), ap);             \
	}                                                                      \
	int VNAME(const CH *fmt, va_list ap)                                   \
	{                                                                      \
		return VNAME_L(fmt, NULL, ap);                                 \
	}                                                                      \
	int NAME_L(const CH *fmt, _locale_t l, ...)                            \
	{                                                                      \
		VARIADIC(l, VNAME_L(fmt, l, ap));                              \
	}                                                                      \
	int NAME(const CH *fmt, ...)                                           \
	{                                                                      \
		VARIADIC(fmt, VNAME_L(fmt, NULL, ap));                         \
	}

COUNT(char, _scprintf, _vscprintf, _scprintf_l, _vscprintf_l, crt_format, OPT)
COUNT(char, _scprintf_p, _vscprintf_p, _scprintf_p_l, _vscprintf_p_l,
      crt_format, OPT_P)
COUNT(wchar_t, _scwprintf, _vscwprintf, _scwprintf_l, _vscwprintf_l,
      crt_wformat, OPT)
COUNT(wchar_t, _scwprintf_p, _vscwprintf_p, _scwprintf_p_l, _vscwprintf_p_l,
      crt_wformat, OPT_P)
