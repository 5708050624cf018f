/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-rsa.h - RSA's arithmetic, which the host does with a library: controls of
 * the random device.  Numbers in, numbers out; the host keeps nothing.
 *
 * Input: struct rf_rsa_head, and what the code says.  Numbers are little endian
 * and as long as they can be, in units of bits / 16 bytes, in a
 * PRIVATEKEYBLOB's order.  The same in both widths.
 */
#ifndef RF_DLL_RSA_H
#define RF_DLL_RSA_H

#include <stdint.h>

enum {
	/* Nothing; out: a new pair, RF_RSA_PAIR units */
	RF_RSA_MAKE = 0x392000,
	/* n, x; out: x^exponent modulo n */
	RF_RSA_PUBLIC = 0x392004,
	/* n, p, q, d mod p - 1, d mod q - 1, 1/q mod p, x; out: x^d modulo n */
	RF_RSA_SECRET = 0x392008,
};

enum {
	RF_RSA_LEAST = 384, /* bits, a multiple of 16 */
	RF_RSA_MOST = 16384,
};

/* In units of bits / 16 bytes. */
enum {
	RF_RSA_NUMBER = 2,                               /* n, d, x */
	RF_RSA_HALVES = 5,                               /* p ... 1/q */
	RF_RSA_PAIR = 2 * RF_RSA_NUMBER + RF_RSA_HALVES, /* n, halves, d */
};

struct rf_rsa_head {
	uint32_t bits, exponent;
};

#endif
