/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem.c - memcpy, memmove, memset, memcmp, memchr: SSE2, then `rep movsb`.
 *
 * Listed by the C runtimes, vcruntime140 and ntdll; it needs nothing but the
 * compiler.  Short sizes use overlapping loads instead of loops; from 2 KB on
 * the processor's own copy loop wins, save when source and destination are so
 * close that it falls back to bytes.
 */
#include "scan.h"

#pragma GCC optimize("no-tree-loop-distribute-patterns")

#define LOADU(p)     _mm_loadu_si128((const __m128i *)(p))
#define STOREU(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define REP_FROM     2048

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

static inline uint64_t load8(const void *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, 8);
	return v;
}

static inline uint32_t load4(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, 4);
	return v;
}

static inline uint16_t load2(const void *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, 2);
	return v;
}

#define STORE(p, v) __builtin_memcpy(p, &(v), sizeof(v))

/* n <= 32; loads everything before it stores: overlap does not matter. */
static inline void *copy_small(unsigned char *d, const unsigned char *s,
			       size_t n)
{
	if (n >= 16) {
		__m128i a = LOADU(s), b = LOADU(s + n - 16);

		STOREU(d, a);
		STOREU(d + n - 16, b);
	} else if (n >= 8) {
		uint64_t a = load8(s), b = load8(s + n - 8);

		STORE(d, a);
		STORE(d + n - 8, b);
	} else if (n >= 4) {
		uint32_t a = load4(s), b = load4(s + n - 4);

		STORE(d, a);
		STORE(d + n - 4, b);
	} else if (n >= 2) {
		uint16_t a = load2(s), b = load2(s + n - 2);

		STORE(d, a);
		STORE(d + n - 2, b);
	} else if (n) {
		*d = *s;
	}
	return d;
}

static inline void *rep_movsb(void *dst, const void *src, size_t n)
{
	void *d = dst;

	__asm__ volatile("rep movsb"
			 : "+D"(d), "+S"(src), "+c"(n)
			 :
			 : "memory");
	return dst;
}

/* Any overlap that a forward walk survives (dst below src, or far away). */
static void *copy_forward(unsigned char *d, const unsigned char *s, size_t n)
{
	unsigned char *ret = d;
	__m128i tail0 = LOADU(s + n - 32), tail1 = LOADU(s + n - 16);
	unsigned char *end = d + n;

	for (; n > 64; n -= 64, s += 64, d += 64) {
		__m128i a = LOADU(s), b = LOADU(s + 16);
		__m128i c = LOADU(s + 32), e = LOADU(s + 48);

		STOREU(d, a);
		STOREU(d + 16, b);
		STOREU(d + 32, c);
		STOREU(d + 48, e);
	}
	if (n > 32) {
		__m128i a = LOADU(s), b = LOADU(s + 16);

		STOREU(d, a);
		STOREU(d + 16, b);
	}
	STOREU(end - 32, tail0);
	STOREU(end - 16, tail1);
	return ret;
}

static void *copy_backward(unsigned char *d, const unsigned char *s, size_t n)
{
	__m128i head0 = LOADU(s), head1 = LOADU(s + 16);

	for (; n > 64; n -= 64) {
		__m128i a = LOADU(s + n - 16), b = LOADU(s + n - 32);
		__m128i c = LOADU(s + n - 48), e = LOADU(s + n - 64);

		STOREU(d + n - 16, a);
		STOREU(d + n - 32, b);
		STOREU(d + n - 48, c);
		STOREU(d + n - 64, e);
	}
	if (n > 32) {
		__m128i a = LOADU(s + n - 16), b = LOADU(s + n - 32);

		STOREU(d + n - 16, a);
		STOREU(d + n - 32, b);
	}
	STOREU(d, head0);
	STOREU(d + 16, head1);
	return d;
}

void *memmove(void *dst, const void *src, size_t n)
{
	uintptr_t ahead = (uintptr_t)dst - (uintptr_t)src;

	if (n <= 32)
		return copy_small(dst, src, n);
	if (ahead < n)
		return ahead ? copy_backward(dst, src, n) : dst;
	if (n >= REP_FROM && (0 - ahead) >= 256)
		return rep_movsb(dst, src, n);
	return copy_forward(dst, src, n);
}

/* Programs get away with overlapping memcpy on Windows: it is memmove. */
void *memcpy(void *dst, const void *src, size_t n)
{
	uintptr_t ahead = (uintptr_t)dst - (uintptr_t)src;

	if (n <= 32)
		return copy_small(dst, src, n);
	if (ahead < n)
		return ahead ? copy_backward(dst, src, n) : dst;
	if (n >= REP_FROM && (0 - ahead) >= 256)
		return rep_movsb(dst, src, n);
	return copy_forward(dst, src, n);
}

void *memset(void *dst, int c, size_t n)
{
	unsigned char *d = dst, *end = d + n;
	__m128i v;

	if (n < 16) {
		uint64_t w = 0x0101010101010101ULL * (unsigned char)c;

		if (n >= 8) {
			STORE(d, w);
			STORE(end - 8, w);
		} else if (n >= 4) {
			uint32_t x = (uint32_t)w;

			STORE(d, x);
			STORE(end - 4, x);
		} else if (n) {
			d[0] = (unsigned char)c;
			d[n / 2] = (unsigned char)c;
			end[-1] = (unsigned char)c;
		}
		return dst;
	}
	if (n >= REP_FROM) {
		void *p = dst;

		__asm__ volatile("rep stosb"
				 : "+D"(p), "+c"(n)
				 : "a"(c)
				 : "memory");
		return dst;
	}
	v = _mm_set1_epi8((char)c);
	STOREU(end - 16, v);
	for (; n > 64; n -= 64, d += 64) {
		STOREU(d, v);
		STOREU(d + 16, v);
		STOREU(d + 32, v);
		STOREU(d + 48, v);
	}
	for (; n > 16; n -= 16, d += 16)
		STOREU(d, v);
	if (n)
		STOREU(end - 16, v);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n >= 64; n -= 64, p += 64, q += 64) {
		__m128i v0 = _mm_cmpeq_epi8(LOADU(p), LOADU(q));
		__m128i v1 = _mm_cmpeq_epi8(LOADU(p + 16), LOADU(q + 16));
		__m128i v2 = _mm_cmpeq_epi8(LOADU(p + 32), LOADU(q + 32));
		__m128i v3 = _mm_cmpeq_epi8(LOADU(p + 48), LOADU(q + 48));

		if (_mm_movemask_epi8(_mm_and_si128(_mm_and_si128(v0, v1),
						    _mm_and_si128(v2, v3))) !=
		    0xffff)
			break; /* which of them it is, the next loop says */
	}
	while (n >= 16) {
		unsigned m = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(LOADU(p), LOADU(q)));

		if (m != 0xffff) {
			unsigned i = (unsigned)__builtin_ctz(~m);

			return p[i] < q[i] ? -1 : 1;
		}
		p += 16;
		q += 16;
		n -= 16;
	}
	if (n >= 8) {
		uint64_t x = load8(p), y = load8(q);

		if (x != y)
			return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1
									   : 1;
		p += 8;
		q += 8;
		n -= 8;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p < *q ? -1 : 1;
	return 0;
}

SCAN_FAR(memchr_far, 0, 0, SCAN_BELOW)

void *memchr(const void *s, int c, size_t n)
{
	if (!n)
		return NULL;
	return (void *)scan(s, scan_end(s, n, 0),
			    (struct scan){ c, 0, 0, SCAN_BELOW, memchr_far });
}
