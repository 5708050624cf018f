/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* der.c - DER's elements, read with their lengths checked. */
#include "der.h"

BOOL der_next(struct der *in, BYTE *tag, struct der *content, struct der *whole)
{
	const BYTE *start = in->p;
	ULONG n, head = 2;

	if (in->n < 2)
		return FALSE;
	*tag = in->p[0];
	n = in->p[1];
	if ((*tag & 0x1f) == 0x1f)
		return FALSE; /* tags of several bytes: not in certificates */
	if (n & 0x80) {
		ULONG bytes = n & 0x7f;

		if (!bytes || bytes > 4 || in->n - 2 < bytes)
			return FALSE;
		n = 0;
		for (ULONG i = 0; i < bytes; i++)
			n = n << 8 | in->p[2 + i];
		head += bytes;
	}
	if (n > in->n - head)
		return FALSE;
	content->p = start + head;
	content->n = n;
	if (whole) {
		whole->p = start;
		whole->n = head + n;
	}
	in->p += head + n;
	in->n -= head + n;
	return TRUE;
}

BOOL der_expect(struct der *in, BYTE want, struct der *content,
		struct der *whole)
{
	BYTE tag;

	return der_next(in, &tag, content, whole) && tag == want;
}

BOOL der_maybe(struct der *in, BYTE want, struct der *content)
{
	return in->n && in->p[0] == want && der_expect(in, want, content, NULL);
}

/* ---- object identifiers -------------------------------------------------- */

BOOL der_object_id(struct der *in, struct der *id)
{
	enum { GOES_ON = 0x80 };
	BOOL begins = TRUE;

	if (!der_expect(in, DER_OBJECT_ID, id, NULL) || !id->n)
		return FALSE;
	for (ULONG i = 0; i < id->n; i++) {
		if (begins && id->p[i] == GOES_ON)
			return FALSE; /* zeros before a number */
		begins = !(id->p[i] & GOES_ON);
	}
	return begins;
}

static char *put_number(char *to, ULONGLONG v)
{
	char digits[24];
	int n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*to++ = digits[--n];
	return to;
}

char *der_id(char *to, struct der id)
{
	ULONGLONG v = 0;
	BOOL first = TRUE;

	for (ULONG i = 0; i < id.n; i++) {
		v = v > MAXULONGLONG >> 7 ? MAXULONGLONG
					  : v << 7 | (id.p[i] & 0x7f);
		if (id.p[i] & 0x80)
			continue;
		if (first) {
			ULONG top = v < 40 ? 0 : v < 80 ? 1 : 2;

			to = put_number(to, top);
			*to++ = '.';
			to = put_number(to, v - top * 40);
			first = FALSE;
		} else {
			*to++ = '.';
			to = put_number(to, v);
		}
		v = 0;
	}
	*to++ = 0;
	return to;
}

BOOL der_id_is(struct der id, const char *text)
{
	char room[128];

	if (id.n > sizeof room / 4 - 1)
		return FALSE;
	der_id(room, id);
	return !strcmp(room, text);
}

/* ---- numbers ------------------------------------------------------------- */

BOOL der_number(struct der *in, struct der *number)
{
	if (!der_expect(in, DER_INTEGER, number, NULL) || !number->n ||
	    number->p[0] & 0x80)
		return FALSE;
	while (number->n > 1 && !number->p[0]) {
		number->p++;
		number->n--;
	}
	return TRUE;
}

BOOL der_small(struct der *in, ULONG most, ULONG *value)
{
	struct der number;

	if (!der_number(in, &number) || number.n > sizeof *value)
		return FALSE;
	*value = 0;
	for (ULONG i = 0; i < number.n; i++)
		*value = *value << 8 | number.p[i];
	return *value <= most;
}
