/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * printf-engine.h - printf for one kind of character: CH, FN(), IS_WIDE.
 *
 * Included twice by printf.c.  The output goes to memory (what does not fit is
 * counted) or to a locked stream.
 */

struct FN(sink) {
	CH *p, *end;
	FILE *f;
	int total, failed;
};

static void FN(put)(struct FN(sink) * o, const CH *s, size_t n)
{
	o->total += (int)n;
	if (!o->f) {
		size_t room = (size_t)(o->end - o->p);

		if (n > room)
			n = room;
		memcpy(o->p, s, n * sizeof(CH));
		o->p += n;
		return;
	}
#if IS_WIDE
	for (; n; n--)
		if (crt_putwc_file(*s++, o->f) == WEOF) {
			o->failed = 1;
			return;
		}
#else
	if (n <= (size_t)(o->f->_cnt > 0 ? o->f->_cnt : 0)) {
		memcpy(o->f->_ptr, s, n);
		o->f->_ptr += n;
		o->f->_cnt -= (int)n;
	} else if (crt_write_file(o->f, s, n) != n) {
		o->failed = 1;
	}
#endif
}

static void FN(fill)(struct FN(sink) * o, CH c, int n)
{
	CH run[32];

	if (n <= 0)
		return;
	for (int i = 0; i < 32; i++)
		run[i] = c;
	for (; n > 32; n -= 32)
		FN(put)(o, run, 32);
	FN(put)(o, run, (size_t)n);
}

/* prefix, zeros, body within width. */
static void FN(field)(struct FN(sink) * o, const struct spec *s,
		      const char *prefix, int nprefix, int zeros,
		      const CH *body, int n)
{
	int pad = s->width - nprefix - zeros - n;
	CH pre[4];

	if (pad > 0 && !s->left && !s->zero)
		FN(fill)(o, ' ', pad);
	for (int i = 0; i < nprefix; i++)
		pre[i] = (CH)(unsigned char)prefix[i];
	if (nprefix)
		FN(put)(o, pre, (size_t)nprefix);
	if (pad > 0 && !s->left && s->zero)
		FN(fill)(o, '0', pad);
	FN(fill)(o, '0', zeros);
	FN(put)(o, body, (size_t)n);
	if (pad > 0 && s->left)
		FN(fill)(o, ' ', pad);
}

static void FN(integer)(struct FN(sink) * o, struct spec *s, uint64_t v,
			int negative, unsigned base, int upper)
{
	static const char lower_digits[] = "0123456789abcdef";
	static const char upper_digits[] = "0123456789ABCDEF";
	const char *digit = upper ? upper_digits : lower_digits;
	CH buf[24], *p = buf + 24;
	char prefix[3];
	int nprefix = 0, n, zeros;

	if (base == 10) {
		uint64_t u = v;

		while (u > 0xffffffff) {
			*--p = (CH)('0' + u % 10);
			u /= 10;
		}
		for (uint32_t w = (uint32_t)u; w; w /= 10)
			*--p = (CH)('0' + w % 10);
	} else {
		unsigned shift = base == 16 ? 4 : base == 8 ? 3 : 1;

		for (uint64_t u = v; u; u >>= shift)
			*--p = (CH)digit[u & (base - 1)];
	}
	n = (int)(buf + 24 - p);
	if (s->is_signed) {
		if (negative)
			prefix[nprefix++] = '-';
		else if (s->plus)
			prefix[nprefix++] = '+';
		else if (s->space)
			prefix[nprefix++] = ' ';
	} else if (s->alt && base == 16 && v) {
		prefix[nprefix++] = '0';
		prefix[nprefix++] = upper ? 'X' : 'x';
	}
	if (s->prec >= 0)
		s->zero = 0;
	zeros = (s->prec < 0 ? 1 : s->prec) - n;
	if (zeros < 0)
		zeros = 0;
	if (s->alt && base == 8 && !zeros && (n == 0 || *p != '0'))
		zeros = 1;
	FN(field)(o, s, prefix, nprefix, zeros, p, n);
}

/* A string of the engine's own kind of character. */
static void FN(own_string)(struct FN(sink) * o, const struct spec *s,
			   const CH *v)
{
	static const CH null_text[] = { '(', 'n', 'u', 'l', 'l', ')', 0 };
	size_t n;

	if (!v)
		v = null_text;
#if IS_WIDE
	n = s->prec < 0 ? wcslen(v) : wcsnlen(v, (size_t)s->prec);
#else
	n = s->prec < 0 ? strlen(v) : strnlen(v, (size_t)s->prec);
#endif
	FN(field)(o, s, "", 0, 0, v, (int)n);
}

/* The other kind; returns -1 where a character cannot be said. */
static int FN(other_string)(struct FN(sink) * o, const struct spec *s,
			    const OTHER *v, int one, struct crt_locale *l)
{
	CH small[256], *buf = small, *p;
	size_t len, room;
	int n = 0;

	if (!v) {
		FN(own_string)(o, s, NULL);
		return 0;
	}
#if IS_WIDE
	len = s->prec < 0 ? strlen(v) : strnlen(v, (size_t)s->prec * 4);
	room = len + 1;
#else
	len = s->prec < 0 ? wcslen(v) : wcsnlen(v, (size_t)s->prec);
	room = len * 4 + 8;
#endif
	if (one)
		len = 1;
	if (room > COUNT_OF(small)) {
		buf = malloc(room * sizeof(CH));
		if (!buf)
			return -1;
	}
	p = buf;
#if IS_WIDE
	for (size_t i = 0; i < len && (s->prec < 0 || n < s->prec); n++) {
		wchar_t wc;
		int k = crt_mbtowc(&wc, v + i, len - i, l);

		if (k <= 0 && !one) {
			if (k == 0)
				break;
			n = -1;
			break;
		}
		*p++ = k < 0 ? (unsigned char)v[i] : wc;
		i += k > 0 ? (size_t)k : 1;
	}
#else
	for (size_t i = 0; i < len; i++) {
		char mb[8];
		int k = crt_wctomb(mb, v[i], l);

		/* A pair of surrogates is one character of UTF-8. */
		if (l->codepage == CP_UTF8 && (v[i] & 0xfc00) == 0xd800 &&
		    i + 1 < len && (v[i + 1] & 0xfc00) == 0xdc00) {
			unsigned long c = 0x10000 + ((v[i] & 0x3ffUL) << 10) +
					  (v[i + 1] & 0x3ffUL);

			mb[0] = (char)(0xf0 | c >> 18);
			mb[1] = (char)(0x80 | (c >> 12 & 0x3f));
			mb[2] = (char)(0x80 | (c >> 6 & 0x3f));
			mb[3] = (char)(0x80 | (c & 0x3f));
			k = 4;
			i++;
		}
		if (k < 0) {
			if (one) /* %lc of what is not there prints nothing */
				break;
			n = -1;
			break;
		}
		if (s->prec >= 0 && n + k > s->prec)
			break;
		memcpy(p, mb, (size_t)k);
		p += k;
		n += k;
	}
#endif
	if (n >= 0)
		FN(field)(o, s, "", 0, 0, buf, (int)(p - buf));
	else
		crt_errno = EILSEQ;
	if (buf != small)
		free(buf);
	return n < 0 ? -1 : 0;
}

static int FN(floating)(struct FN(sink) * o, struct spec *s, double v,
			unsigned opt, char conv, struct crt_locale *l)
{
	char small[800], *text = small, prefix[4];
	CH wide[800], *body;
	int n, nprefix = 0, special;
	union {
		double d;
		uint64_t u;
	} x = { v };

	/* 330: the digits before the point, sign, exponent */
	if (s->prec > 400) {
		text = malloc(((size_t)s->prec + 400) * (1 + sizeof(CH)));
		if (!text)
			return -1;
	}
	n = crt_format_double(text, v, conv, s->prec, s->alt, opt, (char)l->dp,
			      &special);
	if (x.u >> 63)
		prefix[nprefix++] = '-';
	else if (s->plus)
		prefix[nprefix++] = '+';
	else if (s->space)
		prefix[nprefix++] = ' ';
	if (special) {
		s->zero = 0;
	} else if (conv == 'a' || conv == 'A') {
		prefix[nprefix++] = '0';
		prefix[nprefix++] = conv == 'a' ? 'x' : 'X';
	}
#if IS_WIDE
	body = text == small ? wide
			     : (CH *)(void *)(text +
					      (((size_t)s->prec + 400) & ~1UL));
	for (int i = 0; i < n; i++)
		body[i] = text[i] == (char)l->dp ? l->wdp
						 : (unsigned char)text[i];
#else
	body = text;
	(void)wide;
#endif
	FN(field)(o, s, prefix, nprefix, 0, body, n);
	if (text != small)
		free(text);
	return 0;
}

/* A number of the format; advances. */
static int FN(number)(const CH **fmt)
{
	int n = 0;

	for (; **fmt >= '0' && **fmt <= '9'; ++*fmt)
		n = n > 100000000 ? n : n * 10 + (int)(**fmt - '0');
	return n;
}

/* 1 to MAX_POSITIONS and the $ behind it; 0: there is none. */
static int FN(position)(const CH **fmt)
{
	int n = FN(number)(fmt);

	return *(*fmt)++ == '$' && n <= MAX_POSITIONS ? n : 0;
}

/*
 * After '%': flags, width, precision, size; fmt is left on the conversion.
 * Returns -1 for positions mixed up.
 */
static int FN(parse)(const CH **fmt, struct spec *s, struct args *a)
{
	const CH *p = *fmt;

	memset(s, 0, sizeof(*s));
	s->prec = -1;
	if (a->positional) {
		s->index = FN(position)(&p);
		if (!s->index)
			return -1;
	}
	for (;; p++) {
		if (*p == '-')
			s->left = 1;
		else if (*p == '+')
			s->plus = 1;
		else if (*p == ' ')
			s->space = 1;
		else if (*p == '#')
			s->alt = 1;
		else if (*p == '0')
			s->zero = 1;
		else
			break;
	}
	if (*p == '*') {
		p++;
		s->width_index = 0;
		if (a->positional) {
			s->width_index = FN(position)(&p);
			if (!s->width_index)
				return -1;
		}
		s->width = get_int(a, s->width_index);
		if (s->width < 0) {
			s->left = 1;
			s->width = -s->width;
		}
	} else {
		s->width = FN(number)(&p);
	}
	if (*p == '.') {
		p++;
		if (*p == '*') {
			p++;
			s->prec_index = 0;
			if (a->positional) {
				s->prec_index = FN(position)(&p);
				if (!s->prec_index)
					return -1;
			}
			s->prec = get_int(a, s->prec_index);
			if (s->prec < 0)
				s->prec = -1;
		} else {
			s->prec = FN(number)(&p);
		}
	}
	for (;; p++) {
		switch (*p) {
		case 'h':
			s->size = s->size == SZ_H && !CRT_MSVCRT ? SZ_HH : SZ_H;
			continue;
		case 'l':
			s->size = s->size == SZ_L ? SZ_64 : SZ_L;
			continue;
		case 'w':
			s->size = SZ_L;
			continue;
		case 'L':
			s->size = SZ_LD;
			continue;
		case 'j':
			s->size = SZ_64;
			continue;
		case 'z':
		case 't':
			s->size = SZ_PTR;
			continue;
		case 'I':
			if (p[1] == '6' && p[2] == '4') {
				s->size = SZ_64;
				p += 2;
			} else if (p[1] == '3' && p[2] == '2') {
				s->size = SZ_INT;
				p += 2;
			} else {
				s->size = SZ_PTR;
			}
			continue;
		case 'F': /* a far pointer's letter, when a string follows */
		case 'N':
			if (p[1] == 's' || p[1] == 'S' || *p == 'N')
				continue;
			break;
		}
		break;
	}
	*fmt = p;
	return 0;
}

static int FN(format)(struct FN(sink) * o, unsigned opt, const CH *fmt,
		      struct crt_locale *l, struct args *a)
{
	struct spec s;

	for (;;) {
		const CH *run = fmt;
		int wide;

		while (*fmt && *fmt != '%')
			fmt++;
		if (fmt != run)
			FN(put)(o, run, (size_t)(fmt - run));
		if (!*fmt)
			break;
		if (*++fmt == '%') {
			FN(put)(o, fmt++, 1);
			continue;
		}
		if (FN(parse)(&fmt, &s, a) < 0) {
			crt_invalid(EINVAL);
			return -1;
		}
		switch (*fmt) {
		case 'd':
		case 'i': {
			int64_t v = get_integer(a, s.index, s.size, 1);

			s.is_signed = 1;
			FN(integer)
			(o, &s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0,
			 10, 0);
			break;
		}
		case 'u':
			FN(integer)
			(o, &s, (uint64_t)get_integer(a, s.index, s.size, 0), 0,
			 10, 0);
			break;
		case 'o':
			FN(integer)
			(o, &s, (uint64_t)get_integer(a, s.index, s.size, 0), 0,
			 8, 0);
			break;
		case 'b':
		case 'B':
			if (CRT_MSVCRT)
				goto bad;
			FN(integer)
			(o, &s, (uint64_t)get_integer(a, s.index, s.size, 0), 0,
			 2, 0);
			break;
		case 'x':
		case 'X':
			FN(integer)
			(o, &s, (uint64_t)get_integer(a, s.index, s.size, 0), 0,
			 16, *fmt == 'X');
			break;
		case 'p':
			s.prec = 2 * (int)sizeof(void *);
			FN(integer)
			(o, &s, (uintptr_t)get_pointer(a, s.index), 0, 16, 1);
			break;
		case 'c':
		case 'C':
			wide = string_is_wide(*fmt == 'C', s.size, opt,
					      IS_WIDE);
			s.prec = -1;
			if (wide == IS_WIDE) {
				CH c = (CH)get_int(a, s.index);

				FN(field)(o, &s, "", 0, 0, &c, 1);
			} else {
				OTHER two[2] = { (OTHER)get_int(a, s.index),
						 0 };

				if (FN(other_string)(o, &s, two, 1, l) < 0)
					return -1;
			}
			break;
		case 's':
		case 'S':
			wide = string_is_wide(*fmt == 'S', s.size, opt,
					      IS_WIDE);
			if (wide == IS_WIDE)
				FN(own_string)(o, &s, get_pointer(a, s.index));
			else if (FN(other_string)(o, &s,
						  get_pointer(a, s.index), 0,
						  l) < 0)
				return -1;
			break;
		case 'Z': { /* ANSI_STRING, UNICODE_STRING */
			const STRING *v = get_pointer(a, s.index);
			int chars;

			if (!v || !v->Buffer) {
				FN(own_string)(o, &s, NULL);
				break;
			}
			wide = s.size == SZ_L || (IS_WIDE && s.size != SZ_H);
			chars = v->Length / (wide ? 2 : 1);
			if (s.prec < 0 || s.prec > chars)
				s.prec = chars;
			if (wide == IS_WIDE)
				FN(own_string)(o, &s, (CH *)v->Buffer);
			else if (FN(other_string)(o, &s, (OTHER *)v->Buffer, 0,
						  l) < 0)
				return -1;
			break;
		}
		case 'n':
			if (!crt_count_output) {
				crt_invalid(EINVAL);
				return -1;
			}
			store_count(get_pointer(a, s.index), s.size, o->total);
			break;
		case 'a':
		case 'A':
		case 'e':
		case 'E':
		case 'f':
		case 'F':
		case 'g':
		case 'G':
			if (FN(floating)(o, &s, get_double(a, s.index), opt,
					 (char)*fmt, l) < 0)
				return -1;
			break;
		case 0:
			if (opt & PRINTF_VALIDATE) {
				crt_invalid(EINVAL);
				return -1;
			}
			return o->failed ? -1 : o->total;
		default:
		bad:
			/* Not a conversion: msvcrt prints the letter. */
			if (!CRT_MSVCRT) {
				crt_invalid(EINVAL);
				return -1;
			}
			FN(put)(o, fmt, 1);
			break;
		}
		fmt++;
		if (o->failed)
			return -1;
	}
	return o->failed ? -1 : o->total;
}
