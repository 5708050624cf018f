/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shlwapi-str.c - shlwapi's strings, its registry in one call, QISearch. */
// link: -lshlwapi -luuid
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <ole2.h>
#include <shlwapi.h>
#include <wchar.h>

static void is(const char *got, const char *want)
{
	CHECK(got && !strcmp(got, want), "\"%s\", not \"%s\"",
	      got ? got : "(null)", want);
}

static void searched(void)
{
	const char *s = "one two One Two";

	is(StrChrA(s, 'w'), "wo One Two");
	is(StrChrIA(s, 'W'), "wo One Two");
	is(StrRChrA(s, NULL, 'o'), "o");
	is(StrRChrA(s, s + 7, 'o'), "o One Two");
	is(StrRChrIA(s, s + 4, 'O'), "one two One Two");
	CHECK(StrChrA(s, 'q') == NULL);
	is(StrStrA(s, "One"), "One Two");
	is(StrStrIA(s, "TWO"), "two One Two");
	CHECK(StrStrA(s, "ONE") == NULL);
	CHECK(StrStrA(s, "") == NULL);
	is(StrRStrIA(s, NULL, "TWO"), "Two");
	is(StrRStrIA(s, s + 12, "TWO"), "two One Two");
	CHECK_EQ(StrSpnA("aabbc", "ab"), 4);
	CHECK_EQ(StrCSpnA("aabbc", "cb"), 2);
	CHECK_EQ(StrCSpnIA("aabbc", "CB"), 2);
	is(StrPBrkA("aabbc", "cb"), "bbc");
	CHECK(!wcscmp(StrStrNW(L"abcabc", L"ca", 4), L"cabc"));
	CHECK(StrStrNW(L"abcabc", L"ca", 3) == NULL);
	CHECK(StrChrNW(L"abc", 'c', 2) == NULL);
	CHECK(!ChrCmpIA('a', 'A'));
	CHECK(ChrCmpIW('a', 'b'));
}

static void cut_and_copied(void)
{
	char s[32] = "  _a b_ ", *d;
	WCHAR w[8] = L"abc", *dup;

	CHECK(StrTrimA(s, " _"));
	is(s, "a b");
	CHECK(!StrTrimA(s, " _"));
	is(StrCatBuffA(s, "cdefghij", 6), "a bcd");
	is(StrNCatA(strcpy(s, "ab"), "cdef", 3), "abcd");
	d = StrDupA("copy");
	is(d, "copy");
	LocalFree(d);
	CHECK(!wcscmp(StrCpyNW(w, L"0123456789", 4), L"012"));
	CHECK(SUCCEEDED(SHStrDupA("wide", &dup)));
	CHECK(!wcscmp(dup, L"wide"));
	CoTaskMemFree(dup);
	CHECK_EQ(wnsprintfA(s, 6, "%d-%s", 12, "abcdef"), -1);
	is(s, "12-ab");
	CHECK_EQ(wnsprintfA(s, 32, "%d-%s", 12, "ab"), 5);
	CHECK_EQ(SHUnicodeToAnsi(L"abc", s, sizeof s), 4);
	CHECK_EQ(SHAnsiToUnicode("abc", w, 8), 4);
}

static void compared(void)
{
	static const WCHAR *const sorted[] = { L"1",	L"2 a",	  L"10",
					       L"a1b",	L"a2",	  L"a03",
					       L"a10",	L"b",	  L"file9.txt",
					       L"file10.txt" };

	for (int i = 0; i < (int)COUNT_OF(sorted); i++)
		for (int k = 0; k < (int)COUNT_OF(sorted); k++) {
			int r = StrCmpLogicalW(sorted[i], sorted[k]);

			CHECK((r > 0) - (r < 0) == (i > k) - (i < k),
			      "%ls %ls: %d", sorted[i], sorted[k], r);
		}
	CHECK_EQ(StrCmpLogicalW(L"A10", L"a10"), 0);
	CHECK_EQ(StrCmpIW(L"abc", L"ABC"), 0);
	CHECK(StrCmpW(L"abc", L"ABC") != 0);
	CHECK_EQ(StrCmpNIA("abcd", "ABCx", 3), 0);
	CHECK(StrCmpNIA("abcd", "ABCx", 4) < 0);
	CHECK_EQ(StrCmpNA("abcd", "abcx", 3), 0);
	CHECK(StrCmpCA("a", "B") > 0);
	CHECK(StrCmpICA("a", "B") < 0);
	CHECK_EQ(StrCmpNICW(L"aBc", L"AbD", 2), 0);
}

static void numbers(void)
{
	static const struct {
		LONGLONG n;
		const char *text;
	} sizes[] = {
		{ 0, "0 bytes" },	  { 532, "532 bytes" },
		{ 1340, "1.30 KB" },	  { 23506, "22.9 KB" },
		{ 2400016, "2.28 MB" },	  { 2400000000ll, "2.23 GB" },
		{ 1023999, "999 KB" },
	};
	LONGLONG big;
	char s[32];
	int n;

	CHECK_EQ(StrToIntA("12x"), 12);
	CHECK_EQ(StrToIntA("-7"), -7);
	CHECK_EQ(StrToIntA("x"), 0);
	CHECK(StrToIntExA("0x1F", STIF_SUPPORT_HEX, &n) && n == 31);
	CHECK(StrToIntExA("0x1F", STIF_DEFAULT, &n) && n == 0);
	CHECK(!StrToIntExA("zz", STIF_DEFAULT, &n));
	CHECK(StrToInt64ExW(L"-9000000000", STIF_DEFAULT, &big) &&
	      big == -9000000000ll);
	for (unsigned i = 0; i < COUNT_OF(sizes); i++)
		is(StrFormatByteSize64A(sizes[i].n, s, sizeof s),
		   sizes[i].text);
	is(StrFormatKBSizeA(2400016, s, sizeof s), "2,344 KB");
}

static void registry(void)
{
	const char *path = "Software\\rf-test-shlwapi";
	char text[64];
	DWORD type, n, size;
	HKEY k;

	SHDeleteKeyA(HKEY_CURRENT_USER, path);
	n = 5;
	CHECK_EQ(SHSetValueA(HKEY_CURRENT_USER, path, "n", REG_DWORD, &n,
			     sizeof n),
		 0);
	n = 0;
	size = sizeof n;
	CHECK_EQ(SHGetValueA(HKEY_CURRENT_USER, path, "n", &type, &n, &size),
		 0);
	CHECK(n == 5 && type == REG_DWORD && size == sizeof n);
	SetEnvironmentVariableA("RF_SHL", "there");
	CHECK_EQ(SHSetValueA(HKEY_CURRENT_USER, path, "e", REG_EXPAND_SZ,
			     "%RF_SHL%\\x", 11),
		 0);
	size = sizeof text;
	CHECK_EQ(SHGetValueA(HKEY_CURRENT_USER, path, "e", &type, text, &size),
		 0);
	is(text, "there\\x");
	CHECK_EQ(type, REG_SZ);
	CHECK_EQ(SHRegGetPathA(HKEY_CURRENT_USER, path, "e", text, 0), 0);
	is(text, "there\\x");
	CHECK_EQ(SHGetValueA(HKEY_CURRENT_USER, path, "none", NULL, NULL, NULL),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER,
				 "Software\\rf-test-shlwapi\\below", 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	RegCloseKey(k);
	CHECK_EQ(SHDeleteEmptyKeyA(HKEY_CURRENT_USER, path),
		 ERROR_KEY_HAS_CHILDREN);
	CHECK_EQ(SHDeleteValueA(HKEY_CURRENT_USER, path, "e"), 0);
	CHECK_EQ(SHDeleteKeyA(HKEY_CURRENT_USER, path), 0);
	CHECK(RegOpenKeyA(HKEY_CURRENT_USER, path, &k) == ERROR_FILE_NOT_FOUND);
}

/* ---- an object that QISearch() knows ------------------------------------ */

static LONG refs;

static HRESULT STDMETHODCALLTYPE query(IUnknown *u, REFIID iid, void **out)
{
	static const QITAB table[] = { { &IID_IStream, 0 }, { NULL, 0 } };

	return QISearch(u, table, iid, out);
}

static ULONG STDMETHODCALLTYPE add(IUnknown *u)
{
	return (ULONG)InterlockedIncrement(&refs);
}

static ULONG STDMETHODCALLTYPE release(IUnknown *u)
{
	return (ULONG)InterlockedDecrement(&refs);
}

static void objects(void)
{
	static IUnknownVtbl vtbl = { query, add, release };
	IUnknown u = { &vtbl }, *out;

	CHECK_EQ(query(&u, &IID_IStream, (void **)&out), S_OK);
	CHECK(out == &u && refs == 1);
	CHECK_EQ(query(&u, &IID_IUnknown, (void **)&out), S_OK);
	CHECK_EQ(refs, 2);
	CHECK_EQ(query(&u, &IID_IStorage, (void **)&out), E_NOINTERFACE);
	CHECK(out == NULL);
	IsOS(OS_NT);
}

int main(void)
{
	searched();
	cut_and_copied();
	compared();
	numbers();
	registry();
	objects();
	return check_done();
}
