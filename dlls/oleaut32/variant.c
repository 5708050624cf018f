/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* variant.c - VARIANTs of simple types, strings and interfaces. */
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
