/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem.c - the memory primitives that ntdll exports and every DLL links to.
 *
 * SSE2 is the only vector unit that both widths may assume.  Blocks of 1 KB
 * and more go to "rep movsb": whatever has FSGSBASE (which the engine needs)
 * has microcode for it.  Short sizes load everything before they store
 * anything, so that memcpy and memmove are one function.
 */
#include "nt.h"
#include <emmintrin.h>

/* Or gcc turns the loops below into calls of themselves. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

#undef RtlMoveMemory
#undef RtlCopyMemory
#undef RtlCopyMemoryNonTemporal
#undef RtlFillMemory
#undef RtlZeroMemory
#undef RtlEqualMemory

void NTAPI RtlMoveMemory(void *to, const void *from, SIZE_T n);
void NTAPI RtlCopyMemory(void *to, const void *from, SIZE_T n);
void NTAPI RtlCopyMemoryNonTemporal(void *to, const void *from, SIZE_T n);
void NTAPI RtlFillMemory(void *to, SIZE_T n, UCHAR c);
void NTAPI RtlZeroMemory(void *to, SIZE_T n);
void *__cdecl rf_memccpy(void *to, const void *from, int c, size_t n);
int __cdecl rf_memicmp(const void *a, const void *b, size_t n);

enum { REP_FROM = 1024 };

typedef ULONGLONG __attribute__((may_alias, aligned(1))) u64u;
typedef ULONG __attribute__((may_alias, aligned(1))) u32u;
typedef USHORT __attribute__((may_alias, aligned(1))) u16u;

static inline __m128i get(const unsigned char *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

static inline void put(unsigned char *p, __m128i v)
{
	_mm_storeu_si128((__m128i *)p, v);
}

static inline void move_upto16(unsigned char *d, const unsigned char *s,
			       size_t n)
{
	if (n >= 8) {
		ULONGLONG a = *(const u64u *)s, b = *(const u64u *)(s + n - 8);

		*(u64u *)d = a;
		*(u64u *)(d + n - 8) = b;
	} else if (n >= 4) {
		ULONG a = *(const u32u *)s, b = *(const u32u *)(s + n - 4);

		*(u32u *)d = a;
		*(u32u *)(d + n - 4) = b;
	} else if (n >= 2) {
		USHORT a = *(const u16u *)s, b = *(const u16u *)(s + n - 2);

		*(u16u *)d = a;
		*(u16u *)(d + n - 2) = b;
	} else if (n) {
		*d = *s;
	}
}

static void move_forward(unsigned char *d, const unsigned char *s, size_t n)
{
	/* The ends are unaligned and may overlap what the loop writes. */
	__m128i head = get(s);
	__m128i t0 = get(s + n - 64), t1 = get(s + n - 48);
	__m128i t2 = get(s + n - 32), t3 = get(s + n - 16);
	unsigned char *end = d + n;
	size_t skip = 16 - ((ULONG_PTR)d & 15);
	unsigned char *at = d + skip;

	s += skip;
	while (end - at > 64) {
		__m128i a = get(s), b = get(s + 16);
		__m128i c = get(s + 32), e = get(s + 48);

		_mm_store_si128((__m128i *)at, a);
		_mm_store_si128((__m128i *)at + 1, b);
		_mm_store_si128((__m128i *)at + 2, c);
		_mm_store_si128((__m128i *)at + 3, e);
		at += 64;
		s += 64;
	}
	put(end - 64, t0);
	put(end - 48, t1);
	put(end - 32, t2);
	put(end - 16, t3);
	put(d, head);
}

static void move_backward(unsigned char *d, const unsigned char *s, size_t n)
{
	__m128i tail = get(s + n - 16);
	__m128i h0 = get(s), h1 = get(s + 16), h2 = get(s + 32);
	__m128i h3 = get(s + 48);
	size_t skip = (ULONG_PTR)(d + n) & 15;
	unsigned char *at = d + n - skip;
	unsigned char *last = d + n - 16;

	s += n - skip;
	while (at - d > 64) {
		__m128i a = get(s - 16), b = get(s - 32);
		__m128i c = get(s - 48), e = get(s - 64);

		_mm_store_si128((__m128i *)at - 1, a);
		_mm_store_si128((__m128i *)at - 2, b);
		_mm_store_si128((__m128i *)at - 3, c);
		_mm_store_si128((__m128i *)at - 4, e);
		at -= 64;
		s -= 64;
	}
	put(d, h0);
	put(d + 16, h1);
	put(d + 32, h2);
	put(d + 48, h3);
	put(last, tail);
}

static inline void rep_movsb(void *d, const void *s, size_t n)
{
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
}

static void __attribute__((noinline))
move_large(unsigned char *d, const unsigned char *s, size_t n)
{
	if ((size_t)(d - s) < n)
		move_backward(d, s, n);
	else if (n >= REP_FROM && (size_t)(s - d) >= 64)
		rep_movsb(d, s, n);
	else
		move_forward(d, s, n);
}

void *__cdecl memmove(void *to, const void *from, size_t n)
{
	const unsigned char *s = from;
	unsigned char *d = to;

	if (n <= 16) {
		move_upto16(d, s, n);
	} else if (n <= 32) {
		__m128i a = get(s), b = get(s + n - 16);

		put(d, a);
		put(d + n - 16, b);
	} else if (n <= 64) {
		__m128i a = get(s), b = get(s + 16);
		__m128i c = get(s + n - 32), e = get(s + n - 16);

		put(d, a);
		put(d + 16, b);
		put(d + n - 32, c);
		put(d + n - 16, e);
	} else {
		move_large(d, s, n);
	}
	return to;
}

void *__cdecl memcpy(void *to, const void *from, size_t n)
{
	return memmove(to, from, n);
}

static void __attribute__((noinline))
fill_large(unsigned char *d, int c, size_t n)
{
	__m128i v = _mm_set1_epi8((char)c);
	unsigned char *end = d + n;
	unsigned char *at;

	if (n >= REP_FROM) {
		__asm__ volatile("rep stosb"
				 : "+D"(d), "+c"(n)
				 : "a"(c)
				 : "memory");
		return;
	}
	put(d, v);
	at = (unsigned char *)(((ULONG_PTR)d + 16) & ~(ULONG_PTR)15);
	while (end - at > 64) {
		_mm_store_si128((__m128i *)at, v);
		_mm_store_si128((__m128i *)at + 1, v);
		_mm_store_si128((__m128i *)at + 2, v);
		_mm_store_si128((__m128i *)at + 3, v);
		at += 64;
	}
	put(end - 64, v);
	put(end - 48, v);
	put(end - 32, v);
	put(end - 16, v);
}

void *__cdecl memset(void *to, int c, size_t n)
{
	unsigned char *d = to;

	if (n < 16) {
		ULONGLONG v = (unsigned char)c * 0x0101010101010101ull;

		if (n >= 8) {
			*(u64u *)d = v;
			*(u64u *)(d + n - 8) = v;
		} else if (n >= 4) {
			*(u32u *)d = (ULONG)v;
			*(u32u *)(d + n - 4) = (ULONG)v;
		} else if (n >= 2) {
			*(u16u *)d = (USHORT)v;
			*(u16u *)(d + n - 2) = (USHORT)v;
		} else if (n) {
			*d = (unsigned char)c;
		}
	} else if (n <= 64) {
		__m128i v = _mm_set1_epi8((char)c);

		put(d, v);
		put(d + n - 16, v);
		if (n > 32) {
			put(d + 16, v);
			put(d + n - 32, v);
		}
	} else {
		fill_large(d, c, n);
	}
	return to;
}

int __cdecl memcmp(const void *p, const void *q, size_t n)
{
	const unsigned char *a = p, *b = q;
	unsigned mask;

	for (; n >= 16; n -= 16, a += 16, b += 16) {
		mask = _mm_movemask_epi8(_mm_cmpeq_epi8(get(a), get(b)));
		if (mask != 0xffff) {
			mask = __builtin_ctz(~mask);
			return a[mask] < b[mask] ? -1 : 1;
		}
	}
	for (; n; n--, a++, b++)
		if (*a != *b)
			return *a < *b ? -1 : 1;
	return 0;
}

void *__cdecl memchr(const void *p, int c, size_t n)
{
	const unsigned char *a = p;
	__m128i v = _mm_set1_epi8((char)c);
	unsigned mask;

	for (; n >= 16; n -= 16, a += 16) {
		mask = _mm_movemask_epi8(_mm_cmpeq_epi8(get(a), v));
		if (mask)
			return (void *)(a + __builtin_ctz(mask));
	}
	for (; n; n--, a++)
		if (*a == (unsigned char)c)
			return (void *)a;
	return NULL;
}

void *__cdecl rf_memccpy(void *to, const void *from, int c, size_t n)
{
	const unsigned char *end = memchr(from, c, n);

	memcpy(to, from,
	       end ? (size_t)(end - (const unsigned char *)from) + 1 : n);
	return end ? (char *)to + (end - (const unsigned char *)from) + 1
		   : NULL;
}

int __cdecl rf_memicmp(const void *p, const void *q, size_t n)
{
	const unsigned char *a = p, *b = q;

	for (; n; n--, a++, b++) {
		int x = *a, y = *b;

		if (x >= 'A' && x <= 'Z')
			x += 'a' - 'A';
		if (y >= 'A' && y <= 'Z')
			y += 'a' - 'A';
		if (x != y)
			return x - y;
	}
	return 0;
}

void NTAPI RtlMoveMemory(void *to, const void *from, SIZE_T n)
{
	memmove(to, from, n);
}

void NTAPI RtlCopyMemory(void *to, const void *from, SIZE_T n)
{
	memmove(to, from, n);
}

void NTAPI RtlCopyMemoryNonTemporal(void *to, const void *from, SIZE_T n)
{
	memmove(to, from, n);
}

void NTAPI RtlFillMemory(void *to, SIZE_T n, UCHAR c)
{
	memset(to, c, n);
}

void NTAPI RtlZeroMemory(void *to, SIZE_T n)
{
	memset(to, 0, n);
}

/* n in bytes; what is left of a last unit stays as it was. */
void NTAPI RtlFillMemoryUlong(ULONG *to, SIZE_T n, ULONG v)
{
	for (n /= sizeof *to; n; n--)
		*to++ = v;
}

void NTAPI RtlFillMemoryUlonglong(ULONGLONG *to, SIZE_T n, ULONGLONG v)
{
	for (n /= sizeof *to; n; n--)
		*to++ = v;
}

/* How many bytes are equal. */
SIZE_T NTAPI RtlCompareMemory(const void *p, const void *q, SIZE_T n)
{
	const unsigned char *a = p, *b = q;
	SIZE_T i;
	unsigned mask;

	for (i = 0; n - i >= 16; i += 16) {
		mask = _mm_movemask_epi8(
			_mm_cmpeq_epi8(get(a + i), get(b + i)));
		if (mask != 0xffff)
			return i + __builtin_ctz(~mask);
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

SIZE_T NTAPI RtlCompareMemoryUlong(const ULONG *p, SIZE_T n, ULONG v)
{
	SIZE_T i;

	for (i = 0; i < n / sizeof *p && p[i] == v; i++)
		;
	return i * sizeof *p;
}
