/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * collate-han.c - the order of Chinese characters.
 *
 * Windows' default sorts of Japanese, Korean and traditional Chinese are those
 * of their own character sets: Shift-JIS (level 1 by reading), KS X 1001 (by
 * reading), Big5 (by strokes).  So the code page's table is the order; what it
 * lacks follows by radical, as in Unicode.  The other orders are CLDR's.
 */
#include "collate-han.h"

#include "dlls/unicode/unicode.h"
#include "kernel32-private.h"

#include "dlls/unicode/han-orders.inc"

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

static const struct {
	UINT page;
	const WCHAR *text;
} orders[HAN_ORDERS] = {
	[HAN_SHIFT_JIS] = { 932, NULL },    [HAN_KS] = { 949, NULL },
	[HAN_BIG5] = { 950, NULL },	    [HAN_PINYIN] = { 936, by_pinyin },
	[HAN_STROKE] = { 0, by_stroke },    [HAN_BOPOMOFO] = { 0, by_zhuyin },
	[HAN_RADICAL] = { 0, by_unihan },
};

static USHORT *make(enum han_order order)
{
	const WCHAR *text = orders[order].text;
	const struct rf_codepage *cp = text ? NULL
					    : RfCodePage(orders[order].page);
	USHORT *rank = text || cp ? RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
						    (A_N + N) * sizeof *rank)
				  : NULL;
	UINT n = 0;

	if (!rank)
		return NULL;
	for (; text && *text; text++)
		n = add(rank, n, *text);
	if (cp)
		n = add_table(rank, n, cp, 0x80, 0x40);
	for (UINT c = FROM; c < FROM + N; c++)
		n = add(rank, n, (WCHAR)c);
	for (UINT c = A_FROM; c < A_FROM + A_N; c++)
		n = add(rank, n, (WCHAR)c);
	return rank;
}

enum han_order han_order_of(UINT page)
{
	for (int i = HAN_CODE + 1; i < HAN_ORDERS; i++)
		if (orders[i].page && orders[i].page == page)
			return i;
	return HAN_CODE;
}

int han_rank(enum han_order order, WCHAR c)
{
	static USHORT *ranks[HAN_ORDERS];
	int i = index_of(c);
	USHORT *made;

	if (i < 0)
		return i;
	if (order != HAN_CODE && !ranks[order]) {
		made = make(order);
		if (made && InterlockedCompareExchangePointer(
				    (PVOID *)&ranks[order], made, NULL))
			RtlFreeHeap(rf_heap(), 0, made);
	}
	if (order != HAN_CODE && ranks[order])
		return ranks[order][i] - 1;
	return i >= A_N ? i - A_N : i + N;
}
