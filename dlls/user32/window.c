/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window.c - windows, which cannot be made: there is no screen and no
 * message-only window either yet.  Whoever asks for one is told; what takes a
 * window gets the error of a wrong handle.
 */
#include "nt.h"

static void no_window(void)
{
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
}

ATOM WINAPI RegisterClassExW(const WNDCLASSEXW *c)
{
	SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

ATOM WINAPI RegisterClassExA(const WNDCLASSEXA *c)
{
	SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

ATOM WINAPI RegisterClassW(const WNDCLASSW *c)
{
	SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

ATOM WINAPI RegisterClassA(const WNDCLASSA *c)
{
	SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return 0;
}

HWND WINAPI CreateWindowExW(DWORD ex, LPCWSTR class, LPCWSTR title, DWORD style,
			    int x, int y, int w, int h, HWND parent, HMENU menu,
			    HINSTANCE instance, LPVOID param)
{
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
	return NULL;
}

HWND WINAPI CreateWindowExA(DWORD ex, LPCSTR class, LPCSTR title, DWORD style,
			    int x, int y, int w, int h, HWND parent, HMENU menu,
			    HINSTANCE instance, LPVOID param)
{
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
	return NULL;
}

LRESULT WINAPI DefWindowProcW(HWND window, UINT message, WPARAM w, LPARAM l)
{
	return 0;
}

LRESULT WINAPI DefWindowProcA(HWND window, UINT message, WPARAM w, LPARAM l)
{
	return 0;
}

BOOL WINAPI DestroyWindow(HWND window)
{
	no_window();
	return FALSE;
}

BOOL WINAPI ShowWindow(HWND window, int how)
{
	no_window();
	return FALSE;
}

BOOL WINAPI IsWindow(HWND window)
{
	return FALSE;
}

BOOL WINAPI IsWindowVisible(HWND window)
{
	no_window();
	return FALSE;
}

HWND WINAPI GetActiveWindow(void)
{
	return NULL;
}

HWND WINAPI GetForegroundWindow(void)
{
	return NULL;
}

BOOL WINAPI SetForegroundWindow(HWND window)
{
	no_window();
	return FALSE;
}

HWND WINAPI GetLastActivePopup(HWND window)
{
	return window;
}

/* The root of all windows exists even where nothing is shown. */
HWND WINAPI GetDesktopWindow(void)
{
	return (HWND)(ULONG_PTR)0x10010;
}

HWND WINAPI FindWindowW(LPCWSTR class, LPCWSTR title)
{
	SetLastError(ERROR_FILE_NOT_FOUND);
	return NULL;
}

HWND WINAPI FindWindowA(LPCSTR class, LPCSTR title)
{
	SetLastError(ERROR_FILE_NOT_FOUND);
	return NULL;
}

BOOL WINAPI EnumWindows(WNDENUMPROC fn, LPARAM param)
{
	return TRUE; /* all of none */
}

DWORD WINAPI GetWindowThreadProcessId(HWND window, LPDWORD process)
{
	no_window();
	return 0;
}

int WINAPI GetWindowTextW(HWND window, LPWSTR to, int n)
{
	no_window();
	return 0;
}

LRESULT WINAPI SendMessageW(HWND window, UINT message, WPARAM w, LPARAM l)
{
	if (window != HWND_BROADCAST)
		no_window();
	return 0;
}

LRESULT WINAPI SendMessageA(HWND window, UINT message, WPARAM w, LPARAM l)
{
	return SendMessageW(window, message, w, l);
}

/* A broadcast reaches all windows: there are none. */
LRESULT WINAPI SendMessageTimeoutW(HWND window, UINT message, WPARAM w,
				   LPARAM l, UINT flags, UINT ms,
				   PDWORD_PTR result)
{
	if (window == HWND_BROADCAST)
		return 1;
	no_window();
	return 0;
}

LRESULT WINAPI SendMessageTimeoutA(HWND window, UINT message, WPARAM w,
				   LPARAM l, UINT flags, UINT ms,
				   PDWORD_PTR result)
{
	return SendMessageTimeoutW(window, message, w, l, flags, ms, result);
}

BOOL WINAPI ExitWindowsEx(UINT flags, DWORD reason)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI OpenClipboard(HWND owner)
{
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

BOOL WINAPI CloseClipboard(void)
{
	SetLastError(ERROR_CLIPBOARD_NOT_OPEN);
	return FALSE;
}

BOOL WINAPI MessageBeep(UINT type)
{
	return TRUE; /* as with the scheme "no sounds" */
}
