/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * picture.c - what is drawn, pointed at and chosen from: without a screen there
 * is no device context, no icon, no cursor and no menu.
 */
#include "nt.h"

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

HDC WINAPI BeginPaint(HWND window, LPPAINTSTRUCT p)
{
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return NULL;
}

BOOL WINAPI EndPaint(HWND window, const PAINTSTRUCT *p)
{
	return TRUE; /* always, it is documented */
}

int WINAPI FillRect(HDC dc, const RECT *where, HBRUSH brush)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return 0;
}

int WINAPI DrawTextW(HDC dc, LPCWSTR text, int n, LPRECT where, UINT how)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return 0;
}

int WINAPI DrawTextA(HDC dc, LPCSTR text, int n, LPRECT where, UINT how)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return 0;
}

HANDLE WINAPI LoadImageW(HINSTANCE from, LPCWSTR name, UINT type, int w, int h,
			 UINT flags)
{
	SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

HANDLE WINAPI LoadImageA(HINSTANCE from, LPCSTR name, UINT type, int w, int h,
			 UINT flags)
{
	SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

HICON WINAPI LoadIconW(HINSTANCE from, LPCWSTR name)
{
	SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

HICON WINAPI LoadIconA(HINSTANCE from, LPCSTR name)
{
	SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

HCURSOR WINAPI LoadCursorW(HINSTANCE from, LPCWSTR name)
{
	SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

HCURSOR WINAPI LoadCursorA(HINSTANCE from, LPCSTR name)
{
	SetLastError(ERROR_RESOURCE_TYPE_NOT_FOUND);
	return NULL;
}

BOOL WINAPI DestroyIcon(HICON icon)
{
	SetLastError(ERROR_INVALID_CURSOR_HANDLE);
	return FALSE;
}

HCURSOR WINAPI SetCursor(HCURSOR cursor)
{
	return NULL;
}

HMENU WINAPI CreatePopupMenu(void)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return NULL;
}

HMENU WINAPI GetSystemMenu(HWND window, BOOL revert)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return NULL;
}

BOOL WINAPI DestroyMenu(HMENU menu)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return FALSE;
}

BOOL WINAPI AppendMenuW(HMENU menu, UINT flags, UINT_PTR id, LPCWSTR text)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return FALSE;
}

BOOL WINAPI AppendMenuA(HMENU menu, UINT flags, UINT_PTR id, LPCSTR text)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return FALSE;
}

BOOL WINAPI EnableMenuItem(HMENU menu, UINT item, UINT how)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return -1;
}

BOOL WINAPI TrackPopupMenu(HMENU menu, UINT flags, int x, int y, int reserved,
			   HWND owner, const RECT *r)
{
	SetLastError(ERROR_INVALID_MENU_HANDLE);
	return FALSE;
}
