/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * title.c - a window's text: kept by DefWindowProc, so that a window procedure
 * may have another.
 */
#include "hidden.h"

#include <string.h>

WCHAR *text_copy(LPCWSTR s)
{
	SIZE_T size;
	WCHAR *to;

	if (IS_INTRESOURCE(s))
		return NULL;
	size = ((SIZE_T)lstrlenW(s) + 1) * sizeof *s;
	to = HeapAlloc(GetProcessHeap(), 0, size);
	if (to)
		memcpy(to, s, size);
	return to;
}

WCHAR *text_widen(LPCSTR s)
{
	WCHAR *to;
	int n;

	if (IS_INTRESOURCE(s))
		return NULL;
	n = MultiByteToWideChar(CP_ACP, 0, s, -1, NULL, 0);
	to = HeapAlloc(GetProcessHeap(), 0, (SIZE_T)n * sizeof *to);
	if (to)
		MultiByteToWideChar(CP_ACP, 0, s, -1, to, n);
	return to;
}

void text_free(WCHAR *s)
{
	if (s)
		HeapFree(GetProcessHeap(), 0, s);
}

static LRESULT set(HWND window, WCHAR *to, BOOL empty)
{
	struct window *w;
	WCHAR *old = to;

	if (!to && !empty)
		return FALSE; /* no memory */
	AcquireSRWLockExclusive(&user_lock);
	w = window_find(window);
	if (w) {
		old = w->text;
		w->text = to;
	}
	ReleaseSRWLockExclusive(&user_lock);
	text_free(old);
	return w != NULL;
}

/* A copy; NULL: there is none. */
static WCHAR *get(HWND window)
{
	const struct window *w;
	WCHAR *copy = NULL;

	AcquireSRWLockShared(&user_lock);
	w = window_find(window);
	if (w && w->text)
		copy = text_copy(w->text);
	ReleaseSRWLockShared(&user_lock);
	return copy;
}

/* Units or bytes of s that fit in size with a NUL. */
static LRESULT put_wide(const WCHAR *s, WCHAR *to, WPARAM size)
{
	SIZE_T n = s ? (SIZE_T)lstrlenW(s) : 0;

	n = n < size ? n : size - 1;
	if (n)
		memcpy(to, s, n * sizeof *to);
	to[n] = 0;
	return (LRESULT)n;
}

static int narrow_length(const WCHAR *s)
{
	int n = s ? WideCharToMultiByte(CP_ACP, 0, s, -1, NULL, 0, NULL, NULL)
		  : 0;

	return n ? n - 1 : 0;
}

static LRESULT put_narrow(const WCHAR *s, char *to, WPARAM size)
{
	int units = s ? lstrlenW(s) : 0, n = 0;
	int room = size > 0x7fffffff ? 0x7fffffff : (int)size;

	/* As many whole characters as there is room for. */
	for (; units && !n && room > 1; units--)
		n = WideCharToMultiByte(CP_ACP, 0, s, units, to, room - 1, NULL,
					NULL);
	to[n] = 0;
	return n;
}

LRESULT title_message(HWND window, UINT message, WPARAM size, LPARAM text,
		      BOOL wide)
{
	LRESULT n = 0;
	WCHAR *s;

	if (message == WM_SETTEXT)
		return set(window,
			   wide ? text_copy((LPCWSTR)text)
				: text_widen((LPCSTR)text),
			   IS_INTRESOURCE(text));
	s = get(window);
	if (message == WM_GETTEXTLENGTH)
		n = wide ? (s ? lstrlenW(s) : 0) : narrow_length(s);
	else if (size && text)
		n = wide ? put_wide(s, (WCHAR *)text, size)
			 : put_narrow(s, (char *)text, size);
	text_free(s);
	return n;
}

/* Does its procedure take texts as W functions do?  FALSE: no such window. */
static BOOL takes(HWND window, BOOL *wide)
{
	const struct window *w;

	AcquireSRWLockShared(&user_lock);
	w = window_find(window);
	*wide = w && w->class->wide;
	ReleaseSRWLockShared(&user_lock);
	if (!w)
		SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return w != NULL;
}

BOOL WINAPI SetWindowTextW(HWND window, LPCWSTR text)
{
	char *s = NULL;
	LRESULT done;
	BOOL wide;
	int n;

	if (!takes(window, &wide))
		return FALSE;
	if (wide || !text)
		return SendMessageW(window, WM_SETTEXT, 0, (LPARAM)text) != 0;
	n = WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL);
	s = HeapAlloc(GetProcessHeap(), 0, (SIZE_T)n);
	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	WideCharToMultiByte(CP_ACP, 0, text, -1, s, n, NULL, NULL);
	done = SendMessageA(window, WM_SETTEXT, 0, (LPARAM)s);
	HeapFree(GetProcessHeap(), 0, s);
	return done != 0;
}

BOOL WINAPI SetWindowTextA(HWND window, LPCSTR text)
{
	LRESULT done;
	WCHAR *s;
	BOOL wide;

	if (!takes(window, &wide))
		return FALSE;
	if (!wide || !text)
		return SendMessageA(window, WM_SETTEXT, 0, (LPARAM)text) != 0;
	s = text_widen(text);
	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return FALSE;
	}
	done = SendMessageW(window, WM_SETTEXT, 0, (LPARAM)s);
	text_free(s);
	return done != 0;
}

/* What its procedure says, as W has it; NULL: no such window, no memory. */
static WCHAR *ask(HWND window)
{
	LRESULT n;
	BOOL wide;
	WCHAR *s;
	char *a;

	if (!takes(window, &wide))
		return NULL;
	n = SendMessageW(window, WM_GETTEXTLENGTH, 0, 0);
	n = n < 0 ? 0 : n;
	if (wide) {
		s = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
			      ((SIZE_T)n + 1) * sizeof *s);
		if (s)
			SendMessageW(window, WM_GETTEXT, (WPARAM)n + 1,
				     (LPARAM)s);
	} else {
		a = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY,
			      (SIZE_T)n + 1);
		if (a)
			SendMessageA(window, WM_GETTEXT, (WPARAM)n + 1,
				     (LPARAM)a);
		s = a ? text_widen(a) : NULL;
		if (a)
			HeapFree(GetProcessHeap(), 0, a);
	}
	if (!s)
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return s;
}

int WINAPI GetWindowTextW(HWND window, LPWSTR to, int size)
{
	WCHAR *s = ask(window);
	int n = 0;

	if (to && size > 0)
		n = (int)put_wide(s, to, (WPARAM)size);
	text_free(s);
	return n;
}

int WINAPI GetWindowTextA(HWND window, LPSTR to, int size)
{
	WCHAR *s = ask(window);
	int n = 0;

	if (to && size > 0)
		n = (int)put_narrow(s, to, (WPARAM)size);
	text_free(s);
	return n;
}

int WINAPI GetWindowTextLengthW(HWND window)
{
	WCHAR *s = ask(window);
	int n = s ? lstrlenW(s) : 0;

	text_free(s);
	return n;
}

int WINAPI GetWindowTextLengthA(HWND window)
{
	WCHAR *s = ask(window);
	int n = narrow_length(s);

	text_free(s);
	return n;
}
