/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SAFEARRAYs: dimensions, elements of each kind, copies, locks; and in
 * variants.
 */
// link: -loleaut32 -lole32 -luuid
#define COBJMACROS
#include <windows.h>
#include <oleauto.h>
#include <string.h>

#include "check.h"

/* ---- an object that counts ---- */

static LONG refs = 1;

static HRESULT WINAPI ask(IUnknown *u, REFIID iid, void **out)
{
	*out = NULL;
	return E_NOINTERFACE;
}

static ULONG WINAPI take(IUnknown *u)
{
	return (ULONG)++refs;
}

static ULONG WINAPI drop(IUnknown *u)
{
	return (ULONG)--refs;
}

static IUnknownVtbl table = { ask, take, drop };
static IUnknown object = { &table };

/* ---- a record of a number and a string; its functions that are used ---- */

struct record {
	LONG number;
	BSTR text;
};

static LONG record_refs = 1;

static ULONG WINAPI record_take(IRecordInfo *r)
{
	return (ULONG)++record_refs;
}

static ULONG WINAPI record_drop(IRecordInfo *r)
{
	return (ULONG)--record_refs;
}

static HRESULT WINAPI record_clear(IRecordInfo *r, PVOID p)
{
	SysFreeString(((struct record *)p)->text);
	memset(p, 0, sizeof(struct record));
	return S_OK;
}

static HRESULT WINAPI record_copy(IRecordInfo *r, PVOID from, PVOID to)
{
	const struct record *f = from;
	struct record *t = to;

	SysFreeString(t->text);
	t->number = f->number;
	t->text = SysAllocString(f->text);
	return S_OK;
}

static HRESULT WINAPI record_size(IRecordInfo *r, ULONG *n)
{
	*n = sizeof(struct record);
	return S_OK;
}

static IRecordInfoVtbl record_table = {
	.AddRef = record_take,
	.Release = record_drop,
	.RecordClear = record_clear,
	.RecordCopy = record_copy,
	.GetSize = record_size,
};
static IRecordInfo record_info = { &record_table };

/* ---- */

static void dimensions(void)
{
	SAFEARRAYBOUND b[2] = { { 3, -1 }, { 4, 10 } };
	SAFEARRAY *a = SafeArrayCreate(VT_I4, 2, b);
	LONG at[2], v, n = 0;
	VARTYPE vt = 0;
	void *p;

	CHECK(a != NULL);
	CHECK_EQ(SafeArrayGetDim(a), 2);
	CHECK_EQ(SafeArrayGetElemsize(a), 4);
	CHECK(SafeArrayGetLBound(a, 1, &v) == S_OK && v == -1);
	CHECK(SafeArrayGetUBound(a, 1, &v) == S_OK && v == 1);
	CHECK(SafeArrayGetLBound(a, 2, &v) == S_OK && v == 10);
	CHECK(SafeArrayGetUBound(a, 2, &v) == S_OK && v == 13);
	CHECK_EQ(SafeArrayGetUBound(a, 0, &v), DISP_E_BADINDEX);
	CHECK_EQ(SafeArrayGetLBound(a, 3, &v), DISP_E_BADINDEX);
	CHECK(SafeArrayGetVartype(a, &vt) == S_OK && vt == VT_I4);
	CHECK_EQ(a->rgsabound[0].cElements, 4); /* from the right */

	/* The leftmost runs fastest. */
	for (at[1] = 10; at[1] <= 13; at[1]++)
		for (at[0] = -1; at[0] <= 1; at[0]++, n++) {
			CHECK_EQ(SafeArrayPtrOfIndex(a, at, &p), S_OK);
			CHECK(p == (LONG *)a->pvData + n, "%ld", n);
			CHECK_EQ(SafeArrayPutElement(a, at, &n), S_OK);
		}
	at[0] = 0;
	at[1] = 12;
	CHECK(SafeArrayGetElement(a, at, &v) == S_OK && v == 7);
	CHECK(((LONG *)a->pvData)[7] == 7);
	at[0] = 2;
	CHECK_EQ(SafeArrayGetElement(a, at, &v), DISP_E_BADINDEX);
	at[0] = -2;
	CHECK_EQ(SafeArrayPutElement(a, at, &v), DISP_E_BADINDEX);
	CHECK_EQ(a->cLocks, 0);

	/* More and less on the right. */
	b[0] = (SAFEARRAYBOUND){ 5, 20 };
	CHECK_EQ(SafeArrayRedim(a, b), S_OK);
	CHECK(SafeArrayGetUBound(a, 2, &v) == S_OK && v == 24);
	CHECK(((LONG *)a->pvData)[11] == 11 && !((LONG *)a->pvData)[12]);
	b[0].cElements = 1;
	CHECK_EQ(SafeArrayRedim(a, b), S_OK);
	CHECK_EQ(((LONG *)a->pvData)[2], 2);
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
	CHECK_EQ(SafeArrayDestroy(NULL), S_OK);
	CHECK(!SafeArrayCreate(VT_EMPTY, 2, b));
	CHECK(!SafeArrayCreate(VT_NULL, 1, b));
	CHECK(!SafeArrayCreate(VT_LPWSTR, 1, b));
	b[0].cElements = ~0u;
	CHECK(!SafeArrayCreate(VT_VARIANT, 1, b));
	b[0].cElements = 0;
	a = SafeArrayCreate(VT_I2, 1, b);
	CHECK(a && SafeArrayGetUBound(a, 1, &v) == S_OK && v == 19);
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
}

static void locks(void)
{
	SAFEARRAY *a = SafeArrayCreateVector(VT_UI1, 0, 8);
	SAFEARRAYBOUND b = { 4, 0 };
	void *p = NULL;

	CHECK(a && (a->fFeatures & 0x2000) && a->pvData);
	CHECK_EQ(SafeArrayAccessData(a, &p), S_OK);
	CHECK(p == a->pvData);
	CHECK_EQ(SafeArrayLock(a), S_OK);
	CHECK_EQ(a->cLocks, 2);
	CHECK_EQ(SafeArrayDestroy(a), DISP_E_ARRAYISLOCKED);
	CHECK_EQ(SafeArrayRedim(a, &b), DISP_E_ARRAYISLOCKED);
	CHECK_EQ(SafeArrayUnaccessData(a), S_OK);
	CHECK_EQ(SafeArrayUnlock(a), S_OK);
	CHECK_EQ(SafeArrayUnlock(a), E_UNEXPECTED);
	CHECK_EQ(SafeArrayLock(NULL), E_INVALIDARG);
	memcpy(p, "abcdefgh", 8);
	CHECK_EQ(SafeArrayRedim(a, &b), S_OK);
	CHECK(!memcmp(a->pvData, "abcd", 4));
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
}

static void strings(void)
{
	SAFEARRAY *a = SafeArrayCreateVector(VT_BSTR, 1, 3), *copy = NULL;
	BSTR s = SysAllocStringLen(L"with\0nul", 8), got = NULL;
	LONG i = 2;

	CHECK_EQ(SafeArrayPutElement(a, &i, s), S_OK);
	SysFreeString(s);
	CHECK_EQ(SafeArrayGetElement(a, &i, &got), S_OK);
	CHECK(SysStringLen(got) == 8 && !memcmp(got, L"with\0nul", 18));
	CHECK(got != ((BSTR *)a->pvData)[1]);
	SysFreeString(got);
	i = 1;
	CHECK_EQ(SafeArrayGetElement(a, &i, &got), S_OK);
	CHECK(!got);
	CHECK_EQ(SafeArrayCopy(a, &copy), S_OK);
	CHECK(copy && ((BSTR *)copy->pvData)[1] != ((BSTR *)a->pvData)[1] &&
	      SysStringLen(((BSTR *)copy->pvData)[1]) == 8);
	i = 2;
	CHECK_EQ(SafeArrayPutElement(a, &i, NULL), S_OK);
	CHECK_EQ(SysStringLen(((BSTR *)a->pvData)[1]), 0);
	CHECK_EQ(SafeArrayCopyData(copy, a), S_OK);
	CHECK_EQ(SysStringLen(((BSTR *)a->pvData)[1]), 8);
	CHECK_EQ(SafeArrayDestroy(copy), S_OK);
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
	CHECK_EQ(SafeArrayCopy(NULL, &copy), S_OK);
	CHECK(!copy);

	s = SysAllocStringByteLen("odd", 3);
	CHECK_EQ(VectorFromBstr(s, &a), S_OK);
	CHECK(a->rgsabound[0].cElements == 3 && !memcmp(a->pvData, "odd", 3));
	SysFreeString(s);
	CHECK_EQ(BstrFromVector(a, &s), S_OK);
	CHECK(SysStringByteLen(s) == 3 && !memcmp(s, "odd", 3));
	SysFreeString(s);
	SafeArrayDestroy(a);
}

static void interfaces(void)
{
	SAFEARRAY *a = SafeArrayCreateVector(VT_UNKNOWN, 0, 2), *copy;
	IUnknown *got = NULL;
	VARTYPE vt;
	LONG i = 0;
	GUID g;

	CHECK(SafeArrayGetVartype(a, &vt) == S_OK && vt == VT_UNKNOWN);
	CHECK(SafeArrayGetIID(a, &g) == S_OK && IsEqualGUID(&g, &IID_IUnknown));
	CHECK_EQ(SafeArrayPutElement(a, &i, &object), S_OK);
	CHECK_EQ(refs, 2);
	CHECK_EQ(SafeArrayPutElement(a, &i, &object), S_OK);
	CHECK_EQ(refs, 2);
	CHECK_EQ(SafeArrayGetElement(a, &i, &got), S_OK);
	CHECK(got == &object && refs == 3);
	CHECK_EQ(SafeArrayCopy(a, &copy), S_OK);
	CHECK_EQ(refs, 4);
	CHECK_EQ(SafeArrayDestroy(copy), S_OK);
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
	CHECK_EQ(refs, 2);
	refs = 1;
}

static void variants(void)
{
	SAFEARRAYBOUND b = { 2, 0 };
	SAFEARRAY *a = SafeArrayCreate(VT_VARIANT, 1, &b), *inner, *other;
	VARIANT v, w, ref, got;
	LONG i = 0, k = 1, n = 5;
	HRESULT hr;

	VariantInit(&w);
	V_VT(&v) = VT_UNKNOWN;
	V_UNKNOWN(&v) = &object;
	CHECK_EQ(SafeArrayPutElement(a, &i, &v), S_OK);
	CHECK_EQ(refs, 2);
	inner = SafeArrayCreateVector(VT_I4, 0, 3);
	CHECK_EQ(SafeArrayPutElement(inner, &k, &n), S_OK);
	V_VT(&v) = VT_ARRAY | VT_I4;
	V_ARRAY(&v) = inner;
	CHECK_EQ(SafeArrayPutElement(a, &k, &v), S_OK);
	CHECK_EQ(SafeArrayGetElement(a, &k, &w), S_OK);
	CHECK(V_VT(&w) == (VT_ARRAY | VT_I4) && V_ARRAY(&w) != inner);
	CHECK_EQ(((LONG *)V_ARRAY(&w)->pvData)[1], 5);
	CHECK_EQ(VariantClear(&w), S_OK);
	CHECK_EQ(V_VT(&w), VT_EMPTY);

	/* A locked one stays. */
	CHECK_EQ(SafeArrayLock(inner), S_OK);
	ref = v;
	CHECK_EQ(VariantClear(&ref), DISP_E_ARRAYISLOCKED);
	CHECK_EQ(((LONG *)inner->pvData)[1], 5);
	CHECK_EQ(SafeArrayUnlock(inner), S_OK);
	CHECK_EQ(VariantCopy(&w, &v), S_OK);
	CHECK(V_ARRAY(&w) != V_ARRAY(&v));
	CHECK_EQ(VariantClear(&v), S_OK);
	CHECK_EQ(((LONG *)V_ARRAY(&w)->pvData)[1], 5);

	/* References are not copied, unless that is wanted. */
	V_VT(&ref) = VT_BYREF | VT_ARRAY | VT_I4;
	V_ARRAYREF(&ref) = &V_ARRAY(&w);
	VariantInit(&v);
	CHECK_EQ(VariantCopy(&v, &ref), S_OK);
	CHECK(V_ARRAYREF(&v) == &V_ARRAY(&w));
	CHECK_EQ(VariantCopyInd(&v, &ref), S_OK);
	CHECK(V_VT(&v) == (VT_ARRAY | VT_I4) && V_ARRAY(&v) != V_ARRAY(&w));
	CHECK_EQ(VariantClear(&v), S_OK);
	V_VT(&ref) = VT_BYREF | VT_I4;
	V_I4REF(&ref) = &n;
	CHECK_EQ(VariantCopyInd(&v, &ref), S_OK);
	CHECK(V_VT(&v) == VT_I4 && V_I4(&v) == 5);
	V_VT(&v) = VT_BYREF | VT_VARIANT;
	V_VARIANTREF(&v) = &ref;
	VariantInit(&got);
	CHECK_EQ(VariantCopyInd(&got, &v), S_OK);
	CHECK(V_VT(&got) == VT_I4 && V_I4(&got) == 5);
	V_VT(&ref) = VT_BYREF | VT_VARIANT;
	V_VARIANTREF(&ref) = &v;
	CHECK_EQ(VariantCopyInd(&w, &ref), E_INVALIDARG);

	CHECK_EQ(SafeArrayCopy(a, &other), S_OK);
	CHECK_EQ(refs, 3);
	CHECK_EQ(SafeArrayDestroy(other), S_OK);
	hr = SafeArrayDestroy(a);
	CHECK_EQ(hr, S_OK);
	CHECK_EQ(refs, 1);
	CHECK_EQ(VariantClear(&w), S_OK);
}

static void records(void)
{
	SAFEARRAYBOUND b = { 2, 0 };
	SAFEARRAY *a = SafeArrayCreateEx(VT_RECORD, 1, &b, &record_info), *copy;
	struct record r = { 7, SysAllocString(L"seven") }, got = { 0 };
	IRecordInfo *info = NULL;
	LONG i = 1;

	CHECK(a && a->cbElements == sizeof r);
	CHECK_EQ(record_refs, 2);
	CHECK(SafeArrayGetRecordInfo(a, &info) == S_OK && info == &record_info);
	IRecordInfo_Release(info);
	CHECK_EQ(SafeArrayPutElement(a, &i, &r), S_OK);
	CHECK_EQ(SafeArrayGetElement(a, &i, &got), S_OK);
	CHECK(got.number == 7 && got.text != r.text &&
	      !wcscmp(got.text, L"seven"));
	CHECK_EQ(SafeArrayCopy(a, &copy), S_OK);
	CHECK_EQ(record_refs, 3);
	CHECK(!wcscmp(((struct record *)copy->pvData)[1].text, L"seven"));
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
	CHECK_EQ(SafeArrayDestroy(copy), S_OK);
	CHECK_EQ(record_refs, 1);
	SysFreeString(r.text);
	SysFreeString(got.text);
	CHECK(!SafeArrayCreateEx(VT_RECORD, 1, &b, NULL));
}

/* A descriptor says that there are elements before it has any. */
static void no_data(void)
{
	SAFEARRAY *a, *copy = NULL, *whole = SafeArrayCreateVector(VT_I4, 0, 5);

	CHECK_EQ(SafeArrayAllocDescriptorEx(VT_I4, 1, &a), S_OK);
	a->rgsabound[0].cElements = 5;
	CHECK(FAILED(SafeArrayCopy(a, &copy)) && !copy);
	CHECK(FAILED(SafeArrayCopyData(a, whole)));
	CHECK(FAILED(SafeArrayCopyData(whole, a)));
	CHECK_EQ(SafeArrayDestroy(a), S_OK);
	CHECK_EQ(SafeArrayDestroy(whole), S_OK);
}

/* A descriptor and data of the program's own. */
static void by_hand(void)
{
	static LONG data[3] = { 1, 2, 3 };
	SAFEARRAY *a, *copy;
	LONG i = 2, v = 0;

	CHECK_EQ(SafeArrayAllocDescriptor(1, &a), S_OK);
	CHECK(!a->fFeatures && !a->pvData && a->cDims == 1);
	a->cbElements = 4;
	a->rgsabound[0].cElements = 3;
	a->pvData = data;
	a->fFeatures = FADF_STATIC;
	CHECK(SafeArrayGetElement(a, &i, &v) == S_OK && v == 3);
	CHECK_EQ(SafeArrayCopy(a, &copy), S_OK);
	CHECK(copy->pvData != data && ((LONG *)copy->pvData)[2] == 3);
	CHECK(!(copy->fFeatures & FADF_STATIC));
	CHECK_EQ(SafeArrayDestroy(copy), S_OK);
	a->fFeatures = 0;
	a->pvData = NULL;
	CHECK_EQ(SafeArrayAllocData(a), S_OK);
	CHECK_EQ(SafeArrayDestroyData(a), S_OK);
	CHECK(!a->pvData);
	CHECK_EQ(SafeArrayDestroyDescriptor(a), S_OK);
	CHECK_EQ(SafeArrayAllocDescriptor(0, &a), E_INVALIDARG);
	CHECK_EQ(SafeArrayAllocDescriptorEx(VT_I8, 2, &a), S_OK);
	CHECK(a->cbElements == 8 && a->fFeatures == FADF_HAVEVARTYPE);
	CHECK_EQ(SafeArrayDestroyDescriptor(a), S_OK);
}

int main(void)
{
	dimensions();
	locks();
	strings();
	interfaces();
	variants();
	records();
	by_hand();
	no_data();
	return check_done();
}
