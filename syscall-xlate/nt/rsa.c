/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsa.c - RSA's arithmetic for advapi32 (dlls/include/rf-rsa.h): GMP's numbers,
 * nettle's keys.
 *
 * What is done with a secret exponent takes the same time whatever it is, is
 * blinded, and is checked with the public one before anybody sees it (nettle's
 * rsa_compute_root_tr).  That function wants a sane key: whatever a program
 * could have made of it is looked at here.
 */
#include <stdlib.h>
#include <string.h>

#include "dlls/include/rf-rsa.h"
#include "syscall-xlate/nt/control.h"

#ifdef HAVE_HOGWEED

#include <gmp.h>
#include <nettle/rsa.h>
#include <pthread.h>

#include "base/clock.h"

/* ---- numbers, which leave nothing behind --------------------------------- */

static void wipe_free(void *p, size_t n)
{
	explicit_bzero(p, n);
	free(p);
}

/* GMP has no error to return: without memory it ends the process. */
static void *get(size_t n)
{
	void *p = malloc(n);

	if (!p)
		abort();
	return p;
}

static void *wipe_realloc(void *p, size_t was, size_t n)
{
	void *new = get(n);

	memcpy(new, p, was < n ? was : n);
	wipe_free(p, was);
	return new;
}

static void set_memory(void)
{
	mp_set_memory_functions(get, wipe_realloc, wipe_free);
}

static void take(mpz_t to, const uint8_t **from, size_t n)
{
	mpz_import(to, n, -1, 1, 0, 0, *from);
	*from += n;
}

static bool give(uint8_t **to, size_t n, const mpz_t x)
{
	if (mpz_sizeinbase(x, 2) > n * 8)
		return false;
	memset(*to, 0, n);
	mpz_export(*to, NULL, -1, 1, 0, 0, x);
	*to += n;
	return true;
}

static void get_random(void *nothing, size_t n, uint8_t *to)
{
	(void)nothing;
	random_fill(to, n);
}

/* ---- a request ----------------------------------------------------------- */

struct request {
	struct rf_rsa_head head;
	size_t unit;   /* bytes */
	size_t size;   /* of data */
	uint8_t *data; /* what came behind the head; then what is given back */
	struct rsa_public_key public;
	struct rsa_private_key secret;
	mpz_t x;
};

static void request_end(struct request *q)
{
	rsa_public_key_clear(&q->public);
	rsa_private_key_clear(&q->secret);
	mpz_clear(q->x);
	wipe_free(q->data, q->size);
}

/* in, out: how many units come and go */
static NTSTATUS request_begin(struct request *q, struct task *t, struct irp *r,
			      size_t in, size_t out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	NTSTATUS status = control_in(t, r, &q->head, sizeof q->head);

	if (status)
		return status;
	if (q->head.bits < RF_RSA_LEAST || q->head.bits > RF_RSA_MOST ||
	    q->head.bits % 16)
		return STATUS_INVALID_PARAMETER;
	q->unit = q->head.bits / 16;
	if (r->len - sizeof q->head != q->unit * in)
		return STATUS_INVALID_PARAMETER;
	if (r->out_len < q->unit * out)
		return STATUS_BUFFER_TOO_SMALL;
	q->size = q->unit * (in > out ? in : out);
	q->data = malloc(q->size);
	if (!q->data)
		return STATUS_NO_MEMORY;
	if (in &&
	    guest_read(t, q->data, r->buf + sizeof q->head, q->unit * in) < 0) {
		wipe_free(q->data, q->size);
		return STATUS_ACCESS_VIOLATION;
	}
	pthread_once(&once, set_memory);
	rsa_public_key_init(&q->public);
	rsa_private_key_init(&q->secret);
	mpz_init(q->x);
	mpz_set_ui(q->public.e, q->head.exponent);
	return STATUS_SUCCESS;
}

/* x below an odd n; e odd. */
static bool public_sane(const struct request *q)
{
	return mpz_cmp_ui(q->public.n, 1) > 0 && mpz_odd_p(q->public.n) &&
	       mpz_odd_p(q->public.e) && mpz_cmp(q->x, q->public.n) < 0;
}

/*
 * n is what p and q make; both have as many limbs, so that none of nettle's
 * products has its longer factor where the shorter one belongs; the other parts
 * are neither 0 nor too large.
 */
static bool secret_sane(const struct request *q)
{
	const struct rsa_private_key *k = &q->secret;
	bool ok = mpz_odd_p(k->p) && mpz_odd_p(k->q) &&
		  mpz_size(k->p) == mpz_size(k->q) && mpz_sgn(k->a) &&
		  mpz_sgn(k->b) && mpz_sgn(k->c) && mpz_cmp(k->a, k->p) < 0 &&
		  mpz_cmp(k->b, k->q) < 0 && mpz_cmp(k->c, k->p) < 0;
	mpz_t n;

	mpz_init(n);
	mpz_mul(n, k->p, k->q);
	ok = ok && mpz_cmp(n, q->public.n) == 0 && mpz_cmp_ui(k->p, 1) > 0 &&
	     mpz_cmp_ui(k->q, 1) > 0;
	mpz_clear(n);
	return ok;
}

/* ---- the controls -------------------------------------------------------- */

NTSTATUS rsa_make(struct task *t, struct file *f, struct irp *r)
{
	struct request q;
	NTSTATUS status = request_begin(&q, t, r, 0, RF_RSA_PAIR);
	const struct rsa_private_key *k = &q.secret;
	uint8_t *to;

	(void)f;
	if (status)
		return status;
	to = q.data;
	if (!rsa_generate_keypair(&q.public, &q.secret, NULL, get_random, NULL,
				  NULL, q.head.bits, 0) ||
	    !give(&to, 2 * q.unit, q.public.n) || !give(&to, q.unit, k->p) ||
	    !give(&to, q.unit, k->q) || !give(&to, q.unit, k->a) ||
	    !give(&to, q.unit, k->b) || !give(&to, q.unit, k->c) ||
	    !give(&to, 2 * q.unit, k->d))
		status = STATUS_INVALID_PARAMETER; /* the exponent is none */
	else
		status = control_out(t, r, q.data, RF_RSA_PAIR * q.unit);
	request_end(&q);
	return status;
}

/* Ends a request that wants x, unless its numbers were none. */
static NTSTATUS give_x(struct request *q, bool ok, struct task *t,
		       struct irp *r)
{
	NTSTATUS status = STATUS_INVALID_PARAMETER;
	uint8_t *to = q->data;

	if (ok && give(&to, 2 * q->unit, q->x))
		status = control_out(t, r, q->data, 2 * q->unit);
	request_end(q);
	return status;
}

NTSTATUS rsa_public(struct task *t, struct file *f, struct irp *r)
{
	struct request q;
	NTSTATUS status =
		request_begin(&q, t, r, 2 * RF_RSA_NUMBER, RF_RSA_NUMBER);
	const uint8_t *from;
	bool ok;

	(void)f;
	if (status)
		return status;
	from = q.data;
	take(q.public.n, &from, 2 * q.unit);
	take(q.x, &from, 2 * q.unit);
	ok = public_sane(&q);
	if (ok)
		mpz_powm_sec(q.x, q.x, q.public.e, q.public.n);
	return give_x(&q, ok, t, r);
}

NTSTATUS rsa_secret(struct task *t, struct file *f, struct irp *r)
{
	struct request q;
	NTSTATUS status = request_begin(
		&q, t, r, 2 * RF_RSA_NUMBER + RF_RSA_HALVES, RF_RSA_NUMBER);
	struct rsa_private_key *k = &q.secret;
	mpz_ptr halves[] = { k->p, k->q, k->a, k->b, k->c };
	const uint8_t *from;
	bool ok;

	(void)f;
	if (status)
		return status;
	from = q.data;
	take(q.public.n, &from, 2 * q.unit);
	for (size_t i = 0; i < RF_RSA_HALVES; i++)
		take(halves[i], &from, q.unit);
	take(q.x, &from, 2 * q.unit);
	ok = public_sane(&q) && secret_sane(&q) &&
	     rsa_public_key_prepare(&q.public) && rsa_private_key_prepare(k);
	/* 0 stays 0; a number without limbs is no factor for nettle. */
	if (ok && mpz_sgn(q.x))
		ok = rsa_compute_root_tr(&q.public, k, NULL, get_random, q.x,
					 q.x);
	return give_x(&q, ok, t, r);
}

#else /* built without the library */

NTSTATUS rsa_make(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS rsa_public(struct task *t, struct file *f, struct irp *r)
{
	return rsa_make(t, f, r);
}

NTSTATUS rsa_secret(struct task *t, struct file *f, struct irp *r)
{
	return rsa_make(t, f, r);
}

#endif
