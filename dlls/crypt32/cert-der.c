/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cert-der.c - a certificate's fields (RFC 5280) from DER into CERT_INFO.
 *
 * Names, times and keys stay where they are; object identifiers become
 * strings, and integers little endian, in room of their own.
 */
#include "cert.h"

enum {
	BOOLEAN_TAG = 0x01,
	INTEGER = 0x02,
	BIT_STRING = 0x03,
	OCTET_STRING = 0x04,
	OBJECT_ID = 0x06,
	UTC_TIME = 0x17,
	GENERALIZED_TIME = 0x18,
	SEQUENCE = 0x30,
	IMPLICIT = 0x80, /* [0], primitive */
	EXPLICIT = 0xa0, /* [0], constructed */
};

struct der {
	const BYTE *p;
	ULONG n;
};

/* The next element; whole: with its tag and length.  FALSE: there is none. */
static BOOL next(struct der *in, BYTE *tag, struct der *content,
		 struct der *whole)
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

static BOOL expect(struct der *in, BYTE want, struct der *content,
		   struct der *whole)
{
	BYTE tag;

	return next(in, &tag, content, whole) && tag == want;
}

/* Whether the next element has this tag; it is taken if so. */
static BOOL maybe(struct der *in, BYTE want, struct der *content)
{
	return in->n && in->p[0] == want && expect(in, want, content, NULL);
}

/* ---- object identifiers -------------------------------------------------- */

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

/* Four characters for each byte are enough: a dot and three digits. */
static char *put_id(char *to, struct der id)
{
	ULONGLONG v = 0;
	BOOL first = TRUE;

	for (ULONG i = 0; i < id.n; i++) {
		v = v << 7 | (id.p[i] & 0x7f);
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

/* ---- times --------------------------------------------------------------- */

static BOOL two_digits(const BYTE **p, WORD *v)
{
	if ((*p)[0] < '0' || (*p)[0] > '9' || (*p)[1] < '0' || (*p)[1] > '9')
		return FALSE;
	*v = (WORD)(((*p)[0] - '0') * 10 + (*p)[1] - '0');
	*p += 2;
	return TRUE;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ */
static BOOL read_time(struct der *in, FILETIME *to)
{
	SYSTEMTIME t = { 0 };
	struct der s;
	const BYTE *p;
	WORD century = 0;
	BYTE tag;

	if (!next(in, &tag, &s, NULL) ||
	    !((tag == UTC_TIME && s.n == 13) ||
	      (tag == GENERALIZED_TIME && s.n == 15)) ||
	    s.p[s.n - 1] != 'Z')
		return FALSE;
	p = s.p;
	if (tag == GENERALIZED_TIME && !two_digits(&p, &century))
		return FALSE;
	if (!two_digits(&p, &t.wYear) || !two_digits(&p, &t.wMonth) ||
	    !two_digits(&p, &t.wDay) || !two_digits(&p, &t.wHour) ||
	    !two_digits(&p, &t.wMinute) || !two_digits(&p, &t.wSecond))
		return FALSE;
	if (tag == UTC_TIME)
		century = t.wYear < 50 ? 20 : 19;
	t.wYear = (WORD)(t.wYear + century * 100);
	return SystemTimeToFileTime(&t, to);
}

/* ---- certificates -------------------------------------------------------- */

static void blob(CRYPT_DATA_BLOB *to, struct der from)
{
	to->pbData = (BYTE *)from.p;
	to->cbData = from.n;
}

static BOOL read_algorithm(struct der *in, CRYPT_ALGORITHM_IDENTIFIER *to,
			   char **room)
{
	struct der a, id;

	if (!expect(in, SEQUENCE, &a, NULL) ||
	    !expect(&a, OBJECT_ID, &id, NULL))
		return FALSE;
	to->pszObjId = *room;
	*room = put_id(*room, id);
	blob(&to->Parameters, a);
	return TRUE;
}

static BOOL read_bits(struct der bits, CRYPT_BIT_BLOB *to)
{
	if (!bits.n)
		return FALSE;
	to->cUnusedBits = bits.p[0];
	to->pbData = (BYTE *)bits.p + 1;
	to->cbData = bits.n - 1;
	return TRUE;
}

static BOOL read_extensions(struct der in, CERT_INFO *info,
			    CERT_EXTENSION *room, char **text)
{
	struct der list, one, id, value, truth;

	if (!expect(&in, SEQUENCE, &list, NULL))
		return FALSE;
	info->rgExtension = room;
	while (list.n) {
		CERT_EXTENSION *e = &room[info->cExtension];

		if (!expect(&list, SEQUENCE, &one, NULL) ||
		    !expect(&one, OBJECT_ID, &id, NULL))
			return FALSE;
		e->fCritical = maybe(&one, BOOLEAN_TAG, &truth) && truth.n &&
			       truth.p[0];
		if (!expect(&one, OCTET_STRING, &value, NULL))
			return FALSE;
		e->pszObjId = *text;
		*text = put_id(*text, id);
		blob(&e->Value, value);
		info->cExtension++;
	}
	return TRUE;
}

static BOOL read_fields(struct der in, CERT_INFO *info, BYTE *room,
			CERT_EXTENSION *extensions)
{
	struct der part, whole, bits;
	char *text;

	if (maybe(&in, EXPLICIT | 0, &part)) {
		if (!expect(&part, INTEGER, &whole, NULL) || whole.n != 1)
			return FALSE;
		info->dwVersion = whole.p[0];
	}
	if (!expect(&in, INTEGER, &part, NULL))
		return FALSE;
	for (ULONG i = 0; i < part.n; i++)
		room[i] = part.p[part.n - 1 - i];
	info->SerialNumber.pbData = room;
	info->SerialNumber.cbData = part.n;
	text = (char *)room + part.n;
	if (!read_algorithm(&in, &info->SignatureAlgorithm, &text) ||
	    !expect(&in, SEQUENCE, &part, &whole))
		return FALSE;
	blob(&info->Issuer, whole);
	if (!expect(&in, SEQUENCE, &part, NULL) ||
	    !read_time(&part, &info->NotBefore) ||
	    !read_time(&part, &info->NotAfter) ||
	    !expect(&in, SEQUENCE, &part, &whole))
		return FALSE;
	blob(&info->Subject, whole);
	if (!expect(&in, SEQUENCE, &part, NULL) ||
	    !read_algorithm(&part, &info->SubjectPublicKeyInfo.Algorithm,
			    &text) ||
	    !expect(&part, BIT_STRING, &bits, NULL) ||
	    !read_bits(bits, &info->SubjectPublicKeyInfo.PublicKey))
		return FALSE;
	if (maybe(&in, IMPLICIT | 1, &part) &&
	    !read_bits(part, &info->IssuerUniqueId))
		return FALSE;
	if (maybe(&in, IMPLICIT | 2, &part) &&
	    !read_bits(part, &info->SubjectUniqueId))
		return FALSE;
	return !maybe(&in, EXPLICIT | 3, &part) ||
	       read_extensions(part, info, extensions, &text);
}

BOOL cert_read(const BYTE *der, DWORD n, CERT_INFO *info, BYTE **room)
{
	/* An extension takes nine bytes at least, an identifier's text not
	   more than four times its bytes and its end. */
	enum { LEAST_EXTENSION = 9 };
	struct der in = { der, n }, cert, fields;
	SIZE_T extensions = n / LEAST_EXTENSION * sizeof(CERT_EXTENSION);

	*room = NULL;
	if (!expect(&in, SEQUENCE, &cert, NULL) ||
	    !expect(&cert, SEQUENCE, &fields, NULL))
		return cert_fail((DWORD)CRYPT_E_ASN1_BADTAG);
	*room = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
				extensions + 5 * (SIZE_T)n);
	if (!*room)
		return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	memset(info, 0, sizeof *info);
	if (read_fields(fields, info, *room + extensions,
			(CERT_EXTENSION *)*room))
		return TRUE;
	RtlFreeHeap(rf_heap(), 0, *room);
	*room = NULL;
	return cert_fail((DWORD)CRYPT_E_ASN1_CORRUPT);
}

BOOL cert_usages(const BYTE *der, DWORD n, CERT_ENHKEY_USAGE *usage,
		 DWORD *size)
{
	struct der in = { der, n }, list, id;
	DWORD count = 0, room = *size, need;
	SIZE_T text = 0;
	char *to;

	if (!expect(&in, SEQUENCE, &list, NULL))
		return cert_fail((DWORD)CRYPT_E_ASN1_CORRUPT);
	in = list;
	while (in.n) {
		if (!expect(&in, OBJECT_ID, &id, NULL))
			return cert_fail((DWORD)CRYPT_E_ASN1_CORRUPT);
		count++;
		text += 4 * (SIZE_T)id.n + 4;
	}
	need = (DWORD)(sizeof *usage + count * sizeof(LPSTR) + text);
	*size = need;
	if (!usage)
		return TRUE;
	if (room < need)
		return cert_fail(ERROR_MORE_DATA);
	usage->cUsageIdentifier = count;
	usage->rgpszUsageIdentifier = (LPSTR *)(usage + 1);
	to = (char *)(usage->rgpszUsageIdentifier + count);
	for (DWORD i = 0; i < count; i++) {
		expect(&list, OBJECT_ID, &id, NULL);
		usage->rgpszUsageIdentifier[i] = to;
		to = put_id(to, id);
	}
	return TRUE;
}
