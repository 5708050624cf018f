/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hstring.c - strings of the Windows Runtime: constant, counted, with a length;
 * the empty one is NULL.  A reference lies in its user's header and is only as
 * long good as the text it was made of.
 */
#include "nt.h"
#include <objbase.h>
#include <hstring.h>

#define E_BOUNDS ((HRESULT)0x8000000b) /* winerror.h lacks it */

enum { REFERENCE = 1 };

/* What a header holds, and what a string of ours begins with. */
struct text {
	UINT32 flags, length, unused[2];
	const WCHAR *at;
};
C_ASSERT(sizeof(struct text) == sizeof(HSTRING_HEADER));

struct owned {
	struct text t;
	LONG refs;
	WCHAR room[1];
};

static struct text *text_of(HSTRING s)
{
	return (struct text *)s;
}

/* winstring.h's, three of which mingw-w64 declares with another convention. */
HRESULT WINAPI WindowsCreateString(PCWSTR from, UINT32 n, HSTRING *out);
HRESULT WINAPI WindowsCreateStringReference(PCWSTR from, UINT32 n,
					    HSTRING_HEADER *header, HSTRING *out);
HRESULT WINAPI WindowsDeleteString(HSTRING s);
HRESULT WINAPI WindowsDuplicateString(HSTRING s, HSTRING *out);
UINT32 WINAPI WindowsGetStringLen(HSTRING s);
PCWSTR WINAPI WindowsGetStringRawBuffer(HSTRING s, UINT32 *n);
BOOL WINAPI WindowsIsStringEmpty(HSTRING s);
HRESULT WINAPI WindowsStringHasEmbeddedNull(HSTRING s, BOOL *has);
HRESULT WINAPI WindowsCompareStringOrdinal(HSTRING a, HSTRING b, INT32 *result);
HRESULT WINAPI WindowsSubstring(HSTRING s, UINT32 at, HSTRING *out);
HRESULT WINAPI WindowsSubstringWithSpecifiedLength(HSTRING s, UINT32 at,
						   UINT32 n, HSTRING *out);
HRESULT WINAPI WindowsConcatString(HSTRING a, HSTRING b, HSTRING *out);
HRESULT WINAPI WindowsReplaceString(HSTRING s, HSTRING what, HSTRING with,
				    HSTRING *out);
HRESULT WINAPI WindowsTrimStringStart(HSTRING s, HSTRING set, HSTRING *out);
HRESULT WINAPI WindowsTrimStringEnd(HSTRING s, HSTRING set, HSTRING *out);
HRESULT WINAPI WindowsPreallocateStringBuffer(UINT32 n, WCHAR **room,
					      HSTRING_BUFFER *out);
HRESULT WINAPI WindowsPromoteStringBuffer(HSTRING_BUFFER b, HSTRING *out);
HRESULT WINAPI WindowsDeleteStringBuffer(HSTRING_BUFFER b);

/* ---- life ---------------------------------------------------------------- */

#define LONGEST ((0x7fffffff - sizeof(struct owned)) / sizeof(WCHAR))

/* n may be more than a string can have. */
static struct owned *make(ULONGLONG n)
{
	struct owned *o;

	if (n > LONGEST)
		return NULL;
	o = HeapAlloc(GetProcessHeap(), 0,
		      sizeof *o + (SIZE_T)n * sizeof *o->room);
	if (!o)
		return NULL;
	o->t = (struct text){ 0, (UINT32)n, { 0 }, o->room };
	o->refs = 1;
	o->room[n] = 0;
	return o;
}

HRESULT WINAPI WindowsCreateString(PCWSTR from, UINT32 n, HSTRING *out)
{
	struct owned *o;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (!n)
		return S_OK;
	if (!from)
		return E_POINTER;
	o = make(n);
	if (!o)
		return E_OUTOFMEMORY;
	memcpy(o->room, from, n * sizeof *from);
	*out = (HSTRING)o;
	return S_OK;
}

HRESULT WINAPI WindowsCreateStringReference(PCWSTR from, UINT32 n,
					    HSTRING_HEADER *header, HSTRING *out)
{
	struct text *t = (struct text *)header;

	if (!out || !header)
		return E_INVALIDARG;
	*out = NULL;
	if (!from)
		return n ? E_POINTER : S_OK;
	if (from[n])
		return E_INVALIDARG;
	if (!n)
		return S_OK;
	*t = (struct text){ REFERENCE, n, { 0 }, from };
	*out = (HSTRING)t;
	return S_OK;
}

HRESULT WINAPI WindowsDeleteString(HSTRING s)
{
	struct owned *o = (struct owned *)s;

	if (o && !(o->t.flags & REFERENCE) && !InterlockedDecrement(&o->refs))
		HeapFree(GetProcessHeap(), 0, o);
	return S_OK;
}

HRESULT WINAPI WindowsDuplicateString(HSTRING s, HSTRING *out)
{
	struct text *t = text_of(s);

	if (!out)
		return E_INVALIDARG;
	if (t && t->flags & REFERENCE)
		return WindowsCreateString(t->at, t->length, out);
	if (t)
		InterlockedIncrement(&((struct owned *)t)->refs);
	*out = s;
	return S_OK;
}

/* ---- looked at ----------------------------------------------------------- */

UINT32 WINAPI WindowsGetStringLen(HSTRING s)
{
	return s ? text_of(s)->length : 0;
}

PCWSTR WINAPI WindowsGetStringRawBuffer(HSTRING s, UINT32 *n)
{
	if (n)
		*n = WindowsGetStringLen(s);
	return s ? text_of(s)->at : L"";
}

BOOL WINAPI WindowsIsStringEmpty(HSTRING s)
{
	return !WindowsGetStringLen(s);
}

HRESULT WINAPI WindowsStringHasEmbeddedNull(HSTRING s, BOOL *has)
{
	if (!has)
		return E_INVALIDARG;
	*has = s && wcslen(text_of(s)->at) < text_of(s)->length;
	return S_OK;
}

HRESULT WINAPI WindowsCompareStringOrdinal(HSTRING a, HSTRING b, INT32 *result)
{
	UINT32 na, nb;
	PCWSTR ta = WindowsGetStringRawBuffer(a, &na);
	PCWSTR tb = WindowsGetStringRawBuffer(b, &nb);

	if (!result)
		return E_INVALIDARG;
	*result = CompareStringOrdinal(ta, (int)na, tb, (int)nb, FALSE) -
		  CSTR_EQUAL;
	return S_OK;
}

/* ---- others made of them ------------------------------------------------- */

HRESULT WINAPI WindowsSubstring(HSTRING s, UINT32 at, HSTRING *out)
{
	UINT32 n = WindowsGetStringLen(s);

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (at > n)
		return E_BOUNDS;
	return WindowsSubstringWithSpecifiedLength(s, at, n - at, out);
}

HRESULT WINAPI WindowsSubstringWithSpecifiedLength(HSTRING s, UINT32 at,
						   UINT32 n, HSTRING *out)
{
	UINT32 have;
	PCWSTR text = WindowsGetStringRawBuffer(s, &have);

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (at > have || n > have - at)
		return E_BOUNDS;
	if (n == have)
		return WindowsDuplicateString(s, out);
	return WindowsCreateString(text + at, n, out);
}

HRESULT WINAPI WindowsConcatString(HSTRING a, HSTRING b, HSTRING *out)
{
	UINT32 na, nb;
	PCWSTR ta = WindowsGetStringRawBuffer(a, &na);
	PCWSTR tb = WindowsGetStringRawBuffer(b, &nb);
	struct owned *o;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (!na || !nb)
		return WindowsDuplicateString(na ? a : b, out);
	o = make((ULONGLONG)na + nb);
	if (!o)
		return E_OUTOFMEMORY;
	memcpy(o->room, ta, na * sizeof *ta);
	memcpy(o->room + na, tb, nb * sizeof *tb);
	*out = (HSTRING)o;
	return S_OK;
}

/* Writes to room, if there is any; how long it is. */
static ULONGLONG replace(WCHAR *room, const struct text *s,
			 const struct text *what, HSTRING with)
{
	UINT32 more;
	ULONGLONG n = 0;
	PCWSTR instead = WindowsGetStringRawBuffer(with, &more);

	for (UINT32 i = 0; i < s->length;) {
		BOOL here = s->length - i >= what->length &&
			    !memcmp(s->at + i, what->at,
				    what->length * sizeof *s->at);

		if (room)
			memcpy(room + n, here ? instead : s->at + i,
			       (here ? more : 1) * sizeof *room);
		n += here ? more : 1;
		i += here ? what->length : 1;
	}
	return n;
}

HRESULT WINAPI WindowsReplaceString(HSTRING s, HSTRING what, HSTRING with,
				    HSTRING *out)
{
	struct owned *o;
	ULONGLONG n;

	if (!out || WindowsIsStringEmpty(what))
		return E_INVALIDARG;
	*out = NULL;
	if (!s)
		return S_OK;
	n = replace(NULL, text_of(s), text_of(what), with);
	if (!n)
		return S_OK;
	o = make(n);
	if (!o)
		return E_OUTOFMEMORY;
	replace(o->room, text_of(s), text_of(what), with);
	*out = (HSTRING)o;
	return S_OK;
}

static BOOL in(HSTRING set, WCHAR c)
{
	for (UINT32 i = 0; i < text_of(set)->length; i++)
		if (text_of(set)->at[i] == c)
			return TRUE;
	return FALSE;
}

HRESULT WINAPI WindowsTrimStringStart(HSTRING s, HSTRING set, HSTRING *out)
{
	UINT32 n, i = 0;
	PCWSTR text = WindowsGetStringRawBuffer(s, &n);

	if (!out || WindowsIsStringEmpty(set))
		return E_INVALIDARG;
	while (i < n && in(set, text[i]))
		i++;
	return WindowsSubstring(s, i, out);
}

HRESULT WINAPI WindowsTrimStringEnd(HSTRING s, HSTRING set, HSTRING *out)
{
	UINT32 n;
	PCWSTR text = WindowsGetStringRawBuffer(s, &n);

	if (!out || WindowsIsStringEmpty(set))
		return E_INVALIDARG;
	while (n && in(set, text[n - 1]))
		n--;
	return WindowsSubstringWithSpecifiedLength(s, 0, n, out);
}

/* ---- written by their users ---------------------------------------------- */

HRESULT WINAPI WindowsPreallocateStringBuffer(UINT32 n, WCHAR **room,
					      HSTRING_BUFFER *out)
{
	struct owned *o;

	if (!room || !out)
		return E_POINTER;
	o = make(n);
	*out = (HSTRING_BUFFER)o;
	*room = o ? o->room : NULL;
	if (o)
		return S_OK;
	return n > LONGEST ? MEM_E_INVALID_SIZE : E_OUTOFMEMORY;
}

HRESULT WINAPI WindowsPromoteStringBuffer(HSTRING_BUFFER b, HSTRING *out)
{
	struct owned *o = (struct owned *)b;

	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!o)
		return S_OK;
	/* Who has written past its end has not kept the NUL. */
	if (o->room[o->t.length])
		return E_INVALIDARG;
	if (o->t.length)
		*out = (HSTRING)o;
	else
		HeapFree(GetProcessHeap(), 0, o);
	return S_OK;
}

HRESULT WINAPI WindowsDeleteStringBuffer(HSTRING_BUFFER b)
{
	return WindowsDeleteString((HSTRING)b);
}
