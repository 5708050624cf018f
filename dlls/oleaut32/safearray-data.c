/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * safearray-data.c - the elements of SAFEARRAYs: found, given, taken, copied
 * and freed as their kind wants it.
 */
#define COBJMACROS
#include "safearray.h"

/* ---- elements of each kind ---- */

static BOOL is_interface(const SAFEARRAY *a)
{
	return a->fFeatures & (FADF_UNKNOWN | FADF_DISPATCH);
}

static IRecordInfo *record_of(SAFEARRAY *a)
{
	return a->fFeatures & FADF_RECORD ? before(a)->record : NULL;
}

static void clear_one(SAFEARRAY *a, void *at)
{
	IUnknown **u = at;

	if (a->fFeatures & FADF_BSTR) {
		SysFreeString(*(BSTR *)at);
	} else if (is_interface(a)) {
		if (*u)
			IUnknown_Release(*u);
	} else if (a->fFeatures & FADF_VARIANT) {
		VariantClear(at);
	} else if (record_of(a)) {
		IRecordInfo_RecordClear(record_of(a), at);
	}
}

void array_clear(SAFEARRAY *a, BYTE *at, SIZE_T n)
{
	for (SIZE_T i = 0; i < n; i++)
		clear_one(a, at + i * a->cbElements);
	memset(at, 0, n * a->cbElements);
}

static HRESULT copy_bstr(BSTR *to, BSTR from)
{
	*to = from ? SysAllocStringByteLen((LPCSTR)from, SysStringByteLen(from))
		   : NULL;
	return from && !*to ? E_OUTOFMEMORY : S_OK;
}

/* What *to holds is not looked at. */
static HRESULT copy_one(SAFEARRAY *a, void *to, const void *from)
{
	IUnknown *const *u = from;

	if (a->fFeatures & FADF_BSTR)
		return copy_bstr(to, *(const BSTR *)from);
	if (a->fFeatures & FADF_VARIANT) {
		VariantInit(to);
		return VariantCopy(to, (VARIANT *)from);
	}
	if (record_of(a)) {
		memset(to, 0, a->cbElements);
		return IRecordInfo_RecordCopy(record_of(a), (void *)from, to);
	}
	if (is_interface(a) && *u)
		IUnknown_AddRef(*u);
	memcpy(to, from, a->cbElements);
	return S_OK;
}

HRESULT array_copy(SAFEARRAY *a, BYTE *to, const BYTE *from, SIZE_T n)
{
	for (SIZE_T i = 0; i < n; i++) {
		HRESULT hr = copy_one(a, to + i * a->cbElements,
				      from + i * a->cbElements);

		if (FAILED(hr)) {
			array_clear(a, to, i);
			return hr;
		}
	}
	return S_OK;
}

/* ---- locks ---- */

HRESULT WINAPI SafeArrayLock(SAFEARRAY *a)
{
	if (!a)
		return E_INVALIDARG;
	if ((ULONG)InterlockedIncrement((LONG *)&a->cLocks) <= 0xffff)
		return S_OK;
	InterlockedDecrement((LONG *)&a->cLocks);
	return E_UNEXPECTED; /* there are no more */
}

HRESULT WINAPI SafeArrayUnlock(SAFEARRAY *a)
{
	if (!a)
		return E_INVALIDARG;
	if (InterlockedDecrement((LONG *)&a->cLocks) >= 0)
		return S_OK;
	InterlockedIncrement((LONG *)&a->cLocks);
	return E_UNEXPECTED;
}

HRESULT WINAPI SafeArrayAccessData(SAFEARRAY *a, void **data)
{
	HRESULT hr = a && data ? SafeArrayLock(a) : E_INVALIDARG;

	if (SUCCEEDED(hr))
		*data = a->pvData;
	return hr;
}

HRESULT WINAPI SafeArrayUnaccessData(SAFEARRAY *a)
{
	return SafeArrayUnlock(a);
}

/* ---- single elements ---- */

/* The leftmost index is the first, and counts its elements one by one. */
HRESULT WINAPI SafeArrayPtrOfIndex(SAFEARRAY *a, LONG *index, void **at)
{
	SIZE_T cell = 0, step = 1;

	if (!a || !index || !at)
		return E_INVALIDARG;
	for (USHORT i = 0; i < a->cDims; i++) {
		const SAFEARRAYBOUND *b = &a->rgsabound[a->cDims - 1 - i];
		ULONG k = (ULONG)index[i] - (ULONG)b->lLbound;

		if (index[i] < b->lLbound || k >= b->cElements)
			return DISP_E_BADINDEX;
		cell += k * step;
		step *= b->cElements;
	}
	*at = (BYTE *)a->pvData + cell * a->cbElements;
	return S_OK;
}

HRESULT WINAPI SafeArrayGetElement(SAFEARRAY *a, LONG *index, void *to)
{
	HRESULT hr = a && index && to ? SafeArrayLock(a) : E_INVALIDARG;
	void *at;

	if (FAILED(hr))
		return hr;
	hr = SafeArrayPtrOfIndex(a, index, &at);
	if (SUCCEEDED(hr))
		hr = copy_one(a, to, at);
	SafeArrayUnlock(a);
	return hr;
}

/* Strings and interfaces are given themselves, others by where they are. */
HRESULT WINAPI SafeArrayPutElement(SAFEARRAY *a, LONG *index, void *from)
{
	HRESULT hr = a && index ? SafeArrayLock(a) : E_INVALIDARG;
	BYTE room[sizeof(VARIANT)];
	void *at;

	if (FAILED(hr))
		return hr;
	hr = SafeArrayPtrOfIndex(a, index, &at);
	if (FAILED(hr)) {
		/* It is no element. */
	} else if (is_interface(a) || a->fFeatures & FADF_BSTR) {
		hr = copy_one(a, room, &from);
	} else if (!from) {
		hr = E_INVALIDARG;
	} else if (a->fFeatures & FADF_VARIANT) {
		hr = copy_one(a, room, from);
	} else {
		if (record_of(a))
			hr = IRecordInfo_RecordCopy(record_of(a), from, at);
		else
			memcpy(at, from, a->cbElements);
		SafeArrayUnlock(a);
		return hr;
	}
	if (SUCCEEDED(hr)) {
		clear_one(a, at);
		memcpy(at, room, a->cbElements);
	}
	SafeArrayUnlock(a);
	return hr;
}

/* ---- whole arrays ---- */

HRESULT WINAPI SafeArrayCopyData(SAFEARRAY *from, SAFEARRAY *to)
{
	SIZE_T n;
	BYTE *fresh;
	HRESULT hr;

	if (!from || !to || from->cDims != to->cDims ||
	    from->cbElements != to->cbElements || !array_count(from, &n) ||
	    (n && (!from->pvData || !to->pvData)))
		return E_INVALIDARG;
	if (to->cLocks)
		return DISP_E_ARRAYISLOCKED;
	for (USHORT i = 0; i < from->cDims; i++)
		if (from->rgsabound[i].cElements != to->rgsabound[i].cElements)
			return E_INVALIDARG;
	/* Whole or not at all. */
	fresh = RtlAllocateHeap(rf_heap(), 0, n * from->cbElements);
	if (!fresh)
		return E_OUTOFMEMORY;
	hr = array_copy(from, fresh, from->pvData, n);
	if (SUCCEEDED(hr)) {
		array_clear(to, to->pvData, n);
		memcpy(to->pvData, fresh, n * from->cbElements);
	}
	RtlFreeHeap(rf_heap(), 0, fresh);
	return hr;
}

/* A string's bytes as an array of them. */
HRESULT WINAPI VectorFromBstr(BSTR s, SAFEARRAY **out)
{
	SAFEARRAYBOUND b = { SysStringByteLen(s), 0 };

	if (!out)
		return E_INVALIDARG;
	*out = SafeArrayCreate(VT_UI1, 1, &b);
	if (!*out)
		return E_OUTOFMEMORY;
	memcpy((*out)->pvData, s, b.cElements);
	return S_OK;
}

HRESULT WINAPI BstrFromVector(SAFEARRAY *a, BSTR *out)
{
	if (!a || !out)
		return E_INVALIDARG;
	*out = NULL;
	if (a->cDims != 1)
		return E_INVALIDARG;
	if (a->cbElements != 1)
		return DISP_E_TYPEMISMATCH;
	*out = SysAllocStringByteLen(a->pvData, a->rgsabound[0].cElements);
	return *out ? S_OK : E_OUTOFMEMORY;
}
