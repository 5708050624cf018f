/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt.c - the old CryptoAPI: random numbers and hashes.  There are no key
 * containers: contexts are for verification only, whatever was asked.
 */
#include "nt.h"
#include <wincrypt.h>

#include "rf-hash.h"

#define CONTEXT_MAGIC 0x43727978u
#define HASH_MAGIC    0x43727968u

struct context {
	ULONG magic;
	LONG refs;
	DWORD type;
};

struct crypt_hash {
	ULONG magic;
	ALG_ID alg;
	struct hash state;
	BOOL ended;
	BYTE value[HASH_MAX];
};

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

static struct context *context_of(HCRYPTPROV h)
{
	struct context *c = (struct context *)h;

	if (c && c->magic == CONTEXT_MAGIC)
		return c;
	SetLastError(c ? (DWORD)NTE_BAD_UID : ERROR_INVALID_PARAMETER);
	return NULL;
}

static struct crypt_hash *hash_of(HCRYPTHASH h)
{
	struct crypt_hash *x = (struct crypt_hash *)h;

	if (x && x->magic == HASH_MAGIC)
		return x;
	SetLastError(x ? (DWORD)NTE_BAD_HASH : ERROR_INVALID_PARAMETER);
	return NULL;
}

BOOL WINAPI CryptAcquireContextW(HCRYPTPROV *out, LPCWSTR container,
				 LPCWSTR provider, DWORD type, DWORD flags)
{
	struct context *c;

	if (!out || !type)
		return fail(ERROR_INVALID_PARAMETER);
	if (flags & CRYPT_DELETEKEYSET)
		return fail((DWORD)NTE_BAD_KEYSET);
	if (type != PROV_RSA_FULL && type != PROV_RSA_AES &&
	    type != PROV_RSA_SIG && type != PROV_RSA_SCHANNEL)
		return fail((DWORD)NTE_PROV_TYPE_NOT_DEF);
	/* Without a container there is none to be opened, so one is made. */
	if (container && !(flags & (CRYPT_VERIFYCONTEXT | CRYPT_NEWKEYSET)))
		return fail((DWORD)NTE_BAD_KEYSET);
	c = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *c);
	if (!c)
		return fail(ERROR_NOT_ENOUGH_MEMORY);
	c->magic = CONTEXT_MAGIC;
	c->refs = 1;
	c->type = type;
	*out = (HCRYPTPROV)c;
	return TRUE;
}

BOOL WINAPI CryptAcquireContextA(HCRYPTPROV *out, LPCSTR container,
				 LPCSTR provider, DWORD type, DWORD flags)
{
	return CryptAcquireContextW(out, container ? L"" : NULL, NULL, type,
				    flags);
}

BOOL WINAPI CryptContextAddRef(HCRYPTPROV h, DWORD *reserved, DWORD flags)
{
	struct context *c = context_of(h);

	if (!c)
		return FALSE;
	InterlockedIncrement(&c->refs);
	return TRUE;
}

BOOL WINAPI CryptReleaseContext(HCRYPTPROV h, DWORD flags)
{
	struct context *c = context_of(h);

	if (!c)
		return FALSE;
	if (!InterlockedDecrement(&c->refs)) {
		c->magic = 0;
		RtlFreeHeap(rf_heap(), 0, c);
	}
	return TRUE;
}

BOOL WINAPI CryptGenRandom(HCRYPTPROV h, DWORD n, BYTE *buffer)
{
	return context_of(h) && rf_gen_random(buffer, n);
}

/* ---- hashes -------------------------------------------------------------- */

static const struct {
	ALG_ID alg;
	enum hash_kind kind;
} algorithms[] = {
	{ CALG_MD5, HASH_MD5 },        { CALG_SHA1, HASH_SHA1 },
	{ CALG_SHA_256, HASH_SHA256 }, { CALG_SHA_384, HASH_SHA384 },
	{ CALG_SHA_512, HASH_SHA512 },
};

BOOL WINAPI CryptCreateHash(HCRYPTPROV prov, ALG_ID alg, HCRYPTKEY key,
			    DWORD flags, HCRYPTHASH *out)
{
	struct crypt_hash *x;

	if (!context_of(prov))
		return FALSE;
	for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++) {
		if (algorithms[i].alg != alg)
			continue;
		x = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *x);
		if (!x)
			return fail(ERROR_NOT_ENOUGH_MEMORY);
		x->magic = HASH_MAGIC;
		x->alg = alg;
		hash_init(&x->state, algorithms[i].kind);
		*out = (HCRYPTHASH)x;
		return TRUE;
	}
	return fail((DWORD)NTE_BAD_ALGID);
}

BOOL WINAPI CryptDuplicateHash(HCRYPTHASH h, DWORD *reserved, DWORD flags,
			       HCRYPTHASH *out)
{
	struct crypt_hash *x = hash_of(h), *copy;

	if (!x)
		return FALSE;
	copy = RtlAllocateHeap(rf_heap(), 0, sizeof *copy);
	if (!copy)
		return fail(ERROR_NOT_ENOUGH_MEMORY);
	*copy = *x;
	*out = (HCRYPTHASH)copy;
	return TRUE;
}

BOOL WINAPI CryptHashData(HCRYPTHASH h, const BYTE *data, DWORD n, DWORD flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	if (flags)
		return fail((DWORD)NTE_BAD_FLAGS);
	if (x->ended)
		return fail((DWORD)NTE_BAD_HASH_STATE);
	hash_add(&x->state, data, n);
	return TRUE;
}

static BOOL give(const void *from, DWORD n, BYTE *to, DWORD *size)
{
	DWORD room = *size;

	*size = n;
	if (!to)
		return TRUE;
	if (room < n)
		return fail(ERROR_MORE_DATA);
	memcpy(to, from, n);
	return TRUE;
}

BOOL WINAPI CryptGetHashParam(HCRYPTHASH h, DWORD what, BYTE *data, DWORD *size,
			      DWORD flags)
{
	struct crypt_hash *x = hash_of(h);
	DWORD n;

	if (!x)
		return FALSE;
	if (!size)
		return fail(ERROR_INVALID_PARAMETER);
	n = hash_size(x->state.kind);
	switch (what) {
	case HP_ALGID:
		return give(&x->alg, sizeof x->alg, data, size);
	case HP_HASHSIZE:
		return give(&n, sizeof n, data, size);
	case HP_HASHVAL:
		if (data && !x->ended) {
			hash_end(&x->state, x->value);
			x->ended = TRUE;
		}
		return give(x->value, n, data, size);
	}
	return fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptDestroyHash(HCRYPTHASH h)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	x->magic = 0;
	RtlFreeHeap(rf_heap(), 0, x);
	return TRUE;
}

BOOL WINAPI CryptSetHashParam(HCRYPTHASH h, DWORD what, const BYTE *data,
			      DWORD flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	if (what != HP_HASHVAL)
		return fail((DWORD)NTE_BAD_TYPE);
	memcpy(x->value, data, hash_size(x->state.kind));
	x->ended = TRUE;
	return TRUE;
}

/* ---- what would need keys: there are none
 * ------------------------------------ */

BOOL WINAPI CryptGenKey(HCRYPTPROV h, ALG_ID alg, DWORD flags, HCRYPTKEY *out)
{
	return fail((DWORD)NTE_BAD_ALGID);
}

BOOL WINAPI CryptDeriveKey(HCRYPTPROV h, ALG_ID alg, HCRYPTHASH hash,
			   DWORD flags, HCRYPTKEY *out)
{
	return fail((DWORD)NTE_BAD_ALGID);
}

BOOL WINAPI CryptImportKey(HCRYPTPROV h, const BYTE *data, DWORD n,
			   HCRYPTKEY key, DWORD flags, HCRYPTKEY *out)
{
	return fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptGetUserKey(HCRYPTPROV h, DWORD spec, HCRYPTKEY *out)
{
	return fail((DWORD)NTE_NO_KEY);
}

BOOL WINAPI CryptDestroyKey(HCRYPTKEY key)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptExportKey(HCRYPTKEY key, HCRYPTKEY with, DWORD type,
			   DWORD flags, BYTE *data, DWORD *size)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptEncrypt(HCRYPTKEY key, HCRYPTHASH hash, BOOL final,
			 DWORD flags, BYTE *data, DWORD *n, DWORD room)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptDecrypt(HCRYPTKEY key, HCRYPTHASH hash, BOOL final,
			 DWORD flags, BYTE *data, DWORD *n)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptSignHashW(HCRYPTHASH hash, DWORD spec, LPCWSTR text,
			   DWORD flags, BYTE *out, DWORD *size)
{
	return fail((DWORD)NTE_NO_KEY);
}

BOOL WINAPI CryptSignHashA(HCRYPTHASH hash, DWORD spec, LPCSTR text,
			   DWORD flags, BYTE *out, DWORD *size)
{
	return fail((DWORD)NTE_NO_KEY);
}

BOOL WINAPI CryptVerifySignatureW(HCRYPTHASH hash, const BYTE *signature,
				  DWORD n, HCRYPTKEY key, LPCWSTR text,
				  DWORD flags)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptGetKeyParam(HCRYPTKEY key, DWORD what, BYTE *data, DWORD *size,
			     DWORD flags)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptSetKeyParam(HCRYPTKEY key, DWORD what, const BYTE *data,
			     DWORD flags)
{
	return fail((DWORD)NTE_BAD_KEY);
}

BOOL WINAPI CryptGetProvParam(HCRYPTPROV h, DWORD what, BYTE *data, DWORD *size,
			      DWORD flags)
{
	static const char name[] =
		"Microsoft Enhanced RSA and AES Cryptographic Provider";
	struct context *c = context_of(h);
	DWORD kind = CRYPT_IMPL_SOFTWARE;

	if (!c)
		return FALSE;
	switch (what) {
	case PP_NAME:
		return give(name, sizeof name, data, size);
	case PP_PROVTYPE:
		return give(&c->type, sizeof c->type, data, size);
	case PP_IMPTYPE:
		return give(&kind, sizeof kind, data, size);
	case PP_ENUMCONTAINERS:
		return fail(ERROR_NO_MORE_ITEMS);
	}
	return fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptSetProvParam(HCRYPTPROV h, DWORD what, const BYTE *data,
			      DWORD flags)
{
	return context_of(h) && fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptEnumProvidersW(DWORD index, DWORD *reserved, DWORD flags,
				DWORD *type, LPWSTR name, DWORD *size)
{
	static const WCHAR ours[] =
		L"Microsoft Enhanced RSA and AES Cryptographic Provider";

	if (index)
		return fail(ERROR_NO_MORE_ITEMS);
	*type = PROV_RSA_AES;
	return give(ours, sizeof ours, (BYTE *)name, size);
}
