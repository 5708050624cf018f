/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt-key.c - CryptoAPI's session keys: made at random, of a hash or of
 * plain bytes; AES and RC2 in ECB and CBC, RC4.  Handles of key pairs come and
 * go here too.
 */
#include "crypt.h"

#define KEY_MAGIC 0x4372796bu

struct crypt_key *key_of(HCRYPTKEY h)
{
	struct crypt_key *k = (struct crypt_key *)h;

	if (k && k->magic == KEY_MAGIC)
		return k;
	SetLastError(k ? (DWORD)NTE_BAD_KEY : ERROR_INVALID_PARAMETER);
	return NULL;
}

/* Key lengths in bytes; the usual one, and which are allowed. */
static const struct kind {
	ALG_ID alg;
	UCHAR usual, least, most, block;
} kinds[] = {
	{ CALG_RC2, 16, 5, 64, 8 },       { CALG_RC4, 16, 5, 64, 0 },
	{ CALG_AES_128, 16, 16, 16, 16 }, { CALG_AES_192, 24, 24, 24, 16 },
	{ CALG_AES_256, 32, 32, 32, 16 }, { CALG_TLS1_MASTER, 48, 48, 48, 0 },
};

static const struct kind *kind_of(ALG_ID alg)
{
	for (ULONG i = 0; i < ARRAYSIZE(kinds); i++)
		if (kinds[i].alg == alg)
			return &kinds[i];
	SetLastError((DWORD)NTE_BAD_ALGID);
	return NULL;
}

/* CryptDeriveKey and CryptGenKey have the length in bits above the flags. */
static ULONG wanted_length(const struct kind *kind, DWORD flags)
{
	ULONG bits = flags >> 16;

	if (!bits)
		return kind->usual;
	if (bits % 8 || bits / 8 < kind->least || bits / 8 > kind->most) {
		SetLastError((DWORD)NTE_BAD_FLAGS);
		return 0;
	}
	return bits / 8;
}

static void set_effective(struct crypt_key *k, ULONG bits)
{
	k->effective = bits;
	rc2_key(&k->rc2, k->bytes, k->n + k->salt, bits);
}

static BOOL make(const struct kind *kind, const BYTE *bytes, ULONG n,
		 DWORD flags, HCRYPTKEY *out)
{
	struct crypt_key *k;

	k = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *k);
	if (!k)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	k->magic = KEY_MAGIC;
	k->alg = kind->alg;
	k->flags = flags & CRYPT_EXPORTABLE;
	k->mode = CRYPT_MODE_CBC;
	k->padding = PKCS5_PADDING;
	k->n = n;
	memcpy(k->bytes, bytes, n);
	/* Keys of 40 bits have a salt of zeros unless one says otherwise. */
	if (n == 5 && !(flags & CRYPT_NO_SALT))
		k->salt = 11;
	if (kind->block == 16)
		aes_key(&k->aes, k->bytes, n);
	else if (kind->alg == CALG_RC4)
		rc4_key(&k->rc4, k->bytes, n + k->salt);
	else if (kind->alg == CALG_RC2)
		set_effective(k, n * 8);
	*out = (HCRYPTKEY)k;
	return TRUE;
}

BOOL session_key(ALG_ID alg, const BYTE *bytes, ULONG n, DWORD flags,
		 HCRYPTKEY *out)
{
	const struct kind *kind = kind_of(alg);

	if (!kind)
		return FALSE;
	if (n < kind->least || n > kind->most)
		return crypt_fail((DWORD)NTE_BAD_DATA);
	return make(kind, bytes, n, flags, out);
}

BOOL rsa_key(ALG_ID alg, struct rsa *rsa, DWORD flags, HCRYPTKEY *out)
{
	struct crypt_key *k =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *k);

	if (!k)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	k->magic = KEY_MAGIC;
	k->alg = alg;
	k->flags = flags & CRYPT_EXPORTABLE;
	k->rsa = rsa;
	InterlockedIncrement(&rsa->refs);
	*out = (HCRYPTKEY)k;
	return TRUE;
}

BOOL WINAPI CryptGenKey(HCRYPTPROV h, ALG_ID alg, DWORD flags, HCRYPTKEY *out)
{
	struct context *c = context_of(h);
	const struct kind *kind;
	BYTE bytes[64];
	ULONG n;

	if (!c)
		return FALSE;
	if (!out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (pair_index(alg) >= 0)
		return pair_generate(c, pair_index(alg), flags, out);
	kind = kind_of(alg);
	n = kind ? wanted_length(kind, flags) : 0;
	return n && rf_gen_random(bytes, n) && make(kind, bytes, n, flags, out);
}

/*
 * The first bytes of the hash; for AES, and where the hash is too short, of
 * two hashes of it with the strings of RFC 2104, as the documentation says.
 */
BOOL WINAPI CryptDeriveKey(HCRYPTPROV h, ALG_ID alg, HCRYPTHASH hash,
			   DWORD flags, HCRYPTKEY *out)
{
	BYTE value[HASH_VALUE_MAX * 2];
	const struct kind *kind;
	struct crypt_hash *x;
	ULONG n, have;

	if (!context_of(h))
		return FALSE;
	x = hash_of(hash);
	if (!x)
		return FALSE;
	if (!out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	kind = kind_of(alg);
	n = kind ? wanted_length(kind, flags) : 0;
	have = n ? hash_value(x, value) : 0;
	if (!have)
		return FALSE;
	if (hash_kind_of(x->alg) < 0)
		return crypt_fail((DWORD)NTE_BAD_HASH);
	/* SHA-2's are long enough for every key, and used as they are. */
	if (have < n || (kind->block == 16 && have < 32)) {
		BYTE block[2][64];

		for (int i = 0; i < 64; i++) {
			BYTE b = i < (int)have ? value[i] : 0;

			block[0][i] = b ^ 0x36;
			block[1][i] = b ^ 0x5c;
		}
		for (int i = 0; i < 2; i++) {
			struct hash again;

			hash_init(&again, (enum hash_kind)hash_kind_of(x->alg));
			hash_add(&again, block[i], 64);
			hash_end(&again, value + i * have);
		}
	}
	return make(kind, value, n, flags, out);
}

/* PLAINTEXTKEYBLOB: the header, the length, the bytes. */
static BOOL plain_import(const BYTE *data, DWORD n, DWORD flags,
			 HCRYPTKEY *out)
{
	const struct kind *kind;
	BLOBHEADER head;
	DWORD size;

	memcpy(&head, data, sizeof head);
	kind = kind_of(head.aiKeyAlg);
	if (!kind)
		return FALSE;
	if (n < sizeof head + sizeof size)
		return crypt_fail((DWORD)NTE_BAD_DATA);
	memcpy(&size, data + sizeof head, sizeof size);
	if (size > n - sizeof head - sizeof size)
		return crypt_fail((DWORD)NTE_BAD_DATA);
	/* CRYPT_IPSEC_HMAC_KEY lifts RC2's limit of length: it is HMAC's. */
	if (size > 64 || size < 1 || size > kind->most ||
	    (size < kind->least && !(flags & CRYPT_IPSEC_HMAC_KEY)))
		return crypt_fail((DWORD)NTE_BAD_DATA);
	return make(kind, data + sizeof head + sizeof size, size, flags, out);
}

BOOL WINAPI CryptImportKey(HCRYPTPROV h, const BYTE *data, DWORD n,
			   HCRYPTKEY key, DWORD flags, HCRYPTKEY *out)
{
	struct context *c = context_of(h);
	BLOBHEADER head;

	if (!c)
		return FALSE;
	if (!out || !data || n < sizeof head)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	memcpy(&head, data, sizeof head);
	if (head.bVersion != CUR_BLOB_VERSION)
		return crypt_fail((DWORD)NTE_BAD_VER);
	switch (head.bType) {
	case PLAINTEXTKEYBLOB:
		return plain_import(data, n, flags, out);
	case PUBLICKEYBLOB:
	case PRIVATEKEYBLOB:
		return pair_import(c, data, n, key, flags, out);
	case SIMPLEBLOB:
		return simple_import(c, data, n, key, flags, out);
	}
	return crypt_fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptGetUserKey(HCRYPTPROV h, DWORD spec, HCRYPTKEY *out)
{
	struct context *c = context_of(h);
	int index = pair_index(spec);
	struct rsa *rsa;
	DWORD flags;
	BOOL ok;

	if (!c)
		return FALSE;
	if (!out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (index < 0)
		return crypt_fail((DWORD)NTE_BAD_KEY);
	rsa = pair_get(c, index, &flags);
	if (!rsa)
		return FALSE;
	ok = rsa_key(index ? CALG_RSA_SIGN : CALG_RSA_KEYX, rsa, flags, out);
	rsa_put(rsa);
	return ok;
}

BOOL WINAPI CryptDestroyKey(HCRYPTKEY h)
{
	struct crypt_key *k = key_of(h);

	if (!k)
		return FALSE;
	key_free(k);
	return TRUE;
}

BOOL WINAPI CryptExportKey(HCRYPTKEY h, HCRYPTKEY with, DWORD type, DWORD flags,
			   BYTE *data, DWORD *size)
{
	struct crypt_key *k = key_of(h);
	BYTE blob[sizeof(BLOBHEADER) + sizeof(DWORD) + 64];
	BLOBHEADER head = { PLAINTEXTKEYBLOB, CUR_BLOB_VERSION, 0, 0 };

	if (!k)
		return FALSE;
	if (!size)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (type == SIMPLEBLOB)
		return simple_export(k, with, flags, data, size);
	if (k->rsa)
		return pair_export(k, with, type, data, size);
	if (type != PLAINTEXTKEYBLOB || with)
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	if (!(k->flags & CRYPT_EXPORTABLE))
		return crypt_fail((DWORD)NTE_BAD_KEY_STATE);
	head.aiKeyAlg = k->alg;
	memcpy(blob, &head, sizeof head);
	memcpy(blob + sizeof head, &k->n, sizeof(DWORD));
	memcpy(blob + sizeof head + sizeof(DWORD), k->bytes, k->n);
	return crypt_give(blob, sizeof head + sizeof(DWORD) + k->n, data, size);
}

static BOOL pair_param(struct crypt_key *k, DWORD what, BYTE *data,
		       DWORD *size)
{
	DWORD v;

	switch (what) {
	case KP_ALGID:
		v = k->alg;
		break;
	case KP_KEYLEN:
	case KP_BLOCKLEN:
		v = k->rsa->bits;
		break;
	case KP_PERMISSIONS:
		v = CRYPT_WRITE | CRYPT_READ | CRYPT_ENCRYPT |
		    (k->rsa->secret ? CRYPT_DECRYPT : 0) |
		    (k->flags & CRYPT_EXPORTABLE ? CRYPT_EXPORT : 0);
		break;
	default:
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	}
	return crypt_give(&v, sizeof v, data, size);
}

BOOL WINAPI CryptGetKeyParam(HCRYPTKEY h, DWORD what, BYTE *data, DWORD *size,
			     DWORD flags)
{
	struct crypt_key *k = key_of(h);
	const struct kind *kind;
	DWORD v;

	if (!k)
		return FALSE;
	if (!size)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (k->rsa)
		return pair_param(k, what, data, size);
	kind = kind_of(k->alg);
	switch (what) {
	case KP_ALGID:
		v = k->alg;
		break;
	case KP_KEYLEN:
		v = k->n * 8;
		break;
	case KP_EFFECTIVE_KEYLEN:
		v = k->effective ? k->effective : k->n * 8;
		break;
	case KP_BLOCKLEN:
		v = kind->block * 8u;
		break;
	case KP_MODE:
		v = k->mode;
		break;
	case KP_PADDING:
		v = k->padding;
		break;
	case KP_PERMISSIONS:
		v = CRYPT_MAC | CRYPT_WRITE | CRYPT_READ | CRYPT_ENCRYPT |
		    CRYPT_DECRYPT |
		    (k->flags & CRYPT_EXPORTABLE ? CRYPT_EXPORT : 0);
		break;
	case KP_IV:
		return crypt_give(k->iv, kind->block, data, size);
	default:
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	}
	return crypt_give(&v, sizeof v, data, size);
}

BOOL WINAPI CryptSetKeyParam(HCRYPTKEY h, DWORD what, const BYTE *data,
			     DWORD flags)
{
	struct crypt_key *k = key_of(h);
	const struct kind *kind;
	DWORD v;

	if (!k)
		return FALSE;
	if (!data)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (k->rsa)
		return crypt_fail((DWORD)NTE_BAD_TYPE);
	kind = kind_of(k->alg);
	switch (what) {
	case KP_IV:
		memcpy(k->iv, data, kind->block);
		k->begun = FALSE;
		return TRUE;
	case KP_MODE:
		memcpy(&v, data, sizeof v);
		if (v != CRYPT_MODE_CBC && v != CRYPT_MODE_ECB)
			return crypt_fail((DWORD)NTE_BAD_DATA);
		k->mode = v;
		return TRUE;
	case KP_EFFECTIVE_KEYLEN:
		memcpy(&v, data, sizeof v);
		if (k->alg != CALG_RC2)
			return crypt_fail((DWORD)NTE_BAD_TYPE);
		if (!v || v > 1024)
			return crypt_fail((DWORD)NTE_BAD_DATA);
		set_effective(k, v);
		return TRUE;
	case KP_PADDING:
		memcpy(&v, data, sizeof v);
		if (v != PKCS5_PADDING)
			return crypt_fail((DWORD)NTE_BAD_DATA);
		return TRUE;
	}
	return crypt_fail((DWORD)NTE_BAD_TYPE);
}

/* ---- messages --------------------------------------------------------- */

static void begin(struct crypt_key *k)
{
	if (!k->begun)
		memcpy(k->chain, k->iv, sizeof k->chain);
	k->begun = TRUE;
}

ULONG key_block(const struct crypt_key *k)
{
	switch (k->alg) {
	case CALG_RC2:
		return 8;
	case CALG_AES_128:
	case CALG_AES_192:
	case CALG_AES_256:
		return 16;
	}
	return 0;
}

void key_encrypt(struct crypt_key *k, BYTE *block)
{
	ULONG n = key_block(k);

	begin(k);
	for (ULONG i = 0; k->mode == CRYPT_MODE_CBC && i < n; i++)
		block[i] ^= k->chain[i];
	if (n == 8)
		rc2_encrypt(&k->rc2, block);
	else
		aes_encrypt(&k->aes, block);
	memcpy(k->chain, block, n);
}

static void key_decrypt(struct crypt_key *k, BYTE *block)
{
	ULONG n = key_block(k);
	BYTE was[16];

	begin(k);
	memcpy(was, block, n);
	if (n == 8)
		rc2_decrypt(&k->rc2, block);
	else
		aes_decrypt(&k->aes, block);
	for (ULONG i = 0; k->mode == CRYPT_MODE_CBC && i < n; i++)
		block[i] ^= k->chain[i];
	memcpy(k->chain, was, n);
}

/* The key; the hash, if there is one, is one too. */
static struct crypt_key *cipher(HCRYPTKEY h, HCRYPTHASH hash)
{
	struct crypt_key *k = key_of(h);

	if (!k || (hash && !hash_of(hash)))
		return NULL;
	if (k->alg == CALG_TLS1_MASTER) {
		SetLastError((DWORD)NTE_BAD_KEY);
		return NULL;
	}
	return k;
}

/* The end of a message: the next one begins as the first did. */
static void finish(struct crypt_key *k)
{
	k->begun = FALSE;
	if (k->alg == CALG_RC4)
		rc4_key(&k->rc4, k->bytes, k->n + k->salt);
}

BOOL WINAPI CryptEncrypt(HCRYPTKEY h, HCRYPTHASH hash, BOOL final, DWORD flags,
			 BYTE *data, DWORD *n, DWORD room)
{
	struct crypt_key *k = cipher(h, hash);
	DWORD size, pad, block;

	if (!k)
		return FALSE;
	if (!n)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (k->rsa)
		return (!hash || !data || CryptHashData(hash, data, *n, 0)) &&
		       rsa_encrypt(k, flags, data, n, room);
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	size = *n;
	if (k->alg == CALG_RC4) {
		if (!data)
			return TRUE;
		if (hash && !CryptHashData(hash, data, size, 0))
			return FALSE;
		rc4_run(&k->rc4, data, size);
		if (final)
			finish(k);
		return TRUE;
	}
	block = key_block(k);
	pad = final ? block - size % block : 0;
	if (!final && size % block)
		return crypt_fail((DWORD)NTE_BAD_DATA);
	if (size > 0xffffffff - block)
		return crypt_fail((DWORD)NTE_BAD_LEN);
	*n = size + pad;
	if (!data)
		return TRUE;
	if (room < *n)
		return crypt_fail(ERROR_MORE_DATA);
	if (hash && !CryptHashData(hash, data, size, 0))
		return FALSE;
	memset(data + size, (int)pad, pad);
	for (BYTE *p = data; p < data + *n; p += block)
		key_encrypt(k, p);
	if (final)
		finish(k);
	return TRUE;
}

BOOL WINAPI CryptDecrypt(HCRYPTKEY h, HCRYPTHASH hash, BOOL final, DWORD flags,
			 BYTE *data, DWORD *n)
{
	struct crypt_key *k = cipher(h, hash);
	DWORD pad = 0, block;

	if (!k)
		return FALSE;
	if (!n || !data)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (k->rsa)
		return rsa_decrypt(k, flags, data, n) &&
		       (!hash || CryptHashData(hash, data, *n, 0));
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (k->alg == CALG_RC4) {
		rc4_run(&k->rc4, data, *n);
		if (final)
			finish(k);
		return !hash || CryptHashData(hash, data, *n, 0);
	}
	block = key_block(k);
	if (*n % block || (final && !*n))
		return crypt_fail((DWORD)NTE_BAD_DATA);
	for (BYTE *p = data; p < data + *n; p += block)
		key_decrypt(k, p);
	if (final) {
		finish(k);
		pad = data[*n - 1];
		if (!pad || pad > block)
			return crypt_fail((DWORD)NTE_BAD_DATA);
		for (DWORD i = 1; i <= pad; i++)
			if (data[*n - i] != pad)
				return crypt_fail((DWORD)NTE_BAD_DATA);
		*n -= pad;
	}
	return !hash || CryptHashData(hash, data, *n, 0);
}

struct crypt_key *key_copy(const struct crypt_key *k)
{
	struct crypt_key *copy = RtlAllocateHeap(rf_heap(), 0, sizeof *copy);

	if (!copy) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	*copy = *k;
	if (copy->rsa)
		InterlockedIncrement(&copy->rsa->refs);
	return copy;
}

void key_free(struct crypt_key *k)
{
	if (!k)
		return;
	rsa_put(k->rsa);
	RtlSecureZeroMemory(k, sizeof *k);
	RtlFreeHeap(rf_heap(), 0, k);
}

BOOL WINAPI CryptDuplicateKey(HCRYPTKEY h, DWORD *reserved, DWORD flags,
			      HCRYPTKEY *out)
{
	struct crypt_key *k = key_of(h), *copy;

	if (!k)
		return FALSE;
	if (reserved || !out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	copy = key_copy(k);
	if (!copy)
		return FALSE;
	*out = (HCRYPTKEY)copy;
	return TRUE;
}
