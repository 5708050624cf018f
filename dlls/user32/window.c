/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window.c - what is asked of windows that are seen: there is no screen, so
 * there are none (hidden.c has the others), and what takes one gets the error
 * of a wrong handle.
 */
#include "nt.h"

#include "fails.h"

NO_WINDOW(BOOL, ShowWindow, (HWND window, int how), FALSE)

NO_WINDOW(BOOL, IsWindowVisible, (HWND window), FALSE)

HWND WINAPI GetActiveWindow(void)
{
	return NULL;
}

HWND WINAPI GetForegroundWindow(void)
{
	return NULL;
}

NO_WINDOW(BOOL, SetForegroundWindow, (HWND window), FALSE)

HWND WINAPI GetLastActivePopup(HWND window)
{
	return window;
}

/* The root of all windows exists even where nothing is shown. */
HWND WINAPI GetDesktopWindow(void)
{
	return (HWND)(ULONG_PTR)0x10010;
}

FAILS(BOOL, ExitWindowsEx, (UINT flags, DWORD reason), FALSE,
	ERROR_PRIVILEGE_NOT_HELD)
FAILS(BOOL, OpenClipboard, (HWND owner), FALSE, ERROR_ACCESS_DENIED)
FAILS(BOOL, CloseClipboard, (void), FALSE, ERROR_CLIPBOARD_NOT_OPEN)

BOOL WINAPI MessageBeep(UINT type)
{
	return TRUE; /* as with the scheme "no sounds" */
}

#ifdef _WIN64
NO_WINDOW(ULONG_PTR, SetClassLongPtrW, (HWND window, int which, LONG_PTR to), 0)
NO_WINDOW(ULONG_PTR, SetClassLongPtrA, (HWND window, int which, LONG_PTR to), 0)
#endif

NO_WINDOW(DWORD, SetClassLongW, (HWND window, int which, LONG to), 0)
NO_WINDOW(DWORD, SetClassLongA, (HWND window, int which, LONG to), 0)
FAILS(BOOL, GetClassInfoW, (HINSTANCE instance, LPCWSTR name, WNDCLASSW *out),
	FALSE, ERROR_CLASS_DOES_NOT_EXIST)
FAILS(BOOL, GetClassInfoA, (HINSTANCE instance, LPCSTR name, WNDCLASSA *out),
	FALSE, ERROR_CLASS_DOES_NOT_EXIST)
NO_WINDOW(BOOL, EnableWindow, (HWND window, BOOL on), FALSE)
NO_WINDOW(BOOL, IsWindowEnabled, (HWND window), FALSE)
NO_WINDOW(BOOL, SetWindowPos, (HWND window, HWND after, int x, int y, int w,
	int h, UINT flags), FALSE)
NO_WINDOW(BOOL, MoveWindow, (HWND window, int x, int y, int w, int h,
	BOOL paint), FALSE)
NO_WINDOW(BOOL, GetWindowRect, (HWND window, LPRECT out), FALSE)
NO_WINDOW(BOOL, GetClientRect, (HWND window, LPRECT out), FALSE)
NO_WINDOW(BOOL, InvalidateRect, (HWND window, const RECT *what, BOOL erase),
	FALSE)
NO_WINDOW(BOOL, UpdateWindow, (HWND window), FALSE)
NO_WINDOW(BOOL, ScreenToClient, (HWND window, LPPOINT at), FALSE)
NO_WINDOW(BOOL, ClientToScreen, (HWND window, LPPOINT at), FALSE)
NO_WINDOW(HWND, SetFocus, (HWND window), NULL)

HWND WINAPI GetFocus(void)
{
	return NULL;
}

LRESULT WINAPI CallWindowProcW(WNDPROC fn, HWND window, UINT message, WPARAM w,
			       LPARAM l)
{
	return fn ? fn(window, message, w, l) : 0;
}

LRESULT WINAPI CallWindowProcA(WNDPROC fn, HWND window, UINT message, WPARAM w,
			       LPARAM l)
{
	return fn ? fn(window, message, w, l) : 0;
}

DWORD WINAPI GetMessagePos(void)
{
	return 0;
}
