/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bstr.c - BSTR: the number of bytes, the units, a NUL.
 *
 * The pointer is to the first unit; NULL is a valid empty string.
 * Source: Microsoft, MS-OAUT 2.2.23.
 */
#include "nt.h"
#include <oleauto.h>

struct bstr {
#ifdef _WIN64
	DWORD pad; /* keeps the text on 8 bytes, as Windows does */
#endif
	DWORD bytes;
	WCHAR text[];
};

static struct bstr *of(BSTR s)
{
	return CONTAINING_RECORD(s, struct bstr, text);
}

BSTR WINAPI SysAllocStringByteLen(LPCSTR text, UINT bytes)
{
	struct bstr *b;

	if (bytes > 0x7fffffff - 64)
		return NULL;
	b = RtlAllocateHeap(rf_heap(), 0,
			    sizeof *b + ((SIZE_T)bytes + 3) / 2 * 2);
	if (!b)
		return NULL;
	b->bytes = bytes;
	if (text)
		memcpy(b->text, text, bytes);
	memset((char *)b->text + bytes, 0, bytes % 2 ? 3 : 2);
	return b->text;
}

BSTR WINAPI SysAllocStringLen(const OLECHAR *text, UINT n)
{
	if (n > (0x7fffffff - 64) / sizeof(WCHAR))
		return NULL;
	return SysAllocStringByteLen((LPCSTR)text, n * sizeof(WCHAR));
}

BSTR WINAPI SysAllocString(const OLECHAR *text)
{
	return text ? SysAllocStringLen(text, (UINT)lstrlenW(text)) : NULL;
}

void WINAPI SysFreeString(BSTR s)
{
	if (s)
		RtlFreeHeap(rf_heap(), 0, of(s));
}

UINT WINAPI SysStringByteLen(BSTR s)
{
	return s ? of(s)->bytes : 0;
}

UINT WINAPI SysStringLen(BSTR s)
{
	return SysStringByteLen(s) / sizeof(WCHAR);
}

INT WINAPI SysReAllocStringLen(BSTR *s, const OLECHAR *text, UINT n)
{
	/* text may lie inside the old string. */
	BSTR fresh = SysAllocStringLen(text, n);

	if (!fresh)
		return FALSE;
	SysFreeString(*s);
	*s = fresh;
	return TRUE;
}

INT WINAPI SysReAllocString(BSTR *s, const OLECHAR *text)
{
	if (text)
		return SysReAllocStringLen(s, text, (UINT)lstrlenW(text));
	SysFreeString(*s);
	*s = NULL;
	return TRUE;
}
