/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clipboard-names.c - clipboard formats and window messages by names: one name,
 * one number, whatever its case.
 */
#include <windows.h>

#include "check.h"

int main(void)
{
	UINT a = RegisterClipboardFormatA("rf test of names"), b;
	WCHAR w[40];
	char s[40];

	CHECK(a >= 0xc000 && a <= 0xffff, "%u", a);
	CHECK_EQ(RegisterClipboardFormatW(L"RF Test of Names"), a);
	CHECK_EQ(RegisterWindowMessageA("rf test of names"), a);
	b = RegisterWindowMessageW(L"rf another");
	CHECK(b >= 0xc000 && b <= 0xffff && b != a, "%u", b);
	CHECK_EQ(GetClipboardFormatNameW(a, w, 40), 16);
	CHECK(!memcmp(w, L"rf test of names", 34));
	CHECK_EQ(GetClipboardFormatNameA(a, s, 40), 16);
	CHECK(!strcmp(s, "rf test of names"));
	memset(s, 'x', sizeof s);
	CHECK_EQ(GetClipboardFormatNameA(a, s, 1), 0);
	CHECK(s[0] == 0 && s[16] == 'x'); /* nothing behind its room */
	CHECK_EQ(GetClipboardFormatNameW(a, w, 4), 3);
	CHECK(!memcmp(w, L"rf ", 8));
	CHECK_EQ(GetClipboardFormatNameW(CF_TEXT, w, 40), 0);
	CHECK_EQ(RegisterClipboardFormatA(""), 0);
	return check_done();
}
