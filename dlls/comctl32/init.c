/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* init.c - there are no controls without windows. */
#include <windows.h>
#include <commctrl.h>

void WINAPI InitCommonControls(void)
{
	/* Has no way to fail; a program that makes a control will notice. */
}

BOOL WINAPI InitCommonControlsEx(const INITCOMMONCONTROLSEX *init)
{
	SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
	return FALSE;
}
