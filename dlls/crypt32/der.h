/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * der.h - DER's elements (X.690), one after the other: who has a sequence takes
 * from its front.  Nothing is read behind its end.
 */
#ifndef RF_CRYPT32_DER_H
#define RF_CRYPT32_DER_H

#include "nt.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OBJECT_ID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_IMPLICIT = 0x80, /* [0], primitive */
	DER_EXPLICIT = 0xa0, /* [0], constructed */
};

struct der {
	const BYTE *p;
	ULONG n;
};

/* The next element; whole: with its tag and length.  FALSE: there is none. */
BOOL der_next(struct der *in, BYTE *tag, struct der *content,
	      struct der *whole);
BOOL der_expect(struct der *in, BYTE want, struct der *content,
		struct der *whole);
/* Whether the next element has this tag; it is taken if so. */
BOOL der_maybe(struct der *in, BYTE want, struct der *content);
/* An object identifier: of whole numbers, one at least, written one way. */
BOOL der_object_id(struct der *in, struct der *id);
/*
 * Its text, and its end: four characters for each byte are enough, a dot and
 * three digits.  Returns where it has ended.  Numbers of more than 64 bits are
 * all the greatest one: none is taken for another that means something.
 */
char *der_id(char *to, struct der id);
/* Whether that is it. */
BOOL der_id_is(struct der id, const char *text);
/* A number that is not negative, without zeros before it. */
BOOL der_number(struct der *in, struct der *number);
/* One that must be at most most. */
BOOL der_small(struct der *in, ULONG most, ULONG *value);

static inline BOOL der_same(struct der a, struct der b)
{
	return a.n == b.n && !memcmp(a.p, b.p, a.n);
}

#endif
