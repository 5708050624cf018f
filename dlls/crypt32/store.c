/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.c - certificate stores.
 *
 * The system's store "ROOT" holds the authorities that the host trusts: its
 * bundle of certificates, read when somebody looks into the store.  The other
 * system stores are empty.  What is added to a store is gone with it.
 */
#include "cert.h"

#define STORE_MAGIC 0x43727374u

struct store {
	ULONG magic;
	LONG refs;
	BOOL collection, roots; /* roots: to be read */
	BOOL deferred;		/* not gone while others have its certificates */
	RTL_SRWLOCK lock;
	ULONG n, room;
	void **items; /* struct cert, or a collection's struct store */
};

static struct store *store_of(HCERTSTORE h)
{
	struct store *s = h;

	if (s && s->magic == STORE_MAGIC)
		return s;
	SetLastError((DWORD)E_INVALIDARG);
	return NULL;
}

/* Under the lock. */
static BOOL append(struct store *s, void *item)
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

/* ---- the host's authorities ---------------------------------------------- */

static int digit(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A' :
	       c >= 'a' && c <= 'z'   ? c - 'a' + 26 :
	       c >= '0' && c <= '9'   ? c - '0' + 52 :
	       c == '+'		      ? 62 :
	       c == '/'		      ? 63 :
					-1;
}

/* The bytes of base 64 up to end, in their place; how many they are. */
static DWORD decode(char *start, const char *end)
{
	BYTE *to = (BYTE *)start;
	ULONG bits = 0, have = 0;

	for (const char *s = start; s < end; s++) {
		int v = digit(*s);

		if (v < 0)
			continue; /* line ends, and padding */
		bits = bits << 6 | (ULONG)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*to++ = (BYTE)(bits >> have);
		}
	}
	return (DWORD)(to - (BYTE *)start);
}

static void add_bundle(struct store *s, char *text)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----",
			  end[] = "-----END CERTIFICATE-----";
	char *stop;
	struct cert *c;

	for (char *at = text; (at = strstr(at, begin)) != NULL; at = stop) {
		at += sizeof begin - 1;
		stop = strstr(at, end);
		if (!stop)
			return;
		c = cert_new((BYTE *)at, decode(at, stop), s);
		if (c && s->deferred)
			c->kept = s;
		/* One that cannot be read is not in the store. */
		if (c && !append(s, c))
			cert_put(c);
	}
}

static char *read_text(const WCHAR *path)
{
	enum { MOST = 16 << 20 };
	HANDLE h = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);
	LARGE_INTEGER size;
	char *text = NULL;
	DWORD got = 0;

	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	if (GetFileSizeEx(h, &size) && size.QuadPart < MOST)
		text = RtlAllocateHeap(rf_heap(), 0,
				       (SIZE_T)size.QuadPart + 1);
	if (text && !ReadFile(h, text, (DWORD)size.QuadPart, &got, NULL))
		got = 0;
	if (text)
		text[got] = 0;
	NtClose(h);
	return text;
}

/* Under the lock.  Distributions have their bundle at one of these. */
static void read_roots(struct store *s)
{
	static const WCHAR *const paths[] = {
		L"Z:\\etc\\ssl\\certs\\ca-certificates.crt",
		L"Z:\\etc\\pki\\tls\\certs\\ca-bundle.crt",
		L"Z:\\etc\\ssl\\ca-bundle.pem",
		L"Z:\\etc\\ssl\\cert.pem",
	};

	if (!s->roots)
		return;
	s->roots = FALSE;
	for (ULONG i = 0; !s->n && i < ARRAYSIZE(paths); i++) {
		char *text = read_text(paths[i]);

		if (text)
			add_bundle(s, text);
		RtlFreeHeap(rf_heap(), 0, text);
	}
}

/* ---- stores -------------------------------------------------------------- */

/* "ROOT", with or without whose it is: ".\ROOT", "LocalMachine\ROOT". */
static BOOL is_root(const WCHAR *name)
{
	const WCHAR *last = name ? wcsrchr(name, '\\') : NULL;

	return name && !lstrcmpiW(last ? last + 1 : name, L"ROOT");
}

HCERTSTORE WINAPI CertOpenStore(LPCSTR provider, DWORD encoding,
				HCRYPTPROV_LEGACY prov, DWORD flags,
				const void *what)
{
	WCHAR wide[MAX_PATH] = L"";
	const WCHAR *name = what;
	struct store *s;

	switch ((ULONG_PTR)provider) {
	case (ULONG_PTR)CERT_STORE_PROV_MEMORY:
	case (ULONG_PTR)CERT_STORE_PROV_COLLECTION:
		name = NULL;
		break;
	case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_A:
		if (what)
			MultiByteToWideChar(CP_ACP, 0, what, -1, wide,
					    MAX_PATH);
		name = wide;
		break;
	case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_W:
	case (ULONG_PTR)CERT_STORE_PROV_SYSTEM_REGISTRY_W:
		break;
	default:
		SetLastError(ERROR_FILE_NOT_FOUND);
		return NULL;
	}
	s = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *s);
	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	s->magic = STORE_MAGIC;
	s->refs = 1;
	s->collection = provider == CERT_STORE_PROV_COLLECTION;
	s->roots = is_root(name);
	s->deferred = !!(flags & CERT_STORE_DEFER_CLOSE_UNTIL_LAST_FREE_FLAG);
	return s;
}

HCERTSTORE WINAPI CertOpenSystemStoreW(HCRYPTPROV_LEGACY prov, LPCWSTR name)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, prov, 0, name);
}

HCERTSTORE WINAPI CertOpenSystemStoreA(HCRYPTPROV_LEGACY prov, LPCSTR name)
{
	return CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, prov, 0, name);
}

HCERTSTORE WINAPI CertDuplicateStore(HCERTSTORE h)
{
	struct store *s = store_of(h);

	if (s)
		InterlockedIncrement(&s->refs);
	return s;
}

/* A certificate is in its store no more; others may still have it. */
static void leave(struct cert *c)
{
	c->context.hCertStore = NULL;
	cert_put(c);
}

static void store_put(struct store *s)
{
	if (InterlockedDecrement(&s->refs))
		return;
	for (ULONG i = 0; i < s->n; i++) {
		if (s->collection)
			store_put(s->items[i]);
		else
			leave(s->items[i]);
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
	ok = append(s, part);
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
	read_roots(s);
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
		read_roots(s);
		at = how == CERT_STORE_ADD_ALWAYS ? s->n : place_of(s, c);
		if (at == s->n) {
			ok = append(s, c);
		} else if (how == CERT_STORE_ADD_NEW) {
			ok = cert_fail((DWORD)CRYPT_E_EXISTS);
		} else if (how == CERT_STORE_ADD_USE_EXISTING) {
			cert_put(c);
			c = s->items[at];
		} else { /* the new one replaces it */
			leave(s->items[at]);
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
		leave(c);
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
