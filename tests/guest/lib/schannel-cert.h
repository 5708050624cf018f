/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel-cert.h - certificates made here: a key in a container of
 * CryptoAPI's, and DER written by hand.
 */
#ifndef RF_SCHANNEL_CERT_H
#define RF_SCHANNEL_CERT_H

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <wincrypt.h>

#include "check.h"

struct der {
	BYTE *at;
	DWORD n;
};

/* Tag, length, and the parts one after the other; frees them. */
static struct der der_put(BYTE tag, const struct der *parts, int count)
{
	DWORD n = 0, at = 0;
	struct der d;

	for (int i = 0; i < count; i++)
		n += parts[i].n;
	d.at = malloc(n + 4);
	d.at[at++] = tag;
	if (n >= 256) {
		d.at[at++] = 0x82;
		d.at[at++] = (BYTE)(n >> 8);
	} else if (n >= 128) {
		d.at[at++] = 0x81;
	}
	d.at[at++] = (BYTE)n;
	for (int i = 0; i < count; i++) {
		memcpy(d.at + at, parts[i].at, parts[i].n);
		at += parts[i].n;
		free(parts[i].at);
	}
	d.n = at;
	return d;
}

static struct der der_raw(const void *p, DWORD n)
{
	struct der d = { malloc(n + 1), n };

	memcpy(d.at, p, n);
	return d;
}

static struct der der_bytes(BYTE tag, const void *p, DWORD n)
{
	struct der d = der_raw(p, n);

	return der_put(tag, &d, 1);
}

#define DER_SEQ(...)                                                           \
	der_put(0x30, (struct der[]){ __VA_ARGS__ },                           \
		sizeof((struct der[]){ __VA_ARGS__ }) / sizeof(struct der))

/* A positive number, of bytes with the least significant one first. */
static struct der der_number(const BYTE *little, DWORD n)
{
	BYTE *big = calloc(1, n + 1);
	struct der d;

	for (DWORD i = 0; i < n; i++)
		big[n - i] = little[i];
	d = big[1] & 0x80 ? der_bytes(2, big, n + 1) : der_bytes(2, big + 1, n);
	free(big);
	return d;
}

static struct der der_name(const char *name)
{
	static const BYTE cn[] = { 0x55, 4, 3 };
	struct der pair = DER_SEQ(der_bytes(6, cn, 3),
				  der_bytes(12, name, (DWORD)strlen(name)));
	struct der set = der_put(0x31, &pair, 1);

	return DER_SEQ(set);
}

/* An extension, by the last number of its id. */
static struct der der_extension(BYTE last, BOOL critical, struct der value)
{
	const BYTE id[] = { 0x55, 0x1d, last }, yes = 0xff;

	value = der_put(4, &value, 1);
	return critical ? DER_SEQ(der_bytes(6, id, 3), der_bytes(1, &yes, 1),
				  value)
			: DER_SEQ(der_bytes(6, id, 3), value);
}

static struct der der_algorithm(BYTE last)
{
	const BYTE id[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, last };

	return DER_SEQ(der_bytes(6, id, sizeof id), der_bytes(5, "", 0));
}

/* SHA-256 with RSA, by the key AT_KEYEXCHANGE of prov. */
static struct der der_signed(HCRYPTPROV prov, struct der tbs)
{
	BYTE little[512], bits[513] = { 0 };
	DWORD n = sizeof little;
	HCRYPTHASH h = 0;

	if (!CryptCreateHash(prov, CALG_SHA_256, 0, 0, &h) ||
	    !CryptHashData(h, tbs.at, tbs.n, 0) ||
	    !CryptSignHashW(h, AT_KEYEXCHANGE, NULL, 0, little, &n))
		n = 0;
	CryptDestroyHash(h);
	for (DWORD i = 0; i < n; i++)
		bits[n - i] = little[i];
	return DER_SEQ(tbs, der_algorithm(11), der_bytes(3, bits, n + 1));
}

struct cert_wish {
	const WCHAR
		*container;  /* of its key, which is made if it is not there */
	const WCHAR *issuer; /* of who signs; NULL: itself */
	const char *issuer_name, *name, *from, *to;
	BOOL authority;
	BYTE purpose; /* RFC 5280: 1 for servers, 2 for clients; 0: all */
	BYTE serial;
	const char *list; /* where one of those that are revoked is, or NULL */
};

/* The host as subjectAltName; what it may be used for. */
static struct der der_extensions(const struct cert_wish *w)
{
	static const BYTE yes = 0xff;
	const BYTE id[] = { 0x2b, 6, 1, 5, 5, 7, 3, w->purpose };
	struct der list[4], names;
	int n = 0;

	names = DER_SEQ(der_bytes(0x82, w->name, (DWORD)strlen(w->name)));
	list[n++] = der_extension(17, FALSE, names);
	if (w->authority)
		list[n++] =
			der_extension(19, TRUE, DER_SEQ(der_bytes(1, &yes, 1)));
	if (w->purpose)
		list[n++] = der_extension(37, FALSE,
					  DER_SEQ(der_bytes(6, id, sizeof id)));
	if (w->list) {
		struct der where =
			der_bytes(0x86, w->list, (DWORD)strlen(w->list));

		where = der_put(0xa0, &where, 1);
		where = der_put(0xa0, &where, 1);
		list[n++] = der_extension(31, FALSE, DER_SEQ(DER_SEQ(where)));
	}
	list[0] = der_put(0x30, list, n);
	return der_put(0xa3, list, 1);
}

/* The container with its key, which is made if need be; 0: it cannot be. */
static HCRYPTPROV cert_key(const WCHAR *container)
{
	HCRYPTPROV prov;
	HCRYPTKEY pair;

	if (CryptAcquireContextW(&prov, container, NULL, PROV_RSA_AES, 0))
		return prov;
	if (!CryptAcquireContextW(&prov, container, NULL, PROV_RSA_AES,
				  CRYPT_NEWKEYSET) ||
	    !CryptGenKey(prov, AT_KEYEXCHANGE, 2048u << 16 | CRYPT_EXPORTABLE,
			 &pair))
		return 0;
	CryptDestroyKey(pair);
	return prov;
}

static struct der der_public_key(HCRYPTPROV prov)
{
	struct {
		BLOBHEADER head;
		RSAPUBKEY rsa;
		BYTE n[512];
	} blob = { .rsa = { .bitlen = 0 } };
	DWORD size = sizeof blob;
	struct der key;
	HCRYPTKEY pair = 0;

	CryptGetUserKey(prov, AT_KEYEXCHANGE, &pair);
	CryptExportKey(pair, 0, PUBLICKEYBLOB, 0, (BYTE *)&blob, &size);
	CryptDestroyKey(pair);
	key = DER_SEQ(der_number(blob.n, blob.rsa.bitlen / 8),
		      der_number((BYTE *)&blob.rsa.pubexp, 3));
	key = der_put(3, (struct der[]){ der_raw("", 1), key }, 2);
	return DER_SEQ(der_algorithm(1), key);
}

/* NULL: something failed. */
static PCCERT_CONTEXT cert_issue(const struct cert_wish *w)
{
	static const BYTE two = 2;
	CRYPT_KEY_PROV_INFO info = {
		(WCHAR *)w->container, NULL, PROV_RSA_AES, 0, 0, NULL,
		AT_KEYEXCHANGE
	};
	HCRYPTPROV own = cert_key(w->container),
		   signer = w->issuer ? cert_key(w->issuer) : own;
	struct der version, tbs, all;
	PCCERT_CONTEXT c = NULL;

	if (!own || !signer)
		return NULL;
	version = der_bytes(2, &two, 1);
	tbs = DER_SEQ(
		der_put(0xa0, &version, 1), der_bytes(2, &w->serial, 1),
		der_algorithm(11),
		der_name(w->issuer ? w->issuer_name : w->name),
		DER_SEQ(der_bytes(23, w->from, 13), der_bytes(23, w->to, 13)),
		der_name(w->name), der_public_key(own), der_extensions(w));
	all = der_signed(signer, tbs);
	if (signer != own)
		CryptReleaseContext(signer, 0);
	CryptReleaseContext(own, 0);
	c = CertCreateCertificateContext(X509_ASN_ENCODING, all.at, all.n);
	free(all.at);
	if (c)
		CertSetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID,
						  0, &info);
	return c;
}

/* One for host, valid between two years, that signs itself. */
static inline PCCERT_CONTEXT cert_make(const WCHAR *container, const char *host,
				       const char *from, const char *to)
{
	return cert_issue(&(struct cert_wish){ .container = container,
					       .name = host,
					       .from = from,
					       .to = to,
					       .serial = 7 });
}

static void cert_drop(PCCERT_CONTEXT c, const WCHAR *container)
{
	HCRYPTPROV prov;

	if (c)
		CertFreeCertificateContext(c);
	CryptAcquireContextW(&prov, container, NULL, PROV_RSA_AES,
			     CRYPT_DELETEKEYSET);
}

/*
 * One for good.test that is valid, with its key in a container of this run's
 * own, whose name is told; NULL, and a failed check: there is none.
 */
static inline PCCERT_CONTEXT cert_fresh(const char *topic, WCHAR container[64])
{
	PCCERT_CONTEXT c;

	wsprintfW(container, L"rf-%S-%lu", topic, GetCurrentProcessId());
	cert_drop(NULL, container);
	c = cert_make(container, "good.test", "200101000000Z",
		      "491231235959Z");
	CHECK(c, "%#lx", GetLastError());
	return c;
}

#endif
