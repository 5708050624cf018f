/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt.h - CryptoAPI's objects: contexts (crypt.c), hashes (crypt-hash.c) and
 * keys: of sessions (crypt-key.c), pairs (crypt-pair.c) and what is done with
 * them (crypt-rsa.c).
 */
#ifndef RF_ADVAPI32_CRYPT_H
#define RF_ADVAPI32_CRYPT_H

#include "nt.h"
#include <wincrypt.h>

#include "cipher.h"
#include "rf-hash.h"
#include "rsa.h"

struct context {
	ULONG magic;
	LONG refs;
	DWORD type;
	const struct provider *provider;
	WCHAR container[MAX_PATH]; /* empty: none */
	BOOL machine;		   /* the container is for all users */
	/* AT_KEYEXCHANGE's and AT_SIGNATURE's pair, NULL until needed; under
	   the lock of crypt-pair.c */
	struct pair {
		struct rsa *rsa;
		DWORD flags; /* CRYPT_EXPORTABLE */
	} pairs[2];
	BOOL loaded;
};

enum { HASH_VALUE_MAX = HASH_MAX };

struct crypt_hash {
	ULONG magic;
	struct context *context; /* signs with its key pairs */
	ALG_ID alg;
	ALG_ID inner; /* of an HMAC: of what; 0: not said yet */
	BOOL started, ended;
	struct hash state, second; /* second: of an HMAC, of SSL3's pair */
	ULONG key_n;               /* of an HMAC */
	BYTE key[64];
	struct crypt_key *mac; /* of a MAC: a copy of its key, in a message */
	struct tls_prf {       /* of a TLS PRF: label, then seed */
		BYTE bytes[256];
		ULONG label, seed;
	} prf;
	ULONG left_n;	       /* and what does not fill a block yet */
	BYTE left[16];
	BYTE value[HASH_VALUE_MAX];
};

struct crypt_key {
	ULONG magic;
	ALG_ID alg;
	DWORD flags; /* CRYPT_EXPORTABLE */
	struct rsa *rsa; /* of a pair, or its public half; the rest is not */
	DWORD mode, padding;
	ULONG n; /* bytes */
	ULONG salt; /* zeros behind them that the cipher sees */
	BYTE bytes[64];
	BYTE iv[16], chain[16];
	struct aes aes;
	struct rc2 rc2;
	struct rc4 rc4;
	ULONG effective; /* RC2's bits that count */
	BOOL begun; /* in the middle of a message */
};

static inline BOOL crypt_fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

struct context *context_of(HCRYPTPROV h);
void context_put(struct context *c);
/* The file that keeps a container's pairs. */
BOOL container_path(const WCHAR *name, BOOL machine, WCHAR path[MAX_PATH * 2],
		    BOOL make);
struct crypt_hash *hash_of(HCRYPTHASH h);
struct crypt_key *key_of(HCRYPTKEY h);
/* The usual end of a query: size in and out, to may be NULL. */
BOOL crypt_give(const void *from, DWORD n, BYTE *to, DWORD *size);
/* The value of a hash, which ends it; its length, or 0. */
ULONG hash_value(struct crypt_hash *x, BYTE *out);
/* Hash kind of an ALG_ID, or -1. */
int hash_kind_of(ALG_ID alg);

/* A key of so many bytes; the algorithm's last error if that cannot be. */
BOOL session_key(ALG_ID alg, const BYTE *bytes, ULONG n, DWORD flags,
		 HCRYPTKEY *out);
/* The size of the key's cipher's blocks, or 0; one block, in its mode. */
ULONG key_block(const struct crypt_key *k);
void key_encrypt(struct crypt_key *k, BYTE *block);
struct crypt_key *key_copy(const struct crypt_key *k);
void key_free(struct crypt_key *k);
/* A handle for a pair or a public key; takes a reference of its own. */
BOOL rsa_key(ALG_ID alg, struct rsa *rsa, DWORD flags, HCRYPTKEY *out);

/* ---- crypt-pair.c: key pairs and where they are kept ---------------------- */

/* AT_KEYEXCHANGE, AT_SIGNATURE or their algorithms: 0, 1; else -1. */
int pair_index(ALG_ID spec);
BOOL pair_generate(struct context *c, int index, DWORD flags, HCRYPTKEY *out);
/* A reference to the pair of this index, or NULL and NTE_NO_KEY. */
struct rsa *pair_get(struct context *c, int index, DWORD *flags);
/* PUBLICKEYBLOB, PRIVATEKEYBLOB; these go to the context's container. */
BOOL pair_import(struct context *c, const BYTE *blob, DWORD n, HCRYPTKEY with,
		 DWORD flags, HCRYPTKEY *out);
BOOL pair_export(struct crypt_key *k, HCRYPTKEY with, DWORD type, BYTE *data,
		 DWORD *size);
/* Exported: for secur32. */
BYTE *WINAPI rf_pair_bytes(HCRYPTKEY h, DWORD *n);
void pairs_drop(struct context *c);

/* ---- crypt-rsa.c ------------------------------------------------------- */

BOOL rsa_encrypt(struct crypt_key *k, DWORD flags, BYTE *data, DWORD *n,
		 DWORD room);
BOOL rsa_decrypt(struct crypt_key *k, DWORD flags, BYTE *data, DWORD *n);
/* SIMPLEBLOB: a session key, encrypted for the holder of a pair. */
BOOL simple_export(struct crypt_key *k, HCRYPTKEY with, DWORD flags, BYTE *data,
		   DWORD *size);
BOOL simple_import(struct context *c, const BYTE *blob, DWORD n, HCRYPTKEY with,
		   DWORD flags, HCRYPTKEY *out);

#endif
