/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * safearray.c - SAFEARRAYs: made, changed and freed.
 *
 * A descriptor has its dimensions from the right to the left.  What lies before
 * it and how its elements are (safearray-data.c) is in its flags.
 * Source: Microsoft, MS-OAUT 2.2.30, and the functions' documentation.
 */
#define COBJMACROS
#include "safearray.h"

static const struct {
	VARTYPE vt;
	UCHAR size;
	USHORT flags;
} kinds[] = {
	{ VT_I1, 1, 0 },
	{ VT_UI1, 1, 0 },
	{ VT_I2, 2, 0 },
	{ VT_UI2, 2, 0 },
	{ VT_BOOL, 2, 0 },
	{ VT_I4, 4, 0 },
	{ VT_UI4, 4, 0 },
	{ VT_INT, 4, 0 },
	{ VT_UINT, 4, 0 },
	{ VT_R4, 4, 0 },
	{ VT_ERROR, 4, 0 },
	{ VT_I8, 8, 0 },
	{ VT_UI8, 8, 0 },
	{ VT_R8, 8, 0 },
	{ VT_DATE, 8, 0 },
	{ VT_CY, 8, 0 },
	{ VT_DECIMAL, 16, 0 },
	{ VT_BSTR, sizeof(BSTR), FADF_BSTR },
	{ VT_UNKNOWN, sizeof(void *), FADF_UNKNOWN | FADF_HAVEIID },
	{ VT_DISPATCH, sizeof(void *), FADF_DISPATCH | FADF_HAVEIID },
	{ VT_VARIANT, sizeof(VARIANT), FADF_VARIANT },
	{ VT_RECORD, 0, FADF_RECORD },
};

BOOL array_count(const SAFEARRAY *a, SIZE_T *n)
{
	SIZE_T bytes;

	*n = 1;
	for (USHORT i = 0; i < a->cDims; i++)
		if (__builtin_mul_overflow(*n, a->rgsabound[i].cElements, n))
			return FALSE;
	return !__builtin_mul_overflow(*n, a->cbElements, &bytes) &&
	       bytes <= 0x7fffffff;
}

/* more: bytes behind it. */
static SAFEARRAY *new_array(UINT dims, SIZE_T more)
{
	SIZE_T size = sizeof(union before) + sizeof(SAFEARRAY) +
		      dims * sizeof(SAFEARRAYBOUND);
	union before *b =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, size + more);
	SAFEARRAY *a = b ? (SAFEARRAY *)(b + 1) : NULL;

	if (a)
		a->cDims = (USHORT)dims;
	return a;
}

HRESULT WINAPI SafeArrayAllocDescriptor(UINT dims, SAFEARRAY **out)
{
	if (!dims || dims > 0xffff || !out)
		return E_INVALIDARG;
	*out = new_array(dims, 0);
	return *out ? S_OK : E_OUTOFMEMORY;
}

/* FALSE: there are no arrays of such. */
static BOOL set_kind(SAFEARRAY *a, VARTYPE vt)
{
	for (ULONG i = 0; i < ARRAYSIZE(kinds); i++)
		if (kinds[i].vt == vt) {
			a->cbElements = kinds[i].size;
			a->fFeatures |= kinds[i].flags;
			if (vt == VT_UNKNOWN)
				before(a)->iid = IID_IUnknown;
			else if (vt == VT_DISPATCH)
				before(a)->iid = IID_IDispatch;
			else if (vt != VT_RECORD) {
				a->fFeatures |= FADF_HAVEVARTYPE;
				before(a)->vt = vt;
			}
			return TRUE;
		}
	return FALSE;
}

HRESULT WINAPI SafeArrayAllocDescriptorEx(VARTYPE vt, UINT dims,
					  SAFEARRAY **out)
{
	HRESULT hr = SafeArrayAllocDescriptor(dims, out);

	/* What has no size gets it from who asked for it. */
	if (SUCCEEDED(hr))
		set_kind(*out, vt);
	return hr;
}

HRESULT WINAPI SafeArrayAllocData(SAFEARRAY *a)
{
	SIZE_T n;

	if (!a)
		return E_INVALIDARG;
	if (!array_count(a, &n))
		return E_OUTOFMEMORY;
	a->pvData =
		RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, n * a->cbElements);
	return a->pvData ? S_OK : E_OUTOFMEMORY;
}

/* ---- what lies before it ---- */

HRESULT WINAPI SafeArraySetRecordInfo(SAFEARRAY *a, IRecordInfo *info)
{
	if (!a || !(a->fFeatures & FADF_RECORD))
		return E_INVALIDARG;
	if (info)
		IRecordInfo_AddRef(info);
	if (before(a)->record)
		IRecordInfo_Release(before(a)->record);
	before(a)->record = info;
	return S_OK;
}

HRESULT WINAPI SafeArrayGetRecordInfo(SAFEARRAY *a, IRecordInfo **info)
{
	if (!a || !info || !(a->fFeatures & FADF_RECORD))
		return E_INVALIDARG;
	*info = before(a)->record;
	if (*info)
		IRecordInfo_AddRef(*info);
	return S_OK;
}

HRESULT WINAPI SafeArraySetIID(SAFEARRAY *a, REFGUID iid)
{
	if (!a || !iid || !(a->fFeatures & FADF_HAVEIID))
		return E_INVALIDARG;
	before(a)->iid = *iid;
	return S_OK;
}

HRESULT WINAPI SafeArrayGetIID(SAFEARRAY *a, GUID *iid)
{
	if (!a || !iid || !(a->fFeatures & FADF_HAVEIID))
		return E_INVALIDARG;
	*iid = before(a)->iid;
	return S_OK;
}

HRESULT WINAPI SafeArrayGetVartype(SAFEARRAY *a, VARTYPE *vt)
{
	if (!a || !vt)
		return E_INVALIDARG;
	if (a->fFeatures & FADF_RECORD)
		*vt = VT_RECORD;
	else if (a->fFeatures & FADF_DISPATCH)
		*vt = VT_DISPATCH;
	else if (a->fFeatures & FADF_UNKNOWN)
		*vt = VT_UNKNOWN;
	else if (a->fFeatures & FADF_HAVEVARTYPE)
		*vt = (VARTYPE)before(a)->vt;
	else
		return E_INVALIDARG;
	return S_OK;
}

/* ---- made ---- */

/* extra: a record's type, or the kind of interface if that is not the usual. */
static BOOL set_extra(SAFEARRAY *a, VARTYPE vt, void *extra)
{
	if (vt == VT_RECORD) {
		if (!extra || FAILED(IRecordInfo_GetSize((IRecordInfo *)extra,
							 &a->cbElements)))
			return FALSE;
		SafeArraySetRecordInfo(a, extra);
	} else if (extra && a->fFeatures & FADF_HAVEIID) {
		before(a)->iid = *(const IID *)extra;
	}
	return TRUE;
}

SAFEARRAY *WINAPI SafeArrayCreateEx(VARTYPE vt, UINT dims,
				    SAFEARRAYBOUND *bounds, void *extra)
{
	SAFEARRAY *a;

	if (!bounds || FAILED(SafeArrayAllocDescriptor(dims, &a)))
		return NULL;
	for (UINT i = 0; i < dims; i++)
		a->rgsabound[i] = bounds[dims - 1 - i];
	if (set_kind(a, vt) && set_extra(a, vt, extra) &&
	    SUCCEEDED(SafeArrayAllocData(a)))
		return a;
	SafeArrayDestroyDescriptor(a);
	return NULL;
}

SAFEARRAY *WINAPI SafeArrayCreate(VARTYPE vt, UINT dims, SAFEARRAYBOUND *bounds)
{
	return SafeArrayCreateEx(vt, dims, bounds, NULL);
}

/* Of one dimension, its data in the same block. */
SAFEARRAY *WINAPI SafeArrayCreateVectorEx(VARTYPE vt, LONG least, ULONG count,
					  void *extra)
{
	/* To know how large they are, and whether there are such. */
	SAFEARRAY *a, *kind = new_array(1, 0);
	SIZE_T n;

	if (!kind)
		return NULL;
	if (!set_kind(kind, vt) || !set_extra(kind, vt, extra)) {
		SafeArrayDestroyDescriptor(kind);
		return NULL;
	}
	kind->rgsabound[0] = (SAFEARRAYBOUND){ count, least };
	a = array_count(kind, &n) ? new_array(1, n * kind->cbElements) : NULL;
	if (a) {
		*before(a) = *before(kind);
		*a = *kind;
		a->rgsabound[0] = kind->rgsabound[0];
		a->fFeatures |= FADF_CREATEVECTOR;
		/* Where new_array() has put it: 8 bytes' alignment, at least.
		 */
		a->pvData = (BYTE *)a + sizeof *a + sizeof(SAFEARRAYBOUND);
		kind->fFeatures = 0; /* the record is the new one's */
	}
	SafeArrayDestroyDescriptor(kind);
	return a;
}

SAFEARRAY *WINAPI SafeArrayCreateVector(VARTYPE vt, LONG least, ULONG count)
{
	return SafeArrayCreateVectorEx(vt, least, count, NULL);
}

/* Only what is said of them: no data, no locks, nothing borrowed. */
static HRESULT same_kind(SAFEARRAY *from, SAFEARRAY **out)
{
	const USHORT kept = FADF_RECORD | FADF_HAVEIID | FADF_HAVEVARTYPE |
			    FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH |
			    FADF_VARIANT;
	HRESULT hr = SafeArrayAllocDescriptor(from->cDims, out);
	SAFEARRAY *a = *out;

	if (FAILED(hr))
		return hr;
	a->fFeatures = from->fFeatures & kept;
	a->cbElements = from->cbElements;
	memcpy(a->rgsabound, from->rgsabound,
	       from->cDims * sizeof *a->rgsabound);
	/* Of who has made it by hand nothing lies before it. */
	if (a->fFeatures & FADF_RECORD)
		SafeArraySetRecordInfo(a, before(from)->record);
	else if (a->fFeatures & (FADF_HAVEIID | FADF_HAVEVARTYPE))
		*before(a) = *before(from);
	return S_OK;
}

HRESULT WINAPI SafeArrayCopy(SAFEARRAY *from, SAFEARRAY **out)
{
	SAFEARRAY *a;
	HRESULT hr;
	SIZE_T n;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	if (!from)
		return S_OK;
	if (!array_count(from, &n) || !from->cbElements ||
	    (n && !from->pvData))
		return E_INVALIDARG;
	hr = same_kind(from, &a);
	if (FAILED(hr))
		return hr;
	hr = SafeArrayAllocData(a);
	if (SUCCEEDED(hr))
		hr = array_copy(a, a->pvData, from->pvData, n);
	if (FAILED(hr)) {
		RtlFreeHeap(rf_heap(), 0, a->pvData);
		SafeArrayDestroyDescriptor(a);
		return hr;
	}
	*out = a;
	return S_OK;
}

/* ---- freed ---- */

/* Data that are not the array's own are emptied, not freed. */
static BOOL owns_data(const SAFEARRAY *a)
{
	return !(a->fFeatures &
		 (FADF_AUTO | FADF_STATIC | FADF_EMBEDDED | FADF_CREATEVECTOR));
}

HRESULT WINAPI SafeArrayDestroyData(SAFEARRAY *a)
{
	SIZE_T n;

	if (!a)
		return E_INVALIDARG;
	if (a->cLocks)
		return DISP_E_ARRAYISLOCKED;
	if (!a->pvData)
		return S_OK;
	if (!array_count(a, &n))
		return E_INVALIDARG;
	array_clear(a, a->pvData, n);
	if (owns_data(a)) {
		RtlFreeHeap(rf_heap(), 0, a->pvData);
		a->pvData = NULL;
	}
	return S_OK;
}

HRESULT WINAPI SafeArrayDestroyDescriptor(SAFEARRAY *a)
{
	if (!a)
		return S_OK;
	if (a->cLocks)
		return DISP_E_ARRAYISLOCKED;
	if (a->fFeatures & FADF_RECORD)
		SafeArraySetRecordInfo(a, NULL);
	if (!(a->fFeatures & (FADF_AUTO | FADF_STATIC | FADF_EMBEDDED)))
		RtlFreeHeap(rf_heap(), 0, before(a));
	return S_OK;
}

HRESULT WINAPI SafeArrayDestroy(SAFEARRAY *a)
{
	HRESULT hr = a ? SafeArrayDestroyData(a) : S_OK;

	return SUCCEEDED(hr) ? SafeArrayDestroyDescriptor(a) : hr;
}

/* ---- looked at, and changed ---- */

UINT WINAPI SafeArrayGetDim(SAFEARRAY *a)
{
	return a ? a->cDims : 0;
}

UINT WINAPI SafeArrayGetElemsize(SAFEARRAY *a)
{
	return a ? a->cbElements : 0;
}

/* Dimensions are counted from 1, the leftmost. */
static HRESULT find_bound(const SAFEARRAY *a, UINT dim, const void *to,
			  const SAFEARRAYBOUND **b)
{
	if (!a || !to)
		return E_INVALIDARG;
	if (!dim || dim > a->cDims)
		return DISP_E_BADINDEX;
	*b = &a->rgsabound[a->cDims - dim];
	return S_OK;
}

HRESULT WINAPI SafeArrayGetLBound(SAFEARRAY *a, UINT dim, LONG *to)
{
	const SAFEARRAYBOUND *b;
	HRESULT hr = find_bound(a, dim, to, &b);

	if (SUCCEEDED(hr))
		*to = b->lLbound;
	return hr;
}

/* One below the least, if there are none. */
HRESULT WINAPI SafeArrayGetUBound(SAFEARRAY *a, UINT dim, LONG *to)
{
	const SAFEARRAYBOUND *b;
	HRESULT hr = find_bound(a, dim, to, &b);

	if (SUCCEEDED(hr))
		*to = b->lLbound + (LONG)b->cElements - 1;
	return hr;
}

/* The rightmost dimension's elements lie behind one another. */
HRESULT WINAPI SafeArrayRedim(SAFEARRAY *a, SAFEARRAYBOUND *bound)
{
	SAFEARRAYBOUND was;
	SIZE_T old, n, kept;
	BYTE *data;

	if (!a || !bound)
		return E_INVALIDARG;
	if (a->cLocks || a->fFeatures & FADF_FIXEDSIZE)
		return DISP_E_ARRAYISLOCKED;
	/* What is not on the heap cannot become larger. */
	if (!owns_data(a) && !(a->fFeatures & FADF_CREATEVECTOR))
		return E_INVALIDARG;
	if (!array_count(a, &old))
		return E_INVALIDARG;
	was = a->rgsabound[0];
	a->rgsabound[0] = *bound;
	data = array_count(a, &n) ? RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
						    n * a->cbElements)
				  : NULL;
	if (!data) {
		a->rgsabound[0] = was;
		return E_OUTOFMEMORY;
	}
	kept = n < old ? n : old;
	if (a->pvData) {
		memcpy(data, a->pvData, kept * a->cbElements);
		array_clear(a, (BYTE *)a->pvData + kept * a->cbElements,
			    old - kept);
	}
	if (owns_data(a))
		RtlFreeHeap(rf_heap(), 0, a->pvData);
	/* From now on they are its own; what a vector had goes with it. */
	a->fFeatures &= (USHORT)~FADF_CREATEVECTOR;
	a->pvData = data;
	return S_OK;
}
