/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * istream-t.h - std::basic_istream.  Included as stream-t.h is; its
 * constructors and destructors are as ostream-t.h says.
 */
extern const struct ios_vt PASTE(PASTE(vt_, X), is);

/* ---- life ------------------------------------------------------------------------ */

static const int N(is_vb)[] = { 0, N(is_ios) };

struct N(is) *METHOD N(is_new_noinit)(struct N(is) *i, struct N(sb) *b,
				      BOOLEAN standard, BOOLEAN noinit, int whole);
struct N(is) *METHOD N(is_raw)(struct N(is) *i, int none, int whole);
struct N(is) *METHOD N(is_move)(struct N(is) *i, struct N(is) *from, int whole);
struct N(is) *METHOD N(is_assign)(struct N(is) *i, struct N(is) *from);
void METHOD N(is_swap)(struct N(is) *i, struct N(is) *from);
void METHOD N(is_vbase_end)(struct N(is) *i);
void *METHOD N(is_destroy)(struct N(ios) *s, unsigned flags);

static struct N(ios) *N(is_begin)(struct N(is) *i, int whole)
{
	if (whole) {
		i->vb = N(is_vb);
		N(bios_new)(N(ios_of)(i));
	}
	return N(become)(i, &PASTE(PASTE(vt_, X), is), N(is_ios));
}

struct N(is) *METHOD N(is_new_noinit)(struct N(is) *i, struct N(sb) *b,
				      BOOLEAN standard, BOOLEAN noinit, int whole)
{
	struct N(ios) *s = N(is_begin)(i, whole);

	i->count = 0;
	if (!noinit)
		N(bios_init)(s, b, standard);
	return i;
}

struct N(is) *METHOD N(is_new)(struct N(is) *i, struct N(sb) *b, BOOLEAN standard,
			       int whole)
{
	return N(is_new_noinit)(i, b, standard, FALSE, whole);
}

struct N(is) *METHOD N(is_raw)(struct N(is) *i, int none, int whole)
{
	N(is_begin)(i, whole)->b.stdstr = 1;
	return i;
}

struct N(is) *METHOD N(is_move)(struct N(is) *i, struct N(is) *from, int whole)
{
	struct N(ios) *s = N(is_begin)(i, whole);

	i->count = from->count;
	from->count = 0;
	N(bios_init)(s, NULL, FALSE);
	N(bios_move)(s, N(ios_of)(from));
	return i;
}

void METHOD N(is_swap)(struct N(is) *i, struct N(is) *from)
{
	long long count = i->count;

	N(bios_swap)(N(ios_of)(i), N(ios_of)(from));
	i->count = from->count;
	from->count = count;
}

struct N(is) *METHOD N(is_assign)(struct N(is) *i, struct N(is) *from)
{
	N(is_swap)(i, from);
	return i;
}

void METHOD N(is_end)(struct N(ios) *s)
{
	N(become)((char *)s - N(is_ios), &PASTE(PASTE(vt_, X), is), N(is_ios));
}

void METHOD N(is_vbase_end)(struct N(is) *i)
{
	struct N(ios) *s = (struct N(ios) *)((char *)i + N(is_ios));

	N(is_end)(s);
	ios_end(&s->b);
}

void *METHOD N(is_destroy)(struct N(ios) *s, unsigned flags)
{
	struct N(is) *i =
		(struct N(is) *)((char *)s - ((int *)s)[-1] - N(is_ios));

	N(is_vbase_end)(i);
	if (flags & 1)
		free(i);
	return i;
}

/* ---- what goes around every input -------------------------------------------------- */

#define FIELD_MAX 800 /* a number's characters: a double has up to 770 digits */

struct N(reading) {
	struct N(is) *i;
	struct N(ios) *s;
	struct N(sb) *b, *into;
	int state;
	I c, stop;
	E *to;
	long long n, got;
	struct fpos pos;
	int way;
	/* a number: */
	int base;
	char text[FIELD_MAX];
	size_t used;
};

BOOLEAN METHOD N(is_prefix)(struct N(is) *i, BOOLEAN keep_blanks);
void METHOD N(is_isfx)(struct N(is) *i);
long long METHOD N(is_gcount)(const struct N(is) *i);

static void N(skip_blanks)(void *arg)
{
	struct N(reading) *r = arg;
	const struct N(ctype) *f = N(ctype_of)(r->s->b.loc);
	I c;

	for (c = N(sb_sgetc)(r->b); c != IEOF && N(is_blank)(f, (E)c);)
		c = N(sb_snextc)(r->b);
	if (c == IEOF)
		r->state = S_EOF | S_FAIL;
}


BOOLEAN METHOD N(is_prefix)(struct N(is) *i, BOOLEAN keep_blanks)
{
	struct N(ios) *s = N(ios_of)(i);
	struct N(reading) r;

	if (s->b.state) {
		N(bios_setstate)(s, S_FAIL, FALSE);
		return FALSE;
	}
	if (s->tie)
		N(os_flush)(s->tie);
	if (!keep_blanks && s->b.fmt & F_SKIPWS) {
		r.s = s;
		r.b = s->buf;
		r.state = 0;
		if (!guard(N(skip_blanks), &r, &s->b))
			r.state = S_BAD;
		if (r.state)
			N(bios_setstate)(s, r.state, FALSE);
	}
	return !s->b.state;
}

void METHOD N(is_isfx)(struct N(is) *i)
{
}

/* fn(r) in a guard; r->state is the stream's in the end. */
static void N(input)(struct N(is) *i, BOOL keep_blanks, void (*fn)(void *),
		     struct N(reading) *r)
{
	struct N(ios) *s = N(ios_of)(i);
	struct N(sb) *b = s->buf;

	r->i = i;
	r->s = s;
	r->b = b;
	r->state = 0;
	r->got = 0;
	if (b)
		b->vt->lock(b);
	if (N(is_prefix)(i, (BOOLEAN)keep_blanks) && !guard(fn, r, &s->b))
		r->state |= S_BAD;
	if (b)
		b->vt->unlock(b);
	if (r->state)
		N(bios_setstate)(s, r->state, FALSE);
}

/* The same for what is counted: not numbers. */
static long long N(counted)(struct N(is) *i, void (*fn)(void *), struct N(reading) *r)
{
	i->count = 0;
	N(input)(i, TRUE, fn, r);
	return i->count;
}

long long METHOD N(is_gcount)(const struct N(is) *i)
{
	return i->count;
}

/* ---- numbers --------------------------------------------------------------------------- */

static void N(keep)(struct N(reading) *r, char c)
{
	/* what is beyond makes no difference that a double could show */
	if (r->used < FIELD_MAX - 1)
		r->text[r->used++] = c;
}

static char N(ascii)(I c)
{
	return c != IEOF && TO_I((E)c) < 0x80 ? (char)c : 0;
}

static BOOL N(next_is)(struct N(reading) *r, const char *set)
{
	char c = N(ascii)(r->c);

	if (!c || !strchr(set, c))
		return FALSE;
	N(keep)(r, c);
	r->c = N(sb_snextc)(r->b);
	return TRUE;
}

/* Digits with a locale's separators, whose places are looked at afterwards. */
struct N(groups) {
	char size[64];
	int n;
};

static int N(digits)(struct N(reading) *r, const char *set, const struct N(punct) *p,
		     struct N(groups) *g)
{
	int n = 0;

	for (;;) {
		if (N(next_is)(r, set)) {
			n++;
			if (g && g->size[g->n] < CHAR_MAX)
				g->size[g->n]++;
		} else if (g && *p->grouping && r->c != IEOF &&
			   (E)r->c == p->separator && g->size[g->n] &&
			   g->n < (int)sizeof g->size - 1) {
			g->n++;
			r->c = N(sb_snextc)(r->b);
		} else {
			return n;
		}
	}
}

/* From the right each group is as large as said; the first may be smaller. */
static BOOL N(grouped)(const struct N(groups) *g, const char *grouping)
{
	for (int i = g->n; i > 0; i--) {
		if (*grouping <= 0 || *grouping == CHAR_MAX || g->size[i] != *grouping)
			return FALSE;
		if (grouping[1])
			grouping++;
	}
	return !g->n || *grouping <= 0 || *grouping == CHAR_MAX ||
	       g->size[0] <= *grouping;
}

#define DIGITS_16 "0123456789abcdefABCDEF"

/* An integer's text, as strtoull() reads it with the base that is left there. */
static void N(gather_integer)(void *arg)
{
	struct N(reading) *r = arg;
	struct N(groups) g = { { 0 }, 0 };
	struct N(punct) p;
	int flags = r->s->b.fmt & F_BASE, n = 0;

	if (r->base < 0)
		r->base = flags == F_OCT ? 8 : flags == F_HEX ? 16 : flags ? 10 : 0;
	N(punct_of)(&p, r->s->b.loc);
	r->used = 0;
	r->c = N(sb_sgetc)(r->b);
	N(next_is)(r, "+-");
	if ((r->base == 0 || r->base == 16) && N(next_is)(r, "0")) {
		n = 1;
		g.size[0] = 1;
		if (N(next_is)(r, "xX")) {
			r->base = 16;
			n = 0;
			g.size[0] = 0;
		} else if (!r->base) {
			r->base = 8;
		}
	} else if (!r->base) {
		r->base = 10;
	}
	n += N(digits)(r, r->base == 16 ? DIGITS_16 : r->base == 8 ? "01234567" : "0123456789",
		       &p, &g);
	r->text[r->used] = 0;
	if (r->c == IEOF)
		r->state |= S_EOF;
	if (!n || !N(grouped)(&g, p.grouping))
		r->state |= S_FAIL;
	r->got = n;
}

static void N(gather_float)(void *arg)
{
	struct N(reading) *r = arg;
	struct N(groups) g = { { 0 }, 0 };
	struct N(punct) p;
	const char *set = "0123456789", *exponent = "eE";
	int n = 0;

	N(punct_of)(&p, r->s->b.loc);
	r->used = 0;
	r->c = N(sb_sgetc)(r->b);
	N(next_is)(r, "+-");
	if (N(next_is)(r, "0")) {
		n = 1;
		g.size[0] = 1;
		if (N(next_is)(r, "xX")) {
			set = DIGITS_16;
			exponent = "pP";
			n = 0;
			g.size[0] = 0;
		}
	}
	n += N(digits)(r, set, &p, &g);
	if (r->c != IEOF && (E)r->c == p.point) {
		/* strtod() wants the C library's */
		N(keep)(r, *localeconv()->decimal_point);
		r->c = N(sb_snextc)(r->b);
		n += N(digits)(r, set, &p, NULL);
	}
	if (n && N(next_is)(r, exponent)) {
		N(next_is)(r, "+-");
		if (!N(digits)(r, "0123456789", &p, NULL))
			r->state |= S_FAIL;
	}
	r->text[r->used] = 0;
	if (r->c == IEOF)
		r->state |= S_EOF;
	if (!n || !N(grouped)(&g, p.grouping))
		r->state |= S_FAIL;
	r->got = n;
}

/* FALSE: *v is 0 or a limit, and the stream fails (after the caller stored it). */
static BOOL N(get_signed)(struct N(is) *i, long long *v, long long low, long long high,
			  struct N(reading) *r)
{
	long long n = 0;
	char *end;

	errno = 0;
	r->text[0] = 0;
	r->base = -1;
	r->used = 0;
	N(input)(i, FALSE, N(gather_integer), r);
	if (!r->got)
		return FALSE;
	n = strtoll(r->text, &end, r->base);
	*v = n < low ? low : n > high ? high : n;
	if (errno == ERANGE || *v != n)
		r->state |= S_FAIL;
	return TRUE;
}

static BOOL N(get_unsigned)(struct N(is) *i, unsigned long long *v,
			    unsigned long long high, int base, struct N(reading) *r)
{
	const char *s;
	char *end;

	errno = 0;
	r->text[0] = 0;
	r->base = base;
	r->used = 0;
	N(input)(i, FALSE, N(gather_integer), r);
	if (!r->got)
		return FALSE;
	s = r->text + (*r->text == '-' || *r->text == '+');
	*v = strtoull(s, &end, r->base);
	if (errno == ERANGE || *v > high) {
		*v = high;
		r->state |= S_FAIL;
	} else if (*r->text == '-') {
		*v = (0 - *v) & high;
	}
	return TRUE;
}

/* After the value is stored: this may throw. */
static struct N(is) *N(got)(struct N(is) *i, const struct N(reading) *r)
{
	struct N(ios) *s = N(ios_of)(i);

	if (r->state & ~s->b.state)
		N(bios_setstate)(s, r->state, FALSE);
	return i;
}

#define GET_SIGNED(name, type, low, high)                                      \
	struct N(is) *METHOD N(is_get_##name)(struct N(is) *i, type *v);       \
	struct N(is) *METHOD N(is_get_##name)(struct N(is) *i, type *v)        \
	{                                                                      \
		struct N(reading) r;                                           \
		long long n = 0;                                               \
		BOOL entered = !N(ios_of)(i)->b.state;                         \
                                                                               \
		N(get_signed)(i, &n, low, high, &r);                           \
		if (entered)                                                   \
			*v = (type)n;                                          \
		return N(got)(i, &r);                                          \
	}
#define GET_UNSIGNED(name, type, high)                                         \
	struct N(is) *METHOD N(is_get_##name)(struct N(is) *i, type *v);       \
	struct N(is) *METHOD N(is_get_##name)(struct N(is) *i, type *v)        \
	{                                                                      \
		struct N(reading) r;                                           \
		unsigned long long n = 0;                                      \
		BOOL entered = !N(ios_of)(i)->b.state;                         \
                                                                               \
		N(get_unsigned)(i, &n, high, -1, &r);                          \
		if (entered)                                                   \
			*v = (type)n;                                          \
		return N(got)(i, &r);                                          \
	}

GET_SIGNED(short, short, SHRT_MIN, SHRT_MAX)
GET_SIGNED(int, int, INT_MIN, INT_MAX)
GET_SIGNED(llong, long long, LLONG_MIN, LLONG_MAX)
GET_UNSIGNED(ushort, unsigned short, USHRT_MAX)
GET_UNSIGNED(uint, unsigned, UINT_MAX)
GET_UNSIGNED(ullong, unsigned long long, ULLONG_MAX)

struct N(is) *METHOD N(is_get_pointer)(struct N(is) *i, void **v);
struct N(is) *METHOD N(is_get_bool)(struct N(is) *i, BOOLEAN *v);
struct N(is) *METHOD N(is_get_double)(struct N(is) *i, double *v);
struct N(is) *METHOD N(is_get_float)(struct N(is) *i, float *v);

struct N(is) *METHOD N(is_get_pointer)(struct N(is) *i, void **v)
{
	struct N(reading) r;
	unsigned long long n = 0;
	BOOL entered = !N(ios_of)(i)->b.state;

	N(get_unsigned)(i, &n, (ULONG_PTR)-1, 16, &r);
	if (entered)
		*v = (void *)(ULONG_PTR)n;
	return N(got)(i, &r);
}

/* r->n: 1 true, 0 false, -1 neither of the locale's names. */
static void N(gather_name)(void *arg)
{
	struct N(reading) *r = arg;
	size_t n[2], at = 0;
	E *name[2] = { N(bool_text)(r->s->b.loc, FALSE, &n[0]),
		       N(bool_text)(r->s->b.loc, TRUE, &n[1]) };
	BOOL may[2] = { n[0] > 0, n[1] > 0 };

	r->n = -1;
	for (r->c = N(sb_sgetc)(r->b);; r->c = N(sb_snextc)(r->b), at++) {
		for (int k = 0; k < 2; k++)
			if (may[k] && at == n[k]) {
				r->n = k;
				may[k] = FALSE;
			}
		if (r->c == IEOF)
			break;
		for (int k = 0; k < 2; k++)
			may[k] = may[k] && name[k][at] == (E)r->c;
		if (!may[0] && !may[1])
			break;
		r->n = -1;
	}
	if (r->c == IEOF)
		r->state |= S_EOF;
	if (r->n < 0)
		r->state |= S_FAIL;
	free(name[0]);
	free(name[1]);
}

struct N(is) *METHOD N(is_get_bool)(struct N(is) *i, BOOLEAN *v)
{
	struct N(reading) r;
	BOOL entered = !N(ios_of)(i)->b.state;
	long long n = 0;

	if (N(ios_of)(i)->b.fmt & F_BOOLALPHA) {
		r.n = 0;
		N(input)(i, FALSE, N(gather_name), &r);
		if (entered)
			*v = r.n > 0;
		return i;
	}
	N(get_signed)(i, &n, LONG_MIN, LONG_MAX, &r);
	if (entered)
		*v = n != 0;
	if (n != 0 && n != 1)
		r.state |= S_FAIL;
	return N(got)(i, &r);
}

static double N(get_real)(struct N(is) *i, struct N(reading) *r, BOOL single)
{
	double v;
	char *end;

	r->used = 0;
	r->text[0] = 0;
	N(input)(i, FALSE, N(gather_float), r);
	if (!r->got)
		return 0;
	errno = 0;
	v = single ? strtof(r->text, &end) : strtod(r->text, &end);
	if (*end || errno == ERANGE)
		r->state |= S_FAIL;
	return v;
}

struct N(is) *METHOD N(is_get_double)(struct N(is) *i, double *v)
{
	struct N(reading) r;
	BOOL entered = !N(ios_of)(i)->b.state;
	double n = N(get_real)(i, &r, FALSE);

	if (entered)
		*v = n;
	return N(got)(i, &r);
}

struct N(is) *METHOD N(is_get_float)(struct N(is) *i, float *v)
{
	struct N(reading) r;
	BOOL entered = !N(ios_of)(i)->b.state;
	double n = N(get_real)(i, &r, TRUE);

	if (entered)
		*v = (float)n;
	return N(got)(i, &r);
}

/* ---- characters --------------------------------------------------------------------------- */

I METHOD N(is_get)(struct N(is) *i);
struct N(is) *METHOD N(is_get_char)(struct N(is) *i, E *c);
struct N(is) *METHOD N(is_get_until)(struct N(is) *i, E *to, long long n, E stop);
struct N(is) *METHOD N(is_get_line)(struct N(is) *i, E *to, long long n);
struct N(is) *METHOD N(is_get_into_until)(struct N(is) *i, struct N(sb) *to, E stop);
struct N(is) *METHOD N(is_get_into)(struct N(is) *i, struct N(sb) *to);
struct N(is) *METHOD N(is_get_buffer)(struct N(is) *i, struct N(sb) *to);
struct N(is) *METHOD N(is_getline_until)(struct N(is) *i, E *to, long long n, E stop);
struct N(is) *METHOD N(is_getline)(struct N(is) *i, E *to, long long n);
struct N(is) *METHOD N(is_ignore)(struct N(is) *i, long long n, I stop);
struct N(is) *METHOD N(is_read)(struct N(is) *i, E *to, long long n);
long long METHOD N(is_readsome)(struct N(is) *i, E *to, long long n);
I METHOD N(is_peek)(struct N(is) *i);

static void N(take_one)(void *arg)
{
	struct N(reading) *r = arg;

	r->c = N(sb_sbumpc)(r->b);
	if (r->c == IEOF)
		r->state = S_EOF | S_FAIL;
	else
		r->i->count = 1;
}

I METHOD N(is_get)(struct N(is) *i)
{
	struct N(reading) r = { .c = IEOF };

	N(counted)(i, N(take_one), &r);
	return r.c;
}

struct N(is) *METHOD N(is_get_char)(struct N(is) *i, E *to)
{
	I c = N(is_get)(i);

	if (c != IEOF || i->count)
		*to = (E)c;
	return i;
}

/* get() leaves the end of the line there, getline() takes it. */
static void N(take_until)(void *arg)
{
	struct N(reading) *r = arg;
	I c = N(sb_sgetc)(r->b);

	while (c != IEOF && c != r->stop && r->got < r->n) {
		r->to[r->got++] = (E)c;
		r->i->count++;
		c = N(sb_snextc)(r->b);
	}
	if (r->got < r->n && c == IEOF)
		r->state |= S_EOF;
	if (!r->got)
		r->state |= S_FAIL;
}

struct N(is) *METHOD N(is_get_until)(struct N(is) *i, E *to, long long n, E stop)
{
	struct N(reading) r = { .to = to, .n = n - 1, .stop = TO_I(stop) };
	struct N(ios) *s = N(ios_of)(i);

	if (n > 0)
		*to = 0;
	i->count = 0;
	N(input)(i, TRUE, N(take_until), &r);
	if (n > 0)
		to[r.got] = 0;
	(void)s;
	return i;
}

struct N(is) *METHOD N(is_get_line)(struct N(is) *i, E *to, long long n)
{
	return N(is_get_until)(i, to, n, N(bios_widen)(N(ios_of)(i), '\n'));
}

static void N(take_line)(void *arg)
{
	struct N(reading) *r = arg;
	I c = N(sb_sgetc)(r->b);

	for (;; c = N(sb_snextc)(r->b)) {
		if (c == IEOF) {
			r->state |= S_EOF;
			break;
		}
		if (c == r->stop) {
			r->i->count++;
			N(sb_sbumpc)(r->b);
			return;
		}
		if (r->got >= r->n) { /* too long */
			r->state |= S_FAIL;
			return;
		}
		r->to[r->got++] = (E)c;
		r->i->count++;
	}
	if (!r->i->count)
		r->state |= S_FAIL;
}

struct N(is) *METHOD N(is_getline_until)(struct N(is) *i, E *to, long long n, E stop)
{
	struct N(reading) r = { .to = to, .n = n - 1, .stop = TO_I(stop) };

	if (n > 0)
		*to = 0;
	i->count = 0;
	N(input)(i, TRUE, N(take_line), &r);
	if (n > 0)
		to[r.got] = 0;
	return i;
}

struct N(is) *METHOD N(is_getline)(struct N(is) *i, E *to, long long n)
{
	return N(is_getline_until)(i, to, n, N(bios_widen)(N(ios_of)(i), '\n'));
}

static void N(take_into)(void *arg)
{
	struct N(reading) *r = arg;
	I c = N(sb_sgetc)(r->b);

	for (; c != IEOF; c = N(sb_snextc)(r->b)) {
		if ((r->n && c == r->stop) || N(sb_sputc)(r->into, (E)c) == IEOF)
			break;
		r->got++;
		r->i->count++;
	}
	if (c == IEOF)
		r->state |= S_EOF;
	if (!r->got)
		r->state |= S_FAIL;
}

struct N(is) *METHOD N(is_get_into_until)(struct N(is) *i, struct N(sb) *to, E stop)
{
	struct N(reading) r = { .into = to, .n = 1, .stop = TO_I(stop) };

	N(counted)(i, N(take_into), &r);
	return i;
}

struct N(is) *METHOD N(is_get_into)(struct N(is) *i, struct N(sb) *to)
{
	return N(is_get_into_until)(i, to, N(bios_widen)(N(ios_of)(i), '\n'));
}

struct N(is) *METHOD N(is_get_buffer)(struct N(is) *i, struct N(sb) *to)
{
	struct N(reading) r = { .into = to, .n = 0 };

	i->count = 0;
	if (to)
		N(input)(i, FALSE, N(take_into), &r);
	else
		N(bios_setstate)(N(ios_of)(i), S_FAIL, FALSE);
	return i;
}

static void N(take_off)(void *arg)
{
	struct N(reading) *r = arg;
	I c;

	while (r->n == LLONG_MAX || r->got < r->n) {
		c = N(sb_sbumpc)(r->b);
		if (c == IEOF) {
			r->state = S_EOF;
			return;
		}
		r->got++;
		r->i->count++;
		if (c == r->stop)
			return;
	}
}

struct N(is) *METHOD N(is_ignore)(struct N(is) *i, long long n, I stop)
{
	struct N(reading) r = { .n = n, .stop = stop };

	N(counted)(i, N(take_off), &r);
	return i;
}

static void N(take_block)(void *arg)
{
	struct N(reading) *r = arg;

	r->i->count = r->b->vt->xsgetn(r->b, r->to, r->n);
	if (r->i->count != r->n)
		r->state = S_EOF | S_FAIL;
}

struct N(is) *METHOD N(is_read)(struct N(is) *i, E *to, long long n)
{
	struct N(reading) r = { .to = to, .n = n };

	N(counted)(i, N(take_block), &r);
	return i;
}

long long METHOD N(sb_in_avail)(struct N(sb) *b);

static void N(take_some)(void *arg)
{
	struct N(reading) *r = arg;
	long long have = N(sb_in_avail)(r->b);

	if (have < 0)
		r->state = S_EOF;
	else if (have)
		r->i->count = r->b->vt->xsgetn(r->b, r->to, min(have, r->n));
}

long long METHOD N(is_readsome)(struct N(is) *i, E *to, long long n)
{
	struct N(reading) r = { .to = to, .n = n };

	return N(counted)(i, N(take_some), &r);
}

static void N(look)(void *arg)
{
	struct N(reading) *r = arg;

	r->c = N(sb_sgetc)(r->b);
	if (r->c == IEOF)
		r->state = S_EOF;
}

I METHOD N(is_peek)(struct N(is) *i)
{
	struct N(reading) r = { .c = IEOF };

	N(counted)(i, N(look), &r);
	return r.c;
}

/* ---- back, and elsewhere ---------------------------------------------------------------------- */

struct N(is) *METHOD N(is_apply)(struct N(is) *i,
				 struct N(is) *(__cdecl *fn)(struct N(is) *));
struct N(is) *METHOD N(is_apply_ios)(struct N(is) *i, void *(__cdecl *fn)(void *));
struct N(is) *METHOD N(is_putback)(struct N(is) *i, E c);
struct N(is) *METHOD N(is_unget)(struct N(is) *i);
int METHOD N(is_sync)(struct N(is) *i);
struct N(is) *METHOD N(is_seekg)(struct N(is) *i, struct fpos to);
struct N(is) *METHOD N(is_seekg_off)(struct N(is) *i, long long off, int way);
struct fpos *METHOD N(is_tellg)(struct N(is) *i, struct fpos *p);

struct N(is) *METHOD N(is_apply)(struct N(is) *i,
				 struct N(is) *(__cdecl *fn)(struct N(is) *))
{
	return fn(i);
}

struct N(is) *METHOD N(is_apply_ios)(struct N(is) *i, void *(__cdecl *fn)(void *))
{
	fn(N(ios_of)(i));
	return i;
}

/* These also work at the end of the file. */
static void N(not_at_end)(struct N(is) *i)
{
	struct N(ios) *s = N(ios_of)(i);

	N(bios_clear)(s, s->b.state & ~S_EOF, FALSE);
}

static void N(give_back)(void *arg)
{
	struct N(reading) *r = arg;

	if (N(sb_sputbackc)(r->b, (E)r->c) == IEOF)
		r->state = S_BAD;
}

struct N(is) *METHOD N(is_putback)(struct N(is) *i, E c)
{
	struct N(reading) r = { .c = TO_I(c) };

	N(not_at_end)(i);
	N(counted)(i, N(give_back), &r);
	return i;
}

static void N(go_back)(void *arg)
{
	struct N(reading) *r = arg;

	if (N(sb_sungetc)(r->b) == IEOF)
		r->state = S_BAD;
}

struct N(is) *METHOD N(is_unget)(struct N(is) *i)
{
	struct N(reading) r = { .c = 0 };

	N(not_at_end)(i);
	N(counted)(i, N(go_back), &r);
	return i;
}

static void N(sync_in)(void *arg)
{
	struct N(reading) *r = arg;

	r->got = r->b->vt->sync(r->b);
	if (r->got == -1)
		r->state = S_BAD;
}

int METHOD N(is_sync)(struct N(is) *i)
{
	struct N(reading) r = { .n = 0 };

	if (!N(ios_of)(i)->buf)
		return -1;
	N(input)(i, TRUE, N(sync_in), &r);
	return r.state ? -1 : 0;
}

static void N(seek_to)(void *arg)
{
	struct N(reading) *r = arg;
	struct fpos p;

	if (r->b->vt->seekpos(r->b, &p, r->pos, MODE_IN)->off == -1)
		r->state = S_FAIL;
}

static void N(seek_by)(void *arg)
{
	struct N(reading) *r = arg;
	struct fpos p;

	if (r->b->vt->seekoff(r->b, &p, r->n, r->way, MODE_IN)->off == -1)
		r->state = S_FAIL;
}

struct N(is) *METHOD N(is_seekg)(struct N(is) *i, struct fpos to)
{
	struct N(reading) r = { .pos = to };

	N(not_at_end)(i);
	N(input)(i, TRUE, N(seek_to), &r);
	return i;
}

struct N(is) *METHOD N(is_seekg_off)(struct N(is) *i, long long off, int way)
{
	struct N(reading) r = { .n = off, .way = way };

	N(not_at_end)(i);
	N(input)(i, TRUE, N(seek_by), &r);
	return i;
}

static void N(tell)(void *arg)
{
	struct N(reading) *r = arg;

	r->b->vt->seekoff(r->b, &r->pos, 0, SEEK_CUR, MODE_IN);
}

struct fpos *METHOD N(is_tellg)(struct N(is) *i, struct fpos *p)
{
	struct N(reading) r;

	N(nowhere)(&r.pos);
	N(input)(i, TRUE, N(tell), &r);
	*p = r.pos;
	return p;
}
