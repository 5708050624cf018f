/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cert-der.c - a certificate's fields (RFC 5280) from DER into CERT_INFO.
 *
 * Names, times and keys stay where they are; object identifiers become
 * strings, and integers little endian, in room of their own.
 */
#include "cert.h"
#include "der.h"

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

	if (!der_next(in, &tag, &s, NULL) ||
	    !((tag == DER_UTC_TIME && s.n == 13) ||
	      (tag == DER_GENERALIZED_TIME && s.n == 15)) ||
	    s.p[s.n - 1] != 'Z')
		return FALSE;
	p = s.p;
	if (tag == DER_GENERALIZED_TIME && !two_digits(&p, &century))
		return FALSE;
	if (!two_digits(&p, &t.wYear) || !two_digits(&p, &t.wMonth) ||
	    !two_digits(&p, &t.wDay) || !two_digits(&p, &t.wHour) ||
	    !two_digits(&p, &t.wMinute) || !two_digits(&p, &t.wSecond))
		return FALSE;
	if (tag == DER_UTC_TIME)
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

	if (!der_expect(in, DER_SEQUENCE, &a, NULL) || !der_object_id(&a, &id))
		return FALSE;
	to->pszObjId = *room;
	*room = der_id(*room, id);
	blob(&to->Parameters, a);
	return TRUE;
}

static BOOL read_bits(struct der bits, CRYPT_BIT_BLOB *to)
{
	if (!bits.n || bits.p[0] > 7 || (bits.p[0] && bits.n == 1))
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

	if (!der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	info->rgExtension = room;
	while (list.n) {
		CERT_EXTENSION *e = &room[info->cExtension];

		if (!der_expect(&list, DER_SEQUENCE, &one, NULL) ||
		    !der_object_id(&one, &id))
			return FALSE;
		e->fCritical = der_maybe(&one, DER_BOOLEAN, &truth) &&
			       truth.n && truth.p[0];
		if (!der_expect(&one, DER_OCTET_STRING, &value, NULL))
			return FALSE;
		e->pszObjId = *text;
		*text = der_id(*text, id);
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

	if (der_maybe(&in, DER_EXPLICIT | 0, &part)) {
		if (!der_expect(&part, DER_INTEGER, &whole, NULL) ||
		    whole.n != 1)
			return FALSE;
		info->dwVersion = whole.p[0];
	}
	if (!der_expect(&in, DER_INTEGER, &part, NULL) || !part.n)
		return FALSE;
	for (ULONG i = 0; i < part.n; i++)
		room[i] = part.p[part.n - 1 - i];
	info->SerialNumber.pbData = room;
	info->SerialNumber.cbData = part.n;
	text = (char *)room + part.n;
	if (!read_algorithm(&in, &info->SignatureAlgorithm, &text) ||
	    !der_expect(&in, DER_SEQUENCE, &part, &whole))
		return FALSE;
	blob(&info->Issuer, whole);
	if (!der_expect(&in, DER_SEQUENCE, &part, NULL) ||
	    !read_time(&part, &info->NotBefore) ||
	    !read_time(&part, &info->NotAfter) ||
	    !der_expect(&in, DER_SEQUENCE, &part, &whole))
		return FALSE;
	blob(&info->Subject, whole);
	if (!der_expect(&in, DER_SEQUENCE, &part, NULL) ||
	    !read_algorithm(&part, &info->SubjectPublicKeyInfo.Algorithm,
			    &text) ||
	    !der_expect(&part, DER_BIT_STRING, &bits, NULL) ||
	    !read_bits(bits, &info->SubjectPublicKeyInfo.PublicKey))
		return FALSE;
	if (der_maybe(&in, DER_IMPLICIT | 1, &part) &&
	    !read_bits(part, &info->IssuerUniqueId))
		return FALSE;
	if (der_maybe(&in, DER_IMPLICIT | 2, &part) &&
	    !read_bits(part, &info->SubjectUniqueId))
		return FALSE;
	return !der_maybe(&in, DER_EXPLICIT | 3, &part) ||
	       read_extensions(part, info, extensions, &text);
}

BOOL cert_read(const BYTE *der, DWORD n, CERT_INFO *info, BYTE **room)
{
	/* An extension takes seven bytes at least: two for each element's tag
	   and length, one of an identifier.  An identifier's text takes not
	   more than four times its bytes and its end. */
	enum { LEAST_EXTENSION = 7 };
	struct der in = { der, n }, cert, fields;
	SIZE_T extensions = n / LEAST_EXTENSION * sizeof(CERT_EXTENSION);

	*room = NULL;
	if (!der_expect(&in, DER_SEQUENCE, &cert, NULL) ||
	    !der_expect(&cert, DER_SEQUENCE, &fields, NULL))
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

	if (!der_expect(&in, DER_SEQUENCE, &list, NULL))
		return cert_fail((DWORD)CRYPT_E_ASN1_CORRUPT);
	in = list;
	while (in.n) {
		if (!der_object_id(&in, &id))
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
		der_object_id(&list, &id);
		usage->rgpszUsageIdentifier[i] = to;
		to = der_id(to, id);
	}
	return TRUE;
}
