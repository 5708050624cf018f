/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf.c - the printf engines, narrow and wide, and their arguments.
 *
 * Positional arguments (_printf_p) are collected first; the others are taken
 * from the va_list as the format asks for them.
 */
#include "crt.h"
#include "fltfmt.h"

#define MAX_POSITIONS 100

enum size { SZ_INT, SZ_HH, SZ_H, SZ_L, SZ_64, SZ_PTR, SZ_LD };

struct spec {
	int width, prec, index, width_index, prec_index;
	unsigned char left, plus, space, alt, zero, is_signed, size;
};

struct args {
	va_list ap;
	int positional;
	uint64_t *value; /* positional: by index */
};

int crt_count_output;

int _get_printf_count_output(void)
{
	return crt_count_output;
}

int _set_printf_count_output(int on)
{
	int old = crt_count_output;

	crt_count_output = on != 0;
	return old;
}

static inline int get_int(struct args *a, int i)
{
	if (a->positional)
		return (int)a->value[i];
	return va_arg(a->ap, int);
}

static inline void *get_pointer(struct args *a, int i)
{
	if (a->positional)
		return (void *)(uintptr_t)a->value[i];
	return va_arg(a->ap, void *);
}

static inline double get_double(struct args *a, int i)
{
	double d;

	if (!a->positional)
		return va_arg(a->ap, double);
	memcpy(&d, &a->value[i], sizeof(d));
	return d;
}

static inline int64_t get_integer(struct args *a, int i, int size, int sign)
{
	uint64_t v;

	if (a->positional)
		v = a->value[i];
	else if (size == SZ_64 || (size == SZ_PTR && sizeof(void *) == 8))
		v = va_arg(a->ap, uint64_t);
	else
		v = va_arg(a->ap, unsigned);
	switch (size) {
	case SZ_HH:
		return sign ? (int64_t)(signed char)v
			    : (int64_t)(unsigned char)v;
	case SZ_H:
		return sign ? (int64_t)(short)v : (int64_t)(unsigned short)v;
	case SZ_64:
		return (int64_t)v;
	case SZ_PTR:
		if (sizeof(void *) == 8)
			return (int64_t)v;
		break;
	}
	return sign ? (int64_t)(int)v : (int64_t)(unsigned)v;
}

static void store_count(void *p, int size, int n)
{
	switch (size) {
	case SZ_HH:
		*(signed char *)p = (signed char)n;
		break;
	case SZ_H:
		*(short *)p = (short)n;
		break;
	case SZ_64:
		*(int64_t *)p = n;
		break;
	default:
		*(int *)p = n;
		break;
	}
}

/* Does %s (or %S: the other one) mean wchar_t here? */
static int string_is_wide(int capital, int size, unsigned opt, int engine_wide)
{
	if (size == SZ_H)
		return 0;
	if (size == SZ_L || size == SZ_64)
		return 1;
	if (!engine_wide || !(opt & PRINTF_LEGACY_WIDE))
		return capital;
	return !capital;
}

#define CH      char
#define OTHER   wchar_t
#define FN(x)   n_##x
#define IS_WIDE 0
#include "printf-engine.h"
#undef CH
#undef OTHER
#undef FN
#undef IS_WIDE
#define CH      wchar_t
#define OTHER   char
#define FN(x)   w_##x
#define IS_WIDE 1
#include "printf-engine.h"

/* ---- positions ----------------------------------------------------------- */

enum held { HELD_NONE, HELD_INT, HELD_64, HELD_POINTER, HELD_DOUBLE };

/* What position i, unless it is 0, has to hold; all who name it must agree. */
static int hold(unsigned char *held, int i, enum held what, int *max)
{
	if (!i)
		return 0;
	if (held[i] && held[i] != what)
		return -1;
	held[i] = (unsigned char)what;
	if (i > *max)
		*max = i;
	return 0;
}

static enum held held_by(int conversion, int size)
{
	switch (conversion) {
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return HELD_DOUBLE;
	case 's':
	case 'S':
	case 'Z':
	case 'p':
	case 'n':
		return HELD_POINTER;
	case 'c':
	case 'C':
		return HELD_INT;
	}
	return size == SZ_64 || (size == SZ_PTR && sizeof(void *) == 8)
		       ? HELD_64
		       : HELD_INT;
}

/*
 * Fetches what each position holds.  Returns -1 when the format is not
 * positional throughout, or leaves one out: nobody knows its size.
 */
static int collect(struct args *a, const void *fmt, int wide, va_list ap,
		   uint64_t values[MAX_POSITIONS + 1])
{
	unsigned char held[MAX_POSITIONS + 1] = { 0 };
	const char *s = fmt;
	const wchar_t *w = fmt;
	int max = 0;

	memset(values, 0, (MAX_POSITIONS + 1) * sizeof(*values));
	a->value = values;
	for (;;) {
		struct spec sp;
		int c, r;

		if (wide) {
			while (*w && *w != '%')
				w++;
			if (!*w)
				break;
			if (*++w == '%') {
				w++;
				continue;
			}
			r = w_parse(&w, &sp, a);
			c = *w;
			if (*w)
				w++;
		} else {
			while (*s && *s != '%')
				s++;
			if (!*s)
				break;
			if (*++s == '%') {
				s++;
				continue;
			}
			r = n_parse(&s, &sp, a);
			c = *s;
			if (*s)
				s++;
		}
		if (r < 0 || !c ||
		    hold(held, sp.index, held_by(c, sp.size), &max) < 0 ||
		    hold(held, sp.width_index, HELD_INT, &max) < 0 ||
		    hold(held, sp.prec_index, HELD_INT, &max) < 0)
			return -1;
	}
	for (int i = 1; i <= max; i++) {
		switch (held[i]) {
		case HELD_INT:
			values[i] = va_arg(ap, unsigned);
			break;
		case HELD_64:
		case HELD_DOUBLE: /* its bits */
			values[i] = va_arg(ap, uint64_t);
			break;
		case HELD_POINTER:
			values[i] = (uintptr_t)va_arg(ap, void *);
			break;
		default:
			return -1;
		}
	}
	return 0;
}

/* Is there a "%1$" in it?  If not, _printf_p is printf. */
static int has_positions(const void *fmt, int wide)
{
	const char *s = fmt;
	const wchar_t *w = fmt;

	for (;; wide ? (void)w++ : (void)s++) {
		int c = wide ? *w : *s, i = 1, d;

		if (!c)
			return 0;
		if (c != '%')
			continue;
		if ((wide ? w[1] : s[1]) == '%') {
			wide ? (void)w++ : (void)s++;
			continue;
		}
		while ((d = wide ? w[i] : s[i]) >= '0' && d <= '9')
			i++;
		return i > 1 && d == '$';
	}
}

static int run(struct n_sink *n, struct w_sink *w, unsigned opt,
	       const void *fmt, struct crt_locale *l, va_list ap)
{
	struct args a = { .positional = 0 };
	uint64_t values[MAX_POSITIONS + 1];
	int ret;

	if ((opt & PRINTF_POSITIONAL) && has_positions(fmt, w != NULL)) {
		a.positional = 1;
		if (collect(&a, fmt, w != NULL, ap, values) < 0) {
			crt_invalid(EINVAL);
			return -1;
		}
	}
	va_copy(a.ap, ap);
	ret = n ? n_format(n, opt, fmt, l, &a) : w_format(w, opt, fmt, l, &a);
	va_end(a.ap);
	return ret;
}

int crt_format(char *buf, size_t n, unsigned opt, const char *fmt,
	       struct crt_locale *l, va_list ap)
{
	struct n_sink o = { buf, buf + n, NULL, 0, 0 };
	struct args a = { .positional = 0 };
	int ret;

	if (opt & PRINTF_POSITIONAL) {
		ret = run(&o, NULL, opt, fmt, l, ap);
	} else {
		va_copy(a.ap, ap);
		ret = n_format(&o, opt, fmt, l, &a);
		va_end(a.ap);
	}
	/* The NUL of the _vsnprintf kinds is the caller's; say where. */
	if (ret < 0 && n)
		buf[0] = 0;
	return ret;
}

int crt_wformat(wchar_t *buf, size_t n, unsigned opt, const wchar_t *fmt,
		struct crt_locale *l, va_list ap)
{
	struct w_sink o = { buf, buf + n, NULL, 0, 0 };
	int ret = run(NULL, &o, opt, fmt, l, ap);

	if (ret < 0 && n)
		buf[0] = 0;
	return ret;
}

int crt_vfprintf(FILE *f, unsigned opt, const char *fmt, struct crt_locale *l,
		 va_list ap)
{
	struct n_sink o = { NULL, NULL, f, 0, 0 };
	int ret, tmp;

	CRT_REQUIRE(f && fmt, EINVAL, -1);
	crt_lock_file(f);
	tmp = crt_stbuf(f);
	ret = run(&o, NULL, opt, fmt, l, ap);
	crt_ftbuf(tmp, f);
	crt_unlock_file(f);
	return ret;
}

int crt_vfwprintf(FILE *f, unsigned opt, const wchar_t *fmt,
		  struct crt_locale *l, va_list ap)
{
	struct w_sink o = { NULL, NULL, f, 0, 0 };
	int ret, tmp;

	CRT_REQUIRE(f && fmt, EINVAL, -1);
	crt_lock_file(f);
	tmp = crt_stbuf(f);
	ret = run(NULL, &o, opt, fmt, l, ap);
	crt_ftbuf(tmp, f);
	crt_unlock_file(f);
	return ret;
}
