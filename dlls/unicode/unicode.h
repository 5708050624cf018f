/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unicode.h - Unicode and code page data, for any built-in DLL.
 *
 * The tables live once, in ntdll; other DLLs reach them through the functions
 * below, which ntdll exports (names that begin with Rf are ours alone).
 */
#ifndef RF_UNICODE_H
#define RF_UNICODE_H

#include "nt.h"

/* ---- case (case.c): one unit to one, as file names fold ---- */

WCHAR NTAPI RfUpcase(WCHAR c);
WCHAR NTAPI RfDowncase(WCHAR c);

/* ---- character types (ctype.c) ---- */

/* CT_CTYPE1, CT_CTYPE2 and CT_CTYPE3 of one unit. */
void NTAPI RfCharTypes(WCHAR c, WORD types[3]);

/* ---- code pages (codepage.c) ---- */

struct rf_codepage {
	USHORT id;
	UCHAR max_char;  /* bytes: 1 or 2 */
	UCHAR trail_min; /* first trail byte, and how many follow */
	UCHAR trail_n;
	UCHAR default_char;    /* '?' in this code page */
	WCHAR unicode_default; /* for a pair that means nothing */
	UCHAR lead_ranges[12]; /* pairs, ends with two zeros */
	const WCHAR *single;   /* [256]; lead bytes are 0 */
	const UCHAR *lead;  /* [256]: 0 or 1 + row in cells; NULL: no leads */
	const WCHAR *cells; /* rows of trail_n; 0: means nothing */
	const WCHAR *name;  /* for GetCPInfoEx */
};

/* From Unicode, built when first needed: pages[index[c >> 8]][c & 255]. */
struct rf_cp_reverse {
	USHORT index[256];
	USHORT pages[][256]; /* lead << 8 | trail, or the byte; 0: none */
};

/* A table code page, NULL if there is none (UTF-8 and UTF-7 have none). */
const struct rf_codepage *NTAPI RfCodePage(UINT id);
/* By position, for enumeration; NULL past the end. */
const struct rf_codepage *NTAPI RfCodePageAt(UINT n);
/* Includes best fits; ask rf_cp_wide() whether it comes back.  NULL: memory. */
const struct rf_cp_reverse *NTAPI RfCodePageReverse(const struct rf_codepage *);

static inline BOOL rf_cp_is_lead(const struct rf_codepage *cp, UCHAR b)
{
	return cp->lead && cp->lead[b];
}

/* What a pair means; 0: nothing. */
static inline WCHAR rf_cp_pair(const struct rf_codepage *cp, UCHAR lead,
			       UCHAR trail)
{
	unsigned n = (unsigned)trail - cp->trail_min;

	return n < cp->trail_n
		       ? cp->cells[(cp->lead[lead] - 1) * cp->trail_n + n]
		       : 0;
}

/* What rf_cp_bytes() gave, back in Unicode. */
static inline WCHAR rf_cp_wide(const struct rf_codepage *cp, USHORT bytes)
{
	return bytes < 256 ? cp->single[bytes]
			   : rf_cp_pair(cp, bytes >> 8, bytes & 255);
}

/* 0 for a character that the code page lacks (and for NUL). */
static inline USHORT rf_cp_bytes(const struct rf_cp_reverse *r, WCHAR c)
{
	return r->pages[r->index[c >> 8]][c & 255];
}

/* ---- normalisation and IDN (normalize.c, idn.c) ---- */

/*
 * form is NORM_FORM (1 C, 2 D, 5 KC, 6 KD).  *to_len is units: in the room,
 * out the length (an estimate if to is NULL or room is 0).
 * STATUS_BUFFER_TOO_SMALL, STATUS_NO_UNICODE_TRANSLATION (*to_len is then the
 * offset of the bad unit), STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY.
 */
NTSYSAPI NTSTATUS NTAPI RtlNormalizeString(ULONG form, PCWSTR from,
					   LONG from_len, PWSTR to,
					   PLONG to_len);
NTSYSAPI NTSTATUS NTAPI RtlIsNormalizedString(ULONG form, PCWSTR s, LONG len,
					      PBOOLEAN yes);

/* flags are IDN_*.  Lengths as above; -1 means NUL-terminated. */
NTSYSAPI NTSTATUS NTAPI RtlIdnToAscii(ULONG flags, PCWSTR from, LONG from_len,
				      PWSTR to, PLONG to_len);
NTSYSAPI NTSTATUS NTAPI RtlIdnToUnicode(ULONG flags, PCWSTR from, LONG from_len,
					PWSTR to, PLONG to_len);
NTSYSAPI NTSTATUS NTAPI RtlIdnToNameprepUnicode(ULONG flags, PCWSTR from,
						LONG from_len, PWSTR to,
						PLONG to_len);

/*
 * One character taken apart into at most 18 code points, canonically or (if
 * compat) fully, not yet ordered.  Returns how many; 1 if it has no parts.
 */
#define RF_MAX_PARTS 18
ULONG NTAPI RfDecompose(ULONG c, BOOL compat, ULONG *parts);
/* The one character that a and b compose to; 0: none. */
ULONG NTAPI RfCompose(ULONG a, ULONG b);
/* Canonical combining class. */
UCHAR NTAPI RfCombiningClass(ULONG c);
/* Case folded in full, at most 3 units; returns how many. */
ULONG NTAPI RfCaseFold(ULONG c, WCHAR *to);
BOOL NTAPI RfUnassigned(ULONG c);

#endif
