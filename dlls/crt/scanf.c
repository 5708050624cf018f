/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scanf.c - the scanf family: engines, ucrt's common functions, msvcrt's names.
 */
#include "crt.h"

typedef unsigned __int64 options_t;

enum scan_size { SC_INT, SC_HH, SC_H, SC_L, SC_64, SC_PTR };

struct scan {
	int width;
	unsigned char has_width, suppress, size, wide;
};

static void scan_store(void *p, int size, uint64_t v)
{
	switch (size) {
	case SC_HH:
		*(unsigned char *)p = (unsigned char)v;
		break;
	case SC_H:
		*(unsigned short *)p = (unsigned short)v;
		break;
	case SC_64:
		*(uint64_t *)p = v;
		break;
	case SC_PTR:
		*(uintptr_t *)p = (uintptr_t)v;
		break;
	default:
		*(unsigned *)p = (unsigned)v;
		break;
	}
}

/* A number's text as it is read; of any length, as it has to be exact. */
struct number {
	char small[128], *text;
	size_t n, room;
};

static int number_add(struct number *t, int c)
{
	if (t->n == t->room) {
		char *more = malloc(2 * t->room);

		if (!more)
			return -1;
		memcpy(more, t->text, t->n);
		if (t->text != t->small)
			free(t->text);
		t->text = more;
		t->room *= 2;
	}
	t->text[t->n++] = (char)c;
	return 0;
}

#define CH        char
#define UCH       unsigned char
#define FN(x)     n_##x
#define IS_WIDE   0
#define SET_BYTES 32
#include "scanf-engine.h"
#undef CH
#undef UCH
#undef FN
#undef IS_WIDE
#undef SET_BYTES
#define CH        wchar_t
#define UCH       wchar_t
#define FN(x)     w_##x
#define IS_WIDE   1
#define SET_BYTES 8192
#include "scanf-engine.h"

int __stdio_common_vfscanf(options_t opt, FILE *f, const char *fmt, _locale_t l,
			   va_list ap)
{
	struct n_source s = { .f = f };
	va_list args;
	int ret;

	CRT_REQUIRE(f && fmt, EINVAL, EOF);
	va_copy(args, ap);
	crt_lock_file(f);
	ret = n_scan(&s, (unsigned)opt, fmt, crt_loc(l), &args);
	crt_unlock_file(f);
	va_end(args);
	return ret;
}

int __stdio_common_vfwscanf(options_t opt, FILE *f, const wchar_t *fmt,
			    _locale_t l, va_list ap)
{
	struct w_source s = { .f = f };
	va_list args;
	int ret;

	CRT_REQUIRE(f && fmt, EINVAL, EOF);
	va_copy(args, ap);
	crt_lock_file(f);
	ret = w_scan(&s, (unsigned)opt, fmt, crt_loc(l), &args);
	crt_unlock_file(f);
	va_end(args);
	return ret;
}

int __stdio_common_vsscanf(options_t opt, const char *buf, size_t n,
			   const char *fmt, _locale_t l, va_list ap)
{
	struct n_source s = { .p = buf };
	va_list args;
	int ret;

	CRT_REQUIRE(buf && fmt, EINVAL, EOF);
	s.end = n > (size_t)-1 - (uintptr_t)buf ? (char *)UINTPTR_MAX : buf + n;
	va_copy(args, ap);
	ret = n_scan(&s, (unsigned)opt, fmt, crt_loc(l), &args);
	va_end(args);
	return ret;
}

int __stdio_common_vswscanf(options_t opt, const wchar_t *buf, size_t n,
			    const wchar_t *fmt, _locale_t l, va_list ap)
{
	struct w_source s = { .p = buf };
	va_list args;
	int ret;

	CRT_REQUIRE(buf && fmt, EINVAL, EOF);
	s.end = n > ((size_t)-1 - (uintptr_t)buf) / 2
			? (wchar_t *)(UINTPTR_MAX & ~(uintptr_t)1)
			: buf + n;
	va_copy(args, ap);
	ret = w_scan(&s, (unsigned)opt, fmt, crt_loc(l), &args);
	va_end(args);
	return ret;
}

#if CRT_MSVCRT

#define OPT   SCANF_DEFAULT
#define OPT_S (SCANF_DEFAULT | SCANF_SECURE)
#define ALL   ((size_t)-1)

#define VARIADIC(last, call)                                                   \
	va_list ap;                                                            \
	int ret;                                                               \
                                                                               \
	va_start(ap, last);                                                    \
	ret = call;                                                            \
	va_end(ap);                                                            \
	return ret

#define FAMILY(CH, FSCANF, SCANF, SSCANF, SNSCANF, VFSCANF, VSSCANF, BITS)     \
	int FSCANF(FILE *f, const CH *fmt, ...)                                \
	{                                                                      \
		VARIADIC(fmt, VFSCANF(BITS, f, fmt, NULL, ap));                \
	}                                                                      \
	int SCANF(const CH *fmt, ...)                                          \
	{                                                                      \
		VARIADIC(fmt, VFSCANF(BITS, crt_stdin, fmt, NULL, ap));        \
	}                                                                      \
	int SSCANF(const CH *s, const CH *fmt, ...)                            \
	{                                                                      \
		VARIADIC(fmt, VSSCANF(BITS, s, ALL, fmt, NULL, ap));           \
	}                                                                      \
	int SNSCANF(const CH *s, size_t n, const CH *fmt, ...)                 \
	{                                                                      \
		VARIADIC(fmt, VSSCANF(BITS, s, n, fmt, NULL, ap));             \
	}

#define FAMILY_L(CH, FSCANF, SCANF, SSCANF, SNSCANF, VFSCANF, VSSCANF, BITS)   \
	int FSCANF(FILE *f, const CH *fmt, _locale_t l, ...)                   \
	{                                                                      \
		VARIADIC(l, VFSCANF(BITS, f, fmt, l, ap));                     \
	}                                                                      \
	int SCANF(const CH *fmt, _locale_t l, ...)                             \
	{                                                                      \
		VARIADIC(l, VFSCANF(BITS, crt_stdin, fmt, l, ap));             \
	}                                                                      \
	int SSCANF(const CH *s, const CH *fmt, _locale_t l, ...)               \
	{                                                                      \
		VARIADIC(l, VSSCANF(BITS, s, ALL, fmt, l, ap));                \
	}                                                                      \
	int SNSCANF(const CH *s, size_t n, const CH *fmt, _locale_t l, ...)    \
	{                                                                      \
		VARIADIC(l, VSSCANF(BITS, s, n, fmt, l, ap));                  \
	}

FAMILY(char, fscanf, scanf, sscanf, _snscanf, __stdio_common_vfscanf,
       __stdio_common_vsscanf, OPT)
FAMILY(char, fscanf_s, scanf_s, sscanf_s, _snscanf_s, __stdio_common_vfscanf,
       __stdio_common_vsscanf, OPT_S)
FAMILY_L(char, _fscanf_l, _scanf_l, _sscanf_l, _snscanf_l,
	 __stdio_common_vfscanf, __stdio_common_vsscanf, OPT)
FAMILY_L(char, _fscanf_s_l, _scanf_s_l, _sscanf_s_l, _snscanf_s_l,
	 __stdio_common_vfscanf, __stdio_common_vsscanf, OPT_S)
FAMILY(wchar_t, fwscanf, wscanf, swscanf, _snwscanf, __stdio_common_vfwscanf,
       __stdio_common_vswscanf, OPT)
FAMILY(wchar_t, fwscanf_s, wscanf_s, swscanf_s, _snwscanf_s,
       __stdio_common_vfwscanf, __stdio_common_vswscanf, OPT_S)
FAMILY_L(wchar_t, _fwscanf_l, _wscanf_l, _swscanf_l, _snwscanf_l,
	 __stdio_common_vfwscanf, __stdio_common_vswscanf, OPT)
FAMILY_L(wchar_t, _fwscanf_s_l, _wscanf_s_l, _swscanf_s_l, _snwscanf_s_l,
	 __stdio_common_vfwscanf, __stdio_common_vswscanf, OPT_S)

#endif
