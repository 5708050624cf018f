/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsa.h - RSA (RFC 8017): key pairs, and numbers raised with them.  Numbers
 * are little endian in bytes, as CryptoAPI has them.
 */
#ifndef RF_ADVAPI32_RSA_H
#define RF_ADVAPI32_RSA_H

#include "nt.h"

#include "rf-rsa.h"

struct rsa {
	LONG refs;
	ULONG bits, exponent;
	BOOL secret;  /* the parts behind n are there */
	BYTE bytes[]; /* as they are in a PRIVATEKEYBLOB: rf-rsa.h */
};

/* The bytes of a key: all of a pair's, or n. */
static inline ULONG rsa_size(ULONG bits, BOOL secret)
{
	return bits / 16 * (secret ? RF_RSA_PAIR : RF_RSA_NUMBER);
}

/* An empty key, with room for all its parts; NULL: no memory. */
struct rsa *rsa_new(ULONG bits);
void rsa_put(struct rsa *k);
/*
 * A new pair; x of bits / 8 bytes, in place.  STATUS_INVALID_PARAMETER: x is
 * not below n, or the key is none; STATUS_NOT_SUPPORTED: the host has no
 * library.
 */
NTSTATUS rsa_make(ULONG bits, struct rsa **k);
NTSTATUS rsa_public(const struct rsa *k, BYTE *x);
NTSTATUS rsa_secret(const struct rsa *k, BYTE *x);
/* FALSE and the last error: usual, if it is not the host that lacks something.
 */
BOOL rsa_result(NTSTATUS status, DWORD usual);

#endif
