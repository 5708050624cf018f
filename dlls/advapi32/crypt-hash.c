/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt-hash.c - CryptoAPI's hashes: MD2 to SHA-2, HMAC with a session key,
 * the last block of a block cipher (MAC), the pair of MD5 and SHA-1 that SSL 3
 * signs, and TLS 1's pseudorandom function.
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
	if (kind < 0 && alg != CALG_HMAC && alg != CALG_MAC &&
	    alg != CALG_SSL3_SHAMD5 && alg != CALG_TLS1PRF)
		return crypt_fail((DWORD)NTE_BAD_ALGID);
	if (alg == CALG_HMAC || alg == CALG_MAC || alg == CALG_TLS1PRF) {
		k = key ? key_of(key) : NULL;
		if (!k || k->rsa || (alg == CALG_MAC && !key_block(k)) ||
		    (alg == CALG_TLS1PRF && k->alg != CALG_TLS1_MASTER))
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
	if (alg == CALG_MAC) {
		x->mac = key_copy(k);
		if (!x->mac) {
			RtlFreeHeap(rf_heap(), 0, x);
			context_put(c);
			return FALSE;
		}
		x->mac->mode = CRYPT_MODE_CBC;
		x->mac->begun = FALSE;
	} else if (k) {
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
	if (x->mac) {
		copy->mac = key_copy(x->mac);
		if (!copy->mac) {
			RtlFreeHeap(rf_heap(), 0, copy);
			return FALSE;
		}
	}
	InterlockedIncrement(&copy->context->refs);
	*out = (HCRYPTHASH)copy;
	return TRUE;
}

/* RFC 2246, section 5: P_hash of one half of the secret, xored onto out. */
static void prf_half(const struct tls_prf *f, enum hash_kind kind,
		     const BYTE *secret, ULONG secret_n, BYTE *out, ULONG n)
{
	ULONG size = hash_size(kind);
	BYTE a[HASH_MAX], value[HASH_MAX];
	struct hmac m;

	hmac_init(&m, kind, secret, secret_n);
	hash_add(&m.inner, f->bytes, f->label + f->seed);
	hmac_end(&m, a);
	for (ULONG at = 0; at < n; at += size) {
		hmac_init(&m, kind, secret, secret_n);
		hash_add(&m.inner, a, size);
		hash_add(&m.inner, f->bytes, f->label + f->seed);
		hmac_end(&m, value);
		for (ULONG i = 0; i < size && at + i < n; i++)
			out[at + i] ^= value[i];
		hmac_init(&m, kind, secret, secret_n);
		hash_add(&m.inner, a, size);
		hmac_end(&m, a);
	}
}

/* As many bytes as are asked for. */
static BOOL prf_value(struct crypt_hash *x, BYTE *out, ULONG n)
{
	ULONG half = (x->key_n + 1) / 2;

	memset(out, 0, n);
	prf_half(&x->prf, HASH_MD5, x->key, half, out, n);
	prf_half(&x->prf, HASH_SHA1, x->key + x->key_n - half, half, out, n);
	x->ended = TRUE;
	return TRUE;
}

static BOOL set_prf(struct crypt_hash *x, DWORD what,
		    const CRYPT_DATA_BLOB *blob)
{
	struct tls_prf *f = &x->prf;
	ULONG other = what == HP_TLS1PRF_LABEL ? f->seed : f->label;

	if (x->alg != CALG_TLS1PRF)
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	if (x->ended)
		return crypt_fail((DWORD)NTE_BAD_HASH_STATE);
	if (blob->cbData > sizeof f->bytes - other)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	if (what == HP_TLS1PRF_LABEL) {
		memmove(f->bytes + blob->cbData, f->bytes + f->label, f->seed);
		memcpy(f->bytes, blob->pbData, blob->cbData);
		f->label = blob->cbData;
	} else {
		memcpy(f->bytes + f->label, blob->pbData, blob->cbData);
		f->seed = blob->cbData;
	}
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
	if (x->mac)
		return key_block(x->mac);
	return x->alg == CALG_SSL3_SHAMD5
		       ? hash_size(HASH_MD5) + hash_size(HASH_SHA1)
		       : hash_size(x->state.kind);
}

static void mac_add(struct crypt_hash *x, const BYTE *data, SIZE_T n)
{
	ULONG block = key_block(x->mac);

	while (n--) {
		x->left[x->left_n++] = *data++;
		if (x->left_n == block) {
			key_encrypt(x->mac, x->left);
			x->left_n = 0;
		}
	}
}

/* As a message ends: the rest of its last block, or one more, is padding. */
static void mac_end(struct crypt_hash *x, BYTE *out)
{
	ULONG block = key_block(x->mac), pad = block - x->left_n;

	memset(x->left + x->left_n, (int)pad, pad);
	key_encrypt(x->mac, x->left);
	memcpy(out, x->left, block);
}

BOOL WINAPI CryptHashData(HCRYPTHASH h, const BYTE *data, DWORD n, DWORD flags)
{
	struct crypt_hash *x = hash_of(h);

	if (!x)
		return FALSE;
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (x->ended || x->alg == CALG_TLS1PRF)
		return crypt_fail((DWORD)NTE_BAD_HASH_STATE);
	if (!ready(x))
		return FALSE;
	x->started = TRUE;
	if (x->mac) {
		mac_add(x, data, n);
		return TRUE;
	}
	hash_add(&x->state, data, n);
	if (x->alg == CALG_SSL3_SHAMD5)
		hash_add(&x->second, data, n);
	return TRUE;
}

ULONG hash_value(struct crypt_hash *x, BYTE *out)
{
	if (!ready(x))
		return 0;
	if (x->alg == CALG_TLS1PRF) {
		SetLastError((DWORD)NTE_BAD_HASH);
		return 0;
	}
	if (!x->ended && x->mac) {
		mac_end(x, x->value);
		x->ended = TRUE;
	} else if (!x->ended) {
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
	if (x->alg == CALG_TLS1PRF)
		return what == HP_HASHVAL && data ?
			       prf_value(x, data, *size) :
			       crypt_fail((DWORD)NTE_BAD_TYPE);
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
	key_free(x->mac);
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
	case HP_TLS1PRF_LABEL:
	case HP_TLS1PRF_SEED:
		return set_prf(x, what, (const CRYPT_DATA_BLOB *)data);
	case HP_HASHVAL:
		if (x->alg == CALG_TLS1PRF)
			return crypt_fail((DWORD)NTE_BAD_TYPE);
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
