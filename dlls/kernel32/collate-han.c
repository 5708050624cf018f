/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate-han.c - the order of Chinese characters.
 *
 * Windows' default sorts are those of the languages' own character sets:
 * Shift-JIS (level 1 by reading), KS X 1001 (by reading), Big5 (by strokes),
 * GB 2312 (level 1 by pronunciation).  So the code page's table is the order.
 * What it lacks follows by radical, as in Unicode.
 */
#include "collate-han.h"

#include "dlls/unicode/unicode.h"
#include "kernel32-private.h"

enum {
	A_FROM = 0x3400,
	A_N = 0x1a00, /* extension A, with a bit of room */
	FROM = 0x4e00,
	N = 0x5200,
};

static int index_of(WCHAR c)
{
	if (c >= FROM && c < FROM + N)
		return A_N + (c - FROM);
	return c >= A_FROM && c < A_FROM + A_N ? c - A_FROM : -1;
}

static UINT add(USHORT *rank, UINT n, WCHAR c)
{
	int i = index_of(c);

	if (i >= 0 && !rank[i])
		rank[i] = (USHORT)++n;
	return n;
}

/* What has lead bytes and trail bytes from these on. */
static UINT add_table(USHORT *rank, UINT n, const struct rf_codepage *cp,
		      UINT least_lead, UINT least_trail)
{
	for (UINT lead = least_lead; lead < 256; lead++)
		for (UINT trail = least_trail;
		     rf_cp_is_lead(cp, (UCHAR)lead) && trail < 256; trail++)
			n = add(rank, n,
				rf_cp_pair(cp, (UCHAR)lead, (UCHAR)trail));
	return n;
}

static USHORT *make(UINT page)
{
	const struct rf_codepage *cp = RfCodePage(page);
	USHORT *rank = cp ? RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
					    (A_N + N) * sizeof *rank)
			  : NULL;
	UINT n = 0;

	if (!rank)
		return NULL;
	if (page ==
	    936) /* GB 2312 first; what was added later lies around it */
		n = add_table(rank, n, cp, 0xb0, 0xa1);
	n = add_table(rank, n, cp, 0x80, 0x40);
	for (UINT c = FROM; c < FROM + N; c++)
		n = add(rank, n, (WCHAR)c);
	for (UINT c = A_FROM; c < A_FROM + A_N; c++)
		n = add(rank, n, (WCHAR)c);
	return rank;
}

int han_rank(UINT page, WCHAR c)
{
	static const USHORT pages[] = { 932, 936, 949, 950 };
	static USHORT *ranks[ARRAY_LEN(pages)];
	int i = index_of(c);

	for (UINT k = 0; i >= 0 && k < ARRAY_LEN(pages); k++) {
		USHORT *made;

		if (pages[k] != page)
			continue;
		if (!ranks[k]) {
			made = make(page);
			if (made && InterlockedCompareExchangePointer(
					    (PVOID *)&ranks[k], made, NULL))
				RtlFreeHeap(rf_heap(), 0, made);
		}
		return ranks[k] ? ranks[k][i] - 1 : i;
	}
	/* Everybody else: the characters before their extension. */
	return i < 0 ? i : i >= A_N ? i - A_N : i + N;
}
