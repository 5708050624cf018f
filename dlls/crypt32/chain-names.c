/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain-names.c - names, and authorities that may vouch for some of them only
 * (RFC 5280, 4.2.1.10): hosts, mail addresses, URIs, IP addresses, directory
 * names.
 */
#include "chain.h"

/* Kinds of GeneralName, by their tags' low bits. */
enum kind { MAIL = 1, DNS = 2, DIRECTORY = 4, URI = 6, IP = 7 };

static char lower(BYTE c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

static BOOL same_text(struct der a, struct der b)
{
	if (a.n != b.n)
		return FALSE;
	for (ULONG i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return FALSE;
	return TRUE;
}

static struct der tail(struct der s, ULONG n)
{
	return (struct der){ s.p + s.n - n, n };
}

/* A star stands for one label, the first, and no part of one. */
static BOOL star_fits(struct der pattern, struct der name)
{
	const BYTE *dot = memchr(name.p, '.', name.n);

	return pattern.n > 2 && !memcmp(pattern.p, "*.", 2) && dot &&
	       dot != name.p &&
	       same_text(tail(pattern, pattern.n - 1),
			 tail(name, name.n - (ULONG)(dot - name.p)));
}

/* ---- one name below another ---- */

/* "b.c" has itself and "a.b.c"; ".b.c" only what is below. */
static BOOL host_below(struct der name, struct der base)
{
	if (!base.n)
		return TRUE;
	if (name.n < base.n || !same_text(tail(name, base.n), base))
		return FALSE;
	return name.n == base.n || base.p[0] == '.' ||
	       name.p[name.n - base.n - 1] == '.';
}

/* A whole address, a host's, or any host's of a domain (".b.c"). */
static BOOL mail_below(struct der name, struct der base)
{
	struct der host = name;

	if (memchr(base.p, '@', base.n))
		return same_text(name, base);
	for (ULONG i = 0; i < name.n; i++)
		if (name.p[i] == '@')
			host = tail(name, name.n - i - 1);
	if (base.n && base.p[0] == '.')
		return host.n > base.n && same_text(tail(host, base.n), base);
	return same_text(host, base);
}

/* Of "scheme://user@host:port/path" the host. */
static struct der uri_host(struct der u)
{
	struct der host = { u.p, 0 };
	const BYTE *end = u.p + u.n, *p = u.p;

	while (end - p >= 3 && memcmp(p, "://", 3))
		p++;
	if (end - p < 3)
		return host;
	host.p = p += 3;
	for (; p < end && *p != '/' && *p != '?' && *p != '#'; p++)
		if (*p == '@')
			host.p = p + 1;
	host.n = (ULONG)(p - host.p);
	p = memchr(host.p, ':', host.n);
	if (p)
		host.n = (ULONG)(p - host.p);
	return host;
}

static BOOL uri_below(struct der name, struct der base)
{
	struct der host = uri_host(name);

	if (base.n && base.p[0] == '.')
		return host.n > base.n && same_text(tail(host, base.n), base);
	return host.n && same_text(host, base);
}

/* base: an address and its mask. */
static BOOL ip_below(struct der name, struct der base)
{
	if (base.n != 2 * name.n)
		return FALSE;
	for (ULONG i = 0; i < name.n; i++)
		if ((name.p[i] ^ base.p[i]) & base.p[name.n + i])
			return FALSE;
	return TRUE;
}

/* A part of a directory name: its attributes, letters' case aside. */
static BOOL same_part(struct der a, struct der b)
{
	struct der one, other, id, id2, value, value2;
	BYTE tag;

	while (a.n && b.n)
		if (!der_expect(&a, DER_SEQUENCE, &one, NULL) ||
		    !der_expect(&b, DER_SEQUENCE, &other, NULL) ||
		    !der_object_id(&one, &id) || !der_object_id(&other, &id2) ||
		    !der_same(id, id2) || !der_next(&one, &tag, &value, NULL) ||
		    !der_next(&other, &tag, &value2, NULL) ||
		    !same_text(value, value2))
			return FALSE;
	return !a.n && !b.n;
}

/* Both are sequences' contents. */
static BOOL directory_below(struct der name, struct der base)
{
	struct der a, b;

	while (base.n)
		if (!der_expect(&base, DER_SET, &b, NULL) ||
		    !der_expect(&name, DER_SET, &a, NULL) || !same_part(a, b))
			return FALSE;
	return TRUE;
}

static const struct {
	enum kind kind;
	BOOL (*below)(struct der name, struct der base);
} kinds[] = {
	{ MAIL, mail_below },
	{ DNS, host_below },
	{ URI, uri_below },
	{ IP, ip_below },
	{ DIRECTORY, directory_below },
};

/* ---- an authority's constraints ---- */

struct name {
	BYTE kind; /* the tag's low bits */
	struct der value;
};

static BOOL next_name(struct der *in, struct name *n)
{
	struct der inner;
	BYTE tag;

	if (!der_next(in, &tag, &n->value, NULL))
		return FALSE;
	n->kind = tag & 0x1f;
	if (n->kind != DIRECTORY)
		return TRUE;
	inner = n->value;
	return der_expect(&inner, DER_SEQUENCE, &n->value, NULL);
}

struct limits {
	struct der permitted, excluded; /* trees */
};

enum verdict { OTHER, OUTSIDE, INSIDE, UNKNOWN, BROKEN };

/*
 * Where a name stands to a list of trees: OTHER, none is of its kind.  left:
 * how many may still be looked at.
 */
static enum verdict among(struct der trees, const struct name *n, BOOL excluded,
			  ULONG *left)
{
	enum verdict v = OTHER;
	struct der one;
	struct name base;

	while (trees.n) {
		ULONG i;

		if (!*left)
			return UNKNOWN;
		--*left;
		if (!der_expect(&trees, DER_SEQUENCE, &one, NULL) ||
		    !next_name(&one, &base))
			return BROKEN;
		if (base.kind != n->kind)
			continue;
		for (i = 0; i < ARRAYSIZE(kinds); i++)
			if (kinds[i].kind == n->kind)
				break;
		/* With a depth, or of another kind. */
		if (i == ARRAYSIZE(kinds) || one.n)
			return UNKNOWN;
		/* Not even one of the hosts that a star stands for. */
		if (kinds[i].below(n->value, base.value) ||
		    (excluded && n->kind == DNS &&
		     star_fits(n->value, base.value)))
			return INSIDE;
		v = OUTSIDE;
	}
	return v;
}

/* What is wrong with n, which may have to be in the list, or not to be. */
static DWORD judge_list(struct der list, const struct name *n,
			BOOL excluded, ULONG *left)
{
	switch (among(list, n, excluded, left)) {
	case OUTSIDE:
		return excluded ? 0
				: CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT;
	case INSIDE:
		return excluded ? CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT : 0;
	case UNKNOWN:
		return CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT;
	case BROKEN:
		return CERT_TRUST_INVALID_NAME_CONSTRAINTS;
	default:
		return 0;
	}
}

static DWORD judge(const struct limits *l, const struct name *n, ULONG *left)
{
	return judge_list(l->permitted, n, FALSE, left) |
	       judge_list(l->excluded, n, TRUE, left);
}

/* Hosts were once named by the subject's common name. */
static DWORD judge_common_names(const struct limits *l, struct der subject,
				ULONG *left)
{
	struct der set, one, id;
	struct name n = { .kind = DNS };
	DWORD error = 0;
	BYTE tag;

	while (der_expect(&subject, DER_SET, &set, NULL))
		while (der_expect(&set, DER_SEQUENCE, &one, NULL))
			if (der_object_id(&one, &id) &&
			    der_id_is(id, szOID_COMMON_NAME) &&
			    der_next(&one, &tag, &n.value, NULL) &&
			    memchr(n.value.p, '.', n.value.n) &&
			    !memchr(n.value.p, ' ', n.value.n))
				error |= judge(l, &n, left);
	return error;
}

static DWORD names_of(const struct cert *c, const struct limits *l, ULONG *left)
{
	struct der in = der_of(&c->info.Subject), subject, alternative, list;
	struct name n = { .kind = DIRECTORY };
	DWORD error = 0;
	BOOL hosts = FALSE;

	if (!der_expect(&in, DER_SEQUENCE, &subject, NULL))
		return CERT_TRUST_INVALID_EXTENSION;
	n.value = subject;
	if (n.value.n)
		error |= judge(l, &n, left);
	if (!cert_extension(c, szOID_SUBJECT_ALT_NAME2, &alternative))
		return error | judge_common_names(l, subject, left);
	if (!der_expect(&alternative, DER_SEQUENCE, &list, NULL))
		return error | CERT_TRUST_INVALID_EXTENSION;
	while (list.n) {
		if (!next_name(&list, &n))
			return error | CERT_TRUST_INVALID_EXTENSION;
		hosts |= n.kind == DNS || n.kind == IP;
		error |= judge(l, &n, left);
	}
	/* Else the common name is that of a host still (chain-policy.c). */
	return hosts ? error : error | judge_common_names(l, subject, left);
}

void chain_check_names(struct link *l, ULONG n)
{
	/* Who has made it up has as many names and trees as she wants. */
	enum { MOST_LOOKS = 100000 };
	ULONG left = MOST_LOOKS;

	for (ULONG i = 1; i < n; i++) {
		struct limits limits = { 0 };
		struct der in, list;

		if (!cert_extension(l[i].cert, szOID_NAME_CONSTRAINTS, &in))
			continue;
		if (!der_expect(&in, DER_SEQUENCE, &list, NULL)) {
			l[i].error |= CERT_TRUST_INVALID_NAME_CONSTRAINTS |
				      CERT_TRUST_INVALID_EXTENSION;
			continue;
		}
		der_maybe(&list, DER_EXPLICIT | 0, &limits.permitted);
		der_maybe(&list, DER_EXPLICIT | 1, &limits.excluded);
		if (list.n)
			l[i].error |= CERT_TRUST_INVALID_NAME_CONSTRAINTS;
		for (ULONG k = 0; k < i; k++) {
			/* An authority's new key goes by its old name. */
			if (k && cert_self_issued(l[k].cert))
				continue;
			l[k].error |= names_of(l[k].cert, &limits, &left);
		}
	}
}

/* ---- a host's name ---- */

BOOL host_fits(const char *pattern, ULONG n, const char *host)
{
	struct der want = { (const BYTE *)pattern, n };
	struct der name = { (const BYTE *)host, (ULONG)strlen(host) };

	/* An end of the names' tree may be written. */
	if (name.n && host[name.n - 1] == '.')
		name.n--;
	return n && (same_text(want, name) || star_fits(want, name));
}
