/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.h - paths and strings are written once, for characters of either width:
 * a file says WIDE or not, includes this, and then the functions (path-look.h,
 * path-edit.h, str.h), whose names F() ends in W or A.
 */
#include "nt.h"
/* A DLL that is loaded late is called through its stubs, not through slots. */
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#include <ole2.h>
#include <shlwapi.h>

#ifdef WIDE
typedef WCHAR CH;
#define F(name) name##W
#define T(text) L##text
#define len_of	wcslen
#define vprint	rf_vsnwprintf
#else
typedef CHAR CH;
#define F(name) name##A
#define T(text) text
#define len_of	strlen
#define vprint	rf_vsnprintf
#endif

/* The next character: two bytes of a double-byte code page are one. */
static inline const CH *next(const CH *p)
{
#ifndef WIDE
	if (IsDBCSLeadByte((BYTE)*p) && p[1])
		return p + 2;
#endif
	return p + 1;
}

/* For comparisons without case: of one unit, which is what ASCII needs. */
static inline CH upper(CH c)
{
#ifdef WIDE
	return RtlUpcaseUnicodeChar(c);
#else
	return RtlUpperChar(c);
#endif
}

static inline BOOL is_letter(CH c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* s ends before size characters, and never past its own end. */
static inline BOOL copy(CH *to, const CH *s, SIZE_T size)
{
	SIZE_T n = len_of(s);

	if (n >= size)
		return FALSE;
	memmove(to, s, (n + 1) * sizeof *s);
	return TRUE;
}
