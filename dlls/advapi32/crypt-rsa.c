/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt-rsa.c - what is done with key pairs: messages encrypted by PKCS #1
 * (version 1.5) or OAEP, session keys in SIMPLEBLOBs, hashes signed and
 * verified.  CryptoAPI has all of it in little endian.
 */
#include "crypt.h"

static ULONG size_of(const struct crypt_key *k)
{
	return k->rsa->bits / 8;
}

static void reverse(BYTE *p, ULONG n)
{
	for (ULONG i = 0; i < n / 2; i++) {
		BYTE was = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = was;
	}
}

static BYTE *block_new(ULONG n)
{
	BYTE *p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, n);

	if (!p)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return p;
}

static void block_free(BYTE *p, ULONG n)
{
	if (p)
		RtlSecureZeroMemory(p, n);
	RtlFreeHeap(rf_heap(), 0, p);
}

/* ---- padding of messages (big endian) ------------------------------------ */

enum { SHA1_SIZE = 20, PKCS1_LEAST = 11 };

/* 00 02, eight or more random bytes that are not 0, 00, the message */
static BOOL pad_pkcs1(BYTE *block, ULONG size, const BYTE *m, ULONG n)
{
	ULONG pad = size - n - 3;

	if (n > size - PKCS1_LEAST)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	block[0] = 0;
	block[1] = 2;
	for (ULONG i = 0; i < pad; i++)
		do {
			if (!rf_gen_random(block + 2 + i, 1))
				return crypt_fail((DWORD)NTE_FAIL);
		} while (!block[2 + i]);
	block[2 + pad] = 0;
	memcpy(block + 3 + pad, m, n);
	return TRUE;
}

/*
 * Where the message begins, or 0.  All bytes are looked at, whatever they are:
 * who measures the time shall not learn where the padding ended.
 */
static ULONG unpad_pkcs1(const BYTE *block, ULONG size)
{
	ULONG at = 0, looking = 1, bad = block[0] | (block[1] ^ 2);

	for (ULONG i = 2; i < size; i++) {
		ULONG zero = ((ULONG)block[i] - 1) >> 31;

		at |= (0 - (looking & zero)) & (i + 1);
		looking &= ~zero;
	}
	bad |= looking | (at < PKCS1_LEAST);
	return bad ? 0 : at;
}

/* MGF1 of SHA-1, xored onto p. */
static void mask(BYTE *p, ULONG n, const BYTE *seed, ULONG seed_n)
{
	BYTE value[SHA1_SIZE];

	for (ULONG i = 0; i * SHA1_SIZE < n; i++) {
		BYTE count[4] = { (BYTE)(i >> 24), (BYTE)(i >> 16),
				  (BYTE)(i >> 8), (BYTE)i };
		struct hash h;

		hash_init(&h, HASH_SHA1);
		hash_add(&h, seed, seed_n);
		hash_add(&h, count, sizeof count);
		hash_end(&h, value);
		for (ULONG k = 0; k < SHA1_SIZE && i * SHA1_SIZE + k < n; k++)
			p[i * SHA1_SIZE + k] ^= value[k];
	}
}

static void empty_label(BYTE value[SHA1_SIZE])
{
	struct hash h;

	hash_init(&h, HASH_SHA1);
	hash_end(&h, value);
}

/* RFC 8017, 7.1.1: 00, the masked seed, the masked hash, zeros, 01, message */
static BOOL pad_oaep(BYTE *block, ULONG size, const BYTE *m, ULONG n)
{
	BYTE *seed = block + 1, *data = seed + SHA1_SIZE;
	ULONG data_n = size - 1 - SHA1_SIZE;

	if (size < 2 * SHA1_SIZE + 2 || n > size - 2 * SHA1_SIZE - 2)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	memset(block, 0, size);
	empty_label(data);
	data[data_n - n - 1] = 1;
	memcpy(data + data_n - n, m, n);
	if (!rf_gen_random(seed, SHA1_SIZE))
		return crypt_fail((DWORD)NTE_FAIL);
	mask(data, data_n, seed, SHA1_SIZE);
	mask(seed, SHA1_SIZE, data, data_n);
	return TRUE;
}

static ULONG unpad_oaep(BYTE *block, ULONG size)
{
	BYTE *seed = block + 1, *data = seed + SHA1_SIZE, label[SHA1_SIZE];
	ULONG data_n = size - 1 - SHA1_SIZE, at = 0, looking = 1;
	ULONG bad = block[0];

	if (size < 2 * SHA1_SIZE + 2)
		return 0;
	mask(seed, SHA1_SIZE, data, data_n);
	mask(data, data_n, seed, SHA1_SIZE);
	empty_label(label);
	for (ULONG i = 0; i < SHA1_SIZE; i++)
		bad |= data[i] ^ label[i];
	for (ULONG i = SHA1_SIZE; i < data_n; i++) {
		ULONG set = 1 - (((ULONG)data[i] - 1) >> 31);

		bad |= looking & set & (data[i] != 1);
		at |= (0 - (looking & set)) & (i + 1);
		looking &= ~set;
	}
	return bad | looking ? 0 : at + 1 + SHA1_SIZE;
}

/* ---- messages ------------------------------------------------------------ */

/* to: the block, little endian */
static BOOL encrypt(struct crypt_key *k, DWORD flags, const BYTE *m, ULONG n,
		    BYTE *to)
{
	ULONG size = size_of(k);
	BOOL ok = flags & CRYPT_OAEP ? pad_oaep(to, size, m, n) :
				       pad_pkcs1(to, size, m, n);

	if (!ok)
		return FALSE;
	reverse(to, size);
	return rsa_result(rsa_public(k->rsa, to), (DWORD)NTE_FAIL);
}

BOOL rsa_encrypt(struct crypt_key *k, DWORD flags, BYTE *data, DWORD *n,
		 DWORD room)
{
	ULONG size = size_of(k);
	BYTE *block;
	BOOL ok;

	if (flags & ~(DWORD)CRYPT_OAEP)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (k->alg != CALG_RSA_KEYX)
		return crypt_fail((DWORD)NTE_BAD_KEY);
	if (!data) {
		*n = size;
		return TRUE;
	}
	if (*n > size)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	if (room < size) {
		*n = size;
		return crypt_fail(ERROR_MORE_DATA);
	}
	block = block_new(size);
	ok = block && encrypt(k, flags, data, *n, block);
	if (ok) {
		memcpy(data, block, size);
		*n = size;
	}
	block_free(block, size);
	return ok;
}

/* The message is moved to the block's beginning; its length, or -1. */
static LONG decrypt(struct crypt_key *k, DWORD flags, BYTE *block)
{
	ULONG size = size_of(k), at;

	if (!k->rsa->secret) {
		SetLastError((DWORD)NTE_BAD_KEY);
		return -1;
	}
	if (!rsa_result(rsa_secret(k->rsa, block), (DWORD)NTE_BAD_DATA))
		return -1;
	reverse(block, size);
	at = flags & CRYPT_OAEP ? unpad_oaep(block, size) :
				  unpad_pkcs1(block, size);
	if (!at) {
		SetLastError((DWORD)NTE_BAD_DATA);
		return -1;
	}
	memmove(block, block + at, size - at);
	return (LONG)(size - at);
}

BOOL rsa_decrypt(struct crypt_key *k, DWORD flags, BYTE *data, DWORD *n)
{
	ULONG size = size_of(k);
	BYTE *block;
	LONG got;

	if (flags & ~(DWORD)CRYPT_OAEP)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (*n != size)
		return crypt_fail((DWORD)NTE_BAD_DATA);
	block = block_new(size);
	if (!block)
		return FALSE;
	memcpy(block, data, size);
	got = decrypt(k, flags, block);
	if (got >= 0) {
		memcpy(data, block, (ULONG)got);
		*n = (DWORD)got;
	}
	block_free(block, size);
	return got >= 0;
}

/* ---- session keys -------------------------------------------------------- */

enum { SIMPLE_HEAD = sizeof(BLOBHEADER) + sizeof(ALG_ID) };

BOOL simple_export(struct crypt_key *k, HCRYPTKEY with, DWORD flags, BYTE *data,
		   DWORD *size)
{
	struct crypt_key *to = with ? key_of(with) : NULL;
	BLOBHEADER head = { SIMPLEBLOB, CUR_BLOB_VERSION, 0, k->alg };
	DWORD room = *size, n;
	BYTE bytes[64];
	BOOL ok;

	if (k->rsa)
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	if (!to || !to->rsa || to->alg != CALG_RSA_KEYX)
		return crypt_fail((DWORD)NTE_BAD_KEY);
	if (!(k->flags & CRYPT_EXPORTABLE))
		return crypt_fail((DWORD)NTE_BAD_KEY_STATE);
	n = SIMPLE_HEAD + size_of(to);
	*size = n;
	if (!data)
		return TRUE;
	if (room < n)
		return crypt_fail(ERROR_MORE_DATA);
	memcpy(data, &head, sizeof head);
	memcpy(data + sizeof head, &to->alg, sizeof to->alg);
	/* The key's bytes are little endian too. */
	memcpy(bytes, k->bytes, k->n);
	reverse(bytes, k->n);
	ok = encrypt(to, flags, bytes, k->n, data + SIMPLE_HEAD);
	RtlSecureZeroMemory(bytes, sizeof bytes);
	return ok;
}

BOOL simple_import(struct context *c, const BYTE *blob, DWORD n, HCRYPTKEY with,
		   DWORD flags, HCRYPTKEY *out)
{
	struct crypt_key own = { 0 }, *k = &own;
	BLOBHEADER head;
	DWORD ignored;
	BYTE *block = NULL;
	LONG got = -1;
	BOOL ok = FALSE;

	memcpy(&head, blob, sizeof head);
	if (with) {
		k = key_of(with);
		if (!k)
			return FALSE;
		if (!k->rsa)
			return crypt_fail((DWORD)NTE_BAD_KEY);
	} else {
		own.rsa = pair_get(c, 0, &ignored);
		if (!own.rsa)
			return FALSE;
	}
	if (n != SIMPLE_HEAD + size_of(k)) {
		SetLastError((DWORD)NTE_BAD_DATA);
	} else {
		block = block_new(size_of(k));
		if (block) {
			memcpy(block, blob + SIMPLE_HEAD, size_of(k));
			got = decrypt(k, flags, block);
		}
	}
	if (got >= 0) {
		reverse(block, (ULONG)got);
		ok = session_key(head.aiKeyAlg, block, (ULONG)got, flags, out);
	}
	block_free(block, size_of(k));
	rsa_put(own.rsa);
	return ok;
}

/* ---- signatures ---------------------------------------------------------- */

static const struct {
	ALG_ID alg;
	UCHAR n;
	UCHAR prefix[19]; /* DigestInfo before the hash: RFC 8017, 9.2 */
} prefixes[] = {
	{ CALG_MD2, 18, { 0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48,
			  0x86, 0xf7, 0x0d, 0x02, 0x02, 0x05, 0x00, 0x04,
			  0x10 } },
	{ CALG_MD4, 18, { 0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48,
			  0x86, 0xf7, 0x0d, 0x02, 0x04, 0x05, 0x00, 0x04,
			  0x10 } },
	{ CALG_MD5, 18, { 0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48,
			  0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04,
			  0x10 } },
	{ CALG_SHA1, 15, { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03,
			   0x02, 0x1a, 0x05, 0x00, 0x04, 0x14 } },
	{ CALG_SHA_256, 19, { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
			      0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
			      0x00, 0x04, 0x20 } },
	{ CALG_SHA_384, 19, { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
			      0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
			      0x00, 0x04, 0x30 } },
	{ CALG_SHA_512, 19, { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
			      0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
			      0x00, 0x04, 0x40 } },
};

/* 00 01, ff..., 00, DigestInfo; ends the hash. */
static BOOL pad_signature(struct crypt_hash *x, LPCWSTR text, DWORD flags,
			  BYTE *block, ULONG size)
{
	BYTE value[HASH_VALUE_MAX];
	const UCHAR *prefix = NULL;
	ULONG n, prefix_n = 0;

	if (flags & ~(DWORD)CRYPT_NOHASHOID)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (x->alg == CALG_HMAC || x->alg == CALG_MAC ||
	    x->alg == CALG_TLS1PRF)
		return crypt_fail((DWORD)NTE_BAD_HASH);
	if (text && *text && !x->ended)
		hash_add(&x->state, text, wcslen(text) * sizeof *text);
	for (ULONG i = 0; i < ARRAYSIZE(prefixes); i++)
		if (prefixes[i].alg == x->alg && !(flags & CRYPT_NOHASHOID)) {
			prefix = prefixes[i].prefix;
			prefix_n = prefixes[i].n;
		}
	n = hash_value(x, value);
	if (!n)
		return FALSE;
	if (n + prefix_n + PKCS1_LEAST > size)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	memset(block, 0xff, size);
	block[0] = 0;
	block[1] = 1;
	block[size - n - prefix_n - 1] = 0;
	if (prefix)
		memcpy(block + size - n - prefix_n, prefix, prefix_n);
	memcpy(block + size - n, value, n);
	reverse(block, size);
	return TRUE;
}

BOOL WINAPI CryptSignHashW(HCRYPTHASH hash, DWORD spec, LPCWSTR text,
			   DWORD flags, BYTE *out, DWORD *size)
{
	struct crypt_hash *x = hash_of(hash);
	DWORD room, ignored, n;
	struct rsa *k;
	BYTE *block;
	BOOL ok;

	if (!x)
		return FALSE;
	if (!size)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (spec != AT_KEYEXCHANGE && spec != AT_SIGNATURE)
		return crypt_fail((DWORD)NTE_BAD_KEY);
	k = pair_get(x->context, pair_index(spec), &ignored);
	if (!k)
		return FALSE;
	room = *size;
	*size = n = k->bits / 8;
	if (!out || room < n) {
		rsa_put(k);
		return !out || crypt_fail(ERROR_MORE_DATA);
	}
	block = block_new(n);
	ok = block && pad_signature(x, text, flags, block, n);
	ok = ok && rsa_result(rsa_secret(k, block), (DWORD)NTE_FAIL);
	if (ok)
		memcpy(out, block, n);
	block_free(block, n);
	rsa_put(k);
	return ok;
}

BOOL WINAPI CryptVerifySignatureW(HCRYPTHASH hash, const BYTE *signature,
				  DWORD n, HCRYPTKEY key, LPCWSTR text,
				  DWORD flags)
{
	struct crypt_hash *x = hash_of(hash);
	struct crypt_key *k = x ? key_of(key) : NULL;
	ULONG size;
	BYTE *block;
	BOOL ok;

	if (!k)
		return FALSE;
	if (!k->rsa)
		return crypt_fail((DWORD)NTE_BAD_KEY);
	if (!signature)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	size = size_of(k);
	if (n != size)
		return crypt_fail((DWORD)NTE_BAD_SIGNATURE);
	block = block_new(2 * size);
	ok = block && pad_signature(x, text, flags, block, size);
	if (ok) {
		memcpy(block + size, signature, size);
		ok = rsa_result(rsa_public(k->rsa, block + size),
				(DWORD)NTE_BAD_SIGNATURE);
		if (ok && memcmp(block, block + size, size))
			ok = crypt_fail((DWORD)NTE_BAD_SIGNATURE);
	}
	block_free(block, 2 * size);
	return ok;
}

static BOOL widen(LPCSTR s, WCHAR to[256])
{
	return !s || MultiByteToWideChar(CP_ACP, 0, s, -1, to, 256) ||
	       crypt_fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI CryptSignHashA(HCRYPTHASH hash, DWORD spec, LPCSTR text,
			   DWORD flags, BYTE *out, DWORD *size)
{
	WCHAR wide[256];

	return widen(text, wide) && CryptSignHashW(hash, spec, text ? wide : NULL,
						   flags, out, size);
}

BOOL WINAPI CryptVerifySignatureA(HCRYPTHASH hash, const BYTE *signature,
				  DWORD n, HCRYPTKEY key, LPCSTR text,
				  DWORD flags)
{
	WCHAR wide[256];

	return widen(text, wide) &&
	       CryptVerifySignatureW(hash, signature, n, key,
				     text ? wide : NULL, flags);
}
