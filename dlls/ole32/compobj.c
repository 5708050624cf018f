/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compobj.c - apartments (counted only), task memory, and making objects.
 */
#include <initguid.h>

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

/*
 * Threads of the apartment of many, and the first that has one of its own: its
 * is the main one.
 */
static LONG in_multi, main_single;

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
	if (!(state >> 1) && multi)
		InterlockedIncrement(&in_multi);
	else if (!(state >> 1))
		InterlockedCompareExchange(&main_single,
					   (LONG)GetCurrentThreadId(), 0);
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
	if (!(state >> 1))
		return;
	state -= 2;
	TlsSetValue(i, (PVOID)state);
	if (state >> 1)
		return;
	if (state & 1)
		InterlockedDecrement(&in_multi);
	else
		InterlockedCompareExchange(&main_single, 0,
					   (LONG)GetCurrentThreadId());
}

/* A thread that has said nothing is in the apartment of many, if there is one.
 */
HRESULT WINAPI CoGetApartmentType(APTTYPE *type, APTTYPEQUALIFIER *qualifier)
{
	DWORD i = tls_index();
	ULONG_PTR state;

	if (!type || !qualifier)
		return E_INVALIDARG;
	*type = APTTYPE_CURRENT;
	*qualifier = APTTYPEQUALIFIER_NONE;
	if (i == TLS_OUT_OF_INDEXES)
		return E_OUTOFMEMORY;
	state = (ULONG_PTR)TlsGetValue(i);
	if (state >> 1) {
		*type = state & 1 ? APTTYPE_MTA
			: main_single == (LONG)GetCurrentThreadId()
				? APTTYPE_MAINSTA
				: APTTYPE_STA;
		return S_OK;
	}
	if (!*(volatile LONG *)&in_multi)
		return CO_E_NOTINITIALIZED;
	*type = APTTYPE_MTA;
	*qualifier = APTTYPEQUALIFIER_IMPLICIT_MTA;
	return S_OK;
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

/*
 * Classes of ours and the DLLs that hold them.  There is no registration by
 * programs yet: the registry's CLSID keys are not looked at.
 */
static const struct {
	CLSID id;
	const WCHAR *dll;
} classes[] = {
	/* WICImagingFactory 1 and 2 */
	{ { 0xcacaf262,
	    0x9370,
	    0x4615,
	    { 0xa1, 0x3b, 0x9f, 0x55, 0x39, 0xda, 0x4c, 0x0a } },
	  L"windowscodecs.dll" },
	{ { 0x317d06e8,
	    0x5f24,
	    0x433d,
	    { 0xbd, 0xf7, 0x79, 0xce, 0x68, 0xd8, 0xab, 0xc2 } },
	  L"windowscodecs.dll" },
};

HRESULT WINAPI CoGetClassObject(REFCLSID id, DWORD context, LPVOID server,
				REFIID iid, LPVOID *out)
{
	HRESULT(WINAPI * get)(REFCLSID, REFIID, LPVOID *);
	HMODULE dll;

	*out = NULL;
	for (ULONG i = 0; i < ARRAYSIZE(classes); i++) {
		if (!IsEqualGUID(id, &classes[i].id) ||
		    !(context & CLSCTX_INPROC_SERVER))
			continue;
		dll = LoadLibraryW(classes[i].dll);
		get = dll ? (PVOID)GetProcAddress(dll, "DllGetClassObject")
			  : NULL;
		return get ? get(id, iid, out) : CO_E_DLLNOTFOUND;
	}
	return REGDB_E_CLASSNOTREG;
}

HRESULT WINAPI CoCreateInstance(REFCLSID id, LPUNKNOWN outer, DWORD context,
				REFIID iid, LPVOID *out)
{
	IClassFactory *factory;
	HRESULT hr;

	if (!out)
		return E_POINTER;
	*out = NULL;
	if (!(ULONG_PTR)TlsGetValue(tls_index()))
		return CO_E_NOTINITIALIZED;
	hr = CoGetClassObject(id, context, NULL, &IID_IClassFactory,
			      (LPVOID *)&factory);
	if (FAILED(hr))
		return hr;
	hr = IClassFactory_CreateInstance(factory, outer, iid, out);
	IClassFactory_Release(factory);
	return hr;
}
