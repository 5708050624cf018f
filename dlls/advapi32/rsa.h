/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsa.h - RSA (RFC 8017): key pairs, and numbers raised with them.  Numbers
 * are little endian in bytes, as CryptoAPI has them.
 */
#ifndef RF_ADVAPI32_RSA_H
#define RF_ADVAPI32_RSA_H

#include "nt.h"

enum { RSA_LEAST = 384, RSA_MOST = 16384 }; /* bits */

struct rsa {
	LONG refs;
	ULONG bits, exponent;
	BOOL secret; /* the parts behind n are there */
	/* Of bits / 8 bytes, and of half as many: */
	BYTE *n, *d;
	BYTE *p, *q, *dp, *dq, *inverse; /* of q, modulo p */
	BYTE bytes[];
};

/* An empty key, with room for all its parts; NULL: no memory. */
struct rsa *rsa_new(ULONG bits);
void rsa_put(struct rsa *k);
/* A new pair.  NULL: no memory, or no random numbers. */
struct rsa *rsa_make(ULONG bits);
/* x of bits / 8 bytes, in place; FALSE: not below n, or no memory. */
BOOL rsa_public(const struct rsa *k, BYTE *x);
BOOL rsa_secret(const struct rsa *k, BYTE *x);

#endif
