/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chain-check.c - what is wrong with certificates in their places (RFC 5280,
 * 6.1), but for their signatures and names: times, who may issue others, what
 * they may be used for, and what nobody here understands.
 */
#include "chain.h"

#include "signature.h"

BOOL cert_extension(const struct cert *c, const char *id, struct der *value)
{
	for (DWORD i = 0; i < c->info.cExtension; i++)
		if (!strcmp(c->info.rgExtension[i].pszObjId, id)) {
			*value = der_of(&c->info.rgExtension[i].Value);
			return TRUE;
		}
	return FALSE;
}

/* ---- critical extensions ---- */

/*
 * What is heeded, and what is only about things that are not done here: where
 * to look for more, names for policies that nobody has asked for.
 */
static BOOL understood(const char *id)
{
	static const char *const known[] = {
		szOID_BASIC_CONSTRAINTS2,     szOID_KEY_USAGE,
		szOID_ENHANCED_KEY_USAGE,     szOID_SUBJECT_ALT_NAME2,
		szOID_ISSUER_ALT_NAME2,       szOID_NAME_CONSTRAINTS,
		szOID_CERT_POLICIES,          szOID_POLICY_MAPPINGS,
		szOID_SUBJECT_KEY_IDENTIFIER, szOID_AUTHORITY_KEY_IDENTIFIER2,
		szOID_CRL_DIST_POINTS,        szOID_AUTHORITY_INFO_ACCESS,
	};

	for (ULONG i = 0; i < ARRAYSIZE(known); i++)
		if (!strcmp(id, known[i]))
			return TRUE;
	return FALSE;
}

static DWORD extensions(const struct cert *c)
{
	for (DWORD i = 0; i < c->info.cExtension; i++)
		if (c->info.rgExtension[i].fCritical &&
		    !understood(c->info.rgExtension[i].pszObjId))
			return CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT;
	return 0;
}

/* ---- who may issue ---- */

struct constraints {
	BOOL there, authority, limited;
	ULONG most; /* authorities below, if limited */
};

/* FALSE: it is there, and no constraints. */
static BOOL read_constraints(const struct cert *c, struct constraints *k)
{
	struct der in, list, truth;

	*k = (struct constraints){ 0 };
	if (!cert_extension(c, szOID_BASIC_CONSTRAINTS2, &in))
		return TRUE;
	if (!der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	k->there = TRUE;
	k->authority =
		der_maybe(&list, DER_BOOLEAN, &truth) && truth.n && truth.p[0];
	k->limited = list.n != 0;
	return !k->limited || der_small(&list, 0x7fffffff, &k->most);
}

/* A root of before there were extensions may issue; nobody else may. */
static BOOL old_root(const struct link *l)
{
	enum { V3 = 2 };

	return l->info & CERT_TRUST_IS_SELF_SIGNED &&
	       l->cert->info.dwVersion < V3;
}

/* below: authorities that are not issued by themselves. */
static DWORD may_issue(const struct link *l, ULONG below)
{
	enum { KEY_CERT_SIGN = 0x04 };
	struct constraints k;
	struct der in, bits;
	DWORD error = 0;

	if (!read_constraints(l->cert, &k))
		error |= CERT_TRUST_INVALID_EXTENSION |
			 CERT_TRUST_INVALID_BASIC_CONSTRAINTS;
	else if (k.there ? !k.authority || (k.limited && below > k.most)
			 : !old_root(l))
		error |= CERT_TRUST_INVALID_BASIC_CONSTRAINTS;
	if (!cert_extension(l->cert, szOID_KEY_USAGE, &in))
		return error;
	if (!der_expect(&in, DER_BIT_STRING, &bits, NULL) || !bits.n)
		return error | CERT_TRUST_INVALID_EXTENSION;
	if (bits.n < 2 || !(bits.p[1] & KEY_CERT_SIGN))
		error |= CERT_TRUST_IS_NOT_VALID_FOR_USAGE;
	return error;
}

/* ---- signatures that are easily forged, and short keys ------------------- */

static DWORD weak(const struct link *l)
{
	enum { LEAST_RSA = 1024 / 8 };
	const CERT_PUBLIC_KEY_INFO *key = &l->cert->info.SubjectPublicKeyInfo;
	struct der in = { key->PublicKey.pbData, key->PublicKey.cbData };
	struct der list, n;
	DWORD error = 0;

	/* Nobody relies on what a root says of itself. */
	if (!(l->info & CERT_TRUST_IS_SELF_SIGNED) &&
	    signature_weak(l->cert->info.SignatureAlgorithm.pszObjId))
		error = CERT_TRUST_HAS_WEAK_SIGNATURE |
			CERT_TRUST_IS_NOT_SIGNATURE_VALID;
	if (!strcmp(key->Algorithm.pszObjId, szOID_RSA_RSA) &&
	    der_expect(&in, DER_SEQUENCE, &list, NULL) &&
	    der_number(&list, &n) && n.n < LEAST_RSA)
		error |= CERT_TRUST_HAS_WEAK_SIGNATURE;
	return error;
}

void chain_check(struct link *l, ULONG n, const FILETIME *when)
{
	ULONG below = 0;

	for (ULONG i = 0; i < n; i++) {
		struct cert *c = l[i].cert;

		if (CertVerifyTimeValidity((FILETIME *)when, &c->info))
			l[i].error |= CERT_TRUST_IS_NOT_TIME_VALID;
		l[i].error |= extensions(c) | weak(&l[i]);
		if (!i)
			continue;
		l[i].error |= may_issue(&l[i], below);
		if (!cert_self_issued(c))
			below++;
	}
	chain_check_names(l, n);
}

/* ---- usages ---- */

BOOL usage_has(const CERT_ENHKEY_USAGE *u, const char *id)
{
	for (DWORD i = 0; i < u->cUsageIdentifier; i++)
		if (!strcmp(u->rgpszUsageIdentifier[i], id))
			return TRUE;
	return FALSE;
}

/* What one certificate allows: NULL, everything. */
static BOOL own_usage(const struct cert *c, PCERT_ENHKEY_USAGE *u)
{
	enum { MOST = 1000 }; /* each is compared with each of the others */
	DWORD size = 0;

	*u = NULL;
	if (!CertGetEnhancedKeyUsage(&c->context, 0, NULL, &size))
		size = 0; /* it cannot be read: good for nothing */
	*u = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, size + sizeof **u);
	if (!*u)
		return FALSE;
	SetLastError(0);
	if (!size || !CertGetEnhancedKeyUsage(&c->context, 0, *u, &size) ||
	    (*u)->cUsageIdentifier > MOST) {
		(*u)->cUsageIdentifier = 0;
		return TRUE;
	}
	if (((*u)->cUsageIdentifier ||
	     GetLastError() != (DWORD)CRYPT_E_NOT_FOUND) &&
	    !usage_has(*u, szOID_ANY_ENHANCED_KEY_USAGE))
		return TRUE;
	RtlFreeHeap(rf_heap(), 0, *u);
	*u = NULL;
	return TRUE;
}

/* u keeps what other has as well. */
static void intersect(PCERT_ENHKEY_USAGE u, const CERT_ENHKEY_USAGE *other)
{
	DWORD kept = 0;

	for (DWORD i = 0; i < u->cUsageIdentifier; i++)
		if (usage_has(other, u->rgpszUsageIdentifier[i]))
			u->rgpszUsageIdentifier[kept++] =
				u->rgpszUsageIdentifier[i];
	u->cUsageIdentifier = kept;
}

BOOL chain_usage(const struct link *l, ULONG n, ULONG i,
		 PCERT_ENHKEY_USAGE *usage)
{
	PCERT_ENHKEY_USAGE more;

	*usage = NULL;
	for (ULONG k = i; k < n; k++) {
		if (!own_usage(l[k].cert, &more)) {
			RtlFreeHeap(rf_heap(), 0, *usage);
			return FALSE;
		}
		if (!*usage) {
			*usage = more;
			continue;
		}
		if (more)
			intersect(*usage, more);
		RtlFreeHeap(rf_heap(), 0, more);
	}
	return TRUE;
}
