/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * name.c - directory names (X.501) as text, and what a certificate's owner or
 * issuer is called.
 */
#include "chain.h"

/* szOID_*; as Windows writes them. */
static const struct {
	const char *id;
	const WCHAR *key;
} keys[] = {
	{ szOID_COMMON_NAME, L"CN" },
	{ szOID_LOCALITY_NAME, L"L" },
	{ szOID_ORGANIZATION_NAME, L"O" },
	{ szOID_ORGANIZATIONAL_UNIT_NAME, L"OU" },
	{ szOID_RSA_emailAddr, L"E" },
	{ szOID_COUNTRY_NAME, L"C" },
	{ szOID_STATE_OR_PROVINCE_NAME, L"S" },
	{ szOID_STREET_ADDRESS, L"STREET" },
	{ szOID_TITLE, L"T" },
	{ szOID_GIVEN_NAME, L"G" },
	{ szOID_INITIALS, L"I" },
	{ szOID_SUR_NAME, L"SN" },
	{ szOID_DOMAIN_COMPONENT, L"DC" },
	{ szOID_DEVICE_SERIAL_NUMBER, L"SERIALNUMBER" },
	{ szOID_DESCRIPTION, L"Description" },
	{ szOID_POSTAL_CODE, L"PostalCode" },
	{ szOID_POST_OFFICE_BOX, L"POBox" },
	{ szOID_TELEPHONE_NUMBER, L"Phone" },
};

/* What is written: counted whether there is room or not. */
struct out {
	WCHAR *to; /* or NULL */
	DWORD room, n;
};

static void put(struct out *o, WCHAR c)
{
	if (o->to && o->n + 1 < o->room)
		o->to[o->n] = c;
	o->n++;
}

static void put_text(struct out *o, const WCHAR *s)
{
	while (*s)
		put(o, *s++);
}

/* The characters, with the NUL; what had no room is cut off. */
static DWORD finish(struct out *o)
{
	if (o->to && o->room) {
		DWORD end = o->n < o->room ? o->n : o->room - 1;

		o->to[end] = 0;
		return end + 1;
	}
	return o->n + 1;
}

/* ---- values ---- */

enum {
	UTF8_STRING = 0x0c,
	NUMERIC = 0x12,
	PRINTABLE = 0x13,
	TELETEX = 0x14,
	IA5 = 0x16,
	VISIBLE = 0x1a,
	UNIVERSAL = 0x1c,
	BMP = 0x1e,
};

/* Calls put for each character; FALSE: these are no characters. */
static BOOL each(BYTE tag, struct der v, void (*fn)(void *, WCHAR), void *arg)
{
	WCHAR *wide;
	int n;

	switch (tag) {
	case NUMERIC:
	case PRINTABLE:
	case TELETEX: /* which everybody takes for Latin 1 */
	case IA5:
	case VISIBLE:
		for (ULONG i = 0; i < v.n; i++)
			fn(arg, v.p[i]);
		return TRUE;
	case BMP:
		for (ULONG i = 0; i + 1 < v.n; i += 2)
			fn(arg, (WCHAR)(v.p[i] << 8 | v.p[i + 1]));
		return TRUE;
	case UNIVERSAL:
		for (ULONG i = 0; i + 3 < v.n; i += 4) {
			ULONG c = (ULONG)v.p[i + 1] << 16 | v.p[i + 2] << 8 |
				  v.p[i + 3];

			if (c > 0xffff) {
				c -= 0x10000;
				fn(arg, (WCHAR)(0xd800 | (c >> 10 & 0x3ff)));
				c = 0xdc00 | (c & 0x3ff);
			}
			fn(arg, (WCHAR)c);
		}
		return TRUE;
	case UTF8_STRING:
		if (!v.n)
			return TRUE;
		wide = RtlAllocateHeap(rf_heap(), 0, v.n * sizeof *wide);
		if (!wide)
			return FALSE;
		n = MultiByteToWideChar(CP_UTF8, 0, (const char *)v.p, (int)v.n,
					wide, (int)v.n);
		for (int i = 0; i < n; i++)
			fn(arg, wide[i]);
		RtlFreeHeap(rf_heap(), 0, wide);
		return TRUE;
	}
	return FALSE;
}

static void put_one(void *arg, WCHAR c)
{
	put(arg, c);
}

static void put_doubled(void *arg, WCHAR c)
{
	if (c == '"')
		put(arg, c);
	put(arg, c);
}

/* Whether a value must be in quotes: what it has, and how it begins and ends.
 */
struct look {
	BOOL special;
	WCHAR first, last;
};

static void look_at(void *arg, WCHAR c)
{
	struct look *l = arg;

	if (!l->first)
		l->first = c;
	l->last = c;
	l->special |= c < 0x80 && strchr(",+=\"\n<>#;", (char)c) != NULL;
}

static BOOL is_space(WCHAR c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void put_digits(struct out *o, struct der v)
{
	static const char digits[] = "0123456789ABCDEF";

	put(o, '#');
	for (ULONG i = 0; i < v.n; i++) {
		put(o, digits[v.p[i] >> 4]);
		put(o, digits[v.p[i] & 15]);
	}
}

static void put_value(struct out *o, BYTE tag, struct der v, struct der whole,
		      BOOL may_quote)
{
	struct look l = { 0 };

	if (!each(tag, v, look_at, &l)) {
		put_digits(o, whole);
	} else if (may_quote && (!l.first || l.special || is_space(l.first) ||
				 is_space(l.last))) {
		put(o, '"');
		each(tag, v, put_doubled, o);
		put(o, '"');
	} else {
		each(tag, v, put_one, o);
	}
}

/* ---- names ---- */

static void put_key(struct out *o, struct der id, DWORD type)
{
	char text[256];

	for (ULONG i = 0; type == CERT_X500_NAME_STR && i < ARRAYSIZE(keys);
	     i++)
		if (der_id_is(id, keys[i].id)) {
			put_text(o, keys[i].key);
			put(o, '=');
			return;
		}
	if (type == CERT_X500_NAME_STR)
		put_text(o, L"OID.");
	/* No name has longer ones. */
	if (id.n > sizeof text / 4 - 1)
		return;
	der_id(text, id);
	for (const char *p = text; *p; p++)
		put(o, (WCHAR)*p);
	put(o, '=');
}

/* One part: what goes together with "+". */
static BOOL put_part(struct out *o, struct der set, DWORD how)
{
	const DWORD type = how & 0xff ? how & 0xff : CERT_SIMPLE_NAME_STR;
	struct der one, id, value, whole;
	BOOL first = TRUE;
	BYTE tag;

	while (set.n) {
		if (!der_expect(&set, DER_SEQUENCE, &one, NULL) ||
		    !der_object_id(&one, &id) ||
		    !der_next(&one, &tag, &value, &whole))
			return FALSE;
		if (!first)
			put_text(o, how & CERT_NAME_STR_NO_PLUS_FLAG ? L" "
								     : L" + ");
		first = FALSE;
		if (type != CERT_SIMPLE_NAME_STR)
			put_key(o, id, type);
		put_value(o, tag, value, whole,
			  !(how & CERT_NAME_STR_NO_QUOTING_FLAG));
	}
	return TRUE;
}

static const WCHAR *separator(DWORD how)
{
	return how & CERT_NAME_STR_CRLF_FLAG        ? L"\r\n"
	       : how & CERT_NAME_STR_SEMICOLON_FLAG ? L"; "
						    : L", ";
}

/* list: a name's contents. */
static void put_name(struct out *o, struct der list, DWORD how)
{
	struct der in = list, set;
	ULONG n = 0;

	if (!(how & CERT_NAME_STR_REVERSE_FLAG)) {
		for (; der_expect(&in, DER_SET, &set, NULL); n++) {
			if (n)
				put_text(o, separator(how));
			if (!put_part(o, set, how))
				return;
		}
		return;
	}
	while (der_expect(&in, DER_SET, &set, NULL))
		n++;
	while (n) {
		in = list;
		for (ULONG k = 0; k < n; k++)
			der_expect(&in, DER_SET, &set, NULL);
		if (!put_part(o, set, how))
			return;
		if (--n)
			put_text(o, separator(how));
	}
}

DWORD WINAPI CertNameToStrW(DWORD encoding, PCERT_NAME_BLOB name, DWORD how,
			    LPWSTR to, DWORD room)
{
	struct der in = der_of(name), list;
	struct out o = { room ? to : NULL, room, 0 };

	if (der_expect(&in, DER_SEQUENCE, &list, NULL))
		put_name(&o, list, how);
	return finish(&o);
}

/* ---- whose a certificate is ---- */

/* The first value of that kind, in a name's contents. */
static BOOL find_value(struct der list, const char *id, BYTE *tag,
		       struct der *value, struct der *whole)
{
	struct der set, one, got;

	while (der_expect(&list, DER_SET, &set, NULL))
		while (der_expect(&set, DER_SEQUENCE, &one, NULL))
			if (der_object_id(&one, &got) && der_id_is(got, id) &&
			    der_next(&one, tag, value, whole))
				return TRUE;
	return FALSE;
}

static BOOL put_attribute(struct out *o, struct der list, const char *id)
{
	struct der value, whole;
	BYTE tag;

	if (!find_value(list, id, &tag, &value, &whole))
		return FALSE;
	put_value(o, tag, value, whole, FALSE);
	return TRUE;
}

/* The names beside the usual one; kind: a GeneralName's tag. */
static BOOL find_other(const struct cert *c, BOOL issuer, BYTE kind,
		       struct der *value)
{
	const char *id =
		issuer ? szOID_ISSUER_ALT_NAME2 : szOID_SUBJECT_ALT_NAME2;
	struct der in, list;
	BYTE tag;

	if (!cert_extension(c, id, &in) ||
	    !der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	while (der_next(&list, &tag, value, NULL))
		if (tag == kind)
			return TRUE;
	return FALSE;
}

static BOOL put_other(struct out *o, const struct cert *c, BOOL issuer,
		      BYTE kind)
{
	struct der value;

	return find_other(c, issuer, kind, &value) &&
	       each(IA5, value, put_one, o);
}

/* The log-on name of Windows' domains. */
static BOOL put_upn(struct out *o, const struct cert *c, BOOL issuer)
{
	struct der value, id, text, inner;
	BYTE tag;

	return find_other(c, issuer, DER_EXPLICIT | 0, &value) &&
	       der_object_id(&value, &id) &&
	       der_id_is(id, szOID_NT_PRINCIPAL_NAME) &&
	       der_maybe(&value, DER_EXPLICIT | 0, &inner) &&
	       der_next(&inner, &tag, &text, NULL) &&
	       each(tag, text, put_one, o);
}

enum {
	MAIL = DER_IMPLICIT | 1,
	DNS = DER_IMPLICIT | 2,
	URL = DER_IMPLICIT | 6,
	DIRECTORY = DER_EXPLICIT | 4
};

/* What people take for the name. */
static BOOL put_simple(struct out *o, const struct cert *c, BOOL issuer,
		       struct der list)
{
	static const char *const ids[] = { szOID_COMMON_NAME,
					   szOID_ORGANIZATIONAL_UNIT_NAME,
					   szOID_ORGANIZATION_NAME,
					   szOID_RSA_emailAddr };
	struct der set, one, id, value, whole;
	BYTE tag;

	for (ULONG i = 0; i < ARRAYSIZE(ids); i++)
		if (put_attribute(o, list, ids[i]))
			return TRUE;
	if (put_other(o, c, issuer, MAIL))
		return TRUE;
	if (!der_expect(&list, DER_SET, &set, NULL) ||
	    !der_expect(&set, DER_SEQUENCE, &one, NULL) ||
	    !der_object_id(&one, &id) || !der_next(&one, &tag, &value, &whole))
		return put_other(o, c, issuer, DNS);
	put_value(o, tag, value, whole, FALSE);
	return TRUE;
}

static BOOL put_friendly(struct out *o, PCCERT_CONTEXT c)
{
	WCHAR name[256];
	DWORD n = sizeof name;

	if (!CertGetCertificateContextProperty(c, CERT_FRIENDLY_NAME_PROP_ID,
					       name, &n))
		return FALSE;
	for (DWORD i = 0; i < n / sizeof *name && name[i]; i++)
		put(o, name[i]);
	return TRUE;
}

/* 1, an empty string: it has no such name. */
DWORD WINAPI CertGetNameStringW(PCCERT_CONTEXT context, DWORD type, DWORD flags,
				void *extra, LPWSTR to, DWORD room)
{
	struct cert *c = cert_of(context);
	const BOOL issuer = (flags & CERT_NAME_ISSUER_FLAG) != 0;
	struct out o = { room ? to : NULL, room, 0 };
	struct der in, list = { 0 }, other;

	if (!c)
		return finish(&o);
	in = der_of(issuer ? &c->info.Issuer : &c->info.Subject);
	der_expect(&in, DER_SEQUENCE, &list, NULL);
	if (!list.n && find_other(c, issuer, DIRECTORY, &other))
		der_expect(&other, DER_SEQUENCE, &list, NULL);
	switch (type) {
	case CERT_NAME_EMAIL_TYPE:
		if (!put_other(&o, c, issuer, MAIL))
			put_attribute(&o, list, szOID_RSA_emailAddr);
		break;
	case CERT_NAME_RDN_TYPE:
		put_name(&o, list, extra ? *(DWORD *)extra : 0);
		break;
	case CERT_NAME_ATTR_TYPE:
		if (extra)
			put_attribute(&o, list, extra);
		break;
	case CERT_NAME_FRIENDLY_DISPLAY_TYPE:
		if (put_friendly(&o, context))
			break;
		/* fall through */
	case CERT_NAME_SIMPLE_DISPLAY_TYPE:
		put_simple(&o, c, issuer, list);
		break;
	case CERT_NAME_DNS_TYPE:
		if (!put_other(&o, c, issuer, DNS))
			put_attribute(&o, list, szOID_COMMON_NAME);
		break;
	case CERT_NAME_URL_TYPE:
		put_other(&o, c, issuer, URL);
		break;
	case CERT_NAME_UPN_TYPE:
		put_upn(&o, c, issuer);
		break;
	}
	return finish(&o);
}

/* ---- in the ANSI code page ---- */

/* wide is freed. */
static DWORD narrowed(WCHAR *wide, LPSTR to, DWORD room)
{
	DWORD n;

	if (!wide) {
		if (to && room)
			*to = 0;
		return 1;
	}
	n = (DWORD)WideCharToMultiByte(CP_ACP, 0, wide, -1, NULL, 0, NULL,
				       NULL);
	if (to && room) {
		char *all = RtlAllocateHeap(rf_heap(), 0, n);
		DWORD some = n <= room ? n : room;

		*to = 0;
		if (all) {
			WideCharToMultiByte(CP_ACP, 0, wide, -1, all, (int)n,
					    NULL, NULL);
			memcpy(to, all, some);
			to[some - 1] = 0;
			RtlFreeHeap(rf_heap(), 0, all);
			n = some;
		}
	}
	RtlFreeHeap(rf_heap(), 0, wide);
	return n;
}

DWORD WINAPI CertNameToStrA(DWORD encoding, PCERT_NAME_BLOB name, DWORD how,
			    LPSTR to, DWORD room)
{
	DWORD n = CertNameToStrW(encoding, name, how, NULL, 0);
	WCHAR *wide = RtlAllocateHeap(rf_heap(), 0, n * sizeof *wide);

	if (wide)
		CertNameToStrW(encoding, name, how, wide, n);
	return narrowed(wide, to, room);
}

DWORD WINAPI CertGetNameStringA(PCCERT_CONTEXT c, DWORD type, DWORD flags,
				void *extra, LPSTR to, DWORD room)
{
	DWORD n = CertGetNameStringW(c, type, flags, extra, NULL, 0);
	WCHAR *wide = RtlAllocateHeap(rf_heap(), 0, n * sizeof *wide);

	if (wide)
		CertGetNameStringW(c, type, flags, extra, wide, n);
	return narrowed(wide, to, room);
}
