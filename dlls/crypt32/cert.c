/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cert.c - certificate contexts: counted copies of a certificate, its fields,
 * and properties that are no part of it.
 */
#include "cert.h"

#include "rf-hash.h"

#define CERT_MAGIC 0x43727463u

static RTL_SRWLOCK properties_lock = RTL_SRWLOCK_INIT;

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
	for (struct property *p = c->properties, *next; p; p = next) {
		next = p->next;
		RtlFreeHeap(rf_heap(), 0, p);
	}
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

/* ---- properties ---------------------------------------------------------- */

static BOOL give(const void *from, DWORD n, void *to, DWORD *size)
{
	DWORD room = *size;

	*size = n;
	if (!to)
		return TRUE;
	if (room < n)
		return cert_fail(ERROR_MORE_DATA);
	memcpy(to, from, n);
	return TRUE;
}

static BOOL give_hash(const struct cert *c, enum hash_kind kind, void *to,
		      DWORD *size)
{
	BYTE value[HASH_MAX];
	struct hash h;

	hash_init(&h, kind);
	hash_add(&h, c->context.pbCertEncoded, c->context.cbCertEncoded);
	hash_end(&h, value);
	return give(value, hash_size(kind), to, size);
}

BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id,
					      void *data, DWORD *size)
{
	struct cert *c = cert_of(context);
	const struct property *p;
	BOOL ok;

	if (!c)
		return FALSE;
	if (!size)
		return cert_fail((DWORD)E_INVALIDARG);
	switch (id) {
	case CERT_SHA1_HASH_PROP_ID:
		return give_hash(c, HASH_SHA1, data, size);
	case CERT_MD5_HASH_PROP_ID:
		return give_hash(c, HASH_MD5, data, size);
	case 107: /* CERT_SHA256_HASH_PROP_ID */
		return give_hash(c, HASH_SHA256, data, size);
	}
	RtlAcquireSRWLockShared(&properties_lock);
	for (p = c->properties; p && p->id != id;)
		p = p->next;
	ok = p ? give(p->data, p->n, data, size) :
		 cert_fail((DWORD)CRYPT_E_NOT_FOUND);
	RtlReleaseSRWLockShared(&properties_lock);
	return ok;
}

/* data NULL: the property goes.  Most are a CRYPT_DATA_BLOB. */
BOOL WINAPI CertSetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id,
					      DWORD flags, const void *data)
{
	struct cert *c = cert_of(context);
	const CRYPT_DATA_BLOB *blob = data;
	struct property *new = NULL, **at;

	if (!c)
		return FALSE;
	switch (id) {
	case CERT_KEY_PROV_INFO_PROP_ID: /* structures with pointers */
	case CERT_KEY_CONTEXT_PROP_ID:
	case CERT_KEY_PROV_HANDLE_PROP_ID: /* handles and numbers */
	case CERT_KEY_SPEC_PROP_ID:
	case CERT_NCRYPT_KEY_HANDLE_PROP_ID:
	case CERT_HCRYPTPROV_OR_NCRYPT_KEY_HANDLE_PROP_ID:
		return cert_fail((DWORD)E_INVALIDARG);
	}
	if (data) {
		new = RtlAllocateHeap(rf_heap(), 0,
				      sizeof *new + blob->cbData);
		if (!new)
			return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
		new->id = id;
		new->n = blob->cbData;
		memcpy(new->data, blob->pbData, blob->cbData);
	}
	RtlAcquireSRWLockExclusive(&properties_lock);
	for (at = &c->properties; *at && (*at)->id != id; at = &(*at)->next)
		;
	if (*at) {
		struct property *old = *at;

		*at = old->next;
		RtlFreeHeap(rf_heap(), 0, old);
	}
	if (new) {
		new->next = c->properties;
		c->properties = new;
	}
	RtlReleaseSRWLockExclusive(&properties_lock);
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
	for (p = c->properties; p && p->id != CERT_ENHKEY_USAGE_PROP_ID;)
		p = p->next;
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
	if (!give(&none, sizeof none, usage, size))
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
