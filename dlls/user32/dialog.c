/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dialog.c - dialog boxes, which cannot be shown.  One that a program would
 * wait for says so on standard error: an installer that ends without a word is
 * a riddle, and most can be told to ask nothing.
 */
#include "nt.h"

#include "fails.h"

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

FAILS(HWND, CreateDialogParamW, (HINSTANCE instance, LPCWSTR name, HWND owner,
	DLGPROC fn, LPARAM param), NULL, ERROR_CANNOT_FIND_WND_CLASS)
FAILS(HWND, CreateDialogParamA, (HINSTANCE instance, LPCSTR name, HWND owner,
	DLGPROC fn, LPARAM param), NULL, ERROR_CANNOT_FIND_WND_CLASS)
FAILS(HWND, CreateDialogIndirectParamW, (HINSTANCE instance,
	LPCDLGTEMPLATEW what, HWND owner, DLGPROC fn, LPARAM param), NULL,
	ERROR_CANNOT_FIND_WND_CLASS)
FAILS(HWND, CreateDialogIndirectParamA, (HINSTANCE instance,
	LPCDLGTEMPLATEA what, HWND owner, DLGPROC fn, LPARAM param), NULL,
	ERROR_CANNOT_FIND_WND_CLASS)
NO_WINDOW(BOOL, EndDialog, (HWND window, INT_PTR result), FALSE)

BOOL WINAPI IsDialogMessageW(HWND window, LPMSG message)
{
	return FALSE;
}

BOOL WINAPI IsDialogMessageA(HWND window, LPMSG message)
{
	return FALSE;
}

NO_WINDOW(HWND, GetDlgItem, (HWND window, int id), NULL)
NO_WINDOW(BOOL, SetDlgItemTextW, (HWND window, int id, LPCWSTR text), FALSE)
NO_WINDOW(BOOL, SetDlgItemTextA, (HWND window, int id, LPCSTR text), FALSE)

UINT WINAPI GetDlgItemTextW(HWND window, int id, LPWSTR out, int n)
{
	if (out && n > 0)
		*out = 0;
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return 0;
}

UINT WINAPI GetDlgItemTextA(HWND window, int id, LPSTR out, int n)
{
	if (out && n > 0)
		*out = 0;
	SetLastError(ERROR_INVALID_WINDOW_HANDLE);
	return 0;
}

NO_WINDOW(LRESULT, SendDlgItemMessageW, (HWND window, int id, UINT message,
	WPARAM w, LPARAM l), 0)
NO_WINDOW(LRESULT, SendDlgItemMessageA, (HWND window, int id, UINT message,
	WPARAM w, LPARAM l), 0)
NO_WINDOW(BOOL, CheckDlgButton, (HWND window, int id, UINT state), FALSE)
NO_WINDOW(UINT, IsDlgButtonChecked, (HWND window, int id), 0)

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
