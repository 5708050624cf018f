/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ctype.c - what kind of character a UTF-16 unit is: GetStringType's three
 * sets of bits.
 */
#include "dlls/unicode/unicode.h"

#include "dlls/unicode/ctype.inc"

void NTAPI RfCharTypes(WCHAR c, WORD types[3])
{
	UCHAR kind =
		ctype_pages[(ctype_index[c >> CTYPE_SHIFT] << CTYPE_SHIFT) |
			    (c & ((1 << CTYPE_SHIFT) - 1))];

	types[0] = ctype_kinds[kind].t1;
	types[1] = ctype_kinds[kind].t2;
	types[2] = ctype_kinds[kind].t3;
}
