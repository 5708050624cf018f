/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt.h - CryptoAPI's objects: contexts (crypt.c), hashes (crypt-hash.c) and
 * session keys (crypt-key.c).
 */
#ifndef RF_ADVAPI32_CRYPT_H
#define RF_ADVAPI32_CRYPT_H

#include "nt.h"
#include <wincrypt.h>

#include "cipher.h"
#include "rf-hash.h"

struct context {
	ULONG magic;
	LONG refs;
	DWORD type;
	const struct provider *provider;
	WCHAR container[MAX_PATH]; /* empty: none */
};

enum { HASH_VALUE_MAX = HASH_MAX };

struct crypt_hash {
	ULONG magic;
	ALG_ID alg;
	ALG_ID inner; /* of an HMAC: of what; 0: not said yet */
	BOOL started, ended;
	struct hash state, second; /* second: of an HMAC, of SSL3's pair */
	ULONG key_n;               /* of an HMAC */
	BYTE key[64];
	BYTE value[HASH_VALUE_MAX];
};

struct crypt_key {
	ULONG magic;
	ALG_ID alg;
	DWORD flags; /* CRYPT_EXPORTABLE */
	DWORD mode, padding;
	ULONG n; /* bytes */
	BYTE bytes[64];
	BYTE iv[16], chain[16];
	struct aes aes;
	struct rc4 rc4;
	BOOL begun; /* in the middle of a message */
};

static inline BOOL crypt_fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

struct context *context_of(HCRYPTPROV h);
struct crypt_hash *hash_of(HCRYPTHASH h);
struct crypt_key *key_of(HCRYPTKEY h);
/* The usual end of a query: size in and out, to may be NULL. */
BOOL crypt_give(const void *from, DWORD n, BYTE *to, DWORD *size);
/* The value of a hash, which ends it; its length, or 0. */
ULONG hash_value(struct crypt_hash *x, BYTE *out);
/* Hash kind of an ALG_ID, or -1. */
int hash_kind_of(ALG_ID alg);

#endif
