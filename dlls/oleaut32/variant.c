/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* variant.c - VARIANTs of simple types, strings, interfaces and arrays. */
#define COBJMACROS
#include "nt.h"
#include <oleauto.h>

void WINAPI VariantInit(VARIANTARG *v)
{
	memset(v, 0, sizeof *v);
}

static BOOL simple(VARTYPE vt)
{
	return vt <= VT_DATE || vt == VT_ERROR || vt == VT_BOOL ||
	       vt == VT_DECIMAL || (vt >= VT_I1 && vt <= VT_UINT);
}

HRESULT WINAPI VariantClear(VARIANTARG *v)
{
	VARTYPE vt = V_VT(v);

	if (vt & VT_BYREF) {
		/* Not ours to free. */
	} else if (vt & VT_ARRAY) {
		HRESULT hr = SafeArrayDestroy(V_ARRAY(v));

		if (FAILED(hr))
			return hr;
	} else if (vt == VT_BSTR) {
		SysFreeString(V_BSTR(v));
	} else if (vt == VT_DISPATCH || vt == VT_UNKNOWN) {
		if (V_UNKNOWN(v))
			IUnknown_Release(V_UNKNOWN(v));
	} else if (!simple(vt)) {
		return DISP_E_BADVARTYPE;
	}
	V_VT(v) = VT_EMPTY;
	return S_OK;
}

HRESULT WINAPI VariantCopy(VARIANTARG *to, VARIANTARG *from)
{
	VARTYPE vt = V_VT(from);
	VARIANT copy = *from;
	HRESULT hr;

	if (to == from)
		return S_OK;
	if (!(vt & VT_BYREF)) {
		if (vt == VT_BSTR) {
			V_BSTR(&copy) = SysAllocStringByteLen(
				(LPCSTR)V_BSTR(from),
				SysStringByteLen(V_BSTR(from)));
			if (!V_BSTR(&copy))
				return E_OUTOFMEMORY;
		} else if (vt == VT_DISPATCH || vt == VT_UNKNOWN) {
			if (V_UNKNOWN(from))
				IUnknown_AddRef(V_UNKNOWN(from));
		} else if (vt & VT_ARRAY) {
			hr = SafeArrayCopy(V_ARRAY(from), &V_ARRAY(&copy));
			if (FAILED(hr))
				return hr;
		} else if (!simple(vt)) {
			return DISP_E_BADVARTYPE;
		}
	}
	hr = VariantClear(to);
	if (FAILED(hr)) {
		VariantClear(&copy);
		return hr;
	}
	*to = copy;
	return S_OK;
}

/* What a reference refers to, itself. */
HRESULT WINAPI VariantCopyInd(VARIANT *to, VARIANTARG *from)
{
	VARTYPE vt = V_VT(from) & ~VT_BYREF;
	VARIANT v;

	if (!V_ISBYREF(from))
		return VariantCopy(to, from);
	if (vt == VT_VARIANT) {
		/* Of references to references there are none. */
		if (V_VT(V_VARIANTREF(from)) == (VT_VARIANT | VT_BYREF))
			return E_INVALIDARG;
		return VariantCopyInd(to, V_VARIANTREF(from));
	}
	VariantInit(&v);
	switch (vt & VT_ARRAY ? VT_ARRAY : vt) {
	case VT_I1:
	case VT_UI1:
		V_UI1(&v) = *V_UI1REF(from);
		break;
	case VT_I2:
	case VT_UI2:
	case VT_BOOL:
		V_UI2(&v) = *V_UI2REF(from);
		break;
	case VT_I4:
	case VT_UI4:
	case VT_INT:
	case VT_UINT:
	case VT_R4:
	case VT_ERROR:
		V_UI4(&v) = *V_UI4REF(from);
		break;
	case VT_I8:
	case VT_UI8:
	case VT_R8:
	case VT_DATE:
	case VT_CY:
		V_UI8(&v) = *V_UI8REF(from);
		break;
	case VT_DECIMAL:
		V_DECIMAL(&v) = *V_DECIMALREF(from);
		break;
	case VT_BSTR:
	case VT_UNKNOWN:
	case VT_DISPATCH:
	case VT_ARRAY:
		V_BYREF(&v) = *(void **)V_BYREF(from);
		break;
	default:
		return DISP_E_BADVARTYPE;
	}
	V_VT(&v) = vt;
	return VariantCopy(to, &v);
}
