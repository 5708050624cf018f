/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compat.c - rarely used exports that belong nowhere else.
 */
#include "crt.h"
#include "crt-time.h"

typedef unsigned char uc;
wint_t fgetwc(FILE *f);
wint_t fputwc(wchar_t c, FILE *f);
int _cputws(const wchar_t *s);
unsigned _controlfp(unsigned value, unsigned mask);
int __conio_common_vcprintf(unsigned __int64 opt, const char *fmt, _locale_t l,
			    va_list ap);

wint_t _fgetwchar(void)
{
	return fgetwc(crt_stdin);
}

wint_t _fputwchar(wchar_t c)
{
	return fputwc(c, crt_stdout);
}

wint_t _getwc_nolock(FILE *f)
{
	return crt_getwc_file(f);
}

wint_t _putwc_nolock(wchar_t c, FILE *f)
{
	return crt_putwc_file(c, f);
}

/* --------------------------------------------------------- wide console */

int __conio_common_vcwprintf(unsigned __int64 opt, const wchar_t *fmt,
			     _locale_t l, va_list ap)
{
	wchar_t small[1024], *buf = small;
	int n;

	CRT_REQUIRE(fmt, EINVAL, -1);
	n = crt_wformat(small, COUNT_OF(small) - 1, (unsigned)opt, fmt,
			crt_loc(l), ap);
	if (n < 0)
		return n;
	if (n >= (int)COUNT_OF(small)) {
		buf = malloc(((size_t)n + 1) * sizeof(*buf));
		if (!buf)
			return -1;
		crt_wformat(buf, (size_t)n, (unsigned)opt, fmt, crt_loc(l), ap);
	}
	buf[n] = 0;
	_cputws(buf);
	if (buf != small)
		free(buf);
	return n;
}

int __conio_common_vcprintf_s(unsigned __int64 opt, const char *fmt,
			      _locale_t l, va_list ap)
{
	return __conio_common_vcprintf(opt | PRINTF_VALIDATE, fmt, l, ap);
}

int __conio_common_vcprintf_p(unsigned __int64 opt, const char *fmt,
			      _locale_t l, va_list ap)
{
	return __conio_common_vcprintf(opt | PRINTF_POSITIONAL, fmt, l, ap);
}

int __conio_common_vcwprintf_s(unsigned __int64 opt, const wchar_t *fmt,
			       _locale_t l, va_list ap)
{
	return __conio_common_vcwprintf(opt | PRINTF_VALIDATE, fmt, l, ap);
}

int __conio_common_vcwprintf_p(unsigned __int64 opt, const wchar_t *fmt,
			       _locale_t l, va_list ap)
{
	return __conio_common_vcwprintf(opt | PRINTF_POSITIONAL, fmt, l, ap);
}

#define CONSOLE(CH, NAME, VNAME, NAME_L, VNAME_L, HOW, BITS)                   \
	int VNAME_L(const CH *fmt, _locale_t l, va_list ap)                    \
	{                                                                      \
		return HOW(PRINTF_DEFAULT | (BITS), fmt, l, ap);               \
	}                                                                      \
	int NAME_L(const CH *fmt, _locale_t l, ...)                            \
	{                                                                      \
		va_list ap;                                                    \
		int n;                                                         \
                                                                               \
		va_start(ap, l);                                               \
		n = VNAME_L(fmt, l, ap);                                       \
		va_end(ap);                                                    \
		return n;                                                      \
	}

#define CONSOLE_PLAIN(CH, NAME, VNAME, HOW, BITS)                              \
	int VNAME(const CH *fmt, va_list ap)                                   \
	{                                                                      \
		return HOW(PRINTF_DEFAULT | (BITS), fmt, NULL, ap);            \
	}                                                                      \
	int NAME(const CH *fmt, ...)                                           \
	{                                                                      \
		va_list ap;                                                    \
		int n;                                                         \
                                                                               \
		va_start(ap, fmt);                                             \
		n = VNAME(fmt, ap);                                            \
		va_end(ap);                                                    \
		return n;                                                      \
	}

CONSOLE(char, _cprintf, _vcprintf, _cprintf_l, _vcprintf_l,
	__conio_common_vcprintf, 0)
CONSOLE_PLAIN(char, _cprintf_p, _vcprintf_p, __conio_common_vcprintf,
	      PRINTF_POSITIONAL)
CONSOLE(char, _cprintf_p, _vcprintf_p, _cprintf_p_l, _vcprintf_p_l,
	__conio_common_vcprintf, PRINTF_POSITIONAL)
CONSOLE_PLAIN(wchar_t, _cwprintf, _vcwprintf, __conio_common_vcwprintf, 0)
CONSOLE(wchar_t, _cwprintf, _vcwprintf, _cwprintf_l, _vcwprintf_l,
	__conio_common_vcwprintf, 0)
CONSOLE_PLAIN(wchar_t, _cwprintf_p, _vcwprintf_p, __conio_common_vcwprintf,
	      PRINTF_POSITIONAL)
CONSOLE(wchar_t, _cwprintf_p, _vcwprintf_p, _cwprintf_p_l, _vcwprintf_p_l,
	__conio_common_vcwprintf, PRINTF_POSITIONAL)

/* ------------------------------------------------- names of days, months */

/* ":Sun:Sunday:Mon:Monday..." in the current locale; the caller frees. */
static char *names(int n, const char *abbreviated, const char *full, int month)
{
	char *all = malloc(1024), *p = all;
	struct crt_tm tm = { .tm_mday = 1 };

	if (!all)
		return NULL;
	for (int i = 0; i < n; i++) {
		if (month)
			tm.tm_mon = i;
		else
			tm.tm_wday = i;
		*p++ = ':';
		p += strftime(p, 40, abbreviated, &tm);
		*p++ = ':';
		p += strftime(p, 40, full, &tm);
	}
	*p = 0;
	return all;
}

char *_Getdays(void)
{
	return names(7, "%a", "%A", 0);
}

char *_Getmonths(void)
{
	return names(12, "%b", "%B", 1);
}

/* Only passed on to _Strftime, which asks the locale itself. */
void *_Gettnames(void)
{
	return calloc(1, 512);
}

wchar_t *_W_Getdays(void)
{
	char *s = _Getdays();
	wchar_t *w = s ? crt_wide(s) : NULL;

	free(s);
	return w;
}

wchar_t *_W_Getmonths(void)
{
	char *s = _Getmonths();
	wchar_t *w = s ? crt_wide(s) : NULL;

	free(s);
	return w;
}

void *_W_Gettnames(void)
{
	return calloc(1, 512);
}

/* ------------------------------------------------------- odds and ends */

/* After a stack overflow: put the guard page back below the stack in use. */
int _resetstkoflw(void)
{
	MEMORY_BASIC_INFORMATION mi;
	char *here = __builtin_frame_address(0), *guard;
	ULONG old;

	if (!VirtualQuery(here, &mi, sizeof(mi)))
		return 0;
	guard = (char *)((uintptr_t)here & ~(uintptr_t)0xfff) - 0x4000;
	if (guard <= (char *)mi.AllocationBase + 0x1000)
		return 0;
	if (!VirtualAlloc(guard, 0x1000, MEM_COMMIT, PAGE_READWRITE))
		return 0;
	return VirtualProtect(guard, 0x1000, PAGE_READWRITE | PAGE_GUARD,
			      &old) != 0;
}

void _seterrormode(int mode)
{
	SetErrorMode((UINT)mode);
}

void _set_controlfp(unsigned value, unsigned mask)
{
	_controlfp(value, mask);
}

int __crtCompareStringW(const wchar_t *name, DWORD flags, const wchar_t *a,
			int na, const wchar_t *b, int nb)
{
	return CompareStringW(LOCALE_USER_DEFAULT, flags, a, na, b, nb);
}

int __crtCompareStringA(_locale_t l, const wchar_t *name, DWORD flags,
			const char *a, int na, const char *b, int nb, int cp)
{
	return CompareStringA(LOCALE_USER_DEFAULT, flags, a, na, b, nb);
}

int __crtGetLocaleInfoW(const wchar_t *name, LCTYPE what, wchar_t *out, int n)
{
	return GetLocaleInfoW(LOCALE_USER_DEFAULT, what, out, n);
}

size_t __strncnt(const char *s, size_t n)
{
	return strnlen(s, n);
}

size_t __wcsncnt(const wchar_t *s, size_t n)
{
	return wcsnlen(s, n);
}

/* The compiler's checks of buffers end here. */
void __report_gsfailure(uintptr_t cookie)
{
	TerminateProcess(NtCurrentProcess(), (UINT)STATUS_STACK_BUFFER_OVERRUN);
}

void _crt_debugger_hook(int reserved)
{
}

void __initialize_lconv_for_unsigned_char(void)
{
}

/* ---- C99's complex, of Microsoft ---- */

struct complex {
	double re, im;
};
struct fcomplex {
	float re, im;
};

struct complex _Cbuild(double re, double im)
{
	return (struct complex){ re, im };
}

struct complex _Cmulcc(struct complex a, struct complex b)
{
	return (struct complex){ a.re * b.re - a.im * b.im,
				 a.re * b.im + a.im * b.re };
}

struct complex _Cmulcr(struct complex a, double b)
{
	return (struct complex){ a.re * b, a.im * b };
}

struct fcomplex _FCbuild(float re, float im)
{
	return (struct fcomplex){ re, im };
}

struct fcomplex _FCmulcc(struct fcomplex a, struct fcomplex b)
{
	return (struct fcomplex){ a.re * b.re - a.im * b.im,
				  a.re * b.im + a.im * b.re };
}

struct fcomplex _FCmulcr(struct fcomplex a, float b)
{
	return (struct fcomplex){ a.re * b, a.im * b };
}

double norm(struct complex z)
{
	return z.re * z.re + z.im * z.im;
}

float normf(struct fcomplex z)
{
	return z.re * z.re + z.im * z.im;
}
