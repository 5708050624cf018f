/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cert.c - certificate contexts: counted copies of a certificate and its
 * fields.  Properties, which are no part of it: cert-property.c.
 */
#include "cert.h"

#define CERT_MAGIC 0x43727463u

struct cert *cert_of(PCCERT_CONTEXT context)
{
	struct cert *c = (struct cert *)context;

	if (c && c->magic == CERT_MAGIC)
		return c;
	SetLastError((DWORD)E_INVALIDARG);
	return NULL;
}

struct cert *cert_new(const BYTE *der, DWORD n, HCERTSTORE store)
{
	struct cert *c = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
					 sizeof *c + n);

	if (!c) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	c->der = (BYTE *)(c + 1);
	memcpy(c->der, der, n);
	if (!cert_read(c->der, n, &c->info, &c->room)) {
		RtlFreeHeap(rf_heap(), 0, c);
		return NULL;
	}
	c->magic = CERT_MAGIC;
	c->refs = 1;
	c->context = (CERT_CONTEXT){ X509_ASN_ENCODING, c->der, n, &c->info,
				     store };
	return c;
}

void cert_put(struct cert *c)
{
	if (InterlockedDecrement(&c->refs))
		return;
	properties_free(c);
	c->magic = 0;
	RtlFreeHeap(rf_heap(), 0, c->room);
	RtlFreeHeap(rf_heap(), 0, c);
}

void cert_hold(struct cert *c)
{
	InterlockedIncrement(&c->refs);
	if (c->kept)
		CertDuplicateStore(c->kept);
}

void cert_release(struct cert *c)
{
	HCERTSTORE kept = c->kept;

	cert_put(c);
	CertCloseStore(kept, 0);
}

PCCERT_CONTEXT WINAPI CertCreateCertificateContext(DWORD encoding,
						   const BYTE *data, DWORD n)
{
	struct cert *c;

	if ((encoding & 0xffff) != X509_ASN_ENCODING || !data) {
		SetLastError((DWORD)E_INVALIDARG);
		return NULL;
	}
	c = cert_new(data, n, NULL);
	return c ? &c->context : NULL;
}

PCCERT_CONTEXT WINAPI CertDuplicateCertificateContext(PCCERT_CONTEXT context)
{
	struct cert *c = context ? cert_of(context) : NULL;

	if (c)
		cert_hold(c);
	return context;
}

BOOL WINAPI CertFreeCertificateContext(PCCERT_CONTEXT context)
{
	struct cert *c = context ? cert_of(context) : NULL;

	if (c)
		cert_release(c);
	return TRUE;
}

/* ---- what a certificate is good for -------------------------------------- */

PCERT_EXTENSION WINAPI CertFindExtension(LPCSTR id, DWORD n,
					 CERT_EXTENSION list[])
{
	for (DWORD i = 0; i < n; i++)
		if (!strcmp(list[i].pszObjId, id))
			return &list[i];
	SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	return NULL;
}

/* No usages said: good for all, which CRYPT_E_NOT_FOUND tells. */
BOOL WINAPI CertGetEnhancedKeyUsage(PCCERT_CONTEXT context, DWORD flags,
				    PCERT_ENHKEY_USAGE usage, DWORD *size)
{
	struct cert *c = cert_of(context);
	const CERT_EXTENSION *e;
	const struct property *p;
	CERT_ENHKEY_USAGE none = { 0 };
	BOOL found, ok = FALSE;

	if (!c)
		return FALSE;
	if (!size)
		return cert_fail((DWORD)E_INVALIDARG);
	e = CertFindExtension(szOID_ENHANCED_KEY_USAGE, c->info.cExtension,
			      c->info.rgExtension);
	RtlAcquireSRWLockShared(&properties_lock);
	p = property_find(c, CERT_ENHKEY_USAGE_PROP_ID);
	found = p && !(flags & CERT_FIND_EXT_ONLY_ENHKEY_USAGE_FLAG);
	if (found)
		ok = cert_usages(p->data, p->n, usage, size);
	RtlReleaseSRWLockShared(&properties_lock);
	if (found)
		return ok;
	if (e && !(flags & CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG))
		return cert_usages(e->Value.pbData, e->Value.cbData, usage,
				   size);
	if (flags & (CERT_FIND_EXT_ONLY_ENHKEY_USAGE_FLAG |
		     CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG))
		return cert_fail((DWORD)CRYPT_E_NOT_FOUND);
	if (!cert_give(&none, sizeof none, usage, size))
		return FALSE;
	SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	return TRUE;
}

LONG WINAPI CertVerifyTimeValidity(LPFILETIME when, PCERT_INFO info)
{
	FILETIME now;

	if (!when) {
		GetSystemTimeAsFileTime(&now);
		when = &now;
	}
	if (CompareFileTime(when, &info->NotBefore) < 0)
		return -1;
	return CompareFileTime(when, &info->NotAfter) > 0;
}

BOOL WINAPI CertCompareCertificateName(DWORD encoding, PCERT_NAME_BLOB a,
				       PCERT_NAME_BLOB b)
{
	return a->cbData == b->cbData &&
	       !memcmp(a->pbData, b->pbData, a->cbData);
}

BOOL WINAPI CertCompareCertificate(DWORD encoding, PCERT_INFO a, PCERT_INFO b)
{
	return CertCompareCertificateName(encoding, &a->Issuer, &b->Issuer) &&
	       a->SerialNumber.cbData == b->SerialNumber.cbData &&
	       !memcmp(a->SerialNumber.pbData, b->SerialNumber.pbData,
		       a->SerialNumber.cbData);
}
