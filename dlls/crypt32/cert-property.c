/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cert-property.c - what is known of a certificate beside what is in it: who
 * has its key, names, hashes.
 *
 * Most properties are bytes.  Where the key is is one of two: a container's
 * names, kept with offsets in place of pointers, or a provider that is open.
 */
#include "cert.h"

#include "rf-hash.h"

RTL_SRWLOCK properties_lock = RTL_SRWLOCK_INIT;

const struct property *property_find(const struct cert *c, DWORD id)
{
	const struct property *p = c->properties;

	while (p && p->id != id)
		p = p->next;
	return p;
}

static void property_free(struct property *p)
{
	const CERT_KEY_CONTEXT *k = (void *)p->data;

	if (p->release)
		CryptReleaseContext(k->hCryptProv, 0);
	RtlFreeHeap(rf_heap(), 0, p);
}

void properties_free(struct cert *c)
{
	for (struct property *p = c->properties, *next; p; p = next) {
		next = p->next;
		property_free(p);
	}
	c->properties = NULL;
}

static struct property *property_new(DWORD id, const void *data, DWORD n)
{
	struct property *p = RtlAllocateHeap(rf_heap(), 0, sizeof *p + n);

	if (!p) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	p->id = id;
	p->n = n;
	p->release = FALSE;
	if (data && n)
		memcpy(p->data, data, n);
	return p;
}

BOOL properties_copy(struct cert *to, const struct cert *from)
{
	BOOL ok = TRUE;

	RtlAcquireSRWLockExclusive(&properties_lock);
	for (struct property *p = from->properties; ok && p; p = p->next) {
		struct property *new;

		if (p->id == CERT_KEY_CONTEXT_PROP_ID ||
		    property_find(to, p->id))
			continue;
		new = property_new(p->id, p->data, p->n);
		ok = new != NULL;
		if (ok) {
			new->next = to->properties;
			to->properties = new;
		}
	}
	RtlReleaseSRWLockExclusive(&properties_lock);
	return ok;
}

/* ---- a container's names ---- */

/* Offsets from the structure's beginning, in what are pointers; 0 is NULL. */
static void *put(BYTE *base, DWORD *at, const void *from, DWORD n)
{
	DWORD start = *at;

	if (!from)
		return NULL;
	memcpy(base + start, from, n);
	*at = (start + n + 7) & ~7u;
	return (void *)(ULONG_PTR)start;
}

static DWORD text_size(const WCHAR *s)
{
	return s ? (DWORD)((lstrlenW(s) + 1) * sizeof *s) : 0;
}

static struct property *provider_property(const CRYPT_KEY_PROV_INFO *i)
{
	DWORD n = sizeof *i + 8, at = (sizeof *i + 7) & ~7u;
	CRYPT_KEY_PROV_INFO *to;
	CRYPT_KEY_PROV_PARAM *param;
	struct property *p;

	n += text_size(i->pwszContainerName) + text_size(i->pwszProvName) + 16;
	for (DWORD k = 0; k < i->cProvParam; k++)
		n += sizeof *param + ((i->rgProvParam[k].cbData + 15) & ~7u);
	p = property_new(CERT_KEY_PROV_INFO_PROP_ID, NULL, n);
	if (!p)
		return NULL;
	to = (void *)p->data;
	*to = *i;
	to->pwszContainerName = put(p->data, &at, i->pwszContainerName,
				    text_size(i->pwszContainerName));
	to->pwszProvName =
		put(p->data, &at, i->pwszProvName, text_size(i->pwszProvName));
	to->rgProvParam =
		put(p->data, &at, i->cProvParam ? i->rgProvParam : NULL,
		    i->cProvParam * sizeof *param);
	param = (void *)(p->data + (ULONG_PTR)to->rgProvParam);
	for (DWORD k = 0; k < i->cProvParam; k++)
		param[k].pbData = put(p->data, &at, i->rgProvParam[k].pbData,
				      i->rgProvParam[k].cbData);
	p->n = at;
	return p;
}

/* The same with pointers again, where it lies now. */
static void relocate(void *at)
{
	CRYPT_KEY_PROV_INFO *i = at;
	ULONG_PTR base = (ULONG_PTR)at;

#define MOVE(p) ((p) = (p) ? (void *)((ULONG_PTR)(p) + base) : NULL)
	MOVE(i->pwszContainerName);
	MOVE(i->pwszProvName);
	MOVE(i->rgProvParam);
	for (DWORD k = 0; i->rgProvParam && k < i->cProvParam; k++)
		MOVE(i->rgProvParam[k].pbData);
#undef MOVE
}

/* ---- an open provider ---- */

static struct property *key_property(const CERT_KEY_CONTEXT *k, DWORD flags)
{
	struct property *p;

	if (k->cbSize != sizeof *k) {
		cert_fail((DWORD)E_INVALIDARG);
		return NULL;
	}
	p = property_new(CERT_KEY_CONTEXT_PROP_ID, k, sizeof *k);
	if (p && k->hCryptProv && k->dwKeySpec != CERT_NCRYPT_KEY_SPEC)
		p->release = !(flags & CERT_STORE_NO_CRYPT_RELEASE_FLAG);
	return p;
}

/* The handle or the number alone: the context has both. */
static struct property *key_part(const struct cert *c, DWORD id, DWORD flags,
				 const void *data)
{
	CERT_KEY_CONTEXT k = { .cbSize = sizeof k,
			       .dwKeySpec = AT_KEYEXCHANGE };
	const struct property *old;
	struct property *p;

	RtlAcquireSRWLockShared(&properties_lock);
	old = property_find(c, CERT_KEY_CONTEXT_PROP_ID);
	if (old)
		memcpy(&k, old->data, sizeof k);
	RtlReleaseSRWLockShared(&properties_lock);
	if (id == CERT_KEY_SPEC_PROP_ID)
		k.dwKeySpec = *(const DWORD *)data;
	else
		k.hCryptProv = (HCRYPTPROV)data;
	p = key_property(&k, flags);
	if (p && id == CERT_KEY_SPEC_PROP_ID)
		p->release = old && old->release;
	return p;
}

/* ---- getting and setting ---- */

BOOL cert_give(const void *from, DWORD n, void *to, DWORD *size)
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
	return cert_give(value, hash_size(kind), to, size);
}

/* Under the lock. */
static BOOL give_property(const struct cert *c, DWORD id, void *to, DWORD *size)
{
	BOOL part = id == CERT_KEY_SPEC_PROP_ID ||
		    id == CERT_KEY_PROV_HANDLE_PROP_ID;
	const struct property *p =
		property_find(c, part ? CERT_KEY_CONTEXT_PROP_ID : id);
	const CERT_KEY_CONTEXT *k;

	if (!p)
		return cert_fail((DWORD)CRYPT_E_NOT_FOUND);
	k = (void *)p->data;
	if (id == CERT_KEY_SPEC_PROP_ID)
		return cert_give(&k->dwKeySpec, sizeof k->dwKeySpec, to, size);
	if (id == CERT_KEY_PROV_HANDLE_PROP_ID)
		return cert_give(&k->hCryptProv, sizeof k->hCryptProv, to,
				 size);
	if (!cert_give(p->data, p->n, to, size))
		return FALSE;
	if (to && id == CERT_KEY_PROV_INFO_PROP_ID)
		relocate(to);
	return TRUE;
}

BOOL WINAPI CertGetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id,
					      void *data, DWORD *size)
{
	struct cert *c = cert_of(context);
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
	ok = give_property(c, id, data, size);
	RtlReleaseSRWLockShared(&properties_lock);
	return ok;
}

static struct property *make(const struct cert *c, DWORD id, DWORD flags,
			     const void *data)
{
	const CRYPT_DATA_BLOB *blob = data;

	switch (id) {
	case CERT_KEY_PROV_INFO_PROP_ID:
		return provider_property(data);
	case CERT_KEY_CONTEXT_PROP_ID:
		return key_property(data, flags);
	case CERT_KEY_SPEC_PROP_ID:
	case CERT_KEY_PROV_HANDLE_PROP_ID:
		return key_part(c, id, flags, data);
	}
	return property_new(id, blob->pbData, blob->cbData);
}

/* data NULL: the property goes.  Most are a CRYPT_DATA_BLOB. */
BOOL WINAPI CertSetCertificateContextProperty(PCCERT_CONTEXT context, DWORD id,
					      DWORD flags, const void *data)
{
	struct cert *c = cert_of(context);
	struct property *new = NULL, *old, **at;

	if (!c)
		return FALSE;
	switch (id) {
	case CERT_NCRYPT_KEY_HANDLE_PROP_ID: /* there are no such keys */
	case CERT_HCRYPTPROV_OR_NCRYPT_KEY_HANDLE_PROP_ID:
		return cert_fail((DWORD)E_INVALIDARG);
	}
	if (data) {
		new = make(c, id, flags, data);
		if (!new)
			return FALSE;
		id = new->id;
	}
	RtlAcquireSRWLockExclusive(&properties_lock);
	for (at = &c->properties; *at && (*at)->id != id; at = &(*at)->next)
		;
	old = *at;
	if (old)
		*at = old->next;
	if (new) {
		/* The same provider in a new property is released once. */
		if (old && old->release &&
		    new->id == CERT_KEY_CONTEXT_PROP_ID &&
		    !memcmp(old->data, new->data,
			    offsetof(CERT_KEY_CONTEXT, dwKeySpec)))
			old->release = FALSE;
		new->next = c->properties;
		c->properties = new;
	}
	RtlReleaseSRWLockExclusive(&properties_lock);
	if (old)
		property_free(old);
	return TRUE;
}

DWORD WINAPI CertEnumCertificateContextProperties(PCCERT_CONTEXT context,
						  DWORD id)
{
	struct cert *c = cert_of(context);
	const struct property *p;

	if (!c)
		return 0;
	RtlAcquireSRWLockShared(&properties_lock);
	p = id ? property_find(c, id) : c->properties;
	if (id && p)
		p = p->next;
	id = p ? p->id : 0;
	RtlReleaseSRWLockShared(&properties_lock);
	return id;
}

/* ---- the key ---- */

/* The names' provider; the caller's flag says whether the property keeps it. */
static BOOL acquire(PCCERT_CONTEXT context, DWORD flags, CERT_KEY_CONTEXT *k,
		    BOOL *cached)
{
	CRYPT_KEY_PROV_INFO *i;
	DWORD n = 0,
	      silent = flags & CRYPT_ACQUIRE_SILENT_FLAG ? CRYPT_SILENT : 0;
	BOOL ok;

	if (!CertGetCertificateContextProperty(
		    context, CERT_KEY_PROV_INFO_PROP_ID, NULL, &n))
		return cert_fail((DWORD)CRYPT_E_NO_KEY_PROPERTY);
	i = RtlAllocateHeap(rf_heap(), 0, n);
	if (!i)
		return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
	ok = CertGetCertificateContextProperty(
		     context, CERT_KEY_PROV_INFO_PROP_ID, i, &n) &&
	     CryptAcquireContextW(&k->hCryptProv, i->pwszContainerName,
				  i->pwszProvName, i->dwProvType,
				  silent | (i->dwFlags & CRYPT_MACHINE_KEYSET));
	k->dwKeySpec = i->dwKeySpec;
	*cached = ok && (flags & CRYPT_ACQUIRE_CACHE_FLAG ||
			 (flags & CRYPT_ACQUIRE_USE_PROV_INFO_FLAG &&
			  i->dwFlags & CERT_SET_KEY_CONTEXT_PROP_ID));
	RtlFreeHeap(rf_heap(), 0, i);
	return ok;
}

BOOL WINAPI CryptAcquireCertificatePrivateKey(
	PCCERT_CONTEXT context, DWORD flags, void *parameters,
	HCRYPTPROV_OR_NCRYPT_KEY_HANDLE *key, DWORD *spec, BOOL *release)
{
	CERT_KEY_CONTEXT k = { .cbSize = sizeof k };
	DWORD n = sizeof k;
	BOOL cached = TRUE;

	if (!cert_of(context) || !key)
		return cert_fail((DWORD)E_INVALIDARG);
	/* CNG keeps no keys. */
	if (flags & CRYPT_ACQUIRE_ONLY_NCRYPT_KEY_FLAG)
		return cert_fail((DWORD)CRYPT_E_NO_KEY_PROPERTY);
	if (!CertGetCertificateContextProperty(
		    context, CERT_KEY_CONTEXT_PROP_ID, &k, &n)) {
		if (!acquire(context, flags, &k, &cached))
			return FALSE;
		if (cached)
			CertSetCertificateContextProperty(
				context, CERT_KEY_CONTEXT_PROP_ID, 0, &k);
	}
	*key = k.hCryptProv;
	if (spec)
		*spec = k.dwKeySpec;
	if (release)
		*release = !cached;
	return TRUE;
}
