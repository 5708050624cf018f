/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt-hash.c - CryptoAPI's hashes: MD2 to SHA-2, HMAC with a session key,
 * and the pair of MD5 and SHA-1 that SSL 3 signs.
 */
#include "crypt.h"

#define HASH_MAGIC 0x43727968u

struct crypt_hash *hash_of(HCRYPTHASH h)
{
	struct crypt_hash *x = (struct crypt_hash *)h;

	if (x && x->magic == HASH_MAGIC)
		return x;
	SetLastError(x ? (DWORD)NTE_BAD_HASH : ERROR_INVALID_PARAMETER);
	return NULL;
}

static const struct {
	ALG_ID alg;
	enum hash_kind kind;
} algorithms[] = {
	{ CALG_MD2, HASH_MD2 },        { CALG_MD4, HASH_MD4 },
	{ CALG_MD5, HASH_MD5 },        { CALG_SHA1, HASH_SHA1 },
	{ CALG_SHA_256, HASH_SHA256 }, { CALG_SHA_384, HASH_SHA384 },
	{ CALG_SHA_512, HASH_SHA512 },
};

int hash_kind_of(ALG_ID alg)
{
	for (ULONG i = 0; i < ARRAYSIZE(algorithms); i++)
		if (algorithms[i].alg == alg)
			return algorithms[i].kind;
	return -1;
}

BOOL WINAPI CryptCreateHash(HCRYPTPROV prov, ALG_ID alg, HCRYPTKEY key,
			    DWORD flags, HCRYPTHASH *out)
{
	int kind = hash_kind_of(alg);
	struct context *c = context_of(prov);
	struct crypt_key *k = NULL;
	struct crypt_hash *x;

	if (!c)
		return FALSE;
	if (!out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (kind < 0 && alg != CALG_HMAC && alg != CALG_SSL3_SHAMD5)
		return crypt_fail((DWORD)NTE_BAD_ALGID);
	if (alg == CALG_HMAC) {
		k = key ? key_of(key) : NULL;
		if (!k || k->rsa)
			return crypt_fail((DWORD)NTE_BAD_KEY);
	} else if (key) {
		return crypt_fail((DWORD)NTE_BAD_KEY);
	}
	x = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *x);
	if (!x)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	x->magic = HASH_MAGIC;
	x->alg = alg;
	x->context = c;
	InterlockedIncrement(&c->refs);
	if (k) {
		x->key_n = k->n;
		memcpy(x->key, k->bytes, k->n);
	} else if (alg == CALG_SSL3_SHAMD5) {
		hash_init(&x->state, HASH_MD5);
		hash_init(&x->second, HASH_SHA1);
	} else {
		hash_init(&x->state, (enum hash_kind)kind);
	}
	*out = (HCRYPTHASH)x;
	return TRUE;
}

BOOL WINAPI CryptDuplicateHash(HCRYPTHASH h, DWORD *reserved, DWORD flags,
			       HCRYPTHASH *out)
{
	struct crypt_hash *x = hash_of(h), *copy;

	if (!x)
		return FALSE;
	if (reserved || !out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	copy = RtlAllocateHeap(rf_heap(), 0, sizeof *copy);
	if (!copy)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	*copy = *x;
	InterlockedIncrement(&copy->context->refs);
	*out = (HCRYPTHASH)copy;
	return TRUE;
}

/* An HMAC that was not told of what cannot begin. */
static BOOL ready(struct crypt_hash *x)
{
	return x->alg != CALG_HMAC || x->inner ||
	       crypt_fail((DWORD)NTE_BAD_HASH_STATE);
}

static ULONG size_of(const struct crypt_hash *x)
{
	return x->alg == CALG_SSL3_SHAMD5
		       ? hash_size(HASH_MD5) + hash_size(HASH_SHA1)
		       : hash_size(x->state.kind);
}

BOOL WINAPI CryptHashData(HCRYPTHASH h, const BYTE *data, DWORD n, DWORD flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (x->ended)
		return crypt_fail((DWORD)NTE_BAD_HASH_STATE);
	if (!ready(x))
		return FALSE;
	x->started = TRUE;
	hash_add(&x->state, data, n);
	if (x->alg == CALG_SSL3_SHAMD5)
		hash_add(&x->second, data, n);
	return TRUE;
}

ULONG hash_value(struct crypt_hash *x, BYTE *out)
{
	if (!ready(x))
		return 0;
	if (!x->ended) {
		hash_end(&x->state, x->value);
		if (x->alg == CALG_HMAC) {
			hash_add(&x->second, x->value, size_of(x));
			hash_end(&x->second, x->value);
		} else if (x->alg == CALG_SSL3_SHAMD5) {
			hash_end(&x->second, x->value + hash_size(HASH_MD5));
		}
		x->ended = TRUE;
	}
	memcpy(out, x->value, size_of(x));
	return size_of(x);
}

BOOL WINAPI CryptGetHashParam(HCRYPTHASH h, DWORD what, BYTE *data, DWORD *size,
			      DWORD flags)
{
	struct crypt_hash *x = hash_of(h);
	BYTE value[HASH_VALUE_MAX];
	DWORD n;

	if (!x)
		return FALSE;
	if (!size)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (what == HP_ALGID)
		return crypt_give(&x->alg, sizeof x->alg, data, size);
	if (!ready(x))
		return FALSE;
	n = size_of(x);
	switch (what) {
	case HP_HASHSIZE:
		return crypt_give(&n, sizeof n, data, size);
	case HP_HASHVAL:
		if (!data || *size < n)
			return crypt_give(value, n, data, size);
		return hash_value(x, value) && crypt_give(value, n, data, size);
	}
	return crypt_fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptDestroyHash(HCRYPTHASH h)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	context_put(x->context);
	RtlSecureZeroMemory(x, sizeof *x);
	RtlFreeHeap(rf_heap(), 0, x);
	return TRUE;
}

/*
 * RFC 2104, or with the caller's own strings in the place of its bytes 36 and
 * 5c: those are as long as they are, and what is behind them is the key's.
 */
static BOOL set_hmac(struct crypt_hash *x, const HMAC_INFO *info)
{
	BYTE pad[HASH_BLOCK_MAX] = { 0 };
	int kind = hash_kind_of(info->HashAlgid);
	ULONG size;

	if (kind < 0)
		return crypt_fail((DWORD)NTE_BAD_ALGID);
	if (x->started)
		return crypt_fail((DWORD)NTE_BAD_HASH_STATE);
	size = hash_block((enum hash_kind)kind);
	if (info->cbInnerString > size || info->cbOuterString > size)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	if (x->key_n > size) {
		hash_init(&x->state, (enum hash_kind)kind);
		hash_add(&x->state, x->key, x->key_n);
		hash_end(&x->state, pad);
	} else {
		memcpy(pad, x->key, x->key_n);
	}
	hash_init(&x->state, (enum hash_kind)kind);
	hash_init(&x->second, (enum hash_kind)kind);
	for (int outer = 0; outer < 2; outer++) {
		const BYTE *s =
			outer ? info->pbOuterString : info->pbInnerString;
		ULONG n = outer ? info->cbOuterString : info->cbInnerString;
		BYTE block[HASH_BLOCK_MAX];

		for (ULONG i = 0; i < size; i++)
			block[i] = pad[i] ^ (!n      ? (outer ? 0x5c : 0x36)
					     : i < n ? s[i]
						     : 0);
		hash_add(outer ? &x->second : &x->state, block, size);
	}
	x->inner = info->HashAlgid;
	return TRUE;
}

BOOL WINAPI CryptSetHashParam(HCRYPTHASH h, DWORD what, const BYTE *data,
			      DWORD flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (!data)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	switch (what) {
	case HP_HASHVAL:
		if (!ready(x))
			return FALSE;
		memcpy(x->value, data, size_of(x));
		x->ended = TRUE;
		return TRUE;
	case HP_HMAC_INFO:
		if (x->alg != CALG_HMAC)
			return crypt_fail((DWORD)NTE_BAD_TYPE);
		return set_hmac(x, (const HMAC_INFO *)data);
	}
	return crypt_fail((DWORD)NTE_BAD_TYPE);
}
