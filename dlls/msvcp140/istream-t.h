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

/* What fn takes, and an end: also where nothing is taken. */
static struct N(is) *N(get_text)(struct N(is) *i, E *to, long long n, E stop,
				 void (*fn)(void *))
{
	struct N(reading) r = { .to = to, .n = n - 1, .stop = TO_I(stop) };

	if (n > 0)
		*to = 0;
	N(counted)(i, fn, &r);
	if (n > 0)
		to[r.got] = 0;
	return i;
}

struct N(is) *METHOD N(is_get_until)(struct N(is) *i, E *to, long long n, E stop)
{
	return N(get_text)(i, to, n, stop, N(take_until));
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
	return N(get_text)(i, to, n, stop, N(take_line));
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
