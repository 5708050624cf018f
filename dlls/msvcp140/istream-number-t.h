/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * istream-number-t.h - std::basic_istream: numbers and names of truth values.
 * Included as stream-t.h is, after istream-t.h.
 *
 * What may belong to a number is taken from the buffer first, as far as it goes
 * on; then the C library converts it.
 */
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
