/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Variants made into others: numbers, truths, text, dates, objects. */
// link: -loleaut32 -luuid
#define COBJMACROS
#include <windows.h>
#include <oleauto.h>
#include <math.h>
#include <string.h>

#include "check.h"

#define ENGLISH MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), 0)
#define GERMAN  MAKELCID(MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN), 0)

static VARIANT i4(LONG n)
{
	VARIANT v;

	VariantInit(&v);
	V_VT(&v) = VT_I4;
	V_I4(&v) = n;
	return v;
}

static VARIANT r8(double r)
{
	VARIANT v;

	VariantInit(&v);
	V_VT(&v) = VT_R8;
	V_R8(&v) = r;
	return v;
}

static VARIANT cy(LONGLONG n)
{
	VARIANT v;

	VariantInit(&v);
	V_VT(&v) = VT_CY;
	V_CY(&v).int64 = n;
	return v;
}

static VARIANT text(const WCHAR *s)
{
	VARIANT v;

	VariantInit(&v);
	V_VT(&v) = VT_BSTR;
	V_BSTR(&v) = SysAllocString(s);
	return v;
}

/* from is freed. */
static HRESULT change(VARIANT from, LCID lcid, USHORT flags, VARTYPE vt,
		      VARIANT *to)
{
	HRESULT hr;

	VariantInit(to);
	hr = VariantChangeTypeEx(to, &from, lcid, flags, vt);
	CHECK(FAILED(hr) ? V_VT(to) == VT_EMPTY : V_VT(to) == vt, "%d: %#lx",
	      vt, hr);
	VariantClear(&from);
	return hr;
}

static void numbers(void)
{
	static const struct {
		double from;
		VARTYPE vt;
		HRESULT hr;
		LONGLONG to;
	} row[] = {
		{ 2.5, VT_I4, S_OK, 2 },
		{ 3.5, VT_I4, S_OK, 4 },
		{ -2.5, VT_I4, S_OK, -2 },
		{ -3.5, VT_I2, S_OK, -4 },
		{ 0.5000001, VT_I8, S_OK, 1 },
		{ 127.4, VT_I1, S_OK, 127 },
		{ 127.6, VT_I1, DISP_E_OVERFLOW, 0 },
		{ -128, VT_I1, S_OK, -128 },
		{ -129, VT_I1, DISP_E_OVERFLOW, 0 },
		{ 255, VT_UI1, S_OK, 255 },
		{ 256, VT_UI1, DISP_E_OVERFLOW, 0 },
		{ -1, VT_UI1, DISP_E_OVERFLOW, 0 },
		{ 65535, VT_UI2, S_OK, 65535 },
		{ 32768, VT_I2, DISP_E_OVERFLOW, 0 },
		{ 4294967295.0, VT_UI4, S_OK, 4294967295 },
		{ 2147483648.0, VT_I4, DISP_E_OVERFLOW, 0 },
		{ -2147483648.0, VT_I4, S_OK, -2147483647 - 1 },
		{ 1e18, VT_I8, S_OK, 1000000000000000000 },
		{ 1e19, VT_I8, DISP_E_OVERFLOW, 0 },
		{ 0.25, VT_BOOL, S_OK, -1 },
		{ 0, VT_BOOL, S_OK, 0 },
		{ 1.23455, VT_CY, S_OK, 12346 },
		{ -1.5, VT_CY, S_OK, -15000 },
		{ 1e15, VT_CY, DISP_E_OVERFLOW, 0 },
	};
	VARIANT v;

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		HRESULT hr = change(r8(row[i].from), ENGLISH, 0, row[i].vt, &v);
		LONGLONG got = 0;

		CHECK(hr == row[i].hr, "%g to %d: %#lx", row[i].from, row[i].vt,
		      hr);
		switch (row[i].vt) {
		case VT_I1:
			got = V_I1(&v);
			break;
		case VT_UI1:
			got = V_UI1(&v);
			break;
		case VT_I2:
		case VT_BOOL:
			got = V_I2(&v);
			break;
		case VT_UI2:
			got = V_UI2(&v);
			break;
		case VT_I4:
			got = V_I4(&v);
			break;
		case VT_UI4:
			got = V_UI4(&v);
			break;
		default:
			got = V_I8(&v);
		}
		if (SUCCEEDED(hr))
			CHECK(got == row[i].to, "%g to %d: %lld", row[i].from,
			      row[i].vt, got);
	}
	CHECK(change(cy(25000), ENGLISH, 0, VT_I4, &v) == S_OK &&
	      V_I4(&v) == 2);
	CHECK(change(cy(-35000), ENGLISH, 0, VT_I4, &v) == S_OK &&
	      V_I4(&v) == -4);
	CHECK(change(cy(12345), ENGLISH, 0, VT_R8, &v) == S_OK &&
	      V_R8(&v) == 1.2345);
	CHECK(change(i4(7), ENGLISH, 0, VT_CY, &v) == S_OK &&
	      V_CY(&v).int64 == 70000);
	CHECK(change(i4(3), ENGLISH, 0, VT_R4, &v) == S_OK && V_R4(&v) == 3);
	CHECK_EQ(change(r8(1e39), ENGLISH, 0, VT_R4, &v), DISP_E_OVERFLOW);
	CHECK(change(i4(40000), ENGLISH, 0, VT_DATE, &v) == S_OK &&
	      V_DATE(&v) == 40000);
	CHECK_EQ(change(i4(2958466), ENGLISH, 0, VT_DATE, &v), DISP_E_OVERFLOW);
}

static void to_text(void)
{
	const struct {
		VARIANT from;
		LCID lcid;
		USHORT flags;
		const WCHAR *to;
	} row[] = {
		{ i4(-42), ENGLISH, 0, L"-42" },
		{ i4(0), ENGLISH, 0, L"0" },
		{ r8(1.5), ENGLISH, 0, L"1.5" },
		{ r8(1.5), GERMAN, 0, L"1,5" },
		{ r8(-3), ENGLISH, 0, L"-3" },
		{ r8(0.1), ENGLISH, 0, L"0.1" },
		{ r8(123456789012.0), ENGLISH, 0, L"123456789012" },
		{ r8(1e20), ENGLISH, 0, L"1E+20" },
		{ r8(-1.5e-7), ENGLISH, 0, L"-1.5E-07" },
		{ cy(12345), ENGLISH, 0, L"1.2345" },
		{ cy(-15000), GERMAN, 0, L"-1,5" },
		{ cy(10000), ENGLISH, 0, L"1" },
		{ { .vt = VT_BOOL, .boolVal = -1 }, ENGLISH, 0, L"-1" },
		{ { .vt = VT_BOOL, .boolVal = -1 },
		  ENGLISH,
		  VARIANT_ALPHABOOL,
		  L"True" },
		{ { .vt = VT_BOOL }, ENGLISH, VARIANT_ALPHABOOL, L"False" },
		{ { .vt = VT_EMPTY }, ENGLISH, 0, L"" },
		{ { .vt = VT_DATE, .date = 36526 }, ENGLISH, 0, L"1/1/2000" },
		{ { .vt = VT_DATE, .date = 36526.75 },
		  ENGLISH,
		  0,
		  L"1/1/2000 6:00:00 PM" },
		{ { .vt = VT_DATE, .date = 0.25 }, ENGLISH, 0, L"6:00:00 AM" },
		{ { .vt = VT_DATE, .date = 36526 }, GERMAN, 0, L"01.01.2000" },
	};
	VARIANT v;

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		CHECK_EQ(change(row[i].from, row[i].lcid, row[i].flags, VT_BSTR,
				&v),
			 S_OK);
		CHECK(V_VT(&v) == VT_BSTR && V_BSTR(&v) &&
			      !wcscmp(V_BSTR(&v), row[i].to),
		      "%u: %ls, not %ls", i, V_BSTR(&v), row[i].to);
		VariantClear(&v);
	}
}

static void of_text(void)
{
	static const struct {
		const WCHAR *from;
		LCID lcid;
		HRESULT hr;
		double to;
	} row[] = {
		{ L"42", ENGLISH, S_OK, 42 },
		{ L" -17 ", ENGLISH, S_OK, -17 },
		{ L"1.5", ENGLISH, S_OK, 1.5 },
		{ L"1,5", GERMAN, S_OK, 1.5 },
		{ L"1,234,567.5", ENGLISH, S_OK, 1234567.5 },
		{ L"1e3", ENGLISH, S_OK, 1000 },
		{ L"-2.5E-1", ENGLISH, S_OK, -0.25 },
		{ L".5", ENGLISH, S_OK, 0.5 },
		{ L"", ENGLISH, DISP_E_TYPEMISMATCH, 0 },
		{ L"x", ENGLISH, DISP_E_TYPEMISMATCH, 0 },
		{ L"1x", ENGLISH, DISP_E_TYPEMISMATCH, 0 },
		{ L"1 2", ENGLISH, DISP_E_TYPEMISMATCH, 0 },
		{ L"1.2.3", ENGLISH, DISP_E_TYPEMISMATCH, 0 },
	};
	VARIANT v;
	ULONG n = 0;

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		HRESULT hr =
			change(text(row[i].from), row[i].lcid, 0, VT_R8, &v);

		CHECK(hr == row[i].hr, "%ls: %#lx", row[i].from, hr);
		if (SUCCEEDED(hr))
			CHECK(V_R8(&v) == row[i].to, "%ls: %g", row[i].from,
			      V_R8(&v));
	}
	CHECK(change(text(L"9223372036854775807"), ENGLISH, 0, VT_I8, &v) ==
		      S_OK &&
	      V_I8(&v) == MAXLONGLONG);
	CHECK(change(text(L"2.5"), ENGLISH, 0, VT_I4, &v) == S_OK &&
	      V_I4(&v) == 2);
	CHECK_EQ(change(text(L"300"), ENGLISH, 0, VT_UI1, &v), DISP_E_OVERFLOW);
	CHECK(change(text(L"tRue"), ENGLISH, 0, VT_BOOL, &v) == S_OK &&
	      V_BOOL(&v) == VARIANT_TRUE);
	CHECK(change(text(L"#FALSE#"), ENGLISH, 0, VT_BOOL, &v) == S_OK &&
	      V_BOOL(&v) == VARIANT_FALSE);
	CHECK(change(text(L"2"), ENGLISH, 0, VT_BOOL, &v) == S_OK &&
	      V_BOOL(&v) == VARIANT_TRUE);
	CHECK_EQ(change(text(L"perhaps"), ENGLISH, 0, VT_BOOL, &v),
		 DISP_E_TYPEMISMATCH);
	CHECK(VarUI4FromStr((WCHAR *)L"4294967295", ENGLISH, 0, &n) == S_OK &&
	      n == ~0u);
	CHECK_EQ(VarUI4FromStr((WCHAR *)L"-1", ENGLISH, 0, &n),
		 DISP_E_OVERFLOW);
}

static void others(void)
{
	VARIANT v, ref, null = { .vt = VT_NULL };
	SAFEARRAY *a = SafeArrayCreateVector(VT_I2, 0, 2);
	LONG n = 12;

	CHECK_EQ(change(null, ENGLISH, 0, VT_I4, &v), DISP_E_TYPEMISMATCH);
	CHECK_EQ(change(null, ENGLISH, 0, VT_BSTR, &v), DISP_E_TYPEMISMATCH);
	CHECK(FAILED(change(i4(1), ENGLISH, 0, VT_BYREF | VT_I4, &v)));
	V_VT(&v) = VT_ARRAY | VT_I2;
	V_ARRAY(&v) = a;
	CHECK_EQ(VariantChangeTypeEx(&v, &v, ENGLISH, 0, VT_I4),
		 DISP_E_TYPEMISMATCH);
	CHECK(V_VT(&v) == (VT_ARRAY | VT_I2) && V_ARRAY(&v) == a);
	CHECK_EQ(VariantClear(&v), S_OK);
	/* Through a reference, and in its own place. */
	V_VT(&ref) = VT_BYREF | VT_I4;
	V_I4REF(&ref) = &n;
	CHECK_EQ(VariantChangeType(&ref, &ref, 0, VT_BSTR), S_OK);
	CHECK(V_VT(&ref) == VT_BSTR && !wcscmp(V_BSTR(&ref), L"12"));
	CHECK_EQ(VariantChangeType(&ref, &ref, 0, VT_I2), S_OK);
	CHECK(V_VT(&ref) == VT_I2 && V_I2(&ref) == 12);
}

static void times(void)
{
	static const struct {
		double date;
		WORD y, m, d, h, min, s, weekday;
	} row[] = {
		{ 0, 1899, 12, 30, 0, 0, 0, 6 },
		{ 2, 1900, 1, 1, 0, 0, 0, 1 },
		{ 36526.5, 2000, 1, 1, 12, 0, 0, 6 },
		{ -1.75, 1899, 12, 29, 18, 0, 0, 5 },
		{ 43890, 2020, 2, 29, 0, 0, 0, 6 },
		{ 2958465, 9999, 12, 31, 0, 0, 0, 5 },
		{ -657434, 100, 1, 1, 0, 0, 0, 5 },
		{ 0.999994, 1899, 12, 30, 23, 59, 59, 6 },
	};
	SYSTEMTIME t;
	double back;

	for (unsigned i = 0; i < COUNT_OF(row); i++) {
		CHECK(VariantTimeToSystemTime(row[i].date, &t));
		CHECK(t.wYear == row[i].y && t.wMonth == row[i].m &&
			      t.wDay == row[i].d && t.wHour == row[i].h &&
			      t.wMinute == row[i].min && t.wSecond == row[i].s,
		      "%g: %u-%u-%u %u:%u:%u", row[i].date, t.wYear, t.wMonth,
		      t.wDay, t.wHour, t.wMinute, t.wSecond);
		CHECK(t.wDayOfWeek == row[i].weekday, "%g: %u", row[i].date,
		      t.wDayOfWeek);
		CHECK(SystemTimeToVariantTime(&t, &back));
		CHECK(fabs(back - row[i].date) < 1e-5, "%.10g: %.10g",
		      row[i].date, back);
	}
	CHECK(!VariantTimeToSystemTime(2958466, &t));
	CHECK(!VariantTimeToSystemTime(-657435, &t));
}

int main(void)
{
	numbers();
	to_text();
	of_text();
	others();
	times();
	return check_done();
}
