/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* uuid.c - UUIDs, which is what most programs have rpcrt4 for. */
#include "nt.h"
#include <rpc.h>
#include <rpcdce.h>

RPC_STATUS RPC_ENTRY UuidCreate(UUID *u)
{
	if (!rf_gen_random(u, sizeof *u))
		return RPC_S_UUID_NO_ADDRESS;
	/* RFC 4122: version 4, of random bits. */
	u->Data3 = (u->Data3 & 0x0fff) | 0x4000;
	u->Data4[0] = (u->Data4[0] & 0x3f) | 0x80;
	return RPC_S_OK;
}

/* Time since 15 October 1582 in 100 ns, and a random node (RFC 4122, 4.5). */
RPC_STATUS RPC_ENTRY UuidCreateSequential(UUID *u)
{
	static LONG64 last;
	static BYTE node[8];
	FILETIME now;
	LONG64 t, before;

	if (!node[2]) {
		BYTE fresh[8];

		if (!rf_gen_random(fresh, sizeof fresh))
			return RPC_S_UUID_NO_ADDRESS;
		fresh[0] = (fresh[0] & 0x3f) | 0x80;
		fresh[2] |= 1; /* multicast: no network card's */
		memcpy(node, fresh, sizeof node);
	}
	GetSystemTimeAsFileTime(&now);
	t = (LONG64)((ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime) +
	    5748192000000000ll;
	do {
		before = last;
		if (t <= before)
			t = before + 1;
	} while (InterlockedCompareExchange64(&last, t, before) != before);
	u->Data1 = (ULONG)t;
	u->Data2 = (USHORT)(t >> 32);
	u->Data3 = (USHORT)((t >> 48 & 0x0fff) | 0x1000);
	memcpy(u->Data4, node, sizeof node);
	return RPC_S_UUID_LOCAL_ONLY;
}

RPC_STATUS RPC_ENTRY UuidCreateNil(UUID *u)
{
	memset(u, 0, sizeof *u);
	return RPC_S_OK;
}

static const UUID nil;

int RPC_ENTRY UuidEqual(UUID *a, UUID *b, RPC_STATUS *status)
{
	*status = RPC_S_OK;
	return !memcmp(a ? a : &nil, b ? b : &nil, sizeof nil);
}

int RPC_ENTRY UuidIsNil(UUID *a, RPC_STATUS *status)
{
	return UuidEqual(a, NULL, status);
}

signed int RPC_ENTRY UuidCompare(UUID *a, UUID *b, RPC_STATUS *status)
{
	const UUID *x = a ? a : &nil, *y = b ? b : &nil;

	*status = RPC_S_OK;
	if (x->Data1 != y->Data1)
		return x->Data1 < y->Data1 ? -1 : 1;
	if (x->Data2 != y->Data2)
		return x->Data2 < y->Data2 ? -1 : 1;
	if (x->Data3 != y->Data3)
		return x->Data3 < y->Data3 ? -1 : 1;
	for (int i = 0; i < 8; i++)
		if (x->Data4[i] != y->Data4[i])
			return x->Data4[i] < y->Data4[i] ? -1 : 1;
	return 0;
}

unsigned short RPC_ENTRY UuidHash(UUID *u, RPC_STATUS *status)
{
	const BYTE *p = (const BYTE *)(u ? u : &nil);
	short a = 0, b = 0;

	/* Fletcher's checksum, as in DCE 1.1, appendix A. */
	for (int i = 0; i < 16; i++) {
		a = (short)(a + p[i]);
		b = (short)(b + a);
	}
	*status = RPC_S_OK;
	a = (short)(-b % 255);
	b = (short)((a < 0 ? a + 255 : a) | (b % 255 << 8));
	return (unsigned short)b;
}

/* 36 digits and hyphens, without RtlStringFromGUID's braces, small. */
RPC_STATUS RPC_ENTRY UuidToStringW(UUID *u, RPC_WSTR *out)
{
	WCHAR *text = HeapAlloc(GetProcessHeap(), 0, 37 * sizeof *text);
	UNICODE_STRING s;

	*out = (RPC_WSTR)text;
	if (!text || !NT_SUCCESS(RtlStringFromGUID(u ? u : &nil, &s))) {
		HeapFree(GetProcessHeap(), 0, text);
		*out = NULL;
		return RPC_S_OUT_OF_MEMORY;
	}
	for (int i = 0; i < 36; i++) {
		WCHAR c = s.Buffer[i + 1];

		text[i] = c >= 'A' && c <= 'F' ? c | 32 : c;
	}
	text[36] = 0;
	RtlFreeUnicodeString(&s);
	return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY UuidToStringA(UUID *u, RPC_CSTR *out)
{
	RPC_WSTR wide;
	RPC_STATUS ret = UuidToStringW(u, &wide);

	*out = NULL;
	if (ret)
		return ret;
	*out = HeapAlloc(GetProcessHeap(), 0, 37);
	for (int i = 0; *out && i < 37; i++)
		(*out)[i] = (unsigned char)wide[i];
	HeapFree(GetProcessHeap(), 0, wide);
	return *out ? RPC_S_OK : RPC_S_OUT_OF_MEMORY;
}

RPC_STATUS RPC_ENTRY UuidFromStringW(RPC_WSTR text, UUID *u)
{
	WCHAR braced[39];
	UNICODE_STRING s = { 38 * sizeof(WCHAR), 38 * sizeof(WCHAR), braced };

	if (!text)
		return UuidCreateNil(u);
	if (lstrlenW((WCHAR *)text) != 36)
		return RPC_S_INVALID_STRING_UUID;
	braced[0] = '{';
	memcpy(braced + 1, text, 36 * sizeof(WCHAR));
	braced[37] = '}';
	return NT_SUCCESS(RtlGUIDFromString(&s, u)) ? RPC_S_OK
						    : RPC_S_INVALID_STRING_UUID;
}

RPC_STATUS RPC_ENTRY UuidFromStringA(RPC_CSTR text, UUID *u)
{
	WCHAR wide[37];
	int i;

	if (!text)
		return UuidCreateNil(u);
	for (i = 0; text[i] && i < 36; i++)
		wide[i] = text[i];
	wide[i] = 0;
	return text[i] ? RPC_S_INVALID_STRING_UUID : UuidFromStringW(wide, u);
}

RPC_STATUS RPC_ENTRY RpcStringFreeW(RPC_WSTR *s)
{
	HeapFree(GetProcessHeap(), 0, *s);
	*s = NULL;
	return RPC_S_OK;
}

RPC_STATUS RPC_ENTRY RpcStringFreeA(RPC_CSTR *s)
{
	HeapFree(GetProcessHeap(), 0, *s);
	*s = NULL;
	return RPC_S_OK;
}
