/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ecdsa.c - signatures of keys on NIST's curves, checked for crypt32
 * (dlls/include/rf-ecdsa.h) with nettle.  All its numbers are public.
 */
#include "dlls/include/rf-ecdsa.h"
#include "syscall-xlate/nt/control.h"

#ifdef HAVE_HOGWEED

#include <gmp.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>

static const struct ecc_curve *curve_of(uint32_t bits)
{
	switch (bits) {
	case 256:
		return nettle_get_secp_256r1();
	case 384:
		return nettle_get_secp_384r1();
	case 521:
		return nettle_get_secp_521r1();
	}
	return NULL;
}

static void take(mpz_t to, const uint8_t from[RF_ECDSA_NUMBER])
{
	mpz_import(to, RF_ECDSA_NUMBER, 1, 1, 0, 0, from);
}

/* q->bits and q->digest_size are known to be good. */
static NTSTATUS verify(const struct rf_ecdsa *q, const struct ecc_curve *curve)
{
	NTSTATUS status = STATUS_INVALID_SIGNATURE;
	struct dsa_signature signature;
	struct ecc_point key;
	mpz_t x, y;

	dsa_signature_init(&signature);
	ecc_point_init(&key, curve);
	mpz_inits(x, y, NULL);
	take(x, q->x);
	take(y, q->y);
	take(signature.r, q->r);
	take(signature.s, q->s);
	if (!ecc_point_set(&key, x, y))
		status = STATUS_INVALID_PARAMETER;
	else if (ecdsa_verify(&key, q->digest_size, q->digest, &signature))
		status = STATUS_SUCCESS;
	mpz_clears(x, y, NULL);
	ecc_point_clear(&key);
	dsa_signature_clear(&signature);
	return status;
}

NTSTATUS ecdsa_check(struct task *t, struct file *f, struct irp *r)
{
	struct rf_ecdsa q;
	const struct ecc_curve *curve;
	NTSTATUS status = control_in(t, r, &q, sizeof q);

	(void)f;
	if (status)
		return status;
	curve = curve_of(q.bits);
	if (!curve || q.digest_size > sizeof q.digest)
		return STATUS_INVALID_PARAMETER;
	return verify(&q, curve);
}

#else /* built without the library */

NTSTATUS ecdsa_check(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_NOT_SUPPORTED;
}

#endif
