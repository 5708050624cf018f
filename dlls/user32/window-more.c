/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window-more.c - more of what takes a window, of which there is none: the
 * error of a wrong handle, which installers that are to ask nothing pass over.
 */
#include "nt.h"

static void no_window(void)
{
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
}

BOOL WINAPI SetWindowTextW(HWND window, LPCWSTR text)
{
	no_window();
	return FALSE;
}

BOOL WINAPI SetWindowTextA(HWND window, LPCSTR text)
{
	no_window();
	return FALSE;
}

int WINAPI GetWindowTextA(HWND window, LPSTR to, int n)
{
	no_window();
	return 0;
}

LONG WINAPI GetWindowLongW(HWND window, int which)
{
	no_window();
	return 0;
}

LONG WINAPI GetWindowLongA(HWND window, int which)
{
	no_window();
	return 0;
}

LONG WINAPI SetWindowLongW(HWND window, int which, LONG to)
{
	no_window();
	return 0;
}

LONG WINAPI SetWindowLongA(HWND window, int which, LONG to)
{
	no_window();
	return 0;
}

#ifdef _WIN64
LONG_PTR WINAPI GetWindowLongPtrW(HWND window, int which)
{
	no_window();
	return 0;
}

LONG_PTR WINAPI GetWindowLongPtrA(HWND window, int which)
{
	no_window();
	return 0;
}

LONG_PTR WINAPI SetWindowLongPtrW(HWND window, int which, LONG_PTR to)
{
	no_window();
	return 0;
}

LONG_PTR WINAPI SetWindowLongPtrA(HWND window, int which, LONG_PTR to)
{
	no_window();
	return 0;
}

ULONG_PTR WINAPI SetClassLongPtrW(HWND window, int which, LONG_PTR to)
{
	no_window();
	return 0;
}

ULONG_PTR WINAPI SetClassLongPtrA(HWND window, int which, LONG_PTR to)
{
	no_window();
	return 0;
}
#endif

DWORD WINAPI SetClassLongW(HWND window, int which, LONG to)
{
	no_window();
	return 0;
}

DWORD WINAPI SetClassLongA(HWND window, int which, LONG to)
{
	no_window();
	return 0;
}

BOOL WINAPI GetClassInfoW(HINSTANCE instance, LPCWSTR name, WNDCLASSW *out)
{
	SetLastError(ERROR_CLASS_DOES_NOT_EXIST);
	return FALSE;
}

BOOL WINAPI GetClassInfoA(HINSTANCE instance, LPCSTR name, WNDCLASSA *out)
{
	SetLastError(ERROR_CLASS_DOES_NOT_EXIST);
	return FALSE;
}

BOOL WINAPI EnableWindow(HWND window, BOOL on)
{
	no_window();
	return FALSE;
}

BOOL WINAPI IsWindowEnabled(HWND window)
{
	no_window();
	return FALSE;
}

BOOL WINAPI SetWindowPos(HWND window, HWND after, int x, int y, int w, int h,
			 UINT flags)
{
	no_window();
	return FALSE;
}

BOOL WINAPI MoveWindow(HWND window, int x, int y, int w, int h, BOOL paint)
{
	no_window();
	return FALSE;
}

BOOL WINAPI GetWindowRect(HWND window, LPRECT out)
{
	no_window();
	return FALSE;
}

BOOL WINAPI GetClientRect(HWND window, LPRECT out)
{
	no_window();
	return FALSE;
}

BOOL WINAPI InvalidateRect(HWND window, const RECT *what, BOOL erase)
{
	no_window();
	return FALSE;
}

BOOL WINAPI UpdateWindow(HWND window)
{
	no_window();
	return FALSE;
}

BOOL WINAPI ScreenToClient(HWND window, LPPOINT at)
{
	no_window();
	return FALSE;
}

BOOL WINAPI ClientToScreen(HWND window, LPPOINT at)
{
	no_window();
	return FALSE;
}

HWND WINAPI GetParent(HWND window)
{
	no_window();
	return NULL;
}

HWND WINAPI SetFocus(HWND window)
{
	no_window();
	return NULL;
}

HWND WINAPI GetFocus(void)
{
	return NULL;
}

HWND WINAPI FindWindowExW(HWND parent, HWND after, LPCWSTR class, LPCWSTR title)
{
	SetLastError(ERROR_FILE_NOT_FOUND);
	return NULL;
}

HWND WINAPI FindWindowExA(HWND parent, HWND after, LPCSTR class, LPCSTR title)
{
	SetLastError(ERROR_FILE_NOT_FOUND);
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
