/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scan.h - the loops of mem.c and memstr.c that look for an element.
 *
 * They load whole aligned 16 bytes, then whole aligned 64, neither of which
 * crosses into another page: what lies before the start or behind the end is
 * read, never looked at.  All is inlined, so that each use keeps only its own
 * comparisons.
 */
#ifndef RF_CRT_SCAN_H
#define RF_CRT_SCAN_H

#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_INLINE static inline __attribute__((always_inline))

struct scan {
	__m128i want; /* what is looked for, in each element */
	int wide;     /* elements are of 16 bits */
	int ends;     /* a zero is found as well */
};

SCAN_INLINE struct scan scan_for(int c, int wide, int ends)
{
	return (struct scan){ wide ? _mm_set1_epi16((short)c)
				   : _mm_set1_epi8((char)c),
			      wide, ends };
}

SCAN_INLINE __m128i scan_equal(__m128i v, __m128i want, int wide)
{
	return wide ? _mm_cmpeq_epi16(v, want) : _mm_cmpeq_epi8(v, want);
}

/* ~0 in each element of *a that is found */
SCAN_INLINE __m128i scan_16(const __m128i *a, struct scan s)
{
	__m128i v = _mm_load_si128(a), m = scan_equal(v, s.want, s.wide);

	return s.ends ? _mm_or_si128(m,
				     scan_equal(v, _mm_setzero_si128(), s.wide))
		      : m;
}

SCAN_INLINE unsigned scan_bits(__m128i found)
{
	return (unsigned)_mm_movemask_epi8(found);
}

/*
 * The first element from p on that is found, or something that is not below
 * end.  bounded: 0 if there is one, whatever end is.
 */
SCAN_INLINE const char *scan(const void *p, const char *end, int bounded,
			     struct scan s)
{
	const __m128i *a = (const __m128i *)((uintptr_t)p & ~(uintptr_t)15);
	unsigned skip = (uintptr_t)p & 15;
	unsigned m = scan_bits(scan_16(a, s)) >> skip << skip;

	if (m)
		return (const char *)a + __builtin_ctz(m);
	while ((uintptr_t)++a & 63) {
		if (bounded && (const char *)a >= end)
			return end;
		m = scan_bits(scan_16(a, s));
		if (m)
			return (const char *)a + __builtin_ctz(m);
	}
	for (;; a += 4) {
		__m128i v;

		if (bounded && (const char *)a >= end)
			return end;
		v = _mm_or_si128(
			_mm_or_si128(scan_16(a, s), scan_16(a + 1, s)),
			_mm_or_si128(scan_16(a + 2, s), scan_16(a + 3, s)));
		if (scan_bits(v))
			break;
	}
	/* Once more: to keep the four would cost the loop copies of them. */
	__asm__("" : "+r"(a));
	while (!(m = scan_bits(scan_16(a, s))))
		a++;
	return (const char *)a + __builtin_ctz(m);
}

/* The end of n elements; as many as there can be, if n says more. */
SCAN_INLINE const char *scan_end(const void *s, size_t n, int wide)
{
	uintptr_t room = (UINTPTR_MAX - (uintptr_t)s) >> wide;

	return (const char *)s + ((n < room ? n : room) << wide);
}

#endif
