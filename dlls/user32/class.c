/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* class.c - window classes, of which there are none yet. */
#include "nt.h"

BOOL WINAPI UnregisterClassW(LPCWSTR name, HINSTANCE instance)
{
	SetLastError(ERROR_CLASS_DOES_NOT_EXIST);
	return FALSE;
}

BOOL WINAPI UnregisterClassA(LPCSTR name, HINSTANCE instance)
{
	SetLastError(ERROR_CLASS_DOES_NOT_EXIST);
	return FALSE;
}
