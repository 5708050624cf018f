/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scanf-engine.h - scanf for one kind of character: CH, FN(), IS_WIDE.
 *
 * Included twice by scanf.c.  One character is looked at ahead, and given back
 * to the stream at the end.
 */

struct FN(source) {
	const CH *p, *end; /* memory */
	FILE *f;
	int ahead, have; /* the character looked at */
	int taken;       /* characters consumed, for %n */
};

static int FN(peek)(struct FN(source) * s)
{
	if (!s->have) {
		if (!s->f)
			s->ahead = s->p < s->end && *s->p ? (UCH)*s->p : EOF;
#if IS_WIDE
		else {
			wint_t c = crt_getwc_file(s->f);

			s->ahead = c == WEOF ? EOF : c;
		}
#else
		else
			s->ahead = crt_getc_file(s->f);
#endif
		s->have = 1;
	}
	return s->ahead;
}

static void FN(next)(struct FN(source) * s)
{
	FN(peek)(s);
	if (s->ahead != EOF) {
		s->have = 0;
		s->taken++;
		if (!s->f)
			s->p++;
	}
}

static int FN(space)(int c, struct crt_locale *l)
{
#if IS_WIDE
	(void)l;
	return c != EOF && (crt_wctype((wchar_t)c) & CT_SPACE);
#else
	return c != EOF && (l->pctype[c] & CT_SPACE);
#endif
}

/* Collects the text of a number; base 0, 8, 10, 16.  Returns -1 for none. */
static int FN(scan_int)(struct FN(source) * s, int width, int base,
			uint64_t *value)
{
	uint64_t v = 0;
	int negative = 0, digits = 0, c = FN(peek)(s);

	if (width && (c == '-' || c == '+')) {
		negative = c == '-';
		FN(next)(s);
		width--;
		c = FN(peek)(s);
	}
	if (width && c == '0' && (base == 0 || base == 16)) {
		FN(next)(s);
		width--;
		digits = 1;
		c = FN(peek)(s);
		if (width && (c == 'x' || c == 'X')) {
			FN(next)(s);
			width--;
			base = 16;
			digits = 0;
		} else if (base == 0) {
			base = 8;
		}
	}
	if (base == 0)
		base = 10;
	for (; width; width--) {
		int d;

		c = FN(peek)(s);
		if (c >= '0' && c <= '9')
			d = c - '0';
		else if (c >= 'a' && c <= 'f')
			d = c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			d = c - 'A' + 10;
		else
			break;
		if (d >= base)
			break;
		v = v * (unsigned)base + (unsigned)d;
		digits = 1;
		FN(next)(s);
	}
	if (!digits)
		return -1;
	*value = negative ? 0 - v : v;
	return 0;
}

/* The longest text that may begin a number; -1 when it is not one. */
static int FN(take_float)(struct FN(source) * s, int width, struct number *t,
			  struct crt_locale *l)
{
	int c, digits = 0, hex = 0, point = 0, exp = 0;

#define TAKE(ch)                                                               \
	do {                                                                   \
		if (number_add(t, ch) < 0)                                     \
			return -1;                                             \
		FN(next)(s);                                                   \
		width--;                                                       \
	} while (0)
	c = FN(peek)(s);
	if (width && (c == '-' || c == '+'))
		TAKE(c);
	c = FN(peek)(s);
	if (!CRT_MSVCRT && (c == 'i' || c == 'I' || c == 'n' || c == 'N')) {
		static const char *const words[] = { "infinity", "nan" };
		const char *w = words[c == 'n' || c == 'N'];
		int i = 0;

		for (; width && w[i] && (FN(peek)(s) | 0x20) == w[i]; i++)
			TAKE(w[i]);
		return i != 3 && w[i] ? -1 : 0;
	}
	if (!CRT_MSVCRT && width && c == '0') {
		TAKE('0');
		digits = 1;
		c = FN(peek)(s);
		if (width && (c == 'x' || c == 'X')) {
			TAKE('x');
			hex = 1;
			digits = 0;
		}
	}
	for (; width; digits += c != l->dp) {
		c = FN(peek)(s);
		if (c == (int)l->dp && !point)
			point = 1;
		else if (!(c >= '0' && c <= '9') &&
			 !(hex &&
			   ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))))
			break;
		TAKE(c);
	}
	if (!digits)
		return -1;
	c = FN(peek)(s);
	if (width && (hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E')) {
		TAKE(c);
		c = FN(peek)(s);
		if (width && (c == '-' || c == '+'))
			TAKE(c);
		while (width && (c = FN(peek)(s)) >= '0' && c <= '9') {
			TAKE(c);
			exp = 1;
		}
		if (!exp) /* "1e" is no number for scanf */
			return -1;
	}
#undef TAKE
	return 0;
}

static int FN(scan_float)(struct FN(source) * s, int width, double *value,
			  struct crt_locale *l)
{
	struct number t = { .text = t.small, .room = sizeof t.small };
	char *end;
	int ret = FN(take_float)(s, width, &t, l);

	*value = 0;
	if (!ret)
		ret = number_add(&t, 0);
	if (!ret) {
		*value = crt_strtod(t.text, &end, l);
		ret = end == t.text ? -1 : 0;
	}
	if (t.text != t.small)
		free(t.text);
	return ret;
}

/* A [set]; fmt is behind '['.  Returns a pointer behind ']', or NULL. */
static const CH *FN(parse_set)(const CH *fmt, unsigned char *set, int *negate)
{
	const CH *p = fmt;

	memset(set, 0, SET_BYTES);
	*negate = *p == '^';
	if (*negate)
		p++;
	if (*p == ']') {
		set[']' >> 3] |= 1 << (']' & 7);
		p++;
	}
	for (; *p && *p != ']'; p++) {
		unsigned from = (UCH)*p, to = from;

		if (p[1] == '-' && p[2] && p[2] != ']') {
			to = (UCH)p[2];
			p += 2;
			if (from > to) {
				unsigned t = from;

				from = to;
				to = t;
			}
		}
		for (; from <= to; from++)
			set[from >> 3] |= (unsigned char)(1 << (from & 7));
	}
	return *p ? p + 1 : NULL;
}

/*
 * %c %s %[: kind is 'c', 's' or '['.  Returns 1 stored, 0 no match, -1 the
 * buffer is too small (or a character cannot be converted).
 */
static int FN(scan_text)(struct FN(source) * s, struct scan *sp, int kind,
			 const unsigned char *set, int negate, void *out,
			 size_t room, struct crt_locale *l)
{
	char *n = out;
	wchar_t *w = out;
	int width = sp->width, count = 0;
	char mb[8];
	int nmb = 0;

	if (!width)
		width = kind == 'c' ? 1 : INT_MAX;
	if (kind != 'c' && room && !sp->suppress)
		room--;
	for (; count < width; count++) {
		int c = FN(peek)(s);

		if (c == EOF)
			break;
		if (kind == 's' && FN(space)(c, l))
			break;
		if (kind == '[' && (set[c >> 3] >> (c & 7) & 1) == negate)
			break;
		FN(next)(s);
		if (sp->suppress)
			continue;
		if (!room)
			return -1;
		if (sp->wide) {
#if IS_WIDE
			*w++ = (wchar_t)c;
			room--;
#else
			int k;

			mb[nmb++] = (char)c;
			k = crt_mbtowc(w, mb, (size_t)nmb, l);
			if (k == -2 && nmb < 4)
				continue;
			if (k < 0)
				*w = (unsigned char)c;
			w++;
			nmb = 0;
			room--;
#endif
		} else {
#if IS_WIDE
			nmb = crt_wctomb(mb, (wchar_t)c, l);
			if (nmb < 0) {
				mb[0] = '?';
				nmb = 1;
			}
			if ((size_t)nmb > room)
				return -1;
			memcpy(n, mb, (size_t)nmb);
			n += nmb;
			room -= (size_t)nmb;
#else
			*n++ = (char)c;
			room--;
#endif
		}
	}
	if (count == 0 || (kind == 'c' && count < width))
		return 0;
	if (!sp->suppress && kind != 'c') {
		if (sp->wide)
			*w = 0;
		else
			*n = 0;
	}
	return 1;
}

/* What was looked at and not taken goes back. */
static int FN(stop)(struct FN(source) * s, int result)
{
	if (s->f && s->have && s->ahead != EOF)
#if IS_WIDE
		crt_ungetwc_file((wint_t)s->ahead, s->f);
#else
		crt_ungetc_file(s->ahead, s->f);
#endif
	return result;
}

static int FN(scan)(struct FN(source) * s, unsigned opt, const CH *fmt,
		    struct crt_locale *l, va_list *ap)
{
	unsigned char *set = NULL;
	int done = 0, fail = 0;

	for (; *fmt; fmt++) {
		struct scan sp = { 0 };
		uint64_t v;
		double d;
		int kind, base, negate = 0, r;

		if (FN(space)((UCH)*fmt, l)) {
			while (FN(space)(FN(peek)(s), l))
				FN(next)(s);
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			if (*fmt == '%') {
				fmt++;
				while (FN(space)(FN(peek)(s), l))
					FN(next)(s);
			}
			if (FN(peek)(s) != (UCH)*fmt)
				break;
			FN(next)(s);
			continue;
		}
		fmt++;
		if (*fmt == '*') {
			sp.suppress = 1;
			fmt++;
		}
		for (; *fmt >= '0' && *fmt <= '9'; fmt++) {
			if (sp.width < INT_MAX / 10)
				sp.width = sp.width * 10 + (int)(*fmt - '0');
			sp.has_width = 1;
		}
		if (sp.has_width && !sp.width)
			break;
		for (;; fmt++) {
			if (*fmt == 'h')
				sp.size = sp.size == SC_H ? SC_HH : SC_H;
			else if (*fmt == 'l')
				sp.size = sp.size == SC_L ? SC_64 : SC_L;
			else if (*fmt == 'w')
				sp.size = SC_L;
			else if (*fmt == 'L')
				sp.size = SC_64;
			else if (*fmt == 'j')
				sp.size = SC_64;
			else if (*fmt == 'z' || *fmt == 't')
				sp.size = SC_PTR;
			else if (*fmt == 'I' && fmt[1] == '6' && fmt[2] == '4')
				sp.size = SC_64, fmt += 2;
			else if (*fmt == 'I' && fmt[1] == '3' && fmt[2] == '2')
				sp.size = SC_INT, fmt += 2;
			else if (*fmt == 'I')
				sp.size = SC_PTR;
			else if (*fmt != 'F' && *fmt != 'N')
				break;
		}
		kind = *fmt;
		base = -1;
		switch (kind) {
		case 'd':
		case 'u':
			base = 10;
			break;
		case 'i':
			base = 0;
			break;
		case 'o':
			base = 8;
			break;
		case 'x':
		case 'X':
			base = 16;
			break;
		case 'p':
			base = 16;
			sp.size = SC_PTR;
			break;
		}
		if (kind != 'c' && kind != 'C' && kind != '[' && kind != 'n')
			while (FN(space)(FN(peek)(s), l))
				FN(next)(s);
		if (base >= 0) {
			if (FN(peek)(s) == EOF ||
			    FN(scan_int)(s, sp.width ? sp.width : INT_MAX, base,
					 &v) < 0)
				break;
			if (!sp.suppress) {
				scan_store(va_arg(*ap, void *), sp.size, v);
				done++;
			}
			continue;
		}
		switch (kind) {
		case 'n':
			if (!sp.suppress)
				scan_store(va_arg(*ap, void *), sp.size,
					   (uint64_t)s->taken);
			break;
		case 'a':
		case 'A':
		case 'e':
		case 'E':
		case 'f':
		case 'F':
		case 'g':
		case 'G':
			if (FN(peek)(s) == EOF ||
			    FN(scan_float)(s, sp.width ? sp.width : INT_MAX, &d,
					   l) < 0) {
				fail = 1;
				break;
			}
			if (sp.suppress)
				break;
			if (sp.size == SC_L || sp.size == SC_64)
				*va_arg(*ap, double *) = d;
			else
				*va_arg(*ap, float *) = (float)d;
			done++;
			break;
		case 'c':
		case 'C':
		case 's':
		case 'S':
		case '[': {
			void *out = NULL;
			size_t room = (size_t)-1;
			int capital = kind == 'C' || kind == 'S';

			if (sp.size == SC_H)
				sp.wide = 0;
			else if (sp.size == SC_L || sp.size == SC_64)
				sp.wide = 1;
			else if (IS_WIDE && (opt & SCANF_LEGACY_WIDE))
				sp.wide = !capital;
			else
				sp.wide = capital;
			if (capital)
				kind |= 0x20;
			if (kind == '[') {
				const CH *end;

				if (!set)
					set = malloc(SET_BYTES);
				end = set ? FN(parse_set)(fmt + 1, set, &negate)
					  : NULL;
				if (!end) {
					fail = 1;
					break;
				}
				fmt = end - 1;
			}
			if (!sp.suppress) {
				out = va_arg(*ap, void *);
				if (opt & SCANF_SECURE)
					room = va_arg(*ap, unsigned);
			}
			if (FN(peek)(s) == EOF) {
				fail = 1;
				break;
			}
			r = FN(scan_text)(s, &sp, kind, set, negate, out, room,
					  l);
			if (r < 0) {
				if (sp.wide)
					*(wchar_t *)out = 0;
				else
					*(char *)out = 0;
				crt_errno = ENOMEM;
			}
			if (r <= 0) {
				fail = 1;
				break;
			}
			done += !sp.suppress;
			break;
		}
		default: /* no conversion: not the input's fault */
			free(set);
			return FN(stop)(s, done);
		}
		if (fail)
			break;
	}
	free(set);
	/*
	 * The end before the first conversion is EOF, not 0.  Nothing more is
	 * read: that could wait for a keyboard.
	 */
	return FN(stop)(s, *fmt && !done && s->have && s->ahead == EOF ? EOF
								       : done);
}
