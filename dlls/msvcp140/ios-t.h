/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ios-t.h - std::basic_ios, and the facets that streams ask: ctype for blanks
 * and widening, numpunct for numbers.  Included as stream-t.h is.
 */
extern const struct ios_vt PASTE(PASTE(vt_, X), ios);

/* ---- facets --------------------------------------------------------------------- */

struct N(ctype);
struct N(string_of);
E METHOD N(ctype_widen)(const struct N(ctype) *f, char c);
char METHOD N(ctype_narrow)(const struct N(ctype) *f, E c, char otherwise);
BOOLEAN METHOD N(ctype_is)(const struct N(ctype) *f, short mask, E c);

/* A locale without its own has the classic one's. */
static const struct N(ctype) *N(ctype_of)(const struct locale *l)
{
	return (const struct N(ctype) *)locale_facet(l, &ID_CTYPE);
}

/* numpunct's virtual functions after those of every facet */
enum { N(PUNCT_POINT) = 3, N(PUNCT_SEPARATOR), N(PUNCT_GROUPING), N(PUNCT_FALSE),
       N(PUNCT_TRUE) };
#define PUNCT_CALL(f, index, type) ((type)((void *const *)(f)->vt)[N(PUNCT_##index)])
typedef E(METHOD *N(punct_char_fn))(const struct facet *);
typedef struct string *(METHOD *N(punct_string_fn))(const struct facet *,
						    struct string *);
typedef struct STRING_T *(METHOD *N(punct_name_fn))(const struct facet *,
						    struct STRING_T *);

void N(punct_of)(struct N(punct) *p, const struct locale *l)
{
	const struct facet *f = locale_facet(l, &ID_NUMPUNCT);
	struct string s;
	size_t n;

	memset(p, 0, sizeof *p);
	p->point = '.';
	p->separator = ',';
	if (!f)
		return;
	p->point = PUNCT_CALL(f, POINT, N(punct_char_fn))(f);
	PUNCT_CALL(f, GROUPING, N(punct_string_fn))(f, &s);
	n = min(s.size, sizeof p->grouping - 1);
	memcpy(p->grouping, string_data(&s), n);
	string_free(&s);
	if (*p->grouping)
		p->separator = PUNCT_CALL(f, SEPARATOR, N(punct_char_fn))(f);
}

E *N(bool_text)(const struct locale *l, BOOL yes, size_t *n)
{
	const struct facet *f = locale_facet(l, &ID_NUMPUNCT);
	const char *plain = yes ? "true" : "false";
	struct STRING_T s;
	E *text;

	if (!f) {
		*n = strlen(plain);
		text = must_malloc((*n + 1) * sizeof *text);
		for (size_t i = 0; i <= *n; i++)
			text[i] = (unsigned char)plain[i];
		return text;
	}
	if (yes)
		PUNCT_CALL(f, TRUE, N(punct_name_fn))(f, &s);
	else
		PUNCT_CALL(f, FALSE, N(punct_name_fn))(f, &s);
	*n = s.size;
	text = must_malloc((*n + 1) * sizeof *text);
	memcpy(text, STRING_DATA(&s), *n * sizeof *text);
	text[*n] = 0;
	STRING_FREE(&s);
	return text;
}

#define MASK_SPACE 0x48 /* _SPACE | _BLANK */

static BOOL N(is_blank)(const struct N(ctype) *f, E c)
{
	if (f)
		return N(ctype_is)(f, MASK_SPACE, c);
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- basic_ios --------------------------------------------------------------------- */

struct N(ios) *METHOD N(bios_from)(struct N(ios) *s, struct N(sb) *b);
void METHOD N(bios_clear)(struct N(ios) *s, int state, BOOLEAN again);
void METHOD N(bios_clear1)(struct N(ios) *s, unsigned state);
void METHOD N(bios_setstate1)(struct N(ios) *s, unsigned state);
struct N(ios) *METHOD N(bios_copyfmt)(struct N(ios) *s, const struct N(ios) *from);
struct N(os) *METHOD N(bios_tie)(const struct N(ios) *s);
struct N(os) *METHOD N(bios_set_tie)(struct N(ios) *s, struct N(os) *o);
struct N(sb) *METHOD N(bios_rdbuf)(const struct N(ios) *s);
struct N(sb) *METHOD N(bios_set_rdbuf)(struct N(ios) *s, struct N(sb) *b);
void METHOD N(bios_put_rdbuf)(struct N(ios) *s, struct N(sb) *b);
struct locale *METHOD N(bios_imbue)(struct N(ios) *s, struct locale *old,
				    const struct locale *l);
E METHOD N(bios_fill)(const struct N(ios) *s);
E METHOD N(bios_set_fill)(struct N(ios) *s, E c);

struct N(ios) *METHOD N(bios_new)(struct N(ios) *s)
{
	memset(s, 0, sizeof *s);
	s->b.vt = &PASTE(PASTE(vt_, X), ios);
	return s;
}

/* Without a buffer it is bad from the start. */
void METHOD N(bios_init)(struct N(ios) *s, struct N(sb) *b, BOOLEAN standard)
{
	ios_init(&s->b);
	s->buf = b;
	s->tie = NULL;
	s->fill = N(bios_widen)(s, ' ');
	if (!b)
		N(bios_setstate)(s, S_BAD, FALSE);
	if (standard)
		s->b.stdstr = 1;
}

struct N(ios) *METHOD N(bios_from)(struct N(ios) *s, struct N(sb) *b)
{
	N(bios_new)(s);
	N(bios_init)(s, b, FALSE);
	return s;
}

void METHOD N(bios_clear)(struct N(ios) *s, int state, BOOLEAN again)
{
	ios_clear2(&s->b, s->buf ? state : state | S_BAD, again);
}

void METHOD N(bios_clear1)(struct N(ios) *s, unsigned state)
{
	N(bios_clear)(s, (int)state, FALSE);
}

void METHOD N(bios_setstate)(struct N(ios) *s, int state, BOOLEAN again)
{
	N(bios_clear)(s, s->b.state | state, again);
}

void METHOD N(bios_setstate1)(struct N(ios) *s, unsigned state)
{
	N(bios_setstate)(s, (int)state, FALSE);
}

struct N(ios) *METHOD N(bios_copyfmt)(struct N(ios) *s, const struct N(ios) *from)
{
	s->tie = from->tie;
	s->fill = from->fill;
	ios_copyfmt(&s->b, &from->b);
	return s;
}

struct N(os) *METHOD N(bios_tie)(const struct N(ios) *s)
{
	return s->tie;
}

struct N(os) *METHOD N(bios_set_tie)(struct N(ios) *s, struct N(os) *o)
{
	struct N(os) *old = s->tie;

	s->tie = o;
	return old;
}

struct N(sb) *METHOD N(bios_rdbuf)(const struct N(ios) *s)
{
	return s->buf;
}

void METHOD N(bios_put_rdbuf)(struct N(ios) *s, struct N(sb) *b)
{
	s->buf = b;
}

struct N(sb) *METHOD N(bios_set_rdbuf)(struct N(ios) *s, struct N(sb) *b)
{
	struct N(sb) *old = s->buf;

	s->buf = b;
	N(bios_clear)(s, 0, FALSE);
	return old;
}

struct locale *METHOD N(bios_imbue)(struct N(ios) *s, struct locale *old,
				    const struct locale *l)
{
	struct locale buffers;

	ios_imbue(&s->b, old, l);
	if (s->buf) {
		N(sb_pubimbue)(s->buf, &buffers, l);
		locale_drop(&buffers);
	}
	return old;
}

E METHOD N(bios_fill)(const struct N(ios) *s)
{
	return s->fill;
}

E METHOD N(bios_set_fill)(struct N(ios) *s, E c)
{
	E old = s->fill;

	s->fill = c;
	return old;
}

E METHOD N(bios_widen)(const struct N(ios) *s, char c)
{
	const struct N(ctype) *f = N(ctype_of)(s->b.loc);

	return f ? N(ctype_widen)(f, c) : WIDEN(c);
}

char METHOD N(bios_narrow)(const struct N(ios) *s, E c, char otherwise)
{
	const struct N(ctype) *f = N(ctype_of)(s->b.loc);

	return f ? N(ctype_narrow)(f, c, otherwise) : NARROW(c, otherwise);
}

/* All but the buffers. */
void METHOD N(bios_swap)(struct N(ios) *s, struct N(ios) *o)
{
	struct N(os) *tie = s->tie;
	E fill = s->fill;

	if (s == o)
		return;
	ios_swap(&s->b, &o->b);
	s->tie = o->tie;
	o->tie = tie;
	s->fill = o->fill;
	o->fill = fill;
}

void METHOD N(bios_move)(struct N(ios) *s, struct N(ios) *o)
{
	if (s == o)
		return;
	s->buf = NULL;
	s->tie = NULL;
	N(bios_swap)(s, o);
}
