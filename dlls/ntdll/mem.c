/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mem.c - the memory functions that only ntdll has; those that every DLL has
 * are the C runtime's (dlls/crt/mem.c).
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

static inline __m128i get(const unsigned char *p)
{
	return _mm_loadu_si128((const __m128i *)p);
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
