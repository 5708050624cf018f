/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cipher.h - AES (FIPS 197), RC2 (RFC 2268) and RC4: blocks and a stream. */
#ifndef RF_ADVAPI32_CIPHER_H
#define RF_ADVAPI32_CIPHER_H

#include "nt.h"

struct aes {
	ULONG rounds;
	BYTE key[15][16];
};

/* n: 16, 24 or 32 bytes of key */
void aes_key(struct aes *a, const BYTE *key, ULONG n);
void aes_encrypt(const struct aes *a, BYTE block[16]);
void aes_decrypt(const struct aes *a, BYTE block[16]);

struct rc2 {
	USHORT k[64];
};

/* n: 1 to 128 bytes of key, of which bits are effective */
void rc2_key(struct rc2 *r, const BYTE *key, ULONG n, ULONG bits);
void rc2_encrypt(const struct rc2 *r, BYTE block[8]);
void rc2_decrypt(const struct rc2 *r, BYTE block[8]);

struct rc4 {
	BYTE s[256], i, j;
};

void rc4_key(struct rc4 *r, const BYTE *key, ULONG n);
void rc4_run(struct rc4 *r, BYTE *data, SIZE_T n);

#endif
