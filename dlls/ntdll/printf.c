/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf.c - formatted text, bytes and UTF-16, without floating point.
 *
 * One engine over a sink that stores either width.  What Microsoft's formats
 * have and C's lack: %S (the other width), %I64 %I32 %I, %hs %ws, and %Z for
 * counted strings.  A conversion that we lack (%f and so on) is copied as it
 * stands; its argument is skipped as one double.
 */
#include "ntdll-private.h"

struct sink {
	void *to;
	size_t size; /* elements; more are counted, not stored */
	size_t n;
	BOOL wide;
};

enum {
	LEFT = 1,
	PLUS = 2,
	SPACE = 4,
	ALT = 8,
	ZERO = 16,
	UPPER = 32,
	SIGNED = 64,
};

struct spec {
	unsigned flags;
	int width;
	int precision; /* -1: none */
	int size;      /* bytes of an integer; 1, 2, 4, 8 */
	BOOL wide;     /* of %c %s %Z */
};

static void put(struct sink *o, unsigned c)
{
	if (o->n < o->size) {
		if (o->wide)
			((WCHAR *)o->to)[o->n] = (WCHAR)c;
		else
			((char *)o->to)[o->n] = (char)c;
	}
	o->n++;
}

static void pad(struct sink *o, int n, unsigned c)
{
	while (n-- > 0)
		put(o, c);
}

/* n elements; a width that is not the sink's goes through UTF-8. */
static void put_text(struct sink *o, const struct spec *sp, const void *s,
		     size_t n)
{
	int room = sp->width > (int)n ? sp->width - (int)n : 0;
	const unsigned char *narrow = s;
	const WCHAR *wide = s;
	unsigned char utf8[4];

	if (!(sp->flags & LEFT))
		pad(o, room, sp->flags & ZERO ? '0' : ' ');
	for (size_t i = 0; i < n; i++) {
		ULONG len = 0, units = 1;

		if (!sp->wide) {
			put(o, narrow[i]);
			continue;
		}
		if (o->wide || wide[i] < 0x80) {
			put(o, wide[i]);
			continue;
		}
		if (IS_HIGH_SURROGATE(wide[i]) && i + 1 < n &&
		    IS_LOW_SURROGATE(wide[i + 1]))
			units = 2;
		RtlUnicodeToUTF8N((char *)utf8, sizeof utf8, &len, wide + i,
				  units * sizeof *wide);
		for (ULONG k = 0; k < len; k++)
			put(o, utf8[k]);
		i += units - 1;
	}
	if (sp->flags & LEFT)
		pad(o, room, ' ');
}

static void put_string(struct sink *o, const struct spec *sp, const void *s)
{
	size_t max = sp->precision < 0 ? (size_t)-1 : (size_t)sp->precision;
	struct spec narrow = *sp;

	if (!s) {
		narrow.wide = FALSE;
		put_text(o, &narrow, "(null)", max < 6 ? max : 6);
	} else if (sp->wide) {
		put_text(o, sp, s,
			 max == (size_t)-1 ? wcslen(s) : wcsnlen(s, max));
	} else {
		put_text(o, sp, s,
			 max == (size_t)-1 ? strlen(s) : strnlen(s, max));
	}
}

static void put_integer(struct sink *o, const struct spec *sp, ULONGLONG n,
			unsigned base)
{
	const char *set =
		sp->flags & UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[24], prefix[3];
	int len = 0, npre = 0, zeros, room;

	if (sp->flags & SIGNED && (LONGLONG)n < 0) {
		prefix[npre++] = '-';
		n = 0 - n;
	} else if (sp->flags & SIGNED && sp->flags & PLUS) {
		prefix[npre++] = '+';
	} else if (sp->flags & SIGNED && sp->flags & SPACE) {
		prefix[npre++] = ' ';
	}
	if (sp->flags & ALT && base == 16 && n) {
		prefix[npre++] = '0';
		prefix[npre++] = sp->flags & UPPER ? 'X' : 'x';
	}
	for (; n; n /= base)
		buf[len++] = set[n % base];
	zeros = (sp->precision < 0 ? 1 : sp->precision) - len;
	if (sp->flags & ALT && base == 8 && zeros <= 0)
		zeros = 1;
	if (zeros < 0)
		zeros = 0;
	room = sp->width - len - zeros - npre;
	if (room > 0 && sp->flags & ZERO && !(sp->flags & LEFT) &&
	    sp->precision < 0) {
		zeros += room;
		room = 0;
	}
	if (!(sp->flags & LEFT))
		pad(o, room, ' ');
	for (int i = 0; i < npre; i++)
		put(o, prefix[i]);
	pad(o, zeros, '0');
	while (len)
		put(o, buf[--len]);
	if (sp->flags & LEFT)
		pad(o, room, ' ');
}

static unsigned at(const struct sink *o, const void *f, size_t i)
{
	return o->wide ? ((const WCHAR *)f)[i] : ((const unsigned char *)f)[i];
}

/* hh h l ll w L z t j I I32 I64; 'h' and 'l' also choose the width of text. */
static size_t parse_size(struct sink *o, const void *f, size_t i,
			 struct spec *sp, unsigned *mark)
{
	*mark = 0;
	for (;; i++) {
		unsigned c = at(o, f, i);

		if (c == 'h') {
			sp->size = *mark == 'h' ? 1 : 2;
			*mark = 'h';
		} else if (c == 'l') {
			sp->size = *mark == 'l' ? 8 : 4;
			*mark = 'l';
		} else if (c == 'w') {
			*mark = 'l';
		} else if (c == 'L' || c == 'j') {
			sp->size = 8;
		} else if (c == 'z' || c == 't') {
			sp->size = sizeof(size_t);
		} else if (c == 'I' && at(o, f, i + 1) == '6' &&
			   at(o, f, i + 2) == '4') {
			sp->size = 8;
			i += 2;
		} else if (c == 'I' && at(o, f, i + 1) == '3' &&
			   at(o, f, i + 2) == '2') {
			sp->size = 4;
			i += 2;
		} else if (c == 'I') {
			sp->size = sizeof(size_t);
		} else {
			return i;
		}
	}
}

static size_t parse_number(struct sink *o, const void *f, size_t i, int *n,
			   va_list *args)
{
	*n = 0;
	if (at(o, f, i) == '*') {
		*n = va_arg(*args, int);
		return i + 1;
	}
	for (; at(o, f, i) >= '0' && at(o, f, i) <= '9'; i++)
		if (*n < 100000)
			*n = *n * 10 + (int)(at(o, f, i) - '0');
	return i;
}

static size_t parse_spec(struct sink *o, const void *f, size_t i,
			 struct spec *sp, unsigned *mark, va_list *args)
{
	static const char names[] = "-+ #0";
	const char *flag;

	*sp = (struct spec){ .precision = -1, .size = 4 };
	while (at(o, f, i) && at(o, f, i) < 0x80 &&
	       (flag = strchr(names, (int)at(o, f, i)))) {
		sp->flags |= 1u << (flag - names);
		i++;
	}
	i = parse_number(o, f, i, &sp->width, args);
	if (sp->width < 0) {
		sp->flags |= LEFT;
		sp->width = -sp->width;
	}
	if (at(o, f, i) == '.')
		i = parse_number(o, f, i + 1, &sp->precision, args);
	return parse_size(o, f, i, sp, mark);
}

static ULONGLONG integer(const struct spec *sp, va_list *args)
{
	ULONGLONG n;

	if (sp->size == 8)
		return va_arg(*args, ULONGLONG);
	n = va_arg(*args, ULONG);
	if (sp->flags & SIGNED)
		return sp->size == 4   ? (ULONGLONG)(LONGLONG)(LONG)n
		       : sp->size == 2 ? (ULONGLONG)(LONGLONG)(SHORT)n
				       : (ULONGLONG)(LONGLONG)(signed char)n;
	return sp->size == 4 ? n : sp->size == 2 ? (USHORT)n : (UCHAR)n;
}

static void put_counted(struct sink *o, struct spec *sp, const STRING *s)
{
	size_t n = s ? s->Length / (sp->wide ? sizeof(WCHAR) : 1) : 0;

	if (!s || !s->Buffer)
		put_string(o, sp, NULL);
	else
		put_text(o, sp, s->Buffer,
			 sp->precision >= 0 && (size_t)sp->precision < n
				 ? (size_t)sp->precision
				 : n);
}

/* One conversion; f[i] is its letter.  FALSE: not one of ours. */
static BOOL convert(struct sink *o, unsigned c, struct spec *sp, unsigned mark,
		    va_list *args)
{
	WCHAR wide;
	char narrow;

	sp->wide = o->wide ^ (c == 'S' || c == 'C');
	if (mark && (c == 's' || c == 'S' || c == 'c' || c == 'C'))
		sp->wide = mark == 'l';
	switch (c) {
	case 'd':
	case 'i':
		sp->flags |= SIGNED;
		put_integer(o, sp, integer(sp, args), 10);
		return TRUE;
	case 'u':
		put_integer(o, sp, integer(sp, args), 10);
		return TRUE;
	case 'o':
		put_integer(o, sp, integer(sp, args), 8);
		return TRUE;
	case 'X':
		sp->flags |= UPPER;
		__attribute__((fallthrough));
	case 'x':
		put_integer(o, sp, integer(sp, args), 16);
		return TRUE;
	case 'p':
		sp->flags |= UPPER;
		sp->precision = 2 * sizeof(void *);
		put_integer(o, sp, (ULONG_PTR)va_arg(*args, void *), 16);
		return TRUE;
	case 'c':
	case 'C':
		wide = (WCHAR)va_arg(*args, int);
		narrow = (char)wide;
		put_text(o, sp, sp->wide ? (void *)&wide : &narrow, 1);
		return TRUE;
	case 's':
	case 'S':
		put_string(o, sp, va_arg(*args, void *));
		return TRUE;
	case 'Z':
		sp->wide = mark == 'l';
		put_counted(o, sp, va_arg(*args, STRING *));
		return TRUE;
	case '%':
		put(o, '%');
		return TRUE;
	default:
		return FALSE;
	}
}

static int format(struct sink *o, const void *f, va_list list)
{
	va_list args;
	size_t i = 0;

	va_copy(args, list);
	while (at(o, f, i)) {
		struct spec sp;
		unsigned mark;
		size_t start = i;

		if (at(o, f, i) != '%') {
			put(o, at(o, f, i++));
			continue;
		}
		i = parse_spec(o, f, i + 1, &sp, &mark, &args);
		if (!convert(o, at(o, f, i), &sp, mark, &args)) {
			if (at(o, f, i) && at(o, f, i) < 0x80 &&
			    strchr("eEfFgGaA", (int)at(o, f, i)))
				(void)va_arg(args, double);
			while (start < i)
				put(o, at(o, f, start++));
			if (!at(o, f, i))
				break;
			put(o, at(o, f, i));
		}
		i++;
	}
	va_end(args);
	if (o->n < o->size) {
		size_t n = o->n;

		put(o, 0);
		o->n = n;
	}
	return (int)o->n;
}

int __cdecl rf_vsnprintf(char *to, size_t n, const char *f, va_list args)
{
	struct sink o = { .to = to, .size = n };
	int len = format(&o, f, args);

	return n && (size_t)len > n ? -1 : len;
}

int __cdecl rf_vsnwprintf(WCHAR *to, size_t n, const WCHAR *f, va_list args)
{
	struct sink o = { .to = to, .size = n, .wide = TRUE };
	int len = format(&o, f, args);

	return n && (size_t)len > n ? -1 : len;
}

/* ---- the C library's names ---------------------------------------------- */

#define ARGS(call)                                                             \
	do {                                                                   \
		va_list args;                                                  \
		int len;                                                       \
		va_start(args, format);                                        \
		len = call;                                                    \
		va_end(args);                                                  \
		return len;                                                    \
	} while (0)

enum { NO_LIMIT = 0x7fffffff };

int __cdecl rf_snprintf(char *to, size_t n, const char *format, ...);
int __cdecl rf_snwprintf(WCHAR *to, size_t n, const WCHAR *format, ...);
int __cdecl rf_sprintf(char *to, const char *format, ...);
int __cdecl rf_swprintf(WCHAR *to, const WCHAR *format, ...);
int __cdecl rf_vsprintf(char *to, const char *format, va_list args);
int __cdecl rf_vswprintf(WCHAR *to, const WCHAR *format, va_list args);
int __cdecl rf_vscprintf(const char *format, va_list args);
int __cdecl rf_vscwprintf(const WCHAR *format, va_list args);
int __cdecl rf_sprintf_s(char *to, size_t n, const char *format, ...);
int __cdecl rf_swprintf_s(WCHAR *to, size_t n, const WCHAR *format, ...);
int __cdecl rf_vsprintf_s(char *to, size_t n, const char *format, va_list args);
int __cdecl rf_vswprintf_s(WCHAR *to, size_t n, const WCHAR *format,
			   va_list args);
int __cdecl rf_snprintf_s(char *to, size_t n, size_t max, const char *format,
			  ...);
int __cdecl rf_snwprintf_s(WCHAR *to, size_t n, size_t max, const WCHAR *format,
			   ...);
int __cdecl rf_vsnprintf_s(char *to, size_t n, size_t max, const char *format,
			   va_list args);
int __cdecl rf_vsnwprintf_s(WCHAR *to, size_t n, size_t max,
			    const WCHAR *format, va_list args);

int __cdecl rf_snprintf(char *to, size_t n, const char *format, ...)
{
	ARGS(rf_vsnprintf(to, n, format, args));
}

int __cdecl rf_snwprintf(WCHAR *to, size_t n, const WCHAR *format, ...)
{
	ARGS(rf_vsnwprintf(to, n, format, args));
}

int __cdecl rf_sprintf(char *to, const char *format, ...)
{
	ARGS(rf_vsnprintf(to, NO_LIMIT, format, args));
}

int __cdecl rf_swprintf(WCHAR *to, const WCHAR *format, ...)
{
	ARGS(rf_vsnwprintf(to, NO_LIMIT, format, args));
}

int __cdecl rf_vsprintf(char *to, const char *format, va_list args)
{
	return rf_vsnprintf(to, NO_LIMIT, format, args);
}

int __cdecl rf_vswprintf(WCHAR *to, const WCHAR *format, va_list args)
{
	return rf_vsnwprintf(to, NO_LIMIT, format, args);
}

int __cdecl rf_vscprintf(const char *format, va_list args)
{
	return rf_vsnprintf(NULL, 0, format, args);
}

int __cdecl rf_vscwprintf(const WCHAR *format, va_list args)
{
	return rf_vsnwprintf(NULL, 0, format, args);
}

/* max (size_t)-1: _TRUNCATE.  What does not fit leaves an empty string. */
int __cdecl rf_vsnprintf_s(char *to, size_t n, size_t max, const char *format,
			   va_list args)
{
	size_t room = max < n ? max + 1 : n;
	int len;

	if (!to || !n)
		return -1;
	len = rf_vsnprintf(to, room, format, args);
	if (len >= 0 && (size_t)len < room)
		return len;
	to[max < n || max == (size_t)-1 ? room - 1 : 0] = 0;
	return -1;
}

int __cdecl rf_vsnwprintf_s(WCHAR *to, size_t n, size_t max,
			    const WCHAR *format, va_list args)
{
	size_t room = max < n ? max + 1 : n;
	int len;

	if (!to || !n)
		return -1;
	len = rf_vsnwprintf(to, room, format, args);
	if (len >= 0 && (size_t)len < room)
		return len;
	to[max < n || max == (size_t)-1 ? room - 1 : 0] = 0;
	return -1;
}

int __cdecl rf_snprintf_s(char *to, size_t n, size_t max, const char *format,
			  ...)
{
	ARGS(rf_vsnprintf_s(to, n, max, format, args));
}

int __cdecl rf_snwprintf_s(WCHAR *to, size_t n, size_t max, const WCHAR *format,
			   ...)
{
	ARGS(rf_vsnwprintf_s(to, n, max, format, args));
}

int __cdecl rf_vsprintf_s(char *to, size_t n, const char *format, va_list args)
{
	return rf_vsnprintf_s(to, n, n, format, args);
}

int __cdecl rf_vswprintf_s(WCHAR *to, size_t n, const WCHAR *format,
			   va_list args)
{
	return rf_vsnwprintf_s(to, n, n, format, args);
}

int __cdecl rf_sprintf_s(char *to, size_t n, const char *format, ...)
{
	ARGS(rf_vsnprintf_s(to, n, n, format, args));
}

int __cdecl rf_swprintf_s(WCHAR *to, size_t n, const WCHAR *format, ...)
{
	ARGS(rf_vsnwprintf_s(to, n, n, format, args));
}
