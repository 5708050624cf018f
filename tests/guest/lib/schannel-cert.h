/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * schannel-cert.h - a certificate that signs itself, made here: a key in a
 * container of CryptoAPI's, and DER written by hand.
 */
#ifndef RF_SCHANNEL_CERT_H
#define RF_SCHANNEL_CERT_H

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <wincrypt.h>

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

/* The host as subjectAltName. */
static struct der der_alternative(const char *host)
{
	static const BYTE id[] = { 0x55, 0x1d, 17 };
	struct der names = DER_SEQ(der_bytes(0x82, host, (DWORD)strlen(host)));
	struct der ext = DER_SEQ(der_bytes(6, id, 3), der_put(4, &names, 1));
	struct der list = DER_SEQ(ext);

	return der_put(0xa3, &list, 1);
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

/*
 * A certificate for host, valid between two years, with its key in the
 * container; NULL: something failed.
 */
static PCCERT_CONTEXT cert_make(const WCHAR *container, const char *host,
				const char *from, const char *to)
{
	static const BYTE two = 2, serial[] = { 7 };
	CRYPT_KEY_PROV_INFO info = {
		(WCHAR *)container, NULL, PROV_RSA_AES, 0, 0, NULL,
		AT_KEYEXCHANGE
	};
	struct {
		BLOBHEADER head;
		RSAPUBKEY rsa;
		BYTE n[512];
	} blob;
	DWORD size = sizeof blob;
	struct der version, key, bits, tbs, all;
	PCCERT_CONTEXT c = NULL;
	HCRYPTPROV prov;
	HCRYPTKEY pair;

	if (!CryptAcquireContextW(&prov, container, NULL, PROV_RSA_AES,
				  CRYPT_NEWKEYSET))
		return NULL;
	if (!CryptGenKey(prov, AT_KEYEXCHANGE, 2048u << 16 | CRYPT_EXPORTABLE,
			 &pair))
		return NULL;
	if (!CryptExportKey(pair, 0, PUBLICKEYBLOB, 0, (BYTE *)&blob, &size))
		return NULL;
	CryptDestroyKey(pair);
	version = der_bytes(2, &two, 1);
	key = DER_SEQ(der_number(blob.n, blob.rsa.bitlen / 8),
		      der_number((BYTE *)&blob.rsa.pubexp, 3));
	bits = der_put(3, (struct der[]){ der_raw("", 1), key }, 2);
	tbs = DER_SEQ(der_put(0xa0, &version, 1), der_bytes(2, serial, 1),
		      der_algorithm(11), der_name(host),
		      DER_SEQ(der_bytes(23, from, 13), der_bytes(23, to, 13)),
		      der_name(host), DER_SEQ(der_algorithm(1), bits),
		      der_alternative(host));
	all = der_signed(prov, tbs);
	CryptReleaseContext(prov, 0);
	c = CertCreateCertificateContext(X509_ASN_ENCODING, all.at, all.n);
	free(all.at);
	if (c)
		CertSetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID,
						  0, &info);
	return c;
}

static void cert_drop(PCCERT_CONTEXT c, const WCHAR *container)
{
	HCRYPTPROV prov;

	if (c)
		CertFreeCertificateContext(c);
	CryptAcquireContextW(&prov, container, NULL, PROV_RSA_AES,
			     CRYPT_DELETEKEYSET);
}

#endif
