/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clipboard.c - a clipboard that cannot be opened, and is empty. */
#include "nt.h"

BOOL WINAPI EmptyClipboard(void)
{
	SetLastError(ERROR_CLIPBOARD_NOT_OPEN);
	return FALSE;
}

HANDLE WINAPI SetClipboardData(UINT format, HANDLE data)
{
	SetLastError(ERROR_CLIPBOARD_NOT_OPEN);
	return NULL;
}

HANDLE WINAPI GetClipboardData(UINT format)
{
	SetLastError(ERROR_CLIPBOARD_NOT_OPEN);
	return NULL;
}

BOOL WINAPI IsClipboardFormatAvailable(UINT format)
{
	return FALSE;
}

DWORD WINAPI GetClipboardSequenceNumber(void)
{
	return 0;
}
