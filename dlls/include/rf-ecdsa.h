/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-ecdsa.h - whether a signature is of a key on one of NIST's curves, which
 * the host finds out with a library: a control of the random device.
 *
 * Numbers are big endian, zeros before them.  The same in both widths.
 */
#ifndef RF_DLL_ECDSA_H
#define RF_DLL_ECDSA_H

#include <stdint.h>

enum {
	/* In: struct rf_ecdsa.  STATUS_SUCCESS: it is; STATUS_INVALID_SIGNATURE
	   it is not; STATUS_INVALID_PARAMETER: the key is none. */
	RF_ECDSA_VERIFY = 0x39200c,
};

enum {
	RF_ECDSA_NUMBER = 66, /* bytes: 521 bits */
	RF_ECDSA_DIGEST = 64,
};

struct rf_ecdsa {
	uint32_t bits;        /* of the curve: 256, 384 or 521 */
	uint32_t digest_size; /* bytes; at the start of digest */
	uint8_t x[RF_ECDSA_NUMBER], y[RF_ECDSA_NUMBER]; /* the key */
	uint8_t r[RF_ECDSA_NUMBER], s[RF_ECDSA_NUMBER];
	uint8_t digest[RF_ECDSA_DIGEST];
};

#endif
