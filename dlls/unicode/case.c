/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * case.c - upper and lower case of one UTF-16 unit.
 *
 * Windows' simple mapping: only pairs that map back to each other, so ı, ſ and
 * µ stay as they are.  Language rules (Turkish i) are LCMapString's business.
 */
#include "dlls/unicode/unicode.h"

#include "dlls/unicode/case.inc"

WCHAR NTAPI RfUpcase(WCHAR c)
{
	if (c < 'a')
		return c;
	return c + up_pages[(up_index[c >> UP_SHIFT] << UP_SHIFT) |
			    (c & ((1 << UP_SHIFT) - 1))];
}

WCHAR NTAPI RfDowncase(WCHAR c)
{
	if (c < 'A')
		return c;
	return c + down_pages[(down_index[c >> DOWN_SHIFT] << DOWN_SHIFT) |
			      (c & ((1 << DOWN_SHIFT) - 1))];
}
