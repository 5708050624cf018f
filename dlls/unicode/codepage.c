/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * codepage.c - the code pages that are tables.
 *
 * Only the way to Unicode is stored.  The way back is built on the heap when a
 * code page is first asked for it, with Windows' best fits (é to e where é is
 * lacking) laid under the exact mappings; ASCII never comes here.
 */
#include "dlls/unicode/unicode.h"

#include "dlls/unicode/codepage.inc"

#define COUNT (sizeof(codepages) / sizeof(codepages[0]))

static struct rf_cp_reverse *reverse[COUNT];

const struct rf_codepage *NTAPI RfCodePage(UINT id)
{
	unsigned low = 0, high = COUNT;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (codepages[mid].id == id)
			return &codepages[mid];
		if (codepages[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct rf_codepage *NTAPI RfCodePageAt(UINT n)
{
	return n < COUNT ? &codepages[n] : NULL;
}

/*
 * Of two codes of a character the first is what Windows writes, but for NEC's
 * selection of IBM's characters, and six that Big5 has among its symbols.
 */
static BOOL goes_back(const struct rf_codepage *cp, unsigned lead,
		      unsigned trail)
{
	switch (cp->id) {
	case 932:
		return lead != 0xed && lead != 0xee;
	case 950:
		return lead != 0xa2 || !((trail >= 0xa4 && trail <= 0xa7) ||
					 trail == 0xcc || trail == 0xce);
	default:
		return TRUE;
	}
}

/* Calls put(arg, character, bytes) for each exact mapping, pairs first. */
static void each_mapping(const struct rf_codepage *cp,
			 void (*put)(void *arg, WCHAR c, USHORT bytes),
			 void *arg)
{
	unsigned b, t;

	/* Backwards, so that the first of two ways to a character stays. */
	for (b = 256; cp->lead && b-- > 0;) {
		for (t = cp->trail_n; cp->lead[b] && t-- > 0;) {
			WCHAR c =
				cp->cells[(cp->lead[b] - 1) * cp->trail_n + t];

			if (c && goes_back(cp, b, t + cp->trail_min))
				put(arg, c, b << 8 | (t + cp->trail_min));
		}
	}
	for (b = 256; b-- > 0;)
		if (cp->single[b])
			put(arg, cp->single[b], b);
}

static void note_page(void *used, WCHAR c, USHORT bytes)
{
	((UCHAR *)used)[c >> 8] = 1;
}

static void put_mapping(void *arg, WCHAR c, USHORT bytes)
{
	struct rf_cp_reverse *r = arg;

	r->pages[r->index[c >> 8]][c & 255] = bytes;
}

static struct rf_cp_reverse *build(const struct rf_codepage *cp)
{
	const ULONGLONG bit = 1ull << (cp - codepages);
	UCHAR used[256] = { 0 };
	struct rf_cp_reverse *r;
	unsigned pages = 1; /* page 0 stays empty */
	unsigned i;

	each_mapping(cp, note_page, used);
	for (i = 0; i < sizeof(best_fit) / sizeof(best_fit[0]); i++)
		if (page_sets[best_fit[i].set] & bit)
			used[best_fit[i].from >> 8] = 1;
	for (i = 0; i < 256; i++)
		pages += used[i];
	r = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
			    sizeof *r + pages * sizeof r->pages[0]);
	if (!r)
		return NULL;
	pages = 1;
	for (i = 0; i < 256; i++)
		if (used[i])
			r->index[i] = pages++;
	each_mapping(cp, put_mapping, r);
	for (i = 0; i < sizeof(best_fit) / sizeof(best_fit[0]); i++) {
		WCHAR from = best_fit[i].from;

		if ((page_sets[best_fit[i].set] & bit) && !rf_cp_bytes(r, from))
			put_mapping(r, from, rf_cp_bytes(r, best_fit[i].to));
	}
	return r;
}

const struct rf_cp_reverse *NTAPI
RfCodePageReverse(const struct rf_codepage *cp)
{
	struct rf_cp_reverse **slot = &reverse[cp - codepages];
	struct rf_cp_reverse *r = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	struct rf_cp_reverse *other = NULL;

	if (r)
		return r;
	r = build(cp);
	if (!r)
		return NULL;
	if (__atomic_compare_exchange_n(slot, &other, r, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return r;
	RtlFreeHeap(rf_heap(), 0, r);
	return other;
}
