/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system.c - what a session without a screen answers: its metrics, window
 * station and desktop.  The numbers are those of Windows' session 0, where
 * nobody looks on either.
 */
#include "nt.h"

static const struct {
	BYTE metric;
	short value;
} metrics[] = {
	{ SM_CXSCREEN, 1024 },
	{ SM_CYSCREEN, 768 },
	{ SM_CXVSCROLL, 17 },
	{ SM_CYHSCROLL, 17 },
	{ SM_CYCAPTION, 23 },
	{ SM_CXBORDER, 1 },
	{ SM_CYBORDER, 1 },
	{ SM_CXDLGFRAME, 3 },
	{ SM_CYDLGFRAME, 3 },
	{ SM_CXICON, 32 },
	{ SM_CYICON, 32 },
	{ SM_CXCURSOR, 32 },
	{ SM_CYCURSOR, 32 },
	{ SM_CYMENU, 20 },
	{ SM_CXFULLSCREEN, 1024 },
	{ SM_CYFULLSCREEN, 745 },
	{ SM_CXSIZE, 36 },
	{ SM_CYSIZE, 22 },
	{ SM_CXFRAME, 4 },
	{ SM_CYFRAME, 4 },
	{ SM_CXDOUBLECLK, 4 },
	{ SM_CYDOUBLECLK, 4 },
	{ SM_CXSMICON, 16 },
	{ SM_CYSMICON, 16 },
	{ SM_CXVIRTUALSCREEN, 1024 },
	{ SM_CYVIRTUALSCREEN, 768 },
	{ SM_CMONITORS, 1 },
	{ SM_SAMEDISPLAYFORMAT, 1 },
};

int WINAPI GetSystemMetrics(int metric)
{
	for (ULONG i = 0; i < ARRAYSIZE(metrics); i++)
		if (metrics[i].metric == metric)
			return metrics[i].value;
	return 0;
}

/* What a new user's settings are, in milliseconds. */
UINT WINAPI GetCaretBlinkTime(void)
{
	return 530;
}

UINT WINAPI GetDoubleClickTime(void)
{
	return 500;
}

/* Handles that are nobody else's. */
#define STATION ((HWINSTA)(ULONG_PTR)0x50)
#define DESKTOP ((HDESK)(ULONG_PTR)0x54)

HWINSTA WINAPI GetProcessWindowStation(void)
{
	return STATION;
}

HDESK WINAPI GetThreadDesktop(DWORD thread)
{
	return DESKTOP;
}

BOOL WINAPI CloseWindowStation(HWINSTA h)
{
	return h == STATION;
}

BOOL WINAPI CloseDesktop(HDESK h)
{
	return h == DESKTOP;
}

HDESK WINAPI OpenInputDesktop(DWORD flags, BOOL inherit, ACCESS_MASK access)
{
	SetLastError(ERROR_ACCESS_DENIED);
	return NULL;
}

BOOL WINAPI GetUserObjectInformationW(HANDLE h, int what, PVOID to, DWORD size,
				      LPDWORD needed)
{
	/* Not WSF_VISIBLE: message boxes are not seen. */
	static const USEROBJECTFLAGS flags = { FALSE, FALSE, 0 };
	const void *from;
	DWORD n;

	if (h != STATION && h != DESKTOP) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	switch (what) {
	case UOI_FLAGS:
		from = &flags;
		n = sizeof flags;
		break;
	case UOI_NAME:
		from = h == STATION ? L"WinSta0" : L"Default";
		n = 16;
		break;
	case UOI_TYPE:
		from = h == STATION ? L"WindowStation" : L"Desktop";
		n = h == STATION ? 28 : 16;
		break;
	default:
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (needed)
		*needed = n;
	if (!to || size < n) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(to, from, n);
	return TRUE;
}
