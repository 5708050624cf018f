/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compobj.c - apartments (counted only), task memory, and making objects.
 */
#define COBJMACROS
#include "nt.h"
#include <objbase.h>

static DWORD tls = TLS_OUT_OF_INDEXES; /* count << 1 | multithreaded */

static DWORD tls_index(void)
{
	DWORD mine;

	if (tls != TLS_OUT_OF_INDEXES)
		return tls;
	mine = TlsAlloc();
	if (InterlockedCompareExchange((LONG *)&tls, (LONG)mine,
				       (LONG)TLS_OUT_OF_INDEXES) !=
	    (LONG)TLS_OUT_OF_INDEXES)
		TlsFree(mine);
	return tls;
}

HRESULT WINAPI CoInitializeEx(LPVOID reserved, DWORD how)
{
	DWORD i = tls_index();
	ULONG_PTR state, multi = !(how & COINIT_APARTMENTTHREADED);

	if (reserved)
		return E_INVALIDARG;
	if (i == TLS_OUT_OF_INDEXES)
		return E_OUTOFMEMORY;
	state = (ULONG_PTR)TlsGetValue(i);
	if (state >> 1 && (state & 1) != multi)
		return RPC_E_CHANGED_MODE;
	TlsSetValue(i, (PVOID)(((state >> 1) + 1) << 1 | multi));
	return state >> 1 ? S_FALSE : S_OK;
}

HRESULT WINAPI CoInitialize(LPVOID reserved)
{
	return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

void WINAPI CoUninitialize(void)
{
	DWORD i = tls_index();
	ULONG_PTR state;

	if (i == TLS_OUT_OF_INDEXES)
		return;
	state = (ULONG_PTR)TlsGetValue(i);
	if (state >> 1)
		TlsSetValue(i, (PVOID)(state - 2));
}

LPVOID WINAPI CoTaskMemAlloc(SIZE_T n)
{
	return HeapAlloc(GetProcessHeap(), 0, n);
}

LPVOID WINAPI CoTaskMemRealloc(LPVOID p, SIZE_T n)
{
	if (!p)
		return CoTaskMemAlloc(n);
	if (!n) {
		CoTaskMemFree(p);
		return NULL;
	}
	return HeapReAlloc(GetProcessHeap(), 0, p, n);
}

void WINAPI CoTaskMemFree(LPVOID p)
{
	HeapFree(GetProcessHeap(), 0, p);
}

HRESULT WINAPI CoCreateInstance(REFCLSID class_id, LPUNKNOWN outer,
				DWORD context, REFIID iid, LPVOID *out)
{
	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!(ULONG_PTR)TlsGetValue(tls_index()))
		return CO_E_NOTINITIALIZED;
	return REGDB_E_CLASSNOTREG;
}
