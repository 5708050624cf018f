/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests the functions that forgive bad pointers: lstrlen and its family, and
 * IsBadReadPtr and its own.
 */
#include <windows.h>
#include <string.h>

#include "check.h"

/* A text whose NUL would be on a page that is not there. */
static char *cut_off(char c)
{
	char *page = VirtualAlloc(NULL, 0x2000, MEM_RESERVE, PAGE_NOACCESS);

	page = VirtualAlloc(page, 0x1000, MEM_COMMIT, PAGE_READWRITE);
	memset(page + 0xf00, c, 0x100);
	return page + 0x1000 - 6;
}

int main(void)
{
	char *volatile bad = (char *)8, *end = cut_off('x');
	WCHAR *volatile bad_wide = (WCHAR *)8, wide[16] = L"abc";
	char text[16] = "abc";

	CHECK_EQ(lstrlenA(NULL), 0);
	CHECK_EQ(lstrlenA("four"), 4);
	CHECK_EQ(lstrlenA(bad), 0);
	CHECK_EQ(lstrlenA(end), 0);
	CHECK_EQ(lstrlenW(L"four"), 4);
	CHECK_EQ(lstrlenW(bad_wide), 0);
	CHECK_EQ(lstrlenW((WCHAR *)end), 0);

	CHECK(lstrcpyA(text, "x") == text && !strcmp(text, "x"));
	CHECK(!lstrcpyA(bad, "x"));
	CHECK(!lstrcpyA(text, bad));
	CHECK(!lstrcpyA(NULL, "x"));
	CHECK(!lstrcpyA(end, "longer than room"));
	CHECK(!lstrcpyW(bad_wide, L"x"));
	CHECK(!lstrcpyW(wide, bad_wide));
	CHECK(lstrcpyA(text, "abc") == text);
	CHECK(lstrcatA(text, "def") == text && !strcmp(text, "abcdef"));
	CHECK(!lstrcatA(text, bad));
	CHECK(!lstrcatA(bad, "x"));
	CHECK(lstrcatW(wide, L"def") == wide && !wcscmp(wide, L"abcdef"));
	CHECK(!lstrcatW(wide, bad_wide));
	CHECK(lstrcpynA(text, "0123456789", 4) == text && !strcmp(text, "012"));
	CHECK(lstrcpynA(text, "01", 4) == text && !strcmp(text, "01"));
	CHECK(!lstrcpynA(text, bad, 4));
	CHECK(!lstrcpynW(wide, bad_wide, 4));
	/* No further than it has to. */
	end = cut_off('y');
	CHECK(lstrcpynA(text, end, 6) == text && !strcmp(text, "yyyyy"));

	CHECK(IsBadReadPtr(bad, 1) && !IsBadReadPtr(text, sizeof text));
	CHECK(IsBadReadPtr(end, 7) && !IsBadReadPtr(end, 6));
	CHECK(!IsBadReadPtr(bad, 0));
	CHECK(IsBadWritePtr((void *)(ULONG_PTR)main, 1));
	CHECK(!IsBadWritePtr(text, sizeof text));
	CHECK(IsBadStringPtrA(bad, 9) && !IsBadStringPtrA(text, 16));
	CHECK(IsBadStringPtrA(end, 9) && !IsBadStringPtrA(end, 6));
	CHECK(IsBadStringPtrW(bad_wide, 9) && !IsBadStringPtrW(wide, 16));
	CHECK(IsBadCodePtr((FARPROC)(ULONG_PTR)bad));
	return check_done();
}
