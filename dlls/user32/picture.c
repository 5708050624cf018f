/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * picture.c - what is drawn, pointed at and chosen from: without a screen there
 * is no device context, no icon, no cursor and no menu.
 */
#include "nt.h"

#include "fails.h"

HDC WINAPI GetDC(HWND window)
{
	return NULL;
}

HDC WINAPI GetWindowDC(HWND window)
{
	return NULL;
}

int WINAPI ReleaseDC(HWND window, HDC dc)
{
	return 0;
}

NO_WINDOW(HDC, BeginPaint, (HWND window, LPPAINTSTRUCT p), NULL)

BOOL WINAPI EndPaint(HWND window, const PAINTSTRUCT *p)
{
	return TRUE; /* always, it is documented */
}

FAILS(int, FillRect, (HDC dc, const RECT *where, HBRUSH brush), 0,
	ERROR_INVALID_HANDLE)
FAILS(int, DrawTextW, (HDC dc, LPCWSTR text, int n, LPRECT where, UINT how), 0,
	ERROR_INVALID_HANDLE)
FAILS(int, DrawTextA, (HDC dc, LPCSTR text, int n, LPRECT where, UINT how), 0,
	ERROR_INVALID_HANDLE)
FAILS(HANDLE, LoadImageW, (HINSTANCE from, LPCWSTR name, UINT type, int w,
	int h, UINT flags), NULL, ERROR_RESOURCE_TYPE_NOT_FOUND)
FAILS(HANDLE, LoadImageA, (HINSTANCE from, LPCSTR name, UINT type, int w, int h,
	UINT flags), NULL, ERROR_RESOURCE_TYPE_NOT_FOUND)
FAILS(HICON, LoadIconW, (HINSTANCE from, LPCWSTR name), NULL,
	ERROR_RESOURCE_TYPE_NOT_FOUND)
FAILS(HICON, LoadIconA, (HINSTANCE from, LPCSTR name), NULL,
	ERROR_RESOURCE_TYPE_NOT_FOUND)
FAILS(HCURSOR, LoadCursorW, (HINSTANCE from, LPCWSTR name), NULL,
	ERROR_RESOURCE_TYPE_NOT_FOUND)
FAILS(HCURSOR, LoadCursorA, (HINSTANCE from, LPCSTR name), NULL,
	ERROR_RESOURCE_TYPE_NOT_FOUND)
FAILS(BOOL, DestroyIcon, (HICON icon), FALSE, ERROR_INVALID_CURSOR_HANDLE)

HCURSOR WINAPI SetCursor(HCURSOR cursor)
{
	return NULL;
}

FAILS(HMENU, CreatePopupMenu, (void), NULL, ERROR_INVALID_MENU_HANDLE)
FAILS(HMENU, GetSystemMenu, (HWND window, BOOL revert), NULL,
	ERROR_INVALID_MENU_HANDLE)
FAILS(BOOL, DestroyMenu, (HMENU menu), FALSE, ERROR_INVALID_MENU_HANDLE)
FAILS(BOOL, AppendMenuW, (HMENU menu, UINT flags, UINT_PTR id, LPCWSTR text),
	FALSE, ERROR_INVALID_MENU_HANDLE)
FAILS(BOOL, AppendMenuA, (HMENU menu, UINT flags, UINT_PTR id, LPCSTR text),
	FALSE, ERROR_INVALID_MENU_HANDLE)
FAILS(BOOL, EnableMenuItem, (HMENU menu, UINT item, UINT how), -1,
	ERROR_INVALID_MENU_HANDLE)
FAILS(BOOL, TrackPopupMenu, (HMENU menu, UINT flags, int x, int y, int reserved,
	HWND owner, const RECT *r), FALSE, ERROR_INVALID_MENU_HANDLE)
