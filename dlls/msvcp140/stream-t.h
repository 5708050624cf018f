/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stream-t.h - the streams' objects for one kind of character.  Included once
 * for char and once for wchar_t (narrow.c, wide.c), which define
 *
 *   X       the letter before every name (c, w)
 *   E, I    a character, and one or the end of the file
 *   IEOF    the end of the file
 *   TO_I(c) the character as an I
 */
#define N(name) PASTE(X, name)

struct N(os);
struct N(sb);
struct N(sb_vt) {
	void *(METHOD *destroy)(struct N(sb) *, unsigned flags);
	void(METHOD *lock)(struct N(sb) *);
	void(METHOD *unlock)(struct N(sb) *);
	I(METHOD *overflow)(struct N(sb) *, I);
	I(METHOD *pbackfail)(struct N(sb) *, I);
	long long(METHOD *showmanyc)(struct N(sb) *);
	I(METHOD *underflow)(struct N(sb) *);
	I(METHOD *uflow)(struct N(sb) *);
	long long(METHOD *xsgetn)(struct N(sb) *, E *, long long);
	long long(METHOD *xsputn)(struct N(sb) *, const E *, long long);
	struct fpos *(METHOD *seekoff)(struct N(sb) *, struct fpos *, long long, int,
				       int);
	struct fpos *(METHOD *seekpos)(struct N(sb) *, struct fpos *, struct fpos, int);
	struct N(sb) *(METHOD *setbuf)(struct N(sb) *, E *, long long);
	int(METHOD *sync)(struct N(sb) *);
	void(METHOD *imbue)(struct N(sb) *, const struct locale *);
};

/* Where the pointers are is itself pointed to: a FILE has some of its own. */
struct N(sb) {
	const struct N(sb_vt) *vt;
	E *gfirst, *pfirst, **igfirst, **ipfirst;
	E *gnext, *pnext, **ignext, **ipnext;
	int gcount, pcount, *igcount, *ipcount;
	struct locale *loc;
};

struct N(ios) {
	struct ios b;
	struct N(sb) *buf;
	struct N(os) *tie;
	E fill;
};

/*
 * The ios part of a stream lies where the table says (second entry).  The int
 * before it is its displacement while a constructor or destructor runs.
 */
struct N(os) {
	const int *vb;
};
struct N(is) {
	const int *vb;
	DECLSPEC_ALIGN(8) long long count;
};
struct N(ios2) {
	struct N(is) is;
	DECLSPEC_ALIGN(8) struct N(os) os;
};

enum {
	N(os_ios) = sizeof(void *) == 8 ? 16 : 8, /* of a whole ostream */
	N(is_ios) = 24,
	N(ios2_ios) = 32,
	N(ios2_os) = 16
};

static inline struct N(ios) *N(ios_of)(const void *stream)
{
	return (struct N(ios) *)((char *)stream + (*(const int *const *)stream)[1]);
}

long long METHOD N(sb_gnavail)(const struct N(sb) *b);
long long METHOD N(sb_pnavail)(const struct N(sb) *b);
E *METHOD N(sb_gninc)(struct N(sb) *b);
E *METHOD N(sb_pninc)(struct N(sb) *b);
struct N(sb) *METHOD N(sb_new)(struct N(sb) *b);
void METHOD N(sb_init)(struct N(sb) *b);
I METHOD N(sb_sgetc)(struct N(sb) *b);
I METHOD N(sb_sbumpc)(struct N(sb) *b);
I METHOD N(sb_snextc)(struct N(sb) *b);
I METHOD N(sb_sputc)(struct N(sb) *b, E c);
I METHOD N(sb_sungetc)(struct N(sb) *b);
I METHOD N(sb_sputbackc)(struct N(sb) *b, E c);
long long METHOD N(sb_sputn)(struct N(sb) *b, const E *s, long long n);
struct locale *METHOD N(sb_pubimbue)(struct N(sb) *b, struct locale *old,
				     const struct locale *l);

void METHOD N(bios_setstate)(struct N(ios) *s, int state, BOOLEAN again);
void METHOD N(bios_init)(struct N(ios) *s, struct N(sb) *b, BOOLEAN standard);
E METHOD N(bios_widen)(const struct N(ios) *s, char c);
char METHOD N(bios_narrow)(const struct N(ios) *s, E c, char otherwise);
void METHOD N(bios_swap)(struct N(ios) *s, struct N(ios) *o);
struct N(ios) *METHOD N(bios_new)(struct N(ios) *s);
void METHOD N(bios_move)(struct N(ios) *s, struct N(ios) *o);

struct N(os) *METHOD N(os_flush)(struct N(os) *o);
void METHOD N(os_unitbuf)(struct N(os) *o);

/* What the locale's numpunct says. */
struct N(punct) {
	E point, separator;
	char grouping[16];
};
void N(punct_of)(struct N(punct) *p, const struct locale *l);
/* text: as E, malloc()ed; yes: of true. */
E *N(bool_text)(const struct locale *l, BOOL yes, size_t *n);
