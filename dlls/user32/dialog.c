/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dialog.c - dialog boxes, which cannot be shown.  One that a program would
 * wait for says so on standard error: an installer that ends without a word is
 * a riddle, and most can be told to ask nothing.
 */
#include "nt.h"

static void no_window(void)
{
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
}

static void not_shown(void)
{
	static const WCHAR text[] =
		L"a dialog box cannot be shown: there are no "
		L"windows (installers mostly know /S, /quiet or /VERYSILENT)\n";
	UNICODE_STRING line = { sizeof text - sizeof(WCHAR), sizeof text,
				(WCHAR *)text };

	NtDisplayString(&line);
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
}

INT_PTR WINAPI DialogBoxParamW(HINSTANCE instance, LPCWSTR name, HWND owner,
			       DLGPROC fn, LPARAM param)
{
	not_shown();
	return -1;
}

INT_PTR WINAPI DialogBoxParamA(HINSTANCE instance, LPCSTR name, HWND owner,
			       DLGPROC fn, LPARAM param)
{
	not_shown();
	return -1;
}

INT_PTR WINAPI DialogBoxIndirectParamW(HINSTANCE instance, LPCDLGTEMPLATEW what,
				       HWND owner, DLGPROC fn, LPARAM param)
{
	not_shown();
	return -1;
}

INT_PTR WINAPI DialogBoxIndirectParamA(HINSTANCE instance, LPCDLGTEMPLATEA what,
				       HWND owner, DLGPROC fn, LPARAM param)
{
	not_shown();
	return -1;
}

HWND WINAPI CreateDialogParamW(HINSTANCE instance, LPCWSTR name, HWND owner,
			       DLGPROC fn, LPARAM param)
{
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
	return NULL;
}

HWND WINAPI CreateDialogParamA(HINSTANCE instance, LPCSTR name, HWND owner,
			       DLGPROC fn, LPARAM param)
{
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
	return NULL;
}

HWND WINAPI CreateDialogIndirectParamW(HINSTANCE instance, LPCDLGTEMPLATEW what,
				       HWND owner, DLGPROC fn, LPARAM param)
{
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
	return NULL;
}

HWND WINAPI CreateDialogIndirectParamA(HINSTANCE instance, LPCDLGTEMPLATEA what,
				       HWND owner, DLGPROC fn, LPARAM param)
{
	SetLastError(ERROR_CANNOT_FIND_WND_CLASS);
	return NULL;
}

BOOL WINAPI EndDialog(HWND window, INT_PTR result)
{
	no_window();
	return FALSE;
}

BOOL WINAPI IsDialogMessageW(HWND window, LPMSG message)
{
	return FALSE;
}

BOOL WINAPI IsDialogMessageA(HWND window, LPMSG message)
{
	return FALSE;
}

HWND WINAPI GetDlgItem(HWND window, int id)
{
	no_window();
	return NULL;
}

BOOL WINAPI SetDlgItemTextW(HWND window, int id, LPCWSTR text)
{
	no_window();
	return FALSE;
}

BOOL WINAPI SetDlgItemTextA(HWND window, int id, LPCSTR text)
{
	no_window();
	return FALSE;
}

UINT WINAPI GetDlgItemTextW(HWND window, int id, LPWSTR out, int n)
{
	if (out && n > 0)
		*out = 0;
	no_window();
	return 0;
}

UINT WINAPI GetDlgItemTextA(HWND window, int id, LPSTR out, int n)
{
	if (out && n > 0)
		*out = 0;
	no_window();
	return 0;
}

LRESULT WINAPI SendDlgItemMessageW(HWND window, int id, UINT message, WPARAM w,
				   LPARAM l)
{
	no_window();
	return 0;
}

LRESULT WINAPI SendDlgItemMessageA(HWND window, int id, UINT message, WPARAM w,
				   LPARAM l)
{
	no_window();
	return 0;
}

BOOL WINAPI CheckDlgButton(HWND window, int id, UINT state)
{
	no_window();
	return FALSE;
}

UINT WINAPI IsDlgButtonChecked(HWND window, int id)
{
	no_window();
	return 0;
}

/* Its text may be a number in the program's resources, which is not read. */
int WINAPI MessageBoxIndirectW(const MSGBOXPARAMSW *p)
{
	if (!p || p->cbSize != sizeof *p) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	return MessageBoxW(
		p->hwndOwner, IS_INTRESOURCE(p->lpszText) ? NULL : p->lpszText,
		IS_INTRESOURCE(p->lpszCaption) ? NULL : p->lpszCaption,
		p->dwStyle);
}

int WINAPI MessageBoxIndirectA(const MSGBOXPARAMSA *p)
{
	if (!p || p->cbSize != sizeof *p) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	return MessageBoxA(
		p->hwndOwner, IS_INTRESOURCE(p->lpszText) ? NULL : p->lpszText,
		IS_INTRESOURCE(p->lpszCaption) ? NULL : p->lpszCaption,
		p->dwStyle);
}
