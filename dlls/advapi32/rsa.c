/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsa.c - RSA: numbers in limbs of 32 bits, Montgomery's multiplication, key
 * pairs of random primes.
 *
 * What happens with secret numbers takes the same steps whatever they are:
 * subtractions are masked, and the table of powers is read as a whole.
 */
#include "rsa.h"

#include "rf-hash.h"

typedef ULONG limb;

enum { LIMB_BITS = 32, WINDOW = 4, POWERS = 1 << WINDOW };

/* ---- numbers ------------------------------------------------------------- */

static limb *numbers(SIZE_T n)
{
	return RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, n * sizeof(limb));
}

static void drop(limb *x, SIZE_T n)
{
	if (x)
		RtlSecureZeroMemory(x, n * sizeof *x);
	RtlFreeHeap(rf_heap(), 0, x);
}

/* r = a - b; the borrow. */
static limb subtract(limb *r, const limb *a, const limb *b, ULONG n)
{
	ULONGLONG borrow = 0;

	for (ULONG i = 0; i < n; i++) {
		ULONGLONG v = (ULONGLONG)a[i] - b[i] - borrow;

		r[i] = (limb)v;
		borrow = v >> 63;
	}
	return (limb)borrow;
}

static limb add(limb *r, const limb *a, const limb *b, ULONG n)
{
	ULONGLONG v = 0;

	for (ULONG i = 0; i < n; i++) {
		v += (ULONGLONG)a[i] + b[i];
		r[i] = (limb)v;
		v >>= LIMB_BITS;
	}
	return (limb)v;
}

/* r = yes ? a : r */
static void choose(limb *r, const limb *a, ULONG n, limb yes)
{
	limb mask = 0 - yes;

	for (ULONG i = 0; i < n; i++)
		r[i] = (r[i] & ~mask) | (a[i] & mask);
}

/* r, with a carry above it, below 2m: made less than m.  t: n limbs. */
static void reduce_once(limb *r, limb carry, const limb *m, ULONG n, limb *t)
{
	limb borrow = subtract(t, r, m, n);

	choose(r, t, n, carry | (1 - borrow));
}

/* r = x mod m, bit by bit.  t: n limbs. */
static void modulo(limb *r, const limb *x, ULONG xn, const limb *m, ULONG n,
		   limb *t)
{
	memset(r, 0, n * sizeof *r);
	for (ULONG i = xn * LIMB_BITS; i--;) {
		limb in = x[i / LIMB_BITS] >> i % LIMB_BITS & 1;

		for (ULONG k = 0; k < n; k++) {
			limb out = r[k] >> (LIMB_BITS - 1);

			r[k] = r[k] << 1 | in;
			in = out;
		}
		reduce_once(r, in, m, n, t);
	}
}

/* r (an + bn limbs) = a * b */
static void multiply(limb *r, const limb *a, ULONG an, const limb *b, ULONG bn)
{
	memset(r, 0, (an + bn) * sizeof *r);
	for (ULONG i = 0; i < an; i++) {
		ULONGLONG v = 0;

		for (ULONG k = 0; k < bn; k++) {
			v += (ULONGLONG)a[i] * b[k] + r[i + k];
			r[i + k] = (limb)v;
			v >>= LIMB_BITS;
		}
		r[i + bn] = (limb)v;
	}
}

static ULONG remainder(const limb *x, ULONG n, ULONG by)
{
	ULONGLONG r = 0;

	while (n--)
		r = (r << LIMB_BITS | x[n]) % by;
	return (ULONG)r;
}

/* ---- powers -------------------------------------------------------------- */

struct modulus {
	const limb *m;
	ULONG n;
	limb inverse; /* -1/m modulo 2^32 */
	limb *one, *square; /* R and R^2 modulo m, R = 2^(32n) */
	limb *t;	    /* n + 2 limbs */
	limb *room;
};

static void modulus_end(struct modulus *o)
{
	drop(o->room, o->n * 3 + 2);
}

static BOOL modulus_begin(struct modulus *o, const limb *m, ULONG n)
{
	limb x = 1;

	*o = (struct modulus){ .m = m, .n = n };
	o->room = numbers(n * 3 + 2);
	if (!o->room)
		return FALSE;
	o->one = o->room;
	o->square = o->room + n;
	o->t = o->room + 2 * n;
	for (int i = 0; i < 5; i++) /* each doubles the bits that are right */
		x *= 2 - m[0] * x;
	o->inverse = 0 - x;
	o->one[0] = 1;
	for (ULONG i = 0; i < n * LIMB_BITS * 2; i++) {
		if (i == n * LIMB_BITS)
			memcpy(o->square, o->one, n * sizeof(limb));
		limb carry = add(o->one, o->one, o->one, n);

		reduce_once(o->one, carry, m, n, o->t);
	}
	/* R first, then R^2: they change places. */
	for (ULONG i = 0; i < n; i++) {
		limb was = o->one[i];

		o->one[i] = o->square[i];
		o->square[i] = was;
	}
	return TRUE;
}

/* r = a * b / R modulo m; r may be a or b. */
static void montgomery(struct modulus *o, limb *r, const limb *a, const limb *b)
{
	ULONG n = o->n;
	limb *t = o->t;
	limb borrow;

	memset(t, 0, (n + 2) * sizeof *t);
	for (ULONG i = 0; i < n; i++) {
		ULONGLONG v = 0;
		limb f;

		for (ULONG k = 0; k < n; k++) {
			v += (ULONGLONG)a[i] * b[k] + t[k];
			t[k] = (limb)v;
			v >>= LIMB_BITS;
		}
		v += t[n];
		t[n] = (limb)v;
		t[n + 1] = (limb)(v >> LIMB_BITS);
		f = t[0] * o->inverse;
		v = ((ULONGLONG)f * o->m[0] + t[0]) >> LIMB_BITS;
		for (ULONG k = 1; k < n; k++) {
			v += (ULONGLONG)f * o->m[k] + t[k];
			t[k - 1] = (limb)v;
			v >>= LIMB_BITS;
		}
		v += t[n];
		t[n - 1] = (limb)v;
		t[n] = t[n + 1] + (limb)(v >> LIMB_BITS);
	}
	borrow = subtract(r, t, o->m, n);
	choose(r, t, n, borrow & (1 - t[n]));
}

/* r = x^e modulo m; x below m. */
static BOOL power(struct modulus *o, limb *r, const limb *x, const limb *e,
		  ULONG en)
{
	ULONG n = o->n;
	limb *table = numbers((POWERS + 1) * n), *now = table + POWERS * n;

	if (!table)
		return FALSE;
	memcpy(table, o->one, n * sizeof *table);
	montgomery(o, table + n, x, o->square);
	for (ULONG i = 2; i < POWERS; i++)
		montgomery(o, table + i * n, table + (i - 1) * n, table + n);
	memcpy(r, o->one, n * sizeof *r);
	for (ULONG i = en * LIMB_BITS; i;) {
		limb bits;

		i -= WINDOW;
		bits = e[i / LIMB_BITS] >> i % LIMB_BITS & (POWERS - 1);
		for (int k = 0; k < WINDOW; k++)
			montgomery(o, r, r, r);
		for (limb k = 0; k < POWERS; k++)
			choose(now, table + k * n, n, k == bits);
		montgomery(o, r, r, now);
	}
	memset(now, 0, n * sizeof *now);
	now[0] = 1;
	montgomery(o, r, r, now);
	drop(table, (POWERS + 1) * n);
	return TRUE;
}

/* ---- keys ---------------------------------------------------------------- */

struct rsa *rsa_new(ULONG bits)
{
	ULONG bytes = (bits + 31) / 32 * 4, half = (bits / 2 + 31) / 32 * 4;
	struct rsa *k = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
					sizeof *k + 2 * bytes + 5 * half);

	if (!k)
		return NULL;
	k->refs = 1;
	k->bits = bits;
	k->n = k->bytes;
	k->d = k->n + bytes;
	k->p = k->d + bytes;
	k->q = k->p + half;
	k->dp = k->q + half;
	k->dq = k->dp + half;
	k->inverse = k->dq + half;
	return k;
}

void rsa_put(struct rsa *k)
{
	if (!k || InterlockedDecrement(&k->refs))
		return;
	RtlSecureZeroMemory(k->bytes, (SIZE_T)(k->inverse - k->bytes) +
					      (SIZE_T)(k->q - k->p));
	RtlFreeHeap(rf_heap(), 0, k);
}

static ULONG limbs_of(ULONG bits)
{
	return (bits + LIMB_BITS - 1) / LIMB_BITS;
}

/* x and what is computed of it in limbs of their own: bytes may lie askew. */
BOOL rsa_public(const struct rsa *k, BYTE *x)
{
	ULONG n = limbs_of(k->bits), bytes = k->bits / 8;
	limb *m = numbers(n * 3), *a = m + n, *r = a + n;
	limb e = k->exponent;
	struct modulus o = { 0 };
	BOOL ok;

	if (!m)
		return FALSE;
	memcpy(m, k->n, bytes);
	memcpy(a, x, bytes);
	ok = (m[0] & 1) && subtract(r, a, m, n) &&
	     modulus_begin(&o, m, n) && power(&o, r, a, &e, 1);
	if (ok)
		memcpy(x, r, bytes);
	modulus_end(&o);
	drop(m, n * 3);
	return ok;
}

/* r = x^e modulo the prime; x of 2n limbs. */
static BOOL half(limb *r, const limb *x, const BYTE *prime, const BYTE *e,
		 ULONG n, ULONG xn, limb *room)
{
	limb *m = room, *a = m + n, *power_of = a + n, *t = power_of + n;
	struct modulus o;
	BOOL ok;

	memcpy(m, prime, n * sizeof *m);
	memcpy(power_of, e, n * sizeof *m);
	modulo(a, x, xn, m, n, t);
	ok = (m[0] & 1) && modulus_begin(&o, m, n);
	if (ok) {
		ok = power(&o, r, a, power_of, n);
		modulus_end(&o);
	}
	return ok;
}

/* By the Chinese remainder theorem: q * ((xp - xq) / q mod p) + xq. */
BOOL rsa_secret(const struct rsa *k, BYTE *x)
{
	ULONG n = limbs_of(k->bits), h = limbs_of(k->bits / 2);
	ULONG bytes = k->bits / 8, all = n + 2 * h + 8 * h + 2 * h;
	limb *a = numbers(all), *xp = a + n, *xq = xp + h, *room = xq + h;
	limb *product = room + 8 * h;
	limb *p = room + 4 * h, *t = p + h, *v = t + h, *inverse = v + h;
	struct modulus o;
	BOOL ok;

	if (!a)
		return FALSE;
	/* Below n, as for the public side. */
	memcpy(product, k->n, bytes);
	memcpy(a, x, bytes);
	ok = subtract(room, a, product, n) &&
	     half(xp, a, k->p, k->dp, h, n, room) &&
	     half(xq, a, k->q, k->dq, h, n, room);
	if (ok) {
		memcpy(p, k->p, h * sizeof *p);
		memcpy(inverse, k->inverse, h * sizeof *p);
		modulo(v, xq, h, p, h, t);
		/* v = xp - xq modulo p */
		if (subtract(v, xp, v, h))
			add(v, v, p, h);
		ok = modulus_begin(&o, p, h);
	}
	if (ok) {
		montgomery(&o, v, v, inverse);
		montgomery(&o, v, v, o.square);
		modulus_end(&o);
		memcpy(p, k->q, h * sizeof *p);
		multiply(product, v, h, p, h);
		memset(room, 0, 2 * h * sizeof *room);
		memcpy(room, xq, h * sizeof *xq);
		add(product, product, room, 2 * h);
		memcpy(x, product, bytes);
	}
	drop(a, all);
	return ok;
}

/* ---- new pairs ----------------------------------------------------------- */

static const USHORT small_primes[] = {
	3,   5,	  7,   11,  13,	 17,  19,  23,	29,  31,  37,  41,  43,
	47,  53,  59,  61,  67,	 71,  73,  79,	83,  89,  97,  101, 103,
	107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173,
	179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241,
	251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311, 313, 317,
};

/* Miller and Rabin's test with random bases. */
static BOOL probably_prime(const limb *p, ULONG n)
{
	enum { ROUNDS = 24 };
	limb *room = numbers(n * 4), *less = room, *odd = less + n,
	     *x = odd + n, *base = x + n;
	struct modulus o;
	ULONG twos = 0;
	BOOL ok = room && modulus_begin(&o, p, n);

	if (!ok) { /* no memory */
		drop(room, n * 4);
		return FALSE;
	}
	memcpy(less, p, n * sizeof *p);
	less[0]--; /* p is odd */
	while (!(less[twos / LIMB_BITS] >> twos % LIMB_BITS & 1))
		twos++;
	for (ULONG i = 0; i < n; i++) {
		ULONG word = i + twos / LIMB_BITS, shift = twos % LIMB_BITS;

		odd[i] = word < n ? less[word] >> shift : 0;
		if (shift && word + 1 < n)
			odd[i] |= less[word + 1] << (LIMB_BITS - shift);
	}
	for (int round = 0; ok && round < ROUNDS; round++) {
		ULONG i;

		ok = rf_gen_random(base, n * sizeof *base);
		base[n - 1] %= p[n - 1]; /* below p */
		base[0] |= 2;		 /* neither 0 nor 1 */
		ok = ok && power(&o, x, base, odd, n);
		if (!ok)
			break;
		memset(base, 0, n * sizeof *base);
		base[0] = 1;
		if (!memcmp(x, base, n * sizeof *x))
			continue;
		for (i = 0; i < twos; i++) {
			if (!memcmp(x, less, n * sizeof *x))
				break;
			montgomery(&o, x, x, x);
			montgomery(&o, x, x, o.square);
		}
		ok = i < twos;
	}
	modulus_end(&o);
	drop(room, n * 4);
	return ok;
}

/* A prime of so many bits, the highest two set; FALSE: no random numbers. */
static BOOL make_prime(limb *p, ULONG bits, ULONG exponent)
{
	ULONG n = limbs_of(bits), top = (bits - 1) % LIMB_BITS;

	for (;;) {
		BOOL divided = FALSE;

		if (!rf_gen_random(p, n * sizeof *p))
			return FALSE;
		p[n - 1] &= (limb)((2ull << top) - 1);
		p[n - 1] |= (limb)1 << top;
		p[(bits - 2) / LIMB_BITS] |= (limb)1 << (bits - 2) % LIMB_BITS;
		p[0] |= 1;
		for (ULONG i = 0; i < ARRAYSIZE(small_primes); i++)
			divided |= !remainder(p, n, small_primes[i]);
		if (divided || remainder(p, n, exponent) == 1)
			continue;
		if (probably_prime(p, n))
			return TRUE;
	}
}

/* r = 1/e modulo phi: (1 + k phi) / e, with the k that makes it whole. */
static void invert_exponent(limb *r, const limb *phi, ULONG n, ULONG e)
{
	ULONG rest = remainder(phi, n, e), k = 1;
	ULONGLONG carry = 1, over = 0;

	while (((ULONGLONG)k * rest + 1) % e)
		k++;
	for (ULONG i = 0; i < n; i++) {
		carry += (ULONGLONG)phi[i] * k;
		r[i] = (limb)carry;
		carry >>= LIMB_BITS;
	}
	over = carry;
	for (ULONG i = n; i--;) {
		over = over << LIMB_BITS | r[i];
		r[i] = (limb)(over / e);
		over %= e;
	}
}

/* The parts that follow from p and q, which are h limbs each. */
static BOOL derive(struct rsa *k, limb *p, limb *q, ULONG h)
{
	ULONG n = 2 * h, all = 4 * n + 4 * h;
	limb *room = numbers(all), *product = room, *phi = room + n,
	     *d = phi + n, *r = d + n, *t = r + n, *less = t + h;
	struct modulus o;
	BOOL ok;

	if (!room)
		return FALSE;
	multiply(product, p, h, q, h);
	memcpy(k->n, product, k->bits / 8);
	memcpy(k->p, p, h * sizeof *p);
	memcpy(k->q, q, h * sizeof *p);
	p[0]--;
	q[0]--;
	multiply(phi, p, h, q, h);
	invert_exponent(d, phi, n, k->exponent);
	memcpy(k->d, d, k->bits / 8);
	modulo(r, d, n, p, h, t);
	memcpy(k->dp, r, h * sizeof *r);
	modulo(r, d, n, q, h, t);
	memcpy(k->dq, r, h * sizeof *r);
	p[0]++;
	q[0]++;
	/* 1/q = q^(p - 2) modulo p */
	memcpy(less, p, h * sizeof *p);
	less[0] -= 2;
	if (p[0] < 2)
		for (ULONG i = 1; i < h && !less[i]--; i++)
			;
	modulo(r, q, h, p, h, t);
	ok = modulus_begin(&o, p, h);
	if (ok) {
		ok = power(&o, t, r, less, h);
		memcpy(k->inverse, t, h * sizeof *t);
		modulus_end(&o);
	}
	drop(room, all);
	return ok;
}

struct rsa *rsa_make(ULONG bits)
{
	ULONG h = limbs_of(bits / 2);
	struct rsa *k = rsa_new(bits);
	limb *p = numbers(2 * h), *q = p + h;
	BOOL ok = k && p;

	if (ok) {
		k->exponent = 65537;
		k->secret = TRUE;
		do {
			ok = make_prime(p, bits / 2, k->exponent) &&
			     make_prime(q, bits / 2, k->exponent);
		} while (ok && !memcmp(p, q, h * sizeof *p));
		ok = ok && derive(k, p, q, h);
	}
	drop(p, 2 * h);
	if (!ok) {
		rsa_put(k);
		return NULL;
	}
	return k;
}
