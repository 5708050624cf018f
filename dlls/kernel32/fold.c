/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fold.c - FoldString: compatibility characters, accents, digits and ligatures
 * as plain characters.
 */
#include "collate.h"
#include "kernel32-private.h"
#include "locale-private.h"

enum { MOST_PARTS = 3 };

static const struct {
	WCHAR c, parts[MOST_PARTS];
} ligatures[] = {
	{ 0x00c6, { 0x0041, 0x0045 } },
	{ 0x00de, { 0x0054, 0x0048 } },
	{ 0x00df, { 0x0073, 0x0073 } },
	{ 0x00e6, { 0x0061, 0x0065 } },
	{ 0x00fe, { 0x0074, 0x0068 } },
	{ 0x0132, { 0x0049, 0x004a } },
	{ 0x0133, { 0x0069, 0x006a } },
	{ 0x0152, { 0x004f, 0x0045 } },
	{ 0x0153, { 0x006f, 0x0065 } },
	{ 0x01c4, { 0x0044, 0x017d } },
	{ 0x01c5, { 0x0044, 0x017e } },
	{ 0x01c6, { 0x0064, 0x017e } },
	{ 0x01c7, { 0x004c, 0x004a } },
	{ 0x01c8, { 0x004c, 0x006a } },
	{ 0x01c9, { 0x006c, 0x006a } },
	{ 0x01ca, { 0x004e, 0x004a } },
	{ 0x01cb, { 0x004e, 0x006a } },
	{ 0x01cc, { 0x006e, 0x006a } },
	{ 0x01e2, { 0x0100, 0x0112 } },
	{ 0x01e3, { 0x0101, 0x0113 } },
	{ 0x01f1, { 0x0044, 0x005a } },
	{ 0x01f2, { 0x0044, 0x007a } },
	{ 0x01f3, { 0x0064, 0x007a } },
	{ 0x01fc, { 0x00c1, 0x00c9 } },
	{ 0x01fd, { 0x00e1, 0x00e9 } },
	{ 0x05f0, { 0x05d5, 0x05d5 } },
	{ 0x05f1, { 0x05d5, 0x05d9 } },
	{ 0x05f2, { 0x05d9, 0x05d9 } },
	{ 0xfb00, { 0x0066, 0x0066 } },
	{ 0xfb01, { 0x0066, 0x0069 } },
	{ 0xfb02, { 0x0066, 0x006c } },
	{ 0xfb03, { 0x0066, 0x0066, 0x0069 } },
	{ 0xfb04, { 0x0066, 0x0066, 0x006c } },
	{ 0xfb05, { 0x017f, 0x0074 } },
	{ 0xfb06, { 0x0073, 0x0074 } },
};

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

/* A copy with each ligature as its letters; NULL and the error. */
static WCHAR *expand(const WCHAR *s, int *n)
{
	WCHAR *to = k32_alloc((SIZE_T)*n * MOST_PARTS * sizeof *to);
	int out = 0;

	for (int i = 0; to && i < *n; i++) {
		const WCHAR *parts = &s[i];
		int count = 1;

		for (unsigned k = 0; k < ARRAY_LEN(ligatures); k++) {
			if (ligatures[k].c != s[i])
				continue;
			parts = ligatures[k].parts;
			count = parts[2] ? 3 : 2;
		}
		for (int k = 0; k < count; k++)
			to[out++] = parts[k];
	}
	*n = out;
	return to;
}

/* The digit that c shows: also raised, in a circle, with a full stop. */
static int digit_in(WCHAR c)
{
	static const struct {
		WCHAR from, to;
		int value; /* of from */
	} more[] = {
		{ 0x00b2, 0x00b3, 2 }, { 0x00b9, 0x00b9, 1 },
		{ 0x0c78, 0x0c7b, 0 }, { 0x0c7c, 0x0c7e, 1 },
		{ 0x1369, 0x1371, 1 }, { 0x19da, 0x19da, 1 },
		{ 0x2070, 0x2070, 0 }, { 0x2074, 0x2079, 4 },
		{ 0x2080, 0x2089, 0 }, { 0x2460, 0x2468, 1 },
		{ 0x2474, 0x247c, 1 }, { 0x2488, 0x2490, 1 },
		{ 0x24ea, 0x24ea, 0 }, { 0x24f5, 0x24fd, 1 },
		{ 0x24ff, 0x24ff, 0 }, { 0x2776, 0x277e, 1 },
		{ 0x2780, 0x2788, 1 }, { 0x278a, 0x2792, 1 },
		{ 0x3007, 0x3007, 0 }, { 0x3021, 0x3029, 1 },
		{ 0xa8e0, 0xa8e9, 0 },
	};

	for (unsigned i = 0; i < ARRAY_LEN(more); i++)
		if (c >= more[i].from && c <= more[i].to)
			return more[i].value + (c - more[i].from);
	return digit_of(c);
}

int WINAPI FoldStringW(DWORD flags, LPCWCH s, int n, LPWSTR to, int room)
{
	ULONG form = 0;
	WCHAR *apart, *copy;
	LONG len;
	int i;

	if (!s || !n || room < 0 || (room && !to) || s == to)
		return fail(ERROR_INVALID_PARAMETER);
	if (!flags ||
	    (flags & ~(MAP_FOLDCZONE | MAP_PRECOMPOSED | MAP_COMPOSITE |
		       MAP_FOLDDIGITS | MAP_EXPAND_LIGATURES)) ||
	    (flags & (MAP_PRECOMPOSED | MAP_COMPOSITE)) ==
		    (MAP_PRECOMPOSED | MAP_COMPOSITE) ||
	    ((flags & MAP_EXPAND_LIGATURES) &&
	     (flags & (MAP_PRECOMPOSED | MAP_COMPOSITE))))
		return fail(ERROR_INVALID_FLAGS);
	if (n < 0)
		n = wide_len(s) + 1;
	if (flags & MAP_FOLDCZONE)
		form = flags & MAP_COMPOSITE ? 6 : 5;
	else if (flags & MAP_COMPOSITE)
		form = 2;
	else if (flags & MAP_PRECOMPOSED)
		form = 1;
	apart = flags & MAP_EXPAND_LIGATURES ? expand(s, &n) : NULL;
	if ((flags & MAP_EXPAND_LIGATURES) && !apart)
		return 0;
	if (apart)
		s = apart;
	len = form ? n * 18 : n;
	copy = k32_alloc(len * sizeof *copy);
	if (!copy) {
		k32_free(apart);
		return 0;
	}
	/* What cannot be normalised (lone surrogates) stays as it is. */
	if (!form || !NT_SUCCESS(RtlNormalizeString(form, s, n, copy, &len))) {
		memcpy(copy, s, n * sizeof *s);
		len = n;
	}
	k32_free(apart);
	for (i = 0; i < len && (flags & MAP_FOLDDIGITS); i++)
		if (digit_in(copy[i]) >= 0)
			copy[i] = '0' + digit_in(copy[i]);
	if (room && room < len) {
		k32_free(copy);
		return fail(ERROR_INSUFFICIENT_BUFFER);
	}
	if (room)
		memcpy(to, copy, len * sizeof *to);
	k32_free(copy);
	return len;
}

int WINAPI FoldStringA(DWORD flags, LPCSTR s, int n, LPSTR to, int room)
{
	WCHAR *w, *folded;
	int len, result = 0;

	if (!s || !n || room < 0 || (room && !to) || s == to)
		return fail(ERROR_INVALID_PARAMETER);
	if (n < 0)
		n = lstrlenA(s) + 1;
	w = k32_alloc(n * sizeof *w); /* units are never more than bytes */
	folded = k32_alloc((SIZE_T)n * 18 * sizeof *folded);
	len = w && folded ? MultiByteToWideChar(CP_ACP, 0, s, n, w, n) : 0;
	if (len) {
		len = FoldStringW(flags, w, len, folded, len * 18);
		if (len)
			result = WideCharToMultiByte(CP_ACP, 0, folded, len, to,
						     room, NULL, NULL);
	}
	k32_free(folded);
	k32_free(w);
	return result;
}
