/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate.c - sort order of strings.
 *
 * CLDR's root, with ASCII symbols where Windows has them; some languages and
 * named sorts put letters elsewhere (collate-tailor.c), or have Chinese
 * characters in an order of their own (collate-han.c).  A string is a list of elements
 * (primary: letter, secondary: accent, tertiary: case); strings differ by the
 * first primary that differs, then by secondary, then by tertiary.  In a word
 * sort hyphen and apostrophe count only when all else is equal.
 */
#include "collate.h"
#include "collate-han.h"
#include "collate-tailor.h"
#include "dlls/unicode/unicode.h"

struct element {
	USHORT primary;
	UCHAR secondary;
	UCHAR tertiary; /* bit 7: another element follows */
};

#include "dlls/unicode/collate.inc"

/* ---- characters to elements ---- */

/* What a language has of its own. */
struct order {
	const struct tailoring *t; /* or NULL */
	enum han_order han;
};

static struct order order_of(const struct locale *l)
{
	const struct named_sort *sort = l ? locale_sort(l) : NULL;

	if (!l)
		return (struct order){ NULL, HAN_CODE };
	return (struct order){ tailoring_of(l),
			       sort && sort->han
				       ? (enum han_order)sort->han
				       : han_order_of((UINT)l->n[N_ANSI]) };
}

struct walk {
	const WCHAR *s, *end;
	DWORD flags;
	struct order order;
	const struct element *more; /* rest of an expansion */
	struct element made;        /* where *more has to point: computed */
	ULONG number; /* digits of a number still to give, as a key */
};

/* What a word sort looks at last: its rank among its like, from 1; or 0. */
static int special_rank(WCHAR c)
{
	switch (c) {
	case '\'':
		return 1;
	case '-':
		return 2;
	case 0xad:
		return 3;
	case 0x2010:
	case 0x2011:
		return 4 + (c - 0x2010);
	}
	return 0;
}

static BOOL is_special(WCHAR c)
{
	return special_rank(c) != 0;
}

static BOOL is_symbol(WCHAR c)
{
	WORD t[3];

	RfCharTypes(c, t);
	return (t[0] & (C1_PUNCT | C1_SPACE | C1_CNTRL)) &&
	       !(t[0] & (C1_ALPHA | C1_DIGIT));
}

static WCHAR simplify(DWORD flags, WCHAR c)
{
	if (c < 0x80 && !(flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE)))
		return c;
	if (flags & NORM_IGNOREWIDTH) {
		if (c >= 0xff61 && c <= 0xff9f)
			c = to_full_width(c);
		else if (c == 0x3000 || (c >= 0xff01 && c <= 0xff5e) ||
			 (c >= 0xffe0 && c <= 0xffe6))
			c = to_half_width(c);
	}
	if (flags & NORM_IGNOREKANATYPE)
		c = to_hiragana(c);
	if (flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE))
		c = RfDowncase(c);
	return c;
}

static USHORT computed_rank(enum han_order order, WCHAR c)
{
	int han = han_rank(order, c);

	if (han >= 0)
		return (USHORT)(RANK_HAN + han);
	if (c >= 0xac00 && c <= 0xd7a3)
		return RANK_HANGUL + (c - 0xac00);
	if (c >= 0xd800 && c <= 0xf8ff)
		return RANK_SURROGATE + (c - 0xd800);
	if (c >= 0xf900 && c <= 0xfaff) {
		ULONG parts[RF_MAX_PARTS];

		if (RfDecompose(c, FALSE, parts) == 1 && parts[0] != c &&
		    parts[0] < 0x10000)
			return computed_rank(order, parts[0]);
	}
	return 0;
}

/*
 * A run of digits as one number: how many there are without leading zeros,
 * then they themselves.  Ranks of digits are consecutive, so the length is
 * encoded as if it were the "digit" number 10 + length.
 */
static BOOL next_number(struct walk *w, struct element *e)
{
	const WCHAR *p = w->s;
	USHORT zero =
		elements[collate_pages[(collate_index['0' >> COLLATE_SHIFT]
					<< COLLATE_SHIFT) |
				       ('0' & ((1 << COLLATE_SHIFT) - 1))]]
			.primary;

	while (p < w->end && digit_of(*p) == 0)
		p++;
	w->s = p;
	while (p < w->end && digit_of(*p) >= 0)
		p++;
	w->number = p - w->s;
	e->primary = zero + (w->number < 0x100 ? w->number : 0xff);
	e->secondary = SECONDARY_NONE;
	e->tertiary = TERTIARY_NONE;
	return TRUE;
}

static const struct element *root_element(WCHAR c)
{
	return &elements[collate_pages[(collate_index[c >> COLLATE_SHIFT]
					<< COLLATE_SHIFT) |
				       (c & ((1 << COLLATE_SHIFT) - 1))]];
}

static void place(const struct walk *w, const struct tailored *at,
		  struct element *e)
{
	BOOL fold = w->flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE);

	e->primary = root_element(at->base)->primary + at->slot;
	e->secondary = SECONDARY_NONE + at->secondary;
	e->tertiary = at->upper && !fold ? root_element('A')->tertiary
					 : TERTIARY_NONE;
}

/* The next element that counts; FALSE at the end. */
static BOOL next_element(struct walk *w, struct element *e)
{
	for (;;) {
		const struct element *at;
		unsigned i;
		WCHAR c;

		if (w->more) {
			*e = *w->more;
			w->more = e->tertiary & 0x80 ? w->more + 1 : NULL;
			e->tertiary &= 0x7f;
			return TRUE;
		}
		if (w->s >= w->end)
			return FALSE;
		c = *w->s;
		if ((w->flags & SORT_DIGITSASNUMBERS) && digit_of(c) >= 0) {
			if (!w->number)
				return next_number(w, e);
			w->number--;
		}
		if (w->order.t) {
			struct tailored letter;

			if (tailored_letter(w->order.t, w->flags, w->s, w->end,
					    &letter)) {
				w->s += letter.used;
				place(w, &letter, e);
				if (letter.then) {
					w->made = *root_element(letter.then);
					w->more = &w->made;
				}
				return TRUE;
			}
		}
		w->s++;
		if (!(w->flags & SORT_STRINGSORT) && is_special(c))
			continue;
		if ((w->flags & NORM_IGNORESYMBOLS) && is_symbol(c))
			continue;
		c = simplify(w->flags, c);
		i = collate_pages[(collate_index[c >> COLLATE_SHIFT]
				   << COLLATE_SHIFT) |
				  (c & ((1 << COLLATE_SHIFT) - 1))];
		if (i) {
			at = &elements[i];
			*e = *at;
			if (e->tertiary & 0x80)
				w->more = at + 1;
			e->tertiary &= 0x7f;
			return TRUE;
		}
		e->primary = computed_rank(w->order.han, c);
		if (e->primary) {
			e->secondary = SECONDARY_NONE;
			e->tertiary = TERTIARY_NONE;
			return TRUE;
		}
		/* Controls and unassigned characters count for nothing. */
	}
}

enum { PRIMARY, SECONDARY, TERTIARY, LEVELS };

static BOOL ignores_marks(DWORD flags)
{
	return (flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC)) !=
	       0;
}

/* Case is folded away before it gets here; width and kana remain. */
static BOOL level_counts(DWORD flags, int level)
{
	return level != SECONDARY || !ignores_marks(flags);
}

/* What a letter without anything special has; the least there is. */
static USHORT plain_weight(int level)
{
	return level == SECONDARY  ? SECONDARY_NONE
	       : level == TERTIARY ? TERTIARY_NONE
				   : 0;
}

/* The next weight that is not 0 on a level; 0 at the end. */
static USHORT next_weight(struct walk *w, int level)
{
	struct element e;

	while (next_element(w, &e)) {
		USHORT weight = level == PRIMARY     ? e.primary
				: level == SECONDARY ? e.secondary
						     : e.tertiary;

		if (weight && (e.primary || !ignores_marks(w->flags)))
			return weight;
	}
	return 0;
}

/* ---- comparing ---- */

/* Hyphens and such, by where they stand. */
static int compare_specials(const WCHAR *a, int na, const WCHAR *b, int nb)
{
	int ia = 0, ib = 0, pa = 0, pb = 0;

	for (;;) {
		while (ia < na && !is_special(a[ia])) {
			ia++;
			pa++;
		}
		while (ib < nb && !is_special(b[ib])) {
			ib++;
			pb++;
		}
		if (ia >= na || ib >= nb)
			return (ia < na) - (ib < nb);
		/* Earlier is less: the key has the position. */
		if (pa != pb)
			return pa < pb ? -1 : 1;
		if (a[ia] != b[ib])
			return special_rank(a[ia]) < special_rank(b[ib]) ? -1
									 : 1;
		ia++;
		ib++;
	}
}

static int compare(struct order o, DWORD flags, const WCHAR *a,
		   int na, const WCHAR *b, int nb)
{
	int skip = 0, level;

	/*
	 * What is equal needs no weights; a number must not be cut in two, nor
	 * a letter of several characters.
	 */
	if (!(flags & SORT_DIGITSASNUMBERS) &&
	    (!o.t || (na == nb && !memcmp(a, b, na * sizeof *a))))
		while (skip < na && skip < nb && a[skip] == b[skip])
			skip++;
	if (skip == na && skip == nb)
		return 0;
	for (level = PRIMARY; level < LEVELS; level++) {
		struct walk x = { a + skip, a + na,      flags, o,
				  NULL,     { 0, 0, 0 }, 0 };
		struct walk y = { b + skip, b + nb,      flags, o,
				  NULL,     { 0, 0, 0 }, 0 };
		USHORT wx, wy;

		if (!level_counts(flags, level))
			continue;
		do {
			wx = next_weight(&x, level);
			wy = next_weight(&y, level);
			if (!wx && !wy)
				break;
			/* Past its end a string is plain: keys are cut so. */
			if (!wx)
				wx = plain_weight(level);
			if (!wy)
				wy = plain_weight(level);
		} while (wx == wy);
		if (wx != wy)
			return wx < wy ? -1 : 1;
	}
	if (flags & (SORT_STRINGSORT | NORM_IGNORESYMBOLS))
		return 0;
	return compare_specials(a, na, b, nb);
}

int collate(const struct locale *l, DWORD flags, const WCHAR *a, int na,
	    const WCHAR *b, int nb)
{
	return compare(order_of(l), flags, a, na, b, nb);
}

int collate_prefix(const struct locale *l, DWORD flags, const WCHAR *s, int n,
		   const WCHAR *what, int nwhat)
{
	struct order o = order_of(l);
	struct walk y = { what, what + nwhat, flags, o, NULL, { 0, 0, 0 }, 0 };
	struct element e;
	int len, least = -1;
	unsigned count = 0;

	/* The lengths worth trying: what's elements, and marks behind them. */
	while (next_element(&y, &e))
		count++;
	/* Nothing but hyphens and such may be there to be found, too. */
	if (!count && compare(o, flags, s, 0, what, nwhat) == 0)
		return 0;
	for (len = 1; len <= n; len++) {
		if (compare(o, flags, s, len, what, nwhat) == 0)
			least = len;
		else if (least >= 0)
			break; /* the longest match has been found */
		else if ((unsigned)len > 4 * count + 16)
			break;
	}
	/* A mark that belongs to the last letter is not left behind. */
	if (least >= 0 && least < n && RfCombiningClass(s[least]) &&
	    !(flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC)))
		return -1;
	return least;
}

/* ---- sort keys ---- */

struct key {
	BYTE *to;
	int room, n;
};

static void put(struct key *k, BYTE b)
{
	if (k->n < k->room)
		k->to[k->n] = b;
	k->n++;
}

/*
 * primaries 01 secondaries 01 tertiaries 01 01 specials 00.  Weights are coded
 * without 00 and 01; weights at the end that say nothing are left out.
 */
int collate_key(const struct locale *l, DWORD flags, const WCHAR *s, int n,
		BYTE *to, int room)
{
	struct order o = order_of(l);
	struct key k = { to, room, 0 };
	int level, i, pos;

	for (level = PRIMARY; level < LEVELS; level++) {
		struct walk w = { s, s + n, flags, o, NULL, { 0, 0, 0 }, 0 };
		USHORT weight, none = plain_weight(level);
		int idle = 0;

		while (level_counts(flags, level) &&
		       (weight = next_weight(&w, level)) != 0) {
			if (level == PRIMARY) {
				put(&k, weight / 254 + 2);
				put(&k, weight % 254 + 2);
			} else if (weight == none) {
				idle++;
			} else {
				for (; idle; idle--)
					put(&k, none);
				put(&k, weight);
			}
		}
		put(&k, 1);
	}
	put(&k, 1);
	for (i = pos = 0;
	     i < n && !(flags & (SORT_STRINGSORT | NORM_IGNORESYMBOLS)); i++) {
		if (!is_special(s[i])) {
			pos++;
			continue;
		}
		put(&k, 0x80 | (pos >> 12 & 0x3f));
		put(&k, 0x40 | (pos >> 6 & 0x3f));
		put(&k, 0x40 | (pos & 0x3f));
		put(&k, 1 + special_rank(s[i]));
	}
	put(&k, 0);
	return room && k.n > room ? 0 : k.n;
}

/* ---- small character tables ---- */

int digit_of(WCHAR c)
{
	unsigned low = 0, high = ARRAY_LEN(digit_zeros);

	if (c < 0x80)
		return c >= '0' && c <= '9' ? c - '0' : -1;
	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (c < digit_zeros[mid])
			high = mid;
		else if (c > digit_zeros[mid] + 9)
			low = mid + 1;
		else
			return c - digit_zeros[mid];
	}
	return -1;
}

WCHAR to_hiragana(WCHAR c)
{
	return (c >= 0x30a1 && c <= 0x30f4) || c == 0x30fd || c == 0x30fe
		       ? c - 0x60
		       : c;
}

WCHAR to_katakana(WCHAR c)
{
	return (c >= 0x3041 && c <= 0x3094) || c == 0x309d || c == 0x309e
		       ? c + 0x60
		       : c;
}

WCHAR to_full_width(WCHAR c)
{
	ULONG parts[RF_MAX_PARTS];

	if (c == ' ')
		return 0x3000;
	if (c >= 0x21 && c <= 0x7e)
		return c + 0xfee0;
	switch (c) {
	case 0xa2:
	case 0xa3:
		return c - 0xa2 + 0xffe0;
	case 0xac:
		return 0xffe2;
	case 0xaf:
		return 0xffe3;
	case 0xa6:
		return 0xffe4;
	case 0xa5:
		return 0xffe5;
	case 0x20a9:
		return 0xffe6;
	/* Marks that stand alone, not the combining ones that they map to. */
	case 0xff9e:
	case 0xff9f:
		return c - 0xff9e + 0x309b;
	}
	/* Halfwidth katakana, hangul and symbols say what they are. */
	if (((c >= 0xff61 && c <= 0xffdc) || (c >= 0xffe8 && c <= 0xffee)) &&
	    RfDecompose(c, TRUE, parts) == 1)
		return parts[0];
	return c;
}

WCHAR to_half_width(WCHAR c)
{
	static const WCHAR symbols[] = { 0xa2, 0xa3, 0xac,  0xaf,
					 0xa6, 0xa5, 0x20a9 };
	WCHAR half;

	if (c == 0x3000)
		return ' ';
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	if (c >= 0xffe0 && c <= 0xffe6)
		return symbols[c - 0xffe0];
	if (c == 0x309b || c == 0x309c)
		return c - 0x309b + 0xff9e;
	if (c < 0x2190 || c > 0x318f)
		return c;
	for (half = 0xff61; half <= 0xffee; half++)
		if (to_full_width(half) == c)
			return half;
	return c;
}
