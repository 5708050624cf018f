/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store.c - certificate stores: opened, looked through, added to. */
#include "store.h"

static struct store *store_of(HCERTSTORE h)
{
	struct store *s = h;

	if (s && s->magic == STORE_MAGIC)
		return s;
	SetLastError((DWORD)E_INVALIDARG);
	return NULL;
}

/* Under the lock. */
BOOL store_append(struct store *s, void *item)
{
	void **more;

	if (s->n == s->room) {
		ULONG room = s->room ? s->room * 2 : 8;

		more = RtlAllocateHeap(rf_heap(), 0, room * sizeof *more);
		if (!more)
			return cert_fail(ERROR_NOT_ENOUGH_MEMORY);
		memcpy(more, s->items, s->n * sizeof *more);
		RtlFreeHeap(rf_heap(), 0, s->items);
		s->items = more;
		s->room = room;
	}
	s->items[s->n++] = item;
	return TRUE;
}

/* ---- opening and closing ------------------------------------------------- */

struct store *store_new(void)
{
	struct store *s =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *s);

	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	s->magic = STORE_MAGIC;
	s->refs = 1;
	return s;
}

/* A certificate is in its store no more; others may still have it. */
void store_leave(struct cert *c)
{
	c->context.hCertStore = NULL;
	cert_put(c);
}

HCERTSTORE WINAPI CertOpenStore(LPCSTR provider, DWORD encoding,
				HCRYPTPROV_LEGACY prov, DWORD flags,
				const void *what)
{
	WCHAR wide[MAX_PATH] = L"";
	struct store *s;

	switch ((ULONG_PTR)provider) {
	case (ULONG_PTR)CERT_STORE_PROV_MEMORY:
	case (ULONG_PTR)CERT_STORE_PROV_COLLECTION:
		break;
	case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_A:
		if (what && !MultiByteToWideChar(CP_ACP, 0, what, -1, wide,
						 MAX_PATH)) {
			SetLastError((DWORD)E_INVALIDARG);
			return NULL;
		}
		return system_store(what ? wide : NULL, flags);
	case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_W:
	case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_W:
		return system_store(what, flags);
	default:
		SetLastError(ERROR_FILE_NOT_FOUND);
		return NULL;
	}
	s = store_new();
	if (!s)
		return NULL;
	s->collection = provider == CERT_STORE_PROV_COLLECTION;
	s->deferred = !!(flags & CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG);
	return s;
}

HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY prov, LPCWSTR name)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, prov,
			     CERT_SYSTEM_STORE_CURRENT_USER, name);
}

HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY prov, LPCSTR name)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, prov,
			     CERT_SYSTEM_STORE_CURRENT_USER, name);
}

HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE h)
{
	struct store *s = store_of(h);

	if (s)
		InterlockedIncrement(&s->refs);
	return s;
}

static void store_put(struct store *s)
{
	if (InterlockedDecrement(&s->refs))
		return;
	for (ULONG i = 0; i < s->n; i++) {
		if (s->collection)
			store_put(s->items[i]);
		else
			store_leave(s->items[i]);
	}
	s->magic = 0;
	RtlFreeHeap(rf_heap(), 0, s->items);
	RtlFreeHeap(rf_heap(), 0, s);
}

BOOL WINAPI CertCloseStore(HCERTSTORE h, DWORD flags)
{
	struct store *s;

	if (!h)
		return TRUE;
	s = store_of(h);
	if (!s)
		return FALSE;
	store_put(s);
	return TRUE;
}

BOOL WINAPI CertAddStoreToCollection(HCERTSTORE to, HCERTSTORE from,
				     DWORD flags, DWORD priority)
{
	struct store *s = store_of(to), *part = store_of(from);
	BOOL ok;

	if (!s || !part)
		return FALSE;
	if (!s->collection || part->collection)
		return cert_fail((DWORD)E_INVALIDARG);
	RtlAcquireSRWLockExclusive(&s->lock);
	ok = store_append(s, part);
	if (ok)
		InterlockedIncrement(&part->refs);
	RtlReleaseSRWLockExclusive(&s->lock);
	return ok;
}

VOID WINAPI CertRemoveStoreFromCollection(HCERTSTORE from, HCERTSTORE what)
{
	struct store *s = store_of(from), *part = NULL;

	if (!s || !s->collection)
		return;
	RtlAcquireSRWLockExclusive(&s->lock);
	for (ULONG i = 0; i < s->n && !part; i++)
		if (s->items[i] == what) {
			part = s->items[i];
			memmove(s->items + i, s->items + i + 1,
				(--s->n - i) * sizeof *s->items);
		}
	RtlReleaseSRWLockExclusive(&s->lock);
	if (part)
		store_put(part);
}

/* ---- looking ------------------------------------------------------------- */

/* The one behind previous (NULL: the first), with a reference. */
static struct cert *after(struct store *s, const struct cert *previous,
			  BOOL *passed)
{
	struct cert *found = NULL;

	RtlAcquireSRWLockExclusive(&s->lock);
	store_fill(s);
	for (ULONG i = 0; i < s->n && !found; i++) {
		if (s->collection) {
			found = after(s->items[i], previous, passed);
		} else if (*passed) {
			found = s->items[i];
			cert_hold(found);
		} else {
			*passed = s->items[i] == previous;
		}
	}
	RtlReleaseSRWLockExclusive(&s->lock);
	return found;
}

PCCERT_CONTEXT WINAPI CertEnumCertificatesInStore(HCERTSTORE h,
						  PCCERT_CONTEXT previous)
{
	struct store *s = store_of(h);
	BOOL passed = !previous;
	struct cert *c = s ? after(s, (struct cert *)previous, &passed) : NULL;

	if (s && !c)
		SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	CertFreeCertificateContext(previous);
	return c ? &c->context : NULL;
}

static BOOL same_blob(const CRYPT_DATA_BLOB *a, const CRYPT_DATA_BLOB *b)
{
	return a->cbData == b->cbData &&
	       !memcmp(a->pbData, b->pbData, a->cbData);
}

static BOOL has_hash(PCCERT_CONTEXT c, DWORD id, const CRYPT_HASH_BLOB *want)
{
	BYTE value[64];
	DWORD n = sizeof value;

	return CertGetCertificateContextProperty(c, id, value, &n) &&
	       n == want->cbData && !memcmp(value, want->pbData, n);
}

static BOOL fits(PCCERT_CONTEXT c, DWORD how, const void *what)
{
	const CERT_CONTEXT *other = what;
	const CERT_INFO *info = what;

	switch (how) {
	case CERT_FIND_ANY:
		return TRUE;
	case CERT_FIND_SHA1_HASH:
		return has_hash(c, CERT_SHA1_HASH_PROP_ID, what);
	case CERT_FIND_MD5_HASH:
		return has_hash(c, CERT_MD5_HASH_PROP_ID, what);
	case CERT_FIND_SUBJECT_NAME:
		return same_blob(&c->pCertInfo->Subject, what);
	case CERT_FIND_ISSUER_NAME:
		return same_blob(&c->pCertInfo->Issuer, what);
	case CERT_FIND_ISSUER_OF: /* what was issued by c */
		return same_blob(&c->pCertInfo->Subject,
				 &other->pCertInfo->Issuer);
	case CERT_FIND_SUBJECT_CERT:
		return same_blob(&c->pCertInfo->Issuer, &info->Issuer) &&
		       same_blob(&c->pCertInfo->SerialNumber,
				 &info->SerialNumber);
	case CERT_FIND_EXISTING:
		return c->cbCertEncoded == other->cbCertEncoded &&
		       !memcmp(c->pbCertEncoded, other->pbCertEncoded,
			       c->cbCertEncoded);
	}
	return FALSE;
}

PCCERT_CONTEXT WINAPI CertFindCertificateInStore(HCERTSTORE h, DWORD encoding,
						 DWORD flags, DWORD how,
						 const void *what,
						 PCCERT_CONTEXT previous)
{
	static const DWORD known[] = {
		CERT_FIND_ANY,		CERT_FIND_SHA1_HASH,
		CERT_FIND_MD5_HASH,	CERT_FIND_SUBJECT_NAME,
		CERT_FIND_ISSUER_NAME,	CERT_FIND_ISSUER_OF,
		CERT_FIND_SUBJECT_CERT, CERT_FIND_EXISTING,
	};
	BOOL is_known = FALSE;

	for (ULONG i = 0; i < ARRAYSIZE(known); i++)
		is_known |= known[i] == how;
	if (!is_known) {
		CertFreeCertificateContext(previous);
		SetLastError((DWORD)E_INVALIDARG);
		return NULL;
	}
	do
		previous = CertEnumCertificatesInStore(h, previous);
	while (previous && !fits(previous, how, what));
	return previous;
}

/* ---- adding -------------------------------------------------------------- */

static ULONG place_of(struct store *s, const struct cert *c)
{
	ULONG i;

	for (i = 0; i < s->n; i++)
		if (fits(s->items[i], CERT_FIND_SUBJECT_CERT,
			 c->context.pCertInfo))
			break;
	return i;
}

BOOL WINAPI CertAddEncodedCertificateToStore(HCERTSTORE h, DWORD encoding,
					     const BYTE *data, DWORD n,
					     DWORD how, PCCERT_CONTEXT *out)
{
	struct store *s = h ? store_of(h) : NULL;
	struct cert *c;
	BOOL ok = TRUE;
	ULONG at;

	if (out)
		*out = NULL;
	if ((h && !s) || !data)
		return cert_fail((DWORD)E_INVALIDARG);
	while (s && s->collection) /* the first that is in it */
		s = s->n ? s->items[0] : NULL;
	c = cert_new(data, n, s);
	if (!c)
		return FALSE;
	c->kept = s && s->deferred ? s : NULL;
	if (s) {
		RtlAcquireSRWLockExclusive(&s->lock);
		store_fill(s);
		at = how == CERT_STORE_ADD_ALWAYS ? s->n : place_of(s, c);
		if (at == s->n) {
			ok = store_append(s, c);
		} else if (how == CERT_STORE_ADD_NEW) {
			ok = cert_fail((DWORD)CRYPT_E_EXISTS);
		} else if (how == CERT_STORE_ADD_USE_EXISTING) {
			cert_put(c);
			c = s->items[at];
		} else { /* the new one replaces it */
			store_leave(s->items[at]);
			s->items[at] = c;
		}
		/* The store has one reference, the caller may want another. */
		if (ok && out)
			cert_hold(c);
		RtlReleaseSRWLockExclusive(&s->lock);
		if (!ok)
			cert_put(c);
	}
	if (ok && out)
		*out = &c->context;
	else if (ok && !s)
		cert_put(c);
	return ok;
}

BOOL WINAPI CertAddCertificateContextToStore(HCERTSTORE h, PCCERT_CONTEXT c,
					     DWORD how, PCCERT_CONTEXT *out)
{
	PCCERT_CONTEXT made;
	BOOL ok;

	if (!cert_of(c) ||
	    !CertAddEncodedCertificateToStore(h, c->dwCertEncodingType,
					      c->pbCertEncoded,
					      c->cbCertEncoded, how, &made))
		return FALSE;
	ok = how == CERT_STORE_ADD_USE_EXISTING ||
	     properties_copy(cert_of(made), cert_of(c));
	if (ok && out)
		*out = made;
	else
		CertFreeCertificateContext(made);
	return ok;
}

/* The caller's reference goes with it, whether it was there or not. */
BOOL WINAPI CertDeleteCertificateFromStore(PCCERT_CONTEXT context)
{
	struct cert *c = cert_of(context);
	struct store *s = c && c->context.hCertStore ?
				  store_of(c->context.hCertStore) :
				  NULL;
	BOOL found = FALSE;

	if (!c)
		return FALSE;
	if (s) {
		RtlAcquireSRWLockExclusive(&s->lock);
		for (ULONG i = 0; i < s->n && !found; i++)
			if (s->items[i] == c) {
				found = TRUE;
				memmove(s->items + i, s->items + i + 1,
					(--s->n - i) * sizeof *s->items);
			}
		RtlReleaseSRWLockExclusive(&s->lock);
	}
	if (found)
		store_leave(c);
	cert_release(c);
	return TRUE;
}

/*
 * ---- revocation lists --------------------------------------------------------
 *
 * None can be put into a store.  Who enumerates them (GnuTLS does, when it
 * takes over the system's certificates) finds the end at once.
 */

static PCCRL_CONTEXT no_list_in(HCERTSTORE h)
{
	if (store_of(h))
		SetLastError((DWORD)CRYPT_E_NOT_FOUND);
	return NULL;
}

PCCRL_CONTEXT WINAPI CertEnumCRLsInStore(HCERTSTORE h, PCCRL_CONTEXT previous)
{
	return no_list_in(h);
}

PCCRL_CONTEXT WINAPI CertFindCRLInStore(HCERTSTORE h, DWORD encoding,
					DWORD flags, DWORD how,
					const void *what,
					PCCRL_CONTEXT previous)
{
	return no_list_in(h);
}

PCCRL_CONTEXT WINAPI CertGetCRLFromStore(HCERTSTORE h, PCCERT_CONTEXT issuer,
					 PCCRL_CONTEXT previous, DWORD *flags)
{
	return no_list_in(h);
}

/* Of lists there is no context but NULL. */
BOOL WINAPI CertFreeCRLContext(PCCRL_CONTEXT c)
{
	return TRUE;
}

PCCRL_CONTEXT WINAPI CertDuplicateCRLContext(PCCRL_CONTEXT c)
{
	return c;
}
