/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stdlib.c - sorting, searching, random numbers, division, bits.
 */
#include "crt.h"

typedef int (*cmp_fn)(const void *, const void *);
typedef int (*cmp_s_fn)(void *, const void *, const void *);

/* ---------------------------------------------------------------- qsort */

static inline void swap(char *a, char *b, size_t size)
{
	if (size == 8) {
		uint64_t x, y;

		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		memcpy(a, &y, 8);
		memcpy(b, &x, 8);
		return;
	}
	for (; size >= 8; size -= 8, a += 8, b += 8) {
		uint64_t x, y;

		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		memcpy(a, &y, 8);
		memcpy(b, &x, 8);
	}
	for (; size; size--, a++, b++) {
		char c = *a;

		*a = *b;
		*b = c;
	}
}

struct order {
	cmp_fn plain;
	cmp_s_fn with;
	void *context;
};

static inline int less(const struct order *o, const void *a, const void *b)
{
	return (o->with ? o->with(o->context, a, b) : o->plain(a, b)) < 0;
}

static void sift(char *base, size_t n, size_t i, size_t size,
		 const struct order *o)
{
	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n &&
		    less(o, base + child * size, base + (child + 1) * size))
			child++;
		if (!less(o, base + i * size, base + child * size))
			return;
		swap(base + i * size, base + child * size, size);
	}
}

static void heap_sort(char *base, size_t n, size_t size, const struct order *o)
{
	for (size_t i = n / 2; i--;)
		sift(base, n, i, size, o);
	while (--n) {
		swap(base, base + n * size, size);
		sift(base, n, 0, size, o);
	}
}

/* Quicksort with the median of three; heapsort when it degenerates. */
static void sort(char *base, size_t n, size_t size, const struct order *o,
		 unsigned depth)
{
	while (n > 8) {
		char *lo = base, *mid = base + n / 2 * size;
		char *hi = base + (n - 1) * size, *i, *j;
		size_t left;

		if (!depth--) {
			heap_sort(base, n, size, o);
			return;
		}
		if (less(o, mid, lo))
			swap(mid, lo, size);
		if (less(o, hi, lo))
			swap(hi, lo, size);
		if (less(o, hi, mid))
			swap(hi, mid, size);
		/* The pivot waits next to the end. */
		swap(mid, hi - size, size);
		mid = hi - size;
		i = lo;
		j = mid;
		for (;;) {
			do
				i += size;
			while (i < mid && less(o, i, mid));
			do
				j -= size;
			while (j > lo && less(o, mid, j));
			if (i >= j)
				break;
			swap(i, j, size);
		}
		swap(i, mid, size);
		left = (size_t)(i - base) / size;
		if (left < n - left - 1) {
			sort(base, left, size, o, depth);
			base = i + size;
			n -= left + 1;
		} else {
			sort(i + size, n - left - 1, size, o, depth);
			n = left;
		}
	}
	for (char *p = base + size; p < base + n * size; p += size)
		for (char *q = p; q > base && less(o, q, q - size); q -= size)
			swap(q, q - size, size);
}

static void sort_all(void *base, size_t n, size_t size, struct order o)
{
	unsigned depth = 2;

	if (n < 2 || !size)
		return;
	for (size_t k = n; k; k >>= 1)
		depth += 2;
	sort(base, n, size, &o, depth);
}

void qsort(void *base, size_t n, size_t size, cmp_fn cmp)
{
	if ((!base && n) || !size || !cmp) {
		crt_invalid(EINVAL);
		return;
	}
	sort_all(base, n, size, (struct order){ cmp, NULL, NULL });
}

void qsort_s(void *base, size_t n, size_t size, cmp_s_fn cmp, void *context)
{
	if ((!base && n) || !size || !cmp) {
		crt_invalid(EINVAL);
		return;
	}
	sort_all(base, n, size, (struct order){ NULL, cmp, context });
}

void *bsearch(const void *key, const void *base, size_t n, size_t size,
	      cmp_fn cmp)
{
	const char *lo = base;

	CRT_REQUIRE((base || !n) && size && cmp, EINVAL, NULL);
	while (n) {
		const char *mid = lo + n / 2 * size;
		int r = cmp(key, mid);

		if (!r)
			return (void *)mid;
		if (r > 0) {
			lo = mid + size;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

void *bsearch_s(const void *key, const void *base, size_t n, size_t size,
		cmp_s_fn cmp, void *context)
{
	const char *lo = base;

	CRT_REQUIRE((base || !n) && size && cmp, EINVAL, NULL);
	while (n) {
		const char *mid = lo + n / 2 * size;
		int r = cmp(context, key, mid);

		if (!r)
			return (void *)mid;
		if (r > 0) {
			lo = mid + size;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}

void *_lfind(const void *key, const void *base, unsigned *n, unsigned size,
	     cmp_fn cmp)
{
	const char *p = base;

	CRT_REQUIRE(key && n && base && size && cmp, EINVAL, NULL);
	for (unsigned i = 0; i < *n; i++, p += size)
		if (!cmp(key, p))
			return (void *)p;
	return NULL;
}

void *_lfind_s(const void *key, const void *base, unsigned *n, size_t size,
	       cmp_s_fn cmp, void *context)
{
	const char *p = base;

	CRT_REQUIRE(key && n && base && size && cmp, EINVAL, NULL);
	for (unsigned i = 0; i < *n; i++, p += size)
		if (!cmp(context, key, p))
			return (void *)p;
	return NULL;
}

void *_lsearch(const void *key, void *base, unsigned *n, unsigned size,
	       cmp_fn cmp)
{
	void *p = _lfind(key, base, n, size, cmp);

	if (!p)
		p = memcpy((char *)base + size * (*n)++, key, size);
	return p;
}

void *_lsearch_s(const void *key, void *base, unsigned *n, size_t size,
		 cmp_s_fn cmp, void *context)
{
	void *p = _lfind_s(key, base, n, size, cmp, context);

	if (!p)
		p = memcpy((char *)base + size * (*n)++, key, size);
	return p;
}

/* --------------------------------------------------------------- random */

int rand(void)
{
	struct crt_ptd *p = crt_ptd();

	p->rand_seed = p->rand_seed * 214013 + 2531011;
	return (int)(p->rand_seed >> 16 & 0x7fff);
}

void srand(unsigned seed)
{
	crt_ptd()->rand_seed = seed;
}

/*
 * advapi32's RtlGenRandom in old systems, ProcessPrng in new ones; loaded when
 * first used.
 */
errno_t rand_s(unsigned *value)
{
	typedef BOOL(WINAPI * prng_fn)(PBYTE, SIZE_T);
	static prng_fn prng;
	HMODULE m;

	CRT_REQUIRE_E(value, EINVAL);
	*value = 0;
	if (!prng) {
		m = LoadLibraryW(L"bcryptprimitives.dll");
		if (m)
			prng = (prng_fn)(void *)GetProcAddress(m,
							       "ProcessPrng");
	}
	if (!prng || !prng((PBYTE)value, sizeof(*value))) {
		crt_errno = ENOMEM;
		return ENOMEM;
	}
	return 0;
}

/* ------------------------------------------------------- small arithmetic */

int abs(int v)
{
	return v < 0 ? -v : v;
}

long labs(long v)
{
	return v < 0 ? -v : v;
}

long long llabs(long long v)
{
	return v < 0 ? -v : v;
}

__int64 _abs64(__int64 v)
{
	return v < 0 ? -v : v;
}

intmax_t imaxabs(intmax_t v)
{
	return v < 0 ? -v : v;
}

div_t div(int a, int b)
{
	return (div_t){ a / b, a % b };
}

ldiv_t ldiv(long a, long b)
{
	return (ldiv_t){ a / b, a % b };
}

lldiv_t lldiv(long long a, long long b)
{
	return (lldiv_t){ a / b, a % b };
}

lldiv_t imaxdiv(intmax_t a, intmax_t b)
{
	return (lldiv_t){ a / b, a % b };
}

#undef _rotl
#undef _rotr
#undef _rotl64
#undef _rotr64

unsigned _rotl(unsigned v, int n)
{
	n &= 31;
	return v << n | v >> (-n & 31);
}

unsigned _rotr(unsigned v, int n)
{
	n &= 31;
	return v >> n | v << (-n & 31);
}

unsigned long crt_lrotl(unsigned long v, int n)
{
	return _rotl((unsigned)v, n);
}

unsigned long crt_lrotr(unsigned long v, int n)
{
	return _rotr((unsigned)v, n);
}

unsigned __int64 _rotl64(unsigned __int64 v, int n)
{
	n &= 63;
	return v << n | v >> (-n & 63);
}

unsigned __int64 _rotr64(unsigned __int64 v, int n)
{
	n &= 63;
	return v >> n | v << (-n & 63);
}

unsigned short _byteswap_ushort(unsigned short v)
{
	return __builtin_bswap16(v);
}

unsigned long _byteswap_ulong(unsigned long v)
{
	return __builtin_bswap32(v);
}

unsigned __int64 _byteswap_uint64(unsigned __int64 v)
{
	return __builtin_bswap64(v);
}
