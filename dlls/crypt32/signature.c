/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signature.c - RSA's signatures (RFC 8017: PKCS #1 v1.5 and PSS) and ECDSA's
 * on NIST's curves.  The host computes with the numbers; what they must come to
 * is compared here.
 */
#include "signature.h"

#include "rf-ecdsa.h"
#include "rf-hash.h"
#include "rf-rsa.h"

enum scheme { PKCS1, PSS, ECDSA };

static const struct algorithm {
	const char *id;
	enum scheme scheme;
	enum hash_kind hash; /* PSS: in its parameters */
} algorithms[] = {
	{ szOID_RSA_MD2RSA, PKCS1, HASH_MD2 },
	{ szOID_RSA_MD4RSA, PKCS1, HASH_MD4 },
	{ szOID_RSA_MD5RSA, PKCS1, HASH_MD5 },
	{ szOID_RSA_SHA1RSA, PKCS1, HASH_SHA1 },
	{ szOID_OIWSEC_sha1RSASign, PKCS1, HASH_SHA1 },
	{ szOID_RSA_SHA256RSA, PKCS1, HASH_SHA256 },
	{ szOID_RSA_SHA384RSA, PKCS1, HASH_SHA384 },
	{ szOID_RSA_SHA512RSA, PKCS1, HASH_SHA512 },
	{ szOID_RSA_SSA_PSS, PSS, HASH_SHA1 },
	{ szOID_ECDSA_SHA1, ECDSA, HASH_SHA1 },
	{ szOID_ECDSA_SHA256, ECDSA, HASH_SHA256 },
	{ szOID_ECDSA_SHA384, ECDSA, HASH_SHA384 },
	{ szOID_ECDSA_SHA512, ECDSA, HASH_SHA512 },
};

static const struct algorithm *algorithm_of(struct der id)
{
	for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++)
		if (der_id_is(id, algorithms[i].id))
			return &algorithms[i];
	return NULL;
}

BOOL signature_weak(const char *id)
{
	for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++)
		if (!strcmp(id, algorithms[i].id))
			return algorithms[i].hash <= HASH_MD5;
	return FALSE;
}

static void digest(enum hash_kind kind, struct der of, BYTE *to)
{
	struct hash h;

	hash_init(&h, kind);
	hash_add(&h, of.p, of.n);
	hash_end(&h, to);
}

/* ---- RSA ---- */

struct rsa_key {
	struct der n;
	ULONG exponent;
};

static BOOL rsa_key(const CERT_PUBLIC_KEY_INFO *info, struct rsa_key *k)
{
	struct der in = { info->PublicKey.pbData, info->PublicKey.cbData };
	struct der list;

	return der_expect(&in, DER_SEQUENCE, &list, NULL) &&
	       der_number(&list, &k->n) && der_small(&list, ~0u, &k->exponent);
}

static void turned(BYTE *to, const BYTE *from, ULONG n)
{
	for (ULONG i = 0; i < n; i++)
		to[i] = from[n - 1 - i];
}

/* The number that was signed: as many bytes as n has, in room for them. */
static DWORD opened(const struct rsa_key *k, struct der signature, BYTE *to)
{
	/* The host's numbers have an even count of bytes. */
	const ULONG even = (k->n.n + 1) & ~1u;
	struct rf_rsa_head head = { even * 8, k->exponent };
	BYTE *q, *n, *x;
	NTSTATUS status;

	if (signature.n != k->n.n || even > RF_RSA_MOST / 8)
		return (DWORD)NTE_BAD_SIGNATURE;
	q = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
			    sizeof head + 2 * (SIZE_T)even);
	if (!q)
		return ERROR_NOT_ENOUGH_MEMORY;
	memcpy(q, &head, sizeof head);
	n = q + sizeof head;
	x = n + even;
	turned(n, k->n.p, k->n.n);
	turned(x, signature.p, signature.n);
	status = rf_random_control(RF_RSA_PUBLIC, q,
				   (ULONG)sizeof head + 2 * even, x, even);
	turned(to, x, k->n.n);
	RtlFreeHeap(rf_heap(), 0, q);
	if (NT_SUCCESS(status))
		return 0;
	return status == STATUS_INVALID_PARAMETER
		       ? (DWORD)NTE_BAD_SIGNATURE
		       : RtlNtStatusToDosError(status);
}

/* DigestInfo up to the digest, its algorithm's parameters NULL. */
static const struct {
	BYTE n;
	BYTE bytes[19];
} prefixes[] = {
	[HASH_MD2] = { 18, "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d"
			   "\x02\x02\x05\x00\x04\x10" },
	[HASH_MD4] = { 18, "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d"
			   "\x02\x04\x05\x00\x04\x10" },
	[HASH_MD5] = { 18, "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d"
			   "\x02\x05\x05\x00\x04\x10" },
	[HASH_SHA1] = { 15, "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05"
			    "\x00\x04\x14" },
	[HASH_SHA256] = { 19, "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03"
			      "\x04\x02\x01\x05\x00\x04\x20" },
	[HASH_SHA384] = { 19, "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03"
			      "\x04\x02\x02\x05\x00\x04\x30" },
	[HASH_SHA512] = { 19, "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03"
			      "\x04\x02\x03\x05\x00\x04\x40" },
};

/* 0, 1, ones, 0, what was signed: nothing else, and no other way round. */
static BOOL pkcs1_is(const BYTE *m, ULONG n, enum hash_kind kind,
		     const BYTE *value)
{
	const ULONG size = hash_size(kind), head = prefixes[kind].n;
	ULONG ones;

	if (n < size + head + 11)
		return FALSE;
	ones = n - size - head - 3;
	if (m[0] != 0 || m[1] != 1 || m[2 + ones] != 0)
		return FALSE;
	for (ULONG i = 0; i < ones; i++)
		if (m[2 + i] != 0xff)
			return FALSE;
	m += 3 + ones;
	return !memcmp(m, prefixes[kind].bytes, head) &&
	       !memcmp(m + head, value, size);
}

static BOOL hash_of(struct der in, enum hash_kind *kind)
{
	static const struct {
		const char *id;
		enum hash_kind kind;
	} hashes[] = {
		{ szOID_OIWSEC_sha1, HASH_SHA1 },
		{ szOID_NIST_sha256, HASH_SHA256 },
		{ szOID_NIST_sha384, HASH_SHA384 },
		{ szOID_NIST_sha512, HASH_SHA512 },
	};
	struct der list, id;

	if (!der_expect(&in, DER_SEQUENCE, &list, NULL) ||
	    !der_object_id(&list, &id))
		return FALSE;
	for (ULONG i = 0; i < ARRAYSIZE(hashes); i++)
		if (der_id_is(id, hashes[i].id)) {
			*kind = hashes[i].kind;
			return TRUE;
		}
	return FALSE;
}

/* RFC 4055, 3.1: what is not said is SHA-1 and 20 bytes. */
struct pss {
	enum hash_kind hash, mask;
	ULONG salt;
};

static BOOL pss_read(struct der in, struct pss *p)
{
	struct der list, part, mask, id;
	ULONG trailer = 1;

	*p = (struct pss){ HASH_SHA1, HASH_SHA1, 20 };
	if (!der_expect(&in, DER_SEQUENCE, &list, NULL))
		return FALSE;
	if (der_maybe(&list, DER_EXPLICIT | 0, &part) &&
	    !hash_of(part, &p->hash))
		return FALSE;
	if (der_maybe(&list, DER_EXPLICIT | 1, &part) &&
	    !(der_expect(&part, DER_SEQUENCE, &mask, NULL) &&
	      der_object_id(&mask, &id) && der_id_is(id, szOID_RSA_MGF1) &&
	      hash_of(mask, &p->mask)))
		return FALSE;
	if (der_maybe(&list, DER_EXPLICIT | 2, &part) &&
	    !der_small(&part, 0xffff, &p->salt))
		return FALSE;
	if (der_maybe(&list, DER_EXPLICIT | 3, &part) &&
	    !der_small(&part, 1, &trailer))
		return FALSE;
	return trailer == 1 && !list.n;
}

static void unmask(BYTE *to, ULONG n, enum hash_kind kind, const BYTE *seed,
		   ULONG seed_size)
{
	BYTE value[HASH_MAX], count[4] = { 0 };
	struct hash h;

	for (ULONG i = 0, at = 0; at < n; i++) {
		count[3] = (BYTE)i;
		count[2] = (BYTE)(i >> 8);
		hash_init(&h, kind);
		hash_add(&h, seed, seed_size);
		hash_add(&h, count, sizeof count);
		hash_end(&h, value);
		for (ULONG j = 0; j < hash_size(kind) && at < n; j++)
			to[at++] ^= value[j];
	}
}

/* m, n bytes of which bits count; it is changed. */
static BOOL pss_is(BYTE *m, ULONG n, ULONG bits, const struct pss *p,
		   const BYTE *value)
{
	static const BYTE zeros[8];
	const ULONG size = hash_size(p->hash);
	BYTE again[HASH_MAX];
	ULONG masked, padding;
	struct hash h;

	/* One bit less than n has: perhaps a whole byte. */
	bits--;
	if (bits % 8 == 0) {
		if (*m)
			return FALSE;
		m++;
		n--;
	}
	if (n < size + 2 || p->salt > n - size - 2 || m[n - 1] != 0xbc)
		return FALSE;
	masked = n - size - 1;
	if (bits % 8 && m[0] >> bits % 8)
		return FALSE;
	unmask(m, masked, p->mask, m + masked, size);
	if (bits % 8)
		m[0] &= (BYTE)((1u << bits % 8) - 1);
	padding = masked - p->salt - 1;
	for (ULONG i = 0; i < padding; i++)
		if (m[i])
			return FALSE;
	if (m[padding] != 1)
		return FALSE;
	hash_init(&h, p->hash);
	hash_add(&h, zeros, sizeof zeros);
	hash_add(&h, value, size);
	hash_add(&h, m + padding + 1, p->salt);
	hash_end(&h, again);
	return !memcmp(again, m + masked, size);
}

static ULONG bits_of(struct der number)
{
	ULONG bits = number.n * 8;

	for (BYTE top = number.p[0]; bits && !(top & 0x80); top <<= 1)
		bits--;
	return bits;
}

static DWORD rsa_check(const struct algorithm *a, struct der parameters,
		       const CERT_PUBLIC_KEY_INFO *info, struct der what,
		       struct der signature)
{
	struct pss p = { a->hash, a->hash, 0 };
	BYTE value[HASH_MAX], *m;
	struct rsa_key k;
	DWORD error;
	BOOL ok;

	if (strcmp(info->Algorithm.pszObjId, szOID_RSA_RSA) &&
	    (a->scheme != PSS ||
	     strcmp(info->Algorithm.pszObjId, szOID_RSA_SSA_PSS)))
		return (DWORD)NTE_BAD_SIGNATURE; /* another kind of key */
	if (!rsa_key(info, &k) ||
	    (a->scheme == PSS && !pss_read(parameters, &p)))
		return (DWORD)CRYPT_E_ASN1_CORRUPT;
	m = RtlAllocateHeap(rf_heap(), 0, k.n.n);
	if (!m)
		return ERROR_NOT_ENOUGH_MEMORY;
	error = opened(&k, signature, m);
	if (!error) {
		digest(p.hash, what, value);
		ok = a->scheme == PSS
			     ? pss_is(m, k.n.n, bits_of(k.n), &p, value)
			     : pkcs1_is(m, k.n.n, a->hash, value);
		error = ok ? 0 : (DWORD)NTE_BAD_SIGNATURE;
	}
	RtlFreeHeap(rf_heap(), 0, m);
	return error;
}

/* ---- ECDSA ---- */

static ULONG curve_bits(const CRYPT_OBJID_BLOB *parameters)
{
	static const struct {
		const char *id;
		ULONG bits;
	} curves[] = {
		{ szOID_ECC_CURVE_P256, 256 },
		{ szOID_ECC_CURVE_P384, 384 },
		{ szOID_ECC_CURVE_P521, 521 },
	};
	struct der in = { parameters->pbData, parameters->cbData }, id;

	if (!der_object_id(&in, &id))
		return 0;
	for (ULONG i = 0; i < ARRAYSIZE(curves); i++)
		if (der_id_is(id, curves[i].id))
			return curves[i].bits;
	return 0;
}

/* FALSE: it has more bytes than any number of a curve. */
static BOOL put(BYTE to[RF_ECDSA_NUMBER], struct der number)
{
	if (number.n > RF_ECDSA_NUMBER)
		return FALSE;
	memcpy(to + RF_ECDSA_NUMBER - number.n, number.p, number.n);
	return TRUE;
}

static DWORD ecdsa_check(const struct algorithm *a,
			 const CERT_PUBLIC_KEY_INFO *info, struct der what,
			 struct der signature)
{
	enum { UNCOMPRESSED = 4 };
	const CRYPT_BIT_BLOB *point = &info->PublicKey;
	struct rf_ecdsa q = { .bits = curve_bits(&info->Algorithm.Parameters),
			      .digest_size = hash_size(a->hash) };
	const ULONG size = (q.bits + 7) / 8;
	struct der list, r, s;
	NTSTATUS status;

	if (strcmp(info->Algorithm.pszObjId, szOID_ECC_PUBLIC_KEY))
		return (DWORD)NTE_BAD_SIGNATURE; /* another kind of key */
	if (!q.bits)
		return (DWORD)NTE_BAD_ALGID;
	if (point->cbData != 1 + 2 * size || point->pbData[0] != UNCOMPRESSED)
		return (DWORD)NTE_BAD_PUBLIC_KEY;
	if (!der_expect(&signature, DER_SEQUENCE, &list, NULL) ||
	    !der_number(&list, &r) || !der_number(&list, &s))
		return (DWORD)CRYPT_E_ASN1_CORRUPT;
	put(q.x, (struct der){ point->pbData + 1, size });
	put(q.y, (struct der){ point->pbData + 1 + size, size });
	if (!put(q.r, r) || !put(q.s, s))
		return (DWORD)NTE_BAD_SIGNATURE;
	digest(a->hash, what, q.digest);
	status = rf_random_control(RF_ECDSA_VERIFY, &q, sizeof q, NULL, 0);
	switch (status) {
	case STATUS_SUCCESS:
		return 0;
	case STATUS_INVALID_SIGNATURE:
		return (DWORD)NTE_BAD_SIGNATURE;
	case STATUS_INVALID_PARAMETER:
		return (DWORD)NTE_BAD_PUBLIC_KEY;
	}
	return RtlNtStatusToDosError(status);
}

/* ---- what is signed ---- */

DWORD signature_check(struct der whole, const CERT_PUBLIC_KEY_INFO *key)
{
	struct der list, ignored, what, how, id, signature;
	const struct algorithm *a;

	if (!der_expect(&whole, DER_SEQUENCE, &list, NULL) ||
	    !der_expect(&list, DER_SEQUENCE, &ignored, &what) ||
	    !der_expect(&list, DER_SEQUENCE, &how, NULL) ||
	    !der_object_id(&how, &id) ||
	    !der_expect(&list, DER_BIT_STRING, &signature, NULL) ||
	    !signature.n || signature.p[0])
		return (DWORD)CRYPT_E_ASN1_CORRUPT;
	signature.p++;
	signature.n--;
	a = algorithm_of(id);
	if (!a)
		return (DWORD)NTE_BAD_ALGID;
	return a->scheme == ECDSA ? ecdsa_check(a, key, what, signature)
				  : rsa_check(a, how, key, what, signature);
}

BOOL signature_is_as_said(const struct cert *c)
{
	const CRYPT_ALGORITHM_IDENTIFIER *said = &c->info.SignatureAlgorithm;
	struct der in = { c->der, c->context.cbCertEncoded }, list, part, id;

	return der_expect(&in, DER_SEQUENCE, &list, NULL) &&
	       der_expect(&list, DER_SEQUENCE, &part, NULL) &&
	       der_expect(&list, DER_SEQUENCE, &part, NULL) &&
	       der_object_id(&part, &id) && der_id_is(id, said->pszObjId) &&
	       part.n == said->Parameters.cbData &&
	       !memcmp(part.p, said->Parameters.pbData, part.n);
}

static const CERT_PUBLIC_KEY_INFO *key_of(DWORD type, void *issuer)
{
	const CERT_CHAIN_CONTEXT *chain = issuer;
	const CERT_CONTEXT *c = NULL;

	switch (type) {
	case CRYPT_VERIFY_CERT_SIGN_ISSUER_PUBKEY:
		return issuer;
	case CRYPT_VERIFY_CERT_SIGN_ISSUER_CERT:
		c = issuer;
		break;
	case CRYPT_VERIFY_CERT_SIGN_ISSUER_CHAIN:
		if (chain)
			c = chain->rgpChain[0]->rgpElement[0]->pCertContext;
		break;
	}
	return c ? &c->pCertInfo->SubjectPublicKeyInfo : NULL;
}

BOOL WINAPI CryptVerifyCertificateSignatureEx(HCRYPTPROV_LEGACY prov,
					      DWORD encoding,
					      DWORD subject_type, void *subject,
					      DWORD issuer_type, void *issuer,
					      DWORD flags, void *extra)
{
	const CERT_PUBLIC_KEY_INFO *key = key_of(issuer_type, issuer);
	const CRYPT_DATA_BLOB *blob = subject;
	const CERT_CONTEXT *c = subject;
	struct der whole;
	DWORD error;

	if (!key || !subject)
		return cert_fail((DWORD)E_INVALIDARG);
	if (subject_type == CRYPT_VERIFY_CERT_SIGN_SUBJECT_BLOB)
		whole = (struct der){ blob->pbData, blob->cbData };
	else if (subject_type == CRYPT_VERIFY_CERT_SIGN_SUBJECT_CERT)
		whole = (struct der){ c->pbCertEncoded, c->cbCertEncoded };
	else
		return cert_fail((DWORD)E_INVALIDARG);
	error = signature_check(whole, key);
	return !error || cert_fail(error);
}

BOOL WINAPI CryptVerifyCertificateSignature(HCRYPTPROV_LEGACY prov,
					    DWORD encoding, const BYTE *data,
					    DWORD n, PCERT_PUBLIC_KEY_INFO key)
{
	CRYPT_DATA_BLOB blob = { n, (BYTE *)data };

	return CryptVerifyCertificateSignatureEx(
		prov, encoding, CRYPT_VERIFY_CERT_SIGN_SUBJECT_BLOB, &blob,
		CRYPT_VERIFY_CERT_SIGN_ISSUER_PUBKEY, key, 0, NULL);
}
