/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * streambuf-t.h - std::basic_streambuf.  Included as stream-t.h is.
 */
extern const struct N(sb_vt) PASTE(PASTE(vt_, X), sb);

/* ---- life -------------------------------------------------------------------- */

struct N(sb) *METHOD N(sb_raw)(struct N(sb) *b, int none);
struct N(sb) *METHOD N(sb_copy)(struct N(sb) *b, const struct N(sb) *from);
struct N(sb) *METHOD N(sb_assign)(struct N(sb) *b, const struct N(sb) *from);
void METHOD N(sb_swap)(struct N(sb) *b, struct N(sb) *o);
void METHOD N(sb_end)(struct N(sb) *b);
void *METHOD N(sb_destroy)(struct N(sb) *b, unsigned flags);
void METHOD N(sb_init_from)(struct N(sb) *b, E **gf, E **gn, int *gc, E **pf, E **pn,
			    int *pc);
void METHOD N(sb_setg)(struct N(sb) *b, E *first, E *next, E *last);
void METHOD N(sb_setp3)(struct N(sb) *b, E *first, E *next, E *last);
void METHOD N(sb_setp)(struct N(sb) *b, E *first, E *last);

void METHOD N(sb_init_from)(struct N(sb) *b, E **gf, E **gn, int *gc, E **pf, E **pn,
			    int *pc)
{
	b->igfirst = gf;
	b->ignext = gn;
	b->igcount = gc;
	b->ipfirst = pf;
	b->ipnext = pn;
	b->ipcount = pc;
}

void METHOD N(sb_init)(struct N(sb) *b)
{
	N(sb_init_from)(b, &b->gfirst, &b->gnext, &b->gcount, &b->pfirst, &b->pnext,
			&b->pcount);
	N(sb_setp)(b, NULL, NULL);
	N(sb_setg)(b, NULL, NULL, NULL);
}

struct N(sb) *METHOD N(sb_new)(struct N(sb) *b)
{
	b->vt = &PASTE(PASTE(vt_, X), sb);
	b->loc = new_locale(NULL);
	N(sb_init)(b);
	return b;
}

struct N(sb) *METHOD N(sb_raw)(struct N(sb) *b, int none)
{
	b->vt = &PASTE(PASTE(vt_, X), sb);
	return b;
}

static void N(sb_areas)(struct N(sb) *b, const struct N(sb) *from)
{
	N(sb_setp3)(b, *from->ipfirst, *from->ipnext,
		    *from->ipnext ? *from->ipnext + *from->ipcount : NULL);
	N(sb_setg)(b, *from->igfirst, *from->ignext,
		   *from->ignext ? *from->ignext + *from->igcount : NULL);
}

struct N(sb) *METHOD N(sb_copy)(struct N(sb) *b, const struct N(sb) *from)
{
	b->vt = &PASTE(PASTE(vt_, X), sb);
	b->loc = new_locale(from->loc);
	N(sb_init)(b);
	N(sb_areas)(b, from);
	return b;
}

struct N(sb) *METHOD N(sb_assign)(struct N(sb) *b, const struct N(sb) *from)
{
	struct locale old;

	if (b != from) {
		N(sb_areas)(b, from);
		N(sb_pubimbue)(b, &old, from->loc);
		locale_drop(&old);
	}
	return b;
}

void METHOD N(sb_swap)(struct N(sb) *b, struct N(sb) *o)
{
	struct N(sb) t;
	struct locale *loc = b->loc;

	if (b == o)
		return;
	N(sb_init)(&t);
	N(sb_areas)(&t, b);
	N(sb_areas)(b, o);
	N(sb_areas)(o, &t);
	b->loc = o->loc;
	o->loc = loc;
}

void METHOD N(sb_end)(struct N(sb) *b)
{
	b->vt = &PASTE(PASTE(vt_, X), sb);
	if (b->loc) {
		locale_drop(b->loc);
		free(b->loc);
		b->loc = NULL;
	}
}

void *METHOD N(sb_destroy)(struct N(sb) *b, unsigned flags)
{
	N(sb_end)(b);
	if (flags & 1)
		free(b);
	return b;
}

/* ---- the areas ----------------------------------------------------------------- */

E *METHOD N(sb_eback)(const struct N(sb) *b);
E *METHOD N(sb_gptr)(const struct N(sb) *b);
E *METHOD N(sb_egptr)(const struct N(sb) *b);
E *METHOD N(sb_pbase)(const struct N(sb) *b);
E *METHOD N(sb_pptr)(const struct N(sb) *b);
E *METHOD N(sb_epptr)(const struct N(sb) *b);
void METHOD N(sb_gbump)(struct N(sb) *b, int n);
void METHOD N(sb_pbump)(struct N(sb) *b, int n);
E *METHOD N(sb_gndec)(struct N(sb) *b);
E *METHOD N(sb_gnpreinc)(struct N(sb) *b);

E *METHOD N(sb_eback)(const struct N(sb) *b)
{
	return *b->igfirst;
}

E *METHOD N(sb_gptr)(const struct N(sb) *b)
{
	return *b->ignext;
}

E *METHOD N(sb_egptr)(const struct N(sb) *b)
{
	return *b->ignext + *b->igcount;
}

E *METHOD N(sb_pbase)(const struct N(sb) *b)
{
	return *b->ipfirst;
}

E *METHOD N(sb_pptr)(const struct N(sb) *b)
{
	return *b->ipnext;
}

E *METHOD N(sb_epptr)(const struct N(sb) *b)
{
	return *b->ipnext + *b->ipcount;
}

void METHOD N(sb_gbump)(struct N(sb) *b, int n)
{
	*b->igcount -= n;
	*b->ignext += n;
}

void METHOD N(sb_pbump)(struct N(sb) *b, int n)
{
	*b->ipcount -= n;
	*b->ipnext += n;
}

void METHOD N(sb_setg)(struct N(sb) *b, E *first, E *next, E *last)
{
	*b->igfirst = first;
	*b->ignext = next;
	*b->igcount = (int)(last - next);
}

void METHOD N(sb_setp3)(struct N(sb) *b, E *first, E *next, E *last)
{
	*b->ipfirst = first;
	*b->ipnext = next;
	*b->ipcount = (int)(last - next);
}

void METHOD N(sb_setp)(struct N(sb) *b, E *first, E *last)
{
	N(sb_setp3)(b, first, first, last);
}

E *METHOD N(sb_gndec)(struct N(sb) *b)
{
	N(sb_gbump)(b, -1);
	return *b->ignext;
}

E *METHOD N(sb_gninc)(struct N(sb) *b)
{
	N(sb_gbump)(b, 1);
	return *b->ignext - 1;
}

E *METHOD N(sb_gnpreinc)(struct N(sb) *b)
{
	N(sb_gbump)(b, 1);
	return *b->ignext;
}

E *METHOD N(sb_pninc)(struct N(sb) *b)
{
	N(sb_pbump)(b, 1);
	return *b->ipnext - 1;
}

long long METHOD N(sb_gnavail)(const struct N(sb) *b)
{
	return *b->ignext ? *b->igcount : 0;
}

long long METHOD N(sb_pnavail)(const struct N(sb) *b)
{
	return *b->ipnext ? *b->ipcount : 0;
}

/* ---- what everybody calls ------------------------------------------------------------ */

struct fpos *METHOD N(sb_pubseekoff)(struct N(sb) *b, struct fpos *p, long long off,
				     int way, int mode);
struct fpos *METHOD N(sb_pubseekpos)(struct N(sb) *b, struct fpos *p, struct fpos to,
				     int mode);
struct N(sb) *METHOD N(sb_pubsetbuf)(struct N(sb) *b, E *s, long long n);
struct locale *METHOD N(sb_getloc)(const struct N(sb) *b, struct locale *l);
long long METHOD N(sb_in_avail)(struct N(sb) *b);
int METHOD N(sb_pubsync)(struct N(sb) *b);
long long METHOD N(sb_sgetn)(struct N(sb) *b, E *s, long long n);
void METHOD N(sb_stossc)(struct N(sb) *b);

struct fpos *METHOD N(sb_pubseekoff)(struct N(sb) *b, struct fpos *p, long long off,
				     int way, int mode)
{
	return b->vt->seekoff(b, p, off, way, mode);
}

struct fpos *METHOD N(sb_pubseekpos)(struct N(sb) *b, struct fpos *p, struct fpos to,
				     int mode)
{
	return b->vt->seekpos(b, p, to, mode);
}

struct N(sb) *METHOD N(sb_pubsetbuf)(struct N(sb) *b, E *s, long long n)
{
	return b->vt->setbuf(b, s, n);
}

struct locale *METHOD N(sb_pubimbue)(struct N(sb) *b, struct locale *old,
				     const struct locale *l)
{
	b->vt->imbue(b, l);
	*old = *b->loc; /* its count goes along */
	locale_copy(b->loc, l);
	return old;
}

struct locale *METHOD N(sb_getloc)(const struct N(sb) *b, struct locale *l)
{
	locale_copy(l, b->loc);
	return l;
}

long long METHOD N(sb_in_avail)(struct N(sb) *b)
{
	long long n = N(sb_gnavail)(b);

	return n > 0 ? n : b->vt->showmanyc(b);
}

int METHOD N(sb_pubsync)(struct N(sb) *b)
{
	return b->vt->sync(b);
}

I METHOD N(sb_sbumpc)(struct N(sb) *b)
{
	return N(sb_gnavail)(b) > 0 ? TO_I(*N(sb_gninc)(b)) : b->vt->uflow(b);
}

I METHOD N(sb_sgetc)(struct N(sb) *b)
{
	return N(sb_gnavail)(b) > 0 ? TO_I(**b->ignext) : b->vt->underflow(b);
}

long long METHOD N(sb_sgetn)(struct N(sb) *b, E *s, long long n)
{
	return b->vt->xsgetn(b, s, n);
}

I METHOD N(sb_snextc)(struct N(sb) *b)
{
	if (N(sb_gnavail)(b) > 1)
		return TO_I(*N(sb_gnpreinc)(b));
	return N(sb_sbumpc)(b) == IEOF ? IEOF : N(sb_sgetc)(b);
}

static BOOL N(sb_has_before)(const struct N(sb) *b)
{
	return *b->ignext && *b->igfirst < *b->ignext;
}

I METHOD N(sb_sputbackc)(struct N(sb) *b, E c)
{
	if (N(sb_has_before)(b) && (*b->ignext)[-1] == c)
		return TO_I(*N(sb_gndec)(b));
	return b->vt->pbackfail(b, TO_I(c));
}

void METHOD N(sb_stossc)(struct N(sb) *b)
{
	N(sb_sbumpc)(b);
}

I METHOD N(sb_sungetc)(struct N(sb) *b)
{
	if (N(sb_has_before)(b))
		return TO_I(*N(sb_gndec)(b));
	return b->vt->pbackfail(b, IEOF);
}

I METHOD N(sb_sputc)(struct N(sb) *b, E c)
{
	if (N(sb_pnavail)(b) <= 0)
		return b->vt->overflow(b, TO_I(c));
	return TO_I(*N(sb_pninc)(b) = c);
}

long long METHOD N(sb_sputn)(struct N(sb) *b, const E *s, long long n)
{
	return b->vt->xsputn(b, s, n);
}

/* ---- what derived classes override -------------------------------------------------------- */

void METHOD N(sb_lock)(struct N(sb) *b);
void METHOD N(sb_unlock)(struct N(sb) *b);
I METHOD N(sb_overflow)(struct N(sb) *b, I c);
I METHOD N(sb_pbackfail)(struct N(sb) *b, I c);
long long METHOD N(sb_showmanyc)(struct N(sb) *b);
I METHOD N(sb_underflow)(struct N(sb) *b);
I METHOD N(sb_uflow)(struct N(sb) *b);
long long METHOD N(sb_xsgetn)(struct N(sb) *b, E *s, long long n);
long long METHOD N(sb_xsputn)(struct N(sb) *b, const E *s, long long n);
struct fpos *METHOD N(sb_seekoff)(struct N(sb) *b, struct fpos *p, long long off,
				  int way, int mode);
struct fpos *METHOD N(sb_seekpos)(struct N(sb) *b, struct fpos *p, struct fpos to,
				  int mode);
struct N(sb) *METHOD N(sb_setbuf)(struct N(sb) *b, E *s, long long n);
int METHOD N(sb_sync)(struct N(sb) *b);
void METHOD N(sb_imbue)(struct N(sb) *b, const struct locale *l);

void METHOD N(sb_lock)(struct N(sb) *b)
{
}

void METHOD N(sb_unlock)(struct N(sb) *b)
{
}

I METHOD N(sb_overflow)(struct N(sb) *b, I c)
{
	return IEOF;
}

I METHOD N(sb_pbackfail)(struct N(sb) *b, I c)
{
	return IEOF;
}

long long METHOD N(sb_showmanyc)(struct N(sb) *b)
{
	return 0;
}

I METHOD N(sb_underflow)(struct N(sb) *b)
{
	return IEOF;
}

I METHOD N(sb_uflow)(struct N(sb) *b)
{
	return b->vt->underflow(b) == IEOF ? IEOF : TO_I(*N(sb_gninc)(b));
}

long long METHOD N(sb_xsgetn)(struct N(sb) *b, E *s, long long n)
{
	long long left = n;

	while (left > 0) {
		long long have = min(N(sb_gnavail)(b), left);
		I c;

		if (have > 0) {
			memcpy(s, *b->ignext, (size_t)have * sizeof *s);
			N(sb_gbump)(b, (int)have);
			s += have;
			left -= have;
			continue;
		}
		c = b->vt->uflow(b);
		if (c == IEOF)
			break;
		*s++ = (E)c;
		left--;
	}
	return n - left;
}

long long METHOD N(sb_xsputn)(struct N(sb) *b, const E *s, long long n)
{
	long long left = n;

	while (left > 0) {
		long long room = min(N(sb_pnavail)(b), left);

		if (room > 0) {
			memcpy(*b->ipnext, s, (size_t)room * sizeof *s);
			N(sb_pbump)(b, (int)room);
			s += room;
			left -= room;
			continue;
		}
		if (b->vt->overflow(b, TO_I(*s)) == IEOF)
			break;
		s++;
		left--;
	}
	return n - left;
}

static struct fpos *N(nowhere)(struct fpos *p)
{
	memset(p, 0, sizeof *p);
	p->off = -1;
	return p;
}

struct fpos *METHOD N(sb_seekoff)(struct N(sb) *b, struct fpos *p, long long off,
				  int way, int mode)
{
	return N(nowhere)(p);
}

struct fpos *METHOD N(sb_seekpos)(struct N(sb) *b, struct fpos *p, struct fpos to,
				  int mode)
{
	return N(nowhere)(p);
}

struct N(sb) *METHOD N(sb_setbuf)(struct N(sb) *b, E *s, long long n)
{
	return b;
}

int METHOD N(sb_sync)(struct N(sb) *b)
{
	return 0;
}

void METHOD N(sb_imbue)(struct N(sb) *b, const struct locale *l)
{
}
