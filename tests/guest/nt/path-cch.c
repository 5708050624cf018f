/* SPDX-License-Identifier: LGPL-2.1-or-later */
// link: -lshlwapi
/*
 * PathCch* and file URLs, called as programs do that link to the API sets.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shlwapi.h>
#include <wchar.h>

#include "check.h"

static HMODULE paths;

#define FUNCTION(ret, name, ...)                                               \
	ret(WINAPI *name)(__VA_ARGS__) = (void *)GetProcAddress(paths, #name); \
	CHECK(name != NULL);                                                   \
	if (!name)                                                             \
	return

#define IS(got, want) CHECK(!wcscmp(got, want), "%ls", got)

static void canonical(void)
{
	static const struct {
		const WCHAR *in, *out;
		ULONG flags;
	} t[] = {
		{ L"", L"\\", 0 },
		{ L"a\\.\\b", L"a\\b", 0 },
		{ L"a\\..\\b", L"\\b", 0 },
		{ L"..\\a", L"a", 0 },
		{ L"c:\\a\\..\\..\\b", L"c:\\b", 0 },
		{ L"\\\\s\\h\\a\\..\\..\\b", L"\\\\s\\b", 0 },
		{ L"\\\\?\\c:\\a\\..\\b", L"c:\\b", 0 },
		{ L"\\\\?\\UNC\\s\\h\\x", L"\\\\s\\h\\x", 0 },
		{ L"c:\\a.\\b...", L"c:\\a.\\b", 0 },
		{ L"c:\\b...", L"c:\\b...", 8 },
		{ L"c:\\*.", L"c:\\*.", 0 },
		{ L"c:\\a", L"\\\\?\\c:\\a", 0x10 },
		{ L"c:\\a", L"c:\\a\\", 0x20 },
	};
	WCHAR longer[300], out[300];
	PWSTR s;

	FUNCTION(HRESULT, PathAllocCanonicalize, PCWSTR, ULONG, PWSTR *);
	FUNCTION(HRESULT, PathCchCanonicalize, PWSTR, SIZE_T, PCWSTR);
	for (unsigned i = 0; i < ARRAYSIZE(t); i++) {
		CHECK_EQ(PathAllocCanonicalize(t[i].in, t[i].flags, &s), S_OK);
		IS(s, t[i].out);
		LocalFree(s);
	}
	wmemset(longer, 'x', 280);
	wmemcpy(longer, L"C:\\", 3);
	longer[280] = 0;
	CHECK_EQ(PathAllocCanonicalize(longer, 0, &s),
		 HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE));
	CHECK_EQ(PathAllocCanonicalize(longer, 1, &s), S_OK);
	CHECK(!wcsncmp(s, L"\\\\?\\C:\\xx", 9) && wcslen(s) == 284);
	LocalFree(s);
	CHECK_EQ(PathCchCanonicalize(out, 4, L"c:\\ab"),
		 HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER));
	CHECK_EQ(PathCchCanonicalize(out, 0, L"a"), E_INVALIDARG);
}

static void joining(void)
{
	WCHAR out[100];

	FUNCTION(HRESULT, PathCchCombine, PWSTR, SIZE_T, PCWSTR, PCWSTR);
	FUNCTION(HRESULT, PathCchAppend, PWSTR, SIZE_T, PCWSTR);
	CHECK_EQ(PathCchCombine(out, 100, L"c:\\a\\b", L"..\\c"), S_OK);
	IS(out, L"c:\\a\\c");
	CHECK_EQ(PathCchCombine(out, 100, L"c:\\a", L"\\b"), S_OK);
	IS(out, L"c:\\b");
	CHECK_EQ(PathCchCombine(out, 100, L"\\\\s\\h\\a", L"\\b"), S_OK);
	IS(out, L"\\\\s\\h\\b");
	CHECK_EQ(PathCchCombine(out, 100, L"c:\\a", L"d:\\b"), S_OK);
	IS(out, L"d:\\b");
	wcscpy(out, L"c:\\a");
	CHECK_EQ(PathCchAppend(out, 100, L"\\b"), S_OK);
	IS(out, L"c:\\a\\b");
}

static void parts(void)
{
	WCHAR s[100];
	PCWSTR p;

	FUNCTION(HRESULT, PathCchRemoveFileSpec, PWSTR, SIZE_T);
	FUNCTION(HRESULT, PathCchStripToRoot, PWSTR, SIZE_T);
	FUNCTION(HRESULT, PathCchSkipRoot, PCWSTR, PCWSTR *);
	FUNCTION(BOOL, PathCchIsRoot, PCWSTR);
	FUNCTION(HRESULT, PathCchRenameExtension, PWSTR, SIZE_T, PCWSTR);
	FUNCTION(HRESULT, PathCchAddExtension, PWSTR, SIZE_T, PCWSTR);
	FUNCTION(HRESULT, PathCchRemoveBackslash, PWSTR, SIZE_T);
	FUNCTION(HRESULT, PathCchAddBackslash, PWSTR, SIZE_T);

	wcscpy(s, L"c:\\a\\b");
	CHECK_EQ(PathCchRemoveFileSpec(s, 100), S_OK);
	IS(s, L"c:\\a");
	CHECK_EQ(PathCchRemoveFileSpec(s, 100), S_OK);
	IS(s, L"c:\\");
	CHECK_EQ(PathCchRemoveFileSpec(s, 100), S_FALSE);
	wcscpy(s, L"\\\\s\\h\\a\\b");
	CHECK_EQ(PathCchStripToRoot(s, 100), S_OK);
	IS(s, L"\\\\s\\h");
	CHECK_EQ(PathCchStripToRoot(s, 100), S_FALSE);
	CHECK_EQ(PathCchSkipRoot(L"\\\\?\\UNC\\s\\h\\a", &p), S_OK);
	IS(p, L"a");
	CHECK_EQ(PathCchSkipRoot(L"a", &p), E_INVALIDARG);
	CHECK(PathCchIsRoot(L"c:\\") && PathCchIsRoot(L"\\\\s\\h") &&
	      !PathCchIsRoot(L"c:") && !PathCchIsRoot(L"\\\\s\\h\\"));
	wcscpy(s, L"a.b\\c");
	CHECK_EQ(PathCchAddExtension(s, 100, L"txt"), S_OK);
	IS(s, L"a.b\\c.txt");
	CHECK_EQ(PathCchAddExtension(s, 100, L".o"), S_FALSE);
	CHECK_EQ(PathCchRenameExtension(s, 100, L".o"), S_OK);
	IS(s, L"a.b\\c.o");
	CHECK_EQ(PathCchRenameExtension(s, 100, L".o.x"), E_INVALIDARG);
	CHECK_EQ(PathCchAddBackslash(s, 8),
		 HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER));
	CHECK_EQ(PathCchAddBackslash(s, 9), S_OK);
	CHECK_EQ(PathCchRemoveBackslash(s, 9), S_OK);
	IS(s, L"a.b\\c.o");
}

static void urls(void)
{
	WCHAR s[100];
	char a[100];
	DWORD n = 100;

	CHECK(UrlIsW(L"file:///C:/x", URLIS_FILEURL));
	CHECK(!UrlIsW(L"C:\\x", URLIS_URL));
	CHECK(UrlIsW(L"mailto:x@y", URLIS_OPAQUE));
	CHECK(!UrlIsW(L"http://h/?a", URLIS_FILEURL));
	CHECK(UrlIsW(L"http://h/?a", URLIS_HASQUERY));
	CHECK_EQ(PathCreateFromUrlW(L"file:///C:/a%20b/c", s, &n, 0), S_OK);
	IS(s, L"C:\\a b\\c");
	CHECK_EQ(n, 8);
	n = 100;
	CHECK_EQ(PathCreateFromUrlW(L"file://srv/share/x", s, &n, 0), S_OK);
	IS(s, L"\\\\srv\\share\\x");
	CHECK_EQ(PathCreateFromUrlW(L"http://x/", s, &n, 0), E_INVALIDARG);
	n = 5;
	CHECK_EQ(PathCreateFromUrlW(L"file:///C:/abcd", s, &n, 0), E_POINTER);
	CHECK_EQ(n, 8);
	n = 100;
	CHECK_EQ(UrlCreateFromPathA("C:\\a b", a, &n, 0), S_OK);
	CHECK(!strcmp(a, "file:///C:/a%20b"), "%s", a);
}

int main(void)
{
	paths = LoadLibraryA("api-ms-win-core-path-l1-1-0.dll");
	CHECK(paths != NULL);
	canonical();
	joining();
	parts();
	urls();
	return check_done();
}
