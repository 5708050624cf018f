/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ostream-t.h - std::basic_ostream and basic_iostream.  Included as stream-t.h
 * is.
 *
 * Constructors and destructors: the last argument of a constructor says that
 * the object is nobody's base, and that it has to make the virtual one; a
 * destructor's object is the ios part of what it destroys.
 */
extern const struct ios_vt PASTE(PASTE(vt_, X), os), PASTE(PASTE(vt_, X), ios2);

/* ---- life ------------------------------------------------------------------------ */

static const int N(os_vb)[] = { 0, N(os_ios) };
static const int N(ios2_vb_is)[] = { 0, N(ios2_ios) };
static const int N(ios2_vb_os)[] = { 0, N(ios2_ios) - N(ios2_os) };

struct N(os) *METHOD N(os_new)(struct N(os) *o, struct N(sb) *b, BOOLEAN standard,
			       int whole);
struct N(os) *METHOD N(os_raw)(struct N(os) *o, int none, BOOLEAN add, int whole);
struct N(os) *METHOD N(os_move)(struct N(os) *o, struct N(os) *from, int whole);
struct N(os) *METHOD N(os_assign)(struct N(os) *o, struct N(os) *from);
void METHOD N(os_swap)(struct N(os) *o, struct N(os) *from);
void METHOD N(os_end)(struct N(ios) *s);
void METHOD N(os_vbase_end)(struct N(os) *o);
void *METHOD N(os_destroy)(struct N(ios) *s, unsigned flags);

/* The ios part is its class's from here on; own: where a whole one has it. */
static struct N(ios) *N(become)(void *stream, const struct ios_vt *vt, int own)
{
	int at = (*(const int **)stream)[1];
	struct N(ios) *s = N(ios_of)(stream);

	s->b.vt = vt;
	((int *)s)[-1] = at - own;
	return s;
}

static struct N(ios) *N(os_begin)(struct N(os) *o, int whole)
{
	if (whole) {
		o->vb = N(os_vb);
		N(bios_new)(N(ios_of)(o));
	}
	return N(become)(o, &PASTE(PASTE(vt_, X), os), N(os_ios));
}

struct N(os) *METHOD N(os_new)(struct N(os) *o, struct N(sb) *b, BOOLEAN standard,
			       int whole)
{
	N(bios_init)(N(os_begin)(o, whole), b, standard);
	return o;
}

struct N(os) *METHOD N(os_raw)(struct N(os) *o, int none, BOOLEAN add, int whole)
{
	struct N(ios) *s = N(os_begin)(o, whole);

	if (add)
		s->b.stdstr = 1;
	return o;
}

struct N(os) *METHOD N(os_move)(struct N(os) *o, struct N(os) *from, int whole)
{
	struct N(ios) *s = N(os_begin)(o, whole);

	N(bios_init)(s, NULL, FALSE);
	N(bios_move)(s, N(ios_of)(from));
	return o;
}

void METHOD N(os_swap)(struct N(os) *o, struct N(os) *from)
{
	N(bios_swap)(N(ios_of)(o), N(ios_of)(from));
}

struct N(os) *METHOD N(os_assign)(struct N(os) *o, struct N(os) *from)
{
	N(os_swap)(o, from);
	return o;
}

void METHOD N(os_end)(struct N(ios) *s)
{
	N(become)((char *)s - N(os_ios), &PASTE(PASTE(vt_, X), os), N(os_ios));
}

void METHOD N(os_vbase_end)(struct N(os) *o)
{
	struct N(ios) *s = (struct N(ios) *)((char *)o + N(os_ios));

	N(os_end)(s);
	ios_end(&s->b);
}

/* Called by a pointer to the ios part, wherever that is just now. */
void *METHOD N(os_destroy)(struct N(ios) *s, unsigned flags)
{
	struct N(os) *o =
		(struct N(os) *)((char *)s - ((int *)s)[-1] - N(os_ios));

	N(os_vbase_end)(o);
	if (flags & 1)
		free(o);
	return o;
}

/* ---- basic_iostream --------------------------------------------------------------- */

struct N(is) *METHOD N(is_new)(struct N(is) *i, struct N(sb) *b, BOOLEAN standard,
			       int whole);
void METHOD N(is_end)(struct N(ios) *s);

struct N(ios2) *METHOD N(ios2_new)(struct N(ios2) *i, struct N(sb) *b, int whole);
void METHOD N(ios2_end)(struct N(ios) *s);
void METHOD N(ios2_vbase_end)(struct N(ios2) *i);
void *METHOD N(ios2_destroy)(struct N(ios) *s, unsigned flags);

struct N(ios2) *METHOD N(ios2_new)(struct N(ios2) *i, struct N(sb) *b, int whole)
{
	if (whole) {
		i->is.vb = N(ios2_vb_is);
		i->os.vb = N(ios2_vb_os);
		N(bios_new)(N(ios_of)(i));
	}
	N(is_new)(&i->is, b, FALSE, 0);
	N(os_begin)(&i->os, 0); /* which would make the ios part anew */
	N(become)(i, &PASTE(PASTE(vt_, X), ios2), N(ios2_ios));
	return i;
}

void METHOD N(ios2_end)(struct N(ios) *s)
{
	struct N(ios2) *i = (struct N(ios2) *)((char *)s - N(ios2_ios));

	N(become)(i, &PASTE(PASTE(vt_, X), ios2), N(ios2_ios));
	N(os_end)((struct N(ios) *)((char *)&i->os + N(os_ios)));
	N(is_end)((struct N(ios) *)((char *)&i->is + N(is_ios)));
}

void METHOD N(ios2_vbase_end)(struct N(ios2) *i)
{
	struct N(ios) *s = (struct N(ios) *)((char *)i + N(ios2_ios));

	N(ios2_end)(s);
	ios_end(&s->b);
}

void *METHOD N(ios2_destroy)(struct N(ios) *s, unsigned flags)
{
	struct N(ios2) *i =
		(struct N(ios2) *)((char *)s - ((int *)s)[-1] - N(ios2_ios));

	N(ios2_vbase_end)(i);
	if (flags & 1)
		free(i);
	return i;
}

/* ---- what goes around every output ---------------------------------------------------- */

BOOLEAN METHOD N(os_opfx)(struct N(os) *o);
void METHOD N(os_osfx)(struct N(os) *o);
int __cdecl __uncaught_exceptions(void);

BOOLEAN METHOD N(os_opfx)(struct N(os) *o)
{
	struct N(ios) *s = N(ios_of)(o);

	if (!s->b.state && s->tie && s->tie != o)
		N(os_flush)(s->tie);
	return !s->b.state;
}

struct N(flushing) {
	struct N(sb) *b;
	int result;
};

static void N(do_sync)(void *arg)
{
	struct N(flushing) *f = arg;

	f->result = f->b->vt->sync(f->b);
}

void METHOD N(os_unitbuf)(struct N(os) *o)
{
	struct N(ios) *s = N(ios_of)(o);
	struct N(flushing) f = { s->buf, 0 };

	if (s->b.state || !(s->b.fmt & F_UNITBUF) || !f.b)
		return;
	if (!guard(N(do_sync), &f, &s->b) || f.result == -1)
		N(bios_setstate)(s, S_BAD, FALSE);
}

void METHOD N(os_osfx)(struct N(os) *o)
{
	N(os_unitbuf)(o);
}

/* One output: fn(w) in a guard, between prefix and suffix. */
struct N(writing) {
	struct N(sb) *b;
	const E *text;
	size_t n, pad_at, pad;
	E fill;
	BOOL failed;
	struct N(sb) *from;
};

static void N(output)(struct N(os) *o, void (*fn)(void *), struct N(writing) *w)
{
	struct N(ios) *s = N(ios_of)(o);
	struct N(sb) *b = s->buf;
	int state = 0;

	if (b)
		b->vt->lock(b);
	if (N(os_opfx)(o)) {
		w->b = b;
		if (!guard(fn, w, &s->b) || w->failed)
			state = S_BAD;
	}
	if (!__uncaught_exceptions())
		N(os_unitbuf)(o);
	if (b)
		b->vt->unlock(b);
	if (state)
		N(bios_setstate)(s, state, FALSE);
}

static BOOL N(send)(struct N(sb) *b, const E *s, size_t n)
{
	return !n || b->vt->xsputn(b, s, (long long)n) == (long long)n;
}

static void N(emit)(void *arg)
{
	struct N(writing) *w = arg;

	w->failed = TRUE;
	if (!N(send)(w->b, w->text, w->pad_at))
		return;
	for (size_t i = 0; i < w->pad; i++)
		if (N(sb_sputc)(w->b, w->fill) == IEOF)
			return;
	w->failed = !N(send)(w->b, w->text + w->pad_at, w->n - w->pad_at);
}

/* Pads and writes a field; inner: where "internal" puts the padding. */
static struct N(os) *N(field)(struct N(os) *o, const E *text, size_t n, size_t inner)
{
	struct N(ios) *s = N(ios_of)(o);
	struct N(writing) w = { .text = text, .n = n, .fill = s->fill };
	int adjust = s->b.fmt & F_ADJUST;

	if (s->b.wide > 0 && (unsigned long long)s->b.wide > n)
		w.pad = (size_t)s->b.wide - n;
	if (adjust == F_LEFT)
		w.pad_at = n;
	else if (adjust == F_INTERNAL)
		w.pad_at = inner;
	N(output)(o, N(emit), &w);
	s->b.wide = 0;
	return o;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/*
 * text is ASCII; its digits from first to point are grouped, and what stands at
 * point, if anything of a fraction, is the locale's decimal point.
 */
static struct N(os) *N(number)(struct N(os) *o, const char *text, size_t n,
			       size_t first, size_t point, BOOL fraction)
{
	struct N(ios) *s = N(ios_of)(o);
	struct N(punct) p;
	const char *group;
	size_t extra = 0, left, i, at;
	E few[96], *to = few;

	N(punct_of)(&p, s->b.loc);
	/* separators that the whole part needs, from its end */
	group = p.grouping;
	left = point - first;
	while (*group > 0 && *group != CHAR_MAX && left > (size_t)*group) {
		left -= (size_t)*group;
		extra++;
		if (group[1])
			group++;
	}
	if (n + extra > ARRAYSIZE(few))
		to = must_malloc((n + extra) * sizeof *to);
	for (i = n, at = n + extra; i > point;) {
		i--;
		/* an exponent, "inf" or "nan" may come at once */
		to[--at] = fraction && i == point && text[i] < 'A' ? p.point :
								     WIDEN(text[i]);
	}
	group = p.grouping;
	left = extra ? (size_t)*group : (size_t)-1;
	while (i > 0) {
		if (i > first && !left) {
			to[--at] = p.separator;
			if (group[1])
				group++;
			left = *group > 0 && *group != CHAR_MAX ? (size_t)*group :
								  (size_t)-1;
		}
		to[--at] = WIDEN(text[--i]);
		left--;
	}
	N(field)(o, to, n + extra, first);
	if (to != few)
		free(to);
	return o;
}

static struct N(os) *N(integer)(struct N(os) *o, unsigned long long v, BOOL negative,
				BOOL is_signed)
{
	char text[INTEGER_MAX], *digits, *end;

	end = integer_text(text, v, negative, is_signed, N(ios_of)(o)->b.fmt, &digits);
	return N(number)(o, text, (size_t)(end - text), (size_t)(digits - text),
			 (size_t)(end - text), FALSE);
}

/* Other bases show the bits of the type; mask has as many. */
static struct N(os) *N(signed_integer)(struct N(os) *o, long long v,
				       unsigned long long mask)
{
	int base = N(ios_of)(o)->b.fmt & F_BASE;

	if (base == F_OCT || base == F_HEX)
		return N(integer)(o, (unsigned long long)v & mask, FALSE, FALSE);
	return N(integer)(o, v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v,
			  v < 0, TRUE);
}

struct N(os) *METHOD N(os_put_bool)(struct N(os) *o, BOOLEAN v);
struct N(os) *METHOD N(os_put_short)(struct N(os) *o, short v);
struct N(os) *METHOD N(os_put_ushort)(struct N(os) *o, unsigned short v);
struct N(os) *METHOD N(os_put_int)(struct N(os) *o, int v);
struct N(os) *METHOD N(os_put_uint)(struct N(os) *o, unsigned v);
struct N(os) *METHOD N(os_put_llong)(struct N(os) *o, long long v);
struct N(os) *METHOD N(os_put_ullong)(struct N(os) *o, unsigned long long v);
struct N(os) *METHOD N(os_put_float)(struct N(os) *o, float v);
struct N(os) *METHOD N(os_put_double)(struct N(os) *o, double v);
struct N(os) *METHOD N(os_put_pointer)(struct N(os) *o, const void *v);

struct N(os) *METHOD N(os_put_bool)(struct N(os) *o, BOOLEAN v)
{
	struct N(ios) *s = N(ios_of)(o);
	size_t n;
	E *text;

	if (!(s->b.fmt & F_BOOLALPHA))
		return N(os_put_int)(o, v != 0);
	text = N(bool_text)(s->b.loc, v, &n);
	N(field)(o, text, n, 0);
	free(text);
	return o;
}

struct N(os) *METHOD N(os_put_short)(struct N(os) *o, short v)
{
	return N(signed_integer)(o, v, 0xffff);
}

struct N(os) *METHOD N(os_put_ushort)(struct N(os) *o, unsigned short v)
{
	return N(integer)(o, v, FALSE, FALSE);
}

struct N(os) *METHOD N(os_put_int)(struct N(os) *o, int v)
{
	return N(signed_integer)(o, v, 0xffffffff);
}

struct N(os) *METHOD N(os_put_uint)(struct N(os) *o, unsigned v)
{
	return N(integer)(o, v, FALSE, FALSE);
}

struct N(os) *METHOD N(os_put_llong)(struct N(os) *o, long long v)
{
	return N(signed_integer)(o, v, ~0ull);
}

struct N(os) *METHOD N(os_put_ullong)(struct N(os) *o, unsigned long long v)
{
	return N(integer)(o, v, FALSE, FALSE);
}

struct N(os) *METHOD N(os_put_double)(struct N(os) *o, double v)
{
	struct N(ios) *s = N(ios_of)(o);
	size_t n, digits, point;
	char *text = float_text(v, s->b.fmt, s->b.prec, &n, &digits, &point);

	N(number)(o, text, n, digits, point, TRUE);
	free(text);
	return o;
}

struct N(os) *METHOD N(os_put_float)(struct N(os) *o, float v)
{
	return N(os_put_double)(o, v);
}

/* All digits, in capitals, whatever the flags say. */
struct N(os) *METHOD N(os_put_pointer)(struct N(os) *o, const void *v)
{
	enum { DIGITS = sizeof v * 2 };
	E text[DIGITS];
	ULONG_PTR left = (ULONG_PTR)v;

	for (int i = DIGITS; i--; left >>= 4)
		text[i] = (E) "0123456789ABCDEF"[left & 15];
	return N(field)(o, text, DIGITS, 0);
}

/* ---- the rest --------------------------------------------------------------------------------- */

struct N(os) *METHOD N(os_apply)(struct N(os) *o,
				 struct N(os) *(__cdecl *fn)(struct N(os) *));
struct N(os) *METHOD N(os_apply_ios)(struct N(os) *o, void *(__cdecl *fn)(void *));
struct N(os) *METHOD N(os_put_buffer)(struct N(os) *o, struct N(sb) *from);
struct N(os) *METHOD N(os_put)(struct N(os) *o, E c);
struct N(os) *METHOD N(os_write)(struct N(os) *o, const E *s, long long n);
struct N(os) *METHOD N(os_seekp)(struct N(os) *o, struct fpos to);
struct N(os) *METHOD N(os_seekp_off)(struct N(os) *o, long long off, int way);
struct fpos *METHOD N(os_tellp)(struct N(os) *o, struct fpos *p);

struct N(os) *METHOD N(os_apply)(struct N(os) *o,
				 struct N(os) *(__cdecl *fn)(struct N(os) *))
{
	return fn(o);
}

/* basic_ios begins with its ios_base. */
struct N(os) *METHOD N(os_apply_ios)(struct N(os) *o, void *(__cdecl *fn)(void *))
{
	fn(N(ios_of)(o));
	return o;
}

static void N(drain)(void *arg)
{
	struct N(writing) *w = arg;
	I c = N(sb_sgetc)(w->from);

	/* nothing at all is a failure, an exception as well */
	w->n = 0;
	for (; c != IEOF; c = N(sb_snextc)(w->from)) {
		if (N(sb_sputc)(w->b, (E)c) == IEOF)
			break;
		w->n++;
	}
}

struct N(os) *METHOD N(os_put_buffer)(struct N(os) *o, struct N(sb) *from)
{
	struct N(ios) *s = N(ios_of)(o);
	struct N(writing) w = { .from = from };

	if (!from) {
		N(bios_setstate)(s, S_BAD, FALSE);
		return o;
	}
	N(output)(o, N(drain), &w);
	s->b.wide = 0;
	if (!w.n)
		N(bios_setstate)(s, S_FAIL, FALSE);
	return o;
}

struct N(os) *METHOD N(os_write)(struct N(os) *o, const E *s, long long n)
{
	struct N(writing) w = { .text = s, .n = n > 0 ? (size_t)n : 0 };

	N(output)(o, N(emit), &w);
	return o;
}

static void N(emit_one)(void *arg)
{
	struct N(writing) *w = arg;

	w->failed = N(sb_sputc)(w->b, *w->text) == IEOF;
}

struct N(os) *METHOD N(os_put)(struct N(os) *o, E c)
{
	struct N(writing) w = { .text = &c };

	N(output)(o, N(emit_one), &w);
	return o;
}

static void N(sync_out)(void *arg)
{
	struct N(writing) *w = arg;

	w->failed = w->b->vt->sync(w->b) == -1;
}

struct N(os) *METHOD N(os_flush)(struct N(os) *o)
{
	struct N(writing) w = { .failed = FALSE };

	if (N(ios_of)(o)->buf)
		N(output)(o, N(sync_out), &w);
	return o;
}

struct N(os) *METHOD N(os_seekp)(struct N(os) *o, struct fpos to)
{
	struct N(ios) *s = N(ios_of)(o);
	struct fpos p;

	if (!ios_fail(&s->b) &&
	    s->buf->vt->seekpos(s->buf, &p, to, MODE_OUT)->off == -1)
		N(bios_setstate)(s, S_FAIL, FALSE);
	return o;
}

struct N(os) *METHOD N(os_seekp_off)(struct N(os) *o, long long off, int way)
{
	struct N(ios) *s = N(ios_of)(o);
	struct fpos p;

	if (!ios_fail(&s->b) &&
	    s->buf->vt->seekoff(s->buf, &p, off, way, MODE_OUT)->off == -1)
		N(bios_setstate)(s, S_FAIL, FALSE);
	return o;
}

struct fpos *METHOD N(os_tellp)(struct N(os) *o, struct fpos *p)
{
	struct N(ios) *s = N(ios_of)(o);

	if (ios_fail(&s->b))
		return N(nowhere)(p);
	return s->buf->vt->seekoff(s->buf, p, 0, SEEK_CUR, MODE_OUT);
}
