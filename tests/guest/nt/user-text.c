/* user32: wsprintf, OEM text, kinds of characters, keys, window stations. */
#include <windows.h>

#include "../lib/check.h"

/* Installers that are to ask nothing do this to the windows they did not make. */
static void no_such_window(HWND w)
{
	MSGBOXPARAMSW p = { 0 };
	WCHAR text[8];
	RECT r;

	SetLastError(0);
	CHECK(!SetWindowTextW(w, L"x"));
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
	SetLastError(0);
	CHECK(!GetDlgItem(w, 1));
	CHECK_EQ(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
	CHECK(!GetClientRect(w, &r));
	CHECK(!SetWindowPos(w, NULL, 0, 0, 1, 1, 0));
	CHECK_EQ(GetDlgItemTextW(w, 1, text, 8), 0);
	CHECK_EQ(DialogBoxParamW(GetModuleHandleW(NULL), MAKEINTRESOURCEW(77),
				 NULL, NULL, 0),
		 -1);
	SetLastError(0);
	CHECK_EQ(MessageBoxIndirectW(&p), 0);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

int main(void)
{
	char a[1100], long_text[1200];
	WCHAR w[1100];
	USEROBJECTFLAGS flags;
	DWORD n;

	CHECK_EQ(wsprintfA(a, "%d %5d|%-5d|%05d", -1, 2, 3, 4), 20);
	CHECK(!strcmp(a, "-1     2|3    |00004"), "%s", a);
	CHECK_EQ(wsprintfA(a, "%x %X %#x %u %c%%", 255, 255, 255, 7u, 'z'), 15);
	CHECK(!strcmp(a, "ff FF 0xff 7 z%"), "%s", a);
	CHECK_EQ(wsprintfA(a, "%s|%S|%.2s|%ls", "ab", L"cd", "xyz", L"ef"), 11);
	CHECK(!strcmp(a, "ab|cd|xy|ef"), "%s", a);
	CHECK_EQ(wsprintfW(w, L"%s|%S|%hs|%I64x", L"ab", "cd", "ef",
			   0x123456789abcull),
		 21);
	CHECK(!wcscmp(w, L"ab|cd|ef|123456789abc"), "%ls", w);
	memset(long_text, 'x', sizeof long_text);
	long_text[1199] = 0;
	CHECK_EQ(wsprintfA(a, "%s", long_text), 1023);
	CHECK_EQ(strlen(a), 1023);

	CHECK(CharToOemA("plain", a));
	CHECK(!strcmp(a, "plain"));
	CHECK(OemToCharBuffW("abc", w, 4));
	CHECK(!wcscmp(w, L"abc"));
	CHECK(IsCharAlphaA('x') && !IsCharAlphaA('1'));
	CHECK(IsCharAlphaNumericA('1') && IsCharUpperA('X') &&
	      IsCharLowerA('x'));
	strcpy(a, "MiXed");
	CHECK_EQ(CharUpperBuffA(a, 3), 3);
	CHECK(!strcmp(a, "MIXed"), "%s", a);
	CHECK_EQ(LoadStringA(GetModuleHandleA(NULL), 12345, a, sizeof a), 0);

	CHECK_EQ(MapVirtualKeyW('A', MAPVK_VK_TO_VSC), 0x1e);
	CHECK_EQ(MapVirtualKeyW(0x1e, MAPVK_VSC_TO_VK), 'A');
	CHECK_EQ(MapVirtualKeyW(VK_RETURN, MAPVK_VK_TO_VSC), 0x1c);
	CHECK(GetProcessWindowStation() != NULL);
	CHECK(GetUserObjectInformationW(GetProcessWindowStation(), UOI_FLAGS,
					&flags, sizeof flags, &n));
	CHECK_EQ(n, sizeof flags);
	CHECK(GetDesktopWindow() != NULL);
	CHECK(GetSystemMetrics(SM_CXSCREEN) > 0);
	CHECK(GetCaretBlinkTime() > 0);
	CHECK(GetDoubleClickTime() > 0);
	CHECK(!IsWindow((HWND)(ULONG_PTR)0xdead0));
	no_such_window((HWND)(ULONG_PTR)0xdead0);
	return check_done();
}
