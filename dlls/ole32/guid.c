/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guid.c - GUIDs as text, new ones, and the task allocator as an object. */
#define COBJMACROS
#include "nt.h"
#include <objbase.h>

HRESULT WINAPI CoCreateGuid(GUID *guid)
{
	if (!guid)
		return E_INVALIDARG;
	if (!rf_gen_random(guid, sizeof *guid))
		return E_UNEXPECTED;
	/* RFC 4122: version 4, of random bits. */
	guid->Data3 = (guid->Data3 & 0x0fff) | 0x4000;
	guid->Data4[0] = (guid->Data4[0] & 0x3f) | 0x80;
	return S_OK;
}

int WINAPI StringFromGUID2(REFGUID guid, LPOLESTR to, int room)
{
	UNICODE_STRING s;

	if (room < 39 || !NT_SUCCESS(RtlStringFromGUID(guid, &s)))
		return 0;
	memcpy(to, s.Buffer, 38 * sizeof(WCHAR));
	to[38] = 0;
	RtlFreeUnicodeString(&s);
	return 39;
}

HRESULT WINAPI StringFromCLSID(REFCLSID id, LPOLESTR *out)
{
	*out = CoTaskMemAlloc(39 * sizeof(WCHAR));
	if (!*out || !StringFromGUID2(id, *out, 39))
		return E_OUTOFMEMORY;
	return S_OK;
}

HRESULT WINAPI StringFromIID(REFIID id, LPOLESTR *out)
{
	return StringFromCLSID(id, out);
}

/* *text is "{...}" or not a GUID at all. */
static BOOL parse(LPCOLESTR text, GUID *id)
{
	UNICODE_STRING s;

	memset(id, 0, sizeof *id);
	if (lstrlenW(text) != 38)
		return FALSE;
	RtlInitUnicodeString(&s, text);
	return NT_SUCCESS(RtlGUIDFromString(&s, id));
}

HRESULT WINAPI IIDFromString(LPCOLESTR text, LPIID id)
{
	if (!text) {
		memset(id, 0, sizeof *id);
		return S_OK;
	}
	return parse(text, id) ? S_OK
	       : *text == '{'  ? CO_E_IIDSTRING
			       : E_INVALIDARG;
}

/* HKEY_CLASSES_ROOT's keys of program names are not looked at. */
HRESULT WINAPI CLSIDFromProgID(LPCOLESTR name, LPCLSID id)
{
	memset(id, 0, sizeof *id);
	return CO_E_CLASSSTRING;
}

HRESULT WINAPI CLSIDFromString(LPCOLESTR text, LPCLSID id)
{
	if (!text) {
		memset(id, 0, sizeof *id);
		return S_OK;
	}
	return parse(text, id) ? S_OK : CO_E_CLASSSTRING;
}

/* ---- IMalloc ---- */

static HRESULT WINAPI malloc_query(IMalloc *m, REFIID iid, void **out)
{
	if (!IsEqualGUID(iid, &IID_IUnknown) &&
	    !IsEqualGUID(iid, &IID_IMalloc)) {
		*out = NULL;
		return E_NOINTERFACE;
	}
	*out = m;
	return S_OK;
}

static ULONG WINAPI malloc_ref(IMalloc *m)
{
	return 2; /* one for all, for ever */
}

static ULONG WINAPI malloc_release(IMalloc *m)
{
	return 1;
}

static void *WINAPI malloc_alloc(IMalloc *m, SIZE_T n)
{
	return CoTaskMemAlloc(n);
}

static void *WINAPI malloc_realloc(IMalloc *m, void *p, SIZE_T n)
{
	return CoTaskMemRealloc(p, n);
}

static void WINAPI malloc_free(IMalloc *m, void *p)
{
	CoTaskMemFree(p);
}

static SIZE_T WINAPI malloc_size(IMalloc *m, void *p)
{
	return p ? HeapSize(GetProcessHeap(), 0, p) : (SIZE_T)-1;
}

static int WINAPI malloc_did(IMalloc *m, void *p)
{
	return p ? HeapValidate(GetProcessHeap(), 0, p) : -1;
}

static void WINAPI malloc_minimize(IMalloc *m)
{
	HeapCompact(GetProcessHeap(), 0);
}

static IMallocVtbl malloc_table = {
	malloc_query, malloc_ref,     malloc_release,
	malloc_alloc, malloc_realloc, malloc_free,
	malloc_size,  malloc_did,     malloc_minimize,
};
static IMalloc task_malloc = { &malloc_table };

HRESULT WINAPI CoGetMalloc(DWORD context, LPMALLOC *out)
{
	*out = context == MEMCTX_TASK ? &task_malloc : NULL;
	return *out ? S_OK : E_INVALIDARG;
}

/* ---- small things ---- */

HRESULT WINAPI OleInitialize(LPVOID reserved)
{
	return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

void WINAPI OleUninitialize(void)
{
	CoUninitialize();
}

/* Kinds of values that own nothing but their own room. */
HRESULT WINAPI PropVariantClear(PROPVARIANT *v)
{
	if (!v)
		return S_OK;
	switch (v->vt) {
	case VT_LPSTR:
	case VT_LPWSTR:
	case VT_CLSID:
		CoTaskMemFree(v->pwszVal);
		break;
	case VT_BLOB:
		CoTaskMemFree(v->blob.pBlobData);
		break;
	case VT_UNKNOWN:
	case VT_DISPATCH:
	case VT_STREAM:
	case VT_STORAGE:
		if (v->punkVal)
			IUnknown_Release(v->punkVal);
		break;
	default:
		/* Vectors of plain numbers and of strings. */
		if (v->vt == (VT_VECTOR | VT_LPWSTR) ||
		    v->vt == (VT_VECTOR | VT_LPSTR))
			for (ULONG i = 0; i < v->calpwstr.cElems; i++)
				CoTaskMemFree(v->calpwstr.pElems[i]);
		else if (v->vt == VT_BSTR || v->vt == VT_CF ||
			 (v->vt & VT_ARRAY) ||
			 (v->vt & VT_VECTOR && (v->vt & VT_TYPEMASK) > VT_UI8))
			return STG_E_INVALIDPARAMETER;
		if (v->vt & VT_VECTOR)
			CoTaskMemFree(v->caub.pElems);
	}
	memset(v, 0, sizeof *v);
	return S_OK;
}
