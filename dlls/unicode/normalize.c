/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * normalize.c - Unicode normalisation forms C, D, KC and KD.
 *
 * The text is taken apart into code points, put in canonical order and, for C
 * and KC, composed again, one combining sequence at a time, so that no buffer
 * grows with the text.  A lone surrogate or an unassigned code point is an
 * error, as in Windows.
 */
/* These are ntdll's: what headers would import is defined here. */
#ifndef _NTSYSTEM_
#define _NTSYSTEM_
#endif
#include "dlls/unicode/unicode.h"

struct decomp {
	ULONG c;
	USHORT at;
	UCHAR n;
};
struct compose {
	ULONG a, b, c;
};
struct ccc {
	ULONG first, last;
	UCHAR ccc;
};
struct range {
	ULONG first, last;
};

#include "dlls/unicode/normalize.inc"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	S_BASE = 0xac00,
	L_BASE = 0x1100,
	V_BASE = 0x1161,
	T_BASE = 0x11a7,
	L_COUNT = 19,
	V_COUNT = 21,
	T_COUNT = 28,
	S_COUNT = 11172
};

/* Marks on one base beyond this many are handled in order of appearance. */
#define MAX_SEQUENCE 128

static const struct decomp *find_decomp(const struct decomp *t, unsigned n,
					ULONG c)
{
	unsigned low = 0, high = n;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (t[mid].c == c)
			return &t[mid];
		if (t[mid].c < c)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

UCHAR NTAPI RfCombiningClass(ULONG c)
{
	unsigned low = 0, high = LEN(ccc);

	if (c < 0x300)
		return 0;
	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (c < ccc[mid].first)
			high = mid;
		else if (c > ccc[mid].last)
			low = mid + 1;
		else
			return ccc[mid].ccc;
	}
	return 0;
}

BOOL NTAPI RfUnassigned(ULONG c)
{
	unsigned low = 0, high = LEN(unassigned);

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (c < unassigned[mid].first)
			high = mid;
		else if (c > unassigned[mid].last)
			low = mid + 1;
		else
			return TRUE;
	}
	return FALSE;
}

static ULONG units_to_points(const USHORT *u, unsigned n, ULONG *to)
{
	ULONG count = 0;
	unsigned i;

	for (i = 0; i < n; i++) {
		ULONG c = u[i];

		if (c >= 0xd800 && c < 0xdc00 && i + 1 < n)
			c = 0x10000 + ((c - 0xd800) << 10) + (u[++i] - 0xdc00);
		to[count++] = c;
	}
	return count;
}

ULONG NTAPI RfDecompose(ULONG c, BOOL full, ULONG *parts)
{
	const struct decomp *d = NULL;

	if (c >= S_BASE && c < S_BASE + S_COUNT) {
		ULONG s = c - S_BASE;

		parts[0] = L_BASE + s / (V_COUNT * T_COUNT);
		parts[1] = V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT;
		parts[2] = T_BASE + s % T_COUNT;
		return parts[2] == T_BASE ? 2 : 3;
	}
	if (c >= 0xa0) {
		if (full)
			d = find_decomp(compat, LEN(compat), c);
		if (!d)
			d = find_decomp(canon, LEN(canon), c);
	}
	if (!d) {
		parts[0] = c;
		return 1;
	}
	return units_to_points(decomp_units + d->at, d->n, parts);
}

ULONG NTAPI RfCompose(ULONG a, ULONG b)
{
	unsigned low = 0, high = LEN(compose);

	if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
		return S_BASE +
		       ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
	if (a - S_BASE < S_COUNT && (a - S_BASE) % T_COUNT == 0 &&
	    b - T_BASE - 1 < T_COUNT - 1)
		return a + (b - T_BASE);
	while (low < high) {
		unsigned mid = (low + high) / 2;
		const struct compose *m = &compose[mid];

		if (m->a == a && m->b == b)
			return m->c;
		if (m->a < a || (m->a == a && m->b < b))
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

ULONG NTAPI RfCaseFold(ULONG c, WCHAR *to)
{
	const struct decomp *f = find_decomp(folds, LEN(folds), c);
	unsigned i;

	if (f) {
		for (i = 0; i < f->n; i++)
			to[i] = fold_units[f->at + i];
		return f->n;
	}
	if (c < 0x10000) {
		to[0] = c;
		return 1;
	}
	to[0] = 0xd7c0 + (c >> 10);
	to[1] = 0xdc00 | (c & 0x3ff);
	return 2;
}

/* ---- whole strings ---- */

struct out {
	WCHAR *at;
	ULONG room;
	ULONG len; /* beyond room: what would have been written */
};

static void put_point(struct out *o, ULONG c)
{
	if (c >= 0x10000) {
		if (o->len < o->room)
			o->at[o->len] = 0xd7c0 + (c >> 10);
		o->len++;
		c = 0xdc00 | (c & 0x3ff);
	}
	if (o->len < o->room)
		o->at[o->len] = c;
	o->len++;
}

static void order(ULONG *s, ULONG n)
{
	ULONG i, j;

	for (i = 1; i < n; i++) {
		ULONG c = s[i];
		UCHAR k = RfCombiningClass(c);

		if (!k)
			continue;
		for (j = i; j > 0 && RfCombiningClass(s[j - 1]) > k; j--)
			s[j] = s[j - 1];
		s[j] = c;
	}
}

static ULONG recompose(ULONG *s, ULONG n)
{
	ULONG base = 0, out = 1, i;
	BOOL have_base = RfCombiningClass(s[0]) == 0;
	UCHAR last = 0;

	if (!n)
		return 0;
	for (i = 1; i < n; i++) {
		UCHAR k = RfCombiningClass(s[i]);
		ULONG c = 0;

		/* Blocked by a mark of the same or a higher class. */
		if (have_base && (out == base + 1 || (last && last < k)))
			c = RfCompose(s[base], s[i]);
		if (c) {
			s[base] = c;
			continue;
		}
		if (!k) {
			base = out;
			have_base = TRUE;
			last = 0;
		} else {
			last = k;
		}
		s[out++] = s[i];
	}
	return out;
}

static void flush(struct out *o, ULONG *s, ULONG n, BOOL composed)
{
	ULONG i;

	order(s, n);
	if (composed && n)
		n = recompose(s, n);
	for (i = 0; i < n; i++)
		put_point(o, s[i]);
}

/* Could c join what stands before it? */
static BOOL joins(ULONG c)
{
	return RfCombiningClass(c) || (c >= V_BASE && c < V_BASE + V_COUNT) ||
	       (c > T_BASE && c < T_BASE + T_COUNT) ||
	       /* second halves of composites that are not marks */
	       c == 0x9be || c == 0x9d7 || c == 0xb3e || c == 0xb56 ||
	       c == 0xb57 || c == 0xbbe || c == 0xbd7 || c == 0xcc2 ||
	       c == 0xcd5 || c == 0xcd6 || c == 0xd3e || c == 0xd57 ||
	       c == 0xdcf || c == 0xddf || c == 0x102e || c == 0x1b35 ||
	       (c >= 0x11000 && c < 0x12000);
}

static NTSTATUS normalize(BOOL full, BOOL composed, PCWSTR from, ULONG n,
			  struct out *o, ULONG *bad)
{
	ULONG s[MAX_SEQUENCE + RF_MAX_PARTS];
	ULONG count = 0, i, j;

	for (i = 0; i < n; i++) {
		ULONG parts[RF_MAX_PARTS], c = from[i], got;

		*bad = i;
		if (c < 0x80) {
			flush(o, s, count, composed);
			s[0] = c;
			count = 1;
			continue;
		}
		if ((c & 0xfc00) == 0xd800 && i + 1 < n &&
		    (from[i + 1] & 0xfc00) == 0xdc00)
			c = 0x10000 + ((c - 0xd800) << 10) +
			    (from[++i] - 0xdc00);
		if ((c & 0xfffff800) == 0xd800 || RfUnassigned(c))
			return STATUS_NO_UNICODE_TRANSLATION;
		got = RfDecompose(c, full, parts);
		for (j = 0; j < got; j++) {
			if (count >= MAX_SEQUENCE || !joins(parts[j])) {
				flush(o, s, count, composed);
				count = 0;
			}
			s[count++] = parts[j];
		}
	}
	flush(o, s, count, composed);
	return STATUS_SUCCESS;
}

static LONG length(PCWSTR s)
{
	LONG n = 0;

	while (s[n])
		n++;
	return n;
}

NTSTATUS NTAPI RtlNormalizeString(ULONG form, PCWSTR from, LONG from_len,
				  PWSTR to, PLONG to_len)
{
	struct out o = { to, to && *to_len > 0 ? *to_len : 0, 0 };
	ULONG bad = 0;
	NTSTATUS status;

	/* 13 is IDN's form: KC of what is mapped to it. */
	if (form != 1 && form != 2 && form != 5 && form != 6 && form != 13)
		return STATUS_INVALID_PARAMETER;
	if (!from || from_len < -1 || *to_len < 0 || (!to && *to_len > 0))
		return STATUS_INVALID_PARAMETER;
	if (from_len == -1)
		from_len = length(from) + 1;
	if (!o.room) {
		/* Windows guesses generously; the exact size is a fair guess.
		 */
		status = normalize((form & 4) != 0, (form & 1) != 0, from,
				   from_len, &o, &bad);
		*to_len = NT_SUCCESS(status) ? (LONG)o.len
					     : from_len * (form & 4 ? 18 : 3);
		return STATUS_SUCCESS;
	}
	status = normalize((form & 4) != 0, (form & 1) != 0, from, from_len, &o,
			   &bad);
	if (!NT_SUCCESS(status)) {
		*to_len = bad;
		return status;
	}
	*to_len = o.len;
	return o.len > o.room ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIsNormalizedString(ULONG form, PCWSTR s, LONG len,
				     PBOOLEAN yes)
{
	NTSTATUS status;
	LONG n, i;
	WCHAR *copy;

	if (!s || len < -1)
		return STATUS_INVALID_PARAMETER;
	if (len == -1)
		len = length(s);
	for (i = 0; i < len && s[i] < 0x80; i++)
		;
	if (i == len) {
		*yes = TRUE;
		return form == 1 || form == 2 || form == 5 || form == 6
			       ? STATUS_SUCCESS
			       : STATUS_INVALID_PARAMETER;
	}
	/* One unit more, so that a longer result shows. */
	copy = RtlAllocateHeap(rf_heap(), 0, (len + 1) * sizeof *copy);
	if (!copy)
		return STATUS_NO_MEMORY;
	n = len + 1;
	status = RtlNormalizeString(form, s, len, copy, &n);
	if (status == STATUS_BUFFER_TOO_SMALL) {
		status = STATUS_SUCCESS;
		n = len + 1;
	}
	if (NT_SUCCESS(status)) {
		for (i = 0; n == len && i < len && copy[i] == s[i]; i++)
			;
		*yes = n == len && i == len;
	}
	RtlFreeHeap(rf_heap(), 0, copy);
	return status;
}
