/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hstring.c - strings of the Windows Runtime, and asking for its classes. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

typedef struct string *STRING_HANDLE;
#define E_BOUNDS ((HRESULT)0x8000000b)

static struct {
	HRESULT(WINAPI *WindowsCreateString)(PCWSTR, UINT32, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsCreateStringReference)(PCWSTR, UINT32, void *,
						      STRING_HANDLE *);
	HRESULT(WINAPI *WindowsDeleteString)(STRING_HANDLE);
	HRESULT(WINAPI *WindowsDuplicateString)(STRING_HANDLE, STRING_HANDLE *);
	UINT32(WINAPI *WindowsGetStringLen)(STRING_HANDLE);
	PCWSTR(WINAPI *WindowsGetStringRawBuffer)(STRING_HANDLE, UINT32 *);
	BOOL(WINAPI *WindowsIsStringEmpty)(STRING_HANDLE);
	HRESULT(WINAPI *WindowsStringHasEmbeddedNull)(STRING_HANDLE, BOOL *);
	HRESULT(WINAPI *WindowsCompareStringOrdinal)(STRING_HANDLE, STRING_HANDLE, INT32 *);
	HRESULT(WINAPI *WindowsSubstring)(STRING_HANDLE, UINT32, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsSubstringWithSpecifiedLength)(STRING_HANDLE, UINT32,
							     UINT32, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsConcatString)(STRING_HANDLE, STRING_HANDLE, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsReplaceString)(STRING_HANDLE, STRING_HANDLE, STRING_HANDLE, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsTrimStringStart)(STRING_HANDLE, STRING_HANDLE, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsTrimStringEnd)(STRING_HANDLE, STRING_HANDLE, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsPreallocateStringBuffer)(UINT32, WCHAR **,
							void **);
	HRESULT(WINAPI *WindowsPromoteStringBuffer)(void *, STRING_HANDLE *);
	HRESULT(WINAPI *WindowsDeleteStringBuffer)(void *);
	HRESULT(WINAPI *RoInitialize)(int);
	void(WINAPI *RoUninitialize)(void);
	HRESULT(WINAPI *RoGetActivationFactory)(STRING_HANDLE, const GUID *, void **);
} c;

static BOOL load(void)
{
	static const struct {
		const char *name;
		void *at;
	} fn[] = {
#define F(name) { #name, &c.name }
		F(WindowsCreateString),
		F(WindowsCreateStringReference),
		F(WindowsDeleteString),
		F(WindowsDuplicateString),
		F(WindowsGetStringLen),
		F(WindowsGetStringRawBuffer),
		F(WindowsIsStringEmpty),
		F(WindowsStringHasEmbeddedNull),
		F(WindowsCompareStringOrdinal),
		F(WindowsSubstring),
		F(WindowsSubstringWithSpecifiedLength),
		F(WindowsConcatString),
		F(WindowsReplaceString),
		F(WindowsTrimStringStart),
		F(WindowsTrimStringEnd),
		F(WindowsPreallocateStringBuffer),
		F(WindowsPromoteStringBuffer),
		F(WindowsDeleteStringBuffer),
		F(RoInitialize),
		F(RoUninitialize),
		F(RoGetActivationFactory),
#undef F
	};
	HMODULE m = LoadLibraryA("combase.dll");
	BOOL all = m != NULL;

	for (unsigned i = 0; i < COUNT_OF(fn); i++) {
		FARPROC p = m ? GetProcAddress(m, fn[i].name) : NULL;

		CHECK(p != NULL, "%s", fn[i].name);
		memcpy(fn[i].at, &p, sizeof p);
		all = all && p;
	}
	return all;
}

static STRING_HANDLE make(PCWSTR s)
{
	STRING_HANDLE h = NULL;

	CHECK_EQ(c.WindowsCreateString(s, (UINT32)wcslen(s), &h), S_OK);
	return h;
}

/* And deletes it. */
static void is(STRING_HANDLE h, PCWSTR want)
{
	UINT32 n = 99;
	PCWSTR s = c.WindowsGetStringRawBuffer(h, &n);

	CHECK(n == wcslen(want) && !wcscmp(s, want), "%ls, not %ls", s, want);
	CHECK_EQ(c.WindowsDeleteString(h), S_OK);
}

static void life(void)
{
	char header[24];
	STRING_HANDLE a = make(L"abc"), b, r;
	WCHAR text[] = L"there";
	BOOL has = 9;

	CHECK_EQ(c.WindowsDuplicateString(a, &b), S_OK);
	is(a, L"abc");
	is(b, L"abc"); /* it is still there */
	b = (STRING_HANDLE)1;
	CHECK(c.WindowsCreateString(L"x", 0, &b) == S_OK && !b);
	CHECK_EQ(c.WindowsCreateString(NULL, 1, &b), E_POINTER);
	CHECK_EQ(c.WindowsCreateString(L"x", 1, NULL), E_INVALIDARG);
	CHECK(c.WindowsIsStringEmpty(NULL) && !c.WindowsGetStringLen(NULL));
	CHECK(!*c.WindowsGetStringRawBuffer(NULL, NULL));
	CHECK_EQ(c.WindowsDeleteString(NULL), S_OK);

	CHECK_EQ(c.WindowsCreateStringReference(text, 3, header, &r),
		 E_INVALIDARG); /* no end there */
	CHECK_EQ(c.WindowsCreateStringReference(text, 5, header, &r), S_OK);
	CHECK(c.WindowsGetStringRawBuffer(r, NULL) == text);
	CHECK_EQ(c.WindowsDuplicateString(r, &b), S_OK);
	text[0] = 'T';
	is(r, L"There");
	is(b, L"there");

	CHECK_EQ(c.WindowsCreateString(L"a\0b", 3, &a), S_OK);
	CHECK(c.WindowsStringHasEmbeddedNull(a, &has) == S_OK && has == TRUE);
	CHECK_EQ(c.WindowsGetStringLen(a), 3);
	c.WindowsDeleteString(a);
	CHECK(c.WindowsStringHasEmbeddedNull(NULL, &has) == S_OK && !has);
}

static void made(void)
{
	STRING_HANDLE s = make(L"one two two"), two = make(L"two"), x = make(L"x"), out;
	STRING_HANDLE set = make(L"eno "), o = make(L"o");
	INT32 order = 9;

	CHECK_EQ(c.WindowsSubstring(s, 8, &out), S_OK);
	CHECK(c.WindowsCompareStringOrdinal(out, two, &order) == S_OK &&
	      order == 0);
	is(out, L"two");
	CHECK_EQ(c.WindowsSubstring(s, 12, &out), E_BOUNDS);
	CHECK(c.WindowsSubstring(s, 11, &out) == S_OK && !out);
	CHECK_EQ(c.WindowsSubstringWithSpecifiedLength(s, 4, 3, &out), S_OK);
	is(out, L"two");
	CHECK_EQ(c.WindowsSubstringWithSpecifiedLength(s, 4, ~0u, &out),
		 E_BOUNDS);
	CHECK_EQ(c.WindowsConcatString(s, x, &out), S_OK);
	is(out, L"one two twox");
	CHECK_EQ(c.WindowsConcatString(NULL, x, &out), S_OK);
	is(out, L"x");
	CHECK_EQ(c.WindowsReplaceString(s, two, x, &out), S_OK);
	is(out, L"one x x");
	CHECK_EQ(c.WindowsReplaceString(s, two, NULL, &out), S_OK);
	is(out, L"one  ");
	CHECK_EQ(c.WindowsReplaceString(s, NULL, x, &out), E_INVALIDARG);
	CHECK_EQ(c.WindowsTrimStringStart(s, set, &out), S_OK);
	is(out, L"two two");
	CHECK_EQ(c.WindowsTrimStringEnd(s, o, &out), S_OK);
	is(out, L"one two tw");
	c.WindowsCompareStringOrdinal(s, x, &order);
	CHECK_EQ(order, -1);
	c.WindowsCompareStringOrdinal(x, NULL, &order);
	CHECK_EQ(order, 1);
	is(s, L"one two two");
	is(two, L"two");
	is(x, L"x");
	is(set, L"eno ");
	is(o, L"o");
}

/* More than a string can have: 65536 times 65537 units. */
static void too_long(void)
{
	const UINT32 n = 0x10000;
	WCHAR *text = malloc((n + 2) * sizeof *text), *room = text;
	STRING_HANDLE s, with, what, out = NULL;
	void *b = text;

	CHECK(text != NULL);
	if (!text)
		return;
	for (UINT32 i = 0; i <= n; i++)
		text[i] = 'a';
	text[n + 1] = 0;
	CHECK_EQ(c.WindowsCreateString(text, n, &s), S_OK);
	with = make(text);
	what = make(L"a");
	CHECK_EQ(c.WindowsReplaceString(s, what, with, &out), E_OUTOFMEMORY);
	CHECK(!out);
	is(with, text);
	text[n] = 0;
	is(s, text);
	is(what, L"a");
	free(text);
	CHECK_EQ(c.WindowsPreallocateStringBuffer(~0u, &room, &b),
		 MEM_E_INVALID_SIZE);
	CHECK(!room && !b);
}

static void buffers(void)
{
	WCHAR *room;
	void *b;
	STRING_HANDLE s;

	CHECK_EQ(c.WindowsPreallocateStringBuffer(3, &room, &b), S_OK);
	memcpy(room, L"abc", 8);
	CHECK_EQ(c.WindowsPromoteStringBuffer(b, &s), S_OK);
	is(s, L"abc");
	CHECK_EQ(c.WindowsPreallocateStringBuffer(3, &room, &b), S_OK);
	room[3] = 'x';
	CHECK_EQ(c.WindowsPromoteStringBuffer(b, &s), E_INVALIDARG);
	CHECK_EQ(c.WindowsDeleteStringBuffer(b), S_OK);
}

int main(void)
{
	static const GUID iid = { 0x35, 0, 0, { 0xc0, 0, 0, 0, 0, 0, 0, 0x46 } };
	STRING_HANDLE name;
	void *out = &out;

	if (!load())
		return check_done();
	life();
	made();
	too_long();
	buffers();
	CHECK_EQ(c.RoInitialize(1), S_OK);
	name = make(L"Rf.No.Such.Class");
	CHECK_EQ(c.RoGetActivationFactory(name, &iid, &out),
		 REGDB_E_CLASSNOTREG);
	CHECK(!out);
	c.WindowsDeleteString(name);
	c.RoUninitialize();
	return check_done();
}
