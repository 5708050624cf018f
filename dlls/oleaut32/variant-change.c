/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * variant-change.c - VARIANTs made into others of another type.
 *
 * A value becomes a number in between: a whole one, one in units of 1/10000
 * (currency) or a real one.  Halves go to the even neighbour, as in VB.
 */
#define COBJMACROS
#include "nt.h"
#include <oleauto.h>

#include "variant.h"

/* msvcrt's, which is loaded when text is made of real numbers or they of it. */
double __cdecl _wtof(const WCHAR *s);
char *__cdecl _gcvt(double v, int digits, char *to);

enum { UNITS = 10000, TEXT = 64 };

struct number {
	enum { WHOLE, MONEY, REAL } kind;
	BOOL negative; /* but REAL */
	ULONGLONG u;
	double r;
};

static struct number whole(LONGLONG v)
{
	return (struct number){ WHOLE, v < 0,
				v < 0 ? -(ULONGLONG)v : (ULONGLONG)v, 0 };
}

static struct number real(double r)
{
	return (struct number){ .kind = REAL, .r = r };
}

/* ---- text ---- */

static WCHAR separator(LCID lcid, LCTYPE type, WCHAR usual)
{
	WCHAR room[8];

	return GetLocaleInfoW(lcid, type, room, ARRAYSIZE(room)) && room[0]
		       ? room[0]
		       : usual;
}

/*
 * Digits as _wtof() wants them: no spaces around, no separators of thousands,
 * a point.  FALSE: it is no number.
 */
static BOOL plain_digits(const WCHAR *s, LCID lcid, WCHAR to[TEXT], BOOL *fine)
{
	const WCHAR point = separator(lcid, LOCALE_SDECIMAL, '.');
	const WCHAR thousands = separator(lcid, LOCALE_STHOUSAND, ',');
	BOOL digits = FALSE, points = FALSE, power = FALSE;
	int n = 0;

	while (*s == ' ' || *s == '\t')
		s++;
	for (; *s && *s != ' ' && *s != '\t' && n < TEXT - 1; s++) {
		if (*s >= '0' && *s <= '9') {
			digits = TRUE;
			to[n++] = *s;
		} else if ((*s == '-' || *s == '+') &&
			   (!n || to[n - 1] == 'e')) {
			to[n++] = *s;
		} else if (*s == point && !points && !power) {
			points = TRUE;
			to[n++] = '.';
		} else if ((*s == 'e' || *s == 'E') && digits && !power) {
			power = TRUE;
			to[n++] = 'e';
		} else if (*s != thousands || !digits || points || power) {
			return FALSE;
		}
	}
	while (*s == ' ' || *s == '\t')
		s++;
	to[n] = 0;
	*fine = points || power;
	return digits && !*s && to[n - 1] != 'e' && to[n - 1] != '-' &&
	       to[n - 1] != '+';
}

static HRESULT number_of_text(const WCHAR *s, LCID lcid, struct number *n)
{
	ULONGLONG v = 0;
	WCHAR text[TEXT];
	BOOL fine;
	const WCHAR *p = text;

	if (!s || !plain_digits(s, lcid, text, &fine))
		return DISP_E_TYPEMISMATCH;
	if (*p == '-' || *p == '+')
		p++;
	for (; !fine && *p; p++) {
		if (v > (MAXULONGLONG - (ULONGLONG)(*p - '0')) / 10)
			break; /* more than that is not told exactly */
		v = v * 10 + (ULONGLONG)(*p - '0');
	}
	*n = fine || *p ? real(_wtof(text))
			: (struct number){ WHOLE, *text == '-' && v, v, 0 };
	return S_OK;
}

static WCHAR *put_digits(WCHAR *to, ULONGLONG v, int least)
{
	WCHAR room[24];
	int n = 0;

	for (; v || n < least; v /= 10)
		room[n++] = (WCHAR)('0' + v % 10);
	while (n)
		*to++ = room[--n];
	return to;
}

/* 15 digits of a DOUBLE are certain, 7 of a FLOAT; "1E+20" from there on. */
static WCHAR *put_real(WCHAR *to, double r, int digits, WCHAR point)
{
	char text[TEXT];
	BOOL power = FALSE;

	_gcvt(r, digits, text);
	for (const char *p = text; *p; p++) {
		if (*p == '.' && (!p[1] || p[1] == 'e'))
			continue; /* nothing follows it */
		/* Powers have two digits here, three there. */
		if (*p == '0' && power && p[1] && p[2] && !p[3])
			continue;
		power |= *p == 'e';
		*to++ = *p == '.' ? point : *p == 'e' ? 'E' : (WCHAR)*p;
	}
	return to;
}

static BSTR text_of(const struct number *n, VARTYPE from, LCID lcid)
{
	const WCHAR point = separator(lcid, LOCALE_SDECIMAL, '.');
	WCHAR text[TEXT], *p = text;
	ULONGLONG part;

	if (n->kind == REAL) {
		p = put_real(p, n->r, from == VT_R4 ? 7 : 15, point);
		return SysAllocStringLen(text, (UINT)(p - text));
	}
	if (n->negative)
		*p++ = '-';
	if (n->kind == WHOLE) {
		p = put_digits(p, n->u, 1);
		return SysAllocStringLen(text, (UINT)(p - text));
	}
	p = put_digits(p, n->u / UNITS, 1);
	part = n->u % UNITS;
	if (part) {
		*p++ = point;
		p = put_digits(p, part, 4);
		while (p[-1] == '0')
			p--;
	}
	return SysAllocStringLen(text, (UINT)(p - text));
}

/* The day, the time, or both, as the locale writes them. */
static BSTR text_of_date(double date, LCID lcid)
{
	WCHAR text[2 * TEXT];
	SYSTEMTIME t;
	BOOL day = date >= 1 || date <= -1;
	int n = 0;

	if (!VariantTimeToSystemTime(date, &t))
		return NULL;
	if (day)
		n = GetDateFormatW(lcid, DATE_SHORTDATE, &t, NULL, text, TEXT);
	if (!day || t.wHour || t.wMinute || t.wSecond) {
		if (n)
			text[n - 1] = ' ';
		n += GetTimeFormatW(lcid, 0, &t, NULL, text + n, TEXT);
	}
	return n ? SysAllocStringLen(text, (UINT)n - 1) : NULL;
}

static BOOL truth_of_text(const WCHAR *s, VARIANT_BOOL *b)
{
	if (!s)
		return FALSE;
	if (!lstrcmpiW(s, L"True") || !lstrcmpiW(s, L"#TRUE#"))
		*b = VARIANT_TRUE;
	else if (!lstrcmpiW(s, L"False") || !lstrcmpiW(s, L"#FALSE#"))
		*b = VARIANT_FALSE;
	else
		return FALSE;
	return TRUE;
}

/* ---- what a variant says ---- */

static HRESULT take(const VARIANT *v, LCID lcid, struct number *n)
{
	VARIANT_BOOL b;
	float f;

	switch (V_VT(v)) {
	case VT_EMPTY:
		*n = whole(0);
		return S_OK;
	case VT_I1:
		*n = whole(V_I1(v));
		return S_OK;
	case VT_I2:
	case VT_BOOL:
		*n = whole(V_I2(v));
		return S_OK;
	case VT_I4:
	case VT_INT:
		*n = whole(V_I4(v));
		return S_OK;
	case VT_I8:
		*n = whole(V_I8(v));
		return S_OK;
	case VT_UI1:
		*n = whole(V_UI1(v));
		return S_OK;
	case VT_UI2:
		*n = whole(V_UI2(v));
		return S_OK;
	case VT_UI4:
	case VT_UINT:
		*n = whole(V_UI4(v));
		return S_OK;
	case VT_UI8:
		*n = (struct number){ WHOLE, FALSE, V_UI8(v), 0 };
		return S_OK;
	case VT_CY:
		*n = whole(V_CY(v).int64);
		n->kind = MONEY;
		return S_OK;
	case VT_R4:
		f = V_R4(v);
		*n = real((double)f);
		return S_OK;
	case VT_R8:
	case VT_DATE:
		*n = real(V_R8(v));
		return S_OK;
	case VT_BSTR:
		if (truth_of_text(V_BSTR(v), &b)) {
			*n = whole(b);
			return S_OK;
		}
		return number_of_text(V_BSTR(v), lcid, n);
	}
	return DISP_E_TYPEMISMATCH;
}

static double real_of(const struct number *n)
{
	double r = (double)n->u;

	if (n->kind == REAL)
		return n->r;
	if (n->kind == MONEY)
		r /= UNITS;
	return n->negative ? -r : r;
}

/* To the even one of two that are as near.  FALSE: it has more than 64 bits. */
static BOOL round_real(double r, struct number *n)
{
	double a = r < 0 ? -r : r;
	ULONGLONG u;

	if (!(a < 18446744073709551616.0))
		return FALSE;
	u = (ULONGLONG)a;
	a -= (double)u;
	if (a > 0.5 || (a == 0.5 && u & 1))
		u++;
	*n = (struct number){ WHOLE, r < 0 && u, u, 0 };
	return TRUE;
}

static BOOL make_whole(struct number *n)
{
	ULONGLONG left;

	if (n->kind == REAL)
		return round_real(n->r, n);
	if (n->kind == MONEY) {
		left = n->u % UNITS;
		n->u /= UNITS;
		if (left > UNITS / 2 || (left == UNITS / 2 && n->u & 1))
			n->u++;
		n->negative = n->negative && n->u;
		n->kind = WHOLE;
	}
	return TRUE;
}

static BOOL make_currency(struct number *n)
{
	BOOL ok = TRUE;

	if (n->kind == REAL)
		ok = round_real(n->r * UNITS, n);
	else if (n->kind == WHOLE)
		ok = !__builtin_mul_overflow(n->u, UNITS, &n->u);
	n->kind = MONEY;
	return ok && n->u <= (ULONGLONG)MAXLONGLONG + n->negative;
}

/* ---- what becomes of it ---- */

static const struct {
	VARTYPE vt;
	ULONGLONG most;
	BOOL has_sign;
} wholes[] = {
	{ VT_I1, 0x7f, TRUE },        { VT_UI1, 0xff, FALSE },
	{ VT_I2, 0x7fff, TRUE },      { VT_UI2, 0xffff, FALSE },
	{ VT_I4, 0x7fffffff, TRUE },  { VT_UI4, 0xffffffff, FALSE },
	{ VT_INT, 0x7fffffff, TRUE }, { VT_UINT, 0xffffffff, FALSE },
	{ VT_I8, MAXLONGLONG, TRUE }, { VT_UI8, MAXULONGLONG, FALSE },
};

static HRESULT give_whole(struct number *n, ULONG i, VARIANT *to)
{
	if (!make_whole(n) ||
	    (n->negative &&
	     (!wholes[i].has_sign || n->u > wholes[i].most + 1)) ||
	    (!n->negative && n->u > wholes[i].most))
		return DISP_E_OVERFLOW;
	/* Little endian: the first bytes are the narrower ones. */
	V_UI8(to) = n->negative ? -n->u : n->u;
	return S_OK;
}

static HRESULT give(struct number *n, VARTYPE vt, VARIANT *to)
{
	double r;

	for (ULONG i = 0; i < ARRAYSIZE(wholes); i++)
		if (wholes[i].vt == vt)
			return give_whole(n, i, to);
	switch (vt) {
	case VT_BOOL:
		V_BOOL(to) = n->kind == REAL ? (n->r != 0 ? VARIANT_TRUE
							  : VARIANT_FALSE)
			     : n->u          ? VARIANT_TRUE
					     : VARIANT_FALSE;
		return S_OK;
	case VT_R4:
		r = real_of(n);
		if (r > 3.402823567797336e38 || r < -3.402823567797336e38)
			return DISP_E_OVERFLOW;
		V_R4(to) = (float)r;
		return S_OK;
	case VT_R8:
		V_R8(to) = real_of(n);
		return S_OK;
	case VT_DATE:
		V_DATE(to) = real_of(n);
		return V_DATE(to) > DATE_BELOW && V_DATE(to) < DATE_ABOVE
			       ? S_OK
			       : DISP_E_OVERFLOW;
	case VT_CY:
		if (!make_currency(n))
			return DISP_E_OVERFLOW;
		V_CY(to).int64 = (LONGLONG)(n->negative ? -n->u : n->u);
		return S_OK;
	}
	return DISP_E_TYPEMISMATCH;
}

static HRESULT give_text(const VARIANT *from, LCID lcid, USHORT flags,
			 VARIANT *to)
{
	struct number n;
	HRESULT hr;

	if (V_VT(from) == VT_EMPTY) {
		V_BSTR(to) = SysAllocString(L"");
	} else if (V_VT(from) == VT_BOOL &&
		   flags & (VARIANT_ALPHABOOL | VARIANT_LOCALBOOL)) {
		V_BSTR(to) = SysAllocString(V_BOOL(from) ? L"True" : L"False");
	} else if (V_VT(from) == VT_DATE) {
		if (!(V_DATE(from) > DATE_BELOW && V_DATE(from) < DATE_ABOVE))
			return E_INVALIDARG;
		V_BSTR(to) = text_of_date(V_DATE(from), lcid);
	} else {
		hr = take(from, lcid, &n);
		if (FAILED(hr))
			return hr;
		V_BSTR(to) = text_of(&n, V_VT(from), lcid);
	}
	return V_BSTR(to) ? S_OK : E_OUTOFMEMORY;
}

/* What an object says that it is worth. */
static HRESULT value_of(IDispatch *d, LCID lcid, VARIANT *value)
{
	DISPPARAMS none = { 0 };

	VariantInit(value);
	if (!d)
		return DISP_E_TYPEMISMATCH;
	return IDispatch_Invoke(d, DISPID_VALUE, &IID_NULL, lcid,
				DISPATCH_PROPERTYGET, &none, value, NULL, NULL);
}

static BOOL is_interface(VARTYPE vt)
{
	return vt == VT_UNKNOWN || vt == VT_DISPATCH;
}

static HRESULT change_interface(const VARIANT *from, VARTYPE vt, VARIANT *to)
{
	const IID *iid = vt == VT_DISPATCH ? &IID_IDispatch : &IID_IUnknown;

	V_UNKNOWN(to) = NULL;
	if (!V_UNKNOWN(from))
		return S_OK;
	return FAILED(IUnknown_QueryInterface(V_UNKNOWN(from), iid,
					      (void **)&V_UNKNOWN(to)))
		       ? DISP_E_TYPEMISMATCH
		       : S_OK;
}

/* from is no reference, and of another type; to is empty. */
static HRESULT change(const VARIANT *from, LCID lcid, USHORT flags, VARTYPE vt,
		      VARIANT *to)
{
	struct number n;
	VARIANT value;
	HRESULT hr;

	if (vt == VT_EMPTY)
		return V_VT(from) == VT_NULL ? DISP_E_TYPEMISMATCH : S_OK;
	if (is_interface(V_VT(from)) && is_interface(vt))
		return change_interface(from, vt, to);
	if (V_VT(from) == VT_DISPATCH && !(flags & VARIANT_NOVALUEPROP)) {
		hr = value_of(V_DISPATCH(from), lcid, &value);
		if (FAILED(hr))
			return DISP_E_TYPEMISMATCH;
		hr = VariantChangeTypeEx(to, &value, lcid, flags, vt);
		VariantClear(&value);
		return hr;
	}
	/* Errors are told, not computed with. */
	if (V_VT(from) == VT_NULL || V_VT(from) == VT_ERROR || vt == VT_NULL ||
	    vt == VT_ERROR)
		return DISP_E_TYPEMISMATCH;
	if (vt == VT_BSTR)
		return give_text(from, lcid, flags, to);
	if (V_VT(from) == VT_BSTR && vt == VT_DATE)
		return DISP_E_TYPEMISMATCH;
	hr = take(from, lcid, &n);
	return SUCCEEDED(hr) ? give(&n, vt, to) : hr;
}

static BOOL known(VARTYPE vt)
{
	return (vt <= VT_DECIMAL && vt != VT_VARIANT) ||
	       (vt >= VT_I1 && vt <= VT_UINT);
}

HRESULT WINAPI VariantChangeTypeEx(VARIANTARG *to, VARIANTARG *from, LCID lcid,
				   USHORT flags, VARTYPE vt)
{
	VARIANT plain, made;
	HRESULT hr;

	if (vt & VT_BYREF || !known(vt & ~VT_ARRAY))
		return DISP_E_BADVARTYPE;
	VariantInit(&plain);
	VariantInit(&made);
	hr = VariantCopyInd(&plain, from);
	if (FAILED(hr))
		return hr;
	if (V_VT(&plain) == vt) {
		made = plain;
		VariantInit(&plain);
	} else if ((V_VT(&plain) | vt) & VT_ARRAY) {
		hr = DISP_E_TYPEMISMATCH;
	} else {
		hr = change(&plain, lcid, flags, vt, &made);
		if (SUCCEEDED(hr))
			V_VT(&made) = vt;
	}
	VariantClear(&plain);
	/* to may be from. */
	if (SUCCEEDED(hr))
		hr = VariantClear(to);
	if (SUCCEEDED(hr))
		*to = made;
	else
		VariantClear(&made);
	return hr;
}

HRESULT WINAPI VariantChangeType(VARIANTARG *to, VARIANTARG *from, USHORT flags,
				 VARTYPE vt)
{
	return VariantChangeTypeEx(to, from, LOCALE_USER_DEFAULT, flags, vt);
}

HRESULT WINAPI VarUI4FromStr(OLECHAR *s, LCID lcid, ULONG flags, ULONG *to)
{
	struct number n;
	VARIANT v;
	HRESULT hr = number_of_text(s, lcid, &n);

	if (SUCCEEDED(hr))
		hr = give(&n, VT_UI4, &v);
	if (SUCCEEDED(hr))
		*to = V_UI4(&v);
	return hr;
}
