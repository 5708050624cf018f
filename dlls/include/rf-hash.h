/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-hash.h - MD2, MD4, MD5, SHA-1 and SHA-2, for the DLLs that have them
 * behind their own interfaces (advapi32, bcrypt): each compiles dlls/hash.
 */
#ifndef RF_DLL_HASH_H
#define RF_DLL_HASH_H

#include "nt.h"

enum hash_kind {
	HASH_MD2,
	HASH_MD4,
	HASH_MD5,
	HASH_SHA1,
	HASH_SHA256,
	HASH_SHA384,
	HASH_SHA512
};
enum { HASH_MAX = 64, HASH_BLOCK_MAX = 128 };

struct hash {
	enum hash_kind kind;
	ULONGLONG total; /* bytes so far */
	union {
		ULONG h32[8];
		ULONGLONG h64[8];
	};
	BYTE block[HASH_BLOCK_MAX];
};

ULONG hash_size(enum hash_kind kind);  /* bytes of the result */
ULONG hash_block(enum hash_kind kind); /* bytes per round, as HMAC needs */
void hash_init(struct hash *h, enum hash_kind kind);
void hash_add(struct hash *h, const void *p, SIZE_T n);
/* out: hash_size() bytes.  h is used up. */
void hash_end(struct hash *h, BYTE *out);

/* RFC 2104 */
struct hmac {
	struct hash inner, outer;
};
void hmac_init(struct hmac *m, enum hash_kind kind, const void *key, SIZE_T n);
void hmac_end(struct hmac *m, BYTE *out); /* add by hash_add(&m->inner) */

#endif
