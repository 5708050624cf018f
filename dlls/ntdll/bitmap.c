/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bitmap.c - RTL_BITMAP: arrays of bits, searched for runs.
 *
 * Everything rests on one question, where a run of equal bits ends; it is
 * answered 32 bits at a time.
 */
#include "ntdll-private.h"

enum { NOT_FOUND = 0xffffffff };

void NTAPI RtlInitializeBitMap(PRTL_BITMAP b, PULONG bits, ULONG n)
{
	b->SizeOfBitMap = n;
	b->Buffer = bits;
}

static BOOL get(const RTL_BITMAP *b, ULONG at)
{
	return b->Buffer[at / 32] >> (at % 32) & 1;
}

BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP b, ULONG at)
{
	return get(b, at);
}

void NTAPI RtlSetBit(PRTL_BITMAP b, ULONG at)
{
	b->Buffer[at / 32] |= 1u << at % 32;
}

void NTAPI RtlClearBit(PRTL_BITMAP b, ULONG at)
{
	b->Buffer[at / 32] &= ~(1u << at % 32);
}

static void fill(PRTL_BITMAP b, ULONG at, ULONG n, BOOL set)
{
	while (n) {
		ULONG first = at % 32, len = 32 - first;
		ULONG mask;

		if (len > n)
			len = n;
		mask = (len == 32 ? ~0u : (1u << len) - 1) << first;
		if (set)
			b->Buffer[at / 32] |= mask;
		else
			b->Buffer[at / 32] &= ~mask;
		at += len;
		n -= len;
	}
}

void NTAPI RtlSetBits(PRTL_BITMAP b, ULONG at, ULONG n)
{
	fill(b, at, n, TRUE);
}

void NTAPI RtlClearBits(PRTL_BITMAP b, ULONG at, ULONG n)
{
	fill(b, at, n, FALSE);
}

/* Whole words, as Windows does: what is behind the last bit changes too. */
void NTAPI RtlSetAllBits(PRTL_BITMAP b)
{
	memset(b->Buffer, 0xff, (b->SizeOfBitMap + 31) / 32 * sizeof(ULONG));
}

void NTAPI RtlClearAllBits(PRTL_BITMAP b)
{
	memset(b->Buffer, 0, (b->SizeOfBitMap + 31) / 32 * sizeof(ULONG));
}

/* The first bit from at on, below end, that is not value; end if none. */
static ULONG run_end(const RTL_BITMAP *b, ULONG at, ULONG end, BOOL value)
{
	while (at < end) {
		ULONG word = b->Buffer[at / 32];

		if (value)
			word = ~word;
		word >>= at % 32;
		if (word) {
			at += __builtin_ctz(word);
			return at < end ? at : end;
		}
		at += 32 - at % 32;
	}
	return end;
}

/* The same downwards: the lowest bit of the run that ends with bit at. */
static ULONG run_start(const RTL_BITMAP *b, ULONG at, BOOL value)
{
	for (;;) {
		ULONG word = b->Buffer[at / 32];

		if (value)
			word = ~word;
		word <<= 31 - at % 32;
		if (word)
			return at - __builtin_clz(word) + 1;
		if (at < 32)
			return 0;
		at -= at % 32 + 1;
	}
}

static BOOLEAN all_are(PRTL_BITMAP b, ULONG at, ULONG n, BOOL value)
{
	if (!n || at >= b->SizeOfBitMap || n > b->SizeOfBitMap - at)
		return FALSE;
	return run_end(b, at, at + n, value) == at + n;
}

BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP b, ULONG at, ULONG n)
{
	return all_are(b, at, n, TRUE);
}

BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP b, ULONG at, ULONG n)
{
	return all_are(b, at, n, FALSE);
}

/* ---- searching ---- */

/* n equal bits within [from, end). */
static ULONG search(PRTL_BITMAP b, ULONG from, ULONG end, ULONG n, BOOL value)
{
	while (from < end && n <= end - from) {
		ULONG at = run_end(b, from, end, !value);
		ULONG stop = run_end(b, at, end, value);

		if (at < end && stop - at >= n)
			return at;
		from = stop;
	}
	return NOT_FOUND;
}

/* From the hint to the end, then from the start. */
static ULONG find(PRTL_BITMAP b, ULONG n, ULONG hint, BOOL value)
{
	ULONG size = b->SizeOfBitMap, at;

	if (hint >= size)
		hint = 0;
	if (!n)
		return hint & ~7u; /* as Windows answers */
	at = search(b, hint, size, n, value);
	if (at == NOT_FOUND && hint) {
		ULONG end = n > size - hint ? size : hint + n - 1;

		at = search(b, 0, end, n, value);
	}
	return at;
}

ULONG NTAPI RtlFindClearBits(PRTL_BITMAP b, ULONG n, ULONG hint)
{
	return find(b, n, hint, FALSE);
}

ULONG NTAPI RtlFindSetBits(PRTL_BITMAP b, ULONG n, ULONG hint)
{
	return find(b, n, hint, TRUE);
}

ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP b, ULONG n, ULONG hint)
{
	ULONG at = find(b, n, hint, FALSE);

	if (at != NOT_FOUND)
		fill(b, at, n, TRUE);
	return at;
}

ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP b, ULONG n, ULONG hint)
{
	ULONG at = find(b, n, hint, TRUE);

	if (at != NOT_FOUND)
		fill(b, at, n, FALSE);
	return at;
}

static ULONG next_run(PRTL_BITMAP b, ULONG from, PULONG at, BOOL value)
{
	ULONG size = b->SizeOfBitMap;

	*at = from < size ? run_end(b, from, size, !value) : from;
	return *at < size ? run_end(b, *at, size, value) - *at : 0;
}

ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP b, ULONG from, PULONG at)
{
	return next_run(b, from, at, FALSE);
}

ULONG NTAPI RtlFindNextForwardRunSet(PRTL_BITMAP b, ULONG from, PULONG at)
{
	return next_run(b, from, at, TRUE);
}

ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP b, PULONG at)
{
	return next_run(b, 0, at, FALSE);
}

ULONG NTAPI RtlFindFirstRunSet(PRTL_BITMAP b, PULONG at)
{
	return next_run(b, 0, at, TRUE);
}

static ULONG last_run(PRTL_BITMAP b, ULONG from, PULONG at, BOOL value)
{
	ULONG low;

	*at = from;
	if (from >= b->SizeOfBitMap)
		return 0;
	if (get(b, from) != value) {
		low = run_start(b, from, !value);
		if (!low)
			return 0;
		from = low - 1;
	}
	*at = run_start(b, from, value);
	return from - *at + 1;
}

ULONG NTAPI RtlFindLastBackwardRunClear(PRTL_BITMAP b, ULONG from, PULONG at)
{
	return last_run(b, from, at, FALSE);
}

ULONG NTAPI RtlFindLastBackwardRunSet(PRTL_BITMAP b, ULONG from, PULONG at)
{
	return last_run(b, from, at, TRUE);
}

/* The n first runs; or the n longest, the longest first. */
static ULONG runs(PRTL_BITMAP b, PRTL_BITMAP_RUN out, ULONG n, BOOL longest,
		  BOOL value)
{
	ULONG count = 0, from = 0, at, len;

	while (n && (longest || count < n) &&
	       (len = next_run(b, from, &at, value))) {
		ULONG i = count;

		from = at + len;
		if (count == n && out[n - 1].NumberOfBits >= len)
			continue;
		if (count < n)
			count++;
		else
			i--;
		for (; longest && i && out[i - 1].NumberOfBits < len; i--)
			out[i] = out[i - 1];
		out[i] = (RTL_BITMAP_RUN){ at, len };
	}
	return count;
}

ULONG NTAPI RtlFindClearRuns(PRTL_BITMAP b, PRTL_BITMAP_RUN out, ULONG n,
			     BOOLEAN longest)
{
	return runs(b, out, n, longest, FALSE);
}

ULONG NTAPI RtlFindSetRuns(PRTL_BITMAP b, PRTL_BITMAP_RUN out, ULONG n,
			   BOOLEAN longest)
{
	return runs(b, out, n, longest, TRUE);
}

ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP b, PULONG at)
{
	RTL_BITMAP_RUN run = { 0, 0 };

	runs(b, &run, 1, TRUE, FALSE);
	*at = run.StartingIndex;
	return run.NumberOfBits;
}

ULONG NTAPI RtlFindLongestRunSet(PRTL_BITMAP b, PULONG at)
{
	RTL_BITMAP_RUN run = { 0, 0 };

	runs(b, &run, 1, TRUE, TRUE);
	*at = run.StartingIndex;
	return run.NumberOfBits;
}

/* ---- counting ---- */

static ULONG ones(ULONG v)
{
	v -= v >> 1 & 0x55555555;
	v = (v & 0x33333333) + (v >> 2 & 0x33333333);
	return ((v + (v >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP b)
{
	ULONG n = 0, size = b->SizeOfBitMap;

	for (ULONG i = 0; i < size / 32; i++)
		n += ones(b->Buffer[i]);
	if (size % 32)
		n += ones(b->Buffer[size / 32] & ((1u << size % 32) - 1));
	return n;
}

ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP b)
{
	return b->SizeOfBitMap - RtlNumberOfSetBits(b);
}

ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR n)
{
	return ones((ULONG)n) + ones((ULONG)((ULONGLONG)n >> 32));
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG n)
{
	return n ? (CCHAR)(63 - __builtin_clzll(n)) : -1;
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG n)
{
	return n ? (CCHAR)__builtin_ctzll(n) : -1;
}
