/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scan.h - the loops of mem.c and memstr.c that look for an element.
 *
 * They load whole aligned 16 bytes, then whole aligned 64, then, where there is
 * AVX2, 128, none of which crosses into another page: what lies before the start
 * or behind the end is read, never looked at.  All is inlined, so that each use
 * keeps only its own comparisons; the last loop is a function that it ends with,
 * so that short strings need not save registers for it.
 */
#ifndef RF_CRT_SCAN_H
#define RF_CRT_SCAN_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_INLINE static inline __attribute__((always_inline))
#define SCAN_AVX2   __attribute__((target("avx2")))

/* In the gate page, by the engine: see its GATE_FEATURES. */
#define SCAN_HAS_AVX2 (*(const volatile uint32_t *)0x7ffe10c0 & 1)
/* So many bytes are looked at before that is worth its while. */
#define SCAN_LONG 256

/* The answer: where it is; how many are before it; where, or 0 if not below end. */
enum scan_gives { SCAN_PLACE, SCAN_LENGTH, SCAN_BELOW };

struct scan {
	int want; /* what is looked for */
	int wide; /* elements are of 16 bits */
	int ends; /* a zero is found as well */
	enum scan_gives gives;
	uintptr_t (*far)(const char *at, const char *s, const char *end,
			 int want);
};

SCAN_INLINE __m128i scan_each(int want, int wide)
{
	return wide ? _mm_set1_epi16((short)want) : _mm_set1_epi8((char)want);
}

SCAN_INLINE __m128i scan_equal(__m128i v, __m128i want, int wide)
{
	return wide ? _mm_cmpeq_epi16(v, want) : _mm_cmpeq_epi8(v, want);
}

/* ~0 in each element of the 16 bytes at a that is found */
SCAN_INLINE __m128i scan_16(const char *a, struct scan s)
{
	__m128i v = _mm_load_si128((const __m128i *)a);
	__m128i m = scan_equal(v, scan_each(s.want, s.wide), s.wide);

	return s.ends ? _mm_or_si128(m,
				     scan_equal(v, _mm_setzero_si128(), s.wide))
		      : m;
}

SCAN_INLINE unsigned scan_bits(__m128i found)
{
	return (unsigned)_mm_movemask_epi8(found);
}

SCAN_INLINE uintptr_t scan_answer(const char *found, const char *from,
				  const char *end, struct scan s)
{
	if (s.gives == SCAN_LENGTH)
		return (uintptr_t)(found - from) >> s.wide;
	return s.gives == SCAN_BELOW && found >= end ? 0 : (uintptr_t)found;
}

/* It is in the 64 or 128 bytes from a on. */
SCAN_INLINE uintptr_t scan_here(const char *a, const char *from,
				const char *end, struct scan s)
{
	unsigned m;

	/* Once more: to keep them would cost the loop copies. */
	__asm__("" : "+r"(a));
	while (!(m = scan_bits(scan_16(a, s))))
		a += 16;
	return scan_answer(a + __builtin_ctz(m), from, end, s);
}

/*
 * The first element from p on that is found.  end counts for SCAN_BELOW alone,
 * and p is below it.
 */
SCAN_INLINE uintptr_t scan(const void *p, const char *end, struct scan s)
{
	const char *a = (const char *)((uintptr_t)p & ~(uintptr_t)15), *stop;
	const int bounded = s.gives == SCAN_BELOW;
	unsigned skip = (uintptr_t)p & 15;
	unsigned m = scan_bits(scan_16(a, s)) >> skip << skip;

	if (m)
		return scan_answer(a + __builtin_ctz(m), p, end, s);
	while ((uintptr_t)(a += 16) & 63) {
		if (bounded && a >= end)
			return 0;
		m = scan_bits(scan_16(a, s));
		if (m)
			return scan_answer(a + __builtin_ctz(m), p, end, s);
	}
	stop = a + SCAN_LONG;
	if (bounded && stop > end)
		stop = end;
	if (bounded && a >= end)
		return 0;
	for (;;) {
		do {
			__m128i v = _mm_or_si128(
				_mm_or_si128(scan_16(a, s), scan_16(a + 16, s)),
				_mm_or_si128(scan_16(a + 32, s),
					     scan_16(a + 48, s)));

			if (scan_bits(v))
				return scan_here(a, p, end, s);
		} while ((a += 64) < stop);
		if (bounded && a >= end)
			return 0;
		if (SCAN_HAS_AVX2)
			return s.far(a, p, end, s.want);
		stop = bounded ? end : (const char *)UINTPTR_MAX;
	}
}

/* ---- far ahead ------------------------------------------------------------ */

SCAN_INLINE SCAN_AVX2 __m256i scan_32(const char *a, struct scan s)
{
	__m256i v = _mm256_load_si256((const __m256i *)a);
	__m256i zero = _mm256_setzero_si256(), want, m;

	if (s.wide) {
		want = _mm256_set1_epi16((short)s.want);
		m = _mm256_cmpeq_epi16(v, want);
		return s.ends ? _mm256_or_si256(m, _mm256_cmpeq_epi16(v, zero))
			      : m;
	}
	want = _mm256_set1_epi8((char)s.want);
	m = _mm256_cmpeq_epi8(v, want);
	return s.ends ? _mm256_or_si256(m, _mm256_cmpeq_epi8(v, zero)) : m;
}

SCAN_INLINE SCAN_AVX2 __m256i scan_64(const char *a, struct scan s)
{
	return _mm256_or_si256(scan_32(a, s), scan_32(a + 32, s));
}

/* From a on, which is aligned to 64. */
SCAN_INLINE SCAN_AVX2 uintptr_t scan_far(const char *a, const char *from,
					 const char *end, struct scan s)
{
	if ((uintptr_t)a & 64) {
		if (_mm256_movemask_epi8(scan_64(a, s)))
			return scan_here(a, from, end, s);
		a += 64;
	}
	for (;; a += 128) {
		if (s.gives == SCAN_BELOW && a >= end)
			return 0;
		if (_mm256_movemask_epi8(_mm256_or_si256(scan_64(a, s),
							 scan_64(a + 64, s))))
			return scan_here(a, from, end, s);
	}
}

/* What a use gives as its far. */
#define SCAN_FAR(name, w, e, g)                                                \
	static __attribute__((noinline)) SCAN_AVX2 uintptr_t name(             \
		const char *a, const char *from, const char *end, int want)    \
	{                                                                      \
		return scan_far(a, from, end,                                  \
				(struct scan){ want, w, e, g, NULL });         \
	}

/* The end of n elements; as many as there can be, if n says more. */
SCAN_INLINE const char *scan_end(const void *s, size_t n, int wide)
{
	uintptr_t room = (UINTPTR_MAX - (uintptr_t)s) >> wide;

	return (const char *)s + ((n < room ? n : room) << wide);
}

#endif
